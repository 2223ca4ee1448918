/* SPDX-License-Identifier: Apache-2.0 */
/* served.h - a server in a process of its own, for a client that waits.
 *
 * Owns: one server a test process, ended by served_fini.
 * Not here: conversations without sockets (tests/support). */
#ifndef TESTS_CLIENT_SERVED_H
#define TESTS_CLIENT_SERVED_H

#include <sys/types.h>

#include "sshspec/client.h"
#include "sshspec/serving.h"
#include "tests/support/support.h"

struct served {
    /* of the server: change before served_start */
    struct ss_config server_config;
    struct ss_account account; /* "tester", password "secret", keys[0] */
    bool no_files;             /* subsystem sftp is refused */
    /* of the client: change before served_connect */
    struct ss_config config;
    struct ss_client_options options; /* keys and known set, everything else empty */
    struct ss_client *client;
    /* filled in */
    struct ss_key *host_keys[3]; /* ed25519, ecdsa, null */
    struct ss_key *keys[3];      /* [0] the account's, [1] another's, null */
    const struct ss_key *offered[3], *granted[2];
    struct ss_hostkeys *known; /* has host_keys[0] once the server was started */
    struct ss_buf name;        /* "[127.0.0.1]:port" */
    uint16_t port;
    pid_t pid;
};

/* Memory of the client's side is that of test_counted(). */
void served_init(struct served *served);
void served_start(struct served *served);
/* Starts unless that was done; a client, connected. */
ss_err served_connect(struct served *served);
/* Ends client and server; fails the test when the server did not end as it should. */
void served_fini(struct served *served);

/* Listens and answers the first visitor with these bytes, then closes: no SSH server. quiet: says
 * nothing and keeps the connection until served_fini. Sets port and pid. */
enum served_odd { SERVED_SAYS, SERVED_QUIET };
void served_start_odd(struct served *served, enum served_odd how, const char *bytes);
/* Does the client's error text hold this? */
bool served_says(const struct served *served, const char *text);

#endif
