/* SPDX-License-Identifier: Apache-2.0 */
/* test_sk.c - security keys: published signatures, flags, counters, and a key in software.
 *
 * Follows: OpenSSH PROTOCOL.u2f; the signatures are those of its sshsig tests, where "This is a
 *   test, this is only a test" was signed for the namespace "unittest". */
#include <criterion/criterion.h>

#include "keys/key_impl.h"
#include "tests/unit/keys/kit.h"

TestSuite(sk, .fini = kit_folder_remove);

static const struct {
    const char *what;
    const struct ss_sign_alg *alg;
    uint32_t counter;
    const char *key, *data, *signature;
} published[] = {
    {"ecdsa_sk", &ss_sign_sk_ecdsa_nistp256, 0x12345678,
     "00000022736b2d65636473612d736861322d6e69737470323536406f70656e7373682e636f6d0000"
     "00086e697374703235360000004104a0d56b98d1713e55ec4eb2b26c158bb1c95a1ee9e43fa179b2"
     "cf6a441ca670f66a3259e86ff85b3ba19585a7725598eb726ca43a76f7d46586ae404fcebf83c000"
     "0000047373683a",
     "53534853494700000008756e6974746573740000000000000006736861353132000000402cbbbc66"
     "0712c6de8cb05533ba26601ba1b031d27d77bc5e13b628448c3483d88727fc2c143ef5a385a5c9ec"
     "ef1561236ea434a82ec5c06a639235103fe35deb",
     "00000022736b2d65636473612d736861322d6e69737470323536406f70656e7373682e636f6d0000"
     "0048000000207a211b0cb2f22293df3c1dd53600f55fc8a28ee1ff7cc2254b72abf42282dfc70000"
     "00206ce2753c2aec3fe415aed78dca7f2a475b22ce0c7d0a5f016ff439c89a8e5a730112345678"},
    {"ed25519_sk", &ss_sign_sk_ed25519, 0x12345678,
     "0000001a736b2d7373682d65643235353139406f70656e7373682e636f6d000000209b1a0d85d062"
     "bb9ce9b8a50980c82b861239e1bece6ad13b633db74dffffb2c7000000047373683a",
     "53534853494700000008756e6974746573740000000000000006736861353132000000402cbbbc66"
     "0712c6de8cb05533ba26601ba1b031d27d77bc5e13b628448c3483d88727fc2c143ef5a385a5c9ec"
     "ef1561236ea434a82ec5c06a639235103fe35deb",
     "0000001a736b2d7373682d65643235353139406f70656e7373682e636f6d0000004022fbb7938d6f"
     "fe2d0d8cfac083f8a16d1f59fb545149a27fd2645b31383c95f1c5939452a3eb5ed8b3552be5357a"
     "b9a117421724f2b040da84081d33c034b20f0112345678"},
    {"webauthn", &ss_sign_webauthn_sk_ecdsa_nistp256, 0x31f,
     "00000022736b2d65636473612d736861322d6e69737470323536406f70656e7373682e636f6d0000"
     "00086e6973747032353600000041041446c038ece0784915c9f8b49e46afbd8a726466092d4e8ab1"
     "13c5a5ef9ec340a60a0e2c5d5affbaf195d7d23079bbdde4f59e11def7b5bcaa270f3c400a0c9400"
     "00000b6d696e64726f742e6f7267",
     "53534853494700000008756e6974746573740000000000000006736861353132000000402cbbbc66"
     "0712c6de8cb05533ba26601ba1b031d27d77bc5e13b628448c3483d88727fc2c143ef5a385a5c9ec"
     "ef1561236ea434a82ec5c06a639235103fe35deb",
     "0000002b776562617574686e2d736b2d65636473612d736861322d6e69737470323536406f70656e"
     "7373682e636f6d000000490000002063da8313f6d6f9c115deea67667f8fe58003bcc2b82bf79a2e"
     "a33c0d8388ad9d0000002100b54f60e70cf71dc85488b7cb0faa65afd4f84e2277da5542ac04d28e"
     "98b2d123010000031f0000001768747470733a2f2f7777772e6d696e64726f742e6f7267000000e3"
     "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a2255314e49"
     "55306c484141414143485675615852305a584e30414141414141414141415a7a614745314d544941"
     "414142414c4c75385a6763537874364d7346557a75695a67473647774d644a39643778654537596f"
     "52497730673969484a5f7773464437316f34576c79657a764657456a62715130714337467747706a"
     "6b6a5551502d4e643677222c226f726967696e223a2268747470733a2f2f7777772e6d696e64726f"
     "742e6f7267222c2263726f73734f726967696e223a66616c73657d00000000"},
};

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static struct ss_key *published_key(size_t i)
{
    struct ss_key *key = NULL;

    cr_assert(ss_key_from_blob(env(), test_hex(published[i].key), &key) == SS_OK);
    return key;
}

