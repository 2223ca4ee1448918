/* SPDX-License-Identifier: Apache-2.0 */
/* run_peers.c - which peers take part in a run, and making them ready.
 *
 * Owns: the words for what is missing, and what would have to be installed.
 * Not here: recipes and detection (interop/peer.h).
 * Called by: run.c.
 * Follows: INTERFACE "The verbs"; HOUSE "What a person sees". */
#include "testserver/runner/run_impl.h"

#include <stdlib.h>

#include "testserver/verbs.h"

static ss_err load_divergences(struct run *run, struct run_peer *beside, const char *name)
{
    char path[SYSTEM_PATH_MAX];

    if (snprintf(path, sizeof path, "%s/divergences/%s", run->set.interop, name) >=
        (int)sizeof path)
        return SS_E_ceiling;
    return divergences_load(run->env, path, &beside->known, &run->why);
}

static ss_err add_peer(struct run *run, const struct plan_peer *peer)
{
    if (run->peer_count == RUN_PEERS_MAX)
        return SS_E_too_many;
    SS_TRY(load_divergences(run, &run->beside[run->peer_count], peer->name));
    run->peers[run->peer_count++] = *peer;
    return SS_OK;
}

static bool is_chosen(const struct run *run, const char *name)
{
    size_t i;

    for (i = 0; i < run->peer_count; i++) {
        if (strcmp(run->peers[i].name, name) == 0)
            return true;
    }
    return false;
}

static void tell_missing(const struct peer *peer)
{
    const char *const *package = peer->recipe.packages;

    (void)fprintf(stderr, "sshspec: %s is not all there: no %s; apt-get install",
                  peer->recipe.title, peer->missing);
    for (; package != NULL && *package != NULL; package++)
        (void)fprintf(stderr, " %s", *package);
    (void)fputc('\n', stderr);
}

static void tell_old(const struct peer *peer)
{
    if (peer->recipe.since != NULL && peer->version[0] != '\0' &&
        recipe_compare_versions(ss_span_of(peer->version), ss_span_of(peer->recipe.since)) < 0)
        (void)fprintf(stderr, "sshspec: %s %s is older than its recipe was written for (%s)\n",
                      peer->recipe.title, peer->version, peer->recipe.since);
}

static ss_err add_real(struct run *run, struct peer *peer)
{
    const bool *asked = run->options->roles;
    struct plan_peer item = {.name = peer->recipe.name, .version = peer->version, .peer = peer};

    if (is_chosen(run, item.name))
        return SS_OK;
    peer_detect(&run->set, peer);
    tell_old(peer);
    item.roles[PEER_SERVER] = asked[PEER_SERVER] && peer->server;
    item.roles[PEER_CLIENT] = asked[PEER_CLIENT] && peer->client;
    item.roles[PEER_BOTH] = asked[PEER_BOTH] && peer->server && peer->client;
    if ((asked[PEER_SERVER] && peer->recipe.server && !peer->server) ||
        (asked[PEER_CLIENT] && peer->recipe.client && !peer->client))
        tell_missing(peer);
    if (!peer->server && !peer->client) {
        run->missing++;
        return SS_OK;
    }
    return add_peer(run, &item);
}

static ss_err add_self(struct run *run)
{
    struct plan_peer item = {.name = "self", .version = SSHSPEC_VERSION, .self = true};
    const struct act_break *breaks = run->options->self_breaks;

    memcpy(item.roles, run->options->roles, sizeof item.roles);
    if (breaks != NULL) {
        /* rule: nobody may take what it does for results of the honest one, nor its divergences. */
        (void)snprintf(run->broken_name, sizeof run->broken_name, "self-broken:%s", breaks->name);
        item.name = run->broken_name;
        item.roles[PEER_SERVER] = item.roles[PEER_SERVER] && breaks->role == SS_SERVER;
        item.roles[PEER_CLIENT] = item.roles[PEER_CLIENT] && breaks->role == SS_CLIENT;
        item.roles[PEER_BOTH] = false;
    }
    return is_chosen(run, item.name) ? SS_OK : add_peer(run, &item);
}

/* Named by what it is: its address, or the client's program. */
static ss_err add_outside(struct run *run)
{
    const struct world_outside *outside = &run->options->outside;
    const bool *asked = run->options->roles;
    struct plan_peer item = {.name = run->outside_name, .version = ""};
    const char *program = outside->client;
    size_t n;

    item.roles[PEER_SERVER] = asked[PEER_SERVER] && outside->host != NULL;
    item.roles[PEER_CLIENT] = asked[PEER_CLIENT] && outside->client != NULL;
    item.roles[PEER_BOTH] = asked[PEER_BOTH] && outside->host != NULL && outside->client != NULL;
    if (outside->host != NULL) {
        (void)snprintf(run->outside_name, sizeof run->outside_name, "%s:%u", outside->host,
                       (unsigned)outside->port);
    } else if (program != NULL) {
        n = strcspn(program, " \t");
        while (n > 0 && memchr(program, '/', n) != NULL) {
            program++;
            n--;
        }
        (void)snprintf(run->outside_name, sizeof run->outside_name, "%.*s", (int)n, program);
    }
    return add_peer(run, &item);
}

