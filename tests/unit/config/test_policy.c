/* SPDX-License-Identifier: Apache-2.0 */
/* test_policy.c - policies, and lists written with edits and patterns.
 *
 * Follows: ssh_config(5), KexAlgorithms. */
#include <criterion/criterion.h>

#include "sshspec/config.h"

#include "sshspec/text.h"
#include "tests/support/support.h"

static const char small[] = "aes256-ctr,nobody@example.org,aes128-ctr";

static char *resolved(enum ss_names kind, const char *offer, const char *wanted)
{
    static char text[4096];
    struct ss_buf out;

    ss_buf_init(&out, test_env(), sizeof text - 1);
    cr_assert(ss_names_resolve(ss_registry_standard(), kind, offer, wanted, &out) == SS_OK);
    if (ss_buf_size(&out) > 0)
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
        const char *got = resolved(SS_NAMES_CIPHER, small, rows[i][0]);

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
        const char *offer = ss_policy_list(legacy, (enum ss_names)kind, SS_CLIENT);
        ss_span list = ss_span_of(resolved((enum ss_names)kind, offer, NULL)), name;
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

/* Every list of every policy, of both roles. */
static void walk_lists(void (*visit)(const struct ss_policy *policy, ss_span list))
{
    static const enum ss_role roles[] = {SS_CLIENT, SS_SERVER};
    const struct ss_policy *policy;
    size_t kind, i;

    for (policy = ss_policies; policy->name != NULL; policy++) {
        for (kind = 0; kind < SS_NAMES_COUNT; kind++) {
            for (i = 0; i < SS_COUNT(roles); i++)
                visit(policy, ss_span_of(ss_policy_list(policy, (enum ss_names)kind, roles[i])));
        }
    }
}

static void is_well_formed(const struct ss_policy *policy, ss_span list)
{
    ss_span name;

    cr_expect(list.size > 0, "%s", policy->name);
    while (ss_namelist_next(&list, &name)) {
        cr_expect(name.size > 0 && name.size <= 64, "%s", policy->name);
        cr_expect_not(ss_namelist_has(list, name), "%s: %.*s twice", policy->name, (int)name.size,
                      (const char *)name.data);
        cr_expect(ss_utf8_valid(name));
    }
}

/* A policy is data typed by hand: no name twice, none empty, nothing but printable ASCII. */
Test(policy, rows_are_well_formed)
{
    const struct ss_policy *policy;

    walk_lists(is_well_formed);
    for (policy = ss_policies; policy->name != NULL; policy++)
        cr_expect(ss_policy_find(ss_span_of(policy->name)) == policy);
    cr_expect(ss_policy_find(ss_span_of("modernx")) == NULL);
    cr_expect_str_eq(ss_policies[0].name, "modern");
}

/* A name that is written wrong anywhere would be one that only one row has. The names that are
 * known to be in one policy alone stand here. */
static void knows_its_names(const struct ss_policy *policy, ss_span list)
{
    static const char *const alone[] = {"*",
                                        "mlkem1024nistp384-sha384",
                                        "mlkem768nistp256-sha256",
                                        "curve448-sha512",
                                        "ssh-ed448",
                                        "diffie-hellman-group15-sha512",
                                        "diffie-hellman-group17-sha512",
                                        "ssh-mldsa44-ed25519",
                                        "ssh-mldsa44-ed25519-cert",
                                        "aes128-cbc",
                                        "aes192-cbc",
                                        "aes256-cbc"};
    const struct ss_policy *other;
    ss_span name;

    while (ss_namelist_next(&list, &name)) {
        bool known = false;
        size_t i;

        for (i = 0; i < SS_COUNT(alone); i++)
            known = known || ss_span_is(name, alone[i]);
        for (other = ss_policies; other->name != NULL; other++) {
            for (i = 0; other != policy && i < SS_NAMES_COUNT; i++)
                known = known || ss_namelist_has(ss_span_of(other->lists[i].of_client), name);
        }
        cr_expect(known, "%s: %.*s", policy->name, (int)name.size, (const char *)name.data);
    }
}

Test(policy, names_are_those_of_other_rows)
{
    walk_lists(knows_its_names);
}

/* ---- what OpenSSH's release notes tell ---- */
static ss_span list_of(const char *policy, enum ss_names kind, enum ss_role role)
{
    const struct ss_policy *found = ss_policy_find(ss_span_of(policy));

    cr_assert(found != NULL, "%s", policy);
    return ss_span_of(ss_policy_list(found, kind, role));
}

static bool has(const char *policy, enum ss_names kind, const char *name, enum ss_role role)
{
    return ss_namelist_has(list_of(policy, kind, role), ss_span_of(name));
}

/* name stands in the lists of both roles from one release on, or up to one: first and last are
 * null for "since ever" and "to this day". */
struct fact {
    enum ss_names kind;
    const char *name, *first, *last;
};
static const struct fact facts[] = {
    {SS_NAMES_KEX, "diffie-hellman-group14-sha1", NULL, "openssh-8.0"},
    {SS_NAMES_KEX, "sntrup761x25519-sha512@openssh.com", "openssh-8.9", NULL},
    {SS_NAMES_KEX, "sntrup761x25519-sha512", "openssh-9.9", NULL},
    {SS_NAMES_KEX, "mlkem768x25519-sha256", "openssh-9.9", NULL},
    {SS_NAMES_KEX, "diffie-hellman-group1-sha1", "never", NULL},
    {SS_NAMES_HOST_KEY, "rsa-sha2-512-cert-v01@openssh.com", "openssh-7.8", NULL},
    {SS_NAMES_HOST_KEY, "sk-ssh-ed25519@openssh.com", "openssh-8.2", NULL},
    {SS_NAMES_HOST_KEY, "ssh-rsa", NULL, "openssh-8.5"},
    {SS_NAMES_HOST_KEY, "ssh-rsa-cert-v01@openssh.com", NULL, "openssh-8.5"},
    {SS_NAMES_HOST_KEY, "webauthn-sk-ecdsa-sha2-nistp256@openssh.com", "openssh-10.3", NULL},
    {SS_NAMES_HOST_KEY, "ssh-mldsa44-ed25519", "openssh-10.6", NULL},
    {SS_NAMES_HOST_KEY, "ssh-dss", "never", NULL},
    {SS_NAMES_CIPHER, "3des-cbc", "never", NULL},
    {SS_NAMES_CIPHER, "aes256-gcm@openssh.com", NULL, NULL},
    {SS_NAMES_MAC, "hmac-sha1", NULL, NULL},
    {SS_NAMES_MAC, "hmac-md5", "never", NULL},
    {SS_NAMES_COMPRESSION, "zlib@openssh.com", NULL, NULL},
};

Test(policy, names_come_and_go_with_the_release_that_said_so)
{
    const struct fact *fact;
    const struct ss_policy *policy;

    for (fact = facts; fact < facts + SS_COUNT(facts); fact++) {
        bool there = fact->first == NULL;

        for (policy = ss_policies; policy->name != NULL; policy++) {
            if (strncmp(policy->name, "openssh-", 8) != 0)
                continue;
            if (fact->first != NULL && strcmp(policy->name, fact->first) == 0)
                there = true;
            cr_expect_eq(has(policy->name, fact->kind, fact->name, SS_CLIENT), there, "%s: %s",
                         policy->name, fact->name);
            cr_expect_eq(has(policy->name, fact->kind, fact->name, SS_SERVER), there, "%s: %s",
                         policy->name, fact->name);
            if (fact->last != NULL && strcmp(policy->name, fact->last) == 0)
                there = false;
        }
    }
}

Test(policy, clients_and_servers_differ_where_the_releases_do)
{
    static const struct {
        const char *policy;
        enum ss_names kind;
        const char *name;
        bool client, server;
    } rows[] = {
        {"openssh-7.5", SS_NAMES_CIPHER, "aes128-cbc", true, false},
        {"openssh-7.6", SS_NAMES_CIPHER, "aes128-cbc", false, false},
        {"openssh-7.8", SS_NAMES_KEX, "diffie-hellman-group-exchange-sha1", true, false},
        {"openssh-8.0", SS_NAMES_KEX, "diffie-hellman-group-exchange-sha1", false, false},
        {"openssh-9.0", SS_NAMES_COMPRESSION, "zlib", true, false},
        {"openssh-9.9", SS_NAMES_COMPRESSION, "zlib", false, false},
        {"openssh-9.9", SS_NAMES_KEX, "diffie-hellman-group14-sha256", true, true},
        {"openssh-10.0", SS_NAMES_KEX, "diffie-hellman-group14-sha256", true, false},
        {"openssh-10.0", SS_NAMES_KEX, "diffie-hellman-group-exchange-sha256", true, false},
        {"openssh-10.6", SS_NAMES_KEX, "diffie-hellman-group16-sha512", true, false},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        cr_expect_eq(has(rows[i].policy, rows[i].kind, rows[i].name, SS_CLIENT), rows[i].client,
                     "%s: client, %s", rows[i].policy, rows[i].name);
        cr_expect_eq(has(rows[i].policy, rows[i].kind, rows[i].name, SS_SERVER), rows[i].server,
                     "%s: server, %s", rows[i].policy, rows[i].name);
    }
}

Test(policy, the_first_choice_is_the_release_s)
{
    static const struct {
        const char *policy;
        enum ss_names kind;
        const char *first;
    } rows[] = {
        {"openssh-7.5", SS_NAMES_KEX, "curve25519-sha256"},
        {"openssh-8.9", SS_NAMES_KEX, "curve25519-sha256"},
        {"openssh-9.0", SS_NAMES_KEX, "sntrup761x25519-sha512@openssh.com"},
        {"openssh-9.9", SS_NAMES_KEX, "sntrup761x25519-sha512"},
        {"openssh-10.0", SS_NAMES_KEX, "mlkem768x25519-sha256"},
        {"openssh-8.2", SS_NAMES_HOST_KEY, "ecdsa-sha2-nistp256-cert-v01@openssh.com"},
        {"openssh-8.5", SS_NAMES_HOST_KEY, "ssh-ed25519-cert-v01@openssh.com"},
        {"openssh-10.6", SS_NAMES_HOST_KEY, "ssh-ed25519-cert-v01@openssh.com"},
        {"openssh-7.5", SS_NAMES_CIPHER, "chacha20-poly1305@openssh.com"},
        {"openssh-10.6", SS_NAMES_MAC, "umac-64-etm@openssh.com"},
    };
    ss_span list, name;
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        list = list_of(rows[i].policy, rows[i].kind, SS_SERVER);
        cr_assert(ss_namelist_next(&list, &name));
        cr_expect(ss_span_is(name, rows[i].first), "%s: %.*s", rows[i].policy, (int)name.size,
                  (const char *)name.data);
    }
    /* 10.0: GCM is preferred to counter mode */
    list = list_of("openssh-10.0", SS_NAMES_CIPHER, SS_CLIENT);
    cr_expect(ss_namelist_next(&list, &name) && ss_namelist_next(&list, &name));
    cr_expect(ss_span_is(name, "aes128-gcm@openssh.com"));
    list = list_of("openssh-9.9", SS_NAMES_CIPHER, SS_CLIENT);
    cr_expect(ss_namelist_next(&list, &name) && ss_namelist_next(&list, &name));
    cr_expect(ss_span_is(name, "aes128-ctr"));
}

