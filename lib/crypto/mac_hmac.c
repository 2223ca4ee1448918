/* SPDX-License-Identifier: Apache-2.0 */
/* mac_hmac.c - HMAC with MD5, SHA-1, SHA-256 and SHA-512, whole or cut, in both orders.
 *
 * Owns: the two padded keys and one digest context.
 * Not here: which bytes a MAC covers; the -etm algorithms differ only in that, and transport
 *   reads it from their flag.
 * Called by: transport, once a packet.
 * Follows: RFC 2104 sections 2 and 5 (cut output), RFC 4253 section 6.4, RFC 6668 section 2;
 *   OpenSSH PROTOCOL section 1.5 (etm).
 *
 * HMAC is spelled out on the digest because EVP_MAC of OpenSSL 3.0 allocates twice each time it
 * starts over with the same key, and a packet must not allocate. */
#include "crypto/ossl.h"

enum { PAD_MAX = 128 };

struct hmac_state {
    EVP_MD_CTX *ctx;
    size_t block, size;                     /* of the digest */
    size_t kept;                            /* bytes of the result, from its left */
    uint8_t inner[PAD_MAX], outer[PAD_MAX]; /* key xor ipad, key xor opad */
};

static void fini(void *state)
{
    struct hmac_state *hmac = state;

    EVP_MD_CTX_free(hmac->ctx);
    ss_wipe(hmac, sizeof *hmac);
}

/* The key is never longer than a block here, so it is padded and not hashed. */
static void pad(const uint8_t *key, size_t key_size, size_t block, uint8_t with, uint8_t *out)
{
    size_t i;

    for (i = 0; i < block; i++)
        out[i] = (uint8_t)((i < key_size ? key[i] : 0) ^ with);
}

struct digest {
    const char *name; /* OpenSSL's */
    size_t size, block;
};
static const struct digest md5 = {"MD5", 16, 64};
static const struct digest sha1 = {"SHA1", 20, 64};
static const struct digest sha2_256 = {"SHA2-256", 32, 64};
static const struct digest sha2_512 = {"SHA2-512", 64, 128};

static ss_err init(const struct ss_mac_alg *alg, void *state, const uint8_t *key)
{
    const struct digest *digest = alg->param;
    struct hmac_state *hmac = state;
    EVP_MD *md = EVP_MD_fetch(NULL, digest->name, NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = md != NULL && ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) == 1 &&
                EVP_MD_get_block_size(md) == (int)digest->block &&
                EVP_MD_get_size(md) == (int)digest->size;

    EVP_MD_free(md); /* ctx holds its own */
    if (!good) {
        EVP_MD_CTX_free(ctx);
        return ss_ossl_fail();
    }
    hmac->ctx = ctx;
    hmac->block = digest->block;
    hmac->size = digest->size;
    hmac->kept = alg->size;
    pad(key, alg->key, digest->block, 0x36, hmac->inner);
    pad(key, alg->key, digest->block, 0x5c, hmac->outer);
    return SS_OK;
}

static ss_err compute(void *state, uint32_t sequence, ss_span data, uint8_t *out)
{
    struct hmac_state *hmac = state;
    EVP_MD_CTX *ctx = hmac->ctx;
    uint8_t digest[EVP_MAX_MD_SIZE], number[4];
    unsigned int size = 0;
    bool good;

    if (ctx == NULL)
        return SS_E_usage;
    number[0] = (uint8_t)(sequence >> 24);
    number[1] = (uint8_t)(sequence >> 16);
    number[2] = (uint8_t)(sequence >> 8);
    number[3] = (uint8_t)sequence;
    good = EVP_DigestInit_ex2(ctx, NULL, NULL) == 1 &&
           EVP_DigestUpdate(ctx, hmac->inner, hmac->block) == 1 &&
           EVP_DigestUpdate(ctx, number, sizeof number) == 1 &&
           (data.size == 0 || EVP_DigestUpdate(ctx, data.data, data.size) == 1) &&
           EVP_DigestFinal_ex(ctx, digest, &size) == 1 && size == hmac->size;
    good = good && EVP_DigestInit_ex2(ctx, NULL, NULL) == 1 &&
           EVP_DigestUpdate(ctx, hmac->outer, hmac->block) == 1 &&
           EVP_DigestUpdate(ctx, digest, hmac->size) == 1 &&
           EVP_DigestFinal_ex(ctx, digest, &size) == 1 && size == hmac->size;
    if (good)
        memcpy(out, digest, hmac->kept);
    ss_wipe(digest, sizeof digest);
    return good ? SS_OK : ss_ossl_fail();
}

/* A key is as long as the digest, also where the result is cut (RFC 4253 section 6.4, RFC 6668
 * section 2). */
#define HMAC(symbol, wire, digest, key_size, mac_size, bits, from)                                 \
    const struct ss_mac_alg symbol = {                                                             \
        .name = wire,                                                                              \
        .source = from,                                                                            \
        .param = &digest,                                                                          \
        .key = key_size,                                                                           \
        .size = mac_size,                                                                          \
        .flags = bits,                                                                             \
        .state_size = sizeof(struct hmac_state),                                                   \
        .init = init,                                                                              \
        .compute = compute,                                                                        \
        .fini = fini,                                                                              \
    }

/* The same MAC under both of its names. */
#define BOTH_ORDERS(symbol, wire, digest, key_size, mac_size, from)                                \
    HMAC(symbol, wire, digest, key_size, mac_size, 0, from);                                       \
    HMAC(symbol##_etm, wire "-etm@openssh.com", digest, key_size, mac_size, SS_MAC_ETM,            \
         "OpenSSH PROTOCOL section 1.5")

BOTH_ORDERS(ss_mac_hmac_sha2_256, "hmac-sha2-256", sha2_256, 32, 32, "RFC 6668 section 2");
BOTH_ORDERS(ss_mac_hmac_sha2_512, "hmac-sha2-512", sha2_512, 64, 64, "RFC 6668 section 2");
BOTH_ORDERS(ss_mac_hmac_sha1, "hmac-sha1", sha1, 20, 20, "RFC 4253 section 6.4");
BOTH_ORDERS(ss_mac_hmac_sha1_96, "hmac-sha1-96", sha1, 20, 12, "RFC 4253 section 6.4");
BOTH_ORDERS(ss_mac_hmac_md5, "hmac-md5", md5, 16, 16, "RFC 4253 section 6.4");
BOTH_ORDERS(ss_mac_hmac_md5_96, "hmac-md5-96", md5, 16, 12, "RFC 4253 section 6.4");
