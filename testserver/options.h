/* SPDX-License-Identifier: Apache-2.0 */
/* options.h - the command line of a verb: one table says what there is, how it is parsed and how
 * it is explained.
 *
 * Owns: nothing; values are pointers into argv.
 * Not here: what options mean.
 * Called by: cmd_*.c.
 *
 *     while (options_next(&options, &word)) { ... a word that is no option ... }
 *     if (options.status >= 0) return options.status; */
#ifndef TESTSERVER_OPTIONS_H
#define TESTSERVER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OPTION_LIST_MAX = 64 };
struct option_list {
    const char *items[OPTION_LIST_MAX];
    size_t count;
};

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_LIST };
struct option {
    const char *name; /* without the dashes */
    enum option_kind kind;
    void *out;           /* bool, const char *, struct option_list */
    const char *metavar; /* of the value; null for flags */
    const char *help;    /* one line; a newline starts another */
};

struct options {
    const char *verb, *usage, *about, *example;
    const struct option *table; /* ends with a null name */
    int argc, at;
    char **argv;
    int status; /* below 0: go on; else the exit status to end with */
};

/* argv[0] is the verb. */
void options_init(struct options *options, const struct option *table, int argc, char **argv);
/* The next word that is no option. False at the end, or when status says to end: after --help,
 * or a mistake, which was explained on standard error. Behind "--" nothing is an option. */
bool options_next(struct options *options, const char **out_word);
/* The value of an option that takes a number; text null: not given, and out stays. False: it is
 * none from least to most, which was said. */
bool options_number(struct options *options, const char *name, const char *text, uint64_t least,
                    uint64_t most, uint64_t *out);
/* Says what is wrong and how to get help; gives the exit status. */
int options_wrong(struct options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
