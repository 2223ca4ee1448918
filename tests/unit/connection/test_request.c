/* SPDX-License-Identifier: Apache-2.0 */
/* test_request.c - channel requests and their replies, both ways.
 *
 * Follows: RFC 4254 section 5.4. */
#include "tests/unit/connection/kit.h"

TestSuite(request, .fini = test_counted_check);

#define UNASKED "RFC4254-5.4-request-unsolicited-reply"

static ss_err reply(struct fake *fake, uint32_t ch, uint32_t place, bool success)
{
    struct ss_command command = kit_command(SS_CMD_CHANNEL_REPLY, ch);

    command.number = place;
    command.flag = success;
    return fake_do(fake, command);
}

/* rule: RFC4254-4-channel-replies-ordered */
Test(request, replies_go_out_in_the_order_of_the_requests)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 5), i;
    const struct ss_msg_channel_success *sent;

    for (i = 1; i <= 3; i++) {
        struct fake_event event;

        cr_assert(kit_request(fake, ch, i == 2 ? "no-such@example.com" : "shell", true) == SS_OK);
        event = fake_event(fake, SS_EVENT_CHANNEL_REQUEST);
        cr_expect(event.channel == ch && event.number == i && event.flag);
        cr_expect(event.def == ss_msgdef_of(SS_MSG_channel_request));
    }
    cr_assert(reply(fake, ch, 3, true) == SS_OK);
    fake_act(fake);
    fake_quiet(fake);
    cr_assert(reply(fake, ch, 0, true) == SS_OK, "0 is the oldest");
    fake_act(fake);
    sent = fake_expect(fake, SS_MSG_channel_success);
    cr_expect(sent->recipient_channel == 5);
    fake_quiet(fake);
    cr_assert(reply(fake, ch, 2, false) == SS_OK);
    fake_act(fake);
    (void)fake_expect(fake, SS_MSG_channel_failure);
    (void)fake_expect(fake, SS_MSG_channel_success);
    fake_quiet(fake);
    kit_free(fake);
}

/* rule: RFC4254-5.4-request-no-reply */
Test(request, a_request_that_wanted_no_reply_gets_none)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 5);

    cr_assert(kit_request(fake, ch, "quiet@example.com", false) == SS_OK);
    cr_expect(!fake_event(fake, SS_EVENT_CHANNEL_REQUEST).flag);
    cr_assert(reply(fake, ch, 0, true) == SS_OK);
    cr_assert(reply(fake, ch, 1, true) == SS_OK);
    fake_act(fake);
    fake_quiet(fake);
    cr_expect(reply(fake, ch, 2, true) == SS_E_bad_argument, "there was no second request");
    cr_expect(reply(fake, ch + 1, 0, true) == SS_E_not_found);
    kit_free(fake);
}

Test(request, each_channel_has_its_own_order)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t a = kit_accept(fake, 5), b = kit_accept(fake, 6);
    const struct ss_msg_channel_success *sent;

    cr_assert(kit_request(fake, a, "x", true) == SS_OK);
    cr_assert(kit_request(fake, b, "y", true) == SS_OK);
    cr_assert(reply(fake, b, 0, true) == SS_OK);
    cr_assert(reply(fake, a, 0, true) == SS_OK);
    fake_act(fake);
    sent = fake_expect(fake, SS_MSG_channel_success);
    cr_expect(sent->recipient_channel == 6);
    sent = fake_expect(fake, SS_MSG_channel_success);
    cr_expect(sent->recipient_channel == 5);
    kit_free(fake);
}

Test(request, a_reply_by_hand_settles_the_oldest)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 5);
    struct ss_msg_channel_success hand = {.recipient_channel = 5};

    cr_assert(kit_request(fake, ch, "a", true) == SS_OK);
    cr_assert(kit_request(fake, ch, "b", true) == SS_OK);
    (void)fake_event(fake, SS_EVENT_CHANNEL_REQUEST);
    (void)fake_event(fake, SS_EVENT_CHANNEL_REQUEST);
    cr_assert(reply(fake, ch, 1, true) == SS_OK); /* queued, and then said by hand */
    cr_assert(fake_by_hand(fake, SS_MSG_channel_success, &hand, NULL, 0) == SS_OK);
    fake_act(fake);
    fake_quiet(fake);
    cr_assert(reply(fake, ch, 0, false) == SS_OK);
    fake_act(fake);
    (void)fake_expect(fake, SS_MSG_channel_failure);
    cr_assert(fake_by_hand(fake, SS_MSG_channel_success, &hand, NULL, 0) == SS_OK, "unasked");
    hand.recipient_channel = 77;
    cr_assert(fake_by_hand(fake, SS_MSG_channel_success, &hand, NULL, 0) == SS_OK, "to nobody");
    fake_quiet(fake);
    kit_free(fake);
}

