/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - one run and its results in memory, and what every sink asks about them.
 *
 * Concept: a sink is a projection: it takes a struct report and appends text to a buffer. The same
 *   sinks serve a run that has just ended and one that is read from the store, so both say the
 *   same. Results are ordered by scenario, case, peer and role before they are shown.
 *
 *   call                  does
 *   report_add            takes a result over
 *   report_sort           the order above, natural in numbers
 *   report_count          results of one verdict
 *   report_table_make     the matrix: a row a scenario, a column a peer and role
 *
 *   sink                  appends
 *   report_line           one line a result (text.c)
 *   report_failure        why, with the requirement, the ladder and the command to run it again
 *   report_text           all of that, then the matrix
 *   report_matrix         the matrix and its legend, for a terminal (matrix.c)
 *   report_jsonl          one JSON object a line (jsonl.c)
 *   report_junit          JUnit XML (junit.c)
 *   report_markdown       a page in Markdown (markdown.c)
 *   report_html           one HTML file that needs nothing else (html.c)
 *
 * Owns: the results; texts in them are hostile (a peer chose part of them) until a sink has
 *   escaped them. */
#ifndef SSHSPEC_REPORTS_REPORT_H
#define SSHSPEC_REPORTS_REPORT_H

#include "testserver/runner/result.h"

struct report_run {
    char id[40];      /* "20250102T030405-1a2b3c": sorts by time */
    char started[32]; /* UTC, "2025-01-02T03:04:05Z" */
    char version[32];
    uint64_t seed;
    uint64_t ms;
    int exit_status; /* -1: it did not end */
};

struct report {
    const struct ss_env *env;
    struct report_run run;
    struct result *items;
    size_t count, room;
};

struct report_style {
    bool color; /* escape sequences of terminals */
    bool trace; /* ladders also where all is well */
    /* The requirement in one sentence, or null; may be null itself. */
    const char *(*requirement)(void *ctx, ss_span id);
    void *ctx;
};

void report_init(struct report *report, const struct ss_env *env);
void report_fini(struct report *report);
/* take becomes empty. */
SS_MUST_USE ss_err report_add(struct report *report, struct result *take);
void report_sort(struct report *report);
/* The order that report_sort makes: less, equal or greater than zero. */
int report_compare(const struct result *a, const struct result *b);
ss_span report_area(ss_span scenario); /* "kex" of "kex/newkeys-early" */
size_t report_count(const struct report *report, enum verdict verdict);
size_t report_unexpected(const struct report *report);

/* ---- the matrix ---- */
struct report_cell {
    enum verdict worst;
    uint32_t count;         /* results with that verdict; 0: nothing ran here */
    uint32_t total;         /* all results of the cell */
    bool expected;          /* all of them */
    size_t first, worst_at; /* indices into items: first result, first with the worst verdict */
};
struct report_column {
    ss_span peer, version;
    enum peer_role role;
};
struct report_row {
    ss_span area, scenario, title;
};
struct report_table {
    const struct ss_env *env;
    struct report_row *rows;
    struct report_column *columns;
    struct report_cell *cells; /* rows times columns */
    size_t row_count, column_count, room;
};
/* The report must be sorted, and outlive the table. */
SS_MUST_USE ss_err report_table_make(const struct report *report, struct report_table *out);
void report_table_fini(struct report_table *table);
const struct report_cell *report_table_at(const struct report_table *table, size_t row,
                                          size_t column);
char report_glyph(enum verdict verdict);

/* ---- sinks ---- */
SS_MUST_USE ss_err report_line(const struct result *result, const struct report_style *style,
                               struct ss_buf *out);
SS_MUST_USE ss_err report_failure(const struct result *result, const struct report_style *style,
                                  struct ss_buf *out);
SS_MUST_USE ss_err report_text(const struct report *report, const struct report_style *style,
                               struct ss_buf *out);
SS_MUST_USE ss_err report_totals(const struct report *report, const struct report_style *style,
                                 struct ss_buf *out);
SS_MUST_USE ss_err report_matrix(const struct report *report, const struct report_style *style,
                                 struct ss_buf *out);
SS_MUST_USE ss_err report_jsonl(const struct report *report, const struct report_style *style,
                                struct ss_buf *out);
SS_MUST_USE ss_err report_junit(const struct report *report, const struct report_style *style,
                                struct ss_buf *out);
SS_MUST_USE ss_err report_markdown(const struct report *report, const struct report_style *style,
                                   struct ss_buf *out);
SS_MUST_USE ss_err report_html(const struct report *report, const struct report_style *style,
                               struct ss_buf *out);
/* By name: text, matrix, jsonl, junit, markdown, html; null: no such format. */
typedef ss_err (*report_sink)(const struct report *, const struct report_style *, struct ss_buf *);
report_sink report_sink_of(const char *name);

/* ---- texts made harmless ---- */
/* For a terminal and for Markdown's code: control bytes, bad UTF-8 and bidi marks become "?". */
SS_MUST_USE ss_err report_put_plain(struct ss_buf *out, ss_span text, bool keep_newlines);
/* The same for XML and HTML, with & < > " ' as entities. */
SS_MUST_USE ss_err report_put_xml(struct ss_buf *out, ss_span text);
/* "kex/every-method[curve25519-sha256]". */
SS_MUST_USE ss_err report_put_name(struct ss_buf *out, const struct result *result);

#endif
