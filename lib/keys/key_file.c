/* SPDX-License-Identifier: Apache-2.0 */
/* key_file.c - a file with keys in it: which format it has, and what it held.
 *
 * Owns: the job of reading one file; struct ss_key_file; names and limits.
 * Not here: the formats (key_openssh.c, key_pem.c, key_ppk.c, key_rfc4716.c, key_line.c), files on
 *   disk (net).
 * Called by: whoever loads host keys and user keys.
 * Follows: nothing of its own; each format tells itself by its first line. */
#include "keys/key_formats.h"

const struct ss_key_limits ss_key_limits_standard = {
    .bcrypt_rounds = SS_BCRYPT_ROUNDS_MAX,
    .pbkdf2_rounds = SS_PBKDF2_ROUNDS_MAX,
    .memory = SS_KDF_MEMORY_MAX,
    .argon2_work = SS_ARGON2_WORK_MAX,
};

static const char *const names[] = {
    [SS_KEY_FORMAT_NONE] = "none", [SS_KEY_FORMAT_OPENSSH] = "openssh",
    [SS_KEY_FORMAT_PEM] = "pem",   [SS_KEY_FORMAT_PKCS8] = "pkcs8",
    [SS_KEY_FORMAT_PPK2] = "ppk2", [SS_KEY_FORMAT_PPK3] = "ppk3",
    [SS_KEY_FORMAT_LINE] = "line", [SS_KEY_FORMAT_RFC4716] = "rfc4716",
    [SS_KEY_FORMAT_SPKI] = "spki", [SS_KEY_FORMAT_PKCS1] = "pkcs1",
};

const char *ss_key_format_name(enum ss_key_format format)
{
    return names[format];
}

enum ss_key_format ss_key_format_of(ss_span name)
{
    size_t i;

    for (i = 0; i < SS_COUNT(names); i++)
        if (ss_span_is(name, names[i]))
            return (enum ss_key_format)i;
    return SS_KEY_FORMAT_NONE;
}

/* ---- the job ---- */

static void job_init(struct ss_key_job *job, const struct ss_env *env, ss_span file,
                     const struct ss_key_limits *limits, enum ss_key_want want)
{
    memset(job, 0, sizeof *job);
    job->env = env;
    job->limits = limits != NULL ? limits : &ss_key_limits_standard;
    job->want = want;
    job->text.file = file;
    ss_buf_init(&job->base64, env, SS_KEY_BASE64_MAX);
    ss_buf_init(&job->data, env, SS_KEY_DATA_MAX);
    job->base64.secret = job->data.secret = true;
}

static void job_fini(struct ss_key_job *job)
{
    ss_buf_fini(&job->data);
    ss_buf_fini(&job->base64);
}

/* take: *key becomes its public half. */
static ss_err halve(struct ss_key **key)
{
    struct ss_key *half = NULL;
    ss_err err = ss_key_from_blob((*key)->env, ss_key_blob(*key), &half);

    if (err == SS_OK)
        err = ss_key_set_comment(half, ss_span_of((*key)->comment));
    ss_key_free(key);
    if (err != SS_OK)
        ss_key_free(&half);
    *key = half;
    return err;
}

ss_err ss_key_job_add(struct ss_key_job *job, struct ss_key *take)
{
    ss_err err = SS_OK;

    if (job->want == SS_KEY_WANT_PUBLIC && ss_key_is_private(take))
        err = halve(&take);
    if (err == SS_OK && job->file.count == SS_KEY_FILE_KEYS) {
        ss_key_free(&take);
        return ss_key_complain(&job->error, 0, job->text.number, "number of keys", SS_E_too_many);
    }
    if (err == SS_OK)
        job->file.keys[job->file.count++] = take;
    return err;
}

ss_err ss_key_job_add_blob(struct ss_key_job *job, ss_span blob, ss_span comment, size_t at,
                           const char *field)
{
    struct ss_key *key = NULL;
    ss_err err = ss_key_from_blob(job->env, blob, &key);

    if (err == SS_OK)
        err = ss_key_set_comment(key, comment);
    if (err == SS_OK)
        return ss_key_job_add(job, key);
    ss_key_free(&key);
    return ss_key_complain(&job->error, at, 0, field, ss_key_err(err, SS_E_bad_key_file));
}

void ss_key_job_sealed(struct ss_key_job *job, ss_span cipher, const char *kdf)
{
    size_t n = cipher.size < sizeof job->file.cipher ? cipher.size : sizeof job->file.cipher - 1;

    job->file.encrypted = true;
    memcpy(job->file.cipher, cipher.data, n);
    job->file.cipher[n] = 0;
    n = strlen(kdf) < sizeof job->file.kdf ? strlen(kdf) : sizeof job->file.kdf - 1;
    memcpy(job->file.kdf, kdf, n);
    job->file.kdf[n] = 0;
}

ss_err ss_key_job_settle(struct ss_key_job *job, const struct ss_key_parse *parse, ss_err err)
{
    err = ss_key_err(err, SS_E_bad_key_file);
    return err == SS_OK ? SS_OK
                        : ss_key_complain(&job->error, ss_key_place(parse), 0, parse->field, err);
}

/* ---- formats ---- */

static bool starts(ss_span text, const char *mark)
{
    return ss_span_is(ss_span_part(text, 0, strlen(mark)), mark);
}

