/* SPDX-License-Identifier: Apache-2.0 */
/* test_der.c - keys in ASN.1: encodings that are refused, keys of RFC 8410, bounds on derivations.
 *
 * Follows: X.690 section 10.1; RFC 8410 section 10; RFC 8018 appendix A; RFC 7914 section 7. */
#include <criterion/criterion.h>

#include "crypto/der.h"
#include "tests/unit/crypto/kit.h"

TestSuite(der, .fini = test_counted_check);

/* RFC 8410 sections 10.1 and 10.3. */
#define SPKI                                                                                       \
    "302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"
#define PKCS8                                                                                      \
    "302e020100300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f4475" \
    "5842"

static const struct ss_der_limits limits = {10000, 32 << 20};

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static ss_err read(enum ss_der_form form, ss_span der, const char *passphrase)
{
    struct ss_der_key key = {0};
    struct ss_buf store;
    ss_err err;

    ss_buf_init(&store, env(), 1 << 17);
    err = ss_der_read(form, test_guarded(der), ss_span_of(passphrase), &limits, &store, &key);
    cr_expect((err == SS_OK) == (key.type != NULL));
    cr_expect(err == SS_OK || ss_buf_size(&store) == 0);
    ss_buf_fini(&store);
    return err;
}

Test(der, encodings_that_are_not_der)
{
    static const struct {
        const char *der;
        size_t at;
    } rows[] = {
        {"", 0},
        {"30", 0},
        {"0200", 0},         /* no SEQUENCE */
        {"3000", SIZE_MAX},  /* empty, and whole */
        {"300000", 2},       /* trailing */
        {"3001", 0},         /* shorter than it says */
        {"30020201", 2},     /* so is what is inside */
        {"300402010000", 5}, /* half a head */
        {"30030201ff", SIZE_MAX},
        {"30800000", 0},     /* indefinite length */
        {"3081020500", 0},   /* not the shortest length */
        {"308200020500", 0}, /* likewise */
        {"308500000000020500", 0},
        {"30021f01", 2}, /* a tag of several bytes */
        {"300530030201ff", SIZE_MAX},
        {"300530040201ff", 2}, /* the inner one runs over the outer one */
        {"30133011300f300d300b3009300730053003020100", 16}, /* too deep */
        {"301130 0f300d300b3009300730053003020100", SIZE_MAX},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        size_t at = SIZE_MAX;
        ss_err err = ss_der_check(test_guarded(test_hex(rows[i].der)), &at);

        cr_expect((err == SS_OK) == (rows[i].at == SIZE_MAX), "%s", rows[i].der);
        cr_expect(at == rows[i].at, "%s: %zu", rows[i].der, at);
    }
}

Test(der, every_prefix_of_a_key_is_no_key)
{
    ss_span whole = test_hex(PKCS8);
    size_t n, at;

    for (n = 0; n < whole.size; n++)
        cr_expect(ss_der_check(test_guarded(ss_span_part(whole, 0, n)), &at) == SS_E_bad_key &&
                  at <= n);
    cr_expect(ss_der_check(whole, &at) == SS_OK);
}

Test(der, keys_of_rfc_8410)
{
    struct ss_der_key key = {0};
    struct ss_buf store;

    ss_buf_init(&store, env(), 4096);
    cr_assert(ss_der_read(SS_DER_SPKI, test_hex(SPKI), ss_span_make(NULL, 0), &limits, &store,
                          &key) == SS_OK);
    cr_expect_str_eq(key.type, "ssh-ed25519");
    kit_expect(key.parts.pub, ss_span_part(test_hex(SPKI), 12, 32), "public");
    cr_expect(key.parts.priv.size == 0);
    cr_assert(ss_der_read(SS_DER_PKCS8, test_hex(PKCS8), ss_span_make(NULL, 0), &limits, &store,
                          &key) == SS_OK);
    cr_expect_str_eq(key.type, "ssh-ed25519");
    kit_expect(key.parts.priv, ss_span_part(test_hex(PKCS8), 16, 32), "private");
    cr_expect(store.secret);
    ss_buf_fini(&store);
}

Test(der, one_form_is_not_read_as_another)
{
    static const enum ss_der_form forms[] = {
        SS_DER_RSA, SS_DER_EC, SS_DER_DSA, SS_DER_PKCS8_ENCRYPTED, SS_DER_SPKI, SS_DER_RSA_PUBLIC};
    size_t i;

    for (i = 0; i < SS_COUNT(forms); i++)
        cr_expect(read(forms[i], test_hex(PKCS8), "p") == SS_E_bad_key, "form %d", (int)forms[i]);
    cr_expect(read(SS_DER_PKCS8, test_hex(SPKI), "p") == SS_E_bad_key);
}

