/* SPDX-License-Identifier: Apache-2.0 */
/* bcrypt_pbkdf.c - the key of an encrypted OpenSSH key file from its passphrase.
 *
 * Owns: the hash made of Blowfish, and how its outputs are spread over the key.
 * Not here: Blowfish (blowfish.c), the bound on rounds (lib/keys).
 * Called by: lib/keys.
 * Follows: bcrypt_pbkdf(3) of OpenBSD: PBKDF2 of RFC 8018 section 5.2 with bcrypt over SHA-512
 *   digests as its function, and with output bytes interleaved between blocks. */
#include "crypto/blowfish.h"
#include "crypto/kdf.h"
#include "sshspec/crypto.h"
#include "sshspec/wire.h"

enum { DIGEST = 64, BLOCK = 32, WORDS = BLOCK / 4, REPEATS = 64 };

struct work {
    struct ss_blowfish blowfish;
    uint8_t pass[DIGEST], salt[DIGEST];
    uint8_t block[BLOCK], sum[BLOCK];
};

static const char magic[BLOCK + 1] = "OxychromaticBlowfishSwatDynamite";

/* block = bcrypt of the two digests. */
static void hash(struct work *work)
{
    ss_span pass = ss_span_make(work->pass, DIGEST), salt = ss_span_make(work->salt, DIGEST);
    uint32_t words[WORDS];
    size_t i;

    ss_blowfish_init(&work->blowfish);
    ss_blowfish_expand(&work->blowfish, salt, pass);
    for (i = 0; i < REPEATS; i++) {
        ss_blowfish_expand(&work->blowfish, ss_span_make(NULL, 0), salt);
        ss_blowfish_expand(&work->blowfish, ss_span_make(NULL, 0), pass);
    }
    for (i = 0; i < WORDS; i++)
        words[i] = ss_load_u32((const uint8_t *)magic + 4 * i);
    for (i = 0; i < REPEATS; i++)
        ss_blowfish_encipher(&work->blowfish, words, WORDS / 2);
    /* Words come out with their lowest byte first. */
    for (i = 0; i < BLOCK; i++)
        work->block[i] = (uint8_t)(words[i / 4] >> 8 * (i % 4));
    ss_wipe(words, sizeof words);
}

static ss_err one_block(struct work *work, ss_span salt, uint32_t count, uint32_t rounds)
{
    uint8_t number[4] = {0};
    ss_span parts[2] = {salt, ss_span_make(number, sizeof number)};
    ss_span block = ss_span_make(work->block, BLOCK);
    uint32_t round;
    size_t i;

    ss_store_u32(number, count);
    SS_TRY(ss_hash_sha512.digest(parts, 2, work->salt));
    hash(work);
    memcpy(work->sum, work->block, BLOCK);
    for (round = 1; round < rounds; round++) {
        SS_TRY(ss_hash_sha512.digest(&block, 1, work->salt));
        hash(work);
        for (i = 0; i < BLOCK; i++)
            work->sum[i] ^= work->block[i];
    }
    return SS_OK;
}

/* Byte i of block b is byte i * blocks + b of the key, so that no block alone gives a part of it.
 */
static ss_err derive(struct work *work, ss_span salt, uint32_t rounds, uint8_t *out, size_t size)
{
    size_t blocks = (size + BLOCK - 1) / BLOCK, block, i;

    for (block = 0; block < blocks; block++) {
        SS_TRY(one_block(work, salt, (uint32_t)block + 1, rounds));
        for (i = 0; i * blocks + block < size; i++)
            out[i * blocks + block] = work->sum[i];
    }
    return SS_OK;
}

ss_err ss_bcrypt_pbkdf(const struct ss_env *env, ss_span passphrase, ss_span salt, uint32_t rounds,
                       uint8_t *out, size_t out_size)
{
    struct work *work;
    ss_err err;

    if (passphrase.size == 0 || salt.size == 0 || salt.size > SS_BCRYPT_SALT_MAX || rounds == 0 ||
        out_size == 0 || out_size > SS_BCRYPT_OUT_MAX)
        return SS_E_bad_argument;
    work = ss_alloc(env, sizeof *work);
    if (work == NULL)
        return SS_E_no_memory;
    err = ss_hash_sha512.digest(&passphrase, 1, work->pass);
    if (err == SS_OK)
        err = derive(work, salt, rounds, out, out_size);
    if (err != SS_OK)
        ss_wipe(out, out_size);
    ss_wipe(work, sizeof *work);
    ss_free(env, work, sizeof *work);
    return err;
}
