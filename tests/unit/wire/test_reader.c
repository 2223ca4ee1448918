/* SPDX-License-Identifier: Apache-2.0 */
/* test_reader.c - reading the data types of RFC 4251 section 5.
 *
 * Follows: the examples of RFC 4251 section 5. */
#include <criterion/criterion.h>

#include "sshspec/wire.h"
#include "tests/support/support.h"

TestSuite(reader, .fini = test_counted_check);

static struct ss_reader on(ss_span bytes)
{
    struct ss_reader reader;

    ss_reader_init(&reader, test_guarded(bytes));
    return reader;
}

/* "the value 699921578 (0x29b7f4aa) is stored as 29 b7 f4 aa" and the strings of section 5. */
Test(reader, the_examples_of_rfc_4251)
{
    struct ss_reader reader = on(test_hex("29b7f4aa 00000007 74657374696e67 00000000"
                                          "00000009 7a6c69622c6e6f6e65 00 01 ff"
                                          "0102030405060708"));

    cr_expect(ss_reader_u32(&reader) == UINT32_C(699921578));
    cr_expect(ss_span_is(ss_reader_string(&reader), "testing"));
    cr_expect(ss_reader_string(&reader).size == 0);
    cr_expect(ss_span_is(ss_reader_string(&reader), "zlib,none"));
    cr_expect(!ss_reader_boolean(&reader));
    cr_expect(ss_reader_boolean(&reader));
    cr_expect(ss_reader_boolean(&reader), "all non-zero values are TRUE");
    cr_expect(ss_reader_offset(&reader) == 35 && ss_reader_left(&reader) == 8);
    cr_expect(ss_reader_u64(&reader) == UINT64_C(0x0102030405060708));
    cr_expect(ss_reader_done(&reader) == SS_OK);
}

/* The mpint table of RFC 4251 section 5; its two negative rows are refused. */
Test(reader, the_mpint_examples_of_rfc_4251)
{
    static const struct {
        const char *wire, *magnitude; /* null: refused */
    } rows[] = {
        {"00000000", ""},
        {"00000008 09a378f9b2e332a7", "09a378f9b2e332a7"},
        {"00000002 0080", "80"},
        {"00000002 edcc", NULL},
        {"00000005 ff21524111", NULL},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_reader reader = on(test_hex(rows[i].wire));
        ss_span got = ss_reader_mpint(&reader);
        ss_err err = ss_reader_done(&reader);

        if (rows[i].magnitude == NULL) {
            cr_expect(err == SS_E_bad_mpint && got.size == 0, "%s", rows[i].wire);
            continue;
        }
        cr_expect(err == SS_OK, "%s", rows[i].wire);
        cr_expect(ss_span_eq(got, test_hex(rows[i].magnitude)), "%s", rows[i].wire);
    }
}

/* Every mpint of up to two bytes: exactly the shortest non-negative forms are accepted. */
Test(reader, mpints_are_accepted_in_shortest_form_only)
{
    static const char *const longer[] = {"00000003 000001", "00000003 00007f", "00000003 000080",
                                         "00000003 ff8000", "00000001 ff",     "00000004 00000000"};
    unsigned high, low;
    size_t i;

    for (i = 0; i < SS_COUNT(longer); i++) {
        struct ss_reader reader = on(test_hex(longer[i]));

        (void)ss_reader_mpint(&reader);
        cr_expect(ss_reader_done(&reader) == SS_E_bad_mpint, "%s", longer[i]);
    }
    for (high = 0; high < 256; high++) {
        uint8_t one[5] = {0, 0, 0, 1, (uint8_t)high};
        struct ss_reader reader;

        ss_reader_init(&reader, ss_span_make(one, 5));
        (void)ss_reader_mpint(&reader);
        cr_expect((reader.err == SS_OK) == (high >= 1 && high <= 0x7f), "%02x", high);
        for (low = 0; low < 256; low++) {
            uint8_t two[6] = {0, 0, 0, 2, (uint8_t)high, (uint8_t)low};
            bool want = high == 0 ? low >= 0x80 : high <= 0x7f;
            ss_span got;

            ss_reader_init(&reader, ss_span_make(two, 6));
            got = ss_reader_mpint(&reader);
            cr_expect((reader.err == SS_OK) == want, "%02x%02x", high, low);
            cr_expect(got.size == (want ? (high == 0 ? 1U : 2U) : 0U), "%02x%02x", high, low);
        }
    }
}

static const char *const sample = "07 01 29b7f4aa 0102030405060708 00000003 616263"
                                  "00000002 0080 00000005 00000001 58 dddddd";
/* Where each field of the sample starts, and its end. */
static const size_t starts[] = {0, 1, 2, 6, 14, 21, 27, 36, 39};

static void read_sample(struct ss_reader *reader)
{
    struct ss_reader inner;

    (void)ss_reader_byte(reader);
    (void)ss_reader_boolean(reader);
    (void)ss_reader_u32(reader);
    (void)ss_reader_u64(reader);
    (void)ss_reader_string(reader);
    (void)ss_reader_mpint(reader);
    inner = ss_reader_inside(reader);
    if (reader->err == SS_OK) {
        cr_assert(ss_span_is(ss_reader_string(&inner), "X"));
        cr_assert(ss_reader_done(&inner) == SS_OK);
    } else {
        cr_assert(inner.err == reader->err);
    }
    (void)ss_reader_bytes(reader, 3);
}

