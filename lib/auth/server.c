/* SPDX-License-Identifier: Apache-2.0 */
/* server.c - a server's requests one after another, counted, and the answers to them.
 *
 * Owns: the request that is being answered and those that wait behind it, the counts, the
 *   methods that may go on.
 * Not here: the layouts of methods (password.c, publickey.c), who may log in (the owner).
 * Called by: auth.c.
 * Follows: RFC 4252 sections 4, 5, 5.1 to 5.4.
 *
 * RFC 4252 section 5.1 lets a client send several requests at once and has each "acknowledged
 * before processing the next", so a request that came while another has no answer waits for its
 * turn. Only a method that takes several messages is aborted by the next request. The payload is
 * kept here, so that the owner may take its time.
 *
 * Section 5 wants state flushed when the user changes, or a disconnect. What a completed method
 * means is the owner's to know and cannot be flushed from here: after a partial success another
 * user is a disconnect. Before that there is nothing to flush. */
#include "auth/state.h"

#include "sshspec/text.h"

enum { WAITING_MOST = 16 };

/* ---- methods ---- */

static ss_span methods_now(const struct ss_auth *auth)
{
    if (auth->server.partial)
        return ss_buf_span(&auth->server.methods_left);
    return ss_span_of(auth->link->config->auth_methods);
}

/* rule: RFC4252-4-none-not-listed, RFC4252-5.1-completed-not-relisted */
ss_err ss_auth_server_methods(const struct ss_auth *auth, ss_span *out_methods)
{
    ss_span rest = methods_now(auth), name;
    uint8_t *list;
    size_t n = 0;

    if (!ss_namelist_has(rest, ss_span_of("none"))) {
        *out_methods = rest;
        return SS_OK;
    }
    list = ss_arena_alloc(auth->link->arena, rest.size);
    if (list == NULL)
        return SS_E_no_memory;
    while (ss_namelist_next(&rest, &name)) {
        if (ss_span_is(name, "none") || name.size == 0)
            continue;
        if (n > 0)
            list[n++] = ',';
        memcpy(list + n, name.data, name.size);
        n += name.size;
    }
    *out_methods = ss_span_make(list, n);
    return SS_OK;
}

/* ---- one request ---- */

static void forget(struct ss_auth_server *server)
{
    ss_key_free(&server->key);
    memset(&server->attempt, 0, sizeof server->attempt);
    ss_arena_reset(&server->arena);
    ss_buf_clear(&server->payload);
    server->busy = false;
    server->in_steps = false;
    server->due = SS_DUE_NONE;
}

/* False: refused without asking. none is the owner's to judge, whatever is offered.
 * rule: RFC4252-5-unrecognised-method-rejected */
static ss_err consider(struct ss_auth *auth, const struct ss_msg_userauth_request *request,
                       bool *out_asks)
{
    const struct ss_msgdef *tail = request->body.def;
    struct ss_auth_pubkey key;

    *out_asks = false;
    if (tail == NULL)
        return SS_OK;
    if (tail->id == SS_TAIL_userauth_request_none) {
        *out_asks = true;
        return SS_OK;
    }
    /* Bound to a host key it is the same method, and goes by its name in lists. */
    if (ss_auth_publickey_read(request, &key) &&
        ss_namelist_has(methods_now(auth), ss_span_of("publickey")))
        return ss_auth_publickey_try(auth, &key, out_asks);
    if (tail->id == SS_TAIL_userauth_request_password &&
        ss_namelist_has(methods_now(auth), request->method)) {
        ss_auth_password_try(&auth->server.attempt, request->body.value);
        *out_asks = true;
    }
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

static ss_err check_names(struct ss_auth *auth, const struct ss_msg_userauth_request *request)
{
    const struct ss_auth_server *server = &auth->server;

    if (!ss_span_is(request->service, "ssh-connection"))
        return ss_auth_fail(auth, SS_E_service_unknown, "service",
                            "RFC4252-5-unknown-service-not-accepted");
    if (server->partial && !ss_span_eq(request->user, ss_buf_span(&server->partial_user)))
        return ss_auth_fail(auth, SS_E_unexpected_message, "user", "RFC4252-5-change-user-flush");
    return SS_OK;
}

static ss_err ask_owner(struct ss_auth *auth)
{
    struct ss_event event = {.type = SS_EVENT_AUTH_REQUEST, .auth = &auth->server.attempt};

    return auth->link->event(auth->link, &event);
}

static ss_err begin(struct ss_auth *auth, ss_span payload)
{
    struct ss_auth_server *server = &auth->server;
    struct ss_msg_userauth_request *request;
    struct ss_msg msg;
    bool asks;

    forget(server);
    SS_TRY(ss_buf_put(&server->payload, payload));
    SS_TRY(ss_msg_decode(&server->arena, ss_msgdef_of(SS_MSG_userauth_request),
                         ss_buf_span(&server->payload), &msg, NULL));
    request = msg.body;
    SS_TRY(check_names(auth, request));
    server->busy = true;
    server->attempt.user = request->user;
    server->attempt.service = request->service;
    server->attempt.method = request->method;
    SS_TRY(ss_auth_set(&server->last_user, request->user));
    SS_TRY(ss_auth_set(&server->last_method, request->method));
    auth->context = ss_auth_context_of(request->method);
    SS_TRY(consider(auth, request, &asks));
    server->counted = counts(server);
    if (asks)
        return ask_owner(auth);
    server->due = SS_DUE_FAILURE;
    return SS_OK;
}

/* ---- those that wait ---- */

/* rule: RFC4252-5.1-pipelined-requests-in-order */
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

    if (server->busy || server->waiting_count == 0)
        return SS_OK;
    ss_reader_init(&reader, ss_buf_span(&server->waiting));
    payload = ss_reader_string(&reader);
    err = begin(auth, payload);
    ss_buf_consume(&server->waiting, 4 + payload.size);
    server->waiting_count--;
    return err;
}

