/* SPDX-License-Identifier: Apache-2.0 */
/* selftest.c - known answers: hashes, MACs and ciphers; and the order of the whole test.
 *
 * Owns: published answers, and the loop that compares ours with them.
 * Not here: key exchange and signatures (selftest_key.c).
 * Called by: programs at their start; tests.
 * Follows: SHA: FIPS 180-2 appendices, message "abc". HMAC: RFC 2202 and RFC 4231 test case 2.
 *   AES-CTR: NIST SP 800-38A F.5.1 and F.5.5. chacha20-poly1305:
 *   draft-ietf-sshm-chacha20-poly1305 appendix A. AES-GCM: key, nonce, text and so ciphertext of
 *   test cases 3 and 15 of McGrew and Viega; the tag is for four bytes of associated data, as
 *   SSH has them, and was computed apart from any library, with a program that gives the
 *   published tags of cases 4 and 16. */
#include "crypto/selftest.h"

struct hash_row {
    const struct ss_hash_alg *alg;
    const char *digest;
};

static const struct hash_row hash_rows[] = {
    {&ss_hash_sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {&ss_hash_sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {&ss_hash_sha384,
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134"
     "c825a7"},
    {&ss_hash_sha512,
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3"
     "feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

struct mac_row {
    const struct ss_mac_alg *alg;
    const char *mac;
};

/* Key "Jefe", data "what do ya want for nothing?". */
static const struct mac_row mac_rows[] = {
    {&ss_mac_hmac_sha2_256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {&ss_mac_hmac_sha2_512,
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8"
     "f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
    {&ss_mac_hmac_sha2_256_etm, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {&ss_mac_hmac_sha2_512_etm,
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8"
     "f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
};

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
};

size_t ss_selftest_hex(const char *hex, uint8_t *out)
{
    static const char digits[] = "0123456789abcdef";
    size_t n;

    for (n = 0; *hex != '\0' && n < SS_SELFTEST_MAX; n++, hex += 2)
        out[n] =
            (uint8_t)((strchr(digits, hex[0]) - digits) << 4 | (strchr(digits, hex[1]) - digits));
    return n;
}

bool ss_selftest_same(ss_span ours, const char *hex)
{
    uint8_t expected[SS_SELFTEST_MAX];

    return ss_span_eq(ours, ss_span_make(expected, ss_selftest_hex(hex, expected)));
}

static ss_err test_hash(const struct hash_row *row)
{
    ss_span parts[2] = {ss_span_of("a"), ss_span_of("bc")};
    uint8_t digest[SS_HASH_MAX];

    SS_TRY(row->alg->digest(parts, SS_COUNT(parts), digest));
    return ss_selftest_same(ss_span_make(digest, row->alg->size), row->digest) ? SS_OK
                                                                               : SS_E_crypto;
}

static ss_err test_hmac_sha1(void)
{
    uint8_t mac[20];

    SS_TRY(ss_hmac_sha1(ss_span_of("Jefe"), ss_span_of("what do ya want for nothing?"), mac));
    return ss_selftest_same(ss_span_make(mac, sizeof mac),
                            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
               ? SS_OK
               : SS_E_crypto;
}

/* HMAC pads a short key with zeros, so a key of full size with zeros behind is the same key; the
 * first four bytes of the data go in as the sequence number. */
static ss_err test_mac(const struct ss_env *env, const struct mac_row *row)
{
    const uint32_t what = UINT32_C(0x77686174);
    uint8_t key[SS_HASH_MAX] = "Jefe";
    uint8_t mac[SS_HASH_MAX];
    void *state = ss_alloc(env, row->alg->state_size);
    ss_err err;

    if (state == NULL)
        return SS_E_no_memory;
    err = row->alg->init(row->alg, state, key);
    if (err == SS_OK)
        err = row->alg->compute(state, what, ss_span_of(" do ya want for nothing?"), mac);
    if (err == SS_OK && !ss_selftest_same(ss_span_make(mac, row->alg->size), row->mac))
        err = SS_E_crypto;
    row->alg->fini(state);
    ss_free(env, state, row->alg->state_size);
    return err;
}

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

    if (state == NULL)
        return SS_E_no_memory;
    err = test_way(row, state, SS_SEAL);
    row->alg->fini(state);
    memset(state, 0, row->alg->state_size);
    if (err == SS_OK) {
        err = test_way(row, state, SS_OPEN);
        row->alg->fini(state);
    }
    ss_free(env, state, row->alg->state_size);
    return err;
}

ss_err ss_crypto_self_test(const struct ss_env *env, const char **out_name)
{
    ss_err err = SS_OK;
    size_t i;

    for (i = 0; err == SS_OK && i < SS_COUNT(hash_rows); i++) {
        *out_name = hash_rows[i].alg->name;
        err = test_hash(&hash_rows[i]);
    }
    if (err == SS_OK) {
        *out_name = "hmac-sha1";
        err = test_hmac_sha1();
    }
    for (i = 0; err == SS_OK && i < SS_COUNT(mac_rows); i++) {
        *out_name = mac_rows[i].alg->name;
        err = test_mac(env, &mac_rows[i]);
    }
    for (i = 0; err == SS_OK && i < SS_COUNT(cipher_rows); i++) {
        *out_name = cipher_rows[i].alg->name;
        err = test_cipher(env, &cipher_rows[i]);
    }
    if (err == SS_OK)
        err = ss_selftest_keys(env, out_name);
    if (err == SS_OK)
        err = ss_selftest_dh(env, out_name);
    if (err == SS_OK)
        err = ss_selftest_kems(env, out_name);
    if (err == SS_OK)
        *out_name = NULL;
    return err;
}

/* ---- which algorithms have an answer ---- */

static const void *mac_alg(size_t i)
{
    return i < SS_COUNT(mac_rows) ? mac_rows[i].alg : NULL;
}

static const void *cipher_alg(size_t i)
{
    return i < SS_COUNT(cipher_rows) ? cipher_rows[i].alg : NULL;
}

bool ss_crypto_has_answer(const void *alg)
{
    static const void *(*const parts[])(size_t) = {
        mac_alg, cipher_alg, ss_selftest_keys_alg, ss_selftest_dh_alg, ss_selftest_kems_alg};
    const void *at;
    size_t part, i;

    for (part = 0; part < SS_COUNT(parts); part++) {
        for (i = 0; (at = parts[part](i)) != NULL; i++) {
            if (at == alg)
                return true;
        }
    }
    return false;
}
