/* SPDX-License-Identifier: Apache-2.0 */
/* test_client.c - a client's requests and the replies to them; what comes unasked.
 *
 * Follows: RFC 4252 sections 5.1, 5.2, 5.4, 6. */
#include "tests/unit/auth/kit.h"

TestSuite(client, .fini = test_counted_check);

Test(client, none_is_asked_and_its_success_lets_in)
{
    struct fake *fake = kit_new(SS_CLIENT);
    const struct ss_msg_userauth_request *request;
    struct fake_event event;

    cr_assert(fake_do(fake, kit_command(SS_CMD_AUTH_NONE, "ann")) == SS_OK);
    cr_expect(fake->sent_count == 0, "nothing is sent before act");
    fake_act(fake);
    request = kit_sent(fake, SS_TAIL_userauth_request_none);
    cr_expect(ss_span_is(request->user, "ann") && ss_span_is(request->method, "none"));
    cr_expect(ss_auth_context(kit_layer(fake)) == SS_CONTEXT_ANY);
    cr_assert(kit_success(fake) == SS_OK);
    event = fake_event(fake, SS_EVENT_AUTH_DONE);
    cr_expect(strcmp(event.text, "ann") == 0 && strcmp(event.method, "none") == 0);
    cr_expect(fake->link.authenticated && ss_span_is(fake->link.user, "ann"));
    cr_expect(fake_do(fake, kit_command(SS_CMD_AUTH_NONE, "ann")) == SS_E_usage);
    fake_act(fake);
    fake_quiet(fake);
    kit_free(fake);
}

Test(client, failures_ask_for_the_next_method_and_are_counted)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct fake_event event;

    fake_done(fake, kit_command(SS_CMD_AUTH_NONE, "ann"));
    (void)kit_sent(fake, SS_TAIL_userauth_request_none);
    cr_assert(kit_failure(fake, "publickey,password", false) == SS_OK);
    event = fake_event(fake, SS_EVENT_AUTH_NEXT);
    cr_expect(strcmp(event.text, "publickey,password") == 0);
    cr_expect(!event.flag && event.number == 1);
    fake_done(fake, kit_command(SS_CMD_AUTH_PASSWORD, "ann"));
    (void)kit_sent(fake, SS_TAIL_userauth_request_password);
    cr_assert(kit_failure(fake, "publickey", true) == SS_OK);
    event = fake_event(fake, SS_EVENT_AUTH_NEXT);
    cr_expect(event.flag && event.number == 1, "a partial success is no failure");
    fake_quiet(fake);
    kit_free(fake);
}

/* rule: RFC4252-5.1-client-waits-for-reply */
Test(client, one_request_at_a_time)
{
    struct fake *fake = kit_new(SS_CLIENT);

    cr_assert(fake_do(fake, kit_command(SS_CMD_AUTH_NONE, "a")) == SS_OK);
    cr_expect(fake_do(fake, kit_command(SS_CMD_AUTH_NONE, "b")) == SS_E_would_block, "due");
    fake_act(fake);
    cr_expect(fake_do(fake, kit_command(SS_CMD_AUTH_NONE, "b")) == SS_E_would_block, "asked");
    fake_act(fake);
    (void)kit_sent(fake, SS_TAIL_userauth_request_none);
    fake_quiet(fake);
    kit_free(fake);
}

Test(client, replies_that_nobody_asked_for_are_faults)
{
    static const struct {
        enum ss_msgid id;
        const char *rule;
    } rows[] = {
        {SS_MSG_userauth_success, "RFC4252-6-client-unexpected-success"},
        {SS_MSG_userauth_failure, NULL},
        {SS_MSG_userauth_pk_ok, "RFC4252-7-client-unmatched-pk-ok"},
        {SS_MSG_userauth_passwd_changereq, NULL},
        {SS_MSG_userauth_info_request, NULL},
    };
    size_t i, after;

    for (i = 0; i < 2 * SS_COUNT(rows); i++) {
        struct fake *fake = kit_new(SS_CLIENT);
        struct ss_msg msg;

        after = i / SS_COUNT(rows); /* before any request, and after one was answered */
        if (after == 1) {
            fake_done(fake, kit_command(SS_CMD_AUTH_NONE, "a"));
            cr_assert(kit_failure(fake, "", false) == SS_OK);
        }
        cr_assert(ss_msg_new(&fake->peek, ss_msgdef_of(rows[i % SS_COUNT(rows)].id), NULL, &msg) ==
                  SS_OK);
        cr_expect(fake_take(fake, msg.def->id, msg.body) == SS_E_unasked_reply, "%zu", i);
        fake_failed(fake, SS_E_unasked_reply, rows[i % SS_COUNT(rows)].rule);
        cr_expect(!fake->link.authenticated);
        kit_free(fake);
    }
}

