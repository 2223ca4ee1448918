/* SPDX-License-Identifier: Apache-2.0 */
/* test_compression.c - which packets of a conversation are compressed, and what damage does.
 *
 * Follows: RFC 4253 section 6.2; OpenSSH PROTOCOL section 1.2. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(compression, .fini = test_counted_check);

enum { IGNORE = 2, NEWKEYS = 21, SUCCESS = 52, MOST = 4096 };

/* ---- the packets of one side, in the order in which it met them ---- */

struct met {
    enum ss_direction direction;
    uint8_t number;
    bool compressed;
};

struct sink {
    struct ss_trace trace;
    struct met met[MOST];
    size_t count;
    bool framed; /* inbound: the frame was told, its message comes next */
};

static bool says(ss_span text, const char *word)
{
    size_t n = strlen(word);

    for (size_t i = 0; i + n <= text.size; i++) {
        if (memcmp(text.data + i, word, n) == 0)
            return true;
    }
    return false;
}

/* A frame is told before its message on the way in, and behind it on the way out. */
static void keep(struct ss_trace *self, const struct ss_trace_record *record)
{
    struct sink *sink = SS_CONTAINER_OF(self, struct sink, trace);
    bool frame = record->kind == SS_TRACE_FRAME;
    bool first = frame == (record->direction == SS_IN);
    struct met *met;

    if (frame && record->sequence == UINT32_MAX)
        return; /* an identification line: no packet */
    cr_assert(sink->count < MOST);
    if (first)
        sink->met[sink->count++].direction = record->direction;
    met = &sink->met[sink->count - 1];
    cr_assert(met->direction == record->direction);
    if (frame)
        met->compressed = says(record->text, " compressed=");
    else
        met->number = record->payload.data[0];
}

static void watch(struct duo_side *side, struct sink *sink)
{
    memset(sink, 0, sizeof *sink);
    sink->trace.record = keep;
    sink->trace.kinds = 1u << SS_TRACE_FRAME | 1u << SS_TRACE_MESSAGE;
    side->config.trace = &sink->trace;
}

struct watched {
    struct duo duo;
    struct sink client, server;
};

static struct watched watched; /* too large for a stack */

static struct duo *start(const char *c2s, const char *s2c)
{
    struct duo *duo = &watched.duo;

    duo_init(duo, 1);
    duo->plan.upload = 20000;
    duo->client.config.compression_algorithms_client_to_server = c2s;
    duo->client.config.compression_algorithms_server_to_client = s2c;
    duo->server.config.compression_algorithms_client_to_server = "none,zlib,zlib@openssh.com";
    duo->server.config.compression_algorithms_server_to_client = "none,zlib,zlib@openssh.com";
    watch(&duo->client, &watched.client);
    watch(&duo->server, &watched.server);
    return duo;
}

/* In each direction from the packet behind the first with the number on, as far as comp has it. */
static void expect_from(const struct sink *sink, const char *side, uint8_t number,
                        enum ss_direction of_number, bool in, bool out)
{
    bool began[2] = {false, false};
    size_t compressed = 0;

    for (size_t i = 0; i < sink->count; i++) {
        const struct met *met = &sink->met[i];
        bool on = (met->direction == SS_IN ? in : out) && began[met->direction];

        cr_assert(met->compressed == on, "%s: packet %zu, message %u, %s", side, i, met->number,
                  met->direction == SS_IN ? "in" : "out");
        compressed += on;
        if (met->number == NEWKEYS && number == NEWKEYS)
            began[met->direction] = true;
        if (met->number == SUCCESS && number == SUCCESS && met->direction == of_number)
            began[SS_IN] = began[SS_OUT] = true;
    }
    cr_expect((compressed > 5) == (in || out), "%s: %zu", side, compressed);
}

/* rule: RFC4253-6.2-compression-directions-independent, RFC4253-6-initial-no-compression-mac */
Test(compression, zlib_starts_behind_newkeys_in_the_directions_that_have_it)
{
    for (unsigned ways = 0; ways < 4; ways++) {
        bool c2s = (ways & 1) != 0, s2c = (ways & 2) != 0;
        struct duo *duo = start(c2s ? "zlib" : "none", s2c ? "zlib" : "none");

        complete(duo, "zlib");
        expect_from(&watched.client, "client", NEWKEYS, SS_IN, s2c, c2s);
        expect_from(&watched.server, "server", NEWKEYS, SS_OUT, c2s, s2c);
        duo_fini(duo);
    }
}

