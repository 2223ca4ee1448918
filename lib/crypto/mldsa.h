/* SPDX-License-Identifier: Apache-2.0 */
/* mldsa.h - ML-DSA-44 on plain bytes, and the polynomials that it is made of.
 *
 * Owns: its sizes.
 * Not here: the composite with Ed25519 (pkey_mldsa.c). OpenSSL has ML-DSA from 3.5 on, and this
 *   library asks for 3.0.
 * Called by: pkey_mldsa.c.
 * Follows: FIPS 204; the names of constants and variables are its own. */
#ifndef SSHSPEC_CRYPTO_MLDSA_H
#define SSHSPEC_CRYPTO_MLDSA_H

#include "sshspec/crypto.h"

#define SS_MLDSA44_SEED 32 /* xi */
#define SS_MLDSA44_PUBLIC 1312
#define SS_MLDSA44_SIGNATURE 2420

/* ---- mldsa.c ---- */

/* ML-DSA.KeyGen_internal: the public key that belongs to a seed. */
SS_MUST_USE ss_err ss_mldsa44_public(const struct ss_env *env, const uint8_t *seed,
                                     uint8_t *out_public);
/* ML-DSA.Sign with 32 random bytes; all zero for the deterministic variant. context has at most
 * 255 bytes: SS_E_bad_argument. */
SS_MUST_USE ss_err ss_mldsa44_sign(const struct ss_env *env, const uint8_t *seed, ss_span context,
                                   ss_span message, const uint8_t *random, uint8_t *out_signature);
/* ML-DSA.Verify: SS_E_bad_signature when it does not, whatever its size. */
SS_MUST_USE ss_err ss_mldsa44_verify(const struct ss_env *env, const uint8_t *public_key,
                                     ss_span context, ss_span message, ss_span signature);

/* ---- mldsa_poly.c ---- */

#define SS_MLDSA_Q 8380417
#define SS_MLDSA_N 256
#define SS_MLDSA_K 4
#define SS_MLDSA_L 4
#define SS_MLDSA_D 13      /* bits dropped from t */
#define SS_MLDSA_TAU 39    /* coefficients of the challenge that are not zero */
#define SS_MLDSA_CTILDE 32 /* bytes of the hash that stands for the challenge */
#define SS_MLDSA_GAMMA1 131072
#define SS_MLDSA_GAMMA2 95232
#define SS_MLDSA_BETA 78
#define SS_MLDSA_OMEGA 80

/* Coefficients from 0 to q - 1. */
struct ss_poly {
    uint32_t c[SS_MLDSA_N];
};

enum ss_shake { SS_SHAKE128, SS_SHAKE256 };
SS_MUST_USE ss_err ss_mldsa_shake(enum ss_shake which, const ss_span *parts, size_t n, uint8_t *out,
                                  size_t size);

void ss_poly_ntt(struct ss_poly *poly);
void ss_poly_inverse_ntt(struct ss_poly *poly);
void ss_poly_add(struct ss_poly *sum, const struct ss_poly *other);       /* sum += other */
void ss_poly_subtract(struct ss_poly *rest, const struct ss_poly *other); /* rest -= other */
/* out = a * b, of polynomials that are in the domain of the transform. */
void ss_poly_multiply(struct ss_poly *out, const struct ss_poly *a, const struct ss_poly *b);
/* Whether every coefficient, taken between -q/2 and q/2, is nearer to zero than bound. */
bool ss_poly_below(const struct ss_poly *poly, uint32_t bound);

/* Algorithms 30, 31, 34 and 29: from a seed and a nonce. */
SS_MUST_USE ss_err ss_poly_sample_ntt(struct ss_poly *poly, const uint8_t *rho, uint8_t column,
                                      uint8_t row);
SS_MUST_USE ss_err ss_poly_sample_small(struct ss_poly *poly, const uint8_t *rho, uint16_t nonce);
SS_MUST_USE ss_err ss_poly_sample_mask(struct ss_poly *poly, const uint8_t *rho, uint16_t nonce);
SS_MUST_USE ss_err ss_poly_sample_ball(struct ss_poly *poly, const uint8_t *ctilde);

/* Splits into high and low parts: t1 and t0 (algorithm 35), or by 2 gamma2 (algorithm 36). */
void ss_poly_power2round(const struct ss_poly *t, struct ss_poly *out_t1, struct ss_poly *out_t0);
void ss_poly_decompose(const struct ss_poly *r, struct ss_poly *out_r1, struct ss_poly *out_r0);
/* Algorithm 40: the high part of r, put right by a hint of zeros and ones. */
void ss_poly_use_hint(const struct ss_poly *r, const struct ss_poly *hint, struct ss_poly *out_r1);

/* Each coefficient in so many bits, lowest first; out has bits * 32 bytes. */
void ss_poly_pack(const struct ss_poly *poly, unsigned bits, uint8_t *out);
void ss_poly_unpack(struct ss_poly *poly, unsigned bits, const uint8_t *bytes);
/* Replaces each coefficient c by top - c modulo q: what stands in bytes is never negative. */
void ss_poly_mirror(struct ss_poly *poly, uint32_t top);

#endif
