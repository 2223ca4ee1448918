/* SPDX-License-Identifier: Apache-2.0 */
/* served.c - a server in a process of its own, for a client that waits.
 *
 * Called by: the tests of lib/client. */
#include "tests/unit/client/served.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sshspec/server.h"

static struct ss_server *running;

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

void served_init(struct served *served)
{
    static const enum ss_key_kind kinds[] = {SS_KEY_ED25519, SS_KEY_ECDSA_P256};
    size_t i;

    memset(served, 0, sizeof *served);
    ss_config_init(&served->server_config, SS_SERVER);
    ss_config_init(&served->config, SS_CLIENT);
    ss_buf_init(&served->name, env(), 256);
    for (i = 0; i < 2; i++) {
        cr_assert(ss_key_generate(env(), kinds[i], 0, ss_span_of("host"), &served->host_keys[i]) ==
                  SS_OK);
        cr_assert(ss_key_generate(env(), SS_KEY_ED25519, 0, ss_span_of("user"), &served->keys[i]) ==
                  SS_OK);
    }
    cr_assert(ss_hostkeys_new(env(), &served->known) == SS_OK);
    served->server_config.host_keys = (const struct ss_key *const *)served->host_keys;
    served->granted[0] = served->offered[0] = served->keys[0];
    served->account.user = ss_span_of("tester");
    served->account.password = ss_span_of("secret");
    served->account.keys = served->granted;
    served->options.host = "127.0.0.1";
    served->options.user = ss_span_of("tester");
    served->options.keys = served->offered;
    served->options.known = served->known;
    served->options.login_time = 20000;
    served->options.session_time = 20000;
}

static void on_term(int number)
{
    (void)number;
    ss_server_stop(running);
}

static void run_server(struct ss_server *server)
{
    struct sigaction action;

    running = server;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_term;
    (void)sigaction(SIGTERM, &action, NULL);
    (void)alarm(60); /* should the test be killed */
    _exit(ss_server_run(server) == SS_OK ? 0 : 1);
}

static void told_port(struct served *served, uint16_t port)
{
    served->port = served->options.port = port;
    cr_assert(ss_hostkeys_name(ss_span_of("127.0.0.1"), port, &served->name) == SS_OK);
}

void served_start(struct served *served)
{
    struct ss_serving_config serving = {.accounts = &served->account, .account_count = 1};
    struct ss_server_options options = {0};
    struct ss_mem_fs *memory = NULL;
    struct ss_server *server = NULL;

    cr_assert(ss_mem_fs_new(ss_system_env(), NULL, &memory) == SS_OK);
    serving.fs = served->no_files ? NULL : ss_mem_fs_fs(memory);
    cr_assert(ss_server_new(ss_system_env(), &served->server_config, &serving, &options, &server,
                            NULL) == SS_OK);
    told_port(served, ss_server_port(server));
    served->pid = fork();
    cr_assert(served->pid >= 0);
    if (served->pid == 0)
        run_server(server);
    ss_server_free(&server);
    ss_mem_fs_free(&memory);
    cr_assert(ss_hostkeys_add(served->known, ss_buf_span(&served->name), served->host_keys[0],
                              false) == SS_OK);
}

ss_err served_connect(struct served *served)
{
    if (served->pid == 0)
        served_start(served);
    cr_assert(ss_client_new(env(), &served->config, &served->options, &served->client) == SS_OK);
    return ss_client_connect(served->client);
}

void served_start_odd(struct served *served, enum served_odd how, const char *bytes)
{
    int listener = -1, fd = -1;
    uint16_t port = 0;
    struct pollfd wait;

    cr_assert(ss_net_listen("127.0.0.1", 0, &listener, &port, NULL) == SS_OK);
    told_port(served, port);
    served->pid = fork();
    cr_assert(served->pid >= 0);
    if (served->pid > 0) {
        ss_net_close(&listener);
        return;
    }
    wait.fd = listener;
    wait.events = POLLIN;
    (void)alarm(60);
    (void)poll(&wait, 1, -1);
    if (ss_net_accept(listener, &fd) == SS_OK) {
        if (send(fd, bytes, strlen(bytes), MSG_NOSIGNAL) < 0)
            _exit(1);
        (void)shutdown(fd, how == SERVED_SAYS ? SHUT_WR : SHUT_RD);
    }
    (void)poll(NULL, 0, -1);
    _exit(0);
}

void served_fini(struct served *served)
{
    int status = 0;

    ss_client_free(&served->client);
    if (served->pid > 0) {
        (void)kill(served->pid, SIGTERM);
        (void)waitpid(served->pid, &status, 0);
        cr_expect((WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
                      (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM),
                  "the server ended with status %d", status);
    }
    ss_hostkeys_free(&served->known);
    ss_buf_fini(&served->name);
    for (size_t i = 0; i < 2; i++) {
        ss_key_free(&served->host_keys[i]);
        ss_key_free(&served->keys[i]);
    }
    test_counted_check();
}

bool served_says(const struct served *served, const char *text)
{
    const char *got = ss_client_error(served->client)->text;

    if (strstr(got, text) != NULL)
        return true;
    cr_log_error("the error says: %s", got);
    return false;
}
