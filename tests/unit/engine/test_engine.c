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
    struct duo duo;

    duo_init(&duo, 1);
    duo_start(&duo);
    cr_expect(ss_engine_fault(duo.client.engine) == NULL);
    cr_expect(!ss_engine_finished(duo.client.engine));
    cr_expect(ss_engine_negotiated(duo.client.engine)->kex == NULL);
    cr_expect(ss_engine_session_id(duo.client.engine).size == 0);
    cr_expect(ss_engine_peer_ident(duo.client.engine).size == 0);
    cr_expect(ss_engine_peer_kexinit(duo.client.engine).size == 0);
    cr_expect(ss_engine_host_key(duo.client.engine).size == 0);
    cr_expect(ss_engine_server_sig_algs(duo.client.engine).data == NULL);
    cr_expect(!ss_engine_peer_ping(duo.client.engine));
    cr_expect(!ss_engine_authenticated(duo.client.engine));
    cr_expect(!ss_engine_channel(duo.client.engine, 0, &info));
    cr_expect(ss_engine_writable(duo.client.engine, 0) == 0);
    cr_expect(ss_engine_sequence(duo.client.engine, SS_OUT) == 0);
    duo_fini(&duo);
}

Test(engine, after_an_exchange_both_know_the_same)
{
    struct duo duo;

    duo_init(&duo, 1);
    hand_keys(&duo);
    cr_expect(ss_engine_peer_ping(duo.client.engine));
    cr_expect(ss_engine_server_sig_algs(duo.client.engine).size > 0);
    cr_expect(ss_span_eq(ss_engine_host_key(duo.client.engine), ss_key_blob(duo.host_key)));
    cr_expect(ss_engine_negotiated(duo.client.engine)->kex ==
              ss_engine_negotiated(duo.server.engine)->kex);
    cr_expect(ss_engine_epoch_bytes(duo.client.engine, SS_OUT) ==
              ss_engine_epoch_bytes(duo.server.engine, SS_IN));
    duo_fini(&duo);
}

Test(engine, memory_that_fails_at_birth_leaves_nothing_behind)
{
    for (enum ss_pace pace = SS_AUTO; pace <= SS_STEP; pace++) {
        for (size_t n = 1;; n++) {
            struct duo duo;
            ss_err err;

            duo_init(&duo, 1);
            duo.client.config.pace = pace;
            duo.client.counted.fail_at = n;
            duo.client.counted.fail_after = true;
            err = duo_start_may_fail(&duo);
            cr_assert(err == SS_OK || err == SS_E_no_memory);
            duo_fini(&duo);
            if (err == SS_OK)
                break;
        }
    }
}
