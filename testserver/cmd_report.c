/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_report.c - `sshspec report` and `sshspec diff`: runs out of the store.
 *
 * Owns: the two command lines.
 * Not here: formats (reports/), the store's file (reports/store.h).
 * Called by: main.c.
 * Follows: INTERFACE "The verbs". */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "reports/diff.h"
#include "reports/store.h"
#include "testserver/options.h"
#include "testserver/runner/progress.h"
#include "testserver/script/catalogue.h"
#include "testserver/verbs.h"

#define REPORT_CEILING ((size_t)1024 * 1024 * 1024)
#define WHY_CEILING 65536

struct lookup {
    struct catalogue catalogue;
    char text[1024];
};

static const char *requirement(void *ctx, ss_span id)
{
    struct lookup *lookup = ctx;
    const struct ledger_row *row = ledger_find(&lookup->catalogue.ledger, id);

    if (row == NULL)
        return NULL;
    (void)snprintf(lookup->text, sizeof lookup->text, "%.*s", (int)row->requirement.size,
                   (const char *)row->requirement.data);
    return lookup->text;
}

static int complain(const struct ss_buf *why, ss_err err)
{
    if (ss_buf_size(why) > 0)
        (void)fprintf(stderr, "sshspec: %.*s\n", (int)ss_buf_size(why),
                      (const char *)ss_buf_at(why));
    else
        (void)fprintf(stderr, "sshspec: %s\n", ss_err_text(err));
    return err == SS_E_not_found ? EXIT_USAGE : EXIT_ENVIRONMENT;
}

static int print(const struct ss_buf *text)
{
    if (fwrite(ss_buf_at(text), 1, ss_buf_size(text), stdout) == ss_buf_size(text) &&
        fflush(stdout) == 0)
        return EXIT_AS_EXPECTED;
    (void)fprintf(stderr, "sshspec: standard output: %s\n", strerror(errno));
    return EXIT_ENVIRONMENT;
}

/* What a damaged result left out is told, and makes the exit status. */
static int load(const char *path, const char *name, struct report *out, bool *out_damaged)
{
    struct store *store = NULL;
    struct ss_buf why;
    int status = -1;
    ss_err err;

    ss_buf_init(&why, ss_system_env(), WHY_CEILING);
    err = store_open(ss_system_env(), path, STORE_READ, &store, &why);
    if (err == SS_OK)
        err = store_load(store, name, out, &why);
    if (err != SS_OK)
        status = complain(&why, err);
    else if (ss_buf_size(&why) > 0) {
        (void)complain(&why, err);
        *out_damaged = true;
    }
    store_close(&store);
    ss_buf_fini(&why);
    return status;
}

/* ---- report ---- */

struct report_words {
    const char *format, *run, *store, *scenarios;
};

static int list_runs(const char *path)
{
    struct store *store = NULL;
    struct ss_buf text;
    ss_err err;
    int status;

    ss_buf_init(&text, ss_system_env(), REPORT_CEILING);
    err = store_open(ss_system_env(), path, STORE_READ, &store, &text);
    if (err == SS_OK)
        err = store_list(store, &text);
    status = err == SS_OK ? print(&text) : complain(&text, err);
    store_close(&store);
    ss_buf_fini(&text);
    return status;
}

static int render(const struct report_words *words, report_sink sink)
{
    struct lookup lookup = {.text = ""};
    struct report_style style = {.requirement = requirement, .ctx = &lookup};
    struct report report;
    struct ss_buf text;
    bool damaged = false;
    int status = load(words->store, words->run, &report, &damaged);

    if (status >= 0)
        return status;
    ss_buf_init(&text, ss_system_env(), REPORT_CEILING);
    style.color = progress_wants_color(STDOUT_FILENO);
    /* Without the ledger requirements are shown by their ids. */
    if (catalogue_init(&lookup.catalogue, ss_system_env(),
                       words->scenarios != NULL ? words->scenarios : catalogue_root()) == SS_OK)
        (void)!catalogue_load_ledger(&lookup.catalogue, &text);
    ss_buf_clear(&text);
    if (sink(&report, &style, &text) == SS_OK)
        status = print(&text);
    else
        status = complain(&text, SS_E_no_memory);
    catalogue_fini(&lookup.catalogue);
    ss_buf_fini(&text);
    report_fini(&report);
    return damaged ? EXIT_ENVIRONMENT : status;
}

