/* SPDX-License-Identifier: Apache-2.0 */
/* test_server.c - the loop: visitors at once, visitors too many, visitors that misbehave.
 *
 * The server runs in the test's own process, its visitors are children; a child's exit status
 * says whether it saw what it should. */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sshspec/client.h"
#include "sshspec/server.h"
#include "tests/support/support.h"

static struct ss_config config;
static struct ss_account account;
static struct ss_serving_config serving;
static struct ss_server_options options;
static struct ss_key *host_key;
static const struct ss_key *host_keys[2];
static struct ss_server *server;
static pid_t children[16];
static size_t child_count;
static char log_text[8192];

static void log_line(struct ss_server_log *self, uint64_t visitor, const char *text)
{
    size_t used = strlen(log_text);

    (void)self;
    (void)snprintf(log_text + used, sizeof log_text - used, "%llu %s\n",
                   (unsigned long long)visitor, text);
}

static struct ss_server_log server_log = {log_line};

static void setup(void)
{
    const struct ss_env *env = &test_counted()->env;

    ss_config_init(&config, SS_SERVER);
    cr_assert(ss_key_generate(env, SS_KEY_ED25519, 0, ss_span_of(""), &host_key) == SS_OK);
    host_keys[0] = host_key;
    config.host_keys = host_keys;
    account.user = ss_span_of("tester");
    account.password = ss_span_of("secret");
    serving.accounts = &account;
    serving.account_count = 1;
    options.log = &server_log;
}

static void teardown(void)
{
    ss_server_free(&server);
    ss_key_free(&host_key);
    test_counted_check();
}

TestSuite(server, .init = setup, .fini = teardown, .timeout = 60);

static void open_server(void)
{
    cr_assert(ss_server_new(&test_counted()->env, &config, &serving, &options, &server, NULL) ==
              SS_OK);
}

static bool logged(const char *text)
{
    if (strstr(log_text, text) != NULL)
        return true;
    cr_log_error("the log says:\n%s", log_text);
    return false;
}

/* ---- visitors ---- */

static bool say_yes(struct ss_client_policy *self, const struct ss_client_host *host)
{
    (void)self;
    (void)host;
    return true;
}

static struct ss_client *visit(const char *password)
{
    static struct ss_client_policy policy = {.accept = say_yes};
    static struct ss_config visitor;
    struct ss_client_options what = {
        .host = "127.0.0.1", .login_time = 20000, .session_time = 20000};
    struct ss_client *client = NULL;

    ss_config_init(&visitor, SS_CLIENT);
    what.port = ss_server_port(server);
    what.user = ss_span_of("tester");
    what.password = ss_span_of(password);
    what.policy = &policy;
    if (ss_client_new(ss_system_env(), &visitor, &what, &client) != SS_OK)
        _exit(90);
    return client;
}

static int knock(void)
{
    int fd = -1;

    if (ss_net_connect("127.0.0.1", ss_server_port(server), ss_clock() + 10000, &fd, NULL) != SS_OK)
        _exit(91);
    return fd;
}

/* Bytes until the other end closes; -1 after ten seconds. */
static ssize_t read_to_end(int fd, char *out, size_t size)
{
    size_t used = 0;

    for (;;) {
        struct pollfd wait = {fd, POLLIN, 0};
        ssize_t n;

        if (poll(&wait, 1, 10000) <= 0)
            return -1;
        n = read(fd, out + used, size - 1 - used);
        if (n <= 0)
            break;
        used += (size_t)n;
    }
    out[used] = 0;
    return (ssize_t)used;
}

static void child(int (*run)(int), int argument)
{
    pid_t pid = fork();

    cr_assert(pid >= 0);
    if (pid == 0) {
        (void)alarm(40);
        _exit(run(argument));
    }
    children[child_count++] = pid;
}

static void run_to_the_end(void)
{
    size_t i;

    cr_expect(ss_server_run(server) == SS_OK);
    for (i = 0; i < child_count; i++) {
        int status = 0;

        cr_expect(waitpid(children[i], &status, 0) == children[i]);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "visitor %zu: status %x", i,
                  (unsigned)status);
    }
}

