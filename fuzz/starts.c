/* SPDX-License-Identifier: Apache-2.0 */
/* starts.c - an honest client talks to a server once; what it said is said again for each input.
 *
 * Owns: the recording, and where in it each start lies.
 * Not here: what follows (session.c).
 * Called by: session.c, seed_session.c.
 *
 * With the stub cipher a client's bytes do not depend on the server's, so saying them again is as
 * good as a second client, at the price of the server's work alone. */
#include "fuzz/starts.h"

#include "fuzz/stub_crypto.h"

enum { PAYLOADS_MOST = 64, TURNS_MOST = 200 };
enum {
    SERVICE_REQUEST = 5,
    KEXINIT = 20,
    NEWKEYS = 21,
    USERAUTH_REQUEST = 50,
    OPEN = 90,
    DATA = 94
};

struct recording {
    struct ss_trace trace;
    ss_span payloads[PAYLOADS_MOST]; /* kept for the life of the program */
    size_t count;
    size_t ends[FUZZ_STARTS + 1]; /* payloads up to each start; the last: all */
    bool rekeying;
};

struct client {
    struct fuzz_memory memory;
    struct ss_config config;
    struct ss_engine *engine;
    uint32_t channel;
    struct ss_arena arena;
};

/* ---- what is recorded ---- */

static void mark(struct recording *recording, enum fuzz_start start)
{
    if (recording->ends[start] == 0)
        recording->ends[start] = recording->count;
}

static void on_record(struct ss_trace *trace, const struct ss_trace_record *record)
{
    struct recording *recording = SS_CONTAINER_OF(trace, struct recording, trace);

    if (record->direction != SS_OUT || record->payload.size == 0)
        return;
    MUST(recording->count < PAYLOADS_MOST);
    recording->payloads[recording->count++] = fuzz_copy(record->payload);
    switch (record->payload.data[0]) {
    case KEXINIT:
        mark(recording, recording->ends[FUZZ_AT_KEXINIT] == 0 ? FUZZ_AT_KEXINIT : FUZZ_AT_REKEY);
        break;
    case NEWKEYS:
        mark(recording, FUZZ_AT_KEYS);
        break;
    case SERVICE_REQUEST:
        mark(recording, FUZZ_AT_SERVICE);
        break;
    case USERAUTH_REQUEST:
        mark(recording, FUZZ_AT_LOGIN);
        break;
    case OPEN:
        mark(recording, FUZZ_AT_CHANNEL);
        break;
    case DATA:
        mark(recording, FUZZ_AT_SFTP);
        break;
    default:
        break;
    }
}

/* ---- the client ---- */

static void ask_for_sftp(struct client *client)
{
    struct ss_command command = {.kind = SS_CMD_CHANNEL_REQUEST, .channel = client->channel};
    struct ss_tail_channel_request_subsystem *tail;
    struct ss_msg_channel_request *body;
    struct ss_msg msg;

    MUST(ss_msg_new(&client->arena, ss_msgdef_of(SS_MSG_channel_request),
                    ss_msgdef_of(SS_TAIL_channel_request_subsystem), &msg) == SS_OK);
    body = msg.body;
    body->want_reply = true;
    tail = body->body.value;
    tail->name = ss_span_of("sftp");
    command.message = &msg;
    MUST(ss_engine_do(client->engine, &command, NULL) == SS_OK);
}

/* INIT, version 3, in its frame. */
static void begin_sftp(struct client *client)
{
    static const uint8_t init[] = {0, 0, 0, 5, 1, 0, 0, 0, 3};
    struct ss_command command = {.kind = SS_CMD_CHANNEL_DATA, .channel = client->channel};

    command.data = ss_span_make(init, sizeof init);
    MUST(ss_engine_do(client->engine, &command, NULL) == SS_OK);
}

static void command(struct client *client, enum ss_command_kind kind, const char *text)
{
    struct ss_command command = {.kind = kind, .text = ss_span_of(text), .flag = true};

    if (kind == SS_CMD_AUTH_PASSWORD)
        command.data = ss_span_of(fuzz_password);
    MUST(ss_engine_do(client->engine, &command, &client->channel) == SS_OK);
}

