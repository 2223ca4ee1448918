/* SPDX-License-Identifier: Apache-2.0 */
/* duo.c - see duo.h. */
#include "tests/support/duo.h"

#include <criterion/criterion.h>

#include "tests/support/support.h"

enum { MOST = 64 << 20, PIECE = 30000, EXIT_STATUS = 7 };

static const char user[] = "mallory", password[] = "correct horse";

uint8_t duo_byte(size_t i)
{
    return (uint8_t)(i * 31 + i / 251);
}

/* ---- commands ---- */

static bool may_fail(const struct duo_side *side)
{
    return side->counted.fail_at > 0;
}

ss_err duo_do(struct duo_side *side, const struct ss_command *command, uint32_t *out_channel)
{
    ss_err err = ss_engine_do(side->engine, command, out_channel);

    cr_assert(err == SS_OK || err == SS_E_would_block || err == SS_E_closed || may_fail(side),
              "%s: command %d: %s", side->name, (int)command->kind, ss_err_name(err));
    return err;
}

static void do_simply(struct duo_side *side, enum ss_command_kind kind)
{
    struct ss_command command = {.kind = kind, .channel = side->channel};

    (void)duo_do(side, &command, NULL);
}

static void put(struct duo_side *side, struct ss_buf *buf, ss_span bytes)
{
    ss_err err = ss_buf_put(buf, bytes);

    cr_assert(err == SS_OK, "%s: the test itself lacks memory", side->name);
}

/* ---- both sides ---- */

static void log_event(struct duo_side *side, const struct ss_event *event)
{
    ss_span shown = ss_span_part(event->text, 0, 200);
    ss_err err;

    err = ss_buf_printf(&side->log, "%d ch=%lu n=%lu f=%d text=%.*s data=%zu", (int)event->type,
                        (unsigned long)event->channel, (unsigned long)event->number,
                        (int)event->flag, (int)shown.size,
                        shown.data != NULL ? (const char *)shown.data : "", event->data.size);
    cr_assert(err == SS_OK);
    if (event->message != NULL && event->message->def != NULL)
        cr_assert(ss_buf_printf(&side->log, " %s", event->message->def->name) == SS_OK);
    if (event->fault != NULL)
        cr_assert(ss_buf_printf(&side->log, " %s %s", ss_err_name(event->fault->err),
                                event->fault->detail) == SS_OK);
    cr_assert(ss_buf_puts(&side->log, "\n") == SS_OK);
}

static void take_data(struct duo_side *side, const struct ss_event *event)
{
    struct ss_command credit = {.kind = SS_CMD_CHANNEL_CREDIT,
                                .channel = event->channel,
                                .number = (uint32_t)event->data.size};

    put(side, &side->got, event->data);
    (void)duo_do(side, &credit, NULL);
}

/* Sends as much of what is pending as the window takes. */
static bool pump(struct duo_side *side)
{
    bool moved = false;

    while (side->open && ss_buf_size(&side->pending) > 0) {
        struct ss_command data = {.kind = SS_CMD_CHANNEL_DATA, .channel = side->channel};
        size_t n = ss_engine_writable(side->engine, side->channel);

        if (n == 0)
            break;
        data.data = ss_span_part(ss_buf_span(&side->pending), 0, n < PIECE ? n : PIECE);
        if (duo_do(side, &data, NULL) != SS_OK)
            break;
        ss_buf_consume(&side->pending, data.data.size);
        moved = true;
    }
    return moved;
}

/* ---- the client's part ---- */

static void log_in(struct duo *duo, struct duo_side *side, bool queried)
{
    struct ss_command command = {
        .kind = SS_CMD_AUTH_PASSWORD, .text = ss_span_of(user), .data = ss_span_of(password)};
    const struct ss_key *key = duo->plan.user_key != NULL ? duo->plan.user_key : duo->user_key;

    if (duo->plan.wrong_first && duo->tried++ == 0)
        command.data = ss_span_of("wrong");
    if (duo->plan.login != DUO_PASSWORD) {
        command.key = key;
        command.kind = SS_CMD_AUTH_KEY;
        if (duo->plan.login == DUO_QUERY_THEN_KEY && !queried)
            command.kind = SS_CMD_AUTH_QUERY;
    }
    (void)duo_do(side, &command, NULL);
}

