/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_serve.c - `sshspec serve`: a port a scenario, for clients that a person starts by hand.
 *
 * Owns: the table of ports, a process for each visit.
 * Not here: conversations (actor/), carrying them (runner/visit.h).
 * Called by: main.c.
 * Follows: INTERFACE "The verbs".
 *
 * What a scenario asks of the client's process (its exit status, its files) cannot be seen here,
 * and is left out of the verdict. A fault whose honest twin is needed asks for a second visit. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interop/process.h"
#include "reports/report.h"
#include "testserver/options.h"
#include "testserver/runner/divergence.h"
#include "testserver/runner/plan.h"
#include "testserver/runner/progress.h"
#include "testserver/runner/room.h"
#include "testserver/runner/visit.h"
#include "testserver/verbs.h"

#define PORTS_MAX 2048
#define SELECTORS_MAX 1024
#define PATIENCE_MS UINT64_C(3600000) /* for the second visit */

struct stand { /* one scenario's port */
    const struct plan_job *job;
    int listener;
    uint16_t port;
    pid_t busy; /* the process of the visit that is going on; 0: none */
};

struct fair {
    const struct ss_env *env;
    struct catalogue catalogue;
    struct selection selection;
    struct plan_peer visitor;
    struct plan plan;
    struct room room;
    struct key_ring keys;
    struct stand *stands;
    size_t count;
    uint64_t seed, port; /* port 0: any */
    char text[1024];     /* of a requirement */
};

static volatile sig_atomic_t ending;

static void on_end(int sig)
{
    (void)sig;
    ending = 1;
}

/* ---- one visit ---- */

static const char *requirement(void *ctx, ss_span id)
{
    struct fair *fair = ctx;
    const struct ledger_row *row = ledger_find(&fair->catalogue.ledger, id);

    if (row == NULL)
        return NULL;
    (void)snprintf(fair->text, sizeof fair->text, "%.*s", (int)row->requirement.size,
                   (const char *)row->requirement.data);
    return fair->text;
}

static void tell(struct fair *fair, struct result *result, const struct scn_file *file)
{
    struct report_style style = {.requirement = requirement, .ctx = fair};
    struct ss_buf text;

    style.color = progress_wants_color(STDOUT_FILENO);
    result->expected = verdict_is_expected(result->verdict, STRICTNESS_USUAL);
    result->role = PEER_CLIENT;
    (void)!ss_buf_puts(&result->peer, "visitor");
    (void)!ss_buf_put(&result->title, file->title);
    ss_buf_init(&text, fair->env, (size_t)16 * 1024 * 1024);
    if (report_line(result, &style, &text) == SS_OK &&
        (result->expected || report_failure(result, &style, &text) == SS_OK))
        (void)fwrite(ss_buf_at(&text), 1, ss_buf_size(&text), stdout);
    (void)fflush(stdout);
    ss_buf_fini(&text);
}

static void converse(struct fair *fair, const struct stand *stand, int take_visitor)
{
    struct scn_file file = *stand->job->entry->file;
    struct act_job job = {.file = &file,
                          .id = ss_span_of(stand->job->entry->id),
                          .case_index = stand->job->case_index,
                          .requirement_levels = stand->job->level,
                          .seed = stand->job->seed};
    struct result result;
    struct visit visit;
    struct ss_buf name;

    file.peer_count = 0;
    file.action.kind = SCN_NO_ACTION; /* nor has it to succeed in the twin */
    file.budget += PATIENCE_MS;
    ss_buf_init(&name, fair->env, 65536);
    (void)!plan_name(stand->job, &name);
    (void)!ss_buf_put(&name, ss_span_make("", 1));
    visit_open(&visit, &fair->keys, stand->listener, take_visitor, (const char *)ss_buf_at(&name));
    result_init(&result, fair->env);
    job.world = &visit.act;
    if (act_run(fair->env, &job, &result) == SS_OK)
        tell(fair, &result, &file);
    visit_close(&visit);
    result_fini(&result);
    ss_buf_fini(&name);
}

static void welcome(struct fair *fair, struct stand *stand)
{
    const pid_t parent = getpid();
    int visitor = -1;
    pid_t pid;

    if (ss_net_accept(stand->listener, &visitor) != SS_OK)
        return;
    pid = fork();
    if (pid == 0) {
        (void)signal(SIGINT,
                     SIG_IGN); /* at the terminal it is for the parent, with whom this ends */
        if (process_die_with(parent))
            converse(fair, stand, visitor);
        _exit(0);
    }
    close(visitor);
    if (pid > 0)
        stand->busy = pid;
}

