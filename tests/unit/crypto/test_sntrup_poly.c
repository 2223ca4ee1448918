/* SPDX-License-Identifier: Apache-2.0 */
/* test_sntrup_poly.c - the two rings against arithmetic done the plain way.
 *
 * Follows: NTRU Prime, round 3, sections 2 and 3. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "crypto/sntrup_poly.h"
#include "tests/unit/crypto/kit.h"

enum { P = SS_SNTRUP_P, Q = SS_SNTRUP_Q };

static void draw(uint8_t *bytes, uint64_t seed)
{
    cr_assert(ss_random(kit_seeded(seed), bytes, SS_SNTRUP_DRAW) == SS_OK);
}

static void small(struct ss_sntrup_poly *f, uint64_t seed)
{
    uint8_t bytes[SS_SNTRUP_DRAW];

    draw(bytes, seed);
    ss_sntrup_small(f, bytes);
}

static void any(struct ss_sntrup_poly *f, uint64_t seed)
{
    uint8_t bytes[SS_SNTRUP_DRAW];
    size_t i;

    draw(bytes, seed);
    memset(f, 0, sizeof *f);
    for (i = 0; i < P; i++)
        f->c[i] = (int16_t)((bytes[4 * i] | bytes[4 * i + 1] << 8) % Q - Q / 2);
}

static int centred(int64_t x, int modulus)
{
    int rest = (int)(x % modulus);

    if (rest > modulus / 2)
        rest -= modulus;
    return rest < -(modulus / 2) ? rest + modulus : rest;
}

/* x^p is x + 1. */
static void plain_product(int64_t *out, const struct ss_sntrup_poly *f,
                          const struct ss_sntrup_poly *g)
{
    static int64_t sums[2 * P];
    size_t i, j;

    memset(sums, 0, sizeof sums);
    for (i = 0; i < P; i++) {
        for (j = 0; j < P; j++)
            sums[i + j] += (int64_t)f->c[i] * g->c[j];
    }
    for (i = 2 * P - 1; i >= P; i--) {
        sums[i - P] += sums[i];
        sums[i - P + 1] += sums[i];
    }
    memcpy(out, sums, P * sizeof *out);
}

static void expect_product(const struct ss_sntrup_poly *f, const struct ss_sntrup_poly *g)
{
    static int64_t want[P];
    struct ss_sntrup_poly got;
    size_t i;

    plain_product(want, f, g);
    ss_sntrup_multiply(&got, f, g);
    for (i = 0; i < P; i++)
        cr_assert(got.c[i] == centred(want[i], Q), "%zu: %d, not %d", i, got.c[i],
                  centred(want[i], Q));
    for (; i < SS_SNTRUP_ROOM; i++)
        cr_assert(got.c[i] == 0);
}

Test(sntrup_poly, products_modulo_q)
{
    struct ss_sntrup_poly f, g;
    size_t i;
    int x;

    for (i = 1; i < 4; i++) {
        any(&f, i);
        small(&g, i + 10);
        expect_product(&f, &g);
    }
    for (x = -1; x <= 1; x += 2) { /* the largest sums there are */
        for (i = 0; i < P; i++) {
            f.c[i] = (int16_t)(x * (Q / 2));
            g.c[i] = 1;
        }
        expect_product(&f, &g);
    }
}

Test(sntrup_poly, products_modulo_3)
{
    static int64_t want[P];
    struct ss_sntrup_poly f, g, got;
    size_t i, round;

    for (round = 0; round < 3; round++) {
        small(&f, round + 20);
        small(&g, round + 30);
        for (i = 0; round > 0 && i < P; i++) {
            f.c[i] = 1;
            g.c[i] = round > 1 ? -1 : 1;
        }
        plain_product(want, &f, &g);
        ss_sntrup_multiply3(&got, &f, &g);
        for (i = 0; i < P; i++)
            cr_assert(got.c[i] == centred(want[i], 3), "%zu", i);
    }
}

static void expect_one(const struct ss_sntrup_poly *f)
{
    size_t i;

    for (i = 0; i < P; i++)
        cr_assert(f->c[i] == (i == 0 ? 1 : 0), "%zu: %d", i, f->c[i]);
}

Test(sntrup_poly, a_thirds_inverse_modulo_q)
{
    struct ss_sntrup_poly f, inverse, thrice;
    uint8_t bytes[SS_SNTRUP_DRAW];
    size_t i, n;

    for (n = 0; n < 8; n++) {
        draw(bytes, n + 40);
        ss_sntrup_short(&f, bytes);
        if (n > 5) {
            memset(&f, 0, sizeof f);
            f.c[n == 6 ? 0 : P - 1] = -1;
        }
        ss_sntrup_invert_thrice(&inverse, &f);
        for (i = 0; i < P; i++)
            cr_assert(abs(inverse.c[i]) <= Q / 2);
        ss_sntrup_multiply(&thrice, &inverse, &f);
        for (i = 0; i < P; i++)
            thrice.c[i] = (int16_t)centred(3 * thrice.c[i], Q);
        expect_one(&thrice);
    }
}

