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
 * Example: FOLDER. An SFTP server for the client that speaks on standard input and output.
 *
 *     #include <unistd.h>
 *
 *     #include "sshspec/net.h"
 *     #include "sshspec/posix_fs.h"
 *     #include "sshspec/sftp.h"
 *
 *     static ss_err write_all(int fd, struct ss_buf *out)
 *     {
 *         while (ss_buf_size(out) > 0) {
 *             ssize_t n = write(fd, ss_buf_at(out), ss_buf_size(out));
 *
 *             if (n <= 0)
 *                 return SS_E_io;
 *             ss_buf_consume(out, (size_t)n);
 *         }
 *         return SS_OK;
 *     }
 *
 *     static ss_err serve(struct ss_sftp_server *server, struct ss_sftp_frames *frames,
 *                         struct ss_buf *out)
 *     {
 *         uint8_t bytes[32768];
 *         ss_span payload;
 *         ssize_t n;
 *
 *         while ((n = read(STDIN_FILENO, bytes, sizeof bytes)) > 0) {
 *             SS_TRY(ss_sftp_frames_feed(frames, ss_span_make(bytes, (size_t)n)));
 *             while (ss_sftp_frames_next(frames, &payload) == SS_OK) {
 *                 SS_TRY(ss_sftp_server_take(server, payload, out));
 *                 SS_TRY(write_all(STDOUT_FILENO, out));
 *             }
 *         }
 *         return ss_sftp_frames_end(frames);
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         const struct ss_env *env = ss_system_env();
 *         struct ss_sftp_server server = {0};
 *         struct ss_posix_fs *folder = NULL;
 *         struct ss_sftp_frames frames;
 *         struct ss_buf out;
 *         ss_err err = argc == 2 ? ss_posix_fs_new(env, argv[1], &folder) : SS_E_usage;
 *
 *         ss_sftp_frames_init(&frames, env, 0);
 *         ss_buf_init(&out, env, 1 << 20);
 *         if (err == SS_OK) {
 *             err = ss_sftp_server_init(&server, env, ss_posix_fs_fs(folder), NULL);
 *             if (err == SS_OK)
 *                 err = serve(&server, &frames, &out);
 *             ss_sftp_server_fini(&server);
 *         }
 *         ss_posix_fs_free(&folder);
 *         ss_sftp_frames_fini(&frames);
 *         ss_buf_fini(&out);
 *         return err == SS_OK ? 0 : 1;
 *     } */
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
