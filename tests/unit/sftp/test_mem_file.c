/* SPDX-License-Identifier: Apache-2.0 */
/* test_mem_file.c - open files and listings of a tree in memory. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "sshspec/fs.h"
#include "tests/support/support.h"

TestSuite(mem_file, .fini = test_counted_check);

static struct ss_mem_fs *mem;
static struct ss_fs *fs;
static const struct ss_attrs none;

static void begin(enum ss_mem_order order)
{
    struct ss_mem_options options = {.order = order};

    cr_assert(ss_mem_fs_new(&test_counted()->env, &options, &mem) == SS_OK);
    fs = ss_mem_fs_fs(mem);
}

static ss_span s(const char *text)
{
    return ss_span_of(text);
}

static enum ss_fx open_as(const char *path, uint32_t pflags, void **out)
{
    return fs->ops->open(fs, s(path), pflags, &none, out);
}

static void *opened(const char *path, uint32_t pflags)
{
    void *file = NULL;

    cr_assert(open_as(path, pflags, &file) == SS_FX_OK, "%s", path);
    return file;
}

static bool reads(void *file, uint64_t offset, const char *want)
{
    uint8_t got[100];
    size_t size = 0;

    return fs->ops->pread(fs, file, offset, got, sizeof got, &size) == SS_FX_OK &&
           ss_span_is(ss_span_make(got, size), want);
}

static void shut(void *file)
{
    cr_assert(fs->ops->close(fs, file) == SS_FX_OK);
}

/* rules: SFTP02-6.3-open-missing, -open-excl, -open-append; SFTP02-6.4-read-at-eof */
Test(mem_file, flags_of_open)
{
    uint8_t byte;
    void *file;
    size_t got;

    begin(SS_MEM_AS_MADE);
    cr_expect(open_as("f", SS_FXF_READ, &file) == SS_FX_NO_SUCH_FILE);
    cr_expect(open_as("f", SS_FXF_WRITE | SS_FXF_TRUNC, &file) == SS_FX_NO_SUCH_FILE);
    file = opened("f", SS_FXF_WRITE | SS_FXF_CREAT | SS_FXF_EXCL);
    cr_expect(fs->ops->pwrite(fs, file, 2, s("abc")) == SS_FX_OK);
    cr_expect(fs->ops->pread(fs, file, 0, &byte, 1, &got) == SS_FX_PERMISSION_DENIED);
    shut(file);
    cr_expect(open_as("f", SS_FXF_WRITE | SS_FXF_CREAT | SS_FXF_EXCL, &file) == SS_FX_FAILURE);
    file = opened("f", SS_FXF_READ | SS_FXF_WRITE | SS_FXF_APPEND);
    cr_expect(fs->ops->pwrite(fs, file, 0, s("de")) == SS_FX_OK);
    cr_expect(reads(file, 2, "abcde"));
    cr_expect(fs->ops->pread(fs, file, 7, &byte, 1, &got) == SS_FX_EOF);
    cr_expect(fs->ops->pread(fs, file, UINT64_MAX, &byte, 1, &got) == SS_FX_EOF);
    shut(file);
    file = opened("f", SS_FXF_READ);
    cr_expect(fs->ops->pwrite(fs, file, 0, s("x")) == SS_FX_PERMISSION_DENIED);
    shut(file);
    file = opened("f", SS_FXF_READ | SS_FXF_WRITE | SS_FXF_TRUNC);
    cr_expect(fs->ops->pread(fs, file, 0, &byte, 1, &got) == SS_FX_EOF);
    cr_expect(fs->ops->pwrite(fs, file, UINT64_MAX, s("x")) == SS_FX_FAILURE);
    cr_expect(fs->ops->fsync(fs, file) == SS_FX_OK);
    shut(file);
    ss_mem_fs_free(&mem);
}

