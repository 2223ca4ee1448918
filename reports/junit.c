/* SPDX-License-Identifier: Apache-2.0 */
/* junit.c - a run as JUnit XML: a suite a peer and role, a test case a result.
 *
 * Owns: which verdicts count as failure, error and skipped.
 * Not here: writing files.
 * Called by: `run --junit`, `report junit`.
 * Follows: the schema that CI systems read in common: testsuites, testsuite, testcase, failure,
 *   error, skipped, system-out. There is no CDATA: every text is escaped, so none can end it. */
#include "reports/report.h"

enum outcome { OUTCOME_PASSED, OUTCOME_FAILURE, OUTCOME_ERROR, OUTCOME_SKIPPED };

static enum outcome outcome_of(const struct result *item)
{
    if (item->verdict == VERDICT_UNSUPPORTED)
        return OUTCOME_SKIPPED;
    if (item->expected)
        return OUTCOME_PASSED;
    return item->verdict == VERDICT_ERROR || item->verdict == VERDICT_CRASH ? OUTCOME_ERROR
                                                                            : OUTCOME_FAILURE;
}

static size_t count(const struct report *report, const struct report_column *suite,
                    enum outcome outcome)
{
    size_t n = 0, i;

    for (i = 0; i < report->count; i++) {
        const struct result *item = &report->items[i];

        if (item->role == suite->role && ss_span_eq(ss_buf_span(&item->peer), suite->peer))
            n += outcome_of(item) == outcome;
    }
    return n;
}

static ss_err put_attribute(struct ss_buf *out, const char *name, ss_span value)
{
    SS_TRY(ss_buf_printf(out, " %s=\"", name));
    SS_TRY(report_put_xml(out, value));
    return ss_buf_puts(out, "\"");
}

/* <failure type="FAIL" message="...">...</failure> */
static ss_err put_outcome(struct ss_buf *out, const struct result *item,
                          const struct report_style *style)
{
    static const char *const tags[] = {NULL, "failure", "error", "skipped"};
    const char *tag = tags[outcome_of(item)];
    struct report_style plain = *style;
    struct ss_buf text;
    ss_err err;

    SS_TRY(ss_buf_printf(out, "      <%s type=\"%s\"", tag, verdict_name(item->verdict)));
    SS_TRY(put_attribute(out, "message", ss_buf_span(&item->why)));
    if (outcome_of(item) == OUTCOME_SKIPPED)
        return ss_buf_puts(out, "/>\n");
    SS_TRY(ss_buf_puts(out, ">"));
    plain.color = false;
    ss_buf_init(&text, out->env, out->ceiling);
    err = report_failure(item, &plain, &text);
    if (err == SS_OK)
        err = report_put_xml(out, ss_buf_span(&text));
    ss_buf_fini(&text);
    SS_TRY(err);
    return ss_buf_printf(out, "</%s>\n", tag);
}

static ss_err put_case(struct ss_buf *out, const struct result *item, ss_span area,
                       const struct report_style *style)
{
    struct ss_buf name;
    ss_err err;

    SS_TRY(ss_buf_puts(out, "    <testcase"));
    SS_TRY(put_attribute(out, "classname", area));
    ss_buf_init(&name, out->env, out->ceiling);
    err = report_put_name(&name, item);
    if (err == SS_OK)
        err = put_attribute(out, "name", ss_buf_span(&name));
    ss_buf_fini(&name);
    SS_TRY(err);
    SS_TRY(ss_buf_printf(out, " time=\"%u.%03u\"", item->ms / 1000, item->ms % 1000));
    if (outcome_of(item) == OUTCOME_PASSED)
        return ss_buf_puts(out, "/>\n");
    SS_TRY(ss_buf_puts(out, ">\n"));
    SS_TRY(put_outcome(out, item, style));
    return ss_buf_puts(out, "    </testcase>\n");
}

static ss_err put_suite(struct ss_buf *out, const struct report *report,
                        const struct report_column *suite, const struct report_style *style)
{
    const size_t failures = count(report, suite, OUTCOME_FAILURE);
    const size_t errors = count(report, suite, OUTCOME_ERROR);
    const size_t skipped = count(report, suite, OUTCOME_SKIPPED);
    const size_t passed = count(report, suite, OUTCOME_PASSED);
    size_t i;

    SS_TRY(ss_buf_puts(out, "  <testsuite name=\""));
    SS_TRY(report_put_xml(out, suite->peer));
    SS_TRY(ss_buf_printf(out, " %s\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
                         peer_role_name(suite->role), passed + failures + errors + skipped,
                         failures, errors, skipped));
    SS_TRY(put_attribute(out, "timestamp", ss_span_of(report->run.started)));
    SS_TRY(ss_buf_puts(out, ">\n"));
    for (i = 0; i < report->count; i++) {
        const struct result *item = &report->items[i];

        if (item->role == suite->role && ss_span_eq(ss_buf_span(&item->peer), suite->peer))
            SS_TRY(put_case(out, item, report_area(ss_buf_span(&item->scenario)), style));
    }
    return ss_buf_puts(out, "  </testsuite>\n");
}

ss_err report_junit(const struct report *report, const struct report_style *style,
                    struct ss_buf *out)
{
    struct report_table table;
    ss_err err;
    size_t i;

    SS_TRY(ss_buf_printf(out,
                         "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                         "<testsuites name=\"sshspec\" tests=\"%zu\" time=\"%llu.%03llu\">\n",
                         report->count, (unsigned long long)report->run.ms / 1000,
                         (unsigned long long)report->run.ms % 1000));
    SS_TRY(report_table_make(report, &table));
    err = SS_OK;
    for (i = 0; err == SS_OK && i < table.column_count; i++)
        err = put_suite(out, report, &table.columns[i], style);
    report_table_fini(&table);
    SS_TRY(err);
    return ss_buf_puts(out, "</testsuites>\n");
}
