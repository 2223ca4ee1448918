/* SPDX-License-Identifier: Apache-2.0 */
/* test_session_io.c - a command's streams as descriptors. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/client/served.h"

static struct served served;

static void setup(void)
{
    served_init(&served);
}

static void teardown(void)
{
    served_fini(&served);
}

TestSuite(session_io, .init = setup, .fini = teardown, .timeout = 60);

static ss_err run(const char *command, int in, int out, int err, struct ss_session_end *end)
{
    struct ss_session_request request = {.kind = SS_SESSION_EXEC, .text = ss_span_of(command)};
    struct ss_session_fds fds;

    ss_session_fds_init(&fds, in, out, err);
    return ss_client_session(served.client, &request, &fds.io, end);
}

static void expect_read(int fd, const char *want)
{
    char text[256];
    ssize_t n = read(fd, text, sizeof text);

    cr_expect(n == (ssize_t)strlen(want) && memcmp(text, want, (size_t)n) == 0, "%.*s", (int)n,
              text);
}

Test(session_io, pipes_carry_all_three_streams)
{
    struct ss_session_end end = {0};
    int in[2], out[2], err[2];

    cr_assert(served_connect(&served) == SS_OK);
    cr_assert(pipe(in) == 0 && pipe(out) == 0 && pipe(err) == 0);
    cr_assert(write(in[1], "through", 7) == 7);
    ss_net_close(&in[1]);
    cr_expect(run("cat", in[0], out[1], err[1], &end) == SS_OK && end.status == 0);
    expect_read(out[0], "through");
    cr_expect(run("stderr aside", -1, out[1], err[1], &end) == SS_OK && end.status == 0);
    expect_read(err[0], "aside\n");
    ss_net_close(&in[0]);
    ss_net_close(&out[0]);
    ss_net_close(&out[1]);
    ss_net_close(&err[0]);
    ss_net_close(&err[1]);
}

/* The child reads slowly from a pipe that does not block and is soon full. */
Test(session_io, an_output_that_is_full_is_waited_for)
{
    struct ss_session_end end = {0};
    char piece[4096];
    int out[2];
    size_t total = 0;
    ssize_t n;

    cr_assert(served_connect(&served) == SS_OK);
    cr_assert(pipe(out) == 0);
    cr_assert(fcntl(out[1], F_SETFL, O_NONBLOCK) == 0);
    if (fork() == 0) {
        ss_net_close(&out[1]);
        while ((n = read(out[0], piece, sizeof piece)) > 0)
            total += (size_t)n;
        _exit(total == 1000000 ? 0 : 1);
    }
    cr_expect(run("head -c 1000000 /dev/zero", -1, out[1], -1, &end) == SS_OK);
    ss_net_close(&out[1]);
    ss_net_close(&out[0]);
    cr_expect(end.has_status && end.status == 0);
}

Test(session_io, without_descriptors_there_is_no_input_and_output_is_dropped)
{
    struct ss_session_end end = {0};

    cr_assert(served_connect(&served) == SS_OK);
    cr_expect(run("cat", -1, -1, -1, &end) == SS_OK && end.has_status && end.status == 0);
    cr_expect(run("echo dropped", -1, -1, -1, &end) == SS_OK && end.status == 0);
    cr_expect(run("stderr dropped", -1, -1, -1, &end) == SS_OK && end.status == 0);
}

Test(session_io, an_output_that_fails_ends_the_session)
{
    struct ss_session_end end = {0};
    int closed = open("/dev/null", O_RDONLY | O_CLOEXEC);

    cr_assert(served_connect(&served) == SS_OK);
    cr_expect(run("echo x", -1, closed, -1, &end) == SS_E_io);
    cr_expect(served_says(&served, "output could not be kept"));
    ss_net_close(&closed);
}

Test(session_io, an_input_that_fails_ends_the_session)
{
    struct ss_session_end end = {0};
    int folder = open("/", O_RDONLY | O_CLOEXEC);

    cr_assert(served_connect(&served) == SS_OK);
    cr_expect(run("cat", folder, -1, -1, &end) == SS_E_io);
    cr_expect(served_says(&served, "standard input cannot be read"));
    ss_net_close(&folder);
}
