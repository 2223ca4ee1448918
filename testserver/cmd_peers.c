/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_peers.c - `sshspec peers`: which implementations there are, and whether their recipes work.
 *
 * Owns: the table, the self-test of a recipe.
 * Not here: starting peers (interop/peer.h).
 * Called by: main.c.
 * Follows: INTERFACE "The verbs", "JSON lines".
 *
 * The self-test of a recipe is that the peer's own client logs in to the peer's own server: it
 * runs a command, is let in by password and by key, refuses a host key that it does not know, gets
 * and puts a file; and that the server takes many connections in a row that end at once. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "interop/peer.h"
#include "sshspec/text.h"
#include "testserver/offer.h"
#include "testserver/options.h"
#include "testserver/runner/room.h"
#include "testserver/verbs.h"

#define ACTION_MS 30000
#define VISITS 40 /* more than any list of offenders or limit on start-ups lets pass */
#define HELLO_MS 10000

struct bench { /* one peer on trial */
    const struct peer_set *set;
    const struct peer *peer;
    struct key_ring keys;
    struct peer_server server;
    char folder[SYSTEM_PATH_MAX];
    unsigned actions;
    struct ss_buf why;
};

/* ---- the table ---- */

static ss_err put_words(struct ss_buf *out, const char *const *words)
{
    const char *separator = "";

    for (; words != NULL && *words != NULL; words++) {
        SS_TRY(ss_buf_puts(out, separator));
        SS_TRY(ss_json_string(out, ss_span_of(*words)));
        separator = ",";
    }
    return SS_OK;
}

static ss_err put_features(struct ss_buf *out, const struct recipe *recipe)
{
    const char *const *word;

    SS_TRY(put_words(out, recipe->server_features));
    for (word = recipe->client_features; word != NULL && *word != NULL; word++) {
        if (words_have(recipe->server_features, ss_span_of(*word)))
            continue;
        SS_TRY(ss_buf_puts(
            out, recipe->server_features != NULL || word != recipe->client_features ? "," : ""));
        SS_TRY(ss_json_string(out, ss_span_of(*word)));
    }
    return SS_OK;
}

static ss_err put_json(struct ss_buf *out, const struct peer *peer)
{
    const struct recipe *recipe = &peer->recipe;

    SS_TRY(ss_buf_puts(out, "{\"name\":"));
    SS_TRY(ss_json_string(out, ss_span_of(recipe->name)));
    SS_TRY(ss_buf_puts(out, ",\"version\":"));
    SS_TRY(peer->version[0] != '\0' ? ss_json_string(out, ss_span_of(peer->version))
                                    : ss_buf_puts(out, "null"));
    SS_TRY(ss_buf_printf(
        out, ",\"installed\":%s,\"roles\":[%s%s%s],\"features\":[",
        peer->server || peer->client ? "true" : "false", recipe->server ? "\"server\"" : "",
        recipe->server && recipe->client ? "," : "", recipe->client ? "\"client\"" : ""));
    SS_TRY(put_features(out, recipe));
    return ss_buf_puts(out, "]}\n");
}

static ss_err put_line(struct ss_buf *out, const struct peer *peer)
{
    const struct recipe *recipe = &peer->recipe;
    const char *const *package = recipe->packages;

    SS_TRY(ss_buf_printf(out, "%-12s %-12s %s%s%s", recipe->name,
                         peer->version[0] != '\0' ? peer->version : "-",
                         peer->server ? "server" : "", peer->server && peer->client ? ", " : "",
                         peer->client ? "client" : ""));
    if (peer->missing[0] == '\0')
        return ss_buf_puts(out, "\n");
    SS_TRY(ss_buf_printf(out, "%sno %s; apt-get install", peer->server || peer->client ? "; " : "",
                         peer->missing));
    for (; package != NULL && *package != NULL; package++)
        SS_TRY(ss_buf_printf(out, " %s", *package));
    return ss_buf_puts(out, "\n");
}

static int show(const struct peer_set *set, bool json)
{
    struct ss_buf text;
    ss_err err = SS_OK;
    size_t i;

    ss_buf_init(&text, set->env, (size_t)1024 * 1024);
    for (i = 0; err == SS_OK && i < set->count; i++)
        err = json ? put_json(&text, &set->items[i]) : put_line(&text, &set->items[i]);
    if (err == SS_OK)
        (void)fwrite(ss_buf_at(&text), 1, ss_buf_size(&text), stdout);
    ss_buf_fini(&text);
    return err == SS_OK && fflush(stdout) == 0 ? EXIT_AS_EXPECTED : EXIT_ENVIRONMENT;
}

/* ---- the self-test ---- */

