/* SPDX-License-Identifier: Apache-2.0 */
/* report.c - results in order, counted, and laid out as a matrix.
 *
 * Owns: the array of results; how bad each verdict is.
 * Not here: any format (the sinks), the store.
 * Called by: the runner, the store, every sink.
 * Follows: report.h. */
#include "reports/report.h"

#include <stdlib.h>

void report_init(struct report *report, const struct ss_env *env)
{
    memset(report, 0, sizeof *report);
    report->env = env;
    report->run.exit_status = -1;
}

void report_fini(struct report *report)
{
    size_t i;

    for (i = 0; i < report->count; i++)
        result_fini(&report->items[i]);
    ss_free(report->env, report->items, report->room * sizeof *report->items);
    report->items = NULL;
    report->count = report->room = 0;
}

ss_err report_add(struct report *report, struct result *take)
{
    if (report->count == report->room) {
        size_t room = report->room > 0 ? report->room * 2 : 64;
        struct result *items = ss_resize(report->env, report->items, report->room * sizeof *items,
                                         room * sizeof *items);

        if (items == NULL)
            return SS_E_no_memory;
        report->items = items;
        report->room = room;
    }
    report->items[report->count++] = *take;
    result_init(take, report->env);
    return SS_OK;
}

/* ---- order ---- */

static bool is_digit(ss_span s, size_t at)
{
    return at < s.size && s.data[at] >= '0' && s.data[at] <= '9';
}

static size_t run_of_digits(ss_span s, size_t at)
{
    size_t n = 0;

    while (is_digit(s, at + n))
        n++;
    return n;
}

/* Numbers in texts compare by value, so that [9] comes before [10]. */
static int compare(ss_span a, ss_span b)
{
    size_t i = 0, j = 0;

    while (i < a.size && j < b.size) {
        size_t m = run_of_digits(a, i), n = run_of_digits(b, j);

        if (m > 0 && n > 0 && m != n)
            return m < n ? -1 : 1;
        if (a.data[i] != b.data[j])
            return a.data[i] < b.data[j] ? -1 : 1;
        i++;
        j++;
    }
    return i < a.size ? 1 : (j < b.size ? -1 : 0);
}

int report_compare(const struct result *a, const struct result *b)
{
    int order = compare(ss_buf_span(&a->scenario), ss_buf_span(&b->scenario));

    if (order == 0)
        order = compare(ss_buf_span(&a->parameter), ss_buf_span(&b->parameter));
    if (order == 0)
        order = compare(ss_buf_span(&a->peer), ss_buf_span(&b->peer));
    return order != 0 ? order : (int)a->role - (int)b->role;
}

static int by_place(const void *left, const void *right)
{
    return report_compare(left, right);
}

void report_sort(struct report *report)
{
    if (report->count > 1)
        qsort(report->items, report->count, sizeof *report->items, by_place);
}

size_t report_count(const struct report *report, enum verdict verdict)
{
    size_t n = 0, i;

    for (i = 0; i < report->count; i++)
        n += report->items[i].verdict == verdict;
    return n;
}

size_t report_unexpected(const struct report *report)
{
    size_t n = 0, i;

    for (i = 0; i < report->count; i++)
        n += !report->items[i].expected;
    return n;
}

/* ---- verdicts ---- */

char report_glyph(enum verdict verdict)
{
    static const char glyphs[VERDICT_COUNT + 1] = "+~FxX-?C%Ei";

    return (char)((unsigned)verdict < VERDICT_COUNT ? glyphs[verdict] : '?');
}

/* What a cell of many cases shows is the one that a person must look at first. */
static int weight(const struct result *result)
{
    static const int weights[VERDICT_COUNT] = {
        [VERDICT_PASS] = 1,  [VERDICT_WEAK] = 4,         [VERDICT_FAIL] = 10,
        [VERDICT_XFAIL] = 5, [VERDICT_XPASS] = 8,        [VERDICT_UNSUPPORTED] = 0,
        [VERDICT_INFO] = 2,  [VERDICT_INCONCLUSIVE] = 6, [VERDICT_CRASH] = 11,
        [VERDICT_FLAKY] = 7, [VERDICT_ERROR] = 9};

    return weights[result->verdict] + (result->expected ? 0 : 100);
}

/* ---- the matrix ---- */

static bool same_column(const struct report_column *column, const struct result *result)
{
    return column->role == result->role && ss_span_eq(column->peer, ss_buf_span(&result->peer));
}

static size_t find_column(const struct report_table *table, const struct result *result)
{
    size_t i;

    for (i = 0; i < table->column_count; i++) {
        if (same_column(&table->columns[i], result))
            return i;
    }
    return table->column_count;
}

