/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_client.c - `sshspec client`: log in somewhere and do one thing.
 *
 * Owns: the command line, which host keys are good enough, exit statuses.
 * Not here: the client itself (lib/client).
 * Called by: main.c. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sshspec/capture.h"
#include "sshspec/client.h"
#include "sshspec/text.h"
#include "testserver/files.h"
#include "testserver/verbs.h"

/* What the peers' own small clients end with, so that results compare. */
enum {
    STATUS_HOST_KEY = 101,
    STATUS_AUTH = 102,
    STATUS_LOST = 103,
    STATUS_NO_COMMON = 104,
    STATUS_SFTP = 105,
    STATUS_SIGNAL = 128,
    KNOWN_HOSTS_MAX = 16 << 20
};

struct client_line { /* as given */
    struct option_list keys, settings, environment;
    const char *password_file, *known_hosts, *timeout;
    const char *keylog, *pcap;
    bool accept_new, accept_any, quiet, verbose, terminal;
    const char *where, *task;
    int rest_count;
    char **rest;
};

struct client_run {
    struct client_line line;
    struct ss_client_policy policy;
    struct ss_config config;
    struct ss_client_options options;
    struct key_list keys;
    struct ss_secret password;
    struct ss_hostkeys *known;
    char host[256], user[256];
    bool known_changed;
};

/* ---- host keys ---- */

static bool accept(struct ss_client_policy *self, const struct ss_client_host *host)
{
    struct client_run *run = SS_CONTAINER_OF(self, struct client_run, policy);

    if (run->line.accept_any)
        return true;
    if (!run->line.accept_new || host->known.verdict != SS_HOSTKEY_UNKNOWN)
        return false;
    if (run->known != NULL && ss_hostkeys_add(run->known, host->name, host->key, false) == SS_OK)
        run->known_changed = true;
    if (!run->line.quiet)
        (void)fprintf(stderr, "sshspec client: %.*s is new: %s %s\n", (int)host->name.size,
                      (const char *)host->name.data, ss_key_type(host->key), host->fingerprint);
    return true;
}

/* Keys that the server proved to hold are learnt, so that the host is known when it gives up the
 * one by which it was known so far. */
static void learn(struct ss_client_policy *self, ss_span name, const struct ss_key *const *keys,
                  size_t count)
{
    struct client_run *run = SS_CONTAINER_OF(self, struct client_run, policy);
    struct ss_hostkey_answer known;
    size_t i;

    for (i = 0; i < count; i++) {
        if (ss_hostkeys_check(run->known, name, keys[i], &known) != SS_OK ||
            known.verdict == SS_HOSTKEY_MATCH || known.verdict == SS_HOSTKEY_REVOKED)
            continue;
        if (ss_hostkeys_add(run->known, name, keys[i], false) == SS_OK)
            run->known_changed = true;
    }
}

static void banner(struct ss_client_policy *self, ss_span text)
{
    const struct client_run *run = SS_CONTAINER_OF(self, struct client_run, policy);
    size_t i;

    for (i = 0; !run->line.quiet && i < text.size; i++) {
        uint8_t c = text.data[i];

        /* The server is not to move the cursor about. */
        if (c == '\n' || c == '\t' || (c >= ' ' && c != 0x7f))
            (void)fputc(c, stderr);
    }
}

static bool load_known(struct client_run *run)
{
    struct ss_buf text, why;
    size_t bad = 0;
    ss_err err = ss_hostkeys_new(ss_system_env(), &run->known);

    ss_buf_init(&text, ss_system_env(), (size_t)2 * KNOWN_HOSTS_MAX);
    ss_buf_init(&why, ss_system_env(), 1024);
    if (err == SS_OK)
        err = ss_file_read(run->line.known_hosts, KNOWN_HOSTS_MAX, &text, &why);
    if (err == SS_E_not_found && run->line.accept_new)
        err = SS_OK;
    else if (err == SS_OK)
        err = ss_hostkeys_read(run->known, ss_buf_span(&text), &bad);
    if (err != SS_OK)
        (void)fprintf(stderr, "sshspec client: %.*s%s\n", (int)ss_buf_size(&why),
                      (const char *)ss_buf_at(&why),
                      ss_buf_size(&why) > 0 ? "the file of --known-hosts is needed"
                                            : ss_err_text(err));
    if (err == SS_OK && bad != 0 && !run->line.quiet)
        (void)fprintf(stderr, "sshspec client: %s, line %zu: no host key line, left alone\n",
                      run->line.known_hosts, bad);
    ss_buf_fini(&why);
    ss_buf_fini(&text);
    return err == SS_OK;
}

