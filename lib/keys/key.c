/* SPDX-License-Identifier: Apache-2.0 */
/* key.c - a key as a value: its public blob, its comment, its fingerprint.
 *
 * Owns: struct ss_key; the three blob layouts we speak.
 * Not here: signatures (sign.c), files (key_file.c, key_line.c), mathematics (crypto/).
 * Called by: transport and auth for host and user keys; the other files of this folder.
 * Follows: RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4; RFC 4251 section 5. */
#include "keys/key_impl.h"

static const struct {
    enum ss_key_kind kind;
    const char *name;
} types[] = {
    {SS_KEY_ED25519, "ssh-ed25519"},
    {SS_KEY_ECDSA_P256, "ecdsa-sha2-nistp256"},
    {SS_KEY_RSA, "ssh-rsa"},
};

const char *ss_key_type_name(enum ss_key_kind kind)
{
    size_t i;

    for (i = 0; i < SS_COUNT(types); i++)
        if (types[i].kind == kind)
            return types[i].name;
    return NULL;
}

enum ss_key_kind ss_key_type_kind(ss_span type)
{
    size_t i;

    for (i = 0; i < SS_COUNT(types); i++)
        if (ss_span_is(type, types[i].name))
            return types[i].kind;
    return SS_KEY_NONE;
}

ss_err ss_key_err(ss_err err, ss_err form)
{
    return ss_err_class_of(err) == SS_CLASS_PEER_FORM ? form : err;
}

/* ---- blobs ---- */

static ss_err write_blob(const struct ss_pkey *pkey, struct ss_buf *out)
{
    struct ss_pkey_parts parts;
    struct ss_writer writer;
    struct ss_buf store;
    ss_err err;

    ss_buf_init(&store, out->env, SS_KEY_BLOB_MAX);
    err = ss_pkey_export(pkey, false, &store, &parts);
    if (err == SS_OK) {
        ss_writer_init(&writer, out);
        ss_writer_cstring(&writer, ss_key_type_name(ss_pkey_kind(pkey)));
        if (ss_pkey_kind(pkey) == SS_KEY_RSA) {
            ss_writer_mpint(&writer, parts.e);
            ss_writer_mpint(&writer, parts.n);
        } else {
            if (ss_pkey_kind(pkey) == SS_KEY_ECDSA_P256)
                ss_writer_cstring(&writer, SS_ECDSA_CURVE);
            ss_writer_string(&writer, parts.pub);
        }
        err = ss_writer_done(&writer);
    }
    ss_buf_fini(&store);
    return err;
}

static ss_err read_blob(ss_span blob, enum ss_key_kind *out_kind, struct ss_pkey_parts *out)
{
    struct ss_reader reader;

    ss_reader_init(&reader, blob);
    *out_kind = ss_key_type_kind(ss_reader_string(&reader));
    if (reader.err == SS_OK && *out_kind == SS_KEY_NONE)
        return SS_E_unsupported;
    if (*out_kind == SS_KEY_RSA) {
        out->e = ss_reader_mpint(&reader);
        out->n = ss_reader_mpint(&reader);
    } else {
        if (*out_kind == SS_KEY_ECDSA_P256 &&
            !ss_span_is(ss_reader_string(&reader), SS_ECDSA_CURVE))
            ss_reader_fail(&reader, SS_E_bad_key);
        out->pub = ss_reader_string(&reader);
    }
    return ss_reader_done(&reader);
}

/* ---- the value ---- */

ss_err ss_key_wrap(const struct ss_env *env, struct ss_pkey *take, ss_span comment,
                   struct ss_key **out_key)
{
    struct ss_key *key = ss_alloc(env, sizeof *key);
    ss_err err;

    if (key == NULL) {
        ss_pkey_free(&take);
        return SS_E_no_memory;
    }
    key->env = env;
    key->pkey = take;
    key->references = 1;
    ss_buf_init(&key->blob, env, SS_KEY_BLOB_MAX);
    /* A zero byte would end the C string early. */
    if (comment.size > 0 && memchr(comment.data, 0, comment.size) != NULL)
        err = SS_E_bad_text;
    else
        err = write_blob(take, &key->blob);
    if (err == SS_OK) {
        key->comment = ss_strdup(env, comment);
        if (key->comment == NULL)
            err = SS_E_no_memory;
    }
    if (err == SS_OK)
        *out_key = key;
    else
        ss_key_free(&key);
    return err;
}

ss_err ss_key_from_blob(const struct ss_env *env, ss_span blob, struct ss_key **out_key)
{
    struct ss_pkey_parts parts = {0};
    enum ss_key_kind kind = SS_KEY_NONE;
    struct ss_pkey *pkey = NULL;
    ss_err err;

    if (blob.size > SS_KEY_BLOB_MAX)
        return SS_E_bad_key;
    err = read_blob(blob, &kind, &parts);
    if (err == SS_OK)
        err = ss_pkey_make(env, kind, &parts, &pkey);
    if (err != SS_OK)
        return ss_key_err(err, SS_E_bad_key);
    return ss_key_wrap(env, pkey, ss_span_make(NULL, 0), out_key);
}

ss_err ss_key_generate(const struct ss_env *env, enum ss_key_kind kind, unsigned bits,
                       ss_span comment, struct ss_key **out_key)
{
    struct ss_pkey *pkey = NULL;

    SS_TRY(ss_pkey_generate(env, kind, bits, &pkey));
    return ss_key_wrap(env, pkey, comment, out_key);
}

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
    ss_pkey_free(&old->pkey);
    ss_buf_fini(&old->blob);
    ss_strfree(old->env, old->comment);
    ss_free(old->env, old, sizeof *old);
}

ss_span ss_key_blob(const struct ss_key *key)
{
    return ss_buf_span(&key->blob);
}

const char *ss_key_type(const struct ss_key *key)
{
    return ss_key_type_name(ss_pkey_kind(key->pkey));
}

enum ss_key_kind ss_key_kind(const struct ss_key *key)
{
    return ss_pkey_kind(key->pkey);
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
