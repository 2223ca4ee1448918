/* SPDX-License-Identifier: Apache-2.0 */
/* test_kex_hybrid.c - messages 30 and 31 with a post-quantum half.
 *
 * Follows: draft-ietf-sshm-mlkem-hybrid-kex section 2, RFC 9941 section 3. */
#include <criterion/criterion.h>

#include "layer_pair.h"

TestSuite(kex_hybrid, .fini = test_counted_check);

static const struct method {
    const char *name;
    size_t client, server, secret; /* bytes */
    const char *length_rule;
} methods[] = {
    {"mlkem768x25519-sha256", 1216, 1120, 32, "MLKEM-2.1-length-check"},
    {"sntrup761x25519-sha512", 1190, 1071, 64, "RFC9941-3-sntrup-length-check"},
    {"sntrup761x25519-sha512@openssh.com", 1190, 1071, 64, "RFC9941-3-sntrup-length-check"},
    {"mlkem768nistp256-sha256", 1249, 1153, 32, "MLKEM-2.1-length-check"},
    {"mlkem1024nistp384-sha384", 1665, 1665, 48, "MLKEM-2.1-length-check"},
};

/* The hash covers both strings as they were sent, and K as a string. */
Test(kex_hybrid, k_enters_the_hash_as_a_string)
{
    size_t i, n;

    for (i = 0; i < SS_COUNT(methods); i++) {
        const struct method *method = &methods[i];
        struct ss_reader hashed, init, reply;
        struct pair pair;

        pair_init(&pair, &test_counted()->env);
        pair.c.config.kex_algorithms = method->name;
        cr_assert(pair_start(&pair) == SS_OK);
        cr_assert(pair_run(&pair) == SS_OK, "%s: %s", method->name, ss_err_name(pair.c.err));
        cr_expect_str_eq(pair.c.link.negotiated->kex->name, method->name);
        cr_expect(pair.c.link.negotiated->epoch == 1 && pair.s.link.negotiated->epoch == 1);
        ss_reader_init(&init, pair_sent(&pair.c, 30, 0));
        cr_expect(ss_reader_byte(&init) == 30);
        ss_reader_init(&reply, pair_sent(&pair.s, 31, 0));
        cr_expect(ss_reader_byte(&reply) == 31);
        (void)ss_reader_string(&reply);
        ss_reader_init(&hashed, ss_transport_hash_input(pair.c.layer));
        for (n = 0; n < 5; n++)
            (void)ss_reader_string(&hashed);
        for (n = 0; n < 2; n++) {
            ss_span value = ss_reader_string(n == 0 ? &init : &reply);

            cr_expect(value.size == (n == 0 ? method->client : method->server), "%s", method->name);
            cr_expect(ss_span_eq(ss_reader_string(&hashed), value), "%s", method->name);
        }
        cr_expect(ss_reader_string(&hashed).size == method->secret, "%s", method->name);
        cr_expect(ss_reader_done(&hashed) == SS_OK && ss_reader_done(&init) == SS_OK);
        cr_expect(ss_span_eq(ss_transport_hash_input(pair.s.layer),
                             ss_transport_hash_input(pair.c.layer)));
        pair_fini(&pair);
    }
}

static const uint8_t zeros[2000];

static void refused(const struct method *method, bool by_server, ss_span value, const char *rule)
{
    struct pair pair;
    struct ss_msg msg;
    struct pair_side *liar, *judge;

    pair_init(&pair, &test_counted()->env);
    liar = by_server ? &pair.c : &pair.s;
    judge = by_server ? &pair.s : &pair.c;
    pair.c.config.kex_algorithms = method->name;
    cr_assert(pair_start(&pair) == SS_OK);
    liar->by_hand = true;
    cr_assert(pair_run(&pair) == SS_OK);
    cr_assert(pair_say(liar, SS_MSG_kexinit) == SS_OK && pair_run(&pair) == SS_OK);
    msg = pair_compose(liar, by_server ? SS_MSG_kex_ecdh_init : SS_MSG_kex_ecdh_reply);
    if (by_server)
        ((struct ss_msg_kex_ecdh_init *)msg.body)->q_c = value;
    else
        ((struct ss_msg_kex_ecdh_reply *)msg.body)->q_s = value;
    cr_assert(pair_send(liar, &msg) == SS_OK);
    cr_expect(pair_run(&pair) == SS_E_bad_public_value, "%s, %zu bytes", method->name, value.size);
    cr_expect_str_eq(judge->field, by_server ? "q_c" : "q_s");
    cr_expect_str_eq(judge->rule, rule, "%s, %zu bytes: %s", method->name, value.size, judge->rule);
    pair_fini(&pair);
}

/* Each is refused with the requirement of its own document. */
Test(kex_hybrid, values_of_other_lengths_name_their_requirement)
{
    size_t i;

    for (i = 0; i < SS_COUNT(methods); i++) {
        const struct method *m = &methods[i];

        refused(m, true, ss_span_make(zeros, 0), m->length_rule);
        refused(m, true, ss_span_make(zeros, m->client - 1), m->length_rule);
        refused(m, true, ss_span_make(zeros, m->client + 1), m->length_rule);
        refused(m, false, ss_span_make(zeros, 0), m->length_rule);
        refused(m, false, ss_span_make(zeros, m->server - 1), m->length_rule);
        refused(m, false, ss_span_make(zeros, m->server + 1), m->length_rule);
    }
}

Test(kex_hybrid, values_that_are_none_name_their_requirement)
{
    static uint8_t ones[1216];

    refused(&methods[0], true, ss_span_make(zeros, 1216), "MLKEM-2.1-x25519-allzero");
    refused(&methods[0], false, ss_span_make(zeros, 1120), "MLKEM-2.1-x25519-allzero");
    refused(&methods[1], true, ss_span_make(zeros, 1190), "RFC8731-3-x25519-allzero");
    refused(&methods[1], false, ss_span_make(zeros, 1071), "RFC8731-3-x25519-allzero");
    refused(&methods[3], true, ss_span_make(zeros, 1249), "RFC5656-4-ecdh-validate-point");
    refused(&methods[4], false, ss_span_make(zeros, 1665), "RFC5656-4-ecdh-validate-point");
    memset(ones, 0xff, sizeof ones);
    refused(&methods[0], true, ss_span_make(ones, 1216), "MLKEM-2.1-encapsulation-key-check");
}
