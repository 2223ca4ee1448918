/* SPDX-License-Identifier: Apache-2.0 */
/* key_fields.c - the fields of a key, public as in blobs, private as key files and agents write
 * them.
 *
 * Owns: which fields each key type has and in which order, the name of each for errors.
 * Not here: what stands around them: armour, check integers, comment (key_file.c); the fields of
 *   a certificate behind the key's own (cert.c).
 * Called by: key.c, cert.c, key_file.c.
 * Follows: RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4; OpenSSH PROTOCOL.key
 *   section 3, PROTOCOL.u2f; draft-ietf-sshm-ssh-agent section 3.2. */
#include "keys/key_impl.h"

enum { DSA_Q_BYTES = 20 };

/* ---- the cursor ---- */

void ss_key_parse_init(struct ss_key_parse *parse, ss_span data)
{
    ss_reader_init(&parse->reader, data);
    parse->base = parse->reader.base;
    parse->field = "key type";
}

void ss_key_name_field(struct ss_key_parse *parse, const char *field)
{
    if (parse->reader.err == SS_OK)
        parse->field = field;
}

ss_span ss_key_want_string(struct ss_key_parse *parse, const char *field)
{
    ss_key_name_field(parse, field);
    return ss_reader_string(&parse->reader);
}

ss_span ss_key_want_mpint(struct ss_key_parse *parse, const char *field)
{
    ss_key_name_field(parse, field);
    return ss_reader_mpint(&parse->reader);
}

uint32_t ss_key_want_u32(struct ss_key_parse *parse, const char *field)
{
    ss_key_name_field(parse, field);
    return ss_reader_u32(&parse->reader);
}

uint64_t ss_key_want_u64(struct ss_key_parse *parse, const char *field)
{
    ss_key_name_field(parse, field);
    return ss_reader_u64(&parse->reader);
}

ss_err ss_key_refuse(struct ss_key_parse *parse, size_t at, ss_err err)
{
    if (parse->reader.err == SS_OK) {
        ss_reader_fail(&parse->reader, err);
        parse->reader.err_at = at;
    }
    return parse->reader.err;
}

size_t ss_key_place(const struct ss_key_parse *parse)
{
    return (size_t)(parse->reader.base - parse->base) + ss_reader_offset(&parse->reader);
}

ss_err ss_key_parse_done(struct ss_key_parse *parse)
{
    ss_key_name_field(parse, "end of the key");
    return ss_reader_done(&parse->reader);
}

/* ---- public fields ---- */

static void read_application(struct ss_key_parse *parse, struct ss_key_fields *out)
{
    size_t at = ss_reader_offset(&parse->reader);

    out->application = ss_key_want_string(parse, "application");
    if (out->application.size > SS_SK_TEXT_MAX)
        (void)ss_key_refuse(parse, at, SS_E_bad_key);
}

/* A signature of ssh-dss has room for a q of 160 bits, no other.
 * rule: RFC4253-6.6-ssh-dss-blob-40 */
static void read_dsa(struct ss_key_parse *parse, struct ss_pkey_parts *out)
{
    size_t at;

    out->p = ss_key_want_mpint(parse, "dsa p");
    at = ss_reader_offset(&parse->reader);
    out->q = ss_key_want_mpint(parse, "dsa q");
    if (out->q.size != DSA_Q_BYTES || (out->q.data[0] & 0x80) == 0)
        (void)ss_key_refuse(parse, at, SS_E_bad_key);
    out->g = ss_key_want_mpint(parse, "dsa g");
    out->pub = ss_key_want_mpint(parse, "dsa y");
}

static void read_curve(struct ss_key_parse *parse, const char *curve, struct ss_pkey_parts *out)
{
    size_t at = ss_reader_offset(&parse->reader);

    if (!ss_span_is(ss_key_want_string(parse, "curve name"), curve))
        (void)ss_key_refuse(parse, at, SS_E_bad_key);
    out->pub = ss_key_want_string(parse, "ecdsa public point");
}

