/* SPDX-License-Identifier: Apache-2.0 */
/* test_ecdsa_repeat.c - ECDSA with the nonce of RFC 6979.
 *
 * Follows: RFC 6979 appendices A.2.5 with all hashes the library has, A.2.6 and A.2.7 with those of
 *   another size than the order. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(ecdsa_repeat, .fini = test_counted_check);

struct row {
    const struct ss_hash_alg *hash;
    const char *message, *signature;
};

/* The nonce is cut from more bits, or from fewer, than the hash has. */
static const struct {
    enum ss_key_kind kind;
    const char *priv;
    struct row row;
} wide_rows[] = {
    {SS_KEY_ECDSA_P384,
     "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2e"
     "d"
     "f5",
     {&ss_hash_sha256, "sample",
      "21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355d92fa2b3c36d8f"
      "b2"
      "cd"
      "f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac42ec0cb8668a4fa"
      "0a"
      "b0"}},
    {SS_KEY_ECDSA_P384,
     "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2e"
     "d"
     "f5",
     {&ss_hash_sha512, "sample",
      "ed0959d5880ab2d869ae7f6c2915c6d60f96507f9cb3e047c0046861da4a799cfe30f35cc900056d7c99cd788243"
      "37"
      "09"
      "512c8cceee3890a84058ce1e22dbc2198f42323ce8aca9135329f03c068e5112dc7cc3ef3446defceb01a45c2667"
      "fd"
      "d5"}},
    {SS_KEY_ECDSA_P521,
     "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16"
     "f"
     "cc1466f6d8fbec67db89ec0c08b0e996b83538",
     {&ss_hash_sha256, "sample",
      "01511bb4d675114fe266fc4372b87682baecc01d3cc62cf2303c92b3526012659d16876e25c7c1e57648f23b7356"
      "4d"
      "67f61c6f14d527d54972810421e7d87589e1a7"
      "004a171143a83163d6df460aaf61522695f207a58b95c0644d87e52aa1a347916e4f7a72930b1bc06dbe22ce3f58"
      "26"
      "4afd23704cbb63b29b931f7de6c9d949a7ecfc"}},
};

static const struct row rows[] = {
    {&ss_hash_sha1, "sample",
     "61340c88c3aaebeb4f6d667f672ca9759a6ccaa9fa8811313039ee4a35471d32"
     "6d7f147dac089441bb2e2fe8f7a3fa264b9c475098fdcf6e00d7c996e1b8b7eb"},
    {&ss_hash_sha256, "sample",
     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"},
    {&ss_hash_sha384, "sample",
     "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719"
     "4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954"},
    {&ss_hash_sha512, "sample",
     "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00"
     "2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe"},
    {&ss_hash_sha256, "test",
     "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
     "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"},
    {&ss_hash_sha512, "test",
     "461d93f31b6540894788fd206c07cfa0cc35f46fa3c91816fff1040ad1581a04"
     "39af9f15de0db8d97e72719c74820d304ce5226e32dedae67519e840d1194e55"},
};

Test(ecdsa_repeat, the_signatures_of_rfc_6979)
{
    struct ss_pkey_parts parts = {0};
    struct ss_pkey *pkey = NULL;
    struct ss_seeded seeded;
    struct ss_buf store;
    size_t i;

    ss_seeded_init(&seeded, 1);
    parts.priv = test_hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
    cr_assert(ss_pkey_make(&test_counted()->env, SS_KEY_ECDSA_P256, &parts, &pkey) == SS_OK);
    ss_buf_init(&store, &test_counted()->env, 64);
    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_span message = ss_span_of(rows[i].message);

        ss_buf_clear(&store);
        cr_assert(ss_pkey_sign(pkey, &seeded.env, rows[i].hash, message, &store) == SS_OK);
        kit_expect(ss_buf_span(&store), test_hex(rows[i].signature), rows[i].hash->name);
        cr_expect(ss_pkey_verify(pkey, rows[i].hash, message, ss_buf_span(&store)) == SS_OK);
    }
    ss_buf_fini(&store);
    ss_pkey_free(&pkey);
}

Test(ecdsa_repeat, the_nonce_has_as_many_bits_as_the_order)
{
    struct ss_seeded seeded;
    struct ss_buf store;
    size_t i;

    ss_seeded_init(&seeded, 1);
    ss_buf_init(&store, &test_counted()->env, 256);
    for (i = 0; i < SS_COUNT(wide_rows); i++) {
        struct ss_pkey_parts parts = {.priv = test_hex(wide_rows[i].priv)};
        const struct row *row = &wide_rows[i].row;
        struct ss_pkey *pkey = NULL;

        cr_assert(ss_pkey_make(&test_counted()->env, wide_rows[i].kind, &parts, &pkey) == SS_OK);
        ss_buf_clear(&store);
        cr_assert(ss_pkey_sign(pkey, &seeded.env, row->hash, ss_span_of(row->message), &store) ==
                  SS_OK);
        kit_expect(ss_buf_span(&store), test_hex(row->signature), row->hash->name);
        ss_pkey_free(&pkey);
    }
    ss_buf_fini(&store);
}
