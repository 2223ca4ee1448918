/* SPDX-License-Identifier: Apache-2.0 */
/* key_pem.c - keys in PEM: PKCS#1, SEC 1, DSA, PKCS#8 and SubjectPublicKeyInfo, read and written.
 *
 * Owns: labels, the Proc-Type and DEK-Info headers and the encryption they announce.
 * Not here: ASN.1 and PKCS#8's own encryption (crypto/der.c), base64 in lines (key_text.c).
 * Called by: key_file.c for reading; whoever exports keys for writing.
 * Follows: RFC 7468; RFC 1421 sections 4.6.1.1 and 4.6.1.3 as OpenSSL writes them. */
#include "keys/key_formats.h"

#include "crypto/der.h"
#include "crypto/kdf.h"
#include "crypto/key_cipher.h"

#define PROC_TYPE "Proc-Type: 4,ENCRYPTED"
#define DEK_INFO "DEK-Info: "
#define EC_PARAMETERS "EC PARAMETERS"

enum { LETTERS = 64, PBKDF2_ROUNDS = 200000 };

static const struct {
    const char *label;
    enum ss_der_form form;
    enum ss_key_format format;
} labels[] = {
    {"RSA PRIVATE KEY", SS_DER_RSA, SS_KEY_FORMAT_PEM},
    {"EC PRIVATE KEY", SS_DER_EC, SS_KEY_FORMAT_PEM},
    {"DSA PRIVATE KEY", SS_DER_DSA, SS_KEY_FORMAT_PEM},
    {"PRIVATE KEY", SS_DER_PKCS8, SS_KEY_FORMAT_PKCS8},
    {"ENCRYPTED PRIVATE KEY", SS_DER_PKCS8_ENCRYPTED, SS_KEY_FORMAT_PKCS8},
    {"PUBLIC KEY", SS_DER_SPKI, SS_KEY_FORMAT_SPKI},
    {"RSA PUBLIC KEY", SS_DER_RSA_PUBLIC, SS_KEY_FORMAT_PKCS1},
};

/* OpenSSL's names in DEK-Info. */
static const struct {
    const char *name, *cipher;
} deks[] = {
    {"AES-128-CBC", "aes128-cbc"},
    {"AES-192-CBC", "aes192-cbc"},
    {"AES-256-CBC", "aes256-cbc"},
    {"DES-EDE3-CBC", "3des-cbc"},
};

/* The place of a label, or the number of labels. */
static size_t find_label(ss_span label)
{
    size_t i = 0;

    while (i < SS_COUNT(labels) && !ss_span_is(label, labels[i].label))
        i++;
    return i;
}

bool ss_key_pem_label(ss_span label)
{
    return ss_span_is(label, EC_PARAMETERS) || find_label(label) < SS_COUNT(labels);
}

/* ---- the headers ---- */

struct dek {
    const struct ss_key_cipher *cipher; /* null: not encrypted */
    struct ss_key_line line;
    uint8_t iv[SS_KEY_CIPHER_IV_MAX];
};

static ss_err read_iv(struct ss_key_job *job, ss_span hex, struct dek *dek)
{
    struct ss_buf iv;
    ss_err err;

    ss_buf_init(&iv, job->env, sizeof dek->iv);
    err = ss_hex_decode(&iv, hex);
    if (err == SS_OK && ss_buf_size(&iv) == dek->cipher->iv)
        memcpy(dek->iv, ss_buf_at(&iv), dek->cipher->iv);
    else if (err != SS_E_no_memory)
        err = ss_key_complain_line(&job->error, &dek->line, "DEK-Info", SS_E_bad_key_file);
    ss_buf_fini(&iv);
    return err;
}

static ss_err read_dek(struct ss_key_job *job, struct dek *dek)
{
    size_t mark = strlen(DEK_INFO), i;
    ss_span rest, name;
    const uint8_t *comma;

    if (!ss_span_is(ss_span_part(dek->line.text, 0, mark), DEK_INFO))
        return ss_key_complain_line(&job->error, &dek->line, "DEK-Info", SS_E_bad_key_file);
    rest = ss_span_part(dek->line.text, mark, dek->line.text.size);
    comma = rest.size > 0 ? memchr(rest.data, ',', rest.size) : NULL;
    if (comma == NULL)
        return ss_key_complain_line(&job->error, &dek->line, "DEK-Info", SS_E_bad_key_file);
    name = ss_span_part(rest, 0, (size_t)(comma - rest.data));
    for (i = 0; i < SS_COUNT(deks) && !ss_span_is(name, deks[i].name); i++) {
    }
    if (i == SS_COUNT(deks))
        return ss_key_complain_line(&job->error, &dek->line, "DEK-Info", SS_E_unsupported);
    dek->cipher = ss_key_cipher_find(ss_span_of(deks[i].cipher));
    ss_key_job_sealed(job, name, "md5");
    return read_iv(job, ss_span_part(rest, name.size + 1, rest.size), dek);
}

