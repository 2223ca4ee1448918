/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - one case to its result: the conversation, its twin, the login after a close.
 *
 * Owns: the order of the conversations, and what they amount to together.
 * Not here: a conversation (stage.h).
 * Called by: runner/worker.c.
 * Follows: SCENARIOS rules 5, 7, 8 and "Verdicts". */
#include "sshspec/net.h"
#include "testserver/actor/stage.h"

enum { AFTER_MS = 10000 };

static bool in_memory(const struct act_job *job)
{
    return job->world->reach == ACT_SELF;
}

static ss_err play(struct act_scene *scene, ss_time *out_end)
{
    const struct act_job *job = scene->job;
    ss_err err;

    if (in_memory(job)) {
        if (job->file->relay.present)
            return act_play_relay_self(scene, out_end);
        return act_play_self(scene, out_end);
    }
    switch (job->world->reach) {
    case ACT_LISTEN:
        err = act_play_listen(scene);
        break;
    case ACT_RELAY:
        err = act_play_relay(scene);
        break;
    default:
        err = act_play_connect(scene);
        break;
    }
    *out_end = ss_clock();
    return err;
}

/* ---- the verdict of one conversation ---- */
static enum verdict verdict_of(const struct act_outcome *outcome)
{
    if (outcome->decided)
        return outcome->verdict;
    return outcome->weak ? VERDICT_WEAK : VERDICT_PASS;
}

static bool judged(enum verdict verdict)
{
    return verdict == VERDICT_PASS || verdict == VERDICT_WEAK || verdict == VERDICT_FAIL;
}

static bool good(enum verdict verdict)
{
    return verdict == VERDICT_PASS || verdict == VERDICT_WEAK;
}

static ss_err set_text(struct ss_buf *to, ss_span text)
{
    ss_buf_clear(to);
    return ss_buf_put(to, text);
}

static ss_err set_words(struct ss_buf *to, const char *words, ss_span more)
{
    ss_buf_clear(to);
    SS_TRY(ss_buf_puts(to, words));
    return ss_buf_put(to, more);
}

/* ---- the main conversation ---- */
static ss_err take_outcome(const struct act_job *job, const struct act_scene *scene,
                           struct result *result)
{
    const struct act_outcome *outcome = &scene->outcome;

    result->verdict = verdict_of(outcome);
    if (result->verdict != VERDICT_PASS)
        SS_TRY(set_text(&result->why, ss_buf_span(&outcome->why)));
    SS_TRY(set_text(&result->closure, ss_buf_span(&outcome->closure)));
    SS_TRY(set_text(&result->fence, ss_buf_span(&outcome->fence)));
    ss_buf_clear(&result->ladder);
    if (job->trace || result->verdict != VERDICT_PASS)
        SS_TRY(act_ladder_write(&scene->ladder, &result->ladder));
    if (!outcome->doubted || !judged(result->verdict))
        return SS_OK;
    /* What was seen stands behind what is missing. */
    SS_TRY(set_words(&result->why, outcome->doubt, ss_span_make(NULL, 0)));
    if (result->verdict != VERDICT_PASS) {
        SS_TRY(ss_buf_puts(&result->why, "; "));
        SS_TRY(ss_buf_put(&result->why, ss_buf_span(&outcome->why)));
    }
    result->verdict = VERDICT_INCONCLUSIVE;
    if (ss_buf_size(&result->ladder) == 0)
        SS_TRY(act_ladder_write(&scene->ladder, &result->ladder));
    return SS_OK;
}

struct played { /* what of a conversation is still of interest when it is over */
    bool closed;
    ss_time ms;
};

static ss_err play_main(const struct ss_env *env, const struct act_job *job, struct result *result,
                        struct played *out)
{
    ss_time start = in_memory(job) ? 0 : ss_clock(), end = start;
    struct act_scene scene;
    ss_err err = act_scene_init(&scene, env, job, SCN_MAIN, result, start);

    if (err != SS_OK)
        return err;
    scene.role = result->role;
    if (!scene.outcome.decided)
        err = play(&scene, &end);
    if (err == SS_OK && scene.outcome.memory)
        err = SS_E_no_memory;
    if (err == SS_OK)
        err = take_outcome(job, &scene, result);
    out->closed = scene.outcome.closed;
    out->ms = end - start;
    act_scene_fini(&scene);
    return err;
}

/* ---- the twin ---- */
static bool has_faults(const struct scn_file *file)
{
    return scn_body_has_fault(&file->client.body) || scn_body_has_fault(&file->server.body) ||
           scn_body_has_fault(&file->relay.body);
}

