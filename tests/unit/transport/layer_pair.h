/* SPDX-License-Identifier: Apache-2.0 */
/* layer_pair.h - a client's and a server's transport layer, joined by sealed packets.
 *
 * Owns: a link of its own for each side, in place of the engine: it queues nothing it does not
 *   seal, and delivers nothing that legality refuses.
 * Called by: the tests of the layer's files.
 *
 *     struct pair pair;
 *     pair_init(&pair, &test_counted()->env);
 *     pair.c.config.guess = true;      (what the test is about)
 *     pair_start(&pair);
 *     pair_run(&pair);                 (until nobody has anything to say) */
#ifndef TESTS_LAYER_PAIR_H
#define TESTS_LAYER_PAIR_H

#include "tests/support/support.h"
#include "transport/state.h"

enum { PAIR_EVENTS = 64, PAIR_BYTES = 300, PAIR_KEYS = 4 };
#define PAIR_IDENT_C "SSH-2.0-client_1 of a pair"
#define PAIR_IDENT_S "SSH-2.0-server_1"

struct pair_event {
    enum ss_event_type type;
    uint32_t number;
    char text[PAIR_BYTES]; /* cut to fit */
    char data[PAIR_BYTES];
};

struct pair_side {
    struct ss_link link;
    struct ss_config config;
    struct ss_arena arena;
    struct ss_packet_in in;
    struct ss_packet_out out;
    struct ss_buf wire; /* sealed, not taken by the other side yet */
    struct ss_buf log;  /* payloads sent, as strings */
    struct ss_transport *layer;
    struct pair_side *other;
    struct pair_event events[PAIR_EVENTS];
    size_t event_count, notes;
    /* the fault */
    ss_err err;
    const char *field, *rule;
    char detail[SS_DETAIL_MAX];
    /* what the test may set */
    bool by_hand;              /* nothing is sent on the layer's account */
    bool undecided;            /* the host key question is left open */
    bool refuses;              /* the host key is refused */
    const struct ss_lie *lies; /* for the next message with the number */
    size_t lie_count;
    uint8_t lie_number;
};

struct pair {
    struct pair_side c, s;
    struct ss_key *keys[PAIR_KEYS];
    const struct ss_key *host_keys[PAIR_KEYS + 1];
};

/* An Ed25519 host key and default options. The keys have memory of their own. */
void pair_init(struct pair *pair, const struct ss_env *env);
/* Further host keys, behind the others. */
void pair_add_key(struct pair *pair, enum ss_key_kind kind);
void pair_drop_keys(struct pair *pair);
/* Makes the layers and tells them the identification lines. */
ss_err pair_start(struct pair *pair);
/* SS_OK, or the first error of either side; both then stand still. */
ss_err pair_run(struct pair *pair);
/* init, start and run with defaults. */
void pair_up(struct pair *pair);
void pair_fini(struct pair *pair);

/* One packet of the other side's, if there is one: judged and absorbed. */
bool pair_take(struct pair_side *side);
/* What act() says. */
ss_err pair_act(struct pair_side *side);
ss_err pair_do(struct pair_side *side, const struct ss_command *command);
/* A message as an honest side would say it now. */
struct ss_msg pair_compose(struct pair_side *side, enum ss_msgid id);
ss_err pair_send(struct pair_side *side, const struct ss_msg *msg);
/* Composed and sent. */
ss_err pair_say(struct pair_side *side, enum ss_msgid id);
ss_err pair_send_payload(struct pair_side *side, ss_span payload);

/* The nth payload (from 0) with this number that side sent; empty when there is none. */
ss_span pair_sent(const struct pair_side *side, uint8_t number, size_t nth);
size_t pair_sent_count(const struct pair_side *side, uint8_t number);
/* Numbers of all messages sent, "20 30 21". Good until the next call. */
const char *pair_sent_numbers(const struct pair_side *side);
/* The nth event of a type; null when there is none. */
const struct pair_event *pair_event(const struct pair_side *side, enum ss_event_type type,
                                    size_t nth);
size_t pair_event_count(const struct pair_side *side, enum ss_event_type type);

#endif
