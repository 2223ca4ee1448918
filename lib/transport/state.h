/* SPDX-License-Identifier: Apache-2.0 */
/* state.h - what the files of the transport layer share: one connection's key exchanges.
 *
 * Owns: struct ss_transport and its parts.
 * Not here: packets, suites, identification lines: those are whole without it (transport.h).
 * Called by: transport.c, kexinit.c, kex.c, kex_gex.c, newkeys.c, rekey.c, ext_info.c, service.c,
 * control.c.
 *
 * The names say whose a thing is: ours and theirs by side, c and s by role as in the RFCs. Each
 * file has three kinds of calls: _received absorbs a message of the peer's, _sent learns what
 * really went out, _due and _compose serve act(). Nothing is sent anywhere else, but for
 * DISCONNECT. */
#ifndef SSHSPEC_TRANSPORT_STATE_H
#define SSHSPEC_TRANSPORT_STATE_H

#include "sshspec/key.h"
#include "sshspec/transport.h"

/* The lists of a KEXINIT, in the order of the message. */
enum ss_slot {
    SS_SLOT_KEX,
    SS_SLOT_HOST_KEY,
    SS_SLOT_CIPHER_C2S,
    SS_SLOT_CIPHER_S2C,
    SS_SLOT_MAC_C2S,
    SS_SLOT_MAC_S2C,
    SS_SLOT_COMP_C2S,
    SS_SLOT_COMP_S2C,
    SS_SLOT_LANGUAGE_C2S,
    SS_SLOT_LANGUAGE_S2C,
    SS_SLOT_COUNT
};

struct ss_offer { /* borrowed */
    ss_span lists[SS_SLOT_COUNT];
    bool follows; /* first_kex_packet_follows */
};

#define SS_DETAIL_MAX 160 /* as in struct ss_fault */

struct ss_disagreement { /* why ss_negotiate failed */
    const char *field;   /* of KEXINIT */
    const char *rule;
    char detail[SS_DETAIL_MAX];
};

/* ---- negotiate.c: values in, values out ---- */
/* Writes the algorithms of out and leaves its other members alone. SS_E_no_common_algorithm;
 * SS_E_unsupported when both sides named one that the registry does not know. */
SS_MUST_USE ss_err ss_negotiate(const struct ss_registry *registry, const struct ss_offer *client,
                                const struct ss_offer *server, struct ss_negotiated *out,
                                struct ss_disagreement *out_why);
/* Would a packet guessed by either side be the right one? */
bool ss_negotiate_guess(const struct ss_offer *client, const struct ss_offer *server);
bool ss_negotiate_strict(const struct ss_offer *client, const struct ss_offer *server);
/* The first name that is no marker; empty when there is none. */
ss_span ss_negotiate_first(ss_span list);

/* Names of the markers of one role; role is who lists them. */
const char *ss_marker_ext_info(enum ss_role role);
const char *ss_marker_strict(enum ss_role role, size_t i); /* null behind the last */

/* ---- the state of a connection ---- */
enum ss_await { /* which message of the key exchange the peer has to send next; bits */
                SS_AWAIT_NOTHING = 1, /* identification lines are not known yet */
                SS_AWAIT_KEXINIT = 2, /* also: any message of the other layers */
                SS_AWAIT_INIT = 4,    /* server */
                SS_AWAIT_REPLY = 8,   /* client */
                SS_AWAIT_NEWKEYS = 16,
                SS_AWAIT_GEX = 32 /* the group is known: the client's value, the server's reply */
};

struct ss_kexinit { /* one side's KEXINIT, as it went over the wire */
    bool there;
    uint32_t sequence;
    struct ss_buf payload; /* enters the exchange hash; kept until the next one */
    struct ss_buf meant;   /* of ours, when what was sent cannot be read: what was meant */
    struct ss_offer offer; /* points into one of the two */
};

enum ss_question { SS_QUESTION_NONE, SS_QUESTION_ASKED, SS_QUESTION_ACCEPTED };

struct ss_gex {   /* the first half of a group exchange */
    bool old;     /* the request was that with n alone */
    bool asked;   /* the request is known: sent, or received and accepted */
    bool grouped; /* so is the group */
    uint32_t min, n, max;
    struct ss_buf p, g; /* magnitudes, as they went over the wire; a server's choice before that */
};

