/* SPDX-License-Identifier: Apache-2.0 */
/* test_advice.c - what the standards say, name by name.
 *
 * Follows: RFC 9142 section 4; RFC 4253 section 6; RFC 8332; RFC 8758. */
#include <criterion/criterion.h>

#include "sshspec/advice.h"

#include "sshspec/text.h"
#include "tests/support/support.h"

static enum ss_advice_level level(enum ss_names kind, const char *name)
{
    return ss_advice_of(kind, ss_span_of(name)).level;
}

/* From the texts, once more: the table is not to agree with itself by accident. */
static const struct {
    enum ss_names kind;
    const char *name;
    enum ss_advice_level level;
    const char *source;
} facts[] = {
    {SS_NAMES_KEX, "diffie-hellman-group14-sha256", SS_ADVICE_MUST, "RFC 9142 section 4"},
    {SS_NAMES_KEX, "curve25519-sha256", SS_ADVICE_SHOULD, "RFC 9142 section 4"},
    {SS_NAMES_KEX, "ecdh-sha2-nistp521", SS_ADVICE_SHOULD, "RFC 9142 section 4"},
    {SS_NAMES_KEX, "ecdh-sha2-1.3.132.0.10", SS_ADVICE_MAY, "RFC 9142 section 4"},
    {SS_NAMES_KEX, "diffie-hellman-group16-sha512", SS_ADVICE_SHOULD, "RFC 9142 section 4"},
    {SS_NAMES_KEX, "diffie-hellman-group14-sha1", SS_ADVICE_MAY, "RFC 9142 section 4"},
    {SS_NAMES_KEX, "diffie-hellman-group1-sha1", SS_ADVICE_SHOULD_NOT, "RFC 9142 section 4"},
    {SS_NAMES_KEX, "diffie-hellman-group-exchange-sha1", SS_ADVICE_SHOULD_NOT,
     "RFC 9142 section 4"},
    {SS_NAMES_KEX, "gss-group1-sha1-toWM5Slw5Ew8Mqkay+al2g==", SS_ADVICE_SHOULD_NOT,
     "RFC 9142 section 4"},
    {SS_NAMES_KEX, "rsa1024-sha1", SS_ADVICE_MUST_NOT, "RFC 9142 section 4"},
    {SS_NAMES_HOST_KEY, "ssh-rsa", SS_ADVICE_SHOULD_NOT, "RFC 8332 section 5.2"},
    {SS_NAMES_HOST_KEY, "rsa-sha2-256", SS_ADVICE_SHOULD, "RFC 8332 section 3"},
    {SS_NAMES_HOST_KEY, "rsa-sha2-512", SS_ADVICE_MAY, "RFC 8332 section 3"},
    {SS_NAMES_HOST_KEY, "ssh-ed25519", SS_ADVICE_SHOULD, "RFC 8709 section 3"},
    {SS_NAMES_CIPHER, "arcfour", SS_ADVICE_MUST_NOT, "RFC 8758 section 2"},
    {SS_NAMES_CIPHER, "arcfour256", SS_ADVICE_MUST_NOT, "RFC 8758 section 2"},
    {SS_NAMES_CIPHER, "none", SS_ADVICE_SHOULD_NOT, "RFC 4253 section 6.3"},
    {SS_NAMES_CIPHER, "aes256-ctr", SS_ADVICE_SHOULD, "RFC 4344 section 4"},
    {SS_NAMES_MAC, "none", SS_ADVICE_SHOULD_NOT, "RFC 4253 section 6.4"},
    {SS_NAMES_MAC, "hmac-sha2-256", SS_ADVICE_SHOULD, "RFC 6668 section 2"},
    {SS_NAMES_COMPRESSION, "none", SS_ADVICE_MUST, "RFC 4253 section 6.2"},
};

Test(advice, the_word_is_the_standard_s)
{
    size_t i;

    for (i = 0; i < SS_COUNT(facts); i++) {
        struct ss_advice advice = ss_advice_of(facts[i].kind, ss_span_of(facts[i].name));

        cr_expect_eq(advice.level, facts[i].level, "%s", facts[i].name);
        cr_expect_str_eq(advice.source, facts[i].source, "%s", facts[i].name);
    }
}

Test(advice, a_name_without_a_row_has_no_word)
{
    struct ss_advice advice = ss_advice_of(SS_NAMES_KEX, ss_span_of("mine@example.org"));

    cr_expect_eq(advice.level, SS_ADVICE_NONE);
    cr_expect_str_eq(advice.source, "");
    cr_expect_str_eq(advice.note, "");
    cr_expect_eq(level(SS_NAMES_MAC, "aes256-ctr"), SS_ADVICE_NONE);
    cr_expect_eq(level(SS_NAMES_CIPHER, "arcfour2560"), SS_ADVICE_NONE);
    cr_expect_eq(level(SS_NAMES_CIPHER, ""), SS_ADVICE_NONE);
}

/* What is old and asked for all the same is told with what speaks against it. */
Test(advice, old_words_have_a_note)
{
    static const struct {
        enum ss_names kind;
        const char *name;
    } old[] = {{SS_NAMES_CIPHER, "3des-cbc"},
               {SS_NAMES_CIPHER, "aes128-cbc"},
               {SS_NAMES_MAC, "hmac-md5"},
               {SS_NAMES_HOST_KEY, "ssh-dss"}};
    size_t i;

    for (i = 0; i < SS_COUNT(old); i++)
        cr_expect_neq(ss_advice_of(old[i].kind, ss_span_of(old[i].name)).note[0], '\0', "%s",
                      old[i].name);
}

Test(advice, words_are_those_of_rfc_2119)
{
    cr_expect_str_eq(ss_advice_word(SS_ADVICE_NONE), "-");
    cr_expect_str_eq(ss_advice_word(SS_ADVICE_MUST_NOT), "MUST NOT");
    cr_expect_str_eq(ss_advice_word(SS_ADVICE_SHOULD_NOT), "SHOULD NOT");
    cr_expect_str_eq(ss_advice_word(SS_ADVICE_MAY), "MAY");
    cr_expect_str_eq(ss_advice_word(SS_ADVICE_SHOULD), "SHOULD");
    cr_expect_str_eq(ss_advice_word(SS_ADVICE_MUST), "MUST");
}

/* rule: RFC9142-4-group14-sha256-must, RFC8758-2-no-arcfour: our default is as advised. */
Test(advice, the_default_policy_follows_it)
{
    static const enum ss_role roles[] = {SS_CLIENT, SS_SERVER};
    ss_span list, name;
    size_t kind, i;

    for (kind = 0; kind < SS_NAMES_COUNT; kind++) {
        for (i = 0; i < SS_COUNT(roles); i++) {
            list = ss_span_of(ss_policy_list(&ss_policies[0], (enum ss_names)kind, roles[i]));
            while (ss_namelist_next(&list, &name)) {
                struct ss_advice advice = ss_advice_of((enum ss_names)kind, name);

                cr_expect_neq(advice.level, SS_ADVICE_MUST_NOT, "%.*s", (int)name.size,
                              (const char *)name.data);
                cr_expect_neq(advice.level, SS_ADVICE_SHOULD_NOT, "%.*s", (int)name.size,
                              (const char *)name.data);
                cr_expect_str_eq(advice.note, "", "%.*s", (int)name.size, (const char *)name.data);
            }
        }
    }
    list = ss_span_of(ss_policy_list(&ss_policies[0], SS_NAMES_KEX, SS_SERVER));
    cr_expect(ss_namelist_has(list, ss_span_of("diffie-hellman-group14-sha256")));
}
