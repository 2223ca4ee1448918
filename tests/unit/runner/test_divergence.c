/* SPDX-License-Identifier: Apache-2.0 */
/* test_divergence.c - what is known to be otherwise, and what it makes of a result. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "interop/system.h"
#include "tests/support/support.h"
#include "testserver/runner/divergence.h"

static char path[64];
static struct divergences list;
static struct ss_buf why;

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static void finish(void)
{
    divergences_fini(&list);
    ss_buf_fini(&why);
    unlink(path);
    test_counted_check();
}
TestSuite(divergence, .fini = finish);

static ss_err load(const char *text)
{
    int fd;

    if (path[0] == '\0') {
        strcpy(path, "/tmp/sshspec-divergence-XXXXXX");
        fd = mkstemp(path);
        cr_assert(fd >= 0);
        close(fd);
        ss_buf_init(&why, env(), 4096);
    }
    divergences_fini(&list);
    ss_buf_clear(&why);
    cr_assert(system_write_file(path, ss_span_of(text), 0600) == SS_OK);
    return divergences_load(env(), path, &list, &why);
}

static enum verdict after(const char *scenario, const char *parameter, const char *version,
                          enum peer_role role, enum verdict verdict, const char *words)
{
    struct result result;
    enum verdict got;

    result_init(&result, env());
    cr_assert(ss_buf_puts(&result.scenario, scenario) == SS_OK);
    cr_assert(ss_buf_puts(&result.parameter, parameter) == SS_OK);
    cr_assert(ss_buf_puts(&result.peer_version, version) == SS_OK);
    result.role = role;
    result.verdict = verdict;
    cr_assert(divergences_apply(&list, "2025-06-15", &result) == SS_OK);
    got = result.verdict;
    if (words != NULL)
        cr_expect(memmem(result.why.data, result.why.tail, words, strlen(words)) != NULL,
                  "%s: %.*s", words, (int)ss_buf_size(&result.why),
                  (const char *)ss_buf_at(&result.why));
    result_fini(&result);
    return got;
}

Test(divergence, a_recorded_verdict_is_xfail_and_its_absence_xpass)
{
    cr_assert(load("# known\n\nkex/a server FAIL 9.0..9.9 2025-06-15 \"is late\" ref\n"
                   "kex/b[*] client WEAK .. 2030-01-01 \"bare close\" ref\n") == SS_OK);
    cr_expect(after("kex/a", "", "9.2p1", PEER_SERVER, VERDICT_FAIL, "known: is late (ref)") ==
              VERDICT_XFAIL);
    cr_expect(after("kex/a", "", "9.2p1", PEER_SERVER, VERDICT_PASS, "line 3 of") == VERDICT_XPASS);
    cr_expect(after("kex/a", "", "9.2p1", PEER_SERVER, VERDICT_CRASH, NULL) == VERDICT_CRASH);
    cr_expect(after("kex/a", "", "9.2p1", PEER_SERVER, VERDICT_UNSUPPORTED, NULL) ==
              VERDICT_UNSUPPORTED);
    cr_expect(after("kex/b", "x y", "1", PEER_CLIENT, VERDICT_WEAK, NULL) == VERDICT_XFAIL);
}

Test(divergence, scenario_case_role_and_version_must_fit)
{
    cr_assert(load("kex/a[1] server FAIL 9.0..9.9 2030-01-01 \"r\" ref\n") == SS_OK);
    cr_expect(after("kex/a", "1", "9.9", PEER_SERVER, VERDICT_FAIL, NULL) == VERDICT_XFAIL);
    cr_expect(after("kex/a", "2", "9.9", PEER_SERVER, VERDICT_FAIL, NULL) == VERDICT_FAIL);
    cr_expect(after("kex/a", "", "9.9", PEER_SERVER, VERDICT_FAIL, NULL) == VERDICT_FAIL);
    cr_expect(after("kex/a", "1", "9.9", PEER_CLIENT, VERDICT_FAIL, NULL) == VERDICT_FAIL);
    cr_expect(after("kex/a", "1", "9.10", PEER_SERVER, VERDICT_FAIL, NULL) == VERDICT_FAIL);
    cr_expect(after("kex/a", "1", "8.9p1", PEER_SERVER, VERDICT_FAIL, NULL) == VERDICT_FAIL);
}

Test(divergence, an_expired_record_excuses_nothing)
{
    cr_assert(load("kex/a server FAIL .. 2025-06-14 \"r\" ref\n") == SS_OK);
    cr_expect(after("kex/a", "", "1", PEER_SERVER, VERDICT_FAIL, "expired on 2025-06-14") ==
              VERDICT_FAIL);
    cr_expect(after("kex/a", "", "1", PEER_SERVER, VERDICT_PASS, NULL) == VERDICT_PASS);
}

Test(divergence, mistakes_are_told_with_their_place)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"kex/a server FAIL\n", ":1:1: a line is"},
        {"\nkex/a relay FAIL .. 2030-01-01 r ref\n", ":2:7: a role is"},
        {"kex/a server PASS .. 2030-01-01 r ref\n", ":1:14: a verdict"},
        {"kex/a server ERROR .. 2030-01-01 r ref\n", ":1:14: a verdict"},
        {"kex/a server FAIL 9 2030-01-01 r ref\n", ":1:19: versions"},
        {"kex/a server FAIL .. 2030-1-1 r ref\n", ":1:22: the expiry"},
        {"kex/a server FAIL .. 2030-01-01 \"r ref\n", ":1:33: the quote"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        cr_expect(load(rows[i].text) == SS_E_bad_value, "%s", rows[i].text);
        cr_expect(memmem(why.data, why.tail, rows[i].words, strlen(rows[i].words)) != NULL,
                  "%s: %.*s", rows[i].text, (int)ss_buf_size(&why), (const char *)ss_buf_at(&why));
    }
    cr_expect(load("") == SS_OK && list.count == 0);
    unlink(path);
    cr_expect(divergences_load(env(), path, &list, &why) == SS_OK, "no file, nothing known");
}

/* What is proposed can be read, and then excuses what it was proposed for. */
Test(divergence, a_proposal_is_a_line_that_can_be_read)
{
    struct result result;
    struct ss_buf line;

    ss_buf_init(&line, env(), 4096);
    result_init(&result, env());
    cr_assert(ss_buf_puts(&result.scenario, "kex/a") == SS_OK);
    cr_assert(ss_buf_puts(&result.parameter, "x") == SS_OK);
    cr_assert(ss_buf_puts(&result.peer_version, "9.2p1") == SS_OK);
    cr_assert(ss_buf_puts(&result.why, "said \"no\"\nand \\ \x01 left") == SS_OK);
    result.verdict = VERDICT_FAIL;
    cr_assert(divergence_propose(&result, "2030-01-01", &line) == SS_OK);
    result.verdict = VERDICT_ERROR;
    cr_assert(divergence_propose(&result, "2030-01-01", &line) == SS_OK, "ours: no line");
    cr_assert(ss_buf_put(&line, ss_span_make("", 1)) == SS_OK);
    cr_expect_str_eq((const char *)ss_buf_at(&line),
                     "kex/a[x] server FAIL 9.2p1.. 2030-01-01 \"said ?no??and ? ? left\" "
                     "reference-wanted\n");
    cr_assert(load((const char *)ss_buf_at(&line)) == SS_OK);
    cr_expect(after("kex/a", "x", "9.3", PEER_SERVER, VERDICT_FAIL, NULL) == VERDICT_XFAIL);
    ss_buf_fini(&line);
    result_fini(&result);
}

Test(divergence, which_verdicts_fail_a_run)
{
    static const enum verdict good[] = {VERDICT_PASS, VERDICT_XFAIL, VERDICT_UNSUPPORTED,
                                        VERDICT_INFO, VERDICT_WEAK};
    size_t n = 0, strict = 0;
    int i;

    for (i = 0; i < VERDICT_COUNT; i++) {
        n += verdict_is_expected((enum verdict)i, STRICTNESS_USUAL);
        strict += verdict_is_expected((enum verdict)i, STRICTNESS_STRICT);
    }
    cr_expect(n == SS_COUNT(good) && strict == SS_COUNT(good) - 1);
    for (i = 0; i < (int)SS_COUNT(good); i++)
        cr_expect(verdict_is_expected(good[i], STRICTNESS_USUAL));
    cr_expect(!verdict_is_expected(VERDICT_WEAK, STRICTNESS_STRICT));
}
