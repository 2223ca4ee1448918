/* SPDX-License-Identifier: Apache-2.0 */
/* test_rekey.c - when a new exchange starts, who may speak meanwhile, and crossing KEXINITs.
 *
 * Follows: RFC 4253 sections 7.1 and 9. */
#include <criterion/criterion.h>

#include "layer_pair.h"

TestSuite(rekey, .fini = test_counted_check);

static const struct ss_command again = {.kind = SS_CMD_KEXINIT};

/* Exchanges start by themselves only when this is over. */
static void log_in(struct pair *pair)
{
    pair->c.link.authenticated = pair->s.link.authenticated = true;
}

Test(rekey, either_side_may_ask_and_the_other_answers)
{
    size_t i;

    for (i = 0; i < 2; i++) {
        struct pair pair;

        pair_up(&pair);
        cr_assert(pair_do(i == 0 ? &pair.c : &pair.s, &again) == SS_OK);
        cr_assert(pair_run(&pair) == SS_OK);
        cr_expect_str_eq(pair_sent_numbers(&pair.c), "20 30 21 7 20 30 21");
        cr_expect_str_eq(pair_sent_numbers(&pair.s), "20 31 21 7 20 31 21");
        cr_expect(pair_event(&pair.c, SS_EVENT_KEX_DONE, 1)->number == 2);
        cr_expect(pair.c.in.epoch == 2 && pair.s.in.epoch == 2);
        pair_fini(&pair);
    }
}

Test(rekey, crossing_kexinits_are_one_exchange)
{
    struct pair pair;

    pair_up(&pair);
    cr_assert(pair_do(&pair.c, &again) == SS_OK && pair_do(&pair.s, &again) == SS_OK);
    cr_assert(pair_act(&pair.c) == SS_OK && pair_act(&pair.s) == SS_OK);
    cr_expect(ss_buf_size(&pair.c.wire) > 0 && ss_buf_size(&pair.s.wire) > 0, "both under way");
    cr_expect(pair_do(&pair.c, &again) == SS_OK, "there is one");
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(pair_sent_count(&pair.c, 20) == 2 && pair_sent_count(&pair.s, 20) == 2);
    cr_expect(pair.c.link.negotiated->epoch == 2 && pair.s.link.negotiated->epoch == 2);
    pair_fini(&pair);
}

/* rule: RFC4253-7.1-only-kex-after-kexinit, and RFC4253-7.1-inflight-accepted seen from where() */
Test(rekey, others_are_silent_from_our_kexinit_to_our_newkeys)
{
    struct ss_where where = {.auth = SS_CONTEXT_ANY};
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    cr_assert(pair_start(&pair) == SS_OK);
    ss_transport_where(pair.c.layer, &where);
    cr_expect(where.phase == SS_PHASE_START && !where.we_sent_kexinit && !where.rekeying);
    cr_expect(where.receiver == SS_CLIENT && where.kex == SS_CONTEXT_ANY);
    cr_expect(!ss_transport_open(pair.c.layer));
    cr_assert(pair_run(&pair) == SS_OK);
    ss_transport_where(pair.c.layer, &where);
    cr_expect(where.phase == SS_PHASE_SERVICE && !where.strict_initial && !where.rekeying);
    cr_expect(where.kex == SS_CONTEXT_KEX_ECDH);

    cr_assert(pair_do(&pair.c, &again) == SS_OK);
    cr_expect(ss_transport_open(pair.c.layer), "not before it is sent");
    cr_assert(pair_act(&pair.c) == SS_OK);
    cr_expect(!ss_transport_open(pair.c.layer));
    ss_transport_where(pair.c.layer, &where);
    cr_expect(where.phase == SS_PHASE_SERVICE && where.we_sent_kexinit && !where.rekeying);

    cr_assert(pair_take(&pair.s) && pair_act(&pair.s) == SS_OK && pair_take(&pair.c));
    ss_transport_where(pair.c.layer, &where);
    cr_expect(where.phase == SS_PHASE_KEX && where.rekeying && !where.strict_initial);
    cr_expect(!where.we_sent_kexinit);
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(ss_transport_open(pair.c.layer));
    pair_fini(&pair);
}

