/* SPDX-License-Identifier: Apache-2.0 */
/* test_pkey_sign.c - raw signatures of every kind.
 *
 * Follows: RFC 8709 section 6, RFC 5656 section 3.1.2, RFC 8332 section 3. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(pkey_sign, .fini = test_counted_check);

static const struct ss_sign_alg *const algs[] = {
    &ss_sign_ed25519,        &ss_sign_ecdsa_nistp256, &ss_sign_rsa_sha2_512,
    &ss_sign_rsa_sha2_256,   &ss_sign_ecdsa_nistp384, &ss_sign_ecdsa_nistp521,
    &ss_sign_ed448,          &ss_sign_rsa_sha1,       &ss_sign_dss,
    &ss_sign_mldsa44_ed25519};

static struct ss_pkey *key_for(const struct ss_sign_alg *alg)
{
    struct ss_pkey *pkey = NULL;

    cr_assert(ss_pkey_generate(kit_seeded(11), alg->kind, 1024, &pkey) == SS_OK);
    return pkey;
}

static size_t size_of(const struct ss_sign_alg *alg)
{
    switch (alg->kind) {
    case SS_KEY_RSA:
        return 128;
    case SS_KEY_ECDSA_P384:
        return 96;
    case SS_KEY_ECDSA_P521:
        return 132;
    case SS_KEY_ED448:
        return 114;
    case SS_KEY_DSA:
        return 40;
    case SS_KEY_MLDSA44_ED25519:
        return 2484;
    default:
        return 64;
    }
}

static ss_span signed_by(const struct ss_sign_alg *alg, const struct ss_pkey *pkey,
                         const struct ss_env *env, ss_span data, struct ss_buf *store)
{
    ss_buf_clear(store);
    cr_assert(ss_pkey_sign(pkey, env, alg->hash, data, store) == SS_OK, "%s", alg->name);
    cr_assert(ss_buf_size(store) == size_of(alg), "%s", alg->name);
    return ss_buf_span(store);
}

/* Many times: the numbers of ECDSA are shorter than the order once in 256. */
Test(pkey_sign, what_was_signed_verifies)
{
    struct ss_seeded seeded;
    struct ss_buf store;
    size_t i, n;

    ss_seeded_init(&seeded, 12);
    ss_buf_init(&store, &test_counted()->env, 4096);
    for (i = 0; i < SS_COUNT(algs); i++) {
        struct ss_pkey *pkey = key_for(algs[i]);

        for (n = 0; n <= 250; n++) {
            const struct ss_env *env = n % 2 == 0 ? test_env() : &seeded.env;
            ss_span data = n == 0 ? ss_span_make(NULL, 0) : kit_bytes(n);
            ss_span signature = signed_by(algs[i], pkey, env, data, &store);

            cr_expect(ss_pkey_verify(pkey, algs[i]->hash, data, signature) == SS_OK,
                      "%s, %zu bytes", algs[i]->name, n);
        }
        ss_pkey_free(&pkey);
    }
    ss_buf_fini(&store);
}

Test(pkey_sign, every_flipped_bit_is_refused)
{
    struct ss_buf store;
    size_t i, bit;

    ss_buf_init(&store, &test_counted()->env, 4096);
    for (i = 0; i < SS_COUNT(algs); i++) {
        struct ss_pkey *pkey = key_for(algs[i]);
        ss_span data = kit_bytes(100);
        ss_span good = signed_by(algs[i], pkey, test_env(), data, &store);
        uint8_t bad[2484];

        /* Of a signature that is long, one bit in 61. */
        for (bit = 0; bit<good.size * 8; bit += good.size> 200 ? 61 : 1) {
            memcpy(bad, good.data, good.size);
            bad[bit / 8] = (uint8_t)(bad[bit / 8] ^ 1u << bit % 8);
            cr_expect(ss_pkey_verify(pkey, algs[i]->hash, data, ss_span_make(bad, good.size)) ==
                          SS_E_bad_signature,
                      "%s, bit %zu", algs[i]->name, bit);
        }
        cr_expect(ss_pkey_verify(pkey, algs[i]->hash, kit_bytes(99), good) == SS_E_bad_signature);
        ss_pkey_free(&pkey);
    }
    ss_buf_fini(&store);
}

