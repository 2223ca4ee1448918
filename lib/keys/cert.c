/* SPDX-License-Identifier: Apache-2.0 */
/* cert.c - certificates read and made.
 *
 * Owns: the fields of a certificate behind those of its key, the authority's signature over all.
 * Not here: whether a certificate counts (cert_check.c), the fields of the key (key_fields.c).
 * Called by: key.c for blobs, key_fields.c for private sections; whoever issues certificates.
 * Follows: OpenSSH PROTOCOL.certkeys; draft-ietf-sshm-cert section 2.1. */
#include "keys/key_impl.h"

enum { NONCE = 32 };

const struct ss_cert *ss_key_cert(const struct ss_key *key)
{
    return key->plain != NULL ? &key->cert : NULL;
}

const struct ss_key *ss_key_cert_ca(const struct ss_key *key)
{
    return key->ca;
}

/* ---- packed lists ---- */

bool ss_cert_principal_next(ss_span *rest, ss_span *out_name)
{
    struct ss_reader reader;

    ss_reader_init(&reader, *rest);
    if (rest->size == 0)
        return false;
    *out_name = ss_reader_string(&reader);
    *rest = ss_reader_rest(&reader);
    return reader.err == SS_OK;
}

bool ss_cert_option_next(ss_span *rest, ss_span *out_name, ss_span *out_data)
{
    struct ss_reader reader;

    ss_reader_init(&reader, *rest);
    if (rest->size == 0)
        return false;
    *out_name = ss_reader_string(&reader);
    *out_data = ss_reader_string(&reader);
    *rest = ss_reader_rest(&reader);
    return reader.err == SS_OK;
}

ss_err ss_cert_option_text(ss_span data, ss_span *out_text)
{
    struct ss_reader reader;
    ss_span text;

    ss_reader_init(&reader, data);
    text = ss_reader_string(&reader);
    if (ss_reader_done(&reader) != SS_OK)
        return SS_E_bad_certificate;
    *out_text = text;
    return SS_OK;
}

/* ---- reading ---- */

/* Zero bytes would let a name say one thing to a program in C and another to the rest. */
static bool is_text(ss_span s)
{
    return s.size == 0 || memchr(s.data, 0, s.size) == NULL;
}

static ss_span want_text(struct ss_key_parse *parse, const char *field)
{
    size_t at = ss_reader_offset(&parse->reader);
    ss_span s = ss_key_want_string(parse, field);

    if (!is_text(s))
        (void)ss_key_refuse(parse, at, SS_E_bad_certificate);
    return s;
}

static ss_span want_principals(struct ss_key_parse *parse)
{
    size_t at = ss_reader_offset(&parse->reader), n = 0;
    ss_span all = ss_key_want_string(parse, "valid principals");
    struct ss_reader inner;

    ss_reader_init(&inner, all);
    while (ss_reader_left(&inner) > 0 && n <= SS_CERT_PRINCIPALS_MAX) {
        if (!is_text(ss_reader_string(&inner)))
            ss_reader_fail(&inner, SS_E_bad_text);
        n++;
    }
    if (inner.err != SS_OK || n > SS_CERT_PRINCIPALS_MAX)
        (void)ss_key_refuse(parse, at, SS_E_bad_certificate);
    return all;
}

/* Pairs of a name and data; their order and meaning are looked at by ss_cert_check. */
static ss_span want_options(struct ss_key_parse *parse, const char *field)
{
    size_t at = ss_reader_offset(&parse->reader);
    ss_span all = ss_key_want_string(parse, field);
    struct ss_reader inner;

    ss_reader_init(&inner, all);
    while (ss_reader_left(&inner) > 0) {
        if (!is_text(ss_reader_string(&inner)))
            ss_reader_fail(&inner, SS_E_bad_text);
        (void)ss_reader_string(&inner);
    }
    if (inner.err != SS_OK)
        (void)ss_key_refuse(parse, at, SS_E_bad_certificate);
    return all;
}