/* x^761 - x - 1 has this factor modulo 3. */
static const int16_t factor[] = {-1, -1, 0, -1, -1, -1, 1,  -1, 1, -1,
                                 0,  -1, 1, 1,  1,  1,  -1, 0,  1, 1};

Test(sntrup_poly, an_inverse_modulo_3_and_none)
{
    struct ss_sntrup_poly g, inverse, product;
    size_t n, found = 0;

    for (n = 0; n < 40; n++) {
        small(&g, n + 60);
        if (ss_sntrup_invert3(&inverse, &g) != 0) {
            ss_sntrup_multiply3(&product, &inverse, &g);
            expect_one(&product);
            found++;
        }
    }
    cr_expect(found >= 30);
    memset(&g, 0, sizeof g);
    cr_expect(ss_sntrup_invert3(&inverse, &g) == 0, "zero has none");
    for (n = 0; n < SS_COUNT(factor); n++)
        g.c[n] = factor[n];
    cr_expect(ss_sntrup_invert3(&inverse, &g) == 0, "a factor has none");
    g.c[0] = 0;
    cr_expect(ss_sntrup_invert3(&inverse, &g) != 0, "what is beside it has one");
}

Test(sntrup_poly, coefficients_one_by_one)
{
    struct ss_sntrup_poly f, got;
    int x;

    for (x = -(Q / 2); x <= Q / 2; x++) {
        memset(&f, 0, sizeof f);
        f.c[0] = f.c[P - 1] = (int16_t)x;
        got = f;
        ss_sntrup_thrice_modulo3(&got);
        cr_assert(got.c[0] == centred(centred(3 * x, Q), 3) && got.c[P - 1] == got.c[0], "%d", x);
        ss_sntrup_round(&f);
        cr_assert(f.c[0] % 3 == 0 && abs(f.c[0] - x) <= 1, "%d", x);
    }
}

Test(sntrup_poly, small_ones_are_even_thirds_of_the_draws)
{
    uint8_t bytes[SS_SNTRUP_DRAW] = {0};
    struct ss_sntrup_poly f;

    memcpy(bytes + 4, "\xff\xff\xff\xff", 4);
    memcpy(bytes + 8, "\x55\x55\x55\x15", 4); /* the last of the first third */
    memcpy(bytes + 12, "\x56\x55\x55\x15", 4);
    memcpy(bytes + 16, "\xaa\xaa\xaa\x2a", 4);
    memcpy(bytes + 20, "\xab\xaa\xaa\x2a", 4);
    ss_sntrup_small(&f, bytes);
    cr_expect(f.c[0] == -1 && f.c[1] == 1 && f.c[2] == -1 && f.c[3] == 0 && f.c[4] == 0 &&
              f.c[5] == 1);
}

Test(sntrup_poly, short_ones_have_their_weight_and_order)
{
    uint8_t bytes[SS_SNTRUP_DRAW];
    struct ss_sntrup_poly f;
    size_t n, i, plus;

    for (n = 0; n < 200; n++) {
        draw(bytes, n + 100);
        for (i = 0; n > 100 && i < P; i++) /* many alike */
            bytes[4 * i + 1] = bytes[4 * i + 2] = bytes[4 * i + 3] = (uint8_t)(i % 3 * 0x7f);
        ss_sntrup_short(&f, bytes);
        cr_assert(ss_sntrup_is_short(&f) == UINT32_MAX);
        for (i = 0, plus = 0; i < P; i++)
            plus += f.c[i] == 1;
        cr_assert(plus > 80 && plus < 206);
        f.c[n] = (int16_t)(f.c[n] == 0 ? 1 : 0);
        cr_assert(ss_sntrup_is_short(&f) == 0);
    }
    /* Draws that fall: sorted, the last come first. */
    for (i = 0; i < P; i++) {
        memset(bytes + 4 * i, 0, 4);
        bytes[4 * i + 3] = (uint8_t)((P - i) >> 8);
        bytes[4 * i + 2] = (uint8_t)(P - i);
    }
    ss_sntrup_short(&f, bytes);
    for (i = 0; i < P; i++)
        cr_assert(f.c[i] == (i < P - SS_SNTRUP_W ? 0 : -1), "%zu", i);
}