Test(sk, the_signatures_that_openssh_published)
{
    size_t i, n;

    for (i = 0; i < SS_COUNT(published); i++) {
        struct ss_key *key = published_key(i);
        ss_span data = test_hex(published[i].data), blob = test_hex(published[i].signature);
        struct ss_sk_detail detail = {false, 0, 0};
        uint8_t bent[512];

        cr_expect(ss_key_verify_detail(key, env(), published[i].alg, data, test_guarded(blob),
                                       &detail) == SS_OK,
                  "%s", published[i].what);
        cr_expect(detail.there && detail.flags == SS_SK_PRESENCE);
        cr_expect(detail.counter == published[i].counter, "%x", detail.counter);
        cr_expect(ss_key_verify(key, env(), published[i].alg, data, blob) == SS_OK);
        cr_expect(ss_key_verify(key, env(), published[i].alg, ss_span_of("else"), blob) ==
                  SS_E_bad_signature);
        cr_assert(blob.size <= sizeof bent);
        for (n = 0; n < blob.size; n++) {
            memcpy(bent, blob.data, blob.size);
            bent[n] ^= 1;
            cr_expect(ss_key_verify(key, env(), published[i].alg, data,
                                    ss_span_make(bent, blob.size)) == SS_E_bad_signature,
                      "%s, byte %zu", published[i].what, n);
            cr_expect(ss_key_verify(key, env(), published[i].alg, data,
                                    test_guarded(ss_span_part(blob, 0, n))) == SS_E_bad_signature,
                      "%s cut at %zu", published[i].what, n);
        }
        ss_key_free(&key);
    }
}

Test(sk, a_webauthn_signature_passes_for_no_other)
{
    struct ss_key *key = published_key(2);
    ss_span data = test_hex(published[2].data), blob = test_hex(published[2].signature);

    cr_expect(ss_key_verify(key, env(), &ss_sign_sk_ecdsa_nistp256, data, blob) ==
              SS_E_bad_signature);
    cr_expect(ss_key_fits(key, &ss_sign_sk_ecdsa_nistp256));
    cr_expect(ss_key_fits(key, &ss_sign_webauthn_sk_ecdsa_nistp256));
    cr_expect(!ss_key_fits(key, &ss_sign_ecdsa_nistp256));
    ss_key_free(&key);
}

/* The same public value under another application is another key. */
Test(sk, the_application_is_signed_too)
{
    struct ss_key *key = kit_key(SS_KEY_SK_ED25519, ""), *other = NULL;
    struct ss_key_fields fields = {.kind = SS_KEY_SK_ED25519, .application = ss_span_of("ssh:b")};
    struct ss_pkey_parts parts;
    struct ss_buf store, blob;
    ss_span data = ss_span_of("data");

    ss_buf_init(&store, env(), 4096);
    ss_buf_init(&blob, env(), 4096);
    cr_assert(ss_pkey_export(key->pkey, false, &store, &parts) == SS_OK);
    fields.parts = parts;
    cr_assert(ss_key_from_fields(env(), &fields, ss_span_of(""), &other) == SS_OK);
    cr_expect(!ss_key_equal(key, other) && !ss_key_is_private(other));
    cr_assert(ss_key_sign(key, env(), &ss_sign_sk_ed25519, data, &blob) == SS_OK);
    cr_expect(ss_key_verify(key, env(), &ss_sign_sk_ed25519, data, ss_buf_span(&blob)) == SS_OK);
    cr_expect(ss_key_verify(other, env(), &ss_sign_sk_ed25519, data, ss_buf_span(&blob)) ==
              SS_E_bad_signature);
    ss_buf_fini(&blob);
    ss_buf_fini(&store);
    ss_key_free(&other);
    ss_key_free(&key);
}

static struct ss_key *made(enum ss_key_kind kind, const char *application, uint8_t flags)
{
    struct ss_key *key = NULL;

    cr_assert(ss_key_generate_sk(env(), kind, ss_span_of(application), flags, ss_span_of("c"),
                                 &key) == SS_OK);
    return key;
}

