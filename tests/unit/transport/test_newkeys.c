/* SPDX-License-Identifier: Apache-2.0 */
/* test_newkeys.c - key derivation, the switch to new keys, sequence numbers under strict kex.
 *
 * Follows: RFC 4253 sections 7.2 and 7.3; draft-ietf-sshm-strict-kex section 3.3. The first vector
 * is the first of the SSH KDF vectors of the NIST validation program for SHA-1; the others were
 *   made with the SSHKDF of OpenSSL 3.0. */
#include <criterion/criterion.h>

#include "layer_pair.h"

TestSuite(newkeys, .fini = test_counted_check);

#define NIST_K                                                                                     \
    "0000008055bae931c07fd824bf10add1902b6fbc7c665347383498a686929ff5a25f8e40cb6645ea814fb1a5e0a1" \
    "1f852f86255641e5ed986e83a78bc8269480eac0b0dfd770cab92e7a28dd87ff452466d6ae867cead63b366b1c28" \
    "6e6c4811a9f14c27aea14c5171d49b78c06e3735d36e6a3be321dd5fc82308f34ee1cb17fba94a59"
#define NIST_H "a4ebd45934f56792b5112dcd75a1075fdc889245"
#define OWN_K "00000021008d1f3e5b7a9c0d2e4f60718293a4b5c6d7e8f9000102030405060708090a0b0c"
#define OWN_H "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
#define OWN_S "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f"

static const struct vector {
    const struct ss_hash_alg *hash;
    const char *k, *h, *session_id;
    char letter;
    const char *out;
} vectors[] = {
    {&ss_hash_sha1, NIST_K, NIST_H, NIST_H, 'A', "e2f627c0b43f1ac1"},
    {&ss_hash_sha256, OWN_K, OWN_H, OWN_S, 'A',
     "bc07e8484c31ee71191174c919efccb512e3aadc15d3b7759d51b40c60016d4a"
     "c64e3d281be0cb93cae7c56547e27b5a9046afe4b186713634f975029762279d"},
    {&ss_hash_sha256, OWN_K, OWN_H, OWN_S, 'C',
     "fe63a1f89699d445dd7533fc63470a6d24981324bdbf0a54e56d302904731d0a"
     "236a5f0c8c07cbe26b0b9d156adaca8a8beacfdc428af4fc0dfaa71100c84ded"},
    {&ss_hash_sha512, OWN_K, OWN_H, OWN_S, 'E',
     "7004e24d70182c09291e32643e3ad458a5462f119e02bbdef78dd71578a81977"
     "b48f2173e1397a07023ed2e3d592414cf1dd4e4c0c7b4bd2897dc54c78af5948"},
};

Test(newkeys, derivation_of_every_size_is_a_prefix_of_the_published_key)
{
    size_t i, size;

    for (i = 0; i < SS_COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        ss_span want = test_hex(v->out), k = test_hex(v->k), h = test_hex(v->h);
        ss_span session_id = test_hex(v->session_id);

        for (size = 0; size <= want.size; size++) {
            uint8_t out[65];

            memset(out, 0xee, sizeof out);
            cr_assert(ss_newkeys_derive(v->hash, k, h, v->letter, session_id, out, size) == SS_OK);
            cr_expect(ss_span_eq(ss_span_make(out, size), ss_span_part(want, 0, size)),
                      "vector %zu, %zu bytes", i, size);
            cr_expect(out[size] == 0xee, "wrote past its end");
        }
    }
}

Test(newkeys, a_key_longer_than_any_is_refused)
{
    uint8_t out[65];

    cr_expect(ss_newkeys_derive(&ss_hash_sha256, test_hex(OWN_K), test_hex(OWN_H), 'A',
                                test_hex(OWN_S), out, sizeof out) == SS_E_bad_argument);
}

/* Of the n names of a list that can be had together with any other. */
static const char *turn(const char *const *names, size_t n, size_t i)
{
    return names[i % n];
}

