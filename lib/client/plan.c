/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c - a client that checks the host key, logs in, does one thing and leaves.
 *
 * Owns: the order of credentials, the one session, the status at the end.
 * Not here: the file transfer (plan_sftp.c), sockets and files.
 * Called by: the test program's peer `self`.
 * Follows: RFC 4252 section 5.1 for going on after a failure; RFC 4254 section 6. */
#include "plan_impl.h"

#include "sshspec/cert.h"

enum { OUTPUT_MOST = 256 << 20 };

/* ---- ending ---- */

static ss_err leave(struct ss_plan *plan, int status)
{
    struct ss_command command = {0};

    if (plan->status != SS_PLAN_RUNNING)
        return SS_OK;
    plan->status = status;
    command.kind = SS_CMD_DISCONNECT;
    command.number = SS_DISCONNECT_BY_APPLICATION;
    command.text = ss_span_of("done");
    return ss_engine_do(plan->engine, &command, NULL);
}

ss_err plan_leave(struct ss_plan *plan, int status)
{
    return leave(plan, status);
}

static void on_fault(struct ss_plan *plan, const struct ss_fault *fault)
{
    if (plan->status != SS_PLAN_RUNNING)
        return;
    if (fault != NULL && fault->err == SS_E_no_common_algorithm)
        plan->status = SS_PLAN_NO_COMMON;
    else if (fault != NULL && fault->err == SS_E_host_key_rejected)
        plan->status = SS_PLAN_HOST_KEY;
    else
        plan->status = SS_PLAN_LOST;
}

/* ---- login ---- */

static bool is_authority(void *ctx, const struct ss_key *ca)
{
    const struct ss_plan *plan = ctx;

    return plan->config.authority != NULL && ss_key_equal(plan->config.authority, ca);
}

static bool certified(struct ss_plan *plan, const struct ss_key *key)
{
    const struct ss_cert_policy policy = {
        .type = SS_CERT_HOST,
        .principal = plan->config.host,
        .now = plan->config.now,
        .is_ca = is_authority,
        .ctx = plan,
    };
    struct ss_cert_answer answer;

    return ss_key_cert(key) != NULL && ss_cert_check(key, &policy, &answer) == SS_OK;
}

static ss_err on_host_key(struct ss_plan *plan, const struct ss_event *event)
{
    struct ss_command answer = {0};
    ss_err err;

    answer.kind = SS_CMD_HOST_KEY;
    answer.flag = plan->config.known == NULL;
    for (size_t i = 0; !answer.flag && plan->config.known[i] != NULL; i++)
        answer.flag = ss_key_equal(plan->config.known[i], event->key);
    answer.flag = answer.flag || certified(plan, event->key);
    if (!answer.flag)
        plan->status = SS_PLAN_HOST_KEY;
    err = ss_engine_do(plan->engine, &answer, NULL);
    return answer.flag ? err : SS_OK; /* a refusal ends the connection, and says so */
}

static ss_err ask_service(struct ss_plan *plan)
{
    struct ss_command command = {0};

    if (plan->asked_service)
        return SS_OK;
    plan->asked_service = true;
    command.kind = SS_CMD_SERVICE;
    command.text = ss_span_of("ssh-userauth");
    return ss_engine_do(plan->engine, &command, NULL);
}

static bool may_try(ss_span methods, const char *method)
{
    return methods.size == 0 || ss_namelist_has(methods, ss_span_of(method));
}

/* Keys first, then the password; a method that the server does not list is passed over. */
static ss_err next_credential(struct ss_plan *plan, ss_span methods)
{
    struct ss_command command = {0};

    command.text = plan->config.user;
    if (may_try(methods, "publickey") && plan->config.keys != NULL &&
        plan->config.keys[plan->next_key] != NULL) {
        command.kind = SS_CMD_AUTH_KEY;
        command.key = plan->config.keys[plan->next_key++];
        return ss_engine_do(plan->engine, &command, NULL);
    }
    if (may_try(methods, "password") && plan->config.password.size > 0 && !plan->tried_password) {
        plan->tried_password = true;
        command.kind = SS_CMD_AUTH_PASSWORD;
        command.data = plan->config.password;
        return ss_engine_do(plan->engine, &command, NULL);
    }
    return leave(plan, SS_PLAN_AUTH);
}

/* ---- the session ---- */

static ss_err open_session(struct ss_plan *plan)
{
    struct ss_command command = {0};

    if (plan->config.task == SS_PLAN_LOGIN)
        return leave(plan, SS_PLAN_OK);
    command.kind = SS_CMD_CHANNEL_OPEN;
    command.text = ss_span_of("session");
    SS_TRY(ss_engine_do(plan->engine, &command, &plan->channel));
    plan->has_channel = true;
    return SS_OK;
}

