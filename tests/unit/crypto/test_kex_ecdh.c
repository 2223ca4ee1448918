/* SPDX-License-Identifier: Apache-2.0 */
/* test_kex_ecdh.c - ecdh-sha2-nistp256 and the curve under it.
 *
 * Follows: RFC 5656 section 4; SEC 1 section 2.3.4. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(kex_ecdh, .fini = test_counted_check);

static const struct ss_kex_alg *const alg = &ss_kex_ecdh_nistp256;

/* The base point of P-256 (SEC 2 section 2.4.2). */
#define GX "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define GY "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define MINUS_GY "b01cbd1c01e58065711814b583f061e9d431cca994cea1313449bf97c840ae0a"

Test(kex_ecdh, both_sides_meet)
{
    kit_kex_meet(alg);
}

/* Draws of 40 bytes: n - 2 makes the scalar n - 1, whose point is -G; n - 1 wraps to 1. */
Test(kex_ecdh, the_scalar_is_never_zero_and_reaches_both_ends)
{
    static const char *const rows[][2] = {
        {"0000000000000000"
         "0000000000000000000000000000000000000000000000000000000000000000",
         "04" GX GY},
        {"0000000000000000"
         "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254f",
         "04" GX MINUS_GY},
        {"0000000000000000"
         "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
         "04" GX GY},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct kit_drawn drawn;
        struct ss_buf ours;
        void *state = ss_alloc(test_env(), alg->state_size);

        kit_drawn_init(&drawn, test_hex(rows[i][0]));
        ss_buf_init(&ours, &test_counted()->env, 128);
        cr_assert(alg->start(alg, state, &drawn.env, &ours) == SS_OK);
        kit_expect(ss_buf_span(&ours), test_hex(rows[i][1]), "point");
        alg->fini(state);
        ss_free(test_env(), state, alg->state_size);
        ss_buf_fini(&ours);
    }
}

Test(kex_ecdh, other_spellings_of_a_good_point_are_refused)
{
    kit_kex_refuses(alg, test_hex("03" GX), "the compressed form");
    kit_kex_refuses(alg, test_hex("07" GX GY), "the hybrid form");
    kit_kex_refuses(alg, test_hex("00"), "the infinite point");
    kit_kex_refuses(alg, test_hex("00" GX GY), "form 0");
    kit_kex_refuses(alg, test_hex("04" GX GY "00"), "a byte more");
    kit_kex_refuses(alg, ss_span_part(test_hex("04" GX GY), 0, 64), "a byte less");
    kit_kex_refuses(alg, ss_span_make(NULL, 0), "nothing");
}

Test(kex_ecdh, points_off_the_curve_are_refused)
{
    uint8_t point[65];
    size_t bit;

    for (bit = 8; bit < sizeof point * 8; bit += 5) {
        memcpy(point, test_hex("04" GX GY).data, sizeof point);
        point[bit / 8] = (uint8_t)(point[bit / 8] ^ 1u << bit % 8);
        /* A changed x is on the curve with this y for at most two other x. */
        kit_kex_refuses(alg, ss_span_make(point, sizeof point), "a flipped bit");
    }
    memset(point + 1, 0, 64);
    kit_kex_refuses(alg, ss_span_make(point, sizeof point), "0, 0");
    memset(point + 1, 0xff, 64);
    kit_kex_refuses(alg, ss_span_make(point, sizeof point), "coordinates over the prime");
}

Test(kex_ecdh, wrong_use_and_no_memory)
{
    kit_kex_misuse(alg);
}
