/* SPDX-License-Identifier: Apache-2.0 */
/* channel.c - sessions of a script: opened, asked, drained, and what came on them.
 *
 * Owns: a record for each channel, which outlives the channel.
 * Not here: windows and numbers (lib/connection), SFTP on a channel (stream.c).
 * Called by: play.c, pump.c.
 * Follows: RFC 4254 sections 5 and 6. */
#include "testserver/actor/seat.h"

/* ---- records ---- */
uint32_t seat_channel_add(struct seat *seat, uint32_t ours)
{
    const struct ss_env *env = seat->scene->env;
    struct seat_channel *channels, *channel;

    if (seat->channel_count == seat->channel_cap) {
        size_t cap = seat->channel_cap > 0 ? seat->channel_cap * 2 : 8;

        channels = ss_resize(env, seat->channels, seat->channel_cap * sizeof *channels,
                             cap * sizeof *channels);
        if (channels == NULL) {
            act_blame(seat->scene, (struct scn_pos){0, 0}, "channels", SS_E_no_memory);
            return UINT32_MAX;
        }
        seat->channels = channels;
        seat->channel_cap = cap;
    }
    channel = &seat->channels[seat->channel_count];
    memset(channel, 0, sizeof *channel);
    channel->ours = channel->last.ours = ours;
    channel->exit = UINT64_MAX;
    ss_buf_init(&channel->data, env, SEAT_CHANNEL_MOST);
    ss_buf_init(&channel->errors, env, SEAT_CHANNEL_MOST);
    return (uint32_t)seat->channel_count++;
}

void seat_channels_fini(struct seat *seat)
{
    for (size_t i = 0; i < seat->channel_count; i++) {
        ss_buf_fini(&seat->channels[i].data);
        ss_buf_fini(&seat->channels[i].errors);
    }
    ss_free(seat->scene->env, seat->channels, seat->channel_cap * sizeof *seat->channels);
    seat->channels = NULL;
    seat->channel_count = seat->channel_cap = 0;
}

struct seat_channel *seat_channel_of(struct seat *seat, uint32_t ours)
{
    for (size_t i = seat->channel_count; i > 0; i--) {
        if (seat->channels[i - 1].ours == ours)
            return &seat->channels[i - 1];
    }
    return NULL;
}

static void look_again(struct seat *seat, struct seat_channel *channel)
{
    struct ss_channel_info info;

    if (!channel->closed && ss_engine_channel(seat->engine, channel->ours, &info))
        channel->last = info;
}

ss_err seat_channel_member(struct scn_host *host, struct ss_arena *arena, uint32_t index,
                           ss_span member, struct scn_value *out)
{
    struct seat *seat = SS_CONTAINER_OF(host, struct seat, host);
    struct seat_channel *channel;

    (void)arena;
    if (index >= seat->channel_count)
        return SS_E_not_found;
    channel = &seat->channels[index];
    look_again(seat, channel);
    if (ss_span_is(member, "data"))
        *out = scn_value_bytes(ss_buf_span(&channel->data));
    else if (ss_span_is(member, "stderr"))
        *out = scn_value_bytes(ss_buf_span(&channel->errors));
    else if (ss_span_is(member, "exit"))
        *out = scn_value_number(channel->exit);
    else if (ss_span_is(member, "open"))
        *out = scn_value_bool(channel->confirmed && !channel->closed);
    else if (ss_span_is(member, "ours"))
        *out = scn_value_number(channel->ours);
    else if (ss_span_is(member, "peer"))
        *out = scn_value_number(channel->last.theirs);
    else if (ss_span_is(member, "window_in"))
        *out = scn_value_number(channel->last.window_in);
    else if (ss_span_is(member, "window_out"))
        *out = scn_value_number(channel->last.window_out);
    else if (ss_span_is(member, "max_out"))
        *out = scn_value_number(channel->last.max_out);
    else
        return SS_E_not_found;
    return SS_OK;
}

