/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_ppk.c - PuTTY's key files, versions 2 and 3.
 *
 * Follows: PuTTY manual, appendix C. puttygen is asked in tests/e2e/key_files.sh; here the Ed25519
 *   key of RFC 8032 section 7.1, TEST 1, stands in a file whose MAC is that of the manual's recipe,
 *   computed with other tools. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sshspec/key_file.h"
#include "tests/unit/keys/kit.h"

TestSuite(key_ppk, .fini = test_counted_check);

#define HEAD_2 "PuTTY-User-Key-File-2: ssh-ed25519\n"
#define HEAD_3 "PuTTY-User-Key-File-3: ssh-ed25519\n"
#define PUBLIC                                                                                     \
    "Comment: c \n"                                                                                \
    "Public-Lines: 2\n"                                                                            \
    "AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3\n"                           \
    "B1Ea\n"
#define PRIVATE                                                                                    \
    "Private-Lines: 1\n"                                                                           \
    "AAAAIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
#define PLAIN_2                                                                                    \
    HEAD_2 "Encryption: none\n" PUBLIC PRIVATE                                                     \
           "Private-MAC: 25c7aa7c18734064ef067800feaf5253c69a6866\n"
#define PLAIN_3                                                                                    \
    HEAD_3 "Encryption: none\n" PUBLIC PRIVATE                                                     \
           "Private-MAC: 97762c47b565dd8b13e3e5ede488dbf6541d5d88415f69ecb6a5e68febf354f0\n"

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static ss_err read(ss_span text, const char *passphrase, struct ss_key_file *out,
                   struct ss_key_error *error)
{
    return ss_key_file_read(env(), test_guarded(text), ss_span_of(passphrase), NULL, out, error);
}

Test(key_ppk, plain_files_with_a_mac_from_elsewhere)
{
    static const struct {
        const char *text;
        enum ss_key_format format;
    } rows[] = {{PLAIN_2, SS_KEY_FORMAT_PPK2}, {PLAIN_3, SS_KEY_FORMAT_PPK3}};
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key_error error = {0, 0, NULL};
        struct ss_key_file file;

        cr_assert(read(test_text(rows[i].text), NULL, &file, &error) == SS_OK, "%s at %zu",
                  error.field, error.offset);
        cr_expect(file.format == rows[i].format && !file.encrypted && file.count == 1);
        cr_expect(ss_key_is_private(file.keys[0]));
        cr_expect_str_eq(ss_key_comment(file.keys[0]), "c ");
        ss_key_file_fini(&file);
    }
}

/* Each letter changed alone is refused; only hexadecimal letters may be large. */
Test(key_ppk, every_changed_letter_is_refused)
{
    static char text[] = PLAIN_3;
    size_t at;

    for (at = 0; text[at] != 0; at++) {
        struct ss_key_error error = {0, 0, NULL};
        struct ss_key_file file;
        ss_err err;

        text[at] ^= 1;
        err = read(test_text(text), NULL, &file, &error);
        text[at] ^= 1;
        cr_expect(err == SS_E_bad_key_file || err == SS_E_unsupported || err == SS_E_key_encrypted,
                  "letter %zu: %s", at, ss_err_name(err));
        cr_expect(err != SS_OK && error.field != NULL, "letter %zu", at);
        if (err == SS_OK)
            ss_key_file_fini(&file);
    }
}

Test(key_ppk, every_prefix_is_refused)
{
    ss_span whole = test_text(PLAIN_3);
    size_t n;

    for (n = 0; n < whole.size - 1; n++) {
        struct ss_key_error error = {SIZE_MAX, 0, NULL};
        struct ss_key_file file;
        ss_err err = read(ss_span_part(whole, 0, n), NULL, &file, &error);

        cr_expect(err == SS_E_bad_key_file || (err == SS_E_unsupported && n <= 50),
                  "prefix %zu: %s", n, ss_err_name(err));
        cr_expect(error.field != NULL && error.offset <= n, "prefix %zu", n);
    }
}

static const enum ss_key_kind kinds[] = {SS_KEY_ED25519,    SS_KEY_ED448,      SS_KEY_ECDSA_P256,
                                         SS_KEY_ECDSA_P384, SS_KEY_ECDSA_P521, SS_KEY_RSA,
                                         SS_KEY_DSA};

