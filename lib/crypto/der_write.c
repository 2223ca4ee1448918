/* SPDX-License-Identifier: Apache-2.0 */
/* der_write.c - keys in ASN.1 written.
 *
 * Owns: which form each kind of key has.
 * Not here: reading (der.c), PEM text (lib/keys).
 * Called by: lib/keys.
 * Follows: as der.c. */
#include "crypto/der.h"
#include "crypto/pkey.h"

#include <openssl/encoder.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

enum { SALT = 16, IV = 16 };

/* take: bytes, of OpenSSL's allocator. */
static ss_err put(struct ss_buf *out, unsigned char *take, size_t size)
{
    ss_err err = take != NULL ? ss_buf_put(out, ss_span_make(take, size)) : SS_E_unsupported;

    OPENSSL_clear_free(take, size);
    ss_ossl_forget();
    return err;
}

static ss_err encode(const EVP_PKEY *evp, int selection, struct ss_buf *out)
{
    OSSL_ENCODER_CTX *ctx =
        OSSL_ENCODER_CTX_new_for_pkey(evp, selection, "DER", "type-specific", NULL);
    unsigned char *bytes = NULL;
    size_t size = 0;

    if (ctx == NULL || OSSL_ENCODER_to_data(ctx, &bytes, &size) != 1)
        bytes = NULL;
    OSSL_ENCODER_CTX_free(ctx);
    return put(out, bytes, size);
}

static ss_err encode_spki(const EVP_PKEY *evp, struct ss_buf *out)
{
    unsigned char *bytes = NULL;
    int size = i2d_PUBKEY(evp, &bytes);

    return put(out, size > 0 ? bytes : NULL, size > 0 ? (size_t)size : 0);
}

static ss_err encode_pkcs8(const EVP_PKEY *evp, struct ss_buf *out)
{
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(evp);
    unsigned char *bytes = NULL;
    int size = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, &bytes) : -1;

    PKCS8_PRIV_KEY_INFO_free(info);
    return put(out, size > 0 ? bytes : NULL, size > 0 ? (size_t)size : 0);
}

static X509_SIG *seal(const EVP_PKEY *evp, ss_span passphrase, uint32_t rounds, uint8_t *salt,
                      uint8_t *iv)
{
    X509_ALGOR *scheme =
        PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), (int)rounds, salt, SALT, iv, NID_hmacWithSHA256);
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(evp);
    X509_SIG *sealed = NULL;

    if (scheme != NULL && info != NULL)
        sealed = PKCS8_set0_pbe((const char *)passphrase.data, (int)passphrase.size, info, scheme);
    if (sealed == NULL)
        X509_ALGOR_free(scheme); /* it holds it otherwise */
    PKCS8_PRIV_KEY_INFO_free(info);
    return sealed;
}

static ss_err encode_sealed(const EVP_PKEY *evp, const struct ss_env *env, ss_span passphrase,
                            uint32_t rounds, struct ss_buf *out)
{
    uint8_t salt[SALT], iv[IV];
    unsigned char *bytes = NULL;
    X509_SIG *sealed;
    int size;

    if (rounds == 0 || rounds > INT32_MAX || passphrase.size > INT32_MAX || passphrase.data == NULL)
        return SS_E_bad_argument;
    SS_TRY(ss_random(env, salt, sizeof salt));
    SS_TRY(ss_random(env, iv, sizeof iv));
    sealed = seal(evp, passphrase, rounds, salt, iv);
    size = sealed != NULL ? i2d_X509_SIG(sealed, &bytes) : -1;
    X509_SIG_free(sealed);
    return put(out, size > 0 ? bytes : NULL, size > 0 ? (size_t)size : 0);
}

static ss_err write_private(enum ss_der_form form, const EVP_PKEY *evp, const struct ss_env *env,
                            ss_span passphrase, uint32_t rounds, struct ss_buf *out)
{
    static const char *const kinds[] = {
        [SS_DER_RSA] = "RSA", [SS_DER_EC] = "EC", [SS_DER_DSA] = "DSA"};

    out->secret = true;
    if (form == SS_DER_PKCS8)
        return encode_pkcs8(evp, out);
    if (form == SS_DER_PKCS8_ENCRYPTED)
        return encode_sealed(evp, env, passphrase, rounds, out);
    return EVP_PKEY_is_a(evp, kinds[form]) ? encode(evp, EVP_PKEY_KEYPAIR, out) : SS_E_unsupported;
}

ss_err ss_der_write(enum ss_der_form form, const struct ss_pkey *pkey, const struct ss_env *env,
                    ss_span passphrase, uint32_t rounds, struct ss_buf *out)
{
    size_t before = ss_buf_size(out);
    ss_err err;

    if (pkey->evp == NULL || pkey->method == &ss_pkey_mldsa44_ed25519)
        return SS_E_unsupported; /* OpenSSL does not hold it whole */
    if (form == SS_DER_SPKI)
        err = encode_spki(pkey->evp, out);
    else if (form == SS_DER_RSA_PUBLIC)
        err = EVP_PKEY_is_a(pkey->evp, "RSA") ? encode(pkey->evp, EVP_PKEY_PUBLIC_KEY, out)
                                              : SS_E_unsupported;
    else if (!pkey->is_private)
        err = SS_E_usage;
    else
        err = write_private(form, pkey->evp, env, passphrase, rounds, out);
    if (err != SS_OK)
        ss_buf_truncate(out, before);
    return err;
}
