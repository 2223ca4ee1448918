/* SPDX-License-Identifier: Apache-2.0 */
/* transfer.c - a file by SFTP: many requests under way at once, straight between file and engine.
 *
 * Owns: the SFTP session of one transfer.
 * Not here: the protocol (sftp), the channel (session.c).
 * Called by: programs.
 * Follows: draft-ietf-secsh-filexfer-02 through sftp.h. */
#include "client/client_impl.h"

#include <errno.h>
#include <unistd.h>

#include "sshspec/sftp.h"

enum transfer_way { WAY_GET, WAY_PUT };

struct transfer {
    struct client_user user;
    struct ss_sftp_sink sink;
    struct ss_sftp_source source;
    struct ss_client *client;
    enum transfer_way way;
    int fd;
    ss_span path;
    uint32_t permissions;
    struct ss_sftp_client sftp;
    struct ss_sftp_transfer moving;
    bool started;
    bool ended; /* nothing more to say: the channel can be closed */
    ss_err err; /* of the SFTP session */
    int code;   /* errno of our own file */
};

/* ---- our own file ---- */

static ss_err to_file(struct ss_sftp_sink *sink, uint64_t offset, ss_span bytes)
{
    struct transfer *t = SS_CONTAINER_OF(sink, struct transfer, sink);

    while (bytes.size > 0) {
        ssize_t n = pwrite(t->fd, bytes.data, bytes.size, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            t->code = errno;
            return SS_E_io;
        }
        offset += (uint64_t)n;
        bytes = ss_span_part(bytes, (size_t)n, bytes.size);
    }
    return SS_OK;
}

static ss_err from_file(struct ss_sftp_source *source, uint64_t offset, uint8_t *out, size_t n,
                        size_t *out_got)
{
    struct transfer *t = SS_CONTAINER_OF(source, struct transfer, source);
    size_t total = 0;

    while (total < n) {
        ssize_t got = pread(t->fd, out + total, n - total, (off_t)(offset + total));

        /* A pipe has no offsets; they are asked for in order anyway. */
        if (got < 0 && errno == ESPIPE)
            got = read(t->fd, out + total, n - total);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            t->code = errno;
            return SS_E_io;
        }
        if (got == 0)
            break;
        total += (size_t)got;
    }
    *out_got = total;
    return SS_OK;
}

/* ---- the channel's user ---- */

static void end(struct transfer *t, ss_err err)
{
    if (t->err == SS_OK)
        t->err = err;
    t->ended = true;
}

static void start(struct transfer *t)
{
    struct ss_sftp_transfer_options options = {.permissions = t->permissions};
    ss_err err;

    if (t->way == WAY_GET)
        err = ss_sftp_get_start(&t->moving, &t->sftp, t->path, &t->sink, &options);
    else
        err = ss_sftp_put_start(&t->moving, &t->sftp, t->path, &t->source, &options);
    t->started = err == SS_OK;
    if (err != SS_OK)
        end(t, err);
}

static ss_err take_data(struct client_user *self, uint32_t type, ss_span data)
{
    struct transfer *t = SS_CONTAINER_OF(self, struct transfer, user);
    struct ss_sftp_event event;
    ss_err err;

    if (type != 0 || t->ended)
        return SS_OK;
    SS_TRY(ss_sftp_client_feed(&t->sftp, data));
    while ((err = ss_sftp_client_poll(&t->sftp, &event)) == SS_OK) {
        if (event.kind == SS_SFTP_READY)
            start(t);
        else if (t->started)
            (void)ss_sftp_transfer_take(&t->moving, &event);
        if (t->started && t->moving.state == SS_SFTP_DONE)
            end(t, SS_OK);
        if (t->ended)
            return SS_OK;
    }
    if (err != SS_E_more_input)
        end(t, err);
    return SS_OK;
}

