/* SPDX-License-Identifier: Apache-2.0 */
/* posix_file.c - open files of a host directory, and attributes by path or by file.
 *
 * Owns: what may be opened: regular files, and nothing that could hang or act when opened.
 * Not here: names and directories (posix_fs.c), how a path becomes a descriptor (posix_path.c).
 * Called by: the SFTP server, through the table in posix_fs.c.
 * Follows: fs.h. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "posix_path.h"
#include "posix_thing.h"

/* The status of a call on a name; fd is closed in any case. */
enum ss_fx ss_posix_done(int fd, int result)
{
    enum ss_fx status = result == 0 ? SS_FX_OK : ss_posix_name_status(errno);

    (void)close(fd);
    return status;
}

void ss_posix_attrs(const struct stat *st, struct ss_attrs *out)
{
    *out = (struct ss_attrs){.flags = SS_ATTR_SIZE | SS_ATTR_UIDGID | SS_ATTR_PERMISSIONS |
                                      SS_ATTR_ACMODTIME,
                             .size = (uint64_t)st->st_size,
                             .uid = st->st_uid,
                             .gid = st->st_gid,
                             .permissions = st->st_mode,
                             .atime = (uint32_t)st->st_atime,
                             .mtime = (uint32_t)st->st_mtime};
}

uint32_t ss_posix_mode(const struct ss_attrs *attrs, uint32_t otherwise)
{
    return ((attrs->flags & SS_ATTR_PERMISSIONS) != 0 ? attrs->permissions : otherwise) &
           SS_POSIX_MODE;
}

enum ss_fx ss_posix_hold(struct ss_posix_fs *dir, struct ss_posix_thing thing, void **out)
{
    struct ss_posix_thing *held = ss_alloc(dir->env, sizeof *held);

    if (held == NULL)
        return SS_FX_FAILURE;
    *held = thing;
    *out = held;
    return SS_FX_OK;
}

static int open_flags(uint32_t pflags)
{
    int flags = O_NONBLOCK | O_NOCTTY;

    if ((pflags & SS_FXF_WRITE) == 0)
        flags |= O_RDONLY;
    else
        flags |= (pflags & SS_FXF_READ) != 0 ? O_RDWR : O_WRONLY;
    if ((pflags & SS_FXF_APPEND) != 0)
        flags |= O_APPEND;
    if ((pflags & SS_FXF_CREAT) != 0)
        flags |= O_CREAT;
    if ((pflags & SS_FXF_EXCL) != 0)
        flags |= O_EXCL;
    return flags;
}

/* Is there something at path that is not a regular file? Asked before opening, because to open a
 * device can have an effect; asked of the descriptor again after. */
static bool is_special(const struct ss_posix_fs *dir, ss_span path)
{
    struct stat st;
    bool special;
    int fd;

    if (ss_posix_open(dir->root, path, O_PATH, 0, &fd) != SS_FX_OK)
        return false;
    special = fstat(fd, &st) != 0 || !S_ISREG(st.st_mode);
    (void)close(fd);
    return special;
}

static enum ss_fx open_regular(const struct ss_posix_fs *dir, ss_span path, int flags,
                               uint32_t mode, int *out_fd)
{
    struct stat st;
    enum ss_fx status;
    int fd;

    if (is_special(dir, path))
        return SS_FX_FAILURE;
    status = ss_posix_open(dir->root, path, flags, mode, &fd);
    if (status != SS_FX_OK)
        return status;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        (void)close(fd);
        return SS_FX_FAILURE;
    }
    *out_fd = fd;
    return SS_FX_OK;
}

enum ss_fx ss_posix_file_open(struct ss_fs *fs, ss_span path, uint32_t pflags,
                              const struct ss_attrs *attrs, void **out_file)
{
    struct ss_posix_fs *dir = ss_posix_of(fs);
    struct ss_posix_thing thing = {.pflags = pflags};
    uint32_t mode = (pflags & SS_FXF_CREAT) != 0 ? ss_posix_mode(attrs, 0666) : 0;
    enum ss_fx status = open_regular(dir, path, open_flags(pflags), mode, &thing.fd);

    if (status != SS_FX_OK)
        return status;
    if ((pflags & SS_FXF_TRUNC) != 0 && ftruncate(thing.fd, 0) != 0)
        status = ss_posix_name_status(errno);
    if (status == SS_FX_OK)
        status = ss_posix_hold(dir, thing, out_file);
    if (status != SS_FX_OK)
        (void)close(thing.fd);
    return status;
}

