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
 * | publickey.c | the public key method, both roles                                 |
 *
 * What a sent message changes is changed in on_sent, from the bytes that went out, so that one
 * sent by hand changes the same. */
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
    bool next_due; /* AUTH_NEXT is to be raised by act(): the owner may begin */
    /* the request that is to be sent, from a command; secrets are wiped once it went out */
    bool wanted;
    enum ss_command_kind kind;
    struct ss_buf user, first, second; /* first and second: passwords */
    struct ss_key *key;                /* kept for compose until the next command */
    const struct ss_sign_alg *alg;
    /* requests that went out and have no reply; more than one only by hand */
    uint32_t outstanding;
    bool in_steps; /* the last one got an INFO_REQUEST: another request aborts it */
    struct ss_buf sent_user, sent_method, sent_algorithm, sent_blob; /* of the last one */
    bool sent_query;
    uint32_t attempts; /* failures so far */
};

struct ss_auth_server {
    struct ss_buf waiting; /* requests that came meanwhile: strings, one after another */
    uint32_t waiting_count;
    struct ss_buf payload; /* of the request that is being answered */
    struct ss_arena arena; /* what it was decoded to */
    bool busy;             /* it has no answer yet */
    bool counted;          /* its failure counts */
    bool in_steps;         /* it got an INFO_REQUEST, by hand */
    struct ss_auth_try attempt;
    struct ss_key *key;
    enum ss_auth_due due;
    struct ss_buf text;                       /* of the answer: methods left, or a prompt */
    struct ss_buf last_user, last_method;     /* of the last request, answered or not */
    bool partial;                             /* a method was completed */
    struct ss_buf partial_user, methods_left; /* by whom; what may go on */
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
SS_MUST_USE ss_err ss_auth_client_compose(struct ss_auth *auth,
                                          struct ss_msg_userauth_request *body);
/* A reply came: false when nobody waits for one. */
bool ss_auth_client_settle(struct ss_auth *auth);

/* ---- server.c ---- */
SS_MUST_USE ss_err ss_auth_server_take(struct ss_auth *auth, const struct ss_msg *msg);
SS_MUST_USE ss_err ss_auth_server_answer(struct ss_auth *auth, const struct ss_command *command);
SS_MUST_USE ss_err ss_auth_server_sent(struct ss_auth *auth, const struct ss_msg *msg);
SS_MUST_USE ss_err ss_auth_server_act(struct ss_auth *auth);
/* The methods that may go on, as a FAILURE names them; may live in the link's arena. */
SS_MUST_USE ss_err ss_auth_server_methods(const struct ss_auth *auth, ss_span *out_methods);

/* ---- auth.c ---- */
SS_MUST_USE ss_err ss_auth_fail(struct ss_auth *auth, ss_err err, const char *field,
                                const char *rule);
SS_MUST_USE ss_err ss_auth_done(struct ss_auth *auth, ss_span user, ss_span method);
/* The meaning of 60 to 79 under a method. */
enum ss_context ss_auth_context_of(ss_span method);
SS_MUST_USE ss_err ss_auth_set(struct ss_buf *buf, ss_span bytes);

/* ---- password.c ---- */
#define SS_AUTH_PROMPT "The password has expired."
void ss_auth_password_fill(const struct ss_auth *auth,
                           struct ss_tail_userauth_request_password *body);
SS_MUST_USE ss_err ss_auth_password_take(struct ss_auth *auth,
                                         const struct ss_msg_userauth_passwd_changereq *msg);
void ss_auth_password_try(struct ss_auth_try *attempt,
                          const struct ss_tail_userauth_request_password *body);

/* ---- publickey.c ---- */
/* The two layouts of a public key request, as one. */
struct ss_auth_pubkey {
    bool hostbound, has_signature;
    ss_span algorithm, blob, signature;
    ss_span host_key; /* hostbound: the server's */
};
/* False: it is no such request. */
bool ss_auth_publickey_read(const struct ss_msg_userauth_request *request,
                            struct ss_auth_pubkey *out);
/* The layout that a client uses now: bound to the host key where the server can take that.
 * rule: OSSH-3.1-hostbound-client-prefers */
enum ss_msgid ss_auth_publickey_tail(const struct ss_auth *auth);
/* The algorithm for a key; null when the server takes none that fits. */
const struct ss_sign_alg *ss_auth_publickey_alg(const struct ss_auth *auth,
                                                const struct ss_key *key);
/* Fills the request's tail: algorithm, blob and, when asked to, the signature, which lives in the
 * link's arena. */
SS_MUST_USE ss_err ss_auth_publickey_fill(struct ss_auth *auth, bool with_signature,
                                          struct ss_msg_userauth_request *request);
SS_MUST_USE ss_err ss_auth_publickey_take(struct ss_auth *auth,
                                          const struct ss_msg_userauth_pk_ok *msg);
/* Fills the attempt; out_asks is false when the request is refused without asking the owner. */
SS_MUST_USE ss_err ss_auth_publickey_try(struct ss_auth *auth, const struct ss_auth_pubkey *body,
                                         bool *out_asks);

#endif
