/* SPDX-License-Identifier: Apache-2.0 */
/* selftest.c - known answers: hashes, MACs and compression; and the order of the whole test.
 *
 * Owns: published answers, and the loop that compares ours with them.
 * Not here: ciphers (selftest_cipher.c), key exchange (selftest_key.c and others), signatures
 *   (selftest_sign.c).
 * Called by: programs at their start; tests.
 * Follows: SHA: FIPS 180-2 appendices, message "abc". HMAC: RFC 2202 and RFC 4231 test case 2,
 *   RFC 2202 test case 5 says that a cut one is its left part. UMAC: RFC 4418 appendix, its tags
 *   of 12 bytes being the left part of those of 16, of which Nettle's tests give the first whole.
 * zlib: RFC 1950 and 1951, by hand. */
#include "crypto/selftest.h"
#include "crypto/umac.h"

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
    const char *mac; /* the whole HMAC; ours may be the left part */
};

#define OF_MD5 "750c783e6ab0b503eaa86e310a5db738"
#define OF_SHA1 "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
#define OF_SHA256 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
#define OF_SHA512                                                                                  \
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8"   \
    "f0e6fdcaeab1a34d4a6b4b636e070a38bce737"

/* Key "Jefe", data "what do ya want for nothing?". */
static const struct mac_row mac_rows[] = {
    {&ss_mac_hmac_sha2_256, OF_SHA256}, {&ss_mac_hmac_sha2_256_etm, OF_SHA256},
    {&ss_mac_hmac_sha2_512, OF_SHA512}, {&ss_mac_hmac_sha2_512_etm, OF_SHA512},
    {&ss_mac_hmac_sha1, OF_SHA1},       {&ss_mac_hmac_sha1_etm, OF_SHA1},
    {&ss_mac_hmac_sha1_96, OF_SHA1},    {&ss_mac_hmac_sha1_96_etm, OF_SHA1},
    {&ss_mac_hmac_md5, OF_MD5},         {&ss_mac_hmac_md5_etm, OF_MD5},
    {&ss_mac_hmac_md5_96, OF_MD5},      {&ss_mac_hmac_md5_96_etm, OF_MD5},
};

/* Key "abcdefghijklmnop", nonce "bcdefghi", data as often as times says. */
struct umac_row {
    const struct ss_mac_alg *alg;
    const char *data;
    size_t times;
    const char *tag; /* the left part of it at least */
};

