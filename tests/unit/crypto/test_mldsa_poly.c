/* SPDX-License-Identifier: Apache-2.0 */
/* test_mldsa_poly.c - the ring of ML-DSA: transform, rounding, packing, against plain arithmetic.
 *
 * Follows: FIPS 204 section 7. */
#include <criterion/criterion.h>

#include "crypto/mldsa.h"
#include "tests/unit/crypto/kit.h"

enum { Q = SS_MLDSA_Q, N = SS_MLDSA_N };

static struct ss_poly some(uint8_t n)
{
    struct ss_poly poly;
    uint8_t rho[32];

    memset(rho, n, sizeof rho);
    cr_assert(ss_poly_sample_ntt(&poly, rho, n, 1) == SS_OK);
    return poly;
}

/* Modulo X^256 + 1, the way one learns it. */
static struct ss_poly by_hand(const struct ss_poly *a, const struct ss_poly *b)
{
    struct ss_poly out = {{0}};
    size_t i, j;

    for (i = 0; i < N; i++) {
        for (j = 0; j < N; j++) {
            uint64_t product = (uint64_t)a->c[i] * b->c[j] % Q;
            size_t at = (i + j) % N;

            out.c[at] = (uint32_t)((out.c[at] + (i + j < N ? product : Q - product)) % Q);
        }
    }
    return out;
}

Test(mldsa_poly, the_transform_multiplies_as_plain_arithmetic_does)
{
    uint8_t n;

    for (n = 0; n < 5; n++) {
        struct ss_poly a = some(n), b = some((uint8_t)(n + 100)), want = by_hand(&a, &b), got;
        struct ss_poly back = a;

        ss_poly_ntt(&back);
        got = back;
        ss_poly_inverse_ntt(&back);
        cr_expect(memcmp(&back, &a, sizeof a) == 0, "there and back");
        ss_poly_ntt(&b);
        ss_poly_multiply(&got, &got, &b);
        ss_poly_inverse_ntt(&got);
        cr_expect(memcmp(&got, &want, sizeof got) == 0, "%d", n);
    }
}

Test(mldsa_poly, sums_and_differences_stay_in_range)
{
    struct ss_poly a = some(1), b = some(2), sum = a;
    size_t i;

    ss_poly_add(&sum, &b);
    for (i = 0; i < N; i++)
        cr_expect(sum.c[i] == (a.c[i] + b.c[i]) % Q);
    ss_poly_subtract(&sum, &b);
    cr_expect(memcmp(&sum, &a, sizeof a) == 0);
    ss_poly_subtract(&sum, &a);
    for (i = 0; i < N; i++)
        cr_expect(sum.c[i] == 0);
}

/* Every value of r, 256 at a time. */
Test(mldsa_poly, a_number_is_its_two_parts)
{
    uint32_t r, i, bad = 0;

    for (r = 0; r < Q; r += N) {
        struct ss_poly poly, high, low;

        for (i = 0; i < N; i++)
            poly.c[i] = (r + i) % Q;
        ss_poly_power2round(&poly, &high, &low);
        for (i = 0; i < N; i++) {
            int64_t small = low.c[i] > Q / 2 ? (int64_t)low.c[i] - Q : low.c[i];

            bad += high.c[i] >= 1024 || small <= -4096 || small > 4096 ||
                   (int64_t)high.c[i] * 8192 + small != (int64_t)poly.c[i];
        }
        ss_poly_decompose(&poly, &high, &low);
        for (i = 0; i < N; i++) {
            int64_t small = low.c[i] > Q / 2 ? (int64_t)low.c[i] - Q : low.c[i];

            bad += high.c[i] >= 44 || small < -SS_MLDSA_GAMMA2 || small > SS_MLDSA_GAMMA2 ||
                   ((int64_t)high.c[i] * 2 * SS_MLDSA_GAMMA2 + small + Q) % Q != poly.c[i];
        }
    }
    cr_expect(bad == 0, "%u", bad);
}

/* Section 7.4: with the hint that says whether adding z changes the high part, the verifier gets
 * that high part without z, for any z up to gamma2. */
