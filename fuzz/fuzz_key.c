/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_key.c - public blobs, key lines, private fields and certificates of every type.
 *
 * Owns: a key and a certificate of each type, made once, which inputs bend.
 * Not here: the armour of key files (lib/keys/key_file.c has its own tests).
 * Follows: RFC 4253 section 6.6; OpenSSH PROTOCOL.certkeys, PROTOCOL.key section 3.
 *
 * Input: a byte that says what the rest is: bytes as they are, or changes to one of the made ones
 * (place in two bytes, then the new byte; three of them and more). A bent certificate is signed
 * again by its authority before it is read, in half of the cases, so that what lies behind the
 * signature is reached. Held against each other: what is read, written and read again is the same
 * key and the same bytes; an error has a field and lies within the input; nothing is left in
 * memory, and nothing asks for more than CEILING bytes, whatever lengths the input declares. */
#include <stdio.h>
#include <stdlib.h>

#include "keys/key_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A blob of 64 KiB, its text, its copy in the key and a second key to compare with. */
#define CEILING ((size_t)1 << 20)

enum form { BLOB, LINE, FIELDS, BENT_KEY, BENT_CERT, BENT_SIGNED, BENT_FIELDS, FORMS };

static void check(int holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "fuzz_key: %s\n", what);
    abort();
}

#define CHECK(condition) check((condition), #condition)

/* ---- keys to bend ---- */

static const enum ss_key_kind kinds[] = {
    SS_KEY_ED25519, SS_KEY_ECDSA_P256, SS_KEY_RSA,   SS_KEY_ECDSA_P384,      SS_KEY_ECDSA_P521,
    SS_KEY_DSA,     SS_KEY_SK_ED25519, SS_KEY_ED448, SS_KEY_MLDSA44_ED25519, SS_KEY_SK_ECDSA_P256,
};

struct made {
    struct ss_key *key, *cert;
    struct ss_buf fields; /* private, of the certificate when there is one */
};

static struct ss_seeded seeded;
static struct ss_counted counted;
static struct made all[SS_COUNT(kinds)];
static struct ss_key *authority;

static void make_cert(struct made *made)
{
    static const ss_span names[] = {{(const uint8_t *)"tester", 6},
                                    {(const uint8_t *)"*.example", 9}};
    static const struct ss_cert_option options[] = {
        {"force-command", {(const uint8_t *)"true", 4}, false},
        {"source-address", {(const uint8_t *)"127.0.0.0/8,::1", 15}, false},
        {"verify-required", {NULL, 0}, true}};
    static const struct ss_cert_option extensions[] = {{"permit-pty", {NULL, 0}, true}};
    struct ss_cert_request request = {.type = SS_CERT_USER,
                                      .key_id = ss_span_of("id"),
                                      .principals = names,
                                      .principal_count = 2,
                                      .valid_before = SS_CERT_FOREVER,
                                      .options = options,
                                      .option_count = 3,
                                      .extensions = extensions,
                                      .extension_count = 1};
    ss_err err = ss_cert_issue(&seeded.env, made->key, authority, NULL, &request, &made->cert);

    CHECK(err == SS_OK || (err == SS_E_bad_argument && made->key->kind == SS_KEY_ED448));
    if (made->cert == NULL)
        made->cert = ss_key_ref(made->key);
}

static void write_fields(const struct ss_key *key, struct ss_buf *out)
{
    struct ss_writer writer;

    ss_writer_init(&writer, out);
    ss_key_write_private_fields(key, &writer);
    CHECK(ss_writer_done(&writer) == SS_OK);
}

static void make_all(void)
{
    size_t i;

    if (authority != NULL)
        return;
    ss_seeded_init(&seeded, 1);
    ss_counted_init(&counted, &seeded.env);
    CHECK(ss_key_generate(&seeded.env, SS_KEY_ED25519, 0, ss_span_of(""), &authority) == SS_OK);
    for (i = 0; i < SS_COUNT(kinds); i++) {
        CHECK(ss_key_generate(&seeded.env, kinds[i], 1024, ss_span_of("c"), &all[i].key) == SS_OK);
        make_cert(&all[i]);
        ss_buf_init(&all[i].fields, &seeded.env, SS_KEY_FIELDS_MAX);
        write_fields(all[i].cert, &all[i].fields);
    }
}

