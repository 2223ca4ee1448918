/* SPDX-License-Identifier: Apache-2.0 */
/* frame.c - a byte pipe cut into messages, and messages made into frames.
 *
 * Owns: the length in front of every message; lies about it; what of a malformed message is
 *   still clear.
 * Not here: message layouts (msg/), what a message makes a side do (server.c, client.c).
 * Called by: server.c, client.c, and owners who speak by hand.
 * Follows: draft-ietf-secsh-filexfer-02 section 3. */
#include "frame.h"

enum { LENGTH = 4, NUMBER_AND_ID = 5, STATUS = 101 };

void ss_sftp_frames_init(struct ss_sftp_frames *frames, const struct ss_env *env, size_t most)
{
    memset(frames, 0, sizeof *frames);
    frames->most = most != 0 ? most : SS_SFTP_FRAME_MOST;
    ss_buf_init(&frames->buf, env, 2 * (frames->most + LENGTH));
}

void ss_sftp_frames_fini(struct ss_sftp_frames *frames)
{
    ss_buf_fini(&frames->buf);
    frames->given = 0;
}

static void forget_given(struct ss_sftp_frames *frames)
{
    ss_buf_consume(&frames->buf, frames->given);
    frames->given = 0;
}

ss_err ss_sftp_frames_feed(struct ss_sftp_frames *frames, ss_span bytes)
{
    if (frames->err != SS_OK)
        return frames->err;
    forget_given(frames);
    return ss_buf_put(&frames->buf, bytes);
}

/* The length is judged as soon as it is there, before room is made for what it promises.
 * rule: SFTP02-3-oversized-packet, SFTP02-3-zero-length-packet */
ss_err ss_sftp_frames_next(struct ss_sftp_frames *frames, ss_span *out_payload)
{
    ss_span all;
    uint32_t length;

    if (frames->err != SS_OK)
        return frames->err;
    forget_given(frames);
    all = ss_buf_span(&frames->buf);
    if (all.size < LENGTH)
        return SS_E_more_input;
    length = ss_load_u32(all.data);
    if (length == 0)
        return frames->err = SS_E_bad_length;
    if (length > frames->most)
        return frames->err = SS_E_packet_too_long;
    if (length > all.size - LENGTH)
        return SS_E_more_input;
    frames->given = LENGTH + (size_t)length;
    *out_payload = ss_span_part(all, LENGTH, length);
    return SS_OK;
}

ss_err ss_sftp_frames_end(const struct ss_sftp_frames *frames)
{
    if (frames->err != SS_OK)
        return frames->err;
    return ss_buf_size(&frames->buf) > frames->given ? SS_E_truncated : SS_OK;
}

/* ---- out ---- */

static const struct ss_lie *lie_of(const struct ss_lie *lies, size_t count, enum ss_lie_kind kind)
{
    for (size_t i = 0; i < count; i++) {
        if (lies[i].kind == kind)
            return &lies[i];
    }
    return NULL;
}

static bool can_act(const struct ss_lie *lie)
{
    switch (lie->kind) {
    case SS_LIE_PACKET_LENGTH:
        return lie->n >= 0 && lie->n <= (int64_t)UINT32_MAX;
    case SS_LIE_CUT:
    case SS_LIE_DUPLICATE:
        return lie->n >= 0;
    case SS_LIE_DROP:
        return true;
    default:
        return ss_lie_seam(lie->kind) == SS_SEAM_FIELD;
    }
}

/* The frame at start, n more times. */
static ss_err repeat(struct ss_buf *out, size_t start, int64_t n)
{
    size_t size = ss_buf_size(out) - start;

    for (; n > 0 && size > 0; n--) {
        uint8_t *to;

        SS_TRY(ss_buf_extend(out, size, &to));
        memcpy(to, ss_buf_at(out) + start, size);
    }
    return SS_OK;
}

static ss_err lie_about(struct ss_buf *out, size_t start, const struct ss_lie *lies, size_t count)
{
    const struct ss_lie *length = lie_of(lies, count, SS_LIE_PACKET_LENGTH);
    const struct ss_lie *cut = lie_of(lies, count, SS_LIE_CUT);
    const struct ss_lie *duplicate = lie_of(lies, count, SS_LIE_DUPLICATE);

    if (length != NULL)
        ss_store_u32(ss_buf_at(out) + start, (uint32_t)length->n);
    if (cut != NULL && (uint64_t)cut->n < ss_buf_size(out) - start)
        ss_buf_truncate(out, start + (size_t)cut->n);
    if (lie_of(lies, count, SS_LIE_DROP) != NULL)
        ss_buf_truncate(out, start);
    return duplicate != NULL ? repeat(out, start, duplicate->n) : SS_OK;
}

ss_err ss_sftp_frame_put(struct ss_buf *out, const struct ss_msg *msg, const struct ss_lie *lies,
                         size_t lie_count)
{
    size_t start = ss_buf_size(out);
    struct ss_writer writer;
    ss_err err;

    for (size_t i = 0; i < lie_count; i++) {
        if (!can_act(&lies[i]))
            return SS_E_bad_argument;
    }
    ss_writer_init(&writer, out);
    (void)ss_writer_open(&writer);
    err = ss_writer_done(&writer);
    if (err == SS_OK)
        err = ss_msg_encode(out, msg, lies, lie_count);
    ss_writer_close(&writer, start);
    if (err == SS_OK)
        err = ss_writer_done(&writer);
    if (err == SS_OK)
        err = lie_about(out, start, lies, lie_count);
    if (err != SS_OK)
        ss_buf_truncate(out, start);
    return err;
}

