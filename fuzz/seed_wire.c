/* SPDX-License-Identifier: Apache-2.0 */
/* seed_wire.c - seeds of fuzz_wire: each type at its edges, what must be refused, and rows of them.
 *
 * Owns: the edges.
 * Not here: the harness.
 * Called by: seed_gen.c.
 * Follows: RFC 4251 section 5, its examples of mpints among them. */
#include "fuzz/seed.h"
#include "fuzz/wire_form.h"
#include "sshspec/wire.h"

struct edge {
    enum fuzz_field type;
    ss_err err; /* of a reader */
    const char *bytes;
    size_t size;
};

#define EDGE(type, err, text)                                                                      \
    {                                                                                              \
        FUZZ_##type, SS_##err, text, sizeof(text) - 1                                              \
    }

static const struct edge edges[] = {
    EDGE(BYTE, OK, "\x00"),
    EDGE(BYTE, OK, "\xff"),
    EDGE(BYTE, E_truncated, ""),
    EDGE(BOOLEAN, OK, "\x00"),
    EDGE(BOOLEAN, OK, "\x01"),
    EDGE(BOOLEAN, OK, "\xff"),
    EDGE(U32, OK, "\x00\x00\x00\x00"),
    EDGE(U32, OK, "\x29\xb7\xf4\xaa"),
    EDGE(U32, OK, "\xff\xff\xff\xff"),
    EDGE(U32, E_truncated, "\xff\xff\xff"),
    EDGE(U64, OK, "\x80\x00\x00\x00\x00\x00\x00\x00"),
    EDGE(U64, E_truncated, "\x80\x00\x00\x00\x00\x00\x00"),
    EDGE(STRING, OK, "\x00\x00\x00\x00"),
    EDGE(STRING, OK, "\x00\x00\x00\x07testing"),
    EDGE(STRING, E_truncated, "\x00\x00\x00\x08testing"),
    EDGE(STRING, E_truncated, "\xff\xff\xff\xfftesting"),
    EDGE(STRING, E_truncated, "\x80\x00\x00\x00"),
    EDGE(MPINT, OK, "\x00\x00\x00\x00"),
    EDGE(MPINT, OK, "\x00\x00\x00\x08\x09\xa3\x78\xf9\xb2\xe3\x32\xa7"),
    EDGE(MPINT, OK, "\x00\x00\x00\x02\x00\x80"),
    EDGE(MPINT, E_bad_mpint, "\x00\x00\x00\x02\xed\xcc"),
    EDGE(MPINT, E_bad_mpint, "\x00\x00\x00\x05\xff\x21\x52\x41\x11"),
    EDGE(MPINT, E_bad_mpint, "\x00\x00\x00\x01\x00"),
    EDGE(MPINT, E_bad_mpint, "\x00\x00\x00\x02\x00\x7f"),
    EDGE(MPINT, E_truncated, "\x00\x00\x00\x03\x00\x80"),
    EDGE(BYTES3, OK, "abc"),
    EDGE(BYTES3, E_truncated, "ab"),
    EDGE(INSIDE, OK, "\x00\x00\x00\x06\x00\x00\x00\x09xy"),
    EDGE(INSIDE, OK, "\x00\x00\x00\x02\x00\x00"), /* the inner one is too short */
    EDGE(INSIDE, E_truncated, "\x00\x00\x00\x09\x00\x00\x00\x09xy"),
    EDGE(REST, OK, ""),
    EDGE(REST, OK, "whatever is left"),
    EDGE(NAMES, OK, "\x00\x00\x00\x00"),
    EDGE(NAMES, OK, "\x00\x00\x00\x04zlib"),
    EDGE(NAMES, OK, "\x00\x00\x00\x09zlib,none"),
    EDGE(NAMES, OK, "\x00\x00\x00\x05,a,,b"),
    EDGE(NAMES, OK, "\x00\x00\x00\x01,"),
    EDGE(TEXT, OK,
         "\x00\x00\x00\x0b"
         "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z"),
    EDGE(TEXT, OK, "\x00\x00\x00\x02\xc0\x80"),         /* overlong */
    EDGE(TEXT, OK, "\x00\x00\x00\x03\xed\xa0\x80"),     /* a surrogate */
    EDGE(TEXT, OK, "\x00\x00\x00\x04\xf4\x90\x80\x80"), /* behind the last */
    EDGE(TEXT, OK,
         "\x00\x00\x00\x03\xe2\x82"
         "a"), /* cut short */
};

