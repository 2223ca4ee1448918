/* SPDX-License-Identifier: Apache-2.0 */
/* test_sshsig.c - signatures of files.
 *
 * Follows: OpenSSH PROTOCOL.sshsig; ssh-keygen -Y as second opinion. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sshspec/sshsig.h"
#include "tests/unit/keys/kit.h"

TestSuite(sshsig, .fini = kit_folder_remove);

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static void sign(const struct ss_key *key, const struct ss_hash_alg *hash, struct ss_buf *out)
{
    ss_buf_clear(out);
    cr_assert(ss_sshsig_sign(key, env(), ss_registry_standard(), test_text("file"), hash,
                             test_text("message"), out) == SS_OK);
}

static void read(ss_span text, struct ss_sshsig *out)
{
    struct ss_key_error error = {0, 0, NULL};

    cr_assert(ss_sshsig_read(env(), test_guarded(text), out, &error) == SS_OK, "%s at %zu",
              error.field, error.offset);
}

static ss_err verify(const struct ss_sshsig *sig, const char *name_space, const char *message)
{
    return ss_sshsig_verify(sig, ss_registry_standard(), ss_span_of(name_space),
                            ss_span_of(message));
}

Test(sshsig, a_signature_holds_for_its_message_and_namespace_only)
{
    static const struct ss_hash_alg *const hashes[] = {NULL, &ss_hash_sha256, &ss_hash_sha512};
    struct ss_buf text, again;
    size_t i, h, told = 0;

    ss_buf_init(&text, env(), 8192);
    ss_buf_init(&again, env(), 8192);
    for (i = 0; i < KIT_TYPES; i++)
        for (h = 0; h < SS_COUNT(hashes); h++) {
            struct ss_key *key = kit_key(kit_types[i].kind, "");
            struct ss_sshsig sig;

            if (ss_key_default_alg(key, ss_registry_standard()) == NULL) {
                ss_key_free(&key);
                continue;
            }
            told++;
            sign(key, hashes[h], &text);
            read(ss_buf_span(&text), &sig);
            cr_expect(ss_key_equal(sig.key, key) && ss_span_is(sig.name_space, "file"));
            cr_expect(sig.hash == (h == 1 ? &ss_hash_sha256 : &ss_hash_sha512));
            cr_expect(verify(&sig, "file", "message") == SS_OK);
            cr_expect(verify(&sig, "file", "Message") == SS_E_bad_signature);
            cr_expect(verify(&sig, "fil", "message") == SS_E_bad_signature);
            cr_expect(verify(&sig, "", "message") == SS_E_bad_signature);
            ss_buf_clear(&again);
            cr_assert(ss_sshsig_write(&sig, &again) == SS_OK);
            cr_expect(ss_span_eq(ss_buf_span(&again), ss_buf_span(&text)));
            ss_sshsig_fini(&sig);
            ss_key_free(&key);
        }
    cr_expect(told >= 3 * 7, "%zu", told);
    ss_buf_fini(&again);
    ss_buf_fini(&text);
}

Test(sshsig, what_cannot_be_signed)
{
    struct ss_key *key = kit_key(SS_KEY_ED25519, ""), *half = kit_public(key);
    const struct ss_registry *registry = ss_registry_standard();
    ss_span m = test_text("m"), file = test_text("file");
    struct ss_buf text;

    ss_buf_init(&text, env(), 4096);
    cr_expect(ss_sshsig_sign(key, env(), registry, test_text(""), NULL, m, &text) ==
              SS_E_bad_argument);
    cr_expect(ss_sshsig_sign(key, env(), registry, file, &ss_hash_sha1, m, &text) ==
              SS_E_bad_argument);
    cr_expect(ss_sshsig_sign(half, env(), registry, file, NULL, m, &text) == SS_E_usage);
    cr_expect(ss_buf_size(&text) == 0);
    ss_buf_fini(&text);
    ss_key_free(&half);
    ss_key_free(&key);
}

/* Each byte of the blob changed alone: not read, or not valid. */
Test(sshsig, every_changed_byte_is_noticed)
{
    struct ss_key *key = kit_key(SS_KEY_ED25519, "");
    struct ss_buf text, copy;
    struct ss_sshsig sig;
    size_t at;

    ss_buf_init(&text, env(), 4096);
    ss_buf_init(&copy, env(), 4096);
    sign(key, NULL, &text);
    read(ss_buf_span(&text), &sig);
    for (at = 0; at < ss_buf_size(&sig.blob); at++) {
        struct ss_key_error error = {0, 0, NULL};
        struct ss_sshsig changed;
        ss_err err;

        ss_buf_at(&sig.blob)[at] ^= 1;
        ss_buf_clear(&copy);
        cr_assert(ss_sshsig_write(&sig, &copy) == SS_OK);
        ss_buf_at(&sig.blob)[at] ^= 1;
        err = ss_sshsig_read(env(), ss_buf_span(&copy), &changed, &error);
        cr_expect(err == SS_OK || err == SS_E_bad_key_file || err == SS_E_unsupported);
        cr_expect((err != SS_OK) == (error.field != NULL));
        if (err != SS_OK)
            continue;
        cr_expect(verify(&changed, "file", "message") == SS_E_bad_signature, "byte %zu", at);
        ss_sshsig_fini(&changed);
    }
    ss_sshsig_fini(&sig);
    ss_buf_fini(&copy);
    ss_buf_fini(&text);
    ss_key_free(&key);
}

/* "SSHSIG", version 1, the key of RFC 8032 TEST 1. */
#define FRONT                                                                                      \
    "535348534947 00000001 00000033 0000000b 7373682d65643235353139 00000020"                      \
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

