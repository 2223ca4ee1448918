/* SPDX-License-Identifier: Apache-2.0 */
/* kem.h - key encapsulation mechanisms as constant method structs.
 *
 * Owns: the shape; keys and ciphertexts belong to the caller.
 * Not here: the key exchange methods made of them (kex_hybrid.c).
 * Called by: kex_hybrid.c, selftest_kem.c, tests.
 * Follows: FIPS 203; NTRU Prime, round 3 of the NIST process.
 *
 * All is drawn from env: the same bytes give the same keys and ciphertexts. Secrets are touched in
 * constant time; only lengths, public keys and ciphertexts decide about branches. */
#ifndef SSHSPEC_CRYPTO_KEM_H
#define SSHSPEC_CRYPTO_KEM_H

#include "sshspec/crypto.h"

#define SS_KEM_SHARED 32 /* bytes of shared secret, of every mechanism here */
#define SS_KEM_PUBLIC_MAX 1568
#define SS_KEM_SECRET_MAX 3168
#define SS_KEM_CIPHERTEXT_MAX 1568

struct ss_kem_alg {
    const char *name;
    const char *source;
    const void *param;
    uint16_t public_key, secret_key, ciphertext; /* bytes */
    ss_err (*keygen)(const struct ss_kem_alg *alg, const struct ss_env *env, uint8_t *out_public,
                     uint8_t *out_secret);
    /* SS_E_bad_public_value unless the key has its length and is one. */
    ss_err (*check)(const struct ss_kem_alg *alg, ss_span public_key);
    /* Checks the key itself. */
    ss_err (*encaps)(const struct ss_kem_alg *alg, const struct ss_env *env, ss_span public_key,
                     uint8_t *out_ciphertext, uint8_t *out_shared);
    /* SS_E_bad_public_value for a ciphertext of another length, SS_E_bad_key for a secret key that
     * is none. A ciphertext that was not made for the key gives a secret nobody else has, and no
     * error: implicit rejection. */
    ss_err (*decaps)(const struct ss_kem_alg *alg, ss_span secret_key, ss_span ciphertext,
                     uint8_t *out_shared);
};

extern const struct ss_kem_alg ss_kem_mlkem768, ss_kem_mlkem1024, ss_kem_sntrup761;

#endif
