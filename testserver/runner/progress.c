/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c - one line on standard error that is drawn again and again.
 *
 * Owns: when it is drawn.
 * Not here: results (reports/text.c).
 * Called by: run.c.
 * Follows: progress.h; NO_COLOR as at no-color.org. */
#include "testserver/runner/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define REDRAW_MS 200
#define ENOUGH 3 /* results before an estimate */

static bool is_terminal(int fd)
{
    const char *term = getenv("TERM");

    return isatty(fd) == 1 && term != NULL && strcmp(term, "dumb") != 0;
}

bool progress_wants_color(int fd)
{
    const char *no = getenv("NO_COLOR");

    return (no == NULL || no[0] == '\0') && is_terminal(fd);
}

void progress_begin(struct progress *progress, size_t total, ss_time now)
{
    memset(progress, 0, sizeof *progress);
    progress->on = is_terminal(STDERR_FILENO);
    progress->color = progress_wants_color(STDERR_FILENO);
    progress->total = total;
    progress->began = now;
}

void progress_count(struct progress *progress, const struct result *result)
{
    progress->done++;
    progress->unexpected += !result->expected;
}

void progress_estimate(const struct progress *progress, ss_time now, char out[40])
{
    uint64_t left, spent = now - progress->began;

    out[0] = '\0';
    if (progress->done < ENOUGH || progress->done >= progress->total)
        return;
    left = spent * (progress->total - progress->done) / progress->done / 1000;
    if (left >= 120)
        (void)snprintf(out, 40, "about %llu min left", (unsigned long long)(left + 30) / 60);
    else
        (void)snprintf(out, 40, "about %llu s left", (unsigned long long)left + 1);
}

void progress_show(struct progress *progress, size_t running, ss_time now)
{
    char left[40];

    if (!progress->on || (progress->shown && now - progress->drawn < REDRAW_MS))
        return;
    progress_estimate(progress, now, left);
    (void)fprintf(stderr, "\r\033[K%zu of %zu, %s%zu not as expected%s, %zu running  %s",
                  progress->done, progress->total,
                  progress->color && progress->unexpected > 0 ? "\033[1;31m" : "",
                  progress->unexpected,
                  progress->color && progress->unexpected > 0 ? "\033[0m" : "", running, left);
    (void)fflush(stderr);
    progress->shown = true;
    progress->drawn = now;
}

void progress_hide(struct progress *progress)
{
    if (!progress->shown)
        return;
    (void)fputs("\r\033[K", stderr);
    (void)fflush(stderr);
    progress->shown = false;
}
