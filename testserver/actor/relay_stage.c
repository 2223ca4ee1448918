/* SPDX-License-Identifier: Apache-2.0 */
/* relay_stage.c - a relay joined to a client and a server: both under test, or both ours in memory.
 *
 * Owns: the sockets, or our two endpoints.
 * Not here: the relay (relay.h).
 * Called by: run.c.
 * Follows: SCENARIOS rule 10. */
#include "sshspec/net.h"
#include "testserver/actor/clauses.h"
#include "testserver/actor/honest.h"
#include "testserver/actor/join.h"
#include "testserver/actor/relay.h"
#include "testserver/actor/stage.h"

static const struct scn_pos nowhere = {0, 0};

static bool has_relay(struct act_scene *scene)
{
    if (!scene->job->file->relay.present)
        act_decide(scene, VERDICT_ERROR, nowhere, "the scenario has no relay seat");
    return scene->job->file->relay.present;
}

/* ---- sockets ---- */
static ss_err between(struct act_scene *scene, struct act_wire *wires)
{
    struct act_world_witness witness;
    struct relay relay;
    ss_err err = relay_init(&relay, scene, ss_clock());

    if (err == SS_OK && !scene->outcome.decided) {
        wires[0].end = &relay.front;
        wires[1].end = &relay.back;
        act_join_sockets(wires, 2, scene->deadline);
        act_wire_close(&wires[0], scene->deadline);
        act_wire_close(&wires[1], scene->deadline);
    }
    act_reap_client(scene);
    if (err == SS_OK)
        relay_finish(&relay);
    act_world_witness_init(&witness, scene->job->world);
    act_clauses(scene, &witness.witness, true);
    relay_fini(&relay);
    return err;
}

ss_err act_play_relay(struct act_scene *scene)
{
    struct act_wire wires[2] = {{.fd = -1}, {.fd = -1}};
    ss_err err;

    if (!has_relay(scene))
        return SS_OK;
    err = act_await_client(scene, &wires[0].fd);
    if (wires[0].fd < 0)
        return err;
    act_reach_server(scene, &wires[1].fd);
    if (wires[1].fd >= 0)
        err = between(scene, wires);
    else
        act_reap_client(scene);
    ss_net_close(&wires[0].fd);
    ss_net_close(&wires[1].fd);
    if (err != SS_OK)
        act_blame(scene, nowhere, "the scene could not be set", err);
    return err == SS_E_no_memory ? err : SS_OK;
}

/* ---- memory ---- */
struct ours {
    struct act_dice dice_c, dice_s;
    struct act_errand errand;
    struct act_honest *client, *server;
    struct act_witness witness;
};

static ss_err client_file(struct act_witness *witness, ss_span name, struct ss_buf *out)
{
    struct ours *ours = SS_CONTAINER_OF(witness, struct ours, witness);
    ss_err err = act_honest_file(ours->client, name, out);

    return err == SS_E_not_found ? act_honest_file(ours->server, name, out) : err;
}

static ss_err client_output(struct act_witness *witness, bool errors, struct ss_buf *out)
{
    return act_honest_output(SS_CONTAINER_OF(witness, struct ours, witness)->client, errors, out);
}

static ss_err set_up(struct act_scene *scene, struct ours *ours, ss_time now)
{
    const struct act_keys *keys = scene->job->world->keys;

    act_dice_init(&ours->dice_c, scene->env, scene->job->seed, 1);
    act_dice_init(&ours->dice_s, scene->env, scene->job->seed, 2);
    ours->witness = (struct act_witness){client_file, client_output};
    SS_TRY(act_errand_init(scene, &ours->errand, 22));
    SS_TRY(act_honest_client(&ours->dice_c.env, keys, &ours->errand, now, &ours->client));
    return act_honest_server(&ours->dice_s.env, keys, now, &ours->server);
}

static void meet(struct act_scene *scene, struct ours *ours, struct relay *relay, ss_time *now)
{
    struct act_pair pairs[2] = {{.a = &relay->front, .b = act_honest_end(ours->client)},
                                {.a = &relay->back, .b = act_honest_end(ours->server)}};

    *now = act_join_memory(pairs, 2, *now, scene->deadline);
    scene->outcome.client_status = act_honest_status(ours->client);
    scene->outcome.client_ended = scene->outcome.client_status != SS_PLAN_RUNNING;
    relay_finish(relay);
    act_clauses(scene, &ours->witness, true);
}

ss_err act_play_relay_self(struct act_scene *scene, ss_time *out_end)
{
    struct ours ours = {.client = NULL};
    struct relay relay;
    ss_time now = scene->start;
    ss_err err;

    if (scene->job->self_breaks != NULL)
        act_decide(scene, VERDICT_ERROR, nowhere,
                   "beside a relay our own endpoints do not misbehave");
    err = relay_init(&relay, scene, now);
    if (err == SS_OK)
        err = set_up(scene, &ours, now);
    if (err == SS_OK && !scene->outcome.decided)
        meet(scene, &ours, &relay, &now);
    if (err != SS_OK)
        act_blame(scene, nowhere, "the scene could not be set", err);
    relay_fini(&relay);
    act_honest_free(&ours.client);
    act_honest_free(&ours.server);
    act_errand_fini(&ours.errand);
    *out_end = now;
    return err == SS_E_no_memory ? err : SS_OK;
}
