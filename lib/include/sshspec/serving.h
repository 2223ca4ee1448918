/* SPDX-License-Identifier: Apache-2.0 */
/* serving.h - the owner of a server engine: answers its questions, runs scripted commands and SFTP.
 *
 * Owns: per-channel state of one connection: responders, SFTP servers, data waiting for window.
 * Not here: sockets (server.h drives one of these a connection), real programs: none ever run.
 * Called by: lib/server's loop; the test program's server seats and its peer `self`.
 * Follows: RFC 4252 to 4254 through the engine. What is not asked for is refused.
 *
 * Built-in commands: true; false; exit N; echo WORD...; cat; head -c N /dev/zero; wc -c;
 * stderr WORD...; signal NAME; touch NAME; sleep-free by design: nothing waits. Anything else says
 * "NAME: not found" on standard error and exits with 127. A shell reads one such line at a time.
 *
 * Example: serves the visitor whose socket is standard input, as inetd starts a server.
 *
 *     #include <unistd.h>
 *
 *     #include "sshspec/key.h"
 *     #include "sshspec/net.h"
 *     #include "sshspec/serving.h"
 *
 *     static ss_err serve(struct ss_engine *engine, struct ss_serving *serving, int take_fd)
 *     {
 *         struct ss_driver driver;
 *         struct ss_event event;
 *         ss_err err = SS_OK;
 *
 *         ss_driver_init(&driver, engine, take_fd);
 *         while (err == SS_OK && !ss_driver_over(&driver)) {
 *             while (err == SS_OK && ss_engine_poll(engine, &event))
 *                 err = ss_serving_event(serving, &event);
 *             if (err == SS_OK)
 *                 err = ss_serving_pump(serving);
 *             if (err == SS_OK)
 *                 err = ss_driver_step(&driver, NULL, 0, SS_NEVER);
 *         }
 *         ss_driver_fini(&driver);
 *         return err;
 *     }
 *
 *     int main(void)
 *     {
 *         const struct ss_env *env = ss_system_env();
 *         struct ss_account account = {.user = ss_span_of("me"), .password = ss_span_of("secret")};
 *         struct ss_serving_config who = {.accounts = &account, .account_count = 1};
 *         const struct ss_key *host_keys[2] = {NULL, NULL};
 *         struct ss_serving *serving = NULL;
 *         struct ss_engine *engine = NULL;
 *         struct ss_key *key = NULL;
 *         struct ss_config config;
 *         ss_err err = ss_key_generate(env, SS_KEY_ED25519, 0, ss_span_of(""), &key);
 *
 *         ss_config_init(&config, SS_SERVER);
 *         host_keys[0] = key;
 *         config.host_keys = host_keys;
 *         if (err == SS_OK)
 *             err = ss_engine_new(&config, env, ss_clock(), &engine);
 *         if (err == SS_OK)
 *             err = ss_serving_new(env, engine, &who, &serving);
 *         if (err == SS_OK)
 *             err = serve(engine, serving, dup(STDIN_FILENO));
 *         ss_serving_free(&serving);
 *         ss_engine_free(&engine);
 *         ss_key_free(&key);
 *         return err == SS_OK || err == SS_E_closed ? 0 : 1;
 *     } */
#ifndef SSHSPEC_SERVING_H
#define SSHSPEC_SERVING_H

#include "sshspec/engine.h"
#include "sshspec/sftp.h"

struct ss_account {
    ss_span user;
    ss_span password;                 /* empty: no password login */
    const struct ss_key *const *keys; /* null-terminated, or null */
    bool none;                        /* method none lets in */
    bool both;                        /* a key, then the password: partial success between */
};

struct ss_serving_hook { /* embed it; recover your object with SS_CONTAINER_OF */
    /* An SFTP request arrived on channel. True: taken, the owner answers with
     * ss_serving_sftp_reply. May be null. */
    bool (*on_sftp)(struct ss_serving_hook *self, uint32_t channel, const struct ss_msg *request);
    /* touch NAME was run, or a command began. May be null. */
    void (*on_command)(struct ss_serving_hook *self, ss_span command);
    /* A key that is none of the account's: true takes it all the same, a certificate for one. May
     * be null. */
    bool (*on_key)(struct ss_serving_hook *self, const struct ss_account *account,
                   const struct ss_auth_try *attempt);
};

struct ss_serving_config {
    const struct ss_account *accounts;
    size_t account_count;
    struct ss_fs *fs; /* what SFTP serves; borrowed; null: subsystem sftp is refused */
    bool read_only;
    struct ss_serving_hook *hook; /* may be null */
};

struct ss_serving; /* opaque */
SS_MUST_USE ss_err ss_serving_new(const struct ss_env *env, struct ss_engine *engine,
                                  const struct ss_serving_config *config,
                                  struct ss_serving **out_serving);
void ss_serving_free(struct ss_serving **serving);
/* Deals with one event; events that are no business of a server's owner are ignored. */
SS_MUST_USE ss_err ss_serving_event(struct ss_serving *serving, const struct ss_event *event);
/* Sends what waits, as windows allow. Call after events, and when output has drained. */
SS_MUST_USE ss_err ss_serving_pump(struct ss_serving *serving);
/* A reply on an SFTP channel, with lies. */
SS_MUST_USE ss_err ss_serving_sftp_reply(struct ss_serving *serving, uint32_t channel,
                                         const struct ss_msg *reply, const struct ss_lie *lies,
                                         size_t lie_count);
/* A request that on_sftp took, served after all. */
SS_MUST_USE ss_err ss_serving_sftp_serve(struct ss_serving *serving, uint32_t channel,
                                         const struct ss_msg *request);

#endif
