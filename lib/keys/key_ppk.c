/* SPDX-License-Identifier: Apache-2.0 */
/* key_ppk.c - PuTTY's private key files, versions 2 and 3, read.
 *
 * Owns: the lines, their order, the parameters of the derivation.
 * Not here: values, derivation, MAC (key_ppk_values.c), writing (key_ppk_write.c), version 1, which
 *   no PuTTY since 0.53 writes.
 * Called by: key_file.c.
 * Follows: PuTTY manual, appendix C.2 and C.5. */
#include "keys/key_ppk.h"

#include "crypto/key_cipher.h"

enum { LINES_MAX = 4096 };

struct file {
    struct ss_ppk ppk;
    struct ss_key_line encryption, memory; /* for errors */
    size_t public_size;                    /* of the data; the private blob follows it */
    uint8_t salt[SS_PPK_SALT_MAX];
    uint8_t mac[SS_PPK_MAC_MAX];
    size_t mac_size;
    struct ss_key_line mac_line;
};

/* ---- lines ---- */

/* "name: value" must come next. name is static text. */
static ss_err want(struct ss_key_job *job, const char *name, struct ss_key_line *line,
                   ss_span *out_value)
{
    size_t n = strlen(name);

    if (!ss_key_text_next(&job->text, line))
        return ss_key_complain(&job->error, job->text.file.size, 0, name, SS_E_bad_key_file);
    if (!ss_span_is(ss_span_part(line->raw, 0, n), name) ||
        !ss_span_is(ss_span_part(line->raw, n, 2), ": "))
        return ss_key_complain_line(&job->error, line, name, SS_E_bad_key_file);
    *out_value = ss_span_part(line->raw, n + 2, line->raw.size);
    return SS_OK;
}

/* Plain digits, without zeros in front. */
static ss_err want_number(struct ss_key_job *job, const char *name, struct ss_key_line *line,
                          uint32_t *out)
{
    ss_span text = {NULL, 0};
    uint32_t v = 0;
    size_t i;

    SS_TRY(want(job, name, line, &text));
    if (text.size == 0 || text.size > 9 || (text.data[0] == '0' && text.size > 1))
        return ss_key_complain_line(&job->error, line, name, SS_E_bad_key_file);
    for (i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return ss_key_complain_line(&job->error, line, name, SS_E_bad_key_file);
        v = v * 10 + (uint32_t)(text.data[i] - '0');
    }
    *out = v;
    return SS_OK;
}

static ss_err want_hex(struct ss_key_job *job, const char *name, struct ss_key_line *line,
                       uint8_t *out, size_t most, size_t *out_size)
{
    ss_span text = {NULL, 0};
    struct ss_buf bytes;
    ss_err err;

    SS_TRY(want(job, name, line, &text));
    ss_buf_init(&bytes, job->env, most);
    err = ss_hex_decode(&bytes, text);
    *out_size = ss_buf_size(&bytes);
    if (err == SS_OK && *out_size > 0)
        memcpy(out, ss_buf_at(&bytes), *out_size);
    else if (err != SS_E_no_memory)
        err = ss_key_complain_line(&job->error, line, name, SS_E_bad_key_file);
    ss_buf_fini(&bytes);
    return err;
}

/* "name: N" and N lines of base64, decoded behind what is in data already. */
static ss_err want_lines(struct ss_key_job *job, const char *name)
{
    struct ss_key_line line;
    uint32_t count = 0, i;

    SS_TRY(want_number(job, name, &line, &count));
    if (count > LINES_MAX)
        return ss_key_complain_line(&job->error, &line, name, SS_E_bad_key_file);
    ss_buf_clear(&job->base64);
    for (i = 0; i < count; i++) {
        if (!ss_key_text_next(&job->text, &line))
            return ss_key_complain(&job->error, job->text.file.size, 0, name, SS_E_bad_key_file);
        SS_TRY(ss_key_join(&line, &job->base64, &job->error));
    }
    return ss_key_decode(&job->base64, &line, &job->data, &job->error);
}

/* ---- headers ---- */

