/* SPDX-License-Identifier: Apache-2.0 */
/* run_output.c - results as they come and at the end: told, stored, written to files.
 *
 * Owns: which stream a person reads, failures of the store and of files.
 * Not here: formats (reports/).
 * Called by: run.c, run_tasks.c.
 * Follows: INTERFACE "The verbs": machine output goes only to the file named. */
#include "testserver/runner/run_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "testserver/verbs.h"

#define TEXT_CEILING ((size_t)64 * 1024 * 1024)
#define REPORT_CEILING ((size_t)1024 * 1024 * 1024)
#define EXPIRY_DAYS 90

struct sink_file {
    const char *path;
    report_sink sink;
};

static const char *requirement(void *ctx, ss_span id)
{
    struct run *run = ctx;
    const struct ledger_row *row = ledger_find(&run->catalogue.ledger, id);
    static char text[1024]; /* one at a time, and this program has one thread */

    if (row == NULL)
        return NULL;
    (void)snprintf(text, sizeof text, "%.*s", (int)row->requirement.size,
                   (const char *)row->requirement.data);
    return text;
}

static bool takes_stdout(const struct run_options *options)
{
    const char *const files[] = {options->json, options->junit, options->html, options->markdown,
                                 options->propose};
    size_t i;

    for (i = 0; i < SS_COUNT(files); i++) {
        if (files[i] != NULL && strcmp(files[i], "-") == 0)
            return true;
    }
    return false;
}

static void name_run(struct run *run)
{
    struct report_run *about = &run->report.run;
    const time_t now = time(NULL), later = now + (time_t)EXPIRY_DAYS * 86400;
    uint8_t random[3] = {0};
    char stamp[20];
    struct tm utc;

    gmtime_r(&now, &utc);
    (void)strftime(about->started, sizeof about->started, "%Y-%m-%dT%H:%M:%SZ", &utc);
    (void)strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%S", &utc);
    (void)strftime(run->today, sizeof run->today, "%Y-%m-%d", &utc);
    gmtime_r(&later, &utc);
    (void)strftime(run->expiry, sizeof run->expiry, "%Y-%m-%d", &utc);
    (void)!ss_random(run->env, random, sizeof random);
    (void)snprintf(about->id, sizeof about->id, "%s-%02x%02x%02x", stamp, random[0], random[1],
                   random[2]);
    (void)snprintf(about->version, sizeof about->version, "%s", SSHSPEC_VERSION);
}

static int open_store(struct run *run)
{
    ss_err err;

    if (run->options->store == NULL)
        return -1;
    err = store_open(run->env, run->options->store, STORE_WRITE, &run->store, &run->why);
    if (err == SS_OK)
        err = store_begin(run->store, &run->report.run);
    if (err == SS_OK)
        return -1;
    if (run->store != NULL)
        (void)!ss_buf_puts(&run->why, store_broken(run->store));
    return run_wrong(run, EXIT_ENVIRONMENT, ss_err_text(err));
}

int run_open_output(struct run *run)
{
    run->say = takes_stdout(run->options) ? stderr : stdout;
    run->style.color = progress_wants_color(fileno(run->say));
    run->style.trace = run->options->trace;
    run->style.requirement = requirement;
    run->style.ctx = run;
    name_run(run);
    return open_store(run);
}

/* ---- one result ---- */

static void say_result(struct run *run, const struct result *result)
{
    struct ss_buf text;
    ss_err err;

    ss_buf_init(&text, run->env, TEXT_CEILING);
    err = report_line(result, &run->style, &text);
    if (err == SS_OK && (!result->expected || run->style.trace))
        err = report_failure(result, &run->style, &text);
    progress_hide(&run->progress);
    if (err == SS_OK)
        (void)fwrite(ss_buf_at(&text), 1, ss_buf_size(&text), run->say);
    (void)fflush(run->say);
    ss_buf_fini(&text);
}

static void tell_store(struct run *run)
{
    if (run->store == NULL || store_broken(run->store) == NULL || run->store_told)
        return;
    run->store_told = true;
    progress_hide(&run->progress);
    (void)fprintf(stderr, "sshspec: %s: %s; the run goes on without it\n", run->options->store,
                  store_broken(run->store));
}

void run_take_result(struct run *run, size_t job, struct result *take)
{
    if (run->store != NULL)
        (void)!store_put(run->store, job, take);
    tell_store(run);
    run_tell_capture(run, take);
    say_result(run, take);
    progress_count(&run->progress, take);
    if (report_add(&run->report, take) != SS_OK)
        run->sink_failed = true;
}

