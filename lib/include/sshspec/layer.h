/* SPDX-License-Identifier: Apache-2.0 */
/* layer.h - what a protocol layer is, what it tells its owner, and what it may be asked to do.
 *
 * Owns: the events and commands of a connection, the link between a layer and the engine.
 * Not here: any layer, and the engine that stacks them.
 * Called by: transport, auth, connection implement ss_layer_ops; engine calls them.
 *
 * A layer takes messages in (on_message), is told what was really sent (on_sent: also when a
 * script sent it by hand), and sends what is due only in act(). So a script can absorb a message
 * without the answer going out, and send something else in its place. */
#ifndef SSHSPEC_LAYER_H
#define SSHSPEC_LAYER_H

#include "sshspec/config.h"

/* ---- what the two sides agreed on ---- */
struct ss_negotiated {
    const struct ss_kex_alg *kex;
    const struct ss_sign_alg *host_key;
    const struct ss_cipher_alg *cipher_c2s, *cipher_s2c;
    const struct ss_mac_alg *mac_c2s, *mac_s2c; /* null under AEAD ciphers */
    const struct ss_comp_alg *comp_c2s, *comp_s2c;
    bool strict;        /* strict key exchange, fixed by the first exchange */
    bool peer_ext_info; /* the peer offered ext-info-c or ext-info-s */
    bool guess_ignored; /* the peer's guessed packet was, or is to be, dropped */
    uint32_t epoch;     /* exchanges finished */
};

/* ---- events ---- */
enum ss_event_type {
    SS_EVENT_NONE,
    SS_EVENT_MESSAGE, /* STEP only: message waits for ss_engine_settle */
    SS_EVENT_PRELINE, /* client: text line before the identification line: text */
    SS_EVENT_VERSION, /* peer's identification line: text */
    SS_EVENT_NEGOTIATED,
    SS_EVENT_HOST_KEY, /* client, question: key, text is the algorithm; answer SS_CMD_HOST_KEY */
    SS_EVENT_KEX_DONE, /* new keys live both ways: number is the epoch */
    SS_EVENT_EXT_INFO, /* text: extension name, data: its value; one event an extension */
    SS_EVENT_PONG,     /* data */
    SS_EVENT_UNIMPLEMENTED, /* number: sequence number of the packet the peer did not know */
    SS_EVENT_SERVICE,       /* service accepted: text */
    SS_EVENT_BANNER,        /* text */
    SS_EVENT_AUTH_NEXT,    /* client, question: text: methods that may go on, flag: partial success,
                              number: attempts so far; answer SS_CMD_AUTH_* or disconnect */
    SS_EVENT_AUTH_PK_OK,   /* client: the queried key would do */
    SS_EVENT_AUTH_CHANGE,  /* client, question: password change asked: text is the prompt */
    SS_EVENT_AUTH_REQUEST, /* server, question: auth is set; answer SS_CMD_AUTH_ANSWER */
    SS_EVENT_AUTH_DONE,    /* text: user, method */
    SS_EVENT_CHANNEL_OPEN, /* question: channel, message; answer SS_CMD_CHANNEL_ACCEPT/REFUSE */
    SS_EVENT_CHANNEL_OPENED,   /* ours was confirmed */
    SS_EVENT_CHANNEL_REFUSED,  /* ours was refused: number: reason, text */
    SS_EVENT_CHANNEL_REQUEST,  /* message, flag: want reply, number: its place, from 1 on a
                                  channel; answer SS_CMD_CHANNEL_REPLY */
    SS_EVENT_CHANNEL_REPLY,    /* to a request of ours: flag: success, number: its place among
                                  those of the channel that wanted a reply, from 1 */
    SS_EVENT_CHANNEL_DATA,     /* data; number: 0 data, else extended data type */
    SS_EVENT_CHANNEL_WRITABLE, /* window grew from less than asked for */
    SS_EVENT_CHANNEL_EOF,
    SS_EVENT_CHANNEL_CLOSED, /* CLOSE went both ways; the number may be used again */
    SS_EVENT_GLOBAL_REQUEST, /* message, flag: want reply, number: its place, from 1; answer
                                SS_CMD_GLOBAL_REPLY */
    SS_EVENT_GLOBAL_REPLY,   /* flag: success, data, number as with CHANNEL_REPLY */
    SS_EVENT_DISCONNECTED,   /* peer's DISCONNECT: number: reason, text */
    SS_EVENT_FAULT           /* ours: the pinned fault; what is due was queued */
};

