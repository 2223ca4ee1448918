/* SPDX-License-Identifier: Apache-2.0 */
/* seed_message.c - seeds of fuzz_message: every row of the tables, every tail behind its parent.
 *
 * Owns: how many of each: the smallest and the largest of a few, one with all at zero, some that
 *   were changed, one that lies, one number to make more from.
 * Not here: the harness.
 * Called by: seed_gen.c. */
#include "fuzz/message_form.h"
#include "fuzz/seed.h"
#include "sshspec/vary.h"

enum { ARENA = 1 << 22, CANDIDATES = 24, CHANGED = 3, LIES = 4, CHANGES_EACH = 3 };

struct bench {
    struct seeds *seeds;
    struct ss_arena arena;
    struct ss_buf payload;
};

/* A payload as the harness takes it: behind the head, without its number. */
static void put_payload(struct bench *bench, const struct ss_msgdef *def, ss_span payload)
{
    uint8_t head[FUZZ_MESSAGE_HEAD];
    struct fuzz_message read;
    size_t number = def->proto != SS_PROTO_TAIL ? 1 : 0;
    struct ss_buf *buf = &bench->seeds->buf;

    fuzz_message_head(def, false, head);
    MUST(ss_buf_put(buf, ss_span_make(head, sizeof head)) == SS_OK);
    MUST(ss_buf_put(buf, ss_span_part(payload, number, payload.size)) == SS_OK);
    fuzz_message_read(ss_buf_span(buf), &read);
    MUST(read.def == def && !read.build && read.rest.size + number >= payload.size);
    seed_put(bench->seeds);
}

/* Honest: it decodes as what it is, and the same tail. */
static void check_honest(struct bench *bench, const struct ss_msgdef *def,
                         const struct ss_msgdef *tail)
{
    const struct ss_fielddef *last;
    const struct ss_tail *got;
    struct ss_msg msg;

    MUST(ss_msg_decode(&bench->arena, def, ss_buf_span(&bench->payload), &msg, NULL) == SS_OK);
    MUST(msg.def == def);
    if (tail == NULL)
        return;
    last = &def->fields[def->field_count - 1];
    got = (const void *)((const char *)msg.body + last->offset);
    MUST(got->def == tail);
}

static void encode(struct bench *bench, const struct ss_msg *msg)
{
    ss_buf_clear(&bench->payload);
    seed_encode(&bench->payload, msg);
}

static void put_honest(struct bench *bench, const struct ss_msgdef *def,
                       const struct ss_msgdef *tail, const struct ss_msg *msg)
{
    encode(bench, msg);
    check_honest(bench, def, tail);
    put_payload(bench, def, ss_buf_span(&bench->payload));
}

/* The seeds of the smallest and the largest of some. */
static void extremes(struct bench *bench, const struct ss_msgdef *def, const struct ss_msgdef *tail,
                     uint64_t out[2])
{
    size_t least = SIZE_MAX, most = 0;

    for (uint64_t i = 0; i < CANDIDATES; i++) {
        struct ss_msg msg = seed_fill(&bench->arena, def, tail, i);
        size_t size;

        encode(bench, &msg);
        size = ss_buf_size(&bench->payload);
        if (size < least) {
            least = size;
            out[0] = i;
        }
        if (size >= most) {
            most = size;
            out[1] = i;
        }
    }
}

static void put_changed(struct bench *bench, const struct ss_msgdef *def,
                        const struct ss_msgdef *tail, uint64_t seed)
{
    struct ss_msg msg = seed_fill(&bench->arena, def, tail, seed);
    struct ss_lie lies[LIES];
    struct ss_vary vary;
    size_t count;

    ss_vary_init(&vary, seed);
    for (int i = 0; i < CHANGES_EACH && def->field_count > 0; i++)
        MUST(ss_msg_mutate(&bench->arena, &vary, &msg) == SS_OK);
    encode(bench, &msg);
    put_payload(bench, def, ss_buf_span(&bench->payload));
    MUST(ss_msg_lies(&bench->arena, &vary, &msg, lies, LIES, &count) == SS_OK);
    ss_buf_clear(&bench->payload);
    MUST(ss_msg_encode(&bench->payload, &msg, lies, count) == SS_OK);
    put_payload(bench, def, ss_buf_span(&bench->payload));
}

/* Eight bytes of a seed, and how many changes. */
static void put_number(struct bench *bench, const struct ss_msgdef *def)
{
    uint8_t bytes[FUZZ_MESSAGE_HEAD + 9] = {0};

    fuzz_message_head(def, true, bytes);
    bytes[FUZZ_MESSAGE_HEAD + 7] = (uint8_t)def->id;
    bytes[FUZZ_MESSAGE_HEAD + 8] = 2;
    MUST(ss_buf_put(&bench->seeds->buf, ss_span_make(bytes, sizeof bytes)) == SS_OK);
    seed_put(bench->seeds);
}

/* A message of zeros; what has a fixed size is as long as it must be. */
static struct ss_msg zeros(struct bench *bench, const struct ss_msgdef *def,
                           const struct ss_msgdef *tail)
{
    struct ss_msg msg;

    MUST(ss_msg_new(&bench->arena, def, tail, &msg) == SS_OK);
    for (size_t i = 0; i < def->field_count; i++) {
        const struct ss_fielddef *field = &def->fields[i];
        ss_span *span = (void *)((char *)msg.body + field->offset);

        if (field->type == SS_TYPE_fixed)
            *span = ss_span_make(ss_arena_alloc(&bench->arena, field->fixed), field->fixed);
    }
    return msg;
}

static void put_row(struct bench *bench, const struct ss_msgdef *def, const struct ss_msgdef *tail)
{
    uint64_t chosen[2] = {0, 0};
    struct ss_msg msg;

    ss_arena_reset(&bench->arena);
    msg = zeros(bench, def, tail);
    put_honest(bench, def, tail, &msg);
    if (def->field_count == 0)
        return;
    extremes(bench, def, tail, chosen);
    for (size_t i = 0; i < SS_COUNT(chosen); i++) {
        msg = seed_fill(&bench->arena, def, tail, chosen[i]);
        put_honest(bench, def, tail, &msg);
    }
    for (uint64_t i = 0; i < (tail == NULL ? CHANGED : 1); i++)
        put_changed(bench, def, tail, 100 + i);
    if (tail == NULL)
        put_number(bench, def);
}

void seed_message(struct seeds *seeds)
{
    struct bench bench = {.seeds = seeds};
    size_t rows = 0, tails = 0;

    ss_arena_init(&bench.arena, seeds->memory->env, ARENA);
    ss_buf_init(&bench.payload, seeds->memory->env, ARENA);
    for (size_t id = 1; id < SS_MSGID_COUNT; id++, rows++)
        put_row(&bench, ss_msgdef_of((enum ss_msgid)id), NULL);
    for (size_t id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *tail = ss_msgdef_of((enum ss_msgid)id);

        if (tail->key == NULL)
            continue;
        put_row(&bench, ss_msgdef_of(tail->parent), tail);
        tails++;
    }
    MUST(rows == SS_MSGID_COUNT - 1 && tails > 0);
    ss_arena_fini(&bench.arena);
    ss_buf_fini(&bench.payload);
}