/* Two headers and an empty line, or none of it. */
static ss_err read_headers(struct ss_key_job *job, enum ss_key_format format, struct dek *dek)
{
    struct ss_key_text ahead = job->text;
    struct ss_key_line line;

    if (!ss_key_text_next(&ahead, &line) || line.text.size == 0 ||
        memchr(line.text.data, ':', line.text.size) == NULL)
        return SS_OK;
    if (!ss_span_is(line.text, PROC_TYPE) || format != SS_KEY_FORMAT_PEM)
        return ss_key_complain_line(&job->error, &line, "header", SS_E_bad_key_file);
    if (!ss_key_text_next(&ahead, &dek->line))
        return ss_key_complain(&job->error, job->text.file.size, 0, "DEK-Info", SS_E_bad_key_file);
    SS_TRY(read_dek(job, dek));
    if (!ss_key_text_next(&ahead, &line) || line.text.size > 0)
        return ss_key_complain_line(&job->error, &line, "line behind the headers",
                                    SS_E_bad_key_file);
    job->text = ahead;
    return SS_OK;
}

/* ---- the encryption of headers ---- */

/* PKCS#7: as many bytes of that value as are missing, one to a block. */
static bool unpad(struct ss_buf *data, size_t block)
{
    ss_span all = ss_buf_span(data);
    size_t pad = all.data[all.size - 1], i;

    if (pad == 0 || pad > block)
        return false;
    for (i = 1; i <= pad; i++)
        if (all.data[all.size - i] != pad)
            return false;
    ss_buf_truncate(data, all.size - pad);
    return true;
}

static ss_err decrypt(struct ss_key_job *job, const struct dek *dek)
{
    uint8_t secret[SS_KEY_CIPHER_KEY_MAX];
    size_t size = ss_buf_size(&job->data), at;
    ss_err err;

    if (size == 0 || size % dek->cipher->block != 0)
        return ss_key_complain(&job->error, size, 0, "encrypted data", SS_E_bad_key_file);
    if (job->passphrase.data == NULL)
        return ss_key_complain_line(&job->error, &dek->line, "DEK-Info", SS_E_key_encrypted);
    err = ss_pem_derive(job->passphrase, ss_span_make(dek->iv, dek->cipher->iv), secret,
                        dek->cipher->key);
    if (err == SS_OK)
        err = ss_key_cipher_run(dek->cipher, SS_OPEN, secret, dek->iv, ss_buf_at(&job->data), size,
                                NULL);
    ss_wipe(secret, sizeof secret);
    if (err == SS_OK && (!unpad(&job->data, dek->cipher->block) ||
                         ss_der_check(ss_buf_span(&job->data), &at) != SS_OK))
        err = ss_key_complain(&job->error, 0, 0, "encrypted data", SS_E_wrong_passphrase);
    return err;
}

/* ---- reading ---- */

static ss_err take_der(struct ss_key_job *job, enum ss_der_form form, struct ss_buf *store)
{
    const struct ss_der_limits limits = {
        .pbkdf2_rounds = job->limits->pbkdf2_rounds,
        .scrypt_memory = (uint64_t)job->limits->memory * 1024,
    };
    struct ss_key_fields fields = {.kind = SS_KEY_NONE};
    struct ss_der_key der = {0};
    struct ss_key *key = NULL;
    ss_err err = ss_der_read(form, ss_buf_span(&job->data), job->passphrase, &limits, store, &der);

    err = ss_key_err(err, SS_E_bad_key_file);
    if (err == SS_E_too_many)
        return ss_key_complain(&job->error, 0, 0, "derivation", err);
    if (err != SS_OK)
        return ss_key_complain(&job->error, 0, 0,
                               form == SS_DER_PKCS8_ENCRYPTED ? "encrypted data" : "key structure",
                               err);
    fields.kind = ss_key_type_kind(ss_span_of(der.type));
    fields.parts = der.parts;
    if (fields.kind == SS_KEY_NONE)
        return ss_key_complain(&job->error, 0, 0, "key type", SS_E_unsupported);
    err = ss_key_err(ss_key_from_fields(job->env, &fields, ss_span_make(NULL, 0), &key),
                     SS_E_bad_key_file);
    return err == SS_OK ? ss_key_job_add(job, key)
                        : ss_key_complain(&job->error, 0, 0, "key values", err);
}

