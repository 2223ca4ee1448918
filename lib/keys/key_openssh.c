/* SPDX-License-Identifier: Apache-2.0 */
/* key_openssh.c - private keys in the openssh-key-v1 container, read.
 *
 * Owns: the two sections, the derivation's parameters, check integers, padding.
 * Not here: armour (key_text.c), the fields of each key type (key_fields.c), ciphers and bcrypt
 *   (crypto/), writing (key_openssh_write.c).
 * Called by: key_file.c.
 * Follows: OpenSSH PROTOCOL.key sections 1 to 3. */
#include "keys/key_formats.h"

#include "crypto/kdf.h"
#include "crypto/key_cipher.h"

enum { BLOCK = 8 /* the private section is padded to this when it is not encrypted */ };

struct container {
    const struct ss_key_cipher *cipher; /* null: none */
    size_t cipher_at;
    ss_span salt;
    uint32_t rounds;
    uint32_t count;
    struct ss_reader publics; /* at the first of them */
    size_t section;           /* offset in the data */
    size_t section_size;
    ss_span tag;
};

/* ---- the outer section ---- */

static ss_err read_options(struct ss_key_parse *parse, const struct ss_key_job *job,
                           struct container *out)
{
    size_t at = ss_reader_offset(&parse->reader);
    struct ss_reader options;

    ss_key_name_field(parse, "kdf options");
    options = ss_reader_inside(&parse->reader);
    if (parse->reader.err != SS_OK)
        return parse->reader.err;
    if (out->cipher == NULL)
        return ss_reader_left(&options) == 0 ? SS_OK : ss_key_refuse(parse, at, SS_E_bad_key_file);
    out->salt = ss_reader_string(&options);
    out->rounds = ss_reader_u32(&options);
    if (ss_reader_done(&options) != SS_OK || out->salt.size == 0 ||
        out->salt.size > SS_BCRYPT_SALT_MAX)
        return ss_key_refuse(parse, at, SS_E_bad_key_file);
    ss_key_name_field(parse, "kdf rounds");
    if (out->rounds == 0)
        return ss_key_refuse(parse, at, SS_E_bad_key_file);
    return out->rounds <= job->limits->bcrypt_rounds ? SS_OK
                                                     : ss_key_refuse(parse, at, SS_E_too_many);
}

/* A cipher without a derivation, or the other way round, is nobody's. */
static ss_err read_names(struct ss_key_parse *parse, struct ss_key_job *job, struct container *out)
{
    size_t at;
    ss_span cipher, kdf;

    out->cipher_at = ss_reader_offset(&parse->reader);
    cipher = ss_key_want_string(parse, "cipher name");
    out->cipher = ss_key_cipher_find(cipher);
    if (parse->reader.err == SS_OK && out->cipher == NULL && !ss_span_is(cipher, "none"))
        return ss_key_refuse(parse, out->cipher_at, SS_E_unsupported);
    at = ss_reader_offset(&parse->reader);
    kdf = ss_key_want_string(parse, "kdf name");
    if (parse->reader.err != SS_OK)
        return parse->reader.err;
    if (out->cipher == NULL)
        return ss_span_is(kdf, "none") ? SS_OK : ss_key_refuse(parse, at, SS_E_bad_key_file);
    if (!ss_span_is(kdf, "bcrypt"))
        return ss_key_refuse(parse, at,
                             ss_span_is(kdf, "none") ? SS_E_bad_key_file : SS_E_unsupported);
    ss_key_job_sealed(job, cipher, "bcrypt");
    return SS_OK;
}