/* Each direction may have another cipher, MAC and compression, which would not work with a letter
 * mixed up. A second exchange moves each on by one. */
Test(newkeys, every_cipher_and_mac_opens_what_the_other_side_seals)
{
    const struct ss_registry *registry = ss_registry_standard();
    static const char *const comps[] = {"none", "zlib", "zlib@openssh.com"};
    const char *ciphers[32], *macs[32];
    size_t c = 0, m = 0;

    for (size_t i = 0; registry->cipher[i] != NULL; i++) {
        if ((registry->cipher[i]->flags & SS_CIPHER_NAMES_MAC) == 0)
            ciphers[c++] = registry->cipher[i]->name;
    }
    for (size_t i = 0; registry->mac[i] != NULL; i++) {
        if ((registry->mac[i]->flags & SS_MAC_OF_CIPHER) == 0)
            macs[m++] = registry->mac[i]->name;
    }
    for (size_t i = 0; i < c * m; i++) {
        struct ss_command again = {.kind = SS_CMD_KEXINIT};
        struct pair pair;

        pair_init(&pair, &test_counted()->env);
        pair.s.config.policy = "legacy"; /* and what is in the clear */
        pair.s.config.encryption_algorithms_client_to_server = "+none";
        pair.s.config.encryption_algorithms_server_to_client = "+none";
        pair.s.config.mac_algorithms_client_to_server = "+none";
        pair.s.config.mac_algorithms_server_to_client = "+none";
        for (size_t round = 0; round < 2; round++) {
            pair.c.config.encryption_algorithms_client_to_server = turn(ciphers, c, i + round);
            pair.c.config.encryption_algorithms_server_to_client = turn(ciphers, c, i + round + 1);
            pair.c.config.mac_algorithms_client_to_server = turn(macs, m, i + round);
            pair.c.config.mac_algorithms_server_to_client = turn(macs, m, i + round + 1);
            pair.c.config.compression_algorithms_client_to_server = turn(comps, 3, i + round);
            pair.c.config.compression_algorithms_server_to_client = turn(comps, 3, i + round + 1);
            if (round == 0)
                cr_assert(pair_start(&pair) == SS_OK, "row %zu", i);
            else
                cr_assert(pair_do(&pair.c, &again) == SS_OK, "row %zu", i);
            cr_assert(pair_run(&pair) == SS_OK, "row %zu round %zu: %s", i, round, pair.c.detail);
            cr_expect_str_eq(pair.s.in.suite.cipher->name, turn(ciphers, c, i + round));
            cr_expect_str_eq(pair.c.in.suite.cipher->name, turn(ciphers, c, i + round + 1));
            cr_expect_str_eq(pair.s.out.suite.comp->name, turn(comps, 3, i + round + 1));
            cr_expect((pair.s.in.suite.comp_state != NULL) == ((i + round) % 3 == 1));
            cr_expect((pair.c.out.suite.comp_state != NULL) == ((i + round) % 3 == 1));
        }
        cr_expect(pair.c.link.negotiated->epoch == 2);
        pair_fini(&pair);
    }
}

Test(newkeys, a_pair_of_rfc_5647_carries_packets_both_ways)
{
    static const char *const names[] = {"AEAD_AES_128_GCM", "AEAD_AES_256_GCM"};

    for (size_t i = 0; i < SS_COUNT(names); i++) {
        struct ss_command again = {.kind = SS_CMD_KEXINIT};
        struct pair pair;

        pair_init(&pair, &test_counted()->env);
        pair.c.config.encryption_algorithms_client_to_server = names[i];
        pair.c.config.encryption_algorithms_server_to_client = names[i];
        pair.c.config.mac_algorithms_client_to_server = names[i];
        pair.c.config.mac_algorithms_server_to_client = names[i];
        pair.s.config.encryption_algorithms_client_to_server = names[i];
        pair.s.config.encryption_algorithms_server_to_client = names[i];
        pair.s.config.mac_algorithms_client_to_server = names[i];
        pair.s.config.mac_algorithms_server_to_client = names[i];
        cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK, "%s", pair.c.detail);
        cr_assert(pair_do(&pair.s, &again) == SS_OK && pair_run(&pair) == SS_OK);
        cr_expect_str_eq(pair.s.in.suite.cipher->name, names[i]);
        cr_expect(pair.s.in.suite.mac == NULL && pair.c.link.negotiated->epoch == 2);
        pair_fini(&pair);
    }
}

