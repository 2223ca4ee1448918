/* SPDX-License-Identifier: Apache-2.0 */
/* test_key.c - public blobs, references, fingerprints.
 *
 * Follows: RFC 8709 section 4, RFC 5656 section 3.1, RFC 4253 section 6.6; keys of RFC 8032
 *   section 7.1 and RFC 6979 section A.2.5. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sshspec/cert.h"
#include "tests/unit/keys/kit.h"

TestSuite(key, .fini = kit_folder_remove);

static const char p256_blob[] =
    "00000013 65636473612d736861322d6e69737470323536 00000008 6e69737470323536 00000041 04"
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

Test(key, a_blob_of_each_type_is_read_and_kept_byte_for_byte)
{
    static const char *const blobs[] = {
        "0000000b 7373682d65643235353139 00000020"
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        p256_blob};
    size_t i;

    for (i = 0; i < SS_COUNT(blobs); i++) {
        struct ss_key *key = NULL;

        cr_assert(ss_key_from_blob(env(), test_guarded(test_hex(blobs[i])), &key) == SS_OK);
        cr_expect(ss_span_eq(ss_key_blob(key), test_hex(blobs[i])));
        cr_expect_str_eq(ss_key_type(key), kit_types[i].name);
        cr_expect(ss_key_kind(key) == kit_types[i].kind && ss_key_bits(key) == 256);
        cr_expect(!ss_key_is_private(key));
        cr_expect_str_eq(ss_key_comment(key), "");
        ss_key_free(&key);
        cr_expect(key == NULL);
    }
}

Test(key, a_generated_key_of_each_kind_has_a_blob_that_reads_back)
{
    size_t i;

    for (i = 0; i < KIT_TYPES; i++) {
        struct ss_key *key = kit_key(kit_types[i].kind, "a comment"), *half = kit_public(key);

        cr_expect(ss_key_is_private(key) && !ss_key_is_private(half));
        cr_expect_str_eq(ss_key_type(key), kit_types[i].name);
        cr_expect_str_eq(ss_key_type(half), kit_types[i].name);
        cr_expect(ss_key_plain(key) == key && ss_key_cert(key) == NULL);
        cr_expect(ss_span_eq(ss_key_application(half), ss_key_application(key)));
        cr_expect_str_eq(ss_key_comment(key), "a comment");
        cr_expect(ss_key_equal(key, half));
        cr_expect(ss_key_bits(key) == kit_types[i].bits, "%s", kit_types[i].name);
        ss_key_free(&half);
        half = kit_key(kit_types[i].kind, "");
        cr_expect(!ss_key_equal(key, half));
        ss_key_free(&half);
        ss_key_free(&key);
    }
}

Test(key, references_keep_the_key_until_the_last_is_dropped)
{
    struct ss_key *key = kit_key(SS_KEY_ED25519, "shared");
    struct ss_key *second = ss_key_ref(key);

    ss_key_free(&key);
    cr_expect(key == NULL);
    cr_expect_str_eq(ss_key_comment(second), "shared");
    ss_key_free(&second);
    cr_expect(test_counted()->blocks == 0);
    ss_key_free(&second);
}

Test(key, every_prefix_and_every_longer_blob_is_refused)
{
    size_t i, n;

    for (i = 0; i < KIT_TYPES; i++) {
        struct ss_key *key = kit_key(kit_types[i].kind, ""), *got = NULL;
        ss_span blob = ss_key_blob(key);
        uint8_t longer[2048];

        for (n = 0; n < blob.size; n++) {
            struct ss_key_error error = {SIZE_MAX, 1, NULL};

            cr_expect(ss_key_read_blob(env(), test_guarded(ss_span_part(blob, 0, n)), &got,
                                       &error) == SS_E_bad_key,
                      "%s cut at %zu", kit_types[i].name, n);
            cr_expect(error.field != NULL && error.offset <= n && error.line == 0);
        }
        memcpy(longer, blob.data, blob.size);
        longer[blob.size] = 0;
        cr_expect(ss_key_from_blob(env(), ss_span_make(longer, blob.size + 1), &got) ==
                  SS_E_bad_key);
        cr_expect(got == NULL);
        ss_key_free(&key);
    }
}

Test(key, what_makes_no_key_is_refused_with_its_reason)
{
    static const struct {
        const char *what, *hex;
        ss_err want;
    } rows[] = {
        {"an unknown type", "00000007 7373682d666f6f 00000001 00", SS_E_unsupported},
        {"a signature name as a type", "0000000c 7273612d736861322d323536 00000001 03",
         SS_E_unsupported},
        {"an empty type", "00000000 00000000", SS_E_unsupported},
        {"a short ed25519 value", "0000000b 7373682d65643235353139 00000002 0102", SS_E_bad_key},
        {"another curve inside",
         "00000013 65636473612d736861322d6e69737470323536 00000008 6e69737470333834 00000001 04",
         SS_E_bad_key},
        {"a point off the curve",
         "00000013 65636473612d736861322d6e69737470323536 00000008 6e69737470323536 00000041 04"
         "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
         "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d446229a",
         SS_E_bad_key},
        {"a small modulus", "00000007 7373682d727361 00000001 03 00000001 23", SS_E_bad_key},
        {"a negative exponent", "00000007 7373682d727361 00000001 83 00000001 23", SS_E_bad_key},
        {"a padded exponent", "00000007 7373682d727361 00000002 0003 00000001 23", SS_E_bad_key},
    };
    static uint8_t huge[65537];
    struct ss_key *key = NULL;
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        cr_expect(ss_key_from_blob(env(), test_hex(rows[i].hex), &key) == rows[i].want, "%s",
                  rows[i].what);
    cr_expect(ss_key_from_blob(env(), ss_span_make(huge, sizeof huge), &key) == SS_E_bad_key);
    cr_expect(ss_key_from_blob(env(), ss_span_make(NULL, 0), &key) == SS_E_bad_key);
    cr_expect(ss_key_generate(env(), SS_KEY_ED25519, 0, ss_span_make("a\0b", 3), &key) ==
              SS_E_bad_text);
    cr_expect(ss_key_generate(env(), SS_KEY_NONE, 0, ss_span_of(""), &key) == SS_E_bad_argument);
    cr_expect(key == NULL);
}

/* Each allocation fails once; what was made is given back. */
Test(key, no_memory_leaves_nothing_behind)
{
    struct ss_counted *counted = test_counted();
    size_t i, n;

    for (i = 0; i < KIT_TYPES; i++) {
        struct ss_key *key = kit_key(kit_types[i].kind, ""), *got = NULL;
        size_t live = counted->blocks;
        ss_err err = SS_E_no_memory;

        for (n = 1; err == SS_E_no_memory; n++) {
            kit_scarce(n);
            err = ss_key_from_blob(&counted->env, ss_key_blob(key), &got);
            kit_scarce(0);
            if (err == SS_OK)
                ss_key_free(&got);
            cr_expect(counted->blocks == live, "%s, allocation %zu", kit_types[i].name, n);
        }
        cr_expect(err == SS_OK && n > 3, "%s: %s", kit_types[i].name, ss_err_name(err));
        ss_key_free(&key);
    }
}

