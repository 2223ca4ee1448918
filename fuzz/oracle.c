/* SPDX-License-Identifier: Apache-2.0 */
/* oracle.c - the parts of an oracle that do not depend on the subject.
 *
 * Owns: nothing; see oracle.h.
 * Not here: the subjects.
 * Called by: every harness, and the program that writes seeds. */
#include "fuzz/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

const char *__asan_default_options(void);

/* The name is AddressSanitizer's. Freed blocks are kept from use for 16 MiB and not for 256: an
 * input that uses one does so at once, and fresh pages for every block cost a sixth of the time. */
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=16";
}

void fuzz_must(bool holds, const char *what, const char *file, int line)
{
    if (holds)
        return;
    (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

void fuzz_memory_init(struct fuzz_memory *memory)
{
    ss_seeded_init(&memory->seeded, 1);
    ss_counted_init(&memory->counted, &memory->seeded.env);
    memory->env = &memory->counted.env;
}

void fuzz_memory_fini(struct fuzz_memory *memory, size_t size)
{
    MUST(memory->counted.blocks == 0);
    MUST(memory->counted.bytes == 0);
    MUST(memory->counted.peak <= FUZZ_BASE + size * FUZZ_FACTOR);
}

ss_span fuzz_copy(ss_span bytes)
{
    uint8_t *copy = malloc(bytes.size > 0 ? bytes.size : 1);

    MUST(copy != NULL);
    if (copy != NULL && bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    return ss_span_make(copy, bytes.size);
}

void fuzz_drop(ss_span *copy)
{
    free((void *)(uintptr_t)copy->data);
    *copy = ss_span_make(NULL, 0);
}

uint64_t fuzz_fold(uint64_t sum, ss_span bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        sum = (sum ^ bytes.data[i]) * 0x100000001b3U;
    return sum;
}

uint64_t fuzz_cpu(void)
{
    struct timespec now;

    MUST(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}
