/* SPDX-License-Identifier: Apache-2.0 */
/* pkey.c - public keys as values: made from parts or from randomness, and taken apart again.
 *
 * Owns: struct ss_pkey; Ed25519 and ECDSA P-256 keys.
 * Not here: RSA numbers (pkey_rsa.c), signatures (pkey_sign.c), SSH key blobs (lib/keys).
 * Called by: lib/keys, and through it everything that has a host key or a user key.
 * Follows: RFC 8709 section 4, RFC 5656 section 3.1, RFC 8017 section 3. */
#include "crypto/ossl.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

enum { ED25519_SIZE = 32, BITS_256 = 256 };

void ss_pkey_free(struct ss_pkey **pkey)
{
    struct ss_pkey *old = *pkey;

    *pkey = NULL;
    if (old == NULL)
        return;
    EVP_PKEY_free(old->evp);
    ss_free(old->env, old, sizeof *old);
}

enum ss_key_kind ss_pkey_kind(const struct ss_pkey *pkey)
{
    return pkey->kind;
}

unsigned ss_pkey_bits(const struct ss_pkey *pkey)
{
    return pkey->bits;
}

bool ss_pkey_is_private(const struct ss_pkey *pkey)
{
    return pkey->is_private;
}

/* ---- Ed25519 ---- */

/* A public value that does not belong to the seed would leak the key on signing (double public
 * key oracle), so it is computed, and what was given must agree. */
static ss_err make_ed25519(struct ss_pkey *pkey, const struct ss_pkey_parts *parts)
{
    size_t size = ED25519_SIZE;

    pkey->bits = BITS_256;
    pkey->pub_size = ED25519_SIZE;
    if (parts->priv.size == 0) {
        if (parts->pub.size != ED25519_SIZE)
            return SS_E_bad_key;
        memcpy(pkey->pub, parts->pub.data, ED25519_SIZE);
        pkey->evp = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, pkey->pub, ED25519_SIZE);
        return pkey->evp != NULL ? SS_OK : ss_ossl_fail();
    }
    if (parts->priv.size != ED25519_SIZE)
        return SS_E_bad_key;
    pkey->is_private = true;
    pkey->evp =
        EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, parts->priv.data, ED25519_SIZE);
    if (pkey->evp == NULL || EVP_PKEY_get_raw_public_key(pkey->evp, pkey->pub, &size) != 1 ||
        size != ED25519_SIZE)
        return ss_ossl_fail();
    if (parts->pub.size > 0 && !ss_span_eq(parts->pub, ss_span_make(pkey->pub, ED25519_SIZE)))
        return SS_E_bad_key;
    return SS_OK;
}

/* ---- ECDSA P-256 ---- */

static ss_err build_ecdsa(struct ss_pkey *pkey, const uint8_t *scalar)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    BIGNUM *priv = NULL;
    bool good =
        build != NULL && ctx != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, pkey->pub,
                                         pkey->pub_size) == 1;

    if (good && scalar != NULL) {
        priv = ss_ossl_secret_bn(ss_span_make(scalar, SS_P256_SCALAR));
        good = priv != NULL && OSSL_PARAM_BLD_push_BN_pad(build, OSSL_PKEY_PARAM_PRIV_KEY, priv,
                                                          SS_P256_SCALAR) == 1;
    }
    if (good)
        params = OSSL_PARAM_BLD_to_param(build);
    good = params != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
           EVP_PKEY_fromdata(ctx, &pkey->evp,
                             scalar != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params) == 1;
    OSSL_PARAM_free(params);
    BN_clear_free(priv);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_BLD_free(build);
    return good ? SS_OK : ss_ossl_fail();
}

/* The scalar may come as an mpint's magnitude, shorter than the order. */
static bool pad_scalar(ss_span magnitude, uint8_t *out)
{
    while (magnitude.size > 0 && magnitude.data[0] == 0)
        magnitude = ss_span_part(magnitude, 1, magnitude.size);
    if (magnitude.size == 0 || magnitude.size > SS_P256_SCALAR)
        return false;
    memset(out, 0, SS_P256_SCALAR - magnitude.size);
    memcpy(out + SS_P256_SCALAR - magnitude.size, magnitude.data, magnitude.size);
    return true;
}

