/* SPDX-License-Identifier: Apache-2.0 */
/* honest.c - an engine on autopilot with its owner, as one end of a stream.
 *
 * Owns: the loop of events between engine and owner.
 * Not here: what a server offers (house.c), what a client does (lib/client/plan.c).
 * Called by: self.c, connect.c.
 * Follows: docs/scenario-language.md "The peer self". */
#include "testserver/actor/honest.h"

enum { PUT_SIZE = 65536 };

struct act_honest {
    struct act_end end;
    const struct ss_env *env;
    struct ss_config config;
    struct ss_engine *engine;
    const struct ss_key *host_keys[ACT_HOST_KEYS_MOST + 1], *user_keys[4];
    struct act_house house; /* server */
    struct ss_plan *plan;   /* client */
    ss_span get_as;         /* name of the file a client gets */
    struct ss_buf put;      /* what it puts, when nothing is said */
    ss_err err;             /* first failure of the owner */
    bool gone;
};

static struct act_honest *honest_of(struct act_end *end)
{
    return SS_CONTAINER_OF(end, struct act_honest, end);
}

static void note(struct act_honest *honest, ss_err err)
{
    if (honest->err == SS_OK && err != SS_OK && err != SS_E_closed)
        honest->err = err;
}

static void pump(struct act_honest *honest)
{
    struct ss_event event;

    while (ss_engine_poll(honest->engine, &event)) {
        if (honest->plan != NULL)
            note(honest, ss_plan_event(honest->plan, &event));
        else
            note(honest, ss_serving_event(honest->house.serving, &event));
    }
    if (ss_engine_finished(honest->engine))
        return;
    if (honest->plan != NULL)
        note(honest, ss_plan_pump(honest->plan));
    else
        note(honest, ss_serving_pump(honest->house.serving));
}

static void end_feed(struct act_end *end, ss_span bytes, ss_time now)
{
    note(honest_of(end), ss_engine_feed(honest_of(end)->engine, bytes, now));
}

static void end_gone(struct act_end *end, enum act_gone how, ss_time now)
{
    struct act_honest *honest = honest_of(end);

    (void)how;
    ss_engine_feed_eof(honest->engine, now);
    pump(honest);
    honest->gone = true;
    if (honest->plan != NULL)
        ss_plan_lost(honest->plan);
}

static void end_advance(struct act_end *end, ss_time now)
{
    struct act_honest *honest = honest_of(end);

    note(honest, ss_engine_tick(honest->engine, now));
    pump(honest);
}

static ss_span end_output(struct act_end *end)
{
    return ss_engine_output(honest_of(end)->engine);
}

static void end_sent(struct act_end *end, size_t n)
{
    ss_engine_sent(honest_of(end)->engine, n);
}

static void end_delivered(struct act_end *end, uint32_t unread)
{
    (void)end;
    (void)unread;
}

static enum act_leave end_leave(struct act_end *end)
{
    return ss_engine_finished(honest_of(end)->engine) || honest_of(end)->gone ? ACT_LEAVE_FIN
                                                                              : ACT_STAY;
}

static ss_time end_deadline(struct act_end *end)
{
    return ss_engine_deadline(honest_of(end)->engine);
}

static bool end_done(struct act_end *end)
{
    return honest_of(end)->gone || (ss_engine_finished(honest_of(end)->engine) &&
                                    ss_engine_output(honest_of(end)->engine).size == 0);
}

static const struct act_end_ops ops = {end_feed,      end_gone,  end_advance,  end_output, end_sent,
                                       end_delivered, end_leave, end_deadline, end_done};

/* ---- birth and death ---- */
static struct act_honest *make(const struct ss_env *env, const struct act_keys *keys,
                               enum ss_role role)
{
    struct act_honest *honest = ss_alloc(env, sizeof *honest);

    if (honest == NULL)
        return NULL;
    honest->end.ops = &ops;
    honest->env = env;
    ss_config_init(&honest->config, role);
    honest->config.policy = "legacy"; /* a peer that speaks all there is */
    act_host_keys(keys, honest->host_keys);
    honest->user_keys[0] = keys->user_ed25519;
    honest->user_keys[1] = keys->user_rsa;
    honest->user_keys[2] = keys->user_ecdsa;
    ss_buf_init(&honest->put, env, PUT_SIZE);
    return honest;
}

ss_err act_honest_server(const struct ss_env *env, const struct act_keys *keys, ss_time now,
                         struct act_honest **out)
{
    struct act_honest *honest = make(env, keys, SS_SERVER);
    ss_err err;

    if (honest == NULL)
        return SS_E_no_memory;
    honest->config.host_keys = honest->host_keys;
    err = ss_engine_new(&honest->config, env, now, &honest->engine);
    if (err == SS_OK)
        err = act_house_init(&honest->house, env, honest->engine, keys, NULL);
    if (err != SS_OK) {
        act_honest_free(&honest);
        return err;
    }
    *out = honest;
    return SS_OK;
}