Test(key, an_error_says_which_field_and_where)
{
    static const struct {
        const char *what, *hex, *field;
        size_t offset;
    } rows[] = {
        {"no type", "000000ff", "key type", 0},
        {"a point cut short",
         "00000013 65636473612d736861322d6e69737470323536 00000008 6e69737470323536 00000041 04",
         "ecdsa public point", 35},
        {"another curve",
         "00000013 65636473612d736861322d6e69737470333834 00000008 6e69737470323536 00000001 04",
         "curve name", 23},
        {"a modulus cut short", "00000007 7373682d727361 00000001 03 00000010 23", "rsa n", 16},
        {"a q of 152 bits",
         "00000007 7373682d647373 00000001 17 00000014 00996f967f6c8e388d9e28d01e205fba957a5698",
         "dsa q", 16},
        {"bytes behind", "0000000b 7373682d65643235353139 00000001 01 ff", "end of the key", 20},
        {"an impossible value", "0000000b 7373682d65643235353139 00000001 01", "key values", 20},
        {"an application cut short",
         "0000001a 736b2d7373682d65643235353139406f70656e7373682e636f6d 00000001 01 00000009 73",
         "application", 35},
    };
    struct ss_key *key = NULL;
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key_error error = {0, 1, "none"};

        cr_expect(ss_key_read_blob(env(), test_guarded(test_hex(rows[i].hex)), &key, &error) ==
                      SS_E_bad_key,
                  "%s", rows[i].what);
        cr_expect_str_eq(error.field, rows[i].field, "%s: %s", rows[i].what, error.field);
        cr_expect(error.offset == rows[i].offset, "%s: %zu", rows[i].what, error.offset);
    }
}

Test(key, the_fingerprint_is_the_hash_of_the_blob_without_padding)
{
    struct ss_buf out;

    ss_buf_init(&out, env(), 1024);
    cr_assert(ss_buf_puts(&out, "key ") == SS_OK);
    cr_assert(ss_key_fingerprint(ss_span_make(NULL, 0), &out) == SS_OK);
    /* SHA-256 of nothing, e3b0c442...b855. */
    cr_expect(
        ss_span_is(ss_buf_span(&out), "key SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"));
    ss_buf_fini(&out);
    ss_buf_init(&out, env(), 49);
    cr_expect(ss_key_fingerprint(ss_span_make(NULL, 0), &out) == SS_E_ceiling);
    cr_expect(ss_buf_size(&out) == 0);
    ss_buf_fini(&out);
}

Test(key, ssh_keygen_tells_the_same_fingerprint)
{
    struct ss_buf line, print;
    size_t i;

    kit_need_keygen();
    for (i = 0; i < KIT_TYPES; i++) {
        struct ss_key *key;
        ss_span told = {NULL, 0};

        if (!kit_types[i].known)
            continue;
        key = kit_key(kit_types[i].kind, "me@here");
        ss_buf_init(&line, env(), 4096);
        ss_buf_init(&print, env(), 4096);
        cr_assert(ss_key_write_line(key, &line) == SS_OK);
        kit_write_file("key.pub", ss_buf_span(&line));
        cr_assert(kit_shell("ssh-keygen -lf key.pub", &told));
        cr_assert(ss_buf_printf(&print, "%u ", ss_key_bits(key)) == SS_OK);
        cr_assert(ss_key_fingerprint(ss_key_blob(key), &print) == SS_OK);
        cr_assert(ss_buf_puts(&print, " me@here (") == SS_OK);
        cr_expect(ss_span_eq(ss_span_part(told, 0, ss_buf_size(&print)), ss_buf_span(&print)),
                  "%.*s", (int)told.size, (const char *)told.data);
        ss_buf_fini(&print);
        ss_buf_fini(&line);
        ss_key_free(&key);
    }
}
