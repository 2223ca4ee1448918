/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_openssh_write.c - openssh-key-v1 files as we write them, read by ourselves and by
 * ssh-keygen.
 *
 * Follows: OpenSSH PROTOCOL.key. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sshspec/key_file.h"
#include "tests/unit/keys/kit.h"

TestSuite(key_openssh_write, .fini = kit_folder_remove);

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

Test(key_openssh_write, what_is_written_reads_back)
{
    size_t i;

    for (i = 0; i < KIT_TYPES; i++) {
        struct ss_key *key = kit_key(kit_types[i].kind, "who@where"), *back = NULL;
        struct ss_key *half = kit_public(key);
        struct ss_buf file;

        ss_buf_init(&file, env(), 16384);
        cr_assert(ss_key_write_private(key, &file) == SS_OK);
        cr_expect(file.secret);
        cr_assert(ss_key_read_private(env(), ss_buf_span(&file), &back, NULL) == SS_OK);
        cr_expect(ss_key_equal(key, back) && ss_key_is_private(back));
        cr_expect_str_eq(ss_key_comment(back), "who@where");
        ss_buf_clear(&file);
        cr_expect(ss_key_write_private(half, &file) == SS_E_usage && ss_buf_size(&file) == 0);
        ss_buf_fini(&file);
        ss_buf_init(&file, env(), 100);
        cr_expect(ss_key_write_private(key, &file) == SS_E_ceiling && ss_buf_size(&file) == 0);
        ss_buf_fini(&file);
        ss_key_free(&back);
        ss_key_free(&half);
        ss_key_free(&key);
    }
}

Test(key_openssh_write, ssh_keygen_reads_what_we_write)
{
    size_t i;

    kit_need_keygen();
    for (i = 0; i < KIT_TYPES; i++) {
        struct ss_key *key;
        struct ss_buf file, line;
        ss_span told = {NULL, 0};

        if (!kit_types[i].known)
            continue;
        key = kit_key(kit_types[i].kind, "ours");
        ss_buf_init(&file, env(), 16384);
        ss_buf_init(&line, env(), 16384);
        cr_assert(ss_key_write_private(key, &file) == SS_OK);
        cr_assert(ss_key_write_line(key, &line) == SS_OK);
        kit_write_file("ours", ss_buf_span(&file));
        cr_assert(kit_shell("ssh-keygen -y -f ours", &told), "%.*s", (int)told.size,
                  (const char *)told.data);
        cr_expect(ss_span_eq(told, ss_buf_span(&line)), "%.*s", (int)told.size,
                  (const char *)told.data);
        ss_buf_fini(&line);
        ss_buf_fini(&file);
        ss_key_free(&key);
    }
}

Test(key_openssh_write, no_memory_leaves_nothing_behind)
{
    struct ss_counted *counted = test_counted();
    size_t i, n;

    for (i = 0; i < KIT_TYPES; i++) {
        struct ss_key *key = kit_key(kit_types[i].kind, "c"), *back = NULL;
        struct ss_buf file;
        ss_err err = SS_E_no_memory;
        size_t live;

        for (n = 1; err == SS_E_no_memory; n++) {
            ss_buf_init(&file, &counted->env, 16384);
            live = counted->blocks;
            kit_scarce(n);
            err = ss_key_write_private(key, &file);
            kit_scarce(0);
            cr_expect((ss_buf_size(&file) > 0) == (err == SS_OK));
            if (err != SS_OK)
                ss_buf_fini(&file);
            cr_expect(counted->blocks == live + (err == SS_OK ? 1 : 0));
        }
        cr_expect(err == SS_OK && n > 4, "%s", ss_err_name(err));
        err = SS_E_no_memory;
        live = counted->blocks;
        for (n = 1; err == SS_E_no_memory; n++) {
            kit_scarce(n);
            err = ss_key_read_private(&counted->env, ss_buf_span(&file), &back, NULL);
            kit_scarce(0);
            if (err == SS_OK)
                ss_key_free(&back);
            cr_expect(counted->blocks == live, "%s, %zu", kit_types[i].name, n);
        }
        cr_expect(err == SS_OK && n > 6, "%s: %s", kit_types[i].name, ss_err_name(err));
        ss_buf_fini(&file);
        ss_key_free(&key);
    }
}

