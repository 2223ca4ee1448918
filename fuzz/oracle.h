/* SPDX-License-Identifier: Apache-2.0 */
/* oracle.h - what every harness asks of every input.
 *
 * Owns: the abort with its reason, memory that is counted and bounded, copies that end where the
 *   input ends, a clock that other programs cannot make late.
 * Not here: what a single harness knows about its subject.
 * Called by: fuzz_*.c and seed_*.c.
 * These are the oracles that all targets share.
 *
 * | call               | does                                                           |
 * |--------------------|----------------------------------------------------------------|
 * | MUST               | ends the program with the place and the text of what is untrue |
 * | fuzz_memory_*      | an env that repeats itself; its peak stays under a bound        |
 * | fuzz_copy, _drop   | a block of just the size, so that reading past the end is seen |
 * | fuzz_fold          | a sum over bytes, to compare runs                              |
 * | fuzz_cpu           | processor time of this thread                                  | */
#ifndef FUZZ_ORACLE_H
#define FUZZ_ORACLE_H

#include "sshspec/env.h"

#define MUST(condition) fuzz_must((condition), #condition, __FILE__, __LINE__)
void fuzz_must(bool holds, const char *what, const char *file, int line);

enum { FUZZ_BASE = 4 << 20, FUZZ_FACTOR = 8 }; /* bytes an input may cost: base, and so many each */

struct fuzz_memory {
    struct ss_seeded seeded;
    struct ss_counted counted;
    const struct ss_env *env;
};
void fuzz_memory_init(struct fuzz_memory *memory);
/* Nothing is left, and there never was more than the bound for an input of size bytes. */
void fuzz_memory_fini(struct fuzz_memory *memory, size_t size);

ss_span fuzz_copy(ss_span bytes);
void fuzz_drop(ss_span *copy);

#define FUZZ_FOLD_START UINT64_C(0xcbf29ce484222325)
uint64_t fuzz_fold(uint64_t sum, ss_span bytes);

uint64_t fuzz_cpu(void); /* microseconds */

#endif
