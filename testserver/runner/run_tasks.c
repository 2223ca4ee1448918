/* SPDX-License-Identifier: Apache-2.0 */
/* run_tasks.c - jobs as command lines of workers, and what their results come to.
 *
 * Owns: the outcome of a job over its repeats; the command that runs a case again.
 * Not here: starting workers (supervisor.c), telling and storing (run_output.c).
 * Called by: run.c hands its calls to the supervisor.
 * Follows: SCENARIOS "Verdicts". */
#include "testserver/runner/run_impl.h"

#include <stdarg.h>
#include <unistd.h>

#define ARGUMENTS_MAX 48
#define WORDS_CEILING ((size_t)4 * 1024 * 1024)
#define NAMES_CEILING ((size_t)256 * 1024 * 1024)

static struct run *of(struct supervisor_owner *self)
{
    return SS_CONTAINER_OF(self, struct run, owner);
}

/* ---- a worker's command line ---- */

struct line {
    struct ss_arena *arena;
    const char **items;
    size_t count;
    bool failed;
};

/* value null: no such option. */
static void put(struct line *line, const char *option, const char *value)
{
    if (value == NULL)
        return;
    if (line->count + 3 > ARGUMENTS_MAX) {
        line->failed = true;
        return;
    }
    line->items[line->count++] = option;
    line->items[line->count++] = value;
}

static void put_number(struct line *line, const char *option, uint64_t value)
{
    char text[24];
    const char *kept;

    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    kept = ss_arena_text(line->arena, ss_span_of(text));
    line->failed = line->failed || kept == NULL;
    put(line, option, kept);
}

static void put_outside(struct line *line, const struct world_outside *outside)
{
    char where[300];

    if (outside->host != NULL) {
        (void)snprintf(where, sizeof where,
                       strchr(outside->host, ':') != NULL ? "[%s]:%u" : "%s:%u", outside->host,
                       (unsigned)outside->port);
        put(line, "--server", ss_arena_text(line->arena, ss_span_of(where)));
    }
    put(line, "--user", outside->user);
    put(line, "--key", outside->key_file);
    put(line, "--password-file", outside->password_file);
    put(line, "--client", outside->client);
}

static const char *const *make_line(struct run *run, const struct plan_job *job, uint32_t repeat,
                                    const char *folder)
{
    const struct act_break *breaks = run->options->self_breaks;
    const bool self = job->peer->self;
    struct line line = {.arena = &run->words};

    ss_arena_reset(&run->words);
    line.items = ss_arena_alloc(&run->words, (ARGUMENTS_MAX + 1) * sizeof *line.items);
    if (line.items == NULL)
        return NULL;
    put(&line, run->set.self, "worker");
    put_number(&line, "--parent", (uint64_t)getpid());
    put(&line, "--folder", folder);
    put(&line, "--keys", self ? run->self_keys : run->keys);
    put(&line, "--interop", run->set.interop);
    put(&line, "--root", run->catalogue.root);
    put(&line, "--file", job->entry->path);
    put(&line, "--id", job->entry->id);
    put_number(&line, "--case", job->case_index);
    put(&line, "--peer", self ? "self" : job->peer->peer != NULL ? job->peer->name : ":outside");
    put(&line, "--break", self && breaks != NULL ? breaks->name : NULL);
    put(&line, "--role", peer_role_name(job->role));
    put(&line, "--level", job->level);
    put_number(&line, "--seed", job->seed + repeat);
    if (run->options->trace)
        line.items[line.count++] = "--trace";
    put(&line, "--keylog", run->options->keylog);
    if (run->options->pcap != NULL)
        put(&line, "--pcap", run_capture_path(run, job, repeat));
    if (job->peer->peer == NULL && !self)
        put_outside(&line, &run->options->outside);
    line.items[line.count] = NULL;
    return line.failed ? NULL : line.items;
}

/* ---- a result's own data ---- */

static ss_err set(struct ss_buf *out, const char *text)
{
    ss_buf_clear(out);
    return ss_buf_puts(out, text);
}

/* One word for a shell, quoted when it has to be. */
static ss_err put_word(struct ss_buf *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./:@,+=%";

    SS_TRY(ss_buf_puts(out, " "));
    if (*word != '\0' && strspn(word, plain) == strlen(word))
        return ss_buf_puts(out, word);
    SS_TRY(ss_buf_puts(out, "'"));
    for (; *word != '\0'; word++)
        SS_TRY(*word == '\'' ? ss_buf_puts(out, "'\\''") : ss_buf_put(out, ss_span_make(word, 1)));
    return ss_buf_puts(out, "'");
}

