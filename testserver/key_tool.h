/* SPDX-License-Identifier: Apache-2.0 */
/* key_tool.h - what the subcommands of `sshspec key` share: files, passphrases, words for mistakes.
 *
 * Owns: nothing.
 * Not here: formats (sshspec/key_file.h), options (options.h).
 * Called by: cmd_key*.c. */
#ifndef TESTSERVER_KEY_TOOL_H
#define TESTSERVER_KEY_TOOL_H

#include "sshspec/key_file.h"
#include "sshspec/net.h"
#include "testserver/options.h"
#include "testserver/verbs.h"

enum { KEY_TOOL_FILE_MAX = 1 << 20, KEY_TOOL_MESSAGE_MAX = 1 << 30, KEY_TOOL_OUTPUT_MAX = 1 << 24 };

/* The subcommands; argv[0] is the name. */
int key_show(int argc, char **argv);
int key_generate(int argc, char **argv);
int key_convert(int argc, char **argv);
int key_sign(int argc, char **argv);
int key_verify(int argc, char **argv);
int key_krl(int argc, char **argv);

/* All print what is wrong, where, and what to do, to standard error, and give an exit status;
 * EXIT_AS_EXPECTED is zero. */
int key_tool_read(const char *path, size_t most, struct ss_buf *out);
/* path null: standard output. A file must not be there yet. */
int key_tool_write(const char *path, ss_span bytes, bool secret);
int key_tool_print(const struct ss_buf *out);
/* Where a file is refused; limit words are added for what is one. */
int key_tool_refuse(const char *path, ss_err err, const struct ss_key_error *error);

/* A passphrase never stands on the command line: it would stand in the list of processes. */
struct key_passphrase {
    const char *file, *variable; /* options; null: not given */
    struct ss_secret secret;
    ss_span text; /* null data: none */
};
#define KEY_PASSPHRASE_OPTIONS(name, passphrase, what)                                             \
    {name "-file", OPTION_TEXT, &(passphrase)->file, "FILE",                                       \
     "the first line of FILE is the passphrase " what},                                            \
    {                                                                                              \
        name "-env", OPTION_TEXT, &(passphrase)->variable, "NAME",                                 \
            "environment variable NAME is the passphrase " what                                    \
    }
int key_passphrase_read(struct key_passphrase *passphrase);
void key_passphrase_fini(struct key_passphrase *passphrase);

/* All keys of a file. finish by ss_key_file_fini after EXIT_AS_EXPECTED. */
int key_tool_open(const char *path, ss_span passphrase, struct ss_key_file *out);
/* The same, or the public halves of what is encrypted and has no passphrase here. */
int key_tool_open_public(const char *path, ss_span passphrase, struct ss_key_file *out);

/* Takes the words of a command line; false when it is wrong or help was asked for. */
bool key_tool_words(struct options *options, const char **words, size_t most, size_t *out_count);

#endif
