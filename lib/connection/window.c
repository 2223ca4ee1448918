/* SPDX-License-Identifier: Apache-2.0 */
/* window.c - data and flow control, both ways.
 *
 * Owns: what may still be sent and received on a channel, and when credit is given back.
 * Not here: splitting data into messages (the owner), the packet that carries them (transport).
 * Called by: connection.c.
 * Follows: RFC 4254 section 5.2.
 *
 * In: window_in is what the peer may still send, held what was delivered and not yet consumed.
 * The two are to add up to target; what lacks is the credit to give back. So a WINDOW_ADJUST that
 * was sent by hand counts as given, and a channel opened with no window is never topped up.
 * Out: window_out is charged when data is accepted, also while it waits, so no two commands can
 * spend the same bytes. Data sent by hand may take it below zero; adjusts pay that back first. */
#include "connection/state.h"

#define ADJUST_RULE "RFC4254-5.2-window-overflow-received"

enum { DATA_STDERR = 1 };

/* ---- in ---- */

uint32_t ss_window_credit(const struct ss_channel *channel)
{
    int64_t credit = channel->target - channel->window_in - channel->held;

    if (credit <= 0 || channel->eof_in || channel->close_in || channel->close_out)
        return 0;
    return credit < (int64_t)UINT32_MAX ? (uint32_t)credit : UINT32_MAX;
}

/* Half the window at a time, so that adjusts stay rare; at once when the window is small, or when
 * it is used up and the peer stands still. rule: RFC4254-5.2-window-replenished */
static void consider_adjust(struct ss_connection *conn, struct ss_channel *channel)
{
    uint32_t credit = ss_window_credit(channel);

    if (credit == 0 || channel->adjust_due)
        return;
    if (credit < channel->target / 2 && channel->window_in > 0 &&
        channel->target > (int64_t)channel->max_in)
        return;
    channel->adjust_due = true;
    ss_table_due(&conn->table, channel);
}

static ss_err take_data(struct ss_connection *conn, struct ss_channel *channel, ss_span data,
                        uint32_t type)
{
    struct ss_event event = {
        .type = SS_EVENT_CHANNEL_DATA, .channel = channel->ours, .number = type, .data = data};

    if (channel->close_out)
        return SS_OK; /* crossed with our CLOSE */
    if (channel->eof_in)
        return ss_conn_fail(conn, SS_E_after_close, NULL, "RFC4254-5.3-data-after-eof-received");
    if (data.size > channel->max_in)
        return ss_conn_fail(conn, SS_E_packet_size_exceeded, "data",
                            "RFC4254-5.2-data-beyond-max-packet");
    if ((int64_t)data.size > channel->window_in)
        return ss_conn_fail(conn, SS_E_window_exceeded, "data", "RFC4254-5.2-data-beyond-window");
    if (data.size == 0) /* rule: RFC4254-5.2-zero-length-data */
        return SS_OK;
    channel->window_in -= (int64_t)data.size;
    if (type > DATA_STDERR) { /* rule: RFC4254-5.2-extended-data-unknown-type */
        conn->link->note(conn->link, SS_TRACE_NOTE,
                         "extended data of a type nobody knows, dropped");
        consider_adjust(conn, channel);
        return SS_OK;
    }
    channel->held += (int64_t)data.size;
    return conn->link->event(conn->link, &event);
}

ss_err ss_window_take_data(struct ss_connection *conn, struct ss_channel *channel,
                           const struct ss_msg *msg)
{
    const struct ss_msg_channel_data *body = msg->body;

    return take_data(conn, channel, body->data, 0);
}

/* Type 0 means nothing (RFC 4250 section 4.4.1): it is not to be taken for plain data. */
ss_err ss_window_take_extended(struct ss_connection *conn, struct ss_channel *channel,
                               const struct ss_msg *msg)
{
    const struct ss_msg_channel_extended_data *body = msg->body;

    return take_data(conn, channel, body->data,
                     body->data_type_code != 0 ? body->data_type_code : UINT32_MAX);
}

ss_err ss_window_command_credit(struct ss_connection *conn, const struct ss_command *command,
                                uint32_t *out_channel)
{
    struct ss_channel *channel = ss_table_find(&conn->table, command->channel);

    (void)out_channel;
    if (channel == NULL)
        return SS_E_not_found;
    if ((int64_t)command->number > channel->held)
        return SS_E_bad_argument;
    channel->held -= (int64_t)command->number;
    consider_adjust(conn, channel);
    return SS_OK;
}

