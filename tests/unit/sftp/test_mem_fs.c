/* SPDX-License-Identifier: Apache-2.0 */
/* test_mem_fs.c - a tree in memory: paths, links, names. The comparison with a host directory
 * stands in tests/unit/net/test_posix_fs.c. */
#include <criterion/criterion.h>

#include "sftp/mem_fs.h"
#include "tests/support/support.h"

TestSuite(mem_fs, .fini = test_counted_check);

static struct ss_mem_fs *mem;
static struct ss_fs *fs;
static const struct ss_attrs none;

static void begin(uint64_t most)
{
    struct ss_mem_options options = {.bytes_most = most, .uid = 5, .gid = 6};

    cr_assert(ss_mem_fs_new(&test_counted()->env, &options, &mem) == SS_OK);
    fs = ss_mem_fs_fs(mem);
}

static ss_span s(const char *text)
{
    return ss_span_of(text);
}

static enum ss_fx mkdir_at(const char *path)
{
    return fs->ops->mkdir(fs, s(path), &none);
}

static enum ss_fx put(const char *path)
{
    return ss_fs_put_file(fs, s(path), s(path), 0644);
}

static enum ss_fx lead_to(const char *path)
{
    struct ss_attrs attrs;

    return fs->ops->stat(fs, s(path), &attrs);
}

static enum ss_fx real(const char *path, const char *want)
{
    struct ss_buf out;
    enum ss_fx status;

    ss_buf_init(&out, &test_counted()->env, 10000);
    status = fs->ops->realpath(fs, s(path), &out);
    if (status == SS_FX_OK)
        cr_expect(ss_span_is(ss_buf_span(&out), want), "%s -> %.*s", path, (int)ss_buf_size(&out),
                  (const char *)ss_buf_at(&out));
    ss_buf_fini(&out);
    return status;
}

/* /d/e/f, /d/up -> .., /file, /abs -> /d/e, /loop -> loop, /dangling -> nowhere/x,
 * /slash -> file/, /chain -> abs */
static void make_tree(void)
{
    begin(0);
    cr_assert(mkdir_at("/d") == SS_FX_OK && mkdir_at("d/e") == SS_FX_OK);
    cr_assert(put("/d/e/f") == SS_FX_OK && put("file") == SS_FX_OK);
    cr_assert(fs->ops->symlink(fs, s(".."), s("/d/up")) == SS_FX_OK);
    cr_assert(fs->ops->symlink(fs, s("/d/e"), s("/abs")) == SS_FX_OK);
    cr_assert(fs->ops->symlink(fs, s("loop"), s("/loop")) == SS_FX_OK);
    cr_assert(fs->ops->symlink(fs, s("nowhere/x"), s("/dangling")) == SS_FX_OK);
    cr_assert(fs->ops->symlink(fs, s("file/"), s("/slash")) == SS_FX_OK);
    cr_assert(fs->ops->symlink(fs, s("abs"), s("/chain")) == SS_FX_OK);
}

/* rule: SFTP02-6.2-dotdot-handling, SFTP02-6.2-empty-path, SFTP02-6.2-root-escape */
Test(mem_fs, paths_lead_where_they_say)
{
    static const struct {
        const char *path, *real; /* null: NO_SUCH_FILE */
    } rows[] = {
        {"", "/"},
        {"/", "/"},
        {".", "/"},
        {"//", "/"},
        {"/d/..", "/"},
        {"d/./e//", "/d/e"},
        {"d/e/f", "/d/e/f"},
        {"/abs/f", "/d/e/f"},
        {"d/up/d/e/f", "/d/e/f"},
        {"chain/../up", "/"},
        {"abs", "/d/e"},
        {"abs/", "/d/e"},
        {"d/up", "/"},
        {"..", NULL},
        {"/..", NULL},
        {"d/../..", NULL},
        {"d/up/..", NULL},
        {"abs/../../..", NULL},
        {"file/", NULL},
        {"file/.", NULL},
        {"file/..", NULL},
        {"file/x", NULL},
        {"no/..", NULL},
        {"no/x", NULL},
        {"loop", NULL},
        {"loop/x", NULL},
        {"dangling", NULL},
        {"dangling/x", NULL},
        {"slash", NULL},
        {"chain/f", "/d/e/f"},
    };

    make_tree();
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        enum ss_fx want = rows[i].real != NULL ? SS_FX_OK : SS_FX_NO_SUCH_FILE;

        cr_expect(lead_to(rows[i].path) == want, "'%s'", rows[i].path);
        cr_expect(real(rows[i].path, rows[i].real) == want, "'%s'", rows[i].path);
    }
    cr_expect(real("new", "/new") == SS_FX_OK && real("/abs/new/", "/d/e/new") == SS_FX_OK);
    ss_mem_fs_free(&mem);
}

