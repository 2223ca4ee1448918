/* SPDX-License-Identifier: Apache-2.0 */
/* scene.c - what one conversation shares, and the words of its outcome.
 *
 * Owns: verdict texts.
 * Not here: who decides.
 * Called by: every file of the actor. */
#include "testserver/actor/scene.h"

#include <stdarg.h>
#include <stdio.h>

#include "sshspec/text.h"

enum { TEXT_MOST = 2000, WORD_MOST = 200 };

static void init_outcome(struct act_outcome *outcome, const struct ss_env *env)
{
    memset(outcome, 0, sizeof *outcome);
    outcome->verdict = VERDICT_PASS;
    ss_buf_init(&outcome->why, env, TEXT_MOST + 64);
    ss_buf_init(&outcome->closure, env, WORD_MOST);
    ss_buf_init(&outcome->fence, env, WORD_MOST);
}

static ss_err find_each(struct act_scene *scene)
{
    const struct scn_file *file = scene->job->file;
    struct scn_eval eval;
    struct scn_value value;
    ss_err err;

    if (file->each == NULL)
        return SS_OK;
    SS_TRY(scn_eval_init(&eval, scene->env, &scene->dice.env, file, NULL));
    err = scn_eval(&eval, file->each, &value);
    if (err == SS_OK && (value.type != SCN_LIST || scene->job->case_index >= value.count))
        err = scn_eval_mistake(&eval, file->each->at, "there is no case %u",
                               (unsigned)scene->job->case_index);
    if (err == SS_OK)
        err = scn_value_copy(&scene->arena, &value.items[scene->job->case_index], &scene->each);
    if (err != SS_OK)
        act_mistake(scene, &eval, file->each->at, err);
    scn_eval_free(&eval);
    return err == SS_E_no_memory ? err : SS_OK;
}

ss_err act_scene_init(struct act_scene *scene, const struct ss_env *env, const struct act_job *job,
                      enum scn_cast cast, struct result *result, ss_time now)
{
    ss_err err;

    memset(scene, 0, sizeof *scene);
    scene->env = env;
    scene->job = job;
    scene->cast = cast;
    scene->result = result;
    scene->start = now;
    scene->deadline = now + (job->file->budget > 0 ? job->file->budget : 30000);
    act_dice_init(&scene->dice, env, job->seed, 0);
    act_ladder_init(&scene->ladder, env, now);
    scene->ladder.record = job->record;
    scene->ladder.ctx = job->ctx;
    if (job->record == NULL)
        scene->ladder.trace.kinds = 1U << SS_TRACE_MESSAGE | 1U << SS_TRACE_STEP |
                                    1U << SS_TRACE_NOTE | 1U << SS_TRACE_FAULT;
    init_outcome(&scene->outcome, env);
    ss_arena_init(&scene->arena, env, (size_t)16 * 1024 * 1024);
    err = find_each(scene);
    if (err != SS_OK)
        act_scene_fini(scene);
    return err;
}

void act_scene_fini(struct act_scene *scene)
{
    if (scene->env == NULL)
        return;
    act_ladder_fini(&scene->ladder);
    ss_buf_fini(&scene->outcome.why);
    ss_buf_fini(&scene->outcome.closure);
    ss_buf_fini(&scene->outcome.fence);
    ss_arena_fini(&scene->arena);
    memset(scene, 0, sizeof *scene);
}

static void put_text(struct act_scene *scene, struct scn_pos at, const char *format, va_list args)
{
    struct ss_buf *why = &scene->outcome.why;
    char text[TEXT_MOST];
    ss_err err = SS_OK;

    (void)vsnprintf(text, sizeof text, format, args);
    ss_buf_clear(why);
    if (at.line > 0)
        err = ss_buf_printf(why, "line %u: ", (unsigned)at.line);
    if (err == SS_OK)
        err = ss_buf_puts(why, text);
    if (err != SS_OK) {
        scene->outcome.verdict = VERDICT_ERROR;
        scene->outcome.memory = true;
    }
}

void act_decide(struct act_scene *scene, enum verdict verdict, struct scn_pos at,
                const char *format, ...)
{
    va_list args;

    if (scene->outcome.decided)
        return;
    scene->outcome.decided = true;
    scene->outcome.verdict = verdict;
    va_start(args, format);
    put_text(scene, at, format, args);
    va_end(args);
}

void act_weaken(struct act_scene *scene, struct scn_pos at, const char *format, ...)
{
    va_list args;

    if (scene->outcome.decided || scene->outcome.weak)
        return;
    scene->outcome.weak = true;
    va_start(args, format);
    put_text(scene, at, format, args);
    va_end(args);
}

