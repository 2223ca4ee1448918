/* SPDX-License-Identifier: Apache-2.0 */
/* server.h - many connections in one loop, each served by a serving.h.
 *
 * Owns: the listening socket, the connections, the caps on their number.
 * Not here: accounts, commands, SFTP (serving.h), protocol (engine.h).
 * Called by: programs.
 * Follows: the rules of a server for tests: loopback unless told otherwise, no programs, caps.
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
 * Example: serves one visitor, built-in commands and a tree in memory by SFTP, on a free port of
 * 127.0.0.1. Prints the port, and the host's key as it stands in known_hosts.
 *
 *     #include <stdio.h>
 *
 *     #include "sshspec/key.h"
 *     #include "sshspec/server.h"
 *
 *     int main(void)
 *     {
 *         const struct ss_env *env = ss_system_env();
 *         struct ss_account account = {.user = ss_span_of("me"), .password = ss_span_of("secret")};
 *         struct ss_serving_config serving = {.accounts = &account, .account_count = 1};
 *         struct ss_server_options options = {.visitors = 1};
 *         const struct ss_key *host_keys[2] = {NULL, NULL};
 *         struct ss_server *server = NULL;
 *         struct ss_key *key = NULL;
 *         struct ss_mem_fs *tree = NULL;
 *         struct ss_config config;
 *         struct ss_buf line;
 *         ss_err err = ss_key_generate(env, SS_KEY_ED25519, 0, ss_span_of("example"), &key);
 *
 *         ss_config_init(&config, SS_SERVER);
 *         ss_buf_init(&line, env, 1024);
 *         host_keys[0] = key;
 *         config.host_keys = host_keys;
 *         if (err == SS_OK)
 *             err = ss_key_write_line(key, &line);
 *         if (err == SS_OK)
 *             err = ss_mem_fs_new(env, NULL, &tree);
 *         if (err == SS_OK) {
 *             serving.fs = ss_mem_fs_fs(tree);
 *             err = ss_server_new(env, &config, &serving, &options, &server, NULL);
 *         }
 *         if (err == SS_OK) {
 *             printf("%u %.*s", ss_server_port(server), (int)ss_buf_size(&line), ss_buf_at(&line));
 *             fflush(stdout);
 *             err = ss_server_run(server);
 *         }
 *         ss_server_free(&server);
 *         ss_mem_fs_free(&tree);
 *         ss_key_free(&key);
 *         ss_buf_fini(&line);
 *         return err == SS_OK ? 0 : 1;
 *     } */
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