/* rule: STRICTKEX-3.3-seq-reset-send, STRICTKEX-3.3-seq-reset-receive, also in rekeys; without the
 * markers the numbers go on. */
Test(newkeys, sequence_numbers_restart_under_strict_kex_only)
{
    size_t i;

    for (i = 0; i < 2; i++) {
        bool strict = i == 0;
        struct ss_command again = {.kind = SS_CMD_KEXINIT};
        struct pair pair;

        pair_init(&pair, &test_counted()->env);
        pair.s.config.strict_kex = strict;
        pair.s.config.ext_info = false; /* so that the client sends none: nothing after NEWKEYS */
        cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
        cr_expect(pair.c.link.negotiated->strict == strict);
        cr_expect(pair.c.out.sequence == (strict ? 0 : 3));
        cr_expect(pair.s.in.sequence == (strict ? 0 : 3));
        cr_expect(pair.s.out.sequence == (strict ? 0 : 3));
        cr_assert(pair_do(&pair.c, &again) == SS_OK && pair_run(&pair) == SS_OK);
        cr_expect(pair.c.out.sequence == (strict ? 0 : 6));
        cr_expect(pair.c.in.sequence == (strict ? 0 : 6));
        pair_fini(&pair);
    }
}

Test(newkeys, a_wrap_in_the_first_exchange_ends_a_strict_one)
{
    size_t i;

    for (i = 0; i < 4; i++) {
        bool strict = i % 2 == 0;
        struct pair pair;

        pair_init(&pair, &test_counted()->env);
        pair.c.config.strict_kex = strict;
        pair.c.undecided = true;
        cr_assert(pair_start(&pair) == SS_OK);
        cr_assert(pair_act(&pair.c) == SS_OK && pair_act(&pair.s) == SS_OK);
        cr_assert(pair_take(&pair.c) && pair_take(&pair.s));
        *(i < 2 ? &pair.c.in.wrapped : &pair.c.out.wrapped) = true;
        cr_expect(pair_run(&pair) == (strict ? SS_E_sequence_wrap : SS_OK), "row %zu", i);
        if (strict)
            cr_expect_str_eq(pair.c.rule, "STRICTKEX-3.2-no-wrap-in-initial-kex");
        pair_fini(&pair);
    }
}

