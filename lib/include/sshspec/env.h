/* SPDX-License-Identifier: Apache-2.0 */
/* env.h - what the library takes from its surroundings: memory and randomness.
 *
 * Owns: nothing; the caller keeps the env alive as long as anything made with it.
 * Not here: clocks (time is an argument), files and sockets (only lib/net has those).
 * Follows: STYLE "Ownership" rule 7.
 *
 * | call             | does                                                    |
 * |------------------|---------------------------------------------------------|
 * | ss_alloc, ss_free| memory through the env; free takes the size it was given |
 * | ss_random        | bytes through the env                                   |
 * | ss_seeded_init   | an env that repeats itself: same seed, same bytes       |
 * | ss_counted_init  | an env that counts, and fails the n-th allocation       | */
#ifndef SSHSPEC_ENV_H
#define SSHSPEC_ENV_H

#include "sshspec/err.h"
#include "sshspec/span.h"

struct ss_env {
    /* Like realloc, with sizes. p null: a new block. size 0: frees p, returns null. */
    void *(*resize)(void *ctx, void *p, size_t old_size, size_t size);
    /* Fills out or returns SS_E_no_random. */
    ss_err (*random)(void *ctx, uint8_t *out, size_t n);
    void *ctx;
    /* True when random repeats itself; signers then take care to repeat themselves too. */
    bool deterministic;
};

/* Null when memory is exhausted or size is 0. The block is zeroed. */
void *ss_alloc(const struct ss_env *env, size_t size);
void *ss_resize(const struct ss_env *env, void *p, size_t old_size, size_t size);
/* Null is fine. */
void ss_free(const struct ss_env *env, void *p, size_t size);
/* A zero-terminated copy of s; free it with size s.size + 1. */
char *ss_strdup(const struct ss_env *env, ss_span s);
void ss_strfree(const struct ss_env *env, char *text);
SS_MUST_USE ss_err ss_random(const struct ss_env *env, uint8_t *out, size_t n);

/* Memory of the C library and bytes from a seed; for tests and the virtual clock only. */
struct ss_seeded {
    struct ss_env env;
    uint64_t state[4];
};
void ss_seeded_init(struct ss_seeded *seeded, uint64_t seed);

/* Wraps another env: counts live blocks and bytes, and fails the n-th allocation. */
struct ss_counted {
    struct ss_env env;
    const struct ss_env *inner;
    size_t blocks, bytes, peak; /* live blocks, live bytes, most live bytes ever */
    size_t calls;               /* allocations asked for so far */
    size_t fail_at;             /* fail when calls reaches this; 0 never */
    bool fail_after;            /* and every later one too */
};
void ss_counted_init(struct ss_counted *counted, const struct ss_env *inner);

#endif
