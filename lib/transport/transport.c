/* SPDX-License-Identifier: Apache-2.0 */
/* transport.c - the layer that exchanges keys: its life, its tables, what the engine may ask.
 *
 * Owns: which message of the peer's goes to which file, and in which order what is due is sent.
 * Not here: each message (kexinit.c, kex.c, kex_gex.c, newkeys.c, ext_info.c, service.c,
 * control.c). Called by: engine. Follows: RFC 4253 sections 7 to 11.
 *
 * Two tables are the layer. steps: what may come next, and who takes it. dues: what may be due, in
 * the order in which it has to go out; act() sends the first that is due until none is. */
#include "state.h"

/* The packet limit keeps every part far below. */
enum { KEEP_MAX = 1024 * 1024, HASH_INPUT_MAX = 4 * KEEP_MAX, HELD_MAX = 256 * 1024 };

enum { /* message numbers, RFC 4250 section 4.1.2 */
       SERVICE_REQUEST = 5,
       SERVICE_ACCEPT = 6,
       EXT_INFO = 7,
       KEXINIT = 20,
       NEWKEYS = 21,
       KEX_INIT = 30,
       KEX_REPLY = 31,
       GEX_INIT = 32,
       GEX_REPLY = 33,
       GEX_REQUEST = 34,
       PING = 192,
       PONG = 193
};

/* ---- what the files share ---- */
ss_err ss_transport_fail(struct ss_transport *layer, ss_err err, const char *field,
                         const char *rule, const char *detail)
{
    enum ss_err_class klass = ss_err_class_of(err);

    /* No field of the peer's is to blame for what went wrong on our side. */
    if (klass == SS_CLASS_RESOURCE || klass == SS_CLASS_INTERNAL)
        field = rule = detail = NULL;
    return layer->link->fail(layer->link, err, field, rule, detail);
}

void ss_transport_doom(struct ss_transport *layer, ss_err err, const char *field, const char *rule,
                       const char *detail)
{
    struct ss_doom *doom = &layer->doom;
    size_t size = detail != NULL ? strlen(detail) : 0;

    if (doom->err != SS_OK)
        return;
    doom->err = err;
    doom->field = field;
    doom->rule = rule;
    if (size >= SS_DETAIL_MAX)
        size = SS_DETAIL_MAX - 1;
    if (size > 0)
        memcpy(doom->detail, detail, size);
    doom->detail[size] = 0;
}

void ss_transport_note(struct ss_transport *layer, const char *text)
{
    layer->link->note(layer->link, SS_TRACE_NOTE, text);
}

static const char *await_text(enum ss_await await)
{
    switch (await) {
    case SS_AWAIT_NOTHING:
        return "transport start";
    case SS_AWAIT_KEXINIT:
        return "transport open";
    case SS_AWAIT_INIT:
        return "transport awaits the client's key exchange message";
    case SS_AWAIT_REPLY:
        return "transport awaits the server's key exchange reply";
    case SS_AWAIT_GEX:
        return "transport awaits what follows the group";
    case SS_AWAIT_NEWKEYS:
        return "transport awaits NEWKEYS";
    }
    return "transport lost";
}

void ss_transport_await(struct ss_transport *layer, enum ss_await await)
{
    layer->await = await;
    layer->link->note(layer->link, SS_TRACE_STEP, await_text(await));
}

ss_err ss_transport_event(struct ss_transport *layer, enum ss_event_type type, ss_span text)
{
    struct ss_event event = {.type = type, .text = text};

    return layer->link->event(layer->link, &event);
}

ss_err ss_transport_keep(struct ss_buf *buf, ss_span bytes)
{
    /* bytes may be what the buffer holds already. */
    if (bytes.data != NULL && bytes.data == ss_buf_at(buf) && bytes.size <= ss_buf_size(buf)) {
        ss_buf_truncate(buf, bytes.size);
        return SS_OK;
    }
    ss_buf_clear(buf);
    return ss_buf_put(buf, bytes);
}

/* ---- messages of the peer's ---- */
struct step {
    unsigned awaits; /* bits of ss_await */
    enum ss_msgid message;
    ss_err (*take)(struct ss_transport *layer, const struct ss_msg *msg);
};

