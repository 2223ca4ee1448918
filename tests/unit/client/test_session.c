/* SPDX-License-Identifier: Apache-2.0 */
/* test_session.c - commands, terminals, environment, and how a session ends. */
#include <criterion/criterion.h>

#include "tests/unit/client/served.h"

static struct served served;
static struct ss_buf out, err;

static void setup(void)
{
    served_init(&served);
    ss_buf_init(&out, &test_counted()->env, 1 << 20);
    ss_buf_init(&err, &test_counted()->env, 1 << 20);
}

static void teardown(void)
{
    ss_buf_fini(&err);
    ss_buf_fini(&out);
    served_fini(&served);
}

TestSuite(session, .init = setup, .fini = teardown, .timeout = 60);

static struct ss_session_end run(const char *command, const char *input)
{
    struct ss_session_end end = {0};

    ss_buf_clear(&out);
    ss_buf_clear(&err);
    cr_assert(ss_client_exec(served.client, ss_span_of(command), ss_span_of(input), &out, &err,
                             &end) == SS_OK,
              "%s: %s", command, ss_client_error(served.client)->text);
    return end;
}

Test(session, commands_end_with_their_status)
{
    static const struct {
        const char *command, *input, *out, *err;
        uint32_t status;
    } rows[] = {
        {"true", "", "", "", 0},
        {"false", "", "", "", 1},
        {"exit 255", "", "", "", 255},
        {"echo hello world", "", "hello world\n", "", 0},
        {"cat", "some input", "some input", "", 0},
        {"wc -c", "12345", "5\n", "", 0},
        {"stderr oops", "", "", "oops\n", 0},
        {"nonesuch", "", "", "nonesuch: not found\n", 127},
    };
    size_t i;

    cr_assert(served_connect(&served) == SS_OK);
    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_session_end end = run(rows[i].command, rows[i].input);

        cr_expect(end.has_status && end.status == rows[i].status, "%s: %u", rows[i].command,
                  (unsigned)end.status);
        cr_expect(end.signal[0] == 0 && !end.core_dumped);
        cr_expect(ss_span_is(ss_buf_span(&out), rows[i].out), "%s", rows[i].command);
        cr_expect(ss_span_is(ss_buf_span(&err), rows[i].err), "%s", rows[i].command);
    }
}

Test(session, a_signal_is_told_by_name)
{
    struct ss_session_end end;

    cr_assert(served_connect(&served) == SS_OK);
    end = run("signal KILL", "");
    cr_expect(!end.has_status);
    cr_expect_str_eq(end.signal, "KILL");
}

/* More than a window each way, with keys exchanged anew in between. */
Test(session, much_data_goes_through_and_back)
{
    static uint8_t data[3000000];
    struct ss_session_end end = {0};
    struct ss_buf back;
    size_t i;

    for (i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 31 + (i >> 9));
    served.config.rekey_bytes = 1000000;
    served.config.window = 100000;
    served.server_config.window = 70000;
    cr_assert(served_connect(&served) == SS_OK);
    ss_buf_init(&back, &test_counted()->env, sizeof data);
    cr_assert(ss_client_exec(served.client, ss_span_of("cat"), ss_span_make(data, sizeof data),
                             &back, NULL, &end) == SS_OK);
    cr_expect(ss_span_eq(ss_buf_span(&back), ss_span_make(data, sizeof data)));
    cr_expect(end.has_status && end.status == 0);
    cr_expect(ss_engine_negotiated(ss_client_engine(served.client))->epoch >= 3);
    ss_buf_fini(&back);
}

Test(session, output_that_does_not_fit_is_an_error)
{
    struct ss_buf small;
    struct ss_session_end end;

    cr_assert(served_connect(&served) == SS_OK);
    ss_buf_init(&small, &test_counted()->env, 1000);
    cr_expect(ss_client_exec(served.client, ss_span_of("head -c 2000 /dev/zero"), ss_span_of(""),
                             &small, NULL, &end) == SS_E_ceiling);
    cr_expect(served_says(&served, "output could not be kept"));
    ss_buf_fini(&small);
}

Test(session, a_terminal_and_environment_are_asked_for)
{
    static const struct ss_tail_channel_request_pty_req pty = {
        .term = {(const uint8_t *)"vt100", 5}, .columns = 80, .rows = 24};
    struct ss_session_env env[2];
    struct ss_session_request request = {
        .kind = SS_SESSION_SHELL, .env = env, .env_count = 2, .pty = &pty};
    struct ss_session_end end = {0};
    struct ss_session_fds fds;

    env[0].name = ss_span_of("LANG");
    env[0].value = ss_span_of("C");
    env[1] = env[0];
    cr_assert(served_connect(&served) == SS_OK);
    ss_session_fds_init(&fds, -1, -1, -1);
    cr_expect(ss_client_session(served.client, &request, &fds.io, &end) == SS_OK);
    cr_expect(end.has_status && end.status == 0);
}

Test(session, a_refused_subsystem_leaves_the_connection_usable)
{
    struct ss_session_request request = {.kind = SS_SESSION_SUBSYSTEM,
                                         .text = ss_span_of("nonesuch")};
    struct ss_session_end end = {0};
    struct ss_session_fds fds;

    cr_assert(served_connect(&served) == SS_OK);
    ss_session_fds_init(&fds, -1, -1, -1);
    cr_expect(ss_client_session(served.client, &request, &fds.io, &end) == SS_E_refused);
    cr_expect(served_says(&served, "127.0.0.1 refused subsystem nonesuch"));
    cr_expect(run("true", "").status == 0);
}

Test(session, one_channel_is_enough_for_one_after_the_other)
{
    served.server_config.channels = 1;
    cr_assert(served_connect(&served) == SS_OK);
    cr_expect(run("exit 3", "").status == 3);
    cr_expect(run("exit 4", "").status == 4);
}
