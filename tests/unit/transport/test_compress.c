/* SPDX-License-Identifier: Apache-2.0 */
/* test_compress.c - payloads that change their size between the message and the frame.
 *
 * Follows: RFC 4253 section 6.2. */
#include <criterion/criterion.h>

#include "packet_kit.h"
#include "tests/support/support.h"

TestSuite(compress, .fini = test_counted_check);

enum { GCM = 2 }; /* the mode where it does not matter which one it is */

static const size_t sizes[] = {1, 30, 5, 2000, 0, 27, 32768, 100, 1};

static void fill(struct packet_ends *ends)
{
    for (size_t i = 0; i < SS_COUNT(sizes); i++)
        (void)packet_put(ends, packet_payload(sizes[i]));
}

static void drain(struct packet_ends *ends, struct ss_buf *arrived, size_t *next, const char *what)
{
    struct ss_packet packet;
    size_t used = 0;
    ss_err err;

    while ((err = ss_packet_take(&ends->in, arrived, &packet, &used)) == SS_OK) {
        cr_assert(*next < SS_COUNT(sizes));
        cr_assert(ss_span_eq(packet.payload, packet_payload(sizes[*next])), "%s, packet %zu", what,
                  *next);
        cr_assert(packet.compressed && packet.sequence == *next);
        cr_assert(packet.length == 1 + packet.packed + packet.padding);
        ss_buf_consume(arrived, used);
        (*next)++;
    }
    cr_assert(err == SS_E_more_input, "%s: %s", what, ss_err_name(err));
}

/* rule: RFC4253-6.2-compression-per-packet-flush */
Test(compress, every_mode_carries_compressed_payloads)
{
    for (size_t mode = 1; mode < packet_modes(); mode++) {
        struct packet_ends ends;
        size_t next = 0;

        packet_ends_init(&ends, mode);
        packet_compress(&ends, mode % 2 == 0 ? &ss_comp_zlib : &ss_comp_zlib_delayed);
        fill(&ends);
        cr_expect(ss_buf_size(&ends.stream) < 3000, "%s: %zu", packet_mode_name(mode),
                  ss_buf_size(&ends.stream));
        drain(&ends, &ends.stream, &next, packet_mode_name(mode));
        cr_expect(next == SS_COUNT(sizes));
        packet_ends_fini(&ends);
    }
}

Test(compress, every_split_in_two_gives_the_same_packets)
{
    struct packet_ends recorded;
    ss_span all;

    packet_ends_init(&recorded, GCM);
    packet_compress(&recorded, &ss_comp_zlib);
    fill(&recorded);
    all = ss_buf_span(&recorded.stream);
    for (size_t at = 0; at <= all.size; at++) {
        struct packet_ends ends;
        size_t next = 0;

        packet_ends_init(&ends, GCM);
        packet_compress(&ends, &ss_comp_zlib);
        cr_assert(ss_buf_put(&ends.stream, ss_span_part(all, 0, at)) == SS_OK);
        drain(&ends, &ends.stream, &next, "first part");
        cr_assert(ss_buf_put(&ends.stream, ss_span_part(all, at, SIZE_MAX)) == SS_OK);
        drain(&ends, &ends.stream, &next, "second part");
        cr_assert(next == SS_COUNT(sizes), "split at %zu", at);
        packet_ends_fini(&ends);
    }
    packet_ends_fini(&recorded);
}

Test(compress, both_sizes_are_told)
{
    struct packet_ends ends;
    struct ss_packet packet;
    size_t used;

    packet_ends_init(&ends, GCM);
    (void)packet_put(&ends, packet_payload(100));
    cr_expect(ends.out.payload == 0 && ends.out.packed == 0);
    cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
    cr_expect(!packet.compressed && packet.packed == 100);
    ss_buf_consume(&ends.stream, used);
    packet_compress(&ends, &ss_comp_zlib);
    (void)packet_put(&ends, packet_payload(5000));
    cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
    cr_expect(packet.compressed && packet.packed == ends.out.packed && packet.packed < 1000);
    cr_expect(ends.out.payload == 5000 && packet.payload.size == 5000);
    packet_ends_fini(&ends);
}

/* One packet of n equal bytes to a receiver with this limit. */
static ss_err take_bomb(size_t n, uint32_t limit)
{
    struct packet_ends ends;
    struct ss_packet packet;
    uint8_t *zeros;
    size_t used, mark;
    ss_err err;

    packet_ends_init(&ends, GCM);
    packet_compress(&ends, &ss_comp_zlib);
    ends.in.limit = limit;
    ends.stream.ceiling = (size_t)4 << 20;
    cr_assert(ss_packet_begin(&ends.out, &ends.stream, &mark) == SS_OK);
    cr_assert(ss_buf_extend(&ends.stream, n, &zeros) == SS_OK);
    memset(zeros, 0, n);
    cr_assert(ss_packet_end(&ends.out, &ends.stream, mark, NULL, 0) == SS_OK);
    cr_expect(ss_buf_size(&ends.stream) < 4096, "a packet that is small on the wire");
    err = ss_packet_take(&ends.in, &ends.stream, &packet, &used);
    cr_expect(ends.in.inflated.cap < (size_t)limit * 2 + 4096, "%zu bytes for a limit of %u",
              ends.in.inflated.cap, (unsigned)limit);
    cr_expect((err == SS_OK) == (ends.in.sequence == 1));
    packet_ends_fini(&ends);
    return err;
}

