/* SPDX-License-Identifier: Apache-2.0 */
/* session_io.c - the streams of a command: descriptors, or bytes.
 *
 * Owns: the one buffer that input is read into.
 * Not here: the channel (session.c).
 * Called by: programs.
 * Follows: RFC 4254 section 5.2: extended data of type 1 is standard error. */
#include "client/client_impl.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { PIECE = 32768 };

/* ---- descriptors ---- */

static ss_err fds_input(struct ss_session_io *self, uint8_t *out, size_t n, size_t *out_got)
{
    struct ss_session_fds *fds = SS_CONTAINER_OF(self, struct ss_session_fds, io);
    ssize_t got = fds->in >= 0 ? read(fds->in, out, n) : 0;

    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return SS_E_would_block;
    if (got < 0)
        return SS_E_io;
    *out_got = (size_t)got;
    return SS_OK;
}

/* A descriptor that does not block is waited for: the server is held up by its window then. */
static ss_err write_all(int fd, ss_span data)
{
    while (data.size > 0) {
        ssize_t n = write(fd, data.data, data.size);
        struct pollfd wait = {fd, POLLOUT, 0};

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
            return SS_E_io;
        if (n < 0 && poll(&wait, 1, -1) < 0 && errno != EINTR)
            return SS_E_io;
        if (n > 0)
            data = ss_span_part(data, (size_t)n, data.size);
    }
    return SS_OK;
}

static ss_err fds_output(struct ss_session_io *self, uint32_t type, ss_span data)
{
    struct ss_session_fds *fds = SS_CONTAINER_OF(self, struct ss_session_fds, io);
    int fd = type == 0 ? fds->out : fds->err;

    return fd >= 0 ? write_all(fd, data) : SS_OK;
}

void ss_session_fds_init(struct ss_session_fds *fds, int in, int out, int err)
{
    fds->io.input = fds_input;
    fds->io.output = fds_output;
    fds->io.fd = in;
    fds->in = in;
    fds->out = out;
    fds->err = err;
}

/* ---- any streams ---- */

struct stream_user {
    struct client_user user;
    struct ss_client *client;
    struct ss_session_io *io;
    bool input_over;
    uint8_t *piece; /* PIECE bytes */
};

static ss_err stream_data(struct client_user *self, uint32_t type, ss_span data)
{
    struct stream_user *stream = SS_CONTAINER_OF(self, struct stream_user, user);

    return stream->io->output(stream->io, type, data);
}

static bool readable(int fd)
{
    struct pollfd wait = {fd, POLLIN, 0};

    return fd < 0 || poll(&wait, 1, 0) > 0;
}

static ss_err stream_pump(struct client_user *self)
{
    struct stream_user *stream = SS_CONTAINER_OF(self, struct stream_user, user);

    while (!stream->input_over) {
        size_t room = client_session_room(stream->client), got = 0;
        ss_err err;

        if (room == 0 || !readable(stream->io->fd))
            return SS_OK;
        err = stream->io->input(stream->io, stream->piece, room < PIECE ? room : PIECE, &got);
        if (err == SS_E_would_block)
            return SS_OK;
        if (err != SS_OK)
            return client_lose(stream->client, err, 0, "standard input cannot be read: %s",
                               ss_err_text(err));
        stream->input_over = got == 0;
        if (got > 0)
            SS_TRY(client_session_send(stream->client, ss_span_make(stream->piece, got)));
    }
    return SS_OK;
}

static bool stream_over(const struct client_user *self)
{
    return ((const struct stream_user *)(const void *)self)->input_over;
}

static int stream_fd(const struct client_user *self)
{
    const struct stream_user *stream = (const struct stream_user *)(const void *)self;

    return stream->input_over ? -1 : stream->io->fd;
}

/* The command ends the session, not we. */
static bool stream_done(const struct client_user *self)
{
    (void)self;
    return false;
}

ss_err ss_client_session(struct ss_client *client, const struct ss_session_request *request,
                         struct ss_session_io *io, struct ss_session_end *out_end)
{
    struct stream_user stream = {
        .user = {stream_data, stream_pump, stream_over, stream_fd, stream_done},
        .client = client,
        .io = io};
    ss_err err;

    stream.piece = ss_alloc(client->env, PIECE);
    if (stream.piece == NULL)
        return SS_E_no_memory;
    err = client_session_run(client, request, &stream.user, out_end);
    ss_free(client->env, stream.piece, PIECE);
    return err;
}

/* ---- bytes ---- */

struct bytes_io {
    struct ss_session_io io;
    ss_span input;
    struct ss_buf *out, *err;
};

static ss_err bytes_input(struct ss_session_io *self, uint8_t *out, size_t n, size_t *out_got)
{
    struct bytes_io *bytes = SS_CONTAINER_OF(self, struct bytes_io, io);
    ss_span piece = ss_span_part(bytes->input, 0, n);

    if (piece.size > 0)
        memcpy(out, piece.data, piece.size);
    bytes->input = ss_span_part(bytes->input, piece.size, bytes->input.size);
    *out_got = piece.size;
    return SS_OK;
}

static ss_err bytes_output(struct ss_session_io *self, uint32_t type, ss_span data)
{
    struct bytes_io *bytes = SS_CONTAINER_OF(self, struct bytes_io, io);
    struct ss_buf *to = type == 0 ? bytes->out : bytes->err;

    return to != NULL ? ss_buf_put(to, data) : SS_OK;
}

ss_err ss_client_exec(struct ss_client *client, ss_span command, ss_span input, struct ss_buf *out,
                      struct ss_buf *err, struct ss_session_end *out_end)
{
    struct bytes_io bytes = {
        .io = {bytes_input, bytes_output, -1}, .input = input, .out = out, .err = err};
    struct ss_session_request request = {.kind = SS_SESSION_EXEC, .text = command};

    return ss_client_session(client, &request, &bytes.io, out_end);
}
