/* SPDX-License-Identifier: Apache-2.0 */
/* socket.c - ends joined to sockets: one poll over all of them, one write a turn.
 *
 * Owns: reading, writing, and what the system says about the other side.
 * Not here: making sockets (connect.c, listen.c).
 * Called by: connect.c, listen.c, relay.c.
 * Follows: POSIX.1-2008; tcp(7) for SIOCOUTQ. */
#include "testserver/actor/join.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshspec/net.h"

enum { WIRES_MOST = 4, PIECE = 65536, LINGER_MS = 500, TICK_MS = 10 };

static void lost(struct act_wire *wire, ss_time now)
{
    if (wire->dead)
        return;
    wire->dead = wire->eof = true;
    wire->end->ops->gone(wire->end, ACT_RST, now);
}

static void take_in(struct act_wire *wire, ss_time now)
{
    uint8_t bytes[PIECE];
    ssize_t n = read(wire->fd, bytes, sizeof bytes);

    if (n > 0) {
        wire->end->ops->feed(wire->end, ss_span_make(bytes, (size_t)n), now);
    } else if (n == 0) {
        wire->eof = true;
        wire->end->ops->gone(wire->end, ACT_FIN, now);
    } else if (errno != EAGAIN && errno != EINTR) {
        lost(wire, now);
    }
}

/* Bytes that the other side's system has not acknowledged. */
static uint32_t unread(const struct act_wire *wire)
{
    int n = 0;

    if (ioctl(wire->fd, SIOCOUTQ, &n) != 0 || n < 0)
        return UINT32_MAX;
    return (uint32_t)n;
}

static void put_out(struct act_wire *wire, ss_time now)
{
    ss_span bytes = wire->end->ops->output(wire->end);
    ssize_t n;

    if (bytes.size == 0 || wire->dead || wire->shut)
        return;
    n = send(wire->fd, bytes.data, bytes.size, MSG_NOSIGNAL);
    if (n > 0)
        wire->end->ops->sent(wire->end, (size_t)n);
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        lost(wire, now);
}

/* A half close is done on the way; the others end the loop. */
static void half_close(struct act_wire *wire)
{
    if (wire->shut || wire->end->ops->leave(wire->end) != ACT_LEAVE_HALF ||
        wire->end->ops->output(wire->end).size > 0)
        return;
    wire->shut = true;
    (void)shutdown(wire->fd, SHUT_WR);
}

/* Bytes that nobody will take are let go, or a deadline would wait for them. */
static void forget_output(struct act_wire *wire)
{
    ss_span bytes = wire->end->ops->output(wire->end);

    if ((wire->dead || wire->shut) && bytes.size > 0)
        wire->end->ops->sent(wire->end, bytes.size);
}

static void turn(struct act_wire *wire, ss_time now)
{
    wire->end->ops->advance(wire->end, now);
    put_out(wire, now);
    forget_output(wire);
    half_close(wire);
    if (!wire->dead && wire->end->ops->output(wire->end).size == 0)
        wire->end->ops->delivered(wire->end, unread(wire));
}

static void ask(const struct act_wire *wire, struct pollfd *out)
{
    out->fd = wire->dead ? -1 : wire->fd;
    out->events = wire->eof ? 0 : POLLIN;
    if (wire->end->ops->output(wire->end).size > 0 && !wire->shut)
        out->events |= POLLOUT;
    out->revents = 0;
}

static void answer(struct act_wire *wire, const struct pollfd *asked, ss_time now)
{
    if (wire->dead)
        return;
    if (!wire->eof && (asked->revents & (POLLIN | POLLHUP | POLLERR)) != 0)
        take_in(wire, now);
    else if (wire->eof && (asked->revents & POLLERR) != 0)
        lost(wire, now);
    else if (wire->eof && (asked->revents & POLLHUP) != 0)
        wire->dead = true; /* closed both ways: there is no more to learn */
}

static ss_time next_deadline(const struct act_wire *wires, size_t count, ss_time until)
{
    for (size_t i = 0; i < count; i++) {
        ss_time at = wires[i].end->ops->deadline(wires[i].end);

        until = at < until ? at : until;
    }
    return until;
}

void act_join_sockets(struct act_wire *wires, size_t count, ss_time until)
{
    struct pollfd asked[WIRES_MOST];

    if (count > WIRES_MOST)
        count = WIRES_MOST;
    for (;;) {
        ss_time now = ss_clock();

        for (size_t i = 0; i < count; i++)
            turn(&wires[i], now);
        if (wires[0].end->ops->done(wires[0].end) || now >= until)
            return;
        for (size_t i = 0; i < count; i++)
            ask(&wires[i], &asked[i]);
        if (poll(asked, (nfds_t)count, ss_clock_left(now, next_deadline(wires, count, until))) <
                0 &&
            errno != EINTR)
            return;
        now = ss_clock();
        for (size_t i = 0; i < count; i++)
            answer(&wires[i], &asked[i], now);
    }
}

/* Reads what still comes, so that our close is a FIN and not a RST, until the peer closes too. */
static void linger(struct act_wire *wire, ss_time until)
{
    struct pollfd asked = {.fd = wire->fd, .events = POLLIN};
    ss_time end = ss_clock() + LINGER_MS;
    uint8_t bytes[4096];

    if (until < end)
        end = until;
    (void)shutdown(wire->fd, SHUT_WR);
    while (!wire->eof && ss_clock() < end) {
        ssize_t n;

        if (poll(&asked, 1, ss_clock_left(ss_clock(), end)) <= 0)
            return;
        n = read(wire->fd, bytes, sizeof bytes);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return;
    }
}

/* What was written should have been taken before the last word is said about it. */
static void settle(struct act_wire *wire)
{
    struct pollfd none = {.fd = -1};
    ss_time end = ss_clock() + LINGER_MS;
    uint32_t left = unread(wire);

    while (left != 0 && left != UINT32_MAX && ss_clock() < end) {
        (void)poll(&none, 1, TICK_MS);
        left = unread(wire);
    }
    wire->end->ops->delivered(wire->end, left);
}

void act_wire_close(struct act_wire *wire, ss_time until)
{
    struct linger hard = {.l_onoff = 1, .l_linger = 0};

    if (wire->fd < 0)
        return;
    if (!wire->dead)
        settle(wire);
    if (wire->end->ops->leave(wire->end) == ACT_LEAVE_RST)
        (void)setsockopt(wire->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    else if (!wire->dead)
        linger(wire, until);
    (void)close(wire->fd);
    wire->fd = -1;
}
