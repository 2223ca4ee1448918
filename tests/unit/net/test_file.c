/* SPDX-License-Identifier: Apache-2.0 */
/* test_file.c - whole small files, read and written. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sshspec/net.h"
#include "tests/support/support.h"

static char folder[128];

static void make_folder(void)
{
    const char *base = getenv("TMPDIR");

    (void)snprintf(folder, sizeof folder, "%.100s/file-XXXXXX", base != NULL ? base : "/tmp");
    cr_assert(mkdtemp(folder) != NULL);
}

static const char *in_folder(const char *name)
{
    static char path[2][256];
    static size_t next;
    char *at = path[next++ % 2];

    (void)snprintf(at, sizeof path[0], "%s/%s", folder, name);
    return at;
}

static void remove_folder(void)
{
    (void)unlink(in_folder("f"));
    (void)unlink(in_folder("link"));
    cr_expect(rmdir(folder) == 0, "a file was left behind");
    test_counted_check();
}

TestSuite(file, .init = make_folder, .fini = remove_folder);

static ss_err read_back(const char *path, size_t most, struct ss_buf *out, struct ss_buf *why)
{
    ss_buf_init(out, &test_counted()->env, 1 << 20);
    return ss_file_read(path, most, out, why);
}

Test(file, what_is_written_reads_back)
{
    static uint8_t big[100000];
    const char *path = in_folder("f");
    struct ss_buf out;
    struct stat info;
    size_t i;

    for (i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)(i * 7);
    cr_assert(ss_file_write(path, ss_span_make(big, sizeof big), SS_FILE_NEW, true, NULL) == SS_OK);
    cr_assert(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600);
    cr_expect(read_back(path, sizeof big, &out, NULL) == SS_OK);
    cr_expect(ss_span_eq(ss_buf_span(&out), ss_span_make(big, sizeof big)));
    ss_buf_fini(&out);
    cr_expect(read_back(path, sizeof big - 1, &out, NULL) == SS_E_ceiling);
    cr_expect(ss_buf_size(&out) == 0);
    ss_buf_fini(&out);
    cr_assert(ss_file_write(path, ss_span_of(""), SS_FILE_REPLACE, false, NULL) == SS_OK);
    cr_assert(stat(path, &info) == 0 && (info.st_mode & 0700) == 0600);
    cr_expect(read_back(path, 0, &out, NULL) == SS_OK && ss_buf_size(&out) == 0);
    ss_buf_fini(&out);
}

Test(file, a_new_file_never_replaces_one_nor_follows_a_link)
{
    const char *path = in_folder("f"), *link = in_folder("link");
    struct ss_buf why, out;

    cr_assert(ss_file_write(path, ss_span_of("one"), SS_FILE_NEW, false, NULL) == SS_OK);
    ss_buf_init(&why, &test_counted()->env, 4096);
    cr_expect(ss_file_write(path, ss_span_of("two"), SS_FILE_NEW, false, &why) == SS_E_exists);
    cr_expect(memmem(ss_buf_at(&why), ss_buf_size(&why), path, strlen(path)) != NULL);
    ss_buf_fini(&why);
    cr_assert(symlink("nowhere", link) == 0);
    cr_expect(ss_file_write(link, ss_span_of("two"), SS_FILE_NEW, false, NULL) == SS_E_exists);
    cr_expect(read_back(path, 100, &out, NULL) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&out), "one"));
    ss_buf_fini(&out);
}

Test(file, what_is_not_there_is_not_found_and_said_so)
{
    struct ss_buf out, why;
    static char deep[5000];

    ss_buf_init(&why, &test_counted()->env, 4096);
    cr_expect(read_back(in_folder("none"), 10, &out, &why) == SS_E_not_found);
    cr_expect(memmem(ss_buf_at(&why), ss_buf_size(&why), "none: No such file", 18) != NULL);
    ss_buf_fini(&out);
    cr_expect(read_back(folder, 10, &out, &why) == SS_E_io, "a folder is no file");
    ss_buf_fini(&out);
    cr_expect(ss_file_write(in_folder("no/where"), ss_span_of("x"), SS_FILE_REPLACE, false, NULL) ==
              SS_E_not_found);
    memset(deep, 'a', sizeof deep - 1);
    cr_expect(ss_file_write(deep, ss_span_of("x"), SS_FILE_REPLACE, false, NULL) == SS_E_io);
    cr_expect(ss_file_write(folder, ss_span_of("x"), SS_FILE_REPLACE, false, NULL) == SS_E_io);
    ss_buf_fini(&why);
}

Test(file, a_pipe_is_read_to_its_end)
{
    struct ss_buf out;
    char path[64];
    int ends[2];

    cr_assert(pipe(ends) == 0);
    cr_assert(write(ends[1], "through", 7) == 7);
    (void)close(ends[1]);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    cr_expect(read_back(path, 100, &out, NULL) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&out), "through"));
    ss_buf_fini(&out);
    (void)close(ends[0]);
}

Test(file, no_memory_is_told_and_nothing_is_kept)
{
    struct ss_counted *counted = test_counted();
    struct ss_buf out;

    cr_assert(ss_file_write(in_folder("f"), ss_span_of("x"), SS_FILE_NEW, false, NULL) == SS_OK);
    counted->fail_after = true;
    counted->fail_at = counted->calls + 1;
    cr_expect(read_back(in_folder("f"), 100, &out, NULL) == SS_E_no_memory);
    counted->fail_at = 0;
    cr_expect(ss_buf_size(&out) == 0);
    ss_buf_fini(&out);
}
