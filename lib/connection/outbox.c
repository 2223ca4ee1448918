/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.c - what commands asked for, encoded, until it may be sent.
 *
 * Owns: the queue of records and its bounds; whether a record still makes sense when its turn
 *   comes.
 * Not here: what act() sends on its own account (connection.c).
 * Called by: the commands of lib/connection put; connection.c drains.
 *
 * A record is a head and a payload. While it waits, a script may send by hand what it says, or
 * close its channel: such a record is dropped. The limit is on what an owner can ask for without
 * end; what ends something is bounded by the things there are to end. */
#include "connection/state.h"

enum {
    MOST_BYTES = 64 * 1024 * 1024 /* never reached: channels times the size of an answer */
};

struct head {
    size_t size; /* of the payload */
    enum ss_msgid id;
    uint32_t channel, place;
    uint64_t serial; /* 0: no channel */
};

void ss_outbox_init(struct ss_outbox *outbox, const struct ss_env *env)
{
    ss_buf_init(&outbox->records, env, MOST_BYTES);
    outbox->records.secret = true; /* X11 cookies, keys typed by people */
    outbox->count = 0;
}

void ss_outbox_fini(struct ss_outbox *outbox)
{
    ss_buf_fini(&outbox->records);
    outbox->count = 0;
}

size_t ss_outbox_room(const struct ss_outbox *outbox)
{
    const size_t overhead = sizeof(struct head) + 16; /* number and fields around the data */
    size_t held = ss_buf_size(&outbox->records);

    if (outbox->count >= SS_CONNECTION_QUEUE || held + overhead >= SS_CONNECTION_QUEUE_BYTES)
        return 0;
    return SS_CONNECTION_QUEUE_BYTES - held - overhead;
}

/* What the owner built may not be what its type says, an exec without a command: that is found
 * now, while there is a caller to tell. */
static ss_err check(struct ss_connection *conn, enum ss_msgid id, ss_span payload)
{
    struct ss_msg msg;
    ss_err err;

    if (id == SS_MSG_channel_data || id == SS_MSG_channel_extended_data)
        return SS_OK;
    err = ss_msg_decode(conn->link->arena, ss_msgdef_of(id), payload, &msg, NULL);
    return err == SS_OK || err == SS_E_no_memory ? err : SS_E_bad_argument;
}

ss_err ss_outbox_put(struct ss_connection *conn, enum ss_outbox_limit limit,
                     const struct ss_channel *channel, uint32_t place, enum ss_msgid id, void *body)
{
    struct ss_buf *records = &conn->outbox.records;
    struct ss_msg msg = {ss_msgdef_of(id), body, {NULL, 0}};
    struct head head = {.id = id, .place = place};
    size_t mark = ss_buf_size(records);
    uint8_t *at;
    ss_err err;

    if (limit == SS_OUTBOX_LIMITED && ss_outbox_room(&conn->outbox) == 0)
        return SS_E_would_block;
    if (channel != NULL) {
        head.channel = channel->ours;
        head.serial = channel->serial;
    }
    SS_TRY(ss_buf_extend(records, sizeof head, &at));
    err = ss_msg_encode(records, &msg, NULL, 0);
    head.size = ss_buf_size(records) - mark - sizeof head;
    if (err == SS_OK && limit == SS_OUTBOX_LIMITED &&
        ss_buf_size(records) > SS_CONNECTION_QUEUE_BYTES)
        err = SS_E_would_block;
    if (err == SS_OK)
        err = check(conn, id, ss_span_make(ss_buf_at(records) + mark + sizeof head, head.size));
    if (err != SS_OK) {
        ss_buf_truncate(records, mark);
        return err;
    }
    memcpy(ss_buf_at(records) + mark, &head, sizeof head);
    conn->outbox.count++;
    return SS_OK;
}

/* A reply whose request was settled by hand meanwhile is not sent a second time. */
static bool reply_due(struct ss_inbox *inbox, uint32_t place)
{
    const struct ss_inbox_entry *oldest = ss_inbox_oldest(inbox);

    return oldest != NULL && oldest->place == place;
}

/* Does this record still say something that was not said, and on a channel that takes it? */
static bool still_due(struct ss_connection *conn, const struct head *head,
                      struct ss_channel *channel)
{
    if (head->serial == 0)
        return head->place == 0 || reply_due(&conn->inbox, head->place);
    if (channel == NULL || channel->serial != head->serial || channel->close_out)
        return false;
    switch (head->id) {
    case SS_MSG_channel_open:
        return channel->state == SS_CHANNEL_OPENING;
    case SS_MSG_channel_open_confirmation:
        return channel->state == SS_CHANNEL_ACCEPTED;
    case SS_MSG_channel_data:
    case SS_MSG_channel_extended_data:
    case SS_MSG_channel_eof:
        return !channel->eof_out;
    default:
        return head->place == 0 || reply_due(&channel->inbox, head->place);
    }
}

static ss_err send_record(struct ss_connection *conn, const struct head *head, ss_span payload)
{
    struct ss_channel *channel =
        head->serial != 0 ? ss_table_find(&conn->table, head->channel) : NULL;
    struct ss_msg msg;

    if (!still_due(conn, head, channel))
        return SS_OK;
    SS_TRY(ss_msg_decode(conn->link->arena, ss_msgdef_of(head->id), payload, &msg, NULL));
    return ss_conn_send(conn, channel, head->id, msg.body);
}

ss_err ss_outbox_drain(struct ss_connection *conn)
{
    struct ss_buf *records = &conn->outbox.records;

    while (conn->outbox.count > 0) {
        struct head head;

        memcpy(&head, ss_buf_at(records), sizeof head);
        SS_TRY(send_record(conn, &head, ss_span_make(ss_buf_at(records) + sizeof head, head.size)));
        ss_buf_consume(records, sizeof head + head.size);
        conn->outbox.count--;
    }
    return SS_OK;
}
