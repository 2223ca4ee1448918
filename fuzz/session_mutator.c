/* SPDX-License-Identifier: Apache-2.0 */
/* session_mutator.c - steps are doubled, dropped, swapped and made anew; messages are changed field
 * by field, by the tables.
 *
 * Owns: the choice of changes.
 * Not here: running steps (session.c).
 * Called by: fuzz_session.c.
 * This is the mutator of targets that take scripts.
 *
 * A change of bytes would make most inputs end at the first length that is off. */
#include "fuzz/session_mutator.h"

#include "sshspec/vary.h"
#include "sshspec/wire.h"

enum { STEPS_MOST = 48, BYTES_MOST = 1 << 16, ARENA = 1 << 22, RAW_ODDS = 20, LIES = 2 };

struct bench {
    struct fuzz_memory memory;
    struct ss_arena arena;
    struct ss_vary vary;
    uint8_t head;
    size_t count;
    uint8_t kinds[STEPS_MOST];
    ss_span bytes[STEPS_MOST]; /* in the arena, or of the input */
    fuzz_raw_fn *raw;
};

static uint32_t below(struct bench *bench, uint32_t bound)
{
    return ss_vary_below(&bench->vary, bound);
}

/* ---- lists of steps ---- */

static void read_steps(struct bench *bench, ss_span input)
{
    size_t at = 1;

    bench->head = input.size > 0 ? input.data[0] : 0;
    while (bench->count < STEPS_MOST && at + FUZZ_STEP_HEAD <= input.size) {
        size_t size = (size_t)(input.data[at + 1] << 8 | input.data[at + 2]);

        bench->kinds[bench->count] = input.data[at];
        bench->bytes[bench->count] = ss_span_part(input, at + FUZZ_STEP_HEAD, size);
        at += FUZZ_STEP_HEAD + bench->bytes[bench->count++].size;
    }
}

/* As many as there is room for. */
static size_t write_steps(const struct bench *bench, uint8_t *out, size_t most)
{
    size_t at = 1;

    out[0] = bench->head;
    for (size_t i = 0; i < bench->count; i++) {
        ss_span bytes = bench->bytes[i];

        if (bytes.size > UINT16_MAX || at + FUZZ_STEP_HEAD + bytes.size > most)
            break;
        out[at] = bench->kinds[i];
        out[at + 1] = (uint8_t)(bytes.size >> 8);
        out[at + 2] = (uint8_t)bytes.size;
        if (bytes.size > 0)
            memcpy(out + at + FUZZ_STEP_HEAD, bytes.data, bytes.size);
        at += FUZZ_STEP_HEAD + bytes.size;
    }
    return at;
}

static void insert(struct bench *bench, size_t at, uint8_t kind, ss_span bytes)
{
    if (bench->count == STEPS_MOST)
        bench->count--;
    if (at > bench->count)
        at = bench->count;
    memmove(bench->kinds + at + 1, bench->kinds + at, bench->count - at);
    memmove(bench->bytes + at + 1, bench->bytes + at, (bench->count - at) * sizeof *bench->bytes);
    bench->kinds[at] = kind;
    bench->bytes[at] = bytes;
    bench->count++;
}

static void drop(struct bench *bench, size_t at)
{
    bench->count--;
    memmove(bench->kinds + at, bench->kinds + at + 1, bench->count - at);
    memmove(bench->bytes + at, bench->bytes + at + 1, (bench->count - at) * sizeof *bench->bytes);
}

static void swap(struct bench *bench, size_t a, size_t b)
{
    uint8_t kind = bench->kinds[a];
    ss_span bytes = bench->bytes[a];

    bench->kinds[a] = bench->kinds[b];
    bench->bytes[a] = bench->bytes[b];
    bench->kinds[b] = kind;
    bench->bytes[b] = bytes;
}

/* ---- messages ---- */