/* rule: OSSH-1.2-zlib-delayed-start */
Test(compression, the_delayed_one_starts_behind_success)
{
    for (unsigned ways = 1; ways < 4; ways++) {
        for (int strict = 0; strict < 2; strict++) {
            bool c2s = (ways & 1) != 0, s2c = (ways & 2) != 0;
            struct duo *duo =
                start(c2s ? "zlib@openssh.com" : "none", s2c ? "zlib@openssh.com" : "none");

            duo->plan.login = DUO_QUERY_THEN_KEY;
            duo->client.config.strict_kex = strict != 0;
            complete(duo, "delayed");
            expect_from(&watched.client, "client", SUCCESS, SS_IN, s2c, c2s);
            expect_from(&watched.server, "server", SUCCESS, SS_OUT, c2s, s2c);
            duo_fini(duo);
        }
    }
}

/* rule: RFC4253-6.2-compression-reset-on-rekey, OSSH-1.2-zlib-delayed-rekey */
Test(compression, new_keys_start_a_new_stream_at_once_after_the_login)
{
    struct duo *duo = start("zlib@openssh.com", "zlib@openssh.com");

    duo->client.config.rekey_packets = 6; /* the bytes are few */
    duo->client.config.max_packet = duo->server.config.max_packet = 500;
    duo->plan.chunk = 300;
    complete(duo, "rekeyed");
    cr_expect(ss_engine_negotiated(duo->client.engine)->epoch > 3);
    expect_from(&watched.client, "client", SUCCESS, SS_IN, true, true);
    expect_from(&watched.server, "server", SUCCESS, SS_OUT, true, true);
    duo_fini(duo);
}

static void rekey(struct duo *duo, struct duo_side *side, const char *c2s, const char *s2c)
{
    struct ss_command again = {.kind = SS_CMD_KEXINIT};
    struct ss_command ping = {.kind = SS_CMD_PING, .data = ss_span_of("still there")};
    unsigned pongs = duo->client.events[SS_EVENT_PONG];

    duo->client.config.compression_algorithms_client_to_server = c2s;
    duo->client.config.compression_algorithms_server_to_client = s2c;
    cr_assert(duo_do(side, &again, NULL) == SS_OK);
    duo_run(duo);
    cr_assert(duo_do(&duo->client, &ping, NULL) == SS_OK);
    duo_run(duo);
    cr_assert(ss_engine_fault(duo->client.engine) == NULL);
    cr_assert(ss_engine_fault(duo->server.engine) == NULL);
    cr_expect(duo->client.events[SS_EVENT_PONG] == pongs + 1, "%s %s", c2s, s2c);
}

/* rule: RFC4253-9-rekey-change-algorithms. NEWKEYS itself still goes the old way. */
Test(compression, a_rekey_may_change_it)
{
    static const char *const comps[] = {"none", "zlib", "zlib@openssh.com",
                                        "zlib", "none", "zlib@openssh.com"};
    struct duo *duo = start("none", "zlib");
    bool on[2][2] = {{true, false}, {false, true}}; /* client and server; in and out */
    size_t round = 0;

    duo->plan.hold_open = true;
    complete_open(duo, "open");
    for (size_t i = 0; i + 1 < SS_COUNT(comps); i++)
        rekey(duo, i % 2 == 0 ? &duo->client : &duo->server, comps[i], comps[i + 1]);
    for (size_t s = 0; s < 2; s++) {
        const struct sink *sink = s == 0 ? &watched.client : &watched.server;
        size_t epoch[2] = {0, 0};

        for (size_t i = 0; i < sink->count; i++) {
            const struct met *met = &sink->met[i];
            size_t at = epoch[met->direction];
            bool c2s = (met->direction == SS_OUT) == (s == 0);
            bool want = at == 1 ? on[s][met->direction]
                                : at > 1 && strcmp(comps[at - 2 + (c2s ? 0 : 1)], "none") != 0;

            cr_expect(met->compressed == want, "side %zu packet %zu number %u epoch %zu", s, i,
                      met->number, at);
            epoch[met->direction] += met->number == NEWKEYS;
        }
        round += epoch[SS_IN] + epoch[SS_OUT];
    }
    cr_expect(round == 4 * 6, "%zu changes of keys", round);
    duo_fini(duo);
}

/* ---- what is on its way when SUCCESS is sent ---- */

static unsigned in_flight;

