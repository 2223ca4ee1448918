/* SPDX-License-Identifier: Apache-2.0 */
/* pkey_sign.c - raw signatures: made and checked.
 *
 * Owns: sizes and hashes that fit a key; the fixed-size form of two numbers and its way to and
 *   from DER.
 * Not here: SSH signature blobs (lib/keys), nonces that repeat (nonce_repeat.c).
 * Called by: lib/keys; the kinds of pkey for what they have in common.
 * Follows: RFC 8709 section 6, RFC 5656 section 3.1.2, RFC 8332 section 3 (RSASSA-PKCS1-v1_5). */
#include "crypto/pkey.h"

#include <openssl/ec.h>

enum { DER_MAX = 160 };

/* OpenSSL wants an address even for no bytes. */
static const uint8_t *bytes_of(ss_span data)
{
    static const uint8_t nothing[1] = {0};

    return data.size > 0 ? data.data : nothing;
}

static const char *name_of(const struct ss_hash_alg *hash)
{
    return hash != NULL ? hash->name : NULL;
}

/* ---- what the kinds share ---- */

ss_err ss_evp_sign(EVP_PKEY *evp, const struct ss_hash_alg *hash, ss_span data, uint8_t *out,
                   size_t *size)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = ctx != NULL &&
                EVP_DigestSignInit_ex(ctx, NULL, name_of(hash), NULL, NULL, evp, NULL) == 1 &&
                EVP_DigestSign(ctx, out, size, bytes_of(data), data.size) == 1;

    EVP_MD_CTX_free(ctx);
    return good ? SS_OK : ss_ossl_fail();
}

/* Whatever OpenSSL answers but yes is a no: some signatures make it fail and not say no. */
ss_err ss_evp_verify(EVP_PKEY *evp, const struct ss_hash_alg *hash, ss_span data, ss_span signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    ss_err err = SS_OK;

    if (ctx == NULL ||
        EVP_DigestVerifyInit_ex(ctx, NULL, name_of(hash), NULL, NULL, evp, NULL) != 1)
        err = ss_ossl_fail();
    else if (EVP_DigestVerify(ctx, signature.data, signature.size, bytes_of(data), data.size) != 1)
        err = SS_E_bad_signature;
    if (err == SS_E_bad_signature)
        ss_ossl_forget();
    EVP_MD_CTX_free(ctx);
    return err;
}

/* A DSA signature has the same two numbers in the same sequence as one of ECDSA. */
static ss_err from_der(const uint8_t *der, size_t size, size_t width, uint8_t *out)
{
    const unsigned char *at = der;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)size);
    bool good = pair != NULL &&
                BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, (int)width) == (int)width &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + width, (int)width) == (int)width;

    ECDSA_SIG_free(pair);
    return good ? SS_OK : ss_ossl_fail();
}

static ss_err to_der(ss_span signature, uint8_t *out, size_t *out_size)
{
    const size_t width = signature.size / 2;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature.data, (int)width, NULL);
    BIGNUM *s = BN_bin2bn(signature.data + width, (int)width, NULL);
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

ss_err ss_evp_sign_pair(EVP_PKEY *evp, const struct ss_hash_alg *hash, ss_span data, size_t width,
                        uint8_t *out)
{
    uint8_t der[DER_MAX];
    size_t size = sizeof der;

    SS_TRY(ss_evp_sign(evp, hash, data, der, &size));
    return from_der(der, size, width, out);
}

ss_err ss_evp_verify_pair(EVP_PKEY *evp, const struct ss_hash_alg *hash, ss_span data,
                          ss_span signature)
{
    uint8_t der[DER_MAX];
    size_t size = 0;

    SS_TRY(to_der(signature, der, &size));
    return ss_evp_verify(evp, hash, data, ss_span_make(der, size));
}

/* ---- making and checking ---- */

ss_err ss_pkey_sign(const struct ss_pkey *pkey, const struct ss_env *env,
                    const struct ss_hash_alg *hash, ss_span data, struct ss_buf *out_signature)
{
    size_t before = ss_buf_size(out_signature);
    uint8_t *at;
    ss_err err;

    if (!pkey->is_private)
        return SS_E_usage;
    if (hash == NULL && pkey->method->hashed)
        return SS_E_bad_argument;
    SS_TRY(ss_buf_extend(out_signature, pkey->signature, &at));
    err = pkey->method->sign(pkey, env, hash, data, at);
    if (err != SS_OK)
        ss_buf_truncate(out_signature, before);
    return err;
}

ss_err ss_pkey_verify(const struct ss_pkey *pkey, const struct ss_hash_alg *hash, ss_span data,
                      ss_span signature)
{
    if (hash == NULL && pkey->method->hashed)
        return SS_E_bad_argument;
    if (signature.size != pkey->signature)
        return SS_E_bad_signature;
    return pkey->method->verify(pkey, hash, data, signature);
}
