/* SPDX-License-Identifier: Apache-2.0 */
/* handshakes.c - what a login costs a server: ours, and the public-key operations alone.
 *
 * Owns: a server process over loopback, a client that logs in and leaves, the bare operations.
 * Not here: other servers (bench/run starts them and has them visited).
 * Called by: bench.c.
 *
 * A login: curve25519-sha256, an ssh-ed25519 host key, aes128-gcm, publickey with ssh-ed25519 that
 * is offered with its signature at once; then DISCONNECT. The bare operations of the server in it:
 * draw and derive X25519, sign with Ed25519, verify with Ed25519. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sshspec/client.h"
#include "sshspec/server.h"

enum { KEY_FILE_MOST = 65536 };

static void narrow(struct ss_config *config)
{
    config->kex_algorithms = "curve25519-sha256";
    config->server_host_key_algorithms = "ssh-ed25519";
    config->encryption_algorithms_client_to_server = "aes128-gcm@openssh.com";
    config->encryption_algorithms_server_to_client = "aes128-gcm@openssh.com";
}

/* ---- the operations ---- */

static ss_span public_value(const struct ss_env *env, struct ss_buf *out)
{
    const struct ss_kex_alg *alg = &ss_kex_curve25519_sha256;
    void *state = calloc(1, alg->state_size);

    need(state != NULL && alg->start(alg, state, env, out) == SS_OK, "kex");
    alg->fini(state);
    free(state);
    return ss_buf_span(out);
}

static void operate(const struct ss_env *env, const struct ss_key *key, ss_span value,
                    ss_span signature)
{
    const struct ss_kex_alg *alg = &ss_kex_curve25519_sha256;
    static const uint8_t data[256]; /* about what a publickey request signs */
    ss_span text = ss_span_make(data, sizeof data);
    void *state = calloc(1, alg->state_size);
    struct ss_secret shared = {0};
    struct ss_buf out;

    ss_buf_init(&out, env, 65536);
    need(state != NULL && alg->respond(alg, state, env, value, &out, &shared) == SS_OK, "kex");
    ss_buf_clear(&out);
    need(ss_key_sign(key, env, &ss_sign_ed25519, text, &out) == SS_OK, "sign");
    need(ss_key_verify(key, env, &ss_sign_ed25519, text, signature) == SS_OK, "verify");
    alg->fini(state);
    free(state);
    ss_secret_fini(&shared);
    ss_buf_fini(&out);
}

void bench_operations(uint64_t count)
{
    const struct ss_env *env = ss_system_env();
    static const uint8_t data[256];
    struct ss_buf value, signature;
    struct ss_key *key;
    double begin;
    uint64_t i;

    ss_buf_init(&value, env, 65536);
    ss_buf_init(&signature, env, 65536);
    need(ss_key_generate(env, SS_KEY_ED25519, 0, ss_span_of(""), &key) == SS_OK, "key");
    need(ss_key_sign(key, env, &ss_sign_ed25519, ss_span_make(data, sizeof data), &signature) ==
             SS_OK,
         "sign");
    (void)public_value(env, &value);
    begin = seconds(RUSAGE_SELF);
    for (i = 0; i < count; i++)
        operate(env, key, ss_buf_span(&value), ss_buf_span(&signature));
    printf("%.4f\n", (seconds(RUSAGE_SELF) - begin) * 1000.0 / (double)count);
    ss_key_free(&key);
    ss_buf_fini(&signature);
    ss_buf_fini(&value);
}

/* ---- visits ---- */

static bool any_host(struct ss_client_policy *self, const struct ss_client_host *host)
{
    (void)self;
    (void)host;
    return true;
}