Test(rekey, ignore_and_debug_are_legal_in_a_rekey_of_a_strict_connection)
{
    struct pair pair;

    pair_up(&pair);
    pair.s.by_hand = true;
    cr_assert(pair_do(&pair.c, &again) == SS_OK && pair_run(&pair) == SS_OK);
    cr_assert(pair_say(&pair.s, SS_MSG_ignore) == SS_OK);
    cr_assert(pair_say(&pair.s, SS_MSG_kexinit) == SS_OK);
    cr_assert(pair_say(&pair.s, SS_MSG_debug) == SS_OK);
    pair.s.by_hand = false;
    cr_expect(pair_run(&pair) == SS_OK);
    cr_expect(pair.c.link.negotiated->epoch == 2);
    pair_fini(&pair);
}

Test(rekey, algorithms_may_change)
{
    struct pair pair;

    pair_up(&pair);
    pair.c.config.kex_algorithms = "diffie-hellman-group14-sha256";
    pair.c.config.encryption_algorithms_client_to_server = "aes256-ctr";
    cr_assert(pair_do(&pair.s, &again) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(pair.s.link.negotiated->kex == &ss_kex_dh_group14_sha256);
    cr_expect(pair.c.out.suite.cipher == &ss_cipher_aes256_ctr);
    cr_expect(pair.s.in.suite.cipher == &ss_cipher_aes256_ctr);
    pair_fini(&pair);
}

/* OpenSSH PROTOCOL 3.1: it is the first exchange that a login is bound to. */
Test(rekey, the_host_key_of_the_first_exchange_stays_known)
{
    struct pair pair;
    ss_span first;

    pair_init(&pair, &test_counted()->env);
    pair_add_key(&pair, SS_KEY_ECDSA_P256);
    pair.c.config.server_host_key_algorithms = "ssh-ed25519";
    cr_expect(pair.c.link.initial_host_key.size == 0);
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    first = ss_key_blob(pair.keys[0]);
    cr_expect(ss_span_eq(pair.c.link.initial_host_key, first));
    cr_expect(ss_span_eq(pair.s.link.initial_host_key, first));
    pair.c.config.server_host_key_algorithms = "ecdsa-sha2-nistp256";
    cr_assert(pair_do(&pair.c, &again) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(!ss_span_eq(ss_transport_host_key(pair.c.layer), first));
    cr_expect(ss_span_eq(pair.c.link.initial_host_key, first));
    cr_expect(ss_span_eq(pair.s.link.initial_host_key, first));
    pair_fini(&pair);
}

/* ---- limits ---- */
static void ignore(struct pair *pair, struct pair_side *side, size_t n)
{
    while (n-- > 0) {
        cr_assert(pair_say(side, SS_MSG_ignore) == SS_OK);
        cr_assert(pair_run(pair) == SS_OK, "%s", ss_err_name(pair_run(pair)));
    }
}

Test(rekey, it_starts_by_itself_after_so_many_packets_either_way)
{
    size_t i;

    for (i = 0; i < 2; i++) {
        struct pair pair;

        pair_init(&pair, &test_counted()->env);
        pair.c.config.rekey_packets = 8;
        pair.c.config.ext_info = false;
        cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
        log_in(&pair);
        ignore(&pair, i == 0 ? &pair.c : &pair.s, 7);
        cr_expect(pair.c.link.negotiated->epoch == 1);
        ignore(&pair, i == 0 ? &pair.c : &pair.s, 1);
        cr_expect(pair.c.link.negotiated->epoch == 2, "row %zu", i);
        pair_fini(&pair);
    }
}

Test(rekey, it_starts_by_itself_after_so_many_bytes)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.s.config.rekey_bytes = 300;
    pair.s.config.ext_info = false;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    log_in(&pair);
    while (pair.s.in.bytes < 250)
        ignore(&pair, &pair.c, 1);
    cr_expect(pair.s.link.negotiated->epoch == 1);
    ignore(&pair, &pair.c, 2);
    cr_expect(pair.s.link.negotiated->epoch == 2);
    cr_expect(pair.s.in.bytes < 100);
    pair_fini(&pair);
}

/* The least that may be configured, on both sides: exchanges follow one another, but end. */
Test(rekey, the_smallest_limits_do_not_loop)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.rekey_bytes = pair.s.config.rekey_bytes = 64;
    pair.c.config.rekey_packets = pair.s.config.rekey_packets = 4;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(pair.c.link.negotiated->epoch == 1, "not before authentication");
    log_in(&pair);
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(pair.c.link.negotiated->epoch >= 2 && pair.c.link.negotiated->epoch < 5);
    pair_fini(&pair);
}

