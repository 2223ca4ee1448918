/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_openssh.c - openssh-key-v1 files: read, opened, and refused at the right place.
 *
 * Follows: OpenSSH PROTOCOL.key; the Ed25519 key is TEST 1 of RFC 8032 section 7.1. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sshspec/key_file.h"
#include "tests/unit/keys/kit.h"

TestSuite(key_openssh, .fini = kit_folder_remove);

static const char *const types[] = {"ed25519", "ecdsa", "rsa"};

/* The decoded data of a file: the outer fields, then the private section from byte 98 on. */
static const char plain[] =
    "6f70656e7373682d6b65792d763100 00000004 6e6f6e65 00000004 6e6f6e65 00000000 00000001"
    "00000033 0000000b 7373682d65643235353139 00000020"
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    "00000088 01020304 01020304 0000000b 7373682d65643235353139 00000020"
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a 00000040"
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    "00000001 63 01020304";

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

/* Good for two calls. */
static ss_span armour(ss_span data)
{
    static uint8_t text[2][8192];
    static size_t next;
    struct ss_buf out;
    uint8_t *to = text[next++ % 2];
    size_t n;

    ss_buf_init(&out, env(), 8192);
    cr_assert(ss_buf_puts(&out, "-----BEGIN OPENSSH PRIVATE KEY-----\n") == SS_OK);
    cr_assert(ss_base64_encode(&out, data) == SS_OK);
    cr_assert(ss_buf_puts(&out, "\n-----END OPENSSH PRIVATE KEY-----\n") == SS_OK);
    n = ss_buf_size(&out);
    memcpy(to, ss_buf_at(&out), n);
    ss_buf_fini(&out);
    return ss_span_make(to, n);
}

static ss_span plain_data(void)
{
    return test_hex(plain);
}

static ss_err read(ss_span file, struct ss_key_error *error)
{
    struct ss_key *key = NULL;
    ss_err err = ss_key_read_private(env(), test_guarded(file), &key, error);

    ss_key_free(&key);
    return err;
}

Test(key_openssh, a_key_of_rfc_8032_is_read_and_signs_as_it_says)
{
    struct ss_key *key = NULL;
    struct ss_key_error error = {0, 0, NULL};
    struct ss_buf blob;

    cr_assert(ss_key_read_private(env(), armour(plain_data()), &key, &error) == SS_OK, "%s at %zu",
              error.field, error.offset);
    cr_expect(ss_key_is_private(key));
    cr_expect_str_eq(ss_key_comment(key), "c");
    ss_buf_init(&blob, env(), 4096);
    cr_assert(ss_key_sign(key, env(), &ss_sign_ed25519, ss_span_of(""), &blob) == SS_OK);
    cr_expect(
        ss_span_eq(ss_span_part(ss_buf_span(&blob), 19, 64), test_hex(kit_ed25519[0].signature)));
    ss_buf_fini(&blob);
    ss_key_free(&key);
}

Test(key_openssh, every_prefix_of_the_data_is_refused_inside_it)
{
    ss_span whole = plain_data();
    size_t n;

    for (n = 0; n < whole.size; n++) {
        struct ss_key_error error = {SIZE_MAX, 1, NULL};
        ss_err err = read(armour(ss_span_part(whole, 0, n)), &error);

        cr_expect(err == SS_E_bad_key_file, "prefix %zu: %s", n, ss_err_name(err));
        cr_expect(error.offset <= n && error.field != NULL && error.line == 0, "prefix %zu", n);
    }
}

Test(key_openssh, every_prefix_of_the_text_is_refused)
{
    ss_span whole = armour(plain_data());
    size_t n;

    /* Only the last line end may be missing. */
    for (n = 0; n < whole.size - 1; n++) {
        struct ss_key_error error = {0, 0, NULL};

        cr_expect(read(ss_span_part(whole, 0, n), &error) == SS_E_bad_key_file, "prefix %zu", n);
        cr_expect(error.field != NULL && error.offset <= n, "prefix %zu", n);
    }
    cr_expect(read(ss_span_part(whole, 0, n), NULL) == SS_OK);
}