static ss_span encoded(struct bench *bench, const struct ss_msg *msg)
{
    struct ss_lie lies[LIES];
    struct ss_buf buf;
    size_t count = 0;
    ss_span bytes = {NULL, 0};

    ss_buf_init(&buf, bench->memory.env, BYTES_MOST);
    if (below(bench, 8) == 0)
        MUST(ss_msg_lies(&bench->arena, &bench->vary, msg, lies, LIES, &count) == SS_OK);
    if (ss_msg_encode(&buf, msg, lies, count) == SS_OK)
        MUST(ss_arena_copy(&bench->arena, ss_buf_span(&buf), &bytes) == SS_OK);
    ss_buf_fini(&buf);
    return bytes;
}

/* Mostly channel 0, which is there; the service that is. */
static void make_likely(struct bench *bench, const struct ss_msg *msg)
{
    struct ss_field field;

    if (below(bench, 8) == 0)
        return;
    if (ss_field_find(msg->def, msg->body, ss_span_of("recipient_channel"), &field))
        *(uint32_t *)(void *)((char *)field.base + field.def->offset) = 0;
    if (msg->def->id == SS_MSG_service_request)
        ((struct ss_msg_service_request *)msg->body)->service = ss_span_of("ssh-userauth");
}

/* Some row of the protocol, of those a client may send for the most part. */
static const struct ss_msgdef *some_row(struct bench *bench, enum ss_proto proto)
{
    const struct ss_msgdef *def;

    do {
        def = ss_msgdef_of((enum ss_msgid)(1 + below(bench, SS_MSGID_COUNT - 1)));
    } while (def->proto != proto || ((def->sender & SS_CLIENT) == 0 && below(bench, 16) > 0));
    return def;
}

static ss_span some_message(struct bench *bench, enum ss_proto proto)
{
    struct ss_msg msg;

    MUST(ss_msg_fill(&bench->arena, some_row(bench, proto), &bench->vary, &msg) == SS_OK);
    make_likely(bench, &msg);
    return encoded(bench, &msg);
}

/* A request for files, in its frame, as data of channel 0. */
static ss_span some_request(struct bench *bench)
{
    struct ss_msg_channel_data data = {.recipient_channel = 0};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_MSG_channel_data), .body = &data};
    ss_span request = some_message(bench, SS_PROTO_SFTP);
    uint8_t *frame = ss_arena_alloc(&bench->arena, 4 + request.size);

    MUST(frame != NULL);
    ss_store_u32(frame, (uint32_t)request.size);
    if (request.size > 0)
        memcpy(frame + 4, request.data, request.size);
    data.data = ss_span_make(frame, 4 + request.size);
    return encoded(bench, &msg);
}

/* One field or two of the message that a payload is; any bytes of one that is none. */
static void change_payload(struct bench *bench, ss_span *payload)
{
    static const enum ss_context contexts[] = {SS_CONTEXT_AUTH_PUBLICKEY, SS_CONTEXT_AUTH_KBDINT};
    const struct ss_msgdef *def = NULL;
    struct ss_msg msg;

    if (payload->size > 0)
        def = ss_msgdef_by_number(SS_PROTO_SSH, payload->data[0], SS_CONTEXT_KEX_ECDH,
                                  contexts[below(bench, SS_COUNT(contexts))]);
    if (def == NULL || ss_msg_decode(&bench->arena, def, *payload, &msg, NULL) != SS_OK ||
        def->field_count == 0)
        return;
    for (uint32_t i = 0; i <= below(bench, 2); i++)
        MUST(ss_msg_mutate(&bench->arena, &bench->vary, &msg) == SS_OK);
    make_likely(bench, &msg);
    *payload = encoded(bench, &msg);
}

/* ---- changes ---- */

static void change_bytes(struct bench *bench, ss_span *bytes)
{
    size_t room = bytes->size + 16;
    uint8_t *copy = ss_arena_alloc(&bench->arena, room);

    MUST(copy != NULL);
    if (bytes->size > 0)
        memcpy(copy, bytes->data, bytes->size);
    *bytes = ss_span_make(copy, bench->raw(copy, bytes->size, room));
}

