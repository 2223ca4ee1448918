/* SPDX-License-Identifier: Apache-2.0 */
/* kit_kem.h - questions put to any key encapsulation mechanism.
 *
 * Owns: nothing. */
#ifndef TESTS_CRYPTO_KIT_KEM_H
#define TESTS_CRYPTO_KIT_KEM_H

#include "crypto/kem.h"
#include "tests/unit/crypto/kit.h"

struct kit_kem {
    const struct ss_kem_alg *alg;
    uint8_t public_key[SS_KEM_PUBLIC_MAX], secret_key[SS_KEM_SECRET_MAX];
    uint8_t ciphertext[SS_KEM_CIPHERTEXT_MAX], shared[SS_KEM_SHARED];
};

/* What a ciphertext that was not made for the key must give. */
typedef void (*kit_kem_rejection)(const struct kit_kem *kem, ss_span ciphertext, uint8_t *out);

void kit_kem_keygen(struct kit_kem *kem, const struct ss_kem_alg *alg, const struct ss_env *env);
void kit_kem_encaps(struct kit_kem *kem, const struct ss_env *env);
/* The ciphertext decapsulates to want, 32 bytes. */
void kit_kem_decaps(const struct kit_kem *kem, ss_span ciphertext, const uint8_t *want,
                    const char *what);

/* trips in all, with a new key for every few. */
void kit_kem_round_trips(const struct ss_kem_alg *alg, size_t trips, size_t trips_a_key);
/* A flipped bit in each byte of a ciphertext, and ciphertexts of a few patterns. */
void kit_kem_rejects(const struct ss_kem_alg *alg, kit_kem_rejection expected);
/* Other lengths of keys and ciphertexts, and an env that draws nothing, are errors. */
void kit_kem_misuse(const struct ss_kem_alg *alg);

/* The SHA-256 digest of n bytes is this. */
void kit_kem_digest(const uint8_t *bytes, size_t n, const char *digest, const char *what);

#endif
