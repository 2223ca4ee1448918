/* SPDX-License-Identifier: Apache-2.0 */
/* test_known_hosts.c - the file of host keys: kept byte for byte, searched, changed.
 *
 * Follows: sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT"; ssh-keygen -F, -H and -R as second opinion. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/keys/kit.h"

TestSuite(known_hosts, .fini = kit_folder_remove);

/* The three keys of RFC 8032, and a line type that we do not speak. */
#define K1 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
#define K2 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID1AF8PoQ4lakrcKp005bvyYLM8uxJaMwM1V8Sr0Zgwr"
#define DSS "ssh-dss AAAAB3NzaC1kc3MAAAAB"

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static struct ss_key *key_of(const char *line)
{
    struct ss_key *key = NULL;

    cr_assert(ss_key_read_line(env(), ss_span_of(line), &key) == SS_OK, "%s", line);
    return key;
}

static struct ss_hostkeys *hosts_of(const char *file, size_t *out_bad)
{
    struct ss_hostkeys *hosts = NULL;

    cr_assert(ss_hostkeys_new(env(), &hosts) == SS_OK);
    cr_assert(ss_hostkeys_read(hosts, test_guarded(ss_span_of(file)), out_bad) == SS_OK);
    return hosts;
}

static void expect_file(const struct ss_hostkeys *hosts, const char *want)
{
    struct ss_buf out;

    ss_buf_init(&out, env(), 65536);
    cr_assert(ss_hostkeys_write(hosts, &out) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&out), want), "%.*s", (int)ss_buf_size(&out),
              (const char *)ss_buf_at(&out));
    ss_buf_fini(&out);
}

static const char *const words[] = {"unknown", "match", "changed", "revoked"};

static void expect_verdict(const struct ss_hostkeys *hosts, const char *host, const char *key_line,
                           enum ss_hostkey_verdict want, size_t line)
{
    struct ss_hostkey_answer answer = {SS_HOSTKEY_UNKNOWN, 99};
    struct ss_key *key = key_of(key_line);

    cr_assert(ss_hostkeys_check(hosts, ss_span_of(host), key, &answer) == SS_OK);
    cr_expect(answer.verdict == want && answer.line == line, "%s: %s by line %zu", host,
              words[answer.verdict], answer.line);
    ss_key_free(&key);
}

Test(known_hosts, every_byte_of_a_file_is_kept)
{
    static const struct {
        const char *file;
        size_t bad;
    } rows[] = {
        {"", 0},
        {"\n", 0},
        {"# a comment\n\n  \t\na " K1, 0},
        {"a " K1 " comment here\r\nb,c\t" K2 "\n", 0},
        {"@cert-authority *.org " K1 "\n@revoked * " K2 "\n", 0},
        {"a " DSS "\n", 0},
        {"a\n", 1},
        {"\na ssh-ed25519\n", 2},
        {"a " K1 "\n@unknown b " K2 "\nc ssh-ed25519 !!!!\n", 2},
        {"a ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea\n", 1},
        {"a ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n", 1},
        {"|1|abc " K1 "\n", 1},
        {"|2|AAAA|AAAA " K1 "\n", 1},
        {"|1|AAAA|AAAA " K1 "\n", 1},
        {"|1|AA!A|AAAAAAAAAAAAAAAAAAAAAAAAAAA= " K1 "\n", 1},
        {"|1|AAAA|AAAAAAAAAAAAAAAAAAAAAAAAAAA=,b " K1 "\n", 1},
        {"|1|AAAA|AAAAAAAAAAAAAAAAAAAAAAAAAAA= " K1 "\n", 0},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        size_t bad = 99;
        struct ss_hostkeys *hosts = hosts_of(rows[i].file, &bad);

        cr_expect(bad == rows[i].bad, "row %zu: %zu", i, bad);
        expect_file(hosts, rows[i].file);
        ss_hostkeys_free(&hosts);
        cr_expect(hosts == NULL);
    }
}