/* What of a key's public value stands in blobs and, in the same order, in private sections. */
static void read_value(struct ss_key_parse *parse, struct ss_key_fields *out)
{
    const struct ss_key_type *type = ss_key_type_of(out->kind);

    if (out->kind == SS_KEY_DSA)
        read_dsa(parse, &out->parts);
    else if (type->curve != NULL)
        read_curve(parse, type->curve, &out->parts);
    else
        out->parts.pub = ss_key_want_string(parse, "public value");
}

ss_err ss_key_read_public_fields(struct ss_key_parse *parse, struct ss_key_fields *out)
{
    if (out->kind == SS_KEY_RSA) {
        out->parts.e = ss_key_want_mpint(parse, "rsa e");
        out->parts.n = ss_key_want_mpint(parse, "rsa n");
        return parse->reader.err;
    }
    read_value(parse, out);
    if (ss_key_kind_is_sk(out->kind))
        read_application(parse, out);
    return parse->reader.err;
}

static void write_value(struct ss_writer *writer, enum ss_key_kind kind,
                        const struct ss_pkey_parts *parts)
{
    const struct ss_key_type *type = ss_key_type_of(kind);

    if (kind == SS_KEY_DSA) {
        ss_writer_mpint(writer, parts->p);
        ss_writer_mpint(writer, parts->q);
        ss_writer_mpint(writer, parts->g);
        ss_writer_mpint(writer, parts->pub);
        return;
    }
    if (type->curve != NULL)
        ss_writer_cstring(writer, type->curve);
    ss_writer_string(writer, parts->pub);
}

void ss_key_write_public_fields(const struct ss_key *key, struct ss_writer *writer)
{
    struct ss_pkey_parts parts;
    struct ss_buf store;
    ss_err err;

    if (writer->err != SS_OK)
        return;
    ss_buf_init(&store, key->env, SS_KEY_BLOB_MAX);
    err = ss_pkey_export(key->pkey, false, &store, &parts);
    if (err != SS_OK) {
        writer->err = err;
    } else if (key->kind == SS_KEY_RSA) {
        ss_writer_mpint(writer, parts.e);
        ss_writer_mpint(writer, parts.n);
    } else {
        write_value(writer, key->kind, &parts);
        if (ss_key_kind_is_sk(key->kind))
            ss_writer_string(writer, ss_buf_span(&key->sk.application));
    }
    ss_buf_fini(&store);
}

/* ---- private fields ---- */

/* The seed, then the public value once more. */
static void read_eddsa(struct ss_key_parse *parse, enum ss_key_kind kind, struct ss_pkey_parts *out)
{
    bool is_448 = kind == SS_KEY_ED448;
    size_t at, size;
    ss_span secret;

    out->pub = ss_key_want_string(parse, is_448 ? "ed448 public value" : "ed25519 public value");
    size = out->pub.size;
    at = ss_reader_offset(&parse->reader);
    secret = ss_key_want_string(parse, is_448 ? "ed448 private value" : "ed25519 private value");
    if (secret.size != 2 * size || !ss_span_eq(ss_span_part(secret, size, size), out->pub))
        (void)ss_key_refuse(parse, at, SS_E_bad_key_file);
    out->priv = ss_span_part(secret, 0, size);
}

static ss_span want_secret(struct ss_key_parse *parse, const char *field)
{
    size_t at = ss_reader_offset(&parse->reader);
    ss_span secret = ss_key_want_mpint(parse, field);

    if (secret.size == 0)
        (void)ss_key_refuse(parse, at, SS_E_bad_key_file);
    return secret;
}

static ss_span want_seeds(struct ss_key_parse *parse)
{
    size_t at = ss_reader_offset(&parse->reader);
    ss_span seeds = ss_key_want_string(parse, "seeds");

    if (seeds.size == 0)
        (void)ss_key_refuse(parse, at, SS_E_bad_key_file);
    return seeds;
}

