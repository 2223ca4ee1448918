/* SPDX-License-Identifier: Apache-2.0 */
/* server.c - a server engine with its owner, one client's packets, and what must always hold.
 *
 * Owns: see server.h.
 * Not here: reading what the server says (replies.c), the gate (session_gate.c).
 * Called by: session.c, starts.c.
 * The bounds on memory are those that a server keeps before authentication. */
#include "fuzz/server.h"

#include "fuzz/session_gate.h"
#include "fuzz/sign_memo.h"
#include "fuzz/stub_crypto.h"

enum {
    SEALED = 1 << 20,
    DISCONNECT = 1,
    KEXINIT = 20,
    NEWKEYS = 21,
    FILES_MOST = 1 << 20,
    EVENTS_MOST = 200000
};
/* Far more than a packet takes, also with sanitizers on a busy machine: a loop would be longer. */
enum { PREAUTH_MICROSECONDS = 100000, MICROSECONDS = 400000 };

const char fuzz_user[] = "tester";
const char fuzz_password[] = "a password that no input holds: 8c1f";

/* ---- guidance: which numbers came in which state ---- */

enum { PHASES = 6, NUMBERS = 256 };
__attribute__((section("__libfuzzer_extra_counters"),
               used)) static uint8_t seen[PHASES * NUMBERS * 2];

static size_t phase_index(unsigned phase)
{
    size_t i = 0;

    while ((phase >> i & 1) == 0 && i < PHASES - 1)
        i++;
    return i;
}

/* ---- making ---- */

/* One key for all inputs: drawn from a seed of its own, so that no input changes it. */
static const struct ss_key *const *host_keys(void)
{
    static struct ss_seeded seeded;
    static struct ss_key *key;
    static const struct ss_key *keys[2];

    if (key == NULL) {
        fuzz_sign_memo();
        ss_seeded_init(&seeded, 7);
        MUST(ss_key_generate(&seeded.env, SS_KEY_ED25519, 0, ss_span_of(""), &key) == SS_OK);
        keys[0] = key;
    }
    return keys;
}

static void on_command(struct ss_serving_hook *hook, ss_span command)
{
    const struct fuzz_server *server = SS_CONTAINER_OF(hook, struct fuzz_server, hook);

    (void)command;
    MUST(server->let_in);
}

void fuzz_server_init(struct fuzz_server *server)
{
    static const struct ss_mem_options options = {.bytes_most = FILES_MOST};
    struct ss_serving_config config = {0};
    const struct ss_env *env;

    memset(server, 0, sizeof *server);
    fuzz_memory_init(&server->memory);
    fuzz_memory_init(&server->files);
    fuzz_memory_init(&server->client);
    env = server->memory.env;
    fuzz_replies_init(&server->replies);
    ss_packet_out_init(&server->packets, server->client.env);
    ss_buf_init(&server->sealed, server->client.env, SEALED);
    ss_config_init(&server->config, SS_SERVER);
    server->config.registry = fuzz_stub_registry();
    server->config.policy = "legacy"; /* all of it: no other policy names what is made up */
    server->config.host_keys = host_keys();
    server->account.user = ss_span_of(fuzz_user);
    server->account.password = ss_span_of(fuzz_password);
    server->hook.on_command = on_command;
    config.accounts = &server->account;
    config.account_count = 1;
    config.hook = &server->hook;
    MUST(ss_mem_fs_new(server->files.env, &options, &server->tree) == SS_OK);
    config.fs = ss_mem_fs_fs(server->tree);
    MUST(ss_engine_new(&server->config, env, 0, &server->engine) == SS_OK);
    MUST(ss_serving_new(env, server->engine, &config, &server->serving) == SS_OK);
}

void fuzz_server_fini(struct fuzz_server *server, size_t size)
{
    ss_serving_free(&server->serving);
    ss_engine_free(&server->engine);
    ss_mem_fs_free(&server->tree);
    ss_packet_out_fini(&server->packets);
    ss_buf_fini(&server->sealed);
    fuzz_replies_fini(&server->replies);
    fuzz_memory_fini(&server->memory, size);
    MUST(server->files.counted.blocks == 0 && server->client.counted.blocks == 0);
}

