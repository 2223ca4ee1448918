/* SPDX-License-Identifier: Apache-2.0 */
/* test_packet_in.c - packets out of a stream, in every mode and however the stream is cut.
 *
 * Follows: RFC 4253 section 6. */
#include <criterion/criterion.h>

#include "packet_kit.h"
#include "tests/support/support.h"

TestSuite(packet_in, .fini = test_counted_check);

static const size_t sizes[] = {1, 0, 5, 27, 100, 16};

/* Seals one packet of each size and gives the stream away. */
static void fill(struct packet_ends *ends)
{
    for (size_t i = 0; i < SS_COUNT(sizes); i++)
        (void)packet_put(ends, packet_payload(sizes[i]));
}

/* Takes what is there and counts on from *next; checks payload and number of each. */
static void drain(struct packet_ends *ends, struct ss_buf *arrived, size_t *next, const char *what)
{
    struct ss_packet packet;
    size_t used = 0;
    ss_err err;

    while ((err = ss_packet_take(&ends->in, arrived, &packet, &used)) == SS_OK) {
        cr_assert(*next < SS_COUNT(sizes));
        cr_assert(ss_span_eq(packet.payload, packet_payload(sizes[*next])), "%s, packet %zu", what,
                  *next);
        cr_assert(packet.sequence == *next && packet.epoch == ends->in.epoch);
        cr_assert(packet.length == 1 + packet.payload.size + packet.padding);
        ss_buf_consume(arrived, used);
        (*next)++;
    }
    cr_assert(err == SS_E_more_input, "%s: %s", what, ss_err_name(err));
    cr_assert(used > ss_buf_size(arrived), "%s: there was no need to wait", what);
}

/* Fresh ends, the same keys: the stream in two pieces. */
static void in_two(size_t mode, size_t at)
{
    struct packet_ends ends;
    struct ss_buf arrived;
    size_t next = 0;

    packet_ends_init(&ends, mode);
    fill(&ends);
    ss_buf_init(&arrived, &test_counted()->env, 1 << 20);
    cr_assert(ss_buf_put(&arrived, ss_span_part(ss_buf_span(&ends.stream), 0, at)) == SS_OK);
    drain(&ends, &arrived, &next, packet_mode_name(mode));
    cr_assert(ss_buf_put(&arrived, ss_span_part(ss_buf_span(&ends.stream), at, SIZE_MAX)) == SS_OK);
    drain(&ends, &arrived, &next, packet_mode_name(mode));
    cr_assert(next == SS_COUNT(sizes), "%s split at %zu: %zu packets", packet_mode_name(mode), at,
              next);
    cr_assert(ss_buf_size(&arrived) == 0);
    ss_buf_fini(&arrived);
    packet_ends_fini(&ends);
}

Test(packet_in, every_split_in_two_gives_the_same_packets)
{
    for (size_t mode = 0; mode < packet_modes(); mode++) {
        struct packet_ends ends;
        size_t all;

        packet_ends_init(&ends, mode);
        fill(&ends);
        all = ss_buf_size(&ends.stream);
        packet_ends_fini(&ends);
        for (size_t at = 0; at <= all; at++)
            in_two(mode, at);
    }
}

Test(packet_in, byte_by_byte_gives_the_same_packets)
{
    for (size_t mode = 0; mode < packet_modes(); mode++) {
        struct packet_ends ends;
        struct ss_buf arrived;
        size_t next = 0;

        packet_ends_init(&ends, mode);
        fill(&ends);
        ss_buf_init(&arrived, &test_counted()->env, 1 << 20);
        for (size_t i = 0; i < ss_buf_size(&ends.stream); i++) {
            cr_assert(ss_buf_put(&arrived, ss_span_part(ss_buf_span(&ends.stream), i, 1)) == SS_OK);
            drain(&ends, &arrived, &next, packet_mode_name(mode));
        }
        cr_assert(next == SS_COUNT(sizes), "%s", packet_mode_name(mode));
        cr_expect(ends.in.packets == next && ends.in.bytes == ss_buf_size(&ends.stream));
        ss_buf_fini(&arrived);
        packet_ends_fini(&ends);
    }
}

