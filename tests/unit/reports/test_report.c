/* SPDX-License-Identifier: Apache-2.0 */
/* test_report.c - results in order, counted, laid out as a matrix. */
#include <criterion/criterion.h>

#include "tests/support/support.h"
#include "tests/unit/reports/kit.h"

TestSuite(report, .fini = kit_fini);

Test(report, results_stand_by_scenario_case_peer_and_role_with_numbers_by_value)
{
    static const char *const want[] = {"auth/c", "auth/c", "kex/a", "kex/a",
                                       "kex/a",  "kex/b",  "kex/b"};
    static const char *const cases[] = {"", "", "9", "10", "11", "", ""};
    static const char *const peers[] = {"one", "two", "one", "one", "one", "one", "two"};
    struct report report;
    size_t i;

    kit_report(&report);
    cr_assert(report.count == SS_COUNT(want));
    for (i = 0; i < report.count; i++) {
        cr_expect(ss_span_is(ss_buf_span(&report.items[i].scenario), want[i]), "%zu", i);
        cr_expect(ss_span_is(ss_buf_span(&report.items[i].parameter), cases[i]), "%zu", i);
        cr_expect(ss_span_is(ss_buf_span(&report.items[i].peer), peers[i]), "%zu", i);
    }
    cr_expect(report_count(&report, VERDICT_PASS) == 3);
    cr_expect(report_unexpected(&report) == 3);
    report_fini(&report);
}

Test(report, a_cell_shows_its_worst_case_and_how_many_have_it)
{
    struct report_table table;
    const struct report_cell *cell;
    struct report report;

    kit_report(&report);
    cr_assert(report_table_make(&report, &table) == SS_OK);
    cr_assert(table.row_count == 3 && table.column_count == 4);
    cr_expect(ss_span_is(table.columns[0].peer, "one") && table.columns[0].role == PEER_SERVER);
    cr_expect(ss_span_is(table.columns[1].peer, "one") && table.columns[1].role == PEER_CLIENT);
    cr_expect(ss_span_is(table.rows[1].area, "kex") && ss_span_is(table.rows[1].scenario, "kex/a"));
    cell = report_table_at(&table, 1, 0);
    cr_expect(cell->worst == VERDICT_FAIL && cell->count == 1 && cell->total == 3);
    cr_expect(!cell->expected);
    cr_expect(report.items[cell->worst_at].verdict == VERDICT_FAIL);
    cr_expect(report_table_at(&table, 1, 2)->total == 0, "two was not asked for kex/a");
    cr_expect(report_table_at(&table, 0, 1)->worst == VERDICT_CRASH);
    cr_expect(report_table_at(&table, 0, 3)->worst == VERDICT_UNSUPPORTED);
    report_table_fini(&table);
    report_fini(&report);
}

Test(report, an_unexpected_verdict_outweighs_every_expected_one)
{
    struct report_table table;
    struct result result;
    struct report report;

    report_init(&report, kit_env());
    kit_result(&result, "a/b", "1", "one", PEER_SERVER, VERDICT_XFAIL);
    result.expected = true;
    cr_assert(report_add(&report, &result) == SS_OK);
    kit_result(&result, "a/b", "2", "one", PEER_SERVER, VERDICT_WEAK);
    cr_assert(report_add(&report, &result) == SS_OK);
    report_sort(&report);
    cr_assert(report_table_make(&report, &table) == SS_OK);
    cr_expect(report_table_at(&table, 0, 0)->worst == VERDICT_WEAK);
    report_table_fini(&table);
    result_fini(&result);
    report_fini(&report);
}

Test(report, running_out_of_memory_leaves_nothing_behind)
{
    struct ss_counted *counted = test_counted();
    struct report_table table;
    struct report report;
    size_t i;

    kit_report(&report);
    for (i = 1; i < 4; i++) {
        counted->calls = 0;
        counted->fail_at = i;
        cr_expect(report_table_make(&report, &table) == SS_E_no_memory, "%zu", i);
    }
    counted->fail_at = 0;
    report_fini(&report);
}

Test(report, every_verdict_has_a_glyph_of_its_own)
{
    int a, b;

    for (a = 0; a < VERDICT_COUNT; a++) {
        for (b = 0; b < a; b++)
            cr_expect(report_glyph((enum verdict)a) != report_glyph((enum verdict)b), "%d %d", a,
                      b);
    }
    cr_expect(report_sink_of("text") == report_text && report_sink_of("nothing") == NULL);
}