static const struct umac_row umac_rows[] = {
    {&ss_mac_umac_64, "", 1, "6e155fad26900be1"},
    {&ss_mac_umac_128, "", 1, "32fedb100c79ad58f07ff7643cc60465"},
    {&ss_mac_umac_64_etm, "", 1, "6e155fad26900be1"},
    {&ss_mac_umac_128_etm, "", 1, "32fedb100c79ad58f07ff7643cc60465"},
    {&ss_mac_umac_64, "aaa", 1, "44b5cb542f220104"},
    {&ss_mac_umac_128, "aaa", 1, "185e4fe905cba7bd85e4c2dc"},
    {&ss_mac_umac_64_etm, "aaa", 1, "44b5cb542f220104"},
    {&ss_mac_umac_128_etm, "aaa", 1, "185e4fe905cba7bd85e4c2dc"},
    {&ss_mac_umac_64, "abc", 500, "d4cf26ddefd5c01a"},
    {&ss_mac_umac_128, "abc", 500, "8824a260c53c66a36c9260a6"},
    {&ss_mac_umac_64_etm, "abc", 500, "d4cf26ddefd5c01a"},
    {&ss_mac_umac_128_etm, "abc", 500, "8824a260c53c66a36c9260a6"},
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

/* The whole answer, or where ours is cut its left part. */
static bool starts(const char *answer, ss_span ours)
{
    uint8_t expected[SS_SELFTEST_MAX];
    ss_span whole = ss_span_make(expected, ss_selftest_hex(answer, expected));

    return ss_span_eq(ours, ss_span_part(whole, 0, ours.size));
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
    if (err == SS_OK && !starts(row->mac, ss_span_make(mac, row->alg->size)))
        err = SS_E_crypto;
    row->alg->fini(state);
    ss_free(env, state, row->alg->state_size);
    return err;
}

static ss_err test_umac(const struct ss_env *env, const struct umac_row *row)
{
    uint8_t data[1500], tag[16], expected[SS_SELFTEST_MAX];
    size_t n = ss_selftest_hex(row->tag, expected), piece = strlen(row->data);
    struct ss_umac *umac = ss_alloc(env, row->alg->state_size);
    ss_err err;

    if (umac == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < row->times; i++)
        memcpy(data + i * piece, row->data, piece);
    err = row->alg->init(row->alg, umac, (const uint8_t *)"abcdefghijklmnop");
    if (err == SS_OK)
        err = ss_umac_compute(umac, (const uint8_t *)"bcdefghi",
                              ss_span_make(data, row->times * piece), tag);
    if (err == SS_OK && !ss_span_eq(ss_span_make(tag, n), ss_span_make(expected, n)))
        err = SS_E_crypto;
    row->alg->fini(umac);
    ss_free(env, umac, row->alg->state_size);
    return err;
}

/* ---- compression ---- */

/* "SSH" in a block that is stored, and an empty block with fixed codes, as a partial flush leaves
 * one behind. */
static const char stored[] = "789c"
                             "000300fcff535348"
                             "0200";

static ss_err open_comp(const struct ss_comp_alg *alg, void *state, const struct ss_env *env,
                        ss_span payload, struct ss_buf *out)
{
    ss_err err = alg->init(state, env, SS_OPEN);

    if (err == SS_OK)
        err = alg->pass(state, payload, out);
    alg->fini(state);
    return err;
}

/* What a hand wrote is read; what was written is shorter, and reads as it was. */
static ss_err run_comp(const struct ss_comp_alg *alg, void *state, const struct ss_env *env,
                       struct ss_buf *packed, struct ss_buf *clear)
{
    static const uint8_t zeros[100];
    uint8_t by_hand[16];
    ss_span text = ss_span_make(zeros, sizeof zeros);
    ss_err err;

    SS_TRY(
        open_comp(alg, state, env, ss_span_make(by_hand, ss_selftest_hex(stored, by_hand)), clear));
    if (!ss_span_is(ss_buf_span(clear), "SSH"))
        return SS_E_crypto;
    ss_buf_clear(clear);
    err = alg->init(state, env, SS_SEAL);
    if (err == SS_OK)
        err = alg->pass(state, text, packed);
    alg->fini(state);
    SS_TRY(err);
    SS_TRY(open_comp(alg, state, env, ss_buf_span(packed), clear));
    return ss_buf_size(packed) < 40 && ss_span_eq(ss_buf_span(clear), text) ? SS_OK : SS_E_crypto;
}

static ss_err test_comp(const struct ss_env *env, const struct ss_comp_alg *alg)
{
    void *state = ss_alloc(env, alg->state_size);
    struct ss_buf packed, clear;
    ss_err err;

    if (state == NULL)
        return SS_E_no_memory;
    ss_buf_init(&packed, env, SS_SELFTEST_MAX);
    ss_buf_init(&clear, env, SS_SELFTEST_MAX);
    err = run_comp(alg, state, env, &packed, &clear);
    alg->fini(state);
    ss_buf_fini(&packed);
    ss_buf_fini(&clear);
    ss_free(env, state, alg->state_size);
    return err;
}

/* ---- all of it ---- */

static ss_err test_hashes(const char **out_name)
{
    for (size_t i = 0; i < SS_COUNT(hash_rows); i++) {
        *out_name = hash_rows[i].alg->name;
        SS_TRY(test_hash(&hash_rows[i]));
    }
    *out_name = "hmac-sha1";
    return test_hmac_sha1();
}

static ss_err test_macs(const struct ss_env *env, const char **out_name)
{
    for (size_t i = 0; i < SS_COUNT(mac_rows); i++) {
        *out_name = mac_rows[i].alg->name;
        SS_TRY(test_mac(env, &mac_rows[i]));
    }
    for (size_t i = 0; i < SS_COUNT(umac_rows); i++) {
        *out_name = umac_rows[i].alg->name;
        SS_TRY(test_umac(env, &umac_rows[i]));
    }
    return SS_OK;
}

static const struct ss_comp_alg *const comps[] = {&ss_comp_zlib, &ss_comp_zlib_delayed};

static ss_err test_comps(const struct ss_env *env, const char **out_name)
{
    for (size_t i = 0; i < SS_COUNT(comps); i++) {
        *out_name = comps[i]->name;
        SS_TRY(test_comp(env, comps[i]));
    }
    return SS_OK;
}

ss_err ss_crypto_self_test(const struct ss_env *env, const char **out_name)
{
    SS_TRY(test_hashes(out_name));
    SS_TRY(test_macs(env, out_name));
    SS_TRY(test_comps(env, out_name));
    SS_TRY(ss_selftest_ciphers(env, out_name));
    SS_TRY(ss_selftest_keys(env, out_name));
    SS_TRY(ss_selftest_dh(env, out_name));
    SS_TRY(ss_selftest_kems(env, out_name));
    SS_TRY(ss_selftest_signatures(env, out_name));
    *out_name = NULL;
    return SS_OK;
}

/* ---- which algorithms have an answer ---- */

static const void *mac_alg(size_t i)
{
    if (i < SS_COUNT(mac_rows))
        return mac_rows[i].alg;
    i -= SS_COUNT(mac_rows);
    return i < SS_COUNT(umac_rows) ? umac_rows[i].alg : NULL;
}

static const void *comp_alg(size_t i)
{
    return i < SS_COUNT(comps) ? comps[i] : NULL;
}

bool ss_crypto_has_answer(const void *alg)
{
    static const void *(*const parts[])(size_t) = {
        mac_alg,
        comp_alg,
        ss_selftest_ciphers_alg,
        ss_selftest_keys_alg,
        ss_selftest_signatures_alg,
        ss_selftest_dh_alg,
        ss_selftest_kems_alg,
    };
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
