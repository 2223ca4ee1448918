/* SPDX-License-Identifier: Apache-2.0 */
/* test_suggest.c - edit distance against the definition, and what counts as close. */
#include <criterion/criterion.h>

#include "sshspec/text.h"
#include "tests/support/support.h"

Test(suggest, a_table_of_distances)
{
    static const struct {
        const char *a, *b;
        size_t want;
    } rows[] = {
        {"", "", 0},         {"", "abc", 3},     {"kitten", "sitting", 3},
        {"abc", "acb", 1},   {"ca", "abc", 3},   {"recipient", "recipeint", 1},
        {"abcd", "badc", 2}, {"aaaa", "aaa", 1}, {"flaw", "lawn", 2},
        {"same", "same", 0}, {"x", "y", 1},      {"abab", "baba", 2},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_span a = test_guarded(test_text(rows[i].a)), b = test_guarded(test_text(rows[i].b));

        cr_expect(ss_edit_distance(a, b) == rows[i].want, "%s %s: %zu", rows[i].a, rows[i].b,
                  ss_edit_distance(a, b));
        cr_expect(ss_edit_distance(b, a) == rows[i].want, "%s %s", rows[i].b, rows[i].a);
    }
}

/* By the definition, for short words. */
static size_t slow_distance(ss_span a, ss_span b)
{
    size_t best, other;

    if (a.size == 0 || b.size == 0)
        return a.size + b.size;
    best = slow_distance(ss_span_part(a, 1, SIZE_MAX), b) + 1;
    other = slow_distance(a, ss_span_part(b, 1, SIZE_MAX)) + 1;
    best = other < best ? other : best;
    other = slow_distance(ss_span_part(a, 1, SIZE_MAX), ss_span_part(b, 1, SIZE_MAX)) +
            (a.data[0] != b.data[0]);
    best = other < best ? other : best;
    if (a.size > 1 && b.size > 1 && a.data[0] == b.data[1] && a.data[1] == b.data[0]) {
        other = slow_distance(ss_span_part(a, 2, SIZE_MAX), ss_span_part(b, 2, SIZE_MAX)) + 1;
        best = other < best ? other : best;
    }
    return best;
}

Test(suggest, agrees_with_the_definition_on_random_words)
{
    struct ss_seeded seeded;
    size_t i, j;

    ss_seeded_init(&seeded, 11);
    for (i = 0; i < 2000; i++) {
        uint8_t dice[14];
        ss_span a, b;

        cr_assert(ss_random(&seeded.env, dice, sizeof dice) == SS_OK);
        a = ss_span_make(dice + 2, dice[0] % 7);
        b = ss_span_make(dice + 8, dice[1] % 7);
        for (j = 2; j < sizeof dice; j++)
            dice[j] = (uint8_t)('a' + dice[j] % 3);
        cr_assert(ss_edit_distance(a, b) == slow_distance(a, b), "%.*s %.*s", (int)a.size,
                  (const char *)a.data, (int)b.size, (const char *)b.data);
    }
}

Test(suggest, long_words_are_cut_off)
{
    static uint8_t a[100000], b[100000];

    memset(a, 'a', sizeof a);
    memset(b, 'b', sizeof b);
    cr_expect(ss_edit_distance(ss_span_make(a, sizeof a), ss_span_make(b, sizeof b)) == 255);
    cr_expect(ss_edit_distance(ss_span_make(a, 255), ss_span_make(b, 255)) == 255);
    cr_expect(ss_edit_distance(ss_span_make(a, 254), ss_span_make(b, 253)) == 254);
    cr_expect(ss_edit_distance(ss_span_make(a, 1000), ss_span_make(a, 998)) == 2);
    cr_expect(ss_edit_distance(ss_span_make(a, 1000), ss_span_make(NULL, 0)) == 255);
}

Test(suggest, the_closest_word_is_found_and_nonsense_is_not)
{
    static const char *const words[] = {
        "channel_open", "channel_close", "channel_data", "kexinit", "ok", "", NULL};
    static const char *const none[] = {NULL};
    static const struct {
        const char *word, *want;
    } rows[] = {
        {"chanel_open", "channel_open"},
        {"channel_colse", "channel_close"},
        {"kexintt", "kexinit"},
        {"xenikit", NULL},
        {"ko", "ok"},
        {"zz", NULL},
        {"", NULL},
        {"channel_data", "channel_data"},
        {"q", NULL},
        {"o", NULL},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const char *got = ss_suggest(test_text(rows[i].word), words);

        cr_expect((got == NULL) == (rows[i].want == NULL), "%s", rows[i].word);
        if (got != NULL && rows[i].want != NULL)
            cr_expect_str_eq(got, rows[i].want);
    }
    cr_expect(ss_suggest(test_text("word"), none) == NULL);
}