Test(mem_file, only_regular_files_are_opened_and_links_are_followed)
{
    const uint32_t creat = SS_FXF_WRITE | SS_FXF_CREAT;
    struct ss_attrs attrs;
    void *file;

    begin(SS_MEM_AS_MADE);
    cr_assert(fs->ops->mkdir(fs, s("d"), &none) == SS_FX_OK);
    cr_assert(fs->ops->symlink(fs, s("d/made"), s("link")) == SS_FX_OK);
    cr_assert(fs->ops->symlink(fs, s("d/made/"), s("slash")) == SS_FX_OK);
    cr_expect(open_as("d", SS_FXF_READ, &file) == SS_FX_FAILURE);
    cr_expect(open_as("d", creat, &file) == SS_FX_FAILURE);
    cr_expect(open_as(".", creat, &file) == SS_FX_FAILURE);
    cr_expect(open_as("new/", creat, &file) == SS_FX_FAILURE);
    cr_expect(open_as("no/new/", creat, &file) == SS_FX_NO_SUCH_FILE);
    cr_expect(open_as("slash", creat, &file) == SS_FX_FAILURE);
    cr_expect(open_as("link", SS_FXF_READ, &file) == SS_FX_NO_SUCH_FILE);
    cr_expect(open_as("link", creat | SS_FXF_EXCL, &file) == SS_FX_FAILURE);
    shut(opened("link", creat));
    cr_expect(fs->ops->lstat(fs, s("d/made"), &attrs) == SS_FX_OK);
    cr_expect(attrs.permissions == 0100666);
    cr_expect(open_as("d/made/", SS_FXF_READ, &file) == SS_FX_NO_SUCH_FILE);
    ss_mem_fs_free(&mem);
}

Test(mem_file, an_open_file_outlives_its_name)
{
    struct ss_attrs attrs = {.flags = SS_ATTR_SIZE, .size = 1};
    void *file, *reader, *other;

    begin(SS_MEM_AS_MADE);
    cr_assert(ss_fs_put_file(fs, s("f"), s("abc"), 0) == SS_FX_OK);
    cr_assert(ss_fs_put_file(fs, s("g"), s("abc"), 0) == SS_FX_OK);
    file = opened("f", SS_FXF_READ | SS_FXF_WRITE);
    reader = opened("f", SS_FXF_READ);
    other = opened("g", SS_FXF_READ);
    cr_expect(fs->ops->same(fs, file, reader) && !fs->ops->same(fs, file, other));
    cr_assert(fs->ops->remove(fs, s("f")) == SS_FX_OK);
    cr_expect(reads(file, 1, "bc"));
    cr_expect(fs->ops->fsetstat(fs, reader, &attrs) == SS_FX_PERMISSION_DENIED);
    cr_expect(fs->ops->fsetstat(fs, file, &attrs) == SS_FX_OK);
    cr_expect(fs->ops->fstat(fs, file, &attrs) == SS_FX_OK && attrs.size == 1);
    shut(file);
    cr_expect(reads(reader, 0, "a"));
    shut(reader);
    shut(other);
    ss_mem_fs_free(&mem);
}

static void name_of(int i, char out[8])
{
    out[0] = 'n';
    for (int d = 0; d < 4; d++, i /= 10)
        out[4 - d] = (char)('0' + i % 10);
    out[5] = 0;
}

