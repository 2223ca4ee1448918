/* SPDX-License-Identifier: Apache-2.0 */
/* der.c - keys in ASN.1 read: which form, which kind, which numbers.
 *
 * Owns: the check of the encoding, the bounds on derivations, the numbers of an OpenSSL key.
 * Not here: writing (der_write.c), PEM text and its older encryption (lib/keys), whether the
 *   numbers make a key (pkey.c).
 * Called by: lib/keys.
 * Follows: X.690 section 10 and 8.1; RFC 8017 appendix A, RFC 5915, RFC 5208, RFC 8018 appendix A,
 *   RFC 7914 section 7, RFC 5280 section 4.1, RFC 8410. */
#include "crypto/der.h"
#include "crypto/ossl.h"

#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

enum { DEPTH_MAX = 8, LENGTH_BYTES_MAX = 4, POINT_ROOM = 256 };
enum { INTEGER = 2, BIT_STRING = 3, OCTET_STRING = 4, SEQUENCE = 0x30, CONSTRUCTED = 0x20 };
/* OpenSSL derives with scrypt in at most so much memory when it opens PKCS#8. */
#define SCRYPT_MEMORY_MAX (UINT64_C(32) << 20)

/* ---- the encoding ---- */

/* Reads tag and length at *at; false unless both are whole, short, and inside end. */
static bool read_head(ss_span der, size_t *at, size_t end, uint8_t *out_tag, size_t *out_size)
{
    size_t size = 0, bytes, i;

    if (end - *at < 2 || (der.data[*at] & 0x1f) == 0x1f)
        return false;
    *out_tag = der.data[*at];
    bytes = der.data[*at + 1];
    *at += 2;
    if (bytes < 0x80) {
        *out_size = bytes;
        return bytes <= end - *at;
    }
    bytes &= 0x7f;
    if (bytes == 0 || bytes > LENGTH_BYTES_MAX || bytes > end - *at || der.data[*at] == 0)
        return false;
    for (i = 0; i < bytes; i++)
        size = size << 8 | der.data[*at + i];
    *at += bytes;
    *out_size = size;
    return size >= 0x80 && size <= end - *at;
}

ss_err ss_der_check(ss_span der, size_t *out_at)
{
    size_t ends[DEPTH_MAX + 1] = {der.size};
    size_t depth = 0, at = 0, size, start;
    uint8_t tag;

    if (der.size == 0 || der.data[0] != SEQUENCE) {
        *out_at = 0;
        return SS_E_bad_key;
    }
    while (at < der.size) {
        while (depth > 0 && at == ends[depth])
            depth--;
        start = at;
        if ((depth == 0 && at > 0) || !read_head(der, &at, ends[depth], &tag, &size) ||
            ((tag & CONSTRUCTED) != 0 && depth == DEPTH_MAX)) {
            *out_at = start;
            return SS_E_bad_key;
        }
        if ((tag & CONSTRUCTED) != 0)
            ends[++depth] = at + size;
        else
            at += size;
    }
    return SS_OK;
}

/* The tag of the n-th element, from 0, of a SEQUENCE that was checked; 0: there is none. */
static uint8_t element_tag(ss_span der, size_t n)
{
    size_t at = 0, size = 0;
    uint8_t tag = 0;

    (void)read_head(der, &at, der.size, &tag, &size);
    for (;; n--) {
        if (at == der.size || !read_head(der, &at, der.size, &tag, &size))
            return 0;
        if (n == 0)
            return tag;
        at += size;
    }
}

/* OpenSSL's decoders take PKCS#8 for PKCS#1 and more; the label said which it is. */
static bool has_shape(enum ss_der_form form, ss_span der)
{
    static const struct {
        size_t element;
        uint8_t tag;
    } shapes[] = {
        [SS_DER_RSA] = {1, INTEGER},
        [SS_DER_EC] = {1, OCTET_STRING},
        [SS_DER_DSA] = {1, INTEGER},
        [SS_DER_PKCS8] = {1, SEQUENCE},
        [SS_DER_PKCS8_ENCRYPTED] = {1, OCTET_STRING},
        [SS_DER_SPKI] = {1, BIT_STRING},
        [SS_DER_RSA_PUBLIC] = {0, INTEGER},
    };
    size_t at;

    return ss_der_check(der, &at) == SS_OK &&
           element_tag(der, shapes[form].element) == shapes[form].tag;
}

/* ---- numbers ---- */

struct number {
    const char *name; /* OpenSSL's */
    ss_span *to;
};

