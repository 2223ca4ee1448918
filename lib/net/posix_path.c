/* SPDX-License-Identifier: Apache-2.0 */
/* posix_path.c - from a path that a peer chose to a descriptor beneath a root.
 *
 * Owns: the call of openat2, and which errors look alike to a peer.
 * Not here: what is done with the descriptor (posix_fs.c).
 * Called by: posix_fs.c.
 * Follows: openat2(2); SFTP02-6.2-root-escape.
 *
 * No path is checked by hand and used afterwards: the kernel resolves it and fails where it would
 * leave the root, so there is nothing between check and use. What acts on a name gets one name
 * without a slash, next to the descriptor of its directory. Leaving the root, a loop of links and
 * a name that is missing or impossible have one status, so that nothing can be learnt about what
 * lies outside. */
#include "posix_path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TURNS = 20000, PROC_SIZE = 32 };

enum ss_fx ss_posix_path_status(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case EXDEV:
    case ENAMETOOLONG:
        return SS_FX_NO_SUCH_FILE;
    default:
        return ss_posix_name_status(error);
    }
}

enum ss_fx ss_posix_name_status(int error)
{
    switch (error) {
    case ENOENT:
    case ENAMETOOLONG:
        return SS_FX_NO_SUCH_FILE;
    case EACCES:
    case EPERM:
    case EROFS:
        return SS_FX_PERMISSION_DENIED;
    default:
        return SS_FX_FAILURE;
    }
}

/* The kernel says EAGAIN when a rename, anywhere on the machine, kept it from being sure about
 * "..". Somebody who does nothing but rename can bring that about dozens of times in a row, so the
 * turns are many; they are some tens of milliseconds at the most. */
static int beneath(int root, const char *path, int flags, uint32_t mode)
{
    struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
                           .mode = mode,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = -1;

    for (int turn = 0; turn < TURNS; turn++) {
        fd = syscall(SYS_openat2, root, path, &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return (int)fd;
}

/* Copies path without the slashes in front of it; "." when nothing is left. */
static void relative(ss_span path, char out[SS_PATH_MOST + 1])
{
    while (path.size > 0 && path.data[0] == '/')
        path = ss_span_part(path, 1, SIZE_MAX);
    if (path.size == 0)
        path = ss_span_of(".");
    memcpy(out, path.data, path.size);
    out[path.size] = 0;
}

enum ss_fx ss_posix_open(int root, ss_span path, int flags, uint32_t mode, int *out_fd)
{
    char text[SS_PATH_MOST + 1];
    int fd;

    if (!ss_path_usable(path))
        return SS_FX_NO_SUCH_FILE;
    relative(path, text);
    fd = beneath(root, text, flags, mode);
    if (fd < 0)
        return ss_posix_path_status(errno);
    *out_fd = fd;
    return SS_FX_OK;
}

enum ss_fx ss_posix_name(int root, ss_span path, struct ss_posix_name *out)
{
    struct ss_path parts = ss_path_split(path);
    enum ss_fx status;
    int dir;

    if (!ss_path_usable(path))
        return SS_FX_NO_SUCH_FILE;
    status = ss_posix_open(root, parts.parent, O_PATH | O_DIRECTORY, 0, &dir);
    if (status != SS_FX_OK)
        return status;
    if (parts.name.size > SS_NAME_MOST)
        status = SS_FX_NO_SUCH_FILE;
    else if (!ss_path_is_name(parts.name))
        status = SS_FX_FAILURE;
    if (status != SS_FX_OK) {
        (void)close(dir);
        return status;
    }
    out->dir = dir;
    memcpy(out->name, parts.name.data, parts.name.size);
    out->name[parts.name.size] = 0;
    return SS_FX_OK;
}

/* ---- by way of /proc, for our own descriptors only ---- */

static void proc_path(int fd, char out[PROC_SIZE])
{
    static const char before[] = "/proc/self/fd/";
    char digits[12];
    size_t n = 0, at = sizeof before - 1;

    do {
        digits[n++] = (char)('0' + fd % 10);
        fd /= 10;
    } while (fd > 0);
    memcpy(out, before, at);
    while (n > 0)
        out[at++] = digits[--n];
    out[at] = 0;
}

static ss_span host_path(int fd, char out[SS_PATH_MOST + 1])
{
    char proc[PROC_SIZE];
    ssize_t size;

    proc_path(fd, proc);
    size = readlink(proc, out, SS_PATH_MOST + 1);
    if (size <= 0 || size > SS_PATH_MOST)
        return ss_span_make(out, 0);
    return ss_span_make(out, (size_t)size);
}

enum ss_fx ss_posix_way(int root, int fd, struct ss_buf *out)
{
    char root_text[SS_PATH_MOST + 1], text[SS_PATH_MOST + 1];
    ss_span top = host_path(root, root_text);
    ss_span way = host_path(fd, text);

    if (top.size == 0 || way.size == 0)
        return SS_FX_FAILURE;
    if (top.data[top.size - 1] == '/') /* the root of all */
        top.size--;
    if (!ss_span_eq(ss_span_part(way, 0, top.size), top))
        return SS_FX_NO_SUCH_FILE;
    way = ss_span_part(way, top.size, SIZE_MAX);
    if (way.size > 0 && way.data[0] != '/')
        return SS_FX_NO_SUCH_FILE;
    if (way.size == 0)
        way = ss_span_of("/");
    return ss_buf_put(out, way) == SS_OK ? SS_FX_OK : SS_FX_FAILURE;
}

enum ss_fx ss_posix_chmod(int fd, uint32_t mode)
{
    char proc[PROC_SIZE];

    proc_path(fd, proc);
    if (chmod(proc, (mode_t)mode) == 0)
        return SS_FX_OK;
    return errno == ENOENT ? SS_FX_FAILURE : ss_posix_name_status(errno);
}

bool ss_posix_holds(int root)
{
    int fd = beneath(root, ".", O_PATH | O_DIRECTORY, 0);

    if (fd < 0)
        return false;
    (void)close(fd);
    fd = beneath(root, "..", O_PATH | O_DIRECTORY, 0);
    if (fd >= 0)
        (void)close(fd);
    return fd < 0 && errno == EXDEV;
}
