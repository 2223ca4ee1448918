/* SPDX-License-Identifier: Apache-2.0 */
/* test_frame.c - frames out of a byte stream, and frames into one, honest or not. */
#include <criterion/criterion.h>

#include "kit.h"
#include "sftp/frame.h"

TestSuite(frame, .fini = test_counted_check);

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static struct ss_msg stat_msg(struct ss_fxp_stat *body)
{
    body->id = 0x01020304;
    body->path = ss_span_of("/f");
    return (struct ss_msg){.def = ss_msgdef_of(SS_FXP_stat), .body = body};
}

static const char *const stat_frame = "0000000b 11 01020304 00000002 2f66";

Test(frame, a_message_is_preceded_by_its_length)
{
    struct ss_fxp_stat body;
    struct ss_msg msg = stat_msg(&body);
    struct ss_buf out;

    ss_buf_init(&out, env(), 100);
    cr_assert(ss_sftp_frame_put(&out, &msg, NULL, 0) == SS_OK);
    cr_expect(ss_span_eq(ss_buf_span(&out), test_hex(stat_frame)));
    ss_buf_fini(&out);
}

/* Three messages cut at every two places come out whole, in order, and never early. */
Test(frame, pieces_of_any_size_give_the_same_messages)
{
    ss_span stream = test_hex("00000001 aa 00000005 0102030405 00000002 bbcc");
    static const size_t sizes[] = {1, 5, 2};

    for (size_t a = 0; a <= stream.size; a++) {
        for (size_t b = a; b <= stream.size; b++) {
            const size_t cuts[] = {0, a, b, stream.size};
            struct ss_sftp_frames frames;
            ss_span payload;
            size_t got = 0;

            ss_sftp_frames_init(&frames, env(), 0);
            for (size_t i = 0; i < 3; i++) {
                ss_span piece = ss_span_part(stream, cuts[i], cuts[i + 1] - cuts[i]);

                cr_assert(ss_sftp_frames_feed(&frames, test_guarded(piece)) == SS_OK);
                while (ss_sftp_frames_next(&frames, &payload) == SS_OK) {
                    cr_assert(got < 3 && payload.size == sizes[got], "cuts %zu %zu", a, b);
                    got++;
                }
            }
            cr_assert(got == 3, "cuts %zu %zu: %zu", a, b, got);
            cr_expect(ss_sftp_frames_end(&frames) == SS_OK);
            ss_sftp_frames_fini(&frames);
        }
    }
}

Test(frame, an_end_inside_a_frame_is_told)
{
    ss_span stream = test_hex("00000002 aabb");

    for (size_t n = 0; n <= stream.size; n++) {
        struct ss_sftp_frames frames;
        ss_span payload;

        ss_sftp_frames_init(&frames, env(), 0);
        cr_assert(ss_sftp_frames_feed(&frames, ss_span_part(stream, 0, n)) == SS_OK);
        (void)!ss_sftp_frames_next(&frames, &payload);
        cr_expect(ss_sftp_frames_end(&frames) ==
                      (n == 0 || n == stream.size ? SS_OK : SS_E_truncated),
                  "%zu", n);
        ss_sftp_frames_fini(&frames);
    }
}

/* rule: SFTP02-3-zero-length-packet, SFTP02-3-oversized-packet */
Test(frame, an_impossible_length_is_final_as_soon_as_it_is_there)
{
    static const struct {
        const char *length;
        ss_err err;
    } rows[] = {
        {"00000000", SS_E_bad_length},      {"00040001", SS_E_packet_too_long},
        {"80000000", SS_E_packet_too_long}, {"ffffffff", SS_E_packet_too_long},
        {"00040000", SS_E_more_input},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_sftp_frames frames;
        ss_span payload;

        ss_sftp_frames_init(&frames, env(), 0);
        cr_assert(ss_sftp_frames_feed(&frames, test_hex(rows[i].length)) == SS_OK);
        cr_expect(ss_sftp_frames_next(&frames, &payload) == rows[i].err, "%s", rows[i].length);
        if (rows[i].err != SS_E_more_input) {
            cr_expect(ss_sftp_frames_feed(&frames, test_hex("00000001aa")) == rows[i].err);
            cr_expect(ss_sftp_frames_next(&frames, &payload) == rows[i].err);
            cr_expect(ss_sftp_frames_end(&frames) == rows[i].err);
        }
        ss_sftp_frames_fini(&frames);
    }
}

