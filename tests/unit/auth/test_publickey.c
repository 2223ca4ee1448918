/* SPDX-License-Identifier: Apache-2.0 */
/* test_publickey.c - the public key method, both roles: what is signed, with what, and what is
 * refused before anyone is asked.
 *
 * Follows: RFC 4252 section 7; RFC 8308 section 3.1; RFC 8332 section 3; OpenSSH PROTOCOL.certkeys.
 * The signed bytes are written by hand in kit.c. */
#include "sshspec/cert.h"
#include "tests/unit/auth/kit.h"

TestSuite(publickey, .fini = test_counted_check);

#define UNMATCHED "RFC4252-7-client-unmatched-pk-ok"

/* ---- client ---- */

static struct ss_command with_key(enum ss_command_kind kind, const struct ss_key *key)
{
    struct ss_command command = kit_command(kind, "ann");

    command.key = key;
    return command;
}

static const struct ss_tail_userauth_request_publickey *sent(struct fake *fake)
{
    return kit_sent(fake, SS_TAIL_userauth_request_publickey)->body.value;
}

/* rule: RFC4252-7-signature-covers-session-id, RFC8332-3.2-client-same-alg-in-signature */
Test(publickey, the_client_signs_the_session_identifier_and_the_request)
{
    static const struct {
        enum ss_key_kind kind;
        const char *algorithm;
        const struct ss_sign_alg *alg;
    } rows[] = {{SS_KEY_ED25519, "ssh-ed25519", &ss_sign_ed25519},
                {SS_KEY_ECDSA_P256, "ecdsa-sha2-nistp256", &ss_sign_ecdsa_nistp256}};
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct fake *fake = kit_new(SS_CLIENT);
        struct ss_key *key = kit_key(rows[i].kind, 0);
        const struct ss_tail_userauth_request_publickey *tail;
        struct ss_buf data;

        fake_done(fake, with_key(SS_CMD_AUTH_KEY, key));
        tail = sent(fake);
        cr_expect(tail->has_signature && ss_span_is(tail->algorithm, rows[i].algorithm));
        cr_expect(ss_span_eq(tail->blob, ss_key_blob(key)));
        ss_buf_init(&data, test_env(), 1 << 16);
        kit_signed_data(&data, ss_span_of(KIT_SESSION), "ann", rows[i].algorithm, tail->blob);
        cr_expect(ss_key_verify(key, test_env(), rows[i].alg, ss_buf_span(&data),
                                tail->signature) == SS_OK);
        ss_buf_fini(&data);
        cr_expect(ss_auth_context(kit_layer(fake)) == SS_CONTEXT_AUTH_PUBLICKEY);
        ss_key_free(&key); /* the layer has a reference of its own */
        kit_free(fake);
    }
}

static ss_err pk_ok(struct fake *fake, const char *algorithm, ss_span blob)
{
    struct ss_msg_userauth_pk_ok body = {.algorithm = ss_span_of(algorithm), .blob = blob};

    return fake_take(fake, SS_MSG_userauth_pk_ok, &body);
}

Test(publickey, a_query_has_no_signature_and_its_ok_must_name_the_same_key)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);
    const struct ss_tail_userauth_request_publickey *tail;

    fake_done(fake, with_key(SS_CMD_AUTH_QUERY, key));
    tail = sent(fake);
    cr_expect(!tail->has_signature && ss_span_eq(tail->blob, ss_key_blob(key)));
    cr_assert(pk_ok(fake, "ssh-ed25519", ss_key_blob(key)) == SS_OK);
    (void)fake_event(fake, SS_EVENT_AUTH_PK_OK);
    fake_done(fake, with_key(SS_CMD_AUTH_KEY, key));
    cr_expect(sent(fake)->has_signature);
    cr_expect(pk_ok(fake, "ssh-ed25519", ss_key_blob(key)) == SS_E_unasked_reply,
              "an ok to a signature");
    fake_failed(fake, SS_E_unasked_reply, UNMATCHED);
    ss_key_free(&key);
    kit_free(fake);
}

