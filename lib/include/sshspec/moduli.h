/* SPDX-License-Identifier: Apache-2.0 */
/* moduli.h - lists of groups from which a server chooses in a group exchange.
 *
 * Owns: struct ss_moduli: primes and generators, in memory of its env.
 * Not here: files on disk (text comes in), the exchange (transport), arithmetic (crypto.h).
 * Called by: programs fill a list and put it into the config; transport chooses.
 * Follows: moduli(5); RFC 4419 section 3; RFC 8270.
 *
 * | call                 | does                                                 |
 * |----------------------|------------------------------------------------------|
 * | ss_moduli_new, _free | an empty list                                        |
 * | ss_moduli_read       | adds the lines of a moduli file that are good enough |
 * | ss_moduli_add        | adds one group                                       |
 * | ss_moduli_add_named  | adds the groups of RFC 3526 from 2048 bits on        |
 * | ss_moduli_choose     | the group for a request                              | */
#ifndef SSHSPEC_MODULI_H
#define SSHSPEC_MODULI_H

#include "sshspec/crypto.h"

struct ss_moduli; /* opaque */

struct ss_modulus {
    unsigned bits;
    ss_span p, g; /* magnitudes; good until the list is added to or freed */
};

struct ss_moduli_report { /* of one reading */
    size_t taken, refused;
    size_t line; /* the first that was refused, from 1; 0: none was */
};

SS_MUST_USE ss_err ss_moduli_new(const struct ss_env *env, struct ss_moduli **out);
void ss_moduli_free(struct ss_moduli **moduli);
/* A line is taken when its modulus was tested as a prime and not found composite: type 2 or above;
 * tests without bit 0x01 and of value 4 or above, with 100 trials or more when it was Miller-Rabin
 * alone; as many bits as the line says or one more; generator 0 means 2. Other lines are counted
 * and passed over, comments and empty lines passed over. */
SS_MUST_USE ss_err ss_moduli_read(struct ss_moduli *moduli, ss_span text,
                                  struct ss_moduli_report *out_report);
/* Magnitudes, copied. Errors as ss_dh_check_group. */
SS_MUST_USE ss_err ss_moduli_add(struct ss_moduli *moduli, ss_span p, ss_span g);
SS_MUST_USE ss_err ss_moduli_add_named(struct ss_moduli *moduli);
size_t ss_moduli_count(const struct ss_moduli *moduli);
/* In the order in which they were added. i must be below the count. */
void ss_moduli_at(const struct ss_moduli *moduli, size_t i, struct ss_modulus *out);
/* The smallest size from n to max; when there is none, the largest from min to max; when there is
 * none either, the one nearest to that range, which the caller has to look at. Among several groups
 * of the size chance decides. SS_E_not_found when the list is empty. */
SS_MUST_USE ss_err ss_moduli_choose(const struct ss_moduli *moduli, const struct ss_env *env,
                                    unsigned min, unsigned n, unsigned max, struct ss_modulus *out);

#endif