static void save_known(struct client_run *run)
{
    struct ss_buf text, why;
    ss_err err;

    if (!run->known_changed)
        return;
    ss_buf_init(&text, ss_system_env(), (size_t)2 * KNOWN_HOSTS_MAX);
    ss_buf_init(&why, ss_system_env(), 1024);
    err = ss_hostkeys_write(run->known, &text);
    if (err == SS_OK)
        err =
            ss_file_write(run->line.known_hosts, ss_buf_span(&text), SS_FILE_REPLACE, false, &why);
    if (err != SS_OK)
        (void)fprintf(stderr, "sshspec client: the host key was not kept: %.*s%s\n",
                      (int)ss_buf_size(&why), (const char *)ss_buf_at(&why), ss_err_text(err));
    ss_buf_fini(&why);
    ss_buf_fini(&text);
}

/* ---- the command line ---- */

static bool copy_text(ss_span text, char *out, size_t size)
{
    if (text.size == 0 || text.size >= size || memchr(text.data, 0, text.size) != NULL)
        return false;
    memcpy(out, text.data, text.size);
    out[text.size] = 0;
    return true;
}

static bool read_where(struct client_run *run)
{
    const char *at = strrchr(run->line.where, '@');
    const char *login = getenv("LOGNAME");
    ss_span host, user = ss_span_of(login != NULL ? login : "tester");
    uint16_t port = 22;

    if (at != NULL)
        user = ss_span_make(run->line.where, (size_t)(at - run->line.where));
    if (!ss_net_split(ss_span_of(at != NULL ? at + 1 : run->line.where), &host, &port) ||
        !copy_text(host, run->host, sizeof run->host) ||
        !copy_text(user, run->user, sizeof run->user))
        return false;
    run->options.host = run->host;
    run->options.port = port;
    run->options.user = ss_span_of(run->user);
    return true;
}

static bool read_timeout(struct client_run *run)
{
    char *end = NULL;
    unsigned long seconds;

    if (run->line.timeout == NULL)
        return true;
    seconds = strtoul(run->line.timeout, &end, 10);
    if (run->line.timeout[0] < '0' || run->line.timeout[0] > '9' || *end != 0 ||
        seconds > 1000000 || seconds == 0)
        return false;
    run->options.connect_time = run->options.login_time = run->options.session_time =
        (uint64_t)seconds * 1000;
    return true;
}

/* False: something is wrong and was said. */
static bool prepare(struct client_run *run, struct options *options)
{
    size_t i;

    if (!read_where(run)) {
        (void)options_wrong(options, "%s is no [USER@]HOST[:PORT]", run->line.where);
        return false;
    }
    if (!read_timeout(run)) {
        (void)options_wrong(options, "--timeout %s: seconds, from 1 on", run->line.timeout);
        return false;
    }
    options->status = EXIT_USAGE;
    ss_config_init(&run->config, SS_CLIENT);
    if (!apply_settings(&run->line.settings, &run->config))
        return false;
    options->status = EXIT_ENVIRONMENT;
    for (i = 0; i < run->line.keys.count; i++)
        if (!read_private_key(run->line.keys.items[i], &run->keys))
            return false;
    run->options.keys = key_list_keys(&run->keys);
    if (run->line.password_file != NULL) {
        if (!read_password(run->line.password_file, &run->password))
            return false;
        run->options.password = ss_secret_span(&run->password);
    }
    if (run->line.known_hosts != NULL && !load_known(run))
        return false;
    run->options.known = run->known;
    run->policy.accept = accept;
    run->policy.banner = banner;
    if (run->line.known_hosts != NULL && !run->line.accept_any)
        run->policy.host_keys = learn;
    run->options.policy = &run->policy;
    return true;
}

