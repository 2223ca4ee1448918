/* SPDX-License-Identifier: Apache-2.0 */
/* auth.c - the layer: which message and which command goes where, and its life.
 *
 * Owns: the context of message numbers 60 to 79, the user that was let in, honest defaults.
 * Not here: the two roles (client.c, server.c), the methods.
 * Called by: engine, through ss_auth_ops.
 * Follows: RFC 4252 section 6 for who may send what. */
#include "state.h"

enum { REQUEST = 50, FAILURE = 51, SUCCESS = 52, BANNER = 53, TEXT_MOST = 1 << 16 };

static bool is_client(const struct ss_auth *auth)
{
    return auth->link->config->role == SS_CLIENT;
}

ss_err ss_auth_fail(struct ss_auth *auth, ss_err err, const char *field, const char *rule)
{
    return auth->link->fail(auth->link, err, field, rule, NULL);
}

enum ss_context ss_auth_context_of(ss_span method)
{
    if (ss_span_is(method, "publickey") ||
        ss_span_is(method, "publickey-hostbound-v00@openssh.com"))
        return SS_CONTEXT_AUTH_PUBLICKEY;
    if (ss_span_is(method, "password"))
        return SS_CONTEXT_AUTH_PASSWORD;
    if (ss_span_is(method, "keyboard-interactive"))
        return SS_CONTEXT_AUTH_KBDINT;
    return SS_CONTEXT_ANY;
}

ss_err ss_auth_done(struct ss_auth *auth, ss_span user, ss_span method)
{
    struct ss_event event = {.type = SS_EVENT_AUTH_DONE};

    ss_buf_clear(&auth->user);
    SS_TRY(ss_buf_put(&auth->user, user));
    auth->link->user = ss_buf_span(&auth->user);
    auth->link->authenticated = true;
    event.text = auth->link->user;
    SS_TRY(ss_arena_copy(auth->link->arena, method, &event.method));
    return auth->link->event(auth->link, &event);
}

/* ---- ops ---- */

static ss_err on_message(void *layer, const struct ss_msg *msg)
{
    struct ss_auth *auth = layer;
    ss_err err;

    if (msg->def == NULL)
        return ss_auth_fail(auth, SS_E_unexpected_message, NULL, NULL);
    err = is_client(auth) ? ss_auth_client_take(auth, msg) : ss_auth_server_take(auth, msg);
    if (ss_err_class_of(err) == SS_CLASS_RESOURCE)
        return ss_auth_fail(auth, err, NULL, NULL);
    return err;
}

/* What cannot be read changes nothing: the peer could not read it either. */
static ss_err sent_by_hand(struct ss_auth *auth, ss_span payload)
{
    struct ss_msg msg;
    ss_err err;

    if (payload.size == 0)
        return SS_OK;
    if (!is_client(auth))
        return ss_auth_server_sent(auth, payload.data[0]);
    if (payload.data[0] != REQUEST)
        return SS_OK;
    err = ss_msg_decode(auth->link->arena, ss_msgdef_of(SS_MSG_userauth_request), payload, &msg,
                        NULL);
    if (err == SS_E_no_memory)
        return err;
    return err == SS_OK ? ss_auth_client_sent(auth, msg.body) : SS_OK;
}

static ss_err on_sent(void *layer, const struct ss_msg *msg, ss_span payload)
{
    struct ss_auth *auth = layer;

    if (payload.size > 0 || msg == NULL || msg->def == NULL)
        return sent_by_hand(auth, payload);
    if (!is_client(auth))
        return ss_auth_server_sent(auth, msg->def->number);
    return msg->def->id == SS_MSG_userauth_request ? ss_auth_client_sent(auth, msg->body) : SS_OK;
}

static ss_err act(void *layer)
{
    struct ss_auth *auth = layer;

    if (!auth->started)
        return SS_OK;
    return is_client(auth) ? ss_auth_client_act(auth) : ss_auth_server_act(auth);
}

static ss_err command(void *layer, const struct ss_command *what, uint32_t *out_channel)
{
    struct ss_auth *auth = layer;

    (void)out_channel;
    switch (what->kind) {
    case SS_CMD_AUTH_NONE:
    case SS_CMD_AUTH_PASSWORD:
    case SS_CMD_AUTH_PASSWORD_CHANGE:
    case SS_CMD_AUTH_QUERY:
    case SS_CMD_AUTH_KEY:
        if (!is_client(auth) || !auth->started || auth->link->authenticated)
            return SS_E_usage;
        return ss_auth_client_command(auth, what);
    case SS_CMD_AUTH_ANSWER:
        return is_client(auth) ? SS_E_usage : ss_auth_server_answer(auth, what);
    default:
        return SS_E_unsupported;
    }
}

