/* SPDX-License-Identifier: Apache-2.0 */
/* pkey_dsa.c - DSA keys: their bounds, their numbers, and signatures that repeat themselves.
 *
 * Owns: what makes a group and a value in it usable; the search for a group.
 * Not here: the life of a key (pkey.c), ordinary signing (pkey_sign.c), nonces (nonce_repeat.c).
 * Called by: pkey.c, pkey_sign.c.
 * Follows: FIPS 186-4 section 4 and appendix A.1.1.2; RFC 4253 section 6.6, whose signature has
 *   room for a q of 160 bits only, which lib/keys sees to; RFC 6979 section 2.4.
 *
 * An upper bound, because a huge key costs its verifier time and nobody has one. */
#include "crypto/pkey.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

enum { P_BITS_MIN = 512, P_BITS_MAX = 3072, Q_BITS = 160 };

struct numbers {
    BN_CTX *ctx;
    BIGNUM *p, *q, *g, *y, *x; /* x null: a public key */
};

static void numbers_fini(struct numbers *dsa)
{
    BN_clear_free(dsa->x);
    BN_free(dsa->y);
    BN_free(dsa->g);
    BN_free(dsa->q);
    BN_free(dsa->p);
    BN_CTX_free(dsa->ctx);
}

/* ---- checks ---- */

static bool sizes_fit(const struct numbers *dsa)
{
    int p = BN_num_bits(dsa->p), q = BN_num_bits(dsa->q);

    return p >= P_BITS_MIN && p <= P_BITS_MAX && (q == Q_BITS || q == 224 || q == 256) &&
           BN_is_odd(dsa->p) && BN_is_odd(dsa->q);
}

/* SS_E_bad_key unless value is above one and of order q. */
static ss_err check_member(const struct numbers *dsa, const BIGNUM *value)
{
    BIGNUM *power;
    ss_err err = SS_OK;

    if (BN_is_zero(value) || BN_is_one(value) || BN_cmp(value, dsa->p) >= 0)
        return SS_E_bad_key;
    power = BN_new();
    if (power == NULL || BN_mod_exp(power, value, dsa->q, dsa->p, dsa->ctx) != 1)
        err = ss_ossl_fail();
    else if (!BN_is_one(power))
        err = SS_E_bad_key;
    BN_free(power);
    return err;
}

/* That q divides p - 1. A generator of another order would make signatures that anyone can make.
 * That p and q are prime is the word of whoever made the key. */
static ss_err check_group(const struct numbers *dsa)
{
    BIGNUM *rest = BN_new();
    ss_err err = SS_OK;

    if (rest == NULL || BN_mod(rest, dsa->p, dsa->q, dsa->ctx) != 1)
        err = ss_ossl_fail();
    else if (!BN_is_one(rest))
        err = SS_E_bad_key;
    BN_free(rest);
    return err == SS_OK ? check_member(dsa, dsa->g) : err;
}

static ss_err compute_y(const struct numbers *dsa, BIGNUM **out)
{
    BIGNUM *y = BN_new();

    if (y == NULL || BN_mod_exp_mont_consttime(y, dsa->g, dsa->x, dsa->p, dsa->ctx, NULL) != 1) {
        BN_free(y);
        return ss_ossl_fail();
    }
    *out = y;
    return SS_OK;
}

static ss_err check_private(const struct numbers *dsa)
{
    BIGNUM *y = NULL;
    ss_err err;

    if (BN_is_zero(dsa->x) || BN_cmp(dsa->x, dsa->q) >= 0)
        return SS_E_bad_key;
    SS_TRY(compute_y(dsa, &y));
    err = BN_cmp(y, dsa->y) == 0 ? SS_OK : SS_E_bad_key;
    BN_free(y);
    return err;
}

/* ---- to and from OpenSSL ---- */

static bool push_all(OSSL_PARAM_BLD *build, const struct numbers *dsa)
{
    return OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_P, dsa->p) == 1 &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_Q, dsa->q) == 1 &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_G, dsa->g) == 1 &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PUB_KEY, dsa->y) == 1 &&
           (dsa->x == NULL || OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, dsa->x) == 1);
}