static void round_trip(const struct ss_key *key, enum ss_key_format format,
                       const struct ss_key_protection *protection, const char *kdf)
{
    const char *passphrase = protection != NULL ? "right" : NULL;
    struct ss_key_error error = {0, 0, NULL};
    struct ss_key_file back;
    struct ss_buf text;

    ss_buf_init(&text, env(), 16384);
    cr_assert(ss_key_write_ppk(key, format, protection, &text) == SS_OK);
    cr_expect(text.secret);
    cr_assert(read(ss_buf_span(&text), passphrase, &back, &error) == SS_OK, "%s", error.field);
    cr_expect(back.format == format && back.encrypted == (protection != NULL));
    cr_expect_str_eq(back.kdf, kdf);
    cr_expect(ss_key_equal(key, back.keys[0]) && ss_key_is_private(back.keys[0]));
    cr_expect_str_eq(ss_key_comment(back.keys[0]), "a comment");
    ss_key_file_fini(&back);
    if (protection != NULL) {
        cr_expect(read(ss_buf_span(&text), "wrong", &back, &error) == SS_E_wrong_passphrase);
        cr_expect_str_eq(error.field, "Private-MAC");
        cr_expect(read(ss_buf_span(&text), "", &back, &error) == SS_E_wrong_passphrase);
        cr_expect(read(ss_buf_span(&text), NULL, &back, &error) == SS_E_key_encrypted);
        cr_expect_str_eq(error.field, "Encryption");
    }
    cr_assert(ss_key_file_read_public(env(), ss_buf_span(&text), &back, &error) == SS_OK);
    cr_expect(!ss_key_is_private(back.keys[0]) && ss_key_equal(key, back.keys[0]));
    ss_key_file_fini(&back);
    ss_buf_fini(&text);
}

Test(key_ppk, what_is_written_reads_back)
{
    static const char *const argon2[] = {"Argon2id", "Argon2i", "Argon2d"};
    struct ss_key_protection protection = {
        .passphrase = test_text("right"), .memory = 64, .passes = 1, .lanes = 2};
    size_t i, k;

    for (k = 0; k < SS_COUNT(kinds); k++) {
        struct ss_key *key = kit_key(kinds[k], "a comment");

        round_trip(key, SS_KEY_FORMAT_PPK2, NULL, "");
        round_trip(key, SS_KEY_FORMAT_PPK3, NULL, "");
        round_trip(key, SS_KEY_FORMAT_PPK2, &protection, "sha1");
        for (i = 0; i < SS_COUNT(argon2); i++) {
            protection.argon2 = argon2[i];
            round_trip(key, SS_KEY_FORMAT_PPK3, &protection, argon2[i]);
        }
        ss_key_free(&key);
    }
}

Test(key_ppk, what_cannot_be_written)
{
    static const struct ss_key_protection bad[] = {
        {.passphrase = {(const uint8_t *)"", 0}},
        {.passphrase = {(const uint8_t *)"p", 1}, .argon2 = "argon2id"},
        {.passphrase = {(const uint8_t *)"p", 1}, .memory = SS_KDF_MEMORY_MAX + 1},
        {.passphrase = {(const uint8_t *)"p", 1}, .passes = SS_ARGON2_WORK_MAX},
        {.passphrase = {(const uint8_t *)"p", 1}, .memory = 8, .lanes = 2},
    };
    struct ss_key *key = kit_key(SS_KEY_ED25519, "c"), *lines = kit_key(SS_KEY_ED25519, "a\rb");
    struct ss_key *half = kit_public(key), *sk = kit_key(SS_KEY_SK_ED25519, "c");
    struct ss_buf text;
    size_t i;

    ss_buf_init(&text, env(), 4096);
    cr_expect(ss_key_write_ppk(sk, SS_KEY_FORMAT_PPK3, NULL, &text) == SS_E_unsupported);
    ss_key_free(&sk);
    for (i = 0; i < SS_COUNT(bad); i++)
        cr_expect(ss_key_write_ppk(key, SS_KEY_FORMAT_PPK3, &bad[i], &text) == SS_E_bad_argument,
                  "row %zu", i);
    cr_expect(ss_key_write_ppk(key, SS_KEY_FORMAT_PEM, NULL, &text) == SS_E_bad_argument);
    cr_expect(ss_key_write_ppk(lines, SS_KEY_FORMAT_PPK3, NULL, &text) == SS_E_bad_text);
    cr_expect(ss_key_write_ppk(half, SS_KEY_FORMAT_PPK3, NULL, &text) == SS_E_usage);
    cr_expect(ss_buf_size(&text) == 0);
    ss_buf_fini(&text);
    ss_key_free(&half);
    ss_key_free(&lines);
    ss_key_free(&key);
}

