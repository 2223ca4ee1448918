/* SPDX-License-Identifier: Apache-2.0 */
/* kex.c - public values there and back, all families and both roles, up to a verified exchange
 * hash.
 *
 * Owns: the ephemeral key, the public values as they went over the wire, the shared secret, the
 *   host key of the exchange and the question whether it is acceptable.
 * Not here: the mathematics (crypto), signature blobs (keys), how a group is agreed on (kex_gex.c),
 *   what is derived from the hash (newkeys.c).
 * Called by: transport.c, kex_gex.c.
 * Follows: RFC 4253 section 8, RFC 4419 section 3, RFC 5656 section 4, RFC 8731 section 3.
 *
 * The families differ in how a public value is written, as an mpint or as a string, and in the
 * numbers of their messages: 30 and 31, or 32 and 33 when a group came before. Values are kept in
 * the form of the primitive: a magnitude, or the bytes. */
#include "state.h"

enum { INIT = 30, REPLY = 31, GEX_INIT = 32, GEX_REPLY = 33 };

/* ---- which method ---- */
const struct ss_kex_alg *ss_kex_method(const struct ss_transport *layer)
{
    const struct ss_exchange *ex = &layer->ex;

    if (ex->agreed)
        return layer->negotiated.kex;
    if (!ex->ours.there)
        return NULL;
    return ss_registry_kex(layer->link->config->registry,
                           ss_negotiate_first(ex->ours.offer.lists[SS_SLOT_KEX]));
}

static bool is_gex(const struct ss_kex_alg *alg)
{
    return alg != NULL && alg->family == SS_KEX_GEX;
}

static bool is_family(const struct ss_kex_alg *alg, const struct ss_msg *msg)
{
    static const enum ss_kex_family families[] = {[SS_CONTEXT_KEX_DH] = SS_KEX_DH,
                                                  [SS_CONTEXT_KEX_ECDH] = SS_KEX_ECDH,
                                                  [SS_CONTEXT_KEX_GEX] = SS_KEX_GEX};

    return alg != NULL && alg->family == families[msg->def->context];
}

/* The client's value; null when msg is no such message. */
static ss_span *init_value(const struct ss_msg *msg)
{
    struct ss_msg_kexdh_init *dh = msg->body;
    struct ss_msg_kex_ecdh_init *ecdh = msg->body;
    struct ss_msg_kex_dh_gex_init *gex = msg->body;

    switch (msg->def->id) {
    case SS_MSG_kexdh_init:
        return &dh->e;
    case SS_MSG_kex_ecdh_init:
        return &ecdh->q_c;
    case SS_MSG_kex_dh_gex_init:
        return &gex->e;
    default:
        return NULL;
    }
}

struct reply {
    ss_span *host_key, *value, *signature;
};

static struct reply reply_of(const struct ss_msg *msg)
{
    struct ss_msg_kexdh_reply *dh = msg->body;
    struct ss_msg_kex_ecdh_reply *ecdh = msg->body;
    struct ss_msg_kex_dh_gex_reply *gex = msg->body;

    switch (msg->def->id) {
    case SS_MSG_kexdh_reply:
        return (struct reply){&dh->host_key, &dh->f, &dh->signature};
    case SS_MSG_kex_dh_gex_reply:
        return (struct reply){&gex->host_key, &gex->f, &gex->signature};
    default:
        return (struct reply){&ecdh->host_key, &ecdh->q_s, &ecdh->signature};
    }
}

/* ---- the ephemeral key ---- */
void ss_kex_forget(struct ss_transport *layer)
{
    struct ss_exchange *ex = &layer->ex;

    if (ex->state != NULL) {
        ex->alg->fini(ex->state);
        ss_free(layer->link->env, ex->state, ex->alg->state_size);
    }
    ex->state = NULL;
    ex->alg = NULL;
    ss_buf_clear(&ex->public_ours);
}

ss_err ss_kex_make_state(struct ss_transport *layer, const struct ss_kex_alg *alg)
{
    ss_kex_forget(layer);
    layer->ex.state = ss_alloc(layer->link->env, alg->state_size);
    if (layer->ex.state == NULL)
        return SS_E_no_memory;
    layer->ex.alg = alg;
    return SS_OK;
}

