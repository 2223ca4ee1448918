/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_worker.c - `sshspec worker`: one case against one peer, for the supervisor of `run`.
 *
 * Owns: the life of one case: scenario, peer, conversation, last look at the peer, result.
 * Not here: judging (actor/), starting peers (runner/world.c), what the run makes of the result.
 * Called by: main.c, started by runner/supervisor.c; by hand for looking into one case.
 * Follows: worker.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "testserver/options.h"
#include "testserver/runner/last_words.h"
#include "testserver/runner/worker.h"
#include "testserver/runner/world.h"
#include "testserver/script/catalogue.h"
#include "testserver/verbs.h"

#define SCENARIO_MAX ((size_t)4 * 1024 * 1024)

struct work { /* as given */
    const char *parent, *folder, *keys, *interop, *file, *root, *id, *case_index, *peer, *role,
        *level, *seed, *breaks;
    const char *server, *user, *key_file, *password_file, *client;
    const char *keylog, *pcap;
    bool trace;
};

struct desk {
    struct work work;
    const struct ss_env *env; /* of the system */
    struct ss_seeded seeded;
    struct scn_file *file;
    struct peer_set peers;
    struct world world;
    struct world_outside outside;
    char host[256];
    struct last_words *words;
    bool begun;
    ss_time start; /* of the first record */
    struct result result;
};

static ss_err fail(struct desk *desk, enum verdict verdict, const char *what, ss_span why)
{
    desk->result.verdict = verdict;
    ss_buf_clear(&desk->result.why);
    SS_TRY(ss_buf_puts(&desk->result.why, what));
    return ss_buf_put(&desk->result.why, why);
}

/* ---- the scenario ---- */

static ss_err load_scenario(struct desk *desk)
{
    struct scn_diagnostic wrong = {{0, 0}, 0, "", ""};
    struct catalogue_loader loader;
    ss_span path = ss_span_of(desk->work.file);
    struct ss_buf text, why;
    ss_err err;

    ss_buf_init(&text, desk->env, SCENARIO_MAX);
    ss_buf_init(&why, desk->env, 65536);
    catalogue_loader_init(&loader, desk->work.root);
    err = catalogue_read(desk->work.file, &text, &why);
    if (err == SS_OK)
        err = scn_parse(desk->env, path, ss_buf_span(&text), &loader.loader, &desk->file, &wrong);
    if (err == SS_E_bad_value)
        (void)!scn_explain(&why, path, ss_buf_span(&text), &wrong);
    if (err != SS_OK)
        (void)!fail(desk, VERDICT_ERROR, "the scenario cannot be read: ", ss_buf_span(&why));
    ss_buf_fini(&why);
    ss_buf_fini(&text);
    return err;
}

/* ---- the peer ---- */

static bool read_role(const char *text, enum peer_role *out)
{
    int i;

    for (i = PEER_SERVER; i <= PEER_BOTH; i++) {
        if (strcmp(text, peer_role_name((enum peer_role)i)) == 0) {
            *out = (enum peer_role)i;
            return true;
        }
    }
    return false;
}

static ss_err name_outside(struct desk *desk)
{
    const struct work *work = &desk->work;
    struct world_outside *outside = &desk->outside;
    ss_span host;

    outside->user = work->user;
    outside->key_file = work->key_file;
    outside->password_file = work->password_file;
    outside->client = work->client;
    outside->port = 22;
    if (work->server == NULL)
        return SS_OK;
    if (!ss_net_split(ss_span_of(work->server), &host, &outside->port) ||
        host.size >= sizeof desk->host)
        return SS_E_bad_argument;
    memcpy(desk->host, host.data, host.size);
    outside->host = desk->host;
    return SS_OK;
}

static ss_err open_world(struct desk *desk)
{
    const struct work *work = &desk->work;
    struct world_spec spec = {.env = desk->env,
                              .peers = &desk->peers,
                              .folder = work->folder,
                              .keys = work->keys,
                              .outside = &desk->outside};
    struct ss_buf why;
    ss_err err;

    spec.self = strcmp(work->peer, "self") == 0;
    ss_buf_init(&why, desk->env, 8192);
    err = read_role(work->role, &spec.role) ? SS_OK : SS_E_bad_argument;
    if (err == SS_OK)
        err = name_outside(desk);
    if (err == SS_OK && !spec.self)
        err = peer_set_load(desk->env, work->interop, &desk->peers, &why);
    if (err == SS_OK)
        spec.peer = peer_set_find(&desk->peers, ss_span_of(work->peer));
    if (err == SS_OK)
        err = world_open(&spec, &desk->world, &why);
    if (err == SS_E_unsupported)
        (void)!fail(desk, VERDICT_UNSUPPORTED, "the peer cannot be used here: ", ss_buf_span(&why));
    else if (err != SS_OK)
        (void)!fail(desk, VERDICT_ERROR, "the peer was not started: ",
                    ss_buf_size(&why) > 0 ? ss_buf_span(&why) : ss_span_of(ss_err_text(err)));
    ss_buf_fini(&why);
    return err;
}

