/* SPDX-License-Identifier: Apache-2.0 */
/* pair_kit.c - the pair, compiled for this program. */
#include "tests/support/pair/pair.c"
