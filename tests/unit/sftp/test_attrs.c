/* SPDX-License-Identifier: Apache-2.0 */
/* test_attrs.c - attributes on the wire, long names, safe names. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "kit.h"

TestSuite(attrs, .fini = test_counted_check);

Test(attrs, what_is_not_flagged_is_not_taken)
{
    struct ss_grp_attrs_v3 wire = {
        .size = 1, .uid = 2, .gid = 3, .permissions = 4, .atime = 5, .mtime = 6};
    struct ss_attrs got;

    for (uint32_t flags = 0; flags < 16; flags++) {
        wire.flags = flags | SS_ATTR_EXTENDED;
        ss_sftp_attrs_from_wire(&wire, &got);
        cr_expect(got.flags == flags);
        cr_expect(got.size == ((flags & SS_ATTR_SIZE) != 0 ? 1U : 0U));
        cr_expect(got.uid == ((flags & SS_ATTR_UIDGID) != 0 ? 2U : 0U));
        cr_expect(got.gid == ((flags & SS_ATTR_UIDGID) != 0 ? 3U : 0U));
        cr_expect(got.permissions == ((flags & SS_ATTR_PERMISSIONS) != 0 ? 4U : 0U));
        cr_expect(got.atime == ((flags & SS_ATTR_ACMODTIME) != 0 ? 5U : 0U));
        cr_expect(got.mtime == ((flags & SS_ATTR_ACMODTIME) != 0 ? 6U : 0U));
    }
}

Test(attrs, there_and_back_is_the_same)
{
    const struct ss_attrs attrs = {.flags = 15,
                                   .size = UINT64_MAX,
                                   .uid = 1,
                                   .gid = UINT32_MAX,
                                   .permissions = 0100644,
                                   .atime = 3,
                                   .mtime = 4};
    struct ss_grp_attrs_v3 wire;
    struct ss_attrs back;

    ss_sftp_attrs_to_wire(&attrs, &wire);
    ss_sftp_attrs_from_wire(&wire, &back);
    cr_expect(back.flags == 15 && back.size == UINT64_MAX && back.uid == 1);
    cr_expect(back.gid == UINT32_MAX && back.permissions == 0100644);
    cr_expect(back.atime == 3 && back.mtime == 4 && wire.extended.count == 0);
}

static void expect_line(const struct ss_fs_entry *entry, uint32_t now, const char *want)
{
    struct ss_buf out;

    ss_buf_init(&out, &test_counted()->env, 400);
    cr_assert(ss_sftp_longname(&out, entry, now) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&out), want), "%.*s\n%s", (int)ss_buf_size(&out),
              (const char *)ss_buf_at(&out), want);
    ss_buf_fini(&out);
}

Test(attrs, long_names_look_like_those_of_ls)
{
    struct ss_fs_entry entry = {.name = ss_span_of("notes.txt"),
                                .attrs = {.flags = 15,
                                          .size = 348911,
                                          .uid = 1000,
                                          .gid = 100,
                                          .permissions = 0100644,
                                          .mtime = 1709210096},
                                .links = 1};

    /* 2024-02-29 12:34:56 UTC */
    expect_line(&entry, 0, "-rw-r--r--    1 1000     100        348911 Feb 29  2024 notes.txt");
    expect_line(&entry, 1709210096,
                "-rw-r--r--    1 1000     100        348911 Feb 29 12:34 notes.txt");
    expect_line(&entry, 1709210096 + 184 * 86400,
                "-rw-r--r--    1 1000     100        348911 Feb 29  2024 notes.txt");
    expect_line(&entry, 1709210095,
                "-rw-r--r--    1 1000     100        348911 Feb 29  2024 notes.txt");
    entry.attrs.permissions = 047755;
    entry.attrs.mtime = 0;
    entry.links = 12;
    expect_line(&entry, 0, "drwsr-sr-t   12 1000     100        348911 Jan  1  1970 notes.txt");
    entry.attrs.permissions = 0127000;
    entry.attrs.mtime = UINT32_MAX;
    entry.name = ss_span_make("a\nb\0c\x7f", 6);
    expect_line(&entry, 0, "l--S--S--T   12 1000     100        348911 Feb  7  2106 a?b?c?");
    entry.attrs.flags = 0;
    entry.links = 0;
    expect_line(&entry, 0, "??????????    1 1000     100        348911 Feb  7  2106 a?b?c?");
}

