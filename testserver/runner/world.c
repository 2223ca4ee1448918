/* SPDX-License-Identifier: Apache-2.0 */
/* world.c - real peers behind the calls of struct act_world.
 *
 * Owns: the order of an action into a command line, which features it needs.
 * Not here: processes (interop/), judgement (actor/).
 * Called by: worker.c.
 * Follows: actor.h. */
#include "testserver/runner/world.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define STOP_MS 4000 /* for a server to end in good order */
#define KEY_FILE_MAX ((size_t)1024 * 1024)

static struct world *of(struct act_world *self)
{
    return SS_CONTAINER_OF(self, struct world, act);
}

/* ---- what the peer can ---- */

static bool world_feature(struct act_world *self, ss_span name)
{
    const struct world *world = of(self);
    const struct peer *peer = world->spec.peer;

    if (peer == NULL) /* outside: nobody has told, so it is tried */
        return true;
    if (world->spec.role == PEER_BOTH)
        return peer_feature(peer, true, name) && peer_feature(peer, false, name);
    return peer_feature(peer, world->spec.role == PEER_SERVER, name);
}

static ss_err cannot(struct ss_buf *out_why, const char *what)
{
    SS_TRY(ss_buf_printf(out_why, "this client cannot %s", what));
    return SS_E_unsupported;
}

struct need {
    bool asked;
    const char *feature, *words;
};

static ss_err check_needs(const struct world *world, const struct act_order *order,
                          struct ss_buf *out_why)
{
    /* Without an action it is a login that matters: the least command does. */
    const bool exec = order->action->kind == SCN_EXEC || order->action->kind == SCN_NO_ACTION;
    const struct need needs[] = {
        {exec, "exec", "run a command"},
        {!exec, "sftp", "do SFTP"},
        {order->action->by_password, "password", "log in by password"},
        {!order->action->by_password, "key", "log in by key"},
        {exec && order->action->input.size > 0, "input", "be given input"},
        {order->kex.size > 0, "kex", "narrow its key exchange methods"},
        {order->hostkey.size > 0, "hostkey", "narrow its host key algorithms"},
        {order->cipher.size > 0, "cipher", "narrow its ciphers"},
        {order->mac.size > 0, "mac", "narrow its MACs"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(needs); i++) {
        const char *feature = needs[i].feature;

        if (!needs[i].asked)
            continue;
        if (world->client_words != NULL) {
            /* A command line says what it says: there is no word for these. */
            if (strcmp(feature, "exec") != 0 && strcmp(feature, "key") != 0 &&
                strcmp(feature, "input") != 0)
                return cannot(out_why, needs[i].words);
            continue;
        }
        if (!peer_feature(world->spec.peer, false, ss_span_of(feature)))
            return cannot(out_why, needs[i].words);
    }
    return SS_OK;
}

/* ---- starting a client ---- */

/* A text for a command line or the environment; null when it is empty. */
static ss_err text_of(struct ss_arena *arena, ss_span text, const char **out,
                      struct ss_buf *out_why)
{
    if (text.size > 0 && memchr(text.data, 0, text.size) != NULL)
        return cannot(out_why, "be told of a zero byte");
    *out = text.size > 0 ? ss_arena_text(arena, text) : NULL;
    return text.size > 0 && *out == NULL ? SS_E_no_memory : SS_OK;
}

static ss_err make_order(struct ss_arena *arena, const struct act_order *from,
                         struct peer_order *out, struct ss_buf *out_why)
{
    const struct scn_action *action = from->action;
    struct peer_order order = {.input = action->input,
                               .by_password = action->by_password,
                               .port = from->port,
                               .known_hosts = from->known_hosts};