static void read_one(struct ss_reader *reader, enum fuzz_field type)
{
    switch (type) {
    case FUZZ_BYTE:
        (void)ss_reader_byte(reader);
        break;
    case FUZZ_BOOLEAN:
        (void)ss_reader_boolean(reader);
        break;
    case FUZZ_U32:
        (void)ss_reader_u32(reader);
        break;
    case FUZZ_U64:
        (void)ss_reader_u64(reader);
        break;
    case FUZZ_MPINT:
        (void)ss_reader_mpint(reader);
        break;
    case FUZZ_BYTES3:
        (void)ss_reader_bytes(reader, 3);
        break;
    case FUZZ_REST:
        (void)ss_reader_rest(reader);
        break;
    default:
        (void)ss_reader_string(reader);
        break;
    }
}

/* Types from the head of the seed, values from the rest. */
static ss_err read_seed(const struct seeds *seeds)
{
    ss_span seed = ss_buf_span(&seeds->buf);
    size_t count = seed.data[0];
    struct ss_reader reader;

    ss_reader_init(&reader, ss_span_part(seed, 1 + count, seed.size));
    for (size_t i = 0; i < count; i++)
        read_one(&reader, (enum fuzz_field)seed.data[1 + i]);
    return ss_reader_done(&reader);
}

static void put(struct seeds *seeds, ss_err err)
{
    MUST(read_seed(seeds) == err);
    seed_put(seeds);
}

/* count edges in a row, from the first on, that are all in order; REST can only be the last. */
static void row(struct seeds *seeds, size_t first, size_t count)
{
    uint8_t head[1 + FUZZ_FIELDS_MOST] = {0};
    size_t order[FUZZ_FIELDS_MOST];

    for (size_t i = first; head[0] < count && i < SS_COUNT(edges); i++) {
        if (edges[i].err != SS_OK || edges[i].type == FUZZ_REST)
            continue;
        order[head[0]] = i;
        head[1 + head[0]++] = (uint8_t)edges[i].type;
    }
    MUST(ss_buf_put(&seeds->buf, ss_span_make(head, 1 + (size_t)head[0])) == SS_OK);
    for (size_t i = 0; i < head[0]; i++)
        MUST(ss_buf_put(&seeds->buf, ss_span_make(edges[order[i]].bytes, edges[order[i]].size)) ==
             SS_OK);
    put(seeds, SS_OK);
}

void seed_wire(struct seeds *seeds)
{
    for (size_t i = 0; i < SS_COUNT(edges); i++) {
        uint8_t head[] = {1, (uint8_t)edges[i].type};

        MUST(ss_buf_put(&seeds->buf, ss_span_make(head, sizeof head)) == SS_OK);
        MUST(ss_buf_put(&seeds->buf, ss_span_make(edges[i].bytes, edges[i].size)) == SS_OK);
        put(seeds, edges[i].err);
        /* A byte behind what is whole. */
        MUST(ss_buf_put(&seeds->buf, ss_span_make(head, sizeof head)) == SS_OK);
        MUST(ss_buf_put(&seeds->buf, ss_span_make(edges[i].bytes, edges[i].size)) == SS_OK);
        MUST(ss_buf_puts(&seeds->buf, "+") == SS_OK);
        if (edges[i].err == SS_OK && edges[i].type != FUZZ_REST)
            put(seeds, SS_E_trailing);
        ss_buf_clear(&seeds->buf);
    }
    for (size_t count = 2; count <= FUZZ_FIELDS_MOST; count += 4)
        row(seeds, count % 7, count);
}