/* ---- the conversation ---- */

static void record(void *ctx, const struct ss_trace_record *item)
{
    struct desk *desk = ctx;
    struct ss_buf line;

    if (!desk->begun)
        desk->start = item->at;
    desk->begun = true;
    ss_buf_init(&line, desk->env, 8192);
    if (ss_trace_format(&line, item, desk->start) == SS_OK)
        last_words_put(desk->words, ss_buf_span(&line));
    ss_buf_fini(&line);
}

/* A capture that cannot be made or finished changes no verdict; the run tells of it. */
static void tell_capture(struct desk *desk, struct ss_buf *why)
{
    ss_span text = ss_buf_span(why);
    size_t i;

    if (text.size > 0)
        text.size--; /* the end of the last line */
    for (i = 0; i < text.size; i++)
        ss_buf_at(why)[i] = text.data[i] == '\n' ? ' ' : text.data[i];
    (void)!result_fact(&desk->result, WORKER_CAPTURE_FACT, text);
}

/* Where both ends are ours the clock is made up, and the file is the same each time. */
static struct ss_capture *open_capture(struct desk *desk)
{
    struct ss_capture_plan plan = {.keylog = desk->work.keylog, .pcap = desk->work.pcap};
    struct ss_capture *capture = NULL;
    struct timespec now;
    struct ss_buf why;

    if (plan.keylog == NULL && plan.pcap == NULL)
        return NULL;
    if (!desk->world.spec.self && clock_gettime(CLOCK_REALTIME, &now) == 0)
        plan.start = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
    ss_buf_init(&why, desk->env, 8192);
    if (ss_capture_open(desk->env, &plan, &capture, &why) != SS_OK)
        tell_capture(desk, &why);
    ss_buf_fini(&why);
    return capture;
}

static void close_capture(struct desk *desk, struct ss_capture **capture)
{
    struct ss_buf why;

    ss_buf_init(&why, desk->env, 8192);
    if (ss_capture_close(capture, &why) != SS_OK)
        tell_capture(desk, &why);
    ss_buf_fini(&why);
}

static ss_err converse(struct desk *desk)
{
    const struct work *work = &desk->work;
    const uint64_t seed = strtoull(work->seed, NULL, 10);
    struct act_job job = {.file = desk->file,
                          .id = ss_span_of(work->id),
                          .case_index = (uint32_t)strtoul(work->case_index, NULL, 10),
                          .requirement_levels = work->level,
                          .seed = seed,
                          .trace = work->trace,
                          .record = record,
                          .ctx = desk,
                          .world = &desk->world.act,
                          .self_breaks = work->breaks};
    const struct ss_env *env = desk->env;
    struct ss_buf why;
    ss_err err;

    if (desk->world.spec.self) {
        ss_seeded_init(&desk->seeded, seed);
        env = &desk->seeded.env;
    }
    job.capture = open_capture(desk);
    err = act_run(env, &job, &desk->result);
    close_capture(desk, &job.capture);
    ss_buf_init(&why, desk->env, 8192);
    if (!world_close(&desk->world, &why) && desk->result.verdict != VERDICT_CRASH)
        (void)!fail(desk, VERDICT_CRASH, "the peer died: ", ss_buf_span(&why));
    ss_buf_fini(&why);
    return err;
}

static ss_err run_case(struct desk *desk)
{
    ss_err err = load_scenario(desk);

    if (err == SS_OK)
        err = open_world(desk);
    if (err == SS_OK)
        err = converse(desk);
    peer_set_fini(&desk->peers);
    scn_free(&desk->file);
    return err;
}

/* ---- the result ---- */

static bool send_result(const struct desk *desk)
{
    struct ss_buf frame;
    ss_span rest;
    bool done;

    ss_buf_init(&frame, desk->env, WORKER_FRAME_MAX);
    done = worker_frame_put(&desk->result, &frame) == SS_OK;
    rest = ss_buf_span(&frame);
    while (done && rest.size > 0) {
        ssize_t put = write(WORKER_RESULT_FD, rest.data, rest.size);

        if (put < 0 && errno == EINTR)
            continue;
        done = put > 0;
        rest = ss_span_part(rest, put > 0 ? (size_t)put : 0, rest.size);
    }
    ss_buf_fini(&frame);
    return done;
}

