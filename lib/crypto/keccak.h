/* SPDX-License-Identifier: Apache-2.0 */
/* keccak.h - SHA-3 and SHAKE, many times in a row with one context.
 *
 * Owns: the context and what OpenSSL fetched.
 * Not here: the hashes that SSH negotiates (hash.c).
 * Called by: mlkem.c.
 * Follows: FIPS 202. */
#ifndef SSHSPEC_CRYPTO_KECCAK_H
#define SSHSPEC_CRYPTO_KECCAK_H

#include "crypto/ossl.h"

enum ss_keccak_kind { SS_SHA3_256, SS_SHA3_512, SS_SHAKE128, SS_SHAKE256, SS_KECCAK_KINDS };

struct ss_keccak {
    EVP_MD_CTX *ctx;
    EVP_MD *md[SS_KECCAK_KINDS];
    bool failed; /* by any call; what it should have written is zeros */
};

/* Cannot fail: a failure is kept until ss_keccak_done. */
void ss_keccak_init(struct ss_keccak *keccak);
/* n bytes of the kind's output for the parts one after another; SHA-3 has but one n. */
void ss_keccak_hash(struct ss_keccak *keccak, enum ss_keccak_kind kind, const ss_span *parts,
                    size_t parts_n, uint8_t *out, size_t n);
/* Lets go; SS_E_crypto when any call has failed. */
SS_MUST_USE ss_err ss_keccak_done(struct ss_keccak *keccak);

#endif
