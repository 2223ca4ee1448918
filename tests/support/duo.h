/* SPDX-License-Identifier: Apache-2.0 */
/* duo.h - a client engine and a server engine joined in memory, in virtual time.
 *
 * Owns: both engines, their environments, a log of what each told, and a conversation that runs by
 *   itself: login, a session, data there and back, exit status, close.
 * Not here: what a test expects of it.
 * Called by: tests/unit/engine, tests/unit/pair.
 *
 *     struct duo duo;
 *     duo_init(&duo, 1);
 *     duo.plan.upload = 100000;       ... options of duo.client.config, duo.plan ...
 *     duo_start(&duo);
 *     duo_run(&duo);                 until nobody has anything to say
 *     duo_fini(&duo); */
#ifndef TESTS_DUO_H
#define TESTS_DUO_H

#include "sshspec/key.h"
#include "sshspec/engine.h"

struct duo;
struct duo_side;
typedef void duo_handler(struct duo *duo, struct duo_side *side, const struct ss_event *event);

struct duo_side {
    const char *name;
    struct ss_config config;
    struct ss_seeded seeded; /* randomness of the seed, memory of the C library */
    struct ss_counted counted;
    struct ss_engine *engine;
    duo_handler *on_event; /* the plan's by default */
    struct ss_buf log;     /* a line an event */
    struct ss_buf sent;    /* everything that went over the wire, when keep_sent */
    bool keep_sent;
    bool by_hand; /* SS_STEP: the test settles messages; false: each is passed */
    /* the conversation */
    bool authenticated, open, closed, eof_in, eof_out;
    uint32_t channel;
    struct ss_buf got;     /* channel data that came */
    struct ss_buf pending; /* channel data to send */
    unsigned events[SS_EVENT_FAULT + 1];
};

enum duo_login { DUO_PASSWORD, DUO_KEY, DUO_QUERY_THEN_KEY };

struct duo_plan {
    enum duo_login login;
    const struct ss_key *user_key; /* null: the duo's own */
    enum ss_key_kind host_key;
    size_t upload;    /* bytes the client sends and the server sends back */
    size_t chunk;     /* bytes handed over at a time; 0: all there is */
    bool hold_open;   /* stop when the channel is open */
    bool wrong_first; /* a wrong password comes before the right one */
};

struct duo {
    struct duo_side client, server;
    struct duo_plan plan;
    struct ss_seeded keys; /* keys are drawn from a seed too, so that a run can be repeated */
    struct ss_key *host_key, *user_key;
    const struct ss_key *host_keys[2];
    ss_time now;
    uint32_t exit_status;
    bool told_exit;
    unsigned tried;
};

void duo_init(struct duo *duo, uint64_t seed);
/* Makes both engines. What fails is returned; duo_fini is due all the same. */
SS_MUST_USE ss_err duo_start_may_fail(struct duo *duo);
void duo_start(struct duo *duo);
/* One turn: both poll, both write. True when something happened. */
bool duo_turn(struct duo *duo);
/* Turns until nothing happens. */
void duo_run(struct duo *duo);
void duo_fini(struct duo *duo);

/* Polls a side until it has nothing to tell. True when it told something. */
bool duo_poll(struct duo *duo, struct duo_side *side);
/* Moves what from has put out to to. True when bytes moved. */
bool duo_move(struct duo *duo, struct duo_side *from, struct duo_side *to);
/* Gives a command; SS_OK or SS_E_would_block, anything else fails the test unless memory is made to
 * fail. */
ss_err duo_do(struct duo_side *side, const struct ss_command *command, uint32_t *out_channel);
void duo_client_event(struct duo *duo, struct duo_side *side, const struct ss_event *event);
void duo_server_event(struct duo *duo, struct duo_side *side, const struct ss_event *event);
/* The bytes of an upload. */
uint8_t duo_byte(size_t i);
/* Did the whole conversation come about, with nobody's fault? Says what lacks. */
bool duo_is_complete(const struct duo *duo, const char **out_why);

#endif
