/* SPDX-License-Identifier: Apache-2.0 */
/* format.c - a scenario text in its one canonical form.
 *
 * Owns: blanks, indentation, blank lines.
 * Not here: whether the text is right; words only have to be words.
 * Called by: `sshspec fmt` and `lint`, fuzz.
 * Follows: docs/scenario-language.md, "Form".
 *
 * Where lines end is the author's choice and is kept, because it may carry meaning; so is whether a
 * ( or [ touches the word before it. Lines are indented by 4 for each open bracket, and by 4 more
 * when they go on with a statement. What follows the first word of a header starts in column 10.
 * Three blanks stand before `weak` and `fail` behind `closed`. At most one blank line separates
 * lines, and none stands at the edges of a block. */
#include "testserver/script/lexer.h"

enum { INDENT = 4, HEADER_COLUMN = 9, GRADE_GAP = 3 };

struct writer {
    struct ss_buf *out;
    enum scn_token_kind before; /* kind of the token before, comments too; TOK_END: none yet */
    struct scn_token last;      /* the token before, comments not counted */
    bool blocks[SCN_DEPTH_MAX]; /* of each open bracket: does it hold statements? */
    unsigned depth;             /* open brackets */
    bool header;                /* the line is a header's or goes on with one */
    bool first_word;            /* the last token is the first word of a header */
    unsigned classes;           /* depth of the bracket behind `closed`; 0: not in one */
    bool to_open;               /* the next { holds statements */
    bool unary;                 /* the last token is a minus that belongs to what follows */
};

static bool opens(enum scn_token_kind kind)
{
    return kind == TOK_OPEN_BRACE || kind == TOK_OPEN_PAREN || kind == TOK_OPEN_LIST;
}

static bool closes(enum scn_token_kind kind)
{
    return kind == TOK_CLOSE_BRACE || kind == TOK_CLOSE_PAREN || kind == TOK_CLOSE_LIST;
}

static bool is_one_of(const struct scn_token *token, const char *const *words)
{
    for (; token->kind == TOK_WORD && *words != NULL; words++) {
        if (ss_span_is(token->text, *words))
            return true;
    }
    return false;
}

static bool is_operator(const struct scn_token *token)
{
    static const char *const words[] = {"or", "and", "in", "not", NULL};

    return (token->kind >= TOK_IS && token->kind <= TOK_STAR) || is_one_of(token, words);
}

/* Does a line go on behind this token? */
static bool goes_on(const struct scn_token *token)
{
    static const char *const words[] = {"or", "and", "in", NULL};

    return token->kind == TOK_COMMA || token->kind == TOK_SEMICOLON ||
           (token->kind > TOK_IS && token->kind <= TOK_STAR) || is_one_of(token, words);
}

static bool is_value(const struct scn_token *token)
{
    if (is_operator(token))
        return false;
    return (token->kind >= TOK_WORD && token->kind <= TOK_AT) || token->kind == TOK_CLOSE_PAREN ||
           token->kind == TOK_CLOSE_LIST;
}

static bool is_header(const struct scn_token *token)
{
    static const char *const words[] = {"scenario", "proves", "against", "level",    "tags", "each",
                                        "action",   "budget", "peer",    "fragment", NULL};

    return is_one_of(token, words);
}

static ss_err put_blanks(struct writer *w, size_t count)
{
    static const uint8_t blanks[16] = "                ";

    while (count > 0) {
        size_t n = count < sizeof blanks ? count : sizeof blanks;

        SS_TRY(ss_buf_put(w->out, ss_span_make(blanks, n)));
        count -= n;
    }
    return SS_OK;
}

/* Blanks at the start of a line; goes: it goes on with the line before. */
static size_t indentation(const struct writer *w, const struct scn_token *token, bool goes)
{
    unsigned depth = w->depth;

    if (goes && depth == 0 && w->header)
        return HEADER_COLUMN;
    if (closes(token->kind) && depth > 0)
        depth--;
    else if (goes && (depth == 0 || w->blocks[depth - 1] || w->last.kind != TOK_COMMA))
        depth++;
    return (size_t)depth * INDENT;
}

/* The end of the line before, at most one blank line, and the indentation. */
static ss_err start_line(struct writer *w, const struct scn_token *token)
{
    bool first = w->before == TOK_END;
    bool edge = opens(w->before) || closes(token->kind);
    bool goes = !first && goes_on(&w->last);

    if (!first)
        SS_TRY(ss_buf_puts(w->out, token->newlines > 1 && !edge ? "\n\n" : "\n"));
    if (!goes && w->depth == 0 && token->kind != TOK_COMMENT)
        w->header = w->first_word = is_header(token);
    return put_blanks(w, indentation(w, token, goes));
}

/* Kinds that touch whatever stands before them, and behind them. */
static bool touches_left(enum scn_token_kind kind)
{
    return kind == TOK_COMMA || kind == TOK_SEMICOLON || kind == TOK_CLOSE_PAREN ||
           kind == TOK_CLOSE_LIST;
}

