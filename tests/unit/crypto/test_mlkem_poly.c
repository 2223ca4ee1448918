/* SPDX-License-Identifier: Apache-2.0 */
/* test_mlkem_poly.c - the ring against arithmetic done the plain way.
 *
 * Follows: FIPS 203 section 4. */
#include <criterion/criterion.h>

#include "crypto/mlkem_poly.h"
#include "tests/unit/crypto/kit.h"

enum { N = SS_MLKEM_N, Q = SS_MLKEM_Q };

static void random_poly(struct ss_mlkem_poly *f, uint64_t seed)
{
    const struct ss_env *env = kit_seeded(seed);
    uint8_t bytes[4];
    size_t i;

    for (i = 0; i < N; i++) {
        cr_assert(ss_random(env, bytes, sizeof bytes) == SS_OK);
        f->c[i] = (uint16_t)((bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16) % Q);
    }
}

static void extreme_poly(struct ss_mlkem_poly *f, uint16_t value)
{
    size_t i;

    for (i = 0; i < N; i++)
        f->c[i] = value;
}

static void expect_same(const struct ss_mlkem_poly *got, const struct ss_mlkem_poly *want)
{
    size_t i;

    for (i = 0; i < N; i++)
        cr_assert(got->c[i] == want->c[i], "%zu: %d, not %d", i, got->c[i], want->c[i]);
}

/* Adds f g modulo x^256 + 1. */
static void add_product(struct ss_mlkem_poly *sum, const struct ss_mlkem_poly *f,
                        const struct ss_mlkem_poly *g)
{
    size_t i, j;

    for (i = 0; i < N; i++) {
        for (j = 0; j < N; j++) {
            uint32_t product = (uint32_t)f->c[i] * g->c[j] % Q;

            if (i + j >= N)
                product = (Q - product) % Q;
            sum->c[(i + j) % N] = (uint16_t)((sum->c[(i + j) % N] + product) % Q);
        }
    }
}

/* Evaluates at the roots as the standard defines them: f modulo x^2 - 17^(2 rev(i) + 1). */
Test(mlkem_poly, the_transform_is_the_standards)
{
    struct ss_mlkem_poly f, hat;
    size_t i, j, bit;

    random_poly(&f, 1);
    hat = f;
    ss_mlkem_ntt(&hat);
    for (i = 0; i < N / 2; i++) {
        uint32_t exponent = 1, root = 1, power = 1, even = 0, odd = 0;

        for (bit = 0; bit < 7; bit++)
            exponent += (uint32_t)(i >> bit & 1) << (7 - bit);
        for (j = 0; j < exponent; j++)
            root = root * 17 % Q;
        for (j = 0; j < N; j += 2) {
            even = (even + f.c[j] * power) % Q;
            odd = (odd + f.c[j + 1] * power) % Q;
            power = power * root % Q;
        }
        cr_assert(hat.c[2 * i] == even && hat.c[2 * i + 1] == odd, "pair %zu", i);
    }
    ss_mlkem_inverse_ntt(&hat);
    expect_same(&hat, &f);
}

Test(mlkem_poly, a_dot_product_is_the_sum_of_products)
{
    struct ss_mlkem_poly a[4], b[4], want, got;
    unsigned k, i, round;

    for (round = 0; round < 3; round++) {
        for (k = 1; k <= 4; k++) {
            memset(&want, 0, sizeof want);
            for (i = 0; i < k; i++) {
                random_poly(&a[i], 10 * k + i);
                random_poly(&b[i], 90 * k + i);
                if (round > 0)
                    extreme_poly(&a[i], Q - 1);
                if (round > 1)
                    extreme_poly(&b[i], Q - 1);
                add_product(&want, &a[i], &b[i]);
                ss_mlkem_ntt(&a[i]);
                ss_mlkem_ntt(&b[i]);
            }
            ss_mlkem_dot(&got, a, b, k);
            cr_expect(ss_mlkem_reduced(&got));
            ss_mlkem_inverse_ntt(&got);
            expect_same(&got, &want);
        }
    }
}

/* What is not reduced, which only a forged secret key holds, overflows nothing. */
Test(mlkem_poly, twelve_bits_are_enough_for_the_sums)
{
    struct ss_mlkem_poly a[4], b[4], got;
    unsigned i;

    for (i = 0; i < 4; i++) {
        extreme_poly(&a[i], 4095);
        extreme_poly(&b[i], 4095);
    }
    ss_mlkem_dot(&got, a, b, 4);
    cr_expect(ss_mlkem_reduced(&got));
    cr_expect(got.c[1] == (uint16_t)(UINT64_C(8) * 4095 * 4095 % Q));
}

