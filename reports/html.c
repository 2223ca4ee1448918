/* SPDX-License-Identifier: Apache-2.0 */
/* html.c - a run as one HTML file: the matrix, and below it everything known about each result.
 *
 * Owns: the layout and its style sheet, light and dark. No script, nothing loaded from elsewhere,
 *   and a policy in the file that says so to the browser.
 * Not here: writing files; what is harmless (plain.c).
 * Called by: `run --html`, `report html`.
 * Follows: HTML living standard; Content Security Policy level 3. */
#include "reports/report.h"

#include "sshspec/text.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>sshspec</title>\n<style>\n"
    ":root{color-scheme:light dark;--bg:#fff;--fg:#1c1e21;--dim:#6a7078;--line:#d8dce1;"
    "--head:#f2f4f6;--ok:#11703a;--okbg:#e3f4e8;--soft:#7a5200;--softbg:#fbf0d4;--bad:#a51b1b;"
    "--badbg:#fbe2e0}\n"
    "@media (prefers-color-scheme:dark){:root{--bg:#16181b;--fg:#e4e6e9;--dim:#98a0aa;"
    "--line:#363b42;--head:#1f2327;--ok:#7bd79a;--okbg:#14321f;--soft:#ecc66b;--softbg:#39300f;"
    "--bad:#ff9d94;--badbg:#451a18}}\n"
    "body{background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,sans-serif;margin:2em "
    "auto;max-width:80em;padding:0 1em}\n"
    "a{color:inherit}h1{font-size:1.4em}h2{font-size:1.15em;margin-top:2em}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse}\n"
    "th,td{border:1px solid var(--line);padding:.2em .6em;text-align:left;white-space:nowrap}\n"
    "thead th{background:var(--head);position:sticky;top:0}tr.area th{background:var(--head)}\n"
    "td.title{white-space:normal;min-width:18em}\n"
    ".PASS,.INFO{color:var(--ok);background:var(--okbg)}\n"
    ".WEAK,.XFAIL,.UNSUPPORTED{color:var(--soft);background:var(--softbg)}\n"
    ".UNSUPPORTED{color:var(--dim);background:none}\n"
    ".unexpected{color:var(--bad);background:var(--badbg);font-weight:600}\n"
    ".v{border-radius:.3em;padding:.05em .4em}\n"
    "details{border-top:1px solid var(--line);padding:.35em 0}summary{cursor:pointer}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.1em 1em;margin:.5em 1.2em}\n"
    "dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}\n"
    "pre{background:var(--head);padding:.6em;margin:.3em 0;overflow-x:auto;font-size:.85em}\n"
    "</style>\n</head>\n<body>\n";

static ss_err put_verdict(struct ss_buf *out, enum verdict verdict, bool expected)
{
    return ss_buf_printf(out, "<span class=\"v %s\">%s</span>",
                         expected ? verdict_name(verdict) : "unexpected", verdict_name(verdict));
}

/* ---- the matrix ---- */

static ss_err put_heads(struct ss_buf *out, const struct report_table *table)
{
    size_t i;

    SS_TRY(ss_buf_puts(out, "<div class=\"scroll\"><table>\n<thead><tr><th>scenario</th>"));
    for (i = 0; i < table->column_count; i++) {
        SS_TRY(ss_buf_puts(out, "<th>"));
        SS_TRY(report_put_xml(out, table->columns[i].peer));
        SS_TRY(ss_buf_puts(out, " "));
        SS_TRY(report_put_xml(out, table->columns[i].version));
        SS_TRY(ss_buf_printf(out, "<br>%s</th>", peer_role_name(table->columns[i].role)));
    }
    return ss_buf_puts(out, "<th>what it says</th></tr></thead>\n<tbody>\n");
}

static ss_err put_cell(struct ss_buf *out, const struct report_cell *cell)
{
    if (cell->total == 0)
        return ss_buf_puts(out, "<td></td>");
    SS_TRY(ss_buf_printf(out, "<td class=\"%s\"><a href=\"#r%zu\">%s</a>",
                         cell->expected ? verdict_name(cell->worst) : "unexpected", cell->worst_at,
                         verdict_name(cell->worst)));
    if (cell->total > 1)
        SS_TRY(ss_buf_printf(out, " %u/%u", cell->count, cell->total));
    return ss_buf_puts(out, "</td>");
}

static ss_err put_row(struct ss_buf *out, const struct report_table *table, size_t row)
{
    const struct report_row *at = &table->rows[row];
    size_t i;

    if (row == 0 || !ss_span_eq(at->area, table->rows[row - 1].area)) {
        SS_TRY(
            ss_buf_printf(out, "<tr class=\"area\"><th colspan=\"%zu\">", table->column_count + 2));
        SS_TRY(report_put_xml(out, at->area));
        SS_TRY(ss_buf_puts(out, "</th></tr>\n"));
    }
    SS_TRY(ss_buf_puts(out, "<tr><td>"));
    SS_TRY(report_put_xml(out, at->scenario));
    SS_TRY(ss_buf_puts(out, "</td>"));
    for (i = 0; i < table->column_count; i++)
        SS_TRY(put_cell(out, report_table_at(table, row, i)));
    SS_TRY(ss_buf_puts(out, "<td class=\"title\">"));
    SS_TRY(report_put_xml(out, at->title));
    return ss_buf_puts(out, "</td></tr>\n");
}

