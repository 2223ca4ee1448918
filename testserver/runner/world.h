/* SPDX-License-Identifier: Apache-2.0 */
/* world.h - real peers, as a conversation sees them (struct act_world).
 *
 * Owns: the server under test that was started for one case, and the client that runs now.
 * Not here: how peers are started (interop/peer.h), what is said to them (actor/).
 * Called by: worker.c. */
#ifndef SSHSPEC_RUNNER_WORLD_H
#define SSHSPEC_RUNNER_WORLD_H

#include "interop/peer.h"
#include "testserver/actor/actor.h"

/* Somebody else's server, or a client by a command line: what `run --server` and `--client` say. */
struct world_outside {
    const char *host; /* null: none */
    uint16_t port;
    const char *user, *key_file, *password_file; /* null: ours */
    const char *client;                          /* null: none */
};

struct world_spec {
    const struct ss_env *env;
    const struct peer_set *peers;
    const struct peer *peer; /* null: outside, or self */
    bool self;
    enum peer_role role;
    const char *folder; /* private to this case, exists, empty */
    const char *keys;   /* folder of the run's keys */
    const struct world_outside *outside;
};

struct world {
    struct act_world act;
    struct world_spec spec;
    struct key_ring ring;
    struct act_keys keys;
    struct ss_key *own_key; /* of an outside account */
    struct ss_buf own_password;
    struct peer_server server;
    struct peer_client client;
    struct ss_arena arena;
    const char *const *client_words; /* of an outside client */
    unsigned clients;                /* started so far */
    char crash[500];                 /* what an earlier client said when it crashed */
};

/* Starts the server where the role asks for one. SS_E_unsupported: this machine or this peer
 * cannot; out_why says what is missing. */
SS_MUST_USE ss_err world_open(const struct world_spec *spec, struct world *out,
                              struct ss_buf *out_why);
/* Ends everything. False: the server crashed, and only now could be seen to have; out_why says. */
bool world_close(struct world *world, struct ss_buf *out_why);

#endif