static ss_err read_section(struct ss_key_parse *parse, struct container *out)
{
    size_t block = out->cipher != NULL ? out->cipher->block : BLOCK;
    size_t at = ss_reader_offset(&parse->reader);
    ss_span section = ss_key_want_string(parse, "private section");

    out->section = at + 4;
    out->section_size = section.size;
    /* A section without encryption is looked at byte by byte, and may end anywhere. */
    if (out->cipher != NULL && (section.size == 0 || section.size % block != 0))
        return ss_key_refuse(parse, at, SS_E_bad_key_file);
    if (out->cipher != NULL && out->cipher->tag > 0) {
        ss_key_name_field(parse, "authentication tag");
        out->tag = ss_reader_bytes(&parse->reader, out->cipher->tag);
    }
    if (parse->reader.err == SS_OK)
        ss_key_name_field(parse, "end of file");
    return ss_reader_done(&parse->reader);
}

static ss_err read_outer(struct ss_key_parse *parse, struct ss_key_job *job, struct container *out)
{
    size_t at;
    uint32_t i;
    ss_span magic;

    ss_key_name_field(parse, "magic");
    magic = ss_reader_bytes(&parse->reader, sizeof SS_KEY_OPENSSH_MAGIC);
    /* rule: OSSHKEY-1-magic */
    if (!ss_span_eq(magic, ss_span_make(SS_KEY_OPENSSH_MAGIC, sizeof SS_KEY_OPENSSH_MAGIC)))
        return ss_key_refuse(parse, 0, SS_E_bad_key_file);
    SS_TRY(read_names(parse, job, out));
    SS_TRY(read_options(parse, job, out));
    at = ss_reader_offset(&parse->reader);
    out->count = ss_key_want_u32(parse, "number of keys");
    if (parse->reader.err == SS_OK && out->count == 0)
        return ss_key_refuse(parse, at, SS_E_bad_key_file);
    if (out->count > SS_KEY_FILE_KEYS)
        return ss_key_refuse(parse, at, SS_E_too_many);
    out->publics = parse->reader;
    for (i = 0; i < out->count; i++)
        (void)ss_key_want_string(parse, "public key");
    return read_section(parse, out);
}

/* ---- decryption, in place ---- */

static ss_err decrypt(const struct ss_key_job *job, const struct container *box, uint8_t *data)
{
    uint8_t secret[SS_KEY_CIPHER_KEY_MAX + SS_KEY_CIPHER_IV_MAX], tag[SS_KEY_CIPHER_TAG_MAX];
    const struct ss_key_cipher *cipher = box->cipher;
    ss_err err;

    if (job->passphrase.size == 0)
        return SS_E_wrong_passphrase; /* no program derives from nothing */
    if (box->tag.size > 0)
        memcpy(tag, box->tag.data, cipher->tag);
    err = ss_bcrypt_pbkdf(job->env, job->passphrase, box->salt, box->rounds, secret,
                          (size_t)cipher->key + cipher->iv);
    if (err == SS_OK)
        err = ss_key_cipher_run(cipher, SS_OPEN, secret, secret + cipher->key, data + box->section,
                                box->section_size, tag);
    ss_wipe(secret, sizeof secret);
    return err == SS_E_mac_mismatch ? SS_E_wrong_passphrase : err;
}

/* ---- the private section ---- */

/* rule: OSSHKEY-3-padding
 * As much as there is: some programs pad to other sizes than the block. */
static ss_err read_padding(struct ss_key_parse *parse)
{
    size_t size = (size_t)(parse->reader.end - parse->reader.base);
    uint8_t count = 1;

    ss_key_name_field(parse, "padding");
    if (parse->reader.err == SS_OK && size % BLOCK != 0)
        return ss_key_refuse(parse, ss_reader_offset(&parse->reader), SS_E_bad_key_file);
    for (; ss_reader_left(&parse->reader) > 0; count++) {
        size_t at = ss_reader_offset(&parse->reader);

        if (count == 0 || ss_reader_byte(&parse->reader) != count)
            return ss_key_refuse(parse, at, SS_E_bad_key_file);
    }
    return ss_reader_done(&parse->reader);
}

