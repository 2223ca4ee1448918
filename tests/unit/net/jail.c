/* SPDX-License-Identifier: Apache-2.0 */
/* jail.c - a directory to serve, with something beside it that must stay as it is.
 *
 * Owns: a directory of its own for each test.
 * Called by: tests/unit/net/test_posix_*.c. */
#include "jail.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FAR_TIME = 86400, SIZE = 12345 };

const char *jail_path(const struct jail *jail, const char *what)
{
    static char path[400];

    (void)snprintf(path, sizeof path, "%s/%s", jail->base, what);
    return path;
}

static void make_file(const char *path, size_t size)
{
    const struct timespec times[2] = {{.tv_sec = FAR_TIME}, {.tv_sec = FAR_TIME}};
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    cr_assert(fd >= 0, "%s", path);
    cr_assert(ftruncate(fd, (off_t)size) == 0 && futimens(fd, times) == 0);
    (void)close(fd);
}

static void make_link(const struct jail *jail, const char *target, const char *path)
{
    cr_assert(symlink(target, jail_path(jail, path)) == 0, "%s", path);
}

static int drop_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void drop_tree(const char *path)
{
    (void)nftw(path, drop_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void drop_contents(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    char inner[500];

    cr_assert(dir != NULL);
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        drop_tree(inner);
    }
    (void)closedir(dir);
}

static void fill_root(struct jail *jail)
{
    char target[400];

    make_file(jail_path(jail, "root/file"), 4);
    cr_assert(mkdir(jail_path(jail, "root/d"), 0700) == 0);
    cr_assert(mkdir(jail_path(jail, "root/d/e"), 0700) == 0);
    make_file(jail_path(jail, "root/d/e/f"), 4);
    make_link(jail, "..", "root/up");
    make_link(jail, "../..", "root/d/up2");
    (void)snprintf(target, sizeof target, "%s/canary", jail->base);
    make_link(jail, target, "root/abs");
    (void)snprintf(target, sizeof target, "%s/outside", jail->base);
    make_link(jail, target, "root/absdir");
    make_link(jail, "../canary", "root/rel");
    make_link(jail, "rel", "root/chain");
    make_link(jail, "loop", "root/loop");
    make_link(jail, "d/e", "root/in");
    make_link(jail, "../nothing", "root/gone");
    cr_assert(mkfifo(jail_path(jail, "root/fifo"), 0600) == 0);
}

void jail_open(struct jail *jail)
{
    const char *place = getenv("TMPDIR");
    ss_err err;

    memset(jail, 0, sizeof *jail);
    (void)umask(0);
    (void)snprintf(jail->base, sizeof jail->base, "%.100s/jail-XXXXXX",
                   place != NULL ? place : "/tmp");
    cr_assert(mkdtemp(jail->base) != NULL);
    (void)snprintf(jail->root, sizeof jail->root, "%s/root", jail->base);
    make_file(jail_path(jail, "canary"), SIZE);
    cr_assert(mkdir(jail_path(jail, "outside"), 0700) == 0);
    make_file(jail_path(jail, "outside/secret"), SIZE);
    make_file(jail_path(jail, "outside/victim"), SIZE);
    cr_assert(mkdir(jail->root, 0700) == 0);
    fill_root(jail);
    err = ss_posix_fs_new(&test_counted()->env, jail->root, &jail->dir);
    cr_assert(err == SS_OK, "%s", ss_err_text(err));
    jail->fs = ss_posix_fs_fs(jail->dir);
}

void jail_close(struct jail *jail)
{
    ss_posix_fs_free(&jail->dir);
    drop_tree(jail->base);
}

void jail_reset(struct jail *jail)
{
    drop_contents(jail->root);
    fill_root(jail);
}

static bool as_made(const struct jail *jail, const char *what)
{
    struct stat st;

    return lstat(jail_path(jail, what), &st) == 0 && S_ISREG(st.st_mode) &&
           (st.st_mode & 07777) == 0600 && st.st_size == SIZE && st.st_mtime == FAR_TIME &&
           st.st_nlink == 1;
}

static size_t names_in(const char *path)
{
    DIR *dir = opendir(path);
    size_t n = 0;

    if (dir == NULL)
        return 0;
    while (readdir(dir) != NULL)
        n++;
    (void)closedir(dir);
    return n - 2;
}

bool jail_holds(const struct jail *jail)
{
    struct stat st;

    return as_made(jail, "canary") && as_made(jail, "outside/secret") &&
           as_made(jail, "outside/victim") && names_in(jail->base) == 3 &&
           names_in(jail_path(jail, "outside")) == 2 &&
           stat(jail_path(jail, "outside"), &st) == 0 && (st.st_mode & 07777) == 0700 &&
           stat(jail->base, &st) == 0 && (st.st_mode & 07777) == 0700;
}
