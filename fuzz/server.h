/* SPDX-License-Identifier: Apache-2.0 */
/* server.h - a server in memory, what is sent to it and what it says, for harnesses.
 *
 * Owns: a server engine with its owner, the packets of a client that is no engine, a reader of what
 *   the server puts out, and the oracles that hold at every moment.
 * Not here: what a client sends (session.c, starts.c).
 * Called by: fuzz_session, and the program that writes its seeds.
 *
 * The client's packets are sealed by the stub cipher, which has no key, so a client need not know
 * what the server answered: a list of payloads is a whole conversation.
 *
 * At every moment: nobody is let in without the credential; before that no channel, no command;
 * memory stays under a bound; every message of the server's decodes; DISCONNECT comes once and
 * last. */
#ifndef FUZZ_SERVER_H
#define FUZZ_SERVER_H

#include "fuzz/oracle.h"
#include "sshspec/engine.h"
#include "sshspec/key.h"
#include "sshspec/serving.h"
#include "sshspec/transport.h"

enum {
    FUZZ_PREAUTH_MOST = 320 << 10, /* bytes a connection may hold before authentication */
    FUZZ_PREAUTH_FREE = 64 << 10   /* without a byte received; two more are kept for each at most */
};

struct fuzz_replies { /* what the server put out */
    struct fuzz_memory memory;
    struct ss_buf stream; /* a packet that is partly there */
    struct ss_arena arena;
    struct ss_suite clear; /* the stub cipher, once the server has said NEWKEYS */
    bool ident, keys, over;
    uint32_t sequence;
    uint64_t bytes, sum;
    size_t messages;
    unsigned unimplemented; /* since it was set to 0 */
    uint32_t unimplemented_sequence;
    uint8_t last;     /* number of the last message */
    uint8_t data[64]; /* the beginning of the last CHANNEL_DATA */
    size_t data_size;
};

struct fuzz_server {
    struct fuzz_memory memory; /* of engine and owner */
    struct fuzz_memory files;  /* of the tree */
    struct ss_config config;
    struct ss_account account;
    struct ss_serving_hook hook;
    struct ss_mem_fs *tree;
    struct ss_engine *engine;
    struct ss_serving *serving;
    struct fuzz_replies replies;
    /* the client */
    struct fuzz_memory client;
    struct ss_packet_out packets;
    struct ss_buf sealed;
    bool sent_newkeys;
    /* what is done to it */
    size_t piece; /* bytes that are fed at a time; 0: all */
    bool unread;  /* what it says is not taken from it */
    bool let_in;  /* the credential was given */
    bool torn;    /* the client's stream is no longer a row of packets */
    ss_time now;
    uint64_t received;
};

/* The user who may log in, and what only starts.c may send. */
extern const char fuzz_user[], fuzz_password[];

void fuzz_server_init(struct fuzz_server *server);
/* size: of the input, for the bound on memory. */
void fuzz_server_fini(struct fuzz_server *server, size_t size);
/* Bytes into its stream; then it does what it can. */
void fuzz_server_feed(struct fuzz_server *server, ss_span bytes);
void fuzz_server_eof(struct fuzz_server *server);
void fuzz_server_wait(struct fuzz_server *server, ss_time milliseconds);
/* A packet of the client's. What it may lead to is asked of the second gate. lies: of the frame. */
void fuzz_server_packet(struct fuzz_server *server, ss_span payload, const struct ss_lie *lies,
                        size_t lie_count);
/* Takes what it has said. */
void fuzz_server_read(struct fuzz_server *server);
bool fuzz_server_over(const struct fuzz_server *server);

/* replies.c */
void fuzz_replies_init(struct fuzz_replies *replies);
void fuzz_replies_fini(struct fuzz_replies *replies);
void fuzz_replies_take(struct fuzz_replies *replies, ss_span bytes);

#endif
