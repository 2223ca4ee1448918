/* SPDX-License-Identifier: Apache-2.0 */
/* test_client.c - connecting, and the many ways in which it fails. */
#include <criterion/criterion.h>
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

TestSuite(client, .init = setup, .fini = teardown, .timeout = 60);

static ss_err run_true(void)
{
    struct ss_session_end end = {0};
    ss_err err =
        ss_client_exec(served.client, ss_span_of("true"), ss_span_of(""), NULL, NULL, &end);

    cr_expect(err != SS_OK || (end.has_status && end.status == 0));
    return err;
}

Test(client, connects_runs_and_leaves)
{
    cr_assert(served_connect(&served) == SS_OK);
    cr_expect(ss_client_error(served.client)->err == SS_OK);
    cr_expect(ss_engine_authenticated(ss_client_engine(served.client)));
    cr_expect(run_true() == SS_OK);
    cr_expect(run_true() == SS_OK, "a second session on the same connection");
    cr_expect(ss_client_connect(served.client) == SS_E_usage);
}

Test(client, options_that_make_no_client_are_refused)
{
    struct ss_client *client = NULL;
    struct ss_config config = served.config;

    config.role = SS_SERVER;
    cr_expect(ss_client_new(test_env(), &config, &served.options, &client) == SS_E_bad_argument);
    config.role = SS_CLIENT;
    config.pace = SS_STEP;
    cr_expect(ss_client_new(test_env(), &config, &served.options, &client) == SS_E_bad_argument);
    served.options.host = NULL;
    cr_expect(ss_client_new(test_env(), &served.config, &served.options, &client) ==
              SS_E_bad_argument);
    cr_expect(client == NULL);
    ss_client_free(&client);
}

Test(client, nothing_works_before_connect)
{
    cr_assert(ss_client_new(&test_counted()->env, &served.config, &served.options,
                            &served.client) == SS_OK);
    cr_expect(run_true() == SS_E_usage);
    cr_expect(ss_client_engine(served.client) == NULL);
}

Test(client, a_refused_connection_names_address_and_port)
{
    uint16_t port = 0;
    int listener = -1;

    cr_assert(ss_net_listen("127.0.0.1", 0, &listener, &port, NULL) == SS_OK);
    ss_net_close(&listener);
    served.options.port = port;
    served.pid = -1;
    cr_expect(served_connect(&served) == SS_E_io);
    cr_expect(served_says(&served, "is a server listening there?"));
    cr_expect(served_says(&served, "127.0.0.1 port"));
    cr_expect(ss_client_error(served.client)->phase == SS_CLIENT_CONNECT);
    cr_expect(run_true() == SS_E_io, "the first error stays");
}

Test(client, what_is_no_ssh_server_is_told)
{
    served_start_odd(&served, SERVED_SAYS, "SSH-1.5-old\r\n");
    cr_expect(served_connect(&served) == SS_E_bad_version);
    cr_expect(served_says(&served, "is that an SSH server?"));
    cr_expect(ss_client_error(served.client)->phase == SS_CLIENT_EXCHANGE);
}

Test(client, a_server_that_closes_is_told)
{
    served_start_odd(&served, SERVED_SAYS, "SSH-2.0-short\r\n");
    cr_expect(served_connect(&served) == SS_E_closed);
    cr_expect(served_says(&served, "during key exchange"));
}

Test(client, a_server_that_says_nothing_is_not_waited_for_long)
{
    ss_time before = ss_clock();

    served_start_odd(&served, SERVED_QUIET, "");
    served.options.login_time = 200;
    cr_expect(served_connect(&served) == SS_E_timeout);
    cr_expect(ss_clock() - before >= 200);
    cr_expect(served_says(&served, "within the time allowed"));
}

Test(client, no_common_algorithm_says_which)
{
    served.config.kex_algorithms = "diffie-hellman-group14-sha256";
    served.server_config.kex_algorithms = "curve25519-sha256";
    cr_expect(served_connect(&served) == SS_E_no_common_algorithm);
    cr_expect(served_says(&served, "compare the lists"));
    cr_expect(served_says(&served, "kex"));
}

Test(client, a_session_that_takes_too_long_ends)
{
    struct ss_session_fds fds;
    struct ss_session_request request = {.kind = SS_SESSION_EXEC, .text = ss_span_of("cat")};
    int ends[2];

    served.options.session_time = 300;
    cr_assert(served_connect(&served) == SS_OK);
    cr_assert(pipe(ends) == 0);
    ss_session_fds_init(&fds, ends[0], -1, -1); /* nobody ever writes */
    cr_expect(ss_client_session(served.client, &request, &fds.io, NULL) == SS_E_timeout);
    cr_expect(ss_client_error(served.client)->phase == SS_CLIENT_READY);
    ss_net_close(&ends[0]);
    ss_net_close(&ends[1]);
}

/* From the n-th allocation on there is none, until connecting and running succeeds. */
Test(client, no_memory_ends_it_cleanly, .timeout = 120)
{
    struct ss_counted *counted = test_counted();
    size_t live, n, failures = 0;
    ss_err err = SS_E_no_memory;

    served_start(&served);
    live = counted->blocks;
    for (n = 1; err != SS_OK; n += n < 60 ? 1 : 7) {
        cr_assert(n < 20000);
        counted->fail_at = counted->calls + n;
        counted->fail_after = true;
        err = ss_client_new(&counted->env, &served.config, &served.options, &served.client);
        if (err == SS_OK)
            err = ss_client_connect(served.client);
        if (err == SS_OK)
            err = run_true();
        counted->fail_at = 0;
        failures += err != SS_OK ? 1 : 0;
        cr_assert(err == SS_OK || err == SS_E_no_memory, "%zu: %s", n, ss_err_name(err));
        ss_client_free(&served.client);
        cr_expect(counted->blocks == live, "allocation %zu left %zu blocks", n,
                  counted->blocks - live);
    }
    cr_expect(failures > 30, "%zu", failures);
}
