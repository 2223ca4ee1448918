/* SPDX-License-Identifier: Apache-2.0 */
/* lexer.c - a scenario text cut into words, each with its place.
 *
 * Owns: how strings, numbers, durations, names and comments are spelled; which bytes a text may
 *   hold.
 * Not here: which words mean something (the parse files).
 * Called by: the parser, the formatter.
 * Follows: docs/scenario-language.md, "Grammar".
 *
 * CR LF ends a line, because editors write it and nothing is lost; the formatter writes LF. A byte
 * order mark, NUL, other control bytes and what is not UTF-8 are refused: they would be invisible
 * in a file whose every byte may matter. */
#include "testserver/script/lexer.h"

#include "sshspec/text.h"

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_word(uint8_t c)
{
    return is_digit(c) || is_lower(c) || is_upper(c) || c == '_';
}

static int hex_digit(uint8_t c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte n places on, or 0 behind the end; a NUL in the text is refused wherever it stands. */
static uint8_t look(const struct scn_lexer *lexer, size_t n)
{
    return n < lexer->text.size - lexer->at ? lexer->text.data[lexer->at + n] : 0;
}

static struct scn_pos place(const struct scn_lexer *lexer, size_t at)
{
    struct scn_pos pos;

    pos.line = lexer->line;
    pos.column = (uint32_t)(at - lexer->line_start + 1);
    return pos;
}

static ss_err refuse(const struct scn_lexer *lexer, size_t at, size_t length, const char *text)
{
    return scn_diagnose(lexer->diagnostic, place(lexer, at), length, NULL, "%s", text);
}

static ss_err refuse_byte(const struct scn_lexer *lexer, size_t at)
{
    uint8_t c = lexer->text.data[at];

    if (c > 0x20 && c < 0x7f)
        return scn_diagnose(lexer->diagnostic, place(lexer, at), 1, NULL,
                            "unexpected character '%c'", c);
    return scn_diagnose(lexer->diagnostic, place(lexer, at), 1, NULL, "unexpected byte 0x%02x", c);
}

/* Bytes of the character at `at`: 0 when it may not stand in a string or a comment. */
static size_t character(ss_span text, size_t at)
{
    uint8_t c = text.data[at];

    if (c < 0x80)
        return c == '\t' || (c >= 0x20 && c != 0x7f) ? 1 : 0;
    for (size_t n = 2; n <= 4 && n <= text.size - at; n++) {
        if (ss_utf8_valid(ss_span_part(text, at, n)))
            return n;
    }
    return 0;
}

ss_err scn_lexer_init(struct scn_lexer *lexer, ss_span text, size_t *tokens,
                      struct scn_diagnostic *diagnostic)
{
    memset(lexer, 0, sizeof *lexer);
    lexer->text = text;
    lexer->line = 1;
    lexer->last = TOK_END;
    lexer->tokens = tokens;
    lexer->diagnostic = diagnostic;
    if (text.size > SCN_TEXT_MAX)
        return refuse(lexer, 0, 1, "the text is longer than 1 MiB");
    if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        return refuse(lexer, 0, 3, "the text starts with a byte order mark: save it without one");
    return SS_OK;
}

/* From # to the end of the line; the characters are looked at in passing. */
static ss_err skip_comment(struct scn_lexer *lexer)
{
    while (lexer->at < lexer->text.size && look(lexer, 0) != '\n') {
        size_t n = look(lexer, 0) == '\r' && look(lexer, 1) == '\n'
                       ? 1
                       : character(lexer->text, lexer->at);

        if (n == 0)
            return refuse_byte(lexer, lexer->at);
        lexer->at += n;
    }
    return SS_OK;
}

static ss_err skip_blank(struct scn_lexer *lexer, struct scn_token *token)
{
    size_t start = lexer->at;

    for (;;) {
        uint8_t c = look(lexer, 0);

        if (c == '\n') {
            token->newlines++;
            lexer->line++;
            lexer->line_start = ++lexer->at;
        } else if (c == ' ' || c == '\t' || (c == '\r' && look(lexer, 1) == '\n')) {
            lexer->at++;
        } else if (c == '#' && !lexer->comments) {
            SS_TRY(skip_comment(lexer));
        } else {
            break;
        }
    }
    token->blank = start != lexer->at;
    return SS_OK;
}

static ss_err scan_escape(struct scn_lexer *lexer)
{
    uint8_t c = look(lexer, 1);

    if (c != 0 && strchr("nrt0\"\\", c) != NULL) {
        lexer->at += 2;
        return SS_OK;
    }
    if (c == 'x' && hex_digit(look(lexer, 2)) >= 0 && hex_digit(look(lexer, 3)) >= 0) {
        lexer->at += 4;
        return SS_OK;
    }
    return refuse(lexer, lexer->at, c == 0 || c == '\n' ? 1 : 2,
                  "unknown escape: there are \\n \\r \\t \\0 \\\" \\\\ and \\xHH");
}

/* At the opening quote; start is where the token begins. */
static ss_err scan_string(struct scn_lexer *lexer, size_t start)
{
    lexer->at++;
    for (;;) {
        uint8_t c = look(lexer, 0);
        size_t n;

        if (lexer->at >= lexer->text.size || c == '\n' || (c == '\r' && look(lexer, 1) == '\n'))
            return refuse(lexer, start, lexer->at - start, "the string does not end on its line");
        if (c == '\\') {
            SS_TRY(scan_escape(lexer));
            continue;
        }
        n = character(lexer->text, lexer->at);
        if (n == 0)
            return refuse_byte(lexer, lexer->at);
        lexer->at += n;
        if (c == '"')
            return SS_OK;
    }
}

/* hex"00 ff": pairs of digits, blanks between pairs. */
static ss_err scan_hex(struct scn_lexer *lexer, size_t start)
{
    lexer->at += 4;
    for (;;) {
        uint8_t c = look(lexer, 0);

        if (c == '"') {
            lexer->at++;
            return SS_OK;
        }
        if (lexer->at >= lexer->text.size || c == '\n' || c == '\r')
            return refuse(lexer, start, lexer->at - start, "the string does not end on its line");
        if (c == ' ') {
            lexer->at++;
            continue;
        }
        if (hex_digit(c) < 0)
            return refuse(lexer, lexer->at, 1, "not a hexadecimal digit");
        if (hex_digit(look(lexer, 1)) < 0)
            return refuse(lexer, lexer->at, 1, "hexadecimal digits come in pairs");
        lexer->at += 2;
    }
}

struct unit {
    const char *suffix;
    enum scn_token_kind kind;
    uint64_t factor;
};

static const struct unit units[] = {
    {"", TOK_NUMBER, 1},           {"K", TOK_NUMBER, 1024}, {"M", TOK_NUMBER, 1048576},
    {"G", TOK_NUMBER, 1073741824}, {"ms", TOK_DURATION, 1}, {"s", TOK_DURATION, 1000},
};

/* False when it does not fit 64 bits. */
static bool digits(ss_span text, unsigned base, uint64_t *out)
{
    uint64_t n = 0;

    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned)hex_digit(text.data[i]);

        if (n > (UINT64_MAX - digit) / base)
            return false;
        n = n * base + digit;
    }
    *out = n;
    return true;
}

