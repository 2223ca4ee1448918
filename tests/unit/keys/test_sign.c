/* SPDX-License-Identifier: Apache-2.0 */
/* test_sign.c - signature blobs: known answers, round trips, and what is refused.
 *
 * Follows: RFC 8709 section 6, RFC 5656 section 3.1.2, RFC 8332 section 3; vectors of RFC 8032
 *   section 7.1 and RFC 6979 section A.2.5. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/keys/kit.h"

TestSuite(sign, .fini = kit_folder_remove);

static const struct ss_sign_alg *const algs[] = {&ss_sign_ed25519,
                                                 &ss_sign_ecdsa_nistp256,
                                                 &ss_sign_rsa_sha2_256,
                                                 &ss_sign_rsa_sha2_512,
                                                 &ss_sign_ecdsa_nistp384,
                                                 &ss_sign_ecdsa_nistp521,
                                                 &ss_sign_rsa_sha1,
                                                 &ss_sign_dss,
                                                 &ss_sign_ed448,
                                                 &ss_sign_mldsa44_ed25519,
                                                 &ss_sign_sk_ed25519,
                                                 &ss_sign_sk_ecdsa_nistp256,
                                                 &ss_sign_webauthn_sk_ecdsa_nistp256};

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

/* "string algorithm, string signature" by hand. */
static ss_span blob_of(const char *name, ss_span signature)
{
    static uint8_t out[4][2048];
    static size_t next;
    uint8_t *at = out[next++ % 4];
    size_t n = strlen(name);

    ss_store_u32(at, (uint32_t)n);
    memcpy(at + 4, name, n);
    ss_store_u32(at + 4 + n, (uint32_t)signature.size);
    memcpy(at + 8 + n, signature.data, signature.size);
    return ss_span_make(at, 8 + n + signature.size);
}

static struct ss_key *key_of(const char *hex)
{
    struct ss_key *key = NULL;

    cr_assert(ss_key_from_blob(env(), test_hex(hex), &key) == SS_OK);
    return key;
}

static ss_err verify(const struct ss_key *key, const struct ss_sign_alg *alg, ss_span data,
                     ss_span blob)
{
    return ss_key_verify(key, env(), alg, data, test_guarded(blob));
}

Test(sign, the_ed25519_vectors_of_rfc_8032_verify)
{
    size_t i;

    for (i = 0; i < SS_COUNT(kit_ed25519); i++) {
        const struct kit_vector *v = &kit_ed25519[i];
        char hex[160];
        struct ss_key *key;
        ss_span blob = blob_of("ssh-ed25519", test_hex(v->signature));

        (void)snprintf(hex, sizeof hex, "0000000b7373682d6564323535313900000020%s", v->pub);
        key = key_of(hex);
        cr_expect(verify(key, &ss_sign_ed25519, test_hex(v->message), blob) == SS_OK, "%zu", i);
        cr_expect(verify(key, &ss_sign_ed25519, ss_span_of("other"), blob) == SS_E_bad_signature);
        ss_key_free(&key);
    }
}

