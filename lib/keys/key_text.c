/* SPDX-License-Identifier: Apache-2.0 */
/* key_text.c - key files as text: lines, armour, base64, and where the first mistake is.
 *
 * Owns: line ends, BEGIN and END lines, letters of base64 in lines.
 * Not here: what stands in the data (key_openssh.c, key_pem.c, ...).
 * Called by: every file of this folder that reads or writes a text format.
 * Follows: RFC 7468 sections 2 and 3, read a little more strictly: nothing before the BEGIN line
 *   and nothing behind the END line. */
#include "keys/key_text.h"

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"

static bool is_line_end(uint8_t c)
{
    return c == '\n' || c == '\r';
}

bool ss_key_text_next(struct ss_key_text *text, struct ss_key_line *out)
{
    ss_span rest = ss_span_part(text->file, text->at, text->file.size);
    size_t n = 0;

    if (rest.size == 0)
        return false;
    while (n < rest.size && !is_line_end(rest.data[n]))
        n++;
    out->offset = text->at;
    out->number = ++text->number;
    out->text = out->raw = ss_span_part(rest, 0, n);
    if (n < rest.size)
        n += rest.data[n] == '\r' && n + 1 < rest.size && rest.data[n + 1] == '\n' ? 2 : 1;
    text->at += n;
    while (out->text.size > 0 && (out->text.data[out->text.size - 1] == ' ' ||
                                  out->text.data[out->text.size - 1] == '\t'))
        out->text.size--;
    return true;
}

bool ss_key_text_next_full(struct ss_key_text *text, struct ss_key_line *out)
{
    while (ss_key_text_next(text, out))
        if (out->text.size > 0)
            return true;
    return false;
}

ss_err ss_key_complain(struct ss_key_error *error, size_t offset, size_t line, const char *field,
                       ss_err err)
{
    error->offset = offset;
    error->line = line;
    error->field = field;
    return err;
}

ss_err ss_key_complain_line(struct ss_key_error *error, const struct ss_key_line *line,
                            const char *field, ss_err err)
{
    return ss_key_complain(error, line->offset, line->number, field, err);
}

/* ---- base64 ---- */

static bool is_letter(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

ss_err ss_key_join(const struct ss_key_line *line, struct ss_buf *base64,
                   struct ss_key_error *error)
{
    ss_span joined = ss_buf_span(base64);
    bool padded = joined.size > 0 && joined.data[joined.size - 1] == '=';
    ss_err err;
    size_t i;

    for (i = 0; i < line->text.size; i++) {
        uint8_t c = line->text.data[i];

        padded = padded || c == '=';
        if (padded ? c != '=' : !is_letter(c))
            return ss_key_complain(error, line->offset + i, line->number, "base64",
                                   SS_E_bad_key_file);
    }
    err = ss_buf_put(base64, line->text);
    if (err == SS_E_ceiling)
        return ss_key_complain_line(error, line, "base64: data size", SS_E_bad_key_file);
    return err;
}

ss_err ss_key_decode(const struct ss_buf *base64, const struct ss_key_line *line,
                     struct ss_buf *out, struct ss_key_error *error)
{
    ss_err err = ss_base64_decode(out, ss_buf_span(base64));

    if (err == SS_E_bad_base64)
        return ss_key_complain_line(error, line, "base64: its end", SS_E_bad_key_file);
    if (err == SS_E_ceiling)
        return ss_key_complain_line(error, line, "base64: data size", SS_E_bad_key_file);
    return err;
}

ss_err ss_key_put_base64(struct ss_buf *out, ss_span data, size_t letters)
{
    size_t at;
    struct ss_buf base64;
    ss_span text;
    ss_err err;

    ss_buf_init(&base64, out->env, SS_KEY_BASE64_MAX);
    base64.secret = out->secret;
    err = ss_base64_encode(&base64, data);
    text = ss_buf_span(&base64);
    for (at = 0; err == SS_OK && at < text.size; at += letters) {
        err = ss_buf_put(out, ss_span_part(text, at, letters));
        if (err == SS_OK)
            err = ss_buf_puts(out, "\n");
    }
    ss_buf_fini(&base64);
    return err;
}

/* ---- armour ---- */

bool ss_key_begin_line(ss_span line, ss_span *out_label)
{
    size_t front = strlen(BEGIN), back = strlen(DASHES);

    if (line.size <= front + back || !ss_span_is(ss_span_part(line, 0, front), BEGIN) ||
        !ss_span_is(ss_span_part(line, line.size - back, back), DASHES))
        return false;
    *out_label = ss_span_part(line, front, line.size - front - back);
    return true;
}

static bool is_end_line(ss_span line, ss_span label)
{
    size_t front = strlen(END), back = strlen(DASHES);

    return line.size == front + label.size + back &&
           ss_span_is(ss_span_part(line, 0, front), END) &&
           ss_span_eq(ss_span_part(line, front, label.size), label) &&
           ss_span_is(ss_span_part(line, line.size - back, back), DASHES);
}

ss_err ss_key_armour_body(struct ss_key_text *text, ss_span label, struct ss_buf *base64,
                          struct ss_buf *out, struct ss_key_error *error)
{
    struct ss_key_line line;

    while (ss_key_text_next(text, &line)) {
        if (is_end_line(line.text, label))
            return ss_key_decode(base64, &line, out, error);
        if (line.text.size > 0 && line.text.data[0] == '-')
            return ss_key_complain_line(error, &line, "END line", SS_E_bad_key_file);
        SS_TRY(ss_key_join(&line, base64, error));
    }
    return ss_key_complain(error, text->file.size, 0, "END line", SS_E_bad_key_file);
}

ss_err ss_key_text_end(struct ss_key_text *text, struct ss_key_error *error)
{
    struct ss_key_line behind;

    if (ss_key_text_next_full(text, &behind))
        return ss_key_complain_line(error, &behind, "end of file", SS_E_bad_key_file);
    return SS_OK;
}

ss_err ss_key_put_armour(struct ss_buf *out, const char *label, ss_span data, size_t letters)
{
    SS_TRY(ss_buf_puts(out, BEGIN));
    SS_TRY(ss_buf_puts(out, label));
    SS_TRY(ss_buf_puts(out, DASHES "\n"));
    SS_TRY(ss_key_put_base64(out, data, letters));
    SS_TRY(ss_buf_puts(out, END));
    SS_TRY(ss_buf_puts(out, label));
    return ss_buf_puts(out, DASHES "\n");
}
