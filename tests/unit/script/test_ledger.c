/* SPDX-License-Identifier: Apache-2.0 */
/* test_ledger.c - requirements.tsv: its form, look-up, and what levels and subjects mean. */
#include <criterion/criterion.h>

#include "testserver/script/ledger.h"
#include "tests/support/support.h"
#include "tests/unit/script/tree.h"

TestSuite(ledger, .init = tree_make, .fini = tree_remove);

static void load(struct ledger *ledger)
{
    struct ss_buf why;

    tree_put_ledger();
    tree_why(&why);
    cr_assert(ledger_load(ledger, &test_counted()->env, tree_path("requirements.tsv"), &why) ==
              SS_OK);
    ss_buf_fini(&why);
}

Test(ledger, a_row_has_nine_columns_and_is_found_by_its_id)
{
    struct ledger ledger;
    const struct ledger_row *row;

    load(&ledger);
    cr_expect(ledger.count == 5);
    row = ledger_find(&ledger, ss_span_of("RFC1-4-must-not"));
    cr_assert(row != NULL);
    cr_expect(ss_span_is(row->source, "RFC1") && ss_span_is(row->section, "4"));
    cr_expect(ss_span_is(row->level, "MUST-NOT") && ss_span_is(row->subject, "receiver"));
    cr_expect(ss_span_is(row->area, "auth"));
    cr_expect(ss_span_is(row->requirement, "Nobody falls over."));
    cr_expect(ss_span_is(row->test, "Push.") && ss_span_is(row->observable, "yes"));
    cr_expect(ledger_find(&ledger, ss_span_of("RFC1-4-must")) == NULL);
    cr_expect(ledger_find(&ledger, ss_span_of("id")) == NULL, "the header is no row");
    ledger_fini(&ledger);
    ledger_fini(&ledger);
}

Test(ledger, what_is_close_is_suggested)
{
    static const struct {
        const char *word, *suggestion; /* empty: none */
    } rows[] = {
        {"RFC1-1-must", "RFC1-1-must"},    {"RFC1-2-shoud", "RFC1-2-should"}, {"may", "RFC1-3-may"},
        {"something else altogether", ""}, {"RFC9999-1-nothing", ""},
    };
    struct ledger ledger;
    size_t i;

    load(&ledger);
    for (i = 0; i < SS_COUNT(rows); i++)
        cr_expect(ss_span_is(ledger_suggest(&ledger, ss_span_of(rows[i].word)), rows[i].suggestion),
                  "%s", rows[i].word);
    ledger_fini(&ledger);
}

Test(ledger, a_subject_fits_the_side_that_it_is_about)
{
    static const struct {
        const char *id;
        bool server, client;
    } rows[] = {
        {"RFC1-1-must", true, false},    {"RFC1-2-should", false, true}, {"RFC1-3-may", true, true},
        {"RFC1-4-must-not", true, true}, {"RFC1-5-ext", true, true},
    };
    struct ledger ledger;
    size_t i;

    load(&ledger);
    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct ledger_row *row = ledger_find(&ledger, ss_span_of(rows[i].id));

        cr_expect(ledger_fits(row, SCN_AGAINST_SERVER) == rows[i].server, "%s", rows[i].id);
        cr_expect(ledger_fits(row, SCN_AGAINST_CLIENT) == rows[i].client, "%s", rows[i].id);
        cr_expect(ledger_fits(row, SCN_AGAINST_BOTH), "%s", rows[i].id);
    }
    ledger_fini(&ledger);
}

Test(ledger, the_strongest_level_counts)
{
    static const struct {
        const char *ids[3];
        const char *level;
    } rows[] = {
        {{"RFC1-3-may"}, "MAY"},
        {{"RFC1-5-ext"}, "MAY"},
        {{"RFC1-3-may", "RFC1-2-should"}, "SHOULD"},
        {{"RFC1-2-should", "RFC1-5-ext", "RFC1-1-must"}, "MUST"},
        {{"RFC1-4-must-not", "RFC1-3-may"}, "MUST"},
        {{"RFC1-3-may", "RFC1-no-such"}, "MUST"},
    };
    struct ledger ledger;
    size_t i, k;

    load(&ledger);
    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_span ids[3];
        struct scn_file file;

        memset(&file, 0, sizeof file);
        for (k = 0; k < 3 && rows[i].ids[k] != NULL; k++)
            ids[k] = ss_span_of(rows[i].ids[k]);
        file.proves = ids;
        file.proves_count = k;
        cr_expect_str_eq(ledger_level(&ledger, &file), rows[i].level, "row %zu", i);
    }
    ledger_fini(&ledger);
}

Test(ledger, a_malformed_file_is_refused_with_its_line)
{
#define HEAD "id\tsource\tsection\tlevel\tsubject\tarea\trequirement\ttest\tobservable\n"
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", ":1: the header row is missing"},
        {"A\tR\t1\tMUST\tboth\tkex\tx\tx\tyes\n", ":1: the header row is missing"},
        {HEAD "A\tR\t1\tMUST\tboth\tkex\tx\tx\n", ":2: "},
        {HEAD "A\tR\t1\tMUST\tboth\tkex\tx\tx\tyes\tmore\n", ":2: "},
        {HEAD "\tR\t1\tMUST\tboth\tkex\tx\tx\tyes\n", ":2: "},
        {HEAD "A\tR\t1\tMUST\tboth\tkex\tx\tx\tyes\n\nA\tR\t1\tMAY\tboth\tkex\tx\tx\tyes\n",
         ":4: "},
    };
#undef HEAD
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ledger ledger;
        struct ss_buf why;

        tree_put("requirements.tsv", rows[i].text);
        tree_why(&why);
        cr_expect(ledger_load(&ledger, &test_counted()->env, tree_path("requirements.tsv"), &why) ==
                      SS_E_bad_value,
                  "row %zu", i);
        cr_expect(tree_says(&why, rows[i].says), "row %zu", i);
        ss_buf_fini(&why);
        ledger_fini(&ledger);
    }
}

Test(ledger, a_file_that_is_not_there_is_told)
{
    struct ledger ledger;
    struct ss_buf why;

    tree_why(&why);
    cr_expect(ledger_load(&ledger, &test_counted()->env, tree_path("none.tsv"), &why) ==
              SS_E_not_found);
    cr_expect(tree_says(&why, "none.tsv"));
    ss_buf_fini(&why);
}

Test(ledger, memory_may_run_out_anywhere)
{
    struct ss_counted *counted = test_counted();
    ss_err err = SS_E_no_memory;
    size_t n;

    tree_put_ledger();
    for (n = 1; err == SS_E_no_memory && n < 100; n++) {
        struct ledger ledger;

        counted->calls = 0;
        counted->fail_at = n;
        counted->fail_after = true; /* a buffer that cannot double is content with less */
        err = ledger_load(&ledger, &counted->env, tree_path("requirements.tsv"), NULL);
        counted->fail_at = 0;
        ledger_fini(&ledger);
        cr_expect(counted->blocks == 0, "allocation %zu", n);
    }
    cr_expect(err == SS_OK && n > 2);
}