static enum ss_cert_type want_type(struct ss_key_parse *parse)
{
    size_t at = ss_reader_offset(&parse->reader);
    uint32_t type = ss_key_want_u32(parse, "certificate type");

    if (type != SS_CERT_USER && type != SS_CERT_HOST)
        (void)ss_key_refuse(parse, at, SS_E_bad_certificate);
    return type == SS_CERT_HOST ? SS_CERT_HOST : SS_CERT_USER;
}

struct body {
    struct ss_key_fields fields;
    struct ss_cert cert;
    size_t ca_at, signature_at; /* where these fields begin; what is signed ends at the second */
};

static ss_err read_body(struct ss_key_parse *parse, struct body *out)
{
    struct ss_cert *cert = &out->cert;

    cert->nonce = ss_key_want_string(parse, "nonce");
    SS_TRY(ss_key_read_public_fields(parse, &out->fields));
    cert->serial = ss_key_want_u64(parse, "serial");
    cert->type = want_type(parse);
    cert->key_id = want_text(parse, "key id");
    cert->principals = want_principals(parse);
    cert->valid_after = ss_key_want_u64(parse, "valid after");
    cert->valid_before = ss_key_want_u64(parse, "valid before");
    cert->options = want_options(parse, "critical options");
    cert->extensions = want_options(parse, "extensions");
    /* rule: CERT-2.1.1-reserved-ignored */
    cert->reserved = ss_key_want_string(parse, "reserved");
    out->ca_at = ss_reader_offset(&parse->reader);
    cert->ca = ss_key_want_string(parse, "signature key");
    out->signature_at = ss_reader_offset(&parse->reader);
    cert->signature = ss_key_want_string(parse, "signature");
    return ss_key_parse_done(parse);
}

/* Refuses a field of a body that has been read to its end. */
static ss_err blame(struct ss_key_parse *parse, const char *field, size_t at)
{
    parse->field = field;
    return ss_key_refuse(parse, at, SS_E_bad_certificate);
}

/* rule: CERT-2.1.1-ca-not-certificate, seen by its name, before anything of it is read. */
static ss_err read_ca(const struct ss_env *env, struct ss_key_parse *parse, const struct body *body,
                      struct ss_key **out_ca)
{
    struct ss_reader reader;
    bool certified = false;
    ss_err err;

    ss_reader_init(&reader, body->cert.ca);
    (void)ss_key_type_find(ss_reader_string(&reader), &certified);
    if (certified)
        return blame(parse, "signature key", body->ca_at);
    err = ss_key_from_blob(env, body->cert.ca, out_ca);
    if (err == SS_E_bad_key || err == SS_E_unsupported)
        return blame(parse, "signature key", body->ca_at);
    return err;
}

/* What an authority may sign with is a matter of policy; that it did sign, is not. */
static ss_err check_signature(const struct ss_env *env, ss_span blob, struct ss_key_parse *parse,
                              const struct ss_key *ca, struct body *body)
{
    const struct ss_sign_alg *alg;
    struct ss_sk_detail detail;
    struct ss_reader reader;
    ss_err err;

    ss_reader_init(&reader, body->cert.signature);
    alg = ss_registry_sign(ss_registry_standard(), ss_reader_string(&reader));
    if (alg == NULL || !ss_key_fits(ca, alg))
        return blame(parse, "signature", body->signature_at);
    err = ss_key_verify_detail(ca, env, alg, ss_span_part(blob, 0, body->signature_at),
                               body->cert.signature, &detail);
    if (err == SS_E_bad_signature)
        return blame(parse, "signature", body->signature_at);
    body->cert.algorithm = alg;
    return err;
}

/* The same bytes in the copy of the blob. */
static ss_span moved(ss_span span, ss_span from, ss_span to)
{
    return span.size > 0 ? ss_span_part(to, (size_t)(span.data - from.data), span.size)
                         : ss_span_make(to.data, 0);
}

