/* SPDX-License-Identifier: Apache-2.0 */
/* key_file.c - private keys in the openssh-key-v1 format, without a passphrase.
 *
 * Owns: the armour, the two sections, check integers, padding; the place of the first mistake.
 * Not here: encrypted files (told apart, not read), PEM and other formats, the fields of each key
 *   type (key_fields.c), files on disk (net).
 * Called by: whoever loads or stores host keys and user keys.
 * Follows: OpenSSH PROTOCOL.key sections 1 to 3. */
#include "keys/key_impl.h"

#define ARMOUR_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define ARMOUR_END "-----END OPENSSH PRIVATE KEY-----"
#define MAGIC "openssh-key-v1"

enum {
    FILE_MAX = 1 << 20, /* bytes of text looked at */
    DATA_MAX = 65536,   /* bytes of decoded data; the largest RSA key needs a quarter */
    BLOCK = 8,          /* the private section is padded to this when it is not encrypted */
    LINE = 70           /* letters of base64 on a line, as OpenSSH writes them */
};

/* ---- armour ---- */

struct text_line {
    ss_span text;  /* without its end and without blanks behind it */
    size_t offset; /* in the file */
    size_t number; /* from 1 */
};

struct text {
    ss_span file;
    size_t at, number;
};

static bool next_line(struct text *text, struct text_line *out)
{
    ss_span rest = ss_span_part(text->file, text->at, text->file.size);
    const uint8_t *end;

    if (rest.size == 0)
        return false;
    end = memchr(rest.data, '\n', rest.size);
    out->offset = text->at;
    out->number = ++text->number;
    out->text = ss_span_part(rest, 0, end != NULL ? (size_t)(end - rest.data) : rest.size);
    text->at += out->text.size + (end != NULL ? 1 : 0);
    while (out->text.size > 0 && (out->text.data[out->text.size - 1] == '\r' ||
                                  out->text.data[out->text.size - 1] == ' ' ||
                                  out->text.data[out->text.size - 1] == '\t'))
        out->text.size--;
    return true;
}

static ss_err complain(struct ss_key_error *error, size_t offset, size_t line, const char *field,
                       ss_err err)
{
    error->offset = offset;
    error->line = line;
    error->field = field;
    return err;
}

/* The first line that is not empty: ours, another format's, or no armour at all. */
static ss_err find_begin(struct text *text, struct ss_key_error *error)
{
    struct text_line line = {{NULL, 0}, 0, 0};

    do {
        if (!next_line(text, &line))
            return complain(error, text->file.size, 0, "BEGIN line", SS_E_bad_key_file);
    } while (line.text.size == 0);
    if (ss_span_is(line.text, ARMOUR_BEGIN))
        return SS_OK;
    if (ss_span_is(ss_span_part(line.text, 0, 11), "-----BEGIN ") && line.text.size > 16 &&
        ss_span_is(ss_span_part(line.text, line.text.size - 5, 5), "-----"))
        return complain(error, line.offset, line.number, "file format", SS_E_unsupported);
    return complain(error, line.offset, line.number, "BEGIN line", SS_E_bad_key_file);
}

/* Base64 may break anywhere, so lines are joined before they are decoded. */
static ss_err join_body(struct text *text, struct ss_buf *out_base64, struct ss_key_error *error)
{
    struct text_line line;

    while (next_line(text, &line)) {
        if (ss_span_is(line.text, ARMOUR_END))
            return SS_OK;
        if (line.text.size > 0 && line.text.data[0] == '-')
            return complain(error, line.offset, line.number, "END line", SS_E_bad_key_file);
        SS_TRY(ss_buf_put(out_base64, line.text));
    }
    return complain(error, text->file.size, 0, "END line", SS_E_bad_key_file);
}

static ss_err remove_armour(ss_span file, struct ss_buf *base64, struct ss_buf *out_data,
                            struct ss_key_error *error)
{
    struct text text = {file, 0, 0};
    ss_err err;

    if (file.size > FILE_MAX)
        return complain(error, FILE_MAX, 0, "file size", SS_E_bad_key_file);
    SS_TRY(find_begin(&text, error));
    SS_TRY(join_body(&text, base64, error));
    err = ss_base64_decode(out_data, ss_buf_span(base64));
    if (err == SS_E_bad_base64 || err == SS_E_ceiling)
        return complain(error, 0, 0, "base64", SS_E_bad_key_file);
    return err;
}