/* RFC 6979 A.2.5, SHA-256, message "sample"; s begins with a set bit, so its mpint has a zero. */
Test(sign, the_ecdsa_vector_of_rfc_6979_verifies)
{
    struct ss_key *key =
        key_of("00000013 65636473612d736861322d6e69737470323536 00000008 6e69737470323536 00000041"
               "04 60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
               "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
    ss_span blob = blob_of(
        "ecdsa-sha2-nistp256",
        test_hex("00000021 00 efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                 "00000021 00 f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"));

    cr_expect(verify(key, &ss_sign_ecdsa_nistp256, ss_span_of("sample"), blob) == SS_OK);
    cr_expect(verify(key, &ss_sign_ecdsa_nistp256, ss_span_of("simple"), blob) ==
              SS_E_bad_signature);
    ss_key_free(&key);
}

Test(sign, what_each_algorithm_signs_it_verifies)
{
    ss_span data = ss_span_of("the exchange hash");
    size_t i, n;

    for (i = 0; i < SS_COUNT(algs); i++) {
        struct ss_key *key = kit_key(algs[i]->kind, ""), *half = kit_public(key);
        struct ss_buf blob;
        ss_span whole;

        ss_buf_init(&blob, env(), 4096);
        cr_assert(ss_buf_puts(&blob, "before") == SS_OK);
        cr_assert(ss_key_sign(key, env(), algs[i], data, &blob) == SS_OK);
        ss_buf_consume(&blob, 6);
        whole = ss_buf_span(&blob);
        cr_expect(verify(half, algs[i], data, whole) == SS_OK, "%s", algs[i]->name);
        cr_expect(verify(half, algs[i], ss_span_of("x"), whole) == SS_E_bad_signature);
        for (n = 0; n < whole.size; n++)
            cr_expect(verify(half, algs[i], data, ss_span_part(whole, 0, n)) == SS_E_bad_signature,
                      "%s cut at %zu", algs[i]->name, n);
        for (n = 0; n<whole.size; n += whole.size> 1000 ? 17 : 1) {
            ss_buf_at(&blob)[n] ^= 1;
            cr_expect(verify(half, algs[i], data, ss_buf_span(&blob)) == SS_E_bad_signature,
                      "%s, byte %zu", algs[i]->name, n);
            ss_buf_at(&blob)[n] ^= 1;
        }
        cr_assert(ss_buf_puts(&blob, "!") == SS_OK);
        cr_expect(verify(half, algs[i], data, ss_buf_span(&blob)) == SS_E_bad_signature);
        cr_expect(ss_key_sign(half, env(), algs[i], data, &blob) == SS_E_usage);
        ss_buf_fini(&blob);
        ss_key_free(&half);
        ss_key_free(&key);
    }
}

/* One key, two algorithms: the one that was agreed on decides. */
Test(sign, a_signature_of_the_other_rsa_algorithm_is_refused)
{
    struct ss_key *key = kit_key(SS_KEY_RSA, "");
    ss_span data = ss_span_of("data");
    struct ss_buf blob;

    ss_buf_init(&blob, env(), 4096);
    cr_assert(ss_key_sign(key, env(), &ss_sign_rsa_sha2_256, data, &blob) == SS_OK);
    cr_expect(verify(key, &ss_sign_rsa_sha2_256, data, ss_buf_span(&blob)) == SS_OK);
    cr_expect(verify(key, &ss_sign_rsa_sha2_512, data, ss_buf_span(&blob)) == SS_E_bad_signature);
    cr_expect(verify(key, &ss_sign_ed25519, data, ss_buf_span(&blob)) == SS_E_bad_argument);
    cr_expect(ss_key_sign(key, env(), &ss_sign_ed25519, data, &blob) == SS_E_bad_argument);
    ss_buf_fini(&blob);
    ss_key_free(&key);
}

/* About one RSA signature in 256 begins with a zero byte; without it it still verifies. */
Test(sign, a_short_rsa_signature_is_padded)
{
    struct ss_key *key = kit_key(SS_KEY_RSA, "");
    unsigned i, found = 0;

    for (i = 0; i < 4000 && found == 0; i++) {
        struct ss_buf blob;
        struct ss_reader reader;
        ss_span inner;
        ss_span data = ss_span_make(&i, sizeof i);

        ss_buf_init(&blob, env(), 4096);
        cr_assert(ss_key_sign(key, env(), &ss_sign_rsa_sha2_256, data, &blob) == SS_OK);
        ss_reader_init(&reader, ss_buf_span(&blob));
        (void)ss_reader_string(&reader);
        inner = ss_reader_string(&reader);
        if (inner.data[0] == 0) {
            ss_span cut = blob_of("rsa-sha2-256", ss_span_part(inner, 1, inner.size));

            found++;
            cr_expect(verify(key, &ss_sign_rsa_sha2_256, data, cut) == SS_OK);
        }
        ss_buf_fini(&blob);
    }
    cr_expect(found == 1, "no signature began with a zero byte");
    ss_key_free(&key);
}

Test(sign, forms_that_no_algorithm_has_are_refused)
{
    static const struct {
        enum ss_key_kind kind;
        const struct ss_sign_alg *alg;
        const char *inner;
    } rows[] = {
        {SS_KEY_ED25519, &ss_sign_ed25519, ""},
        {SS_KEY_ED25519, &ss_sign_ed25519, "00"},
        {SS_KEY_ECDSA_P256, &ss_sign_ecdsa_nistp256, ""},
        {SS_KEY_ECDSA_P256, &ss_sign_ecdsa_nistp256, "00000001 01"},
        {SS_KEY_ECDSA_P256, &ss_sign_ecdsa_nistp256, "00000000 00000000"},
        {SS_KEY_ECDSA_P256, &ss_sign_ecdsa_nistp256, "00000001 01 00000001 01 00"},
        {SS_KEY_ECDSA_P256, &ss_sign_ecdsa_nistp256, "00000001 81 00000001 01"},
        {SS_KEY_ECDSA_P256, &ss_sign_ecdsa_nistp256,
         "00000021 010000000000000000000000000000000000000000000000000000000000000000 00000001 01"},
        {SS_KEY_ECDSA_P521, &ss_sign_ecdsa_nistp521, "00000001 01"},
        {SS_KEY_ED448, &ss_sign_ed448, "00"},
        {SS_KEY_DSA, &ss_sign_dss, "00"},
        /* 39, 41 and two mpints. rule: RFC4253-6.6-ssh-dss-blob-40 */
        {SS_KEY_DSA, &ss_sign_dss,
         "010203040506070809101112131415161718192021222324252627282930313233343536373839"},
        {SS_KEY_DSA, &ss_sign_dss,
         "0102030405060708091011121314151617181920212223242526272829303132333435363738394041"},
        {SS_KEY_DSA, &ss_sign_dss, "00000001 01 00000001 01"},
        {SS_KEY_MLDSA44_ED25519, &ss_sign_mldsa44_ed25519, "00"},
        {SS_KEY_RSA, &ss_sign_rsa_sha2_256, ""},
        {SS_KEY_RSA, &ss_sign_rsa_sha2_256, "01"},
    };
    static const uint8_t zeros[1900] = {0};
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key *key = kit_key(rows[i].kind, "");
        ss_span data = ss_span_of("data");

        cr_expect(verify(key, rows[i].alg, data,
                         blob_of(rows[i].alg->name, test_hex(rows[i].inner))) == SS_E_bad_signature,
                  "row %zu", i);
        /* Longer than the modulus: not to be cut. */
        cr_expect(verify(key, rows[i].alg, data,
                         blob_of(rows[i].alg->name, ss_span_make(zeros, sizeof zeros))) ==
                      SS_E_bad_signature,
                  "row %zu", i);
        ss_key_free(&key);
    }
}

Test(sign, the_default_algorithm_is_the_registrys_first_that_fits)
{
    static const struct ss_sign_alg *const only_ed[] = {&ss_sign_ed25519, NULL};
    struct ss_registry small = {NULL, only_ed, NULL, NULL, NULL};
    static const struct ss_sign_alg *const want[KIT_TYPES] = {
        &ss_sign_ed25519,        &ss_sign_ecdsa_nistp256,
        &ss_sign_rsa_sha2_512,   &ss_sign_ecdsa_nistp384,
        &ss_sign_ecdsa_nistp521, &ss_sign_dss,
        &ss_sign_ed448,          &ss_sign_mldsa44_ed25519,
        &ss_sign_sk_ed25519,     &ss_sign_sk_ecdsa_nistp256};
    size_t i;

    for (i = 0; i < KIT_TYPES; i++) {
        struct ss_key *key = kit_key(kit_types[i].kind, "");

        cr_expect(ss_key_default_alg(key, ss_registry_standard()) == want[i]);
        cr_expect(ss_key_default_alg(key, &small) == (i == 0 ? &ss_sign_ed25519 : NULL));
        ss_key_free(&key);
    }
}

Test(sign, an_algorithm_fits_the_keys_of_its_type)
{
    const struct ss_sign_alg *const *all = ss_registry_standard()->sign;
    size_t i, j;

    for (i = 0; i < KIT_TYPES; i++) {
        struct ss_key *key = kit_key(kit_types[i].kind, "");

        for (j = 0; all[j] != NULL; j++)
            cr_expect(ss_key_fits(key, all[j]) ==
                          (strcmp(all[j]->key_type, kit_types[i].name) == 0),
                      "%s, %s", kit_types[i].name, all[j]->name);
        ss_key_free(&key);
    }
}

Test(sign, no_memory_leaves_the_output_as_it_was)
{
    struct ss_counted *counted = test_counted();
    size_t i, n;

    for (i = 0; i < SS_COUNT(algs); i++) {
        struct ss_key *key = kit_key(algs[i]->kind, "");
        ss_err err = SS_E_no_memory;

        for (n = 1; err == SS_E_no_memory; n++) {
            struct ss_buf blob;

            ss_buf_init(&blob, &counted->env, 4096);
            kit_scarce(n);
            err = ss_key_sign(key, &counted->env, algs[i], ss_span_of("data"), &blob);
            kit_scarce(0);
            cr_expect((ss_buf_size(&blob) > 0) == (err == SS_OK));
            ss_buf_fini(&blob);
        }
        cr_expect(err == SS_OK && n >= 2, "%s: %s", algs[i]->name, ss_err_name(err));
        ss_key_free(&key);
    }
}

/* ---- against ssh-keygen -Y ---- */

/* What SSHSIG signs: its name, namespace, nothing, hash name, hash of the message. */
static void signed_data(struct ss_buf *out, const char *hash_name, ss_span message)
{
    struct ss_writer writer;
    uint8_t digest[SS_HASH_MAX];

    cr_assert(ss_hash_sha512.digest(&message, 1, digest) == SS_OK);
    ss_writer_init(&writer, out);
    ss_writer_bytes(&writer, ss_span_of("SSHSIG"));
    ss_writer_cstring(&writer, "file");
    ss_writer_cstring(&writer, "");
    ss_writer_cstring(&writer, hash_name);
    ss_writer_string(&writer, ss_span_make(digest, ss_hash_sha512.size));
    cr_assert(ss_writer_done(&writer) == SS_OK);
}

/* The fields of the decoded signature file: public key and signature blob. */
static void open_sshsig(ss_span text, struct ss_buf *decoded, ss_span *out_key, ss_span *out_blob)
{
    struct ss_reader reader;
    struct ss_buf base64;
    size_t i, line = 0;

    ss_buf_init(&base64, env(), 65536);
    for (i = 0; i < text.size; i++) {
        line = i == 0 || text.data[i - 1] == '\n' ? i : line;
        if (text.data[i] != '\n' && text.data[line] != '-')
            cr_assert(ss_buf_put(&base64, ss_span_make(text.data + i, 1)) == SS_OK);
    }
    cr_assert(ss_base64_decode(decoded, ss_buf_span(&base64)) == SS_OK);
    ss_buf_fini(&base64);
    ss_reader_init(&reader, ss_buf_span(decoded));
    cr_assert(ss_span_is(ss_reader_bytes(&reader, 6), "SSHSIG"));
    cr_assert(ss_reader_u32(&reader) == 1);
    *out_key = ss_reader_string(&reader);
    cr_assert(ss_span_is(ss_reader_string(&reader), "file"));
    (void)ss_reader_string(&reader);
    cr_assert(ss_span_is(ss_reader_string(&reader), "sha512"));
    *out_blob = ss_reader_string(&reader);
    cr_assert(ss_reader_done(&reader) == SS_OK);
}

Test(sign, signatures_of_ssh_keygen_verify)
{
    static const struct {
        const char *type;
        const struct ss_sign_alg *alg;
    } rows[] = {{"ed25519", &ss_sign_ed25519},
                {"ecdsa", &ss_sign_ecdsa_nistp256},
                {"rsa", &ss_sign_rsa_sha2_512}};
    size_t i;

    kit_need_keygen();
    kit_write_file("message", ss_span_of("some bytes\n"));
    for (i = 0; i < SS_COUNT(rows); i++) {
        char command[256];
        struct ss_buf decoded, data;
        struct ss_key *key = NULL;
        ss_span blob = {NULL, 0}, public_blob = {NULL, 0};

        (void)snprintf(command, sizeof command,
                       "rm -f k k.pub message.sig; ssh-keygen -q -t %s -N '' -f k && "
                       "ssh-keygen -q -Y sign -f k -n file message",
                       rows[i].type);
        cr_assert(kit_shell(command, NULL), "%s", rows[i].type);
        ss_buf_init(&decoded, env(), 65536);
        ss_buf_init(&data, env(), 65536);
        open_sshsig(kit_read_file("message.sig", 0), &decoded, &public_blob, &blob);
        signed_data(&data, "sha512", ss_span_of("some bytes\n"));
        cr_assert(ss_key_from_blob(env(), public_blob, &key) == SS_OK);
        cr_expect(verify(key, rows[i].alg, ss_buf_span(&data), blob) == SS_OK, "%s", rows[i].type);
        ss_buf_at(&data)[0] ^= 1;
        cr_expect(verify(key, rows[i].alg, ss_buf_span(&data), blob) == SS_E_bad_signature);
        ss_key_free(&key);
        ss_buf_fini(&data);
        ss_buf_fini(&decoded);
    }
}
