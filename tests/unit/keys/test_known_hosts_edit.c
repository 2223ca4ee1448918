/* SPDX-License-Identifier: Apache-2.0 */
/* test_known_hosts_edit.c - changes to known_hosts: whole or not at all, everything else byte for
 * byte, and lines that know where they came from.
 *
 * Follows: sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT"; ssh-keygen -F, -H and -R as second opinion.
 * Adding and removing one host: test_known_hosts.c. */
#include <criterion/criterion.h>

#include "sshspec/known_hosts.h"
#include "tests/unit/keys/kit.h"

TestSuite(known_hosts_edit, .fini = kit_folder_remove);

#define K1 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
#define K2 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID1AF8PoQ4lakrcKp005bvyYLM8uxJaMwM1V8Sr0Zgwr"
#define NOBODY "ssh-none AAAACHNzaC1ub25lAAAAAXg="

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static struct ss_hostkeys *hosts_of(const char *file)
{
    struct ss_hostkeys *hosts = NULL;

    cr_assert(ss_hostkeys_new(env(), &hosts) == SS_OK);
    cr_assert(ss_hostkeys_read(hosts, test_guarded(ss_span_of(file)), NULL) == SS_OK);
    return hosts;
}

static ss_span text_of(const struct ss_hostkeys *hosts)
{
    static char text[65536];
    struct ss_buf out;
    size_t n;

    ss_buf_init(&out, env(), sizeof text);
    cr_assert(ss_hostkeys_write(hosts, &out) == SS_OK);
    n = ss_buf_size(&out);
    if (n > 0)
        memcpy(text, ss_buf_at(&out), n);
    ss_buf_fini(&out);
    return ss_span_make(text, n);
}

Test(known_hosts_edit, markers_that_are_unknown_or_doubled_speak_of_nobody)
{
    static const char file[] = "@revoked @revoked " K1 "\n"
                               "@cert-authority @revoked * " K1 "\n"
                               "@revoked @cert-authority " K1 "\n"
                               "@Revoked * " K1 "\n"
                               "@ * " K1 "\n"
                               "@revoked\n"
                               "@revoked *\n";
    struct ss_hostkeys *hosts = hosts_of(file);
    struct ss_hostkey_entry entry;
    size_t at = 0;
    bool found = true;

    cr_assert(ss_hostkeys_next(hosts, ss_span_make(NULL, 0), &at, &entry, &found) == SS_OK);
    cr_expect(!found, "line %zu", entry.line);
    cr_expect(ss_span_is(text_of(hosts), file));
    ss_hostkeys_free(&hosts);
}

/* Only a space and a tab separate; other white space is a part of the word. */
Test(known_hosts_edit, words_are_parted_by_blanks_and_tabs_only)
{
    struct ss_hostkeys *hosts =
        hosts_of(" \ta\t \t" K1 "\nb\v" K1 "\nc\f" K1 "\nd\xc2\xa0" K1 "\n");
    struct ss_hostkey_entry entry;
    size_t at = 0;
    bool found = false;

    cr_assert(ss_hostkeys_next(hosts, ss_span_make(NULL, 0), &at, &entry, &found) == SS_OK);
    cr_expect(found && ss_span_is(entry.hosts, "a") && entry.line == 1);
    cr_assert(ss_hostkeys_next(hosts, ss_span_make(NULL, 0), &at, &entry, &found) == SS_OK);
    cr_expect(!found);
    ss_hostkeys_free(&hosts);
}

