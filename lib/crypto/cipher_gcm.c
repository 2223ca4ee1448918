/* SPDX-License-Identifier: Apache-2.0 */
/* cipher_gcm.c - AES-GCM under the names of OpenSSH and under those of RFC 5647.
 *
 * Owns: the nonce of each packet: 4 fixed bytes and an invocation counter of 8.
 * Not here: where a packet starts and ends, and how the names are agreed on (transport): the two
 *   pairs of names differ in nothing else.
 * Called by: transport, once a packet.
 * Follows: RFC 5647 sections 7.1 to 7.3; OpenSSH PROTOCOL section 1.6. The sequence number is not
 *   used: the counter stands in its place. */
#include "crypto/ossl.h"

enum { IV_SIZE = 12, TAG_SIZE = 16, HEAD_SIZE = 4 };

struct gcm_state {
    EVP_CIPHER_CTX *ctx; /* keyed once; each packet only sets the nonce */
    uint8_t iv[IV_SIZE];
    enum ss_way way;
};

static ss_err init(const struct ss_cipher_alg *alg, void *state, const uint8_t *key,
                   const uint8_t *iv, enum ss_way way)
{
    struct gcm_state *gcm = state;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, alg->param, NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool good = cipher != NULL && ctx != NULL &&
                EVP_CipherInit_ex2(ctx, cipher, key, NULL, way == SS_SEAL, NULL) == 1 &&
                EVP_CIPHER_CTX_get_iv_length(ctx) == IV_SIZE;

    EVP_CIPHER_free(cipher); /* ctx holds its own */
    if (!good) {
        EVP_CIPHER_CTX_free(ctx);
        return ss_ossl_fail();
    }
    gcm->ctx = ctx;
    gcm->way = way;
    memcpy(gcm->iv, iv, IV_SIZE);
    return SS_OK;
}

/* RFC 5647 section 7.3: the packet length is not encrypted. */
static ss_err length(void *state, uint32_t sequence, const uint8_t *head, uint32_t *out_length)
{
    (void)state;
    (void)sequence;
    *out_length = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 |
                  (uint32_t)head[3];
    return SS_OK;
}

/* RFC 5647 section 7.1: the counter goes up by one after each invocation, modulo 2^64. */
static void advance(uint8_t *iv)
{
    size_t i;

    for (i = IV_SIZE; i > 4; i--) {
        if (++iv[i - 1] != 0)
            return;
    }
}

/* The length field as associated data, then n bytes in place. */
static bool run(struct gcm_state *gcm, uint8_t *packet, size_t n)
{
    int done;

    if (EVP_CipherInit_ex2(gcm->ctx, NULL, NULL, gcm->iv, -1, NULL) != 1)
        return false;
    advance(gcm->iv);
    if (EVP_CipherUpdate(gcm->ctx, NULL, &done, packet, HEAD_SIZE) != 1)
        return false;
    if (n == 0)
        return true;
    return EVP_CipherUpdate(gcm->ctx, packet + HEAD_SIZE, &done, packet + HEAD_SIZE, (int)n) == 1 &&
           done == (int)n;
}

static ss_err seal(void *state, uint32_t sequence, uint8_t *packet, size_t n, uint8_t *tag)
{
    struct gcm_state *gcm = state;
    uint8_t rest[TAG_SIZE]; /* stays empty; EVP wants a place */
    int done;

    (void)sequence;
    if (gcm->ctx == NULL || gcm->way != SS_SEAL)
        return SS_E_usage;
    if (n > SS_OSSL_PIECE_MAX)
        return SS_E_bad_argument;
    if (!run(gcm, packet, n) || EVP_CipherFinal_ex(gcm->ctx, rest, &done) != 1 ||
        EVP_CIPHER_CTX_ctrl(gcm->ctx, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, tag) != 1)
        return ss_ossl_fail();
    return SS_OK;
}

static ss_err open_packet(void *state, uint32_t sequence, uint8_t *packet, size_t n,
                          const uint8_t *tag)
{
    struct gcm_state *gcm = state;
    uint8_t expected[TAG_SIZE], rest[TAG_SIZE];
    int done;

    (void)sequence;
    if (gcm->ctx == NULL || gcm->way != SS_OPEN)
        return SS_E_usage;
    if (n > SS_OSSL_PIECE_MAX)
        return SS_E_bad_argument;
    memcpy(expected, tag, TAG_SIZE);
    if (!run(gcm, packet, n) ||
        EVP_CIPHER_CTX_ctrl(gcm->ctx, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, expected) != 1) {
        ss_wipe(packet + HEAD_SIZE, n);
        return ss_ossl_fail();
    }
    if (EVP_CipherFinal_ex(gcm->ctx, rest, &done) != 1) {
        /* GCM decrypts before it knows: what came out must not be seen. */
        ss_wipe(packet + HEAD_SIZE, n);
        ss_ossl_forget();
        return SS_E_mac_mismatch;
    }
    return SS_OK;
}

static void fini(void *state)
{
    struct gcm_state *gcm = state;

    EVP_CIPHER_CTX_free(gcm->ctx);
    ss_wipe(gcm, sizeof *gcm);
}

/* ossl is OpenSSL's name. */
#define GCM(symbol, wire, ossl, key_size, bits, from)                                              \
    const struct ss_cipher_alg symbol = {                                                          \
        .name = wire,                                                                              \
        .source = from,                                                                            \
        .param = ossl,                                                                             \
        .key = key_size,                                                                           \
        .iv = IV_SIZE,                                                                             \
        .block = 16,                                                                               \
        .tag = TAG_SIZE,                                                                           \
        .flags = SS_CIPHER_AEAD | SS_CIPHER_CLEAR_LENGTH | (bits),                                 \
        .state_size = sizeof(struct gcm_state),                                                    \
        .init = init,                                                                              \
        .length = length,                                                                          \
        .seal = seal,                                                                              \
        .open = open_packet,                                                                       \
        .fini = fini,                                                                              \
    }

GCM(ss_cipher_aes128_gcm, "aes128-gcm@openssh.com", "AES-128-GCM", 16, 0,
    "OpenSSH PROTOCOL section 1.6, RFC 5647");
GCM(ss_cipher_aes256_gcm, "aes256-gcm@openssh.com", "AES-256-GCM", 32, 0,
    "OpenSSH PROTOCOL section 1.6, RFC 5647");
GCM(ss_cipher_aead_aes128_gcm, "AEAD_AES_128_GCM", "AES-128-GCM", 16, SS_CIPHER_NAMES_MAC,
    "RFC 5647 section 6.1");
GCM(ss_cipher_aead_aes256_gcm, "AEAD_AES_256_GCM", "AES-256-GCM", 32, SS_CIPHER_NAMES_MAC,
    "RFC 5647 section 6.2");

/* Names without methods: the tag of the cipher is the MAC. */
const struct ss_mac_alg ss_mac_aead_aes128_gcm = {
    .name = "AEAD_AES_128_GCM", .source = "RFC 5647 section 6.1", .flags = SS_MAC_OF_CIPHER};
const struct ss_mac_alg ss_mac_aead_aes256_gcm = {
    .name = "AEAD_AES_256_GCM", .source = "RFC 5647 section 6.2", .flags = SS_MAC_OF_CIPHER};
