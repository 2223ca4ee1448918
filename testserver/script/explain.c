/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c - diagnostics: filling one, and showing it with its line and a caret.
 *
 * Owns: the layout that a person sees.
 * Not here: what is wrong (the lexer and the parse files say that).
 * Called by: lexer and parser to fill one; verbs to show it.
 * Follows: docs/scenario-language.md: file:line:column, a caret and a suggestion. */
#include <stdarg.h>
#include <stdio.h>

#include "sshspec/text.h"
#include "testserver/script/lexer.h"

enum { SHOWN_MAX = 160, LEAD = 60 }; /* bytes of a line that are shown; those before the caret */

/* The text may quote the scenario: no tab, and no character cut in two. */
static void make_plain(char *text)
{
    bool utf8 = ss_utf8_valid(ss_span_of(text));

    for (; *text != '\0'; text++) {
        uint8_t c = (uint8_t)*text;

        if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8))
            *text = c == '\t' ? ' ' : '?';
    }
}

ss_err scn_diagnose(struct scn_diagnostic *diagnostic, struct scn_pos at, size_t length,
                    const char *suggestion, const char *format, ...)
{
    va_list arguments;

    memset(diagnostic, 0, sizeof *diagnostic);
    diagnostic->at = at;
    diagnostic->length = length > 0 && length <= UINT32_MAX ? (uint32_t)length : 1;
    va_start(arguments, format);
    (void)vsnprintf(diagnostic->text, sizeof diagnostic->text, format, arguments);
    va_end(arguments);
    make_plain(diagnostic->text);
    if (suggestion != NULL)
        (void)snprintf(diagnostic->suggestion, sizeof diagnostic->suggestion, "%s", suggestion);
    return SS_E_bad_value;
}

/* Line number line of text, without its end. */
static ss_span line_of(ss_span text, uint32_t line)
{
    size_t start = 0, end;

    for (; line > 1 && start < text.size; start++) {
        if (text.data[start] == '\n')
            line--;
    }
    for (end = start; end < text.size && text.data[end] != '\n'; end++)
        ;
    if (end > start && text.data[end - 1] == '\r')
        end--;
    return ss_span_part(text, start, end - start);
}

/* What a terminal may not get is shown as '?'; a tab as one blank, so that the caret fits. UTF-8
 * passes whole, and its later bytes take no column. */
static ss_err put_line(struct ss_buf *out, ss_span shown)
{
    SS_TRY(ss_buf_puts(out, "    "));
    for (size_t i = 0; i < shown.size; i++) {
        uint8_t c = shown.data[i];

        if (c == '\t')
            c = ' ';
        else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !ss_utf8_valid(shown)))
            c = '?';
        SS_TRY(ss_buf_put(out, ss_span_make(&c, 1)));
    }
    return ss_buf_puts(out, "\n    ");
}

static ss_err put_caret(struct ss_buf *out, ss_span shown, size_t column, size_t length)
{
    bool utf8 = ss_utf8_valid(shown);

    for (size_t i = 0; i < column; i++) {
        if (utf8 && i < shown.size && (shown.data[i] & 0xc0) == 0x80)
            continue;
        SS_TRY(ss_buf_puts(out, " "));
    }
    SS_TRY(ss_buf_puts(out, "^"));
    for (size_t i = column + 1; i < column + length && i < shown.size; i++) {
        if (utf8 && (shown.data[i] & 0xc0) == 0x80)
            continue;
        SS_TRY(ss_buf_puts(out, "~"));
    }
    return ss_buf_puts(out, "\n");
}

ss_err scn_explain(struct ss_buf *out, ss_span path, ss_span text,
                   const struct scn_diagnostic *diagnostic)
{
    ss_span line = line_of(text, diagnostic->at.line);
    size_t column = diagnostic->at.column > 0 ? diagnostic->at.column - 1 : 0;
    size_t skip;

    if (column > line.size)
        column = line.size;
    skip = column > SHOWN_MAX - LEAD ? column - LEAD : 0;
    line = ss_span_part(line, skip, SHOWN_MAX);
    SS_TRY(ss_buf_put(out, path));
    SS_TRY(ss_buf_printf(out, ":%u:%u: %s\n", (unsigned)diagnostic->at.line,
                         (unsigned)diagnostic->at.column, diagnostic->text));
    SS_TRY(put_line(out, line));
    SS_TRY(put_caret(out, line, column - skip, diagnostic->length));
    if (diagnostic->suggestion[0] != '\0')
        SS_TRY(ss_buf_printf(out, "    did you mean %s?\n", diagnostic->suggestion));
    return SS_OK;
}
