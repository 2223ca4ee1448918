/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c - a selection times peers times roles.
 *
 * Owns: the order, seeds, shards and time limits of jobs.
 * Not here: choosing scenarios (script/catalogue.h), running (supervisor.h).
 * Called by: run.c, `sshspec serve`.
 * Follows: plan.h. */
#include "testserver/runner/plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "testserver/actor/actor.h"

#define ARENA_CEILING ((size_t)256 * 1024 * 1024)
#define ALIVE_MS 10000  /* the login after a close */
#define MARGIN_MS 10000 /* process start, and a busy machine */

/* ---- what a job is ---- */

static uint64_t mix(uint64_t hash, ss_span bytes)
{
    size_t i;

    for (i = 0; i < bytes.size; i++)
        hash = (hash ^ bytes.data[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
    return (hash ^ 0xff) * UINT64_C(0x100000001b3);              /* no byte of a text is this */
}

uint64_t plan_hash(ss_span id, ss_span case_name, ss_span peer, enum peer_role role)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    hash = mix(hash, id);
    hash = mix(hash, case_name);
    hash = mix(hash, peer);
    hash = mix(hash, ss_span_of(peer_role_name(role)));
    /* The low bits of FNV are weak, and shards are taken from them: splitmix64's finish. */
    hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
    return hash ^ hash >> 31;
}

static enum peer_role role_of(const struct scn_file *file)
{
    switch (file->against) {
    case SCN_AGAINST_CLIENT:
        return PEER_CLIENT;
    case SCN_AGAINST_BOTH:
        return PEER_BOTH;
    default:
        return PEER_SERVER;
    }
}

static uint64_t time_limit(const struct plan_job *job)
{
    const struct scn_file *file = job->entry->file;
    const struct peer *peer = job->peer->peer;
    uint64_t start = peer != NULL ? peer->recipe.start_within : 0;

    return file->budget * (file->faults > 0 ? 2 : 1) + ALIVE_MS + start + MARGIN_MS;
}

/* ---- expanding ---- */

static ss_err add(const struct ss_env *env, struct plan *plan, const struct plan_job *job)
{
    if (plan->count == plan->room) {
        size_t room = plan->room > 0 ? plan->room * 2 : 256;
        struct plan_job *jobs =
            ss_resize(env, plan->jobs, plan->room * sizeof *jobs, room * sizeof *jobs);

        if (jobs == NULL)
            return SS_E_no_memory;
        plan->jobs = jobs;
        plan->room = room;
    }
    plan->jobs[plan->count++] = *job;
    return SS_OK;
}

static ss_err add_peers(const struct ss_env *env, const struct plan_spec *spec, struct plan *plan,
                        struct plan_job *job)
{
    size_t i;

    for (i = 0; i < spec->peer_count; i++) {
        uint64_t hash;

        job->peer = &spec->peers[i];
        if (!job->peer->roles[job->role])
            continue;
        hash = plan_hash(ss_span_of(job->entry->id), ss_span_of(job->case_name),
                         ss_span_of(job->peer->name), job->role);
        if (spec->shards > 1 && hash % spec->shards != spec->shard - 1) {
            plan->elsewhere++;
            continue;
        }
        job->seed = spec->seed ^ hash;
        job->within = time_limit(job);
        SS_TRY(add(env, plan, job));
    }
    return SS_OK;
}

static ss_err name_case(const struct ss_env *env, struct plan *plan, struct plan_job *job)
{
    struct ss_buf name;
    ss_err err;

    ss_buf_init(&name, env, 65536);
    err = act_case_name(env, job->entry->file, job->case_index, &name);
    if (err == SS_OK) {
        job->case_name = ss_arena_text(&plan->arena, ss_buf_span(&name));
        err = job->case_name != NULL ? SS_OK : SS_E_no_memory;
    }
    ss_buf_fini(&name);
    return err;
}

static ss_err add_selected(const struct ss_env *env, const struct plan_spec *spec,
                           struct plan *plan, const struct selected *chosen)
{
    struct plan_job job = {.entry = chosen->entry, .role = role_of(chosen->entry->file)};
    uint32_t cases = 0;

    job.level = ledger_level(spec->ledger, chosen->entry->file);
    SS_TRY(act_case_count(env, chosen->entry->file, &cases));
    for (job.case_index = 0; job.case_index < cases; job.case_index++) {
        SS_TRY(name_case(env, plan, &job));
        if (chosen->only.size > 0 && !ss_span_is(chosen->only, job.case_name))
            continue;
        SS_TRY(add_peers(env, spec, plan, &job));
    }
    return SS_OK;
}

ss_err plan_make(const struct ss_env *env, const struct plan_spec *spec, struct plan *out)
{
    struct plan plan = {.count = 0};
    ss_err err = SS_OK;
    size_t i;

    ss_arena_init(&plan.arena, env, ARENA_CEILING);
    for (i = 0; err == SS_OK && i < spec->selection->count; i++)
        err = add_selected(env, spec, &plan, &spec->selection->items[i]);
    if (err == SS_OK)
        *out = plan;
    else
        plan_fini(&plan);
    return err;
}

void plan_fini(struct plan *plan)
{
    if (plan->arena.env == NULL)
        return;
    ss_free(plan->arena.env, plan->jobs, plan->room * sizeof *plan->jobs);
    ss_arena_fini(&plan->arena);
    memset(plan, 0, sizeof *plan);
}

ss_err plan_name(const struct plan_job *job, struct ss_buf *out)
{
    SS_TRY(ss_buf_puts(out, job->entry->id));
    return job->case_name[0] != '\0' ? ss_buf_printf(out, "[%s]", job->case_name) : SS_OK;
}

bool plan_read_shard(const char *text, uint32_t *out_shard, uint32_t *out_shards)
{
    unsigned long shard, shards;
    char *slash, *end;

    if (strspn(text, "0123456789/") != strlen(text) || strlen(text) > 11)
        return false;
    shard = strtoul(text, &slash, 10);
    if (*slash != '/')
        return false;
    shards = strtoul(slash + 1, &end, 10);
    if (*end != '\0' || shard < 1 || shard > shards)
        return false;
    *out_shard = (uint32_t)shard;
    *out_shards = (uint32_t)shards;
    return true;
}
