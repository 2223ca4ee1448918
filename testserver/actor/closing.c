/* SPDX-License-Identifier: Apache-2.0 */
/* closing.c - how the connection of a seat ended.
 *
 * Owns: the probe that tells open from silent, and half closed from closed.
 * Not here: the probes themselves (probe.c), the stream (socket.c, memory.c say fin or rst), what
 *   a scenario says of it (closure.c).
 * Called by: expect.c; everybody who says how a connection ended.
 * Follows: SCENARIOS rule 7; docs/scenario-language.md "expect closed".
 *
 * A peer that has to close does so before it answers what was sent later. So an answer to a probe
 * means open. The probe is sent only after the peer had time to close by itself: bytes that it
 * has not read when it closes would turn its FIN into a RST. */
#include "testserver/actor/closure.h"
#include "testserver/actor/seat.h"

enum { HALF_MS = 300, GRACE_PART = 10 };

static struct act_closure how_it_ended(const struct seat *seat)
{
    struct act_closure closure = {SCN_CLOSED_FIN, seat->reason};

    if (seat->disconnected)
        closure.how = SCN_CLOSED_DISCONNECT;
    else if (seat->half_open)
        closure.how = SCN_CLOSED_HALF;
    else if (seat->gone_io && seat->gone_how == ACT_RST)
        closure.how = SCN_CLOSED_RST;
    return closure;
}

void seat_closure_text(const struct seat *seat, char *out, size_t size)
{
    struct act_closure closure = how_it_ended(seat);

    act_closure_text(&closure, out, size);
}

static void judge(struct seat *seat, const struct scn_stmt *stmt,
                  const struct scn_alternative *closed, struct act_closure closure)
{
    seat->judged = true;
    act_closure_judge(seat->scene, stmt, closed, &closure);
}

/* ---- half closes ---- */
static bool asks_half(const struct scn_alternative *closed)
{
    for (size_t i = 0; i < closed->class_count; i++) {
        if (!closed->classes[i].any && closed->classes[i].how == SCN_CLOSED_HALF)
            return true;
    }
    return false;
}

/* Only bytes tell a half close from a close: a system that has closed answers them with RST. True:
 * wait for that. */
static bool half_probing(struct seat *seat, const struct scn_stmt *stmt,
                         const struct scn_alternative *closed)
{
    ss_err err;

    if (!asks_half(closed) || seat->disconnected || !seat->gone_io || seat->gone_how == ACT_RST)
        return false;
    if (!seat->half_probed) {
        seat->half_probed = seat->half_open = true;
        seat->half_until = seat->now + HALF_MS;
        err = ss_engine_send_payload(seat->engine, ss_span_make("\2\0\0\0\0", 5), NULL, 0);
        if (err != SS_OK)
            act_blame(seat->scene, stmt->at, "a probe", err);
    }
    return seat->half_open && seat->now < seat->half_until;
}

enum seat_progress seat_expect_closed(struct seat *seat, const struct scn_stmt *stmt,
                                      const struct scn_alternative *closed)
{
    struct seat_call *call = seat_call(seat);

    if (seat->gone) {
        if (half_probing(seat, stmt, closed))
            return SEAT_WAIT;
        judge(seat, stmt, closed, how_it_ended(seat));
        return SEAT_DONE;
    }
    if (call->probe.answered) {
        judge(seat, stmt, closed, (struct act_closure){SCN_CLOSED_OPEN, 0});
        return SEAT_DONE;
    }
    if (seat->now >= call->deadline) {
        judge(seat, stmt, closed, (struct act_closure){SCN_CLOSED_SILENCE, 0});
        return SEAT_DONE;
    }
    if (call->grace == SS_NEVER)
        call->grace = seat->now + stmt->number / GRACE_PART;
    if (seat->now >= call->grace && !call->probe.sent)
        seat_probe_send(seat, stmt->at, &call->probe);
    return SEAT_WAIT;
}