Test(mem_fs, impossible_paths_are_not_there)
{
    char longest[256 + 2] = "/";
    static char path[5000];
    struct ss_attrs attrs;

    make_tree();
    memset(longest + 1, 'n', 255);
    cr_expect(put(longest) == SS_FX_OK && lead_to(longest) == SS_FX_OK);
    longest[256] = 'n';
    cr_expect(put(longest) == SS_FX_NO_SUCH_FILE);
    cr_expect(lead_to(longest) == SS_FX_NO_SUCH_FILE);
    cr_expect(mkdir_at(longest) == SS_FX_NO_SUCH_FILE);
    memset(path, '/', sizeof path);
    cr_expect(fs->ops->stat(fs, ss_span_make(path, 4095), &attrs) == SS_FX_OK);
    cr_expect(fs->ops->stat(fs, ss_span_make(path, 4096), &attrs) == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->remove(fs, ss_span_make(path, 4096)) == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->stat(fs, ss_span_make("file\0x", 6), &attrs) == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->remove(fs, ss_span_make("file\0x", 6)) == SS_FX_NO_SUCH_FILE);
    ss_mem_fs_free(&mem);
}

Test(mem_fs, what_is_no_name_is_neither_made_nor_dropped)
{
    static const char *const paths[] = {"", "/", ".", "..", "d/.", "d/..", "/."};

    make_tree();
    for (size_t i = 0; i < SS_COUNT(paths); i++) {
        cr_expect(mkdir_at(paths[i]) == SS_FX_FAILURE, "%s", paths[i]);
        cr_expect(fs->ops->rmdir(fs, s(paths[i])) == SS_FX_FAILURE, "%s", paths[i]);
        cr_expect(fs->ops->remove(fs, s(paths[i])) == SS_FX_FAILURE, "%s", paths[i]);
        cr_expect(fs->ops->symlink(fs, s("x"), s(paths[i])) == SS_FX_FAILURE, "%s", paths[i]);
        cr_expect(fs->ops->rename(fs, s("file"), s(paths[i])) == SS_FX_FAILURE, "%s", paths[i]);
        cr_expect(fs->ops->rename(fs, s(paths[i]), s("n")) == SS_FX_FAILURE, "%s", paths[i]);
        cr_expect(fs->ops->hardlink(fs, s("file"), s(paths[i])) == SS_FX_FAILURE, "%s", paths[i]);
    }
    ss_mem_fs_free(&mem);
}

Test(mem_fs, making_and_dropping_names)
{
    struct ss_attrs attrs = {.flags = SS_ATTR_PERMISSIONS, .permissions = 0700};

    make_tree();
    ss_mem_fs_now(mem, 77);
    cr_expect(fs->ops->mkdir(fs, s("/new/"), &attrs) == SS_FX_OK);
    cr_expect(fs->ops->lstat(fs, s("new"), &attrs) == SS_FX_OK);
    cr_expect(attrs.permissions == 040700 && attrs.mtime == 77 && attrs.uid == 5 && attrs.gid == 6);
    cr_expect(fs->ops->stat(fs, s("/"), &attrs) == SS_FX_OK && attrs.mtime == 77);
    cr_expect(mkdir_at("/new") == SS_FX_FAILURE && mkdir_at("file") == SS_FX_FAILURE);
    cr_expect(mkdir_at("no/new") == SS_FX_NO_SUCH_FILE && mkdir_at("file/x") == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->rmdir(fs, s("d")) == SS_FX_FAILURE, "not empty");
    cr_expect(fs->ops->rmdir(fs, s("file")) == SS_FX_FAILURE);
    cr_expect(fs->ops->rmdir(fs, s("abs")) == SS_FX_FAILURE, "a link to a directory");
    cr_expect(fs->ops->rmdir(fs, s("no")) == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->rmdir(fs, s("new/")) == SS_FX_OK && lead_to("new") == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->remove(fs, s("d")) == SS_FX_FAILURE, "a directory");
    cr_expect(fs->ops->remove(fs, s("no")) == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->remove(fs, s("abs")) == SS_FX_OK && lead_to("d/e") == SS_FX_OK);
    cr_expect(fs->ops->remove(fs, s("loop")) == SS_FX_OK);
    ss_mem_fs_free(&mem);
}