enum { LIVE = SS_AWAIT_KEXINIT, ALWAYS = 0xff };

/* Legality was asked about phases; this is the order within them. */
static const struct step steps[] = {
    {SS_AWAIT_KEXINIT, SS_MSG_kexinit, ss_kexinit_received},
    {SS_AWAIT_INIT, SS_MSG_kexdh_init, ss_kex_received},
    {SS_AWAIT_INIT, SS_MSG_kex_ecdh_init, ss_kex_received},
    {SS_AWAIT_INIT, SS_MSG_kex_dh_gex_request, ss_gex_received},
    {SS_AWAIT_INIT, SS_MSG_kex_dh_gex_request_old, ss_gex_received},
    {SS_AWAIT_REPLY, SS_MSG_kexdh_reply, ss_kex_received},
    {SS_AWAIT_REPLY, SS_MSG_kex_ecdh_reply, ss_kex_received},
    {SS_AWAIT_REPLY, SS_MSG_kex_dh_gex_group, ss_gex_received},
    {SS_AWAIT_GEX, SS_MSG_kex_dh_gex_init, ss_kex_received},
    {SS_AWAIT_GEX, SS_MSG_kex_dh_gex_reply, ss_kex_received},
    {SS_AWAIT_NEWKEYS, SS_MSG_newkeys, ss_newkeys_received},
    {LIVE, SS_MSG_ext_info, ss_ext_info_received},
    {LIVE, SS_MSG_service_request, ss_service_request_received},
    {LIVE, SS_MSG_service_accept, ss_service_accept_received},
    {LIVE, SS_MSG_ping, ss_control_received},
    {LIVE, SS_MSG_pong, ss_control_received},
    {ALWAYS, SS_MSG_disconnect, ss_control_received},
    {ALWAYS, SS_MSG_ignore, ss_control_received},
    {ALWAYS, SS_MSG_debug, ss_control_received},
    {ALWAYS, SS_MSG_unimplemented, ss_control_received},
};

static ss_err refuse(struct ss_transport *layer, const struct ss_msg *msg)
{
    bool strict = layer->negotiated.strict && ss_transport_first(layer);

    if (msg->def->id == SS_MSG_kexinit)
        return ss_transport_fail(layer, SS_E_kexinit_repeated, NULL,
                                 "RFC4253-7.1-second-kexinit-received", NULL);
    if (msg->def->id == SS_MSG_newkeys)
        return ss_transport_fail(layer, SS_E_unexpected_message, NULL, "RFC4253-7.3-newkeys-early",
                                 NULL);
    if (strict && msg->def->context != SS_CONTEXT_ANY)
        return ss_transport_fail(layer, SS_E_strict_violation, NULL,
                                 "STRICTKEX-3.2-each-message-once", NULL);
    return ss_transport_fail(layer, SS_E_unexpected_message, NULL, NULL, NULL);
}

/* rule: STRICTKEX-3.2-no-wrap-in-initial-kex */
static ss_err check_wrap(struct ss_transport *layer)
{
    if (!layer->negotiated.strict || !ss_transport_first(layer) ||
        (!layer->in->wrapped && !layer->out->wrapped))
        return SS_OK;
    return ss_transport_fail(layer, SS_E_sequence_wrap, NULL,
                             "STRICTKEX-3.2-no-wrap-in-initial-kex", NULL);
}

static ss_err on_message(void *self, const struct ss_msg *msg)
{
    struct ss_transport *layer = self;
    size_t i;

    if (msg->def == NULL)
        return SS_E_unsupported;
    SS_TRY(check_wrap(layer));
    for (i = 0; i < SS_COUNT(steps); i++) {
        if (steps[i].message != msg->def->id || (steps[i].awaits & layer->await) == 0)
            continue;
        SS_TRY(steps[i].take(layer, msg));
        return check_wrap(layer);
    }
    return refuse(layer, msg);
}

