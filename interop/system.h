/* SPDX-License-Identifier: Apache-2.0 */
/* system.h - files, folders and paths, for the programs around the library.
 *
 * Concept: paths are zero-terminated; where a call fails with SS_E_io, errno says why. Memory and
 *   the clock are those of net.h.
 *
 *   call                  does
 *   system_read_file      appends a file to a buffer, up to the buffer's ceiling
 *   system_write_file     a whole file with its mode, replaced in one step
 *   system_make_folder    mkdir with its mode; an existing one is SS_E_exists
 *   system_remove_tree    a folder and everything below it, never through a link
 *   system_self           absolute path of the running program
 *   system_find_data      a folder that is shipped with the program: `interop`, `scenarios`
 *
 * Owns: nothing. */
#ifndef SSHSPEC_INTEROP_SYSTEM_H
#define SSHSPEC_INTEROP_SYSTEM_H

#include "sshspec/net.h"

#include <sys/types.h>

#define SYSTEM_PATH_MAX 4096

SS_MUST_USE ss_err system_read_file(const char *path, struct ss_buf *out);
/* From offset on; reads at most limit bytes. A link is refused: for files that a peer could make.
 */
SS_MUST_USE ss_err system_read_part(const char *path, size_t offset, size_t limit,
                                    struct ss_buf *out);
SS_MUST_USE ss_err system_write_file(const char *path, ss_span bytes, mode_t mode);
SS_MUST_USE ss_err system_make_folder(const char *path, mode_t mode);
void system_remove_tree(const char *path);
/* "folder/name" into out; SS_E_ceiling when it does not fit. */
SS_MUST_USE ss_err system_join(char out[SYSTEM_PATH_MAX], const char *folder, const char *name);
SS_MUST_USE ss_err system_self(char out[SYSTEM_PATH_MAX]);
/* Tried in order: the environment variable, beside the program's own tree, where it is installed,
 * the present folder. SS_E_not_found. */
SS_MUST_USE ss_err system_find_data(const char *name, const char *variable,
                                    char out[SYSTEM_PATH_MAX]);

#endif
