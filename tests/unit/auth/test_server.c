/* SPDX-License-Identifier: Apache-2.0 */
/* test_server.c - a server's requests, one after another: asked, answered, counted, cut off.
 *
 * Follows: RFC 4252 sections 4 to 6. */
#include "tests/unit/auth/kit.h"

TestSuite(server, .fini = test_counted_check);

#define TOO_MANY "RFC4252-4-auth-attempt-disconnect"

static const struct ss_msg_userauth_failure *failure(struct fake *fake)
{
    return fake_expect(fake, SS_MSG_userauth_failure);
}

/* rule: RFC4252-4-none-rejected, RFC4252-4-none-not-listed */
Test(server, none_is_the_owners_to_judge_and_is_never_listed)
{
    struct fake *fake = kit_new(SS_SERVER);
    const struct ss_msg_userauth_failure *no;

    fake->config.auth_methods = "none,publickey,none,password";
    cr_assert(kit_none(fake, "ann") == SS_OK);
    (void)fake_event(fake, SS_EVENT_AUTH_REQUEST);
    cr_assert(kit_answer(fake, SS_AUTH_REJECT, "") == SS_OK);
    no = failure(fake);
    cr_expect(ss_span_is(no->methods, "publickey,password") && !no->partial_success);
    cr_assert(kit_none(fake, "ann") == SS_OK);
    (void)fake_event(fake, SS_EVENT_AUTH_REQUEST);
    cr_assert(kit_answer(fake, SS_AUTH_ACCEPT, "") == SS_OK);
    (void)fake_expect(fake, SS_MSG_userauth_success);
    cr_expect(strcmp(fake_event(fake, SS_EVENT_AUTH_DONE).method, "none") == 0);
    kit_free(fake);
}

/* rule: RFC4252-5-unrecognised-method-rejected */
Test(server, methods_that_are_not_offered_are_refused_without_asking)
{
    static const char *const methods[] = {"no-such-method@example.com", "password", "", "publicke"};
    size_t i;

    for (i = 0; i < SS_COUNT(methods); i++) {
        struct fake *fake = kit_new(SS_SERVER);

        fake->config.auth_methods = "publickey";
        if (strcmp(methods[i], "password") == 0)
            cr_assert(kit_password(fake, "ann", "x") == SS_OK);
        else
            cr_assert(kit_request(fake, "ann", "ssh-connection", methods[i]) == SS_OK);
        fake_act(fake);
        cr_expect(ss_span_is(failure(fake)->methods, "publickey"), "%s", methods[i]);
        fake_quiet(fake);
        kit_free(fake);
    }
}

/* rule: RFC4252-5-unknown-service-not-accepted */
Test(server, an_unknown_service_is_a_fault)
{
    struct fake *fake = kit_new(SS_SERVER);

    cr_expect(kit_request(fake, "ann", "no-such-service", "none") == SS_E_service_unknown);
    fake_failed(fake, SS_E_service_unknown, "RFC4252-5-unknown-service-not-accepted");
    cr_expect(strcmp(fake->field, "service") == 0);
    kit_free(fake);
}

/* rule: RFC4252-5.1-partial-true, RFC4252-5.1-partial-false, RFC4252-5.1-completed-not-relisted */
Test(server, a_partial_success_leaves_the_methods_that_were_named)
{
    struct fake *fake = kit_new(SS_SERVER);
    const struct ss_msg_userauth_failure *no;

    cr_assert(kit_password(fake, "ann", "right") == SS_OK);
    (void)fake_event(fake, SS_EVENT_AUTH_REQUEST);
    cr_expect(kit_answer(fake, SS_AUTH_PARTIAL, "") == SS_E_bad_argument, "nothing left?");
    cr_assert(kit_answer(fake, SS_AUTH_PARTIAL, "publickey") == SS_OK);
    no = failure(fake);
    cr_expect(no->partial_success && ss_span_is(no->methods, "publickey"));
    cr_assert(kit_password(fake, "ann", "right") == SS_OK, "done already: not asked again");
    fake_act(fake);
    no = failure(fake);
    cr_expect(!no->partial_success && ss_span_is(no->methods, "publickey"));
    fake_quiet(fake);
    cr_expect(!fake->link.authenticated && kit_layer(fake)->server.failures == 1);
    kit_free(fake);
}

