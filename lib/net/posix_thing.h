/* SPDX-License-Identifier: Apache-2.0 */
/* posix_thing.h - what the two halves of a host directory share: names, and open files.
 *
 * Owns: the struct of the directory and of what is open in it.
 * Not here: the public face (sshspec/posix_fs.h), paths (posix_path.h).
 * Called by: posix_fs.c and posix_file.c. */
#ifndef SSHSPEC_NET_POSIX_THING_H
#define SSHSPEC_NET_POSIX_THING_H

#include <dirent.h>
#include <sys/stat.h>

#include "sshspec/posix_fs.h"

enum { SS_POSIX_MODE = 01777 }; /* setuid and setgid are not a peer's to give */

struct ss_posix_fs {
    struct ss_fs fs;
    const struct ss_env *env;
    int root;
    dev_t root_dev;
    ino_t root_ino;
};

struct ss_posix_thing {
    int fd;
    DIR *dir; /* directories; it owns fd */
    uint32_t pflags;
};

static inline struct ss_posix_fs *ss_posix_of(struct ss_fs *fs)
{
    return SS_CONTAINER_OF(fs, struct ss_posix_fs, fs);
}

/* The status of a call on a name; fd is closed in any case. */
enum ss_fx ss_posix_done(int fd, int result);
void ss_posix_attrs(const struct stat *st, struct ss_attrs *out);
uint32_t ss_posix_mode(const struct ss_attrs *attrs, uint32_t otherwise);
/* Makes a handle of it. */
enum ss_fx ss_posix_hold(struct ss_posix_fs *dir, struct ss_posix_thing thing, void **out);

/* The calls of fs.h that open, and that go by an open file or by attributes. */
enum ss_fx ss_posix_file_open(struct ss_fs *fs, ss_span path, uint32_t pflags,
                              const struct ss_attrs *attrs, void **out_file);
enum ss_fx ss_posix_file_close(struct ss_fs *fs, void *file);
enum ss_fx ss_posix_file_pread(struct ss_fs *fs, void *file, uint64_t offset, uint8_t *out,
                               size_t size, size_t *out_got);
enum ss_fx ss_posix_file_pwrite(struct ss_fs *fs, void *file, uint64_t offset, ss_span data);
enum ss_fx ss_posix_file_fsync(struct ss_fs *fs, void *file);
bool ss_posix_file_same(struct ss_fs *fs, const void *file, const void *other);
enum ss_fx ss_posix_file_stat(struct ss_fs *fs, ss_span path, struct ss_attrs *out_attrs);
enum ss_fx ss_posix_file_lstat(struct ss_fs *fs, ss_span path, struct ss_attrs *out_attrs);
enum ss_fx ss_posix_file_fstat(struct ss_fs *fs, void *file, struct ss_attrs *out_attrs);
enum ss_fx ss_posix_file_setstat(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs);
enum ss_fx ss_posix_file_lsetstat(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs);
enum ss_fx ss_posix_file_fsetstat(struct ss_fs *fs, void *file, const struct ss_attrs *attrs);

#endif
