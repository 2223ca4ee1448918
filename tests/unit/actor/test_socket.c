/* SPDX-License-Identifier: Apache-2.0 */
/* test_socket.c - conversations over sockets, with peers that behave and peers that do not.
 *
 * Mirrors: actor/socket.c, connect.c, listen.c, relay_stage.c, order.c, clauses.c. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>

#include "peers.h"
#include "sshspec/net.h"

TestSuite(socket, .fini = peers_stop, .timeout = 60);

#define SERVER                                                                                     \
    "scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst server\nbudget 8s\nclient {\n"
#define CLIENT                                                                                     \
    "scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst client\nbudget 8s\n"                \
    "action exec \"echo hi\"\nserver {\n"
#define RELAY                                                                                      \
    "scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst both\nbudget 8s\n"                  \
    "action exec \"true\" with cipher \"aes128-gcm@openssh.com\"\nrelay {\n"

static const struct result *play(const char *text, enum act_reach reach, enum peer_manner manner)
{
    return kit_play(text, &(struct kit_options){.world = peers_world(reach, manner)});
}

Test(socket, a_server_that_behaves)
{
    kit_expect(play(SERVER "session as ch\nexec ch \"head -c 300000 /dev/zero\"\ndrain ch\n"
                           "check length(ch.data) == 300000, \"all\"\n}\n",
                    ACT_CONNECT, PEER_HONEST),
               VERDICT_PASS, NULL);
}

Test(socket, after_a_close_it_must_serve_again)
{
    static const char text[] =
        SERVER "kex\nsend NEWKEYS\nexpect closed { pass protocol_error }\n}\n";

    kit_expect(play(text, ACT_CONNECT, PEER_HONEST), VERDICT_PASS, NULL);
    kit_expect(
        play(text, ACT_CONNECT, PEER_ONCE), VERDICT_FAIL,
        "after the close the peer serves no honest login any more: it closed the connection");
}

Test(socket, the_fault_is_proven_and_the_twin_is_played)
{
    const struct result *result =
        play(SERVER "kex\nfault send NEWKEYS\nexpect closed { pass protocol_error }\n}\n",
             ACT_CONNECT, PEER_HONEST);

    kit_expect(result, VERDICT_PASS, NULL);
    cr_expect_str_eq(kit_text(&result->twin), "PASS");
}

Test(socket, ways_to_end_a_connection)
{
    static const struct {
        enum peer_manner manner;
        const char *body, *closure;
    } rows[] = {
        {PEER_CLOSES, "send raw \"x\"\nexpect closed { pass fin }\n", "fin"},
        {PEER_RESETS, "send raw \"x\"\nexpect closed { pass rst }\n", "rst"},
        {PEER_MUTE, "expect closed { pass silence } within 600ms\n", "silence"},
        {PEER_HALF, "send raw \"x\"\nexpect closed { pass half_close }\n", "half_close"},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        char text[512];
        const struct result *result;

        (void)snprintf(text, sizeof text, SERVER "%s}\n", rows[i].body);
        result = play(text, ACT_CONNECT, rows[i].manner);
        cr_expect_str_eq(kit_text(&result->closure), rows[i].closure, "%s: %s", rows[i].closure,
                         kit_text(&result->why));
    }
}

Test(socket, what_is_no_ssh)
{
    kit_expect(play(SERVER "kex\n}\n", ACT_CONNECT, PEER_FLOOD), VERDICT_FAIL,
               "the peer broke the protocol");
    kit_expect(play(SERVER "kex\n}\n", ACT_CONNECT, PEER_RUBBISH), VERDICT_FAIL,
               "the peer broke the protocol: the packet is longer than we accept");
    kit_expect(play(SERVER "kex\n}\n", ACT_CONNECT, PEER_CLOSES), VERDICT_FAIL,
               "line 6: the key exchange was not finished: the connection ended (fin)");
}

Test(socket, a_peer_that_says_nothing_costs_no_more_than_the_budget)
{
    ss_time start = ss_clock();

    kit_expect(play("scenario \"t\"\nproves RFC4253-7.3-newkeys-early\nagainst server\nbudget 1s\n"
                    "client {\nkex\n}\n",
                    ACT_CONNECT, PEER_MUTE),
               VERDICT_INCONCLUSIVE, "line 6: the time of the conversation was used up here");
    cr_expect(ss_clock() - start < 2500, "%u ms", (unsigned)(ss_clock() - start));
}

Test(socket, nobody_listens)
{
    struct act_world *world = peers_world(ACT_CONNECT, PEER_HONEST);

    world->port = 1;
    kit_expect(kit_play(SERVER "kex\n}\n", &(struct kit_options){.world = world}), VERDICT_ERROR,
               "no connection to the server");
}

static bool unsound(struct act_world *self, struct ss_buf *out_why)
{
    (void)self;
    return ss_buf_puts(out_why, "it dumped core") != SS_OK;
}

Test(socket, a_server_that_died)
{
    struct act_world *world = peers_world(ACT_CONNECT, PEER_HONEST);

    world->sound = unsound;
    kit_expect(kit_play(SERVER "kex\n}\n", &(struct kit_options){.world = world}), VERDICT_CRASH,
               "the peer died: it dumped core");
}

/* ---- clients under test ---- */
Test(socket, a_client_that_behaves)
{
    const struct result *result =
        play(CLIENT "serve\n}\npeer expect exit 0\n", ACT_LISTEN, PEER_HONEST);

    kit_expect(result, VERDICT_PASS, NULL);
    cr_expect(kit_has(&result->facts, "client.exit=0"));
    kit_expect(play(CLIENT "serve until exec\nsend CHANNEL_REQUEST exit_status { status = 4 }\n}\n"
                           "peer expect exit 4 or exit 5; file \"none\" absent\n",
                    ACT_LISTEN, PEER_HONEST),
               VERDICT_PASS, NULL);
    kit_expect(play(CLIENT "serve\n}\npeer expect exit 3\n", ACT_LISTEN, PEER_HONEST), VERDICT_FAIL,
               "the peer was to end otherwise: it ended with exit status 0");
}