/* rule: RFC4253-6.4-bad-mac-detected, RFC5647-7.3-gcm-length-aad */
Test(packet_in, every_flipped_bit_is_refused)
{
    enum { LIMIT = 256 };

    for (size_t mode = 1; mode < packet_modes(); mode++) {
        for (size_t bit = 0; packet_mode_checks(mode); bit++) {
            struct packet_ends ends;
            struct ss_packet packet;
            uint8_t *more;
            size_t size, used;
            ss_err err;

            packet_ends_init(&ends, mode);
            ends.in.limit = LIMIT;
            (void)packet_put(&ends, packet_payload(20));
            size = ss_buf_size(&ends.stream);
            if (bit == size * 8) {
                packet_ends_fini(&ends);
                break;
            }
            ss_buf_at(&ends.stream)[bit / 8] ^= (uint8_t)(1u << bit % 8);
            /* A flipped length may ask for more bytes; they come. */
            cr_assert(ss_buf_extend(&ends.stream, (size_t)2 * LIMIT, &more) == SS_OK);
            memset(more, 0, (size_t)2 * LIMIT);
            err = packet_take(&ends, &packet, &used);
            cr_assert(err == SS_E_mac_mismatch ||
                          (bit < 32 && !packet_mode_waits(mode) &&
                           (err == SS_E_bad_length || err == SS_E_packet_too_long)),
                      "%s bit %zu: %s", packet_mode_name(mode), bit, ss_err_name(err));
            cr_assert(ends.in.sequence == 0, "a refused packet does not count");
            packet_ends_fini(&ends);
        }
    }
}

/* What else may be done to a tag as a whole; none of it may pass for the right one. */
static void change_tag(uint8_t *tag, size_t n, unsigned how)
{
    static const uint8_t spots[][2] = {{0, 64}, {31, 63}, {63, 127}, {0, 1}, {95, 96}};

    if (how < SS_COUNT(spots)) {
        tag[spots[how][0] / 8 % n] ^= (uint8_t)(1u << spots[how][0] % 8);
        tag[spots[how][1] / 8 % n] ^= (uint8_t)(2u << spots[how][1] % 7);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const uint8_t changed[] = {(uint8_t)~tag[i], 0, 0xff, (uint8_t)(tag[i] ^ 0x80),
                                   (uint8_t)(tag[i] ^ 0x01)};

        tag[i] = changed[how - SS_COUNT(spots)];
    }
}

/* rule: RFC4253-6.4-bad-mac-detected, RFC5647-6.3-gcm-full-tag */
Test(packet_in, a_tag_that_was_changed_in_many_places_is_refused)
{
    for (size_t mode = 1; mode < packet_modes(); mode++) {
        size_t tag = packet_mode_tag(mode);

        for (unsigned how = 0; packet_mode_checks(mode) && how < 10; how++) {
            struct packet_ends ends;
            struct ss_packet packet;
            size_t used;

            packet_ends_init(&ends, mode);
            (void)packet_put(&ends, packet_payload(20));
            change_tag(ss_buf_at(&ends.stream) + ss_buf_size(&ends.stream) - tag, tag, how);
            cr_expect(packet_take(&ends, &packet, &used) == SS_E_mac_mismatch, "%s, change %u",
                      packet_mode_name(mode), how);
            packet_ends_fini(&ends);
        }
    }
}

static ss_err take_lied(size_t mode, enum ss_lie_kind kind, int64_t n, size_t payload)
{
    struct ss_lie lie = {.kind = kind, .n = n};
    struct packet_ends ends;
    struct ss_packet packet;
    size_t used;
    ss_err err;

    packet_ends_init(&ends, mode);
    cr_assert(packet_put_lied(&ends, packet_payload(payload), &lie, 1) == SS_OK);
    err = packet_take(&ends, &packet, &used);
    packet_ends_fini(&ends);
    return err;
}

/* rule: RFC4253-6-min-packet-16, RFC4253-6-misaligned-received,
 *   RFC4253-6.1-reject-unreasonable-length, CHACHA-packet-handling-length-garbage */