static void restrict_offer(struct ss_config *config, const struct act_order *order)
{
    if (order->kex.data != NULL)
        config->kex_algorithms = (const char *)order->kex.data;
    if (order->hostkey.data != NULL)
        config->server_host_key_algorithms = (const char *)order->hostkey.data;
    if (order->cipher.data != NULL)
        config->encryption_algorithms_client_to_server =
            config->encryption_algorithms_server_to_client = (const char *)order->cipher.data;
    if (order->mac.data != NULL)
        config->mac_algorithms_client_to_server = config->mac_algorithms_server_to_client =
            (const char *)order->mac.data;
}

static enum ss_plan_task task_of(enum scn_action_kind kind)
{
    static const enum ss_plan_task tasks[] = {
        [SCN_NO_ACTION] = SS_PLAN_LOGIN,   [SCN_EXEC] = SS_PLAN_EXEC,
        [SCN_SFTP_GET] = SS_PLAN_SFTP_GET, [SCN_SFTP_PUT] = SS_PLAN_SFTP_PUT,
        [SCN_SFTP_LS] = SS_PLAN_SFTP_LS,
    };

    return tasks[kind];
}

static ss_err plan_errand(struct act_honest *honest, const struct act_errand *errand,
                          struct ss_plan_config *plan)
{
    const struct scn_action *action = errand->order.action;
    uint8_t *bytes;

    restrict_offer(&honest->config, &errand->order);
    plan->known = errand->known;
    plan->authority = errand->authority;
    plan->host = ss_span_of("127.0.0.1");
    plan->task = task_of(action->kind);
    plan->text = action->text;
    plan->input = action->input;
    if (action->by_password)
        plan->keys = NULL;
    else
        plan->password = ss_span_make(NULL, 0);
    if (action->kind == SCN_SFTP_GET)
        honest->get_as = action->local;
    if (action->kind == SCN_SFTP_PUT && action->input.size == 0) {
        SS_TRY(ss_buf_extend(&honest->put, PUT_SIZE, &bytes));
        memset(bytes, 'A', PUT_SIZE);
        plan->input = ss_buf_span(&honest->put);
    }
    return SS_OK;
}

ss_err act_honest_client(const struct ss_env *env, const struct act_keys *keys,
                         const struct act_errand *errand, ss_time now, struct act_honest **out)
{
    struct act_honest *honest = make(env, keys, SS_CLIENT);
    struct ss_plan_config plan = {.user = keys->user, .password = keys->password};
    ss_err err = SS_OK;

    if (honest == NULL)
        return SS_E_no_memory;
    plan.keys = honest->user_keys;
    if (errand != NULL)
        err = plan_errand(honest, errand, &plan);
    if (err == SS_OK)
        err = ss_engine_new(&honest->config, env, now, &honest->engine);
    if (err == SS_OK)
        err = ss_plan_new(env, honest->engine, &plan, &honest->plan);
    if (err != SS_OK) {
        act_honest_free(&honest);
        return err;
    }
    *out = honest;
    return SS_OK;
}

void act_honest_free(struct act_honest **honest)
{
    struct act_honest *gone = *honest;

    if (gone == NULL)
        return;
    ss_plan_free(&gone->plan);
    if (gone->house.serving != NULL)
        act_house_fini(&gone->house);
    ss_engine_free(&gone->engine);
    ss_buf_fini(&gone->put);
    ss_free(gone->env, gone, sizeof *gone);
    *honest = NULL;
}

/* ---- what came of it ---- */
struct act_end *act_honest_end(struct act_honest *honest)
{
    return &honest->end;
}

int act_honest_status(const struct act_honest *honest)
{
    return honest->plan != NULL ? ss_plan_status(honest->plan) : SS_PLAN_RUNNING;
}

ss_err act_honest_error(const struct act_honest *honest)
{
    return honest->err;
}

ss_err act_honest_output(const struct act_honest *honest, bool errors, struct ss_buf *out)
{
    if (honest->plan == NULL)
        return SS_E_not_found;
    return ss_buf_put(out, errors ? ss_plan_errors(honest->plan) : ss_plan_output(honest->plan));
}

ss_err act_honest_file(struct act_honest *honest, ss_span name, struct ss_buf *out)
{
    if (honest->house.serving != NULL)
        return act_house_file(&honest->house, name, out);
    if (honest->plan == NULL || honest->get_as.size == 0 || !ss_span_eq(name, honest->get_as))
        return SS_E_not_found;
    /* What was not got as a whole is not kept. */
    if (ss_plan_status(honest->plan) != SS_PLAN_OK && ss_plan_output(honest->plan).size == 0)
        return SS_E_not_found;
    return ss_buf_put(out, ss_plan_output(honest->plan));
}