Test(attrs, each_kind_of_file_has_its_letter)
{
    static const struct {
        uint32_t mode;
        char letter;
    } rows[] = {{0010000, 'p'}, {0020000, 'c'}, {0040000, 'd'}, {0060000, 'b'},
                {0100000, '-'}, {0120000, 'l'}, {0140000, 's'}, {0, '-'}};

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_fs_entry entry = {.name = ss_span_of("x"),
                                    .attrs = {.flags = 15, .permissions = rows[i].mode}};
        struct ss_buf out;

        ss_buf_init(&out, &test_counted()->env, 400);
        cr_assert(ss_sftp_longname(&out, &entry, 0) == SS_OK);
        cr_expect(ss_buf_at(&out)[0] == (uint8_t)rows[i].letter, "%o", rows[i].mode);
        ss_buf_fini(&out);
    }
}

/* Every day from 1970 to 2106 differs from the one before by one step of the calendar. */
Test(attrs, the_calendar_has_no_gap)
{
    char before[16] = "Dec 31  1969";

    for (uint32_t day = 0; day < UINT32_MAX / 86400; day++) {
        struct ss_fs_entry entry = {.name = ss_span_of("x"),
                                    .attrs = {.flags = 15, .mtime = day * 86400}};
        struct ss_buf out;
        const char *date;
        int was = atoi(before + 4), is;

        ss_buf_init(&out, &test_counted()->env, 400);
        cr_assert(ss_sftp_longname(&out, &entry, 0) == SS_OK && ss_buf_puts(&out, "") == SS_OK);
        date = (const char *)ss_buf_at(&out) + ss_buf_size(&out) - 14;
        is = atoi(date + 4);
        if (is == 1) {
            bool year = memcmp(before, "Dec", 3) == 0;

            cr_assert(was >= 28 && memcmp(date, before, 3) != 0);
            cr_assert(atoi(date + 8) == atoi(before + 8) + (year ? 1 : 0));
        } else {
            cr_assert(is == was + 1 && memcmp(date, before, 3) == 0);
        }
        memcpy(before, date, 12);
        ss_buf_fini(&out);
    }
    cr_expect(memcmp(before, "Feb  6  2106", 12) == 0, "%.12s", before);
}

Test(attrs, a_line_without_room_leaves_nothing)
{
    struct ss_fs_entry entry = {.name = ss_span_of("name")};

    for (size_t ceiling = 0; ceiling < 60; ceiling++) {
        struct ss_buf out;

        ss_buf_init(&out, &test_counted()->env, ceiling);
        cr_expect(ss_sftp_longname(&out, &entry, 0) == SS_E_ceiling, "%zu", ceiling);
        cr_expect(ss_buf_size(&out) == 0);
        ss_buf_fini(&out);
    }
}

/* rule: SFTP02-7-client-name-sanitise */
Test(attrs, names_that_lead_elsewhere_are_not_safe)
{
    static const char *const bad[] = {"", ".", "..", "/", "../x", "/etc/passwd", "a/b", "a/"};

    for (size_t i = 0; i < SS_COUNT(bad); i++)
        cr_expect(!ss_sftp_name_safe(ss_span_of(bad[i])), "%s", bad[i]);
    cr_expect(!ss_sftp_name_safe(ss_span_make("a\0b", 3)));
    cr_expect(ss_sftp_name_safe(ss_span_of("...")) && ss_sftp_name_safe(ss_span_of("a")));
}
