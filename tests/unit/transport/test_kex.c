/* SPDX-License-Identifier: Apache-2.0 */
/* test_kex.c - public values there and back: the hash, host keys, guesses, and what is refused.
 *
 * Follows: RFC 4253 sections 7 and 8, RFC 5656 section 4, RFC 8731 section 3; the X25519 keys are
 *   those of RFC 7748 section 6.1. */
#include <criterion/criterion.h>

#include "layer_pair.h"

TestSuite(kex, .fini = test_counted_check);

/* ---- every method with every host key ---- */
Test(kex, every_method_with_every_host_key_algorithm)
{
    static const char *const methods[] = {"curve25519-sha256",
                                          "curve25519-sha256@libssh.org",
                                          "curve448-sha512",
                                          "ecdh-sha2-nistp256",
                                          "ecdh-sha2-nistp384",
                                          "ecdh-sha2-nistp521",
                                          "diffie-hellman-group14-sha256",
                                          "diffie-hellman-group1-sha1"};
    static const char *const algs[] = {"ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-256",
                                       "rsa-sha2-512"};
    size_t i;

    for (i = 0; i < SS_COUNT(methods) * SS_COUNT(algs); i++) {
        const char *method = methods[i / 4], *alg = algs[i % 4];
        struct ss_reader reader;
        struct pair pair;

        pair_init(&pair, &test_counted()->env);
        pair_add_key(&pair, SS_KEY_RSA);
        pair_add_key(&pair, SS_KEY_ECDSA_P256);
        pair.s.config.policy = "legacy"; /* takes all of them */
        pair.c.config.kex_algorithms = method;
        pair.c.config.server_host_key_algorithms = alg;
        cr_assert(pair_start(&pair) == SS_OK);
        cr_assert(pair_run(&pair) == SS_OK, "%s %s: %s", method, alg, ss_err_name(pair.c.err));
        cr_expect_str_eq(pair.c.link.negotiated->kex->name, method);
        cr_expect_str_eq(pair_event(&pair.c, SS_EVENT_HOST_KEY, 0)->text, alg);
        cr_expect(pair.c.link.negotiated->epoch == 1 && pair.s.link.negotiated->epoch == 1);
        cr_expect(ss_span_eq(pair.c.link.session_id, pair.s.link.session_id), "%s", method);
        cr_expect(
            ss_span_eq(ss_transport_host_key(pair.c.layer), ss_transport_host_key(pair.s.layer)));
        /* rule: RFC8332-3.1-server-uses-negotiated-alg */
        ss_reader_init(&reader, pair_sent(&pair.s, 31, 0));
        (void)ss_reader_byte(&reader);
        (void)ss_reader_string(&reader);
        (void)ss_reader_string(&reader);
        reader = ss_reader_inside(&reader);
        cr_expect(ss_span_is(ss_reader_string(&reader), alg), "%s %s", method, alg);
        pair_fini(&pair);
    }
}

/* ---- the exchange hash, built by hand ---- */
struct fixed { /* draws of 32 bytes are the key given, others count up */
    struct ss_env env;
    ss_span key;
    uint8_t count;
};

static ss_err fixed_random(void *ctx, uint8_t *out, size_t n)
{
    struct fixed *fixed = ctx;
    size_t i;

    for (i = 0; i < n; i++)
        out[i] = n == fixed->key.size ? fixed->key.data[i] : fixed->count++;
    return SS_OK;
}

static void *fixed_resize(void *ctx, void *p, size_t old_size, size_t size)
{
    (void)ctx;
    return ss_resize(&test_counted()->env, p, old_size, size);
}

static struct fixed fixed_env(ss_span key)
{
    return (struct fixed){.env = {fixed_resize, fixed_random, NULL, false}, .key = key};
}

struct bytes {
    uint8_t data[8192];
    size_t size;
};