/* method is what it comes to: "publickey" for publickey-hostbound-v00@openssh.com too. */
struct ss_auth_try { /* a server's question; borrowed until it is answered */
    ss_span user, service, method;
    ss_span password, new_password; /* password */
    bool change;
    const struct ss_key *key; /* publickey: parsed; null when it could not be */
    ss_span algorithm, blob;
    bool query;       /* no signature yet: accepting sends PK_OK */
    bool hostbound;   /* publickey, bound to the host key of the first exchange */
    bool signed_ok;   /* signature verified; the library never asks about a bad one */
    uint8_t sk_flags; /* SS_SK_... that a security key signed with (key.h) */
};

struct ss_event {
    enum ss_event_type type;
    uint32_t channel; /* our number of it */
    uint32_t number;
    bool flag;
    ss_span text, method, data;   /* borrowed until the next poll */
    const struct ss_msg *message; /* borrowed until the next poll, or until it is settled */
    const struct ss_key *key;
    const struct ss_auth_try *auth;
    const struct ss_fault *fault;
};

/* ---- a channel, seen from outside ---- */
struct ss_channel_info {
    uint32_t ours, theirs;          /* numbers */
    uint32_t window_in, window_out; /* bytes the peer may still send, we may still send */
    uint32_t max_out;               /* largest data packet the peer takes */
    uint32_t asked, replied;        /* our requests that want a reply, and the replies */
    bool open, eof_in, eof_out, close_in, close_out;
};

/* ---- commands ---- */
enum ss_command_kind {
    SS_CMD_VERSION,   /* send our identification line (STEP); text replaces it, CR LF is added */
    SS_CMD_KEXINIT,   /* start a key exchange */
    SS_CMD_HOST_KEY,  /* flag: accept */
    SS_CMD_SERVICE,   /* client: ask for a service: text */
    SS_CMD_AUTH_NONE, /* user: text */
    SS_CMD_AUTH_PASSWORD,        /* text: user, data: password */
    SS_CMD_AUTH_PASSWORD_CHANGE, /* text: user, data: old, more: new */
    SS_CMD_AUTH_QUERY,           /* text: user, key: asks whether it would do */
    SS_CMD_AUTH_KEY,             /* text: user, key: signs */
    SS_CMD_AUTH_ANSWER,    /* server: number: enum ss_auth_answer; text: methods left for partial */
    SS_CMD_CHANNEL_OPEN,   /* text: type, data: what the type adds, as bytes; or message (a
                              CHANNEL_OPEN of which type and body count); number: window, 0 the
                              configured; out in channel */
    SS_CMD_CHANNEL_ACCEPT, /* channel; number: window as above; data: what the type adds */
    SS_CMD_CHANNEL_REFUSE, /* channel; number: reason, not 0, text */
    SS_CMD_CHANNEL_REQUEST, /* channel, message (a CHANNEL_REQUEST; recipient is filled in) */
    SS_CMD_CHANNEL_REPLY,   /* channel; flag: success; number: place of the request, or 0 for the
                               oldest that waits for a reply. A request that wanted none: nothing
                               is sent */
    SS_CMD_CHANNEL_DATA,    /* channel, data; number: extended type or 0; takes all or
                               SS_E_would_block: see ss_engine_writable */
    SS_CMD_CHANNEL_CREDIT,  /* channel; number: bytes of received data that were consumed */
    SS_CMD_CHANNEL_EOF,     /* channel */
    SS_CMD_CHANNEL_CLOSE,   /* channel */
    SS_CMD_GLOBAL_REQUEST,  /* message (a GLOBAL_REQUEST) */
    SS_CMD_GLOBAL_REPLY,    /* flag: success, data; number as above */
    SS_CMD_PING,            /* data */
    SS_CMD_DISCONNECT,      /* number: reason, text */
    SS_CMD_COUNT
};
enum ss_auth_answer { SS_AUTH_REJECT, SS_AUTH_ACCEPT, SS_AUTH_PARTIAL, SS_AUTH_ASK_CHANGE };

