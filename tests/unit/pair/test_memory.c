/* SPDX-License-Identifier: Apache-2.0 */
/* test_memory.c - the n-th allocation fails, for every n of a whole conversation. */
#include <criterion/criterion.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(memory, .fini = test_counted_check);

/* Ends in a fault, or as if nothing had been; never in a crash, a leak or a hang. */
static bool fail_at(const char *comp, bool server, size_t n, bool after)
{
    struct duo_side *side;
    struct duo duo;
    const char *why;
    bool failed;

    duo_init(&duo, 1);
    duo.plan.upload = 100;
    duo.plan.login = DUO_KEY;
    agree_on(&duo, NULL, NULL, comp);
    side = server ? &duo.server : &duo.client;
    side->counted.fail_at = n;
    side->counted.fail_after = after;
    if (duo_start_may_fail(&duo) == SS_OK)
        duo_run(&duo);
    failed = side->counted.calls >= n;
    if (!failed)
        cr_assert(duo_is_complete(&duo, &why), "%s", why);
    else if (side->engine != NULL && ss_engine_fault(side->engine) != NULL)
        cr_expect(ss_err_class_of(ss_engine_fault(side->engine)->err) == SS_CLASS_RESOURCE ||
                      ss_err_class_of(ss_engine_fault(side->engine)->err) == SS_CLASS_CRYPTO,
                  "%s %zu: %s", side->name, n, ss_err_name(ss_engine_fault(side->engine)->err));
    duo_fini(&duo);
    return failed;
}

static void every_allocation(const char *comp)
{
    for (int server = 0; server < 2; server++) {
        for (int after = 0; after < 2; after++) {
            size_t n = 1;

            while (fail_at(comp, server != 0, n, after != 0))
                n++;
            cr_expect(n > 20, "%zu", n);
        }
    }
}

Test(memory, every_allocation_of_a_conversation_may_fail, .timeout = 120)
{
    every_allocation("none");
}

Test(memory, so_may_every_allocation_of_a_compressed_one, .timeout = 120)
{
    every_allocation("zlib");
    every_allocation("zlib@openssh.com");
}

/* Steady state: data, credit and pings allocate nothing once the buffers have grown. */
static void flow(const char *comp)
{
    struct duo duo;
    size_t before = 0, after = 0;

    duo_init(&duo, 1);
    agree_on(&duo, NULL, NULL, comp);
    duo.plan.upload = 8000000;
    duo_start(&duo);
    while (duo_turn(&duo)) {
        size_t calls = duo.client.counted.calls + duo.server.counted.calls;

        if (ss_buf_size(&duo.client.got) > 3000000 && before == 0)
            before = calls;
        if (ss_buf_size(&duo.client.got) < 7000000)
            after = calls;
    }
    expect_complete(&duo, "flow");
    cr_expect(before > 0 && after == before, "%zu allocations", after - before);
    duo_fini(&duo);
}

Test(memory, data_in_flow_allocate_nothing)
{
    flow("none");
    flow("zlib@openssh.com");
}
