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
 * The words bytes, frame, step, note, fault and secret are written by ss_trace_format from the
 * kind; a record's text does not repeat them. */
#ifndef SSHSPEC_TRACE_H
#define SSHSPEC_TRACE_H

#include "sshspec/buf.h"

enum ss_trace_kind {
    SS_TRACE_BYTES,   /* raw bytes moved: size */
    SS_TRACE_FRAME,   /* a packet: length, padding, sequence */
    SS_TRACE_MESSAGE, /* a decoded message: text made by the msg layer */
    SS_TRACE_STEP,    /* a state change */
    SS_TRACE_NOTE,    /* an oddity that was tolerated, with its rule */
    SS_TRACE_FAULT,   /* a failure */
    SS_TRACE_SECRET   /* the secrets of a key exchange; only for who asked for them */
};

enum ss_direction { SS_IN, SS_OUT };

/* What opens the packets under the keys of one exchange. */
struct ss_trace_secret {
    ss_span cookie;      /* of the KEXINIT of the side that records */
    ss_span private_key; /* the ephemeral one of that side; empty: the method does not give it */
    ss_span shared;      /* K: a magnitude without zeros in front, or a string where it is one */
};

struct ss_trace_record {
    enum ss_trace_kind kind;
    ss_time at;       /* ms */
    const char *side; /* "cli" or "srv", static */
    enum ss_direction direction;
    bool directed;     /* direction means something */
    uint32_t sequence; /* packet sequence number, UINT32_MAX when none */
    uint32_t epoch;    /* key exchanges finished before this packet */
    ss_span text;      /* borrowed for the call; never holds a secret of an exchange */
    ss_span payload;   /* message payload in the clear, when kind is MESSAGE */
    ss_span wire;      /* the bytes that moved, when kind is BYTES */
    size_t size;       /* bytes of the stream that this is, when kind is FRAME */
    const struct ss_trace_secret *secret; /* when kind is SECRET, else null; for the call */
};

/* Embed it; recover your object with SS_CONTAINER_OF. */
struct ss_trace {
    void (*record)(struct ss_trace *self, const struct ss_trace_record *record);
    uint32_t kinds; /* bit per ss_trace_kind that the sink wants; 0 costs nothing */
    bool secrets; /* SECRET as well: its bit in kinds is not enough, so that "all" stays harmless */
};

static inline bool ss_trace_wants(const struct ss_trace *trace, enum ss_trace_kind kind)
{
    if (trace == NULL || (kind == SS_TRACE_SECRET && !trace->secrets))
        return false;
    return (trace->kinds & (1U << kind)) != 0;
}

/* Appends one line, newline included. start is the time that counts as +0.000. */
SS_MUST_USE ss_err ss_trace_format(struct ss_buf *out, const struct ss_trace_record *record,
                                   ss_time start);

#endif
