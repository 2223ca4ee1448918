/* SPDX-License-Identifier: Apache-2.0 */
/* test_kexinit.c - what our KEXINIT says, and that what was sent is what counts.
 *
 * Follows: RFC 4253 section 7.1, RFC 8308 section 2.1, draft-ietf-sshm-strict-kex section 3. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "layer_pair.h"
#include "sshspec/text.h"

TestSuite(kexinit, .fini = test_counted_check);

static const struct ss_msg_kexinit *body_of(const struct ss_msg *msg)
{
    return msg->body;
}

static void expect_text(ss_span got, const char *want)
{
    cr_expect(ss_span_is(got, want), "%.*s, not %s", (int)got.size, (const char *)got.data, want);
}

/* The policy's names of a kind, and what follows them. Good until the next call. */
static const char *names_and(enum ss_names kind, const char *more)
{
    static char text[4096];
    struct ss_buf names;

    ss_buf_init(&names, test_env(), sizeof text - 256);
    cr_assert(ss_names_resolve(ss_registry_standard(), kind,
                               ss_policy_list(ss_policies, kind, SS_CLIENT), NULL,
                               &names) == SS_OK);
    (void)snprintf(text, sizeof text, "%.*s%s", (int)ss_buf_size(&names),
                   (const char *)ss_buf_at(&names), more);
    ss_buf_fini(&names);
    return text;
}

/* These, the first of them first; which others there are is the registry's matter. */
static void expect_names(ss_span got, const char *want)
{
    ss_span rest = ss_span_of(want), name, first = got;

    cr_expect(ss_namelist_next(&first, &name) &&
              ss_span_eq(ss_span_part(rest, 0, name.size), name));
    while (ss_namelist_next(&rest, &name))
        cr_expect(ss_namelist_has(got, name), "%.*s in %.*s", (int)name.size,
                  (const char *)name.data, (int)got.size, (const char *)got.data);
}

Test(kexinit, an_honest_client_offers_the_policy_and_its_markers)
{
    struct pair pair;
    struct ss_msg msg, again;
    const struct ss_msg_kexinit *body;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.encryption_algorithms_server_to_client = NULL;
    pair.c.config.mac_algorithms_client_to_server = NULL;
    pair.c.config.compression_algorithms_server_to_client = NULL;
    cr_assert(pair_start(&pair) == SS_OK);
    msg = pair_compose(&pair.c, SS_MSG_kexinit);
    again = pair_compose(&pair.c, SS_MSG_kexinit);
    body = body_of(&msg);
    expect_text(body->kex_algorithms,
                names_and(SS_NAMES_KEX, ",ext-info-c,kex-strict-c,kex-strict-c-v00@openssh.com"));
    expect_text(body->server_host_key_algorithms, names_and(SS_NAMES_HOST_KEY, ""));
    expect_text(body->encryption_algorithms_server_to_client, names_and(SS_NAMES_CIPHER, ""));
    expect_text(body->mac_algorithms_client_to_server, names_and(SS_NAMES_MAC, ""));
    expect_text(body->compression_algorithms_server_to_client, names_and(SS_NAMES_COMPRESSION, ""));
    cr_expect(body->languages_client_to_server.size == 0);
    cr_expect(!body->first_kex_packet_follows && body->reserved == 0);
    cr_expect(body->cookie.size == 16);
    cr_expect(!ss_span_eq(body->cookie, body_of(&again)->cookie), "drawn anew");
    pair_fini(&pair);
}

Test(kexinit, options_replace_each_list)
{
    struct pair pair;
    struct ss_msg msg;
    const struct ss_msg_kexinit *body;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.kex_algorithms = "a,ext-info-c";
    pair.c.config.server_host_key_algorithms = "b";
    pair.c.config.encryption_algorithms_client_to_server = "c1";
    pair.c.config.encryption_algorithms_server_to_client = "c2";
    pair.c.config.mac_algorithms_client_to_server = "d1";
    pair.c.config.mac_algorithms_server_to_client = "d2";
    pair.c.config.compression_algorithms_client_to_server = "e1";
    pair.c.config.compression_algorithms_server_to_client = "";
    pair.c.config.strict_kex = false;
    pair.c.config.guess = true;
    cr_assert(pair_start(&pair) == SS_OK);
    msg = pair_compose(&pair.c, SS_MSG_kexinit);
    body = body_of(&msg);
    expect_text(body->kex_algorithms, "a,ext-info-c");
    expect_text(body->server_host_key_algorithms, "b");
    expect_text(body->encryption_algorithms_client_to_server, "c1");
    expect_text(body->encryption_algorithms_server_to_client, "c2");
    expect_text(body->mac_algorithms_client_to_server, "d1");
    expect_text(body->mac_algorithms_server_to_client, "d2");
    expect_text(body->compression_algorithms_client_to_server, "e1");
    expect_text(body->compression_algorithms_server_to_client, "");
    cr_expect(!body->first_kex_packet_follows, "a method that nobody knows cannot be guessed");
    pair_fini(&pair);
}

