/* SPDX-License-Identifier: Apache-2.0 */
/* test_password.c - the password method, both roles, and what becomes of passwords.
 *
 * Follows: RFC 4252 section 8. */
#include "tests/unit/auth/kit.h"

TestSuite(password, .fini = test_counted_check);

static bool holds(ss_span haystack, const char *needle)
{
    size_t n = strlen(needle), i;

    for (i = 0; i + n <= haystack.size; i++) {
        if (memcmp(haystack.data + i, needle, n) == 0)
            return true;
    }
    return false;
}

/* Everything a buffer has, consumed bytes included. */
static ss_span all_of(const struct ss_buf *buf)
{
    return ss_span_make(buf->data, buf->data != NULL ? buf->cap : 0);
}

Test(password, the_client_says_it_and_keeps_nothing_of_it)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_auth *auth = kit_layer(fake);
    struct ss_command command = kit_command(SS_CMD_AUTH_PASSWORD, "ann");
    const struct ss_msg_userauth_request *request;
    const struct ss_tail_userauth_request_password *tail;

    command.data = test_text("sesame-open");
    fake_done(fake, command);
    request = kit_sent(fake, SS_TAIL_userauth_request_password);
    tail = request->body.value;
    cr_expect(!tail->change && ss_span_is(tail->password, "sesame-open"));
    cr_expect(ss_auth_context(auth) == SS_CONTEXT_AUTH_PASSWORD);
    cr_expect(!holds(all_of(&auth->client.first), "sesame"), "wiped once it went out");
    kit_free(fake);
}

Test(password, a_change_says_both_and_the_question_for_it_comes_as_an_event)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_command command = kit_command(SS_CMD_AUTH_PASSWORD, "ann");
    struct ss_msg_userauth_passwd_changereq ask = {.prompt = ss_span_of("too old")};
    const struct ss_tail_userauth_request_password *tail;

    command.data = test_text("old");
    fake_done(fake, command);
    (void)kit_sent(fake, SS_TAIL_userauth_request_password);
    cr_assert(fake_take(fake, SS_MSG_userauth_passwd_changereq, &ask) == SS_OK);
    cr_expect(strcmp(fake_event(fake, SS_EVENT_AUTH_CHANGE).text, "too old") == 0);
    command.kind = SS_CMD_AUTH_PASSWORD_CHANGE;
    command.more = test_text("new-one");
    fake_done(fake, command);
    tail = kit_sent(fake, SS_TAIL_userauth_request_password)->body.value;
    cr_expect(tail->change && ss_span_is(tail->password, "old"));
    cr_expect(ss_span_is(tail->new_password, "new-one"));
    cr_expect(!holds(all_of(&kit_layer(fake)->client.second), "new-one"));
    fake_quiet(fake);
    kit_free(fake);
}

static const struct ss_auth_try *asked; /* by the last event */

static void remember(struct fake *fake, const struct ss_event *event)
{
    (void)fake;
    if (event->type == SS_EVENT_AUTH_REQUEST)
        asked = event->auth;
}

Test(password, the_server_asks_its_owner_and_wipes_it_with_the_answer)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_auth *auth = kit_layer(fake);

    fake->hook = remember;
    cr_assert(kit_password(fake, "ann", "sesame-open") == SS_OK);
    ss_arena_reset(&fake->arena); /* the next poll: the question must outlive it */
    cr_assert(asked != NULL);
    cr_expect(ss_span_is(asked->user, "ann") && ss_span_is(asked->method, "password"));
    cr_expect(ss_span_is(asked->service, "ssh-connection"));
    cr_expect(ss_span_is(asked->password, "sesame-open") && !asked->change);
    cr_expect(asked->key == NULL && !asked->query && !asked->signed_ok);
    cr_assert(kit_answer(fake, SS_AUTH_REJECT, "") == SS_OK);
    (void)fake_expect(fake, SS_MSG_userauth_failure);
    cr_expect(!holds(all_of(&auth->server.payload), "sesame"));
    cr_expect(asked->password.data == NULL, "and the question is gone");
    kit_free(fake);
}

/* rule: RFC4252-8-changereq-for-expired, RFC4252-8-change-request-reply */
Test(password, an_expired_one_is_asked_to_be_changed)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_tail_userauth_request_password tail = {
        .change = true, .password = ss_span_of("old"), .new_password = ss_span_of("new")};
    struct ss_msg_userauth_request body = {
        .user = ss_span_of("ann"),
        .service = ss_span_of("ssh-connection"),
        .method = ss_span_of("password"),
        .body = {ss_msgdef_of(SS_TAIL_userauth_request_password), &tail, {NULL, 0}}};
    const struct ss_msg_userauth_passwd_changereq *ask;

    fake->hook = remember;
    cr_assert(kit_password(fake, "ann", "old") == SS_OK);
    cr_assert(kit_answer(fake, SS_AUTH_ASK_CHANGE, "") == SS_OK);
    ask = fake_expect(fake, SS_MSG_userauth_passwd_changereq);
    cr_expect(ask->prompt.size > 0);
    cr_assert(fake_take(fake, SS_MSG_userauth_request, &body) == SS_OK);
    cr_expect(asked->change && ss_span_is(asked->new_password, "new"));
    cr_assert(kit_answer(fake, SS_AUTH_ASK_CHANGE, "longer, please") == SS_OK);
    ask = fake_expect(fake, SS_MSG_userauth_passwd_changereq);
    cr_expect(ss_span_is(ask->prompt, "longer, please"));
    cr_assert(fake_take(fake, SS_MSG_userauth_request, &body) == SS_OK);
    cr_assert(kit_answer(fake, SS_AUTH_ACCEPT, "") == SS_OK);
    (void)fake_expect(fake, SS_MSG_userauth_success);
    cr_expect(kit_layer(fake)->server.failures == 0, "none of this was a failure");
    kit_free(fake);
}

Test(password, what_waits_in_line_is_wiped_too)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_auth *auth = kit_layer(fake);

    fake->hook = remember;
    cr_assert(kit_none(fake, "ann") == SS_OK);
    cr_assert(kit_password(fake, "ann", "sesame-open") == SS_OK);
    cr_expect(holds(all_of(&auth->server.waiting), "sesame"));
    cr_assert(kit_answer(fake, SS_AUTH_ACCEPT, "") == SS_OK);
    cr_expect(!holds(all_of(&auth->server.waiting), "sesame"));
    kit_free(fake);
}
