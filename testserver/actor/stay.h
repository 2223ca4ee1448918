/* SPDX-License-Identifier: Apache-2.0 */
/* stay.h - an end that goes silent where it ought to leave.
 *
 * Concept: wraps an end. Once the engine behind it has pinned a fault nothing more comes out,
 * neither a DISCONNECT nor the end of the stream: a peer that noticed a mistake and did nothing
 * about it.
 *
 * Owns: nothing; end and engine are the caller's.
 * Not here: when it is used (breaks.def).
 * Called by: self.c.
 * Follows: HOUSE "Misbehaviour is data, never a branch". */
#ifndef SSHSPEC_ACTOR_STAY_H
#define SSHSPEC_ACTOR_STAY_H

#include "sshspec/engine.h"
#include "testserver/actor/end.h"

struct act_stay {
    struct act_end end;
    struct act_end *inner;
    const struct ss_engine *engine;
};

/* The end to be joined in place of inner. */
struct act_end *act_stay_init(struct act_stay *stay, struct act_end *inner,
                              const struct ss_engine *engine);

#endif
