/* SPDX-License-Identifier: Apache-2.0 */
/* test_trace.c - the text form of trace records, and what a sink asks for. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sshspec/trace.h"
#include "tests/support/support.h"

TestSuite(trace, .fini = test_counted_check);

static struct ss_trace_record record(enum ss_trace_kind kind, ss_time at, const char *text)
{
    struct ss_trace_record r = {0};

    r.kind = kind;
    r.at = at;
    r.side = "srv";
    r.sequence = UINT32_MAX;
    r.text = test_guarded(test_text(text));
    return r;
}

static void expect_line(const struct ss_trace_record *r, ss_time start, const char *want)
{
    struct ss_buf buf;

    ss_buf_init(&buf, &test_counted()->env, 1000);
    cr_expect(ss_trace_format(&buf, r, start) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&buf), want), "got %.*swanted %s", (int)ss_buf_size(&buf),
              (const char *)ss_buf_at(&buf), want);
    ss_buf_fini(&buf);
}

/* The three lines of the header, to the column. */
Test(trace, the_lines_of_the_manual)
{
    struct ss_trace_record r = record(SS_TRACE_MESSAGE, 1013,
                                      "channel_open_failure recipient_channel=0"
                                      " reason=2(connect_failed)");

    r.directed = true;
    r.direction = SS_OUT;
    r.sequence = 7;
    expect_line(&r, 1000,
                "+0.013 srv > 7  channel_open_failure recipient_channel=0"
                " reason=2(connect_failed)\n");
    r = record(SS_TRACE_STEP, 1013, "connection open->idle");
    expect_line(&r, 1000, "+0.013 srv . -  step connection open->idle\n");
    r = record(SS_TRACE_FAULT, 1014, "mac_mismatch rule=RFC4253-6.4-bad-mac-detected offset=0");
    r.directed = true;
    r.sequence = 8;
    expect_line(&r, 1000,
                "+0.014 srv ! 8  fault mac_mismatch rule=RFC4253-6.4-bad-mac-detected offset=0\n");
}

Test(trace, every_kind_and_direction)
{
    static const struct {
        enum ss_trace_kind kind;
        bool directed;
        enum ss_direction direction;
        const char *want;
    } rows[] = {
        {SS_TRACE_BYTES, true, SS_IN, "+0.000 cli < -  bytes t\n"},
        {SS_TRACE_BYTES, true, SS_OUT, "+0.000 cli > -  bytes t\n"},
        {SS_TRACE_FRAME, true, SS_IN, "+0.000 cli < -  frame t\n"},
        {SS_TRACE_MESSAGE, true, SS_IN, "+0.000 cli < -  t\n"},
        {SS_TRACE_MESSAGE, false, SS_OUT, "+0.000 cli . -  t\n"},
        {SS_TRACE_STEP, false, SS_OUT, "+0.000 cli . -  step t\n"},
        {SS_TRACE_NOTE, false, SS_IN, "+0.000 cli . -  note t\n"},
        {SS_TRACE_NOTE, true, SS_IN, "+0.000 cli < -  note t\n"},
        {SS_TRACE_FAULT, true, SS_OUT, "+0.000 cli ! -  fault t\n"},
        {SS_TRACE_FAULT, false, SS_IN, "+0.000 cli ! -  fault t\n"},
        {SS_TRACE_SECRET, false, SS_IN, "+0.000 cli . -  secret t\n"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_trace_record r = record(rows[i].kind, 5, "t");

        r.side = "cli";
        r.directed = rows[i].directed;
        r.direction = rows[i].direction;
        expect_line(&r, 5, rows[i].want);
    }
}

Test(trace, times_and_sequence_numbers_at_their_ends)
{
    struct ss_trace_record r = record(SS_TRACE_STEP, 5, "");

    expect_line(&r, 9, "+0.000 srv . -  step \n");
    r.at = 3661999;
    r.sequence = UINT32_MAX - 1;
    expect_line(&r, 0, "+3661.999 srv . 4294967294 step \n");
    r.at = SS_NEVER;
    r.sequence = 12;
    r.side = NULL;
    expect_line(&r, 0, "+18446744073709551.615 -   . 12 step \n");
}

/* Peer bytes in a text can neither start a line nor drive a terminal. */
Test(trace, a_record_stays_one_printable_line)
{
    struct ss_trace_record r = record(SS_TRACE_NOTE, 0, "a\nb\x1b[2J\xe2\\n\"q\"\x7f");
    char all[256];
    struct ss_buf buf;
    size_t i;

    expect_line(&r, 0, "+0.000 srv . -  note a\\x0ab\\x1b[2J\\xe2\\n\"q\"\\x7f\n");
    for (i = 0; i < sizeof all; i++)
        all[i] = (char)i;
    r.text = ss_span_make(all, sizeof all);
    ss_buf_init(&buf, &test_counted()->env, 2000);
    cr_assert(ss_trace_format(&buf, &r, 0) == SS_OK);
    for (i = 0; i + 1 < ss_buf_size(&buf); i++)
        cr_assert(ss_buf_at(&buf)[i] >= 0x20 && ss_buf_at(&buf)[i] < 0x7f);
    cr_expect(ss_buf_at(&buf)[i] == '\n');
    ss_buf_fini(&buf);
}

Test(trace, a_line_is_written_whole_or_not_at_all)
{
    struct ss_trace_record r = record(SS_TRACE_FAULT, 0, "x\ny");
    const char *want = "kept+0.000 srv ! -  fault x\\x0ay\n";
    size_t room;

    for (room = 4; room <= strlen(want); room++) {
        bool fits = room == strlen(want);
        struct ss_buf buf;

        ss_buf_init(&buf, &test_counted()->env, room);
        cr_assert(ss_buf_puts(&buf, "kept") == SS_OK);
        cr_expect(ss_trace_format(&buf, &r, 0) == (fits ? SS_OK : SS_E_ceiling), "room %zu", room);
        cr_expect(ss_span_is(ss_buf_span(&buf), fits ? want : "kept"), "room %zu", room);
        ss_buf_fini(&buf);
    }
}

Test(trace, a_sink_gets_the_kinds_that_it_asks_for)
{
    struct ss_trace sink = {.kinds = 1U << SS_TRACE_STEP | 1U << SS_TRACE_FAULT};
    int kind;

    for (kind = SS_TRACE_BYTES; kind <= SS_TRACE_FAULT; kind++) {
        bool want = kind == SS_TRACE_STEP || kind == SS_TRACE_FAULT;

        cr_expect(ss_trace_wants(&sink, (enum ss_trace_kind)kind) == want, "kind %d", kind);
        cr_expect(!ss_trace_wants(NULL, (enum ss_trace_kind)kind));
    }
}

/* A sink that asks for all kinds does not ask for secrets. */
Test(trace, secrets_are_asked_for_twice)
{
    struct ss_trace trace = {.kinds = UINT32_MAX};

    cr_expect(ss_trace_wants(&trace, SS_TRACE_FAULT));
    cr_expect(!ss_trace_wants(&trace, SS_TRACE_SECRET));
    trace.secrets = true;
    cr_expect(ss_trace_wants(&trace, SS_TRACE_SECRET));
    trace.kinds = 1U << SS_TRACE_BYTES;
    cr_expect(!ss_trace_wants(&trace, SS_TRACE_SECRET));
}