/* rule: RFC4252-7-client-unmatched-pk-ok */
Test(publickey, an_ok_for_another_key_or_algorithm_is_a_fault)
{
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0), *other = kit_key(SS_KEY_ED25519, 0);
    int i;

    for (i = 0; i < 2; i++) {
        struct fake *fake = kit_new(SS_CLIENT);

        fake_done(fake, with_key(SS_CMD_AUTH_QUERY, key));
        cr_expect(pk_ok(fake, i == 0 ? "ssh-ed25519" : "ssh-rsa",
                        ss_key_blob(i == 0 ? other : key)) == SS_E_bad_value);
        fake_failed(fake, SS_E_bad_value, UNMATCHED);
        cr_expect(strcmp(fake->field, i == 0 ? "blob" : "algorithm") == 0);
        kit_free(fake);
    }
    ss_key_free(&key);
    ss_key_free(&other);
}

Test(publickey, a_success_to_a_query_is_noted_and_taken)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);

    fake_done(fake, with_key(SS_CMD_AUTH_QUERY, key));
    cr_expect(kit_success(fake) == SS_OK && fake->notes == 1 && fake->link.authenticated);
    ss_key_free(&key);
    kit_free(fake);
}

Test(publickey, a_key_without_its_private_part_can_only_be_asked_about)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0), *half = NULL;

    cr_assert(ss_key_from_blob(&test_counted()->env, ss_key_blob(key), &half) == SS_OK);
    cr_expect(fake_do(fake, with_key(SS_CMD_AUTH_KEY, half)) == SS_E_bad_argument);
    cr_expect(fake_do(fake, with_key(SS_CMD_AUTH_QUERY, half)) == SS_OK);
    ss_key_free(&key);
    ss_key_free(&half);
    kit_free(fake);
}

/* RFC 8332 section 3.3, RFC 8308 section 3.1 */
Test(publickey, server_sig_algs_choose_the_rsa_algorithm)
{
    static const struct {
        const char *list; /* null: no EXT_INFO came */
        const char *rsa;  /* null: the server takes none */
    } rows[] = {
        {NULL, "first"},
        {"ssh-ed25519,rsa-sha2-256", "rsa-sha2-256"},
        {"rsa-sha2-512", "rsa-sha2-512"},
        {"rsa-sha2-512,rsa-sha2-256", "first"},
        {"ssh-ed25519", NULL},
        {"", NULL},
    };
    struct ss_key *rsa = kit_key(SS_KEY_RSA, 2048), *ed = kit_key(SS_KEY_ED25519, 0);
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct fake *fake = kit_new(SS_CLIENT);
        const char *want = rows[i].rsa;
        ss_err err;

        if (rows[i].list != NULL)
            fake->link.server_sig_algs = ss_span_of(rows[i].list);
        if (want != NULL && strcmp(want, "first") == 0)
            want = ss_key_default_alg(rsa, fake->config.registry)->name;
        err = fake_do(fake, with_key(SS_CMD_AUTH_KEY, rsa));
        cr_expect(err == (want != NULL ? SS_OK : SS_E_unsupported), "%zu", i);
        if (want == NULL) /* a type with one algorithm is tried all the same */
            cr_assert(fake_do(fake, with_key(SS_CMD_AUTH_KEY, ed)) == SS_OK);
        fake_act(fake);
        cr_expect(ss_span_is(sent(fake)->algorithm, want != NULL ? want : "ssh-ed25519"), "%zu", i);
        kit_free(fake);
    }
    ss_key_free(&rsa);
    ss_key_free(&ed);
}

Test(publickey, a_registry_that_lacks_the_algorithm_has_none)
{
    static const struct ss_sign_alg *const sign[] = {&ss_sign_rsa_sha2_256, NULL};
    struct ss_registry registry = *ss_registry_standard();
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);

    registry.sign = sign;
    fake->config.registry = &registry;
    cr_expect(fake_do(fake, with_key(SS_CMD_AUTH_KEY, key)) == SS_E_unsupported);
    ss_key_free(&key);
    kit_free(fake);
}