/* rule: RFC4252-5.4-banner-accepted */
Test(client, banners_are_told_at_any_time)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_msg_userauth_banner body = {.message = ss_span_of("hello")};

    cr_assert(fake_take(fake, SS_MSG_userauth_banner, &body) == SS_OK);
    cr_expect(strcmp(fake_event(fake, SS_EVENT_BANNER).text, "hello") == 0);
    fake_done(fake, kit_command(SS_CMD_AUTH_NONE, "a"));
    (void)kit_sent(fake, SS_TAIL_userauth_request_none);
    body.message = ss_span_of("");
    cr_assert(fake_take(fake, SS_MSG_userauth_banner, &body) == SS_OK);
    (void)fake_event(fake, SS_EVENT_BANNER);
    cr_assert(kit_success(fake) == SS_OK);
    kit_free(fake);
}

Test(client, commands_of_the_wrong_time_or_role_are_turned_away)
{
    struct fake *fake = fake_new(SS_CLIENT, &ss_auth_ops);
    struct ss_auth *layer = NULL;

    cr_assert(ss_auth_new(&fake->link, &layer) == SS_OK);
    fake->layer = layer;
    cr_expect(fake_do(fake, kit_command(SS_CMD_AUTH_NONE, "a")) == SS_E_usage, "not started");
    fake_act(fake);
    fake_quiet(fake);
    ss_auth_start(layer);
    cr_expect(fake_do(fake, kit_command(SS_CMD_AUTH_ANSWER, "")) == SS_E_usage);
    cr_expect(fake_do(fake, kit_command(SS_CMD_PING, "")) == SS_E_unsupported);
    cr_expect(fake_do(fake, kit_command(SS_CMD_AUTH_KEY, "a")) == SS_E_bad_argument, "no key");
    cr_expect(fake_do(fake, kit_command(SS_CMD_AUTH_NONE, "a")) == SS_OK);
    fake_act(fake);
    cr_expect(fake->event_count == 0, "who asked before the question needs no question");
    kit_free(fake);
    fake = kit_new(SS_SERVER);
    cr_expect(fake_do(fake, kit_command(SS_CMD_AUTH_NONE, "a")) == SS_E_usage);
    kit_free(fake);
}

/* A script says something else than the command wanted; that is what counts. */
Test(client, a_request_by_hand_takes_the_place_of_the_one_that_was_due)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_msg_userauth_request hand = {.user = ss_span_of("bob"),
                                           .service = ss_span_of("ssh-connection"),
                                           .method = ss_span_of("keyboard-interactive")};
    struct fake_event event;
    struct ss_lie lie = {.kind = SS_LIE_APPEND, .bytes = test_hex("00000000 00000000")};

    cr_assert(fake_do(fake, kit_command(SS_CMD_AUTH_PASSWORD, "ann")) == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_userauth_request, &hand, &lie, 1) == SS_OK);
    cr_expect(ss_auth_context(kit_layer(fake)) == SS_CONTEXT_AUTH_KBDINT);
    fake_act(fake);
    fake_quiet(fake);
    cr_assert(kit_success(fake) == SS_OK);
    event = fake_event(fake, SS_EVENT_AUTH_DONE);
    cr_expect(strcmp(event.text, "bob") == 0 && strcmp(event.method, "keyboard-interactive") == 0);
    kit_free(fake);
}

