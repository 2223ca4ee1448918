/* SPDX-License-Identifier: Apache-2.0 */
/* clauses.c - the end of the peer: exit status, files, what it put out.
 *
 * Owns: verdicts about a peer's end.
 * Not here: the conversation.
 * Called by: the four ways a conversation is joined.
 * Follows: docs/scenario-language.md grammar "clause". */
#include "testserver/actor/clauses.h"

#include <signal.h>
#include <stdio.h>

enum { CONTENT_MOST = 64 * 1024 * 1024 };

static const struct scn_pos nowhere = {0, 0};

/* ---- the world as a witness ---- */
static ss_err world_file(struct act_witness *self, ss_span name, struct ss_buf *out)
{
    struct act_world *world = SS_CONTAINER_OF(self, struct act_world_witness, witness)->world;

    return world->file != NULL ? world->file(world, name, out) : SS_E_not_found;
}

static ss_err world_output(struct act_witness *self, bool errors, struct ss_buf *out)
{
    struct act_world *world = SS_CONTAINER_OF(self, struct act_world_witness, witness)->world;

    return world->output != NULL ? world->output(world, errors, out) : SS_E_not_found;
}

void act_world_witness_init(struct act_world_witness *witness, struct act_world *world)
{
    witness->witness = (struct act_witness){world_file, world_output};
    witness->world = world;
}

/* ---- exit ---- */
static bool is_crash(int status)
{
    return status == -SIGSEGV || status == -SIGABRT || status == -SIGBUS || status == -SIGILL ||
           status == -SIGFPE || status == -SIGSYS || status == -SIGTRAP;
}

/* A shell's way to say it. */
static int exit_of(int status)
{
    return status < 0 ? 128 - status : status;
}

static void status_text(const struct act_outcome *outcome, char *out, size_t size)
{
    if (!outcome->client_ended)
        (void)snprintf(out, size, "it did not end in time");
    else if (outcome->client_status < 0)
        (void)snprintf(out, size, "it was ended by signal %d", -outcome->client_status);
    else
        (void)snprintf(out, size, "it ended with exit status %d", outcome->client_status);
}

static bool outcome_holds(const struct act_scene *scene, const struct scn_outcome *wanted,
                          bool client)
{
    const struct act_outcome *outcome = &scene->outcome;
    int status = exit_of(outcome->client_status);

    switch (wanted->kind) {
    case SCN_ALIVE: /* not dead of it; a crash was told before */
        return true;
    case SCN_EXIT_IS:
        return client && outcome->client_ended && status == (int)wanted->status;
    case SCN_EXIT_NONZERO:
        return client && outcome->client_ended && status != 0;
    case SCN_EXIT_ANY:
        return client && outcome->client_ended;
    }
    return false;
}

static void judge_outcome(struct act_scene *scene, const struct scn_clause *clause, bool client)
{
    char text[80];

    for (size_t i = 0; i < clause->outcome_count; i++) {
        if (outcome_holds(scene, &clause->outcomes[i], client))
            return;
    }
    status_text(&scene->outcome, text, sizeof text);
    act_decide(scene, VERDICT_FAIL, clause->at, "the peer was to end otherwise: %s", text);
}

/* ---- files and outputs ---- */
static size_t difference(ss_span a, ss_span b)
{
    size_t i = 0;

    while (i < a.size && i < b.size && a.data[i] == b.data[i])
        i++;
    return i;
}

static bool holds_part(ss_span all, ss_span part)
{
    if (part.size == 0)
        return true;
    for (size_t i = 0; i + part.size <= all.size; i++) {
        if (ss_span_eq(ss_span_part(all, i, part.size), part))
            return true;
    }
    return false;
}

static void compare(struct act_scene *scene, const struct scn_clause *clause, struct scn_eval *eval,
                    const char *what, ss_span came)
{
    bool part = clause->kind == SCN_STDOUT_CONTAINS || clause->kind == SCN_STDERR_CONTAINS;
    ss_span wanted;
    ss_err err = scn_eval_bytes(eval, clause->value, &wanted);

    if (err != SS_OK)
        act_mistake(scene, eval, clause->at, err);
    else if (part && !holds_part(came, wanted))
        act_decide(scene, VERDICT_FAIL, clause->at, "%s lacks what it was to contain (%zu bytes)",
                   what, came.size);
    else if (!part && !ss_span_eq(came, wanted))
        act_decide(scene, VERDICT_FAIL, clause->at,
                   "%s is not what it was to be: %zu bytes for %zu, the first difference at %zu",
                   what, came.size, wanted.size, difference(came, wanted));
}