/* What an honest client sends for new keys. */
static void insert_rekey(struct bench *bench, size_t at)
{
    size_t count;
    const ss_span *payloads = fuzz_start_between(FUZZ_AT_SFTP, FUZZ_STARTS, &count);

    for (size_t i = 0; i < count; i++)
        insert(bench, at + i, FUZZ_PACKET, payloads[i]);
}

/* Packets for the most part: what tears the stream makes the rest of the input worth little. */
static uint8_t some_kind(struct bench *bench)
{
    uint32_t odd = below(bench, 32);
    uint8_t piece = below(bench, 4) == 0 ? (uint8_t)below(bench, 32) : 0;

    return (uint8_t)((odd > FUZZ_EOF || odd < FUZZ_AGAIN ? FUZZ_PACKET : odd) |
                     (uint32_t)piece << FUZZ_PIECE_SHIFT);
}

static void change(struct bench *bench)
{
    uint32_t way = below(bench, 14);
    size_t i = below(bench, (uint32_t)bench->count), j = below(bench, (uint32_t)bench->count + 1);

    if (way < 2 || bench->count == 0)
        insert(bench, j, FUZZ_PACKET, some_message(bench, SS_PROTO_SSH));
    else if (way == 2)
        insert(bench, j, FUZZ_PACKET, some_request(bench));
    else if (way < 6)
        change_payload(bench, &bench->bytes[i]);
    else if (way == 6)
        change_bytes(bench, &bench->bytes[i]);
    else if (way == 7)
        insert(bench, j, bench->kinds[i], bench->bytes[i]);
    else if (way == 8)
        drop(bench, i);
    else if (way == 9)
        swap(bench, i, j < bench->count ? j : 0);
    else if (way == 10)
        bench->kinds[i] = some_kind(bench);
    else if (way < 13)
        insert_rekey(bench, j);
    else
        bench->head =
            (uint8_t)(below(bench, FUZZ_STARTS) | (below(bench, 8) == 0 ? FUZZ_UNREAD : 0));
}

static void bench_init(struct bench *bench, uint64_t seed)
{
    memset(bench, 0, sizeof *bench);
    fuzz_memory_init(&bench->memory);
    ss_arena_init(&bench->arena, bench->memory.env, ARENA);
    ss_vary_init(&bench->vary, seed);
}

static void bench_fini(struct bench *bench)
{
    ss_arena_fini(&bench->arena);
    MUST(bench->memory.counted.blocks == 0);
}

size_t fuzz_session_mutate(uint8_t *data, size_t size, size_t max_size, uint64_t seed,
                           fuzz_raw_fn *raw)
{
    struct bench bench;
    ss_span input;
    size_t made;

    bench_init(&bench, seed);
    bench.raw = raw;
    if (below(&bench, RAW_ODDS) == 0) {
        bench_fini(&bench);
        return raw(data, size, max_size);
    }
    input = fuzz_copy(ss_span_make(data, size));
    read_steps(&bench, input);
    for (uint32_t i = 0; i <= below(&bench, 3); i++)
        change(&bench);
    made = write_steps(&bench, data, max_size);
    fuzz_drop(&input);
    bench_fini(&bench);
    return made;
}

size_t fuzz_session_cross(ss_span one, ss_span other, uint8_t *out, size_t max_size, uint64_t seed)
{
    struct bench bench, tail;
    size_t made;

    bench_init(&bench, seed);
    bench_init(&tail, seed);
    read_steps(&bench, one);
    read_steps(&tail, other);
    bench.count = below(&bench, (uint32_t)bench.count + 1);
    for (size_t i = below(&bench, (uint32_t)tail.count + 1); i < tail.count; i++) {
        if (bench.count < STEPS_MOST)
            insert(&bench, bench.count, tail.kinds[i], tail.bytes[i]);
    }
    made = write_steps(&bench, out, max_size);
    bench_fini(&tail);
    bench_fini(&bench);
    return made;
}
