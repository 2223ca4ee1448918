/* SPDX-License-Identifier: Apache-2.0 */
/* posix_fs.c - a directory of the host as a file system that cannot be left.
 *
 * Owns: the root; what the calls that act on names and directories do with descriptors.
 * Not here: open files and attributes (posix_file.c), how a path becomes a descriptor
 *   (posix_path.c).
 * Called by: the SFTP server, through the table of fs.h.
 * Follows: fs.h.
 *
 * Calls that follow links open what the path leads to and act on the descriptor; calls that act
 * on a name act on one name beside the descriptor of its directory, never following it. */
#include "sshspec/posix_fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "posix_path.h"
#include "posix_thing.h"

/* ---- directories ---- */

static enum ss_fx posix_opendir(struct ss_fs *fs, ss_span path, void **out_dir)
{
    struct ss_posix_fs *dir = ss_posix_of(fs);
    struct ss_posix_thing thing = {.pflags = SS_FXF_READ};
    enum ss_fx status =
        ss_posix_open(dir->root, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0, &thing.fd);

    if (status != SS_FX_OK)
        return status;
    thing.dir = fdopendir(thing.fd);
    if (thing.dir == NULL) {
        (void)close(thing.fd);
        return SS_FX_FAILURE;
    }
    status = ss_posix_hold(dir, thing, out_dir);
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
    const struct ss_posix_thing *thing = dir;

    for (;;) {
        const struct dirent *entry;
        struct stat st;

        errno = 0;
        entry = readdir(thing->dir);
        if (entry == NULL)
            return errno == 0 ? SS_FX_EOF : SS_FX_FAILURE;
        if (entry_stat(ss_posix_of(fs), thing->fd, entry->d_name, &st) != 0)
            continue; /* gone since */
        out_entry->name = ss_span_of(entry->d_name);
        out_entry->links = (uint32_t)st.st_nlink;
        ss_posix_attrs(&st, &out_entry->attrs);
        return SS_FX_OK;
    }
}

static enum ss_fx posix_mkdir(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs)
{
    struct ss_posix_name at;
    enum ss_fx status = ss_posix_name(ss_posix_of(fs)->root, path, &at);

    if (status != SS_FX_OK)
        return status;
    return ss_posix_done(at.dir, mkdirat(at.dir, at.name, (mode_t)ss_posix_mode(attrs, 0777)));
}

/* ---- names ---- */

static enum ss_fx unlink_name(struct ss_fs *fs, ss_span path, int flags)
{
    struct ss_posix_name at;
    enum ss_fx status = ss_posix_name(ss_posix_of(fs)->root, path, &at);

    return status == SS_FX_OK ? ss_posix_done(at.dir, unlinkat(at.dir, at.name, flags)) : status;
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
    enum ss_fx status = ss_posix_name(ss_posix_of(fs)->root, old_path, from);

    if (status != SS_FX_OK)
        return status;
    status = ss_posix_name(ss_posix_of(fs)->root, new_path, to);
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
    status = ss_posix_done(from.dir, renameat2(from.dir, from.name, to.dir, to.name, flags));
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
    enum ss_fx status = ss_posix_name(ss_posix_of(fs)->root, old_path, &from);

    if (status != SS_FX_OK)
        return status;
    /* The old name comes first: its absence is told before anything about the new one. */
    if (fstatat(from.dir, from.name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return ss_posix_done(from.dir, -1);
    status = ss_posix_name(ss_posix_of(fs)->root, new_path, &to);
    if (status != SS_FX_OK) {
        (void)close(from.dir);
        return status;
    }
    status = ss_posix_done(from.dir, linkat(from.dir, from.name, to.dir, to.name, 0));
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
    status = ss_posix_name(ss_posix_of(fs)->root, link_path, &at);
    return status == SS_FX_OK ? ss_posix_done(at.dir, symlinkat(text, at.dir, at.name)) : status;
}

static enum ss_fx posix_readlink(struct ss_fs *fs, ss_span path, struct ss_buf *out)
{
    char text[SS_PATH_MOST + 1];
    struct ss_posix_name at;
    ssize_t size;
    enum ss_fx status = ss_posix_name(ss_posix_of(fs)->root, path, &at);

    if (status != SS_FX_OK)
        return status;
    size = readlinkat(at.dir, at.name, text, sizeof text);
    status = ss_posix_done(at.dir, size < 0 ? -1 : 0);
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
    const struct ss_posix_fs *dir = ss_posix_of(fs);
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

    status = ss_posix_open(ss_posix_of(fs)->root, path, O_PATH, 0, &fd);
    if (status != SS_FX_OK)
        return status;
    status = space_of(fd, out_space);
    (void)close(fd);
    return status;
}

static enum ss_fx posix_fstatvfs(struct ss_fs *fs, void *file, struct ss_fs_space *out_space)
{
    (void)fs;
    return space_of(((struct ss_posix_thing *)file)->fd, out_space);
}

/* ---- the root ---- */

static const struct ss_fs_ops posix_ops = {
    .open = ss_posix_file_open,
    .close = ss_posix_file_close,
    .pread = ss_posix_file_pread,
    .pwrite = ss_posix_file_pwrite,
    .stat = ss_posix_file_stat,
    .lstat = ss_posix_file_lstat,
    .fstat = ss_posix_file_fstat,
    .setstat = ss_posix_file_setstat,
    .lsetstat = ss_posix_file_lsetstat,
    .fsetstat = ss_posix_file_fsetstat,
    .opendir = posix_opendir,
    .readdir = posix_readdir,
    .closedir = ss_posix_file_close,
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
    .fsync = ss_posix_file_fsync,
    .same = ss_posix_file_same,
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
