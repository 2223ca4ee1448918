/* SPDX-License-Identifier: Apache-2.0 */
/* net.h - where the library meets the system: memory, time, sockets, small files.
 *
 * Owns: descriptors it was given by a parameter named take_fd, and those it hands out until
 *   ss_net_close.
 * Not here: what is said over a socket (engine.h), a served directory (posix_fs.h).
 * Called by: client.h and server.h, and programs that join an engine to a socket of their own.
 * Follows: POSIX.1-2008; RFC 4254 is none of its business.
 *
 * | call                | does                                                        |
 * |---------------------|-------------------------------------------------------------|
 * | ss_system_env       | memory of the C library, randomness of the kernel           |
 * | ss_clock            | milliseconds that never go back                             |
 * | ss_net_connect      | a TCP connection, each address tried, within a deadline     |
 * | ss_net_listen       | a listening socket; port 0 asks for any free one            |
 * | ss_net_accept       | the next visitor, or SS_E_would_block                       |
 * | ss_driver_*         | one engine and one descriptor, joined                       |
 * | ss_file_read, _write| whole small files with a cap                                |
 *
 * Where a call takes `why`, a line for a person is appended to it on failure: which address or
 * file, and what the system said. why may be null. Every descriptor is close-on-exec; sockets do
 * not block. The example of serving.h is a loop around ss_driver_step. */
#ifndef SSHSPEC_NET_H
#define SSHSPEC_NET_H

#include "sshspec/engine.h"

struct pollfd;

const struct ss_env *ss_system_env(void);
/* The same clock in every process since the machine started. */
ss_time ss_clock(void);
/* now + ms, SS_NEVER when ms is 0 or the sum does not fit. */
ss_time ss_clock_after(ss_time now, uint64_t ms);
/* What poll(2) wants: milliseconds from now to until, -1 for SS_NEVER. */
int ss_clock_left(ss_time now, ss_time until);

/* ---- sockets ---- */
/* host: a name or a numeric address. A line of why for each address that was tried. SS_E_timeout
 * at the deadline, SS_E_not_found when the name has no address, SS_E_io otherwise. Resolving a
 * name may block for longer than the deadline. */
SS_MUST_USE ss_err ss_net_connect(const char *host, uint16_t port, ss_time deadline, int *out_fd,
                                  struct ss_buf *why);
/* address: numeric. */
SS_MUST_USE ss_err ss_net_listen(const char *address, uint16_t port, int *out_fd,
                                 uint16_t *out_port, struct ss_buf *why);
/* SS_E_would_block: nobody there, or the visitor left again. SS_E_io: no descriptor to be had. */
SS_MUST_USE ss_err ss_net_accept(int listener, int *out_fd);
/* Appends "127.0.0.1 port 4711" for the other end. */
SS_MUST_USE ss_err ss_net_peer(int fd, struct ss_buf *out);
/* 127.0.0.0/8, ::1, and nothing else; false for what is no numeric address. */
bool ss_net_is_loopback(const char *address);
/* Splits "host", "host:port", "[host]:port"; a host with two colons is all host. out_host is
 * borrowed from text. port keeps its value when text has none. False: bad form or number. */
bool ss_net_split(ss_span text, ss_span *out_host, uint16_t *port);
/* Ends our direction and waits for the other end to close, dropping what it still says. A socket
 * that is closed with bytes unread is reset, and then our last words may be lost. */
void ss_net_linger(int fd, ss_time deadline);
void ss_net_close(int *fd); /* -1 is fine, and what is left */

/* ---- one engine, one descriptor ---- */
struct ss_driver {
    struct ss_engine *engine; /* borrowed */
    int fd;
    bool eof;   /* the peer closed its direction */
    ss_err err; /* first failure of the descriptor: SS_E_io, or SS_E_closed after a reset */
    int code;   /* errno of it */
};

void ss_driver_init(struct ss_driver *driver, struct ss_engine *engine, int take_fd);
void ss_driver_fini(struct ss_driver *driver);
/* Events to poll(2) for. Nothing is read while the peer does not read what we have for it. */
short ss_driver_interest(const struct ss_driver *driver);
/* Does what the events allow: one read into the engine's own room, one write of its output. */
void ss_driver_ready(struct ss_driver *driver, short events, ss_time now);
/* Writes what the descriptor takes now. */
void ss_driver_flush(struct ss_driver *driver);
/* Nothing more will be read, and what can be written was. */
bool ss_driver_over(const struct ss_driver *driver);
/* One wait for one driver: until something can be read or written, until the engine's deadline, or
 * until `until`, whichever is first; then does it and ticks the engine. others, with count at
 * most 6, are polled along and get their revents. Returns SS_E_timeout when `until` passed,
 * the driver's err when it has one, what ss_engine_tick says otherwise. */
SS_MUST_USE ss_err ss_driver_step(struct ss_driver *driver, struct pollfd *others, size_t count,
                                  ss_time until);

/* ---- small files ---- */
/* Appends the file; SS_E_ceiling when it has more than most bytes. SS_E_not_found, SS_E_io. */
SS_MUST_USE ss_err ss_file_read(const char *path, size_t most, struct ss_buf *out,
                                struct ss_buf *why);
enum ss_file_how {
    SS_FILE_NEW,    /* SS_E_exists when there is one already */
    SS_FILE_REPLACE /* written beside it, then renamed over it */
};
/* secret: readable by the owner only. */
SS_MUST_USE ss_err ss_file_write(const char *path, ss_span bytes, enum ss_file_how how, bool secret,
                                 struct ss_buf *why);

#endif
