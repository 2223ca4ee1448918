/* SPDX-License-Identifier: Apache-2.0 */
/* kex_dh.c - Diffie-Hellman modulo a prime: in the groups that have a name, and in one that the
 * server chose.
 *
 * Owns: the secret exponent and the chosen group, in the caller's state.
 * Not here: messages, mpints and the exchange hash (transport); the primes (dh_group.c).
 * Called by: transport.
 * Follows: RFC 4253 section 8, RFC 8268 sections 3 and 4, RFC 4419 sections 3 and 6.2. */
#include "crypto/ossl.h"

enum { EXPONENT_MAX = 2 * SS_HASH_MAX };

struct dh_state {
    bool started;
    uint8_t exponent[EXPONENT_MAX]; /* at its end: shorter ones have zeros in front */
    size_t p_size, g_size;          /* 0: no group was chosen */
    uint8_t p[SS_DH_SIZE_MAX], g[SS_DH_SIZE_MAX];
};

struct work {
    BN_CTX *ctx;
    BIGNUM *p, *g, *top; /* top is p - 1 */
    BIGNUM *base, *x, *result;
};

static void fini(void *state)
{
    ss_wipe(state, sizeof(struct dh_state));
}

static void work_fini(struct work *work)
{
    BN_clear_free(work->result);
    BN_clear_free(work->x);
    BN_free(work->base);
    BN_free(work->top);
    BN_free(work->g);
    BN_free(work->p);
    BN_CTX_free(work->ctx);
}

/* The group of a method that has one, whose size is the method's param, or of the state. */
static bool work_init(struct work *work, const unsigned *bits, const struct dh_state *dh)
{
    work->ctx = BN_CTX_secure_new();
    work->p = bits != NULL ? ss_dh_prime_bn(*bits) : BN_bin2bn(dh->p, (int)dh->p_size, NULL);
    work->g = BN_bin2bn(dh->g, (int)dh->g_size, NULL);
    work->top = work->p != NULL ? BN_dup(work->p) : NULL;
    work->base = BN_new();
    work->x = ss_ossl_secret_bn(ss_span_make(dh->exponent, sizeof dh->exponent));
    work->result = BN_secure_new();
    return work->ctx != NULL && work->g != NULL && work->top != NULL && work->base != NULL &&
           work->x != NULL && work->result != NULL && BN_sub_word(work->top, 1) == 1 &&
           (bits == NULL || BN_set_word(work->g, 2) == 1);
}

/* RFC 8268 section 4: values outside 1 < e < p-1 are neither sent nor accepted, and the same
 * holds for the secret. */
static bool in_range(const struct work *work, const BIGNUM *value)
{
    return BN_cmp(value, BN_value_one()) > 0 && BN_cmp(value, work->top) < 0;
}

static ss_err power(struct work *work, const BIGNUM *base)
{
    if (BN_mod_exp_mont_consttime(work->result, base, work->x, work->p, work->ctx, NULL) != 1)
        return ss_ossl_fail();
    return in_range(work, work->result) ? SS_OK : SS_E_bad_public_value;
}

/* ---- the group of a group exchange ---- */

static ss_span magnitude(ss_span bytes)
{
    while (bytes.size > 0 && bytes.data[0] == 0)
        bytes = ss_span_part(bytes, 1, bytes.size);
    return bytes;
}

static ss_err set_group(void *state, ss_span p, ss_span g)
{
    struct dh_state *dh = state;

    p = magnitude(p);
    g = magnitude(g);
    SS_TRY(ss_dh_check_group(p, g));
    ss_wipe(dh, sizeof *dh);
    memcpy(dh->p, p.data, p.size);
    memcpy(dh->g, g.data, g.size);
    dh->p_size = p.size;
    dh->g_size = g.size;
    return SS_OK;
}

/* Twice the bits that the hash can use (RFC 4419 section 6.2 for the reasoning), but less than p
 * has. */
static size_t exponent_size(const struct ss_kex_alg *alg, const struct dh_state *dh)
{
    size_t size = 2 * alg->hash->size;

    return alg->param == NULL && size >= dh->p_size ? dh->p_size - 1 : size;
}

/* ---- the exchange ---- */

static bool has_group(const struct ss_kex_alg *alg, const struct dh_state *dh)
{
    return alg->param != NULL || dh->p_size > 0;
}

