/* SPDX-License-Identifier: Apache-2.0 */
/* test_cert.c - certificates made and read, of every type, ours and those of ssh-keygen.
 *
 * Follows: OpenSSH PROTOCOL.certkeys; draft-ietf-sshm-cert section 2.1. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sshspec/cert.h"
#include "tests/unit/keys/kit.h"

TestSuite(cert, .fini = kit_folder_remove);

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static const ss_span principals[] = {{(const uint8_t *)"alice", 5}, {(const uint8_t *)"bob", 3}};
static const struct ss_cert_option options[] = {
    {"force-command", {(const uint8_t *)"/bin/true", 9}, false},
    {"source-address", {(const uint8_t *)"127.0.0.0/8", 11}, false},
};
static const struct ss_cert_option extensions[] = {{"permit-pty", {NULL, 0}, true},
                                                   {"permit-user-rc", {NULL, 0}, true}};

static struct ss_cert_request full_request(void)
{
    return (struct ss_cert_request){
        .type = SS_CERT_USER,
        .serial = UINT64_C(0x0102030405060708),
        .key_id = ss_span_of("an id"),
        .principals = principals,
        .principal_count = SS_COUNT(principals),
        .valid_after = 1000,
        .valid_before = 2000,
        .options = options,
        .option_count = SS_COUNT(options),
        .extensions = extensions,
        .extension_count = SS_COUNT(extensions),
    };
}

static struct ss_key *issue(const struct ss_key *subject, const struct ss_key *ca,
                            const struct ss_cert_request *request)
{
    struct ss_key *key = NULL;

    cr_assert(ss_cert_issue(env(), subject, ca, NULL, request, &key) == SS_OK);
    return key;
}

static void expect_fields(const struct ss_key *key, const struct ss_key *ca)
{
    const struct ss_cert *cert = ss_key_cert(key);
    ss_span rest, name, data, text;

    cr_assert(cert != NULL);
    cr_expect(cert->type == SS_CERT_USER && cert->serial == UINT64_C(0x0102030405060708));
    cr_expect(cert->valid_after == 1000 && cert->valid_before == 2000);
    cr_expect(cert->nonce.size == 32 && ss_span_is(cert->key_id, "an id"));
    cr_expect(cert->reserved.size == 0 && ss_span_eq(cert->ca, ss_key_blob(ca)));
    cr_expect(ss_key_equal(ss_key_cert_ca(key), ca));
    rest = cert->principals;
    cr_expect(ss_cert_principal_next(&rest, &name) && ss_span_is(name, "alice"));
    cr_expect(ss_cert_principal_next(&rest, &name) && ss_span_is(name, "bob"));
    cr_expect(!ss_cert_principal_next(&rest, &name));
    rest = cert->options;
    cr_expect(ss_cert_option_next(&rest, &name, &data) && ss_span_is(name, "force-command"));
    cr_expect(ss_cert_option_text(data, &text) == SS_OK && ss_span_is(text, "/bin/true"));
    cr_expect(ss_cert_option_next(&rest, &name, &data) && ss_span_is(name, "source-address"));
    cr_expect(!ss_cert_option_next(&rest, &name, &data));
    rest = cert->extensions;
    cr_expect(ss_cert_option_next(&rest, &name, &data) && ss_span_is(name, "permit-pty"));
    cr_expect(data.size == 0 && ss_cert_option_text(data, &text) == SS_E_bad_certificate);
}

/* Every type that can have one, by every type that can give one. */
Test(cert, what_is_issued_reads_back)
{
    struct ss_cert_request request = full_request();
    size_t i, c;

    for (i = 0; i < KIT_TYPES; i++) {
        for (c = 0; c < KIT_TYPES; c++) {
            struct ss_key *subject = kit_key(kit_types[i].kind, "who"), *back = NULL;
            struct ss_key *ca = kit_key(kit_types[c].kind, ""), *key = NULL;

            if (kit_types[i].certified == NULL) {
                cr_expect(ss_cert_issue(env(), subject, ca, NULL, &request, &key) ==
                          SS_E_bad_argument);
            } else {
                key = issue(subject, ca, &request);
                cr_expect_str_eq(ss_key_type(key), kit_types[i].certified);
                cr_expect(ss_key_kind(key) == kit_types[i].kind && ss_key_is_private(key));
                cr_expect_str_eq(ss_key_comment(key), "who");
                expect_fields(key, ca);
                cr_assert(ss_key_from_blob(env(), test_guarded(ss_key_blob(key)), &back) == SS_OK);
                expect_fields(back, ca);
                cr_expect(ss_key_equal(key, back) && !ss_key_is_private(back));
                cr_expect(ss_key_equal(ss_key_plain(back), subject));
            }
            ss_key_free(&back);
            ss_key_free(&key);
            ss_key_free(&ca);
            ss_key_free(&subject);
        }
    }
}

