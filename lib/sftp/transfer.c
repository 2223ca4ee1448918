/* SPDX-License-Identifier: Apache-2.0 */
/* transfer.c - one whole file from or to a server, with many requests in flight.
 *
 * Owns: which piece is asked for when; when a file is whole; what a failure leaves behind.
 * Not here: single requests and the check of their answers (client.c).
 * Called by: whoever copies files.
 * Follows: draft-ietf-secsh-filexfer-02 section 6.4.
 *
 * OPENING -> SIZING (get) -> MOVING -> CONFIRMING (put) -> CLOSING -> DONE. A failure after
 * OPENING stops new requests, waits for the answers under way and closes the handle.
 *
 * A get knows its end from the size that the server told, and an end of file before it is an
 * error. Where no size is told, or 0 as for files that are made while they are read, the end is
 * the lowest offset at which the server said EOF, and data behind that is an error. A short
 * answer is asked on where it ended. A put asks for its pieces in order, and asks for the size at
 * the end. */
#include "client.h"

enum { WINDOW = 64, WINDOW_MOST = 4096, BLOCK = 32 << 10, BLOCK_MOST = 255 << 10 };

enum piece_state { PIECE_FREE, PIECE_WAITING, PIECE_ASKED };

struct ss_sftp_piece {
    enum piece_state state;
    uint32_t ticket;
    uint32_t length; /* bytes still to come, or sent */
    uint64_t offset;
};

static ss_span handle_of(const struct ss_sftp_transfer *t)
{
    return ss_span_make(t->handle, t->handle_size);
}

static bool is_get(const struct ss_sftp_transfer *t)
{
    return t->sink != NULL;
}

static bool any(const struct ss_sftp_transfer *t, enum piece_state state)
{
    for (uint32_t i = 0; i < t->options.window; i++) {
        if (t->pieces[i].state == state)
            return true;
    }
    return false;
}

static struct ss_sftp_piece *piece_in(const struct ss_sftp_transfer *t, enum piece_state state)
{
    for (uint32_t i = 0; i < t->options.window; i++) {
        if (t->pieces[i].state == state)
            return &t->pieces[i];
    }
    return NULL;
}

static void note_hole(struct ss_sftp_transfer *t, uint64_t offset)
{
    if (offset < t->hole)
        t->hole = offset;
}

/* Pieces that were not asked for yet never will be. */
static void fail(struct ss_sftp_transfer *t, ss_err err, uint32_t status)
{
    if (t->err == SS_OK) {
        t->err = err;
        t->status = status;
    }
    for (uint32_t i = 0; i < t->options.window; i++) {
        if (t->pieces[i].state != PIECE_WAITING)
            continue;
        t->pieces[i].state = PIECE_FREE;
        note_hole(t, t->pieces[i].offset);
    }
}

void ss_sftp_transfer_abort(struct ss_sftp_transfer *t, ss_err err)
{
    if (t->state == SS_SFTP_DONE)
        return;
    fail(t, err, 0);
    t->state = SS_SFTP_DONE;
}

/* What became of queueing a request: "not now" is no failure, another error ends it all. */
static bool queued(struct ss_sftp_transfer *t, ss_err err)
{
    if (err == SS_OK)
        return true;
    if (err != SS_E_would_block)
        ss_sftp_transfer_abort(t, err);
    return false;
}

/* ---- get: asking ---- */

static uint32_t block_of(const struct ss_sftp_transfer *t)
{
    const struct ss_sftp_limits *limits = &t->client->limits;
    uint64_t limit = is_get(t) ? limits->read : limits->write;

    /* rule: OSSHSFTP-4.8-limits-honoured; 0 means that none is set */
    return limit != 0 && limit < t->options.block ? (uint32_t)limit : t->options.block;
}

static bool wants_more(const struct ss_sftp_transfer *t)
{
    if (t->err != SS_OK || t->end != UINT64_MAX)
        return false;
    return t->size == 0 || t->next < t->size;
}

static void plan_piece(struct ss_sftp_transfer *t, struct ss_sftp_piece *piece)
{
    uint32_t length = block_of(t);

    if (t->size != 0 && t->size - t->next < length)
        length = (uint32_t)(t->size - t->next);
    piece->state = PIECE_WAITING;
    piece->offset = t->next;
    piece->length = length;
    t->next += length;
}