Test(newkeys, the_session_identifier_is_that_of_the_first_exchange)
{
    struct ss_command again = {.kind = SS_CMD_KEXINIT};
    uint8_t first[32];
    struct pair pair;

    pair_up(&pair);
    memcpy(first, pair.c.link.session_id.data, sizeof first);
    cr_assert(pair_do(&pair.c, &again) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(ss_span_eq(pair.c.link.session_id, ss_span_make(first, 32)));
    cr_expect(ss_span_eq(pair.s.link.session_id, ss_span_make(first, 32)));
    cr_expect(pair_event(&pair.s, SS_EVENT_KEX_DONE, 1)->number == 2);
    pair_fini(&pair);
}

/* Secrets do not outlive their use. */
Test(newkeys, nothing_secret_is_left_when_the_exchange_is_over)
{
    static const uint8_t zero[SS_SECRET_MAX];
    struct pair pair;

    pair_up(&pair);
    cr_expect(pair.c.layer->ex.state == NULL && pair.s.layer->ex.state == NULL);
    cr_expect(memcmp(pair.c.layer->ex.shared.data, zero, sizeof zero) == 0);
    cr_expect(memcmp(pair.s.layer->ex.shared.data, zero, sizeof zero) == 0);
    cr_expect(memcmp(pair.c.layer->ex.hash, zero, SS_HASH_MAX) == 0);
    pair_fini(&pair);
}

Test(newkeys, sent_too_early_it_changes_nothing_here_and_is_refused_there)
{
    size_t i;

    for (i = 0; i < 2; i++) {
        struct pair pair;
        struct pair_side *early;

        pair_init(&pair, &test_counted()->env);
        early = i == 0 ? &pair.c : &pair.s;
        early->by_hand = true;
        cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
        cr_assert(pair_say(early, SS_MSG_kexinit) == SS_OK && pair_run(&pair) == SS_OK);
        cr_assert(pair_say(early, SS_MSG_newkeys) == SS_OK);
        cr_expect(early->notes == 1 && early->out.epoch == 0 && early->out.sequence == 2);
        cr_expect(!ss_transport_open(early->layer));
        cr_expect(pair_run(&pair) == SS_E_unexpected_message);
        cr_expect_str_eq(early->other->rule, "RFC4253-7.3-newkeys-early");
        pair_fini(&pair);
    }
}

/* By hand and in order it is as good as our own; a second one is only noted. */
Test(newkeys, sent_by_hand_when_keys_are_ready_it_switches)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.undecided = true;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_assert(pair_say(&pair.c, SS_MSG_newkeys) == SS_OK);
    cr_expect(pair.c.out.epoch == 1 && pair.c.notes == 0);
    cr_expect(pair_event_count(&pair.c, SS_EVENT_KEX_DONE) == 1);
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(pair.s.link.negotiated->epoch == 1);
    cr_assert(pair_say(&pair.c, SS_MSG_newkeys) == SS_OK);
    cr_expect(pair.c.out.epoch == 1 && pair.c.notes == 1);
    cr_expect(pair_run(&pair) == SS_E_unexpected_message);
    pair_fini(&pair);
}

/* An exchange, a service request and a rekey, up to the first error. */
static ss_err whole_life(struct pair *pair)
{
    struct ss_command service = {.kind = SS_CMD_SERVICE, .text = ss_span_of("ssh-userauth")};
    struct ss_command again = {.kind = SS_CMD_KEXINIT};

    SS_TRY(pair_start(pair));
    SS_TRY(pair_run(pair));
    SS_TRY(pair_do(&pair->c, &service));
    SS_TRY(pair_do(&pair->s, &again));
    return pair_run(pair);
}

/* The nth allocation fails, alone or with all that follow: an error comes out, nothing is left,
 * nothing crashes. A buffer that may not double takes less, so one failure alone may pass. */
Test(newkeys, any_allocation_may_fail)
{
    struct ss_counted *counted = test_counted();
    size_t i, n;

    for (i = 0; i < 2; i++) {
        bool reached = true;

        for (n = 1; reached; n++) {
            struct pair pair;
            ss_err err;

            pair_init(&pair, &counted->env);
            counted->fail_after = i == 1;
            counted->fail_at = counted->calls + n;
            err = whole_life(&pair);
            reached = counted->calls >= counted->fail_at;
            counted->fail_at = 0;
            counted->fail_after = false;
            if (!reached)
                cr_expect(err == SS_OK && pair.c.link.negotiated->epoch == 2);
            else if (i == 1)
                cr_expect(err == SS_E_no_memory, "from %zu on: %s", n, ss_err_name(err));
            else
                cr_expect(err == SS_OK || err == SS_E_no_memory, "%zu: %s", n, ss_err_name(err));
            pair_fini(&pair);
            cr_assert(counted->blocks == 0, "allocation %zu: %zu blocks left", n, counted->blocks);
        }
        cr_expect(n > 100, "only %zu allocations", n);
    }
}