Test(cert, a_certified_key_signs_under_the_plain_name)
{
    const struct ss_sign_alg *const *all = ss_registry_standard()->sign;
    struct ss_cert_request request = full_request();
    ss_span data = ss_span_of("the exchange hash");
    size_t i, j, tried = 0;

    for (i = 0; i < KIT_TYPES; i++) {
        struct ss_key *subject = kit_key(kit_types[i].kind, ""), *ca, *key;

        if (kit_types[i].certified == NULL) {
            ss_key_free(&subject);
            continue;
        }
        ca = kit_key(SS_KEY_ED25519, "");
        key = issue(subject, ca, &request);
        for (j = 0; all[j] != NULL; j++) {
            const struct ss_sign_alg *alg = all[j];
            struct ss_reader reader;
            struct ss_buf blob;

            cr_expect(ss_key_fits(key, alg) == (strcmp(alg->key_type, ss_key_type(key)) == 0));
            cr_expect(!(ss_key_fits(key, alg) && ss_key_fits(subject, alg)), "%s", alg->name);
            if (!ss_key_fits(key, alg))
                continue;
            ss_buf_init(&blob, env(), 8192);
            cr_assert(ss_key_sign(key, env(), alg, data, &blob) == SS_OK, "%s", alg->name);
            ss_reader_init(&reader, ss_buf_span(&blob));
            cr_expect(ss_span_is(ss_reader_string(&reader), alg->plain->name), "%s", alg->name);
            cr_expect(ss_key_verify(key, env(), alg, data, ss_buf_span(&blob)) == SS_OK);
            cr_expect(ss_key_verify(subject, env(), alg->plain, data, ss_buf_span(&blob)) == SS_OK);
            ss_buf_fini(&blob);
            tried++;
        }
        ss_key_free(&key);
        ss_key_free(&ca);
        ss_key_free(&subject);
    }
    cr_expect(tried == 11, "%zu", tried);
}

Test(cert, rsa_and_a_certificate_of_it_are_told_apart)
{
    struct ss_key *subject = kit_key(SS_KEY_RSA, ""), *ca = kit_key(SS_KEY_ED25519, "");
    struct ss_cert_request request = full_request();
    struct ss_key *key = issue(subject, ca, &request);

    cr_expect(ss_key_default_alg(key, ss_registry_standard()) == &ss_sign_rsa_sha2_512_cert);
    cr_expect(ss_key_default_alg(subject, ss_registry_standard()) == &ss_sign_rsa_sha2_512);
    cr_expect(ss_key_fits(key, &ss_sign_rsa_sha1_cert) && !ss_key_fits(key, &ss_sign_rsa_sha1));
    cr_expect(!ss_key_equal(key, subject));
    ss_key_free(&key);
    ss_key_free(&ca);
    ss_key_free(&subject);
}

/* ---- what is refused ---- */

