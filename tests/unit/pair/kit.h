/* SPDX-License-Identifier: Apache-2.0 */
/* kit.h - runs of a duo that are expected to come to their end.
 *
 * Called by: tests/unit/pair. */
#ifndef TESTS_PAIR_KIT_H
#define TESTS_PAIR_KIT_H

#include "tests/support/duo.h"

/* Starts and runs; what lacks fails the test with both logs. */
void complete(struct duo *duo, const char *what);
/* For a plan that holds the channel open: starts and runs until it is. */
void complete_open(struct duo *duo, const char *what);
/* Both sides, both ways, this and nothing else; null leaves a list as it is. */
void agree_on(struct duo *duo, const char *cipher, const char *mac, const char *comp);
/* The same for a duo that was started. */
void expect_complete(const struct duo *duo, const char *what);

#endif
