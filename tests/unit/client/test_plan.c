/* SPDX-License-Identifier: Apache-2.0 */
/* test_plan.c - a client does its one thing and says how it ended. */
#include <criterion/criterion.h>

#include "sshspec/cert.h"
#include "tests/support/serve_pair.h"

static struct serve_pair pair;

static void setup(void)
{
    serve_pair_init(&pair);
}

static void teardown(void)
{
    serve_pair_fini(&pair);
}

TestSuite(plan, .init = setup, .fini = teardown);

static int run(enum ss_plan_task task, const char *text)
{
    pair.plan_config.task = task;
    pair.plan_config.text = ss_span_of(text);
    return serve_pair_run(&pair);
}

Test(plan, a_host_key_that_is_not_known_ends_it_before_any_login)
{
    pair.known[0] = pair.other_key;
    cr_expect(run(SS_PLAN_LOGIN, "") == SS_PLAN_HOST_KEY);
    cr_expect(!ss_engine_authenticated(pair.server));
}

/* other_key has certified the host key for this name. */
static void certify(const char *name, struct ss_key **out)
{
    const ss_span names[] = {ss_span_of(name)};
    const struct ss_cert_request request = {.type = SS_CERT_HOST,
                                            .key_id = ss_span_of("host"),
                                            .principals = names,
                                            .principal_count = 1,
                                            .valid_after = 1000,
                                            .valid_before = 2000};

    cr_assert(ss_cert_issue(&pair.counted.env, pair.host_key, pair.other_key, NULL, &request,
                            out) == SS_OK);
    pair.host_keys[0] = *out;
    pair.known[0] = NULL;
    pair.plan_config.authority = pair.other_key;
    pair.plan_config.host = ss_span_of("server.example");
    pair.plan_config.now = 1500;
}

Test(plan, a_host_key_that_the_authority_certified_is_taken)
{
    struct ss_key *cert = NULL;

    certify("server.example", &cert);
    cr_expect(run(SS_PLAN_LOGIN, "") == SS_PLAN_OK);
    ss_key_free(&cert);
}

Test(plan, a_certificate_for_another_host_is_refused)
{
    struct ss_key *cert = NULL;

    certify("other.example", &cert);
    cr_expect(run(SS_PLAN_LOGIN, "") == SS_PLAN_HOST_KEY);
    ss_key_free(&cert);
}

Test(plan, a_certificate_of_another_time_is_refused)
{
    struct ss_key *cert = NULL;

    certify("server.example", &cert);
    pair.plan_config.now = 2000;
    cr_expect(run(SS_PLAN_LOGIN, "") == SS_PLAN_HOST_KEY);
    ss_key_free(&cert);
}

Test(plan, a_certificate_of_nobody_in_particular_is_refused)
{
    struct ss_key *cert = NULL;

    certify("server.example", &cert);
    pair.plan_config.authority = pair.user_key;
    cr_expect(run(SS_PLAN_LOGIN, "") == SS_PLAN_HOST_KEY);
    ss_key_free(&cert);
}

Test(plan, without_a_common_algorithm_it_says_so)
{
    pair.client_config.kex_algorithms = "diffie-hellman-group14-sha256";
    pair.server_config.kex_algorithms = "curve25519-sha256";
    cr_expect(run(SS_PLAN_LOGIN, "") == SS_PLAN_NO_COMMON);
}

Test(plan, output_errors_and_status_of_a_command_come_back)
{
    cr_expect(run(SS_PLAN_EXEC, "stderr oops") == 0);
    cr_expect(ss_span_is(ss_plan_errors(pair.plan), "oops\n"));
    cr_expect(ss_plan_output(pair.plan).size == 0);
}

Test(plan, a_command_gets_its_input)
{
    pair.plan_config.input = ss_span_of("from the keyboard");
    cr_expect(run(SS_PLAN_EXEC, "cat") == 0);
    cr_expect(ss_span_is(ss_plan_output(pair.plan), "from the keyboard"));
}

Test(plan, the_exit_status_is_the_commands)
{
    cr_expect(run(SS_PLAN_EXEC, "exit 42") == 42);
}

Test(plan, death_by_a_signal_is_128_and_its_number)
{
    cr_expect(run(SS_PLAN_EXEC, "signal TERM") == 143);
}

Test(plan, much_output_comes_whole_across_rekeys_in_small_pieces)
{
    pair.server_config.rekey_bytes = 300000;
    pair.piece = 5000;
    cr_expect(run(SS_PLAN_EXEC, "head -c 3000000 /dev/zero") == 0);
    cr_expect(ss_plan_output(pair.plan).size == 3000000);
    cr_expect(ss_engine_negotiated(pair.client)->epoch > 5, "%u",
              ss_engine_negotiated(pair.client)->epoch);
}

Test(plan, a_file_is_got_whole)
{
    static uint8_t content[300001];

    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (uint8_t)(i * 7);
    cr_assert(ss_fs_put_file(ss_mem_fs_fs(pair.tree), ss_span_of("/file"),
                             ss_span_make(content, sizeof(content)), 0) == SS_FX_OK);
    cr_expect(run(SS_PLAN_SFTP_GET, "/file") == SS_PLAN_OK);
    cr_expect(ss_span_eq(ss_plan_output(pair.plan), ss_span_make(content, sizeof(content))));
}

Test(plan, a_file_is_put_whole)
{
    static uint8_t content[500000];
    struct ss_buf back;

    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (uint8_t)(i * 13);
    pair.plan_config.input = ss_span_make(content, sizeof(content));
    cr_expect(run(SS_PLAN_SFTP_PUT, "/copy") == SS_PLAN_OK);
    ss_buf_init(&back, &pair.counted.env, 1 << 20);
    cr_assert(ss_fs_get_file(ss_mem_fs_fs(pair.tree), ss_span_of("/copy"), &back) == SS_FX_OK);
    cr_expect(ss_span_eq(ss_buf_span(&back), ss_span_make(content, sizeof(content))));
    ss_buf_fini(&back);
}

Test(plan, a_file_that_is_not_there_is_an_sftp_failure)
{
    cr_expect(run(SS_PLAN_SFTP_GET, "/nothing") == SS_PLAN_SFTP);
}

Test(plan, a_directory_is_listed)
{
    cr_assert(ss_fs_put_file(ss_mem_fs_fs(pair.tree), ss_span_of("/one"), ss_span_of("1"), 0) ==
              SS_FX_OK);
    cr_expect(run(SS_PLAN_SFTP_LS, "/") == SS_PLAN_OK);
    cr_expect(ss_span_is(ss_plan_output(pair.plan), ".\n..\none\n"), "%.*s",
              (int)ss_plan_output(pair.plan).size, (const char *)ss_plan_output(pair.plan).data);
}