Test(mldsa_poly, a_hint_puts_the_high_part_right)
{
    static const int32_t steps[] = {0, 1, -1, 95232, -95232, 95231, -4096, 50000};
    size_t s, i, bad = 0;
    uint8_t n;

    for (n = 0; n < 20; n++) {
        for (s = 0; s < SS_COUNT(steps); s++) {
            struct ss_poly r = some(n), moved, before, after, low, hint, got;

            for (i = 0; i < N; i++)
                moved.c[i] = (uint32_t)(((int64_t)r.c[i] + steps[s] + Q) % Q);
            ss_poly_decompose(&r, &before, &low);
            ss_poly_decompose(&moved, &after, &low);
            for (i = 0; i < N; i++)
                hint.c[i] = before.c[i] != after.c[i];
            ss_poly_use_hint(&r, &hint, &got);
            bad += memcmp(&got, &after, sizeof got) != 0;
        }
    }
    cr_expect(bad == 0, "%zu", bad);
}

Test(mldsa_poly, a_bound_is_the_first_size_that_is_too_long)
{
    struct ss_poly poly = {{0}};
    size_t i;

    cr_expect(ss_poly_below(&poly, 1) && !ss_poly_below(&poly, 0));
    for (i = 0; i < N; i += 51) {
        poly.c[i] = 100;
        cr_expect(ss_poly_below(&poly, 101) && !ss_poly_below(&poly, 100));
        poly.c[i] = Q - 100;
        cr_expect(ss_poly_below(&poly, 101) && !ss_poly_below(&poly, 100));
        poly.c[i] = (Q - 1) / 2;
        cr_expect(ss_poly_below(&poly, (Q + 1) / 2) && !ss_poly_below(&poly, (Q - 1) / 2));
        poly.c[i] = (Q + 1) / 2;
        cr_expect(ss_poly_below(&poly, (Q + 1) / 2) && !ss_poly_below(&poly, (Q - 1) / 2));
        poly.c[i] = 0;
    }
}

Test(mldsa_poly, what_is_packed_unpacks)
{
    static const unsigned widths[] = {6, 10, 18, 23};
    uint8_t bytes[23 * 32];
    size_t w, i;

    for (w = 0; w < SS_COUNT(widths); w++) {
        struct ss_poly poly = some(3), back;

        for (i = 0; i < N; i++)
            poly.c[i] &= (1u << widths[w]) - 1;
        ss_poly_pack(&poly, widths[w], bytes);
        ss_poly_unpack(&back, widths[w],
                       test_guarded(ss_span_make(bytes, (size_t)widths[w] * 32)).data);
        cr_expect(memcmp(&poly, &back, sizeof poly) == 0, "%u bits", widths[w]);
    }
    {
        struct ss_poly poly = {{0}};

        poly.c[0] = 1;
        poly.c[1] = 2;
        ss_poly_pack(&poly, 10, bytes);
        cr_expect(bytes[0] == 1 && bytes[1] == 8 && bytes[2] == 0, "lowest bit first");
    }
}

Test(mldsa_poly, samples_are_of_their_kind)
{
    struct ss_poly poly;
    uint8_t seed[64] = {7};
    size_t i, ones = 0, kinds[5] = {0};
    uint16_t nonce;

    for (nonce = 0; nonce < 50; nonce++) {
        cr_assert(ss_poly_sample_small(&poly, seed, nonce) == SS_OK);
        for (i = 0; i < N; i++) {
            uint32_t shifted = (poly.c[i] + 2) % Q;

            cr_assert(shifted < 5);
            kinds[shifted]++;
        }
        cr_assert(ss_poly_sample_mask(&poly, seed, nonce) == SS_OK);
        cr_expect(ss_poly_below(&poly, SS_MLDSA_GAMMA1 + 1));
        seed[1] = (uint8_t)nonce;
        cr_assert(ss_poly_sample_ball(&poly, seed) == SS_OK);
        for (i = ones = 0; i < N; i++) {
            cr_assert(poly.c[i] == 0 || poly.c[i] == 1 || poly.c[i] == Q - 1);
            ones += poly.c[i] != 0;
        }
        cr_expect(ones == SS_MLDSA_TAU);
    }
    for (i = 0; i < 5; i++)
        cr_expect(kinds[i] > 2200 && kinds[i] < 2900, "%zu: %zu of 12800", i, kinds[i]);
}