static void put(struct bytes *bytes, ss_span s)
{
    uint8_t head[4] = {0, 0, (uint8_t)(s.size >> 8), (uint8_t)s.size};

    memcpy(bytes->data + bytes->size, head, 4);
    memcpy(bytes->data + bytes->size + 4, s.data, s.size);
    bytes->size += 4 + s.size;
}

/* Alice is the client and Bob the server; K is the published secret, whose top bit is clear. */
Test(kex, the_hash_over_published_keys_is_as_computed_by_hand)
{
    ss_span alice_secret =
        test_hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    ss_span alice = test_hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    ss_span bob_secret =
        test_hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    ss_span bob = test_hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    ss_span k = test_hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    struct fixed c = fixed_env(alice_secret), s = fixed_env(bob_secret);
    static struct bytes input;
    uint8_t hash[32];
    struct pair pair;
    ss_span all;

    c.env.ctx = &c;
    s.env.ctx = &s;
    pair_init(&pair, &test_counted()->env);
    pair.c.link.env = &c.env;
    pair.s.link.env = &s.env;
    pair.c.config.kex_algorithms = "curve25519-sha256";
    pair.c.undecided = true; /* so that the exchange is still there */
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);

    input.size = 0;
    put(&input, ss_span_of(PAIR_IDENT_C));
    put(&input, ss_span_of(PAIR_IDENT_S));
    put(&input, pair_sent(&pair.c, 20, 0));
    put(&input, pair_sent(&pair.s, 20, 0));
    put(&input, ss_key_blob(pair.host_keys[0]));
    put(&input, alice);
    put(&input, bob);
    put(&input, k);
    all = ss_span_make(input.data, input.size);
    cr_expect(ss_span_eq(ss_transport_hash_input(pair.c.layer), all));
    cr_expect(ss_span_eq(ss_transport_hash_input(pair.s.layer), all));
    cr_assert(ss_hash_sha256.digest(&all, 1, hash) == SS_OK);
    cr_expect(ss_span_eq(pair.c.link.session_id, ss_span_make(hash, 32)));
    cr_expect(ss_span_eq(pair.s.link.session_id, ss_span_make(hash, 32)));
    pair_fini(&pair);
}

/* DH values are mpints in the message and in the hash: whatever the top bit is. */
Test(kex, dh_values_enter_the_hash_as_mpints)
{
    struct pair pair;
    struct ss_reader reader, message;
    size_t skipped;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.kex_algorithms = "diffie-hellman-group14-sha256";
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    ss_reader_init(&reader, ss_transport_hash_input(pair.s.layer));
    for (skipped = 0; skipped < 5; skipped++)
        (void)ss_reader_string(&reader);
    ss_reader_init(&message, pair_sent(&pair.c, 30, 0));
    (void)ss_reader_byte(&message);
    cr_expect(ss_span_eq(ss_reader_string(&reader), ss_reader_string(&message)));
    ss_reader_init(&message, pair_sent(&pair.s, 31, 0));
    (void)ss_reader_byte(&message);
    (void)ss_reader_string(&message);
    cr_expect(ss_span_eq(ss_reader_string(&reader), ss_reader_string(&message)));
    cr_expect(ss_reader_mpint(&reader).size > 200);
    cr_expect(ss_reader_done(&reader) == SS_OK);
    pair_fini(&pair);
}

