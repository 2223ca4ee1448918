/* SPDX-License-Identifier: Apache-2.0 */
/* poll.c - the pump: one packet is taken to its end before the next is decrypted.
 *
 * Owns: the order of the questions a packet is asked, and the stop for a verdict under SS_STEP.
 * Not here: cutting packets out of the stream (transport/packet_in.c), the answers of the layers.
 * Called by: the owner of an engine.
 * Follows: RFC 4253 sections 6, 7, 11.4; draft-ietf-sshm-strict-kex 3.2. */
#include "core.h"

/* ---- failures of packets ---- */

static const char *packet_rule(ss_err err)
{
    switch (err) {
    case SS_E_bad_length:
        return "RFC4253-6-misaligned-received";
    case SS_E_packet_too_long:
        return "RFC4253-6.1-reject-unreasonable-length";
    case SS_E_bad_padding:
        return "RFC4253-6-padding-exceeds-packet";
    case SS_E_mac_mismatch:
        return "RFC4253-6.4-bad-mac-detected";
    case SS_E_decompress:
        return "RFC4253-6.2-bad-compressed-data";
    default:
        return NULL;
    }
}

static void refuse_packet(struct ss_engine *engine, ss_err err)
{
    struct ss_core_failure failure = {.err = err, .rule = packet_rule(err)};

    engine->link.inbound_sequence = engine->packets_in.sequence;
    engine->handling = true;
    (void)ss_fault_pin(engine, &failure);
    engine->handling = false;
}

static void refuse(struct ss_engine *engine, ss_err err, const char *field, const char *rule)
{
    (void)ss_fault_pin(engine, &(struct ss_core_failure){.err = err,
                                                         .field = field,
                                                         .rule = rule,
                                                         .offset = engine->taken.error.offset});
}

/* ---- one packet ---- */

static void decode(struct ss_engine *engine)
{
    struct ss_core_taken *taken = &engine->taken;

    taken->decoded = true;
    taken->err = ss_msg_decode(&engine->arena, taken->def, taken->packet.payload, &taken->msg,
                               &taken->error);
    if (taken->err != SS_OK) {
        taken->msg.def = NULL;
        taken->msg.body = NULL;
    }
    taken->msg.payload = taken->packet.payload;
}

/* rule: RFC4253-11.4-unimplemented-reply, RFC4253-11.4-unimplemented-seq */
static void answer_unimplemented(struct ss_engine *engine)
{
    struct ss_msg_unimplemented body = {.packet_sequence_number = engine->link.inbound_sequence};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_MSG_unimplemented), .body = &body};

    if ((engine->autopilot & SS_LAYER_TRANSPORT) == 0)
        return;
    if (ss_output_send(&engine->link, &msg) != SS_OK)
        refuse(engine, SS_E_internal, NULL, NULL); /* unless the reason was pinned already */
}

static void deliver(struct ss_engine *engine)
{
    struct ss_core_taken *taken = &engine->taken;
    struct ss_core_layer *owner = ss_stack_owner(engine, taken->def->number);
    ss_err err = SS_E_internal;

    ss_record_oddities(engine, &taken->msg);
    if (owner != NULL)
        err = owner->ops->on_message(owner->self, &taken->msg);
    /* The peer's DISCONNECT ends the connection and is nobody's fault.
     * rule: RFC4253-11.1-disconnect-processed, RFC4253-11.1-no-data-after-disconnect */
    if (taken->def->id == SS_MSG_disconnect && (err == SS_OK || err == SS_E_peer_disconnected))
        engine->ended = true;
    else if (err != SS_OK)
        refuse(engine, err, NULL, NULL);
    ss_stack_notice(engine);
}

/* May it come now? True: it goes to its layer. */
static bool judge(struct ss_engine *engine)
{
    struct ss_core_taken *taken = &engine->taken;
    ss_span payload = taken->packet.payload;
    struct ss_where where;
    const char *rule = NULL;
    ss_err err = SS_E_internal;

    if (payload.size == 0) {
        refuse(engine, SS_E_truncated, NULL, "RFC4253-6-empty-payload");
        return false;
    }
    ss_stack_where(engine, &where);
    switch (ss_msg_legal(&where, payload.data[0], taken->def, &err, &rule)) {
    case SS_LEGAL_OK:
        break;
    case SS_LEGAL_UNIMPLEMENTED:
        answer_unimplemented(engine);
        return false;
    case SS_LEGAL_IGNORED:
        ss_record_text(engine, SS_TRACE_NOTE, "a late message is ignored");
        return false;
    case SS_LEGAL_ERROR:
        refuse(engine, err, NULL, rule);
        return false;
    }
    if (taken->def != NULL)
        return true;
    refuse(engine, SS_E_internal, NULL, NULL);
    return false;
}

