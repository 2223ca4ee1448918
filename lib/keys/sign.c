/* SPDX-License-Identifier: Apache-2.0 */
/* sign.c - SSH signature blobs: an algorithm's name and its signature.
 *
 * Owns: how each algorithm writes its raw signature, and what is refused on reading one.
 * Not here: the raw operations (crypto/pkey_sign.c), what is signed (transport, auth).
 * Called by: transport for the exchange hash, auth for public key requests.
 * Follows: RFC 4253 section 6.6, RFC 5656 section 3.1.2, RFC 8332 section 3, RFC 8709 section 6. */
#include "keys/key_impl.h"

enum { HALF = 32, RAW_MAX = 2048 };

const struct ss_sign_alg *ss_key_default_alg(const struct ss_key *key,
                                             const struct ss_registry *registry)
{
    const struct ss_sign_alg *const *at;

    for (at = registry->sign; *at != NULL; at++)
        if ((*at)->kind == ss_key_kind(key))
            return *at;
    return NULL;
}

/* ---- making ---- */

static void write_signature(struct ss_writer *writer, const struct ss_sign_alg *alg, ss_span raw)
{
    size_t mark;

    ss_writer_cstring(writer, alg->name);
    if (alg->kind != SS_KEY_ECDSA_P256) {
        ss_writer_string(writer, raw);
        return;
    }
    mark = ss_writer_open(writer);
    ss_writer_mpint(writer, ss_span_part(raw, 0, HALF));
    ss_writer_mpint(writer, ss_span_part(raw, HALF, HALF));
    ss_writer_close(writer, mark);
}

ss_err ss_key_sign(const struct ss_key *key, const struct ss_env *env,
                   const struct ss_sign_alg *alg, ss_span data, struct ss_buf *out_blob)
{
    size_t before = ss_buf_size(out_blob);
    struct ss_writer writer;
    struct ss_buf raw;
    ss_err err;

    if (alg->kind != ss_key_kind(key))
        return SS_E_bad_argument;
    ss_buf_init(&raw, env, RAW_MAX);
    err = ss_pkey_sign(key->pkey, env, alg->hash, data, &raw);
    if (err == SS_OK) {
        ss_writer_init(&writer, out_blob);
        write_signature(&writer, alg, ss_buf_span(&raw));
        err = ss_writer_done(&writer);
        if (err != SS_OK)
            ss_buf_truncate(out_blob, before);
    }
    ss_buf_fini(&raw);
    return err;
}

/* ---- checking ---- */

/* A number with zeros in front, so that it has width bytes; false when it has more. */
static bool pad(ss_span number, size_t width, uint8_t *out)
{
    if (number.size > width)
        return false;
    memset(out, 0, width - number.size);
    if (number.size > 0)
        memcpy(out + width - number.size, number.data, number.size);
    return true;
}

static bool ecdsa_raw(ss_span inner, uint8_t *out)
{
    struct ss_reader reader;
    ss_span r, s;

    ss_reader_init(&reader, inner);
    r = ss_reader_mpint(&reader);
    s = ss_reader_mpint(&reader);
    return ss_reader_done(&reader) == SS_OK && pad(r, HALF, out) && pad(s, HALF, out + HALF);
}

/* The raw form of what stands in the blob; false when it can be none. */
static bool raw_of(const struct ss_key *key, const struct ss_sign_alg *alg, ss_span inner,
                   uint8_t *out, size_t *out_size)
{
    switch (alg->kind) {
    case SS_KEY_ED25519:
        *out_size = inner.size;
        return inner.size > 0 && inner.size <= RAW_MAX && pad(inner, inner.size, out);
    case SS_KEY_ECDSA_P256:
        *out_size = (size_t)2 * HALF;
        return ecdsa_raw(inner, out);
    case SS_KEY_RSA:
        /* Some signers leave off the zeros in front; the number is the same.
         * rule: RFC8332-3-rsa-sig-short-received */
        *out_size = (ss_key_bits(key) + 7) / 8;
        return inner.size > 0 && *out_size <= RAW_MAX && pad(inner, *out_size, out);
    case SS_KEY_NONE:
        break;
    }
    return false;
}

/* The name is compared with the one that was negotiated or announced: a signature by a weaker
 * algorithm of the same key must not pass for it.
 * rule: RFC8332-3.1-server-uses-negotiated-alg */
ss_err ss_key_verify(const struct ss_key *key, const struct ss_env *env,
                     const struct ss_sign_alg *alg, ss_span data, ss_span blob)
{
    struct ss_reader reader;
    ss_span name, inner;
    uint8_t raw[RAW_MAX];
    size_t size = 0;

    (void)env;
    if (alg->kind != ss_key_kind(key))
        return SS_E_bad_argument;
    ss_reader_init(&reader, blob);
    name = ss_reader_string(&reader);
    inner = ss_reader_string(&reader);
    if (ss_reader_done(&reader) != SS_OK || !ss_span_is(name, alg->name))
        return SS_E_bad_signature;
    if (!raw_of(key, alg, inner, raw, &size))
        return SS_E_bad_signature;
    return ss_pkey_verify(key->pkey, alg->hash, data, ss_span_make(raw, size));
}