/* The algorithm is that of the certificate, and server-sig-algs has only names of signatures. */
Test(publickey, a_certificate_is_offered_under_its_own_algorithm)
{
    static const struct {
        const char *list, *algorithm;
    } rows[] = {
        {NULL, "rsa-sha2-512-cert-v01@openssh.com"},
        {"rsa-sha2-256", "rsa-sha2-256-cert-v01@openssh.com"},
        {"rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com"},
        {"ssh-rsa,ssh-ed25519", "ssh-rsa-cert-v01@openssh.com"},
    };
    struct ss_cert_request request = {.type = SS_CERT_USER, .valid_before = SS_CERT_FOREVER};
    struct ss_key *rsa = kit_key(SS_KEY_RSA, 2048), *cert = NULL;
    size_t i;

    cr_assert(ss_cert_issue(&test_counted()->env, rsa, rsa, NULL, &request, &cert) == SS_OK);
    for (i = 0; i < SS_COUNT(rows); i++) {
        struct fake *fake = kit_new(SS_CLIENT);
        const struct ss_tail_userauth_request_publickey *tail;
        struct ss_reader reader;
        ss_span name;

        if (rows[i].list != NULL)
            fake->link.server_sig_algs = ss_span_of(rows[i].list);
        fake_done(fake, with_key(SS_CMD_AUTH_KEY, cert));
        tail = sent(fake);
        cr_expect(ss_span_is(tail->algorithm, rows[i].algorithm), "%zu", i);
        cr_expect(ss_span_eq(tail->blob, ss_key_blob(cert)));
        ss_reader_init(&reader, tail->signature);
        name = ss_reader_string(&reader);
        cr_expect(ss_span_eq(name, ss_span_part(ss_span_of(rows[i].algorithm), 0, name.size)) &&
                  name.size == strcspn(rows[i].algorithm, "@") - strlen("-cert-v01"));
        kit_free(fake);
    }
    ss_key_free(&cert);
    ss_key_free(&rsa);
}

/* ---- server ---- */

struct seen {
    unsigned asked;
    bool query, signed_ok, same_key;
    uint8_t sk_flags;
    const struct ss_key *key;
};

static void see(struct fake *fake, const struct ss_event *event)
{
    struct seen *seen = fake->owner;

    if (event->type != SS_EVENT_AUTH_REQUEST)
        return;
    seen->asked++;
    seen->query = event->auth->query;
    seen->signed_ok = event->auth->signed_ok;
    seen->sk_flags = event->auth->sk_flags;
    seen->same_key = event->auth->key != NULL && ss_key_equal(event->auth->key, seen->key);
}

/* rule: RFC4252-7-query-answered, RFC4252-7-pk-ok-echo */
Test(publickey, a_query_that_is_accepted_gets_an_ok_that_echoes_it)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_key *key = kit_key(SS_KEY_RSA, 2048);
    struct seen seen = {.key = key};
    const struct ss_msg_userauth_pk_ok *ok;

    fake->hook = see;
    fake->owner = &seen;
    cr_assert(kit_publickey(fake, "ann", "rsa-sha2-256", ss_key_blob(key), test_hex("")) == SS_OK);
    cr_expect(seen.asked == 1 && seen.query && !seen.signed_ok && seen.same_key);
    cr_expect(kit_answer(fake, SS_AUTH_PARTIAL, "password") == SS_E_bad_argument);
    cr_expect(kit_answer(fake, SS_AUTH_ASK_CHANGE, "") == SS_E_bad_argument);
    cr_assert(kit_answer(fake, SS_AUTH_ACCEPT, "") == SS_OK);
    ok = fake_expect(fake, SS_MSG_userauth_pk_ok);
    cr_expect(ss_span_is(ok->algorithm, "rsa-sha2-256"), "the algorithm, not the type in the blob");
    cr_expect(ss_span_eq(ok->blob, ss_key_blob(key)));
    cr_expect(!fake->link.authenticated);
    cr_assert(kit_publickey(fake, "ann", "rsa-sha2-256", ss_key_blob(key), test_hex("")) == SS_OK);
    cr_assert(kit_answer(fake, SS_AUTH_REJECT, "") == SS_OK);
    (void)fake_expect(fake, SS_MSG_userauth_failure);
    fake_quiet(fake);
    ss_key_free(&key);
    kit_free(fake);
}

