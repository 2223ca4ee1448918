/* SPDX-License-Identifier: Apache-2.0 */
/* progress.h - how far a run is, on a terminal and nowhere else.
 *
 *   call              does
 *   progress_begin    decides once whether standard error is a terminal
 *   progress_count    one more result
 *   progress_show     draws the line, at most a few times a second
 *   progress_hide     takes it away, before something else is printed */
#ifndef SSHSPEC_RUNNER_PROGRESS_H
#define SSHSPEC_RUNNER_PROGRESS_H

#include "testserver/runner/result.h"

struct progress {
    bool on, color;
    bool shown;
    size_t total, done, unexpected;
    ss_time began, drawn;
};
void progress_begin(struct progress *progress, size_t total, ss_time now);
void progress_count(struct progress *progress, const struct result *result);
void progress_show(struct progress *progress, size_t running, ss_time now);
void progress_hide(struct progress *progress);
/* May text for a person on this descriptor have colours? NO_COLOR and pipes say no. */
bool progress_wants_color(int fd);
/* "about 12 s left" into out; empty while nothing can be said. */
void progress_estimate(const struct progress *progress, ss_time now, char out[40]);

#endif
