/* SPDX-License-Identifier: Apache-2.0 */
/* sntrup_poly.c - the two rings of sntrup761: products, inverses, random elements.
 *
 * Owns: nothing between calls; what it works in is wiped.
 * Not here: encodings, hashing, keys (sntrup761.c).
 * Called by: sntrup761.c.
 * Follows: NTRU Prime, round 3, sections 2 and 3; inverses: Bernstein and Yang, "Fast constant-time
 *   gcd computation and modular inversion", sections 6 and 7; the order of comparisons when
 *   sorting: Knuth, The Art of Computer Programming, 5.2.2, algorithm M.
 *
 * Modulo 4591, products are reduced after Montgomery with R = 2^16. Modulo 3, sixty-four
 * coefficients are worked on at once, as one word of those that are 1 and one of those that are
 * -1. Shifts to the right of negative numbers keep the sign, as every compiler in use has it. */
#include "crypto/sntrup_poly.h"

#include "crypto/ct.h"
#include "sshspec/secret.h"

enum { P = SS_SNTRUP_P, Q = SS_SNTRUP_Q, ROOM = SS_SNTRUP_ROOM, WORDS = ROOM / 64 };
enum { HALF = Q / 2, STEPS = 2 * P - 1 };
enum {
    Q_INVERSE = 15631, /* 1/q modulo R */
    R_ONE = 1262,      /* R modulo q */
    R_SQUARED = -433,  /* R^2 modulo q */
    THIRD = -1530      /* 1/3 modulo q */
};

/* ---- numbers ---- */

/* Centred modulo q, for |x| below 2^23: the quotient is rounded from a product with 2^36/q. */
static int16_t modulo_q(int32_t x)
{
    int64_t quotient = ((int64_t)x * 14968302 + ((int64_t)1 << 35)) >> 36;

    return (int16_t)(x - (int32_t)quotient * Q);
}

/* Centred modulo 3, for |x| below 2^14. */
static int16_t modulo_3(int32_t x)
{
    return (int16_t)(x - 3 * ((x * 10923 + (1 << 14)) >> 15));
}

/* The high half of a product. */
static inline int16_t high(int16_t a, int16_t b)
{
    return (int16_t)((int32_t)a * b >> 16);
}

/* a b/R modulo q, where b_low is the low half of b/q modulo R; centred but for a few. */
static inline int16_t product(int16_t a, int16_t b, int16_t b_low)
{
    int16_t m = (int16_t)(uint16_t)((uint32_t)(uint16_t)a * (uint16_t)b_low);

    return (int16_t)(high(a, b) - high(m, Q));
}

static inline int16_t low_of(int16_t b)
{
    return (int16_t)(uint16_t)((uint32_t)(uint16_t)b * Q_INVERSE);
}

static int16_t multiply(int16_t a, int16_t b)
{
    return product(a, b, low_of(b));
}

/* R/a modulo q: a to the power q - 2. */
static int16_t reciprocal(int16_t a)
{
    int16_t base = multiply(a, R_SQUARED), result = R_ONE;
    unsigned bit;

    for (bit = 1U << 12; bit > 0; bit >>= 1) {
        result = multiply(result, result);
        if (((Q - 2) & bit) != 0)
            result = multiply(result, base);
    }
    return result;
}

/* ---- products ---- */

/* f g modulo x^p - x - 1, over the integers. */
static void multiply_out(int32_t *sums, const struct ss_sntrup_poly *restrict f,
                         const struct ss_sntrup_poly *restrict g)
{
    size_t i, j;

    memset(sums, 0, 2 * ROOM * sizeof *sums);
    for (i = 0; i < P; i++) {
        int32_t *restrict at = sums + i;
        int32_t by = g->c[i];

        for (j = 0; j < ROOM; j++)
            at[j] += f->c[j] * by;
    }
    for (i = 2 * P - 2; i >= P; i--) {
        sums[i - P] += sums[i];
        sums[i - P + 1] += sums[i];
    }
}

void ss_sntrup_multiply(struct ss_sntrup_poly *out, const struct ss_sntrup_poly *f,
                        const struct ss_sntrup_poly *g)
{
    int32_t sums[2 * ROOM];
    size_t i;

    multiply_out(sums, f, g);
    memset(out, 0, sizeof *out);
    for (i = 0; i < P; i++)
        out->c[i] = modulo_q(sums[i]);
    ss_wipe(sums, sizeof sums);
}

void ss_sntrup_multiply3(struct ss_sntrup_poly *out, const struct ss_sntrup_poly *f,
                         const struct ss_sntrup_poly *g)
{
    int32_t sums[2 * ROOM];
    size_t i;

    multiply_out(sums, f, g);
    memset(out, 0, sizeof *out);
    for (i = 0; i < P; i++)
        out->c[i] = modulo_3(sums[i]);
    ss_wipe(sums, sizeof sums);
}

void ss_sntrup_thrice_modulo3(struct ss_sntrup_poly *f)
{
    size_t i;

    for (i = 0; i < P; i++)
        f->c[i] = modulo_3(modulo_q(3 * f->c[i]));
}

