/* SPDX-License-Identifier: Apache-2.0 */
/* test_recipe.c - recipes, and the place of each mistake in them. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "interop/recipe.h"
#include "tests/support/support.h"
#include "tests/unit/interop/kit.h"

TestSuite(recipe, .fini = kit_fini);

static const char good[] = "# a comment\n"
                           "name = x-1\n"
                           "title = The \"X\"\n"
                           "roles = client server\n"
                           "packages = a b\n"
                           "detect = x \"-V now\"\n"
                           "version_after = \"X \"\n"
                           "server_command = server\n"
                           "client_command = client\n"
                           "start_within = 2s\n"
                           "\n"
                           "  crash_text = 'a b' c  \n";

Test(recipe, every_key_is_read)
{
    struct recipe_error error;
    struct recipe recipe;

    cr_assert(recipe_parse(kit_env(), ss_span_of(good), &recipe, &error) == SS_OK);
    cr_expect_str_eq(recipe.name, "x-1");
    cr_expect_str_eq(recipe.title, "The \"X\"");
    cr_expect(recipe.server && recipe.client && recipe.start_within == 2000);
    cr_expect(words_count(recipe.packages) == 2 && words_count(recipe.crash_text) == 2);
    cr_expect_str_eq(recipe.detect[1], "-V now");
    cr_expect_str_eq(recipe.version_after, "X ");
    cr_expect_str_eq(recipe.crash_text[0], "a b");
    cr_expect(recipe.prepare_command == NULL && recipe.since == NULL);
    recipe_fini(&recipe);
}

Test(recipe, mistakes_are_told_with_their_place)
{
    static const struct {
        const char *more;
        uint32_t line, column;
        const char *words;
    } rows[] = {
        {"nonsense\n", 13, 1, "a line is"},
        {"  = x\n", 13, 3, "unknown key"},
        {"titel = x\n", 13, 1, "did you mean title"},
        {"name = y\n", 13, 1, "given twice: name"},
        {"since =  \n", 13, 10, "no value for since"},
        {"since = 1\nstart_within = 5\n", 14, 1, "given twice"},
        {"prepare_command = ../x\n", 13, 19, "only a-z"},
        {"server_features = 'a b\n", 13, 19, "a quote is not closed"},
        {"server_programs = x 'y\n", 13, 21, "a quote is not closed"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct recipe_error error = {0, 0, ""};
        struct recipe recipe;
        char text[2048];

        snprintf(text, sizeof text, "%s%s", good, rows[i].more);
        cr_expect(recipe_parse(kit_env(), ss_span_of(text), &recipe, &error) == SS_E_bad_value);
        cr_expect(error.line == rows[i].line && error.column == rows[i].column, "%s: %u:%u",
                  rows[i].more, error.line, error.column);
        cr_expect(strstr(error.text, rows[i].words) != NULL, "%s: %s", rows[i].more, error.text);
    }
}

Test(recipe, what_belongs_together_must_be_there)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"", "missing: name"},
        {"name = x\n", "missing: title"},
        {"name = x\ntitle = x\nroles = server\npackages = x\ndetect = x\n", "server_command"},
        {"name = x\ntitle = x\nroles = client\npackages = x\ndetect = x\n", "client_command"},
        {"name = x\ntitle = x\nroles = relay\n", "a role is server or client"},
        {"name = X\n", "only a-z"},
        {"name = x\nstart_within = 0s\n", "a duration"},
        {"name = x\nstart_within = 5m\n", "a duration"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct recipe_error error = {0, 0, ""};
        struct recipe recipe;

        cr_expect(recipe_parse(kit_env(), ss_span_of(rows[i].text), &recipe, &error) ==
                  SS_E_bad_value);
        cr_expect(strstr(error.text, rows[i].words) != NULL, "%zu: %s", i, error.text);
    }
}

Test(recipe, a_zero_byte_is_refused)
{
    struct recipe_error error;
    struct recipe recipe;

    cr_expect(recipe_parse(kit_env(), ss_span_make("name = a\0b\n", 11), &recipe, &error) ==
              SS_E_bad_value);
}

Test(recipe, running_out_of_memory_leaves_nothing_behind)
{
    struct ss_counted *counted = test_counted();
    struct recipe_error error;
    struct recipe recipe;
    ss_err err = SS_E_no_memory;
    size_t i;

    for (i = 1; err != SS_OK && i < 100; i++) {
        counted->calls = 0;
        counted->fail_at = i;
        err = recipe_parse(kit_env(), ss_span_of(good), &recipe, &error);
        cr_expect(err == SS_OK || err == SS_E_no_memory, "%zu", i);
    }
    counted->fail_at = 0;
    cr_assert(err == SS_OK);
    recipe_fini(&recipe);
}

Test(recipe, versions_compare_by_their_numbers)
{
    static const char *const rising[] = {"",     "7.5",     "9.2",    "9.2p1",   "9.2p2",   "9.10",
                                         "10.0", "2020.79", "2022.8", "2022.83", "2022.83a"};
    size_t i, j;

    for (i = 0; i < SS_COUNT(rising); i++) {
        for (j = 0; j < SS_COUNT(rising); j++) {
            int got = recipe_compare_versions(ss_span_of(rising[i]), ss_span_of(rising[j]));

            cr_expect((got < 0) == (i < j) && (got > 0) == (i > j), "%s %s", rising[i], rising[j]);
        }
    }
}

/* The recipes that are shipped are right, and say no more than their programs can. */
Test(recipe, the_shipped_recipes_are_right)
{
    struct peer_set set;
    struct ss_buf why;
    size_t i;

    ss_buf_init(&why, kit_env(), 4096);
    cr_assert(peer_set_load(kit_env(), "interop", &set, &why) == SS_OK, "%s", kit_text(&why));
    cr_expect(set.count >= 3);
    cr_expect(peer_set_find(&set, ss_span_of("openssh")) != NULL);
    cr_expect(peer_set_find(&set, ss_span_of("opensshd")) == NULL);
    for (i = 1; i < set.count; i++)
        cr_expect(strcmp(set.items[i - 1].recipe.name, set.items[i].recipe.name) < 0);
    peer_set_fini(&set);
    ss_buf_fini(&why);
}
