/* SPDX-License-Identifier: Apache-2.0 */
/* relay.c - the script of a relay, its two ends, and how it all ended.
 *
 * Owns: which side left first; the judgements of a relay's script.
 * Not here: units (relay_lane.c), rules (relay_rule.c).
 * Called by: relay_stage.c.
 * Follows: docs/scenario-language.md; SCENARIOS rule 7.
 *
 * A relay cannot read what is encrypted, so it knows a close by the stream only, and tells an
 * undisturbed conversation by the client's word: an action that succeeded counts as open. */
#include "testserver/actor/relay.h"

#include "sshspec/transport.h"
#include "testserver/actor/closure.h"

static const struct scn_pos nowhere = {0, 0};

enum { ARENA_MOST = 16 * 1024 * 1024, AFTER_MS = 2000 };

/* ---- the script ---- */
static const struct scn_alternative *closed_of(const struct scn_stmt *stmt)
{
    for (size_t i = 0; i < stmt->alternative_count; i++) {
        if (stmt->alternatives[i].closed)
            return &stmt->alternatives[i];
    }
    return NULL;
}

static struct act_closure closure_of(const struct relay *relay)
{
    struct act_closure closure = {SCN_CLOSED_FIN, relay->reason};
    const struct act_outcome *outcome = &relay->scene->outcome;

    if (outcome->client_ended && outcome->client_status == 0)
        closure.how = SCN_CLOSED_OPEN;
    else if (relay->disconnected)
        closure.how = SCN_CLOSED_DISCONNECT;
    else if (!relay->first_gone_known || relay->stalled)
        closure.how = SCN_CLOSED_SILENCE;
    else if (relay->first_gone == ACT_RST)
        closure.how = SCN_CLOSED_RST;
    return closure;
}

/* True when the script goes on. */
static bool expect(struct relay *relay, const struct scn_stmt *stmt)
{
    const struct scn_alternative *closed = closed_of(stmt);
    struct act_closure closure;

    if (relay->matched) {
        relay->waiting = relay->matched = false;
        relay->patience = 0;
        return true;
    }
    relay->waiting = true;
    relay->patience = stmt->number;
    if (!relay->finished)
        return false;
    closure = closure_of(relay);
    if (closed != NULL)
        act_closure_judge(relay->scene, stmt, closed, &closure);
    else
        act_decide(relay->scene, VERDICT_FAIL, stmt->at,
                   "the message expected was not seen in the clear");
    relay->waiting = false;
    return true;
}

static void need(struct relay *relay, const struct scn_stmt *stmt)
{
    struct act_world *world = relay->scene->job->world;
    ss_span name = stmt->need == SCN_NEED_SFTP ? ss_span_of("sftp") : stmt->text;

    if (stmt->need != SCN_NEED_SFTP && stmt->need != SCN_NEED_FEATURE)
        act_decide(relay->scene, VERDICT_ERROR, stmt->at,
                   "a relay cannot ask what a peer offers before it has connected them");
    else if (world->feature != NULL && !world->feature(world, name))
        act_decide(relay->scene, VERDICT_UNSUPPORTED, stmt->at, "the peer has no %.*s",
                   (int)name.size, (const char *)name.data);
}

/* True when the script goes on. */
static bool statement(struct relay *relay, const struct scn_stmt *stmt)
{
    switch (stmt->kind) {
    case SCN_EXPECT:
        return expect(relay, stmt);
    case SCN_CHECK:
    case SCN_SHOULD:
        act_flow_check(&relay->flow, stmt);
        return true;
    case SCN_LET:
        act_flow_let(&relay->flow, stmt);
        return true;
    case SCN_NEEDS:
        need(relay, stmt);
        return true;
    default:
        relay_rule_add(relay, stmt);
        return true;
    }
}

