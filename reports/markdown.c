/* SPDX-License-Identifier: Apache-2.0 */
/* markdown.c - a run as a page of Markdown, for summaries of CI systems.
 *
 * Owns: the layout; making texts inert inside tables and code.
 * Not here: writing files.
 * Called by: `run --markdown`, `report markdown`.
 * Follows: CommonMark, and the tables of GitHub's dialect. */
#include "reports/report.h"

#include "sshspec/text.h"

/* Every byte that Markdown or HTML could read as more than itself, as an entity. */
static ss_err put_inert(struct ss_buf *out, ss_span text)
{
    struct ss_buf plain;
    ss_err err;
    size_t i;

    ss_buf_init(&plain, out->env, out->ceiling);
    err = report_put_plain(&plain, text, false);
    for (i = 0; err == SS_OK && i < ss_buf_size(&plain); i++) {
        uint8_t c = ss_buf_at(&plain)[i];

        if (strchr("\\`*_{}[]()<>#|!&~@:", c) != NULL && c != 0)
            err = ss_buf_printf(out, "&#%u;", c);
        else
            err = ss_buf_put(out, ss_span_make(&c, 1));
    }
    ss_buf_fini(&plain);
    return err;
}

static ss_err put_heads(struct ss_buf *out, const struct report_table *table)
{
    size_t i;

    SS_TRY(ss_buf_puts(out, "| scenario |"));
    for (i = 0; i < table->column_count; i++) {
        SS_TRY(ss_buf_puts(out, " "));
        SS_TRY(put_inert(out, table->columns[i].peer));
        SS_TRY(ss_buf_puts(out, " "));
        SS_TRY(put_inert(out, table->columns[i].version));
        SS_TRY(ss_buf_printf(out, " %s |", peer_role_name(table->columns[i].role)));
    }
    SS_TRY(ss_buf_puts(out, "\n|---|"));
    for (i = 0; i < table->column_count; i++)
        SS_TRY(ss_buf_puts(out, "---|"));
    return ss_buf_puts(out, "\n");
}

static ss_err put_cell(struct ss_buf *out, const struct report_cell *cell)
{
    const char *mark = cell->expected ? "" : "**";

    if (cell->total == 0)
        return ss_buf_puts(out, "  |");
    SS_TRY(ss_buf_printf(out, " %s%s%s", mark, verdict_name(cell->worst), mark));
    if (cell->total > 1)
        SS_TRY(ss_buf_printf(out, " %u/%u", cell->count, cell->total));
    return ss_buf_puts(out, " |");
}

static ss_err put_table(struct ss_buf *out, const struct report_table *table)
{
    size_t row, i;

    SS_TRY(put_heads(out, table));
    for (row = 0; row < table->row_count; row++) {
        SS_TRY(ss_buf_puts(out, "| "));
        SS_TRY(put_inert(out, table->rows[row].scenario));
        SS_TRY(ss_buf_puts(out, " |"));
        for (i = 0; i < table->column_count; i++)
            SS_TRY(put_cell(out, report_table_at(table, row, i)));
        SS_TRY(ss_buf_puts(out, "\n"));
    }
    return ss_buf_puts(out, "\n");
}

/* An indented block cannot be left by anything that stands in it. */
static ss_err put_block(struct ss_buf *out, ss_span text)
{
    SS_TRY(ss_buf_puts(out, "\n"));
    while (text.size > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.size);
        size_t n = end != NULL ? (size_t)(end - text.data) : text.size;

        SS_TRY(ss_buf_puts(out, "      "));
        SS_TRY(report_put_plain(out, ss_span_part(text, 0, n), false));
        SS_TRY(ss_buf_puts(out, "\n"));
        text = ss_span_part(text, n + 1, text.size);
    }
    return ss_buf_puts(out, "\n");
}

static ss_err put_failure(struct ss_buf *out, const struct result *item,
                          const struct report_style *style)
{
    struct ss_buf text;
    struct report_style plain = *style;
    ss_err err;

    plain.color = false;
    SS_TRY(ss_buf_printf(out, "- **%s** ", verdict_name(item->verdict)));
    ss_buf_init(&text, out->env, out->ceiling);
    err = report_put_name(&text, item);
    if (err == SS_OK)
        err = put_inert(out, ss_buf_span(&text));
    if (err == SS_OK)
        err = ss_buf_puts(out, ", ");
    if (err == SS_OK)
        err = put_inert(out, ss_buf_span(&item->peer));
    if (err == SS_OK)
        err = ss_buf_printf(out, " as %s\n", peer_role_name(item->role));
    ss_buf_clear(&text);
    if (err == SS_OK)
        err = report_failure(item, &plain, &text);
    if (err == SS_OK)
        err = put_block(out, ss_buf_span(&text));
    ss_buf_fini(&text);
    return err;
}

static ss_err put_failures(struct ss_buf *out, const struct report *report,
                           const struct report_style *style)
{
    size_t i;

    if (report_unexpected(report) == 0)
        return SS_OK;
    SS_TRY(ss_buf_puts(out, "## Not as expected\n\n"));
    for (i = 0; i < report->count; i++) {
        if (!report->items[i].expected)
            SS_TRY(put_failure(out, &report->items[i], style));
    }
    return SS_OK;
}

ss_err report_markdown(const struct report *report, const struct report_style *style,
                       struct ss_buf *out)
{
    struct report_style plain = *style;
    struct report_table table;
    ss_err err = SS_OK;

    plain.color = false;
    SS_TRY(ss_buf_printf(out, "# sshspec %s, run %s\n\n", report->run.version, report->run.id));
    SS_TRY(report_totals(report, &plain, out));
    SS_TRY(ss_buf_puts(out, "\n"));
    if (report->count == 0)
        return SS_OK;
    SS_TRY(report_table_make(report, &table));
    err = put_table(out, &table);
    report_table_fini(&table);
    return err == SS_OK ? put_failures(out, report, style) : err;
}
