/* SPDX-License-Identifier: Apache-2.0 */
/* expect.c - expect and never.
 *
 * Owns: which alternative a message is, and the sentence that says why none fits.
 * Not here: how a connection ended (closing.c).
 * Called by: play.c for the statements; pump.c for each message.
 * Follows: docs/scenario-language.md "expect", "never". */
#include "testserver/actor/seat.h"

enum { WANTED_MOST = 400, CAME_MOST = 400 };

/* ---- what was wanted, in words ---- */
static ss_err put_upper(struct ss_buf *out, const char *name)
{
    for (; *name != 0; name++) {
        uint8_t c = (uint8_t)*name;

        if (c >= 'a' && c <= 'z')
            c = (uint8_t)(c - 'a' + 'A');
        SS_TRY(ss_buf_put(out, ss_span_make(&c, 1)));
    }
    return SS_OK;
}

static ss_err put_alternative(struct ss_buf *out, const struct scn_eval *eval,
                              const struct scn_alternative *alternative)
{
    if (alternative->closed)
        return ss_buf_puts(out, "a close");
    SS_TRY(put_upper(out, alternative->message.def->name));
    if (alternative->message.tail != NULL)
        SS_TRY(ss_buf_printf(out, " %s", alternative->message.tail->key));
    for (size_t i = 0; i < alternative->condition_count; i++) {
        SS_TRY(ss_buf_puts(out, i == 0 ? " with " : ", "));
        SS_TRY(scn_expr_write(out, eval, alternative->conditions[i]));
    }
    return SS_OK;
}

/* The ceiling of the buffer cuts what is too long to be read anyway. */
static void put_wanted(struct seat *seat, const struct scn_stmt *stmt, struct ss_buf *out)
{
    ss_err err = SS_OK;

    for (size_t i = 0; i < stmt->alternative_count && err == SS_OK; i++) {
        err = ss_buf_puts(out, i == 0 ? "" : " or ");
        if (err == SS_OK)
            err = put_alternative(out, &seat->flow.eval, &stmt->alternatives[i]);
    }
    if (err == SS_E_no_memory)
        act_blame(seat->scene, stmt->at, "text", err);
}

/* ---- conditions ---- */
/* Do all conditions hold? The message is bound first: they see it through its slot. */
static ss_err holds(struct seat *seat, const struct scn_alternative *alternative,
                    const struct scn_value *message, bool *out_holds)
{
    struct seat_call *call = seat_call(seat);
    char why[sizeof call->why] = "";
    bool truth = true;

    if (alternative->slot != UINT32_MAX)
        SS_TRY(scn_eval_bind(&seat->flow.eval, alternative->slot, message));
    for (size_t i = 0; i < alternative->condition_count && truth; i++) {
        SS_TRY(act_flow_holds(&seat->flow, alternative->conditions[i], &truth, why, sizeof why));
        if (!truth && !call->mismatch) {
            call->mismatch = true;
            memcpy(call->why, why, sizeof why);
        }
    }
    *out_holds = truth;
    return SS_OK;
}

static void not_this(struct seat *seat, const struct scn_stmt *stmt, const struct ss_msg *msg)
{
    const struct seat_call *call = seat_call(seat);
    struct ss_buf wanted, came;

    ss_buf_init(&wanted, seat->scene->env, WANTED_MOST);
    ss_buf_init(&came, seat->scene->env, 16384);
    put_wanted(seat, stmt, &wanted);
    seat_describe(seat, msg, &came);
    act_decide(seat->scene, VERDICT_FAIL, stmt->at, "expected %.*s, came %.*s%s%s",
               (int)ss_buf_size(&wanted), (const char *)ss_buf_at(&wanted), (int)ss_buf_size(&came),
               (const char *)ss_buf_at(&came), call->mismatch ? ": " : "",
               call->mismatch ? call->why : "");
    ss_buf_fini(&wanted);
    ss_buf_fini(&came);
}

void seat_expect_message(struct seat *seat, const struct scn_stmt *stmt,
                         const struct scn_value *message)
{
    struct seat_call *call = seat_call(seat);
    bool named = false, truth = false;
    ss_err err = SS_OK;

    if (call->matched)
        return;
    for (size_t i = 0; i < stmt->alternative_count && !truth && err == SS_OK; i++) {
        const struct scn_alternative *alternative = &stmt->alternatives[i];

        if (alternative->closed || !seat_is(&alternative->message, &message->message))
            continue;
        named = true;
        err = holds(seat, alternative, message, &truth);
        if (err == SS_OK && truth && alternative->weak)
            act_weaken(seat->scene, alternative->at, "what came is allowed, but not what is due");
    }
    if (err != SS_OK) {
        act_mistake(seat->scene, &seat->flow.eval, stmt->at, err);
        return;
    }
    seat->named = named;
    call->matched = truth;
    if (!truth && (named || !seat_ignorable(seat, &message->message)))
        not_this(seat, stmt, &message->message);
}

/* ---- expect ---- */
static const struct scn_alternative *closed_of(const struct scn_stmt *stmt)
{
    for (size_t i = 0; i < stmt->alternative_count; i++) {
        if (stmt->alternatives[i].closed)
            return &stmt->alternatives[i];
    }
    return NULL;
}

static void nothing_came(struct seat *seat, const struct scn_stmt *stmt)
{
    struct ss_buf wanted;
    char closure[64];

    ss_buf_init(&wanted, seat->scene->env, WANTED_MOST);
    put_wanted(seat, stmt, &wanted);
    if (seat_lost(seat)) {
        seat_closure_text(seat, closure, sizeof closure);
        act_decide(seat->scene, VERDICT_FAIL, stmt->at, "expected %.*s, the connection ended: %s",
                   (int)ss_buf_size(&wanted), (const char *)ss_buf_at(&wanted), closure);
    } else {
        act_decide(seat->scene, VERDICT_FAIL, stmt->at,
                   "expected %.*s, nothing came within %llu ms", (int)ss_buf_size(&wanted),
                   (const char *)ss_buf_at(&wanted), (unsigned long long)stmt->number);
    }
    ss_buf_fini(&wanted);
}

enum seat_progress seat_expect(struct seat *seat, const struct scn_stmt *stmt)
{
    struct seat_call *call = seat_call(seat);
    const struct scn_alternative *closed = closed_of(stmt);

    seat_wait_until(seat, stmt->number);
    if (call->matched)
        return SEAT_DONE;
    if (closed != NULL)
        return seat_expect_closed(seat, stmt, closed);
    if (!seat_lost(seat) && seat->now < call->deadline)
        return SEAT_WAIT;
    nothing_came(seat, stmt);
    return SEAT_DONE;
}

/* ---- never ---- */
void seat_check_never(struct seat *seat, const struct ss_msg *msg)
{
    struct ss_buf came;

    for (size_t i = 0; i < seat->flow.program.never_count; i++) {
        const struct scn_stmt *never = seat->flow.program.nevers[i];

        for (size_t j = 0; j < never->message_count; j++) {
            if (!seat_is(&never->messages[j], msg))
                continue;
            ss_buf_init(&came, seat->scene->env, 16384);
            seat_describe(seat, msg, &came);
            act_decide(seat->scene, VERDICT_FAIL, never->at, "it was never to come, but did: %.*s",
                       (int)ss_buf_size(&came), (const char *)ss_buf_at(&came));
            ss_buf_fini(&came);
            return;
        }
    }
}
