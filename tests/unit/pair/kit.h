/* SPDX-License-Identifier: Apache-2.0 */
/* kit.h - runs of a pair that are expected to come to their end.
 *
 * Called by: tests/unit/pair. */
#ifndef TESTS_PAIR_KIT_H
#define TESTS_PAIR_KIT_H

#include "tests/support/pair/pair.h"

/* Starts and runs; what lacks fails the test with both logs. */
void complete(struct pair *pair, const char *what);
/* The same for a pair that was started. */
void expect_complete(const struct pair *pair, const char *what);

#endif
