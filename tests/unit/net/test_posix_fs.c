/* SPDX-License-Identifier: Apache-2.0 */
/* test_posix_fs.c - names and directories of a host directory; the same calls on it and on a tree
 * in memory; links that are swapped while paths are followed. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jail.h"

TestSuite(posix_fs, .fini = test_counted_check, .timeout = 120);

static const struct ss_attrs none;

static ss_span s(const char *text)
{
    return ss_span_of(text);
}

Test(posix_fs, a_root_must_be_a_directory_that_is_there)
{
    struct ss_posix_fs *dir = NULL;
    struct jail jail;

    jail_open(&jail);
    cr_expect(ss_posix_fs_new(&test_counted()->env, jail_path(&jail, "no"), &dir) ==
              SS_E_not_found);
    cr_expect(ss_posix_fs_new(&test_counted()->env, jail_path(&jail, "canary"), &dir) ==
              SS_E_not_found);
    ss_posix_fs_free(&dir);
    jail_close(&jail);
}

Test(posix_fs, real_paths_start_at_the_root)
{
    static const struct {
        const char *path, *real; /* null: NO_SUCH_FILE */
    } rows[] = {{"", "/"},
                {".", "/"},
                {"d/../d/e//", "/d/e"},
                {"in/f", "/d/e/f"},
                {"new", "/new"},
                {"in/new/", "/d/e/new"},
                {"no/new", NULL},
                {"..", NULL},
                {"rel", NULL},
                {"gone", NULL},
                {"loop", NULL},
                {"abs", NULL},
                {"up/root/file", NULL}};
    struct jail jail;

    jail_open(&jail);
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_buf out;
        enum ss_fx status;

        ss_buf_init(&out, &test_counted()->env, 500);
        status = jail.fs->ops->realpath(jail.fs, s(rows[i].path), &out);
        cr_expect(status == (rows[i].real != NULL ? SS_FX_OK : SS_FX_NO_SUCH_FILE), "%s",
                  rows[i].path);
        if (status == SS_FX_OK)
            cr_expect(ss_span_is(ss_buf_span(&out), rows[i].real), "%s", rows[i].path);
        ss_buf_fini(&out);
    }
    jail_close(&jail);
}

/* ".." of the root is the root: nothing is told of the directory above. */
Test(posix_fs, a_listing_of_the_root_tells_nothing_of_its_parent)
{
    struct ss_fs_entry entry;
    struct ss_attrs root;
    struct jail jail;
    void *dir;
    int dots = 0;

    jail_open(&jail);
    cr_assert(chmod(jail.root, 0711) == 0);
    cr_assert(jail.fs->ops->stat(jail.fs, s("/"), &root) == SS_FX_OK);
    cr_assert(jail.fs->ops->opendir(jail.fs, s("/"), &dir) == SS_FX_OK);
    while (jail.fs->ops->readdir(jail.fs, dir, &entry) == SS_FX_OK) {
        if (!ss_span_is(entry.name, "..") && !ss_span_is(entry.name, "."))
            continue;
        dots++;
        cr_expect(entry.attrs.permissions == root.permissions);
    }
    cr_expect(dots == 2);
    cr_expect(jail.fs->ops->closedir(jail.fs, dir) == SS_FX_OK);
    jail_close(&jail);
}

Test(posix_fs, space_is_told)
{
    struct ss_fs_space a, b;
    struct jail jail;
    void *file;

    jail_open(&jail);
    cr_assert(jail.fs->ops->open(jail.fs, s("file"), SS_FXF_READ, &none, &file) == SS_FX_OK);
    cr_expect(jail.fs->ops->statvfs(jail.fs, s("/"), &a) == SS_FX_OK);
    cr_expect(jail.fs->ops->fstatvfs(jail.fs, file, &b) == SS_FX_OK);
    cr_expect(a.blocks == b.blocks && a.name_most == 255 && a.block_size > 0);
    cr_expect(jail.fs->ops->statvfs(jail.fs, s("no"), &a) == SS_FX_NO_SUCH_FILE);
    cr_expect(jail.fs->ops->close(jail.fs, file) == SS_FX_OK);
    jail_close(&jail);
}