static size_t count_digits(ss_span text, unsigned base)
{
    size_t n = 0;

    while (n < text.size && (base == 16 ? hex_digit(text.data[n]) >= 0 : is_digit(text.data[n])))
        n++;
    return n;
}

static ss_err scan_number(struct scn_lexer *lexer, struct scn_token *token)
{
    size_t start = lexer->at, n, i;
    unsigned base = 10;
    ss_span all, suffix;
    bool fits;

    while (is_word(look(lexer, 0)))
        lexer->at++;
    all = ss_span_part(lexer->text, start, lexer->at - start);
    if (all.size > 2 && all.data[0] == '0' && all.data[1] == 'x') {
        base = 16;
        all = ss_span_part(all, 2, all.size);
    }
    n = count_digits(all, base);
    suffix = ss_span_part(all, n, all.size);
    for (i = 0; i < SS_COUNT(units) && !ss_span_is(suffix, units[i].suffix); i++)
        ;
    if (n == 0 || i == SS_COUNT(units) || (base == 16 && suffix.size > 0))
        return refuse(lexer, start, lexer->at - start,
                      "not a number: 123, 0xff, 35K, 2M, 1G, 500ms or 2s");
    fits = digits(ss_span_part(all, 0, n), base, &token->number);
    if (!fits || token->number > UINT64_MAX / units[i].factor)
        return refuse(lexer, start, lexer->at - start, "the number does not fit 64 bits");
    token->number *= units[i].factor;
    token->kind = units[i].kind;
    return SS_OK;
}

