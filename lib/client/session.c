/* SPDX-License-Identifier: Apache-2.0 */
/* session.c - one session channel from its opening to its close.
 *
 * Owns: the requests that start it, end of input, how it ended.
 * Not here: what flows through it (session_io.c, transfer.c give a struct client_user).
 * Called by: session_io.c, transfer.c; client.c hands on the events.
 * Follows: RFC 4254 sections 5 and 6.
 *
 * Received data goes from the engine's buffer to the user and is credited when taken. A server
 * that says EOF and then nothing is not waited for longer than the session's time. */
#include "client/client_impl.h"

#include <poll.h>

enum session_state {
    SESSION_OPENING,
    SESSION_ASKING, /* requests were sent, the last answer decides */
    SESSION_RUNNING,
    SESSION_CLOSED,
    SESSION_REFUSED
};

struct client_session {
    enum session_state state;
    uint32_t channel;
    const struct ss_session_request *request;
    struct client_user *user;
    struct ss_session_end end;
    uint32_t replies; /* requests that wanted an answer and have none yet */
    bool pty_refused;
    bool said_eof, said_close;
    uint32_t reason; /* of a refusal */
    char words[128]; /* of a refusal */
};

/* ---- requests ---- */

static ss_err send_request(struct ss_client *client, enum ss_msgid tail, const char *type,
                           const void *body, size_t body_size, bool want_reply)
{
    struct ss_command command = {.kind = SS_CMD_CHANNEL_REQUEST};
    struct ss_msg msg;
    struct ss_msg_channel_request *request;

    ss_arena_reset(&client->arena);
    SS_TRY(
        ss_msg_new(&client->arena, ss_msgdef_of(SS_MSG_channel_request), ss_msgdef_of(tail), &msg));
    request = msg.body;
    request->request_type = ss_span_of(type);
    request->want_reply = want_reply;
    if (body_size > 0)
        memcpy(request->body.value, body, body_size);
    command.channel = client->session->channel;
    command.message = &msg;
    SS_TRY(client_do(client, &command));
    if (want_reply)
        client->session->replies++;
    return SS_OK;
}

static ss_err send_environment(struct ss_client *client)
{
    const struct ss_session_request *request = client->session->request;
    size_t i;

    for (i = 0; i < request->env_count; i++) {
        struct ss_tail_channel_request_env env = {.name = request->env[i].name,
                                                  .value = request->env[i].value};

        SS_TRY(send_request(client, SS_TAIL_channel_request_env, "env", &env, sizeof env, false));
    }
    return SS_OK;
}

static ss_err send_start(struct ss_client *client)
{
    const struct ss_session_request *request = client->session->request;
    struct ss_tail_channel_request_exec exec = {.command = request->text};
    struct ss_tail_channel_request_subsystem subsystem = {.name = request->text};

    switch (request->kind) {
    case SS_SESSION_EXEC:
        return send_request(client, SS_TAIL_channel_request_exec, "exec", &exec, sizeof exec, true);
    case SS_SESSION_SUBSYSTEM:
        return send_request(client, SS_TAIL_channel_request_subsystem, "subsystem", &subsystem,
                            sizeof subsystem, true);
    case SS_SESSION_SHELL:
        break;
    }
    return send_request(client, SS_TAIL_channel_request_shell, "shell", NULL, 0, true);
}

static ss_err ask(struct ss_client *client)
{
    const struct ss_tail_channel_request_pty_req *pty = client->session->request->pty;

    client->session->state = SESSION_ASKING;
    SS_TRY(send_environment(client));
    if (pty != NULL)
        SS_TRY(send_request(client, SS_TAIL_channel_request_pty_req, "pty-req", pty, sizeof *pty,
                            true));
    return send_start(client);
}

/* ---- events ---- */

static ss_err refused(struct client_session *session, uint32_t reason, ss_span text)
{
    size_t i, n = text.size < sizeof session->words - 1 ? text.size : sizeof session->words - 1;

    session->state = SESSION_REFUSED;
    session->reason = reason;
    for (i = 0; i < n; i++) {
        uint8_t c = text.data[i];

        session->words[i] = (char)(c >= ' ' && c < 0x7f ? c : '?');
    }
    session->words[n] = 0;
    return SS_OK;
}

static ss_err take_reply(struct ss_client *client, bool success)
{
    struct client_session *session = client->session;

    if (session->state != SESSION_ASKING || session->replies == 0)
        return SS_OK;
    session->replies--;
    if (session->replies > 0) {
        /* The terminal's answer; a command without one still runs. */
        session->pty_refused = !success;
        return SS_OK;
    }
    if (!success)
        return refused(session, 0, ss_span_of("the request was declined"));
    session->state = SESSION_RUNNING;
    return SS_OK;
}

/* How the command ended, whatever channel request says so. */
static void note_end(struct client_session *session, const struct ss_msg *message)
{
    const struct ss_msg_channel_request *request = message->body;

    if (request->body.def == NULL)
        return;
    if (request->body.def->id == SS_TAIL_channel_request_exit_status) {
        const struct ss_tail_channel_request_exit_status *exit = request->body.value;

        session->end.has_status = true;
        session->end.status = exit->status;
    }
    if (request->body.def->id == SS_TAIL_channel_request_exit_signal) {
        const struct ss_tail_channel_request_exit_signal *exit = request->body.value;
        size_t n = exit->name.size;

        if (n >= sizeof session->end.signal)
            n = sizeof session->end.signal - 1;
        if (n > 0)
            memcpy(session->end.signal, exit->name.data, n);
        session->end.signal[n] = 0;
        session->end.core_dumped = exit->core_dumped;
    }
}

