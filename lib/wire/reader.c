/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - the data types of RFC 4251 section 5, read from bytes that a peer chose.
 *
 * Owns: nothing; spans point into the bytes that the reader was given.
 * Not here: message layouts (msg/), text rules and name-lists (base/text.c).
 * Called by: msg/, keys/, and everything that parses binary fields.
 * Follows: RFC 4251 section 5.
 *
 * The offset that is pinned is the start of the field that failed. Pinning also moves the reader
 * to its end: ss_reader_left is 0 from then on, so a loop over the bytes left ends, whatever
 * count the peer declared. */
#include "sshspec/wire.h"

/* Stands in for null bytes, so that pointer arithmetic is always on an object. */
static const uint8_t nothing[1] = {0};

static void pin(struct ss_reader *reader, ss_err err, const uint8_t *field)
{
    if (reader->err != SS_OK || err == SS_OK)
        return;
    reader->err = err;
    reader->err_at = (size_t)(field - reader->base);
    reader->at = reader->end;
}

/* Null when fewer than n bytes are left. After an error none are. */
static const uint8_t *take(struct ss_reader *reader, size_t n)
{
    const uint8_t *field = reader->at;

    if (n > (size_t)(reader->end - field)) {
        pin(reader, SS_E_truncated, field);
        return NULL;
    }
    reader->at = field + n;
    return field;
}

void ss_reader_init(struct ss_reader *reader, ss_span bytes)
{
    reader->base = bytes.data != NULL ? bytes.data : nothing;
    reader->at = reader->base;
    reader->end = bytes.data != NULL ? reader->base + bytes.size : reader->base;
    reader->err = SS_OK;
    reader->err_at = 0;
}

uint8_t ss_reader_byte(struct ss_reader *reader)
{
    const uint8_t *p = take(reader, 1);

    return p != NULL ? *p : 0;
}

bool ss_reader_boolean(struct ss_reader *reader)
{
    return ss_reader_byte(reader) != 0;
}

uint32_t ss_reader_u32(struct ss_reader *reader)
{
    const uint8_t *p = take(reader, 4);

    return p != NULL ? ss_load_u32(p) : 0;
}

uint64_t ss_reader_u64(struct ss_reader *reader)
{
    const uint8_t *p = take(reader, 8);

    return p != NULL ? (uint64_t)ss_load_u32(p) << 32 | ss_load_u32(p + 4) : 0;
}

ss_span ss_reader_bytes(struct ss_reader *reader, size_t n)
{
    const uint8_t *p = take(reader, n);

    return p != NULL ? ss_span_make(p, n) : ss_span_make(nothing, 0);
}

ss_span ss_reader_rest(struct ss_reader *reader)
{
    return ss_reader_bytes(reader, ss_reader_left(reader));
}

ss_span ss_reader_string(struct ss_reader *reader)
{
    const uint8_t *field = reader->at;
    size_t left = (size_t)(reader->end - field);
    uint32_t n;

    /* Compared by subtraction, so that no length can wrap the sum. */
    if (left < 4 || (n = ss_load_u32(field)) > left - 4) {
        pin(reader, SS_E_truncated, field);
        return ss_span_make(nothing, 0);
    }
    reader->at = field + 4 + n;
    return ss_span_make(field + 4, n);
}

/* RFC 4251 section 5: two's complement, so a set top bit is negative; "Unnecessary leading bytes
 * with the value 0 or 255 MUST NOT be included"; zero is the string of no bytes. SSH has no
 * field in which a negative mpint means anything. */
ss_span ss_reader_mpint(struct ss_reader *reader)
{
    const uint8_t *field = reader->at;
    ss_span s = ss_reader_string(reader);
    bool padded = s.size > 0 && s.data[0] == 0;
    bool negative = s.size > 0 && (s.data[0] & 0x80) != 0;

    if (negative || (padded && (s.size == 1 || (s.data[1] & 0x80) == 0))) {
        pin(reader, SS_E_bad_mpint, field);
        return ss_span_make(nothing, 0);
    }
    return padded ? ss_span_make(s.data + 1, s.size - 1) : s;
}

/* The inner reader of a failed outer one is failed too, so no check can be missed by accident. */
struct ss_reader ss_reader_inside(struct ss_reader *reader)
{
    struct ss_reader inner;

    ss_reader_init(&inner, ss_reader_string(reader));
    ss_reader_fail(&inner, reader->err);
    return inner;
}

size_t ss_reader_left(const struct ss_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

size_t ss_reader_offset(const struct ss_reader *reader)
{
    return reader->err != SS_OK ? reader->err_at : (size_t)(reader->at - reader->base);
}

void ss_reader_fail(struct ss_reader *reader, ss_err err)
{
    pin(reader, err, reader->at);
}

ss_err ss_reader_done(struct ss_reader *reader)
{
    if (reader->at != reader->end)
        pin(reader, SS_E_trailing, reader->at);
    return reader->err;
}
