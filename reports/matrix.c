/* SPDX-License-Identifier: Apache-2.0 */
/* matrix.c - the matrix for a terminal: rows are scenarios by area, columns peers and roles.
 *
 * Owns: widths, the legend.
 * Not here: what a cell means (report.c).
 * Called by: the runner at its end, `sshspec report text` and `matrix`.
 * Follows: HOUSE "What a person sees".
 *
 * A cell is the glyph of the verdict that matters most among its cases, and how many have it:
 * "F3" three cases failed, "+12" all twelve passed, "F1/12" one of twelve failed. */
#include "reports/report.h"

#include <stdio.h>

#define CELL_LEAST 8
#define CELL_MOST 20
#define NAME_MAX_WIDTH 52

static const char *color_of(const struct report_cell *cell)
{
    if (!cell->expected)
        return "\033[1;31m";
    if (cell->worst == VERDICT_PASS)
        return "\033[32m";
    return cell->worst == VERDICT_WEAK || cell->worst == VERDICT_XFAIL ? "\033[33m" : "\033[2m";
}

static ss_err put_padding(struct ss_buf *out, size_t used, size_t width)
{
    while (used++ < width)
        SS_TRY(ss_buf_puts(out, " "));
    return SS_OK;
}

/* Characters, not bytes; hostile ones have become "?" before this is asked. */
static size_t width_of(ss_span text)
{
    size_t n = 0, i;

    for (i = 0; i < text.size; i++)
        n += (text.data[i] & 0xc0) != 0x80;
    return n;
}

/* Text as it may be shown, cut to width, padded to it. */
static ss_err put_fitted(struct ss_buf *out, ss_span text, size_t width)
{
    struct ss_buf plain;
    ss_span shown;
    ss_err err;

    ss_buf_init(&plain, out->env, out->ceiling);
    err = report_put_plain(&plain, text, false);
    shown = ss_buf_span(&plain);
    while (err == SS_OK && width_of(shown) > width) {
        shown.size--;
        while (shown.size > 0 && (shown.data[shown.size] & 0xc0) == 0x80)
            shown.size--;
    }
    if (err == SS_OK)
        err = ss_buf_put(out, shown);
    if (err == SS_OK)
        err = put_padding(out, width_of(shown), width);
    ss_buf_fini(&plain);
    return err;
}

static ss_err put_cell(struct ss_buf *out, const struct report_cell *cell, size_t width,
                       const struct report_style *style)
{
    char text[40];
    int n;

    if (cell->total == 0)
        return put_padding(out, 0, width);
    if (cell->total == 1)
        n = snprintf(text, sizeof text, "%c", report_glyph(cell->worst));
    else if (cell->count == cell->total)
        n = snprintf(text, sizeof text, "%c%u", report_glyph(cell->worst), cell->count);
    else
        n = snprintf(text, sizeof text, "%c%u/%u", report_glyph(cell->worst), cell->count,
                     cell->total);
    SS_TRY(ss_buf_printf(out, "%s%s%s", style->color ? color_of(cell) : "", text,
                         style->color ? "\033[0m" : ""));
    return put_padding(out, (size_t)(n > 0 ? n : 0), width);
}

static size_t name_width(const struct report_table *table)
{
    size_t most = 8, i;

    for (i = 0; i < table->row_count; i++) {
        const struct report_row *row = &table->rows[i];
        size_t n = row->scenario.size;

        if (n > most)
            most = n;
    }
    return most < NAME_MAX_WIDTH ? most : NAME_MAX_WIDTH;
}

/* Of a column, with the blank behind it. */
static size_t cell_width(const struct report_table *table)
{
    size_t most = CELL_LEAST, i;

    for (i = 0; i < table->column_count; i++) {
        if (table->columns[i].peer.size + 2 > most)
            most = table->columns[i].peer.size + 2;
    }
    return most < CELL_MOST ? most : CELL_MOST;
}

static ss_err put_heads(struct ss_buf *out, const struct report_table *table, size_t width)
{
    const size_t cell = cell_width(table);
    size_t i;

    SS_TRY(put_padding(out, 0, width + 2));
    for (i = 0; i < table->column_count; i++) {
        SS_TRY(put_fitted(out, table->columns[i].peer, cell - 1));
        SS_TRY(ss_buf_puts(out, " "));
    }
    SS_TRY(ss_buf_puts(out, "\n"));
    SS_TRY(put_padding(out, 0, width + 2));
    for (i = 0; i < table->column_count; i++) {
        SS_TRY(put_fitted(out, ss_span_of(peer_role_name(table->columns[i].role)), cell - 1));
        SS_TRY(ss_buf_puts(out, " "));
    }
    return ss_buf_puts(out, "\n");
}

static ss_err put_row(struct ss_buf *out, const struct report_table *table, size_t row,
                      size_t width, const struct report_style *style)
{
    const size_t cell = cell_width(table);
    size_t i;

    SS_TRY(put_fitted(out, table->rows[row].scenario, width));
    SS_TRY(ss_buf_puts(out, "  "));
    for (i = 0; i < table->column_count; i++)
        SS_TRY(put_cell(out, report_table_at(table, row, i), cell, style));
    return ss_buf_puts(out, "\n");
}

/* Only the verdicts that occur. */
static ss_err put_legend(struct ss_buf *out, const struct report *report)
{
    int i;

    SS_TRY(ss_buf_puts(out, "\n "));
    for (i = 0; i < VERDICT_COUNT; i++) {
        if (report_count(report, (enum verdict)i) > 0)
            SS_TRY(ss_buf_printf(out, " %c %s", report_glyph((enum verdict)i),
                                 verdict_name((enum verdict)i)));
    }
    return ss_buf_puts(out, "   (F1/12: 1 of 12 cases)\n");
}

static ss_err put_table(struct ss_buf *out, const struct report_table *table,
                        const struct report_style *style)
{
    const size_t width = name_width(table);
    size_t row;

    SS_TRY(put_heads(out, table, width));
    for (row = 0; row < table->row_count; row++) {
        if (row > 0 && !ss_span_eq(table->rows[row].area, table->rows[row - 1].area))
            SS_TRY(ss_buf_puts(out, "\n"));
        SS_TRY(put_row(out, table, row, width, style));
    }
    return SS_OK;
}

ss_err report_matrix(const struct report *report, const struct report_style *style,
                     struct ss_buf *out)
{
    struct report_table table;
    ss_err err;

    if (report->count == 0)
        return ss_buf_puts(out, "nothing was run\n");
    SS_TRY(report_table_make(report, &table));
    err = put_table(out, &table, style);
    report_table_fini(&table);
    return err == SS_OK ? put_legend(out, report) : err;
}