/* store has room for all numbers, so that spans into it stay. */
static ss_err take_number(const EVP_PKEY *evp, const char *name, size_t width, struct ss_buf *store,
                          ss_span *out)
{
    BIGNUM *number = BN_secure_new();
    size_t before = ss_buf_size(store);
    ss_err err;

    if (number == NULL || EVP_PKEY_get_bn_param(evp, name, &number) != 1) {
        BN_clear_free(number);
        ss_ossl_forget();
        return SS_E_bad_key;
    }
    err = ss_ossl_put_bn(store, number, width);
    BN_clear_free(number);
    if (err == SS_E_internal) /* does not fit the width */
        err = SS_E_bad_key;
    if (err == SS_OK)
        *out = ss_span_make(ss_buf_at(store) + before, ss_buf_size(store) - before);
    return err;
}

static ss_err take_numbers(const EVP_PKEY *evp, const struct number *numbers, size_t n,
                           struct ss_buf *store)
{
    size_t i;

    for (i = 0; i < n; i++)
        SS_TRY(take_number(evp, numbers[i].name, 0, store, numbers[i].to));
    return SS_OK;
}

static ss_err take_rsa(const EVP_PKEY *evp, bool private, struct ss_buf *store,
                       struct ss_der_key *out)
{
    struct ss_pkey_parts *parts = &out->parts;
    const struct number numbers[] = {
        {OSSL_PKEY_PARAM_RSA_N, &parts->n},       {OSSL_PKEY_PARAM_RSA_E, &parts->e},
        {OSSL_PKEY_PARAM_RSA_D, &parts->d},       {OSSL_PKEY_PARAM_RSA_FACTOR1, &parts->p},
        {OSSL_PKEY_PARAM_RSA_FACTOR2, &parts->q}, {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, &parts->iqmp},
    };
    BIGNUM *third = NULL;

    out->type = "ssh-rsa";
    /* SSH has no place for more than two primes. */
    if (EVP_PKEY_get_bn_param(evp, OSSL_PKEY_PARAM_RSA_FACTOR3, &third) == 1) {
        BN_clear_free(third);
        return SS_E_unsupported;
    }
    return take_numbers(evp, numbers, private ? SS_COUNT(numbers) : 2, store);
}

static ss_err take_ec(const EVP_PKEY *evp, bool private, struct ss_buf *store,
                      struct ss_der_key *out)
{
    static const struct {
        const char *group, *type;
        size_t width;
    } curves[] = {
        {"prime256v1", "ecdsa-sha2-nistp256", 32},
        {"secp384r1", "ecdsa-sha2-nistp384", 48},
        {"secp521r1", "ecdsa-sha2-nistp521", 66},
    };
    char group[64];
    size_t size = 0, i;
    ss_span x, y;

    if (EVP_PKEY_get_group_name(evp, group, sizeof group, &size) != 1)
        return SS_E_unsupported; /* a curve without a name */
    for (i = 0; i < SS_COUNT(curves) && !ss_span_is(ss_span_of(group), curves[i].group); i++) {
    }
    if (i == SS_COUNT(curves))
        return SS_E_unsupported;
    out->type = curves[i].type;
    SS_TRY(ss_buf_put(store, ss_span_make("\4", 1)));
    SS_TRY(take_number(evp, OSSL_PKEY_PARAM_EC_PUB_X, curves[i].width, store, &x));
    SS_TRY(take_number(evp, OSSL_PKEY_PARAM_EC_PUB_Y, curves[i].width, store, &y));
    out->parts.pub = ss_span_make(x.data - 1, 1 + x.size + y.size);
    return private ? take_number(evp, OSSL_PKEY_PARAM_PRIV_KEY, 0, store, &out->parts.priv) : SS_OK;
}

static ss_err take_dsa(const EVP_PKEY *evp, bool private, struct ss_buf *store,
                       struct ss_der_key *out)
{
    struct ss_pkey_parts *parts = &out->parts;
    const struct number numbers[] = {
        {OSSL_PKEY_PARAM_FFC_P, &parts->p},       {OSSL_PKEY_PARAM_FFC_Q, &parts->q},
        {OSSL_PKEY_PARAM_FFC_G, &parts->g},       {OSSL_PKEY_PARAM_PUB_KEY, &parts->pub},
        {OSSL_PKEY_PARAM_PRIV_KEY, &parts->priv},
    };

    out->type = "ssh-dss";
    return take_numbers(evp, numbers, private ? SS_COUNT(numbers) : SS_COUNT(numbers) - 1, store);
}

