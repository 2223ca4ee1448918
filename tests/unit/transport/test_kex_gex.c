/* SPDX-License-Identifier: Apache-2.0 */
/* test_kex_gex.c - group exchanges: request, group, hash, guesses. What is refused stands in
 * test_kex_gex_refused.c.
 *
 * Follows: RFC 4419 sections 3 and 5, RFC 8270. */
#include <criterion/criterion.h>

#include "gex_pair.h"
#include "sshspec/text.h"

TestSuite(kex_gex, .fini = test_counted_check);

/* ---- the whole ---- */
Test(kex_gex, both_methods_with_the_groups_of_rfc_3526)
{
    static const char *const methods[] = {GEX, "diffie-hellman-group-exchange-sha1"};
    size_t i;

    for (i = 0; i < SS_COUNT(methods); i++) {
        struct ss_command again = {.kind = SS_CMD_KEXINIT};
        struct pair pair;

        pair_init(&pair, &test_counted()->env);
        pair.s.config.policy = "legacy"; /* takes both */
        pair.c.config.kex_algorithms = methods[i];
        cr_assert(pair_start(&pair) == SS_OK);
        cr_assert(pair_run(&pair) == SS_OK, "%s", ss_err_name(pair.c.err));
        cr_expect_str_eq(pair_sent_numbers(&pair.c), "20 34 32 21 7");
        cr_expect_str_eq(pair_sent_numbers(&pair.s), "20 31 33 21 7");
        cr_expect_str_eq(pair.c.link.negotiated->kex->name, methods[i]);
        /* rule: RFC4419-3-client-min-n-max-order, RFC8270-3-gex-min-2048, RFC8270-3-gex-n-3072 */
        cr_expect(ss_span_eq(pair_sent(&pair.c, 34, 0), test_hex("22 00000800 00000c00 00002000")));
        cr_expect(pair_sent(&pair.s, 31, 0).size == 1 + 4 + 1 + 3072 / 8 + 4 + 1);
        cr_expect(pair.s.notes == 0 && pair.c.notes == 0);
        cr_assert(pair_do(&pair.s, &again) == SS_OK && pair_run(&pair) == SS_OK);
        cr_expect(pair.c.link.negotiated->epoch == 2 && pair.s.link.negotiated->epoch == 2);
        cr_expect_str_eq(pair_sent_numbers(&pair.c), "20 34 32 21 7 20 34 32 21");
        pair_fini(&pair);
    }
}

/* ---- the exchange hash ---- */
static ss_span put(struct ss_buf *buf, ss_span s)
{
    struct ss_writer writer;

    ss_writer_init(&writer, buf);
    ss_writer_string(&writer, s);
    cr_assert(ss_writer_done(&writer) == SS_OK);
    return s;
}

/* The fields of a payload behind its first skip bytes, as they are on the wire. */
static void put_fields(struct ss_buf *buf, ss_span payload, size_t skip)
{
    cr_assert(ss_buf_put(buf, ss_span_part(payload, skip, payload.size)) == SS_OK);
}

/* rule: RFC4419-3-gex-hash-fields; rule: RFC4419-5-old-request */
static void expect_hash(struct gex *gex, uint8_t request)
{
    const struct pair *pair = &gex->pair;
    struct ss_buf input;
    struct ss_reader reader;
    ss_span got = ss_transport_hash_input(pair->c.layer), value;
    uint8_t hash[32];

    ss_buf_init(&input, test_env(), 65536);
    (void)put(&input, ss_span_of(PAIR_IDENT_C));
    (void)put(&input, ss_span_of(PAIR_IDENT_S));
    (void)put(&input, pair_sent(&pair->c, 20, 0));
    (void)put(&input, pair_sent(&pair->s, 20, 0));
    (void)put(&input, ss_key_blob(pair->host_keys[0]));
    put_fields(&input, pair_sent(&pair->c, request, 0), 1); /* min, n, max; or n */
    put_fields(&input, pair_sent(&pair->s, 31, 0), 1);      /* p, g */
    put_fields(&input, pair_sent(&pair->c, 32, 0), 1);      /* e */
    ss_reader_init(&reader, pair_sent(&pair->s, 33, 0));
    (void)ss_reader_byte(&reader);
    (void)ss_reader_string(&reader);
    value = ss_reader_string(&reader);
    (void)put(&input, value); /* f */
    cr_expect(ss_span_eq(got, ss_transport_hash_input(pair->s.layer)));
    cr_expect(ss_span_eq(ss_span_part(got, 0, ss_buf_size(&input)), ss_buf_span(&input)));
    ss_reader_init(&reader, ss_span_part(got, ss_buf_size(&input), got.size)); /* K */
    cr_expect(ss_reader_mpint(&reader).size > 0 && ss_reader_done(&reader) == SS_OK);
    cr_assert(ss_hash_sha256.digest(&got, 1, hash) == SS_OK);
    cr_expect(ss_span_eq(pair->c.link.session_id, ss_span_make(hash, sizeof hash)));
    cr_expect(ss_span_eq(pair->s.link.session_id, ss_span_make(hash, sizeof hash)));
    ss_buf_fini(&input);
}

