/* SPDX-License-Identifier: Apache-2.0 */
/* test_stack.c - whose message, which phase, who acts. */
#include <criterion/criterion.h>

#include "kit.h"
#include "lib/engine/core.h"
#include "tests/support/support.h"

TestSuite(stack, .fini = test_counted_check);

Test(stack, every_number_belongs_to_one_layer_or_to_nobody)
{
    struct pair pair;

    pair_init(&pair, 1);
    pair_start(&pair);
    for (unsigned n = 0; n < 256; n++) {
        struct ss_core_layer *owner = ss_stack_owner(pair.client.engine, (uint8_t)n);
        unsigned want = n == 0                           ? 0
                        : n < 50 || n == 192 || n == 193 ? SS_LAYER_TRANSPORT
                        : n < 80                         ? SS_LAYER_AUTH
                        : n < 128                        ? SS_LAYER_CONNECTION
                                                         : 0;

        cr_expect((owner != NULL ? (unsigned)owner->ops->id : 0) == want, "%u", n);
    }
    pair_fini(&pair);
}

Test(stack, phases_follow_one_another)
{
    struct ss_command version = {.kind = SS_CMD_VERSION};
    struct pair pair;

    pair_init(&pair, 1);
    hand_start(&pair);
    cr_expect(ss_engine_phase(pair.server.engine) == SS_PHASE_START);
    (void)pair_do(&pair.client, &version, NULL);
    pair.client.by_hand = true;
    pair_run(&pair);
    cr_expect(ss_engine_phase(pair.server.engine) == SS_PHASE_START);
    cr_expect(ss_engine_phase(pair.client.engine) == SS_PHASE_START);
    pair.client.by_hand = false;
    cr_assert(ss_engine_settle(pair.client.engine, SS_PASS) == SS_OK);
    cr_expect(ss_engine_phase(pair.client.engine) == SS_PHASE_KEX);
    cr_assert(ss_engine_autopilot(pair.client.engine, SS_LAYER_TRANSPORT) == SS_OK);
    pair_run(&pair);
    cr_expect(ss_engine_phase(pair.client.engine) == SS_PHASE_SERVICE);
    cr_expect(ss_engine_phase(pair.server.engine) == SS_PHASE_SERVICE);
    hand_send(&pair, test_hex("05 0000000c 7373682d7573657261757468"));
    cr_expect(ss_engine_phase(pair.client.engine) == SS_PHASE_AUTH);
    cr_expect(ss_engine_phase(pair.server.engine) == SS_PHASE_AUTH);
    pair_fini(&pair);
}

/* With no layer on autopilot everything is absorbed and nothing is answered. */
Test(stack, who_is_not_on_autopilot_sends_nothing)
{
    struct pair pair;
    size_t i;

    pair_init(&pair, 1);
    pair.server.config.pace = SS_STEP;
    hand_start(&pair);
    for (i = 0; i < 2; i++) {
        struct pair_side *side = i == 0 ? &pair.client : &pair.server;
        struct ss_command version = {.kind = SS_CMD_VERSION};

        (void)pair_do(side, &version, NULL);
    }
    pair.server.on_event = quiet_event;
    pair_run(&pair);
    cr_expect(ss_engine_sequence(pair.client.engine, SS_OUT) == 0);
    cr_expect(ss_engine_sequence(pair.server.engine, SS_OUT) == 0);
    cr_assert(ss_engine_autopilot(pair.client.engine, SS_LAYER_TRANSPORT) == SS_OK);
    pair_run(&pair);
    cr_expect(ss_engine_sequence(pair.client.engine, SS_OUT) == 1, "KEXINIT");
    cr_expect(ss_engine_sequence(pair.server.engine, SS_OUT) == 0);
    cr_assert(ss_engine_autopilot(pair.server.engine, SS_LAYER_TRANSPORT) == SS_OK);
    pair_run(&pair);
    cr_expect(ss_engine_session_id(pair.client.engine).size == 32);
    cr_expect(ss_span_eq(ss_engine_session_id(pair.client.engine),
                         ss_engine_session_id(pair.server.engine)));
    pair_fini(&pair);
}