static ss_err put_pair(struct ss_buf *out, const char *option, const char *value)
{
    if (value == NULL)
        return SS_OK;
    SS_TRY(ss_buf_printf(out, " %s", option));
    return put_word(out, value);
}

static bool is_stray(const struct run *run, const struct plan_job *job)
{
    return catalogue_find(&run->catalogue, ss_span_of(job->entry->id)) != job->entry;
}

static ss_err put_selector(const struct run *run, const struct plan_job *job, struct ss_buf *out)
{
    struct ss_buf name;
    ss_err err = SS_OK;

    ss_buf_init(&name, run->env, 65536);
    if (is_stray(run, job)) {
        err = ss_buf_printf(&name, "file:%s", job->entry->path);
    } else {
        err = plan_name(job, &name);
    }
    if (err == SS_OK)
        err = ss_buf_put(&name, ss_span_make("", 1));
    if (err == SS_OK)
        err = put_word(out, (const char *)ss_buf_at(&name));
    ss_buf_fini(&name);
    return err;
}

static ss_err put_rerun(const struct run *run, const struct plan_job *job, struct ss_buf *out)
{
    const struct world_outside *outside = &run->options->outside;
    const struct act_break *breaks = run->options->self_breaks;
    char where[300];

    SS_TRY(set(out, "sshspec run"));
    SS_TRY(put_selector(run, job, out));
    if (run->options->root != NULL)
        SS_TRY(put_pair(out, "--scenarios", run->options->root));
    if (job->peer->self) {
        SS_TRY(put_pair(out, "--peer", "self"));
        SS_TRY(put_pair(out, "--break", breaks != NULL ? breaks->name : NULL));
    } else if (job->peer->peer != NULL) {
        SS_TRY(put_pair(out, "--peer", job->peer->name));
    } else {
        (void)snprintf(where, sizeof where, "%s:%u", outside->host != NULL ? outside->host : "",
                       (unsigned)outside->port);
        SS_TRY(put_pair(out, "--server", outside->host != NULL ? where : NULL));
        SS_TRY(put_pair(out, "--user", outside->user));
        SS_TRY(put_pair(out, "--key", outside->key_file));
        SS_TRY(put_pair(out, "--password-file", outside->password_file));
        SS_TRY(put_pair(out, "--client", outside->client));
    }
    return ss_buf_printf(out, " --seed %llu", (unsigned long long)run->report.run.seed);
}

/* Whatever the worker said or did not say about itself, the run knows these. */
static ss_err label(const struct run *run, const struct plan_job *job, struct result *result)
{
    const struct act_break *breaks = run->options->self_breaks;
    const struct scn_file *file = job->entry->file;
    size_t i;

    result->role = job->role;
    if (breaks != NULL)
        SS_TRY(result_fact(result, "self.breaks", ss_span_of(breaks->name)));
    SS_TRY(set(&result->scenario, job->entry->id));
    SS_TRY(set(&result->parameter, job->case_name));
    SS_TRY(set(&result->peer, job->peer->name));
    SS_TRY(set(&result->peer_version, job->peer->version));
    ss_buf_clear(&result->title);
    SS_TRY(ss_buf_put(&result->title, file->title));
    ss_buf_clear(&result->requirements);
    for (i = 0; i < file->proves_count; i++) {
        SS_TRY(ss_buf_puts(&result->requirements, i > 0 ? "," : ""));
        SS_TRY(ss_buf_put(&result->requirements, file->proves[i]));
    }
    return put_rerun(run, job, &result->rerun);
}

/* ---- repeats ---- */

static ss_err note_verdict(struct run_outcome *outcome, enum verdict verdict)
{
    if (outcome->ended > 0)
        SS_TRY(ss_buf_puts(&outcome->verdicts, ", "));
    return ss_buf_puts(&outcome->verdicts, verdict_name(verdict));
}

static void exchange(struct result *a, struct result *b)
{
    struct result kept = *a;

    *a = *b;
    *b = kept;
}

static ss_err merge(struct run_outcome *outcome, struct result *result)
{
    SS_TRY(note_verdict(outcome, result->verdict));
    if (outcome->ended++ == 0) {
        exchange(&outcome->result, result);
        return SS_OK;
    }
    if (outcome->result.verdict == result->verdict)
        return SS_OK;
    outcome->differ = true;
    /* What is worth reading is the one that did not pass. */
    if (outcome->result.verdict == VERDICT_PASS)
        exchange(&outcome->result, result);
    return SS_OK;
}