Test(sk, a_signature_without_presence_is_told_and_refused)
{
    static const uint8_t flags[] = {0, SS_SK_PRESENCE, SS_SK_VERIFICATION,
                                    SS_SK_PRESENCE | SS_SK_VERIFICATION,
                                    SS_SK_RESIDENT | SS_SK_PRESENCE};
    static const struct {
        enum ss_key_kind kind;
        const struct ss_sign_alg *alg;
    } rows[] = {{SS_KEY_SK_ED25519, &ss_sign_sk_ed25519},
                {SS_KEY_SK_ECDSA_P256, &ss_sign_sk_ecdsa_nistp256},
                {SS_KEY_SK_ECDSA_P256, &ss_sign_webauthn_sk_ecdsa_nistp256}};
    size_t i, f;

    for (i = 0; i < SS_COUNT(rows); i++) {
        for (f = 0; f < SS_COUNT(flags); f++) {
            struct ss_key *key = made(rows[i].kind, "https://example.org", flags[f]);
            ss_span data = ss_span_of("data");
            struct ss_sk_detail detail = {false, 0, 0};
            struct ss_buf blob;

            ss_buf_init(&blob, env(), 4096);
            cr_assert(ss_key_sign(key, env(), rows[i].alg, data, &blob) == SS_OK);
            cr_expect(ss_key_verify_detail(key, env(), rows[i].alg, data, ss_buf_span(&blob),
                                           &detail) == SS_OK);
            cr_expect(detail.there &&
                      detail.flags == (flags[f] & (SS_SK_PRESENCE | SS_SK_VERIFICATION)));
            cr_expect(ss_key_verify(key, env(), rows[i].alg, data, ss_buf_span(&blob)) ==
                      ((flags[f] & SS_SK_PRESENCE) != 0 ? SS_OK : SS_E_bad_signature));
            ss_buf_fini(&blob);
            ss_key_free(&key);
        }
    }
}

Test(sk, the_counter_counts_signatures)
{
    struct ss_key *key = made(SS_KEY_SK_ED25519, "ssh:", SS_SK_PRESENCE);
    ss_span data = ss_span_of("data");
    uint32_t n;

    for (n = 1; n < 5; n++) {
        struct ss_sk_detail detail = {false, 0, 0};
        struct ss_buf blob;

        ss_buf_init(&blob, env(), 4096);
        cr_assert(ss_key_sign(key, env(), &ss_sign_sk_ed25519, data, &blob) == SS_OK);
        cr_expect(ss_key_verify_detail(key, env(), &ss_sign_sk_ed25519, data, ss_buf_span(&blob),
                                       &detail) == SS_OK);
        cr_expect(detail.counter == n, "%u", detail.counter);
        ss_buf_fini(&blob);
    }
    ss_key_free(&key);
}

/* Signed as it stands, whatever it says: what is refused is the statement, not the signature. */
static ss_err verify_statement(const struct ss_key *key, uint8_t flags, const char *origin,
                               const char *extensions, const char *client_data)
{
    const struct ss_sign_alg *alg = &ss_sign_webauthn_sk_ecdsa_nistp256;
    ss_span application = ss_key_application(key), text = ss_span_of(client_data);
    struct ss_buf message, raw, blob;
    struct ss_writer writer;
    uint8_t digest[SS_HASH_MAX];
    ss_err err;

    ss_buf_init(&message, env(), 4096);
    ss_buf_init(&raw, env(), 64);
    ss_buf_init(&blob, env(), 4096);
    ss_writer_init(&writer, &message);
    cr_assert(ss_hash_sha256.digest(&application, 1, digest) == SS_OK);
    ss_writer_bytes(&writer, ss_span_make(digest, 32));
    ss_writer_byte(&writer, flags);
    ss_writer_u32(&writer, 1);
    ss_writer_bytes(&writer, ss_span_of(extensions));
    cr_assert(ss_hash_sha256.digest(&text, 1, digest) == SS_OK);
    ss_writer_bytes(&writer, ss_span_make(digest, 32));
    cr_assert(ss_writer_done(&writer) == SS_OK);
    cr_assert(ss_pkey_sign(key->pkey, env(), alg->hash, ss_buf_span(&message), &raw) == SS_OK);
    ss_writer_init(&writer, &blob);
    ss_writer_cstring(&writer, alg->name);
    ss_signature_write(&writer, 32, ss_buf_span(&raw));
    ss_writer_byte(&writer, flags);
    ss_writer_u32(&writer, 1);
    ss_writer_cstring(&writer, origin);
    ss_writer_cstring(&writer, client_data);
    ss_writer_cstring(&writer, extensions);
    cr_assert(ss_writer_done(&writer) == SS_OK);
    err = ss_key_verify(key, env(), alg, ss_span_of("data"), ss_buf_span(&blob));
    ss_buf_fini(&blob);
    ss_buf_fini(&raw);
    ss_buf_fini(&message);
    return err;
}

/* What the flags say of extensions has to be so, an origin has no quotes in it, and the client data
 * are about this message ("ZGF0YQ" is "data") and this origin. */
