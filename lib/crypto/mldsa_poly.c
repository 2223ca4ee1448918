/* SPDX-License-Identifier: Apache-2.0 */
/* mldsa_poly.c - arithmetic in the ring of ML-DSA, and polynomials from seeds and bytes.
 *
 * Owns: the number theoretic transform, rounding, sampling, packing.
 * Not here: keys and signatures (mldsa.c).
 * Called by: mldsa.c.
 * Follows: FIPS 204 section 7; the numbers of algorithms are its own.
 *
 * No branch and no address depends on a coefficient that is secret; reductions divide by a
 * constant, which compilers make multiplications of. What is rejected while sampling says nothing
 * of what is kept. */
#include "crypto/mldsa.h"

#include "crypto/ossl.h"

enum {
    Q = SS_MLDSA_Q,
    N = SS_MLDSA_N,
    /* Bytes drawn at once. FIPS 204 appendix C bounds what is needed but once in 2^256: 894, 481
     * and 129. */
    NTT_BYTES = 1008,
    SMALL_BYTES = 544,
    BALL_BYTES = 272,
    MASK_BITS = 18
};

/* 1753 to the power of k with its eight bits reversed (appendix B). */
static const uint32_t zetas[N] = {
    0,       4808194, 3765607, 3761513, 5178923, 5496691, 5234739, 5178987, 7778734, 3542485,
    2682288, 2129892, 3764867, 7375178, 557458,  7159240, 5010068, 4317364, 2663378, 6705802,
    4855975, 7946292, 676590,  7044481, 5152541, 1714295, 2453983, 1460718, 7737789, 4795319,
    2815639, 2283733, 3602218, 3182878, 2740543, 4793971, 5269599, 2101410, 3704823, 1159875,
    394148,  928749,  1095468, 4874037, 2071829, 4361428, 3241972, 2156050, 3415069, 1759347,
    7562881, 4805951, 3756790, 6444618, 6663429, 4430364, 5483103, 3192354, 556856,  3870317,
    2917338, 1853806, 3345963, 1858416, 3073009, 1277625, 5744944, 3852015, 4183372, 5157610,
    5258977, 8106357, 2508980, 2028118, 1937570, 4564692, 2811291, 5396636, 7270901, 4158088,
    1528066, 482649,  1148858, 5418153, 7814814, 169688,  2462444, 5046034, 4213992, 4892034,
    1987814, 5183169, 1736313, 235407,  5130263, 3258457, 5801164, 1787943, 5989328, 6125690,
    3482206, 4197502, 7080401, 6018354, 7062739, 2461387, 3035980, 621164,  3901472, 7153756,
    2925816, 3374250, 1356448, 5604662, 2683270, 5601629, 4912752, 2312838, 7727142, 7921254,
    348812,  8052569, 1011223, 6026202, 4561790, 6458164, 6143691, 1744507, 1753,    6444997,
    5720892, 6924527, 2660408, 6600190, 8321269, 2772600, 1182243, 87208,   636927,  4415111,
    4423672, 6084020, 5095502, 4663471, 8352605, 822541,  1009365, 5926272, 6400920, 1596822,
    4423473, 4620952, 6695264, 4969849, 2678278, 4611469, 4829411, 635956,  8129971, 5925040,
    4234153, 6607829, 2192938, 6653329, 2387513, 4768667, 8111961, 5199961, 3747250, 2296099,
    1239911, 4541938, 3195676, 2642980, 1254190, 8368000, 2998219, 141835,  8291116, 2513018,
    7025525, 613238,  7070156, 6161950, 7921677, 6458423, 4040196, 4908348, 2039144, 6500539,
    7561656, 6201452, 6757063, 2105286, 6006015, 6346610, 586241,  7200804, 527981,  5637006,
    6903432, 1994046, 2491325, 6987258, 507927,  7192532, 7655613, 6545891, 5346675, 8041997,
    2647994, 3009748, 5767564, 4148469, 749577,  4357667, 3980599, 2569011, 6764887, 1723229,
    1665318, 2028038, 1163598, 5011144, 3994671, 8368538, 7009900, 3020393, 3363542, 214880,
    545376,  7609976, 3105558, 7277073, 508145,  7826699, 860144,  3430436, 140244,  6866265,
    6195333, 3123762, 2358373, 6187330, 5365997, 6663603, 2926054, 7987710, 8077412, 3531229,
    4405932, 4606686, 1900052, 7598542, 1054478, 7648983,
};

ss_err ss_mldsa_shake(enum ss_shake which, const ss_span *parts, size_t n, uint8_t *out,
                      size_t size)
{
    EVP_MD *md = EVP_MD_fetch(NULL, which == SS_SHAKE128 ? "SHAKE128" : "SHAKE256", NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = md != NULL && ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) == 1;
    size_t i;

    for (i = 0; good && i < n; i++) {
        if (parts[i].size > 0)
            good = EVP_DigestUpdate(ctx, parts[i].data, parts[i].size) == 1;
    }
    good = good && EVP_DigestFinalXOF(ctx, out, size) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_MD_free(md);
    return good ? SS_OK : ss_ossl_fail();
}

