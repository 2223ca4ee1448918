/* SPDX-License-Identifier: Apache-2.0 */
/* pkey_rsa.c - RSA keys from their numbers, and numbers from randomness that repeats itself.
 *
 * Owns: the bounds and the checks of an RSA key; the search for primes in deterministic mode.
 * Not here: the life of a key (pkey.c), how OpenSSL is asked to sign (pkey_sign.c).
 * Called by: pkey.c, pkey_sign.c.
 * Follows: RFC 8017 sections 3.1 and 3.2; FIPS 186-4 sections B.3.1 and B.3.3 for the primes. */
#include "crypto/pkey.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

enum {
    BITS_MIN = 1024,
    BITS_MAX = 16384,
    /* OpenSSL refuses to verify with a wider exponent once the modulus is over this. */
    WIDE_MODULUS = 3072,
    NARROW_EXPONENT = 64,
    PUBLIC_EXPONENT = 65537
};

struct numbers {
    BN_CTX *ctx;
    BIGNUM *n, *e, *d, *p, *q;
    BIGNUM *dp, *dq, *qi; /* d mod p-1, d mod q-1, 1/q mod p */
};

static void numbers_fini(struct numbers *rsa)
{
    BN_clear_free(rsa->qi);
    BN_clear_free(rsa->dq);
    BN_clear_free(rsa->dp);
    BN_clear_free(rsa->q);
    BN_clear_free(rsa->p);
    BN_clear_free(rsa->d);
    BN_free(rsa->e);
    BN_free(rsa->n);
    BN_CTX_free(rsa->ctx);
}

static bool check_public(const struct numbers *rsa)
{
    int bits = BN_num_bits(rsa->n);

    if (bits < BITS_MIN || bits > BITS_MAX || !BN_is_odd(rsa->n))
        return false;
    if (!BN_is_odd(rsa->e) || BN_is_one(rsa->e) || BN_cmp(rsa->e, rsa->n) >= 0)
        return false;
    return bits <= WIDE_MODULUS || BN_num_bits(rsa->e) <= NARROW_EXPONENT;
}

static BIGNUM *secret_copy(const BIGNUM *number)
{
    BIGNUM *copy = BN_secure_new();

    if (copy != NULL && BN_copy(copy, number) == NULL) {
        BN_clear_free(copy);
        return NULL;
    }
    if (copy != NULL)
        BN_set_flags(copy, BN_FLG_CONSTTIME);
    return copy;
}

/* d reduced modulo prime - 1; SS_E_bad_key unless e undoes it there. */
static ss_err reduce(const struct numbers *rsa, const BIGNUM *prime, BIGNUM **out)
{
    BIGNUM *order = secret_copy(prime);
    BIGNUM *part = BN_secure_new(), *product = BN_secure_new();
    ss_err err = SS_OK;

    if (order == NULL || part == NULL || product == NULL || BN_sub_word(order, 1) != 1 ||
        BN_mod(part, rsa->d, order, rsa->ctx) != 1 ||
        BN_mod_mul(product, part, rsa->e, order, rsa->ctx) != 1)
        err = ss_ossl_fail();
    else if (!BN_is_one(product))
        err = SS_E_bad_key;
    if (err == SS_OK) {
        BN_set_flags(part, BN_FLG_CONSTTIME);
        *out = part;
        part = NULL;
    }
    BN_clear_free(product);
    BN_clear_free(part);
    BN_clear_free(order);
    return err;
}

/* A prime that does not divide n would make a signature from which n can be factored, so all
 * numbers must fit together. That p and q are prime is the word of whoever made the key. */