    order.verb = action->kind == SCN_SFTP_GET   ? PEER_GET
                 : action->kind == SCN_SFTP_PUT ? PEER_PUT
                 : action->kind == SCN_SFTP_LS  ? PEER_LS
                                                : PEER_EXEC;
    SS_TRY(text_of(arena, action->kind == SCN_NO_ACTION ? ss_span_of("true") : action->text,
                   &order.text, out_why));
    SS_TRY(text_of(arena, action->local, &order.local, out_why));
    SS_TRY(text_of(arena, from->kex, &order.kex, out_why));
    SS_TRY(text_of(arena, from->hostkey, &order.hostkey, out_why));
    SS_TRY(text_of(arena, from->cipher, &order.cipher, out_why));
    SS_TRY(text_of(arena, from->mac, &order.mac, out_why));
    if (order.text == NULL)
        return cannot(out_why, "do without a command or path");
    *out = order;
    return SS_OK;
}

static ss_err launch(struct world *world, const struct peer_order *order, struct ss_buf *out_why)
{
    const struct world_spec *spec = &world->spec;
    char folder[SYSTEM_PATH_MAX];
    ss_err err;

    if (snprintf(folder, sizeof folder, "%s/client-%u", spec->folder, ++world->clients) >=
        (int)sizeof folder)
        return SS_E_ceiling;
    err = system_make_folder(folder, 0700);
    if (err != SS_OK)
        return err;
    if (world->client_words != NULL)
        return peer_client_command(spec->peers, world->client_words, &world->ring, folder, order,
                                   &world->client, out_why);
    return peer_client_start(spec->peers, spec->peer, &world->ring, folder, order, &world->client,
                             out_why);
}

static bool client_is_sound(const struct world *world, struct ss_buf *out_why)
{
    const struct recipe *recipe = world->spec.peer != NULL ? &world->spec.peer->recipe : NULL;
    struct ss_buf text;
    ss_span line;
    bool sound = true;

    if (world->client.process.pid == 0)
        return true;
    ss_buf_init(&text, world->spec.env, (size_t)2 * 1024 * 1024);
    (void)!peer_client_output(&world->client, true, &text);
    if (peer_text_tells_crash(recipe, ss_buf_span(&text), &line)) {
        (void)!ss_buf_printf(out_why, "the client said: %.*s", (int)line.size,
                             (const char *)line.data);
        sound = false;
    }
    ss_buf_fini(&text);
    return sound;
}

/* Its files give way to those of the next one. */
static void retire_client(struct world *world)
{
    struct ss_buf why;

    ss_buf_init(&why, world->spec.env, 4096);
    if (!client_is_sound(world, &why) && world->crash[0] == '\0')
        (void)snprintf(world->crash, sizeof world->crash, "%.*s", (int)ss_buf_size(&why),
                       (const char *)ss_buf_at(&why));
    ss_buf_fini(&why);
    peer_client_stop(&world->client);
    world->client = PEER_CLIENT_NONE;
}

static ss_err world_start(struct act_world *self, const struct act_order *order,
                          struct ss_buf *out_why)
{
    struct world *world = of(self);
    struct peer_order made;
    struct ss_arena arena;
    ss_err err;

