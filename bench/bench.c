/* SPDX-License-Identifier: Apache-2.0 */
/* bench.c - what a GiB costs: our client with our server, and the ideal pair.
 *
 * Owns: two processes joined by a socket, their CPU time.
 * Not here: other implementations (bench/run measures them beside these), wall-clock time.
 * Called by: bench/run.
 *
 *     sshspec-bench ideal MIB     seal 32 KiB, write; read, open: no protocol
 *     sshspec-bench channel MIB   exec "head -c N /dev/zero" over our transport and channel
 *     sshspec-bench sftp MIB      a file of 32 MiB, got again and again by SFTP over TCP
 *     sshspec-bench operations N  the public-key operations of a login, as a server does them
 *     sshspec-bench logins N      our server, visited by our client
 *     sshspec-bench visits PORT KEY N
 *                                 our client visits another server
 *
 * The first three print CPU seconds of both processes together, divided by GiB; operations and
 * logins the CPU milliseconds of the server, divided by N. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "sshspec/client.h"
#include "sshspec/key.h"
#include "sshspec/net.h"
#include "sshspec/posix_fs.h"
#include "sshspec/server.h"

enum { PIECE = 32768, HEAD = 4, TAG = 16, FILE_MIB = 32 };

void need(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "sshspec-bench: %s failed\n", what);
    _exit(3);
}

/* ---- the ideal pair ---- */

static void write_all(int fd, const uint8_t *data, size_t n)
{
    while (n > 0) {
        ssize_t put = write(fd, data, n);

        need(put > 0, "write");
        data += put;
        n -= (size_t)put;
    }
}

static void read_all(int fd, uint8_t *data, size_t n)
{
    while (n > 0) {
        ssize_t got = read(fd, data, n);

        need(got > 0, "read");
        data += got;
        n -= (size_t)got;
    }
}

static void *cipher_state(enum ss_way way)
{
    static const uint8_t key[32] = {1, 2, 3}, iv[16] = {4, 5, 6};
    void *state = calloc(1, ss_cipher_aes128_gcm.state_size);

    need(state != NULL &&
             ss_cipher_aes128_gcm.init(&ss_cipher_aes128_gcm, state, key, iv, way) == SS_OK,
         "cipher");
    return state;
}

static void ideal_sender(int fd, uint64_t pieces)
{
    static uint8_t packet[HEAD + PIECE + TAG];
    void *state = cipher_state(SS_SEAL);

    for (uint64_t i = 0; i < pieces; i++) {
        ss_store_u32(packet, PIECE);
        need(ss_cipher_aes128_gcm.seal(state, (uint32_t)i, packet, PIECE, packet + HEAD + PIECE) ==
                 SS_OK,
             "seal");
        write_all(fd, packet, sizeof packet);
    }
}

static void ideal_receiver(int fd, uint64_t pieces)
{
    static uint8_t packet[HEAD + PIECE + TAG];
    void *state = cipher_state(SS_OPEN);

    for (uint64_t i = 0; i < pieces; i++) {
        read_all(fd, packet, sizeof packet);
        need(ss_cipher_aes128_gcm.open(state, (uint32_t)i, packet, PIECE, packet + HEAD + PIECE) ==
                 SS_OK,
             "open");
    }
}

/* ---- our client with our server ---- */

static void our_server(int fd)
{
    const struct ss_env *env = ss_system_env();
    struct ss_account account = {0};
    struct ss_serving_config config = {0};
    struct ss_config options;
    struct ss_serving *serving;
    struct ss_engine *engine;
    struct ss_driver driver;
    struct ss_event event;
    struct ss_key *key;
    const struct ss_key *keys[2] = {NULL, NULL};

    need(ss_key_generate(env, SS_KEY_ED25519, 0, ss_span_of(""), &key) == SS_OK, "key");
    keys[0] = key;
    account.user = ss_span_of("bench");
    account.none = true;
    config.accounts = &account;
    config.account_count = 1;
    ss_config_init(&options, SS_SERVER);
    options.host_keys = keys;
    need(ss_engine_new(&options, env, ss_clock(), &engine) == SS_OK, "engine");
    need(ss_serving_new(env, engine, &config, &serving) == SS_OK, "serving");
    ss_driver_init(&driver, engine, fd);
    while (!ss_driver_over(&driver)) {
        while (ss_engine_poll(engine, &event))
            need(ss_serving_event(serving, &event) == SS_OK, "serving");
        if (ss_serving_pump(serving) != SS_OK ||
            ss_driver_step(&driver, NULL, 0, SS_NEVER) != SS_OK)
            break;
    }
}

