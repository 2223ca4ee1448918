/* SPDX-License-Identifier: Apache-2.0 */
/* test_control.c - DISCONNECT, IGNORE, DEBUG, UNIMPLEMENTED, PING and PONG.
 *
 * Follows: RFC 4253 section 11; OpenSSH PROTOCOL 1.8. */
#include <criterion/criterion.h>

#include "layer_pair.h"

TestSuite(control, .fini = test_counted_check);

static const struct ss_command again = {.kind = SS_CMD_KEXINIT};

Test(control, a_disconnect_goes_at_once_and_ends_the_other_side)
{
    struct ss_command bye = {
        .kind = SS_CMD_DISCONNECT, .number = 4711, .text = ss_span_of("enough")};
    struct pair pair;
    const struct pair_event *event;

    pair_up(&pair);
    cr_assert(pair_do(&pair.c, &bye) == SS_OK);
    cr_expect(pair_run(&pair) == SS_E_peer_disconnected);
    event = pair_event(&pair.s, SS_EVENT_DISCONNECTED, 0);
    cr_assert(event != NULL);
    cr_expect(event->number == 4711);
    cr_expect_str_eq(event->text, "enough");
    pair_fini(&pair);

    /* Without a reason it has one; and it is legal in the middle of a strict exchange. */
    pair_init(&pair, &test_counted()->env);
    cr_assert(pair_start(&pair) == SS_OK);
    cr_assert(pair_act(&pair.c) == SS_OK);
    bye.number = 0;
    cr_assert(pair_do(&pair.c, &bye) == SS_OK);
    cr_expect(pair_run(&pair) == SS_E_peer_disconnected);
    cr_expect(pair_event(&pair.s, SS_EVENT_DISCONNECTED, 0)->number ==
              SS_DISCONNECT_BY_APPLICATION);
    pair_fini(&pair);
}

Test(control, ignore_debug_and_unimplemented_disturb_nothing)
{
    static const enum ss_msgid ids[] = {SS_MSG_ignore, SS_MSG_debug, SS_MSG_unimplemented};
    struct pair pair;
    size_t i;

    pair_up(&pair);
    for (i = 0; i < SS_COUNT(ids); i++) {
        size_t events = pair.s.event_count;

        pair.c.link.inbound_sequence = 77;
        cr_assert(pair_say(&pair.c, ids[i]) == SS_OK && pair_run(&pair) == SS_OK);
        cr_expect(pair.s.event_count == events + (ids[i] == SS_MSG_unimplemented ? 1 : 0));
    }
    cr_expect(pair_event(&pair.s, SS_EVENT_UNIMPLEMENTED, 0)->number == 77);
    cr_expect(pair_sent_count(&pair.s, 3) == 0, "never answered");
    pair_fini(&pair);
}

/* rule: STRICTKEX-3.2-no-ignore-debug-unimpl */
Test(control, in_a_strict_first_exchange_they_are_fatal)
{
    static const enum ss_msgid ids[] = {SS_MSG_ignore, SS_MSG_debug, SS_MSG_unimplemented};
    size_t i;

    for (i = 0; i < SS_COUNT(ids); i++) {
        struct pair pair;

        pair_init(&pair, &test_counted()->env);
        pair.s.by_hand = true;
        cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
        cr_assert(pair_say(&pair.s, SS_MSG_kexinit) == SS_OK);
        cr_assert(pair_say(&pair.s, ids[i]) == SS_OK);
        cr_expect(pair_run(&pair) == SS_E_strict_violation);
        cr_expect_str_eq(pair.c.rule, "STRICTKEX-3.2-no-ignore-debug-unimpl");
        pair_fini(&pair);
    }
}