static ss_err read_first(struct ss_key_job *job, const struct ss_key_line *line, struct file *file)
{
    ss_span rest = ss_span_part(line->raw, strlen(SS_KEY_PPK_MARK), line->raw.size);

    if (rest.size < 4 || !ss_span_is(ss_span_part(rest, 1, 2), ": "))
        return ss_key_complain_line(&job->error, line, "first line", SS_E_bad_key_file);
    if (rest.data[0] != '2' && rest.data[0] != '3')
        return ss_key_complain_line(&job->error, line, "version", SS_E_unsupported);
    file->ppk.version = (unsigned)(rest.data[0] - '0');
    file->ppk.algorithm = ss_span_part(rest, 3, rest.size);
    job->file.format = file->ppk.version == 2 ? SS_KEY_FORMAT_PPK2 : SS_KEY_FORMAT_PPK3;
    return SS_OK;
}

static ss_err read_derivation(struct ss_key_job *job, struct file *file)
{
    static const char *const kinds[] = {
        [SS_ARGON2_D] = "Argon2d", [SS_ARGON2_I] = "Argon2i", [SS_ARGON2_ID] = "Argon2id"};
    struct ss_argon2 *argon2 = &file->ppk.argon2;
    struct ss_key_line line;
    ss_span name = {NULL, 0};
    size_t i, size;

    SS_TRY(want(job, "Key-Derivation", &line, &name));
    for (i = 0; i < SS_COUNT(kinds) && !ss_span_is(name, kinds[i]); i++) {
    }
    if (i == SS_COUNT(kinds))
        return ss_key_complain_line(&job->error, &line, "Key-Derivation", SS_E_unsupported);
    argon2->kind = (enum ss_argon2_kind)i;
    ss_key_job_sealed(job, ss_span_of("aes256-cbc"), kinds[i]);
    SS_TRY(want_number(job, "Argon2-Memory", &file->memory, &argon2->memory));
    SS_TRY(want_number(job, "Argon2-Passes", &line, &argon2->passes));
    SS_TRY(want_number(job, "Argon2-Parallelism", &line, &argon2->lanes));
    SS_TRY(want_hex(job, "Argon2-Salt", &line, file->salt, sizeof file->salt, &size));
    argon2->salt = ss_span_make(file->salt, size);
    if (argon2->memory > job->limits->memory ||
        (uint64_t)argon2->memory * argon2->passes > job->limits->argon2_work)
        return ss_key_complain_line(&job->error, &file->memory, "Argon2-Memory", SS_E_too_many);
    return SS_OK;
}

static ss_err read_encryption(struct ss_key_job *job, struct file *file)
{
    ss_span value = {NULL, 0};

    SS_TRY(want(job, "Encryption", &file->encryption, &value));
    file->ppk.encrypted = ss_span_is(value, "aes256-cbc");
    if (!file->ppk.encrypted && !ss_span_is(value, "none"))
        return ss_key_complain_line(&job->error, &file->encryption, "Encryption", SS_E_unsupported);
    if (file->ppk.encrypted)
        ss_key_job_sealed(job, value, "sha1");
    return SS_OK;
}

static ss_err check_type(struct ss_key_job *job, const struct ss_key_line *line,
                         const struct file *file)
{
    struct ss_reader reader;

    ss_reader_init(&reader, ss_buf_span(&job->data));
    if (!ss_span_eq(ss_reader_string(&reader), file->ppk.algorithm))
        return ss_key_complain_line(&job->error, line, "first line: key type", SS_E_bad_key_file);
    return SS_OK;
}

/* ---- the private part ---- */

