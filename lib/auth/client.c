/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - a client's request under way, and what the server says to it.
 *
 * Owns: one request at a time; what it said, so that the reply can be held against it.
 * Not here: the layouts of methods (password.c, publickey.c), which credential is tried (owner).
 * Called by: auth.c.
 * Follows: RFC 4252 sections 5.1, 5.4, 6.
 *
 * A script may send several requests by hand before a reply comes; replies are counted against
 * them. */
#include "auth/state.h"

static bool is_key_command(enum ss_command_kind kind)
{
    return kind == SS_CMD_AUTH_KEY || kind == SS_CMD_AUTH_QUERY;
}

static void forget_secrets(struct ss_auth_client *client)
{
    ss_buf_clear(&client->first);
    ss_buf_clear(&client->second);
}

static ss_err keep(struct ss_auth_client *client, const struct ss_command *command)
{
    SS_TRY(ss_auth_set(&client->user, command->text));
    SS_TRY(ss_auth_set(&client->first, command->data));
    return ss_auth_set(&client->second, command->more);
}

/* rule: RFC4252-5.1-client-waits-for-reply */
ss_err ss_auth_client_command(struct ss_auth *auth, const struct ss_command *command)
{
    struct ss_auth_client *client = &auth->client;
    const struct ss_sign_alg *alg = NULL;
    ss_err err;

    if (client->wanted || client->outstanding > 0)
        return SS_E_would_block;
    if (is_key_command(command->kind)) {
        if (command->key == NULL ||
            (command->kind == SS_CMD_AUTH_KEY && !ss_key_is_private(command->key)))
            return SS_E_bad_argument;
        alg = ss_auth_publickey_alg(auth, command->key);
        if (alg == NULL)
            return SS_E_unsupported;
    }
    err = keep(client, command);
    if (err != SS_OK) {
        forget_secrets(client);
        return err;
    }
    ss_key_free(&client->key);
    if (alg != NULL)
        client->key = ss_key_ref(command->key);
    client->alg = alg;
    client->kind = command->kind;
    client->wanted = true;
    client->next_due = false;
    return SS_OK;
}

static enum ss_msgid tail_of(const struct ss_auth *auth)
{
    switch (auth->client.kind) {
    case SS_CMD_AUTH_PASSWORD:
    case SS_CMD_AUTH_PASSWORD_CHANGE:
        return SS_TAIL_userauth_request_password;
    case SS_CMD_AUTH_QUERY:
    case SS_CMD_AUTH_KEY:
        return ss_auth_publickey_tail(auth);
    default:
        return SS_TAIL_userauth_request_none;
    }
}

static ss_err fill(struct ss_auth *auth, struct ss_msg_userauth_request *body)
{
    struct ss_auth_client *client = &auth->client;

    body->user = ss_buf_span(&client->user);
    body->service = ss_span_of("ssh-connection");
    if (body->body.def->id == SS_TAIL_userauth_request_password)
        ss_auth_password_fill(auth, body->body.value);
    if (is_key_command(client->kind))
        return ss_auth_publickey_fill(auth, client->kind == SS_CMD_AUTH_KEY, body);
    return SS_OK;
}

static ss_err send_request(struct ss_auth *auth)
{
    const struct ss_msgdef *tail = ss_msgdef_of(tail_of(auth));
    struct ss_msg msg;

    SS_TRY(ss_msg_new(auth->link->arena, ss_msgdef_of(SS_MSG_userauth_request), tail, &msg));
    SS_TRY(fill(auth, msg.body));
    return auth->link->send(auth->link, &msg);
}

/* By hand or not: from here on a reply is due, and what a command wanted has been said. */
ss_err ss_auth_client_sent(struct ss_auth *auth, const struct ss_msg_userauth_request *request)
{
    struct ss_auth_client *client = &auth->client;
    struct ss_auth_pubkey key;

    client->wanted = false;
    client->next_due = false;
    forget_secrets(client);
    /* rule: RFC4252-5.1-no-failure-for-aborted */
    client->outstanding = client->in_steps ? 1 : client->outstanding + 1;
    client->in_steps = false;
    client->sent_query = false;
    auth->context = ss_auth_context_of(request->method);
    SS_TRY(ss_auth_set(&client->sent_user, request->user));
    SS_TRY(ss_auth_set(&client->sent_method, request->method));
    ss_buf_clear(&client->sent_algorithm);
    ss_buf_clear(&client->sent_blob);
    if (!ss_auth_publickey_read(request, &key))
        return SS_OK;
    client->sent_query = !key.has_signature;
    SS_TRY(ss_auth_set(&client->sent_algorithm, key.algorithm));
    return ss_auth_set(&client->sent_blob, key.blob);
}

