/* SPDX-License-Identifier: Apache-2.0 */
/* kit.h - a server on a tree in memory, asked message by message, and a client joined to it.
 *
 * Called by: tests/unit/sftp. */
#ifndef TESTS_SFTP_KIT_H
#define TESTS_SFTP_KIT_H

#include "sshspec/sftp.h"
#include "tests/support/support.h"

/* ---- a server that is asked directly ---- */
struct bench {
    const struct ss_env *env;
    struct ss_mem_fs *mem;
    struct ss_fs *fs;
    struct ss_sftp_server server;
    struct ss_buf out;
    struct ss_arena arena;
    uint32_t id; /* of the last request */
};

/* INIT is done. options may be null. */
void bench_open(struct bench *bench, const struct ss_sftp_server_options *options);
void bench_close(struct bench *bench);
/* The reply to a request whose body this is; its id is set, and checked in the reply. Good until
 * the next. */
struct ss_msg ask(struct bench *bench, enum ss_msgid id, void *body);
struct ss_msg ask_extended(struct bench *bench, enum ss_msgid tail, void *body);
/* The reply to a payload. */
struct ss_msg ask_raw(struct bench *bench, ss_span payload);
/* The code of a STATUS; fails the test when the reply is none. */
uint32_t status_of(struct ss_msg reply);
uint32_t ask_status(struct bench *bench, enum ss_msgid id, void *body);
/* Opens; the handle is copied to a buffer of static life. */
ss_span open_file(struct bench *bench, const char *path, uint32_t pflags);
ss_span open_dir(struct bench *bench, const char *path);
uint32_t close_handle(struct bench *bench, ss_span handle);
/* A file in the tree, by the file system itself. */
void plant(struct bench *bench, const char *path, const char *text);
/* Does the file hold exactly this? */
bool holds(struct bench *bench, const char *path, const char *text);

/* ---- a client joined to the server ---- */
struct joint {
    struct bench bench;
    struct ss_sftp_client client;
    struct ss_sftp_frames frames;
    size_t piece; /* bytes that move at once; 0: all */
};

void joint_open(struct joint *joint, const struct ss_sftp_client_options *options);
void joint_close(struct joint *joint);
/* Moves what there is, both ways, once. */
ss_err joint_move(struct joint *joint);
/* Moves until an event comes. */
struct ss_sftp_event joint_wait(struct joint *joint);
/* The event of this ticket must be the next one. */
struct ss_sftp_event joint_answer(struct joint *joint, uint32_t ticket);

/* ---- a client with a server that is played by hand ---- */
/* Ready, its output dropped. */
void ready_client(struct ss_sftp_client *client, const struct ss_sftp_client_options *options);
void feed_msg(struct ss_sftp_client *client, enum ss_msgid id, void *body);
void feed_status(struct ss_sftp_client *client, uint32_t id, uint32_t code);
void feed_handle(struct ss_sftp_client *client, uint32_t id, const char *handle);
void feed_data(struct ss_sftp_client *client, uint32_t id, ss_span data);

#endif