static ss_err make_ecdsa_private(struct ss_pkey *pkey, const struct ss_pkey_parts *parts)
{
    uint8_t scalar[SS_P256_SCALAR];
    ss_err err = SS_E_bad_key;

    pkey->is_private = true;
    if (pad_scalar(parts->priv, scalar)) {
        err = ss_curve_public(&ss_curve_p256, scalar, pkey->pub);
        if (err == SS_E_bad_value)
            err = SS_E_bad_key;
    }
    if (err == SS_OK && parts->pub.size > 0 &&
        !ss_span_eq(parts->pub, ss_span_make(pkey->pub, SS_P256_POINT)))
        err = SS_E_bad_key;
    if (err == SS_OK)
        err = build_ecdsa(pkey, scalar);
    ss_wipe(scalar, sizeof scalar);
    return err;
}

static ss_err make_ecdsa(struct ss_pkey *pkey, const struct ss_pkey_parts *parts)
{
    ss_err err;

    pkey->bits = BITS_256;
    pkey->pub_size = SS_P256_POINT;
    if (parts->priv.size > 0)
        return make_ecdsa_private(pkey, parts);
    err = ss_curve_check(&ss_curve_p256, parts->pub);
    if (err != SS_OK)
        return err == SS_E_bad_public_value ? SS_E_bad_key : err;
    memcpy(pkey->pub, parts->pub.data, SS_P256_POINT);
    return build_ecdsa(pkey, NULL);
}

/* ---- making ---- */

static ss_err make_rsa(struct ss_pkey *pkey, const struct ss_pkey_parts *parts)
{
    SS_TRY(ss_rsa_make(parts, &pkey->evp));
    pkey->bits = (unsigned)EVP_PKEY_get_bits(pkey->evp);
    pkey->is_private = parts->d.size > 0;
    return SS_OK;
}

static ss_err fill(struct ss_pkey *pkey, const struct ss_pkey_parts *parts)
{
    switch (pkey->kind) {
    case SS_KEY_ED25519:
        return make_ed25519(pkey, parts);
    case SS_KEY_ECDSA_P256:
        return make_ecdsa(pkey, parts);
    case SS_KEY_RSA:
        return make_rsa(pkey, parts);
    case SS_KEY_NONE:
        break;
    }
    return SS_E_bad_argument;
}

static struct ss_pkey *empty(const struct ss_env *env, enum ss_key_kind kind)
{
    struct ss_pkey *pkey = ss_alloc(env, sizeof *pkey);

    if (pkey != NULL) {
        pkey->env = env;
        pkey->kind = kind;
    }
    return pkey;
}

ss_err ss_pkey_make(const struct ss_env *env, enum ss_key_kind kind,
                    const struct ss_pkey_parts *parts, struct ss_pkey **out)
{
    struct ss_pkey *pkey = empty(env, kind);
    ss_err err;

    if (pkey == NULL)
        return SS_E_no_memory;
    err = fill(pkey, parts);
    if (err != SS_OK)
        ss_pkey_free(&pkey);
    else
        *out = pkey;
    return err;
}

static ss_err generate_rsa(const struct ss_env *env, unsigned bits, struct ss_pkey **out)
{
    struct ss_pkey *pkey = empty(env, SS_KEY_RSA);
    ss_err err;

    if (pkey == NULL)
        return SS_E_no_memory;
    err = ss_rsa_generate(env, bits, &pkey->evp);
    if (err != SS_OK) {
        ss_pkey_free(&pkey);
        return err;
    }
    pkey->bits = (unsigned)EVP_PKEY_get_bits(pkey->evp);
    pkey->is_private = true;
    *out = pkey;
    return SS_OK;
}

ss_err ss_pkey_generate(const struct ss_env *env, enum ss_key_kind kind, unsigned bits,
                        struct ss_pkey **out)
{
    struct ss_pkey_parts parts = {0};
    uint8_t secret[32];
    ss_err err;

    if (kind == SS_KEY_RSA)
        return generate_rsa(env, bits, out);
    if (kind == SS_KEY_ED25519)
        err = ss_random(env, secret, sizeof secret);
    else if (kind == SS_KEY_ECDSA_P256)
        err = ss_curve_scalar(&ss_curve_p256, env, secret);
    else
        return SS_E_bad_argument;
    parts.priv = ss_span_make(secret, sizeof secret);
    if (err == SS_OK)
        err = ss_pkey_make(env, kind, &parts, out);
    ss_wipe(secret, sizeof secret);
    return err;
}

