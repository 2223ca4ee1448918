/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - a run from its options to its exit status.
 *
 * Owns: the order in which things are looked at before anything is started.
 * Not here: the parts (run_impl.h has the list).
 * Called by: cmd_run.c.
 * Follows: run.h; HOUSE "What a person sees" for exit statuses. */
#include "testserver/runner/run_impl.h"

#include <sched.h>
#include <unistd.h>

#include "testserver/verbs.h"

#define WHY_CEILING ((size_t)1024 * 1024)

int run_wrong(struct run *run, int status, const char *what)
{
    ss_span why = ss_buf_span(&run->why);

    if (why.size > 0) {
        (void)fprintf(stderr, "sshspec: %.*s%s", (int)why.size, (const char *)why.data,
                      why.data[why.size - 1] == '\n' ? "" : "\n");
    } else {
        (void)fprintf(stderr, "sshspec: %s\n", what);
    }
    ss_buf_clear(&run->why);
    return status;
}

/* ---- last-failed ---- */

struct remembered {
    struct last_failed face;
    struct run *run;
};

static ss_err each_failed(struct last_failed *self, ss_err (*add)(void *ctx, ss_span id), void *ctx)
{
    struct run *run = SS_CONTAINER_OF(self, struct remembered, face)->run;
    struct store *store = NULL;
    struct report report;
    ss_err err;
    size_t i;

    err = store_open(run->env, run->options->store, STORE_READ, &store, &run->why);
    if (err != SS_OK)
        return err;
    err = store_load(store, "last", &report, &run->why);
    store_close(&store);
    if (err != SS_OK)
        return err;
    for (i = 0; err == SS_OK && i < report.count; i++) {
        if (!report.items[i].expected)
            err = add(ctx, ss_buf_span(&report.items[i].scenario));
    }
    report_fini(&report);
    return err;
}

/* ---- before anything is started ---- */

static int choose(struct run *run)
{
    const struct run_options *options = run->options;
    struct remembered memory = {{each_failed}, run};
    const char *root = options->root != NULL ? options->root : catalogue_root();
    ss_err err = catalogue_init(&run->catalogue, run->env, root);

    if (err == SS_OK)
        err = catalogue_select(&run->catalogue, options->selectors, options->selector_count,
                               options->store != NULL ? &memory.face : NULL, &run->selection,
                               &run->why);
    if (err != SS_OK)
        return run_wrong(run, selection_status(err), ss_err_text(err));
    /* Files alone do not need the catalogue, but what they cite is in its ledger. */
    if (run->catalogue.ledger.count == 0 &&
        catalogue_load_ledger(&run->catalogue, &run->why) != SS_OK)
        ss_buf_clear(&run->why);
    return -1;
}

static int make_plan(struct run *run)
{
    const struct run_options *options = run->options;
    const struct plan_spec spec = {.selection = &run->selection,
                                   .ledger = &run->catalogue.ledger,
                                   .peers = run->peers,
                                   .peer_count = run->peer_count,
                                   .seed = run->report.run.seed,
                                   .shard = options->shard,
                                   .shards = options->shards};
    ss_err err = plan_make(run->env, &spec, &run->plan);

    if (err != SS_OK)
        return run_wrong(run, EXIT_ENVIRONMENT, ss_err_text(err));
    if (run->plan.count == 0 && run->plan.elsewhere > 0) {
        (void)fprintf(stderr, "sshspec: shard %u/%u is empty: 0 run, other shards run %zu\n",
                      options->shard, options->shards, run->plan.elsewhere);
        return -1;
    }
    if (run->plan.count == 0)
        return run_wrong(run, EXIT_NOTHING, "none of the peers can play a role that was chosen");
    return -1;
}

static int prepare(struct run *run)
{
    int status = choose(run);

    if (status < 0)
        status = run_find_peers(run);
    if (status < 0 && room_open(&run->room, &run->why) != SS_OK)
        status = run_wrong(run, EXIT_ENVIRONMENT, "no private folder");
    if (status < 0)
        status = run_prepare_peers(run);
    if (status < 0)
        status = make_plan(run);
    if (status < 0)
        status = run_prepare_captures(run);
    if (status < 0)
        status = run_describe_all(run);
    return status < 0 ? run_open_output(run) : status;
}

/* ---- running ---- */

static size_t cores(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return (size_t)CPU_COUNT(&set);
    return 2;
}

static int exit_status(const struct run *run)
{
    const struct report *report = &run->report;
    const size_t skipped = report_count(report, VERDICT_UNSUPPORTED);

    if (run->end != SUPERVISOR_DONE || run->sink_failed || run->store_told ||
        report_count(report, VERDICT_ERROR) > 0)
        return EXIT_ENVIRONMENT;
    if (report->count > 0 && skipped == report->count)
        return EXIT_SKIPPED;
    if (report_unexpected(report) > 0)
        return EXIT_NOT_AS_EXPECTED;
    return run->missing > 0 ? EXIT_ENVIRONMENT : EXIT_AS_EXPECTED;
}

static void tell_end(struct run *run)
{
    static const char *const words[] = {"", "the time budget is used up", "interrupted", "aborted"};
    const size_t left = run->plan.count - run->report.count;

    progress_hide(&run->progress);
    if (run->end != SUPERVISOR_DONE)
        (void)fprintf(stderr, "sshspec: %s: %zu of %zu did not run to their end\n", words[run->end],
                      left, run->plan.count);
}

static int perform(struct run *run)
{
    const struct run_options *options = run->options;
    ss_err err;
    int status;

    run->began = ss_clock();
    progress_begin(&run->progress, run->plan.count, run->began);
    err = supervisor_run(run->env, &run->owner, run->plan.count * options->repeat,
                         options->jobs > 0 ? options->jobs : cores(), &run->end);
    if (err != SS_OK)
        return run_wrong(run, EXIT_ENVIRONMENT, ss_err_text(err));
    tell_end(run);
    run_write_output(run, exit_status(run));
    /* Writing may have failed. */
    status = exit_status(run);
    return status;
}

static void release(struct run *run)
{
    size_t i;

    run_release_outcomes(run);
    plan_fini(&run->plan);
    for (i = 0; i < run->peer_count; i++)
        divergences_fini(&run->beside[i].known);
    if (run->set.items != NULL)
        peer_set_fini(&run->set);
    if (run->selection.env != NULL)
        selection_fini(&run->selection);
    if (run->catalogue.env != NULL)
        catalogue_fini(&run->catalogue);
    store_close(&run->store);
    report_fini(&run->report);
    room_close(&run->room);
    ss_buf_fini(&run->why);
}

static uint64_t pick_seed(const struct run_options *options, const struct ss_env *env)
{
    uint8_t bytes[4] = {0};

    if (options->seed_given)
        return options->seed;
    (void)!ss_random(env, bytes, sizeof bytes);
    return (uint64_t)bytes[0] << 24 | (uint64_t)bytes[1] << 16 | (uint64_t)bytes[2] << 8 | bytes[3];
}

int run_main(const struct run_options *options)
{
    static struct run run; /* large; there is one run a process */
    int status;

    memset(&run, 0, sizeof run);
    run.options = options;
    run.env = ss_system_env();
    run.room = ROOM_NONE;
    ss_buf_init(&run.why, run.env, WHY_CEILING);
    report_init(&run.report, run.env);
    run.report.run.seed = pick_seed(options, run.env);
    status = prepare(&run);
    if (status < 0)
        status = perform(&run);
    release(&run);
    return status;
}
