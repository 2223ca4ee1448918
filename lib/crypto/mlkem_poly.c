/* SPDX-License-Identifier: Apache-2.0 */
/* mlkem_poly.c - arithmetic of ML-KEM's ring, its encodings and its sampling.
 *
 * Owns: the table of roots.
 * Not here: vectors, hashing, keys (mlkem.c).
 * Called by: mlkem.c.
 * Follows: FIPS 203 algorithms 5 to 12 and section 4.2.1.
 *
 * Products are reduced after Montgomery with R = 2^16; roots are kept times R, so that a product
 * with one comes out plain. Nothing is divided: a quotient by 3329 is a product with a constant,
 * because the time of a division depends on its operands. */
#include "crypto/mlkem_poly.h"

enum { N = SS_MLKEM_N, Q = SS_MLKEM_Q };
enum {
    MINUS_Q_INVERSE = 3327, /* -1/q modulo R */
    R_SQUARED = 1353,       /* R^2 modulo q */
    N_INVERSE = 512         /* R/128 modulo q: the inverse transform's scale, times R */
};
/* 2^36 / q, rounded up: floor(x QUOTIENT / 2^36) is floor(x / q) for x below 2^36 / q. */
static const uint64_t QUOTIENT = 20642679;

/* 17^(the 7 bits of i in reverse) R modulo q. */
static const uint16_t roots[N / 2] = {
    2285, 2571, 2970, 1812, 1493, 1422, 287,  202,  3158, 622,  1577, 182,  962,  2127, 1855, 1468,
    573,  2004, 264,  383,  2500, 1458, 1727, 3199, 2648, 1017, 732,  608,  1787, 411,  3124, 1758,
    1223, 652,  2777, 1015, 2036, 1491, 3047, 1785, 516,  3321, 3009, 2663, 1711, 2167, 126,  1469,
    2476, 3239, 3058, 830,  107,  1908, 3082, 2378, 2931, 961,  1821, 2604, 448,  2264, 677,  2054,
    2226, 430,  555,  843,  2078, 871,  1550, 105,  422,  587,  177,  3094, 3038, 2869, 1574, 1653,
    3083, 778,  1159, 3182, 2552, 1483, 2727, 1119, 1739, 644,  2457, 349,  418,  329,  3173, 3254,
    817,  1097, 603,  610,  1322, 2044, 1864, 384,  2114, 3193, 1218, 1994, 2455, 220,  2142, 1670,
    2144, 1799, 2051, 794,  1819, 2475, 2459, 478,  3221, 3021, 996,  991,  958,  1869, 1522, 1628,
};

/* x modulo q for x below 2q. */
static uint16_t less_q(uint32_t x)
{
    uint32_t below = x - Q;

    return (uint16_t)(below + (Q & (0U - (below >> 31))));
}

/* x/R modulo q for x below qR. */
static uint16_t reduce(uint32_t x)
{
    uint32_t m = (x * MINUS_Q_INVERSE) & 0xffff;

    return less_q((x + m * Q) >> 16);
}

void ss_mlkem_ntt(struct ss_mlkem_poly *f)
{
    const uint16_t *root = roots + 1;
    size_t length, start, j;

    for (length = N / 2; length >= 2; length /= 2) {
        for (start = 0; start < N; start += 2 * length, root++) {
            for (j = start; j < start + length; j++) {
                uint16_t t = reduce((uint32_t)f->c[j + length] * *root);

                f->c[j + length] = less_q((uint32_t)f->c[j] + Q - t);
                f->c[j] = less_q((uint32_t)f->c[j] + t);
            }
        }
    }
}

void ss_mlkem_inverse_ntt(struct ss_mlkem_poly *f)
{
    const uint16_t *root = roots + N / 2;
    size_t length, start, j;

    for (length = 2; length < N; length *= 2) {
        for (start = 0; start < N; start += 2 * length) {
            root--;
            for (j = start; j < start + length; j++) {
                uint32_t low = f->c[j], high = f->c[j + length];

                f->c[j] = less_q(low + high);
                f->c[j + length] = reduce((high + Q - low) * *root);
            }
        }
    }
    for (j = 0; j < N; j++)
        f->c[j] = reduce((uint32_t)f->c[j] * N_INVERSE);
}

