/* SPDX-License-Identifier: Apache-2.0 */
/* key.c - a key as a value: its type, its public blob, its comment, its fingerprint.
 *
 * Owns: struct ss_key; the table of types.
 * Not here: signatures (sign.c), fields (key_fields.c), certificates (cert.c), security keys
 *   (sk.c), files (key_file.c, key_line.c), mathematics (crypto/).
 * Called by: transport and auth for host and user keys; the other files of this folder.
 * Follows: RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4; RFC 4251 section 5;
 *   OpenSSH PROTOCOL.certkeys and PROTOCOL.u2f for names. */
#include "keys/key_impl.h"

/* ---- types ---- */

#define CERT "-cert-v01@openssh.com"

static const struct ss_key_type types[] = {
    {SS_KEY_ED25519, SS_KEY_ED25519, "ssh-ed25519", "ssh-ed25519" CERT, NULL, 0},
    {SS_KEY_ECDSA_P256, SS_KEY_ECDSA_P256, "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256" CERT,
     "nistp256", 32},
    {SS_KEY_RSA, SS_KEY_RSA, "ssh-rsa", "ssh-rsa" CERT, NULL, 0},
    {SS_KEY_ECDSA_P384, SS_KEY_ECDSA_P384, "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384" CERT,
     "nistp384", 48},
    {SS_KEY_ECDSA_P521, SS_KEY_ECDSA_P521, "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521" CERT,
     "nistp521", 66},
    {SS_KEY_DSA, SS_KEY_DSA, "ssh-dss", "ssh-dss" CERT, NULL, 0},
    {SS_KEY_ED448, SS_KEY_ED448, "ssh-ed448", NULL, NULL, 0},
    {SS_KEY_MLDSA44_ED25519, SS_KEY_MLDSA44_ED25519, "ssh-mldsa44-ed25519@openssh.com",
     "ssh-mldsa44-ed25519" CERT, NULL, 0},
    {SS_KEY_SK_ED25519, SS_KEY_ED25519, "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519" CERT, NULL,
     0},
    {SS_KEY_SK_ECDSA_P256, SS_KEY_ECDSA_P256, "sk-ecdsa-sha2-nistp256@openssh.com",
     "sk-ecdsa-sha2-nistp256" CERT, "nistp256", 32},
};

const struct ss_key_type *ss_key_type_of(enum ss_key_kind kind)
{
    size_t i;

    for (i = 0; i < SS_COUNT(types); i++)
        if (types[i].kind == kind)
            return &types[i];
    return NULL;
}

const struct ss_key_type *ss_key_type_find(ss_span name, bool *out_certified)
{
    size_t i;

    for (i = 0; i < SS_COUNT(types); i++) {
        bool certified = out_certified != NULL && types[i].certified != NULL &&
                         ss_span_is(name, types[i].certified);

        if (!certified && !ss_span_is(name, types[i].name))
            continue;
        if (out_certified != NULL)
            *out_certified = certified;
        return &types[i];
    }
    return NULL;
}

const char *ss_key_type_name(enum ss_key_kind kind)
{
    const struct ss_key_type *type = ss_key_type_of(kind);

    return type != NULL ? type->name : NULL;
}

enum ss_key_kind ss_key_type_kind(ss_span type)
{
    const struct ss_key_type *found = ss_key_type_find(type, NULL);

    return found != NULL ? found->kind : SS_KEY_NONE;
}

bool ss_key_kind_is_sk(enum ss_key_kind kind)
{
    const struct ss_key_type *type = ss_key_type_of(kind);

    return type != NULL && type->bare != kind;
}

ss_err ss_key_err(ss_err err, ss_err form)
{
    return ss_err_class_of(err) == SS_CLASS_PEER_FORM ? form : err;
}

/* ---- making ---- */

ss_err ss_key_set_comment(struct ss_key *key, ss_span comment)
{
    char *copy;

    /* A zero byte would end the C string early. */
    if (comment.size > 0 && memchr(comment.data, 0, comment.size) != NULL)
        return SS_E_bad_text;
    copy = ss_strdup(key->env, comment);
    if (copy == NULL)
        return SS_E_no_memory;
    ss_strfree(key->env, key->comment);
    key->comment = copy;
    return SS_OK;
}

ss_err ss_key_empty(const struct ss_env *env, enum ss_key_kind kind, ss_span comment,
                    struct ss_key **out_key)
{
    struct ss_key *key = ss_alloc(env, sizeof *key);
    ss_err err;

    if (key == NULL)
        return SS_E_no_memory;
    key->env = env;
    key->kind = kind;
    key->references = 1;
    ss_buf_init(&key->blob, env, SS_KEY_BLOB_MAX);
    ss_buf_init(&key->sk.application, env, SS_SK_TEXT_MAX);
    ss_buf_init(&key->sk.handle, env, SS_SK_TEXT_MAX);
    ss_buf_init(&key->sk.reserved, env, SS_SK_TEXT_MAX);
    key->sk.handle.secret = true;
    err = ss_key_set_comment(key, comment);
    if (err == SS_OK)
        *out_key = key;
    else
        ss_key_free(&key);
    return err;
}

ss_err ss_key_write_blob(struct ss_key *key)
{
    struct ss_writer writer;

    ss_writer_init(&writer, &key->blob);
    ss_writer_cstring(&writer, ss_key_type_name(key->kind));
    ss_key_write_public_fields(key, &writer);
    return ss_writer_done(&writer);
}

ss_err ss_key_wrap(const struct ss_env *env, struct ss_pkey *take, ss_span comment,
                   struct ss_key **out_key)
{
    struct ss_key *key = NULL;
    ss_err err = ss_key_empty(env, ss_pkey_kind(take), comment, &key);

