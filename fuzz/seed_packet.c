/* SPDX-License-Identifier: Apache-2.0 */
/* seed_packet.c - seeds of fuzz_packet: every suite in every mode, with messages as payloads, and
 * the sealed packets of each as a stream.
 *
 * Owns: which payloads, places and lies.
 * Not here: the harness.
 * Called by: seed_gen.c. */
#include "fuzz/packet_form.h"
#include "fuzz/seed.h"

enum { STREAM = 1 << 20, ARENA = 1 << 20, PACKETS = 3 };

struct ends { /* of one suite */
    struct ss_packet_in in;
    struct ss_packet_out out;
    struct ss_buf stream;
};

static void ends_init(struct ends *ends, struct seeds *seeds, unsigned suite)
{
    ss_packet_in_init(&ends->in, seeds->memory->env);
    ss_packet_out_init(&ends->out, seeds->memory->env);
    ss_buf_init(&ends->stream, seeds->memory->env, STREAM);
    fuzz_packet_install(&ends->in, &ends->out, suite);
}

static void ends_fini(struct ends *ends)
{
    ss_packet_in_fini(&ends->in);
    ss_packet_out_fini(&ends->out);
    ss_buf_fini(&ends->stream);
}

static void head(struct seeds *seeds, unsigned suite, unsigned mode, uint8_t piece, unsigned place)
{
    uint8_t bytes[FUZZ_PACKET_HEAD];

    bytes[FUZZ_PACKET_SUITE] = (uint8_t)suite;
    bytes[FUZZ_PACKET_MODE] = (uint8_t)mode;
    bytes[FUZZ_PACKET_PIECE] = piece;
    bytes[FUZZ_PACKET_PLACE] = (uint8_t)(place >> 8);
    bytes[FUZZ_PACKET_PLACE + 1] = (uint8_t)place;
    MUST(ss_buf_put(&seeds->buf, ss_span_make(bytes, sizeof bytes)) == SS_OK);
}

static void payload(struct seeds *seeds, struct ss_arena *arena, enum ss_msgid id, uint64_t seed)
{
    struct ss_msg msg = seed_fill(arena, ss_msgdef_of(id), NULL, seed);

    seed_encode(&seeds->buf, &msg);
}

/* Packets as they go over the wire; all of them come out again. */
static void put_stream(struct seeds *seeds, struct ss_arena *arena, unsigned suite)
{
    static const enum ss_msgid ids[PACKETS] = {SS_MSG_ignore, SS_MSG_newkeys, SS_MSG_channel_data};
    struct ends ends;
    size_t count = 0, used = 0;

    ends_init(&ends, seeds, suite);
    for (size_t i = 0; i < PACKETS; i++) {
        struct ss_msg msg = seed_fill(arena, ss_msgdef_of(ids[i]), NULL, i);
        size_t mark;

        MUST(ss_packet_begin(&ends.out, &ends.stream, &mark) == SS_OK);
        seed_encode(&ends.stream, &msg);
        MUST(ss_packet_end(&ends.out, &ends.stream, mark, NULL, 0) == SS_OK);
    }
    head(seeds, suite, FUZZ_PACKET_ANYTHING, 16, 0);
    MUST(ss_buf_put(&seeds->buf, ss_buf_span(&ends.stream)) == SS_OK);
    for (; ss_buf_size(&ends.stream) > 0; count++) {
        struct ss_packet packet;

        MUST(ss_packet_take(&ends.in, &ends.stream, &packet, &used) == SS_OK);
        MUST(packet.payload.data[0] == ss_msgdef_of(ids[count])->number);
        ss_buf_consume(&ends.stream, used);
    }
    MUST(count == PACKETS);
    seed_put(seeds);
    ends_fini(&ends);
}

void seed_packet(struct seeds *seeds)
{
    static const unsigned places[] = {0, 3 * 8, 5 * 8 + 7, 16 * 8 + 1, 40 * 8};
    struct ss_arena arena;

    ss_arena_init(&arena, seeds->memory->env, ARENA);
    for (unsigned suite = 0; suite < fuzz_packet_suites(); suite++) {
        ss_arena_reset(&arena);
        put_stream(seeds, &arena, suite);
        for (unsigned first = 0; first < 4; first++) { /* sequence numbers */
            head(seeds, suite, FUZZ_PACKET_HONEST + first * FUZZ_PACKET_MODES, 7, 0);
            payload(seeds, &arena, SS_MSG_kexinit, first);
            seed_put(seeds);
        }
        head(seeds, suite, FUZZ_PACKET_HONEST, 0, 0); /* an empty payload, byte by byte */
        seed_put(seeds);
        for (size_t i = 0; i < SS_COUNT(places); i++) {
            head(seeds, suite, FUZZ_PACKET_FLIPPED, 255, places[i]);
            payload(seeds, &arena, SS_MSG_userauth_request, i);
            seed_put(seeds);
        }
        for (unsigned lie = 0; lie < 8; lie++) {
            head(seeds, suite, FUZZ_PACKET_LIED, 100, lie);
            payload(seeds, &arena, SS_MSG_debug, lie);
            seed_put(seeds);
        }
    }
    ss_arena_fini(&arena);
}
