/* SPDX-License-Identifier: Apache-2.0 */
/* secret.c - wiping, comparing without timing, and the fixed-size secret.
 *
 * Owns: nothing; a secret lives inline in its holder.
 * Not here: key material of the cryptographic library (lib/crypto wipes its own).
 * Called by: buf.c, arena.c, and everything that holds keys, passwords or shared secrets.
 * Follows: STYLE "Ownership" rule 6. */
#include "sshspec/secret.h"

/* Read through a volatile pointer, so the compiler cannot know that it is memset and cannot
 * drop the call as a dead store. */
static void *(*const volatile wipe_with)(void *, int, size_t) = memset;

void ss_wipe(void *p, size_t n)
{
    if (n > 0)
        (void)wipe_with(p, 0, n);
}

bool ss_ct_eq(ss_span a, ss_span b)
{
    const volatile uint8_t *x = a.data;
    const volatile uint8_t *y = b.data;
    uint8_t difference = 0;
    size_t i;

    if (a.size != b.size)
        return false;
    for (i = 0; i < a.size; i++)
        difference |= (uint8_t)(x[i] ^ y[i]);
    return difference == 0;
}

void ss_secret_init(struct ss_secret *secret)
{
    memset(secret, 0, sizeof *secret);
}

void ss_secret_fini(struct ss_secret *secret)
{
    ss_wipe(secret, sizeof *secret);
}

bool ss_secret_set(struct ss_secret *secret, ss_span s)
{
    if (s.size > sizeof secret->data)
        return false;
    /* s may lie inside the secret itself. */
    if (s.size > 0)
        memmove(secret->data, s.data, s.size);
    ss_wipe(secret->data + s.size, sizeof secret->data - s.size);
    secret->size = s.size;
    return true;
}

ss_span ss_secret_span(const struct ss_secret *secret)
{
    return ss_span_make(secret->data, secret->size);
}
