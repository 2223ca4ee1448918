/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor.c - starting workers, waiting for them, and making a result of whatever came.
 *
 * Owns: the loop, a seat a running worker.
 * Not here: what a task is (run.c), what a worker does (cmd_worker.c).
 * Called by: run.c.
 * Follows: supervisor.h; libuv's guide to processes. */
#include "testserver/runner/supervisor.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <uv.h>

#include "interop/process.h"
#include "testserver/runner/last_words.h"
#include "testserver/runner/worker.h"

#define SEATS_MAX 256
#define TICK_MS 250
#define PIPE_GRACE_MS 1000 /* for the pipe to end after the process has */

struct supervisor;
struct seat {
    struct supervisor *supervisor;
    uv_process_t process;
    uv_pipe_t pipe;
    uv_timer_t timer;
    bool busy;
    bool exited, silent; /* the process, the pipe */
    bool late;           /* killed at its deadline */
    unsigned open;       /* handles that are not closed yet */
    int64_t status;
    int sig;
    size_t number;
    struct supervisor_task task;
    struct ss_buf frame;
    char chunk[16384];
};

struct supervisor {
    const struct ss_env *env;
    struct supervisor_owner *owner;
    uv_loop_t loop;
    uv_timer_t tick;
    uv_signal_t signals[3]; /* SIGINT, SIGTERM, SIGHUP */
    struct seat *seats;
    size_t seat_count, running;
    size_t next, tasks;
    bool closing;
    enum supervisor_end end;
};

static void fill_seats(struct supervisor *s);

/* ---- what became of a worker ---- */

static ss_err say(struct result *result, const char *text)
{
    ss_buf_clear(&result->why);
    return ss_buf_puts(&result->why, text);
}

static void quote_words(const struct seat *seat, struct result *result)
{
    char path[SYSTEM_PATH_MAX];
    struct ss_buf text;

    if (system_join(path, seat->task.folder, WORKER_LAST_WORDS) == SS_OK)
        (void)!last_words_read(path, &result->ladder);
    ss_buf_init(&text, result->why.env, 65536);
    if (system_join(path, seat->task.folder, "stderr") == SS_OK &&
        system_read_part(path, 0, 16384, &text) == SS_OK && ss_buf_size(&text) > 0 &&
        ss_buf_puts(&result->ladder, "standard error of the worker:\n") == SS_OK)
        (void)!ss_buf_put(&result->ladder, ss_buf_span(&text));
    ss_buf_fini(&text);
}

/* A worker that told its result is believed, however it ended then. */
static void explain_end(const struct seat *seat, struct result *result)
{
    char text[200];

    result->verdict = VERDICT_ERROR;
    if (seat->late)
        (void)snprintf(text, sizeof text, "the worker did not end within %llu ms and was killed",
                       (unsigned long long)seat->task.within);
    else if (seat->sig != 0)
        (void)snprintf(text, sizeof text, "the worker died of signal %d (%s)", seat->sig,
                       strsignal(seat->sig));
    else
        (void)snprintf(text, sizeof text, "the worker ended with status %lld and told no result",
                       (long long)seat->status);
    (void)!say(result, text);
    quote_words(seat, result);
}

static void mop_up(const struct supervisor *s)
{
    pid_t spare[SEATS_MAX + 1] = {0};
    size_t i, n = 0;

    for (i = 0; i < s->seat_count; i++) {
        if (s->seats[i].busy && !s->seats[i].exited)
            spare[n++] = s->seats[i].process.pid;
    }
    (void)process_end_all(spare);
}

static void finish(struct seat *seat)
{
    struct supervisor *s = seat->supervisor;
    struct result result;
    bool told;

    result_init(&result, s->env);
    told = worker_frame_take(ss_buf_span(&seat->frame), &result) == SS_OK;
    if (!told) {
        explain_end(seat, &result);
        mop_up(s);
    }
    seat->busy = false;
    s->running--;
    s->owner->ended(s->owner, seat->number, &result);
    result_fini(&result);
    ss_buf_fini(&seat->frame);
    if (s->owner->tick(s->owner, s->running) && s->end == SUPERVISOR_DONE)
        s->end = SUPERVISOR_STOPPED;
    fill_seats(s);
}

