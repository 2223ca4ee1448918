/* SPDX-License-Identifier: Apache-2.0 */
/* join.h - what moves the bytes between two ends: memory with a virtual clock, or a socket.
 *
 * Owns: nothing; ends, descriptors and the scene are the caller's.
 * Called by: self.c (memory), connect.c, listen.c (sockets), relay_join.c (both).
 * Follows: SCENARIOS rules 6, 7, 10. */
#ifndef SSHSPEC_ACTOR_JOIN_H
#define SSHSPEC_ACTOR_JOIN_H

#include "testserver/actor/end.h"

/* ---- memory ---- */
struct act_pair { /* zero the rest */
    struct act_end *a, *b;
    bool a_left, b_left; /* closed their direction */
    bool a_shut, b_shut; /* take nothing any more */
    bool told_a, told_b; /* of the reset that answers late bytes */
};
/* Until the first end of the first pair is done, or nobody can move any more, or until. The clock
 * stands still while anybody can move. Returns the time at the end. */
ss_time act_join_memory(struct act_pair *pairs, size_t count, ss_time now, ss_time until);

/* ---- sockets ---- */
struct act_wire { /* zero the rest */
    struct act_end *end;
    int fd; /* non-blocking */
    bool eof, dead, shut;
};
/* Until the first wire's end is done, or until. */
void act_join_sockets(struct act_wire *wires, size_t count, ss_time until);
/* Closes as the end wants to leave: with FIN after what was written was taken, or with RST. */
void act_wire_close(struct act_wire *wire, ss_time until);

#endif