/* rule: RFC 9142 section 4: nothing that it says one must or should not offer. */
Test(policy, modern_has_nothing_that_is_advised_against)
{
    static const char *const weak[] = {"*sha1*", "*group1-*", "ssh-rsa*", "ssh-dss*", "*-cbc*",
                                       "*md5*",  "*-96*",     "none",     "arcfour*"};
    size_t kind, i;

    for (kind = 0; kind < SS_NAMES_COMPRESSION; kind++) {
        ss_span list = ss_span_of(ss_policies[0].lists[kind].of_client), name;

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
    cr_expect(ss_config_set(&config, ss_span_of("policy"), "openssh-10.0") == SS_OK);
    cr_expect(ss_config_names(&config, SS_NAMES_KEX, NULL, &out) == SS_OK);
    cr_expect(ss_namelist_has(ss_buf_span(&out), ss_span_of("diffie-hellman-group14-sha256")));
    ss_buf_clear(&out);
    config.role = SS_SERVER;
    cr_expect(ss_config_names(&config, SS_NAMES_KEX, NULL, &out) == SS_OK);
    cr_expect_not(ss_namelist_has(ss_buf_span(&out), ss_span_of("diffie-hellman-group14-sha256")));
    cr_expect(ss_namelist_has(ss_buf_span(&out), ss_span_of("curve25519-sha256")));
    config.policy = "nobody";
    cr_expect(ss_config_names(&config, SS_NAMES_CIPHER, NULL, &out) == SS_E_bad_argument);
    ss_buf_fini(&out);
}
