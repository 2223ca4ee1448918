/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor.h - many workers, a few at a time, each with a deadline; a result for every one.
 *
 * Concept: the owner describes task number N when a place is free, and is handed a result when it
 *   has ended, whatever became of the worker: a worker that hangs, dies or says nothing sensible
 *   is a result too, VERDICT_ERROR with what it last did. One SIGINT lets running workers end
 *   and starts no other; a second, SIGTERM and SIGHUP end them at once. Whatever a worker leaves
 *   behind is ended with it.
 *
 *   call               does
 *   supervisor_run     returns when every task has ended, or none is started any more
 *
 * Owns: the event loop, workers, their pipes and deadlines. */
#ifndef SSHSPEC_RUNNER_SUPERVISOR_H
#define SSHSPEC_RUNNER_SUPERVISOR_H

#include "testserver/runner/result.h"

struct supervisor_task {
    const char *const *argv; /* argv[0] is a path; lives until the worker has been started */
    const char *folder;      /* lives until the task has ended; last_words is looked for in it */
    uint64_t within;         /* ms */
};

struct supervisor_owner {
    /* False: it cannot be run; result then says why, and counts as its end. */
    bool (*describe)(struct supervisor_owner *self, size_t number, struct supervisor_task *out,
                     struct result *result);
    /* The result is the owner's to take; the folder is not used any more. */
    void (*ended)(struct supervisor_owner *self, size_t number, struct result *result);
    /* A few times a second, and after each end. True: start no further task. */
    bool (*tick)(struct supervisor_owner *self, size_t running);
};

enum supervisor_end {
    SUPERVISOR_DONE,
    SUPERVISOR_STOPPED, /* the owner said so */
    SUPERVISOR_INTERRUPTED,
    SUPERVISOR_ABORTED
};
SS_MUST_USE ss_err supervisor_run(const struct ss_env *env, struct supervisor_owner *owner,
                                  size_t tasks, size_t at_once, enum supervisor_end *out_end);

#endif
