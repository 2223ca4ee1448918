/* SPDX-License-Identifier: Apache-2.0 */
/* kex_dh.c - diffie-hellman-group14-sha256.
 *
 * Owns: the secret exponent, in the caller's state.
 * Not here: messages, mpints and the exchange hash (transport).
 * Called by: transport.
 * Follows: RFC 4253 section 8, RFC 8268 sections 3 and 4; the prime is that of RFC 3526
 *   section 3, with generator 2. */
#include "crypto/ossl.h"

enum {
    PRIME_SIZE = 256,
    /* Twice the 256 bits that the hash can use (RFC 4419 section 6.2 for the reasoning). */
    EXPONENT_SIZE = 64
};

struct dh_state {
    bool started;
    uint8_t exponent[EXPONENT_SIZE];
};

struct group {
    BN_CTX *ctx;
    BIGNUM *p, *base, *top; /* top is p - 1 */
    BIGNUM *x, *result;
};

static void fini(void *state)
{
    ss_wipe(state, sizeof(struct dh_state));
}

static void group_fini(struct group *group)
{
    BN_clear_free(group->result);
    BN_clear_free(group->x);
    BN_free(group->top);
    BN_free(group->base);
    BN_free(group->p);
    BN_CTX_free(group->ctx);
}

static bool group_init(struct group *group, const struct dh_state *dh)
{
    group->ctx = BN_CTX_secure_new();
    group->p = BN_get_rfc3526_prime_2048(NULL);
    group->base = BN_new();
    group->top = group->p != NULL ? BN_dup(group->p) : NULL;
    group->x = ss_ossl_secret_bn(ss_span_make(dh->exponent, sizeof dh->exponent));
    group->result = BN_secure_new();
    return group->ctx != NULL && group->base != NULL && group->top != NULL && group->x != NULL &&
           group->result != NULL && BN_sub_word(group->top, 1) == 1;
}

/* RFC 8268 section 4: values outside 1 < e < p-1 are neither sent nor accepted, and the same
 * holds for the secret. */
static bool in_range(const struct group *group, const BIGNUM *value)
{
    return BN_cmp(value, BN_value_one()) > 0 && BN_cmp(value, group->top) < 0;
}

static ss_err power(struct group *group)
{
    if (BN_mod_exp_mont_consttime(group->result, group->base, group->x, group->p, group->ctx,
                                  NULL) != 1)
        return ss_ossl_fail();
    return in_range(group, group->result) ? SS_OK : SS_E_bad_public_value;
}

static ss_err start(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                    struct ss_buf *out_public)
{
    struct dh_state *dh = state;
    struct group group;
    ss_err err;

    (void)alg;
    SS_TRY(ss_random(env, dh->exponent, EXPONENT_SIZE));
    dh->exponent[0] |= 0x80; /* always 512 bits long, so that its length tells nothing */
    if (!group_init(&group, dh) || BN_set_word(group.base, 2) != 1)
        err = ss_ossl_fail();
    else
        err = power(&group);
    if (err == SS_OK)
        err = ss_ossl_put_bn(out_public, group.result, 0);
    group_fini(&group);
    dh->started = err == SS_OK;
    return err;
}

static ss_err set_peer(struct group *group, ss_span value)
{
    while (value.size > 0 && value.data[0] == 0)
        value = ss_span_part(value, 1, value.size);
    if (value.size == 0 || value.size > PRIME_SIZE)
        return SS_E_bad_public_value;
    if (BN_bin2bn(value.data, (int)value.size, group->base) == NULL)
        return ss_ossl_fail();
    return in_range(group, group->base) ? SS_OK : SS_E_bad_public_value;
}

static ss_err finish(const struct ss_kex_alg *alg, void *state, ss_span peer_public,
                     struct ss_secret *out_shared)
{
    const struct dh_state *dh = state;
    struct group group;
    uint8_t shared[PRIME_SIZE];
    int size = 0;
    ss_err err;

    (void)alg;
    if (!dh->started)
        return SS_E_usage;
    err = group_init(&group, dh) ? set_peer(&group, peer_public) : ss_ossl_fail();
    if (err == SS_OK)
        err = power(&group);
    if (err == SS_OK) {
        size = BN_bn2bin(group.result, shared);
        if (size <= 0 || !ss_secret_set(out_shared, ss_span_make(shared, (size_t)size)))
            err = SS_E_internal;
    }
    ss_wipe(shared, sizeof shared);
    group_fini(&group);
    return err;
}

static ss_err respond(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                      ss_span peer_public, struct ss_buf *out_public, struct ss_secret *out_shared)
{
    size_t before = ss_buf_size(out_public);
    ss_err err;

    SS_TRY(start(alg, state, env, out_public));
    err = finish(alg, state, peer_public, out_shared);
    if (err != SS_OK)
        ss_buf_truncate(out_public, before);
    return err;
}

const struct ss_kex_alg ss_kex_dh_group14_sha256 = {
    .name = "diffie-hellman-group14-sha256",
    .family = SS_KEX_DH,
    .hash = &ss_hash_sha256,
    .source = "RFC 8268 section 3",
    .state_size = sizeof(struct dh_state),
    .start = start,
    .respond = respond,
    .finish = finish,
    .fini = fini,
};