static ss_err build_key(struct ss_pkey *pkey, const struct numbers *dsa)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
    int selection = dsa->x != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    bool good;

    if (build != NULL && push_all(build, dsa))
        params = OSSL_PARAM_BLD_to_param(build);
    good = params != NULL && ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
           EVP_PKEY_fromdata(ctx, &pkey->evp, selection, params) == 1;
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_BLD_free(build);
    if (!good)
        return ss_ossl_fail();
    pkey->is_private = dsa->x != NULL;
    pkey->bits = (unsigned)BN_num_bits(dsa->p);
    pkey->signature = 2 * (size_t)BN_num_bytes(dsa->q);
    return SS_OK;
}

/* ---- from parts ---- */

static ss_err read_numbers(const struct ss_pkey_parts *parts, struct numbers *dsa)
{
    /* A leading zero byte of an mpint is the most that a number may have on top. */
    const size_t most = P_BITS_MAX / 8 + 1;

    if (parts->p.size > most || parts->q.size > most || parts->g.size > most ||
        parts->pub.size > most || parts->priv.size > most)
        return SS_E_bad_key;
    dsa->ctx = BN_CTX_secure_new();
    dsa->p = BN_bin2bn(parts->p.data, (int)parts->p.size, NULL);
    dsa->q = BN_bin2bn(parts->q.data, (int)parts->q.size, NULL);
    dsa->g = BN_bin2bn(parts->g.data, (int)parts->g.size, NULL);
    dsa->y = BN_bin2bn(parts->pub.data, (int)parts->pub.size, NULL);
    if (parts->priv.size > 0)
        dsa->x = ss_ossl_secret_bn(parts->priv);
    if (dsa->ctx == NULL || dsa->p == NULL || dsa->q == NULL || dsa->g == NULL || dsa->y == NULL ||
        (parts->priv.size > 0 && dsa->x == NULL))
        return ss_ossl_fail();
    return SS_OK;
}

static ss_err check_all(const struct numbers *dsa)
{
    if (!sizes_fit(dsa))
        return SS_E_bad_key;
    SS_TRY(check_group(dsa));
    SS_TRY(check_member(dsa, dsa->y));
    return dsa->x != NULL ? check_private(dsa) : SS_OK;
}

static ss_err make(struct ss_pkey *pkey, const struct ss_pkey_parts *parts)
{
    struct numbers dsa = {0};
    ss_err err = read_numbers(parts, &dsa);

    if (err == SS_OK)
        err = check_all(&dsa);
    if (err == SS_OK)
        err = build_key(pkey, &dsa);
    numbers_fini(&dsa);
    return err;
}

/* ---- from randomness ---- */

/* A number of exactly bits bits, which is a multiple of eight. */
static ss_err draw(const struct ss_env *env, int bits, BIGNUM **out)
{
    uint8_t bytes[P_BITS_MAX / 8];
    ss_err err = ss_random(env, bytes, (size_t)bits / 8);

    if (err != SS_OK)
        return err;
    bytes[0] |= 0x80;
    *out = ss_ossl_secret_bn(ss_span_make(bytes, (size_t)bits / 8));
    ss_wipe(bytes, sizeof bytes);
    return *out != NULL ? SS_OK : ss_ossl_fail();
}

/* The first prime from start upwards in steps; SS_E_not_found when there is none of bits bits. */
static ss_err climb(BIGNUM *start, const BIGNUM *step, int bits, BN_CTX *ctx)
{
    int prime = 0;

    for (;;) {
        if (BN_num_bits(start) != bits)
            return SS_E_not_found;
        prime = BN_check_prime(start, ctx, NULL);
        if (prime == 1)
            return SS_OK;
        if (prime < 0 || BN_add(start, start, step) != 1)
            return ss_ossl_fail();
    }
}