static bool step_on(struct relay *relay, const struct scn_step *step)
{
    struct act_flow *flow = &relay->flow;
    bool on = true;

    switch (step->kind) {
    case SCN_STEP_UNLESS:
        relay->pc = act_flow_branch(flow, relay->pc);
        return true;
    case SCN_STEP_JUMP:
        relay->pc = step->target;
        return true;
    case SCN_STEP_LOOP:
        act_flow_loop(flow, step);
        break;
    case SCN_STEP_NEXT:
        relay->pc = act_flow_next(flow, step) ? relay->pc + 1 : step->target;
        return true;
    case SCN_STEP_FAULT:
        flow->current_fault = (int)step->stmt->fault_index;
        break;
    case SCN_STEP_UNFAULT:
        flow->current_fault = -1;
        break;
    case SCN_STEP_DO:
        on = statement(relay, step->stmt);
        break;
    case SCN_STEP_END:
        return false;
    default: /* PROVE: the client's action says it */
        break;
    }
    if (on)
        relay->pc++;
    return on;
}

static void play(struct relay *relay)
{
    enum { STEPS = 100000 };
    size_t steps = 0;

    while (!relay->scene->outcome.decided &&
           step_on(relay, &relay->flow.program.steps[relay->pc])) {
        if (++steps == STEPS)
            act_decide(relay->scene, VERDICT_ERROR, nowhere, "more than %u steps", (unsigned)STEPS);
    }
    scn_eval_reset(&relay->flow.eval);
}

/* ---- messages that pass ---- */
static void try_expect(struct relay *relay, const struct scn_stmt *stmt,
                       const struct relay_unit *unit)
{
    struct scn_value value = {.type = SCN_MESSAGE, .message = unit->msg, .channel = UINT32_MAX};
    bool truth = false;
    ss_err err = SS_OK;

    value.sequence = unit->index;
    for (size_t i = 0; i < stmt->alternative_count && !truth && err == SS_OK; i++) {
        const struct scn_alternative *a = &stmt->alternatives[i];

        if (a->closed || a->message.def != unit->msg.def)
            continue;
        truth = true;
        if (a->slot != UINT32_MAX)
            err = scn_eval_bind(&relay->flow.eval, a->slot, &value);
        for (size_t j = 0; j < a->condition_count && truth && err == SS_OK; j++)
            err = scn_eval_bool(&relay->flow.eval, a->conditions[j], &truth);
        if (err == SS_OK && truth && a->weak)
            act_weaken(relay->scene, a->at, "what came is allowed, but not what is due");
    }
    if (err != SS_OK)
        act_mistake(relay->scene, &relay->flow.eval, stmt->at, err);
    relay->matched = err == SS_OK && truth;
}

static void check_never(struct relay *relay, const struct relay_unit *unit)
{
    for (size_t i = 0; i < relay->flow.program.never_count; i++) {
        const struct scn_stmt *never = relay->flow.program.nevers[i];

        for (size_t j = 0; j < never->message_count; j++) {
            if (never->messages[j].def == unit->msg.def)
                act_decide(relay->scene, VERDICT_FAIL, never->at,
                           "it was never to come, but did: %s", unit->msg.def->name);
        }
    }
}

static void trace(struct relay *relay, enum scn_side side, const struct relay_unit *unit)
{
    struct ss_trace_record record = {.kind = SS_TRACE_MESSAGE,
                                     .at = relay->now,
                                     .side = side == SCN_TO_SERVER ? "cli" : "srv",
                                     .direction = SS_OUT,
                                     .directed = true,
                                     .sequence = unit->index,
                                     .payload = unit->msg.payload};
    struct ss_buf line;

    ss_buf_init(&line, relay->scene->env, 65536);
    if (ss_msg_print(&line, &unit->msg, 0) == SS_OK) {
        record.text = ss_buf_span(&line);
        act_ladder_put(&relay->scene->ladder, &record);
    }
    ss_buf_fini(&line);
}