static ss_err exec_request(struct ss_engine *engine, uint32_t channel, const char *text)
{
    struct ss_tail_channel_request_exec exec = {ss_span_of(text), 0};
    struct ss_msg_channel_request request = {0};
    struct ss_msg msg = {ss_msgdef_of(SS_MSG_channel_request), &request, {NULL, 0}};
    struct ss_command command = {.kind = SS_CMD_CHANNEL_REQUEST, .channel = channel};

    request.request_type = ss_span_of("exec");
    request.want_reply = true;
    request.body.def = ss_msgdef_of(SS_TAIL_channel_request_exec);
    request.body.value = &exec;
    command.message = &msg;
    return ss_engine_do(engine, &command, NULL);
}

/* Gives the bytes of channel data in the event, or 0. */
static uint64_t client_event(struct ss_engine *engine, const struct ss_event *event,
                             const char *text)
{
    struct ss_command command = {.channel = event->channel};

    switch (event->type) {
    case SS_EVENT_HOST_KEY:
        command.kind = SS_CMD_HOST_KEY;
        command.flag = true;
        break;
    case SS_EVENT_KEX_DONE:
        if (event->number > 1)
            return 0;
        command.kind = SS_CMD_SERVICE;
        command.text = ss_span_of("ssh-userauth");
        break;
    case SS_EVENT_AUTH_NEXT:
        command.kind = SS_CMD_AUTH_NONE;
        command.text = ss_span_of("bench");
        break;
    case SS_EVENT_AUTH_DONE:
        command.kind = SS_CMD_CHANNEL_OPEN;
        command.text = ss_span_of("session");
        break;
    case SS_EVENT_CHANNEL_OPENED:
        need(exec_request(engine, event->channel, text) == SS_OK, "exec");
        return 0;
    case SS_EVENT_CHANNEL_DATA:
        command.kind = SS_CMD_CHANNEL_CREDIT;
        command.number = (uint32_t)event->data.size;
        break;
    default:
        return 0;
    }
    need(ss_engine_do(engine, &command, NULL) == SS_OK, "command");
    return event->type == SS_EVENT_CHANNEL_DATA ? event->data.size : 0;
}

static void our_client(int fd, uint64_t bytes)
{
    struct ss_config options;
    struct ss_engine *engine;
    struct ss_driver driver;
    struct ss_event event;
    uint64_t got = 0;
    char text[64];

    (void)snprintf(text, sizeof text, "head -c %llu /dev/zero", (unsigned long long)bytes);
    ss_config_init(&options, SS_CLIENT);
    options.encryption_algorithms_client_to_server = "aes128-gcm@openssh.com";
    options.encryption_algorithms_server_to_client = "aes128-gcm@openssh.com";
    need(ss_engine_new(&options, ss_system_env(), ss_clock(), &engine) == SS_OK, "engine");
    ss_driver_init(&driver, engine, fd);
    while (got < bytes) {
        while (ss_engine_poll(engine, &event))
            got += client_event(engine, &event, text);
        if (got < bytes)
            need(ss_driver_step(&driver, NULL, 0, SS_NEVER) == SS_OK, "driver");
    }
    need(got == bytes, "counting");
    ss_driver_fini(&driver);
}

/* ---- a file ---- */

static char folder[] = "/tmp/sshspec-bench-XXXXXX";
static char file[sizeof folder + 8];

/* Written, not sparse: pages that are made while they are read would cost more than all the rest.
 */
static void make_file(void)
{
    static const uint8_t piece[PIECE];
    int fd;

    need(mkdtemp(folder) != NULL, "mkdtemp");
    (void)snprintf(file, sizeof file, "%s/file", folder);
    fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    need(fd >= 0, "the file");
    for (int i = 0; i < FILE_MIB * 32; i++)
        write_all(fd, piece, sizeof piece);
    need(close(fd) == 0, "the file");
}

static void drop_file(void)
{
    (void)unlink(file);
    (void)rmdir(folder);
}