Test(pkey_sign, other_sizes_are_refused)
{
    static const uint8_t zero[200];
    size_t i, n;

    for (i = 0; i < SS_COUNT(algs); i++) {
        struct ss_pkey *pkey = key_for(algs[i]);

        for (n = 0; n <= sizeof zero; n++)
            cr_expect(ss_pkey_verify(pkey, algs[i]->hash, kit_bytes(9),
                                     test_guarded(ss_span_make(zero, n))) == SS_E_bad_signature,
                      "%s, %zu zeros", algs[i]->name, n);
        ss_pkey_free(&pkey);
    }
}

Test(pkey_sign, a_deterministic_env_makes_signatures_repeat)
{
    struct ss_seeded seeded;
    struct ss_buf store[2];
    size_t i;

    ss_seeded_init(&seeded, 1);
    ss_buf_init(&store[0], &test_counted()->env, 4096);
    ss_buf_init(&store[1], &test_counted()->env, 4096);
    for (i = 0; i < SS_COUNT(algs); i++) {
        struct ss_pkey *pkey = key_for(algs[i]);
        ss_span a = signed_by(algs[i], pkey, &seeded.env, kit_bytes(50), &store[0]);
        ss_span b = signed_by(algs[i], pkey, &seeded.env, kit_bytes(50), &store[1]);

        kit_expect(a, b, algs[i]->name);
        ss_pkey_free(&pkey);
    }
    ss_buf_fini(&store[0]);
    ss_buf_fini(&store[1]);
}

Test(pkey_sign, an_ordinary_env_makes_ecdsa_signatures_that_differ)
{
    const struct ss_sign_alg *alg = &ss_sign_ecdsa_nistp256;
    struct ss_pkey *pkey = key_for(alg);
    struct ss_buf store[2];
    ss_span a, b;

    ss_buf_init(&store[0], &test_counted()->env, 4096);
    ss_buf_init(&store[1], &test_counted()->env, 4096);
    a = signed_by(alg, pkey, test_env(), kit_bytes(50), &store[0]);
    b = signed_by(alg, pkey, test_env(), kit_bytes(50), &store[1]);
    cr_expect(!ss_span_eq(a, b));
    ss_buf_fini(&store[0]);
    ss_buf_fini(&store[1]);
    ss_pkey_free(&pkey);
}

Test(pkey_sign, wrong_use_is_refused_and_writes_nothing)
{
    struct ss_counted *counted = test_counted();
    struct ss_buf store;
    size_t i;

    for (i = 0; i < SS_COUNT(algs); i++) {
        struct ss_pkey *pkey = key_for(algs[i]), *public_key = NULL;
        struct ss_pkey_parts parts;

        ss_buf_init(&store, &counted->env, 4096);
        cr_assert(ss_pkey_export(pkey, false, &store, &parts) == SS_OK);
        cr_assert(ss_pkey_make(&counted->env, algs[i]->kind, &parts, &public_key) == SS_OK);
        ss_buf_clear(&store);
        cr_expect(ss_pkey_sign(public_key, test_env(), algs[i]->hash, kit_bytes(5), &store) ==
                  SS_E_usage);
        if (algs[i]->hash != NULL)
            cr_expect(ss_pkey_sign(pkey, test_env(), NULL, kit_bytes(5), &store) ==
                      SS_E_bad_argument);
        cr_expect(ss_buf_size(&store) == 0);
        ss_buf_fini(&store);
        ss_buf_init(&store, &counted->env, 20);
        cr_expect(ss_pkey_sign(pkey, test_env(), algs[i]->hash, kit_bytes(5), &store) ==
                  SS_E_ceiling);
        ss_buf_fini(&store);
        ss_pkey_free(&public_key);
        ss_pkey_free(&pkey);
    }
}
