/* SPDX-License-Identifier: Apache-2.0 */
/* test_stepping.c - one switch turns a correct peer into a scripted one, and back. */
#include <criterion/criterion.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(stepping, .fini = test_counted_check);

enum { ALL = SS_LAYER_TRANSPORT | SS_LAYER_AUTH | SS_LAYER_CONNECTION };

Test(stepping, on_full_autopilot_with_everything_passed_it_is_the_honest_peer)
{
    for (unsigned who = 1; who <= 3; who++) {
        struct duo duo;

        duo_init(&duo, who);
        duo.plan.upload = 50000;
        duo.client.config.pace = (who & 1) != 0 ? SS_STEP : SS_AUTO;
        duo.server.config.pace = (who & 2) != 0 ? SS_STEP : SS_AUTO;
        duo_start(&duo);
        cr_assert(ss_engine_autopilot(duo.client.engine, ALL) == SS_OK);
        cr_assert(ss_engine_autopilot(duo.server.engine, ALL) == SS_OK);
        duo_run(&duo);
        expect_complete(&duo, "step");
        cr_expect((duo.client.events[SS_EVENT_MESSAGE] > 10) == ((who & 1) != 0));
        cr_expect((duo.server.events[SS_EVENT_MESSAGE] > 10) == ((who & 2) != 0));
        duo_fini(&duo);
    }
}

/* Settles by number: what is named is dropped once, the rest is passed. */
static uint8_t dropped_number;
static enum ss_verdict dropped_verdict;
static unsigned dropped;

static void drop_one(struct duo *duo, struct duo_side *side, const struct ss_event *event)
{
    enum ss_verdict verdict = SS_PASS;

    duo_server_event(duo, side, event);
    if (event->type != SS_EVENT_MESSAGE)
        return;
    if (event->message->payload.data[0] == dropped_number && dropped++ == 0)
        verdict = dropped_verdict;
    cr_assert(ss_engine_settle(side->engine, verdict) == SS_OK);
}

static void start_dropping(struct duo *duo, uint8_t number, enum ss_verdict verdict)
{
    dropped_number = number;
    dropped_verdict = verdict;
    dropped = 0;
    duo_init(duo, 1);
    duo->plan.upload = 10;
    duo->server.config.pace = SS_STEP;
    duo->server.by_hand = true;
    duo->server.on_event = drop_one;
    duo_start(duo);
    cr_assert(ss_engine_autopilot(duo->server.engine, ALL) == SS_OK);
    duo_run(duo);
}

Test(stepping, a_dropped_request_is_never_answered)
{
    static const uint8_t numbers[] = {20, 30, 5, 50, 90, 98};

    for (size_t i = 0; i < SS_COUNT(numbers); i++) {
        struct duo duo;

        start_dropping(&duo, numbers[i], SS_DROP);
        cr_expect(dropped == 1 || numbers[i] == 50, "%u: %u", numbers[i], dropped);
        cr_expect(!duo.client.closed, "%u", numbers[i]);
        cr_expect(ss_engine_fault(duo.server.engine) == NULL || numbers[i] == 20 ||
                      numbers[i] == 30,
                  "%u", numbers[i]);
        duo_fini(&duo);
    }
}

/* The answer to a message that was taken is the script's: here a failure, after which the client
 * asks again and is let in. */
Test(stepping, a_taken_message_is_answered_by_hand_and_the_rest_goes_on)
{
    struct ss_msg_userauth_failure body = {.methods = ss_span_of("password")};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_MSG_userauth_failure), .body = &body};
    struct duo duo;

    start_dropping(&duo, 50, SS_TAKE);
    cr_assert(!duo.client.authenticated && dropped == 1);
    cr_assert(ss_engine_send(duo.server.engine, &msg, NULL, 0) == SS_OK);
    duo_run(&duo);
    expect_complete(&duo, "taken");
    duo_fini(&duo);
}

/* Phase by phase: the login by hand, the rest on autopilot. */
Test(stepping, layers_are_switched_on_one_by_one)
{
    struct duo duo;

    duo_init(&duo, 1);
    duo.plan.upload = 10;
    duo.client.config.pace = SS_STEP;
    duo_start(&duo);
    duo_run(&duo);
    cr_expect(ss_engine_phase(duo.server.engine) == SS_PHASE_START);
    cr_assert(ss_engine_autopilot(duo.client.engine, SS_LAYER_TRANSPORT) == SS_OK);
    duo_run(&duo);
    cr_expect(ss_engine_phase(duo.server.engine) == SS_PHASE_AUTH);
    cr_expect(!duo.client.authenticated);
    cr_assert(ss_engine_autopilot(duo.client.engine, SS_LAYER_TRANSPORT | SS_LAYER_AUTH) == SS_OK);
    duo_run(&duo);
    cr_expect(duo.client.authenticated && !duo.client.open);
    cr_assert(ss_engine_autopilot(duo.client.engine, ALL) == SS_OK);
    duo_run(&duo);
    expect_complete(&duo, "one by one");
    duo_fini(&duo);
}