static void compose_request(struct ss_msg_userauth_request *body)
{
    if (body->service.data == NULL)
        body->service = ss_span_of("ssh-connection");
    if (body->method.data == NULL && body->body.def != NULL)
        body->method = ss_span_of(body->body.def->key);
}

static ss_err compose(void *layer, struct ss_msg *msg)
{
    struct ss_auth *auth = layer;
    struct ss_msg_userauth_failure *failure = msg->body;
    struct ss_msg_userauth_banner *banner = msg->body;
    struct ss_msg_userauth_pk_ok *pk_ok = msg->body;

    switch (msg->def->id) {
    case SS_MSG_userauth_request:
        compose_request(msg->body);
        return SS_OK;
    case SS_MSG_userauth_failure:
        if (failure->methods.data == NULL)
            failure->methods = ss_auth_methods(auth);
        return SS_OK;
    case SS_MSG_userauth_banner:
        if (banner->message.data == NULL)
            banner->message = ss_span_of(auth->link->config->banner);
        return SS_OK;
    case SS_MSG_userauth_pk_ok:
        pk_ok->algorithm = auth->server.attempt.algorithm;
        pk_ok->blob = auth->server.attempt.blob;
        return SS_OK;
    case SS_MSG_userauth_success:
        return SS_OK;
    default:
        return SS_E_unsupported;
    }
}

static ss_time deadline(const void *layer)
{
    (void)layer;
    return SS_NEVER;
}

static ss_err tick(void *layer, ss_time now)
{
    (void)layer;
    (void)now;
    return SS_OK;
}

const struct ss_layer_ops ss_auth_ops = {
    .name = "auth",
    .id = SS_LAYER_AUTH,
    .on_message = on_message,
    .on_sent = on_sent,
    .act = act,
    .command = command,
    .compose = compose,
    .deadline = deadline,
    .tick = tick,
};

/* ---- life ---- */

static void init_buffers(struct ss_auth *auth)
{
    const struct ss_env *env = auth->link->env;
    struct ss_buf *const plain[] = {
        &auth->user,
        &auth->client.user,
        &auth->client.sent_user,
        &auth->client.sent_method,
        &auth->client.sent_algorithm,
        &auth->client.sent_blob,
        &auth->server.methods,
    };
    struct ss_buf *const secret[] = {&auth->client.first, &auth->client.second,
                                     &auth->server.payload, &auth->server.waiting};

    for (size_t i = 0; i < SS_COUNT(plain); i++)
        ss_buf_init(plain[i], env, TEXT_MOST);
    for (size_t i = 0; i < SS_COUNT(secret); i++) {
        ss_buf_init(secret[i], env, TEXT_MOST);
        secret[i]->secret = true;
    }
    ss_arena_init(&auth->server.arena, env, TEXT_MOST);
}

ss_err ss_auth_new(struct ss_link *link, struct ss_auth **out_layer)
{
    struct ss_auth *auth = ss_alloc(link->env, sizeof *auth);

    if (auth == NULL)
        return SS_E_no_memory;
    auth->link = link;
    init_buffers(auth);
    *out_layer = auth;
    return SS_OK;
}

void ss_auth_free(struct ss_auth **layer)
{
    struct ss_auth *auth = *layer;

    if (auth == NULL)
        return;
    ss_buf_fini(&auth->user);
    ss_buf_fini(&auth->client.user);
    ss_buf_fini(&auth->client.first);
    ss_buf_fini(&auth->client.second);
    ss_buf_fini(&auth->client.sent_user);
    ss_buf_fini(&auth->client.sent_method);
    ss_buf_fini(&auth->client.sent_algorithm);
    ss_buf_fini(&auth->client.sent_blob);
    ss_key_free(&auth->client.key);
    ss_buf_fini(&auth->server.waiting);
    ss_buf_fini(&auth->server.payload);
    ss_buf_fini(&auth->server.methods);
    ss_arena_fini(&auth->server.arena);
    ss_key_free(&auth->server.key);
    ss_free(auth->link->env, auth, sizeof *auth);
    *layer = NULL;
}

void ss_auth_start(struct ss_auth *layer)
{
    layer->started = true;
    layer->client.next_due = is_client(layer);
}

enum ss_context ss_auth_context(const struct ss_auth *layer)
{
    return layer->context;
}
