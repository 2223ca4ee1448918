/* SPDX-License-Identifier: Apache-2.0 */
/* sntrup_poly.h - polynomials of sntrup761: modulo x^761 - x - 1, with coefficients modulo 4591 or
 * modulo 3.
 *
 * Owns: nothing; a polynomial is a plain value.
 * Not here: encodings, hashing, keys (sntrup761.c).
 * Called by: sntrup761.c.
 * Follows: NTRU Prime, round 3, sections 2 and 3. Coefficients are kept centred: -2295 to 2295
 *   modulo 4591, -1 to 1 modulo 3. Every function is constant time. */
#ifndef SSHSPEC_CRYPTO_SNTRUP_POLY_H
#define SSHSPEC_CRYPTO_SNTRUP_POLY_H

#include <stddef.h>
#include <stdint.h>

#define SS_SNTRUP_P 761
#define SS_SNTRUP_Q 4591
#define SS_SNTRUP_W 286                  /* coefficients of a short polynomial that are not 0 */
#define SS_SNTRUP_ROOM 768               /* places kept: whole vectors; those past p are 0 */
#define SS_SNTRUP_DRAW (4 * SS_SNTRUP_P) /* bytes for one random polynomial */

struct ss_sntrup_poly {
    int16_t c[SS_SNTRUP_ROOM];
};

/* The product modulo 4591; g is small. */
void ss_sntrup_multiply(struct ss_sntrup_poly *out, const struct ss_sntrup_poly *f,
                        const struct ss_sntrup_poly *g);
/* The product modulo 3 of two small ones. */
void ss_sntrup_multiply3(struct ss_sntrup_poly *out, const struct ss_sntrup_poly *f,
                         const struct ss_sntrup_poly *g);
/* 1/(3 f) modulo 4591; f is small and not 0. */
void ss_sntrup_invert_thrice(struct ss_sntrup_poly *out, const struct ss_sntrup_poly *f);
/* 1/g modulo 3; gives all ones when there is one, else 0. */
uint32_t ss_sntrup_invert3(struct ss_sntrup_poly *out, const struct ss_sntrup_poly *g);
/* Each coefficient times 3, modulo 4591, modulo 3. */
void ss_sntrup_thrice_modulo3(struct ss_sntrup_poly *f);
/* Each coefficient to the nearest multiple of 3. */
void ss_sntrup_round(struct ss_sntrup_poly *f);
/* From SS_SNTRUP_DRAW bytes: any coefficients modulo 3; or SS_SNTRUP_W that are not 0. */
void ss_sntrup_small(struct ss_sntrup_poly *out, const uint8_t *bytes);
void ss_sntrup_short(struct ss_sntrup_poly *out, const uint8_t *bytes);
/* All ones when SS_SNTRUP_W coefficients of a small polynomial are not 0, else 0. */
uint32_t ss_sntrup_is_short(const struct ss_sntrup_poly *f);

#endif
