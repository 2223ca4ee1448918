/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - name-lists, UTF-8, and printing of bytes that nobody vouches for.
 *
 * Owns: nothing; results go to buffers of the caller's, which a failure leaves as they were.
 * Not here: base64 and hex (base64.c), patterns (glob.c), suggestions (suggest.c).
 * Called by: trace and report writers, negotiation, the message codec.
 * Follows: RFC 4251 section 5 (name-list); RFC 3629 (UTF-8); RFC 8259 section 7 (JSON). */
#include "sshspec/text.h"

/* ---- UTF-8 ---- */

/* The second byte of a character is narrower behind four first bytes: that keeps out overlong
 * forms, surrogates and what lies past U+10FFFF (the table of RFC 3629 section 4). */
static bool second_fits(uint8_t first, uint8_t second)
{
    switch (first) {
    case 0xe0:
        return second >= 0xa0 && second <= 0xbf;
    case 0xed:
        return second >= 0x80 && second <= 0x9f;
    case 0xf0:
        return second >= 0x90 && second <= 0xbf;
    case 0xf4:
        return second >= 0x80 && second <= 0x8f;
    default:
        return (second & 0xc0) == 0x80;
    }
}

/* Bytes of the character that text begins with; 0 when it begins with none. */
static size_t utf8_step(ss_span text)
{
    const uint8_t *p = text.data;
    size_t n, i;

    if (text.size == 0)
        return 0;
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (text.size < n || !second_fits(p[0], p[1]))
        return 0;
    for (i = 2; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

bool ss_utf8_valid(ss_span text)
{
    while (text.size > 0) {
        size_t n = utf8_step(text);

        if (n == 0)
            return false;
        text.data += n;
        text.size -= n;
    }
    return true;
}

/* ---- printing ---- */

static const char hex_digits[] = "0123456789abcdef";

static ss_err escape_byte(struct ss_buf *out, uint8_t c)
{
    char text[4] = {'\\', 'x', hex_digits[c >> 4], hex_digits[c & 0x0f]};

    if (c == '\n')
        return ss_buf_put(out, ss_span_make("\\n", 2));
    if (c == '\\' || c == '"') {
        text[1] = (char)c;
        return ss_buf_put(out, ss_span_make(text, 2));
    }
    return ss_buf_put(out, ss_span_make(text, 4));
}

/* How many bytes at the front print as they are. */
static size_t plain_run(ss_span text)
{
    size_t n = 0;

    while (n < text.size && text.data[n] >= 0x20 && text.data[n] < 0x7f && text.data[n] != '"' &&
           text.data[n] != '\\')
        n++;
    return n;
}

static ss_err escape_all(struct ss_buf *out, ss_span text)
{
    while (text.size > 0) {
        size_t n = plain_run(text);

        SS_TRY(ss_buf_put(out, ss_span_part(text, 0, n)));
        text = ss_span_part(text, n, SIZE_MAX);
        if (text.size == 0)
            break;
        SS_TRY(escape_byte(out, text.data[0]));
        text = ss_span_part(text, 1, SIZE_MAX);
    }
    return SS_OK;
}

ss_err ss_escape(struct ss_buf *out, ss_span text)
{
    size_t before = ss_buf_size(out);
    ss_err err = escape_all(out, text);

    if (err != SS_OK)
        ss_buf_truncate(out, before);
    return err;
}

/* RFC 8259 section 7: quote, backslash and U+0000 to U+001F must be escaped. */
static ss_err json_byte(struct ss_buf *out, uint8_t c)
{
    static const char names[] = "btn\0fr"; /* from U+0008; U+000B has no short form */
    char text[6] = {'\\', 'u', '0', '0', hex_digits[c >> 4], hex_digits[c & 0x0f]};

    if (c == '"' || c == '\\')
        text[1] = (char)c;
    else if (c >= 0x08 && c <= 0x0d && c != 0x0b)
        text[1] = names[c - 0x08];
    else
        return ss_buf_put(out, ss_span_make(text, 6));
    return ss_buf_put(out, ss_span_make(text, 2));
}

static ss_err json_all(struct ss_buf *out, ss_span text)
{
    SS_TRY(ss_buf_puts(out, "\""));
    while (text.size > 0) {
        size_t run = plain_run(text);
        size_t n = run > 0 ? run : utf8_step(text);

        if (n == 0) {
            SS_TRY(ss_buf_puts(out, "\xef\xbf\xbd")); /* U+FFFD for each stray byte */
            n = 1;
        } else if (run == 0 && text.data[0] < 0x80 && text.data[0] != 0x7f) {
            SS_TRY(json_byte(out, text.data[0]));
        } else {
            SS_TRY(ss_buf_put(out, ss_span_part(text, 0, n)));
        }
        text = ss_span_part(text, n, SIZE_MAX);
    }
    return ss_buf_puts(out, "\"");
}

ss_err ss_json_string(struct ss_buf *out, ss_span text)
{
    size_t before = ss_buf_size(out);
    ss_err err = json_all(out, text);

    if (err != SS_OK)
        ss_buf_truncate(out, before);
    return err;
}

/* ---- name-lists ---- */

/* What is left of "a," behind its comma is one empty name, which an empty span cannot say,
 * since an empty list has no name at all. This byte stands for it. */
static const uint8_t one_empty_name[1] = {0};

bool ss_namelist_next(ss_span *rest, ss_span *out_name)
{
    const uint8_t *comma;
    size_t n;

    if (rest->size == 0)
        return false;
    if (rest->data == one_empty_name) {
        *out_name = ss_span_make(one_empty_name, 0);
        *rest = ss_span_make(NULL, 0);
        return true;
    }
    comma = memchr(rest->data, ',', rest->size);
    n = comma != NULL ? (size_t)(comma - rest->data) : rest->size;
    *out_name = ss_span_make(rest->data, n);
    if (comma == NULL)
        *rest = ss_span_make(NULL, 0);
    else if (n + 1 == rest->size)
        *rest = ss_span_make(one_empty_name, 1);
    else
        *rest = ss_span_make(comma + 1, rest->size - n - 1);
    return true;
}

bool ss_namelist_has(ss_span list, ss_span name)
{
    ss_span one;

    while (ss_namelist_next(&list, &one))
        if (ss_span_eq(one, name))
            return true;
    return false;
}
