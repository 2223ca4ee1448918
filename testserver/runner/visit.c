/* SPDX-License-Identifier: Apache-2.0 */
/* visit.c - carrying a visitor's connection to the conversation that waits for it.
 *
 * Owns: the carrying process.
 * Not here: the table of ports (cmd_serve.c).
 * Called by: cmd_serve.c.
 * Follows: visit.h; tcp(7) for resets: a socket that lingers for no time is reset when closed. */
#include "testserver/runner/visit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interop/process.h"
#include "sshspec/net.h"

/* ---- carrying ---- */

struct way {
    int from, to;
    bool over;
};

static void reset(int fd)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static bool put_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t put = send(fd, bytes, size, MSG_NOSIGNAL);

        if (put < 0 && (errno == EINTR || errno == EAGAIN)) {
            struct pollfd ready = {.fd = fd, .events = POLLOUT};

            (void)poll(&ready, 1, -1);
            continue;
        }
        if (put <= 0)
            return false;
        bytes += put;
        size -= (size_t)put;
    }
    return true;
}

/* False: one side was reset, and so the other one is. */
static bool move(struct way *way)
{
    char bytes[16384];
    ssize_t got = recv(way->from, bytes, sizeof bytes, 0);

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (got < 0 || (got > 0 && !put_all(way->to, bytes, (size_t)got))) {
        reset(way->from);
        reset(way->to);
        return false;
    }
    if (got == 0) {
        way->over = true;
        shutdown(way->to, SHUT_WR);
    }
    return true;
}

void visit_carry(int take_a, int take_b)
{
    struct way ways[2] = {{take_a, take_b, false}, {take_b, take_a, false}};
    bool whole = true;

    while (whole && !(ways[0].over && ways[1].over)) {
        struct pollfd ready[2] = {{.fd = ways[0].over ? -1 : take_a, .events = POLLIN},
                                  {.fd = ways[1].over ? -1 : take_b, .events = POLLIN}};
        size_t i;

        if (poll(ready, 2, -1) < 0 && errno != EINTR)
            break;
        for (i = 0; whole && i < 2; i++) {
            if (ready[i].revents != 0)
                whole = move(&ways[i]);
        }
    }
    close(take_a);
    close(take_b);
}

/* ---- the world ---- */

static struct visit *of(struct act_world *self)
{
    return SS_CONTAINER_OF(self, struct visit, act);
}

static int next_visitor(struct visit *visit)
{
    int fd = visit->visitor;

    visit->visitor = -1;
    if (fd >= 0)
        return fd;
    (void)printf("%s: please visit once more\n", visit->name);
    (void)fflush(stdout);
    for (;;) {
        struct pollfd ready = {.fd = visit->listener, .events = POLLIN};

        if (poll(&ready, 1, -1) < 0 && errno != EINTR)
            return -1;
        if (ss_net_accept(visit->listener, &fd) == SS_OK)
            return fd;
    }
}

static void stop(struct act_world *self)
{
    struct visit *visit = of(self);

    if (visit->carrier <= 0)
        return;
    kill(visit->carrier, SIGKILL);
    waitpid(visit->carrier, NULL, 0);
    visit->carrier = 0;
}

static ss_err start(struct act_world *self, const struct act_order *order, struct ss_buf *out_why)
{
    struct visit *visit = of(self);
    const pid_t parent = getpid();
    int visitor, ours = -1;

    stop(self);
    visitor = next_visitor(visit);
    if (visitor < 0)
        return SS_E_io;
    if (ss_net_connect("127.0.0.1", order->port, ss_clock() + 5000, &ours, out_why) != SS_OK) {
        close(visitor);
        return SS_E_io;
    }
    visit->visits++;
    visit->carrier = fork();
    if (visit->carrier == 0) {
        if (process_die_with(parent))
            visit_carry(visitor, ours);
        _exit(0);
    }
    close(visitor);
    close(ours);
    return visit->carrier > 0 ? SS_OK : SS_E_io;
}

/* Nobody tells when a visitor's program ends, nor how. */
static int ended_fd(struct act_world *self)
{
    (void)self;
    return -1;
}

static ss_err reap(struct act_world *self, int *out_status)
{
    (void)self;
    (void)out_status;
    return SS_E_not_found;
}

void visit_open(struct visit *out, const struct key_ring *ring, int listener, int take_visitor,
                const char *name)
{
    size_t i;

    memset(out, 0, sizeof *out);
    out->listener = listener;
    out->visitor = take_visitor;
    out->name = name;
    out->keys = (struct act_keys){.user = ss_span_of(KEY_RING_USER),
                                  .password = ss_buf_span(&ring->password),
                                  .user_ed25519 = ring->user[0],
                                  .user_ecdsa = ring->user[1],
                                  .user_rsa = ring->user[2],
                                  .stranger = ring->stranger};
    for (i = 0; i < ACT_HOST_KINDS; i++) {
        out->keys.host_a[i] = ring->host_a[i];
        out->keys.host_certs[i] = ring->host_certs[i];
    }
    for (i = 0; i < SS_COUNT(out->keys.host_b); i++)
        out->keys.host_b[i] = ring->host_b[i];
    out->keys.host_ca = ring->host_ca;
    out->act = (struct act_world){.reach = ACT_LISTEN,
                                  .keys = &out->keys,
                                  .start = start,
                                  .ended_fd = ended_fd,
                                  .reap = reap,
                                  .stop = stop};
}

void visit_close(struct visit *visit)
{
    stop(&visit->act);
    if (visit->visitor >= 0)
        close(visit->visitor);
    visit->visitor = -1;
}