bool fuzz_server_over(const struct fuzz_server *server)
{
    return ss_engine_finished(server->engine);
}

/* ---- what must always hold ---- */

/* Unread replies count, too. */
static void check_memory(const struct fuzz_server *server)
{
    size_t bytes = server->memory.counted.bytes;

    if (ss_engine_authenticated(server->engine))
        return;
    MUST(bytes <= FUZZ_PREAUTH_MOST);
    MUST(bytes <= FUZZ_PREAUTH_FREE + 2 * server->received);
}

static void check_event(const struct fuzz_server *server, const struct ss_event *event)
{
    bool later = event->type >= SS_EVENT_CHANNEL_OPEN && event->type <= SS_EVENT_GLOBAL_REPLY;

    MUST(server->let_in || (!later && event->type != SS_EVENT_AUTH_DONE));
    MUST(event->type != SS_EVENT_HOST_KEY && event->type != SS_EVENT_AUTH_NEXT &&
         event->type != SS_EVENT_AUTH_PK_OK && event->type != SS_EVENT_PRELINE);
    if (event->type == SS_EVENT_FAULT)
        MUST(ss_err_class_of(event->fault->err) != SS_CLASS_INTERNAL &&
             ss_err_class_of(event->fault->err) != SS_CLASS_USAGE);
}

static void turn(struct fuzz_server *server)
{
    struct ss_event event;
    size_t events = 0;

    while (ss_engine_poll(server->engine, &event)) {
        ss_err err;

        check_event(server, &event);
        err = ss_serving_event(server->serving, &event);
        MUST(err != SS_E_internal);
        MUST(++events < EVENTS_MOST);
    }
    (void)(ss_serving_pump(server->serving) == SS_OK);
    MUST(server->let_in || !ss_engine_authenticated(server->engine));
    check_memory(server);
    if (!server->unread)
        fuzz_server_read(server);
}

/* What is written makes room for more to be written. */
void fuzz_server_read(struct fuzz_server *server)
{
    ss_span out = ss_engine_output(server->engine);

    while (out.size > 0) {
        fuzz_replies_take(&server->replies, out);
        ss_engine_sent(server->engine, out.size);
        (void)(ss_serving_pump(server->serving) == SS_OK);
        out = ss_engine_output(server->engine);
    }
}

/* ---- what is done to it ---- */

void fuzz_server_feed(struct fuzz_server *server, ss_span bytes)
{
    size_t piece = server->piece > 0 ? server->piece : bytes.size;
    bool over = fuzz_server_over(server);

    server->received += bytes.size;
    while (bytes.size > 0) {
        ss_span next = fuzz_copy(ss_span_part(bytes, 0, piece));

        MUST(ss_engine_feed(server->engine, next, server->now) == SS_OK);
        turn(server);
        bytes = ss_span_part(bytes, next.size, bytes.size);
        fuzz_drop(&next);
    }
    if (over && !server->unread)
        MUST(ss_engine_output(server->engine).size == 0);
}

void fuzz_server_eof(struct fuzz_server *server)
{
    ss_engine_feed_eof(server->engine, server->now);
    turn(server);
    MUST(fuzz_server_over(server));
}

void fuzz_server_wait(struct fuzz_server *server, ss_time milliseconds)
{
    server->now += milliseconds;
    (void)(ss_engine_tick(server->engine, server->now) == SS_OK);
    turn(server);
    /* rule: RFC4252-4-auth-timeout */
    if (server->now > server->config.login_time && !server->let_in)
        MUST(fuzz_server_over(server));
}

static void seal(struct fuzz_server *server, ss_span payload, const struct ss_lie *lies,
                 size_t lie_count)
{
    size_t mark;
    ss_err err;

    ss_buf_clear(&server->sealed);
    MUST(ss_packet_begin(&server->packets, &server->sealed, &mark) == SS_OK);
    MUST(ss_buf_put(&server->sealed, payload) == SS_OK);
    err = ss_packet_end(&server->packets, &server->sealed, mark, lies, lie_count);
    MUST(err == SS_OK || (err == SS_E_bad_argument && lie_count > 0));
    server->torn = server->torn || lie_count > 0;
}

/* After its own NEWKEYS a client seals. Whether the sequence numbers start over is what both sides
 * agreed on; the server knows. */