void ss_sntrup_round(struct ss_sntrup_poly *f)
{
    size_t i;

    for (i = 0; i < P; i++)
        f->c[i] = (int16_t)(f->c[i] - modulo_3(f->c[i]));
}

/* ---- inverses ----
 * Division steps on f, at first x^p - x - 1 with its coefficients in reverse, and g, at first what
 * is to be inverted in reverse. v and r are what f and g have become multiples of it by. */

/* All ones when f and g change places, and the new balance of their degrees. */
static uint32_t step(int32_t *delta, uint32_t g0)
{
    uint32_t swap = ss_ct_nonzero(g0) & (0U - ss_ct_hide((uint32_t) - *delta >> 31));
    int32_t sign = (int32_t)swap; /* 0 or -1 */

    *delta = ((*delta ^ sign) - sign) + 1;
    return swap;
}

struct by_q {
    int16_t f[ROOM], g[ROOM], v[ROOM], r[ROOM];
};

static void swap_q(int16_t *restrict a, int16_t *restrict b, uint32_t mask)
{
    int16_t when = (int16_t)(uint16_t)mask;
    size_t i;

    for (i = 0; i < ROOM; i++) {
        int16_t t = (int16_t)((a[i] ^ b[i]) & when);

        a[i] = (int16_t)(a[i] ^ t);
        b[i] = (int16_t)(b[i] ^ t);
    }
}

/* g less f times ratio/R. */
static void eliminate_q(int16_t *restrict g, const int16_t *restrict f, int16_t ratio)
{
    int16_t ratio_low = low_of(ratio);
    size_t i;

    for (i = 0; i < ROOM; i++) {
        int16_t x = (int16_t)(g[i] - product(f[i], ratio, ratio_low));

        x = (int16_t)(x + (Q & ((x + HALF) >> 15)));
        g[i] = (int16_t)(x - (Q & ((HALF - x) >> 15)));
    }
}

static void times_x(int16_t *f)
{
    memmove(f + 1, f, (ROOM - 1) * sizeof *f);
    f[0] = 0;
}

static void over_x(int16_t *f)
{
    memmove(f, f + 1, (ROOM - 1) * sizeof *f);
    f[ROOM - 1] = 0;
}

void ss_sntrup_invert_thrice(struct ss_sntrup_poly *out, const struct ss_sntrup_poly *f)
{
    struct by_q s = {.f = {[0] = 1, [P - 1] = -1, [P] = -1}, .r = {THIRD}};
    int32_t delta = 1;
    int16_t scale;
    size_t i;

    for (i = 0; i < P; i++)
        s.g[P - 1 - i] = f->c[i];
    for (i = 0; i < STEPS; i++) {
        uint32_t swap = step(&delta, (uint16_t)s.g[0]);
        int16_t ratio;

        times_x(s.v);
        swap_q(s.f, s.g, swap);
        swap_q(s.v, s.r, swap);
        ratio = multiply(multiply(s.g[0], R_SQUARED), reciprocal(s.f[0]));
        eliminate_q(s.g, s.f, ratio);
        eliminate_q(s.r, s.v, ratio);
        over_x(s.g);
    }
    scale = reciprocal(s.f[0]);
    memset(out, 0, sizeof *out);
    for (i = 0; i < P; i++)
        out->c[i] = modulo_q(multiply(s.v[P - 1 - i], scale));
    ss_wipe(&s, sizeof s);
}

struct trits {
    uint64_t plus[WORDS], minus[WORDS];
};

struct by_3 {
    struct trits f, g, v, r;
};

static void trits_set(struct trits *t, size_t i, int16_t x)
{
    uint64_t minus = (uint32_t)(int32_t)x >> 31, odd = (uint32_t)(int32_t)x & 1;

    t->plus[i / 64] |= (odd ^ minus) << i % 64;
    t->minus[i / 64] |= minus << i % 64;
}

static int16_t trits_get(const struct trits *t, size_t i)
{
    return (int16_t)((int32_t)(t->plus[i / 64] >> i % 64 & 1) -
                     (int32_t)(t->minus[i / 64] >> i % 64 & 1));
}

static void trits_swap(struct trits *a, struct trits *b, uint64_t when)
{
    size_t i;

    for (i = 0; i < WORDS; i++) {
        uint64_t plus = (a->plus[i] ^ b->plus[i]) & when;
        uint64_t minus = (a->minus[i] ^ b->minus[i]) & when;

        a->plus[i] ^= plus;
        b->plus[i] ^= plus;
        a->minus[i] ^= minus;
        b->minus[i] ^= minus;
    }
}