/* ---- the end ---- */

static void write_text(struct run *run, const char *path, const struct ss_buf *text)
{
    ss_span bytes = ss_buf_span(text);
    bool done;

    if (strcmp(path, "-") == 0)
        done = fwrite(bytes.data, 1, bytes.size, stdout) == bytes.size && fflush(stdout) == 0;
    else
        done = system_write_file(path, bytes, 0644) == SS_OK;
    if (done)
        return;
    (void)fprintf(stderr, "sshspec: %s: %s\n", path, strerror(errno));
    run->sink_failed = true;
}

static void write_sinks(struct run *run)
{
    const struct run_options *options = run->options;
    const struct sink_file files[] = {{options->json, report_jsonl},
                                      {options->junit, report_junit},
                                      {options->html, report_html},
                                      {options->markdown, report_markdown}};
    struct report_style plain = run->style;
    struct ss_buf text;
    size_t i;

    plain.color = false;
    for (i = 0; i < SS_COUNT(files); i++) {
        if (files[i].path == NULL)
            continue;
        ss_buf_init(&text, run->env, REPORT_CEILING);
        if (files[i].sink(&run->report, &plain, &text) == SS_OK) {
            write_text(run, files[i].path, &text);
        } else {
            (void)fprintf(stderr, "sshspec: %s: memory ran out\n", files[i].path);
            run->sink_failed = true;
        }
        ss_buf_fini(&text);
    }
}

static void write_proposals(struct run *run)
{
    struct ss_buf text;
    ss_err err;
    size_t i;

    if (run->options->propose == NULL)
        return;
    ss_buf_init(&text, run->env, TEXT_CEILING);
    err = ss_buf_puts(&text, "# Proposed divergences: one file a peer in interop/divergences. Give "
                             "each a reason and a reference.\n");
    for (i = 0; err == SS_OK && i < run->report.count; i++) {
        const struct result *item = &run->report.items[i];

        if (item->expected)
            continue;
        if (i == 0 || !ss_span_eq(ss_buf_span(&item->peer), ss_buf_span(&item[-1].peer))) {
            err = ss_buf_puts(&text, "# ");
            if (err == SS_OK)
                err = report_put_plain(&text, ss_buf_span(&item->peer), false);
            if (err == SS_OK)
                err = ss_buf_puts(&text, "\n");
        }
        if (err == SS_OK)
            err = divergence_propose(item, run->expiry, &text);
    }
    if (err == SS_OK)
        write_text(run, run->options->propose, &text);
    ss_buf_fini(&text);
}

static void say_end(struct run *run)
{
    const struct act_break *breaks = run->options->self_breaks;
    struct ss_buf text;
    ss_err err;

    ss_buf_init(&text, run->env, TEXT_CEILING);
    err = ss_buf_puts(&text, "\n");
    if (err == SS_OK)
        err = report_matrix(&run->report, &run->style, &text);
    if (err == SS_OK)
        err = ss_buf_puts(&text, "\n");
    if (err == SS_OK)
        err = report_totals(&run->report, &run->style, &text);
    if (err == SS_OK)
        err = ss_buf_printf(
            &text, "run %s, seed %llu, %llu.%llu s%s%s\n", run->report.run.id,
            (unsigned long long)run->report.run.seed, (unsigned long long)run->report.run.ms / 1000,
            (unsigned long long)run->report.run.ms % 1000 / 100, run->store != NULL ? ", in " : "",
            run->store != NULL ? run->options->store : "");
    if (err == SS_OK && breaks != NULL)
        err = ss_buf_printf(&text,
                            "our own %s was broken on purpose (%s: %s): these are no results of "
                            "the honest one\n",
                            breaks->role == SS_SERVER ? "server" : "client", breaks->name,
                            breaks->text);
    progress_hide(&run->progress);
    if (err == SS_OK)
        (void)fwrite(ss_buf_at(&text), 1, ss_buf_size(&text), run->say);
    if (run->options->html != NULL && strcmp(run->options->html, "-") != 0 && !run->sink_failed)
        (void)fprintf(run->say, "report: %s\n", run->options->html);
    (void)fflush(run->say);
    ss_buf_fini(&text);
}

void run_write_output(struct run *run, int exit_status)
{
    run->report.run.ms = ss_clock() - run->began;
    run->report.run.exit_status = exit_status;
    report_sort(&run->report);
    if (run->store != NULL)
        (void)!store_end(run->store, &run->report.run);
    tell_store(run);
    write_sinks(run);
    write_proposals(run);
    say_end(run);
}