static ss_err keep(struct ss_key *key, ss_span blob, const struct ss_cert *cert)
{
    struct ss_cert *kept = &key->cert;
    ss_span to;

    SS_TRY(ss_buf_put(&key->blob, blob));
    to = ss_key_blob(key);
    *kept = *cert;
    kept->nonce = moved(cert->nonce, blob, to);
    kept->key_id = moved(cert->key_id, blob, to);
    kept->principals = moved(cert->principals, blob, to);
    kept->options = moved(cert->options, blob, to);
    kept->extensions = moved(cert->extensions, blob, to);
    kept->reserved = moved(cert->reserved, blob, to);
    kept->ca = moved(cert->ca, blob, to);
    kept->signature = moved(cert->signature, blob, to);
    return SS_OK;
}

/* The key inside: a public one, or the one that was given, when it is the same. */
static ss_err take_plain(struct ss_key *key, struct ss_key_parse *parse, const struct body *body,
                         const struct ss_key *plain)
{
    struct ss_key *inside = NULL;
    ss_err err = ss_key_from_fields(key->env, &body->fields, ss_span_make(NULL, 0), &inside);

    if (ss_key_err(err, SS_E_bad_key) == SS_E_bad_key)
        return blame(parse, "key values", 0);
    if (err != SS_OK)
        return err;
    if (plain != NULL && !ss_key_equal(inside, plain)) {
        ss_key_free(&inside);
        return blame(parse, "public value", 0);
    }
    if (plain != NULL) {
        ss_key_free(&inside);
        inside = ss_key_ref(plain);
    }
    key->plain = inside;
    key->pkey = inside->pkey;
    return SS_OK;
}

static ss_err fill(struct ss_key *key, ss_span blob, const struct ss_key *plain,
                   struct ss_key_parse *parse)
{
    struct body body = {.fields = {.kind = key->kind}};
    ss_err err = read_body(parse, &body);

    if (err != SS_OK)
        return ss_key_err(err, SS_E_bad_certificate);
    SS_TRY(take_plain(key, parse, &body, plain));
    SS_TRY(read_ca(key->env, parse, &body, &key->ca));
    SS_TRY(check_signature(key->env, blob, parse, key->ca, &body));
    return keep(key, blob, &body.cert);
}

ss_err ss_cert_read(const struct ss_env *env, const struct ss_key_type *type, ss_span blob,
                    const struct ss_key *plain, ss_span comment, struct ss_key_parse *parse,
                    struct ss_key **out_key)
{
    struct ss_key *key = NULL;
    ss_err err = ss_key_empty(env, type->kind, comment, &key);

    if (err != SS_OK)
        return err;
    err = fill(key, blob, plain, parse);
    if (err == SS_OK)
        *out_key = key;
    else
        ss_key_free(&key);
    return err;
}

ss_err ss_key_certify(const struct ss_key *key, ss_span certificate, struct ss_key **out_key,
                      struct ss_key_error *out_error)
{
    const struct ss_key *plain = ss_key_plain(key);
    const struct ss_key_type *type = ss_key_type_of(plain->kind);
    struct ss_key_parse parse;
    ss_err err;

    ss_key_parse_init(&parse, certificate);
    if (certificate.size > SS_KEY_BLOB_MAX || type->certified == NULL ||
        !ss_span_is(ss_key_want_string(&parse, "key type"), type->certified))
        err = ss_key_refuse(&parse, 0, SS_E_bad_certificate);
    else
        err = ss_cert_read(plain->env, type, certificate, plain, ss_span_of(key->comment), &parse,
                           out_key);
    err = ss_key_err(err, SS_E_bad_certificate);
    if (err != SS_OK && out_error != NULL) {
        out_error->offset = ss_key_place(&parse);
        out_error->line = 0;
        out_error->field = parse.field;
    }
    return err;
}

