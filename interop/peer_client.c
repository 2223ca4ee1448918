/* SPDX-License-Identifier: Apache-2.0 */
/* peer_client.c - a client under test: one action, its files and what it said.
 *
 * Owns: the process and its folder's layout.
 * Not here: what the action means and whether it may be asked (runner/world.c).
 * Called by: runner/world.c, `sshspec peers --check`.
 * Follows: peer.h. */
#include "interop/peer_impl.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define STOP_MS 500
#define WORDS_CEILING ((size_t)4 * 1024 * 1024)

static const char *const verbs[] = {"exec", "get", "put", "ls"};

/* A name of a file beside others, and nothing else. */
static bool is_plain_name(ss_span name)
{
    if (name.size == 0 || name.size > 200 || memchr(name.data, '/', name.size) != NULL ||
        memchr(name.data, 0, name.size) != NULL)
        return false;
    return !ss_span_is(name, ".") && !ss_span_is(name, "..");
}

/* ---- its folder ---- */

static ss_err write_in(const char *folder, const char *name, ss_span bytes)
{
    char path[SYSTEM_PATH_MAX];

    SS_TRY(system_join(path, folder, name));
    return system_write_file(path, bytes, 0600);
}

static ss_err furnish(const char *folder, const struct peer_order *order)
{
    char path[SYSTEM_PATH_MAX];

    SS_TRY(system_join(path, folder, "home"));
    SS_TRY(system_make_folder(path, 0700));
    SS_TRY(write_in(folder, "known_hosts", order->known_hosts));
    SS_TRY(
        write_in(folder, "input", order->verb == PEER_PUT ? ss_span_make(NULL, 0) : order->input));
    SS_TRY(system_join(path, folder, "work"));
    SS_TRY(system_make_folder(path, 0700));
    if (order->verb != PEER_GET && order->verb != PEER_PUT)
        return SS_OK;
    if (order->local == NULL || !is_plain_name(ss_span_of(order->local)))
        return SS_E_bad_argument;
    return order->verb == PEER_PUT ? write_in(path, order->local, order->input) : SS_OK;
}

/* ---- its start ---- */

static void add_order(struct peer_env *env, const char *known_hosts, const char *password_file,
                      const struct peer_order *order)
{
    peer_env_add(env, "PEER_AUTH", order->by_password ? "password" : "key");
    peer_env_add(env, "PEER_KNOWN_HOSTS", known_hosts);
    peer_env_add(env, "PEER_PASSWORD_FILE", password_file);
    if (order->kex != NULL)
        peer_env_add(env, "PEER_KEX", order->kex);
    if (order->hostkey != NULL)
        peer_env_add(env, "PEER_HOSTKEY", order->hostkey);
    if (order->cipher != NULL)
        peer_env_add(env, "PEER_CIPHER", order->cipher);
    if (order->mac != NULL)
        peer_env_add(env, "PEER_MAC", order->mac);
}

static int open_input(const char *folder)
{
    char path[SYSTEM_PATH_MAX];

    return system_join(path, folder, "input") == SS_OK ? open(path, O_RDONLY | O_CLOEXEC) : -1;
}

static ss_err launch(struct peer_client *client, const char *const *argv,
                     const struct peer_env *env)
{
    struct process_spec spec = {argv, env->items, NULL, -1, -1, -1, PEER_FILE_LIMIT};
    char work[SYSTEM_PATH_MAX];
    ss_err err = SS_E_io;

    SS_TRY(system_join(work, client->folder, "work"));
    spec.folder = work;
    spec.standard_input = open_input(client->folder);
    spec.standard_output = peer_open_output(client->folder, "stdout");
    spec.standard_error = peer_open_output(client->folder, "stderr");
    if (spec.standard_input >= 0 && spec.standard_output >= 0 && spec.standard_error >= 0)
        err = process_start(&spec, &client->process);
    if (spec.standard_input >= 0)
        close(spec.standard_input);
    if (spec.standard_output >= 0)
        close(spec.standard_output);
    if (spec.standard_error >= 0)
        close(spec.standard_error);
    return err;
}

static ss_err start_in(const struct peer_set *set, const struct key_ring *keys,
                       const struct peer_order *order, const char *const *argv,
                       struct peer_client *client)
{
    char home[SYSTEM_PATH_MAX], known[SYSTEM_PATH_MAX], password[SYSTEM_PATH_MAX];
    struct peer_env env;
    ss_err err;

    SS_TRY(system_join(home, client->folder, "home"));
    SS_TRY(system_join(known, client->folder, "known_hosts"));
    SS_TRY(system_join(password, keys->folder, "password"));
    peer_env_init(&env, set, keys->folder, home);
    add_order(&env, known, password, order);
    err = env.failed ? SS_E_no_memory : launch(client, argv, &env);
    peer_env_fini(&env);
    return err;
}

static ss_err keep_folder(struct peer_client *client, const char *folder)
{
    if (strlen(folder) >= sizeof client->folder)
        return SS_E_ceiling;
    memcpy(client->folder, folder, strlen(folder) + 1);
    return SS_OK;
}