static int by_column(const void *left, const void *right)
{
    const struct report_column *a = left, *b = right;
    int order = compare(a->peer, b->peer);

    return order != 0 ? order : (int)a->role - (int)b->role;
}

ss_span report_area(ss_span scenario)
{
    size_t n = 0;

    while (n < scenario.size && scenario.data[n] != '/')
        n++;
    return ss_span_part(scenario, 0, n);
}

static void list_columns(struct report_table *table, const struct report *report)
{
    size_t i;

    for (i = 0; i < report->count; i++) {
        const struct result *item = &report->items[i];
        size_t at = find_column(table, item);
        struct report_column *column = &table->columns[at];

        if (at == table->column_count) {
            table->column_count++;
            column->peer = ss_buf_span(&item->peer);
            column->role = item->role;
            column->version = ss_buf_span(&item->peer_version);
        } else if (column->version.size == 0) {
            column->version = ss_buf_span(&item->peer_version);
        }
    }
    if (table->column_count > 1)
        qsort(table->columns, table->column_count, sizeof *table->columns, by_column);
}

static void list_rows(struct report_table *table, const struct report *report)
{
    size_t i;

    for (i = 0; i < report->count; i++) {
        const struct result *item = &report->items[i];
        ss_span scenario = ss_buf_span(&item->scenario);
        struct report_row *row = &table->rows[table->row_count];

        if (table->row_count > 0 && ss_span_eq(row[-1].scenario, scenario))
            continue;
        row->scenario = scenario;
        row->area = report_area(scenario);
        row->title = ss_buf_span(&item->title);
        table->row_count++;
    }
}

static void count_in(struct report_cell *cell, const struct report *report, size_t at)
{
    const struct result *item = &report->items[at];

    if (cell->total == 0) {
        cell->first = at;
        cell->expected = true;
    }
    if (cell->total == 0 || weight(item) > weight(&report->items[cell->worst_at])) {
        cell->worst = item->verdict;
        cell->worst_at = at;
        cell->count = 0;
    }
    cell->count += item->verdict == cell->worst;
    cell->expected = cell->expected && item->expected;
    cell->total++;
}

static ss_err fill_cells(struct report_table *table, const struct report *report)
{
    size_t row = 0, i;

    table->cells =
        ss_alloc(table->env, table->row_count * table->column_count * sizeof *table->cells);
    if (table->cells == NULL)
        return SS_E_no_memory;
    for (i = 0; i < report->count; i++) {
        const struct result *item = &report->items[i];

        while (!ss_span_eq(table->rows[row].scenario, ss_buf_span(&item->scenario)))
            row++;
        count_in(&table->cells[row * table->column_count + find_column(table, item)], report, i);
    }
    return SS_OK;
}

ss_err report_table_make(const struct report *report, struct report_table *out)
{
    struct report_table table = {.env = report->env, .room = report->count};
    ss_err err = SS_OK;

    if (report->count > 0) {
        table.rows = ss_alloc(table.env, table.room * sizeof *table.rows);
        table.columns = ss_alloc(table.env, table.room * sizeof *table.columns);
        if (table.rows == NULL || table.columns == NULL)
            err = SS_E_no_memory;
    }
    if (err == SS_OK && report->count > 0) {
        list_columns(&table, report);
        list_rows(&table, report);
        err = fill_cells(&table, report);
    }
    if (err == SS_OK)
        *out = table;
    else
        report_table_fini(&table);
    return err;
}

void report_table_fini(struct report_table *table)
{
    ss_free(table->env, table->cells,
            table->row_count * table->column_count * sizeof *table->cells);
    ss_free(table->env, table->rows, table->room * sizeof *table->rows);
    ss_free(table->env, table->columns, table->room * sizeof *table->columns);
    memset(table, 0, sizeof *table);
}

const struct report_cell *report_table_at(const struct report_table *table, size_t row,
                                          size_t column)
{
    return &table->cells[row * table->column_count + column];
}

/* ---- formats by name ---- */

report_sink report_sink_of(const char *name)
{
    static const struct {
        const char *name;
        report_sink sink;
    } sinks[] = {{"text", report_text},   {"matrix", report_matrix},     {"jsonl", report_jsonl},
                 {"junit", report_junit}, {"markdown", report_markdown}, {"html", report_html}};
    size_t i;

    for (i = 0; i < SS_COUNT(sinks); i++) {
        if (strcmp(sinks[i].name, name) == 0)
            return sinks[i].sink;
    }
    return NULL;
}