/* rule: RFC5656-9-ephemeral-not-reused: each exchange draws its own, once. */
static ss_err draw(struct ss_transport *layer, const struct ss_kex_alg *alg)
{
    struct ss_exchange *ex = &layer->ex;

    if (ex->alg == alg && ss_buf_size(&ex->public_ours) > 0)
        return SS_OK;
    /* Without a group there is nothing to draw for; with it there is a state. */
    if (is_gex(alg) && !ex->gex.grouped)
        return SS_E_unsupported;
    if (!is_gex(alg))
        SS_TRY(ss_kex_make_state(layer, alg));
    return alg->start(alg, ex->state, layer->link->env, &ex->public_ours);
}

void ss_kex_clear(struct ss_transport *layer)
{
    struct ss_exchange *ex = &layer->ex;

    ss_kex_forget(layer);
    ex->ours.there = ex->theirs.there = ex->agreed = false;
    ex->init_sent = ex->reply_sent = ex->newkeys_sent = ex->newkeys_got = false;
    ex->shared_known = ex->keyed = false;
    ss_gex_clear(&ex->gex);
    ss_buf_clear(&ex->value_c);
    ss_buf_clear(&ex->value_s);
    ss_suite_fini(&ex->in, layer->link->env);
    ss_suite_fini(&ex->out, layer->link->env);
    ss_secret_fini(&ex->shared);
    ss_wipe(ex->hash, sizeof ex->hash);
    layer->question = SS_QUESTION_NONE;
}

/* ---- the exchange hash ---- */
static void write_value(struct ss_writer *writer, const struct ss_kex_alg *alg, ss_span value)
{
    if (alg->family == SS_KEX_ECDH)
        ss_writer_string(writer, value);
    else
        ss_writer_mpint(writer, value);
}

void ss_kex_write_secret(struct ss_writer *writer, const struct ss_kex_alg *alg,
                         const struct ss_secret *shared)
{
    if ((alg->flags & SS_KEX_SECRET_STRING) != 0)
        ss_writer_string(writer, ss_secret_span(shared));
    else
        ss_writer_mpint(writer, ss_secret_span(shared));
}

/* rule: RFC4253-8-exchange-hash-fields, RFC5656-4-ecdh-hash-fields */
static ss_err hash(struct ss_transport *layer)
{
    struct ss_exchange *ex = &layer->ex;
    const struct ss_kex_alg *alg = layer->negotiated.kex;
    bool client_is_us = layer->role == SS_CLIENT;
    const struct ss_kexinit *client = client_is_us ? &ex->ours : &ex->theirs;
    const struct ss_kexinit *server = client_is_us ? &ex->theirs : &ex->ours;
    struct ss_writer writer;
    ss_span input;

    ss_buf_clear(&layer->hash_input);
    ss_writer_init(&writer, &layer->hash_input);
    ss_writer_string(&writer, ss_buf_span(&layer->ident_c));
    ss_writer_string(&writer, ss_buf_span(&layer->ident_s));
    ss_writer_string(&writer, ss_buf_span(&client->payload));
    ss_writer_string(&writer, ss_buf_span(&server->payload));
    ss_writer_string(&writer, ss_buf_span(&layer->host_key_blob));
    if (is_gex(alg))
        ss_gex_write(&writer, &ex->gex);
    write_value(&writer, alg, ss_buf_span(&ex->value_c));
    write_value(&writer, alg, ss_buf_span(&ex->value_s));
    ss_kex_write_secret(&writer, alg, &ex->shared);
    SS_TRY(ss_writer_done(&writer));
    input = ss_buf_span(&layer->hash_input);
    return alg->hash->digest(&input, 1, ex->hash);
}

static ss_span hash_span(const struct ss_transport *layer)
{
    return ss_span_make(layer->ex.hash, layer->negotiated.kex->hash->size);
}

/* ---- refusals ---- */
static const char *broken_rule(const struct ss_kex_alg *alg, ss_span value, bool from_client)
{
    if (alg->rule != NULL)
        return alg->rule(alg, value, from_client);
    if (alg->family == SS_KEX_ECDH)
        return value.size == 0 ? "RFC5656-4-ecdh-empty-public" : "RFC5656-4-ecdh-validate-point";
    return is_gex(alg) ? "RFC4419-3-e-f-range" : "RFC8268-4-dh-public-strict-range";
}