static void hurry(struct duo *duo, struct duo_side *side, const struct ss_event *event)
{
    struct ss_command again = {.kind = SS_CMD_KEXINIT};
    struct ss_msg_ignore body = {.data = ss_span_of("meanwhile")};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_MSG_ignore), .body = &body};

    duo_client_event(duo, side, event);
    if (event->type != SS_EVENT_AUTH_NEXT)
        return;
    for (unsigned i = 0; i < 3; i++)
        cr_assert(ss_engine_send(side->engine, &msg, NULL, 0) == SS_OK);
    if (in_flight == 1)
        (void)duo_do(side, &again, NULL);
}

/* A client that did not wait for the answer to its login, and one that asked for new keys behind
 * it: what it sent is not compressed, and the server has to believe that. */
Test(compression, what_was_sent_before_success_was_seen_is_taken)
{
    for (in_flight = 0; in_flight < 2; in_flight++) {
        struct duo *duo = start("zlib@openssh.com", "zlib@openssh.com");
        size_t plain = 0, packed = 0;
        bool success = false;

        duo->client.on_event = hurry;
        complete(duo, in_flight == 1 ? "a rekey in flight" : "in flight");
        for (size_t i = 0; i < watched.server.count; i++) {
            const struct met *met = &watched.server.met[i];

            if (met->direction == SS_IN && success)
                *(met->compressed ? &packed : &plain) += 1;
            success = success || met->number == SUCCESS;
        }
        cr_expect(plain >= 3 && packed > 5, "%zu and %zu", plain, packed);
        duo_fini(duo);
    }
}

/* ---- by hand, and damage ---- */

Test(compression, under_step_it_is_the_same)
{
    static const char *const comps[] = {"zlib", "zlib@openssh.com"};

    for (size_t i = 0; i < SS_COUNT(comps); i++) {
        struct duo *duo = start(comps[i], comps[i]);
        unsigned all = SS_LAYER_TRANSPORT | SS_LAYER_AUTH | SS_LAYER_CONNECTION;

        duo->client.config.pace = duo->server.config.pace = SS_STEP;
        duo_start(duo);
        cr_assert(ss_engine_autopilot(duo->client.engine, all) == SS_OK);
        cr_assert(ss_engine_autopilot(duo->server.engine, all) == SS_OK);
        duo_run(duo);
        expect_complete(duo, comps[i]);
        expect_from(&watched.server, "server", i == 0 ? NEWKEYS : SUCCESS, SS_OUT, true, true);
        duo_fini(duo);
    }
}

static void expect_end(struct duo *duo, ss_err err)
{
    const struct ss_fault *fault;
    char line[64];

    duo_run(duo);
    fault = ss_engine_fault(duo->server.engine);
    cr_assert(fault != NULL && fault->err == err, "%s",
              fault != NULL ? ss_err_name(fault->err) : "no fault");
    cr_expect_str_eq(fault->rule, "RFC4253-6.2-bad-compressed-data");
    (void)snprintf(line, sizeof line, "%d ch=0 n=%d ", SS_EVENT_DISCONNECTED,
                   SS_DISCONNECT_COMPRESSION_ERROR);
    cr_expect(says(ss_buf_span(&duo->client.log), line), "%.*s", (int)ss_buf_size(&duo->client.log),
              (const char *)ss_buf_at(&duo->client.log));
}

/* rule: RFC4253-6.2-bad-compressed-data */
Test(compression, damage_and_bombs_end_the_connection_with_reason_6)
{
    struct ss_lie plain = {.kind = SS_LIE_NO_COMPRESS};
    static const uint8_t zeros[16]; /* the end of a block, then a stored one of wrong length */
    static uint8_t bomb[2000000];

    bomb[0] = IGNORE;
    bomb[1] = (sizeof bomb - 5) >> 24;
    bomb[2] = (uint8_t)((sizeof bomb - 5) >> 16);
    bomb[3] = (uint8_t)((sizeof bomb - 5) >> 8);
    bomb[4] = (uint8_t)(sizeof bomb - 5);
    for (int large = 0; large < 2; large++) {
        struct duo *duo = start("zlib@openssh.com", "none");

        duo->client.config.trace = duo->server.config.trace = NULL;
        duo->plan.hold_open = true;
        complete_open(duo, "open");
        if (large != 0)
            cr_assert(ss_engine_send_payload(duo->client.engine, ss_span_make(bomb, sizeof bomb),
                                             NULL, 0) == SS_OK);
        else
            cr_assert(ss_engine_send_payload(duo->client.engine, ss_span_make(zeros, sizeof zeros),
                                             &plain, 1) == SS_OK);
        expect_end(duo, SS_E_decompress);
        duo_fini(duo);
    }
}