static void release(struct client_run *run)
{
    key_list_fini(&run->keys);
    ss_secret_fini(&run->password);
    ss_hostkeys_free(&run->known);
}

/* ---- what is done ---- */

static int failed(const struct ss_client *client)
{
    const struct ss_client_error *error = ss_client_error(client);

    (void)fprintf(stderr, "sshspec client: %s\n", error->text);
    switch (error->err) {
    case SS_E_host_key_rejected:
        return STATUS_HOST_KEY;
    case SS_E_auth_exhausted:
    case SS_E_too_many_auth:
        return STATUS_AUTH;
    case SS_E_no_common_algorithm:
        return STATUS_NO_COMMON;
    case SS_E_sftp_status:
    case SS_E_refused:
        return STATUS_SFTP;
    default:
        return error->phase == SS_CLIENT_LOGIN && error->err == SS_E_peer_disconnected
                   ? STATUS_AUTH
                   : STATUS_LOST;
    }
}

static int signal_number(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } names[] = {{"ABRT", SIGABRT}, {"ALRM", SIGALRM}, {"FPE", SIGFPE},   {"HUP", SIGHUP},
                 {"ILL", SIGILL},   {"INT", SIGINT},   {"KILL", SIGKILL}, {"PIPE", SIGPIPE},
                 {"QUIT", SIGQUIT}, {"SEGV", SIGSEGV}, {"TERM", SIGTERM}, {"USR1", SIGUSR1},
                 {"USR2", SIGUSR2}};
    size_t i;

    for (i = 0; i < SS_COUNT(names); i++)
        if (strcmp(name, names[i].name) == 0)
            return names[i].number;
    return 0;
}

static bool join_words(int count, char **words, struct ss_buf *out)
{
    int i;

    for (i = 0; i < count; i++)
        if ((i > 0 && ss_buf_puts(out, " ") != SS_OK) || ss_buf_puts(out, words[i]) != SS_OK)
            return false;
    return true;
}

static size_t split_environment(const struct option_list *list, struct ss_session_env *out)
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        const char *mark = strchr(list->items[i], '=');
        size_t n = mark != NULL ? (size_t)(mark - list->items[i]) : strlen(list->items[i]);

        out[i].name = ss_span_make(list->items[i], n);
        out[i].value = ss_span_of(mark != NULL ? mark + 1 : "");
    }
    return list->count;
}

