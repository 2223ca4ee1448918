/* SPDX-License-Identifier: Apache-2.0 */
/* bench.h - what the files of the benchmark program share.
 *
 * Owns: nothing.
 * Called by: bench/. */
#ifndef SSHSPEC_BENCH_H
#define SSHSPEC_BENCH_H

#include <stdbool.h>
#include <stdint.h>

/* Ends the process with status 3 and says what failed. */
void need(bool holds, const char *what);
/* CPU seconds, user and system, of RUSAGE_SELF or RUSAGE_CHILDREN. */
double seconds(int who);

/* ---- handshakes.c: milliseconds of CPU, printed ---- */
void bench_operations(uint64_t count);
void bench_logins(uint64_t count);
void bench_visits(uint16_t port, const char *key_path, uint64_t count);

#endif
