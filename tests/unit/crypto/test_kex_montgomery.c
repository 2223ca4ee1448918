/* SPDX-License-Identifier: Apache-2.0 */
/* test_kex_montgomery.c - X25519 and X448 as key exchanges, and the values they must not take.
 *
 * Follows: RFC 8731 section 3; RFC 7748 section 5. Published edge cases: tests/vectors. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(kex_montgomery, .fini = test_counted_check);

static const struct ss_kex_alg *const alg = &ss_kex_curve25519_sha256;

Test(kex_montgomery, both_sides_meet)
{
    kit_kex_meet(alg);
    kit_kex_meet(&ss_kex_curve25519_sha256_libssh);
    kit_kex_meet(&ss_kex_curve448_sha512);
}

struct row {
    const struct ss_kex_alg *alg;
    const char *kind, *scalar, *peer;
    const char *shared; /* null: refused */
};

static const struct row rows[] = {
    {&ss_kex_curve25519_sha256, "RFC 7748 section 5.2",
     "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
     "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
     "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
    {&ss_kex_curve25519_sha256, "RFC 7748 section 5.2",
     "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
     "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
     "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"},
    {&ss_kex_curve448_sha512, "RFC 7748 section 5.2",
     "3d262fddf9ec8e88495266fea19a34d28882acef045104d0d1aae121700a779c984c24f8cdd78fbff44943eba368"
     "f54b29259a4f1c600ad3",
     "06fce640fa3487bfda5f6cf2d5263f8aad88334cbd07437f020f08f9814dc031ddbdc38c19c6da2583fa5429db94"
     "ada18aa7a7fb4ef8a086",
     "ce3e4ff95a60dc6697da1db1d85e6afbdf79b50a2412d7546d5f239fe14fbaadeb445fc66a01b0779d9822396111"
     "1e21766282f73dd96b6f"},
};

Test(kex_montgomery, the_published_answers)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        kit_kex_answer(rows[i].alg, test_hex(rows[i].scalar), test_hex(rows[i].peer),
                       rows[i].shared, rows[i].kind);
}

/* ---- what must come out the same ---- */

/* The secret of a private key and a value, which is a value too. */
static void multiply(const struct ss_kex_alg *kex, ss_span scalar, ss_span u, uint8_t *out)
{
    void *state = kit_kex_state(kex);
    struct kit_drawn drawn;
    struct ss_secret secret;
    struct ss_buf ours;

    kit_drawn_init(&drawn, scalar);
    ss_secret_init(&secret);
    ss_buf_init(&ours, &test_counted()->env, 64);
    cr_assert(kex->respond(kex, state, &drawn.env, test_guarded(u), &ours, &secret) == SS_OK);
    cr_assert(secret.size == u.size);
    memcpy(out, secret.data, secret.size);
    ss_buf_fini(&ours);
    ss_secret_fini(&secret);
    kit_kex_free(kex, state);
}

static void expect_equal(const struct ss_kex_alg *kex, size_t size, const uint8_t *u,
                         const uint8_t *other, const char *what)
{
    uint8_t a[56], b[56];

    multiply(kex, kit_bytes(size), ss_span_make(u, size), a);
    multiply(kex, kit_bytes(size), ss_span_make(other, size), b);
    kit_expect(ss_span_make(a, size), ss_span_make(b, size), what);
}

/* u + p, least significant byte first; false when there is no room for it. */
static bool add_prime(size_t size, const uint8_t *u, uint8_t *out)
{
    unsigned carry = 0;
    size_t i;

    for (i = 0; i < size; i++) {
        unsigned p = 0xff;

        if (size == 32)
            p = i == 0 ? 0xed : i == 31 ? 0x7f : 0xff;
        else if (i == 28)
            p = 0xfe;
        carry += p + u[i];
        out[i] = (uint8_t)carry;
        carry >>= 8;
    }
    return carry == 0 && (size == 56 || (out[31] & 0x80) == 0);
}

/* RFC 7748 section 5: values that are not reduced are taken as if they were. */
Test(kex_montgomery, a_value_that_is_not_reduced_counts_as_reduced)
{
    uint8_t u[56] = {0}, longer[56];
    unsigned n;

    for (n = 2; n < 19; n++) {
        u[0] = (uint8_t)n;
        cr_assert(add_prime(32, u, longer));
        expect_equal(alg, 32, u, longer, "u and u + p");
        cr_assert(add_prime(56, u, longer));
        expect_equal(&ss_kex_curve448_sha512, 56, u, longer, "u and u + p");
    }
    u[0] = 19;
    cr_expect(!add_prime(32, u, longer), "p + 19 has another bit");
}

/* The same section: the highest bit of a value does not count for X25519, and does for X448. */
Test(kex_montgomery, the_highest_bit)
{
    uint8_t u[56], masked[56], a[56], b[56];

    memcpy(u, kit_bytes(56).data, 56);
    memcpy(masked, u, 56);
    masked[31] ^= 0x80;
    expect_equal(alg, 32, u, masked, "bit 255");
    memcpy(masked, u, 56);
    masked[55] ^= 0x80;
    multiply(&ss_kex_curve448_sha512, kit_bytes(56), ss_span_make(u, 56), a);
    multiply(&ss_kex_curve448_sha512, kit_bytes(56), ss_span_make(masked, 56), b);
    cr_expect(!ss_span_eq(ss_span_make(a, 56), ss_span_make(b, 56)));
}

