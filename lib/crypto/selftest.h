/* SPDX-License-Identifier: Apache-2.0 */
/* selftest.h - what the parts of the self test share.
 *
 * Owns: nothing.
 * Called by: selftest.c and the other selftest_*.c. */
#ifndef SSHSPEC_CRYPTO_SELFTEST_H
#define SSHSPEC_CRYPTO_SELFTEST_H

#include "sshspec/crypto.h"

#define SS_SELFTEST_MAX SS_DH_SIZE_MAX /* bytes of the longest answer: a value of group 18 */

struct ss_selftest_kex {
    const struct ss_kex_alg *alg;
    const char *prime, *generator; /* of a group exchange, else null */
    const char *random, *peer, *ours, *shared;
    bool digests; /* ours and shared are the SHA-256 digests of long values */
};

/* Decodes one of the test's own constants (lower case, whole bytes); gives the bytes written. */
size_t ss_selftest_hex(const char *hex, uint8_t *out);
bool ss_selftest_same(ss_span ours, const char *hex);
/* The _alg of each part gives the method struct of its i-th row, null behind the last. */
/* Ciphers; names as ss_crypto_self_test. */
SS_MUST_USE ss_err ss_selftest_ciphers(const struct ss_env *env, const char **out_name);
const void *ss_selftest_ciphers_alg(size_t i);
/* Key exchange, and signatures; names as ss_crypto_self_test. */
SS_MUST_USE ss_err ss_selftest_keys(const struct ss_env *env, const char **out_name);
const void *ss_selftest_keys_alg(size_t i);
SS_MUST_USE ss_err ss_selftest_signatures(const struct ss_env *env, const char **out_name);
const void *ss_selftest_signatures_alg(size_t i);

/* One row, as client and as server. */
SS_MUST_USE ss_err ss_selftest_kex(const struct ss_env *env, const struct ss_selftest_kex *row);
/* Key exchange modulo a prime. */
SS_MUST_USE ss_err ss_selftest_dh(const struct ss_env *env, const char **out_name);
const void *ss_selftest_dh_alg(size_t i);
/* Key exchange with a post-quantum half. */
SS_MUST_USE ss_err ss_selftest_kems(const struct ss_env *env, const char **out_name);
const void *ss_selftest_kems_alg(size_t i);

/* Randomness as NIST's known answers of round 3 have it: CTR_DRBG with AES-256, SP 800-90A, without
 * derivation function or reseeding. Memory is the inner env's. */
struct ss_drbg {
    struct ss_env env;
    const struct ss_env *inner;
    uint8_t key[32], counter[16];
};
/* The seed has 48 bytes. */
SS_MUST_USE ss_err ss_drbg_init(struct ss_drbg *drbg, const struct ss_env *inner, ss_span seed);

#endif