static int echo(int number)
{
    struct ss_client *client = visit("secret");
    struct ss_session_end end = {0};
    static uint8_t data[300000];
    struct ss_buf out;
    bool good;

    memset(data, number, sizeof data);
    ss_buf_init(&out, ss_system_env(), sizeof data);
    good = ss_client_connect(client) == SS_OK &&
           ss_client_exec(client, ss_span_of("cat"), ss_span_make(data, sizeof data), &out, NULL,
                          &end) == SS_OK &&
           end.status == 0 && ss_span_eq(ss_buf_span(&out), ss_span_make(data, sizeof data));
    ss_client_free(&client);
    ss_buf_fini(&out);
    return good ? 0 : 1;
}

Test(server, many_visitors_are_served_at_once_and_then_it_ends)
{
    int i;

    options.visitors = 8;
    open_server();
    for (i = 0; i < 8; i++)
        child(echo, i);
    run_to_the_end();
    cr_expect(logged("logged in as tester by password"));
    cr_expect(logged("left: done (reason 11)"));
}

static int be_refused(int argument)
{
    struct ss_client *client = visit("wrong");
    bool good = ss_client_connect(client) == SS_E_auth_exhausted;

    (void)argument;
    ss_client_free(&client);
    return good ? 0 : 1;
}

Test(server, a_wrong_password_does_not_get_in)
{
    options.visitors = 1;
    open_server();
    child(be_refused, 0);
    run_to_the_end();
    cr_expect(strstr(log_text, "logged in") == NULL);
    cr_expect(logged("left: done (reason 14)"));
}

/* The first stranger stays outside of login; the second must be closed at once, unheard. */
static int crowd(int argument)
{
    int first = knock(), second;
    char text[512];
    struct pollfd wait = {first, POLLIN, 0};
    bool good = poll(&wait, 1, 10000) == 1;

    (void)argument;
    second = knock();
    good = good && read_to_end(second, text, sizeof text) == 0;
    ss_net_close(&first);
    ss_net_close(&second);
    return good ? 0 : 1;
}

Test(server, strangers_above_the_cap_are_turned_away)
{
    options.visitors = 2;
    options.unauthenticated = 1;
    open_server();
    child(crowd, 0);
    run_to_the_end();
    cr_expect(logged("2 turned away: 1 connections, 1 not logged in"));
}

Test(server, visitors_above_the_cap_are_turned_away)
{
    options.visitors = 2;
    options.connections = 1;
    open_server();
    child(crowd, 0);
    run_to_the_end();
    cr_expect(logged("2 turned away"));
}

static int dawdle(int argument)
{
    ss_time before = ss_clock();
    char text[512];
    int fd = knock();
    bool good = read_to_end(fd, text, sizeof text) > 8;

    (void)argument;
    ss_net_close(&fd);
    return good && ss_clock() - before < 8000 ? 0 : 1;
}

Test(server, who_does_not_log_in_in_time_is_sent_away)
{
    options.visitors = 1;
    config.login_time = 200;
    open_server();
    child(dawdle, 0);
    run_to_the_end();
    cr_expect(logged("1 fault: a deadline passed"));
}

static int babble(int argument)
{
    static const char *const words[] = {
        "GET / HTTP/1.1\r\n\r\n", "SSH-2.0-x\033[31m\r\n\377\377\377\377\377\377\377\377\377", ""};
    char text[2048];
    int fd = knock();
    bool good = send(fd, words[argument], strlen(words[argument]), MSG_NOSIGNAL) >= 0 &&
                shutdown(fd, SHUT_WR) == 0 && read_to_end(fd, text, sizeof text) > 8 &&
                strncmp(text, "SSH-2.0-", 8) == 0;

    ss_net_close(&fd);
    return good ? 0 : 1;
}

Test(server, those_who_speak_no_ssh_do_not_disturb_the_others)
{
    options.visitors = 4;
    open_server();
    child(babble, 0);
    child(babble, 1);
    child(babble, 2);
    child(echo, 7);
    run_to_the_end();
    cr_expect(logged("fault: the identification line cannot be used"));
    cr_expect(strchr(log_text, '\033') == NULL, "a visitor moves the cursor");
}

