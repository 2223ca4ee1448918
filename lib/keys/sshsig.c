/* SPDX-License-Identifier: Apache-2.0 */
/* sshsig.c - signatures of files by SSH keys.
 *
 * Owns: the blob's layout, what exactly is signed, the armour.
 * Not here: the signature inside (sign.c), base64 in lines (key_text.c).
 * Called by: tools.
 * Follows: OpenSSH PROTOCOL.sshsig. */
#include "sshspec/sshsig.h"

#include "keys/key_text.h"

#define MAGIC "SSHSIG"
#define LABEL "SSH SIGNATURE"

enum { VERSION = 1, BLOB_MAX = SS_KEY_DATA_MAX };

static const struct ss_hash_alg *const hashes[] = {&ss_hash_sha512, &ss_hash_sha256};

static const struct ss_hash_alg *find_hash(ss_span name)
{
    size_t i;

    for (i = 0; i < SS_COUNT(hashes); i++)
        if (ss_span_is(name, hashes[i]->name))
            return hashes[i];
    return NULL;
}

/* What the key signs: the magic keeps it apart from anything else a key signs. */
static ss_err signed_data(ss_span name_space, ss_span reserved, const struct ss_hash_alg *hash,
                          ss_span message, struct ss_buf *out)
{
    uint8_t digest[SS_HASH_MAX];
    struct ss_writer writer;

    SS_TRY(hash->digest(&message, 1, digest));
    ss_writer_init(&writer, out);
    ss_writer_bytes(&writer, ss_span_of(MAGIC));
    ss_writer_string(&writer, name_space);
    ss_writer_string(&writer, reserved);
    ss_writer_cstring(&writer, hash->name);
    ss_writer_string(&writer, ss_span_make(digest, hash->size));
    return ss_writer_done(&writer);
}

/* ---- signing ---- */

static const struct ss_sign_alg *choose(const struct ss_key *key,
                                        const struct ss_registry *registry)
{
    /* rule: SSHSIG-3-rsa-sha2 */
    return ss_key_kind(key) == SS_KEY_RSA ? &ss_sign_rsa_sha2_512
                                          : ss_key_default_alg(ss_key_plain(key), registry);
}

static ss_err make_blob(const struct ss_key *key, ss_span name_space,
                        const struct ss_hash_alg *hash, ss_span signature, struct ss_buf *out)
{
    struct ss_writer writer;

    ss_writer_init(&writer, out);
    ss_writer_bytes(&writer, ss_span_of(MAGIC));
    ss_writer_u32(&writer, VERSION);
    ss_writer_string(&writer, ss_key_blob(key));
    ss_writer_string(&writer, name_space);
    ss_writer_cstring(&writer, "");
    ss_writer_cstring(&writer, hash->name);
    ss_writer_string(&writer, signature);
    return ss_writer_done(&writer);
}

ss_err ss_sshsig_sign(const struct ss_key *key, const struct ss_env *env,
                      const struct ss_registry *registry, ss_span name_space,
                      const struct ss_hash_alg *hash, ss_span message, struct ss_buf *out_text)
{
    const struct ss_sign_alg *alg = choose(key, registry);
    size_t before = ss_buf_size(out_text);
    struct ss_buf data, signature, blob;
    ss_err err;

    hash = hash != NULL ? hash : hashes[0];
    if (name_space.size == 0 || name_space.size > SS_SSHSIG_NAMESPACE_MAX ||
        find_hash(ss_span_of(hash->name)) != hash)
        return SS_E_bad_argument;
    if (alg == NULL)
        return SS_E_unsupported;
    ss_buf_init(&data, env, BLOB_MAX);
    ss_buf_init(&signature, env, BLOB_MAX);
    ss_buf_init(&blob, env, BLOB_MAX);
    err = signed_data(name_space, ss_span_make(NULL, 0), hash, message, &data);
    if (err == SS_OK)
        err = ss_key_sign(ss_key_plain(key), env, alg, ss_buf_span(&data), &signature);
    if (err == SS_OK)
        err = make_blob(key, name_space, hash, ss_buf_span(&signature), &blob);
    if (err == SS_OK)
        err = ss_key_put_armour(out_text, LABEL, ss_buf_span(&blob), SS_KEY_LINE_LETTERS);
    if (err != SS_OK)
        ss_buf_truncate(out_text, before);
    ss_buf_fini(&blob);
    ss_buf_fini(&signature);
    ss_buf_fini(&data);
    return err;
}

/* ---- reading ---- */

static ss_err remove_armour(const struct ss_env *env, ss_span file, struct ss_buf *out,
                            struct ss_key_error *error)
{
    struct ss_key_text text = {file, 0, 0};
    struct ss_key_line line;
    struct ss_buf base64;
    ss_span label;
    ss_err err;

    if (file.size > SS_SSHSIG_FILE_MAX)
        return ss_key_complain(error, SS_SSHSIG_FILE_MAX, 0, "file size", SS_E_bad_key_file);
    if (!ss_key_text_next_full(&text, &line))
        return ss_key_complain(error, file.size, 0, "BEGIN line", SS_E_bad_key_file);
    if (!ss_key_begin_line(line.text, &label) || !ss_span_is(label, LABEL))
        return ss_key_complain_line(error, &line, "BEGIN line", SS_E_bad_key_file);
    ss_buf_init(&base64, env, SS_KEY_BASE64_MAX);
    err = ss_key_armour_body(&text, label, &base64, out, error);
    if (err == SS_OK)
        err = ss_key_text_end(&text, error);
    ss_buf_fini(&base64);
    return err;
}