/* True when the client has been through all of it. */
static bool answer(struct client *client, const struct ss_event *event)
{
    MUST(event->type != SS_EVENT_FAULT && event->type != SS_EVENT_DISCONNECTED);
    switch (event->type) {
    case SS_EVENT_HOST_KEY:
        command(client, SS_CMD_HOST_KEY, NULL);
        return false;
    case SS_EVENT_KEX_DONE:
        if (event->number == 1)
            command(client, SS_CMD_SERVICE, "ssh-userauth");
        return event->number > 1;
    case SS_EVENT_AUTH_NEXT:
        command(client, SS_CMD_AUTH_PASSWORD, fuzz_user);
        return false;
    case SS_EVENT_AUTH_DONE:
        command(client, SS_CMD_CHANNEL_OPEN, "session");
        return false;
    case SS_EVENT_CHANNEL_OPENED:
        ask_for_sftp(client);
        return false;
    case SS_EVENT_CHANNEL_REPLY:
        MUST(event->flag);
        begin_sftp(client);
        return false;
    case SS_EVENT_CHANNEL_DATA:
        command(client, SS_CMD_KEXINIT, NULL);
        return false;
    default:
        return false;
    }
}

static void client_init(struct client *client, struct recording *recording)
{
    memset(client, 0, sizeof *client);
    fuzz_memory_init(&client->memory);
    ss_seeded_init(&client->memory.seeded, 2);
    ss_arena_init(&client->arena, client->memory.env, (size_t)1 << 16);
    ss_config_init(&client->config, SS_CLIENT);
    client->config.registry = fuzz_stub_registry();
    client->config.policy = "legacy";
    client->config.trace = &recording->trace;
    recording->trace.record = on_record;
    recording->trace.kinds = 1U << SS_TRACE_MESSAGE;
    MUST(ss_engine_new(&client->config, client->memory.env, 0, &client->engine) == SS_OK);
}

static void client_fini(struct client *client)
{
    ss_engine_free(&client->engine);
    ss_arena_fini(&client->arena);
    MUST(client->memory.counted.blocks == 0);
}

/* The server's answers go to the client, and are not read here. */
static bool exchange(struct client *client, struct fuzz_server *server)
{
    ss_span out = ss_engine_output(client->engine);
    struct ss_event event;
    bool done = false;

    server->unread = true;
    fuzz_server_feed(server, out);
    ss_engine_sent(client->engine, out.size);
    out = ss_engine_output(server->engine);
    MUST(ss_engine_feed(client->engine, out, 0) == SS_OK);
    ss_engine_sent(server->engine, out.size);
    while (ss_engine_poll(client->engine, &event))
        done = answer(client, &event) || done;
    return done;
}

static const struct recording *recorded(void)
{
    static struct recording recording;
    struct fuzz_server server;
    struct client client;
    bool done = false;

    if (recording.count > 0)
        return &recording;
    fuzz_server_init(&server);
    server.let_in = true;
    client_init(&client, &recording);
    for (int i = 0; i < TURNS_MOST && !done; i++)
        done = exchange(&client, &server);
    MUST(done);
    recording.ends[FUZZ_STARTS] = recording.count;
    for (size_t start = FUZZ_AT_KEXINIT; start <= FUZZ_STARTS; start++)
        MUST(recording.ends[start] > recording.ends[start - 1]);
    client_fini(&client);
    fuzz_server_fini(&server, 0);
    return &recording;
}

/* ---- calls ---- */

const ss_span *fuzz_start_between(enum fuzz_start from, enum fuzz_start to, size_t *count)
{
    const struct recording *recording = recorded();

    *count = recording->ends[to] - recording->ends[from];
    return recording->payloads + recording->ends[from];
}

static unsigned phase_at(enum fuzz_start start)
{
    static const unsigned phases[FUZZ_STARTS] = {
        SS_PHASE_START,      SS_PHASE_START,      SS_PHASE_KEX,
        SS_PHASE_SERVICE,    SS_PHASE_AUTH,       SS_PHASE_CONNECTION,
        SS_PHASE_CONNECTION, SS_PHASE_CONNECTION, SS_PHASE_KEX};

    return phases[start];
}

void fuzz_start_at(struct fuzz_server *server, enum fuzz_start start)
{
    const ss_span *payloads;
    size_t count;

    if (start == FUZZ_AT_NOTHING)
        server->torn = true; /* no packets before the identification line */
    else
        fuzz_server_feed(server, ss_span_of("SSH-2.0-fuzz\r\n"));
    payloads = fuzz_start_between(FUZZ_AT_NOTHING, start, &count);
    server->let_in = start >= FUZZ_AT_LOGIN;
    for (size_t i = 0; i < count; i++)
        fuzz_server_packet(server, payloads[i], NULL, 0);
    MUST(!fuzz_server_over(server));
    MUST(ss_engine_phase(server->engine) == phase_at(start));
    MUST(ss_engine_authenticated(server->engine) == server->let_in);
}
