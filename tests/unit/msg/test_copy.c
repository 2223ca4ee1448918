/* SPDX-License-Identifier: Apache-2.0 */
/* test_copy.c - copies outlive what they were made from. */
#include "kit.h"
#include "sshspec/vary.h"

#include <criterion/criterion.h>

enum { SEEDS = 10 };

static void fill(struct kit *kit, enum ss_msgid id, uint64_t seed, struct ss_msg *msg)
{
    struct ss_vary vary;

    ss_arena_reset(&kit->arena);
    ss_vary_init(&vary, seed * 1000 + (uint64_t)id);
    cr_assert_eq(ss_msg_fill(&kit->arena, ss_msgdef_of(id), &vary, msg), SS_OK);
    ss_buf_clear(&kit->buf);
    cr_assert_eq(ss_msg_encode(&kit->buf, msg, NULL, 0), SS_OK);
}

/* The arena of the original is given back before the copy is looked at. */
static void copy_outlives(struct kit *kit, enum ss_msgid id, uint64_t seed, bool decoded)
{
    struct ss_arena arena, original;
    struct ss_msg msg, copy;
    ss_span bytes;

    ss_arena_init(&arena, &kit->counted.env, (size_t)1 << 20);
    ss_arena_init(&original, &kit->counted.env, (size_t)1 << 20);
    fill(kit, id, seed, &msg);
    if (decoded) {
        ss_arena_reset(&kit->arena);
        cr_assert_eq(ss_arena_copy(&original, ss_buf_span(&kit->buf), &bytes), SS_OK);
        cr_assert_eq(ss_msg_decode(&original, msg.def, bytes, &msg, NULL), SS_OK);
    }
    cr_assert_eq(ss_msg_copy(&arena, &msg, &copy), SS_OK);
    ss_arena_fini(&original);
    ss_arena_fini(&kit->arena);
    ss_buf_clear(&kit->other);
    cr_assert_eq(ss_msg_encode(&kit->other, &copy, NULL, 0), SS_OK);
    cr_assert(ss_span_eq(ss_buf_span(&kit->buf), ss_buf_span(&kit->other)), "%s seed %d",
              copy.def->name, (int)seed);
    if (decoded)
        cr_assert(ss_span_eq(copy.payload, ss_buf_span(&kit->buf)));
    ss_arena_fini(&arena);
    ss_arena_init(&kit->arena, &kit->counted.env, (size_t)64 << 20);
}

Test(copy, every_row_filled_or_decoded_outlives_its_original)
{
    struct kit kit;

    kit_init(&kit);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            copy_outlives(&kit, id, seed, false);
            copy_outlives(&kit, id, seed, true);
        }
    }
    kit_fini(&kit);
}

Test(copy, a_message_without_definition_keeps_its_payload)
{
    static const uint8_t bytes[] = {200, 1, 2, 3};
    struct ss_msg msg = {NULL, NULL, ss_span_make(bytes, sizeof bytes)}, copy;
    struct kit kit;

    kit_init(&kit);
    cr_assert_eq(ss_msg_copy(&kit.arena, &msg, &copy), SS_OK);
    cr_assert_null(copy.def);
    cr_assert_neq(copy.payload.data, msg.payload.data);
    cr_assert(ss_span_eq(copy.payload, msg.payload));
    kit_fini(&kit);
}

Test(copy, strings_of_a_decoded_message_move_with_the_payload)
{
    struct ss_msg msg, copy;
    struct kit kit;
    ss_span data;

    kit_init(&kit);
    msg = kit_decode(&kit, "channel_data", "5e 00000001 00000004 'data'");
    cr_assert_eq(ss_msg_copy(&kit.arena, &msg, &copy), SS_OK);
    data = ((struct ss_msg_channel_data *)copy.body)->data;
    cr_assert_eq(data.data, copy.payload.data + 9);
    kit_fini(&kit);
}

Test(copy, new_wants_a_tail_of_its_own)
{
    struct ss_msg msg = {NULL, NULL, {NULL, 0}};
    struct kit kit;

    kit_init(&kit);
    cr_expect_eq(ss_msg_new(&kit.arena, NULL, NULL, &msg), SS_E_bad_argument);
    cr_expect_eq(
        ss_msg_new(&kit.arena, kit_def("channel_open"), kit_def("channel_request.exec"), &msg),
        SS_E_bad_argument);
    cr_expect_eq(ss_msg_new(&kit.arena, kit_def("newkeys"), kit_def("channel_request.exec"), &msg),
                 SS_E_bad_argument);
    cr_expect_null(msg.def);
    cr_expect_eq(
        ss_msg_new(&kit.arena, kit_def("channel_open"), kit_def("channel_open.session"), &msg),
        SS_OK);
    cr_expect(ss_span_is(((struct ss_msg_channel_open *)msg.body)->channel_type, "session"));
    kit_fini(&kit);
}

Test(copy, memory_that_runs_out_at_any_point_is_an_error)
{
    struct ss_seeded seeded;
    struct ss_counted counted;
    struct kit kit;
    size_t failures = 0;

    kit_init(&kit);
    ss_seeded_init(&seeded, 2);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        ss_err err = SS_E_no_memory;
        struct ss_msg msg, copy;

        fill(&kit, id, 5, &msg);
        cr_assert_eq(ss_msg_decode(&kit.arena, msg.def, ss_buf_span(&kit.buf), &msg, NULL), SS_OK);
        for (size_t ceiling = 0; err != SS_OK; ceiling += 16) {
            struct ss_arena arena;

            ss_counted_init(&counted, &seeded.env);
            counted.fail_at = ceiling == 0 ? 1 : 0;
            ss_arena_init(&arena, &counted.env, ceiling == 0 ? 4096 : ceiling);
            err = ss_msg_copy(&arena, &msg, &copy);
            ss_arena_fini(&arena);
            cr_assert_eq(counted.blocks, 0, "%s", msg.def->name);
            cr_assert(err == SS_OK || err == SS_E_no_memory || err == SS_E_ceiling, "%s: %s",
                      msg.def->name, ss_err_name(err));
            failures += err != SS_OK;
        }
    }
    cr_assert_gt(failures, 300);
    kit_fini(&kit);
}
