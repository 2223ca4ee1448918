/* SPDX-License-Identifier: Apache-2.0 */
/* test_kex_cert.c - key exchange with a certified host key, and a server that lies about it.
 *
 * Follows: RFC 4253 section 6.6; OpenSSH PROTOCOL.certkeys. */
#include <criterion/criterion.h>

#include "layer_pair.h"
#include "sshspec/cert.h"

TestSuite(kex_cert, .fini = test_counted_check);

/* Up to the point at which the server owes its reply. */
static struct ss_msg reply_by_hand(struct pair *pair)
{
    struct ss_msg msg;

    pair->s.by_hand = true;
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

/* A certificate for the pair's first key, in its place. */
static void certify(struct pair *pair, struct ss_key **out_ca)
{
    struct ss_cert_request request = {.type = SS_CERT_HOST, .valid_before = SS_CERT_FOREVER};
    struct ss_key *cert = NULL;

    cr_assert(ss_key_generate(test_env(), SS_KEY_ED25519, 0, ss_span_of(""), out_ca) == SS_OK);
    cr_assert(ss_cert_issue(test_env(), pair->keys[0], *out_ca, NULL, &request, &cert) == SS_OK);
    ss_key_free(&pair->keys[0]);
    pair->keys[0] = cert;
    pair->host_keys[0] = cert;
}

Test(kex_cert, a_certified_host_key_is_offered_and_shown_to_the_owner)
{
    struct ss_key *ca = NULL;
    struct pair pair;
    struct ss_msg msg;

    pair_init(&pair, &test_counted()->env);
    certify(&pair, &ca);
    cr_assert(pair_start(&pair) == SS_OK);
    msg = pair_compose(&pair.s, SS_MSG_kexinit);
    cr_expect(ss_span_is(((struct ss_msg_kexinit *)msg.body)->server_host_key_algorithms,
                         "ssh-ed25519-cert-v01@openssh.com"));
    cr_assert(pair_run(&pair) == SS_OK);
    cr_expect(pair.c.link.negotiated->host_key == &ss_sign_ed25519_cert);
    cr_expect(pair_event_count(&pair.c, SS_EVENT_HOST_KEY) == 1);
    cr_expect(ss_key_equal(pair.c.layer->host_key, pair.host_keys[0]));
    cr_expect(ss_key_equal(ss_key_cert_ca(pair.c.layer->host_key), ca));
    pair_fini(&pair);
    ss_key_free(&ca);
}

/* Neither passes for the other, though the same secret signs. */
Test(kex_cert, a_certificate_and_its_key_are_of_two_types)
{
    int plain;

    for (plain = 0; plain < 2; plain++) {
        struct ss_key *ca = NULL, *bare;
        struct ss_msg_kex_ecdh_reply *body;
        struct pair pair;
        struct ss_msg msg;

        pair_init(&pair, &test_counted()->env);
        bare = ss_key_ref(pair.keys[0]);
        if (plain == 0)
            certify(&pair, &ca);
        msg = reply_by_hand(&pair);
        body = msg.body;
        if (plain == 1)
            certify(&pair, &ca);
        body->host_key = ss_key_blob(plain == 0 ? bare : pair.keys[0]);
        cr_assert(pair_send(&pair.s, &msg) == SS_OK);
        expect_refusal(&pair, SS_E_bad_key, "host_key", "RFC4253-6.6-client-checks-key-type");
        pair_fini(&pair);
        ss_key_free(&bare);
        ss_key_free(&ca);
    }
}

/* The authority's signature is the last of the blob. */
Test(kex_cert, a_certificate_that_nobody_signed_is_refused)
{
    struct ss_key *ca = NULL;
    struct ss_msg_kex_ecdh_reply *body;
    struct pair pair;
    struct ss_msg msg;

    pair_init(&pair, &test_counted()->env);
    certify(&pair, &ca);
    msg = reply_by_hand(&pair);
    body = msg.body;
    body->host_key = with_last_bit_flipped(&pair.s, body->host_key);
    cr_assert(pair_send(&pair.s, &msg) == SS_OK);
    expect_refusal(&pair, SS_E_bad_certificate, "host_key", "RFC4253-6.6-key-blob-format");
    pair_fini(&pair);
    ss_key_free(&ca);
}

/* rule: the name in the signature is that of the plain algorithm (PROTOCOL.certkeys). */
Test(kex_cert, a_signature_that_names_the_certificates_algorithm_is_refused)
{
    struct ss_key *ca = NULL;
    struct ss_msg_kex_ecdh_reply *body;
    struct ss_writer writer;
    struct ss_reader reader;
    struct pair pair;
    struct ss_msg msg;
    struct ss_buf blob;

    pair_init(&pair, &test_counted()->env);
    certify(&pair, &ca);
    msg = reply_by_hand(&pair);
    body = msg.body;
    ss_reader_init(&reader, body->signature);
    cr_expect(ss_span_is(ss_reader_string(&reader), "ssh-ed25519"));
    ss_buf_init(&blob, test_env(), 4096);
    ss_writer_init(&writer, &blob);
    ss_writer_cstring(&writer, "ssh-ed25519-cert-v01@openssh.com");
    ss_writer_string(&writer, ss_reader_string(&reader));
    cr_assert(ss_writer_done(&writer) == SS_OK);
    body->signature = ss_buf_span(&blob);
    cr_assert(pair_send(&pair.s, &msg) == SS_OK);
    expect_refusal(&pair, SS_E_bad_signature, "signature", "RFC4253-6.6-client-checks-sig-type");
    ss_buf_fini(&blob);
    pair_fini(&pair);
    ss_key_free(&ca);
}
