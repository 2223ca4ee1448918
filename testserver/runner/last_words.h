/* SPDX-License-Identifier: Apache-2.0 */
/* last_words.h - the last lines of a worker's trace, readable after it was killed.
 *
 * Concept: a small file that both map. The worker writes lines round and round; whatever ends it,
 *   what it wrote stays in the file.
 *
 *   call               does
 *   last_words_make    the worker's side
 *   last_words_put     one line, newline included
 *   last_words_read    the supervisor's side: appends what is left, from a whole line on */
#ifndef SSHSPEC_RUNNER_LAST_WORDS_H
#define SSHSPEC_RUNNER_LAST_WORDS_H

#include "interop/system.h"

struct last_words; /* opaque */
SS_MUST_USE ss_err last_words_make(const char *path, struct last_words **out);
void last_words_put(struct last_words *words, ss_span line);
void last_words_close(struct last_words **words);
SS_MUST_USE ss_err last_words_read(const char *path, struct ss_buf *out);

#endif
