/* SPDX-License-Identifier: Apache-2.0 */
/* session.c - runs an input of fuzz_session.
 *
 * Owns: the steps.
 * Not here: oracles that hold at every moment (server.c).
 * Called by: fuzz_session.c, seed_session.c. */
#include "fuzz/session.h"

#include "sshspec/vary.h"
#include "sshspec/wire.h"

enum {
    STEPS_MOST = 64,
    LIE_HEAD = 2,
    WAIT_BYTES = 8,
    WAIT_MOST = 1000000000,
    RECEIVED_MOST = 1 << 20
};

/* A frame with one lie; the rest of the stream may then be no row of packets any more. */
static void lied(struct fuzz_server *server, ss_span bytes)
{
    struct ss_lie lie = {.kind = SS_LIE_PACKET_LENGTH, .bytes = ss_span_of("padding")};
    struct ss_vary vary;

    if (bytes.size < LIE_HEAD)
        return;
    ss_vary_init(&vary, (uint64_t)(bytes.data[0] << 8 | bytes.data[1]));
    lie.kind += ss_vary_below(&vary, SS_LIE_CUT - SS_LIE_PACKET_LENGTH + 1);
    lie.n = ss_vary_below(&vary, 40);
    if (lie.kind == SS_LIE_SEQUENCE || lie.kind == SS_LIE_PACKET_LENGTH)
        lie.n = (int64_t)(ss_vary_next(&vary) >> (32 + ss_vary_below(&vary, 32)));
    fuzz_server_packet(server, ss_span_part(bytes, LIE_HEAD, bytes.size), &lie, 1);
}

static void again(struct fuzz_server *server, ss_span bytes)
{
    size_t times = bytes.size > 0 ? 1 + (size_t)bytes.data[0] : 0;

    for (; times > 0 && server->received < RECEIVED_MOST; times--)
        fuzz_server_packet(server, ss_span_part(bytes, 1, bytes.size), NULL, 0);
}

static void wait(struct fuzz_server *server, ss_span bytes)
{
    uint64_t n = 0;

    for (size_t i = 0; i < bytes.size && i < WAIT_BYTES; i++)
        n = n << 8 | bytes.data[i];
    fuzz_server_wait(server, n % WAIT_MOST);
}

/* False when nothing may follow. */
static bool step(struct fuzz_server *server, uint8_t kind, ss_span bytes)
{
    switch (kind & FUZZ_STEP_MASK) {
    case FUZZ_RAW:
        server->torn = true;
        fuzz_server_feed(server, bytes);
        return true;
    case FUZZ_AGAIN:
        again(server, bytes);
        return true;
    case FUZZ_WAIT:
        wait(server, bytes);
        return true;
    case FUZZ_LIED:
        lied(server, bytes);
        return true;
    case FUZZ_EOF:
        fuzz_server_eof(server);
        return false;
    default:
        fuzz_server_packet(server, bytes, NULL, 0);
        return true;
    }
}

static void finish(struct fuzz_server *server, struct fuzz_session_end *end)
{
    const struct ss_fault *fault = ss_engine_fault(server->engine);

    fuzz_server_read(server);
    end->phase = ss_engine_phase(server->engine);
    end->messages = server->replies.messages;
    end->epoch = ss_engine_negotiated(server->engine)->epoch;
    end->over = fuzz_server_over(server);
    end->fault = fault != NULL ? fault->err : SS_OK;
    end->sum = server->replies.sum;
}

struct fuzz_session_end fuzz_session_run(ss_span input, size_t more)
{
    uint8_t head = input.size > 0 ? input.data[0] : 0;
    struct fuzz_session_end end = {0};
    struct fuzz_server server;
    size_t at = 1;
    struct ss_channel_info info;
    bool on = true;

    fuzz_server_init(&server);
    fuzz_start_at(&server, (enum fuzz_start)((head & FUZZ_START_MASK) % FUZZ_STARTS));
    server.unread = (head & FUZZ_UNREAD) != 0;
    while (on && end.steps < STEPS_MOST && at + FUZZ_STEP_HEAD <= input.size) {
        uint8_t kind = input.data[at];
        size_t size = (size_t)(input.data[at + 1] << 8 | input.data[at + 2]);
        ss_span bytes = ss_span_part(input, at + FUZZ_STEP_HEAD, size);

        server.piece = (size_t)(kind >> FUZZ_PIECE_SHIFT);
        server.piece = server.piece > 0 ? server.piece + more : 0;
        on = step(&server, kind, bytes);
        at += FUZZ_STEP_HEAD + bytes.size;
        end.steps++;
        end.channel = end.channel || ss_engine_channel(server.engine, 0, &info);
    }
    finish(&server, &end);
    fuzz_server_fini(&server, (size_t)server.received);
    return end;
}
