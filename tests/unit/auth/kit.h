/* SPDX-License-Identifier: Apache-2.0 */
/* kit.h - what the tests of auth/ share: a layer on a fake link, requests and replies made quickly.
 *
 * Owns: nothing but what kit_new made.
 * Not here: the fake link (tests/support/fake_link.h). */
#ifndef AUTH_KIT_H
#define AUTH_KIT_H

#include "auth/state.h"
#include "tests/support/fake_link.h"

/* Started, with a session identifier; a client's first AUTH_NEXT is taken. */
struct fake *kit_new(enum ss_role role);
void kit_free(struct fake *fake);
struct ss_auth *kit_layer(struct fake *fake);
/* A new key; bits only matter to RSA. */
struct ss_key *kit_key(enum ss_key_kind kind, unsigned bits);

/* ---- as the client's owner ---- */
struct ss_command kit_command(enum ss_command_kind kind, const char *text);
/* The request that was sent; its tail must be this row. */
const struct ss_msg_userauth_request *kit_sent(struct fake *fake, enum ss_msgid tail);
ss_err kit_success(struct fake *fake);
ss_err kit_failure(struct fake *fake, const char *methods, bool partial);

/* ---- as the server's peer and owner ---- */
ss_err kit_none(struct fake *fake, const char *user);
ss_err kit_password(struct fake *fake, const char *user, const char *password);
ss_err kit_request(struct fake *fake, const char *user, const char *service, const char *method);
ss_err kit_answer(struct fake *fake, enum ss_auth_answer answer, const char *text);
/* A public key request; signature empty: a query. */
ss_err kit_publickey(struct fake *fake, const char *user, const char *algorithm, ss_span blob,
                     ss_span signature);
/* What RFC 4252 section 7 has signed, written out by hand; in buf. */
void kit_signed_data(struct ss_buf *buf, ss_span session_id, const char *user,
                     const char *algorithm, ss_span blob);
/* Its signature, in buf. */
void kit_sign(struct ss_buf *buf, const struct ss_key *key, const struct ss_sign_alg *alg,
              ss_span session_id, const char *user, const char *algorithm);

#define KIT_SESSION "the session identifier"

#endif
