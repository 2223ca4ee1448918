/* SPDX-License-Identifier: Apache-2.0 */
/* test_stack.c - whose message, which phase, who acts. */
#include <criterion/criterion.h>

#include "kit.h"
#include "lib/engine/core.h"
#include "tests/support/support.h"

TestSuite(stack, .fini = test_counted_check);

Test(stack, every_number_belongs_to_one_layer_or_to_nobody)
{
    struct duo duo;

    duo_init(&duo, 1);
    duo_start(&duo);
    for (unsigned n = 0; n < 256; n++) {
        struct ss_core_layer *owner = ss_stack_owner(duo.client.engine, (uint8_t)n);
        unsigned want = n == 0                           ? 0
                        : n < 50 || n == 192 || n == 193 ? SS_LAYER_TRANSPORT
                        : n < 80                         ? SS_LAYER_AUTH
                        : n < 128                        ? SS_LAYER_CONNECTION
                                                         : 0;

        cr_expect((owner != NULL ? (unsigned)owner->ops->id : 0) == want, "%u", n);
    }
    duo_fini(&duo);
}

Test(stack, phases_follow_one_another)
{
    struct ss_command version = {.kind = SS_CMD_VERSION};
    struct duo duo;

    duo_init(&duo, 1);
    hand_start(&duo);
    cr_expect(ss_engine_phase(duo.server.engine) == SS_PHASE_START);
    (void)duo_do(&duo.client, &version, NULL);
    duo.client.by_hand = true;
    duo_run(&duo);
    cr_expect(ss_engine_phase(duo.server.engine) == SS_PHASE_START);
    cr_expect(ss_engine_phase(duo.client.engine) == SS_PHASE_START);
    duo.client.by_hand = false;
    cr_assert(ss_engine_settle(duo.client.engine, SS_PASS) == SS_OK);
    cr_expect(ss_engine_phase(duo.client.engine) == SS_PHASE_KEX);
    cr_assert(ss_engine_autopilot(duo.client.engine, SS_LAYER_TRANSPORT) == SS_OK);
    duo_run(&duo);
    cr_expect(ss_engine_phase(duo.client.engine) == SS_PHASE_SERVICE);
    cr_expect(ss_engine_phase(duo.server.engine) == SS_PHASE_SERVICE);
    hand_send(&duo, test_hex("05 0000000c 7373682d7573657261757468"));
    cr_expect(ss_engine_phase(duo.client.engine) == SS_PHASE_AUTH);
    cr_expect(ss_engine_phase(duo.server.engine) == SS_PHASE_AUTH);
    duo_fini(&duo);
}

/* With no layer on autopilot everything is absorbed and nothing is answered. */
Test(stack, who_is_not_on_autopilot_sends_nothing)
{
    struct duo duo;
    size_t i;

    duo_init(&duo, 1);
    duo.server.config.pace = SS_STEP;
    hand_start(&duo);
    for (i = 0; i < 2; i++) {
        struct duo_side *side = i == 0 ? &duo.client : &duo.server;
        struct ss_command version = {.kind = SS_CMD_VERSION};

        (void)duo_do(side, &version, NULL);
    }
    duo.server.on_event = quiet_event;
    duo_run(&duo);
    cr_expect(ss_engine_sequence(duo.client.engine, SS_OUT) == 0);
    cr_expect(ss_engine_sequence(duo.server.engine, SS_OUT) == 0);
    cr_assert(ss_engine_autopilot(duo.client.engine, SS_LAYER_TRANSPORT) == SS_OK);
    duo_run(&duo);
    cr_expect(ss_engine_sequence(duo.client.engine, SS_OUT) == 1, "KEXINIT");
    cr_expect(ss_engine_sequence(duo.server.engine, SS_OUT) == 0);
    cr_assert(ss_engine_autopilot(duo.server.engine, SS_LAYER_TRANSPORT) == SS_OK);
    duo_run(&duo);
    cr_expect(ss_engine_session_id(duo.client.engine).size == 32);
    cr_expect(ss_span_eq(ss_engine_session_id(duo.client.engine),
                         ss_engine_session_id(duo.server.engine)));
    duo_fini(&duo);
}
