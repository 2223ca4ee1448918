/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_file.c - a file of any format: which it is, what it may cost, what is left behind.
 *
 * Follows: include/sshspec/key_file.h. */
#include <criterion/criterion.h>

#include "sshspec/key_file.h"
#include "tests/unit/keys/kit.h"

TestSuite(key_file, .fini = test_counted_check);

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static const ss_span none = {NULL, 0};

/* Each format of the same key, encrypted where it can be. */
struct sample {
    enum ss_key_format format;
    bool is_private, clear_public;
};
static const struct sample samples[] = {
    {SS_KEY_FORMAT_OPENSSH, true, true},  {SS_KEY_FORMAT_PEM, true, false},
    {SS_KEY_FORMAT_PKCS8, true, false},   {SS_KEY_FORMAT_PPK2, true, true},
    {SS_KEY_FORMAT_PPK3, true, true},     {SS_KEY_FORMAT_LINE, false, true},
    {SS_KEY_FORMAT_RFC4716, false, true}, {SS_KEY_FORMAT_SPKI, false, true},
};

static void write_sample(const struct sample *sample, const struct ss_key *key, ss_span passphrase,
                         struct ss_buf *out)
{
    const struct ss_key_protection protection = {
        .passphrase = passphrase, .rounds = 1, .memory = 64, .passes = 1};
    ss_err err = SS_E_internal;

    switch (sample->format) {
    case SS_KEY_FORMAT_OPENSSH:
        err = ss_key_write_openssh(&key, 1, &protection, out);
        break;
    case SS_KEY_FORMAT_PEM:
        err = ss_key_write_pem(key, &protection, out);
        break;
    case SS_KEY_FORMAT_PKCS8:
        err = ss_key_write_pkcs8(key, &protection, out);
        break;
    case SS_KEY_FORMAT_PPK2:
    case SS_KEY_FORMAT_PPK3:
        err = ss_key_write_ppk(key, sample->format, &protection, out);
        break;
    case SS_KEY_FORMAT_LINE:
        err = ss_key_write_line(key, out);
        break;
    case SS_KEY_FORMAT_RFC4716:
        err = ss_key_write_rfc4716(key, out);
        break;
    case SS_KEY_FORMAT_SPKI:
        err = ss_key_write_spki(key, out);
        break;
    case SS_KEY_FORMAT_NONE:
    case SS_KEY_FORMAT_PKCS1:
        break;
    }
    cr_assert(err == SS_OK, "%s: %s", ss_key_format_name(sample->format), ss_err_name(err));
}

Test(key_file, every_format_is_told_by_its_first_line)
{
    struct ss_key *key = kit_key(SS_KEY_ECDSA_P256, "c");
    size_t i;

    for (i = 0; i < SS_COUNT(samples); i++) {
        const char *name = ss_key_format_name(samples[i].format);
        struct ss_key *back = NULL;
        struct ss_key_file file;
        struct ss_buf text;

        ss_buf_init(&text, env(), 16384);
        write_sample(&samples[i], key, test_text("p"), &text);
        cr_assert(ss_key_file_read(env(), ss_buf_span(&text), test_text("p"), NULL, &file, NULL) ==
                      SS_OK,
                  "%s", name);
        cr_expect(file.format == samples[i].format && file.count == 1, "%s", name);
        cr_expect(file.encrypted == samples[i].is_private, "%s", name);
        cr_expect((file.cipher[0] != 0) == file.encrypted && (file.kdf[0] != 0) == file.encrypted);
        cr_expect(ss_key_is_private(file.keys[0]) == samples[i].is_private, "%s", name);
        cr_expect(ss_key_equal(file.keys[0], key), "%s", name);
        ss_key_file_fini(&file);
        cr_assert(ss_key_read_any(env(), ss_buf_span(&text), test_text("p"), &back, NULL) == SS_OK);
        cr_expect(ss_key_equal(back, key));
        ss_key_free(&back);
        cr_expect((ss_key_file_read_public(env(), ss_buf_span(&text), &file, NULL) == SS_OK) ==
                      samples[i].clear_public,
                  "%s", name);
        if (samples[i].clear_public) {
            cr_expect(file.count == 1 && !ss_key_is_private(file.keys[0]) &&
                      ss_key_equal(file.keys[0], key));
            ss_key_file_fini(&file);
        }
        ss_buf_fini(&text);
    }
    ss_key_free(&key);
}

