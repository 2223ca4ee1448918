/* SPDX-License-Identifier: Apache-2.0 */
/* client_impl.h - what the files of the blocking client share.
 *
 * Owns: the layout of struct ss_client.
 * Not here: anything for callers (client.h). */
#ifndef CLIENT_CLIENT_IMPL_H
#define CLIENT_CLIENT_IMPL_H

#include "sshspec/client.h"
#include "sshspec/text.h"

#define CLIENT_NONE UINT32_MAX /* no channel */
#define CLIENT_KEYS_MOST 32    /* host keys of one server that are looked at */

struct client_session; /* rotate.c */
SS_MUST_USE ss_err client_rotate_announced(struct ss_client *client,
                                           const struct ss_tail_global_request_hostkeys *tail);
SS_MUST_USE ss_err client_rotate_proven(struct ss_client *client, const struct ss_event *event);
void client_rotate_fini(struct ss_client *client);

/* session.c */

struct ss_client {
    const struct ss_env *env;
    struct ss_config config;
    struct ss_client_options options;
    struct ss_engine *engine;
    struct ss_driver driver;
    struct ss_arena arena; /* messages that are being made */
    struct ss_buf name;    /* the host as known_hosts has it */
    struct ss_buf algorithms;
    struct ss_client_error error;
    enum ss_client_phase phase;
    bool lost; /* the connection cannot be used any more */

    /* login */
    size_t next_key;
    bool tried_none, tried_password, logged_in;

    /* host keys the server announced, while their proof is outstanding */
    struct ss_key *announced[CLIENT_KEYS_MOST];
    size_t announced_count;
    bool proof_asked;

    /* the one channel */
    struct client_session *session;
};

/* Pins the first error with its words; a later one of a usable connection replaces one that was
 * of a usable connection too. Returns err. */
ss_err client_fail(struct ss_client *client, ss_err err, uint32_t status, const char *format, ...)
    SS_PRINTF(4, 5);
/* The same, and the connection is over. */
ss_err client_lose(struct ss_client *client, ss_err err, uint32_t status, const char *format, ...)
    SS_PRINTF(4, 5);
/* What the engine's fault, or the driver's failure, means for a person. */
ss_err client_lose_engine(struct ss_client *client);
ss_err client_lose_driver(struct ss_client *client, ss_err err);

/* One turn: all events, then a wait until something happens. */
struct pollfd;
SS_MUST_USE ss_err client_turn(struct ss_client *client, struct pollfd *others, size_t count,
                               ss_time until);
SS_MUST_USE ss_err client_events(struct ss_client *client);
SS_MUST_USE ss_err client_do(struct ss_client *client, const struct ss_command *command);

/* login.c */
SS_MUST_USE ss_err client_host_key(struct ss_client *client, const struct ss_event *event);
SS_MUST_USE ss_err client_auth_next(struct ss_client *client, const struct ss_event *event);
/* Algorithms of keys that are known for the host go first. */
SS_MUST_USE ss_err client_prefer_known(struct ss_client *client);

/* session.c */
SS_MUST_USE ss_err client_session_event(struct ss_client *client, const struct ss_event *event);

/* A channel's user: told of data, asked for more. */
struct client_user {
    ss_err (*data)(struct client_user *self, uint32_t type, ss_span data);
    /* Sends what it has while ss_engine_writable is above 0. */
    ss_err (*pump)(struct client_user *self);
    /* True: nothing more is to be sent; EOF goes out once. */
    bool (*input_over)(const struct client_user *self);
    /* Descriptor to wait for, or -1. */
    int (*wait_fd)(const struct client_user *self);
    /* True: the channel may be closed from our side. */
    bool (*done)(const struct client_user *self);
};
/* Opens a channel, makes the request, serves user until the channel is closed. */
SS_MUST_USE ss_err client_session_run(struct ss_client *client,
                                      const struct ss_session_request *request,
                                      struct client_user *user, struct ss_session_end *out_end);
/* For users' pumps. */
size_t client_session_room(const struct ss_client *client);
SS_MUST_USE ss_err client_session_send(struct ss_client *client, ss_span data);

#endif
