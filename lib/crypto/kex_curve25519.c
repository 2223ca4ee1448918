/* SPDX-License-Identifier: Apache-2.0 */
/* kex_curve25519.c - curve25519-sha256, and the same under the name libssh gave it first.
 *
 * Owns: the ephemeral private key, in the caller's state.
 * Not here: messages and the exchange hash (transport).
 * Called by: transport.
 * Follows: RFC 8731 section 3, RFC 7748 section 6.1. The shared secret is the 32 bytes of X25519
 *   as they come, to be read as a big-endian number (RFC 8731 section 3.1). */
#include "crypto/ossl.h"

#include <openssl/err.h>
#include <openssl/proverr.h>

enum { KEY_SIZE = 32 };

struct x25519_state {
    bool started;
    uint8_t private_key[KEY_SIZE];
};

static void fini(void *state)
{
    ss_wipe(state, sizeof(struct x25519_state));
}

static EVP_PKEY *own_key(const struct x25519_state *x25519)
{
    return EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, x25519->private_key, KEY_SIZE);
}

static ss_err start(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                    struct ss_buf *out_public)
{
    struct x25519_state *x25519 = state;
    EVP_PKEY *own;
    uint8_t value[KEY_SIZE];
    size_t size = sizeof value;
    ss_err err;

    (void)alg;
    SS_TRY(ss_random(env, x25519->private_key, KEY_SIZE));
    own = own_key(x25519);
    if (own != NULL && EVP_PKEY_get_raw_public_key(own, value, &size) == 1 && size == KEY_SIZE)
        err = ss_buf_put(out_public, ss_span_make(value, size));
    else
        err = ss_ossl_fail();
    EVP_PKEY_free(own);
    x25519->started = err == SS_OK;
    return err;
}

/* RFC 8731 section 3: abort when the result is all zeros, which a peer value of low order makes.
 * OpenSSL refuses by itself and says so with this reason; what it let through is checked too. */
static ss_err derive(EVP_PKEY_CTX *ctx, uint8_t *out)
{
    static const uint8_t zero[KEY_SIZE] = {0};
    size_t size = KEY_SIZE;

    if (EVP_PKEY_derive(ctx, out, &size) != 1) {
        unsigned long code = ERR_peek_last_error();

        ss_ossl_forget();
        if (ERR_GET_LIB(code) == ERR_LIB_PROV &&
            ERR_GET_REASON(code) == PROV_R_FAILED_DURING_DERIVATION)
            return SS_E_bad_public_value;
        return SS_E_crypto;
    }
    if (size != KEY_SIZE)
        return SS_E_crypto;
    if (ss_ct_eq(ss_span_make(out, KEY_SIZE), ss_span_make(zero, KEY_SIZE)))
        return SS_E_bad_public_value;
    return SS_OK;
}

static ss_err finish(const struct ss_kex_alg *alg, void *state, ss_span peer_public,
                     struct ss_secret *out_shared)
{
    const struct x25519_state *x25519 = state;
    EVP_PKEY *own = NULL, *peer = NULL;
    EVP_PKEY_CTX *ctx = NULL;
    uint8_t shared[KEY_SIZE];
    ss_err err = SS_OK;

    (void)alg;
    if (!x25519->started)
        return SS_E_usage;
    if (peer_public.size != KEY_SIZE)
        return SS_E_bad_public_value;
    own = own_key(x25519);
    peer = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, peer_public.data, KEY_SIZE);
    if (own != NULL && peer != NULL)
        ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
    if (ctx == NULL || EVP_PKEY_derive_init(ctx) != 1 || EVP_PKEY_derive_set_peer(ctx, peer) != 1)
        err = ss_ossl_fail();
    if (err == SS_OK)
        err = derive(ctx, shared);
    if (err == SS_OK && !ss_secret_set(out_shared, ss_span_make(shared, KEY_SIZE)))
        err = SS_E_internal;
    ss_wipe(shared, sizeof shared);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(peer);
    EVP_PKEY_free(own);
    return err;
}

static ss_err respond(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                      ss_span peer_public, struct ss_buf *out_public, struct ss_secret *out_shared)
{
    size_t before = ss_buf_size(out_public);
    ss_err err;

    if (peer_public.size != KEY_SIZE)
        return SS_E_bad_public_value;
    SS_TRY(start(alg, state, env, out_public));
    err = finish(alg, state, peer_public, out_shared);
    if (err != SS_OK)
        ss_buf_truncate(out_public, before);
    return err;
}

const struct ss_kex_alg ss_kex_curve25519_sha256 = {
    .name = "curve25519-sha256",
    .family = SS_KEX_ECDH,
    .hash = &ss_hash_sha256,
    .source = "RFC 8731",
    .state_size = sizeof(struct x25519_state),
    .start = start,
    .respond = respond,
    .finish = finish,
    .fini = fini,
};

const struct ss_kex_alg ss_kex_curve25519_sha256_libssh = {
    .name = "curve25519-sha256@libssh.org",
    .family = SS_KEX_ECDH,
    .hash = &ss_hash_sha256,
    .source = "RFC 8731",
    .state_size = sizeof(struct x25519_state),
    .start = start,
    .respond = respond,
    .finish = finish,
    .fini = fini,
};
