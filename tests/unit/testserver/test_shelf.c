/* SPDX-License-Identifier: Apache-2.0 */
/* test_shelf.c - the command line that the verbs of the catalogue share. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testserver/shelf.h"
#include "testserver/verbs.h"

static bool flag;
static char said[256]; /* the words, each behind a blank */
static char root[256];

static int run(struct shelf *shelf, const char *const *words, size_t count, void *ctx)
{
    said[0] = 0;
    for (size_t i = 0; i < count; i++)
        (void)snprintf(said + strlen(said), sizeof said - strlen(said), " %s", words[i]);
    (void)snprintf(root, sizeof root, "%s", shelf->catalogue.root);
    if (ctx != NULL && ss_buf_puts(&shelf->why, ctx) != SS_OK)
        return EXIT_ENVIRONMENT;
    return ctx != NULL ? shelf_status(shelf, SS_E_bad_value) : 77;
}

static const struct option options[] = {{"flag", OPTION_FLAG, &flag, NULL, "on when given"},
                                        {NULL, OPTION_FLAG, NULL, NULL, NULL}};
static struct shelf_verb verb = {
    .usage = "[OPTION...] WORD...", .about = "About it.", .example = "  an example\n", .run = run};

/* A line whose words are parted by blanks; gives the exit status. */
static int call(const char *line)
{
    static char copy[512];
    static char *argv[16];
    char *rest = copy, *next;
    int argc = 0;

    (void)snprintf(copy, sizeof copy, "%s", line);
    while ((next = strsep(&rest, " ")) != NULL)
        argv[argc++] = next;
    argv[argc] = NULL;
    said[0] = 0;
    return shelf_main(&verb, argc, argv);
}

static void capture(void)
{
    cr_redirect_stdout();
    cr_redirect_stderr();
}
TestSuite(shelf, .init = capture);

Test(shelf, words_and_the_folder_reach_the_verb)
{
    cr_expect(call("verb one two") == 77);
    cr_expect_str_eq(said, " one two");
    cr_expect(call("verb --scenarios /nowhere one") == 77);
    cr_expect_str_eq(root, "/nowhere");
    cr_expect(call("verb") == 77);
    cr_expect_str_eq(said, "");
}

Test(shelf, a_verb_may_have_options_of_its_own)
{
    cr_expect(call("verb --flag") == EXIT_USAGE && !flag);
    verb.options = options;
    cr_expect(call("verb --flag word") == 77 && flag);
    cr_expect_str_eq(said, " word");
    cr_expect(call("verb --flog") == EXIT_USAGE);
    cr_expect(call("verb --scenarios") == EXIT_USAGE);
    (void)fflush(stderr);
    cr_expect_stderr_eq_str("sshspec verb: no option --flag\nsshspec verb --help says more\n"
                            "sshspec verb: no option --flog; did you mean --flag?\n"
                            "sshspec verb --help says more\n"
                            "sshspec verb: --scenarios needs DIR\nsshspec verb --help says more\n");
}

Test(shelf, a_verb_may_need_a_word)
{
    verb.which = "which one?";
    cr_expect(call("verb") == EXIT_USAGE);
    cr_expect(call("verb one") == 77);
    (void)fflush(stderr);
    cr_expect_stderr_eq_str("sshspec verb: which one?\nsshspec verb --help says more\n");
}

Test(shelf, help_has_the_verb_s_options_and_the_folder)
{
    verb.options = options;
    cr_expect(call("verb --help") == EXIT_AS_EXPECTED);
    cr_expect_stdout_eq_str(
        "usage: sshspec verb [OPTION...] WORD...\n\nAbout it.\n\n"
        "  --flag                     on when given\n"
        "  --scenarios DIR            folder of the scenarios; else scenarios/ here, else the "
        "installed ones\n\nExample:\n  an example\n");
}

Test(shelf, what_went_wrong_is_told_once)
{
    static char why[] = "line 1: bad\n";

    verb.ctx = why;
    cr_expect(call("verb") == EXIT_USAGE);
    (void)fflush(stderr);
    cr_expect_stderr_eq_str("line 1: bad\n");
}
