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

/* Packets of 44 bytes whose last block brings the sum of Poly1305 to a number where carries and the
 * last reduction are at their edges, or the tag to one that stands out. Worked out with whole
 * numbers, apart from any library. */
static const struct edge {
    uint32_t sequence;
    const char *clear, *sealed, *tag, *sum;
} edges[] = {
    {1, "f08506c75858ea3652d40a75dd225efedfa31640e478f5208eaf813c219f35dd4fab6459f9bfdd91c04e630f",
     "c2f79ffbfeefd5f122bc5d1712753b8e9cbe09e7f43a9760ec7b30c9c5640429"
     "6d38f39e09bd7d2ce8fbd6028a723dda",
     "7c83c0fa2994975d63ec612490d09603", "0"},
    {2, "f9e963f55d2fda3026b8987e29051817de9ac6744be50b4105173a5fe734b9d17d6dc4de4eb5a41693fe19c4",
     "7204e0f0bf53dbbe9896e1b3faebafa0a7cc982b5b12be9ecb79a20e56dac040"
     "e48fa0577dc0c1e1ef081c3814cd977a",
     "7aae94513e5894e62a068d9f6904474f", "1"},
    {3, "215f713c3e0b84dfbf87e419156b989d09f8c14b37504e6543eaed8c86474dd55b1df1443c6e7760ddc1608b",
     "da994a20a8a7d0794a278f48b38506f3f45a7e6215e106e9e9af0dcf9d90549a"
     "28814c5716c1c5894d580c28d80e6fbd",
     "0e742a0ef42f452bfea02c4f85fafbf9", "4"},
    {4, "0c05b789986d2f6761da994909c7412d797c9fafe42f47302016e82c03eeaa7d24f481ab3ca0d2cf65eaf31f",
     "ad5708aa79a470ecdd12677d3184c61634711b1456b4c29a5eaca4a4628a91f1"
     "7e37b88b1ff0fd7fed12edbdecf6fbcf",
     "fd26fdba4c138384545d499df7db23f4", "5"},
    {5, "463e5fac2abdd9e109566e8db5d219313dc220b47237a0c3b4403d9020151b28083b5842a06ae7c43b9fc4b1",
     "3673476651e4fb91f95d6f4b5b31d9a04d39006ccf4815bdacbe5dc730a8ea90"
     "69b3c4dc18118da1926defd9ab616dae",
     "2927c45d6ce8d0b2e256f87bed6a4a49", "the prime less 1"},
    {6, "aa2ab154e3ed8872aba3d25ea60ac545592554563310af088811c9c26073d4ec222a1c3ebba5e713da6506d4",
     "c20bed7a76c22b028d6286a55204e5e27f25caa968100c87379f4aabc7250473"
     "2ac04de738eb0b10e1cfdadfc373a2d7",
     "038234d96efd1398f48a754ae8c2364e", "the prime less 5"},
    {7, "80da20e73c44d78d15d413c6f681ef843353179070483d9f0c2da8bdbbc1f30cce17acf5de6512ad2ce4d7ec",
     "f7b7d6335086615b0795ba3003ff82a67a8c487d258f433bd1119ef5abcdeaab"
     "dde6b2fb2b59e3786901174bc8c95110",
     "1b1f8d64f2cb317cf293c4a5ec1e2458", "2^128 - 1"},
    {8, "3e47f03276fe275497201be6c75bfcae9af4eab284d0e043873c81f3f8f283c37aef144be187533813fdac69",
     "d8e70def4e46aa950d5ccace8a3f84d7970d5c9a4652f6bcdc12c44cd610b933"
     "4f1cfeab348e788a5ff7e3619bce271e",
     "bd427b7a0aea8997398e0aae7eead680", "2^128"},
    {9, "8ff8e5151b8cb936f770c8abe7b67f21dea05c18a0ff033b445ae09f269e4d6ab69b28b5c770be0f55ad2bc9",
     "e3516972a90c7f09de623e4d4bcfc9409d867611c7e662907e4d3a40c425bc91"
     "e7c535740fc849d2a541e73c3f97aa16",
     "225c0a0863283d76a8d135c49fbbc0c5", "2^129 - 1"},
    {10, "90b91a7265b57d0f014e5a8d416ea768070455085c09c0aa2fe93da6952518c72ba6707a59451d0bc6a9915f",
     "ec3d00ab2e8eb9690229d6a4e75736120ade7a8e9f10b5449f404622313f4010"
     "6d690200b8024b95a98b894abb676109",
     "a7fa978e3cd313ebb2f4623d815c680a", "2^129"},
    {UINT32_C(2147483648),
     "7383782fd4a4105694dcc9b5c11880fb380815c0eaaca4afe787092fc9b12d0b17f8e7834af978f961f7336e",
     "dcbff3bb46274f155d986dbf75c8ff617787086171296421131ceec8f7f1a366"
     "51aef5a3718aba3e9a33747a4ebac6ee",
     "00000000000000000000000000000000", "a tag of zeros"},
    {UINT32_C(2147483649),
     "d78044f1e5a7283762ea0c2f49ba6a56cb687802c7412d5aa8526c803e21cec711877c71a77595559bd56661",
     "0503476a5333bbebd1e33edf35a02545116b3afbada1a10ce2fb5219631a2a3c"
     "3515db4c5b559abc5e5b39bf484fb728",
     "ffffffffffffffffffffffffffffffff", "a tag of ones"},
    {UINT32_C(2147483650),
     "9f13e3240a057afa2406d2a6c5812ce3b76e1cbab629018cbbd766eb5c36b8ee1a8e6de42f9b3442ffb98699",
     "cef42de95893b28eb436cd8892b601217b0025a4b4d8806acf980fd1a46b4176"
     "cac5ebd5a4294770ba285937dc1c7819",
     "0000000000000000ffffffffffffffff", "a tag half of each"},
};

Test(cipher_chacha, sums_at_the_edges_give_the_right_tag)
{
    for (size_t i = 0; i < SS_COUNT(edges); i++) {
        const struct edge *edge = &edges[i];
        void *sealer = kit_cipher(alg, kit_bytes(64), ss_span_make(NULL, 0), SS_SEAL);
        void *opener = kit_cipher(alg, kit_bytes(64), ss_span_make(NULL, 0), SS_OPEN);
        uint8_t packet[48] = {0, 0, 0, 44}, tag[16];

        memcpy(packet + 4, test_hex(edge->clear).data, 44);
        cr_assert(alg->seal(sealer, edge->sequence, packet, 44, tag) == SS_OK);
        kit_expect(ss_span_make(packet, 48), test_hex(edge->sealed), edge->sum);
        kit_expect(ss_span_make(tag, 16), test_hex(edge->tag), edge->sum);
        tag[15] ^= 0x80;
        memcpy(packet, test_hex(edge->sealed).data, 48);
        cr_expect(alg->open(opener, edge->sequence, packet, 44, tag) == SS_E_mac_mismatch);
        tag[15] ^= 0x80;
        memcpy(packet, test_hex(edge->sealed).data, 48);
        cr_expect(alg->open(opener, edge->sequence, packet, 44, tag) == SS_OK, "%s", edge->sum);
        kit_expect(ss_span_make(packet + 4, 44), test_hex(edge->clear), edge->sum);
        kit_cipher_free(alg, sealer);
        kit_cipher_free(alg, opener);
    }
}
