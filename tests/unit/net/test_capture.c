/* SPDX-License-Identifier: Apache-2.0 */
/* test_capture.c - records of a connection, cut into packets with comments. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sshspec/capture.h"
#include "sshspec/net.h"
#include "tests/support/support.h"

static char folder[128], keys[160], packets[160];

static void make_folder(void)
{
    const char *base = getenv("TMPDIR");

    (void)snprintf(folder, sizeof folder, "%.100s/capture-XXXXXX", base != NULL ? base : "/tmp");
    cr_assert(mkdtemp(folder) != NULL);
    (void)snprintf(keys, sizeof keys, "%s/keys", folder);
    (void)snprintf(packets, sizeof packets, "%s/packets", folder);
}

static void remove_folder(void)
{
    (void)unlink(keys);
    (void)unlink(packets);
    cr_expect(rmdir(folder) == 0, "a file was left behind");
    test_counted_check();
}

TestSuite(capture, .init = make_folder, .fini = remove_folder);

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static struct ss_capture *open_capture(bool with_keys)
{
    struct ss_capture_plan plan = {.pcap = packets, .start = 1000000};
    struct ss_capture *capture = NULL;

    if (with_keys)
        plan.keylog = keys;
    cr_assert(ss_capture_open(env(), &plan, &capture, NULL) == SS_OK);
    return capture;
}

/* ---- records ---- */
static struct ss_trace_record record(enum ss_trace_kind kind, enum ss_direction direction)
{
    return (struct ss_trace_record){.kind = kind,
                                    .at = 77,
                                    .side = "cli",
                                    .directed = true,
                                    .direction = direction,
                                    .sequence = UINT32_MAX};
}

static void bytes(struct ss_capture *capture, enum ss_direction direction, const char *text)
{
    struct ss_trace_record r = record(SS_TRACE_BYTES, direction);

    r.wire = ss_span_of(text);
    ss_capture_record(capture, &r);
}

static void frame(struct ss_capture *capture, enum ss_direction direction, size_t size)
{
    struct ss_trace_record r = record(SS_TRACE_FRAME, direction);

    r.size = size;
    r.sequence = 3;
    r.epoch = 1;
    ss_capture_record(capture, &r);
}

static void piece(struct ss_capture *capture, enum ss_direction direction, const char *text,
                  size_t size)
{
    struct ss_trace_record r = record(SS_TRACE_FRAME, direction);

    r.size = size;
    r.text = ss_span_of(text);
    ss_capture_record(capture, &r);
}

static void message(struct ss_capture *capture, enum ss_direction direction, const char *text,
                    const char *payload)
{
    struct ss_trace_record r = record(SS_TRACE_MESSAGE, direction);

    r.text = ss_span_of(text);
    r.payload = ss_span_of(payload);
    r.epoch = 1;
    ss_capture_record(capture, &r);
}

/* ---- what is in the file ---- */
static uint32_t le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* A line a packet: port it comes from, bytes, comment. */
static void expect_packets(const char *want)
{
    struct ss_buf file, lines;
    ss_span rest;

    ss_buf_init(&file, env(), 1 << 20);
    ss_buf_init(&lines, env(), 1 << 20);
    cr_assert(ss_file_read(packets, 1 << 20, &file, NULL) == SS_OK);
    for (rest = ss_buf_span(&file); rest.size > 0;
         rest = ss_span_part(rest, le32(rest.data + 4), rest.size)) {
        const uint8_t *at = rest.data + 28, *option;
        uint32_t size;

        if (le32(rest.data) != 6)
            continue;
        size = le32(rest.data + 20);
        option = at + (size + 3) / 4 * 4;
        cr_assert(ss_buf_printf(&lines, "%u %.*s %.*s\n", (unsigned)at[20] << 8 | at[21],
                                (int)size - 40, (const char *)at + 40, option[2] | option[3] << 8,
                                (const char *)option + 4) == SS_OK);
    }
    cr_expect(ss_span_is(ss_buf_span(&lines), want), "%.*s", (int)ss_buf_size(&lines),
              (const char *)ss_buf_at(&lines));
    ss_buf_fini(&lines);
    ss_buf_fini(&file);
}

static void finish(struct ss_capture *capture)
{
    cr_expect(ss_capture_close(&capture, NULL) == SS_OK && capture == NULL);
}

/* Out: the message, its frame, then bytes in any pieces. In: bytes in any pieces, then frame and
 * message. A packet of the file is a packet of the stream all the same. */