Test(known_hosts, names_ports_patterns_and_negations)
{
    static const char file[] = "# one\n"
                               "a.example,192.0.2.1 " K1 "\n"
                               "[a.example]:2222 " K2 "\n"
                               "*.example,!bad.example,!*.worse.example " K1 "\n"
                               "h?st " K2 "\n"
                               "!only.negated " K1 "\n"
                               "old " DSS "\n"
                               "::1 " K1 "\n";
    struct ss_hostkeys *hosts = hosts_of(file, NULL);

    expect_verdict(hosts, "a.example", K1, SS_HOSTKEY_MATCH, 2);
    expect_verdict(hosts, "A.Example", K1, SS_HOSTKEY_MATCH, 2);
    expect_verdict(hosts, "192.0.2.1", K1, SS_HOSTKEY_MATCH, 2);
    expect_verdict(hosts, "192.0.2.1", K2, SS_HOSTKEY_CHANGED, 2);
    expect_verdict(hosts, "192.0.2.10", K1, SS_HOSTKEY_UNKNOWN, 0);
    expect_verdict(hosts, "[a.example]:2222", K2, SS_HOSTKEY_MATCH, 3);
    expect_verdict(hosts, "[a.example]:2223", K2, SS_HOSTKEY_UNKNOWN, 0);
    expect_verdict(hosts, "b.example", K1, SS_HOSTKEY_MATCH, 4);
    expect_verdict(hosts, "bad.example", K1, SS_HOSTKEY_UNKNOWN, 0);
    expect_verdict(hosts, "x.worse.example", K1, SS_HOSTKEY_UNKNOWN, 0);
    expect_verdict(hosts, "host", K2, SS_HOSTKEY_MATCH, 5);
    expect_verdict(hosts, "hoost", K2, SS_HOSTKEY_UNKNOWN, 0);
    expect_verdict(hosts, "only.negated", K1, SS_HOSTKEY_UNKNOWN, 0);
    expect_verdict(hosts, "other", K1, SS_HOSTKEY_UNKNOWN, 0);
    /* A key of a type we do not speak is still a key of that host. */
    expect_verdict(hosts, "old", K1, SS_HOSTKEY_CHANGED, 7);
    expect_verdict(hosts, "::1", K1, SS_HOSTKEY_MATCH, 8);
    ss_hostkeys_free(&hosts);
}

Test(known_hosts, a_match_outweighs_a_change_and_a_revocation_both)
{
    static const char file[] = "h " K2 "\n"
                               "h " K1 "\n"
                               "@cert-authority h " K2 "\n"
                               "@revoked bad* " K1 "\n"
                               "bad1 " K1 "\n"
                               "bad2 " K2 "\n"
                               "@cert-authority ca " K1 "\n";
    struct ss_hostkeys *hosts = hosts_of(file, NULL);

    expect_verdict(hosts, "h", K1, SS_HOSTKEY_MATCH, 2);
    expect_verdict(hosts, "h", K2, SS_HOSTKEY_MATCH, 1);
    expect_verdict(hosts, "bad1", K1, SS_HOSTKEY_REVOKED, 4);
    expect_verdict(hosts, "bad2", K1, SS_HOSTKEY_REVOKED, 4);
    expect_verdict(hosts, "bad2", K2, SS_HOSTKEY_MATCH, 6);
    expect_verdict(hosts, "bad3", K2, SS_HOSTKEY_UNKNOWN, 0);
    /* An authority signs certificates; its key is no host's key. */
    expect_verdict(hosts, "ca", K1, SS_HOSTKEY_UNKNOWN, 0);
    ss_hostkeys_free(&hosts);
    hosts = hosts_of("bad1 " K1 "\n@revoked * " K1 "\n", NULL);
    expect_verdict(hosts, "bad1", K1, SS_HOSTKEY_REVOKED, 2);
    ss_hostkeys_free(&hosts);
}