Test(packet_in, impossible_lengths_are_refused_before_their_bytes_come)
{
    static const struct {
        uint32_t length;
        ss_err err;
    } rows[] = {
        {0, SS_E_bad_length},
        {1, SS_E_bad_length},
        {4, SS_E_bad_length},
        {5, SS_E_bad_length},
        {7, SS_E_bad_length},
        {13, SS_E_bad_length},
        {17, SS_E_bad_length},
        {35001, SS_E_packet_too_long},
        {35008, SS_E_packet_too_long},
        {1u << 20 | 12, SS_E_packet_too_long},
        {1u << 31, SS_E_packet_too_long},
        {0xfffffffc, SS_E_packet_too_long},
        {0xffffffff, SS_E_packet_too_long},
    };

    for (size_t mode = 0; mode < packet_modes(); mode++) {
        for (size_t i = 0; i < SS_COUNT(rows); i++) {
            ss_err err = take_lied(mode, SS_LIE_PACKET_LENGTH, rows[i].length, 10);

            cr_expect(err == packet_mode_err(mode, rows[i].err), "%s length %u: %s",
                      packet_mode_name(mode), rows[i].length, ss_err_name(err));
        }
    }
}

/* The unit is 8 or the block; the length field counts, or not. */
Test(packet_in, misaligned_lengths_are_refused_for_the_unit_of_the_mode)
{
    for (size_t mode = 0; mode < packet_modes(); mode++) {
        unsigned unit = packet_mode_unit(mode);
        bool outside = packet_mode_outside(mode);
        ss_err refusal = packet_mode_err(mode, SS_E_bad_length);
        unsigned least = outside ? unit : 12;

        for (uint32_t length = 0; length < 80; length++) {
            bool fits = length >= least && (length + (outside ? 0 : 4)) % unit == 0;
            ss_err err = take_lied(mode, SS_LIE_PACKET_LENGTH, length, 120);

            if (fits)
                cr_expect(err != SS_E_bad_length && (err != refusal || packet_mode_checks(mode)),
                          "%s %u", packet_mode_name(mode), length);
            else
                cr_expect(err == refusal, "%s %u: %s", packet_mode_name(mode), length,
                          ss_err_name(err));
        }
    }
}

/* rule: RFC4253-6-padding-below-4-received, RFC4253-6-padding-exceeds-packet */
Test(packet_in, impossible_paddings_are_refused_after_the_check)
{
    for (size_t mode = 0; mode < packet_modes(); mode++) {
        struct packet_ends ends;
        struct ss_packet packet;
        size_t used;
        uint32_t length;

        packet_ends_init(&ends, mode);
        (void)packet_put(&ends, packet_payload(40));
        cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
        length = packet.length;
        packet_ends_fini(&ends);
        for (unsigned padding = 0; padding < 256; padding++) {
            bool fits = padding >= 4 && padding < length;
            ss_err err = take_lied(mode, SS_LIE_PAD_LENGTH, padding, 40);

            cr_expect(err == (fits ? SS_OK : SS_E_bad_padding), "%s padding %u: %s",
                      packet_mode_name(mode), padding, ss_err_name(err));
        }
    }
}

/* rule: RFC4253-6-padding-max-255-accepted */
Test(packet_in, the_largest_aligned_padding_is_taken)
{
    for (size_t mode = 0; mode < packet_modes(); mode++) {
        unsigned taken = 0;

        for (int64_t padding = 240; padding <= 255; padding++)
            taken += take_lied(mode, SS_LIE_PADDING, padding, 3) == SS_OK;
        cr_expect(taken == (packet_mode_unit(mode) == 8 ? 2u : 1u), "%s: %u",
                  packet_mode_name(mode), taken);
    }
}

