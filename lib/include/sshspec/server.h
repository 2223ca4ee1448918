/* SPDX-License-Identifier: Apache-2.0 */
/* server.h - many connections in one loop, each served by a serving.h.
 *
 * Owns: the listening socket, the connections, the caps on their number.
 * Not here: accounts, commands, SFTP (serving.h), protocol (engine.h).
 * Called by: programs.
 * Follows: RELIABILITY rules for a test server: loopback unless told otherwise, no programs, caps.
 *
 * | call               | does                                                             |
 * |--------------------|------------------------------------------------------------------|
 * | ss_server_new      | listens; the port is known from here on                          |
 * | ss_server_run      | serves until stopped, or until enough visitors came and left     |
 * | ss_server_stop     | ends run; may be called from a signal handler or another thread  |
 *
 * A visitor above a cap is closed at once. Time for login is the engine's (config login_time),
 * channels are too (config channels). When no descriptor is left the loop stops accepting until
 * a connection ends.
 *
 *     if (ss_server_new(env, &config, &serving, &options, &server, NULL) == SS_OK)
 *         err = ss_server_run(server);
 *     ss_server_free(&server); */
#ifndef SSHSPEC_SERVER_H
#define SSHSPEC_SERVER_H

#include "sshspec/net.h"
#include "sshspec/serving.h"

struct ss_server_log { /* embed it; recover your object with SS_CONTAINER_OF */
    /* One line without its end, printable; visitor counts from 1, 0 is the server itself. */
    void (*line)(struct ss_server_log *self, uint64_t visitor, const char *text);
};

struct ss_server_options {
    const char *address;       /* numeric; null: 127.0.0.1 */
    uint16_t port;             /* 0: any free one */
    uint32_t connections;      /* at once; 0: 256 */
    uint32_t unauthenticated;  /* of them before login; 0: 32 */
    uint64_t visitors;         /* run ends when so many came and all left; 0: no end */
    struct ss_server_log *log; /* may be null */
};

struct ss_server;
/* config: role SS_SERVER with host_keys, pace SS_AUTO; all is borrowed but options. Addresses that
 * are not loopback are the caller's decision. */
SS_MUST_USE ss_err ss_server_new(const struct ss_env *env, const struct ss_config *config,
                                 const struct ss_serving_config *serving,
                                 const struct ss_server_options *options,
                                 struct ss_server **out_server, struct ss_buf *why);
uint16_t ss_server_port(const struct ss_server *server);
/* SS_OK when it was stopped, or all visitors are gone. */
SS_MUST_USE ss_err ss_server_run(struct ss_server *server);
void ss_server_stop(struct ss_server *server);
void ss_server_free(struct ss_server **server);

#endif