Test(known_hosts, added_lines_are_found_plain_and_hashed)
{
    struct ss_hostkeys *hosts = hosts_of("a " K1 "\nlast " K1, NULL);
    struct ss_key *key = key_of(K2);
    struct ss_buf out;

    cr_assert(ss_hostkeys_add(hosts, ss_span_of("New.Example"), key, false) == SS_OK);
    expect_file(hosts, "a " K1 "\nlast " K1 "\nnew.example " K2 "\n");
    cr_assert(ss_hostkeys_add(hosts, ss_span_of("[Hidden]:22022"), key, true) == SS_OK);
    expect_verdict(hosts, "new.example", K2, SS_HOSTKEY_MATCH, 3);
    expect_verdict(hosts, "[hidden]:22022", K2, SS_HOSTKEY_MATCH, 4);
    expect_verdict(hosts, "[hidden]:22022", K1, SS_HOSTKEY_CHANGED, 4);
    expect_verdict(hosts, "hidden", K2, SS_HOSTKEY_UNKNOWN, 0);
    expect_verdict(hosts, "last", K1, SS_HOSTKEY_MATCH, 2);
    ss_buf_init(&out, env(), 4096);
    cr_assert(ss_hostkeys_write(hosts, &out) == SS_OK);
    cr_expect(memmem(ss_buf_at(&out), ss_buf_size(&out), "hidden", 6) == NULL);
    ss_buf_fini(&out);
    ss_key_free(&key);
    ss_hostkeys_free(&hosts);
}

Test(known_hosts, a_name_that_would_read_as_more_is_not_added)
{
    static const char *const names[] = {"",   "a,b", "a b", "*",    "a?",   "@a",
                                        "#a", "|a",  "!a",  "a\nb", "a\tb", "a\rb"};
    struct ss_hostkeys *hosts = hosts_of("", NULL);
    struct ss_key *key = key_of(K1);
    size_t i;

    for (i = 0; i < SS_COUNT(names); i++)
        cr_expect(ss_hostkeys_add(hosts, ss_span_of(names[i]), key, i % 2 == 0) ==
                      SS_E_bad_argument,
                  "%s", names[i]);
    expect_file(hosts, "");
    ss_key_free(&key);
    ss_hostkeys_free(&hosts);
}

Test(known_hosts, removal_takes_names_and_hashes_and_leaves_patterns)
{
    struct ss_hostkeys *hosts = hosts_of("# keep\n"
                                         "h " K1 "\n"
                                         "a,H,b " K1 " all three\n"
                                         "h* " K1 "\n"
                                         "h,!x " K1 "\n"
                                         "@revoked h " K2 "\n"
                                         "hh " K2 "\n"
                                         "h broken\n"
                                         "h " K2,
                                         NULL);
    struct ss_key *key = key_of(K1);
    size_t removed = 0;

    cr_assert(ss_hostkeys_add(hosts, ss_span_of("h"), key, true) == SS_OK);
    cr_assert(ss_hostkeys_remove(hosts, ss_span_of("h"), &removed) == SS_OK);
    cr_expect(removed == 4, "%zu", removed);
    expect_file(hosts, "# keep\n"
                       "a,b " K1 " all three\n"
                       "h* " K1 "\n"
                       "h,!x " K1 "\n"
                       "@revoked h " K2 "\n"
                       "hh " K2 "\n"
                       "h broken\n");
    expect_verdict(hosts, "a", K1, SS_HOSTKEY_MATCH, 2);
    cr_assert(ss_hostkeys_remove(hosts, ss_span_of("nobody"), &removed) == SS_OK);
    cr_expect(removed == 0);
    ss_key_free(&key);
    ss_hostkeys_free(&hosts);
}

