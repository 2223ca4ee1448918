/* SPDX-License-Identifier: Apache-2.0 */
/* trace.h - what happened, as records. The library never prints; a sink does what it likes.
 *
 * Owns: the record, and a text form of it.
 * Not here: files and terminals.
 * Called by: the engine and its layers write records; tests, the runner and tools read them.
 *
 * The text form has fixed columns: time, side, direction mark, sequence, text.
 *   +0.013 srv > 7  channel_open_failure recipient_channel=0 reason=2(connect_failed)
 *   +0.013 srv . -  step connection open->idle
 *   +0.014 srv ! 8  fault mac_mismatch rule=RFC4253-6.4-bad-mac-detected offset=0
 * ">" means sent by the side named, "<" received by it.
 * The words bytes, frame, step, note and fault are written by ss_trace_format from the kind; a
 * record's text does not repeat them. */
#ifndef SSHSPEC_TRACE_H
#define SSHSPEC_TRACE_H

#include "sshspec/buf.h"

enum ss_trace_kind {
    SS_TRACE_BYTES,   /* raw bytes moved: size */
    SS_TRACE_FRAME,   /* a packet: length, padding, sequence */
    SS_TRACE_MESSAGE, /* a decoded message: text made by the msg layer */
    SS_TRACE_STEP,    /* a state change */
    SS_TRACE_NOTE,    /* an oddity that was tolerated, with its rule */
    SS_TRACE_FAULT    /* a failure */
};

enum ss_direction { SS_IN, SS_OUT };

struct ss_trace_record {
    enum ss_trace_kind kind;
    ss_time at;       /* ms */
    const char *side; /* "cli" or "srv", static */
    enum ss_direction direction;
    bool directed;     /* direction means something */
    uint32_t sequence; /* packet sequence number, UINT32_MAX when none */
    uint32_t epoch;    /* key exchanges finished before this packet */
    ss_span text;      /* borrowed for the call */
    ss_span payload;   /* message payload in the clear, when kind is MESSAGE */
};

/* Embed it; recover your object with SS_CONTAINER_OF. */
struct ss_trace {
    void (*record)(struct ss_trace *self, const struct ss_trace_record *record);
    uint32_t kinds; /* bit per ss_trace_kind that the sink wants; 0 costs nothing */
};

static inline bool ss_trace_wants(const struct ss_trace *trace, enum ss_trace_kind kind)
{
    return trace != NULL && (trace->kinds & (1U << kind)) != 0;
}

/* Appends one line, newline included. start is the time that counts as +0.000. */
SS_MUST_USE ss_err ss_trace_format(struct ss_buf *out, const struct ss_trace_record *record,
                                   ss_time start);

#endif