static ss_err refuse_value(struct ss_transport *layer, ss_err err, ss_span value)
{
    const struct ss_kex_alg *alg = layer->negotiated.kex;
    bool server = layer->role == SS_SERVER, dh = alg->family != SS_KEX_ECDH;
    const char *field = dh ? (server ? "e" : "f") : (server ? "q_c" : "q_s");

    return ss_transport_fail(layer, err, field,
                             err == SS_E_bad_public_value ? broken_rule(alg, value, server) : NULL,
                             NULL);
}

ss_err ss_kex_wrong_method(struct ss_transport *layer)
{
    return ss_transport_fail(layer, SS_E_unexpected_message, NULL, NULL,
                             "a message of another key exchange method");
}

/* ---- server ---- */
static const struct ss_key *own_key(const struct ss_transport *layer)
{
    const struct ss_key *const *keys = layer->link->config->host_keys;
    const struct ss_sign_alg *alg = layer->negotiated.host_key;
    size_t i;

    for (i = 0; layer->ex.agreed && keys != NULL && keys[i] != NULL; i++) {
        if (ss_key_fits(keys[i], alg))
            return keys[i];
    }
    return NULL;
}

static ss_err init_received(struct ss_transport *layer, ss_span value)
{
    struct ss_exchange *ex = &layer->ex;
    const struct ss_kex_alg *alg = layer->negotiated.kex;
    ss_err err;

    if (is_gex(alg) && !ex->gex.grouped)
        return ss_transport_fail(layer, SS_E_unexpected_message, NULL, NULL,
                                 "a value before there was a group");
    SS_TRY(ss_transport_keep(&ex->value_c, value));
    if (!is_gex(alg))
        SS_TRY(ss_kex_make_state(layer, alg));
    err = alg->respond(alg, ex->state, layer->link->env, value, &ex->public_ours, &ex->shared);
    if (err != SS_OK)
        return refuse_value(layer, err, value);
    ex->shared_known = true;
    ss_transport_await(layer, SS_AWAIT_NEWKEYS);
    return SS_OK;
}

bool ss_kex_reply_due(const struct ss_transport *layer)
{
    return layer->role == SS_SERVER && layer->ex.shared_known && !layer->ex.reply_sent;
}

/* The signature is over the hash of what this reply would say. */
static ss_err compose_signature(struct ss_transport *layer, const struct ss_key *key,
                                ss_span *out_signature)
{
    const struct ss_env *env = layer->link->env;
    struct ss_buf blob;
    ss_err err;

    ss_buf_init(&blob, env, SIZE_MAX);
    err = ss_key_sign(key, env, layer->negotiated.host_key, hash_span(layer), &blob);
    if (err == SS_OK)
        err = ss_arena_copy(layer->link->arena, ss_buf_span(&blob), out_signature);
    ss_buf_fini(&blob);
    return err;
}

/* Without the client's message there is only the host key to tell. */
static ss_err compose_reply(struct ss_transport *layer, struct ss_msg *msg)
{
    struct ss_exchange *ex = &layer->ex;
    const struct ss_key *key = own_key(layer);
    struct reply reply = reply_of(msg);

    if (layer->role != SS_SERVER || key == NULL)
        return SS_E_unsupported;
    *reply.host_key = ss_key_blob(key);
    SS_TRY(ss_transport_keep(&layer->host_key_blob, *reply.host_key));
    if (!ex->shared_known || !is_family(layer->negotiated.kex, msg))
        return SS_OK;
    SS_TRY(ss_arena_copy(layer->link->arena, ss_buf_span(&ex->public_ours), reply.value));
    SS_TRY(ss_transport_keep(&ex->value_s, *reply.value));
    SS_TRY(hash(layer));
    return compose_signature(layer, key, reply.signature);
}

/* ---- client ---- */
bool ss_kex_may_begin(const struct ss_transport *layer)
{
    const struct ss_exchange *ex = &layer->ex;

    if (layer->role != SS_CLIENT)
        return false;
    if (ex->agreed)
        return layer->await == SS_AWAIT_REPLY;
    /* A guess was announced, so it has to follow. */
    return ex->ours.there && !ex->theirs.there && ex->ours.offer.follows &&
           ss_kex_method(layer) != NULL;
}

