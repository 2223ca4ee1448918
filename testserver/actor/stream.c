/* SPDX-License-Identifier: Apache-2.0 */
/* stream.c - SFTP in a script's hands: a client's subsystem, and the requests a server seat keeps
 * for itself.
 *
 * Owns: frames of a client seat, ids, the queue of a server seat's requests.
 * Not here: frames and decoding (lib/sftp), serving (serve.c).
 * Called by: play.c, pump.c, send.c.
 * Follows: draft-ietf-secsh-filexfer-02 sections 3, 4, 6. */
#include "testserver/actor/seat.h"

#include <stdio.h>

/* ---- ids ---- */
static uint32_t *id_of(const struct ss_msg *msg)
{
    struct ss_field field;

    if (msg->def == NULL || !ss_field_find(msg->def, msg->body, ss_span_of("id"), &field) ||
        field.def->type != SS_TYPE_uint32)
        return NULL;
    return (uint32_t *)(void *)((char *)field.base + field.def->offset);
}

ss_err seat_stream_compose(struct seat *seat, struct ss_msg *msg)
{
    uint32_t *id = id_of(msg);

    if (msg->def->id == SS_FXP_init)
        ((struct ss_fxp_init *)msg->body)->version = SS_SFTP_VERSION;
    if (msg->def->id == SS_FXP_version)
        ((struct ss_fxp_version *)msg->body)->version = SS_SFTP_VERSION;
    if (id != NULL)
        *id = msg->def->sender == SS_CLIENT ? seat->stream.next_id++ : seat->stream.last_id;
    return SS_OK;
}

/* ---- trace: the engine sees only bytes ---- */
static void trace(struct seat *seat, enum ss_direction direction, const struct ss_msg *msg)
{
    struct ss_trace_record record = {.kind = SS_TRACE_MESSAGE,
                                     .at = seat->now,
                                     .side = seat->side,
                                     .direction = direction,
                                     .directed = true,
                                     .sequence = UINT32_MAX,
                                     .epoch = seat->epoch,
                                     .payload = msg->payload};
    struct ss_buf line;
    ss_err err;

    ss_buf_init(&line, seat->scene->env, 65536);
    err = ss_buf_puts(&line, "sftp ");
    if (err == SS_OK)
        err = ss_msg_print(&line, msg, 0);
    record.text = ss_buf_span(&line);
    if (err == SS_OK)
        act_ladder_put(&seat->scene->ladder, &record);
    ss_buf_fini(&line);
}

/* ---- sending ---- */
void seat_stream_flush(struct seat *seat)
{
    struct seat_stream *stream = &seat->stream;
    struct ss_command put = {.kind = SS_CMD_CHANNEL_DATA};

    if (!stream->asked_channel || stream->index >= seat->channel_count)
        return;
    put.channel = seat->channels[stream->index].ours;
    while (ss_buf_size(&stream->out) > 0) {
        put.data = ss_span_part(ss_buf_span(&stream->out), 0,
                                ss_engine_writable(seat->engine, put.channel));
        if (put.data.size == 0 || ss_engine_do(seat->engine, &put, NULL) != SS_OK)
            return;
        ss_buf_consume(&stream->out, put.data.size);
    }
}

ss_err seat_stream_send(struct seat *seat, const struct ss_msg *msg, const struct ss_lie *lies,
                        size_t count)
{
    if (!seat_server(seat) && !seat->stream.granted)
        return SS_E_not_found;
    trace(seat, SS_OUT, msg);
    if (seat_server(seat))
        return ss_serving_sftp_reply(seat->house.serving, seat->sftp_channel, msg, lies, count);
    SS_TRY(ss_sftp_frame_put(&seat->stream.out, msg, lies, count));
    seat_stream_flush(seat);
    return SS_OK;
}

static void say_init(struct seat *seat, const struct scn_stmt *stmt)
{
    struct ss_fxp_init body = {.version = SS_SFTP_VERSION};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_FXP_init), .body = &body};
    ss_err err = seat_stream_send(seat, &msg, NULL, 0);

    seat->stream.sent_init = true;
    if (err != SS_OK)
        act_blame(seat->scene, stmt->at, "INIT", err);
}

/* ---- receiving ---- */
void seat_stream_data(struct seat *seat, ss_span data)
{
    ss_err err = ss_sftp_frames_feed(&seat->stream.frames, data);

    if (err != SS_OK)
        act_blame(seat->scene, (struct scn_pos){0, 0}, "SFTP data", err);
}

static void take_version(struct seat *seat, const struct ss_msg *msg)
{
    const struct ss_fxp_version *body = msg->body;
    const struct ss_grp_sftp_extension *items = body->extensions.items;
    struct seat_stream *stream = &seat->stream;
    size_t used = 0;

    stream->open = true;
    stream->version = body->version;
    for (size_t i = 0; i < body->extensions.count; i++) {
        int n =
            snprintf(stream->extensions + used, sizeof stream->extensions - used, "%s%.*s",
                     i > 0 ? "," : "", (int)items[i].name.size, (const char *)items[i].name.data);

        if (n < 0 || (size_t)n >= sizeof stream->extensions - used)
            return;
        used += (size_t)n;
    }
}