static ss_err start(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                    struct ss_buf *out_public)
{
    struct dh_state *dh = state;
    struct work work;
    uint8_t *exponent;
    size_t size;
    ss_err err;

    if (!has_group(alg, dh))
        return SS_E_usage;
    size = exponent_size(alg, dh);
    exponent = dh->exponent + sizeof dh->exponent - size;
    SS_TRY(ss_random(env, exponent, size));
    exponent[0] |= 0x80; /* always as many bits, so that the length tells nothing */
    err = work_init(&work, alg->param, dh) ? power(&work, work.g) : ss_ossl_fail();
    if (err == SS_OK)
        err = ss_ossl_put_bn(out_public, work.result, 0);
    work_fini(&work);
    dh->started = err == SS_OK;
    return err;
}

static ss_err set_peer(struct work *work, ss_span value)
{
    value = magnitude(value);
    if (value.size == 0 || value.size > (size_t)BN_num_bytes(work->p))
        return SS_E_bad_public_value;
    if (BN_bin2bn(value.data, (int)value.size, work->base) == NULL)
        return ss_ossl_fail();
    return in_range(work, work->base) ? SS_OK : SS_E_bad_public_value;
}

static ss_err finish(const struct ss_kex_alg *alg, void *state, ss_span peer_public,
                     struct ss_secret *out_shared)
{
    const struct dh_state *dh = state;
    struct work work;
    uint8_t shared[SS_DH_SIZE_MAX];
    int size = 0;
    ss_err err;

    if (!dh->started)
        return SS_E_usage;
    err = work_init(&work, alg->param, dh) ? set_peer(&work, peer_public) : ss_ossl_fail();
    if (err == SS_OK)
        err = power(&work, work.base);
    if (err == SS_OK) {
        size = BN_bn2bin(work.result, shared);
        if (size <= 0 || !ss_secret_set(out_shared, ss_span_make(shared, (size_t)size)))
            err = SS_E_internal;
    }
    ss_wipe(shared, sizeof shared);
    work_fini(&work);
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

static ss_span private_key(const struct ss_kex_alg *alg, const void *state)
{
    const struct dh_state *dh = state;

    (void)alg;
    return magnitude(ss_span_make(dh->exponent, sizeof dh->exponent));
}

/* ---- the methods ---- */

static const unsigned oakley_2 = 1024, group_14 = 2048, group_15 = 3072, group_16 = 4096,
                      group_17 = 6144, group_18 = 8192;

#define METHOD(method, hash_alg, group, text)                                                      \
    {                                                                                              \
        .name = method, .family = SS_KEX_DH, .hash = hash_alg, .source = text, .param = group,     \
        .state_size = sizeof(struct dh_state), .start = start, .respond = respond,                 \
        .finish = finish, .fini = fini, .private_key = private_key                                 \
    }

const struct ss_kex_alg ss_kex_dh_group1_sha1 =
    METHOD("diffie-hellman-group1-sha1", &ss_hash_sha1, &oakley_2, "RFC 4253 section 8.1");
const struct ss_kex_alg ss_kex_dh_group14_sha1 =
    METHOD("diffie-hellman-group14-sha1", &ss_hash_sha1, &group_14, "RFC 4253 section 8.2");
const struct ss_kex_alg ss_kex_dh_group14_sha256 =
    METHOD("diffie-hellman-group14-sha256", &ss_hash_sha256, &group_14, "RFC 8268 section 3");
const struct ss_kex_alg ss_kex_dh_group15_sha512 =
    METHOD("diffie-hellman-group15-sha512", &ss_hash_sha512, &group_15, "RFC 8268 section 3");
const struct ss_kex_alg ss_kex_dh_group16_sha512 =
    METHOD("diffie-hellman-group16-sha512", &ss_hash_sha512, &group_16, "RFC 8268 section 3");
const struct ss_kex_alg ss_kex_dh_group17_sha512 =
    METHOD("diffie-hellman-group17-sha512", &ss_hash_sha512, &group_17, "RFC 8268 section 3");
const struct ss_kex_alg ss_kex_dh_group18_sha512 =
    METHOD("diffie-hellman-group18-sha512", &ss_hash_sha512, &group_18, "RFC 8268 section 3");

#define EXCHANGE(method, hash_alg, text)                                                           \
    {                                                                                              \
        .name = method, .family = SS_KEX_GEX, .hash = hash_alg, .source = text,                    \
        .state_size = sizeof(struct dh_state), .set_group = set_group, .start = start,             \
        .respond = respond, .finish = finish, .fini = fini, .private_key = private_key             \
    }

const struct ss_kex_alg ss_kex_dh_gex_sha1 =
    EXCHANGE("diffie-hellman-group-exchange-sha1", &ss_hash_sha1, "RFC 4419 section 4.1");
const struct ss_kex_alg ss_kex_dh_gex_sha256 =
    EXCHANGE("diffie-hellman-group-exchange-sha256", &ss_hash_sha256, "RFC 4419 section 4.2");
