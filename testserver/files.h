/* SPDX-License-Identifier: Apache-2.0 */
/* files.h - what verbs read from files: keys, passwords, groups, option settings.
 *
 * Owns: nothing; what is read belongs to the caller.
 * Not here: options (options.h), transfers. */
#ifndef TESTSERVER_FILES_H
#define TESTSERVER_FILES_H

#include "sshspec/key.h"
#include "sshspec/moduli.h"
#include "sshspec/net.h"
#include "testserver/options.h"

enum { KEY_LIST_MAX = 64 };
struct key_list { /* null-terminated, as the library wants them */
    struct ss_key *keys[KEY_LIST_MAX + 1];
    size_t count;
};
void key_list_fini(struct key_list *list);
const struct ss_key *const *key_list_keys(const struct key_list *list);

/* All print what is wrong, with file, line or byte, to standard error; false then. */
bool read_private_key(const char *path, struct key_list *list);
bool read_authorized_keys(const char *path, struct key_list *list);
/* The first line; password is wiped by ss_secret_fini. */
bool read_password(const char *path, struct ss_secret *password);
/* A moduli file. Lines that are passed over are told of; when no other is there, that is wrong. */
bool read_moduli(const char *path, struct ss_moduli **out);
/* Each "option=value"; values are borrowed. */
bool apply_settings(const struct option_list *settings, struct ss_config *config);

#endif
