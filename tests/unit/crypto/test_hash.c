/* SPDX-License-Identifier: Apache-2.0 */
/* test_hash.c - digests against their standards, and HMAC-SHA1.
 *
 * Follows: FIPS 180-2 appendices A to D, RFC 2202 section 3. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(hash, .fini = test_counted_check);

static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
static const char four_blocks[] = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                                  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

struct row {
    const struct ss_hash_alg *alg;
    const char *text, *digest;
};

static const struct row rows[] = {
    {&ss_hash_sha1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {&ss_hash_sha1, two_blocks, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
    {&ss_hash_sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {&ss_hash_sha256, two_blocks,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {&ss_hash_sha384, four_blocks,
     "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712"
     "fcc7c71a557e2db966c3e9fa91746039"},
    {&ss_hash_sha512, "",
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
     "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"},
    {&ss_hash_sha512, four_blocks,
     "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
     "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909"},
};

Test(hash, the_standards_own_messages)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_span text = ss_span_of(rows[i].text);
        uint8_t digest[SS_HASH_MAX];

        cr_assert(rows[i].alg->digest(&text, 1, digest) == SS_OK);
        kit_expect(ss_span_make(digest, rows[i].alg->size), test_hex(rows[i].digest),
                   rows[i].alg->name);
    }
}

Test(hash, a_million_times_a)
{
    static uint8_t letters[1000];
    static ss_span parts[1000];
    uint8_t digest[32];
    size_t i;

    memset(letters, 'a', sizeof letters);
    for (i = 0; i < SS_COUNT(parts); i++)
        parts[i] = ss_span_make(letters, sizeof letters);
    cr_assert(ss_hash_sha256.digest(parts, SS_COUNT(parts), digest) == SS_OK);
    kit_expect(ss_span_make(digest, 32),
               test_hex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
               "sha256");
}

Test(hash, where_parts_are_cut_does_not_matter)
{
    ss_span whole = ss_span_of(four_blocks);
    uint8_t want[SS_HASH_MAX], got[SS_HASH_MAX];
    size_t cut;

    cr_assert(ss_hash_sha512.digest(&whole, 1, want) == SS_OK);
    for (cut = 0; cut <= whole.size; cut++) {
        ss_span parts[3] = {ss_span_part(whole, 0, cut), ss_span_make(NULL, 0),
                            ss_span_part(whole, cut, whole.size)};

        cr_assert(ss_hash_sha512.digest(parts, 3, got) == SS_OK);
        kit_expect(ss_span_make(got, 64), ss_span_make(want, 64), "sha512");
    }
}

Test(hash, no_parts_are_the_empty_message)
{
    uint8_t digest[32];

    cr_assert(ss_hash_sha256.digest(NULL, 0, digest) == SS_OK);
    kit_expect(ss_span_make(digest, 32), test_hex(rows[2].digest), "sha256");
}

Test(hash, hmac_sha1_of_rfc_2202)
{
    uint8_t key[80], mac[20];

    memset(key, 0x0b, 20);
    cr_assert(ss_hmac_sha1(ss_span_make(key, 20), ss_span_of("Hi There"), mac) == SS_OK);
    kit_expect(ss_span_make(mac, 20), test_hex("b617318655057264e28bc0b6fb378c8ef146be00"), "1");
    memset(key, 0xaa, 80);
    cr_assert(ss_hmac_sha1(ss_span_make(key, 80),
                           ss_span_of("Test Using Larger Than Block-Size Key - Hash Key First"),
                           mac) == SS_OK);
    kit_expect(ss_span_make(mac, 20), test_hex("aa4ae5e15272d00e95705637ce8a3b55ed402112"), "6");
}

/* HMAC of nothing with no key; the answer is in many places, Python's hmac module among them. */
Test(hash, hmac_sha1_takes_empty_key_and_data)
{
    uint8_t mac[20];

    cr_assert(ss_hmac_sha1(ss_span_make(NULL, 0), ss_span_make(NULL, 0), mac) == SS_OK);
    kit_expect(ss_span_make(mac, 20), test_hex("fbdb1d1b18aa6c08324b7d64b71fb76370690e1d"),
               "empty");
}
