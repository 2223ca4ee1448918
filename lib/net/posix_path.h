/* SPDX-License-Identifier: Apache-2.0 */
/* posix_path.h - from a path that a peer chose to a descriptor beneath a root.
 *
 * Owns: the one way in which a peer's path reaches the kernel.
 * Not here: what is done with the descriptor (posix_fs.c).
 * Called by: posix_fs.c. */
#ifndef SSHSPEC_NET_POSIX_PATH_H
#define SSHSPEC_NET_POSIX_PATH_H

#include "sftp/path.h"
#include "sshspec/fs.h"

/* Opens path beneath root. flags as of open(2), O_CLOEXEC is added; the descriptor is the
 * caller's. */
enum ss_fx ss_posix_open(int root, ss_span path, int flags, uint32_t mode, int *out_fd);

/* The last name of a path and the directory that holds it. A path whose last name is none ("..",
 * "/") is a FAILURE once its directory was found. */
struct ss_posix_name {
    int dir; /* an O_PATH descriptor; the caller's when the call said OK */
    char name[SS_NAME_MOST + 1];
};
enum ss_fx ss_posix_name(int root, ss_span path, struct ss_posix_name *out);

/* The path a descriptor has now, as seen from root. It is not there when it does not lie beneath.
 */
enum ss_fx ss_posix_way(int root, int fd, struct ss_buf *out);

/* Changes the mode of what an O_PATH descriptor stands for. */
enum ss_fx ss_posix_chmod(int fd, uint32_t mode);

/* Can the kernel keep a path beneath root? */
bool ss_posix_holds(int root);

/* Statuses for errno: of resolving a path, and of acting on a name whose directory was found. */
enum ss_fx ss_posix_path_status(int error);
enum ss_fx ss_posix_name_status(int error);

#endif
