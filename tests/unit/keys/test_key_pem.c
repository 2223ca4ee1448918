/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_pem.c - PKCS#1, SEC 1, PKCS#8 and public keys in PEM.
 *
 * Follows: RFC 7468; RFC 1421 section 4.6.1; the Ed25519 keys are those of RFC 8410 section 10. The
 *   openssl program and ssh-keygen are asked in tests/e2e/key_files.sh. */
#include <criterion/criterion.h>

#include "crypto/kdf.h"
#include "crypto/key_cipher.h"
#include "keys/key_text.h"
#include "sshspec/key_file.h"
#include "tests/unit/keys/kit.h"

TestSuite(key_pem, .fini = test_counted_check);

#define ED25519_PRIVATE                                                                            \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"                           \
    "-----END PRIVATE KEY-----\n"
#define ED25519_PUBLIC                                                                             \
    "-----BEGIN PUBLIC KEY-----\n"                                                                 \
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"                               \
    "-----END PUBLIC KEY-----\n"

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static ss_err read(ss_span text, const char *passphrase, struct ss_key_file *out,
                   struct ss_key_error *error)
{
    return ss_key_file_read(env(), test_guarded(text), ss_span_of(passphrase), NULL, out, error);
}

Test(key_pem, the_two_halves_of_rfc_8410_belong_together)
{
    struct ss_key_file private, public;

    cr_assert(read(test_text(ED25519_PRIVATE), NULL, &private, NULL) == SS_OK);
    cr_assert(read(test_text(ED25519_PUBLIC), NULL, &public, NULL) == SS_OK);
    cr_expect(private.format == SS_KEY_FORMAT_PKCS8 && public.format == SS_KEY_FORMAT_SPKI);
    cr_expect(ss_key_equal(private.keys[0], public.keys[0]));
    cr_expect(ss_key_is_private(private.keys[0]) && !ss_key_is_private(public.keys[0]));
    ss_key_file_fini(&public);
    ss_key_file_fini(&private);
    cr_assert(ss_key_file_read_public(env(), test_text(ED25519_PRIVATE), &public, NULL) == SS_OK);
    cr_expect(!ss_key_is_private(public.keys[0]));
    ss_key_file_fini(&public);
}

typedef ss_err write_function(const struct ss_key *, const struct ss_key_protection *,
                              struct ss_buf *);

static const struct {
    enum ss_key_kind kind;
    write_function *write;
    enum ss_key_format format;
} rows[] = {
    {SS_KEY_RSA, ss_key_write_pem, SS_KEY_FORMAT_PEM},
    {SS_KEY_ECDSA_P256, ss_key_write_pem, SS_KEY_FORMAT_PEM},
    {SS_KEY_ECDSA_P384, ss_key_write_pem, SS_KEY_FORMAT_PEM},
    {SS_KEY_ECDSA_P521, ss_key_write_pem, SS_KEY_FORMAT_PEM},
    {SS_KEY_DSA, ss_key_write_pem, SS_KEY_FORMAT_PEM},
    {SS_KEY_RSA, ss_key_write_pkcs8, SS_KEY_FORMAT_PKCS8},
    {SS_KEY_DSA, ss_key_write_pkcs8, SS_KEY_FORMAT_PKCS8},
    {SS_KEY_ECDSA_P521, ss_key_write_pkcs8, SS_KEY_FORMAT_PKCS8},
    {SS_KEY_ED448, ss_key_write_pkcs8, SS_KEY_FORMAT_PKCS8},
    {SS_KEY_ECDSA_P256, ss_key_write_pkcs8, SS_KEY_FORMAT_PKCS8},
    {SS_KEY_ED25519, ss_key_write_pkcs8, SS_KEY_FORMAT_PKCS8},
};

