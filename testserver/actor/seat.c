/* SPDX-License-Identifier: Apache-2.0 */
/* seat.c - a seat is made, fed, advanced, asked for bytes, and given back.
 *
 * Owns: the memory of a seat, and the calls of an act_end.
 * Not here: what the script does (play.c and the files of its statements).
 * Called by: connect.c, listen.c, self.c through the act_end.
 * Follows: engine.h "by hand". */
#include "testserver/actor/seat.h"

#include <stdarg.h>
#include <stdio.h>

#define KEEP_MOST ((size_t)1024 * 1024)
#define OUTPUT_MOST ((uint64_t)64 * 1024 * 1024)

static struct seat *seat_of(struct act_end *end)
{
    return SS_CONTAINER_OF(end, struct seat, end);
}

/* ---- shared by the statements ---- */
bool seat_lost(const struct seat *seat)
{
    return seat->gone || seat->left;
}

void seat_do(struct seat *seat, struct scn_pos at, const struct ss_command *command,
             uint32_t *out_channel)
{
    ss_err err = ss_engine_do(seat->engine, command, out_channel);

    if (err == SS_OK || err == SS_E_closed)
        return;
    act_blame(seat->scene, at, "the engine refused a command", err);
}

void seat_autopilot(struct seat *seat, unsigned add, unsigned remove)
{
    unsigned layers = (ss_engine_autopilot_get(seat->engine) | add) & ~remove;
    ss_err err;

    if (layers == ss_engine_autopilot_get(seat->engine))
        return;
    if ((add & SS_LAYER_TRANSPORT) != 0)
        seat->version_sent = true;
    err = ss_engine_autopilot(seat->engine, layers);
    if (err != SS_OK)
        act_blame(seat->scene, (struct scn_pos){0, 0}, "autopilot", err);
}

void seat_wait_until(struct seat *seat, ss_time ms)
{
    struct seat_call *call = seat_call(seat);

    if (call->deadline == SS_NEVER)
        call->deadline = seat->now + ms;
}

void seat_trouble(struct seat *seat, struct scn_pos at, const char *format, ...)
{
    va_list args;

    if (seat->trouble)
        return;
    seat->trouble = true;
    seat->trouble_at = at;
    va_start(args, format);
    (void)vsnprintf(seat->trouble_text, sizeof seat->trouble_text, format, args);
    va_end(args);
}

enum seat_progress seat_await(struct seat *seat, const struct scn_stmt *stmt, const char *what)
{
    char closure[64];

    if (seat_lost(seat)) {
        seat_closure_text(seat, closure, sizeof closure);
        seat_trouble(seat, stmt->at, "%s was not finished: the connection ended (%s)", what,
                     closure);
        return SEAT_DONE;
    }
    seat_wait_until(seat, SEAT_ACTION_MS);
    if (seat->now < seat_call(seat)->deadline)
        return SEAT_WAIT;
    seat_trouble(seat, stmt->at, "%s was not finished in %u s: the peer says nothing more", what,
                 (unsigned)(SEAT_ACTION_MS / 1000));
    return SEAT_DONE;
}

/* ---- trace ---- */
static unsigned line_of(const struct seat *seat)
{
    const struct scn_step *step = &seat->flow.program.steps[seat->calls[seat->depth - 1].pc];

    return step->stmt != NULL ? step->stmt->at.line : 0;
}

static void on_record(struct ss_trace *self, const struct ss_trace_record *record)
{
    struct seat *seat = SS_CONTAINER_OF(self, struct seat, trace);
    struct ss_capture *capture = seat->scene->job->capture;

    if (capture != NULL) {
        ss_capture_step(capture, line_of(seat));
        ss_capture_record(capture, record);
    }
    if (!ss_trace_wants(&seat->scene->ladder.trace, record->kind))
        return;
    if (record->kind == SS_TRACE_MESSAGE && record->direction == SS_OUT)
        seat_notice_out(seat, record);
    act_ladder_put(&seat->scene->ladder, record);
}

/* ---- the calls of an act_end ---- */
static void end_feed(struct act_end *end, ss_span bytes, ss_time now)
{
    struct seat *seat = seat_of(end);
    ss_err err = ss_engine_feed(seat->engine, bytes, now);

    seat->now = now;
    seat->heard = true;
    seat_faults_delivered(seat, false);
    if (err == SS_E_ceiling)
        act_decide(seat->scene, VERDICT_INCONCLUSIVE, (struct scn_pos){0, 0},
                   "the peer sends more than can be taken in");
    else if (err != SS_OK)
        act_blame(seat->scene, (struct scn_pos){0, 0}, "input", err);
}

