/* SPDX-License-Identifier: Apache-2.0 */
/* blowfish.h - Blowfish with the expensive key schedule of bcrypt.
 *
 * Owns: nothing.
 * Not here: bcrypt itself (bcrypt_pbkdf.c). */
#ifndef CRYPTO_BLOWFISH_H
#define CRYPTO_BLOWFISH_H

#include "sshspec/span.h"

#define SS_BLOWFISH_P 18
#define SS_BLOWFISH_WORDS (SS_BLOWFISH_P + 4 * 256)

extern const uint32_t ss_blowfish_pi[SS_BLOWFISH_WORDS];

struct ss_blowfish {
    uint32_t p[SS_BLOWFISH_P];
    uint32_t s[4][256];
};

void ss_blowfish_init(struct ss_blowfish *state);
/* Mixes key into the state. salt, when it is not empty, is mixed into each block that becomes the
 * new state. Both are read round and round; key is not empty. */
void ss_blowfish_expand(struct ss_blowfish *state, ss_span salt, ss_span key);
/* Enciphers n blocks of two words in place. */
void ss_blowfish_encipher(const struct ss_blowfish *state, uint32_t *words, size_t blocks);

#endif
