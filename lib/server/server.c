/* SPDX-License-Identifier: Apache-2.0 */
/* server.c - the loop: who may come in, whose turn it is, who is gone.
 *
 * Owns: the listening socket and every connection's engine, driver and serving.
 * Not here: what is answered (serving.c), one connection's protocol (engine).
 * Called by: programs.
 * Follows: poll(2); server.h for the caps. */
#include "sshspec/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "sshspec/text.h"

enum {
    CONNECTIONS = 256,
    UNAUTHENTICATED = 32,
    GOODBYE_TIME = 1000,
    ROUNDS = 8, /* of writing, before others have their turn */
    FIXED = 2   /* places in the poll set before the visitors': wake, listener */
};

struct visitor {
    uint64_t number;
    struct ss_engine *engine;
    struct ss_serving *serving;
    struct ss_driver driver;
    bool logged_in, told;
};

struct ss_server {
    const struct ss_env *env;
    const struct ss_config *config;
    const struct ss_serving_config *serving;
    struct ss_server_options options;
    int listener, wake[2]; /* wake: [0] is polled, [1] written by stop */
    uint16_t port;
    struct visitor **visitors; /* options.connections places, the first count taken */
    struct pollfd *set;        /* FIXED more places */
    size_t count;
    uint64_t came;
    bool full; /* no descriptor was left */
    volatile sig_atomic_t stopping;
};

/* ---- log ---- */

static void say(const struct ss_server *server, uint64_t visitor, const char *format, ...)
    SS_PRINTF(3, 4);

static void say(const struct ss_server *server, uint64_t visitor, const char *format, ...)
{
    struct ss_server_log *log = server->options.log;
    struct ss_buf safe;
    char text[600];
    va_list args;

    if (log == NULL)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    /* Names and reasons in it are the visitor's. */
    ss_buf_init(&safe, server->env, (size_t)4 * sizeof text);
    if (ss_escape(&safe, ss_span_of(text)) == SS_OK &&
        ss_buf_put(&safe, ss_span_make("", 1)) == SS_OK)
        log->line(log, visitor, (const char *)ss_buf_at(&safe));
    ss_buf_fini(&safe);
}

/* ---- life ---- */

static void wake_init(struct ss_server *server)
{
    server->wake[0] = server->wake[1] = -1;
    if (pipe2(server->wake, O_CLOEXEC | O_NONBLOCK) != 0)
        server->wake[0] = server->wake[1] = -1;
}

static ss_err reserve(struct ss_server *server)
{
    size_t n = server->options.connections;

    server->visitors = ss_alloc(server->env, n * sizeof(struct visitor *));
    server->set = ss_alloc(server->env, (n + FIXED) * sizeof *server->set);
    return server->visitors != NULL && server->set != NULL ? SS_OK : SS_E_no_memory;
}

ss_err ss_server_new(const struct ss_env *env, const struct ss_config *config,
                     const struct ss_serving_config *serving,
                     const struct ss_server_options *options, struct ss_server **out_server,
                     struct ss_buf *why)
{
    struct ss_server *server;
    ss_err err;

    if (config->role != SS_SERVER || config->pace != SS_AUTO)
        return SS_E_bad_argument;
    server = ss_alloc(env, sizeof *server);
    if (server == NULL)
        return SS_E_no_memory;
    server->env = env;
    server->config = config;
    server->serving = serving;
    server->options = *options;
    server->listener = -1;
    if (server->options.connections == 0)
        server->options.connections = CONNECTIONS;
    if (server->options.unauthenticated == 0)
        server->options.unauthenticated = UNAUTHENTICATED;
    if (server->options.address == NULL)
        server->options.address = "127.0.0.1";
    wake_init(server);
    err = server->wake[0] >= 0 ? reserve(server) : SS_E_io;
    if (err == SS_OK)
        err = ss_net_listen(server->options.address, server->options.port, &server->listener,
                            &server->port, why);
    if (err == SS_OK)
        *out_server = server;
    else
        ss_server_free(&server);
    return err;
}

uint16_t ss_server_port(const struct ss_server *server)
{
    return server->port;
}

/* Only what a signal handler may do. The pipe may be full; then it wakes already. */
void ss_server_stop(struct ss_server *server)
{
    int saved = errno;
    ssize_t n;

    server->stopping = 1;
    n = write(server->wake[1], "x", 1);
    (void)n;
    errno = saved;
}

/* ---- visitors ---- */

static void visitor_free(const struct ss_server *server, struct visitor **visitor)
{
    struct visitor *old = *visitor;

    *visitor = NULL;
    if (old == NULL)
        return;
    ss_driver_fini(&old->driver);
    ss_serving_free(&old->serving);
    ss_engine_free(&old->engine);
    ss_free(server->env, old, sizeof *old);
}

