/* SPDX-License-Identifier: Apache-2.0 */
/* blowfish.c - the block cipher Blowfish, and the salted key schedule that makes it slow.
 *
 * Owns: the rounds, the schedule.
 * Not here: the words of pi (blowfish_pi.c); any mode of operation. OpenSSL's Blowfish cannot be
 *   used: it hides the state between two expansions.
 * Called by: bcrypt_pbkdf.c.
 * Follows: Schneier 1993 (see blowfish_pi.c); Provos and Mazieres, "A Future-Adaptable Password
 *   Scheme", 1999, for the salted schedule. */
#include "crypto/blowfish.h"

void ss_blowfish_init(struct ss_blowfish *state)
{
    memcpy(state->p, ss_blowfish_pi, sizeof state->p);
    memcpy(state->s, ss_blowfish_pi + SS_BLOWFISH_P, sizeof state->s);
}

static uint32_t mix(const struct ss_blowfish *state, uint32_t x)
{
    return ((state->s[0][x >> 24] + state->s[1][x >> 16 & 0xff]) ^ state->s[2][x >> 8 & 0xff]) +
           state->s[3][x & 0xff];
}

static void encipher(const struct ss_blowfish *state, uint32_t *words)
{
    uint32_t left = words[0] ^ state->p[0], right = words[1];
    size_t round;

    for (round = 1; round <= 16; round += 2) {
        right ^= mix(state, left) ^ state->p[round];
        left ^= mix(state, right) ^ state->p[round + 1];
    }
    words[0] = right ^ state->p[17];
    words[1] = left;
}

/* The next four bytes, big-endian; after the last byte comes the first. */
static uint32_t next_word(ss_span bytes, size_t *at)
{
    uint32_t word = 0;
    size_t i;

    for (i = 0; i < 4; i++) {
        word = word << 8 | bytes.data[*at];
        *at = *at + 1 < bytes.size ? *at + 1 : 0;
    }
    return word;
}

static void replace(struct ss_blowfish *state, uint32_t *to, size_t words, uint32_t *block,
                    ss_span salt, size_t *salt_at)
{
    size_t i;

    for (i = 0; i < words; i += 2) {
        if (salt.size > 0) {
            block[0] ^= next_word(salt, salt_at);
            block[1] ^= next_word(salt, salt_at);
        }
        encipher(state, block);
        to[i] = block[0];
        to[i + 1] = block[1];
    }
}

void ss_blowfish_expand(struct ss_blowfish *state, ss_span salt, ss_span key)
{
    uint32_t block[2] = {0, 0};
    size_t key_at = 0, salt_at = 0, i;

    for (i = 0; i < SS_BLOWFISH_P; i++)
        state->p[i] ^= next_word(key, &key_at);
    replace(state, state->p, SS_BLOWFISH_P, block, salt, &salt_at);
    for (i = 0; i < 4; i++)
        replace(state, state->s[i], 256, block, salt, &salt_at);
}

void ss_blowfish_encipher(const struct ss_blowfish *state, uint32_t *words, size_t blocks)
{
    size_t i;

    for (i = 0; i < blocks; i++)
        encipher(state, words + 2 * i);
}
