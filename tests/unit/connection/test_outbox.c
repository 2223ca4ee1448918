/* SPDX-License-Identifier: Apache-2.0 */
/* test_outbox.c - commands while nothing can be sent: kept in order, bounded, told when it is over.
 *
 * Follows: RFC 4253 section 7.1 (what waits during a key exchange). */
#include "tests/unit/connection/kit.h"

TestSuite(outbox, .fini = test_counted_check);

Test(outbox, what_waits_goes_out_in_the_order_it_was_asked_for)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_command open = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session")};
    uint32_t ch = kit_open(fake, 5);
    char type[8] = "first@x";

    fake->link.may_send = false;
    cr_assert(kit_ask(fake, ch, type, true) == SS_OK);
    memset(type, '?', sizeof type); /* the message was copied */
    cr_assert(kit_send(fake, ch, 3) == SS_OK);
    cr_assert(fake_do(fake, open) == SS_OK);
    cr_assert(kit_ask_global(fake, "keepalive@openssh.com", true) == SS_OK);
    cr_assert(kit_send(fake, ch, 4) == SS_OK);
    fake_quiet(fake);
    fake->link.may_send = true;
    cr_assert(kit_send(fake, ch, 5) == SS_OK, "does not overtake");
    fake_quiet(fake);
    fake_act(fake);
    cr_expect(ss_span_is(
        ((struct ss_msg_channel_request *)fake_expect(fake, SS_MSG_channel_request))->request_type,
        "first@x"));
    cr_expect(((struct ss_msg_channel_data *)fake_expect(fake, SS_MSG_channel_data))->data.size ==
              3);
    (void)fake_expect(fake, SS_MSG_channel_open);
    (void)fake_expect(fake, SS_MSG_global_request);
    cr_expect(((struct ss_msg_channel_data *)fake_expect(fake, SS_MSG_channel_data))->data.size ==
              4);
    cr_expect(((struct ss_msg_channel_data *)fake_expect(fake, SS_MSG_channel_data))->data.size ==
              5);
    fake_quiet(fake);
    kit_free(fake);
}

Test(outbox, the_queue_is_bounded_by_count_and_says_when_it_is_empty_again)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = kit_open(fake, 5);
    struct ss_command open = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session")};
    int i;

    fake->link.may_send = false;
    for (i = 0; i < SS_CONNECTION_QUEUE; i++)
        cr_assert(kit_send(fake, ch, 1) == SS_OK);
    cr_expect(ss_connection_writable(fake->layer, ch) == 0);
    cr_expect(kit_send(fake, ch, 1) == SS_E_would_block);
    cr_expect(kit_info(fake, ch).window_out == KIT_WINDOW - SS_CONNECTION_QUEUE);
    cr_expect(kit_ask(fake, ch, "x", false) == SS_E_would_block);
    cr_expect(kit_ask_global(fake, "x", false) == SS_E_would_block);
    cr_expect(fake_do(fake, open) == SS_E_would_block);
    cr_expect(fake_do(fake, kit_command(SS_CMD_CHANNEL_EOF, ch)) == SS_OK, "an end always fits");
    fake_act(fake);
    cr_expect(fake->sent_count == SS_CONNECTION_QUEUE + 1);
    cr_expect(fake_event(fake, SS_EVENT_CHANNEL_WRITABLE).channel == ch);
    fake_act(fake);
    cr_expect(fake->event_count == 0);
    kit_free(fake);
}

Test(outbox, the_queue_is_bounded_by_bytes)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_channel_open open = {.channel_type = ss_span_of("session"),
                                       .initial_window_size = UINT32_MAX,
                                       .maximum_packet_size = UINT32_MAX};
    size_t room;

    cr_assert(fake_take(fake, SS_MSG_channel_open, &open) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_OPEN);
    fake_done(fake, kit_command(SS_CMD_CHANNEL_ACCEPT, 0));
    (void)fake_expect(fake, SS_MSG_channel_open_confirmation);
    fake->link.may_send = false;
    cr_expect(kit_send(fake, 0, SS_CONNECTION_QUEUE_BYTES) == SS_E_would_block);
    cr_assert(kit_send(fake, 0, 200000) == SS_OK);
    room = ss_connection_writable(fake->layer, 0);
    cr_expect(room > 60000 && room < 62144, "%zu", room);
    cr_expect(kit_send(fake, 0, room + 20) == SS_E_would_block);
    cr_expect(kit_send(fake, 0, room) == SS_OK, "what writable says is taken");
    cr_expect(ss_connection_writable(fake->layer, 0) == 0);
    fake_act(fake);
    cr_expect(fake->sent_count == 2);
    (void)fake_event(fake, SS_EVENT_CHANNEL_WRITABLE);
    kit_free(fake);
}

Test(outbox, a_send_that_fails_is_tried_again_and_nothing_is_lost)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = kit_open(fake, 5);

    cr_assert(kit_ask(fake, ch, "a", true) == SS_OK);
    cr_assert(kit_ask(fake, ch, "b", true) == SS_OK);
    cr_assert(kit_plain(fake, SS_MSG_channel_close, ch) == SS_OK);
    fake->send_error = SS_E_ceiling;
    cr_expect(fake->ops->act(fake->layer) == SS_E_ceiling);
    fake_act(fake);
    (void)fake_expect(fake, SS_MSG_channel_request);
    (void)fake_expect(fake, SS_MSG_channel_request);
    (void)fake_expect(fake, SS_MSG_channel_close);
    (void)fake_event(fake, SS_EVENT_CHANNEL_CLOSED);
    ch = kit_open(fake, 6);
    cr_assert(kit_plain(fake, SS_MSG_channel_close, ch) == SS_OK);
    fake->send_error = SS_E_ceiling;
    cr_expect(fake->ops->act(fake->layer) == SS_E_ceiling, "the answer to a close");
    fake_act(fake);
    (void)fake_expect(fake, SS_MSG_channel_close);
    kit_free(fake);
}

Test(outbox, an_open_said_by_hand_under_a_queued_number_is_not_mixed_up)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_command command = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session")};
    struct ss_msg_channel_open open = {.channel_type = ss_span_of("session")};

    cr_assert(fake_do(fake, command) == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_channel_open, &open, NULL, 0) == SS_OK);
    cr_expect(fake->notes == 1, "number 0 is ours already");
    fake_act(fake);
    (void)fake_expect(fake, SS_MSG_channel_open);
    fake_quiet(fake);
    kit_free(fake);
}