Test(cert, every_prefix_and_every_changed_byte_is_refused)
{
    struct ss_key *subject = kit_key(SS_KEY_ED25519, ""), *ca = kit_key(SS_KEY_ED25519, "");
    struct ss_cert_request request = full_request();
    struct ss_key *key = issue(subject, ca, &request), *back = NULL;
    ss_span blob = ss_key_blob(key);
    uint8_t bent[1024];
    size_t n;

    cr_assert(blob.size < sizeof bent);
    for (n = 0; n < blob.size; n++) {
        struct ss_key_error error = {SIZE_MAX, 1, NULL};
        ss_err err = ss_key_read_blob(env(), test_guarded(ss_span_part(blob, 0, n)), &back, &error);

        cr_expect(err == (n < 36 ? SS_E_bad_key : SS_E_bad_certificate), "%zu: %s", n,
                  ss_err_name(err));
        cr_expect(error.field != NULL && error.offset <= n);
        memcpy(bent, blob.data, blob.size);
        bent[n] ^= 1;
        err = ss_key_read_blob(env(), ss_span_make(bent, blob.size), &back, &error);
        cr_expect(err == SS_E_bad_certificate || err == SS_E_unsupported || err == SS_E_bad_key,
                  "byte %zu: %s", n, ss_err_name(err));
    }
    memcpy(bent, blob.data, blob.size);
    bent[blob.size] = 0;
    cr_expect(ss_key_from_blob(env(), ss_span_make(bent, blob.size + 1), &back) ==
              SS_E_bad_certificate);
    cr_expect(back == NULL);
    ss_key_free(&key);
    ss_key_free(&ca);
    ss_key_free(&subject);
}

/* A certificate by hand, signed properly: what is wrong is only what a row says. */
static ss_err read_made(ss_span middle, ss_span ca_blob, const struct ss_key *ca,
                        struct ss_key_error *out_error)
{
    struct ss_buf blob, signature;
    struct ss_writer writer;
    struct ss_key *key = NULL;
    ss_err err;

    ss_buf_init(&blob, env(), 65536);
    ss_buf_init(&signature, env(), 4096);
    ss_writer_init(&writer, &blob);
    ss_writer_cstring(&writer, "ssh-ed25519-cert-v01@openssh.com");
    ss_writer_cstring(&writer, "nonce");
    ss_writer_string(&writer, test_hex(kit_ed25519[0].pub));
    ss_writer_bytes(&writer, middle);
    ss_writer_string(&writer, ca_blob);
    cr_assert(ss_key_sign(ca, env(), ss_key_default_alg(ca, ss_registry_standard()),
                          ss_buf_span(&blob), &signature) == SS_OK);
    ss_writer_string(&writer, ss_buf_span(&signature));
    cr_assert(ss_writer_done(&writer) == SS_OK);
    err = ss_key_read_blob(env(), ss_buf_span(&blob), &key, out_error);
    ss_key_free(&key);
    ss_buf_fini(&signature);
    ss_buf_fini(&blob);
    return err;
}

