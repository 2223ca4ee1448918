/* SPDX-License-Identifier: Apache-2.0 */
/* test_packet_out.c - packets as they should be, and each lie as an honest receiver sees it.
 *
 * Follows: RFC 4253 section 6. */
#include <criterion/criterion.h>

#include "packet_kit.h"
#include "sshspec/wire.h"
#include "tests/support/support.h"

TestSuite(packet_out, .fini = test_counted_check);

/* rule: RFC4253-6-padding-min-4, RFC4253-6-block-alignment, RFC4253-6-min-packet-16,
 *   OSSH-1.5-etm-alignment, RFC5647-7.2-gcm-pt-multiple-16,
 *   CHACHA-packet-handling-padding-alignment */
Test(packet_out, every_size_is_aligned_and_padded_as_little_as_may_be)
{
    for (size_t mode = 0; mode < packet_modes(); mode++) {
        struct packet_ends ends;

        packet_ends_init(&ends, mode);
        for (size_t n = 0; n < 100; n++) {
            struct ss_packet packet;
            size_t used;

            (void)packet_put(&ends, packet_payload(n));
            cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
            cr_expect(
                (packet.length + (packet_mode_outside(mode) ? 0 : 4)) % packet_mode_unit(mode) == 0,
                "%s %zu: length %u", packet_mode_name(mode), n, packet.length);
            cr_expect(packet.padding >= 4 && packet.length >= 12);
            cr_expect(packet.padding < 4 + packet_mode_unit(mode) ||
                          packet.length - packet_mode_unit(mode) < 12,
                      "%s %zu: padding %u", packet_mode_name(mode), n, packet.padding);
            ss_buf_consume(&ends.stream, used);
        }
        packet_ends_fini(&ends);
    }
}

/* rule: RFC4253-6-padding-random */
Test(packet_out, padding_differs_from_packet_to_packet)
{
    struct packet_ends ends;
    ss_span bytes;
    size_t second;

    packet_ends_init(&ends, 0);
    (void)packet_put(&ends, packet_payload(1));
    second = packet_put(&ends, packet_payload(1));
    bytes = ss_buf_span(&ends.stream);
    cr_expect(!ss_span_eq(ss_span_part(bytes, 6, 10), ss_span_part(bytes, second + 6, 10)));
    packet_ends_fini(&ends);
}