static ss_err take_raw(const EVP_PKEY *evp, const char *type, bool private, struct ss_buf *store,
                       struct ss_der_key *out)
{
    uint8_t raw[64];
    size_t size = sizeof raw;
    bool good = private ? EVP_PKEY_get_raw_private_key(evp, raw, &size) == 1
                        : EVP_PKEY_get_raw_public_key(evp, raw, &size) == 1;
    size_t before = ss_buf_size(store);
    ss_err err = good ? ss_buf_put(store, ss_span_make(raw, size)) : SS_E_bad_key;

    out->type = type;
    if (err == SS_OK)
        *(private ? &out->parts.priv : &out->parts.pub) =
            ss_span_make(ss_buf_at(store) + before, size);
    ss_wipe(raw, sizeof raw);
    return err;
}

static ss_err take_key(const EVP_PKEY *evp, bool private, struct ss_buf *store,
                       struct ss_der_key *out)
{
    if (EVP_PKEY_is_a(evp, "RSA"))
        return take_rsa(evp, private, store, out);
    if (EVP_PKEY_is_a(evp, "EC"))
        return take_ec(evp, private, store, out);
    if (EVP_PKEY_is_a(evp, "DSA"))
        return take_dsa(evp, private, store, out);
    if (EVP_PKEY_is_a(evp, "ED25519"))
        return take_raw(evp, "ssh-ed25519", private, store, out);
    if (EVP_PKEY_is_a(evp, "ED448"))
        return take_raw(evp, "ssh-ed448", private, store, out);
    return SS_E_unsupported;
}

/* ---- forms ---- */

static EVP_PKEY *decode(ss_span der, const char *kind, const char *structure, int selection)
{
    EVP_PKEY *evp = NULL;
    OSSL_DECODER_CTX *ctx =
        OSSL_DECODER_CTX_new_for_pkey(&evp, "DER", structure, kind, selection, NULL, NULL);
    size_t left = der.size;
    const unsigned char *at = der.data;

    if (ctx == NULL || OSSL_DECODER_from_data(ctx, &at, &left) != 1 || left != 0) {
        EVP_PKEY_free(evp);
        evp = NULL;
    }
    OSSL_DECODER_CTX_free(ctx);
    return evp;
}

static EVP_PKEY *decode_pkcs8(ss_span der)
{
    const unsigned char *at = der.data;
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.size);
    EVP_PKEY *evp = NULL;

    if (info != NULL && at == der.data + der.size)
        evp = EVP_PKCS82PKEY(info);
    PKCS8_PRIV_KEY_INFO_free(info);
    return evp;
}

/* ---- encrypted PKCS#8 ---- */

static ss_err bound_pbkdf2(const X509_ALGOR *kdf, const struct ss_der_limits *limits)
{
    PBKDF2PARAM *param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), kdf->parameter);
    uint64_t rounds = 0;
    ss_err err = SS_E_bad_key;

    if (param != NULL && ASN1_INTEGER_get_uint64(&rounds, param->iter) == 1 && rounds > 0)
        err = rounds > limits->pbkdf2_rounds ? SS_E_too_many : SS_OK;
    else if (param != NULL && ASN1_STRING_length(param->iter) > 8)
        err = SS_E_too_many;
    PBKDF2PARAM_free(param);
    return err;
}

/* RFC 7914 section 6: 128 * r * (N + 2 + p) bytes, and as much work for each of p. */
static ss_err bound_scrypt(const X509_ALGOR *kdf, const struct ss_der_limits *limits)
{
    SCRYPT_PARAMS *param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), kdf->parameter);
    uint64_t n = 0, r = 0, p = 0, most = limits->scrypt_memory;
    ss_err err = SS_E_bad_key;

    if (param == NULL)
        return SS_E_bad_key;
    most = (most < SCRYPT_MEMORY_MAX ? most : SCRYPT_MEMORY_MAX) / 128;
    if (ASN1_INTEGER_get_uint64(&n, param->costParameter) == 1 &&
        ASN1_INTEGER_get_uint64(&r, param->blockSize) == 1 &&
        ASN1_INTEGER_get_uint64(&p, param->parallelizationParameter) == 1 && n > 0 && r > 0 &&
        p > 0)
        err = n > most || r > most || p > most || r * (n + 2 + p) > most || n * r * p > 4 * most
                  ? SS_E_too_many
                  : SS_OK;
    SCRYPT_PARAMS_free(param);
    return err;
}

