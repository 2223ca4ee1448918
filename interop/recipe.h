/* SPDX-License-Identifier: Apache-2.0 */
/* recipe.h - what is known about a peer before it is started, read from interop/peers/NAME/recipe.
 *
 * Concept: a recipe is lines of `key = value`; `#` starts a comment line; a list is words (see
 *   words.h). Every key is known, given at most once, and of the right form, or the file is
 *   refused with the place of the first mistake. Keys:
 *
 *   name             the folder's name: lower case letters, digits, - and _
 *   title            what people call it
 *   roles            server, client or both of them
 *   packages         what apt-get install is told when it is missing
 *   server_programs  programs that must be there for a role: absolute, or looked up in PATH
 *   client_programs
 *   detect           command that prints the version; version_after: the text before it
 *   server_command   program in the folder that listens (see peer.h for what it must do)
 *   client_command   program in the folder that performs one action
 *   prepare_command  program in the folder that runs once a run, with the folder of keys
 *   server_features  words that scenarios may need, and that decide which actions can be asked
 *   client_features
 *   since            oldest version that the recipe was written for
 *   start_within     a duration: 500ms, 5s
 *   crash_text       words that mean a crash when they stand in the server's standard error
 *
 * Owns: all texts, in an arena. */
#ifndef SSHSPEC_INTEROP_RECIPE_H
#define SSHSPEC_INTEROP_RECIPE_H

#include "interop/words.h"

struct recipe {
    struct ss_arena arena;
    const char *name, *title;
    bool server, client;
    const char *const *packages;
    const char *const *server_programs, *const *client_programs;
    const char *const *detect;
    const char *version_after;
    const char *server_command, *client_command, *prepare_command; /* null: none */
    const char *const *server_features, *const *client_features;
    const char *since; /* null: any */
    uint32_t start_within;
    const char *const *crash_text;
};

struct recipe_error {
    uint32_t line, column; /* from 1; line 0: the file as a whole */
    char text[200];
};

/* SS_E_bad_value: out_error is filled. */
SS_MUST_USE ss_err recipe_parse(const struct ss_env *env, ss_span text, struct recipe *out,
                                struct recipe_error *out_error);
void recipe_fini(struct recipe *recipe);
/* Natural order of version texts: 9.2p1 < 9.10; numbers by value, the rest by bytes. */
int recipe_compare_versions(ss_span a, ss_span b);

#endif