Test(mem_fs, links_have_text_and_hard_links_count)
{
    struct ss_attrs attrs;
    struct ss_buf out;

    make_tree();
    ss_buf_init(&out, &test_counted()->env, 8);
    cr_expect(fs->ops->readlink(fs, s("chain"), &out) == SS_FX_OK);
    cr_expect(ss_span_is(ss_buf_span(&out), "abs"));
    cr_expect(fs->ops->readlink(fs, s("dangling"), &out) == SS_FX_FAILURE, "no room");
    cr_expect(fs->ops->readlink(fs, s("file"), &out) == SS_FX_FAILURE);
    cr_expect(fs->ops->readlink(fs, s("no"), &out) == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->realpath(fs, s("d/e/fffff"), &out) == SS_FX_FAILURE, "no room");
    ss_buf_fini(&out);
    cr_expect(fs->ops->lstat(fs, s("chain"), &attrs) == SS_FX_OK);
    cr_expect(attrs.permissions == 0120777 && attrs.size == 3);
    cr_expect(fs->ops->symlink(fs, s("x"), s("file")) == SS_FX_FAILURE);
    cr_expect(fs->ops->symlink(fs, s(""), s("n")) == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->hardlink(fs, s("file"), s("d/hard")) == SS_FX_OK);
    cr_expect(ss_mem_node_links(ss_mem_entry_find(mem->root, s("file"))->node) == 2);
    cr_expect(fs->ops->hardlink(fs, s("file"), s("d/hard")) == SS_FX_FAILURE);
    cr_expect(fs->ops->hardlink(fs, s("d"), s("n")) == SS_FX_PERMISSION_DENIED);
    cr_expect(fs->ops->hardlink(fs, s("d"), s("file")) == SS_FX_FAILURE);
    cr_expect(fs->ops->hardlink(fs, s("no"), s("n")) == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->hardlink(fs, s("loop"), s("loop2")) == SS_FX_OK, "the link itself");
    cr_expect(fs->ops->remove(fs, s("file")) == SS_FX_OK && lead_to("d/hard") == SS_FX_OK);
    ss_mem_fs_free(&mem);
}

/* rule: SFTP02-6.5-rename-existing-fails, OSSHSFTP-4.3-posix-rename */
Test(mem_fs, names_move)
{
    make_tree();
    cr_expect(fs->ops->rename(fs, s("file"), s("d/file")) == SS_FX_OK);
    cr_expect(lead_to("file") == SS_FX_NO_SUCH_FILE && lead_to("d/file") == SS_FX_OK);
    cr_expect(put("other") == SS_FX_OK && mkdir_at("empty") == SS_FX_OK);
    cr_expect(fs->ops->rename(fs, s("d/file"), s("other")) == SS_FX_FAILURE);
    cr_expect(fs->ops->rename(fs, s("other"), s("other")) == SS_FX_FAILURE);
    cr_expect(fs->ops->rename(fs, s("d"), s("empty")) == SS_FX_FAILURE);
    cr_expect(fs->ops->rename(fs, s("no"), s("other")) == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->rename(fs, s("d"), s("d/e/d")) == SS_FX_FAILURE, "into itself");
    cr_expect(fs->ops->posix_rename(fs, s("d"), s("d/e/d")) == SS_FX_FAILURE);
    cr_expect(fs->ops->posix_rename(fs, s("d/file"), s("other")) == SS_FX_OK);
    cr_expect(lead_to("d/file") == SS_FX_NO_SUCH_FILE && lead_to("other") == SS_FX_OK);
    cr_expect(fs->ops->posix_rename(fs, s("other"), s("empty")) == SS_FX_FAILURE);
    cr_expect(fs->ops->posix_rename(fs, s("empty"), s("other")) == SS_FX_FAILURE);
    cr_expect(fs->ops->posix_rename(fs, s("empty"), s("d")) == SS_FX_FAILURE, "not empty");
    cr_expect(fs->ops->posix_rename(fs, s("no"), s("d")) == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->posix_rename(fs, s("d"), s("empty")) == SS_FX_OK);
    cr_expect(real("empty/e/f", "/empty/e/f") == SS_FX_OK && lead_to("d") == SS_FX_NO_SUCH_FILE);
    cr_expect(real("empty/e/..", "/empty") == SS_FX_OK, "the parent is the new one");
    cr_expect(fs->ops->posix_rename(fs, s("other"), s("other")) == SS_FX_OK);
    cr_expect(fs->ops->hardlink(fs, s("other"), s("twin")) == SS_FX_OK);
    cr_expect(fs->ops->posix_rename(fs, s("other"), s("twin")) == SS_FX_OK);
    cr_expect(lead_to("other") == SS_FX_OK, "two names of one file stay");
    ss_mem_fs_free(&mem);
}

