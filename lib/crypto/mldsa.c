/* SPDX-License-Identifier: Apache-2.0 */
/* mldsa.c - ML-DSA-44: the public key of a seed, signatures, and their check.
 *
 * Owns: the three algorithms and the bytes of keys and signatures.
 * Not here: polynomials (mldsa_poly.c), the composite with Ed25519 (pkey_mldsa.c).
 * Called by: pkey_mldsa.c.
 * Follows: FIPS 204 sections 5, 6 and 7.2; the names of variables are its own.
 *
 * A secret key is kept as its seed and expanded each time: that costs a fifth of a signature and
 * leaves one secret of 32 bytes to look after. */
#include "crypto/mldsa.h"

enum {
    K = SS_MLDSA_K,
    L = SS_MLDSA_L,
    T1_BITS = 10,
    T1_BYTES = 32 * T1_BITS,
    Z_BITS = 18,
    Z_BYTES = 32 * Z_BITS,
    W1_BITS = 6,
    W1_BYTES = 32 * W1_BITS,
    MU = 64,
    HINT_BYTES = SS_MLDSA_OMEGA + K,
    ROUNDS_MAX = 814 /* appendix C: more are needed once in 2^256 signatures */
};

/* What a seed expands to. s1, s2 and t0 are kept in the domain of the transform. */
struct secret {
    uint8_t rho[32], rho_prime[64], key[32], tr[64];
    uint8_t public_key[SS_MLDSA44_PUBLIC];
    struct ss_poly a[K][L];
    struct ss_poly s1[L], s2[K], t0[K];
};

static ss_err expand_matrix(const uint8_t *rho, struct ss_poly a[K][L])
{
    uint8_t row, column;

    for (row = 0; row < K; row++) {
        for (column = 0; column < L; column++)
            SS_TRY(ss_poly_sample_ntt(&a[row][column], rho, column, row));
    }
    return SS_OK;
}

/* out = row of A times v, both in the domain of the transform; so is out. */
static void multiply_row(const struct ss_poly row[L], const struct ss_poly v[L],
                         struct ss_poly *out)
{
    struct ss_poly product;
    size_t i;

    ss_poly_multiply(out, &row[0], &v[0]);
    for (i = 1; i < L; i++) {
        ss_poly_multiply(&product, &row[i], &v[i]);
        ss_poly_add(out, &product);
    }
}

/* ---- keys ---- */

static ss_err expand_seed(const uint8_t *seed, struct secret *out)
{
    static const uint8_t size[2] = {K, L};
    const ss_span parts[2] = {ss_span_make(seed, SS_MLDSA44_SEED), ss_span_make(size, 2)};
    uint8_t bytes[128];
    ss_err err = ss_mldsa_shake(SS_SHAKE256, parts, SS_COUNT(parts), bytes, sizeof bytes);

    if (err == SS_OK) {
        memcpy(out->rho, bytes, 32);
        memcpy(out->rho_prime, bytes + 32, 64);
        memcpy(out->key, bytes + 96, 32);
    }
    ss_wipe(bytes, sizeof bytes);
    return err;
}

/* t = A s1 + s2, split in two; s1 has been transformed, s2 not yet. */
static void make_t(struct secret *secret)
{
    size_t i;

    memcpy(secret->public_key, secret->rho, 32);
    for (i = 0; i < K; i++) {
        struct ss_poly t, t1;

        multiply_row(secret->a[i], secret->s1, &t);
        ss_poly_inverse_ntt(&t);
        ss_poly_add(&t, &secret->s2[i]);
        ss_poly_power2round(&t, &t1, &secret->t0[i]);
        ss_poly_pack(&t1, T1_BITS, secret->public_key + 32 + i * T1_BYTES);
        ss_poly_ntt(&secret->s2[i]);
        ss_poly_ntt(&secret->t0[i]);
        ss_wipe(&t, sizeof t);
    }
}

