/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - a client's request under way, and what the server says to it.
 *
 * Owns: one request at a time; what it said, so that the reply can be held against it.
 * Not here: the layouts of methods (password.c, publickey.c), which credential is tried (owner).
 * Called by: auth.c.
 * Follows: RFC 4252 sections 5.1, 5.4, 6. */
#include "state.h"

static ss_err replace(struct ss_buf *buf, ss_span bytes)
{
    ss_buf_clear(buf);
    return ss_buf_put(buf, bytes);
}

/* rule: RFC4252-5.1-client-waits-for-reply */
ss_err ss_auth_client_command(struct ss_auth *auth, const struct ss_command *command)
{
    struct ss_auth_client *client = &auth->client;
    bool needs_key = command->kind == SS_CMD_AUTH_KEY || command->kind == SS_CMD_AUTH_QUERY;

    if (client->wanted || client->outstanding)
        return SS_E_would_block;
    if (needs_key && command->key == NULL)
        return SS_E_bad_argument;
    SS_TRY(replace(&client->user, command->text));
    SS_TRY(replace(&client->first, command->data));
    SS_TRY(replace(&client->second, command->more));
    ss_key_free(&client->key);
    if (needs_key)
        client->key = ss_key_ref(command->key);
    client->kind = command->kind;
    client->wanted = true;
    return SS_OK;
}

static enum ss_msgid tail_of(enum ss_command_kind kind)
{
    switch (kind) {
    case SS_CMD_AUTH_PASSWORD:
    case SS_CMD_AUTH_PASSWORD_CHANGE:
        return SS_TAIL_userauth_request_password;
    case SS_CMD_AUTH_QUERY:
    case SS_CMD_AUTH_KEY:
        return SS_TAIL_userauth_request_publickey;
    default:
        return SS_TAIL_userauth_request_none;
    }
}

/* An algorithm that the server does not take is a failed attempt without a message. */
static ss_err skip_key(struct ss_auth *auth)
{
    auth->client.wanted = false;
    auth->client.next_due = true;
    auth->link->note(auth->link, SS_TRACE_NOTE, "no signature algorithm in common for a key");
    return SS_OK;
}

static ss_err send_request(struct ss_auth *auth)
{
    struct ss_auth_client *client = &auth->client;
    const struct ss_msgdef *tail = ss_msgdef_of(tail_of(client->kind));
    struct ss_msg_userauth_request *body;
    struct ss_msg msg;
    ss_err err = SS_OK;

    SS_TRY(ss_msg_new(auth->link->arena, ss_msgdef_of(SS_MSG_userauth_request), tail, &msg));
    body = msg.body;
    body->user = ss_buf_span(&client->user);
    body->service = ss_span_of("ssh-connection");
    body->method = ss_span_of(tail->key);
    if (tail->id == SS_TAIL_userauth_request_password)
        ss_auth_password_fill(auth, body->body.value);
    if (tail->id == SS_TAIL_userauth_request_publickey)
        err = ss_auth_publickey_fill(auth, client->kind == SS_CMD_AUTH_KEY, body->body.value);
    if (err == SS_E_unsupported)
        return skip_key(auth);
    SS_TRY(err);
    client->wanted = false;
    err = auth->link->send(auth->link, &msg);
    ss_buf_clear(&client->first);
    ss_buf_clear(&client->second);
    return err;
}

ss_err ss_auth_client_sent(struct ss_auth *auth, const struct ss_msg_userauth_request *request)
{
    struct ss_auth_client *client = &auth->client;

    client->outstanding = true;
    auth->context = ss_auth_context_of(request->method);
    SS_TRY(replace(&client->sent_user, request->user));
    SS_TRY(replace(&client->sent_method, request->method));
    ss_buf_clear(&client->sent_algorithm);
    ss_buf_clear(&client->sent_blob);
    if (request->body.def != NULL && request->body.def->id == SS_TAIL_userauth_request_publickey) {
        const struct ss_tail_userauth_request_publickey *key = request->body.value;

        SS_TRY(replace(&client->sent_algorithm, key->algorithm));
        SS_TRY(replace(&client->sent_blob, key->blob));
    }
    return SS_OK;
}

static ss_err ask_next(struct ss_auth *auth, ss_span methods, bool partial)
{
    struct ss_event event = {.type = SS_EVENT_AUTH_NEXT};

    event.text = methods;
    event.flag = partial;
    event.number = auth->client.attempts;
    return auth->link->event(auth->link, &event);
}

ss_err ss_auth_client_act(struct ss_auth *auth)
{
    struct ss_auth_client *client = &auth->client;

    if (client->next_due && !auth->link->authenticated) {
        client->next_due = false;
        SS_TRY(ask_next(auth, ss_span_make(NULL, 0), false));
    }
    return client->wanted && !client->outstanding ? send_request(auth) : SS_OK;
}

/* ---- replies ---- */

static ss_err take_success(struct ss_auth *auth)
{
    if (!auth->client.outstanding)
        return ss_auth_fail(auth, SS_E_unasked_reply, NULL, "RFC4252-6-client-unexpected-success");
    auth->client.outstanding = false;
    return ss_auth_done(auth, ss_buf_span(&auth->client.sent_user),
                        ss_buf_span(&auth->client.sent_method));
}

static ss_err take_failure(struct ss_auth *auth, const struct ss_msg_userauth_failure *body)
{
    if (!auth->client.outstanding)
        return ss_auth_fail(auth, SS_E_unasked_reply, NULL, NULL);
    auth->client.outstanding = false;
    if (!body->partial_success)
        auth->client.attempts++;
    return ask_next(auth, body->methods, body->partial_success);
}

static ss_err take_banner(struct ss_auth *auth, const struct ss_msg_userauth_banner *body)
{
    struct ss_event event = {.type = SS_EVENT_BANNER};

    event.text = body->message;
    return auth->link->event(auth->link, &event);
}

ss_err ss_auth_client_take(struct ss_auth *auth, const struct ss_msg *msg)
{
    switch (msg->def->id) {
    case SS_MSG_userauth_success:
        return take_success(auth);
    case SS_MSG_userauth_failure:
        return take_failure(auth, msg->body);
    case SS_MSG_userauth_banner:
        return take_banner(auth, msg->body);
    case SS_MSG_userauth_pk_ok:
        return ss_auth_publickey_take(auth, msg->body);
    case SS_MSG_userauth_passwd_changereq:
        return ss_auth_password_take(auth, msg->body);
    default: /* a method that we never start */
        return ss_auth_fail(auth, SS_E_unexpected_message, NULL, NULL);
    }
}
