/* SPDX-License-Identifier: Apache-2.0 */
/* pump.c - what the engine tells, and whose it is: a handler's, the waiting statement's, or the
 * layers'.
 *
 * Owns: the verdict on each inbound message; what the end of a connection amounts to.
 * Not here: what statements make of messages (expect.c, probe.c).
 * Called by: seat.c.
 * Follows: docs/scenario-language.md "expect", "on". */
#include "testserver/actor/seat.h"

enum { DESCRIBED_MOST = 300 };

bool seat_is(const struct scn_message *wanted, const struct ss_msg *msg)
{
    const struct ss_fielddef *last;
    const struct ss_tail *tail;

    if (wanted->def == NULL || msg->def != wanted->def)
        return false;
    if (wanted->tail == NULL)
        return true;
    last = &msg->def->fields[msg->def->field_count - 1];
    if (last->type != SS_TYPE_tail || msg->body == NULL)
        return false;
    tail = (const struct ss_tail *)(const void *)((const char *)msg->body + last->offset);
    return tail->def == wanted->tail;
}

static bool is_kex(const struct ss_msg *msg)
{
    return msg->def->number >= 20 && msg->def->number <= 49;
}

/* Of a method that was not agreed on: a guess, sent before anybody could know. */
static bool is_guess(const struct seat *seat, const struct ss_msg *msg)
{
    return msg->def == NULL && seat->epoch == 0 && msg->payload.size > 0 &&
           msg->payload.data[0] >= 30 && msg->payload.data[0] <= 49;
}

bool seat_ignorable(const struct seat *seat, const struct ss_msg *msg)
{
    if (msg->def == NULL || msg->def->proto != SS_PROTO_SSH)
        return is_guess(seat, msg);
    switch (msg->def->id) {
    case SS_MSG_ignore:
    case SS_MSG_debug:
    case SS_MSG_ext_info:
    case SS_MSG_userauth_banner:
    case SS_MSG_global_request:
    case SS_MSG_channel_window_adjust:
    case SS_MSG_ping:
    case SS_MSG_disconnect: /* the end of the connection, not a message: closing.c */
        return true;
    default:
        break;
    }
    if (is_kex(msg))
        return (ss_engine_autopilot_get(seat->engine) & SS_LAYER_TRANSPORT) != 0;
    /* The pipe below SFTP. */
    if (msg->def->id == SS_MSG_channel_data && (seat->stream.open || seat->owns_sftp))
        return true;
    return false;
}

void seat_describe(struct seat *seat, const struct ss_msg *msg, struct ss_buf *out)
{
    size_t start = ss_buf_size(out);
    ss_err err = ss_msg_print(out, msg, 0);
    uint8_t *text = ss_buf_at(out);

    if (err != SS_OK) {
        act_blame(seat->scene, (struct scn_pos){0, 0}, "text", err);
        return;
    }
    for (size_t i = start; i < ss_buf_size(out) && text[i] != ' '; i++) {
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] = (uint8_t)(text[i] - 'a' + 'A');
    }
    if (ss_buf_size(out) > start + DESCRIBED_MOST) {
        ss_buf_truncate(out, start + DESCRIBED_MOST);
        (void)!ss_buf_puts(out, "...");
    }
}

void seat_settle(struct seat *seat, enum ss_verdict verdict)
{
    ss_err err;

    for (size_t i = 0; i < seat->depth; i++)
        seat->calls[i].pending = false;
    /* Before our identification line there is nobody to pass it to. */
    if (verdict == SS_PASS && !seat->version_sent)
        verdict = SS_DROP;
    err = ss_engine_settle(seat->engine, verdict);
    if (err != SS_OK)
        act_blame(seat->scene, (struct scn_pos){0, 0}, "a message could not be settled", err);
}

/* ---- messages ---- */
static const struct scn_stmt *waiting(struct seat *seat, enum scn_step_kind *out_kind)
{
    const struct scn_step *step = &seat->flow.program.steps[seat_call(seat)->pc];

    *out_kind = step->kind;
    return seat->over ? NULL : step->stmt;
}

