/* SPDX-License-Identifier: Apache-2.0 */
/* system.c - files, folders and paths.
 *
 * Owns: the calls to the system behind them.
 * Not here: processes (process.c), sockets (accept.c).
 * Called by: interop/, testserver/runner, the verbs.
 * Follows: open(2), openat(2), rename(2). */
#include "interop/system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 64 /* of a tree that is removed */

/* ---- files ---- */

static ssize_t read_once(int fd, uint8_t *at, size_t want)
{
    ssize_t got;

    do {
        got = read(fd, at, want);
    } while (got < 0 && errno == EINTR);
    return got;
}

static ss_err read_some(int fd, size_t limit, struct ss_buf *out)
{
    uint8_t over;

    while (limit > 0) {
        size_t before = ss_buf_size(out), room = out->ceiling - before;
        size_t want = limit < 16384 ? limit : 16384;
        uint8_t *at;
        ssize_t got;

        if (room == 0) {
            got = read_once(fd, &over, 1);
            return got == 0 ? SS_OK : (got < 0 ? SS_E_io : SS_E_ceiling);
        }
        want = want < room ? want : room;
        SS_TRY(ss_buf_extend(out, want, &at));
        got = read_once(fd, at, want);
        ss_buf_truncate(out, before + (got > 0 ? (size_t)got : 0));
        if (got < 0)
            return SS_E_io;
        if (got == 0)
            return SS_OK;
        limit -= (size_t)got;
    }
    return SS_OK;
}

static ss_err read_from(const char *path, int flags, size_t offset, size_t limit,
                        struct ss_buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
    struct stat about;
    ss_err err = SS_OK;

    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? SS_E_not_found : SS_E_io;
    /* A peer may have put a pipe or a device where its file is looked for. */
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || lseek(fd, (off_t)offset, SEEK_SET) < 0)
        err = SS_E_io;
    if (err == SS_OK)
        err = read_some(fd, limit, out);
    close(fd);
    return err;
}

ss_err system_read_part(const char *path, size_t offset, size_t limit, struct ss_buf *out)
{
    return read_from(path, O_NOFOLLOW, offset, limit, out);
}

ss_err system_read_file(const char *path, struct ss_buf *out)
{
    struct stat about;
    size_t room = out->ceiling - ss_buf_size(out);

    if (stat(path, &about) == 0 && S_ISREG(about.st_mode) && (uint64_t)about.st_size > room)
        return SS_E_ceiling;
    return read_from(path, 0, 0, room, out);
}

static bool write_all(int fd, ss_span bytes)
{
    while (bytes.size > 0) {
        ssize_t put = write(fd, bytes.data, bytes.size);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes = ss_span_part(bytes, (size_t)put, bytes.size);
    }
    return true;
}

/* Devices and pipes are written to as they are: `--json /dev/stdout` must not replace them. */
static bool is_special(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && !S_ISREG(about.st_mode);
}

static ss_err write_in_place(const char *path, ss_span bytes)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    bool done;

    if (fd < 0)
        return SS_E_io;
    done = write_all(fd, bytes);
    return close(fd) == 0 && done ? SS_OK : SS_E_io;
}

ss_err system_write_file(const char *path, ss_span bytes, mode_t mode)
{
    char fresh[SYSTEM_PATH_MAX];
    int n, fd;
    bool done;

    if (is_special(path))
        return write_in_place(path, bytes);
    n = snprintf(fresh, sizeof fresh, "%s.%ld.new", path, (long)getpid());
    if (n < 0 || (size_t)n >= sizeof fresh)
        return SS_E_ceiling;
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return SS_E_io;
    done = write_all(fd, bytes);
    done = fchmod(fd, mode) == 0 && done;
    done = close(fd) == 0 && done;
    if (done && rename(fresh, path) == 0)
        return SS_OK;
    n = errno;
    unlink(fresh);
    errno = n;
    return SS_E_io;
}

/* ---- folders ---- */

ss_err system_make_folder(const char *path, mode_t mode)
{
    if (mkdir(path, mode) != 0)
        return errno == EEXIST ? SS_E_exists : SS_E_io;
    return chmod(path, mode) == 0 ? SS_OK : SS_E_io;
}

/* rule: never leave the tree. Names are taken relative to open folders, links are not followed. */
static void empty_folder(int fd, int depth)
{
    DIR *folder = depth < DEPTH_MAX ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (folder == NULL) {
        close(fd);
        return;
    }
    while ((entry = readdir(folder)) != NULL) {
        const char *name = entry->d_name;
        int child;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if (unlinkat(dirfd(folder), name, 0) == 0)
            continue;
        child = openat(dirfd(folder), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (child < 0) {
            (void)fchmodat(dirfd(folder), name, 0700, 0);
            child = openat(dirfd(folder), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        }
        if (child >= 0)
            empty_folder(child, depth + 1);
        (void)unlinkat(dirfd(folder), name, AT_REMOVEDIR);
    }
    closedir(folder);
}

void system_remove_tree(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd >= 0)
        empty_folder(fd, 0);
    (void)rmdir(path);
}

/* ---- paths ---- */

ss_err system_join(char out[SYSTEM_PATH_MAX], const char *folder, const char *name)
{
    int n = snprintf(out, SYSTEM_PATH_MAX, "%s/%s", folder, name);

    return n > 0 && n < SYSTEM_PATH_MAX ? SS_OK : SS_E_ceiling;
}

ss_err system_self(char out[SYSTEM_PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", out, SYSTEM_PATH_MAX - 1);

    if (n <= 0)
        return SS_E_io;
    out[n] = '\0';
    return SS_OK;
}

static bool is_folder(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static ss_err absolute(const char *path, char out[SYSTEM_PATH_MAX])
{
    char *real = realpath(path, NULL);
    ss_err err = SS_E_not_found;

    if (real != NULL && is_folder(real) && strlen(real) < SYSTEM_PATH_MAX) {
        memcpy(out, real, strlen(real) + 1);
        err = SS_OK;
    }
    free(real);
    return err;
}

ss_err system_find_data(const char *name, const char *variable, char out[SYSTEM_PATH_MAX])
{
    static const char *const places[] = {"../..", "../share/sshspec"};
    const char *chosen = variable != NULL ? getenv(variable) : NULL;
    char self[SYSTEM_PATH_MAX], tail[256], path[SYSTEM_PATH_MAX];
    size_t i;

    if (chosen != NULL && *chosen != 0)
        return absolute(chosen, out);
    if (system_self(self) == SS_OK && strrchr(self, '/') != NULL) {
        *strrchr(self, '/') = '\0';
        for (i = 0; i < SS_COUNT(places); i++) {
            if (snprintf(tail, sizeof tail, "%s/%s", places[i], name) < (int)sizeof tail &&
                system_join(path, self, tail) == SS_OK && absolute(path, out) == SS_OK)
                return SS_OK;
        }
    }
    if (system_join(path, SSHSPEC_DATADIR, name) == SS_OK && absolute(path, out) == SS_OK)
        return SS_OK;
    return absolute(name, out);
}