void relay_see(struct relay *relay, enum scn_side to, const struct relay_unit *unit)
{
    const struct scn_step *step = &relay->flow.program.steps[relay->pc];

    if (unit->msg.def == NULL)
        return;
    trace(relay, to, unit);
    check_never(relay, unit);
    if (unit->msg.def->id == SS_MSG_disconnect) {
        relay->disconnected = true;
        relay->reason = ((const struct ss_msg_disconnect *)unit->msg.body)->reason;
    }
    if (!relay->waiting || relay->matched || step->kind != SCN_STEP_DO ||
        step->stmt->kind != SCN_EXPECT)
        return;
    try_expect(relay, step->stmt, unit);
    if (relay->matched)
        play(relay);
}

/* ---- the two ends ---- */
static void feed(struct relay *relay, enum scn_side to, ss_span bytes, ss_time now)
{
    ss_err err = ss_buf_put(&relay->lanes[to].in, bytes);

    relay->now = relay->moved = now;
    if (err != SS_OK)
        act_blame(relay->scene, nowhere, "input", err);
    relay_lane_work(relay, &relay->lanes[to]);
}

static void gone(struct relay *relay, enum scn_side to, enum act_gone how, ss_time now)
{
    struct relay_lane *lane = &relay->lanes[to];

    relay->now = now;
    if (lane->ended)
        return;
    lane->ended = true;
    lane->how = how;
    relay_lane_work(relay, lane);
    relay->until = now + AFTER_MS;
    if (relay->first_gone_known)
        return;
    relay->first_gone_known = true;
    relay->first_gone = how;
}

static void sent(struct relay_lane *lane, size_t n)
{
    ss_buf_consume(&lane->out, n);
    lane->sent += n;
}

static bool done(const struct relay *relay)
{
    const struct relay_lane *c = &relay->lanes[SCN_TO_CLIENT], *s = &relay->lanes[SCN_TO_SERVER];

    if (relay->scene->outcome.decided)
        return true;
    if (c->ended && s->ended && ss_buf_size(&c->out) == 0 && ss_buf_size(&s->out) == 0)
        return true;
    return relay->stalled || (relay->until > 0 && relay->now >= relay->until);
}

/* How the end that a lane leads to is left: as the source left us. */
static enum act_leave leave(const struct relay *relay, enum scn_side to)
{
    const struct relay_lane *lane = &relay->lanes[to];
    const struct relay_lane *other =
        &relay->lanes[to == SCN_TO_CLIENT ? SCN_TO_SERVER : SCN_TO_CLIENT];

    if (lane->ended && lane->how == ACT_RST)
        return ACT_LEAVE_RST;
    if ((lane->ended || lane->cut) && other->ended)
        return ACT_LEAVE_FIN;
    if (relay->scene->outcome.decided || done(relay))
        return ACT_LEAVE_FIN;
    return lane->ended || lane->cut ? ACT_LEAVE_HALF : ACT_STAY;
}

static ss_time deadline(const struct relay *relay)
{
    ss_time at = relay->until > 0 ? relay->until : relay->scene->deadline;

    if (relay->patience > 0 && relay->moved + relay->patience < at)
        at = relay->moved + relay->patience;
    return at;
}

#define FRONT(end) SS_CONTAINER_OF(end, struct relay, front)
#define BACK(end) SS_CONTAINER_OF(end, struct relay, back)

static void front_feed(struct act_end *end, ss_span bytes, ss_time now)
{
    feed(FRONT(end), SCN_TO_SERVER, bytes, now);
}

static void front_gone(struct act_end *end, enum act_gone how, ss_time now)
{
    gone(FRONT(end), SCN_TO_SERVER, how, now);
}

static void look_at_clock(struct relay *relay, ss_time now)
{
    relay->now = now;
    if (relay->patience > 0 && !relay->first_gone_known && now >= relay->moved + relay->patience)
        relay->stalled = true;
}

static void front_advance(struct act_end *end, ss_time now)
{
    look_at_clock(FRONT(end), now);
}

static ss_span front_output(struct act_end *end)
{
    return ss_buf_span(&FRONT(end)->lanes[SCN_TO_CLIENT].out);
}

static void front_sent(struct act_end *end, size_t n)
{
    sent(&FRONT(end)->lanes[SCN_TO_CLIENT], n);
}