Test(cert, each_field_is_looked_at_and_named)
{
    /* serial, type, key id, principals, after, before, options, extensions, reserved */
#define SERIAL "0000000000000001"
#define TIMES "0000000000000000 ffffffffffffffff"
    static const struct {
        const char *what, *middle, *field;
        size_t offset;
        ss_err want;
    } rows[] = {
        {"all well", SERIAL "00000001 00000000 00000000" TIMES "00000000 00000000 00000000", NULL,
         0, SS_OK},
        {"reserved is filled",
         SERIAL "00000002 00000000 00000000" TIMES "00000000 00000000 00000003 616263", NULL, 0,
         SS_OK},
        {"type 0", SERIAL "00000000 00000000 00000000" TIMES "00000000 00000000 00000000",
         "certificate type", 89, SS_E_bad_certificate},
        {"type 3", SERIAL "00000003 00000000 00000000" TIMES "00000000 00000000 00000000",
         "certificate type", 89, SS_E_bad_certificate},
        {"a zero in the id",
         SERIAL "00000001 00000003 610062 00000000" TIMES "00000000 00000000 00000000", "key id",
         93, SS_E_bad_certificate},
        {"half a principal",
         SERIAL "00000001 00000000 00000005 00000004 61" TIMES "00000000 00000000 00000000",
         "valid principals", 97, SS_E_bad_certificate},
        {"a zero in a principal",
         SERIAL "00000001 00000000 00000007 00000003 610062" TIMES "00000000 00000000 00000000",
         "valid principals", 97, SS_E_bad_certificate},
        {"an option without data",
         SERIAL "00000001 00000000 00000000" TIMES "00000005 00000001 61 00000000 00000000",
         "critical options", 117, SS_E_bad_certificate},
        {"an extension without data",
         SERIAL "00000001 00000000 00000000" TIMES "00000000 00000005 00000001 61 00000000",
         "extensions", 121, SS_E_bad_certificate},
        {"a zero in an option",
         SERIAL "00000001 00000000 00000000" TIMES
                "00000009 00000001 00 00000000 00000000 00000000",
         "critical options", 117, SS_E_bad_certificate},
        {"bytes short", SERIAL "00000001 00000000 00000000 00000000", "valid after", 101,
         SS_E_bad_certificate},
    };
    struct ss_key *ca = kit_key(SS_KEY_ED25519, "");
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_key_error error = {0, 1, NULL};
        ss_err err = read_made(test_hex(rows[i].middle), ss_key_blob(ca), ca, &error);

        cr_expect(err == rows[i].want, "%s: %s, %s at %zu", rows[i].what, ss_err_name(err),
                  error.field != NULL ? error.field : "-", error.offset);
        if (rows[i].field == NULL || i + 1 == SS_COUNT(rows))
            continue;
        cr_expect_str_eq(error.field, rows[i].field, "%s: %s", rows[i].what, error.field);
        cr_expect(error.offset == rows[i].offset, "%s: %zu", rows[i].what, error.offset);
    }
    ss_key_free(&ca);
}

Test(cert, too_many_principals_are_refused)
{
    struct ss_key *subject = kit_key(SS_KEY_ED25519, ""), *key = NULL;
    static ss_span many[SS_CERT_PRINCIPALS_MAX + 1];
    struct ss_cert_request request = full_request();
    size_t i;

    for (i = 0; i < SS_COUNT(many); i++)
        many[i] = ss_span_of("a");
    request.principals = many;
    request.principal_count = SS_CERT_PRINCIPALS_MAX;
    key = issue(subject, subject, &request);
    ss_key_free(&key);
    request.principal_count++;
    cr_expect(ss_cert_issue(env(), subject, subject, NULL, &request, &key) == SS_E_bad_certificate);
    ss_key_free(&subject);
}

static const char well[] = SERIAL "00000001 00000000 00000000" TIMES "00000000 00000000 00000000";

/* rule: CERT-2.1.1-ca-not-certificate. The innermost would be found bad only if it were read. */
Test(cert, an_authority_that_is_certified_itself_is_refused_by_its_name)
{
    struct ss_key *ca = kit_key(SS_KEY_ED25519, ""), *sub = kit_key(SS_KEY_ED25519, ""), *key;
    struct ss_cert_request request = full_request();
    struct ss_key_error error = {0, 0, NULL};
    struct ss_counted *counted = test_counted();
    struct ss_key *out = NULL;
    size_t calls;

    key = issue(sub, ca, &request);
    cr_expect(read_made(test_hex(well), ss_key_blob(key), sub, &error) == SS_E_bad_certificate);
    cr_expect_str_eq(error.field, "signature key");
    cr_expect(ss_cert_issue(env(), ca, key, NULL, &request, &out) == SS_E_bad_argument);
    calls = counted->calls;
    cr_expect(
        read_made(test_hex(well),
                  test_hex("00000020 7373682d656432353531392d636572742d763031406f70656e7373682e"
                           "636f6d"),
                  sub, &error) == SS_E_bad_certificate);
    cr_expect_str_eq(error.field, "signature key");
    cr_expect(counted->calls - calls < 20, "%zu", counted->calls - calls);
    cr_expect(read_made(test_hex(well), test_hex("00000003 666f6f"), sub, &error) ==
              SS_E_bad_certificate);
    cr_expect_str_eq(error.field, "signature key");
    ss_key_free(&key);
    ss_key_free(&sub);
    ss_key_free(&ca);
}

