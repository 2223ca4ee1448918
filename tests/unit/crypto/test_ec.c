/* SPDX-License-Identifier: Apache-2.0 */
/* test_ec.c - the arithmetic of the NIST curves, where implementations have gone wrong before.
 *
 * Follows: the group law: what must come out is computed here in another way. The orders are those
 *   of FIPS 186-4 appendix D.1.2. Published edge cases: tests/vectors. */
#include <criterion/criterion.h>
#include <openssl/ec.h>

#include "crypto/ossl.h"
#include "tests/unit/crypto/kit.h"

TestSuite(ec, .fini = test_counted_check);

enum { SCALAR = SS_CURVE_SCALAR_MAX, POINT = 2 * SCALAR + 1 };

static const struct row {
    const struct ss_curve *curve;
    const char *order;
} rows[] = {
    {&ss_curve_p256, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"},
    {&ss_curve_p384,
     "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77a"
     "ecec196accc52973"},
    {&ss_curve_p521,
     "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f"
     "966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"},
};

static void small(const struct ss_curve *curve, unsigned n, uint8_t *out)
{
    memset(out, 0, curve->scalar);
    out[curve->scalar - 1] = (uint8_t)n;
    out[curve->scalar - 2] = (uint8_t)(n >> 8);
}

/* The order, less a number of one byte that borrows from no other. */
static void order_less(const struct row *row, unsigned n, uint8_t *out)
{
    ss_span order = test_hex(row->order);

    memcpy(out, order.data, order.size);
    out[order.size - 1] = (uint8_t)(out[order.size - 1] - n);
}

static void shared_is(const struct ss_curve *curve, const uint8_t *scalar, const uint8_t *point,
                      const uint8_t *want_x, const char *what)
{
    uint8_t x[SCALAR];

    cr_assert(ss_curve_shared(curve, scalar, test_guarded(ss_span_make(point, curve->point)), x) ==
                  SS_OK,
              "%s: %s", curve->name, what);
    kit_expect(ss_span_make(x, curve->scalar), ss_span_make(want_x, curve->scalar), what);
}

Test(ec, multiples_of_multiples_are_multiples_of_the_product)
{
    uint8_t a[SCALAR], b[SCALAR], product[SCALAR], point[POINT], want[POINT];
    unsigned i, m, n;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct ss_curve *curve = rows[i].curve;

        for (m = 1; m <= 9; m++) {
            for (n = 1; n <= 9; n++) {
                small(curve, m, a);
                small(curve, n, b);
                small(curve, m * n, product);
                cr_assert(ss_curve_public(curve, b, point) == SS_OK);
                cr_assert(ss_curve_public(curve, product, want) == SS_OK);
                shared_is(curve, a, point, want + 1, "a product");
            }
        }
    }
}

/* Scalars with one bit, doubled up to the highest. */
Test(ec, doubling_goes_all_the_way_up)
{
    uint8_t scalar[SCALAR], two[SCALAR], point[POINT], doubled[POINT];
    size_t i, bit;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct ss_curve *curve = rows[i].curve;

        small(curve, 2, two);
        small(curve, 1, scalar);
        cr_assert(ss_curve_public(curve, scalar, point) == SS_OK);
        for (bit = 1; bit < curve->bits; bit++) {
            memset(scalar, 0, sizeof scalar);
            scalar[curve->scalar - 1 - bit / 8] = (uint8_t)(1u << bit % 8);
            cr_assert(ss_curve_public(curve, scalar, doubled) == SS_OK, "bit %zu", bit);
            shared_is(curve, two, point, doubled + 1, "a doubling");
            memcpy(point, doubled, sizeof point);
        }
    }
}

Test(ec, the_ends_of_the_range_of_scalars)
{
    uint8_t scalar[SCALAR], point[POINT], x[SCALAR], mirror[SCALAR];
    unsigned n;
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct ss_curve *curve = rows[i].curve;

        small(curve, 41, scalar);
        cr_assert(ss_curve_public(curve, scalar, point) == SS_OK);
        small(curve, 1, scalar);
        shared_is(curve, scalar, point, point + 1, "times one");
        for (n = 1; n <= 8; n++) {
            small(curve, n, scalar);
            order_less(&rows[i], n, mirror);
            cr_assert(ss_curve_shared(curve, scalar, ss_span_make(point, curve->point), x) ==
                      SS_OK);
            shared_is(curve, mirror, point, x, "times the order less as much");
        }
        for (n = 0; n < 3; n++) {
            order_less(&rows[i], 0, scalar);
            if (n == 0)
                memset(scalar, 0, sizeof scalar);
            if (n == 2)
                memset(scalar, 0xff, sizeof scalar);
            cr_expect(ss_curve_shared(curve, scalar, ss_span_make(point, curve->point), x) ==
                      SS_E_bad_value);
            cr_expect(ss_curve_public(curve, scalar, mirror) == SS_E_bad_value);
        }
    }
}

