/* SPDX-License-Identifier: Apache-2.0 */
/* kit.h - what the tests of lib/crypto share: randomness by hand, and questions put to any
 *   AEAD, key exchange or pair of numbers.
 *
 * Owns: nothing. */
#ifndef TESTS_CRYPTO_KIT_H
#define TESTS_CRYPTO_KIT_H

#include "sshspec/crypto.h"
#include "tests/support/support.h"

#define KIT_PACKET 40000 /* bytes of the longest packet that is tried, tag included */

/* An env that draws the given bytes, as long as each draw has their size; memory is counted. */
struct kit_drawn {
    struct ss_env env;
    ss_span bytes;
};
void kit_drawn_init(struct kit_drawn *drawn, ss_span bytes);

/* The same env each time, counted, its randomness started over from seed. For keys: an env must
 * outlive what was made with it. */
const struct ss_env *kit_seeded(uint64_t seed);
/* From the next allocation on none succeeds, until KIT_PLENTY. */
#define KIT_SCARCE(counted)                                                                        \
    ((counted)->fail_after = true, (counted)->fail_at = (counted)->calls + 1)
#define KIT_PLENTY(counted) ((counted)->fail_after = false, (counted)->fail_at = 0)

/* A state of alg, zeroed, initialised with the given key and IV. Free with kit_cipher_free. */
void *kit_cipher(const struct ss_cipher_alg *alg, ss_span key, ss_span iv, enum ss_way way);
void kit_cipher_free(const struct ss_cipher_alg *alg, void *state);
/* A key or IV of n bytes that differ from one another. Static; good for ever. */
ss_span kit_bytes(size_t n);

/* Packets of many sizes come back as they were, at each of 300 sequence numbers. */
void kit_aead_round_trip(const struct ss_cipher_alg *alg);
/* Each bit of packet and tag, flipped alone, is refused, and no plaintext is left behind. */
void kit_aead_tamper(const struct ss_cipher_alg *alg);
/* A zeroed state is refused by every call and accepted by fini; so is the wrong way round. */
void kit_aead_misuse(const struct ss_cipher_alg *alg);

/* A state of alg, zeroed; a group exchange is given a safe prime of 512 bits and generator 2. Free
 * with kit_kex_free. */
void *kit_kex_state(const struct ss_kex_alg *alg);
void kit_kex_free(const struct ss_kex_alg *alg, void *state);
extern const char kit_prime[]; /* the prime, in hex */

/* Client and server of alg meet: both have the same secret, and the same seed the same bytes. */
void kit_kex_meet(const struct ss_kex_alg *alg);
/* What finish and respond say to this value of the peer's; nothing may have been written. */
void kit_kex_refuses(const struct ss_kex_alg *alg, ss_span peer_public, const char *what);
/* A server that draws these bytes and gets this value has the secret in hex, or refuses the value
 * when that is null. */
void kit_kex_answer(const struct ss_kex_alg *alg, ss_span drawn, ss_span peer_public,
                    const char *shared, const char *what);
/* Each allocation fails once: the error is SS_E_no_memory and nothing is left. finish before
 * start is refused, and a zeroed state may be finished. */
void kit_kex_misuse(const struct ss_kex_alg *alg);

/* What is wrong with r || s in one place each, made from a good signature of this private key:
 * other bytes, numbers out of range, numbers taken from the order or added to it. s taken from the
 * order is mirrored: SS_OK where the algorithm takes that too (ECDSA), SS_E_bad_signature
 * elsewhere. */
void kit_pair_refused(const struct ss_pkey *pkey, const struct ss_hash_alg *hash, ss_span order,
                      ss_err mirrored);

/* Equal bytes, or the test fails and shows both. */
void kit_expect(ss_span got, ss_span want, const char *what);

#endif
