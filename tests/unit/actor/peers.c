/* SPDX-License-Identifier: Apache-2.0 */
/* peers.c - see peers.h. */
#include "peers.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sshspec/net.h"
#include "testserver/actor/honest.h"
#include "testserver/actor/join.h"

static pid_t servers[8];
static size_t server_count;
static struct {
    pid_t pid;
    int ended_fd, status;
    bool starts;
} client = {.ended_fd = -1, .status = -1, .starts = true};

static void serve_honestly(int fd)
{
    struct act_wire wire = {.fd = fd};
    struct act_honest *honest;

    if (act_honest_server(test_env(), kit_keys(), ss_clock(), &honest) != SS_OK)
        _exit(9);
    wire.end = act_honest_end(honest);
    act_join_sockets(&wire, 1, ss_clock() + 20000);
    act_wire_close(&wire, ss_clock() + 1000);
    act_honest_free(&honest);
}

static void flood(int fd)
{
    static char line[4096];

    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    while (send(fd, line, sizeof line, MSG_NOSIGNAL) != 0) {
        struct pollfd asked = {.fd = fd, .events = POLLOUT};

        if (poll(&asked, 1, 5000) <= 0 || (asked.revents & (POLLERR | POLLHUP)) != 0)
            return;
    }
}

static void until_gone(int fd)
{
    struct pollfd asked = {.fd = fd, .events = POLLIN};
    char bytes[4096];

    while (poll(&asked, 1, 20000) > 0 && read(fd, bytes, sizeof bytes) > 0)
        continue;
}

static void say(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0)
        _exit(8);
}

static void visit(enum peer_manner manner, int fd, unsigned visits)
{
    struct linger hard = {1, 0};
    char bytes[4096];
    struct pollfd asked = {.fd = fd, .events = POLLIN};

    switch (manner) {
    case PEER_ONCE:
        if (visits > 0)
            break;
        serve_honestly(fd);
        return;
    case PEER_HONEST:
        serve_honestly(fd);
        return;
    case PEER_RESETS:
        (void)poll(&asked, 1, 2000); /* not before the visit has begun */
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        break;
    case PEER_MUTE:
        (void)poll(NULL, 0, 20000);
        break;
    case PEER_FLOOD:
        flood(fd);
        break;
    case PEER_RUBBISH:
        say(fd, "SSH-2.0-rubbish\r\n\xff\xff\xff\xff\xff\xff\xff\xff");
        until_gone(fd);
        break;
    case PEER_HALF:
        say(fd, "SSH-2.0-half\r\n");
        (void)shutdown(fd, SHUT_WR);
        until_gone(fd);
        break;
    case PEER_CLOSES:
        (void)poll(&asked, 1, 2000); /* unread bytes would make a reset of it */
        (void)!recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        (void)shutdown(fd, SHUT_WR);
        until_gone(fd);
        break;
    }
    (void)close(fd);
}

static void serve(enum peer_manner manner, int listener)
{
    struct pollfd asked = {.fd = listener, .events = POLLIN};
    int fd;

    for (unsigned visits = 0; poll(&asked, 1, 20000) > 0;) {
        if (ss_net_accept(listener, &fd) == SS_OK)
            visit(manner, fd, visits++);
    }
    _exit(0);
}

uint16_t peers_serve(enum peer_manner manner)
{
    uint16_t port = 0;
    int listener = -1;
    pid_t pid;

    (void)kit_keys();
    cr_assert(ss_net_listen("127.0.0.1", 0, &listener, &port, NULL) == SS_OK);
    pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0)
        serve(manner, listener);
    servers[server_count++ % SS_COUNT(servers)] = pid;
    (void)close(listener);
    return port;
}

/* ---- the client under test ---- */
static void be_client(const struct act_order *order)
{
    struct act_wire wire = {.fd = -1};
    struct act_errand errand = {.order = *order};
    struct act_honest *honest;
    int status;

    if (ss_net_connect("127.0.0.1", order->port, ss_clock() + 5000, &wire.fd, NULL) != SS_OK)
        _exit(7);
    for (size_t i = 0; i < 2; i++)
        errand.known[i] = kit_keys()->host_a[i];
    if (act_honest_client(test_env(), kit_keys(), &errand, ss_clock(), &honest) != SS_OK)
        _exit(9);
    wire.end = act_honest_end(honest);
    act_join_sockets(&wire, 1, ss_clock() + 20000);
    act_wire_close(&wire, ss_clock() + 1000);
    status = act_honest_status(honest);
    _exit(status < 0 ? 6 : status);
}

static ss_err start(struct act_world *self, const struct act_order *order, struct ss_buf *out_why)
{
    (void)self;
    if (!client.starts) {
        cr_assert(ss_buf_puts(out_why, "it cannot do that") == SS_OK);
        return SS_E_unsupported;
    }
    cr_expect(order->known_hosts.size > 0);
    client.pid = fork();
    cr_assert(client.pid >= 0);
    if (client.pid == 0) {
        if (client.status == -SIGSEGV)
            (void)kill(getpid(), SIGKILL);
        if (client.status >= 0)
            _exit(client.status);
        be_client(order);
    }
    client.ended_fd = (int)syscall(SYS_pidfd_open, client.pid, 0);
    return SS_OK;
}

static int ended_fd(struct act_world *self)
{
    (void)self;
    return client.ended_fd;
}

static ss_err reap(struct act_world *self, int *out_status)
{
    int status;

    (void)self;
    if (client.pid <= 0 || waitpid(client.pid, &status, 0) != client.pid)
        return SS_E_not_found;
    client.pid = 0;
    *out_status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return SS_OK;
}

static void stop(struct act_world *self)
{
    int status;

    if (client.pid > 0) {
        (void)kill(client.pid, SIGKILL);
        (void)reap(self, &status);
    }
    if (client.ended_fd >= 0)
        (void)close(client.ended_fd);
    client.ended_fd = -1;
}

void peers_client(int status, bool starts)
{
    client.status = status;
    client.starts = starts;
}

struct act_world *peers_world(enum act_reach reach, enum peer_manner manner)
{
    static struct act_world world;

    world = (struct act_world){.reach = reach,
                               .host = "127.0.0.1",
                               .keys = kit_keys(),
                               .start = start,
                               .ended_fd = ended_fd,
                               .reap = reap,
                               .stop = stop};
    if (reach != ACT_LISTEN)
        world.port = peers_serve(manner);
    client.status = -1;
    client.starts = true;
    return &world;
}

void peers_stop(void)
{
    for (size_t i = 0; i < SS_COUNT(servers); i++) {
        if (servers[i] > 0) {
            (void)kill(servers[i], SIGKILL);
            (void)waitpid(servers[i], NULL, 0);
        }
    }
    kit_check();
}