static ss_err request(struct ss_plan *plan)
{
    bool exec = plan->config.task == SS_PLAN_EXEC;
    struct ss_command command = {0};
    struct ss_msg msg;
    struct ss_msg_channel_request *body;

    ss_arena_reset(&plan->scratch);
    SS_TRY(ss_msg_new(
        &plan->scratch, ss_msgdef_of(SS_MSG_channel_request),
        ss_msgdef_of(exec ? SS_TAIL_channel_request_exec : SS_TAIL_channel_request_subsystem),
        &msg));
    body = msg.body;
    body->want_reply = true;
    if (exec)
        ((struct ss_tail_channel_request_exec *)body->body.value)->command = plan->config.text;
    else
        ((struct ss_tail_channel_request_subsystem *)body->body.value)->name = ss_span_of("sftp");
    command.kind = SS_CMD_CHANNEL_REQUEST;
    command.channel = plan->channel;
    command.message = &msg;
    return ss_engine_do(plan->engine, &command, NULL);
}

static ss_err on_reply(struct ss_plan *plan, bool success)
{
    if (plan->started)
        return SS_OK;
    if (!success)
        return leave(plan, plan->config.task == SS_PLAN_EXEC ? SS_PLAN_LOST : SS_PLAN_SFTP);
    plan->started = true;
    if (plan->config.task != SS_PLAN_EXEC)
        return plan_sftp_start(plan);
    plan->input = plan->config.input;
    return SS_OK;
}

static ss_err on_data(struct ss_plan *plan, const struct ss_event *event)
{
    struct ss_command credit = {0};

    if (plan->sftp_on && event->number == 0)
        SS_TRY(plan_sftp_data(plan, event->data));
    else
        SS_TRY(ss_buf_put(event->number == 0 ? &plan->output : &plan->errors, event->data));
    if (plan->status != SS_PLAN_RUNNING)
        return SS_OK;
    credit.kind = SS_CMD_CHANNEL_CREDIT;
    credit.channel = event->channel;
    credit.number = (uint32_t)event->data.size;
    return ss_engine_do(plan->engine, &credit, NULL);
}

static uint32_t signal_number(ss_span name)
{
    static const struct {
        const char *name;
        uint32_t number;
    } signals[] = {{"HUP", 1},   {"INT", 2},   {"QUIT", 3},  {"ILL", 4},   {"ABRT", 6},
                   {"FPE", 8},   {"KILL", 9},  {"SEGV", 11}, {"PIPE", 13}, {"ALRM", 14},
                   {"TERM", 15}, {"USR1", 10}, {"USR2", 12}};

    for (size_t i = 0; i < SS_COUNT(signals); i++) {
        if (ss_span_is(name, signals[i].name))
            return signals[i].number;
    }
    return 0;
}

static ss_err on_request(struct ss_plan *plan, const struct ss_event *event)
{
    const struct ss_msg_channel_request *body = event->message->body;
    const struct ss_msgdef *tail = body->body.def;
    struct ss_command answer = {0};

    if (tail != NULL && tail->id == SS_TAIL_channel_request_exit_status) {
        plan->exit_status =
            (int)((const struct ss_tail_channel_request_exit_status *)body->body.value)->status;
    } else if (tail != NULL && tail->id == SS_TAIL_channel_request_exit_signal) {
        plan->exit_status =
            128 + (int)signal_number(
                      ((const struct ss_tail_channel_request_exit_signal *)body->body.value)->name);
    }
    if (!event->flag)
        return SS_OK;
    answer.kind = SS_CMD_CHANNEL_REPLY;
    answer.channel = event->channel;
    return ss_engine_do(plan->engine, &answer, NULL);
}

/* Without an exit status nobody knows whether the command succeeded. */
static ss_err on_closed(struct ss_plan *plan)
{
    int status = plan->exit_status >= 0 ? plan->exit_status : SS_PLAN_LOST;

    plan->has_channel = false;
    if (plan->config.task != SS_PLAN_EXEC)
        status = SS_PLAN_SFTP; /* a transfer that went well has left before */
    return leave(plan, status);
}

static ss_err refuse(struct ss_plan *plan, const struct ss_event *event)
{
    struct ss_command answer = {0};

    if (event->type == SS_EVENT_CHANNEL_OPEN) {
        const struct ss_msg_channel_open *open = event->message->body;

        answer.kind = SS_CMD_CHANNEL_REFUSE;
        answer.channel = event->channel;
        answer.number = open->body.def == NULL ? 3 : 1;
        answer.text = ss_span_of("not offered by this client");
        return ss_engine_do(plan->engine, &answer, NULL);
    }
    if (!event->flag)
        return SS_OK;
    answer.kind = SS_CMD_GLOBAL_REPLY;
    return ss_engine_do(plan->engine, &answer, NULL);
}