    if (err != SS_OK) {
        ss_pkey_free(&take);
        return err;
    }
    key->pkey = take;
    err = ss_key_write_blob(key);
    if (err == SS_OK)
        *out_key = key;
    else
        ss_key_free(&key);
    return err;
}

/* ---- from a blob ---- */

static ss_err read_plain(const struct ss_env *env, const struct ss_key_type *type,
                         struct ss_key_parse *parse, struct ss_key **out_key)
{
    struct ss_key_fields fields = {.kind = type->kind};

    SS_TRY(ss_key_read_public_fields(parse, &fields));
    SS_TRY(ss_key_parse_done(parse));
    parse->field = "key values";
    return ss_key_from_fields(env, &fields, ss_span_make(NULL, 0), out_key);
}

static ss_err read_blob(const struct ss_env *env, ss_span blob, struct ss_key_parse *parse,
                        struct ss_key **out_key)
{
    const struct ss_key_type *type;
    bool certified = false;
    ss_span name = ss_key_want_string(parse, "key type");

    SS_TRY(parse->reader.err);
    type = ss_key_type_find(name, &certified);
    if (type == NULL)
        return ss_key_refuse(parse, 0, SS_E_unsupported);
    if (!certified)
        return ss_key_err(read_plain(env, type, parse, out_key), SS_E_bad_key);
    return ss_cert_read(env, type, blob, NULL, ss_span_make(NULL, 0), parse, out_key);
}

ss_err ss_key_read_blob(const struct ss_env *env, ss_span blob, struct ss_key **out_key,
                        struct ss_key_error *out_error)
{
    struct ss_key_parse parse;
    ss_err err;

    ss_key_parse_init(&parse, blob);
    ss_key_name_field(&parse, "size");
    if (blob.size > SS_KEY_BLOB_MAX)
        (void)ss_key_refuse(&parse, SS_KEY_BLOB_MAX, SS_E_bad_key);
    err = read_blob(env, blob, &parse, out_key);
    if (err != SS_OK && err != SS_E_bad_certificate)
        err = ss_key_err(err, SS_E_bad_key);
    if (err != SS_OK && out_error != NULL) {
        out_error->offset = ss_key_place(&parse);
        out_error->line = 0;
        out_error->field = parse.field;
    }
    return err;
}

ss_err ss_key_from_blob(const struct ss_env *env, ss_span blob, struct ss_key **out_key)
{
    return ss_key_read_blob(env, blob, out_key, NULL);
}

ss_err ss_key_generate(const struct ss_env *env, enum ss_key_kind kind, unsigned bits,
                       ss_span comment, struct ss_key **out_key)
{
    struct ss_pkey *pkey = NULL;

    if (ss_key_kind_is_sk(kind))
        return ss_key_generate_sk(env, kind, ss_span_of("ssh:"), SS_SK_PRESENCE, comment, out_key);
    SS_TRY(ss_pkey_generate(env, kind, bits, &pkey));
    return ss_key_wrap(env, pkey, comment, out_key);
}

/* ---- life ---- */

/* Keys are handed around as const; the count is the one thing in them that changes. */
struct ss_key *ss_key_ref(const struct ss_key *key)
{
    struct ss_key *shared = (struct ss_key *)(uintptr_t)key;

    shared->references++;
    return shared;
}

void ss_key_free(struct ss_key **key)
{
    struct ss_key *old = *key;

    *key = NULL;
    if (old == NULL || --old->references > 0)
        return;
    if (old->plain == NULL)
        ss_pkey_free(&old->pkey);
    ss_key_free(&old->plain);
    ss_key_free(&old->ca);
    ss_sk_fini(&old->sk);
    ss_buf_fini(&old->blob);
    ss_strfree(old->env, old->comment);
    ss_free(old->env, old, sizeof *old);
}

/* ---- questions ---- */

ss_span ss_key_blob(const struct ss_key *key)
{
    return ss_buf_span(&key->blob);
}

const char *ss_key_type(const struct ss_key *key)
{
    const struct ss_key_type *type = ss_key_type_of(key->kind);

    return key->plain != NULL ? type->certified : type->name;
}

const struct ss_key *ss_key_plain(const struct ss_key *key)
{
    return key->plain != NULL ? key->plain : key;
}

enum ss_key_kind ss_key_kind(const struct ss_key *key)
{
    return key->kind;
}

unsigned ss_key_bits(const struct ss_key *key)
{
    return ss_pkey_bits(key->pkey);
}

const char *ss_key_comment(const struct ss_key *key)
{
    return key->comment;
}

bool ss_key_is_private(const struct ss_key *key)
{
    return ss_pkey_is_private(key->pkey);
}

ss_span ss_key_application(const struct ss_key *key)
{
    return ss_buf_span(&ss_key_plain(key)->sk.application);
}

bool ss_key_equal(const struct ss_key *a, const struct ss_key *b)
{
    return ss_span_eq(ss_key_blob(a), ss_key_blob(b));
}

/* OpenSSH's form: base64 whose padding is left off. */
ss_err ss_key_fingerprint(ss_span blob, struct ss_buf *out)
{
    size_t before = ss_buf_size(out);
    uint8_t digest[SS_HASH_MAX];
    ss_err err;

    SS_TRY(ss_hash_sha256.digest(&blob, 1, digest));
    err = ss_buf_puts(out, "SHA256:");
    if (err == SS_OK)
        err = ss_base64_encode(out, ss_span_make(digest, ss_hash_sha256.size));
    if (err != SS_OK) {
        ss_buf_truncate(out, before);
        return err;
    }
    while (ss_buf_size(out) > before && ss_buf_at(out)[ss_buf_size(out) - 1] == '=')
        ss_buf_truncate(out, ss_buf_size(out) - 1);
    return SS_OK;
}