static ss_err take_twin(const struct act_scene *scene, struct result *result)
{
    enum verdict verdict = verdict_of(&scene->outcome);

    SS_TRY(set_text(&result->twin, ss_span_of(verdict_name(verdict))));
    if (good(verdict))
        return SS_OK;
    result->verdict =
        verdict == VERDICT_CRASH || verdict == VERDICT_ERROR || verdict == VERDICT_UNSUPPORTED
            ? verdict
            : VERDICT_INCONCLUSIVE;
    SS_TRY(set_words(&result->why, "twin: ", ss_buf_span(&scene->outcome.why)));
    ss_buf_clear(&result->ladder);
    return act_ladder_write(&scene->ladder, &result->ladder);
}

static ss_err play_twin(const struct ss_env *env, const struct act_job *job, struct result *result,
                        struct played *out)
{
    ss_time start = in_memory(job) ? 0 : ss_clock(), end = start;
    struct act_scene scene;
    ss_err err = act_scene_init(&scene, env, job, SCN_TWIN, NULL, start);

    if (err != SS_OK)
        return err;
    scene.role = result->role;
    if (!scene.outcome.decided)
        err = play(&scene, &end);
    if (err == SS_OK && scene.outcome.memory)
        err = SS_E_no_memory;
    if (err == SS_OK)
        err = take_twin(&scene, result);
    out->ms += end - start;
    act_scene_fini(&scene);
    return err;
}

/* ---- after it ---- */
static bool serves(const struct act_job *job)
{
    return job->world->reach == ACT_CONNECT || job->world->reach == ACT_RELAY;
}

static ss_err check_alive(const struct ss_env *env, const struct act_job *job, bool closed,
                          struct result *result)
{
    struct ss_buf why;
    ss_err err = SS_OK;

    ss_buf_init(&why, env, 2000);
    if (job->world->sound != NULL && !job->world->sound(job->world, &why)) {
        result->verdict = VERDICT_CRASH;
        err = set_words(&result->why, "the peer died: ", ss_buf_span(&why));
    } else if (serves(job) && good(result->verdict) && closed &&
               !act_still_serves(env, job->world, ss_clock() + AFTER_MS, &why)) {
        result->verdict = VERDICT_FAIL;
        err = set_words(&result->why, "after the close the peer serves no honest login any more: ",
                        ss_buf_span(&why));
    }
    ss_buf_fini(&why);
    return err;
}

/* A recommendation that is not followed is weak; what is only recorded has no verdict. */
static void temper(const struct act_job *job, struct result *result)
{
    const char *level = job->requirement_levels;
    bool must = level == NULL || (strcmp(level, "SHOULD") != 0 && strcmp(level, "MAY") != 0);

    if (job->file->info && judged(result->verdict)) {
        result->verdict = VERDICT_INFO;
        return;
    }
    if (result->verdict == VERDICT_FAIL && !must)
        result->verdict = VERDICT_WEAK;
}

static ss_err describe(const struct ss_env *env, const struct act_job *job, struct result *result)
{
    const struct scn_file *file = job->file;

    SS_TRY(set_text(&result->scenario, job->id));
    ss_buf_clear(&result->requirements);
    for (size_t i = 0; i < file->proves_count; i++) {
        SS_TRY(ss_buf_puts(&result->requirements, i > 0 ? "," : ""));
        SS_TRY(ss_buf_put(&result->requirements, file->proves[i]));
    }
    ss_buf_clear(&result->parameter);
    ss_buf_clear(&result->twin);
    ss_buf_clear(&result->why);
    return act_case_name(env, file, job->case_index, &result->parameter);
}

static ss_err run(const struct ss_env *env, const struct act_job *job, struct result *result)
{
    struct played played = {false, 0};
    ss_err err = describe(env, job, result);

    if (err == SS_E_no_memory)
        return err;
    SS_TRY(play_main(env, job, result, &played));
    if (judged(result->verdict) && has_faults(job->file) && !job->file->info)
        SS_TRY(play_twin(env, job, result, &played));
    SS_TRY(check_alive(env, job, played.closed, result));
    temper(job, result);
    result->ms = (uint32_t)played.ms;
    return SS_OK;
}

ss_err act_run(const struct ss_env *env, const struct act_job *job, struct result *result)
{
    ss_err err = run(env, job, result);

    if (err == SS_OK || err == SS_E_no_memory)
        return err;
    result->verdict = VERDICT_ERROR;
    return set_words(&result->why, "the case could not be run: ", ss_span_of(ss_err_text(err)));
}