/* rule: RFC4253-6.2-bad-compressed-data */
Test(compress, a_bomb_ends_at_the_limit)
{
    cr_expect(take_bomb(35000, 35000) == SS_OK);
    cr_expect(take_bomb(35001, 35000) == SS_E_decompress);
    cr_expect(take_bomb((size_t)3 << 20, 35000) == SS_E_decompress);
    cr_expect(take_bomb((size_t)3 << 20, 262144) == SS_E_decompress);
    cr_expect(take_bomb(4096, 4096) == SS_OK, "the limit is where a piece of the output ends");
    cr_expect(take_bomb(4097, 4096) == SS_E_decompress);
}

/* Good MAC, bad content. */
Test(compress, what_is_no_stream_is_refused)
{
    static const char *const payloads[] = {
        "05 0000000c 7373682d7573657261757468", /* a message as it is */
        "78",                                   /* fine so far, ... */
        "78 9c 07",                             /* a block of a kind that does not exist */
        "78 9d 00",                             /* the check of the head is wrong */
        "78 9c 00 0300 fdff 535348",            /* stored bytes with a wrong length */
        "78 9c 03 00 00000001",                 /* the stream says that it ends */
        "78 9c 03 00 00000001 ff",              /* and goes on behind that */
        "78 bb 00000001",                       /* a dictionary is asked for */
        "ff ff ff ff",
    };

    for (size_t i = 0; i < SS_COUNT(payloads); i++) {
        struct ss_lie lie = {.kind = SS_LIE_NO_COMPRESS};
        ss_err want = i == 1 ? SS_OK : SS_E_decompress;
        struct packet_ends ends;
        struct ss_packet packet;
        size_t used;
        ss_err err;

        packet_ends_init(&ends, GCM);
        packet_compress(&ends, &ss_comp_zlib);
        cr_assert(packet_put_lied(&ends, test_hex(payloads[i]), &lie, 1) == SS_OK);
        err = ss_packet_take(&ends.in, &ends.stream, &packet, &used);
        cr_expect(err == want, "row %zu: %s", i, ss_err_name(err));
        cr_expect(want != SS_OK || packet.payload.size == 0, "... and gives nothing");
        packet_ends_fini(&ends);
    }
}

Test(compress, a_stream_that_failed_stays_failed)
{
    struct ss_lie lie = {.kind = SS_LIE_NO_COMPRESS};
    struct packet_ends ends;
    struct ss_packet packet;
    size_t used;

    packet_ends_init(&ends, GCM);
    packet_compress(&ends, &ss_comp_zlib);
    cr_assert(packet_put_lied(&ends, packet_payload(9), &lie, 1) == SS_OK);
    used = ss_buf_size(&ends.stream);
    (void)packet_put(&ends, packet_payload(9));
    cr_expect(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_E_decompress);
    ss_buf_consume(&ends.stream, used);
    cr_expect(ss_packet_take(&ends.in, &ends.stream, &packet, &used) != SS_OK);
    packet_ends_fini(&ends);
}

/* rule: OSSH-1.2-zlib-delayed-start: what a client sent before it saw SUCCESS is still to come. */
Test(compress, a_peer_that_lags_is_waited_for_once)
{
    struct ss_lie plain = {.kind = SS_LIE_NO_COMPRESS};
    struct packet_ends ends;
    struct ss_packet packet;
    size_t used;

    packet_ends_init(&ends, GCM);
    packet_compress(&ends, &ss_comp_zlib_delayed);
    ends.in.lags = true;
    for (unsigned number = 0; number < 256; number++) {
        uint8_t payload[2] = {(uint8_t)number, 0x9c};
        bool begins = (payload[0] & 15) == 8 && (payload[0] << 8 | payload[1]) % 31 == 0;

        if (begins)
            continue;
        cr_assert(packet_put_lied(&ends, ss_span_make(payload, 2), &plain, 1) == SS_OK);
        cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK, "%u", number);
        cr_expect(!packet.compressed && ss_span_eq(packet.payload, ss_span_make(payload, 2)));
        ss_buf_consume(&ends.stream, used);
    }
    (void)packet_put(&ends, packet_payload(300));
    cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
    cr_expect(packet.compressed && ss_span_eq(packet.payload, packet_payload(300)));
    ss_buf_consume(&ends.stream, used);
    cr_assert(packet_put_lied(&ends, test_hex("00000000 00000000"), &plain, 1) == SS_OK);
    cr_expect(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_E_decompress);
    packet_ends_fini(&ends);
}