static enum act_leave front_leave(struct act_end *end)
{
    return leave(FRONT(end), SCN_TO_CLIENT);
}

static ss_time front_deadline(struct act_end *end)
{
    return deadline(FRONT(end));
}

static bool front_done(struct act_end *end)
{
    return done(FRONT(end));
}

static void back_feed(struct act_end *end, ss_span bytes, ss_time now)
{
    feed(BACK(end), SCN_TO_CLIENT, bytes, now);
}

static void back_gone(struct act_end *end, enum act_gone how, ss_time now)
{
    gone(BACK(end), SCN_TO_CLIENT, how, now);
}

static void back_advance(struct act_end *end, ss_time now)
{
    look_at_clock(BACK(end), now);
}

static ss_span back_output(struct act_end *end)
{
    return ss_buf_span(&BACK(end)->lanes[SCN_TO_SERVER].out);
}

static void back_sent(struct act_end *end, size_t n)
{
    sent(&BACK(end)->lanes[SCN_TO_SERVER], n);
}

static enum act_leave back_leave(struct act_end *end)
{
    return leave(BACK(end), SCN_TO_SERVER);
}

static ss_time back_deadline(struct act_end *end)
{
    return deadline(BACK(end));
}

static bool back_done(struct act_end *end)
{
    return done(BACK(end));
}

static void not_asked(struct act_end *end, uint32_t unread)
{
    (void)end;
    (void)unread;
}

static const struct act_end_ops front_ops = {front_feed,   front_gone,     front_advance,
                                             front_output, front_sent,     not_asked,
                                             front_leave,  front_deadline, front_done};
static const struct act_end_ops back_ops = {back_feed,   back_gone,     back_advance,
                                            back_output, back_sent,     not_asked,
                                            back_leave,  back_deadline, back_done};

/* ---- life ---- */
ss_err relay_init(struct relay *relay, struct act_scene *scene, ss_time now)
{
    const struct ss_env *env = scene->env;
    ss_err err;

    memset(relay, 0, sizeof *relay);
    relay->scene = scene;
    relay->now = relay->moved = now;
    relay->kex = SS_CONTEXT_KEX_ECDH;
    relay->front.ops = &front_ops;
    relay->back.ops = &back_ops;
    act_key_host_init(&relay->host, scene->job->world->keys);
    ss_arena_init(&relay->arena, env, ARENA_MOST);
    ss_arena_init(&relay->unit, env, ARENA_MOST);
    relay_lane_init(&relay->lanes[SCN_TO_CLIENT], SCN_TO_CLIENT, env);
    relay_lane_init(&relay->lanes[SCN_TO_SERVER], SCN_TO_SERVER, env);
    relay->clear = ss_alloc(env, sizeof *relay->clear);
    if (relay->clear == NULL)
        return SS_E_no_memory;
    ss_packet_out_init(relay->clear, &scene->dice.env);
    err = act_flow_init(&relay->flow, scene, &scene->job->file->relay.body, &relay->host.host);
    if (err == SS_OK)
        play(relay);
    return err;
}

void relay_fini(struct relay *relay)
{
    const struct ss_env *env = relay->scene->env;

    if (relay->clear != NULL)
        ss_packet_out_fini(relay->clear);
    ss_free(env, relay->clear, sizeof *relay->clear);
    ss_free(env, relay->rules, relay->rule_cap * sizeof *relay->rules);
    act_flow_fini(&relay->flow);
    relay_lane_fini(&relay->lanes[SCN_TO_CLIENT]);
    relay_lane_fini(&relay->lanes[SCN_TO_SERVER]);
    ss_arena_fini(&relay->arena);
    ss_arena_fini(&relay->unit);
}

void relay_finish(struct relay *relay)
{
    relay->finished = true;
    play(relay);
    relay_rule_prove(relay);
    act_flow_judge_faults(&relay->flow);
    if (relay->boundaries_known)
        act_fact(relay->scene, "relay.boundary",
                 ss_span_of(relay->by_segment ? "segment" : "packet"));
}
