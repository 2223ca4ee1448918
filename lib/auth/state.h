/* SPDX-License-Identifier: Apache-2.0 */
/* state.h - the insides of the authentication layer, shared by the files of this room.
 *
 * Owns: struct ss_auth and what its parts ask of one another.
 * Not here: the public calls (sshspec/auth.h).
 * Called by: lib/auth only.
 *
 * | file        | owns                                                              |
 * |-------------|-------------------------------------------------------------------|
 * | auth.c      | the layer: which message goes where, compose, life                |
 * | client.c    | the request under way and its reply                               |
 * | server.c    | requests in order, counting, answers                              |
 * | password.c  | the password method, both roles                                   |
 * | publickey.c | the public key method, both roles                                 | */
#ifndef SSHSPEC_AUTH_STATE_H
#define SSHSPEC_AUTH_STATE_H

#include "sshspec/auth.h"
#include "sshspec/key.h"

enum ss_auth_due {
    SS_DUE_NONE,
    SS_DUE_FAILURE,
    SS_DUE_PARTIAL,
    SS_DUE_SUCCESS,
    SS_DUE_PK_OK,
    SS_DUE_CHANGE
};

struct ss_auth_client {
    bool wanted;                       /* a command asked for a request */
    enum ss_command_kind kind;         /* which */
    struct ss_buf user, first, second; /* of the command; first and second are secret */
    struct ss_key *key;
    bool asked_first; /* AUTH_NEXT was raised at the start */
    bool next_due;    /* raise it in act() */
    bool outstanding; /* a request went out and has no reply */
    struct ss_buf sent_user, sent_method, sent_algorithm, sent_blob; /* of that request */
    uint32_t attempts;                                               /* failures so far */
};

struct ss_auth_server {
    struct ss_buf waiting; /* requests that came meanwhile: strings, one after another */
    uint32_t waiting_count;
    struct ss_buf payload; /* of the request that is being answered */
    struct ss_arena arena; /* what it was decoded to */
    bool busy;             /* it has no answer yet */
    bool counted;          /* its failure counts */
    struct ss_auth_try attempt;
    struct ss_key *key;
    enum ss_auth_due due;
    struct ss_buf methods; /* of a partial success */
    bool banner_sent, none_seen;
    uint64_t failures, requests;
};

struct ss_auth {
    struct ss_link *link;
    bool started;
    enum ss_context context;
    struct ss_buf user; /* what link->user points to */
    struct ss_auth_client client;
    struct ss_auth_server server;
};

/* ---- client.c ---- */
SS_MUST_USE ss_err ss_auth_client_command(struct ss_auth *auth, const struct ss_command *command);
SS_MUST_USE ss_err ss_auth_client_take(struct ss_auth *auth, const struct ss_msg *msg);
SS_MUST_USE ss_err ss_auth_client_sent(struct ss_auth *auth,
                                       const struct ss_msg_userauth_request *request);
SS_MUST_USE ss_err ss_auth_client_act(struct ss_auth *auth);

/* ---- server.c ---- */
SS_MUST_USE ss_err ss_auth_server_take(struct ss_auth *auth, const struct ss_msg *msg);
SS_MUST_USE ss_err ss_auth_server_answer(struct ss_auth *auth, const struct ss_command *command);
/* An answer went out: number is its message number. */
SS_MUST_USE ss_err ss_auth_server_sent(struct ss_auth *auth, uint8_t number);
SS_MUST_USE ss_err ss_auth_server_act(struct ss_auth *auth);
/* The methods that may go on, as configured. */
ss_span ss_auth_methods(const struct ss_auth *auth);

/* ---- auth.c ---- */
ss_err ss_auth_fail(struct ss_auth *auth, ss_err err, const char *field, const char *rule);
SS_MUST_USE ss_err ss_auth_done(struct ss_auth *auth, ss_span user, ss_span method);
/* The meaning of 60 to 79 under a method. */
enum ss_context ss_auth_context_of(ss_span method);

/* ---- password.c ---- */
void ss_auth_password_fill(const struct ss_auth *auth,
                           struct ss_tail_userauth_request_password *body);
SS_MUST_USE ss_err ss_auth_password_take(struct ss_auth *auth,
                                         const struct ss_msg_userauth_passwd_changereq *msg);
void ss_auth_password_try(struct ss_auth_try *attempt,
                          const struct ss_tail_userauth_request_password *body);

/* ---- publickey.c ---- */
/* Fills algorithm, blob and, when asked to, the signature, which lives in the link's arena. */
SS_MUST_USE ss_err ss_auth_publickey_fill(struct ss_auth *auth, bool with_signature,
                                          struct ss_tail_userauth_request_publickey *body);
SS_MUST_USE ss_err ss_auth_publickey_take(struct ss_auth *auth,
                                          const struct ss_msg_userauth_pk_ok *msg);
/* Fills the attempt; out_asks is false when the request is refused without asking the owner. */
SS_MUST_USE ss_err ss_auth_publickey_try(struct ss_auth *auth,
                                         const struct ss_tail_userauth_request_publickey *body,
                                         bool *out_asks);

#endif
