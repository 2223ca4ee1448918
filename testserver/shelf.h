/* SPDX-License-Identifier: Apache-2.0 */
/* shelf.h - the catalogue as a verb opens it: its folder, its mistakes on standard error, and the
 * exit status that goes with them.
 *
 * Owns: a catalogue and the text of what went wrong.
 * Not here: what a verb does with it.
 * Called by: cmd_list.c, cmd_show.c, cmd_explain.c, cmd_lint.c, cmd_fmt.c. */
#ifndef TESTSERVER_SHELF_H
#define TESTSERVER_SHELF_H

#include "testserver/options.h"
#include "testserver/script/select.h"

enum { SHELF_WORDS_MAX = 4096 };

struct shelf {
    struct catalogue catalogue;
    struct ss_buf why;
};

#define SHELF_OPTION(where)                                                                        \
    {                                                                                              \
        "scenarios", OPTION_TEXT, where, "DIR",                                                    \
            "folder of the scenarios; else scenarios/ here, else the installed ones"               \
    }

/* root null: the usual one. */
SS_MUST_USE ss_err shelf_open(struct shelf *shelf, const char *root);
void shelf_close(struct shelf *shelf);
/* Tells what went wrong, if anything did; the exit status: 0, 2 for a scenario or a word of the
 * command line, 3 for the machine, 4 when nothing was selected. */
int shelf_status(struct shelf *shelf, ss_err err);
/* Writes what is in out to standard output; the exit status. */
int shelf_print(const struct ss_buf *out);
/* The words of a command line that are no options; their number. Status is in options. */
size_t shelf_words(struct options *options, const char **words, size_t most);

#endif