/* ---- one worker ---- */

static void on_closed(uv_handle_t *handle)
{
    struct seat *seat = handle->data;

    if (--seat->open == 0)
        finish(seat);
}

static void close_seat(struct seat *seat)
{
    if (!uv_is_closing((uv_handle_t *)&seat->timer))
        uv_close((uv_handle_t *)&seat->timer, on_closed);
    if (!uv_is_closing((uv_handle_t *)&seat->pipe))
        uv_close((uv_handle_t *)&seat->pipe, on_closed);
    if (!uv_is_closing((uv_handle_t *)&seat->process))
        uv_close((uv_handle_t *)&seat->process, on_closed);
}

static void on_deadline(uv_timer_t *timer)
{
    struct seat *seat = timer->data;

    if (seat->exited) {
        close_seat(seat); /* somebody holds the pipe open: no more will come */
        return;
    }
    seat->late = true;
    uv_process_kill(&seat->process, SIGKILL);
}

static void on_exit_of(uv_process_t *process, int64_t status, int sig)
{
    struct seat *seat = process->data;

    seat->exited = true;
    seat->status = status;
    seat->sig = sig;
    if (seat->silent)
        close_seat(seat);
    else
        uv_timer_start(&seat->timer, on_deadline, PIPE_GRACE_MS, 0);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct seat *seat = handle->data;

    (void)suggested;
    *out = uv_buf_init(seat->chunk, sizeof seat->chunk);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
    struct seat *seat = stream->data;

    if (got > 0) {
        /* Over the ceiling the frame cannot be whole, and is told as such. */
        (void)!ss_buf_put(&seat->frame, ss_span_make(buf->base, (size_t)got));
        return;
    }
    if (got == 0)
        return;
    uv_read_stop(stream);
    seat->silent = true;
    if (seat->exited)
        close_seat(seat);
}

