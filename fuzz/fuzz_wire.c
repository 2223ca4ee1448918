/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_wire.c - the wire primitives against a slow second decoder.
 *
 * Owns: the second decoder, which shares no code with lib/wire and counts in 64 bits; a second
 *   splitter of name-lists and a second reader of UTF-8.
 * Not here: message layouts (their own target).
 * Follows: RFC 4251 section 5; RFC 3629 section 4.
 *
 * Input: see wire_form.h. For each field both decoders must agree on value, position and first
 * error. What is accepted in whole must encode to the same bytes again, save that any true boolean
 * is written as 1. An mpint that is negative or longer than needed must be refused by both. */
#include "fuzz/oracle.h"
#include "fuzz/wire_form.h"
#include "sshspec/text.h"
#include "sshspec/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- the slow decoder ---- */

struct slow {
    const uint8_t *data;
    uint64_t size, at;
    ss_err err;
    uint64_t err_at;
};

struct value {
    uint64_t number;
    uint64_t from, size; /* bytes, as indices of data */
};

static void slow_fail(struct slow *slow, ss_err err, uint64_t at)
{
    if (slow->err == SS_OK) {
        slow->err = err;
        slow->err_at = at;
    }
}

static uint64_t slow_number(struct slow *slow, unsigned bytes)
{
    uint64_t v = 0;
    unsigned i;

    if (slow->err != SS_OK)
        return 0;
    if (slow->at + bytes > slow->size) {
        slow_fail(slow, SS_E_truncated, slow->at);
        return 0;
    }
    for (i = 0; i < bytes; i++)
        v = v * 256 + slow->data[slow->at++];
    return v;
}

static struct value slow_run(struct slow *slow, uint64_t n, uint64_t field)
{
    struct value v = {0, slow->at, 0};

    if (slow->err != SS_OK)
        return v;
    if (slow->at + n > slow->size) {
        slow_fail(slow, SS_E_truncated, field);
        return v;
    }
    v.size = n;
    slow->at += n;
    return v;
}

static struct value slow_string(struct slow *slow)
{
    uint64_t field = slow->at;
    uint64_t n = slow_number(slow, 4);

    return slow_run(slow, n, field);
}

/* Counts how many bytes the magnitude needs, with a zero byte where its top bit is set, and
 * compares with how many there are; the library looks at the first two bytes instead. */
static struct value slow_mpint(struct slow *slow)
{
    uint64_t field = slow->at;
    struct value v = slow_string(slow);
    uint64_t skip = 0, want;

    if (slow->err != SS_OK)
        return v;
    while (skip < v.size && slow->data[v.from + skip] == 0)
        skip++;
    want = v.size - skip; /* bytes of the magnitude, if it is not negative */
    if (want > 0 && slow->data[v.from + skip] / 128 == 1)
        want++;
    if (want != v.size) {
        slow_fail(slow, SS_E_bad_mpint, field);
        v.size = 0;
        return v;
    }
    v.from += skip;
    v.size -= skip;
    return v;
}

/* ---- what is inside a string ---- */

/* Commas part names: one more name than commas, none in an empty list. */
static void same_names(ss_span list)
{
    ss_span rest = list, name = {NULL, 0};
    size_t at = 0;

    while (list.size > 0 && at <= list.size) {
        size_t end = at;

        while (end < list.size && list.data[end] != ',')
            end++;
        MUST(ss_namelist_next(&rest, &name));
        MUST(ss_span_eq(name, ss_span_part(list, at, end - at)));
        MUST(ss_namelist_has(list, name));
        at = end + 1;
    }
    MUST(!ss_namelist_next(&rest, &name));
    MUST(!ss_namelist_has(list, ss_span_of("a,b"))); /* no name holds a comma */
}

/* The number a sequence stands for, or 0xffffffff; *size: its bytes. */
static uint32_t slow_point(ss_span s, size_t *size)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t point = s.data[0];
    size_t ones = 0;

    while (ones < 8 && (s.data[0] << ones & 0x80) != 0)
        ones++;
    *size = ones == 0 ? 1 : ones;
    if (ones == 1 || ones > 4 || *size > s.size)
        return UINT32_MAX;
    if (ones > 0)
        point &= 0x7fU >> ones;
    for (size_t i = 1; i < *size; i++) {
        if (s.data[i] / 64 != 2)
            return UINT32_MAX;
        point = point * 64 + s.data[i] % 64;
    }
    return point < least[ones] ? UINT32_MAX : point;
}

static bool slow_utf8(ss_span s)
{
    size_t size = 0;

    while (s.size > 0) {
        uint32_t point = slow_point(s, &size);

        if (point > 0x10ffff || point / 0x800 == 0xd800 / 0x800)
            return false;
        s = ss_span_part(s, size, s.size);
    }
    return true;
}

/* ---- both side by side ---- */

static void same_bytes(const struct slow *slow, struct value want, ss_span got)
{
    uint64_t i;

    if (slow->err != SS_OK) {
        MUST(got.size == 0);
        return;
    }
    MUST(got.size == want.size);
    for (i = 0; i < want.size; i++)
        MUST(got.data[i] == slow->data[want.from + i]);
}