/* The same X25519 point in another encoding: the secret is the same, the hash is not. */
Test(kex, the_public_value_counts_as_it_was_sent)
{
    struct pair pair;
    struct ss_msg msg;
    ss_span value;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.guess = true; /* to send before the server has a say */
    pair.c.config.kex_algorithms = pair.s.config.kex_algorithms = "curve25519-sha256";
    cr_assert(pair_start(&pair) == SS_OK);
    cr_assert(pair_say(&pair.c, SS_MSG_kexinit) == SS_OK);
    msg = pair_compose(&pair.c, SS_MSG_kex_ecdh_init);
    cr_assert(ss_arena_copy(&pair.c.arena, ((struct ss_msg_kex_ecdh_init *)msg.body)->q_c,
                            &value) == SS_OK);
    ((uint8_t *)(uintptr_t)value.data)[31] ^= 0x80;
    ((struct ss_msg_kex_ecdh_init *)msg.body)->q_c = value;
    cr_assert(pair_send(&pair.c, &msg) == SS_OK);
    cr_expect(pair_run(&pair) == SS_OK, "%s", ss_err_name(pair.c.err));
    cr_expect(pair.c.link.negotiated->epoch == 1);
    pair_fini(&pair);
}

/* ---- host keys ---- */
Test(kex, newkeys_waits_for_the_answer_about_the_host_key)
{
    struct ss_command yes = {.kind = SS_CMD_HOST_KEY, .flag = true};
    struct pair pair;
    const struct pair_event *question;

    pair_init(&pair, &test_counted()->env);
    pair.c.undecided = true;
    cr_assert(pair_start(&pair) == SS_OK);
    cr_expect(pair_do(&pair.c, &yes) == SS_E_usage, "nothing was asked");
    cr_assert(pair_run(&pair) == SS_OK);
    question = pair_event(&pair.c, SS_EVENT_HOST_KEY, 0);
    cr_assert(question != NULL);
    cr_expect_str_eq(question->text, "ssh-ed25519");
    cr_expect(pair_sent_count(&pair.c, 21) == 0 && !ss_transport_open(pair.c.layer));
    cr_expect(ss_key_equal(pair.c.layer->host_key, pair.host_keys[0]));
    cr_assert(pair_do(&pair.c, &yes) == SS_OK);
    cr_expect(pair_do(&pair.c, &yes) == SS_E_usage, "asked once");
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(pair.c.link.negotiated->epoch == 1);
    pair_fini(&pair);
}

Test(kex, a_refused_host_key_ends_the_connection)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.refuses = true;
    cr_assert(pair_start(&pair) == SS_OK);
    cr_expect(pair_run(&pair) == SS_E_host_key_rejected);
    cr_expect(pair_sent_count(&pair.c, 21) == 0);
    pair_fini(&pair);
}