/* rule: RFC4252-5.1-pipelined-requests-in-order */
Test(client, requests_by_hand_are_counted_and_each_may_be_answered)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_msg_userauth_request hand = {.user = ss_span_of("bob"),
                                           .service = ss_span_of("ssh-connection"),
                                           .method = ss_span_of("none")};
    int i;

    for (i = 0; i < 4; i++)
        cr_assert(fake_by_hand(fake, SS_MSG_userauth_request, &hand, NULL, 0) == SS_OK);
    for (i = 0; i < 3; i++)
        cr_assert(kit_failure(fake, "password", false) == SS_OK);
    cr_assert(kit_success(fake) == SS_OK);
    cr_expect(kit_success(fake) == SS_E_unasked_reply);
    kit_free(fake);
}

/* rule: RFC4252-5.1-no-failure-for-aborted */
Test(client, a_request_aborts_a_method_in_steps_and_gets_the_only_reply)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_msg_userauth_request hand = {.user = ss_span_of("bob"),
                                           .service = ss_span_of("ssh-connection"),
                                           .method = ss_span_of("keyboard-interactive")};
    struct ss_lie lie = {.kind = SS_LIE_APPEND, .bytes = test_hex("00000000 00000000")};
    struct ss_msg_userauth_info_request question = {.name = ss_span_of("")};

    cr_assert(fake_by_hand(fake, SS_MSG_userauth_request, &hand, &lie, 1) == SS_OK);
    cr_assert(fake_take(fake, SS_MSG_userauth_info_request, &question) == SS_OK);
    hand.method = ss_span_of("none");
    cr_assert(fake_by_hand(fake, SS_MSG_userauth_request, &hand, NULL, 0) == SS_OK);
    cr_assert(kit_failure(fake, "password", false) == SS_OK);
    cr_expect(kit_failure(fake, "password", false) == SS_E_unasked_reply);
    kit_free(fake);
}

Test(client, what_nobody_can_read_was_no_request)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_msg_userauth_request hand = {.user = ss_span_of("bob"),
                                           .service = ss_span_of("ssh-connection"),
                                           .method = ss_span_of("none")};
    struct ss_msg_ignore ignore = {.data = ss_span_of("x")};
    struct ss_msg none = {NULL, NULL, {NULL, 0}};
    struct ss_lie lie = {.kind = SS_LIE_TRUNCATE, .n = 6};

    cr_assert(fake_by_hand(fake, SS_MSG_userauth_request, &hand, &lie, 1) == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_ignore, &ignore, NULL, 0) == SS_OK);
    cr_assert(fake->ops->on_sent(fake->layer, &none, none.payload) == SS_OK);
    cr_expect(kit_failure(fake, "", false) == SS_E_unasked_reply);
    lie = (struct ss_lie){.kind = SS_LIE_APPEND, .bytes = test_hex("ff")};
    cr_assert(fake_by_hand(fake, SS_MSG_userauth_request, &hand, &lie, 1) == SS_OK);
    cr_expect(kit_failure(fake, "", false) == SS_OK, "a lenient server passes over what follows");
    kit_free(fake);
}

Test(client, a_send_that_fails_leaves_the_request_due)
{
    struct fake *fake = kit_new(SS_CLIENT);

    cr_assert(fake_do(fake, kit_command(SS_CMD_AUTH_NONE, "a")) == SS_OK);
    fake->send_error = SS_E_would_block;
    cr_expect(fake->ops->act(fake->layer) == SS_E_would_block);
    fake_act(fake);
    (void)kit_sent(fake, SS_TAIL_userauth_request_none);
    kit_free(fake);
}

Test(client, messages_that_are_not_for_a_client_are_faults)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_msg none = {NULL, NULL, {NULL, 0}};

    cr_expect(kit_none(fake, "a") == SS_E_unexpected_message);
    cr_expect(fake->ops->on_message(fake->layer, &none) == SS_E_unexpected_message);
    cr_expect(fake->ops->deadline(fake->layer) == SS_NEVER);
    cr_expect(fake->ops->tick(fake->layer, 7) == SS_OK);
    cr_expect(fake->ops->id == SS_LAYER_AUTH);
    kit_free(fake);
}