static ss_err scan_word(struct scn_lexer *lexer, struct scn_token *token)
{
    size_t start = lexer->at;
    bool lower = false, upper = false;

    for (; is_word(look(lexer, 0)); lexer->at++) {
        lower = lower || is_lower(look(lexer, 0));
        upper = upper || is_upper(look(lexer, 0));
    }
    if (lower && upper)
        return refuse(lexer, start, lexer->at - start,
                      "words are lower case, message names upper case");
    token->kind = upper ? TOK_NAME : TOK_WORD;
    return SS_OK;
}

static ss_err scan_id(struct scn_lexer *lexer, struct scn_token *token)
{
    token->kind = TOK_ID;
    while (is_word(look(lexer, 0)) || look(lexer, 0) == '.' || look(lexer, 0) == '-')
        lexer->at++;
    return SS_OK;
}

static ss_err scan_at(struct scn_lexer *lexer, struct scn_token *token)
{
    size_t start = lexer->at++;

    token->kind = TOK_AT;
    while (is_word(look(lexer, 0)))
        lexer->at++;
    if (lexer->at == start + 1)
        return refuse(lexer, start, 1, "a name belongs right behind @");
    return SS_OK;
}

/* Longer ones first. */
static const struct {
    const char *text;
    enum scn_token_kind kind;
} marks[] = {
    {"==", TOK_IS_EQ},      {"!=", TOK_IS_NE},     {"<=", TOK_IS_LE},      {">=", TOK_IS_GE},
    {"<", TOK_IS_LT},       {">", TOK_IS_GT},      {"=", TOK_IS},          {"{", TOK_OPEN_BRACE},
    {"}", TOK_CLOSE_BRACE}, {"(", TOK_OPEN_PAREN}, {")", TOK_CLOSE_PAREN}, {"[", TOK_OPEN_LIST},
    {"]", TOK_CLOSE_LIST},  {",", TOK_COMMA},      {";", TOK_SEMICOLON},   {".", TOK_DOT},
    {"+", TOK_PLUS},        {"-", TOK_DASH},       {"*", TOK_STAR},
};

static ss_err scan_mark(struct scn_lexer *lexer, struct scn_token *token)
{
    size_t i;

    for (i = 0; i < SS_COUNT(marks); i++) {
        ss_span mark = ss_span_of(marks[i].text);

        if (ss_span_eq(ss_span_part(lexer->text, lexer->at, mark.size), mark))
            break;
    }
    if (i == SS_COUNT(marks))
        return refuse_byte(lexer, lexer->at);
    token->kind = marks[i].kind;
    if (token->kind == TOK_OPEN_BRACE || token->kind == TOK_OPEN_PAREN ||
        token->kind == TOK_OPEN_LIST) {
        if (++lexer->depth > SCN_DEPTH_MAX)
            return refuse(lexer, lexer->at, 1, "brackets are more than 64 deep");
    } else if ((token->kind == TOK_CLOSE_BRACE || token->kind == TOK_CLOSE_PAREN ||
                token->kind == TOK_CLOSE_LIST) &&
               lexer->depth > 0) {
        lexer->depth--;
    }
    lexer->at += strlen(marks[i].text);
    return SS_OK;
}

