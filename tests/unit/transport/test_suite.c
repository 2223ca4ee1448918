/* SPDX-License-Identifier: Apache-2.0 */
/* test_suite.c - suites own their states and say what the packet layer asks. */
#include <criterion/criterion.h>

#include "packet_kit.h"
#include "lib/transport/suite.h"
#include "tests/support/support.h"

TestSuite(suite, .fini = test_counted_check);

static const uint8_t key[192];

Test(suite, every_pair_is_keyed_and_given_back)
{
    const struct ss_env *env = &test_counted()->env;

    for (size_t i = 1; i < packet_modes(); i++) {
        struct packet_mode mode = packet_mode(i);
        struct ss_suite suite;

        cr_assert(ss_suite_init(&suite, env, mode.cipher, mode.mac, key, key, key, SS_SEAL) ==
                  SS_OK);
        cr_expect(ss_suite_block(&suite) == mode.cipher->block, "%s", packet_mode_name(i));
        cr_expect(ss_suite_tag(&suite) == packet_mode_tag(i), "%s", packet_mode_name(i));
        cr_expect(ss_suite_outside(&suite) == (packet_mode_outside(i) ? 4u : 0u), "%s",
                  packet_mode_name(i));
        cr_expect(ss_suite_waits(&suite) == packet_mode_waits(i), "%s", packet_mode_name(i));
        ss_suite_fini(&suite, env);
        cr_expect(suite.cipher == NULL && suite.cipher_state == NULL);
        ss_suite_fini(&suite, env);
    }
}

Test(suite, an_aead_cipher_leaves_the_mac_out_and_another_needs_one)
{
    const struct ss_env *env = &test_counted()->env;
    struct ss_suite suite;

    cr_assert(ss_suite_init(&suite, env, &ss_cipher_aes128_gcm, &ss_mac_hmac_sha2_256, key, key,
                            key, SS_OPEN) == SS_OK);
    cr_expect(suite.mac == NULL && suite.mac_state == NULL);
    ss_suite_fini(&suite, env);
    cr_expect(ss_suite_init(&suite, env, &ss_cipher_aes128_ctr, NULL, key, key, key, SS_OPEN) ==
              SS_E_bad_argument);
    cr_expect(ss_suite_init(&suite, env, NULL, NULL, key, key, key, SS_OPEN) == SS_E_bad_argument);
    cr_expect(ss_suite_init(&suite, env, &ss_cipher_aes128_ctr, &ss_mac_aead_aes128_gcm, key, key,
                            key, SS_OPEN) == SS_E_bad_argument,
              "a MAC that is only a name");
}

Test(suite, the_empty_suite_stands_for_no_cipher)
{
    struct ss_suite suite = {.cipher = NULL};

    cr_expect(ss_suite_block(&suite) == 8 && ss_suite_tag(&suite) == 0);
    cr_expect(ss_suite_outside(&suite) == 0 && !ss_suite_is_aead(&suite));
}

Test(suite, memory_that_fails_leaves_nothing_behind)
{
    struct ss_counted *counted = test_counted();

    for (size_t n = 1; n <= 2; n++) {
        struct ss_suite suite;

        counted->fail_at = counted->calls + n;
        cr_expect(ss_suite_init(&suite, &counted->env, &ss_cipher_aes256_ctr,
                                &ss_mac_hmac_sha2_512_etm, key, key, key,
                                SS_SEAL) == SS_E_no_memory);
        cr_expect(counted->blocks == 0);
    }
    counted->fail_at = 0;
}
