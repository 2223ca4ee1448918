/* SPDX-License-Identifier: Apache-2.0 */
/* options.c - the command line of a verb, parsed and explained from one table.
 *
 * Owns: --name VALUE, --name=VALUE, --help, -- and the messages for mistakes.
 * Not here: what options mean (cmd_*.c).
 * Called by: cmd_*.c. */
#include "testserver/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sshspec/text.h"
#include "testserver/verbs.h"

enum { NAMES_MAX = 64, COLUMN = 26 };

void options_init(struct options *options, const struct option *table, int argc, char **argv)
{
    memset(options, 0, sizeof *options);
    options->table = table;
    options->argc = argc;
    options->argv = argv;
    options->at = 1;
    options->status = -1;
    options->verb = argv[0];
}

int options_wrong(struct options *options, const char *format, ...)
{
    va_list args;

    (void)fprintf(stderr, "sshspec %s: ", options->verb);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fprintf(stderr, "\nsshspec %s --help says more\n", options->verb);
    options->status = EXIT_USAGE;
    return EXIT_USAGE;
}

bool options_number(struct options *options, const char *name, const char *text, uint64_t least,
                    uint64_t most, uint64_t *out)
{
    uint64_t number;
    char *end;

    if (text == NULL)
        return true;
    errno = 0;
    number = strtoull(text, &end, 10);
    /* strtoull would take blanks and a sign, and nothing at all for 0. */
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number < least ||
        number > most) {
        (void)options_wrong(options, "--%s is a number from %llu to %llu, not \"%s\"", name,
                            (unsigned long long)least, (unsigned long long)most, text);
        return false;
    }
    *out = number;
    return true;
}

/* ---- help ---- */

static void explain(const struct option *option)
{
    char left[80];
    const char *at = option->help;
    size_t n = strcspn(at, "\n");

    (void)snprintf(
        left, sizeof left, "--%s%s%s%s", option->name, option->metavar != NULL ? " " : "",
        option->metavar != NULL ? option->metavar : "", option->kind == OPTION_LIST ? "..." : "");
    (void)printf("  %-*s %.*s\n", COLUMN, left, (int)n, at);
    while (at[n] != 0) {
        at += n + 1;
        n = strcspn(at, "\n");
        (void)printf("  %-*s %.*s\n", COLUMN, "", (int)n, at);
    }
}

static void show_help(struct options *options)
{
    const struct option *option;

    (void)printf("usage: sshspec %s %s\n\n%s\n\n", options->verb, options->usage, options->about);
    for (option = options->table; option->name != NULL; option++)
        explain(option);
    (void)printf("\nExample:\n%s", options->example);
    options->status = fflush(stdout) != 0 ? EXIT_ENVIRONMENT : EXIT_AS_EXPECTED;
}

/* ---- parsing ---- */

static const struct option *find(const struct options *options, const char *name, size_t size)
{
    const struct option *option;

    for (option = options->table; option->name != NULL; option++)
        if (strlen(option->name) == size && strncmp(option->name, name, size) == 0)
            return option;
    return NULL;
}

static void unknown(struct options *options, const char *name, size_t size)
{
    const char *names[NAMES_MAX + 1];
    const char *close;
    size_t n = 0;

    for (; n < NAMES_MAX && options->table[n].name != NULL; n++)
        names[n] = options->table[n].name;
    names[n] = NULL;
    close = ss_suggest(ss_span_make(name, size), names);
    if (close != NULL)
        (void)options_wrong(options, "no option --%.*s; did you mean --%s?", (int)size, name,
                            close);
    else
        (void)options_wrong(options, "no option --%.*s", (int)size, name);
}

static void store(struct options *options, const struct option *option, const char *value)
{
    struct option_list *list = option->out;

    if (option->kind == OPTION_TEXT) {
        *(const char **)option->out = value;
        return;
    }
    if (list->count == OPTION_LIST_MAX) {
        (void)options_wrong(options, "--%s: more than %d of them", option->name, OPTION_LIST_MAX);
        return;
    }
    list->items[list->count++] = value;
}

/* word: without its dashes. */
static void take(struct options *options, const char *word)
{
    size_t size = strcspn(word, "=");
    const struct option *option = find(options, word, size);

    if (option == NULL) {
        unknown(options, word, size);
    } else if (option->kind == OPTION_FLAG) {
        if (word[size] == '=')
            (void)options_wrong(options, "--%s takes no value", option->name);
        else
            *(bool *)option->out = true;
    } else if (word[size] == '=') {
        store(options, option, word + size + 1);
    } else if (options->at == options->argc) {
        (void)options_wrong(options, "--%s needs %s", option->name, option->metavar);
    } else {
        store(options, option, options->argv[options->at++]);
    }
}

bool options_next(struct options *options, const char **out_word)
{
    while (options->status < 0 && options->at < options->argc) {
        const char *word = options->argv[options->at++];

        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            show_help(options);
            return false;
        }
        if (strcmp(word, "--") == 0) {
            if (options->at == options->argc)
                return false;
            *out_word = options->argv[options->at++];
            return true;
        }
        if (word[0] != '-' || word[1] == 0) {
            *out_word = word;
            return true;
        }
        if (word[1] != '-')
            (void)options_wrong(options, "no option %s", word);
        else
            take(options, word + 2);
    }
    return false;
}