static int open_errors(const struct seat *seat)
{
    char path[SYSTEM_PATH_MAX];

    if (system_join(path, seat->task.folder, "stderr") != SS_OK)
        return -1;
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static int spawn(struct seat *seat, int errors)
{
    uv_stdio_container_t stdio[4] = {{.flags = UV_IGNORE}, {.flags = UV_IGNORE}};
    uv_process_options_t options = {0};

    stdio[2].flags = errors >= 0 ? UV_INHERIT_FD : UV_IGNORE;
    stdio[2].data.fd = errors;
    stdio[WORKER_RESULT_FD].flags = (uv_stdio_flags)(UV_CREATE_PIPE | UV_WRITABLE_PIPE);
    stdio[WORKER_RESULT_FD].data.stream = (uv_stream_t *)&seat->pipe;
    options.file = seat->task.argv[0];
    options.args = (char **)(uintptr_t)seat->task.argv;
    options.exit_cb = on_exit_of;
    options.stdio = stdio;
    options.stdio_count = 4;
    /* A session of its own: an interrupt at the terminal is for us, and ours to pass on. */
    options.flags = UV_PROCESS_DETACHED;
    return uv_spawn(&seat->supervisor->loop, &seat->process, &options);
}

static void start(struct seat *seat)
{
    struct supervisor *s = seat->supervisor;
    int errors = open_errors(seat);
    int code;

    seat->busy = true;
    seat->exited = seat->silent = seat->late = false;
    seat->status = seat->sig = 0;
    seat->open = 3;
    ss_buf_init(&seat->frame, s->env, WORKER_FRAME_MAX + 4);
    uv_timer_init(&s->loop, &seat->timer);
    uv_pipe_init(&s->loop, &seat->pipe, 0);
    seat->timer.data = seat->pipe.data = seat->process.data = seat;
    code = spawn(seat, errors);
    if (errors >= 0)
        close(errors);
    s->running++;
    if (code != 0) {
        seat->status = 127;
        close_seat(seat);
        return;
    }
    uv_timer_start(&seat->timer, on_deadline, seat->task.within, 0);
    if (uv_read_start((uv_stream_t *)&seat->pipe, on_alloc, on_read) != 0)
        seat->silent = true;
}

/* ---- all of them ---- */

static struct seat *free_seat(const struct supervisor *s)
{
    size_t i;

    for (i = 0; i < s->seat_count; i++) {
        if (!s->seats[i].busy)
            return &s->seats[i];
    }
    return NULL;
}

static void close_all(struct supervisor *s)
{
    size_t i;

    if (s->closing)
        return;
    s->closing = true;
    uv_close((uv_handle_t *)&s->tick, NULL);
    for (i = 0; i < SS_COUNT(s->signals); i++)
        uv_close((uv_handle_t *)&s->signals[i], NULL);
}

static void fill_seats(struct supervisor *s)
{
    struct seat *seat;

    while (s->end == SUPERVISOR_DONE && s->next < s->tasks && (seat = free_seat(s)) != NULL) {
        struct result result;

        seat->number = s->next++;
        result_init(&result, s->env);
        if (s->owner->describe(s->owner, seat->number, &seat->task, &result))
            start(seat);
        else
            s->owner->ended(s->owner, seat->number, &result);
        result_fini(&result);
    }
    if (s->running == 0 && (s->next == s->tasks || s->end != SUPERVISOR_DONE))
        close_all(s);
}

static void on_tick(uv_timer_t *timer)
{
    struct supervisor *s = timer->data;

    if (s->owner->tick(s->owner, s->running) && s->end == SUPERVISOR_DONE)
        s->end = SUPERVISOR_STOPPED;
    if (s->running == 0)
        fill_seats(s);
}

static void on_signal(uv_signal_t *handle, int sig)
{
    struct supervisor *s = handle->data;
    size_t i;

    if (sig == SIGINT && s->end != SUPERVISOR_INTERRUPTED && s->end != SUPERVISOR_ABORTED) {
        s->end = SUPERVISOR_INTERRUPTED;
        (void)fputs("\nsshspec: what runs may end; once more ends it now\n", stderr);
        fill_seats(s);
        return;
    }
    s->end = SUPERVISOR_ABORTED;
    for (i = 0; i < s->seat_count; i++) {
        if (s->seats[i].busy && !s->seats[i].exited)
            uv_process_kill(&s->seats[i].process, SIGKILL);
    }
    fill_seats(s);
}

static ss_err open_loop(struct supervisor *s)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    size_t i;

    if (uv_loop_init(&s->loop) != 0)
        return SS_E_io;
    uv_timer_init(&s->loop, &s->tick);
    s->tick.data = s;
    uv_timer_start(&s->tick, on_tick, TICK_MS, TICK_MS);
    for (i = 0; i < SS_COUNT(signals); i++) {
        uv_signal_init(&s->loop, &s->signals[i]);
        s->signals[i].data = s;
        uv_signal_start(&s->signals[i], on_signal, signals[i]);
    }
    return SS_OK;
}

ss_err supervisor_run(const struct ss_env *env, struct supervisor_owner *owner, size_t tasks,
                      size_t at_once, enum supervisor_end *out_end)
{
    struct supervisor s = {.env = env, .owner = owner, .tasks = tasks, .end = SUPERVISOR_DONE};
    ss_err err;
    size_t i;

    s.seat_count = at_once < 1 ? 1 : (at_once < SEATS_MAX ? at_once : SEATS_MAX);
    s.seats = ss_alloc(env, s.seat_count * sizeof *s.seats);
    if (s.seats == NULL)
        return SS_E_no_memory;
    for (i = 0; i < s.seat_count; i++)
        s.seats[i].supervisor = &s;
    err = process_adopt();
    if (err == SS_OK)
        err = open_loop(&s);
    if (err == SS_OK) {
        fill_seats(&s);
        uv_run(&s.loop, UV_RUN_DEFAULT);
        uv_loop_close(&s.loop);
        (void)process_end_all(NULL);
        *out_end = s.end;
    }
    ss_free(env, s.seats, s.seat_count * sizeof *s.seats);
    return err;
}
