/* SPDX-License-Identifier: Apache-2.0 */
/* socket.c - TCP connections: made, waited for, accepted.
 *
 * Owns: what each address of a host answered, told apart for the caller.
 * Not here: bytes on a connection (driver.c).
 * Called by: client, server, programs.
 * Follows: getaddrinfo(3), connect(2), poll(2). */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/why.h"

void ss_net_close(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

void ss_net_linger(int fd, ss_time deadline)
{
    struct pollfd wait = {fd, POLLIN, 0};
    char dropped[4096];
    ssize_t got = 1;

    if (shutdown(fd, SHUT_WR) != 0)
        return;
    while (got > 0 && poll(&wait, 1, ss_clock_left(ss_clock(), deadline)) > 0) {
        got = read(fd, dropped, sizeof dropped);
        if (got < 0 && errno == EAGAIN)
            got = 1;
    }
}

/* ---- words for people ---- */

static ss_err put_address(struct ss_buf *out, const struct sockaddr *address, socklen_t size)
{
    char host[NI_MAXHOST], port[NI_MAXSERV];

    if (getnameinfo(address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return ss_buf_puts(out, "an unnamed address");
    return ss_buf_printf(out, "%s port %s", host, port);
}

static void complain(struct ss_buf *why, const struct addrinfo *info, const char *text)
{
    if (why == NULL)
        return;
    if (put_address(why, info->ai_addr, info->ai_addrlen) == SS_OK)
        ss_why(why, ": %s\n", text);
}

ss_err ss_net_peer(int fd, struct ss_buf *out)
{
    struct sockaddr_storage storage;
    socklen_t size = sizeof storage;

    if (getpeername(fd, (struct sockaddr *)&storage, &size) != 0)
        return SS_E_io;
    return put_address(out, (const struct sockaddr *)&storage, size);
}

/* ---- addresses ---- */

static ss_err look_up(const char *host, uint16_t port, int flags, struct addrinfo **out_list,
                      struct ss_buf *why)
{
    struct addrinfo hints;
    char service[8];
    int code;

    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | flags;
    (void)snprintf(service, sizeof service, "%u", (unsigned)port);
    code = getaddrinfo(host, service, &hints, out_list);
    if (code == 0)
        return SS_OK;
    ss_why(why, "%s: %s\n", host, gai_strerror(code));
    if (code == EAI_MEMORY)
        return SS_E_no_memory;
    return code == EAI_SYSTEM ? SS_E_io : SS_E_not_found;
}

bool ss_net_is_loopback(const char *address)
{
    struct in6_addr six;
    struct in_addr four;

    if (inet_pton(AF_INET, address, &four) == 1)
        return (ntohl(four.s_addr) >> 24) == 127;
    return inet_pton(AF_INET6, address, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static bool read_port(ss_span text, uint16_t *out)
{
    uint32_t n = 0;
    size_t i;

    if (text.size == 0 || text.size > 5)
        return false;
    for (i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        n = n * 10 + (uint32_t)(text.data[i] - '0');
    }
    if (n > UINT16_MAX)
        return false;
    *out = (uint16_t)n;
    return true;
}

bool ss_net_split(ss_span text, ss_span *out_host, uint16_t *port)
{
    const uint8_t *mark;
    size_t n;

    if (text.size == 0)
        return false;
    if (text.data[0] == '[') {
        mark = memchr(text.data, ']', text.size);
        if (mark == NULL || mark == text.data + 1)
            return false;
        *out_host = ss_span_part(text, 1, (size_t)(mark - text.data) - 1);
        text = ss_span_part(text, out_host->size + 2, text.size);
        if (text.size == 0)
            return true;
        return text.data[0] == ':' && read_port(ss_span_part(text, 1, text.size), port);
    }
    mark = memchr(text.data, ':', text.size);
    n = mark != NULL ? (size_t)(mark - text.data) : text.size;
    *out_host = text;
    /* Two colons: an IPv6 address, which cannot say where it ends. */
    if (mark == NULL || memchr(mark + 1, ':', text.size - n - 1) != NULL)
        return true;
    *out_host = ss_span_part(text, 0, n);
    return n > 0 && read_port(ss_span_part(text, n + 1, text.size), port);
}

/* ---- connecting ---- */

/* On loopback a connection to a free port can meet itself. */
static bool met_itself(int fd)
{
    struct sockaddr_storage ours, theirs;
    socklen_t our_size = sizeof ours, their_size = sizeof theirs;

    memset(&ours, 0, sizeof ours);
    memset(&theirs, 0, sizeof theirs);
    if (getsockname(fd, (struct sockaddr *)&ours, &our_size) != 0 ||
        getpeername(fd, (struct sockaddr *)&theirs, &their_size) != 0)
        return false;
    return ss_span_eq(ss_span_make(&ours, our_size), ss_span_make(&theirs, their_size));
}

/* 0 when connected, else an errno; ETIMEDOUT at the deadline. */
static int wait_connected(int fd, ss_time deadline)
{
    struct pollfd wait = {fd, POLLOUT, 0};
    socklen_t size = sizeof(int);
    int code = 0, ready;

    do {
        ready = poll(&wait, 1, ss_clock_left(ss_clock(), deadline));
    } while (ready < 0 && errno == EINTR);
    if (ready < 0)
        return errno;
    if (ready == 0)
        return ETIMEDOUT;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) != 0)
        return errno;
    return code == 0 && met_itself(fd) ? ECONNREFUSED : code;
}

static void no_delay(int fd)
{
    int on = 1;

    /* Packets are whole when they are written; waiting for more helps nobody. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static int try_address(const struct addrinfo *info, ss_time deadline, int *out_fd)
{
    int fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    info->ai_protocol);
    int code = 0;

    if (fd < 0)
        return errno;
    if (connect(fd, info->ai_addr, info->ai_addrlen) != 0)
        code = errno;
    if (code == 0 || code == EINPROGRESS || code == EINTR)
        code = wait_connected(fd, deadline);
    if (code != 0) {
        ss_net_close(&fd);
        return code;
    }
    no_delay(fd);
    *out_fd = fd;
    return 0;
}

ss_err ss_net_connect(const char *host, uint16_t port, ss_time deadline, int *out_fd,
                      struct ss_buf *why)
{
    struct addrinfo *list = NULL, *at;
    int code = EHOSTUNREACH;

    SS_TRY(look_up(host, port, AI_ADDRCONFIG, &list, why));
    for (at = list; at != NULL; at = at->ai_next) {
        code = try_address(at, deadline, out_fd);
        if (code == 0)
            break;
        complain(why, at, ss_why_text(code));
        if (deadline != SS_NEVER && ss_clock() >= deadline)
            break;
    }
    freeaddrinfo(list);
    if (code == 0)
        return SS_OK;
    return code == ETIMEDOUT ? SS_E_timeout : SS_E_io;
}

/* ---- listening ---- */

static int try_listen(const struct addrinfo *info, int *out_fd)
{
    int fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    info->ai_protocol);
    int on = 1, code;

    if (fd < 0)
        return errno;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0) {
        *out_fd = fd;
        return 0;
    }
    code = errno;
    ss_net_close(&fd);
    return code;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage storage;
    socklen_t size = sizeof storage;

    memset(&storage, 0, sizeof storage);
    if (getsockname(fd, (struct sockaddr *)&storage, &size) != 0)
        return 0;
    if (storage.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)(const void *)&storage)->sin6_port);
    return ntohs(((const struct sockaddr_in *)(const void *)&storage)->sin_port);
}

ss_err ss_net_listen(const char *address, uint16_t port, int *out_fd, uint16_t *out_port,
                     struct ss_buf *why)
{
    struct addrinfo *list = NULL;
    int code, fd = -1;

    SS_TRY(look_up(address, port, AI_NUMERICHOST | AI_PASSIVE, &list, why));
    code = try_listen(list, &fd);
    if (code != 0)
        complain(why, list, ss_why_text(code));
    freeaddrinfo(list);
    if (code != 0)
        return SS_E_io;
    *out_fd = fd;
    *out_port = port_of(fd);
    return SS_OK;
}

/* Errors of the connection that was to be accepted are the visitor's, not the listener's. */
ss_err ss_net_accept(int listener, int *out_fd)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd >= 0) {
        no_delay(fd);
        *out_fd = fd;
        return SS_OK;
    }
    switch (errno) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
        return SS_E_io;
    default:
        return SS_E_would_block;
    }
}
