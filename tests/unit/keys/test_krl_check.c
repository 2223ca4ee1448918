/* SPDX-License-Identifier: Apache-2.0 */
/* test_krl_check.c - what a key revocation list revokes.
 *
 * Follows: OpenSSH PROTOCOL.krl; ssh-keygen -k and -Q as second opinion. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sshspec/cert.h"
#include "sshspec/krl.h"
#include "tests/unit/keys/kit.h"

TestSuite(krl_check, .fini = kit_folder_remove);

#define HEAD                                                                                       \
    "5353484b524c0a00 00000001 0000000000000007 00000000 65000000 0000000000000000 00000000 "      \
    "00000000"
/* Authority "A": serials 5, 9; 16 to 32; bitmap from 64: bits 0, 2, 3, 9; key ids "x", "yy". */
#define OF_A                                                                                       \
    "01 0000007a 00000001 41 00000000"                                                             \
    "20 00000010 0000000000000005 0000000000000009"                                                \
    "21 00000010 0000000000000010 0000000000000020"                                                \
    "22 0000000e 0000000000000040 00000002 020d"                                                   \
    "23 0000000b 00000001 78 00000002 7979"                                                        \
    "39 0000000a 00000001 65 00 00000000"                                                          \
    "21 00000010 ffffffffffffffff ffffffffffffffff"
#define OF_ANY "01 00000012 00000000 00000000 23 00000005 00000001 7a"
#define KEYS "02 0000000a 00000001 4b 00000001 41"

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static struct ss_krl *list_of(ss_span bytes)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_krl *krl = NULL;

    cr_assert(ss_krl_read(env(), bytes, &krl, &error) == SS_OK, "%s at %zu", error.field,
              error.offset);
    return krl;
}

static enum ss_krl_kind kind_of(const struct ss_krl *krl, const char *key, const char *ca,
                                uint64_t serial, const char *id, bool *out_authority)
{
    const struct ss_krl_subject subject = {ss_span_of(key), ss_span_of(ca), serial, ss_span_of(id)};
    struct ss_krl_entry entry;

    cr_assert(ss_krl_check(krl, &subject, &entry, out_authority) == SS_OK);
    return entry.kind;
}

Test(krl_check, serials_and_key_ids_of_one_authority_and_of_any)
{
    static const uint64_t revoked[] = {5, 9, 16, 17, 32, 64, 66, 67, 73, UINT64_MAX};
    static const uint64_t good[] = {0, 1, 4, 6, 8, 10, 15, 33, 63, 65, 68, 72, 74, UINT64_MAX - 1};
    struct ss_krl *krl = list_of(test_hex(HEAD OF_A OF_ANY));
    bool authority = true;
    size_t i;

    for (i = 0; i < SS_COUNT(revoked); i++) {
        cr_expect(kind_of(krl, "k", "A", revoked[i], "", &authority) == SS_KRL_SERIAL, "%zu", i);
        cr_expect(!authority);
        cr_expect(kind_of(krl, "k", "B", revoked[i], "", NULL) == SS_KRL_NOTHING);
        cr_expect(kind_of(krl, "k", NULL, revoked[i], "x", NULL) == SS_KRL_NOTHING,
                  "no certificate");
    }
    for (i = 0; i < SS_COUNT(good); i++)
        cr_expect(kind_of(krl, "k", "A", good[i], "y", NULL) == SS_KRL_NOTHING, "%zu", i);
    cr_expect(kind_of(krl, "k", "A", 1, "x", NULL) == SS_KRL_KEY_ID);
    cr_expect(kind_of(krl, "k", "A", 1, "yy", NULL) == SS_KRL_KEY_ID);
    cr_expect(kind_of(krl, "k", "B", 1, "x", NULL) == SS_KRL_NOTHING);
    cr_expect(kind_of(krl, "k", "B", 0, "z", NULL) == SS_KRL_KEY_ID);
    ss_krl_free(&krl);
}

Test(krl_check, keys_and_their_digests)
{
    /* SHA-1 and SHA-256 of "abc", FIPS 180-2. */
    static const char digests[] = HEAD
        "03 00000018 00000014 a9993e364706816aba3e25717850c26c9cd0d89d"
        "05 00000024 00000020 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    struct ss_krl *krl = list_of(test_hex(HEAD KEYS));
    bool authority = false;

    cr_expect(kind_of(krl, "K", NULL, 0, "", NULL) == SS_KRL_KEY);
    cr_expect(kind_of(krl, "L", NULL, 0, "", NULL) == SS_KRL_NOTHING);
    cr_expect(kind_of(krl, "K", "B", 0, "", &authority) == SS_KRL_KEY && !authority);
    cr_expect(kind_of(krl, "L", "A", 0, "", &authority) == SS_KRL_KEY && authority,
              "a certificate falls with its authority");
    ss_krl_free(&krl);
    krl = list_of(test_hex(digests));
    cr_expect(kind_of(krl, "abc", NULL, 0, "", NULL) == SS_KRL_SHA1);
    cr_expect(kind_of(krl, "x", "abc", 1, "", &authority) == SS_KRL_SHA1 && authority);
    ss_krl_free(&krl);
    krl = list_of(test_hex(HEAD "05 00000024 00000020 ba7816bf8f01cfea414140de5dae2223"
                                "b00361a396177a9cb410ff61f20015ad"));
    cr_expect(kind_of(krl, "abc", NULL, 0, "", NULL) == SS_KRL_SHA256);
    cr_expect(kind_of(krl, "abd", NULL, 0, "", NULL) == SS_KRL_NOTHING);
    ss_krl_free(&krl);
}

