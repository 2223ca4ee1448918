/* SPDX-License-Identifier: Apache-2.0 */
/* writer.c - the data types of RFC 4251 section 5, written to a buffer.
 *
 * Owns: nothing; the buffer is the caller's.
 * Not here: message layouts (msg/), lies about fields (msg/lie.c).
 * Called by: msg/, transport/ (exchange hash), keys/.
 * Follows: RFC 4251 section 5.
 *
 * A field is written whole or not at all. After an error the buffer holds the fields before it;
 * an owner that wants them gone truncates to the size it had. */
#include "sshspec/wire.h"

/* Null when an error is pinned, now or before. */
static uint8_t *room(struct ss_writer *writer, size_t n)
{
    uint8_t *to = NULL;

    if (writer->err == SS_OK)
        writer->err = ss_buf_extend(writer->buf, n, &to);
    return to;
}

void ss_writer_init(struct ss_writer *writer, struct ss_buf *buf)
{
    writer->buf = buf;
    writer->err = SS_OK;
}

void ss_writer_byte(struct ss_writer *writer, uint8_t v)
{
    uint8_t *to = room(writer, 1);

    if (to != NULL)
        *to = v;
}

void ss_writer_boolean(struct ss_writer *writer, bool v)
{
    ss_writer_byte(writer, v ? 1 : 0);
}

void ss_writer_u32(struct ss_writer *writer, uint32_t v)
{
    uint8_t *to = room(writer, 4);

    if (to != NULL)
        ss_store_u32(to, v);
}

void ss_writer_u64(struct ss_writer *writer, uint64_t v)
{
    uint8_t *to = room(writer, 8);

    if (to != NULL) {
        ss_store_u32(to, (uint32_t)(v >> 32));
        ss_store_u32(to + 4, (uint32_t)v);
    }
}

void ss_writer_bytes(struct ss_writer *writer, ss_span s)
{
    uint8_t *to = s.size > 0 ? room(writer, s.size) : NULL;

    if (to != NULL)
        memcpy(to, s.data, s.size);
}

/* A length, then lead zero bytes (none or one), then s. */
static void prefixed(struct ss_writer *writer, size_t lead, ss_span s)
{
    uint8_t *to;

    if (s.size > UINT32_MAX - lead || s.size > SIZE_MAX - 4 - lead) {
        if (writer->err == SS_OK)
            writer->err = SS_E_bad_argument;
        return;
    }
    to = room(writer, 4 + lead + s.size);
    if (to == NULL)
        return;
    ss_store_u32(to, (uint32_t)(lead + s.size));
    memset(to + 4, 0, lead);
    if (s.size > 0)
        memcpy(to + 4 + lead, s.data, s.size);
}

void ss_writer_string(struct ss_writer *writer, ss_span s)
{
    prefixed(writer, 0, s);
}

void ss_writer_cstring(struct ss_writer *writer, const char *text)
{
    prefixed(writer, 0, ss_span_of(text));
}

void ss_writer_mpint(struct ss_writer *writer, ss_span magnitude)
{
    while (magnitude.size > 0 && magnitude.data[0] == 0)
        magnitude = ss_span_part(magnitude, 1, SIZE_MAX);
    /* A set top bit would make it negative. */
    prefixed(writer, magnitude.size > 0 && (magnitude.data[0] & 0x80) != 0, magnitude);
}

/* The mark counts from the first live byte, so it survives the buffer's moves. */
size_t ss_writer_open(struct ss_writer *writer)
{
    size_t mark = ss_buf_size(writer->buf);

    ss_writer_u32(writer, 0);
    return mark;
}

void ss_writer_close(struct ss_writer *writer, size_t mark)
{
    size_t size = ss_buf_size(writer->buf);

    if (writer->err != SS_OK)
        return;
    if (size < 4 || mark > size - 4) {
        writer->err = SS_E_usage;
        return;
    }
    if (size - 4 - mark > UINT32_MAX) {
        writer->err = SS_E_bad_argument;
        return;
    }
    ss_store_u32(ss_buf_at(writer->buf) + mark, (uint32_t)(size - 4 - mark));
}

ss_err ss_writer_done(struct ss_writer *writer)
{
    return writer->err;
}
