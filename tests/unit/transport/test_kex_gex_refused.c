/* SPDX-License-Identifier: Apache-2.0 */
/* test_kex_gex_refused.c - groups that are none, values out of range, messages out of order.
 *
 * Follows: RFC 4419 section 3, draft-ietf-sshm-strict-kex section 3.2. */
#include <criterion/criterion.h>

#include "gex_pair.h"

TestSuite(kex_gex_refused, .fini = test_counted_check);

/* ---- the request, judged by the server ---- */
Test(kex_gex_refused, requests_out_of_order_are_refused)
{
    static const struct {
        uint32_t min, n, max;
        const char *field;
    } rows[] = {
        {8192, 4096, 2048, "max"},  {0, 0, 0, "max"},
        {256, 512, 1023, "max"},    {2048, 1024, 8192, "n"},
        {2048, 8193, 8192, "n"},    {1, 0, 4096, "n"},
        {0, 4294967295, 2048, "n"}, {4294967295, 4294967295, 4294967294, "max"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct gex gex;

        gex_init(&gex);
        gex_agree(&gex, true, false);
        cr_assert(gex_ask(&gex, rows[i].min, rows[i].n, rows[i].max) == SS_OK);
        cr_expect(pair_run(&gex.pair) == SS_E_bad_value, "row %zu", i);
        gex_expect_fault(&gex.pair.s, SS_E_bad_value, rows[i].field,
                         "RFC4419-3-server-rejects-bad-order", rows[i].field);
        cr_expect(pair_sent_count(&gex.pair.s, 31) == 0);
        gex_fini(&gex);
    }
}

/* ---- the group, judged by the client ---- */
/* A number of 0xff bytes but for the last, in hex. */
static const char *ones(size_t bytes, const char *last)
{
    static char text[2 * 2048 + 1];

    memset(text, 'f', sizeof text);
    memcpy(text + 2 * bytes - 2, last, 3);
    return text;
}

static void expect_verdict(const char *p, const char *g, const char *field, const char *rule,
                           const char *what)
{
    struct gex gex;

    gex_init(&gex);
    gex_agree(&gex, true, true);
    cr_assert(gex_ask(&gex, 512, 512, 1023) == SS_OK);
    /* Whatever an honest server says to it. */
    ss_buf_clear(&gex.pair.c.wire);
    gex.pair.s.layer->ex.gex.asked = true;
    cr_assert(ss_kex_make_state(gex.pair.s.layer, gex.pair.s.layer->negotiated.kex) == SS_OK);
    cr_assert(gex_answer(&gex, test_hex(p), test_hex(g)) == SS_OK);
    cr_expect(pair_take(&gex.pair.c));
    gex_expect_fault(&gex.pair.c, rule[0] == 0 ? SS_OK : SS_E_bad_public_value, field, rule, what);
    gex_fini(&gex);
}

#define SIZE "RFC4419-3-client-checks-group-size"
#define SANITY "RFC4419-3-client-checks-group-sanity"

Test(kex_gex_refused, groups_out_of_range_and_groups_that_are_none)
{
    expect_verdict(P512, "02", "", "", "512 bits");
    expect_verdict(P384, "02", "p", SIZE, "384 bits");
    expect_verdict(ones(128, "ff"), "02", "p", SIZE, "1024 bits");
    expect_verdict(ones(2048, "ff"), "02", "p", SIZE, "16384 bits");
    expect_verdict("", "02", "p", SIZE, "p is 0");
    expect_verdict(ones(64, "fe"), "02", "p", SANITY, "p is even");
    expect_verdict(P512, "", "g", SANITY, "g is 0");
    expect_verdict(P512, "01", "g", SANITY, "g is 1");
    expect_verdict(ones(64, "ff"), ones(64, "ff"), "g", SANITY, "g is p");
    expect_verdict(P512, ones(65, "ff"), "g", SANITY, "g is wider than p");
}

Test(kex_gex_refused, a_generator_of_order_two)
{
    char top[] = P512;

    top[sizeof top - 2] = '2';
    expect_verdict(P512, top, "g", SANITY, "g is p - 1");
    top[sizeof top - 2] = '1';
    expect_verdict(P512, top, "", "", "g is p - 2");
}

/* Whoever asks for nothing in particular is still not given what nobody can compute in. */
Test(kex_gex_refused, a_request_without_bounds_has_those_of_the_arithmetic)
{
    struct gex gex;

    gex_init(&gex);
    gex_agree(&gex, true, true);
    cr_assert(gex_ask(&gex, 0, 0, 4294967295) == SS_OK);
    cr_assert(pair_run(&gex.pair) == SS_OK);
    cr_assert(gex_answer(&gex, ss_span_make(NULL, 0), test_hex("02")) == SS_OK);
    cr_expect(gex.pair.s.notes == 1, "the server cannot compute in it either");
    cr_expect(pair_take(&gex.pair.c));
    gex_expect_fault(&gex.pair.c, SS_E_bad_public_value, "p",
                     "RFC4419-3-client-checks-group-sanity", "p is 0");
    gex_fini(&gex);
}

Test(kex_gex_refused, primes_are_tested_when_the_option_says_so)
{
    static const struct {
        const char *p;
        bool verify, taken;
    } rows[] = {
        {P256, true, true},
        {P256, false, true},
        {"e27f4c79fc5aac128490e9d83bb72f987d141ca9eab8e647db3d169553cf3409", false, true},
        {"e27f4c79fc5aac128490e9d83bb72f987d141ca9eab8e647db3d169553cf3409", true, false},
        /* A prime, and not a safe one. */
        {"fb1faa53429cbae2796b3500badc9a5115c2a93a615757955c9ebd32cb8f94d3", true, false},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct gex gex;

        gex_init(&gex);
        gex.pair.c.config.gex_verify = rows[i].verify;
        gex_agree(&gex, false, true);
        cr_assert(pair_run(&gex.pair) == SS_OK);
        cr_assert(gex_answer(&gex, test_hex(rows[i].p), test_hex("02")) == SS_OK);
        gex.pair.s.by_hand = false;
        (void)pair_run(&gex.pair);
        if (rows[i].taken)
            cr_expect(gex.pair.c.link.negotiated->epoch == 1, "row %zu", i);
        else
            gex_expect_fault(&gex.pair.c, SS_E_bad_public_value, "p",
                             "RFC4419-3-client-checks-group-sanity", "not safe");
        gex_fini(&gex);
    }
}

/* ---- order ---- */
static void expect_once(const struct pair_side *judge, bool strict, const char *what)
{
    gex_expect_fault(judge, strict ? SS_E_strict_violation : SS_E_unexpected_message, "",
                     strict ? "STRICTKEX-3.2-each-message-once" : "", what);
}

/* rule: each message once; a request that is repeated leaked memory elsewhere. */
Test(kex_gex_refused, each_message_comes_once)
{
    static const struct {
        bool client;
        uint8_t number;
        const char *what;
    } rows[] = {
        {true, 34, "request"}, {true, 32, "value"}, {false, 31, "group"}, {false, 33, "reply"}};
    size_t i;

    for (i = 0; i < 2 * SS_COUNT(rows); i++) {
        bool strict = i % 2 == 0;
        const char *what = rows[i / 2].what;
        struct gex gex;
        struct pair_side *liar = rows[i / 2].client ? &gex.pair.c : &gex.pair.s;
        uint8_t number = rows[i / 2].number;

        gex_init(&gex);
        gex.pair.c.config.strict_kex = strict;
        gex.pair.c.undecided = true;
        gex_agree(&gex, true, true);
        cr_assert(pair_say(&gex.pair.c, SS_MSG_kex_dh_gex_request) == SS_OK);
        cr_assert(pair_run(&gex.pair) == SS_OK);
        if (number != 34) {
            cr_assert(pair_say(&gex.pair.s, SS_MSG_kex_dh_gex_group) == SS_OK);
            cr_assert(pair_run(&gex.pair) == SS_OK);
        }
        if (number == 32 || number == 33) {
            cr_assert(pair_say(&gex.pair.c, SS_MSG_kex_dh_gex_init) == SS_OK);
            cr_assert(pair_run(&gex.pair) == SS_OK);
        }
        if (number == 33)
            cr_assert(pair_say(&gex.pair.s, SS_MSG_kex_dh_gex_reply) == SS_OK);
        cr_assert(pair_run(&gex.pair) == SS_OK, "%s", what);
        cr_expect(liar->notes == 0);
        cr_assert(pair_send_payload(liar, pair_sent(liar, number, 0)) == SS_OK);
        cr_expect(liar->notes == 1, "%s: what was sent twice counts once", what);
        cr_expect(pair_run(&gex.pair) != SS_OK);
        expect_once(liar->other, strict, what);
        gex_fini(&gex);
    }
}

Test(kex_gex_refused, messages_ahead_of_their_time_are_refused)
{
    struct gex gex;

    /* A group that nobody asked for. */
    gex_init(&gex);
    gex_agree(&gex, true, true);
    cr_assert(pair_send_payload(&gex.pair.s, test_hex("1f 00000001 17 00000001 02")) == SS_OK);
    cr_expect(gex.pair.s.notes == 1);
    (void)pair_run(&gex.pair);
    gex_expect_fault(&gex.pair.c, SS_E_unexpected_message, "", "", "group");
    gex_fini(&gex);

    /* A value before the request, and one before the group has gone. */
    gex_init(&gex);
    gex_agree(&gex, true, true);
    cr_assert(pair_send_payload(&gex.pair.c, test_hex("20 00000001 02")) == SS_OK);
    (void)pair_run(&gex.pair);
    expect_once(&gex.pair.s, true, "value");
    gex_fini(&gex);

    gex_init(&gex);
    gex_agree(&gex, true, true);
    cr_assert(pair_say(&gex.pair.c, SS_MSG_kex_dh_gex_request) == SS_OK);
    cr_assert(pair_send_payload(&gex.pair.c, test_hex("20 00000001 02")) == SS_OK);
    (void)pair_run(&gex.pair);
    gex_expect_fault(&gex.pair.s, SS_E_unexpected_message, "", "", "value before the group");
    gex_fini(&gex);
}

/* Legality knows the numbers of the method that was agreed on and no others. */
Test(kex_gex_refused, numbers_of_another_method_are_refused)
{
    static const struct {
        const char *method, *payload;
    } rows[] = {
        {"curve25519-sha256", "22 00000800 00000800 00002000"},
        {"curve25519-sha256", "20 00000001 02"},
        {"diffie-hellman-group14-sha256", "22 00000800 00000800 00002000"},
        {GEX, "1e 00000020 8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"},
        {GEX, "23"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct gex gex;

        gex_init(&gex);
        gex.pair.c.config.kex_algorithms = rows[i].method;
        gex.pair.c.config.strict_kex = false;
        gex_agree(&gex, true, false);
        cr_assert(pair_send_payload(&gex.pair.c, test_hex(rows[i].payload)) == SS_OK);
        cr_expect(pair_run(&gex.pair) != SS_OK && gex.pair.s.err != SS_OK, "row %zu", i);
        cr_expect(pair_sent_count(&gex.pair.s, 31) == 0);
        gex_fini(&gex);
    }
}

Test(kex_gex_refused, a_message_of_the_other_role_is_noted_and_refused)
{
    struct gex gex;

    gex_init(&gex);
    gex_agree(&gex, true, true);
    cr_assert(pair_send_payload(&gex.pair.c, test_hex("1f 00000001 17 00000001 02")) == SS_OK);
    cr_expect(gex.pair.c.notes == 1);
    cr_expect(pair_run(&gex.pair) == SS_E_wrong_sender);
    gex_fini(&gex);

    gex_init(&gex);
    gex_agree(&gex, true, true);
    cr_assert(pair_send_payload(&gex.pair.s, test_hex("22 00000800 00000800 00002000")) == SS_OK);
    cr_expect(gex.pair.s.notes == 1);
    cr_expect(pair_run(&gex.pair) == SS_E_wrong_sender);
    gex_fini(&gex);
}

/* ---- values ---- */
/* rule: RFC4419-3-e-f-range */
Test(kex_gex_refused, public_values_out_of_range_are_refused_by_both_roles)
{
    static const char *const values[] = {"", "01", P512};
    size_t i;

    for (i = 0; i < SS_COUNT(values); i++) {
        struct gex gex;
        struct ss_msg msg;

        gex_init(&gex);
        gex.pair.c.config.gex_min = gex.pair.c.config.gex_n = 512;
        gex_agree(&gex, true, false);
        cr_assert(pair_say(&gex.pair.c, SS_MSG_kex_dh_gex_request) == SS_OK);
        cr_assert(pair_run(&gex.pair) == SS_OK);
        msg = pair_compose(&gex.pair.c, SS_MSG_kex_dh_gex_init);
        ((struct ss_msg_kex_dh_gex_init *)msg.body)->e = test_hex(values[i]);
        cr_assert(pair_send(&gex.pair.c, &msg) == SS_OK);
        (void)pair_run(&gex.pair);
        gex_expect_fault(&gex.pair.s, SS_E_bad_public_value, "e", "RFC4419-3-e-f-range", values[i]);
        gex_fini(&gex);

        gex_init(&gex);
        gex.pair.c.config.gex_min = gex.pair.c.config.gex_n = 512;
        gex_agree(&gex, false, true);
        cr_assert(pair_run(&gex.pair) == SS_OK);
        cr_assert(pair_say(&gex.pair.s, SS_MSG_kex_dh_gex_group) == SS_OK);
        cr_assert(pair_run(&gex.pair) == SS_OK);
        msg = pair_compose(&gex.pair.s, SS_MSG_kex_dh_gex_reply);
        ((struct ss_msg_kex_dh_gex_reply *)msg.body)->f = test_hex(values[i]);
        cr_assert(pair_send(&gex.pair.s, &msg) == SS_OK);
        (void)pair_run(&gex.pair);
        gex_expect_fault(&gex.pair.c, SS_E_bad_public_value, "f", "RFC4419-3-e-f-range", values[i]);
        gex_fini(&gex);
    }
}

Test(kex_gex_refused, a_reply_to_a_value_made_by_hand_cannot_be_used)
{
    struct gex gex;

    gex_init(&gex);
    gex_agree(&gex, true, false);
    cr_assert(pair_say(&gex.pair.c, SS_MSG_kex_dh_gex_request) == SS_OK);
    cr_assert(pair_run(&gex.pair) == SS_OK);
    cr_assert(pair_send_payload(&gex.pair.c, test_hex("20 00000001 02")) == SS_OK);
    (void)pair_run(&gex.pair);
    gex_expect_fault(&gex.pair.c, SS_E_usage, "", "", "nothing to compute with");
    cr_expect(pair_sent_count(&gex.pair.s, 33) == 1);
    gex_fini(&gex);
}
