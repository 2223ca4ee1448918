/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_server.c - `sshspec server`: a well-behaved server for trying clients.
 *
 * Owns: the command line, the account, the host keys, what is printed for scripts.
 * Not here: serving (lib/server).
 * Called by: main.c.
 * Follows: the rules of a server for tests: loopback unless told otherwise, no programs, nothing
 * written unless asked, host keys for one run. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sshspec/capture.h"
#include "sshspec/posix_fs.h"
#include "sshspec/server.h"
#include "sshspec/text.h"
#include "testserver/files.h"
#include "testserver/verbs.h"

struct server_line { /* as given */
    struct option_list host_keys, settings;
    const char *listen, *user, *password_file, *authorized_keys, *root, *memory, *visitors,
        *seconds, *moduli, *keylog;
    bool allow_remote, writable, as_root, quiet;
};

struct server_run {
    struct server_line line;
    struct ss_config config;
    struct ss_serving_config serving;
    struct ss_server_options options;
    struct ss_server_log log;
    struct ss_account account;
    struct key_list host_keys, user_keys;
    struct ss_secret password;
    struct ss_moduli *moduli;
    struct ss_mem_fs *memory;
    struct ss_posix_fs *folder;
    char address[64];
};

static struct ss_server *running; /* for the signal handler */

static void on_signal(int number)
{
    (void)number;
    if (running != NULL)
        ss_server_stop(running);
}

static void log_line(struct ss_server_log *self, uint64_t visitor, const char *text)
{
    (void)self;
    (void)fprintf(stderr, "[%llu] %s\n", (unsigned long long)visitor, text);
}

static bool read_count(const char *text, unsigned long most, uint64_t *out)
{
    char *end = NULL;
    unsigned long n;

    if (text == NULL)
        return true;
    n = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != 0 || n == 0 || n > most)
        return false;
    *out = n;
    return true;
}

/* ---- the command line ---- */

static bool read_listen(struct server_run *run, struct options *options)
{
    ss_span host;
    uint16_t port = 0;

    if (run->line.listen == NULL)
        run->line.listen = "127.0.0.1:0";
    if (!ss_net_split(ss_span_of(run->line.listen), &host, &port) ||
        host.size >= sizeof run->address) {
        (void)options_wrong(options, "--listen %s is no ADDRESS:PORT", run->line.listen);
        return false;
    }
    memcpy(run->address, host.data, host.size);
    run->address[host.size] = 0;
    run->options.address = run->address;
    run->options.port = port;
    if (ss_net_is_loopback(run->address))
        return true;
    if (!run->line.allow_remote) {
        (void)options_wrong(options, "%s is not loopback: --allow-remote if others are to reach it",
                            run->address);
        return false;
    }
    (void)fprintf(stderr,
                  "sshspec server: warning: %s can be reached by others; this is a test "
                  "server\n",
                  run->address);
    return true;
}

static bool check_line(struct server_run *run, struct options *options)
{
    uint64_t memory = 256, seconds = 0;

    if (!read_listen(run, options))
        return false;
    if (run->line.writable && run->line.root == NULL) {
        (void)options_wrong(options, "--writable belongs to --root; a tree in memory always is");
        return false;
    }
    if (run->line.root != NULL && geteuid() == 0 && !run->line.as_root) {
        (void)options_wrong(options,
                            "--root as the user root: run it as somebody else, or say --as-root");
        return false;
    }
    if (!read_count(run->line.memory, 65536, &memory) ||
        !read_count(run->line.visitors, 1000000000, &run->options.visitors) ||
        !read_count(run->line.seconds, 1000000, &seconds)) {
        (void)options_wrong(options, "--memory, --visitors and --seconds take a number from 1 on");
        return false;
    }
    return true;
}

/* ---- what is served, and to whom ---- */

static bool fail(ss_err err, const char *what)
{
    (void)fprintf(stderr, "sshspec server: %s: %s\n", what, ss_err_text(err));
    return false;
}

/* Without any credential given there is one account with a password of this run. */
static bool make_password(struct server_run *run)
{
    uint8_t drawn[12];
    struct ss_buf text;
    ss_err err = ss_random(ss_system_env(), drawn, sizeof drawn);

    ss_buf_init(&text, ss_system_env(), 64);
    if (err == SS_OK)
        err = ss_hex_encode(&text, ss_span_make(drawn, sizeof drawn));
    if (err == SS_OK && ss_secret_set(&run->password, ss_buf_span(&text)))
        (void)printf("password %.*s\n", (int)ss_buf_size(&text), (const char *)ss_buf_at(&text));
    ss_buf_fini(&text);
    return err == SS_OK || fail(err, "password");
}