static ss_err complete_private(struct numbers *rsa)
{
    BIGNUM *product = BN_secure_new();
    ss_err err = SS_OK;

    if (BN_is_zero(rsa->d) || BN_cmp(rsa->d, rsa->n) >= 0 || !BN_is_odd(rsa->p) ||
        !BN_is_odd(rsa->q) || BN_is_one(rsa->p) || BN_is_one(rsa->q))
        err = SS_E_bad_key;
    else if (product == NULL || BN_mul(product, rsa->p, rsa->q, rsa->ctx) != 1)
        err = ss_ossl_fail();
    else if (BN_cmp(product, rsa->n) != 0)
        err = SS_E_bad_key;
    BN_clear_free(product);
    if (err != SS_OK)
        return err;
    SS_TRY(reduce(rsa, rsa->p, &rsa->dp));
    SS_TRY(reduce(rsa, rsa->q, &rsa->dq));
    rsa->qi = BN_secure_new();
    if (rsa->qi == NULL)
        return ss_ossl_fail();
    if (BN_mod_inverse(rsa->qi, rsa->q, rsa->p, rsa->ctx) == NULL) {
        ss_ossl_forget();
        return SS_E_bad_key; /* p and q share a factor */
    }
    BN_set_flags(rsa->qi, BN_FLG_CONSTTIME);
    return SS_OK;
}

static bool push_all(OSSL_PARAM_BLD *build, const struct numbers *rsa)
{
    if (OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, rsa->n) != 1 ||
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, rsa->e) != 1)
        return false;
    if (rsa->d == NULL)
        return true;
    return OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_D, rsa->d) == 1 &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_FACTOR1, rsa->p) == 1 &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_FACTOR2, rsa->q) == 1 &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_EXPONENT1, rsa->dp) == 1 &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_EXPONENT2, rsa->dq) == 1 &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, rsa->qi) == 1;
}

static ss_err build_key(const struct numbers *rsa, EVP_PKEY **out)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *evp = NULL;
    int selection = rsa->d != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;

    if (build != NULL && push_all(build, rsa))
        params = OSSL_PARAM_BLD_to_param(build);
    if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &evp, selection, params) != 1) {
        EVP_PKEY_free(evp);
        evp = NULL;
    }
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_BLD_free(build);
    if (evp == NULL)
        return ss_ossl_fail();
    *out = evp;
    return SS_OK;
}

/* ---- from parts ---- */

static bool sizes_possible(const struct ss_pkey_parts *parts)
{
    /* A leading zero byte of an mpint is the most that a number may have on top. */
    const size_t most = BITS_MAX / 8 + 1;

    return parts->n.size > 0 && parts->n.size <= most && parts->e.size > 0 &&
           parts->e.size <= most && parts->d.size <= most && parts->p.size <= most &&
           parts->q.size <= most && parts->iqmp.size <= most;
}

static ss_err read_public(const struct ss_pkey_parts *parts, struct numbers *rsa)
{
    rsa->ctx = BN_CTX_secure_new();
    rsa->n = BN_bin2bn(parts->n.data, (int)parts->n.size, NULL);
    rsa->e = BN_bin2bn(parts->e.data, (int)parts->e.size, NULL);
    if (rsa->ctx == NULL || rsa->n == NULL || rsa->e == NULL)
        return ss_ossl_fail();
    return check_public(rsa) ? SS_OK : SS_E_bad_key;
}

static ss_err read_private(const struct ss_pkey_parts *parts, struct numbers *rsa)
{
    BIGNUM *given;
    ss_err err = SS_OK;

    if (parts->p.size == 0 || parts->q.size == 0)
        return SS_E_bad_key;
    rsa->d = ss_ossl_secret_bn(parts->d);
    rsa->p = ss_ossl_secret_bn(parts->p);
    rsa->q = ss_ossl_secret_bn(parts->q);
    if (rsa->d == NULL || rsa->p == NULL || rsa->q == NULL)
        return ss_ossl_fail();
    SS_TRY(complete_private(rsa));
    if (parts->iqmp.size == 0)
        return SS_OK;
    given = ss_ossl_secret_bn(parts->iqmp);
    if (given == NULL)
        return ss_ossl_fail();
    if (BN_cmp(given, rsa->qi) != 0)
        err = SS_E_bad_key;
    BN_clear_free(given);
    return err;
}