/* Algorithm 6. */
static ss_err expand_secret(const uint8_t *seed, struct secret *out)
{
    const ss_span whole = ss_span_make(out->public_key, sizeof out->public_key);
    uint16_t i;

    SS_TRY(expand_seed(seed, out));
    SS_TRY(expand_matrix(out->rho, out->a));
    for (i = 0; i < L; i++) {
        SS_TRY(ss_poly_sample_small(&out->s1[i], out->rho_prime, i));
        ss_poly_ntt(&out->s1[i]);
    }
    for (i = 0; i < K; i++)
        SS_TRY(ss_poly_sample_small(&out->s2[i], out->rho_prime, (uint16_t)(L + i)));
    make_t(out);
    return ss_mldsa_shake(SS_SHAKE256, &whole, 1, out->tr, sizeof out->tr);
}

static void secret_free(const struct ss_env *env, struct secret *secret)
{
    if (secret != NULL)
        ss_wipe(secret, sizeof *secret);
    ss_free(env, secret, sizeof *secret);
}

ss_err ss_mldsa44_public(const struct ss_env *env, const uint8_t *seed, uint8_t *out_public)
{
    struct secret *secret = ss_alloc(env, sizeof *secret);
    ss_err err = secret != NULL ? expand_secret(seed, secret) : SS_E_no_memory;

    if (err == SS_OK)
        memcpy(out_public, secret->public_key, SS_MLDSA44_PUBLIC);
    secret_free(env, secret);
    return err;
}

/* ---- the message ---- */

/* mu, of what is signed: 0, the context and its size, the message (algorithms 2 and 7). */
static ss_err make_mu(const uint8_t *tr, ss_span context, ss_span message, uint8_t *out)
{
    const uint8_t head[2] = {0, (uint8_t)context.size};
    const ss_span parts[4] = {ss_span_make(tr, 64), ss_span_make(head, 2), context, message};

    if (context.size > 255)
        return SS_E_bad_argument;
    return ss_mldsa_shake(SS_SHAKE256, parts, SS_COUNT(parts), out, MU);
}

/* The hash that stands for the challenge: of mu and the high parts of w. */
static ss_err make_ctilde(const uint8_t *mu, const struct ss_poly w1[K], uint8_t *out)
{
    uint8_t bytes[K * W1_BYTES];
    const ss_span parts[2] = {ss_span_make(mu, MU), ss_span_make(bytes, sizeof bytes)};
    size_t i;

    for (i = 0; i < K; i++)
        ss_poly_pack(&w1[i], W1_BITS, bytes + i * W1_BYTES);
    return ss_mldsa_shake(SS_SHAKE256, parts, SS_COUNT(parts), out, SS_MLDSA_CTILDE);
}

/* ---- signing ---- */

struct signing {
    struct secret secret;
    uint8_t mu[MU], rho_prime[64], ctilde[SS_MLDSA_CTILDE];
    struct ss_poly y[L], z[L], w[K], w1[K], hint[K], c;
};

/* y and w = A y, and the challenge that they make. */
static ss_err commit(struct signing *sign, uint16_t kappa)
{
    struct ss_poly w0;
    uint16_t i;

    for (i = 0; i < L; i++) {
        SS_TRY(ss_poly_sample_mask(&sign->y[i], sign->rho_prime, (uint16_t)(kappa + i)));
        sign->z[i] = sign->y[i];
        ss_poly_ntt(&sign->z[i]);
    }
    for (i = 0; i < K; i++) {
        multiply_row(sign->secret.a[i], sign->z, &sign->w[i]);
        ss_poly_inverse_ntt(&sign->w[i]);
        ss_poly_decompose(&sign->w[i], &sign->w1[i], &w0);
    }
    ss_wipe(&w0, sizeof w0);
    SS_TRY(make_ctilde(sign->mu, sign->w1, sign->ctilde));
    SS_TRY(ss_poly_sample_ball(&sign->c, sign->ctilde));
    ss_poly_ntt(&sign->c);
    return SS_OK;
}

/* out = c times part of the secret. */
static void challenge(const struct signing *sign, const struct ss_poly *part, struct ss_poly *out)
{
    ss_poly_multiply(out, &sign->c, part);
    ss_poly_inverse_ntt(out);
}

/* z = y + c s1; false when it would tell of s1. */
static bool respond(struct signing *sign)
{
    struct ss_poly product;
    bool good = true;
    size_t i;

    for (i = 0; i < L; i++) {
        challenge(sign, &sign->secret.s1[i], &product);
        sign->z[i] = sign->y[i];
        ss_poly_add(&sign->z[i], &product);
        good = ss_poly_below(&sign->z[i], SS_MLDSA_GAMMA1 - SS_MLDSA_BETA) && good;
    }
    ss_wipe(&product, sizeof product);
    return good;
}