/* at: where the key starts in the data. */
static ss_err build(struct ss_key_job *job, struct container *box,
                    const struct ss_key_fields *fields, ss_span comment, size_t at)
{
    ss_span public_blob = ss_reader_string(&box->publics);
    struct ss_key *key = NULL;
    ss_err err = ss_key_from_fields(job->env, fields, comment, &key);

    err = ss_key_err(err, SS_E_bad_key_file);
    if (err != SS_OK)
        return ss_key_complain(&job->error, at, 0, "key values", err);
    /* rule: OSSHKEY-3-public-private-match */
    if (!ss_span_eq(ss_key_blob(key), public_blob)) {
        ss_key_free(&key);
        return ss_key_complain(&job->error, (size_t)(public_blob.data - ss_buf_at(&job->data)), 0,
                               "public key", SS_E_bad_key_file);
    }
    return ss_key_job_add(job, key);
}

static ss_err read_key(struct ss_key_parse *parse, struct ss_key_job *job, struct container *box)
{
    size_t start = ss_key_place(parse), at;
    struct ss_key_fields fields;
    ss_span comment;
    ss_err err = ss_key_read_private_fields(parse, &fields);

    at = ss_reader_offset(&parse->reader);
    comment = ss_key_want_string(parse, "comment");
    if (comment.size > 0 && memchr(comment.data, 0, comment.size) != NULL)
        (void)ss_key_refuse(parse, at, SS_E_bad_key_file);
    if (parse->reader.err != SS_OK || err != SS_OK)
        return ss_key_job_settle(job, parse, err != SS_OK ? err : parse->reader.err);
    return build(job, box, &fields, comment, start);
}

static ss_err read_inner(struct ss_key_parse *parse, struct ss_key_job *job, struct container *box)
{
    uint32_t check = ss_key_want_u32(parse, "check integers"), i;

    /* rule: OSSHKEY-3-checkint */
    if (ss_key_want_u32(parse, "check integers") != check)
        return ss_key_job_settle(
            job, parse,
            ss_key_refuse(parse, 0,
                          box->cipher != NULL ? SS_E_wrong_passphrase : SS_E_bad_key_file));
    for (i = 0; i < box->count; i++)
        SS_TRY(read_key(parse, job, box));
    return ss_key_job_settle(job, parse, read_padding(parse));
}

static ss_err read_publics(struct ss_key_job *job, struct container *box)
{
    uint32_t i;

    for (i = 0; i < box->count; i++) {
        ss_span blob = ss_reader_string(&box->publics);

        SS_TRY(ss_key_job_add_blob(job, blob, ss_span_make(NULL, 0),
                                   (size_t)(blob.data - ss_buf_at(&job->data)), "public key"));
    }
    return SS_OK;
}

ss_err ss_key_openssh_read(struct ss_key_job *job, ss_span label)
{
    struct ss_key_parse parse = {.field = "magic"};
    struct container box = {0};
    ss_err err;

    job->file.format = SS_KEY_FORMAT_OPENSSH;
    SS_TRY(ss_key_armour_body(&job->text, label, &job->base64, &job->data, &job->error));
    SS_TRY(ss_key_text_end(&job->text, &job->error));
    parse.base = ss_buf_at(&job->data);
    if (ss_buf_size(&job->data) == 0)
        return ss_key_complain(&job->error, 0, 0, "magic", SS_E_bad_key_file);
    ss_reader_init(&parse.reader, ss_buf_span(&job->data));
    SS_TRY(ss_key_job_settle(job, &parse, read_outer(&parse, job, &box)));
    if (job->want == SS_KEY_WANT_PUBLIC)
        return read_publics(job, &box);
    if (box.cipher != NULL && job->passphrase.data == NULL)
        return ss_key_complain(&job->error, box.cipher_at, 0, "cipher name", SS_E_key_encrypted);
    err = box.cipher != NULL ? decrypt(job, &box, ss_buf_at(&job->data)) : SS_OK;
    if (err != SS_OK)
        return ss_key_complain(&job->error, box.section, 0, "private section", err);
    ss_reader_init(&parse.reader,
                   ss_span_part(ss_buf_span(&job->data), box.section, box.section_size));
    return read_inner(&parse, job, &box);
}