static void after_newkeys(struct fuzz_server *server)
{
    static const uint8_t none[64];
    struct ss_suite suite;

    if (!server->sent_newkeys) {
        MUST(ss_suite_init(&suite, server->client.env, &fuzz_stub_cipher, NULL, none, none, none,
                           SS_SEAL) == SS_OK);
        ss_packet_out_install(&server->packets, &suite);
    }
    server->sent_newkeys = true;
    if (ss_engine_negotiated(server->engine)->strict)
        server->packets.sequence = 0;
}

struct before { /* a packet */
    unsigned phase;
    bool over, strict, later, dropped;
    uint32_t sequence;
    size_t messages;
    uint64_t began;
};

static struct before look(struct fuzz_server *server)
{
    const struct ss_negotiated *negotiated = ss_engine_negotiated(server->engine);
    struct before before;

    before.over = fuzz_server_over(server);
    before.phase = ss_engine_phase(server->engine);
    before.later = negotiated->epoch > 0;
    before.strict = negotiated->strict && !before.later;
    before.dropped = negotiated->guess_ignored && before.phase == SS_PHASE_KEX;
    before.sequence = server->packets.sequence;
    before.messages = server->replies.messages;
    before.began = fuzz_cpu();
    server->replies.unimplemented = 0;
    return before;
}

/* Which of the gate's answers it was. */
static void check_gate(const struct fuzz_server *server, const struct before *before,
                       uint8_t number)
{
    unsigned allowed =
        fuzz_gate((enum ss_phase)before->phase, before->strict, before->later, number);
    unsigned unimplemented = server->replies.unimplemented;

    if (before->dropped || server->unread)
        return;
    if (unimplemented > 0) {
        MUST(unimplemented == 1);
        MUST(server->replies.unimplemented_sequence == before->sequence);
    }
    if ((allowed & FUZZ_TAKES) != 0)
        return;
    /* rule: RFC4253-11.1-no-data-after-disconnect */
    if (number == DISCONNECT && ss_engine_fault(server->engine) == NULL)
        MUST(server->replies.messages == before->messages);
    if (fuzz_server_over(server))
        MUST((allowed & FUZZ_ENDS) != 0);
    else if (unimplemented > 0)
        MUST((allowed & FUZZ_UNIMPLEMENTED) != 0);
    else
        MUST((allowed & FUZZ_IGNORES) != 0 && server->replies.messages == before->messages);
}

/* lied: what was sent may be no packet. */
static void check_packet(const struct fuzz_server *server, const struct before *before,
                         ss_span payload, bool lied)
{
    uint64_t most = before->phase < SS_PHASE_CONNECTION ? PREAUTH_MICROSECONDS : MICROSECONDS;

    MUST(fuzz_cpu() - before->began < most);
    if (before->over)
        MUST(server->unread || server->replies.messages == before->messages);
    else if (lied || before->dropped) /* a wrong guess is not even looked at */
        return;
    else if (payload.size == 0)
        MUST(fuzz_server_over(server)); /* rule: RFC4253-6-empty-payload */
    else
        check_gate(server, before, payload.data[0]);
}

/* Looked at with or without lies: they are of the frame. */
static void after_packet(struct fuzz_server *server, const struct before *before, uint8_t number)
{
    if (number == NEWKEYS)
        after_newkeys(server);
    /* rule: STRICTKEX-3.2-first-packet-kexinit */
    if (number == KEXINIT && !before->later && before->sequence != 0 &&
        ss_engine_negotiated(server->engine)->strict)
        MUST(fuzz_server_over(server));
}

void fuzz_server_packet(struct fuzz_server *server, ss_span payload, const struct ss_lie *lies,
                        size_t lie_count)
{
    struct before before = look(server);
    bool lied = server->torn || lie_count > 0;

    if (payload.size > 0)
        seen[(phase_index(before.phase) * NUMBERS + payload.data[0]) * 2 + before.over] = 1;
    seal(server, payload, lies, lie_count);
    fuzz_server_feed(server, ss_buf_span(&server->sealed));
    check_packet(server, &before, payload, lied);
    if (payload.size > 0)
        after_packet(server, &before, payload.data[0]);
}
