/* SPDX-License-Identifier: Apache-2.0 */
/* test_der_write.c - keys in ASN.1 written, and read back by the reader.
 *
 * Follows: RFC 8410 section 10 for bytes; the openssl program reads them in tests/e2e. */
#include <criterion/criterion.h>

#include "crypto/der.h"
#include "tests/unit/crypto/kit.h"

TestSuite(der_write, .fini = test_counted_check);

static const struct ss_der_limits limits = {10000, 1 << 20};

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static struct ss_pkey *pkey(enum ss_key_kind kind)
{
    struct ss_pkey *made = NULL;

    cr_assert(ss_pkey_generate(env(), kind, 1024, &made) == SS_OK);
    return made;
}

/* Reads der back and compares all parts. */
static void expect_same(enum ss_der_form form, ss_span der, const char *passphrase,
                        const struct ss_pkey *want, bool with_private)
{
    struct ss_pkey_parts parts;
    struct ss_der_key key = {0};
    struct ss_buf store, exported;

    ss_buf_init(&store, env(), 1 << 16);
    ss_buf_init(&exported, env(), 1 << 16);
    cr_assert(ss_der_read(form, der, ss_span_of(passphrase), &limits, &store, &key) == SS_OK,
              "form %d", (int)form);
    cr_assert(ss_pkey_export(want, with_private, &exported, &parts) == SS_OK);
    kit_expect(key.parts.n, parts.n, "n");
    kit_expect(key.parts.e, parts.e, "e");
    kit_expect(key.parts.d, parts.d, "d");
    kit_expect(key.parts.p, parts.p, "p");
    kit_expect(key.parts.q, parts.q, "q");
    kit_expect(key.parts.g, parts.g, "g");
    kit_expect(key.parts.iqmp, parts.iqmp, "iqmp");
    if (key.parts.pub.size > 0)
        kit_expect(key.parts.pub, parts.pub, "public");
    cr_expect(key.parts.priv.size == 0 || with_private);
    while (parts.priv.size > key.parts.priv.size && parts.priv.data[0] == 0)
        parts.priv = ss_span_part(parts.priv, 1, parts.priv.size);
    kit_expect(key.parts.priv, parts.priv, "private");
    ss_buf_fini(&exported);
    ss_buf_fini(&store);
}

static const struct {
    enum ss_key_kind kind;
    enum ss_der_form form;
    bool with_private;
} rows[] = {
    {SS_KEY_RSA, SS_DER_RSA, true},          {SS_KEY_RSA, SS_DER_PKCS8, true},
    {SS_KEY_RSA, SS_DER_SPKI, false},        {SS_KEY_RSA, SS_DER_RSA_PUBLIC, false},
    {SS_KEY_ECDSA_P256, SS_DER_EC, true},    {SS_KEY_ECDSA_P256, SS_DER_PKCS8, true},
    {SS_KEY_ECDSA_P256, SS_DER_SPKI, false}, {SS_KEY_ED25519, SS_DER_PKCS8, true},
    {SS_KEY_ED25519, SS_DER_SPKI, false},    {SS_KEY_ECDSA_P384, SS_DER_EC, true},
    {SS_KEY_ECDSA_P521, SS_DER_EC, true},    {SS_KEY_ECDSA_P521, SS_DER_SPKI, false},
    {SS_KEY_DSA, SS_DER_DSA, true},          {SS_KEY_DSA, SS_DER_PKCS8, true},
    {SS_KEY_DSA, SS_DER_SPKI, false},        {SS_KEY_ED448, SS_DER_PKCS8, true},
    {SS_KEY_ED448, SS_DER_SPKI, false},
};

Test(der_write, what_is_written_reads_back)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_pkey *key = pkey(rows[i].kind);
        struct ss_buf der;
        size_t at;

        ss_buf_init(&der, env(), 1 << 16);
        cr_assert(ss_buf_puts(&der, "x") == SS_OK);
        cr_assert(ss_der_write(rows[i].form, key, env(), ss_span_make(NULL, 0), 0, &der) == SS_OK,
                  "row %zu", i);
        cr_expect(der.secret == rows[i].with_private);
        ss_buf_consume(&der, 1);
        cr_expect(ss_der_check(ss_buf_span(&der), &at) == SS_OK);
        expect_same(rows[i].form, ss_buf_span(&der), NULL, key, rows[i].with_private);
        ss_buf_fini(&der);
        ss_pkey_free(&key);
    }
}