/* ---- all of them ---- */

static void take_back(struct fair *fair)
{
    pid_t pid;
    size_t i;

    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
        for (i = 0; i < fair->count; i++) {
            if (fair->stands[i].busy == pid)
                fair->stands[i].busy = 0;
        }
    }
}

static int attend(struct fair *fair)
{
    struct pollfd *asked = calloc(fair->count, sizeof *asked);
    size_t i;

    if (asked == NULL)
        return EXIT_ENVIRONMENT;
    while (!ending) {
        take_back(fair);
        for (i = 0; i < fair->count; i++) {
            asked[i].fd = fair->stands[i].busy != 0 ? -1 : fair->stands[i].listener;
            asked[i].events = POLLIN;
        }
        /* An ended visit interrupts this, or is seen a little later. */
        if (poll(asked, fair->count, 500) <= 0)
            continue;
        for (i = 0; i < fair->count; i++) {
            if (asked[i].revents != 0)
                welcome(fair, &fair->stands[i]);
        }
    }
    free(asked);
    (void)process_end_all(NULL);
    return EXIT_AS_EXPECTED;
}

static int open_stands(struct fair *fair, struct ss_buf *why)
{
    size_t i;

    fair->stands = ss_alloc(fair->env, fair->plan.count * sizeof *fair->stands);
    if (fair->stands == NULL)
        return EXIT_ENVIRONMENT;
    for (i = 0; i < fair->plan.count; i++) {
        struct stand *stand = &fair->stands[i];
        uint16_t port = fair->port > 0 ? (uint16_t)(fair->port + i) : 0;

        stand->job = &fair->plan.jobs[i];
        if (ss_net_listen("127.0.0.1", port, &stand->listener, &stand->port, why) != SS_OK) {
            (void)fprintf(stderr, "sshspec serve: %.*s", (int)ss_buf_size(why),
                          (const char *)ss_buf_at(why));
            return EXIT_ENVIRONMENT;
        }
        fair->count++;
    }
    return -1;
}

/* What the visitor has to be told to do. */
static void print_action(const struct scn_action *action)
{
    static const char *const verbs[] = {[SCN_NO_ACTION] = "log in",
                                        [SCN_EXEC] = "run",
                                        [SCN_SFTP_GET] = "get",
                                        [SCN_SFTP_PUT] = "put",
                                        [SCN_SFTP_LS] = "list"};
    const bool put = action->kind == SCN_SFTP_PUT;
    const ss_span first = put ? action->local : action->text;

    (void)printf("       %s%s%.*s%s%.*s%s%s%.*s\n", verbs[action->kind], first.size > 0 ? " " : "",
                 (int)first.size, (const char *)first.data, put ? " as " : "",
                 put ? (int)action->text.size : 0, (const char *)action->text.data,
                 action->by_password ? ", by password" : "",
                 action->knowing.size > 0 ? ", knowing " : "", (int)action->knowing.size,
                 (const char *)action->knowing.data);
}

static int print_table(struct fair *fair)
{
    char known[SYSTEM_PATH_MAX];
    struct ss_buf lines;
    ss_err err = SS_OK;
    size_t i;

    ss_buf_init(&lines, fair->env, (size_t)16 * 1024 * 1024);
    for (i = 0; err == SS_OK && i < fair->count; i++)
        err = key_ring_known(&fair->keys, fair->stands[i].port, &lines);
    if (err == SS_OK)
        err = system_join(known, fair->keys.folder, "known_hosts");
    if (err == SS_OK)
        err = system_write_file(known, ss_buf_span(&lines), 0600);
    ss_buf_fini(&lines);
    if (err != SS_OK)
        return EXIT_ENVIRONMENT;
    for (i = 0; i < fair->count; i++) {
        const struct plan_job *job = fair->stands[i].job;
        const char *open = job->case_name[0] != '\0' ? "[" : "";

        (void)printf("%5u  %s%s%s%s  %.*s\n", fair->stands[i].port, job->entry->id, open,
                     job->case_name, *open != '\0' ? "]" : "", (int)job->entry->file->title.size,
                     (const char *)job->entry->file->title.data);
        print_action(&job->entry->file->action);
    }
    (void)printf("user %s, key %s/user_ed25519, password in %s/password\nknown hosts %s\n",
                 KEY_RING_USER, fair->keys.folder, fair->keys.folder, known);
    return fflush(stdout) == 0 ? -1 : EXIT_ENVIRONMENT;
}

