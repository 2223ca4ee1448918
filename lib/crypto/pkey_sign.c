/* SPDX-License-Identifier: Apache-2.0 */
/* pkey_sign.c - raw signatures: made and checked.
 *
 * Owns: the fixed-size form of ECDSA signatures and its way to and from DER.
 * Not here: SSH signature blobs (lib/keys), nonces that repeat (ecdsa_repeat.c).
 * Called by: lib/keys.
 * Follows: RFC 8709 section 6, RFC 5656 section 3.1.2, RFC 8332 section 3 (RSASSA-PKCS1-v1_5). */
#include "crypto/ossl.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>

enum { ED25519_SIGNATURE = 64, ECDSA_SIGNATURE = 2 * SS_P256_SCALAR, DER_MAX = 80 };

static size_t signature_size(const struct ss_pkey *pkey)
{
    switch (pkey->kind) {
    case SS_KEY_ED25519:
        return ED25519_SIGNATURE;
    case SS_KEY_ECDSA_P256:
        return ECDSA_SIGNATURE;
    case SS_KEY_RSA:
        return (pkey->bits + 7) / 8;
    case SS_KEY_NONE:
        break;
    }
    return 0;
}

/* Ed25519 hashes by itself (PureEdDSA). */
static const char *hash_name(const struct ss_pkey *pkey, const struct ss_hash_alg *hash)
{
    return pkey->kind == SS_KEY_ED25519 ? NULL : hash->name;
}

/* OpenSSL wants an address even for no bytes. */
static const uint8_t *bytes_of(ss_span data)
{
    static const uint8_t nothing[1] = {0};

    return data.size > 0 ? data.data : nothing;
}

/* ---- making ---- */

/* *size: room in out, then bytes written. */
static ss_err sign_evp(const struct ss_pkey *pkey, const struct ss_hash_alg *hash, ss_span data,
                       uint8_t *out, size_t *size)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good =
        ctx != NULL &&
        EVP_DigestSignInit_ex(ctx, NULL, hash_name(pkey, hash), NULL, NULL, pkey->evp, NULL) == 1 &&
        EVP_DigestSign(ctx, out, size, bytes_of(data), data.size) == 1;

    EVP_MD_CTX_free(ctx);
    return good ? SS_OK : ss_ossl_fail();
}

static ss_err from_der(const uint8_t *der, size_t size, uint8_t *out)
{
    const unsigned char *at = der;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)size);
    bool good = pair != NULL &&
                BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, SS_P256_SCALAR) == SS_P256_SCALAR &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + SS_P256_SCALAR, SS_P256_SCALAR) ==
                    SS_P256_SCALAR;

    ECDSA_SIG_free(pair);
    return good ? SS_OK : ss_ossl_fail();
}

static ss_err sign_ecdsa_repeatable(const struct ss_pkey *pkey, const struct ss_hash_alg *hash,
                                    ss_span data, uint8_t *out)
{
    uint8_t scalar[SS_P256_SCALAR];
    BIGNUM *number = BN_secure_new();
    ss_err err;

    if (number != NULL &&
        EVP_PKEY_get_bn_param(pkey->evp, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1 &&
        BN_bn2binpad(number, scalar, SS_P256_SCALAR) == SS_P256_SCALAR)
        err = ss_ecdsa_sign_repeatable(scalar, hash, data, out);
    else
        err = ss_ossl_fail();
    BN_clear_free(number);
    ss_wipe(scalar, sizeof scalar);
    return err;
}

static ss_err sign_ecdsa(const struct ss_pkey *pkey, const struct ss_env *env,
                         const struct ss_hash_alg *hash, ss_span data, uint8_t *out)
{
    uint8_t der[DER_MAX];
    size_t size = sizeof der;

    if (env->deterministic)
        return sign_ecdsa_repeatable(pkey, hash, data, out);
    SS_TRY(sign_evp(pkey, hash, data, der, &size));
    return from_der(der, size, out);
}

ss_err ss_pkey_sign(const struct ss_pkey *pkey, const struct ss_env *env,
                    const struct ss_hash_alg *hash, ss_span data, struct ss_buf *out_signature)
{
    size_t before = ss_buf_size(out_signature);
    size_t size = signature_size(pkey), made = size;
    uint8_t *at;
    ss_err err;

    if (!pkey->is_private)
        return SS_E_usage;
    if (hash == NULL && pkey->kind != SS_KEY_ED25519)
        return SS_E_bad_argument;
    SS_TRY(ss_buf_extend(out_signature, size, &at));
    if (pkey->kind == SS_KEY_ECDSA_P256)
        err = sign_ecdsa(pkey, env, hash, data, at);
    else
        err = sign_evp(pkey, hash, data, at, &made);
    if (err == SS_OK && made != size)
        err = SS_E_crypto;
    if (err != SS_OK)
        ss_buf_truncate(out_signature, before);
    return err;
}

/* ---- checking ---- */

/* Whatever OpenSSL answers but yes is a no: some signatures make it fail and not say no. */
static ss_err verify_evp(const struct ss_pkey *pkey, const struct ss_hash_alg *hash, ss_span data,
                         ss_span signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    ss_err err = SS_OK;

    if (ctx == NULL ||
        EVP_DigestVerifyInit_ex(ctx, NULL, hash_name(pkey, hash), NULL, NULL, pkey->evp, NULL) != 1)
        err = ss_ossl_fail();
    else if (EVP_DigestVerify(ctx, signature.data, signature.size, bytes_of(data), data.size) != 1)
        err = SS_E_bad_signature;
    if (err == SS_E_bad_signature)
        ss_ossl_forget();
    EVP_MD_CTX_free(ctx);
    return err;
}

static ss_err to_der(ss_span signature, uint8_t *out, size_t *out_size)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature.data, SS_P256_SCALAR, NULL);
    BIGNUM *s = BN_bin2bn(signature.data + SS_P256_SCALAR, SS_P256_SCALAR, NULL);
    unsigned char *at = out;
    int size = -1;

    if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
        r = s = NULL; /* pair has them */
        if (i2d_ECDSA_SIG(pair, NULL) <= DER_MAX)
            size = i2d_ECDSA_SIG(pair, &at);
    }
    BN_free(s);
    BN_free(r);
    ECDSA_SIG_free(pair);
    if (size <= 0)
        return ss_ossl_fail();
    *out_size = (size_t)size;
    return SS_OK;
}

ss_err ss_pkey_verify(const struct ss_pkey *pkey, const struct ss_hash_alg *hash, ss_span data,
                      ss_span signature)
{
    uint8_t der[DER_MAX];
    size_t size = 0;

    if (hash == NULL && pkey->kind != SS_KEY_ED25519)
        return SS_E_bad_argument;
    if (signature.size != signature_size(pkey))
        return SS_E_bad_signature;
    if (pkey->kind == SS_KEY_ECDSA_P256) {
        SS_TRY(to_der(signature, der, &size));
        signature = ss_span_make(der, size);
    }
    return verify_evp(pkey, hash, data, signature);
}