static void record(struct ss_engine *engine)
{
    ss_record_message(engine, SS_IN, &engine->taken.msg, engine->taken.packet.payload);
}

/* Under SS_STEP the message was decoded and recorded when it was shown. */
static void handle(struct ss_engine *engine)
{
    struct ss_core_taken *taken = &engine->taken;
    bool shown = taken->decoded;
    bool due;

    engine->handling = true;
    due = judge(engine);
    if (due && !shown)
        decode(engine);
    if (!shown)
        record(engine);
    if (due && taken->err != SS_OK)
        refuse(engine, taken->err, taken->error.field, NULL);
    else if (due)
        deliver(engine);
    /* What goes wrong while it is answered is about it, too. */
    ss_stack_act(engine);
    engine->handling = false;
}

static void pass(struct ss_engine *engine)
{
    if (!engine->taken.skip) {
        handle(engine);
        return;
    }
    /* rule: RFC4253-7-guess-wrong-ignored */
    ss_record_text(engine, SS_TRACE_NOTE, "the packet of a wrong guess is dropped");
    ss_stack_act(engine);
}

/* SS_STEP: the owner sees it first, whatever it is. */
static void show(struct ss_engine *engine)
{
    struct ss_core_taken *taken = &engine->taken;
    struct ss_event event = {.type = SS_EVENT_MESSAGE, .message = &taken->msg};
    ss_err err;

    if (taken->def != NULL && !taken->skip)
        decode(engine);
    taken->decoded = true;
    record(engine);
    event.number = taken->packet.sequence;
    event.text = ss_span_of(taken->def != NULL ? taken->def->name : NULL);
    engine->waiting = true;
    err = ss_event_push(engine, &event);
    if (err != SS_OK)
        refuse(engine, err, NULL, NULL);
}

/* False when the stream does not hold a packet yet. */
static bool take_packet(struct ss_engine *engine)
{
    struct ss_core_taken *taken = &engine->taken;
    struct ss_packet packet;
    size_t used = 0;
    ss_err err = ss_packet_take(&engine->packets_in, &engine->in, &packet, &used);

    if (err == SS_E_more_input)
        return false;
    if (err != SS_OK) {
        refuse_packet(engine, err);
        return true;
    }
    taken->packet = packet;
    taken->used = used;
    taken->msg.payload = packet.payload;
    engine->link.inbound_sequence = packet.sequence;
    ss_record_frame_in(engine, &packet);
    if (packet.payload.size > 0)
        taken->def = ss_stack_def(engine, packet.payload.data[0]);
    taken->skip = ss_transport_skip_guess(engine->transport);
    if (engine->config->pace == SS_STEP)
        show(engine);
    else
        pass(engine);
    return true;
}

/* ---- the owner's side ---- */

/* The stream ended where no DISCONNECT had been. */
static bool end_of_stream(struct ss_engine *engine)
{
    struct ss_core_failure failure = {.err = SS_E_closed};

    if (!engine->eof)
        return false;
    failure.detail = ss_buf_size(&engine->in) > 0 ? "the stream ends inside a packet"
                                                  : "the stream ends without a DISCONNECT";
    (void)ss_fault_pin(engine, &failure);
    return true;
}

static bool tell_fault(struct ss_engine *engine, struct ss_event *out_event)
{
    struct ss_event event = {.type = SS_EVENT_FAULT, .fault = &engine->fault};

    if (!engine->faulty || engine->fault_told)
        return false;
    engine->fault_told = true;
    *out_event = event;
    return true;
}

bool ss_engine_poll(struct ss_engine *engine, struct ss_event *out_event)
{
    for (;;) {
        if (ss_event_pop(engine, out_event) || tell_fault(engine, out_event)) {
            engine->lent = true;
            return true;
        }
        if (engine->waiting)
            return false;
        ss_input_release(engine);
        if (ss_core_closed(engine))
            return tell_fault(engine, out_event);
        if (engine->ident.came ? take_packet(engine) : ss_ident_take(engine))
            continue;
        if (!end_of_stream(engine))
            return false;
    }
}

/* SS_PASS before both identification lines are known would start a key exchange without them. */
ss_err ss_engine_settle(struct ss_engine *engine, enum ss_verdict verdict)
{
    if (!engine->waiting || (verdict == SS_PASS && !engine->ident.started))
        return SS_E_usage;
    engine->waiting = false;
    if (ss_core_closed(engine))
        return SS_OK;
    if (verdict == SS_PASS)
        pass(engine);
    else
        ss_record_text(engine, SS_TRACE_STEP,
                       verdict == SS_TAKE ? "message taken" : "message dropped");
    return SS_OK;
}
