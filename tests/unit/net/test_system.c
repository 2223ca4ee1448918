/* SPDX-License-Identifier: Apache-2.0 */
/* test_system.c - the machine's memory, randomness and clock. */
#include <criterion/criterion.h>
#include <limits.h>

#include "sshspec/net.h"
#include "tests/support/support.h"

TestSuite(system, .fini = test_counted_check);

Test(system, memory_comes_zeroed_and_grows)
{
    const struct ss_env *env = ss_system_env();
    uint8_t *p = ss_alloc(env, 100);
    size_t i;

    cr_assert(p != NULL && !env->deterministic);
    for (i = 0; i < 100; i++)
        cr_expect(p[i] == 0);
    p[99] = 7;
    p = ss_resize(env, p, 100, 100000);
    cr_assert(p != NULL && p[99] == 7);
    ss_free(env, p, 100000);
}

Test(system, randomness_is_not_the_same_twice)
{
    uint8_t a[600], b[600];

    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    cr_assert(ss_random(ss_system_env(), a, sizeof a) == SS_OK);
    cr_assert(ss_random(ss_system_env(), b, sizeof b) == SS_OK);
    cr_expect(memcmp(a, b, sizeof a) != 0);
    cr_expect(memcmp(a + 300, a, 300) != 0);
}

Test(system, the_clock_never_goes_back)
{
    ss_time last = ss_clock();
    unsigned i;

    cr_expect(last > 0);
    for (i = 0; i < 10000; i++) {
        ss_time now = ss_clock();

        cr_assert(now >= last);
        last = now;
    }
}

Test(system, deadlines_do_not_wrap)
{
    cr_expect(ss_clock_after(1000, 5) == 1005);
    cr_expect(ss_clock_after(1000, 0) == SS_NEVER);
    cr_expect(ss_clock_after(1000, UINT64_MAX) == SS_NEVER);
    cr_expect(ss_clock_after(1000, SS_NEVER - 1000) == SS_NEVER);
    cr_expect(ss_clock_after(1000, SS_NEVER - 1001) == SS_NEVER - 1);
    cr_expect(ss_clock_left(1000, SS_NEVER) == -1);
    cr_expect(ss_clock_left(1000, 999) == 0);
    cr_expect(ss_clock_left(1000, 1000) == 0);
    cr_expect(ss_clock_left(1000, 1250) == 250);
    cr_expect(ss_clock_left(0, SS_NEVER - 1) == INT_MAX);
}
