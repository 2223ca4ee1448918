/* SPDX-License-Identifier: Apache-2.0 */
/* seed_session.h - steps of a session, written.
 *
 * Owns: nothing; the seed that is being made is in seeds->buf.
 * Called by: seed_session.c, seed_dialogue.c. */
#ifndef FUZZ_SEED_SESSION_H
#define FUZZ_SEED_SESSION_H

#include "fuzz/seed.h"
#include "fuzz/session.h"

/* bits: FUZZ_UNREAD or 0. */
void seed_start(struct seeds *seeds, enum fuzz_start start, unsigned bits);
void seed_step(struct seeds *seeds, unsigned kind, ss_span bytes);
void seed_message_step(struct seeds *seeds, unsigned kind, const struct ss_msg *msg);
/* Runs it, writes it, and says what it led to. steps: how many must have been done. */
struct fuzz_session_end seed_session_put(struct seeds *seeds, size_t steps);
/* Channel 0, a reply wanted, the user who exists, and the like. */
void seed_make_likely(const struct ss_msg *msg);

/* seed_dialogue.c */
void seed_dialogues(struct seeds *seeds);

#endif
