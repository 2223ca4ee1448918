/* SPDX-License-Identifier: Apache-2.0 */
/* test_pkey_dsa.c - DSA: bounds, groups that are none, RFC 6979, signatures that are none.
 *
 * Follows: FIPS 186-4 section 4; RFC 6979 appendix A.2.1. Published edge cases: tests/vectors. */
#include <criterion/criterion.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "tests/unit/crypto/kit.h"

TestSuite(pkey_dsa, .fini = test_counted_check);

/* ---- the key of RFC 6979 appendix A.2.1 ---- */

#define P                                                                                          \
    "86f5ca03dcfeb225063ff830a0c769b9dd9d6153ad91d7ce27f787c43278b447e6533b86b18bed6e8a48b784a14c" \
    "252"                                                                                          \
    "c5be0dbf60b86d6385bd2f12fb763ed8873abfd3f5ba2e0a8c0a59082eac056935e529daf7c610467899c77adedf" \
    "c84"                                                                                          \
    "6c881870b7b19b2b58f9be0521a17002e3bdd6b86685ee90b3d9a1b02b782b1779"
#define Q "996f967f6c8e388d9e28d01e205fba957a5698b1"
#define G                                                                                          \
    "07b0f92546150b62514bb771e2a0c0ce387f03bda6c56b505209ff25fd3c133d89bbcd97e904e09114d9a7defdea" \
    "dfc"                                                                                          \
    "9078ea544d2e401aeecc40bb9fbbf78fd87995a10a1c27cb7789b594ba7efb5c4326a9fe59a070e136db77175464" \
    "adc"                                                                                          \
    "a417be5dce2f40d10a46a3a3943f26ab7fd9c0398ff8c76ee0a56826a8a88f1dbd"
#define X "411602cb19a6ccc34494d79d98ef1e7ed5af25f7"
#define Y                                                                                          \
    "5df5e01ded31d0297e274e1691c192fe5868fef9e19a84776454b100cf16f65392195a38b90523e2542ee61871c0" \
    "440"                                                                                          \
    "cb87c322fc4b4d2ec5e1e7ec766e1be8d4ce935437dc11c3c8fd426338933ebfe739cb3465f4d3668c5e47350825" \
    "3b1"                                                                                          \
    "e682f65cbdc4fae93c2ea212390e54905a86e2223170b44eaa7da5dd9ffcfb7f3b"

static ss_err make(const char *p, const char *q, const char *g, const char *y, const char *x,
                   struct ss_pkey **out)
{
    struct ss_pkey_parts parts = {.p = test_hex(p),
                                  .q = test_hex(q),
                                  .g = test_hex(g),
                                  .pub = test_hex(y),
                                  .priv = test_hex(x)};

    return ss_pkey_make(&test_counted()->env, SS_KEY_DSA, &parts, out);
}

Test(pkey_dsa, the_signatures_of_rfc_6979)
{
    static const struct {
        const struct ss_hash_alg *hash;
        const char *message, *signature;
    } answers[] = {
        {&ss_hash_sha1, "sample",
         "2e1a0c2562b2912caaf89186fb0f42001585da5529efb6b0aff2d7a68eb70ca313022253b9a88df5"},
        {&ss_hash_sha256, "sample",
         "81f2f5850be5bc123c43f71a3033e9384611c5454cdd914b65eb6c66a8aaad27299bee6b035f5e89"},
        {&ss_hash_sha384, "sample",
         "07f2108557ee0e3921bc1774f1ca9b410b4ce65a54df70456c86fac10fab47c1949ab83f2c6f7595"},
        {&ss_hash_sha512, "sample",
         "16c3491f9b8c3fbbdd5e7a7b667057f0d8ee8e1b02c36a127a7b89edbb72e4ffbc71dabc7d4fc69c"},
        {&ss_hash_sha1, "test",
         "42ab2052fd43e123f0607f115052a67dcd9c5c77183916b0230d45b9931491d4c6b0bd2fb4aaf088"},
    };
    struct ss_pkey *pkey = NULL;
    struct ss_seeded seeded;
    struct ss_buf store;
    size_t i;

    ss_seeded_init(&seeded, 1);
    ss_buf_init(&store, &test_counted()->env, 4096);
    cr_assert(make(P, Q, G, Y, X, &pkey) == SS_OK);
    cr_expect(ss_pkey_bits(pkey) == 1024 && ss_pkey_is_private(pkey));
    for (i = 0; i < SS_COUNT(answers); i++) {
        ss_span message = ss_span_of(answers[i].message);

        ss_buf_clear(&store);
        cr_assert(ss_pkey_sign(pkey, &seeded.env, answers[i].hash, message, &store) == SS_OK);
        kit_expect(ss_buf_span(&store), test_hex(answers[i].signature), answers[i].hash->name);
        cr_expect(ss_pkey_verify(pkey, answers[i].hash, message, ss_buf_span(&store)) == SS_OK);
    }
    ss_buf_fini(&store);
    ss_pkey_free(&pkey);
}

