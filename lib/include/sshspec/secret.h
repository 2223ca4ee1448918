/* SPDX-License-Identifier: Apache-2.0 */
/* secret.h - bytes that are wiped before they are given back.
 *
 * Owns: up to its capacity, inline, so a secret never moves. */
#ifndef SSHSPEC_SECRET_H
#define SSHSPEC_SECRET_H

#include "sshspec/span.h"

#define SS_SECRET_MAX 1088 /* a group18 shared secret as mpint string, with room */

struct ss_secret {
    size_t size;
    uint8_t data[SS_SECRET_MAX];
};

/* Writes zeros that no optimiser removes. */
void ss_wipe(void *p, size_t n);
/* Equal in constant time for equal sizes; sizes are public. */
bool ss_ct_eq(ss_span a, ss_span b);
void ss_secret_init(struct ss_secret *secret);
void ss_secret_fini(struct ss_secret *secret);
/* False when s does not fit. */
bool ss_secret_set(struct ss_secret *secret, ss_span s);
ss_span ss_secret_span(const struct ss_secret *secret);

#endif
