/* SPDX-License-Identifier: Apache-2.0 */
/* auth.h - the user authentication layer, both roles.
 *
 * Owns: which method is under way, attempts and requests counted, the methods that may go on.
 * Not here: whether a user may log in (the owner answers SS_EVENT_AUTH_REQUEST), which key or
 *   password to try (the owner answers SS_EVENT_AUTH_NEXT).
 * Called by: engine.
 * Follows: RFC 4252, RFC 8308 section 3.1 (server-sig-algs), RFC 8332 section 3.3. */
#ifndef SSHSPEC_AUTH_H
#define SSHSPEC_AUTH_H

#include "sshspec/layer.h"

struct ss_auth; /* opaque */
SS_MUST_USE ss_err ss_auth_new(struct ss_link *link, struct ss_auth **out_layer);
void ss_auth_free(struct ss_auth **layer);
extern const struct ss_layer_ops ss_auth_ops;

/* The service ssh-userauth was accepted: a client may ask, a server may be asked. */
void ss_auth_start(struct ss_auth *layer);
/* The meaning of messages 60 to 79 now: the method of the last request. */
enum ss_context ss_auth_context(const struct ss_auth *layer);

#endif
