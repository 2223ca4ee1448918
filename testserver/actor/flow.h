/* SPDX-License-Identifier: Apache-2.0 */
/* flow.h - the part of playing a script that is the same at every seat: variables, branches,
 * loops, and the record of its faults.
 *
 * Owns: the step list, the evaluator, loops, faults.
 * Not here: statements, waiting (play.c, relay.c).
 * Called by: seat.c, relay.c.
 * Follows: steps.h; SCENARIOS rule 5. */
#ifndef SSHSPEC_ACTOR_FLOW_H
#define SSHSPEC_ACTOR_FLOW_H

#include "testserver/actor/scene.h"

enum { ACT_VALUE_MOST = 64 * 1024 * 1024 }; /* bytes of what one thing keeps */

struct act_loop {
    uint64_t left;
    struct scn_value list;
    size_t next;
    struct ss_arena arena;
};

struct act_fault {
    bool listed;      /* the script has it */
    bool fired;       /* something was done for it */
    bool carried_out; /* all of it */
    bool excused;     /* it stands in a branch that was not taken */
    bool delivered;   /* and is known to have reached the peer */
    uint64_t mark;    /* bytes of the stream that must have gone out before */
    char what[64];
    uint32_t epoch, sequence;
};

struct act_flow {
    struct act_scene *scene;
    struct scn_program program;
    struct scn_eval eval;
    struct act_loop *loops;
    struct act_fault *faults; /* program.fault_count of them */
    int current_fault;        /* -1: none */
};

SS_MUST_USE ss_err act_flow_init(struct act_flow *flow, struct act_scene *scene,
                                 const struct scn_body *body, struct scn_host *host);
void act_flow_fini(struct act_flow *flow);
/* Mistakes decide the scene. */
void act_flow_loop(struct act_flow *flow, const struct scn_step *step);
/* False when there is no further round. */
bool act_flow_next(struct act_flow *flow, const struct scn_step *step);
/* Where a branch goes: pc + 1 or the target. */
uint32_t act_flow_branch(struct act_flow *flow, uint32_t pc);
void act_flow_let(struct act_flow *flow, const struct scn_stmt *stmt);
/* A judgement's expression. A field that the peer left out makes it false: out then says which. */
SS_MUST_USE ss_err act_flow_holds(struct act_flow *flow, const struct scn_expr *expr,
                                  bool *out_truth, char *out, size_t size);
/* False (or weak) when it does not hold. */
void act_flow_check(struct act_flow *flow, const struct scn_stmt *stmt);
/* "length(data) is 4096, wanted 1" */
SS_MUST_USE ss_err act_flow_mismatch(struct act_flow *flow, const struct scn_expr *expr, char *out,
                                     size_t size);
/* Facts of the faults, and a doubt when one is not proven. */
void act_flow_judge_faults(struct act_flow *flow);

#endif
