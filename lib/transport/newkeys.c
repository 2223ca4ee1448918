/* SPDX-License-Identifier: Apache-2.0 */
/* newkeys.c - turn a finished key exchange into two live cipher suites.
 *
 * Owns: key derivation, the switch point per direction, sequence reset under strict kex, when
 *   compression starts, the end of an exchange.
 * Not here: choosing algorithms (negotiate.c), the ciphers themselves (crypto), sealing (suite.c).
 * Called by: transport.c on sending or receiving NEWKEYS, kex.c when the hash is known.
 * Follows: RFC 4253 sections 7.2 and 7.3; draft-ietf-sshm-strict-kex section 3.3. */
#include "state.h"

enum { COOKIE = 16 };  /* bytes, behind the number of a KEXINIT */
enum { KEY_MAX = 64 }; /* the longest key or IV: two ChaCha20 keys, an HMAC-SHA2-512 key */

/* rule: RFC4253-7.2-key-derivation, RFC4253-7.2-key-extension: K1 is the hash of K, H, the letter
 * and the session identifier; each further block the hash of K, H and all blocks before. */
ss_err ss_newkeys_derive(const struct ss_hash_alg *hash, ss_span k, ss_span h, char letter,
                         ss_span session_id, uint8_t *out, size_t size)
{
    uint8_t blocks[KEY_MAX + SS_HASH_MAX];
    ss_span first[4] = {k, h, ss_span_make(&letter, 1), session_id};
    size_t have = 0;
    ss_err err = SS_OK;

    if (size > KEY_MAX)
        return SS_E_bad_argument;
    while (err == SS_OK && have < size) {
        ss_span more[3] = {k, h, ss_span_make(blocks, have)};

        err = have == 0 ? hash->digest(first, 4, blocks) : hash->digest(more, 3, blocks + have);
        have += hash->size;
    }
    if (err == SS_OK && size > 0)
        memcpy(out, blocks, size);
    ss_wipe(blocks, sizeof blocks);
    return err;
}

struct source { /* what both directions are derived from */
    const struct ss_hash_alg *hash;
    ss_span k, h, session_id;
};

struct letters {
    char iv, key, mac;
};
static const struct letters letters_c2s = {'A', 'C', 'E'};
static const struct letters letters_s2c = {'B', 'D', 'F'};

static ss_err derive(const struct source *source, char letter, uint8_t *out, size_t size)
{
    return ss_newkeys_derive(source->hash, source->k, source->h, letter, source->session_id, out,
                             size);
}

static ss_err make_suite(struct ss_transport *layer, const struct source *source,
                         enum ss_role sender, struct ss_suite *out_suite)
{
    const struct ss_negotiated *agreed = &layer->negotiated;
    bool c2s = sender == SS_CLIENT;
    const struct letters *letters = c2s ? &letters_c2s : &letters_s2c;
    const struct ss_cipher_alg *cipher = c2s ? agreed->cipher_c2s : agreed->cipher_s2c;
    const struct ss_mac_alg *mac = c2s ? agreed->mac_c2s : agreed->mac_s2c;
    enum ss_way way = sender == layer->role ? SS_SEAL : SS_OPEN;
    uint8_t iv[KEY_MAX], key[KEY_MAX], mac_key[KEY_MAX];
    ss_err err;

    err = derive(source, letters->iv, iv, cipher->iv);
    if (err == SS_OK)
        err = derive(source, letters->key, key, cipher->key);
    if (err == SS_OK && mac != NULL)
        err = derive(source, letters->mac, mac_key, mac->key);
    if (err == SS_OK)
        err = ss_suite_init(out_suite, layer->link->env, cipher, mac, key, iv, mac_key, way);
    if (err == SS_OK)
        out_suite->comp = c2s ? agreed->comp_c2s : agreed->comp_s2c;
    ss_wipe(iv, sizeof iv);
    ss_wipe(key, sizeof key);
    ss_wipe(mac_key, sizeof mac_key);
    return err;
}

/* What stays as the first exchange made it. rule: RFC4253-7.2-session-id-first-hash */
static ss_err keep_first(struct ss_transport *layer, ss_span h)
{
    if (layer->link->session_id.size > 0)
        return SS_OK;
    SS_TRY(ss_transport_keep(&layer->initial_host_key, ss_buf_span(&layer->host_key_blob)));
    layer->link->initial_host_key = ss_buf_span(&layer->initial_host_key);
    memcpy(layer->session_id, h.data, h.size);
    layer->link->session_id = ss_span_make(layer->session_id, h.size);
    return SS_OK;
}

static ss_err make_suites(struct ss_transport *layer, const struct source *source)
{
    struct ss_exchange *ex = &layer->ex;
    enum ss_role peer = layer->role == SS_CLIENT ? SS_SERVER : SS_CLIENT;
    ss_err err = make_suite(layer, source, layer->role, &ex->out);

    if (err != SS_OK)
        return err;
    err = make_suite(layer, source, peer, &ex->in);
    if (err != SS_OK) {
        ss_suite_fini(&ex->out, layer->link->env);
        return err;
    }
    ex->keyed = true;
    return SS_OK;
}

