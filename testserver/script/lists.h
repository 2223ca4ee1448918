/* SPDX-License-Identifier: Apache-2.0 */
/* lists.h - the algorithms that @kex_algorithms, @hostkey_algorithms, @ciphers, @macs and
 * @compressions stand for.
 *
 * Owns: nothing.
 * Called by: eval.c for the values, catalogue.c to count cases. */
#ifndef SCRIPT_LISTS_H
#define SCRIPT_LISTS_H

#include <stddef.h>

#include "sshspec/span.h"

/* The name at place i, null behind the last and for a list that does not exist. */
const char *scn_list_at(ss_span list, size_t i);
size_t scn_list_count(ss_span list);

#endif