static ss_err search_q(const struct ss_env *env, struct numbers *dsa)
{
    BIGNUM *two = BN_new();
    ss_err err = draw(env, Q_BITS, &dsa->q);

    if (err == SS_OK && (two == NULL || BN_set_word(two, 2) != 1 || BN_set_bit(dsa->q, 0) != 1))
        err = ss_ossl_fail();
    if (err == SS_OK)
        err = climb(dsa->q, two, Q_BITS, dsa->ctx);
    BN_free(two);
    return err;
}

/* The candidate is one above a multiple of 2q, so that q divides p - 1. */
static ss_err search_p(const struct ss_env *env, int bits, struct numbers *dsa)
{
    BIGNUM *step = BN_new(), *rest = BN_new();
    ss_err err = draw(env, bits, &dsa->p);

    if (err == SS_OK && (step == NULL || rest == NULL || BN_lshift1(step, dsa->q) != 1 ||
                         BN_mod(rest, dsa->p, step, dsa->ctx) != 1 ||
                         BN_sub(dsa->p, dsa->p, rest) != 1 || BN_add_word(dsa->p, 1) != 1))
        err = ss_ossl_fail();
    if (err == SS_OK && BN_num_bits(dsa->p) != bits && BN_add(dsa->p, dsa->p, step) != 1)
        err = ss_ossl_fail();
    if (err == SS_OK)
        err = climb(dsa->p, step, bits, dsa->ctx);
    BN_free(rest);
    BN_free(step);
    return err;
}

/* g = h^((p-1)/q) for the first h from 2 on that gives more than one. */
static ss_err find_g(struct numbers *dsa)
{
    BIGNUM *power = BN_dup(dsa->p), *h = BN_new();
    bool good;

    dsa->g = BN_new();
    good = power != NULL && h != NULL && dsa->g != NULL && BN_sub_word(power, 1) == 1 &&
           BN_div(power, NULL, power, dsa->q, dsa->ctx) == 1 && BN_one(h) == 1;
    do {
        good =
            good && BN_add_word(h, 1) == 1 && BN_mod_exp(dsa->g, h, power, dsa->p, dsa->ctx) == 1;
    } while (good && BN_is_one(dsa->g));
    BN_free(h);
    BN_free(power);
    return good ? SS_OK : ss_ossl_fail();
}

/* From 1 to q - 1; 64 bits more than q has, so that the bias is below 2^-64. */
static ss_err draw_x(const struct ss_env *env, struct numbers *dsa)
{
    uint8_t bytes[Q_BITS / 8 + 8];
    BIGNUM *limit = BN_dup(dsa->q);
    ss_err err = ss_random(env, bytes, sizeof bytes);

    if (err == SS_OK) {
        dsa->x = ss_ossl_secret_bn(ss_span_make(bytes, sizeof bytes));
        if (limit == NULL || dsa->x == NULL || BN_sub_word(limit, 1) != 1 ||
            BN_nnmod(dsa->x, dsa->x, limit, dsa->ctx) != 1 || BN_add_word(dsa->x, 1) != 1)
            err = ss_ossl_fail();
    }
    BN_free(limit);
    ss_wipe(bytes, sizeof bytes);
    return err;
}

static ss_err search(const struct ss_env *env, unsigned bits, struct numbers *dsa)
{
    dsa->ctx = BN_CTX_secure_new();
    if (dsa->ctx == NULL)
        return ss_ossl_fail();
    SS_TRY(search_q(env, dsa));
    SS_TRY(search_p(env, (int)bits, dsa));
    SS_TRY(find_g(dsa));
    SS_TRY(draw_x(env, dsa));
    return compute_y(dsa, &dsa->y);
}

static ss_err generate(struct ss_pkey *pkey, unsigned bits)
{
    struct numbers dsa = {0};
    ss_err err;

    if (bits < P_BITS_MIN || bits > P_BITS_MAX || bits % 8 != 0)
        return SS_E_bad_argument;
    err = search(pkey->env, bits, &dsa);
    if (err == SS_E_not_found)
        err = SS_E_crypto; /* ran past the top: a start of nothing but ones */
    if (err == SS_OK)
        err = build_key(pkey, &dsa);
    numbers_fini(&dsa);
    return err;
}

/* ---- taking apart, signing ---- */