/* rule: RFC4252-7-valid-key-accepted */
Test(publickey, a_good_signature_is_verified_before_the_owner_is_asked)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);
    struct seen seen = {.key = key};
    struct ss_buf signature;

    fake->hook = see;
    fake->owner = &seen;
    ss_buf_init(&signature, test_env(), 4096);
    kit_sign(&signature, key, &ss_sign_ed25519, ss_span_of(KIT_SESSION), "ann", "ssh-ed25519");
    cr_assert(kit_publickey(fake, "ann", "ssh-ed25519", ss_key_blob(key),
                            ss_buf_span(&signature)) == SS_OK);
    cr_expect(seen.asked == 1 && !seen.query && seen.signed_ok && seen.same_key);
    cr_assert(kit_answer(fake, SS_AUTH_ACCEPT, "") == SS_OK);
    (void)fake_expect(fake, SS_MSG_userauth_success);
    cr_expect(fake->link.authenticated && ss_span_is(fake->link.user, "ann"));
    ss_buf_fini(&signature);
    ss_key_free(&key);
    kit_free(fake);
}

/* rule: auth-go-sk-touch */
Test(publickey, a_security_key_that_nobody_touched_is_refused_without_asking)
{
    static const uint8_t flags[] = {0, SS_SK_VERIFICATION, SS_SK_PRESENCE,
                                    SS_SK_PRESENCE | SS_SK_VERIFICATION};
    size_t i;

    for (i = 0; i < SS_COUNT(flags); i++) {
        struct fake *fake = kit_new(SS_SERVER);
        struct ss_key *key = NULL;
        struct seen seen = {0};
        struct ss_buf signature;
        bool present = (flags[i] & SS_SK_PRESENCE) != 0;

        cr_assert(ss_key_generate_sk(&test_counted()->env, SS_KEY_SK_ED25519, ss_span_of("ssh:"),
                                     flags[i], ss_span_of(""), &key) == SS_OK);
        seen.key = key;
        fake->hook = see;
        fake->owner = &seen;
        ss_buf_init(&signature, test_env(), 4096);
        kit_sign(&signature, key, &ss_sign_sk_ed25519, ss_span_of(KIT_SESSION), "ann",
                 "sk-ssh-ed25519@openssh.com");
        cr_assert(kit_publickey(fake, "ann", "sk-ssh-ed25519@openssh.com", ss_key_blob(key),
                                ss_buf_span(&signature)) == SS_OK);
        cr_expect(seen.asked == (present ? 1u : 0u), "%zu", i);
        cr_expect(seen.sk_flags == (present ? flags[i] : 0));
        ss_buf_fini(&signature);
        ss_key_free(&key);
        kit_free(fake);
    }
}

enum wrong {
    SESSION,
    USER,
    KEY,
    BIT,
    ALGORITHM_UNKNOWN,
    ALGORITHM_OF_ANOTHER_TYPE,
    ALGORITHM_NOT_ALLOWED,
    SIGNATURE_ALGORITHM,   /* rule: RFC8332-3.2-server-mismatch */
    CERTIFICATE_ALGORITHM, /* the key is a plain one */
    EMPTY_KEY,
    GARBAGE_KEY,
    GARBAGE_QUERY,
    UNKNOWN_QUERY,
    WRONG_COUNT
};

static bool is_query(enum wrong wrong)
{
    return wrong == GARBAGE_QUERY || wrong == UNKNOWN_QUERY;
}

static const char *algorithm_of(enum wrong wrong)
{
    if (wrong == ALGORITHM_UNKNOWN || wrong == UNKNOWN_QUERY)
        return "unknown-alg@example.com";
    if (wrong == CERTIFICATE_ALGORITHM)
        return "rsa-sha2-512-cert-v01@openssh.com";
    return wrong == ALGORITHM_OF_ANOTHER_TYPE ? "ssh-ed25519" : "rsa-sha2-512";
}

static ss_span blob_of(enum wrong wrong, const struct ss_key *key)
{
    if (wrong == GARBAGE_KEY || wrong == GARBAGE_QUERY)
        return test_text("not a key");
    return wrong == EMPTY_KEY ? test_text("") : ss_key_blob(key);
}

