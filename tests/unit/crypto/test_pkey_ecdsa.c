/* SPDX-License-Identifier: Apache-2.0 */
/* test_pkey_ecdsa.c - ECDSA on the three curves: scalars, points, signatures that are none.
 *
 * Follows: FIPS 186-4 section 6. Published edge cases: tests/vectors. */
#include <criterion/criterion.h>
#include <openssl/bn.h>

#include "tests/unit/crypto/kit.h"

TestSuite(pkey_ecdsa, .fini = test_counted_check);

static const struct {
    enum ss_key_kind kind;
    const struct ss_hash_alg *hash;
    const char *order; /* FIPS 186-4 appendix D.1.2 */
} rows[] = {
    {SS_KEY_ECDSA_P256, &ss_hash_sha256,
     "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"},
    {SS_KEY_ECDSA_P384, &ss_hash_sha384,
     "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196ac"
     "cc52973"},
    {SS_KEY_ECDSA_P521, &ss_hash_sha512,
     "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0"
     "148f709a5d03bb5c9b8899c47aebb6fb71e91386409"},
};

Test(pkey_ecdsa, what_is_no_signature_is_refused)
{
    uint64_t seed;
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        for (seed = 1; seed <= 5; seed++) {
            struct ss_pkey *pkey = NULL;

            cr_assert(ss_pkey_generate(kit_seeded(seed), rows[i].kind, 0, &pkey) == SS_OK);
            kit_pair_refused(pkey, rows[i].hash, test_hex(rows[i].order), SS_OK);
            ss_pkey_free(&pkey);
        }
    }
}

/* Public keys that are the base point, its negative and their neighbours: adding a point to itself
 * or to its negative is where formulas fail. */
Test(pkey_ecdsa, keys_next_to_the_base_point)
{
    size_t i;
    unsigned n;

    for (i = 0; i < SS_COUNT(rows); i++) {
        for (n = 0; n < 8; n++) {
            uint8_t scalar[66] = {0};
            ss_span order = test_hex(rows[i].order);
            struct ss_pkey_parts parts = {.priv = ss_span_make(scalar, order.size)};
            struct ss_pkey *pkey = NULL;

            if (n >= 4)
                memcpy(scalar, order.data, order.size);
            scalar[order.size - 1] = (uint8_t)(n < 4 ? n + 1 : scalar[order.size - 1] - (n - 3));
            cr_assert(ss_pkey_make(&test_counted()->env, rows[i].kind, &parts, &pkey) == SS_OK);
            kit_pair_refused(pkey, rows[i].hash, order, SS_OK);
            ss_pkey_free(&pkey);
        }
    }
}

/* With r = 1 and the private key n - z, z the digest, the sum of points that has r for its x is the
 * infinite point, which has none, whatever s is. */
Test(pkey_ecdsa, a_sum_that_is_the_infinite_point_is_refused)
{
    const ss_span message = ss_span_of("no point");
    size_t i;
    unsigned s;

    for (i = 0; i < SS_COUNT(rows); i++) {
        uint8_t digest[SS_HASH_MAX], scalar[66], pair[2 * 66] = {0};
        ss_span order = test_hex(rows[i].order);
        const int width = (int)order.size;
        BIGNUM *n = BN_bin2bn(order.data, width, NULL), *z;
        struct ss_pkey_parts parts = {.priv = ss_span_make(scalar, order.size)};
        struct ss_pkey *pkey = NULL;

        cr_assert(rows[i].hash->digest(&message, 1, digest) == SS_OK);
        z = BN_bin2bn(digest, (int)rows[i].hash->size, NULL);
        cr_assert(BN_sub(n, n, z) == 1 && BN_bn2binpad(n, scalar, width) == width);
        cr_assert(ss_pkey_make(&test_counted()->env, rows[i].kind, &parts, &pkey) == SS_OK);
        for (s = 1; s < 20; s++) {
            pair[width - 1] = 1;
            pair[2 * width - 1] = (uint8_t)s;
            cr_expect(ss_pkey_verify(pkey, rows[i].hash, message,
                                     ss_span_make(pair, 2 * order.size)) == SS_E_bad_signature);
        }
        ss_pkey_free(&pkey);
        BN_free(n);
        BN_free(z);
    }
}

/* RFC 6979 appendix A.2: the keys of P-384 and P-521. */
Test(pkey_ecdsa, a_scalar_and_its_point_belong_together)
{
    static const struct {
        enum ss_key_kind kind;
        unsigned bits;
        const char *priv, *order;
        size_t scalar, point;
    } curves[] = {
        {SS_KEY_ECDSA_P384, 384,
         "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea6"
         "0d2"
         "edf5",
         "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196ac"
         "cc5"
         "2973",
         48, 97},
        {SS_KEY_ECDSA_P521, 521,
         "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a"
         "6d1"
         "6fcc1466f6d8fbec67db89ec0c08b0e996b83538",
         "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fc"
         "c01"
         "48f709a5d03bb5c9b8899c47aebb6fb71e91386409",
         66, 133},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(curves); i++) {
        struct ss_pkey_parts parts = {.priv = test_hex(curves[i].priv)}, got, both;
        struct ss_pkey *pkey = NULL, *again = NULL;
        struct ss_buf store;

        ss_buf_init(&store, &test_counted()->env, 4096);
        cr_assert(ss_pkey_make(&test_counted()->env, curves[i].kind, &parts, &pkey) == SS_OK);
        cr_assert(ss_pkey_export(pkey, true, &store, &got) == SS_OK);
        cr_expect(ss_pkey_bits(pkey) == curves[i].bits && ss_pkey_is_private(pkey));
        cr_expect(got.priv.size == curves[i].scalar && got.pub.size == curves[i].point);
        kit_expect(got.priv, test_hex(curves[i].priv), "scalar");
        cr_expect(ss_pkey_make(&test_counted()->env, curves[i].kind, &got, &again) == SS_OK);
        ss_pkey_free(&again);
        both = got;
        both.priv = test_hex("02");
        cr_expect(ss_pkey_make(&test_counted()->env, curves[i].kind, &both, &again) ==
                  SS_E_bad_key);
        both.priv = test_hex(curves[i].order);
        cr_expect(ss_pkey_make(&test_counted()->env, curves[i].kind, &both, &again) ==
                  SS_E_bad_key);
        both.priv = ss_span_make(NULL, 0);
        both.pub = ss_span_part(got.pub, 0, got.pub.size - 1);
        cr_expect(ss_pkey_make(&test_counted()->env, curves[i].kind, &both, &again) ==
                  SS_E_bad_key);
        /* A point of one curve is on no other. */
        both.pub = got.pub;
        cr_expect(ss_pkey_make(&test_counted()->env, SS_KEY_ECDSA_P256, &both, &again) ==
                  SS_E_bad_key);
        ss_buf_fini(&store);
        ss_pkey_free(&pkey);
    }
}