bool ss_kex_init_due(const struct ss_transport *layer)
{
    if (layer->role != SS_CLIENT || layer->ex.init_sent)
        return false;
    if (is_gex(ss_kex_method(layer)))
        return layer->ex.gex.grouped && layer->await == SS_AWAIT_GEX;
    return ss_kex_may_begin(layer);
}

static ss_err compose_init(struct ss_transport *layer, struct ss_msg *msg)
{
    const struct ss_kex_alg *alg = ss_kex_method(layer);

    if (layer->role != SS_CLIENT || !is_family(alg, msg))
        return SS_E_unsupported;
    SS_TRY(draw(layer, alg));
    return ss_arena_copy(layer->link->arena, ss_buf_span(&layer->ex.public_ours), init_value(msg));
}

/* rule: RFC4253-6.6-client-checks-key-type */
static ss_err read_host_key(struct ss_transport *layer, ss_span blob)
{
    struct ss_key *key = NULL;
    ss_err err = ss_key_from_blob(layer->link->env, blob, &key);

    if (err != SS_OK)
        return ss_transport_fail(layer, err, "host_key", "RFC4253-6.6-key-blob-format", NULL);
    if (!ss_key_fits(key, layer->negotiated.host_key)) {
        ss_key_free(&key);
        return ss_transport_fail(layer, SS_E_bad_key, "host_key",
                                 "RFC4253-6.6-client-checks-key-type",
                                 "the key is of another type than was agreed on");
    }
    ss_key_free(&layer->host_key);
    layer->host_key = key;
    return ss_transport_keep(&layer->host_key_blob, blob);
}

static ss_err refuse_signature(struct ss_transport *layer, ss_err err, ss_span signature)
{
    const struct ss_sign_alg *alg = layer->negotiated.host_key;
    struct ss_reader reader;
    ss_span name;

    ss_reader_init(&reader, signature);
    name = ss_reader_string(&reader);
    /* A certified key signs under the name of its plain algorithm. */
    if (err == SS_E_bad_signature &&
        !ss_span_is(name, alg->plain != NULL ? alg->plain->name : alg->name))
        return ss_transport_fail(layer, err, "signature", "RFC4253-6.6-client-checks-sig-type",
                                 "made with another algorithm than was agreed on");
    return ss_transport_fail(layer, err, "signature", "RFC4253-8-client-verifies-signature", NULL);
}

/* rule: RFC4251-4.1-no-unverified-default. The owner decides about a key that it has not accepted
 * on this connection yet; rule: RFC4253-9-rekey-hostkey-change. */
static ss_err ask(struct ss_transport *layer)
{
    struct ss_event event = {.type = SS_EVENT_HOST_KEY,
                             .key = layer->host_key,
                             .text = ss_span_of(layer->negotiated.host_key->name),
                             .data = ss_buf_span(&layer->host_key_blob)};

    if (layer->trusted != NULL && ss_key_equal(layer->trusted, layer->host_key)) {
        layer->question = SS_QUESTION_ACCEPTED;
        return SS_OK;
    }
    layer->question = SS_QUESTION_ASKED;
    return layer->link->event(layer->link, &event);
}

static ss_err reply_received(struct ss_transport *layer, const struct ss_msg *msg)
{
    struct ss_exchange *ex = &layer->ex;
    const struct ss_kex_alg *alg = layer->negotiated.kex;
    struct reply reply = reply_of(msg);
    ss_err err;

    if (!ex->init_sent)
        return ss_transport_fail(layer, SS_E_unexpected_message, NULL, NULL,
                                 "a reply to a message that was not sent");
    if (ex->alg != alg || ss_buf_size(&ex->public_ours) == 0)
        return ss_transport_fail(layer, SS_E_usage, NULL, NULL,
                                 "the message before was made by hand; its secret is not known");
    SS_TRY(read_host_key(layer, *reply.host_key));
    SS_TRY(ss_transport_keep(&ex->value_s, *reply.value));
    err = alg->finish(alg, ex->state, *reply.value, &ex->shared);
    if (err != SS_OK)
        return refuse_value(layer, err, *reply.value);
    ex->shared_known = true;
    SS_TRY(hash(layer));
    err = ss_key_verify(layer->host_key, layer->link->env, layer->negotiated.host_key,
                        hash_span(layer), *reply.signature);
    if (err != SS_OK)
        return refuse_signature(layer, err, *reply.signature);
    ss_transport_await(layer, SS_AWAIT_NEWKEYS);
    SS_TRY(ss_newkeys_prepare(layer));
    return ask(layer);
}

