/* SPDX-License-Identifier: Apache-2.0 */
/* test_options.c - a verb's command line: what is taken, what is refused, how it is explained. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sshspec/span.h"
#include "testserver/options.h"

static const char *text;
static bool flag;
static struct option_list list;
static const struct option table[] = {
    {"text", OPTION_TEXT, &text, "WORD", "one word\nof two lines"},
    {"flag", OPTION_FLAG, &flag, NULL, "on when given"},
    {"item", OPTION_LIST, &list, "ITEM", "may be repeated"},
    {NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static struct options options;
static char words[256]; /* those that were no options, each behind a blank */

/* Parses a line; its words are parted by blanks. Gives the exit status, -1 for none. */
static int parse(const char *line)
{
    static char copy[512];
    static char *argv[80];
    const char *word;
    char *rest = copy, *next;
    int argc = 0;

    (void)snprintf(copy, sizeof copy, "%s", line);
    while ((next = strsep(&rest, " ")) != NULL)
        argv[argc++] = next;
    options_init(&options, table, argc, argv);
    options.usage = "[OPTION...]";
    options.about = "About it.";
    options.example = "  an example\n";
    words[0] = 0;
    while (options_next(&options, &word))
        (void)snprintf(words + strlen(words), sizeof words - strlen(words), " %s", word);
    return options.status;
}

static void capture(void)
{
    cr_redirect_stderr();
}

TestSuite(options, .init = capture);

Test(options, values_come_behind_a_blank_or_an_equals_sign)
{
    cr_expect(parse("verb --text one two --flag --item a --item=b=c three") == -1);
    cr_expect_str_eq(text, "one");
    cr_expect(flag && list.count == 2);
    cr_expect_str_eq(list.items[0], "a");
    cr_expect_str_eq(list.items[1], "b=c");
    cr_expect_str_eq(words, " two three");
}

Test(options, the_last_of_a_text_counts_and_values_may_look_like_options)
{
    cr_expect(parse("verb --text x --text --flag --item=") == -1);
    cr_expect_str_eq(text, "--flag");
    cr_expect(!flag && list.count == 1 && list.items[0][0] == 0);
}

Test(options, behind_two_dashes_nothing_is_an_option)
{
    const char *word;

    cr_expect(parse("verb - --") == -1);
    cr_expect_str_eq(words, " -");
    cr_expect(!options_next(&options, &word));
    cr_expect(parse("verb -- --flag") == -1);
    cr_expect_str_eq(words, " --flag");
    cr_expect(!flag);
}

Test(options, mistakes_are_told_with_a_suggestion)
{
    static const char *const lines[] = {"verb --texd x",   "verb --zzzzzzzz", "verb --text",
                                        "verb --flag=yes", "verb -x",         "verb --tex x"};
    size_t i;

    for (i = 0; i < SS_COUNT(lines); i++)
        cr_expect(parse(lines[i]) == 2, "%s", lines[i]);
    (void)fflush(stderr);
    cr_assert_stderr_eq_str("sshspec verb: no option --texd; did you mean --text?\n"
                            "sshspec verb --help says more\n"
                            "sshspec verb: no option --zzzzzzzz\n"
                            "sshspec verb --help says more\n"
                            "sshspec verb: --text needs WORD\n"
                            "sshspec verb --help says more\n"
                            "sshspec verb: --flag takes no value\n"
                            "sshspec verb --help says more\n"
                            "sshspec verb: no option -x\n"
                            "sshspec verb --help says more\n"
                            "sshspec verb: no option --tex; did you mean --text?\n"
                            "sshspec verb --help says more\n");
}

Test(options, a_list_has_an_end)
{
    char line[512] = "verb";
    size_t i;

    for (i = 0; i < OPTION_LIST_MAX; i++)
        list.items[list.count++] = "x";
    (void)strncat(line, " --item y", sizeof line - strlen(line) - 1);
    cr_expect(parse(line) == 2);
}

/* Read back by hand: the program's own stream, so that nothing of it is left out. */
Test(options, help_has_each_option_and_the_example)
{
    static const char want[] = "usage: sshspec verb [OPTION...]\n\n"
                               "About it.\n\n"
                               "  --text WORD                one word\n"
                               "                             of two lines\n"
                               "  --flag                     on when given\n"
                               "  --item ITEM...             may be repeated\n"
                               "\nExample:\n"
                               "  an example\n";
    char got[1024];
    ssize_t n;
    int fd = memfd_create("out", 0);

    cr_assert(fd >= 0 && fflush(stdout) == 0 && dup2(fd, 1) == 1);
    cr_expect(parse("verb --help") == 0);
    n = pread(fd, got, sizeof got, 0);
    cr_expect(n == (ssize_t)strlen(want) && memcmp(got, want, (size_t)n) == 0, "%.*s", (int)n, got);
    cr_expect(parse("verb -h --nonesuch") == 0);
    (void)close(fd);
}

Test(options, a_number_is_digits_within_its_bounds)
{
    static const char *const wrong[] = {"",   " 7",   "+7", "-1",
                                        "7x", "0x10", "99", "18446744073709551616"};
    uint64_t number = 5;

    cr_expect(parse("verb") == -1);
    cr_expect(options_number(&options, "n", NULL, 1, 20, &number) && number == 5);
    cr_expect(options_number(&options, "n", "20", 1, 20, &number) && number == 20);
    cr_expect(options_number(&options, "n", "0001", 1, 20, &number) && number == 1);
    cr_expect(options_number(&options, "n", "18446744073709551615", 0, UINT64_MAX, &number) &&
              number == UINT64_MAX && options.status == -1);
    number = 5;
    for (size_t i = 0; i < SS_COUNT(wrong); i++)
        cr_expect(!options_number(&options, "n", wrong[i], 1, 20, &number), "%s", wrong[i]);
    cr_expect(!options_number(&options, "n", "0", 1, 20, &number));
    cr_expect(number == 5 && options.status == 2);
}
