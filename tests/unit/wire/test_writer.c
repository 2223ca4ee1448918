/* SPDX-License-Identifier: Apache-2.0 */
/* test_writer.c - writing the data types of RFC 4251 section 5.
 *
 * Follows: the examples of RFC 4251 section 5. */
#include <criterion/criterion.h>

#include "sshspec/wire.h"
#include "tests/support/support.h"

TestSuite(writer, .fini = test_counted_check);

static void expect_hex(const struct ss_buf *buf, const char *hex)
{
    cr_expect(ss_span_eq(ss_buf_span(buf), test_hex(hex)), "not %s", hex);
}

Test(writer, the_examples_of_rfc_4251)
{
    struct ss_buf buf;
    struct ss_writer writer;

    ss_buf_init(&buf, &test_counted()->env, 1000);
    ss_writer_init(&writer, &buf);
    ss_writer_u32(&writer, UINT32_C(699921578));
    ss_writer_cstring(&writer, "testing");
    ss_writer_string(&writer, ss_span_make(NULL, 0));
    ss_writer_cstring(&writer, NULL);
    ss_writer_string(&writer, test_guarded(test_text("zlib,none")));
    ss_writer_boolean(&writer, false);
    ss_writer_boolean(&writer, true);
    ss_writer_byte(&writer, 0xfe);
    ss_writer_u64(&writer, UINT64_C(0x0102030405060708));
    ss_writer_bytes(&writer, test_hex("abcd"));
    ss_writer_bytes(&writer, ss_span_make(NULL, 0));
    cr_expect(ss_writer_done(&writer) == SS_OK);
    expect_hex(&buf, "29b7f4aa 00000007 74657374696e67 00000000 00000000"
                     "00000009 7a6c69622c6e6f6e65 00 01 fe 0102030405060708 abcd");
    ss_buf_fini(&buf);
}

/* Magnitudes with leading zeros come out in the shortest form all the same. */
Test(writer, mpints_come_out_in_shortest_form)
{
    static const char *const rows[][2] = {
        {"", "00000000"},
        {"00", "00000000"},
        {"000000", "00000000"},
        {"09a378f9b2e332a7", "00000008 09a378f9b2e332a7"},
        {"000009a378f9b2e332a7", "00000008 09a378f9b2e332a7"},
        {"80", "00000002 0080"},
        {"0080", "00000002 0080"},
        {"7f", "00000001 7f"},
        {"00ff00", "00000003 00ff00"},
        {"01", "00000001 01"},
    };
    struct ss_writer writer;
    struct ss_buf buf;
    size_t i;

    ss_buf_init(&buf, &test_counted()->env, 1000);
    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_buf_clear(&buf);
        ss_writer_init(&writer, &buf);
        ss_writer_mpint(&writer, test_guarded(test_hex(rows[i][0])));
        cr_expect(ss_writer_done(&writer) == SS_OK);
        expect_hex(&buf, rows[i][1]);
    }
    ss_buf_fini(&buf);
}

Test(writer, what_is_written_reads_back)
{
    struct ss_seeded seeded;
    struct ss_writer writer;
    struct ss_reader reader;
    struct ss_buf buf;
    size_t i;

    ss_seeded_init(&seeded, 77);
    ss_buf_init(&buf, &test_counted()->env, 1000);
    for (i = 0; i < 5000; i++) {
        uint8_t bytes[48];
        ss_span number, text;
        uint64_t big;

        cr_assert(ss_random(&seeded.env, bytes, sizeof bytes) == SS_OK);
        text = ss_span_make(bytes + 1, bytes[0] % 20);
        number = ss_span_make(bytes + 24, i % 24);
        memcpy(&big, bytes + 16, sizeof big);
        ss_buf_clear(&buf);
        ss_writer_init(&writer, &buf);
        ss_writer_string(&writer, text);
        ss_writer_u64(&writer, big);
        ss_writer_mpint(&writer, number);
        cr_assert(ss_writer_done(&writer) == SS_OK);
        ss_reader_init(&reader, test_guarded(ss_buf_span(&buf)));
        cr_assert(ss_span_eq(ss_reader_string(&reader), text));
        cr_assert(ss_reader_u64(&reader) == big);
        while (number.size > 0 && number.data[0] == 0)
            number = ss_span_part(number, 1, SIZE_MAX);
        cr_assert(ss_span_eq(ss_reader_mpint(&reader), number));
        cr_assert(ss_reader_done(&reader) == SS_OK);
    }
    ss_buf_fini(&buf);
}