static ss_err make_evp(const struct ss_pkey_parts *parts, EVP_PKEY **out)
{
    struct numbers rsa = {0};
    ss_err err;

    if (!sizes_possible(parts))
        return SS_E_bad_key;
    err = read_public(parts, &rsa);
    if (err == SS_OK && parts->d.size > 0)
        err = read_private(parts, &rsa);
    if (err == SS_OK)
        err = build_key(&rsa, out);
    numbers_fini(&rsa);
    return err;
}

/* ---- from randomness ---- */

/* True when e, which is prime, has an inverse modulo candidate - 1. */
static bool fits_exponent(const BIGNUM *candidate)
{
    return BN_mod_word(candidate, PUBLIC_EXPONENT) != 1;
}

/* The first prime from a random odd start of exactly bits bits upwards. The two top bits are set,
 * so that a product of two has twice as many. */
static ss_err search_prime(const struct ss_env *env, BN_CTX *ctx, int bits, BIGNUM **out)
{
    uint8_t start[BITS_MAX / 16];
    size_t size = (size_t)bits / 8;
    BIGNUM *candidate;
    ss_err err = SS_OK;
    int prime = 0;

    SS_TRY(ss_random(env, start, size));
    start[0] |= 0xc0;
    start[size - 1] |= 1;
    candidate = ss_ossl_secret_bn(ss_span_make(start, size));
    if (candidate == NULL)
        err = ss_ossl_fail();
    while (err == SS_OK && prime != 1) {
        if (fits_exponent(candidate))
            prime = BN_check_prime(candidate, ctx, NULL);
        if (prime < 0 || (prime == 0 && BN_add_word(candidate, 2) != 1))
            err = ss_ossl_fail();
    }
    if (err == SS_OK && BN_num_bits(candidate) != bits)
        err = SS_E_crypto; /* ran past the top: a start of nothing but ones */
    if (err == SS_OK)
        *out = candidate;
    else
        BN_clear_free(candidate);
    ss_wipe(start, sizeof start);
    return err;
}

/* FIPS 186-4 section B.3.3 step 5.4: |p - q| > 2^(bits/2 - 100). Puts the larger into p. */
static ss_err order_primes(struct numbers *rsa, unsigned bits)
{
    BIGNUM *distance = BN_secure_new();
    BIGNUM *swap;
    ss_err err = SS_OK;

    if (BN_cmp(rsa->p, rsa->q) < 0) {
        swap = rsa->p;
        rsa->p = rsa->q;
        rsa->q = swap;
    }
    if (distance == NULL || BN_sub(distance, rsa->p, rsa->q) != 1)
        err = ss_ossl_fail();
    else if (BN_num_bits(distance) <= (int)bits / 2 - 100)
        err = SS_E_no_random; /* the same bytes twice, or nearly */
    BN_clear_free(distance);
    return err;
}

/* n = pq, d = 1/e modulo lcm(p-1, q-1). */
static ss_err multiply_out(struct numbers *rsa)
{
    BIGNUM *p1 = secret_copy(rsa->p), *q1 = secret_copy(rsa->q);
    BIGNUM *order = BN_secure_new(), *common = BN_secure_new(), *lcm = BN_secure_new();
    bool good;

    rsa->n = BN_new();
    rsa->d = BN_secure_new();
    good = p1 != NULL && q1 != NULL && order != NULL && common != NULL && lcm != NULL &&
           rsa->n != NULL && rsa->d != NULL && BN_mul(rsa->n, rsa->p, rsa->q, rsa->ctx) == 1 &&
           BN_sub_word(p1, 1) == 1 && BN_sub_word(q1, 1) == 1 &&
           BN_mul(order, p1, q1, rsa->ctx) == 1 && BN_gcd(common, p1, q1, rsa->ctx) == 1 &&
           BN_div(lcm, NULL, order, common, rsa->ctx) == 1;
    if (good) {
        BN_set_flags(lcm, BN_FLG_CONSTTIME);
        good = BN_mod_inverse(rsa->d, rsa->e, lcm, rsa->ctx) != NULL;
    }
    BN_clear_free(lcm);
    BN_clear_free(common);
    BN_clear_free(order);
    BN_clear_free(q1);
    BN_clear_free(p1);
    if (!good)
        return ss_ossl_fail();
    BN_set_flags(rsa->d, BN_FLG_CONSTTIME);
    return SS_OK;
}