/* Each flipped byte is either refused or harmless: it was in the comment or the check pair. */
Test(key_openssh, every_changed_byte_but_the_comment_is_refused)
{
    ss_span whole = plain_data();
    uint8_t data[512];
    size_t n;

    cr_assert(whole.size <= sizeof data);
    for (n = 0; n < whole.size; n++) {
        struct ss_key_error error = {0, 0, NULL};
        ss_err err;

        memcpy(data, whole.data, whole.size);
        data[n] ^= 0x20;
        err = read(armour(ss_span_make(data, whole.size)), &error);
        if (n == whole.size - 5) /* the comment's letter */
            cr_expect(err == SS_OK);
        else
            cr_expect(err == SS_E_bad_key_file || err == SS_E_unsupported || err == SS_E_too_many,
                      "byte %zu: %s", n, ss_err_name(err));
    }
}

Test(key_openssh, the_error_says_where_and_what)
{
    static const struct {
        const char *what;
        size_t at;  /* byte to change */
        uint8_t to; /* its new value */
        ss_err want;
        size_t offset;
        const char *field;
    } rows[] = {
        {"magic", 0, 'O', SS_E_bad_key_file, 0, "magic"},
        {"magic's zero", 14, 1, SS_E_bad_key_file, 0, "magic"},
        {"cipher", 19, 'x', SS_E_unsupported, 15, "cipher name"},
        {"cipher length", 15, 0x7f, SS_E_bad_key_file, 15, "cipher name"},
        {"kdf", 27, 'x', SS_E_bad_key_file, 23, "kdf name"},
        {"kdf options", 34, 1, SS_E_bad_key_file, 31, "kdf options"},
        {"no key", 38, 0, SS_E_bad_key_file, 35, "number of keys"},
        {"seventeen keys", 38, 17, SS_E_too_many, 35, "number of keys"},
        {"public key", 70, 0, SS_E_bad_key_file, 43, "public key"},
        {"check integers", 101, 9, SS_E_bad_key_file, 98, "check integers"},
        {"key type", 110, 'x', SS_E_unsupported, 106, "key type"},
        {"public value", 126, 0, SS_E_bad_key_file, 157, "ed25519 private value"},
        {"seed", 161, 0, SS_E_bad_key_file, 106, "key values"},
        {"comment", 228, 0x7f, SS_E_bad_key_file, 225, "comment"},
        {"zero in the comment", 229, 0, SS_E_bad_key_file, 225, "comment"},
        {"padding", 230, 2, SS_E_bad_key_file, 230, "padding"},
        {"last padding", 233, 5, SS_E_bad_key_file, 233, "padding"},
    };
    ss_span whole = plain_data();
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key_error error = {SIZE_MAX, 1, "none"};
        uint8_t data[512];
        ss_err err;

        memcpy(data, whole.data, whole.size);
        data[rows[i].at] = rows[i].to;
        err = read(armour(ss_span_make(data, whole.size)), &error);
        cr_expect(err == rows[i].want, "%s: %s", rows[i].what, ss_err_name(err));
        cr_expect(error.offset == rows[i].offset, "%s: %zu", rows[i].what, error.offset);
        cr_expect_str_eq(error.field, rows[i].field, "%s: %s", rows[i].what, error.field);
    }
}