/* A request that is right but for one thing. */
static ss_err ask_wrong(struct fake *fake, enum wrong wrong, const struct ss_key *key,
                        const struct ss_key *other)
{
    const struct ss_sign_alg *alg =
        wrong == SIGNATURE_ALGORITHM ? &ss_sign_rsa_sha2_256 : &ss_sign_rsa_sha2_512;
    struct ss_buf buf;
    ss_err err;

    ss_buf_init(&buf, test_env(), 4096);
    kit_sign(&buf, wrong == KEY ? other : key, alg,
             ss_span_of(wrong == SESSION ? "another session" : KIT_SESSION),
             wrong == USER ? "bob" : "ann", algorithm_of(wrong));
    if (wrong == BIT)
        ss_buf_at(&buf)[ss_buf_size(&buf) - 1] ^= 1;
    err = kit_publickey(fake, "ann", algorithm_of(wrong), blob_of(wrong, key),
                        is_query(wrong) ? test_text("") : ss_buf_span(&buf));
    ss_buf_fini(&buf);
    return err;
}

/* The answer is a plain failure, and nobody was asked.
 * rule: RFC4252-7-key-and-signature-checked, RFC4252-7-unsupported-alg-rejected */
Test(publickey, what_cannot_be_right_is_refused_without_asking)
{
    struct ss_key *key = kit_key(SS_KEY_RSA, 2048), *other = kit_key(SS_KEY_RSA, 2048);
    int wrong;

    for (wrong = 0; wrong < WRONG_COUNT; wrong++) {
        struct fake *fake = kit_new(SS_SERVER);
        struct seen seen = {.key = key};

        if (wrong == ALGORITHM_NOT_ALLOWED)
            fake->config.user_algorithms = "rsa-sha2-256,ssh-ed25519";
        fake->hook = see;
        fake->owner = &seen;
        cr_assert(ask_wrong(fake, (enum wrong)wrong, key, other) == SS_OK);
        fake_act(fake);
        (void)fake_expect(fake, SS_MSG_userauth_failure);
        cr_expect(seen.asked == 0 && fake->fails == 0, "row %d", wrong);
        cr_expect(kit_layer(fake)->server.failures == (is_query((enum wrong)wrong) ? 0u : 1u),
                  "row %d: queries are free", wrong);
        kit_free(fake);
    }
    ss_key_free(&key);
    ss_key_free(&other);
}

/* A certificate for a new key, when there is such a thing; else the key. */
static struct ss_key *certified(enum ss_key_kind kind, bool wanted)
{
    struct ss_cert_request request = {.type = SS_CERT_USER, .valid_before = SS_CERT_FOREVER};
    struct ss_key *key = kit_key(kind, kind == SS_KEY_DSA ? 1024 : 2048), *ca, *cert = NULL;

    if (!wanted || kind == SS_KEY_ED448)
        return key;
    ca = kit_key(SS_KEY_ED25519, 0);
    cr_assert(ss_cert_issue(&test_counted()->env, key, ca, NULL, &request, &cert) == SS_OK);
    ss_key_free(&ca);
    ss_key_free(&key);
    return cert;
}

/* The two roles agree, whatever kind of key, with a certificate and without. */
Test(publickey, what_our_client_signs_our_server_accepts)
{
    static const enum ss_key_kind kinds[] = {
        SS_KEY_ED25519,    SS_KEY_ECDSA_P256,   SS_KEY_RSA, SS_KEY_ECDSA_P384,
        SS_KEY_ED448,      SS_KEY_ECDSA_P521,   SS_KEY_DSA, SS_KEY_MLDSA44_ED25519,
        SS_KEY_SK_ED25519, SS_KEY_SK_ECDSA_P256};
    size_t i;

    for (i = 0; i < 2 * SS_COUNT(kinds); i++) {
        struct fake *client = kit_new(SS_CLIENT), *server = kit_new(SS_SERVER);
        struct ss_key *key = certified(kinds[i / 2], i % 2 == 1);
        struct seen seen = {.key = key};

        server->config.policy = "legacy"; /* ssh-dss and the composite too */
        server->hook = see;
        server->owner = &seen;
        fake_done(client, with_key(SS_CMD_AUTH_KEY, key));
        cr_assert(fake_take_payload(server, SS_MSG_userauth_request, fake_payload(client)) ==
                  SS_OK);
        cr_expect(seen.asked == 1 && seen.signed_ok && seen.same_key, "%zu", i);
        ss_key_free(&key);
        kit_free(client);
        kit_free(server);
    }
}