Test(compress, lies_of_the_frame_are_told_about_what_was_compressed)
{
    struct ss_lie lies[] = {{.kind = SS_LIE_PADDING, .n = 0}, {.kind = SS_LIE_PAD_BYTES}};
    struct packet_ends ends;
    struct ss_packet packet;
    size_t used;

    packet_ends_init(&ends, GCM);
    packet_compress(&ends, &ss_comp_zlib);
    lies[1].bytes = ss_span_of("ab");
    (void)packet_put(&ends, packet_payload(3000));
    lies[0].n = 16 + (16 - (int64_t)(1 + ends.out.packed) % 16) % 16;
    cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
    ss_buf_consume(&ends.stream, used);
    packet_ends_fini(&ends);
    packet_ends_init(&ends, GCM);
    packet_compress(&ends, &ss_comp_zlib);
    cr_assert(packet_put_lied(&ends, packet_payload(3000), lies, 2) == SS_OK);
    cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
    cr_expect(packet.padding == lies[0].n && ss_span_eq(packet.payload, packet_payload(3000)));
    packet_ends_fini(&ends);
}

/* The peer's stream would lack what was compressed and not sent. */
Test(compress, a_packet_that_failed_behind_compression_is_the_last)
{
    struct ss_lie lie = {.kind = SS_LIE_CUT, .n = 100000};
    struct packet_ends ends;
    struct ss_packet packet;
    size_t used;

    packet_ends_init(&ends, GCM);
    packet_compress(&ends, &ss_comp_zlib);
    (void)packet_put(&ends, packet_payload(9));
    cr_expect(packet_put_lied(&ends, packet_payload(9), &lie, 1) == SS_E_bad_argument);
    cr_expect(packet_put_lied(&ends, packet_payload(9), NULL, 0) == SS_E_bad_argument);
    cr_expect(ends.out.sequence == 1);
    cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
    cr_expect(used == ss_buf_size(&ends.stream), "nothing else was sent");
    packet_ends_fini(&ends);
}

Test(compress, packets_allocate_nothing_once_it_runs)
{
    struct ss_counted *counted = test_counted();
    struct packet_ends ends;
    struct ss_packet packet;
    size_t used, calls = 0;

    packet_ends_init(&ends, GCM);
    packet_compress(&ends, &ss_comp_zlib);
    for (size_t i = 0; i < 100; i++) {
        (void)packet_put(&ends, packet_payload(1000 + i));
        cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
        ss_buf_consume(&ends.stream, used);
        if (i == 2)
            calls = counted->calls;
    }
    cr_expect(counted->calls == calls, "%zu more", counted->calls - calls);
    packet_ends_fini(&ends);
}

Test(compress, starting_twice_or_with_none_changes_nothing)
{
    struct ss_counted *counted = test_counted();
    struct packet_ends ends;
    size_t calls;

    packet_ends_init(&ends, GCM);
    calls = counted->calls;
    cr_expect(ss_packet_in_compress(&ends.in) == SS_OK && ends.in.suite.comp_state == NULL);
    packet_compress(&ends, &ss_comp_none);
    cr_expect(ends.in.suite.comp_state == NULL && ends.out.suite.comp_state == NULL);
    cr_expect(counted->calls == calls);
    packet_compress(&ends, &ss_comp_zlib);
    calls = counted->calls;
    packet_compress(&ends, &ss_comp_zlib);
    cr_expect(counted->calls == calls);
    packet_ends_fini(&ends);
}

Test(compress, memory_that_fails_leaves_nothing_behind)
{
    struct ss_counted *counted = test_counted();

    for (size_t n = 1; n <= 4; n++) {
        struct packet_ends ends;
        size_t blocks;

        packet_ends_init(&ends, GCM);
        ends.out.suite.comp = ends.in.suite.comp = &ss_comp_zlib;
        blocks = counted->blocks;
        counted->fail_at = counted->calls + n;
        cr_expect(ss_packet_out_compress(&ends.out) == SS_E_no_memory, "%zu", n);
        cr_expect(counted->blocks == blocks && ends.out.suite.comp_state == NULL, "%zu", n);
        counted->fail_at = n <= 2 ? counted->calls + n : 0;
        cr_expect(ss_packet_in_compress(&ends.in) == (n <= 2 ? SS_E_no_memory : SS_OK), "%zu", n);
        counted->fail_at = 0;
        packet_ends_fini(&ends);
        cr_expect(counted->blocks == 0, "%zu", n);
    }
}
