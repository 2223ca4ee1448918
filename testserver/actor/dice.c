/* SPDX-License-Identifier: Apache-2.0 */
/* dice.c - an env with the caller's memory and bytes from a seed.
 *
 * Owns: nothing but the struct.
 * Called by: conversations.
 * Follows: SCENARIOS rule 10. */
#include "testserver/actor/dice.h"

static void *resize(void *ctx, void *p, size_t old_size, size_t size)
{
    const struct act_dice *dice = ctx;

    return dice->memory->resize(dice->memory->ctx, p, old_size, size);
}

static ss_err roll(void *ctx, uint8_t *out, size_t n)
{
    struct act_dice *dice = ctx;

    return dice->seeded.env.random(dice->seeded.env.ctx, out, n);
}

void act_dice_init(struct act_dice *dice, const struct ss_env *memory, uint64_t seed,
                   uint32_t stream)
{
    memset(dice, 0, sizeof *dice);
    dice->memory = memory;
    /* Far apart in the seed, so that neighbouring seeds and streams do not meet. */
    ss_seeded_init(&dice->seeded, seed ^ (UINT64_C(0x9e3779b97f4a7c15) * (stream + 1)));
    dice->env = (struct ss_env){resize, roll, dice, true};
}
