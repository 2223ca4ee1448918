/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_zlib.c - deflate streams in payloads: anything from the wire, and our own there and back.
 *
 * Owns: the oracles: never a byte over the ceiling, a failed stream stays failed and leaves nothing
 *   behind, cutting a stream into other payloads changes no byte, what we compress is read as it
 * was. Not here: frames and MACs (fuzz_packet.c). Follows: lib/crypto/comp_zlib.c; RFC 4253
 * section 6.2.
 *
 * Input: byte 0 chooses what to do, bytes 1 and 2 the ceiling; then payloads, each behind a byte
 * with its size, of which 255 means all the rest. Link with -fsanitize=fuzzer. */
#include "sshspec/crypto.h"

#include <stdlib.h>

enum { HEAD = 3, LARGEST = 40000, MODES = 3 };
enum { READ_ANYTHING, READ_CUT_OTHERWISE, THERE_AND_BACK };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static const struct ss_comp_alg *const alg = &ss_comp_zlib;

struct bench {
    struct ss_seeded seeded;
    struct ss_counted counted;
    const struct ss_env *env;
};

static void bench_init(struct bench *bench)
{
    ss_seeded_init(&bench->seeded, 1);
    ss_counted_init(&bench->counted, &bench->seeded.env);
    bench->env = &bench->counted.env;
}

static void *stream(const struct bench *bench, enum ss_way way)
{
    void *state = ss_alloc(bench->env, alg->state_size);

    must(state != NULL && alg->init(state, bench->env, way) == SS_OK);
    return state;
}

static void done(const struct bench *bench, void *state)
{
    alg->fini(state);
    ss_free(bench->env, state, alg->state_size);
}

/* The next payload of what is left. */
static ss_span next(ss_span *left)
{
    size_t n = left->data[0];
    ss_span payload = ss_span_part(*left, 1, n == 255 ? SIZE_MAX : n);

    *left = ss_span_part(*left, 1 + payload.size, SIZE_MAX);
    return payload;
}

/* Reads payload by payload; all that came out is appended to all. */
static ss_err read_all(const struct bench *bench, ss_span payloads, size_t ceiling,
                       struct ss_buf *all)
{
    void *state = stream(bench, SS_OPEN);
    struct ss_buf out;
    ss_err err = SS_OK;

    ss_buf_init(&out, bench->env, ceiling);
    while (err == SS_OK && payloads.size > 0) {
        err = alg->pass(state, next(&payloads), &out);
        must(ss_buf_size(&out) <= ceiling && (err == SS_OK || ss_buf_size(&out) == 0));
        must(ss_buf_put(all, ss_buf_span(&out)) == SS_OK);
        ss_buf_clear(&out);
    }
    must(err == SS_OK || err == SS_E_decompress || err == SS_E_ceiling);
    if (err != SS_OK)
        must(alg->pass(state, ss_span_of("x"), &out) == SS_E_usage);
    ss_buf_fini(&out);
    done(bench, state);
    return err;
}

/* The same bytes of the stream in payloads of one byte. With no ceiling that could be met sooner or
 * later than before, both come to the same end. */
static void read_bytes(const struct bench *bench, ss_span payloads, const struct ss_buf *all,
                       ss_err was)
{
    void *state = stream(bench, SS_OPEN);
    struct ss_buf out;
    ss_err err = SS_OK;

    ss_buf_init(&out, bench->env, SIZE_MAX);
    while (err == SS_OK && payloads.size > 0) {
        ss_span payload = next(&payloads);

        for (size_t i = 0; err == SS_OK && i < payload.size; i++)
            err = alg->pass(state, ss_span_part(payload, i, 1), &out);
    }
    must(err == was);
    /* A payload that fails gives nothing, however far it got. */
    must(ss_buf_size(&out) >= ss_buf_size(all));
    must(ss_span_eq(ss_span_part(ss_buf_span(&out), 0, ss_buf_size(all)), ss_buf_span(all)));
    must(err != SS_OK || ss_buf_size(&out) == ss_buf_size(all));
    ss_buf_fini(&out);
    done(bench, state);
}

static void there_and_back(const struct bench *bench, ss_span payloads)
{
    void *sealer = stream(bench, SS_SEAL), *opener = stream(bench, SS_OPEN);
    struct ss_buf packed, clear;

    ss_buf_init(&packed, bench->env, SIZE_MAX);
    ss_buf_init(&clear, bench->env, LARGEST);
    while (payloads.size > 0) {
        ss_span payload = next(&payloads);

        must(alg->pass(sealer, payload, &packed) == SS_OK);
        must(alg->pass(opener, ss_buf_span(&packed), &clear) == SS_OK);
        must(ss_span_eq(ss_buf_span(&clear), payload));
        ss_buf_clear(&packed);
        ss_buf_clear(&clear);
    }
    ss_buf_fini(&packed);
    ss_buf_fini(&clear);
    done(bench, sealer);
    done(bench, opener);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bench bench;
    struct ss_buf all;
    ss_span payloads;
    size_t ceiling;
    ss_err err;

    if (size < HEAD || size > LARGEST)
        return 0;
    bench_init(&bench);
    payloads = ss_span_make(data + HEAD, size - HEAD);
    ceiling = (size_t)data[1] << 8 | data[2];
    /* A payload inflates to a thousand times its size at most. */
    ss_buf_init(&all, bench.env, (size_t)LARGEST * 1100);
    if (data[0] % MODES == THERE_AND_BACK) {
        there_and_back(&bench, payloads);
    } else if (data[0] % MODES == READ_ANYTHING) {
        (void)read_all(&bench, payloads, ceiling, &all);
    } else {
        err = read_all(&bench, payloads, SIZE_MAX, &all);
        read_bytes(&bench, payloads, &all, err);
    }
    ss_buf_fini(&all);
    must(bench.counted.blocks == 0);
    return 0;
}