/* ---- commands ---- */
void seat_channel_credit(struct seat *seat, struct seat_channel *channel)
{
    struct ss_command credit = {.kind = SS_CMD_CHANNEL_CREDIT, .channel = channel->ours};

    if (channel->owed == 0)
        return;
    credit.number = (uint32_t)channel->owed;
    channel->owed = 0;
    /* The channel may be gone by now; then nobody wants window any more. */
    (void)!ss_engine_do(seat->engine, &credit, NULL);
}

static void close_channel(struct seat *seat, const struct seat_channel *channel)
{
    struct ss_command command = {.kind = SS_CMD_CHANNEL_CLOSE, .channel = channel->ours};

    (void)!ss_engine_do(seat->engine, &command, NULL);
}

static void fill_tail(void *value, enum ss_msgid id, ss_span one, ss_span two)
{
    if (id == SS_TAIL_channel_request_exec) {
        ((struct ss_tail_channel_request_exec *)value)->command = one;
    } else if (id == SS_TAIL_channel_request_subsystem) {
        ((struct ss_tail_channel_request_subsystem *)value)->name = one;
    } else if (id == SS_TAIL_channel_request_env) {
        ((struct ss_tail_channel_request_env *)value)->name = one;
        ((struct ss_tail_channel_request_env *)value)->value = two;
    } else if (id == SS_TAIL_channel_request_pty_req) {
        struct ss_tail_channel_request_pty_req *pty = value;

        pty->term = ss_span_of("vt100");
        pty->columns = 80;
        pty->rows = 24;
        pty->modes = ss_span_make("\0", 1); /* TTY_OP_END */
    }
}

ss_err seat_channel_request(struct seat *seat, uint32_t index, const struct ss_msgdef *tail,
                            ss_span one, ss_span two)
{
    struct ss_command command = {.kind = SS_CMD_CHANNEL_REQUEST};
    struct ss_msg_channel_request *body;
    struct ss_msg msg;

    SS_TRY(ss_msg_new(&seat->flow.eval.scratch, ss_msgdef_of(SS_MSG_channel_request), tail, &msg));
    body = msg.body;
    body->want_reply = true;
    fill_tail(body->body.value, tail->id, one, two);
    command.channel = seat->channels[index].ours;
    command.message = &msg;
    return ss_engine_do(seat->engine, &command, NULL);
}

/* ---- session ---- */
static ss_err session_options(struct seat *seat, const struct scn_stmt *stmt)
{
    uint64_t number;

    if (stmt->value != NULL) {
        SS_TRY(scn_eval_number(&seat->flow.eval, stmt->value, &number));
        seat->config.window = number & UINT32_MAX;
    }
    if (stmt->value2 != NULL) {
        SS_TRY(scn_eval_number(&seat->flow.eval, stmt->value2, &number));
        seat->config.max_packet = number & UINT32_MAX;
    }
    return SS_OK;
}

static void bind_channel(struct seat *seat, const struct scn_stmt *stmt, uint32_t index)
{
    struct scn_value value = scn_value_channel(index);
    ss_err err = SS_OK;

    if (stmt->slot != UINT32_MAX)
        err = scn_eval_bind(&seat->flow.eval, stmt->slot, &value);
    if (err != SS_OK)
        act_mistake(seat->scene, &seat->flow.eval, stmt->at, err);
}

/* Window and packet size are said in the OPEN, which is made now: the options of the connection
 * are lent for that moment. */
static uint32_t open_session(struct seat *seat, const struct scn_stmt *stmt)
{
    struct ss_command open = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session")};
    uint64_t window = seat->config.window, most = seat->config.max_packet;
    uint32_t ours = UINT32_MAX;
    ss_err err = stmt->kind == SCN_SESSION ? session_options(seat, stmt) : SS_OK;

    if (err != SS_OK)
        act_mistake(seat->scene, &seat->flow.eval, stmt->at, err);
    else
        seat_do(seat, stmt->at, &open, &ours);
    seat->config.window = window;
    seat->config.max_packet = most;
    return ours != UINT32_MAX ? seat_channel_add(seat, ours) : UINT32_MAX;
}

static enum seat_progress client_session(struct seat *seat, const struct scn_stmt *stmt)
{
    struct seat_call *call = seat_call(seat);

