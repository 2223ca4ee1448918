/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h - what a run will do: every case of every chosen scenario against every peer and role.
 *
 * Concept: jobs stand in the order of scenarios, cases, peers, roles. A job's seed and its shard
 *   come from what it is, not from where it stands, so neither order nor company changes it.
 *
 *   call            does
 *   plan_make       expands a selection
 *   plan_name       "kex/every-method[curve25519-sha256]"
 *
 * Owns: the jobs; scenarios and peers are borrowed. */
#ifndef SSHSPEC_RUNNER_PLAN_H
#define SSHSPEC_RUNNER_PLAN_H

#include "interop/peer.h"
#include "testserver/runner/result.h"
#include "testserver/script/select.h"

struct plan_peer {
    const char *name;
    const char *version;
    const struct peer *peer; /* null: self, or outside */
    bool self;
    bool roles[3]; /* by enum peer_role: what it can be, and what is asked for */
};

struct plan_job {
    const struct catalogue_entry *entry;
    uint32_t case_index;
    const char *case_name; /* empty: the scenario has no cases */
    const struct plan_peer *peer;
    enum peer_role role;
    const char *level;
    uint64_t seed;
    uint64_t within; /* ms that its worker may take */
};

struct plan_spec {
    const struct selection *selection;
    const struct ledger *ledger;
    const struct plan_peer *peers;
    size_t peer_count;
    uint64_t seed;
    uint32_t shard, shards; /* shard from 1; shards 1: all */
};
struct plan {
    struct ss_arena arena;
    struct plan_job *jobs;
    size_t count, room;
    size_t elsewhere; /* jobs that other shards run */
};
SS_MUST_USE ss_err plan_make(const struct ss_env *env, const struct plan_spec *spec,
                             struct plan *out);
void plan_fini(struct plan *plan);
SS_MUST_USE ss_err plan_name(const struct plan_job *job, struct ss_buf *out);
/* "I/N", 1 <= I <= N. */
bool plan_read_shard(const char *text, uint32_t *out_shard, uint32_t *out_shards);
/* The same for the same job in every run, spread evenly. */
uint64_t plan_hash(ss_span id, ss_span case_name, ss_span peer, enum peer_role role);

#endif
