/* SPDX-License-Identifier: Apache-2.0 */
/* test_decode.c - walks over every row, and the bounds of decode. */
#include "kit.h"
#include "sshspec/vary.h"

#include <criterion/criterion.h>

enum { SEEDS = 40, CUT_SEEDS = 6 };

/* May bytes be missing or added at the end without an error? */
static bool open_ended(const struct ss_msg *msg)
{
    const struct ss_fielddef *last;
    const struct ss_tail *tail;

    if (msg->def->field_count == 0)
        return false;
    last = &msg->def->fields[msg->def->field_count - 1];
    if (last->type == SS_TYPE_rest || last->type == SS_TYPE_many)
        return true;
    if (last->type != SS_TYPE_tail)
        return false;
    tail = (const struct ss_tail *)(const void *)((const char *)msg->body + last->offset);
    if (tail->def == NULL)
        return true;
    if (tail->def->field_count == 0)
        return false;
    last = &tail->def->fields[tail->def->field_count - 1];
    return last->type == SS_TYPE_rest || last->type == SS_TYPE_many;
}

static void fill(struct kit *kit, enum ss_msgid id, uint64_t seed, struct ss_msg *msg)
{
    struct ss_vary vary;

    ss_vary_init(&vary, seed * 1000 + (uint64_t)id);
    cr_assert_eq(ss_msg_fill(&kit->arena, ss_msgdef_of(id), &vary, msg), SS_OK);
    ss_buf_clear(&kit->buf);
    cr_assert_eq(ss_msg_encode(&kit->buf, msg, NULL, 0), SS_OK);
}

Test(decode, every_row_survives_a_round_trip)
{
    struct kit kit;

    kit_init(&kit);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct ss_msg filled, back;
            ss_span bytes;

            ss_arena_reset(&kit.arena);
            fill(&kit, id, seed, &filled);
            bytes = ss_buf_span(&kit.buf);
            cr_assert_eq(ss_msg_decode(&kit.arena, filled.def, kit_guard(bytes), &back, NULL),
                         SS_OK, "%s seed %d", filled.def->name, (int)seed);
            ss_buf_clear(&kit.other);
            cr_assert_eq(ss_msg_encode(&kit.other, &back, NULL, 0), SS_OK);
            cr_assert(ss_span_eq(bytes, ss_buf_span(&kit.other)), "%s: %s became %s",
                      filled.def->name, kit_hex(&kit, bytes),
                      kit_hex(&kit, ss_buf_span(&kit.other)));
        }
    }
    kit_fini(&kit);
}

/* Where a prefix is a message in its own right it must encode to just that prefix. */
static void cut_at(struct kit *kit, const struct ss_msg *whole, size_t n)
{
    struct ss_decode_error error = {NULL, "?", SIZE_MAX};
    ss_span part = kit_guard(ss_span_part(ss_buf_span(&kit->buf), 0, n));
    struct ss_msg msg;
    ss_err err = ss_msg_decode(&kit->arena, whole->def, part, &msg, &error);

    if (err == SS_OK) {
        cr_assert(open_ended(whole), "%s cut at %zu decodes", whole->def->name, n);
        ss_buf_clear(&kit->other);
        cr_assert_eq(ss_msg_encode(&kit->other, &msg, NULL, 0), SS_OK);
        cr_assert(ss_span_eq(part, ss_buf_span(&kit->other)), "%s cut at %zu", whole->def->name, n);
        return;
    }
    cr_assert_eq(err, SS_E_truncated, "%s cut at %zu: %s", whole->def->name, n, ss_err_name(err));
    cr_assert_leq(error.offset, n, "%s cut at %zu", whole->def->name, n);
    cr_assert_not_null(error.def);
}

Test(decode, every_prefix_is_truncated_and_nothing_is_read_past_it)
{
    struct kit kit;

    kit_init(&kit);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        for (uint64_t seed = 0; seed < CUT_SEEDS; seed++) {
            struct ss_msg whole;

            ss_arena_reset(&kit.arena);
            fill(&kit, id, seed, &whole);
            for (size_t n = 0; n < ss_buf_size(&kit.buf); n++)
                cut_at(&kit, &whole, n);
        }
    }
    kit_fini(&kit);
}

Test(decode, a_byte_behind_the_last_field_is_trailing)
{
    struct kit kit;
    size_t refused = 0;

    kit_init(&kit);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        struct ss_decode_error error;
        struct ss_msg whole, msg;
        size_t size;

        ss_arena_reset(&kit.arena);
        fill(&kit, id, 3, &whole);
        size = ss_buf_size(&kit.buf);
        if (open_ended(&whole))
            continue;
        cr_assert_eq(ss_buf_put(&kit.buf, ss_span_of("x")), SS_OK);
        cr_assert_eq(ss_msg_decode(&kit.arena, whole.def, ss_buf_span(&kit.buf), &msg, &error),
                     SS_E_trailing, "%s", whole.def->name);
        cr_assert_eq(error.offset, size, "%s", whole.def->name);
        cr_assert_null(error.field);
        refused++;
    }
    cr_assert_gt(refused, 80);
    kit_fini(&kit);
}

