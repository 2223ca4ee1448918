/* SPDX-License-Identifier: Apache-2.0 */
/* state.h - what the files of lib/connection share: the layer, a channel, two queues.
 *
 * Owns: the structs. Each group of functions below is one file.
 * Not here: anything for other folders (sshspec/connection.h).
 * Called by: lib/connection only.
 * Follows: RFC 4254.
 *
 * Every change that a sent message makes happens in on_sent, so that a message sent by hand
 * changes the same things. Two exceptions are made when a command is taken, because the message
 * may wait: the window is charged, and a channel that is being closed takes no more commands. */
#ifndef CONNECTION_STATE_H
#define CONNECTION_STATE_H

#include "sshspec/connection.h"

/* ---- inbox.c: requests of the peer that wait for a reply ---- */
enum ss_inbox_state { SS_INBOX_WAITING, SS_INBOX_ANSWERED, SS_INBOX_QUEUED };
struct ss_inbox_entry {
    uint32_t place;
    enum ss_inbox_state state;
    bool success;
    uint8_t *data; /* owned: what REQUEST_SUCCESS carries */
    size_t size;
};
struct ss_inbox { /* a ring, in the order of the requests */
    struct ss_inbox_entry *entries;
    size_t cap, head, count;
    uint32_t last; /* place of the newest request, whether it wanted a reply or not */
};
/* A request came. SS_E_too_many, SS_E_no_memory. */
SS_MUST_USE ss_err ss_inbox_add(struct ss_inbox *inbox, const struct ss_env *env, bool want_reply);
/* place 0: the oldest that waits. out_entry is null when there is nothing to say. */
SS_MUST_USE ss_err ss_inbox_answer(struct ss_inbox *inbox, const struct ss_env *env, uint32_t place,
                                   bool success, ss_span data, struct ss_inbox_entry **out_entry);
/* Answered, and all before it are queued or gone: its reply may be queued. Null: none. */
struct ss_inbox_entry *ss_inbox_ready(struct ss_inbox *inbox);
struct ss_inbox_entry *ss_inbox_oldest(struct ss_inbox *inbox);         /* null: none */
void ss_inbox_settle(struct ss_inbox *inbox, const struct ss_env *env); /* drops the oldest */
void ss_inbox_fini(struct ss_inbox *inbox, const struct ss_env *env);

/* ---- channel.c: the table ---- */
enum ss_channel_state {
    SS_CHANNEL_OPENING,  /* ours, CHANNEL_OPEN is queued */
    SS_CHANNEL_ASKING,   /* ours, CHANNEL_OPEN was sent */
    SS_CHANNEL_ASKED,    /* theirs, the owner was asked */
    SS_CHANNEL_ACCEPTED, /* theirs, the confirmation is queued */
    SS_CHANNEL_OPEN
};
struct ss_channel {
    uint32_t ours, theirs;
    uint64_t serial; /* tells users of one number apart */
    enum ss_channel_state state;
    bool eof_in, eof_out, close_in, close_out;
    bool eof_queued, close_queued;
    /* due, sent by act() */
    bool adjust_due, close_due, starved;
    bool listed;
    struct ss_channel *prev_due, *next_due;
    struct ss_channel *next_far;
    /* Windows are signed and wide: what is sent by hand may overdraw ours, and may grant more than
     * the wire could say. */
    int64_t window_in, window_out;
    int64_t target; /* the window that is kept up */
    int64_t held;   /* bytes delivered and not yet consumed */
    uint32_t max_in, max_out;
    size_t wanted;           /* bytes of the last data command that did not fit; 0 none */
    uint32_t asked, replied; /* requests of ours that want a reply */
    struct ss_inbox inbox;
};
struct ss_table {
    const struct ss_env *env;
    struct ss_channel **slots; /* by number */
    uint64_t *used;            /* a bit a slot */
    size_t cap;                /* slots */
    size_t first_word;         /* no free bit below this word of used */
    size_t count;              /* channels, far ones too */
    struct ss_channel *far;    /* numbers past the slots: chosen by hand, few */
    size_t far_count;
    struct ss_channel *due_first, *due_last;
    uint64_t serial;
};
void ss_table_init(struct ss_table *table, const struct ss_env *env);
void ss_table_fini(struct ss_table *table);
/* The lowest number that is free. */
SS_MUST_USE ss_err ss_table_add(struct ss_table *table, struct ss_channel **out_channel);
/* This number. SS_E_exists, SS_E_ceiling, SS_E_no_memory. */
SS_MUST_USE ss_err ss_table_add_at(struct ss_table *table, uint32_t number,
                                   struct ss_channel **out_channel);
/* Gives a channel another number; stays as it was when that cannot be. */
SS_MUST_USE ss_err ss_table_move(struct ss_table *table, struct ss_channel *channel,
                                 uint32_t number);
struct ss_channel *ss_table_find(const struct ss_table *table, uint32_t number);
/* By the peer's number, oldest first, in one of the states given as bits: walks the table, so only
 * for what was sent by hand. */
