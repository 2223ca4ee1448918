/* SPDX-License-Identifier: Apache-2.0 */
/* test_pkey_eddsa.c - Ed25519 and Ed448: published answers, and signatures that are none.
 *
 * Follows: RFC 8032 sections 5 and 7. Published edge cases: tests/vectors. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(pkey_eddsa, .fini = test_counted_check);

struct row {
    const char *what;
    enum ss_key_kind kind;
    const char *pub, *message, *signature;
    ss_err want;
};

static const struct row rows[] = {
    {"RFC 8032 section 7.1, test 1", SS_KEY_ED25519,
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e"
     "39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
     SS_OK},
    {"RFC 8032 section 7.4, blank", SS_KEY_ED448,
     "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50"
     "f6cd1fa1abeafe8256180",
     "",
     "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd"
     "7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db9"
     "9ac5c7cdda8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600",
     SS_OK},
    {"RFC 8032 section 7.4, 1 octet with context", SS_KEY_ED448,
     "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb821"
     "69c235160627b4c3a9480",
     "03",
     "d4f8f6131770dd46f40867d6fd5d5055de43541f8c5e35abbcd001b32a89f7d2151f7647f11d8ca2ae27"
     "9fb842d607217fce6e042f6815ea000c85741de5c8da1144a6a1aba7f96de42505d7a7298524fda538fc"
     "cbbb754f578c1cad10d54d0d5428407e85dcbc98a49155c13764e66c3c00",
     SS_E_bad_signature},
};

Test(pkey_eddsa, published_answers)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_pkey_parts parts = {.pub = test_hex(rows[i].pub)};
        struct ss_pkey *pkey = NULL;
        ss_err err;

        cr_assert(ss_pkey_make(&test_counted()->env, rows[i].kind, &parts, &pkey) == SS_OK, "%s",
                  rows[i].what);
        err = ss_pkey_verify(pkey, NULL, test_hex(rows[i].message),
                             test_guarded(test_hex(rows[i].signature)));
        cr_expect(err == rows[i].want, "%s: %s", rows[i].what, ss_err_name(err));
        ss_pkey_free(&pkey);
    }
}

/* ---- what is no signature ---- */

/* The order of the base point, least significant byte first (RFC 8032 sections 5.1 and 5.2). */
static const struct curve {
    enum ss_key_kind kind;
    size_t half; /* bytes of R, and of S */
    const char *order;
} curves[] = {
    {SS_KEY_ED25519, 32, "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"},
    {SS_KEY_ED448, 57,
     "f34458ab92c27823558fc58d72c26c219036d6ae49db4ec4e923ca7cffffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffff3f00"},
};

static void expect(const struct ss_pkey *pkey, const uint8_t *bytes, size_t size, ss_err want,
                   const char *what)
{
    ss_err err = ss_pkey_verify(pkey, NULL, kit_bytes(20), test_guarded(ss_span_make(bytes, size)));

    cr_expect(err == want, "%zu bytes, %s: %s", size, what, ss_err_name(err));
}

/* s becomes s + L; false when there is no room for it. */
static bool add_order(const struct curve *curve, uint8_t *s)
{
    ss_span order = test_hex(curve->order);
    unsigned carry = 0;
    size_t i;

    for (i = 0; i < curve->half; i++) {
        carry += s[i] + order.data[i];
        s[i] = (uint8_t)carry;
        carry >>= 8;
    }
    return carry == 0;
}

/* S + L, S + 2L and so on stand for the same number: RFC 8032 section 5.1.7 takes only S. */
static void check_malleability(const struct curve *curve, const struct ss_pkey *pkey,
                               const uint8_t *good)
{
    uint8_t bad[114];
    unsigned n;

    memcpy(bad, good, 2 * curve->half);
    for (n = 0; n < 1100 && add_order(curve, bad + curve->half); n++)
        expect(pkey, bad, 2 * curve->half, SS_E_bad_signature, "S and a multiple of L");
    cr_expect(n >= 7, "%u multiples", n);
}

static void check_sizes(const struct curve *curve, const struct ss_pkey *pkey, const uint8_t *good)
{
    uint8_t longer[116] = {0}, shorter[114];
    const size_t half = curve->half;
    size_t n;

    memcpy(longer, good, 2 * half);
    for (n = 0; n <= sizeof longer; n++) {
        if (n != 2 * half)
            expect(pkey, longer, n, SS_E_bad_signature, "cut or made longer");
    }
    memcpy(shorter, good, half - 1);
    memcpy(shorter + half - 1, good + half, half);
    expect(pkey, shorter, 2 * half - 1, SS_E_bad_signature, "R cut");
}

