/* SPDX-License-Identifier: Apache-2.0 */
/* session.c - moves the bytes of one session channel: command or SFTP.
 *
 * Owns: starting what was asked for, giving window back, exit status, end of the channel.
 * Not here: the commands (responder.c), the SFTP server (lib/sftp).
 * Called by: serving.c.
 * Follows: RFC 4254 sections 5.2, 5.3, 6.4, 6.5, 6.10. */
#include "session.h"

enum {
    SFTP_WAITING_MOST = 1 << 20, /* replies that may wait before requests are left alone */
    OUT_CEILING = 16 << 20,
    HELD_CEILING = 64 << 20,
    GIVE_BACK_BELOW = 512 << 10 /* bytes of output that wait, for window to be given back */
};

struct session *session_new(struct ss_serving *serving, uint32_t channel)
{
    struct session *session = ss_alloc(serving->env, sizeof(*session));

    if (session == NULL)
        return NULL;
    session->channel = channel;
    ss_buf_init(&session->out, serving->env, OUT_CEILING);
    ss_buf_init(&session->held, serving->env, HELD_CEILING);
    return session;
}

static void stop_running(struct session *session)
{
    if (session->kind == SESSION_COMMAND)
        responder_fini(&session->responder);
    if (session->kind == SESSION_SFTP) {
        ss_sftp_server_fini(&session->sftp);
        ss_sftp_frames_fini(&session->frames);
    }
    session->kind = SESSION_OVER;
}

void session_free(struct ss_serving *serving, struct session **session)
{
    struct session *gone = *session;

    if (gone == NULL)
        return;
    stop_running(gone);
    ss_buf_fini(&gone->out);
    ss_buf_fini(&gone->held);
    ss_free(serving->env, gone, sizeof(*gone));
    *session = NULL;
}

/* ---- requests ---- */

static ss_err start_command(struct ss_serving *serving, struct session *session, ss_span command,
                            bool *out_granted)
{
    size_t n =
        command.size < sizeof(session->start) - 1 ? command.size : sizeof(session->start) - 1;

    if (session->kind != SESSION_IDLE)
        return SS_OK; /* rule: RFC4254-6.5-one-program-per-channel */
    SS_TRY(responder_init(&session->responder, serving->env, command));
    session->kind = SESSION_COMMAND;
    if (n > 0)
        memcpy(session->start, command.data, n);
    *out_granted = true;
    return SS_OK;
}

static ss_err start_shell(struct ss_serving *serving, struct session *session, bool *out_granted)
{
    if (session->kind != SESSION_IDLE)
        return SS_OK;
    SS_TRY(responder_init_shell(&session->responder, serving->env));
    session->kind = SESSION_COMMAND;
    *out_granted = true;
    return SS_OK;
}

static ss_err start_sftp(struct ss_serving *serving, struct session *session, bool *out_granted)
{
    struct ss_sftp_server_options options = {0};

    if (session->kind != SESSION_IDLE || serving->config.fs == NULL)
        return SS_OK;
    options.read_only = serving->config.read_only;
    SS_TRY(ss_sftp_server_init(&session->sftp, serving->env, serving->config.fs, &options));
    ss_sftp_frames_init(&session->frames, serving->env, 0);
    session->kind = SESSION_SFTP;
    *out_granted = true;
    return SS_OK;
}

/* Variables of the locale only; nothing runs that could read others. */
static bool env_allowed(ss_span name)
{
    return ss_span_is(name, "LANG") || (name.size > 3 && memcmp(name.data, "LC_", 3) == 0);
}

ss_err session_request(struct ss_serving *serving, struct session *session,
                       const struct ss_msg_channel_request *request, bool *out_granted)
{
    const struct ss_msgdef *tail = request->body.def;
    const void *value = request->body.value;

    *out_granted = false;
    if (tail == NULL)
        return SS_OK;
    switch (tail->id) {
    case SS_TAIL_channel_request_exec:
        return start_command(serving, session,
                             ((const struct ss_tail_channel_request_exec *)value)->command,
                             out_granted);
    case SS_TAIL_channel_request_shell:
        return start_shell(serving, session, out_granted);
    case SS_TAIL_channel_request_subsystem:
        if (ss_span_is(((const struct ss_tail_channel_request_subsystem *)value)->name, "sftp"))
            return start_sftp(serving, session, out_granted);
        return SS_OK;
    case SS_TAIL_channel_request_env:
        *out_granted = env_allowed(((const struct ss_tail_channel_request_env *)value)->name);
        return SS_OK;
    case SS_TAIL_channel_request_pty_req:
        *out_granted = session->kind == SESSION_IDLE;
        return SS_OK;
    case SS_TAIL_channel_request_window_change:
    case SS_TAIL_channel_request_signal:
        *out_granted = true;
        return SS_OK;
    default:
        return SS_OK;
    }
}

