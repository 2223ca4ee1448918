/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_message.c - every message through decode, print, canon, copy, encode and back.
 *
 * Owns: the oracles: what decodes must print, be noted, be copied and encode again; what was
 *   printed reads back as the same message; what was encoded must decode to something that encodes
 *   to the same bytes; a canonical message's bytes are its own encoding; a byte more or less is
 *   refused, but for messages that take whatever is left.
 * Not here: frames and phases (fuzz of transport).
 * Follows: lib/msg.
 *
 * Input: one byte chooses what is done, two choose the row, the rest is the payload without its
 * message number, or a seed. What is missing is 0. Link with -fsanitize=fuzzer. */
#include "fuzz/message_form.h"
#include "fuzz/oracle.h"
#include "fuzz/print_read.h"
#include "sshspec/canon.h"
#include "sshspec/vary.h"

enum { LIES = 6, ARENA = 32 << 20, BUFFER = 4 << 20, INPUT_MOST = 300000, MULTIPLE = 64 };

struct bench {
    struct fuzz_memory memory;
    struct ss_arena arena;
    struct ss_buf first, second, text;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void bench_init(struct bench *bench)
{
    fuzz_memory_init(&bench->memory);
    ss_arena_init(&bench->arena, bench->memory.env, ARENA);
    ss_buf_init(&bench->first, bench->memory.env, BUFFER);
    ss_buf_init(&bench->second, bench->memory.env, BUFFER);
    ss_buf_init(&bench->text, bench->memory.env, BUFFER);
}

/* A struct may be so many times as large as its bytes on the wire, and here are several. */
static void bench_fini(struct bench *bench, size_t size)
{
    ss_arena_fini(&bench->arena);
    ss_buf_fini(&bench->first);
    ss_buf_fini(&bench->second);
    ss_buf_fini(&bench->text);
    fuzz_memory_fini(&bench->memory, size * (MULTIPLE / FUZZ_FACTOR));
}

/* ---- printing ---- */

static void print(struct bench *bench, const struct ss_msg *msg, unsigned flags)
{
    ss_buf_clear(&bench->text);
    MUST(ss_msg_print(&bench->text, msg, flags) == SS_OK);
    for (size_t i = 0; i < ss_buf_size(&bench->text); i++)
        MUST(ss_buf_at(&bench->text)[i] >= 0x20 && ss_buf_at(&bench->text)[i] < 0x7f);
}

/* One visible line, with secrets and without; a copy says the same. */
static void look_at(struct bench *bench, const struct ss_msg *msg)
{
    struct ss_msg copy;
    size_t size;

    print(bench, msg, 0);
    size = ss_buf_size(&bench->text);
    MUST(ss_msg_copy(&bench->arena, msg, &copy) == SS_OK);
    MUST(ss_msg_print(&bench->text, &copy, 0) == SS_OK);
    MUST(ss_span_eq(ss_span_part(ss_buf_span(&bench->text), 0, size),
                    ss_span_part(ss_buf_span(&bench->text), size, size)));
    MUST(ss_buf_size(&bench->text) == 2 * size);
}

static void read_back(struct bench *bench, const struct ss_msg *msg)
{
    print(bench, msg, 0);
    fuzz_print_read(msg, ss_buf_span(&bench->text), 0);
    print(bench, msg, SS_PRINT_SECRETS);
    fuzz_print_read(msg, ss_buf_span(&bench->text), SS_PRINT_SECRETS);
}

/* ---- decoding ---- */

static void check_error(const struct ss_decode_error *error, ss_err err, size_t size)
{
    MUST(err == SS_E_truncated || err == SS_E_trailing || err == SS_E_bad_mpint ||
         err == SS_E_bad_value || err == SS_E_too_many || err == SS_E_bad_argument);
    MUST(error->def != NULL && error->offset <= size);
    MUST(err != SS_E_trailing || error->offset < size);
}

/* Does the message take whatever is left? */
static bool open_ended(const struct ss_msgdef *def, const void *body)
{
    const struct ss_fielddef *last;
    const struct ss_tail *tail;

    if (def->field_count == 0)
        return false;
    last = &def->fields[def->field_count - 1];
    if (last->type == SS_TYPE_rest || last->type == SS_TYPE_many)
        return ss_field_present(last, body);
    if (last->type != SS_TYPE_tail)
        return false;
    tail = (const void *)((const char *)body + last->offset);
    return tail->def == NULL || open_ended(tail->def, tail->value);
}

/* Nothing may follow the last field, and each field must be there. */
static void check_ends(struct bench *bench, const struct ss_msg *msg)
{
    ss_span payload = msg->payload, cut;
    uint64_t sum = fuzz_fold(FUZZ_FOLD_START, payload);
    struct ss_decode_error error;
    struct ss_msg other;
    uint8_t *more;

    if (open_ended(msg->def, msg->body))
        return;
    more = ss_arena_alloc(&bench->arena, payload.size + 1);
    MUST(more != NULL);
    if (payload.size > 0)
        memcpy(more, payload.data, payload.size);
    more[payload.size] = (uint8_t)(sum >> 32);
    MUST(ss_msg_decode(&bench->arena, msg->def, ss_span_make(more, payload.size + 1), &other,
                       &error) == SS_E_trailing);
    MUST(error.offset == payload.size);
    if (payload.size == 0)
        return;
    cut = fuzz_copy(ss_span_part(payload, 0, (size_t)(sum % payload.size)));
    MUST(ss_msg_decode(&bench->arena, msg->def, cut, &other, &error) == SS_E_truncated);
    MUST(error.offset <= cut.size);
    fuzz_drop(&cut);
}

static void encode(struct ss_buf *out, const struct ss_msg *msg)
{
    ss_buf_clear(out);
    MUST(ss_msg_encode(out, msg, NULL, 0) == SS_OK);
}

/* payload came from anywhere. */
static void decode_it(struct bench *bench, const struct ss_msgdef *def, ss_span payload)
{
    struct ss_decode_error error;
    struct ss_msg msg, again;
    ss_err err = ss_msg_decode(&bench->arena, def, payload, &msg, &error);

    if (err != SS_OK) {
        check_error(&error, err, payload.size);
        return;
    }
    look_at(bench, &msg);
    read_back(bench, &msg);
    check_ends(bench, &msg);
    ss_buf_clear(&bench->text);
    MUST(ss_msg_canon(&msg, &bench->text) == SS_OK);
    encode(&bench->first, &msg);
    MUST(ss_buf_size(&bench->first) == payload.size);
    if (ss_buf_size(&bench->text) == 0)
        MUST(ss_span_eq(ss_buf_span(&bench->first), payload));
    MUST(ss_msg_decode(&bench->arena, def, ss_buf_span(&bench->first), &again, NULL) == SS_OK);
    encode(&bench->second, &again);
    MUST(ss_span_eq(ss_buf_span(&bench->first), ss_buf_span(&bench->second)));
}

/* ---- building ---- */

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
    MUST(ss_msg_fill(&bench->arena, def, &vary, &msg) == SS_OK);
    while (changes-- > 0) {
        err = ss_msg_mutate(&bench->arena, &vary, &msg);
        MUST(err == SS_OK || (err == SS_E_not_found && def->field_count == 0));
    }
    MUST(ss_msg_lies(&bench->arena, &vary, &msg, lies, LIES, &count) == SS_OK);
    look_at(bench, &msg);
    ss_buf_clear(&bench->text);
    MUST(ss_msg_encode(&bench->text, &msg, lies, count) == SS_OK);
    if (ss_buf_size(&bench->text) > 0 && def->proto != SS_PROTO_TAIL)
        ss_buf_at(&bench->text)[0] = def->number;
    bytes = fuzz_copy(ss_buf_span(&bench->text));
    decode_it(bench, def, bytes);
    fuzz_drop(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_message message;
    struct bench bench;
    ss_span bytes;

    if (size > INPUT_MOST)
        return 0;
    fuzz_message_read(ss_span_make(data, size), &message);
    bench_init(&bench);
    if (message.build) {
        build_it(&bench, message.def, message.rest);
    } else {
        if (message.def->proto != SS_PROTO_TAIL)
            MUST(ss_buf_put(&bench.second, ss_span_make(&message.def->number, 1)) == SS_OK);
        MUST(ss_buf_put(&bench.second, message.rest) == SS_OK);
        bytes = fuzz_copy(ss_buf_span(&bench.second));
        decode_it(&bench, message.def, bytes);
        fuzz_drop(&bytes);
    }
    bench_fini(&bench, size);
    return 0;
}
