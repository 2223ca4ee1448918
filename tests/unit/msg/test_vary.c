/* SPDX-License-Identifier: Apache-2.0 */
/* test_vary.c - the generator repeats itself, reaches everything, and lies only where it can. */
#include "kit.h"
#include "sshspec/vary.h"

#include <criterion/criterion.h>

enum { SEEDS = 30, LIES = 4 };

Test(vary, the_same_seed_makes_the_same_messages)
{
    struct kit kit;

    kit_init(&kit);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        struct ss_buf *bufs[] = {&kit.buf, &kit.other};

        for (int i = 0; i < 2; i++) {
            struct ss_vary vary;
            struct ss_msg msg;

            ss_vary_init(&vary, 77);
            cr_assert_eq(ss_msg_fill(&kit.arena, ss_msgdef_of(id), &vary, &msg), SS_OK);
            if (msg.def->field_count > 0)
                cr_assert_eq(ss_msg_mutate(&kit.arena, &vary, &msg), SS_OK);
            ss_buf_clear(bufs[i]);
            cr_assert_eq(ss_msg_encode(bufs[i], &msg, NULL, 0), SS_OK);
        }
        cr_assert(ss_span_eq(ss_buf_span(&kit.buf), ss_buf_span(&kit.other)));
    }
    kit_fini(&kit);
}

Test(vary, numbers_stay_below_their_bound_and_reach_it)
{
    struct ss_vary vary;
    uint32_t seen = 0;

    ss_vary_init(&vary, 1);
    cr_assert_eq(ss_vary_below(&vary, 0), 0);
    for (int i = 0; i < 1000; i++) {
        uint32_t n = ss_vary_below(&vary, 8);

        cr_assert_lt(n, 8);
        seen |= 1U << n;
    }
    cr_assert_eq(seen, 0xff);
}

Test(vary, every_tail_and_an_unknown_one_come_up)
{
    bool seen[SS_MSGID_COUNT] = {false};
    struct ss_vary vary;
    struct kit kit;
    size_t unknown = 0;

    kit_init(&kit);
    ss_vary_init(&vary, 1);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *def = ss_msgdef_of(id);
        const struct ss_fielddef *last =
            def->field_count > 0 ? &def->fields[def->field_count - 1] : NULL;

        for (int i = 0; i < 400 && last != NULL && last->type == SS_TYPE_tail; i++) {
            const struct ss_tail *tail;
            struct ss_msg msg;

            ss_arena_reset(&kit.arena);
            cr_assert_eq(ss_msg_fill(&kit.arena, def, &vary, &msg), SS_OK);
            tail = (const struct ss_tail *)(const void *)((const char *)msg.body + last->offset);
            if (tail->def != NULL)
                seen[tail->def->id] = true;
            else
                unknown++;
        }
    }
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++)
        cr_expect(seen[id] || ss_msgdef_of(id)->key == NULL, "%s", ss_msgdef_of(id)->name);
    cr_expect_gt(unknown, 50);
    kit_fini(&kit);
}

/* A changed message encodes; and mostly to other bytes than before. */
Test(vary, changes_can_be_encoded)
{
    struct kit kit;
    size_t changed = 0, all = 0;

    kit_init(&kit);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        for (uint64_t seed = 0; seed < SEEDS && ss_msgdef_of(id)->field_count > 0; seed++) {
            struct ss_vary vary;
            struct ss_msg msg;

            ss_arena_reset(&kit.arena);
            ss_vary_init(&vary, seed);
            cr_assert_eq(ss_msg_fill(&kit.arena, ss_msgdef_of(id), &vary, &msg), SS_OK);
            ss_buf_clear(&kit.buf);
            cr_assert_eq(ss_msg_encode(&kit.buf, &msg, NULL, 0), SS_OK);
            cr_assert_eq(ss_msg_mutate(&kit.arena, &vary, &msg), SS_OK);
            ss_buf_clear(&kit.other);
            cr_assert_eq(ss_msg_encode(&kit.other, &msg, NULL, 0), SS_OK, "%s", msg.def->name);
            changed += !ss_span_eq(ss_buf_span(&kit.buf), ss_buf_span(&kit.other));
            all++;
        }
    }
    cr_assert_gt(changed, all * 3 / 4);
    kit_fini(&kit);
}

Test(vary, a_message_without_fields_cannot_be_changed)
{
    struct ss_vary vary;
    struct ss_msg msg;
    struct kit kit;

    kit_init(&kit);
    ss_vary_init(&vary, 1);
    cr_assert_eq(ss_msg_fill(&kit.arena, kit_def("newkeys"), &vary, &msg), SS_OK);
    cr_assert_eq(ss_msg_mutate(&kit.arena, &vary, &msg), SS_E_not_found);
    kit_fini(&kit);
}

Test(vary, every_kind_of_lie_comes_up_and_can_be_told)
{
    size_t told[SS_LIE_NUMBER + 1] = {0};
    struct kit kit;

    kit_init(&kit);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct ss_lie lies[LIES];
            struct ss_vary vary;
            struct ss_msg msg;
            size_t count = 99;

            ss_arena_reset(&kit.arena);
            ss_vary_init(&vary, seed);
            cr_assert_eq(ss_msg_fill(&kit.arena, ss_msgdef_of(id), &vary, &msg), SS_OK);
            cr_assert_eq(ss_msg_lies(&kit.arena, &vary, &msg, lies, LIES, &count), SS_OK);
            cr_assert_leq(count, LIES);
            for (size_t i = 0; i < count; i++)
                told[lies[i].kind]++;
            ss_buf_clear(&kit.buf);
            cr_assert_eq(ss_msg_encode(&kit.buf, &msg, lies, count), SS_OK, "%s seed %d",
                         msg.def->name, (int)seed);
        }
    }
    for (size_t i = 0; i < SS_COUNT(told); i++)
        cr_expect_gt(told[i], 100, "kind %zu", i);
    kit_fini(&kit);
}

Test(vary, memory_that_runs_out_is_an_error)
{
    struct kit kit;
    size_t failures = 0;

    kit_init(&kit);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        ss_err err = SS_E_no_memory;

        for (size_t ceiling = 16; err != SS_OK; ceiling += 16) {
            struct ss_lie lies[LIES];
            struct ss_arena arena;
            struct ss_vary vary;
            struct ss_msg msg;
            size_t count;

            ss_arena_init(&arena, &kit.counted.env, ceiling);
            ss_vary_init(&vary, 5);
            err = ss_msg_fill(&arena, ss_msgdef_of(id), &vary, &msg);
            if (err == SS_OK && msg.def->field_count > 0)
                err = ss_msg_mutate(&arena, &vary, &msg);
            if (err == SS_OK)
                err = ss_msg_lies(&arena, &vary, &msg, lies, LIES, &count);
            ss_arena_fini(&arena);
            cr_assert(err == SS_OK || err == SS_E_no_memory, "%s", ss_err_name(err));
            failures += err != SS_OK;
        }
    }
    cr_assert_gt(failures, 300);
    kit_fini(&kit);
}