    retire_client(world);
    SS_TRY(check_needs(world, order, out_why));
    ss_arena_init(&arena, world->spec.env, (size_t)16 * 1024 * 1024);
    err = make_order(&arena, order, &made, out_why);
    if (err == SS_OK)
        err = launch(world, &made, out_why);
    ss_arena_fini(&arena);
    return err;
}

static int world_ended_fd(struct act_world *self)
{
    return of(self)->client.process.fd;
}

static ss_err world_reap(struct act_world *self, int *out_status)
{
    struct process *process = &of(self)->client.process;

    if (process->pid == 0)
        return SS_E_not_found;
    if (!process_ended(process))
        return SS_E_would_block;
    *out_status = process->status;
    return SS_OK;
}

static void world_stop(struct act_world *self)
{
    peer_client_stop(&of(self)->client);
}

/* ---- what came of it ---- */

static ss_err file_in(const char *folder, const char *below, ss_span name, struct ss_buf *out)
{
    char path[SYSTEM_PATH_MAX];

    SS_TRY(system_join(path, folder, below));
    return peer_file(path, name, out);
}

static ss_err world_file(struct act_world *self, ss_span name, struct ss_buf *out)
{
    const struct world *world = of(self);
    ss_err err = SS_E_not_found;

    if (world->client.process.pid != 0)
        err = file_in(world->client.folder, "work", name, out);
    if (err == SS_E_not_found && world->server.process.pid != 0)
        err = file_in(world->server.folder, "home", name, out);
    return err;
}

static ss_err world_output(struct act_world *self, bool standard_error, struct ss_buf *out)
{
    const struct world *world = of(self);

    if (world->client.process.pid == 0)
        return SS_E_not_found;
    return peer_client_output(&world->client, standard_error, out);
}

static bool world_sound(struct act_world *self, struct ss_buf *out_why)
{
    struct world *world = of(self);

    if (world->crash[0] != '\0') {
        (void)!ss_buf_puts(out_why, world->crash);
        return false;
    }
    if (!client_is_sound(world, out_why))
        return false;
    return world->server.process.pid == 0 || peer_server_sound(&world->server, out_why);
}

/* ---- the account and the keys ---- */

static ss_err read_own_key(struct world *world, const char *path, struct ss_buf *out_why)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_buf text;
    ss_err err;

    ss_buf_init(&text, world->spec.env, KEY_FILE_MAX);
    text.secret = true;
    err = system_read_file(path, &text);
    if (err == SS_OK)
        err = ss_key_read_private(world->spec.env, ss_buf_span(&text), &world->own_key, &error);
    ss_buf_fini(&text);
    if (err != SS_OK)
        (void)!ss_buf_printf(out_why, "%s: %s", path, ss_err_text(err));
    return err;
}

static ss_err read_own_password(struct world *world, const char *path, struct ss_buf *out_why)
{
    ss_span text;
    ss_err err = system_read_file(path, &world->own_password);

    text = ss_buf_span(&world->own_password);
    if (text.size > 0 && text.data[text.size - 1] == '\n')
        ss_buf_truncate(&world->own_password, text.size - 1);
    if (err != SS_OK)
        (void)!ss_buf_printf(out_why, "%s: %s", path, ss_err_text(err));
    return err;
}

_Static_assert((int)ACT_HOST_KINDS == (int)KEY_RING_HOST_KEYS,
               "each host key of a run has its place");

static ss_err give_keys(struct world *world, struct ss_buf *out_why)
{
    const struct world_outside *outside = world->spec.outside;
    struct key_ring *ring = &world->ring;
    struct act_keys *keys = &world->keys;
    size_t i;

    keys->user = ss_span_of(KEY_RING_USER);
    keys->password = ss_buf_span(&ring->password);
    keys->user_ed25519 = ring->user[0];
    keys->user_ecdsa = ring->user[1];
    keys->user_rsa = ring->user[2];
    keys->stranger = ring->stranger;
    for (i = 0; i < ACT_HOST_KINDS; i++) {
        keys->host_a[i] = ring->host_a[i];
        keys->host_certs[i] = ring->host_certs[i];
    }
    for (i = 0; i < SS_COUNT(keys->host_b); i++)
        keys->host_b[i] = ring->host_b[i];
    keys->host_ca = ring->host_ca;
    if (outside == NULL || outside->host == NULL)
        return SS_OK;
    if (outside->user != NULL)
        keys->user = ss_span_of(outside->user);
    if (outside->password_file != NULL) {
        SS_TRY(read_own_password(world, outside->password_file, out_why));
        keys->password = ss_buf_span(&world->own_password);
    }
    if (outside->key_file != NULL) {
        SS_TRY(read_own_key(world, outside->key_file, out_why));
        keys->user_ed25519 = keys->user_ecdsa = keys->user_rsa = world->own_key;
    }
    return SS_OK;
}

/* ---- opening and closing ---- */