/* What a label says is what must be inside. */
Test(der_write, no_form_is_read_as_another)
{
    static const enum ss_der_form all[] = {SS_DER_RSA,   SS_DER_EC,   SS_DER_DSA,
                                           SS_DER_PKCS8, SS_DER_SPKI, SS_DER_RSA_PUBLIC};
    size_t i, k;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_pkey *key = pkey(rows[i].kind);
        struct ss_buf der, store;

        ss_buf_init(&der, env(), 1 << 16);
        ss_buf_init(&store, env(), 1 << 16);
        cr_assert(ss_der_write(rows[i].form, key, env(), ss_span_make(NULL, 0), 0, &der) == SS_OK);
        for (k = 0; k < SS_COUNT(all); k++) {
            struct ss_der_key back = {0};

            if (all[k] == rows[i].form)
                continue;
            cr_expect(ss_der_read(all[k], ss_buf_span(&der), ss_span_make(NULL, 0), &limits, &store,
                                  &back) == SS_E_bad_key,
                      "row %zu as %d", i, (int)all[k]);
        }
        ss_buf_fini(&store);
        ss_buf_fini(&der);
        ss_pkey_free(&key);
    }
}

Test(der_write, encrypted_keys_open_with_their_passphrase_only)
{
    struct ss_pkey *key = pkey(SS_KEY_ED25519);
    struct ss_der_key back = {0};
    struct ss_buf der, store;

    ss_buf_init(&der, env(), 4096);
    ss_buf_init(&store, env(), 4096);
    cr_assert(ss_der_write(SS_DER_PKCS8_ENCRYPTED, key, env(), test_text("right"), 1000, &der) ==
              SS_OK);
    expect_same(SS_DER_PKCS8_ENCRYPTED, ss_buf_span(&der), "right", key, true);
    cr_expect(ss_der_read(SS_DER_PKCS8_ENCRYPTED, ss_buf_span(&der), test_text("wrong"), &limits,
                          &store, &back) == SS_E_wrong_passphrase);
    cr_expect(ss_der_read(SS_DER_PKCS8_ENCRYPTED, ss_buf_span(&der), ss_span_make(NULL, 0), &limits,
                          &store, &back) == SS_E_key_encrypted);
    cr_expect(ss_buf_size(&store) == 0);
    ss_buf_fini(&store);
    ss_buf_fini(&der);
    ss_pkey_free(&key);
}

Test(der_write, what_cannot_be_written)
{
    struct ss_pkey *key = pkey(SS_KEY_ED25519), *half = NULL;
    struct ss_pkey *composite = pkey(SS_KEY_MLDSA44_ED25519);
    struct ss_pkey_parts parts;
    struct ss_buf der, store;
    ss_span none = ss_span_make(NULL, 0);

    ss_buf_init(&der, env(), 4096);
    ss_buf_init(&store, env(), 4096);
    cr_assert(ss_pkey_export(key, false, &store, &parts) == SS_OK);
    cr_assert(ss_pkey_make(env(), SS_KEY_ED25519, &parts, &half) == SS_OK);
    cr_expect(ss_der_write(SS_DER_RSA, key, env(), none, 0, &der) == SS_E_unsupported);
    cr_expect(ss_der_write(SS_DER_EC, key, env(), none, 0, &der) == SS_E_unsupported);
    cr_expect(ss_der_write(SS_DER_PKCS8, composite, env(), none, 0, &der) == SS_E_unsupported);
    ss_pkey_free(&composite);
    cr_expect(ss_der_write(SS_DER_RSA_PUBLIC, key, env(), none, 0, &der) == SS_E_unsupported);
    cr_expect(ss_der_write(SS_DER_PKCS8, half, env(), none, 0, &der) == SS_E_usage);
    cr_expect(ss_der_write(SS_DER_PKCS8_ENCRYPTED, key, env(), none, 1000, &der) ==
              SS_E_bad_argument);
    cr_expect(ss_der_write(SS_DER_PKCS8_ENCRYPTED, key, env(), test_text("p"), 0, &der) ==
              SS_E_bad_argument);
    cr_expect(ss_buf_size(&der) == 0);
    ss_buf_fini(&der);
    ss_buf_init(&der, env(), 20);
    cr_expect(ss_der_write(SS_DER_PKCS8, key, env(), none, 0, &der) == SS_E_ceiling);
    cr_expect(ss_buf_size(&der) == 0);
    ss_buf_fini(&der);
    ss_buf_fini(&store);
    ss_pkey_free(&half);
    ss_pkey_free(&key);
}