void ss_server_free(struct ss_server **server)
{
    struct ss_server *old = *server;

    *server = NULL;
    if (old == NULL)
        return;
    while (old->count > 0)
        visitor_free(old, &old->visitors[--old->count]);
    ss_net_close(&old->listener);
    ss_net_close(&old->wake[0]);
    ss_net_close(&old->wake[1]);
    ss_free(old->env, old->visitors, old->options.connections * sizeof(struct visitor *));
    ss_free(old->env, old->set, (old->options.connections + FIXED) * sizeof *old->set);
    ss_free(old->env, old, sizeof *old);
}

static ss_err visitor_new(struct ss_server *server, int take_fd, struct visitor **out)
{
    struct visitor *visitor = ss_alloc(server->env, sizeof *visitor);
    ss_err err;

    if (visitor == NULL) {
        ss_net_close(&take_fd);
        return SS_E_no_memory;
    }
    visitor->number = server->came;
    err = ss_engine_new(server->config, server->env, ss_clock(), &visitor->engine);
    if (err == SS_OK)
        err = ss_serving_new(server->env, visitor->engine, server->serving, &visitor->serving);
    if (err != SS_OK) {
        ss_net_close(&take_fd);
        visitor_free(server, &visitor);
        return err;
    }
    ss_driver_init(&visitor->driver, visitor->engine, take_fd);
    *out = visitor;
    return SS_OK;
}

/* ---- a visitor's turn ---- */

static void note(struct ss_server *server, struct visitor *visitor, const struct ss_event *event)
{
    const struct ss_fault *fault = event->fault;

    switch (event->type) {
    case SS_EVENT_VERSION:
        say(server, visitor->number, "speaks %.*s", (int)event->text.size,
            (const char *)event->text.data);
        break;
    case SS_EVENT_AUTH_DONE:
        visitor->logged_in = true;
        say(server, visitor->number, "logged in as %.*s by %.*s", (int)event->text.size,
            (const char *)event->text.data, (int)event->method.size,
            (const char *)event->method.data);
        break;
    case SS_EVENT_DISCONNECTED:
        visitor->told = true;
        say(server, visitor->number, "left: %.*s (reason %u)", (int)event->text.size,
            (const char *)event->text.data, (unsigned)event->number);
        break;
    case SS_EVENT_FAULT:
        visitor->told = true;
        if (fault != NULL)
            say(server, visitor->number, "fault: %s%s%s%s%s", ss_err_text(fault->err),
                fault->message != NULL ? " in " : "", fault->message != NULL ? fault->message : "",
                fault->detail[0] != 0 ? ": " : "", fault->detail);
        break;
    default:
        break;
    }
}

static ss_err take_events(struct ss_server *server, struct visitor *visitor)
{
    struct ss_event event;

    while (ss_engine_poll(visitor->engine, &event)) {
        note(server, visitor, &event);
        SS_TRY(ss_serving_event(visitor->serving, &event));
    }
    return ss_serving_pump(visitor->serving);
}

/* Answers and writes for as long as the descriptor takes it and there is more to say. */
static ss_err serve(struct ss_server *server, struct visitor *visitor)
{
    size_t i, before;

    for (i = 0; i < ROUNDS; i++) {
        SS_TRY(take_events(server, visitor));
        before = ss_engine_output(visitor->engine).size;
        if (before == 0)
            return SS_OK;
        ss_driver_flush(&visitor->driver);
        if (ss_engine_output(visitor->engine).size > 0)
            return SS_OK;
    }
    return take_events(server, visitor);
}

/* False: it is gone. */
static bool turn(struct ss_server *server, struct visitor *visitor, short events, ss_time now)
{
    ss_err err = SS_OK;

    ss_driver_ready(&visitor->driver, events, now);
    if (ss_engine_deadline(visitor->engine) <= now)
        err = ss_engine_tick(visitor->engine, now);
    /* A tick that fails has pinned a fault, which the events tell. */
    if (err == SS_OK || ss_engine_fault(visitor->engine) != NULL)
        err = serve(server, visitor);
    if (err != SS_OK && ss_engine_fault(visitor->engine) == NULL) {
        visitor->told = true;
        say(server, visitor->number, "dropped: %s", ss_err_text(err));
        return false;
    }
    if (!ss_driver_over(&visitor->driver))
        return true;
    if (!visitor->told)
        say(server, visitor->number, "gone%s%s", visitor->driver.code != 0 ? ": " : "",
            visitor->driver.code != 0 ? strerror(visitor->driver.code) : "");
    return false;
}

static void remove_visitor(struct ss_server *server, size_t at)
{
    visitor_free(server, &server->visitors[at]);
    server->visitors[at] = server->visitors[--server->count];
    server->full = false;
}

/* ---- who may come in ---- */