Test(packet_out, what_is_in_front_of_a_packet_stays_as_it_is)
{
    struct packet_ends ends;
    struct ss_packet packet;
    size_t used;

    packet_ends_init(&ends, 5);
    cr_assert(ss_buf_puts(&ends.stream, "SSH-2.0-x\r\n") == SS_OK);
    cr_expect(packet_put(&ends, packet_payload(50)) == 11);
    cr_expect(ss_span_is(ss_span_part(ss_buf_span(&ends.stream), 0, 11), "SSH-2.0-x\r\n"));
    ss_buf_consume(&ends.stream, 11);
    cr_expect(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
    cr_expect(ends.out.bytes == used && ends.out.packets == 1);
    packet_ends_fini(&ends);
}

/* What an honest receiver makes of one lie. */
struct result {
    ss_err put, take;
    struct ss_packet packet;
    size_t size;      /* bytes on the wire */
    uint8_t wire[64]; /* the first of them */
    uint32_t sequence;
};

static struct result tell(size_t mode, struct ss_lie lie, size_t n)
{
    struct result result;
    struct packet_ends ends;
    size_t used = 0;

    memset(&result, 0, sizeof result);
    packet_ends_init(&ends, mode);
    result.put = packet_put_lied(&ends, packet_payload(n), &lie, 1);
    result.size = ss_buf_size(&ends.stream);
    result.sequence = ends.out.sequence;
    if (result.size > 0)
        memcpy(result.wire, ss_buf_at(&ends.stream),
               result.size < sizeof result.wire ? result.size : sizeof result.wire);
    result.take = packet_take(&ends, &result.packet, &used);
    if (result.take == SS_OK)
        result.packet.payload = packet_payload(result.packet.payload.size);
    packet_ends_fini(&ends);
    return result;
}

Test(packet_out, a_length_that_is_not_true_is_sent_in_a_packet_of_true_size)
{
    for (size_t mode = 0; mode < packet_modes(); mode++) {
        struct result honest = tell(mode, (struct ss_lie){.kind = SS_LIE_DROP}, 40);
        uint32_t length = honest.packet.length + packet_mode_unit(mode);
        struct result lied =
            tell(mode, (struct ss_lie){.kind = SS_LIE_PACKET_LENGTH, .n = length}, 40);

        cr_expect(honest.take == SS_OK && lied.put == SS_OK && lied.size == honest.size);
        cr_expect(lied.take == SS_E_more_input, "%s: %s", packet_mode_name(mode),
                  ss_err_name(lied.take));
    }
}

Test(packet_out, padding_of_any_length_is_really_there)
{
    for (size_t mode = 0; mode < packet_modes(); mode++) {
        struct result honest = tell(mode, (struct ss_lie){.kind = SS_LIE_DROP}, 40);

        for (int64_t n = 0; n < 256; n++) {
            struct result lied = tell(mode, (struct ss_lie){.kind = SS_LIE_PADDING, .n = n}, 40);
            bool fits =
                (41 + n + (packet_mode_outside(mode) ? 0 : 4)) % packet_mode_unit(mode) == 0;
            ss_err want = !fits   ? packet_mode_err(mode, SS_E_bad_length)
                          : n < 4 ? SS_E_bad_padding
                                  : SS_OK;

            cr_expect(lied.put == SS_OK);
            cr_expect(lied.size == honest.size - honest.packet.padding + (size_t)n);
            cr_expect(lied.take == want, "%s padding %d: %s", packet_mode_name(mode), (int)n,
                      ss_err_name(lied.take));
        }
    }
}

Test(packet_out, padding_bytes_may_be_chosen)
{
    struct ss_lie lie = {.kind = SS_LIE_PAD_BYTES, .bytes = ss_span_of("ab")};
    struct result lied = tell(0, lie, 2);

    cr_expect(lied.put == SS_OK && lied.size == 16 && lied.take == SS_OK);
    cr_expect(memcmp(lied.wire + 7, "ababababa", 9) == 0);
    lie.bytes = ss_span_make(NULL, 0);
    cr_expect(tell(0, lie, 2).put == SS_E_bad_argument);
}

Test(packet_out, flipped_bits_fail_the_check_of_every_mode)
{
    for (size_t mode = 1; mode < packet_modes(); mode++) {
        int64_t tag = packet_mode_tag(mode);
        struct ss_lie lie = {.kind = SS_LIE_MAC_FLIP};
        struct result lied;

        if (!packet_mode_checks(mode))
            continue;
        for (lie.n = 0; lie.n < tag; lie.n++)
            cr_expect(tell(mode, lie, 40).take == SS_E_mac_mismatch);
        lie.kind = SS_LIE_CIPHER_FLIP;
        for (lie.n = 0; lie.n < 41; lie.n++)
            cr_expect(tell(mode, lie, 40).take == SS_E_mac_mismatch);
        for (lie.n = -4; lie.n < 0; lie.n++) {
            lied = tell(mode, lie, 40);
            cr_expect(lied.put == SS_OK && lied.take != SS_OK, "%s", packet_mode_name(mode));
        }
    }
}

Test(packet_out, lies_that_find_nothing_to_act_on_are_refused_and_leave_no_trace)
{
    static const struct ss_lie rows[] = {
        {.kind = SS_LIE_MAC_FLIP, .n = 64},        {.kind = SS_LIE_MAC_FLIP, .n = -1},
        {.kind = SS_LIE_CIPHER_FLIP, .n = -5},     {.kind = SS_LIE_CIPHER_FLIP, .n = 44},
        {.kind = SS_LIE_CUT, .n = 10000},          {.kind = SS_LIE_CUT, .n = -1},
        {.kind = SS_LIE_PADDING, .n = 256},        {.kind = SS_LIE_PADDING, .n = -1},
        {.kind = SS_LIE_PAD_LENGTH, .n = 256},     {.kind = SS_LIE_PACKET_LENGTH, .n = -1},
        {.kind = SS_LIE_SEQUENCE, .n = 1LL << 32}, {.kind = SS_LIE_PACKET_LENGTH, .n = 1LL << 32},
    };

    for (size_t mode = 0; mode < packet_modes(); mode++) {
        for (size_t i = 0; i < SS_COUNT(rows); i++) {
            struct packet_ends ends;
            struct ss_packet packet;
            size_t used;

            packet_ends_init(&ends, mode);
            cr_expect(packet_put_lied(&ends, packet_payload(1), &rows[i], 1) == SS_E_bad_argument,
                      "%s row %zu", packet_mode_name(mode), i);
            cr_expect(ss_buf_size(&ends.stream) == 0 && ends.out.sequence == 0);
            (void)packet_put(&ends, packet_payload(30));
            cr_expect(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK,
                      "%s row %zu: the cipher had moved on", packet_mode_name(mode), i);
            packet_ends_fini(&ends);
        }
    }
    cr_expect(tell(0, (struct ss_lie){.kind = SS_LIE_MAC_FLIP}, 9).put == SS_E_bad_argument,
              "there is no MAC to flip");
}

Test(packet_out, a_packet_in_the_clear_reads_as_one)
{
    for (size_t mode = 0; mode < packet_modes(); mode++) {
        struct result lied = tell(mode, (struct ss_lie){.kind = SS_LIE_NO_ENCRYPT}, 9);

        cr_expect(lied.put == SS_OK);
        cr_expect(ss_load_u32(lied.wire) + 4 == lied.size, "%s", packet_mode_name(mode));
        cr_expect(memcmp(lied.wire + 5, packet_payload(9).data, 9) == 0);
        cr_expect((lied.take == SS_OK) == (packet_mode_clear(mode) && !packet_mode_checks(mode)),
                  "%s", packet_mode_name(mode));
    }
}

Test(packet_out, a_packet_may_be_cut_anywhere)
{
    for (int64_t n = 0; n < 16; n++) {
        struct result lied = tell(1, (struct ss_lie){.kind = SS_LIE_CUT, .n = n}, 9);

        cr_expect(lied.put == SS_OK && lied.size == (size_t)n && lied.sequence == 1);
        cr_expect(lied.take == SS_E_more_input);
    }
}

/* The number is told for one packet only; the next is honest. */
Test(packet_out, after_a_wrong_number_ours_goes_on_as_if_honest)
{
    struct ss_lie lie = {.kind = SS_LIE_SEQUENCE, .n = 7};
    struct packet_ends ends;
    struct ss_packet packet;
    size_t used;

    packet_ends_init(&ends, 6);
    cr_assert(packet_put_lied(&ends, packet_payload(9), &lie, 1) == SS_OK);
    cr_expect(ends.out.sequence == 1);
    (void)packet_put(&ends, packet_payload(10));
    ends.in.sequence = 7;
    cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
    ss_buf_consume(&ends.stream, used);
    ends.in.sequence = 1;
    cr_expect(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
    packet_ends_fini(&ends);
}

static ss_err no_random(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    (void)out;
    (void)n;
    return SS_E_no_random;
}

Test(packet_out, without_randomness_or_room_nothing_is_sent)
{
    struct ss_env env = test_counted()->env;
    struct packet_ends ends;
    size_t mark;

    env.random = no_random;
    packet_ends_init(&ends, 1);
    ends.out.env = &env;
    cr_expect(packet_put_lied(&ends, packet_payload(9), NULL, 0) == SS_E_no_random);
    cr_expect(ss_buf_size(&ends.stream) == 0 && ends.out.sequence == 0);
    ends.out.env = &test_counted()->env;
    ends.stream.ceiling = 20;
    cr_expect(packet_put_lied(&ends, packet_payload(15), NULL, 0) == SS_E_ceiling);
    cr_expect(ss_buf_size(&ends.stream) == 0);
    ends.stream.ceiling = 4;
    cr_expect(ss_packet_begin(&ends.out, &ends.stream, &mark) == SS_E_ceiling);
    packet_ends_fini(&ends);
}