Test(key_openssh, armour_errors_count_text_lines)
{
    static const struct {
        const char *text;
        ss_err want;
        size_t offset, line;
        const char *field;
    } rows[] = {
        {"", SS_E_bad_key_file, 0, 0, "BEGIN line"},
        {"\n\n", SS_E_bad_key_file, 2, 0, "BEGIN line"},
        {"\nkey\n", SS_E_bad_key_file, 1, 2, "BEGIN line"},
        {"\n-----BEGIN RSA PRIVATE KEY-----\n", SS_E_unsupported, 1, 2, "file format"},
        {"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", SS_E_bad_key_file, 41, 0, "END line"},
        {"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
         SS_E_bad_key_file, 41, 3, "END line"},
        {"-----BEGIN OPENSSH PRIVATE KEY-----\nAA!A\n-----END OPENSSH PRIVATE KEY-----\n",
         SS_E_bad_key_file, 38, 2, "base64"},
        {"-----BEGIN OPENSSH PRIVATE KEY-----\nAA==\nAA==\n-----END OPENSSH PRIVATE KEY-----\n",
         SS_E_bad_key_file, 41, 3, "base64"},
        {"-----BEGIN OPENSSH PRIVATE KEY-----\nAAA\n-----END OPENSSH PRIVATE KEY-----\n",
         SS_E_bad_key_file, 40, 3, "base64: its end"},
        {"-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----\n",
         SS_E_bad_key_file, 0, 0, "magic"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key_error error = {SIZE_MAX, SIZE_MAX, "none"};

        cr_expect(read(ss_span_of(rows[i].text), &error) == rows[i].want, "row %zu", i);
        cr_expect(error.offset == rows[i].offset && error.line == rows[i].line,
                  "row %zu: %zu, line %zu", i, error.offset, error.line);
        cr_expect_str_eq(error.field, rows[i].field, "row %zu: %s", i, error.field);
    }
}

Test(key_openssh, a_file_over_the_ceiling_is_refused)
{
    static uint8_t huge[(1 << 20) + 1];
    struct ss_key_error error = {0, 0, NULL};
    struct ss_key *key = NULL;

    memset(huge, 'A', sizeof huge);
    memcpy(huge, "-----BEGIN OPENSSH PRIVATE KEY-----\n", 36);
    cr_expect(ss_key_read_private(env(), ss_span_make(huge, sizeof huge), &key, &error) ==
              SS_E_bad_key_file);
    cr_expect_str_eq(error.field, "file size");
    memcpy(huge + 200036, "\n-----END OPENSSH PRIVATE KEY-----\n", 35);
    cr_expect(ss_key_read_private(env(), ss_span_make(huge, 200071), &key, &error) ==
              SS_E_bad_key_file);
    cr_expect_str_eq(error.field, "base64: data size");
    cr_expect(error.line == 2);
}

Test(key_openssh, windows_line_ends_and_blanks_are_fine)
{
    ss_span whole = armour(plain_data());
    uint8_t text[8192];
    size_t i, n = 2;

    memcpy(text, "\r\n", 2);
    for (i = 0; i < whole.size; i++) {
        if (whole.data[i] == '\n') {
            text[n++] = ' ';
            text[n++] = '\r';
        }
        text[n++] = whole.data[i];
        if (i == 60)
            text[n++] = '\n';
    }
    cr_expect(read(ss_span_make(text, n), NULL) == SS_OK);
}

Test(key_openssh, files_of_ssh_keygen_are_read)
{
    size_t i;

    kit_need_keygen();
    for (i = 0; i < SS_COUNT(types); i++) {
        struct ss_key *key = NULL, *line = NULL;
        struct ss_key_error error = {0, 0, NULL};
        struct ss_buf print;
        char command[256];
        ss_span told = {NULL, 0};

        (void)snprintf(command, sizeof command,
                       "rm -f k k.pub; ssh-keygen -q -t %s -N '' -C 'a b' -f k", types[i]);
        cr_assert(kit_shell(command, NULL));
        cr_assert(ss_key_read_private(env(), kit_read_file("k", 0), &key, &error) == SS_OK,
                  "%s: %s at %zu", types[i], error.field, error.offset);
        cr_assert(ss_key_read_line(env(), kit_read_file("k.pub", 1), &line) == SS_OK);
        cr_expect(ss_key_equal(key, line));
        cr_expect_str_eq(ss_key_comment(key), "a b");
        cr_expect_str_eq(ss_key_comment(line), "a b");
        cr_assert(kit_shell("ssh-keygen -lf k.pub", &told));
        ss_buf_init(&print, env(), 256);
        cr_assert(ss_buf_printf(&print, "%u ", ss_key_bits(key)) == SS_OK);
        cr_assert(ss_key_fingerprint(ss_key_blob(key), &print) == SS_OK);
        cr_expect(ss_span_eq(ss_span_part(told, 0, ss_buf_size(&print)), ss_buf_span(&print)));
        ss_buf_fini(&print);
        ss_key_free(&line);
        ss_key_free(&key);
    }
}

/* ---- encrypted ---- */

static const char *const ciphers[] = {"3des-cbc",
                                      "aes128-cbc",
                                      "aes192-cbc",
                                      "aes256-cbc",
                                      "aes128-ctr",
                                      "aes192-ctr",
                                      "aes256-ctr",
                                      "aes128-gcm@openssh.com",
                                      "aes256-gcm@openssh.com",
                                      "chacha20-poly1305@openssh.com"};

static ss_err open_with(ss_span file, const char *passphrase, struct ss_key_file *out,
                        struct ss_key_error *error)
{
    return ss_key_file_read(env(), test_guarded(file), ss_span_of(passphrase), NULL, out, error);
}

Test(key_openssh, every_cipher_of_ssh_keygen_is_opened)
{
    size_t i;

    kit_need_keygen();
    for (i = 0; i < SS_COUNT(ciphers); i++) {
        struct ss_key_error error = {0, 0, NULL};
        struct ss_key_file file;
        char command[256];

        (void)snprintf(command, sizeof command,
                       "rm -f k k.pub; ssh-keygen -q -t ed25519 -N secret -Z %s -a 1 -C cc -f k",
                       ciphers[i]);
        cr_assert(kit_shell(command, NULL), "%s", ciphers[i]);
        cr_assert(open_with(kit_read_file("k", 0), "secret", &file, &error) == SS_OK,
                  "%s: %s at %zu", ciphers[i], error.field, error.offset);
        cr_expect(file.format == SS_KEY_FORMAT_OPENSSH && file.encrypted && file.count == 1);
        cr_expect_str_eq(file.cipher, ciphers[i]);
        cr_expect_str_eq(file.kdf, "bcrypt");
        cr_expect_str_eq(ss_key_comment(file.keys[0]), "cc");
        ss_key_file_fini(&file);
        cr_expect(open_with(kit_read_file("k", 0), "Secret", &file, &error) ==
                      SS_E_wrong_passphrase,
                  "%s", ciphers[i]);
        cr_expect(open_with(kit_read_file("k", 0), "", &file, &error) == SS_E_wrong_passphrase);
        cr_expect(open_with(kit_read_file("k", 0), NULL, &file, &error) == SS_E_key_encrypted);
        cr_expect_str_eq(error.field, "cipher name");
        cr_expect(ss_key_file_read_public(env(), kit_read_file("k", 0), &file, &error) == SS_OK);
        cr_expect(file.count == 1 && !ss_key_is_private(file.keys[0]) && file.encrypted);
        ss_key_file_fini(&file);
    }
}

/* A file of ours, decoded, so that bytes of it can be changed. */
static ss_span sealed_data(const char *cipher, size_t *out_section)
{
    static uint8_t copy[4096];
    struct ss_key *key = kit_key(SS_KEY_ED25519, "c");
    const struct ss_key *const keys[1] = {key};
    struct ss_key_protection protection = {
        .passphrase = test_text("p"), .cipher = cipher, .rounds = 1};
    struct ss_buf file, data;
    ss_span text;
    size_t n, i;
    char *letters;

    ss_buf_init(&file, env(), 4096);
    ss_buf_init(&data, env(), 4096);
    cr_assert(ss_key_write_openssh(keys, 1, &protection, &file) == SS_OK);
    text = ss_span_part(ss_buf_span(&file), 36, ss_buf_size(&file) - 36 - 34);
    letters = (char *)ss_buf_at(&file) + 36;
    for (i = n = 0; i < text.size; i++)
        if (letters[i] != '\n')
            letters[n++] = letters[i];
    cr_assert(ss_base64_decode(&data, ss_span_make(letters, n)) == SS_OK);
    n = ss_buf_size(&data);
    memcpy(copy, ss_buf_at(&data), n);
    /* magic, cipher, kdf, options, count, blob, and the section's length. */
    *out_section = 15 + 4 + strlen(cipher) + 10 + 4 + 24 + 4 + 4 + 51 + 4;
    ss_buf_fini(&data);
    ss_buf_fini(&file);
    ss_key_free(&key);
    return ss_span_make(copy, n);
}

/* What the header says: without a tag, the first block is the passphrase's word, the rest its own.
 */
Test(key_openssh, damage_is_told_from_a_wrong_passphrase_as_far_as_the_format_lets_it)
{
    static const struct {
        const char *cipher;
        size_t block;
        bool tagged;
    } rows[] = {{"aes256-ctr", 8, false},
                {"aes256-cbc", 16, false},
                {"aes256-gcm@openssh.com", 0, true},
                {"chacha20-poly1305@openssh.com", 0, true}};
    size_t i, at, section = 0;

    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_span data = sealed_data(rows[i].cipher, &section);
        uint8_t *byte = (uint8_t *)(uintptr_t)data.data;

        for (at = section; at < data.size; at++) {
            struct ss_key_error error = {0, 0, NULL};
            struct ss_key_file file;
            ss_err err;

            byte[at] ^= 1;
            err = open_with(armour(data), "p", &file, &error);
            byte[at] ^= 1;
            if (err == SS_OK) { /* the comment's letter, which nothing protects */
                cr_expect(!rows[i].tagged && strcmp(rows[i].cipher, "aes256-ctr") == 0 &&
                          at == section + 131);
                ss_key_file_fini(&file);
                continue;
            }
            if (rows[i].tagged || at - section < rows[i].block)
                cr_expect(err == SS_E_wrong_passphrase, "%s byte %zu: %s", rows[i].cipher, at,
                          ss_err_name(err));
            else
                cr_expect(err == SS_E_bad_key_file || err == SS_E_unsupported, "%s byte %zu: %s",
                          rows[i].cipher, at, ss_err_name(err));
            cr_expect(error.field != NULL && error.offset <= data.size);
        }
    }
}

