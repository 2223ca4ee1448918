/* SPDX-License-Identifier: Apache-2.0 */
/* end.h - one end of a byte stream, as whatever moves the bytes sees it.
 *
 * Concept: a seat that plays a scenario and our own honest endpoints are the same thing to the
 *   loop that joins them to a socket, to one another in memory, or to a relay. Nothing here
 *   blocks, and time is an argument.
 *
 * Owns: the table of calls.
 * Called by: socket.c, self.c, relay.c. Implemented by seat.c and honest.c. */
#ifndef SSHSPEC_ACTOR_END_H
#define SSHSPEC_ACTOR_END_H

#include "sshspec/span.h"
#include "sshspec/err.h"

enum act_gone { ACT_FIN, ACT_RST }; /* how the other side left */
enum act_leave { ACT_STAY, ACT_LEAVE_HALF, ACT_LEAVE_FIN, ACT_LEAVE_RST }; /* how we do */

struct act_end;
struct act_end_ops {
    void (*feed)(struct act_end *end, ss_span bytes, ss_time now);
    void (*gone)(struct act_end *end, enum act_gone how, ss_time now);
    /* Does what can be done now. */
    void (*advance)(struct act_end *end, ss_time now);
    ss_span (*output)(struct act_end *end);
    /* n bytes of output left; unread: how many bytes the other side's system has not yet taken,
     * UINT32_MAX when that is not known. */
    void (*sent)(struct act_end *end, size_t n);
    void (*delivered)(struct act_end *end, uint32_t unread);
    /* What to do with the stream once output is empty. */
    enum act_leave (*leave)(struct act_end *end);
    ss_time (*deadline)(struct act_end *end);
    bool (*done)(struct act_end *end);
};
struct act_end { /* embed it; recover your object with SS_CONTAINER_OF */
    const struct act_end_ops *ops;
};

#endif
