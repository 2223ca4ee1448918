/* SPDX-License-Identifier: Apache-2.0 */
/* sign.c - SSH signature blobs: an algorithm's name and its signature.
 *
 * Owns: how each algorithm writes its raw signature, and what is refused on reading one; which
 *   algorithm is whose.
 * Not here: the raw operations (crypto/pkey_sign.c), what security keys sign (sk.c), what is
 *   signed (transport, auth).
 * Called by: transport for the exchange hash, auth for public key requests, cert.c.
 * Follows: RFC 4253 section 6.6, RFC 5656 section 3.1.2, RFC 8332 section 3, RFC 8709 section 6;
 *   OpenSSH PROTOCOL.certkeys. */
#include "keys/key_impl.h"

enum { RAW_MAX = 4096 };

bool ss_key_fits(const struct ss_key *key, const struct ss_sign_alg *alg)
{
    return alg->kind == key->kind && strcmp(alg->key_type, ss_key_type(key)) == 0;
}

const struct ss_sign_alg *ss_key_default_alg(const struct ss_key *key,
                                             const struct ss_registry *registry)
{
    const struct ss_sign_alg *const *at;

    for (at = registry->sign; *at != NULL; at++)
        if (ss_key_fits(key, *at))
            return *at;
    return NULL;
}

/* What makes the signature. */
static const struct ss_sign_alg *signer(const struct ss_sign_alg *alg)
{
    return alg->plain != NULL ? alg->plain : alg;
}

/* ---- making ---- */

void ss_signature_write(struct ss_writer *writer, size_t half, ss_span raw)
{
    size_t mark;

    if (half == 0) {
        ss_writer_string(writer, raw);
        return;
    }
    mark = ss_writer_open(writer);
    ss_writer_mpint(writer, ss_span_part(raw, 0, half));
    ss_writer_mpint(writer, ss_span_part(raw, half, half));
    ss_writer_close(writer, mark);
}

static ss_err sign_plain(const struct ss_key *key, const struct ss_env *env,
                         const struct ss_sign_alg *alg, ss_span data, struct ss_writer *writer)
{
    struct ss_buf raw;
    ss_err err;

    ss_buf_init(&raw, env, RAW_MAX);
    err = ss_pkey_sign(key->pkey, env, alg->hash, data, &raw);
    if (err == SS_OK)
        ss_signature_write(writer, ss_key_type_of(key->kind)->half, ss_buf_span(&raw));
    ss_buf_fini(&raw);
    return err;
}

ss_err ss_key_sign(const struct ss_key *key, const struct ss_env *env,
                   const struct ss_sign_alg *alg, ss_span data, struct ss_buf *out_blob)
{
    size_t before = ss_buf_size(out_blob);
    struct ss_writer writer;
    ss_err err;

    if (alg->kind != key->kind)
        return SS_E_bad_argument;
    alg = signer(alg);
    ss_writer_init(&writer, out_blob);
    ss_writer_cstring(&writer, alg->name);
    if (ss_key_kind_is_sk(key->kind))
        err = ss_sk_sign(key, env, alg, data, &writer);
    else
        err = sign_plain(key, env, alg, data, &writer);
    if (err == SS_OK)
        err = ss_writer_done(&writer);
    if (err != SS_OK)
        ss_buf_truncate(out_blob, before);
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

bool ss_signature_read(size_t half, size_t size, ss_span inner, uint8_t *out)
{
    struct ss_reader reader;
    ss_span r, s;

    if (half == 0)
        return inner.size == size && pad(inner, size, out);
    ss_reader_init(&reader, inner);
    r = ss_reader_mpint(&reader);
    s = ss_reader_mpint(&reader);
    return ss_reader_done(&reader) == SS_OK && size == 2 * half && pad(r, half, out) &&
           pad(s, half, out + half);
}

/* The raw form of what stands in the blob; false when it can be none. */
static bool raw_of(const struct ss_key *key, ss_span inner, uint8_t *out, size_t *out_size)
{
    size_t half = ss_key_type_of(key->kind)->half;

    if (key->kind == SS_KEY_RSA) {
        /* Some signers leave off the zeros in front; the number is the same.
         * rule: RFC8332-3-rsa-sig-short-received */
        *out_size = (ss_key_bits(key) + 7) / 8;
        return inner.size > 0 && *out_size <= RAW_MAX && pad(inner, *out_size, out);
    }
    *out_size = half > 0 ? 2 * half : inner.size;
    return inner.size > 0 && *out_size <= RAW_MAX && ss_signature_read(half, *out_size, inner, out);
}

static ss_err verify_plain(const struct ss_key *key, const struct ss_sign_alg *alg, ss_span data,
                           struct ss_reader *reader)
{
    ss_span inner = ss_reader_string(reader);
    uint8_t raw[RAW_MAX];
    size_t size = 0;

    if (ss_reader_done(reader) != SS_OK || !raw_of(key, inner, raw, &size))
        return SS_E_bad_signature;
    return ss_pkey_verify(key->pkey, alg->hash, data, ss_span_make(raw, size));
}

/* The name is compared with the one that was negotiated or announced: a signature by a weaker
 * algorithm of the same key must not pass for it.
 * rule: RFC8332-3.1-server-uses-negotiated-alg */
ss_err ss_key_verify_detail(const struct ss_key *key, const struct ss_env *env,
                            const struct ss_sign_alg *alg, ss_span data, ss_span blob,
                            struct ss_sk_detail *out_detail)
{
    struct ss_sk_detail detail = {false, 0, 0};
    struct ss_reader reader;
    ss_err err;

    if (alg->kind != key->kind)
        return SS_E_bad_argument;
    alg = signer(alg);
    ss_reader_init(&reader, blob);
    if (!ss_span_is(ss_reader_string(&reader), alg->name))
        return SS_E_bad_signature;
    if (ss_key_kind_is_sk(key->kind))
        err = ss_sk_verify(key, env, alg, data, &reader, &detail);
    else
        err = verify_plain(key, alg, data, &reader);
    if (err == SS_OK)
        *out_detail = detail;
    return err;
}

/* A key that nobody touched may be signing for whoever has the machine that it is plugged into. */
ss_err ss_key_verify(const struct ss_key *key, const struct ss_env *env,
                     const struct ss_sign_alg *alg, ss_span data, ss_span blob)
{
    struct ss_sk_detail detail;

    SS_TRY(ss_key_verify_detail(key, env, alg, data, blob, &detail));
    return detail.there && (detail.flags & SS_SK_PRESENCE) == 0 ? SS_E_bad_signature : SS_OK;
}