Test(cert, a_signature_of_somebody_else_is_refused)
{
    struct ss_key *ca = kit_key(SS_KEY_ED25519, ""), *other = kit_key(SS_KEY_ED25519, "");
    struct ss_key *rsa = kit_key(SS_KEY_RSA, "");
    struct ss_key_error error = {0, 0, NULL};

    cr_expect(read_made(test_hex(well), ss_key_blob(ca), other, &error) == SS_E_bad_certificate);
    cr_expect_str_eq(error.field, "signature");
    cr_expect(read_made(test_hex(well), ss_key_blob(ca), rsa, &error) == SS_E_bad_certificate);
    cr_expect_str_eq(error.field, "signature");
    ss_key_free(&rsa);
    ss_key_free(&other);
    ss_key_free(&ca);
}

Test(cert, a_certificate_is_put_to_its_own_key_only)
{
    struct ss_key *subject = kit_key(SS_KEY_ECDSA_P384, "mine"), *half = kit_public(subject);
    struct ss_key *other = kit_key(SS_KEY_ECDSA_P384, ""), *ca = kit_key(SS_KEY_RSA, "");
    struct ss_cert_request request = full_request();
    struct ss_key *key = issue(half, ca, &request), *out = NULL;
    struct ss_key_error error = {0, 0, NULL};

    cr_expect(!ss_key_is_private(key));
    cr_assert(ss_key_certify(subject, ss_key_blob(key), &out, &error) == SS_OK);
    cr_expect(ss_key_is_private(out) && ss_key_equal(out, key));
    cr_expect_str_eq(ss_key_comment(out), "mine");
    ss_key_free(&out);
    cr_expect(ss_key_certify(other, ss_key_blob(key), &out, &error) == SS_E_bad_certificate);
    cr_expect_str_eq(error.field, "public value");
    cr_expect(ss_key_certify(ca, ss_key_blob(key), &out, &error) == SS_E_bad_certificate);
    cr_expect_str_eq(error.field, "key type");
    cr_expect(ss_key_certify(subject, ss_key_blob(subject), &out, NULL) == SS_E_bad_certificate);
    cr_expect(ss_key_certify(subject, ss_span_make(NULL, 0), &out, NULL) == SS_E_bad_certificate);
    cr_expect(out == NULL);
    ss_key_free(&key);
    ss_key_free(&ca);
    ss_key_free(&other);
    ss_key_free(&half);
    ss_key_free(&subject);
}

Test(cert, no_memory_leaves_nothing_behind)
{
    struct ss_counted *counted = test_counted();
    struct ss_key *subject = kit_key(SS_KEY_RSA, "c"), *ca = kit_key(SS_KEY_ECDSA_P256, "");
    struct ss_cert_request request = full_request();
    struct ss_key *key = NULL, *back = NULL;
    ss_err err = SS_E_no_memory;
    size_t n, live = counted->blocks;

    for (n = 1; err == SS_E_no_memory; n++) {
        kit_scarce(n);
        err = ss_cert_issue(env(), subject, ca, NULL, &request, &key);
        kit_scarce(0);
        cr_expect(err == SS_OK || counted->blocks == live, "%zu", n);
    }
    cr_expect(err == SS_OK && n > 10, "%s", ss_err_name(err));
    live = counted->blocks;
    for (n = 1, err = SS_E_no_memory; err == SS_E_no_memory; n++) {
        kit_scarce(n);
        err = ss_key_from_blob(env(), ss_key_blob(key), &back);
        kit_scarce(0);
        ss_key_free(&back);
        cr_expect(counted->blocks == live, "%zu", n);
    }
    cr_expect(err == SS_OK && n > 10, "%s", ss_err_name(err));
    ss_key_free(&key);
    ss_key_free(&ca);
    ss_key_free(&subject);
}