static bool make_account(struct server_run *run)
{
    bool given = run->line.password_file != NULL || run->line.authorized_keys != NULL;

    if (run->line.password_file != NULL && !read_password(run->line.password_file, &run->password))
        return false;
    if (run->line.authorized_keys != NULL &&
        !read_authorized_keys(run->line.authorized_keys, &run->user_keys))
        return false;
    if (run->line.user == NULL)
        run->line.user = "tester";
    (void)printf("user %s\n", run->line.user);
    if (!given && !make_password(run))
        return false;
    run->account.user = ss_span_of(run->line.user);
    run->account.password = ss_secret_span(&run->password);
    run->account.keys = key_list_keys(&run->user_keys);
    run->serving.accounts = &run->account;
    run->serving.account_count = 1;
    return true;
}

static bool make_host_keys(struct server_run *run)
{
    static const enum ss_key_kind kinds[] = {SS_KEY_ED25519, SS_KEY_ECDSA_P256, SS_KEY_RSA};
    size_t i;
    ss_err err = SS_OK;

    for (i = 0; i < run->line.host_keys.count; i++)
        if (!read_private_key(run->line.host_keys.items[i], &run->host_keys))
            return false;
    for (i = 0; run->line.host_keys.count == 0 && i < SS_COUNT(kinds) && err == SS_OK; i++) {
        err = ss_key_generate(ss_system_env(), kinds[i], 2048, ss_span_of("of one run"),
                              &run->host_keys.keys[run->host_keys.count]);
        run->host_keys.count += err == SS_OK ? 1 : 0;
    }
    run->config.host_keys = key_list_keys(&run->host_keys);
    return err == SS_OK || fail(err, "host key");
}

static bool make_groups(struct server_run *run)
{
    if (run->line.moduli != NULL && !read_moduli(run->line.moduli, &run->moduli))
        return false;
    run->config.moduli = run->moduli;
    return true;
}

static bool make_files(struct server_run *run)
{
    struct ss_mem_options options = {0};
    uint64_t megabytes = 256;
    ss_err err;

    if (run->line.root != NULL) {
        err = ss_posix_fs_new(ss_system_env(), run->line.root, &run->folder);
        if (err != SS_OK)
            return fail(err, run->line.root);
        run->serving.fs = ss_posix_fs_fs(run->folder);
        run->serving.read_only = !run->line.writable;
        return true;
    }
    (void)read_count(run->line.memory, 65536, &megabytes);
    options.bytes_most = megabytes << 20;
    options.order = SS_MEM_BY_NAME;
    err = ss_mem_fs_new(ss_system_env(), &options, &run->memory);
    if (err != SS_OK)
        return fail(err, "files");
    run->serving.fs = ss_mem_fs_fs(run->memory);
    return true;
}

/* ---- what is said ---- */

static ss_err print_key(const struct ss_key *key, ss_span host)
{
    struct ss_buf text;
    ss_err err;

    ss_buf_init(&text, ss_system_env(), 65536);
    err = ss_buf_printf(&text, "host-key %s ", ss_key_type(key));
    if (err == SS_OK)
        err = ss_key_fingerprint(ss_key_blob(key), &text);
    if (err == SS_OK)
        err = ss_buf_puts(&text, "\nknown-hosts ");
    if (err == SS_OK)
        err = ss_buf_put(&text, host);
    if (err == SS_OK)
        err = ss_buf_printf(&text, " %s ", ss_key_type(key));
    if (err == SS_OK)
        err = ss_base64_encode(&text, ss_key_blob(key));
    if (err == SS_OK)
        (void)printf("%.*s\n", (int)ss_buf_size(&text), (const char *)ss_buf_at(&text));
    ss_buf_fini(&text);
    return err;
}

/* The port last: a script that has read it has all. */
static bool announce(const struct server_run *run, uint16_t port)
{
    struct ss_buf host;
    ss_err err;
    size_t i;

    ss_buf_init(&host, ss_system_env(), 256);
    err = ss_hostkeys_name(ss_span_of(run->address), port, &host);
    for (i = 0; i < run->host_keys.count && err == SS_OK; i++)
        err = print_key(run->host_keys.keys[i], ss_buf_span(&host));
    ss_buf_fini(&host);
    (void)printf("port %u\n", (unsigned)port);
    return err == SS_OK && fflush(stdout) == 0;
}

/* ---- running ---- */

static void watch_signals(const struct server_run *run)
{
    struct sigaction action;
    uint64_t seconds = 0;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    (void)sigaction(SIGALRM, &action, NULL);
    (void)read_count(run->line.seconds, 1000000, &seconds);
    (void)alarm((unsigned)seconds);
}

static int serve(struct server_run *run)
{
    struct ss_server *server = NULL;
    struct ss_buf why;
    ss_err err;
    int status = EXIT_AS_EXPECTED;

    ss_buf_init(&why, ss_system_env(), 4096);
    err = ss_server_new(ss_system_env(), &run->config, &run->serving, &run->options, &server, &why);
    if (err != SS_OK) {
        (void)fprintf(stderr, "sshspec server: cannot listen: %.*s%s\n", (int)ss_buf_size(&why),
                      (const char *)ss_buf_at(&why), ss_err_text(err));
        status = EXIT_ENVIRONMENT;
    } else {
        running = server;
        watch_signals(run);
        if (!announce(run, ss_server_port(server)) || ss_server_run(server) != SS_OK)
            status = EXIT_ENVIRONMENT;
        running = NULL;
    }
    ss_buf_fini(&why);
    ss_server_free(&server);
    return status;
}