static bool client_pump(struct seat *seat)
{
    struct seat_stream *stream = &seat->stream;
    struct scn_value value = {.type = SCN_MESSAGE, .sequence = UINT32_MAX};
    ss_span payload;
    ss_err err;

    if (!stream->sent_init)
        return false;
    err = ss_sftp_frames_next(&stream->frames, &payload);
    if (err == SS_E_more_input)
        return false;
    ss_arena_reset(&stream->arena);
    if (err == SS_OK)
        err = ss_sftp_decode(&stream->arena, payload, &value.message, NULL, NULL);
    if (err != SS_OK && err != SS_E_unknown_message) {
        act_decide(seat->scene, VERDICT_FAIL, (struct scn_pos){0, 0},
                   "the peer's SFTP cannot be read: %s", ss_err_text(err));
        return false;
    }
    value.channel = seat->channels[stream->index].ours;
    trace(seat, SS_IN, &value.message);
    if (!stream->open && value.message.def != NULL && value.message.def->id == SS_FXP_version)
        take_version(seat, &value.message);
    else
        seat_sftp_message(seat, &value);
    return true;
}

static bool server_pump(struct seat *seat)
{
    struct seat_queued *queued;
    const uint32_t *id;

    if (seat->queue_count == 0)
        return false;
    queued = &seat->queue[seat->queue_first];
    if (seat_has_handler(seat, &queued->message.message) &&
        seat_handler_for(seat, &queued->message.message) == NULL)
        return false; /* its handler is busy with an earlier one */
    seat->queue_first++;
    seat->queue_count--;
    id = id_of(&queued->message.message);
    if (id != NULL)
        seat->stream.last_id = *id;
    seat_sftp_message(seat, &queued->message);
    ss_arena_fini(&queued->arena);
    if (seat->queue_count == 0)
        seat->queue_first = 0;
    return true;
}

bool seat_stream_pump(struct seat *seat)
{
    return seat_server(seat) ? server_pump(seat) : client_pump(seat);
}

void seat_stream_fini(struct seat *seat)
{
    for (size_t i = 0; i < seat->queue_count; i++)
        ss_arena_fini(&seat->queue[seat->queue_first + i].arena);
    ss_free(seat->scene->env, seat->queue, seat->queue_cap * sizeof *seat->queue);
    ss_sftp_frames_fini(&seat->stream.frames);
    ss_buf_fini(&seat->stream.out);
    ss_arena_fini(&seat->stream.arena);
}

/* ---- the statement ---- */
static void open_channel(struct seat *seat, const struct scn_stmt *stmt)
{
    struct ss_command open = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session")};
    struct seat_stream *stream = &seat->stream;
    struct scn_value value;
    uint32_t ours = UINT32_MAX;
    ss_err err = SS_OK;

    seat_do(seat, stmt->at, &open, &ours);
    if (ours == UINT32_MAX)
        return;
    stream->index = seat_channel_add(seat, ours);
    stream->asked_channel = stream->index != UINT32_MAX;
    value = scn_value_channel(stream->index);
    if (stmt->slot != UINT32_MAX)
        err = scn_eval_bind(&seat->flow.eval, stmt->slot, &value);
    if (err != SS_OK)
        act_mistake(seat->scene, &seat->flow.eval, stmt->at, err);
}

static enum seat_progress client_sftp(struct seat *seat, const struct scn_stmt *stmt)
{
    struct seat_stream *stream = &seat->stream;
    const struct seat_channel *channel;
    ss_err err = SS_OK;

    if (!stream->asked_channel) {
        if (seat_ensure_login(seat, stmt) == SEAT_WAIT)
            return SEAT_WAIT;
        open_channel(seat, stmt);
        return SEAT_WAIT;
    }
    channel = &seat->channels[stream->index];
    if (channel->refused || channel->request_refused) {
        act_decide(seat->scene, VERDICT_UNSUPPORTED, stmt->at, "the peer refused SFTP");
        return SEAT_DONE;
    }
    if (channel->confirmed && !stream->asked_subsystem) {
        stream->asked_subsystem = true;
        err = seat_channel_request(seat, stream->index,
                                   ss_msgdef_of(SS_TAIL_channel_request_subsystem),
                                   ss_span_of("sftp"), ss_span_of(""));
    }
    if (err != SS_OK)
        act_blame(seat->scene, stmt->at, "subsystem", err);
    if (stream->granted && !stream->sent_init)
        say_init(seat, stmt);
    return stream->open ? SEAT_DONE : SEAT_WAIT;
}

static enum seat_progress server_sftp(struct seat *seat, const struct scn_stmt *stmt)
{
    struct scn_value value;
    const struct seat_channel *channel;
    ss_err err = SS_OK;

    if (seat_ensure_login(seat, stmt) == SEAT_WAIT)
        return SEAT_WAIT;
    seat->owner = SEAT_OWNER_ALL;
    if (!seat->sftp_begun)
        return SEAT_WAIT;
    seat->owner = SEAT_OWNER_NOTHING;
    seat->owns_sftp = true;
    channel = seat_channel_of(seat, seat->sftp_channel);
    if (stmt->slot != UINT32_MAX && channel != NULL) {
        value = scn_value_channel((uint32_t)(channel - seat->channels));
        err = scn_eval_bind(&seat->flow.eval, stmt->slot, &value);
    }
    if (err != SS_OK)
        act_mistake(seat->scene, &seat->flow.eval, stmt->at, err);
    return SEAT_DONE;
}

enum seat_progress seat_sftp(struct seat *seat, const struct scn_stmt *stmt)
{
    enum seat_progress progress =
        seat_server(seat) ? server_sftp(seat, stmt) : client_sftp(seat, stmt);

    if (progress == SEAT_WAIT && !seat->trouble && !seat_decided(seat))
        progress = seat_await(seat, stmt, "sftp");
    return seat->trouble ? SEAT_DONE : progress;
}
