/* SPDX-License-Identifier: Apache-2.0 */
/* test_serving.c - who gets in, and what is granted. */
#include <criterion/criterion.h>

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

TestSuite(serving, .init = setup, .fini = teardown);

Test(serving, a_key_of_the_account_lets_in)
{
    cr_expect(serve_pair_run(&pair) == SS_PLAN_OK);
    cr_expect(ss_engine_authenticated(pair.server));
}

Test(serving, another_key_does_not)
{
    pair.plan_keys[0] = pair.other_key;
    cr_expect(serve_pair_run(&pair) == SS_PLAN_AUTH);
    cr_expect(!ss_engine_authenticated(pair.server));
}

/* ---- a key that the account does not have, but its owner takes ---- */

struct taker {
    struct ss_serving_hook hook;
    const struct ss_key *key;
    unsigned asked;
    bool takes;
};

static bool on_key(struct ss_serving_hook *self, const struct ss_account *account,
                   const struct ss_auth_try *attempt)
{
    struct taker *taker = SS_CONTAINER_OF(self, struct taker, hook);

    taker->asked++;
    cr_expect(ss_span_is(account->user, "tester") && ss_key_equal(attempt->key, taker->key));
    return taker->takes;
}

static void run_taker(bool takes, int want)
{
    struct taker taker = {.hook = {.on_key = on_key}, .key = pair.other_key, .takes = takes};

    pair.plan_keys[0] = pair.other_key;
    pair.serving_config.hook = &taker.hook;
    cr_expect(serve_pair_run(&pair) == want);
    cr_expect(taker.asked > 0);
}

Test(serving, a_key_that_the_hook_takes_lets_in)
{
    run_taker(true, SS_PLAN_OK);
}

Test(serving, a_key_that_the_hook_does_not_take_is_refused)
{
    run_taker(false, SS_PLAN_AUTH);
}

Test(serving, the_password_lets_in_and_a_wrong_one_does_not)
{
    pair.plan_keys[0] = NULL;
    pair.plan_config.password = ss_span_of("secret");
    cr_expect(serve_pair_run(&pair) == SS_PLAN_OK);
}

Test(serving, a_wrong_password_is_refused)
{
    pair.plan_keys[0] = NULL;
    pair.plan_config.password = ss_span_of("guess");
    cr_expect(serve_pair_run(&pair) == SS_PLAN_AUTH);
}

Test(serving, an_account_without_password_takes_none)
{
    pair.plan_keys[0] = NULL;
    pair.account.password = ss_span_of("");
    pair.plan_config.password = ss_span_of("anything");
    cr_expect(serve_pair_run(&pair) == SS_PLAN_AUTH);
}

Test(serving, an_unknown_user_is_refused)
{
    pair.plan_config.user = ss_span_of("somebody");
    pair.plan_config.password = ss_span_of("secret");
    cr_expect(serve_pair_run(&pair) == SS_PLAN_AUTH);
}

Test(serving, an_account_that_wants_both_takes_key_then_password)
{
    pair.account.both = true;
    pair.plan_config.password = ss_span_of("secret");
    cr_expect(serve_pair_run(&pair) == SS_PLAN_OK);
}

Test(serving, an_account_that_wants_both_is_not_content_with_the_password)
{
    pair.account.both = true;
    pair.plan_keys[0] = NULL;
    pair.plan_config.password = ss_span_of("secret");
    cr_expect(serve_pair_run(&pair) == SS_PLAN_AUTH);
}

Test(serving, a_file_that_was_touched_is_in_the_tree)
{
    struct ss_attrs attrs;
    struct ss_fs *fs = ss_mem_fs_fs(pair.tree);

    pair.plan_config.task = SS_PLAN_EXEC;
    pair.plan_config.text = ss_span_of("touch witness");
    cr_expect(serve_pair_run(&pair) == 0);
    cr_expect(fs->ops->stat(fs, ss_span_of("witness"), &attrs) == SS_FX_OK);
}

Test(serving, a_read_only_server_touches_nothing)
{
    struct ss_attrs attrs;
    struct ss_fs *fs = ss_mem_fs_fs(pair.tree);

    pair.serving_config.read_only = true;
    pair.plan_config.task = SS_PLAN_EXEC;
    pair.plan_config.text = ss_span_of("touch witness");
    cr_expect(serve_pair_run(&pair) == 1);
    cr_expect(fs->ops->stat(fs, ss_span_of("witness"), &attrs) == SS_FX_NO_SUCH_FILE);
}

Test(serving, sftp_is_refused_without_a_file_system)
{
    pair.serving_config.fs = NULL;
    pair.plan_config.task = SS_PLAN_SFTP_LS;
    pair.plan_config.text = ss_span_of("/");
    cr_expect(serve_pair_run(&pair) == SS_PLAN_SFTP);
}
