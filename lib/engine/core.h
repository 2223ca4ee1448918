/* SPDX-License-Identifier: Apache-2.0 */
/* core.h - the engine's insides, shared by the files of this room.
 *
 * Owns: struct ss_engine and what its parts ask of one another.
 * Not here: the public calls (sshspec/engine.h), the layers.
 * Called by: lib/engine only.
 *
 * | file      | owns                                                              |
 * |-----------|-------------------------------------------------------------------|
 * | engine.c  | birth and death, what is known                                    |
 * | input.c   | the stream buffer and bytes that come while a packet lies in it   |
 * | ident.c   | identification lines, both ways                                   |
 * | poll.c    | the pump: one packet to its end                                   |
 * | event.c   | the queue of events                                               |
 * | output.c  | messages to sealed packets, flow lies                             |
 * | stack.c   | the layers: whose message, whose command, who acts                |
 * | command.c | what an owner may ask for                                         |
 * | fault.c   | the pinned fault                                                  |
 * | record.c  | trace records                                                     | */
#ifndef ENGINE_CORE_H
#define ENGINE_CORE_H

#include "sshspec/auth.h"
#include "sshspec/connection.h"
#include "sshspec/engine.h"
#include "sshspec/transport.h"

enum { SS_CORE_LAYERS = 3, SS_CORE_SPLITS = 32 };

struct ss_core_layer {
    const struct ss_layer_ops *ops;
    void *self;
};

struct ss_core_ident {
    struct ss_buf ours, theirs; /* without CR LF */
    bool sent, came;
    bool started;   /* both are known and the transport was told */
    size_t scanned; /* of the line that is partly there */
    uint64_t prelines;
};

/* What lies at the head of the stream and was taken in. */
struct ss_core_taken {
    size_t used; /* bytes to consume when it is let go; 0: nothing is taken */
    struct ss_packet packet;
    const struct ss_msgdef *def; /* by number; null: no such message here */
    struct ss_msg msg;           /* def null until it was decoded */
    bool skip;                   /* announced by a wrong guess: to be dropped unread */
    bool decoded;                /* was tried: */
    ss_err err;
    struct ss_decode_error error;
};

struct ss_core_queue { /* a ring */
    struct ss_event *items;
    size_t first, count, cap;
};

struct ss_core_split { /* of the outbound stream, in bytes since the beginning */
    uint64_t from, to, n;
};

struct ss_engine {
    struct ss_link link;
    const struct ss_env *env;
    const struct ss_config *config;
    struct ss_arena arena;

    struct ss_core_layer layers[SS_CORE_LAYERS]; /* transport, auth, connection */
    struct ss_transport *transport;
    struct ss_auth *auth;
    struct ss_connection *connection;
    unsigned autopilot;
    bool auth_started, opened; /* layers were told; limits were raised */
    unsigned phase;            /* last recorded */
    ss_time login_by;

    struct ss_core_ident ident;
    struct ss_packet_in packets_in;
    struct ss_buf in;   /* the stream; what was taken lies at its head until it is let go */
    struct ss_buf late; /* what came meanwhile: in may not move under an event's feet */
    bool eof;
    struct ss_core_taken taken;
    bool waiting;  /* STEP: taken waits for its verdict */
    bool handling; /* taken is being handled: faults are about it */

    struct ss_core_queue events;
    bool lent; /* the last poll gave an event that borrows */

    struct ss_packet_out packets_out;
    struct ss_buf out;
    struct ss_buf kept;  /* packets that SS_LIE_HOLD keeps back */
    struct ss_buf clear; /* payload of the packet being sent, when a layer must see it */
    uint64_t gone;       /* bytes of the outbound stream that the owner took */
    uint64_t sends;      /* packets ever sent */
    struct ss_core_split splits[SS_CORE_SPLITS];
    size_t split_count;

    bool ended; /* DISCONNECT went or came */
    bool faulty, fault_told;
    struct ss_fault fault;
    struct ss_buf line; /* text of a trace record */
};

/* ---- engine.c ---- */
struct ss_engine *ss_core_of(struct ss_link *link);
/* Nothing more is taken in, and the layers are asked no more. */
bool ss_core_closed(const struct ss_engine *engine);

