/* SPDX-License-Identifier: Apache-2.0 */
/* test_memory.c - the n-th allocation fails, for every n of a whole conversation. */
#include <criterion/criterion.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(memory, .fini = test_counted_check);

/* Ends in a fault, or as if nothing had been; never in a crash, a leak or a hang. */
static bool fail_at(bool server, size_t n, bool after)
{
    struct pair_side *side;
    struct pair pair;
    const char *why;
    bool failed;

    pair_init(&pair, 1);
    pair.plan.upload = 100;
    pair.plan.login = PAIR_KEY;
    side = server ? &pair.server : &pair.client;
    side->counted.fail_at = n;
    side->counted.fail_after = after;
    if (pair_start_may_fail(&pair) == SS_OK)
        pair_run(&pair);
    failed = side->counted.calls >= n;
    if (!failed)
        cr_assert(pair_is_complete(&pair, &why), "%s", why);
    else if (side->engine != NULL && ss_engine_fault(side->engine) != NULL)
        cr_expect(ss_err_class_of(ss_engine_fault(side->engine)->err) == SS_CLASS_RESOURCE ||
                      ss_err_class_of(ss_engine_fault(side->engine)->err) == SS_CLASS_CRYPTO,
                  "%s %zu: %s", side->name, n, ss_err_name(ss_engine_fault(side->engine)->err));
    pair_fini(&pair);
    return failed;
}

Test(memory, every_allocation_of_a_conversation_may_fail, .timeout = 120)
{
    for (int server = 0; server < 2; server++) {
        for (int after = 0; after < 2; after++) {
            size_t n = 1;

            while (fail_at(server != 0, n, after != 0))
                n++;
            cr_expect(n > 20, "%zu", n);
        }
    }
}

/* Steady state: data, credit and pings allocate nothing once the buffers have grown. */
Test(memory, data_in_flow_allocate_nothing)
{
    struct pair pair;
    size_t before = 0, after = 0;

    pair_init(&pair, 1);
    pair.plan.upload = 8000000;
    pair_start(&pair);
    while (pair_turn(&pair)) {
        size_t calls = pair.client.counted.calls + pair.server.counted.calls;

        if (ss_buf_size(&pair.client.got) > 3000000 && before == 0)
            before = calls;
        if (ss_buf_size(&pair.client.got) < 7000000)
            after = calls;
    }
    expect_complete(&pair, "flow");
    cr_expect(before > 0 && after == before, "%zu allocations", after - before);
    pair_fini(&pair);
}