/* ---- what holds for every key ---- */

static bool yes(void *ctx, const struct ss_key *ca)
{
    (void)ctx;
    return ca != NULL;
}

static void check_cert(const struct ss_key *key)
{
    const struct ss_cert *cert = ss_key_cert(key);
    struct ss_cert_policy policy = {.type = cert->type,
                                    .principal = ss_span_of("tester"),
                                    .now = cert->valid_after,
                                    .address = "127.0.0.1",
                                    .is_ca = yes};
    struct ss_cert_answer answer;
    ss_err err = ss_cert_check(key, &policy, &answer);

    CHECK(err == SS_OK || err == SS_E_bad_certificate);
    CHECK((err == SS_OK) == (answer.why == NULL) && (err == SS_OK) == (answer.field == NULL));
    CHECK(err == SS_OK || (answer.permits == 0 && !answer.forced));
    CHECK(ss_key_cert(ss_key_plain(key)) == NULL && ss_key_cert(ss_key_cert_ca(key)) == NULL);
    CHECK(cert->algorithm != NULL && cert->algorithm->plain == NULL);
}

static void check_line(const struct ss_key *key)
{
    struct ss_key *back = NULL;
    struct ss_buf line, again;

    ss_buf_init(&line, &counted.env, CEILING);
    ss_buf_init(&again, &counted.env, CEILING);
    CHECK(ss_key_write_line(key, &line) == SS_OK);
    CHECK(ss_key_read_line(&counted.env, ss_buf_span(&line), &back) == SS_OK);
    CHECK(ss_key_equal(key, back) && strcmp(ss_key_type(key), ss_key_type(back)) == 0);
    CHECK(ss_key_write_line(back, &again) == SS_OK);
    CHECK(ss_span_eq(ss_buf_span(&line), ss_buf_span(&again)));
    ss_key_free(&back);
    ss_buf_fini(&again);
    ss_buf_fini(&line);
}

static void check_key(const struct ss_key *key)
{
    struct ss_key *back = NULL;

    CHECK(ss_key_from_blob(&counted.env, ss_key_blob(key), &back) == SS_OK);
    CHECK(ss_key_equal(key, back) && !ss_key_is_private(back));
    CHECK(ss_key_kind(key) == ss_key_kind(back) && ss_key_bits(key) == ss_key_bits(back));
    CHECK((ss_key_cert(key) == NULL) == (ss_key_cert(back) == NULL));
    ss_key_free(&back);
    if (ss_key_cert(key) != NULL)
        check_cert(key);
    check_line(key);
}

/* ---- readers ---- */

static void run_blob(ss_span blob)
{
    struct ss_key_error error = {0, 1, NULL};
    struct ss_key *key = NULL;
    ss_err err = ss_key_read_blob(&counted.env, blob, &key, &error);

    if (err != SS_OK) {
        CHECK(key == NULL && error.field != NULL && error.line == 0);
        CHECK(error.offset <= blob.size);
        CHECK(err == SS_E_bad_key || err == SS_E_bad_certificate || err == SS_E_unsupported);
        return;
    }
    CHECK(ss_span_eq(ss_key_blob(key), blob));
    check_key(key);
    ss_key_free(&key);
}

static void run_line(ss_span line)
{
    struct ss_key *key = NULL;
    ss_err err = ss_key_read_line(&counted.env, line, &key);

    CHECK((err == SS_OK) == (key != NULL));
    /* A line end within a comment is refused on writing, which check_line does not expect. */
    if (key != NULL && strpbrk(ss_key_comment(key), "\r\n") == NULL)
        check_key(key);
    ss_key_free(&key);
}

