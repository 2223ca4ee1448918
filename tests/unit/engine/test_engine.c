/* SPDX-License-Identifier: Apache-2.0 */
/* test_engine.c - an engine is made and given back in every state. */
#include <criterion/criterion.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(engine, .fini = test_counted_check);

Test(engine, a_config_that_cannot_be_used_is_refused)
{
    struct ss_engine *engine = NULL;
    struct ss_config config;

    ss_config_init(&config, SS_EITHER);
    cr_expect(ss_engine_new(&config, &test_counted()->env, 0, &engine) == SS_E_bad_argument);
    ss_config_init(&config, SS_CLIENT);
    config.registry = NULL;
    cr_expect(ss_engine_new(&config, &test_counted()->env, 0, &engine) == SS_E_bad_argument);
    ss_config_init(&config, SS_CLIENT);
    config.ident = NULL;
    cr_expect(ss_engine_new(&config, &test_counted()->env, 0, &engine) == SS_E_bad_argument);
    cr_expect(engine == NULL);
    ss_engine_free(&engine);
}

Test(engine, a_new_one_knows_nothing)
{
    struct ss_channel_info info;
    struct pair pair;

    pair_init(&pair, 1);
    pair_start(&pair);
    cr_expect(ss_engine_fault(pair.client.engine) == NULL);
    cr_expect(!ss_engine_finished(pair.client.engine));
    cr_expect(ss_engine_negotiated(pair.client.engine)->kex == NULL);
    cr_expect(ss_engine_session_id(pair.client.engine).size == 0);
    cr_expect(ss_engine_peer_ident(pair.client.engine).size == 0);
    cr_expect(ss_engine_peer_kexinit(pair.client.engine).size == 0);
    cr_expect(ss_engine_host_key(pair.client.engine).size == 0);
    cr_expect(ss_engine_server_sig_algs(pair.client.engine).data == NULL);
    cr_expect(!ss_engine_peer_ping(pair.client.engine));
    cr_expect(!ss_engine_authenticated(pair.client.engine));
    cr_expect(!ss_engine_channel(pair.client.engine, 0, &info));
    cr_expect(ss_engine_writable(pair.client.engine, 0) == 0);
    cr_expect(ss_engine_sequence(pair.client.engine, SS_OUT) == 0);
    pair_fini(&pair);
}

Test(engine, after_an_exchange_both_know_the_same)
{
    struct pair pair;

    pair_init(&pair, 1);
    hand_keys(&pair);
    cr_expect(ss_engine_peer_ping(pair.client.engine));
    cr_expect(ss_engine_server_sig_algs(pair.client.engine).size > 0);
    cr_expect(ss_span_eq(ss_engine_host_key(pair.client.engine), ss_key_blob(pair.host_key)));
    cr_expect(ss_engine_negotiated(pair.client.engine)->kex ==
              ss_engine_negotiated(pair.server.engine)->kex);
    cr_expect(ss_engine_epoch_bytes(pair.client.engine, SS_OUT) ==
              ss_engine_epoch_bytes(pair.server.engine, SS_IN));
    pair_fini(&pair);
}

Test(engine, memory_that_fails_at_birth_leaves_nothing_behind)
{
    for (enum ss_pace pace = SS_AUTO; pace <= SS_STEP; pace++) {
        for (size_t n = 1;; n++) {
            struct pair pair;
            ss_err err;

            pair_init(&pair, 1);
            pair.client.config.pace = pace;
            pair.client.counted.fail_at = n;
            pair.client.counted.fail_after = true;
            err = pair_start_may_fail(&pair);
            cr_assert(err == SS_OK || err == SS_E_no_memory);
            pair_fini(&pair);
            if (err == SS_OK)
                break;
        }
    }
}