static bool touches_right(enum scn_token_kind kind)
{
    return kind == TOK_OPEN_PAREN || kind == TOK_OPEN_LIST;
}

/* Must no blank stand between the last token and this one? */
static bool touches(const struct writer *w, const struct scn_token *token)
{
    enum scn_token_kind last = w->last.kind, kind = token->kind;

    if (touches_left(kind) || touches_right(last) || w->unary)
        return true;
    if (kind == TOK_DOT || last == TOK_DOT) /* ids may hold a dot: a blank keeps them apart */
        return last != TOK_ID && kind != TOK_ID;
    if (touches_right(kind) && is_value(&w->last))
        return !token->blank;
    return last == TOK_OPEN_BRACE && kind == TOK_CLOSE_BRACE;
}

static ss_err separate(struct writer *w, const struct scn_token *token)
{
    static const char *const grades[] = {"pass", "weak", "fail", NULL};

    if (token->kind == TOK_COMMENT)
        return ss_buf_puts(w->out, "  ");
    if (w->first_word)
        return put_blanks(w, HEADER_COLUMN - w->last.text.size);
    if (w->classes > 0 && w->last.kind != TOK_OPEN_BRACE && is_one_of(token, grades))
        return put_blanks(w, GRADE_GAP);
    return touches(w, token) ? SS_OK : ss_buf_puts(w->out, " ");
}

static void open_bracket(struct writer *w, const struct scn_token *token)
{
    if (w->depth < SCN_DEPTH_MAX)
        w->blocks[w->depth] = token->kind == TOK_OPEN_BRACE && w->to_open;
    if (token->kind == TOK_OPEN_BRACE)
        w->to_open = false;
    w->depth++;
    if (w->last.kind == TOK_WORD && ss_span_is(w->last.text, "closed") && w->classes == 0)
        w->classes = w->depth;
}

static void close_bracket(struct writer *w)
{
    if (w->classes == w->depth)
        w->classes = 0;
    if (w->depth > 0)
        w->depth--;
}

/* Which words promise a block: some wherever they stand, some at the start of a line or behind
 * else. */
static void note_word(struct writer *w, const struct scn_token *token, bool line)
{
    static const char *const always[] = {"client", "server", "relay", "fault", "else", NULL};
    static const char *const first[] = {"if", "repeat", "for", "on", "fragment", NULL};
    static const char *const other[] = {"else", NULL};

    if (line)
        w->to_open = is_one_of(token, first);
    else if (is_one_of(&w->last, other))
        w->to_open = is_one_of(token, first) || token->kind == TOK_OPEN_BRACE;
    else if (is_one_of(&w->last, always) && token->kind != TOK_OPEN_BRACE)
        w->to_open = false;
    if (is_one_of(token, always))
        w->to_open = true;
}

static ss_span trimmed(ss_span text)
{
    while (text.size > 0 && strchr(" \t\r", text.data[text.size - 1]) != NULL)
        text.size--;
    return text;
}

/* next is what follows token; a minus with a blank before it and none behind it belongs to it. */
static ss_err write_token(struct writer *w, const struct scn_token *token,
                          const struct scn_token *next)
{
    bool line = token->newlines > 0 || w->before == TOK_END, unary = false;

    if (line)
        SS_TRY(start_line(w, token));
    else
        SS_TRY(separate(w, token));
    if (!line)
        w->first_word = false;
    SS_TRY(ss_buf_put(w->out, trimmed(token->text)));
    w->before = token->kind;
    if (token->kind == TOK_COMMENT)
        return SS_OK;
    note_word(w, token, line && !goes_on(&w->last));
    if (opens(token->kind))
        open_bracket(w, token);
    else if (closes(token->kind))
        close_bracket(w);
    if (token->kind == TOK_DASH)
        unary = !is_value(&w->last) || (w->last.kind == TOK_WORD && token->blank && !next->blank);
    w->unary = unary;
    w->last = *token;
    return SS_OK;
}

ss_err scn_format(const struct ss_env *env, ss_span text, struct ss_buf *out,
                  struct scn_diagnostic *out_diagnostic)
{
    struct scn_diagnostic diagnostic;
    struct scn_token token, next;
    struct scn_lexer lexer;
    struct writer writer;
    size_t tokens = SCN_TOKENS_MAX;
    ss_err err;

    (void)env;
    memset(&writer, 0, sizeof writer);
    writer.out = out;
    writer.before = writer.last.kind = TOK_END;
    err = scn_lexer_init(&lexer, text, &tokens, &diagnostic);
    lexer.comments = true;
    if (err == SS_OK)
        err = scn_lexer_next(&lexer, &token);
    while (err == SS_OK && token.kind != TOK_END) {
        err = scn_lexer_next(&lexer, &next);
        if (err == SS_OK)
            err = write_token(&writer, &token, &next);
        token = next;
    }
    if (err == SS_OK && writer.before != TOK_END)
        err = ss_buf_puts(out, "\n");
    if (err == SS_E_bad_value)
        *out_diagnostic = diagnostic;
    return err;
}