static void judge_file(struct act_scene *scene, const struct scn_clause *clause,
                       struct scn_eval *eval, ss_err got, ss_span content)
{
    char what[80];

    (void)snprintf(what, sizeof what, "file \"%.*s\"", (int)clause->file.size,
                   (const char *)clause->file.data);
    if (got != SS_OK && got != SS_E_not_found) {
        act_blame(scene, clause->at, what, got);
        return;
    }
    if (clause->kind == SCN_FILE_ABSENT) {
        if (got == SS_OK)
            act_decide(scene, VERDICT_FAIL, clause->at, "%s is there", what);
        return;
    }
    if (got == SS_E_not_found)
        act_decide(scene, VERDICT_FAIL, clause->at, "%s is not there", what);
    else if (clause->kind == SCN_FILE_IS)
        compare(scene, clause, eval, what, content);
}

static void judge_bytes(struct act_scene *scene, const struct scn_clause *clause,
                        struct act_witness *witness, struct scn_eval *eval)
{
    bool errors = clause->kind == SCN_STDERR_IS || clause->kind == SCN_STDERR_CONTAINS;
    struct ss_buf content;
    ss_err err;

    ss_buf_init(&content, scene->env, CONTENT_MOST);
    if (clause->kind <= SCN_FILE_IS) {
        err = witness->file(witness, clause->file, &content);
        judge_file(scene, clause, eval, err, ss_buf_span(&content));
    } else {
        err = witness->output(witness, errors, &content);
        if (err != SS_OK)
            act_blame(scene, clause->at, errors ? "stderr" : "stdout", err);
        else
            compare(scene, clause, eval, errors ? "stderr" : "stdout", ss_buf_span(&content));
    }
    ss_buf_fini(&content);
}

static bool applies(const struct act_scene *scene, const struct scn_clause *clause)
{
    if (!clause->when_exit)
        return true;
    return scene->outcome.client_ended &&
           exit_of(scene->outcome.client_status) == (int)clause->status;
}

static void judge_all(struct act_scene *scene, struct act_witness *witness, bool client)
{
    const struct scn_file *file = scene->job->file;
    struct act_key_host host;
    struct scn_eval eval;
    ss_err err;

    act_key_host_init(&host, scene->job->world->keys);
    err = act_eval_init(scene, &eval, &host.host);
    if (err != SS_OK) {
        act_blame(scene, nowhere, "peer clauses", err);
        return;
    }
    for (size_t i = 0; i < file->peer_count && !scene->outcome.decided; i++) {
        const struct scn_clause *clause = &file->peer[i];

        if (!applies(scene, clause))
            continue;
        if (clause->kind == SCN_PEER_OUTCOME)
            judge_outcome(scene, clause, client);
        else
            judge_bytes(scene, clause, witness, &eval);
    }
    scn_eval_free(&eval);
}

void act_clauses(struct act_scene *scene, struct act_witness *witness, bool client)
{
    struct act_outcome *outcome = &scene->outcome;
    char text[80];

    if (client && outcome->client_ended) {
        (void)snprintf(text, sizeof text, "%d", outcome->client_status);
        act_fact(scene, "client.exit", ss_span_of(text));
    }
    if (client && outcome->client_ended && is_crash(outcome->client_status)) {
        outcome->decided = false; /* nothing that was seen before explains more */
        act_decide(scene, VERDICT_CRASH, nowhere, "the client died of signal %d",
                   -outcome->client_status);
        return;
    }
    if (outcome->decided)
        return;
    if (scene->cast == SCN_MAIN) {
        judge_all(scene, witness, client);
        return;
    }
    if (!client || scene->job->file->action.kind == SCN_NO_ACTION ||
        (outcome->client_ended && outcome->client_status == 0))
        return;
    status_text(outcome, text, sizeof text);
    act_decide(scene, VERDICT_FAIL, nowhere,
               "without the fault the client's action was to succeed, but %s", text);
}
