/* SPDX-License-Identifier: Apache-2.0 */
/* key_rfc4716.c - public keys in the SSH public key file format.
 *
 * Owns: markers, headers and their continuation, the comment in its quotes.
 * Not here: base64 in lines (key_text.c).
 * Called by: key_file.c for reading; whoever exports keys for writing.
 * Follows: RFC 4716 section 3. Lines may be longer than 72 bytes when they are read, never when
 *   they are written. */
#include "keys/key_formats.h"

#define COMMENT "Comment: "

enum { TAG_MAX = 64, VALUE_MAX = 1024, LINE_MAX_BYTES = 72 };

/* ---- reading ---- */

static bool is_tag(ss_span tag, const char *name)
{
    return ss_glob(ss_span_of(name), tag, true);
}

/* A backslash at the end goes on with the next line. */
static ss_err read_value(struct ss_key_job *job, struct ss_key_line line, size_t from,
                         struct ss_buf *value)
{
    ss_span part = ss_span_part(line.text, from, line.text.size);

    ss_buf_clear(value);
    for (;;) {
        bool more = part.size > 0 && part.data[part.size - 1] == '\\';
        ss_err err = ss_buf_put(value, ss_span_part(part, 0, part.size - (more ? 1 : 0)));

        if (err == SS_E_ceiling)
            return ss_key_complain_line(&job->error, &line, "header value", SS_E_bad_key_file);
        SS_TRY(err);
        if (!more)
            return SS_OK;
        if (!ss_key_text_next(&job->text, &line))
            return ss_key_complain(&job->error, job->text.file.size, 0, "header value",
                                   SS_E_bad_key_file);
        part = line.text;
    }
}

/* Headers that we do not know are skipped.
 * rule: RFC4716-3.3-unknown-header */
static ss_err read_header(struct ss_key_job *job, const struct ss_key_line *line, size_t colon,
                          struct ss_buf *value, struct ss_buf *comment)
{
    ss_span tag = ss_span_part(line->text, 0, colon), text;
    size_t from = colon + 1;

    if (colon == 0 || colon > TAG_MAX)
        return ss_key_complain_line(&job->error, line, "header tag", SS_E_bad_key_file);
    while (from < line->text.size && line->text.data[from] == ' ')
        from++;
    SS_TRY(read_value(job, *line, from, value));
    if (!is_tag(tag, "comment"))
        return SS_OK;
    text = ss_buf_span(value);
    if (text.size >= 2 && text.data[0] == '"' && text.data[text.size - 1] == '"')
        text = ss_span_part(text, 1, text.size - 2);
    ss_buf_clear(comment);
    return ss_buf_put(comment, text);
}

static ss_err read_lines(struct ss_key_job *job, struct ss_buf *value, struct ss_buf *comment)
{
    struct ss_key_line line;

    while (ss_key_text_next(&job->text, &line)) {
        const uint8_t *colon =
            line.text.size > 0 ? memchr(line.text.data, ':', line.text.size) : NULL;

        if (ss_span_is(line.text, SS_KEY_RFC4716_END)) {
            SS_TRY(ss_key_decode(&job->base64, &line, &job->data, &job->error));
            return ss_key_text_end(&job->text, &job->error);
        }
        if (line.text.size > 0 && line.text.data[0] == '-')
            return ss_key_complain_line(&job->error, &line, "END line", SS_E_bad_key_file);
        if (colon != NULL && ss_buf_size(&job->base64) == 0)
            SS_TRY(read_header(job, &line, (size_t)(colon - line.text.data), value, comment));
        else
            SS_TRY(ss_key_join(&line, &job->base64, &job->error));
    }
    return ss_key_complain(&job->error, job->text.file.size, 0, "END line", SS_E_bad_key_file);
}

ss_err ss_key_rfc4716_read(struct ss_key_job *job)
{
    struct ss_buf value, comment;
    ss_err err;

    job->file.format = SS_KEY_FORMAT_RFC4716;
    ss_buf_init(&value, job->env, VALUE_MAX);
    ss_buf_init(&comment, job->env, VALUE_MAX);
    err = read_lines(job, &value, &comment);
    if (err == SS_OK)
        err = ss_key_job_add_blob(job, ss_buf_span(&job->data), ss_buf_span(&comment), 0,
                                  "public key");
    ss_buf_fini(&comment);
    ss_buf_fini(&value);
    return err;
}

/* ---- writing ---- */

/* In quotes, and in pieces that end with a backslash. */
static ss_err put_comment(ss_span comment, struct ss_buf *out)
{
    size_t used = strlen(COMMENT) + 1, at;

    SS_TRY(ss_buf_puts(out, COMMENT "\""));
    for (at = 0; at < comment.size; at++, used++) {
        if (used >= LINE_MAX_BYTES - 2) {
            SS_TRY(ss_buf_puts(out, "\\\n"));
            used = 0;
        }
        SS_TRY(ss_buf_put(out, ss_span_part(comment, at, 1)));
    }
    return ss_buf_puts(out, "\"\n");
}

static ss_err write_file(const struct ss_key *key, struct ss_buf *out)
{
    ss_span comment = ss_span_of(ss_key_comment(key));

    SS_TRY(ss_buf_puts(out, SS_KEY_RFC4716_BEGIN "\n"));
    if (comment.size > 0)
        SS_TRY(put_comment(comment, out));
    SS_TRY(ss_key_put_base64(out, ss_key_blob(key), SS_KEY_LINE_LETTERS));
    return ss_buf_puts(out, SS_KEY_RFC4716_END "\n");
}

ss_err ss_key_write_rfc4716(const struct ss_key *key, struct ss_buf *out)
{
    const char *comment = ss_key_comment(key);
    size_t before = ss_buf_size(out);
    ss_err err;

    if (strpbrk(comment, "\r\n") != NULL || strlen(comment) > VALUE_MAX - 2)
        return SS_E_bad_text;
    err = write_file(key, out);
    if (err != SS_OK)
        ss_buf_truncate(out, before);
    return err;
}
