/* SPDX-License-Identifier: Apache-2.0 */
/* play.c - where the script stands: steps, branches, loops, handlers.
 *
 * Owns: the stack of calls, the handlers that are on.
 * Not here: statements (each has a file), messages (pump.c).
 * Called by: seat.c, pump.c.
 * Follows: steps.h. */
#include "testserver/actor/seat.h"

typedef enum seat_progress statement(struct seat *seat, const struct scn_stmt *stmt);

/* What an action was to bring is not there to be looked at: that it failed is what counts. */
static bool told_trouble(struct seat *seat)
{
    if (!seat->trouble || seat->judged)
        return false;
    act_decide(seat->scene, VERDICT_FAIL, seat->trouble_at, "%s", seat->trouble_text);
    return true;
}

static enum seat_progress let(struct seat *seat, const struct scn_stmt *stmt)
{
    if (!told_trouble(seat))
        act_flow_let(&seat->flow, stmt);
    return SEAT_DONE;
}

static enum seat_progress check(struct seat *seat, const struct scn_stmt *stmt)
{
    if (!told_trouble(seat))
        act_flow_check(&seat->flow, stmt);
    return SEAT_DONE;
}

/* The message of the handler goes its honest way as well. */
static enum seat_progress pass(struct seat *seat, const struct scn_stmt *stmt)
{
    struct seat_call *call = seat_call(seat);
    ss_err err = SS_OK;

    if (call->pending) {
        seat_settle(seat, SS_PASS);
    } else if (call->handled.type == SCN_MESSAGE && seat->house.serving != NULL) {
        err = ss_serving_sftp_serve(seat->house.serving, call->handled.channel,
                                    &call->handled.message);
        call->handled.type = SCN_ANY;
    }
    if (err != SS_OK)
        act_blame(seat->scene, stmt->at, "pass", err);
    return SEAT_DONE;
}

static statement *const statements[] = {
    [SCN_VERSION] = seat_version,
    [SCN_KEXINIT] = seat_kexinit,
    [SCN_KEX] = seat_kex,
    [SCN_REKEY] = seat_rekey,
    [SCN_SERVICE] = seat_service,
    [SCN_LOGIN] = seat_login,
    [SCN_SESSION] = seat_session,
    [SCN_REQUEST] = seat_request,
    [SCN_DRAIN] = seat_drain,
    [SCN_SFTP] = seat_sftp,
    [SCN_SERVE] = seat_serve,
    [SCN_SEND] = seat_send,
    [SCN_REPLY] = seat_send,
    [SCN_SEND_RAW] = seat_send_raw,
    [SCN_SEND_PAYLOAD] = seat_send_payload,
    [SCN_DISCONNECT] = seat_disconnect,
    [SCN_CLOSE] = seat_close,
    [SCN_RELEASE] = seat_release,
    [SCN_SET_SEQUENCE] = seat_set_sequence,
    [SCN_EXPECT] = seat_expect,
    [SCN_FENCE] = seat_fence,
    [SCN_CHECK] = check,
    [SCN_SHOULD] = check,
    [SCN_NEEDS] = seat_needs,
    [SCN_LET] = let,
    [SCN_PASS] = pass,
};

static bool judges(enum scn_kind kind)
{
    return kind >= SCN_EXPECT && kind <= SCN_LET;
}

/* What may be done although an action did not finish: judging, and leaving. */
static bool still_due(enum scn_kind kind)
{
    return judges(kind) || kind == SCN_DISCONNECT || kind == SCN_CLOSE || kind == SCN_PASS;
}

enum seat_progress seat_run(struct seat *seat, const struct scn_stmt *stmt)
{
    if ((size_t)stmt->kind >= SS_COUNT(statements) || statements[stmt->kind] == NULL) {
        act_decide(seat->scene, VERDICT_ERROR, stmt->at, "this statement is for the relay only");
        return SEAT_DONE;
    }
    if (seat->trouble && !still_due(stmt->kind))
        return SEAT_DONE;
    return statements[stmt->kind](seat, stmt);
}

/* ---- handlers ---- */
static void turn_on(struct seat *seat, const struct scn_step *step)
{
    struct seat_handler *handlers;
    size_t cap = seat->handler_cap;

    for (size_t i = 0; i < seat->handler_count; i++) {
        if (seat->handlers[i].stmt == step->stmt)
            return; /* a loop comes by again */
    }
    if (seat->handler_count == cap) {
        cap = cap > 0 ? cap * 2 : 8;
        handlers = ss_resize(seat->scene->env, seat->handlers, seat->handler_cap * sizeof *handlers,
                             cap * sizeof *handlers);
        if (handlers == NULL) {
            act_blame(seat->scene, step->stmt->at, "on", SS_E_no_memory);
            return;
        }
        seat->handlers = handlers;
        seat->handler_cap = cap;
    }
    seat->handlers[seat->handler_count++] =
        (struct seat_handler){.stmt = step->stmt, .pc = step->target};
}