Test(rekey, it_starts_by_the_clock)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.rekey_time = 1000;
    pair.s.config.rekey_time = 0;
    pair.c.link.now = 5000;
    cr_assert(pair_start(&pair) == SS_OK);
    cr_expect(ss_transport_ops.deadline(pair.c.layer) == SS_NEVER, "nothing to renew yet");
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(ss_transport_ops.deadline(pair.c.layer) == SS_NEVER, "not authenticated");
    log_in(&pair);
    cr_expect(ss_transport_ops.deadline(pair.c.layer) == 6000);
    cr_expect(ss_transport_ops.deadline(pair.s.layer) == SS_NEVER);
    cr_assert(ss_transport_ops.tick(pair.c.layer, 5999) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(pair.c.link.negotiated->epoch == 1);
    cr_assert(ss_transport_ops.tick(pair.c.layer, 6000) == SS_OK);
    cr_expect(ss_transport_ops.deadline(pair.c.layer) == SS_NEVER, "due already");
    pair.c.link.now = 6001;
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(pair.c.link.negotiated->epoch == 2);
    cr_expect(ss_transport_ops.deadline(pair.c.layer) == 7001);
    pair_fini(&pair);
}

/* Data in flight is bounded by the windows; after that and another quota patience ends. */
Test(rekey, a_peer_that_ignores_our_kexinit_is_left)
{
    size_t i;

    for (i = 0; i < 2; i++) {
        struct pair pair;
        size_t n;

        pair_init(&pair, &test_counted()->env);
        pair.c.config.ext_info = false;
        if (i == 0) {
            pair.c.config.rekey_packets = 8;
            pair.c.config.window = 3;
            pair.c.config.channels = 4;
        } else {
            pair.c.config.rekey_bytes = 1000;
            pair.c.config.window = 100;
            pair.c.config.channels = 2;
        }
        cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
        log_in(&pair);
        pair.s.by_hand = true;
        for (n = 0; n < 1000 && pair.c.err == SS_OK; n++) {
            cr_assert(pair_say(&pair.s, SS_MSG_ignore) == SS_OK);
            (void)pair_run(&pair);
        }
        cr_expect(pair.c.err == SS_E_too_many, "row %zu: %s", i, ss_err_name(pair.c.err));
        cr_expect_str_eq(pair.c.rule, "RFC4253-9-rekey-answered");
        cr_expect(pair_sent_count(&pair.c, 20) == 2);
        if (i == 0)
            cr_expect(n == 8 + 8 + 12 + 1, "%zu packets", n);
        else
            cr_expect(pair.c.in.bytes > 2200 && pair.c.in.bytes < 2300);
        pair_fini(&pair);
    }
}

/* As servers do that know no rekey before authentication. */
Test(rekey, a_peer_that_does_not_know_kexinit_any_more_is_left)
{
    struct pair pair;
    size_t i;

    for (i = 0; i < 2; i++) {
        struct ss_msg msg;

        pair_up(&pair);
        pair.s.by_hand = true;
        cr_assert(pair_do(&pair.c, &again) == SS_OK && pair_run(&pair) == SS_OK);
        msg = pair_compose(&pair.s, SS_MSG_unimplemented);
        ((struct ss_msg_unimplemented *)msg.body)->packet_sequence_number -= i == 0 ? 0 : 1;
        cr_assert(pair_send(&pair.s, &msg) == SS_OK);
        cr_expect(pair_run(&pair) == (i == 0 ? SS_E_refused : SS_OK));
        cr_expect(pair_event_count(&pair.c, SS_EVENT_UNIMPLEMENTED) == 1);
        if (i == 0)
            cr_expect_str_eq(pair.c.rule, "RFC4253-9-rekey-answered");
        pair_fini(&pair);
    }
}

Test(rekey, nothing_can_be_asked_before_the_identification_lines)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    cr_assert(ss_transport_new(&pair.c.link, &pair.c.in, &pair.c.out, &pair.c.layer) == SS_OK);
    cr_expect(pair_do(&pair.c, &again) == SS_E_usage);
    cr_expect(pair_act(&pair.c) == SS_OK && ss_buf_size(&pair.c.wire) == 0);
    cr_assert(ss_transport_start(pair.c.layer, ss_span_of("a"), ss_span_of("b")) == SS_OK);
    cr_expect(ss_transport_start(pair.c.layer, ss_span_of("a"), ss_span_of("b")) == SS_E_usage);
    pair_fini(&pair);
}
