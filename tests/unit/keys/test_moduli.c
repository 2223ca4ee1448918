/* SPDX-License-Identifier: Apache-2.0 */
/* test_moduli.c - which lines of a moduli file are taken, and which group is chosen.
 *
 * Follows: moduli(5); RFC 4419 section 3. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sshspec/moduli.h"
#include "tests/unit/keys/kit.h"

static void fini(void)
{
    test_counted_check();
}
TestSuite(moduli, .fini = fini);

/* Safe primes. */
#define P256 "e27f4c79fc5aac128490e9d83bb72f987d141ca9eab8e647db3d169553cf3407"
#define P384                                                                                       \
    "e3274cea90336e6e7f409b83b9fae86176463c4dee3c85a7881b5917c9f3aaaac6cd78a15c52c46a4f3215e52e36" \
    "0ddf"
#define P512                                                                                       \
    "9ac0abc118fde71d996785b343ad5df8ff85346098b761b1efa893346afb05f61d2a612e7cc55f778eef416cd4f4" \
    "2f4d85ccd051bdfc6ed993f4f979700c0ee3"
#define STAMP "20240101000000 "

static struct ss_moduli *fresh(void)
{
    struct ss_moduli *moduli;

    cr_assert(ss_moduli_new(&test_counted()->env, &moduli) == SS_OK);
    return moduli;
}

static struct ss_moduli_report read_text(struct ss_moduli *moduli, const char *text)
{
    struct ss_moduli_report report = {99, 99, 99};

    cr_assert(ss_moduli_read(moduli, test_guarded(ss_span_of(text)), &report) == SS_OK);
    return report;
}

static bool is(ss_span got, const char *hex)
{
    return ss_span_eq(got, test_hex(hex));
}

Test(moduli, a_line_says_prime_and_generator)
{
    struct ss_moduli *moduli = fresh();
    struct ss_moduli_report report;
    struct ss_modulus modulus;

    report = read_text(moduli, "# a comment\n\n   \n" STAMP "2 6 100 255 2 " P256 "\n"
                               "\t# another\r\n" STAMP "2 6 100 383 5 " P384 "\r\n" STAMP
                               "2 6 100 512 0 " P512);
    cr_expect(report.taken == 3 && report.refused == 0 && report.line == 0);
    cr_assert(ss_moduli_count(moduli) == 3);
    ss_moduli_at(moduli, 0, &modulus);
    cr_expect(modulus.bits == 256 && is(modulus.p, P256) && is(modulus.g, "02"));
    ss_moduli_at(moduli, 1, &modulus);
    cr_expect(modulus.bits == 384 && is(modulus.p, P384) && is(modulus.g, "05"));
    ss_moduli_at(moduli, 2, &modulus);
    cr_expect(modulus.bits == 512 && is(modulus.p, P512) && is(modulus.g, "02"), "0 means 2");
    ss_moduli_free(&moduli);
    cr_expect(moduli == NULL);
    ss_moduli_free(&moduli);
}

