/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h - memory that lives until one reset. Decoded messages live in one.
 *
 * Owns: a chain of blocks; reset keeps the blocks, so steady state allocates nothing. */
#ifndef SSHSPEC_ARENA_H
#define SSHSPEC_ARENA_H

#include "sshspec/env.h"

struct ss_arena_block;
struct ss_arena {
    const struct ss_env *env;
    struct ss_arena_block *first, *current;
    size_t ceiling; /* most bytes between two resets */
    size_t used;
};

void ss_arena_init(struct ss_arena *arena, const struct ss_env *env, size_t ceiling);
void ss_arena_fini(struct ss_arena *arena);
void ss_arena_reset(struct ss_arena *arena);
/* Zeroed and aligned for any type; null when memory or the ceiling is exhausted.
 * size 0 gives a valid pointer. */
void *ss_arena_alloc(struct ss_arena *arena, size_t size);
/* A zero-terminated copy that lives in the arena; null when exhausted. */
char *ss_arena_text(struct ss_arena *arena, ss_span s);
/* A copy of bytes in the arena. out->data null with size > 0 means exhausted. */
SS_MUST_USE ss_err ss_arena_copy(struct ss_arena *arena, ss_span s, ss_span *out);

#endif
