/* SPDX-License-Identifier: Apache-2.0 */
/* relay.h - a man in the middle who knows no keys.
 *
 * Concept: two lanes, one a direction. Bytes that come in are cut into units: lines, then packets.
 *   Before NEWKEYS a packet is read as a message; behind it, its end is known when the cipher or
 *   MAC agreed on leaves the length in the clear, else units are what was read in one go. Rules
 *   of the script say what becomes of a unit.
 *
 * | file            | owns                                                        |
 * |-----------------|-------------------------------------------------------------|
 * | relay_lane.c    | units of a direction, what the two sides agreed on          |
 * | relay_rule.c    | the rules: which unit they mean, what they do to it         |
 * | relay.c         | the script, the two ends, how it all ended                  |
 * | relay_stage.c   | joining it to a client and a server                         |
 *
 * Owns: everything of a relay. Not here: sockets (socket.c).
 * Follows: RFC 4253 sections 4.2, 6, 7.1; docs/scenario-language.md "relay_stmt". */
#ifndef SSHSPEC_ACTOR_RELAY_H
#define SSHSPEC_ACTOR_RELAY_H

#include "testserver/actor/end.h"
#include "testserver/actor/flow.h"

struct ss_packet_out;

enum relay_mode {
    RELAY_LINES,   /* up to the identification line */
    RELAY_CLEAR,   /* packets in the clear */
    RELAY_SEALED,  /* packets whose length is in the clear */
    RELAY_SEGMENTS /* whatever is read at once */
};

struct relay_lane {
    enum scn_side side; /* where it goes */
    struct ss_buf in, out, work;
    enum relay_mode mode;
    uint32_t packets; /* units since the line */
    uint32_t epoch;   /* NEWKEYS seen */
    size_t tail;      /* RELAY_SEALED: bytes behind what the length counts */
    struct ss_buf kexinit;
    bool ended; /* its source has closed */
    enum act_gone how;
    bool cut;      /* nothing more passes */
    uint64_t sent; /* bytes that left out */
};

struct relay_unit {
    ss_span bytes; /* as they came; of a line without its end */
    bool line;
    struct ss_msg msg; /* def null: not to be read */
    uint32_t index;    /* of the packet, from 0 */
};

struct relay_rule {
    const struct scn_stmt *stmt;
    int fault; /* -1: none */
    bool fired, after_seen;
    uint32_t count;
    uint64_t mark;   /* bytes of its lane that must have left */
    uint64_t number; /* FLIP, CUT */
    ss_span bytes;   /* REPLACE_LINE; in the relay's arena */
};

struct relay {
    struct act_end front, back; /* towards the client, towards the server */
    struct act_scene *scene;
    struct act_flow flow;
    struct act_key_host host;
    struct ss_arena arena;      /* of rules */
    struct ss_arena unit;       /* of the unit at hand */
    struct relay_lane lanes[2]; /* by enum scn_side */
    struct relay_rule *rules;
    size_t rule_count, rule_cap;
    struct ss_packet_out *clear; /* packs what is injected; no keys */
    enum ss_context kex;
    bool boundaries_known, by_segment;
    ss_time now, until; /* once one side has left */
    ss_time moved;      /* when bytes last came */
    uint64_t patience;  /* of an expect that waits for the end; 0: none */
    uint32_t pc;
    bool waiting, matched; /* an expect waits for a message; it came */
    bool first_gone_known, disconnected;
    enum act_gone first_gone;
    uint32_t reason;
    bool stalled; /* nobody said anything, and nobody left */
    bool finished;
};

/* ---- relay_lane.c ---- */
void relay_lane_init(struct relay_lane *lane, enum scn_side side, const struct ss_env *env);
void relay_lane_fini(struct relay_lane *lane);
/* Takes units out of a lane's input as long as there are whole ones. */
void relay_lane_work(struct relay *relay, struct relay_lane *lane);

/* ---- relay_rule.c ---- */
/* A statement of the script becomes a rule. */
void relay_rule_add(struct relay *relay, const struct scn_stmt *stmt);
/* A unit on its way: rules act on it, what is left of it goes out. */
void relay_rule_apply(struct relay *relay, struct relay_lane *lane, const struct relay_unit *unit);
/* Whether each fault was carried out and left our side. */
void relay_rule_prove(struct relay *relay);

/* ---- relay.c ---- */
SS_MUST_USE ss_err relay_init(struct relay *relay, struct act_scene *scene, ss_time now);
void relay_fini(struct relay *relay);
/* A message that passes in the clear, before rules act on it. */
void relay_see(struct relay *relay, enum scn_side to, const struct relay_unit *unit);
/* When all is over and the client's end is known: the rest of the script, facts, faults. */
void relay_finish(struct relay *relay);

#endif
