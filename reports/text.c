/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - results for a person at a terminal: a line each, and what to know about a failure.
 *
 * Owns: the layout, the colours.
 * Not here: the matrix (matrix.c), progress (runner/progress.c).
 * Called by: the runner as results come, `sshspec report text`, junit.c for its details.
 * Follows: HOUSE "What a person sees". */
#include "reports/report.h"

#include "sshspec/text.h"

#define INDENT "      "
#define LADDER_WIDTH 240 /* bytes of a line; the whole of it is in the other formats */

static const char *color_of(const struct result *result)
{
    if (!result->expected)
        return "\033[1;31m";
    switch (result->verdict) {
    case VERDICT_PASS:
        return "\033[32m";
    case VERDICT_WEAK:
    case VERDICT_XFAIL:
        return "\033[33m";
    default:
        return "\033[2m";
    }
}

ss_err report_line(const struct result *result, const struct report_style *style,
                   struct ss_buf *out)
{
    struct ss_buf name;
    ss_err err;

    SS_TRY(ss_buf_printf(out, "%s%-12s%s ", style->color ? color_of(result) : "",
                         verdict_name(result->verdict), style->color ? "\033[0m" : ""));
    ss_buf_init(&name, out->env, out->ceiling);
    err = report_put_name(&name, result);
    if (err == SS_OK)
        err = report_put_plain(out, ss_buf_span(&name), false);
    ss_buf_fini(&name);
    SS_TRY(err);
    SS_TRY(ss_buf_puts(out, "  "));
    SS_TRY(report_put_plain(out, ss_buf_span(&result->peer), false));
    if (ss_buf_size(&result->peer_version) > 0) {
        SS_TRY(ss_buf_puts(out, " "));
        SS_TRY(report_put_plain(out, ss_buf_span(&result->peer_version), false));
    }
    SS_TRY(ss_buf_printf(out, " %s  %u ms", peer_role_name(result->role), (unsigned)result->ms));
    return ss_buf_puts(out, "\n");
}

static ss_err put_row(struct ss_buf *out, const char *label, ss_span text)
{
    if (text.size == 0)
        return SS_OK;
    SS_TRY(ss_buf_printf(out, INDENT "%-9s ", label));
    SS_TRY(report_put_plain(out, text, false));
    return ss_buf_puts(out, "\n");
}

static ss_err put_requirements(struct ss_buf *out, const struct result *result,
                               const struct report_style *style)
{
    ss_span list = ss_buf_span(&result->requirements), id;

    while (ss_namelist_next(&list, &id)) {
        const char *sentence =
            style->requirement != NULL ? style->requirement(style->ctx, id) : NULL;

        SS_TRY(ss_buf_puts(out, INDENT "required  "));
        if (sentence != NULL)
            SS_TRY(report_put_plain(out, ss_span_of(sentence), false));
        SS_TRY(ss_buf_puts(out, sentence != NULL ? " (" : ""));
        SS_TRY(report_put_plain(out, id, false));
        SS_TRY(ss_buf_puts(out, sentence != NULL ? ")\n" : "\n"));
    }
    return SS_OK;
}

static ss_err put_lines(struct ss_buf *out, ss_span lines)
{
    while (lines.size > 0) {
        const uint8_t *end = memchr(lines.data, '\n', lines.size);
        size_t n = end != NULL ? (size_t)(end - lines.data) : lines.size;

        SS_TRY(ss_buf_puts(out, INDENT "  "));
        SS_TRY(report_put_plain(out, ss_span_part(lines, 0, n < LADDER_WIDTH ? n : LADDER_WIDTH),
                                false));
        SS_TRY(ss_buf_puts(out, n > LADDER_WIDTH ? "...\n" : "\n"));
        lines = ss_span_part(lines, n + 1, lines.size);
    }
    return SS_OK;
}

ss_err report_failure(const struct result *result, const struct report_style *style,
                      struct ss_buf *out)
{
    SS_TRY(put_row(out, "scenario", ss_buf_span(&result->title)));
    SS_TRY(put_requirements(out, result, style));
    SS_TRY(put_row(out, "why", ss_buf_span(&result->why)));
    SS_TRY(put_row(out, "closed", ss_buf_span(&result->closure)));
    SS_TRY(put_row(out, "twin", ss_buf_span(&result->twin)));
    SS_TRY(put_row(out, "fence", ss_buf_span(&result->fence)));
    if (ss_buf_size(&result->ladder) > 0) {
        SS_TRY(ss_buf_puts(out, INDENT "the last messages\n"));
        SS_TRY(put_lines(out, ss_buf_span(&result->ladder)));
    }
    return put_row(out, "again", ss_buf_span(&result->rerun));
}

ss_err report_totals(const struct report *report, const struct report_style *style,
                     struct ss_buf *out)
{
    const size_t unexpected = report_unexpected(report);
    int i;

    SS_TRY(ss_buf_printf(out, "%zu result%s:", report->count, report->count == 1 ? "" : "s"));
    for (i = 0; i < VERDICT_COUNT; i++) {
        size_t n = report_count(report, (enum verdict)i);

        if (n > 0)
            SS_TRY(ss_buf_printf(out, " %zu %s", n, verdict_name((enum verdict)i)));
    }
    if (unexpected == 0)
        return ss_buf_puts(out, report->count > 0 ? "; all as expected\n" : "\n");
    return ss_buf_printf(out, "; %s%zu not as expected%s\n", style->color ? "\033[1;31m" : "",
                         unexpected, style->color ? "\033[0m" : "");
}

ss_err report_text(const struct report *report, const struct report_style *style,
                   struct ss_buf *out)
{
    size_t i;

    SS_TRY(ss_buf_printf(out, "run %s, sshspec %s, seed %llu\n\n", report->run.id,
                         report->run.version, (unsigned long long)report->run.seed));
    for (i = 0; i < report->count; i++) {
        const struct result *item = &report->items[i];

        SS_TRY(report_line(item, style, out));
        if (!item->expected || style->trace)
            SS_TRY(report_failure(item, style, out));
    }
    SS_TRY(ss_buf_puts(out, "\n"));
    SS_TRY(report_matrix(report, style, out));
    SS_TRY(ss_buf_puts(out, "\n"));
    return report_totals(report, style, out);
}
