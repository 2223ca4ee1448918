/* SPDX-License-Identifier: Apache-2.0 */
/* server.c - a server's requests one after another, counted, and the answers to them.
 *
 * Owns: the request that is being answered and those that wait behind it, the counts.
 * Not here: the layouts of methods (password.c, publickey.c), who may log in (the owner).
 * Called by: auth.c.
 * Follows: RFC 4252 sections 4, 5, 5.1 to 5.4.
 *
 * A request that came while another has no answer waits for its turn: answers go out in the order
 * of the requests. Its payload is kept here, so that the owner may take its time. */
#include "state.h"

#include "sshspec/text.h"

enum { WAITING_MOST = 16 };

ss_span ss_auth_methods(const struct ss_auth *auth)
{
    return ss_span_of(auth->link->config->auth_methods);
}

/* ---- one request ---- */

static void forget(struct ss_auth_server *server)
{
    ss_key_free(&server->key);
    memset(&server->attempt, 0, sizeof server->attempt);
    ss_arena_reset(&server->arena);
    ss_buf_clear(&server->payload);
    server->busy = false;
    server->due = SS_DUE_NONE;
}

static ss_err ask_owner(struct ss_auth *auth)
{
    struct ss_event event = {.type = SS_EVENT_AUTH_REQUEST};

    event.auth = &auth->server.attempt;
    return auth->link->event(auth->link, &event);
}

/* False: refused without asking. none is the owner's to judge, whatever is offered.
 * rule: RFC4252-5-unrecognised-method-rejected */
static ss_err consider(struct ss_auth *auth, const struct ss_msg_userauth_request *request,
                       bool *out_asks)
{
    struct ss_auth_server *server = &auth->server;
    const struct ss_msgdef *tail = request->body.def;

    *out_asks = false;
    if (!ss_span_is(request->service, "ssh-connection") || tail == NULL)
        return SS_OK; /* rule: RFC4252-5-unknown-service-not-accepted */
    if (tail->id == SS_TAIL_userauth_request_none) {
        *out_asks = true;
        return SS_OK;
    }
    if (!ss_namelist_has(ss_auth_methods(auth), request->method))
        return SS_OK;
    if (tail->id == SS_TAIL_userauth_request_password) {
        ss_auth_password_try(&server->attempt, request->body.value);
        *out_asks = true;
        return SS_OK;
    }
    if (tail->id == SS_TAIL_userauth_request_publickey)
        return ss_auth_publickey_try(auth, request->body.value, out_asks);
    return SS_OK;
}

/* Queries are free, and so is the first none, with which clients learn the methods. */
static bool counts(struct ss_auth_server *server)
{
    bool none = ss_span_is(server->attempt.method, "none");
    bool first = none && !server->none_seen;

    server->none_seen = server->none_seen || none;
    return !first && !server->attempt.query;
}

static ss_err begin(struct ss_auth *auth, ss_span payload)
{
    struct ss_auth_server *server = &auth->server;
    struct ss_msg_userauth_request *request;
    struct ss_msg msg;
    bool asks;

    SS_TRY(ss_buf_put(&server->payload, payload));
    SS_TRY(ss_msg_decode(&server->arena, ss_msgdef_of(SS_MSG_userauth_request),
                         ss_buf_span(&server->payload), &msg, NULL));
    request = msg.body;
    server->busy = true;
    server->attempt.user = request->user;
    server->attempt.service = request->service;
    server->attempt.method = request->method;
    auth->context = ss_auth_context_of(request->method);
    SS_TRY(consider(auth, request, &asks));
    server->counted = counts(server);
    if (asks)
        return ask_owner(auth);
    server->due = SS_DUE_FAILURE;
    return SS_OK;
}

/* ---- those that wait ---- */

static ss_err wait_in_line(struct ss_auth *auth, ss_span payload)
{
    struct ss_writer writer;
    ss_err err;

    if (auth->server.waiting_count >= WAITING_MOST)
        return ss_auth_fail(auth, SS_E_too_many, NULL, NULL);
    ss_writer_init(&writer, &auth->server.waiting);
    ss_writer_string(&writer, payload);
    err = ss_writer_done(&writer);
    if (err == SS_E_ceiling)
        return ss_auth_fail(auth, SS_E_too_many, NULL, NULL);
    if (err == SS_OK)
        auth->server.waiting_count++;
    return err;
}

static ss_err next_in_line(struct ss_auth *auth)
{
    struct ss_auth_server *server = &auth->server;
    struct ss_reader reader;
    ss_span payload;
    ss_err err;

    if (server->busy || server->waiting_count == 0 || auth->link->authenticated)
        return SS_OK;
    ss_reader_init(&reader, ss_buf_span(&server->waiting));
    payload = ss_reader_string(&reader);
    err = begin(auth, payload);
    ss_buf_consume(&server->waiting, 4 + payload.size);
    server->waiting_count--;
    return err;
}

