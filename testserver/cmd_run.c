/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_run.c - `sshspec run`: the command line of a run.
 *
 * Owns: what options there are and which go together.
 * Not here: the run itself (runner/run.h).
 * Called by: main.c.
 * Follows: INTERFACE "The verbs". */
#include "testserver/options.h"
#include "testserver/runner/plan.h"
#include "testserver/runner/run.h"
#include "testserver/verbs.h"

#define SELECTORS_MAX 1024
#define JOBS_MAX 256
#define REPEAT_MAX 1000000

struct run_line { /* as given */
    struct option_list peers;
    const char *role, *jobs, *seed, *repeat, *budget, *shard, *server, *breaks;
    bool strict, no_store, allow_remote;
    char host[256];
};

static bool read_role(struct options *options, const char *text, bool roles[3])
{
    const bool server = text == NULL || strcmp(text, "server") == 0 || strcmp(text, "both") == 0;
    const bool client = text == NULL || strcmp(text, "client") == 0 || strcmp(text, "both") == 0;

    roles[PEER_SERVER] = server;
    roles[PEER_CLIENT] = client;
    roles[PEER_BOTH] = server && client;
    if (!server && !client)
        (void)options_wrong(options, "--role is server, client or both, not \"%s\"", text);
    return server || client;
}

/* rule: nothing but loopback is touched unless the command line says so. */
static bool read_server(struct options *options, struct run_line *line, struct run_options *run)
{
    ss_span host;

    run->outside.port = 22;
    if (line->server == NULL)
        return true;
    if (!ss_net_split(ss_span_of(line->server), &host, &run->outside.port) || host.size == 0 ||
        host.size >= sizeof line->host) {
        (void)options_wrong(options, "--server is HOST:PORT, not \"%s\"", line->server);
        return false;
    }
    memcpy(line->host, host.data, host.size);
    line->host[host.size] = '\0';
    run->outside.host = line->host;
    if (line->allow_remote || ss_net_is_loopback(line->host) ||
        strcmp(line->host, "localhost") == 0)
        return true;
    (void)options_wrong(options,
                        "%s is not this machine: scenarios send malformed messages, so name it "
                        "with --allow-remote if it is yours to test",
                        line->host);
    return false;
}

static bool check_outside(struct options *options, const struct run_line *line,
                          const struct run_options *run)
{
    const struct world_outside *outside = &run->outside;
    const bool account =
        outside->user != NULL || outside->key_file != NULL || outside->password_file != NULL;

    if (outside->host == NULL && account) {
        (void)options_wrong(options, "--user, --key and --password-file go with --server");
        return false;
    }
    if (outside->host != NULL &&
        (outside->user == NULL || (outside->key_file == NULL && outside->password_file == NULL))) {
        (void)options_wrong(options, "--server needs --user, and --key or --password-file");
        return false;
    }
    if ((outside->host != NULL || outside->client != NULL) && line->peers.count > 0) {
        (void)options_wrong(options, "--peer does not go with --server or --client");
        return false;
    }
    return true;
}

/* rule: a peer that is broken on purpose is never among others, where one might forget that. */
static bool check_break(struct options *options, const struct run_line *line,
                        struct run_options *run)
{
    const struct act_break *row;
    const char *close;
    bool only_self = line->peers.count > 0;

    if (line->breaks == NULL)
        return true;
    for (size_t i = 0; i < line->peers.count; i++)
        only_self = only_self && strcmp(line->peers.items[i], "self") == 0;
    row = act_break_find(line->breaks);
    run->self_breaks = row;
    if (row == NULL) {
        close = act_break_suggest(line->breaks);
        (void)options_wrong(options, "no deviation \"%s\"%s%s%s; `sshspec list --breaks` has them",
                            line->breaks, close != NULL ? "; did you mean \"" : "",
                            close != NULL ? close : "", close != NULL ? "\"?" : "");
    } else if (!only_self) {
        (void)options_wrong(options,
                            "--break is for our own endpoint: give --peer self and no other peer");
    } else if (!run->roles[row->role == SS_SERVER ? PEER_SERVER : PEER_CLIENT]) {
        (void)options_wrong(options, "%s is a deviation of our %s, which --role leaves out",
                            row->name, row->role == SS_SERVER ? "server" : "client");
    } else {
        return true;
    }
    return false;
}

static bool check_outputs(struct options *options, const struct run_options *run)
{
    const char *const files[] = {run->json, run->junit, run->html, run->markdown, run->propose};
    size_t taken = 0, i;

    for (i = 0; i < SS_COUNT(files); i++)
        taken += files[i] != NULL && strcmp(files[i], "-") == 0;
    if (taken > 1)
        (void)options_wrong(options, "only one report can go to standard output");
    return taken <= 1;
}

