/* SPDX-License-Identifier: Apache-2.0 */
/* global.c - global requests and their replies, both ways, in order.
 *
 * Owns: which replies are outstanding; that no session is opened after the peer said so.
 * Not here: what a request asks for: all of them, known or not, are the owner's to answer.
 * Called by: connection.c.
 * Follows: RFC 4254 section 4; OpenSSH PROTOCOL section 2.2. */
#include "connection/state.h"

#define UNASKED_RULE "RFC4254-4-unsolicited-global-reply"

/* ---- the peer's ---- */

ss_err ss_global_take(struct ss_connection *conn, struct ss_channel *channel,
                      const struct ss_msg *msg)
{
    const struct ss_msg_global_request *body = msg->body;
    struct ss_event event = {
        .type = SS_EVENT_GLOBAL_REQUEST, .flag = body->want_reply, .message = msg};
    ss_err err = ss_inbox_add(&conn->inbox, conn->link->env, body->want_reply);

    (void)channel;
    if (err == SS_E_too_many)
        return ss_conn_fail(conn, err, NULL, NULL);
    SS_TRY(err);
    if (conn->link->config->role == SS_SERVER &&
        ss_span_is(body->request_name, "no-more-sessions@openssh.com"))
        conn->no_more_sessions = true;
    event.number = conn->inbox.last;
    return conn->link->event(conn->link, &event);
}

static ss_err queue_ready(struct ss_connection *conn)
{
    struct ss_inbox_entry *entry;

    while ((entry = ss_inbox_ready(&conn->inbox)) != NULL) {
        struct ss_msg_request_success success = {.data = ss_span_make(entry->data, entry->size)};
        struct ss_msg_request_failure failure = {0};

        if (entry->success)
            SS_TRY(ss_outbox_put(conn, SS_OUTBOX_ALWAYS, NULL, entry->place, SS_MSG_request_success,
                                 &success));
        else
            SS_TRY(ss_outbox_put(conn, SS_OUTBOX_ALWAYS, NULL, entry->place, SS_MSG_request_failure,
                                 &failure));
        entry->state = SS_INBOX_QUEUED;
    }
    return SS_OK;
}

/* rule: RFC4254-4-global-replies-ordered */
ss_err ss_global_reply(struct ss_connection *conn, const struct ss_command *command,
                       uint32_t *out_channel)
{
    ss_span data = command->flag ? command->data : ss_span_make(NULL, 0);
    struct ss_inbox_entry *entry;
    ss_err err;

    (void)out_channel;
    if (data.size > ss_outbox_room(&conn->outbox) && data.size > 0)
        return SS_E_would_block;
    SS_TRY(ss_inbox_answer(&conn->inbox, conn->link->env, command->number, command->flag, data,
                           &entry));
    if (entry == NULL)
        return SS_OK;
    err = queue_ready(conn);
    if (err != SS_OK && entry->state == SS_INBOX_ANSWERED) { /* the owner may try again */
        ss_free(conn->link->env, entry->data, entry->size);
        entry->data = NULL;
        entry->size = 0;
        entry->state = SS_INBOX_WAITING;
    }
    return err;
}

ss_err ss_global_sent_reply(struct ss_connection *conn, struct ss_channel *channel,
                            const void *body)
{
    (void)channel;
    (void)body;
    ss_inbox_settle(&conn->inbox, conn->link->env);
    return SS_OK;
}

/* ---- ours ---- */

ss_err ss_global_command(struct ss_connection *conn, const struct ss_command *command,
                         uint32_t *out_channel)
{
    (void)out_channel;
    if (command->message == NULL || command->message->def != ss_msgdef_of(SS_MSG_global_request))
        return SS_E_bad_argument;
    return ss_outbox_put(conn, SS_OUTBOX_LIMITED, NULL, 0, SS_MSG_global_request,
                         command->message->body);
}

ss_err ss_global_sent(struct ss_connection *conn, struct ss_channel *channel, const void *sent)
{
    const struct ss_msg_global_request *body = sent;

    (void)channel;
    if (body->want_reply)
        conn->asked++;
    return SS_OK;
}

static ss_err take_reply(struct ss_connection *conn, bool success, ss_span data)
{
    struct ss_event event = {.type = SS_EVENT_GLOBAL_REPLY, .flag = success, .data = data};

    if (conn->asked == conn->replied)
        return ss_conn_fail(conn, SS_E_unasked_reply, NULL, UNASKED_RULE);
    event.number = ++conn->replied;
    return conn->link->event(conn->link, &event);
}

ss_err ss_global_take_success(struct ss_connection *conn, struct ss_channel *channel,
                              const struct ss_msg *msg)
{
    (void)channel;
    return take_reply(conn, true, ((const struct ss_msg_request_success *)msg->body)->data);
}

ss_err ss_global_take_failure(struct ss_connection *conn, struct ss_channel *channel,
                              const struct ss_msg *msg)
{
    (void)channel;
    (void)msg;
    return take_reply(conn, false, ss_span_make(NULL, 0));
}