/* rule: repeats that disagree are never folded into PASS. */
static ss_err call_flaky(struct run_outcome *outcome)
{
    struct result *result = &outcome->result;
    struct ss_buf why;
    ss_err err;

    ss_buf_init(&why, result->why.env, result->why.ceiling);
    err = ss_buf_printf(&why, "repeats disagree (%.*s): %.*s", (int)ss_buf_size(&outcome->verdicts),
                        (const char *)ss_buf_at(&outcome->verdicts), (int)ss_buf_size(&result->why),
                        (const char *)ss_buf_at(&result->why));
    ss_buf_fini(&result->why);
    result->why = why;
    result->verdict = VERDICT_FLAKY;
    return err;
}

static ss_err settle(struct run *run, size_t number)
{
    struct run_outcome *outcome = &run->outcomes[number];
    const struct plan_job *job = &run->plan.jobs[number];
    struct result *result = &outcome->result;
    const struct run_peer *beside = &run->beside[job->peer - run->peers];

    SS_TRY(label(run, job, result));
    if (outcome->differ)
        SS_TRY(call_flaky(outcome));
    else
        SS_TRY(divergences_apply(&beside->known, run->today, result));
    result->expected = verdict_is_expected(result->verdict, run->options->strictness);
    return SS_OK;
}

/* ---- what the supervisor calls ---- */

static bool describe(struct supervisor_owner *self, size_t number, struct supervisor_task *out,
                     struct result *result)
{
    struct run *run = of(self);
    const struct plan_job *job = &run->plan.jobs[number / run->options->repeat];
    char name[40], folder[SYSTEM_PATH_MAX];

    (void)snprintf(name, sizeof name, "task-%zu", number);
    if (room_folder(&run->room, name, folder) != SS_OK) {
        (void)!set(&result->why, "no folder could be made for it");
        return false;
    }
    out->folder = ss_arena_text(&run->names, ss_span_of(folder));
    out->within = job->within;
    out->argv = out->folder != NULL
                    ? make_line(run, job, (uint32_t)(number % run->options->repeat), out->folder)
                    : NULL;
    if (out->argv == NULL)
        (void)!set(&result->why, "memory ran out");
    return out->argv != NULL;
}

static void ended(struct supervisor_owner *self, size_t number, struct result *result)
{
    struct run *run = of(self);
    const size_t job = number / run->options->repeat;
    struct run_outcome *outcome = &run->outcomes[job];
    char name[40], folder[SYSTEM_PATH_MAX];
    ss_err err = merge(outcome, result);

    (void)snprintf(name, sizeof name, "task-%zu", number);
    if (system_join(folder, run->room.path, name) == SS_OK)
        system_remove_tree(folder);
    if (outcome->ended < run->options->repeat && err == SS_OK)
        return;
    if (err == SS_OK)
        err = settle(run, job);
    if (err != SS_OK) {
        outcome->result.verdict = VERDICT_ERROR;
        outcome->result.expected = false;
    }
    run_take_result(run, job, &outcome->result);
}

static bool tick(struct supervisor_owner *self, size_t running)
{
    struct run *run = of(self);
    const ss_time now = ss_clock();

    if (run->store != NULL)
        (void)!store_tick(run->store, now);
    progress_show(&run->progress, running, now);
    return run->options->budget > 0 && now - run->began >= run->options->budget;
}

int run_describe_all(struct run *run)
{
    size_t i;

    run->owner = (struct supervisor_owner){describe, ended, tick};
    ss_arena_init(&run->words, run->env, WORDS_CEILING);
    ss_arena_init(&run->names, run->env, NAMES_CEILING);
    run->outcomes = ss_alloc(run->env, run->plan.count * sizeof *run->outcomes);
    if (run->outcomes == NULL)
        return run_wrong(run, 3, "memory ran out");
    for (i = 0; i < run->plan.count; i++) {
        result_init(&run->outcomes[i].result, run->env);
        ss_buf_init(&run->outcomes[i].verdicts, run->env, 65536);
    }
    return -1;
}

void run_release_outcomes(struct run *run)
{
    size_t i;

    for (i = 0; run->outcomes != NULL && i < run->plan.count; i++) {
        result_fini(&run->outcomes[i].result);
        ss_buf_fini(&run->outcomes[i].verdicts);
    }
    ss_free(run->env, run->outcomes, run->plan.count * sizeof *run->outcomes);
    run->outcomes = NULL;
    if (run->words.env != NULL)
        ss_arena_fini(&run->words);
    if (run->names.env != NULL)
        ss_arena_fini(&run->names);
}
