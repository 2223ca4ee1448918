/* SPDX-License-Identifier: Apache-2.0 */
/* selftest_cipher.c - known answers of the ciphers, sealed and opened.
 *
 * Owns: published answers, and the loop that compares ours with them.
 * Not here: MACs (selftest.c).
 * Called by: selftest.c.
 * Follows: NIST SP 800-38A F.2.1, F.2.3, F.2.5 (CBC) and F.5.1, F.5.3, F.5.5 (counter mode); NIST's
 *   examples of three-key triple DES in CBC. chacha20-poly1305:
 *   draft-ietf-sshm-chacha20-poly1305 appendix A. AES-GCM: key, nonce, text and so ciphertext of
 *   test cases 3 and 15 of McGrew and Viega; the tag is for four bytes of associated data, as
 *   SSH has them, and was computed apart from any library, with a program that gives the
 *   published tags of cases 4 and 16. */
#include "crypto/selftest.h"

struct cipher_row {
    const struct ss_cipher_alg *alg;
    const char *key, *iv;
    uint32_t sequence;
    const char *clear, *sealed, *tag; /* AEAD: the length field is the first four bytes */
};

static const struct cipher_row cipher_rows[] = {
    {
        .alg = &ss_cipher_chacha20_poly1305,
        .key =
            "8bbff6855fc102338c373e73aac0c914f076a905b2444a32eecaffeae22becc5e9b7a7a5825a8249346e"
            "c1c28301cf394543fc7569887d76e168f37562ac0740",
        .iv = "",
        .sequence = 7,
        .clear =
            "00000048065e00000000000000384c6f72656d20697073756d20646f6c6f722073697420616d65742c20"
            "636f6e7365637465747572206164697069736963696e6720656c69744e43e804dc6c",
        .sealed =
            "2c3ecce4a5bc05895bf07a7ba956b6c68829ac7c83b780b7000ecde745afc705bbc378ce03a280236b87"
            "b53bed5839662302b164b6286a48cd1e097138e3cb909b8b2b829dd18d2a35ff82d9",
        .tag = "95349e855bf02c298ef775f2d1a7e8b8",
    },
    {
        .alg = &ss_cipher_aes128_gcm,
        .key = "feffe9928665731c6d6a8f9467308308",
        .iv = "cafebabefacedbaddecaf888",
        .sequence = 0,
        .clear =
            "00000040d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c959568"
            "09532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
        .sealed =
            "0000004042831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466"
            "931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
        .tag = "e6114f6468325271e9b03b510a6dff85",
    },
    {
        .alg = &ss_cipher_aead_aes128_gcm,
        .key = "feffe9928665731c6d6a8f9467308308",
        .iv = "cafebabefacedbaddecaf888",
        .sequence = 0,
        .clear =
            "00000040d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c959568"
            "09532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
        .sealed =
            "0000004042831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466"
            "931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
        .tag = "e6114f6468325271e9b03b510a6dff85",
    },
    {
        .alg = &ss_cipher_aes256_gcm,
        .key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        .iv = "cafebabefacedbaddecaf888",
        .sequence = 0,
        .clear =
            "00000040d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c959568"
            "09532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
        .sealed =
            "00000040522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590d"
            "bb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
        .tag = "4c94d832c068679ac9246e9aa8d1987a",
    },
    {
        .alg = &ss_cipher_aead_aes256_gcm,
        .key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        .iv = "cafebabefacedbaddecaf888",
        .sequence = 0,
        .clear =
            "00000040d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c959568"
            "09532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
        .sealed =
            "00000040522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590d"
            "bb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
        .tag = "4c94d832c068679ac9246e9aa8d1987a",
    },
    {
        .alg = &ss_cipher_aes128_ctr,
        .key = "2b7e151628aed2a6abf7158809cf4f3c",
        .iv = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        .sequence = 0,
        .clear =
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fb"
            "c1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .sealed =
            "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f"
            "09020db03eab1e031dda2fbe03d1792170a0f3009cee",
        .tag = "",
    },
    {
        .alg = &ss_cipher_aes256_ctr,
        .key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        .iv = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        .sequence = 0,
        .clear =
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fb"
            "c1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .sealed =
            "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce870"
            "17ba2d84988ddfc9c58db67aada613c2dd08457941a6",
        .tag = "",
    },
    {
        .alg = &ss_cipher_aes192_ctr,
        .key = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
        .iv = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        .sequence = 0,
        .clear =
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fb"
            "c1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .sealed =
            "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e941e36b26bd1ebc670d1bd"
            "1d665620abf74f78a7f6d29809585a97daec58c6b050",
        .tag = "",
    },
    {
        .alg = &ss_cipher_aes128_cbc,
        .key = "2b7e151628aed2a6abf7158809cf4f3c",
        .iv = "000102030405060708090a0b0c0d0e0f",
        .sequence = 0,
        .clear =
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fb"
            "c1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .sealed =
            "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116"
            "e69e222295163ff1caa1681fac09120eca307586e1a7",
        .tag = "",
    },
    {
        .alg = &ss_cipher_aes192_cbc,
        .key = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
        .iv = "000102030405060708090a0b0c0d0e0f",
        .sequence = 0,
        .clear =
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fb"
            "c1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .sealed =
            "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a571b242012fb7ae07fa9"
            "baac3df102e008b0e27988598881d920a9e64f5615cd",
        .tag = "",
    },
    {
        .alg = &ss_cipher_aes256_cbc,
        .key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        .iv = "000102030405060708090a0b0c0d0e0f",
        .sequence = 0,
        .clear =
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fb"
            "c1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .sealed =
            "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530"
            "e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
        .tag = "",
    },
    {
        .alg = &ss_cipher_rijndael_cbc,
        .key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        .iv = "000102030405060708090a0b0c0d0e0f",
        .sequence = 0,
        .clear =
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fb"
            "c1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        .sealed =
            "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530"
            "e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
        .tag = "",
    },
    {
        .alg = &ss_cipher_3des_cbc,
        .key = "0123456789abcdef23456789abcdef01456789abcdef0123",
        .iv = "f69f2445df4f9b17",
        .sequence = 0,
        .clear = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
        .sealed = "2079c3d53aa763e193b79e2569ab5262516570481f25b50f73c0bda85c8e0da7",
        .tag = "",
    },
    {
        .alg = &ss_cipher_none,
        .key = "",
        .iv = "",
        .sequence = 0,
        .clear = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
        .sealed = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
        .tag = "",
    },
};

