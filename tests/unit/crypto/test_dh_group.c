/* SPDX-License-Identifier: Apache-2.0 */
/* test_dh_group.c - the primes that have a name, and what passes for a safe prime.
 *
 * Follows: RFC 2409 section 6.2 and RFC 3526: 2^n - 2^(n-64) - 1 + 2^64 ((2^(n-130) pi) + k). The
 *   digests are of numbers that were computed from this formula and the digits of pi. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(dh_group, .fini = test_counted_check);

static const struct {
    unsigned bits;
    const char *sha256;
} primes[] = {
    {1024, "3f35a3f5f6c4376a744acad409bb22f8d897f949d2311d885adaa890981b67a0"},
    {1536, "64fcc83ec403930bf18393dbc883ccaa1fbb08ac876f77f7aa99748ca945019b"},
    {2048, "d66436f79bbd6b2e38c0ffbd079be904d2641415e2e67140e09448be9a60890e"},
    {3072, "48cf8b092fbce4359d9871abf74f98e25b6163379eaa15cd9087e800c6d1c55c"},
    {4096, "4ee95187682bcb230ad26a95205f6920e84708f6251b3894329b09ec23919e33"},
    {6144, "d1bfe6d0925ce7e4da262b62861514a7755e35831e429f343e7b864848657efd"},
    {8192, "39ab4feab950a3128fb71accb9fc3965d857012e081998a85996e3ea8b3c3bcf"},
};

Test(dh_group, the_primes_are_those_of_the_formula)
{
    size_t i;

    for (i = 0; i < SS_COUNT(primes); i++) {
        uint8_t digest[32];
        struct ss_buf prime;
        ss_span bytes;

        ss_buf_init(&prime, &test_counted()->env, SS_DH_SIZE_MAX);
        cr_assert(ss_dh_prime(primes[i].bits, &prime) == SS_OK, "%u", primes[i].bits);
        bytes = ss_buf_span(&prime);
        cr_expect(bytes.size == primes[i].bits / 8);
        cr_assert(ss_hash_sha256.digest(&bytes, 1, digest) == SS_OK);
        kit_expect(ss_span_make(digest, 32), test_hex(primes[i].sha256), "prime");
        ss_buf_fini(&prime);
    }
}

Test(dh_group, other_sizes_have_none)
{
    static const unsigned sizes[] = {0, 1, 768, 1023, 1025, 2047, 8191, 8193, 16384};
    struct ss_buf prime;
    size_t i;

    ss_buf_init(&prime, &test_counted()->env, SS_DH_SIZE_MAX);
    for (i = 0; i < SS_COUNT(sizes); i++)
        cr_expect(ss_dh_prime(sizes[i], &prime) == SS_E_not_found, "%u", sizes[i]);
    cr_expect(ss_buf_size(&prime) == 0);
    prime.ceiling = 255;
    cr_expect(ss_dh_prime(2048, &prime) == SS_E_ceiling && ss_buf_size(&prime) == 0);
    ss_buf_fini(&prime);
}

Test(dh_group, safe_primes_are_told_from_others)
{
    static const struct {
        const char *p, *what;
        ss_err err;
    } rows[] = {
        {"e27f4c79fc5aac128490e9d83bb72f987d141ca9eab8e647db3d169553cf3407", "safe", SS_OK},
        {"00000017", "23, with zeros in front", SS_OK},
        {"05", "5", SS_OK},
        {"86d5c789fe033585ea90fcfd30dfc4d42218231c64684f0df62e9a8f1fdb784b",
         "(p - 1) / 2 is a prime, p is none", SS_E_bad_public_value},
        {"887a28eb0b54f95846977046c5800dddafb1341340d80bbbe02b9097d04ad6b3",
         "the same, and p is a multiple of 3", SS_E_bad_public_value},
        {"fb1faa53429cbae2796b3500badc9a5115c2a93a615757955c9ebd32cb8f94d3",
         "p is a prime, (p - 1) / 2 is none", SS_E_bad_public_value},
        {"e27f4c79fc5aac128490e9d83bb72f987d141ca9eab8e647db3d169553cf3409", "neither is",
         SS_E_bad_public_value},
        {"e27f4c79fc5aac128490e9d83bb72f987d141ca9eab8e647db3d169553cf3406", "even",
         SS_E_bad_public_value},
        {"0f", "15: 7 is a prime", SS_E_bad_public_value},
        {"03", "3: 1 is no prime", SS_E_bad_public_value},
        {"01", "1", SS_E_bad_public_value},
        {"00", "0", SS_E_bad_public_value},
        {"", "nothing", SS_E_bad_public_value},
    };
    uint8_t wide[SS_DH_SIZE_MAX + 1] = {[SS_DH_SIZE_MAX] = 23};
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_err err = ss_dh_check_safe(test_guarded(test_hex(rows[i].p)));

        cr_expect(err == rows[i].err, "%s: %s", rows[i].what, ss_err_name(err));
    }
    cr_expect(ss_dh_check_safe(ss_span_make(wide, sizeof wide)) == SS_OK, "zeros do not count");
    wide[0] = 1;
    cr_expect(ss_dh_check_safe(ss_span_make(wide, sizeof wide)) == SS_E_bad_public_value);
    cr_expect(ss_dh_check_safe(test_hex(kit_prime)) == SS_OK);
}

Test(dh_group, bits_are_counted_from_the_highest_that_is_set)
{
    static const struct {
        const char *number;
        unsigned bits;
    } rows[] = {{"", 0},     {"00", 0},   {"01", 1},      {"80", 8},
                {"0001", 1}, {"017f", 9}, {"7fff", 15},   {"ffff", 16},
                {"0000", 0}, {"0080", 8}, {"010000", 17}, {"0000000000ff", 8}};
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        cr_expect(ss_dh_bits(test_guarded(test_hex(rows[i].number))) == rows[i].bits, "%s",
                  rows[i].number);
}

Test(dh_group, a_named_prime_is_safe)
{
    struct ss_buf prime;

    ss_buf_init(&prime, &test_counted()->env, SS_DH_SIZE_MAX);
    cr_assert(ss_dh_prime(1024, &prime) == SS_OK);
    cr_expect(ss_dh_check_safe(ss_buf_span(&prime)) == SS_OK);
    ss_buf_fini(&prime);
}
