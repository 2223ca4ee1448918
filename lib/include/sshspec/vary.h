/* SPDX-License-Identifier: Apache-2.0 */
/* vary.h - messages from a seed: plausible ones, changed ones, and lies about them.
 *
 * Owns: a small generator of numbers that repeats itself; it is not for secrets.
 * Not here: what becomes of the messages.
 * Called by: fuzzers, property tests, scenarios with random cases. Same seed, same messages.
 *
 * | call             | does                                                            |
 * |------------------|-----------------------------------------------------------------|
 * | ss_msg_fill      | a message of a definition with plausible, canonical values      |
 * | ss_msg_mutate    | one field of a message gets another value, likely an odd one    |
 * | ss_msg_lies      | a few lies of the field seam that fit a message                 | */
#ifndef SSHSPEC_VARY_H
#define SSHSPEC_VARY_H

#include "sshspec/msg.h"

struct ss_vary {
    uint64_t state;
};

void ss_vary_init(struct ss_vary *vary, uint64_t seed);
uint64_t ss_vary_next(struct ss_vary *vary);
/* A number below bound; 0 for bound 0. */
uint32_t ss_vary_below(struct ss_vary *vary, uint32_t bound);

/* What is filled is canonical: it encodes, decodes and encodes again to the same bytes. Tails
 * are chosen among the rows of def, at times a key that no row knows. All in arena. */
SS_MUST_USE ss_err ss_msg_fill(struct ss_arena *arena, const struct ss_msgdef *def,
                               struct ss_vary *vary, struct ss_msg *out_msg);
/* The message can still be encoded, but its values need not be canonical, nor make sense. Works
 * on messages that were filled, decoded or copied. payload is set empty: it is out of date.
 * SS_E_not_found when there is no field to change. */
SS_MUST_USE ss_err ss_msg_mutate(struct ss_arena *arena, struct ss_vary *vary, struct ss_msg *msg);
/* Up to most lies about fields of msg (behind its tail too) or about the whole of it; each finds
 * something to act on. Bytes of lies live in arena. */
SS_MUST_USE ss_err ss_msg_lies(struct ss_arena *arena, struct ss_vary *vary,
                               const struct ss_msg *msg, struct ss_lie *lies, size_t most,
                               size_t *out_count);

#endif
