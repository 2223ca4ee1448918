/* SPDX-License-Identifier: Apache-2.0 */
/* peer_set.c - which peers there are, which of them are installed, and making them ready.
 *
 * Owns: the list of recipes; what detection found.
 * Not here: servers and clients that run (peer_server.c, peer_client.c).
 * Called by: the verbs `peers` and `run`, each worker.
 * Follows: peer.h. */
#include "interop/peer_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sshspec/text.h"

#define RECIPE_CEILING 65536
#define PEERS_MAX 256
#define DETECT_MS 10000
#define PREPARE_MS 60000
#define SEARCH_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define CANNOT_HERE 77

ss_err peer_fail(struct ss_buf *out_why, ss_err err, const char *text)
{
    /* Best effort: an explanation that does not fit must not hide the failure. */
    (void)!ss_buf_printf(out_why, "%s: %s", text,
                         err == SS_E_io ? strerror(errno) : ss_err_text(err));
    return err;
}

/* ---- environment ---- */

void peer_env_add(struct peer_env *env, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 2;
    char *item;

    if (env->count == PEER_ENV_MAX || (item = ss_arena_alloc(&env->arena, size)) == NULL) {
        env->failed = true;
        return;
    }
    (void)snprintf(item, size, "%s=%s", name, value);
    env->items[env->count++] = item;
}

void peer_env_init(struct peer_env *env, const struct peer_set *set, const char *keys,
                   const char *home)
{
    memset(env, 0, sizeof *env);
    ss_arena_init(&env->arena, set->env, (size_t)1024 * 1024);
    peer_env_add(env, "PATH", SEARCH_PATH);
    peer_env_add(env, "LANG", "C.UTF-8");
    peer_env_add(env, "HOME", home);
    peer_env_add(env, "TMPDIR", home);
    peer_env_add(env, "SSHSPEC", set->self);
    peer_env_add(env, "SSHSPEC_INTEROP", set->interop);
    peer_env_add(env, "PEER_USER", KEY_RING_USER);
    if (keys != NULL)
        peer_env_add(env, "PEER_KEYS", keys);
}

void peer_env_fini(struct peer_env *env)
{
    ss_arena_fini(&env->arena);
}

/* ---- output of short programs ---- */

int peer_open_output(const char *folder, const char *name)
{
    char path[SYSTEM_PATH_MAX];

    if (system_join(path, folder, name) != SS_OK)
        return -1;
    return open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
}

void peer_quote_tail(const char *folder, const char *name, struct ss_buf *out_why)
{
    char path[SYSTEM_PATH_MAX];
    struct ss_buf text;
    ss_span tail;

    ss_buf_init(&text, out_why->env, PEER_OUTPUT_MAX);
    if (system_join(path, folder, name) == SS_OK &&
        system_read_part(path, 0, PEER_OUTPUT_MAX / 2, &text) == SS_OK) {
        tail = ss_buf_span(&text);
        while (tail.size > 0 && tail.data[tail.size - 1] == '\n')
            tail.size--;
        if (tail.size > 300)
            tail = ss_span_part(tail, tail.size - 300, 300);
        if (tail.size > 0 && ss_buf_puts(out_why, "; it said: ") == SS_OK)
            (void)!ss_escape(out_why, tail);
    }
    ss_buf_fini(&text);
}

/* Both outputs of a program that should end soon. */
static ss_err run_short(const struct peer_set *set, const char *const *argv, const char *keys,
                        ss_time ms, struct ss_buf *out, int *out_status)
{
    struct process process = PROCESS_NONE;
    struct process_spec spec = {argv, NULL, keys, -1, -1, -1, PEER_FILE_LIMIT};
    int both = memfd_create("output", MFD_CLOEXEC);
    struct peer_env env;
    ss_err err = SS_E_io;
    ssize_t got;

    if (both < 0)
        return SS_E_io;
    peer_env_init(&env, set, keys, keys != NULL ? keys : "/nonexistent");
    spec.envp = env.items;
    spec.standard_output = spec.standard_error = both;
    err = env.failed ? SS_E_no_memory : process_start(&spec, &process);
    if (err == SS_OK && !process_wait(&process, ms))
        err = SS_E_timeout;
    process_stop(&process, 0);
    if (err == SS_OK) {
        uint8_t *at;

        *out_status = process.status;
        err = ss_buf_extend(out, 4096, &at);
        got = err == SS_OK ? pread(both, at, 4096, 0) : 0;
        if (err == SS_OK)
            ss_buf_truncate(out, ss_buf_size(out) - 4096 + (size_t)(got > 0 ? got : 0));
    }
    peer_env_fini(&env);
    close(both);
    return err;
}