/* Pairs of coefficients are polynomials modulo x^2 - g, with g a root or its negative. The sums of
 * four products of twelve-bit numbers stay below qR. */
void ss_mlkem_dot(struct ss_mlkem_poly *out, const struct ss_mlkem_poly *a,
                  const struct ss_mlkem_poly *b, unsigned k)
{
    size_t i, j;

    for (i = 0; i < N; i += 2) {
        uint32_t root = roots[N / 4 + i / 4], low = 0, high = 0;

        if (i % 4 != 0)
            root = Q - root;
        for (j = 0; j < k; j++) {
            uint32_t a0 = a[j].c[i], a1 = a[j].c[i + 1], b0 = b[j].c[i], b1 = b[j].c[i + 1];

            low += a0 * b0 + reduce(a1 * b1) * root;
            high += a0 * b1 + a1 * b0;
        }
        out->c[i] = reduce((uint32_t)reduce(low) * R_SQUARED);
        out->c[i + 1] = reduce((uint32_t)reduce(high) * R_SQUARED);
    }
}

void ss_mlkem_add(struct ss_mlkem_poly *f, const struct ss_mlkem_poly *g)
{
    size_t i;

    for (i = 0; i < N; i++)
        f->c[i] = less_q((uint32_t)f->c[i] + g->c[i]);
}

void ss_mlkem_subtract(struct ss_mlkem_poly *f, const struct ss_mlkem_poly *g)
{
    size_t i;

    for (i = 0; i < N; i++)
        f->c[i] = less_q((uint32_t)f->c[i] + Q - g->c[i]);
}

/* 2^d x / q, rounded to the nearest, modulo 2^d. */
static uint32_t compress(uint32_t x, unsigned d)
{
    return (uint32_t)(((x << d) + Q / 2) * QUOTIENT >> 36) & ((1U << d) - 1);
}

/* q x / 2^d, rounded to the nearest. */
static uint16_t decompress(uint32_t x, unsigned d)
{
    return (uint16_t)((x * Q + (1U << (d - 1))) >> d);
}

void ss_mlkem_pack(uint8_t *out, const struct ss_mlkem_poly *f, unsigned d)
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t i;

    for (i = 0; i < N; i++) {
        bits |= (d < 12 ? compress(f->c[i], d) : f->c[i]) << held;
        for (held += d; held >= 8; held -= 8) {
            *out++ = (uint8_t)bits;
            bits >>= 8;
        }
    }
}

void ss_mlkem_unpack(struct ss_mlkem_poly *out, const uint8_t *bytes, unsigned d)
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t i;

    for (i = 0; i < N; i++) {
        uint32_t x;

        for (; held < d; held += 8)
            bits |= (uint32_t)*bytes++ << held;
        x = bits & ((1U << d) - 1);
        out->c[i] = d < 12 ? decompress(x, d) : (uint16_t)x;
        bits >>= d;
        held -= d;
    }
}

bool ss_mlkem_reduced(const struct ss_mlkem_poly *f)
{
    uint32_t all_below = 1;
    size_t i;

    for (i = 0; i < N; i++)
        all_below &= ((uint32_t)f->c[i] - Q) >> 31;
    return all_below != 0;
}

/* Four bits a coefficient: the number of ones in the first two less that in the last two. */
void ss_mlkem_noise(struct ss_mlkem_poly *out, const uint8_t *bytes)
{
    size_t i;

    for (i = 0; i < N; i++) {
        uint32_t nibble = (uint32_t)bytes[i / 2] >> i % 2 * 4;
        uint32_t ones = (nibble & 5) + (nibble >> 1 & 5);

        out->c[i] = less_q(Q + (ones & 3) - (ones >> 2 & 3));
    }
}

bool ss_mlkem_uniform(struct ss_mlkem_poly *out, const uint8_t *bytes)
{
    size_t n = 0, at;

    for (at = 0; at + 3 <= SS_MLKEM_UNIFORM && n < N; at += 3) {
        uint32_t three = bytes[at] | (uint32_t)bytes[at + 1] << 8 | (uint32_t)bytes[at + 2] << 16;

        if ((three & 0xfff) < Q)
            out->c[n++] = (uint16_t)(three & 0xfff);
        if (three >> 12 < Q && n < N)
            out->c[n++] = (uint16_t)(three >> 12);
    }
    return n == N;
}