struct ss_channel *ss_table_theirs(const struct ss_table *table, uint32_t theirs, unsigned states);
/* The oldest in one of the states, whatever its numbers. */
struct ss_channel *ss_table_any(const struct ss_table *table, unsigned states);
void ss_table_remove(struct ss_table *table, struct ss_channel *channel);
void ss_table_due(struct ss_table *table, struct ss_channel *channel);     /* puts it on the list */
void ss_table_settled(struct ss_table *table, struct ss_channel *channel); /* takes it off */

/* ---- outbox.c: commands that wait to be sent ---- */
struct ss_outbox {
    struct ss_buf records;
    size_t count;
};
enum ss_outbox_limit { SS_OUTBOX_LIMITED, SS_OUTBOX_ALWAYS };

/* ---- the layer ---- */
struct ss_connection {
    struct ss_link *link;
    struct ss_table table;
    struct ss_outbox outbox;
    struct ss_inbox inbox;          /* global requests */
    uint32_t asked, replied;        /* global requests of ours that want a reply */
    bool own;                       /* what is being sent is ours, not by hand */
    struct ss_channel *own_channel; /* and belongs to this channel, or none */
    bool no_more_sessions;
    uint32_t latest; /* channel that last had a message, for compose */
};

void ss_outbox_init(struct ss_outbox *outbox, const struct ss_env *env);
void ss_outbox_fini(struct ss_outbox *outbox);
/* Bytes of data that one more limited record may carry; 0 when full. */
size_t ss_outbox_room(const struct ss_outbox *outbox);
/* Keeps a message; channel may be null; place: of the request it replies to, or 0. */
SS_MUST_USE ss_err ss_outbox_put(struct ss_connection *conn, enum ss_outbox_limit limit,
                                 const struct ss_channel *channel, uint32_t place, enum ss_msgid id,
                                 void *body);
SS_MUST_USE ss_err ss_outbox_drain(struct ss_connection *conn);

/* ---- connection.c ---- */
SS_MUST_USE ss_err ss_conn_fail(struct ss_connection *conn, ss_err err, const char *field,
                                const char *rule);
/* Sends a message of ours now. */
SS_MUST_USE ss_err ss_conn_send(struct ss_connection *conn, struct ss_channel *channel,
                                enum ss_msgid id, void *body);
SS_MUST_USE ss_err ss_conn_event(struct ss_connection *conn, enum ss_event_type type,
                                 uint32_t channel);
/* A channel that takes commands: SS_E_not_found, SS_E_usage (not open yet), SS_E_closed. */
SS_MUST_USE ss_err ss_conn_usable(const struct ss_connection *conn, uint32_t number,
                                  struct ss_channel **out_channel);

/* Every handler of a message that came: channel is open and found by the recipient number, or null
 * for the messages that have none. */
typedef ss_err ss_conn_take(struct ss_connection *conn, struct ss_channel *channel,
                            const struct ss_msg *msg);
/* What was sent: channel is null when nobody knows whose it was. */
typedef ss_err ss_conn_sent(struct ss_connection *conn, struct ss_channel *channel,
                            const void *body);
typedef ss_err ss_conn_command(struct ss_connection *conn, const struct ss_command *command,
                               uint32_t *out_channel);

/* ---- open.c ---- */
ss_conn_take ss_open_take, ss_open_take_confirmation, ss_open_take_failure;
ss_conn_sent ss_open_sent, ss_open_sent_confirmation, ss_open_sent_failure;
ss_conn_command ss_open_command, ss_open_accept, ss_open_refuse;
/* What config says of window and packet size. */
uint32_t ss_open_window(const struct ss_connection *conn, uint32_t asked);
uint32_t ss_open_max_packet(const struct ss_connection *conn);

/* ---- close.c ---- */
ss_conn_take ss_close_take, ss_close_take_eof;
ss_conn_sent ss_close_sent, ss_close_sent_eof;
ss_conn_command ss_close_command, ss_close_command_eof;

/* ---- window.c ---- */
ss_conn_take ss_window_take_adjust, ss_window_take_data, ss_window_take_extended;
ss_conn_sent ss_window_sent_adjust, ss_window_sent_data, ss_window_sent_extended;
ss_conn_command ss_window_command_data, ss_window_command_credit;
/* Bytes a WINDOW_ADJUST would give back now; 0 none. */
uint32_t ss_window_credit(const struct ss_channel *channel);
/* What window and packet size let out now. */
size_t ss_window_writable(const struct ss_channel *channel);
/* Sends the adjust that is due. */
SS_MUST_USE ss_err ss_window_adjust(struct ss_connection *conn, struct ss_channel *channel);

/* ---- request.c ---- */
ss_conn_take ss_request_take, ss_request_take_success, ss_request_take_failure;
ss_conn_sent ss_request_sent, ss_request_sent_reply;
ss_conn_command ss_request_command, ss_request_reply;

/* ---- global.c ---- */
ss_conn_take ss_global_take, ss_global_take_success, ss_global_take_failure;
ss_conn_sent ss_global_sent, ss_global_sent_reply;
ss_conn_command ss_global_command, ss_global_reply;

/* ---- compose.c ---- */
SS_MUST_USE ss_err ss_conn_compose(void *layer, struct ss_msg *msg);

#endif
