/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_session_real.c - a server and a client that does anything, with the real algorithms.
 *
 * Owns: the oracles: nobody is let in who has no credential; no more memory than a bound; once the
 *   server is done it says nothing more; the same input leads to the same bytes.
 * Not here: stub mathematics and states further on (fuzz_session.c); clients under attack.
 * What bounds its speed is the exchange itself: X25519 four
 *   times, Ed25519 twice.
 *
 * Input: a mode, then messages: two bytes of length, payload. Mode bit 0: the key exchange is done
 * honestly first and the messages go out encrypted; bit 1: the service was accepted too; bit 2: the
 * client is logged in. Link with -fsanitize=fuzzer. */
#include "fuzz/oracle.h"
#include "sshspec/key.h"
#include "sshspec/serving.h"

enum { MESSAGES_MOST = 64, TURNS_MOST = 400, BYTES_MOST = 8 << 20 };
enum { MODE_KEYS = 1, MODE_SERVICE = 2, MODE_LOGIN = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bench {
    struct fuzz_memory memory;
    struct ss_config client_config, server_config;
    struct ss_account account;
    struct ss_mem_fs *tree;
    struct ss_engine *client, *server;
    struct ss_serving *serving;
    uint64_t said; /* a sum over what the server put out */
    bool logged_in;
};

/* One key for all inputs, drawn from a seed of its own. */
static const struct ss_key *const *host_keys(void)
{
    static struct ss_seeded seeded;
    static struct ss_key *key;
    static const struct ss_key *keys[2];

    if (key == NULL) {
        ss_seeded_init(&seeded, 7);
        MUST(ss_key_generate(&seeded.env, SS_KEY_ED25519, 0, ss_span_of(""), &key) == SS_OK);
        keys[0] = key;
    }
    return keys;
}

static void bench_init(struct bench *bench)
{
    struct ss_serving_config config = {0};
    const struct ss_env *env;

    memset(bench, 0, sizeof *bench);
    fuzz_memory_init(&bench->memory);
    env = bench->memory.env;
    ss_config_init(&bench->client_config, SS_CLIENT);
    ss_config_init(&bench->server_config, SS_SERVER);
    bench->client_config.pace = SS_STEP;
    bench->client_config.kex_algorithms = "curve25519-sha256";
    bench->server_config.host_keys = host_keys();
    MUST(ss_mem_fs_new(env, NULL, &bench->tree) == SS_OK);
    bench->account.user = ss_span_of("tester");
    bench->account.password = ss_span_of("a password that no input holds: 8c1f");
    config.accounts = &bench->account;
    config.account_count = 1;
    config.fs = ss_mem_fs_fs(bench->tree);
    MUST(ss_engine_new(&bench->client_config, env, 0, &bench->client) == SS_OK);
    MUST(ss_engine_new(&bench->server_config, env, 0, &bench->server) == SS_OK);
    MUST(ss_serving_new(env, bench->server, &config, &bench->serving) == SS_OK);
}

static void bench_fini(struct bench *bench)
{
    ss_serving_free(&bench->serving);
    ss_engine_free(&bench->client);
    ss_engine_free(&bench->server);
    ss_mem_fs_free(&bench->tree);
    MUST(bench->memory.counted.blocks == 0);
}

static void answer_client(struct bench *bench, const struct ss_event *event)
{
    struct ss_command command = {0};
    ss_err err = SS_OK;

    if (event->type == SS_EVENT_MESSAGE)
        err = ss_engine_settle(bench->client, SS_PASS);
    if (event->type == SS_EVENT_HOST_KEY) {
        command.kind = SS_CMD_HOST_KEY;
        command.flag = true;
        err = ss_engine_do(bench->client, &command, NULL);
    }
    (void)err; /* a client that gave up says nothing more, which is an input too */
}

static void server_turn(struct bench *bench)
{
    struct ss_event event;

    while (ss_engine_poll(bench->server, &event)) {
        ss_err err = ss_serving_event(bench->serving, &event);

        MUST(err != SS_E_internal);
    }
    (void)(ss_serving_pump(bench->serving) == SS_OK);
    MUST(bench->logged_in || !ss_engine_authenticated(bench->server));
    MUST(bench->memory.counted.bytes < BYTES_MOST);
}

static bool turn(struct bench *bench)
{
    struct ss_event event;
    ss_span out = ss_engine_output(bench->client);
    bool moved = out.size > 0;

    if (moved) {
        (void)(ss_engine_feed(bench->server, out, 0) == SS_OK);
        ss_engine_sent(bench->client, out.size);
    }
    server_turn(bench);
    out = ss_engine_output(bench->server);
    if (out.size > 0) {
        moved = true;
        bench->said = fuzz_fold(bench->said, out);
        (void)(ss_engine_feed(bench->client, out, 0) == SS_OK);
        ss_engine_sent(bench->server, out.size);
    }
    while (ss_engine_poll(bench->client, &event)) {
        moved = true;
        answer_client(bench, &event);
    }
    return moved;
}

static void settle(struct bench *bench)
{
    for (int i = 0; i < TURNS_MOST && turn(bench); i++) {
    }
}

static void prepare(struct bench *bench, uint8_t mode)
{
    struct ss_command command = {0};

    if ((mode & MODE_KEYS) == 0) {
        command.kind = SS_CMD_VERSION;
        MUST(ss_engine_do(bench->client, &command, NULL) == SS_OK);
        settle(bench);
        return;
    }
    MUST(ss_engine_autopilot(bench->client, SS_LAYER_TRANSPORT) == SS_OK);
    settle(bench);
    if ((mode & (MODE_SERVICE | MODE_LOGIN)) != 0) {
        command.kind = SS_CMD_SERVICE;
        command.text = ss_span_of("ssh-userauth");
        MUST(ss_engine_do(bench->client, &command, NULL) == SS_OK);
        settle(bench);
    }
    if ((mode & MODE_LOGIN) != 0) {
        bench->logged_in = true;
        MUST(ss_engine_autopilot(bench->client, SS_LAYER_TRANSPORT | SS_LAYER_AUTH) == SS_OK);
        memset(&command, 0, sizeof command);
        command.kind = SS_CMD_AUTH_PASSWORD;
        command.text = bench->account.user;
        command.data = bench->account.password;
        MUST(ss_engine_do(bench->client, &command, NULL) == SS_OK);
        settle(bench);
        MUST(ss_engine_authenticated(bench->server));
    }
}

static uint64_t run(const uint8_t *data, size_t size)
{
    struct bench bench;
    uint64_t said;
    size_t at = 1;

    bench_init(&bench);
    prepare(&bench, size > 0 ? data[0] : 0);
    for (int i = 0; i < MESSAGES_MOST && at + 2 <= size; i++) {
        size_t n = (size_t)(data[at] << 8 | data[at + 1]);

        at += 2;
        n = n % (size - at + 1);
        if (ss_engine_send_payload(bench.client, ss_span_make(data + at, n), NULL, 0) != SS_OK)
            break;
        at += n;
        settle(&bench);
    }
    if (ss_engine_finished(bench.server)) {
        server_turn(&bench);
        MUST(ss_engine_output(bench.server).size == 0);
    }
    said = bench.said;
    bench_fini(&bench);
    return said;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t first;

    if (size > 20000)
        return 0;
    first = run(data, size);
    if (size % 8 == 0)
        MUST(run(data, size) == first);
    return 0;
}