/* Elliptic curve keys of `openssl ecparam -genkey` have the curve in a block of its own in front;
 * it stands in the key once more. */
static ss_err skip_parameters(struct ss_key_job *job, struct ss_key_line *line, ss_span *out_label)
{
    SS_TRY(ss_key_armour_body(&job->text, ss_span_of(EC_PARAMETERS), &job->base64, &job->data,
                              &job->error));
    ss_buf_clear(&job->base64);
    ss_buf_clear(&job->data);
    if (!ss_key_text_next_full(&job->text, line))
        return ss_key_complain(&job->error, job->text.file.size, 0, "BEGIN line",
                               SS_E_bad_key_file);
    if (!ss_key_begin_line(line->text, out_label) || !ss_span_is(*out_label, "EC PRIVATE KEY"))
        return ss_key_complain_line(&job->error, line, "BEGIN line", SS_E_bad_key_file);
    return SS_OK;
}

static ss_err read_body(struct ss_key_job *job, enum ss_der_form form, ss_span label,
                        enum ss_key_format format)
{
    struct dek dek = {.cipher = NULL};
    size_t at = 0;

    SS_TRY(read_headers(job, format, &dek));
    SS_TRY(ss_key_armour_body(&job->text, label, &job->base64, &job->data, &job->error));
    SS_TRY(ss_key_text_end(&job->text, &job->error));
    if (dek.cipher != NULL)
        return decrypt(job, &dek);
    if (ss_der_check(ss_buf_span(&job->data), &at) != SS_OK)
        return ss_key_complain(&job->error, at, 0, "ASN.1", SS_E_bad_key_file);
    if (form == SS_DER_PKCS8_ENCRYPTED)
        ss_key_job_sealed(job, ss_span_of("PBES2"), "PBES2");
    return SS_OK;
}

ss_err ss_key_pem_read(struct ss_key_job *job, const struct ss_key_line *line, ss_span label)
{
    struct ss_key_line at = *line;
    struct ss_buf store;
    size_t row;
    ss_err err;

    if (ss_span_is(label, EC_PARAMETERS))
        SS_TRY(skip_parameters(job, &at, &label));
    row = find_label(label);
    job->file.format = labels[row].format;
    SS_TRY(read_body(job, labels[row].form, label, labels[row].format));
    ss_buf_init(&store, job->env, (size_t)2 * SS_KEY_DATA_MAX);
    err = take_der(job, labels[row].form, &store);
    ss_buf_fini(&store);
    return err;
}

/* ---- writing ---- */

static bool is_sealed(const struct ss_key_protection *protection)
{
    return protection != NULL && protection->passphrase.data != NULL;
}

static ss_err put_dek(struct ss_buf *out, const uint8_t *iv, size_t size)
{
    struct ss_buf hex;
    size_t i;
    ss_err err;

    ss_buf_init(&hex, out->env, (size_t)2 * SS_KEY_CIPHER_IV_MAX);
    err = ss_hex_encode(&hex, ss_span_make(iv, size));
    for (i = 0; i < ss_buf_size(&hex); i++) {
        uint8_t *c = ss_buf_at(&hex) + i;

        *c = *c >= 'a' ? (uint8_t)(*c - 'a' + 'A') : *c;
    }
    if (err == SS_OK)
        err = ss_buf_puts(out, PROC_TYPE "\n" DEK_INFO "AES-128-CBC,");
    if (err == SS_OK)
        err = ss_buf_put(out, ss_buf_span(&hex));
    if (err == SS_OK)
        err = ss_buf_puts(out, "\n\n");
    ss_buf_fini(&hex);
    return err;
}

