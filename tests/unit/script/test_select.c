/* SPDX-License-Identifier: Apache-2.0 */
/* test_select.c - what selectors choose, and what is said when they choose nothing. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "testserver/script/select.h"
#include "testserver/verbs.h"
#include "tests/support/support.h"
#include "tests/unit/script/tree.h"

TestSuite(select, .init = tree_make, .fini = tree_remove);

enum { WORDS_MAX = 4 };

static void put_tree(void)
{
    tree_put_ledger();
    tree_put_scenario("auth/first.scn", "a", "RFC1-3-may, RFC1-1-must", "tags     slow, loud\n");
    tree_put_scenario("auth/second.scn", "b", "RFC1-4-must-not", "");
    tree_put_scenario("kex/each.scn", "c", "RFC1-1-must", "each     n in [1, 2]\n");
    tree_put_scenario("kex/plain.scn", "d", "RFC1-5-ext", "tags     slow\n");
    tree_put_scenario("stray.scn", "e", "RFC1-1-must", "");
}

static size_t count_words(const char *const *words)
{
    size_t n = 0;

    while (n < WORDS_MAX && words[n] != NULL)
        n++;
    return n;
}

/* The ids that were chosen, each with its case, and blanks between. */
static void put_ids(const struct selection *selection, struct ss_buf *out)
{
    for (size_t i = 0; i < selection->count; i++) {
        const char *id = selection->items[i].entry->id;
        ss_span only = selection->items[i].only;

        id = strstr(id, "stray") != NULL ? "stray" : id;
        cr_assert(ss_buf_printf(out, "%s%s", i > 0 ? " " : "", id) == SS_OK);
        if (only.size > 0)
            cr_assert(ss_buf_printf(out, "[%.*s]", (int)only.size, (const char *)only.data) ==
                      SS_OK);
    }
}

struct fake_store {
    struct last_failed last_failed;
    const char *const *ids;
};

static ss_err each_id(struct last_failed *self, ss_err (*add)(void *ctx, ss_span id), void *ctx)
{
    struct fake_store *store = SS_CONTAINER_OF(self, struct fake_store, last_failed);

    for (size_t i = 0; store->ids[i] != NULL; i++)
        SS_TRY(add(ctx, ss_span_of(store->ids[i])));
    return SS_OK;
}

static void expect_choice(const char *const *words, const char *ids)
{
    static const char *const failed[] = {"kex/plain", "gone/since", "auth/first", NULL};
    struct fake_store store = {{each_id}, failed};
    struct catalogue catalogue;
    struct selection selection;
    struct ss_buf why, out;

    tree_why(&why);
    tree_why(&out);
    cr_assert(catalogue_init(&catalogue, &test_counted()->env, tree_root()) == SS_OK);
    cr_expect(catalogue_select(&catalogue, words, count_words(words), &store.last_failed,
                               &selection, &why) == SS_OK,
              "%s: %.*s", words[0], (int)ss_buf_size(&why), (const char *)ss_buf_at(&why));
    put_ids(&selection, &out);
    cr_expect(ss_span_is(ss_buf_span(&out), ids), "%s: %.*s", words[0], (int)ss_buf_size(&out),
              (const char *)ss_buf_at(&out));
    cr_expect(ss_buf_size(&why) == 0);
    selection_fini(&selection);
    catalogue_fini(&catalogue);
    ss_buf_fini(&why);
    ss_buf_fini(&out);
}

Test(select, selectors_choose_once_and_in_order)
{
    static char stray[512], inside[512];
    const struct {
        const char *words[WORDS_MAX];
        const char *ids;
    } rows[] = {
        {{NULL}, "auth/first auth/second kex/each kex/plain"},
        {{"kex/plain"}, "kex/plain"},
        {{"kex/*"}, "kex/each kex/plain"},
        {{"kex/plain", "auth/?????"}, "auth/first kex/plain"},
        {{"kex/plain", "kex/*", "kex/each"}, "kex/each kex/plain"},
        {{"area:auth"}, "auth/first auth/second"},
        {{"area:*e*"}, "kex/each kex/plain"},
        {{"tag:slow"}, "auth/first kex/plain"},
        {{"tag:loud", "tag:slow"}, "auth/first kex/plain"},
        {{"proves:RFC1-1-must"}, "auth/first kex/each"},
        {{"proves:RFC1-*"}, "auth/first auth/second kex/each kex/plain"},
        {{"kex/each[2]"}, "kex/each[2]"},
        {{"kex/each[2]", "kex/each[1]", "kex/each[2]"}, "kex/each[2] kex/each[1]"},
        {{"kex/each[2]", "kex/plain", "kex/each"}, "kex/each kex/plain"},
        {{"kex/each", "kex/each[2]"}, "kex/each"},
        {{"last-failed"}, "auth/first kex/plain"},
        {{"last-failed", "kex/each"}, "auth/first kex/each kex/plain"},
        {{stray}, "stray"},
        {{stray, "kex/plain", stray}, "kex/plain stray"},
        {{inside, "kex/plain"}, "kex/plain"},
    };
    size_t i;

    put_tree();
    (void)snprintf(stray, sizeof stray, "file:%s", tree_path("stray.scn"));
    (void)snprintf(inside, sizeof inside, "file:%s", tree_path("kex/plain.scn"));
    for (i = 0; i < SS_COUNT(rows); i++)
        expect_choice(rows[i].words, rows[i].ids);
}

