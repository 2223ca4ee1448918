/* SPDX-License-Identifier: Apache-2.0 */
/* key_ppk.h - what reading and writing PuTTY's key files share.
 *
 * Owns: nothing.
 * Not here: lines (key_ppk.c, key_ppk_write.c). */
#ifndef KEYS_KEY_PPK_H
#define KEYS_KEY_PPK_H

#include "crypto/kdf.h"
#include "keys/key_formats.h"

enum {
    SS_PPK_KEY = 32,
    SS_PPK_IV = 16,
    SS_PPK_BLOCK = 16,
    SS_PPK_MAC_MAX = 32,
    SS_PPK_SALT_MAX = 64,
    SS_PPK_LETTERS = 64
};

struct ss_ppk {
    unsigned version; /* 2 or 3 */
    ss_span algorithm, comment;
    bool encrypted;
    struct ss_argon2 argon2; /* version 3, encrypted; its salt is in the caller's memory */
    uint8_t key[SS_PPK_KEY], iv[SS_PPK_IV], mac_key[SS_PPK_MAC_MAX];
    size_t mac_key_size;
};

/* Fills key, iv and mac_key. */
SS_MUST_USE ss_err ss_ppk_derive(struct ss_ppk *ppk, ss_span passphrase);
/* Over all fields, in the clear and with their padding. *size: 20 or 32. */
SS_MUST_USE ss_err ss_ppk_mac(const struct ss_ppk *ppk, const struct ss_env *env,
                              ss_span public_blob, ss_span private_blob, uint8_t *out,
                              size_t *out_size);
void ss_ppk_wipe(struct ss_ppk *ppk);

/* The private values of a key as PuTTY orders them. SS_E_unsupported for a type without. */
SS_MUST_USE ss_err ss_ppk_read_values(struct ss_key_parse *parse, ss_span public_blob,
                                      struct ss_key_fields *out);
SS_MUST_USE ss_err ss_ppk_write_values(const struct ss_key *key, struct ss_buf *out);

#endif
