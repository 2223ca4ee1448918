/* SPDX-License-Identifier: Apache-2.0 */
/* self.c - a scene with our own endpoint as the peer, in memory.
 *
 * Owns: the pair of ends; a peer that misbehaves is a seat with a script of its own.
 * Not here: moving bytes (memory.c), the misbehaviours (breaks.c).
 * Called by: run.c.
 * Follows: SCENARIOS rule 10; docs/scenario-language.md "The peer self". */
#include "testserver/actor/breaks.h"
#include "testserver/actor/clauses.h"
#include "testserver/actor/honest.h"
#include "testserver/actor/join.h"
#include "testserver/actor/seat.h"
#include "testserver/actor/stage.h"
#include "testserver/actor/stay.h"

static const struct scn_pos nowhere = {0, 0};

struct self {
    struct act_scene *scene;
    struct act_dice dice_a, dice_b;
    struct seat *seat;
    struct act_errand errand;
    struct act_honest *honest; /* one of the two is the peer */
    struct seat *scripted;
    struct scn_file *script;
    struct act_job job; /* of the scripted peer */
    struct act_scene aside;
    struct act_stay stay;
    bool stays;
    struct act_witness witness;
};

const struct scn_body *act_our_body(struct act_scene *scene, enum ss_role *out_role)
{
    const struct scn_file *file = scene->job->file;
    enum act_reach reach = scene->job->world->reach;
    bool server = reach == ACT_LISTEN;

    if (reach == ACT_SELF)
        server = !file->client.present || (scene->role == PEER_CLIENT && file->server.present);
    *out_role = server ? SS_SERVER : SS_CLIENT;
    if (server ? file->server.present : file->client.present)
        return server ? &file->server.body : &file->client.body;
    act_decide(scene, VERDICT_ERROR, nowhere, "the scenario has no %s seat",
               server ? "server" : "client");
    return NULL;
}

/* ---- the peer ---- */
/* What it plays is judged by nobody. */
static ss_err scripted_peer(struct self *self, const struct act_break *row, ss_time now)
{
    const struct act_scene *scene = self->scene;
    struct act_seat_plan plan = {.role = row->role, .env = &self->dice_b.env};
    struct scn_diagnostic diagnostic;

    SS_TRY(scn_parse(scene->env, ss_span_of(row->name), ss_span_of(row->scenario), NULL,
                     &self->script, &diagnostic));
    self->job = *scene->job;
    self->job.file = self->script;
    self->job.record = NULL;
    self->job.capture = NULL;
    self->job.as_peer = true;
    SS_TRY(act_scene_init(&self->aside, scene->env, &self->job, SCN_MAIN, NULL, now));
    self->aside.deadline = scene->deadline;
    self->stays = row->stays;
    plan.body = row->role == SS_CLIENT ? &self->script->client.body : &self->script->server.body;
    return act_seat_new(&self->aside, &plan, now, &self->scripted);
}

static ss_err make_peer(struct self *self, enum ss_role role, ss_time now)
{
    struct act_scene *scene = self->scene;
    const struct act_keys *keys = scene->job->world->keys;
    const struct act_break *row = NULL;
    ss_err err;

    if (scene->job->self_breaks != NULL)
        row = act_break_find(scene->job->self_breaks);
    if (scene->job->self_breaks != NULL && (row == NULL || row->role != role)) {
        act_decide(scene, VERDICT_ERROR, nowhere, "our %s cannot misbehave as \"%s\"",
                   role == SS_SERVER ? "server" : "client", scene->job->self_breaks);
        return SS_OK;
    }
    if (row != NULL) {
        err = scripted_peer(self, row, now);
        if (err == SS_E_bad_value) {
            act_decide(scene, VERDICT_ERROR, nowhere, "the script of \"%s\" is wrong", row->name);
            return SS_OK;
        }
        return err;
    }
    if (role == SS_SERVER)
        return act_honest_server(&self->dice_b.env, keys, now, &self->honest);
    return act_honest_client(&self->dice_b.env, keys, &self->errand, now, &self->honest);
}