static bool ask_piece(struct ss_sftp_transfer *t, struct ss_sftp_piece *piece)
{
    if (!queued(t, ss_sftp_client_read(t->client, handle_of(t), piece->offset, piece->length,
                                       &piece->ticket)))
        return false;
    piece->state = PIECE_ASKED;
    return true;
}

static void pump_get(struct ss_sftp_transfer *t)
{
    struct ss_sftp_piece *piece;

    while (t->state == SS_SFTP_MOVING) {
        piece = piece_in(t, PIECE_WAITING);
        if (piece == NULL && wants_more(t)) {
            piece = piece_in(t, PIECE_FREE);
            if (piece != NULL)
                plan_piece(t, piece);
        }
        if (piece == NULL || !ask_piece(t, piece))
            return;
    }
}

/* ---- put: sending ---- */

/* One WRITE, read by the source into the output itself. False: no more for now. */
static bool send_piece(struct ss_sftp_transfer *t, struct ss_sftp_piece *piece)
{
    struct ss_sftp_slab slab;
    uint8_t *bytes;
    size_t got = 0;
    ss_err err;

    if (!queued(t, ss_sftp_client_write_open(t->client, handle_of(t), t->next, block_of(t), &slab,
                                             &bytes)))
        return false;
    err = t->source->read(t->source, t->next, bytes, slab.room, &got);
    if (err == SS_OK && got > slab.room)
        err = SS_E_bad_argument;
    if (err == SS_OK && t->options.size_most != 0 && got > t->options.size_most - t->next)
        err = SS_E_ceiling;
    if (err != SS_OK)
        got = 0;
    if (!queued(t, ss_sftp_client_write_commit(t->client, &slab, got, &piece->ticket)))
        return false;
    if (err != SS_OK)
        fail(t, err, 0);
    if (got == 0) {
        t->end = t->next;
        return false;
    }
    *piece = (struct ss_sftp_piece){PIECE_ASKED, piece->ticket, (uint32_t)got, t->next};
    t->next += got;
    return true;
}

static void pump_put(struct ss_sftp_transfer *t)
{
    while (t->state == SS_SFTP_MOVING && t->err == SS_OK && t->end == UINT64_MAX) {
        struct ss_sftp_piece *piece = piece_in(t, PIECE_FREE);

        if (piece == NULL || !send_piece(t, piece))
            return;
    }
}

/* ---- states ---- */

static bool moved(const struct ss_sftp_transfer *t)
{
    if (any(t, PIECE_ASKED) || any(t, PIECE_WAITING))
        return false;
    if (t->err != SS_OK)
        return true;
    return is_get(t) ? !wants_more(t) : t->end != UINT64_MAX;
}

static void leave_moving(struct ss_sftp_transfer *t)
{
    if (t->err == SS_OK && is_get(t) && t->end != UINT64_MAX && t->high > t->end)
        fail(t, SS_E_bad_value, 0); /* data behind what was said to be the end */
    t->state = !is_get(t) && t->err == SS_OK ? SS_SFTP_CONFIRMING : SS_SFTP_CLOSING;
}

static ss_err ask_open(struct ss_sftp_transfer *t)
{
    struct ss_attrs attrs = {.flags = t->options.permissions != 0 ? SS_ATTR_PERMISSIONS : 0,
                             .permissions = t->options.permissions};
    uint32_t pflags = is_get(t) ? SS_FXF_READ : SS_FXF_WRITE | SS_FXF_CREAT | SS_FXF_TRUNC;

    return ss_sftp_client_open(t->client, ss_span_make(t->path, t->path_size), pflags, &attrs,
                               &t->ticket);
}

static void ask_once(struct ss_sftp_transfer *t)
{
    ss_err err;

    if (t->asked)
        return;
    if (t->state == SS_SFTP_OPENING)
        err = ask_open(t);
    else if (t->state == SS_SFTP_CLOSING)
        err = ss_sftp_client_close(t->client, handle_of(t), &t->ticket);
    else
        err = ss_sftp_client_fstat(t->client, handle_of(t), &t->ticket);
    t->asked = queued(t, err);
}

