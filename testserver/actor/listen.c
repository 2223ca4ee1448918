/* SPDX-License-Identifier: Apache-2.0 */
/* listen.c - a scene for a client under test: a port, the client started towards it, its visit.
 *
 * Owns: the port and the connection.
 * Not here: the client's process (act_world), what is said (seat.h).
 * Called by: run.c; relay.c for its way to the client.
 * Follows: HOUSE "Processes": port 0 on loopback, bound before the client is started. */
#include <errno.h>
#include <poll.h>

#include "sshspec/net.h"
#include "testserver/actor/clauses.h"
#include "testserver/actor/join.h"
#include "testserver/actor/order.h"
#include "testserver/actor/seat.h"
#include "testserver/actor/stage.h"

static const struct scn_pos nowhere = {0, 0};

/* True when the client has ended; false at the deadline. */
static bool await_end(struct act_scene *scene)
{
    struct act_world *world = scene->job->world;
    struct pollfd asked = {.fd = world->ended_fd(world), .events = POLLIN};

    while (asked.fd >= 0) {
        int n = poll(&asked, 1, ss_clock_left(ss_clock(), scene->deadline));

        if (n > 0)
            return true;
        if (n == 0 || errno != EINTR)
            return false;
    }
    return false;
}

void act_reap_client(struct act_scene *scene)
{
    struct act_world *world = scene->job->world;
    struct act_outcome *outcome = &scene->outcome;

    if (await_end(scene) && world->reap(world, &outcome->client_status) == SS_OK)
        outcome->client_ended = true;
    world->stop(world);
}

/* Its first visit, or -1: it ended before, or the time is up. */
static int await_visit(struct act_scene *scene, int listener)
{
    struct act_world *world = scene->job->world;
    struct pollfd asked[2] = {{.fd = listener, .events = POLLIN},
                              {.fd = world->ended_fd(world), .events = POLLIN}};
    int fd = -1;

    for (;;) {
        int n = poll(asked, 2, ss_clock_left(ss_clock(), scene->deadline));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        if (asked[0].revents != 0 && ss_net_accept(listener, &fd) == SS_OK)
            return fd;
        if (asked[1].revents != 0)
            return -1;
    }
}

static void nobody_came(struct act_scene *scene)
{
    const struct act_outcome *outcome = &scene->outcome;

    act_reap_client(scene);
    if (outcome->client_ended && outcome->client_status < 0)
        act_decide(scene, VERDICT_CRASH, nowhere,
                   "the client died of signal %d before it connected", -outcome->client_status);
    else if (outcome->client_ended)
        act_decide(scene, VERDICT_INCONCLUSIVE, nowhere,
                   "the client ended with exit status %d before it connected",
                   outcome->client_status);
    else
        act_decide(scene, VERDICT_INCONCLUSIVE, nowhere, "the client did not connect in time");
}

static ss_err start(struct act_scene *scene, uint16_t port)
{
    struct act_world *world = scene->job->world;
    struct act_errand errand;
    struct ss_buf why;
    ss_err err = act_errand_init(scene, &errand, port);

    ss_buf_init(&why, scene->env, 1000);
    if (err == SS_OK && !scene->outcome.decided) {
        err = world->start(world, &errand.order, &why);
        if (err != SS_OK)
            act_decide(scene, err == SS_E_unsupported ? VERDICT_UNSUPPORTED : VERDICT_ERROR,
                       nowhere, "the client was not started: %.*s", (int)ss_buf_size(&why),
                       (const char *)ss_buf_at(&why));
    }
    ss_buf_fini(&why);
    act_errand_fini(&errand);
    return err == SS_E_no_memory ? err : SS_OK;
}

ss_err act_await_client(struct act_scene *scene, int *out_fd)
{
    struct ss_buf why;
    uint16_t port = 0;
    int listener = -1;
    ss_err err;

    *out_fd = -1;
    ss_buf_init(&why, scene->env, 1000);
    err = ss_net_listen("127.0.0.1", 0, &listener, &port, &why);
    if (err != SS_OK)
        act_decide(scene, VERDICT_ERROR, nowhere, "no port to listen on: %.*s",
                   (int)ss_buf_size(&why), (const char *)ss_buf_at(&why));
    ss_buf_fini(&why);
    if (scene->outcome.decided)
        return SS_OK;
    err = start(scene, port);
    if (err == SS_OK && !scene->outcome.decided) {
        *out_fd = await_visit(scene, listener);
        if (*out_fd < 0)
            nobody_came(scene);
    }
    ss_net_close(&listener);
    return err;
}

ss_err act_play_listen(struct act_scene *scene)
{
    struct act_seat_plan plan = {.env = scene->env};
    struct act_world_witness witness;
    struct act_wire wire = {.fd = -1};
    struct seat *seat = NULL;
    ss_err err;

    plan.body = act_our_body(scene, &plan.role);
    if (plan.body == NULL)
        return SS_OK;
    err = act_await_client(scene, &wire.fd);
    if (wire.fd < 0)
        return err;
    err = act_seat_new(scene, &plan, ss_clock(), &seat);
    if (err == SS_OK) {
        wire.end = act_seat_end(seat);
        act_join_sockets(&wire, 1, scene->deadline);
        act_wire_close(&wire, scene->deadline);
    } else {
        act_blame(scene, nowhere, "the scene could not be set", err);
        ss_net_close(&wire.fd);
    }
    act_reap_client(scene);
    if (seat != NULL)
        act_seat_finish(seat);
    act_world_witness_init(&witness, scene->job->world);
    act_clauses(scene, &witness.witness, true);
    act_seat_free(&seat);
    return err == SS_E_no_memory ? err : SS_OK;
}
