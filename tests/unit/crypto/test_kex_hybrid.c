/* SPDX-License-Identifier: Apache-2.0 */
/* test_kex_hybrid.c - methods with a post-quantum half: layout, secret, refusals.
 *
 * Follows: draft-ietf-sshm-mlkem-hybrid-kex section 2, RFC 9941 section 3. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit_kem.h"

TestSuite(kex_hybrid, .fini = test_counted_check);

static const struct method {
    const struct ss_kex_alg *alg, *curve;
    const struct ss_kem_alg *kem;
    size_t client, server, secret; /* bytes */
    const char *length_rule, *curve_rule;
} methods[] = {
    {&ss_kex_mlkem768x25519, &ss_kex_curve25519_sha256, &ss_kem_mlkem768, 1216, 1120, 32,
     "MLKEM-2.1-length-check", "MLKEM-2.1-x25519-allzero"},
    {&ss_kex_mlkem768nistp256, &ss_kex_ecdh_nistp256, &ss_kem_mlkem768, 1249, 1153, 32,
     "MLKEM-2.1-length-check", "RFC5656-4-ecdh-validate-point"},
    {&ss_kex_mlkem1024nistp384, &ss_kex_ecdh_nistp384, &ss_kem_mlkem1024, 1665, 1665, 48,
     "MLKEM-2.1-length-check", "RFC5656-4-ecdh-validate-point"},
    {&ss_kex_sntrup761x25519, &ss_kex_curve25519_sha256, &ss_kem_sntrup761, 1190, 1071, 64,
     "RFC9941-3-sntrup-length-check", "RFC8731-3-x25519-allzero"},
    {&ss_kex_sntrup761x25519_openssh, &ss_kex_curve25519_sha256, &ss_kem_sntrup761, 1190, 1071, 64,
     "RFC9941-3-sntrup-length-check", "RFC8731-3-x25519-allzero"},
};

struct party {
    const struct ss_kex_alg *alg;
    void *state;
    struct ss_buf ours;
    struct ss_secret shared;
};

static void party_init(struct party *party, const struct ss_kex_alg *alg)
{
    party->alg = alg;
    party->state = kit_kex_state(alg);
    ss_buf_init(&party->ours, &test_counted()->env, 4096);
    ss_secret_init(&party->shared);
}

static void party_fini(struct party *party)
{
    kit_kex_free(party->alg, party->state);
    ss_buf_fini(&party->ours);
    ss_secret_fini(&party->shared);
}

static void begin(struct party *client, const struct method *method)
{
    party_init(client, method->alg);
    cr_assert(method->alg->start(method->alg, client->state, test_env(), &client->ours) == SS_OK);
}

static ss_err answer(struct party *server, ss_span from_client)
{
    return server->alg->respond(server->alg, server->state, test_env(), from_client, &server->ours,
                                &server->shared);
}

static ss_err end(struct party *client, ss_span from_server)
{
    return client->alg->finish(client->alg, client->state, from_server, &client->shared);
}

Test(kex_hybrid, both_sides_meet)
{
    size_t i;

    for (i = 0; i < SS_COUNT(methods); i++)
        kit_kex_meet(methods[i].alg);
}

Test(kex_hybrid, wrong_use_and_no_memory)
{
    size_t i;

    for (i = 0; i < SS_COUNT(methods); i++)
        kit_kex_misuse(methods[i].alg);
}

/* rule: MLKEM-2.1-init-layout, RFC9941-3-sntrup-layout, MLKEM-2.4-k-as-string: the halves are where
 * they should be, as the mechanism and the curve can work with them alone. */
static void check_layout(const struct method *m)
{
    struct party client, classical;
    uint8_t both[SS_KEM_SHARED + 64], text[SS_KEM_CIPHERTEXT_MAX], k[SS_HASH_MAX];
    ss_span sent, parts[1];
    struct ss_buf reply;

    begin(&client, m);
    sent = ss_buf_span(&client.ours);
    cr_assert(sent.size == m->client);
    cr_assert((m->alg->flags & SS_KEX_SECRET_STRING) != 0 && m->alg->family == SS_KEX_ECDH);
    cr_assert(m->kem->encaps(m->kem, test_env(), ss_span_part(sent, 0, m->kem->public_key), text,
                             both) == SS_OK);
    party_init(&classical, m->curve);
    cr_assert(answer(&classical, ss_span_part(sent, m->kem->public_key, sent.size)) == SS_OK);
    memcpy(both + SS_KEM_SHARED, classical.shared.data, classical.shared.size);
    ss_buf_init(&reply, &test_counted()->env, 4096);
    cr_assert(ss_buf_put(&reply, ss_span_make(text, m->kem->ciphertext)) == SS_OK);
    cr_assert(ss_buf_put(&reply, ss_buf_span(&classical.ours)) == SS_OK);
    cr_assert(ss_buf_size(&reply) == m->server);
    cr_assert(end(&client, ss_buf_span(&reply)) == SS_OK);
    parts[0] = ss_span_make(both, SS_KEM_SHARED + classical.shared.size);
    cr_assert(m->alg->hash->digest(parts, 1, k) == SS_OK);
    kit_expect(ss_secret_span(&client.shared), ss_span_make(k, m->secret), m->alg->name);
    cr_expect(m->secret == m->alg->hash->size);
    ss_buf_fini(&reply);
    party_fini(&classical);
    party_fini(&client);
}