static ss_err search_key(const struct ss_env *env, unsigned bits, struct numbers *rsa)
{
    rsa->ctx = BN_CTX_secure_new();
    rsa->e = BN_new();
    if (rsa->ctx == NULL || rsa->e == NULL || BN_set_word(rsa->e, PUBLIC_EXPONENT) != 1)
        return ss_ossl_fail();
    SS_TRY(search_prime(env, rsa->ctx, (int)bits / 2, &rsa->p));
    SS_TRY(search_prime(env, rsa->ctx, (int)bits / 2, &rsa->q));
    SS_TRY(order_primes(rsa, bits));
    SS_TRY(multiply_out(rsa));
    return complete_private(rsa);
}

/* Whole bytes in each prime: bits is a multiple of 16. */
static ss_err generate_evp(const struct ss_env *env, unsigned bits, EVP_PKEY **out)
{
    struct numbers rsa = {0};
    EVP_PKEY *evp;
    ss_err err;

    if (bits < BITS_MIN || bits > BITS_MAX || bits % 16 != 0)
        return SS_E_bad_argument;
    if (!env->deterministic) {
        evp = EVP_RSA_gen(bits);
        if (evp == NULL)
            return ss_ossl_fail();
        *out = evp;
        return SS_OK;
    }
    err = search_key(env, bits, &rsa);
    if (err == SS_OK)
        err = build_key(&rsa, out);
    numbers_fini(&rsa);
    return err;
}

/* ---- the method ---- */

static void settle(struct ss_pkey *pkey, bool is_private)
{
    pkey->bits = (unsigned)EVP_PKEY_get_bits(pkey->evp);
    pkey->signature = (pkey->bits + 7) / 8;
    pkey->is_private = is_private;
}

static ss_err make(struct ss_pkey *pkey, const struct ss_pkey_parts *parts)
{
    SS_TRY(make_evp(parts, &pkey->evp));
    settle(pkey, parts->d.size > 0);
    return SS_OK;
}

static ss_err generate(struct ss_pkey *pkey, unsigned bits)
{
    SS_TRY(generate_evp(pkey->env, bits, &pkey->evp));
    settle(pkey, true);
    return SS_OK;
}

static ss_err export(const struct ss_pkey *pkey, bool with_private, struct ss_buf *store,
                     struct ss_pkey_parts *out)
{
    struct ss_pkey_number numbers[] = {
        {OSSL_PKEY_PARAM_RSA_N, false, 0, &out->n, 0, 0},
        {OSSL_PKEY_PARAM_RSA_E, false, 0, &out->e, 0, 0},
        {OSSL_PKEY_PARAM_RSA_D, true, 0, &out->d, 0, 0},
        {OSSL_PKEY_PARAM_RSA_FACTOR1, true, 0, &out->p, 0, 0},
        {OSSL_PKEY_PARAM_RSA_FACTOR2, true, 0, &out->q, 0, 0},
        {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, true, 0, &out->iqmp, 0, 0},
    };

    return ss_pkey_put_numbers(pkey, with_private, store, numbers, SS_COUNT(numbers));
}

static ss_err sign(const struct ss_pkey *pkey, const struct ss_env *env,
                   const struct ss_hash_alg *hash, ss_span data, uint8_t *out)
{
    size_t size = pkey->signature;

    (void)env; /* repeats itself anyway */
    SS_TRY(ss_evp_sign(pkey->evp, hash, data, out, &size));
    return size == pkey->signature ? SS_OK : SS_E_crypto;
}

static ss_err verify(const struct ss_pkey *pkey, const struct ss_hash_alg *hash, ss_span data,
                     ss_span signature)
{
    return ss_evp_verify(pkey->evp, hash, data, signature);
}

const struct ss_pkey_method ss_pkey_rsa = {
    SS_KEY_RSA, NULL, true, make, generate, export, sign, verify,
};
