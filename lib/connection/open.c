/* SPDX-License-Identifier: Apache-2.0 */
/* open.c - how a channel comes to be, asked for by either side.
 *
 * Owns: CHANNEL_OPEN, its confirmation and its failure, in and out.
 * Not here: numbers (channel.c), what a type means (the owner).
 * Called by: connection.c.
 * Follows: RFC 4254 section 5.1; OpenSSH PROTOCOL section 2.2. */
#include "connection/state.h"

#define UNKNOWN_RULE "RFC4254-5.1-confirmation-for-unknown-channel"

enum {
    RESOURCE_SHORTAGE = 4,
    /* What a data message and its packet add: number, channel, type, length; padding length and
     * padding. */
    DATA_OVERHEAD = 13 + 1 + 255,
    LEAST_PACKET_LIMIT = 1024
};

uint32_t ss_open_window(const struct ss_connection *conn, uint32_t asked)
{
    uint64_t window = conn->link->config->window;

    if (asked != 0)
        return asked;
    return window < UINT32_MAX ? (uint32_t)window : UINT32_MAX;
}

/* rule: RFC4254-5.2-advertised-max-packet-receivable */
uint32_t ss_open_max_packet(const struct ss_connection *conn)
{
    uint64_t most = conn->link->config->packet_limit;
    uint64_t wanted = conn->link->config->max_packet;

    most = (most < LEAST_PACKET_LIMIT ? LEAST_PACKET_LIMIT : most) - DATA_OVERHEAD;
    return (uint32_t)(wanted < most ? wanted : most);
}

static void grant(struct ss_channel *channel, uint32_t window, uint32_t max_packet)
{
    channel->window_in = channel->target = window;
    channel->max_in = max_packet;
}

/* ---- theirs ---- */

/* The table is full: no question, no state. */
static ss_err refuse_full(struct ss_connection *conn, uint32_t theirs)
{
    struct ss_msg_channel_open_failure body = {.recipient_channel = theirs,
                                               .reason = RESOURCE_SHORTAGE,
                                               .description = ss_span_of("too many channels"),
                                               .language = ss_span_of("")};

    /* Reached only when a peer goes on opening while nothing can be sent. */
    if (ss_buf_size(&conn->outbox.records) > 4 * (size_t)SS_CONNECTION_QUEUE_BYTES)
        return ss_conn_fail(conn, SS_E_too_many, NULL, NULL);
    return ss_outbox_put(conn, SS_OUTBOX_ALWAYS, NULL, 0, SS_MSG_channel_open_failure, &body);
}

ss_err ss_open_take(struct ss_connection *conn, struct ss_channel *channel,
                    const struct ss_msg *msg)
{
    const struct ss_msg_channel_open *body = msg->body;
    struct ss_event event = {.type = SS_EVENT_CHANNEL_OPEN, .message = msg};

    (void)channel;
    if (conn->no_more_sessions && ss_span_is(body->channel_type, "session"))
        return ss_conn_fail(conn, SS_E_unexpected_message, "channel_type",
                            "OSSH-2.2-no-more-sessions");
    if (conn->table.count >= conn->link->config->channels)
        return refuse_full(conn, body->sender_channel);
    SS_TRY(ss_table_add(&conn->table, &channel));
    channel->state = SS_CHANNEL_ASKED;
    channel->theirs = body->sender_channel;
    channel->window_out = body->initial_window_size;
    channel->max_out = body->maximum_packet_size;
    conn->latest = channel->ours;
    event.channel = channel->ours;
    return conn->link->event(conn->link, &event);
}

static ss_err asked_channel(const struct ss_connection *conn, uint32_t number,
                            struct ss_channel **out_channel)
{
    struct ss_channel *channel = ss_table_find(&conn->table, number);

    if (channel == NULL)
        return SS_E_not_found;
    if (channel->state != SS_CHANNEL_ASKED)
        return SS_E_usage;
    *out_channel = channel;
    return SS_OK;
}

ss_err ss_open_accept(struct ss_connection *conn, const struct ss_command *command,
                      uint32_t *out_channel)
{
    struct ss_msg_channel_open_confirmation body = {.data = command->data};
    struct ss_channel *channel;

    (void)out_channel;
    SS_TRY(asked_channel(conn, command->channel, &channel));
    body.recipient_channel = channel->theirs;
    body.sender_channel = channel->ours;
    body.initial_window_size = ss_open_window(conn, command->number);
    body.maximum_packet_size = ss_open_max_packet(conn);
    SS_TRY(
        ss_outbox_put(conn, SS_OUTBOX_ALWAYS, channel, 0, SS_MSG_channel_open_confirmation, &body));
    channel->state = SS_CHANNEL_ACCEPTED;
    grant(channel, body.initial_window_size, body.maximum_packet_size);
    return SS_OK;
}

ss_err ss_open_refuse(struct ss_connection *conn, const struct ss_command *command,
                      uint32_t *out_channel)
{
    struct ss_msg_channel_open_failure body = {
        .reason = command->number, .description = command->text, .language = ss_span_of("")};
    struct ss_channel *channel;

    (void)out_channel;
    SS_TRY(asked_channel(conn, command->channel, &channel));
    if (command->number == 0) /* rule: RFC4250-4.3.1-open-failure-reason-nonzero */
        return SS_E_bad_argument;
    body.recipient_channel = channel->theirs;
    SS_TRY(ss_outbox_put(conn, SS_OUTBOX_ALWAYS, NULL, 0, SS_MSG_channel_open_failure, &body));
    ss_table_remove(&conn->table, channel);
    return SS_OK;
}