/* ---- what went out ---- */
/* By the number on the wire: the definition may be a lie, or missing. */
static ss_err on_sent(void *self, const struct ss_msg *msg, ss_span payload)
{
    struct ss_transport *layer = self;

    if (payload.size == 0)
        return SS_OK;
    switch (payload.data[0]) {
    case SERVICE_REQUEST:
    case SERVICE_ACCEPT:
        return ss_service_sent(layer, payload);
    case EXT_INFO:
        ss_ext_info_sent(layer);
        return SS_OK;
    case KEXINIT:
        return ss_kexinit_sent(layer, msg, payload);
    case NEWKEYS:
        return ss_newkeys_sent(layer);
    case KEX_INIT:
    case KEX_REPLY:
    case GEX_INIT:
    case GEX_REPLY:
    case GEX_REQUEST:
        return ss_kex_sent(layer, payload);
    case PING:
    case PONG:
        ss_control_sent(layer, payload);
        return SS_OK;
    default:
        return SS_OK;
    }
}

static ss_err compose(void *self, struct ss_msg *msg)
{
    struct ss_transport *layer = self;

    if (msg->def == NULL)
        return SS_E_unsupported;
    switch (msg->def->id) {
    case SS_MSG_kexinit:
        return ss_kexinit_compose(layer, msg->body);
    case SS_MSG_kexdh_init:
    case SS_MSG_kexdh_reply:
    case SS_MSG_kex_ecdh_init:
    case SS_MSG_kex_ecdh_reply:
    case SS_MSG_kex_dh_gex_init:
    case SS_MSG_kex_dh_gex_reply:
        return ss_kex_compose(layer, msg);
    case SS_MSG_kex_dh_gex_request:
    case SS_MSG_kex_dh_gex_request_old:
    case SS_MSG_kex_dh_gex_group:
        return ss_gex_compose(layer, msg);
    case SS_MSG_newkeys:
        return SS_OK;
    case SS_MSG_ext_info:
        return ss_ext_info_compose(layer, msg->body);
    case SS_MSG_service_request:
        return ss_service_compose(layer, &((struct ss_msg_service_request *)msg->body)->service);
    case SS_MSG_service_accept:
        return ss_service_compose(layer, &((struct ss_msg_service_accept *)msg->body)->service);
    case SS_MSG_disconnect:
    case SS_MSG_ignore:
    case SS_MSG_debug:
    case SS_MSG_unimplemented:
    case SS_MSG_ping:
    case SS_MSG_pong:
        return ss_control_compose(layer, msg);
    default:
        return SS_E_unsupported;
    }
}

/* ---- what is due ---- */
static bool kexinit_due(const struct ss_transport *layer)
{
    return layer->kexinit_due;
}

struct family { /* by enum ss_kex_family */
    enum ss_context context;
    enum ss_msgid init, reply;
};

static const struct family families[] = {
    [SS_KEX_DH] = {SS_CONTEXT_KEX_DH, SS_MSG_kexdh_init, SS_MSG_kexdh_reply},
    [SS_KEX_ECDH] = {SS_CONTEXT_KEX_ECDH, SS_MSG_kex_ecdh_init, SS_MSG_kex_ecdh_reply},
    [SS_KEX_GEX] = {SS_CONTEXT_KEX_GEX, SS_MSG_kex_dh_gex_init, SS_MSG_kex_dh_gex_reply},
};

static enum ss_msgid init_id(const struct ss_transport *layer)
{
    return families[ss_kex_method(layer)->family].init;
}

static enum ss_msgid reply_id(const struct ss_transport *layer)
{
    return families[ss_kex_method(layer)->family].reply;
}

struct due {
    bool (*is_due)(const struct ss_transport *layer);
    enum ss_msgid message; /* SS_MSGID_NONE: which says */
    enum ss_msgid (*which)(const struct ss_transport *layer);
};

/* rule: RFC8308-2.4-client-ext-info-position, RFC8308-2.4-server-ext-info-position: EXT_INFO is the
 * first message under the new keys. */
