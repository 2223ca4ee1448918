/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_message.c - every message through decode, print, canon, copy, encode and back.
 *
 * Owns: the oracles: what decodes must print, be noted, be copied and encode again; what was
 *   encoded must decode to something that encodes to the same bytes; a canonical message's bytes
 *   are its own encoding.
 * Not here: frames and phases (fuzz of transport).
 * Follows: lib/msg.
 *
 * Input: one byte chooses what is done, two choose the row, the rest is the payload without its
 * message number, or a seed. Link with -fsanitize=fuzzer. */
#include "sshspec/canon.h"
#include "sshspec/vary.h"

#include <stdlib.h>

enum { HEAD = 3, LIES = 6, ARENA = 32 << 20, BUFFER = 4 << 20 };

struct bench {
    struct ss_seeded seeded;
    struct ss_counted counted;
    struct ss_arena arena;
    struct ss_buf first, second, text;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void bench_init(struct bench *bench)
{
    ss_seeded_init(&bench->seeded, 1);
    ss_counted_init(&bench->counted, &bench->seeded.env);
    ss_arena_init(&bench->arena, &bench->counted.env, ARENA);
    ss_buf_init(&bench->first, &bench->counted.env, BUFFER);
    ss_buf_init(&bench->second, &bench->counted.env, BUFFER);
    ss_buf_init(&bench->text, &bench->counted.env, BUFFER);
}

static void bench_fini(struct bench *bench)
{
    ss_arena_fini(&bench->arena);
    ss_buf_fini(&bench->first);
    ss_buf_fini(&bench->second);
    ss_buf_fini(&bench->text);
    must(bench->counted.blocks == 0);
}

/* One visible line, with secrets and without; a copy says the same. */
static void look_at(struct bench *bench, const struct ss_msg *msg)
{
    struct ss_msg copy;
    size_t size;

    ss_buf_clear(&bench->text);
    must(ss_msg_print(&bench->text, msg, 0) == SS_OK);
    size = ss_buf_size(&bench->text);
    for (size_t i = 0; i < size; i++)
        must(ss_buf_at(&bench->text)[i] >= 0x20 && ss_buf_at(&bench->text)[i] < 0x7f);
    must(ss_msg_copy(&bench->arena, msg, &copy) == SS_OK);
    must(ss_msg_print(&bench->text, &copy, 0) == SS_OK);
    must(ss_span_eq(ss_span_part(ss_buf_span(&bench->text), 0, size),
                    ss_span_part(ss_buf_span(&bench->text), size, size)));
    must(ss_buf_size(&bench->text) == 2 * size);
    ss_buf_clear(&bench->text);
    must(ss_msg_print(&bench->text, msg, SS_PRINT_SECRETS) == SS_OK);
}

/* payload came from anywhere. */
static void decode_it(struct bench *bench, const struct ss_msgdef *def, ss_span payload)
{
    struct ss_decode_error error;
    struct ss_msg msg, again;

    if (ss_msg_decode(&bench->arena, def, payload, &msg, &error) != SS_OK) {
        must(error.def != NULL && error.offset <= payload.size);
        return;
    }
    look_at(bench, &msg);
    ss_buf_clear(&bench->text);
    must(ss_msg_canon(&msg, &bench->text) == SS_OK);
    ss_buf_clear(&bench->first);
    must(ss_msg_encode(&bench->first, &msg, NULL, 0) == SS_OK);
    must(ss_buf_size(&bench->first) == payload.size);
    if (ss_buf_size(&bench->text) == 0)
        must(ss_span_eq(ss_buf_span(&bench->first), payload));
    must(ss_msg_decode(&bench->arena, def, ss_buf_span(&bench->first), &again, NULL) == SS_OK);
    ss_buf_clear(&bench->second);
    must(ss_msg_encode(&bench->second, &again, NULL, 0) == SS_OK);
    must(ss_span_eq(ss_buf_span(&bench->first), ss_buf_span(&bench->second)));
}

/* A message from a seed, changed some, with lies; what comes out goes back in. */
static void build_it(struct bench *bench, const struct ss_msgdef *def, ss_span seed)
{
    struct ss_lie lies[LIES];
    struct ss_vary vary;
    struct ss_msg msg;
    uint64_t number = 0;
    size_t count, changes;
    ss_span bytes;
    ss_err err;

    for (size_t i = 0; i < seed.size && i < 8; i++)
        number = number << 8 | seed.data[i];
    changes = seed.size > 8 ? seed.data[8] % 8 : 0;
    ss_vary_init(&vary, number);
    must(ss_msg_fill(&bench->arena, def, &vary, &msg) == SS_OK);
    while (changes-- > 0) {
        err = ss_msg_mutate(&bench->arena, &vary, &msg);
        must(err == SS_OK || (err == SS_E_not_found && def->field_count == 0));
    }
    must(ss_msg_lies(&bench->arena, &vary, &msg, lies, LIES, &count) == SS_OK);
    look_at(bench, &msg);
    ss_buf_clear(&bench->text);
    must(ss_msg_encode(&bench->text, &msg, lies, count) == SS_OK);
    if (ss_buf_size(&bench->text) > 0 && def->proto != SS_PROTO_TAIL)
        ss_buf_at(&bench->text)[0] = def->number;
    must(ss_arena_copy(&bench->arena, ss_buf_span(&bench->text), &bytes) == SS_OK);
    decode_it(bench, def, bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct ss_msgdef *def;
    struct bench bench;
    ss_span rest, bytes;

    if (size < HEAD)
        return 0;
    def = ss_msgdef_of((enum ss_msgid)(1 + (data[1] << 8 | data[2]) % (SS_MSGID_COUNT - 1)));
    rest = ss_span_make(data + HEAD, size - HEAD);
    bench_init(&bench);
    if ((data[0] & 1) != 0) {
        build_it(&bench, def, rest);
    } else {
        if (def->proto != SS_PROTO_TAIL)
            must(ss_buf_put(&bench.second, ss_span_make(&def->number, 1)) == SS_OK);
        must(ss_buf_put(&bench.second, rest) == SS_OK);
        must(ss_arena_copy(&bench.arena, ss_buf_span(&bench.second), &bytes) == SS_OK);
        decode_it(&bench, def, bytes);
    }
    bench_fini(&bench);
    return 0;
}
