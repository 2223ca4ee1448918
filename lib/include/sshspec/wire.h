/* SPDX-License-Identifier: Apache-2.0 */
/* wire.h - the data types of RFC 4251 section 5, read and written with sticky cursors.
 *
 * Owns: nothing; a reader borrows its bytes, a writer its buffer.
 * Not here: message layouts (msg.h).
 *
 * The first error pins itself and its offset; later reads give zero or the empty span, later
 * writes do nothing. So a run of calls needs one check at its end. */
#ifndef SSHSPEC_WIRE_H
#define SSHSPEC_WIRE_H

#include "sshspec/buf.h"

struct ss_reader {
    const uint8_t *at, *end, *base;
    ss_err err;
    size_t err_at; /* offset from base at which err was found */
};

void ss_reader_init(struct ss_reader *reader, ss_span bytes);
uint8_t ss_reader_byte(struct ss_reader *reader);
bool ss_reader_boolean(struct ss_reader *reader); /* any non-zero byte is true */
uint32_t ss_reader_u32(struct ss_reader *reader);
uint64_t ss_reader_u64(struct ss_reader *reader);
ss_span ss_reader_string(struct ss_reader *reader);          /* borrowed */
ss_span ss_reader_bytes(struct ss_reader *reader, size_t n); /* borrowed */
ss_span ss_reader_rest(struct ss_reader *reader);            /* all that is left */
/* Contents of a non-negative mpint without its leading zero byte; negative or non-minimal
 * pins SS_E_bad_mpint. */
ss_span ss_reader_mpint(struct ss_reader *reader);
/* A reader on a nested string. Errors of the inner one are the caller's to check. */
struct ss_reader ss_reader_inside(struct ss_reader *reader);
size_t ss_reader_left(const struct ss_reader *reader);
size_t ss_reader_offset(const struct ss_reader *reader);
/* Pins err at the present offset unless one is pinned already. */
void ss_reader_fail(struct ss_reader *reader, ss_err err);
/* The pinned error, or SS_E_trailing when bytes are left. */
SS_MUST_USE ss_err ss_reader_done(struct ss_reader *reader);

struct ss_writer {
    struct ss_buf *buf;
    ss_err err;
};

void ss_writer_init(struct ss_writer *writer, struct ss_buf *buf);
void ss_writer_byte(struct ss_writer *writer, uint8_t v);
void ss_writer_boolean(struct ss_writer *writer, bool v);
void ss_writer_u32(struct ss_writer *writer, uint32_t v);
void ss_writer_u64(struct ss_writer *writer, uint64_t v);
void ss_writer_string(struct ss_writer *writer, ss_span s);
void ss_writer_cstring(struct ss_writer *writer, const char *text);
void ss_writer_bytes(struct ss_writer *writer, ss_span s);
/* magnitude: big-endian, unsigned; written in shortest form with a zero byte where due. */
void ss_writer_mpint(struct ss_writer *writer, ss_span magnitude);
/* Starts a length-prefixed block; close writes the length at the mark. */
size_t ss_writer_open(struct ss_writer *writer);
void ss_writer_close(struct ss_writer *writer, size_t mark);
SS_MUST_USE ss_err ss_writer_done(struct ss_writer *writer);

static inline uint32_t ss_load_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static inline void ss_store_u32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

#endif
