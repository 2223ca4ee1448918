/* SPDX-License-Identifier: Apache-2.0 */
/* cipher_stream.c - AES in counter mode, AES and triple DES in CBC: one stream for the life of a
 * key.
 *
 * Owns: the running counter, or the last block, inside OpenSSL's context.
 * Not here: integrity (mac_*.c), what CBC asks of who reads lengths (transport/packet_in.c).
 * Called by: transport.
 * Follows: RFC 4253 section 6.3: packets of one direction are one stream; RFC 4344 section 4. */
#include "crypto/ossl.h"

struct stream_state {
    EVP_CIPHER_CTX *ctx;
};

static ss_err init(const struct ss_cipher_alg *alg, void *state, const uint8_t *key,
                   const uint8_t *iv, enum ss_way way)
{
    struct stream_state *stream = state;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, alg->param, NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    /* Without padding each block comes out as soon as it went in. */
    bool good = cipher != NULL && ctx != NULL &&
                EVP_CipherInit_ex2(ctx, cipher, key, iv, way == SS_SEAL, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(ctx, 0) == 1;

    EVP_CIPHER_free(cipher); /* ctx holds its own */
    if (!good) {
        EVP_CIPHER_CTX_free(ctx);
        return ss_ossl_fail();
    }
    stream->ctx = ctx;
    return SS_OK;
}

static ss_err crypt_stream(void *state, uint8_t *data, size_t n)
{
    struct stream_state *stream = state;
    int done;

    if (stream->ctx == NULL)
        return SS_E_usage;
    if (n > SS_OSSL_PIECE_MAX)
        return SS_E_bad_argument;
    if (n == 0)
        return SS_OK;
    if (EVP_CipherUpdate(stream->ctx, data, &done, data, (int)n) != 1 || done != (int)n)
        return ss_ossl_fail();
    return SS_OK;
}

static void fini(void *state)
{
    struct stream_state *stream = state;

    EVP_CIPHER_CTX_free(stream->ctx);
    stream->ctx = NULL;
}

/* ossl is OpenSSL's name. */
#define STREAM(symbol, wire, ossl, key_size, block_size, bits, from)                               \
    const struct ss_cipher_alg symbol = {                                                          \
        .name = wire,                                                                              \
        .source = from,                                                                            \
        .param = ossl,                                                                             \
        .key = key_size,                                                                           \
        .iv = block_size,                                                                          \
        .block = block_size,                                                                       \
        .flags = bits,                                                                             \
        .state_size = sizeof(struct stream_state),                                                 \
        .init = init,                                                                              \
        .crypt = crypt_stream,                                                                     \
        .fini = fini,                                                                              \
    }

STREAM(ss_cipher_aes128_ctr, "aes128-ctr", "AES-128-CTR", 16, 16, 0, "RFC 4344 section 4");
STREAM(ss_cipher_aes192_ctr, "aes192-ctr", "AES-192-CTR", 24, 16, 0, "RFC 4344 section 4");
STREAM(ss_cipher_aes256_ctr, "aes256-ctr", "AES-256-CTR", 32, 16, 0, "RFC 4344 section 4");
STREAM(ss_cipher_aes128_cbc, "aes128-cbc", "AES-128-CBC", 16, 16, SS_CIPHER_CBC,
       "RFC 4253 section 6.3");
STREAM(ss_cipher_aes192_cbc, "aes192-cbc", "AES-192-CBC", 24, 16, SS_CIPHER_CBC,
       "RFC 4253 section 6.3");
STREAM(ss_cipher_aes256_cbc, "aes256-cbc", "AES-256-CBC", 32, 16, SS_CIPHER_CBC,
       "RFC 4253 section 6.3");
/* The name that aes256-cbc had before it had a standard one. */
STREAM(ss_cipher_rijndael_cbc, "rijndael-cbc@lysator.liu.se", "AES-256-CBC", 32, 16, SS_CIPHER_CBC,
       "OpenSSH cipher.c, RFC 4253 section 6.3");
/* rule: RFC4253-6.3-3des-cbc-available: three keys, encrypt, decrypt, encrypt, chained outside. */
STREAM(ss_cipher_3des_cbc, "3des-cbc", "DES-EDE3-CBC", 24, 8, SS_CIPHER_CBC,
       "RFC 4253 section 6.3");
