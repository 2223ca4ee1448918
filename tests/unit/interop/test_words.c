/* SPDX-License-Identifier: Apache-2.0 */
/* test_words.c - command lines split and filled without a shell. */
#include <criterion/criterion.h>

#include "interop/words.h"
#include "tests/unit/interop/kit.h"

TestSuite(words, .fini = kit_fini);

static struct ss_arena arena;

static void expect_words(const char *text, const char *const *want)
{
    const char *const *got = NULL;
    size_t bad = 0, i;

    cr_assert(words_split(&arena, ss_span_of(text), &got, &bad) == SS_OK, "%s", text);
    for (i = 0; want[i] != NULL; i++) {
        cr_assert(got[i] != NULL, "%s: %zu words", text, i);
        cr_expect_str_eq(got[i], want[i], "%s", text);
    }
    cr_expect(got[i] == NULL && words_count(got) == i, "%s", text);
}

Test(words, blanks_split_and_quotes_keep_together)
{
    ss_arena_init(&arena, kit_env(), 1 << 20);
    expect_words("", (const char *const[]){NULL});
    expect_words(" \t ", (const char *const[]){NULL});
    expect_words("ssh -p 22", (const char *const[]){"ssh", "-p", "22", NULL});
    expect_words("a 'b c' \"d e\"f", (const char *const[]){"a", "b c", "d ef", NULL});
    expect_words("'' \"\"", (const char *const[]){"", "", NULL});
    expect_words("a\\ b '\\n' \"\\\"\"", (const char *const[]){"a b", "\\n", "\"", NULL});
    ss_arena_fini(&arena);
}

/* Everything that a shell would act on is a byte like any other. */
Test(words, nothing_is_a_shell)
{
    ss_arena_init(&arena, kit_env(), 1 << 20);
    expect_words("a;b $(c) `d` | e > f *",
                 (const char *const[]){"a;b", "$(c)", "`d`", "|", "e", ">", "f", "*", NULL});
    ss_arena_fini(&arena);
}

Test(words, an_open_quote_is_refused_where_it_opens)
{
    static const struct {
        const char *text;
        size_t at;
    } rows[] = {{"'", 0}, {"ab 'cd", 3}, {"ab c\"d e", 4}, {"a \\", 2}};
    const char *const *got = NULL;
    size_t i, bad;

    ss_arena_init(&arena, kit_env(), 1 << 20);
    for (i = 0; i < SS_COUNT(rows); i++) {
        bad = 99;
        cr_expect(words_split(&arena, ss_span_of(rows[i].text), &got, &bad) == SS_E_bad_value);
        cr_expect(bad == rows[i].at, "%s: %zu", rows[i].text, bad);
    }
    ss_arena_fini(&arena);
}

Test(words, a_value_never_splits_and_is_never_read_again)
{
    const struct words_value values[] = {{"host", ss_span_of("a b; rm {port}")},
                                         {"port", ss_span_of("22")},
                                         {"nul", ss_span_make("a\0b", 3)},
                                         {NULL, {NULL, 0}}};
    const char *const words[] = {"x{host}y", "{port}{port}", "{}", "{Big}", "{port", NULL};
    const char *const wrong[] = {"ok", "{nothing}", NULL};
    const char *const zero[] = {"{nul}", NULL};
    const char *const *got = NULL;
    size_t bad = 9;

    ss_arena_init(&arena, kit_env(), 1 << 20);
    cr_assert(words_fill(&arena, words, values, &got, &bad) == SS_OK);
    cr_expect_str_eq(got[0], "xa b; rm {port}y");
    cr_expect_str_eq(got[1], "2222");
    cr_expect_str_eq(got[2], "{}");
    cr_expect_str_eq(got[3], "{Big}");
    cr_expect_str_eq(got[4], "{port");
    cr_expect(got[5] == NULL);
    cr_expect(words_fill(&arena, wrong, values, &got, &bad) == SS_E_bad_value && bad == 1);
    cr_expect(words_fill(&arena, zero, values, &got, &bad) == SS_E_bad_value && bad == 0);
    cr_expect(words_have(words, ss_span_of("{}")) && !words_have(words, ss_span_of("x")));
    ss_arena_fini(&arena);
}