/* ---- data in place ---- */

static ss_err open_slab(struct ss_writer *writer, size_t start, size_t n,
                        struct ss_sftp_slab *out_slab, uint8_t **out_bytes)
{
    struct ss_buf *out = writer->buf;
    size_t data_at = ss_buf_size(out);
    uint8_t *bytes = NULL;
    ss_err err;

    ss_writer_u32(writer, 0);
    err = ss_writer_done(writer);
    if (err == SS_OK)
        err = ss_buf_extend(out, n, &bytes);
    if (err != SS_OK) {
        ss_buf_truncate(out, start);
        return err;
    }
    *out_slab = (struct ss_sftp_slab){out, start, data_at, n};
    *out_bytes = bytes;
    return SS_OK;
}

ss_err ss_sftp_slab_data(struct ss_buf *out, uint32_t id, size_t n, struct ss_sftp_slab *out_slab,
                         uint8_t **out_bytes)
{
    size_t start = ss_buf_size(out);
    struct ss_writer writer;

    ss_writer_init(&writer, out);
    (void)ss_writer_open(&writer);
    ss_writer_byte(&writer, ss_msgdef_of(SS_FXP_data)->number);
    ss_writer_u32(&writer, id);
    return open_slab(&writer, start, n, out_slab, out_bytes);
}

ss_err ss_sftp_slab_write(struct ss_buf *out, uint32_t id, ss_span handle, uint64_t offset,
                          size_t n, struct ss_sftp_slab *out_slab, uint8_t **out_bytes)
{
    size_t start = ss_buf_size(out);
    struct ss_writer writer;

    ss_writer_init(&writer, out);
    (void)ss_writer_open(&writer);
    ss_writer_byte(&writer, ss_msgdef_of(SS_FXP_write)->number);
    ss_writer_u32(&writer, id);
    ss_writer_string(&writer, handle);
    ss_writer_u64(&writer, offset);
    return open_slab(&writer, start, n, out_slab, out_bytes);
}

void ss_sftp_slab_close(const struct ss_sftp_slab *slab, size_t n)
{
    size_t end = slab->data_at + LENGTH + (n < slab->room ? n : slab->room);
    uint8_t *live;

    ss_buf_truncate(slab->out, end);
    live = ss_buf_at(slab->out);
    ss_store_u32(live + slab->start, (uint32_t)(end - slab->start - LENGTH));
    ss_store_u32(live + slab->data_at, (uint32_t)(end - slab->data_at - LENGTH));
}

void ss_sftp_slab_drop(const struct ss_sftp_slab *slab)
{
    ss_buf_truncate(slab->out, slab->start);
}

/* ---- in ---- */

/* rule: SFTP02-7-status-fields. Servers of before version 3 end a STATUS behind its code. */
static ss_err short_status(struct ss_arena *arena, ss_span payload, struct ss_msg *out_msg)
{
    struct ss_fxp_status *body;
    struct ss_reader reader;

    ss_reader_init(&reader, ss_span_part(payload, 1, SIZE_MAX));
    body = ss_arena_alloc(arena, sizeof *body);
    if (body == NULL)
        return SS_E_no_memory;
    body->id = ss_reader_u32(&reader);
    body->code = ss_reader_u32(&reader);
    if (ss_reader_left(&reader) > 0)
        body->message = ss_reader_string(&reader);
    if (ss_reader_done(&reader) != SS_OK)
        return SS_E_truncated;
    out_msg->def = ss_msgdef_of(SS_FXP_status);
    out_msg->body = body;
    out_msg->payload = payload;
    return SS_OK;
}

/* rule: SFTP13-4-excess-data-ignored; version 3 says nothing, and deployed peers send it. */
ss_err ss_sftp_decode(struct ss_arena *arena, ss_span payload, struct ss_msg *out_msg,
                      unsigned *out_odd, struct ss_decode_error *out_error)
{
    struct ss_decode_error error = {0};
    const struct ss_msgdef *def = NULL;
    unsigned odd = 0;
    ss_err err;

    if (payload.size > 0)
        def = ss_msgdef_by_number(SS_PROTO_SFTP, payload.data[0], SS_CONTEXT_ANY, SS_CONTEXT_ANY);
    err = ss_msg_decode(arena, def, payload, out_msg, &error);
    if (err == SS_E_trailing) {
        odd = SS_SFTP_ODD_EXCESS;
        err = ss_msg_decode(arena, def, ss_span_part(payload, 0, error.offset), out_msg, &error);
    } else if (err == SS_E_truncated && payload.size > NUMBER_AND_ID && payload.data[0] == STATUS &&
               short_status(arena, payload, out_msg) == SS_OK) {
        odd = SS_SFTP_ODD_SHORT_STATUS;
        err = SS_OK;
    }
    if (err != SS_OK && out_error != NULL)
        *out_error = error;
    if (err == SS_OK && out_odd != NULL)
        *out_odd = odd;
    return err;
}