static bool digest(struct options *options, struct run_line *line, struct run_options *run)
{
    uint64_t jobs = 0, repeat = 1, budget = 0;

    if (!options_number(options, "jobs", line->jobs, 1, JOBS_MAX, &jobs) ||
        !options_number(options, "seed", line->seed, 0, UINT64_MAX, &run->seed) ||
        !options_number(options, "repeat", line->repeat, 1, REPEAT_MAX, &repeat) ||
        !options_number(options, "budget", line->budget, 1, 1000000, &budget) ||
        !read_role(options, line->role, run->roles) || !read_server(options, line, run) ||
        !check_outside(options, line, run) || !check_break(options, line, run) ||
        !check_outputs(options, run))
        return false;
    run->shard = run->shards = 1;
    if (line->shard != NULL && !plan_read_shard(line->shard, &run->shard, &run->shards)) {
        (void)options_wrong(options, "--shard is I/N with I from 1 to N, not \"%s\"", line->shard);
        return false;
    }
    run->jobs = (size_t)jobs;
    run->repeat = (uint32_t)repeat;
    run->budget = budget * 1000;
    run->seed_given = line->seed != NULL;
    run->strictness = line->strict ? STRICTNESS_STRICT : STRICTNESS_USUAL;
    run->peers = line->peers.items;
    run->peer_count = line->peers.count;
    if (line->no_store)
        run->store = NULL;
    return true;
}

static void describe(struct options *options)
{
    options->usage = "[OPTION...] [SELECTOR...]";
    options->about =
        "Runs scenarios against peers. A selector is an id, id[case], a pattern, area:X,\n"
        "tag:X, proves:ID, file:PATH or last-failed; none: the whole catalogue.\n"
        "Exit status: 0 all as expected, 1 some not, 2 usage or a scenario is wrong,\n"
        "3 the machine or the harness failed, 4 nothing selected, 77 all skipped.";
    options->example =
        "  sshspec run area:kex --peer openssh --peer dropbear --html report.html\n"
        "  sshspec run kex/newkeys-early --server 127.0.0.1:2222 --user me --key id\n";
}

static int parse(struct run_line *line, struct run_options *run, const char **selectors, int argc,
                 char **argv)
{
    const struct option table[] = {
        {"peer", OPTION_LIST, &line->peers, "NAME",
         "a peer of `sshspec peers`, self, or all;\nwithout it: all that are installed"},
        {"break", OPTION_TEXT, &line->breaks, "NAME",
         "self breaks a rule on purpose, to see scenarios fail:\n`sshspec list --breaks`; with "
         "--peer self alone"},
        {"role", OPTION_TEXT, &line->role, "ROLE", "the peer's: server, client, or both (default)"},
        {"server", OPTION_TEXT, &line->server, "HOST:PORT", "a server that is already up"},
        {"user", OPTION_TEXT, &run->outside.user, "NAME", "its account"},
        {"key", OPTION_TEXT, &run->outside.key_file, "FILE", "a private key that it lets in"},
        {"password-file", OPTION_TEXT, &run->outside.password_file, "FILE", "or its password"},
        {"client", OPTION_TEXT, &run->outside.client, "COMMAND",
         "a client to start: words, no shell, with\n{host} {port} {user} {key} {password_file}\n"
         "{known_hosts} {command}"},
        {"allow-remote", OPTION_FLAG, &line->allow_remote, NULL, "--server may be another machine"},
        {"jobs", OPTION_TEXT, &line->jobs, "N", "so many at once; default: one a core"},
        {"seed", OPTION_TEXT, &line->seed, "N", "of every random choice"},
        {"repeat", OPTION_TEXT, &line->repeat, "N", "run each N times; FLAKY when they disagree"},
        {"budget", OPTION_TEXT, &line->budget, "SECONDS", "start nothing more after that time"},
        {"shard", OPTION_TEXT, &line->shard, "I/N", "run the I-th of N parts"},
        {"strict", OPTION_FLAG, &line->strict, NULL, "WEAK is not as expected either"},
        {"trace", OPTION_FLAG, &run->trace, NULL, "show the messages of each result"},
        {"keylog", OPTION_TEXT, &run->keylog, "FILE", "append secrets of exchanges, for Wireshark"},
        {"pcap", OPTION_TEXT, &run->pcap, "DIR",
         "a capture a case, ID-PEER-ROLE.pcapng;\npackets say message, epoch and step"},
        {"scenarios", OPTION_TEXT, &run->root, "DIR", "the catalogue"},
        {"store", OPTION_TEXT, &run->store, "FILE", "keep results there; default: sshspec.db"},
        {"no-store", OPTION_FLAG, &line->no_store, NULL, "keep none"},
        {"json", OPTION_TEXT, &run->json, "FILE", "JSON lines; \"-\" is standard output"},
        {"junit", OPTION_TEXT, &run->junit, "FILE", "JUnit XML"},
        {"html", OPTION_TEXT, &run->html, "FILE", "one page with everything"},
        {"markdown", OPTION_TEXT, &run->markdown, "FILE", "a page for a summary"},
        {"propose-divergences", OPTION_TEXT, &run->propose, "FILE",
         "lines for interop/divergences"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL}};
    struct options options;
    const char *word;

    options_init(&options, table, argc, argv);
    describe(&options);
    while (options_next(&options, &word)) {
        if (run->selector_count == SELECTORS_MAX) {
            (void)options_wrong(&options, "more than %d selectors", SELECTORS_MAX);
            break;
        }
        selectors[run->selector_count++] = word;
    }
    if (options.status < 0)
        (void)digest(&options, line, run);
    return options.status;
}

int cmd_run(int argc, char **argv)
{
    static const char *selectors[SELECTORS_MAX];
    static struct run_line line;
    struct run_options run = {.store = "sshspec.db", .selectors = selectors};
    int status = parse(&line, &run, selectors, argc, argv);

    return status >= 0 ? status : run_main(&run);
}