/* rule: SFTP02-6.7-readdir-eof */
Test(mem_file, a_listing_gives_every_name_once_while_others_come_and_go)
{
    for (int order = SS_MEM_AS_MADE; order <= SS_MEM_BY_NAME; order++) {
        static unsigned seen[300];
        struct ss_fs_entry entry;
        char name[8];
        void *dir;
        int i = 0, dots = 0;

        memset(seen, 0, sizeof seen);
        begin((enum ss_mem_order)order);
        for (i = 0; i < 200; i++) {
            name_of((i * 7) % 200, name);
            cr_assert(ss_fs_put_file(fs, s(name), s(""), 0) == SS_FX_OK);
        }
        cr_assert(fs->ops->opendir(fs, s("/"), &dir) == SS_FX_OK);
        while (fs->ops->readdir(fs, dir, &entry) == SS_FX_OK) {
            if (entry.name.data[0] == '.') {
                dots++;
                cr_expect((entry.attrs.permissions & SS_MODE_TYPE) == SS_MODE_DIRECTORY);
                continue;
            }
            i = atoi((const char *)entry.name.data + 1);
            cr_expect(entry.links == 1 && entry.name.size == 5);
            seen[i]++;
            /* The one just given goes, and one that comes takes part or not. */
            name_of(i, name);
            cr_assert(fs->ops->remove(fs, s(name)) == SS_FX_OK);
            if (i < 200 && i % 2 == 0) {
                name_of(200 + i / 2, name);
                (void)!ss_fs_put_file(fs, s(name), s(""), 0);
            }
        }
        cr_expect(fs->ops->readdir(fs, dir, &entry) == SS_FX_EOF);
        cr_expect(dots == 2);
        for (i = 0; i < 200; i++)
            cr_expect(seen[i] == 1, "order %d: n%04d %u times", order, i, seen[i]);
        cr_assert(fs->ops->closedir(fs, dir) == SS_FX_OK);
        ss_mem_fs_free(&mem);
    }
}

Test(mem_file, a_directory_that_was_removed_can_still_be_listed)
{
    struct ss_fs_entry entry;
    void *dir;

    begin(SS_MEM_AS_MADE);
    cr_assert(fs->ops->mkdir(fs, s("d"), &none) == SS_FX_OK);
    cr_assert(fs->ops->mkdir(fs, s("d/e"), &none) == SS_FX_OK);
    cr_assert(fs->ops->opendir(fs, s("d/e"), &dir) == SS_FX_OK);
    cr_assert(fs->ops->rmdir(fs, s("d/e")) == SS_FX_OK);
    cr_assert(fs->ops->rmdir(fs, s("d")) == SS_FX_OK);
    cr_expect(fs->ops->readdir(fs, dir, &entry) == SS_FX_OK && ss_span_is(entry.name, "."));
    cr_expect(fs->ops->readdir(fs, dir, &entry) == SS_FX_OK && ss_span_is(entry.name, ".."));
    cr_expect(fs->ops->readdir(fs, dir, &entry) == SS_FX_EOF);
    cr_assert(fs->ops->closedir(fs, dir) == SS_FX_OK);
    ss_mem_fs_free(&mem);
}

Test(mem_file, opendir_and_space)
{
    struct ss_fs_space before, after;
    void *dir, *file;

    begin(SS_MEM_AS_MADE);
    cr_expect(fs->ops->opendir(fs, s("no"), &dir) == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->statvfs(fs, s("no"), &before) == SS_FX_NO_SUCH_FILE);
    cr_assert(fs->ops->statvfs(fs, s("/"), &before) == SS_FX_OK);
    cr_assert(ss_fs_put_file(fs, s("f"), s("abc"), 0) == SS_FX_OK);
    cr_expect(fs->ops->opendir(fs, s("f"), &dir) == SS_FX_NO_SUCH_FILE);
    file = opened("f", SS_FXF_READ);
    cr_assert(fs->ops->fstatvfs(fs, file, &after) == SS_FX_OK);
    cr_expect(before.blocks == after.blocks && after.blocks_free < before.blocks_free);
    cr_expect(after.block_size == 4096 && after.name_most == 255);
    shut(file);
    ss_mem_fs_free(&mem);
}

Test(mem_file, a_tree_without_memory_is_not_made)
{
    struct ss_counted *counted = test_counted();

    for (size_t n = 1; n <= 2; n++) {
        counted->calls = 0;
        counted->fail_at = n;
        cr_expect(ss_mem_fs_new(&counted->env, NULL, &mem) == SS_E_no_memory);
    }
    counted->fail_at = 0;
    mem = NULL;
    ss_mem_fs_free(&mem);
}