static void end_gone(struct act_end *end, enum act_gone how, ss_time now)
{
    struct seat *seat = seat_of(end);

    seat->now = now;
    seat->heard = true;
    seat_faults_delivered(seat, false);
    if (seat->gone_io) {
        if (how == ACT_RST)
            seat->half_open = false;
        return;
    }
    seat->gone_io = true;
    seat->gone_how = how;
    ss_engine_feed_eof(seat->engine, now);
}

/* What was buffered has been looked at: only then does the end of the stream count. */
static bool notice_end(struct seat *seat)
{
    if (!seat->gone_io || seat->gone || seat_call(seat)->pending)
        return false;
    seat->gone = true;
    return true;
}

/* A verdict is there: the peer is told politely, and that is all. */
static void say_goodbye(struct seat *seat)
{
    struct ss_command bye = {.kind = SS_CMD_DISCONNECT, .number = SS_DISCONNECT_BY_APPLICATION};

    if (seat->leave != ACT_STAY)
        return;
    if (seat_call(seat)->pending)
        seat_settle(seat, SS_DROP);
    if (seat->version_sent && !seat->gone && !ss_engine_finished(seat->engine) &&
        ss_engine_do(seat->engine, &bye, NULL) != SS_OK)
        act_ladder_note(&seat->scene->ladder, SS_TRACE_NOTE, seat->side, seat->now,
                        ss_span_of("no DISCONNECT could be sent"));
    seat->leave = ACT_LEAVE_FIN;
}

static void end_advance(struct act_end *end, ss_time now)
{
    struct seat *seat = seat_of(end);

    seat->now = now;
    if (ss_engine_tick(seat->engine, now) != SS_OK)
        act_blame(seat->scene, (struct scn_pos){0, 0}, "time", SS_E_internal);
    do {
        seat_play(seat);
        seat_serving_pump(seat);
        seat_stream_flush(seat);
    } while (!seat_decided(seat) && (seat_pump(seat) || notice_end(seat)));
    if (seat_decided(seat) || seat->over)
        say_goodbye(seat);
}

static ss_span end_output(struct act_end *end)
{
    const struct seat *seat = seat_of(end);
    uint64_t left = seat->last_byte > seat->bytes_out ? seat->last_byte - seat->bytes_out : 0;

    return ss_span_part(ss_engine_output(seat->engine), 0,
                        left < SIZE_MAX ? (size_t)left : SIZE_MAX);
}

static void end_sent(struct act_end *end, size_t n)
{
    struct seat *seat = seat_of(end);

    ss_engine_sent(seat->engine, n);
    seat->bytes_out += n;
    seat->heard = false;
}

static void end_delivered(struct act_end *end, uint32_t unread)
{
    seat_faults_delivered(seat_of(end), unread == 0);
}

static enum act_leave end_leave(struct act_end *end)
{
    return seat_of(end)->leave;
}

static ss_time end_deadline(struct act_end *end)
{
    struct seat *seat = seat_of(end);
    const struct seat_call *call = seat_call(seat);
    ss_time at = ss_engine_deadline(seat->engine);

    if (call->deadline < at)
        at = call->deadline;
    if (call->grace > seat->now && call->grace < at)
        at = call->grace;
    if (seat->half_until > seat->now && seat->half_until < at)
        at = seat->half_until;
    return seat->scene->deadline < at ? seat->scene->deadline : at;
}

static bool end_done(struct act_end *end)
{
    struct seat *seat = seat_of(end);

    if (seat->gone && (seat->over || seat_decided(seat)))
        return true;
    return (seat->over || seat_decided(seat)) && end_output(end).size == 0;
}

static const struct act_end_ops ops = {end_feed,      end_gone,  end_advance,  end_output, end_sent,
                                       end_delivered, end_leave, end_deadline, end_done};

struct act_end *act_seat_end(struct seat *seat)
{
    return &seat->end;
}

/* ---- birth and death ---- */
static void configure(struct seat *seat, enum ss_role role)
{
    const struct act_keys *keys = seat->scene->job->world->keys;
    struct ss_capture *capture = seat->scene->job->capture;

    ss_config_init(&seat->config, role);
    seat->config.pace = SS_STEP;
    seat->config.login_time = 0;
    seat->config.output_limit = OUTPUT_MOST;
    seat->config.channels = 65536;
    if (seat->scene->job->as_peer) {
        seat->config.policy = "legacy"; /* as the honest one, which speaks all there is */
        seat->config.hostbound = false; /* its script names the plain method */
    }
    act_host_keys(keys, seat->host_keys);
    if (role == SS_SERVER)
        seat->config.host_keys = seat->host_keys;
    seat->trace.record = on_record;
    seat->trace.kinds = seat->scene->ladder.trace.kinds;
    if (capture != NULL) {
        ss_capture_begin(capture);
        seat->trace.kinds |= ss_capture_trace(capture)->kinds;
        seat->trace.secrets = ss_capture_trace(capture)->secrets;
    }
    seat->config.trace = &seat->trace;
}

