/* SPDX-License-Identifier: Apache-2.0 */
/* shelf.c - the command line of a verb that looks at the catalogue, and opening that.
 *
 * Owns: the option --scenarios, where texts for a person go.
 * Not here: reading scenarios (script/catalogue.c), which failure is which status (select.c).
 * Called by: the verbs that look at scenarios without running them.
 * Follows: HOUSE "What a person sees". */
#include "testserver/shelf.h"

#include <stdio.h>

#include "sshspec/net.h"
#include "testserver/verbs.h"

enum { WHY_MAX = 4 << 20, WORDS_MAX = 4096, OPTIONS_MAX = 6 };

int shelf_status(struct shelf *shelf, ss_err err)
{
    if (ss_buf_size(&shelf->why) > 0)
        (void)fwrite(ss_buf_at(&shelf->why), 1, ss_buf_size(&shelf->why), stderr);
    else if (err != SS_OK)
        (void)fprintf(stderr, "sshspec: %s\n", ss_err_text(err));
    return selection_status(err);
}

int shelf_print(const struct ss_buf *out)
{
    size_t size = ss_buf_size(out);

    if (size > 0 && fwrite(ss_buf_at(out), 1, size, stdout) != size)
        return EXIT_ENVIRONMENT;
    return fflush(stdout) != 0 ? EXIT_ENVIRONMENT : EXIT_AS_EXPECTED;
}

/* ---- the command line ---- */

static size_t take_words(struct options *options, const char **words)
{
    const char *word;
    size_t count = 0;

    while (options_next(options, &word)) {
        if (count == WORDS_MAX)
            (void)options_wrong(options, "more than %d words", WORDS_MAX);
        else
            words[count++] = word;
    }
    return count;
}

static int open_and_run(const struct shelf_verb *verb, const char *root, const char *const *words,
                        size_t count)
{
    struct shelf shelf;
    int status;
    ss_err err;

    ss_buf_init(&shelf.why, ss_system_env(), WHY_MAX);
    err = catalogue_init(&shelf.catalogue, ss_system_env(), root != NULL ? root : catalogue_root());
    status = err == SS_OK ? verb->run(&shelf, words, count, verb->ctx) : shelf_status(&shelf, err);
    catalogue_fini(&shelf.catalogue);
    ss_buf_fini(&shelf.why);
    return status;
}

int shelf_main(const struct shelf_verb *verb, int argc, char **argv)
{
    static const char *words[WORDS_MAX];
    const char *root = NULL;
    struct option table[OPTIONS_MAX + 2] = {{NULL, OPTION_FLAG, NULL, NULL, NULL}};
    struct options options;
    size_t count = 0;

    while (verb->options != NULL && count < OPTIONS_MAX && verb->options[count].name != NULL) {
        table[count] = verb->options[count];
        count++;
    }
    table[count] =
        (struct option){"scenarios", OPTION_TEXT, &root, "DIR",
                        "folder of the scenarios; else scenarios/ here, else the installed ones"};
    options_init(&options, table, argc, argv);
    options.usage = verb->usage;
    options.about = verb->about;
    options.example = verb->example;
    count = take_words(&options, words);
    if (options.status < 0 && count == 0 && verb->which != NULL)
        (void)options_wrong(&options, "%s", verb->which);
    return options.status >= 0 ? options.status : open_and_run(verb, root, words, count);
}