/* ---- the same calls on both file systems ---- */

enum { TURNS = 20000, PATH_MOST = 40 };

static uint32_t state;

static uint32_t pick(uint32_t n)
{
    state = state * UINT32_C(1664525) + UINT32_C(1013904223);
    return (state >> 9) % n;
}

static const char *some_path(char out[PATH_MOST])
{
    static const char *const names[] = {"a", "b", "c", "d", "a", "b", "c", "..", ".", "l"};
    size_t at = 0;

    if (pick(4) == 0)
        out[at++] = '/';
    for (uint32_t depth = 1 + pick(3); depth > 0; depth--) {
        const char *name = names[pick(SS_COUNT(names))];

        at += (size_t)snprintf(out + at, PATH_MOST - at, "%s%s", name, depth > 1 ? "/" : "");
    }
    if (pick(12) == 0)
        out[at++] = '/';
    out[at] = 0;
    return out;
}

/* One call, and what it gave, as text. */
struct outcome {
    enum ss_fx status;
    char text[600];
};

static void say_attrs(struct outcome *out, const struct ss_attrs *attrs)
{
    bool sized = (attrs->permissions & SS_MODE_TYPE) != SS_MODE_DIRECTORY;

    (void)snprintf(out->text, sizeof out->text, "%o %llu", attrs->permissions,
                   sized ? (unsigned long long)attrs->size : 0ULL);
}

