/* SPDX-License-Identifier: Apache-2.0 */
/* test_kex_ecdh.c - ecdh-sha2-nistp*: scalars, and the points that are refused.
 *
 * Follows: RFC 5656 section 4; SEC 1 section 2.3.4; the base points are those of SEC 2. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/crypto/kit.h"

TestSuite(kex_ecdh, .fini = test_counted_check);

struct row {
    const struct ss_kex_alg *alg;
    const char *order, *x, *y, *minus_y; /* of the base point; y of its negative */
};

static const struct row rows[] = {
    {&ss_kex_ecdh_nistp256, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
     "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
     "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
     "b01cbd1c01e58065711814b583f061e9d431cca994cea1313449bf97c840ae0a"},
    {&ss_kex_ecdh_nistp384,
     "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196a"
     "ccc52973",
     "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e38"
     "72760ab7",
     "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c"
     "90ea0e5f",
     "c9e821b569d9d390a26167406d6d23d6070be242d765eb831625ceec4a0f473ef59f4e30e2817e6285bce284"
     "6f15f1a0"},
    {&ss_kex_ecdh_nistp521,
     "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc"
     "0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
     "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1d"
     "c127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
     "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550"
     "b9013fad0761353c7086a272c24088be94769fd16650",
     "00e7c6d6958765c43ffba375a04bd382e426670abbb6a864bb97e85042e8d8c199d368118d66a10bd9bf3aaf"
     "46fec052f89ecac38f795d8d3dbf77416b89602e99af"},
};

Test(kex_ecdh, both_sides_meet)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        kit_kex_meet(rows[i].alg);
}

static ss_span join(const char *form, const char *x, const char *y)
{
    char text[300];

    (void)snprintf(text, sizeof text, "%s%s%s", form, x, y);
    return test_hex(text);
}

/* Eight bytes of zeros and a number by which the order is greater. */
static ss_span order_less(const struct row *row, uint8_t less)
{
    static uint8_t draw[80];
    ss_span order = test_hex(row->order);

    memset(draw, 0, sizeof draw);
    memcpy(draw + 8, order.data, order.size);
    draw[8 + order.size - 1] = (uint8_t)(draw[8 + order.size - 1] - less);
    return ss_span_make(draw, 8 + order.size);
}

static void expect_point(const struct row *row, ss_span draw, ss_span point)
{
    struct kit_drawn drawn;
    struct ss_buf ours;
    void *state = kit_kex_state(row->alg);

    kit_drawn_init(&drawn, draw);
    ss_buf_init(&ours, &test_counted()->env, 256);
    cr_assert(row->alg->start(row->alg, state, &drawn.env, &ours) == SS_OK);
    kit_expect(ss_buf_span(&ours), point, row->alg->name);
    kit_kex_free(row->alg, state);
    ss_buf_fini(&ours);
}

/* A draw of n - 2 makes the scalar n - 1, whose point is -G; n - 1 wraps to 1, as does 0. */
Test(kex_ecdh, the_scalar_is_never_zero_and_reaches_both_ends)
{
    static const uint8_t zero[80];
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct row *row = &rows[i];

        expect_point(row, ss_span_make(zero, 8 + strlen(row->x) / 2), join("04", row->x, row->y));
        expect_point(row, order_less(row, 2), join("04", row->x, row->minus_y));
        expect_point(row, order_less(row, 1), join("04", row->x, row->y));
    }
}

Test(kex_ecdh, other_spellings_of_a_good_point_are_refused)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct ss_kex_alg *alg = rows[i].alg;
        const char *x = rows[i].x, *y = rows[i].y;
        ss_span good = join("04", x, y);

        kit_kex_refuses(alg, join("02", x, ""), "a compressed form");
        kit_kex_refuses(alg, join("03", x, ""), "a compressed form");
        kit_kex_refuses(alg, join("06", x, y), "a hybrid form");
        kit_kex_refuses(alg, join("07", x, y), "a hybrid form");
        kit_kex_refuses(alg, test_hex("00"), "the infinite point");
        kit_kex_refuses(alg, join("00", x, y), "form 0");
        kit_kex_refuses(alg, join("0400", x, y), "a byte more");
        kit_kex_refuses(alg, ss_span_part(good, 0, good.size - 1), "a byte less");
        kit_kex_refuses(alg, ss_span_make(NULL, 0), "nothing");
        kit_kex_refuses(alg, join("04", rows[(i + 1) % 3].x, rows[(i + 1) % 3].y),
                        "a point of another curve");
    }
}

Test(kex_ecdh, points_off_the_curve_are_refused)
{
    uint8_t point[133];
    size_t i, bit;

    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_span good = join("04", rows[i].x, rows[i].y);

        for (bit = 8; bit < good.size * 8; bit += 7) {
            memcpy(point, good.data, good.size);
            point[bit / 8] = (uint8_t)(point[bit / 8] ^ 1u << bit % 8);
            /* A changed x is on the curve with this y for at most two other x. */
            kit_kex_refuses(rows[i].alg, ss_span_make(point, good.size), "a flipped bit");
        }
        memset(point + 1, 0, good.size - 1);
        kit_kex_refuses(rows[i].alg, ss_span_make(point, good.size), "0, 0");
        memset(point + 1, 0xff, good.size - 1);
        kit_kex_refuses(rows[i].alg, ss_span_make(point, good.size), "coordinates over the prime");
    }
}

Test(kex_ecdh, wrong_use_and_no_memory)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        kit_kex_misuse(rows[i].alg);
}
