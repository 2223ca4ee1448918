/* SPDX-License-Identifier: Apache-2.0 */
/* test_fingerprint.c - names of keys, each as ssh-keygen gives it.
 *
 * Follows: ssh-keygen -l with -v, -B and -E as second opinion; the digests of a known key. */
#include <criterion/criterion.h>

#include "sshspec/fingerprint.h"
#include "tests/unit/keys/kit.h"

TestSuite(fingerprint, .fini = kit_folder_remove);

#define K1 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

Test(fingerprint, of_a_known_key)
{
    static const char art[] = "+--[ED25519 256]--+\n"
                              "|            oo   |\n"
                              "|           o. .  |\n"
                              "|          o ..   |\n"
                              "|         o o o.  |\n"
                              "|        S + o  o |\n"
                              "|       . + +  . E|\n"
                              "|      . ..Ooo. B.|\n"
                              "|     o o.BBB.o+ +|\n"
                              "|     .*+OB=o=+.  |\n"
                              "+----[SHA256]-----+\n";
    struct ss_key *key = NULL;
    struct ss_buf out;

    cr_assert(ss_key_read_line(env(), test_text(K1), &key) == SS_OK);
    ss_buf_init(&out, env(), 4096);
    cr_assert(ss_fingerprint(ss_key_blob(key), SS_FINGERPRINT_SHA256, &out) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&out), "SHA256:bbXpuKG6zhzdmnxq256TlqzFBzRl2f6OOg722cYNbU8"));
    ss_buf_clear(&out);
    cr_assert(ss_fingerprint(ss_key_blob(key), SS_FINGERPRINT_MD5, &out) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&out), "MD5:cf:07:be:9d:68:ae:65:54:6d:a0:93:c3:6f:bd:0d:82"));
    ss_buf_clear(&out);
    cr_assert(ss_fingerprint_babble(ss_key_blob(key), &out) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&out),
                         "xunas-cidad-korip-hakiz-teges-bamik-pumor-pacan-mimoz-ronon-foxax"));
    ss_buf_clear(&out);
    cr_assert(ss_fingerprint_art(key, SS_FINGERPRINT_SHA256, &out) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&out), art), "%.*s", (int)ss_buf_size(&out),
              (const char *)ss_buf_at(&out));
    cr_expect_str_eq(ss_key_family(key), "ED25519");
    ss_buf_fini(&out);
    ss_key_free(&key);
}

/* Keys of every kind it knows, five of each, so that walls, corners and long titles are met. */
Test(fingerprint, pictures_and_words_are_those_of_ssh_keygen)
{
    static const struct {
        enum ss_fingerprint_hash hash;
        const char *command;
    } hashes[] = {{SS_FINGERPRINT_SHA256, "ssh-keygen -lvf k.pub"},
                  {SS_FINGERPRINT_MD5, "ssh-keygen -lv -E md5 -f k.pub"}};
    size_t i, h;

    kit_need_keygen();
    for (i = 0; i < 5 * KIT_TYPES; i++) {
        const struct kit_type *type = &kit_types[i % KIT_TYPES];
        struct ss_buf out;
        struct ss_key *key;
        ss_span told;

        if (!type->known)
            continue;
        key = kit_key(type->kind, "c");

        ss_buf_init(&out, env(), 4096);
        cr_assert(ss_key_write_line(key, &out) == SS_OK);
        kit_write_file("k.pub", ss_buf_span(&out));
        for (h = 0; h < 2; h++) {
            ss_buf_clear(&out);
            cr_assert(ss_buf_printf(&out, "%u ", ss_key_bits(key)) == SS_OK);
            cr_assert(ss_fingerprint(ss_key_blob(key), hashes[h].hash, &out) == SS_OK);
            cr_assert(ss_buf_printf(&out, " c (%s)\n", ss_key_family(key)) == SS_OK);
            cr_assert(ss_fingerprint_art(key, hashes[h].hash, &out) == SS_OK);
            cr_assert(kit_shell(hashes[h].command, &told));
            cr_expect(ss_span_eq(ss_buf_span(&out), told), "%.*s%.*s", (int)told.size,
                      (const char *)told.data, (int)ss_buf_size(&out),
                      (const char *)ss_buf_at(&out));
        }
        ss_buf_clear(&out);
        cr_assert(ss_fingerprint_babble(ss_key_blob(key), &out) == SS_OK);
        cr_assert(kit_shell("ssh-keygen -Bf k.pub", &told));
        cr_expect(memmem(told.data, told.size, ss_buf_at(&out), ss_buf_size(&out)) != NULL);
        ss_buf_fini(&out);
        ss_key_free(&key);
    }
}

Test(fingerprint, a_full_buffer_is_left_as_it_was)
{
    struct ss_key *key = kit_key(SS_KEY_ED25519, "");
    struct ss_buf out;

    ss_buf_init(&out, env(), 12);
    cr_assert(ss_buf_puts(&out, "x") == SS_OK);
    cr_expect(ss_fingerprint(ss_key_blob(key), SS_FINGERPRINT_MD5, &out) == SS_E_ceiling);
    cr_expect(ss_fingerprint_art(key, SS_FINGERPRINT_SHA256, &out) == SS_E_ceiling);
    cr_expect(ss_fingerprint_babble(ss_key_blob(key), &out) == SS_E_ceiling);
    cr_expect(ss_span_is(ss_buf_span(&out), "x"));
    ss_buf_fini(&out);
    ss_key_free(&key);
}