/* And the bits of a private key that are set or cleared before it is used. */
Test(kex_montgomery, the_bits_of_a_private_key_that_do_not_count)
{
    uint8_t key[56], a[56], b[56];
    ss_span u = kit_bytes(32);

    memcpy(key, kit_bytes(56).data, 56);
    multiply(alg, ss_span_make(key, 32), u, a);
    key[0] ^= 7;
    key[31] ^= 0xc0;
    multiply(alg, ss_span_make(key, 32), u, b);
    kit_expect(ss_span_make(a, 32), ss_span_make(b, 32), "X25519");
    memcpy(key, kit_bytes(56).data, 56);
    u = kit_bytes(56);
    multiply(&ss_kex_curve448_sha512, ss_span_make(key, 56), u, a);
    key[0] ^= 3;
    key[55] ^= 0x80;
    multiply(&ss_kex_curve448_sha512, ss_span_make(key, 56), u, b);
    kit_expect(ss_span_make(a, 56), ss_span_make(b, 56), "X448");
}

static void check_order(const struct ss_kex_alg *kex, size_t size, const uint8_t *u)
{
    uint8_t one[56], other[56], a[56], b[56];
    size_t i;

    for (i = 0; i < size; i++) {
        one[i] = (uint8_t)(i * 29 + 3);
        other[i] = (uint8_t)(i * 5 + 77);
    }
    multiply(kex, ss_span_make(one, size), ss_span_make(u, size), a);
    multiply(kex, ss_span_make(other, size), ss_span_make(a, size), a);
    multiply(kex, ss_span_make(other, size), ss_span_make(u, size), b);
    multiply(kex, ss_span_make(one, size), ss_span_make(b, size), b);
    kit_expect(ss_span_make(a, size), ss_span_make(b, size), "one after another");
}

/* Two private keys one after another, whichever comes first; from values on the curve and on its
 * twist, small ones, ones just below p, and ones with a single bit. */
Test(kex_montgomery, the_order_of_two_private_keys_does_not_matter)
{
    uint8_t u[56] = {0};
    size_t bit, n;

    for (n = 2; n < 40; n++) {
        u[0] = (uint8_t)n;
        check_order(alg, 32, u);
        check_order(&ss_kex_curve448_sha512, 56, u);
    }
    for (bit = 8; bit < 448; bit += 9) {
        memset(u, 0, sizeof u);
        u[bit / 8] = (uint8_t)(1u << bit % 8);
        if (bit < 255)
            check_order(alg, 32, u);
        check_order(&ss_kex_curve448_sha512, 56, u);
    }
    for (n = 2; n < 40; n++) {
        memset(u, 0xff, sizeof u);
        u[0] = (uint8_t)(0xed - n);
        u[31] = 0x7f;
        check_order(alg, 32, u);
        u[0] = (uint8_t)(0xff - n);
        u[31] = 0xff;
        u[28] = 0xfe;
        check_order(&ss_kex_curve448_sha512, 56, u);
    }
}

/* ---- what must not come out ---- */

/* Every u of order 1, 2, 4 or 8, on the curve and on its twist, and their other spellings. */
Test(kex_montgomery, an_all_zero_secret_of_x25519_is_refused)
{
    static const char *const low[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    size_t i;

    for (i = 0; i < SS_COUNT(low); i++)
        kit_kex_refuses(alg, test_hex(low[i]), low[i]);
}

/* 0, 1, p - 1, p and p + 1, where p is 2^448 - 2^224 - 1. */
Test(kex_montgomery, an_all_zero_secret_of_x448_is_refused)
{
    uint8_t u[56] = {0};
    ss_span value = ss_span_make(u, sizeof u);

    kit_kex_refuses(&ss_kex_curve448_sha512, value, "0");
    u[0] = 1;
    kit_kex_refuses(&ss_kex_curve448_sha512, value, "1");
    memset(u, 0xff, sizeof u);
    u[28] = 0xfe;
    kit_kex_refuses(&ss_kex_curve448_sha512, value, "p");
    u[0] = 0xfe;
    kit_kex_refuses(&ss_kex_curve448_sha512, value, "p - 1");
    memset(u, 0, 28);
    memset(u + 28, 0xff, 28);
    kit_kex_refuses(&ss_kex_curve448_sha512, value, "p + 1");
}

Test(kex_montgomery, only_its_own_size_is_a_value)
{
    size_t n;

    for (n = 0; n <= 70; n++) {
        if (n != 32)
            kit_kex_refuses(alg, kit_bytes(n), "another size");
        if (n != 56)
            kit_kex_refuses(&ss_kex_curve448_sha512, kit_bytes(n), "another size");
    }
}

Test(kex_montgomery, wrong_use_and_no_memory)
{
    kit_kex_misuse(alg);
    kit_kex_misuse(&ss_kex_curve448_sha512);
}
