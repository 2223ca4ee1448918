/* SPDX-License-Identifier: Apache-2.0 */
/* probe.c - questions that must be answered in order: fence, and the proof that a twin's
 * connection is open.
 *
 * Owns: which question fits where the connection stands, and how its answer is known.
 * Not here: what comes before the answer (pump.c).
 * Called by: play.c, closing.c, pump.c.
 * Follows: RFC 4253 section 11.4, RFC 4254 section 4, OpenSSH PROTOCOL 1.8; SFTP02 section 6.11.
 *
 * Inside a key exchange nothing can be asked: under strict key exchange the question itself would
 * be the end. */
#include "testserver/actor/seat.h"

/* Of the transport's generic numbers; no document gives it a meaning. */
enum { UNKNOWN_NUMBER = 19 };

const char *seat_probe_name(enum seat_probe_kind kind)
{
    static const char *const names[] = {
        [SEAT_PROBE_NONE] = "",
        [SEAT_PROBE_PING] = "ping",
        [SEAT_PROBE_GLOBAL] = "global_request",
        [SEAT_PROBE_UNIMPLEMENTED] = "unimplemented",
        [SEAT_PROBE_REALPATH] = "realpath",
    };

    return names[kind];
}

enum seat_probe_kind seat_probe_choose(const struct seat *seat)
{
    struct act_world *world = seat->scene->job->world;

    if (seat->epoch == 0 || seat->in_kex || seat_lost(seat) || ss_engine_finished(seat->engine))
        return SEAT_PROBE_NONE;
    if (seat->stream.open)
        return SEAT_PROBE_REALPATH;
    if (ss_engine_peer_ping(seat->engine))
        return SEAT_PROBE_PING;
    if (ss_engine_authenticated(seat->engine))
        return SEAT_PROBE_GLOBAL;
    if (world->feature != NULL && world->feature(world, ss_span_of("dies_on_unknown")))
        return SEAT_PROBE_NONE;
    return SEAT_PROBE_UNIMPLEMENTED;
}

static ss_err send_ping(struct seat *seat, struct seat_probe *probe)
{
    struct ss_msg_ping body = {.data = ss_span_make(probe->data, sizeof probe->data)};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_MSG_ping), .body = &body};

    SS_TRY(ss_random(&seat->scene->dice.env, probe->data, sizeof probe->data));
    return ss_engine_send(seat->engine, &msg, NULL, 0);
}

static ss_err send_global(struct seat *seat, struct seat_probe *probe)
{
    struct ss_msg_global_request *body;
    struct ss_msg msg;

    SS_TRY(ss_msg_new(&seat->flow.eval.scratch, ss_msgdef_of(SS_MSG_global_request),
                      ss_msgdef_of(SS_TAIL_global_request_keepalive), &msg));
    body = msg.body;
    body->want_reply = true;
    SS_TRY(ss_engine_send(seat->engine, &msg, NULL, 0));
    probe->number = seat->globals_asked;
    return SS_OK;
}

static ss_err send_unknown(struct seat *seat, struct seat_probe *probe)
{
    static const uint8_t payload[1] = {UNKNOWN_NUMBER};

    probe->number = ss_engine_sequence(seat->engine, SS_OUT);
    return ss_engine_send_payload(seat->engine, ss_span_make(payload, 1), NULL, 0);
}

static ss_err send_realpath(struct seat *seat, struct seat_probe *probe)
{
    struct ss_fxp_realpath body = {.id = seat->stream.next_id++, .path = ss_span_of(".")};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_FXP_realpath), .body = &body};

    probe->number = body.id;
    return seat_stream_send(seat, &msg, NULL, 0);
}

/* Nothing is sent where nothing can be asked; the caller looks at kind. */
void seat_probe_send(struct seat *seat, struct scn_pos at, struct seat_probe *probe)
{
    ss_err err = SS_OK;

    probe->kind = seat_probe_choose(seat);
    probe->sent = true;
    switch (probe->kind) {
    case SEAT_PROBE_PING:
        err = send_ping(seat, probe);
        break;
    case SEAT_PROBE_GLOBAL:
        err = send_global(seat, probe);
        break;
    case SEAT_PROBE_UNIMPLEMENTED:
        err = send_unknown(seat, probe);
        break;
    case SEAT_PROBE_REALPATH:
        err = send_realpath(seat, probe);
        break;
    case SEAT_PROBE_NONE:
        break;
    }
    if (err != SS_OK)
        act_blame(seat->scene, at, "a probe", err);
}