static ss_err put_table(struct ss_buf *out, const struct report_table *table)
{
    size_t row;

    SS_TRY(put_heads(out, table));
    for (row = 0; row < table->row_count; row++)
        SS_TRY(put_row(out, table, row));
    return ss_buf_puts(out, "</tbody></table></div>\n");
}

/* ---- one result ---- */

static ss_err put_item(struct ss_buf *out, const char *term, ss_span text)
{
    if (text.size == 0)
        return SS_OK;
    SS_TRY(ss_buf_printf(out, "<dt>%s</dt><dd>", term));
    SS_TRY(report_put_xml(out, text));
    return ss_buf_puts(out, "</dd>\n");
}

static ss_err put_block(struct ss_buf *out, const char *term, ss_span text)
{
    if (text.size == 0)
        return SS_OK;
    SS_TRY(ss_buf_printf(out, "<dt>%s</dt><dd><pre>", term));
    SS_TRY(report_put_xml(out, text));
    return ss_buf_puts(out, "</pre></dd>\n");
}

static ss_err put_requirements(struct ss_buf *out, const struct result *item,
                               const struct report_style *style)
{
    ss_span list = ss_buf_span(&item->requirements), id;

    while (ss_namelist_next(&list, &id)) {
        const char *sentence =
            style->requirement != NULL ? style->requirement(style->ctx, id) : NULL;

        SS_TRY(ss_buf_puts(out, "<dt>required</dt><dd>"));
        if (sentence != NULL) {
            SS_TRY(report_put_xml(out, ss_span_of(sentence)));
            SS_TRY(ss_buf_puts(out, " "));
        }
        SS_TRY(ss_buf_puts(out, "<code>"));
        SS_TRY(report_put_xml(out, id));
        SS_TRY(ss_buf_puts(out, "</code></dd>\n"));
    }
    return SS_OK;
}

static ss_err put_summary(struct ss_buf *out, const struct result *item)
{
    struct ss_buf name;
    ss_err err;

    SS_TRY(put_verdict(out, item->verdict, item->expected));
    SS_TRY(ss_buf_puts(out, " "));
    ss_buf_init(&name, out->env, out->ceiling);
    err = report_put_name(&name, item);
    if (err == SS_OK)
        err = report_put_xml(out, ss_buf_span(&name));
    ss_buf_fini(&name);
    SS_TRY(err);
    SS_TRY(ss_buf_puts(out, ", "));
    SS_TRY(report_put_xml(out, ss_buf_span(&item->peer)));
    return ss_buf_printf(out, " as %s, %u ms", peer_role_name(item->role), (unsigned)item->ms);
}

static ss_err put_result(struct ss_buf *out, const struct result *item, size_t index,
                         const struct report_style *style)
{
    SS_TRY(ss_buf_printf(out, "<details id=\"r%zu\"%s><summary>", index,
                         item->expected ? "" : " open"));
    SS_TRY(put_summary(out, item));
    SS_TRY(ss_buf_puts(out, "</summary>\n<dl>\n"));
    SS_TRY(put_item(out, "scenario", ss_buf_span(&item->title)));
    SS_TRY(put_requirements(out, item, style));
    SS_TRY(put_item(out, "why", ss_buf_span(&item->why)));
    SS_TRY(put_item(out, "closed", ss_buf_span(&item->closure)));
    SS_TRY(put_item(out, "twin", ss_buf_span(&item->twin)));
    SS_TRY(put_item(out, "fence", ss_buf_span(&item->fence)));
    SS_TRY(put_block(out, "facts", ss_buf_span(&item->facts)));
    SS_TRY(put_block(out, "last messages", ss_buf_span(&item->ladder)));
    SS_TRY(put_block(out, "again", ss_buf_span(&item->rerun)));
    return ss_buf_puts(out, "</dl></details>\n");
}

static ss_err put_results(struct ss_buf *out, const struct report *report,
                          const struct report_style *style, bool expected)
{
    size_t i;

    for (i = 0; i < report->count; i++) {
        if (report->items[i].expected == expected)
            SS_TRY(put_result(out, &report->items[i], i, style));
    }
    return SS_OK;
}

static ss_err put_body(struct ss_buf *out, const struct report *report,
                       const struct report_table *table, const struct report_style *style)
{
    struct report_style plain = *style;

    plain.color = false;
    SS_TRY(ss_buf_printf(out, "<h1>sshspec %s</h1>\n<p>Run %s, started %s, seed %llu.<br>\n",
                         report->run.version, report->run.id, report->run.started,
                         (unsigned long long)report->run.seed));
    SS_TRY(report_totals(report, &plain, out));
    SS_TRY(ss_buf_puts(out, "</p>\n"));
    if (report->count > 0)
        SS_TRY(put_table(out, table));
    if (report_unexpected(report) > 0) {
        SS_TRY(ss_buf_puts(out, "<h2>Not as expected</h2>\n"));
        SS_TRY(put_results(out, report, style, false));
    }
    SS_TRY(ss_buf_puts(out, "<h2>As expected</h2>\n"));
    SS_TRY(put_results(out, report, style, true));
    return ss_buf_puts(out, "</body>\n</html>\n");
}

ss_err report_html(const struct report *report, const struct report_style *style,
                   struct ss_buf *out)
{
    struct report_table table;
    ss_err err;

    SS_TRY(ss_buf_puts(out, head));
    SS_TRY(report_table_make(report, &table));
    err = put_body(out, report, &table, style);
    report_table_fini(&table);
    return err;
}