/* ---- recipes ---- */

static ss_err read_recipe(const struct peer_set *set, const char *name, struct peer *out,
                          struct ss_buf *out_why)
{
    struct recipe_error error = {0, 0, ""};
    char path[SYSTEM_PATH_MAX];
    struct ss_buf text;
    ss_err err;

    if (snprintf(out->folder, sizeof out->folder, "%s/peers/%s", set->interop, name) >=
        (int)sizeof out->folder)
        return SS_E_ceiling;
    SS_TRY(system_join(path, out->folder, "recipe"));
    ss_buf_init(&text, set->env, RECIPE_CEILING);
    err = system_read_file(path, &text);
    if (err == SS_OK)
        err = recipe_parse(set->env, ss_buf_span(&text), &out->recipe, &error);
    ss_buf_fini(&text);
    if (err == SS_E_bad_value)
        (void)!ss_buf_printf(out_why, "%s:%u:%u: %s", path, (unsigned)error.line,
                             (unsigned)error.column, error.text);
    else if (err != SS_OK)
        (void)peer_fail(out_why, err, path);
    if (err == SS_OK && strcmp(out->recipe.name, name) != 0) {
        (void)!ss_buf_printf(out_why, "%s: the name is not that of its folder", path);
        err = SS_E_bad_value;
    }
    return err;
}

static int by_name(const void *a, const void *b)
{
    const struct peer *x = a, *y = b;

    return strcmp(x->recipe.name, y->recipe.name);
}

static ss_err read_all(struct peer_set *set, DIR *folder, struct ss_buf *out_why)
{
    const struct dirent *entry;

    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.' || set->count == PEERS_MAX)
            continue;
        SS_TRY(read_recipe(set, entry->d_name, &set->items[set->count], out_why));
        set->count++;
    }
    qsort(set->items, set->count, sizeof *set->items, by_name);
    return SS_OK;
}

ss_err peer_set_load(const struct ss_env *env, const char *interop, struct peer_set *out,
                     struct ss_buf *out_why)
{
    struct peer_set set = {.env = env};
    char path[SYSTEM_PATH_MAX];
    DIR *folder = NULL;
    ss_err err;

    if (interop != NULL)
        err = strlen(interop) < sizeof set.interop ? SS_OK : SS_E_ceiling;
    else
        err = system_find_data("interop", "SSHSPEC_INTEROP", set.interop);
    if (err == SS_OK && interop != NULL)
        memcpy(set.interop, interop, strlen(interop) + 1);
    if (err == SS_OK)
        err = system_self(set.self);
    if (err == SS_OK)
        err = system_join(path, set.interop, "peers");
    if (err != SS_OK)
        return peer_fail(out_why, err, "the folder interop (SSHSPEC_INTEROP names it)");
    folder = opendir(path);
    if (folder == NULL)
        return peer_fail(out_why, SS_E_io, path);
    set.items = ss_alloc(env, PEERS_MAX * sizeof *set.items);
    err = set.items != NULL ? read_all(&set, folder, out_why) : SS_E_no_memory;
    closedir(folder);
    if (err == SS_OK)
        *out = set;
    else
        peer_set_fini(&set);
    return err;
}

void peer_set_fini(struct peer_set *set)
{
    size_t i;

    for (i = 0; set->items != NULL && i < PEERS_MAX; i++)
        recipe_fini(&set->items[i].recipe);
    if (set->items != NULL)
        ss_free(set->env, set->items, PEERS_MAX * sizeof *set->items);
    set->items = NULL;
    set->count = 0;
}

struct peer *peer_set_find(const struct peer_set *set, ss_span name)
{
    size_t i;

