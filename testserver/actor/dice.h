/* SPDX-License-Identifier: Apache-2.0 */
/* dice.h - an env with the caller's memory and bytes from a seed.
 *
 * Owns: the state of the generator.
 * Not here: memory.
 * Called by: conversations: random(n) of scenarios, and everything when both ends are ours.
 * Follows: SCENARIOS rule 10. */
#ifndef SSHSPEC_ACTOR_DICE_H
#define SSHSPEC_ACTOR_DICE_H

#include "sshspec/env.h"

struct act_dice {
    struct ss_env env; /* deterministic */
    const struct ss_env *memory;
    struct ss_seeded seeded;
};
/* stream: tells apart generators of one seed. */
void act_dice_init(struct act_dice *dice, const struct ss_env *memory, uint64_t seed,
                   uint32_t stream);

#endif