Test(kexinit, a_server_offers_what_it_has_keys_for)
{
    static const struct {
        const char *wanted, *offered;
    } rows[] = {
        {NULL, "ssh-ed25519,rsa-sha2-512,rsa-sha2-256"},
        {"rsa-sha2-256,ecdsa-sha2-nistp256,ssh-ed25519,moon@example.org",
         "rsa-sha2-256,ssh-ed25519,moon@example.org"},
    };
    struct pair pair;
    struct ss_msg msg;
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        pair_init(&pair, &test_counted()->env);
        pair_add_key(&pair, SS_KEY_RSA);
        pair_add_key(&pair, SS_KEY_ED25519);
        pair.s.config.server_host_key_algorithms = rows[i].wanted;
        pair.s.config.ext_info = i == 0;
        cr_assert(pair_start(&pair) == SS_OK);
        msg = pair_compose(&pair.s, SS_MSG_kexinit);
        if (i == 0)
            expect_names(body_of(&msg)->server_host_key_algorithms, rows[i].offered);
        else
            expect_text(body_of(&msg)->server_host_key_algorithms, rows[i].offered);
        cr_expect(!ss_namelist_has(body_of(&msg)->server_host_key_algorithms,
                                   ss_span_of("ssh-ed25519-cert-v01@openssh.com")));
        cr_expect(ss_namelist_has(body_of(&msg)->kex_algorithms, ss_span_of("ext-info-s")) ==
                  (i == 0));
        cr_expect(ss_namelist_has(body_of(&msg)->kex_algorithms,
                                  ss_span_of("kex-strict-s-v00@openssh.com")));
        pair_fini(&pair);
    }
    pair_init(&pair, &test_counted()->env);
    pair.s.config.host_keys = NULL;
    cr_assert(pair_start(&pair) == SS_OK);
    msg = pair_compose(&pair.s, SS_MSG_kexinit);
    expect_text(body_of(&msg)->server_host_key_algorithms, "");
    pair_fini(&pair);
}

/* rule: STRICTKEX-3.1-markers-later-ignored, both for sending and for receiving. */
Test(kexinit, markers_belong_to_the_first_exchange)
{
    struct ss_command again = {.kind = SS_CMD_KEXINIT};
    struct pair pair;
    struct ss_msg msg;
    struct ss_msg_kexinit *body;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.strict_kex = false;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(!pair.c.link.negotiated->strict && !pair.s.link.negotiated->strict);
    msg = pair_compose(&pair.s, SS_MSG_kexinit);
    expect_text(body_of(&msg)->kex_algorithms, names_and(SS_NAMES_KEX, ""));

    /* Now both markers come, and are too late. */
    pair.s.by_hand = true;
    body = msg.body;
    body->kex_algorithms = ss_span_of("curve25519-sha256,kex-strict-s-v00@openssh.com");
    cr_assert(pair_send(&pair.s, &msg) == SS_OK);
    pair.s.by_hand = false;
    pair.c.config.kex_algorithms = "curve25519-sha256,kex-strict-c-v00@openssh.com";
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(pair.c.link.negotiated->epoch == 2 && !pair.c.link.negotiated->strict);

    /* And left out they do not end it. */
    pair_fini(&pair);
    pair_up(&pair);
    cr_assert(pair_do(&pair.c, &again) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(pair.c.link.negotiated->epoch == 2 && pair.c.link.negotiated->strict);
    cr_expect(pair.c.link.negotiated->peer_ext_info);
    pair_fini(&pair);
}

Test(kexinit, no_common_algorithm_is_told_when_it_is_our_turn)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.kex_algorithms = "rsa1024-sha1";
    pair.s.by_hand = true;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_assert(pair_say(&pair.s, SS_MSG_kexinit) == SS_OK);
    cr_expect(pair.s.err == SS_OK, "by hand, nothing is due");
    cr_expect(pair_run(&pair) == SS_E_no_common_algorithm);
    cr_expect_str_eq(pair.c.field, "kex_algorithms");
    cr_expect_str_eq(pair.c.rule, "RFC4253-7.1-no-common-kex-disconnect");
    cr_expect(strstr(pair.c.detail, "client rsa1024-sha1,ext-info-c") != NULL, "%s", pair.c.detail);
    cr_expect(pair_act(&pair.s) == SS_E_no_common_algorithm);
    pair_fini(&pair);
}

