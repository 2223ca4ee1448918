/* SPDX-License-Identifier: Apache-2.0 */
/* test_event.c - the queue of events. */
#include <criterion/criterion.h>

#include "kit.h"
#include "lib/engine/core.h"
#include "tests/support/support.h"

TestSuite(event, .fini = test_counted_check);

static struct ss_event numbered(uint32_t n)
{
    return (struct ss_event){.type = SS_EVENT_PONG, .number = n};
}

Test(event, events_come_out_in_the_order_they_went_in)
{
    struct ss_event event;
    uint32_t in = 0, out = 0;
    struct pair pair;

    pair_init(&pair, 1);
    pair_start(&pair);
    /* Rounds of pushes and pops, so that the ring wraps and grows while wrapped. */
    for (unsigned round = 1; round < 30; round++) {
        for (unsigned i = 0; i < round; i++) {
            event = numbered(in++);
            cr_assert(ss_event_push(pair.client.engine, &event) == SS_OK);
        }
        for (unsigned i = 0; i < round - round / 3; i++) {
            cr_assert(ss_event_pop(pair.client.engine, &event));
            cr_assert(event.number == out++);
        }
    }
    while (ss_event_pop(pair.client.engine, &event))
        cr_assert(event.number == out++);
    cr_expect(in == out);
    pair_fini(&pair);
}

Test(event, the_queue_has_an_end)
{
    struct ss_event event = numbered(0);
    struct pair pair;
    size_t n = 0;

    pair_init(&pair, 1);
    pair_start(&pair);
    while (ss_event_push(pair.client.engine, &event) == SS_OK)
        n++;
    cr_expect(n == 1024);
    cr_expect(ss_event_push(pair.client.engine, &event) == SS_E_too_many);
    pair_fini(&pair);
}

Test(event, without_memory_nothing_is_lost_that_was_queued)
{
    struct ss_event event = numbered(1);
    struct pair pair;

    pair_init(&pair, 1);
    pair_start(&pair);
    pair.client.counted.fail_at = pair.client.counted.calls + 1;
    cr_expect(ss_event_push(pair.client.engine, &event) == SS_E_no_memory);
    for (uint32_t i = 0; i < 8; i++) {
        event = numbered(i);
        cr_assert(ss_event_push(pair.client.engine, &event) == SS_OK);
    }
    pair.client.counted.fail_at = pair.client.counted.calls + 1;
    cr_expect(ss_event_push(pair.client.engine, &event) == SS_E_no_memory);
    pair.client.counted.fail_at = 0;
    for (uint32_t i = 0; i < 8; i++)
        cr_expect(ss_event_pop(pair.client.engine, &event) && event.number == i);
    pair_fini(&pair);
}

Test(event, after_a_fault_nothing_is_queued_and_the_fault_comes_last)
{
    struct ss_event event = numbered(5);
    struct pair pair;

    pair_init(&pair, 1);
    pair_start(&pair);
    cr_assert(ss_event_push(pair.client.engine, &event) == SS_OK);
    (void)ss_fault_pin(pair.client.engine, &(struct ss_core_failure){.err = SS_E_timeout});
    cr_expect(ss_event_push(pair.client.engine, &event) == SS_E_timeout);
    cr_expect(ss_engine_poll(pair.client.engine, &event) && event.type == SS_EVENT_PONG);
    cr_expect(ss_engine_poll(pair.client.engine, &event) && event.type == SS_EVENT_FAULT);
    cr_expect(!ss_engine_poll(pair.client.engine, &event));
    pair_fini(&pair);
}