/* rule: RFC4252-5-change-user-flush */
Test(server, another_user_is_fine_before_a_partial_success_and_a_fault_after_it)
{
    struct fake *fake = kit_new(SS_SERVER);

    cr_assert(kit_password(fake, "ann", "wrong") == SS_OK);
    cr_assert(kit_answer(fake, SS_AUTH_REJECT, "") == SS_OK);
    cr_assert(kit_password(fake, "bob", "right") == SS_OK);
    cr_assert(kit_answer(fake, SS_AUTH_PARTIAL, "publickey") == SS_OK);
    cr_assert(kit_none(fake, "bob") == SS_OK);
    cr_assert(kit_answer(fake, SS_AUTH_REJECT, "") == SS_OK);
    cr_expect(kit_none(fake, "ann") == SS_E_unexpected_message);
    fake_failed(fake, SS_E_unexpected_message, "RFC4252-5-change-user-flush");
    cr_expect(strcmp(fake->field, "user") == 0);
    kit_free(fake);
}

/* rule: RFC4252-5.1-pipelined-requests-in-order, RFC4252-5.1-success-only-when-complete */
Test(server, requests_that_come_at_once_are_answered_one_after_another)
{
    struct fake *fake = kit_new(SS_SERVER);
    int i;

    for (i = 0; i < 3; i++)
        cr_assert(kit_password(fake, "ann", "wrong") == SS_OK);
    cr_assert(kit_request(fake, "ann", "ssh-connection", "unknown@x") == SS_OK);
    cr_assert(kit_password(fake, "ann", "right") == SS_OK);
    cr_assert(kit_password(fake, "ann", "late") == SS_OK);
    for (i = 0; i < 3; i++) {
        (void)fake_event(fake, SS_EVENT_AUTH_REQUEST);
        fake_quiet(fake); /* one question at a time */
        cr_assert(kit_answer(fake, SS_AUTH_REJECT, "") == SS_OK);
        (void)failure(fake);
    }
    (void)failure(fake); /* the unknown method, answered on the way */
    (void)fake_event(fake, SS_EVENT_AUTH_REQUEST);
    cr_assert(kit_answer(fake, SS_AUTH_ACCEPT, "") == SS_OK);
    (void)fake_expect(fake, SS_MSG_userauth_success);
    (void)fake_event(fake, SS_EVENT_AUTH_DONE);
    fake_act(fake);
    fake_quiet(fake); /* what came after it is ignored */
    cr_assert(kit_password(fake, "ann", "later") == SS_OK);
    fake_act(fake);
    fake_quiet(fake);
    kit_free(fake);
}

Test(server, a_line_that_grows_without_end_is_a_fault)
{
    struct fake *fake = kit_new(SS_SERVER);
    ss_err err = SS_OK;
    int i;

    for (i = 0; i < 100 && err == SS_OK; i++)
        err = kit_password(fake, "ann", "x");
    cr_expect(i == 18, "one is asked about and sixteen wait: %d", i);
    fake_failed(fake, SS_E_too_many, NULL);
    kit_free(fake);
}

Test(server, a_line_of_large_requests_is_bounded_by_bytes)
{
    struct fake *fake = kit_new(SS_SERVER);
    static char large[200000];
    ss_err err = SS_OK;
    int i;

    memset(large, 'x', sizeof large - 1);
    for (i = 0; i < 100 && err == SS_OK; i++)
        err = kit_password(fake, "ann", large);
    cr_expect(i == 3, "%d", i);
    fake_failed(fake, SS_E_too_many, NULL);
    kit_free(fake);
}

/* rule: RFC4252-4-auth-attempt-limit */
Test(server, failures_are_limited_and_queries_and_the_first_none_are_free)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);
    int i;

    fake->config.auth_tries = 3;
    cr_assert(kit_none(fake, "ann") == SS_OK);
    cr_assert(kit_answer(fake, SS_AUTH_REJECT, "") == SS_OK);
    (void)failure(fake);
    for (i = 0; i < 10; i++) {
        cr_assert(kit_publickey(fake, "ann", "ssh-ed25519", ss_key_blob(key), test_hex("")) ==
                  SS_OK);
        cr_assert(kit_answer(fake, SS_AUTH_REJECT, "") == SS_OK);
        (void)failure(fake);
    }
    cr_assert(kit_none(fake, "ann") == SS_OK);
    cr_assert(kit_answer(fake, SS_AUTH_REJECT, "") == SS_OK);
    (void)failure(fake);
    cr_assert(kit_password(fake, "ann", "wrong") == SS_OK);
    cr_assert(kit_answer(fake, SS_AUTH_REJECT, "") == SS_OK);
    (void)failure(fake);
    cr_assert(kit_password(fake, "ann", "wrong") == SS_OK);
    cr_expect(kit_answer(fake, SS_AUTH_REJECT, "") == SS_E_too_many_auth);
    cr_expect(fake->sent_count == 0);
    fake_failed(fake, SS_E_too_many_auth, TOO_MANY);
    ss_key_free(&key);
    kit_free(fake);
}