/* ---- answers ---- */
static bool answers_realpath(const struct seat_probe *probe, const struct ss_msg *msg)
{
    if (msg->def->id == SS_FXP_name)
        return ((const struct ss_fxp_name *)msg->body)->id == probe->number;
    if (msg->def->id == SS_FXP_status)
        return ((const struct ss_fxp_status *)msg->body)->id == probe->number;
    return false;
}

static bool answers(const struct seat *seat, const struct seat_probe *probe,
                    const struct ss_msg *msg)
{
    switch (probe->kind) {
    case SEAT_PROBE_PING:
        return msg->def->id == SS_MSG_pong &&
               ss_span_eq(((const struct ss_msg_pong *)msg->body)->data,
                          ss_span_make(probe->data, sizeof probe->data));
    case SEAT_PROBE_GLOBAL: /* counted when it came by: known.c */
        return (msg->def->id == SS_MSG_request_success || msg->def->id == SS_MSG_request_failure) &&
               seat->globals_answered == probe->number;
    case SEAT_PROBE_UNIMPLEMENTED:
        return msg->def->id == SS_MSG_unimplemented &&
               ((const struct ss_msg_unimplemented *)msg->body)->packet_sequence_number ==
                   probe->number;
    case SEAT_PROBE_REALPATH:
        return answers_realpath(probe, msg);
    case SEAT_PROBE_NONE:
        break;
    }
    return false;
}

bool seat_probe_answered(struct seat *seat, struct seat_probe *probe,
                         const struct scn_value *message)
{
    if (!probe->sent || probe->answered || message->message.def == NULL ||
        message->message.body == NULL || !answers(seat, probe, &message->message))
        return false;
    probe->answered = true;
    return true;
}

/* ---- statements ---- */
static void note_fence(struct seat *seat, enum seat_probe_kind kind)
{
    struct ss_buf *fence = &seat->scene->outcome.fence;

    ss_buf_clear(fence);
    if (ss_buf_puts(fence, seat_probe_name(kind)) != SS_OK)
        ss_buf_clear(fence);
}

enum seat_progress seat_fence(struct seat *seat, const struct scn_stmt *stmt)
{
    struct seat_call *call = seat_call(seat);
    char closure[64];

    if (seat->gone) {
        seat_closure_text(seat, closure, sizeof closure);
        act_decide(seat->scene, VERDICT_FAIL, stmt->at,
                   "fence: nothing was to come, but the connection ended: %s", closure);
        return SEAT_DONE;
    }
    seat_wait_until(seat, stmt->number);
    if (!call->probe.sent) {
        seat_probe_send(seat, stmt->at, &call->probe);
        if (call->probe.kind == SEAT_PROBE_NONE)
            act_decide(seat->scene, VERDICT_INCONCLUSIVE, stmt->at,
                       "fence: nothing can be asked here that must be answered in order");
    }
    if (seat_decided(seat))
        return SEAT_DONE;
    if (call->probe.answered) {
        note_fence(seat, call->probe.kind);
        return SEAT_DONE;
    }
    if (seat->now < call->deadline)
        return SEAT_WAIT;
    act_decide(seat->scene, VERDICT_INCONCLUSIVE, stmt->at, "fence: %s was not answered in %llu ms",
               seat_probe_name(call->probe.kind), (unsigned long long)stmt->number);
    return SEAT_DONE;
}

/* In a twin, in place of a close. A client under test proves it by the end of its action. */
enum seat_progress seat_prove(struct seat *seat, const struct scn_stmt *stmt)
{
    struct seat_call *call = seat_call(seat);
    char closure[64];

    if (seat->gone) {
        seat_closure_text(seat, closure, sizeof closure);
        act_decide(seat->scene, VERDICT_FAIL, stmt->at,
                   "without the fault the connection ended as well: %s", closure);
        return SEAT_DONE;
    }
    if (seat_server(seat) || seat->left || seat->trouble)
        return SEAT_DONE;
    if (seat_ensure_kex(seat, stmt->at) == SEAT_WAIT)
        return seat_await(seat, stmt, "the key exchange");
    if (!ss_engine_authenticated(seat->engine) && !call->probe.sent)
        return seat_login(seat, stmt);
    if (!call->probe.sent) {
        call->deadline = SS_NEVER;
        seat_probe_send(seat, stmt->at, &call->probe);
    }
    if (call->probe.answered)
        return SEAT_DONE;
    seat_wait_until(seat, stmt->number > 0 ? stmt->number : 5000);
    if (seat->now < call->deadline)
        return SEAT_WAIT;
    act_decide(seat->scene, VERDICT_FAIL, stmt->at,
               "without the fault nothing is answered either (%s)",
               seat_probe_name(call->probe.kind));
    return SEAT_DONE;
}
