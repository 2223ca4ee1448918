/* SPDX-License-Identifier: Apache-2.0 */
/* test_cipher_gcm.c - AES-GCM in SSH's packets: the counter, the tag, the clear length.
 *
 * Follows: RFC 5647 sections 7.1 to 7.3. Key, nonce and text are those of test cases 3 and 15 of
 *   McGrew and Viega; tags with four bytes of associated data, and the second packet, were
 *   computed apart from any library. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(cipher_gcm, .fini = test_counted_check);

static const struct ss_cipher_alg *const algs[] = {&ss_cipher_aes128_gcm, &ss_cipher_aes256_gcm};

static const char key[] = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
static const char text[] = "00000040"
                           "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                           "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";

struct row {
    const char *first, *first_tag;   /* of the first packet's ciphertext the first 32 bytes */
    const char *second, *second_tag; /* the same text again, one invocation later */
};

static const struct row rows[] = {
    {"42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e",
     "e6114f6468325271e9b03b510a6dff85",
     "5c21c68aa9787c7294b2d7a47a6e8e4d8adafeea894bf504323d55f62afe5ba1",
     "18b9f3f32d9bd01561a21b00a1e07be5"},
    {"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa",
     "4c94d832c068679ac9246e9aa8d1987a",
     "46446ebb3f662e2bc2c3b3306a49d8b172227f8aadbc2cbb429bf8f83863be0c",
     "244a3a9811a09e1e9d1e8a41224a1e32"},
};

static void seal_text(const struct ss_cipher_alg *alg, void *state, const char *want,
                      const char *want_tag)
{
    uint8_t packet[68], tag[16];

    memcpy(packet, test_hex(text).data, sizeof packet);
    cr_assert(alg->seal(state, 0, packet, 64, tag) == SS_OK);
    kit_expect(ss_span_make(packet, 4), test_hex("00000040"), "length");
    kit_expect(ss_span_make(packet + 4, 32), test_hex(want), "ciphertext");
    kit_expect(ss_span_make(tag, 16), test_hex(want_tag), "tag");
}

Test(cipher_gcm, two_packets_in_a_row)
{
    size_t i;

    for (i = 0; i < SS_COUNT(algs); i++) {
        void *state = kit_cipher(algs[i], ss_span_part(test_hex(key), 0, algs[i]->key),
                                 test_hex("cafebabefacedbaddecaf888"), SS_SEAL);

        seal_text(algs[i], state, rows[i].first, rows[i].first_tag);
        seal_text(algs[i], state, rows[i].second, rows[i].second_tag);
        kit_cipher_free(algs[i], state);
    }
}

/* What iv gives in its second packet, next gives in its first. */
static void expect_next(const char *iv, const char *next)
{
    const struct ss_cipher_alg *alg = &ss_cipher_aes128_gcm;
    void *a = kit_cipher(alg, kit_bytes(16), test_hex(iv), SS_SEAL);
    void *b = kit_cipher(alg, kit_bytes(16), test_hex(next), SS_SEAL);
    uint8_t pa[20], pb[20], ta[16], tb[16];

    memset(pa, 0, sizeof pa);
    cr_assert(alg->seal(a, 0, pa, 16, ta) == SS_OK);
    memset(pa, 0, sizeof pa);
    memset(pb, 0, sizeof pb);
    cr_assert(alg->seal(a, 1, pa, 16, ta) == SS_OK && alg->seal(b, 0, pb, 16, tb) == SS_OK);
    kit_expect(ss_span_make(pa, 20), ss_span_make(pb, 20), iv);
    kit_expect(ss_span_make(ta, 16), ss_span_make(tb, 16), iv);
    kit_cipher_free(alg, a);
    kit_cipher_free(alg, b);
}

Test(cipher_gcm, the_counter_is_eight_bytes_and_leaves_the_fixed_field_alone)
{
    expect_next("0102030400000000000000ff", "010203040000000000000100");
    expect_next("0102030400000000ffffffff", "010203040000000100000000");
    expect_next("01020304ffffffffffffffff", "010203040000000000000000");
    expect_next("fffffffffffffffffffffffe", "ffffffffffffffffffffffff");
}

Test(cipher_gcm, packets_come_back_as_they_were)
{
    kit_aead_round_trip(algs[0]);
    kit_aead_round_trip(algs[1]);
}

Test(cipher_gcm, every_flipped_bit_is_refused)
{
    kit_aead_tamper(algs[0]);
    kit_aead_tamper(algs[1]);
}

Test(cipher_gcm, wrong_use_is_refused)
{
    kit_aead_misuse(algs[0]);
    kit_aead_misuse(algs[1]);
}

Test(cipher_gcm, a_dropped_packet_is_noticed)
{
    const struct ss_cipher_alg *alg = &ss_cipher_aes256_gcm;
    void *sealer = kit_cipher(alg, kit_bytes(32), kit_bytes(12), SS_SEAL);
    void *opener = kit_cipher(alg, kit_bytes(32), kit_bytes(12), SS_OPEN);
    uint8_t first[20] = {0, 0, 0, 16}, second[20] = {0, 0, 0, 16}, tag[16];

    cr_assert(alg->seal(sealer, 0, first, 16, tag) == SS_OK);
    cr_assert(alg->seal(sealer, 1, second, 16, tag) == SS_OK);
    cr_expect(alg->open(opener, 0, second, 16, tag) == SS_E_mac_mismatch);
    kit_cipher_free(alg, sealer);
    kit_cipher_free(alg, opener);
}
