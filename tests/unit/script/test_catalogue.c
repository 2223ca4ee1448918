/* SPDX-License-Identifier: Apache-2.0 */
/* test_catalogue.c - a folder of scenarios: read whole, or refused with every mistake told. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "testserver/actor/actor.h"
#include "testserver/script/catalogue.h"
#include "testserver/script/lexer.h"
#include "tests/support/support.h"
#include "tests/unit/script/tree.h"

TestSuite(catalogue, .init = tree_make, .fini = tree_remove);

static ss_err load(struct catalogue *catalogue, struct ss_buf *why)
{
    tree_why(why);
    SS_TRY(catalogue_init(catalogue, &test_counted()->env, tree_root()));
    return catalogue_load(catalogue, why);
}

static void close_all(struct catalogue *catalogue, struct ss_buf *why)
{
    catalogue_fini(catalogue);
    ss_buf_fini(why);
}

static void put_three(void)
{
    tree_put_ledger();
    tree_put_scenario("kex/second", "", "", "");
    tree_put_scenario("kex/b.scn", "two", "RFC1-1-must", "");
    tree_put_scenario("kex/a-b.scn", "one", "RFC1-1-must", "");
    tree_put_scenario("auth/first.scn", "three", "RFC1-3-may", "tags     slow\n");
    tree_put("fragments/twice.scn", "fragment twice(n) {\n    session as one\n}\n");
}

Test(catalogue, ids_are_paths_and_come_in_order)
{
    struct catalogue catalogue;
    struct ss_buf why;
    const struct catalogue_entry *entry;

    put_three();
    cr_assert(load(&catalogue, &why) == SS_OK, "%.*s", (int)ss_buf_size(&why),
              (const char *)ss_buf_at(&why));
    cr_assert(catalogue.count == 3, "fragments and other files are no scenarios");
    cr_expect_str_eq(catalogue.entries[0]->id, "auth/first");
    cr_expect_str_eq(catalogue.entries[1]->id, "kex/a-b");
    cr_expect_str_eq(catalogue.entries[2]->id, "kex/b");
    entry = catalogue_find(&catalogue, ss_span_of("kex/a-b"));
    cr_assert(entry == catalogue.entries[1]);
    cr_expect_str_eq(entry->path, tree_path("kex/a-b.scn"));
    cr_expect(ss_span_is(entry->file->title, "one"));
    cr_expect(ss_span_is(catalogue_area(entry), "kex"));
    cr_expect(tree_says(&entry->text, "proves   RFC1-1-must\n"));
    cr_expect(catalogue.ledger.count == 5);
    cr_expect(catalogue_find(&catalogue, ss_span_of("kex/c")) == NULL);
    cr_expect(catalogue_load(&catalogue, &why) == SS_OK && catalogue.count == 3,
              "a second load changes nothing");
    close_all(&catalogue, &why);
}

Test(catalogue, one_file_that_does_not_parse_stops_everything)
{
    struct catalogue catalogue;
    struct ss_buf why;

    put_three();
    tree_put("kex/c.scn", "scenario \"c\"\nproves RFC1-1-must\nagainst server\nclient {\n"
                          "    send KEXINITT\n}\n");
    tree_put("auth/d.scn", "scenario oops\n");
    tree_put("auth/e.scn", "fragment e() {\n}\n");
    tree_put_scenario("auth/LOUD.scn", "loud", "RFC1-1-must", "");
    cr_expect(load(&catalogue, &why) == SS_E_bad_value);
    cr_expect(tree_says(&why, "kex/c.scn:5:10: unknown message KEXINITT"));
    cr_expect(tree_says(&why, "KEXINIT?") || tree_says(&why, "\"KEXINIT\""), "%.*s",
              (int)ss_buf_size(&why), (const char *)ss_buf_at(&why));
    cr_expect(tree_says(&why, "auth/d.scn:1:10: "));
    cr_expect(tree_says(&why, "auth/e.scn: a fragment is no scenario\n"));
    cr_expect(tree_says(&why, "auth/LOUD.scn: names are of a-z"));
    cr_expect(!catalogue.loaded);
    close_all(&catalogue, &why);
}

Test(catalogue, fragments_come_from_its_folder)
{
    struct catalogue catalogue;
    struct ss_buf why;

    tree_put_ledger();
    tree_put("fragments/hello.scn",
             "fragment hello(name) {\n    login\n    session as c\n"
             "    env c \"A\" \"b\"\n    check length(name) == 2, \"two\"\n}\n");
    tree_put("kex/a.scn", "scenario \"a\"\nproves RFC1-1-must\nagainst server\n\nclient {\n"
                          "    use hello(\"me\")\n}\n");
    cr_expect(load(&catalogue, &why) == SS_OK, "%.*s", (int)ss_buf_size(&why),
              (const char *)ss_buf_at(&why));
    close_all(&catalogue, &why);
    tree_put("kex/b.scn", "scenario \"b\"\nproves RFC1-1-must\nagainst server\n\nclient {\n"
                          "    use helo(\"me\")\n}\n");
    cr_expect(load(&catalogue, &why) == SS_E_bad_value);
    cr_expect(tree_says(&why, "kex/b.scn:6:9: "));
    close_all(&catalogue, &why);
}

Test(catalogue, a_file_of_more_than_a_mebibyte_is_refused)
{
    struct catalogue catalogue;
    struct ss_buf why;
    char *big = malloc(SCN_TEXT_MAX + 2);

    cr_assert(big != NULL);
    memset(big, '\n', SCN_TEXT_MAX + 1);
    big[SCN_TEXT_MAX + 1] = '\0';
    put_three();
    tree_put("kex/big.scn", big);
    cr_expect(load(&catalogue, &why) == SS_E_bad_value);
    cr_expect(tree_says(&why, "kex/big.scn"));
    close_all(&catalogue, &why);
    free(big);
}

Test(catalogue, a_folder_without_a_ledger_is_none)
{
    struct catalogue catalogue;
    struct ss_buf why;

    tree_put_scenario("kex/a.scn", "one", "RFC1-1-must", "");
    cr_expect(load(&catalogue, &why) == SS_E_io);
    cr_expect(tree_says(&why, "requirements.tsv"));
    close_all(&catalogue, &why);
    tree_put("requirements.tsv", "nonsense\n");
    cr_expect(load(&catalogue, &why) == SS_E_bad_value);
    close_all(&catalogue, &why);
}

Test(catalogue, a_misspelt_id_has_a_suggestion)
{
    static const struct {
        const char *word, *suggestion; /* null: none */
    } rows[] = {
        {"kex/a-c", "kex/a-b"},
        {"auth/frist", "auth/first"},
        {"first", "auth/first"},
        {"nothing/like-any-of-them", NULL},
    };
    struct catalogue catalogue;
    struct ss_buf why;
    size_t i;

    put_three();
    cr_assert(load(&catalogue, &why) == SS_OK);
    for (i = 0; i < SS_COUNT(rows); i++) {
        const char *got = catalogue_suggest(&catalogue, ss_span_of(rows[i].word));

        cr_expect(rows[i].suggestion == NULL ? got == NULL
                                             : got != NULL && strcmp(got, rows[i].suggestion) == 0,
                  "%s: %s", rows[i].word, got != NULL ? got : "none");
    }
    close_all(&catalogue, &why);
}

