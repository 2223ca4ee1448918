/* SPDX-License-Identifier: Apache-2.0 */
/* shelf.h - a verb that looks at the catalogue: its command line, the catalogue as it opens it, its
 * mistakes on standard error, and the exit status that goes with them.
 *
 *   call           does
 *   shelf_main     the verb from its command line to its exit status
 *   shelf_status   tells what went wrong
 *   shelf_print    writes what was found
 *
 * Owns: a catalogue and the text of what went wrong.
 * Not here: what a verb does with it.
 * Called by: cmd_list.c, cmd_show.c, cmd_explain.c, cmd_lint.c, cmd_fmt.c. */
#ifndef TESTSERVER_SHELF_H
#define TESTSERVER_SHELF_H

#include "testserver/options.h"
#include "testserver/script/select.h"

struct shelf {
    struct catalogue catalogue;
    struct ss_buf why;
};

struct shelf_verb {
    const char *usage, *about, *example;
    const char *which;            /* what to ask when no word is given; null: none is needed */
    const struct option *options; /* beside --scenarios; ends with a null name; null: none */
    int (*run)(struct shelf *shelf, const char *const *words, size_t count, void *ctx);
    void *ctx;
};

/* Parses the command line, opens the catalogue and calls run with the words that are no options;
 * gives the exit status. */
int shelf_main(const struct shelf_verb *verb, int argc, char **argv);
/* Tells what went wrong, if anything did; the exit status: 0, 2 for a scenario or a word of the
 * command line, 3 for the machine, 4 when nothing was selected. */
int shelf_status(struct shelf *shelf, ss_err err);
/* Writes what is in out to standard output; the exit status. */
int shelf_print(const struct ss_buf *out);

#endif