static ss_err take_request(struct ss_client *client, const struct ss_event *event)
{
    struct ss_command answer = {
        .kind = SS_CMD_CHANNEL_REPLY, .channel = event->channel, .number = event->number};

    note_end(client->session, event->message);
    return event->flag ? client_do(client, &answer) : SS_OK;
}

static ss_err take_data(struct ss_client *client, const struct ss_event *event)
{
    struct ss_command credit = {.kind = SS_CMD_CHANNEL_CREDIT,
                                .channel = event->channel,
                                .number = (uint32_t)event->data.size};
    ss_err err = client->session->user->data(client->session->user, event->number, event->data);

    if (err != SS_OK)
        return client_lose(client, err, 0, "%s: output could not be kept: %s", client->options.host,
                           ss_err_text(err));
    return client_do(client, &credit);
}

ss_err client_session_event(struct ss_client *client, const struct ss_event *event)
{
    struct client_session *session = client->session;

    if (session == NULL || event->channel != session->channel)
        return SS_OK;
    switch (event->type) {
    case SS_EVENT_CHANNEL_OPENED:
        return ask(client);
    case SS_EVENT_CHANNEL_REFUSED:
        return refused(session, event->number, event->text);
    case SS_EVENT_CHANNEL_REPLY:
        return take_reply(client, event->flag);
    case SS_EVENT_CHANNEL_REQUEST:
        return take_request(client, event);
    case SS_EVENT_CHANNEL_DATA:
        return take_data(client, event);
    case SS_EVENT_CHANNEL_CLOSED:
        if (session->state != SESSION_REFUSED)
            session->state = SESSION_CLOSED;
        session->channel = CLIENT_NONE;
        return SS_OK;
    default:
        return SS_OK;
    }
}

/* ---- running ---- */

size_t client_session_room(const struct ss_client *client)
{
    const struct client_session *session = client->session;

    if (session->state != SESSION_RUNNING || session->said_eof)
        return 0;
    return ss_engine_writable(client->engine, session->channel);
}

ss_err client_session_send(struct ss_client *client, ss_span data)
{
    struct ss_command command = {
        .kind = SS_CMD_CHANNEL_DATA, .channel = client->session->channel, .data = data};

    return client_do(client, &command);
}

static ss_err say(struct ss_client *client, enum ss_command_kind kind)
{
    struct ss_command command = {.kind = kind, .channel = client->session->channel};

    return client_do(client, &command);
}

static ss_err pump(struct ss_client *client)
{
    struct client_session *session = client->session;

    if (session->state == SESSION_REFUSED && session->channel != CLIENT_NONE &&
        session->replies == 0 && !session->said_close && session->reason == 0) {
        session->said_close = true;
        return say(client, SS_CMD_CHANNEL_CLOSE);
    }
    if (session->state != SESSION_RUNNING || session->said_close)
        return SS_OK;
    SS_TRY(session->user->pump(session->user));
    if (!session->said_eof && session->user->input_over(session->user)) {
        session->said_eof = true;
        SS_TRY(say(client, SS_CMD_CHANNEL_EOF));
    }
    if (session->user->done(session->user)) {
        session->said_close = true;
        return say(client, SS_CMD_CHANNEL_CLOSE);
    }
    return SS_OK;
}

static bool over(const struct client_session *session)
{
    if (session->state == SESSION_CLOSED)
        return true;
    /* A channel that never opened has no close; one whose request was declined has. */
    return session->state == SESSION_REFUSED &&
           (session->channel == CLIENT_NONE || session->reason != 0);
}

static ss_err serve(struct ss_client *client)
{
    struct client_session *session = client->session;
    ss_time until = ss_clock_after(ss_clock(), client->options.session_time);

    SS_TRY(client_events(client));
    while (!over(session)) {
        struct pollfd input = {-1, POLLIN, 0};

        SS_TRY(pump(client));
        if (client_session_room(client) > 0)
            input.fd = session->user->wait_fd(session->user);
        SS_TRY(client_turn(client, &input, input.fd >= 0 ? 1 : 0, until));
    }
    return SS_OK;
}

static ss_err explain(struct ss_client *client, const struct client_session *session)
{
    static const char *const kinds[] = {"exec", "shell", "subsystem"};
    const struct ss_session_request *request = session->request;

    if (session->state != SESSION_REFUSED)
        return SS_OK;
    return client_fail(client, SS_E_refused, session->reason, "%s refused %s %.*s: %s",
                       client->options.host,
                       session->reason != 0 ? "a session for" : kinds[request->kind],
                       (int)(request->text.size < 200 ? request->text.size : 200),
                       (const char *)request->text.data,
                       session->words[0] != 0 ? session->words : "no reason given");
}

ss_err client_session_run(struct ss_client *client, const struct ss_session_request *request,
                          struct client_user *user, struct ss_session_end *out_end)
{
    struct ss_command open = {.kind = SS_CMD_CHANNEL_OPEN, .text = ss_span_of("session")};
    struct client_session session;
    ss_err err;

    if (client->lost)
        return client->error.err;
    if (!client->logged_in || client->session != NULL)
        return SS_E_usage;
    memset(&session, 0, sizeof session);
    session.request = request;
    session.user = user;
    err = ss_engine_do(client->engine, &open, &session.channel);
    if (err != SS_OK)
        return client_fail(client, err, 0, "%s: a session cannot be opened: %s",
                           client->options.host, ss_err_text(err));
    client->session = &session;
    err = serve(client);
    client->session = NULL;
    if (err == SS_OK)
        err = explain(client, &session);
    if (err == SS_OK && out_end != NULL)
        *out_end = session.end;
    return err;
}