Test(key_file, names_of_formats_go_both_ways)
{
    enum ss_key_format format;

    for (format = SS_KEY_FORMAT_NONE; format <= SS_KEY_FORMAT_PKCS1; format++)
        cr_expect(ss_key_format_of(ss_span_of(ss_key_format_name(format))) == format);
    cr_expect(ss_key_format_of(test_text("putty")) == SS_KEY_FORMAT_NONE);
}

#define K1 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
#define K2 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID1AF8PoQ4lakrcKp005bvyYLM8uxJaMwM1V8Sr0Zgwr"

Test(key_file, lines_may_be_several)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_key_file file;
    struct ss_buf text;
    size_t i;

    cr_assert(ss_key_file_read(env(), test_text("# two\n" K1 " one\n\n#\n" K2 "\n"), none, NULL,
                               &file, &error) == SS_OK,
              "%s", error.field);
    cr_assert(file.count == 2);
    cr_expect_str_eq(ss_key_comment(file.keys[0]), "one");
    cr_expect_str_eq(ss_key_comment(file.keys[1]), "");
    ss_key_file_fini(&file);
    cr_expect(file.count == 0);
    cr_expect(ss_key_file_read(env(), test_text(K1 "\nx\n"), none, NULL, &file, &error) ==
              SS_E_bad_key_file);
    cr_expect(error.line == 2 && strcmp(error.field, "key line") == 0);
    ss_buf_init(&text, env(), 4096);
    for (i = 0; i <= SS_KEY_FILE_KEYS; i++)
        cr_assert(ss_buf_puts(&text, K1 "\n") == SS_OK);
    cr_expect(ss_key_file_read(env(), ss_buf_span(&text), none, NULL, &file, &error) ==
              SS_E_too_many);
    cr_expect_str_eq(error.field, "number of keys");
    ss_buf_fini(&text);
}

