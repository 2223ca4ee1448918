/* SPDX-License-Identifier: Apache-2.0 */
/* ct.h - what arithmetic on secrets needs: masks, and the places where a secret becomes public.
 *
 * Owns: nothing.
 * Not here: comparing and wiping bytes (secret.h).
 * Called by: mlkem*.c, sntrup*.c.
 *
 * The check of constant time (tests/ct/ct.c, built with SSHSPEC_CT) calls secrets undefined and
 * lets memcheck complain about each branch and each address that depends on them. What is
 * published by design is named to it here; without SSHSPEC_CT these words mean nothing. */
#ifndef SSHSPEC_CRYPTO_CT_H
#define SSHSPEC_CRYPTO_CT_H

#include <stdint.h>

#ifdef SSHSPEC_CT
#include <valgrind/memcheck.h>
#define SS_CT_PUBLIC(p, n) ((void)VALGRIND_MAKE_MEM_DEFINED((p), (n)))
#define SS_CT_SECRET(p, n) ((void)VALGRIND_MAKE_MEM_UNDEFINED((p), (n)))
#else
#define SS_CT_PUBLIC(p, n) ((void)(p), (void)(n))
#define SS_CT_SECRET(p, n) ((void)(p), (void)(n))
#endif

/* The same value, of which the compiler knows nothing: it cannot turn a mask into a branch. */
static inline uint32_t ss_ct_hide(uint32_t x)
{
    volatile uint32_t hidden = x;

    return hidden;
}

/* All ones when x is not 0, else 0. */
static inline uint32_t ss_ct_nonzero(uint32_t x)
{
    return 0U - ss_ct_hide((x | (0U - x)) >> 31);
}

/* All ones when a is less than b, else 0. */
static inline uint32_t ss_ct_less(uint32_t a, uint32_t b)
{
    return 0U - ss_ct_hide((uint32_t)(((uint64_t)a - b) >> 63));
}

#endif
