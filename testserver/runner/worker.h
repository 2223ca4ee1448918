/* SPDX-License-Identifier: Apache-2.0 */
/* worker.h - one case in a process of its own: the line between it and the supervisor.
 *
 * Concept: the supervisor starts `sshspec worker` with the options below, in a session of its own.
 *   The worker runs the case and writes the result to descriptor 3: four bytes of length, then
 *   result_write's bytes. Its trace goes to FOLDER/last_words as well, for the case that it does
 *   not get that far. When its parent ends it ends, after all that it has started.
 *
 *   call               does
 *   worker_frame_put   a result as it goes through the pipe
 *   worker_frame_take  and back; SS_E_more_input until it is whole */
#ifndef SSHSPEC_RUNNER_WORKER_H
#define SSHSPEC_RUNNER_WORKER_H

#include "testserver/runner/result.h"

#define WORKER_RESULT_FD 3
#define WORKER_LAST_WORDS "last_words"
#define WORKER_CAPTURE_FACT "capture" /* why a key log or capture is not complete */
#define WORKER_FRAME_MAX ((size_t)16 * 1024 * 1024)

SS_MUST_USE ss_err worker_frame_put(const struct result *result, struct ss_buf *out);
SS_MUST_USE ss_err worker_frame_take(ss_span bytes, struct result *out);

#endif