Test(key_openssh_write, every_cipher_is_opened_by_us_and_by_ssh_keygen)
{
    static const char *const ciphers[] = {NULL,
                                          "3des-cbc",
                                          "aes128-cbc",
                                          "aes192-cbc",
                                          "aes256-cbc",
                                          "aes128-ctr",
                                          "aes192-ctr",
                                          "aes256-ctr",
                                          "aes128-gcm@openssh.com",
                                          "aes256-gcm@openssh.com",
                                          "chacha20-poly1305@openssh.com"};
    struct ss_key *key = kit_key(SS_KEY_ECDSA_P256, "who");
    const struct ss_key *const keys[1] = {key};
    struct ss_buf file, line;
    ss_span told;
    size_t i;

    kit_need_keygen();
    ss_buf_init(&file, env(), 16384);
    ss_buf_init(&line, env(), 16384);
    cr_assert(ss_key_write_line(key, &line) == SS_OK);
    for (i = 0; i < SS_COUNT(ciphers); i++) {
        struct ss_key_protection protection = {
            .passphrase = test_text("secret"), .cipher = ciphers[i], .rounds = 2};
        struct ss_key_file back;

        ss_buf_clear(&file);
        cr_assert(ss_key_write_openssh(keys, 1, &protection, &file) == SS_OK);
        cr_assert(ss_key_file_read(env(), ss_buf_span(&file), test_text("secret"), NULL, &back,
                                   NULL) == SS_OK);
        cr_expect(ss_key_equal(back.keys[0], key));
        cr_expect_str_eq(back.cipher, ciphers[i] != NULL ? ciphers[i] : "aes256-ctr");
        ss_key_file_fini(&back);
        kit_write_file("ours", ss_buf_span(&file));
        cr_assert(kit_shell("ssh-keygen -y -P secret -f ours", &told), "%.*s", (int)told.size,
                  (const char *)told.data);
        cr_expect(ss_span_eq(told, ss_buf_span(&line)));
    }
    ss_buf_fini(&line);
    ss_buf_fini(&file);
    ss_key_free(&key);
}

Test(key_openssh_write, several_keys_in_one_file)
{
    struct ss_key *all[KIT_TYPES];
    const struct ss_key *keys[KIT_TYPES];
    struct ss_key_protection protection = {.passphrase = test_text("secret"), .rounds = 1};
    struct ss_key_file back;
    struct ss_buf file;
    size_t i;

    for (i = 0; i < KIT_TYPES; i++)
        keys[i] = all[i] = kit_key(kit_types[i].kind, kit_types[i].name);
    ss_buf_init(&file, env(), 65536);
    cr_assert(ss_key_write_openssh(keys, KIT_TYPES, &protection, &file) == SS_OK);
    cr_assert(ss_key_file_read(env(), ss_buf_span(&file), test_text("secret"), NULL, &back, NULL) ==
              SS_OK);
    cr_assert(back.count == KIT_TYPES);
    for (i = 0; i < KIT_TYPES; i++) {
        cr_expect(ss_key_equal(back.keys[i], all[i]) && ss_key_is_private(back.keys[i]));
        cr_expect_str_eq(ss_key_comment(back.keys[i]), kit_types[i].name);
    }
    ss_key_file_fini(&back);
    cr_expect(ss_key_write_openssh(keys, 0, NULL, &file) == SS_E_bad_argument);
    cr_expect(ss_key_write_openssh(keys, SS_KEY_FILE_KEYS + 1, NULL, &file) == SS_E_bad_argument);
    for (i = 0; i < KIT_TYPES; i++)
        ss_key_free(&all[i]);
    ss_buf_fini(&file);
}

Test(key_openssh_write, protections_that_could_not_be_read_are_not_written)
{
    static const struct ss_key_protection bad[] = {
        {.passphrase = {(const uint8_t *)"", 0}},
        {.passphrase = {(const uint8_t *)"p", 1}, .cipher = "none"},
        {.passphrase = {(const uint8_t *)"p", 1}, .cipher = "aes256"},
        {.passphrase = {(const uint8_t *)"p", 1}, .rounds = SS_BCRYPT_ROUNDS_MAX + 1},
    };
    struct ss_key *key = kit_key(SS_KEY_ED25519, "c");
    const struct ss_key *const keys[1] = {key};
    struct ss_buf file;
    size_t i;

    ss_buf_init(&file, env(), 4096);
    for (i = 0; i < SS_COUNT(bad); i++)
        cr_expect(ss_key_write_openssh(keys, 1, &bad[i], &file) == SS_E_bad_argument, "row %zu", i);
    cr_expect(ss_buf_size(&file) == 0);
    ss_buf_fini(&file);
    ss_key_free(&key);
}