Test(mlkem_poly, sums_and_differences)
{
    struct ss_mlkem_poly f, g, sum;
    size_t i;

    random_poly(&f, 2);
    random_poly(&g, 3);
    f.c[0] = g.c[0] = Q - 1;
    f.c[1] = 0;
    g.c[1] = Q - 1;
    sum = f;
    ss_mlkem_add(&sum, &g);
    for (i = 0; i < N; i++)
        cr_expect(sum.c[i] == (f.c[i] + g.c[i]) % Q);
    ss_mlkem_subtract(&sum, &g);
    expect_same(&sum, &f);
}

/* Every coefficient in every width, against rounding with a division. */
Test(mlkem_poly, packing_rounds_as_the_standard_says)
{
    static const unsigned widths[] = {1, 4, 5, 10, 11, 12};
    uint8_t bytes[384];
    struct ss_mlkem_poly f, back;
    size_t w, x, i;

    for (w = 0; w < SS_COUNT(widths); w++) {
        unsigned d = widths[w];

        for (x = 0; x < Q + N; x += N) {
            for (i = 0; i < N; i++)
                f.c[i] = (uint16_t)((x + i) % Q);
            ss_mlkem_pack(bytes, &f, d);
            ss_mlkem_unpack(&back, bytes, d);
            for (i = 0; i < N; i++) {
                uint32_t small = (2 * ((uint32_t)f.c[i] << d) + Q) / (2 * Q) % (1U << d);
                uint32_t want = d == 12 ? f.c[i] : (2 * small * Q + (1U << d)) / (2U << d);
                size_t bit = i * d;
                uint32_t raw = (uint32_t)bytes[bit / 8] >> bit % 8;

                if (bit / 8 + 1 < 32 * d)
                    raw |= (uint32_t)bytes[bit / 8 + 1] << 8 >> bit % 8;
                if (bit / 8 + 2 < 32 * d)
                    raw |= (uint32_t)bytes[bit / 8 + 2] << 16 >> bit % 8;
                raw &= (1U << d) - 1;
                cr_assert(raw == (d == 12 ? f.c[i] : small), "d %u, %d: %u", d, f.c[i], raw);
                cr_assert(back.c[i] == want, "d %u, %d: %d, not %u", d, f.c[i], back.c[i], want);
            }
        }
    }
}

Test(mlkem_poly, one_large_coefficient_is_noticed_anywhere)
{
    struct ss_mlkem_poly f;
    size_t i;

    extreme_poly(&f, Q - 1);
    cr_expect(ss_mlkem_reduced(&f));
    for (i = 0; i < N; i++) {
        f.c[i] = i % 2 == 0 ? Q : 4095;
        cr_expect(!ss_mlkem_reduced(&f), "%zu", i);
        f.c[i] = Q - 1;
    }
}

Test(mlkem_poly, noise_is_the_difference_of_two_counts)
{
    static const int values[16] = {0, 1, 1, 2, -1, 0, 0, 1, -1, 0, 0, 1, -2, -1, -1, 0};
    uint8_t bytes[SS_MLKEM_NOISE];
    struct ss_mlkem_poly f;
    size_t i;

    for (i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    ss_mlkem_noise(&f, bytes);
    for (i = 0; i < N; i++) {
        int nibble = bytes[i / 2] >> (i % 2 == 0 ? 0 : 4) & 15;

        cr_expect(f.c[i] == (values[nibble] + Q) % Q, "%zu", i);
    }
}

Test(mlkem_poly, uniform_takes_what_is_less_than_q)
{
    static uint8_t bytes[SS_MLKEM_UNIFORM];
    struct ss_mlkem_poly f;
    size_t i;

    /* 3328 and 3329 in turn: one of two is taken. */
    for (i = 0; i < sizeof bytes; i += 3)
        memcpy(bytes + i, "\x00\x1d\xd0", 3);
    cr_expect(ss_mlkem_uniform(&f, bytes));
    for (i = 0; i < N; i++)
        cr_expect(f.c[i] == 3328);
    /* 24 of the 280 pairs hold nothing: 256 are left. One more is one too many. */
    for (i = 0; i < 24; i++)
        memset(bytes + 3 * i, 0xff, 3);
    cr_expect(ss_mlkem_uniform(&f, bytes));
    memset(bytes + 3 * 24, 0xff, 3);
    cr_expect(!ss_mlkem_uniform(&f, bytes));
}
