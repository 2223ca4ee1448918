/* SPDX-License-Identifier: Apache-2.0 */
/* pair.h - a client engine and a server engine joined in memory, in virtual time.
 *
 * Owns: both engines, their environments, a log of what each told, and a conversation that runs by
 *   itself: login, a session, data there and back, exit status, close.
 * Not here: what a test expects of it.
 * Called by: tests/unit/engine, tests/unit/pair. Each compiles pair.c through a file of its own, so
 *   that the programs of lower rooms need no engine to link.
 *
 *     struct pair pair;
 *     pair_init(&pair, 1);
 *     pair.plan.upload = 100000;       ... options of pair.client.config, pair.plan ...
 *     pair_start(&pair);
 *     pair_run(&pair);                 until nobody has anything to say
 *     pair_fini(&pair); */
#ifndef TESTS_PAIR_H
#define TESTS_PAIR_H

#include "sshspec/engine.h"

struct pair;
struct pair_side;
typedef void pair_handler(struct pair *pair, struct pair_side *side, const struct ss_event *event);

struct pair_side {
    const char *name;
    struct ss_config config;
    struct ss_seeded seeded; /* randomness of the seed, memory of the C library */
    struct ss_counted counted;
    struct ss_engine *engine;
    pair_handler *on_event; /* the plan's by default */
    struct ss_buf log;      /* a line an event */
    struct ss_buf sent;     /* everything that went over the wire, when keep_sent */
    bool keep_sent;
    bool by_hand; /* SS_STEP: the test settles messages; false: each is passed */
    /* the conversation */
    bool authenticated, open, closed, eof_in, eof_out;
    uint32_t channel;
    struct ss_buf got;     /* channel data that came */
    struct ss_buf pending; /* channel data to send */
    unsigned events[SS_EVENT_FAULT + 1];
};

enum pair_login { PAIR_PASSWORD, PAIR_KEY, PAIR_QUERY_THEN_KEY };

struct pair_plan {
    enum pair_login login;
    const struct ss_key *user_key; /* null: the pair's own */
    enum ss_key_kind host_key;
    size_t upload;    /* bytes the client sends and the server sends back */
    size_t chunk;     /* bytes handed over at a time; 0: all there is */
    bool hold_open;   /* stop when the channel is open */
    bool wrong_first; /* a wrong password comes before the right one */
};

struct pair {
    struct pair_side client, server;
    struct pair_plan plan;
    struct ss_seeded keys; /* keys are drawn from a seed too, so that a run can be repeated */
    struct ss_key *host_key, *user_key;
    const struct ss_key *host_keys[2];
    ss_time now;
    uint32_t exit_status;
    bool told_exit;
    unsigned tried;
};

void pair_init(struct pair *pair, uint64_t seed);
/* Makes both engines. What fails is returned; pair_fini is due all the same. */
SS_MUST_USE ss_err pair_start_may_fail(struct pair *pair);
void pair_start(struct pair *pair);
/* One turn: both poll, both write. True when something happened. */
bool pair_turn(struct pair *pair);
/* Turns until nothing happens. */
void pair_run(struct pair *pair);
void pair_fini(struct pair *pair);

/* Polls a side until it has nothing to tell. True when it told something. */
bool pair_poll(struct pair *pair, struct pair_side *side);
/* Moves what from has put out to to. True when bytes moved. */
bool pair_move(struct pair *pair, struct pair_side *from, struct pair_side *to);
/* Gives a command; SS_OK or SS_E_would_block, anything else fails the test unless memory is made to
 * fail. */
ss_err pair_do(struct pair_side *side, const struct ss_command *command, uint32_t *out_channel);
void pair_client_event(struct pair *pair, struct pair_side *side, const struct ss_event *event);
void pair_server_event(struct pair *pair, struct pair_side *side, const struct ss_event *event);
/* The bytes of an upload. */
uint8_t pair_byte(size_t i);
/* Did the whole conversation come about, with nobody's fault? Says what lacks. */
bool pair_is_complete(const struct pair *pair, const char **out_why);

#endif
