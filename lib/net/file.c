/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - whole small files: keys, passwords, known hosts.
 *
 * Owns: nothing between calls.
 * Not here: files that are served or transferred.
 * Called by: client, programs.
 * Follows: open(2), rename(2). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/why.h"

enum { PIECE = 16384 };

static ss_err refuse(struct ss_buf *why, const char *path, int code)
{
    ss_why(why, "%s: %s\n", path, ss_why_text(code));
    if (code == ENOENT || code == ENOTDIR)
        return SS_E_not_found;
    return code == EEXIST ? SS_E_exists : SS_E_io;
}

/* Reads to the end of what may be a pipe; a size told beforehand would be no promise. */
static ss_err read_all(int fd, size_t most, struct ss_buf *out, int *out_code)
{
    size_t total = 0;

    for (;;) {
        uint8_t *to;
        ssize_t got;

        SS_TRY(ss_buf_extend(out, PIECE, &to));
        do {
            got = read(fd, to, PIECE);
        } while (got < 0 && errno == EINTR);
        ss_buf_truncate(out, ss_buf_size(out) - PIECE + (got > 0 ? (size_t)got : 0));
        if (got < 0) {
            *out_code = errno;
            return SS_E_io;
        }
        if (got == 0)
            return SS_OK;
        total += (size_t)got;
        if (total > most)
            return SS_E_ceiling;
    }
}

ss_err ss_file_read(const char *path, size_t most, struct ss_buf *out, struct ss_buf *why)
{
    size_t before = ss_buf_size(out);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int code = 0;
    ss_err err;

    if (fd < 0)
        return refuse(why, path, errno);
    err = read_all(fd, most, out, &code);
    ss_net_close(&fd);
    if (err == SS_OK)
        return SS_OK;
    ss_buf_truncate(out, before);
    if (code != 0)
        return refuse(why, path, code);
    if (err == SS_E_ceiling)
        ss_why(why, "%s: larger than %zu bytes\n", path, most);
    return err;
}

/* 0, or an errno. */
static int write_all(int fd, ss_span bytes)
{
    while (bytes.size > 0) {
        ssize_t n = write(fd, bytes.data, bytes.size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        bytes = ss_span_part(bytes, (size_t)n, bytes.size);
    }
    return 0;
}

static int create(const char *path, ss_span bytes, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    int code;

    if (fd < 0)
        return errno;
    code = write_all(fd, bytes);
    if (code == 0 && fsync(fd) != 0 && errno != EINVAL)
        code = errno;
    if (close(fd) != 0 && code == 0)
        code = errno;
    if (code != 0)
        (void)unlink(path);
    return code;
}

ss_err ss_file_write(const char *path, ss_span bytes, enum ss_file_how how, bool secret,
                     struct ss_buf *why)
{
    mode_t mode = secret ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
    char beside[4096];
    uint8_t tag[6];
    int code, n;

    if (how == SS_FILE_NEW) {
        code = create(path, bytes, mode);
        return code != 0 ? refuse(why, path, code) : SS_OK;
    }
    SS_TRY(ss_random(ss_system_env(), tag, sizeof tag));
    n = snprintf(beside, sizeof beside, "%s.%02x%02x%02x%02x%02x%02x", path, tag[0], tag[1], tag[2],
                 tag[3], tag[4], tag[5]);
    if (n < 0 || (size_t)n >= sizeof beside)
        return refuse(why, path, ENAMETOOLONG);
    code = create(beside, bytes, mode);
    if (code == 0 && rename(beside, path) != 0) {
        code = errno;
        (void)unlink(beside);
    }
    return code != 0 ? refuse(why, path, code) : SS_OK;
}