/* R and S each one of: 0, 1, L - 1, L, L + 1, all bits; and the good one. */
static void check_extremes(const struct curve *curve, const struct ss_pkey *pkey,
                           const uint8_t *good)
{
    enum { KINDS = 7 };
    const size_t half = curve->half;
    uint8_t number[KINDS][57] = {{0}}, bad[114];
    size_t i;

    number[1][0] = 1;
    for (i = 2; i < 5; i++)
        memcpy(number[i], test_hex(curve->order).data, half);
    number[2][0]--;
    number[4][0]++;
    memset(number[5], 0xff, half);
    for (i = 0; i < (size_t)KINDS * KINDS - 1; i++) {
        memcpy(bad, i / KINDS == 6 ? good : number[i / KINDS], half);
        memcpy(bad + half, i % KINDS == 6 ? good + half : number[i % KINDS], half);
        expect(pkey, bad, 2 * half, SS_E_bad_signature, "an extreme");
    }
}

Test(pkey_eddsa, what_is_no_signature_is_refused)
{
    size_t i, bit;

    for (i = 0; i < SS_COUNT(curves); i++) {
        const size_t size = 2 * curves[i].half;
        struct ss_pkey *pkey = NULL;
        struct ss_buf store;
        uint8_t good[114];

        ss_buf_init(&store, &test_counted()->env, 4096);
        cr_assert(ss_pkey_generate(kit_seeded(5), curves[i].kind, 0, &pkey) == SS_OK);
        cr_assert(ss_pkey_sign(pkey, test_env(), NULL, kit_bytes(20), &store) == SS_OK);
        memcpy(good, ss_buf_at(&store), size);
        expect(pkey, good, size, SS_OK, "as it was signed");
        check_malleability(&curves[i], pkey, good);
        check_sizes(&curves[i], pkey, good);
        check_extremes(&curves[i], pkey, good);
        for (bit = 0; bit < size * 8; bit++) {
            good[bit / 8] = (uint8_t)(good[bit / 8] ^ 1u << bit % 8);
            expect(pkey, good, size, SS_E_bad_signature, "a flipped bit");
            good[bit / 8] = (uint8_t)(good[bit / 8] ^ 1u << bit % 8);
        }
        ss_buf_fini(&store);
        ss_pkey_free(&pkey);
    }
}

#define SEED_448                                                                                   \
    "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b9449" \
    "2f8"                                                                                          \
    "f032e7549a20098f95b"
#define PUB_448                                                                                    \
    "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e5" \
    "0f6"                                                                                          \
    "cd1fa1abeafe8256180"

Test(pkey_eddsa, the_blank_answer_of_rfc_8032_for_ed448)
{
    struct ss_pkey_parts parts = {.priv = test_hex(SEED_448)}, got;
    struct ss_pkey *pkey = NULL;
    struct ss_buf store;

    ss_buf_init(&store, &test_counted()->env, 4096);
    cr_assert(ss_pkey_make(&test_counted()->env, SS_KEY_ED448, &parts, &pkey) == SS_OK);
    cr_expect(ss_pkey_bits(pkey) == 448);
    cr_assert(ss_pkey_export(pkey, true, &store, &got) == SS_OK);
    kit_expect(got.pub, test_hex(PUB_448), "public value");
    kit_expect(got.priv, test_hex(SEED_448), "seed");
    ss_buf_clear(&store);
    cr_assert(ss_pkey_sign(pkey, test_env(), NULL, ss_span_make(NULL, 0), &store) == SS_OK);
    kit_expect(
        ss_buf_span(&store),
        test_hex("533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281"
                 "f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b41"
                 "04852db99ac5c7cdda8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600"),
        "signature");
    ss_buf_fini(&store);
    ss_pkey_free(&pkey);
}

Test(pkey_eddsa, sizes_and_pairs_that_do_not_fit_are_refused)
{
    static const struct {
        enum ss_key_kind kind;
        const char *pub, *priv;
    } bad[] = {
        {SS_KEY_ED448, PUB_448 "00", ""},
        {SS_KEY_ED448, "00", ""},
        {SS_KEY_ED448, "", ""},
        {SS_KEY_ED448, PUB_448, SEED_448 "00"},
        {SS_KEY_ED448, SEED_448, SEED_448},
        {SS_KEY_ED25519, PUB_448, ""},
    };
    struct ss_pkey *pkey = NULL;
    size_t i;

    for (i = 0; i < SS_COUNT(bad); i++) {
        struct ss_pkey_parts parts = {.pub = test_hex(bad[i].pub), .priv = test_hex(bad[i].priv)};

        cr_expect(ss_pkey_make(&test_counted()->env, bad[i].kind, &parts, &pkey) == SS_E_bad_key,
                  "row %zu", i);
    }
    cr_expect(pkey == NULL);
}