Test(server, requests_of_any_kind_are_limited_too)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);
    int i;

    fake->config.auth_requests = 5;
    for (i = 0; i < 5; i++) {
        cr_assert(kit_publickey(fake, "ann", "ssh-ed25519", ss_key_blob(key), test_hex("")) ==
                  SS_OK);
        cr_assert(kit_answer(fake, SS_AUTH_ACCEPT, "") == SS_OK);
    }
    cr_expect(kit_none(fake, "ann") == SS_E_too_many_auth);
    fake_failed(fake, SS_E_too_many_auth, TOO_MANY);
    ss_key_free(&key);
    kit_free(fake);
}

/* rule: RFC4252-5.4-banner-timing */
Test(server, the_banner_goes_out_once_before_the_first_answer)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_userauth_banner hand = {.message = ss_span_of("by hand")};
    int i;

    fake->config.banner = "Welcome";
    fake_act(fake);
    fake_quiet(fake);
    for (i = 0; i < 2; i++) {
        cr_assert(kit_none(fake, "ann") == SS_OK);
        cr_assert(kit_answer(fake, SS_AUTH_REJECT, "") == SS_OK);
        if (i == 0) {
            const struct ss_msg_userauth_banner *body = fake_expect(fake, SS_MSG_userauth_banner);

            cr_expect(ss_span_is(body->message, "Welcome"));
        }
        (void)failure(fake);
    }
    kit_free(fake);
    fake = kit_new(SS_SERVER);
    fake->config.banner = "Welcome";
    cr_assert(fake_by_hand(fake, SS_MSG_userauth_banner, &hand, NULL, 0) == SS_OK);
    cr_assert(kit_none(fake, "ann") == SS_OK);
    cr_assert(kit_answer(fake, SS_AUTH_REJECT, "") == SS_OK);
    (void)failure(fake);
    kit_free(fake);
}

Test(server, answers_need_a_question)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_command twice = kit_command(SS_CMD_AUTH_ANSWER, "");

    cr_expect(kit_answer(fake, SS_AUTH_ACCEPT, "") == SS_E_usage);
    cr_assert(kit_none(fake, "ann") == SS_OK);
    cr_expect(kit_answer(fake, (enum ss_auth_answer)99, "") == SS_E_bad_argument);
    cr_expect(kit_answer(fake, SS_AUTH_ASK_CHANGE, "") == SS_E_bad_argument, "not a password");
    cr_expect(fake_do(fake, twice) == SS_OK);
    cr_expect(fake_do(fake, twice) == SS_E_usage);
    fake_act(fake);
    (void)failure(fake);
    cr_expect(kit_answer(fake, SS_AUTH_ACCEPT, "") == SS_E_usage);
    kit_free(fake);
}

/* What a script answered is answered, and what was due is dropped. */
Test(server, an_answer_by_hand_settles_the_question)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_userauth_failure no = {.methods = ss_span_of("password")};
    struct ss_msg_userauth_success yes = {0};
    struct fake_event event;

    cr_assert(kit_password(fake, "ann", "x") == SS_OK);
    cr_assert(kit_password(fake, "bob", "y") == SS_OK);
    (void)fake_event(fake, SS_EVENT_AUTH_REQUEST);
    cr_assert(fake_by_hand(fake, SS_MSG_userauth_failure, &no, NULL, 0) == SS_OK);
    (void)fake_event(fake, SS_EVENT_AUTH_REQUEST); /* the next in line */
    cr_assert(fake_do(fake, kit_command(SS_CMD_AUTH_ANSWER, "")) == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_userauth_success, &yes, NULL, 0) == SS_OK);
    event = fake_event(fake, SS_EVENT_AUTH_DONE);
    cr_expect(strcmp(event.text, "bob") == 0 && strcmp(event.method, "password") == 0);
    cr_expect(fake->link.authenticated && ss_span_is(fake->link.user, "bob"));
    cr_assert(fake_by_hand(fake, SS_MSG_userauth_success, &yes, NULL, 0) == SS_OK, "twice");
    fake_act(fake);
    fake_quiet(fake);
    kit_free(fake);
}