Test(key_file, what_is_no_key_file)
{
    static const struct {
        const char *text;
        ss_err want;
        size_t offset, line;
        const char *field;
    } rows[] = {
        {"", SS_E_bad_key_file, 0, 0, "first line"},
        {"\n \r\n", SS_E_bad_key_file, 4, 0, "first line"},
        {"# nothing\n", SS_E_bad_key_file, 10, 0, "first line"},
        {"\nhello\n", SS_E_bad_key_file, 1, 2, "first line"},
        {"-----BEGIN CERTIFICATE-----\n", SS_E_unsupported, 0, 1, "file format"},
        {"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n", SS_E_bad_key_file, 0, 1, "first line"},
        {"ssh-none AAAACHNzaC1ub25l\n", SS_E_unsupported, 0, 1, "key line"},
        {"ssh-ed25519 AAAAB3NzaC1yc2EAAAABIw==\n", SS_E_bad_key_file, 0, 1, "key line"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key_error error = {SIZE_MAX, SIZE_MAX, "none"};
        struct ss_key *key = NULL;
        ss_err err =
            ss_key_read_any(env(), test_guarded(test_text(rows[i].text)), none, &key, &error);

        cr_expect(err == rows[i].want, "row %zu: %s", i, ss_err_name(err));
        cr_expect(error.offset == rows[i].offset && error.line == rows[i].line,
                  "row %zu: %zu, line %zu", i, error.offset, error.line);
        cr_expect_str_eq(error.field, rows[i].field, "row %zu: %s", i, error.field);
    }
}

/* The largest files that each format reads on to the end of, and then finds wanting. */
Test(key_file, no_file_takes_more_memory_than_is_stated)
{
    static const struct {
        const char *head, *letters, *tail;
    } rows[] = {
        {"-----BEGIN OPENSSH PRIVATE KEY-----\n", "A", "\n-----END OPENSSH PRIVATE KEY-----\n"},
        {"-----BEGIN RSA PRIVATE KEY-----\n", "A", "\n-----END RSA PRIVATE KEY-----\n"},
        {"-----BEGIN PRIVATE KEY-----\n", "A", "\n-----END PRIVATE KEY-----\n"},
        {"---- BEGIN SSH2 PUBLIC KEY ----\n", "A", "\n---- END SSH2 PUBLIC KEY ----\n"},
        {"---- BEGIN SSH2 PUBLIC KEY ----\nComment: ", "A", "\n"},
        {"PuTTY-User-Key-File-3: \nEncryption: none\nComment: \nPublic-Lines: 1\n", "A",
         "\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: 00\n"},
        {"PuTTY-User-Key-File-3: ", "x", "\n"},
        {"ssh-rsa ", "A", "\n"},
    };
    static const size_t sizes[] = {87384, 87380, 87388, 200000, SS_KEY_FILE_MAX - 200};
    static char text[SS_KEY_FILE_MAX];
    struct ss_counted *counted = test_counted();
    size_t i, k;

    for (i = 0; i < SS_COUNT(rows); i++)
        for (k = 0; k < SS_COUNT(sizes); k++) {
            size_t head = strlen(rows[i].head), tail = strlen(rows[i].tail);
            struct ss_key_file file;
            ss_span all = ss_span_make(text, head + sizes[k] + tail);

            memcpy(text, rows[i].head, head);
            memset(text + head, rows[i].letters[0], sizes[k]);
            memcpy(text + head + sizes[k], rows[i].tail, tail);
            counted->peak = 0;
            cr_expect(ss_key_file_read(env(), all, test_text("p"), NULL, &file, NULL) != SS_OK);
            cr_expect(counted->peak <= SS_KEY_FILE_MEMORY, "row %zu: %zu bytes", i, counted->peak);
            cr_expect(counted->bytes == 0);
        }
}

Test(key_file, a_file_over_the_ceiling_is_not_looked_at)
{
    static char text[SS_KEY_FILE_MAX + 1];
    struct ss_key_error error = {0, 0, NULL};
    struct ss_key_file file;

    cr_expect(ss_key_file_read(env(), ss_span_make(text, sizeof text), none, NULL, &file, &error) ==
              SS_E_bad_key_file);
    cr_expect_str_eq(error.field, "file size");
    cr_expect(ss_key_file_read(env(), ss_span_make(text, sizeof text - 1), none, NULL, &file,
                               &error) == SS_E_bad_key_file);
    cr_expect_str_eq(error.field, "first line");
}

Test(key_file, sixteen_keys_stay_under_it_too)
{
    struct ss_counted *counted = test_counted();
    struct ss_key_protection protection = {
        .passphrase = test_text("p"), .rounds = 1, .memory = 64, .passes = 1};
    struct ss_key *key = kit_key(SS_KEY_RSA, "c");
    const struct ss_key *keys[SS_KEY_FILE_KEYS];
    struct ss_key_file file;
    struct ss_buf text;
    size_t i;

    for (i = 0; i < SS_KEY_FILE_KEYS; i++)
        keys[i] = key;
    ss_buf_init(&text, env(), 1 << 17);
    cr_assert(ss_key_write_openssh(keys, SS_KEY_FILE_KEYS, &protection, &text) == SS_OK);
    counted->peak = 0;
    cr_assert(ss_key_file_read(env(), ss_buf_span(&text), test_text("p"), NULL, &file, NULL) ==
              SS_OK);
    cr_expect(file.count == SS_KEY_FILE_KEYS && counted->peak <= SS_KEY_FILE_MEMORY, "%zu",
              counted->peak);
    ss_key_file_fini(&file);
    ss_buf_fini(&text);
    ss_key_free(&key);
}

Test(key_file, no_memory_leaves_nothing_behind)
{
    struct ss_counted *counted = test_counted();
    struct ss_key *key = kit_key(SS_KEY_ECDSA_P256, "c");
    size_t i, n;

    for (i = 0; i < SS_COUNT(samples); i++) {
        ss_err err = SS_E_no_memory;
        struct ss_key_file file;
        struct ss_buf text;
        size_t live;

        ss_buf_init(&text, env(), 16384);
        write_sample(&samples[i], key, test_text("p"), &text);
        live = counted->blocks;
        for (n = 1; err == SS_E_no_memory; n++) {
            kit_scarce(n);
            err = ss_key_file_read(env(), ss_buf_span(&text), test_text("p"), NULL, &file, NULL);
            kit_scarce(0);
            if (err == SS_OK)
                ss_key_file_fini(&file);
            cr_expect(counted->blocks == live, "%s, %zu", ss_key_format_name(samples[i].format), n);
        }
        cr_expect(err == SS_OK && n > 4, "%s: %s", ss_key_format_name(samples[i].format),
                  ss_err_name(err));
        ss_buf_fini(&text);
    }
    ss_key_free(&key);
}
