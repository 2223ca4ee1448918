/* SPDX-License-Identifier: Apache-2.0 */
/* test_path.c - paths taken apart. */
#include <criterion/criterion.h>

#include "sftp/path.h"
#include "tests/support/support.h"

Test(path, the_last_name_is_split_off)
{
    static const struct {
        const char *path, *parent, *name;
        bool slash;
    } rows[] = {
        {"", "", "", false},       {"/", "", "", false},           {"//", "", "", false},
        {"a", "", "a", false},     {"/a", "/", "a", false},        {"a/", "", "a", true},
        {"a/b", "a/", "b", false}, {"/a//b//", "/a//", "b", true}, {"a/..", "a/", "..", false},
        {"./.", "./", ".", false},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_path got = ss_path_split(test_guarded(ss_span_of(rows[i].path)));

        cr_expect(ss_span_is(got.parent, rows[i].parent), "'%s'", rows[i].path);
        cr_expect(ss_span_is(got.name, rows[i].name), "'%s'", rows[i].path);
        cr_expect(got.slash == rows[i].slash, "'%s'", rows[i].path);
    }
}

Test(path, names_come_one_by_one)
{
    ss_span rest = test_guarded(ss_span_of("//a/bb///c//")), name;
    bool last = true;

    cr_assert(ss_path_next(&rest, &name, &last) && ss_span_is(name, "a") && !last);
    cr_assert(ss_path_next(&rest, &name, &last) && ss_span_is(name, "bb") && !last);
    cr_assert(ss_path_next(&rest, &name, &last) && ss_span_is(name, "c") && last);
    cr_assert(!ss_path_next(&rest, &name, &last));
    rest = ss_span_of("///");
    cr_assert(!ss_path_next(&rest, &name, &last));
}

Test(path, what_is_no_name_of_something_new)
{
    static const char *const not_names[] = {"", ".", "..", "/", "a/b", "a/", "/a"};
    static const char *const names[] = {"a", "...", ".a", "..a", "a b", "\n", "\xff", "~", "\\"};

    for (size_t i = 0; i < SS_COUNT(not_names); i++)
        cr_expect(!ss_path_is_name(ss_span_of(not_names[i])), "'%s'", not_names[i]);
    for (size_t i = 0; i < SS_COUNT(names); i++)
        cr_expect(ss_path_is_name(ss_span_of(names[i])), "'%s'", names[i]);
    cr_expect(!ss_path_is_name(ss_span_make("a\0b", 3)));
}

Test(path, too_long_or_with_a_zero_byte_is_not_usable)
{
    static char text[SS_PATH_MOST + 1];

    memset(text, 'a', sizeof text);
    cr_expect(ss_path_usable(ss_span_make(text, SS_PATH_MOST)));
    cr_expect(!ss_path_usable(ss_span_make(text, SS_PATH_MOST + 1)));
    cr_expect(ss_path_usable(ss_span_make(NULL, 0)));
    cr_expect(!ss_path_usable(ss_span_make("passwd\0x", 8)));
    cr_expect(!ss_path_usable(ss_span_make("\0", 1)));
}
