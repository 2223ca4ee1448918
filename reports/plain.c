/* SPDX-License-Identifier: Apache-2.0 */
/* plain.c - texts that a peer could have chosen, made harmless for terminals and for XML.
 *
 * Owns: which bytes may pass.
 * Not here: JSON (ss_json_string does that).
 * Called by: every sink.
 * Follows: XML 1.0 section 2.2 (characters); Unicode TR 9 for the marks that turn direction. */
#include "reports/report.h"

#include "sshspec/text.h"

/* Bytes of one well-formed character at the start of s, 0 when it is none. */
static size_t character(ss_span s)
{
    size_t n = s.data[0] < 0x80 ? 1 : (s.data[0] < 0xe0 ? 2 : (s.data[0] < 0xf0 ? 3 : 4));

    return n <= s.size && ss_utf8_valid(ss_span_part(s, 0, n)) ? n : 0;
}

static uint32_t scalar(ss_span s, size_t n)
{
    static const uint8_t heads[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t value = s.data[0] & heads[n];
    size_t i;

    for (i = 1; i < n; i++)
        value = value << 6 | (s.data[i] & 0x3f);
    return value;
}

/* Controls, marks that reorder or hide what follows, and what XML does not allow at all. */
static bool is_harmful(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0x61c ||
           c == 0xfeff || (c >= 0xfff0 && c <= 0xffff && c != 0xfffd) || c >= 0xe0000;
}

static ss_err put_character(struct ss_buf *out, ss_span c, bool xml)
{
    if (xml && c.size == 1) {
        switch (c.data[0]) {
        case '&':
            return ss_buf_puts(out, "&amp;");
        case '<':
            return ss_buf_puts(out, "&lt;");
        case '>':
            return ss_buf_puts(out, "&gt;");
        case '"':
            return ss_buf_puts(out, "&quot;");
        case '\'':
            return ss_buf_puts(out, "&#39;");
        default:
            break;
        }
    }
    return ss_buf_put(out, c);
}

static ss_err put(struct ss_buf *out, ss_span text, bool xml, bool keep_newlines)
{
    while (text.size > 0) {
        size_t n = character(text);
        bool kept = n == 1 && (text.data[0] == '\t' || (text.data[0] == '\n' && keep_newlines));

        if (n == 0 || (!kept && is_harmful(scalar(text, n)))) {
            SS_TRY(ss_buf_puts(out, "?"));
            n = n > 0 ? n : 1;
        } else {
            SS_TRY(put_character(out, ss_span_part(text, 0, n), xml));
        }
        text = ss_span_part(text, n, text.size);
    }
    return SS_OK;
}

ss_err report_put_plain(struct ss_buf *out, ss_span text, bool keep_newlines)
{
    return put(out, text, false, keep_newlines);
}

ss_err report_put_xml(struct ss_buf *out, ss_span text)
{
    return put(out, text, true, true);
}

ss_err report_put_name(struct ss_buf *out, const struct result *result)
{
    SS_TRY(ss_buf_put(out, ss_buf_span(&result->scenario)));
    if (ss_buf_size(&result->parameter) == 0)
        return SS_OK;
    SS_TRY(ss_buf_puts(out, "["));
    SS_TRY(ss_buf_put(out, ss_buf_span(&result->parameter)));
    return ss_buf_puts(out, "]");
}