static void ask_exec(struct duo_side *side)
{
    struct ss_tail_channel_request_exec exec = {.command = ss_span_of("echo")};
    struct ss_msg_channel_request body = {.request_type = ss_span_of("exec"), .want_reply = true};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_MSG_channel_request), .body = &body};
    struct ss_command command = {
        .kind = SS_CMD_CHANNEL_REQUEST, .channel = side->channel, .message = &msg};

    body.body.def = ss_msgdef_of(SS_TAIL_channel_request_exec);
    body.body.value = &exec;
    (void)duo_do(side, &command, NULL);
}

static void upload(struct duo *duo, struct duo_side *side)
{
    for (size_t i = 0; i < duo->plan.upload; i++) {
        uint8_t byte = duo_byte(i);

        put(side, &side->pending, ss_span_make(&byte, 1));
    }
    side->open = true;
}

static void client_request(struct duo *duo, const struct ss_event *event)
{
    const struct ss_msg_channel_request *body = event->message->body;

    if (body->body.def != NULL && body->body.def->id == SS_TAIL_channel_request_exit_status) {
        const struct ss_tail_channel_request_exit_status *exit_status = body->body.value;

        duo->told_exit = true;
        duo->exit_status = exit_status->status;
    }
}

static void client_session(struct duo *duo, struct duo_side *side, const struct ss_event *event)
{
    struct ss_command goodbye = {.kind = SS_CMD_DISCONNECT, .number = SS_DISCONNECT_BY_APPLICATION};

    switch (event->type) {
    case SS_EVENT_CHANNEL_OPENED:
        side->channel = event->channel;
        if (!duo->plan.hold_open)
            ask_exec(side);
        else
            side->open = true;
        break;
    case SS_EVENT_CHANNEL_REPLY:
        cr_assert(event->flag, "exec was refused");
        upload(duo, side);
        break;
    case SS_EVENT_CHANNEL_DATA:
        take_data(side, event);
        break;
    case SS_EVENT_CHANNEL_REQUEST:
        client_request(duo, event);
        break;
    case SS_EVENT_CHANNEL_EOF:
        side->eof_in = true;
        break;
    case SS_EVENT_CHANNEL_CLOSED:
        side->closed = true;
        (void)duo_do(side, &goodbye, NULL);
        break;
    default:
        break;
    }
}

void duo_client_event(struct duo *duo, struct duo_side *side, const struct ss_event *event)
{
    struct ss_command command = {.kind = SS_CMD_HOST_KEY, .flag = true};

    switch (event->type) {
    case SS_EVENT_HOST_KEY:
        cr_assert(event->key != NULL && event->text.size > 0);
        (void)duo_do(side, &command, NULL);
        break;
    case SS_EVENT_KEX_DONE:
        command.kind = SS_CMD_SERVICE;
        command.text = ss_span_of("ssh-userauth");
        if (event->number == 1)
            (void)duo_do(side, &command, NULL);
        break;
    case SS_EVENT_AUTH_NEXT:
        log_in(duo, side, false);
        break;
    case SS_EVENT_AUTH_PK_OK:
        log_in(duo, side, true);
        break;
    case SS_EVENT_AUTH_DONE:
        side->authenticated = true;
        command.kind = SS_CMD_CHANNEL_OPEN;
        command.text = ss_span_of("session");
        (void)duo_do(side, &command, NULL);
        break;
    default:
        client_session(duo, side, event);
        break;
    }
}

/* ---- the server's part ---- */

static void judge(struct duo *duo, struct duo_side *side, const struct ss_auth_try *tried)
{
    const struct ss_key *key = duo->plan.user_key != NULL ? duo->plan.user_key : duo->user_key;
    struct ss_command answer = {.kind = SS_CMD_AUTH_ANSWER, .number = SS_AUTH_REJECT};
    bool good = false;

    if (ss_span_is(tried->method, "password"))
        good = ss_span_is(tried->password, password);
    else if (ss_span_is(tried->method, "publickey"))
        good = tried->key != NULL && ss_key_equal(tried->key, key) &&
               (tried->query || tried->signed_ok);
    if (good && ss_span_is(tried->user, user))
        answer.number = SS_AUTH_ACCEPT;
    (void)duo_do(side, &answer, NULL);
}