struct ss_exchange {
    struct ss_kexinit ours, theirs;
    bool agreed;                    /* both are there, and they have algorithms in common */
    const struct ss_kex_alg *alg;   /* whose state it is */
    void *state;                    /* owned: the ephemeral key; null: none */
    struct ss_buf public_ours;      /* its public value; empty: not drawn yet */
    struct ss_buf value_c, value_s; /* public values as they went over the wire */
    bool shared_known;              /* shared holds the secret K */
    struct ss_gex gex;
    bool init_sent, reply_sent;            /* messages of ours: 30 and 31, or 32 and 33 */
    bool newkeys_sent, newkeys_got;        /* and took effect */
    bool keyed;                            /* in and out are ready to be installed */
    struct ss_suite in, out;               /* owned until they are installed */
    struct ss_secret shared;               /* K: magnitude or string */
    uint8_t hash[SS_HASH_MAX];             /* H */
    uint64_t bytes_before, packets_before; /* of the inbound counters, when our KEXINIT went */
};

struct ss_doom { /* a failure that is due, as an answer would be: raised by act() */
    ss_err err;
    const char *field, *rule;
    char detail[SS_DETAIL_MAX];
};

struct ss_transport {
    struct ss_link *link;
    struct ss_packet_in *in;
    struct ss_packet_out *out;
    enum ss_role role;
    enum ss_await await;
    bool open; /* others may send */
    bool kexinit_due;
    bool skip_guess;
    struct ss_doom doom;
    struct ss_buf ident_c, ident_s;
    struct ss_exchange ex;
    struct ss_negotiated negotiated;
    uint8_t session_id[SS_HASH_MAX];
    struct ss_buf hash_input;
    ss_time exchanged_at;
    /* host keys */
    struct ss_key *host_key;                       /* client: the key of the last exchange */
    struct ss_key *trusted;                        /* client: the key that was accepted last */
    struct ss_buf host_key_blob, initial_host_key; /* of the last exchange, of the first */
    enum ss_question question;
    /* extensions */
    bool ext_info_due, ext_info_offered;
    bool ext_info_again; /* sent since authentication began */
    struct ss_buf sig_algs;
    /* services */
    bool service_due;           /* a request (client) or an accept (server) */
    bool service_outstanding;   /* client: a request was sent and not answered */
    struct ss_buf service_name; /* of what is due or outstanding */
    struct ss_buf service;      /* accepted */
    /* PING and PONG that wait until others may send: byte number, string data */
    struct ss_buf held;
};

/* ---- transport.c ---- */
/* Fails the connection unless err says that it is a matter of memory or the like, which is passed
 * on as it is. */
ss_err ss_transport_fail(struct ss_transport *layer, ss_err err, const char *field,
                         const char *rule, const char *detail);
/* Makes a failure due, the first one wins. */
void ss_transport_doom(struct ss_transport *layer, ss_err err, const char *field, const char *rule,
                       const char *detail);
void ss_transport_note(struct ss_transport *layer, const char *text);
void ss_transport_await(struct ss_transport *layer, enum ss_await await);
SS_MUST_USE ss_err ss_transport_event(struct ss_transport *layer, enum ss_event_type type,
                                      ss_span text);
static inline bool ss_transport_first(const struct ss_transport *layer)
{
    return layer->negotiated.epoch == 0;
}
/* Replaces what buf holds. */
SS_MUST_USE ss_err ss_transport_keep(struct ss_buf *buf, ss_span bytes);

/* ---- kexinit.c ---- */
SS_MUST_USE ss_err ss_kexinit_compose(struct ss_transport *layer, struct ss_msg_kexinit *body);
SS_MUST_USE ss_err ss_kexinit_received(struct ss_transport *layer, const struct ss_msg *msg);
SS_MUST_USE ss_err ss_kexinit_sent(struct ss_transport *layer, const struct ss_msg *msg,
                                   ss_span payload);

/* ---- kex.c ---- */
/* May a client's first message of the method go out: after the agreement, or as a guess? */
bool ss_kex_may_begin(const struct ss_transport *layer);
bool ss_kex_init_due(const struct ss_transport *layer);
bool ss_kex_reply_due(const struct ss_transport *layer);
/* The method of the exchange: agreed on, or guessed; null when it is not known. */
const struct ss_kex_alg *ss_kex_method(const struct ss_transport *layer);
SS_MUST_USE ss_err ss_kex_compose(struct ss_transport *layer, struct ss_msg *msg);
SS_MUST_USE ss_err ss_kex_received(struct ss_transport *layer, const struct ss_msg *msg);
SS_MUST_USE ss_err ss_kex_sent(struct ss_transport *layer, ss_span payload);
SS_MUST_USE ss_err ss_kex_answer(struct ss_transport *layer, const struct ss_command *command);
/* A state for alg, in place of what there was. */
SS_MUST_USE ss_err ss_kex_make_state(struct ss_transport *layer, const struct ss_kex_alg *alg);
ss_err ss_kex_wrong_method(struct ss_transport *layer);
/* K as it enters hashes (RFC 4253 section 7.2, 8). */
void ss_kex_write_secret(struct ss_writer *writer, const struct ss_kex_alg *alg,
                         const struct ss_secret *shared);
