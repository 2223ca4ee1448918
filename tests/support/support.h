/* SPDX-License-Identifier: Apache-2.0 */
/* support.h - what every unit test may use: envs, hex, and bytes that end at a wall.
 *
 * Owns: one counted env a test process, and a few rotating buffers.
 * Not here: peers, vectors, golden traces.
 *
 * A suite that allocates uses test_counted() and names test_counted_check as its .fini:
 *   TestSuite(buf, .fini = test_counted_check); */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include "sshspec/env.h"

/* Memory of the C library and randomness of the system. */
const struct ss_env *test_env(void);
/* The same, counted; pass &test_counted()->env. */
struct ss_counted *test_counted(void);
/* Fails the test when a block or a byte of test_counted() is still live. */
void test_counted_check(void);

/* Bytes of hex digits; white space is skipped, anything else fails the test. Good for the next
 * 32 calls; at most 4096 bytes. */
ss_span test_hex(const char *hex);
/* The bytes of a C string; for symmetry with test_hex. */
ss_span test_text(const char *text);
/* A copy whose last byte is the last before an unreadable page, so that reading on crashes.
 * Good for the next 16 calls. */
ss_span test_guarded(ss_span bytes);

#endif