Test(key_openssh, headers_of_encrypted_files_are_refused_where_they_are_wrong)
{
    static const struct {
        const char *what;
        size_t at;
        uint8_t to;
        ss_err want;
        size_t offset;
        const char *field;
    } rows[] = {
        {"kdf", 33, 'x', SS_E_unsupported, 29, "kdf name"},
        {"rounds", 66, 9, SS_E_too_many, 39, "kdf rounds"},
        {"no rounds", 66, 0, SS_E_bad_key_file, 39, "kdf rounds"},
        {"salt's length", 46, 15, SS_E_bad_key_file, 39, "kdf options"},
        {"options' length", 42, 23, SS_E_bad_key_file, 39, "kdf options"},
    };
    size_t i, section = 0;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key_error error = {SIZE_MAX, 1, "none"};
        ss_span data = sealed_data("aes256-ctr", &section);
        struct ss_key_file file;
        ss_err err;

        ((uint8_t *)(uintptr_t)data.data)[rows[i].at] = rows[i].to;
        if (rows[i].want == SS_E_too_many)
            ((uint8_t *)(uintptr_t)data.data)[65] = 8; /* 0x0809: 2057 */
        err = open_with(armour(data), "p", &file, &error);
        cr_expect(err == rows[i].want, "%s: %s", rows[i].what, ss_err_name(err));
        cr_expect(error.offset == rows[i].offset, "%s: %zu", rows[i].what, error.offset);
        cr_expect_str_eq(error.field, rows[i].field, "%s: %s", rows[i].what, error.field);
    }
}

