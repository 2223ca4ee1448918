/* SPDX-License-Identifier: Apache-2.0 */
/* test_openssh.c - our client and the sftp-server of the distribution, joined by a pipe.
 *
 * Where that program is not installed the tests are skipped. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit.h"

TestSuite(openssh, .fini = test_counted_check, .timeout = 60);

static const char program[] = "/usr/lib/openssh/sftp-server";

enum { SIZE = 1000000 };

struct peer {
    struct ss_sftp_sink sink;
    struct ss_sftp_source source;
    struct ss_sftp_client client;
    char dir[128];
    pid_t pid;
    int fd;
    uint64_t got;
};

static uint8_t byte_at(uint64_t offset)
{
    return (uint8_t)(offset * 13 + offset / 251);
}

static ss_err take_piece(struct ss_sftp_sink *sink, uint64_t offset, ss_span bytes)
{
    struct peer *peer = SS_CONTAINER_OF(sink, struct peer, sink);

    for (size_t i = 0; i < bytes.size; i++)
        cr_assert(bytes.data[i] == byte_at(offset + i));
    peer->got += bytes.size;
    return SS_OK;
}

static ss_err give_piece(struct ss_sftp_source *source, uint64_t offset, uint8_t *out, size_t n,
                         size_t *out_got)
{
    (void)source;
    if (n > SIZE - offset)
        n = (size_t)(SIZE - offset);
    for (size_t i = 0; i < n; i++)
        out[i] = byte_at(offset + i);
    *out_got = n;
    return SS_OK;
}

static void move(struct peer *peer)
{
    ss_span out = ss_sftp_client_output(&peer->client);
    struct pollfd p = {.fd = peer->fd, .events = POLLIN};
    uint8_t bytes[65536];

    if (out.size > 0)
        p.events |= POLLOUT;
    cr_assert(poll(&p, 1, 20000) == 1, "the server says nothing");
    if ((p.revents & POLLOUT) != 0) {
        ssize_t n = send(peer->fd, out.data, out.size, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n > 0)
            ss_sftp_client_sent(&peer->client, (size_t)n);
    }
    if ((p.revents & (POLLIN | POLLHUP)) != 0) {
        ssize_t n = read(peer->fd, bytes, sizeof bytes);

        cr_assert(n > 0, "the server left");
        cr_assert(ss_sftp_client_feed(&peer->client, ss_span_make(bytes, (size_t)n)) == SS_OK);
    }
}

static struct ss_sftp_event wait_for(struct peer *peer)
{
    struct ss_sftp_event event;
    ss_err err = ss_sftp_client_poll(&peer->client, &event);

    while (err == SS_E_more_input) {
        move(peer);
        err = ss_sftp_client_poll(&peer->client, &event);
    }
    cr_assert(err == SS_OK, "%s", ss_err_text(err));
    return event;
}

static void run_program(int fd, const char *dir)
{
    if (dup2(fd, 0) < 0 || dup2(fd, 1) < 0)
        _exit(3);
    (void)close(fd);
    (void)execl(program, program, "-d", dir, (char *)NULL);
    _exit(3);
}

static void peer_open(struct peer *peer)
{
    int pair[2];

    memset(peer, 0, sizeof *peer);
    if (access(program, X_OK) != 0)
        cr_skip_test("%s is not here", program);
    peer->sink.write = take_piece;
    peer->source.read = give_piece;
    (void)snprintf(peer->dir, sizeof peer->dir, "%.100s/sftp-XXXXXX",
                   getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
    cr_assert(mkdtemp(peer->dir) != NULL);
    cr_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    peer->pid = fork();
    cr_assert(peer->pid >= 0);
    if (peer->pid == 0)
        run_program(pair[1], peer->dir);
    (void)close(pair[1]);
    peer->fd = pair[0];
    cr_assert(ss_sftp_client_init(&peer->client, &test_counted()->env, NULL) == SS_OK);
    cr_assert(ss_sftp_client_start(&peer->client) == SS_OK);
    cr_assert(wait_for(peer).kind == SS_SFTP_READY);
}

static void peer_close(struct peer *peer)
{
    int status = -1;

    ss_sftp_client_fini(&peer->client);
    (void)close(peer->fd);
    cr_expect(waitpid(peer->pid, &status, 0) == peer->pid && status == 0);
    cr_expect(rmdir(peer->dir) == 0, "something was left behind");
}

static ss_span s(const char *text)
{
    return ss_span_of(text);
}

/* The code that answers a call which was queued. */
static uint32_t code_of(struct peer *peer, ss_err err)
{
    struct ss_sftp_event event;

    cr_assert(err == SS_OK, "%s", ss_err_name(err));
    event = wait_for(peer);
    cr_assert(event.kind == SS_SFTP_STATUS);
    return event.code;
}

