/* SPDX-License-Identifier: Apache-2.0 */
/* run.h - a whole run: from selectors and peers to verdicts, a store, reports and an exit status.
 *
 * Concept: everything that can be wrong with the command line, the scenarios, the recipes and the
 *   records of divergences is found before anything is started. Then workers run, results are
 *   judged, told and stored as they come, and reports are written at the end.
 *
 *   call        does
 *   run_main    all of it; the exit status of the program
 *
 * Owns: nothing beyond the call. */
#ifndef SSHSPEC_RUNNER_RUN_H
#define SSHSPEC_RUNNER_RUN_H

#include "testserver/actor/breaks.h"
#include "testserver/runner/divergence.h"
#include "testserver/runner/world.h"

struct run_options {
    const char *const *selectors;
    size_t selector_count;
    const char *const *peers; /* names, "self", "all"; none: all that are installed */
    size_t peer_count;
    bool roles[3];                       /* by enum peer_role */
    const struct act_break *self_breaks; /* self, the only peer then, misbehaves; null: honest */
    size_t jobs;                         /* 0: a worker a core */
    uint64_t seed;
    bool seed_given;
    uint32_t repeat; /* at least 1 */
    uint64_t budget; /* ms; 0: none */
    uint32_t shard, shards;
    enum strictness strictness;
    bool trace;
    const char *root;                                     /* of scenarios; null: the usual one */
    const char *store;                                    /* null: none */
    const char *json, *junit, *html, *markdown, *propose; /* files; "-": standard output */
    const char *keylog;                                   /* file; null: none */
    const char *pcap;                                     /* folder; null: none */
    struct world_outside outside;
};

int run_main(const struct run_options *options);

#endif
