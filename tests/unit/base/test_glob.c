/* SPDX-License-Identifier: Apache-2.0 */
/* test_glob.c - patterns: a table, a slow second matcher, and texts built to hurt. */
#include <criterion/criterion.h>

#include "sshspec/text.h"
#include "tests/support/support.h"

TestSuite(glob, .fini = test_counted_check);

Test(glob, a_table_of_patterns)
{
    static const struct {
        const char *pattern, *text;
        bool fold, want;
    } rows[] = {
        {"", "", false, true},
        {"", "a", false, false},
        {"a", "", false, false},
        {"*", "", false, true},
        {"***", "", false, true},
        {"*", "anything", false, true},
        {"?", "", false, false},
        {"?", "x", false, true},
        {"?", "xy", false, false},
        {"*?", "", false, false},
        {"*.example.com", "host.example.com", false, true},
        {"*.example.com", "example.com", false, false},
        {"*.example.com", "host.example.com.evil", false, false},
        {"192.168.?.*", "192.168.1.77", false, true},
        {"192.168.?.*", "192.168.10.77", false, false},
        {"a*b*c", "aXbYbZc", false, true},
        {"a*b*c", "aXbYbZ", false, false},
        {"*ab", "aab", false, true},
        {"*aab*b", "aaabab", false, true},
        {"Host", "hOST", true, true},
        {"Host", "hOST", false, false},
        {"[a]", "a", false, false},
        {"a\\*", "a\\x", false, true},
        {"@", "`", true, false},
        {"[", "{", true, false},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        cr_expect(ss_glob(test_guarded(test_text(rows[i].pattern)),
                          test_guarded(test_text(rows[i].text)), rows[i].fold) == rows[i].want,
                  "%s on %s", rows[i].pattern, rows[i].text);
}

/* By the definition, exponential, for short texts. */
static bool slow_glob(const char *p, const char *t)
{
    if (*p == 0)
        return *t == 0;
    if (*p == '*')
        return slow_glob(p + 1, t) || (*t != 0 && slow_glob(p, t + 1));
    return *t != 0 && (*p == '?' || *p == *t) && slow_glob(p + 1, t + 1);
}

static void spell(char *out, uint32_t dice, const char *letters, size_t most)
{
    size_t n = dice % (most + 1), i, count = strlen(letters);

    dice /= 16;
    for (i = 0; i < n; i++, dice /= (uint32_t)count)
        out[i] = letters[dice % count];
    out[n] = 0;
}

Test(glob, agrees_with_the_definition_on_random_patterns)
{
    struct ss_seeded seeded;
    size_t i, matched = 0;

    ss_seeded_init(&seeded, 3);
    for (i = 0; i < 200000; i++) {
        char pattern[16], text[16];
        uint32_t dice[2];

        cr_assert(ss_random(&seeded.env, (uint8_t *)dice, sizeof dice) == SS_OK);
        spell(pattern, dice[0], "ab*?", 9);
        spell(text, dice[1], "ab", 10);
        cr_assert(ss_glob(test_text(pattern), test_text(text), false) == slow_glob(pattern, text),
                  "%s on %s", pattern, text);
        matched += slow_glob(pattern, text);
    }
    cr_expect(matched > 1000, "only %zu matches tried", matched);
}

static ss_span repeat(struct ss_buf *buf, const char *unit, size_t times, const char *end)
{
    ss_buf_clear(buf);
    while (times-- > 0)
        cr_assert(ss_buf_puts(buf, unit) == SS_OK);
    cr_assert(ss_buf_puts(buf, end) == SS_OK);
    return ss_buf_span(buf);
}

/* Backtracking over several stars would take longer than the universe has been here. */
Test(glob, many_stars_stay_linear, .timeout = 10)
{
    struct ss_buf pattern, text;
    ss_span p, t;

    ss_buf_init(&pattern, &test_counted()->env, 1 << 20);
    ss_buf_init(&text, &test_counted()->env, 1 << 20);
    t = repeat(&text, "a", 1000000, "");
    p = repeat(&pattern, "*a", 1000, "*b");
    cr_expect(!ss_glob(p, t, false));
    p = repeat(&pattern, "a*", 1000, "b");
    cr_expect(!ss_glob(p, t, true));
    p = repeat(&pattern, "*?", 1000, "*");
    cr_expect(ss_glob(p, t, false));
    p = repeat(&pattern, "*", 500000, "b");
    cr_expect(!ss_glob(p, t, false));
    p = repeat(&pattern, "*aaaaaaaaab", 1000, "");
    cr_expect(!ss_glob(p, t, false));
    ss_buf_fini(&pattern);
    ss_buf_fini(&text);
}