Test(ec, a_coordinate_keeps_its_zeros_in_front)
{
    uint8_t scalar[SCALAR], base[POINT], point[POINT], x[SCALAR];
    unsigned n;
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct ss_curve *curve = rows[i].curve;

        small(curve, 1, scalar);
        cr_assert(ss_curve_public(curve, scalar, base) == SS_OK);
        for (n = 1; n < 4000; n++) {
            small(curve, n, scalar);
            cr_assert(ss_curve_public(curve, scalar, point) == SS_OK);
            if (point[1] == 0)
                break;
        }
        cr_assert(point[1] == 0, "%s: none in 4000", curve->name);
        memset(x, 0xee, sizeof x);
        shared_is(curve, scalar, base, point + 1, "a zero in front");
    }
}

/* ---- points whose x was chosen ---- */

/* The point at this x, when there is one. */
static bool point_at(const struct ss_curve *curve, const BIGNUM *x, uint8_t *out)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(curve->nid);
    EC_POINT *point = EC_POINT_new(group);
    bool good = EC_POINT_set_compressed_coordinates(group, point, x, 0, NULL) == 1 &&
                EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out, curve->point,
                                   NULL) == curve->point;

    EC_POINT_free(point);
    EC_GROUP_free(group);
    ss_ossl_forget();
    return good;
}

static BIGNUM *prime_of(const struct ss_curve *curve)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(curve->nid);
    BIGNUM *prime = BN_new();

    cr_assert(prime != NULL && EC_GROUP_get_curve(group, prime, NULL, NULL, NULL) == 1);
    EC_GROUP_free(group);
    return prime;
}

static void try_point(const struct row *row, const uint8_t *point)
{
    const struct ss_curve *curve = row->curve;
    uint8_t scalar[SCALAR], x[SCALAR];
    unsigned n;

    cr_expect(ss_curve_check(curve, ss_span_make(point, curve->point)) == SS_OK);
    order_less(row, 1, scalar);
    shared_is(curve, scalar, point, point + 1, "the negative of a point");
    for (n = 2; n <= 5; n++) {
        small(curve, n, scalar);
        cr_assert(ss_curve_shared(curve, scalar, ss_span_make(point, curve->point), x) == SS_OK);
        order_less(row, n, scalar);
        shared_is(curve, scalar, point, x, "a multiple of a point");
    }
}

/* From 0 up, from p - 1 down, and around each power of two. */
Test(ec, points_at_the_edges_of_the_field)
{
    uint8_t point[POINT];
    size_t i, bit, found;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct ss_curve *curve = rows[i].curve;
        BIGNUM *prime = prime_of(curve), *x = BN_new();

        for (found = 0; found < 8;) {
            if (point_at(curve, x, point) && ++found > 0)
                try_point(&rows[i], point);
            cr_assert(BN_add_word(x, 1) == 1);
        }
        cr_assert(BN_copy(x, prime) != NULL);
        for (found = 0; found < 8;) {
            cr_assert(BN_sub_word(x, 1) == 1);
            if (point_at(curve, x, point) && ++found > 0)
                try_point(&rows[i], point);
        }
        for (bit = 8; bit + 1 < curve->bits; bit += 8) {
            cr_assert(BN_one(x) == 1 && BN_lshift(x, x, (int)bit) == 1);
            while (!point_at(curve, x, point))
                cr_assert(BN_sub_word(x, 1) == 1);
            try_point(&rows[i], point);
        }
        BN_free(x);
        BN_free(prime);
    }
}

/* x and x + p are the same number; only the first is how it is written. */
Test(ec, a_coordinate_that_is_not_reduced_is_refused)
{
    uint8_t point[POINT], out[SCALAR], scalar[SCALAR];
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct ss_curve *curve = rows[i].curve;
        const int width = (int)curve->scalar;
        BIGNUM *prime = prime_of(curve), *x = BN_new();

        while (!point_at(curve, x, point))
            cr_assert(BN_add_word(x, 1) == 1);
        small(curve, 3, scalar);
        cr_expect(ss_curve_check(curve, ss_span_make(point, curve->point)) == SS_OK);
        cr_assert(BN_add(x, x, prime) == 1 && BN_bn2binpad(x, point + 1, width) == width);
        cr_expect(ss_curve_check(curve, ss_span_make(point, curve->point)) ==
                  SS_E_bad_public_value);
        cr_expect(ss_curve_shared(curve, scalar, ss_span_make(point, curve->point), out) ==
                  SS_E_bad_public_value);
        BN_free(x);
        BN_free(prime);
    }
}
