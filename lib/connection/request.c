/* SPDX-License-Identifier: Apache-2.0 */
/* request.c - channel requests and their replies, both ways, in order.
 *
 * Owns: which replies are outstanding on a channel.
 * Not here: what a request asks for: all of them, known or not, are the owner's to answer.
 * Called by: connection.c.
 * Follows: RFC 4254 section 5.4. */
#include "connection/state.h"

#define UNASKED_RULE "RFC4254-5.4-request-unsolicited-reply"

/* ---- the peer's ---- */

ss_err ss_request_take(struct ss_connection *conn, struct ss_channel *channel,
                       const struct ss_msg *msg)
{
    const struct ss_msg_channel_request *body = msg->body;
    struct ss_event event = {.type = SS_EVENT_CHANNEL_REQUEST,
                             .channel = channel->ours,
                             .flag = body->want_reply,
                             .message = msg};
    ss_err err;

    if (channel->close_out)
        return SS_OK; /* crossed with our CLOSE: no reply may follow that */
    err = ss_inbox_add(&channel->inbox, conn->link->env, body->want_reply);
    if (err == SS_E_too_many)
        return ss_conn_fail(conn, err, NULL, NULL);
    SS_TRY(err);
    event.number = channel->inbox.last;
    return conn->link->event(conn->link, &event);
}

/* Puts out what may go now: the reply given, and those given before their turn behind it. */
static ss_err queue_ready(struct ss_connection *conn, struct ss_channel *channel)
{
    struct ss_inbox_entry *entry;

    while ((entry = ss_inbox_ready(&channel->inbox)) != NULL) {
        struct ss_msg_channel_success body = {.recipient_channel = channel->theirs};
        enum ss_msgid id = entry->success ? SS_MSG_channel_success : SS_MSG_channel_failure;

        SS_TRY(ss_outbox_put(conn, SS_OUTBOX_ALWAYS, channel, entry->place, id, &body));
        entry->state = SS_INBOX_QUEUED;
    }
    return SS_OK;
}

/* rule: RFC4254-5.4-request-exactly-one-reply */
ss_err ss_request_reply(struct ss_connection *conn, const struct ss_command *command,
                        uint32_t *out_channel)
{
    struct ss_inbox_entry *entry;
    struct ss_channel *channel;
    ss_err err;

    (void)out_channel;
    SS_TRY(ss_conn_usable(conn, command->channel, &channel));
    SS_TRY(ss_inbox_answer(&channel->inbox, conn->link->env, command->number, command->flag,
                           ss_span_make(NULL, 0), &entry));
    if (entry == NULL)
        return SS_OK;
    err = queue_ready(conn, channel);
    if (err != SS_OK && entry->state == SS_INBOX_ANSWERED)
        entry->state = SS_INBOX_WAITING; /* the owner may try again */
    return err;
}

ss_err ss_request_sent_reply(struct ss_connection *conn, struct ss_channel *channel,
                             const void *body)
{
    (void)body;
    if (channel != NULL)
        ss_inbox_settle(&channel->inbox, conn->link->env);
    return SS_OK;
}

/* ---- ours ---- */

ss_err ss_request_command(struct ss_connection *conn, const struct ss_command *command,
                          uint32_t *out_channel)
{
    struct ss_msg_channel_request body;
    struct ss_channel *channel;

    (void)out_channel;
    if (command->message == NULL || command->message->def != ss_msgdef_of(SS_MSG_channel_request))
        return SS_E_bad_argument;
    SS_TRY(ss_conn_usable(conn, command->channel, &channel));
    body = *(const struct ss_msg_channel_request *)command->message->body;
    body.recipient_channel = channel->theirs;
    return ss_outbox_put(conn, SS_OUTBOX_LIMITED, channel, 0, SS_MSG_channel_request, &body);
}

ss_err ss_request_sent(struct ss_connection *conn, struct ss_channel *channel, const void *sent)
{
    const struct ss_msg_channel_request *body = sent;

    (void)conn;
    if (channel != NULL && body->want_reply)
        channel->asked++;
    return SS_OK;
}

static ss_err take_reply(struct ss_connection *conn, struct ss_channel *channel, bool success)
{
    struct ss_event event = {
        .type = SS_EVENT_CHANNEL_REPLY, .channel = channel->ours, .flag = success};

    if (channel->asked == channel->replied)
        return ss_conn_fail(conn, SS_E_unasked_reply, NULL, UNASKED_RULE);
    channel->replied++;
    if (channel->close_out)
        return SS_OK;
    event.number = channel->replied;
    return conn->link->event(conn->link, &event);
}

ss_err ss_request_take_success(struct ss_connection *conn, struct ss_channel *channel,
                               const struct ss_msg *msg)
{
    (void)msg;
    return take_reply(conn, channel, true);
}

ss_err ss_request_take_failure(struct ss_connection *conn, struct ss_channel *channel,
                               const struct ss_msg *msg)
{
    (void)msg;
    return take_reply(conn, channel, false);
}