/* X25519, RFC 8410 section 3: a key, but none that signs. */
Test(der, a_kind_that_ssh_does_not_know)
{
    ss_span whole = test_hex(SPKI);
    uint8_t der[64];

    memcpy(der, whole.data, whole.size);
    der[8] = 0x6e;
    cr_expect(read(SS_DER_SPKI, ss_span_make(der, whole.size), NULL) == SS_E_unsupported);
}

/* EncryptedPrivateKeyInfo around 16 bytes, with the derivation as given. */
static ss_span sealed(const char *scheme_oid, const char *kdf, const char *cipher)
{
    static uint8_t out[512];
    uint8_t params[256];
    ss_span oid = test_hex(scheme_oid), k = test_hex(kdf), c = test_hex(cipher);
    size_t n = 0, at = 0;

    params[n++] = 0x30;
    params[n++] = (uint8_t)(k.size + c.size);
    memcpy(params + n, k.data, k.size);
    memcpy(params + n + k.size, c.data, c.size);
    n += k.size + c.size;
    out[at++] = 0x30;
    out[at++] = (uint8_t)(2 + oid.size + n + 18);
    out[at++] = 0x30;
    out[at++] = (uint8_t)(oid.size + n);
    memcpy(out + at, oid.data, oid.size);
    memcpy(out + at + oid.size, params, n);
    at += oid.size + n;
    out[at++] = 0x04;
    out[at++] = 16;
    memset(out + at, 0x5a, 16);
    return ss_span_make(out, at + 16);
}

#define PBES2 "06092a864886f70d01050d"
#define CBC_256 "301d060960864801650304012a041000112233445566778899aabbccddeeff"
#define PBKDF2(rounds, size, inner)                                                                \
    "30" size "06092a864886f70d01050c30" inner "04080102030405060708" rounds
#define SCRYPT(n, size, inner)                                                                     \
    "30" size "06092b06010401da47040b30" inner "04080102030405060708" n "020101020101"

Test(der, derivations_that_cost_too_much_are_not_begun)
{
    static const struct {
        const char *what, *oid, *kdf, *cipher;
        const char *passphrase;
        ss_err want;
    } rows[] = {
        {"2048 rounds", PBES2, PBKDF2("02020800", "1b", "0e"), CBC_256, "p", SS_E_wrong_passphrase},
        {"no passphrase", PBES2, PBKDF2("02020800", "1b", "0e"), CBC_256, NULL, SS_E_key_encrypted},
        {"a million rounds", PBES2, PBKDF2("02030f4240", "1c", "0f"), CBC_256, "p", SS_E_too_many},
        {"2^63 rounds", PBES2, PBKDF2("0209008000000000000000", "22", "15"), CBC_256, "p",
         SS_E_too_many},
        {"2^71 rounds", PBES2, PBKDF2("020a00800000000000000000", "23", "16"), CBC_256, "p",
         SS_E_too_many},
        {"no rounds", PBES2, PBKDF2("020100", "1a", "0d"), CBC_256, "p", SS_E_bad_key},
        {"rounds under zero", PBES2, PBKDF2("0201ff", "1a", "0d"), CBC_256, "p", SS_E_bad_key},
        {"scrypt, 128 KiB", PBES2, SCRYPT("02020400", "21", "14"), CBC_256, "p",
         SS_E_wrong_passphrase},
        {"scrypt, 128 MiB", PBES2, SCRYPT("0203100000", "22", "15"), CBC_256, "p", SS_E_too_many},
        {"scrypt, 32 MiB and a little", PBES2, SCRYPT("0203040000", "22", "15"), CBC_256, "p",
         SS_E_too_many},
        {"scrypt, 16 MiB", PBES2, SCRYPT("0203020000", "22", "15"), CBC_256, "p",
         SS_E_wrong_passphrase},
        {"scrypt, nothing", PBES2, SCRYPT("020100", "20", "13"), CBC_256, "p", SS_E_bad_key},
        {"another derivation", PBES2, "300b06092a864886f70d01050d", CBC_256, "p", SS_E_unsupported},
        {"another cipher", PBES2, PBKDF2("02020800", "1b", "0e"), "30050603550403", "p",
         SS_E_unsupported},
        {"another scheme", "06092a864886f70d010503", PBKDF2("02020800", "1b", "0e"), CBC_256, "p",
         SS_E_unsupported},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_err err = read(SS_DER_PKCS8_ENCRYPTED, sealed(rows[i].oid, rows[i].kdf, rows[i].cipher),
                          rows[i].passphrase);

        cr_expect(err == rows[i].want, "%s: %s", rows[i].what, ss_err_name(err));
    }
}
