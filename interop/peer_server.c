/* SPDX-License-Identifier: Apache-2.0 */
/* peer_server.c - a server under test: its folder, its start, its port, its health, its end.
 *
 * Owns: the process, its standard output and its files.
 * Not here: talking to it (the actor connects and reads its identification line).
 * Called by: runner/world.c, `sshspec peers --check`.
 * Follows: peer.h. Ready means that it said PORT; that it speaks SSH is for the actor to see. */
#include "interop/peer_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STOP_MS 4000
#define HELLO_MAX 4096 /* bytes it may say before PORT */
#define CANNOT_HERE 77

/* ---- its folder ---- */

static ss_err copy_in(const char *from, const char *to, const char *name, mode_t mode)
{
    char path[SYSTEM_PATH_MAX];
    struct ss_buf bytes;
    ss_err err;

    ss_buf_init(&bytes, ss_system_env(), 65536);
    bytes.secret = true;
    err = system_join(path, from, name);
    if (err == SS_OK)
        err = system_read_file(path, &bytes);
    if (err == SS_OK)
        err = system_join(path, to, name);
    if (err == SS_OK)
        err = system_write_file(path, ss_buf_span(&bytes), mode);
    ss_buf_fini(&bytes);
    return err;
}

/* ns-user makes the hash again unless it is newer than the password. */
static void age(const char *folder, const char *name)
{
    const struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    char path[SYSTEM_PATH_MAX];

    if (system_join(path, folder, name) == SS_OK)
        (void)utimensat(AT_FDCWD, path, old, AT_SYMLINK_NOFOLLOW);
}

static ss_err furnish(const char *folder, const struct key_ring *keys)
{
    char home[SYSTEM_PATH_MAX];
    ss_err err;

    SS_TRY(system_join(home, folder, "home"));
    SS_TRY(system_make_folder(home, 0755));
    SS_TRY(copy_in(keys->folder, folder, "authorized_keys", 0644));
    SS_TRY(copy_in(keys->folder, folder, "password", 0644));
    age(folder, "password");
    err = copy_in(keys->folder, folder, "password.hash", 0600);
    return err == SS_E_not_found ? SS_OK : err;
}

/* ---- its start ---- */

/* The number of a line `PORT N`; 0 when it is none. */
static uint16_t read_port(const char *line)
{
    char *end;
    unsigned long n;

    if (strncmp(line, "PORT ", 5) != 0)
        return 0;
    n = strtoul(line + 5, &end, 10);
    return *end == '\n' && n > 0 && n < 65536 ? (uint16_t)n : 0;
}

/* Looks for the line in what was said so far. */
static uint16_t find_port(const char *said)
{
    while (said != NULL && strchr(said, '\n') != NULL) {
        uint16_t port = read_port(said);

        if (port != 0)
            return port;
        said = strchr(said, '\n') + 1;
    }
    return 0;
}

static ss_err await_port(struct peer_server *server, ss_time ms)
{
    const ss_time end = ss_clock() + ms;
    char said[HELLO_MAX + 1];
    size_t size = 0;

    for (;;) {
        struct pollfd ready = {.fd = server->voice, .events = POLLIN};
        ss_time now = ss_clock();
        ssize_t got;

        if (now >= end)
            return SS_E_timeout;
        if (poll(&ready, 1, (int)(end - now)) <= 0)
            continue;
        got = read(server->voice, said + size, HELLO_MAX - size);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0)
            return size == HELLO_MAX ? SS_E_too_many : SS_E_closed;
        size += (size_t)got;
        said[size] = '\0';
        server->port = find_port(said);
        if (server->port != 0)
            return SS_OK;
    }
}

static ss_err launch(const struct peer_set *set, const struct key_ring *keys, const char *program,
                     struct peer_server *server)
{
    const char *const argv[] = {program, server->folder, NULL};
    struct process_spec spec = {argv, NULL, server->folder, -1, -1, -1, PEER_FILE_LIMIT};
    char home[SYSTEM_PATH_MAX];
    struct peer_env env;
    int ends[2];
    ss_err err;

    SS_TRY(system_join(home, server->folder, "home"));
    if (pipe2(ends, O_CLOEXEC) != 0)
        return SS_E_io;
    server->voice = ends[0];
    spec.standard_output = ends[1];
    spec.standard_error = peer_open_output(server->folder, "stderr");
    peer_env_init(&env, set, keys->folder, home);
    spec.envp = env.items;
    err = env.failed ? SS_E_no_memory : SS_OK;
    if (err == SS_OK && spec.standard_error < 0)
        err = SS_E_io;
    if (err == SS_OK)
        err = process_start(&spec, &server->process);
    peer_env_fini(&env);
    close(ends[1]);
    if (spec.standard_error >= 0)
        close(spec.standard_error);
    return err;
}