/* Each is one line; what the line lacks stands beside it. */
Test(moduli, lines_that_are_not_good_enough_are_counted_and_passed_over)
{
    static const struct {
        const char *line, *what;
        bool taken;
    } rows[] = {
        {STAMP "2 6 100 255 2 " P256, "as it is", true},
        {STAMP "4 6 100 255 2 " P256, "of another kind", true},
        {STAMP "2 4 100 255 2 " P256, "Miller-Rabin, often", true},
        {STAMP "2 8 0 255 2 " P256, "another test", true},
        {STAMP "2 12 1 256 2 " P256, "both tests", true},
        {STAMP "2 6 100 255 0a " P256, "a generator of two digits", true},
        {STAMP "2 6 100 255 E27F4C79 " P256, "capitals", true},
        {"  " STAMP "  2\t6 100 255   2 " P256 "  ", "blanks", true},
        {"0 2 6 100 255 2 " P256, "any time", true},
        {STAMP "0 6 100 255 2 " P256, "type 0", false},
        {STAMP "1 6 100 255 2 " P256, "type 1", false},
        {STAMP "2 0 100 255 2 " P256, "not tested", false},
        {STAMP "2 2 100 255 2 " P256, "only sieved", false},
        {STAMP "2 7 100 255 2 " P256, "composite", false},
        {STAMP "2 9 100 255 2 " P256, "composite by another test", false},
        {STAMP "2 4 99 255 2 " P256, "Miller-Rabin, seldom", false},
        {STAMP "2 6 99 255 2 " P256, "Miller-Rabin, seldom, and sieved", false},
        {STAMP "2 6 100 254 2 " P256, "two bits more than it says", false},
        {STAMP "2 6 100 257 2 " P256, "a bit less than it says", false},
        {STAMP "2 6 100 255 1 " P256, "generator 1", false},
        {STAMP "2 6 100 255 2 " P256 " more", "another word", false},
        {STAMP "2 6 100 255 2", "no modulus", false},
        {STAMP, "nothing but a time", false},
        {STAMP "2 6 100 255 2 " P256 "z", "no digit", false},
        {STAMP "2 6 100 255 z " P256, "no digit of a generator", false},
        {STAMP "2 6 100 255 2 0x" P256, "a prefix", false},
        {STAMP "-2 6 100 255 2 " P256, "a sign", false},
        {STAMP "2 six 100 255 2 " P256, "a word", false},
        {STAMP "2 6 9999999999 255 2 " P256, "more trials than anybody made", false},
        {STAMP "2 6 100 4 2 17", "23", false},
        {STAMP "2 6 100 255 2 e27f4c79fc5aac128490e9d83bb72f987d141ca9eab8e647db3d169553cf3406",
         "even", false},
        {STAMP "2 6 100 255 " P256 " " P256, "generator p", false},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_moduli *moduli = fresh();
        struct ss_moduli_report report;
        char text[1024];

        (void)snprintf(text, sizeof text, "#\n%s\n" STAMP "2 6 100 511 2 " P512 "\n", rows[i].line);
        report = read_text(moduli, text);
        cr_expect(report.taken == (rows[i].taken ? 2 : 1), "%s", rows[i].what);
        cr_expect(report.refused == (rows[i].taken ? 0 : 1), "%s", rows[i].what);
        cr_expect(report.line == (rows[i].taken ? 0 : 2), "%s", rows[i].what);
        cr_expect(ss_moduli_count(moduli) == report.taken);
        ss_moduli_free(&moduli);
    }
}

/* As many digits as the widest prime has, an odd number of them, and one more. */
Test(moduli, the_widest_and_the_odd)
{
    static char text[4096];
    struct ss_moduli *moduli = fresh();
    struct ss_modulus modulus;
    size_t at;

    at = (size_t)snprintf(text, sizeof text, STAMP "2 6 100 8192 2 ");
    memset(text + at, 'f', 2048);
    cr_expect(read_text(moduli, text).taken == 1);
    memset(text + at, 'f', 2049);
    cr_expect(read_text(moduli, text).refused == 1);
    at = (size_t)snprintf(text, sizeof text, STAMP "2 6 100 8188 2 ");
    memset(text + at, 'f', 2047);
    text[at + 2047] = 0;
    cr_expect(read_text(moduli, text).taken == 1);
    ss_moduli_at(moduli, 1, &modulus);
    cr_expect(modulus.bits == 8188 && modulus.p.size == 1024 && modulus.p.data[0] == 0x0f);
    cr_expect(read_text(moduli, "").taken == 0);
    ss_moduli_free(&moduli);
}

Test(moduli, the_groups_that_have_a_name)
{
    static const unsigned sizes[] = {2048, 3072, 4096, 6144, 8192};
    struct ss_moduli *moduli = fresh();
    struct ss_modulus modulus;
    size_t i;

    cr_assert(ss_moduli_add_named(moduli) == SS_OK);
    cr_assert(ss_moduli_count(moduli) == SS_COUNT(sizes));
    for (i = 0; i < SS_COUNT(sizes); i++) {
        ss_moduli_at(moduli, i, &modulus);
        cr_expect(modulus.bits == sizes[i] && is(modulus.g, "02"));
        cr_expect(modulus.p.size == sizes[i] / 8 && modulus.p.data[0] == 0xff);
    }
    ss_moduli_free(&moduli);
}

Test(moduli, zeros_in_front_are_not_kept)
{
    struct ss_moduli *moduli = fresh();
    struct ss_modulus modulus;

    cr_assert(ss_moduli_add(moduli, test_hex("0000" P256), test_hex("0002")) == SS_OK);
    cr_expect(ss_moduli_add(moduli, test_hex("17"), test_hex("02")) == SS_E_bad_public_value);
    ss_moduli_at(moduli, 0, &modulus);
    cr_expect(modulus.bits == 256 && is(modulus.p, P256) && is(modulus.g, "02"));
    ss_moduli_free(&moduli);
}

/* A group of that many bits; whether it is any good is of no interest here. */
static void add_size(struct ss_moduli *moduli, unsigned bits)
{
    uint8_t p[SS_DH_SIZE_MAX];
    size_t size = (bits + 7) / 8;

    memset(p, 0xff, sizeof p);
    p[0] = (uint8_t)(0xff >> (size * 8 - bits));
    cr_assert(ss_moduli_add(moduli, ss_span_make(p, size), test_hex("02")) == SS_OK);
}