static void read_rsa(struct ss_key_parse *parse, bool certified, struct ss_pkey_parts *out)
{
    if (!certified) {
        out->n = ss_key_want_mpint(parse, "rsa n");
        out->e = ss_key_want_mpint(parse, "rsa e");
    }
    out->d = want_secret(parse, "rsa d");
    out->iqmp = ss_key_want_mpint(parse, "rsa iqmp");
    out->p = ss_key_want_mpint(parse, "rsa p");
    out->q = ss_key_want_mpint(parse, "rsa q");
}

/* The public value of an Ed25519 security key stands there even when a certificate has it too. */
static void read_sk(struct ss_key_parse *parse, bool certified, struct ss_key_fields *out)
{
    size_t at;

    if (!certified || out->kind == SS_KEY_SK_ED25519)
        read_value(parse, out);
    read_application(parse, out);
    ss_key_name_field(parse, "security key flags");
    out->flags = ss_reader_byte(&parse->reader);
    at = ss_reader_offset(&parse->reader);
    out->handle = ss_key_want_string(parse, "key handle");
    out->reserved = ss_key_want_string(parse, "reserved");
    if (out->handle.size > SS_SK_TEXT_MAX || out->reserved.size > SS_SK_TEXT_MAX)
        (void)ss_key_refuse(parse, at, SS_E_bad_key_file);
    out->has_handle = true;
}

/* A private section says its certificate in place of the public fields, which are taken from
 * there. */
static void read_certified(struct ss_key_parse *parse, struct ss_key_fields *out)
{
    size_t at = ss_reader_offset(&parse->reader);
    struct ss_key_parse inner;

    out->certificate = ss_key_want_string(parse, "certificate");
    if (parse->reader.err != SS_OK)
        return;
    ss_key_parse_init(&inner, out->certificate);
    (void)ss_key_want_string(&inner, "key type");
    (void)ss_key_want_string(&inner, "nonce");
    if (ss_key_read_public_fields(&inner, out) != SS_OK)
        (void)ss_key_refuse(parse, at, SS_E_bad_certificate);
}

static void read_private(struct ss_key_parse *parse, bool certified, struct ss_key_fields *out)
{
    switch (out->kind) {
    case SS_KEY_ED25519:
    case SS_KEY_ED448:
        read_eddsa(parse, out->kind, &out->parts);
        break;
    case SS_KEY_RSA:
        read_rsa(parse, certified, &out->parts);
        break;
    case SS_KEY_MLDSA44_ED25519:
        if (!certified)
            read_value(parse, out);
        out->parts.priv = want_seeds(parse);
        break;
    case SS_KEY_SK_ED25519:
    case SS_KEY_SK_ECDSA_P256:
        read_sk(parse, certified, out);
        break;
    default:
        if (!certified)
            read_value(parse, out);
        out->parts.priv = want_secret(parse, out->kind == SS_KEY_DSA ? "dsa private value"
                                                                     : "ecdsa private scalar");
    }
}

ss_err ss_key_read_private_fields(struct ss_key_parse *parse, struct ss_key_fields *out)
{
    size_t at = ss_reader_offset(&parse->reader);
    const struct ss_key_type *type;
    bool certified = false;
    ss_span name;

    memset(out, 0, sizeof *out);
    name = ss_key_want_string(parse, "key type");
    SS_TRY(parse->reader.err);
    type = ss_key_type_find(name, &certified);
    if (type == NULL)
        return ss_key_refuse(parse, at, SS_E_unsupported);
    out->kind = type->kind;
    if (certified)
        read_certified(parse, out);
    read_private(parse, certified, out);
    return parse->reader.err;
}

static ss_err certify(ss_span certificate, struct ss_key *take, struct ss_key **out_key)
{
    ss_err err = ss_key_certify(take, certificate, out_key, NULL);

    ss_key_free(&take);
    return err;
}