/* The server's choice follows what the client's script sent, not what it was configured to. */
Test(kexinit, lists_count_as_they_were_sent)
{
    struct pair pair;
    struct ss_msg msg;
    struct ss_msg_kexinit *body;

    pair_init(&pair, &test_counted()->env);
    cr_assert(pair_start(&pair) == SS_OK);
    msg = pair_compose(&pair.c, SS_MSG_kexinit);
    body = msg.body;
    body->kex_algorithms = ss_span_of("diffie-hellman-group14-sha256");
    body->reserved = 99;
    cr_assert(pair_send(&pair.c, &msg) == SS_OK);
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(pair.c.link.negotiated->kex == &ss_kex_dh_group14_sha256);
    cr_expect(pair_sent_count(&pair.c, 20) == 1, "the script's KEXINIT was the one that was due");
    cr_expect(!pair.c.link.negotiated->strict && !pair.s.link.negotiated->strict);
    pair_fini(&pair);
}

/* A peer that reads a broken KEXINIT generously meets a client that still can go on. */
Test(kexinit, what_nobody_can_read_counts_as_it_was_meant)
{
    static const struct ss_lie cut = {.kind = SS_LIE_TRUNCATE, .n = 40};
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.lies = &cut;
    pair.c.lie_count = 1;
    pair.c.lie_number = 20;
    pair.s.by_hand = true;
    cr_assert(pair_start(&pair) == SS_OK);
    cr_assert(pair_act(&pair.c) == SS_OK);
    cr_expect(pair_sent(&pair.c, 20, 0).size == 40);
    ss_buf_clear(&pair.c.wire); /* lost on the way */
    cr_assert(pair_say(&pair.s, SS_MSG_kexinit) == SS_OK);
    cr_assert(pair_take(&pair.c) && pair_act(&pair.c) == SS_OK);
    cr_expect(pair.c.link.negotiated->kex == ss_registry_standard()->kex[0]);
    cr_expect(pair_sent_count(&pair.c, 30) == 1);

    /* Bytes without any struct behind them offer nothing. */
    pair_fini(&pair);
    pair_init(&pair, &test_counted()->env);
    pair.c.by_hand = true;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_assert(pair_send_payload(&pair.c, test_hex("14 00")) == SS_OK);
    cr_expect(pair_act(&pair.c) == SS_E_no_common_algorithm);
    pair_fini(&pair);
}

Test(kexinit, a_second_one_is_refused_and_one_of_ours_is_noted)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.strict_kex = false;
    pair.c.by_hand = true;
    cr_assert(pair_start(&pair) == SS_OK);
    cr_assert(pair_say(&pair.c, SS_MSG_kexinit) == SS_OK);
    cr_expect(pair.c.notes == 0);
    cr_assert(pair_say(&pair.c, SS_MSG_kexinit) == SS_OK);
    cr_expect(pair.c.notes == 1);
    cr_expect(pair_run(&pair) == SS_E_kexinit_repeated);
    cr_expect_str_eq(pair.s.rule, "RFC4253-7.1-second-kexinit-received");
    pair_fini(&pair);
}

/* Its own exchange is over for the peer only when our NEWKEYS has come. */
Test(kexinit, one_behind_newkeys_but_before_ours_is_a_second_one)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.undecided = true;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect_str_eq(pair_sent_numbers(&pair.s), "20 31 21 7");
    cr_expect_str_eq(pair_sent_numbers(&pair.c), "20 30");
    cr_assert(pair_say(&pair.s, SS_MSG_kexinit) == SS_OK);
    cr_expect(pair.s.notes == 1, "our side knows that it is no new exchange");
    cr_expect(pair_run(&pair) == SS_E_kexinit_repeated);
    pair_fini(&pair);
}

Test(kexinit, under_strict_rules_it_is_the_first_packet)
{
    size_t i;

    for (i = 0; i < 2; i++) {
        struct pair pair;

        pair_init(&pair, &test_counted()->env);
        pair.s.config.strict_kex = i == 0;
        cr_assert(pair_start(&pair) == SS_OK);
        cr_assert(pair_say(&pair.c, SS_MSG_ignore) == SS_OK);
        cr_expect(pair_run(&pair) == (i == 0 ? SS_E_strict_violation : SS_OK));
        if (i == 0)
            cr_expect_str_eq(pair.s.rule, "STRICTKEX-3.2-first-packet-kexinit");
        pair_fini(&pair);
    }
}