/* Each prefix ends at an unreadable page; the offset is the start of the field that was cut. */
Test(reader, every_prefix_is_truncated_at_its_field)
{
    ss_span whole = test_hex(sample);
    size_t n, field;

    cr_assert(whole.size == starts[SS_COUNT(starts) - 1]);
    for (n = 0; n <= whole.size; n++) {
        struct ss_reader reader = on(ss_span_part(whole, 0, n));

        read_sample(&reader);
        if (n == whole.size) {
            cr_expect(ss_reader_done(&reader) == SS_OK);
            break;
        }
        for (field = 0; starts[field + 1] <= n; field++)
            ;
        cr_expect(ss_reader_done(&reader) == SS_E_truncated, "prefix %zu", n);
        cr_expect(reader.err_at == starts[field], "prefix %zu: offset %zu", n, reader.err_at);
        cr_expect(ss_reader_offset(&reader) == starts[field]);
    }
}

Test(reader, a_length_beyond_the_end_is_pinned_where_it_stands)
{
    static const char *const tails[] = {"00000004 616263", "ffffffff 616263", "80000000",
                                        "7fffffff",        "fffffffc 61",     "00000001"};
    size_t i;

    for (i = 0; i < SS_COUNT(tails); i++) {
        char text[64] = "aaaa ";
        struct ss_reader reader;

        strcat(text, tails[i]);
        reader = on(test_hex(text));
        (void)ss_reader_bytes(&reader, 2);
        cr_expect(ss_reader_string(&reader).size == 0, "%s", tails[i]);
        cr_expect(reader.err == SS_E_truncated && reader.err_at == 2, "%s", tails[i]);
    }
}

Test(reader, the_first_error_stays_and_later_reads_are_empty)
{
    struct ss_reader reader = on(test_hex("00000001 ff 11223344 5566778899aabbcc"));
    struct ss_reader inner;

    (void)ss_reader_mpint(&reader);
    cr_expect(reader.err == SS_E_bad_mpint && reader.err_at == 0);
    cr_expect(ss_reader_left(&reader) == 0);
    cr_expect(ss_reader_byte(&reader) == 0 && !ss_reader_boolean(&reader));
    cr_expect(ss_reader_u32(&reader) == 0 && ss_reader_u64(&reader) == 0);
    cr_expect(ss_reader_string(&reader).size == 0 && ss_reader_mpint(&reader).size == 0);
    cr_expect(ss_reader_bytes(&reader, 1).size == 0 && ss_reader_bytes(&reader, 0).size == 0);
    cr_expect(ss_reader_rest(&reader).size == 0);
    inner = ss_reader_inside(&reader);
    cr_expect(ss_reader_byte(&inner) == 0 && ss_reader_done(&inner) == SS_E_bad_mpint);
    ss_reader_fail(&reader, SS_E_bad_text);
    cr_expect(ss_reader_done(&reader) == SS_E_bad_mpint && reader.err_at == 0);
}

Test(reader, bytes_left_over_are_trailing)
{
    struct ss_reader reader = on(test_hex("00000000 01 02"));

    (void)ss_reader_u32(&reader);
    (void)ss_reader_byte(&reader);
    cr_expect(ss_reader_done(&reader) == SS_E_trailing);
    cr_expect(reader.err_at == 5);
    reader = on(test_hex("01 02 03"));
    (void)ss_reader_byte(&reader);
    cr_expect(ss_span_eq(ss_reader_rest(&reader), test_hex("0203")));
    cr_expect(ss_reader_rest(&reader).size == 0);
    cr_expect(ss_reader_done(&reader) == SS_OK);
}

Test(reader, a_caller_may_pin_an_error_of_its_own)
{
    struct ss_reader reader = on(test_hex("01 02 03"));

    (void)ss_reader_byte(&reader);
    ss_reader_fail(&reader, SS_OK);
    cr_expect(reader.err == SS_OK && ss_reader_left(&reader) == 2);
    ss_reader_fail(&reader, SS_E_bad_value);
    cr_expect(ss_reader_done(&reader) == SS_E_bad_value && ss_reader_offset(&reader) == 1);
}

Test(reader, null_bytes_are_an_empty_input)
{
    struct ss_reader reader;

    ss_reader_init(&reader, ss_span_make(NULL, 0));
    cr_expect(ss_reader_left(&reader) == 0 && ss_reader_offset(&reader) == 0);
    cr_expect(ss_reader_rest(&reader).size == 0);
    cr_expect(ss_reader_bytes(&reader, 0).size == 0);
    cr_expect(ss_reader_done(&reader) == SS_OK);
    cr_expect(ss_reader_byte(&reader) == 0);
    cr_expect(ss_reader_done(&reader) == SS_E_truncated && reader.err_at == 0);
}

/* A count of four thousand million over nine bytes ends after two items. */
Test(reader, a_loop_over_the_bytes_left_ends)
{
    struct ss_reader reader = on(test_hex("ffffffff 00000001 61 00000000 00000009 62"));
    uint32_t declared = ss_reader_u32(&reader);
    size_t items = 0;

    for (; items < declared && ss_reader_left(&reader) > 0; items++)
        (void)ss_reader_string(&reader);
    cr_expect(items == 3);
    cr_expect(ss_reader_done(&reader) == SS_E_truncated && reader.err_at == 13);
}