/* Tells its port through fd. */
static void file_server(int fd)
{
    const struct ss_env *env = ss_system_env();
    struct ss_server_options options = {.visitors = 1};
    struct ss_account account = {.none = true};
    struct ss_serving_config serving = {.accounts = &account, .account_count = 1};
    const struct ss_key *keys[2] = {NULL, NULL};
    struct ss_posix_fs *root;
    struct ss_server *server;
    struct ss_config config;
    struct ss_key *key;
    uint16_t port;

    need(ss_key_generate(env, SS_KEY_ED25519, 0, ss_span_of(""), &key) == SS_OK, "key");
    need(ss_posix_fs_new(env, folder, &root) == SS_OK, "folder");
    keys[0] = key;
    account.user = ss_span_of("bench");
    serving.fs = ss_posix_fs_fs(root);
    serving.read_only = true;
    ss_config_init(&config, SS_SERVER);
    config.host_keys = keys;
    need(ss_server_new(env, &config, &serving, &options, &server, NULL) == SS_OK, "server");
    port = ss_server_port(server);
    need(write(fd, &port, sizeof port) == (ssize_t)sizeof port, "port");
    need(ss_server_run(server) == SS_OK, "serving");
}

static bool any_key(struct ss_client_policy *self, const struct ss_client_host *host)
{
    (void)self;
    (void)host;
    return true;
}

static void file_client(int fd, uint64_t mib)
{
    struct ss_client_policy policy = {.accept = any_key};
    struct ss_client_options options = {.host = "127.0.0.1", .none = true, .policy = &policy};
    struct ss_client *client;
    struct ss_config config;
    uint64_t got = 0;
    int sink = open("/dev/null", O_WRONLY | O_CLOEXEC);

    need(read(fd, &options.port, sizeof options.port) == (ssize_t)sizeof options.port, "port");
    options.user = ss_span_of("bench");
    ss_config_init(&config, SS_CLIENT);
    config.encryption_algorithms_client_to_server = "aes128-gcm@openssh.com";
    config.encryption_algorithms_server_to_client = "aes128-gcm@openssh.com";
    need(ss_client_new(ss_system_env(), &config, &options, &client) == SS_OK, "client");
    need(ss_client_connect(client) == SS_OK, "login");
    for (uint64_t i = 0; i < mib; i += FILE_MIB)
        need(ss_client_get(client, ss_span_of("/file"), sink, &got) == SS_OK &&
                 got == (uint64_t)FILE_MIB << 20,
             "get");
    ss_client_free(&client);
    (void)close(sink);
}

/* ---- both ---- */

double seconds(int who)
{
    struct rusage usage;

    need(getrusage(who, &usage) == 0, "getrusage");
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

enum way { IDEAL, CHANNEL, SFTP, WAYS };
static const char *const ways[WAYS] = {"ideal", "channel", "sftp"};

static void give(enum way way, int fd, uint64_t mib)
{
    if (way == IDEAL)
        ideal_sender(fd, mib * 32);
    else if (way == CHANNEL)
        our_server(fd);
    else
        file_server(fd);
}

static void take(enum way way, int fd, uint64_t mib)
{
    if (way == IDEAL)
        ideal_receiver(fd, mib * 32);
    else if (way == CHANNEL)
        our_client(fd, mib << 20);
    else
        file_client(fd, mib);
}

static int transfer(enum way way, uint64_t mib)
{
    int pair[2];
    pid_t child;

    need(mib % FILE_MIB == 0, "a multiple of 32");
    need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
    if (way == SFTP) {
        make_file();
        need(atexit(drop_file) == 0, "atexit");
    }
    child = fork();
    need(child >= 0, "fork");
    if (child == 0) {
        close(pair[0]);
        give(way, pair[1], mib);
        _exit(0);
    }
    close(pair[1]);
    take(way, pair[0], mib);
    need(waitpid(child, NULL, 0) == child, "wait");
    printf("%.4f\n", (seconds(RUSAGE_SELF) + seconds(RUSAGE_CHILDREN)) * 1024.0 / (double)mib);
    return 0;
}

static int usage(void)
{
    fputs("usage: sshspec-bench ideal|channel|sftp MIB\n"
          "       sshspec-bench operations|logins N\n"
          "       sshspec-bench visits PORT KEY N\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    uint64_t count = argc > 2 ? strtoull(argv[argc - 1], NULL, 10) : 0;
    enum way way = IDEAL;

    while (argc == 3 && way < WAYS && strcmp(argv[1], ways[way]) != 0)
        way++;
    if (count == 0)
        return usage();
    if (argc == 3 && way < WAYS)
        return transfer(way, count);
    if (argc == 3 && strcmp(argv[1], "operations") == 0)
        bench_operations(count);
    else if (argc == 3 && strcmp(argv[1], "logins") == 0)
        bench_logins(count);
    else if (argc == 5 && strcmp(argv[1], "visits") == 0)
        bench_visits((uint16_t)strtoul(argv[2], NULL, 10), argv[3], count);
    else
        return usage();
    return 0;
}
