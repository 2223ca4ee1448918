/* SPDX-License-Identifier: Apache-2.0 */
/* der.h - keys in ASN.1: PKCS#1, SEC 1, the DSA layout of OpenSSL, PKCS#8, SubjectPublicKeyInfo.
 *
 * Owns: nothing.
 * Not here: PEM text (lib/keys).
 * Called by: lib/keys. Nothing here ever asks anybody for a passphrase. */
#ifndef CRYPTO_DER_H
#define CRYPTO_DER_H

#include "sshspec/crypto.h"

enum ss_der_form {
    SS_DER_RSA,             /* RSAPrivateKey, RFC 8017 A.1.2 */
    SS_DER_EC,              /* ECPrivateKey, RFC 5915 */
    SS_DER_DSA,             /* six integers, as OpenSSL writes them */
    SS_DER_PKCS8,           /* PrivateKeyInfo, RFC 5208; of OneAsymmetricKey, RFC 5958, version 1 */
    SS_DER_PKCS8_ENCRYPTED, /* EncryptedPrivateKeyInfo with PBES2, RFC 8018 */
    SS_DER_SPKI,            /* SubjectPublicKeyInfo, RFC 5280 */
    SS_DER_RSA_PUBLIC       /* RSAPublicKey, RFC 8017 A.1.1 */
};

/* One SEQUENCE, definite and shortest lengths, everything inside what holds it, at most 8 deep,
 * nothing behind it. out_at: where the first mistake is. */
SS_MUST_USE ss_err ss_der_check(ss_span der, size_t *out_at);

struct ss_der_limits {
    uint64_t pbkdf2_rounds;
    uint64_t scrypt_memory; /* bytes; never more than the 32 MiB that OpenSSL takes */
};

struct ss_der_key {
    const char *type; /* SSH's: "ecdsa-sha2-nistp256"; static text */
    struct ss_pkey_parts parts;
};

/* The parts are appended to store, which is then secret; read them before it grows again.
 * SS_E_unsupported: a kind of key or an encryption that is none of ours. SS_E_too_many: the
 * derivation costs more than limits allow. SS_E_wrong_passphrase: decryption came out as no key;
 * damage to the encrypted part looks the same. SS_E_bad_key: not a key of that form. */
SS_MUST_USE ss_err ss_der_read(enum ss_der_form form, ss_span der, ss_span passphrase,
                               const struct ss_der_limits *limits, struct ss_buf *store,
                               struct ss_der_key *out);

/* Appends the key in that form; SS_E_unsupported when the kind of key has no such form.
 * SS_DER_PKCS8_ENCRYPTED: AES-256-CBC under PBKDF2 with HMAC-SHA-256 and so many rounds. */
SS_MUST_USE ss_err ss_der_write(enum ss_der_form form, const struct ss_pkey *pkey,
                                const struct ss_env *env, ss_span passphrase, uint32_t rounds,
                                struct ss_buf *out);

#endif