static struct act_end *peer_end(struct self *self)
{
    struct act_end *end;

    if (self->honest != NULL)
        return act_honest_end(self->honest);
    end = act_seat_end(self->scripted);
    return self->stays ? act_stay_init(&self->stay, end, self->scripted->engine) : end;
}

/* ---- the witness ---- */
static ss_err self_file(struct act_witness *witness, ss_span name, struct ss_buf *out)
{
    struct self *self = SS_CONTAINER_OF(witness, struct self, witness);

    if (self->honest != NULL)
        return act_honest_file(self->honest, name, out);
    if (self->scripted->house.serving != NULL)
        return act_house_file(&self->scripted->house, name, out);
    return SS_E_not_found;
}

static ss_err self_output(struct act_witness *witness, bool errors, struct ss_buf *out)
{
    struct self *self = SS_CONTAINER_OF(witness, struct self, witness);
    const struct seat *scripted = self->scripted;

    if (self->honest != NULL)
        return act_honest_output(self->honest, errors, out);
    if (scripted->channel_count == 0)
        return SS_OK;
    return ss_buf_put(out, errors ? ss_buf_span(&scripted->channels[0].errors)
                                  : ss_buf_span(&scripted->channels[0].data));
}

static void client_ended(struct self *self)
{
    struct act_outcome *outcome = &self->scene->outcome;
    const struct act_outcome *aside = &self->aside.outcome;

    if (self->honest != NULL) {
        outcome->client_status = act_honest_status(self->honest);
        outcome->client_ended = outcome->client_status != SS_PLAN_RUNNING;
        return;
    }
    outcome->client_ended = self->scripted->over || aside->decided;
    outcome->client_status = aside->decided || self->scripted->trouble ? SS_PLAN_LOST : SS_PLAN_OK;
}

/* ---- the scene ---- */
static ss_err play(struct self *self, const struct scn_body *body, enum ss_role role, ss_time *now)
{
    struct act_scene *scene = self->scene;
    struct act_seat_plan plan = {.role = role, .body = body, .env = &self->dice_a.env};
    enum ss_role other = role == SS_CLIENT ? SS_SERVER : SS_CLIENT;
    struct act_pair pair = {0};

    if (role == SS_SERVER)
        SS_TRY(act_errand_init(scene, &self->errand, 22));
    SS_TRY(make_peer(self, other, *now));
    if (scene->outcome.decided)
        return SS_OK;
    SS_TRY(act_seat_new(scene, &plan, *now, &self->seat));
    pair.a = act_seat_end(self->seat);
    pair.b = peer_end(self);
    *now = act_join_memory(&pair, 1, *now, scene->deadline);
    if (role == SS_SERVER)
        client_ended(self);
    if (self->honest != NULL && act_honest_error(self->honest) != SS_OK)
        act_blame(scene, nowhere, "our own endpoint failed", act_honest_error(self->honest));
    act_seat_finish(self->seat);
    act_clauses(scene, &self->witness, role == SS_SERVER);
    return SS_OK;
}

static void clear(struct self *self)
{
    act_seat_free(&self->seat);
    act_seat_free(&self->scripted);
    act_honest_free(&self->honest);
    act_errand_fini(&self->errand);
    act_scene_fini(&self->aside);
    if (self->script != NULL)
        scn_free(&self->script);
}

ss_err act_play_self(struct act_scene *scene, ss_time *out_end)
{
    struct self self = {.scene = scene, .witness = {self_file, self_output}};
    uint64_t seed = scene->job->seed;
    const struct scn_body *body;
    ss_time now = scene->start;
    enum ss_role role;
    ss_err err;

    body = act_our_body(scene, &role);
    if (body == NULL)
        return SS_OK;
    act_dice_init(&self.dice_a, scene->env, seed, 1);
    act_dice_init(&self.dice_b, scene->env, seed, 2);
    err = play(&self, body, role, &now);
    if (err != SS_OK)
        act_blame(scene, nowhere, "the scene could not be set", err);
    clear(&self);
    *out_end = now;
    return err == SS_E_no_memory ? err : SS_OK;
}