ss_err ss_kex_answer(struct ss_transport *layer, const struct ss_command *command)
{
    if (layer->question != SS_QUESTION_ASKED)
        return SS_E_usage;
    if (!command->flag)
        return ss_transport_fail(layer, SS_E_host_key_rejected, "host_key", NULL, NULL);
    ss_key_free(&layer->trusted);
    layer->trusted = ss_key_ref(layer->host_key);
    layer->question = SS_QUESTION_ACCEPTED;
    return SS_OK;
}

/* ---- both roles ---- */
ss_err ss_kex_compose(struct ss_transport *layer, struct ss_msg *msg)
{
    if (init_value(msg) != NULL)
        return compose_init(layer, msg);
    return compose_reply(layer, msg);
}

ss_err ss_kex_received(struct ss_transport *layer, const struct ss_msg *msg)
{
    if (!layer->ex.agreed || !is_family(layer->negotiated.kex, msg))
        return ss_kex_wrong_method(layer);
    if (init_value(msg) != NULL)
        return init_received(layer, *init_value(msg));
    return reply_received(layer, msg);
}

/* A public value as it went out: what the peer makes of an mpint is its magnitude. */
static ss_span sent_value(struct ss_reader *reader, const struct ss_kex_alg *alg)
{
    ss_span value = ss_reader_string(reader);

    while (alg->family != SS_KEX_ECDH && value.size > 0 && value.data[0] == 0)
        value = ss_span_part(value, 1, value.size);
    return value;
}

static ss_err init_sent(struct ss_transport *layer, struct ss_reader *reader)
{
    const struct ss_kex_alg *alg = ss_kex_method(layer);
    ss_span value;

    if (alg == NULL || layer->ex.init_sent) {
        ss_transport_note(layer, "a key exchange message was sent that is not due");
        return SS_OK;
    }
    value = sent_value(reader, alg);
    if (reader->err == SS_OK)
        SS_TRY(ss_transport_keep(&layer->ex.value_c, value));
    layer->ex.init_sent = true;
    return SS_OK;
}

static ss_err reply_sent(struct ss_transport *layer, struct ss_reader *reader)
{
    struct ss_exchange *ex = &layer->ex;
    ss_span host_key, value;

    if (!ss_kex_reply_due(layer)) {
        ss_transport_note(layer, "a key exchange message was sent that is not due");
        return SS_OK;
    }
    host_key = ss_reader_string(reader);
    value = sent_value(reader, layer->negotiated.kex);
    if (reader->err == SS_OK) {
        SS_TRY(ss_transport_keep(&layer->host_key_blob, host_key));
        SS_TRY(ss_transport_keep(&ex->value_s, value));
    }
    ex->reply_sent = true;
    SS_TRY(hash(layer));
    return ss_newkeys_prepare(layer);
}

/* Fields that cannot be read in what was sent stay what they would have been. */
ss_err ss_kex_sent(struct ss_transport *layer, ss_span payload)
{
    bool gex = is_gex(ss_kex_method(layer));
    struct ss_reader reader;
    uint8_t number;

    ss_reader_init(&reader, payload);
    number = ss_reader_byte(&reader);
    if (gex && ss_gex_is_part(number))
        return ss_gex_sent(layer, number, &reader);
    if (layer->role == SS_CLIENT && number == (gex ? GEX_INIT : INIT))
        return init_sent(layer, &reader);
    if (layer->role == SS_SERVER && number == (gex ? GEX_REPLY : REPLY))
        return reply_sent(layer, &reader);
    ss_transport_note(layer, "a key exchange message of the other role or another method was sent");
    return SS_OK;
}
