/* SPDX-License-Identifier: Apache-2.0 */
/* sk.c - security keys: what they sign, and an authenticator in software.
 *
 * Owns: the bytes that stand for a message, flags and counter; the webauthn form.
 * Not here: whether presence or verification is asked for (sign.c, the owner), fields of keys
 *   (key_fields.c).
 * Called by: sign.c, key_fields.c, key.c.
 * Follows: OpenSSH PROTOCOL.u2f; Web Authentication level 2, sections 5.8.1 and 6.1.
 *
 * The software authenticator keeps its secret as the key handle: a seed with its public value
 * behind it, or a scalar. A handle of a real token is none, so such keys are public here. */
#include "keys/key_impl.h"

enum {
    ATTESTED = 0x40, /* flags: data that only an enrolment has */
    EXTENDED = 0x80, /* flags: extensions are there */
    SEED = 32,
    RAW_MAX = 64
};

void ss_sk_fini(struct ss_sk *sk)
{
    ss_buf_fini(&sk->application);
    ss_buf_fini(&sk->handle);
    ss_buf_fini(&sk->reserved);
}

/* ---- making ---- */

/* The secret that a handle is, if it is one. */
static ss_span secret_of(const struct ss_key_fields *fields)
{
    ss_span pub = fields->parts.pub, handle = fields->handle;

    if (fields->kind == SS_KEY_SK_ECDSA_P256 && handle.size == SEED)
        return handle;
    if (fields->kind == SS_KEY_SK_ED25519 && handle.size == SEED + pub.size &&
        ss_span_eq(ss_span_part(handle, SEED, pub.size), pub))
        return ss_span_part(handle, 0, SEED);
    return ss_span_make(NULL, 0);
}

static ss_err make_bare(const struct ss_env *env, const struct ss_key_fields *fields,
                        struct ss_pkey **out)
{
    enum ss_key_kind bare = ss_key_type_of(fields->kind)->bare;
    struct ss_pkey_parts parts = {.pub = fields->parts.pub, .priv = secret_of(fields)};
    ss_err err = ss_pkey_make(env, bare, &parts, out);

    if (err != SS_E_bad_key || parts.priv.size == 0)
        return err;
    parts.priv = ss_span_make(NULL, 0);
    return ss_pkey_make(env, bare, &parts, out);
}

static ss_err fill(struct ss_key *key, const struct ss_key_fields *fields)
{
    struct ss_sk *sk = &key->sk;

    SS_TRY(make_bare(key->env, fields, &key->pkey));
    SS_TRY(ss_buf_put(&sk->application, fields->application));
    SS_TRY(ss_buf_put(&sk->handle, fields->handle));
    SS_TRY(ss_buf_put(&sk->reserved, fields->reserved));
    sk->flags = fields->flags;
    sk->has_handle = fields->has_handle;
    return ss_key_write_blob(key);
}

ss_err ss_sk_from_fields(const struct ss_env *env, const struct ss_key_fields *fields,
                         ss_span comment, struct ss_key **out_key)
{
    struct ss_key *key = NULL;
    ss_err err = ss_key_empty(env, fields->kind, comment, &key);

    if (err != SS_OK)
        return err;
    err = fill(key, fields);
    if (err == SS_OK)
        *out_key = key;
    else
        ss_key_free(&key);
    return err;
}

/* The private half of pkey as a handle, in a store of its own: spans into parts stay. */
static ss_err make_handle(const struct ss_pkey_parts *parts, enum ss_key_kind kind,
                          struct ss_buf *store)
{
    SS_TRY(ss_buf_put(store, parts->priv));
    return kind == SS_KEY_SK_ED25519 ? ss_buf_put(store, parts->pub) : SS_OK;
}

ss_err ss_key_generate_sk(const struct ss_env *env, enum ss_key_kind kind, ss_span application,
                          uint8_t flags, ss_span comment, struct ss_key **out_key)
{
    struct ss_key_fields fields = {.kind = kind, .application = application, .flags = flags};
    struct ss_pkey *pkey = NULL;
    struct ss_buf store, handle;
    ss_err err;

    if (!ss_key_kind_is_sk(kind) || application.size > SS_SK_TEXT_MAX)
        return SS_E_bad_argument;
    ss_buf_init(&store, env, SS_SK_TEXT_MAX);
    ss_buf_init(&handle, env, SS_SK_TEXT_MAX);
    handle.secret = true;
    err = ss_pkey_generate(env, ss_key_type_of(kind)->bare, 0, &pkey);
    if (err == SS_OK)
        err = ss_pkey_export(pkey, true, &store, &fields.parts);
    if (err == SS_OK)
        err = make_handle(&fields.parts, kind, &handle);
    fields.handle = ss_buf_span(&handle);
    fields.has_handle = true;
    if (err == SS_OK)
        err = ss_sk_from_fields(env, &fields, comment, out_key);
    ss_pkey_free(&pkey);
    ss_buf_fini(&handle);
    ss_buf_fini(&store);
    return err;
}