void ss_sftp_transfer_pump(struct ss_sftp_transfer *t)
{
    if (t->state == SS_SFTP_MOVING) {
        if (is_get(t))
            pump_get(t);
        else
            pump_put(t);
        if (t->state == SS_SFTP_MOVING && moved(t))
            leave_moving(t);
    }
    if (t->state != SS_SFTP_MOVING && t->state != SS_SFTP_DONE)
        ask_once(t);
}

/* ---- answers ---- */

static void take_opened(struct ss_sftp_transfer *t, const struct ss_sftp_event *event)
{
    if (event->kind != SS_SFTP_HANDLE) {
        fail(t, SS_E_sftp_status, event->code);
        t->state = SS_SFTP_DONE;
        return;
    }
    memcpy(t->handle, event->bytes.data, event->bytes.size);
    t->handle_size = event->bytes.size;
    t->state = is_get(t) ? SS_SFTP_SIZING : SS_SFTP_MOVING;
}

/* A server that does not tell the size may still give the file. */
static void take_size(struct ss_sftp_transfer *t, const struct ss_sftp_event *event)
{
    if (event->kind == SS_SFTP_ATTRS && (event->attrs.flags & SS_ATTR_SIZE) != 0)
        t->size = event->attrs.size;
    t->state = SS_SFTP_MOVING;
    if (t->options.size_most != 0 && t->size > t->options.size_most)
        fail(t, SS_E_ceiling, 0);
}

static void take_confirmed(struct ss_sftp_transfer *t, const struct ss_sftp_event *event)
{
    if (event->kind == SS_SFTP_ATTRS && (event->attrs.flags & SS_ATTR_SIZE) != 0 &&
        event->attrs.size != t->end)
        fail(t, SS_E_bad_value, 0);
    t->state = SS_SFTP_CLOSING;
}

/* What was written may be lost at the close; what was read is not. */
static void take_closed(struct ss_sftp_transfer *t, const struct ss_sftp_event *event)
{
    if (event->code != SS_FX_OK && !is_get(t))
        fail(t, SS_E_sftp_status, event->code);
    t->state = SS_SFTP_DONE;
}

static void take_single(struct ss_sftp_transfer *t, const struct ss_sftp_event *event)
{
    t->asked = false;
    switch (t->state) {
    case SS_SFTP_OPENING:
        take_opened(t, event);
        break;
    case SS_SFTP_SIZING:
        take_size(t, event);
        break;
    case SS_SFTP_CONFIRMING:
        take_confirmed(t, event);
        break;
    default:
        take_closed(t, event);
        break;
    }
}

static void take_end(struct ss_sftp_transfer *t, const struct ss_sftp_piece *piece)
{
    if (piece->offset < t->end)
        t->end = piece->offset;
    if (t->size != 0 && piece->offset < t->size)
        fail(t, SS_E_truncated, SS_FX_EOF); /* rule: SFTP02-6.4-read-short-client */
}

/* The client has seen to it that there is at least one byte, and none too many. */
static void take_data(struct ss_sftp_transfer *t, struct ss_sftp_piece *piece, ss_span bytes)
{
    uint64_t end = piece->offset + bytes.size;
    ss_err err = SS_OK;

    if (t->options.size_most != 0 && end > t->options.size_most)
        err = SS_E_ceiling;
    if (err == SS_OK)
        err = t->sink->write(t->sink, piece->offset, bytes);
    if (err != SS_OK) {
        piece->state = PIECE_FREE;
        note_hole(t, piece->offset);
        fail(t, err, 0);
        return;
    }
    t->bytes += bytes.size;
    t->high = end > t->high ? end : t->high;
    piece->offset = end;
    piece->length -= (uint32_t)bytes.size;
    piece->state = piece->length > 0 && t->err == SS_OK ? PIECE_WAITING : PIECE_FREE;
    if (piece->length > 0 && t->err != SS_OK)
        note_hole(t, piece->offset);
}