/* In two pieces: the stream must continue. */
static ss_err run_stream(const struct ss_cipher_alg *alg, void *state, uint8_t *data, size_t n)
{
    SS_TRY(alg->crypt(state, data, alg->block));
    return alg->crypt(state, data + alg->block, n - alg->block);
}

static ss_err seal_row(const struct cipher_row *row, void *state, uint8_t *data, size_t n)
{
    const struct ss_cipher_alg *alg = row->alg;
    uint8_t tag[SS_HASH_MAX];

    if ((alg->flags & SS_CIPHER_AEAD) == 0)
        return run_stream(alg, state, data, n);
    SS_TRY(alg->seal(state, row->sequence, data, n - 4, tag));
    return ss_selftest_same(ss_span_make(tag, alg->tag), row->tag) ? SS_OK : SS_E_crypto;
}

static ss_err open_row(const struct cipher_row *row, void *state, uint8_t *data, size_t n)
{
    const struct ss_cipher_alg *alg = row->alg;
    uint8_t tag[SS_SELFTEST_MAX];
    uint32_t length;

    if ((alg->flags & SS_CIPHER_AEAD) == 0)
        return run_stream(alg, state, data, n);
    (void)ss_selftest_hex(row->tag, tag);
    SS_TRY(alg->length(state, row->sequence, data, &length));
    if (length != n - 4)
        return SS_E_crypto;
    return alg->open(state, row->sequence, data, n - 4, tag);
}

static ss_err test_way(const struct cipher_row *row, void *state, enum ss_way way)
{
    uint8_t key[SS_SELFTEST_MAX], iv[SS_SELFTEST_MAX], data[SS_SELFTEST_MAX];
    size_t n = ss_selftest_hex(way == SS_SEAL ? row->clear : row->sealed, data);

    (void)ss_selftest_hex(row->key, key);
    (void)ss_selftest_hex(row->iv, iv);
    SS_TRY(row->alg->init(row->alg, state, key, iv, way));
    if (way == SS_SEAL)
        SS_TRY(seal_row(row, state, data, n));
    else
        SS_TRY(open_row(row, state, data, n));
    return ss_selftest_same(ss_span_make(data, n), way == SS_SEAL ? row->sealed : row->clear)
               ? SS_OK
               : SS_E_crypto;
}

static ss_err test_cipher(const struct ss_env *env, const struct cipher_row *row)
{
    void *state = ss_alloc(env, row->alg->state_size);
    ss_err err;

    if (state == NULL && row->alg->state_size > 0) /* "none" has none */
        return SS_E_no_memory;
    err = test_way(row, state, SS_SEAL);
    row->alg->fini(state);
    if (state != NULL)
        memset(state, 0, row->alg->state_size);
    if (err == SS_OK) {
        err = test_way(row, state, SS_OPEN);
        row->alg->fini(state);
    }
    ss_free(env, state, row->alg->state_size);
    return err;
}

ss_err ss_selftest_ciphers(const struct ss_env *env, const char **out_name)
{
    ss_err err = SS_OK;

    for (size_t i = 0; err == SS_OK && i < SS_COUNT(cipher_rows); i++) {
        *out_name = cipher_rows[i].alg->name;
        err = test_cipher(env, &cipher_rows[i]);
    }
    return err;
}

const void *ss_selftest_ciphers_alg(size_t i)
{
    return i < SS_COUNT(cipher_rows) ? cipher_rows[i].alg : NULL;
}
