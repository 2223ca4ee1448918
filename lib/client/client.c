/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - one connection from the caller's side, waited for.
 *
 * Owns: the loop that waits, the life of engine and socket.
 * Not here: host keys and credentials (login.c), channels (session.c), SFTP (transfer.c),
 *   words (client_error.c).
 * Called by: programs.
 * Follows: RFC 4253 section 11.1 for the goodbye. */
#include "client/client_impl.h"

#include <poll.h>

enum { CONNECT_TIME = 15000, LOGIN_TIME = 60000, GOODBYE_TIME = 500, ARENA_MAX = 1 << 20 };

/* ---- life ---- */

static uint16_t port_of(const struct ss_client *client)
{
    return client->options.port != 0 ? client->options.port : 22;
}

ss_err ss_client_new(const struct ss_env *env, const struct ss_config *config,
                     const struct ss_client_options *options, struct ss_client **out_client)
{
    struct ss_client *client;
    ss_err err;

    if (config->role != SS_CLIENT || config->pace != SS_AUTO || options->host == NULL)
        return SS_E_bad_argument;
    client = ss_alloc(env, sizeof *client);
    if (client == NULL)
        return SS_E_no_memory;
    client->env = env;
    client->config = *config;
    client->options = *options;
    client->driver.fd = -1;
    ss_arena_init(&client->arena, env, ARENA_MAX);
    ss_buf_init(&client->name, env, 4096);
    ss_buf_init(&client->algorithms, env, 65536);
    err = ss_hostkeys_name(ss_span_of(options->host), port_of(client), &client->name);
    if (err != SS_OK)
        ss_client_free(&client);
    else
        *out_client = client;
    return err;
}

const struct ss_client_error *ss_client_error(const struct ss_client *client)
{
    return &client->error;
}

const struct ss_engine *ss_client_engine(const struct ss_client *client)
{
    return client->engine;
}

/* After a fault of ours its DISCONNECT was said already, and the engine takes no other. */
static void say_goodbye(struct ss_client *client)
{
    struct ss_command leave = {.kind = SS_CMD_DISCONNECT,
                               .number = SS_DISCONNECT_BY_APPLICATION,
                               .text = ss_span_of("done")};
    ss_time until = ss_clock_after(ss_clock(), GOODBYE_TIME);
    struct ss_event event;

    if (client->error.err == SS_E_auth_exhausted)
        leave.number = SS_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE;
    if (ss_engine_do(client->engine, &leave, NULL) == SS_OK)
        while (ss_engine_poll(client->engine, &event)) {
        }
    while (ss_engine_output(client->engine).size > 0)
        if (ss_driver_step(&client->driver, NULL, 0, until) != SS_OK)
            break;
    ss_net_linger(client->driver.fd, until);
}

void ss_client_free(struct ss_client **client)
{
    struct ss_client *old = *client;

    *client = NULL;
    if (old == NULL)
        return;
    if (old->driver.engine != NULL && old->driver.err == SS_OK && !old->driver.eof)
        say_goodbye(old);
    ss_driver_fini(&old->driver);
    ss_engine_free(&old->engine);
    client_rotate_fini(old);
    ss_buf_fini(&old->algorithms);
    ss_buf_fini(&old->name);
    ss_arena_fini(&old->arena);
    ss_free(old->env, old, sizeof *old);
}

/* ---- the loop ---- */

ss_err client_do(struct ss_client *client, const struct ss_command *command)
{
    ss_err err = ss_engine_do(client->engine, command, NULL);

    if (err == SS_OK || err == SS_E_would_block)
        return err;
    if (ss_engine_fault(client->engine) != NULL)
        return client_lose_engine(client);
    return client_lose(client, err, 0, "%s: internal: %s", client->options.host, ss_err_text(err));
}

static ss_err peer_left(struct ss_client *client, const struct ss_event *event)
{
    const char *name = ss_disconnect_name(event->number);
    char words[256];
    struct ss_buf text;

    ss_buf_init(&text, client->env, sizeof words - 1);
    if (ss_escape(&text, ss_span_part(event->text, 0, 60)) != SS_OK)
        ss_buf_clear(&text);
    memset(words, 0, sizeof words);
    if (ss_buf_size(&text) > 0)
        memcpy(words, ss_buf_at(&text), ss_buf_size(&text));
    ss_buf_fini(&text);
    return client_lose(client, SS_E_peer_disconnected, event->number,
                       "%s ended the connection: %s (%s)", client->options.host, words,
                       name != NULL ? name : "unknown reason");
}

/* Nothing that a server asks of a client is granted: it asked for none of it. */
static ss_err decline(struct ss_client *client, const struct ss_event *event)
{
    struct ss_command answer = {0};

    if (event->type == SS_EVENT_CHANNEL_OPEN) {
        answer.kind = SS_CMD_CHANNEL_REFUSE;
        answer.channel = event->channel;
        answer.number = 1; /* administratively prohibited */
        answer.text = ss_span_of("not asked for");
        return client_do(client, &answer);
    }
    if (!event->flag)
        return SS_OK;
    answer.kind = SS_CMD_GLOBAL_REPLY;
    answer.number = event->number;
    return client_do(client, &answer);
}