/* One polynomial of the hint: where the high part of w - c s2 + c t0 is not that of w - c s2,
 * which the verifier, who has no t0, cannot know. False when it would tell of s2 or t0. */
static bool make_hint(struct signing *sign, size_t i, size_t *count)
{
    struct ss_poly *w = &sign->w[i];
    struct ss_poly product, high, low;
    bool good;
    size_t j;

    challenge(sign, &sign->secret.s2[i], &product);
    ss_poly_subtract(w, &product);
    ss_poly_decompose(w, &high, &low);
    good = ss_poly_below(&low, SS_MLDSA_GAMMA2 - SS_MLDSA_BETA);
    challenge(sign, &sign->secret.t0[i], &product);
    good = ss_poly_below(&product, SS_MLDSA_GAMMA2) && good;
    ss_poly_add(w, &product);
    ss_poly_decompose(w, &product, &low);
    for (j = 0; j < SS_MLDSA_N; j++) {
        sign->hint[i].c[j] = product.c[j] != high.c[j];
        *count += sign->hint[i].c[j];
    }
    ss_wipe(&product, sizeof product);
    ss_wipe(&high, sizeof high);
    ss_wipe(&low, sizeof low);
    return good;
}

static bool make_hints(struct signing *sign)
{
    bool good = true;
    size_t i, count = 0;

    for (i = 0; i < K; i++)
        good = make_hint(sign, i, &count) && good;
    return good && count <= SS_MLDSA_OMEGA;
}

/* Algorithm 7, after mu. */
static ss_err search(struct signing *sign, const uint8_t *random)
{
    const ss_span parts[3] = {ss_span_make(sign->secret.key, 32), ss_span_make(random, 32),
                              ss_span_make(sign->mu, MU)};
    uint16_t round;

    SS_TRY(ss_mldsa_shake(SS_SHAKE256, parts, SS_COUNT(parts), sign->rho_prime, 64));
    for (round = 0; round < ROUNDS_MAX; round++) {
        SS_TRY(commit(sign, (uint16_t)(round * L)));
        if (respond(sign) && make_hints(sign))
            return SS_OK;
    }
    return SS_E_crypto;
}

/* Algorithm 20: the places of ones, polynomial after polynomial, then where each one's end. */
static void pack_hints(const struct ss_poly hint[K], uint8_t *out)
{
    size_t i, j, n = 0;

    memset(out, 0, HINT_BYTES);
    for (i = 0; i < K; i++) {
        for (j = 0; j < SS_MLDSA_N; j++) {
            if (hint[i].c[j] != 0)
                out[n++] = (uint8_t)j;
        }
        out[SS_MLDSA_OMEGA + i] = (uint8_t)n;
    }
}

static void pack_signature(struct signing *sign, uint8_t *out)
{
    size_t i;

    memcpy(out, sign->ctilde, SS_MLDSA_CTILDE);
    out += SS_MLDSA_CTILDE;
    for (i = 0; i < L; i++, out += Z_BYTES) {
        ss_poly_mirror(&sign->z[i], SS_MLDSA_GAMMA1);
        ss_poly_pack(&sign->z[i], Z_BITS, out);
    }
    pack_hints(sign->hint, out);
}

ss_err ss_mldsa44_sign(const struct ss_env *env, const uint8_t *seed, ss_span context,
                       ss_span message, const uint8_t *random, uint8_t *out_signature)
{
    struct signing *sign = ss_alloc(env, sizeof *sign);
    ss_err err;

    if (sign == NULL)
        return SS_E_no_memory;
    err = expand_secret(seed, &sign->secret);
    if (err == SS_OK)
        err = make_mu(sign->secret.tr, context, message, sign->mu);
    if (err == SS_OK)
        err = search(sign, random);
    if (err == SS_OK)
        pack_signature(sign, out_signature);
    ss_wipe(sign, sizeof *sign);
    ss_free(env, sign, sizeof *sign);
    return err;
}

/* ---- checking ---- */