/* Runs one action; its exit status, or -1000 when it could not be started or did not end. */
static int act(struct bench *bench, struct peer_order *order, struct ss_buf *out_text)
{
    struct peer_client client = PEER_CLIENT_NONE;
    char folder[SYSTEM_PATH_MAX];
    int status = -1000;

    if (snprintf(folder, sizeof folder, "%s/action-%u", bench->folder, ++bench->actions) >=
            (int)sizeof folder ||
        system_make_folder(folder, 0700) != SS_OK)
        return status;
    order->port = bench->server.port;
    if (peer_client_start(bench->set, bench->peer, &bench->keys, folder, order, &client,
                          &bench->why) != SS_OK)
        return status;
    if (process_wait(&client.process, ACTION_MS))
        status = client.process.status;
    peer_client_stop(&client);
    if (order->verb == PEER_GET &&
        snprintf(folder + strlen(folder), sizeof folder - strlen(folder), "/work") > 0)
        (void)!peer_file(folder, ss_span_of(order->local), out_text);
    else
        (void)!peer_client_output(&client, false, out_text);
    if (status != 0)
        (void)!peer_client_output(&client, true, &bench->why);
    return status;
}

struct trial {
    const char *name, *feature; /* feature of the client, without which it is left out */
    enum peer_verb verb;
    const char *text, *local, *input;
    bool by_password, stranger;
    int status;
    const char *output;
};
static const struct trial trials[] = {
    {"exec by key", "exec", PEER_EXEC, "echo here; exit 7", NULL, "", false, false, 7, "here\n"},
    {"exec by password", "password", PEER_EXEC, "echo here", NULL, "", true, false, 0, "here\n"},
    {"input", "input", PEER_EXEC, "cat", NULL, "to and fro", false, false, 0, "to and fro"},
    {"unknown host key", "exec", PEER_EXEC, "echo here", NULL, "", false, true, 101, ""},
    {"sftp put", "sftp", PEER_PUT, "kept", "mine", "a file's text", false, false, 0, ""},
    {"sftp get", "sftp", PEER_GET, "kept", "back", "", false, false, 0, "a file's text"},
    {"sftp get of nothing", "sftp", PEER_GET, "none", "back", "", false, false, 105, ""},
};

static bool try_one(struct bench *bench, const struct trial *trial)
{
    struct peer_order order = {.verb = trial->verb,
                               .text = trial->text,
                               .local = trial->local,
                               .input = ss_span_of(trial->input),
                               .by_password = trial->by_password};
    struct ss_buf known, text;
    int status;
    bool good;

    ss_buf_init(&known, bench->set->env, 65536);
    ss_buf_init(&text, bench->set->env, (size_t)4 * 1024 * 1024);
    ss_buf_clear(&bench->why);
    if (!trial->stranger)
        (void)!key_ring_known(&bench->keys, bench->server.port, &known);
    order.known_hosts = ss_buf_span(&known);
    status = act(bench, &order, &text);
    good = status == trial->status && ss_span_is(ss_buf_span(&text), trial->output);
    (void)printf("%s %s: %s", good ? "ok" : "not ok", bench->peer->recipe.name, trial->name);
    if (!good)
        (void)printf(" (status %d instead of %d; %.*s)", status, trial->status,
                     (int)ss_buf_size(&bench->why), (const char *)ss_buf_at(&bench->why));
    (void)putchar('\n');
    ss_buf_fini(&text);
    ss_buf_fini(&known);
    return good;
}

/* One connection up to the first bytes of the identification line. */
static bool says_hello(uint16_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    char text[4] = "";
    bool hello;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    hello = fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
            poll(&ready, 1, HELLO_MS) == 1 && read(fd, text, 4) == 4 &&
            memcmp(text, "SSH-", 4) == 0;
    if (fd >= 0)
        close(fd);
    return hello;
}

static bool try_visits(struct bench *bench)
{
    unsigned n = 0;

    while (n < VISITS && says_hello(bench->server.port))
        n++;
    (void)printf("%s %s: %u of %d visits without a login\n", n == VISITS ? "ok" : "not ok",
                 bench->peer->recipe.name, n, VISITS);
    return n == VISITS;
}

static bool try_all(struct bench *bench)
{
    bool good = try_visits(bench);
    size_t i;

    for (i = 0; bench->peer->client && i < SS_COUNT(trials); i++) {
        if (peer_feature(bench->peer, false, ss_span_of(trials[i].feature)))
            good = try_one(bench, &trials[i]) && good;
    }
    if (peer_server_sound(&bench->server, &bench->why))
        return good;
    (void)printf("not ok %s: %.*s\n", bench->peer->recipe.name, (int)ss_buf_size(&bench->why),
                 (const char *)ss_buf_at(&bench->why));
    return false;
}