/* ---- ending ---- */

static void on_usr1(int number)
{
    (void)number;
    ss_server_stop(server);
}

static int stop_it(int argument)
{
    struct ss_client *client = visit("secret");
    struct ss_session_request request = {.kind = SS_SESSION_EXEC, .text = ss_span_of("cat")};
    struct ss_session_fds fds;
    int ends[2];
    bool good = ss_client_connect(client) == SS_OK && pipe(ends) == 0;

    (void)argument;
    ss_session_fds_init(&fds, ends[0], -1, -1);
    good = good && kill(getppid(), SIGUSR1) == 0 &&
           ss_client_session(client, &request, &fds.io, NULL) == SS_E_peer_disconnected &&
           strstr(ss_client_error(client)->text, "the server is stopping") != NULL;
    ss_client_free(&client);
    return good ? 0 : 1;
}

Test(server, a_signal_stops_it_and_visitors_are_told)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_usr1;
    cr_assert(sigaction(SIGUSR1, &action, NULL) == 0);
    open_server();
    child(stop_it, 0);
    run_to_the_end();
}

Test(server, a_stop_before_the_start_counts)
{
    unsigned i;

    open_server();
    for (i = 0; i < 100000; i++) /* more than a pipe holds */
        ss_server_stop(server);
    cr_expect(ss_server_run(server) == SS_OK);
}

/* ---- what can run out ---- */

static int wait_for_a_place(int argument)
{
    int first = knock(), second = knock();
    struct pollfd wait = {first, POLLIN, 0};
    char text[512];
    bool good = poll(&wait, 1, 10000) == 1;

    (void)argument;
    ss_net_close(&first);
    /* Only now the server has a descriptor for the second. */
    wait.fd = second;
    good = good && poll(&wait, 1, 10000) == 1 && read(second, text, sizeof text) > 8;
    ss_net_close(&second);
    return good ? 0 : 1;
}

Test(server, without_descriptors_it_waits_until_one_is_free)
{
    struct rlimit limit = {0, 0}, old;
    int next;

    options.visitors = 2;
    open_server();
    child(wait_for_a_place, 0);
    next = dup(0);
    cr_assert(next > 2 && getrlimit(RLIMIT_NOFILE, &old) == 0);
    limit.rlim_cur = (rlim_t)next + 1;
    limit.rlim_max = old.rlim_max;
    ss_net_close(&next);
    cr_assert(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    run_to_the_end();
    cr_assert(setrlimit(RLIMIT_NOFILE, &old) == 0);
    cr_expect(logged("no descriptor left"));
}

Test(server, what_cannot_be_opened_is_refused_with_a_reason)
{
    struct ss_server *second = NULL;
    struct ss_buf why;

    ss_buf_init(&why, &test_counted()->env, 1024);
    open_server();
    options.port = ss_server_port(server);
    cr_expect(ss_server_new(&test_counted()->env, &config, &serving, &options, &second, &why) ==
              SS_E_io);
    cr_expect(memmem(ss_buf_at(&why), ss_buf_size(&why), "in use", 6) != NULL);
    options.address = "no address";
    cr_expect(ss_server_new(&test_counted()->env, &config, &serving, &options, &second, &why) ==
              SS_E_not_found);
    config.role = SS_CLIENT;
    cr_expect(ss_server_new(&test_counted()->env, &config, &serving, &options, &second, NULL) ==
              SS_E_bad_argument);
    cr_expect(second == NULL);
    ss_buf_fini(&why);
}

Test(server, no_memory_is_told_and_nothing_is_left)
{
    struct ss_counted *counted = test_counted();
    size_t n, live = counted->blocks;
    ss_err err = SS_E_no_memory;

    for (n = 1; err == SS_E_no_memory; n++) {
        counted->fail_at = counted->calls + n;
        counted->fail_after = true;
        err = ss_server_new(&counted->env, &config, &serving, &options, &server, NULL);
        counted->fail_at = 0;
        cr_expect(err == SS_OK || counted->blocks == live);
    }
    cr_expect(err == SS_OK && n == 5, "%s, %zu", ss_err_name(err), n);
}
