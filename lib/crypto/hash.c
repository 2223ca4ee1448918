/* SPDX-License-Identifier: Apache-2.0 */
/* hash.c - digests of whole inputs, and HMAC-SHA1 for hashed host names.
 *
 * Owns: the four hash algorithms of the library.
 * Not here: MACs of packets (mac_hmac.c). SHA-1 is here for what exists already (known_hosts,
 *   ssh-rsa signatures), never for key exchange.
 * Called by: exchange hash, key derivation, fingerprints, signatures.
 * Follows: FIPS 180-4; RFC 2104. */
#include "crypto/ossl.h"

static ss_err digest(const char *name, size_t size, const ss_span *parts, size_t n, uint8_t *out)
{
    EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    uint8_t result[EVP_MAX_MD_SIZE];
    unsigned int result_size = 0;
    bool good = md != NULL && ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) == 1;
    size_t i;

    for (i = 0; good && i < n; i++) {
        if (parts[i].size > 0)
            good = EVP_DigestUpdate(ctx, parts[i].data, parts[i].size) == 1;
    }
    good = good && EVP_DigestFinal_ex(ctx, result, &result_size) == 1 && result_size == size;
    if (good)
        memcpy(out, result, size);
    ss_wipe(result, sizeof result); /* a digest may be key material (RFC 4253 section 7.2) */
    EVP_MD_CTX_free(ctx);
    EVP_MD_free(md);
    return good ? SS_OK : ss_ossl_fail();
}

static ss_err digest_sha1(const ss_span *parts, size_t n, uint8_t *out)
{
    return digest("SHA1", 20, parts, n, out);
}

static ss_err digest_sha256(const ss_span *parts, size_t n, uint8_t *out)
{
    return digest("SHA2-256", 32, parts, n, out);
}

static ss_err digest_sha384(const ss_span *parts, size_t n, uint8_t *out)
{
    return digest("SHA2-384", 48, parts, n, out);
}

static ss_err digest_sha512(const ss_span *parts, size_t n, uint8_t *out)
{
    return digest("SHA2-512", 64, parts, n, out);
}

const struct ss_hash_alg ss_hash_sha1 = {"sha1", 20, digest_sha1};
const struct ss_hash_alg ss_hash_sha256 = {"sha256", 32, digest_sha256};
const struct ss_hash_alg ss_hash_sha384 = {"sha384", 48, digest_sha384};
const struct ss_hash_alg ss_hash_sha512 = {"sha512", 64, digest_sha512};

ss_err ss_hmac_sha1(ss_span key, ss_span data, uint8_t *out)
{
    static const uint8_t nothing[1] = {0};
    uint8_t result[20];
    size_t result_size = 0;

    /* A null key would mean "the key of before" to OpenSSL. */
    if (key.size == 0)
        key = ss_span_make(nothing, 0);
    if (data.size == 0)
        data = ss_span_make(nothing, 0);
    if (EVP_Q_mac(NULL, "HMAC", NULL, "SHA1", NULL, key.data, key.size, data.data, data.size,
                  result, sizeof result, &result_size) == NULL ||
        result_size != sizeof result)
        return ss_ossl_fail();
    memcpy(out, result, sizeof result);
    return SS_OK;
}