static size_t strangers(const struct ss_server *server)
{
    size_t i, n = 0;

    for (i = 0; i < server->count; i++)
        n += server->visitors[i]->logged_in ? 0 : 1;
    return n;
}

static void let_in(struct ss_server *server, int fd)
{
    struct visitor *visitor = NULL;
    struct ss_buf from;
    ss_err err;

    server->came++;
    if (server->count >= server->options.connections ||
        strangers(server) >= server->options.unauthenticated) {
        say(server, server->came, "turned away: %zu connections, %zu not logged in", server->count,
            strangers(server));
        ss_net_close(&fd);
        return;
    }
    ss_buf_init(&from, server->env, 256);
    if (ss_net_peer(fd, &from) == SS_OK)
        say(server, server->came, "connected from %.*s", (int)ss_buf_size(&from),
            (const char *)ss_buf_at(&from));
    ss_buf_fini(&from);
    err = visitor_new(server, fd, &visitor);
    if (err != SS_OK) {
        say(server, server->came, "turned away: %s", ss_err_text(err));
        return;
    }
    server->visitors[server->count++] = visitor;
    /* The identification line waits for nobody. */
    if (!turn(server, visitor, 0, ss_clock()))
        remove_visitor(server, server->count - 1);
}

static bool enough(const struct ss_server *server)
{
    return server->options.visitors != 0 && server->came >= server->options.visitors;
}

static void accept_all(struct ss_server *server)
{
    int fd = -1;
    ss_err err = SS_OK;

    while (!enough(server) && (err = ss_net_accept(server->listener, &fd)) == SS_OK)
        let_in(server, fd);
    server->full = err == SS_E_io;
    if (server->full)
        say(server, 0, "no descriptor left: nobody is let in until a visitor leaves");
}

/* ---- the loop ---- */

static void fill_set(struct ss_server *server, bool listening)
{
    size_t i;

    server->set[0] = (struct pollfd){server->wake[0], POLLIN, 0};
    server->set[1] = (struct pollfd){
        listening && !server->full && !enough(server) ? server->listener : -1, POLLIN, 0};
    for (i = 0; i < server->count; i++) {
        const struct ss_driver *driver = &server->visitors[i]->driver;
        short events = ss_driver_interest(driver);

        /* Without interest a hang-up would still be told, again and again. */
        server->set[FIXED + i] = (struct pollfd){events != 0 ? driver->fd : -1, events, 0};
    }
}

static ss_time next_deadline(const struct ss_server *server, ss_time until)
{
    size_t i;

    for (i = 0; i < server->count; i++) {
        ss_time deadline = ss_engine_deadline(server->visitors[i]->engine);

        if (deadline < until)
            until = deadline;
    }
    return until;
}

static ss_err round_of(struct ss_server *server, bool listening, ss_time until)
{
    size_t i, count = server->count;
    ss_time now;
    int ready;

    fill_set(server, listening);
    ready = poll(server->set, (nfds_t)(FIXED + count),
                 ss_clock_left(ss_clock(), next_deadline(server, until)));
    if (ready < 0)
        return errno == EINTR ? SS_OK : SS_E_io;
    now = ss_clock();
    /* From the last on, since the last takes the place of one that leaves. */
    for (i = count; i > 0; i--) {
        short events = server->set[FIXED + i - 1].revents;
        struct visitor *visitor = server->visitors[i - 1];

        if (events == 0 && ss_engine_deadline(visitor->engine) > now)
            continue;
        if (!turn(server, visitor, events, now))
            remove_visitor(server, i - 1);
    }
    if (server->set[1].revents != 0)
        accept_all(server);
    return SS_OK;
}

static void farewell(struct ss_server *server)
{
    struct ss_command leave = {.kind = SS_CMD_DISCONNECT,
                               .number = SS_DISCONNECT_BY_APPLICATION,
                               .text = ss_span_of("the server is stopping")};
    ss_time until = ss_clock_after(ss_clock(), GOODBYE_TIME);
    size_t i;

    ss_net_close(&server->listener);
    for (i = server->count; i > 0; i--)
        if (ss_engine_do(server->visitors[i - 1]->engine, &leave, NULL) != SS_OK ||
            !turn(server, server->visitors[i - 1], 0, ss_clock()))
            remove_visitor(server, i - 1);
    while (server->count > 0 && ss_clock() < until) {
        char byte[16];

        if (read(server->wake[0], byte, sizeof byte) < 0 && errno != EAGAIN)
            return;
        if (round_of(server, false, until) != SS_OK)
            return;
    }
}

ss_err ss_server_run(struct ss_server *server)
{
    ss_err err = SS_OK;

    while (err == SS_OK && server->stopping == 0 && (!enough(server) || server->count > 0))
        err = round_of(server, true, SS_NEVER);
    farewell(server);
    return err;
}