Test(request, too_many_unanswered_requests_are_a_fault)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 5);
    int i;

    for (i = 0; i < SS_CONNECTION_UNANSWERED; i++)
        cr_assert(kit_request(fake, ch, "x", true) == SS_OK);
    cr_expect(kit_request(fake, ch, "x", false) == SS_OK);
    cr_expect(kit_request(fake, ch, "x", true) == SS_E_too_many);
    fake_failed(fake, SS_E_too_many, NULL);
    kit_free(fake);
}

Test(request, ours_are_filled_in_and_replies_come_back_in_order)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = kit_open(fake, 5);
    const struct ss_msg_channel_request *sent;
    struct fake_event event;

    cr_assert(kit_ask(fake, ch, "shell", true) == SS_OK);
    cr_assert(kit_ask(fake, ch, "quiet@x", false) == SS_OK);
    cr_assert(kit_ask(fake, ch, "two@x", true) == SS_OK);
    fake_act(fake);
    sent = fake_expect(fake, SS_MSG_channel_request);
    cr_expect(sent->recipient_channel == 5 && sent->want_reply);
    cr_expect(ss_span_is(sent->request_type, "shell"));
    (void)fake_expect(fake, SS_MSG_channel_request);
    (void)fake_expect(fake, SS_MSG_channel_request);
    cr_assert(kit_plain(fake, SS_MSG_channel_success, ch) == SS_OK);
    event = fake_event(fake, SS_EVENT_CHANNEL_REPLY);
    cr_expect(event.channel == ch && event.number == 1 && event.flag);
    cr_assert(kit_plain(fake, SS_MSG_channel_failure, ch) == SS_OK);
    event = fake_event(fake, SS_EVENT_CHANNEL_REPLY);
    cr_expect(event.number == 2 && !event.flag);
    cr_expect(kit_plain(fake, SS_MSG_channel_success, ch) == SS_E_unasked_reply);
    fake_failed(fake, SS_E_unasked_reply, UNASKED);
    kit_free(fake);
}

Test(request, a_failure_nobody_asked_for_is_a_fault)
{
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 5);

    cr_expect(kit_plain(fake, SS_MSG_channel_failure, ch) == SS_E_unasked_reply);
    fake_failed(fake, SS_E_unasked_reply, UNASKED);
    kit_free(fake);
}

Test(request, a_request_by_hand_makes_its_reply_welcome)
{
    struct fake *fake = kit_new(SS_CLIENT);
    uint32_t ch = kit_open(fake, 5);
    struct ss_msg_channel_request hand = {
        .recipient_channel = 5, .request_type = ss_span_of("x"), .want_reply = true};

    cr_assert(fake_by_hand(fake, SS_MSG_channel_request, &hand, NULL, 0) == SS_OK);
    cr_assert(kit_plain(fake, SS_MSG_channel_success, ch) == SS_OK);
    cr_expect(fake_event(fake, SS_EVENT_CHANNEL_REPLY).flag);
    hand.want_reply = false;
    cr_assert(fake_by_hand(fake, SS_MSG_channel_request, &hand, NULL, 0) == SS_OK);
    cr_expect(kit_plain(fake, SS_MSG_channel_success, ch) == SS_E_unasked_reply);
    kit_free(fake);
}

Test(request, what_is_no_request_is_turned_away)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_msg_channel_eof eof = {0};
    struct ss_msg msg = {ss_msgdef_of(SS_MSG_channel_eof), &eof, {NULL, 0}};
    struct ss_command command = kit_command(SS_CMD_CHANNEL_REQUEST, kit_open(fake, 5));

    cr_expect(fake_do(fake, command) == SS_E_bad_argument);
    command.message = &msg;
    cr_expect(fake_do(fake, command) == SS_E_bad_argument);
    cr_expect(kit_ask(fake, command.channel, "exec", true) == SS_E_bad_argument, "no command");
    cr_expect(kit_ask(fake, command.channel + 1, "shell", true) == SS_E_not_found);
    fake_act(fake);
    fake_quiet(fake);
    kit_free(fake);
}

Test(request, a_reply_that_lacks_memory_may_be_tried_again)
{
    struct ss_counted *counted = test_counted();
    struct fake *fake = kit_new(SS_SERVER);
    uint32_t ch = kit_accept(fake, 5);
    size_t i;

    for (i = 0; i < 100; i++) { /* until the queue's block is full */
        ss_err err;

        cr_assert(kit_request(fake, ch, "x", true) == SS_OK);
        counted->fail_at = counted->calls + 1;
        counted->fail_after = true;
        err = reply(fake, ch, 0, true);
        counted->fail_at = 0;
        counted->fail_after = false;
        if (err == SS_OK)
            continue;
        cr_assert(err == SS_E_no_memory);
        cr_assert(reply(fake, ch, 0, true) == SS_OK);
        break;
    }
    cr_expect(i < 100);
    fake_act(fake);
    cr_expect(fake->sent_count == i + 1);
    kit_free(fake);
}
