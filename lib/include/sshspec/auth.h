/* SPDX-License-Identifier: Apache-2.0 */
/* auth.h - the user authentication layer, both roles.
 *
 * Owns: which method is under way, attempts and requests counted, the methods that may go on.
 * Not here: whether a user may log in (the owner answers SS_EVENT_AUTH_REQUEST), which key or
 *   password to try (the owner answers SS_EVENT_AUTH_NEXT).
 * Called by: engine.
 * Follows: RFC 4252, RFC 8308 section 3.1 (server-sig-algs), RFC 8332 section 3.3.
 *
 * A client asks one thing at a time: a command while another waits for its reply is
 * SS_E_would_block; SS_E_unsupported when the server takes no signature algorithm that fits the
 * key (try the next), SS_E_bad_argument for a key without its private part, SS_E_usage before the
 * service was accepted, after success, and in the other role. A server answers each question once;
 * requests that came meanwhile wait. A failed attempt that reaches config.auth_tries is answered
 * by a disconnect; queries and the first "none" are free, but config.auth_requests counts all. */
#ifndef SSHSPEC_AUTH_H
#define SSHSPEC_AUTH_H

#include "sshspec/layer.h"

struct ss_auth; /* opaque */
SS_MUST_USE ss_err ss_auth_new(struct ss_link *link, struct ss_auth **out_layer);
void ss_auth_free(struct ss_auth **layer);
extern const struct ss_layer_ops ss_auth_ops;

/* The service ssh-userauth was accepted: a client may ask, a server may be asked. The next act()
 * of a client raises SS_EVENT_AUTH_NEXT, with no methods known. */
void ss_auth_start(struct ss_auth *layer);
/* The meaning of messages 60 to 79 now: the method of the last request. */
enum ss_context ss_auth_context(const struct ss_auth *layer);

#endif
