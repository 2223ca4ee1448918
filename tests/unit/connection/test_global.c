/* SPDX-License-Identifier: Apache-2.0 */
/* test_global.c - global requests and their replies, both ways.
 *
 * Follows: RFC 4254 section 4. */
#include "tests/unit/connection/kit.h"

TestSuite(global, .fini = test_counted_check);

#define UNASKED "RFC4254-4-unsolicited-global-reply"

static ss_err reply(struct fake *fake, uint32_t place, bool success, const char *data)
{
    struct ss_command command = kit_command(SS_CMD_GLOBAL_REPLY, 0);

    command.number = place;
    command.flag = success;
    command.data = ss_span_of(data);
    return fake_do(fake, command);
}

/* rule: RFC4254-4-global-replies-ordered */
Test(global, replies_go_out_in_order_with_their_data)
{
    struct fake *fake = kit_new(SS_SERVER);
    const struct ss_msg_request_success *yes;
    uint32_t i;

    for (i = 1; i <= 3; i++) {
        struct fake_event event;

        cr_assert(kit_global(fake, "ask@example.com", true) == SS_OK);
        event = fake_event(fake, SS_EVENT_GLOBAL_REQUEST);
        cr_expect(event.number == i && event.flag);
        cr_expect(event.def == ss_msgdef_of(SS_MSG_global_request));
    }
    cr_assert(reply(fake, 2, false, "ignored when it failed") == SS_OK);
    cr_assert(reply(fake, 3, true, "three") == SS_OK);
    fake_act(fake);
    fake_quiet(fake);
    cr_assert(reply(fake, 0, true, "one") == SS_OK);
    fake_act(fake);
    yes = fake_expect(fake, SS_MSG_request_success);
    cr_expect(ss_span_is(yes->data, "one"));
    (void)fake_expect(fake, SS_MSG_request_failure);
    yes = fake_expect(fake, SS_MSG_request_success);
    cr_expect(ss_span_is(yes->data, "three"));
    fake_quiet(fake);
    cr_expect(reply(fake, 4, true, "") == SS_E_bad_argument);
    kit_free(fake);
}

/* rule: RFC4254-4-global-request-noreply */
Test(global, a_request_that_wanted_no_reply_gets_none)
{
    struct fake *fake = kit_new(SS_CLIENT);

    cr_assert(kit_global(fake, "hello@example.com", false) == SS_OK);
    cr_expect(!fake_event(fake, SS_EVENT_GLOBAL_REQUEST).flag);
    cr_assert(reply(fake, 0, false, "") == SS_OK);
    cr_assert(reply(fake, 1, false, "") == SS_OK);
    fake_act(fake);
    fake_quiet(fake);
    kit_free(fake);
}

Test(global, ours_and_their_replies)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_msg_request_success yes = {.data = ss_span_of("port")};
    struct ss_msg_request_failure no = {0};
    const struct ss_msg_global_request *sent;
    struct fake_event event;

    cr_assert(kit_ask_global(fake, "a@x", true) == SS_OK);
    cr_assert(kit_ask_global(fake, "b@x", false) == SS_OK);
    cr_assert(kit_ask_global(fake, "c@x", true) == SS_OK);
    fake_act(fake);
    sent = fake_expect(fake, SS_MSG_global_request);
    cr_expect(ss_span_is(sent->request_name, "a@x") && sent->want_reply);
    (void)fake_expect(fake, SS_MSG_global_request);
    (void)fake_expect(fake, SS_MSG_global_request);
    cr_assert(fake_take(fake, SS_MSG_request_success, &yes) == SS_OK);
    event = fake_event(fake, SS_EVENT_GLOBAL_REPLY);
    cr_expect(event.flag && event.number == 1 && strcmp(event.data, "port") == 0);
    cr_assert(fake_take(fake, SS_MSG_request_failure, &no) == SS_OK);
    event = fake_event(fake, SS_EVENT_GLOBAL_REPLY);
    cr_expect(!event.flag && event.number == 2);
    cr_expect(fake_take(fake, SS_MSG_request_failure, &no) == SS_E_unasked_reply);
    fake_failed(fake, SS_E_unasked_reply, UNASKED);
    kit_free(fake);
}

Test(global, a_success_nobody_asked_for_is_a_fault)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_request_success yes = {.data = ss_span_of("")};

    cr_expect(fake_take(fake, SS_MSG_request_success, &yes) == SS_E_unasked_reply);
    fake_failed(fake, SS_E_unasked_reply, UNASKED);
    kit_free(fake);
}

Test(global, what_is_sent_by_hand_is_counted)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_msg_global_request ask = {.request_name = ss_span_of("x"), .want_reply = true};
    struct ss_msg_request_failure no = {0};

    cr_assert(fake_by_hand(fake, SS_MSG_global_request, &ask, NULL, 0) == SS_OK);
    cr_assert(fake_take(fake, SS_MSG_request_failure, &no) == SS_OK);
    (void)fake_event(fake, SS_EVENT_GLOBAL_REPLY);
    cr_assert(kit_global(fake, "a@x", true) == SS_OK);
    cr_assert(reply(fake, 0, true, "") == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_request_failure, &no, NULL, 0) == SS_OK);
    fake_act(fake);
    cr_expect(fake->sent_count == 0, "the reply was given by hand");
    kit_free(fake);
}

Test(global, too_many_unanswered_requests_are_a_fault)
{
    struct fake *fake = kit_new(SS_SERVER);
    int i;

    for (i = 0; i < SS_CONNECTION_UNANSWERED; i++)
        cr_assert(kit_global(fake, "x", true) == SS_OK);
    cr_expect(kit_global(fake, "x", true) == SS_E_too_many);
    fake_failed(fake, SS_E_too_many, NULL);
    kit_free(fake);
}

Test(global, what_is_no_request_is_turned_away)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_command command = kit_command(SS_CMD_GLOBAL_REQUEST, 0);

    cr_expect(fake_do(fake, command) == SS_E_bad_argument);
    cr_expect(kit_ask_global(fake, "tcpip-forward", true) == SS_E_bad_argument, "no address");
    kit_free(fake);
}

Test(global, a_reply_that_lacks_memory_may_be_tried_again)
{
    struct ss_counted *counted = test_counted();
    size_t n;

    for (n = 1;; n++) {
        struct fake *fake = kit_new(SS_SERVER);
        ss_err err;

        cr_assert(kit_global(fake, "x", true) == SS_OK);
        counted->fail_at = counted->calls + n;
        counted->fail_after = true;
        err = reply(fake, 0, true, "data");
        counted->fail_at = 0;
        counted->fail_after = false;
        if (err != SS_OK) {
            cr_assert(err == SS_E_no_memory);
            cr_assert(reply(fake, 0, true, "data") == SS_OK);
        }
        fake_act(fake);
        (void)fake_expect(fake, SS_MSG_request_success);
        (void)fake_event(fake, SS_EVENT_GLOBAL_REQUEST);
        fake_quiet(fake);
        kit_free(fake);
        if (err == SS_OK)
            break;
    }
    cr_expect(n == 3, "the copy and the queue: %zu", n);
}