/* rule: RFC4419-3-server-smallest-larger, RFC4419-3-server-group-fits */
Test(moduli, the_choice)
{
    static const struct {
        unsigned min, n, max, bits;
    } rows[] = {
        {1024, 2048, 8192, 2048}, {2048, 3072, 8192, 3072},
        {2048, 2049, 8192, 3072}, {1024, 1024, 8192, 1536},
        {1024, 1536, 1536, 1536}, {2048, 7680, 8192, 8190},
        {2048, 8192, 8192, 8190}, /* none is as large: the largest */
        {2048, 2500, 3000, 2048}, /* none from n to max: the largest from min */
        {1024, 3000, 3000, 2048}, {1536, 2047, 2047, 1536},
        {1024, 1024, 1100, 1536}, /* none in the range: the nearest */
        {8191, 8192, 8192, 8190}, {2049, 2100, 2200, 2048},
        {2900, 2950, 3000, 3072}, {2500, 2550, 2620, 3072}, /* 452 and 452 bits away: the larger */
        {0, 0, 0, 1536},          {9000, 9000, 9000, 8190},
    };
    static const unsigned sizes[] = {3072, 1536, 8190, 2048};
    struct ss_moduli *moduli = fresh();
    struct ss_modulus modulus;
    size_t i;

    cr_expect(ss_moduli_choose(moduli, test_env(), 1, 2, 3, &modulus) == SS_E_not_found);
    for (i = 0; i < SS_COUNT(sizes); i++)
        add_size(moduli, sizes[i]);
    for (i = 0; i < SS_COUNT(rows); i++) {
        cr_assert(ss_moduli_choose(moduli, test_env(), rows[i].min, rows[i].n, rows[i].max,
                                   &modulus) == SS_OK);
        cr_expect(modulus.bits == rows[i].bits, "%u %u %u: %u", rows[i].min, rows[i].n, rows[i].max,
                  modulus.bits);
    }
    ss_moduli_free(&moduli);
}

static ss_err no_random(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    (void)out;
    (void)n;
    return SS_E_no_random;
}

Test(moduli, among_equals_chance_decides)
{
    struct ss_moduli *moduli = fresh();
    struct ss_modulus modulus;
    struct ss_seeded seeded;
    struct ss_env mute = *test_env();
    unsigned seen[6] = {0};
    size_t i;

    ss_seeded_init(&seeded, 4);
    cr_assert(ss_moduli_add(moduli, test_hex(P256), test_hex("02")) == SS_OK);
    cr_assert(ss_moduli_add(moduli, test_hex(P512), test_hex("02")) == SS_OK);
    cr_assert(ss_moduli_add(moduli, test_hex(P256), test_hex("03")) == SS_OK);
    cr_assert(ss_moduli_add(moduli, test_hex(P256), test_hex("05")) == SS_OK);
    for (i = 0; i < 300; i++) {
        cr_assert(ss_moduli_choose(moduli, &seeded.env, 256, 256, 256, &modulus) == SS_OK);
        cr_assert(modulus.bits == 256);
        seen[modulus.g.data[0]]++;
    }
    cr_expect(seen[2] > 60 && seen[3] > 60 && seen[5] > 60, "%u %u %u", seen[2], seen[3], seen[5]);
    mute.random = no_random;
    cr_expect(ss_moduli_choose(moduli, &mute, 1, 1, 9000, &modulus) == SS_E_no_random);
    ss_moduli_free(&moduli);
}

Test(moduli, memory_may_end_at_any_time)
{
    const char *text = STAMP "2 6 100 255 2 " P256 "\n" STAMP "2 6 100 511 2 " P512 "\n";
    struct ss_moduli_report report = {7, 7, 7};
    struct ss_moduli *moduli;
    size_t n;

    for (n = 1; n <= 2; n++) {
        kit_scarce(n);
        if (ss_moduli_new(&test_counted()->env, &moduli) == SS_OK)
            break;
    }
    kit_scarce(0);
    cr_assert(n == 2);
    for (n = 1; n < 100; n++) {
        ss_err err;

        kit_scarce(n);
        err = ss_moduli_read(moduli, ss_span_of(text), &report);
        kit_scarce(0);
        if (err == SS_OK)
            break;
        cr_expect(err == SS_E_no_memory && report.taken == 7);
    }
    cr_expect(n > 3 && n < 100 && report.taken == 2);
    for (n = 1; n < 100; n++) {
        ss_err err;

        kit_scarce(n);
        err = ss_moduli_add_named(moduli);
        kit_scarce(0);
        if (err == SS_OK)
            break;
        cr_expect(err == SS_E_no_memory);
    }
    cr_expect(n > 1 && n < 100);
    ss_moduli_free(&moduli);
}
