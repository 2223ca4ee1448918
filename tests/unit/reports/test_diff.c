/* SPDX-License-Identifier: Apache-2.0 */
/* test_diff.c - what changed between two runs. */
#include <criterion/criterion.h>

#include "reports/diff.h"
#include "tests/unit/reports/kit.h"

TestSuite(diff, .fini = kit_fini);

static void change(struct report *report, const char *scenario, const char *peer,
                   enum verdict verdict, bool expected)
{
    size_t i;

    for (i = 0; i < report->count; i++) {
        struct result *item = &report->items[i];

        if (!ss_span_is(ss_buf_span(&item->scenario), scenario) ||
            !ss_span_is(ss_buf_span(&item->peer), peer))
            continue;
        item->verdict = verdict;
        item->expected = expected;
    }
}

Test(diff, equal_runs_have_nothing_to_tell)
{
    struct report_changes n;
    struct report a, b;
    struct ss_buf out;

    kit_report(&a);
    kit_report(&b);
    ss_buf_init(&out, kit_env(), 65536);
    cr_expect(report_diff(&a, &b, &out, &n) == SS_OK);
    cr_expect(n.same == 7 && n.worse + n.better + n.other + n.added + n.gone == 0);
    cr_expect(ss_buf_size(&out) == 0);
    ss_buf_fini(&out);
    report_fini(&a);
    report_fini(&b);
}

Test(diff, worse_better_changed_new_and_gone_are_told_apart)
{
    static const char want[] = "changed         WEAK -> FAIL         kex/b  one server\n"
                               "worse           PASS -> FAIL         kex/b  two server\n"
                               "new                - -> PASS         zoo/new  one client\n"
                               "gone     UNSUPPORTED -> -            auth/c  two client\n";
    struct report_changes n;
    struct report a, b;
    struct ss_buf out;

    kit_report(&a);
    kit_report(&b);
    change(&b, "kex/b", "one", VERDICT_FAIL, false);
    change(&b, "kex/b", "two", VERDICT_FAIL, false);
    result_fini(&b.items[1]);
    kit_result(&b.items[1], "zoo/new", "", "one", PEER_CLIENT, VERDICT_PASS);
    report_sort(&b);
    ss_buf_init(&out, kit_env(), 65536);
    cr_expect(report_diff(&a, &b, &out, &n) == SS_OK);
    cr_assert(ss_buf_put(&out, ss_span_make("", 1)) == SS_OK);
    cr_expect_str_eq((const char *)ss_buf_at(&out), want);
    cr_expect(n.worse == 1 && n.other == 1 && n.added == 1 && n.gone == 1 && n.same == 4);
    ss_buf_clear(&out);
    cr_expect(report_diff(&b, &a, &out, &n) == SS_OK);
    cr_expect(n.better == 1 && n.worse == 0);
    ss_buf_fini(&out);
    report_fini(&a);
    report_fini(&b);
}
