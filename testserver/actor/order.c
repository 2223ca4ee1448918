/* SPDX-License-Identifier: Apache-2.0 */
/* order.c - the action of a scenario, made ready for a client.
 *
 * Owns: which host keys a client knows, and the file it reads them from.
 * Not here: starting the client (act_world).
 * Called by: listen.c, relay.c, self.c.
 * Follows: docs/scenario-language.md "action"; sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT". */
#include "testserver/actor/order.h"

/* Who is told which key to know trusts no authority: a certified key would be another. */
static void choose_known(const struct act_keys *keys, ss_span knowing, struct act_errand *errand)
{
    const struct ss_key **known = errand->known;
    struct scn_value value;
    size_t n = 0;

    if (ss_span_is(knowing, "nothing")) {
        known[0] = NULL;
        return;
    }
    if (knowing.size > 0) {
        if (act_key(keys, knowing, &value) == SS_OK && value.type == SCN_KEY)
            known[n++] = value.key;
        known[n] = NULL;
        return;
    }
    for (size_t i = 0; i < ACT_HOST_KINDS; i++) {
        if (keys->host_a[i] != NULL)
            known[n++] = keys->host_a[i];
    }
    known[n] = NULL;
    errand->authority = keys->host_ca;
}

static ss_err write_line(const char *marker, uint16_t port, const struct ss_key *key,
                         struct ss_buf *text)
{
    SS_TRY(ss_buf_puts(text, marker));
    SS_TRY(ss_hostkeys_name(ss_span_of("127.0.0.1"), port, text));
    SS_TRY(ss_buf_puts(text, " "));
    return ss_key_write_line(key, text);
}

static ss_err write_known(struct act_errand *errand, const struct ss_env *env, uint16_t port)
{
    struct ss_buf text;
    ss_err err = SS_OK;

    ss_buf_init(&text, env, 65536);
    for (size_t i = 0; errand->known[i] != NULL && err == SS_OK; i++)
        err = write_line("", port, errand->known[i], &text);
    if (err == SS_OK && errand->authority != NULL)
        err = write_line("@cert-authority ", port, errand->authority, &text);
    if (err == SS_OK)
        err = ss_arena_copy(&errand->arena, ss_buf_span(&text), &errand->order.known_hosts);
    ss_buf_fini(&text);
    return err;
}

static ss_err evaluate(struct scn_eval *eval, struct act_errand *errand,
                       const struct scn_expr *expr, ss_span *out)
{
    ss_span bytes;
    const char *text;

    if (expr == NULL)
        return SS_OK;
    SS_TRY(scn_eval_bytes(eval, expr, &bytes));
    text = ss_arena_text(&errand->arena, bytes); /* a zero behind it, for options */
    if (text == NULL)
        return SS_E_no_memory;
    *out = ss_span_of(text);
    return SS_OK;
}

static ss_err evaluate_all(struct scn_eval *eval, struct act_errand *errand)
{
    const struct scn_action *action = errand->order.action;

    SS_TRY(evaluate(eval, errand, action->kex, &errand->order.kex));
    SS_TRY(evaluate(eval, errand, action->hostkey, &errand->order.hostkey));
    SS_TRY(evaluate(eval, errand, action->cipher, &errand->order.cipher));
    return evaluate(eval, errand, action->mac, &errand->order.mac);
}

ss_err act_errand_init(struct act_scene *scene, struct act_errand *errand, uint16_t port)
{
    const struct act_keys *keys = scene->job->world->keys;
    struct act_key_host host;
    struct scn_eval eval;
    ss_err err;

    memset(errand, 0, sizeof *errand);
    act_key_host_init(&host, keys);
    ss_arena_init(&errand->arena, scene->env, (size_t)1024 * 1024);
    errand->order.action = &scene->job->file->action;
    errand->order.port = port;
    choose_known(keys, errand->order.action->knowing, errand);
    err = write_known(errand, scene->env, port);
    if (err != SS_OK)
        return err;
    err = act_eval_init(scene, &eval, &host.host);
    if (err != SS_OK)
        return err;
    err = evaluate_all(&eval, errand);
    if (err != SS_OK)
        act_mistake(scene, &eval, errand->order.action->at, err);
    scn_eval_free(&eval);
    return err == SS_E_bad_value ? SS_OK : err;
}

void act_errand_fini(struct act_errand *errand)
{
    if (errand->arena.env != NULL)
        ss_arena_fini(&errand->arena);
    memset(errand, 0, sizeof *errand);
}