Test(kex, at_a_rekey_only_another_host_key_is_asked_about)
{
    struct ss_command again = {.kind = SS_CMD_KEXINIT};
    struct pair pair;

    pair_up(&pair);
    cr_assert(pair_do(&pair.s, &again) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(pair_event_count(&pair.c, SS_EVENT_HOST_KEY) == 1);
    pair_drop_keys(&pair);
    pair_add_key(&pair, SS_KEY_ECDSA_P256);
    cr_assert(pair_do(&pair.s, &again) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect(pair_event_count(&pair.c, SS_EVENT_HOST_KEY) == 2);
    cr_expect(pair.c.link.negotiated->epoch == 3);
    cr_expect(pair.c.link.negotiated->host_key == &ss_sign_ecdsa_nistp256);
    pair_fini(&pair);
}

/* ---- a server that lies ---- */
/* Up to the point at which the server owes its reply. */
static struct ss_msg reply_by_hand(struct pair *pair)
{
    struct ss_msg msg;

    pair->s.by_hand = true;
    pair->s.config.policy = "legacy"; /* takes all methods */
    cr_assert(pair_start(pair) == SS_OK && pair_run(pair) == SS_OK);
    cr_assert(pair_say(&pair->s, SS_MSG_kexinit) == SS_OK && pair_run(pair) == SS_OK);
    msg = pair_compose(&pair->s, pair->s.link.negotiated->kex->family == SS_KEX_DH
                                     ? SS_MSG_kexdh_reply
                                     : SS_MSG_kex_ecdh_reply);
    return msg;
}

static ss_span with_last_bit_flipped(struct pair_side *side, ss_span s)
{
    ss_span copy;

    cr_assert(ss_arena_copy(&side->arena, s, &copy) == SS_OK);
    ((uint8_t *)(uintptr_t)copy.data)[copy.size - 1] ^= 1;
    return copy;
}

static void expect_refusal(struct pair *pair, ss_err err, const char *field, const char *rule)
{
    ss_err got = pair_run(pair);

    cr_expect(got == err, "%s, not %s", ss_err_name(got), ss_err_name(err));
    cr_expect_str_eq(pair->c.field != NULL ? pair->c.field : "", field);
    cr_expect_str_eq(pair->c.rule != NULL ? pair->c.rule : "", rule);
    cr_expect(pair_event_count(&pair->c, SS_EVENT_HOST_KEY) == 0);
    cr_expect(pair->c.link.session_id.size == 0);
}

Test(kex, a_signature_that_does_not_verify_is_refused)
{
    struct pair pair;
    struct ss_msg msg;
    struct ss_msg_kex_ecdh_reply *body;

    pair_init(&pair, &test_counted()->env);
    msg = reply_by_hand(&pair);
    body = msg.body;
    body->signature = with_last_bit_flipped(&pair.s, body->signature);
    cr_assert(pair_send(&pair.s, &msg) == SS_OK);
    expect_refusal(&pair, SS_E_bad_signature, "signature", "RFC4253-8-client-verifies-signature");
    pair_fini(&pair);
}

Test(kex, a_signature_by_another_algorithm_of_the_same_key_is_refused)
{
    struct pair pair;
    struct ss_msg msg;
    struct ss_msg_kex_ecdh_reply *body;
    struct ss_buf blob;

    pair_init(&pair, &test_counted()->env);
    pair_add_key(&pair, SS_KEY_RSA);
    pair.c.config.server_host_key_algorithms = "rsa-sha2-512";
    msg = reply_by_hand(&pair);
    body = msg.body;
    ss_buf_init(&blob, test_env(), 4096);
    cr_assert(ss_key_sign(pair.host_keys[1], test_env(), &ss_sign_rsa_sha2_256,
                          ss_span_make(pair.s.layer->ex.hash, 32), &blob) == SS_OK);
    body->signature = ss_buf_span(&blob);
    cr_assert(pair_send(&pair.s, &msg) == SS_OK);
    expect_refusal(&pair, SS_E_bad_signature, "signature", "RFC4253-6.6-client-checks-sig-type");
    ss_buf_fini(&blob);
    pair_fini(&pair);
}

Test(kex, a_key_of_another_type_than_agreed_is_refused)
{
    struct pair pair;
    struct ss_msg msg;
    struct ss_msg_kex_ecdh_reply *body;

    pair_init(&pair, &test_counted()->env);
    pair_add_key(&pair, SS_KEY_ECDSA_P256);
    msg = reply_by_hand(&pair);
    body = msg.body;
    body->host_key = ss_key_blob(pair.host_keys[1]);
    cr_assert(pair_send(&pair.s, &msg) == SS_OK);
    expect_refusal(&pair, SS_E_bad_key, "host_key", "RFC4253-6.6-client-checks-key-type");
    pair_fini(&pair);
}

Test(kex, a_key_that_is_none_is_refused)
{
    struct pair pair;
    struct ss_msg msg;

    pair_init(&pair, &test_counted()->env);
    msg = reply_by_hand(&pair);
    ((struct ss_msg_kex_ecdh_reply *)msg.body)->host_key = test_hex("00000003 666f6f");
    cr_assert(pair_send(&pair.s, &msg) == SS_OK);
    cr_expect(pair_run(&pair) != SS_OK);
    cr_expect_str_eq(pair.c.field, "host_key");
    cr_expect_str_eq(pair.c.rule, "RFC4253-6.6-key-blob-format");
    pair_fini(&pair);
}

#define ZERO_56                                                                                    \
    "00000000000000000000000000000000000000000000000000000000"                                     \
    "00000000000000000000000000000000000000000000000000000000"

/* Each value is refused by the client (as f or q_s) and by the server (as e or q_c). */
Test(kex, public_values_out_of_range_are_refused_by_both_roles)
{
    static const char zero[] = "0000000000000000000000000000000000000000000000000000000000000000";
    static const struct {
        const char *method, *value, *rule;
    } rows[] = {
        {"curve25519-sha256", "", "RFC5656-4-ecdh-empty-public"},
        {"curve25519-sha256", "0102", "RFC8731-3-x25519-length"},
        {"curve25519-sha256", zero, "RFC8731-3-x25519-allzero"},
        {"curve448-sha512", "", "RFC5656-4-ecdh-empty-public"},
        {"curve448-sha512", zero, "RFC8731-3-x25519-length"},
        {"curve448-sha512", ZERO_56, "RFC8731-3-x25519-allzero"},
        {"ecdh-sha2-nistp256", "", "RFC5656-4-ecdh-empty-public"},
        {"ecdh-sha2-nistp521", "04", "RFC5656-4-ecdh-validate-point"},
        {"ecdh-sha2-nistp256", "04", "RFC5656-4-ecdh-validate-point"},
        {"diffie-hellman-group14-sha256", "", "RFC8268-4-dh-public-strict-range"},
        {"diffie-hellman-group14-sha256", "01", "RFC8268-4-dh-public-strict-range"},
        {"diffie-hellman-group1-sha1", "01", "RFC8268-4-dh-public-strict-range"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        bool dh = rows[i].method[0] == 'd';
        struct pair pair;
        struct ss_msg msg;

        pair_init(&pair, &test_counted()->env);
        pair.c.config.kex_algorithms = rows[i].method;
        msg = reply_by_hand(&pair);
        if (dh)
            ((struct ss_msg_kexdh_reply *)msg.body)->f = test_hex(rows[i].value);
        else
            ((struct ss_msg_kex_ecdh_reply *)msg.body)->q_s = test_hex(rows[i].value);
        cr_assert(pair_send(&pair.s, &msg) == SS_OK);
        expect_refusal(&pair, SS_E_bad_public_value, dh ? "f" : "q_s", rows[i].rule);
        pair_fini(&pair);

        pair_init(&pair, &test_counted()->env);
        pair.s.config.policy = "legacy";
        pair.c.config.kex_algorithms = rows[i].method;
        cr_assert(pair_start(&pair) == SS_OK);
        cr_assert(pair_act(&pair.c) == SS_OK && pair_act(&pair.s) == SS_OK);
        cr_assert(pair_take(&pair.c) && pair_take(&pair.s));
        msg = pair_compose(&pair.c, dh ? SS_MSG_kexdh_init : SS_MSG_kex_ecdh_init);
        if (dh)
            ((struct ss_msg_kexdh_init *)msg.body)->e = test_hex(rows[i].value);
        else
            ((struct ss_msg_kex_ecdh_init *)msg.body)->q_c = test_hex(rows[i].value);
        cr_assert(pair_send(&pair.c, &msg) == SS_OK);
        cr_expect(pair_run(&pair) == SS_E_bad_public_value, "row %zu", i);
        cr_expect_str_eq(pair.s.field, dh ? "e" : "q_c");
        cr_expect_str_eq(pair.s.rule, rows[i].rule);
        cr_expect(pair_sent_count(&pair.s, 31) == 0);
        pair_fini(&pair);
    }
}

/* ---- order ---- */
Test(kex, each_message_comes_once)
{
    size_t i;

    for (i = 0; i < 4; i++) {
        bool strict = i % 2 == 0, client = i < 2;
        struct pair pair;
        struct pair_side *liar, *judge;

        pair_init(&pair, &test_counted()->env);
        pair.c.config.strict_kex = strict;
        liar = client ? &pair.c : &pair.s;
        judge = liar->other;
        liar->by_hand = true;
        pair.c.undecided = true;
        cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
        cr_assert(pair_say(liar, SS_MSG_kexinit) == SS_OK && pair_run(&pair) == SS_OK);
        cr_assert(pair_say(liar, client ? SS_MSG_kex_ecdh_init : SS_MSG_kex_ecdh_reply) == SS_OK);
        cr_expect(liar->notes == 0);
        cr_assert(pair_send_payload(liar, test_guarded(pair_sent(liar, client ? 30 : 31, 0))) ==
                  SS_OK);
        cr_expect(liar->notes == 1, "what was sent twice counts once");
        cr_expect(pair_run(&pair) == (strict ? SS_E_strict_violation : SS_E_unexpected_message));
        cr_expect(judge->err != SS_OK);
        cr_expect_str_eq(judge->rule != NULL ? judge->rule : "",
                         strict ? "STRICTKEX-3.2-each-message-once" : "");
        pair_fini(&pair);
    }
}

Test(kex, a_message_of_the_other_role_is_noted_and_refused)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.by_hand = true;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_assert(pair_say(&pair.c, SS_MSG_kexinit) == SS_OK && pair_run(&pair) == SS_OK);
    cr_assert(pair_send_payload(&pair.c, test_hex("1f 00000000 00000000 00000000")) == SS_OK);
    cr_expect(pair.c.notes == 1);
    cr_expect(pair_run(&pair) == SS_E_wrong_sender);
    pair_fini(&pair);
}

/* A message that a script made of bytes of its own leaves nothing to compute with. */
Test(kex, a_reply_to_a_message_made_by_hand_cannot_be_used)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.kex_algorithms = "curve25519-sha256";
    pair.c.by_hand = true;
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_assert(pair_say(&pair.c, SS_MSG_kexinit) == SS_OK && pair_run(&pair) == SS_OK);
    cr_assert(pair_send_payload(
                  &pair.c, test_hex("1e 00000020 8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4"
                                    "eba4a98eaa9b4e6a")) == SS_OK);
    cr_expect(pair_run(&pair) == SS_E_usage);
    cr_expect(pair_sent_count(&pair.s, 31) == 1);
    pair_fini(&pair);
}

Test(kex, compose_says_what_it_knows)
{
    struct pair pair;
    struct ss_msg msg;

    pair_init(&pair, &test_counted()->env);
    pair.c.by_hand = pair.s.by_hand = true;
    cr_assert(pair_start(&pair) == SS_OK);
    cr_assert(ss_msg_new(&pair.c.arena, ss_msgdef_of(SS_MSG_kex_ecdh_init), NULL, &msg) == SS_OK);
    cr_expect(ss_transport_ops.compose(pair.c.layer, &msg) == SS_E_unsupported, "no method yet");
    cr_expect(ss_transport_ops.compose(pair.s.layer, &msg) == SS_E_unsupported, "not a client");
    cr_assert(pair_say(&pair.c, SS_MSG_kexinit) == SS_OK);
    cr_assert(pair_say(&pair.s, SS_MSG_kexinit) == SS_OK);
    cr_assert(pair_run(&pair) == SS_OK);
    msg = pair_compose(&pair.s, SS_MSG_kex_ecdh_reply);
    cr_expect(ss_span_eq(((struct ss_msg_kex_ecdh_reply *)msg.body)->host_key,
                         ss_key_blob(pair.host_keys[0])));
    cr_expect(((struct ss_msg_kex_ecdh_reply *)msg.body)->q_s.size == 0, "not asked yet");
    cr_assert(ss_msg_new(&pair.c.arena, ss_msgdef_of(SS_MSG_kexdh_init), NULL, &msg) == SS_OK);
    cr_expect(ss_transport_ops.compose(pair.c.layer, &msg) == SS_E_unsupported, "other family");
    pair_fini(&pair);
}

/* ---- guesses ---- */
Test(kex, a_right_guess_is_used)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.guess = true;
    cr_assert(pair_start(&pair) == SS_OK);
    cr_assert(pair_act(&pair.c) == SS_OK);
    cr_expect_str_eq(pair_sent_numbers(&pair.c), "20 30");
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect_str_eq(pair_sent_numbers(&pair.c), "20 30 21 7");
    cr_expect(!pair.s.link.negotiated->guess_ignored);
    pair_fini(&pair);
}

