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
    struct duo duo;

    duo_init(&duo, 1);
    duo_start(&duo);
    /* Rounds of pushes and pops, so that the ring wraps and grows while wrapped. */
    for (unsigned round = 1; round < 30; round++) {
        for (unsigned i = 0; i < round; i++) {
            event = numbered(in++);
            cr_assert(ss_event_push(duo.client.engine, &event) == SS_OK);
        }
        for (unsigned i = 0; i < round - round / 3; i++) {
            cr_assert(ss_event_pop(duo.client.engine, &event));
            cr_assert(event.number == out++);
        }
    }
    while (ss_event_pop(duo.client.engine, &event))
        cr_assert(event.number == out++);
    cr_expect(in == out);
    duo_fini(&duo);
}

Test(event, the_queue_has_an_end)
{
    struct ss_event event = numbered(0);
    struct duo duo;
    size_t n = 0;

    duo_init(&duo, 1);
    duo_start(&duo);
    while (ss_event_push(duo.client.engine, &event) == SS_OK)
        n++;
    cr_expect(n == 1024);
    cr_expect(ss_event_push(duo.client.engine, &event) == SS_E_too_many);
    duo_fini(&duo);
}

Test(event, without_memory_nothing_is_lost_that_was_queued)
{
    struct ss_event event = numbered(1);
    struct duo duo;

    duo_init(&duo, 1);
    duo_start(&duo);
    duo.client.counted.fail_at = duo.client.counted.calls + 1;
    cr_expect(ss_event_push(duo.client.engine, &event) == SS_E_no_memory);
    for (uint32_t i = 0; i < 8; i++) {
        event = numbered(i);
        cr_assert(ss_event_push(duo.client.engine, &event) == SS_OK);
    }
    duo.client.counted.fail_at = duo.client.counted.calls + 1;
    cr_expect(ss_event_push(duo.client.engine, &event) == SS_E_no_memory);
    duo.client.counted.fail_at = 0;
    for (uint32_t i = 0; i < 8; i++)
        cr_expect(ss_event_pop(duo.client.engine, &event) && event.number == i);
    duo_fini(&duo);
}

Test(event, after_a_fault_nothing_is_queued_and_the_fault_comes_last)
{
    struct ss_event event = numbered(5);
    struct duo duo;

    duo_init(&duo, 1);
    duo_start(&duo);
    cr_assert(ss_event_push(duo.client.engine, &event) == SS_OK);
    (void)ss_fault_pin(duo.client.engine, &(struct ss_core_failure){.err = SS_E_timeout});
    cr_expect(ss_event_push(duo.client.engine, &event) == SS_E_timeout);
    cr_expect(ss_engine_poll(duo.client.engine, &event) && event.type == SS_EVENT_PONG);
    cr_expect(ss_engine_poll(duo.client.engine, &event) && event.type == SS_EVENT_FAULT);
    cr_expect(!ss_engine_poll(duo.client.engine, &event));
    duo_fini(&duo);
}