Test(sk, webauthn_statements_that_contradict_themselves_are_refused)
{
#define START "{\"type\":\"webauthn.get\",\"challenge\":\"ZGF0YQ\",\"origin\":\""
    static const struct {
        uint8_t flags;
        const char *origin, *extensions, *client_data;
        ss_err want;
    } rows[] = {
        {0x01, "o", "", START "o\"}", SS_OK},
        {0x01, "o", "", START "o\",\"crossOrigin\":false}", SS_OK},
        {0x81, "o", "x", START "o\"}", SS_OK},
        {0x81, "o", "", START "o\"}", SS_E_bad_signature},
        {0x01, "o", "x", START "o\"}", SS_E_bad_signature},
        {0x41, "o", "", START "o\"}", SS_E_bad_signature},
        {0x00, "o", "", START "o\"}", SS_E_bad_signature},
        {0x01, "o", "", START "p\"}", SS_E_bad_signature},
        {0x01, "o", "", START "op\"}", SS_E_bad_signature},
        {0x01, "o\"", "", START "o\"\"}", SS_E_bad_signature},
        {0x01, "o", "", "{\"type\":\"webauthn.create\",\"challenge\":\"ZGF0YQ\",\"origin\":\"o\"}",
         SS_E_bad_signature},
        {0x01, "o", "", "{\"type\":\"webauthn.get\",\"challenge\":\"ZGF0YR\",\"origin\":\"o\"}",
         SS_E_bad_signature},
        {0x01, "o", "", "", SS_E_bad_signature},
    };
    struct ss_key *key = made(SS_KEY_SK_ECDSA_P256, "o", 1);
    struct ss_buf blob;
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        cr_expect(verify_statement(key, rows[i].flags, rows[i].origin, rows[i].extensions,
                                   rows[i].client_data) == rows[i].want,
                  "row %zu", i);
    ss_key_free(&key);
    key = made(SS_KEY_SK_ECDSA_P256, "https://\"", 1);
    ss_buf_init(&blob, env(), 4096);
    cr_expect(ss_key_sign(key, env(), &ss_sign_webauthn_sk_ecdsa_nistp256, ss_span_of("data"),
                          &blob) == SS_E_bad_argument);
    cr_expect(ss_buf_size(&blob) == 0);
    ss_buf_fini(&blob);
    ss_key_free(&key);
}

#define SEED "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define PUBLIC "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

/* A handle that is no secret is kept, but signs nothing here. */
Test(sk, the_handle_of_a_real_token_makes_no_signature)
{
    static const char *const handles[] = {"", "00", SEED, SEED PUBLIC};
    static const enum ss_key_kind kinds[] = {SS_KEY_SK_ED25519, SS_KEY_SK_ECDSA_P256};
    size_t i, k;

    for (k = 0; k < SS_COUNT(kinds); k++) {
        struct ss_key *key = kit_key(kinds[k], ""), *token = NULL;
        struct ss_key_fields fields = {.kind = kinds[k], .application = ss_span_of("ssh:")};
        struct ss_buf store, blob;

        ss_buf_init(&store, env(), 4096);
        ss_buf_init(&blob, env(), 4096);
        cr_assert(ss_pkey_export(key->pkey, false, &store, &fields.parts) == SS_OK);
        for (i = 0; i < SS_COUNT(handles); i++) {
            fields.handle = test_hex(handles[i]);
            fields.has_handle = true;
            cr_assert(ss_key_from_fields(env(), &fields, ss_span_of(""), &token) == SS_OK);
            cr_expect(ss_key_equal(token, key) && !ss_key_is_private(token), "%zu", i);
            cr_expect(ss_key_sign(token, env(), ss_key_default_alg(key, ss_registry_standard()),
                                  ss_span_of("x"), &blob) == SS_E_usage);
            ss_key_free(&token);
        }
        cr_expect(ss_buf_size(&blob) == 0);
        ss_buf_fini(&blob);
        ss_buf_fini(&store);
        ss_key_free(&key);
    }
}

Test(sk, wrong_use_is_refused)
{
    static char wide[SS_SK_TEXT_MAX + 2];
    struct ss_key *key = NULL;

    memset(wide, 'a', sizeof wide - 1);
    cr_expect(ss_key_generate_sk(env(), SS_KEY_ED25519, ss_span_of("ssh:"), 1, ss_span_of(""),
                                 &key) == SS_E_bad_argument);
    cr_expect(ss_key_generate_sk(env(), SS_KEY_SK_ED25519, ss_span_of(wide), 1, ss_span_of(""),
                                 &key) == SS_E_bad_argument);
    cr_expect(key == NULL);
}