/* ---- fields ---- */

static ss_err settle(const struct ss_key_parse *parse, ss_err err, struct ss_key_error *error)
{
    err = ss_key_err(err, SS_E_bad_key_file);
    return err == SS_OK ? SS_OK : complain(error, ss_key_place(parse), 0, parse->field, err);
}

/* ---- the outer section ---- */

static ss_err read_outer(struct ss_key_parse *parse, ss_span *out_public,
                         struct ss_reader *out_inner)
{
    size_t at;
    ss_span s;

    ss_key_name_field(parse, "magic");
    s = ss_reader_bytes(&parse->reader, sizeof MAGIC);
    /* rule: OSSHKEY-1-magic */
    if (!ss_span_eq(s, ss_span_make(MAGIC, sizeof MAGIC)))
        return ss_key_refuse(parse, 0, SS_E_bad_key_file);
    at = ss_reader_offset(&parse->reader);
    s = ss_key_want_string(parse, "cipher name");
    if (parse->reader.err == SS_OK && !ss_span_is(s, "none"))
        return ss_key_refuse(parse, at, SS_E_key_encrypted);
    at = ss_reader_offset(&parse->reader);
    s = ss_key_want_string(parse, "kdf name");
    if (parse->reader.err == SS_OK && !ss_span_is(s, "none"))
        return ss_key_refuse(parse, at, SS_E_bad_key_file);
    at = ss_reader_offset(&parse->reader);
    s = ss_key_want_string(parse, "kdf options");
    if (s.size != 0)
        return ss_key_refuse(parse, at, SS_E_bad_key_file);
    at = ss_reader_offset(&parse->reader);
    /* The format has room for more; no program writes more. */
    if (ss_key_want_u32(parse, "number of keys") != 1)
        return ss_key_refuse(parse, at, SS_E_unsupported);
    *out_public = ss_key_want_string(parse, "public key");
    ss_key_name_field(parse, "private section");
    *out_inner = ss_reader_inside(&parse->reader);
    if (parse->reader.err == SS_OK)
        ss_key_name_field(parse, "end of file");
    return ss_reader_done(&parse->reader);
}

/* ---- the private section ---- */

static ss_err read_padding(struct ss_key_parse *parse)
{
    size_t size = (size_t)(parse->reader.end - parse->reader.base);
    uint8_t count = 1;

    ss_key_name_field(parse, "padding");
    if (parse->reader.err == SS_OK && size % BLOCK != 0)
        return ss_key_refuse(parse, ss_reader_offset(&parse->reader), SS_E_bad_key_file);
    /* rule: OSSHKEY-3-padding */
    for (; ss_reader_left(&parse->reader) > 0; count++) {
        size_t at = ss_reader_offset(&parse->reader);

        if (count >= BLOCK || ss_reader_byte(&parse->reader) != count)
            return ss_key_refuse(parse, at, SS_E_bad_key_file);
    }
    return ss_reader_done(&parse->reader);
}

struct secret_part {
    struct ss_key_fields fields;
    ss_span comment;
};

static ss_err read_inner(struct ss_key_parse *parse, struct secret_part *out)
{
    uint32_t check = ss_key_want_u32(parse, "check integers");
    size_t at;

    /* rule: OSSHKEY-3-checkint */
    if (ss_key_want_u32(parse, "check integers") != check)
        return ss_key_refuse(parse, 0, SS_E_bad_key_file);
    SS_TRY(ss_key_read_private_fields(parse, &out->fields));
    at = ss_reader_offset(&parse->reader);
    out->comment = ss_key_want_string(parse, "comment");
    if (out->comment.size > 0 && memchr(out->comment.data, 0, out->comment.size) != NULL)
        return ss_key_refuse(parse, at, SS_E_bad_key_file);
    return read_padding(parse);
}

/* ---- reading ---- */

static ss_err build(const struct ss_env *env, const struct secret_part *secret, ss_span public_blob,
                    struct ss_key **out_key, struct ss_key_error *error)
{
    struct ss_key *key = NULL;
    ss_err err = ss_key_from_fields(env, &secret->fields, secret->comment, &key);

