/* SPDX-License-Identifier: Apache-2.0 */
/* session_gate.h - what a server may do about a message number, by a second table.
 *
 * Owns: the answers, as sets: several may be right.
 * Called by: fuzz/server.c. */
#ifndef FUZZ_SESSION_GATE_H
#define FUZZ_SESSION_GATE_H

#include "sshspec/msg.h"

enum {                         /* bits */
       FUZZ_TAKES = 1,         /* it is taken in; what is wrong inside may end the connection */
       FUZZ_UNIMPLEMENTED = 2, /* answered with UNIMPLEMENTED, and on it goes */
       FUZZ_IGNORES = 4,       /* nothing is said, and on it goes */
       FUZZ_ENDS = 8           /* the connection is over */
};
/* strict: strict key exchange is agreed and the first exchange is not finished. later: an exchange
 * was finished before. */
unsigned fuzz_gate(enum ss_phase phase, bool strict, bool later, uint8_t number);

#endif