static void take_piece(struct ss_sftp_transfer *t, struct ss_sftp_piece *piece,
                       const struct ss_sftp_event *event)
{
    if (event->kind == SS_SFTP_DATA) {
        take_data(t, piece, event->bytes);
        return;
    }
    piece->state = PIECE_FREE;
    if (event->code == SS_FX_OK) {
        t->bytes += piece->length;
        return;
    }
    note_hole(t, piece->offset);
    if (is_get(t) && event->code == SS_FX_EOF)
        take_end(t, piece);
    else
        fail(t, SS_E_sftp_status, event->code);
}

static struct ss_sftp_piece *piece_of(const struct ss_sftp_transfer *t, uint32_t ticket)
{
    for (uint32_t i = 0; i < t->options.window; i++) {
        if (t->pieces[i].state == PIECE_ASKED && t->pieces[i].ticket == ticket)
            return &t->pieces[i];
    }
    return NULL;
}

bool ss_sftp_transfer_take(struct ss_sftp_transfer *t, const struct ss_sftp_event *event)
{
    struct ss_sftp_piece *piece;

    if (t->state == SS_SFTP_DONE || event->kind == SS_SFTP_READY)
        return false;
    if (t->asked && event->ticket == t->ticket) {
        take_single(t, event);
    } else {
        piece = piece_of(t, event->ticket);
        if (piece == NULL)
            return false;
        take_piece(t, piece, event);
    }
    ss_sftp_transfer_pump(t);
    return true;
}

uint64_t ss_sftp_transfer_prefix(const struct ss_sftp_transfer *t)
{
    uint64_t prefix = t->next < t->hole ? t->next : t->hole;

    for (uint32_t i = 0; i < t->options.window; i++) {
        if (t->pieces[i].state != PIECE_FREE && t->pieces[i].offset < prefix)
            prefix = t->pieces[i].offset;
    }
    return prefix;
}

/* ---- beginning and end ---- */

static uint32_t within(uint32_t n, uint32_t otherwise, uint32_t most)
{
    if (n == 0)
        n = otherwise;
    return n < most ? n : most;
}

static ss_err start(struct ss_sftp_transfer *t, ss_span path,
                    const struct ss_sftp_transfer_options *options)
{
    const struct ss_env *env = t->client->env;

    if (!t->client->ready)
        return SS_E_usage;
    if (options != NULL)
        t->options = *options;
    t->options.window = within(t->options.window, WINDOW, WINDOW_MOST);
    t->options.block = within(t->options.block, BLOCK, BLOCK_MOST);
    t->end = t->hole = UINT64_MAX;
    t->pieces = ss_alloc(env, t->options.window * sizeof *t->pieces);
    if (t->pieces == NULL)
        return SS_E_no_memory;
    t->path = ss_strdup(env, path);
    if (t->path == NULL) {
        ss_sftp_transfer_fini(t);
        return SS_E_no_memory;
    }
    t->path_size = path.size;
    ss_sftp_transfer_pump(t);
    return SS_OK;
}

ss_err ss_sftp_get_start(struct ss_sftp_transfer *transfer, struct ss_sftp_client *client,
                         ss_span path, struct ss_sftp_sink *sink,
                         const struct ss_sftp_transfer_options *options)
{
    *transfer = (struct ss_sftp_transfer){.client = client, .sink = sink};
    return start(transfer, path, options);
}

ss_err ss_sftp_put_start(struct ss_sftp_transfer *transfer, struct ss_sftp_client *client,
                         ss_span path, struct ss_sftp_source *source,
                         const struct ss_sftp_transfer_options *options)
{
    *transfer = (struct ss_sftp_transfer){.client = client, .source = source};
    return start(transfer, path, options);
}

void ss_sftp_transfer_fini(struct ss_sftp_transfer *transfer)
{
    const struct ss_env *env;

    if (transfer->client == NULL)
        return;
    env = transfer->client->env;
    ss_free(env, transfer->pieces, transfer->options.window * sizeof *transfer->pieces);
    ss_free(env, transfer->path, transfer->path != NULL ? transfer->path_size + 1 : 0);
    transfer->pieces = NULL;
    transfer->path = NULL;
    transfer->options.window = 0;
}