/* ---- calls ---- */

ss_err ss_plan_new(const struct ss_env *env, struct ss_engine *engine,
                   const struct ss_plan_config *config, struct ss_plan **out_plan)
{
    struct ss_plan *plan = ss_alloc(env, sizeof(*plan));

    if (plan == NULL)
        return SS_E_no_memory;
    plan->env = env;
    plan->engine = engine;
    plan->config = *config;
    plan->status = SS_PLAN_RUNNING;
    plan->exit_status = -1;
    ss_arena_init(&plan->scratch, env, (size_t)1 << 20);
    ss_buf_init(&plan->output, env, OUTPUT_MOST);
    ss_buf_init(&plan->errors, env, OUTPUT_MOST);
    *out_plan = plan;
    return SS_OK;
}

void ss_plan_free(struct ss_plan **plan)
{
    struct ss_plan *gone = *plan;

    if (gone == NULL)
        return;
    plan_sftp_fini(gone);
    ss_arena_fini(&gone->scratch);
    ss_buf_fini(&gone->output);
    ss_buf_fini(&gone->errors);
    ss_free(gone->env, gone, sizeof(*gone));
    *plan = NULL;
}

static ss_err on_session_event(struct ss_plan *plan, const struct ss_event *event)
{
    switch (event->type) {
    case SS_EVENT_CHANNEL_OPENED:
        return request(plan);
    case SS_EVENT_CHANNEL_REFUSED:
        return leave(plan, SS_PLAN_LOST);
    case SS_EVENT_CHANNEL_REPLY:
        return on_reply(plan, event->flag);
    case SS_EVENT_CHANNEL_DATA:
        return on_data(plan, event);
    case SS_EVENT_CHANNEL_REQUEST:
        return on_request(plan, event);
    case SS_EVENT_CHANNEL_CLOSED:
        return on_closed(plan);
    case SS_EVENT_CHANNEL_OPEN:
    case SS_EVENT_GLOBAL_REQUEST:
        return refuse(plan, event);
    default:
        return SS_OK;
    }
}

ss_err ss_plan_event(struct ss_plan *plan, const struct ss_event *event)
{
    switch (event->type) {
    case SS_EVENT_HOST_KEY:
        return on_host_key(plan, event);
    case SS_EVENT_KEX_DONE:
        return ask_service(plan);
    case SS_EVENT_AUTH_NEXT:
        return next_credential(plan, event->text);
    case SS_EVENT_AUTH_CHANGE:
        return leave(plan, SS_PLAN_AUTH);
    case SS_EVENT_AUTH_DONE:
        return open_session(plan);
    case SS_EVENT_FAULT:
        on_fault(plan, event->fault);
        return SS_OK;
    case SS_EVENT_DISCONNECTED:
        on_fault(plan, NULL);
        return SS_OK;
    default:
        return on_session_event(plan, event);
    }
}

ss_err ss_plan_pump(struct ss_plan *plan)
{
    struct ss_command command = {0};

    if (plan->status != SS_PLAN_RUNNING || !plan->started || !plan->has_channel)
        return SS_OK;
    if (plan->sftp_on)
        return plan_sftp_pump(plan);
    command.channel = plan->channel;
    while (plan->input.size > 0) {
        size_t room = ss_engine_writable(plan->engine, plan->channel);

        command.kind = SS_CMD_CHANNEL_DATA;
        command.data = ss_span_part(plan->input, 0, room);
        if (command.data.size == 0)
            return SS_OK;
        SS_TRY(ss_engine_do(plan->engine, &command, NULL));
        plan->input = ss_span_part(plan->input, command.data.size, plan->input.size);
    }
    if (plan->sent_eof)
        return SS_OK;
    plan->sent_eof = true;
    command.kind = SS_CMD_CHANNEL_EOF;
    return ss_engine_do(plan->engine, &command, NULL);
}

void ss_plan_lost(struct ss_plan *plan)
{
    on_fault(plan, NULL);
}

int ss_plan_status(const struct ss_plan *plan)
{
    return plan->status;
}

ss_span ss_plan_output(const struct ss_plan *plan)
{
    return ss_buf_span(&plan->output);
}

ss_span ss_plan_errors(const struct ss_plan *plan)
{
    return ss_buf_span(&plan->errors);
}
