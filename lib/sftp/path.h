/* SPDX-License-Identifier: Apache-2.0 */
/* path.h - a path taken apart; the one reading of paths that every file system shares.
 *
 * Owns: nothing; the parts point into the path.
 * Not here: what names mean (mem_fs.c, net/posix_fs.c).
 * Called by: the file systems and the server.
 * Follows: draft-ietf-secsh-filexfer-02 section 6.2. */
#ifndef SSHSPEC_SFTP_PATH_H
#define SSHSPEC_SFTP_PATH_H

#include "sshspec/span.h"

enum {
    SS_PATH_MOST = 4095, /* bytes of a path */
    SS_NAME_MOST = 255   /* bytes of one name in it */
};

struct ss_path {
    ss_span parent; /* what is before the last name, slashes included; may be empty */
    ss_span name;   /* the last name; empty when the path has none: "", "/", "//" */
    bool slash;     /* a slash follows the last name */
};

struct ss_path ss_path_split(ss_span path);
/* Takes the next name off rest; false when there is none. *out_last: no name follows. */
bool ss_path_next(ss_span *rest, ss_span *out_name, bool *out_last);
/* May it be the name of something new: not empty, not "." or "..", no slash, no zero byte? */
bool ss_path_is_name(ss_span name);
/* Is it short enough and without a zero byte? */
bool ss_path_usable(ss_span path);

#endif