static void init_buffers(struct seat *seat)
{
    const struct ss_env *env = seat->scene->env;

    ss_buf_init(&seat->auth_methods, env, 4096);
    ss_buf_init(&seat->auth_method, env, 256);
    ss_buf_init(&seat->signature_algorithm, env, 256);
    ss_buf_init(&seat->kexinit, env, KEEP_MOST);
    ss_arena_init(&seat->keep, env, KEEP_MOST);
    ss_sftp_frames_init(&seat->stream.frames, env, 0);
    ss_buf_init(&seat->stream.out, env, SEAT_CHANNEL_MOST);
    ss_arena_init(&seat->stream.arena, env, SEAT_CHANNEL_MOST);
    for (size_t i = 0; i < SEAT_CALLS; i++)
        ss_arena_init(&seat->calls[i].arena, env, SEAT_CHANNEL_MOST);
}

static ss_err furnish(struct seat *seat, const struct act_seat_plan *plan, ss_time now)
{
    struct act_scene *scene = seat->scene;

    SS_TRY(act_flow_init(&seat->flow, scene, plan->body, &seat->host));
    SS_TRY(ss_engine_new(&seat->config, seat->env, now, &seat->engine));
    return plan->role == SS_SERVER ? seat_serving_start(seat) : SS_OK;
}

ss_err act_seat_new(struct act_scene *scene, const struct act_seat_plan *plan, ss_time now,
                    struct seat **out_seat)
{
    struct seat *seat = ss_alloc(scene->env, sizeof *seat);
    ss_err err;

    if (seat == NULL)
        return SS_E_no_memory;
    seat->end.ops = &ops;
    seat->scene = scene;
    seat->env = plan->env;
    seat->now = now;
    seat->side = plan->role == SS_CLIENT ? "cli" : "srv";
    seat->host = (struct scn_host){seat_known, seat_at_name, seat_channel_member};
    seat->depth = 1;
    seat->calls[0].fresh = true;
    seat->calls[0].deadline = seat->calls[0].grace = SS_NEVER;
    seat->half_until = 0;
    seat->stream.index = UINT32_MAX;
    seat->last_byte = UINT64_MAX;
    configure(seat, plan->role);
    init_buffers(seat);
    err = furnish(seat, plan, now);
    if (err != SS_OK) {
        act_seat_free(&seat);
        return err;
    }
    *out_seat = seat;
    return SS_OK;
}

static void free_tables(struct seat *seat)
{
    const struct ss_env *env = seat->scene->env;

    ss_free(env, seat->handlers, seat->handler_cap * sizeof *seat->handlers);
    seat_channels_fini(seat);
    act_flow_fini(&seat->flow);
}

void act_seat_free(struct seat **seat)
{
    struct seat *gone = *seat;

    if (gone == NULL)
        return;
    seat_serving_fini(gone);
    ss_engine_free(&gone->engine);
    seat_stream_fini(gone);
    free_tables(gone);
    for (size_t i = 0; i < SEAT_CALLS; i++)
        ss_arena_fini(&gone->calls[i].arena);
    ss_arena_fini(&gone->keep);
    ss_buf_fini(&gone->auth_methods);
    ss_buf_fini(&gone->auth_method);
    ss_buf_fini(&gone->signature_algorithm);
    ss_buf_fini(&gone->kexinit);
    ss_free(gone->scene->env, gone, sizeof *gone);
    *seat = NULL;
}

static struct scn_pos standing_at(const struct seat *seat)
{
    const struct scn_step *step = &seat->flow.program.steps[seat->calls[seat->depth - 1].pc];

    return step->stmt != NULL ? step->stmt->at : (struct scn_pos){0, 0};
}

void act_seat_finish(struct seat *seat)
{
    if (seat->trouble && !seat->judged)
        act_decide(seat->scene, VERDICT_FAIL, seat->trouble_at, "%s", seat->trouble_text);
    if (!seat->over && standing_at(seat).line > 0)
        act_decide(seat->scene, VERDICT_INCONCLUSIVE, standing_at(seat),
                   "the time of the conversation was used up here");
    act_flow_judge_faults(&seat->flow);
    seat_facts(seat);
}
