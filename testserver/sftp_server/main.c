/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - sshspec-sftp-server: one directory served by SFTP over standard input and output.
 *
 * Owns: the two descriptors, and the loop between them.
 * Not here: the protocol (lib/sftp), the directory (lib/net/posix_fs.c).
 * Called by: sshd as a subsystem, sftp -D, or any server that can run a program on a channel.
 * Follows: draft-ietf-secsh-filexfer-02 section 3.
 *
 * Exit status: 0 when the client closed its side between two requests, 1 when the session broke,
 * 2 for a wrong command line, 3 when the directory cannot be served. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "sshspec/net.h"
#include "sshspec/posix_fs.h"
#include "sshspec/sftp.h"

enum { READ_SIZE = 64 << 10, FLUSH_AT = 256 << 10, OUT_MOST = 4 << 20 };
enum { EXIT_BROKEN = 1, EXIT_USAGE = 2, EXIT_ROOT = 3 };

static const char usage[] =
    "usage: sshspec-sftp-server [--root DIR] [--writable]\n"
    "\n"
    "Serves one directory by SFTP version 3 over standard input and output. Paths are kept\n"
    "inside the directory by the kernel.\n"
    "\n"
    "  --root DIR   the directory; the working directory when not given\n"
    "  --writable   let the client change it; otherwise it can only be read\n"
    "  --version    print the version\n"
    "\n"
    "example: sftp -D 'sshspec-sftp-server --root /srv/files'\n";

struct settings {
    const char *root;
    bool writable;
};

struct session {
    struct ss_sftp_frames frames;
    struct ss_sftp_server server;
    struct ss_buf out;
};

/* False: stop with *out_exit. */
static bool parse(int argc, char **argv, struct settings *out, int *out_exit)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--root") == 0 && i + 1 < argc) {
            out->root = argv[++i];
        } else if (strcmp(argv[i], "--writable") == 0) {
            out->writable = true;
        } else if (strcmp(argv[i], "--help") == 0) {
            (void)fputs(usage, stdout);
            *out_exit = 0;
            return false;
        } else if (strcmp(argv[i], "--version") == 0) {
            (void)puts("sshspec-sftp-server " SSHSPEC_VERSION);
            *out_exit = 0;
            return false;
        } else {
            (void)fprintf(stderr, "sshspec-sftp-server: cannot use '%s'\n%s", argv[i], usage);
            *out_exit = EXIT_USAGE;
            return false;
        }
    }
    return true;
}

static ss_err flush(struct ss_buf *out)
{
    while (ss_buf_size(out) > 0) {
        ssize_t n = write(STDOUT_FILENO, ss_buf_at(out), ss_buf_size(out));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return SS_E_io;
        ss_buf_consume(out, (size_t)n);
    }
    return SS_OK;
}

/* Answers what has come in whole. */
static ss_err answer(struct session *s)
{
    ss_span payload;
    ss_err err;

    ss_sftp_server_now(&s->server, (uint32_t)time(NULL));
    while ((err = ss_sftp_frames_next(&s->frames, &payload)) == SS_OK) {
        SS_TRY(ss_sftp_server_take(&s->server, payload, &s->out));
        if (ss_buf_size(&s->out) >= FLUSH_AT)
            SS_TRY(flush(&s->out));
    }
    return err == SS_E_more_input ? SS_OK : err;
}

/* What was answered before an error is sent all the same. */
static ss_err serve(struct session *s)
{
    static uint8_t bytes[READ_SIZE];

    for (;;) {
        ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
        ss_err err, flushed;

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return SS_E_io;
        if (n == 0)
            return ss_sftp_frames_end(&s->frames);
        SS_TRY(ss_sftp_frames_feed(&s->frames, ss_span_make(bytes, (size_t)n)));
        err = answer(s);
        flushed = flush(&s->out);
        if (err != SS_OK || flushed != SS_OK)
            return err != SS_OK ? err : flushed;
    }
}

static int run(const struct settings *settings, struct ss_fs *fs)
{
    struct ss_sftp_server_options options = {.read_only = !settings->writable};
    const struct ss_env *env = ss_system_env();
    struct session s;
    ss_err err;

    ss_sftp_frames_init(&s.frames, env, 0);
    ss_buf_init(&s.out, env, OUT_MOST);
    err = ss_sftp_server_init(&s.server, env, fs, &options);
    if (err == SS_OK)
        err = serve(&s);
    ss_sftp_server_fini(&s.server);
    ss_buf_fini(&s.out);
    ss_sftp_frames_fini(&s.frames);
    if (err != SS_OK)
        (void)fprintf(stderr, "sshspec-sftp-server: %s\n", ss_err_text(err));
    return err == SS_OK ? 0 : EXIT_BROKEN;
}

int main(int argc, char **argv)
{
    struct settings settings = {.root = "."};
    struct ss_posix_fs *dir = NULL;
    int status = 0;
    ss_err err;

    if (!parse(argc, argv, &settings, &status))
        return status;
    (void)signal(SIGPIPE, SIG_IGN);
    err = ss_posix_fs_new(ss_system_env(), settings.root, &dir);
    if (err != SS_OK) {
        (void)fprintf(stderr, "sshspec-sftp-server: %s: %s\n", settings.root, ss_err_text(err));
        return EXIT_ROOT;
    }
    status = run(&settings, ss_posix_fs_fs(dir));
    ss_posix_fs_free(&dir);
    return status;
}
