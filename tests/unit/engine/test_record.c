/* SPDX-License-Identifier: Apache-2.0 */
/* test_record.c - the trace of a connection. */
#include <criterion/criterion.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(record, .fini = test_counted_check);

struct sink {
    struct ss_trace trace;
    struct ss_buf lines;
    unsigned seen[SS_TRACE_SECRET + 1];
    size_t payload; /* bytes of the last message */
};

static void keep(struct ss_trace *self, const struct ss_trace_record *record)
{
    struct sink *sink = SS_CONTAINER_OF(self, struct sink, trace);

    sink->seen[record->kind]++;
    if (record->kind == SS_TRACE_MESSAGE)
        sink->payload = record->payload.size;
    cr_assert(ss_trace_format(&sink->lines, record, 1000) == SS_OK);
}

static void sink_init(struct sink *sink, uint32_t kinds)
{
    memset(sink, 0, sizeof *sink);
    sink->trace.record = keep;
    sink->trace.kinds = kinds;
    ss_buf_init(&sink->lines, test_env(), 1 << 20);
}

static bool holds(const struct sink *sink, const char *text)
{
    ss_span lines = ss_buf_span(&sink->lines);
    size_t n = strlen(text);

    for (size_t i = 0; i + n <= lines.size; i++) {
        if (memcmp(lines.data + i, text, n) == 0)
            return true;
    }
    cr_log_error("%.*s", (int)lines.size, (const char *)lines.data);
    return false;
}

Test(record, a_handshake_leaves_its_messages_frames_and_steps)
{
    struct sink sink;
    struct duo duo;

    duo_init(&duo, 1);
    sink_init(&sink, 0xffffffff);
    duo.server.config.trace = &sink.trace;
    hand_keys(&duo);
    cr_expect(holds(&sink, "+0.000 srv > 0  kexinit cookie="));
    cr_expect(holds(&sink, "+0.000 srv < 0  kexinit cookie="));
    cr_expect(holds(&sink, "+0.000 srv < 1  kex_ecdh_init q_c="));
    cr_expect(holds(&sink, "+0.000 srv < 2  newkeys\n"));
    cr_expect(holds(&sink, "+0.000 srv < 2  frame length=12 padding=10 payload=1\n"));
    cr_expect(holds(&sink, "+0.000 srv > 2  frame size=16\n"));
    cr_expect(holds(&sink, "+0.000 srv . -  step phase kex\n"));
    cr_expect(holds(&sink, "+0.000 srv . -  step phase service\n"));
    cr_expect(holds(&sink, "+0.000 srv < -  bytes size="));
    ss_buf_fini(&sink.lines);
    duo_fini(&duo);
}

/* What the payload was, and what it was on the wire. */
Test(record, a_compressed_frame_tells_both_sizes)
{
    struct sink sink;
    struct duo duo;
    uint8_t ignore[300] = {2, 0, 0, 1, 0x27}; /* as much as 295 zeros */

    duo_init(&duo, 1);
    sink_init(&sink, 1u << SS_TRACE_FRAME);
    duo.server.config.trace = &sink.trace;
    duo.client.config.compression_algorithms_client_to_server = "zlib";
    duo.server.config.compression_algorithms_client_to_server = "zlib";
    duo.client.config.compression_algorithms_server_to_client = "zlib";
    duo.server.config.compression_algorithms_server_to_client = "zlib";
    hand_keys(&duo);
    ss_buf_clear(&sink.lines);
    hand_send(&duo, ss_span_make(ignore, sizeof ignore));
    cr_expect(holds(&sink, " payload=300 compressed="));
    ss_buf_clear(&sink.lines);
    cr_assert(ss_engine_send_payload(duo.server.engine, ss_span_make(ignore, sizeof ignore), NULL,
                                     0) == SS_OK);
    cr_expect(holds(&sink, " frame size="));
    cr_expect(holds(&sink, " payload=300 compressed="));
    ss_buf_fini(&sink.lines);
    duo_fini(&duo);
}

Test(record, only_what_is_wanted_is_made)
{
    for (unsigned kind = 0; kind <= SS_TRACE_FAULT; kind++) {
        struct sink sink;
        struct duo duo;

        duo_init(&duo, 1);
        sink_init(&sink, 1u << kind);
        duo.server.config.trace = &sink.trace;
        hand_keys(&duo);
        hand_send(&duo, test_hex("04 ff 00000000 00000000")); /* DEBUG, an odd boolean */
        hand_send(&duo, test_hex("15"));                      /* NEWKEYS, not now */
        for (unsigned other = 0; other <= SS_TRACE_FAULT; other++)
            cr_expect((sink.seen[other] > 0) == (other == kind), "%u %u", kind, other);
        ss_buf_fini(&sink.lines);
        duo_fini(&duo);
    }
}

Test(record, oddities_and_faults_are_told_with_their_packet)
{
    struct sink sink;
    struct duo duo;

    duo_init(&duo, 1);
    sink_init(&sink, 1u << SS_TRACE_NOTE | 1u << SS_TRACE_FAULT);
    duo.client.config.strict_kex = false;
    duo.server.config.trace = &sink.trace;
    hand_keys(&duo);
    ss_buf_clear(&sink.lines);
    hand_send(&duo, test_hex("04 ff 00000000 00000000"));
    hand_send(&duo, test_hex("15"));
    cr_expect(holds(&sink, "note debug always_display: boolean byte is 255\n"));
    cr_expect(holds(&sink, "fault unexpected_message message=newkeys "
                           "rule=RFC4253-7.3-newkeys-early offset=0\n"));
    ss_buf_fini(&sink.lines);
    duo_fini(&duo);
}