Test(key_openssh, every_prefix_of_an_encrypted_file_is_refused)
{
    size_t n, section = 0;
    ss_span whole = sealed_data("aes256-gcm@openssh.com", &section);

    for (n = 0; n < whole.size; n++) {
        struct ss_key_error error = {SIZE_MAX, 1, NULL};
        struct ss_key_file file;
        ss_err err = open_with(armour(ss_span_part(whole, 0, n)), "p", &file, &error);

        cr_expect(err == SS_E_bad_key_file, "prefix %zu: %s", n, ss_err_name(err));
        cr_expect(error.offset <= n && error.field != NULL, "prefix %zu", n);
    }
}

/* rule: nothing is derived before the limits were looked at */
Test(key_openssh, limits_of_the_caller_are_kept)
{
    struct ss_key_limits limits = ss_key_limits_standard;
    struct ss_key_error error = {0, 0, NULL};
    struct ss_key_file file;
    size_t section = 0;
    ss_span text = armour(sealed_data("aes256-ctr", &section));

    limits.bcrypt_rounds = 0;
    cr_expect(ss_key_file_read(env(), text, test_text("p"), &limits, &file, &error) ==
              SS_E_too_many);
    limits.bcrypt_rounds = 1;
    cr_expect(ss_key_file_read(env(), text, test_text("p"), &limits, &file, &error) == SS_OK);
    ss_key_file_fini(&file);
}

Test(key_openssh, what_stands_behind_the_end_is_refused)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_buf text;

    ss_buf_init(&text, env(), 8192);
    cr_assert(ss_buf_put(&text, armour(plain_data())) == SS_OK);
    cr_assert(ss_buf_puts(&text, " \n\n") == SS_OK);
    cr_expect(read(ss_buf_span(&text), &error) == SS_OK);
    cr_assert(ss_buf_puts(&text, "x\n") == SS_OK);
    cr_expect(read(ss_buf_span(&text), &error) == SS_E_bad_key_file);
    cr_expect_str_eq(error.field, "end of file");
    ss_buf_fini(&text);
}
