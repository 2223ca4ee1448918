/* SPDX-License-Identifier: Apache-2.0 */
/* system.c - memory, randomness and time from the machine.
 *
 * Owns: nothing; the system env is constant.
 * Not here: envs for tests (base/env.c).
 * Called by: programs, client and server.
 * Follows: getrandom(2), clock_gettime(2). */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "sshspec/net.h"

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

static ss_err system_random(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    while (n > 0) {
        ssize_t got = getrandom(out, n, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return SS_E_no_random;
        out += got;
        n -= (size_t)got;
    }
    return SS_OK;
}

static const struct ss_env system_env = {system_resize, system_random, NULL, false};

const struct ss_env *ss_system_env(void)
{
    return &system_env;
}

ss_time ss_clock(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (ss_time)now.tv_sec * 1000 + (ss_time)now.tv_nsec / 1000000;
}

ss_time ss_clock_after(ss_time now, uint64_t ms)
{
    return ms == 0 || ms >= SS_NEVER - now ? SS_NEVER : now + ms;
}

int ss_clock_left(ss_time now, ss_time until)
{
    if (until == SS_NEVER)
        return -1;
    if (until <= now)
        return 0;
    return until - now > INT_MAX ? INT_MAX : (int)(until - now);
}