/* rule: RFC4253-6.1-accept-32768-payload */
Test(packet_in, the_limit_is_the_last_length_accepted)
{
    for (size_t mode = 0; mode < packet_modes(); mode++) {
        struct packet_ends ends;
        struct ss_packet packet;
        size_t used;

        packet_ends_init(&ends, mode);
        (void)packet_put(&ends, packet_payload(32768));
        cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
        cr_expect(ss_span_eq(packet.payload, packet_payload(32768)));
        ss_buf_consume(&ends.stream, used);
        ends.in.limit = packet.length;
        (void)packet_put(&ends, packet_payload(32768));
        cr_expect(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
        ss_buf_consume(&ends.stream, used);
        ends.in.limit = packet.length - 1;
        (void)packet_put(&ends, packet_payload(32768));
        cr_expect(packet_take(&ends, &packet, &used) ==
                  packet_mode_err(mode, SS_E_packet_too_long));
        packet_ends_fini(&ends);
    }
}

Test(packet_in, sequence_numbers_wrap_and_say_so)
{
    for (size_t mode = 0; mode < packet_modes(); mode++) {
        struct packet_ends ends;
        struct ss_packet packet;
        size_t used;

        packet_ends_init(&ends, mode);
        ends.out.sequence = ends.in.sequence = 0xffffffff;
        (void)packet_put(&ends, packet_payload(9));
        cr_expect(ends.out.sequence == 0 && ends.out.wrapped);
        (void)packet_put(&ends, packet_payload(10));
        cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
        cr_expect(packet.sequence == 0xffffffff && ends.in.sequence == 0 && ends.in.wrapped);
        ss_buf_consume(&ends.stream, used);
        cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
        cr_expect(packet.sequence == 0);
        packet_ends_fini(&ends);
    }
}

/* GCM counts for itself (RFC 5647 section 7.1); everything else is bound to the number. */
Test(packet_in, a_packet_with_another_number_is_refused)
{
    for (size_t mode = 1; mode < packet_modes(); mode++) {
        bool gcm = packet_mode_tag(mode) > 0 && packet_mode(mode).mac == NULL &&
                   packet_mode(mode).cipher != &ss_cipher_chacha20_poly1305;
        ss_err err = take_lied(mode, SS_LIE_SEQUENCE, 1, 40);

        if (gcm || !packet_mode_checks(mode))
            cr_expect(err == SS_OK);
        else /* chacha decrypts another length first */
            cr_expect(err == SS_E_mac_mismatch || err == SS_E_bad_length ||
                          err == SS_E_packet_too_long,
                      "%s: %s", packet_mode_name(mode), ss_err_name(err));
    }
}

/* One packet in a mode that waits, refused for this or that; gives how many bytes it takes until
 * that is told. Each time one byte more is there. */
static size_t told_after(size_t mode, enum ss_lie_kind kind, int64_t n)
{
    struct ss_lie lie = {.kind = kind, .n = n};
    struct packet_ends ends;
    struct ss_packet packet;
    struct ss_buf arrived;
    size_t used = 0, came;
    uint8_t *more;
    ss_err err = SS_E_more_input;

    packet_ends_init(&ends, mode);
    ends.in.limit = 400;
    ss_buf_init(&arrived, &test_counted()->env, 1000);
    cr_assert(packet_put_lied(&ends, packet_payload(100), &lie, 1) == SS_OK);
    cr_assert(ss_buf_extend(&ends.stream, 600, &more) == SS_OK);
    memset(more, 0x55, 600);
    for (came = 0; err == SS_E_more_input && came < 700; came++) {
        cr_assert(ss_buf_put(&arrived, ss_span_part(ss_buf_span(&ends.stream), came, 1)) == SS_OK);
        err = ss_packet_take(&ends.in, &arrived, &packet, &used);
        cr_assert(err != SS_E_more_input || used > ss_buf_size(&arrived));
    }
    cr_expect(err == SS_E_mac_mismatch, "%s: %s", packet_mode_name(mode), ss_err_name(err));
    cr_expect(ends.in.sequence == 0);
    ss_buf_fini(&arrived);
    packet_ends_fini(&ends);
    return came;
}

/* Under CBC whoever is on the wire can put any earlier block in the place of a first one. Were a
 * length refused at once, or a packet when all of it is there, the moment would tell 32 bits of
 * what the block holds. RFC 4251 section 9.3.1. */
Test(packet_in, under_cbc_every_refusal_is_told_at_the_same_moment)
{
    static const struct ss_lie rows[] = {
        {.kind = SS_LIE_MAC_FLIP, .n = 0},
        {.kind = SS_LIE_CIPHER_FLIP, .n = 40},
        {.kind = SS_LIE_PACKET_LENGTH, .n = 0},
        {.kind = SS_LIE_PACKET_LENGTH, .n = 13},
        {.kind = SS_LIE_PACKET_LENGTH, .n = 60},
        {.kind = SS_LIE_PACKET_LENGTH, .n = 300},
        {.kind = SS_LIE_PACKET_LENGTH, .n = 396},
        {.kind = SS_LIE_PACKET_LENGTH, .n = 404},
        {.kind = SS_LIE_PACKET_LENGTH, .n = 1 << 20},
        {.kind = SS_LIE_SEQUENCE, .n = 9},
    };
    size_t waiting = 0;

    for (size_t mode = 0; mode < packet_modes(); mode++) {
        for (size_t i = 0; packet_mode_waits(mode) && i < SS_COUNT(rows); i++) {
            size_t most = 4 + 400 + packet_mode_tag(mode);

            if (packet_mode_checks(mode)) {
                waiting++;
                cr_expect(told_after(mode, rows[i].kind, rows[i].n) == most, "%s row %zu",
                          packet_mode_name(mode), i);
            }
        }
    }
    cr_expect(waiting == 5 * SS_COUNT(rows), "%zu", waiting);
}

/* A MAC over what is encrypted guards the length too, and is asked first. */
Test(packet_in, with_a_mac_of_what_is_encrypted_cbc_needs_no_waiting)
{
    unsigned seen = 0;

    for (size_t mode = 0; mode < packet_modes(); mode++) {
        const struct ss_cipher_alg *cipher = packet_mode(mode).cipher;

        if (cipher == NULL || (cipher->flags & SS_CIPHER_CBC) == 0 || packet_mode_waits(mode))
            continue;
        seen++;
        cr_expect(take_lied(mode, SS_LIE_PACKET_LENGTH, 13, 40) == SS_E_bad_length);
        cr_expect(take_lied(mode, SS_LIE_CIPHER_FLIP, 9, 40) == SS_E_mac_mismatch);
    }
    cr_expect(seen == 5, "%u", seen);
}

Test(packet_in, packets_allocate_nothing)
{
    struct ss_counted *counted = test_counted();

    for (size_t mode = 0; mode < packet_modes(); mode++) {
        struct packet_ends ends;
        struct ss_packet packet;
        size_t used, calls = 0;

        packet_ends_init(&ends, mode);
        for (size_t i = 0; i < 100; i++) {
            (void)packet_put(&ends, packet_payload(1000));
            cr_assert(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
            ss_buf_consume(&ends.stream, used);
            if (i == 0)
                calls = counted->calls;
        }
        cr_expect(counted->calls == calls, "%s", packet_mode_name(mode));
        packet_ends_fini(&ends);
    }
}

/* A cipher that changes nothing and counts. */
static size_t crypted;

static ss_err count_init(const struct ss_cipher_alg *alg, void *state, const uint8_t *key,
                         const uint8_t *iv, enum ss_way way)
{
    (void)alg;
    (void)state;
    (void)key;
    (void)iv;
    (void)way;
    return SS_OK;
}

static ss_err count_crypt(void *state, uint8_t *data, size_t n)
{
    (void)state;
    (void)data;
    crypted += n;
    return SS_OK;
}

static void count_fini(void *state)
{
    (void)state;
}

static const struct ss_cipher_alg counting = {
    .name = "counting",
    .key = 16,
    .iv = 16,
    .block = 16,
    .state_size = 1,
    .init = count_init,
    .crypt = count_crypt,
    .fini = count_fini,
};

Test(packet_in, no_byte_is_decrypted_twice_when_bytes_come_one_by_one)
{
    const struct ss_env *env = &test_counted()->env;
    static const uint8_t key[64];
    struct packet_ends ends;
    struct ss_packet packet;
    struct ss_suite suite;
    struct ss_buf arrived;
    size_t used, size;

    packet_ends_init(&ends, 0);
    ss_buf_init(&arrived, env, 1 << 20);
    cr_assert(ss_suite_init(&suite, env, &counting, &ss_mac_hmac_sha2_256, key, key, key,
                            SS_SEAL) == SS_OK);
    ss_packet_out_install(&ends.out, &suite);
    cr_assert(ss_suite_init(&suite, env, &counting, &ss_mac_hmac_sha2_256, key, key, key,
                            SS_OPEN) == SS_OK);
    ss_packet_in_install(&ends.in, &suite);
    (void)packet_put(&ends, packet_payload(1000));
    size = ss_buf_size(&ends.stream);
    crypted = 0;
    for (size_t i = 0; i < size; i++) {
        ss_err err;

        cr_assert(ss_buf_put(&arrived, ss_span_part(ss_buf_span(&ends.stream), i, 1)) == SS_OK);
        err = ss_packet_take(&ends.in, &arrived, &packet, &used);
        cr_assert(err == (i + 1 < size ? SS_E_more_input : SS_OK));
    }
    cr_expect(crypted == size - 32, "%zu of %zu", crypted, size - 32);
    ss_buf_fini(&arrived);
    packet_ends_fini(&ends);
}