/* The head of the buffer is not at its start, and the block moves while blocks are open. */
Test(writer, open_blocks_nest_and_survive_moves)
{
    static uint8_t filler[5000];
    struct ss_writer writer;
    struct ss_buf buf;
    size_t outer, inner;

    ss_buf_init(&buf, &test_counted()->env, 10000);
    cr_assert(ss_buf_puts(&buf, "consumed before:") == SS_OK);
    ss_buf_consume(&buf, 15);
    ss_writer_init(&writer, &buf);
    outer = ss_writer_open(&writer);
    ss_writer_byte(&writer, 0xaa);
    inner = ss_writer_open(&writer);
    ss_writer_bytes(&writer, ss_span_make(filler, sizeof filler));
    ss_writer_close(&writer, inner);
    inner = ss_writer_open(&writer);
    ss_writer_close(&writer, inner);
    ss_writer_close(&writer, outer);
    cr_assert(ss_writer_done(&writer) == SS_OK);
    cr_assert(ss_buf_size(&buf) == 1 + 4 + 1 + 4 + 5000 + 4);
    cr_expect(ss_load_u32(ss_buf_at(&buf) + 1) == 1 + 4 + 5000 + 4);
    cr_expect(ss_load_u32(ss_buf_at(&buf) + 6) == 5000);
    cr_expect(ss_load_u32(ss_buf_at(&buf) + 5010) == 0);
    ss_buf_fini(&buf);
}

Test(writer, closing_at_a_mark_that_is_none_is_misuse)
{
    struct ss_writer writer;
    struct ss_buf buf;

    ss_buf_init(&buf, &test_counted()->env, 100);
    ss_writer_init(&writer, &buf);
    ss_writer_close(&writer, 0);
    cr_expect(ss_writer_done(&writer) == SS_E_usage);
    ss_writer_init(&writer, &buf);
    ss_writer_u32(&writer, 1);
    ss_writer_close(&writer, 1);
    cr_expect(ss_writer_done(&writer) == SS_E_usage);
    expect_hex(&buf, "00000001");
    ss_buf_fini(&buf);
}

static void write_all(struct ss_writer *writer)
{
    size_t mark = ss_writer_open(writer);

    ss_writer_byte(writer, 1);
    ss_writer_u32(writer, 2);
    ss_writer_u64(writer, 3);
    ss_writer_cstring(writer, "abc");
    ss_writer_mpint(writer, test_hex("80"));
    ss_writer_bytes(writer, test_hex("dddd"));
    ss_writer_boolean(writer, true);
    ss_writer_close(writer, mark);
}

/* With room for n bytes, whole fields are written up to the first that does not fit, and none
 * after it, even when a later one would. */
Test(writer, a_ceiling_cuts_between_fields)
{
    static const size_t ends[] = {0, 4, 5, 9, 17, 24, 30, 32, 33};
    size_t room, field;

    for (room = 0; room <= 33; room++) {
        struct ss_writer writer;
        struct ss_buf buf;

        ss_buf_init(&buf, &test_counted()->env, room);
        ss_writer_init(&writer, &buf);
        write_all(&writer);
        for (field = 0; field + 1 < SS_COUNT(ends) && ends[field + 1] <= room; field++)
            ;
        cr_expect(ss_buf_size(&buf) == ends[field], "room %zu: %zu", room, ss_buf_size(&buf));
        cr_expect(ss_writer_done(&writer) == (room == 33 ? SS_OK : SS_E_ceiling), "room %zu", room);
        ss_buf_fini(&buf);
    }
}

Test(writer, failing_allocations_are_pinned)
{
    struct ss_counted *counted = test_counted();
    struct ss_writer writer;
    struct ss_buf buf;

    counted->fail_at = 1;
    counted->fail_after = true;
    ss_buf_init(&buf, &counted->env, 100);
    ss_writer_init(&writer, &buf);
    write_all(&writer);
    counted->fail_at = 0;
    ss_writer_byte(&writer, 1);
    cr_expect(ss_writer_done(&writer) == SS_E_no_memory && ss_buf_size(&buf) == 0);
    ss_buf_fini(&buf);
}

/* The sizes are refused before a byte is looked at. */
Test(writer, lengths_past_32_bits_are_refused)
{
    struct ss_writer writer;
    struct ss_buf buf;

    ss_buf_init(&buf, &test_counted()->env, 100);
    ss_writer_init(&writer, &buf);
    ss_writer_string(&writer, ss_span_make("x", SIZE_MAX));
    cr_expect(ss_writer_done(&writer) == SS_E_bad_argument);
    ss_writer_init(&writer, &buf);
    ss_writer_mpint(&writer, ss_span_make("\xff", UINT32_MAX));
    cr_expect(ss_writer_done(&writer) == SS_E_bad_argument, "the zero byte counts too");
    ss_writer_init(&writer, &buf);
    ss_writer_string(&writer, ss_span_make("x", UINT32_MAX));
    cr_expect(ss_writer_done(&writer) == SS_E_ceiling);
    cr_expect(ss_buf_size(&buf) == 0);
    ss_buf_fini(&buf);
}