ss_err ss_key_from_fields(const struct ss_env *env, const struct ss_key_fields *fields,
                          ss_span comment, struct ss_key **out_key)
{
    struct ss_key *key = NULL;
    struct ss_pkey *pkey = NULL;

    if (ss_key_kind_is_sk(fields->kind)) {
        SS_TRY(ss_sk_from_fields(env, fields, comment, &key));
    } else {
        SS_TRY(ss_pkey_make(env, fields->kind, &fields->parts, &pkey));
        SS_TRY(ss_key_wrap(env, pkey, comment, &key));
    }
    if (fields->certificate.size > 0)
        return certify(fields->certificate, key, out_key);
    *out_key = key;
    return SS_OK;
}

/* ---- writing private fields ---- */

static void write_twice(struct ss_writer *writer, const struct ss_pkey_parts *parts)
{
    size_t mark;

    ss_writer_string(writer, parts->pub);
    mark = ss_writer_open(writer);
    ss_writer_bytes(writer, parts->priv);
    ss_writer_bytes(writer, parts->pub);
    ss_writer_close(writer, mark);
}

static void write_rsa(struct ss_writer *writer, bool certified, const struct ss_pkey_parts *parts)
{
    if (!certified) {
        ss_writer_mpint(writer, parts->n);
        ss_writer_mpint(writer, parts->e);
    }
    ss_writer_mpint(writer, parts->d);
    ss_writer_mpint(writer, parts->iqmp);
    ss_writer_mpint(writer, parts->p);
    ss_writer_mpint(writer, parts->q);
}

static void write_sk(struct ss_writer *writer, const struct ss_key *key, bool certified,
                     const struct ss_pkey_parts *parts)
{
    const struct ss_sk *sk = &key->sk;

    if (!certified || key->kind == SS_KEY_SK_ED25519)
        write_value(writer, key->kind, parts);
    ss_writer_string(writer, ss_buf_span(&sk->application));
    ss_writer_byte(writer, sk->flags);
    ss_writer_string(writer, ss_buf_span(&sk->handle));
    ss_writer_string(writer, ss_buf_span(&sk->reserved));
}

static void write_private(struct ss_writer *writer, const struct ss_key *key, bool certified,
                          const struct ss_pkey_parts *parts)
{
    switch (key->kind) {
    case SS_KEY_ED25519:
    case SS_KEY_ED448:
        write_twice(writer, parts);
        break;
    case SS_KEY_RSA:
        write_rsa(writer, certified, parts);
        break;
    case SS_KEY_MLDSA44_ED25519:
        if (!certified)
            write_value(writer, key->kind, parts);
        ss_writer_string(writer, parts->priv);
        break;
    case SS_KEY_SK_ED25519:
    case SS_KEY_SK_ECDSA_P256:
        write_sk(writer, key, certified, parts);
        break;
    default:
        if (!certified)
            write_value(writer, key->kind, parts);
        ss_writer_mpint(writer, parts->priv);
    }
}

void ss_key_write_private_fields(const struct ss_key *key, struct ss_writer *writer)
{
    const struct ss_key *plain = ss_key_plain(key);
    bool certified = plain != key, is_sk = ss_key_kind_is_sk(key->kind);
    struct ss_pkey_parts parts;
    struct ss_buf store;
    ss_err err;

    if (writer->err != SS_OK)
        return;
    ss_buf_init(&store, key->env, SS_KEY_FIELDS_MAX);
    /* What a security key keeps to itself is not in its pkey but behind its handle. */
    if (is_sk && !plain->sk.has_handle)
        err = SS_E_usage;
    else
        err = ss_pkey_export(plain->pkey, !is_sk, &store, &parts);
    if (err == SS_OK) {
        ss_writer_cstring(writer, ss_key_type(key));
        if (certified)
            ss_writer_string(writer, ss_key_blob(key));
        write_private(writer, plain, certified, &parts);
    } else {
        writer->err = err;
    }
    ss_buf_fini(&store);
}