Test(frame, an_owner_who_takes_nothing_out_meets_a_ceiling)
{
    static uint8_t bytes[64];
    struct ss_sftp_frames frames;
    ss_span payload;
    size_t fed = 0;

    ss_sftp_frames_init(&frames, env(), 16);
    bytes[3] = 16;
    while (ss_sftp_frames_feed(&frames, ss_span_make(bytes, 20)) == SS_OK)
        fed++;
    cr_expect(fed == 2);
    cr_expect(ss_sftp_frames_feed(&frames, ss_span_make(bytes, 20)) == SS_E_ceiling);
    cr_expect(ss_sftp_frames_next(&frames, &payload) == SS_OK && payload.size == 16);
    cr_expect(ss_sftp_frames_feed(&frames, ss_span_make(bytes, 20)) == SS_OK);
    ss_sftp_frames_fini(&frames);
}

Test(frame, lies_about_a_frame)
{
    static const struct {
        struct ss_lie lie;
        const char *wire; /* null: SS_E_bad_argument */
    } rows[] = {
        {{.kind = SS_LIE_PACKET_LENGTH, .n = 0}, "00000000 11 01020304 00000002 2f66"},
        {{.kind = SS_LIE_PACKET_LENGTH, .n = 4294967295}, "ffffffff 11 01020304 00000002 2f66"},
        {{.kind = SS_LIE_PACKET_LENGTH, .n = 12}, "0000000c 11 01020304 00000002 2f66"},
        {{.kind = SS_LIE_PACKET_LENGTH, .n = -1}, NULL},
        {{.kind = SS_LIE_PACKET_LENGTH, .n = 4294967296}, NULL},
        {{.kind = SS_LIE_CUT, .n = 6}, "0000000b 11 01"},
        {{.kind = SS_LIE_CUT, .n = 600}, "0000000b 11 01020304 00000002 2f66"},
        {{.kind = SS_LIE_CUT, .n = -1}, NULL},
        {{.kind = SS_LIE_DROP}, ""},
        {{.kind = SS_LIE_DUPLICATE, .n = 1},
         "0000000b 11 01020304 00000002 2f66 0000000b 11 01020304 00000002 2f66"},
        {{.kind = SS_LIE_DUPLICATE, .n = -1}, NULL},
        {{.kind = SS_LIE_NUMBER, .n = 7}, "0000000b 07 01020304 00000002 2f66"},
        {{.kind = SS_LIE_TRUNCATE, .n = 3}, "00000003 11 0102"},
        {{.kind = SS_LIE_PAD_LENGTH, .n = 3}, NULL},
        {{.kind = SS_LIE_MAC_FLIP}, NULL},
        {{.kind = SS_LIE_SPLIT, .n = 1}, NULL},
        {{.kind = SS_LIE_HOLD}, NULL},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_fxp_stat body;
        struct ss_msg msg = stat_msg(&body);
        struct ss_buf out;
        ss_err err;

        ss_buf_init(&out, env(), 200);
        cr_assert(ss_buf_puts(&out, "x") == SS_OK);
        err = ss_sftp_frame_put(&out, &msg, &rows[i].lie, 1);
        cr_expect(err == (rows[i].wire != NULL ? SS_OK : SS_E_bad_argument), "row %zu", i);
        cr_expect(ss_span_eq(ss_span_part(ss_buf_span(&out), 1, SIZE_MAX),
                             test_hex(rows[i].wire != NULL ? rows[i].wire : "")),
                  "row %zu", i);
        ss_buf_fini(&out);
    }
}

Test(frame, a_frame_that_does_not_fit_leaves_nothing)
{
    for (size_t ceiling = 0; ceiling < 15; ceiling++) {
        struct ss_fxp_stat body;
        struct ss_msg msg = stat_msg(&body);
        struct ss_buf out;

        ss_buf_init(&out, env(), ceiling);
        cr_expect(ss_sftp_frame_put(&out, &msg, NULL, 0) == SS_E_ceiling);
        cr_expect(ss_buf_size(&out) == 0);
        ss_buf_fini(&out);
    }
}