static const struct due dues[] = {
    {kexinit_due, SS_MSG_kexinit, NULL},
    {ss_gex_request_due, SS_MSG_kex_dh_gex_request, NULL},
    {ss_gex_group_due, SS_MSG_kex_dh_gex_group, NULL},
    {ss_kex_init_due, SS_MSGID_NONE, init_id},
    {ss_kex_reply_due, SS_MSGID_NONE, reply_id},
    {ss_newkeys_due, SS_MSG_newkeys, NULL},
    {ss_ext_info_due, SS_MSG_ext_info, NULL},
    {ss_service_request_due, SS_MSG_service_request, NULL},
    {ss_service_accept_due, SS_MSG_service_accept, NULL},
    {ss_control_held_due, SS_MSGID_NONE, ss_control_held_id},
};

static const struct due *first_due(const struct ss_transport *layer)
{
    size_t i;

    for (i = 0; i < SS_COUNT(dues); i++) {
        if (dues[i].is_due(layer))
            return &dues[i];
    }
    return NULL;
}

static ss_err send(struct ss_transport *layer, enum ss_msgid id)
{
    struct ss_msg msg;

    SS_TRY(ss_msg_new(layer->link->arena, ss_msgdef_of(id), NULL, &msg));
    SS_TRY(compose(layer, &msg));
    return layer->link->send(layer->link, &msg);
}

/* on_sent is what takes a message off the list; held ones may follow one another. */
static ss_err act(void *self)
{
    struct ss_transport *layer = self;
    const struct due *due, *last = NULL;

    SS_TRY(check_wrap(layer));
    SS_TRY(ss_rekey_check(layer));
    for (;;) {
        if (layer->doom.err != SS_OK)
            return ss_transport_fail(layer, layer->doom.err, layer->doom.field, layer->doom.rule,
                                     layer->doom.detail);
        due = first_due(layer);
        if (due == NULL)
            return SS_OK;
        if (due == last && due->is_due != ss_control_held_due)
            return ss_transport_fail(layer, SS_E_internal, NULL, NULL, NULL);
        last = due;
        SS_TRY(send(layer, due->message != SS_MSGID_NONE ? due->message : due->which(layer)));
    }
}

static ss_err command(void *self, const struct ss_command *asked, uint32_t *out_channel)
{
    struct ss_transport *layer = self;

    (void)out_channel;
    switch (asked->kind) {
    case SS_CMD_KEXINIT:
        return ss_rekey_command(layer);
    case SS_CMD_HOST_KEY:
        return ss_kex_answer(layer, asked);
    case SS_CMD_SERVICE:
        return ss_service_command(layer, asked);
    case SS_CMD_PING:
    case SS_CMD_DISCONNECT:
        return ss_control_command(layer, asked);
    default:
        return SS_E_unsupported;
    }
}

static ss_time deadline(const void *self)
{
    return ss_rekey_deadline(self);
}

static ss_err tick(void *self, ss_time now)
{
    ss_rekey_tick(self, now);
    return SS_OK;
}

const struct ss_layer_ops ss_transport_ops = {
    .name = "transport",
    .id = SS_LAYER_TRANSPORT,
    .on_message = on_message,
    .on_sent = on_sent,
    .act = act,
    .command = command,
    .compose = compose,
    .deadline = deadline,
    .tick = tick,
};

/* ---- life ---- */
enum { BUFS = 18 };

static void bufs_of(struct ss_transport *layer, struct ss_buf *out_bufs[BUFS])
{
    struct ss_buf *const bufs[BUFS] = {
        &layer->ident_c,        &layer->ident_s,           &layer->ex.ours.payload,
        &layer->ex.ours.meant,  &layer->ex.theirs.payload, &layer->ex.theirs.meant,
        &layer->ex.public_ours, &layer->ex.value_c,        &layer->ex.value_s,
        &layer->host_key_blob,  &layer->hash_input,        &layer->sig_algs,
        &layer->service_name,   &layer->service,           &layer->held,
        &layer->ex.gex.p,       &layer->ex.gex.g,          &layer->initial_host_key,
    };

    memcpy(out_bufs, bufs, sizeof bufs);
}

