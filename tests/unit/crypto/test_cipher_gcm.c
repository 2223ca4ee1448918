/* SPDX-License-Identifier: Apache-2.0 */
/* test_cipher_gcm.c - AES-GCM in SSH's packets: the counter, the tag, the clear length.
 *
 * Follows: RFC 5647 sections 7.1 to 7.3. Key, nonce and text are those of test cases 3 and 15 of
 *   McGrew and Viega; tags with four bytes of associated data, and the second packet, were
 *   computed apart from any library. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(cipher_gcm, .fini = test_counted_check);

static const struct ss_cipher_alg *const algs[] = {&ss_cipher_aes128_gcm, &ss_cipher_aes256_gcm,
                                                   &ss_cipher_aead_aes128_gcm,
                                                   &ss_cipher_aead_aes256_gcm};

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
        const struct row *row = &rows[algs[i]->key == 32];

        seal_text(algs[i], state, row->first, row->first_tag);
        seal_text(algs[i], state, row->second, row->second_tag);
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
    for (size_t i = 0; i < SS_COUNT(algs); i++)
        kit_aead_round_trip(algs[i]);
}

Test(cipher_gcm, every_flipped_bit_is_refused)
{
    for (size_t i = 0; i < SS_COUNT(algs); i++)
        kit_aead_tamper(algs[i]);
}

Test(cipher_gcm, wrong_use_is_refused)
{
    for (size_t i = 0; i < SS_COUNT(algs); i++)
        kit_aead_misuse(algs[i]);
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

/* Text whose tag stands out: solved for the second block in GF(2^128), apart from any library. */
static const struct edge {
    size_t alg;
    const char *tag, *clear, *sealed;
} edges[] = {
    {0, "00000000000000000000000000000000",
     "d9e0bb0ea24851ee97007abf8ad6ee479d31cd927ac2d931687773b320600d6b",
     "0102030405060708090a0b0c0d0e0f10bcf9717afa30cea9378cbce79afc2673"},
    {0, "ffffffffffffffffffffffffffffffff",
     "d9e0bb0ea24851ee97007abf8ad6ee47b9409116c1df791141504ab893653067",
     "0102030405060708090a0b0c0d0e0f1098882dfe412d6e891eab85ec29f91b7f"},
    {0, "00000000000000000000000000000001",
     "d9e0bb0ea24851ee97007abf8ad6ee47428054ae2007b2187173f97b5a531fd4",
     "0102030405060708090a0b0c0d0e0f106348e846a0f5a5802e88362fe0cf34cc"},
    {0, "80000000000000000000000000000000",
     "d9e0bb0ea24851ee97007abf8ad6ee4725a0f3cab1331c95d941935977fe27be",
     "0102030405060708090a0b0c0d0e0f1004684f2231c10b0d86ba5c0dcd620ca6"},
    {1, "00000000000000000000000000000000",
     "0b40979b8d00409b427f6b4cfc260151b56461183039cada304d42baf4666cff",
     "0102030405060708090a0b0c0d0e0f107cb0cf4704ca49dd0ce447f35b9f4df1"},
    {1, "ffffffffffffffffffffffffffffffff",
     "0b40979b8d00409b427f6b4cfc260151f8b8f1f05dbf223b968526ee1c6b1263",
     "0102030405060708090a0b0c0d0e0f10316c5faf694ca13caa2c23a7b392336d"},
    {1, "00000000000000000000000000000001",
     "0b40979b8d00409b427f6b4cfc2601518d72e4e33bf0a1f1866d3d6370e7841c",
     "0102030405060708090a0b0c0d0e0f1044a64abc0f0322f6bac4382adf1ea512"},
    {1, "80000000000000000000000000000000",
     "0b40979b8d00409b427f6b4cfc260151235dfb79ee98e3de9ef12b28aa2d595c",
     "0102030405060708090a0b0c0d0e0f10ea895526da6b60d9a2582e6105d47852"},
};

Test(cipher_gcm, tags_that_stand_out_are_tags_like_any)
{
    for (size_t i = 0; i < SS_COUNT(edges); i++) {
        const struct edge *edge = &edges[i];
        const struct ss_cipher_alg *alg = algs[edge->alg];
        void *sealer = kit_cipher(alg, kit_bytes(alg->key), kit_bytes(12), SS_SEAL);
        void *opener = kit_cipher(alg, kit_bytes(alg->key), kit_bytes(12), SS_OPEN);
        uint8_t packet[36] = {0, 0, 0, 32}, tag[16];

        memcpy(packet + 4, test_hex(edge->clear).data, 32);
        cr_assert(alg->seal(sealer, 0, packet, 32, tag) == SS_OK);
        kit_expect(ss_span_make(packet + 4, 32), test_hex(edge->sealed), edge->tag);
        kit_expect(ss_span_make(tag, 16), test_hex(edge->tag), edge->tag);
        cr_expect(alg->open(opener, 0, packet, 32, tag) == SS_OK);
        kit_expect(ss_span_make(packet + 4, 32), test_hex(edge->clear), edge->tag);
        kit_cipher_free(alg, sealer);
        kit_cipher_free(alg, opener);
    }
}

/* Names apart, nothing tells the pairs from one another (RFC 5647 section 5.1). */
Test(cipher_gcm, the_names_of_rfc_5647_have_a_mac_that_is_only_a_name)
{
    cr_expect(ss_cipher_aead_aes128_gcm.flags ==
              (ss_cipher_aes128_gcm.flags | SS_CIPHER_NAMES_MAC));
    cr_expect_str_eq(ss_cipher_aead_aes128_gcm.name, ss_mac_aead_aes128_gcm.name);
    cr_expect_str_eq(ss_cipher_aead_aes256_gcm.name, ss_mac_aead_aes256_gcm.name);
    cr_expect(ss_mac_aead_aes128_gcm.flags == SS_MAC_OF_CIPHER);
    cr_expect(ss_mac_aead_aes256_gcm.flags == SS_MAC_OF_CIPHER);
    cr_expect(ss_mac_aead_aes256_gcm.key == 0 && ss_mac_aead_aes256_gcm.size == 0);
}
