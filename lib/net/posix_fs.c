/* SPDX-License-Identifier: Apache-2.0 */
/* posix_fs.c - a directory of the host as a file system that cannot be left.
 *
 * Owns: what each call of fs.h does with descriptors.
 * Not here: how a path becomes a descriptor (posix_path.c).
 * Called by: the SFTP server, through the table of fs.h.
 * Follows: fs.h.
 *
 * Calls that follow links open what the path leads to and act on the descriptor; calls that act
 * on a name act on one name beside the descriptor of its directory, never following it. */
#include "sshspec/posix_fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "posix_path.h"

enum { MODE = 01777 }; /* setuid and setgid are not a peer's to give */

struct ss_posix_fs {
    struct ss_fs fs;
    const struct ss_env *env;
    int root;
    dev_t root_dev;
    ino_t root_ino;
};

struct open_thing {
    int fd;
    DIR *dir; /* directories; it owns fd */
    uint32_t pflags;
};

static struct ss_posix_fs *of(struct ss_fs *fs)
{
    return SS_CONTAINER_OF(fs, struct ss_posix_fs, fs);
}

/* The status of a call on a name; fd is closed in any case. */
static enum ss_fx done(int fd, int result)
{
    enum ss_fx status = result == 0 ? SS_FX_OK : ss_posix_name_status(errno);

    (void)close(fd);
    return status;
}

static void to_attrs(const struct stat *st, struct ss_attrs *out)
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

static uint32_t mode_of(const struct ss_attrs *attrs, uint32_t otherwise)
{
    return ((attrs->flags & SS_ATTR_PERMISSIONS) != 0 ? attrs->permissions : otherwise) & MODE;
}

/* ---- open files ---- */

static enum ss_fx hold(struct ss_posix_fs *dir, struct open_thing thing, void **out)
{
    struct open_thing *held = ss_alloc(dir->env, sizeof *held);

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

static enum ss_fx posix_open(struct ss_fs *fs, ss_span path, uint32_t pflags,
                             const struct ss_attrs *attrs, void **out_file)
{
    struct ss_posix_fs *dir = of(fs);
    struct open_thing thing = {.pflags = pflags};
    uint32_t mode = (pflags & SS_FXF_CREAT) != 0 ? mode_of(attrs, 0666) : 0;
    enum ss_fx status = open_regular(dir, path, open_flags(pflags), mode, &thing.fd);

    if (status != SS_FX_OK)
        return status;
    if ((pflags & SS_FXF_TRUNC) != 0 && ftruncate(thing.fd, 0) != 0)
        status = ss_posix_name_status(errno);
    if (status == SS_FX_OK)
        status = hold(dir, thing, out_file);
    if (status != SS_FX_OK)
        (void)close(thing.fd);
    return status;
}

static enum ss_fx posix_close(struct ss_fs *fs, void *file)
{
    struct open_thing *thing = file;
    int result = thing->dir != NULL ? closedir(thing->dir) : close(thing->fd);