Test(kex_gex, the_hash_covers_request_and_group)
{
    struct gex gex;

    gex_init(&gex);
    cr_assert(pair_start(&gex.pair) == SS_OK && pair_run(&gex.pair) == SS_OK);
    expect_hash(&gex, 34);
    gex_fini(&gex);
}

Test(kex_gex, an_old_request_counts_with_its_size_alone)
{
    struct gex gex;
    struct ss_msg msg;

    gex_init(&gex);
    gex_agree(&gex, true, false);
    msg = pair_compose(&gex.pair.c, SS_MSG_kex_dh_gex_request_old);
    cr_expect(((struct ss_msg_kex_dh_gex_request_old *)msg.body)->n == 256);
    cr_assert(pair_send(&gex.pair.c, &msg) == SS_OK);
    gex.pair.c.by_hand = false;
    cr_assert(pair_run(&gex.pair) == SS_OK, "%s", ss_err_name(gex.pair.c.err));
    cr_expect_str_eq(pair_sent_numbers(&gex.pair.c), "20 30 32 21 7");
    cr_expect(gex.pair.c.link.negotiated->epoch == 1);
    expect_hash(&gex, 30);
    gex_fini(&gex);
}

Test(kex_gex, the_group_of_an_old_request_is_held_against_the_options)
{
    struct gex gex;

    gex_init(&gex);
    gex.pair.c.config.gex_min = gex.pair.c.config.gex_n = 1024;
    gex_agree(&gex, true, false);
    cr_assert(pair_say(&gex.pair.c, SS_MSG_kex_dh_gex_request_old) == SS_OK);
    cr_expect(pair_run(&gex.pair) == SS_E_bad_public_value);
    gex_expect_fault(&gex.pair.c, SS_E_bad_public_value, "p", "RFC4419-3-client-checks-group-size",
                     "512 bits");
    gex_fini(&gex);
}

/* ---- the choice ---- */
/* rule: RFC4419-3-server-smallest-larger, RFC4419-3-group-at-least-2048 */
Test(kex_gex, the_group_fits_the_request)
{
    static const struct {
        uint32_t min, n, max;
        unsigned bits;
    } rows[] = {
        {2048, 2048, 8192, 2048}, {2048, 3072, 8192, 3072}, {1024, 1024, 1024, 0},
        {1024, 1024, 8192, 2048}, {2048, 7680, 8192, 8192}, {2048, 7680, 7680, 6144},
        {1024, 1024, 2047, 0},    {2100, 2200, 2300, 0},    {0, 0, 4294967295, 2048},
        {8193, 9000, 9999, 0},    {4096, 4096, 4096, 4096},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct gex gex;

        gex_init(&gex);
        gex.pair.s.config.moduli = NULL;
        gex_agree(&gex, true, false);
        cr_assert(gex_ask(&gex, rows[i].min, rows[i].n, rows[i].max) == SS_OK);
        (void)pair_run(&gex.pair);
        cr_expect(gex_bits_sent(&gex) == rows[i].bits, "%u %u %u: %u", rows[i].min, rows[i].n,
                  rows[i].max, gex_bits_sent(&gex));
        if (rows[i].bits == 0)
            gex_expect_fault(&gex.pair.s, SS_E_no_common_algorithm, "min",
                             "RFC4419-3-server-group-fits", "none");
        gex_fini(&gex);
    }
}

