/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - an input of fuzz_session: a start and a list of steps.
 *
 * Owns: the form.
 * Not here: the server (server.h), the starts (starts.h).
 * Called by: fuzz_session.c, and the program that writes its seeds.
 *
 * Form: a byte of the start (low four bits; FUZZ_UNREAD: what the server says is not read until the
 * end), then steps: a byte of the kind (low three bits; the others: bytes that are fed at a time, 0
 * all), two bytes of length, so many bytes or those that are left. */
#ifndef FUZZ_SESSION_H
#define FUZZ_SESSION_H

#include "fuzz/starts.h"

enum { FUZZ_START_MASK = 0x0f, FUZZ_UNREAD = 0x80 };
enum fuzz_step {
    FUZZ_PACKET = 0, /* 0 to 2: a payload */
    FUZZ_AGAIN = 3,  /* a byte n, then a payload that is sent n + 1 times */
    FUZZ_RAW = 4,    /* bytes into the stream */
    FUZZ_WAIT = 5,   /* so many milliseconds: the bytes, big-endian, eight at most */
    FUZZ_LIED = 6,   /* two bytes choose a lie of the frame, then a payload */
    FUZZ_EOF = 7     /* the stream ends, and with it the input */
};
enum { FUZZ_STEP_MASK = 7, FUZZ_PIECE_SHIFT = 3, FUZZ_STEP_HEAD = 3 };

struct fuzz_session_end { /* for those who want to know what an input led to */
    unsigned phase;
    size_t steps, messages;
    uint32_t epoch; /* key exchanges finished */
    bool channel;   /* channel 0 is open */
    bool over;
    ss_err fault; /* SS_OK: none */
    uint64_t sum; /* over all that the server said */
};
/* more: is added to each piece that is fed; the result does not depend on it. */
struct fuzz_session_end fuzz_session_run(ss_span input, size_t more);

#endif