static ss_err start_server(struct world *world, struct ss_buf *out_why)
{
    char folder[SYSTEM_PATH_MAX];
    ss_err err = system_join(folder, world->spec.folder, "server");

    if (err == SS_OK)
        err = system_make_folder(folder, 0755);
    if (err == SS_OK)
        err = peer_server_start(world->spec.peers, world->spec.peer, &world->ring, folder,
                                &world->server, out_why);
    if (err != SS_OK)
        return err;
    world->act.host = "127.0.0.1";
    world->act.port = world->server.port;
    return SS_OK;
}

static ss_err split_client(struct world *world, struct ss_buf *out_why)
{
    const struct world_outside *outside = world->spec.outside;
    size_t bad = 0;
    ss_err err;

    if (outside == NULL || outside->client == NULL)
        return SS_OK;
    err = words_split(&world->arena, ss_span_of(outside->client), &world->client_words, &bad);
    if (err == SS_E_bad_value)
        (void)!ss_buf_printf(out_why,
                             "the client's command: a quote opens at byte %zu and does "
                             "not close",
                             bad + 1);
    return err;
}

static ss_err furnish(struct world *world, struct ss_buf *out_why)
{
    static const enum act_reach reaches[] = {ACT_CONNECT, ACT_LISTEN, ACT_RELAY};
    const struct world_spec *spec = &world->spec;

    SS_TRY(key_ring_load(spec->env, spec->keys, &world->ring));
    SS_TRY(give_keys(world, out_why));
    world->act.keys = &world->keys;
    if (spec->self) {
        world->act = (struct act_world){.reach = ACT_SELF, .keys = &world->keys};
        return SS_OK;
    }
    world->act.reach = reaches[spec->role];
    SS_TRY(split_client(world, out_why));
    if (spec->role == PEER_CLIENT)
        return SS_OK;
    if (spec->peer != NULL)
        return start_server(world, out_why);
    world->act.host = spec->outside->host;
    world->act.port = spec->outside->port;
    return SS_OK;
}

static void release(struct world *world)
{
    peer_client_stop(&world->client);
    peer_server_stop(&world->server);
    ss_key_free(&world->own_key);
    ss_buf_fini(&world->own_password);
    if (world->ring.password.env != NULL)
        key_ring_fini(&world->ring);
    ss_arena_fini(&world->arena);
}

ss_err world_open(const struct world_spec *spec, struct world *out, struct ss_buf *out_why)
{
    ss_err err;

    memset(out, 0, sizeof *out);
    out->spec = *spec;
    out->server = PEER_SERVER_NONE;
    out->client = PEER_CLIENT_NONE;
    ss_arena_init(&out->arena, spec->env, (size_t)4 * 1024 * 1024);
    ss_buf_init(&out->own_password, spec->env, KEY_FILE_MAX);
    out->own_password.secret = true;
    out->act = (struct act_world){.feature = world_feature,
                                  .start = world_start,
                                  .ended_fd = world_ended_fd,
                                  .reap = world_reap,
                                  .stop = world_stop,
                                  .file = world_file,
                                  .output = world_output,
                                  .sound = world_sound};
    err = furnish(out, out_why);
    if (err != SS_OK) {
        if (ss_buf_size(out_why) == 0)
            (void)!ss_buf_printf(out_why, "%s", ss_err_text(err));
        release(out);
    }
    return err;
}

/* A session that crashed is told of in the server's log by its parent, at the latest when that one
 * ends. A server that is about to die of a crash has closed its connections before it can be
 * seen to be dead; it does not die of our signal then, but still of its own. */
static bool end_server(struct world *world, struct ss_buf *out_why)
{
    bool sound;

    if (world->server.process.pid == 0)
        return true;
    sound = peer_server_sound(&world->server, out_why);
    process_stop(&world->server.process, STOP_MS);
    if (sound && process_crashed(&world->server.process))
        sound = peer_server_sound(&world->server, out_why);
    world->server.process = PROCESS_NONE;
    return sound && peer_server_sound(&world->server, out_why);
}

bool world_close(struct world *world, struct ss_buf *out_why)
{
    bool sound = end_server(world, out_why);

    sound = client_is_sound(world, out_why) && sound;
    release(world);
    return sound;
}