static ss_err send_out(struct client_user *self)
{
    struct transfer *t = SS_CONTAINER_OF(self, struct transfer, user);

    while (!t->ended) {
        ss_span out = ss_sftp_client_output(&t->sftp);
        size_t room = client_session_room(t->client);

        if (out.size == 0 && t->started) {
            ss_sftp_transfer_pump(&t->moving);
            out = ss_sftp_client_output(&t->sftp);
        }
        out = ss_span_part(out, 0, room);
        if (out.size == 0)
            return SS_OK;
        SS_TRY(client_session_send(t->client, out));
        ss_sftp_client_sent(&t->sftp, out.size);
    }
    return SS_OK;
}

static bool input_over(const struct client_user *self)
{
    (void)self;
    return false;
}

static int wait_fd(const struct client_user *self)
{
    (void)self;
    return -1;
}

static bool done(const struct client_user *self)
{
    return ((const struct transfer *)(const void *)self)->ended;
}

/* ---- the call ---- */

static ss_err verdict(const struct transfer *t, ss_err err)
{
    if (err != SS_OK || t->err != SS_OK)
        return err != SS_OK ? err : t->err;
    if (!t->started || t->moving.state != SS_SFTP_DONE)
        return SS_E_closed;
    return t->moving.err;
}

static ss_err explain(const struct transfer *t, ss_err err)
{
    const char *what = t->way == WAY_GET ? "get" : "put";
    const char *host = t->client->options.host;
    int size = (int)(t->path.size < 300 ? t->path.size : 300);
    const char *path = (const char *)t->path.data;
    const struct ss_fault *fault = ss_sftp_client_fault(&t->sftp);

    if (t->code != 0)
        return client_fail(t->client, err, 0, "%s %.*s: our own file: %s", what, size, path,
                           strerror(t->code));
    if (err == SS_E_sftp_status)
        return client_fail(t->client, err, t->moving.status, "%s %.*s: %s says: %s (status %u)",
                           what, size, path, host, ss_fx_text(t->moving.status),
                           (unsigned)t->moving.status);
    return client_fail(t->client, err, 0, "%s %.*s: SFTP with %s: %s%s%s", what, size, path, host,
                       ss_err_text(err), fault->err != SS_OK ? ": " : "",
                       fault->err != SS_OK ? fault->detail : "");
}

static ss_err run(struct ss_client *client, enum transfer_way way, int fd, ss_span path,
                  uint32_t permissions, uint64_t *out_bytes)
{
    struct ss_session_request request = {.kind = SS_SESSION_SUBSYSTEM, .text = ss_span_of("sftp")};
    struct transfer t;
    ss_err err;

    memset(&t, 0, sizeof t);
    t.user = (struct client_user){take_data, send_out, input_over, wait_fd, done};
    t.sink.write = to_file;
    t.source.read = from_file;
    t.client = client;
    t.way = way;
    t.fd = fd;
    t.path = path;
    t.permissions = permissions;
    *out_bytes = 0;
    SS_TRY(ss_sftp_client_init(&t.sftp, client->env, NULL));
    err = ss_sftp_client_start(&t.sftp);
    if (err == SS_OK)
        err = client_session_run(client, &request, &t.user, NULL);
    if (t.started && t.moving.state != SS_SFTP_DONE)
        ss_sftp_transfer_abort(&t.moving, err != SS_OK ? err : SS_E_closed);
    if (err == SS_OK && verdict(&t, SS_OK) != SS_OK)
        err = explain(&t, verdict(&t, SS_OK));
    if (t.started) {
        *out_bytes = err == SS_OK ? t.moving.bytes : ss_sftp_transfer_prefix(&t.moving);
        ss_sftp_transfer_fini(&t.moving);
    }
    ss_sftp_client_fini(&t.sftp);
    return err;
}

ss_err ss_client_get(struct ss_client *client, ss_span remote, int fd, uint64_t *out_bytes)
{
    return run(client, WAY_GET, fd, remote, 0, out_bytes);
}

ss_err ss_client_put(struct ss_client *client, int fd, ss_span remote, uint32_t permissions,
                     uint64_t *out_bytes)
{
    return run(client, WAY_PUT, fd, remote, permissions, out_bytes);
}
