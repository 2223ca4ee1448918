/* SPDX-License-Identifier: Apache-2.0 */
/* test_service.c - asking for a service, accepting it, refusing others.
 *
 * Follows: RFC 4253 section 10. */
#include <criterion/criterion.h>

#include "layer_pair.h"

TestSuite(service, .fini = test_counted_check);

static struct ss_command ask(const char *name)
{
    return (struct ss_command){.kind = SS_CMD_SERVICE, .text = ss_span_of(name)};
}

Test(service, userauth_is_accepted_and_both_sides_know)
{
    struct ss_command command = ask("ssh-userauth"), nameless = ask("");
    struct pair pair;

    pair_up(&pair);
    cr_expect(pair_do(&pair.c, &nameless) == SS_E_bad_argument);
    cr_assert(pair_do(&pair.c, &command) == SS_OK);
    cr_expect(pair_do(&pair.c, &command) == SS_E_usage, "one at a time");
    cr_assert(pair_act(&pair.c) == SS_OK);
    cr_expect(pair_do(&pair.c, &command) == SS_E_usage, "not answered yet");
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(ss_span_is(ss_transport_service(pair.c.layer), "ssh-userauth"));
    cr_expect(ss_span_is(ss_transport_service(pair.s.layer), "ssh-userauth"));
    cr_expect_str_eq(pair_event(&pair.c, SS_EVENT_SERVICE, 0)->text, "ssh-userauth");
    cr_expect_str_eq(pair_event(&pair.s, SS_EVENT_SERVICE, 0)->text, "ssh-userauth");
    cr_expect(pair_do(&pair.s, &command) == SS_E_usage, "a server does not ask");
    pair_fini(&pair);
}

Test(service, a_request_waits_for_the_end_of_the_exchange)
{
    struct ss_command command = ask("ssh-userauth"), again = {.kind = SS_CMD_KEXINIT};
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    cr_assert(pair_start(&pair) == SS_OK);
    cr_assert(pair_do(&pair.c, &command) == SS_OK);
    cr_assert(pair_do(&pair.c, &again) == SS_OK, "the first is under way");
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect_str_eq(pair_sent_numbers(&pair.c), "20 30 21 7 5");
    pair_fini(&pair);
}

Test(service, what_is_not_known_is_refused)
{
    static const struct {
        const char *name, *rule;
        bool authenticated;
        ss_err err;
    } rows[] = {
        {"no-such-service", "RFC4253-10-service-unknown-disconnect", false, SS_E_service_unknown},
        {"ssh-connection", "RFC4253-10-service-connection-preauth", false, SS_E_service_unknown},
        {"ssh-connection", NULL, true, SS_OK},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_command command = ask(rows[i].name);
        struct pair pair;

        pair_up(&pair);
        pair.s.link.authenticated = rows[i].authenticated;
        cr_assert(pair_do(&pair.c, &command) == SS_OK);
        cr_expect(pair_run(&pair) == rows[i].err, "row %zu", i);
        if (rows[i].err != SS_OK) {
            cr_expect_str_eq(pair.s.field, "service");
            cr_expect_str_eq(pair.s.rule, rows[i].rule);
            cr_expect(pair_sent_count(&pair.s, 6) == 0);
        }
        pair_fini(&pair);
    }
}

/* By hand a server may accept anything; its refusal was only due. */
Test(service, a_script_answers_in_place_of_the_refusal)
{
    struct ss_command command = ask("no-such-service");
    struct pair pair;
    struct ss_msg msg;

    pair_up(&pair);
    pair.s.by_hand = true;
    cr_assert(pair_do(&pair.c, &command) == SS_OK && pair_run(&pair) == SS_OK);
    msg = pair_compose(&pair.s, SS_MSG_service_accept);
    cr_expect(ss_span_is(((struct ss_msg_service_accept *)msg.body)->service, "no-such-service"));
    cr_assert(pair_send(&pair.s, &msg) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect_str_eq(pair_event(&pair.c, SS_EVENT_SERVICE, 0)->text, "no-such-service");
    pair_fini(&pair);
}

/* rule: RFC4253-10-client-checks-service-name */
Test(service, a_client_checks_the_answer)
{
    struct ss_command command = ask("ssh-userauth");
    struct pair pair;
    struct ss_msg msg;

    pair_up(&pair);
    pair.s.by_hand = true;
    cr_assert(pair_do(&pair.c, &command) == SS_OK && pair_run(&pair) == SS_OK);
    msg = pair_compose(&pair.s, SS_MSG_service_accept);
    ((struct ss_msg_service_accept *)msg.body)->service = ss_span_of("ssh-connection");
    cr_assert(pair_send(&pair.s, &msg) == SS_OK);
    cr_expect(pair_run(&pair) == SS_E_bad_value);
    cr_expect_str_eq(pair.c.rule, "RFC4253-10-client-checks-service-name");
    pair_fini(&pair);

    pair_up(&pair);
    cr_assert(pair_say(&pair.s, SS_MSG_service_accept) == SS_OK);
    cr_expect(pair_run(&pair) == SS_E_unasked_reply);
    pair_fini(&pair);
}

/* What a script asked for is what the client waits for. */
Test(service, the_name_counts_as_it_was_sent)
{
    struct pair pair;
    struct ss_msg msg;

    pair_up(&pair);
    msg = pair_compose(&pair.c, SS_MSG_service_request);
    cr_expect(ss_span_is(((struct ss_msg_service_request *)msg.body)->service, "ssh-userauth"));
    cr_assert(pair_send(&pair.c, &msg) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(pair_event_count(&pair.c, SS_EVENT_SERVICE) == 1);
    pair_fini(&pair);
}