/* For a trace that asked for it: what a reader of the bytes needs. */
static void tell_secret(struct ss_transport *layer)
{
    const struct ss_exchange *ex = &layer->ex;
    const struct ss_kex_alg *alg = layer->negotiated.kex;
    struct ss_trace_secret secret = {.shared = ss_secret_span(&ex->shared)};

    while ((alg->flags & SS_KEX_SECRET_STRING) == 0 && secret.shared.size > 0 &&
           secret.shared.data[0] == 0)
        secret.shared = ss_span_part(secret.shared, 1, secret.shared.size);
    if (layer->link->secret == NULL || !ss_trace_wants(layer->link->config->trace, SS_TRACE_SECRET))
        return;
    secret.cookie = ss_span_part(ss_buf_span(&ex->ours.payload), 1, COOKIE);
    if (ex->alg == alg && ex->state != NULL && alg->private_key != NULL)
        secret.private_key = alg->private_key(alg, ex->state);
    layer->link->secret(layer->link, &secret);
}

/* The secret has done its work once both suites have their keys. */
ss_err ss_newkeys_prepare(struct ss_transport *layer)
{
    struct ss_exchange *ex = &layer->ex;
    struct source source = {.hash = layer->negotiated.kex->hash};
    struct ss_writer writer;
    struct ss_buf k;
    ss_err err;

    source.h = ss_span_make(ex->hash, source.hash->size);
    SS_TRY(keep_first(layer, source.h));
    source.session_id = layer->link->session_id;
    tell_secret(layer);
    ss_buf_init(&k, layer->link->env, SS_SECRET_MAX + 8);
    k.secret = true;
    ss_writer_init(&writer, &k);
    ss_kex_write_secret(&writer, layer->negotiated.kex, &ex->shared);
    err = ss_writer_done(&writer);
    source.k = ss_buf_span(&k);
    if (err == SS_OK)
        err = make_suites(layer, &source);
    ss_buf_fini(&k);
    ss_secret_fini(&ex->shared);
    return err;
}

/* A server's NEWKEYS follows its reply; a client's waits until the host key was accepted. */
bool ss_newkeys_due(const struct ss_transport *layer)
{
    const struct ss_exchange *ex = &layer->ex;

    if (!ex->keyed || ex->newkeys_sent)
        return false;
    return layer->role == SS_SERVER || layer->question == SS_QUESTION_ACCEPTED;
}

/* ---- compression ---- */

static bool is_delayed(const struct ss_comp_alg *comp)
{
    return comp != NULL && comp->delayed;
}

/* rule: OSSH-1.2-zlib-delayed-start, OSSH-1.2-zlib-delayed-rekey */
static bool may_compress(const struct ss_transport *layer, const struct ss_suite *suite)
{
    return !is_delayed(suite->comp) || layer->link->authenticated;
}

static ss_err compress_in(struct ss_transport *layer)
{
    return may_compress(layer, &layer->in->suite) ? ss_packet_in_compress(layer->in) : SS_OK;
}

static ss_err compress_out(struct ss_transport *layer)
{
    return may_compress(layer, &layer->out->suite) ? ss_packet_out_compress(layer->out) : SS_OK;
}

/* A client compresses from the moment it sees SUCCESS, and what it sent before that is on its way
 * when a server has sent it, also past a change of keys. */
ss_err ss_transport_authenticated(struct ss_transport *layer)
{
    layer->in->lags = layer->role == SS_SERVER &&
                      (is_delayed(layer->in->suite.comp) || is_delayed(layer->ex.in.comp));
    SS_TRY(compress_in(layer));
    return compress_out(layer);
}

/* ---- the switch ---- */

/* Both directions have new keys. */
static ss_err finish(struct ss_transport *layer)
{
    struct ss_event event = {.type = SS_EVENT_KEX_DONE};

    ss_kex_clear(layer);
    layer->negotiated.epoch++;
    layer->exchanged_at = layer->link->now;
    event.number = layer->negotiated.epoch;
    return layer->link->event(layer->link, &event);
}

/* rule: RFC4253-7.3-newkeys-early: an honest peer has seen our messages before it sends NEWKEYS, so
 * the keys are ready. */
ss_err ss_newkeys_received(struct ss_transport *layer, const struct ss_msg *msg)
{
    struct ss_exchange *ex = &layer->ex;

    (void)msg;
    if (!ex->keyed)
        return ss_transport_fail(layer, SS_E_unexpected_message, NULL, "RFC4253-7.3-newkeys-early",
                                 NULL);
    ss_packet_in_install(layer->in, &ex->in);
    if (layer->negotiated.strict) { /* rule: STRICTKEX-3.3-seq-reset-receive */
        layer->in->sequence = 0;
        layer->in->wrapped = false;
    }
    /* rule: RFC4253-6.2-compression-reset-on-rekey */
    layer->in->lags = layer->in->lags && is_delayed(layer->in->suite.comp);
    SS_TRY(compress_in(layer));
    ex->newkeys_got = true;
    ss_transport_await(layer, SS_AWAIT_KEXINIT);
    return ex->newkeys_sent ? finish(layer) : SS_OK;
}

ss_err ss_newkeys_sent(struct ss_transport *layer)
{
    struct ss_exchange *ex = &layer->ex;

    if (!ex->keyed || ex->newkeys_sent) {
        ss_transport_note(layer, "NEWKEYS was sent without new keys; nothing changes");
        return SS_OK;
    }
    ss_packet_out_install(layer->out, &ex->out);
    if (layer->negotiated.strict) { /* rule: STRICTKEX-3.3-seq-reset-send */
        layer->out->sequence = 0;
        layer->out->wrapped = false;
    }
    SS_TRY(compress_out(layer));
    ex->newkeys_sent = true;
    layer->open = true;
    /* rule: RFC8308-2.3-ext-info-requires-indicator */
    if (ss_transport_first(layer))
        layer->ext_info_due = layer->negotiated.peer_ext_info && layer->link->config->ext_info;
    return ex->newkeys_got ? finish(layer) : SS_OK;
}