/* A nested string that holds a uint32 and any rest. */
static void inside(struct ss_reader *reader, struct slow *slow, struct ss_writer *writer)
{
    struct value outer = slow_string(slow);
    struct slow within = {slow->data + outer.from, outer.size, 0, slow->err, 0};
    struct ss_reader inner = ss_reader_inside(reader);
    uint64_t number = slow_number(&within, 4);
    struct value rest = {0, within.at, within.err == SS_OK ? within.size - within.at : 0};
    uint32_t got = ss_reader_u32(&inner);
    ss_span tail = ss_reader_rest(&inner);
    size_t mark;

    MUST(got == number);
    same_bytes(&within, rest, tail);
    MUST(ss_reader_done(&inner) == within.err);
    if (slow->err == SS_OK && within.err != SS_OK) {
        MUST(inner.err_at == within.err_at);
        /* Written back raw, so that the whole can still be compared. */
        ss_writer_string(writer, ss_span_make(slow->data + outer.from, (size_t)outer.size));
        return;
    }
    mark = ss_writer_open(writer);
    ss_writer_u32(writer, got);
    ss_writer_bytes(writer, tail);
    ss_writer_close(writer, mark);
}

static void one_number(enum fuzz_field type, struct ss_reader *reader, struct slow *slow,
                       struct ss_writer *writer)
{
    uint64_t want = slow_number(slow, type == FUZZ_U64 ? 8 : type == FUZZ_U32 ? 4 : 1);
    uint64_t got;

    if (type == FUZZ_U64) {
        ss_writer_u64(writer, got = ss_reader_u64(reader));
    } else if (type == FUZZ_U32) {
        got = ss_reader_u32(reader);
        ss_writer_u32(writer, (uint32_t)got);
    } else if (type == FUZZ_BYTE) {
        got = ss_reader_byte(reader);
        ss_writer_byte(writer, (uint8_t)got);
    } else {
        got = ss_reader_boolean(reader);
        want = want != 0;
        ss_writer_boolean(writer, got != 0);
    }
    MUST(got == want);
}

static void one_run(enum fuzz_field type, struct ss_reader *reader, struct slow *slow,
                    struct ss_writer *writer)
{
    struct value want;
    ss_span got;

    if (type == FUZZ_STRING || type == FUZZ_NAMES || type == FUZZ_TEXT) {
        want = slow_string(slow);
        ss_writer_string(writer, got = ss_reader_string(reader));
    } else if (type == FUZZ_MPINT) {
        want = slow_mpint(slow);
        ss_writer_mpint(writer, got = ss_reader_mpint(reader));
    } else if (type == FUZZ_BYTES3) {
        want = slow_run(slow, 3, slow->at);
        ss_writer_bytes(writer, got = ss_reader_bytes(reader, 3));
    } else {
        want = slow_run(slow, slow->size - slow->at, slow->at);
        ss_writer_bytes(writer, got = ss_reader_rest(reader));
    }
    same_bytes(slow, want, got);
    if (type == FUZZ_NAMES)
        same_names(got);
    if (type == FUZZ_TEXT)
        MUST(ss_utf8_valid(got) == slow_utf8(got));
}

/* Booleans in the body become 0 or 1 as the encoder writes them. */
static void run(const uint8_t *types, size_t count, uint8_t *body, size_t size)
{
    struct fuzz_memory memory;
    struct slow slow = {body, size, 0, SS_OK, 0};
    struct ss_reader reader;
    struct ss_writer writer;
    struct ss_buf buf;
    size_t i;

    fuzz_memory_init(&memory);
    ss_buf_init(&buf, memory.env, size + 4 * count * 16);
    ss_writer_init(&writer, &buf);
    ss_reader_init(&reader, ss_span_make(body, size));
    for (i = 0; i < count; i++) {
        enum fuzz_field type = (enum fuzz_field)(types[i] % FUZZ_FIELDS);
        uint64_t at = slow.at;

        if (type == FUZZ_INSIDE)
            inside(&reader, &slow, &writer);
        else if (type <= FUZZ_U64)
            one_number(type, &reader, &slow, &writer);
        else
            one_run(type, &reader, &slow, &writer);
        MUST(reader.err == slow.err);
        MUST(ss_reader_offset(&reader) == (slow.err != SS_OK ? slow.err_at : slow.at));
        MUST(ss_reader_left(&reader) == (slow.err != SS_OK ? 0 : slow.size - slow.at));
        if (type == FUZZ_BOOLEAN && slow.err == SS_OK)
            body[at] = body[at] != 0;
    }
    if (slow.err == SS_OK && slow.at < slow.size)
        slow_fail(&slow, SS_E_trailing, slow.at);
    MUST(ss_reader_done(&reader) == slow.err);
    MUST(slow.err == SS_OK || reader.err_at == slow.err_at);
    MUST(ss_writer_done(&writer) == SS_OK);
    if (slow.err == SS_OK)
        MUST(ss_span_eq(ss_buf_span(&buf), ss_span_make(body, size)));
    ss_buf_fini(&buf);
    fuzz_memory_fini(&memory, size);
}

/* Booleans are made canonical in place, so the body is a copy that may be written to. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ss_span body;
    size_t count;

    if (size == 0)
        return 0;
    count = data[0] & (unsigned)FUZZ_FIELDS_MOST;
    if (size - 1 < count)
        count = size - 1;
    body = fuzz_copy(ss_span_make(data + 1 + count, size - 1 - count));
    run(data + 1, count, (uint8_t *)(uintptr_t)body.data, body.size);
    fuzz_drop(&body);
    return 0;
}
