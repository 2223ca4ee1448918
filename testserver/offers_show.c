/* SPDX-License-Identifier: Apache-2.0 */
/* offers_show.c - `sshspec peers --algorithms`: the peer is started, or called, and asked.
 *
 * Owns: the private folder, the keys and the processes that it takes.
 * Not here: what is asked and told (offer.c).
 * Called by: cmd_peers.c. */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "sshspec/text.h"
#include "testserver/offer.h"
#include "testserver/runner/room.h"
#include "testserver/verbs.h"

#define ASK_MS 30000

struct asking {
    const struct peer_set *set;
    const struct peer *peer; /* null: somewhere else */
    const char *who;
    bool json;
    char folder[SYSTEM_PATH_MAX];
    struct key_ring keys;
    struct ss_buf out, why;
};

static ss_err tell(struct asking *asking, struct offer *offer, int take_fd)
{
    SS_TRY(offer_take(offer, take_fd, ss_clock() + ASK_MS));
    return offer_write(offer, asking->who, asking->peer != NULL ? asking->peer->version : "",
                       asking->json, &asking->out);
}

static ss_err ask_address(struct asking *asking, ss_span host, uint16_t port)
{
    struct offer offer;
    char text[256];
    int fd = -1;
    ss_err err;

    if (host.size >= sizeof text)
        return SS_E_bad_argument;
    memcpy(text, host.data, host.size);
    text[host.size] = 0;
    SS_TRY(ss_net_connect(text, port, ss_clock() + ASK_MS, &fd, &asking->why));
    offer_init(&offer, ss_system_env(), SS_SERVER);
    err = tell(asking, &offer, fd);
    offer_fini(&offer);
    return err;
}

static ss_err ask_server(struct asking *asking)
{
    struct peer_server server = PEER_SERVER_NONE;
    char folder[SYSTEM_PATH_MAX];
    ss_err err;

    SS_TRY(system_join(folder, asking->folder, "server"));
    SS_TRY(system_make_folder(folder, 0755));
    SS_TRY(
        peer_server_start(asking->set, asking->peer, &asking->keys, folder, &server, &asking->why));
    err = ask_address(asking, ss_span_of("127.0.0.1"), server.port);
    peer_server_stop(&server);
    return err;
}

/* The first who calls, within the time. */
static ss_err await_visitor(int listener, ss_time deadline, int *out_fd)
{
    ss_err err = SS_E_would_block;

    while (err == SS_E_would_block) {
        struct pollfd ready = {.fd = listener, .events = POLLIN};

        if (poll(&ready, 1, ss_clock_left(ss_clock(), deadline)) == 0)
            return SS_E_timeout;
        err = ss_net_accept(listener, out_fd);
    }
    return err;
}

static ss_err ask_client(struct asking *asking)
{
    struct peer_order order = {.verb = PEER_EXEC, .text = "true"};
    struct peer_client client = PEER_CLIENT_NONE;
    char folder[SYSTEM_PATH_MAX];
    struct offer offer;
    int listener = -1, fd = -1;
    ss_err err;

    SS_TRY(system_join(folder, asking->folder, "client"));
    SS_TRY(system_make_folder(folder, 0700));
    SS_TRY(ss_net_listen("127.0.0.1", 0, &listener, &order.port, &asking->why));
    err = peer_client_start(asking->set, asking->peer, &asking->keys, folder, &order, &client,
                            &asking->why);
    if (err == SS_OK)
        err = await_visitor(listener, ss_clock() + ASK_MS, &fd);
    if (err == SS_OK) {
        offer_init(&offer, ss_system_env(), SS_CLIENT);
        err = tell(asking, &offer, fd);
        offer_fini(&offer);
    }
    peer_client_stop(&client);
    ss_net_close(&listener);
    return err;
}

/* Keys and a folder, then each role that is there. */
static ss_err ask_peer(struct asking *asking)
{
    struct room room = ROOM_NONE;
    char keys[SYSTEM_PATH_MAX];
    bool have_keys = false;
    ss_err err = process_adopt();

    if (err == SS_OK)
        err = room_open(&room, &asking->why);
    if (err == SS_OK)
        err = room_folder(&room, "keys", keys);
    if (err == SS_OK)
        err = key_ring_make(ss_system_env(), keys, &asking->keys);
    have_keys = err == SS_OK;
    if (err == SS_OK)
        err = room_folder(&room, "peer", asking->folder);
    if (err == SS_OK)
        err = peer_prepare(asking->set, asking->peer, keys, &asking->why);
    if (err == SS_OK && asking->peer->server)
        err = ask_server(asking);
    if (err == SS_OK && asking->peer->client)
        err = ask_client(asking);
    if (have_keys)
        key_ring_fini(&asking->keys);
    (void)process_end_all(NULL);
    room_close(&room);
    return err;
}

static ss_err no_such_peer(struct asking *asking)
{
    const char *names[65];
    const char *close;
    size_t n = 0;

    for (; n < SS_COUNT(names) - 1 && n < asking->set->count; n++)
        names[n] = asking->set->items[n].recipe.name;
    names[n] = NULL;
    close = ss_suggest(ss_span_of(asking->who), names);
    (void)!ss_buf_printf(&asking->why, "%s is neither a peer nor HOST:PORT%s%s%s", asking->who,
                         close != NULL ? "; did you mean " : "", close != NULL ? close : "",
                         close != NULL ? "?" : "");
    return SS_E_not_found;
}

static ss_err ask(struct asking *asking)
{
    struct peer *peer = peer_set_find(asking->set, ss_span_of(asking->who));
    uint16_t port = 0;
    ss_span host;

    if (peer == NULL && ss_net_split(ss_span_of(asking->who), &host, &port) && port != 0)
        return ask_address(asking, host, port);
    if (peer == NULL)
        return no_such_peer(asking);
    peer_detect(asking->set, peer);
    if (!peer->server && !peer->client) {
        (void)!ss_buf_printf(&asking->why, "no %s", peer->missing);
        return SS_E_unsupported;
    }
    asking->peer = peer;
    return ask_peer(asking);
}

int offers_show(const struct peer_set *set, const char *who, bool json)
{
    struct asking asking = {.set = set, .who = who, .json = json};
    ss_err err;

    ss_buf_init(&asking.out, ss_system_env(), (size_t)4 * 1024 * 1024);
    ss_buf_init(&asking.why, ss_system_env(), (size_t)4 * 1024 * 1024);
    err = ask(&asking);
    if (err != SS_OK)
        (void)fprintf(stderr, "sshspec peers: %.*s%s\n", (int)ss_buf_size(&asking.why),
                      (const char *)ss_buf_at(&asking.why),
                      ss_buf_size(&asking.why) > 0 ? "" : ss_err_text(err));
    (void)fwrite(ss_buf_at(&asking.out), 1, ss_buf_size(&asking.out), stdout);
    if (fflush(stdout) != 0 && err == SS_OK)
        err = SS_E_io;
    ss_buf_fini(&asking.out);
    ss_buf_fini(&asking.why);
    if (err == SS_E_unsupported)
        return EXIT_SKIPPED;
    if (err == SS_E_not_found && asking.peer == NULL)
        return EXIT_USAGE;
    return err == SS_OK ? EXIT_AS_EXPECTED : EXIT_ENVIRONMENT;
}