#define SEALED HEAD_3 "Encryption: aes256-cbc\n" PUBLIC
#define ARGON(memory, passes)                                                                      \
    "Key-Derivation: Argon2id\nArgon2-Memory: " memory "\nArgon2-Passes: " passes "\n"             \
    "Argon2-Parallelism: 1\nArgon2-Salt: 00112233445566778899aabbccddeeff\n"
#define TAIL "Private-Lines: 1\nAAAAAAAAAAAAAAAAAAAAAA==\nPrivate-MAC: 00112233445566778899\n"

Test(key_ppk, mistakes_are_named)
{
    static const struct {
        const char *text;
        ss_err want;
        size_t line;
        const char *field;
    } rows[] = {
        {"PuTTY-User-Key-File-1: ssh-rsa\n", SS_E_unsupported, 1, "version"},
        {"PuTTY-User-Key-File-3:ssh-rsa\n", SS_E_bad_key_file, 1, "first line"},
        {HEAD_3 "Encryption: aes128-cbc\n", SS_E_unsupported, 2, "Encryption"},
        {HEAD_3 "Encryption: none\nPublic-Lines: 1\n", SS_E_bad_key_file, 3, "Comment"},
        {HEAD_3 "Encryption: none\nComment: c\nPublic-Lines: 01\n", SS_E_bad_key_file, 4,
         "Public-Lines"},
        {HEAD_3 "Encryption: none\nComment: c\nPublic-Lines: 9999999999\n", SS_E_bad_key_file, 4,
         "Public-Lines"},
        {HEAD_3 "Encryption: none\nComment: c\nPublic-Lines: 5000\n", SS_E_bad_key_file, 4,
         "Public-Lines"},
        {HEAD_3 "Encryption: none\nComment: c\nPublic-Lines: -1\n", SS_E_bad_key_file, 4,
         "Public-Lines"},
        {"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n" PUBLIC PRIVATE, SS_E_bad_key_file, 1,
         "first line: key type"},
        {SEALED PRIVATE, SS_E_bad_key_file, 7, "Key-Derivation"},
        {SEALED "Key-Derivation: scrypt\n", SS_E_unsupported, 7, "Key-Derivation"},
        {SEALED ARGON("262145", "1") TAIL, SS_E_too_many, 8, "Argon2-Memory"},
        {SEALED ARGON("262144", "65") TAIL, SS_E_too_many, 8, "Argon2-Memory"},
        {SEALED ARGON("7", "1") TAIL, SS_E_bad_key_file, 8, "Argon2-Memory"},
        {SEALED ARGON("8", "0") TAIL, SS_E_bad_key_file, 8, "Argon2-Memory"},
        {SEALED ARGON("8", "1") TAIL, SS_E_wrong_passphrase, 14, "Private-MAC"},
        {SEALED ARGON("8", "1") "Private-Lines: 1\nAAAA\nPrivate-MAC: 00\n", SS_E_bad_key_file, 0,
         "private values"},
        {SEALED ARGON("8", "1") "Private-Lines: 0\nPrivate-MAC: 00\nmore\n", SS_E_bad_key_file, 14,
         "end of file"},
        {SEALED ARGON("8", "1") "Private-Lines: 0\nPrivate-MAC: \n", SS_E_bad_key_file, 13,
         "Private-MAC"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key_error error = {SIZE_MAX, SIZE_MAX, "none"};
        struct ss_key_file file;
        ss_err err = read(test_text(rows[i].text), "p", &file, &error);

        cr_expect(err == rows[i].want, "row %zu: %s", i, ss_err_name(err));
        cr_expect(error.line == rows[i].line, "row %zu: line %zu", i, error.line);
        cr_expect_str_eq(error.field, rows[i].field, "row %zu: %s", i, error.field);
    }
}
