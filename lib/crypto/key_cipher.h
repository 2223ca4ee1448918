/* SPDX-License-Identifier: Apache-2.0 */
/* key_cipher.h - the ciphers of key files: one key, one piece of data, no packets.
 *
 * Owns: nothing.
 * Not here: ciphers of connections, which frame packets (crypto.h).
 * Called by: lib/keys. */
#ifndef CRYPTO_KEY_CIPHER_H
#define CRYPTO_KEY_CIPHER_H

#include "sshspec/crypto.h"

#define SS_KEY_CIPHER_KEY_MAX 64
#define SS_KEY_CIPHER_IV_MAX 16
#define SS_KEY_CIPHER_TAG_MAX 16

struct ss_key_cipher {
    const char *name;             /* SSH's: "aes256-ctr" */
    const char *evp;              /* OpenSSL's */
    uint16_t key, iv, block, tag; /* bytes; tag 0: no integrity of its own */
};

/* Null when there is none of that name; "none" is none. */
const struct ss_key_cipher *ss_key_cipher_find(ss_span name);
/* Null-terminated, in the order of `ssh -Q cipher`. */
const struct ss_key_cipher *const *ss_key_cipher_all(void);
/* data in place; n is a multiple of block. tag is written when sealing and compared when opening,
 * without a look into the data first: SS_E_mac_mismatch. data is wiped when it fails. */
SS_MUST_USE ss_err ss_key_cipher_run(const struct ss_key_cipher *cipher, enum ss_way way,
                                     const uint8_t *key, const uint8_t *iv, uint8_t *data, size_t n,
                                     uint8_t *tag);

#endif
