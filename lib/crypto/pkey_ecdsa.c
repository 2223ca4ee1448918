/* SPDX-License-Identifier: Apache-2.0 */
/* pkey_ecdsa.c - ECDSA keys on the three NIST curves.
 *
 * Owns: that a point is on its curve and belongs to its scalar; which signer is used.
 * Not here: the curves (ec.c), nonces that repeat (ecdsa_repeat.c), SSH encodings (lib/keys).
 * Called by: pkey.c, pkey_sign.c.
 * Follows: RFC 5656 section 3.1; FIPS 186-4 section 6. */
#include "crypto/pkey.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

static const struct ss_curve *curve_of(const struct ss_pkey *pkey)
{
    return pkey->method->param;
}

static ss_err build(struct ss_pkey *pkey, const uint8_t *scalar)
{
    const struct ss_curve *curve = curve_of(pkey);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    BIGNUM *priv = NULL;
    bool good =
        build != NULL && ctx != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, pkey->pub,
                                         pkey->pub_size) == 1;

    if (good && scalar != NULL) {
        priv = ss_ossl_secret_bn(ss_span_make(scalar, curve->scalar));
        good = priv != NULL && OSSL_PARAM_BLD_push_BN_pad(build, OSSL_PKEY_PARAM_PRIV_KEY, priv,
                                                          curve->scalar) == 1;
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
static bool pad_scalar(ss_span magnitude, size_t width, uint8_t *out)
{
    while (magnitude.size > 0 && magnitude.data[0] == 0)
        magnitude = ss_span_part(magnitude, 1, magnitude.size);
    if (magnitude.size == 0 || magnitude.size > width)
        return false;
    memset(out, 0, width - magnitude.size);
    memcpy(out + width - magnitude.size, magnitude.data, magnitude.size);
    return true;
}

static ss_err make_private(struct ss_pkey *pkey, const struct ss_pkey_parts *parts)
{
    const struct ss_curve *curve = curve_of(pkey);
    uint8_t scalar[SS_CURVE_SCALAR_MAX];
    ss_err err = SS_E_bad_key;

    pkey->is_private = true;
    if (pad_scalar(parts->priv, curve->scalar, scalar)) {
        err = ss_curve_public(curve, scalar, pkey->pub);
        if (err == SS_E_bad_value)
            err = SS_E_bad_key;
    }
    if (err == SS_OK && parts->pub.size > 0 &&
        !ss_span_eq(parts->pub, ss_span_make(pkey->pub, curve->point)))
        err = SS_E_bad_key;
    if (err == SS_OK)
        err = build(pkey, scalar);
    ss_wipe(scalar, sizeof scalar);
    return err;
}

static ss_err make(struct ss_pkey *pkey, const struct ss_pkey_parts *parts)
{
    const struct ss_curve *curve = curve_of(pkey);
    ss_err err;

    pkey->bits = curve->bits;
    pkey->pub_size = curve->point;
    pkey->signature = 2 * curve->scalar;
    if (parts->priv.size > 0)
        return make_private(pkey, parts);
    err = ss_curve_check(curve, parts->pub);
    if (err != SS_OK)
        return err == SS_E_bad_public_value ? SS_E_bad_key : err;
    memcpy(pkey->pub, parts->pub.data, curve->point);
    return build(pkey, NULL);
}

static ss_err generate(struct ss_pkey *pkey, unsigned bits)
{
    const struct ss_curve *curve = curve_of(pkey);
    struct ss_pkey_parts parts = {0};
    uint8_t scalar[SS_CURVE_SCALAR_MAX];
    ss_err err = ss_curve_scalar(curve, pkey->env, scalar);

    (void)bits;
    parts.priv = ss_span_make(scalar, curve->scalar);
    if (err == SS_OK)
        err = make(pkey, &parts);
    ss_wipe(scalar, sizeof scalar);
    return err;
}

static BIGNUM *scalar_of(const struct ss_pkey *pkey)
{
    BIGNUM *number = BN_secure_new();

    if (number == NULL ||
        EVP_PKEY_get_bn_param(pkey->evp, OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1) {
        BN_clear_free(number);
        return NULL;
    }
    BN_set_flags(number, BN_FLG_CONSTTIME);
    return number;
}

static ss_err export(const struct ss_pkey *pkey, bool with_private, struct ss_buf *store,
                     struct ss_pkey_parts *out)
{
    const int width = (int)curve_of(pkey)->scalar;
    uint8_t scalar[SS_CURVE_SCALAR_MAX];
    BIGNUM *number;
    ss_err err;

    if (!with_private)
        return ss_pkey_put_strings(pkey, ss_span_make(NULL, 0), store, out);
    number = scalar_of(pkey);
    if (number == NULL || BN_bn2binpad(number, scalar, width) != width)
        err = ss_ossl_fail();
    else
        err = ss_pkey_put_strings(pkey, ss_span_make(scalar, (size_t)width), store, out);
    BN_clear_free(number);
    ss_wipe(scalar, sizeof scalar);
    return err;
}

/* OpenSSL 3.0 offers no nonce that a caller can repeat. */
static ss_err sign(const struct ss_pkey *pkey, const struct ss_env *env,
                   const struct ss_hash_alg *hash, ss_span data, uint8_t *out)
{
    BIGNUM *number;
    ss_err err;

    if (!env->deterministic)
        return ss_evp_sign_pair(pkey->evp, hash, data, curve_of(pkey)->scalar, out);
    number = scalar_of(pkey);
    if (number == NULL)
        return ss_ossl_fail();
    err = ss_ecdsa_sign_repeatable(curve_of(pkey), number, hash, data, out);
    BN_clear_free(number);
    return err;
}

static ss_err verify(const struct ss_pkey *pkey, const struct ss_hash_alg *hash, ss_span data,
                     ss_span signature)
{
    return ss_evp_verify_pair(pkey->evp, hash, data, signature);
}

const struct ss_pkey_method ss_pkey_p256 = {
    SS_KEY_ECDSA_P256, &ss_curve_p256, true, make, generate, export, sign, verify,
};

const struct ss_pkey_method ss_pkey_p384 = {
    SS_KEY_ECDSA_P384, &ss_curve_p384, true, make, generate, export, sign, verify,
};

const struct ss_pkey_method ss_pkey_p521 = {
    SS_KEY_ECDSA_P521, &ss_curve_p521, true, make, generate, export, sign, verify,
};