Test(known_hosts_edit, a_walk_tells_markers_and_where_each_line_came_from)
{
    static const struct {
        enum ss_hostkey_marker marker;
        size_t line, file, file_line;
    } want[] = {
        {SS_HOSTKEY_MARK_NONE, 2, 1, 2},
        {SS_HOSTKEY_MARK_REVOKED, 4, 2, 1},
        {SS_HOSTKEY_MARK_AUTHORITY, 6, 2, 3},
        {SS_HOSTKEY_MARK_NONE, 7, 0, 0},
    };
    struct ss_hostkeys *hosts = hosts_of("# one\nh " K1 "\nother " K1);
    struct ss_hostkey_entry entry;
    struct ss_key *key = NULL;
    size_t at = 0, i;
    bool found;

    cr_assert(ss_hostkeys_read(hosts,
                               ss_span_of("@revoked * " K2 "\n\n@cert-authority *,!x " K2 "\n"),
                               NULL) == SS_OK);
    cr_assert(ss_key_read_line(env(), test_text(K2), &key) == SS_OK);
    cr_assert(ss_hostkeys_add(hosts, test_text("h"), key, true) == SS_OK);
    for (i = 0; i < SS_COUNT(want); i++) {
        cr_assert(ss_hostkeys_next(hosts, test_text("h"), &at, &entry, &found) == SS_OK && found);
        cr_expect(entry.marker == want[i].marker && entry.line == want[i].line, "%zu", i);
        cr_expect(entry.file == want[i].file && entry.file_line == want[i].file_line,
                  "%zu: %zu:%zu", i, entry.file, entry.file_line);
        cr_expect(ss_span_is(entry.type, "ssh-ed25519") && entry.blob.size == 51);
    }
    cr_assert(ss_hostkeys_next(hosts, test_text("h"), &at, &entry, &found) == SS_OK && !found);
    ss_key_free(&key);
    ss_hostkeys_free(&hosts);
}

Test(known_hosts_edit, authorities_certify_their_hosts_until_they_are_revoked)
{
    static const struct {
        const char *host;
        int key; /* 0: K1, 1: K2 */
        enum ss_hostkey_verdict want;
        size_t line;
    } rows[] = {
        {"a.example", 0, SS_HOSTKEY_MATCH, 2},         {"a.example", 1, SS_HOSTKEY_CHANGED, 2},
        {"[a.example]:22000", 0, SS_HOSTKEY_MATCH, 5}, {"b.example", 0, SS_HOSTKEY_UNKNOWN, 0},
        {"a.bad", 0, SS_HOSTKEY_REVOKED, 4},           {"elsewhere", 0, SS_HOSTKEY_UNKNOWN, 0},
    };
    struct ss_hostkeys *hosts = hosts_of("a.example " K1 "\n"
                                         "@cert-authority *.example,!b.example " K1 "\n"
                                         "@cert-authority *.bad " K1 "\n"
                                         "@revoked *.bad " K1 "\n"
                                         "@cert-authority [*.example]:* " K1 "\n");
    struct ss_key *keys[2] = {NULL, NULL};
    struct ss_hostkey_answer answer;
    size_t i;

    cr_assert(ss_key_read_line(env(), test_text(K1), &keys[0]) == SS_OK);
    cr_assert(ss_key_read_line(env(), test_text(K2), &keys[1]) == SS_OK);
    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_span blob = ss_key_blob(keys[rows[i].key]);

        cr_assert(ss_hostkeys_check_authority(hosts, ss_span_of(rows[i].host), blob, &answer) ==
                  SS_OK);
        cr_expect(answer.verdict == rows[i].want && answer.line == rows[i].line, "%s: line %zu",
                  rows[i].host, answer.line);
        cr_assert(ss_hostkeys_revoked(hosts, ss_span_of(rows[i].host), blob, &answer) == SS_OK);
        cr_expect((answer.verdict == SS_HOSTKEY_REVOKED) == (rows[i].want == SS_HOSTKEY_REVOKED));
    }
    ss_key_free(&keys[0]);
    ss_key_free(&keys[1]);
    ss_hostkeys_free(&hosts);
}