/* An answer in steps, to a question that a script sent by hand: there is nobody here to judge it.
 */
static ss_err take_step(struct ss_auth *auth)
{
    struct ss_auth_server *server = &auth->server;

    if (!server->in_steps)
        return ss_auth_fail(auth, SS_E_unasked_reply, NULL, "RFC4252-6-client-sends-only-request");
    server->in_steps = false;
    server->busy = true;
    server->counted = true;
    server->due = SS_DUE_FAILURE;
    return SS_OK;
}

/* rule: RFC4252-4-auth-attempt-disconnect: requests of any kind have an end too. */
ss_err ss_auth_server_take(struct ss_auth *auth, const struct ss_msg *msg)
{
    struct ss_auth_server *server = &auth->server;

    if (msg->def->id == SS_MSG_userauth_info_response)
        return take_step(auth);
    if (msg->def->id != SS_MSG_userauth_request)
        return ss_auth_fail(auth, SS_E_unexpected_message, NULL,
                            "RFC4252-6-client-sends-only-request");
    if (auth->link->authenticated)
        return SS_OK; /* rule: RFC4252-5.1-post-success-ignored */
    auth->link->auth_begun = true;
    if (++server->requests > auth->link->config->auth_requests)
        return ss_auth_fail(auth, SS_E_too_many_auth, NULL, "RFC4252-4-auth-attempt-disconnect");
    if (server->busy)
        return wait_in_line(auth, msg->payload);
    return begin(auth, msg->payload);
}

/* ---- answers ---- */

static ss_err answer_in_part(struct ss_auth_server *server, ss_span methods)
{
    if (server->attempt.query || methods.size == 0)
        return SS_E_bad_argument;
    SS_TRY(ss_auth_set(&server->text, methods));
    server->due = SS_DUE_PARTIAL;
    return SS_OK;
}

/* rule: RFC4252-8-changereq-for-expired */
static ss_err answer_change(struct ss_auth_server *server, ss_span prompt)
{
    if (!ss_span_is(server->attempt.method, "password"))
        return SS_E_bad_argument;
    SS_TRY(ss_auth_set(&server->text, prompt.size > 0 ? prompt : ss_span_of(SS_AUTH_PROMPT)));
    server->due = SS_DUE_CHANGE;
    return SS_OK;
}

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
        return answer_in_part(server, command->text);
    case SS_AUTH_ASK_CHANGE:
        return answer_change(server, command->text);
    default:
        return SS_E_bad_argument;
    }
}

static ss_err send(struct ss_auth *auth, enum ss_msgid id, void *body)
{
    struct ss_msg msg = {ss_msgdef_of(id), body, {NULL, 0}};

    return auth->link->send(auth->link, &msg);
}