Test(frame, data_that_is_filled_in_place_is_framed_like_a_message)
{
    struct ss_fxp_data data = {.id = 7, .data = ss_span_of("abc")};
    struct ss_fxp_write write = {
        .id = 8, .handle = ss_span_of("h"), .offset = 9, .data = ss_span_of("abc")};
    const struct ss_msg msgs[] = {{.def = ss_msgdef_of(SS_FXP_data), .body = &data},
                                  {.def = ss_msgdef_of(SS_FXP_write), .body = &write}};

    for (size_t i = 0; i < 2; i++) {
        struct ss_buf want, got;
        struct ss_sftp_slab slab;
        uint8_t *bytes;

        ss_buf_init(&want, env(), 200);
        ss_buf_init(&got, env(), 200);
        cr_assert(ss_buf_puts(&got, "..") == SS_OK && ss_buf_puts(&want, "..") == SS_OK);
        cr_assert(ss_sftp_frame_put(&want, &msgs[i], NULL, 0) == SS_OK);
        if (i == 0)
            cr_assert(ss_sftp_slab_data(&got, 7, 50, &slab, &bytes) == SS_OK);
        else
            cr_assert(ss_sftp_slab_write(&got, 8, ss_span_of("h"), 9, 50, &slab, &bytes) == SS_OK);
        memcpy(bytes, "abcdef", 6);
        ss_sftp_slab_close(&slab, 3);
        cr_expect(ss_span_eq(ss_buf_span(&want), ss_buf_span(&got)));
        ss_sftp_slab_drop(&slab);
        cr_expect(ss_span_is(ss_buf_span(&got), ".."));
        cr_expect(ss_sftp_slab_data(&got, 7, 500, &slab, &bytes) == SS_E_ceiling);
        cr_expect(ss_span_is(ss_buf_span(&got), ".."));
        ss_buf_fini(&want);
        ss_buf_fini(&got);
    }
}

/* rule: SFTP13-4-excess-data-ignored, SFTP02-7-status-fields */
Test(frame, what_is_odd_and_yet_clear_is_decoded_and_told)
{
    static const struct {
        const char *payload;
        ss_err err;
        unsigned odd;
    } rows[] = {
        {"11 00000001 00000001 61", SS_OK, 0},
        {"11 00000001 00000001 61 ffffffffffffffff", SS_OK, SS_SFTP_ODD_EXCESS},
        {"11 00000001 00000002 61", SS_E_truncated, 0},
        {"65 00000001 00000004 00000000 00000000", SS_OK, 0},
        {"65 00000001 00000004", SS_OK, SS_SFTP_ODD_SHORT_STATUS},
        {"65 00000001 00000004 00000001 61", SS_OK, SS_SFTP_ODD_SHORT_STATUS},
        {"65 00000001 00000004 00000002 61", SS_E_truncated, 0},
        {"65 00000001 000000", SS_E_truncated, 0},
        {"65 00000001", SS_E_truncated, 0},
        {"63 00000001", SS_E_unknown_message, 0},
        {"", SS_E_truncated, 0},
    };
    struct ss_arena arena;

    ss_arena_init(&arena, env(), 1 << 16);
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_msg msg = {0};
        unsigned odd = 0;
        ss_err err =
            ss_sftp_decode(&arena, test_guarded(test_hex(rows[i].payload)), &msg, &odd, NULL);

        cr_expect(err == rows[i].err, "%s: %s", rows[i].payload, ss_err_name(err));
        cr_expect(odd == rows[i].odd, "%s: %u", rows[i].payload, odd);
        if (err == SS_OK && msg.def->id == SS_FXP_status)
            cr_expect(((struct ss_fxp_status *)msg.body)->code == 4, "%s", rows[i].payload);
    }
    ss_arena_fini(&arena);
}

Test(frame, memory_that_is_short_is_told)
{
    struct ss_counted *counted = test_counted();
    struct ss_sftp_frames frames;
    struct ss_arena arena;
    struct ss_msg msg;

    counted->fail_at = 1;
    counted->fail_after = true;
    counted->calls = 0;
    ss_sftp_frames_init(&frames, env(), 0);
    cr_expect(ss_sftp_frames_feed(&frames, test_hex("00000001aa")) == SS_E_no_memory);
    ss_sftp_frames_fini(&frames);
    counted->calls = 0;
    ss_arena_init(&arena, env(), 1 << 16);
    cr_expect(ss_sftp_decode(&arena, test_hex("65 00000001 00000004"), &msg, NULL, NULL) ==
              SS_E_no_memory);
    ss_arena_fini(&arena);
    counted->fail_at = 0;
    counted->fail_after = false;
}
