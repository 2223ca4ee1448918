/* SPDX-License-Identifier: Apache-2.0 */
/* cipher_ctr.c - aes128-ctr and aes256-ctr: one keystream for the life of a key.
 *
 * Owns: the running counter, inside OpenSSL's context.
 * Not here: integrity (mac_hmac.c).
 * Called by: transport.
 * Follows: RFC 4344 section 4. */
#include "crypto/ossl.h"

struct ctr_state {
    EVP_CIPHER_CTX *ctx;
};

static ss_err init(const struct ss_cipher_alg *alg, void *state, const uint8_t *key,
                   const uint8_t *iv, enum ss_way way)
{
    struct ctr_state *ctr = state;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, alg->param, NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool good = cipher != NULL && ctx != NULL &&
                EVP_CipherInit_ex2(ctx, cipher, key, iv, way == SS_SEAL, NULL) == 1;

    EVP_CIPHER_free(cipher); /* ctx holds its own */
    if (!good) {
        EVP_CIPHER_CTX_free(ctx);
        return ss_ossl_fail();
    }
    ctr->ctx = ctx;
    return SS_OK;
}

static ss_err crypt_stream(void *state, uint8_t *data, size_t n)
{
    struct ctr_state *ctr = state;
    int done;

    if (ctr->ctx == NULL)
        return SS_E_usage;
    if (n > SS_OSSL_PIECE_MAX)
        return SS_E_bad_argument;
    if (n == 0)
        return SS_OK;
    if (EVP_CipherUpdate(ctr->ctx, data, &done, data, (int)n) != 1 || done != (int)n)
        return ss_ossl_fail();
    return SS_OK;
}

static void fini(void *state)
{
    struct ctr_state *ctr = state;

    EVP_CIPHER_CTX_free(ctr->ctx);
    ctr->ctx = NULL;
}

const struct ss_cipher_alg ss_cipher_aes128_ctr = {
    .name = "aes128-ctr",
    .source = "RFC 4344 section 4",
    .param = "AES-128-CTR", /* OpenSSL's name */
    .key = 16,
    .iv = 16,
    .block = 16,
    .state_size = sizeof(struct ctr_state),
    .init = init,
    .crypt = crypt_stream,
    .fini = fini,
};

const struct ss_cipher_alg ss_cipher_aes256_ctr = {
    .name = "aes256-ctr",
    .source = "RFC 4344 section 4",
    .param = "AES-256-CTR", /* OpenSSL's name */
    .key = 32,
    .iv = 16,
    .block = 16,
    .state_size = sizeof(struct ctr_state),
    .init = init,
    .crypt = crypt_stream,
    .fini = fini,
};