/* ---- issuing ---- */

static ss_err write_nonce(const struct ss_env *env, ss_span nonce, struct ss_writer *writer)
{
    uint8_t drawn[NONCE];

    if (nonce.size == 0) {
        SS_TRY(ss_random(env, drawn, sizeof drawn));
        nonce = ss_span_make(drawn, sizeof drawn);
    }
    ss_writer_string(writer, nonce);
    return SS_OK;
}

static void write_principals(struct ss_writer *writer, const struct ss_cert_request *request)
{
    size_t mark = ss_writer_open(writer), i;

    for (i = 0; i < request->principal_count; i++)
        ss_writer_string(writer, request->principals[i]);
    ss_writer_close(writer, mark);
}

static void write_options(struct ss_writer *writer, const struct ss_cert_option *options, size_t n)
{
    size_t mark = ss_writer_open(writer), i, data;

    for (i = 0; i < n; i++) {
        ss_writer_cstring(writer, options[i].name);
        data = ss_writer_open(writer);
        if (!options[i].flag)
            ss_writer_string(writer, options[i].value);
        ss_writer_close(writer, data);
    }
    ss_writer_close(writer, mark);
}

static ss_err write_body(const struct ss_env *env, const struct ss_key *subject,
                         const struct ss_key *ca, const struct ss_cert_request *request,
                         struct ss_writer *writer)
{
    ss_writer_cstring(writer, ss_key_type_of(subject->kind)->certified);
    SS_TRY(write_nonce(env, request->nonce, writer));
    ss_key_write_public_fields(subject, writer);
    ss_writer_u64(writer, request->serial);
    ss_writer_u32(writer, (uint32_t)request->type);
    ss_writer_string(writer, request->key_id);
    write_principals(writer, request);
    ss_writer_u64(writer, request->valid_after);
    ss_writer_u64(writer, request->valid_before);
    write_options(writer, request->options, request->option_count);
    write_options(writer, request->extensions, request->extension_count);
    ss_writer_string(writer, request->reserved);
    ss_writer_string(writer, ss_key_blob(ca));
    return ss_writer_done(writer);
}

static ss_err write_signed(const struct ss_env *env, const struct ss_key *ca,
                           const struct ss_sign_alg *alg, struct ss_buf *blob)
{
    struct ss_writer writer;
    struct ss_buf signature;
    ss_err err;

    ss_buf_init(&signature, env, SS_KEY_BLOB_MAX);
    err = ss_key_sign(ca, env, alg, ss_buf_span(blob), &signature);
    if (err == SS_OK) {
        ss_writer_init(&writer, blob);
        ss_writer_string(&writer, ss_buf_span(&signature));
        err = ss_writer_done(&writer);
    }
    ss_buf_fini(&signature);
    return err;
}

ss_err ss_cert_issue(const struct ss_env *env, const struct ss_key *subject,
                     const struct ss_key *ca, const struct ss_sign_alg *alg,
                     const struct ss_cert_request *request, struct ss_key **out_key)
{
    const struct ss_key *plain = ss_key_plain(subject);
    struct ss_writer writer;
    struct ss_buf blob;
    ss_err err;

    if (alg == NULL)
        alg = ss_key_default_alg(ca, ss_registry_standard());
    if (ca->plain != NULL || alg == NULL || !ss_key_fits(ca, alg) ||
        ss_key_type_of(plain->kind)->certified == NULL)
        return SS_E_bad_argument;
    ss_buf_init(&blob, env, SS_KEY_BLOB_MAX);
    ss_writer_init(&writer, &blob);
    err = write_body(env, plain, ca, request, &writer);
    if (err == SS_OK)
        err = write_signed(env, ca, alg, &blob);
    if (err == SS_OK)
        err = ss_key_certify(subject, ss_buf_span(&blob), out_key, NULL);
    ss_buf_fini(&blob);
    return err;
}