Test(record, every_phase_and_the_place_of_a_fault_are_told)
{
    struct sink sink;
    struct duo duo;

    duo_init(&duo, 1);
    sink_init(&sink, 1u << SS_TRACE_STEP | 1u << SS_TRACE_FAULT);
    duo.server.config.trace = &sink.trace;
    duo.plan.hold_open = true;
    duo_start(&duo);
    duo_run(&duo);
    cr_expect(holds(&sink, "step phase auth\n"));
    cr_expect(holds(&sink, "step phase connection\n"));
    cr_assert(ss_engine_send_payload(duo.client.engine, test_hex("5d 00000000 00"), NULL, 0) ==
              SS_OK);
    duo_run(&duo);
    cr_expect(holds(&sink, "fault truncated message=channel_window_adjust field=bytes_to_add "));
    ss_buf_fini(&sink.lines);
    duo_fini(&duo);
}

/* ---- secrets ---- */
struct secrets {
    struct ss_trace trace;
    unsigned count;
    uint8_t shared[4][64];
    uint8_t cookie[16];
    size_t size[4], private_size;
};

static void keep_secret(struct ss_trace *self, const struct ss_trace_record *record)
{
    struct secrets *secrets = SS_CONTAINER_OF(self, struct secrets, trace);
    const struct ss_trace_secret *secret = record->secret;

    cr_assert((secret != NULL) == (record->kind == SS_TRACE_SECRET));
    if (secret == NULL)
        return;
    cr_assert(secrets->count < 4 && secret->cookie.size == 16 && secret->shared.size <= 64);
    memcpy(secrets->cookie, secret->cookie.data, 16);
    memcpy(secrets->shared[secrets->count], secret->shared.data, secret->shared.size);
    secrets->size[secrets->count++] = secret->shared.size;
    secrets->private_size = secret->private_key.size;
}

static void record_secrets(struct duo_side *side, struct secrets *secrets, bool wanted)
{
    memset(secrets, 0, sizeof *secrets);
    secrets->trace.record = keep_secret;
    secrets->trace.kinds = UINT32_MAX;
    secrets->trace.secrets = wanted;
    side->config.trace = &secrets->trace;
}

/* Each side tells K, the same on both, at every exchange, and its own ephemeral key where the
 * method has a single one. */
static void expect_secrets(const char *kex, size_t private_size)
{
    struct secrets client, server;
    struct duo duo;

    duo_init(&duo, 1);
    record_secrets(&duo.client, &client, true);
    record_secrets(&duo.server, &server, true);
    duo.client.config.kex_algorithms = kex;
    hand_keys(&duo);
    cr_expect(client.count == 1 && server.count == 1, "%s: %u %u", kex, client.count, server.count);
    cr_expect(client.size[0] >= 28 && client.size[0] == server.size[0]);
    cr_expect(memcmp(client.shared[0], server.shared[0], client.size[0]) == 0, "%s", kex);
    cr_expect(memcmp(client.cookie, server.cookie, 16) != 0);
    cr_expect(client.private_size == private_size && server.private_size == private_size, "%s: %zu",
              kex, client.private_size);
    duo_fini(&duo);
}

Test(record, the_secrets_of_an_exchange_are_told_by_both_sides)
{
    expect_secrets("curve25519-sha256", 32);
    expect_secrets("mlkem768x25519-sha256", 0);
}

/* All kinds of records are not all: secrets have to be asked for by their flag. */
Test(record, secrets_stay_secret_unless_asked_for)
{
    struct secrets secrets;
    struct duo duo;

    duo_init(&duo, 1);
    record_secrets(&duo.client, &secrets, false);
    hand_keys(&duo);
    cr_expect(secrets.count == 0);
    duo_fini(&duo);
}

/* The sizes of the pieces add up to the bytes, so that a stream can be cut at them. */
struct sums {
    struct ss_trace trace;
    size_t bytes[2], pieces[2];
};

static void add_up(struct ss_trace *self, const struct ss_trace_record *record)
{
    struct sums *sums = SS_CONTAINER_OF(self, struct sums, trace);

    if (record->kind == SS_TRACE_BYTES)
        sums->bytes[record->direction] += record->wire.size;
    if (record->kind == SS_TRACE_FRAME)
        sums->pieces[record->direction] += record->size;
}

Test(record, pieces_add_up_to_the_bytes_also_of_what_is_held_dropped_and_doubled)
{
    static const enum ss_lie_kind kinds[] = {SS_LIE_HOLD, SS_LIE_DUPLICATE, SS_LIE_DROP};
    struct sums sums = {.trace = {.record = add_up, .kinds = UINT32_MAX}};
    struct duo duo;

    duo_init(&duo, 1);
    duo.client.config.trace = &sums.trace;
    hand_keys(&duo);
    for (size_t i = 0; i < SS_COUNT(kinds); i++) {
        struct ss_lie lie = {.kind = kinds[i], .n = 2};

        cr_assert(ss_engine_send_payload(duo.client.engine, test_hex("02 00000000"), &lie, 1) ==
                  SS_OK);
    }
    cr_assert(ss_engine_release(duo.client.engine) == SS_OK);
    cr_assert(ss_engine_send_raw(duo.client.engine, ss_span_of("raw")) == SS_OK);
    ss_engine_sent(duo.client.engine, SIZE_MAX);
    cr_expect(sums.bytes[SS_OUT] > 0 && sums.bytes[SS_OUT] == sums.pieces[SS_OUT], "%zu %zu",
              sums.bytes[SS_OUT], sums.pieces[SS_OUT]);
    cr_expect(sums.bytes[SS_IN] > 0 && sums.bytes[SS_IN] == sums.pieces[SS_IN], "%zu %zu",
              sums.bytes[SS_IN], sums.pieces[SS_IN]);
    duo_fini(&duo);
}
