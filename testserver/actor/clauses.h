/* SPDX-License-Identifier: Apache-2.0 */
/* clauses.h - what the peer has to be, and to have, when the conversation is over.
 *
 * Owns: the judgement of `peer` clauses.
 * Not here: where files and outputs come from: a witness tells.
 * Called by: connect.c, listen.c, relay.c, self.c. */
#ifndef SSHSPEC_ACTOR_CLAUSES_H
#define SSHSPEC_ACTOR_CLAUSES_H

#include "testserver/actor/scene.h"

struct act_witness { /* embed it; recover your object with SS_CONTAINER_OF */
    ss_err (*file)(struct act_witness *self, ss_span name, struct ss_buf *out);
    ss_err (*output)(struct act_witness *self, bool errors, struct ss_buf *out);
};
/* The world as a witness. */
struct act_world_witness {
    struct act_witness witness;
    struct act_world *world;
};
void act_world_witness_init(struct act_world_witness *witness, struct act_world *world);

/* A client has ended, or has not in time: outcome.client_ended and client_status are set. In a
 * twin its action must have succeeded. Clauses are judged in the main cast only. */
void act_clauses(struct act_scene *scene, struct act_witness *witness, bool client);

#endif