static void visit(uint16_t port, const struct ss_key *const *keys)
{
    struct ss_client_policy policy = {.accept = any_host};
    struct ss_client_options options = {.host = "127.0.0.1", .port = port, .policy = &policy};
    struct ss_client *client;
    struct ss_config config;

    options.user = ss_span_of("tester");
    options.keys = keys;
    ss_config_init(&config, SS_CLIENT);
    narrow(&config);
    need(ss_client_new(ss_system_env(), &config, &options, &client) == SS_OK, "client");
    if (ss_client_connect(client) != SS_OK) {
        fprintf(stderr, "sshspec-bench: %s\n", ss_client_error(client)->text);
        _exit(3);
    }
    ss_client_free(&client);
}

void bench_visits(uint16_t port, const char *key_path, uint64_t count)
{
    const struct ss_key *keys[2] = {NULL, NULL};
    struct ss_key_error error;
    struct ss_buf file, why;
    struct ss_key *key;
    uint64_t i;

    ss_buf_init(&file, ss_system_env(), KEY_FILE_MOST);
    ss_buf_init(&why, ss_system_env(), KEY_FILE_MOST);
    need(ss_file_read(key_path, KEY_FILE_MOST, &file, &why) == SS_OK, key_path);
    need(ss_key_read_private(ss_system_env(), ss_buf_span(&file), &key, &error) == SS_OK, key_path);
    keys[0] = key;
    for (i = 0; i < count; i++)
        visit(port, keys);
    ss_key_free(&key);
    ss_buf_fini(&why);
    ss_buf_fini(&file);
}

/* ---- our server ---- */

static void serve(const struct ss_key *host_key, const struct ss_key *user_key, uint64_t count,
                  int to_parent)
{
    const struct ss_key *host_keys[2] = {host_key, NULL}, *user_keys[2] = {user_key, NULL};
    struct ss_account account = {.keys = user_keys};
    struct ss_serving_config serving = {.accounts = &account, .account_count = 1};
    struct ss_server_options options = {.visitors = count};
    struct ss_server *server;
    struct ss_config config;
    uint16_t port;
    double begin;

    account.user = ss_span_of("tester");
    ss_config_init(&config, SS_SERVER);
    narrow(&config);
    config.host_keys = host_keys;
    need(ss_server_new(ss_system_env(), &config, &serving, &options, &server, NULL) == SS_OK,
         "server");
    port = ss_server_port(server);
    begin = seconds(RUSAGE_SELF);
    need(write(to_parent, &port, sizeof port) == (ssize_t)sizeof port, "pipe");
    need(ss_server_run(server) == SS_OK, "serving");
    begin = (seconds(RUSAGE_SELF) - begin) * 1000.0 / (double)count;
    need(write(to_parent, &begin, sizeof begin) == (ssize_t)sizeof begin, "pipe");
    ss_server_free(&server);
}

void bench_logins(uint64_t count)
{
    const struct ss_key *keys[2] = {NULL, NULL};
    struct ss_key *host_key, *user_key;
    uint16_t port = 0;
    uint64_t i;
    double cost;
    int ends[2];
    pid_t child;

    need(ss_key_generate(ss_system_env(), SS_KEY_ED25519, 0, ss_span_of(""), &host_key) == SS_OK &&
             ss_key_generate(ss_system_env(), SS_KEY_ED25519, 0, ss_span_of(""), &user_key) ==
                 SS_OK,
         "keys");
    need(pipe(ends) == 0, "pipe");
    child = fork();
    need(child >= 0, "fork");
    if (child == 0) {
        close(ends[0]);
        serve(host_key, user_key, count, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    need(read(ends[0], &port, sizeof port) == (ssize_t)sizeof port, "server");
    keys[0] = user_key;
    for (i = 0; i < count; i++)
        visit(port, keys);
    need(read(ends[0], &cost, sizeof cost) == (ssize_t)sizeof cost, "server");
    need(waitpid(child, NULL, 0) == child, "wait");
    printf("%.4f\n", cost);
    ss_key_free(&user_key);
    ss_key_free(&host_key);
    close(ends[0]);
}
