/* SPDX-License-Identifier: Apache-2.0 */
/* breaks.h - the ways in which our own endpoint can be told to misbehave.
 *
 * Concept: a deviation is a row of breaks.def: a script for the seat of the peer that breaks one
 *   rule, or a few that go together, and is honest otherwise. A scenario that proves a rule has
 *   to pass against the honest peer and to fail against the one that breaks it.
 *
 * Owns: the table.
 * Not here: playing a row (self.c).
 * Called by: self.c; `sshspec run --break` and `sshspec list --breaks`.
 * Follows: HOUSE "Misbehaviour is data, never a branch". */
#ifndef SSHSPEC_ACTOR_BREAKS_H
#define SSHSPEC_ACTOR_BREAKS_H

#include "sshspec/msg.h"

struct act_break {
    const char *name;
    enum ss_role role; /* of our peer */
    const char *rules; /* ids of the ledger, joined by ", " */
    const char *text;  /* what it does, to be read after "our server" or "our client" */
    const char *scenario;
    bool stays; /* goes silent where its engine would end the connection for a mistake of ours */
};
extern const struct act_break act_breaks[]; /* ends with a null name */

/* Null: there is no such row. */
const struct act_break *act_break_find(const char *name);
/* The name that was probably meant; null: none is close. */
const char *act_break_suggest(const char *name);

#endif