/* rule: RFC4419-3-group-at-least-2048: also when a smaller one is there and would be taken. */
Test(kex_gex, less_than_2048_bits_only_when_there_is_no_choice)
{
    static const uint32_t most[] = {8192, 2047};
    size_t i;

    for (i = 0; i < SS_COUNT(most); i++) {
        struct gex gex;
        struct ss_buf prime;

        gex_init(&gex);
        ss_buf_init(&prime, test_env(), 256);
        cr_assert(ss_dh_prime(1536, &prime) == SS_OK);
        cr_assert(ss_moduli_add(gex.moduli, ss_buf_span(&prime), test_hex("02")) == SS_OK);
        ss_buf_fini(&prime);
        cr_assert(ss_moduli_add_named(gex.moduli) == SS_OK);
        gex_agree(&gex, true, false);
        cr_assert(gex_ask(&gex, 1024, 1024, most[i]) == SS_OK);
        cr_assert(pair_run(&gex.pair) == SS_OK);
        cr_expect(gex_bits_sent(&gex) == (i == 0 ? 2048 : 1536));
        gex_fini(&gex);
    }
}

Test(kex_gex, an_old_request_may_ask_for_anything)
{
    static const struct {
        uint32_t n;
        unsigned bits;
    } rows[] = {{0, 2048}, {1024, 2048}, {2049, 3072}, {8193, 8192}, {4294967295, 8192}};
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct gex gex;
        struct ss_msg msg;

        gex_init(&gex);
        gex.pair.s.config.moduli = NULL;
        gex_agree(&gex, true, false);
        msg = pair_compose(&gex.pair.c, SS_MSG_kex_dh_gex_request_old);
        ((struct ss_msg_kex_dh_gex_request_old *)msg.body)->n = rows[i].n;
        cr_assert(pair_send(&gex.pair.c, &msg) == SS_OK);
        (void)pair_run(&gex.pair);
        cr_expect(gex_bits_sent(&gex) == rows[i].bits, "%u: %u", rows[i].n, gex_bits_sent(&gex));
        gex_fini(&gex);
    }
}

Test(kex_gex, the_nearest_group_is_offered_when_the_option_says_so)
{
    struct gex gex;

    gex_init(&gex);
    gex.pair.s.config.gex_nearest = true;
    gex_agree(&gex, true, false);
    cr_assert(gex_ask(&gex, 1024, 1024, 1024) == SS_OK);
    gex.pair.c.by_hand = false;
    (void)pair_run(&gex.pair);
    cr_expect(gex_bits_sent(&gex) == 512);
    cr_expect(gex.pair.s.err == SS_OK);
    gex_expect_fault(&gex.pair.c, SS_E_bad_public_value, "p", "RFC4419-3-client-checks-group-size",
                     "512 bits");
    gex_fini(&gex);
}

/* rule: the method is withdrawn where there is nothing to choose from. */
Test(kex_gex, without_groups_a_server_does_not_offer_it)
{
    static const char *const wanted[] = {NULL, GEX ",unknown,curve25519-sha256"};
    struct ss_moduli *none;
    size_t i;

    cr_assert(ss_moduli_new(test_env(), &none) == SS_OK);
    for (i = 0; i < SS_COUNT(wanted); i++) {
        struct gex gex;
        struct ss_msg msg;
        ss_span list;

        gex_init(&gex);
        gex.pair.c.config.moduli = none;
        gex.pair.c.config.kex_algorithms = gex.pair.s.config.kex_algorithms = wanted[i];
        gex.pair.s.config.strict_kex = gex.pair.s.config.ext_info = false;
        cr_assert(pair_start(&gex.pair) == SS_OK);
        msg = pair_compose(&gex.pair.c, SS_MSG_kexinit);
        list = ((struct ss_msg_kexinit *)msg.body)->kex_algorithms;
        cr_expect(ss_namelist_has(list, ss_span_of(GEX)), "it is a server's to withdraw");
        msg = pair_compose(&gex.pair.s, SS_MSG_kexinit);
        list = ((struct ss_msg_kexinit *)msg.body)->kex_algorithms;
        cr_expect(ss_namelist_has(list, ss_span_of(GEX)));
        gex.pair.s.config.moduli = none;
        msg = pair_compose(&gex.pair.s, SS_MSG_kexinit);
        list = ((struct ss_msg_kexinit *)msg.body)->kex_algorithms;
        cr_expect(!ss_namelist_has(list, ss_span_of(GEX)));
        cr_expect(!ss_namelist_has(list, ss_span_of("diffie-hellman-group-exchange-sha1")));
        cr_expect(ss_namelist_has(list, ss_span_of("curve25519-sha256")));
        cr_expect(wanted[i] == NULL || ss_span_is(list, "unknown,curve25519-sha256"));
        gex_fini(&gex);
    }
    ss_moduli_free(&none);
}

