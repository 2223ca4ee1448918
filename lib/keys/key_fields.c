/* SPDX-License-Identifier: Apache-2.0 */
/* key_fields.c - the private fields of a key, as key files and agents write them.
 *
 * Owns: which fields each key type has and in which order, the name of each for errors.
 * Not here: what stands around them: armour, check integers, comment (key_file.c).
 * Called by: key_file.c.
 * Follows: OpenSSH PROTOCOL.key section 3; draft-ietf-sshm-ssh-agent section 3.2. */
#include "keys/key_impl.h"

/* ---- the cursor ---- */

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

/* ---- reading ---- */

static void read_ed25519(struct ss_key_parse *parse, struct ss_pkey_parts *out)
{
    size_t at;
    ss_span secret;

    out->pub = ss_key_want_string(parse, "ed25519 public value");
    at = ss_reader_offset(&parse->reader);
    secret = ss_key_want_string(parse, "ed25519 private value");
    /* The seed, then the public value once more. */
    if (secret.size != 64 || !ss_span_eq(ss_span_part(secret, 32, 32), out->pub))
        (void)ss_key_refuse(parse, at, SS_E_bad_key_file);
    out->priv = ss_span_part(secret, 0, 32);
}

static void read_ecdsa(struct ss_key_parse *parse, struct ss_pkey_parts *out)
{
    size_t at = ss_reader_offset(&parse->reader);

    if (!ss_span_is(ss_key_want_string(parse, "curve name"), SS_ECDSA_CURVE))
        (void)ss_key_refuse(parse, at, SS_E_bad_key_file);
    out->pub = ss_key_want_string(parse, "ecdsa public point");
    at = ss_reader_offset(&parse->reader);
    out->priv = ss_key_want_mpint(parse, "ecdsa private scalar");
    if (out->priv.size == 0)
        (void)ss_key_refuse(parse, at, SS_E_bad_key_file);
}

static void read_rsa(struct ss_key_parse *parse, struct ss_pkey_parts *out)
{
    size_t at;

    out->n = ss_key_want_mpint(parse, "rsa n");
    out->e = ss_key_want_mpint(parse, "rsa e");
    at = ss_reader_offset(&parse->reader);
    out->d = ss_key_want_mpint(parse, "rsa d");
    if (out->d.size == 0)
        (void)ss_key_refuse(parse, at, SS_E_bad_key_file);
    out->iqmp = ss_key_want_mpint(parse, "rsa iqmp");
    out->p = ss_key_want_mpint(parse, "rsa p");
    out->q = ss_key_want_mpint(parse, "rsa q");
}

ss_err ss_key_read_private_fields(struct ss_key_parse *parse, struct ss_key_fields *out)
{
    size_t at = ss_reader_offset(&parse->reader);

    memset(out, 0, sizeof *out);
    out->kind = ss_key_type_kind(ss_key_want_string(parse, "key type"));
    if (parse->reader.err == SS_OK && out->kind == SS_KEY_NONE)
        return ss_key_refuse(parse, at, SS_E_unsupported);
    if (out->kind == SS_KEY_ED25519)
        read_ed25519(parse, &out->parts);
    else if (out->kind == SS_KEY_ECDSA_P256)
        read_ecdsa(parse, &out->parts);
    else
        read_rsa(parse, &out->parts);
    return parse->reader.err;
}

ss_err ss_key_from_fields(const struct ss_env *env, const struct ss_key_fields *fields,
                          ss_span comment, struct ss_key **out_key)
{
    struct ss_pkey *pkey = NULL;

    SS_TRY(ss_pkey_make(env, fields->kind, &fields->parts, &pkey));
    return ss_key_wrap(env, pkey, comment, out_key);
}

/* ---- writing ---- */

static void write_parts(struct ss_writer *writer, enum ss_key_kind kind,
                        const struct ss_pkey_parts *parts)
{
    size_t mark;

    switch (kind) {
    case SS_KEY_ED25519:
        ss_writer_string(writer, parts->pub);
        mark = ss_writer_open(writer);
        ss_writer_bytes(writer, parts->priv);
        ss_writer_bytes(writer, parts->pub);
        ss_writer_close(writer, mark);
        break;
    case SS_KEY_ECDSA_P256:
        ss_writer_cstring(writer, SS_ECDSA_CURVE);
        ss_writer_string(writer, parts->pub);
        ss_writer_mpint(writer, parts->priv);
        break;
    case SS_KEY_RSA:
        ss_writer_mpint(writer, parts->n);
        ss_writer_mpint(writer, parts->e);
        ss_writer_mpint(writer, parts->d);
        ss_writer_mpint(writer, parts->iqmp);
        ss_writer_mpint(writer, parts->p);
        ss_writer_mpint(writer, parts->q);
        break;
    case SS_KEY_NONE:
        break;
    }
}

void ss_key_write_private_fields(const struct ss_key *key, struct ss_writer *writer)
{
    struct ss_pkey_parts parts;
    struct ss_buf store;
    ss_err err;

    if (writer->err != SS_OK)
        return;
    ss_buf_init(&store, key->env, SS_KEY_FIELDS_MAX);
    err = ss_pkey_export(key->pkey, true, &store, &parts);
    if (err == SS_OK) {
        ss_writer_cstring(writer, ss_key_type(key));
        write_parts(writer, ss_key_kind(key), &parts);
    } else {
        writer->err = err;
    }
    ss_buf_fini(&store);
}
