/* SPDX-License-Identifier: Apache-2.0 */
/* honest.h - our own endpoints as they should be: a server, or a client that does an action.
 *
 * Owns: an engine on autopilot and its owner.
 * Not here: scenarios (seat.h).
 * Called by: self.c as the peer, connect.c for the login after a close. */
#ifndef SSHSPEC_ACTOR_HONEST_H
#define SSHSPEC_ACTOR_HONEST_H

#include "sshspec/plan.h"
#include "testserver/actor/end.h"
#include "testserver/actor/house.h"
#include "testserver/actor/order.h"

struct act_honest; /* opaque */
SS_MUST_USE ss_err act_honest_server(const struct ss_env *env, const struct act_keys *keys,
                                     ss_time now, struct act_honest **out);
/* errand null: a login and nothing else, any host key. It must outlive the client. */
SS_MUST_USE ss_err act_honest_client(const struct ss_env *env, const struct act_keys *keys,
                                     const struct act_errand *errand, ss_time now,
                                     struct act_honest **out);
void act_honest_free(struct act_honest **honest);
struct act_end *act_honest_end(struct act_honest *honest);
/* SS_PLAN_RUNNING while it runs; a server has none. */
int act_honest_status(const struct act_honest *honest);
/* The first failure of its own: a mistake of ours, or memory. */
ss_err act_honest_error(const struct act_honest *honest);
/* What a client put out, or the file it got; SS_E_not_found for another name. */
SS_MUST_USE ss_err act_honest_output(const struct act_honest *honest, bool errors,
                                     struct ss_buf *out);
SS_MUST_USE ss_err act_honest_file(struct act_honest *honest, ss_span name, struct ss_buf *out);

#endif
