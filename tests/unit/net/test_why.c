/* SPDX-License-Identifier: Apache-2.0 */
/* test_why.c - the line for a person. */
#include <criterion/criterion.h>
#include <errno.h>

#include "net/why.h"
#include "tests/support/support.h"

TestSuite(why, .fini = test_counted_check);

Test(why, words_are_appended_and_what_does_not_fit_is_left_out)
{
    struct ss_buf why;

    ss_buf_init(&why, &test_counted()->env, 20);
    ss_why(&why, "one %d\n", 1);
    ss_why(&why, "two %s\n", "that is much too long");
    ss_why(&why, "three\n");
    cr_expect(ss_span_is(ss_buf_span(&why), "one 1\nthree\n"));
    ss_buf_fini(&why);
    ss_why(NULL, "nobody asks");
}

Test(why, a_code_has_its_text)
{
    cr_expect_str_eq(ss_why_text(ENOENT), "No such file or directory");
}