ss_err ss_transport_new(struct ss_link *link, struct ss_packet_in *in, struct ss_packet_out *out,
                        struct ss_transport **out_layer)
{
    struct ss_transport *layer = ss_alloc(link->env, sizeof *layer);
    struct ss_buf *bufs[BUFS];
    size_t i;

    if (layer == NULL)
        return SS_E_no_memory;
    layer->link = link;
    layer->in = in;
    layer->out = out;
    layer->role = link->config->role;
    layer->await = SS_AWAIT_NOTHING;
    bufs_of(layer, bufs);
    for (i = 0; i < BUFS; i++)
        ss_buf_init(bufs[i], link->env, KEEP_MAX);
    layer->held.ceiling = HELD_MAX;
    layer->hash_input.ceiling = HASH_INPUT_MAX;
    layer->hash_input.secret = true; /* K is in it */
    link->negotiated = &layer->negotiated;
    *out_layer = layer;
    return SS_OK;
}

void ss_transport_free(struct ss_transport **layer)
{
    struct ss_transport *gone = *layer;
    const struct ss_env *env;
    struct ss_buf *bufs[BUFS];
    size_t i;

    if (gone == NULL)
        return;
    env = gone->link->env;
    ss_kex_clear(gone);
    bufs_of(gone, bufs);
    for (i = 0; i < BUFS; i++)
        ss_buf_fini(bufs[i]);
    ss_key_free(&gone->host_key);
    ss_key_free(&gone->trusted);
    ss_wipe(gone, sizeof *gone);
    ss_free(env, gone, sizeof *gone);
    *layer = NULL;
}

ss_err ss_transport_start(struct ss_transport *layer, ss_span ours, ss_span theirs)
{
    bool client = layer->role == SS_CLIENT;

    if (layer->await != SS_AWAIT_NOTHING)
        return SS_E_usage;
    SS_TRY(ss_transport_keep(&layer->ident_c, client ? ours : theirs));
    SS_TRY(ss_transport_keep(&layer->ident_s, client ? theirs : ours));
    layer->kexinit_due = !layer->ex.ours.there;
    ss_transport_await(layer, SS_AWAIT_KEXINIT);
    return SS_OK;
}

/* ---- what is known ---- */
static unsigned phase(const struct ss_transport *layer)
{
    const unsigned exchanging = SS_AWAIT_INIT | SS_AWAIT_REPLY | SS_AWAIT_GEX | SS_AWAIT_NEWKEYS;

    if ((layer->await & exchanging) != 0)
        return SS_PHASE_KEX;
    if (ss_transport_first(layer) && !layer->ex.newkeys_got)
        return SS_PHASE_START;
    return SS_PHASE_SERVICE;
}

void ss_transport_where(const struct ss_transport *layer, struct ss_where *where)
{
    const struct ss_kex_alg *kex = layer->negotiated.kex;

    where->receiver = layer->role;
    where->phase = phase(layer);
    where->strict_initial = layer->negotiated.strict && ss_transport_first(layer);
    where->rekeying = where->phase == SS_PHASE_KEX && !ss_transport_first(layer);
    where->we_sent_kexinit = layer->ex.ours.there && !layer->ex.theirs.there;
    where->kex = kex == NULL ? SS_CONTEXT_ANY : families[kex->family].context;
}

bool ss_transport_open(const struct ss_transport *layer)
{
    return layer->open && !ss_rekey_spent(layer);
}

bool ss_transport_skip_guess(struct ss_transport *layer)
{
    bool skip = layer->skip_guess;

    layer->skip_guess = false;
    return skip;
}

const struct ss_negotiated *ss_transport_negotiated(const struct ss_transport *layer)
{
    return &layer->negotiated;
}

ss_span ss_transport_peer_kexinit(const struct ss_transport *layer)
{
    return ss_buf_span(&layer->ex.theirs.payload);
}

ss_span ss_transport_host_key(const struct ss_transport *layer)
{
    return ss_buf_span(&layer->host_key_blob);
}

ss_span ss_transport_hash_input(const struct ss_transport *layer)
{
    return ss_buf_span(&layer->hash_input);
}

ss_span ss_transport_service(const struct ss_transport *layer)
{
    return ss_buf_span(&layer->service);
}