Test(known_hosts_edit, hashing_takes_plain_names_and_leaves_the_rest)
{
    struct ss_hostkeys *hosts = hosts_of("# comment\n"
                                         "A.Example,192.0.2.1 " K1 " said\tso\r\n"
                                         "*.example " K1 "\n"
                                         "@revoked h " K2 "\n"
                                         "h,!x " K2 "\n"
                                         "broken\n"
                                         "[h]:2222 " K2);
    struct ss_hostkey_entry entry;
    size_t hashed = 0, skipped = 0, at = 0;
    bool found = false;
    ss_span text;

    cr_assert(ss_hostkeys_hash(hosts, &hashed, &skipped) == SS_OK);
    cr_expect(hashed == 2 && skipped == 3, "%zu %zu", hashed, skipped);
    text = text_of(hosts);
    cr_expect(memmem(text.data, text.size, "xample,192", 10) == NULL);
    cr_expect(memmem(text.data, text.size, " said\tso\r\n|1|", 13) != NULL);
    cr_expect(memmem(text.data, text.size, "\n*.example " K1 "\n@revoked h " K2 "\nh,!x " K2,
                     strlen("\n*.example " K1 "\n@revoked h " K2 "\nh,!x " K2)) != NULL);
    cr_assert(ss_hostkeys_next(hosts, test_text("192.0.2.1"), &at, &entry, &found) == SS_OK);
    cr_expect(found && entry.line == 3 && entry.file_line == 2);
    at = 0;
    cr_assert(ss_hostkeys_next(hosts, test_text("[h]:2222"), &at, &entry, &found) == SS_OK);
    cr_expect(found && entry.file_line == 7 && text.data[text.size - 1] == '\n');
    cr_assert(ss_hostkeys_hash(hosts, &hashed, &skipped) == SS_OK);
    cr_expect(hashed == 0 && skipped == 3);
    ss_hostkeys_free(&hosts);
}

Test(known_hosts_edit, ssh_keygen_finds_and_removes_what_we_hashed)
{
    struct ss_hostkeys *hosts = hosts_of("a.example,b.example " K1 " c\n[a.example]:2222 " K2 "\n");
    ss_span told;

    kit_need_keygen();
    cr_assert(ss_hostkeys_hash(hosts, NULL, NULL) == SS_OK);
    kit_write_file("hosts", text_of(hosts));
    cr_expect(kit_shell("ssh-keygen -F a.example -f hosts", &told));
    cr_expect(memmem(told.data, told.size, "found: line 1", 13) != NULL);
    cr_expect(kit_shell("ssh-keygen -F b.example -f hosts", &told));
    cr_expect(memmem(told.data, told.size, "found: line 2", 13) != NULL);
    cr_expect(kit_shell("ssh-keygen -R '[a.example]:2222' -f hosts && "
                        "! ssh-keygen -F '[a.example]:2222' -f hosts && "
                        "ssh-keygen -F b.example -f hosts",
                        NULL));
    ss_hostkeys_free(&hosts);
}

/* What ssh-keygen -H and -R leave is what we leave, but for salts. */
Test(known_hosts_edit, removal_leaves_what_ssh_keygen_leaves)
{
    static const char file[] = "# comment\nh " K1 "\n@revoked h " K2 "\nother " K1 " c\n\n";
    struct ss_hostkeys *hosts = hosts_of(file);

    kit_need_keygen();
    kit_write_file("hosts", test_text(file));
    cr_assert(kit_shell("ssh-keygen -R h -f hosts", NULL));
    cr_assert(ss_hostkeys_remove(hosts, test_text("h"), NULL) == SS_OK);
    cr_expect(ss_span_eq(text_of(hosts), kit_read_file("hosts", 0)));
    ss_hostkeys_free(&hosts);
}

Test(known_hosts_edit, a_change_that_fails_changes_nothing)
{
    static const char file[] = "a,h " K1 "\n# c\nh " K2 "\nb " NOBODY;
    struct ss_counted *counted = test_counted();
    size_t n, live, changed;
    ss_err err = SS_E_no_memory;

    for (n = 1; err == SS_E_no_memory; n++) {
        struct ss_hostkeys *hosts = hosts_of(file);

        live = counted->blocks;
        kit_scarce(n);
        err = ss_hostkeys_remove(hosts, test_text("h"), &changed);
        kit_scarce(0);
        cr_expect(err == SS_OK || (counted->blocks == live && ss_span_is(text_of(hosts), file)));
        ss_hostkeys_free(&hosts);
    }
    cr_expect(err == SS_OK && n > 5 && changed == 2);
    err = SS_E_no_memory;
    for (n = 1; err == SS_E_no_memory; n++) {
        struct ss_hostkeys *hosts = hosts_of(file);

        live = counted->blocks;
        kit_scarce(n);
        err = ss_hostkeys_hash(hosts, &changed, NULL);
        kit_scarce(0);
        cr_expect(err == SS_OK || (counted->blocks == live && ss_span_is(text_of(hosts), file)));
        ss_hostkeys_free(&hosts);
    }
    cr_expect(err == SS_OK && n > 5 && changed == 3);
}
