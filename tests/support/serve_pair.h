/* SPDX-License-Identifier: Apache-2.0 */
/* serve_pair.h - a client with a plan and a server that serves, joined in memory.
 *
 * Owns: both engines, keys, a tree in memory; all bytes go over at once, or in small pieces.
 * Called by: tests of lib/server and lib/client. */
#ifndef TESTS_SERVE_PAIR_H
#define TESTS_SERVE_PAIR_H

#include "sshspec/key.h"
#include "sshspec/plan.h"
#include "sshspec/serving.h"

struct serve_pair {
    struct ss_seeded seeded;
    struct ss_counted counted;
    struct ss_key *host_key, *user_key, *other_key;
    const struct ss_key *host_keys[2], *account_keys[2], *plan_keys[3], *known[2];
    struct ss_mem_fs *tree;
    struct ss_account account;
    struct ss_config client_config, server_config;
    struct ss_serving_config serving_config;
    struct ss_plan_config plan_config;
    struct ss_engine *client, *server;
    struct ss_serving *serving;
    struct ss_plan *plan;
    size_t piece; /* most bytes that go over at once; 0: all */
};

/* User "tester" with password "secret" and a key; the plan logs in by the key. Change configs
 * before serve_pair_run. */
void serve_pair_init(struct serve_pair *pair);
/* Runs until nobody moves any more; gives the plan's status. */
int serve_pair_run(struct serve_pair *pair);
/* Frees all; fails the test when anything is left. */
void serve_pair_fini(struct serve_pair *pair);

#endif