enum ss_fx ss_posix_file_close(struct ss_fs *fs, void *file)
{
    struct ss_posix_thing *thing = file;
    int result = thing->dir != NULL ? closedir(thing->dir) : close(thing->fd);

    ss_free(ss_posix_of(fs)->env, thing, sizeof *thing);
    return result == 0 ? SS_FX_OK : SS_FX_FAILURE;
}

enum ss_fx ss_posix_file_pread(struct ss_fs *fs, void *file, uint64_t offset, uint8_t *out,
                               size_t size, size_t *out_got)
{
    const struct ss_posix_thing *thing = file;
    size_t got = 0;

    (void)fs;
    if ((thing->pflags & SS_FXF_READ) == 0)
        return SS_FX_PERMISSION_DENIED;
    if (offset > (uint64_t)INT64_MAX - size)
        return SS_FX_EOF;
    while (got < size) {
        ssize_t n = pread(thing->fd, out + got, size - got, (off_t)(offset + got));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return SS_FX_FAILURE;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    if (got == 0)
        return SS_FX_EOF;
    *out_got = got;
    return SS_FX_OK;
}

/* Linux appends with pwrite to a file that was opened with O_APPEND, whatever the offset. */
enum ss_fx ss_posix_file_pwrite(struct ss_fs *fs, void *file, uint64_t offset, ss_span data)
{
    const struct ss_posix_thing *thing = file;

    (void)fs;
    if ((thing->pflags & SS_FXF_WRITE) == 0)
        return SS_FX_PERMISSION_DENIED;
    if ((thing->pflags & SS_FXF_APPEND) != 0)
        offset = 0;
    if (offset > (uint64_t)INT64_MAX - data.size)
        return SS_FX_FAILURE;
    while (data.size > 0) {
        ssize_t n = pwrite(thing->fd, data.data, data.size, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return SS_FX_FAILURE;
        offset += (uint64_t)n;
        data = ss_span_part(data, (size_t)n, SIZE_MAX);
    }
    return SS_FX_OK;
}

enum ss_fx ss_posix_file_fsync(struct ss_fs *fs, void *file)
{
    (void)fs;
    return fsync(((struct ss_posix_thing *)file)->fd) == 0 ? SS_FX_OK : SS_FX_FAILURE;
}

bool ss_posix_file_same(struct ss_fs *fs, const void *file, const void *other)
{
    struct stat a, b;

    (void)fs;
    /* When it cannot be told they count as one file: what asks refuses then. */
    if (fstat(((const struct ss_posix_thing *)file)->fd, &a) != 0 ||
        fstat(((const struct ss_posix_thing *)other)->fd, &b) != 0)
        return true;
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* ---- attributes ---- */

static enum ss_fx attrs_of(int fd, struct ss_attrs *out_attrs)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return SS_FX_FAILURE;
    ss_posix_attrs(&st, out_attrs);
    return SS_FX_OK;
}

enum ss_fx ss_posix_file_stat(struct ss_fs *fs, ss_span path, struct ss_attrs *out_attrs)
{
    enum ss_fx status;
    int fd;

    status = ss_posix_open(ss_posix_of(fs)->root, path, O_PATH, 0, &fd);
    if (status != SS_FX_OK)
        return status;
    status = attrs_of(fd, out_attrs);
    (void)close(fd);
    return status;
}

enum ss_fx ss_posix_file_lstat(struct ss_fs *fs, ss_span path, struct ss_attrs *out_attrs)
{
    struct ss_posix_name at;
    struct stat st;
    enum ss_fx status;

    if (!ss_path_is_name(ss_path_split(path).name))
        return ss_posix_file_stat(fs, path, out_attrs);
    status = ss_posix_name(ss_posix_of(fs)->root, path, &at);
    if (status != SS_FX_OK)
        return status;
    status = ss_posix_done(at.dir, fstatat(at.dir, at.name, &st, AT_SYMLINK_NOFOLLOW));
    if (status == SS_FX_OK)
        ss_posix_attrs(&st, out_attrs);
    return status;
}

enum ss_fx ss_posix_file_fstat(struct ss_fs *fs, void *file, struct ss_attrs *out_attrs)
{
    (void)fs;
    return attrs_of(((struct ss_posix_thing *)file)->fd, out_attrs);
}

static enum ss_fx set_size(const struct ss_posix_fs *dir, ss_span path, uint64_t size)
{
    enum ss_fx status;
    int fd;

    if (size > INT64_MAX)
        return SS_FX_FAILURE;
    status = open_regular(dir, path, O_WRONLY | O_NONBLOCK | O_NOCTTY, 0, &fd);
    return status == SS_FX_OK ? ss_posix_done(fd, ftruncate(fd, (off_t)size)) : status;
}

/* All but the size. fd may be an O_PATH descriptor, of a link too. */
static enum ss_fx set_rest(int fd, const struct ss_attrs *attrs)
{
    struct timespec times[2] = {{.tv_sec = attrs->atime}, {.tv_sec = attrs->mtime}};
    struct stat st;
    enum ss_fx status = SS_FX_OK;

    if (fstat(fd, &st) != 0)
        return SS_FX_FAILURE;
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode))
        return SS_FX_FAILURE;
    if ((attrs->flags & SS_ATTR_PERMISSIONS) != 0)
        status = S_ISLNK(st.st_mode) ? SS_FX_FAILURE : ss_posix_chmod(fd, ss_posix_mode(attrs, 0));
    if (status == SS_FX_OK && (attrs->flags & SS_ATTR_UIDGID) != 0 &&
        fchownat(fd, "", attrs->uid, attrs->gid, AT_EMPTY_PATH) != 0)
        status = ss_posix_name_status(errno);
    if (status == SS_FX_OK && (attrs->flags & SS_ATTR_ACMODTIME) != 0 &&
        utimensat(fd, "", times, AT_EMPTY_PATH) != 0)
        status = ss_posix_name_status(errno);
    return status;
}

