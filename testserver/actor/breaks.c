/* SPDX-License-Identifier: Apache-2.0 */
/* breaks.c - the table of misbehaviours of our own endpoint.
 *
 * Owns: the rows of breaks.def as scenarios.
 * Not here: playing them (self.c).
 * Called by: self.c; whoever shows that a scenario can fail.
 * Follows: HOUSE "Misbehaviour is data, never a branch". */
#include "testserver/actor/actor.h"

/* The header is what the grammar wants; nothing of it is looked at. */
#define HEAD "scenario \"a peer that misbehaves\"\nproves RFC4253-7.3-newkeys-early\n"
#define SEAT_SS_SERVER HEAD "against client\naction exec \"true\"\nserver {\n"
#define SEAT_SS_CLIENT HEAD "against server\nclient {\n"
#define BREAK(name, role, text, script) {name, role, text, SEAT_##role script "}\n"},

const struct act_break act_breaks[] = {
#include "testserver/actor/breaks.def"
    {NULL, SS_EITHER, NULL, NULL},
};
