/* SPDX-License-Identifier: Apache-2.0 */
/* test_cipher_chacha.c - chacha20-poly1305@openssh.com: both keys, the nonce, the tag.
 *
 * Follows: OpenSSH PROTOCOL.chacha20poly1305; keystreams from RFC 8439 appendix A.1. The packet of
 *   draft-ietf-sshm-chacha20-poly1305 appendix A is part of the self test. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(cipher_chacha, .fini = test_counted_check);

static const struct ss_cipher_alg *const alg = &ss_cipher_chacha20_poly1305;

/* Test vectors 1 and 2: key 0, nonce 0, blocks 0 and 1. */
static const char block_0[] = "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
                              "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586";
static const char block_1[] = "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
                              "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f";

static void *zero_key(enum ss_way way)
{
    static const uint8_t zero[64];

    return kit_cipher(alg, ss_span_make(zero, 64), ss_span_make(NULL, 0), way);
}

Test(cipher_chacha, length_is_masked_by_block_0_and_payload_by_block_1)
{
    void *state = zero_key(SS_SEAL);
    uint8_t packet[68] = {0}, tag[16];

    cr_assert(alg->seal(state, 0, packet, 64, tag) == SS_OK);
    kit_expect(ss_span_make(packet, 4), ss_span_part(test_hex(block_0), 0, 4), "length");
    kit_expect(ss_span_make(packet + 4, 64), test_hex(block_1), "payload");
    kit_cipher_free(alg, state);
}

/* Test vector 5 has nonce 2; SSH's nonce is the sequence number in eight bytes. */
Test(cipher_chacha, the_nonce_is_the_sequence_number_most_significant_byte_first)
{
    void *state = zero_key(SS_OPEN);
    uint8_t head[4] = {0};
    uint32_t length = 0;

    cr_assert(alg->length(state, 2, head, &length) == SS_OK);
    cr_expect(length == UINT32_C(0xc2c64d37), "%08x", (unsigned)length);
    kit_cipher_free(alg, state);
}

/* K_2, the first half of the key, is for the payload; K_1 for the length. */
Test(cipher_chacha, each_half_of_the_key_has_its_own_work)
{
    uint8_t key[64] = {0}, packet[68] = {0}, tag[16];
    void *state;

    key[63] = 1;
    state = kit_cipher(alg, ss_span_make(key, 64), ss_span_make(NULL, 0), SS_SEAL);
    cr_assert(alg->seal(state, 0, packet, 64, tag) == SS_OK);
    kit_expect(ss_span_make(packet + 4, 64), test_hex(block_1), "payload under K_2 = 0");
    cr_expect(memcmp(packet, test_hex(block_0).data, 4) != 0, "length must depend on K_1");
    kit_cipher_free(alg, state);
    key[63] = 0;
    key[0] = 1;
    memset(packet, 0, sizeof packet);
    state = kit_cipher(alg, ss_span_make(key, 64), ss_span_make(NULL, 0), SS_SEAL);
    cr_assert(alg->seal(state, 0, packet, 64, tag) == SS_OK);
    kit_expect(ss_span_make(packet, 4), ss_span_part(test_hex(block_0), 0, 4), "K_1 = 0");
    cr_expect(memcmp(packet + 4, test_hex(block_1).data, 64) != 0, "payload must depend on K_2");
    kit_cipher_free(alg, state);
}

Test(cipher_chacha, another_sequence_number_is_refused)
{
    void *sealer = zero_key(SS_SEAL), *opener = zero_key(SS_OPEN);
    uint8_t sealed[68] = {0, 0, 0, 64}, packet[68], tag[16];
    unsigned bit;

    cr_assert(alg->seal(sealer, 77, sealed, 64, tag) == SS_OK);
    for (bit = 0; bit < 32; bit++) {
        memcpy(packet, sealed, sizeof packet);
        cr_expect(alg->open(opener, UINT32_C(77) ^ UINT32_C(1) << bit, packet, 64, tag) ==
                  SS_E_mac_mismatch);
    }
    cr_expect(alg->open(opener, 77, sealed, 64, tag) == SS_OK);
    kit_cipher_free(alg, sealer);
    kit_cipher_free(alg, opener);
}

/* The order of packets is the caller's: only the sequence number counts. */
Test(cipher_chacha, a_refused_packet_leaves_the_bytes_as_they_came)
{
    void *opener = zero_key(SS_OPEN);
    uint8_t packet[68], copy[68], tag[16] = {0};

    memset(packet, 0x5a, sizeof packet);
    memcpy(copy, packet, sizeof packet);
    cr_assert(alg->open(opener, 3, packet, 64, tag) == SS_E_mac_mismatch);
    kit_expect(ss_span_make(packet, 68), ss_span_make(copy, 68), "packet");
    kit_cipher_free(alg, opener);
}

Test(cipher_chacha, packets_come_back_as_they_were)
{
    kit_aead_round_trip(alg);
}

Test(cipher_chacha, every_flipped_bit_is_refused)
{
    kit_aead_tamper(alg);
}

Test(cipher_chacha, wrong_use_is_refused)
{
    void *state = ss_alloc(&test_counted()->env, alg->state_size);
    uint8_t head[4] = {0};
    uint32_t length;

    cr_assert(state != NULL);
    cr_expect(alg->length(state, 0, head, &length) == SS_E_usage);
    ss_free(&test_counted()->env, state, alg->state_size);
    kit_aead_misuse(alg);
}
