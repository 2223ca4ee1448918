/* SPDX-License-Identifier: Apache-2.0 */
/* words.h - a command line split into words by ourselves, so that no shell ever sees it.
 *
 * Concept: words are separated by blanks; '...' and "..." hold blanks, and a backslash outside of
 *   '...' takes the next byte as it is. Nothing else has a meaning: no variables, no globs, no
 *   pipes. {name} in a word stands for a value, which never splits and is never read again.
 *
 *   call          does
 *   words_split   text to a null-terminated list in an arena
 *   words_fill    a list with every {name} replaced
 *
 * Errors: SS_E_bad_value with the offset of the open quote, or of an unknown {name}. */
#ifndef SSHSPEC_INTEROP_WORDS_H
#define SSHSPEC_INTEROP_WORDS_H

#include "sshspec/arena.h"
#include "sshspec/buf.h"

struct words_value {
    const char *name;
    ss_span value;
};

SS_MUST_USE ss_err words_split(struct ss_arena *arena, ss_span text, const char *const **out_words,
                               size_t *out_bad_offset);
/* values ends with a null name. out_bad_word: index of the word with an unknown {name}. */
SS_MUST_USE ss_err words_fill(struct ss_arena *arena, const char *const *words,
                              const struct words_value *values, const char *const **out_words,
                              size_t *out_bad_word);
size_t words_count(const char *const *words);
bool words_have(const char *const *words, ss_span word);

#endif