    if (call->fresh)
        call->item = UINT32_MAX;
    if (call->item == UINT32_MAX) {
        if (seat_ensure_login(seat, stmt) == SEAT_WAIT)
            return SEAT_WAIT;
        seat_fault_what(seat, "CHANNEL_OPEN");
        call->item = open_session(seat, stmt);
        if (call->item == UINT32_MAX)
            return SEAT_DONE;
        bind_channel(seat, stmt, call->item);
    }
    if (seat->channels[call->item].refused)
        seat_trouble(seat, stmt->at, "the peer refused the session");
    return seat->channels[call->item].confirmed ? SEAT_DONE : SEAT_WAIT;
}

static enum seat_progress server_session(struct seat *seat, const struct scn_stmt *stmt)
{
    const struct seat_channel *channel;

    if (seat_ensure_login(seat, stmt) == SEAT_WAIT)
        return SEAT_WAIT;
    if (seat->owner < SEAT_OWNER_SESSION)
        seat->owner = SEAT_OWNER_SESSION;
    if (!seat->session_came)
        return SEAT_WAIT;
    channel = seat_channel_of(seat, seat->session_channel);
    if (channel != NULL)
        bind_channel(seat, stmt, (uint32_t)(channel - seat->channels));
    seat->session_came = false;
    seat->owner = SEAT_OWNER_NOTHING;
    return SEAT_DONE;
}

enum seat_progress seat_session(struct seat *seat, const struct scn_stmt *stmt)
{
    enum seat_progress progress =
        seat_server(seat) ? server_session(seat, stmt) : client_session(seat, stmt);

    if (progress == SEAT_WAIT && !seat->trouble && !seat_decided(seat))
        progress = seat_await(seat, stmt, "session");
    return seat->trouble ? SEAT_DONE : progress;
}

/* ---- requests and drain ---- */
static struct seat_channel *channel_in(struct seat *seat, const struct scn_stmt *stmt,
                                       uint32_t *out_index)
{
    const struct scn_binding *variable;

    if (stmt->slot >= seat->flow.eval.count) {
        act_blame(seat->scene, stmt->at, "channel", SS_E_internal);
        return NULL;
    }
    variable = &seat->flow.eval.variables[stmt->slot];
    if (variable->value.type != SCN_CHANNEL || variable->value.number >= seat->channel_count) {
        act_decide(seat->scene, VERDICT_ERROR, stmt->at, "the channel is not there yet");
        return NULL;
    }
    *out_index = (uint32_t)variable->value.number;
    return &seat->channels[*out_index];
}

enum seat_progress seat_request(struct seat *seat, const struct scn_stmt *stmt)
{
    uint32_t index;
    ss_err err;

    if (channel_in(seat, stmt, &index) == NULL)
        return SEAT_DONE;
    if (seat_lost(seat))
        return seat_await(seat, stmt, "the request");
    seat_fault_what(seat, "CHANNEL_REQUEST");
    err = seat_channel_request(seat, index, stmt->message.tail, stmt->text, stmt->text2);
    if (err == SS_E_closed || err == SS_E_not_found || err == SS_E_usage)
        seat_trouble(seat, stmt->at, "the request could not be sent: the channel is closed");
    else if (err != SS_OK)
        act_blame(seat->scene, stmt->at, "the request", err);
    return SEAT_DONE;
}

enum seat_progress seat_drain(struct seat *seat, const struct scn_stmt *stmt)
{
    uint32_t index;
    struct seat_channel *channel = channel_in(seat, stmt, &index);

    if (channel == NULL)
        return SEAT_DONE;
    if (!channel->draining) {
        channel->draining = true;
        seat_channel_credit(seat, channel);
        if (channel->request_refused)
            close_channel(seat, channel);
    }
    if (channel->closed) {
        channel->draining = false;
        return SEAT_DONE;
    }
    return seat_await(seat, stmt, "drain");
}