/* ---- groups of other sizes, and what is no signature ---- */

/* A key whose x is 3, in one of the groups of RFC 5114 section 2, which OpenSSL has by name. */
static struct ss_pkey *key_of_group(const char *name, uint8_t *out_q, size_t *out_width)
{
    static uint8_t bytes[3][256];
    const char *const wanted[3] = {OSSL_PKEY_PARAM_FFC_P, OSSL_PKEY_PARAM_FFC_Q,
                                   OSSL_PKEY_PARAM_FFC_G};
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DHX", NULL);
    EVP_PKEY *group = NULL;
    BIGNUM *number[3] = {NULL, NULL, NULL}, *y = BN_new(), *x = BN_new();
    BN_CTX *work = BN_CTX_new();
    uint8_t public_value[256];
    const uint8_t three = 3;
    struct ss_pkey_parts parts = {.priv = ss_span_make(&three, 1)};
    ss_span *const out[3] = {&parts.p, &parts.q, &parts.g};
    struct ss_pkey *pkey = NULL;
    size_t i;

    cr_assert(EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_CTX_set_group_name(ctx, name) == 1 &&
              EVP_PKEY_generate(ctx, &group) == 1);
    for (i = 0; i < 3; i++) {
        cr_assert(EVP_PKEY_get_bn_param(group, wanted[i], &number[i]) == 1);
        *out[i] = ss_span_make(bytes[i], (size_t)BN_bn2bin(number[i], bytes[i]));
    }
    cr_assert(BN_set_word(x, 3) == 1 && BN_mod_exp(y, number[2], x, number[0], work) == 1);
    parts.pub = ss_span_make(public_value, (size_t)BN_bn2bin(y, public_value));
    cr_assert(ss_pkey_make(&test_counted()->env, SS_KEY_DSA, &parts, &pkey) == SS_OK, "%s", name);
    memcpy(out_q, parts.q.data, parts.q.size);
    *out_width = parts.q.size;
    for (i = 0; i < 3; i++)
        BN_free(number[i]);
    BN_free(x);
    BN_free(y);
    BN_CTX_free(work);
    EVP_PKEY_free(group);
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

Test(pkey_dsa, groups_with_a_q_of_224_and_256_bits)
{
    static const struct {
        const char *name;
        size_t width;
    } groups[] = {{"dh_2048_224", 28}, {"dh_2048_256", 32}};
    struct ss_seeded seeded;
    struct ss_buf store;
    uint8_t q[32];
    size_t i, width;

    ss_seeded_init(&seeded, 1);
    for (i = 0; i < SS_COUNT(groups); i++) {
        struct ss_pkey *pkey = key_of_group(groups[i].name, q, &width);
        unsigned n;

        cr_expect(width == groups[i].width && ss_pkey_bits(pkey) == 2048);
        ss_buf_init(&store, &test_counted()->env, 4096);
        for (n = 0; n < 4; n++) {
            ss_buf_clear(&store);
            cr_assert(ss_pkey_sign(pkey, n % 2 == 0 ? test_env() : &seeded.env, &ss_hash_sha256,
                                   kit_bytes(n), &store) == SS_OK);
            cr_expect(ss_buf_size(&store) == 2 * width);
            cr_expect(ss_pkey_verify(pkey, &ss_hash_sha256, kit_bytes(n), ss_buf_span(&store)) ==
                      SS_OK);
        }
        kit_pair_refused(pkey, &ss_hash_sha256, ss_span_make(q, width), SS_E_bad_signature);
        ss_buf_fini(&store);
        ss_pkey_free(&pkey);
    }
}

Test(pkey_dsa, what_is_no_signature_is_refused)
{
    struct ss_pkey *pkey = NULL;

    cr_assert(make(P, Q, G, Y, X, &pkey) == SS_OK);
    kit_pair_refused(pkey, &ss_hash_sha1, test_hex(Q), SS_E_bad_signature);
    ss_pkey_free(&pkey);
}

Test(pkey_dsa, what_is_no_group_or_no_member_of_it_is_refused)
{
    struct {
        const char *what, *p, *q, *g, *y, *x;
    } bad[] = {
        {"q does not divide p - 1", P, "996f967f6c8e388d9e28d01e205fba957a5698b3", G, Y, ""},
        {"q of 152 bits", P, "996f967f6c8e388d9e28d01e205fba957a5698", G, Y, ""},
        {"q of 161 bits", P, "01996f967f6c8e388d9e28d01e205fba957a5698b1", G, Y, ""},
        {"q even", P, "996f967f6c8e388d9e28d01e205fba957a5698b0", G, Y, ""},
        {"no q", P, "", G, Y, ""},
        {"g of 0", P, Q, "", Y, ""},
        {"g of 1", P, Q, "01", Y, ""},
        {"g of another order", P, Q, "02", Y, ""},
        {"g of p", P, Q, P, Y, ""},
        {"y of 1", P, Q, G, "01", ""},
        {"y of 0", P, Q, G, "00", ""},
        {"y of another order", P, Q, G, "02", ""},
        {"y of p", P, Q, G, P, ""},
        {"x of 0", P, Q, G, Y, "00"},
        {"x of q", P, Q, G, Y, Q},
        {"x of another key", P, Q, G, Y, "02"},
        {"p of 511 bits and less", "7fffffff", Q, G, Y, ""},
        {"p even", P "00", Q, G, Y, ""},
        {"nothing", "", "", "", "", ""},
    };
    struct ss_pkey_parts parts = {.q = test_hex(Q), .g = test_hex(G), .pub = test_hex(Y)};
    static uint8_t wide[9000];
    struct ss_pkey *pkey = NULL;
    size_t i;

    for (i = 0; i < SS_COUNT(bad); i++)
        cr_expect(make(bad[i].p, bad[i].q, bad[i].g, bad[i].y, bad[i].x, &pkey) == SS_E_bad_key,
                  "%s", bad[i].what);
    memset(wide, 0xff, sizeof wide);
    for (i = 385; i <= sizeof wide; i += 1723) { /* the first has a bit too many */
        parts.p = ss_span_make(wide, i);
        cr_expect(ss_pkey_make(&test_counted()->env, SS_KEY_DSA, &parts, &pkey) == SS_E_bad_key);
    }
    cr_expect(pkey == NULL);
}

Test(pkey_dsa, the_same_seed_makes_the_same_key)
{
    struct ss_pkey_parts parts[3];
    struct ss_pkey *pkey[3];
    struct ss_buf store[3];
    size_t i;

    for (i = 0; i < 3; i++) {
        ss_buf_init(&store[i], &test_counted()->env, 4096);
        cr_assert(ss_pkey_generate(kit_seeded(i == 2 ? 8 : 7), SS_KEY_DSA, 1024, &pkey[i]) ==
                  SS_OK);
        cr_expect(ss_pkey_bits(pkey[i]) == 1024);
        cr_assert(ss_pkey_export(pkey[i], true, &store[i], &parts[i]) == SS_OK);
        cr_expect(parts[i].p.size == 128 && parts[i].q.size == 20);
        ss_pkey_free(&pkey[i]);
        cr_expect(ss_pkey_make(&test_counted()->env, SS_KEY_DSA, &parts[i], &pkey[i]) == SS_OK);
        ss_pkey_free(&pkey[i]);
    }
    kit_expect(parts[0].p, parts[1].p, "p");
    kit_expect(parts[0].pub, parts[1].pub, "y");
    cr_expect(!ss_span_eq(parts[0].p, parts[2].p), "another seed, another key");
    for (i = 0; i < 3; i++)
        ss_buf_fini(&store[i]);
}

Test(pkey_dsa, impossible_sizes_are_not_generated)
{
    static const unsigned sizes[] = {0, 504, 1023, 3080, 1u << 31};
    struct ss_pkey *pkey = NULL;
    size_t i;

    for (i = 0; i < SS_COUNT(sizes); i++)
        cr_expect(ss_pkey_generate(test_env(), SS_KEY_DSA, sizes[i], &pkey) == SS_E_bad_argument);
    cr_expect(pkey == NULL);
}
