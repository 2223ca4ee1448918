/* SPDX-License-Identifier: Apache-2.0 */
/* keylog.c - the secrets of key exchanges as lines of a file.
 *
 * Owns: the form of a line, the mode of the file.
 * Not here: where the secrets come from (transport/newkeys.c), who may have them (trace.h).
 * Called by: capture.c.
 * Follows: Wireshark's preference ssh.keylog_file. Versions up to 4.0 read "COOKIE KEY" with the
 *   ephemeral private key of the side that sent the cookie; later ones "COOKIE TYPE KEY" too, and
 *   keep the last line that a cookie has. 4.0 passes over lines with a type. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/why.h"
#include "sshspec/capture.h"
#include "sshspec/text.h"

enum { LINES_MOST = 8192 };

/* 0, or an errno. */
static int make_private(int fd)
{
    struct stat info;

    if (fstat(fd, &info) != 0)
        return errno;
    if (!S_ISREG(info.st_mode) || (info.st_mode & (S_IRWXG | S_IRWXO)) == 0)
        return 0;
    return fchmod(fd, S_IRUSR | S_IWUSR) != 0 ? errno : 0;
}

ss_err ss_keylog_open(struct ss_keylog *keylog, const char *path, struct ss_buf *why)
{
    int code;

    keylog->code = 0;
    keylog->fd =
        open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, S_IRUSR | S_IWUSR);
    code = keylog->fd < 0 ? errno : make_private(keylog->fd);
    if (code == 0)
        return SS_OK;
    ss_net_close(&keylog->fd);
    ss_why(why, "key log %s: %s\n", path, ss_why_text(code));
    return SS_E_io;
}

static ss_err line(struct ss_buf *out, ss_span cookie, const char *type, ss_span key)
{
    SS_TRY(ss_hex_encode(out, cookie));
    SS_TRY(ss_buf_puts(out, type));
    SS_TRY(ss_hex_encode(out, key));
    return ss_buf_puts(out, "\n");
}

ss_err ss_keylog_format(struct ss_buf *out, const struct ss_trace_secret *secret)
{
    if (secret->private_key.size > 0)
        SS_TRY(line(out, secret->cookie, " ", secret->private_key));
    return line(out, secret->cookie, " SHARED_SECRET ", secret->shared);
}

ss_err ss_keylog_put(struct ss_keylog *keylog, const struct ss_env *env,
                     const struct ss_trace_secret *secret)
{
    struct ss_buf lines;
    ssize_t put = -1;
    ss_err err;

    if (keylog->code != 0)
        return SS_E_io;
    ss_buf_init(&lines, env, LINES_MOST);
    lines.secret = true;
    err = ss_keylog_format(&lines, secret);
    /* One write, so that lines of other processes come before or after. */
    while (err == SS_OK && put < 0) {
        put = write(keylog->fd, ss_buf_at(&lines), ss_buf_size(&lines));
        if (put >= 0 && (size_t)put < ss_buf_size(&lines))
            keylog->code = ENOSPC;
        else if (put < 0 && errno != EINTR)
            keylog->code = errno;
        if (keylog->code != 0)
            err = SS_E_io;
    }
    ss_buf_fini(&lines);
    return err;
}

void ss_keylog_close(struct ss_keylog *keylog)
{
    ss_net_close(&keylog->fd);
}
