/* SPDX-License-Identifier: Apache-2.0 */
/* posix_fs.h - a directory of the host as a file system that cannot be left.
 *
 * Owns: the descriptor of the root directory, and what is open below it.
 * Not here: the calls themselves (fs.h), the protocol (sftp.h).
 * Called by: the sftp-server program, servers that were given a folder.
 * Follows: fs.h; openat2(2).
 *
 * | call               | does                                              |
 * |--------------------|---------------------------------------------------|
 * | ss_posix_fs_new    | opens the root; refuses where it could not be held |
 * | ss_posix_fs_fs     | the directory as a file system                    |
 *
 * Every path is resolved by the kernel beneath the root: "..", links that lead out, links swapped
 * while a path is being followed, and links of /proc end the same way as a missing file. Regular
 * files and directories are opened, nothing else is. Permissions that are set lose the bits for
 * setuid and setgid. Links may be made with any text; they are only followed inside.
 *
 *     struct ss_posix_fs *dir;
 *     if (ss_posix_fs_new(env, "/srv/files", &dir) == SS_OK)
 *         err = ss_sftp_server_init(&server, env, ss_posix_fs_fs(dir), NULL); */
#ifndef SSHSPEC_POSIX_FS_H
#define SSHSPEC_POSIX_FS_H

#include "sshspec/fs.h"

struct ss_posix_fs;

/* SS_E_not_found: no such directory; SS_E_unsupported: the kernel cannot keep a path beneath a
 * directory, and nothing else would do. */
SS_MUST_USE ss_err ss_posix_fs_new(const struct ss_env *env, const char *root,
                                   struct ss_posix_fs **out_dir);
/* Every file and directory must have been closed. */
void ss_posix_fs_free(struct ss_posix_fs **dir);
struct ss_fs *ss_posix_fs_fs(struct ss_posix_fs *dir);

#endif
