/* SPDX-License-Identifier: Apache-2.0 */
/* test_negotiate.c - the choice of algorithms, as a table of cases.
 *
 * Follows: RFC 4253 section 7.1, RFC 8308 section 2.1, draft-ietf-sshm-strict-kex section 3.1. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/support.h"
#include "transport/state.h"

TestSuite(negotiate);

#define CTR "aes128-ctr"
#define GCM "aes128-gcm@openssh.com"
#define SHA "hmac-sha2-256"

/* A workable offer; a test changes single lists. */
static struct ss_offer offer(void)
{
    static const char *const lists[SS_SLOT_COUNT] = {
        "curve25519-sha256", "ssh-ed25519", CTR, CTR, SHA, SHA, "none", "none", "", "",
    };
    struct ss_offer made = {.follows = false};
    size_t i;

    for (i = 0; i < SS_SLOT_COUNT; i++)
        made.lists[i] = ss_span_of(lists[i]);
    return made;
}

static const char *chosen(const struct ss_negotiated *n, enum ss_slot slot)
{
    switch (slot) {
    case SS_SLOT_KEX:
        return n->kex->name;
    case SS_SLOT_HOST_KEY:
        return n->host_key->name;
    case SS_SLOT_CIPHER_C2S:
        return n->cipher_c2s->name;
    case SS_SLOT_CIPHER_S2C:
        return n->cipher_s2c->name;
    case SS_SLOT_MAC_C2S:
        return n->mac_c2s != NULL ? n->mac_c2s->name : NULL;
    case SS_SLOT_MAC_S2C:
        return n->mac_s2c != NULL ? n->mac_s2c->name : NULL;
    case SS_SLOT_COMP_C2S:
        return n->comp_c2s->name;
    default:
        return n->comp_s2c->name;
    }
}

/* One list of each side is changed; want null: nothing in common. */
struct row {
    enum ss_slot slot;
    const char *client, *server, *want;
};

static const struct row rows[] = {
    /* the client's order decides */
    {SS_SLOT_KEX, "ecdh-sha2-nistp256,curve25519-sha256", "curve25519-sha256,ecdh-sha2-nistp256",
     "ecdh-sha2-nistp256"},
    {SS_SLOT_HOST_KEY, "rsa-sha2-256,ssh-ed25519", "ssh-ed25519,rsa-sha2-256", "rsa-sha2-256"},
    {SS_SLOT_CIPHER_C2S, "aes256-ctr,aes128-ctr", "aes128-ctr,aes256-ctr", "aes256-ctr"},
    {SS_SLOT_CIPHER_S2C, "aes256-ctr,aes128-ctr", "aes128-ctr,aes256-ctr", "aes256-ctr"},
    {SS_SLOT_MAC_C2S, "hmac-sha2-512,hmac-sha2-256", "hmac-sha2-256,hmac-sha2-512",
     "hmac-sha2-512"},
    {SS_SLOT_MAC_S2C, "hmac-sha2-512,hmac-sha2-256", "hmac-sha2-256,hmac-sha2-512",
     "hmac-sha2-512"},
    /* unknown names disturb nobody */
    {SS_SLOT_KEX, "x@y.example,curve25519-sha256", "curve25519-sha256,x@z.example",
     "curve25519-sha256"},
    {SS_SLOT_COMP_C2S, "zlib@openssh.com,none", "none,zlib", "none"},
    /* names are compared whole, with their case */
    {SS_SLOT_KEX, "curve25519", "curve25519-sha256", NULL},
    {SS_SLOT_CIPHER_C2S, "AES128-CTR", CTR, NULL},
    {SS_SLOT_MAC_S2C, SHA "-etm@openssh.com", SHA, NULL},
    /* empty lists and empty names */
    {SS_SLOT_KEX, "", "curve25519-sha256", NULL},
    {SS_SLOT_KEX, "curve25519-sha256", "", NULL},
    {SS_SLOT_HOST_KEY, "", "", NULL},
    {SS_SLOT_CIPHER_C2S, CTR, "", NULL},
    {SS_SLOT_CIPHER_S2C, "", CTR, NULL},
    {SS_SLOT_MAC_C2S, "", SHA, NULL},
    {SS_SLOT_MAC_S2C, SHA, "", NULL},
    {SS_SLOT_COMP_C2S, "", "none", NULL},
    {SS_SLOT_COMP_S2C, "none", "zlib", NULL},
    {SS_SLOT_CIPHER_C2S, ",", ",", NULL},
    {SS_SLOT_CIPHER_C2S, ",,aes128-ctr", ",aes128-ctr,", CTR},
    /* markers are no methods, whoever lists them */
    {SS_SLOT_KEX, "ext-info-c", "ext-info-c", NULL},
    {SS_SLOT_KEX, "ext-info-s,curve25519-sha256", "curve25519-sha256,ext-info-s",
     "curve25519-sha256"},
    {SS_SLOT_KEX, "kex-strict-c-v00@openssh.com", "kex-strict-c-v00@openssh.com", NULL},
    {SS_SLOT_KEX, "kex-strict-s", "kex-strict-s", NULL},
    {SS_SLOT_KEX, "kex-strict-c,kex-strict-s-v00@openssh.com,curve25519-sha256",
     "kex-strict-c,kex-strict-s-v00@openssh.com,curve25519-sha256", "curve25519-sha256"},
};