Test(server, a_partial_success_by_hand_counts_as_one)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_userauth_failure part = {.methods = ss_span_of("password"),
                                           .partial_success = true};

    cr_assert(kit_none(fake, "ann") == SS_OK);
    cr_assert(fake_by_hand(fake, SS_MSG_userauth_failure, &part, NULL, 0) == SS_OK);
    cr_expect(kit_none(fake, "bob") == SS_E_unexpected_message);
    fake_failed(fake, SS_E_unexpected_message, "RFC4252-5-change-user-flush");
    kit_free(fake);
}

/* rule: RFC4252-5-abandon-previous, RFC4252-5.1-no-failure-for-aborted */
Test(server, a_method_in_steps_by_hand_is_aborted_by_the_next_request)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_userauth_info_request ask = {.name = ss_span_of("")};
    struct ss_msg_userauth_info_response reply = {{NULL, 0}, 0};
    struct ss_tail_userauth_request_keyboard_interactive tail = {.language = ss_span_of("")};
    struct ss_msg_userauth_request body = {
        .user = ss_span_of("ann"),
        .service = ss_span_of("ssh-connection"),
        .method = ss_span_of("keyboard-interactive"),
        .body = {ss_msgdef_of(SS_TAIL_userauth_request_keyboard_interactive), &tail, {NULL, 0}}};

    cr_assert(fake_take(fake, SS_MSG_userauth_request, &body) == SS_OK);
    cr_expect(ss_auth_context(kit_layer(fake)) == SS_CONTEXT_AUTH_KBDINT);
    cr_assert(fake_by_hand(fake, SS_MSG_userauth_info_request, &ask, NULL, 0) == SS_OK);
    fake_act(fake);
    fake_quiet(fake); /* the refusal that was due was replaced by the question */
    cr_assert(kit_password(fake, "ann", "x") == SS_OK);
    (void)fake_event(fake, SS_EVENT_AUTH_REQUEST);
    cr_assert(kit_answer(fake, SS_AUTH_REJECT, "") == SS_OK);
    (void)failure(fake);
    fake_quiet(fake);
    cr_expect(fake_take(fake, SS_MSG_userauth_info_response, &reply) == SS_E_unasked_reply);
    kit_free(fake);
}

Test(server, an_answer_in_steps_that_is_passed_on_is_refused)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_msg_userauth_info_request ask = {.name = ss_span_of("")};
    struct ss_msg_userauth_info_response reply = {{NULL, 0}, 0};

    kit_layer(fake)->context = SS_CONTEXT_AUTH_KBDINT;
    cr_assert(fake_by_hand(fake, SS_MSG_userauth_info_request, &ask, NULL, 0) == SS_OK);
    cr_assert(fake_take(fake, SS_MSG_userauth_info_response, &reply) == SS_OK);
    fake_act(fake);
    (void)failure(fake);
    cr_expect(kit_layer(fake)->server.failures == 1);
    kit_free(fake);
}

/* rule: RFC4252-6-client-sends-only-request */
Test(server, what_only_a_server_says_is_a_fault)
{
    static const enum ss_msgid ids[] = {SS_MSG_userauth_failure, SS_MSG_userauth_success,
                                        SS_MSG_userauth_banner, SS_MSG_userauth_pk_ok};
    size_t i;

    for (i = 0; i < SS_COUNT(ids); i++) {
        struct fake *fake = kit_new(SS_SERVER);
        struct ss_msg msg;

        cr_assert(ss_msg_new(&fake->peek, ss_msgdef_of(ids[i]), NULL, &msg) == SS_OK);
        cr_expect(fake_take(fake, ids[i], msg.body) == SS_E_unexpected_message);
        fake_failed(fake, SS_E_unexpected_message, "RFC4252-6-client-sends-only-request");
        cr_expect(!fake->link.authenticated);
        kit_free(fake);
    }
}
