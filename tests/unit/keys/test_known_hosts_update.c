/* SPDX-License-Identifier: Apache-2.0 */
/* test_known_hosts_update.c - known_hosts after a server has proven which keys it has.
 *
 * Follows: OpenSSH PROTOCOL section 2.5. */
#include <criterion/criterion.h>

#include "sshspec/known_hosts.h"
#include "tests/unit/keys/kit.h"

TestSuite(known_hosts_update, .fini = test_counted_check);

#define K1 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
#define K2 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID1AF8PoQ4lakrcKp005bvyYLM8uxJaMwM1V8Sr0Zgwr"
#define K3 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPxRzY5iGKGjjaR+0AIw8FgIFu0TujMDrF3rkRVIkIAl"
#define NOBODY "ssh-none AAAACHNzaC1ub25lAAAAAXg="

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static const struct row {
    const char *what, *before;
    const char *keys[3];
    const char *after;
    size_t added, kept, removed, left;
} rows[] = {
    {"a new host", "", {K1, K2}, "h " K1 "\nh " K2 "\n", 2, 0, 0, 0},
    {"nothing changes", "# c\nH " K1 " comment\r\n", {K1}, "# c\nH " K1 " comment\r\n", 0, 1, 0, 0},
    {"rotation", "h " K1 " old\n# c", {K2}, "# c\nh " K2 "\n", 1, 0, 1, 0},
    {"rotation with an overlap", "h " K1 "\nh " K2, {K2, K3}, "h " K2 "\nh " K3 "\n", 1, 1, 1, 0},
    {"a name in a list", "a,h,b " K1 " c\n", {K2}, "a,b " K1 " c\nh " K2 "\n", 1, 0, 1, 0},
    {"a list that stays", "a,h " K1 "\n", {K1, K2}, "a,h " K1 "\nh " K2 "\n", 1, 1, 0, 0},
    {"other hosts",
     "a " K1 "\n[h]:22 " K1 "\n",
     {K2},
     "a " K1 "\n[h]:22 " K1 "\nh " K2 "\n",
     1,
     0,
     0,
     0},
    {"marked lines",
     "@cert-authority h " K1 "\n@revoked h " K2 "\n",
     {K3},
     "@cert-authority h " K1 "\n@revoked h " K2 "\nh " K3 "\n",
     1,
     0,
     0,
     0},
    {"a revoked key is not added",
     "@revoked * " K1 "\nh " K2 "\n",
     {K1, K2},
     "@revoked * " K1 "\nh " K2 "\n",
     0,
     1,
     0,
     0},
    {"nothing but revoked keys",
     "@revoked * " K1 "\nh " K2 "\n",
     {K1},
     "@revoked * " K1 "\nh " K2 "\n",
     0,
     0,
     0,
     0},
    {"patterns stay", "*,!x " K1 "\nh* " K2 "\n", {K2}, "*,!x " K1 "\nh* " K2 "\n", 0, 1, 0, 1},
    {"types that we do not speak stay",
     "h " NOBODY "\n",
     {K1},
     "h " NOBODY "\nh " K1 "\n",
     1,
     0,
     0,
     1},
    {"broken lines stay", "h nothing\nh " K1 "\n", {K2}, "h nothing\nh " K2 "\n", 1, 0, 1, 0},
    {"the same key twice", "", {K1, K1}, "h " K1 "\n", 1, 1, 0, 0},
};

struct given {
    struct ss_key *owned[3];
    const struct ss_key *keys[3];
    size_t count;
};

static void give(struct given *given, const char *const *lines)
{
    memset(given, 0, sizeof *given);
    for (; given->count < 3 && lines[given->count] != NULL; given->count++) {
        struct ss_key **key = &given->owned[given->count];

        cr_assert(ss_key_read_line(env(), ss_span_of(lines[given->count]), key) == SS_OK);
        given->keys[given->count] = *key;
    }
}

static void take_back(struct given *given)
{
    while (given->count > 0)
        ss_key_free(&given->owned[--given->count]);
}

static struct ss_hostkeys *hosts_of(const char *file)
{
    struct ss_hostkeys *hosts = NULL;

    cr_assert(ss_hostkeys_new(env(), &hosts) == SS_OK);
    cr_assert(ss_hostkeys_read(hosts, test_guarded(ss_span_of(file)), NULL) == SS_OK);
    return hosts;
}

static void expect_file(const struct ss_hostkeys *hosts, const char *want, const char *what)
{
    struct ss_buf out;

    ss_buf_init(&out, env(), 65536);
    cr_assert(ss_hostkeys_write(hosts, &out) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&out), want), "%s: %.*s", what, (int)ss_buf_size(&out),
              (const char *)ss_buf_at(&out));
    ss_buf_fini(&out);
}