Test(negotiate, each_list_by_the_clients_order)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct ss_offer client = offer(), server = offer();
        struct ss_negotiated n = {.epoch = 7};
        struct ss_disagreement why = {.field = NULL};
        ss_err err;

        client.lists[row->slot] = ss_span_of(row->client);
        server.lists[row->slot] = ss_span_of(row->server);
        err = ss_negotiate(ss_registry_standard(), &client, &server, &n, &why);
        if (row->want == NULL) {
            cr_expect(err == SS_E_no_common_algorithm, "row %zu", i);
            cr_expect(n.kex == NULL && n.epoch == 7, "row %zu: written", i);
            continue;
        }
        cr_assert(err == SS_OK, "row %zu: %s", i, why.detail);
        cr_expect_str_eq(chosen(&n, row->slot), row->want, "row %zu", i);
        cr_expect(n.epoch == 7, "row %zu", i);
    }
}

Test(negotiate, no_mac_is_needed_where_the_cipher_has_its_own)
{
    struct ss_offer client = offer(), server = offer();
    struct ss_negotiated n = {.epoch = 0};
    struct ss_disagreement why;

    client.lists[SS_SLOT_CIPHER_C2S] = server.lists[SS_SLOT_CIPHER_C2S] = ss_span_of(GCM);
    client.lists[SS_SLOT_MAC_C2S] = ss_span_of("");
    cr_assert(ss_negotiate(ss_registry_standard(), &client, &server, &n, &why) == SS_OK);
    cr_expect(n.mac_c2s == NULL);
    cr_expect(n.mac_s2c == &ss_mac_hmac_sha2_256, "the other direction still has one");

    client.lists[SS_SLOT_MAC_C2S] = ss_span_of(SHA);
    cr_assert(ss_negotiate(ss_registry_standard(), &client, &server, &n, &why) == SS_OK);
    cr_expect(n.mac_c2s == NULL, "common, but of no use");

    client.lists[SS_SLOT_MAC_S2C] = ss_span_of("umac-64@openssh.com");
    cr_expect(ss_negotiate(ss_registry_standard(), &client, &server, &n, &why) ==
              SS_E_no_common_algorithm);
    cr_expect_str_eq(why.field, "mac_algorithms_server_to_client");
    cr_expect_str_eq(why.rule, "RFC4253-7.1-no-common-mac-disconnect");
}

/* The names of RFC 5647 are had as cipher and as MAC, or not at all. want null: nothing is agreed
 * on, and field says which list is to blame. rule: RFC5647-5.1-gcm-cipher-implies-mac */