struct checking {
    uint8_t tr[64], mu[MU], ctilde[SS_MLDSA_CTILDE];
    struct ss_poly a[K][L];
    struct ss_poly z[L], w1[K], hint[K], c;
};

/* Algorithm 21: of one set of ones there is one form only, or signatures could be changed. */
static bool unpack_hints(const uint8_t *bytes, struct ss_poly hint[K])
{
    size_t i, first, n = 0;

    for (i = 0; i < K; i++) {
        if (bytes[SS_MLDSA_OMEGA + i] < n || bytes[SS_MLDSA_OMEGA + i] > SS_MLDSA_OMEGA)
            return false;
        for (first = n; n < bytes[SS_MLDSA_OMEGA + i]; n++) {
            if (n > first && bytes[n] <= bytes[n - 1])
                return false;
            hint[i].c[bytes[n]] = 1;
        }
    }
    while (n < SS_MLDSA_OMEGA && bytes[n] == 0)
        n++;
    return n == SS_MLDSA_OMEGA;
}

/* Algorithm 27; z is transformed when it was found short. */
static bool unpack_signature(const uint8_t *bytes, struct checking *out)
{
    size_t i;

    memcpy(out->ctilde, bytes, SS_MLDSA_CTILDE);
    bytes += SS_MLDSA_CTILDE;
    for (i = 0; i < L; i++, bytes += Z_BYTES) {
        ss_poly_unpack(&out->z[i], Z_BITS, bytes);
        ss_poly_mirror(&out->z[i], SS_MLDSA_GAMMA1);
        if (!ss_poly_below(&out->z[i], SS_MLDSA_GAMMA1 - SS_MLDSA_BETA))
            return false;
        ss_poly_ntt(&out->z[i]);
    }
    return unpack_hints(bytes, out->hint);
}

/* w1 from A z - c t1 2^d and the hint. */
static void rebuild(struct checking *check, const uint8_t *public_key)
{
    size_t i, j;

    for (i = 0; i < K; i++) {
        struct ss_poly w, t1;

        ss_poly_unpack(&t1, T1_BITS, public_key + 32 + i * T1_BYTES);
        for (j = 0; j < SS_MLDSA_N; j++)
            t1.c[j] = (t1.c[j] << SS_MLDSA_D) % SS_MLDSA_Q; /* 2^23 is above q by little */
        ss_poly_ntt(&t1);
        ss_poly_multiply(&t1, &t1, &check->c);
        multiply_row(check->a[i], check->z, &w);
        ss_poly_subtract(&w, &t1);
        ss_poly_inverse_ntt(&w);
        ss_poly_use_hint(&w, &check->hint[i], &check->w1[i]);
    }
}

/* Algorithm 8. */
static ss_err verify(struct checking *check, const uint8_t *public_key, ss_span context,
                     ss_span message)
{
    const ss_span whole = ss_span_make(public_key, SS_MLDSA44_PUBLIC);
    uint8_t again[SS_MLDSA_CTILDE];

    SS_TRY(expand_matrix(public_key, check->a));
    SS_TRY(ss_mldsa_shake(SS_SHAKE256, &whole, 1, check->tr, sizeof check->tr));
    SS_TRY(make_mu(check->tr, context, message, check->mu));
    SS_TRY(ss_poly_sample_ball(&check->c, check->ctilde));
    ss_poly_ntt(&check->c);
    rebuild(check, public_key);
    SS_TRY(make_ctilde(check->mu, check->w1, again));
    return ss_ct_eq(ss_span_make(again, sizeof again),
                    ss_span_make(check->ctilde, sizeof check->ctilde))
               ? SS_OK
               : SS_E_bad_signature;
}

ss_err ss_mldsa44_verify(const struct ss_env *env, const uint8_t *public_key, ss_span context,
                         ss_span message, ss_span signature)
{
    struct checking *check;
    ss_err err;

    if (signature.size != SS_MLDSA44_SIGNATURE)
        return SS_E_bad_signature;
    check = ss_alloc(env, sizeof *check);
    if (check == NULL)
        return SS_E_no_memory;
    if (unpack_signature(signature.data, check))
        err = verify(check, public_key, context, message);
    else
        err = SS_E_bad_signature;
    ss_free(env, check, sizeof *check);
    return err;
}
