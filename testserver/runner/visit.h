/* SPDX-License-Identifier: Apache-2.0 */
/* visit.h - clients that somebody else starts, as a conversation sees them.
 *
 * Concept: `sshspec serve` has a port a scenario that stays the same, while each conversation makes
 *   a port of its own. Between the two a small process carries bytes, ends of directions and
 *   resets. The conversation's client is started by waiting for the next visitor.
 *
 *   call            does
 *   visit_open      a world whose clients come to a listening socket
 *   visit_close     ends what carries
 *
 * Owns: the carrying process. */
#ifndef SSHSPEC_RUNNER_VISIT_H
#define SSHSPEC_RUNNER_VISIT_H

#include "interop/keys.h"
#include "testserver/actor/actor.h"

struct visit {
    struct act_world act;
    struct act_keys keys;
    int listener; /* the caller's */
    int visitor;  /* the one that came already; -1: the next has to be waited for */
    pid_t carrier;
    unsigned visits;
    const char *name; /* for the line that asks for another visit */
};

void visit_open(struct visit *out, const struct key_ring *ring, int listener, int take_visitor,
                const char *name);
void visit_close(struct visit *visit);
/* Carries until both ways are at their end. Takes both descriptors. */
void visit_carry(int take_a, int take_b);

#endif
