/* SPDX-License-Identifier: Apache-2.0 */
/* test_kdf.c - Argon2, the key of PEM files, HMAC-SHA-256 and MD5 against published answers.
 *
 * Follows: the test program of the Argon2 reference implementation (version 1.3); RFC 4231 sections
 *   4.2 and 4.3; RFC 1321 section A.5; `openssl enc -md md5 -P` for PEM. */
#include <criterion/criterion.h>

#include "crypto/kdf.h"
#include "tests/unit/crypto/kit.h"

TestSuite(kdf, .fini = test_counted_check);

Test(kdf, argon2_of_the_reference_implementation)
{
    static const struct {
        enum ss_argon2_kind kind;
        uint32_t memory, passes, lanes;
        const char *key;
    } rows[] = {
        {SS_ARGON2_ID, 256, 2, 1,
         "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"},
        {SS_ARGON2_ID, 256, 2, 2,
         "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"},
        {SS_ARGON2_I, 256, 2, 1,
         "89e9029f4637b295beb027056a7336c414fadd43f6b208645281cb214a56452f"},
        {SS_ARGON2_I, 256, 2, 2,
         "4ff5ce2769a1d7f4c8a491df09d41a9fbe90e5eb02155a13e4c01e20cd4eab61"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_argon2 argon2 = {rows[i].kind, rows[i].memory, rows[i].passes, rows[i].lanes,
                                   test_text("somesalt")};
        uint8_t out[32];

        cr_assert(ss_argon2(test_guarded(test_text("password")), &argon2, out, sizeof out) ==
                  SS_OK);
        kit_expect(ss_span_make(out, sizeof out), test_hex(rows[i].key), rows[i].key);
    }
}

Test(kdf, argon2_kinds_differ_and_bad_parameters_are_told)
{
    struct ss_argon2 argon2 = {SS_ARGON2_D, 64, 1, 1, test_text("somesalt")};
    uint8_t d[32], id[32], short_out[2];

    cr_assert(ss_argon2(test_text("password"), &argon2, d, sizeof d) == SS_OK);
    argon2.kind = SS_ARGON2_ID;
    cr_assert(ss_argon2(test_text("password"), &argon2, id, sizeof id) == SS_OK);
    cr_expect(memcmp(d, id, sizeof d) != 0);
    cr_expect(ss_argon2(test_text("p"), &argon2, short_out, sizeof short_out) == SS_E_bad_value);
    argon2.memory = 7;
    cr_expect(ss_argon2(test_text("p"), &argon2, d, sizeof d) == SS_E_bad_value);
    argon2.memory = 64;
    argon2.lanes = 9; /* 8 KiB each are more than 64 */
    cr_expect(ss_argon2(test_text("p"), &argon2, d, sizeof d) == SS_E_bad_value);
    argon2.lanes = 0;
    cr_expect(ss_argon2(test_text("p"), &argon2, d, sizeof d) == SS_E_bad_value);
    argon2.lanes = 1;
    argon2.passes = 0;
    cr_expect(ss_argon2(test_text("p"), &argon2, d, sizeof d) == SS_E_bad_value);
    argon2.passes = 1;
    argon2.salt = test_text("short");
    cr_expect(ss_argon2(test_text("p"), &argon2, d, sizeof d) == SS_E_bad_value);
}

Test(kdf, pem_keys_as_openssl_derives_them)
{
    uint8_t out[32];

    cr_assert(ss_pem_derive(test_text("secret"), test_hex("0001020304050607ffffffffffffffff"), out,
                            24) == SS_OK);
    kit_expect(ss_span_make(out, 24), test_hex("035fb8145b73cf111570dc936112be9c375a5d3d8b915bc2"),
               "24 bytes");
    cr_assert(ss_pem_derive(test_text(""), test_hex("0001020304050607"), out, 16) == SS_OK);
    kit_expect(ss_span_make(out, 16), test_hex("3677509751ccf61539174d2b9635a7bf"),
               "no passphrase");
    cr_expect(ss_pem_derive(test_text("secret"), test_hex("00010203040506"), out, 16) ==
              SS_E_bad_argument);
}

Test(kdf, hmac_sha256_of_rfc_4231)
{
    uint8_t out[32];

    cr_assert(ss_hmac_sha256(test_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
                             test_text("Hi There"), out) == SS_OK);
    kit_expect(ss_span_make(out, 32),
               test_hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"), "4.2");
    cr_assert(ss_hmac_sha256(test_text("Jefe"), test_text("what do ya want for nothing?"), out) ==
              SS_OK);
    kit_expect(ss_span_make(out, 32),
               test_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"), "4.3");
    cr_assert(ss_hmac_sha256(ss_span_make(NULL, 0), ss_span_make(NULL, 0), out) == SS_OK);
    kit_expect(ss_span_make(out, 32),
               test_hex("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
               "nothing");
}

Test(kdf, md5_of_rfc_1321)
{
    ss_span parts[3] = {test_text("a"), ss_span_make(NULL, 0), test_text("bc")};
    uint8_t out[16];

    cr_assert(ss_md5(parts, 3, out) == SS_OK);
    kit_expect(ss_span_make(out, 16), test_hex("900150983cd24fb0d6963f7d28e17f72"), "abc");
    cr_assert(ss_md5(parts, 0, out) == SS_OK);
    kit_expect(ss_span_make(out, 16), test_hex("d41d8cd98f00b204e9800998ecf8427e"), "nothing");
}