Test(kex, a_wrong_guess_is_skipped_once_and_sent_again)
{
    static const struct {
        const char *kex, *host_key;
    } rows[] = {
        {"diffie-hellman-group14-sha256,curve25519-sha256", NULL},
        {"ecdh-sha2-nistp256,curve25519-sha256", NULL},
        {NULL, "rsa-sha2-512,ssh-ed25519"}, /* the method would be right */
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct pair pair;

        pair_init(&pair, &test_counted()->env);
        pair.c.config.guess = true;
        pair.c.config.kex_algorithms = rows[i].kex;
        pair.c.config.server_host_key_algorithms = rows[i].host_key;
        pair.s.config.kex_algorithms = "curve25519-sha256";
        cr_assert(pair_start(&pair) == SS_OK);
        cr_assert(pair_run(&pair) == SS_OK, "row %zu: %s", i, ss_err_name(pair.s.err));
        cr_expect_str_eq(pair_sent_numbers(&pair.c), "20 30 30 21 7", "row %zu", i);
        cr_expect(pair.s.link.negotiated->guess_ignored);
        cr_expect(!pair.c.link.negotiated->guess_ignored);
        cr_expect(pair.s.link.negotiated->kex == &ss_kex_curve25519_sha256);
        cr_expect(!ss_transport_skip_guess(pair.s.layer));
        /* rule: RFC5656-9-ephemeral-not-reused */
        cr_expect(!ss_span_eq(pair_sent(&pair.c, 30, 0), pair_sent(&pair.c, 30, 1)));
        pair_fini(&pair);
    }
}

