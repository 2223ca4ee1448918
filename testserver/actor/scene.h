/* SPDX-License-Identifier: Apache-2.0 */
/* scene.h - what all parts of one conversation share, and what comes of it.
 *
 * Concept: a case is played once as written and, when it has faults, once as its twin. Each of the
 *   two is a scene: the same file, keys and seed, but its own clock, ladder and outcome.
 *
 * Owns: the outcome, the ladder, the dice.
 * Not here: the seats that play (seat.h), the order of scenes (run.c).
 * Called by: run.c makes it; seats, drivers and clauses fill it. */
#ifndef SSHSPEC_ACTOR_SCENE_H
#define SSHSPEC_ACTOR_SCENE_H

#include "testserver/actor/actor.h"
#include "testserver/actor/dice.h"
#include "testserver/actor/ladder.h"
#include "testserver/script/eval.h"
#include "testserver/script/steps.h"

struct act_outcome {
    bool decided; /* the first decision stands */
    enum verdict verdict;
    bool weak;    /* something was allowed but not the required manner */
    bool memory;  /* it was decided for want of memory */
    bool doubted; /* a fault is not proven: PASS and FAIL both become INCONCLUSIVE */
    char doubt[160];
    bool closed; /* the conversation was to end in a close, and did */
    bool client_ended;
    int client_status; /* of a client under test, when it has ended */
    struct ss_buf why, closure, fence;
};

struct act_scene {
    const struct ss_env *env; /* memory; randomness of the run */
    const struct act_job *job;
    enum scn_cast cast;
    enum peer_role role;   /* who is under test */
    struct result *result; /* facts go here; null in a twin */
    struct act_dice dice;  /* random(n), and all randomness when both ends are ours */
    struct act_ladder ladder;
    struct act_outcome outcome;
    struct scn_value each; /* of this case; SCN_ANY: none */
    struct ss_arena arena; /* for each */
    ss_time start, deadline;
};

SS_MUST_USE ss_err act_scene_init(struct act_scene *scene, const struct ss_env *env,
                                  const struct act_job *job, enum scn_cast cast,
                                  struct result *result, ss_time now);
void act_scene_fini(struct act_scene *scene);
/* First one wins. at.line 0: no line. */
void act_decide(struct act_scene *scene, enum verdict verdict, struct scn_pos at,
                const char *format, ...) SS_PRINTF(4, 5);
/* The verdict stays open, but it is WEAK at best; the first text stands. */
void act_weaken(struct act_scene *scene, struct scn_pos at, const char *format, ...)
    SS_PRINTF(3, 4);
/* What was to be proven was not exercised. */
void act_doubt(struct act_scene *scene, const char *format, ...) SS_PRINTF(2, 3);
/* A failure of a call of ours: memory, or VERDICT_ERROR with what and the error's text. */
void act_blame(struct act_scene *scene, struct scn_pos at, const char *what, ss_err err);
/* The same for an evaluator, which knows the place of a mistake. */
void act_mistake(struct act_scene *scene, const struct scn_eval *eval, struct scn_pos at,
                 ss_err err);
void act_fact(struct act_scene *scene, const char *name, ss_span value);
void act_fact_number(struct act_scene *scene, const char *name, uint64_t value);
/* Keys and secrets behind @names. */
SS_MUST_USE ss_err act_key(const struct act_keys *keys, ss_span name, struct scn_value *out);
/* What a server of ours has: plain keys first, then their certificates; null-terminated. out has
 * room for ACT_HOST_KEYS_MOST and one more. */
void act_host_keys(const struct act_keys *keys, const struct ss_key **out);
/* A host that knows keys and no connection. */
struct act_key_host {
    struct scn_host host;
    const struct act_keys *keys;
};
void act_key_host_init(struct act_key_host *host, const struct act_keys *keys);
/* An evaluator with the case's value bound. */
SS_MUST_USE ss_err act_eval_init(struct act_scene *scene, struct scn_eval *eval,
                                 struct scn_host *host);

#endif