static ss_err asked(struct ss_client *client, const struct ss_event *event)
{
    const struct ss_msg_global_request *request = event->message->body;

    if (request->body.def != NULL && request->body.def->id == SS_TAIL_global_request_hostkeys)
        SS_TRY(client_rotate_announced(client, request->body.value));
    return decline(client, event);
}

/* Keys are in use; later exchanges ask for nothing. */
static ss_err ask_for_login(struct ss_client *client)
{
    struct ss_command ask = {.kind = SS_CMD_SERVICE, .text = ss_span_of("ssh-userauth")};

    if (client->phase >= SS_CLIENT_LOGIN)
        return SS_OK;
    client->phase = SS_CLIENT_LOGIN;
    return client_do(client, &ask);
}

static ss_err take_event(struct ss_client *client, const struct ss_event *event)
{
    switch (event->type) {
    case SS_EVENT_HOST_KEY:
        return client_host_key(client, event);
    case SS_EVENT_KEX_DONE:
        return ask_for_login(client);
    case SS_EVENT_BANNER:
        if (client->options.policy != NULL && client->options.policy->banner != NULL)
            client->options.policy->banner(client->options.policy, event->text);
        return SS_OK;
    case SS_EVENT_AUTH_NEXT:
    case SS_EVENT_AUTH_CHANGE:
        return client_auth_next(client, event);
    case SS_EVENT_AUTH_DONE:
        client->logged_in = true;
        client->phase = SS_CLIENT_READY;
        return SS_OK;
    case SS_EVENT_CHANNEL_OPEN:
        return decline(client, event);
    case SS_EVENT_GLOBAL_REQUEST:
        return asked(client, event);
    case SS_EVENT_GLOBAL_REPLY:
        return client_rotate_proven(client, event);
    case SS_EVENT_DISCONNECTED:
        return peer_left(client, event);
    case SS_EVENT_FAULT:
        return client_lose_engine(client);
    default:
        return client_session_event(client, event);
    }
}

ss_err client_events(struct ss_client *client)
{
    struct ss_event event;

    while (ss_engine_poll(client->engine, &event))
        SS_TRY(take_event(client, &event));
    return SS_OK;
}

ss_err client_turn(struct ss_client *client, struct pollfd *others, size_t count, ss_time until)
{
    ss_err err;

    if (client->lost)
        return client->error.err;
    if (ss_driver_over(&client->driver))
        return client_lose_driver(client, client->driver.err);
    err = ss_driver_step(&client->driver, others, count, until);
    if (err == SS_E_timeout)
        return client_lose(client, err, 0, "%s: no end within the time allowed",
                           client->options.host);
    if (err != SS_OK && ss_engine_fault(client->engine) == NULL) {
        /* What came before the failure may say why. */
        SS_TRY(client_events(client));
        return client_lose_driver(client, err);
    }
    return client_events(client);
}

/* ---- connecting ---- */

static ss_err open_socket(struct ss_client *client)
{
    uint64_t time = client->options.connect_time;
    ss_time until = ss_clock_after(ss_clock(), time != 0 ? time : (uint64_t)CONNECT_TIME);
    struct ss_buf why;
    int fd = -1;
    ss_err err;

    ss_buf_init(&why, client->env, 600);
    err = ss_net_connect(client->options.host, port_of(client), until, &fd, &why);
    if (err != SS_OK)
        err = client_lose(client, err, 0,
                          "no connection to %s port %u: is a server listening there?\n%.*s",
                          client->options.host, (unsigned)port_of(client), (int)ss_buf_size(&why),
                          (const char *)ss_buf_at(&why));
    ss_buf_fini(&why);
    SS_TRY(err);
    err = ss_engine_new(&client->config, client->env, ss_clock(), &client->engine);
    if (err != SS_OK) {
        ss_net_close(&fd);
        return client_lose(client, err, 0, "the connection's options cannot be used: %s",
                           ss_err_text(err));
    }
    ss_driver_init(&client->driver, client->engine, fd);
    client->phase = SS_CLIENT_EXCHANGE;
    return SS_OK;
}

ss_err ss_client_connect(struct ss_client *client)
{
    uint64_t time = client->options.login_time;
    ss_time until;

    if (client->engine != NULL || client->lost)
        return SS_E_usage;
    SS_TRY(client_prefer_known(client));
    SS_TRY(open_socket(client));
    until = ss_clock_after(ss_clock(), time != 0 ? time : (uint64_t)LOGIN_TIME);
    SS_TRY(client_events(client));
    while (!client->logged_in)
        SS_TRY(client_turn(client, NULL, 0, until));
    return SS_OK;
}
