/* SPDX-License-Identifier: Apache-2.0 */
/* mlkem_poly.h - polynomials of ML-KEM: 256 coefficients modulo 3329.
 *
 * Owns: nothing; a polynomial is a plain value.
 * Not here: vectors, hashing, keys (mlkem.c).
 * Called by: mlkem.c.
 * Follows: FIPS 203 section 4. Every function is constant time in the coefficients, but for
 *   ss_mlkem_uniform, whose input is public. Coefficients are kept from 0 to 3328. */
#ifndef SSHSPEC_CRYPTO_MLKEM_POLY_H
#define SSHSPEC_CRYPTO_MLKEM_POLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SS_MLKEM_N 256
#define SS_MLKEM_Q 3329
#define SS_MLKEM_NOISE 128 /* bytes for one polynomial of noise, eta 2 */
#define SS_MLKEM_UNIFORM                                                                           \
    840 /* bytes for one uniform polynomial: 280 tries, FIPS 203 appendix B                        \
         */

struct ss_mlkem_poly {
    uint16_t c[SS_MLKEM_N];
};

/* To the NTT representation and back, in place. */
void ss_mlkem_ntt(struct ss_mlkem_poly *f);
void ss_mlkem_inverse_ntt(struct ss_mlkem_poly *f);
/* The sum of the k products a[i] b[i], all in the NTT representation; k is at most 4. */
void ss_mlkem_dot(struct ss_mlkem_poly *out, const struct ss_mlkem_poly *a,
                  const struct ss_mlkem_poly *b, unsigned k);
void ss_mlkem_add(struct ss_mlkem_poly *f, const struct ss_mlkem_poly *g);
void ss_mlkem_subtract(struct ss_mlkem_poly *f, const struct ss_mlkem_poly *g);
/* 32 d bytes: d bits a coefficient, compressed to them when d is less than 12. */
void ss_mlkem_pack(uint8_t *out, const struct ss_mlkem_poly *f, unsigned d);
void ss_mlkem_unpack(struct ss_mlkem_poly *out, const uint8_t *bytes, unsigned d);
/* All coefficients are less than 3329, which 12 bits do not promise. */
bool ss_mlkem_reduced(const struct ss_mlkem_poly *f);
/* Small coefficients, binomially distributed, from SS_MLKEM_NOISE bytes. */
void ss_mlkem_noise(struct ss_mlkem_poly *out, const uint8_t *bytes);
/* Uniform coefficients from SS_MLKEM_UNIFORM bytes; false when too many had to be rejected, which
 * happens once in 2^261. */
bool ss_mlkem_uniform(struct ss_mlkem_poly *out, const uint8_t *bytes);

#endif