static int try_peer(struct bench *bench, const char *room)
{
    char server[SYSTEM_PATH_MAX];
    ss_err err = SS_E_ceiling;
    bool good = false;

    ss_buf_clear(&bench->why);
    if (snprintf(bench->folder, sizeof bench->folder, "%s/%s", room, bench->peer->recipe.name) <
            (int)sizeof bench->folder &&
        system_join(server, bench->folder, "server") == SS_OK)
        err = system_make_folder(bench->folder, 0700);
    if (err == SS_OK)
        err = system_make_folder(server, 0755);
    if (err == SS_OK)
        err = peer_prepare(bench->set, bench->peer, bench->keys.folder, &bench->why);
    if (err == SS_OK && bench->peer->server)
        err = peer_server_start(bench->set, bench->peer, &bench->keys, server, &bench->server,
                                &bench->why);
    if (err == SS_OK && bench->peer->server) {
        good = try_all(bench);
        peer_server_stop(&bench->server);
        return good ? EXIT_AS_EXPECTED : EXIT_NOT_AS_EXPECTED;
    }
    (void)printf("%s %s: %.*s\n", err == SS_E_unsupported || err == SS_OK ? "skipped" : "not ok",
                 bench->peer->recipe.name, (int)ss_buf_size(&bench->why),
                 (const char *)ss_buf_at(&bench->why));
    return err == SS_E_unsupported || err == SS_OK ? EXIT_SKIPPED : EXIT_ENVIRONMENT;
}

static int worse(int a, int b)
{
    static const int order[] = {EXIT_ENVIRONMENT, EXIT_NOT_AS_EXPECTED, EXIT_AS_EXPECTED};
    size_t i;

    for (i = 0; i < SS_COUNT(order); i++) {
        if (a == order[i] || b == order[i])
            return order[i];
    }
    return EXIT_SKIPPED;
}

static int check(const struct peer_set *set)
{
    struct bench bench = {.set = set, .server = PEER_SERVER_NONE};
    struct room room = ROOM_NONE;
    char keys[SYSTEM_PATH_MAX];
    int status = EXIT_SKIPPED;
    ss_err err;
    size_t i;

    ss_buf_init(&bench.why, set->env, (size_t)4 * 1024 * 1024);
    err = process_adopt();
    if (err == SS_OK)
        err = room_open(&room, &bench.why);
    if (err == SS_OK)
        err = room_folder(&room, "keys", keys);
    if (err == SS_OK)
        err = key_ring_make(set->env, keys, &bench.keys);
    if (err != SS_OK)
        (void)fprintf(stderr, "sshspec peers: %s\n", ss_err_text(err));
    for (i = 0; err == SS_OK && i < set->count; i++) {
        bench.peer = &set->items[i];
        if (bench.peer->server || bench.peer->client)
            status = worse(status, try_peer(&bench, room.path));
        (void)fflush(stdout);
    }
    if (err == SS_OK)
        key_ring_fini(&bench.keys);
    (void)process_end_all(NULL);
    room_close(&room);
    ss_buf_fini(&bench.why);
    return err == SS_OK ? status : EXIT_ENVIRONMENT;
}

int cmd_peers(int argc, char **argv)
{
    bool want_check = false, json = false;
    const char *who = NULL;
    const struct option table[] = {
        {"check", OPTION_FLAG, &want_check, NULL, "try each installed peer against itself"},
        {"algorithms", OPTION_TEXT, &who, "PEER",
         "what PEER, or the server at HOST:PORT, offers in its\nKEXINIT, and what the standards "
         "say "
         "about each name"},
        {"json", OPTION_FLAG, &json, NULL, "one JSON object a line"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL}};
    struct options options;
    struct peer_set set = {.count = 0};
    struct ss_buf why;
    const char *word;
    int status;
    size_t i;

    options_init(&options, table, argc, argv);
    options.usage = "[OPTION...]";
    options.about =
        "Lists the implementations that scenarios can be run against: version, roles, what\n"
        "is missing and how to install it.";
    options.example = "  sshspec peers --check\n"
                      "  sshspec peers --algorithms openssh\n";
    while (options_next(&options, &word))
        (void)options_wrong(&options, "\"%s\" is not an option", word);
    if (options.status >= 0)
        return options.status;
    if (who != NULL && want_check)
        return options_wrong(&options, "one of --check and --algorithms");
    ss_buf_init(&why, ss_system_env(), 65536);
    if (peer_set_load(ss_system_env(), NULL, &set, &why) != SS_OK) {
        (void)fprintf(stderr, "sshspec: %.*s\n", (int)ss_buf_size(&why),
                      (const char *)ss_buf_at(&why));
        ss_buf_fini(&why);
        return EXIT_USAGE;
    }
    for (i = 0; who == NULL && i < set.count; i++)
        peer_detect(&set, &set.items[i]);
    if (who != NULL)
        status = offers_show(&set, who, json);
    else
        status = want_check ? check(&set) : show(&set, json);
    peer_set_fini(&set);
    ss_buf_fini(&why);
    return status;
}
