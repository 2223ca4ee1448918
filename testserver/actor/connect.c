/* SPDX-License-Identifier: Apache-2.0 */
/* connect.c - a scene towards a server under test.
 *
 * Owns: the connection to it, and the honest login after a close.
 * Not here: what is said (seat.h), the server's process (act_world).
 * Called by: run.c; relay.c for its way to the server.
 * Follows: SCENARIOS rule 7. */
#include "sshspec/net.h"
#include "testserver/actor/clauses.h"
#include "testserver/actor/honest.h"
#include "testserver/actor/join.h"
#include "testserver/actor/seat.h"
#include "testserver/actor/stage.h"

static const struct scn_pos nowhere = {0, 0};

void act_reach_server(struct act_scene *scene, int *out_fd)
{
    struct act_world *world = scene->job->world;
    struct ss_buf why;
    ss_err err;

    *out_fd = -1;
    ss_buf_init(&why, scene->env, 1000);
    err = ss_net_connect(world->host, world->port, scene->deadline, out_fd, &why);
    if (err != SS_OK) {
        *out_fd = -1;
        act_decide(scene, VERDICT_ERROR, nowhere, "no connection to the server: %.*s",
                   (int)ss_buf_size(&why), (const char *)ss_buf_at(&why));
    }
    ss_buf_fini(&why);
}

ss_err act_play_connect(struct act_scene *scene)
{
    struct act_seat_plan plan = {.env = scene->env};
    struct act_world_witness witness;
    struct act_wire wire = {.fd = -1};
    struct seat *seat = NULL;
    ss_err err;

    plan.body = act_our_body(scene, &plan.role);
    if (plan.body == NULL)
        return SS_OK;
    act_reach_server(scene, &wire.fd);
    if (wire.fd < 0)
        return SS_OK;
    err = act_seat_new(scene, &plan, ss_clock(), &seat);
    if (err != SS_OK) {
        act_blame(scene, nowhere, "the scene could not be set", err);
        ss_net_close(&wire.fd);
        return err == SS_E_no_memory ? err : SS_OK;
    }
    wire.end = act_seat_end(seat);
    act_join_sockets(&wire, 1, scene->deadline);
    act_wire_close(&wire, scene->deadline);
    act_seat_finish(seat);
    act_world_witness_init(&witness, scene->job->world);
    act_clauses(scene, &witness.witness, false);
    act_seat_free(&seat);
    return SS_OK;
}

/* ---- the login after a close ---- */
static const char *plan_text(int status)
{
    switch (status) {
    case SS_PLAN_RUNNING:
        return "it did not finish in time";
    case SS_PLAN_AUTH:
        return "it refuses the account";
    case SS_PLAN_NO_COMMON:
        return "it shares no algorithm with us";
    case SS_PLAN_LOST:
        return "it closed the connection";
    default:
        return "it failed";
    }
}

bool act_still_serves(const struct ss_env *env, struct act_world *world, ss_time deadline,
                      struct ss_buf *out_why)
{
    struct act_honest *honest = NULL;
    struct act_wire wire = {.fd = -1};
    int status = SS_PLAN_RUNNING;
    ss_err err = ss_net_connect(world->host, world->port, deadline, &wire.fd, out_why);

    if (err != SS_OK)
        return false;
    err = act_honest_client(env, world->keys, NULL, ss_clock(), &honest);
    if (err == SS_OK) {
        wire.end = act_honest_end(honest);
        act_join_sockets(&wire, 1, deadline);
        status = act_honest_status(honest);
        act_wire_close(&wire, deadline);
    } else {
        ss_net_close(&wire.fd);
    }
    act_honest_free(&honest);
    if (err == SS_OK && status != SS_PLAN_OK)
        err = ss_buf_puts(out_why, plan_text(status));
    return err == SS_OK && status == SS_PLAN_OK;
}