static int run_exec(struct client_run *run, struct ss_client *client)
{
    static const struct ss_tail_channel_request_pty_req pty = {
        .term = {(const uint8_t *)"xterm", 5},
        .columns = 80,
        .rows = 24,
        .modes = {(const uint8_t *)"", 1}};
    struct ss_session_request request = {.kind = SS_SESSION_EXEC};
    struct ss_session_env environment[OPTION_LIST_MAX];
    struct ss_session_end end = {0};
    struct ss_session_fds fds;
    struct ss_buf command;
    ss_err err = SS_E_no_memory;

    ss_buf_init(&command, ss_system_env(), 1 << 20);
    ss_session_fds_init(&fds, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
    request.env = environment;
    request.env_count = split_environment(&run->line.environment, environment);
    request.pty = run->line.terminal ? &pty : NULL;
    if (join_words(run->line.rest_count, run->line.rest, &command)) {
        request.text = ss_buf_span(&command);
        err = ss_client_session(client, &request, &fds.io, &end);
    }
    ss_buf_fini(&command);
    if (err != SS_OK)
        return failed(client);
    if (end.signal[0] != 0) {
        (void)fprintf(stderr, "sshspec client: the command ended by signal %s\n", end.signal);
        return STATUS_SIGNAL + signal_number(end.signal);
    }
    if (!end.has_status)
        (void)fputs("sshspec client: the server sent no exit status\n", stderr);
    return end.has_status ? (int)(end.status & 0xff) : STATUS_LOST;
}

static int run_put(struct client_run *run, struct ss_client *client)
{
    const char *local = run->line.rest[0];
    int fd = strcmp(local, "-") == 0 ? dup(STDIN_FILENO) : open(local, O_RDONLY | O_CLOEXEC);
    uint64_t bytes = 0;
    ss_err err;

    if (fd < 0) {
        perror(local);
        return EXIT_ENVIRONMENT;
    }
    err = ss_client_put(client, fd, ss_span_of(run->line.rest[1]), 0, &bytes);
    ss_net_close(&fd);
    if (err != SS_OK)
        return failed(client);
    if (!run->line.quiet)
        (void)fprintf(stderr, "sshspec client: %llu bytes put\n", (unsigned long long)bytes);
    return 0;
}

static int run_get(struct client_run *run, struct ss_client *client)
{
    const char *local = run->line.rest[1];
    int fd = open(local, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    uint64_t bytes = 0;
    ss_err err;
    bool kept;

    if (fd < 0) {
        perror(local);
        return EXIT_ENVIRONMENT;
    }
    err = ss_client_get(client, ss_span_of(run->line.rest[0]), fd, &bytes);
    kept = close(fd) == 0;
    if (err != SS_OK)
        return failed(client);
    if (!kept) {
        perror(local);
        return EXIT_ENVIRONMENT;
    }
    if (!run->line.quiet)
        (void)fprintf(stderr, "sshspec client: %llu bytes got\n", (unsigned long long)bytes);
    return 0;
}

static const struct {
    const char *name;
    int least, most; /* words behind it */
    int (*run)(struct client_run *run, struct ss_client *client);
} tasks[] = {{"exec", 1, 1 << 20, run_exec}, {"put", 2, 2, run_put}, {"get", 2, 2, run_get}};

static void describe(const struct ss_client *client)
{
    const struct ss_engine *engine = ss_client_engine(client);
    const struct ss_negotiated *agreed = engine != NULL ? ss_engine_negotiated(engine) : NULL;
    ss_span peer;

    if (agreed == NULL || agreed->epoch == 0)
        return;
    peer = ss_engine_peer_ident(engine);
    (void)fprintf(stderr, "sshspec client: %.*s, %s, %s, %s, %s, %s, %s%u key exchanges\n",
                  (int)peer.size, (const char *)peer.data, agreed->kex->name,
                  agreed->host_key->name, agreed->cipher_c2s->name, agreed->cipher_s2c->name,
                  agreed->mac_c2s != NULL ? agreed->mac_c2s->name : "no MAC",
                  agreed->strict ? "strict, " : "", (unsigned)agreed->epoch);
}

static void complain(struct ss_buf *why)
{
    (void)fprintf(stderr, "sshspec client: %.*s", (int)ss_buf_size(why),
                  (const char *)ss_buf_at(why));
    ss_buf_clear(why);
}

/* What was asked for and cannot be had is said before anything is sent. */
static bool open_capture(struct client_run *run, struct ss_capture **out)
{
    struct ss_capture_plan plan = {.keylog = run->line.keylog, .pcap = run->line.pcap};
    struct timespec now;
    struct ss_buf why;
    ss_err err;

    if (plan.keylog == NULL && plan.pcap == NULL)
        return true;
    if (clock_gettime(CLOCK_REALTIME, &now) == 0)
        plan.start = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
    ss_buf_init(&why, ss_system_env(), 8192);
    err = ss_capture_open(ss_system_env(), &plan, out, &why);
    if (err != SS_OK)
        complain(&why);
    else
        run->config.trace = ss_capture_trace(*out);
    ss_buf_fini(&why);
    return err == SS_OK;
}

static void close_capture(struct ss_capture **capture)
{
    struct ss_buf why;

    ss_buf_init(&why, ss_system_env(), 8192);
    if (ss_capture_close(capture, &why) != SS_OK)
        complain(&why);
    ss_buf_fini(&why);
}

static int connect_and_run(struct client_run *run, size_t task)
{
    struct ss_capture *capture = NULL;
    struct ss_client *client = NULL;
    int status;

    if (!open_capture(run, &capture))
        return EXIT_ENVIRONMENT;
    if (ss_client_new(ss_system_env(), &run->config, &run->options, &client) != SS_OK) {
        close_capture(&capture);
        (void)fputs("sshspec client: out of memory\n", stderr);
        return EXIT_ENVIRONMENT;
    }
    status = ss_client_connect(client) == SS_OK ? tasks[task].run(run, client) : failed(client);
    if (run->line.verbose)
        describe(client);
    ss_client_free(&client);
    close_capture(&capture);
    return status;
}

static int run_task(struct client_run *run, struct options *options)
{
    size_t i;
    int status;

    if (run->line.task == NULL)
        return options_wrong(options, "say where to, and exec, put or get");
    for (i = 0; i < SS_COUNT(tasks); i++)
        if (strcmp(run->line.task, tasks[i].name) == 0)
            break;
    if (i == SS_COUNT(tasks))
        return options_wrong(options, "%s: exec, put or get", run->line.task);
    if (run->line.rest_count < tasks[i].least || run->line.rest_count > tasks[i].most)
        return options_wrong(options, "%s: too %s words behind it", run->line.task,
                             run->line.rest_count < tasks[i].least ? "few" : "many");
    status = prepare(run, options) ? connect_and_run(run, i) : options->status;
    save_known(run);
    return status;
}

int cmd_client(int argc, char **argv)
{
    static struct client_run run;
    const struct option table[] = {
        {"key", OPTION_LIST, &run.line.keys, "FILE", "private key to log in with, tried in order"},
        {"password-file", OPTION_TEXT, &run.line.password_file, "FILE",
         "its first line is the password, tried after the keys"},
        {"known-hosts", OPTION_TEXT, &run.line.known_hosts, "FILE", "host keys that are trusted"},
        {"accept-new", OPTION_FLAG, &run.line.accept_new, NULL,
         "trust a host that is in no line of it, and add it"},
        {"accept-any-host-key", OPTION_FLAG, &run.line.accept_any, NULL,
         "trust whoever answers: for throw-away servers only"},
        {"env", OPTION_LIST, &run.line.environment, "NAME=VALUE", "environment for exec"},
        {"terminal", OPTION_FLAG, &run.line.terminal, NULL, "ask for a terminal for exec"},
        {"timeout", OPTION_TEXT, &run.line.timeout, "SECONDS",
         "for connecting, for login, and for the work"},
        {"set", OPTION_LIST, &run.line.settings, "OPTION=VALUE",
         "protocol option, such as rekey_bytes=8M; policy=NAME:\nsee sshspec algorithms "
         "--policies"},
        {"keylog", OPTION_TEXT, &run.line.keylog, "FILE",
         "append the secrets of each key exchange,\nin the form that Wireshark reads"},
        {"pcap", OPTION_TEXT, &run.line.pcap, "FILE", "write a capture of the connection"},
        {"quiet", OPTION_FLAG, &run.line.quiet, NULL, "only errors on standard error"},
        {"verbose", OPTION_FLAG, &run.line.verbose, NULL,
         "at the end, what was agreed on, on standard error"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    struct options options;
    const char *word;
    int status;

    options_init(&options, table, argc, argv);
    options.usage = "[OPTION...] [USER@]HOST[:PORT] exec COMMAND | put LOCAL REMOTE | "
                    "get REMOTE LOCAL";
    options.about = "Logs in and runs COMMAND with this program's standard streams, or moves one "
                    "file by SFTP.\n"
                    "Exit status: the command's; 128 + number for a signal; 101 host key, 102 "
                    "login,\n103 connection, 104 no common algorithm, 105 refused or SFTP error.";
    options.example = "  sshspec client --key id_ed25519 --known-hosts known_hosts "
                      "tester@127.0.0.1:2222 exec echo hello\n";
    while (run.line.task == NULL && options_next(&options, &word)) {
        if (run.line.where == NULL)
            run.line.where = word;
        else
            run.line.task = word;
    }
    if (options.status >= 0)
        return options.status;
    run.line.rest = argv + options.at;
    run.line.rest_count = argc - options.at;
    status = run_task(&run, &options);
    release(&run);
    return status;
}