static int prepare(struct fair *fair, const char *const *selectors, size_t count, const char *root,
                   struct ss_buf *why)
{
    struct plan_spec spec = {.selection = &fair->selection,
                             .ledger = &fair->catalogue.ledger,
                             .peers = &fair->visitor,
                             .peer_count = 1,
                             .seed = fair->seed,
                             .shard = 1,
                             .shards = 1};
    char keys[SYSTEM_PATH_MAX];
    ss_err err =
        catalogue_init(&fair->catalogue, fair->env, root != NULL ? root : catalogue_root());

    if (err == SS_OK)
        err = catalogue_select(&fair->catalogue, selectors, count, NULL, &fair->selection, why);
    if (err != SS_OK) {
        (void)fprintf(stderr, "%.*s", (int)ss_buf_size(why), (const char *)ss_buf_at(why));
        return selection_status(err);
    }
    fair->visitor = (struct plan_peer){.name = "visitor", .version = ""};
    fair->visitor.roles[PEER_CLIENT] = true;
    err = plan_make(fair->env, &spec, &fair->plan);
    if (err == SS_OK && (fair->plan.count == 0 || fair->plan.count > PORTS_MAX)) {
        (void)fprintf(stderr,
                      "sshspec serve: %zu cases against a client were chosen, 1 to %d can "
                      "be served\n",
                      fair->plan.count, PORTS_MAX);
        return EXIT_NOTHING;
    }
    if (err == SS_OK)
        err = room_open(&fair->room, why);
    if (err == SS_OK)
        err = room_folder(&fair->room, "keys", keys);
    if (err == SS_OK)
        err = key_ring_make(fair->env, keys, &fair->keys);
    if (err == SS_OK)
        return -1;
    (void)fprintf(stderr, "sshspec serve: %s\n", ss_err_text(err));
    return EXIT_ENVIRONMENT;
}

static void close_fair(struct fair *fair)
{
    size_t i;

    for (i = 0; i < fair->count; i++)
        ss_net_close(&fair->stands[i].listener);
    ss_free(fair->env, fair->stands, fair->plan.count * sizeof *fair->stands);
    if (fair->keys.password.env != NULL)
        key_ring_fini(&fair->keys);
    plan_fini(&fair->plan);
    if (fair->selection.env != NULL)
        selection_fini(&fair->selection);
    if (fair->catalogue.env != NULL)
        catalogue_fini(&fair->catalogue);
    room_close(&fair->room);
}

static int serve(struct fair *fair, const char *const *selectors, size_t count, const char *root)
{
    const struct sigaction act = {.sa_handler = on_end};
    struct ss_buf why;
    int status;

    ss_buf_init(&why, fair->env, (size_t)1024 * 1024);
    status =
        process_adopt() == SS_OK ? prepare(fair, selectors, count, root, &why) : EXIT_ENVIRONMENT;
    if (status < 0)
        status = open_stands(fair, &why);
    if (status < 0)
        status = print_table(fair);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    if (status < 0)
        status = attend(fair);
    ss_buf_fini(&why);
    close_fair(fair);
    return status;
}

int cmd_serve(int argc, char **argv)
{
    static const char *selectors[SELECTORS_MAX];
    const char *root = NULL, *port = NULL, *seed = NULL, *word;
    const struct option table[] = {
        {"port", OPTION_TEXT, &port, "N", "the first port, others follow it; default: any"},
        {"seed", OPTION_TEXT, &seed, "N", "of every random choice; default: 1"},
        {"scenarios", OPTION_TEXT, &root, "DIR", "the catalogue"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL}};
    struct fair fair = {.room = ROOM_NONE, .seed = 1};
    struct options options;
    size_t count = 0;

    options_init(&options, table, argc, argv);
    options.usage = "[OPTION...] [SELECTOR...]";
    options.about =
        "Listens on 127.0.0.1, a port for each scenario against a client, prints the table\n"
        "of ports, then a verdict for each visit. Interrupt it to end it.";
    options.example = "  sshspec serve area:kex\n";
    while (options_next(&options, &word)) {
        if (count == SELECTORS_MAX)
            return options_wrong(&options, "more than %d selectors", SELECTORS_MAX);
        selectors[count++] = word;
    }
    if (options.status >= 0)
        return options.status;
    fair.env = ss_system_env();
    if (!options_number(&options, "port", port, 1, 65535 - PORTS_MAX, &fair.port) ||
        !options_number(&options, "seed", seed, 0, UINT64_MAX, &fair.seed))
        return options.status;
    return serve(&fair, selectors, count, root);
}
