/* SPDX-License-Identifier: Apache-2.0 */
/* house.h - what an honest server of ours offers: one account, and a tree in memory.
 *
 * Concept: the account has the password and the three user keys of the run. The tree holds the
 *   file /f, 64 KiB of the letter A; what clients and commands make is found there afterwards.
 *
 * Owns: the tree and the serving.
 * Not here: the engine.
 * Called by: seat.c for server seats, honest.c for our own server as a peer. */
#ifndef SSHSPEC_ACTOR_HOUSE_H
#define SSHSPEC_ACTOR_HOUSE_H

#include "sshspec/serving.h"
#include "testserver/actor/actor.h"

struct act_house {
    struct ss_account account;
    const struct ss_key *keys[4];
    struct ss_mem_fs *fs;
    struct ss_serving *serving;
};
/* hook may be null. */
SS_MUST_USE ss_err act_house_init(struct act_house *house, const struct ss_env *env,
                                  struct ss_engine *engine, const struct act_keys *keys,
                                  struct ss_serving_hook *hook);
void act_house_fini(struct act_house *house);
/* Appends the file of that name below the root; SS_E_not_found. */
SS_MUST_USE ss_err act_house_file(struct act_house *house, ss_span name, struct ss_buf *out);

#endif
