/* SPDX-License-Identifier: Apache-2.0 */
/* session_mutator.h - changes to an input of fuzz_session that keep it a list of steps.
 *
 * Owns: nothing.
 * Called by: fuzz_session.c. */
#ifndef FUZZ_SESSION_MUTATOR_H
#define FUZZ_SESSION_MUTATOR_H

#include "fuzz/session.h"

/* Changes size bytes at data in place, most max_size in the end: at least 1. Gives the new size.
 * raw: changes bytes, as libFuzzer does. */
typedef size_t fuzz_raw_fn(uint8_t *data, size_t size, size_t max_size);
size_t fuzz_session_mutate(uint8_t *data, size_t size, size_t max_size, uint64_t seed,
                           fuzz_raw_fn *raw);
/* The first steps of one, the last of another. */
size_t fuzz_session_cross(ss_span one, ss_span other, uint8_t *out, size_t max_size, uint64_t seed);

#endif
