/* SPDX-License-Identifier: Apache-2.0 */
/* test_algorithms.c - every algorithm of the registry carries a whole conversation. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "sshspec/cert.h"
#include "tests/support/support.h"

TestSuite(algorithms, .fini = test_counted_check);

static void offer(struct duo *duo, const char *kex, const char *host_key, const char *cipher,
                  const char *mac)
{
    struct ss_config *config = &duo->client.config;

    config->kex_algorithms = kex;
    config->server_host_key_algorithms = host_key;
    config->encryption_algorithms_client_to_server = cipher;
    config->encryption_algorithms_server_to_client = cipher;
    config->mac_algorithms_client_to_server = mac;
    config->mac_algorithms_server_to_client = mac;
}

/* A key of each kind, and a certificate of each that can have one; null-terminated. */
static void make_keys(struct ss_key **keys)
{
    struct ss_cert_request request = {.type = SS_CERT_HOST, .valid_before = SS_CERT_FOREVER};
    size_t n = 0;

    for (int kind = SS_KEY_ED25519; kind <= SS_KEY_SK_ECDSA_P256; kind++) {
        unsigned bits = kind == SS_KEY_DSA ? 1024 : 2048;

        cr_assert(ss_key_generate(test_env(), (enum ss_key_kind)kind, bits, ss_span_of("h"),
                                  &keys[n++]) == SS_OK);
        if (ss_cert_issue(test_env(), keys[n - 1], keys[0], NULL, &request, &keys[n]) == SS_OK)
            n++;
    }
    keys[n] = NULL;
}

static struct ss_key *key_for(struct ss_key **keys, const struct ss_sign_alg *alg)
{
    while (*keys != NULL && !ss_key_fits(*keys, alg))
        keys++;
    cr_assert(*keys != NULL, "no key for %s", alg->name);
    return ss_key_ref(*keys);
}

Test(algorithms, every_key_exchange_with_every_host_key)
{
    const struct ss_registry *registry = ss_registry_standard();
    struct ss_key *keys[32];

    make_keys(keys);
    for (size_t k = 0; registry->kex[k] != NULL; k++) {
        for (size_t s = 0; registry->sign[s] != NULL; s++) {
            const struct ss_negotiated *agreed;
            struct duo duo;
            char what[128];

            duo_init(&duo, 1);
            duo.host_key = key_for(keys, registry->sign[s]);
            duo.plan.upload = 100;
            offer(&duo, registry->kex[k]->name, registry->sign[s]->name, NULL, NULL);
            (void)snprintf(what, sizeof what, "%s with %s", registry->kex[k]->name,
                           registry->sign[s]->name);
            complete(&duo, what);
            agreed = ss_engine_negotiated(duo.server.engine);
            cr_expect(agreed->kex == registry->kex[k] && agreed->host_key == registry->sign[s]);
            cr_expect(ss_span_eq(ss_engine_host_key(duo.client.engine), ss_key_blob(duo.host_key)));
            duo_fini(&duo);
        }
    }
    for (size_t i = 0; keys[i] != NULL; i++)
        ss_key_free(&keys[i]);
}

Test(algorithms, every_cipher_with_every_mac)
{
    const struct ss_registry *registry = ss_registry_standard();

    for (size_t c = 0; registry->cipher[c] != NULL; c++) {
        for (size_t m = 0; registry->mac[m] != NULL; m++) {
            const struct ss_negotiated *agreed;
            struct duo duo;
            char what[128];
            bool aead = (registry->cipher[c]->flags & SS_CIPHER_AEAD) != 0;

            duo_init(&duo, 1);
            duo.plan.upload = 70000;
            offer(&duo, NULL, NULL, registry->cipher[c]->name, registry->mac[m]->name);
            (void)snprintf(what, sizeof what, "%s with %s", registry->cipher[c]->name,
                           registry->mac[m]->name);
            complete(&duo, what);
            agreed = ss_engine_negotiated(duo.client.engine);
            cr_expect(agreed->cipher_c2s == registry->cipher[c] &&
                      agreed->cipher_s2c == registry->cipher[c]);
            cr_expect(agreed->mac_c2s == (aead ? NULL : registry->mac[m]));
            duo_fini(&duo);
        }
    }
}

Test(algorithms, each_direction_may_have_its_own)
{
    struct ss_config *config;
    struct duo duo;

    duo_init(&duo, 1);
    config = &duo.client.config;
    config->encryption_algorithms_client_to_server = "aes128-ctr";
    config->encryption_algorithms_server_to_client = "chacha20-poly1305@openssh.com";
    config->mac_algorithms_client_to_server = "hmac-sha2-512";
    duo.plan.upload = 50000;
    complete(&duo, "directions");
    cr_expect(ss_engine_negotiated(duo.server.engine)->mac_c2s == &ss_mac_hmac_sha2_512);
    cr_expect(ss_engine_negotiated(duo.server.engine)->mac_s2c == NULL);
    duo_fini(&duo);
}

/* Options that change how the two begin. */
Test(algorithms, strict_exchange_extensions_and_guesses_on_either_side)
{
    for (unsigned bits = 0; bits < 64; bits++) {
        struct duo duo;
        char what[32];

        duo_init(&duo, bits);
        duo.client.config.strict_kex = (bits & 1) != 0;
        duo.server.config.strict_kex = (bits & 2) != 0;
        duo.client.config.ext_info = (bits & 4) != 0;
        duo.server.config.ext_info = (bits & 8) != 0;
        duo.client.config.guess = (bits & 16) != 0;
        duo.server.config.guess = (bits & 32) != 0;
        duo.plan.login = DUO_KEY;
        duo.plan.upload = 10;
        (void)snprintf(what, sizeof what, "options %02x", bits);
        complete(&duo, what);
        cr_expect(ss_engine_negotiated(duo.client.engine)->strict == ((bits & 3) == 3));
        duo_fini(&duo);
    }
}

/* The guess is for another method: the packet is dropped and the exchange goes on. */
Test(algorithms, a_wrong_guess_is_dropped_unread)
{
    for (int strict = 0; strict < 2; strict++) {
        struct duo duo;

        duo_init(&duo, 3);
        duo.client.config.kex_algorithms = "ecdh-sha2-nistp256,curve25519-sha256";
        duo.client.config.guess = true;
        duo.client.config.strict_kex = strict != 0;
        duo.server.config.kex_algorithms = "curve25519-sha256";
        duo.plan.upload = 10;
        complete(&duo, "wrong guess");
        cr_expect(ss_engine_negotiated(duo.server.engine)->guess_ignored);
        duo_fini(&duo);
    }
}
