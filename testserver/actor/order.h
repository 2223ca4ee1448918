/* SPDX-License-Identifier: Apache-2.0 */
/* order.h - what a client is told to do, with everything evaluated.
 *
 * Owns: the spans of an order, in an arena of its own.
 * Called by: listen.c and relay.c for clients under test, honest.c for our own. */
#ifndef SSHSPEC_ACTOR_ORDER_H
#define SSHSPEC_ACTOR_ORDER_H

#include "testserver/actor/scene.h"

struct act_errand {
    struct act_order order;
    struct ss_arena arena;
    const struct ss_key *known[ACT_HOST_KINDS + 1]; /* host keys it may accept, null-terminated */
    const struct ss_key *authority; /* whose host certificates it may accept; null: nobody's */
};
/* port: of our side. Decides the scene when an expression has a mistake; ends with fini always. */
SS_MUST_USE ss_err act_errand_init(struct act_scene *scene, struct act_errand *errand,
                                   uint16_t port);
void act_errand_fini(struct act_errand *errand);

#endif
