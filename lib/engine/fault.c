/* SPDX-License-Identifier: Apache-2.0 */
/* fault.c - the first failure of a connection: pinned, told to the peer, told to the owner.
 *
 * Owns: struct ss_fault, and the DISCONNECT it calls for.
 * Not here: finding failures.
 * Called by: every part of the engine; the layers through their link.
 * Follows: RFC 4253 section 11.1. */
#include "core.h"

/* rule: RFC4253-11.1-disconnect-sent */
static void say_goodbye(struct ss_engine *engine, ss_err err)
{
    struct ss_msg_disconnect body = {.reason = (uint32_t)ss_err_reason(err),
                                     .description = ss_span_of(ss_err_text(err))};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_MSG_disconnect), .body = &body};

    if (body.reason == SS_DISCONNECT_NONE || engine->ended || !engine->ident.sent ||
        (engine->autopilot & SS_LAYER_TRANSPORT) == 0)
        return;
    /* When even this fails there is nothing left to do about it: the stream is closed anyway. */
    if (ss_output_message(engine, SS_BY_LAYER, &msg, NULL, 0) != SS_OK)
        ss_record_text(engine, SS_TRACE_NOTE, "the DISCONNECT could not be sent");
}

static void copy_detail(struct ss_fault *fault, const char *detail)
{
    size_t n = 0;

    for (; detail != NULL && detail[n] != 0 && n + 1 < sizeof fault->detail; n++)
        fault->detail[n] = (char)(detail[n] >= 0x20 && detail[n] < 0x7f ? detail[n] : '?');
    fault->detail[n] = 0;
}

ss_err ss_fault_pin(struct ss_engine *engine, const struct ss_core_failure *failure)
{
    struct ss_fault *fault = &engine->fault;

    if (engine->faulty)
        return failure->err;
    engine->faulty = true;
    fault->err = failure->err;
    fault->inbound = engine->handling ? 1 : 0;
    fault->sequence =
        engine->handling ? engine->link.inbound_sequence : engine->packets_out.sequence;
    fault->message = engine->handling && engine->taken.def != NULL ? engine->taken.def->name : NULL;
    fault->field = failure->field;
    fault->offset = failure->offset;
    fault->rule = failure->rule;
    copy_detail(fault, failure->detail);
    ss_record_fault(engine);
    say_goodbye(engine, failure->err);
    return failure->err;
}

ss_err ss_fault_link(struct ss_link *link, ss_err err, const char *field, const char *rule,
                     const char *detail)
{
    struct ss_core_failure failure = {.err = err, .field = field, .rule = rule, .detail = detail};

    return ss_fault_pin(ss_core_of(link), &failure);
}
