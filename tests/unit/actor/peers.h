/* SPDX-License-Identifier: Apache-2.0 */
/* peers.h - peers on real sockets, each in a process of its own.
 *
 * Owns: the children; kit_peers_stop ends them.
 * Called by: test_socket.c. */
#ifndef TESTS_ACTOR_PEERS_H
#define TESTS_ACTOR_PEERS_H

#include "kit.h"

enum peer_manner {
    PEER_HONEST, /* our own server, visit after visit */
    PEER_ONCE,   /* honest once, then it only closes */
    PEER_CLOSES, /* takes the visit and closes */
    PEER_RESETS,
    PEER_MUTE,  /* says nothing, and reads nothing */
    PEER_FLOOD, /* lines without end */
    PEER_RUBBISH,
    PEER_HALF /* says its line, closes its direction, reads on */
};
/* A server; its port. */
uint16_t peers_serve(enum peer_manner manner);
/* A world with a server of that manner, and our own client as the client under test. */
struct act_world *peers_world(enum act_reach reach, enum peer_manner manner);
/* How the client under test behaves: exit status instead of its own when not -1; not at all. */
void peers_client(int status, bool starts);
void peers_stop(void);

#endif