Test(kex_gex, a_server_that_offers_it_by_hand_has_no_group)
{
    struct ss_moduli *none;
    struct gex gex;

    cr_assert(ss_moduli_new(test_env(), &none) == SS_OK);
    gex_init(&gex);
    gex_agree(&gex, true, false);
    gex.pair.s.config.moduli = none;
    gex.pair.s.config.gex_nearest = true;
    cr_assert(gex_ask(&gex, 2048, 2048, 2048) == SS_OK);
    (void)pair_run(&gex.pair);
    gex_expect_fault(&gex.pair.s, SS_E_no_common_algorithm, "min", "RFC4419-3-server-group-fits",
                     "none");
    gex_fini(&gex);
    ss_moduli_free(&none);
}

/* ---- what was sent counts ---- */
Test(kex_gex, a_script_may_ask_and_answer_differently)
{
    struct gex gex;

    gex_init(&gex);
    gex_agree(&gex, true, true);
    cr_assert(gex_ask(&gex, 256, 384, 2000) == SS_OK && pair_run(&gex.pair) == SS_OK);
    cr_assert(gex_answer(&gex, test_hex(P256), test_hex("03")) == SS_OK);
    gex.pair.c.by_hand = gex.pair.s.by_hand = false;
    cr_assert(pair_run(&gex.pair) == SS_OK, "%s", ss_err_name(gex.pair.c.err));
    cr_expect(gex.pair.c.link.negotiated->epoch == 1);
    cr_expect(gex.pair.c.notes == 0 && gex.pair.s.notes == 0);
    expect_hash(&gex, 34);
    gex_fini(&gex);
}

/* Fields cut off: what would have been sent is what the other side cannot know. */
Test(kex_gex, what_cannot_be_read_stays_what_it_would_have_been)
{
    struct gex gex;

    gex_init(&gex);
    gex_agree(&gex, true, true);
    cr_assert(pair_send_payload(&gex.pair.c, test_hex("22 00000100")) == SS_OK);
    cr_expect(gex.pair.c.layer->ex.gex.asked && gex.pair.c.layer->ex.gex.max == 8192);
    cr_expect(pair_run(&gex.pair) != SS_OK);
    gex_fini(&gex);

    gex_init(&gex);
    gex_agree(&gex, false, true);
    cr_assert(pair_run(&gex.pair) == SS_OK);
    cr_assert(pair_send_payload(&gex.pair.s, test_hex("1f 00000001")) == SS_OK);
    cr_expect(gex.pair.s.layer->ex.gex.grouped);
    cr_expect(ss_dh_bits(ss_buf_span(&gex.pair.s.layer->ex.gex.p)) >= 384);
    cr_expect(pair_run(&gex.pair) != SS_OK);
    gex_fini(&gex);
}

Test(kex_gex, compose_says_what_it_knows)
{
    static const enum ss_msgid ids[] = {SS_MSG_kex_dh_gex_request, SS_MSG_kex_dh_gex_request_old,
                                        SS_MSG_kex_dh_gex_init, SS_MSG_kex_dh_gex_group};
    struct gex gex;
    struct ss_msg msg;
    size_t i;

    gex_init(&gex);
    gex.pair.c.by_hand = gex.pair.s.by_hand = true;
    cr_assert(pair_start(&gex.pair) == SS_OK);
    for (i = 0; i < SS_COUNT(ids); i++) {
        cr_assert(ss_msg_new(&gex.pair.c.arena, ss_msgdef_of(ids[i]), NULL, &msg) == SS_OK);
        cr_expect(ss_transport_ops.compose(gex.pair.c.layer, &msg) == SS_E_unsupported);
        cr_expect(ss_transport_ops.compose(gex.pair.s.layer, &msg) == SS_E_unsupported);
    }
    cr_assert(pair_say(&gex.pair.c, SS_MSG_kexinit) == SS_OK);
    cr_assert(pair_say(&gex.pair.s, SS_MSG_kexinit) == SS_OK);
    cr_assert(pair_run(&gex.pair) == SS_OK);
    for (i = 2; i < SS_COUNT(ids); i++) {
        cr_assert(ss_msg_new(&gex.pair.c.arena, ss_msgdef_of(ids[i]), NULL, &msg) == SS_OK);
        cr_expect(ss_transport_ops.compose(i == 2 ? gex.pair.c.layer : gex.pair.s.layer, &msg) ==
                      SS_E_unsupported,
                  "no group yet");
    }
    gex_fini(&gex);
}

