/* SPDX-License-Identifier: Apache-2.0 */
/* script_walk.h - every part of a scenario's tree is looked at.
 *
 * Owns: nothing.
 * Called by: fuzz_script.c. */
#ifndef FUZZ_SCRIPT_WALK_H
#define FUZZ_SCRIPT_WALK_H

#include "testserver/script/script.h"

/* Ends the program when the tree is deeper than the parser may let it be, or names what is not
 * there: variables, faults, places of the text. */
void fuzz_script_walk(const struct scn_file *file);

#endif