Test(decode, a_count_beyond_the_bytes_fails_at_once)
{
    struct ss_decode_error error;
    struct ss_msg msg;
    struct kit kit;
    size_t before;
    ss_span bytes;

    kit_init(&kit);
    bytes = kit_bytes(&kit, "07 ffffffff 00000001 'a' 00000001 'b'");
    before = kit.arena.used;
    cr_assert_eq(ss_msg_decode(&kit.arena, kit_def("ext_info"), bytes, &msg, &error),
                 SS_E_truncated);
    cr_assert_str_eq(error.field, "extensions");
    cr_assert_leq(kit.arena.used - before, 256); /* the message's struct, no elements */
    /* RFC 8308 section 2.3: more announced than there is room for, by one. */
    bytes = kit_bytes(&kit, "07 00000002 00000001 'a' 00000001 'b'");
    error.field = "";
    cr_assert_eq(ss_msg_decode(&kit.arena, kit_def("ext_info"), bytes, &msg, &error),
                 SS_E_truncated);
    cr_assert_str_eq(error.field, "extensions"); /* told by the count, not by the second pair */
    kit_fini(&kit);
}

Test(decode, lists_end_at_65536_elements)
{
    static uint8_t bytes[5 + 65537 * 8];
    struct ss_msg msg;
    struct kit kit;

    kit_init(&kit);
    bytes[0] = 7;
    ss_store_u32(bytes + 1, 65536);
    cr_assert_eq(ss_msg_decode(&kit.arena, kit_def("ext_info"),
                               ss_span_make(bytes, sizeof bytes - 8), &msg, NULL),
                 SS_OK);
    cr_assert_eq(((struct ss_msg_ext_info *)msg.body)->extensions.count, 65536);
    ss_store_u32(bytes + 1, 65537);
    cr_assert_eq(ss_msg_decode(&kit.arena, kit_def("ext_info"), ss_span_make(bytes, sizeof bytes),
                               &msg, NULL),
                 SS_E_too_many);
    bytes[0] = 1; /* FXP INIT: pairs without a count */
    cr_assert_eq(ss_msg_decode(&kit.arena, kit_def("init"), ss_span_make(bytes, sizeof bytes - 8),
                               &msg, NULL),
                 SS_OK);
    cr_assert_eq(
        ss_msg_decode(&kit.arena, kit_def("init"), ss_span_make(bytes, sizeof bytes), &msg, NULL),
        SS_E_too_many);
    kit_fini(&kit);
}

Test(decode, an_mpint_must_be_positive_and_short)
{
    static const char *const bad[] = {"1e 00000001 80", "1e 00000002 0001", "1e 00000001 00",
                                      "1e 00000002 ff01"};
    struct ss_decode_error error;
    struct ss_msg msg;
    struct kit kit;

    kit_init(&kit);
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        cr_expect_eq(
            ss_msg_decode(&kit.arena, kit_def("kexdh_init"), kit_bytes(&kit, bad[i]), &msg, &error),
            SS_E_bad_mpint, "%s", bad[i]);
        cr_expect_str_eq(error.field, "e");
    }
    msg = kit_decode(&kit, "kexdh_init", "1e 00000002 0080");
    cr_assert(ss_span_eq(((struct ss_msg_kexdh_init *)msg.body)->e, kit_bytes(&kit, "80")));
    msg = kit_decode(&kit, "kexdh_init", "1e 00000000");
    cr_assert_eq(((struct ss_msg_kexdh_init *)msg.body)->e.size, 0);
    kit_fini(&kit);
}

Test(decode, an_error_behind_a_tail_names_the_tails_field)
{
    struct ss_decode_error error;
    struct ss_msg msg;
    struct kit kit;
    ss_span bytes;

    kit_init(&kit);
    bytes = kit_bytes(&kit, "62 00000000 00000007 'pty-req' 01 00000002 'vt' 00000050 0000");
    cr_assert_eq(ss_msg_decode(&kit.arena, kit_def("channel_request"), bytes, &msg, &error),
                 SS_E_truncated);
    cr_assert_eq(error.def, ss_msgdef_of(SS_TAIL_channel_request_pty_req));
    cr_assert_str_eq(error.field, "rows");
    cr_assert_eq(error.offset, bytes.size - 2);
    kit_fini(&kit);
}