static ss_err scan(struct scn_lexer *lexer, struct scn_token *token)
{
    uint8_t c = look(lexer, 0);

    if (c == '#') {
        token->kind = TOK_COMMENT;
        return skip_comment(lexer);
    }
    if (lexer->ids && (is_digit(c) || is_lower(c) || is_upper(c)))
        return scan_id(lexer, token);
    if (c == '"') {
        token->kind = TOK_STRING;
        return scan_string(lexer, lexer->at);
    }
    if (ss_span_is(ss_span_part(lexer->text, lexer->at, 4), "hex\"")) {
        token->kind = TOK_HEX;
        return scan_hex(lexer, lexer->at);
    }
    if (c == '@')
        return scan_at(lexer, token);
    if (is_digit(c))
        return scan_number(lexer, token);
    if (is_word(c))
        return scan_word(lexer, token);
    return scan_mark(lexer, token);
}

ss_err scn_lexer_next(struct scn_lexer *lexer, struct scn_token *out_token)
{
    struct scn_token token;
    size_t start;

    memset(&token, 0, sizeof token);
    token.newlines = lexer->at == 0;
    SS_TRY(skip_blank(lexer, &token));
    start = lexer->at;
    token.at = place(lexer, start);
    token.text = ss_span_part(lexer->text, start, 0);
    if (start == lexer->text.size) {
        token.newlines += token.newlines == 0;
        *out_token = token;
        return SS_OK;
    }
    if (token.newlines > 0 && lexer->last != TOK_COMMA)
        lexer->ids = false;
    if (*lexer->tokens == 0)
        return refuse(lexer, start, 1, "there are more than 200000 words");
    --*lexer->tokens;
    SS_TRY(scan(lexer, &token));
    token.text = ss_span_part(lexer->text, start, lexer->at - start);
    if (token.kind == TOK_WORD && token.newlines > 0 && lexer->depth == 0)
        lexer->ids = ss_span_is(token.text, "proves") || ss_span_is(token.text, "tags");
    if (token.kind != TOK_COMMENT)
        lexer->last = token.kind;
    *out_token = token;
    return SS_OK;
}

/* Both were seen to be digits when the token was cut. */
static uint8_t hex_pair(const uint8_t *p)
{
    return (uint8_t)((unsigned)hex_digit(p[0]) << 4 | (unsigned)hex_digit(p[1]));
}

static uint8_t escape_value(const uint8_t *p)
{
    switch (p[1]) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case '0':
        return 0;
    case 'x':
        return hex_pair(p + 2);
    default:
        return p[1];
    }
}

ss_err scn_token_bytes(struct ss_arena *arena, const struct scn_token *token, ss_span *out)
{
    bool hex = token->kind == TOK_HEX;
    const uint8_t *p = token->text.data + (hex ? 4 : 1);
    const uint8_t *end = token->text.data + token->text.size - 1;
    uint8_t *bytes = ss_arena_alloc(arena, token->text.size);
    size_t n = 0;

    if (bytes == NULL)
        return SS_E_no_memory;
    while (p < end) {
        if (hex && *p == ' ') {
            p++;
        } else if (hex) {
            bytes[n++] = hex_pair(p);
            p += 2;
        } else if (*p == '\\') {
            bytes[n++] = escape_value(p);
            p += p[1] == 'x' ? 4 : 2;
        } else {
            bytes[n++] = *p++;
        }
    }
    *out = ss_span_make(bytes, n);
    return SS_OK;
}
