/* SPDX-License-Identifier: Apache-2.0 */
/* test_algorithms.c - every algorithm of the registry carries a whole conversation. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(algorithms, .fini = test_counted_check);

static void offer(struct pair *pair, const char *kex, const char *host_key, const char *cipher,
                  const char *mac)
{
    struct ss_config *config = &pair->client.config;

    config->kex_algorithms = kex;
    config->server_host_key_algorithms = host_key;
    config->encryption_algorithms_client_to_server = cipher;
    config->encryption_algorithms_server_to_client = cipher;
    config->mac_algorithms_client_to_server = mac;
    config->mac_algorithms_server_to_client = mac;
}

Test(algorithms, every_key_exchange_with_every_host_key)
{
    const struct ss_registry *registry = ss_registry_standard();
    struct ss_key *keys[SS_KEY_RSA + 1] = {NULL};

    for (int kind = SS_KEY_ED25519; kind <= SS_KEY_RSA; kind++)
        cr_assert(ss_key_generate(test_env(), (enum ss_key_kind)kind, 2048, ss_span_of("h"),
                                  &keys[kind]) == SS_OK);
    for (size_t k = 0; registry->kex[k] != NULL; k++) {
        for (size_t s = 0; registry->sign[s] != NULL; s++) {
            const struct ss_negotiated *agreed;
            struct pair pair;
            char what[128];

            pair_init(&pair, 1);
            pair.host_key = ss_key_ref(keys[registry->sign[s]->kind]);
            pair.plan.upload = 100;
            offer(&pair, registry->kex[k]->name, registry->sign[s]->name, NULL, NULL);
            (void)snprintf(what, sizeof what, "%s with %s", registry->kex[k]->name,
                           registry->sign[s]->name);
            complete(&pair, what);
            agreed = ss_engine_negotiated(pair.server.engine);
            cr_expect(agreed->kex == registry->kex[k] && agreed->host_key == registry->sign[s]);
            cr_expect(
                ss_span_eq(ss_engine_host_key(pair.client.engine), ss_key_blob(pair.host_key)));
            pair_fini(&pair);
        }
    }
    for (int kind = SS_KEY_ED25519; kind <= SS_KEY_RSA; kind++)
        ss_key_free(&keys[kind]);
}

Test(algorithms, every_cipher_with_every_mac)
{
    const struct ss_registry *registry = ss_registry_standard();

    for (size_t c = 0; registry->cipher[c] != NULL; c++) {
        for (size_t m = 0; registry->mac[m] != NULL; m++) {
            const struct ss_negotiated *agreed;
            struct pair pair;
            char what[128];
            bool aead = (registry->cipher[c]->flags & SS_CIPHER_AEAD) != 0;

            pair_init(&pair, 1);
            pair.plan.upload = 70000;
            offer(&pair, NULL, NULL, registry->cipher[c]->name, registry->mac[m]->name);
            (void)snprintf(what, sizeof what, "%s with %s", registry->cipher[c]->name,
                           registry->mac[m]->name);
            complete(&pair, what);
            agreed = ss_engine_negotiated(pair.client.engine);
            cr_expect(agreed->cipher_c2s == registry->cipher[c] &&
                      agreed->cipher_s2c == registry->cipher[c]);
            cr_expect(agreed->mac_c2s == (aead ? NULL : registry->mac[m]));
            pair_fini(&pair);
        }
    }
}

Test(algorithms, each_direction_may_have_its_own)
{
    struct ss_config *config;
    struct pair pair;

    pair_init(&pair, 1);
    config = &pair.client.config;
    config->encryption_algorithms_client_to_server = "aes128-ctr";
    config->encryption_algorithms_server_to_client = "chacha20-poly1305@openssh.com";
    config->mac_algorithms_client_to_server = "hmac-sha2-512";
    pair.plan.upload = 50000;
    complete(&pair, "directions");
    cr_expect(ss_engine_negotiated(pair.server.engine)->mac_c2s == &ss_mac_hmac_sha2_512);
    cr_expect(ss_engine_negotiated(pair.server.engine)->mac_s2c == NULL);
    pair_fini(&pair);
}

/* Options that change how the two begin. */
Test(algorithms, strict_exchange_extensions_and_guesses_on_either_side)
{
    for (unsigned bits = 0; bits < 64; bits++) {
        struct pair pair;
        char what[32];

        pair_init(&pair, bits);
        pair.client.config.strict_kex = (bits & 1) != 0;
        pair.server.config.strict_kex = (bits & 2) != 0;
        pair.client.config.ext_info = (bits & 4) != 0;
        pair.server.config.ext_info = (bits & 8) != 0;
        pair.client.config.guess = (bits & 16) != 0;
        pair.server.config.guess = (bits & 32) != 0;
        pair.plan.login = PAIR_KEY;
        pair.plan.upload = 10;
        (void)snprintf(what, sizeof what, "options %02x", bits);
        complete(&pair, what);
        cr_expect(ss_engine_negotiated(pair.client.engine)->strict == ((bits & 3) == 3));
        pair_fini(&pair);
    }
}

/* The guess is for another method: the packet is dropped and the exchange goes on. */
Test(algorithms, a_wrong_guess_is_dropped_unread)
{
    for (int strict = 0; strict < 2; strict++) {
        struct pair pair;

        pair_init(&pair, 3);
        pair.client.config.kex_algorithms = "ecdh-sha2-nistp256,curve25519-sha256";
        pair.client.config.guess = true;
        pair.client.config.strict_kex = strict != 0;
        pair.server.config.kex_algorithms = "curve25519-sha256";
        pair.plan.upload = 10;
        complete(&pair, "wrong guess");
        cr_expect(ss_engine_negotiated(pair.server.engine)->guess_ignored);
        pair_fini(&pair);
    }
}