static void intruder(struct seat *seat, const struct scn_stmt *stmt, const struct ss_msg *msg)
{
    struct ss_buf text;

    ss_buf_init(&text, seat->scene->env, 16384);
    seat_describe(seat, msg, &text);
    act_decide(seat->scene, VERDICT_FAIL, stmt->at, "fence: nothing was to come, but %.*s came",
               (int)ss_buf_size(&text), (const char *)ss_buf_at(&text));
    ss_buf_fini(&text);
}

/* True: a handler has it, and says what becomes of it. */
static bool offer(struct seat *seat, const struct scn_value *message, bool pending)
{
    const struct ss_msg *msg = &message->message;
    struct seat_handler *handler;
    const struct scn_stmt *stmt;
    enum scn_step_kind kind;

    seat_check_never(seat, msg);
    if (seat_decided(seat))
        return false;
    if (seat_probe_answered(seat, &seat_call(seat)->probe, message))
        return false;
    handler = seat_handler_for(seat, msg);
    if (handler != NULL) {
        seat_enter(seat, handler, message, pending);
        return true;
    }
    stmt = waiting(seat, &kind);
    if (kind != SCN_STEP_DO || stmt == NULL)
        return false;
    if (stmt->kind == SCN_EXPECT)
        seat_expect_message(seat, stmt, message);
    else if (stmt->kind == SCN_FENCE && !seat_ignorable(seat, msg))
        intruder(seat, stmt, msg);
    return false;
}

static void on_disconnect(struct seat *seat, uint32_t reason)
{
    seat->disconnected = true;
    seat->reason = reason;
    seat->gone = true;
}

static void on_message(struct seat *seat, const struct ss_event *event)
{
    struct scn_value message = {
        .type = SCN_MESSAGE, .sequence = event->number, .channel = UINT32_MAX};

    seat->inbound = event->number;
    seat->named = false;
    /* What cannot be read, or was only a wrong guess, is for the engine to refuse or to drop. */
    if (event->message->def == NULL && event->text.size > 0) {
        seat_settle(seat, SS_PASS);
        return;
    }
    message.message = *event->message;
    seat_notice_in(seat, event->message);
    if (!seat->version_sent && event->message->def != NULL &&
        event->message->def->id == SS_MSG_disconnect)
        on_disconnect(seat, ((const struct ss_msg_disconnect *)event->message->body)->reason);
    if (!offer(seat, &message, true))
        seat_settle(seat, SS_PASS);
}

/* Nothing to settle: SFTP messages that nobody takes are gone. */
void seat_sftp_message(struct seat *seat, const struct scn_value *message)
{
    (void)offer(seat, message, false);
}

/* ---- faults ---- */
static bool fault_fired(const struct seat *seat)
{
    for (size_t i = 0; i < seat->flow.program.fault_count; i++) {
        if (seat->flow.faults[i].fired)
            return true;
    }
    return false;
}

static void peer_broke(struct seat *seat, const struct ss_fault *fault)
{
    act_decide(seat->scene, VERDICT_FAIL, (struct scn_pos){0, 0},
               "the peer broke the protocol: %s%s%s%s%s%s%s%s%s", ss_err_text(fault->err),
               fault->message != NULL ? ", message " : "",
               fault->message != NULL ? fault->message : "", fault->field != NULL ? ", field " : "",
               fault->field != NULL ? fault->field : "", fault->detail[0] != 0 ? ", " : "",
               fault->detail, fault->rule != NULL ? ", rule " : "",
               fault->rule != NULL ? fault->rule : "");
}

static bool is_framing(ss_err err)
{
    return err == SS_E_bad_length || err == SS_E_packet_too_long || err == SS_E_bad_padding;
}