Test(known_hosts, types_are_listed_once_in_file_order)
{
    struct ss_hostkeys *hosts = hosts_of("h " DSS "\n"
                                         "g " K1 "\n"
                                         "h " K1 "\n"
                                         "h " K2 "\n"
                                         "@revoked h " K2 "\n",
                                         NULL);
    struct ss_buf out;

    ss_buf_init(&out, env(), 64);
    cr_assert(ss_buf_puts(&out, "ssh-ed25519|") == SS_OK);
    cr_assert(ss_hostkeys_types(hosts, ss_span_of("h"), &out) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&out), "ssh-ed25519|ssh-dss,ssh-ed25519"));
    ss_buf_clear(&out);
    cr_assert(ss_hostkeys_types(hosts, ss_span_of("nobody"), &out) == SS_OK);
    cr_expect(ss_buf_size(&out) == 0);
    ss_buf_fini(&out);
    ss_buf_init(&out, env(), 10);
    cr_expect(ss_hostkeys_types(hosts, ss_span_of("h"), &out) == SS_E_ceiling);
    cr_expect(ss_buf_size(&out) == 0);
    ss_buf_fini(&out);
    ss_hostkeys_free(&hosts);
}

Test(known_hosts, a_host_is_named_with_its_port_unless_it_is_22)
{
    static const struct {
        const char *host;
        uint16_t port;
        const char *want;
    } rows[] = {{"Host.Example", 22, "host.example"},
                {"Host.Example", 2222, "[host.example]:2222"},
                {"::1", 22, "::1"},
                {"::1", 1, "[::1]:1"},
                {"h", 65535, "[h]:65535"}};
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_buf out;

        ss_buf_init(&out, env(), 64);
        cr_assert(ss_hostkeys_name(ss_span_of(rows[i].host), rows[i].port, &out) == SS_OK);
        cr_expect(ss_span_is(ss_buf_span(&out), rows[i].want), "%s", rows[i].want);
        ss_buf_fini(&out);
        ss_buf_init(&out, env(), 3);
        if (strlen(rows[i].want) > 3)
            cr_expect(ss_hostkeys_name(ss_span_of(rows[i].host), rows[i].port, &out) ==
                          SS_E_ceiling &&
                      ss_buf_size(&out) == 0);
        ss_buf_fini(&out);
    }
}

Test(known_hosts, reading_twice_appends_and_every_prefix_is_kept)
{
    static const char file[] = "@revoked |1|AAAA|AAAAAAAAAAAAAAAAAAAAAAAAAAA= " K1 " c\r\nb " K2;
    struct ss_hostkeys *hosts = hosts_of("a " K1, NULL);
    size_t n;

    cr_assert(ss_hostkeys_read(hosts, ss_span_of("b " K2 "\n"), NULL) == SS_OK);
    expect_file(hosts, "a " K1 "\nb " K2 "\n");
    expect_verdict(hosts, "b", K2, SS_HOSTKEY_MATCH, 2);
    ss_hostkeys_free(&hosts);
    for (n = 0; n < sizeof file; n++) {
        char cut[sizeof file];

        memcpy(cut, file, n);
        cut[n] = 0;
        hosts = hosts_of(cut, NULL);
        expect_file(hosts, cut);
        ss_hostkeys_free(&hosts);
    }
}

static ss_err work_with(struct ss_hostkeys *hosts, const struct ss_key *key)
{
    struct ss_hostkey_answer answer;
    size_t removed;
    struct ss_buf out;
    ss_err err;

    SS_TRY(ss_hostkeys_read(hosts, ss_span_of("a,b " K1 "\n# c\nb " K2), NULL));
    SS_TRY(ss_hostkeys_add(hosts, ss_span_of("c"), key, true));
    SS_TRY(ss_hostkeys_check(hosts, ss_span_of("c"), key, &answer));
    cr_expect(answer.verdict == SS_HOSTKEY_MATCH);
    SS_TRY(ss_hostkeys_remove(hosts, ss_span_of("b"), &removed));
    cr_expect(removed == 2);
    ss_buf_init(&out, env(), 4096);
    err = ss_hostkeys_types(hosts, ss_span_of("a"), &out);
    if (err == SS_OK)
        err = ss_hostkeys_write(hosts, &out);
    ss_buf_fini(&out);
    return err;
}