static void run_transfer(struct peer *peer, struct ss_sftp_transfer *t)
{
    while (t->state != SS_SFTP_DONE) {
        struct ss_sftp_event event = wait_for(peer);

        cr_assert(ss_sftp_transfer_take(t, &event));
    }
    cr_expect(t->err == SS_OK, "%s", ss_err_name(t->err));
    ss_sftp_transfer_fini(t);
}

Test(openssh, a_megabyte_goes_there_and_comes_back)
{
    struct ss_sftp_transfer t;
    struct peer peer;
    uint32_t ticket;

    peer_open(&peer);
    cr_assert(ss_sftp_client_limits(&peer.client, &ticket) == SS_OK);
    cr_expect(wait_for(&peer).kind == SS_SFTP_LIMITS && peer.client.limits.read >= 32768);
    cr_assert(ss_sftp_put_start(&t, &peer.client, s("f"), &peer.source, NULL) == SS_OK);
    run_transfer(&peer, &t);
    cr_assert(ss_sftp_get_start(&t, &peer.client, s("f"), &peer.sink, NULL) == SS_OK);
    run_transfer(&peer, &t);
    cr_expect(peer.got == SIZE);
    cr_expect(code_of(&peer, ss_sftp_client_remove(&peer.client, s("f"), &ticket)) == SS_FX_OK);
    peer_close(&peer);
}

Test(openssh, every_call_is_understood)
{
    struct ss_attrs attrs = {.flags = SS_ATTR_PERMISSIONS, .permissions = 0640};
    struct ss_sftp_transfer t;
    struct ss_sftp_event event;
    struct ss_sftp_client *c;
    struct peer peer;
    uint32_t ticket;

    peer_open(&peer);
    c = &peer.client;
    cr_expect(c->extensions == (SS_SFTP_EXT_COPY_DATA * 2 - 1), "%x", c->extensions);
    cr_expect(code_of(&peer, ss_sftp_client_mkdir(c, s("d"), NULL, &ticket)) == SS_FX_OK);
    cr_assert(ss_sftp_put_start(&t, c, s("d/f"), &peer.source, NULL) == SS_OK);
    run_transfer(&peer, &t);
    cr_expect(code_of(&peer, ss_sftp_client_symlink(c, s("f"), s("d/l"), &ticket)) == SS_FX_OK);
    cr_assert(ss_sftp_client_readlink(c, s("d/l"), &ticket) == SS_OK);
    cr_expect(ss_span_is(wait_for(&peer).names[0].filename, "f"));
    cr_expect(code_of(&peer, ss_sftp_client_setstat(c, s("d/l"), &attrs, &ticket)) == SS_FX_OK);
    cr_assert(ss_sftp_client_stat(c, s("d/f"), &ticket) == SS_OK);
    event = wait_for(&peer);
    cr_expect(event.attrs.size == SIZE && event.attrs.permissions == 0100640);
    cr_assert(ss_sftp_client_lstat(c, s("d/l"), &ticket) == SS_OK);
    cr_expect((wait_for(&peer).attrs.permissions & SS_MODE_TYPE) == SS_MODE_LINK);
    attrs = (struct ss_attrs){.flags = SS_ATTR_ACMODTIME, .atime = 5, .mtime = 6};
    cr_expect(code_of(&peer, ss_sftp_client_lsetstat(c, s("d/l"), &attrs, &ticket)) == SS_FX_OK);
    cr_expect(code_of(&peer, ss_sftp_client_hardlink(c, s("d/f"), s("h"), &ticket)) == SS_FX_OK);
    cr_expect(code_of(&peer, ss_sftp_client_rename(c, s("h"), s("d/f"), &ticket)) == SS_FX_FAILURE);
    cr_expect(code_of(&peer, ss_sftp_client_posix_rename(c, s("h"), s("g"), &ticket)) == SS_FX_OK);
    cr_assert(ss_sftp_client_statvfs(c, s("."), &ticket) == SS_OK);
    cr_expect(wait_for(&peer).space.name_most == 255);
    cr_assert(ss_sftp_client_expand_path(c, s("d/../d"), &ticket) == SS_OK);
    event = wait_for(&peer);
    cr_expect(event.kind == SS_SFTP_NAMES && event.names[0].filename.size > 2);
    cr_expect(code_of(&peer, ss_sftp_client_rmdir(c, s("d"), &ticket)) == SS_FX_FAILURE);
    cr_expect(code_of(&peer, ss_sftp_client_stat(c, s("no"), &ticket)) == SS_FX_NO_SUCH_FILE);
    cr_expect(code_of(&peer, ss_sftp_client_remove(c, s("d/f"), &ticket)) == SS_FX_OK);
    cr_expect(code_of(&peer, ss_sftp_client_remove(c, s("d/l"), &ticket)) == SS_FX_OK);
    cr_expect(code_of(&peer, ss_sftp_client_remove(c, s("g"), &ticket)) == SS_FX_OK);
    cr_expect(code_of(&peer, ss_sftp_client_rmdir(c, s("d"), &ticket)) == SS_FX_OK);
    peer_close(&peer);
}
