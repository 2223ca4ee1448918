/* SPDX-License-Identifier: Apache-2.0 */
/* test_keccak.c - SHA-3 and SHAKE, one context for all.
 *
 * Follows: FIPS 202; the answers for the empty message and for "abc" are NIST's examples. */
#include <criterion/criterion.h>

#include "crypto/keccak.h"
#include "tests/unit/crypto/kit.h"

static const struct {
    enum ss_keccak_kind kind;
    const char *text, *digest;
} rows[] = {
    {SS_SHA3_256, "", "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"},
    {SS_SHA3_256, "abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
    {SS_SHA3_512, "",
     "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a615b2123af1f5f94c11e3e9402c3ac"
     "5"
     "58f500199d95b6d3e301758586281dcd26"},
    {SS_SHA3_512, "abc",
     "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e39"
     "3"
     "4057340b4cf408d5a56592f8274eec53f0"},
    {SS_SHAKE128, "", "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"},
    {SS_SHAKE128, "", "7f9c2ba4e88f827d"},
    {SS_SHAKE256, "",
     "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762fd75dc4ddd8c0f200cb05019d67b59"
     "2"
     "f6fc821c49479ab48640292eacb3b7c4be"},
};

Test(keccak, published_answers_in_any_order)
{
    struct ss_keccak keccak;
    size_t i;

    ss_keccak_init(&keccak);
    for (i = 0; i < 2 * SS_COUNT(rows); i++) {
        size_t at = i * 5 % SS_COUNT(rows);
        ss_span want = test_hex(rows[at].digest), text = ss_span_of(rows[at].text), parts[2];
        uint8_t out[64];

        parts[0] = ss_span_part(text, 0, 1);
        parts[1] = ss_span_part(text, 1, 100);
        ss_keccak_hash(&keccak, rows[at].kind, parts, 2, out, want.size);
        kit_expect(ss_span_make(out, want.size), want, rows[at].text);
    }
    cr_expect(ss_keccak_done(&keccak) == SS_OK);
}

/* More than one block, and in as many calls as there are sizes: each is the start of the next. */
Test(keccak, shake_gives_as_much_as_is_asked_for)
{
    struct ss_keccak keccak;
    uint8_t all[1000], some[1000];
    ss_span part = ss_span_of("part");
    size_t n;

    ss_keccak_init(&keccak);
    ss_keccak_hash(&keccak, SS_SHAKE128, &part, 1, all, sizeof all);
    for (n = 1; n < sizeof all; n += 37) {
        ss_keccak_hash(&keccak, SS_SHAKE128, &part, 1, some, n);
        kit_expect(ss_span_make(some, n), ss_span_make(all, n), "prefix");
    }
    cr_expect(ss_keccak_done(&keccak) == SS_OK);
}

Test(keccak, the_first_failure_is_kept)
{
    struct ss_keccak keccak;
    ss_span part = ss_span_of("part");
    uint8_t out[64];
    size_t i;

    ss_keccak_init(&keccak);
    memset(out, 7, sizeof out);
    ss_keccak_hash(&keccak, SS_SHA3_256, &part, 1, out, 33); /* there is no such size */
    for (i = 0; i < 33; i++)
        cr_expect(out[i] == 0);
    cr_expect(out[33] == 7);
    memset(out, 7, sizeof out);
    ss_keccak_hash(&keccak, SS_SHA3_256, &part, 1, out, 32);
    cr_expect(out[0] == 0 && out[31] == 0 && out[32] == 7);
    cr_expect(ss_keccak_done(&keccak) == SS_E_crypto);
}
