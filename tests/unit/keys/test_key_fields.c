/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_fields.c - the private fields of a key, without what a file puts around them.
 *
 * Follows: OpenSSH PROTOCOL.key section 3; the Ed25519 key is TEST 1 of RFC 8032 section 7.1. */
#include <criterion/criterion.h>

#include "keys/key_impl.h"
#include "tests/unit/keys/kit.h"

TestSuite(key_fields, .fini = kit_folder_remove);

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static struct ss_key_parse parse_of(ss_span data)
{
    struct ss_key_parse parse;

    ss_key_parse_init(&parse, data);
    return parse;
}

/* A key of this type; odd ones have a certificate, when there are such. */
static struct ss_key *key_of(size_t i, bool certified)
{
    struct ss_key *key = kit_key(kit_types[i].kind, "c"), *ca, *cert = NULL;
    struct ss_cert_request request = {.type = SS_CERT_USER, .valid_before = SS_CERT_FOREVER};

    if (!certified || kit_types[i].certified == NULL)
        return key;
    ca = kit_key(SS_KEY_ED25519, "");
    cr_assert(ss_cert_issue(env(), key, ca, NULL, &request, &cert) == SS_OK);
    ss_key_free(&ca);
    ss_key_free(&key);
    return cert;
}

static void write_fields(const struct ss_key *key, struct ss_buf *out)
{
    struct ss_writer writer;

    ss_writer_init(&writer, out);
    ss_key_write_private_fields(key, &writer);
    cr_assert(ss_writer_done(&writer) == SS_OK);
}

static void expect_same_fields(const struct ss_key *key, ss_span want)
{
    struct ss_buf out;

    ss_buf_init(&out, env(), SS_KEY_FIELDS_MAX);
    write_fields(key, &out);
    cr_expect(ss_span_eq(ss_buf_span(&out), want), "%s", ss_key_type(key));
    ss_buf_fini(&out);
}

Test(key_fields, what_is_written_reads_back_and_stops_before_the_comment)
{
    size_t i;

    for (i = 0; i < (size_t)2 * KIT_TYPES; i++) {
        struct ss_key *key = key_of(i / 2, i % 2 == 1), *back = NULL;
        struct ss_key_fields fields;
        struct ss_key_parse parse;
        struct ss_buf out;

        ss_buf_init(&out, env(), SS_KEY_FIELDS_MAX);
        write_fields(key, &out);
        cr_assert(ss_buf_puts(&out, "behind") == SS_OK);
        parse = parse_of(ss_buf_span(&out));
        cr_assert(ss_key_read_private_fields(&parse, &fields) == SS_OK, "%s", parse.field);
        cr_expect(ss_reader_left(&parse.reader) == 6);
        cr_assert(ss_key_from_fields(env(), &fields, ss_span_of("other"), &back) == SS_OK);
        cr_expect(ss_key_equal(key, back) && ss_key_is_private(back));
        cr_expect_str_eq(ss_key_type(back), ss_key_type(key));
        cr_expect_str_eq(ss_key_comment(back), "other");
        expect_same_fields(back, ss_span_part(ss_buf_span(&out), 0, ss_buf_size(&out) - 6));
        ss_buf_fini(&out);
        ss_key_free(&back);
        ss_key_free(&key);
    }
}

Test(key_fields, every_prefix_is_refused_with_the_field_it_ends_in)
{
    size_t i, n;

    for (i = 0; i < (size_t)2 * KIT_TYPES; i++) {
        struct ss_key *key = key_of(i / 2, i % 2 == 1);
        struct ss_buf out;

        ss_buf_init(&out, env(), SS_KEY_FIELDS_MAX);
        write_fields(key, &out);
        for (n = 0; n < ss_buf_size(&out); n++) {
            ss_span part = test_guarded(ss_span_part(ss_buf_span(&out), 0, n));
            struct ss_key_parse parse = parse_of(part);
            struct ss_key_fields fields;

            cr_expect(ss_key_read_private_fields(&parse, &fields) != SS_OK, "%zu", n);
            cr_expect(parse.field != NULL);
            cr_expect(ss_key_place(&parse) <= n);
        }
        ss_buf_fini(&out);
        ss_key_free(&key);
    }
}

Test(key_fields, a_public_key_has_no_private_fields_to_write)
{
    struct ss_key *key = kit_key(SS_KEY_ED25519, ""), *half = kit_public(key);
    struct ss_writer writer;
    struct ss_buf out;

    ss_buf_init(&out, env(), SS_KEY_FIELDS_MAX);
    ss_writer_init(&writer, &out);
    ss_key_write_private_fields(half, &writer);
    cr_expect(ss_writer_done(&writer) == SS_E_usage && ss_buf_size(&out) == 0);
    ss_buf_fini(&out);
    ss_key_free(&half);
    ss_key_free(&key);
}

Test(key_fields, a_refusal_says_which_field_and_where)
{
    /* The private value repeats another public value. */
    ss_span data =
        test_hex("ff 0000000b 7373682d65643235353139 00000020"
                 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a 00000040"
                 "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
                 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511b");
    struct ss_key_parse parse = parse_of(data);
    struct ss_key_fields fields;

    /* A section that does not begin at the start of the data. */
    ss_reader_init(&parse.reader, ss_span_part(data, 1, data.size));
    cr_expect(ss_key_read_private_fields(&parse, &fields) == SS_E_bad_key_file);
    cr_expect_str_eq(parse.field, "ed25519 private value");
    cr_expect(ss_key_place(&parse) == 1 + 15 + 36 && parse.reader.err_at == 15 + 36);
    data = test_hex("00000007 7373682d666f6f");
    parse = parse_of(data);
    cr_expect(ss_key_read_private_fields(&parse, &fields) == SS_E_unsupported);
    cr_expect_str_eq(parse.field, "key type");
}