/* A blob's first field is a length under 256, so that its base64 begins with these letters. */
static bool looks_like_key_line(ss_span line)
{
    struct ss_key_words words;

    return ss_key_words(line, &words) && starts(words.base64, "AAAA");
}

static ss_err read_lines(struct ss_key_job *job, struct ss_key_line line)
{
    job->file.format = SS_KEY_FORMAT_LINE;
    do {
        struct ss_key *key = NULL;
        ss_err err;

        if (line.text.data[0] == '#')
            continue;
        err = ss_key_read_line(job->env, line.text, &key);
        if (err != SS_OK)
            return ss_key_complain_line(&job->error, &line, "key line",
                                        ss_key_err(err, SS_E_bad_key_file));
        SS_TRY(ss_key_job_add(job, key));
    } while (ss_key_text_next_full(&job->text, &line));
    return job->file.count > 0 ? SS_OK
                               : ss_key_complain(&job->error, job->text.file.size, 0, "key line",
                                                 SS_E_bad_key_file);
}

static ss_err read_format(struct ss_key_job *job)
{
    struct ss_key_line line;
    ss_span label;

    if (job->text.file.size > SS_KEY_FILE_MAX)
        return ss_key_complain(&job->error, SS_KEY_FILE_MAX, 0, "file size", SS_E_bad_key_file);
    do {
        if (!ss_key_text_next_full(&job->text, &line))
            return ss_key_complain(&job->error, job->text.file.size, 0, "first line",
                                   SS_E_bad_key_file);
    } while (line.text.data[0] == '#');
    if (ss_span_is(line.text, SS_KEY_RFC4716_BEGIN))
        return ss_key_rfc4716_read(job);
    if (starts(line.text, SS_KEY_PPK_MARK))
        return ss_key_ppk_read(job, &line);
    if (ss_key_begin_line(line.text, &label)) {
        if (ss_span_is(label, SS_KEY_OPENSSH_LABEL))
            return ss_key_openssh_read(job, label);
        if (ss_key_pem_label(label))
            return ss_key_pem_read(job, &line, label);
        return ss_key_complain_line(&job->error, &line, "file format", SS_E_unsupported);
    }
    if (looks_like_key_line(line.text))
        return read_lines(job, line);
    return ss_key_complain_line(&job->error, &line, "first line", SS_E_bad_key_file);
}

static ss_err finish(struct ss_key_job *job, ss_err err, struct ss_key_file *out,
                     struct ss_key_error *out_error)
{
    job_fini(job);
    if (err == SS_OK) {
        *out = job->file;
        return SS_OK;
    }
    ss_key_file_fini(&job->file);
    if (out_error != NULL)
        *out_error = job->error;
    return err;
}

ss_err ss_key_file_read(const struct ss_env *env, ss_span file, ss_span passphrase,
                        const struct ss_key_limits *limits, struct ss_key_file *out,
                        struct ss_key_error *out_error)
{
    struct ss_key_job job;

    job_init(&job, env, file, limits, SS_KEY_WANT_ALL);
    job.passphrase = passphrase;
    return finish(&job, read_format(&job), out, out_error);
}

ss_err ss_key_file_read_public(const struct ss_env *env, ss_span file, struct ss_key_file *out,
                               struct ss_key_error *out_error)
{
    struct ss_key_job job;

    job_init(&job, env, file, NULL, SS_KEY_WANT_PUBLIC);
    return finish(&job, read_format(&job), out, out_error);
}

void ss_key_file_fini(struct ss_key_file *file)
{
    while (file->count > 0)
        ss_key_free(&file->keys[--file->count]);
}

/* The first key; the others go. */
static void take_first(struct ss_key_file *file, struct ss_key **out_key)
{
    *out_key = ss_key_ref(file->keys[0]);
    ss_key_file_fini(file);
}

ss_err ss_key_read_any(const struct ss_env *env, ss_span file, ss_span passphrase,
                       struct ss_key **out_key, struct ss_key_error *out_error)
{
    struct ss_key_file read;

    SS_TRY(ss_key_file_read(env, file, passphrase, NULL, &read, out_error));
    take_first(&read, out_key);
    return SS_OK;
}

/* ---- openssh-key-v1 alone ---- */

static ss_err read_openssh(struct ss_key_job *job)
{
    struct ss_key_line line;
    ss_span label;

    if (job->text.file.size > SS_KEY_FILE_MAX)
        return ss_key_complain(&job->error, SS_KEY_FILE_MAX, 0, "file size", SS_E_bad_key_file);
    if (!ss_key_text_next_full(&job->text, &line))
        return ss_key_complain(&job->error, job->text.file.size, 0, "BEGIN line",
                               SS_E_bad_key_file);
    if (!ss_key_begin_line(line.text, &label))
        return ss_key_complain_line(&job->error, &line, "BEGIN line", SS_E_bad_key_file);
    if (!ss_span_is(label, SS_KEY_OPENSSH_LABEL))
        return ss_key_complain_line(&job->error, &line, "file format", SS_E_unsupported);
    return ss_key_openssh_read(job, label);
}

ss_err ss_key_read_private(const struct ss_env *env, ss_span file, struct ss_key **out_key,
                           struct ss_key_error *out_error)
{
    struct ss_key_file read;
    struct ss_key_job job;

    job_init(&job, env, file, NULL, SS_KEY_WANT_ALL);
    SS_TRY(finish(&job, read_openssh(&job), &read, out_error));
    take_first(&read, out_key);
    return SS_OK;
}
