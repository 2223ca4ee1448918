/* SPDX-License-Identifier: Apache-2.0 */
/* run_impl.h - a run, as the files behind run.h see it.
 *
 * | file         | does                                                         |
 * |--------------|--------------------------------------------------------------|
 * | run.c        | order of everything, exit status                             |
 * | run_peers.c  | which peers take part, what is missing, preparing them        |
 * | run_tasks.c  | jobs to workers, workers' results to verdicts                 |
 * | run_capture.c| key log and captures: where, and what is wrong with them      |
 * | run_output.c | store, reports, what is said                                  | */
#ifndef SSHSPEC_RUNNER_RUN_IMPL_H
#define SSHSPEC_RUNNER_RUN_IMPL_H

#include <stdio.h>

#include "reports/store.h"
#include "testserver/runner/plan.h"
#include "testserver/runner/progress.h"
#include "testserver/runner/room.h"
#include "testserver/runner/run.h"
#include "testserver/runner/supervisor.h"

#define RUN_PEERS_MAX 64

struct run_peer { /* beside each plan_peer */
    struct divergences known;
};

struct run_outcome { /* of one job, over its repeats */
    uint32_t ended;
    bool differ;
    struct result result; /* of the first, or of the worst so far */
    struct ss_buf verdicts;
};

struct run {
    struct supervisor_owner owner;
    const struct run_options *options;
    const struct ss_env *env;
    FILE *say; /* where a person reads */
    struct ss_buf why;

    struct catalogue catalogue;
    struct selection selection;
    struct peer_set set;
    struct plan_peer peers[RUN_PEERS_MAX];
    struct run_peer beside[RUN_PEERS_MAX];
    size_t peer_count;
    size_t missing; /* peers that were named and are not here */
    char outside_name[128], broken_name[128];

    struct room room;
    char keys[SYSTEM_PATH_MAX], self_keys[SYSTEM_PATH_MAX];
    struct plan plan;
    struct run_outcome *outcomes;
    struct ss_arena names; /* folders of tasks */
    struct ss_arena words; /* the command line of the task that is being described */
    char today[16], expiry[16];

    struct report report;
    struct report_style style;
    struct store *store;
    bool store_told; /* its failure */
    bool sink_failed;
    bool capture_told; /* the first that is not complete */
    struct progress progress;
    ss_time began;
    enum supervisor_end end;
};

/* Each says what is wrong on standard error; the exit status, or -1 to go on. */
int run_find_peers(struct run *run);
int run_prepare_peers(struct run *run);
int run_describe_all(struct run *run); /* outcomes, the owner's calls */
void run_release_outcomes(struct run *run);

/* Is the key log writable, is the folder there: made if it is not. */
int run_prepare_captures(struct run *run);
/* The capture of a job's repeat, in names; null when memory or space in a name ran out. */
const char *run_capture_path(struct run *run, const struct plan_job *job, uint32_t repeat);
/* Says what a worker reported, once a run; a verdict is no matter of it. */
void run_tell_capture(struct run *run, const struct result *result);

int run_open_output(struct run *run);
void run_take_result(struct run *run, size_t job, struct result *take);
void run_write_output(struct run *run, int exit_status);
/* "sshspec: ..." with the text of run->why, which is cleared. Gives status. */
int run_wrong(struct run *run, int status, const char *what);

#endif
