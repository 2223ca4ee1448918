/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c - memory that lives until one reset.
 *
 * Owns: a chain of blocks. Blocks up to and including current are in use; those behind it were
 *   filled before the last reset and wait to be used again.
 * Not here: objects that outlive a message (they use ss_alloc).
 * Called by: the message codec and whoever keeps decoded values for one event.
 *
 * Free bytes of a block are zero at all times: a fresh block is zeroed, and reset wipes what was
 * used. So an allocation writes nothing, and a decoded password does not survive its event. */
#include "sshspec/arena.h"

#include <stdalign.h>

#include "sshspec/secret.h"

#define FIRST_BLOCK ((size_t)1024)
#define DOUBLING_ENDS ((size_t)64 * 1024)

struct ss_arena_block {
    struct ss_arena_block *next;
    size_t size; /* of bytes */
    size_t used;
    max_align_t bytes[];
};

void ss_arena_init(struct ss_arena *arena, const struct ss_env *env, size_t ceiling)
{
    memset(arena, 0, sizeof *arena);
    arena->env = env;
    arena->ceiling = ceiling;
}

static void free_chain(struct ss_arena *arena, struct ss_arena_block *block)
{
    while (block != NULL) {
        struct ss_arena_block *next = block->next;

        ss_wipe(block->bytes, block->used);
        ss_free(arena->env, block, sizeof *block + block->size);
        block = next;
    }
}

void ss_arena_fini(struct ss_arena *arena)
{
    free_chain(arena, arena->first);
    arena->first = arena->current = NULL;
    arena->used = 0;
}

void ss_arena_reset(struct ss_arena *arena)
{
    struct ss_arena_block *block;

    for (block = arena->first; block != NULL; block = block->next) {
        ss_wipe(block->bytes, block->used);
        block->used = 0;
        if (block == arena->current)
            break;
    }
    arena->current = arena->first;
    arena->used = 0;
}

/* Powers of two, so that runs of slightly growing requests share blocks. */
static size_t block_size(const struct ss_arena *arena, size_t need)
{
    size_t size = FIRST_BLOCK;

    if (arena->current != NULL && arena->current->size < DOUBLING_ENDS)
        size = arena->current->size * 2;
    while (size < need && size <= SIZE_MAX / 4)
        size *= 2;
    return size < need ? need : size;
}

/* Waiting blocks that were all too small are given back once the chain holds more than twice
 * the ceiling; without this a peer could make it grow with each larger message. */
static void drop_waiting(struct ss_arena *arena)
{
    struct ss_arena_block *block;
    size_t held = 0;

    for (block = arena->first; block != NULL; block = block->next)
        held += block->size;
    if (arena->current == NULL || held / 2 <= arena->ceiling)
        return;
    free_chain(arena, arena->current->next);
    arena->current->next = NULL;
}

static void link_behind_current(struct ss_arena *arena, struct ss_arena_block *block)
{
    if (arena->current == NULL) {
        arena->first = block;
    } else {
        block->next = arena->current->next;
        arena->current->next = block;
    }
    arena->current = block;
}

/* Makes current a block with need free bytes: a waiting one when one is large enough. */
static bool next_block(struct ss_arena *arena, size_t need)
{
    struct ss_arena_block **link = arena->current != NULL ? &arena->current->next : NULL;
    struct ss_arena_block *block;
    size_t size;

    for (; link != NULL && *link != NULL; link = &(*link)->next) {
        block = *link;
        if (block->size < need)
            continue;
        *link = block->next;
        link_behind_current(arena, block);
        return true;
    }
    drop_waiting(arena);
    size = block_size(arena, need);
    if (size > SIZE_MAX - sizeof *block)
        return false;
    block = ss_alloc(arena->env, sizeof *block + size);
    if (block == NULL)
        return false;
    block->size = size;
    link_behind_current(arena, block);
    return true;
}

/* Size 0 takes room too, so that a list of empty things counts towards the ceiling. */
static ss_err take_room(struct ss_arena *arena, size_t size, void **out)
{
    const size_t unit = alignof(max_align_t);
    struct ss_arena_block *block;
    size_t need;

    if (size > SIZE_MAX - unit)
        return SS_E_ceiling;
    need = size == 0 ? unit : (size + unit - 1) / unit * unit;
    if (arena->used > arena->ceiling || need > arena->ceiling - arena->used)
        return SS_E_ceiling;
    block = arena->current;
    if (block == NULL || need > block->size - block->used) {
        if (!next_block(arena, need))
            return SS_E_no_memory;
        block = arena->current;
    }
    *out = (uint8_t *)block->bytes + block->used;
    block->used += need;
    arena->used += need;
    return SS_OK;
}

void *ss_arena_alloc(struct ss_arena *arena, size_t size)
{
    void *p;

    return take_room(arena, size, &p) == SS_OK ? p : NULL;
}

char *ss_arena_text(struct ss_arena *arena, ss_span s)
{
    char *text;

    if (s.size == SIZE_MAX)
        return NULL;
    text = ss_arena_alloc(arena, s.size + 1);
    if (text != NULL && s.size > 0)
        memcpy(text, s.data, s.size);
    return text;
}

ss_err ss_arena_copy(struct ss_arena *arena, ss_span s, ss_span *out)
{
    void *copy = NULL;
    ss_err err = take_room(arena, s.size, &copy);

    if (err == SS_OK && s.size > 0)
        memcpy(copy, s.data, s.size);
    /* The header promises null bytes with a size on exhaustion; callers may look at that. */
    *out = ss_span_make(copy, s.size);
    return err;
}
