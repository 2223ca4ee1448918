/* SPDX-License-Identifier: Apache-2.0 */
/* test_blowfish.c - the cipher under bcrypt against its published answers.
 *
 * Follows: the test vectors that Schneier publishes with the cipher (by Eric Young). */
#include <criterion/criterion.h>

#include "crypto/blowfish.h"
#include "sshspec/wire.h"
#include "tests/unit/crypto/kit.h"

TestSuite(blowfish, .fini = test_counted_check);

static void expect(const char *key, const char *plain, const char *cipher)
{
    static struct ss_blowfish state;
    ss_span in = test_hex(plain);
    uint32_t words[2] = {ss_load_u32(in.data), ss_load_u32(in.data + 4)};
    uint8_t out[8];

    ss_blowfish_init(&state);
    ss_blowfish_expand(&state, ss_span_make(NULL, 0), test_hex(key));
    ss_blowfish_encipher(&state, words, 1);
    ss_store_u32(out, words[0]);
    ss_store_u32(out + 4, words[1]);
    kit_expect(ss_span_make(out, sizeof out), test_hex(cipher), key);
}

Test(blowfish, published_answers)
{
    expect("0000000000000000", "0000000000000000", "4ef997456198dd78");
    expect("ffffffffffffffff", "ffffffffffffffff", "51866fd5b85ecb8a");
    expect("3000000000000000", "1000000000000001", "7d856f9a613063f2");
    expect("0123456789abcdef", "1111111111111111", "61f9c3802281b096");
    expect("fedcba9876543210", "0123456789abcdef", "0aceab0fc6a0a28d");
    expect("7ca110454a1a6e57", "01a1d6d039776742", "59c68245eb05282b");
    /* Keys of other lengths. */
    expect("f0", "fedcba9876543210", "f9ad597c49db005e");
    expect("f0e1d2c3b4", "fedcba9876543210", "b39e44481bdb1e6e");
    expect("f0e1d2c3b4a5968778695a4b3c2d1e0f0011223344556677", "fedcba9876543210",
           "05044b62fa52d080");
}

Test(blowfish, a_salt_changes_the_schedule_and_an_empty_one_does_not)
{
    static struct ss_blowfish a, b;
    ss_span key = test_hex("000102030405060708"), zero = test_hex("00000000");

    ss_blowfish_init(&a);
    ss_blowfish_init(&b);
    cr_expect(a.p[0] == 0x243f6a88 && a.s[3][255] == 0x3ac372e6, "pi starts and ends so");
    ss_blowfish_expand(&a, ss_span_make(NULL, 0), key);
    ss_blowfish_expand(&b, zero, key);
    cr_expect(memcmp(&a, &b, sizeof a) == 0, "a salt of zeros is none");
    ss_blowfish_expand(&a, test_hex("01"), key);
    ss_blowfish_expand(&b, zero, key);
    cr_expect(memcmp(&a, &b, sizeof a) != 0);
}