/* ---- arithmetic ---- */

/* Of a number below 2q. */
static uint32_t reduce(uint32_t a)
{
    uint32_t less = a - Q;

    return less + (Q & (0 - (less >> 31)));
}

static uint32_t add(uint32_t a, uint32_t b)
{
    return reduce(a + b);
}

static uint32_t subtract(uint32_t a, uint32_t b)
{
    return reduce(a + Q - b);
}

static uint32_t multiply(uint32_t a, uint32_t b)
{
    return (uint32_t)((uint64_t)a * b % Q);
}

/* Algorithm 41. */
void ss_poly_ntt(struct ss_poly *poly)
{
    size_t length, start, j, m = 0;

    for (length = N / 2; length >= 1; length /= 2) {
        for (start = 0; start < N; start += 2 * length) {
            uint32_t zeta = zetas[++m];

            for (j = start; j < start + length; j++) {
                uint32_t t = multiply(zeta, poly->c[j + length]);

                poly->c[j + length] = subtract(poly->c[j], t);
                poly->c[j] = add(poly->c[j], t);
            }
        }
    }
}

/* Algorithm 42. */
void ss_poly_inverse_ntt(struct ss_poly *poly)
{
    const uint32_t f = 8347681; /* 1/256 */
    size_t length, start, j, m = N;

    for (length = 1; length < N; length *= 2) {
        for (start = 0; start < N; start += 2 * length) {
            uint32_t zeta = Q - zetas[--m];

            for (j = start; j < start + length; j++) {
                uint32_t t = poly->c[j];

                poly->c[j] = add(t, poly->c[j + length]);
                poly->c[j + length] = multiply(zeta, subtract(t, poly->c[j + length]));
            }
        }
    }
    for (j = 0; j < N; j++)
        poly->c[j] = multiply(f, poly->c[j]);
}

void ss_poly_add(struct ss_poly *sum, const struct ss_poly *other)
{
    size_t i;

    for (i = 0; i < N; i++)
        sum->c[i] = add(sum->c[i], other->c[i]);
}

void ss_poly_subtract(struct ss_poly *rest, const struct ss_poly *other)
{
    size_t i;

    for (i = 0; i < N; i++)
        rest->c[i] = subtract(rest->c[i], other->c[i]);
}

void ss_poly_multiply(struct ss_poly *out, const struct ss_poly *a, const struct ss_poly *b)
{
    size_t i;

    for (i = 0; i < N; i++)
        out->c[i] = multiply(a->c[i], b->c[i]);
}

/* The top bit of each difference is set when it went below zero. */
bool ss_poly_below(const struct ss_poly *poly, uint32_t bound)
{
    uint32_t over = 0;
    size_t i;

    for (i = 0; i < N; i++) {
        uint32_t negative = 0 - (((Q - 1) / 2 - poly->c[i]) >> 31);
        uint32_t size = (poly->c[i] & ~negative) | ((Q - poly->c[i]) & negative);

        over |= (bound - 1 - size) >> 31;
    }
    return over == 0;
}

/* ---- sampling ---- */

ss_err ss_poly_sample_ntt(struct ss_poly *poly, const uint8_t *rho, uint8_t column, uint8_t row)
{
    const uint8_t nonce[2] = {column, row};
    const ss_span seed[2] = {ss_span_make(rho, 32), ss_span_make(nonce, sizeof nonce)};
    uint8_t bytes[NTT_BYTES];
    size_t at, n = 0;

    SS_TRY(ss_mldsa_shake(SS_SHAKE128, seed, SS_COUNT(seed), bytes, sizeof bytes));
    for (at = 0; n < N && at < sizeof bytes; at += 3) {
        uint32_t value = (uint32_t)bytes[at] | (uint32_t)bytes[at + 1] << 8 |
                         (uint32_t)(bytes[at + 2] & 0x7f) << 16;

        if (value < Q)
            poly->c[n++] = value;
    }
    return n == N ? SS_OK : SS_E_crypto;
}

/* From -2 to 2, of half bytes below 15. */
ss_err ss_poly_sample_small(struct ss_poly *poly, const uint8_t *rho, uint16_t nonce)
{
    const uint8_t number[2] = {(uint8_t)nonce, (uint8_t)(nonce >> 8)};
    const ss_span seed[2] = {ss_span_make(rho, 64), ss_span_make(number, sizeof number)};
    uint8_t bytes[SMALL_BYTES];
    ss_err err = ss_mldsa_shake(SS_SHAKE256, seed, SS_COUNT(seed), bytes, sizeof bytes);
    size_t at, n = 0;

    for (at = 0; err == SS_OK && n < N && at < 2 * sizeof bytes; at++) {
        uint32_t half = (uint32_t)bytes[at / 2] >> (at % 2 * 4) & 0xf;

        if (half < 15)
            poly->c[n++] = subtract(2, half % 5);
    }
    ss_wipe(bytes, sizeof bytes);
    if (err == SS_OK && n < N)
        err = SS_E_crypto;
    return err;
}