/* The one that was turned on last comes first. */
struct seat_handler *seat_handler_for(struct seat *seat, const struct ss_msg *msg)
{
    for (size_t i = seat->handler_count; i > 0; i--) {
        struct seat_handler *handler = &seat->handlers[i - 1];

        if (!handler->busy && seat_is(&handler->stmt->message, msg))
            return seat->depth < SEAT_CALLS ? handler : NULL;
    }
    return NULL;
}

bool seat_has_handler(const struct seat *seat, const struct ss_msg *msg)
{
    for (size_t i = 0; i < seat->handler_count; i++) {
        if (seat_is(&seat->handlers[i].stmt->message, msg))
            return true;
    }
    return false;
}

void seat_enter(struct seat *seat, struct seat_handler *handler, const struct scn_value *message,
                bool pending)
{
    struct seat_call *call = &seat->calls[seat->depth];
    struct ss_arena arena = call->arena;
    ss_err err = SS_OK;

    ss_arena_reset(&arena);
    memset(call, 0, sizeof *call);
    call->arena = arena;
    call->pc = handler->pc;
    call->fresh = true;
    call->deadline = call->grace = SS_NEVER;
    call->handler = handler->stmt;
    call->pending = pending;
    handler->busy = true;
    seat->depth++;
    if (handler->stmt->slot != UINT32_MAX)
        err = scn_eval_bind(&seat->flow.eval, handler->stmt->slot, message);
    if (err == SS_OK)
        err = scn_value_copy(&call->arena, message, &call->handled);
    if (err != SS_OK)
        act_mistake(seat->scene, &seat->flow.eval, handler->stmt->at, err);
}

static void leave_handler(struct seat *seat)
{
    struct seat_call *call = seat_call(seat);

    if (call->pending)
        seat_settle(seat, SS_TAKE);
    for (size_t i = 0; i < seat->handler_count; i++) {
        if (seat->handlers[i].stmt == call->handler)
            seat->handlers[i].busy = false;
    }
    seat->depth--;
}

/* ---- steps ---- */
static void renew(struct seat_call *call)
{
    call->fresh = true;
    call->matched = call->mismatch = false;
    call->deadline = call->grace = SS_NEVER;
    memset(&call->probe, 0, sizeof call->probe);
}

/* A statement that may have to wait. False: it waits. */
static bool try_step(struct seat *seat, const struct scn_step *step)
{
    struct seat_call *call = seat_call(seat);
    enum seat_progress progress;

    if (step->kind == SCN_STEP_END)
        progress = seat_epilogue(seat);
    else if (step->kind == SCN_STEP_PROVE)
        progress = seat_prove(seat, step->stmt);
    else
        progress = seat_run(seat, step->stmt);
    scn_eval_reset(&seat->flow.eval);
    call->fresh = false;
    if (progress == SEAT_WAIT) {
        /* Nothing more is told before the message at hand has its verdict. */
        if (call->pending)
            seat_settle(seat, SS_TAKE);
        return false;
    }
    if (step->kind == SCN_STEP_END) {
        seat->over = true;
        return false;
    }
    renew(call);
    call->pc++;
    return true;
}

static bool step_on(struct seat *seat, const struct scn_step *step)
{
    struct seat_call *call = seat_call(seat);

    switch (step->kind) {
    case SCN_STEP_UNLESS:
        call->pc = act_flow_branch(&seat->flow, call->pc);
        return true;
    case SCN_STEP_JUMP:
        call->pc = step->target;
        return true;
    case SCN_STEP_LOOP:
        act_flow_loop(&seat->flow, step);
        call->pc++;
        return true;
    case SCN_STEP_NEXT:
        call->pc = act_flow_next(&seat->flow, step) ? call->pc + 1 : step->target;
        return true;
    case SCN_STEP_ON:
        turn_on(seat, step);
        call->pc++;
        return true;
    case SCN_STEP_RETURN:
        leave_handler(seat);
        return true;
    case SCN_STEP_FAULT:
        seat_fault_begin(seat, step->stmt);
        call->pc++;
        return true;
    case SCN_STEP_UNFAULT:
        seat_fault_end(seat, step->stmt);
        call->pc++;
        return true;
    default:
        return try_step(seat, step);
    }
}

void seat_play(struct seat *seat)
{
    struct scn_pos at = {0, 0};

    while (!seat_decided(seat) && !seat->over) {
        const struct seat_call *call = seat_call(seat);
        const struct scn_step *step = &seat->flow.program.steps[call->pc];

        if (call->fresh && ++seat->steps > SEAT_STEPS) {
            if (step->stmt != NULL)
                at = step->stmt->at;
            act_decide(seat->scene, VERDICT_ERROR, at, "more than %u steps", (unsigned)SEAT_STEPS);
            return;
        }
        if (!step_on(seat, step))
            return;
        if (step->stmt != NULL)
            at = step->stmt->at;
    }
}
