/* SPDX-License-Identifier: Apache-2.0 */
/* serve_pair.c - see serve_pair.h. */
#include "tests/support/serve_pair.h"

#include <criterion/criterion.h>

#include "tests/support/support.h"

void serve_pair_init(struct serve_pair *pair)
{
    const struct ss_env *env;

    memset(pair, 0, sizeof(*pair));
    ss_seeded_init(&pair->seeded, 11);
    ss_counted_init(&pair->counted, &pair->seeded.env);
    env = &pair->counted.env;
    cr_assert(ss_key_generate(env, SS_KEY_ED25519, 0, ss_span_of("host"), &pair->host_key) ==
              SS_OK);
    cr_assert(ss_key_generate(env, SS_KEY_ED25519, 0, ss_span_of("user"), &pair->user_key) ==
              SS_OK);
    cr_assert(ss_key_generate(env, SS_KEY_ED25519, 0, ss_span_of("other"), &pair->other_key) ==
              SS_OK);
    pair->host_keys[0] = pair->known[0] = pair->host_key;
    pair->account_keys[0] = pair->plan_keys[0] = pair->user_key;
    cr_assert(ss_mem_fs_new(env, NULL, &pair->tree) == SS_OK);
    pair->account.user = ss_span_of("tester");
    pair->account.password = ss_span_of("secret");
    pair->account.keys = pair->account_keys;
    ss_config_init(&pair->client_config, SS_CLIENT);
    ss_config_init(&pair->server_config, SS_SERVER);
    pair->server_config.host_keys = pair->host_keys;
    pair->serving_config.accounts = &pair->account;
    pair->serving_config.account_count = 1;
    pair->serving_config.fs = ss_mem_fs_fs(pair->tree);
    pair->plan_config.user = ss_span_of("tester");
    pair->plan_config.keys = pair->plan_keys;
    pair->plan_config.known = pair->known;
    pair->plan_config.task = SS_PLAN_LOGIN;
}

static void start(struct serve_pair *pair)
{
    const struct ss_env *env = &pair->counted.env;

    cr_assert(ss_engine_new(&pair->client_config, env, 0, &pair->client) == SS_OK);
    cr_assert(ss_engine_new(&pair->server_config, env, 0, &pair->server) == SS_OK);
    cr_assert(ss_serving_new(env, pair->server, &pair->serving_config, &pair->serving) == SS_OK);
    cr_assert(ss_plan_new(env, pair->client, &pair->plan_config, &pair->plan) == SS_OK);
}

static bool carry(struct serve_pair *pair, struct ss_engine *from, struct ss_engine *to)
{
    ss_span out = ss_engine_output(from);

    if (out.size == 0)
        return false;
    if (pair->piece > 0)
        out = ss_span_part(out, 0, pair->piece);
    cr_assert(ss_engine_feed(to, out, 0) == SS_OK);
    ss_engine_sent(from, out.size);
    return true;
}

static bool turn(struct serve_pair *pair)
{
    struct ss_event event;
    bool moved = carry(pair, pair->client, pair->server);

    while (ss_engine_poll(pair->server, &event)) {
        moved = true;
        cr_assert(ss_serving_event(pair->serving, &event) == SS_OK);
    }
    cr_assert(ss_serving_pump(pair->serving) == SS_OK);
    moved = carry(pair, pair->server, pair->client) || moved;
    while (ss_engine_poll(pair->client, &event)) {
        moved = true;
        cr_assert(ss_plan_event(pair->plan, &event) == SS_OK);
    }
    cr_assert(ss_plan_pump(pair->plan) == SS_OK);
    return moved;
}

int serve_pair_run(struct serve_pair *pair)
{
    start(pair);
    while (turn(pair)) {
    }
    if (ss_plan_status(pair->plan) == SS_PLAN_RUNNING && ss_engine_finished(pair->server))
        ss_plan_lost(pair->plan);
    return ss_plan_status(pair->plan);
}

void serve_pair_fini(struct serve_pair *pair)
{
    ss_plan_free(&pair->plan);
    ss_serving_free(&pair->serving);
    ss_engine_free(&pair->client);
    ss_engine_free(&pair->server);
    ss_mem_fs_free(&pair->tree);
    ss_key_free(&pair->host_key);
    ss_key_free(&pair->user_key);
    ss_key_free(&pair->other_key);
    cr_assert(pair->counted.blocks == 0, "%zu blocks left", pair->counted.blocks);
}