/* What OpenSSL is about to do, looked at before: the numbers come from a file. */
static ss_err bound_pbes2(const X509_SIG *sealed, const struct ss_der_limits *limits)
{
    const X509_ALGOR *scheme;
    const EVP_CIPHER *cipher;
    PBE2PARAM *param;
    ss_err err = SS_E_unsupported;
    int kdf;

    X509_SIG_get0(sealed, &scheme, NULL);
    if (OBJ_obj2nid(scheme->algorithm) != NID_pbes2)
        return SS_E_unsupported;
    param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), scheme->parameter);
    if (param == NULL)
        return SS_E_bad_key;
    kdf = OBJ_obj2nid(param->keyfunc->algorithm);
    cipher = EVP_get_cipherbyobj(param->encryption->algorithm);
    if (cipher == NULL)
        err = SS_E_unsupported;
    else if (kdf == NID_id_pbkdf2)
        err = bound_pbkdf2(param->keyfunc, limits);
    else if (kdf == NID_id_scrypt)
        err = bound_scrypt(param->keyfunc, limits);
    PBE2PARAM_free(param);
    return err;
}

static ss_err decode_sealed(ss_span der, ss_span passphrase, const struct ss_der_limits *limits,
                            EVP_PKEY **out)
{
    const unsigned char *at = der.data;
    X509_SIG *sealed = d2i_X509_SIG(NULL, &at, (long)der.size);
    PKCS8_PRIV_KEY_INFO *info = NULL;
    ss_err err = sealed != NULL ? bound_pbes2(sealed, limits) : SS_E_bad_key;

    if (err == SS_OK && passphrase.data == NULL)
        err = SS_E_key_encrypted;
    if (err == SS_OK) {
        info = PKCS8_decrypt(sealed, (const char *)passphrase.data, (int)passphrase.size);
        if (info == NULL)
            err = SS_E_wrong_passphrase;
    }
    if (err == SS_OK) {
        *out = EVP_PKCS82PKEY(info);
        if (*out == NULL)
            err = SS_E_bad_key;
    }
    PKCS8_PRIV_KEY_INFO_free(info);
    X509_SIG_free(sealed);
    return err;
}

static ss_err open_form(enum ss_der_form form, ss_span der, ss_span passphrase,
                        const struct ss_der_limits *limits, EVP_PKEY **out)
{
    switch (form) {
    case SS_DER_RSA:
        *out = decode(der, "RSA", "type-specific", EVP_PKEY_KEYPAIR);
        break;
    case SS_DER_EC:
        *out = decode(der, "EC", "type-specific", EVP_PKEY_KEYPAIR);
        break;
    case SS_DER_DSA:
        *out = decode(der, "DSA", "type-specific", EVP_PKEY_KEYPAIR);
        break;
    case SS_DER_PKCS8:
        *out = decode_pkcs8(der);
        break;
    case SS_DER_PKCS8_ENCRYPTED:
        return decode_sealed(der, passphrase, limits, out);
    case SS_DER_SPKI:
        *out = decode(der, NULL, "SubjectPublicKeyInfo", EVP_PKEY_PUBLIC_KEY);
        break;
    case SS_DER_RSA_PUBLIC:
        *out = decode(der, "RSA", "type-specific", EVP_PKEY_PUBLIC_KEY);
        break;
    }
    return *out != NULL ? SS_OK : SS_E_bad_key;
}

ss_err ss_der_read(enum ss_der_form form, ss_span der, ss_span passphrase,
                   const struct ss_der_limits *limits, struct ss_buf *store, struct ss_der_key *out)
{
    bool private = form != SS_DER_SPKI && form != SS_DER_RSA_PUBLIC;
    size_t before = ss_buf_size(store);
    struct ss_der_key key = {0};
    EVP_PKEY *evp = NULL;
    ss_err err;

    if (der.size > INT32_MAX || passphrase.size > INT32_MAX)
        return SS_E_bad_argument;
    if (!has_shape(form, der))
        return SS_E_bad_key;
    store->secret = true;
    err = ss_buf_reserve(store, der.size + POINT_ROOM);
    if (err == SS_OK)
        err = open_form(form, der, passphrase, limits, &evp);
    if (err == SS_OK)
        err = take_key(evp, private, store, &key);
    EVP_PKEY_free(evp);
    ss_ossl_forget();
    if (err != SS_OK)
        ss_buf_truncate(store, before);
    else
        *out = key;
    return err;
}
