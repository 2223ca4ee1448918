/* SPDX-License-Identifier: Apache-2.0 */
/* test_policy.c - policies, and lists written with edits and patterns.
 *
 * Follows: ssh_config(5), KexAlgorithms. */
#include <criterion/criterion.h>

#include "sshspec/config.h"

#include "sshspec/text.h"
#include "tests/support/support.h"

static const struct ss_policy small = {
    "small", "for tests", {"", "", "aes256-ctr,nobody@example.org,aes128-ctr", "", ""}};

static char *resolved(const struct ss_policy *policy, enum ss_names kind, const char *wanted)
{
    static char text[4096];
    struct ss_buf out;

    ss_buf_init(&out, test_env(), sizeof text - 1);
    cr_assert(ss_names_resolve(ss_registry_standard(), policy, kind, wanted, &out) == SS_OK);
    memcpy(text, ss_buf_at(&out), ss_buf_size(&out));
    text[ss_buf_size(&out)] = 0;
    ss_buf_fini(&out);
    return text;
}

Test(policy, lists_are_edited_as_in_ssh_config)
{
    static const char *const rows[][2] = {
        {NULL, "aes256-ctr,aes128-ctr"}, /* what the registry does not have is left out */
        {"a,b,,a", "a,b,,a"},            /* a plain list goes as it is, whatever it says */
        {"", ""},
        {"+aes128-gcm@openssh.com", "aes256-ctr,aes128-ctr,aes128-gcm@openssh.com"},
        {"+aes256-ctr,new@example.org", "aes256-ctr,aes128-ctr,new@example.org"},
        {"^aes128-ctr", "aes128-ctr,aes256-ctr"},
        {"^lie,aes128-ctr", "lie,aes128-ctr,aes256-ctr"},
        {"-aes256-ctr", "aes128-ctr"},
        {"-aes*", ""},
        {"-*256*", "aes128-ctr"},
        {"+aes?56-gcm@*", "aes256-ctr,aes128-ctr,aes256-gcm@openssh.com"},
        {"chacha*", "chacha20-poly1305@openssh.com"},
        {"nothing*", ""},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const char *got = resolved(&small, SS_NAMES_CIPHER, rows[i][0]);

        cr_expect_str_eq(got, rows[i][1], "%s", rows[i][0] != NULL ? rows[i][0] : "(null)");
    }
}

Test(policy, legacy_is_the_whole_registry_and_modern_a_part_of_it)
{
    const struct ss_registry *registry = ss_registry_standard();
    const struct ss_policy *legacy = ss_policy_find(ss_span_of("legacy"));
    size_t kind, i;

    cr_assert(legacy != NULL);
    for (kind = 0; kind < SS_NAMES_COUNT; kind++) {
        ss_span list = ss_span_of(resolved(legacy, (enum ss_names)kind, NULL)), name;
        const char *at;

        for (i = 0; (at = ss_names_at(registry, (enum ss_names)kind, i)) != NULL; i++) {
            if (strcmp(at, "none") == 0 && kind != SS_NAMES_COMPRESSION)
                continue; /* only by its name */
            cr_assert(ss_namelist_next(&list, &name));
            cr_expect(ss_span_is(name, at), "%s", at);
        }
        cr_expect_not(ss_namelist_next(&list, &name));
    }
}

/* A policy is data typed by hand: no name twice, none empty, nothing but printable ASCII. */
Test(policy, rows_are_well_formed)
{
    const struct ss_policy *policy;
    size_t kind;

    for (policy = ss_policies; policy->name != NULL; policy++) {
        cr_expect(ss_policy_find(ss_span_of(policy->name)) == policy);
        for (kind = 0; kind < SS_NAMES_COUNT; kind++) {
            ss_span list = ss_span_of(policy->lists[kind]), name;

            cr_expect(list.size > 0, "%s", policy->name);
            while (ss_namelist_next(&list, &name)) {
                cr_expect(name.size > 0 && name.size <= 64, "%s", policy->name);
                cr_expect_not(ss_namelist_has(list, name), "%s: %.*s twice", policy->name,
                              (int)name.size, (const char *)name.data);
                cr_expect(ss_utf8_valid(name));
            }
        }
    }
    cr_expect(ss_policy_find(ss_span_of("modernx")) == NULL);
    cr_expect_str_eq(ss_policies[0].name, "modern");
}

/* rule: RFC 9142 section 4: nothing that it says one must or should not offer. */
Test(policy, modern_has_nothing_that_is_advised_against)
{
    static const char *const weak[] = {"*sha1*", "*group1-*", "ssh-rsa*", "ssh-dss*", "*-cbc*",
                                       "*md5*",  "*-96*",     "none",     "arcfour*"};
    size_t kind, i;

    for (kind = 0; kind < SS_NAMES_COMPRESSION; kind++) {
        ss_span list = ss_span_of(ss_policies[0].lists[kind]), name;

        while (ss_namelist_next(&list, &name)) {
            for (i = 0; i < SS_COUNT(weak); i++)
                cr_expect_not(ss_glob(ss_span_of(weak[i]), name, false), "%.*s", (int)name.size,
                              (const char *)name.data);
        }
    }
}

Test(policy, config_uses_the_policy_it_names)
{
    struct ss_config config;
    struct ss_buf out;

    ss_config_init(&config, SS_CLIENT);
    cr_expect_str_eq(config.policy, "modern");
    cr_expect(ss_config_set(&config, ss_span_of("policy"), "legacy") == SS_OK);
    cr_expect_str_eq(config.policy, "legacy");
    cr_expect(ss_config_set(&config, ss_span_of("policy"), "legaci") == SS_E_bad_argument);
    cr_expect_str_eq(config.policy, "legacy");
    ss_buf_init(&out, test_env(), 65536);
    cr_expect(ss_config_names(&config, SS_NAMES_CIPHER, "-*", &out) == SS_OK);
    cr_expect(ss_buf_size(&out) == 0);
    config.policy = "nobody";
    cr_expect(ss_config_names(&config, SS_NAMES_CIPHER, NULL, &out) == SS_E_bad_argument);
    ss_buf_fini(&out);
}
