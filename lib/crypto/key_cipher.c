/* SPDX-License-Identifier: Apache-2.0 */
/* key_cipher.c - the ciphers of key files, each over one piece of data.
 *
 * Owns: the list; how each is keyed for a file: no associated data, sequence number 0.
 * Not here: ciphers of connections (cipher_*.c), keys from passphrases (kdf.h), padding (lib/keys).
 * Called by: lib/keys.
 * Follows: OpenSSH PROTOCOL.key section 2 and cipher_crypt as it is called for key files: GCM and
 *   chacha20-poly1305@openssh.com put their tag behind the section. */
#include "crypto/key_cipher.h"
#include "crypto/ossl.h"

enum { TAG = 16, HALF_KEY = 32, BLOCK_SIZE = 64 };

static const struct ss_key_cipher triple_des = {"3des-cbc", "DES-EDE3-CBC", 24, 8, 8, 0};
static const struct ss_key_cipher aes128_cbc = {"aes128-cbc", "AES-128-CBC", 16, 16, 16, 0};
static const struct ss_key_cipher aes192_cbc = {"aes192-cbc", "AES-192-CBC", 24, 16, 16, 0};
static const struct ss_key_cipher aes256_cbc = {"aes256-cbc", "AES-256-CBC", 32, 16, 16, 0};
static const struct ss_key_cipher aes128_ctr = {"aes128-ctr", "AES-128-CTR", 16, 16, 16, 0};
static const struct ss_key_cipher aes192_ctr = {"aes192-ctr", "AES-192-CTR", 24, 16, 16, 0};
static const struct ss_key_cipher aes256_ctr = {"aes256-ctr", "AES-256-CTR", 32, 16, 16, 0};
static const struct ss_key_cipher aes128_gcm = {
    "aes128-gcm@openssh.com", "AES-128-GCM", 16, 12, 16, TAG};
static const struct ss_key_cipher aes256_gcm = {
    "aes256-gcm@openssh.com", "AES-256-GCM", 32, 12, 16, TAG};
static const struct ss_key_cipher chacha = {
    "chacha20-poly1305@openssh.com", "ChaCha20", 2 * HALF_KEY, 0, 8, TAG};

static const struct ss_key_cipher *const all[] = {
    &triple_des, &aes128_cbc, &aes192_cbc, &aes256_cbc, &aes128_ctr, &aes192_ctr,
    &aes256_ctr, &aes128_gcm, &aes256_gcm, &chacha,     NULL,
};

const struct ss_key_cipher *const *ss_key_cipher_all(void)
{
    return all;
}

const struct ss_key_cipher *ss_key_cipher_find(ss_span name)
{
    size_t i;

    for (i = 0; all[i] != NULL; i++)
        if (ss_span_is(name, all[i]->name))
            return all[i];
    return NULL;
}

static EVP_CIPHER_CTX *keyed(const struct ss_key_cipher *cipher, enum ss_way way,
                             const uint8_t *key, const uint8_t *iv)
{
    EVP_CIPHER *evp = EVP_CIPHER_fetch(NULL, cipher->evp, NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool good = evp != NULL && ctx != NULL &&
                EVP_CipherInit_ex2(ctx, evp, key, iv, way == SS_SEAL, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(ctx, 0) == 1;

    EVP_CIPHER_free(evp); /* ctx holds its own */
    if (good)
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

static bool update(EVP_CIPHER_CTX *ctx, uint8_t *data, size_t n)
{
    int done = 0;

    return n == 0 || (EVP_CipherUpdate(ctx, data, &done, data, (int)n) == 1 && done == (int)n);
}

/* CBC, CTR and GCM. */
static ss_err run_evp(const struct ss_key_cipher *cipher, enum ss_way way, const uint8_t *key,
                      const uint8_t *iv, uint8_t *data, size_t n, uint8_t *tag)
{
    EVP_CIPHER_CTX *ctx = keyed(cipher, way, key, iv);
    uint8_t rest[BLOCK_SIZE]; /* stays empty; EVP wants a place */
    int done;
    ss_err err = SS_OK;

    if (ctx == NULL ||
        (cipher->tag > 0 && way == SS_OPEN &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, cipher->tag, tag) != 1) ||
        !update(ctx, data, n))
        err = SS_E_crypto;
    else if (EVP_CipherFinal_ex(ctx, rest, &done) != 1)
        err = cipher->tag > 0 && way == SS_OPEN ? SS_E_mac_mismatch : SS_E_crypto;
    else if (cipher->tag > 0 && way == SS_SEAL &&
             EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, cipher->tag, tag) != 1)
        err = SS_E_crypto;
    EVP_CIPHER_CTX_free(ctx);
    return err;
}

/* Keystream block 0 keys Poly1305; the data starts at block 1. */
static ss_err poly_tag(EVP_CIPHER_CTX *ctx, const uint8_t *data, size_t n, uint8_t *out)
{
    uint8_t block[BLOCK_SIZE] = {0};
    size_t size = 0;
    bool good = update(ctx, block, sizeof block) &&
                EVP_Q_mac(NULL, "POLY1305", NULL, NULL, NULL, block, HALF_KEY, data, n, out, TAG,
                          &size) != NULL &&
                size == TAG;

    ss_wipe(block, sizeof block);
    return good ? SS_OK : SS_E_crypto;
}

/* The second half of the key is for packet lengths, and a file has none. */
static ss_err run_chacha(enum ss_way way, const uint8_t *key, uint8_t *data, size_t n, uint8_t *tag)
{
    static const uint8_t start[16] = {0}; /* counter and nonce */
    static const uint8_t block_1[16] = {1};
    EVP_CIPHER_CTX *ctx = keyed(&chacha, SS_SEAL, key, start);
    EVP_CIPHER_CTX *main = keyed(&chacha, SS_SEAL, key, block_1);
    uint8_t want[TAG];
    ss_err err = ctx != NULL && main != NULL ? SS_OK : SS_E_crypto;

    if (err == SS_OK && way == SS_OPEN) {
        err = poly_tag(ctx, data, n, want);
        if (err == SS_OK && !ss_ct_eq(ss_span_make(want, TAG), ss_span_make(tag, TAG)))
            err = SS_E_mac_mismatch;
    }
    if (err == SS_OK && !update(main, data, n))
        err = SS_E_crypto;
    if (err == SS_OK && way == SS_SEAL)
        err = poly_tag(ctx, data, n, tag);
    ss_wipe(want, sizeof want);
    EVP_CIPHER_CTX_free(main);
    EVP_CIPHER_CTX_free(ctx);
    return err;
}

ss_err ss_key_cipher_run(const struct ss_key_cipher *cipher, enum ss_way way, const uint8_t *key,
                         const uint8_t *iv, uint8_t *data, size_t n, uint8_t *tag)
{
    ss_err err;

    if (n > SS_OSSL_PIECE_MAX || n % cipher->block != 0)
        return SS_E_bad_argument;
    err = cipher == &chacha ? run_chacha(way, key, data, n, tag)
                            : run_evp(cipher, way, key, iv, data, n, tag);
    if (err != SS_OK) {
        ss_wipe(data, n);
        ss_ossl_forget();
    }
    return err;
}