Test(capture, streams_are_cut_at_their_packets)
{
    struct ss_capture *capture = open_capture(false);

    ss_capture_step(capture, 5);
    piece(capture, SS_OUT, "identification size=4", 4);
    message(capture, SS_OUT, "kexinit cookie=0x00", "\x14");
    frame(capture, SS_OUT, 3);
    ss_capture_step(capture, 6);
    bytes(capture, SS_OUT, "SSH");
    bytes(capture, SS_OUT, "-ab");
    bytes(capture, SS_IN, "SSH+xyz0");
    piece(capture, SS_IN, "identification size=4", 4);
    bytes(capture, SS_OUT, "c");
    frame(capture, SS_IN, 3);
    message(capture, SS_IN, "newkeys", "\x15");
    frame(capture, SS_IN, 1);
    ss_capture_step(capture, 0);
    frame(capture, SS_IN, 2);
    bytes(capture, SS_IN, "12");
    finish(capture);
    expect_packets("49152 SSH- identification, epoch 0, step line 5\n"
                   "22 SSH+ identification, epoch 0, step line 6\n"
                   "49152 abc kexinit (20), epoch 1, step line 5\n"
                   "22 xyz newkeys (21), epoch 1, step line 6\n"
                   "22 0 a packet that is no message, epoch 1, step line 6\n"
                   "22 12 a packet that is no message, epoch 1\n");
}

Test(capture, what_is_no_whole_packet_is_told_at_the_end)
{
    struct ss_capture *capture = open_capture(false);

    message(capture, SS_OUT, "ignore", "\x02");
    frame(capture, SS_OUT, 10);
    bytes(capture, SS_OUT, "half");
    bytes(capture, SS_IN, "noise");
    frame(capture, SS_OUT, 0);
    ss_capture_begin(capture);
    piece(capture, SS_OUT, "raw size=1", 1);
    bytes(capture, SS_OUT, "r");
    ss_capture_begin(capture);
    ss_capture_begin(capture);
    piece(capture, SS_OUT, "raw size=1", 1);
    bytes(capture, SS_OUT, "s");
    finish(capture);
    expect_packets("22 noise bytes that were not read as a packet\n"
                   "49152 half a part of a packet: the rest was not sent\n"
                   "49153 r raw, epoch 0\n"
                   "49154 s raw, epoch 0\n");
}

/* Of a server's side it is the other way round. */
Test(capture, a_server_sends_from_its_port)
{
    struct ss_capture *capture = open_capture(false);
    struct ss_trace_record r = record(SS_TRACE_FRAME, SS_OUT);

    r.side = "srv";
    r.size = 2;
    r.text = ss_span_of("raw");
    ss_capture_record(capture, &r);
    r.kind = SS_TRACE_BYTES;
    r.wire = ss_span_of("ab");
    ss_capture_record(capture, &r);
    finish(capture);
    expect_packets("22 ab raw, epoch 0\n");
}

static void tell_secret(struct ss_capture *capture)
{
    struct ss_trace_secret secret = {.cookie = ss_span_of("0123456789abcdef"),
                                     .shared = ss_span_of("k")};
    struct ss_trace_record r = record(SS_TRACE_SECRET, SS_OUT);

    r.directed = false;
    r.secret = &secret;
    ss_capture_record(capture, &r);
}

Test(capture, secrets_are_wanted_and_written_with_a_key_log_alone)
{
    struct ss_capture *capture = open_capture(false);
    struct ss_buf text;

    cr_expect(!ss_capture_wants_secrets(capture));
    cr_expect(!ss_trace_wants(ss_capture_trace(capture), SS_TRACE_SECRET));
    tell_secret(capture);
    finish(capture);
    cr_expect(access(keys, F_OK) != 0);
    capture = open_capture(true);
    cr_expect(ss_capture_wants_secrets(capture));
    cr_expect(ss_trace_wants(ss_capture_trace(capture), SS_TRACE_SECRET));
    tell_secret(capture);
    finish(capture);
    ss_buf_init(&text, env(), 1 << 20);
    cr_assert(ss_file_read(keys, 1024, &text, NULL) == SS_OK);
    cr_expect(
        ss_span_is(ss_buf_span(&text), "30313233343536373839616263646566 SHARED_SECRET 6b\n"));
    ss_buf_fini(&text);
}

/* The connection goes on, and the end says what is missing. */
Test(capture, what_could_not_be_written_is_told_when_it_is_closed)
{
    struct ss_capture_plan plan = {.keylog = "/dev/full"};
    struct ss_capture *capture = NULL;
    struct ss_buf why;

    ss_buf_init(&why, env(), 1024);
    cr_assert(ss_capture_open(env(), &plan, &capture, &why) == SS_OK);
    tell_secret(capture);
    tell_secret(capture);
    bytes(capture, SS_OUT, "no capture");
    cr_expect(ss_capture_close(&capture, &why) == SS_E_io);
    cr_expect(
        ss_span_is(ss_buf_span(&why), "/dev/full is not complete: No space left on device\n"));
    ss_buf_clear(&why);
    plan.pcap = "/nowhere/at/all";
    cr_expect(ss_capture_open(env(), &plan, &capture, &why) == SS_E_io && capture == NULL);
    cr_expect(
        ss_span_is(ss_buf_span(&why), "capture /nowhere/at/all: No such file or directory\n"));
    cr_expect(ss_capture_close(&capture, NULL) == SS_OK, "null is fine");
    ss_buf_fini(&why);
}