static ss_err add_all(struct run *run)
{
    size_t i;

    for (i = 0; i < run->set.count; i++)
        SS_TRY(add_real(run, &run->set.items[i]));
    /* Nobody asked for these by name. */
    run->missing = 0;
    return SS_OK;
}

static int unknown_peer(struct run *run, const char *name)
{
    size_t i;

    (void)fprintf(stderr, "sshspec: no peer \"%s\"; there are", name);
    for (i = 0; i < run->set.count; i++)
        (void)fprintf(stderr, " %s", run->set.items[i].recipe.name);
    (void)fputs(" self all\n", stderr);
    return EXIT_USAGE;
}

static int add_named(struct run *run)
{
    const struct run_options *options = run->options;
    ss_err err = SS_OK;
    size_t i;

    for (i = 0; err == SS_OK && i < options->peer_count; i++) {
        const char *name = options->peers[i];
        struct peer *peer = peer_set_find(&run->set, ss_span_of(name));

        if (strcmp(name, "all") == 0)
            err = add_all(run);
        else if (strcmp(name, "self") == 0)
            err = add_self(run);
        else if (peer == NULL)
            return unknown_peer(run, name);
        else
            err = add_real(run, peer);
    }
    return err == SS_OK ? -1 : run_wrong(run, EXIT_USAGE, ss_err_text(err));
}

int run_find_peers(struct run *run)
{
    const struct world_outside *outside = &run->options->outside;
    const bool is_outside = outside->host != NULL || outside->client != NULL;
    ss_err err = peer_set_load(run->env, NULL, &run->set, &run->why);
    int status;

    if (err != SS_OK)
        return run_wrong(run, err == SS_E_bad_value ? EXIT_USAGE : EXIT_ENVIRONMENT,
                         ss_err_text(err));
    if (is_outside)
        err = add_outside(run);
    if (err == SS_OK && !is_outside && run->options->peer_count == 0)
        err = add_all(run);
    if (err != SS_OK)
        return run_wrong(run, err == SS_E_bad_value ? EXIT_USAGE : EXIT_ENVIRONMENT,
                         ss_err_text(err));
    status = add_named(run);
    if (status >= 0)
        return status;
    if (run->peer_count > 0)
        return -1;
    (void)fputs("sshspec: no peer is there to run against\n", stderr);
    return EXIT_SKIPPED;
}

/* ---- making ready ---- */

static ss_err make_keys(struct run *run, const struct ss_env *env, const char *name,
                        char path[SYSTEM_PATH_MAX])
{
    struct key_ring ring;
    ss_err err = room_folder(&run->room, name, path);

    if (err == SS_OK)
        err = key_ring_make(env, path, &ring);
    if (err == SS_OK)
        key_ring_fini(&ring);
    return err;
}

/* Takes a peer out of the run, with its place. */
static void drop_peer(struct run *run, size_t at)
{
    divergences_fini(&run->beside[at].known);
    run->peer_count--;
    memmove(&run->peers[at], &run->peers[at + 1], (run->peer_count - at) * sizeof *run->peers);
    memmove(&run->beside[at], &run->beside[at + 1], (run->peer_count - at) * sizeof *run->beside);
    memset(&run->beside[run->peer_count], 0, sizeof *run->beside);
}

static int prepare_real(struct run *run)
{
    size_t i = 0;

    while (i < run->peer_count) {
        const struct peer *peer = run->peers[i].peer;
        ss_err err = peer != NULL ? peer_prepare(&run->set, peer, run->keys, &run->why) : SS_OK;

        if (err == SS_E_unsupported) {
            (void)run_wrong(run, EXIT_SKIPPED, "");
            run->missing += run->options->peer_count > 0;
            drop_peer(run, i);
            continue;
        }
        if (err != SS_OK)
            return run_wrong(run, EXIT_ENVIRONMENT, ss_err_text(err));
        i++;
    }
    return run->peer_count > 0 ? -1 : EXIT_SKIPPED;
}

int run_prepare_peers(struct run *run)
{
    struct ss_seeded seeded;
    bool real = false, self = false;
    ss_err err = SS_OK;
    size_t i;

    for (i = 0; i < run->peer_count; i++) {
        real = real || !run->peers[i].self;
        self = self || run->peers[i].self;
    }
    if (real)
        err = make_keys(run, run->env, "keys", run->keys);
    /* Our own seats repeat themselves byte for byte, so their keys come from the seed. */
    ss_seeded_init(&seeded, run->report.run.seed);
    if (err == SS_OK && self)
        err = make_keys(run, &seeded.env, "self-keys", run->self_keys);
    if (err != SS_OK)
        return run_wrong(run, EXIT_ENVIRONMENT, "the keys of the run could not be made");
    return prepare_real(run);
}