    err = ss_key_err(err, SS_E_bad_key_file);
    if (err != SS_OK)
        return complain(error, 0, 0, "key values", err);
    /* rule: OSSHKEY-3-public-private-match */
    if (!ss_span_eq(ss_key_blob(key), public_blob)) {
        ss_key_free(&key);
        return complain(error, 0, 0, "public key", SS_E_bad_key_file);
    }
    *out_key = key;
    return SS_OK;
}

static ss_err read_data(const struct ss_env *env, ss_span data, struct ss_key **out_key,
                        struct ss_key_error *error)
{
    struct ss_key_parse parse = {.base = data.data, .field = "magic"};
    struct secret_part secret = {.fields = {.kind = SS_KEY_NONE}};
    struct ss_reader inner;
    ss_span public_blob = {NULL, 0};

    if (data.size == 0)
        return complain(error, 0, 0, "magic", SS_E_bad_key_file);
    ss_reader_init(&parse.reader, data);
    SS_TRY(settle(&parse, read_outer(&parse, &public_blob, &inner), error));
    parse.reader = inner;
    SS_TRY(settle(&parse, read_inner(&parse, &secret), error));
    return build(env, &secret, public_blob, out_key, error);
}

ss_err ss_key_read_private(const struct ss_env *env, ss_span file, struct ss_key **out_key,
                           struct ss_key_error *out_error)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_buf base64, data;
    ss_err err;

    ss_buf_init(&base64, env, FILE_MAX);
    ss_buf_init(&data, env, DATA_MAX);
    base64.secret = data.secret = true;
    err = remove_armour(file, &base64, &data, &error);
    if (err == SS_OK)
        err = read_data(env, ss_buf_span(&data), out_key, &error);
    if (err != SS_OK && out_error != NULL)
        *out_error = error;
    ss_buf_fini(&data);
    ss_buf_fini(&base64);
    return err;
}

/* ---- writing ---- */

static ss_err write_data(const struct ss_key *key, struct ss_buf *out)
{
    struct ss_writer writer;
    uint8_t check[4], count;
    size_t section;

    SS_TRY(ss_random(key->env, check, sizeof check));
    ss_writer_init(&writer, out);
    ss_writer_bytes(&writer, ss_span_make(MAGIC, sizeof MAGIC));
    ss_writer_cstring(&writer, "none");
    ss_writer_cstring(&writer, "none");
    ss_writer_cstring(&writer, "");
    ss_writer_u32(&writer, 1);
    ss_writer_string(&writer, ss_key_blob(key));
    section = ss_writer_open(&writer);
    ss_writer_bytes(&writer, ss_span_make(check, sizeof check));
    ss_writer_bytes(&writer, ss_span_make(check, sizeof check));
    ss_key_write_private_fields(key, &writer);
    ss_writer_cstring(&writer, key->comment);
    for (count = 1; writer.err == SS_OK && (ss_buf_size(out) - section - 4) % BLOCK != 0; count++)
        ss_writer_byte(&writer, count);
    ss_writer_close(&writer, section);
    return ss_writer_done(&writer);
}

static ss_err add_armour(ss_span base64, struct ss_buf *out)
{
    size_t at;

    SS_TRY(ss_buf_puts(out, ARMOUR_BEGIN "\n"));
    for (at = 0; at < base64.size; at += LINE) {
        SS_TRY(ss_buf_put(out, ss_span_part(base64, at, LINE)));
        SS_TRY(ss_buf_puts(out, "\n"));
    }
    return ss_buf_puts(out, ARMOUR_END "\n");
}

ss_err ss_key_write_private(const struct ss_key *key, struct ss_buf *out)
{
    size_t before = ss_buf_size(out);
    struct ss_buf data, base64;
    ss_err err;

    ss_buf_init(&data, key->env, DATA_MAX);
    ss_buf_init(&base64, key->env, FILE_MAX);
    data.secret = base64.secret = out->secret = true;
    err = write_data(key, &data);
    if (err == SS_OK)
        err = ss_base64_encode(&base64, ss_buf_span(&data));
    if (err == SS_OK)
        err = add_armour(ss_buf_span(&base64), out);
    if (err != SS_OK)
        ss_buf_truncate(out, before);
    ss_buf_fini(&base64);
    ss_buf_fini(&data);
    return err;
}