/* a plus b, or a less b: whichever mask is all ones; neither leaves a. */
static void trits_add(struct trits *a, const struct trits *b, uint64_t add, uint64_t subtract)
{
    size_t i;

    for (i = 0; i < WORDS; i++) {
        uint64_t a_plus = a->plus[i], a_minus = a->minus[i];
        uint64_t b_plus = (b->plus[i] & add) | (b->minus[i] & subtract);
        uint64_t b_minus = (b->minus[i] & add) | (b->plus[i] & subtract);
        uint64_t a_zero = ~(a_plus | a_minus), b_zero = ~(b_plus | b_minus);

        a->plus[i] = (a_plus & b_zero) | (b_plus & a_zero) | (a_minus & b_minus);
        a->minus[i] = (a_minus & b_zero) | (b_minus & a_zero) | (a_plus & b_plus);
    }
}

static void words_times_x(uint64_t *words)
{
    size_t i;

    for (i = WORDS - 1; i > 0; i--)
        words[i] = words[i] << 1 | words[i - 1] >> 63;
    words[0] <<= 1;
}

static void words_over_x(uint64_t *words)
{
    size_t i;

    for (i = 0; i < WORDS - 1; i++)
        words[i] = words[i] >> 1 | words[i + 1] << 63;
    words[WORDS - 1] >>= 1;
}

uint32_t ss_sntrup_invert3(struct ss_sntrup_poly *out, const struct ss_sntrup_poly *g)
{
    struct by_3 s = {.r = {.plus = {1}}};
    int32_t delta = 1;
    int16_t sign;
    size_t i;

    trits_set(&s.f, 0, 1);
    trits_set(&s.f, P - 1, -1);
    trits_set(&s.f, P, -1);
    for (i = 0; i < P; i++)
        trits_set(&s.g, P - 1 - i, g->c[i]);
    for (i = 0; i < STEPS; i++) {
        uint64_t same = ((s.f.plus[0] & s.g.plus[0]) | (s.f.minus[0] & s.g.minus[0])) & 1;
        uint64_t other = ((s.f.plus[0] & s.g.minus[0]) | (s.f.minus[0] & s.g.plus[0])) & 1;
        uint32_t swap = step(&delta, (uint32_t)(same | other));
        uint64_t when = (uint64_t)swap << 32 | swap;

        words_times_x(s.v.plus);
        words_times_x(s.v.minus);
        trits_swap(&s.f, &s.g, when);
        trits_swap(&s.v, &s.r, when);
        trits_add(&s.g, &s.f, 0 - other, 0 - same);
        trits_add(&s.r, &s.v, 0 - other, 0 - same);
        words_over_x(s.g.plus);
        words_over_x(s.g.minus);
    }
    sign = trits_get(&s.f, 0);
    memset(out, 0, sizeof *out);
    for (i = 0; i < P; i++)
        out->c[i] = (int16_t)(sign * trits_get(&s.v, P - 1 - i));
    ss_wipe(&s, sizeof s);
    return ~ss_ct_nonzero((uint32_t)delta);
}

/* ---- random elements ---- */

static uint32_t draw(const uint8_t *bytes, size_t i)
{
    bytes += 4 * i;
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

void ss_sntrup_small(struct ss_sntrup_poly *out, const uint8_t *bytes)
{
    size_t i;

    memset(out, 0, sizeof *out);
    for (i = 0; i < P; i++)
        out->c[i] = (int16_t)((int32_t)((draw(bytes, i) & 0x3fffffff) * 3 >> 30) - 1);
}

static void order(uint32_t *low, uint32_t *high)
{
    uint32_t exchange = (*low ^ *high) & ss_ct_less(*high, *low);

    *low ^= exchange;
    *high ^= exchange;
}

/* Which places are compared depends on n alone. */
static void sort(uint32_t *x, size_t n)
{
    size_t top = 1, p, q, r, d, i;

    while (top < n - top)
        top *= 2;
    for (p = top; p > 0; p /= 2) {
        q = 2 * top;
        r = 0;
        d = p;
        do {
            q /= 2;
            for (i = 0; i + d < n; i++) {
                if ((i & p) == r)
                    order(&x[i], &x[i + d]);
            }
            d = q - p;
            r = p;
        } while (q != p);
    }
}

/* The lowest two bits are the coefficient plus 1: even for the first w, and 1 for the rest. Sorting
 * by the bits above puts them in random places. */
void ss_sntrup_short(struct ss_sntrup_poly *out, const uint8_t *bytes)
{
    uint32_t x[P];
    size_t i;

    for (i = 0; i < P; i++)
        x[i] = i < SS_SNTRUP_W ? draw(bytes, i) & ~1U : (draw(bytes, i) & ~3U) | 1;
    sort(x, P);
    memset(out, 0, sizeof *out);
    for (i = 0; i < P; i++)
        out->c[i] = (int16_t)((int32_t)(x[i] & 3) - 1);
    ss_wipe(x, sizeof x);
}

uint32_t ss_sntrup_is_short(const struct ss_sntrup_poly *f)
{
    uint32_t weight = 0;
    size_t i;

    for (i = 0; i < P; i++)
        weight += (uint16_t)f->c[i] & 1U;
    return ~ss_ct_nonzero(weight ^ SS_SNTRUP_W);
}
