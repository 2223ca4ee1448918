/* SPDX-License-Identifier: Apache-2.0 */
/* run_capture.c - key log and captures of a run: where they go, and what is wrong with them.
 *
 * Owns: the names of captures.
 * Not here: writing them (lib/net/capture.c, in the workers).
 * Called by: run.c, run_tasks.c, run_output.c.
 * Follows: INTERFACE "The verbs". */
#include "testserver/runner/run_impl.h"

#include <errno.h>
#include <sys/stat.h>

#include "sshspec/capture.h"
#include "testserver/runner/worker.h"
#include "testserver/verbs.h"

#define NAME_CEILING 240 /* bytes of a file's name, some short of what file systems take */

int run_prepare_captures(struct run *run)
{
    const char *const keylog = run->options->keylog, *const folder = run->options->pcap;
    struct ss_keylog trial;
    struct stat info;

    if (keylog != NULL && ss_keylog_open(&trial, keylog, &run->why) != SS_OK)
        return run_wrong(run, EXIT_ENVIRONMENT, "the key log cannot be written");
    if (keylog != NULL)
        ss_keylog_close(&trial);
    if (folder == NULL)
        return -1;
    if (mkdir(folder, S_IRWXU) == 0 || (stat(folder, &info) == 0 && S_ISDIR(info.st_mode)))
        return -1;
    (void)!ss_buf_printf(&run->why, "--pcap %s: %s\n", folder,
                         errno != 0 ? strerror(errno) : "no folder");
    return run_wrong(run, EXIT_ENVIRONMENT, "the folder of --pcap cannot be used");
}

/* A name of one part, of bytes that no tool minds. */
static void tame(struct ss_buf *name, size_t from)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@";
    uint8_t *at = ss_buf_at(name);
    size_t i;

    for (i = from; i < ss_buf_size(name); i++) {
        if (memchr(plain, at[i], sizeof plain - 1) == NULL)
            at[i] = '-';
    }
    if (ss_buf_size(name) > from && at[from] == '.')
        at[from] = '-';
}

static ss_err put_path(struct run *run, const struct plan_job *job, uint32_t repeat,
                       struct ss_buf *out)
{
    size_t from;

    SS_TRY(ss_buf_printf(out, "%s/", run->options->pcap));
    from = ss_buf_size(out);
    SS_TRY(plan_name(job, out));
    SS_TRY(ss_buf_printf(out, "-%s-%s", job->peer->name, peer_role_name(job->role)));
    if (repeat > 0)
        SS_TRY(ss_buf_printf(out, "-repeat-%lu", (unsigned long)repeat + 1));
    tame(out, from);
    if (ss_buf_size(out) - from > NAME_CEILING) {
        ss_buf_truncate(out, from + NAME_CEILING - 20);
        /* What was cut off told cases apart; the number of the job does. */
        SS_TRY(ss_buf_printf(out, "-%zu", (size_t)(job - run->plan.jobs)));
    }
    return ss_buf_puts(out, ".pcapng");
}

const char *run_capture_path(struct run *run, const struct plan_job *job, uint32_t repeat)
{
    struct ss_buf path;
    const char *kept = NULL;

    ss_buf_init(&path, run->env, 65536);
    if (put_path(run, job, repeat, &path) == SS_OK)
        kept = ss_arena_text(&run->names, ss_buf_span(&path));
    ss_buf_fini(&path);
    return kept;
}

void run_tell_capture(struct run *run, const struct result *result)
{
    static const char prefix[] = WORKER_CAPTURE_FACT "=";
    ss_span rest = ss_buf_span(&result->facts);

    while (rest.size > 0 && !run->capture_told) {
        const uint8_t *end = memchr(rest.data, '\n', rest.size);
        size_t n = end != NULL ? (size_t)(end - rest.data) : rest.size;

        if (n > sizeof prefix - 1 && memcmp(rest.data, prefix, sizeof prefix - 1) == 0) {
            run->capture_told = true;
            progress_hide(&run->progress);
            (void)fprintf(stderr, "sshspec: %.*s; the run goes on without it\n",
                          (int)(n - (sizeof prefix - 1)),
                          (const char *)rest.data + sizeof prefix - 1);
        }
        rest = ss_span_part(rest, n + 1, rest.size);
    }
}
