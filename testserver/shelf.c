/* SPDX-License-Identifier: Apache-2.0 */
/* shelf.c - opening the catalogue for a verb.
 *
 * Owns: where texts for a person go.
 * Not here: reading scenarios (script/catalogue.c), which failure is which status (select.c).
 * Called by: the verbs that look at scenarios without running them.
 * Follows: HOUSE "What a person sees". */
#include "testserver/shelf.h"

#include <stdio.h>

#include "sshspec/net.h"
#include "testserver/verbs.h"

enum { WHY_MAX = 4 << 20 };

ss_err shelf_open(struct shelf *shelf, const char *root)
{
    ss_buf_init(&shelf->why, ss_system_env(), WHY_MAX);
    return catalogue_init(&shelf->catalogue, ss_system_env(),
                          root != NULL ? root : catalogue_root());
}

void shelf_close(struct shelf *shelf)
{
    catalogue_fini(&shelf->catalogue);
    ss_buf_fini(&shelf->why);
}

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

size_t shelf_words(struct options *options, const char **words, size_t most)
{
    const char *word;
    size_t count = 0;

    while (options_next(options, &word)) {
        if (count == most)
            (void)options_wrong(options, "more than %zu words", most);
        else
            words[count++] = word;
    }
    return count;
}
