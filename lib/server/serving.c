/* SPDX-License-Identifier: Apache-2.0 */
/* serving.c - one connection of a server: who may log in, and what then runs.
 *
 * Owns: a state for each session channel: its responder or SFTP server, bytes that wait.
 * Not here: the commands (responder.c), moving their bytes (session.c), sockets.
 * Called by: lib/server's loop, the test program's server seats.
 * Follows: RFC 4252 section 5 for partial success; RFC 4254 sections 4, 5.1 and 6. */
#include "session.h"

#include "sshspec/key.h"

/* ---- channels ---- */

struct session *serving_session(struct ss_serving *serving, uint32_t channel)
{
    if (channel >= serving->room)
        return NULL;
    return serving->sessions[channel];
}

static ss_err add_session(struct ss_serving *serving, uint32_t channel)
{
    struct session *session;

    if (channel >= serving->room) {
        uint32_t room = channel + 8;
        struct session **sessions =
            ss_resize(serving->env, serving->sessions, serving->room * sizeof(*sessions),
                      room * sizeof(*sessions));

        if (sessions == NULL)
            return SS_E_no_memory;
        memset(sessions + serving->room, 0, (room - serving->room) * sizeof(*sessions));
        serving->sessions = sessions;
        serving->room = room;
    }
    session_free(serving, &serving->sessions[channel]);
    session = session_new(serving, channel);
    if (session == NULL)
        return SS_E_no_memory;
    serving->sessions[channel] = session;
    return SS_OK;
}

/* ---- logins ---- */

static const struct ss_account *find_account(const struct ss_serving *serving, ss_span user)
{
    for (size_t i = 0; i < serving->config.account_count; i++) {
        if (ss_span_eq(serving->config.accounts[i].user, user))
            return &serving->config.accounts[i];
    }
    return NULL;
}

static bool knows_key(const struct ss_account *account, const struct ss_key *key)
{
    if (account->keys == NULL || key == NULL)
        return false;
    for (size_t i = 0; account->keys[i] != NULL; i++) {
        if (ss_key_equal(account->keys[i], key))
            return true;
    }
    return false;
}

static bool takes_key(const struct ss_serving *serving, const struct ss_account *account,
                      const struct ss_auth_try *attempt)
{
    struct ss_serving_hook *hook = serving->config.hook;

    return knows_key(account, attempt->key) ||
           (attempt->key != NULL && hook != NULL && hook->on_key != NULL &&
            hook->on_key(hook, account, attempt));
}

static bool right_password(const struct ss_account *account, const struct ss_auth_try *attempt)
{
    return account->password.size > 0 && !attempt->change &&
           ss_ct_eq(account->password, attempt->password);
}

/* An account that wants both takes the key first, then the password. */
static enum ss_auth_answer judge(struct ss_serving *serving, const struct ss_auth_try *attempt)
{
    const struct ss_account *account = find_account(serving, attempt->user);

    if (account == NULL)
        return SS_AUTH_REJECT;
    if (ss_span_is(attempt->method, "none"))
        return account->none ? SS_AUTH_ACCEPT : SS_AUTH_REJECT;
    if (ss_span_is(attempt->method, "publickey")) {
        if ((!attempt->query && !attempt->signed_ok) || !takes_key(serving, account, attempt))
            return SS_AUTH_REJECT;
        if (!account->both || attempt->query)
            return SS_AUTH_ACCEPT;
        serving->key_done = true;
        return SS_AUTH_PARTIAL;
    }
    if (!ss_span_is(attempt->method, "password") || !right_password(account, attempt))
        return SS_AUTH_REJECT;
    return account->both && !serving->key_done ? SS_AUTH_REJECT : SS_AUTH_ACCEPT;
}

static ss_err on_auth(struct ss_serving *serving, const struct ss_event *event)
{
    struct ss_command answer = {0};

    answer.kind = SS_CMD_AUTH_ANSWER;
    answer.number = judge(serving, event->auth);
    if (answer.number == SS_AUTH_PARTIAL)
        answer.text = ss_span_of("password");
    return ss_engine_do(serving->engine, &answer, NULL);
}

/* ---- channels and requests ---- */

static ss_err on_open(struct ss_serving *serving, const struct ss_event *event)
{
    const struct ss_msg_channel_open *open = event->message->body;
    struct ss_command answer = {0};

    answer.channel = event->channel;
    if (!ss_span_is(open->channel_type, "session")) {
        answer.kind = SS_CMD_CHANNEL_REFUSE;
        answer.number = open->body.def == NULL ? 3 : 1; /* unknown type, or prohibited */
        answer.text = ss_span_of(open->body.def == NULL ? "unknown channel type" : "not offered");
        return ss_engine_do(serving->engine, &answer, NULL);
    }
    SS_TRY(add_session(serving, event->channel));
    answer.kind = SS_CMD_CHANNEL_ACCEPT;
    return ss_engine_do(serving->engine, &answer, NULL);
}

