/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_line.c - public keys on one line of text.
 *
 * Follows: sshd(8) "AUTHORIZED_KEYS FILE FORMAT"; the key is TEST 1 of RFC 8032 section 7.1. */
#include <criterion/criterion.h>

#include "tests/unit/keys/kit.h"

TestSuite(key_line, .fini = test_counted_check);

#define KEY "AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

Test(key_line, blanks_and_line_ends_do_not_matter)
{
    static const struct {
        const char *line, *comment;
    } rows[] = {
        {"ssh-ed25519 " KEY, ""},
        {"ssh-ed25519 " KEY "\n", ""},
        {"ssh-ed25519 " KEY " me@here\r\n", "me@here"},
        {" \tssh-ed25519\t" KEY "  two words \t", "two words"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key *key = NULL;

        cr_assert(ss_key_read_line(env(), test_guarded(ss_span_of(rows[i].line)), &key) == SS_OK,
                  "row %zu", i);
        cr_expect_str_eq(ss_key_comment(key), rows[i].comment);
        cr_expect(ss_span_eq(ss_span_part(ss_key_blob(key), 19, 32), test_hex(kit_ed25519[0].pub)));
        ss_key_free(&key);
    }
}

Test(key_line, what_is_no_key_line_is_refused)
{
    static const struct {
        const char *line;
        ss_err want;
    } rows[] = {
        {"", SS_E_bad_key},
        {"\n", SS_E_bad_key},
        {"# ssh-ed25519 " KEY, SS_E_bad_key},
        {"#ssh-ed25519 " KEY, SS_E_bad_key},
        {"ssh-ed25519", SS_E_bad_key},
        {"ssh-ed25519 ", SS_E_bad_key},
        {"ssh-rsa " KEY, SS_E_bad_key},
        {"SSH-ED25519 " KEY, SS_E_bad_key},
        {"no-pty ssh-ed25519 " KEY, SS_E_bad_key},
        {"ssh-ed25519 " KEY "=", SS_E_bad_key},
        {"ssh-ed25519 AAAA", SS_E_bad_key},
        {"ssh-ed25519 ====", SS_E_bad_key},
        {"ssh-foo AAAAB3NzaC1mb28AAAAA", SS_E_unsupported},
        {"ssh-dss AAAAB3NzaC1kc3MAAAAA", SS_E_bad_key},
    };
    struct ss_key *key = NULL;
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        cr_expect(ss_key_read_line(env(), test_guarded(ss_span_of(rows[i].line)), &key) ==
                      rows[i].want,
                  "%s", rows[i].line);
    cr_expect(ss_key_read_line(env(), ss_span_make("ssh-ed25519 " KEY " a\0b", 84), &key) ==
              SS_E_bad_key);
    cr_expect(ss_key_read_line(env(), ss_span_make(NULL, 0), &key) == SS_E_bad_key);
    cr_expect(key == NULL);
}

Test(key_line, every_prefix_is_refused)
{
    ss_span whole = ss_span_of("ssh-ed25519 " KEY);
    struct ss_key *key = NULL;
    size_t n;

    for (n = 0; n < whole.size; n++)
        cr_expect(ss_key_read_line(env(), test_guarded(ss_span_part(whole, 0, n)), &key) ==
                      SS_E_bad_key,
                  "prefix %zu", n);
}

Test(key_line, a_key_too_long_to_be_one_is_refused)
{
    static uint8_t line[100000];
    struct ss_key *key = NULL;

    memset(line, 'A', sizeof line);
    memcpy(line, "ssh-rsa ", 8);
    cr_expect(ss_key_read_line(env(), ss_span_make(line, sizeof line), &key) == SS_E_bad_key);
}

Test(key_line, a_line_is_written_as_it_is_read)
{
    static const char *const lines[] = {"ssh-ed25519 " KEY "\n", "ssh-ed25519 " KEY " a b\n"};
    size_t i;

    for (i = 0; i < SS_COUNT(lines); i++) {
        struct ss_key *key = NULL;
        struct ss_buf out;

        ss_buf_init(&out, env(), 256);
        cr_assert(ss_key_read_line(env(), ss_span_of(lines[i]), &key) == SS_OK);
        cr_assert(ss_key_write_line(key, &out) == SS_OK);
        cr_expect(ss_span_is(ss_buf_span(&out), lines[i]));
        ss_buf_fini(&out);
        ss_buf_init(&out, env(), 40);
        cr_expect(ss_key_write_line(key, &out) == SS_E_ceiling && ss_buf_size(&out) == 0);
        ss_buf_fini(&out);
        ss_key_free(&key);
    }
}

Test(key_line, a_comment_of_two_lines_is_not_written)
{
    struct ss_key *key = kit_key(SS_KEY_ED25519, "one\ntwo");
    struct ss_buf out;

    ss_buf_init(&out, env(), 256);
    cr_expect(ss_key_write_line(key, &out) == SS_E_bad_text && ss_buf_size(&out) == 0);
    ss_buf_fini(&out);
    ss_key_free(&key);
}

Test(key_line, no_memory_leaves_nothing_behind)
{
    struct ss_counted *counted = test_counted();
    ss_err err = SS_E_no_memory;
    size_t n;

    for (n = 1; err == SS_E_no_memory; n++) {
        struct ss_key *key = NULL;

        kit_scarce(n);
        err = ss_key_read_line(env(), ss_span_of("ssh-ed25519 " KEY " me"), &key);
        kit_scarce(0);
        ss_key_free(&key);
        cr_expect(counted->blocks == 0, "allocation %zu", n);
    }
    cr_expect(err == SS_OK && n > 4);
}
