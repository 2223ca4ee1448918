/* SPDX-License-Identifier: Apache-2.0 */
/* why.h - the line for a person that goes with a system's refusal.
 *
 * Owns: nothing. */
#ifndef NET_WHY_H
#define NET_WHY_H

#include "sshspec/net.h"

/* What errno value code says; good until the next call on this thread. */
const char *ss_why_text(int code);
/* Appends to why unless it is null; a text that does not fit is left out. */
void ss_why(struct ss_buf *why, const char *format, ...) SS_PRINTF(2, 3);

#endif