Test(known_hosts, no_memory_leaves_nothing_behind)
{
    struct ss_counted *counted = test_counted();
    struct ss_key *key = key_of(K1);
    size_t n, live = counted->blocks;
    ss_err err = SS_E_no_memory;

    for (n = 1; err == SS_E_no_memory; n++) {
        struct ss_hostkeys *hosts = NULL;

        kit_scarce(n);
        err = ss_hostkeys_new(env(), &hosts);
        if (err == SS_OK)
            err = work_with(hosts, key);
        kit_scarce(0);
        ss_hostkeys_free(&hosts);
        cr_expect(counted->blocks == live, "allocation %zu", n);
    }
    cr_expect(err == SS_OK && n > 15, "%s after %zu", ss_err_name(err), n);
    ss_key_free(&key);
}

/* ---- against ssh-keygen ---- */

Test(known_hosts, ssh_keygen_finds_our_hashed_lines)
{
    struct ss_hostkeys *hosts = hosts_of("", NULL);
    struct ss_key *key = key_of(K1);
    struct ss_buf out;
    ss_span told = {NULL, 0};

    kit_need_keygen();
    cr_assert(ss_hostkeys_add(hosts, ss_span_of("host.example"), key, true) == SS_OK);
    cr_assert(ss_hostkeys_add(hosts, ss_span_of("[host.example]:2222"), key, true) == SS_OK);
    ss_buf_init(&out, env(), 4096);
    cr_assert(ss_hostkeys_write(hosts, &out) == SS_OK);
    kit_write_file("hosts", ss_buf_span(&out));
    cr_expect(kit_shell("ssh-keygen -F host.example -f hosts", &told));
    cr_expect(memmem(told.data, told.size, "found: line 1", 13) != NULL);
    cr_expect(kit_shell("ssh-keygen -F '[host.example]:2222' -f hosts", &told));
    cr_expect(memmem(told.data, told.size, "found: line 2", 13) != NULL);
    cr_expect(!kit_shell("ssh-keygen -F other.example -f hosts", &told));
    ss_buf_fini(&out);
    ss_key_free(&key);
    ss_hostkeys_free(&hosts);
}

Test(known_hosts, we_find_lines_that_ssh_keygen_hashed)
{
    static const char file[] = "host.example,192.0.2.7 " K1 "\n[host.example]:2222 " K2 "\n";
    struct ss_hostkeys *hosts = NULL;
    size_t removed = 0;

    kit_need_keygen();
    kit_write_file("hosts", ss_span_of(file));
    cr_assert(kit_shell("ssh-keygen -H -f hosts", NULL));
    cr_assert(ss_hostkeys_new(env(), &hosts) == SS_OK);
    cr_assert(ss_hostkeys_read(hosts, kit_read_file("hosts", 0), NULL) == SS_OK);
    expect_verdict(hosts, "host.example", K1, SS_HOSTKEY_MATCH, 1);
    expect_verdict(hosts, "192.0.2.7", K1, SS_HOSTKEY_MATCH, 2);
    expect_verdict(hosts, "[host.example]:2222", K2, SS_HOSTKEY_MATCH, 3);
    expect_verdict(hosts, "[host.example]:2222", K1, SS_HOSTKEY_CHANGED, 3);
    expect_verdict(hosts, "host", K1, SS_HOSTKEY_UNKNOWN, 0);
    cr_assert(ss_hostkeys_remove(hosts, ss_span_of("192.0.2.7"), &removed) == SS_OK);
    cr_expect(removed == 1);
    ss_hostkeys_free(&hosts);
}