ss_err ss_poly_sample_mask(struct ss_poly *poly, const uint8_t *rho, uint16_t nonce)
{
    const uint8_t number[2] = {(uint8_t)nonce, (uint8_t)(nonce >> 8)};
    const ss_span seed[2] = {ss_span_make(rho, 64), ss_span_make(number, sizeof number)};
    uint8_t bytes[MASK_BITS * N / 8];
    ss_err err = ss_mldsa_shake(SS_SHAKE256, seed, SS_COUNT(seed), bytes, sizeof bytes);

    if (err == SS_OK) {
        ss_poly_unpack(poly, MASK_BITS, bytes);
        ss_poly_mirror(poly, SS_MLDSA_GAMMA1);
    }
    ss_wipe(bytes, sizeof bytes);
    return err;
}

ss_err ss_poly_sample_ball(struct ss_poly *poly, const uint8_t *ctilde)
{
    const ss_span seed = ss_span_make(ctilde, SS_MLDSA_CTILDE);
    uint8_t bytes[BALL_BYTES];
    size_t at = 8, i, bit = 0;

    SS_TRY(ss_mldsa_shake(SS_SHAKE256, &seed, 1, bytes, sizeof bytes));
    memset(poly, 0, sizeof *poly);
    for (i = N - SS_MLDSA_TAU; i < N; i++, bit++) {
        while (at < sizeof bytes && bytes[at] > i)
            at++;
        if (at == sizeof bytes)
            return SS_E_crypto;
        poly->c[i] = poly->c[bytes[at]];
        poly->c[bytes[at++]] = (bytes[bit / 8] >> bit % 8 & 1) != 0 ? Q - 1 : 1;
    }
    return SS_OK;
}

/* ---- rounding ---- */

void ss_poly_power2round(const struct ss_poly *t, struct ss_poly *out_t1, struct ss_poly *out_t0)
{
    const uint32_t half = (1 << (SS_MLDSA_D - 1)) - 1;
    size_t i;

    for (i = 0; i < N; i++) {
        uint32_t high = (t->c[i] + half) >> SS_MLDSA_D;

        out_t0->c[i] = subtract(t->c[i], high << SS_MLDSA_D);
        out_t1->c[i] = high;
    }
}

/* The low part is above -gamma2 and at most gamma2. The topmost high part, 44, would be q - 1: it
 * is 0, and the low part is one less. */
static uint32_t split(uint32_t r, uint32_t *out_r0)
{
    const uint32_t alpha = 2 * SS_MLDSA_GAMMA2;
    uint32_t high = (r + SS_MLDSA_GAMMA2 - 1) / alpha;
    uint32_t wrapped = 0 - ((43 - high) >> 31);

    *out_r0 = subtract(r, reduce(high * alpha + (wrapped & 1)));
    return high & ~wrapped;
}

void ss_poly_decompose(const struct ss_poly *r, struct ss_poly *out_r1, struct ss_poly *out_r0)
{
    size_t i;

    for (i = 0; i < N; i++)
        out_r1->c[i] = split(r->c[i], &out_r0->c[i]);
}

void ss_poly_use_hint(const struct ss_poly *r, const struct ss_poly *hint, struct ss_poly *out_r1)
{
    size_t i;

    for (i = 0; i < N; i++) {
        uint32_t low, high = split(r->c[i], &low);

        if (hint->c[i] != 0)
            high = (high + (low != 0 && low <= (Q - 1) / 2 ? 1 : 43)) % 44;
        out_r1->c[i] = high;
    }
}

/* ---- bytes ---- */

void ss_poly_pack(const struct ss_poly *poly, unsigned bits, uint8_t *out)
{
    uint64_t kept = 0;
    unsigned count = 0;
    size_t i;

    for (i = 0; i < N; i++) {
        kept |= (uint64_t)poly->c[i] << count;
        for (count += bits; count >= 8; count -= 8) {
            *out++ = (uint8_t)kept;
            kept >>= 8;
        }
    }
}

void ss_poly_unpack(struct ss_poly *poly, unsigned bits, const uint8_t *bytes)
{
    uint64_t kept = 0;
    unsigned count = 0;
    size_t i;

    for (i = 0; i < N; i++) {
        for (; count < bits; count += 8)
            kept |= (uint64_t)*bytes++ << count;
        poly->c[i] = (uint32_t)(kept & ((UINT64_C(1) << bits) - 1));
        kept >>= bits;
        count -= bits;
    }
}

void ss_poly_mirror(struct ss_poly *poly, uint32_t top)
{
    size_t i;

    for (i = 0; i < N; i++)
        poly->c[i] = subtract(top, poly->c[i]);
}