/* Encrypts data in place, with its padding. */
static ss_err encrypt(struct ss_buf *data, ss_span passphrase, const struct ss_key_cipher *cipher,
                      const uint8_t *iv)
{
    uint8_t secret[SS_KEY_CIPHER_KEY_MAX], pad[SS_KEY_CIPHER_IV_MAX];
    size_t missing = cipher->block - ss_buf_size(data) % cipher->block;
    ss_err err;

    memset(pad, (int)missing, sizeof pad);
    SS_TRY(ss_buf_put(data, ss_span_make(pad, missing)));
    err = ss_pem_derive(passphrase, ss_span_make(iv, cipher->iv), secret, cipher->key);
    if (err == SS_OK)
        err = ss_key_cipher_run(cipher, SS_SEAL, secret, iv, ss_buf_at(data), ss_buf_size(data),
                                NULL);
    ss_wipe(secret, sizeof secret);
    return err;
}

static ss_err put_sealed(struct ss_buf *out, const char *label, struct ss_buf *data,
                         ss_span passphrase)
{
    const struct ss_key_cipher *cipher = ss_key_cipher_find(ss_span_of("aes128-cbc"));
    uint8_t iv[SS_KEY_CIPHER_IV_MAX];

    SS_TRY(ss_random(out->env, iv, sizeof iv));
    SS_TRY(encrypt(data, passphrase, cipher, iv));
    SS_TRY(ss_buf_printf(out, "-----BEGIN %s-----\n", label));
    SS_TRY(put_dek(out, iv, cipher->iv));
    SS_TRY(ss_key_put_base64(out, ss_buf_span(data), LETTERS));
    return ss_buf_printf(out, "-----END %s-----\n", label);
}

static ss_err write_row(const struct ss_key *key, size_t row,
                        const struct ss_key_protection *protection, struct ss_buf *out)
{
    bool dek = is_sealed(protection) && labels[row].format == SS_KEY_FORMAT_PEM;
    ss_span passphrase = is_sealed(protection) ? protection->passphrase : ss_span_make(NULL, 0);
    uint32_t rounds =
        protection != NULL && protection->rounds > 0 ? protection->rounds : PBKDF2_ROUNDS;
    size_t before = ss_buf_size(out);
    struct ss_buf data;
    ss_err err;

    if (rounds > SS_PBKDF2_ROUNDS_MAX)
        return SS_E_bad_argument;
    ss_buf_init(&data, out->env, SS_KEY_DATA_MAX);
    err = ss_der_write(labels[row].form, key->pkey, out->env, passphrase, rounds, &data);
    out->secret = out->secret || data.secret;
    if (err == SS_OK)
        err = dek ? put_sealed(out, labels[row].label, &data, passphrase)
                  : ss_key_put_armour(out, labels[row].label, ss_buf_span(&data), LETTERS);
    if (err != SS_OK)
        ss_buf_truncate(out, before);
    ss_buf_fini(&data);
    return err;
}

ss_err ss_key_write_pem(const struct ss_key *key, const struct ss_key_protection *protection,
                        struct ss_buf *out)
{
    static const struct {
        const char *type;
        enum ss_der_form form;
    } forms[] = {{"ssh-rsa", SS_DER_RSA}, {"ssh-dss", SS_DER_DSA}, {"ecdsa-sha2-", SS_DER_EC}};
    ss_span type = ss_span_of(ss_key_type_name(ss_key_kind(key)));
    size_t i, row;

    for (i = 0; i < SS_COUNT(forms); i++)
        if (ss_span_is(ss_span_part(type, 0, strlen(forms[i].type)), forms[i].type))
            break;
    if (i == SS_COUNT(forms))
        return SS_E_unsupported;
    for (row = 0; labels[row].form != forms[i].form; row++) {
    }
    return write_row(key, row, protection, out);
}

static ss_err write_form(const struct ss_key *key, enum ss_der_form form,
                         const struct ss_key_protection *protection, struct ss_buf *out)
{
    size_t row = 0;

    /* What a security key keeps to itself has no place in these formats. */
    if (ss_key_kind_is_sk(ss_key_kind(key)))
        return SS_E_unsupported;
    while (labels[row].form != form)
        row++;
    return write_row(key, row, protection, out);
}

ss_err ss_key_write_pkcs8(const struct ss_key *key, const struct ss_key_protection *protection,
                          struct ss_buf *out)
{
    return write_form(key, is_sealed(protection) ? SS_DER_PKCS8_ENCRYPTED : SS_DER_PKCS8,
                      protection, out);
}

ss_err ss_key_write_spki(const struct ss_key *key, struct ss_buf *out)
{
    return write_form(key, SS_DER_SPKI, NULL, out);
}