/* What came of a start that failed. Ends what is left of it. */
static ss_err explain_start(struct peer_server *server, ss_err err, struct ss_buf *out_why)
{
    const char *name = server->peer->recipe.name;

    if (err == SS_E_closed)
        (void)process_wait(&server->process, 1000);
    if (err == SS_E_closed && process_ended(&server->process)) {
        int status = server->process.status;

        (void)!ss_buf_printf(out_why, "%s/server ended with %s %d before it listened", name,
                             status < 0 ? "signal" : "status", status < 0 ? -status : status);
        err = status == CANNOT_HERE ? SS_E_unsupported : SS_E_refused;
    } else if (err == SS_E_timeout) {
        (void)!ss_buf_printf(out_why, "%s/server did not say PORT within %u ms", name,
                             (unsigned)server->peer->recipe.start_within);
    } else if (err == SS_E_too_many) {
        (void)!ss_buf_printf(out_why, "%s/server said %d bytes and no PORT", name, HELLO_MAX);
    } else {
        (void)peer_fail(out_why, err, name);
    }
    peer_server_stop(server);
    peer_quote_tail(server->folder, "stderr", out_why);
    return err;
}

ss_err peer_server_start(const struct peer_set *set, const struct peer *peer,
                         const struct key_ring *keys, const char *folder, struct peer_server *out,
                         struct ss_buf *out_why)
{
    struct peer_server server = PEER_SERVER_NONE;
    char program[SYSTEM_PATH_MAX];
    ss_err err;

    server.peer = peer;
    if (strlen(folder) >= sizeof server.folder)
        return peer_fail(out_why, SS_E_ceiling, folder);
    memcpy(server.folder, folder, strlen(folder) + 1);
    err = furnish(folder, keys);
    if (err == SS_OK)
        err = system_join(program, peer->folder, peer->recipe.server_command);
    if (err == SS_OK)
        err = launch(set, keys, program, &server);
    if (err == SS_OK)
        err = await_port(&server, peer->recipe.start_within);
    if (err != SS_OK)
        return explain_start(&server, err, out_why);
    *out = server;
    return SS_OK;
}

/* ---- its health ---- */

static const char *const reports[] = {"ERROR: AddressSanitizer",
                                      "ERROR: LeakSanitizer",
                                      "WARNING: MemorySanitizer",
                                      "WARNING: ThreadSanitizer",
                                      "runtime error: ",
                                      "SUMMARY: UndefinedBehaviorSanitizer",
                                      "sshspec accept: a session died of signal",
                                      NULL};

static bool find_any(const char *const *words, ss_span text, ss_span *out_line)
{
    for (; words != NULL && *words != NULL; words++) {
        const uint8_t *hit = memmem(text.data, text.size, *words, strlen(*words));
        const uint8_t *start, *end;

        if (hit == NULL)
            continue;
        for (start = hit; start > text.data && start[-1] != '\n'; start--)
            ;
        end = memchr(hit, '\n', text.size - (size_t)(hit - text.data));
        if (end == NULL)
            end = text.data + text.size;
        *out_line = ss_span_make(start, (size_t)(end - start) < 400 ? (size_t)(end - start) : 400);
        return true;
    }
    return false;
}

bool peer_text_tells_crash(const struct recipe *recipe, ss_span text, ss_span *out_line)
{
    if (text.size == 0)
        return false;
    return find_any(reports, text, out_line) ||
           (recipe != NULL && find_any(recipe->crash_text, text, out_line));
}

static bool log_is_clean(const struct peer_server *server, struct ss_buf *out_why)
{
    char path[SYSTEM_PATH_MAX];
    struct ss_buf text;
    ss_span line;
    bool clean = true;

    ss_buf_init(&text, out_why->env, PEER_OUTPUT_MAX);
    if (system_join(path, server->folder, "stderr") == SS_OK)
        (void)!system_read_part(path, 0, PEER_OUTPUT_MAX / 2, &text);
    if (peer_text_tells_crash(&server->peer->recipe, ss_buf_span(&text), &line)) {
        (void)!ss_buf_printf(out_why, "the server said: %.*s", (int)line.size,
                             (const char *)line.data);
        clean = false;
    }
    ss_buf_fini(&text);
    return clean;
}

/* One that is dying has closed its sockets a moment before it can be seen to have ended. */
static bool ends_now(struct process *process)
{
    enum { DYING_MS = 30 };
    struct pollfd ending = {.fd = process->fd, .events = POLLIN};

    return process->fd >= 0 && poll(&ending, 1, DYING_MS) == 1 && process_ended(process);
}

bool peer_server_sound(struct peer_server *server, struct ss_buf *out_why)
{
    if (!log_is_clean(server, out_why))
        return false;
    if (!process_ended(&server->process) && !ends_now(&server->process))
        return true;
    if (server->process.status < 0)
        (void)!ss_buf_printf(out_why, "the server died of signal %d (%s)", -server->process.status,
                             strsignal(-server->process.status));
    else
        (void)!ss_buf_printf(out_why, "the server ended with status %d", server->process.status);
    return false;
}

void peer_server_stop(struct peer_server *server)
{
    process_stop(&server->process, STOP_MS);
    if (server->voice >= 0)
        close(server->voice);
    server->voice = -1;
}