/* Forgets the ephemeral key, if there is one. */
void ss_kex_forget(struct ss_transport *layer);
/* Wipes all of an exchange but the peer's KEXINIT. */
void ss_kex_clear(struct ss_transport *layer);

/* ---- kex_gex.c ---- */
/* Does a server have groups to choose from? */
bool ss_gex_offered(const struct ss_config *config);
bool ss_gex_request_due(const struct ss_transport *layer);
bool ss_gex_group_due(const struct ss_transport *layer);
SS_MUST_USE ss_err ss_gex_compose(struct ss_transport *layer, struct ss_msg *msg);
SS_MUST_USE ss_err ss_gex_received(struct ss_transport *layer, const struct ss_msg *msg);
/* Is a message with this number one of this file's, when the method is a group exchange? */
bool ss_gex_is_part(uint8_t number);
SS_MUST_USE ss_err ss_gex_sent(struct ss_transport *layer, uint8_t number,
                               struct ss_reader *reader);
/* What the exchange hash covers besides the usual fields. */
void ss_gex_write(struct ss_writer *writer, const struct ss_gex *gex);
void ss_gex_clear(struct ss_gex *gex);

/* ---- newkeys.c ---- */
/* size bytes of HASH(k || h || letter || session_id), extended as section 7.2 says. */
SS_MUST_USE ss_err ss_newkeys_derive(const struct ss_hash_alg *hash, ss_span k, ss_span h,
                                     char letter, ss_span session_id, uint8_t *out, size_t size);
/* H is known: session identifier, and both suites. */
SS_MUST_USE ss_err ss_newkeys_prepare(struct ss_transport *layer);
bool ss_newkeys_due(const struct ss_transport *layer);
SS_MUST_USE ss_err ss_newkeys_received(struct ss_transport *layer, const struct ss_msg *msg);
SS_MUST_USE ss_err ss_newkeys_sent(struct ss_transport *layer);

/* ---- rekey.c ---- */
SS_MUST_USE ss_err ss_rekey_check(struct ss_transport *layer);
bool ss_rekey_spent(const struct ss_transport *layer);
SS_MUST_USE ss_err ss_rekey_command(struct ss_transport *layer);
ss_time ss_rekey_deadline(const struct ss_transport *layer);
void ss_rekey_tick(struct ss_transport *layer, ss_time now);

/* ---- ext_info.c ---- */
bool ss_ext_info_due(const struct ss_transport *layer);
void ss_ext_info_sent(struct ss_transport *layer);
SS_MUST_USE ss_err ss_ext_info_compose(struct ss_transport *layer, struct ss_msg_ext_info *body);
SS_MUST_USE ss_err ss_ext_info_received(struct ss_transport *layer, const struct ss_msg *msg);

/* ---- service.c ---- */
bool ss_service_request_due(const struct ss_transport *layer);
bool ss_service_accept_due(const struct ss_transport *layer);
SS_MUST_USE ss_err ss_service_compose(struct ss_transport *layer, ss_span *out_name);
SS_MUST_USE ss_err ss_service_request_received(struct ss_transport *layer,
                                               const struct ss_msg *msg);
SS_MUST_USE ss_err ss_service_accept_received(struct ss_transport *layer, const struct ss_msg *msg);
SS_MUST_USE ss_err ss_service_sent(struct ss_transport *layer, ss_span payload);
SS_MUST_USE ss_err ss_service_command(struct ss_transport *layer, const struct ss_command *command);

/* ---- control.c ---- */
bool ss_control_held_due(const struct ss_transport *layer);
/* PING or PONG: what is held longest. */
enum ss_msgid ss_control_held_id(const struct ss_transport *layer);
SS_MUST_USE ss_err ss_control_compose(struct ss_transport *layer, struct ss_msg *msg);
SS_MUST_USE ss_err ss_control_received(struct ss_transport *layer, const struct ss_msg *msg);
void ss_control_sent(struct ss_transport *layer, ss_span payload);
SS_MUST_USE ss_err ss_control_command(struct ss_transport *layer, const struct ss_command *command);

#endif