ss_err peer_client_start(const struct peer_set *set, const struct peer *peer,
                         const struct key_ring *keys, const char *folder,
                         const struct peer_order *order, struct peer_client *out,
                         struct ss_buf *out_why)
{
    struct peer_client client = PEER_CLIENT_NONE;
    char program[SYSTEM_PATH_MAX], port[8];
    const char *argv[6] = {program, port, verbs[order->verb], order->text, order->local, NULL};
    ss_err err;

    if (order->verb == PEER_PUT) {
        argv[3] = order->local;
        argv[4] = order->text;
    }
    if (order->verb == PEER_EXEC || order->verb == PEER_LS)
        argv[4] = NULL;
    (void)snprintf(port, sizeof port, "%u", (unsigned)order->port);
    err = keep_folder(&client, folder);
    if (err == SS_OK)
        err = system_join(program, peer->folder, peer->recipe.client_command);
    if (err == SS_OK)
        err = furnish(folder, order);
    if (err == SS_OK)
        err = start_in(set, keys, order, argv, &client);
    if (err != SS_OK)
        return peer_fail(out_why, err, peer->recipe.name);
    *out = client;
    return SS_OK;
}

/* ---- by the user's own words ---- */

static ss_err fill(struct ss_arena *arena, const char *const *words, const struct key_ring *keys,
                   const char *folder, const struct peer_order *order, const char *const **out_argv,
                   struct ss_buf *out_why)
{
    char key[SYSTEM_PATH_MAX], known[SYSTEM_PATH_MAX], password[SYSTEM_PATH_MAX], port[8];
    const struct words_value values[] = {
        {"host", ss_span_of("127.0.0.1")},
        {"port", ss_span_make(port, (size_t)snprintf(port, sizeof port, "%u", order->port))},
        {"user", ss_span_of(KEY_RING_USER)},
        {"key",
         ss_span_make(key, (size_t)snprintf(key, sizeof key, "%s/user_ed25519", keys->folder))},
        {"known_hosts",
         ss_span_make(known, (size_t)snprintf(known, sizeof known, "%s/known_hosts", folder))},
        {"password_file", ss_span_make(password, (size_t)snprintf(password, sizeof password,
                                                                  "%s/password", keys->folder))},
        {"command", ss_span_of(order->text)},
        {NULL, {NULL, 0}}};
    size_t bad = 0;
    ss_err err = words_fill(arena, words, values, out_argv, &bad);

    if (err == SS_E_bad_value)
        (void)!ss_buf_printf(out_why, "no such value in the client's command: %s", words[bad]);
    return err;
}

ss_err peer_client_command(const struct peer_set *set, const char *const *words,
                           const struct key_ring *keys, const char *folder,
                           const struct peer_order *order, struct peer_client *out,
                           struct ss_buf *out_why)
{
    struct peer_client client = PEER_CLIENT_NONE;
    const char *const *argv = NULL;
    struct ss_arena arena;
    ss_err err;

    if (order->verb != PEER_EXEC)
        return SS_E_unsupported;
    ss_arena_init(&arena, set->env, WORDS_CEILING);
    err = keep_folder(&client, folder);
    if (err == SS_OK)
        err = fill(&arena, words, keys, folder, order, &argv, out_why);
    if (err == SS_OK && argv[0] == NULL)
        err = SS_E_bad_argument;
    if (err == SS_OK)
        err = furnish(folder, order);
    if (err == SS_OK)
        err = start_in(set, keys, order, argv, &client);
    if (err != SS_OK && err != SS_E_bad_value)
        (void)peer_fail(out_why, err, words[0]);
    ss_arena_fini(&arena);
    if (err == SS_OK)
        *out = client;
    return err;
}

/* ---- what came of it ---- */

void peer_client_stop(struct peer_client *client)
{
    process_stop(&client->process, STOP_MS);
}

ss_err peer_client_output(const struct peer_client *client, bool standard_error, struct ss_buf *out)
{
    char path[SYSTEM_PATH_MAX];
    size_t before = ss_buf_size(out);

    SS_TRY(system_join(path, client->folder, standard_error ? "stderr" : "stdout"));
    SS_TRY(system_read_part(path, 0, PEER_OUTPUT_MAX, out));
    if (ss_buf_size(out) - before < PEER_OUTPUT_MAX)
        return SS_OK;
    return ss_buf_puts(out, "\n[cut here after 1 MiB]\n");
}

ss_err peer_file(const char *folder, ss_span name, struct ss_buf *out)
{
    char path[SYSTEM_PATH_MAX], plain[256];

    if (!is_plain_name(name))
        return SS_E_path_escape;
    memcpy(plain, name.data, name.size);
    plain[name.size] = '\0';
    SS_TRY(system_join(path, folder, plain));
    return system_read_part(path, 0, PEER_OUTPUT_MAX, out);
}