Test(socket, a_client_without_the_fault)
{
    kit_expect(play(CLIENT "serve until login\nfault disconnect\n}\npeer expect exit nonzero\n",
                    ACT_LISTEN, PEER_HONEST),
               VERDICT_PASS, NULL);
}

Test(socket, a_client_that_does_not_come)
{
    struct act_world *world = peers_world(ACT_LISTEN, PEER_HONEST);
    struct kit_options options = {.role = PEER_CLIENT, .world = world};

    peers_client(5, true);
    kit_expect(kit_play(CLIENT "serve\n}\n", &options), VERDICT_INCONCLUSIVE,
               "the client ended with exit status 5 before it connected");
    peers_client(-SIGSEGV, true);
    kit_expect(kit_play(CLIENT "serve\n}\n", &options), VERDICT_CRASH,
               "the client died of signal 9");
    peers_client(-1, false);
    kit_expect(kit_play(CLIENT "serve\n}\n", &options), VERDICT_UNSUPPORTED, "it cannot do that");
}

/* ---- in between ---- */
Test(socket, a_relay_between_two_that_behave)
{
    kit_expect(
        play(RELAY "expect closed { pass open }\n}\npeer expect exit 0\n", ACT_RELAY, PEER_HONEST),
        VERDICT_PASS, NULL);
}

Test(socket, a_relay_that_interferes)
{
    const struct result *result = play(
        RELAY "fault flip 9 of packet 2 to server after NEWKEYS\nexpect closed { pass any }\n}\n"
              "peer expect exit nonzero\n",
        ACT_RELAY, PEER_HONEST);

    kit_expect(result, VERDICT_PASS, NULL);
    cr_expect_str_eq(kit_text(&result->twin), "PASS");
    cr_expect(kit_has(&result->facts, "relay.boundary=packet"));
}