Test(sshsig, mistakes_are_named)
{
    static const struct {
        const char *blob;
        ss_err want;
        size_t offset;
        const char *field;
    } rows[] = {
        {"", SS_E_bad_key_file, 0, "magic"},
        {"535348534946", SS_E_bad_key_file, 0, "magic"},
        {"5353485349", SS_E_bad_key_file, 0, "magic"},
        {"535348534947 00000002", SS_E_unsupported, 6, "version"},
        {FRONT "00000000", SS_E_bad_key_file, 65, "namespace"},
        {FRONT "00000001 66", SS_E_bad_key_file, 70, "reserved"},
        {FRONT "00000001 66 00000000 00000004 73686131", SS_E_unsupported, 74, "hash algorithm"},
        {FRONT "00000001 66 00000000 00000006 736861323536", SS_E_bad_key_file, 84, "signature"},
        {FRONT "00000001 66 00000000 00000006 736861323536 00000000 00", SS_E_bad_key_file, 88,
         "end of signature"},
        {"535348534947 00000001 00000001 78 00000001 66 00000000 00000006 736861323536 00000000",
         SS_E_bad_key_file, 14, "public key"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key_error error = {SIZE_MAX, 1, "none"};
        struct ss_sshsig sig;
        struct ss_buf text;
        ss_err err;

        ss_buf_init(&text, env(), 4096);
        cr_assert(ss_buf_puts(&text, "-----BEGIN SSH SIGNATURE-----\n") == SS_OK);
        cr_assert(ss_base64_encode(&text, test_hex(rows[i].blob)) == SS_OK);
        cr_assert(ss_buf_puts(&text, "\n-----END SSH SIGNATURE-----\n") == SS_OK);
        err = ss_sshsig_read(env(), ss_buf_span(&text), &sig, &error);
        cr_expect(err == rows[i].want, "row %zu: %s", i, ss_err_name(err));
        cr_expect(error.offset == rows[i].offset && error.line == 0, "row %zu: %zu", i,
                  error.offset);
        cr_expect_str_eq(error.field, rows[i].field, "row %zu: %s", i, error.field);
        ss_buf_fini(&text);
    }
}

Test(sshsig, text_that_is_no_signature)
{
    static const struct {
        const char *text;
        size_t line;
        const char *field;
    } rows[] = {
        {"", 0, "BEGIN line"},
        {"hello\n", 1, "BEGIN line"},
        {"-----BEGIN PRIVATE KEY-----\n", 1, "BEGIN line"},
        {"-----BEGIN SSH SIGNATURE-----\nAAAA\n", 0, "END line"},
        {"-----BEGIN SSH SIGNATURE-----\nAA?A\n", 2, "base64"},
        {"-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\nx\n", 4, "end of file"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key_error error = {SIZE_MAX, SIZE_MAX, "none"};
        struct ss_sshsig sig;

        cr_expect(ss_sshsig_read(env(), test_text(rows[i].text), &sig, &error) ==
                  SS_E_bad_key_file);
        cr_expect(error.line == rows[i].line, "row %zu: line %zu", i, error.line);
        cr_expect_str_eq(error.field, rows[i].field, "row %zu: %s", i, error.field);
    }
}

Test(sshsig, ssh_keygen_verifies_ours_and_we_verify_its)
{
    char command[512];
    size_t i;

    kit_need_keygen();
    for (i = 0; i < KIT_TYPES; i++) {
        struct ss_key_error error = {0, 0, NULL};
        struct ss_key *key = NULL;
        struct ss_sshsig sig;
        struct ss_buf text;
        ss_span told;

        if (kit_types[i].keygen == NULL || kit_types[i].kind == SS_KEY_DSA)
            continue;
        (void)snprintf(command, sizeof command,
                       "rm -f k k.pub; ssh-keygen -q %s -N '' -f k; printf message > m; "
                       "ssh-keygen -Y sign -f k -n file < m > m.sig; "
                       "{ printf 'me@example.org '; cat k.pub; } > allowed",
                       kit_types[i].keygen);
        cr_assert(kit_shell(command, NULL));
        read(kit_read_file("m.sig", 0), &sig);
        cr_expect(verify(&sig, "file", "message") == SS_OK, "%s", kit_types[i].name);
        ss_sshsig_fini(&sig);
        cr_assert(ss_key_read_private(env(), kit_read_file("k", 0), &key, &error) == SS_OK);
        ss_buf_init(&text, env(), 8192);
        sign(key, i == 1 ? &ss_hash_sha256 : NULL, &text);
        kit_write_file("ours.sig", ss_buf_span(&text));
        cr_expect(kit_shell("ssh-keygen -Y verify -f allowed -I me@example.org -n file -s ours.sig "
                            "< m",
                            &told),
                  "%s: %.*s", kit_types[i].name, (int)told.size, (const char *)told.data);
        ss_buf_fini(&text);
        ss_key_free(&key);
    }
}

Test(sshsig, no_memory_leaves_nothing_behind)
{
    struct ss_counted *counted = test_counted();
    struct ss_key *key = kit_key(SS_KEY_ECDSA_P256, "");
    ss_err err = SS_E_no_memory;
    struct ss_sshsig sig;
    struct ss_buf text;
    size_t n, live;

    ss_buf_init(&text, env(), 8192);
    sign(key, NULL, &text);
    live = counted->blocks;
    for (n = 1; err == SS_E_no_memory; n++) {
        kit_scarce(n);
        err = ss_sshsig_read(env(), ss_buf_span(&text), &sig, NULL);
        kit_scarce(0);
        if (err == SS_OK)
            ss_sshsig_fini(&sig);
        cr_expect(counted->blocks == live, "%zu", n);
    }
    cr_expect(err == SS_OK && n > 4);
    ss_buf_fini(&text);
    ss_key_free(&key);
}
