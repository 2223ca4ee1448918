/* SPDX-License-Identifier: Apache-2.0 */
/* auth.c - the layer: which message and which command goes where, and its life.
 *
 * Owns: the context of message numbers 60 to 79, the user that was let in, honest defaults.
 * Not here: the two roles (client.c, server.c), the methods.
 * Called by: engine, through ss_auth_ops.
 * Follows: RFC 4252 section 6 for who may send what. */
#include "auth/state.h"

enum {
    FIRST_NUMBER = 50,
    LAST_NUMBER = 79,
    TEXT_MOST = 1024 * 1024, /* a packet may be as long; what it decodes to is about as long */
    WAITING_BYTES = 256 * 1024
};

static bool is_client(const struct ss_auth *auth)
{
    return auth->link->config->role == SS_CLIENT;
}

ss_err ss_auth_fail(struct ss_auth *auth, ss_err err, const char *field, const char *rule)
{
    return auth->link->fail(auth->link, err, field, rule, NULL);
}

ss_err ss_auth_set(struct ss_buf *buf, ss_span bytes)
{
    ss_buf_clear(buf);
    return ss_buf_put(buf, bytes);
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

    SS_TRY(ss_auth_set(&auth->user, user));
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

/* What went out, as the peer reads it. Bytes behind the last field are passed over, as a lenient
 * peer does; what cannot be read changes nothing. */
static ss_err read_sent(struct ss_auth *auth, ss_span payload, struct ss_msg *out_msg)
{
    const struct ss_msgdef *def =
        ss_msgdef_by_number(SS_PROTO_SSH, payload.data[0], SS_CONTEXT_ANY, auth->context);
    struct ss_decode_error at;
    ss_err err = ss_msg_decode(auth->link->arena, def, payload, out_msg, &at);

    if (err == SS_E_trailing)
        err = ss_msg_decode(auth->link->arena, def, ss_span_part(payload, 0, at.offset), out_msg,
                            NULL);
    return err;
}

static ss_err told(struct ss_auth *auth, const struct ss_msg *sent)
{
    if (!is_client(auth))
        return ss_auth_server_sent(auth, sent);
    return sent->def->id == SS_MSG_userauth_request ? ss_auth_client_sent(auth, sent->body) : SS_OK;
}

/* Without a payload it is our own message, as it was given to send. */
static ss_err on_sent(void *layer, const struct ss_msg *msg, ss_span payload)
{
    struct ss_auth *auth = layer;
    struct ss_msg sent;
    ss_err err;

    if (payload.size == 0)
        return msg->def != NULL && msg->body != NULL ? told(auth, msg) : SS_OK;
    if (payload.data[0] < FIRST_NUMBER || payload.data[0] > LAST_NUMBER)
        return SS_OK;
    err = read_sent(auth, payload, &sent);
    if (err == SS_E_no_memory)
        return err;
    return err == SS_OK ? told(auth, &sent) : SS_OK;
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

static ss_err compose(void *layer, struct ss_msg *msg)
{
    struct ss_auth *auth = layer;
    struct ss_msg_userauth_failure *failure = msg->body;
    struct ss_msg_userauth_banner *banner = msg->body;
    struct ss_msg_userauth_pk_ok *pk_ok = msg->body;
    struct ss_msg_userauth_passwd_changereq *change = msg->body;

    switch (msg->def != NULL ? msg->def->id : SS_MSGID_NONE) {
    case SS_MSG_userauth_request:
        return ss_auth_client_compose(auth, msg->body);
    case SS_MSG_userauth_failure:
        return ss_auth_server_methods(auth, &failure->methods);
    case SS_MSG_userauth_banner:
        banner->message = ss_span_of(auth->link->config->banner);
        return SS_OK;
    case SS_MSG_userauth_pk_ok:
        pk_ok->algorithm = auth->server.attempt.algorithm;
        pk_ok->blob = auth->server.attempt.blob;
        return SS_OK;
    case SS_MSG_userauth_passwd_changereq:
        change->prompt = ss_span_of(SS_AUTH_PROMPT);
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

static void for_each_buffer(struct ss_auth *auth, void (*visit)(struct ss_buf *, struct ss_auth *))
{
    struct ss_buf *const all[] = {
        &auth->user,
        &auth->client.user,
        &auth->client.first,
        &auth->client.second,
        &auth->client.sent_user,
        &auth->client.sent_method,
        &auth->client.sent_algorithm,
        &auth->client.sent_blob,
        &auth->server.waiting,
        &auth->server.payload,
        &auth->server.text,
        &auth->server.last_user,
        &auth->server.last_method,
        &auth->server.partial_user,
        &auth->server.methods_left,
    };

    for (size_t i = 0; i < SS_COUNT(all); i++)
        visit(all[i], auth);
}

static void init_buffer(struct ss_buf *buf, struct ss_auth *auth)
{
    ss_buf_init(buf, auth->link->env, TEXT_MOST);
}

static void fini_buffer(struct ss_buf *buf, struct ss_auth *auth)
{
    (void)auth;
    ss_buf_fini(buf);
}

ss_err ss_auth_new(struct ss_link *link, struct ss_auth **out_layer)
{
    struct ss_auth *auth = ss_alloc(link->env, sizeof *auth);

    if (auth == NULL)
        return SS_E_no_memory;
    auth->link = link;
    for_each_buffer(auth, init_buffer);
    auth->client.first.secret = auth->client.second.secret = true;
    auth->server.payload.secret = auth->server.waiting.secret = true;
    auth->server.waiting.ceiling = WAITING_BYTES;
    ss_arena_init(&auth->server.arena, link->env, TEXT_MOST);
    *out_layer = auth;
    return SS_OK;
}

void ss_auth_free(struct ss_auth **layer)
{
    struct ss_auth *auth = *layer;

    if (auth == NULL)
        return;
    for_each_buffer(auth, fini_buffer);
    ss_arena_fini(&auth->server.arena);
    ss_key_free(&auth->client.key);
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
