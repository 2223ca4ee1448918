/* SPDX-License-Identifier: Apache-2.0 */
/* kdf.h - keys out of passphrases, for key files.
 *
 * Owns: nothing.
 * Not here: which file wants which (lib/keys); PBKDF2 and scrypt, which PKCS#8 brings with it
 *   (der.c).
 * Called by: lib/keys.
 *
 * What a derivation may cost is the caller's to bound before it is called: the numbers come from a
 * file. */
#ifndef CRYPTO_KDF_H
#define CRYPTO_KDF_H

#include "sshspec/env.h"

#define SS_BCRYPT_OUT_MAX 1024  /* bytes that the function can give */
#define SS_BCRYPT_SALT_MAX 1024 /* OpenSSH writes 16 */

/* bcrypt_pbkdf of OpenSSH key files. SS_E_bad_argument: nothing to derive from, no rounds, too
 * many bytes asked for. Its working memory, 5 KiB, is env's. */
SS_MUST_USE ss_err ss_bcrypt_pbkdf(const struct ss_env *env, ss_span passphrase, ss_span salt,
                                   uint32_t rounds, uint8_t *out, size_t out_size);

enum ss_argon2_kind { SS_ARGON2_D, SS_ARGON2_I, SS_ARGON2_ID };
struct ss_argon2 {
    enum ss_argon2_kind kind;
    uint32_t memory; /* KiB */
    uint32_t passes;
    uint32_t lanes;
    ss_span salt;
};
/* Argon2 version 1.3, in this thread. SS_E_bad_value: parameters that the function does not
 * allow (fewer than 8 KiB a lane, a salt under 8 bytes, no passes). The memory is libargon2's own:
 * its allocator takes no context. */
SS_MUST_USE ss_err ss_argon2(ss_span passphrase, const struct ss_argon2 *argon2, uint8_t *out,
                             size_t out_size);

/* The key of a "DEK-Info" PEM file: MD5 over and over, with the first 8 bytes of the initialisation
 * vector as salt. */
SS_MUST_USE ss_err ss_pem_derive(ss_span passphrase, ss_span salt, uint8_t *out, size_t out_size);

/* out has 32 bytes. */
SS_MUST_USE ss_err ss_hmac_sha256(ss_span key, ss_span data, uint8_t *out);
/* out has 16 bytes. For names of keys, not for their safety. */
SS_MUST_USE ss_err ss_md5(const ss_span *parts, size_t n, uint8_t *out);

#endif