struct ss_command {
    enum ss_command_kind kind;
    uint32_t channel;
    uint32_t number;
    bool flag;
    ss_span text, data, more;
    const struct ss_key *key;
    const struct ss_msg *message;
};

/* ---- layers ---- */
enum ss_layer_id { SS_LAYER_TRANSPORT = 1, SS_LAYER_AUTH = 2, SS_LAYER_CONNECTION = 4 };

struct ss_link { /* the engine, as a layer sees it */
    const struct ss_env *env;
    const struct ss_config *config;
    struct ss_arena *arena; /* lives until the next poll */
    /* Encodes and queues; the owning layer's on_sent runs before this returns. */
    ss_err (*send)(struct ss_link *link, const struct ss_msg *msg);
    /* Queues an event; what it points to must live in the arena, in the inbound packet, or longer.
     */
    ss_err (*event)(struct ss_link *link, const struct ss_event *event);
    /* Pins the fault (first one wins), queues DISCONNECT where the error has a reason, and returns
     * err. field, rule and detail may be null. */
    ss_err (*fail)(struct ss_link *link, ss_err err, const char *field, const char *rule,
                   const char *detail);
    void (*note)(struct ss_link *link, enum ss_trace_kind kind, const char *text);
    /* May be null: then nobody wants them. */
    void (*secret)(struct ss_link *link, const struct ss_trace_secret *secret);
    /* Facts other layers need, kept by the engine. */
    ss_span session_id;         /* set by transport after the first exchange */
    ss_span initial_host_key;   /* blob of the first exchange, set with it */
    ss_span user;               /* set by auth when done */
    ss_span server_sig_algs;    /* set by transport from EXT_INFO; data null: none came */
    bool peer_ping;             /* peer announced ping@openssh.com */
    bool peer_hostbound;        /* server announced publickey-hostbound@openssh.com */
    bool peer_ext_info_in_auth; /* client announced ext-info-in-auth@openssh.com */
    bool auth_begun;            /* server: a USERAUTH_REQUEST came; set by auth */
    const struct ss_negotiated *negotiated; /* transport's; never null */
    ss_time now;                            /* of the call that is running */
    uint32_t inbound_sequence;              /* of the packet being handled */
    bool authenticated;
    /* The transport takes messages of the layer that is called, now: command() may send channel
     * data at once instead of keeping a copy for act(). False is always safe. */
    bool may_send;
};

struct ss_layer_ops {
    const char *name;
    enum ss_layer_id id;
    /* Takes a message in; its answers become due, they are not sent here. */
    ss_err (*on_message)(void *layer, const struct ss_msg *msg);
    /* What really went out: payload as encoded, lies included. Empty for what the connection layer
     * sent itself: msg is what it gave to send. */
    ss_err (*on_sent)(void *layer, const struct ss_msg *msg, ss_span payload);
    /* Sends what is due, as far as it can; called until nothing is due (returns SS_OK). */
    ss_err (*act)(void *layer);
    /* SS_E_unsupported when the command is another layer's. out_channel may be null. */
    ss_err (*command)(void *layer, const struct ss_command *command, uint32_t *out_channel);
    /* The message an honest endpoint would send now: fills body's defaults. SS_E_unsupported when
     * the layer has nothing to say about it. */
    ss_err (*compose)(void *layer, struct ss_msg *msg);
    ss_time (*deadline)(const void *layer);
    ss_err (*tick)(void *layer, ss_time now);
};

#endif