static enum ss_fx set_at(const struct ss_posix_fs *dir, ss_span path, int flags,
                         const struct ss_attrs *attrs)
{
    enum ss_fx status;
    int fd;

    status = ss_posix_open(dir->root, path, O_PATH | flags, 0, &fd);
    if (status != SS_FX_OK)
        return status;
    if ((attrs->flags & SS_ATTR_SIZE) != 0)
        status = set_size(dir, path, attrs->size);
    if (status == SS_FX_OK)
        status = set_rest(fd, attrs);
    (void)close(fd);
    return status;
}

enum ss_fx ss_posix_file_setstat(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs)
{
    return set_at(ss_posix_of(fs), path, 0, attrs);
}

/* The server lets no size come this far for links; a size would be that of the target. */
enum ss_fx ss_posix_file_lsetstat(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs)
{
    struct ss_path parts = ss_path_split(path);

    if ((attrs->flags & SS_ATTR_SIZE) != 0)
        return SS_FX_FAILURE;
    path.size = parts.parent.size + parts.name.size; /* a slash behind a name would follow it */
    return set_at(ss_posix_of(fs), path, O_NOFOLLOW, attrs);
}

enum ss_fx ss_posix_file_fsetstat(struct ss_fs *fs, void *file, const struct ss_attrs *attrs)
{
    const struct ss_posix_thing *thing = file;

    (void)fs;
    if ((attrs->flags & SS_ATTR_SIZE) != 0) {
        if ((thing->pflags & SS_FXF_WRITE) == 0)
            return SS_FX_PERMISSION_DENIED;
        if (attrs->size > INT64_MAX || ftruncate(thing->fd, (off_t)attrs->size) != 0)
            return SS_FX_FAILURE;
    }
    return set_rest(thing->fd, attrs);
}