static ss_err export(const struct ss_pkey *pkey, bool with_private, struct ss_buf *store,
                     struct ss_pkey_parts *out)
{
    struct ss_pkey_number numbers[] = {
        {OSSL_PKEY_PARAM_FFC_P, false, 0, &out->p, 0, 0},
        {OSSL_PKEY_PARAM_FFC_Q, false, 0, &out->q, 0, 0},
        {OSSL_PKEY_PARAM_FFC_G, false, 0, &out->g, 0, 0},
        {OSSL_PKEY_PARAM_PUB_KEY, false, 0, &out->pub, 0, 0},
        {OSSL_PKEY_PARAM_PRIV_KEY, true, 0, &out->priv, 0, 0},
    };

    return ss_pkey_put_numbers(pkey, with_private, store, numbers, SS_COUNT(numbers));
}

static ss_err number_of(const struct ss_pkey *pkey, const char *name, BIGNUM **out)
{
    if (EVP_PKEY_get_bn_param(pkey->evp, name, out) != 1)
        return ss_ossl_fail();
    return SS_OK;
}

/* r = (g^k mod p) mod q. */
static ss_err repeat(const struct numbers *dsa, struct ss_nonce *nonce, BIGNUM *r, BIGNUM *s)
{
    do {
        SS_TRY(ss_nonce_next(nonce));
        if (BN_mod_exp_mont_consttime(r, dsa->g, nonce->k, dsa->p, nonce->ctx, NULL) != 1 ||
            BN_nnmod(r, r, dsa->q, nonce->ctx) != 1)
            return ss_ossl_fail();
        SS_TRY(ss_nonce_finish(nonce, dsa->x, r, s));
    } while (BN_is_zero(r) || BN_is_zero(s));
    return SS_OK;
}

static ss_err load(const struct ss_pkey *pkey, struct numbers *dsa)
{
    dsa->x = BN_secure_new();
    if (dsa->x == NULL)
        return ss_ossl_fail();
    SS_TRY(number_of(pkey, OSSL_PKEY_PARAM_FFC_P, &dsa->p));
    SS_TRY(number_of(pkey, OSSL_PKEY_PARAM_FFC_Q, &dsa->q));
    SS_TRY(number_of(pkey, OSSL_PKEY_PARAM_FFC_G, &dsa->g));
    return number_of(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &dsa->x);
}

static ss_err sign_repeatable(const struct ss_pkey *pkey, const struct ss_hash_alg *hash,
                              ss_span data, uint8_t *out)
{
    const int width = (int)pkey->signature / 2;
    struct numbers dsa = {0};
    struct ss_nonce nonce = {0};
    BIGNUM *r = BN_secure_new(), *s = BN_secure_new();
    ss_err err = r != NULL && s != NULL ? load(pkey, &dsa) : ss_ossl_fail();

    if (err == SS_OK)
        err = ss_nonce_init(&nonce, dsa.q, dsa.x, hash, data);
    if (err == SS_OK)
        err = repeat(&dsa, &nonce, r, s);
    if (err == SS_OK &&
        (BN_bn2binpad(r, out, width) != width || BN_bn2binpad(s, out + width, width) != width))
        err = ss_ossl_fail();
    ss_nonce_fini(&nonce);
    BN_clear_free(s);
    BN_clear_free(r);
    numbers_fini(&dsa);
    return err;
}

static ss_err sign(const struct ss_pkey *pkey, const struct ss_env *env,
                   const struct ss_hash_alg *hash, ss_span data, uint8_t *out)
{
    if (env->deterministic)
        return sign_repeatable(pkey, hash, data, out);
    return ss_evp_sign_pair(pkey->evp, hash, data, pkey->signature / 2, out);
}

static ss_err verify(const struct ss_pkey *pkey, const struct ss_hash_alg *hash, ss_span data,
                     ss_span signature)
{
    return ss_evp_verify_pair(pkey->evp, hash, data, signature);
}

const struct ss_pkey_method ss_pkey_dsa = {
    SS_KEY_DSA, NULL, true, make, generate, export, sign, verify,
};