/* By hand the script may have said another number of ours; if it is free we go by it. */
ss_err ss_open_sent_confirmation(struct ss_connection *conn, struct ss_channel *channel,
                                 const void *sent)
{
    const struct ss_msg_channel_open_confirmation *body = sent;

    if (!conn->own) {
        channel = ss_table_theirs(&conn->table, body->recipient_channel,
                                  1U << SS_CHANNEL_ASKED | 1U << SS_CHANNEL_ACCEPTED);
        if (channel == NULL)
            return SS_OK;
        if (ss_table_move(&conn->table, channel, body->sender_channel) != SS_OK)
            conn->link->note(conn->link, SS_TRACE_NOTE, "a confirmation names a number in use");
        grant(channel, body->initial_window_size, body->maximum_packet_size);
        conn->latest = channel->ours;
    }
    channel->state = SS_CHANNEL_OPEN;
    return SS_OK;
}

ss_err ss_open_sent_failure(struct ss_connection *conn, struct ss_channel *channel,
                            const void *sent)
{
    const struct ss_msg_channel_open_failure *body = sent;

    if (conn->own)
        return SS_OK;
    channel = ss_table_theirs(&conn->table, body->recipient_channel,
                              1U << SS_CHANNEL_ASKED | 1U << SS_CHANNEL_ACCEPTED);
    if (channel != NULL)
        ss_table_remove(&conn->table, channel);
    return SS_OK;
}

/* ---- ours ---- */

/* Type and body come from a message of the owner's, or from a name and bytes. */
static ss_err fill_type(const struct ss_command *command, struct ss_msg_channel_open *body)
{
    const struct ss_msg_channel_open *given;

    if (command->message == NULL) {
        body->channel_type = command->text;
        body->body.raw = command->data;
        return command->text.size > 0 ? SS_OK : SS_E_bad_argument;
    }
    if (command->message->def != ss_msgdef_of(SS_MSG_channel_open))
        return SS_E_bad_argument;
    given = command->message->body;
    body->channel_type = given->channel_type;
    body->body = given->body;
    return SS_OK;
}

ss_err ss_open_command(struct ss_connection *conn, const struct ss_command *command,
                       uint32_t *out_channel)
{
    struct ss_msg_channel_open body = {.maximum_packet_size = ss_open_max_packet(conn)};
    struct ss_channel *channel;
    ss_err err;

    SS_TRY(fill_type(command, &body));
    if (conn->table.count >= conn->link->config->channels)
        return SS_E_ceiling;
    SS_TRY(ss_table_add(&conn->table, &channel));
    body.sender_channel = channel->ours;
    body.initial_window_size = ss_open_window(conn, command->number);
    channel->state = SS_CHANNEL_OPENING;
    grant(channel, body.initial_window_size, body.maximum_packet_size);
    err = ss_outbox_put(conn, SS_OUTBOX_LIMITED, channel, 0, SS_MSG_channel_open, &body);
    if (err != SS_OK) {
        ss_table_remove(&conn->table, channel);
        return err;
    }
    if (out_channel != NULL)
        *out_channel = channel->ours;
    return SS_OK;
}

/* By hand: a channel with the number that was really said, unless that one is in use. */
ss_err ss_open_sent(struct ss_connection *conn, struct ss_channel *channel, const void *sent)
{
    const struct ss_msg_channel_open *body = sent;
    ss_err err;

    if (!conn->own) {
        err = ss_table_add_at(&conn->table, body->sender_channel, &channel);
        if (err == SS_E_exists || err == SS_E_ceiling) {
            conn->link->note(conn->link, SS_TRACE_NOTE,
                             "an open sent by hand is not kept track of");
            return SS_OK;
        }
        SS_TRY(err);
        grant(channel, body->initial_window_size, body->maximum_packet_size);
        conn->latest = channel->ours;
    }
    channel->state = SS_CHANNEL_ASKING;
    return SS_OK;
}

static ss_err asking_channel(struct ss_connection *conn, uint32_t number,
                             struct ss_channel **out_channel)
{
    struct ss_channel *channel = ss_table_find(&conn->table, number);

    if (channel == NULL)
        return ss_conn_fail(conn, SS_E_unknown_channel, "recipient_channel", UNKNOWN_RULE);
    if (channel->state != SS_CHANNEL_ASKING)
        return ss_conn_fail(conn, SS_E_unasked_reply, "recipient_channel", UNKNOWN_RULE);
    *out_channel = channel;
    return SS_OK;
}

ss_err ss_open_take_confirmation(struct ss_connection *conn, struct ss_channel *channel,
                                 const struct ss_msg *msg)
{
    const struct ss_msg_channel_open_confirmation *body = msg->body;
    struct ss_event event = {.type = SS_EVENT_CHANNEL_OPENED, .message = msg};

    SS_TRY(asking_channel(conn, body->recipient_channel, &channel));
    channel->state = SS_CHANNEL_OPEN;
    channel->theirs = body->sender_channel;
    channel->window_out = body->initial_window_size;
    channel->max_out = body->maximum_packet_size;
    conn->latest = channel->ours;
    event.channel = channel->ours;
    event.data = body->data;
    return conn->link->event(conn->link, &event);
}

ss_err ss_open_take_failure(struct ss_connection *conn, struct ss_channel *channel,
                            const struct ss_msg *msg)
{
    const struct ss_msg_channel_open_failure *body = msg->body;
    struct ss_event event = {.type = SS_EVENT_CHANNEL_REFUSED, .message = msg};

    SS_TRY(asking_channel(conn, body->recipient_channel, &channel));
    event.channel = channel->ours;
    event.number = body->reason;
    event.text = body->description;
    ss_table_remove(&conn->table, channel);
    return conn->link->event(conn->link, &event);
}
