/* SPDX-License-Identifier: Apache-2.0 */
/* test_ident.c - identification lines through the engine. */
#include <criterion/criterion.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(ident, .fini = test_counted_check);

static bool feed(struct ss_engine *engine, const char *text)
{
    return ss_engine_feed(engine, ss_span_of(text), 1000) == SS_OK;
}

/* rule: RFC4253-4.2-server-does-not-wait, RFC4253-4.2-client-does-not-wait */
Test(ident, both_roles_speak_first_when_they_run_by_themselves)
{
    struct duo duo;

    duo_init(&duo, 1);
    duo_start(&duo);
    cr_expect(ss_span_is(ss_engine_output(duo.client.engine), "SSH-2.0-sshspec_0.1.0\r\n"));
    cr_expect(ss_span_is(ss_engine_output(duo.server.engine), "SSH-2.0-sshspec_0.1.0\r\n"));
    duo_fini(&duo);
}

Test(ident, under_step_nothing_is_said_until_it_is_asked_for)
{
    struct ss_command command = {.kind = SS_CMD_VERSION, .text = ss_span_of("SSH-2.0-by hand")};
    struct duo duo;

    duo_init(&duo, 1);
    hand_start(&duo);
    cr_expect(ss_engine_output(duo.client.engine).size == 0);
    cr_expect(ss_engine_do(duo.client.engine, &command, NULL) == SS_OK);
    cr_expect(ss_span_is(ss_engine_output(duo.client.engine), "SSH-2.0-by hand\r\n"));
    cr_expect(ss_engine_do(duo.client.engine, &command, NULL) == SS_E_usage, "once only");
    duo_run(&duo);
    cr_expect(ss_span_is(ss_engine_peer_ident(duo.server.engine), "SSH-2.0-by hand"));
    cr_expect(ss_span_is(ss_engine_peer_ident(duo.client.engine), "SSH-2.0-sshspec_0.1.0"));
    duo_fini(&duo);
}

Test(ident, the_autopilot_of_the_transport_sends_the_line)
{
    struct duo duo;

    duo_init(&duo, 1);
    hand_start(&duo);
    cr_expect(ss_engine_autopilot(duo.client.engine, SS_LAYER_AUTH) == SS_OK);
    cr_expect(ss_engine_output(duo.client.engine).size == 0);
    cr_expect(ss_engine_autopilot(duo.client.engine, 8) == SS_E_bad_argument);
    cr_expect(ss_engine_autopilot(duo.client.engine, SS_LAYER_TRANSPORT) == SS_OK);
    cr_expect(ss_engine_output(duo.client.engine).size > 0);
    cr_expect(ss_engine_autopilot_get(duo.client.engine) == SS_LAYER_TRANSPORT);
    duo_fini(&duo);
}

/* rule: RFC4253-4.2-client-accepts-prelines */
Test(ident, a_client_tells_lines_that_come_before_and_has_enough_of_them_some_time)
{
    for (unsigned limit = 2; limit <= 3; limit++) {
        struct ss_event event;
        struct duo duo;

        duo_init(&duo, 1);
        duo.client.config.prelines = limit;
        duo_start(&duo);
        cr_assert(feed(duo.client.engine, "one\r\n\r\nthree\nSSH-2.0-x\r\n"));
        cr_assert(ss_engine_poll(duo.client.engine, &event));
        cr_expect(event.type == SS_EVENT_PRELINE && ss_span_is(event.text, "one"));
        cr_assert(ss_engine_poll(duo.client.engine, &event));
        cr_expect(event.type == SS_EVENT_PRELINE && event.text.size == 0);
        cr_assert(ss_engine_poll(duo.client.engine, &event));
        if (limit == 2) {
            cr_expect(event.type == SS_EVENT_FAULT && event.fault->err == SS_E_too_many);
        } else {
            cr_expect(event.type == SS_EVENT_PRELINE && ss_span_is(event.text, "three"));
            cr_assert(ss_engine_poll(duo.client.engine, &event));
            cr_expect(event.type == SS_EVENT_VERSION && ss_span_is(event.text, "SSH-2.0-x"));
        }
        cr_expect(!ss_engine_poll(duo.client.engine, &event));
        duo_fini(&duo);
    }
}

Test(ident, lines_that_cannot_be_used_are_faults_with_their_rule)
{
    static const struct {
        const char *line, *rule;
        ss_err err;
    } rows[] = {
        {"GET / HTTP/1.1\r\n", "RFC4253-4.2-server-rejects-prelines", SS_E_bad_version},
        {"G", "RFC4253-4.2-server-rejects-prelines", SS_E_bad_version},
        {"SSH-1.5-old\r\n", "RFC4253-4.2-bad-protoversion-received", SS_E_bad_version},
        {"SSH-2.0-"
         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxxxxxxxxxxx",
         "RFC4253-4.2-over-255-received", SS_E_line_too_long},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct duo duo;
        struct ss_event event;
        size_t before;

        duo_init(&duo, 1);
        duo_start(&duo);
        before = ss_engine_output(duo.server.engine).size;
        cr_assert(feed(duo.server.engine, rows[i].line));
        cr_assert(ss_engine_poll(duo.server.engine, &event));
        cr_expect(event.type == SS_EVENT_FAULT && event.fault->err == rows[i].err);
        cr_expect_str_eq(event.fault->rule, rows[i].rule);
        cr_expect(!ss_engine_poll(duo.server.engine, &event), "told once");
        cr_expect(ss_engine_finished(duo.server.engine));
        cr_expect(ss_engine_output(duo.server.engine).size > before, "a DISCONNECT follows");
        duo_fini(&duo);
    }
}
