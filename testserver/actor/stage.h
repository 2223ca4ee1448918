/* SPDX-License-Identifier: Apache-2.0 */
/* stage.h - the ways a scene is played: in memory, towards a server, for a client, in between.
 *
 * Owns: nothing.
 * Called by: run.c. Each fills scene->outcome; a return value is for SS_E_no_memory only. */
#ifndef SSHSPEC_ACTOR_STAGE_H
#define SSHSPEC_ACTOR_STAGE_H

#include "testserver/actor/scene.h"

SS_MUST_USE ss_err act_play_self(struct act_scene *scene, ss_time *out_end);
SS_MUST_USE ss_err act_play_connect(struct act_scene *scene);
SS_MUST_USE ss_err act_play_listen(struct act_scene *scene);
SS_MUST_USE ss_err act_play_relay(struct act_scene *scene);
SS_MUST_USE ss_err act_play_relay_self(struct act_scene *scene, ss_time *out_end);

/* Which seat is ours. Null: the file has none for that, and the scene is decided. */
const struct scn_body *act_our_body(struct act_scene *scene, enum ss_role *out_role);
/* An honest login at the server under test, on a connection of its own. False: why is appended. */
bool act_still_serves(const struct ss_env *env, struct act_world *world, ss_time deadline,
                      struct ss_buf *out_why);
/* Waits for the client under test to end, until the scene's deadline, and takes its status. */
void act_reap_client(struct act_scene *scene);
/* A port of ours, the client started towards it, and its first visit. fd -1: the scene is decided.
 */
SS_MUST_USE ss_err act_await_client(struct act_scene *scene, int *out_fd);
/* A connection to the server under test. fd -1: the scene is decided. */
void act_reach_server(struct act_scene *scene, int *out_fd);

#endif