Test(krl_check, a_walk_sees_every_entry_in_file_order)
{
    static const struct {
        enum ss_krl_kind kind;
        uint64_t low, high;
        const char *bytes;
    } want[] = {
        {SS_KRL_KEY, 0, 0, "K"},
        {SS_KRL_KEY, 0, 0, "A"},
        {SS_KRL_SERIAL, 5, 5, ""},
        {SS_KRL_SERIAL, 9, 9, ""},
        {SS_KRL_SERIAL, 16, 32, ""},
        {SS_KRL_SERIAL, 64, 64, ""},
        {SS_KRL_SERIAL, 66, 67, ""},
        {SS_KRL_SERIAL, 73, 73, ""},
        {SS_KRL_KEY_ID, 0, 0, "x"},
        {SS_KRL_KEY_ID, 0, 0, "yy"},
        {SS_KRL_SERIAL, UINT64_MAX, UINT64_MAX, ""},
        {SS_KRL_KEY_ID, 0, 0, "z"},
    };
    struct ss_krl *krl = list_of(test_hex(HEAD KEYS "04 00000001 78 00000001 79"));
    struct ss_krl_walk walk = {0};
    struct ss_krl_entry entry;
    size_t i;

    for (i = 0; i < 2; i++)
        cr_expect(ss_krl_next(krl, &walk, &entry));
    cr_expect(!ss_krl_next(krl, &walk, &entry) && !ss_krl_next(krl, &walk, &entry));
    ss_krl_free(&krl);
    krl = list_of(test_hex(HEAD KEYS OF_A "ff 0000000a 00000001 78 00 00000000" OF_ANY));
    memset(&walk, 0, sizeof walk);
    for (i = 0; i < SS_COUNT(want); i++) {
        cr_assert(ss_krl_next(krl, &walk, &entry), "%zu", i);
        cr_expect(entry.kind == want[i].kind && entry.low == want[i].low &&
                      entry.high == want[i].high && ss_span_is(entry.bytes, want[i].bytes),
                  "entry %zu", i);
        cr_expect(ss_span_is(entry.ca, i >= 2 && i <= 10 ? "A" : ""), "entry %zu", i);
    }
    cr_expect(!ss_krl_next(krl, &walk, &entry));
    ss_krl_free(&krl);
}

Test(krl_check, a_signature_covers_what_stands_before_it)
{
    struct ss_key *signer = kit_key(SS_KEY_ED25519, ""), *other = kit_key(SS_KEY_RSA, "");
    const struct ss_registry *registry = ss_registry_standard();
    struct ss_writer writer;
    struct ss_buf list, signature;
    struct ss_krl *krl;
    struct ss_krl_head head;

    ss_buf_init(&list, env(), 4096);
    ss_buf_init(&signature, env(), 4096);
    cr_assert(ss_buf_put(&list, test_hex(HEAD KEYS "04")) == SS_OK);
    ss_writer_init(&writer, &list);
    ss_writer_string(&writer, ss_key_blob(signer));
    cr_assert(ss_key_sign(signer, env(), &ss_sign_ed25519, ss_buf_span(&list), &signature) ==
              SS_OK);
    ss_writer_string(&writer, ss_buf_span(&signature));
    cr_assert(ss_writer_done(&writer) == SS_OK);
    krl = list_of(ss_buf_span(&list));
    ss_krl_head(krl, &head);
    cr_expect(head.signatures == 1);
    cr_expect(ss_krl_verify(krl, registry, signer) == SS_OK);
    cr_expect(ss_krl_verify(krl, registry, other) == SS_E_not_found);
    ss_krl_free(&krl);
    ss_buf_at(&list)[53] ^= 1; /* the listed key */
    krl = list_of(ss_buf_span(&list));
    cr_expect(ss_krl_verify(krl, registry, signer) == SS_E_bad_signature);
    ss_krl_free(&krl);
    ss_buf_fini(&signature);
    ss_buf_fini(&list);
    ss_key_free(&other);
    ss_key_free(&signer);
}

