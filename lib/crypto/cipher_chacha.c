/* SPDX-License-Identifier: Apache-2.0 */
/* cipher_chacha.c - chacha20-poly1305@openssh.com.
 *
 * Owns: two ChaCha20 instances and one Poly1305, keyed once; each packet sets nonces only, and
 *   the one-time key of Poly1305.
 * Not here: the AEAD of RFC 8439, which is another construction from the same pieces.
 * Called by: transport, once or twice a packet.
 * Follows: OpenSSH PROTOCOL.chacha20poly1305; draft-ietf-sshm-chacha20-poly1305. */
#include "crypto/ossl.h"

enum { KEY_SIZE = 32, TAG_SIZE = 16, HEAD_SIZE = 4, BLOCK_SIZE = 64 };

struct chacha_state {
    EVP_CIPHER_CTX *main; /* K_2: payload, and the key of Poly1305 */
    EVP_CIPHER_CTX *head; /* K_1: the four bytes of the length */
    EVP_MAC_CTX *mac;
    enum ss_way way;
};

static void fini(void *state)
{
    struct chacha_state *chacha = state;

    EVP_CIPHER_CTX_free(chacha->main);
    EVP_CIPHER_CTX_free(chacha->head);
    EVP_MAC_CTX_free(chacha->mac);
    ss_wipe(chacha, sizeof *chacha);
}

static EVP_CIPHER_CTX *keyed(const EVP_CIPHER *cipher, const uint8_t *key)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    if (ctx != NULL && EVP_CipherInit_ex2(ctx, cipher, key, NULL, 1, NULL) == 1)
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

/* The 64 bytes of key are K_2, then K_1. There is no initial IV. */
static ss_err init(const struct ss_cipher_alg *alg, void *state, const uint8_t *key,
                   const uint8_t *iv, enum ss_way way)
{
    struct chacha_state chacha = {NULL, NULL, NULL, way};
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "ChaCha20", NULL);
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "POLY1305", NULL);

    (void)alg;
    (void)iv;
    if (cipher != NULL && mac != NULL) {
        chacha.main = keyed(cipher, key);
        chacha.head = keyed(cipher, key + KEY_SIZE);
        chacha.mac = EVP_MAC_CTX_new(mac);
    }
    EVP_CIPHER_free(cipher); /* the contexts hold their own */
    EVP_MAC_free(mac);
    if (chacha.main == NULL || chacha.head == NULL || chacha.mac == NULL) {
        fini(&chacha);
        return ss_ossl_fail();
    }
    memcpy(state, &chacha, sizeof chacha);
    return SS_OK;
}

/* Block counter 0, then the sequence number as a uint64, most significant byte first. */
static bool set_nonce(EVP_CIPHER_CTX *ctx, uint32_t sequence)
{
    uint8_t iv[16] = {0};

    iv[12] = (uint8_t)(sequence >> 24);
    iv[13] = (uint8_t)(sequence >> 16);
    iv[14] = (uint8_t)(sequence >> 8);
    iv[15] = (uint8_t)sequence;
    return EVP_CipherInit_ex2(ctx, NULL, NULL, iv, -1, NULL) == 1;
}

static bool mask(EVP_CIPHER_CTX *ctx, const uint8_t *in, size_t n, uint8_t *out)
{
    int done;

    if (n == 0)
        return true;
    return EVP_CipherUpdate(ctx, out, &done, in, (int)n) == 1 && done == (int)n;
}

static bool mask_head(struct chacha_state *chacha, uint32_t sequence, const uint8_t *in,
                      uint8_t *out)
{
    return set_nonce(chacha->head, sequence) && mask(chacha->head, in, HEAD_SIZE, out);
}

/* Keystream block 0 keys Poly1305; the main cipher is left at block 1, where the payload starts. */
static bool begin(struct chacha_state *chacha, uint32_t sequence)
{
    static const uint8_t zero[BLOCK_SIZE] = {0};
    uint8_t block[BLOCK_SIZE];
    bool good = set_nonce(chacha->main, sequence) && mask(chacha->main, zero, sizeof zero, block) &&
                EVP_MAC_init(chacha->mac, block, KEY_SIZE, NULL) == 1;

    ss_wipe(block, sizeof block);
    return good;
}

static bool authenticate(struct chacha_state *chacha, const uint8_t *packet, size_t n, uint8_t *tag)
{
    size_t size = 0;

    return EVP_MAC_update(chacha->mac, packet, HEAD_SIZE + n) == 1 &&
           EVP_MAC_final(chacha->mac, tag, &size, TAG_SIZE) == 1 && size == TAG_SIZE;
}

static ss_err length(void *state, uint32_t sequence, const uint8_t *head, uint32_t *out_length)
{
    struct chacha_state *chacha = state;
    uint8_t clear[HEAD_SIZE];

    if (chacha->head == NULL)
        return SS_E_usage;
    if (!mask_head(chacha, sequence, head, clear))
        return ss_ossl_fail();
    *out_length = (uint32_t)clear[0] << 24 | (uint32_t)clear[1] << 16 | (uint32_t)clear[2] << 8 |
                  (uint32_t)clear[3];
    return SS_OK;
}

static ss_err seal(void *state, uint32_t sequence, uint8_t *packet, size_t n, uint8_t *tag)
{
    struct chacha_state *chacha = state;

    if (chacha->main == NULL || chacha->way != SS_SEAL)
        return SS_E_usage;
    if (n > SS_OSSL_PIECE_MAX)
        return SS_E_bad_argument;
    if (!mask_head(chacha, sequence, packet, packet) || !begin(chacha, sequence) ||
        !mask(chacha->main, packet + HEAD_SIZE, n, packet + HEAD_SIZE) ||
        !authenticate(chacha, packet, n, tag))
        return ss_ossl_fail();
    return SS_OK;
}

static ss_err open_packet(void *state, uint32_t sequence, uint8_t *packet, size_t n,
                          const uint8_t *tag)
{
    struct chacha_state *chacha = state;
    uint8_t expected[TAG_SIZE];
    bool equal;

    if (chacha->main == NULL || chacha->way != SS_OPEN)
        return SS_E_usage;
    if (n > SS_OSSL_PIECE_MAX)
        return SS_E_bad_argument;
    if (!begin(chacha, sequence) || !authenticate(chacha, packet, n, expected))
        return ss_ossl_fail();
    equal = ss_ct_eq(ss_span_make(expected, TAG_SIZE), ss_span_make(tag, TAG_SIZE));
    ss_wipe(expected, sizeof expected); /* the right tag of a forgery is not for anyone */
    if (!equal)
        return SS_E_mac_mismatch; /* verified before anything is decrypted */
    if (!mask_head(chacha, sequence, packet, packet) ||
        !mask(chacha->main, packet + HEAD_SIZE, n, packet + HEAD_SIZE))
        return ss_ossl_fail();
    return SS_OK;
}

const struct ss_cipher_alg ss_cipher_chacha20_poly1305 = {
    .name = "chacha20-poly1305@openssh.com",
    .source = "OpenSSH PROTOCOL.chacha20poly1305",
    .key = 2 * KEY_SIZE,
    .iv = 0,
    .block = 8,
    .tag = TAG_SIZE,
    .flags = SS_CIPHER_AEAD | SS_CIPHER_OWN_LENGTH,
    .state_size = sizeof(struct chacha_state),
    .init = init,
    .length = length,
    .seal = seal,
    .open = open_packet,
    .fini = fini,
};
