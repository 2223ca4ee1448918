/* SPDX-License-Identifier: Apache-2.0 */
/* test_lint.c - scenarios that parse and still are not right. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sshspec/text.h"
#include "testserver/script/lint.h"
#include "tests/support/support.h"
#include "tests/unit/script/tree.h"

TestSuite(lint, .init = tree_make, .fini = tree_remove);

struct bench {
    struct ledger ledger;
    struct lint lint;
    struct ss_buf out;
};

static void set_up(struct bench *bench)
{
    tree_put_ledger();
    tree_why(&bench->out);
    cr_assert(ledger_load(&bench->ledger, &test_counted()->env, tree_path("requirements.tsv"),
                          &bench->out) == SS_OK);
    lint_init(&bench->lint, &test_counted()->env, &bench->ledger, NULL, &bench->out);
}

static void take_down(struct bench *bench)
{
    lint_fini(&bench->lint);
    ledger_fini(&bench->ledger);
    ss_buf_fini(&bench->out);
}

#define HEAD "scenario \"a\"\nproves   RFC1-1-must\nagainst  server\n\nclient {\n"

Test(lint, each_rule_finds_what_breaks_it)
{
    static const struct {
        const char *text, *says; /* null: nothing */
    } rows[] = {
        {HEAD "    login\n}\n", NULL},
        {HEAD "   login\n}\n", "a.scn:6:4: not in its form"},
        {HEAD "    logim\n}\n", "a.scn:6:5: "},
        {"scenario \"a\"\nagainst  server\n\nclient {\n    login\n}\n",
         "a.scn:1:1: it proves nothing"},
        {"scenario \"a\"\nproves   RFC1-3-may, RFC1-1-muts\nagainst  server\n\nclient {\n"
         "    login\n}\n",
         "a.scn:2:22: there is no requirement RFC1-1-muts; did you mean RFC1-1-must?\n"},
        {"scenario \"a\"\nproves   RFC1-1-must, RFC1-2-should\nagainst  server\n\nclient {\n"
         "    login\n}\n",
         "a.scn:2:23: this requirement is not about the side under test\n"},
        {HEAD "    login\n    fault send NEWKEYS\n}\n",
         "a.scn:7:5: warning: nothing judges what this fault does\n"},
        {HEAD "    login\n    fault send NEWKEYS\n    expect closed { pass any }\n}\n", NULL},
        {HEAD "    login\n    expect closed { pass any }\n    fault send NEWKEYS\n}\n",
         "warning: nothing"},
        {HEAD "    login\n    repeat 2 {\n        fence\n        fault send NEWKEYS\n    }\n}\n",
         NULL},
        {HEAD "    login\n    fault {\n        send NEWKEYS\n        expect closed { pass any }\n  "
              "  }\n}\n",
         NULL},
        {HEAD "    login\n    if true {\n        fault send NEWKEYS\n    }\n    fence\n}\n", NULL},
        {HEAD "    login\n    if true {\n        fault send NEWKEYS\n    } else {\n        fence\n"
              "    }\n}\n",
         "warning: nothing"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct bench bench;

        set_up(&bench);
        cr_expect(lint_text(&bench.lint, "a.scn", ss_span_of(rows[i].text)) == SS_OK);
        if (rows[i].says == NULL)
            cr_expect(ss_buf_size(&bench.out) == 0, "row %zu: %.*s", i,
                      (int)ss_buf_size(&bench.out), (const char *)ss_buf_at(&bench.out));
        else
            cr_expect(tree_says(&bench.out, rows[i].says), "row %zu: %.*s", i,
                      (int)ss_buf_size(&bench.out), (const char *)ss_buf_at(&bench.out));
        cr_expect((bench.lint.errors + bench.lint.warnings > 0) == (rows[i].says != NULL), "%zu",
                  i);
        take_down(&bench);
    }
}

Test(lint, titles_are_unique)
{
    struct bench bench;
    ss_span text = ss_span_of(HEAD "    login\n}\n");

    set_up(&bench);
    cr_expect(lint_text(&bench.lint, "a.scn", text) == SS_OK);
    cr_expect(lint_text(&bench.lint, "a.scn", text) == SS_OK);
    cr_expect(bench.lint.errors == 0, "the same file twice is one file");
    cr_expect(lint_text(&bench.lint, "b.scn", text) == SS_OK);
    cr_expect(bench.lint.errors == 1);
    cr_expect(tree_says(&bench.out, "b.scn:1:1: the title is that of a.scn:1\n"));
    take_down(&bench);
}

Test(lint, fragments_prove_nothing_and_need_no_title)
{
    struct bench bench;

    set_up(&bench);
    cr_expect(lint_text(&bench.lint, "fragments/f.scn",
                        ss_span_of("fragment f() {\n    login\n}\n")) == SS_OK);
    cr_expect(bench.lint.errors == 0 && bench.lint.warnings == 0);
    take_down(&bench);
}

Test(lint, memory_may_run_out_anywhere)
{
    struct ss_counted *counted = test_counted();
    struct bench bench;
    ss_span text = ss_span_of(HEAD "    login\n}\n");
    ss_err err = SS_E_no_memory;
    size_t n, before;

    set_up(&bench);
    before = counted->blocks;
    for (n = 1; err == SS_E_no_memory && n < 2000; n++) {
        counted->calls = 0;
        counted->fail_at = n;
        counted->fail_after = true;
        err = lint_text(&bench.lint, "a.scn", text);
        counted->fail_at = 0;
        lint_fini(&bench.lint);
        cr_expect(counted->blocks == before, "allocation %zu", n);
    }
    cr_expect(err == SS_OK && n > 3);
    take_down(&bench);
}
