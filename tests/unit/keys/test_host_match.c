/* SPDX-License-Identifier: Apache-2.0 */
/* test_host_match.c - the host field of a known_hosts line.
 *
 * Follows: sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT". */
#include <criterion/criterion.h>
#include <stdio.h>

#include "keys/host_match.h"
#include "tests/support/support.h"

TestSuite(host_match, .fini = test_counted_check);

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static bool match(const char *field, const char *host)
{
    bool got = false;

    cr_assert(ss_host_field_match(env(), test_guarded(ss_span_of(field)),
                                  test_guarded(ss_span_of(host)), &got) == SS_OK);
    return got;
}

Test(host_match, a_hashed_name_is_the_hmac_of_the_name_in_lower_case)
{
    struct ss_buf want;
    uint8_t digest[20];
    char field[128];

    cr_assert(ss_hmac_sha1(test_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
                           ss_span_of("hi there"), digest) == SS_OK);
    ss_buf_init(&want, env(), 64);
    cr_assert(ss_base64_encode(&want, ss_span_make(digest, 20)) == SS_OK);
    (void)snprintf(field, sizeof field, "|1|CwsLCwsLCwsLCwsLCwsLCwsLCws=|%.*s",
                   (int)ss_buf_size(&want), (const char *)ss_buf_at(&want));
    ss_buf_fini(&want);
    cr_expect(ss_host_field_valid(ss_span_of(field)));
    cr_expect(match(field, "hi there") && match(field, "Hi There"));
    cr_expect(!match(field, "hi ther"));
    field[strlen(field) - 3] ^= 1;
    cr_expect(!match(field, "hi there"));
}

Test(host_match, pad_bits_that_are_not_zero_match_nobody)
{
    cr_expect(!match("|1|AAAA|AAAAAAAAAAAAAAAAAAAAAAAAAAB=", "h"));
    cr_expect(!match("|1|AAAB=|x", "h"));
}

Test(host_match, patterns_and_their_negations)
{
    static const struct {
        const char *field, *host;
        bool want;
    } rows[] = {
        {"a", "a", true},           {"a", "A", true},          {"a", "ab", false},
        {"a,b", "b", true},         {"*", "anything", true},   {"*,!a", "a", false},
        {"!a,*", "a", false},       {"!a", "b", false},        {"!", "a", false},
        {"a,,b", "", false},        {"a*c", "abbc", true},     {"?", "", false},
        {"[h]:22", "[h]:22", true}, {"[h]:*", "[h]:99", true}, {"[h]:22", "h", false},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        cr_expect(match(rows[i].field, rows[i].host) == rows[i].want, "%s %s", rows[i].field,
                  rows[i].host);
}

Test(host_match, names_are_taken_out_of_a_list)
{
    static const struct {
        const char *field, *host, *left;
        bool held;
    } rows[] = {
        {"a", "a", "", true},   {"a,b", "a", "b", true},  {"a,b,a", "a", "b", true},
        {"b", "a", "b", false}, {"a*", "a", "a*", false}, {"a,!b", "a", "", false},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_buf left;
        bool held = !rows[i].held;

        ss_buf_init(&left, env(), 64);
        cr_assert(ss_host_field_without(env(), ss_span_of(rows[i].field), ss_span_of(rows[i].host),
                                        &left, &held) == SS_OK);
        cr_expect(held == rows[i].held, "%s", rows[i].field);
        cr_expect(ss_span_is(ss_buf_span(&left), rows[i].left), "%s", rows[i].field);
        ss_buf_fini(&left);
    }
}

Test(host_match, a_fresh_hash_holds_its_host_and_differs_each_time)
{
    struct ss_buf one, two;
    bool held = false;

    ss_buf_init(&one, env(), 128);
    ss_buf_init(&two, env(), 128);
    cr_assert(ss_host_field_hash(env(), ss_span_of("h"), &one) == SS_OK);
    cr_assert(ss_host_field_hash(env(), ss_span_of("h"), &two) == SS_OK);
    cr_expect(!ss_span_eq(ss_buf_span(&one), ss_buf_span(&two)));
    cr_expect(ss_host_field_without(env(), ss_buf_span(&one), ss_span_of("h"), &two, &held) ==
                  SS_OK &&
              held);
    ss_buf_fini(&two);
    ss_buf_fini(&one);
}
