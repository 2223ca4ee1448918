/* SPDX-License-Identifier: Apache-2.0 */
/* fault.c - faults of a seat: what was sent for them, and whether it reached the peer.
 *
 * Owns: nothing; the records are the flow's.
 * Not here: what a fault does (its statement).
 * Called by: play.c around a fault's steps; seat.c as bytes go out and come in.
 * Follows: SCENARIOS rule 5: a negative verdict counts only when the fault is proven delivered. */
#include "testserver/actor/seat.h"

#include <stdio.h>

void seat_fault_begin(struct seat *seat, const struct scn_stmt *stmt)
{
    if (stmt->fault_index < seat->flow.program.fault_count)
        seat->flow.current_fault = (int)stmt->fault_index;
}

/* Everything before it on the stream must be gone, and itself. */
void seat_fault_end(struct seat *seat, const struct scn_stmt *stmt)
{
    struct act_fault *fault;

    (void)stmt;
    if (seat->flow.current_fault < 0)
        return;
    fault = &seat->flow.faults[seat->flow.current_fault];
    seat->flow.current_fault = -1;
    if (!fault->fired || fault->carried_out)
        return;
    fault->carried_out = true;
    fault->mark = seat->bytes_out + ss_engine_output(seat->engine).size;
    act_ladder_note(&seat->scene->ladder, SS_TRACE_NOTE, seat->side, seat->now,
                    ss_span_of("the fault was carried out"));
}

void seat_fault_what(struct seat *seat, const char *what)
{
    struct act_fault *fault;

    if (seat->flow.current_fault < 0 || seat_lost(seat))
        return;
    fault = &seat->flow.faults[seat->flow.current_fault];
    if (fault->fired)
        return;
    fault->fired = true;
    fault->epoch = seat->epoch;
    fault->sequence = ss_engine_sequence(seat->engine, SS_OUT);
    (void)snprintf(fault->what, sizeof fault->what, "%s", what);
}

/* certain: the peer's system has taken all that went out. Otherwise something came from the peer
 * after it was sent, which says the same of what went before. */
void seat_faults_delivered(struct seat *seat, bool certain)
{
    for (size_t i = 0; i < seat->flow.program.fault_count; i++) {
        struct act_fault *fault = &seat->flow.faults[i];

        if (fault->carried_out && !fault->delivered && seat->bytes_out >= fault->mark &&
            (certain || seat->heard))
            fault->delivered = true;
    }
}