    for (i = 0; i < set->count; i++) {
        if (ss_span_is(name, set->items[i].recipe.name))
            return &set->items[i];
    }
    return NULL;
}

bool peer_feature(const struct peer *peer, bool as_server, ss_span word)
{
    return words_have(as_server ? peer->recipe.server_features : peer->recipe.client_features,
                      word);
}

/* ---- detection ---- */

static bool have_program(const char *name)
{
    static const char search[] = SEARCH_PATH;
    char path[SYSTEM_PATH_MAX];
    const char *at = search;

    if (strchr(name, '/') != NULL)
        return access(name, X_OK) == 0;
    while (*at != '\0') {
        size_t n = strcspn(at, ":");

        if (snprintf(path, sizeof path, "%.*s/%s", (int)n, at, name) < (int)sizeof path &&
            access(path, X_OK) == 0)
            return true;
        at += n + (at[n] == ':');
    }
    return false;
}

static bool have_all(struct peer *peer, const char *const *programs)
{
    bool all = true;

    for (; programs != NULL && *programs != NULL; programs++) {
        size_t used = strlen(peer->missing);

        if (have_program(*programs))
            continue;
        all = false;
        if (strstr(peer->missing, *programs) == NULL)
            (void)snprintf(peer->missing + used, sizeof peer->missing - used, "%s%s",
                           used > 0 ? " " : "", *programs);
    }
    return all;
}

/* The word behind the text that the recipe names. */
static void read_version(struct peer *peer, ss_span said)
{
    const char *after = peer->recipe.version_after;
    char text[4097];
    const char *at;
    size_t n;

    n = said.size < sizeof text - 1 ? said.size : sizeof text - 1;
    if (n > 0)
        memcpy(text, said.data, n);
    text[n] = '\0';
    at = after != NULL ? strstr(text, after) : text;
    if (at == NULL)
        return;
    if (after != NULL)
        at += strlen(after);
    n = strcspn(at, " ,\t\r\n");
    if (n < sizeof peer->version)
        (void)snprintf(peer->version, sizeof peer->version, "%.*s", (int)n, at);
}

void peer_detect(const struct peer_set *set, struct peer *peer)
{
    const struct recipe *recipe = &peer->recipe;
    struct ss_buf said;
    int status = 0;

    if (peer->detected)
        return;
    peer->detected = true;
    peer->server = have_all(peer, recipe->server_programs) && recipe->server;
    peer->client = have_all(peer, recipe->client_programs) && recipe->client;
    if (!peer->server && !peer->client)
        return;
    ss_buf_init(&said, set->env, 65536);
    if (run_short(set, recipe->detect, NULL, DETECT_MS, &said, &status) == SS_OK)
        read_version(peer, ss_buf_span(&said));
    /* The program may be there without the library it needs. */
    if (peer->version[0] == '\0' && recipe->version_after != NULL) {
        peer->server = peer->client = false;
        (void)snprintf(peer->missing, sizeof peer->missing, "%s (does not tell its version)",
                       recipe->detect[0]);
    }
    ss_buf_fini(&said);
}

ss_err peer_prepare(const struct peer_set *set, const struct peer *peer, const char *keys,
                    struct ss_buf *out_why)
{
    char path[SYSTEM_PATH_MAX];
    const char *const argv[] = {path, keys, NULL};
    struct ss_buf said;
    int status = 0;
    ss_err err;

    if (peer->recipe.prepare_command == NULL)
        return SS_OK;
    SS_TRY(system_join(path, peer->folder, peer->recipe.prepare_command));
    ss_buf_init(&said, set->env, 65536);
    err = run_short(set, argv, keys, PREPARE_MS, &said, &status);
    if (err != SS_OK) {
        (void)peer_fail(out_why, err, path);
    } else if (status != 0) {
        (void)!ss_buf_printf(out_why, "%s/prepare ended with %d: ", peer->recipe.name, status);
        (void)!ss_escape(out_why, ss_buf_span(&said));
        err = status == CANNOT_HERE ? SS_E_unsupported : SS_E_refused;
    }
    ss_buf_fini(&said);
    return err;
}