/* The plain values are those of the certificate. */
Test(krl_check, a_certificate_says_by_itself_who_made_it)
{
    struct ss_key *ca = kit_key(SS_KEY_ED25519, ""), *key = kit_key(SS_KEY_ED25519, "");
    const struct ss_cert_request request = {
        .type = SS_CERT_USER, .serial = 5, .key_id = ss_span_of("x"), .valid_before = UINT64_MAX};
    struct ss_key *certified = NULL;
    struct ss_krl_entry entry;
    struct ss_writer writer;
    struct ss_buf list;
    struct ss_krl *krl;
    bool authority = true;
    size_t mark;

    cr_assert(ss_cert_issue(env(), key, ca, NULL, &request, &certified) == SS_OK);
    ss_buf_init(&list, env(), 4096);
    cr_assert(ss_buf_put(&list, test_hex(HEAD "01")) == SS_OK);
    ss_writer_init(&writer, &list);
    mark = ss_writer_open(&writer);
    ss_writer_string(&writer, ss_key_blob(ca));
    ss_writer_string(&writer, ss_span_make(NULL, 0));
    ss_writer_bytes(&writer, test_hex("20 00000008 0000000000000005"));
    ss_writer_close(&writer, mark);
    cr_assert(ss_writer_done(&writer) == SS_OK);
    krl = list_of(ss_buf_span(&list));
    cr_assert(ss_krl_check_key(krl, certified, &entry, &authority) == SS_OK);
    cr_expect(entry.kind == SS_KRL_SERIAL && entry.low == 5 && !authority);
    cr_assert(ss_krl_check_key(krl, key, &entry, NULL) == SS_OK);
    cr_expect(entry.kind == SS_KRL_NOTHING);
    ss_krl_free(&krl);
    ss_buf_fini(&list);
    ss_key_free(&certified);
    ss_key_free(&key);
    ss_key_free(&ca);
}

Test(krl_check, lists_of_ssh_keygen)
{
    static const struct {
        uint64_t serial;
        bool revoked;
    } serials[] = {{3, true},     {4, false},    {99, false},   {100, true},
                   {200, true},   {201, false},  {1000, true},  {1001, false},
                   {1002, true},  {1003, false}, {1004, true},  {1005, true},
                   {1010, false}, {1011, true},  {1012, false}, {0, false}};
    struct ss_key *ca = NULL, *key[3] = {NULL, NULL, NULL};
    struct ss_krl *krl;
    char name[16];
    size_t i;

    kit_need_keygen();
    cr_assert(kit_shell(
        "ssh-keygen -q -t ed25519 -N '' -f ca && for n in 0 1 2; do ssh-keygen -q -t ed25519 -N '' "
        "-f k$n; done && { printf '%s\\n' 'serial: 3' 'serial: 100-200' 'serial: 1000' "
        "'serial: 1002' 'serial: 1004' 'serial: 1005' 'serial: 1011' 'id: some id'; "
        "printf 'key: %s\\n' \"$(cat k0.pub)\"; printf 'sha1: %s\\n' \"$(cat k1.pub)\"; "
        "printf 'sha256: %s\\n' \"$(cat k2.pub)\"; } > spec && "
        "ssh-keygen -q -k -s ca.pub -z 42 -f list spec",
        NULL));
    krl = list_of(kit_read_file("list", 0));
    cr_assert(ss_key_read_line(env(), kit_read_file("ca.pub", 1), &ca) == SS_OK);
    for (i = 0; i < 3; i++) {
        struct ss_krl_subject subject = {.serial = 0};
        struct ss_krl_entry entry;

        (void)snprintf(name, sizeof name, "k%zu.pub", i);
        cr_assert(ss_key_read_line(env(), kit_read_file(name, 1), &key[i]) == SS_OK);
        subject.key = ss_key_blob(key[i]);
        cr_assert(ss_krl_check(krl, &subject, &entry, NULL) == SS_OK);
        cr_expect(entry.kind == (enum ss_krl_kind)(SS_KRL_KEY + i), "%zu: %d", i, (int)entry.kind);
    }
    for (i = 0; i < SS_COUNT(serials); i++) {
        struct ss_krl_subject subject = {.key = ss_span_of("k"),
                                         .ca = ss_key_blob(ca),
                                         .serial = serials[i].serial,
                                         .key_id = ss_span_of("other")};
        struct ss_krl_entry entry;

        cr_assert(ss_krl_check(krl, &subject, &entry, NULL) == SS_OK);
        cr_expect((entry.kind == SS_KRL_SERIAL) == serials[i].revoked, "%u",
                  (unsigned)serials[i].serial);
        subject.key_id = ss_span_of("some id");
        cr_assert(ss_krl_check(krl, &subject, &entry, NULL) == SS_OK);
        cr_expect(entry.kind != SS_KRL_NOTHING);
    }
    for (i = 0; i < 3; i++)
        ss_key_free(&key[i]);
    ss_key_free(&ca);
    ss_krl_free(&krl);
}