/* Options that contradict each other still make a request in order. */
Test(kex_gex, the_request_is_in_order_whatever_the_options_are)
{
    static const struct {
        uint64_t min, n, max;
        const char *payload;
    } rows[] = {
        {2048, 3072, 8192, "22 00000800 00000c00 00002000"},
        {4096, 3072, 8192, "22 00001000 00001000 00002000"},
        {2048, 3072, 2500, "22 00000800 00000c00 00000c00"},
        {8192, 1024, 1024, "22 00002000 00002000 00002000"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct gex gex;

        gex_init(&gex);
        gex.pair.c.config.gex_min = rows[i].min;
        gex.pair.c.config.gex_n = rows[i].n;
        gex.pair.c.config.gex_max = rows[i].max;
        gex_agree(&gex, true, true);
        cr_assert(pair_say(&gex.pair.c, SS_MSG_kex_dh_gex_request) == SS_OK);
        cr_expect(ss_span_eq(pair_sent(&gex.pair.c, 34, 0), test_hex(rows[i].payload)), "row %zu",
                  i);
        gex_fini(&gex);
    }
}

/* ---- guesses ---- */
Test(kex_gex, a_guess_is_the_request)
{
    static const struct {
        const char *client, *server, *numbers;
        bool ignored;
    } rows[] = {
        {GEX, GEX, "20 34 32 21 7", false},
        {GEX ",curve25519-sha256", "curve25519-sha256", "20 34 30 21 7", true},
        {"curve25519-sha256," GEX, GEX, "20 30 34 32 21 7", true},
        {"diffie-hellman-group-exchange-sha1," GEX, GEX, "20 34 34 32 21 7", true},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct gex gex;

        gex_init(&gex);
        gex.pair.c.config.guess = true;
        gex.pair.c.config.kex_algorithms = rows[i].client;
        gex.pair.s.config.kex_algorithms = rows[i].server;
        cr_assert(pair_start(&gex.pair) == SS_OK);
        cr_assert(pair_run(&gex.pair) == SS_OK, "row %zu: %s", i, ss_err_name(gex.pair.c.err));
        cr_expect_str_eq(pair_sent_numbers(&gex.pair.c), rows[i].numbers, "row %zu", i);
        cr_expect(gex.pair.s.link.negotiated->guess_ignored == rows[i].ignored, "row %zu", i);
        gex_fini(&gex);
    }
}

/* Sent ahead without the flag: right is right, and nothing is sent twice. */
Test(kex_gex, a_request_ahead_of_the_agreement_counts_when_it_is_right)
{
    struct gex gex;

    gex_init(&gex);
    gex.pair.c.by_hand = true;
    cr_assert(pair_start(&gex.pair) == SS_OK);
    cr_assert(pair_say(&gex.pair.c, SS_MSG_kexinit) == SS_OK);
    cr_assert(pair_say(&gex.pair.c, SS_MSG_kex_dh_gex_request) == SS_OK);
    gex.pair.c.by_hand = false;
    cr_assert(pair_run(&gex.pair) == SS_OK, "%s", ss_err_name(gex.pair.c.err));
    cr_expect_str_eq(pair_sent_numbers(&gex.pair.c), "20 34 32 21 7");
    gex_fini(&gex);
}

/* ---- memory ---- */
static bool fail_at(size_t n)
{
    struct ss_counted *counted = test_counted();
    struct gex gex;
    bool failed;
    ss_err err;

    counted->calls = 0;
    counted->fail_at = n;
    counted->fail_after = true;
    gex_init(&gex);
    gex.pair.s.config.moduli = n % 2 == 0 ? NULL : gex.moduli;
    err = pair_start(&gex.pair);
    if (err == SS_OK)
        err = pair_run(&gex.pair);
    failed = counted->calls >= n;
    counted->fail_at = 0;
    counted->fail_after = false;
    cr_expect((err == SS_OK) == !failed, "%zu: %s", n, ss_err_name(err));
    cr_expect(err == SS_OK || ss_err_class_of(err) == SS_CLASS_RESOURCE ||
                  ss_err_class_of(err) == SS_CLASS_CRYPTO,
              "%zu: %s", n, ss_err_name(err));
    gex_fini(&gex);
    return failed;
}

Test(kex_gex, every_allocation_may_fail)
{
    size_t n = 1;

    while (fail_at(n) || fail_at(n + 1))
        n++;
    cr_expect(n > 20, "%zu", n);
}
