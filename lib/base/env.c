/* SPDX-License-Identifier: Apache-2.0 */
/* env.c - memory and randomness through the caller's env, and two envs for tests.
 *
 * Owns: nothing; the seeded and the counted env live in the caller's memory and must not move.
 * Not here: an env with the system's randomness (programs bring their own).
 * Called by: everything that allocates or draws randomness.
 * Follows: STYLE "Ownership" rule 7. The seeded bytes are xoshiro256** 1.0, its state filled by
 *   splitmix64 (Blackman and Vigna, "Scrambled linear pseudorandom number generators"). */
#include "sshspec/env.h"

#include <stdlib.h>

void *ss_alloc(const struct ss_env *env, size_t size)
{
    void *p;

    if (size == 0)
        return NULL;
    p = env->resize(env->ctx, NULL, 0, size);
    if (p != NULL)
        memset(p, 0, size);
    return p;
}

void *ss_resize(const struct ss_env *env, void *p, size_t old_size, size_t size)
{
    return env->resize(env->ctx, p, old_size, size);
}

void ss_free(const struct ss_env *env, void *p, size_t size)
{
    if (p != NULL)
        (void)env->resize(env->ctx, p, size, 0);
}

char *ss_strdup(const struct ss_env *env, ss_span s)
{
    char *text;

    if (s.size == SIZE_MAX)
        return NULL;
    text = ss_alloc(env, s.size + 1);
    if (text != NULL && s.size > 0)
        memcpy(text, s.data, s.size);
    return text;
}

/* The size is measured, so text must be as ss_strdup made it and hold no zero byte inside;
 * for bytes that may hold one, keep the size and use ss_free. */
void ss_strfree(const struct ss_env *env, char *text)
{
    if (text != NULL)
        ss_free(env, text, strlen(text) + 1);
}

ss_err ss_random(const struct ss_env *env, uint8_t *out, size_t n)
{
    if (n == 0)
        return SS_OK;
    return env->random(env->ctx, out, n);
}

/* ---- the seeded env ---- */

static uint64_t rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z;

    *state += UINT64_C(0x9e3779b97f4a7c15);
    z = *state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t xoshiro256ss(uint64_t s[4])
{
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

static void *system_resize(void *ctx, void *p, size_t old_size, size_t size)
{
    (void)ctx;
    (void)old_size;
    if (size == 0) {
        free(p);
        return NULL;
    }
    return realloc(p, size);
}

/* Each call starts with a fresh word, least significant byte first. */
static ss_err seeded_random(void *ctx, uint8_t *out, size_t n)
{
    struct ss_seeded *seeded = ctx;
    uint64_t word = 0;
    size_t i;

    for (i = 0; i < n; i++) {
        word = i % 8 == 0 ? xoshiro256ss(seeded->state) : word >> 8;
        out[i] = (uint8_t)word;
    }
    return SS_OK;
}

void ss_seeded_init(struct ss_seeded *seeded, uint64_t seed)
{
    size_t i;

    for (i = 0; i < SS_COUNT(seeded->state); i++)
        seeded->state[i] = splitmix64(&seed);
    seeded->env.resize = system_resize;
    seeded->env.random = seeded_random;
    seeded->env.ctx = seeded;
    seeded->env.deterministic = true;
}

/* ---- the counted env ---- */

static bool must_fail(struct ss_counted *counted)
{
    counted->calls++;
    if (counted->fail_at == 0)
        return false;
    return counted->calls == counted->fail_at ||
           (counted->fail_after && counted->calls > counted->fail_at);
}

/* A wrong old_size leaves bytes away from zero at the end, which is how it gets noticed. */
static void *counted_resize(void *ctx, void *p, size_t old_size, size_t size)
{
    struct ss_counted *counted = ctx;
    void *fresh;

    if (size == 0) {
        if (p != NULL) {
            counted->blocks--;
            counted->bytes -= old_size;
        }
        return ss_resize(counted->inner, p, old_size, 0);
    }
    if (must_fail(counted))
        return NULL;
    fresh = ss_resize(counted->inner, p, old_size, size);
    if (fresh == NULL)
        return NULL;
    if (p == NULL)
        counted->blocks++;
    else
        counted->bytes -= old_size;
    counted->bytes += size;
    if (counted->bytes > counted->peak)
        counted->peak = counted->bytes;
    return fresh;
}

static ss_err counted_random(void *ctx, uint8_t *out, size_t n)
{
    struct ss_counted *counted = ctx;

    return ss_random(counted->inner, out, n);
}

void ss_counted_init(struct ss_counted *counted, const struct ss_env *inner)
{
    memset(counted, 0, sizeof *counted);
    counted->inner = inner;
    counted->env.resize = counted_resize;
    counted->env.random = counted_random;
    counted->env.ctx = counted;
    counted->env.deterministic = inner->deterministic;
}