Test(kex_hybrid, what_is_sent_is_one_half_behind_the_other)
{
    size_t i;

    for (i = 0; i < SS_COUNT(methods); i++)
        check_layout(&methods[i]);
}

/* Leading zeros are part of a coordinate and of a digest: many exchanges meet some. */
Test(kex_hybrid, short_secrets_keep_their_length)
{
    size_t i, zeros = 0;

    for (i = 0; i < 1200; i++) {
        const struct method *m = &methods[1];
        struct party client, server;

        begin(&client, m);
        party_init(&server, m->alg);
        cr_assert(answer(&server, ss_buf_span(&client.ours)) == SS_OK);
        cr_assert(end(&client, ss_buf_span(&server.ours)) == SS_OK);
        kit_expect(ss_secret_span(&client.shared), ss_secret_span(&server.shared), "secret");
        cr_assert(client.shared.size == m->secret);
        zeros += client.shared.data[0] == 0;
        party_fini(&server);
        party_fini(&client);
    }
    cr_expect(zeros > 0, "one in 256 begins with a zero");
}

static void refused(const struct method *m, struct party *party, bool by_server, ss_span value,
                    const char *rule, const char *what)
{
    size_t before = ss_buf_size(&party->ours);
    ss_err err = by_server ? answer(party, value) : end(party, value);

    cr_assert(err == SS_E_bad_public_value, "%s, %s: %s", m->alg->name, what, ss_err_name(err));
    cr_assert_str_eq(m->alg->rule(m->alg, value, by_server), rule, "%s", what);
    cr_assert(ss_buf_size(&party->ours) == before && party->shared.size == 0, "%s", what);
}

/* rule: MLKEM-2.1-length-check, RFC9941-3-sntrup-length-check */
static void check_lengths(const struct method *m)
{
    static uint8_t zeros[2000];
    size_t sizes[] = {
        0, 1, m->kem->public_key, m->server - 1, m->server + 1, m->client - 1, m->client + 1};
    struct party client, server;
    size_t i;

    begin(&client, m);
    party_init(&server, m->alg);
    for (i = 0; i < SS_COUNT(sizes); i++) {
        ss_span value = test_guarded(ss_span_make(zeros, sizes[i]));

        if (sizes[i] != m->server)
            refused(m, &client, false, value, m->length_rule, "length");
        if (sizes[i] != m->client)
            refused(m, &server, true, value, m->length_rule, "length");
    }
    party_fini(&server);
    party_fini(&client);
}

/* rule: MLKEM-2.1-x25519-allzero, MLKEM-2.1-encapsulation-key-check: one bad half is enough. */
static void check_halves(const struct method *m)
{
    static uint8_t value[2000];
    struct party client, server, other;

    begin(&client, m);
    party_init(&server, m->alg);
    party_init(&other, m->alg);
    cr_assert(answer(&server, ss_buf_span(&client.ours)) == SS_OK);
    memcpy(value, ss_buf_at(&server.ours), m->server);
    memset(value + m->kem->ciphertext, 0, m->server - m->kem->ciphertext);
    refused(m, &client, false, ss_span_make(value, m->server), m->curve_rule, "curve half");
    memcpy(value, ss_buf_at(&client.ours), m->client);
    memset(value + m->kem->public_key, 0, m->client - m->kem->public_key);
    refused(m, &other, true, ss_span_make(value, m->client), m->curve_rule, "curve half");
    if (m->kem != &ss_kem_sntrup761) {
        memcpy(value, ss_buf_at(&client.ours), m->client);
        value[0] = value[1] = 0xff;
        refused(m, &other, true, ss_span_make(value, m->client),
                "MLKEM-2.1-encapsulation-key-check", "key half");
    }
    party_fini(&other);
    party_fini(&server);
    party_fini(&client);
}

Test(kex_hybrid, other_lengths_are_refused)
{
    size_t i;

    for (i = 0; i < SS_COUNT(methods); i++)
        check_lengths(&methods[i]);
}

Test(kex_hybrid, one_bad_half_is_refused)
{
    size_t i;

    for (i = 0; i < SS_COUNT(methods); i++)
        check_halves(&methods[i]);
}

/* rule: MLKEM-2.1-bad-ciphertext-implicit-reject: no error, and another secret. */
Test(kex_hybrid, a_changed_ciphertext_ends_in_another_secret)
{
    size_t i;

    for (i = 0; i < SS_COUNT(methods); i++) {
        struct party client, server;

        begin(&client, &methods[i]);
        party_init(&server, methods[i].alg);
        cr_assert(answer(&server, ss_buf_span(&client.ours)) == SS_OK);
        ss_buf_at(&server.ours)[100] ^= 4;
        cr_assert(end(&client, ss_buf_span(&server.ours)) == SS_OK);
        cr_expect(!ss_span_eq(ss_secret_span(&client.shared), ss_secret_span(&server.shared)));
        party_fini(&server);
        party_fini(&client);
    }
}