ss_err session_begin(struct ss_serving *serving, struct session *session)
{
    struct ss_serving_hook *hook = serving->config.hook;

    if (session->kind != SESSION_COMMAND)
        return SS_OK;
    if (session->start[0] != 0 && hook != NULL && hook->on_command != NULL)
        hook->on_command(hook, ss_span_of(session->start));
    session->start[0] = 0;
    return session_pump(serving, session);
}

/* ---- bytes that come ---- */

static ss_err give_back(struct ss_serving *serving, struct session *session)
{
    struct ss_command credit = {0};

    if (session->owed == 0)
        return SS_OK;
    credit.kind = SS_CMD_CHANNEL_CREDIT;
    credit.channel = session->channel;
    credit.number = (uint32_t)session->owed; /* never more than a window */
    session->owed = 0;
    return ss_engine_do(serving->engine, &credit, NULL);
}

static ss_err end_channel(struct ss_serving *serving, struct session *session)
{
    struct ss_command command = {0};
    struct ss_channel_info info;

    stop_running(session);
    if (!ss_engine_channel(serving->engine, session->channel, &info) || info.close_out)
        return SS_OK;
    command.channel = session->channel;
    if (!info.eof_out) {
        command.kind = SS_CMD_CHANNEL_EOF;
        SS_TRY(ss_engine_do(serving->engine, &command, NULL));
    }
    command.kind = SS_CMD_CHANNEL_CLOSE;
    return ss_engine_do(serving->engine, &command, NULL);
}

static ss_err one_request(struct ss_serving *serving, struct session *session, ss_span payload)
{
    struct ss_serving_hook *hook = serving->config.hook;
    struct ss_msg request;

    if (hook != NULL && hook->on_sftp != NULL) {
        ss_arena_reset(&serving->scratch);
        if (ss_sftp_decode(&serving->scratch, payload, &request, NULL, NULL) == SS_OK &&
            hook->on_sftp(hook, session->channel, &request))
            return SS_OK;
    }
    return ss_sftp_server_take(&session->sftp, payload, &session->out);
}

/* Requests are answered as long as not too many answers wait. What cannot be answered ends the
 * session: there is no id to answer to. */
static ss_err sftp_requests(struct ss_serving *serving, struct session *session)
{
    ss_err err = SS_OK;

    while (err == SS_OK && ss_buf_size(&session->out) < SFTP_WAITING_MOST) {
        ss_span payload;

        err = ss_sftp_frames_next(&session->frames, &payload);
        if (err == SS_OK)
            err = one_request(serving, session, payload);
    }
    if (err == SS_E_more_input)
        return SS_OK;
    if (err != SS_OK && ss_err_class_of(err) != SS_CLASS_RESOURCE)
        return end_channel(serving, session);
    return err;
}

/* Bytes that were held go in first, in pieces that the frames have room for. */
static ss_err sftp_feed(struct ss_serving *serving, struct session *session, ss_span data)
{
    while (session->kind == SESSION_SFTP && data.size > 0 &&
           ss_buf_size(&session->out) < SFTP_WAITING_MOST) {
        ss_span piece = ss_span_part(data, 0, 64 << 10);
        ss_err err = ss_sftp_frames_feed(&session->frames, piece);

        if (err == SS_E_ceiling)
            break;
        SS_TRY(err);
        session->owed += piece.size;
        data = ss_span_part(data, piece.size, data.size);
        SS_TRY(sftp_requests(serving, session));
    }
    if (session->kind != SESSION_SFTP || data.size == 0)
        return SS_OK;
    return ss_buf_put(&session->held, data);
}

static ss_err sftp_held(struct ss_serving *serving, struct session *session)
{
    while (session->kind == SESSION_SFTP && ss_buf_size(&session->held) > 0 &&
           ss_buf_size(&session->out) < SFTP_WAITING_MOST) {
        ss_span piece = ss_span_part(ss_buf_span(&session->held), 0, 64 << 10);

        if (ss_sftp_frames_feed(&session->frames, piece) == SS_E_ceiling)
            break;
        session->owed += piece.size;
        ss_buf_consume(&session->held, piece.size);
        SS_TRY(sftp_requests(serving, session));
    }
    return SS_OK;
}