static void complain(const struct ss_buf *why)
{
    (void)fprintf(stderr, "sshspec server: %.*s", (int)ss_buf_size(why),
                  (const char *)ss_buf_at(why));
}

/* All visitors share the key log; a capture would need one a visitor. */
static int serve_logged(struct server_run *run)
{
    struct ss_capture_plan plan = {.keylog = run->line.keylog};
    struct ss_capture *capture = NULL;
    struct ss_buf why;
    int status = EXIT_ENVIRONMENT;

    if (plan.keylog == NULL)
        return serve(run);
    ss_buf_init(&why, ss_system_env(), 8192);
    if (ss_capture_open(ss_system_env(), &plan, &capture, &why) == SS_OK) {
        run->config.trace = ss_capture_trace(capture);
        status = serve(run);
    }
    if (ss_capture_close(&capture, &why) != SS_OK || ss_buf_size(&why) > 0)
        complain(&why);
    ss_buf_fini(&why);
    return status;
}

static int prepare_and_serve(struct server_run *run, struct options *options)
{
    if (!check_line(run, options))
        return options->status;
    ss_config_init(&run->config, SS_SERVER);
    if (!apply_settings(&run->line.settings, &run->config))
        return EXIT_USAGE;
    run->log.line = log_line;
    run->options.log = run->line.quiet ? NULL : &run->log;
    if (!make_account(run) || !make_host_keys(run) || !make_groups(run) || !make_files(run))
        return EXIT_ENVIRONMENT;
    return serve_logged(run);
}

static void release(struct server_run *run)
{
    ss_posix_fs_free(&run->folder);
    ss_mem_fs_free(&run->memory);
    ss_moduli_free(&run->moduli);
    key_list_fini(&run->user_keys);
    key_list_fini(&run->host_keys);
    ss_secret_fini(&run->password);
}

int cmd_server(int argc, char **argv)
{
    static struct server_run run;
    const struct option table[] = {
        {"listen", OPTION_TEXT, &run.line.listen, "ADDRESS:PORT",
         "where to listen; 127.0.0.1:0, any free port, unless given"},
        {"allow-remote", OPTION_FLAG, &run.line.allow_remote, NULL,
         "listen on an address that others can reach"},
        {"host-key", OPTION_LIST, &run.line.host_keys, "FILE",
         "private host key; without one, three are made for this run"},
        {"moduli", OPTION_TEXT, &run.line.moduli, "FILE",
         "groups for group exchanges, as moduli(5); those of RFC 3526 unless given"},
        {"user", OPTION_TEXT, &run.line.user, "NAME", "who may log in; tester unless given"},
        {"password-file", OPTION_TEXT, &run.line.password_file, "FILE",
         "its first line is the user's password"},
        {"authorized-keys", OPTION_TEXT, &run.line.authorized_keys, "FILE",
         "the user's public keys\nwithout either, a password is made up and printed"},
        {"root", OPTION_TEXT, &run.line.root, "DIR",
         "folder that SFTP serves; without it, a tree in memory"},
        {"writable", OPTION_FLAG, &run.line.writable, NULL, "let clients change the folder"},
        {"as-root", OPTION_FLAG, &run.line.as_root, NULL,
         "serve a folder although this is the user root"},
        {"memory", OPTION_TEXT, &run.line.memory, "MIB", "most that the tree in memory holds; 256"},
        {"visitors", OPTION_TEXT, &run.line.visitors, "N", "end when N came and all left"},
        {"seconds", OPTION_TEXT, &run.line.seconds, "N", "end after N seconds"},
        {"set", OPTION_LIST, &run.line.settings, "OPTION=VALUE",
         "protocol option, such as rekey_bytes=8M; policy=NAME:\nsee sshspec algorithms "
         "--policies"},
        {"keylog", OPTION_TEXT, &run.line.keylog, "FILE",
         "append the secrets of each key exchange,\nin the form that Wireshark reads"},
        {"quiet", OPTION_FLAG, &run.line.quiet, NULL, "no line for each visitor"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    struct options options;
    const char *word;
    int status;

    options_init(&options, table, argc, argv);
    options.usage = "[OPTION...]";
    options.about =
        "Serves SSH and SFTP until SIGINT or SIGTERM. Commands are built in, no program ever "
        "runs:\ntrue, false, exit N, echo, cat, head -c N /dev/zero, wc -c, stderr TEXT, signal "
        "NAME.\nPrints user, host keys with fingerprint and known_hosts line, and the port last.";
    options.example = "  sshspec server --listen 127.0.0.1:2222 --authorized-keys id_ed25519.pub\n";
    if (options_next(&options, &word))
        (void)options_wrong(&options, "%s: takes options only", word);
    if (options.status >= 0)
        return options.status;
    status = prepare_and_serve(&run, &options);
    release(&run);
    return status;
}
