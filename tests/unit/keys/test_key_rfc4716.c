/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_rfc4716.c - the SSH public key file format.
 *
 * Follows: RFC 4716 sections 3.3 to 3.6; the first key is the one of its examples. */
#include <criterion/criterion.h>

#include "sshspec/key_file.h"
#include "tests/unit/keys/kit.h"

TestSuite(key_rfc4716, .fini = kit_folder_remove);

#define BEGIN "---- BEGIN SSH2 PUBLIC KEY ----\n"
#define END "---- END SSH2 PUBLIC KEY ----\n"
#define BODY                                                                                       \
    "AAAAB3NzaC1yc2EAAAABIwAAAIEA1on8gxCGJJWSRT4uOrR13mUaUk0hRf4RzxSZ1zRb\n"                       \
    "YYFw8pfGesIFoEuVth4HKyF8k1y4mRUnYHP1XNMNMJl1JcEArC2asV8sHf6zSPVffozZ\n"                       \
    "5TT4SfsUu/iKy9lUcCfXzwre4WWZSXXcPff+EHtWshahu3WzBdnGxm5Xoi89zcE=\n"

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static ss_err read(ss_span text, struct ss_key **out_key, struct ss_key_error *error)
{
    return ss_key_read_any(env(), test_guarded(text), ss_span_make(NULL, 0), out_key, error);
}

static void expect_comment(const char *text, const char *comment)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_key *key = NULL;

    cr_assert(read(ss_span_of(text), &key, &error) == SS_OK, "%s: %s at %zu", text, error.field,
              error.offset);
    cr_expect_str_eq(ss_key_comment(key), comment);
    cr_expect(ss_key_bits(key) == 1024 && !ss_key_is_private(key));
    ss_key_free(&key);
}

Test(key_rfc4716, the_key_of_the_rfc_with_its_headers)
{
    expect_comment(BEGIN "Comment: \"1024-bit RSA, converted from OpenSSH by me@example.com\"\n"
                         "x-command: /home/me/bin/lock-in-guest.sh\n" BODY END,
                   "1024-bit RSA, converted from OpenSSH by me@example.com");
    expect_comment(BEGIN "Comment: This is my public key for use on \\\n"
                         "servers which I don't like.\n" BODY END,
                   "This is my public key for use on servers which I don't like.");
    expect_comment(BEGIN "Subject: me\ncOMMENT:  a \"b\" c\n" BODY END, "a \"b\" c");
    expect_comment(BEGIN BODY END, "");
    expect_comment("\n" BEGIN "Comment: \"\"\n\n" BODY "\n" END "\n", "");
}

Test(key_rfc4716, mistakes_are_named)
{
    static const struct {
        const char *text;
        size_t line;
        const char *field;
    } rows[] = {
        {BEGIN BODY, 0, "END line"},
        {BEGIN BODY "-----END SSH2 PUBLIC KEY-----\n", 5, "END line"},
        {BEGIN ": x\n" BODY END, 2, "header tag"},
        {BEGIN "Comment: x\\\n", 0, "header value"},
        {BEGIN BODY "Comment: late\n" END, 5, "base64"},
        {BEGIN "AAAA\n" END, 0, "public key"},
        {BEGIN BODY END "more\n", 6, "end of file"},
        {BEGIN END, 0, "public key"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key_error error = {0, 0, "none"};
        struct ss_key *key = NULL;

        cr_expect(read(ss_span_of(rows[i].text), &key, &error) == SS_E_bad_key_file, "row %zu", i);
        cr_expect(error.line == rows[i].line, "row %zu: line %zu", i, error.line);
        cr_expect_str_eq(error.field, rows[i].field, "row %zu: %s", i, error.field);
    }
}

Test(key_rfc4716, what_is_written_reads_back_with_comments_of_any_length)
{
    static char comment[1024];
    size_t n;

    for (n = 0; n < 1023; n += n < 200 ? 1 : 91) {
        struct ss_key *key, *back = NULL;
        struct ss_buf text;
        size_t at, start;

        memset(comment, n % 2 == 0 ? 'x' : '\\', n);
        comment[n] = 0;
        key = kit_key(SS_KEY_ED25519, comment);
        ss_buf_init(&text, env(), 4096);
        cr_assert(ss_key_write_rfc4716(key, &text) == SS_OK);
        cr_assert(read(ss_buf_span(&text), &back, NULL) == SS_OK, "%zu", n);
        cr_expect_str_eq(ss_key_comment(back), comment);
        cr_expect(ss_key_equal(key, back));
        for (at = start = 0; at < ss_buf_size(&text); at++)
            if (ss_buf_at(&text)[at] == '\n') {
                cr_expect(at - start <= 72, "%zu: a line of %zu", n, at - start);
                start = at + 1;
            }
        ss_buf_fini(&text);
        ss_key_free(&back);
        ss_key_free(&key);
    }
}

Test(key_rfc4716, comments_that_do_not_fit_are_not_written)
{
    static char comment[1024];
    struct ss_key *lines = kit_key(SS_KEY_ED25519, "a\nb"), *longer;
    struct ss_buf text;

    memset(comment, 'x', 1023);
    longer = kit_key(SS_KEY_ED25519, comment);
    ss_buf_init(&text, env(), 4096);
    cr_expect(ss_key_write_rfc4716(lines, &text) == SS_E_bad_text);
    cr_expect(ss_key_write_rfc4716(longer, &text) == SS_E_bad_text);
    cr_expect(ss_buf_size(&text) == 0);
    ss_buf_fini(&text);
    ss_key_free(&longer);
    ss_key_free(&lines);
}

Test(key_rfc4716, ssh_keygen_reads_it_and_we_read_its)
{
    struct ss_key *key = kit_key(SS_KEY_ECDSA_P256, "who is it"), *back = NULL;
    struct ss_buf text, line;
    ss_span told;

    kit_need_keygen();
    ss_buf_init(&text, env(), 4096);
    ss_buf_init(&line, env(), 4096);
    cr_assert(ss_key_write_rfc4716(key, &text) == SS_OK);
    cr_assert(ss_key_write_line(key, &line) == SS_OK);
    kit_write_file("k", ss_buf_span(&text));
    kit_write_file("k.pub", ss_buf_span(&line));
    cr_assert(kit_shell("ssh-keygen -i -f k", &told));
    cr_expect(memmem(ss_buf_at(&line), ss_buf_size(&line), told.data, told.size - 1) != NULL);
    cr_assert(kit_shell("ssh-keygen -e -f k.pub", &told));
    cr_assert(read(told, &back, NULL) == SS_OK);
    cr_expect(ss_key_equal(key, back));
    ss_buf_fini(&line);
    ss_buf_fini(&text);
    ss_key_free(&back);
    ss_key_free(&key);
}
