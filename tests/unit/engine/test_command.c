/* SPDX-License-Identifier: Apache-2.0 */
/* test_command.c - commands, composing, time. */
#include <criterion/criterion.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(command, .fini = test_counted_check);

Test(command, a_command_that_no_layer_knows_is_refused)
{
    struct ss_command command = {.kind = SS_CMD_COUNT};
    struct pair pair;

    pair_init(&pair, 1);
    pair_start(&pair);
    cr_expect(ss_engine_do(pair.client.engine, &command, NULL) == SS_E_unsupported);
    pair_fini(&pair);
}

Test(command, a_disconnect_is_the_last_thing_that_is_sent)
{
    struct ss_command command = {
        .kind = SS_CMD_DISCONNECT, .number = 11, .text = ss_span_of("enough")};
    struct pair pair;

    pair_init(&pair, 1);
    pair_start(&pair);
    pair.client.on_event = quiet_event;
    pair_run(&pair);
    cr_assert(!ss_engine_finished(pair.client.engine));
    (void)pair_do(&pair.client, &command, NULL);
    cr_expect(ss_engine_finished(pair.client.engine));
    cr_expect(ss_engine_output(pair.client.engine).size > 0, "it has yet to be written");
    cr_expect(ss_engine_do(pair.client.engine, &command, NULL) == SS_E_closed);
    pair_run(&pair);
    cr_expect(log_has(&pair.server, "28 ch=0 n=11 f=0 text=enough"));
    cr_expect(ss_engine_deadline(pair.client.engine) == SS_NEVER);
    pair_fini(&pair);
}

/* Composed by hand, message by message, a key exchange comes to its end as on autopilot. */
Test(command, a_key_exchange_by_hand_from_composed_messages)
{
    static const enum ss_msgid order[] = {SS_MSG_kexinit, SS_MSG_kex_ecdh_init, SS_MSG_newkeys};
    struct ss_arena arena;
    struct pair pair;

    pair_init(&pair, 1);
    hand_greet(&pair);
    ss_arena_init(&arena, test_env(), 1 << 20);
    pair.client.by_hand = false;
    cr_assert(ss_engine_settle(pair.client.engine, SS_PASS) == SS_OK);
    for (size_t i = 0; i < SS_COUNT(order); i++) {
        struct ss_msg msg;

        cr_assert(ss_msg_new(&arena, ss_msgdef_of(order[i]), NULL, &msg) == SS_OK);
        cr_assert(ss_engine_compose(pair.client.engine, &msg) == SS_OK, "%zu", i);
        cr_assert(ss_engine_send(pair.client.engine, &msg, NULL, 0) == SS_OK, "%zu", i);
        pair_run(&pair);
        cr_assert(ss_engine_fault(pair.server.engine) == NULL, "%zu: %s", i,
                  ss_err_name(ss_engine_fault(pair.server.engine)->err));
    }
    cr_expect(ss_engine_negotiated(pair.server.engine)->epoch == 1);
    cr_expect(ss_engine_negotiated(pair.client.engine)->epoch == 1);
    cr_expect(ss_engine_phase(pair.server.engine) == SS_PHASE_SERVICE);
    ss_arena_fini(&arena);
    pair_fini(&pair);
}

Test(command, composing_needs_a_message_and_leaves_alone_what_nobody_knows)
{
    struct ss_msg_newcompress body = {.end = 7};
    struct ss_msg msg = {.def = NULL};
    struct pair pair;

    pair_init(&pair, 1);
    pair_start(&pair);
    cr_expect(ss_engine_compose(pair.client.engine, &msg) == SS_E_bad_argument);
    msg.def = ss_msgdef_of(SS_MSG_newcompress);
    msg.body = &body;
    cr_expect(ss_engine_compose(pair.client.engine, &msg) == SS_OK && body.end == 7);
    pair_fini(&pair);
}

/* rule: counted from the beginning, not from the last byte */
Test(command, a_login_that_takes_too_long_is_a_fault)
{
    struct pair pair;
    struct ss_event event;

    pair_init(&pair, 1);
    pair.server.config.login_time = 5000;
    pair.client.config.login_time = 0;
    pair.client.config.rekey_time = 0;
    pair_start(&pair);
    cr_expect(ss_engine_deadline(pair.client.engine) == SS_NEVER);
    cr_expect(ss_engine_deadline(pair.server.engine) == 6000);
    cr_assert(ss_engine_feed(pair.server.engine, ss_span_of("S"), 4000) == SS_OK);
    cr_assert(ss_engine_tick(pair.server.engine, 5999) == SS_OK);
    cr_expect(ss_engine_fault(pair.server.engine) == NULL);
    cr_assert(ss_engine_tick(pair.server.engine, 6000) == SS_OK);
    cr_assert(ss_engine_poll(pair.server.engine, &event));
    cr_expect(event.type == SS_EVENT_FAULT && event.fault->err == SS_E_timeout);
    cr_expect(ss_engine_deadline(pair.server.engine) == SS_NEVER);
    cr_assert(ss_engine_tick(pair.server.engine, 7000) == SS_OK);
    pair_fini(&pair);
}

/* The deadline of the transport: new keys after a time. */
Test(command, keys_are_exchanged_again_after_a_time)
{
    struct pair pair;

    pair_init(&pair, 1);
    pair.client.config.rekey_time = 1000;
    pair.client.on_event = quiet_event;
    pair_start(&pair);
    pair_run(&pair);
    cr_assert(ss_engine_negotiated(pair.client.engine)->epoch == 1);
    cr_assert(ss_engine_deadline(pair.client.engine) == 2000);
    pair.now = 2000;
    cr_assert(ss_engine_tick(pair.client.engine, 2000) == SS_OK);
    pair_run(&pair);
    cr_expect(ss_engine_negotiated(pair.client.engine)->epoch == 2);
    cr_expect(ss_engine_negotiated(pair.server.engine)->epoch == 2);
    cr_expect(ss_engine_deadline(pair.client.engine) == 3000);
    pair_fini(&pair);
}