Test(known_hosts_update, what_stays_what_comes_and_what_goes)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_hostkeys *hosts = hosts_of(rows[i].before);
        struct ss_hostkeys_update plan, done;
        struct given given;

        give(&given, rows[i].keys);
        cr_assert(ss_hostkeys_update(hosts, test_text("h"), given.keys, given.count, false,
                                     SS_HOSTKEYS_PLAN, &plan) == SS_OK);
        expect_file(hosts, rows[i].before, rows[i].what);
        cr_assert(ss_hostkeys_update(hosts, test_text("h"), given.keys, given.count, false,
                                     SS_HOSTKEYS_APPLY, &done) == SS_OK);
        expect_file(hosts, rows[i].after, rows[i].what);
        cr_expect(done.added == rows[i].added && done.kept == rows[i].kept &&
                      done.removed == rows[i].removed && done.left == rows[i].left,
                  "%s: %zu %zu %zu %zu", rows[i].what, done.added, done.kept, done.removed,
                  done.left);
        cr_expect(plan.added == done.added && plan.removed == done.removed &&
                  plan.kept == done.kept && plan.left == done.left);
        take_back(&given);
        ss_hostkeys_free(&hosts);
    }
}

Test(known_hosts_update, each_key_has_a_fate_and_hashed_lines_are_found_again)
{
    static const char *const lines[3] = {K1, K2, K3};
    struct ss_hostkeys *hosts = hosts_of("@revoked * " K2 "\nh " K3 "\n");
    struct ss_hostkeys_update done;
    struct ss_hostkey_answer answer;
    struct given given;

    give(&given, lines);
    cr_assert(ss_hostkeys_update(hosts, test_text("h"), given.keys, 3, true, SS_HOSTKEYS_APPLY,
                                 &done) == SS_OK);
    cr_expect(done.fates[0] == SS_HOSTKEYS_ADD && done.fates[1] == SS_HOSTKEYS_REVOKED &&
              done.fates[2] == SS_HOSTKEYS_KEEP);
    cr_assert(ss_hostkeys_check(hosts, test_text("h"), given.keys[0], &answer) == SS_OK);
    cr_expect(answer.verdict == SS_HOSTKEY_MATCH && answer.line == 3);
    cr_assert(ss_hostkeys_update(hosts, test_text("h"), given.keys, 1, true, SS_HOSTKEYS_APPLY,
                                 &done) == SS_OK);
    cr_expect(done.kept == 1 && done.removed == 1);
    cr_expect(ss_hostkeys_update(hosts, test_text("h"), given.keys, 0, true, SS_HOSTKEYS_APPLY,
                                 &done) == SS_E_bad_argument);
    cr_expect(ss_hostkeys_update(hosts, test_text("h,g"), given.keys, 1, true, SS_HOSTKEYS_APPLY,
                                 &done) == SS_E_bad_argument);
    cr_expect(ss_hostkeys_update(hosts, test_text("*"), given.keys, 1, true, SS_HOSTKEYS_APPLY,
                                 &done) == SS_E_bad_argument);
    cr_expect(ss_hostkeys_update(hosts, test_text("h"), given.keys, SS_HOSTKEYS_UPDATE_MAX + 1,
                                 true, SS_HOSTKEYS_APPLY, &done) == SS_E_bad_argument);
    take_back(&given);
    ss_hostkeys_free(&hosts);
}

Test(known_hosts_update, an_update_that_fails_changes_nothing)
{
    static const char file[] = "a,h " K1 "\n# c\nh " K2;
    static const char *const lines[3] = {K3};
    struct ss_counted *counted = test_counted();
    ss_err err = SS_E_no_memory;
    struct given given;
    size_t n;

    give(&given, lines);
    for (n = 1; err == SS_E_no_memory; n++) {
        struct ss_hostkeys *hosts = hosts_of(file);
        struct ss_hostkeys_update done;
        size_t live = counted->blocks;

        kit_scarce(n);
        err = ss_hostkeys_update(hosts, test_text("h"), given.keys, 1, true, SS_HOSTKEYS_APPLY,
                                 &done);
        kit_scarce(0);
        if (err != SS_OK) {
            cr_expect(counted->blocks == live);
            expect_file(hosts, file, "no memory");
        }
        ss_hostkeys_free(&hosts);
    }
    cr_expect(err == SS_OK && n > 5, "%s", ss_err_name(err));
    take_back(&given);
}