static ss_err unseal(struct ss_key_job *job, struct file *file)
{
    static const char name[] = "aes256-cbc";
    const struct ss_key_cipher *cipher = ss_key_cipher_find(ss_span_make(name, sizeof name - 1));
    uint8_t *blob = ss_buf_at(&job->data) + file->public_size, mac[SS_PPK_MAC_MAX];
    size_t size = ss_buf_size(&job->data) - file->public_size, mac_size = 0;
    ss_err err = ss_ppk_derive(&file->ppk, job->passphrase);

    if (err == SS_E_bad_value)
        return ss_key_complain_line(&job->error, &file->memory, "Argon2-Memory", SS_E_bad_key_file);
    if (err == SS_OK && file->ppk.encrypted && size > 0)
        err = ss_key_cipher_run(cipher, SS_OPEN, file->ppk.key, file->ppk.iv, blob, size, NULL);
    if (err == SS_OK)
        err =
            ss_ppk_mac(&file->ppk, job->env, ss_span_make(ss_buf_at(&job->data), file->public_size),
                       ss_span_make(blob, size), mac, &mac_size);
    if (err == SS_OK &&
        !ss_ct_eq(ss_span_make(mac, mac_size), ss_span_make(file->mac, file->mac_size)))
        err = ss_key_complain_line(&job->error, &file->mac_line, "Private-MAC",
                                   file->ppk.encrypted ? SS_E_wrong_passphrase : SS_E_bad_key_file);
    ss_ppk_wipe(&file->ppk);
    return err;
}

static ss_err read_values(struct ss_key_job *job, const struct file *file)
{
    ss_span all = ss_buf_span(&job->data), public_blob = ss_span_part(all, 0, file->public_size);
    struct ss_key_parse parse = {.field = "private values"};
    struct ss_key_fields fields;
    struct ss_key *key = NULL;
    ss_err err;

    parse.base = all.data + file->public_size;
    ss_reader_init(&parse.reader, ss_span_part(all, file->public_size, all.size));
    err = ss_ppk_read_values(&parse, public_blob, &fields);
    if (err == SS_OK && ss_reader_left(&parse.reader) >= (file->ppk.encrypted ? SS_PPK_BLOCK : 1)) {
        ss_key_name_field(&parse, "padding");
        err = ss_key_refuse(&parse, ss_reader_offset(&parse.reader), SS_E_bad_key_file);
    }
    SS_TRY(ss_key_job_settle(job, &parse, err));
    err = ss_key_err(ss_key_from_fields(job->env, &fields, file->ppk.comment, &key),
                     SS_E_bad_key_file);
    if (err != SS_OK)
        return ss_key_complain(&job->error, 0, 0, "key values", err);
    if (!ss_span_eq(ss_key_blob(key), public_blob)) {
        ss_key_free(&key);
        return ss_key_complain(&job->error, 0, 0, "public key", SS_E_bad_key_file);
    }
    return ss_key_job_add(job, key);
}

static ss_err read_private(struct ss_key_job *job, struct file *file)
{
    struct ss_key_line line;
    size_t size;

    if (file->ppk.encrypted && file->ppk.version == 3)
        SS_TRY(read_derivation(job, file));
    SS_TRY(want_lines(job, "Private-Lines"));
    size = ss_buf_size(&job->data) - file->public_size;
    if (file->ppk.encrypted && size % SS_PPK_BLOCK != 0)
        return ss_key_complain(&job->error, size, 0, "private values", SS_E_bad_key_file);
    SS_TRY(want_hex(job, "Private-MAC", &line, file->mac, sizeof file->mac, &file->mac_size));
    file->mac_line = line;
    SS_TRY(ss_key_text_end(&job->text, &job->error));
    if (file->ppk.encrypted && job->passphrase.data == NULL)
        return ss_key_complain_line(&job->error, &file->encryption, "Encryption",
                                    SS_E_key_encrypted);
    SS_TRY(unseal(job, file));
    return read_values(job, file);
}

ss_err ss_key_ppk_read(struct ss_key_job *job, const struct ss_key_line *line)
{
    struct file file = {.public_size = 0};
    struct ss_key_line at;

    SS_TRY(read_first(job, line, &file));
    SS_TRY(read_encryption(job, &file));
    SS_TRY(want(job, "Comment", &at, &file.ppk.comment));
    SS_TRY(want_lines(job, "Public-Lines"));
    file.public_size = ss_buf_size(&job->data);
    SS_TRY(check_type(job, line, &file));
    if (job->want == SS_KEY_WANT_PUBLIC)
        return ss_key_job_add_blob(job, ss_buf_span(&job->data), file.ppk.comment, 0, "public key");
    return read_private(job, &file);
}
