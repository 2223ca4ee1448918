/* SPDX-License-Identifier: Apache-2.0 */
/* test_explain.c - a diagnostic as a person sees it. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "testserver/script/lexer.h"
#include "tests/support/support.h"

TestSuite(explain, .fini = test_counted_check);

static void shows(const char *text, unsigned line, unsigned column, size_t length,
                  const char *suggestion, const char *expected)
{
    struct scn_diagnostic diagnostic;
    struct ss_buf out;

    ss_buf_init(&out, &test_counted()->env, 65536);
    cr_expect(scn_diagnose(&diagnostic, (struct scn_pos){line, column}, length, suggestion, "no %s",
                           "good") == SS_E_bad_value);
    cr_assert(scn_explain(&out, ss_span_of("a.scn"), ss_span_of(text), &diagnostic) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&out), expected), "%.*s\n%s", (int)ss_buf_size(&out),
              (const char *)ss_buf_at(&out), expected);
    ss_buf_fini(&out);
}

Test(explain, the_line_a_caret_and_a_suggestion)
{
    shows("one\n  two three\r\nfour", 2, 7, 5, "threw",
          "a.scn:2:7: no good\n      two three\n          ^~~~~\n    did you mean threw?\n");
    shows("one\ntwo", 1, 1, 1, NULL, "a.scn:1:1: no good\n    one\n    ^\n");
    shows("one\ntwo", 2, 4, 1, NULL, "a.scn:2:4: no good\n    two\n       ^\n");
    shows("", 1, 1, 1, NULL, "a.scn:1:1: no good\n    \n    ^\n");
    shows("one", 7, 9, 3, NULL, "a.scn:7:9: no good\n    \n    ^\n");
    shows("one two", 1, 5, 99, NULL, "a.scn:1:5: no good\n    one two\n        ^~~\n");
}

Test(explain, what_a_terminal_may_not_get_is_replaced)
{
    shows("a\x1b[0m\tb", 1, 7, 1, NULL, "a.scn:1:7: no good\n    a?[0m b\n          ^\n");
    shows("\xff\xfe x", 1, 4, 1, NULL, "a.scn:1:4: no good\n    ?? x\n       ^\n");
    shows("\xc3\xa9\xc3\xa9 x", 1, 6, 1, NULL,
          "a.scn:1:6: no good\n    \xc3\xa9\xc3\xa9 x\n       ^\n");
}

Test(explain, long_lines_are_shown_around_the_caret)
{
    char text[401], expected[600];

    memset(text, 'x', 400);
    text[400] = '\0';
    text[300] = 'y';
    (void)snprintf(expected, sizeof expected, "a.scn:1:301: no good\n    %.*s\n    %*s^\n", 160,
                   text + 240, 60, "");
    shows(text, 1, 301, 1, NULL, expected);
}

Test(explain, a_long_suggestion_is_cut)
{
    struct scn_diagnostic diagnostic;
    char word[200];

    memset(word, 'w', sizeof word);
    word[199] = '\0';
    (void)scn_diagnose(&diagnostic, (struct scn_pos){1, 1}, 0, word, "%s%s", word, word);
    cr_expect(strlen(diagnostic.suggestion) == sizeof diagnostic.suggestion - 1);
    cr_expect(strlen(diagnostic.text) == sizeof diagnostic.text - 1);
    cr_expect(diagnostic.length == 1);
}
