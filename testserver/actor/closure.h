/* SPDX-License-Identifier: Apache-2.0 */
/* closure.h - how a connection ended, in a word, and what a scenario says of it.
 *
 * Owns: the order in which classes count.
 * Not here: finding out how it ended (closing.c, relay.c).
 * Called by: closing.c, relay.c.
 * Follows: docs/scenario-language.md "expect closed". */
#ifndef SSHSPEC_ACTOR_CLOSURE_H
#define SSHSPEC_ACTOR_CLOSURE_H

#include "testserver/actor/scene.h"

struct act_closure {
    enum scn_close_class how;
    uint32_t reason; /* of a disconnect */
};
/* "disconnect(protocol_error)", "fin" */
void act_closure_text(const struct act_closure *closure, char *out, size_t size);
/* Fills outcome.closure and outcome.closed; decides or weakens the scene. */
void act_closure_judge(struct act_scene *scene, const struct scn_stmt *stmt,
                       const struct scn_alternative *closed, const struct act_closure *closure);

#endif