Test(negotiate, a_cipher_that_names_its_mac_is_agreed_on_as_a_pair)
{
#define AEAD "AEAD_AES_128_GCM"
#define CIPHERS "encryption_algorithms_client_to_server"
#define MACS "mac_algorithms_client_to_server"
    static const struct {
        const char *ciphers_c, *ciphers_s, *macs_c, *macs_s, *want, *field;
    } pairs[] = {
        {AEAD, AEAD, AEAD, AEAD, AEAD, NULL},
        /* the cipher decides, whatever MAC comes first */
        {AEAD, AEAD, SHA "," AEAD, SHA "," AEAD, AEAD, NULL},
        {AEAD "," CTR, AEAD "," CTR, SHA, SHA "," AEAD, NULL, MACS},
        {AEAD "," CTR, AEAD "," CTR, SHA "," AEAD, SHA, NULL, MACS},
        {AEAD, AEAD, "", "", NULL, MACS},
        {AEAD, AEAD, "AEAD_AES_256_GCM", "AEAD_AES_256_GCM", NULL, MACS},
        /* and the MAC does, where it is the first */
        {CTR "," AEAD, CTR "," AEAD, AEAD "," SHA, AEAD "," SHA, AEAD, NULL},
        {CTR, CTR "," AEAD, AEAD "," SHA, AEAD "," SHA, NULL, CIPHERS},
        {CTR, CTR, AEAD, AEAD, NULL, CIPHERS},
        /* where nobody asks for it nothing changes */
        {CTR "," AEAD, CTR "," AEAD, SHA "," AEAD, SHA "," AEAD, CTR, NULL},
        {GCM "," AEAD, GCM "," AEAD, AEAD, AEAD, GCM, NULL},
        {GCM, GCM, AEAD, SHA, GCM, NULL},
    };

    for (size_t i = 0; i < SS_COUNT(pairs); i++) {
        struct ss_offer client = offer(), server = offer();
        struct ss_negotiated n = {.epoch = 0};
        struct ss_disagreement why = {.field = NULL};
        ss_err err;

        client.lists[SS_SLOT_CIPHER_C2S] = ss_span_of(pairs[i].ciphers_c);
        server.lists[SS_SLOT_CIPHER_C2S] = ss_span_of(pairs[i].ciphers_s);
        client.lists[SS_SLOT_MAC_C2S] = ss_span_of(pairs[i].macs_c);
        server.lists[SS_SLOT_MAC_C2S] = ss_span_of(pairs[i].macs_s);
        err = ss_negotiate(ss_registry_standard(), &client, &server, &n, &why);
        if (pairs[i].want == NULL) {
            cr_expect(err == SS_E_no_common_algorithm, "row %zu: %s", i, ss_err_name(err));
            cr_expect_str_eq(why.field, pairs[i].field, "row %zu", i);
            cr_expect_str_eq(why.rule, "RFC5647-5.1-gcm-cipher-implies-mac", "row %zu", i);
            cr_expect(strstr(why.detail, AEAD) != NULL, "row %zu: %s", i, why.detail);
            continue;
        }
        cr_assert(err == SS_OK, "row %zu: %s", i, why.detail);
        cr_expect_str_eq(n.cipher_c2s->name, pairs[i].want, "row %zu", i);
        cr_expect((n.mac_c2s == NULL) == (strcmp(pairs[i].want, CTR) != 0), "row %zu", i);
        cr_expect_str_eq(n.cipher_s2c->name, CTR, "row %zu: the other direction", i);
    }
}

Test(negotiate, a_pair_of_which_the_registry_lacks_the_cipher_is_unsupported)
{
    static const struct ss_cipher_alg *const only_ctr[] = {&ss_cipher_aes128_ctr, NULL};
    struct ss_registry registry = *ss_registry_standard();
    struct ss_offer client = offer(), server = offer();
    struct ss_negotiated n;
    struct ss_disagreement why;

    registry.cipher = only_ctr;
    client.lists[SS_SLOT_CIPHER_C2S] = server.lists[SS_SLOT_CIPHER_C2S] = ss_span_of(CTR "," AEAD);
    client.lists[SS_SLOT_MAC_C2S] = server.lists[SS_SLOT_MAC_C2S] = ss_span_of(AEAD);
    cr_expect(ss_negotiate(&registry, &client, &server, &n, &why) == SS_E_unsupported);
    cr_expect_str_eq(why.field, CIPHERS);
}

Test(negotiate, a_disagreement_names_the_list_and_both_sides)
{
    static const char *const fields[] = {
        "kex_algorithms",
        "server_host_key_algorithms",
        "encryption_algorithms_client_to_server",
        "encryption_algorithms_server_to_client",
        "mac_algorithms_client_to_server",
        "mac_algorithms_server_to_client",
        "compression_algorithms_client_to_server",
        "compression_algorithms_server_to_client",
    };
    char expected[SS_DETAIL_MAX];
    size_t i;

    for (i = 0; i < SS_COUNT(fields); i++) {
        struct ss_offer client = offer(), server = offer();
        struct ss_negotiated n;
        struct ss_disagreement why;

        client.lists[i] = ss_span_of("one,two");
        server.lists[i] = ss_span_of("th\"ree\n\xff");
        cr_assert(ss_negotiate(ss_registry_standard(), &client, &server, &n, &why) ==
                  SS_E_no_common_algorithm);
        cr_expect_str_eq(why.field, fields[i]);
        (void)snprintf(expected, sizeof expected, "%s: client one,two; server th\"ree??",
                       fields[i]);
        cr_expect_str_eq(why.detail, expected);
    }
}