ss_err ss_auth_server_take(struct ss_auth *auth, const struct ss_msg *msg)
{
    struct ss_auth_server *server = &auth->server;

    if (msg->def->id != SS_MSG_userauth_request)
        return ss_auth_fail(auth, SS_E_unexpected_message, NULL,
                            "RFC4252-6-client-sends-only-request");
    if (++server->requests > auth->link->config->auth_requests)
        return ss_auth_fail(auth, SS_E_too_many_auth, NULL, "RFC4252-4-auth-attempt-disconnect");
    if (server->busy)
        return wait_in_line(auth, msg->payload);
    return begin(auth, msg->payload);
}

/* ---- answers ---- */

ss_err ss_auth_server_answer(struct ss_auth *auth, const struct ss_command *command)
{
    struct ss_auth_server *server = &auth->server;

    if (!server->busy || server->due != SS_DUE_NONE)
        return SS_E_usage;
    switch (command->number) {
    case SS_AUTH_ACCEPT:
        server->due = server->attempt.query ? SS_DUE_PK_OK : SS_DUE_SUCCESS;
        return SS_OK;
    case SS_AUTH_REJECT:
        server->due = SS_DUE_FAILURE;
        return SS_OK;
    case SS_AUTH_PARTIAL:
        ss_buf_clear(&server->methods);
        SS_TRY(ss_buf_put(&server->methods, command->text));
        server->due = SS_DUE_PARTIAL;
        return SS_OK;
    case SS_AUTH_ASK_CHANGE:
        if (!ss_span_is(server->attempt.method, "password"))
            return SS_E_bad_argument;
        server->due = SS_DUE_CHANGE;
        return SS_OK;
    default:
        return SS_E_bad_argument;
    }
}

static ss_err send_banner(struct ss_auth *auth)
{
    struct ss_msg_userauth_banner body = {0};
    struct ss_msg msg = {ss_msgdef_of(SS_MSG_userauth_banner), &body, {NULL, 0}};

    if (auth->server.banner_sent || auth->link->config->banner == NULL)
        return SS_OK;
    auth->server.banner_sent = true;
    body.message = ss_span_of(auth->link->config->banner);
    return auth->link->send(auth->link, &msg);
}

/* rule: RFC4252-4-auth-attempt-limit */
static ss_err send_failure(struct ss_auth *auth, bool partial)
{
    struct ss_auth_server *server = &auth->server;
    struct ss_msg_userauth_failure body = {0};
    struct ss_msg msg = {ss_msgdef_of(SS_MSG_userauth_failure), &body, {NULL, 0}};

    if (!partial && server->counted && ++server->failures >= auth->link->config->auth_tries)
        return ss_auth_fail(auth, SS_E_too_many_auth, NULL, "RFC4252-4-auth-attempt-disconnect");
    body.methods = partial ? ss_buf_span(&server->methods) : ss_auth_methods(auth);
    body.partial_success = partial;
    return auth->link->send(auth->link, &msg);
}

static ss_err send_due(struct ss_auth *auth)
{
    struct ss_msg_userauth_pk_ok ok = {auth->server.attempt.algorithm, auth->server.attempt.blob,
                                       0};
    struct ss_msg_userauth_passwd_changereq change = {ss_span_of("The password has expired."),
                                                      ss_span_of(""), 0};
    struct ss_msg_userauth_success success = {0};
    struct ss_msg msg = {0};

    switch (auth->server.due) {
    case SS_DUE_FAILURE:
    case SS_DUE_PARTIAL:
        return send_failure(auth, auth->server.due == SS_DUE_PARTIAL);
    case SS_DUE_SUCCESS:
        msg.def = ss_msgdef_of(SS_MSG_userauth_success);
        msg.body = &success;
        break;
    case SS_DUE_PK_OK:
        msg.def = ss_msgdef_of(SS_MSG_userauth_pk_ok);
        msg.body = &ok;
        break;
    case SS_DUE_CHANGE:
        msg.def = ss_msgdef_of(SS_MSG_userauth_passwd_changereq);
        msg.body = &change;
        break;
    default:
        return SS_OK;
    }
    return auth->link->send(auth->link, &msg);
}

/* SUCCESS lets the user in, whoever sent it and whether or not somebody asked. */
ss_err ss_auth_server_sent(struct ss_auth *auth, uint8_t number)
{
    struct ss_auth_server *server = &auth->server;
    ss_err err = SS_OK;

    if (number < 51 || number == 53 || number > 60)
        return SS_OK;
    if (number == 52 && !auth->link->authenticated)
        err = ss_auth_done(auth, server->attempt.user, server->attempt.method);
    forget(server);
    SS_TRY(err);
    return next_in_line(auth);
}

ss_err ss_auth_server_act(struct ss_auth *auth)
{
    while (auth->server.due != SS_DUE_NONE) {
        SS_TRY(send_banner(auth));
        SS_TRY(send_due(auth));
    }
    return SS_OK;
}