/* ---- taking apart ---- */

struct part {
    const char *name; /* OpenSSL's */
    bool is_private;
    size_t width; /* 0: as many bytes as the number has */
    ss_span *out;
    size_t at, size; /* where it lies in store, from its head on */
};

static ss_err put_part(const struct ss_pkey *pkey, struct ss_buf *store, struct part *part)
{
    BIGNUM *number = BN_secure_new();
    ss_err err;

    if (number == NULL || EVP_PKEY_get_bn_param(pkey->evp, part->name, &number) != 1) {
        BN_clear_free(number);
        return ss_ossl_fail();
    }
    part->at = ss_buf_size(store);
    err = ss_ossl_put_bn(store, number, part->width);
    part->size = ss_buf_size(store) - part->at;
    BN_clear_free(number);
    return err;
}

/* Spans are filled in last: appending may have moved what came before. */
static ss_err put_parts(const struct ss_pkey *pkey, bool with_private, struct ss_buf *store,
                        struct part *parts, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (with_private || !parts[i].is_private)
            SS_TRY(put_part(pkey, store, &parts[i]));
    }
    for (i = 0; i < n; i++)
        *parts[i].out = parts[i].size > 0
                            ? ss_span_make(ss_buf_at(store) + parts[i].at, parts[i].size)
                            : ss_span_make(NULL, 0);
    return SS_OK;
}

static ss_err export_rsa(const struct ss_pkey *pkey, bool with_private, struct ss_buf *store,
                         struct ss_pkey_parts *out)
{
    struct part parts[] = {
        {OSSL_PKEY_PARAM_RSA_N, false, 0, &out->n, 0, 0},
        {OSSL_PKEY_PARAM_RSA_E, false, 0, &out->e, 0, 0},
        {OSSL_PKEY_PARAM_RSA_D, true, 0, &out->d, 0, 0},
        {OSSL_PKEY_PARAM_RSA_FACTOR1, true, 0, &out->p, 0, 0},
        {OSSL_PKEY_PARAM_RSA_FACTOR2, true, 0, &out->q, 0, 0},
        {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, true, 0, &out->iqmp, 0, 0},
    };

    return put_parts(pkey, with_private, store, parts, SS_COUNT(parts));
}

static ss_err put_secret(const struct ss_pkey *pkey, struct ss_buf *store)
{
    struct part scalar = {OSSL_PKEY_PARAM_PRIV_KEY, true, SS_P256_SCALAR, NULL, 0, 0};
    size_t size = ED25519_SIZE;
    uint8_t *at;

    if (pkey->kind == SS_KEY_ECDSA_P256)
        return put_part(pkey, store, &scalar);
    SS_TRY(ss_buf_extend(store, size, &at));
    if (EVP_PKEY_get_raw_private_key(pkey->evp, at, &size) != 1 || size != ED25519_SIZE)
        return ss_ossl_fail();
    return SS_OK;
}

static ss_err export_curve(const struct ss_pkey *pkey, bool with_private, struct ss_buf *store,
                           struct ss_pkey_parts *out)
{
    size_t at = ss_buf_size(store);
    size_t secret;

    SS_TRY(ss_buf_put(store, ss_span_make(pkey->pub, pkey->pub_size)));
    secret = ss_buf_size(store);
    if (with_private)
        SS_TRY(put_secret(pkey, store));
    out->pub = ss_span_make(ss_buf_at(store) + at, pkey->pub_size);
    if (with_private)
        out->priv = ss_span_make(ss_buf_at(store) + secret, ss_buf_size(store) - secret);
    return SS_OK;
}

ss_err ss_pkey_export(const struct ss_pkey *pkey, bool with_private, struct ss_buf *store,
                      struct ss_pkey_parts *out)
{
    struct ss_pkey_parts parts = {0};
    size_t before = ss_buf_size(store);
    ss_err err;

    if (with_private && !pkey->is_private)
        return SS_E_usage;
    if (with_private)
        store->secret = true; /* wiped when it grows and when it goes */
    err = pkey->kind == SS_KEY_RSA ? export_rsa(pkey, with_private, store, &parts)
                                   : export_curve(pkey, with_private, store, &parts);
    if (err == SS_OK)
        *out = parts;
    else
        ss_buf_truncate(store, before);
    return err;
}
