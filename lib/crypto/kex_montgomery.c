/* SPDX-License-Identifier: Apache-2.0 */
/* kex_montgomery.c - curve25519-sha256, the same under the name libssh gave it first, and
 * curve448-sha512.
 *
 * Owns: the ephemeral private key, in the caller's state.
 * Not here: messages and the exchange hash (transport).
 * Called by: transport.
 * Follows: RFC 8731 section 3, RFC 7748 sections 6.1 and 6.2. The shared secret is the bytes of
 *   X25519 or X448 as they come, to be read as a big-endian number (RFC 8731 section 3.1). */
#include "crypto/ossl.h"

#include <openssl/err.h>
#include <openssl/proverr.h>

enum { KEY_MAX = 56 };

struct curve {        /* param of a method */
    const char *name; /* OpenSSL's */
    size_t size;      /* bytes of a private key, a public value and a shared secret */
};

static const struct curve x25519 = {"X25519", 32};
static const struct curve x448 = {"X448", KEY_MAX};

struct montgomery {
    bool started;
    uint8_t private_key[KEY_MAX];
};

static void fini(void *state)
{
    ss_wipe(state, sizeof(struct montgomery));
}

static EVP_PKEY *own_key(const struct curve *curve, const struct montgomery *own)
{
    return EVP_PKEY_new_raw_private_key_ex(NULL, curve->name, NULL, own->private_key, curve->size);
}

static ss_err start(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                    struct ss_buf *out_public)
{
    const struct curve *curve = alg->param;
    struct montgomery *montgomery = state;
    EVP_PKEY *own;
    uint8_t value[KEY_MAX];
    size_t size = sizeof value;
    ss_err err;

    SS_TRY(ss_random(env, montgomery->private_key, curve->size));
    own = own_key(curve, montgomery);
    if (own != NULL && EVP_PKEY_get_raw_public_key(own, value, &size) == 1 && size == curve->size)
        err = ss_buf_put(out_public, ss_span_make(value, size));
    else
        err = ss_ossl_fail();
    EVP_PKEY_free(own);
    montgomery->started = err == SS_OK;
    return err;
}

/* RFC 8731 section 3: abort when the result is all zeros, which a peer value of low order makes.
 * OpenSSL refuses by itself and says so with this reason; what it let through is checked too. */
static ss_err derive(const struct curve *curve, EVP_PKEY_CTX *ctx, uint8_t *out)
{
    static const uint8_t zero[KEY_MAX] = {0};
    size_t size = curve->size;

    if (EVP_PKEY_derive(ctx, out, &size) != 1) {
        unsigned long code = ERR_peek_last_error();

        ss_ossl_forget();
        if (ERR_GET_LIB(code) == ERR_LIB_PROV &&
            ERR_GET_REASON(code) == PROV_R_FAILED_DURING_DERIVATION)
            return SS_E_bad_public_value;
        return SS_E_crypto;
    }
    if (size != curve->size)
        return SS_E_crypto;
    if (ss_ct_eq(ss_span_make(out, size), ss_span_make(zero, size)))
        return SS_E_bad_public_value;
    return SS_OK;
}

static ss_err finish(const struct ss_kex_alg *alg, void *state, ss_span peer_public,
                     struct ss_secret *out_shared)
{
    const struct curve *curve = alg->param;
    const struct montgomery *montgomery = state;
    EVP_PKEY *own = NULL, *peer = NULL;
    EVP_PKEY_CTX *ctx = NULL;
    uint8_t shared[KEY_MAX];
    ss_err err = SS_OK;

    if (!montgomery->started)
        return SS_E_usage;
    if (peer_public.size != curve->size)
        return SS_E_bad_public_value;
    own = own_key(curve, montgomery);
    peer = EVP_PKEY_new_raw_public_key_ex(NULL, curve->name, NULL, peer_public.data, curve->size);
    if (own != NULL && peer != NULL)
        ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
    if (ctx == NULL || EVP_PKEY_derive_init(ctx) != 1 || EVP_PKEY_derive_set_peer(ctx, peer) != 1)
        err = ss_ossl_fail();
    if (err == SS_OK)
        err = derive(curve, ctx, shared);
    if (err == SS_OK && !ss_secret_set(out_shared, ss_span_make(shared, curve->size)))
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

    if (peer_public.size != ((const struct curve *)alg->param)->size)
        return SS_E_bad_public_value;
    SS_TRY(start(alg, state, env, out_public));
    err = finish(alg, state, peer_public, out_shared);
    if (err != SS_OK)
        ss_buf_truncate(out_public, before);
    return err;
}

static const char *rule(const struct ss_kex_alg *alg, ss_span peer_public, bool from_client)
{
    const struct curve *curve = alg->param;

    (void)from_client;
    if (peer_public.size == 0)
        return "RFC5656-4-ecdh-empty-public";
    return peer_public.size == curve->size ? "RFC8731-3-x25519-allzero" : "RFC8731-3-x25519-length";
}

static ss_span private_key(const struct ss_kex_alg *alg, const void *state)
{
    const struct montgomery *own = state;

    return ss_span_make(own->private_key, ((const struct curve *)alg->param)->size);
}

#define METHOD(method, hash_alg, curve)                                                            \
    {                                                                                              \
        .name = method, .family = SS_KEX_ECDH, .hash = hash_alg, .source = "RFC 8731",             \
        .param = curve, .state_size = sizeof(struct montgomery), .start = start,                   \
        .respond = respond, .finish = finish, .rule = rule, .fini = fini,                          \
        .private_key = private_key                                                                 \
    }

const struct ss_kex_alg ss_kex_curve25519_sha256 =
    METHOD("curve25519-sha256", &ss_hash_sha256, &x25519);
const struct ss_kex_alg ss_kex_curve25519_sha256_libssh =
    METHOD("curve25519-sha256@libssh.org", &ss_hash_sha256, &x25519);
const struct ss_kex_alg ss_kex_curve448_sha512 = METHOD("curve448-sha512", &ss_hash_sha512, &x448);