static void run_fields(ss_span data)
{
    struct ss_key_parse parse;
    struct ss_key_fields fields;
    struct ss_key *key = NULL, *back = NULL;
    struct ss_buf first, second;

    ss_key_parse_init(&parse, data);
    if (ss_key_read_private_fields(&parse, &fields) != SS_OK) {
        CHECK(parse.field != NULL && ss_key_place(&parse) <= data.size);
        return;
    }
    if (ss_key_from_fields(&counted.env, &fields, ss_span_of("c"), &key) != SS_OK)
        return;
    ss_buf_init(&first, &counted.env, SS_KEY_FIELDS_MAX);
    ss_buf_init(&second, &counted.env, SS_KEY_FIELDS_MAX);
    write_fields(key, &first);
    ss_key_parse_init(&parse, ss_buf_span(&first));
    CHECK(ss_key_read_private_fields(&parse, &fields) == SS_OK);
    CHECK(ss_key_from_fields(&counted.env, &fields, ss_span_of("c"), &back) == SS_OK);
    write_fields(back, &second);
    CHECK(ss_key_equal(key, back) && ss_span_eq(ss_buf_span(&first), ss_buf_span(&second)));
    check_key(key);
    ss_buf_fini(&second);
    ss_buf_fini(&first);
    ss_key_free(&back);
    ss_key_free(&key);
}

/* ---- bending ---- */

/* A copy of from with the changes made; free it. */
static uint8_t *bent(ss_span from, ss_span changes)
{
    uint8_t *copy = malloc(from.size);

    CHECK(copy != NULL);
    memcpy(copy, from.data, from.size);
    for (; changes.size >= 3; changes = ss_span_part(changes, 3, changes.size))
        copy[(size_t)(changes.data[0] << 8 | changes.data[1]) % from.size] = changes.data[2];
    return copy;
}

/* The same up to and including the authority's key, and its signature over that. */
static void run_signed(ss_span blob, const struct ss_cert *cert)
{
    struct ss_buf whole, signature;
    struct ss_writer writer;

    ss_buf_init(&whole, &seeded.env, SS_KEY_BLOB_MAX);
    ss_buf_init(&signature, &seeded.env, 4096);
    CHECK(ss_buf_put(&whole, ss_span_part(blob, 0, blob.size - 4 - cert->signature.size)) == SS_OK);
    CHECK(ss_key_sign(authority, &seeded.env, &ss_sign_ed25519, ss_buf_span(&whole), &signature) ==
          SS_OK);
    ss_writer_init(&writer, &whole);
    ss_writer_string(&writer, ss_buf_span(&signature));
    CHECK(ss_writer_done(&writer) == SS_OK);
    run_blob(ss_buf_span(&whole));
    ss_buf_fini(&signature);
    ss_buf_fini(&whole);
}

static void run_bent(enum form form, ss_span rest)
{
    const struct made *made;
    ss_span from;
    uint8_t *copy;

    if (rest.size == 0)
        return;
    made = &all[rest.data[0] % SS_COUNT(all)];
    from = form == BENT_FIELDS ? ss_buf_span(&made->fields)
                               : ss_key_blob(form == BENT_KEY ? made->key : made->cert);
    copy = bent(from, ss_span_part(rest, 1, rest.size));
    if (form == BENT_FIELDS)
        run_fields(ss_span_make(copy, from.size));
    else if (form == BENT_SIGNED && ss_key_cert(made->cert) != NULL)
        run_signed(ss_span_make(copy, from.size), ss_key_cert(made->cert));
    else
        run_blob(ss_span_make(copy, from.size));
    free(copy);
}

static void run(enum form form, ss_span rest)
{
    switch (form) {
    case BLOB:
        run_blob(rest);
        break;
    case LINE:
        run_line(rest);
        break;
    case FIELDS:
        run_fields(rest);
        break;
    default:
        run_bent(form, rest);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *exact;

    make_all();
    if (size == 0)
        return 0;
    /* A block of just the size, so that reading past the end is seen. */
    exact = malloc(size);
    if (exact == NULL)
        return 0;
    memcpy(exact, data, size);
    counted.peak = 0;
    run((enum form)(exact[0] % FORMS), ss_span_make(exact + 1, size - 1));
    CHECK(counted.blocks == 0 && counted.bytes == 0);
    CHECK(counted.peak <= CEILING);
    free(exact);
    return 0;
}