Test(catalogue, a_file_anywhere_is_read_once)
{
    struct catalogue catalogue;
    const struct catalogue_entry *entry, *again;
    struct ss_buf why;

    put_three();
    tree_put_scenario("elsewhere.scn", "stray", "RFC1-1-must", "");
    cr_assert(load(&catalogue, &why) == SS_OK);
    cr_assert(catalogue_file(&catalogue, tree_path("elsewhere.scn"), &entry, &why) == SS_OK);
    cr_expect(ss_span_is(entry->file->title, "stray"));
    cr_expect(catalogue_area(entry).size == 0);
    cr_assert(catalogue_file(&catalogue, tree_path("kex/../elsewhere.scn"), &again, &why) == SS_OK);
    cr_expect(again == entry && catalogue.stray_count == 1);
    cr_assert(catalogue_file(&catalogue, tree_path("kex/b.scn"), &entry, &why) == SS_OK);
    cr_expect(entry == catalogue_find(&catalogue, ss_span_of("kex/b")), "it has its id");
    cr_expect(catalogue_file(&catalogue, tree_path("no.scn"), &entry, &why) == SS_E_not_found);
    cr_expect(catalogue_file(&catalogue, tree_path("kex"), &entry, &why) == SS_E_io);
    cr_expect(tree_says(&why, "/kex: not a file\n"));
    cr_expect(catalogue_file(&catalogue, tree_path("fragments/twice.scn"), &entry, &why) ==
              SS_E_bad_value);
    close_all(&catalogue, &why);
}

/* The same number as the actor finds by evaluating the list. */
Test(catalogue, cases_are_counted)
{
    static const struct {
        const char *head;
        uint32_t least, most;
    } rows[] = {
        {"", 1, 1},
        {"each     n in [0, 7, 255]\n", 3, 3},
        {"each     name in @ciphers\n", 4, 100},
        {"each     name in @macs + [\"none\"]\n", 5, 100},
        {"each     name in @kex_algorithms\n", 4, 100},
        {"each     name in @hostkey_algorithms\n", 3, 100},
    };
    struct catalogue catalogue;
    struct ss_buf why;
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        uint32_t cases, counted = 0;

        tree_put_ledger();
        tree_put_scenario("kex/a.scn", "one", "RFC1-1-must", rows[i].head);
        cr_assert(load(&catalogue, &why) == SS_OK, "%.*s", (int)ss_buf_size(&why),
                  (const char *)ss_buf_at(&why));
        cases = catalogue_cases(catalogue.entries[0]->file);
        cr_expect(cases >= rows[i].least && cases <= rows[i].most, "%s%u", rows[i].head,
                  (unsigned)cases);
        cr_expect(act_case_count(&test_counted()->env, catalogue.entries[0]->file, &counted) ==
                  SS_OK);
        cr_expect(counted == cases, "%s%u %u", rows[i].head, (unsigned)counted, (unsigned)cases);
        close_all(&catalogue, &why);
    }
}

Test(catalogue, memory_may_run_out_anywhere)
{
    struct ss_counted *counted = test_counted();
    ss_err err = SS_E_no_memory;
    size_t n;

    put_three();
    for (n = 1; err == SS_E_no_memory && n < 2000; n++) {
        struct catalogue catalogue;
        struct ss_buf why;

        ss_buf_init(&why, test_env(), 1 << 20);
        counted->calls = 0;
        counted->fail_at = n;
        counted->fail_after = true; /* a buffer that cannot double is content with less */
        err = catalogue_init(&catalogue, &counted->env, tree_root());
        if (err == SS_OK)
            err = catalogue_load(&catalogue, &why);
        counted->fail_at = 0;
        cr_expect(err == SS_OK || err == SS_E_no_memory, "allocation %zu: %s", n, ss_err_name(err));
        close_all(&catalogue, &why);
        cr_assert(counted->blocks == 0, "allocation %zu", n);
    }
    cr_expect(err == SS_OK && n > 20, "%zu: %s", n, ss_err_name(err));
}
