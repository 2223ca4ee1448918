/* SPDX-License-Identifier: Apache-2.0 */
/* fs.h - what an SFTP server serves: a file system as a table of calls.
 *
 * Owns: the table, the status codes it answers with, and one file system of our own: a tree in
 *   memory.
 * Not here: the SFTP protocol (sftp.h), a directory of the host (posix_fs.h).
 * Called by: the SFTP server; scenarios fill a tree before a peer comes.
 * Follows: draft-ietf-secsh-filexfer-02 sections 5 to 7.
 *
 * | call             | does                                                            |
 * |------------------|-----------------------------------------------------------------|
 * | ss_mem_fs_new    | an empty tree with a root directory                             |
 * | ss_mem_fs_fs     | the tree as a file system                                       |
 * | ss_mem_fs_now    | the time that the next change carries                           |
 * | ss_fs_put_file   | a whole file at once, in any file system                        |
 * | ss_fs_get_file   | the bytes of a whole file                                       |
 * | ss_fx_text       | one sentence for a status code; it never names a path           |
 *
 * Paths. "/" is the root of what is served, and a path without a leading slash starts there too;
 * so does the empty path. A path that leaves the root is answered exactly like one that is not
 * there. Calls that act on a name (mkdir, rmdir, remove, rename, symlink, hardlink, readlink,
 * lstat, lsetstat) never follow a link in last place, and ignore slashes behind the name; calls
 * that act on what a name leads to (the others) follow links, and a slash behind the name asks
 * for a directory.
 *
 * Status. Calls answer with SFTP status codes: NO_SUCH_FILE when the way to the object does not
 * exist (a missing name, a file in place of a directory, a loop of links, an impossible name),
 * FAILURE when the object exists but not as the call needs it, PERMISSION_DENIED when it may not
 * be done. Outputs are written on OK only.
 *
 * Ownership. What open and opendir give is closed once by close and closedir. Spans given to a
 * call are borrowed for the call; the name of an entry is good until the next readdir. */
#ifndef SSHSPEC_FS_H
#define SSHSPEC_FS_H

#include "sshspec/buf.h"

/* SSH_FX_*: draft-ietf-secsh-filexfer-02 section 7. A client may meet any other number. */
enum ss_fx {
    SS_FX_OK = 0,
    SS_FX_EOF = 1,
    SS_FX_NO_SUCH_FILE = 2,
    SS_FX_PERMISSION_DENIED = 3,
    SS_FX_FAILURE = 4,
    SS_FX_BAD_MESSAGE = 5,
    SS_FX_NO_CONNECTION = 6,   /* said by a client to itself, never by a server */
    SS_FX_CONNECTION_LOST = 7, /* the same */
    SS_FX_OP_UNSUPPORTED = 8
};
/* Never null; static text without any path. */
const char *ss_fx_text(uint32_t code);

/* SSH_FXF_*: how a file is opened (section 6.3). */
enum ss_fxf {
    SS_FXF_READ = 0x01,
    SS_FXF_WRITE = 0x02,
    SS_FXF_APPEND = 0x04,
    SS_FXF_CREAT = 0x08,
    SS_FXF_TRUNC = 0x10,
    SS_FXF_EXCL = 0x20
};

/* SSH_FILEXFER_ATTR_*: which attributes are there (section 5). */
#define SS_ATTR_SIZE 0x1U
#define SS_ATTR_UIDGID 0x2U
#define SS_ATTR_PERMISSIONS 0x4U
#define SS_ATTR_ACMODTIME 0x8U
#define SS_ATTR_EXTENDED 0x80000000U

/* The type bits of permissions, as POSIX has them. */
enum ss_mode {
    SS_MODE_TYPE = 0170000,
    SS_MODE_LINK = 0120000,
    SS_MODE_REGULAR = 0100000,
    SS_MODE_DIRECTORY = 0040000
};

struct ss_attrs {
    uint32_t flags; /* bits of SS_ATTR_* */
    uint64_t size;
    uint32_t uid, gid;
    uint32_t permissions; /* type bits included when a file system tells them */
    uint32_t atime, mtime;
};

struct ss_fs_entry { /* one name of a directory, with the attributes lstat would give */
    ss_span name;
    struct ss_attrs attrs;
    uint32_t links; /* 0: not known */
};

struct ss_fs_space { /* the eleven numbers of statvfs@openssh.com, in their order */
    uint64_t block_size, fragment_size, blocks, blocks_free, blocks_available;
    uint64_t files, files_free, files_available, fsid, flags, name_most;
};

struct ss_fs_ops;
struct ss_fs { /* embed it; recover your object with SS_CONTAINER_OF */
    const struct ss_fs_ops *ops;
};