static void say_path(struct ss_fs *fs, struct outcome *out, ss_span path, bool link)
{
    struct ss_buf bytes;

    ss_buf_init(&bytes, &test_counted()->env, 500);
    out->status = link ? fs->ops->readlink(fs, path, &bytes) : fs->ops->realpath(fs, path, &bytes);
    (void)snprintf(out->text, sizeof out->text, "%.*s", (int)ss_buf_size(&bytes),
                   (const char *)ss_buf_at(&bytes));
    ss_buf_fini(&bytes);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void say_listing(struct ss_fs *fs, struct outcome *out, ss_span path)
{
    char names[20][32];
    struct ss_fs_entry entry;
    size_t n = 0, at = 0;
    void *dir;

    out->status = fs->ops->opendir(fs, path, &dir);
    if (out->status != SS_FX_OK)
        return;
    while (fs->ops->readdir(fs, dir, &entry) == SS_FX_OK && n < 20)
        (void)snprintf(names[n++], sizeof names[0], "%.*s %o", (int)entry.name.size,
                       (const char *)entry.name.data, entry.attrs.permissions >> 12);
    qsort(names, n, sizeof names[0], by_text);
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(out->text + at, sizeof out->text - at, "%s,", names[i]);
    cr_assert(fs->ops->closedir(fs, dir) == SS_FX_OK);
}

/* Opens, writes and reads what the numbers say. */
static void use_file(struct ss_fs *fs, struct outcome *out, ss_span path, uint32_t pflags,
                     uint32_t offset)
{
    struct ss_attrs mode = {.flags = SS_ATTR_PERMISSIONS, .permissions = 0700 | offset % 64};
    uint8_t got[200];
    size_t n = 0;
    enum ss_fx wrote, read;
    void *file;

    out->status = fs->ops->open(fs, path, pflags, &mode, &file);
    if (out->status != SS_FX_OK)
        return;
    wrote = fs->ops->pwrite(fs, file, offset, s("some text"));
    read = fs->ops->pread(fs, file, offset / 2, got, sizeof got, &n);
    (void)snprintf(out->text, sizeof out->text, "%d %d %zu %02x", (int)wrote, (int)read, n,
                   n > 0 ? got[n - 1] : 0);
    cr_assert(fs->ops->close(fs, file) == SS_FX_OK);
}

static void change(struct ss_fs *fs, struct outcome *out, ss_span path, uint32_t what, bool link)
{
    struct ss_attrs attrs = {.flags = what & (SS_ATTR_PERMISSIONS | SS_ATTR_ACMODTIME),
                             .size = what % 50,
                             .permissions = 0700 | what % 64,
                             .atime = what,
                             .mtime = what};

    if (!link)
        attrs.flags |= what & SS_ATTR_SIZE;
    out->status = link ? fs->ops->lsetstat(fs, path, &attrs) : fs->ops->setstat(fs, path, &attrs);
}

static void call(struct ss_fs *fs, uint32_t which, uint32_t number, ss_span a, ss_span b,
                 struct outcome *out)
{
    static const uint32_t flags[] = {SS_FXF_READ,
                                     SS_FXF_READ | SS_FXF_WRITE | SS_FXF_CREAT,
                                     SS_FXF_WRITE | SS_FXF_CREAT | SS_FXF_EXCL,
                                     SS_FXF_READ | SS_FXF_WRITE | SS_FXF_TRUNC,
                                     SS_FXF_READ | SS_FXF_WRITE | SS_FXF_APPEND | SS_FXF_CREAT,
                                     SS_FXF_READ | SS_FXF_WRITE};
    struct ss_attrs attrs = {.flags = SS_ATTR_PERMISSIONS, .permissions = 0700 | number % 64};

    memset(out, 0, sizeof *out);
    switch (which) {
    case 0:
        out->status = fs->ops->mkdir(fs, a, &attrs);
        break;
    case 1:
        out->status = fs->ops->rmdir(fs, a);
        break;
    case 2:
        out->status = fs->ops->remove(fs, a);
        break;
    case 3:
        out->status = fs->ops->rename(fs, a, b);
        break;
    case 4:
        out->status = fs->ops->posix_rename(fs, a, b);
        break;
    case 5:
        out->status = fs->ops->symlink(fs, a, b);
        break;
    case 6:
        out->status = fs->ops->hardlink(fs, a, b);
        break;
    case 7:
        say_path(fs, out, a, true);
        break;
    case 8:
        say_path(fs, out, a, false);
        break;
    case 9:
        say_listing(fs, out, a);
        break;
    case 10:
        out->status = fs->ops->stat(fs, a, &attrs);
        say_attrs(out, &attrs);
        break;
    case 11:
        out->status = fs->ops->lstat(fs, a, &attrs);
        say_attrs(out, &attrs);
        break;
    case 12:
    case 13:
        change(fs, out, a, number, which == 13);
        break;
    default:
        use_file(fs, out, a, flags[number % SS_COUNT(flags)], number % 90);
        break;
    }
}

/* rule: the statuses of fs.h, compared with what the kernel does */
Test(posix_fs, a_directory_and_a_tree_in_memory_answer_alike)
{
    unsigned good[17] = {0};

    for (uint32_t seed = 1; seed <= 3; seed++) {
        struct ss_mem_fs *mem;
        struct jail jail;

        state = seed;
        jail_open(&jail);
        /* An empty root, like that of the tree; links of the test stay inside or lead up. */
        ss_posix_fs_free(&jail.dir);
        cr_assert(mkdir(jail_path(&jail, "root/d/e/empty"), 0755) == 0);
        cr_assert(ss_posix_fs_new(&test_counted()->env, jail_path(&jail, "root/d/e/empty"),
                                  &jail.dir) == SS_OK);
        jail.fs = ss_posix_fs_fs(jail.dir);
        cr_assert(ss_mem_fs_new(&test_counted()->env, NULL, &mem) == SS_OK);
        for (int turn = 0; turn < TURNS; turn++) {
            char a[PATH_MOST], b[PATH_MOST];
            uint32_t which = pick(17), number = pick(1000);
            struct outcome here, there;

            (void)some_path(a);
            (void)some_path(b);
            if (which == 5) { /* absolute links differ on purpose, and so do slashes behind */
                while (a[0] == '/' || a[strlen(a) - 1] == '/')
                    (void)some_path(a);
            }
            call(jail.fs, which, number, s(a), s(b), &here);
            call(ss_mem_fs_fs(mem), which, number, s(a), s(b), &there);
            cr_assert(here.status == there.status && strcmp(here.text, there.text) == 0,
                      "seed %u turn %d call %u/%u '%s' '%s': %d '%s', in memory %d '%s'", seed,
                      turn, which, number, a, b, (int)here.status, here.text, (int)there.status,
                      there.text);
            good[which] += here.status == SS_FX_OK;
        }
        ss_mem_fs_free(&mem);
        jail_close(&jail);
    }
    for (size_t i = 0; i < SS_COUNT(good); i++)
        cr_expect(good[i] > 20, "call %zu succeeded %u times only", i, good[i]);
}

/* ---- swapped links ---- */

enum { SWAPS = 15000 };

/* Exchanges a directory and a link that leads out, until it is told to end. */
static void swap_without_end(const struct jail *jail)
{
    char a[400], b[400];

    (void)snprintf(a, sizeof a, "%s/swap", jail->root);
    (void)snprintf(b, sizeof b, "%s/spare", jail->root);
    for (;;)
        (void)!renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
}

static void one_turn(struct jail *jail, unsigned *inside, unsigned *nowhere)
{
    struct ss_fs *fs = jail->fs;
    struct ss_attrs attrs = {.size = 0};
    struct ss_attrs mode = {.flags = SS_ATTR_PERMISSIONS | SS_ATTR_SIZE, .permissions = 0777};
    enum ss_fx status = fs->ops->stat(fs, s("swap/secret"), &attrs);

    cr_assert(status == SS_FX_OK || status == SS_FX_NO_SUCH_FILE, "%d", (int)status);
    cr_assert(status != SS_FX_OK || attrs.size != 12345, "what is outside was seen");
    *(status == SS_FX_OK ? inside : nowhere) += 1;
    (void)!ss_fs_put_file(fs, s("swap/secret"), s("x"), 0600);
    (void)!ss_fs_put_file(fs, s("swap/../swap/new"), s("x"), 0600);
    (void)!fs->ops->remove(fs, s("swap/victim"));
    (void)!fs->ops->mkdir(fs, s("swap/dir"), &none);
    (void)!fs->ops->rmdir(fs, s("swap/dir"));
    (void)!fs->ops->setstat(fs, s("swap/victim"), &mode);
    (void)!fs->ops->setstat(fs, s("swap/secret"), &mode);
    (void)!fs->ops->rename(fs, s("swap/victim"), s("stolen"));
    (void)!fs->ops->hardlink(fs, s("swap/victim"), s("linked"));
}

Test(posix_fs, a_link_that_is_swapped_in_is_never_followed_out)
{
    unsigned inside = 0, nowhere = 0;
    struct jail jail;
    pid_t child;

    jail_open(&jail);
    cr_assert(mkdir(jail_path(&jail, "root/swap"), 0700) == 0);
    cr_assert(symlink("../outside", jail_path(&jail, "root/spare")) == 0);
    cr_assert(ss_fs_put_file(jail.fs, s("swap/secret"), s("x"), 0600) == SS_FX_OK);
    child = fork();
    cr_assert(child >= 0);
    if (child == 0)
        swap_without_end(&jail);
    for (int turn = 0; turn < SWAPS; turn++)
        one_turn(&jail, &inside, &nowhere);
    cr_assert(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
    cr_expect(jail_holds(&jail), "what is outside was changed");
    cr_expect(inside > 0 && nowhere > 0, "no race: %u inside, %u nowhere", inside, nowhere);
    jail_close(&jail);
}