static ss_err ask_next(struct ss_auth *auth, ss_span methods, bool partial)
{
    struct ss_event event = {.type = SS_EVENT_AUTH_NEXT,
                             .text = methods,
                             .flag = partial,
                             .number = auth->client.attempts};

    return auth->link->event(auth->link, &event);
}

ss_err ss_auth_client_act(struct ss_auth *auth)
{
    struct ss_auth_client *client = &auth->client;

    if (client->next_due) {
        SS_TRY(ask_next(auth, ss_span_make(NULL, 0), false));
        client->next_due = false;
    }
    return client->wanted && client->outstanding == 0 ? send_request(auth) : SS_OK;
}

/* ---- replies ---- */

bool ss_auth_client_settle(struct ss_auth *auth)
{
    if (auth->client.outstanding == 0)
        return false;
    auth->client.outstanding--;
    auth->client.in_steps = false;
    return true;
}

static ss_err take_success(struct ss_auth *auth)
{
    struct ss_auth_client *client = &auth->client;

    if (!ss_auth_client_settle(auth))
        return ss_auth_fail(auth, SS_E_unasked_reply, NULL, "RFC4252-6-client-unexpected-success");
    if (client->sent_query) /* let in without a signature: the server's business */
        auth->link->note(auth->link, SS_TRACE_NOTE, "SUCCESS to a query, RFC4252-7-query-answered");
    client->next_due = false;
    return ss_auth_done(auth, ss_buf_span(&client->sent_user), ss_buf_span(&client->sent_method));
}

static ss_err take_failure(struct ss_auth *auth, const struct ss_msg_userauth_failure *body)
{
    if (!ss_auth_client_settle(auth))
        return ss_auth_fail(auth, SS_E_unasked_reply, NULL, NULL);
    if (!body->partial_success)
        auth->client.attempts++;
    return ask_next(auth, body->methods, body->partial_success);
}

static ss_err take_banner(struct ss_auth *auth, const struct ss_msg_userauth_banner *body)
{
    struct ss_event event = {.type = SS_EVENT_BANNER, .text = body->message};

    return auth->link->event(auth->link, &event);
}

/* A step of a method that only a script starts: it answers too. */
static ss_err take_step(struct ss_auth *auth)
{
    if (auth->client.outstanding == 0)
        return ss_auth_fail(auth, SS_E_unasked_reply, NULL, NULL);
    auth->client.in_steps = true;
    return SS_OK;
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
    case SS_MSG_userauth_info_request:
        return take_step(auth);
    default:
        return ss_auth_fail(auth, SS_E_unexpected_message, NULL, NULL);
    }
}

/* ---- what a script would send ---- */

/* The request that a command made due, or else one like the last: same user, same key. */
ss_err ss_auth_client_compose(struct ss_auth *auth, struct ss_msg_userauth_request *body)
{
    struct ss_auth_client *client = &auth->client;
    const struct ss_msgdef *tail = ss_msgdef_of(tail_of(auth));
    struct ss_auth_pubkey key;

    body->user = ss_buf_span(client->wanted ? &client->user : &client->sent_user);
    body->service = ss_span_of("ssh-connection");
    if (client->wanted && body->body.def == NULL && body->method.size == 0) {
        body->body.value = ss_arena_alloc(auth->link->arena, tail->size);
        if (body->body.value == NULL)
            return SS_E_no_memory;
        body->body.def = tail;
    }
    if (body->body.def == NULL)
        return SS_OK;
    body->method = ss_span_of(body->body.def->key);
    if (body->body.def->id == SS_TAIL_userauth_request_password && client->wanted)
        ss_auth_password_fill(auth, body->body.value);
    if (ss_auth_publickey_read(body, &key) && client->key != NULL)
        return ss_auth_publickey_fill(auth, client->kind == SS_CMD_AUTH_KEY, body);
    return SS_OK;
}