Test(mem_fs, attributes_by_path)
{
    struct ss_attrs attrs = {.flags = 15,
                             .size = 2,
                             .uid = 8,
                             .gid = 9,
                             .permissions = 0104750,
                             .atime = 10,
                             .mtime = 11};
    struct ss_attrs got;

    make_tree();
    cr_expect(fs->ops->setstat(fs, s("abs/f"), &attrs) == SS_FX_OK);
    cr_expect(fs->ops->stat(fs, s("d/e/f"), &got) == SS_FX_OK);
    cr_expect(got.size == 2 && got.uid == 8 && got.gid == 9 && got.permissions == 0104750);
    cr_expect(got.atime == 10 && got.mtime == 11 && got.flags == 15);
    cr_expect(fs->ops->setstat(fs, s("no"), &attrs) == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->setstat(fs, s("d"), &attrs) == SS_FX_FAILURE, "a directory has no size");
    attrs.size = UINT64_MAX;
    cr_expect(fs->ops->setstat(fs, s("file"), &attrs) == SS_FX_FAILURE);
    attrs.flags = SS_ATTR_PERMISSIONS;
    cr_expect(fs->ops->lsetstat(fs, s("loop"), &attrs) == SS_FX_FAILURE);
    attrs.flags = SS_ATTR_ACMODTIME;
    cr_expect(fs->ops->lsetstat(fs, s("chain"), &attrs) == SS_FX_OK);
    cr_expect(fs->ops->lstat(fs, s("chain"), &got) == SS_FX_OK && got.mtime == 11);
    cr_expect(fs->ops->stat(fs, s("chain"), &got) == SS_FX_OK && got.mtime == 0);
    cr_expect(fs->ops->lsetstat(fs, s("no"), &attrs) == SS_FX_NO_SUCH_FILE);
    cr_expect(fs->ops->lsetstat(fs, s("/"), &attrs) == SS_FX_OK);
    ss_mem_fs_free(&mem);
}

/* Every allocation of making the tree fails once: the call says FAILURE, and nothing is lost. */
Test(mem_fs, calls_without_memory_fail_and_leave_the_tree_whole)
{
    struct ss_counted *counted = test_counted();
    bool failed = true;

    for (size_t n = 1; failed && n < 200; n++) {
        begin(0);
        failed = false;
        counted->calls = 0;
        counted->fail_at = n;
        failed |= mkdir_at("d") != SS_FX_OK;
        failed |= put("file") != SS_FX_OK;
        failed |= fs->ops->symlink(fs, s("file"), s("link")) != SS_FX_OK;
        failed |= fs->ops->hardlink(fs, s("file"), s("hard")) != SS_FX_OK;
        failed |= fs->ops->rename(fs, s("hard"), s("moved")) != SS_FX_OK;
        counted->fail_at = 0;
        cr_expect(lead_to("") == SS_FX_OK);
        ss_mem_fs_free(&mem);
        cr_assert(counted->blocks == 0, "allocation %zu", n);
    }
    cr_expect(!failed);
}

Test(mem_fs, a_full_tree_refuses_and_goes_on)
{
    enum { MOST = 12000 };
    char name[] = "/a";
    int fitted = 0;

    begin(MOST);
    for (; put(name) == SS_FX_OK; name[1]++)
        fitted++;
    cr_expect(fitted == 2 && ss_mem_fs_used(mem) <= MOST);
    while (mkdir_at(name) == SS_FX_OK || mkdir_at(name) == SS_FX_FAILURE) {
        if (lead_to(name) != SS_FX_OK)
            break;
        name[1]++;
    }
    cr_expect(lead_to("/a") == SS_FX_OK && mkdir_at("/Z") == SS_FX_FAILURE);
    cr_expect(fs->ops->remove(fs, s("/a")) == SS_FX_OK);
    cr_expect(mkdir_at("/Z") == SS_FX_OK);
    ss_mem_fs_free(&mem);
}