/* ---- what is signed ---- */

struct statement {
    uint8_t flags;
    uint32_t counter;
    ss_span origin, client_data, extensions; /* webauthn */
};

/* rule: hash of the application, flags, counter, extensions, hash of the message or of the client
 * data (PROTOCOL.u2f "SSH U2F signatures"). */
static ss_err write_signed(const struct ss_key *key, const struct statement *statement,
                           ss_span message, struct ss_buf *out)
{
    ss_span application = ss_key_application(key);
    uint8_t digest[SS_HASH_MAX];
    struct ss_writer writer;

    ss_writer_init(&writer, out);
    SS_TRY(ss_hash_sha256.digest(&application, 1, digest));
    ss_writer_bytes(&writer, ss_span_make(digest, ss_hash_sha256.size));
    ss_writer_byte(&writer, statement->flags);
    ss_writer_u32(&writer, statement->counter);
    ss_writer_bytes(&writer, statement->extensions);
    SS_TRY(ss_hash_sha256.digest(&message, 1, digest));
    ss_writer_bytes(&writer, ss_span_make(digest, ss_hash_sha256.size));
    return ss_writer_done(&writer);
}

/* ---- webauthn ---- */

/* Base64 in the alphabet of URLs, without padding. */
static ss_err put_url_base64(struct ss_buf *out, ss_span bytes)
{
    size_t at = ss_buf_size(out);
    uint8_t *c;

    SS_TRY(ss_base64_encode(out, bytes));
    for (c = ss_buf_at(out) + at; c < ss_buf_at(out) + ss_buf_size(out); c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    while (ss_buf_size(out) > at && ss_buf_at(out)[ss_buf_size(out) - 1] == '=')
        ss_buf_truncate(out, ss_buf_size(out) - 1);
    return SS_OK;
}

/* How the client data begin. Browsers write it in this order and without blanks; what follows the
 * origin is not looked at. */
static ss_err put_client_data(struct ss_buf *out, ss_span message, ss_span origin)
{
    SS_TRY(ss_buf_puts(out, "{\"type\":\"webauthn.get\",\"challenge\":\""));
    SS_TRY(put_url_base64(out, message));
    SS_TRY(ss_buf_puts(out, "\",\"origin\":\""));
    SS_TRY(ss_buf_put(out, origin));
    return ss_buf_puts(out, "\"");
}

static bool is_webauthn(const struct ss_sign_alg *alg)
{
    return alg == &ss_sign_webauthn_sk_ecdsa_nistp256;
}

static bool plausible(const struct statement *statement)
{
    bool extended = (statement->flags & EXTENDED) != 0;

    return (statement->flags & ATTESTED) == 0 && extended == (statement->extensions.size > 0) &&
           (statement->origin.size == 0 ||
            memchr(statement->origin.data, '"', statement->origin.size) == NULL);
}

/* SS_E_bad_signature unless the client data are about this message and origin. */
static ss_err check_client_data(const struct ss_env *env, const struct statement *statement,
                                ss_span message)
{
    struct ss_buf expected;
    ss_err err;

    if (!plausible(statement))
        return SS_E_bad_signature;
    ss_buf_init(&expected, env, 2 * message.size + statement->origin.size + 256);
    err = put_client_data(&expected, message, statement->origin);
    if (err == SS_OK && !ss_span_eq(ss_buf_span(&expected), ss_span_part(statement->client_data, 0,
                                                                         ss_buf_size(&expected))))
        err = SS_E_bad_signature;
    ss_buf_fini(&expected);
    return err;
}

/* ---- signing ---- */

static ss_err sign_statement(const struct ss_key *key, const struct ss_env *env,
                             const struct ss_sign_alg *alg, const struct statement *statement,
                             ss_span message, struct ss_writer *writer)
{
    struct ss_buf data, raw;
    ss_err err;

    ss_buf_init(&data, env, SS_KEY_BLOB_MAX);
    ss_buf_init(&raw, env, RAW_MAX);
    err = write_signed(key, statement, message, &data);
    if (err == SS_OK)
        err = ss_pkey_sign(key->pkey, env, alg->hash, ss_buf_span(&data), &raw);
    if (err == SS_OK) {
        ss_signature_write(writer, ss_key_type_of(key->kind)->half, ss_buf_span(&raw));
        ss_writer_byte(writer, statement->flags);
        ss_writer_u32(writer, statement->counter);
    }
    ss_buf_fini(&raw);
    ss_buf_fini(&data);
    return err;
}

/* As a browser would for a page whose origin is the application. */
static ss_err sign_webauthn(const struct ss_key *key, const struct ss_env *env,
                            const struct ss_sign_alg *alg, struct statement *statement,
                            ss_span message, struct ss_writer *writer)
{
    struct ss_buf client_data;
    ss_err err;

    statement->origin = ss_key_application(key);
    if (!plausible(statement))
        return SS_E_bad_argument;
    ss_buf_init(&client_data, env, 2 * message.size + statement->origin.size + 256);
    err = put_client_data(&client_data, message, statement->origin);
    if (err == SS_OK)
        err = ss_buf_puts(&client_data, "}");
    if (err == SS_OK)
        err = sign_statement(key, env, alg, statement, ss_buf_span(&client_data), writer);
    if (err == SS_OK) {
        ss_writer_string(writer, statement->origin);
        ss_writer_string(writer, ss_buf_span(&client_data));
        ss_writer_string(writer, ss_span_make(NULL, 0));
    }
    ss_buf_fini(&client_data);
    return err;
}

/* Keys are handed around as const; an authenticator counts all the same. */
static uint32_t count(const struct ss_key *key)
{
    struct ss_key *authenticator = (struct ss_key *)(uintptr_t)ss_key_plain(key);

    return ++authenticator->sk.counter;
}

ss_err ss_sk_sign(const struct ss_key *key, const struct ss_env *env, const struct ss_sign_alg *alg,
                  ss_span data, struct ss_writer *writer)
{
    struct statement statement = {0};

    if (!ss_key_is_private(key))
        return SS_E_usage;
    statement.flags = ss_key_plain(key)->sk.flags & (SS_SK_PRESENCE | SS_SK_VERIFICATION);
    statement.counter = count(key);
    if (is_webauthn(alg))
        return sign_webauthn(key, env, alg, &statement, data, writer);
    return sign_statement(key, env, alg, &statement, data, writer);
}

/* ---- checking ---- */

static ss_err read_statement(const struct ss_sign_alg *alg, struct ss_reader *reader,
                             struct statement *out)
{
    out->flags = ss_reader_byte(reader);
    out->counter = ss_reader_u32(reader);
    if (is_webauthn(alg)) {
        out->origin = ss_reader_string(reader);
        out->client_data = ss_reader_string(reader);
        out->extensions = ss_reader_string(reader);
    }
    return ss_reader_done(reader) == SS_OK ? SS_OK : SS_E_bad_signature;
}

ss_err ss_sk_verify(const struct ss_key *key, const struct ss_env *env,
                    const struct ss_sign_alg *alg, ss_span data, struct ss_reader *reader,
                    struct ss_sk_detail *out_detail)
{
    struct statement statement = {0};
    uint8_t raw[RAW_MAX];
    ss_span inner = ss_reader_string(reader);
    struct ss_buf message;
    ss_err err;

    SS_TRY(read_statement(alg, reader, &statement));
    if (!ss_signature_read(ss_key_type_of(key->kind)->half, RAW_MAX, inner, raw))
        return SS_E_bad_signature;
    if (is_webauthn(alg)) {
        SS_TRY(check_client_data(env, &statement, data));
        data = statement.client_data;
    }
    ss_buf_init(&message, env, statement.extensions.size + 256);
    err = write_signed(key, &statement, data, &message);
    if (err == SS_OK)
        err =
            ss_pkey_verify(key->pkey, alg->hash, ss_buf_span(&message), ss_span_make(raw, RAW_MAX));
    ss_buf_fini(&message);
    if (err == SS_OK)
        *out_detail = (struct ss_sk_detail){true, statement.flags, statement.counter};
    return err;
}