static void say_exit(struct duo_side *side)
{
    struct ss_tail_channel_request_exit_status exit_status = {.status = EXIT_STATUS};
    struct ss_msg_channel_request body = {.request_type = ss_span_of("exit-status")};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_MSG_channel_request), .body = &body};
    struct ss_command command = {
        .kind = SS_CMD_CHANNEL_REQUEST, .channel = side->channel, .message = &msg};

    body.body.def = ss_msgdef_of(SS_TAIL_channel_request_exit_status);
    body.body.value = &exit_status;
    (void)duo_do(side, &command, NULL);
}

void duo_server_event(struct duo *duo, struct duo_side *side, const struct ss_event *event)
{
    struct ss_command command = {.channel = event->channel, .flag = true};

    switch (event->type) {
    case SS_EVENT_AUTH_REQUEST:
        judge(duo, side, event->auth);
        break;
    case SS_EVENT_AUTH_DONE:
        side->authenticated = true;
        break;
    case SS_EVENT_CHANNEL_OPEN:
        side->channel = event->channel;
        command.kind = SS_CMD_CHANNEL_ACCEPT;
        side->open = duo_do(side, &command, NULL) == SS_OK;
        break;
    case SS_EVENT_CHANNEL_REQUEST:
        command.kind = SS_CMD_CHANNEL_REPLY;
        if (event->flag)
            (void)duo_do(side, &command, NULL);
        break;
    case SS_EVENT_CHANNEL_DATA:
        put(side, &side->pending, event->data);
        take_data(side, event);
        break;
    case SS_EVENT_CHANNEL_EOF:
        side->eof_in = true;
        break;
    case SS_EVENT_CHANNEL_CLOSED:
        side->closed = true;
        break;
    default:
        break;
    }
}

/* ---- running ---- */

/* What a side does of its own accord. */
static bool carry_on(const struct duo *duo, struct duo_side *side)
{
    bool server = side == &duo->server;
    bool moved;

    if (duo->plan.hold_open || side->engine == NULL)
        return false;
    moved = pump(side);

    if (!side->open || side->eof_out || ss_buf_size(&side->pending) > 0)
        return moved;
    if (server && !side->eof_in)
        return moved;
    side->eof_out = true;
    if (server)
        say_exit(side);
    do_simply(side, SS_CMD_CHANNEL_EOF);
    if (server)
        do_simply(side, SS_CMD_CHANNEL_CLOSE);
    return true;
}

bool duo_poll(struct duo *duo, struct duo_side *side)
{
    struct ss_event event;
    bool any = false;

    while (side->engine != NULL && ss_engine_poll(side->engine, &event)) {
        any = true;
        log_event(side, &event);
        side->events[event.type]++;
        side->on_event(duo, side, &event);
        if (event.type == SS_EVENT_MESSAGE && !side->by_hand)
            cr_assert(ss_engine_settle(side->engine, SS_PASS) == SS_OK);
        (void)carry_on(duo, side);
    }
    return any;
}

bool duo_move(struct duo *duo, struct duo_side *from, struct duo_side *to)
{
    ss_span out = ss_engine_output(from->engine);
    size_t n = duo->plan.chunk > 0 && duo->plan.chunk < out.size ? duo->plan.chunk : out.size;
    ss_err err;

    if (n == 0)
        return false;
    if (n > 65536)
        n = 65536;
    err = ss_engine_feed(to->engine, ss_span_part(out, 0, n), duo->now);
    cr_assert(err == SS_OK || may_fail(to), "%s: feed: %s", to->name, ss_err_name(err));
    if (err != SS_OK)
        return false;
    if (from->keep_sent)
        put(from, &from->sent, ss_span_part(out, 0, n));
    ss_engine_sent(from->engine, n);
    return true;
}

bool duo_turn(struct duo *duo)
{
    bool any = false;

    any |= duo_poll(duo, &duo->client);
    any |= duo_poll(duo, &duo->server);
    any |= carry_on(duo, &duo->client);
    any |= carry_on(duo, &duo->server);
    any |= duo_move(duo, &duo->client, &duo->server);
    any |= duo_move(duo, &duo->server, &duo->client);
    return any;
}

void duo_run(struct duo *duo)
{
    size_t turns = 0;

    while (duo_turn(duo))
        cr_assert(turns++ < 10000000, "the two do not come to an end");
}

