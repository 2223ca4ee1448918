/* SPDX-License-Identifier: Apache-2.0 */
/* test_command.c - commands, composing, time. */
#include <criterion/criterion.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(command, .fini = test_counted_check);

Test(command, a_command_that_no_layer_knows_is_refused)
{
    struct ss_command command = {.kind = SS_CMD_COUNT};
    struct duo duo;

    duo_init(&duo, 1);
    duo_start(&duo);
    cr_expect(ss_engine_do(duo.client.engine, &command, NULL) == SS_E_unsupported);
    duo_fini(&duo);
}

Test(command, a_disconnect_is_the_last_thing_that_is_sent)
{
    struct ss_command command = {
        .kind = SS_CMD_DISCONNECT, .number = 11, .text = ss_span_of("enough")};
    struct duo duo;

    duo_init(&duo, 1);
    duo_start(&duo);
    duo.client.on_event = quiet_event;
    duo_run(&duo);
    cr_assert(!ss_engine_finished(duo.client.engine));
    (void)duo_do(&duo.client, &command, NULL);
    cr_expect(ss_engine_finished(duo.client.engine));
    cr_expect(ss_engine_output(duo.client.engine).size > 0, "it has yet to be written");
    cr_expect(ss_engine_do(duo.client.engine, &command, NULL) == SS_E_closed);
    duo_run(&duo);
    cr_expect(log_has(&duo.server, "28 ch=0 n=11 f=0 text=enough"));
    cr_expect(ss_engine_deadline(duo.client.engine) == SS_NEVER);
    duo_fini(&duo);
}

/* Composed by hand, message by message, a key exchange comes to its end as on autopilot. */
Test(command, a_key_exchange_by_hand_from_composed_messages)
{
    static const enum ss_msgid order[] = {SS_MSG_kexinit, SS_MSG_kex_ecdh_init, SS_MSG_newkeys};
    struct ss_arena arena;
    struct duo duo;

    duo_init(&duo, 1);
    hand_greet(&duo);
    ss_arena_init(&arena, test_env(), 1 << 20);
    duo.client.by_hand = false;
    cr_assert(ss_engine_settle(duo.client.engine, SS_PASS) == SS_OK);
    for (size_t i = 0; i < SS_COUNT(order); i++) {
        struct ss_msg msg;

        cr_assert(ss_msg_new(&arena, ss_msgdef_of(order[i]), NULL, &msg) == SS_OK);
        cr_assert(ss_engine_compose(duo.client.engine, &msg) == SS_OK, "%zu", i);
        cr_assert(ss_engine_send(duo.client.engine, &msg, NULL, 0) == SS_OK, "%zu", i);
        duo_run(&duo);
        cr_assert(ss_engine_fault(duo.server.engine) == NULL, "%zu: %s", i,
                  ss_err_name(ss_engine_fault(duo.server.engine)->err));
    }
    cr_expect(ss_engine_negotiated(duo.server.engine)->epoch == 1);
    cr_expect(ss_engine_negotiated(duo.client.engine)->epoch == 1);
    cr_expect(ss_engine_phase(duo.server.engine) == SS_PHASE_SERVICE);
    ss_arena_fini(&arena);
    duo_fini(&duo);
}

Test(command, composing_needs_a_message_and_leaves_alone_what_nobody_knows)
{
    struct ss_msg_newcompress body = {.end = 7};
    struct ss_msg msg = {.def = NULL};
    struct duo duo;

    duo_init(&duo, 1);
    duo_start(&duo);
    cr_expect(ss_engine_compose(duo.client.engine, &msg) == SS_E_bad_argument);
    msg.def = ss_msgdef_of(SS_MSG_newcompress);
    msg.body = &body;
    cr_expect(ss_engine_compose(duo.client.engine, &msg) == SS_OK && body.end == 7);
    duo_fini(&duo);
}

/* rule: counted from the beginning, not from the last byte */
Test(command, a_login_that_takes_too_long_is_a_fault)
{
    struct duo duo;
    struct ss_event event;

    duo_init(&duo, 1);
    duo.server.config.login_time = 5000;
    duo.client.config.login_time = 0;
    duo.client.config.rekey_time = 0;
    duo_start(&duo);
    cr_expect(ss_engine_deadline(duo.client.engine) == SS_NEVER);
    cr_expect(ss_engine_deadline(duo.server.engine) == 6000);
    cr_assert(ss_engine_feed(duo.server.engine, ss_span_of("S"), 4000) == SS_OK);
    cr_assert(ss_engine_tick(duo.server.engine, 5999) == SS_OK);
    cr_expect(ss_engine_fault(duo.server.engine) == NULL);
    cr_assert(ss_engine_tick(duo.server.engine, 6000) == SS_OK);
    cr_assert(ss_engine_poll(duo.server.engine, &event));
    cr_expect(event.type == SS_EVENT_FAULT && event.fault->err == SS_E_timeout);
    cr_expect(ss_engine_deadline(duo.server.engine) == SS_NEVER);
    cr_assert(ss_engine_tick(duo.server.engine, 7000) == SS_OK);
    duo_fini(&duo);
}

/* The deadline of the transport: new keys after a time. */
Test(command, keys_are_exchanged_again_after_a_time)
{
    struct duo duo;

    duo_init(&duo, 1);
    duo.client.config.rekey_time = 1000;
    duo.plan.hold_open = true;
    duo_start(&duo);
    duo_run(&duo);
    cr_assert(ss_engine_negotiated(duo.client.engine)->epoch == 1);
    cr_assert(ss_engine_deadline(duo.client.engine) == 2000);
    duo.now = 2000;
    cr_assert(ss_engine_tick(duo.client.engine, 2000) == SS_OK);
    duo_run(&duo);
    cr_expect(ss_engine_negotiated(duo.client.engine)->epoch == 2);
    cr_expect(ss_engine_negotiated(duo.server.engine)->epoch == 2);
    cr_expect(ss_engine_deadline(duo.client.engine) == 3000);
    duo_fini(&duo);
}
