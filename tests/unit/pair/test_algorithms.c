/* SPDX-License-Identifier: Apache-2.0 */
/* test_algorithms.c - every algorithm of the registry carries a whole conversation. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "sshspec/cert.h"
#include "tests/support/support.h"

TestSuite(algorithms, .fini = test_counted_check);

static void offer(struct duo *duo, const char *kex, const char *host_key)
{
    duo->client.config.kex_algorithms = duo->server.config.kex_algorithms = kex;
    duo->client.config.server_host_key_algorithms = host_key;
    duo->server.config.server_host_key_algorithms = host_key;
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
            offer(&duo, registry->kex[k]->name, registry->sign[s]->name);
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

/* What came about, as numbers of the registry. */
static void converse(const struct ss_cipher_alg *cipher, const struct ss_mac_alg *mac)
{
    bool aead = (cipher->flags & SS_CIPHER_AEAD) != 0;
    const struct ss_negotiated *agreed;
    struct duo duo;
    char what[128];

    duo_init(&duo, 1);
    duo.plan.upload = 70000;
    agree_on(&duo, cipher->name, mac->name, NULL);
    (void)snprintf(what, sizeof what, "%s with %s", cipher->name, mac->name);
    complete(&duo, what);
    agreed = ss_engine_negotiated(duo.client.engine);
    cr_expect(agreed->cipher_c2s == cipher && agreed->cipher_s2c == cipher, "%s", what);
    cr_expect(agreed->mac_c2s == (aead ? NULL : mac), "%s", what);
    cr_expect(agreed->mac_s2c == (aead ? NULL : mac), "%s", what);
    duo_fini(&duo);
}

/* 0: of the clear packet, 1: of the encrypted one, 2: none, 3: only a name. */
static size_t kind_of(const struct ss_mac_alg *mac)
{
    if ((mac->flags & SS_MAC_OF_CIPHER) != 0)
        return 3;
    if (mac->size == 0)
        return 2;
    return (mac->flags & SS_MAC_ETM) != 0 ? 1 : 0;
}

/* The next of a kind that was used least often. */
static size_t next_mac(const struct ss_mac_alg *const *macs, size_t kind, const unsigned *used)
{
    size_t best = SIZE_MAX;

    for (size_t m = 0; macs[m] != NULL; m++) {
        if (kind_of(macs[m]) == kind && (best == SIZE_MAX || used[m] < used[best]))
            best = m;
    }
    cr_assert(best != SIZE_MAX, "no MAC of kind %zu", kind);
    return best;
}

/* Each cipher with each kind of MAC, and each MAC with some cipher: all of them with all others
 * would take a minute and show nothing more, for they meet in three places only. */
Test(algorithms, every_cipher_and_every_mac_carry_a_conversation, .timeout = 120)
{
    const struct ss_registry *registry = ss_registry_standard();
    unsigned used[64] = {0};

    for (size_t c = 0; registry->cipher[c] != NULL; c++) {
        const struct ss_cipher_alg *cipher = registry->cipher[c];
        bool aead = (cipher->flags & SS_CIPHER_AEAD) != 0;

        if ((cipher->flags & SS_CIPHER_NAMES_MAC) != 0) {
            const struct ss_mac_alg *mac = ss_registry_mac(registry, ss_span_of(cipher->name));

            cr_assert(mac != NULL, "%s", cipher->name);
            converse(cipher, mac);
            used[next_mac(registry->mac, 3, used)]++;
            continue;
        }
        for (size_t kind = 0; kind < (aead ? 1u : 3u); kind++) {
            size_t m = next_mac(registry->mac, kind, used);

            used[m] += !aead;
            converse(cipher, registry->mac[m]);
        }
    }
    for (size_t m = 0; registry->mac[m] != NULL; m++)
        cr_expect(used[m] > 0, "%s had no turn", registry->mac[m]->name);
}

/* rule: RFC4253-6.3-cipher-stream-continuity, RFC4251-9.3.3-rekey-before-seq-wrap */
Test(algorithms, sequence_numbers_go_on_past_the_last)
{
    const struct ss_registry *registry = ss_registry_standard();

    for (size_t c = 0; registry->cipher[c] != NULL; c++) {
        struct duo duo;

        duo_init(&duo, 1);
        duo.plan.hold_open = true;
        agree_on(&duo, registry->cipher[c]->name,
                 (registry->cipher[c]->flags & SS_CIPHER_NAMES_MAC) != 0 ? registry->cipher[c]->name
                                                                         : "umac-64@openssh.com",
                 "zlib@openssh.com");
        complete_open(&duo, registry->cipher[c]->name);
        ss_engine_set_sequence(duo.client.engine, SS_OUT, UINT32_MAX - 1);
        ss_engine_set_sequence(duo.server.engine, SS_IN, UINT32_MAX - 1);
        ss_engine_set_sequence(duo.server.engine, SS_OUT, UINT32_MAX - 1);
        ss_engine_set_sequence(duo.client.engine, SS_IN, UINT32_MAX - 1);
        for (unsigned i = 0; i < 4; i++) {
            struct ss_command ping = {.kind = SS_CMD_PING, .data = ss_span_of("are you there")};

            cr_assert(duo_do(&duo.client, &ping, NULL) == SS_OK);
            duo_run(&duo);
            cr_expect(duo.client.events[SS_EVENT_PONG] == i + 1, "%s: %u",
                      registry->cipher[c]->name, i);
        }
        cr_expect(ss_engine_sequence(duo.client.engine, SS_OUT) == 2);
        cr_expect(ss_engine_sequence(duo.client.engine, SS_IN) == 2);
        duo_fini(&duo);
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