/* The credit is taken anew: more may have been consumed since, or given by hand.
 * rule: RFC4254-5.2-window-overflow-sent (what is granted never passes target) */
ss_err ss_window_adjust(struct ss_connection *conn, struct ss_channel *channel)
{
    struct ss_msg_channel_window_adjust body = {.recipient_channel = channel->theirs,
                                                .bytes_to_add = ss_window_credit(channel)};

    if (body.bytes_to_add == 0)
        return SS_OK;
    return ss_conn_send(conn, channel, SS_MSG_channel_window_adjust, &body);
}

ss_err ss_window_sent_adjust(struct ss_connection *conn, struct ss_channel *channel,
                             const void *sent)
{
    const struct ss_msg_channel_window_adjust *body = sent;

    (void)conn;
    if (channel != NULL)
        channel->window_in += (int64_t)body->bytes_to_add;
    return SS_OK;
}

/* ---- out ---- */

ss_err ss_window_take_adjust(struct ss_connection *conn, struct ss_channel *channel,
                             const struct ss_msg *msg)
{
    const struct ss_msg_channel_window_adjust *body = msg->body;
    int64_t before = channel->window_out;
    int64_t wanted = channel->wanted > 0 ? (int64_t)channel->wanted : 1;

    if (channel->close_out)
        return SS_OK; /* crossed with our CLOSE */
    if (before + (int64_t)body->bytes_to_add > (int64_t)UINT32_MAX)
        return ss_conn_fail(conn, SS_E_window_overflow, "bytes_to_add", ADJUST_RULE);
    channel->window_out = before + (int64_t)body->bytes_to_add;
    if (before >= wanted || channel->window_out <= 0 || body->bytes_to_add == 0)
        return SS_OK;
    channel->wanted = 0;
    return ss_conn_event(conn, SS_EVENT_CHANNEL_WRITABLE, channel->ours);
}

size_t ss_window_writable(const struct ss_channel *channel)
{
    if (channel->window_out <= 0)
        return 0;
    return channel->window_out < (int64_t)channel->max_out ? (size_t)channel->window_out
                                                           : (size_t)channel->max_out;
}

static ss_err pass_on(struct ss_connection *conn, struct ss_channel *channel, ss_span data,
                      uint32_t type)
{
    struct ss_msg_channel_data plain = {.recipient_channel = channel->theirs, .data = data};
    struct ss_msg_channel_extended_data extended = {
        .recipient_channel = channel->theirs, .data_type_code = type, .data = data};
    enum ss_msgid id = type == 0 ? SS_MSG_channel_data : SS_MSG_channel_extended_data;
    void *body = type == 0 ? (void *)&plain : (void *)&extended;
    ss_err err;

    if (conn->link->may_send && conn->outbox.count == 0)
        return ss_conn_send(conn, channel, id, body);
    err = ss_outbox_put(conn, SS_OUTBOX_LIMITED, channel, 0, id, body);
    if (err == SS_E_would_block) {
        channel->starved = true; /* told when the queue is empty */
        ss_table_due(&conn->table, channel);
    }
    return err;
}

ss_err ss_window_command_data(struct ss_connection *conn, const struct ss_command *command,
                              uint32_t *out_channel)
{
    struct ss_channel *channel;
    ss_err err;

    (void)out_channel;
    SS_TRY(ss_conn_usable(conn, command->channel, &channel));
    if (channel->eof_queued || channel->eof_out)
        return SS_E_usage;
    if (command->data.size == 0)
        return SS_OK; /* an honest endpoint does not send nothing */
    if (command->data.size > ss_window_writable(channel)) {
        channel->wanted = command->data.size;
        return SS_E_would_block;
    }
    channel->window_out -= (int64_t)command->data.size;
    err = pass_on(conn, channel, command->data, command->number);
    if (err != SS_OK) {
        channel->window_out += (int64_t)command->data.size;
        return err;
    }
    channel->wanted = 0;
    return SS_OK;
}

/* Ours was charged when it was accepted. */
static ss_err charge(struct ss_connection *conn, struct ss_channel *channel, size_t size)
{
    if (!conn->own && channel != NULL)
        channel->window_out -= (int64_t)size;
    return SS_OK;
}

ss_err ss_window_sent_data(struct ss_connection *conn, struct ss_channel *channel, const void *sent)
{
    return charge(conn, channel, ((const struct ss_msg_channel_data *)sent)->data.size);
}

ss_err ss_window_sent_extended(struct ss_connection *conn, struct ss_channel *channel,
                               const void *sent)
{
    return charge(conn, channel, ((const struct ss_msg_channel_extended_data *)sent)->data.size);
}