Test(key_pem, what_is_written_reads_back_plain_and_encrypted)
{
    const struct ss_key_protection protection = {.passphrase = test_text("right"), .rounds = 100};
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key *key = kit_key(rows[i].kind, "lost");
        struct ss_key_error error = {0, 0, NULL};
        struct ss_key_file back;
        struct ss_buf text;

        ss_buf_init(&text, env(), 16384);
        cr_assert(rows[i].write(key, NULL, &text) == SS_OK);
        cr_expect(text.secret);
        cr_assert(read(ss_buf_span(&text), NULL, &back, &error) == SS_OK, "row %zu: %s", i,
                  error.field);
        cr_expect(ss_key_equal(key, back.keys[0]) && ss_key_is_private(back.keys[0]));
        cr_expect(back.format == rows[i].format && !back.encrypted);
        ss_key_file_fini(&back);
        ss_buf_clear(&text);
        cr_assert(rows[i].write(key, &protection, &text) == SS_OK);
        cr_assert(read(ss_buf_span(&text), "right", &back, &error) == SS_OK, "row %zu: %s", i,
                  error.field);
        cr_expect(ss_key_equal(key, back.keys[0]) && back.encrypted);
        ss_key_file_fini(&back);
        cr_expect(read(ss_buf_span(&text), "wrong", &back, &error) == SS_E_wrong_passphrase,
                  "row %zu: %s", i, error.field);
        cr_expect(read(ss_buf_span(&text), NULL, &back, &error) == SS_E_key_encrypted);
        cr_expect(ss_key_file_read_public(env(), ss_buf_span(&text), &back, &error) ==
                  SS_E_key_encrypted);
        ss_buf_fini(&text);
        ss_key_free(&key);
    }
}

Test(key_pem, public_keys_read_back)
{
    static const enum ss_key_kind kinds[] = {
        SS_KEY_ED25519,    SS_KEY_ED448, SS_KEY_ECDSA_P256, SS_KEY_ECDSA_P384,
        SS_KEY_ECDSA_P521, SS_KEY_RSA,   SS_KEY_DSA};
    size_t i;

    for (i = 0; i < SS_COUNT(kinds); i++) {
        struct ss_key *key = kit_key(kinds[i], "lost"), *half = kit_public(key), *back = NULL;
        struct ss_buf text;

        ss_buf_init(&text, env(), 16384);
        cr_assert(ss_key_write_spki(half, &text) == SS_OK);
        cr_expect(!text.secret);
        cr_assert(ss_key_read_any(env(), ss_buf_span(&text), ss_span_make(NULL, 0), &back, NULL) ==
                  SS_OK);
        cr_expect(ss_key_equal(key, back));
        ss_buf_clear(&text);
        cr_expect(ss_key_write_pkcs8(half, NULL, &text) == SS_E_usage && ss_buf_size(&text) == 0);
        ss_buf_fini(&text);
        ss_key_free(&back);
        ss_key_free(&half);
        ss_key_free(&key);
    }
}

Test(key_pem, a_kind_without_a_form_of_its_own_has_no_pem)
{
    static const struct {
        enum ss_key_kind kind;
        bool pkcs8;
    } table[] = {{SS_KEY_ED25519, true},
                 {SS_KEY_ED448, true},
                 {SS_KEY_MLDSA44_ED25519, false},
                 {SS_KEY_SK_ED25519, false},
                 {SS_KEY_SK_ECDSA_P256, false}};
    struct ss_buf text;
    size_t i;

    ss_buf_init(&text, env(), 4096);
    for (i = 0; i < SS_COUNT(table); i++) {
        struct ss_key *key = kit_key(table[i].kind, "c");

        cr_expect(ss_key_write_pem(key, NULL, &text) == SS_E_unsupported && ss_buf_size(&text) == 0,
                  "row %zu", i);
        cr_expect((ss_key_write_pkcs8(key, NULL, &text) == SS_OK) == table[i].pkcs8, "row %zu", i);
        ss_buf_clear(&text);
        cr_expect((ss_key_write_spki(key, &text) == SS_OK) == table[i].pkcs8, "row %zu", i);
        ss_buf_clear(&text);
        ss_key_free(&key);
    }
    ss_buf_fini(&text);
}

#define RSA_BEGIN "-----BEGIN RSA PRIVATE KEY-----\n"
#define RSA_END "-----END RSA PRIVATE KEY-----\n"
#define ENCRYPTED RSA_BEGIN "Proc-Type: 4,ENCRYPTED\n"
#define IV "00112233445566778899AABBCCDDEEFF"
#define BLOCK "AAAAAAAAAAAAAAAAAAAAAA==\n"

