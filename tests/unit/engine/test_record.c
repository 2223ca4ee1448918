/* SPDX-License-Identifier: Apache-2.0 */
/* test_record.c - the trace of a connection. */
#include <criterion/criterion.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(record, .fini = test_counted_check);

struct sink {
    struct ss_trace trace;
    struct ss_buf lines;
    unsigned seen[SS_TRACE_FAULT + 1];
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
    struct pair pair;

    pair_init(&pair, 1);
    sink_init(&sink, 0xffffffff);
    pair.server.config.trace = &sink.trace;
    hand_keys(&pair);
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
    pair_fini(&pair);
}

Test(record, only_what_is_wanted_is_made)
{
    for (unsigned kind = 0; kind <= SS_TRACE_FAULT; kind++) {
        struct sink sink;
        struct pair pair;

        pair_init(&pair, 1);
        sink_init(&sink, 1u << kind);
        pair.server.config.trace = &sink.trace;
        hand_keys(&pair);
        hand_send(&pair, test_hex("04 ff 00000000 00000000")); /* DEBUG, an odd boolean */
        hand_send(&pair, test_hex("15"));                      /* NEWKEYS, not now */
        for (unsigned other = 0; other <= SS_TRACE_FAULT; other++)
            cr_expect((sink.seen[other] > 0) == (other == kind), "%u %u", kind, other);
        ss_buf_fini(&sink.lines);
        pair_fini(&pair);
    }
}

Test(record, oddities_and_faults_are_told_with_their_packet)
{
    struct sink sink;
    struct pair pair;

    pair_init(&pair, 1);
    sink_init(&sink, 1u << SS_TRACE_NOTE | 1u << SS_TRACE_FAULT);
    pair.client.config.strict_kex = false;
    pair.server.config.trace = &sink.trace;
    hand_keys(&pair);
    ss_buf_clear(&sink.lines);
    hand_send(&pair, test_hex("04 ff 00000000 00000000"));
    hand_send(&pair, test_hex("15"));
    cr_expect(holds(&sink, "note debug always_display: boolean byte is 255\n"));
    cr_expect(holds(&sink, "fault unexpected_message message=newkeys "
                           "rule=RFC4253-7.3-newkeys-early offset=0\n"));
    ss_buf_fini(&sink.lines);
    pair_fini(&pair);
}
