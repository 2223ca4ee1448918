/* SPDX-License-Identifier: Apache-2.0 */
/* driver.c - one engine and one descriptor, joined.
 *
 * Owns: when to read and when to write; the descriptor.
 * Not here: events and commands (the owner of the engine).
 * Called by: client, server, actors of the test program.
 * Follows: poll(2). Bytes are read into the engine's own buffer and written from it. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshspec/net.h"

enum {
    READ_SIZE = 65536,     /* room asked for at each read */
    OUTPUT_FULL = 1 << 20, /* with so much unsent, the peer is not heard */
    OTHERS_MAX = 6
};

void ss_driver_init(struct ss_driver *driver, struct ss_engine *engine, int take_fd)
{
    memset(driver, 0, sizeof *driver);
    driver->engine = engine;
    driver->fd = take_fd;
}

void ss_driver_fini(struct ss_driver *driver)
{
    if (driver->engine != NULL)
        ss_net_close(&driver->fd);
    driver->engine = NULL;
}

static void fail(struct ss_driver *driver, int code)
{
    if (driver->err != SS_OK)
        return;
    driver->err = code == ECONNRESET || code == EPIPE ? SS_E_closed : SS_E_io;
    driver->code = code;
}

static bool for_later(int code)
{
    return code == EAGAIN || code == EWOULDBLOCK || code == EINTR;
}

short ss_driver_interest(const struct ss_driver *driver)
{
    size_t unsent = ss_engine_output(driver->engine).size;
    short events = 0;

    if (driver->err != SS_OK)
        return 0;
    if (!driver->eof && unsent < OUTPUT_FULL)
        events |= POLLIN;
    if (unsent > 0)
        events |= POLLOUT;
    return events;
}

static void take_in(struct ss_driver *driver, ss_time now)
{
    uint8_t *room;
    size_t size = 0;
    ssize_t got;

    /* Full: what is there must be polled first. */
    if (ss_engine_room(driver->engine, READ_SIZE, &room, &size) != SS_OK || size == 0)
        return;
    got = read(driver->fd, room, size);
    if (got > 0) {
        ss_engine_fed(driver->engine, (size_t)got, now);
        return;
    }
    if (got < 0 && for_later(errno))
        return;
    if (got < 0)
        fail(driver, errno);
    driver->eof = true;
    ss_engine_feed_eof(driver->engine, now);
}

/* A peer that is gone must cost an error, not a signal; send(2) can promise that, write(2)
 * cannot. Descriptors that are no sockets are written to as they are. */
static ssize_t put_out(int fd, ss_span bytes)
{
    ssize_t n = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);

    return n < 0 && errno == ENOTSOCK ? write(fd, bytes.data, bytes.size) : n;
}

void ss_driver_flush(struct ss_driver *driver)
{
    ss_span bytes = ss_engine_output(driver->engine);
    ssize_t n;

    if (bytes.size == 0 || driver->err != SS_OK)
        return;
    n = put_out(driver->fd, bytes);
    if (n > 0)
        ss_engine_sent(driver->engine, (size_t)n);
    else if (n < 0 && !for_later(errno))
        fail(driver, errno);
}

void ss_driver_ready(struct ss_driver *driver, short events, ss_time now)
{
    /* Also on a hang-up: what the peer said last is worth reading. */
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && !driver->eof && driver->err == SS_OK)
        take_in(driver, now);
    if ((events & POLLOUT) != 0)
        ss_driver_flush(driver);
    if ((events & POLLNVAL) != 0)
        fail(driver, EBADF);
}

bool ss_driver_over(const struct ss_driver *driver)
{
    if (driver->err != SS_OK)
        return true;
    if (!driver->eof && !ss_engine_finished(driver->engine))
        return false;
    return ss_engine_output(driver->engine).size == 0;
}

ss_err ss_driver_step(struct ss_driver *driver, struct pollfd *others, size_t count, ss_time until)
{
    struct pollfd set[OTHERS_MAX + 1];
    ss_time now = ss_clock(), deadline = ss_engine_deadline(driver->engine);
    size_t i;
    int ready;

    if (count > OTHERS_MAX)
        return SS_E_bad_argument;
    if (driver->err != SS_OK)
        return driver->err;
    ss_driver_flush(driver);
    set[0].fd = driver->fd;
    set[0].events = ss_driver_interest(driver);
    set[0].revents = 0;
    /* poll tells of a hang-up unasked: a stream that ended and has nothing to write must not be
     * looked at, or the wait is none. */
    if (set[0].events == 0)
        set[0].fd = -1;
    if (count > 0)
        memcpy(set + 1, others, count * sizeof *others);
    ready = poll(set, (nfds_t)count + 1, ss_clock_left(now, deadline < until ? deadline : until));
    if (ready < 0 && errno != EINTR)
        return SS_E_io;
    if (ready < 0)
        set[0].revents = 0;
    for (i = 0; i < count; i++)
        others[i].revents = (short)(ready > 0 ? set[i + 1].revents : 0);
    now = ss_clock();
    ss_driver_ready(driver, set[0].revents, now);
    if (driver->err != SS_OK)
        return driver->err;
    SS_TRY(ss_engine_tick(driver->engine, now));
    return ready <= 0 && now >= until ? SS_E_timeout : SS_OK;
}