Test(negotiate, long_lists_are_cut_so_that_both_can_be_seen)
{
    static char names[2][4000];
    struct ss_offer client = offer(), server = offer();
    struct ss_negotiated n;
    struct ss_disagreement why;

    memset(names[0], 'c', sizeof names[0]);
    memset(names[1], 's', sizeof names[1]);
    client.lists[SS_SLOT_COMP_C2S] = ss_span_make(names[0], sizeof names[0]);
    server.lists[SS_SLOT_COMP_C2S] = ss_span_make(names[1], sizeof names[1]);
    cr_assert(ss_negotiate(ss_registry_standard(), &client, &server, &n, &why) ==
              SS_E_no_common_algorithm);
    cr_expect(strlen(why.detail) < SS_DETAIL_MAX);
    cr_expect(strstr(why.detail, "client cccc") != NULL, "%s", why.detail);
    cr_expect(strstr(why.detail, "ccc...; server ssss") != NULL, "%s", why.detail);
    cr_expect_str_eq(why.detail + strlen(why.detail) - 6, "sss...");
}

Test(negotiate, a_name_that_both_have_and_nobody_knows_is_unsupported)
{
    struct ss_offer client = offer(), server = offer();
    struct ss_negotiated n;
    struct ss_disagreement why;

    client.lists[SS_SLOT_KEX] = ss_span_of("moon-kex@example.org,curve25519-sha256");
    server.lists[SS_SLOT_KEX] = client.lists[SS_SLOT_KEX];
    cr_expect(ss_negotiate(ss_registry_standard(), &client, &server, &n, &why) == SS_E_unsupported);
    cr_expect_str_eq(why.field, "kex_algorithms");
    cr_expect(strstr(why.detail, "moon-kex@example.org") != NULL, "%s", why.detail);
}

Test(negotiate, a_guess_is_right_when_both_first_names_agree)
{
    static const struct {
        const char *kex_c, *kex_s, *key_c, *key_s;
        bool right;
    } guesses[] = {
        {"a", "a", "k", "k", true},
        {"a,b", "a,c", "k,l", "k,m", true},
        {"a,b", "b,a", "k", "k", false},
        {"a", "a", "k,l", "l,k", false},
        {"unknown,a", "a", "k", "k", false},
        {"unknown,a", "unknown,b", "k", "k", true},
        {"ext-info-c,a", "a,ext-info-s", "k", "k", true},
        {"a,kex-strict-c", "kex-strict-s,ext-info-s,a", "k", "k", true},
        {"", "", "k", "k", true},
        {"", "a", "k", "k", false},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(guesses); i++) {
        struct ss_offer client = offer(), server = offer();

        client.lists[SS_SLOT_KEX] = ss_span_of(guesses[i].kex_c);
        server.lists[SS_SLOT_KEX] = ss_span_of(guesses[i].kex_s);
        client.lists[SS_SLOT_HOST_KEY] = ss_span_of(guesses[i].key_c);
        server.lists[SS_SLOT_HOST_KEY] = ss_span_of(guesses[i].key_s);
        cr_expect(ss_negotiate_guess(&client, &server) == guesses[i].right, "row %zu", i);
    }
}

Test(negotiate, strict_needs_both_markers_of_one_kind)
{
#define V00_C "kex-strict-c-v00@openssh.com"
#define V00_S "kex-strict-s-v00@openssh.com"
    static const struct {
        const char *client, *server;
        bool strict;
    } marks[] = {
        {"a," V00_C, "a," V00_S, true},
        {"kex-strict-c", "kex-strict-s", true},
        {"kex-strict-c," V00_C, V00_S, true},
        {"kex-strict-c", V00_S, false},
        {V00_C, "kex-strict-s", false},
        {V00_C, V00_C, false},
        {V00_S, V00_C, false},
        {V00_C, "a", false},
        {"a", V00_S, false},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(marks); i++) {
        struct ss_offer client = offer(), server = offer();

        client.lists[SS_SLOT_KEX] = ss_span_of(marks[i].client);
        server.lists[SS_SLOT_KEX] = ss_span_of(marks[i].server);
        cr_expect(ss_negotiate_strict(&client, &server) == marks[i].strict, "row %zu", i);
    }
}