    ss_free(of(fs)->env, thing, sizeof *thing);
    return result == 0 ? SS_FX_OK : SS_FX_FAILURE;
}

static enum ss_fx posix_pread(struct ss_fs *fs, void *file, uint64_t offset, uint8_t *out,
                              size_t size, size_t *out_got)
{
    const struct open_thing *thing = file;
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
static enum ss_fx posix_pwrite(struct ss_fs *fs, void *file, uint64_t offset, ss_span data)
{
    const struct open_thing *thing = file;

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

static enum ss_fx posix_fsync(struct ss_fs *fs, void *file)
{
    (void)fs;
    return fsync(((struct open_thing *)file)->fd) == 0 ? SS_FX_OK : SS_FX_FAILURE;
}

static bool posix_same(struct ss_fs *fs, const void *file, const void *other)
{
    struct stat a, b;

    (void)fs;
    /* When it cannot be told they count as one file: what asks refuses then. */
    if (fstat(((const struct open_thing *)file)->fd, &a) != 0 ||
        fstat(((const struct open_thing *)other)->fd, &b) != 0)
        return true;
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* ---- attributes ---- */

static enum ss_fx attrs_of(int fd, struct ss_attrs *out_attrs)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return SS_FX_FAILURE;
    to_attrs(&st, out_attrs);
    return SS_FX_OK;
}

static enum ss_fx posix_stat(struct ss_fs *fs, ss_span path, struct ss_attrs *out_attrs)
{
    enum ss_fx status;
    int fd;

    status = ss_posix_open(of(fs)->root, path, O_PATH, 0, &fd);
    if (status != SS_FX_OK)
        return status;
    status = attrs_of(fd, out_attrs);
    (void)close(fd);
    return status;
}

static enum ss_fx posix_lstat(struct ss_fs *fs, ss_span path, struct ss_attrs *out_attrs)
{
    struct ss_posix_name at;
    struct stat st;
    enum ss_fx status;

    if (!ss_path_is_name(ss_path_split(path).name))
        return posix_stat(fs, path, out_attrs);
    status = ss_posix_name(of(fs)->root, path, &at);
    if (status != SS_FX_OK)
        return status;
    status = done(at.dir, fstatat(at.dir, at.name, &st, AT_SYMLINK_NOFOLLOW));
    if (status == SS_FX_OK)
        to_attrs(&st, out_attrs);
    return status;
}

static enum ss_fx posix_fstat(struct ss_fs *fs, void *file, struct ss_attrs *out_attrs)
{
    (void)fs;
    return attrs_of(((struct open_thing *)file)->fd, out_attrs);
}

static enum ss_fx set_size(const struct ss_posix_fs *dir, ss_span path, uint64_t size)
{
    enum ss_fx status;
    int fd;

    if (size > INT64_MAX)
        return SS_FX_FAILURE;
    status = open_regular(dir, path, O_WRONLY | O_NONBLOCK | O_NOCTTY, 0, &fd);
    return status == SS_FX_OK ? done(fd, ftruncate(fd, (off_t)size)) : status;
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
        status = S_ISLNK(st.st_mode) ? SS_FX_FAILURE : ss_posix_chmod(fd, mode_of(attrs, 0));
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

static enum ss_fx posix_setstat(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs)
{
    return set_at(of(fs), path, 0, attrs);
}

/* The server lets no size come this far for links; a size would be that of the target. */
static enum ss_fx posix_lsetstat(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs)
{
    struct ss_path parts = ss_path_split(path);

    if ((attrs->flags & SS_ATTR_SIZE) != 0)
        return SS_FX_FAILURE;
    path.size = parts.parent.size + parts.name.size; /* a slash behind a name would follow it */
    return set_at(of(fs), path, O_NOFOLLOW, attrs);
}

static enum ss_fx posix_fsetstat(struct ss_fs *fs, void *file, const struct ss_attrs *attrs)
{
    const struct open_thing *thing = file;

    (void)fs;
    if ((attrs->flags & SS_ATTR_SIZE) != 0) {
        if ((thing->pflags & SS_FXF_WRITE) == 0)
            return SS_FX_PERMISSION_DENIED;
        if (attrs->size > INT64_MAX || ftruncate(thing->fd, (off_t)attrs->size) != 0)
            return SS_FX_FAILURE;
    }
    return set_rest(thing->fd, attrs);
}

/* ---- directories ---- */

static enum ss_fx posix_opendir(struct ss_fs *fs, ss_span path, void **out_dir)
{
    struct ss_posix_fs *dir = of(fs);
    struct open_thing thing = {.pflags = SS_FXF_READ};
    enum ss_fx status =
        ss_posix_open(dir->root, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0, &thing.fd);

    if (status != SS_FX_OK)
        return status;
    thing.dir = fdopendir(thing.fd);
    if (thing.dir == NULL) {
        (void)close(thing.fd);
        return SS_FX_FAILURE;
    }
    status = hold(dir, thing, out_dir);
    if (status != SS_FX_OK)
        (void)closedir(thing.dir);
    return status;
}

/* The parent of the root is nobody's business: ".." there is the root itself. */
static int entry_stat(const struct ss_posix_fs *dir, int fd, const char *name, struct stat *st)
{
    if (name[0] == '.' && name[1] == '.' && name[2] == 0) {
        if (fstat(fd, st) != 0)
            return -1;
        if (st->st_dev == dir->root_dev && st->st_ino == dir->root_ino)
            return 0;
    }
    return fstatat(fd, name, st, AT_SYMLINK_NOFOLLOW);
}

static enum ss_fx posix_readdir(struct ss_fs *fs, void *dir, struct ss_fs_entry *out_entry)
{
    const struct open_thing *thing = dir;

    for (;;) {
        const struct dirent *entry;
        struct stat st;

        errno = 0;
        entry = readdir(thing->dir);
        if (entry == NULL)
            return errno == 0 ? SS_FX_EOF : SS_FX_FAILURE;
        if (entry_stat(of(fs), thing->fd, entry->d_name, &st) != 0)
            continue; /* gone since */
        out_entry->name = ss_span_of(entry->d_name);
        out_entry->links = (uint32_t)st.st_nlink;
        to_attrs(&st, &out_entry->attrs);
        return SS_FX_OK;
    }
}

static enum ss_fx posix_mkdir(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs)
{
    struct ss_posix_name at;
    enum ss_fx status = ss_posix_name(of(fs)->root, path, &at);

    if (status != SS_FX_OK)
        return status;
    return done(at.dir, mkdirat(at.dir, at.name, (mode_t)mode_of(attrs, 0777)));
}

/* ---- names ---- */

static enum ss_fx unlink_name(struct ss_fs *fs, ss_span path, int flags)
{
    struct ss_posix_name at;
    enum ss_fx status = ss_posix_name(of(fs)->root, path, &at);

    return status == SS_FX_OK ? done(at.dir, unlinkat(at.dir, at.name, flags)) : status;
}

static enum ss_fx posix_rmdir(struct ss_fs *fs, ss_span path)
{
    return unlink_name(fs, path, AT_REMOVEDIR);
}

static enum ss_fx posix_remove(struct ss_fs *fs, ss_span path)
{
    return unlink_name(fs, path, 0);
}

static enum ss_fx two_names(struct ss_fs *fs, ss_span old_path, ss_span new_path,
                            struct ss_posix_name *from, struct ss_posix_name *to)
{
    enum ss_fx status = ss_posix_name(of(fs)->root, old_path, from);

    if (status != SS_FX_OK)
        return status;
    status = ss_posix_name(of(fs)->root, new_path, to);
    if (status != SS_FX_OK)
        (void)close(from->dir);
    return status;
}

static enum ss_fx rename_with(struct ss_fs *fs, ss_span old_path, ss_span new_path, unsigned flags)
{
    struct ss_posix_name from, to;
    enum ss_fx status = two_names(fs, old_path, new_path, &from, &to);

    if (status != SS_FX_OK)
        return status;
    status = done(from.dir, renameat2(from.dir, from.name, to.dir, to.name, flags));
    (void)close(to.dir);
    return status;
}

/* rule: SFTP02-6.5-rename-existing-fails */
static enum ss_fx posix_rename(struct ss_fs *fs, ss_span old_path, ss_span new_path)
{
    return rename_with(fs, old_path, new_path, RENAME_NOREPLACE);
}

static enum ss_fx posix_posix_rename(struct ss_fs *fs, ss_span old_path, ss_span new_path)
{
    return rename_with(fs, old_path, new_path, 0);
}

static enum ss_fx posix_hardlink(struct ss_fs *fs, ss_span old_path, ss_span new_path)
{
    struct ss_posix_name from, to;
    struct stat st;
    enum ss_fx status = ss_posix_name(of(fs)->root, old_path, &from);

    if (status != SS_FX_OK)
        return status;
    /* The old name comes first: its absence is told before anything about the new one. */
    if (fstatat(from.dir, from.name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return done(from.dir, -1);
    status = ss_posix_name(of(fs)->root, new_path, &to);
    if (status != SS_FX_OK) {
        (void)close(from.dir);
        return status;
    }
    status = done(from.dir, linkat(from.dir, from.name, to.dir, to.name, 0));
    (void)close(to.dir);
    return status;
}

static enum ss_fx posix_symlink(struct ss_fs *fs, ss_span target, ss_span link_path)
{
    char text[SS_PATH_MOST + 1];
    struct ss_posix_name at;
    enum ss_fx status;

    if (target.size == 0 || !ss_path_usable(target))
        return SS_FX_NO_SUCH_FILE;
    memcpy(text, target.data, target.size);
    text[target.size] = 0;
    status = ss_posix_name(of(fs)->root, link_path, &at);
    return status == SS_FX_OK ? done(at.dir, symlinkat(text, at.dir, at.name)) : status;
}

static enum ss_fx posix_readlink(struct ss_fs *fs, ss_span path, struct ss_buf *out)
{
    char text[SS_PATH_MOST + 1];
    struct ss_posix_name at;
    ssize_t size;
    enum ss_fx status = ss_posix_name(of(fs)->root, path, &at);

    if (status != SS_FX_OK)
        return status;
    size = readlinkat(at.dir, at.name, text, sizeof text);
    status = done(at.dir, size < 0 ? -1 : 0);
    if (status != SS_FX_OK)
        return status;
    return ss_buf_put(out, ss_span_make(text, (size_t)size)) == SS_OK ? SS_FX_OK : SS_FX_FAILURE;
}

/* The way of the directory, and a name behind it that is not there. */
static enum ss_fx way_of_missing(const struct ss_posix_fs *dir, ss_span path, struct ss_buf *out)
{
    size_t before = ss_buf_size(out);
    struct ss_posix_name at;
    struct stat st;
    enum ss_fx status = ss_posix_name(dir->root, path, &at);

    if (status != SS_FX_OK)
        return SS_FX_NO_SUCH_FILE;
    if (fstatat(at.dir, at.name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        status = SS_FX_NO_SUCH_FILE; /* a link that leads nowhere, or out */
    if (status == SS_FX_OK)
        status = ss_posix_way(dir->root, at.dir, out);
    (void)close(at.dir);
    if (status != SS_FX_OK)
        return status;
    if ((ss_buf_size(out) - before > 1 && ss_buf_puts(out, "/") != SS_OK) ||
        ss_buf_puts(out, at.name) != SS_OK) {
        ss_buf_truncate(out, before);
        return SS_FX_FAILURE;
    }
    return SS_FX_OK;
}

static enum ss_fx posix_realpath(struct ss_fs *fs, ss_span path, struct ss_buf *out)
{
    const struct ss_posix_fs *dir = of(fs);
    enum ss_fx status;
    int fd;

    status = ss_posix_open(dir->root, path, O_PATH, 0, &fd);
    if (status == SS_FX_NO_SUCH_FILE)
        return way_of_missing(dir, path, out);
    if (status != SS_FX_OK)
        return status;
    status = ss_posix_way(dir->root, fd, out);
    (void)close(fd);
    return status;
}

/* ---- space ---- */

static enum ss_fx space_of(int fd, struct ss_fs_space *out)
{
    struct statvfs v;

    if (fstatvfs(fd, &v) != 0)
        return SS_FX_FAILURE;
    *out = (struct ss_fs_space){.block_size = v.f_bsize,
                                .fragment_size = v.f_frsize,
                                .blocks = v.f_blocks,
                                .blocks_free = v.f_bfree,
                                .blocks_available = v.f_bavail,
                                .files = v.f_files,
                                .files_free = v.f_ffree,
                                .files_available = v.f_favail,
                                .fsid = v.f_fsid,
                                .flags = v.f_flag & (ST_RDONLY | ST_NOSUID),
                                .name_most = v.f_namemax};
    return SS_FX_OK;
}

static enum ss_fx posix_statvfs(struct ss_fs *fs, ss_span path, struct ss_fs_space *out_space)
{
    enum ss_fx status;
    int fd;

    status = ss_posix_open(of(fs)->root, path, O_PATH, 0, &fd);
    if (status != SS_FX_OK)
        return status;
    status = space_of(fd, out_space);
    (void)close(fd);
    return status;
}

static enum ss_fx posix_fstatvfs(struct ss_fs *fs, void *file, struct ss_fs_space *out_space)
{
    (void)fs;
    return space_of(((struct open_thing *)file)->fd, out_space);
}

/* ---- the root ---- */

static const struct ss_fs_ops posix_ops = {
    .open = posix_open,
    .close = posix_close,
    .pread = posix_pread,
    .pwrite = posix_pwrite,
    .stat = posix_stat,
    .lstat = posix_lstat,
    .fstat = posix_fstat,
    .setstat = posix_setstat,
    .lsetstat = posix_lsetstat,
    .fsetstat = posix_fsetstat,
    .opendir = posix_opendir,
    .readdir = posix_readdir,
    .closedir = posix_close,
    .mkdir = posix_mkdir,
    .rmdir = posix_rmdir,
    .remove = posix_remove,
    .rename = posix_rename,
    .posix_rename = posix_posix_rename,
    .readlink = posix_readlink,
    .symlink = posix_symlink,
    .hardlink = posix_hardlink,
    .realpath = posix_realpath,
    .statvfs = posix_statvfs,
    .fstatvfs = posix_fstatvfs,
    .fsync = posix_fsync,
    .same = posix_same,
};

ss_err ss_posix_fs_new(const struct ss_env *env, const char *root, struct ss_posix_fs **out_dir)
{
    struct ss_posix_fs *dir;
    struct stat st;
    ss_err err = SS_OK;
    int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? SS_E_not_found : SS_E_io;
    if (!ss_posix_holds(fd))
        err = SS_E_unsupported;
    else if (fstat(fd, &st) != 0)
        err = SS_E_io;
    dir = err == SS_OK ? ss_alloc(env, sizeof *dir) : NULL;
    if (dir == NULL) {
        (void)close(fd);
        return err != SS_OK ? err : SS_E_no_memory;
    }
    dir->fs.ops = &posix_ops;
    dir->env = env;
    dir->root = fd;
    dir->root_dev = st.st_dev;
    dir->root_ino = st.st_ino;
    *out_dir = dir;
    return SS_OK;
}

void ss_posix_fs_free(struct ss_posix_fs **dir)
{
    if (*dir == NULL)
        return;
    (void)close((*dir)->root);
    ss_free((*dir)->env, *dir, sizeof **dir);
    *dir = NULL;
}

struct ss_fs *ss_posix_fs_fs(struct ss_posix_fs *dir)
{
    return &dir->fs;
}