/* ---- input.c ---- */
/* Consumes what was taken, forgets what was decoded, lets late bytes in. */
void ss_input_release(struct ss_engine *engine);

/* ---- ident.c ---- */
SS_MUST_USE ss_err ss_ident_send(struct ss_engine *engine, ss_span text);
/* True when a line was taken. */
bool ss_ident_take(struct ss_engine *engine);

/* ---- event.c ---- */
SS_MUST_USE ss_err ss_event_push(struct ss_engine *engine, const struct ss_event *event);
ss_err ss_event_link(struct ss_link *link, const struct ss_event *event);
bool ss_event_pop(struct ss_engine *engine, struct ss_event *out_event);
void ss_event_fini(struct ss_engine *engine);

/* ---- output.c ---- */
enum ss_core_sender { SS_BY_LAYER, SS_BY_HAND };
/* Encodes, seals, and tells the layer. No limit is asked for here but the buffer's. */
SS_MUST_USE ss_err ss_output_message(struct ss_engine *engine, enum ss_core_sender sender,
                                     const struct ss_msg *msg, const struct ss_lie *lies,
                                     size_t lie_count);
SS_MUST_USE ss_err ss_output_payload(struct ss_engine *engine, ss_span payload,
                                     const struct ss_lie *lies, size_t lie_count);
/* A layer's own message: within the limit, and what fails ends the connection. */
SS_MUST_USE ss_err ss_output_send(struct ss_link *link, const struct ss_msg *msg);
/* Bytes that may be put out before the high-water mark. */
size_t ss_output_room(const struct ss_engine *engine);

/* ---- stack.c ---- */
/* Null: nobody's. */
struct ss_core_layer *ss_stack_owner(struct ss_engine *engine, uint8_t number);
void ss_stack_where(const struct ss_engine *engine, struct ss_where *out_where);
const struct ss_msgdef *ss_stack_def(const struct ss_engine *engine, uint8_t number);
/* Notices what a message that came or went changed. */
void ss_stack_notice(struct ss_engine *engine);
/* Lets the layers that are on autopilot send what is due. */
void ss_stack_act(struct ss_engine *engine);
SS_MUST_USE ss_err ss_stack_command(struct ss_engine *engine, const struct ss_command *command,
                                    uint32_t *out_channel);
ss_time ss_stack_deadline(const struct ss_engine *engine);
void ss_stack_tick(struct ss_engine *engine, ss_time now);

/* ---- fault.c ---- */
struct ss_core_failure {
    ss_err err;
    const char *field, *rule, *detail; /* may be null; field and rule are static */
    size_t offset;
};
/* Pins it unless there is one already; gives err back. */
ss_err ss_fault_pin(struct ss_engine *engine, const struct ss_core_failure *failure);
ss_err ss_fault_link(struct ss_link *link, ss_err err, const char *field, const char *rule,
                     const char *detail);

/* ---- record.c ---- */
void ss_record_bytes(struct ss_engine *engine, enum ss_direction direction, ss_span wire);
/* A piece of the stream that is no packet: a FRAME record without a sequence number. */
void ss_record_piece(struct ss_engine *engine, enum ss_direction direction, const char *what,
                     size_t n);
void ss_record_frame_in(struct ss_engine *engine, const struct ss_packet *packet);
/* sealed: bytes of the packet; put: of the stream, which are others when it was dropped, held back
 * or said twice. */
void ss_record_frame_out(struct ss_engine *engine, uint32_t sequence, uint32_t epoch, size_t sealed,
                         size_t put);
void ss_record_message(struct ss_engine *engine, enum ss_direction direction,
                       const struct ss_msg *msg, ss_span payload);
void ss_record_oddities(struct ss_engine *engine, const struct ss_msg *msg);
void ss_record_fault(struct ss_engine *engine);
void ss_record_text(struct ss_engine *engine, enum ss_trace_kind kind, const char *text);
void ss_record_secret(struct ss_link *link, const struct ss_trace_secret *secret);
void ss_record_link(struct ss_link *link, enum ss_trace_kind kind, const char *text);

#endif