int cmd_report(int argc, char **argv)
{
    struct report_words words = {.run = "last", .store = "sshspec.db"};
    const struct option table[] = {
        {"run", OPTION_TEXT, &words.run, "RUN", "last (default), last-N, or how its id begins"},
        {"store", OPTION_TEXT, &words.store, "FILE", "where results are; default: sshspec.db"},
        {"scenarios", OPTION_TEXT, &words.scenarios, "DIR", "the catalogue, for requirements"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL}};
    struct options options;
    report_sink sink = NULL;
    const char *word;

    options_init(&options, table, argc, argv);
    options.usage = "[OPTION...] FORMAT";
    options.about =
        "Shows a run from the store. FORMAT: text, matrix, jsonl, junit, markdown, html;\n"
        "runs lists what is in the store.";
    options.example = "  sshspec report html --run last > report.html\n";
    while (options_next(&options, &word)) {
        if (words.format != NULL)
            return options_wrong(&options, "one format at a time");
        words.format = word;
    }
    if (options.status >= 0)
        return options.status;
    if (words.format == NULL)
        return options_wrong(&options, "which format?");
    if (strcmp(words.format, "runs") == 0)
        return list_runs(words.store);
    sink = report_sink_of(words.format);
    if (sink == NULL)
        return options_wrong(&options, "no format \"%s\"", words.format);
    return render(&words, sink);
}

/* ---- diff ---- */

static int compare(const struct report *before, const struct report *after)
{
    struct report_changes n = {0};
    struct ss_buf text;
    ss_err err;
    int status;

    ss_buf_init(&text, ss_system_env(), REPORT_CEILING);
    err = report_diff(before, after, &text, &n);
    if (err == SS_OK)
        err = ss_buf_printf(&text,
                            "%s to %s: %zu worse, %zu better, %zu changed, %zu new, %zu gone, "
                            "%zu the same\n",
                            before->run.id, after->run.id, n.worse, n.better, n.other, n.added,
                            n.gone, n.same);
    status = err == SS_OK ? print(&text) : complain(&text, err);
    ss_buf_fini(&text);
    if (status == EXIT_AS_EXPECTED && n.worse > 0)
        return EXIT_NOT_AS_EXPECTED;
    return status;
}

int cmd_diff(int argc, char **argv)
{
    const char *store = "sshspec.db", *names[2] = {NULL, NULL}, *word;
    const struct option table[] = {
        {"store", OPTION_TEXT, &store, "FILE", "where results are; default: sshspec.db"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL}};
    struct report before, after;
    struct options options;
    bool damaged = false;
    size_t n = 0;
    int status;

    options_init(&options, table, argc, argv);
    options.usage = "[OPTION...] RUN RUN";
    options.about =
        "Says what changed from one run to another. Exit status 1: something that was as\n"
        "expected is not any more. RUN: last, last-N, or how its id begins.";
    options.example = "  sshspec diff last-1 last\n";
    while (options_next(&options, &word)) {
        if (n == 2)
            return options_wrong(&options, "two runs, not more");
        names[n++] = word;
    }
    if (options.status >= 0)
        return options.status;
    if (n < 2)
        return options_wrong(&options, "which two runs?");
    status = load(store, names[0], &before, &damaged);
    if (status >= 0)
        return status;
    status = load(store, names[1], &after, &damaged);
    if (status < 0) {
        status = compare(&before, &after);
        report_fini(&after);
    }
    report_fini(&before);
    return damaged ? EXIT_ENVIRONMENT : status;
}