static void on_fault(struct seat *seat, const struct ss_fault *fault)
{
    switch (ss_err_class_of(fault->err)) {
    case SS_CLASS_USAGE:
    case SS_CLASS_INTERNAL:
        act_blame(seat->scene, (struct scn_pos){0, 0}, "the engine failed", fault->err);
        return;
    case SS_CLASS_RESOURCE:
        if (fault->err == SS_E_closed)
            return; /* the end of the stream: notice_end */
        act_blame(seat->scene, (struct scn_pos){0, 0}, "the engine failed", fault->err);
        return;
    default:
        break;
    }
    if (fault->err == SS_E_peer_disconnected)
        return;
    /* Whoever is told rubbish before keys may answer in plain words before he hangs up. */
    if (seat->odd && seat->epoch == 0 && is_framing(fault->err)) {
        act_ladder_note(&seat->scene->ladder, SS_TRACE_NOTE, seat->side, seat->now,
                        ss_span_of("what came is no packet; the end of the stream will tell"));
        return;
    }
    if (fault->err != SS_E_no_common_algorithm && fault->err != SS_E_unsupported) {
        peer_broke(seat, fault);
        return;
    }
    if (fault_fired(seat))
        seat_trouble(seat, (struct scn_pos){0, 0}, "no key exchange: %s", fault->detail);
    else
        act_decide(seat->scene, VERDICT_UNSUPPORTED, (struct scn_pos){0, 0}, "%s",
                   fault->detail[0] != 0 ? fault->detail : ss_err_text(fault->err));
}

/* ---- events ---- */
static void on_kex_done(struct seat *seat, const struct ss_event *event)
{
    seat->in_kex = false;
    seat->epoch = event->number;
}

static void on_auth_next(struct seat *seat, const struct ss_event *event)
{
    seat->auth_asked = true;
    if (event->text.size == 0)
        return;
    ss_buf_clear(&seat->auth_methods);
    if (ss_buf_put(&seat->auth_methods, event->text) != SS_OK)
        ss_buf_clear(&seat->auth_methods);
}

static void on_host_key(struct seat *seat)
{
    struct ss_command accept = {.kind = SS_CMD_HOST_KEY, .flag = true};

    seat_do(seat, (struct scn_pos){0, 0}, &accept, NULL);
}

static void on_auth_done(struct seat *seat, const struct ss_event *event)
{
    seat->auth_done = true;
    ss_buf_clear(&seat->auth_method);
    if (ss_buf_put(&seat->auth_method, event->method) != SS_OK)
        ss_buf_clear(&seat->auth_method);
    seat_autopilot(seat, SS_LAYER_CONNECTION, 0);
}

static void on_event(struct seat *seat, const struct ss_event *event)
{
    switch (event->type) {
    case SS_EVENT_MESSAGE:
        on_message(seat, event);
        return;
    case SS_EVENT_VERSION:
        seat->version_came = true;
        return;
    case SS_EVENT_HOST_KEY:
        on_host_key(seat);
        return;
    case SS_EVENT_KEX_DONE:
        on_kex_done(seat, event);
        return;
    case SS_EVENT_SERVICE:
        seat->service_ready = true;
        return;
    case SS_EVENT_AUTH_NEXT:
        on_auth_next(seat, event);
        return;
    case SS_EVENT_AUTH_PK_OK: /* of a query sent by hand: the next request may go */
        seat->auth_asked = true;
        return;
    case SS_EVENT_AUTH_DONE:
        on_auth_done(seat, event);
        return;
    case SS_EVENT_DISCONNECTED:
        on_disconnect(seat, event->number);
        return;
    case SS_EVENT_FAULT:
        on_fault(seat, event->fault);
        return;
    default:
        seat_serving_event(seat, event);
        seat_channel_event(seat, event);
        return;
    }
}

bool seat_pump(struct seat *seat)
{
    struct ss_event event;

    if (seat_call(seat)->pending || seat->left)
        return false;
    if (seat_stream_pump(seat))
        return true;
    if (!ss_engine_poll(seat->engine, &event))
        return false;
    on_event(seat, &event);
    return true;
}