/* A call that is null is not supported; the server then does not announce what needs it. */
struct ss_fs_ops {
    /* pflags: READ or WRITE at least, EXCL only with CREAT, TRUNC only with WRITE. Only regular
     * files are opened. attrs: of a file that is made; only permissions count. */
    enum ss_fx (*open)(struct ss_fs *fs, ss_span path, uint32_t pflags,
                       const struct ss_attrs *attrs, void **out_file);
    enum ss_fx (*close)(struct ss_fs *fs, void *file);
    /* Reads as much as there is, up to size; EOF when there is nothing from offset on. */
    enum ss_fx (*pread)(struct ss_fs *fs, void *file, uint64_t offset, uint8_t *out, size_t size,
                        size_t *out_got);
    /* All of data, or a status. A file opened with APPEND ignores offset. */
    enum ss_fx (*pwrite)(struct ss_fs *fs, void *file, uint64_t offset, ss_span data);
    enum ss_fx (*stat)(struct ss_fs *fs, ss_span path, struct ss_attrs *out_attrs);
    enum ss_fx (*lstat)(struct ss_fs *fs, ss_span path, struct ss_attrs *out_attrs);
    enum ss_fx (*fstat)(struct ss_fs *fs, void *file, struct ss_attrs *out_attrs);
    enum ss_fx (*setstat)(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs);
    enum ss_fx (*lsetstat)(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs);
    enum ss_fx (*fsetstat)(struct ss_fs *fs, void *file, const struct ss_attrs *attrs);
    enum ss_fx (*opendir)(struct ss_fs *fs, ss_span path, void **out_dir);
    /* The next name, "." and ".." included; EOF behind the last. */
    enum ss_fx (*readdir)(struct ss_fs *fs, void *dir, struct ss_fs_entry *out_entry);
    enum ss_fx (*closedir)(struct ss_fs *fs, void *dir);
    enum ss_fx (*mkdir)(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs);
    enum ss_fx (*rmdir)(struct ss_fs *fs, ss_span path);
    enum ss_fx (*remove)(struct ss_fs *fs, ss_span path);
    /* Never replaces what has the new name. */
    enum ss_fx (*rename)(struct ss_fs *fs, ss_span old_path, ss_span new_path);
    /* Replaces it, as rename(2) does. */
    enum ss_fx (*posix_rename)(struct ss_fs *fs, ss_span old_path, ss_span new_path);
    /* Appends the target's text. */
    enum ss_fx (*readlink)(struct ss_fs *fs, ss_span path, struct ss_buf *out);
    enum ss_fx (*symlink)(struct ss_fs *fs, ss_span target, ss_span link_path);
    enum ss_fx (*hardlink)(struct ss_fs *fs, ss_span old_path, ss_span new_path);
    /* Appends the absolute path without links and dots; only the last name may be missing. */
    enum ss_fx (*realpath)(struct ss_fs *fs, ss_span path, struct ss_buf *out);
    enum ss_fx (*statvfs)(struct ss_fs *fs, ss_span path, struct ss_fs_space *out_space);
    enum ss_fx (*fstatvfs)(struct ss_fs *fs, void *file, struct ss_fs_space *out_space);
    enum ss_fx (*fsync)(struct ss_fs *fs, void *file);
    /* Do two open files have the same bytes, now and after every write? */
    bool (*same)(struct ss_fs *fs, const void *file, const void *other);
};

/* Creates or replaces a file with these bytes and permissions (0: the file system's default). */
SS_MUST_USE enum ss_fx ss_fs_put_file(struct ss_fs *fs, ss_span path, ss_span bytes,
                                      uint32_t permissions);
/* Appends a file's bytes; FAILURE when they do not fit under out's ceiling. */
SS_MUST_USE enum ss_fx ss_fs_get_file(struct ss_fs *fs, ss_span path, struct ss_buf *out);

/* ---- a tree in memory ---- */
enum ss_mem_order { SS_MEM_AS_MADE, SS_MEM_BY_NAME };
struct ss_mem_options {
    uint64_t bytes_most;     /* contents, names and nodes together; 0: 64 MiB */
    enum ss_mem_order order; /* of a directory's names behind "." and ".." */
    uint32_t uid, gid;       /* of what is made */
};
struct ss_mem_fs;

/* options may be null. No permission is checked in it: any call may do anything. Absolute links
 * start at its root. Nothing in it depends on anything but the calls made. */
SS_MUST_USE ss_err ss_mem_fs_new(const struct ss_env *env, const struct ss_mem_options *options,
                                 struct ss_mem_fs **out_mem);
/* Every file and directory must have been closed. */
void ss_mem_fs_free(struct ss_mem_fs **mem);
struct ss_fs *ss_mem_fs_fs(struct ss_mem_fs *mem);
/* Seconds since 1970 that changes carry from now on; 0 at first. */
void ss_mem_fs_now(struct ss_mem_fs *mem, uint32_t seconds);
/* Bytes counted against bytes_most. */
uint64_t ss_mem_fs_used(const struct ss_mem_fs *mem);

#endif