ss_err session_data(struct ss_serving *serving, struct session *session, uint32_t type,
                    ss_span data)
{
    if (session->kind == SESSION_SFTP && type == 0) {
        if (ss_buf_size(&session->held) > 0)
            SS_TRY(ss_buf_put(&session->held, data));
        else
            SS_TRY(sftp_feed(serving, session, data));
        return session_pump(serving, session);
    }
    session->owed += data.size;
    if (session->kind == SESSION_COMMAND && type == 0)
        SS_TRY(responder_input(&session->responder, data));
    return session_pump(serving, session);
}

ss_err session_eof(struct ss_serving *serving, struct session *session)
{
    session->input_over = true;
    if (session->kind == SESSION_COMMAND)
        SS_TRY(responder_input_over(&session->responder));
    return session_pump(serving, session);
}

/* ---- bytes that go ---- */

static ss_err put(struct ss_serving *serving, struct session *session, uint32_t type, ss_span data)
{
    struct ss_command command = {0};

    command.kind = SS_CMD_CHANNEL_DATA;
    command.channel = session->channel;
    command.number = type;
    command.data = data;
    return ss_engine_do(serving->engine, &command, NULL);
}

/* rule: RFC4254-6.10-close-after-status */
static ss_err send_status(struct ss_serving *serving, struct session *session, uint32_t status,
                          const char *signal)
{
    bool killed = signal[0] != 0;
    struct ss_command command = {0};
    struct ss_msg msg;
    struct ss_msg_channel_request *request;

    ss_arena_reset(&serving->scratch);
    SS_TRY(ss_msg_new(&serving->scratch, ss_msgdef_of(SS_MSG_channel_request),
                      ss_msgdef_of(killed ? SS_TAIL_channel_request_exit_signal
                                          : SS_TAIL_channel_request_exit_status),
                      &msg));
    request = msg.body;
    if (killed)
        ((struct ss_tail_channel_request_exit_signal *)request->body.value)->name =
            ss_span_of(signal);
    else
        ((struct ss_tail_channel_request_exit_status *)request->body.value)->status = status;
    command.kind = SS_CMD_CHANNEL_REQUEST;
    command.channel = session->channel;
    command.message = &msg;
    return ss_engine_do(serving->engine, &command, NULL);
}

static ss_err make_touched(struct ss_serving *serving, struct responder *r)
{
    if (r->touch[0] == 0)
        return SS_OK;
    if (serving->config.fs == NULL || serving->config.read_only ||
        ss_fs_put_file(serving->config.fs, ss_span_of(r->touch), ss_span_make(NULL, 0), 0) !=
            SS_FX_OK) {
        r->status = 1;
        SS_TRY(ss_buf_puts(&r->err, "touch: cannot make the file\n"));
    }
    r->touch[0] = 0;
    return SS_OK;
}

static ss_err pump_command(struct ss_serving *serving, struct session *session)
{
    struct responder *r = &session->responder;
    struct ss_channel_info info;

    SS_TRY(make_touched(serving, r));
    for (;;) {
        size_t room = ss_engine_writable(serving->engine, session->channel);
        uint32_t type;
        ss_span data = responder_output(r, room, &type);

        if (data.size == 0)
            break;
        SS_TRY(put(serving, session, type, data));
        responder_taken(r, type, data.size);
    }
    if (ss_buf_size(&r->out) + ss_buf_size(&r->err) < GIVE_BACK_BELOW)
        SS_TRY(give_back(serving, session));
    if (!responder_over(r) || !ss_engine_channel(serving->engine, session->channel, &info) ||
        info.close_out)
        return SS_OK;
    SS_TRY(send_status(serving, session, r->status, r->signal));
    return end_channel(serving, session);
}

static ss_err pump_sftp(struct ss_serving *serving, struct session *session)
{
    for (;;) {
        size_t room = ss_engine_writable(serving->engine, session->channel);
        ss_span data = ss_span_part(ss_buf_span(&session->out), 0, room);

        if (data.size == 0)
            break;
        SS_TRY(put(serving, session, 0, data));
        ss_buf_consume(&session->out, data.size);
        if (ss_buf_size(&session->out) == 0) {
            SS_TRY(sftp_requests(serving, session));
            SS_TRY(sftp_held(serving, session));
        }
        if (session->kind != SESSION_SFTP)
            return SS_OK;
    }
    SS_TRY(give_back(serving, session));
    if (!session->input_over || ss_buf_size(&session->out) > 0 || ss_buf_size(&session->held) > 0)
        return SS_OK;
    SS_TRY(send_status(serving, session, 0, ""));
    return end_channel(serving, session);
}

ss_err session_pump(struct ss_serving *serving, struct session *session)
{
    switch (session->kind) {
    case SESSION_COMMAND:
        return pump_command(serving, session);
    case SESSION_SFTP:
        return pump_sftp(serving, session);
    default:
        return give_back(serving, session);
    }
}