static ss_err read_head(struct ss_key_parse *parse)
{
    size_t at;

    ss_key_name_field(parse, "magic");
    if (!ss_span_is(ss_reader_bytes(&parse->reader, strlen(MAGIC)), MAGIC))
        return ss_key_refuse(parse, 0, SS_E_bad_key_file);
    at = ss_reader_offset(&parse->reader);
    /* rule: SSHSIG-2-version */
    if (ss_key_want_u32(parse, "version") != VERSION)
        return ss_key_refuse(parse, at, SS_E_unsupported);
    return parse->reader.err;
}

static ss_err read_blob(struct ss_key_parse *parse, struct ss_sshsig *out, ss_span *out_key)
{
    size_t at;

    SS_TRY(read_head(parse));
    *out_key = ss_key_want_string(parse, "public key");
    at = ss_reader_offset(&parse->reader);
    out->name_space = ss_key_want_string(parse, "namespace");
    /* rule: SSHSIG-2-namespace-not-empty */
    if (parse->reader.err == SS_OK &&
        (out->name_space.size == 0 || out->name_space.size > SS_SSHSIG_NAMESPACE_MAX))
        return ss_key_refuse(parse, at, SS_E_bad_key_file);
    out->reserved = ss_key_want_string(parse, "reserved");
    at = ss_reader_offset(&parse->reader);
    out->hash = find_hash(ss_key_want_string(parse, "hash algorithm"));
    if (parse->reader.err == SS_OK && out->hash == NULL)
        return ss_key_refuse(parse, at, SS_E_unsupported);
    out->signature = ss_key_want_string(parse, "signature");
    if (parse->reader.err == SS_OK)
        ss_key_name_field(parse, "end of signature");
    return ss_reader_done(&parse->reader);
}

static ss_err take_apart(const struct ss_env *env, struct ss_sshsig *out,
                         struct ss_key_error *error)
{
    struct ss_key_parse parse = {.base = ss_buf_at(&out->blob), .field = "magic"};
    ss_span key = {NULL, 0};
    ss_err err;

    if (ss_buf_size(&out->blob) == 0)
        return ss_key_complain(error, 0, 0, "magic", SS_E_bad_key_file);
    ss_reader_init(&parse.reader, ss_buf_span(&out->blob));
    err = ss_key_err(read_blob(&parse, out, &key), SS_E_bad_key_file);
    if (err != SS_OK)
        return ss_key_complain(error, ss_key_place(&parse), 0, parse.field, err);
    err = ss_key_err(ss_key_from_blob(env, key, &out->key), SS_E_bad_key_file);
    return err == SS_OK
               ? SS_OK
               : ss_key_complain(error, (size_t)(key.data - parse.base), 0, "public key", err);
}

ss_err ss_sshsig_read(const struct ss_env *env, ss_span text, struct ss_sshsig *out,
                      struct ss_key_error *out_error)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_sshsig sig;
    ss_err err;

    memset(&sig, 0, sizeof sig);
    ss_buf_init(&sig.blob, env, BLOB_MAX);
    err = remove_armour(env, text, &sig.blob, &error);
    if (err == SS_OK)
        err = take_apart(env, &sig, &error);
    if (err == SS_OK) {
        *out = sig;
        return SS_OK;
    }
    ss_sshsig_fini(&sig);
    if (out_error != NULL)
        *out_error = error;
    return err;
}

void ss_sshsig_fini(struct ss_sshsig *sig)
{
    ss_key_free(&sig->key);
    ss_buf_fini(&sig->blob);
}

ss_err ss_sshsig_write(const struct ss_sshsig *sig, struct ss_buf *out_text)
{
    size_t before = ss_buf_size(out_text);
    ss_err err = ss_key_put_armour(out_text, LABEL, ss_buf_span(&sig->blob), SS_KEY_LINE_LETTERS);

    if (err != SS_OK)
        ss_buf_truncate(out_text, before);
    return err;
}

/* ---- verifying ---- */

/* The algorithm that the signature names, when the registry and this format allow it. */
static const struct ss_sign_alg *named_alg(const struct ss_sshsig *sig,
                                           const struct ss_registry *registry)
{
    const struct ss_sign_alg *alg;
    struct ss_reader reader;
    ss_span name;

    ss_reader_init(&reader, sig->signature);
    name = ss_reader_string(&reader);
    alg = reader.err == SS_OK ? ss_registry_sign(registry, name) : NULL;
    if (alg == NULL || !ss_key_fits(ss_key_plain(sig->key), alg))
        return NULL;
    /* rule: SSHSIG-3-rsa-sha2 */
    return alg->kind == SS_KEY_RSA && alg->hash == &ss_hash_sha1 ? NULL : alg;
}

ss_err ss_sshsig_verify(const struct ss_sshsig *sig, const struct ss_registry *registry,
                        ss_span name_space, ss_span message)
{
    const struct ss_sign_alg *alg = named_alg(sig, registry);
    struct ss_buf data;
    ss_err err;

    /* rule: SSHSIG-2-namespace-match */
    if (alg == NULL || !ss_span_eq(sig->name_space, name_space))
        return SS_E_bad_signature;
    ss_buf_init(&data, sig->blob.env, BLOB_MAX);
    err = signed_data(sig->name_space, sig->reserved, sig->hash, message, &data);
    if (err == SS_OK)
        err = ss_key_verify(ss_key_plain(sig->key), data.env, alg, ss_buf_span(&data),
                            sig->signature);
    ss_buf_fini(&data);
    return err;
}