/* ---- life ---- */

static void side_init(struct duo_side *side, enum ss_role role, uint64_t seed)
{
    memset(side, 0, sizeof *side);
    side->name = role == SS_CLIENT ? "client" : "server";
    side->on_event = role == SS_CLIENT ? duo_client_event : duo_server_event;
    ss_seeded_init(&side->seeded, seed * 2 + role);
    ss_counted_init(&side->counted, &side->seeded.env);
    ss_config_init(&side->config, role);
    if (role == SS_SERVER)
        side->config.policy = "legacy"; /* what the client offers decides */
    ss_buf_init(&side->log, test_env(), MOST);
    ss_buf_init(&side->sent, test_env(), MOST);
    ss_buf_init(&side->got, test_env(), MOST);
    ss_buf_init(&side->pending, test_env(), MOST);
}

void duo_init(struct duo *duo, uint64_t seed)
{
    memset(duo, 0, sizeof *duo);
    side_init(&duo->client, SS_CLIENT, seed);
    side_init(&duo->server, SS_SERVER, seed);
    duo->plan.host_key = SS_KEY_ED25519;
    ss_seeded_init(&duo->keys, 77);
    duo->now = 1000;
}

static struct ss_key *make_key(struct duo *duo, enum ss_key_kind kind)
{
    const struct ss_env *env = kind == SS_KEY_RSA ? test_env() : &duo->keys.env;
    struct ss_key *key = NULL;

    cr_assert(ss_key_generate(env, kind, 2048, ss_span_of("test"), &key) == SS_OK);
    return key;
}

ss_err duo_start_may_fail(struct duo *duo)
{
    if (duo->host_key == NULL)
        duo->host_key = make_key(duo, duo->plan.host_key);
    if (duo->user_key == NULL)
        duo->user_key = make_key(duo, SS_KEY_ED25519);
    duo->host_keys[0] = duo->host_key;
    duo->server.config.host_keys = duo->host_keys;
    SS_TRY(ss_engine_new(&duo->client.config, &duo->client.counted.env, duo->now,
                         &duo->client.engine));
    return ss_engine_new(&duo->server.config, &duo->server.counted.env, duo->now,
                         &duo->server.engine);
}

void duo_start(struct duo *duo)
{
    cr_assert(duo_start_may_fail(duo) == SS_OK);
}

static void side_fini(struct duo_side *side)
{
    ss_engine_free(&side->engine);
    cr_assert(side->counted.blocks == 0 && side->counted.bytes == 0,
              "%s: %zu blocks, %zu bytes still live", side->name, side->counted.blocks,
              side->counted.bytes);
    ss_buf_fini(&side->log);
    ss_buf_fini(&side->sent);
    ss_buf_fini(&side->got);
    ss_buf_fini(&side->pending);
}

void duo_fini(struct duo *duo)
{
    side_fini(&duo->client);
    side_fini(&duo->server);
    ss_key_free(&duo->host_key);
    ss_key_free(&duo->user_key);
}

static bool came_back(const struct duo *duo)
{
    ss_span got = ss_buf_span(&duo->client.got);

    if (got.size != duo->plan.upload)
        return false;
    for (size_t i = 0; i < got.size; i++) {
        if (got.data[i] != duo_byte(i))
            return false;
    }
    return true;
}

bool duo_is_complete(const struct duo *duo, const char **out_why)
{
    const struct duo_side *client = &duo->client, *server = &duo->server;

    *out_why = NULL;
    if (ss_engine_fault(client->engine) != NULL)
        *out_why = "the client found a fault";
    else if (ss_engine_fault(server->engine) != NULL)
        *out_why = "the server found a fault";
    else if (!client->authenticated || !server->authenticated)
        *out_why = "no login";
    else if (!came_back(duo))
        *out_why = "the data did not come back as they were";
    else if (!duo->told_exit || duo->exit_status != EXIT_STATUS)
        *out_why = "no exit status";
    else if (!client->closed || !server->closed || !client->eof_in || !server->eof_in)
        *out_why = "the channel was not closed";
    else if (!ss_engine_finished(client->engine) || !ss_engine_finished(server->engine))
        *out_why = "the connection was not ended";
    return *out_why == NULL;
}