/* rule: RFC4252-5.4-banner-timing */
static ss_err send_banner(struct ss_auth *auth)
{
    struct ss_msg_userauth_banner body = {.message = ss_span_of(auth->link->config->banner),
                                          .language = ss_span_of("")};

    if (auth->server.banner_sent || auth->link->config->banner == NULL)
        return SS_OK;
    return send(auth, SS_MSG_userauth_banner, &body);
}

/* The failure that reaches the limit is answered by the disconnect.
 * rule: RFC4252-4-auth-attempt-limit, RFC4252-4-auth-attempt-disconnect */
static ss_err send_failure(struct ss_auth *auth)
{
    const struct ss_auth_server *server = &auth->server;
    struct ss_msg_userauth_failure body = {.partial_success = server->due == SS_DUE_PARTIAL};

    if (body.partial_success) {
        body.methods = ss_buf_span(&server->text);
        return send(auth, SS_MSG_userauth_failure, &body);
    }
    if (server->counted && server->failures + 1 >= auth->link->config->auth_tries)
        return ss_auth_fail(auth, SS_E_too_many_auth, NULL, "RFC4252-4-auth-attempt-disconnect");
    SS_TRY(ss_auth_server_methods(auth, &body.methods));
    return send(auth, SS_MSG_userauth_failure, &body);
}

static ss_err send_due(struct ss_auth *auth)
{
    struct ss_auth_server *server = &auth->server;
    /* rule: RFC4252-7-pk-ok-echo */
    struct ss_msg_userauth_pk_ok ok = {.algorithm = server->attempt.algorithm,
                                       .blob = server->attempt.blob};
    struct ss_msg_userauth_passwd_changereq change = {.prompt = ss_buf_span(&server->text),
                                                      .language = ss_span_of("")};
    struct ss_msg_userauth_success success = {0};

    switch (server->due) {
    case SS_DUE_SUCCESS:
        return send(auth, SS_MSG_userauth_success, &success);
    case SS_DUE_PK_OK:
        return send(auth, SS_MSG_userauth_pk_ok, &ok);
    case SS_DUE_CHANGE:
        return send(auth, SS_MSG_userauth_passwd_changereq, &change);
    default:
        return send_failure(auth);
    }
}

/* ---- what was sent ---- */

static ss_err sent_failure(struct ss_auth *auth, const struct ss_msg_userauth_failure *body)
{
    struct ss_auth_server *server = &auth->server;

    if (body->partial_success) {
        SS_TRY(ss_auth_set(&server->partial_user, ss_buf_span(&server->last_user)));
        SS_TRY(ss_auth_set(&server->methods_left, body->methods));
        server->partial = true;
    } else if (server->busy && server->counted) {
        server->failures++;
    }
    forget(server);
    return next_in_line(auth);
}

/* Lets the user in, whoever sent it and whether or not somebody asked.
 * rule: RFC4252-5.1-success-once */
static ss_err sent_success(struct ss_auth *auth)
{
    struct ss_auth_server *server = &auth->server;

    forget(server);
    ss_buf_clear(&server->waiting);
    server->waiting_count = 0;
    if (auth->link->authenticated)
        return SS_OK;
    return ss_auth_done(auth, ss_buf_span(&server->last_user), ss_buf_span(&server->last_method));
}

ss_err ss_auth_server_sent(struct ss_auth *auth, const struct ss_msg *msg)
{
    struct ss_auth_server *server = &auth->server;

    switch (msg->def->id) {
    case SS_MSG_userauth_failure:
        return sent_failure(auth, msg->body);
    case SS_MSG_userauth_success:
        return sent_success(auth);
    case SS_MSG_userauth_banner:
        server->banner_sent = true;
        return SS_OK;
    case SS_MSG_userauth_pk_ok:
    case SS_MSG_userauth_passwd_changereq:
        forget(server);
        return next_in_line(auth);
    case SS_MSG_userauth_info_request:
        forget(server);
        server->in_steps = true;
        return next_in_line(auth); /* rule: RFC4252-5-abandon-previous */
    default:
        return SS_OK;
    }
}

ss_err ss_auth_server_act(struct ss_auth *auth)
{
    while (auth->server.due != SS_DUE_NONE) {
        SS_TRY(send_banner(auth));
        SS_TRY(send_due(auth));
    }
    return SS_OK;
}