static ss_err on_request(struct ss_serving *serving, const struct ss_event *event)
{
    const struct ss_msg_channel_request *request = event->message->body;
    struct session *session = serving_session(serving, event->channel);
    struct ss_command answer = {0};
    bool granted = false;

    if (session != NULL)
        SS_TRY(session_request(serving, session, request, &granted));
    answer.kind = SS_CMD_CHANNEL_REPLY;
    answer.channel = event->channel;
    answer.flag = granted;
    if (event->flag)
        SS_TRY(ss_engine_do(serving->engine, &answer, NULL));
    if (session != NULL && granted)
        return session_begin(serving, session);
    return SS_OK;
}

/* Nothing is forwarded; proofs are the only thing that is granted. */
static ss_err on_global(struct ss_serving *serving, const struct ss_event *event)
{
    const struct ss_msg_global_request *request = event->message->body;
    struct ss_command answer = {0};

    if (!event->flag)
        return SS_OK;
    if (request->body.def != NULL && request->body.def->id == SS_TAIL_global_request_hostkeys_prove)
        return serving_prove(serving, event, request->body.value);
    answer.kind = SS_CMD_GLOBAL_REPLY;
    return ss_engine_do(serving->engine, &answer, NULL);
}

static void on_closed(struct ss_serving *serving, uint32_t channel)
{
    if (channel < serving->room)
        session_free(serving, &serving->sessions[channel]);
}

/* ---- calls ---- */

ss_err ss_serving_new(const struct ss_env *env, struct ss_engine *engine,
                      const struct ss_serving_config *config, struct ss_serving **out_serving)
{
    struct ss_serving *serving = ss_alloc(env, sizeof(*serving));

    if (serving == NULL)
        return SS_E_no_memory;
    serving->env = env;
    serving->engine = engine;
    serving->config = *config;
    ss_arena_init(&serving->scratch, env, (size_t)1 << 20);
    *out_serving = serving;
    return SS_OK;
}

void ss_serving_free(struct ss_serving **serving)
{
    struct ss_serving *gone = *serving;

    if (gone == NULL)
        return;
    for (uint32_t i = 0; i < gone->room; i++)
        session_free(gone, &gone->sessions[i]);
    ss_free(gone->env, gone->sessions, gone->room * sizeof(struct session *));
    ss_arena_fini(&gone->scratch);
    ss_free(gone->env, gone, sizeof(*gone));
    *serving = NULL;
}

ss_err ss_serving_event(struct ss_serving *serving, const struct ss_event *event)
{
    struct session *session;

    switch (event->type) {
    case SS_EVENT_AUTH_REQUEST:
        return on_auth(serving, event);
    case SS_EVENT_AUTH_DONE:
        return serving_announce(serving);
    case SS_EVENT_CHANNEL_OPEN:
        return on_open(serving, event);
    case SS_EVENT_CHANNEL_REQUEST:
        return on_request(serving, event);
    case SS_EVENT_GLOBAL_REQUEST:
        return on_global(serving, event);
    case SS_EVENT_CHANNEL_DATA:
        session = serving_session(serving, event->channel);
        return session == NULL ? SS_OK : session_data(serving, session, event->number, event->data);
    case SS_EVENT_CHANNEL_EOF:
        session = serving_session(serving, event->channel);
        return session == NULL ? SS_OK : session_eof(serving, session);
    case SS_EVENT_CHANNEL_CLOSED:
        on_closed(serving, event->channel);
        return SS_OK;
    default:
        return SS_OK;
    }
}

ss_err ss_serving_pump(struct ss_serving *serving)
{
    for (uint32_t i = 0; i < serving->room; i++) {
        if (serving->sessions[i] != NULL)
            SS_TRY(session_pump(serving, serving->sessions[i]));
    }
    return SS_OK;
}

ss_err ss_serving_sftp_reply(struct ss_serving *serving, uint32_t channel,
                             const struct ss_msg *reply, const struct ss_lie *lies,
                             size_t lie_count)
{
    struct session *session = serving_session(serving, channel);

    if (session == NULL || session->kind != SESSION_SFTP)
        return SS_E_not_found;
    SS_TRY(ss_sftp_frame_put(&session->out, reply, lies, lie_count));
    return session_pump(serving, session);
}

ss_err ss_serving_sftp_serve(struct ss_serving *serving, uint32_t channel,
                             const struct ss_msg *request)
{
    struct session *session = serving_session(serving, channel);

    if (session == NULL || session->kind != SESSION_SFTP)
        return SS_E_not_found;
    SS_TRY(ss_sftp_server_answer(&session->sftp, request, &session->out));
    return session_pump(serving, session);
}