Test(kex, without_the_flag_nothing_is_skipped)
{
    struct pair pair;

    pair_init(&pair, &test_counted()->env);
    pair.c.config.kex_algorithms = "ecdh-sha2-nistp256,curve25519-sha256";
    pair.s.config.kex_algorithms = "curve25519-sha256,ecdh-sha2-nistp256";
    cr_assert(pair_start(&pair) == SS_OK && pair_run(&pair) == SS_OK);
    cr_expect_str_eq(pair_sent_numbers(&pair.c), "20 30 21 7");
    cr_expect(!pair.s.link.negotiated->guess_ignored);
    pair_fini(&pair);
}

/* A server never follows up, and what a script announces in its name is skipped by the client. */
Test(kex, a_server_does_not_guess)
{
    struct pair pair;
    struct ss_msg msg;

    pair_init(&pair, &test_counted()->env);
    pair.s.config.guess = true;
    cr_assert(pair_start(&pair) == SS_OK);
    msg = pair_compose(&pair.s, SS_MSG_kexinit);
    cr_expect(!((struct ss_msg_kexinit *)msg.body)->first_kex_packet_follows);
    ((struct ss_msg_kexinit *)msg.body)->first_kex_packet_follows = true;
    ((struct ss_msg_kexinit *)msg.body)->kex_algorithms =
        ss_span_of("ecdh-sha2-nistp256,curve25519-sha256");
    cr_assert(pair_send(&pair.s, &msg) == SS_OK);
    cr_assert(pair_send_payload(&pair.s, test_hex("1f 00")) == SS_OK);
    pair.s.notes = 0;
    cr_expect(pair_run(&pair) == SS_OK, "%s", ss_err_name(pair.c.err));
    cr_expect(pair.c.link.negotiated->guess_ignored);
    pair_fini(&pair);
}
