/* SPDX-License-Identifier: Apache-2.0 */
/* test_pkey.c - keys from parts and from randomness, and back into parts.
 *
 * Follows: RFC 8032 section 7.1 test 2, RFC 6979 appendix A.2.5 for the keys. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(pkey, .fini = test_counted_check);

#define ED_PRIV "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
#define ED_PUB "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
#define EC_PRIV "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
#define EC_PUB                                                                                     \
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"                           \
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

struct row {
    const char *what;
    enum ss_key_kind kind;
    const char *pub, *priv;
    ss_err err;
};

static const struct row rows[] = {
    {"Ed25519 whole", SS_KEY_ED25519, ED_PUB, ED_PRIV, SS_OK},
    {"Ed25519 public", SS_KEY_ED25519, ED_PUB, "", SS_OK},
    {"Ed25519 private alone", SS_KEY_ED25519, "", ED_PRIV, SS_OK},
    {"Ed25519 with nothing", SS_KEY_ED25519, "", "", SS_E_bad_key},
    {"Ed25519 with another's public", SS_KEY_ED25519, ED_PRIV, ED_PRIV, SS_E_bad_key},
    {"Ed25519 public a byte short", SS_KEY_ED25519, "3d4017c3e843895a92b70aa74d1b7ebc9c982c", "",
     SS_E_bad_key},
    {"Ed25519 public a byte long", SS_KEY_ED25519, ED_PUB "00", "", SS_E_bad_key},
    {"Ed25519 private with public behind", SS_KEY_ED25519, ED_PUB, ED_PRIV ED_PUB, SS_E_bad_key},
    {"ECDSA whole", SS_KEY_ECDSA_P256, EC_PUB, EC_PRIV, SS_OK},
    {"ECDSA scalar as a positive mpint", SS_KEY_ECDSA_P256, EC_PUB, "00" EC_PRIV, SS_OK},
    {"ECDSA public", SS_KEY_ECDSA_P256, EC_PUB, "", SS_OK},
    {"ECDSA private alone", SS_KEY_ECDSA_P256, "", EC_PRIV, SS_OK},
    {"ECDSA small scalar", SS_KEY_ECDSA_P256, "", "01", SS_OK},
    {"ECDSA with nothing", SS_KEY_ECDSA_P256, "", "", SS_E_bad_key},
    {"ECDSA scalar 0", SS_KEY_ECDSA_P256, "", "00", SS_E_bad_key},
    {"ECDSA scalar of the order", SS_KEY_ECDSA_P256, "", ORDER, SS_E_bad_key},
    {"ECDSA scalar too long", SS_KEY_ECDSA_P256, "", "01" EC_PRIV, SS_E_bad_key},
    {"ECDSA with another's point", SS_KEY_ECDSA_P256, EC_PUB, "02", SS_E_bad_key},
    {"ECDSA point off the curve", SS_KEY_ECDSA_P256,
     "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d446229a",
     "", SS_E_bad_key},
    {"ECDSA point compressed", SS_KEY_ECDSA_P256,
     "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6", "", SS_E_bad_key},
    {"no kind", SS_KEY_NONE, ED_PUB, "", SS_E_bad_argument},
};

static ss_err make(const struct row *row, struct ss_pkey **out)
{
    struct ss_pkey_parts parts = {0};

    parts.pub = test_guarded(test_hex(row->pub));
    parts.priv = test_guarded(test_hex(row->priv));
    return ss_pkey_make(&test_counted()->env, row->kind, &parts, out);
}

Test(pkey, good_parts_make_a_key_and_bad_ones_do_not)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_pkey *pkey = NULL;
        ss_err err = make(&rows[i], &pkey);

        cr_expect(err == rows[i].err, "%s: %s", rows[i].what, ss_err_name(err));
        cr_expect((pkey != NULL) == (rows[i].err == SS_OK), "%s", rows[i].what);
        if (pkey != NULL) {
            cr_expect(ss_pkey_kind(pkey) == rows[i].kind && ss_pkey_bits(pkey) == 256);
            cr_expect(ss_pkey_is_private(pkey) == (rows[i].priv[0] != 0), "%s", rows[i].what);
        }
        ss_pkey_free(&pkey);
        cr_expect(pkey == NULL);
    }
}

static void check_export(const struct ss_pkey *pkey, const char *pub, const char *priv)
{
    struct ss_pkey_parts parts;
    struct ss_buf store;

    ss_buf_init(&store, &test_counted()->env, 4096);
    cr_assert(ss_buf_puts(&store, "before") == SS_OK);
    cr_assert(ss_pkey_export(pkey, false, &store, &parts) == SS_OK);
    kit_expect(parts.pub, test_hex(pub), "public");
    cr_expect(parts.priv.size == 0 && parts.n.size == 0 && !store.secret);
    cr_assert(ss_pkey_export(pkey, true, &store, &parts) == SS_OK);
    kit_expect(parts.pub, test_hex(pub), "public");
    kit_expect(parts.priv, test_hex(priv), "private");
    cr_expect(store.secret, "what holds a private key is wiped");
    ss_buf_fini(&store);
}

Test(pkey, what_went_in_comes_out)
{
    static const size_t whole[] = {0, 2, 8, 9, 11};
    size_t i;

    for (i = 0; i < SS_COUNT(whole); i++) {
        const struct row *row = &rows[whole[i]];
        struct ss_pkey *pkey = NULL;
        bool curve = row->kind == SS_KEY_ECDSA_P256;

        cr_assert(make(row, &pkey) == SS_OK);
        check_export(pkey, curve ? EC_PUB : ED_PUB, curve ? EC_PRIV : ED_PRIV);
        ss_pkey_free(&pkey);
    }
}

Test(pkey, a_public_key_has_no_private_parts_to_give)
{
    struct ss_pkey_parts parts;
    struct ss_pkey *pkey = NULL;
    struct ss_buf store;

    ss_buf_init(&store, &test_counted()->env, 4096);
    cr_assert(make(&rows[1], &pkey) == SS_OK);
    cr_expect(ss_pkey_export(pkey, true, &store, &parts) == SS_E_usage);
    cr_expect(ss_buf_size(&store) == 0);
    ss_pkey_free(&pkey);
    ss_buf_fini(&store);
}

Test(pkey, the_same_seed_makes_the_same_key)
{
    static const enum ss_key_kind kinds[] = {SS_KEY_ED25519,    SS_KEY_ECDSA_P256,
                                             SS_KEY_ECDSA_P384, SS_KEY_ECDSA_P521,
                                             SS_KEY_ED448,      SS_KEY_MLDSA44_ED25519};
    size_t i, k;

    for (k = 0; k < SS_COUNT(kinds); k++) {
        struct ss_pkey_parts parts[3];
        struct ss_pkey *pkey[3] = {NULL, NULL, NULL};
        struct ss_buf store[3];

        for (i = 0; i < 3; i++) {
            ss_buf_init(&store[i], &test_counted()->env, 4096);
            cr_assert(ss_pkey_generate(kit_seeded(i == 2 ? 8 : 7), kinds[k], 0, &pkey[i]) == SS_OK);
            cr_assert(ss_pkey_export(pkey[i], true, &store[i], &parts[i]) == SS_OK);
            ss_pkey_free(&pkey[i]);
        }
        kit_expect(parts[0].priv, parts[1].priv, "private");
        kit_expect(parts[0].pub, parts[1].pub, "public");
        cr_expect(!ss_span_eq(parts[0].pub, parts[2].pub), "another seed, another key");
        for (i = 0; i < 3; i++)
            ss_buf_fini(&store[i]);
    }
}

Test(pkey, a_failing_env_fails_the_call_and_leaves_nothing)
{
    struct ss_counted *counted = test_counted();
    struct kit_drawn empty;
    struct ss_pkey_parts parts;
    struct ss_pkey *pkey = NULL;
    struct ss_buf store;

    kit_drawn_init(&empty, ss_span_make(NULL, 0));
    cr_expect(ss_pkey_generate(&empty.env, SS_KEY_ED25519, 0, &pkey) == SS_E_no_random);
    cr_expect(ss_pkey_generate(&empty.env, SS_KEY_ECDSA_P256, 0, &pkey) == SS_E_no_random);
    cr_expect(ss_pkey_generate(&empty.env, SS_KEY_ECDSA_P521, 0, &pkey) == SS_E_no_random);
    cr_expect(ss_pkey_generate(&empty.env, SS_KEY_ED448, 0, &pkey) == SS_E_no_random);
    cr_expect(ss_pkey_generate(&empty.env, SS_KEY_DSA, 1024, &pkey) == SS_E_no_random);
    cr_expect(ss_pkey_generate(&empty.env, SS_KEY_MLDSA44_ED25519, 0, &pkey) == SS_E_no_random);
    cr_expect(ss_pkey_generate(&empty.env, SS_KEY_NONE, 0, &pkey) == SS_E_bad_argument);
    cr_expect(ss_pkey_generate(&empty.env, SS_KEY_SK_ED25519, 0, &pkey) == SS_E_bad_argument);
    KIT_SCARCE(counted);
    cr_expect(make(&rows[0], &pkey) == SS_E_no_memory && pkey == NULL);
    KIT_PLENTY(counted);
    cr_assert(make(&rows[8], &pkey) == SS_OK);
    ss_buf_init(&store, &counted->env, 4096);
    KIT_SCARCE(counted);
    cr_expect(ss_pkey_export(pkey, true, &store, &parts) == SS_E_no_memory);
    KIT_PLENTY(counted);
    ss_buf_fini(&store);
    ss_buf_init(&store, &counted->env, 65 + 31);
    cr_expect(ss_pkey_export(pkey, true, &store, &parts) == SS_E_ceiling);
    cr_expect(ss_buf_size(&store) == 0, "half a key is no key");
    ss_buf_fini(&store);
    ss_pkey_free(&pkey);
    ss_pkey_free(&pkey);
}