/* ---- events ---- */
static void on_data(struct seat *seat, struct seat_channel *channel, const struct ss_event *event)
{
    struct ss_buf *to = event->number == 0 ? &channel->data : &channel->errors;

    channel->owed += event->data.size;
    if (seat->stream.asked_channel && seat->stream.index < seat->channel_count &&
        channel == &seat->channels[seat->stream.index]) {
        if (event->number == 0)
            seat_stream_data(seat, event->data);
        seat_channel_credit(seat, channel);
        return;
    }
    if (ss_buf_put(to, event->data) != SS_OK) {
        act_decide(seat->scene, VERDICT_ERROR, (struct scn_pos){0, 0},
                   "more data on a channel than is kept");
        return;
    }
    if (channel->draining) {
        seat_call(seat)->deadline = seat->now + SEAT_ACTION_MS; /* it goes on */
        seat_channel_credit(seat, channel);
    }
}

static void on_request(struct seat *seat, struct seat_channel *channel,
                       const struct ss_event *event)
{
    struct ss_command refuse = {
        .kind = SS_CMD_CHANNEL_REPLY, .channel = event->channel, .number = event->number};
    const struct ss_msg_channel_request *body = event->message->body;

    if (channel != NULL && body->body.def != NULL &&
        body->body.def->id == SS_TAIL_channel_request_exit_status)
        channel->exit =
            ((const struct ss_tail_channel_request_exit_status *)body->body.value)->status;
    if (event->flag && !seat->named && seat->owner != SEAT_OWNER_ALL)
        seat_do(seat, (struct scn_pos){0, 0}, &refuse, NULL);
}

static void on_reply(struct seat *seat, struct seat_channel *channel, bool success)
{
    if (channel == NULL)
        return;
    /* What was asked last counts: a command that is granted after a refusal ends by itself. */
    look_again(seat, channel);
    channel->request_refused = !success && channel->last.replied == channel->last.asked;
    if (success) {
        seat->stream.granted = seat->stream.granted || seat->stream.asked_subsystem;
        return;
    }
    if (channel->draining && channel->request_refused)
        close_channel(seat, channel);
}

static void on_open(struct seat *seat, const struct ss_event *event)
{
    struct ss_command refuse = {.kind = SS_CMD_CHANNEL_REFUSE,
                                .channel = event->channel,
                                .number = 1, /* administratively prohibited */
                                .text = ss_span_of("not asked for")};
    uint32_t index = seat_channel_add(seat, event->channel);

    if (index == UINT32_MAX)
        return;
    if (seat->owner >= SEAT_OWNER_SESSION) {
        seat->channels[index].confirmed = true;
        seat->session_came = true;
        seat->session_channel = event->channel;
    } else if (!seat->named) {
        seat_do(seat, (struct scn_pos){0, 0}, &refuse, NULL);
    }
}

static void on_global(struct seat *seat, const struct ss_event *event)
{
    struct ss_command refuse = {.kind = SS_CMD_GLOBAL_REPLY, .number = event->number};

    if (event->flag && !seat->named && seat->owner != SEAT_OWNER_ALL)
        seat_do(seat, (struct scn_pos){0, 0}, &refuse, NULL);
}

void seat_channel_event(struct seat *seat, const struct ss_event *event)
{
    struct seat_channel *channel = seat_channel_of(seat, event->channel);

    switch (event->type) {
    case SS_EVENT_CHANNEL_OPENED:
        if (channel != NULL)
            channel->confirmed = true;
        break;
    case SS_EVENT_CHANNEL_REFUSED:
        if (channel != NULL)
            channel->refused = channel->closed = true;
        break;
    case SS_EVENT_CHANNEL_OPEN:
        on_open(seat, event);
        return;
    case SS_EVENT_CHANNEL_REQUEST:
        on_request(seat, channel, event);
        break;
    case SS_EVENT_CHANNEL_REPLY:
        on_reply(seat, channel, event->flag);
        break;
    case SS_EVENT_CHANNEL_DATA:
        if (channel != NULL && seat->owner != SEAT_OWNER_ALL && !seat->owns_sftp)
            on_data(seat, channel, event);
        break;
    case SS_EVENT_CHANNEL_CLOSED:
        if (channel != NULL)
            channel->closed = true;
        break;
    case SS_EVENT_GLOBAL_REQUEST:
        on_global(seat, event);
        return;
    default:
        break;
    }
    if (channel != NULL)
        look_again(seat, channel);
}