static bool settle(struct desk *desk)
{
    char path[SYSTEM_PATH_MAX];
    pid_t parent = (pid_t)strtol(desk->work.parent, NULL, 10);

    if (fcntl(WORKER_RESULT_FD, F_SETFD, FD_CLOEXEC) != 0) {
        (void)fprintf(stderr, "sshspec worker: descriptor %d is not open\n", WORKER_RESULT_FD);
        return false;
    }
    if (process_adopt() != SS_OK || !process_end_all_with(parent))
        return false;
    if (system_join(path, desk->work.folder, WORKER_LAST_WORDS) != SS_OK ||
        last_words_make(path, &desk->words) != SS_OK) {
        (void)fprintf(stderr, "sshspec worker: %s: %s\n", path, strerror(errno));
        return false;
    }
    return true;
}

static bool parse(struct work *work, int argc, char **argv, int *out_status)
{
    const struct option table[] = {
        {"parent", OPTION_TEXT, &work->parent, "PID", "ends when this process ends"},
        {"folder", OPTION_TEXT, &work->folder, "DIR", "private to this case, empty"},
        {"keys", OPTION_TEXT, &work->keys, "DIR", "the keys of the run"},
        {"interop", OPTION_TEXT, &work->interop, "DIR", "the folder with peers/"},
        {"file", OPTION_TEXT, &work->file, "FILE", "the scenario"},
        {"root", OPTION_TEXT, &work->root, "DIR", "the catalogue, for fragments"},
        {"id", OPTION_TEXT, &work->id, "ID", "of the scenario"},
        {"case", OPTION_TEXT, &work->case_index, "N", "index of the value of `each`"},
        {"peer", OPTION_TEXT, &work->peer, "NAME", "a peer, self, or any name for an outside one"},
        {"break", OPTION_TEXT, &work->breaks, "NAME", "how self misbehaves"},
        {"role", OPTION_TEXT, &work->role, "ROLE", "server, client or both"},
        {"level", OPTION_TEXT, &work->level, "LEVEL", "strongest level that is cited"},
        {"seed", OPTION_TEXT, &work->seed, "N", "of every random choice"},
        {"trace", OPTION_FLAG, &work->trace, NULL, "keep the ladder also on PASS"},
        {"keylog", OPTION_TEXT, &work->keylog, "FILE", "append the secrets of key exchanges"},
        {"pcap", OPTION_TEXT, &work->pcap, "FILE", "write what our seat says and hears"},
        {"server", OPTION_TEXT, &work->server, "HOST:PORT", "an outside server"},
        {"user", OPTION_TEXT, &work->user, "NAME", "its account"},
        {"key", OPTION_TEXT, &work->key_file, "FILE", "its key"},
        {"password-file", OPTION_TEXT, &work->password_file, "FILE", "its password"},
        {"client", OPTION_TEXT, &work->client, "COMMAND", "an outside client"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL}};
    struct options options;
    const char *word;

    options_init(&options, table, argc, argv);
    options.usage = "--parent PID --folder DIR --keys DIR --interop DIR --root DIR --file FILE ...";
    options.about = "Runs one case for `sshspec run` and writes its result to descriptor 3.";
    options.example = "  sshspec run kex/newkeys-early --peer openssh\n";
    while (options_next(&options, &word))
        (void)options_wrong(&options, "\"%s\" is not an option", word);
    if (options.status < 0 && (work->parent == NULL || work->folder == NULL || work->keys == NULL ||
                               work->interop == NULL || work->file == NULL || work->root == NULL ||
                               work->id == NULL || work->peer == NULL || work->role == NULL))
        (void)options_wrong(&options, "an option is missing");
    *out_status = options.status;
    return options.status < 0;
}

int cmd_worker(int argc, char **argv)
{
    struct desk desk = {.work = {.case_index = "0", .level = "MUST", .seed = "0"}};
    int status;
    bool sent;

    if (!parse(&desk.work, argc, argv, &status))
        return status;
    desk.env = ss_system_env();
    if (!settle(&desk))
        return EXIT_ENVIRONMENT;
    result_init(&desk.result, desk.env);
    (void)!run_case(&desk);
    (void)process_end_all(NULL);
    sent = send_result(&desk);
    result_fini(&desk.result);
    last_words_close(&desk.words);
    return sent ? EXIT_AS_EXPECTED : EXIT_ENVIRONMENT;
}