void act_doubt(struct act_scene *scene, const char *format, ...)
{
    va_list args;

    if (scene->outcome.doubted)
        return;
    scene->outcome.doubted = true;
    va_start(args, format);
    (void)vsnprintf(scene->outcome.doubt, sizeof scene->outcome.doubt, format, args);
    va_end(args);
}

void act_blame(struct act_scene *scene, struct scn_pos at, const char *what, ss_err err)
{
    if (err == SS_E_no_memory)
        scene->outcome.memory = true;
    act_decide(scene, VERDICT_ERROR, at, "%s: %s", what, ss_err_text(err));
}

void act_mistake(struct act_scene *scene, const struct scn_eval *eval, struct scn_pos at,
                 ss_err err)
{
    if (err == SS_E_bad_value && eval->text[0] != 0)
        act_decide(scene, VERDICT_ERROR, eval->at, "%s", eval->text);
    else
        act_blame(scene, at, "the statement cannot be carried out", err);
}

/* A fact has one line. */
void act_fact(struct act_scene *scene, const char *name, ss_span value)
{
    struct ss_buf text;
    ss_err err;

    if (scene->result == NULL)
        return;
    ss_buf_init(&text, scene->env, 8192);
    err = ss_escape(&text, ss_span_part(value, 0, 1000));
    if (err == SS_OK)
        err = result_fact(scene->result, name, ss_buf_span(&text));
    ss_buf_fini(&text);
    if (err == SS_E_no_memory)
        act_blame(scene, (struct scn_pos){0, 0}, "facts", err);
}

void act_fact_number(struct act_scene *scene, const char *name, uint64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    act_fact(scene, name, ss_span_of(text));
}

ss_err act_key(const struct act_keys *keys, ss_span name, struct scn_value *out)
{
    const struct {
        const char *name;
        const struct ss_key *key;
    } rows[] = {
        {"user", keys->user_ed25519},   {"user_ecdsa", keys->user_ecdsa},
        {"user_rsa", keys->user_rsa},   {"stranger", keys->stranger},
        {"ed25519_a", keys->host_a[0]}, {"ecdsa_a", keys->host_a[1]},
        {"rsa_a", keys->host_a[2]},     {"ed25519_b", keys->host_b[0]},
        {"ecdsa_b", keys->host_b[1]},   {"rsa_b", keys->host_b[2]},
    };

    if (ss_span_is(name, "password")) {
        *out = scn_value_bytes(keys->password);
        return SS_OK;
    }
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        if (ss_span_is(name, rows[i].name) && rows[i].key != NULL) {
            *out = scn_value_key(rows[i].key);
            return SS_OK;
        }
    }
    return SS_E_not_found;
}

void act_host_keys(const struct act_keys *keys, const struct ss_key **out)
{
    size_t i, n = 0;

    for (i = 0; i < ACT_HOST_KINDS; i++) {
        if (keys->host_a[i] != NULL)
            out[n++] = keys->host_a[i];
    }
    for (i = 0; i < ACT_HOST_KINDS; i++) {
        if (keys->host_certs[i] != NULL)
            out[n++] = keys->host_certs[i];
    }
    out[n] = NULL;
}

static ss_err no_fact(struct scn_host *self, struct ss_arena *arena, ss_span path,
                      struct scn_value *out)
{
    (void)self;
    (void)arena;
    (void)path;
    (void)out;
    return SS_E_not_found;
}

static ss_err key_name(struct scn_host *self, ss_span name, struct scn_value *out)
{
    return act_key(SS_CONTAINER_OF(self, struct act_key_host, host)->keys, name, out);
}

static ss_err no_channel(struct scn_host *self, struct ss_arena *arena, uint32_t ours,
                         ss_span member, struct scn_value *out)
{
    (void)ours;
    return no_fact(self, arena, member, out);
}

void act_key_host_init(struct act_key_host *host, const struct act_keys *keys)
{
    host->host = (struct scn_host){no_fact, key_name, no_channel};
    host->keys = keys;
}

ss_err act_eval_init(struct act_scene *scene, struct scn_eval *eval, struct scn_host *host)
{
    const struct scn_file *file = scene->job->file;
    ss_err err;

    SS_TRY(scn_eval_init(eval, scene->env, &scene->dice.env, file, host));
    if (file->each_slot == UINT32_MAX || scene->each.type == SCN_ANY)
        return SS_OK;
    err = scn_eval_bind(eval, file->each_slot, &scene->each);
    if (err != SS_OK)
        scn_eval_free(eval);
    return err;
}
