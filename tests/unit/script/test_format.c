/* SPDX-License-Identifier: Apache-2.0 */
/* test_format.c - the one form of a text.
 *
 * Follows: docs/scenario-language.md, "Form". */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "testserver/script/lexer.h"
#include "tests/support/support.h"

TestSuite(format, .fini = test_counted_check);

Test(format, blanks_and_indentation)
{
    static const struct {
        const char *text, *form;
    } rows[] = {
        {"", ""},
        {"\n\n  \n", ""},
        {"  # only\t \n", "# only\n"},
        {"scenario   \"t\"\nproves A-1-b ,C-2-d\nbudget 5s#c",
         "scenario \"t\"\nproves   A-1-b, C-2-d\nbudget   5s  #c\n"},
        {"proves A-1-b,\nC-2-d\n", "proves   A-1-b,\n         C-2-d\n"},
        {"client {\n\n\na\n\n\n\nb\n\n}\n", "client {\n    a\n\n    b\n}\n"},
        {"client{\r\na\r\n}\r\n", "client {\n    a\n}\n"},
        {"client {\n# x\n  # y\n}", "client {\n    # x\n    # y\n}\n"},
        {"let x=-1+ 2*( 3 -y )", "let x = -1 + 2 * (3 - y)\n"},
        {"let x = a [0] . b[ 1 ]", "let x = a [0].b[1]\n"},
        {"let x = f( a,[b ,c] )", "let x = f(a, [b, c])\n"},
        {"if not(a or b){ c }", "if not (a or b) { c }\n"},
        {"session window -1", "session window -1\n"},
        {"let y = x -1", "let y = x -1\n"},
        {"let y = 2 -1", "let y = 2 - 1\n"},
        {"send X{ }", "send X {}\n"},
        {"expect closed{pass a,b weak c fail d}",
         "expect closed { pass a, b   weak c   fail d }\n"},
        {"peer expect alive;file \"x\" absent", "peer     expect alive; file \"x\" absent\n"},
        {"client {\nnever A,\nB\n}", "client {\n    never A,\n        B\n}\n"},
        {"client {\nsend X {\na = 1,\nb = 2\n}\n}",
         "client {\n    send X {\n        a = 1,\n        b = 2\n    }\n}\n"},
        {"client {\nsend X { a = 1,\nb = 2 }\n}",
         "client {\n    send X { a = 1,\n        b = 2 }\n}\n"},
        {"client {\ncheck a or\nb, \"x\"\n}", "client {\n    check a or\n        b, \"x\"\n}\n"},
        {"client {\nif x {\na\n} else {\nnever A,\nB\n}\n}",
         "client {\n    if x {\n        a\n    } else {\n        never A,\n            B\n    "
         "}\n}\n"},
        {"client {\nfault {\na\n} else {\nb\n}\n}",
         "client {\n    fault {\n        a\n    } else {\n        b\n    }\n}\n"},
        {"}\n}\na", "}\n}\na\n"},
        {"proves A . B", "proves   A . B\n"},
    };
    struct kit kit;

    kit_init(&kit);
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        cr_expect_str_eq(kit_format(&kit, rows[i].text), rows[i].form);
        cr_expect_str_eq(kit_format(&kit, rows[i].form), rows[i].form);
    }
    kit_fini(&kit);
}

/* Words, where lines end, and whether a bracket touches: all that means something. */
static void same_words(const char *name, const char *before, const char *after)
{
    struct scn_diagnostic diagnostic;
    struct scn_lexer one, two;
    struct scn_token a, b;
    size_t left = SCN_TOKENS_MAX;

    cr_assert(scn_lexer_init(&one, ss_span_of(before), &left, &diagnostic) == SS_OK);
    cr_assert(scn_lexer_init(&two, ss_span_of(after), &left, &diagnostic) == SS_OK);
    do {
        cr_assert(scn_lexer_next(&one, &a) == SS_OK);
        cr_assert(scn_lexer_next(&two, &b) == SS_OK);
        cr_assert(a.kind == b.kind && ss_span_eq(a.text, b.text), "%s: %.*s became %.*s", name,
                  (int)a.text.size, (const char *)a.text.data, (int)b.text.size,
                  (const char *)b.text.data);
        cr_assert((a.newlines > 0) == (b.newlines > 0), "%s: line of %.*s", name, (int)a.text.size,
                  (const char *)a.text.data);
    } while (a.kind != TOK_END);
}

Test(format, every_sample_has_a_fixed_point_that_says_the_same)
{
    static char once[65536];
    struct kit kit;

    kit_init(&kit);
    for (const struct kit_sample *s = kit_samples; s->name != NULL; s++) {
        (void)snprintf(once, sizeof once, "%s", kit_format(&kit, s->text));
        same_words(s->name, s->text, once);
        cr_expect_str_eq(kit_format(&kit, once), once);
        cr_expect(kit_parse(&kit, once) == SS_OK, "%s: %s", s->name, kit.diagnostic.text);
    }
    kit_fini(&kit);
}

Test(format, comments_are_kept)
{
    struct kit kit;
    const char *form;

    kit_init(&kit);
    form = kit_format(&kit, "#1\nclient{#2\n#3\nsend X{#4\na=1,#5\n#6\nb=2}#7\n#8\n}#9\n#10");
    for (char mark[] = "#1"; mark[1] <= '9'; mark[1]++)
        cr_expect(strstr(form, mark) != NULL, "%s", mark);
    cr_expect_str_eq(form, "#1\nclient {  #2\n    #3\n    send X {  #4\n        a = 1,  #5\n"
                           "        #6\n        b = 2 }  #7\n    #8\n}  #9\n#10\n");
    kit_fini(&kit);
}

Test(format, wrong_words_are_told)
{
    struct kit kit;

    kit_init(&kit);
    cr_expect(scn_format(&kit.counted.env, ss_span_of("a\n  \"b\n"), &kit.buf, &kit.diagnostic) ==
              SS_E_bad_value);
    cr_expect(kit.diagnostic.at.line == 2 && kit.diagnostic.at.column == 3);
    kit_fini(&kit);
}

Test(format, a_buffer_that_is_full_is_told)
{
    static const char form[] = "client {\n    send X { a = 1 }  # c\n}\n";
    struct kit kit;
    struct ss_buf small;

    kit_init(&kit);
    for (size_t ceiling = 0; ceiling < sizeof form; ceiling++) {
        ss_buf_init(&small, &kit.counted.env, ceiling);
        cr_expect(scn_format(&kit.counted.env, ss_span_of(form), &small, &kit.diagnostic) ==
                      (ceiling < sizeof form - 1 ? SS_E_ceiling : SS_OK),
                  "%zu", ceiling);
        ss_buf_fini(&small);
    }
    kit_fini(&kit);
}