Test(decode, an_unknown_key_keeps_the_rest_as_it_is)
{
    struct ss_msg_channel_request *request;
    struct ss_msg msg;
    struct kit kit;

    kit_init(&kit);
    msg = kit_decode(&kit, "channel_request", "62 00000000 00000003 'x@y' 00 'anything'");
    request = (struct ss_msg_channel_request *)msg.body;
    cr_assert_null(request->body.def);
    cr_assert_null(request->body.value);
    cr_assert(ss_span_is(request->body.raw, "anything"));
    kit_fini(&kit);
}

Test(decode, without_a_definition_the_payload_is_kept)
{
    struct ss_msg msg = {NULL, NULL, {NULL, 0}};
    struct kit kit;
    ss_span bytes;

    kit_init(&kit);
    bytes = kit_bytes(&kit, "c8 010203");
    cr_assert_eq(ss_msg_decode(&kit.arena, NULL, bytes, &msg, NULL), SS_E_unknown_message);
    cr_assert_eq(msg.payload.data, bytes.data);
    cr_assert_eq(msg.payload.size, 4);
    cr_assert_eq(ss_msg_decode(&kit.arena, NULL, ss_span_make(NULL, 0), &msg, NULL),
                 SS_E_truncated);
    cr_assert_eq(ss_msg_decode(&kit.arena, kit_def("newkeys"), bytes, &msg, NULL),
                 SS_E_bad_argument);
    kit_fini(&kit);
}

Test(decode, data_is_borrowed_and_steady_state_allocates_nothing)
{
    static const struct {
        const char *name, *bytes;
        size_t offset; /* of the data span in the struct */
    } hot[] = {
        {"channel_data", "5e 00000001 00000004 'data'", offsetof(struct ss_msg_channel_data, data)},
        {"data", "67 00000001 00000004 'data'", offsetof(struct ss_fxp_data, data)},
        {"write", "06 00000001 00000001 'h' 0000000000000000 00000004 'data'",
         offsetof(struct ss_fxp_write, data)},
    };
    struct kit kit;

    kit_init(&kit);
    for (size_t i = 0; i < SS_COUNT(hot); i++) {
        struct ss_msg msg = kit_decode(&kit, hot[i].name, hot[i].bytes);
        const ss_span *data =
            (const ss_span *)(const void *)((const char *)msg.body + hot[i].offset);
        static uint8_t kept[64];
        ss_span payload = ss_span_make(kept, msg.payload.size);
        size_t calls, used;

        cr_assert_eq(data->data + 4, msg.payload.data + msg.payload.size, "%s", hot[i].name);
        memcpy(kept, msg.payload.data, msg.payload.size);
        ss_arena_reset(&kit.arena);
        calls = kit.counted.calls;
        used = kit.arena.used;
        cr_assert_eq(ss_msg_decode(&kit.arena, msg.def, payload, &msg, NULL), SS_OK);
        cr_assert_eq(kit.counted.calls, calls, "%s", hot[i].name);
        cr_assert_leq(kit.arena.used - used, msg.def->size + 64, "%s", hot[i].name);
    }
    kit_fini(&kit);
}

/* A tiny arena ceiling and each failing allocation: always no_memory, never a leak. */
Test(decode, memory_that_runs_out_at_any_point_is_an_error)
{
    struct ss_seeded seeded;
    struct ss_counted counted;
    struct ss_arena arena;
    struct kit kit;
    size_t failures = 0;

    kit_init(&kit);
    ss_seeded_init(&seeded, 2);
    for (enum ss_msgid id = 1; id < SS_MSGID_COUNT; id++) {
        for (size_t ceiling = 0;; ceiling += 16) {
            struct ss_msg whole, msg;
            ss_err err;

            ss_arena_reset(&kit.arena);
            fill(&kit, id, 5, &whole);
            ss_counted_init(&counted, &seeded.env);
            ss_arena_init(&arena, &counted.env, ceiling);
            err = ss_msg_decode(&arena, whole.def, ss_buf_span(&kit.buf), &msg, NULL);
            ss_arena_fini(&arena);
            cr_assert_eq(counted.blocks, 0, "%s", whole.def->name);
            if (err == SS_OK)
                break;
            cr_assert_eq(err, SS_E_no_memory, "%s: %s", whole.def->name, ss_err_name(err));
            failures++;
        }
        ss_counted_init(&counted, &seeded.env);
        for (counted.fail_at = 1; counted.fail_at < 50; counted.fail_at++) {
            struct ss_msg msg;
            ss_err err;

            counted.calls = 0;
            ss_arena_init(&arena, &counted.env, (size_t)1 << 20);
            err = ss_msg_decode(&arena, ss_msgdef_of(id), ss_buf_span(&kit.buf), &msg, NULL);
            ss_arena_fini(&arena);
            cr_assert_eq(counted.blocks, 0);
            if (err == SS_OK)
                break;
            cr_assert_eq(err, SS_E_no_memory);
            failures++;
        }
        cr_assert_lt(counted.fail_at, 50);
    }
    cr_assert_gt(failures, 300);
    kit_fini(&kit);
}