/* ---- against ssh-keygen ---- */

Test(cert, certificates_of_ssh_keygen_are_read)
{
    size_t i, c;

    kit_need_keygen();
    for (i = 0; i < KIT_TYPES; i++) {
        for (c = 0; c < 2; c++) {
            char command[512];
            struct ss_key *key = NULL;
            const struct ss_cert *cert;
            ss_span rest, name, data;

            if (kit_types[i].keygen == NULL)
                continue;
            (void)snprintf(command, sizeof command,
                           "rm -f k k-cert.pub k.pub ca ca.pub; ssh-keygen -q %s -N '' -f k && "
                           "ssh-keygen -q %s -N '' -f ca && ssh-keygen -q -s ca -I 'the id' %s -n "
                           "one,two -z 77 -V 20200101000000Z:20300101000000Z %s k.pub",
                           kit_types[i].keygen, c == 0 ? kit_types[i].keygen : "-t rsa",
                           c == 0 ? "" : "-h",
                           c == 0 ? "-O force-command=/bin/true -O no-pty" : "");
            cr_assert(kit_shell(command, NULL), "%s", command);
            cr_assert(ss_key_read_line(env(), kit_read_file("k-cert.pub", 0), &key) == SS_OK, "%s",
                      kit_types[i].name);
            cert = ss_key_cert(key);
            cr_expect_str_eq(ss_key_type(key), kit_types[i].certified);
            cr_expect(cert->serial == 77 && ss_span_is(cert->key_id, "the id"));
            cr_expect(cert->type == (c == 0 ? SS_CERT_USER : SS_CERT_HOST));
            cr_expect(cert->valid_after == 1577836800 && cert->valid_before == 1893456000);
            rest = cert->principals;
            cr_expect(ss_cert_principal_next(&rest, &name) && ss_span_is(name, "one"));
            rest = cert->extensions;
            cr_expect(ss_cert_option_next(&rest, &name, &data) == (c == 0));
            ss_key_free(&key);
        }
    }
}

Test(cert, ssh_keygen_shows_what_we_issue)
{
    struct ss_cert_request request = full_request();
    size_t i, c;

    kit_need_keygen();
    for (i = 0; i < KIT_TYPES; i++) {
        for (c = 0; c < KIT_TYPES; c++) {
            static const char *const words[] = {"user certificate",
                                                "Key ID: \"an id\"",
                                                "Serial: 72623859790382856",
                                                "alice",
                                                "bob",
                                                "force-command /bin/true",
                                                "permit-pty",
                                                "permit-user-rc",
                                                "source-address 127.0.0.0/8"};
            struct ss_key *subject, *ca, *key;
            struct ss_buf line;
            ss_span told = {NULL, 0};
            char text[4096];
            size_t w;

            if (!kit_types[i].known || !kit_types[c].known || (i != c && i > 2 && c > 0))
                continue;
            subject = kit_key(kit_types[i].kind, "");
            ca = kit_key(kit_types[c].kind, "");
            key = issue(subject, ca, &request);
            ss_buf_init(&line, env(), 65536);
            cr_assert(ss_key_write_line(key, &line) == SS_OK);
            kit_write_file("ours-cert.pub", ss_buf_span(&line));
            cr_assert(kit_shell("ssh-keygen -L -f ours-cert.pub", &told), "%s by %s: %.*s",
                      kit_types[i].name, kit_types[c].name, (int)told.size,
                      (const char *)told.data);
            (void)snprintf(text, sizeof text, "%.*s", (int)told.size, (const char *)told.data);
            cr_expect(strstr(text, kit_types[i].certified) != NULL, "%s", text);
            for (w = 0; w < SS_COUNT(words); w++)
                cr_expect(strstr(text, words[w]) != NULL, "no %s in %s", words[w], text);
            ss_buf_fini(&line);
            ss_key_free(&key);
            ss_key_free(&ca);
            ss_key_free(&subject);
        }
    }
}