Test(key_pem, mistakes_are_named)
{
    static const struct {
        const char *text;
        ss_err want;
        size_t offset, line;
        const char *field;
    } table[] = {
        {RSA_BEGIN "X: y\n\n" RSA_END, SS_E_bad_key_file, 32, 2, "header"},
        {"-----BEGIN PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n", SS_E_bad_key_file, 28, 2,
         "header"},
        {ENCRYPTED, SS_E_bad_key_file, 55, 0, "DEK-Info"},
        {ENCRYPTED "DEK-Inf: x\n", SS_E_bad_key_file, 55, 3, "DEK-Info"},
        {ENCRYPTED "DEK-Info: AES-128-CBC\n", SS_E_bad_key_file, 55, 3, "DEK-Info"},
        {ENCRYPTED "DEK-Info: RC2-40-CBC," IV "\n\n", SS_E_unsupported, 55, 3, "DEK-Info"},
        {ENCRYPTED "DEK-Info: AES-128-CBC,0011\n\n", SS_E_bad_key_file, 55, 3, "DEK-Info"},
        {ENCRYPTED "DEK-Info: AES-128-CBC," IV "00\n\n", SS_E_bad_key_file, 55, 3, "DEK-Info"},
        {ENCRYPTED "DEK-Info: AES-128-CBC,x" IV "\n\n", SS_E_bad_key_file, 55, 3, "DEK-Info"},
        {ENCRYPTED "DEK-Info: AES-128-CBC," IV "\n" BLOCK, SS_E_bad_key_file, 110, 4,
         "line behind the headers"},
        {ENCRYPTED "DEK-Info: AES-128-CBC," IV "\n\nAAAA\n" RSA_END, SS_E_bad_key_file, 3, 0,
         "encrypted data"},
        {ENCRYPTED "DEK-Info: AES-128-CBC," IV "\n\n" RSA_END, SS_E_bad_key_file, 0, 0,
         "encrypted data"},
        {ENCRYPTED "DEK-Info: AES-128-CBC," IV "\n\n" BLOCK RSA_END, SS_E_wrong_passphrase, 0, 0,
         "encrypted data"},
        {RSA_BEGIN "AAAA\n" RSA_END, SS_E_bad_key_file, 0, 0, "ASN.1"},
        {RSA_BEGIN "MAMCAQE=\n" RSA_END, SS_E_bad_key_file, 0, 0, "key structure"},
        {RSA_BEGIN "MAMCAQEA\n" RSA_END, SS_E_bad_key_file, 5, 0, "ASN.1"},
        {RSA_BEGIN "MAMCAQE=\n" RSA_END "-", SS_E_bad_key_file, 71, 4, "end of file"},
        {"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n",
         SS_E_bad_key_file, 75, 0, "BEGIN line"},
        {"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" RSA_BEGIN,
         SS_E_bad_key_file, 75, 4, "BEGIN line"},
        {"-----BEGIN CERTIFICATE-----\n", SS_E_unsupported, 0, 1, "file format"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(table); i++) {
        struct ss_key_error error = {SIZE_MAX, SIZE_MAX, "none"};
        struct ss_key_file file;
        ss_err err = read(test_text(table[i].text), "p", &file, &error);

        cr_expect(err == table[i].want, "row %zu: %s", i, ss_err_name(err));
        cr_expect(error.offset == table[i].offset && error.line == table[i].line,
                  "row %zu: %zu, line %zu", i, error.offset, error.line);
        cr_expect_str_eq(error.field, table[i].field, "row %zu: %s", i, error.field);
    }
}

/* What the header says: behind the encryption there is padding and ASN.1, and no more. */
Test(key_pem, damage_to_encrypted_data_is_a_wrong_passphrase_or_a_bad_key)
{
    const struct ss_key_protection protection = {.passphrase = test_text("right")};
    struct ss_key *key = kit_key(SS_KEY_ECDSA_P256, "");
    struct ss_buf text;
    size_t at, wrong = 0, bad = 0;

    ss_buf_init(&text, env(), 16384);
    cr_assert(ss_key_write_pem(key, &protection, &text) == SS_OK);
    for (at = 108; at < ss_buf_size(&text) - 32; at++) {
        uint8_t *c = ss_buf_at(&text) + at, old = *c;
        struct ss_key_error error = {0, 0, NULL};
        struct ss_key_file file;
        ss_err err;

        if (old == '\n' || old == '=')
            continue;
        *c = old == 'A' ? 'B' : 'A';
        err = read(ss_buf_span(&text), "right", &file, &error);
        *c = old;
        cr_assert(err != SS_OK, "byte %zu", at);
        cr_expect(err == SS_E_wrong_passphrase || err == SS_E_bad_key_file ||
                      err == SS_E_unsupported,
                  "byte %zu: %s", at, ss_err_name(err));
        cr_expect(error.field != NULL);
        wrong += err == SS_E_wrong_passphrase;
        bad += err == SS_E_bad_key_file;
    }
    cr_expect(wrong > 20 && bad > 20, "%zu %zu", wrong, bad);
    ss_buf_fini(&text);
    ss_key_free(&key);
}

/* The last byte says how many there are; the others must agree. */
Test(key_pem, padding_that_does_not_agree_with_itself_is_no_padding)
{
    static const uint8_t iv[16] = {0};
    const struct ss_key_cipher *cipher = ss_key_cipher_find(test_text("aes128-cbc"));
    struct ss_key *key = kit_key(SS_KEY_ECDSA_P256, "");
    struct ss_key_text text = {{NULL, 0}, 0, 0};
    struct ss_buf plain, base64, der, sealed;
    struct ss_key_error error;
    struct ss_key_line line;
    uint8_t secret[16], pad[16];
    ss_span label;
    size_t i, missing;

    ss_buf_init(&plain, env(), 4096);
    ss_buf_init(&base64, env(), 4096);
    ss_buf_init(&der, env(), 4096);
    ss_buf_init(&sealed, env(), 8192);
    cr_assert(ss_key_write_pem(key, NULL, &plain) == SS_OK);
    text.file = ss_buf_span(&plain);
    cr_assert(ss_key_text_next(&text, &line) && ss_key_begin_line(line.text, &label));
    cr_assert(ss_key_armour_body(&text, label, &base64, &der, &error) == SS_OK);
    missing = 16 - ss_buf_size(&der) % 16;
    cr_assert(missing > 1);
    memset(pad, (int)missing, sizeof pad);
    cr_assert(ss_pem_derive(test_text("right"), ss_span_make(iv, 16), secret, 16) == SS_OK);
    for (i = 0; i < 2; i++) {
        struct ss_key_file file;
        struct ss_buf copy;

        pad[0] ^= (uint8_t)i;
        ss_buf_init(&copy, env(), 4096);
        ss_buf_clear(&sealed);
        cr_assert(ss_buf_put(&copy, ss_buf_span(&der)) == SS_OK);
        cr_assert(ss_buf_put(&copy, ss_span_make(pad, missing)) == SS_OK);
        cr_assert(ss_key_cipher_run(cipher, SS_SEAL, secret, iv, ss_buf_at(&copy),
                                    ss_buf_size(&copy), NULL) == SS_OK);
        cr_assert(ss_buf_puts(&sealed, "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
                                       "DEK-Info: AES-128-CBC,00000000000000000000000000000000\n"
                                       "\n") == SS_OK);
        cr_assert(ss_key_put_base64(&sealed, ss_buf_span(&copy), 64) == SS_OK);
        cr_assert(ss_buf_puts(&sealed, "-----END EC PRIVATE KEY-----\n") == SS_OK);
        cr_expect(read(ss_buf_span(&sealed), "right", &file, &error) ==
                  (i == 0 ? SS_OK : SS_E_wrong_passphrase));
        if (i == 0)
            ss_key_file_fini(&file);
        ss_buf_fini(&copy);
    }
    ss_buf_fini(&sealed);
    ss_buf_fini(&der);
    ss_buf_fini(&base64);
    ss_buf_fini(&plain);
    ss_key_free(&key);
}
