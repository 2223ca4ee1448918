/* SPDX-License-Identifier: Apache-2.0 */
/* peer_impl.h - what the files behind peer.h share: a clean environment, and short sentences.
 *
 * Owns: struct peer_env, a list of NAME=VALUE in an arena. */
#ifndef SSHSPEC_INTEROP_PEER_IMPL_H
#define SSHSPEC_INTEROP_PEER_IMPL_H

#include "interop/peer.h"

#define PEER_ENV_MAX 24
#define PEER_OUTPUT_MAX ((size_t)1024 * 1024)
#define PEER_FILE_LIMIT ((size_t)256 * 1024 * 1024)

struct peer_env {
    struct ss_arena arena;
    const char *items[PEER_ENV_MAX + 1];
    size_t count;
    bool failed; /* memory ran out */
};
/* Holds the fixed part; keys may be null. */
void peer_env_init(struct peer_env *env, const struct peer_set *set, const char *keys,
                   const char *home);
void peer_env_add(struct peer_env *env, const char *name, const char *value);
void peer_env_fini(struct peer_env *env);
/* Appends "text: what errno says". Returns err. */
ss_err peer_fail(struct ss_buf *out_why, ss_err err, const char *text);
/* A fresh file for writing; -1 on failure. */
int peer_open_output(const char *folder, const char *name);
/* The tail of a file as one line, for the end of a sentence; nothing when it is empty. */
void peer_quote_tail(const char *folder, const char *name, struct ss_buf *out_why);

#endif