Test(select, what_chooses_nothing_is_told)
{
    static const struct {
        const char *words[WORDS_MAX];
        int status;
        const char *says;
    } rows[] = {
        {{"kex/plian"}, EXIT_USAGE, "there is no scenario kex/plian; did you mean kex/plain?\n"},
        {{"plain"}, EXIT_USAGE, "there is no scenario plain; did you mean kex/plain?\n"},
        {{"no/such-thing-here"}, EXIT_USAGE, "there is no scenario no/such-thing-here\n"},
        {{""}, EXIT_USAGE, "there is no scenario"},
        {{"kex/plain[1]"}, EXIT_USAGE, "kex/plain has no cases\n"},
        {{"kex/each[]"}, EXIT_USAGE, "kex/each[] names no case\n"},
        {{"hostkey/*"}, EXIT_NOTHING, "hostkey/* selects nothing\n"},
        {{"area:auht"}, EXIT_NOTHING, "area:auht selects nothing; did you mean area:auth?\n"},
        {{"tag:slwo"}, EXIT_NOTHING, "tag:slwo selects nothing; did you mean tag:slow?\n"},
        {{"proves:RFC1-1-muts"},
         EXIT_NOTHING,
         "proves:RFC1-1-muts selects nothing; did you mean proves:RFC1-1-must?\n"},
        {{"kex/plain", "tag:nobody-has-it"}, EXIT_NOTHING, "tag:nobody-has-it selects nothing\n"},
        {{"last-failed"}, EXIT_USAGE, "needs the store"},
        {{"file:/no/such/file.scn"}, EXIT_USAGE, "/no/such/file.scn"},
    };
    size_t i;

    put_tree();
    for (i = 0; i < SS_COUNT(rows); i++) {
        struct catalogue catalogue;
        struct selection selection;
        struct ss_buf why;
        ss_err err;

        tree_why(&why);
        cr_assert(catalogue_init(&catalogue, &test_counted()->env, tree_root()) == SS_OK);
        err = catalogue_select(&catalogue, rows[i].words, count_words(rows[i].words), NULL,
                               &selection, &why);
        cr_expect(selection_status(err) == rows[i].status, "%s: %s", rows[i].words[0],
                  ss_err_name(err));
        cr_expect(tree_says(&why, rows[i].says), "%s: %.*s", rows[i].words[0],
                  (int)ss_buf_size(&why), (const char *)ss_buf_at(&why));
        cr_expect(selection.count == 0);
        selection_fini(&selection);
        catalogue_fini(&catalogue);
        ss_buf_fini(&why);
    }
}

Test(select, when_nothing_failed_last_time_nothing_is_selected)
{
    static const char *const none[] = {NULL};
    const char *const words[] = {"last-failed"};
    struct fake_store store = {{each_id}, none};
    struct catalogue catalogue;
    struct selection selection;
    struct ss_buf why;

    put_tree();
    tree_why(&why);
    cr_assert(catalogue_init(&catalogue, &test_counted()->env, tree_root()) == SS_OK);
    cr_expect(catalogue_select(&catalogue, words, 1, &store.last_failed, &selection, &why) ==
              SS_E_not_found);
    cr_expect(tree_says(&why, "nothing is selected\n"));
    catalogue_fini(&catalogue);
    ss_buf_fini(&why);
}

/* A file of one's own can be run while the catalogue is in pieces. */
Test(select, files_alone_need_no_catalogue)
{
    static char word[512];
    const char *const words[] = {word, "kex/plain"};
    struct catalogue catalogue;
    struct selection selection;
    struct ss_buf why;

    put_tree();
    tree_put("kex/broken.scn", "oops\n");
    (void)snprintf(word, sizeof word, "file:%s", tree_path("stray.scn"));
    tree_why(&why);
    cr_assert(catalogue_init(&catalogue, &test_counted()->env, tree_root()) == SS_OK);
    cr_expect(catalogue_select(&catalogue, words, 1, NULL, &selection, &why) == SS_OK);
    cr_expect(selection.count == 1);
    selection_fini(&selection);
    cr_expect(catalogue_select(&catalogue, words, 2, NULL, &selection, &why) == SS_E_bad_value);
    cr_expect(tree_says(&why, "kex/broken.scn:1:1: "));
    catalogue_fini(&catalogue);
    ss_buf_fini(&why);
}

Test(select, failures_have_their_exit_status)
{
    cr_expect(selection_status(SS_OK) == EXIT_AS_EXPECTED);
    cr_expect(selection_status(SS_E_bad_value) == EXIT_USAGE);
    cr_expect(selection_status(SS_E_not_found) == EXIT_NOTHING);
    cr_expect(selection_status(SS_E_io) == EXIT_ENVIRONMENT);
    cr_expect(selection_status(SS_E_no_memory) == EXIT_ENVIRONMENT);
}

Test(select, memory_may_run_out_anywhere)
{
    const char *const words[] = {"kex/each[2]", "tag:slow"};
    struct ss_counted *counted = test_counted();
    struct catalogue catalogue;
    struct ss_buf why;
    ss_err err = SS_E_no_memory;
    size_t n, before;

    put_tree();
    ss_buf_init(&why, test_env(), 1 << 20);
    cr_assert(catalogue_init(&catalogue, &counted->env, tree_root()) == SS_OK);
    cr_assert(catalogue_load(&catalogue, &why) == SS_OK);
    before = counted->blocks;
    for (n = 1; err == SS_E_no_memory && n < 100; n++) {
        struct selection selection;

        counted->calls = 0;
        counted->fail_at = n;
        counted->fail_after = true;
        err = catalogue_select(&catalogue, words, 2, NULL, &selection, &why);
        counted->fail_at = 0;
        selection_fini(&selection);
        cr_expect(counted->blocks == before, "allocation %zu", n);
    }
    cr_expect(err == SS_OK && n > 2);
    catalogue_fini(&catalogue);
    ss_buf_fini(&why);
}
