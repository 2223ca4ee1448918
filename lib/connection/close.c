/* SPDX-License-Identifier: Apache-2.0 */
/* close.c - how a channel ends: EOF and CLOSE, each way on its own.
 *
 * Owns: which ends were said by whom; the CLOSE that answers a CLOSE; giving the number back.
 * Not here: what still waits for the channel (outbox.c drops it).
 * Called by: connection.c.
 * Follows: RFC 4254 section 5.3. Neither message needs window. */
#include "connection/state.h"

ss_err ss_close_take_eof(struct ss_connection *conn, struct ss_channel *channel,
                         const struct ss_msg *msg)
{
    (void)msg;
    if (channel->close_out)
        return SS_OK; /* crossed with our CLOSE */
    if (channel->eof_in) {
        conn->link->note(conn->link, SS_TRACE_NOTE, "a second EOF on a channel");
        return SS_OK;
    }
    channel->eof_in = true;
    return ss_conn_event(conn, SS_EVENT_CHANNEL_EOF, channel->ours);
}

ss_err ss_close_sent_eof(struct ss_connection *conn, struct ss_channel *channel, const void *body)
{
    (void)conn;
    (void)body;
    if (channel != NULL)
        channel->eof_out = true;
    return SS_OK;
}

ss_err ss_close_command_eof(struct ss_connection *conn, const struct ss_command *command,
                            uint32_t *out_channel)
{
    struct ss_msg_channel_eof body = {0};
    struct ss_channel *channel;

    (void)out_channel;
    SS_TRY(ss_conn_usable(conn, command->channel, &channel));
    if (channel->eof_queued || channel->eof_out)
        return SS_E_usage;
    body.recipient_channel = channel->theirs;
    SS_TRY(ss_outbox_put(conn, SS_OUTBOX_ALWAYS, channel, 0, SS_MSG_channel_eof, &body));
    channel->eof_queued = true;
    return SS_OK;
}

/* RFC 4254 section 5.3: closed "when it has both sent and received SSH_MSG_CHANNEL_CLOSE", and
 * only then may the number be used again. */
static ss_err finish(struct ss_connection *conn, struct ss_channel *channel)
{
    uint32_t number = channel->ours;

    ss_table_remove(&conn->table, channel);
    return ss_conn_event(conn, SS_EVENT_CHANNEL_CLOSED, number);
}

/* rule: RFC4254-5.3-close-answered */
ss_err ss_close_take(struct ss_connection *conn, struct ss_channel *channel,
                     const struct ss_msg *msg)
{
    (void)msg;
    channel->close_in = true;
    if (channel->close_out)
        return finish(conn, channel);
    if (!channel->close_queued) {
        channel->close_due = true;
        ss_table_due(&conn->table, channel);
    }
    return SS_OK;
}

ss_err ss_close_sent(struct ss_connection *conn, struct ss_channel *channel, const void *body)
{
    (void)body;
    if (channel == NULL || channel->close_out)
        return SS_OK;
    channel->close_out = true;
    channel->close_due = false;
    if (channel->close_in)
        return finish(conn, channel);
    return SS_OK;
}

/* A second command is fine: an owner cannot know that the peer's CLOSE is being answered. */
ss_err ss_close_command(struct ss_connection *conn, const struct ss_command *command,
                        uint32_t *out_channel)
{
    struct ss_msg_channel_close body = {0};
    struct ss_channel *channel;
    ss_err err = ss_conn_usable(conn, command->channel, &channel);

    (void)out_channel;
    if (err == SS_E_closed)
        return SS_OK;
    SS_TRY(err);
    body.recipient_channel = channel->theirs;
    SS_TRY(ss_outbox_put(conn, SS_OUTBOX_ALWAYS, channel, 0, SS_MSG_channel_close, &body));
    channel->close_queued = true;
    return SS_OK;
}
