/* SPDX-License-Identifier: Apache-2.0 */
/* steps.h - the statements of a seat as a flat list with jumps.
 *
 * Concept: an actor that has to wait keeps one number, the step it stands at; nothing is on a
 *   stack, so no thread is needed. The twin of a scenario is another list made of the same tree:
 *   without what is marked fault, or with what stands in its place.
 *
 * | step    | does                                                                 |
 * |---------|----------------------------------------------------------------------|
 * | DO      | a statement that acts or judges                                      |
 * | UNLESS  | goes to target when stmt's value is false                            |
 * | JUMP    | goes to target                                                       |
 * | LOOP    | begins loop number `loop` of stmt (repeat or for)                    |
 * | NEXT    | the next round of a loop, or goes to target when there is none       |
 * | ON      | a handler from now on: its body begins at target                     |
 * | RETURN  | end of a handler's body                                              |
 * | FAULT   | the fault of stmt begins; UNFAULT: it has been carried out           |
 * | PROVE   | twin only: the connection must still be open, in place of stmt       |
 * | END     | end of the seat                                                      |
 *
 * Owns: the list. The tree must outlive it. */
#ifndef SSHSPEC_SCRIPT_STEPS_H
#define SSHSPEC_SCRIPT_STEPS_H

#include "testserver/script/script.h"

enum scn_step_kind {
    SCN_STEP_DO,
    SCN_STEP_UNLESS,
    SCN_STEP_JUMP,
    SCN_STEP_LOOP,
    SCN_STEP_NEXT,
    SCN_STEP_ON,
    SCN_STEP_RETURN,
    SCN_STEP_FAULT,
    SCN_STEP_UNFAULT,
    SCN_STEP_PROVE,
    SCN_STEP_END
};
struct scn_step {
    enum scn_step_kind kind;
    uint32_t target, loop;
    const struct scn_stmt *stmt; /* null: END, RETURN, JUMP */
};
struct scn_program {
    const struct ss_env *env;
    struct scn_step *steps;
    size_t count, cap;
    uint32_t loops;
    const struct scn_stmt **nevers; /* they hold from the start */
    size_t never_count, never_cap;
    bool *faults; /* by fault_index: is it in this list? scn_file.faults of them */
    size_t fault_count;
};

enum scn_cast { SCN_MAIN, SCN_TWIN };

SS_MUST_USE ss_err scn_program_make(const struct ss_env *env, const struct scn_file *file,
                                    const struct scn_body *body, enum scn_cast cast,
                                    struct scn_program *out);
void scn_program_fini(struct scn_program *program);
/* Does a seat have faults, so that it needs a twin? */
bool scn_body_has_fault(const struct scn_body *body);
/* Calls fn for every statement below body, outside in. */
void scn_body_walk(const struct scn_body *body, void (*fn)(void *ctx, const struct scn_stmt *stmt),
                   void *ctx);

#endif