Test(control, pings_are_answered_in_order)
{
    struct ss_command ping = {.kind = SS_CMD_PING, .data = ss_span_of("one")};
    struct pair pair;

    pair_up(&pair);
    cr_assert(pair_do(&pair.c, &ping) == SS_OK);
    ping.data = ss_span_of("");
    cr_assert(pair_do(&pair.c, &ping) == SS_OK);
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(pair_event_count(&pair.c, SS_EVENT_PONG) == 2);
    cr_expect_str_eq(pair_event(&pair.c, SS_EVENT_PONG, 0)->data, "one");
    cr_expect_str_eq(pair_event(&pair.c, SS_EVENT_PONG, 1)->data, "");
    cr_expect(ss_buf_size(&pair.c.layer->held) == 0 && ss_buf_size(&pair.s.layer->held) == 0);
    pair_fini(&pair);
}

Test(control, ping_needs_an_announcement)
{
    struct ss_command ping = {.kind = SS_CMD_PING, .data = ss_span_of("x")};
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.s.config.ping = false;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(pair_do(&pair.c, &ping) == SS_E_usage);
    cr_assert(pair_say(&pair.c, SS_MSG_ping) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(pair_sent_count(&pair.s, 193) == 0 && pair.s.notes == 1);
    pair_fini(&pair);
}

/* rule: RFC4253-7.1-only-kex-after-kexinit: a PING in flight is answered after NEWKEYS. */
Test(control, a_pong_waits_for_the_end_of_the_exchange)
{
    struct ss_command ping = {.kind = SS_CMD_PING, .data = ss_span_of("late")};
    struct pair pair;

    pair_up(&pair);
    cr_assert(pair_do(&pair.c, &ping) == SS_OK && pair_act(&pair.c) == SS_OK);
    cr_assert(pair_do(&pair.s, &again) == SS_OK && pair_act(&pair.s) == SS_OK);
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect_str_eq(pair_sent_numbers(&pair.s), "20 31 21 7 20 31 21 193");
    cr_expect_str_eq(pair_event(&pair.c, SS_EVENT_PONG, 0)->data, "late");

    /* And a PING asked for during an exchange. */
    cr_assert(pair_do(&pair.c, &again) == SS_OK && pair_act(&pair.c) == SS_OK);
    cr_assert(pair_do(&pair.c, &ping) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect_str_eq(pair_sent_numbers(&pair.c), "20 30 21 7 192 20 30 21 20 30 21 192");
    pair_fini(&pair);
}

Test(control, a_pong_by_hand_is_the_one_that_was_due)
{
    struct ss_command ping = {.kind = SS_CMD_PING, .data = ss_span_of("a")};
    struct pair pair;
    struct ss_msg msg;

    pair_up(&pair);
    pair.s.by_hand = true;
    cr_assert(pair_do(&pair.c, &ping) == SS_OK && pair_run(&pair) == SS_OK);
    msg = pair_compose(&pair.s, SS_MSG_pong);
    cr_expect(ss_span_is(((struct ss_msg_pong *)msg.body)->data, "a"));
    ((struct ss_msg_pong *)msg.body)->data = ss_span_of("b");
    cr_assert(pair_send(&pair.s, &msg) == SS_OK);
    cr_assert(pair_send(&pair.s, &msg) == SS_OK, "one too many takes nothing away");
    pair.s.by_hand = false;
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(pair_sent_count(&pair.s, 193) == 2);
    cr_expect_str_eq(pair_event(&pair.c, SS_EVENT_PONG, 1)->data, "b");
    pair_fini(&pair);
}

/* Answers that cannot go out are bounded. */
Test(control, a_flood_of_pings_during_our_exchange_ends)
{
    static uint8_t payload[5 + 30000] = {192, 0, 0, 30000 >> 8, 30000 & 0xff};
    struct pair pair;
    size_t n;

    pair_up(&pair);
    cr_assert(pair_do(&pair.s, &again) == SS_OK && pair_act(&pair.s) == SS_OK);
    pair.c.by_hand = true;
    for (n = 0; n < 20 && pair.s.err == SS_OK; n++) {
        cr_assert(pair_send_payload(&pair.c, ss_span_make(payload, sizeof payload)) == SS_OK);
        (void)pair_take(&pair.s);
    }
    cr_expect(pair.s.err == SS_E_too_many && n == 9, "%zu", n);
    pair_fini(&pair);
}
