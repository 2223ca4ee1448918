/* SPDX-License-Identifier: Apache-2.0 */
/* parse.c - from text to a checked tree: the entry, and the tools that the parse files share.
 *
 * Owns: tokens one ahead, the first error, memory of the tree.
 * Not here: any statement or expression (parse_*.c), what words mean (check_*.c).
 * Called by: verbs, the catalogue, the runner, fuzz.
 * Follows: docs/scenario-language.md: a statement ends with its line, but for open brackets. */
#include <stdarg.h>
#include <stdio.h>

#include "sshspec/text.h"
#include "testserver/script/parser.h"

enum { TREE_MAX = 512 << 20 };

/* ---- errors ---- */

static void pin(struct scn_parser *p, ss_err err)
{
    p->err = err;
    p->token.kind = TOK_END;
    p->token.newlines = 1;
}

void scn_out_of_memory(struct scn_parser *p)
{
    if (p->err == SS_OK)
        pin(p, SS_E_no_memory);
}

static void fail(struct scn_parser *p, struct scn_pos at, size_t length, const char *suggestion,
                 const char *format, va_list arguments)
{
    char text[sizeof p->diagnostic->text];

    if (p->err != SS_OK)
        return;
    (void)vsnprintf(text, sizeof text, format, arguments);
    pin(p, scn_diagnose(p->diagnostic, at, length, suggestion, "%s", text));
}

void scn_fail(struct scn_parser *p, struct scn_pos at, size_t length, const char *suggestion,
              const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fail(p, at, length, suggestion, format, arguments);
    va_end(arguments);
}

void scn_fail_token(struct scn_parser *p, const struct scn_token *token, const char *suggestion,
                    const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fail(p, token->at, token->text.size, suggestion, format, arguments);
    va_end(arguments);
}

void scn_expected(struct scn_parser *p, const char *what)
{
    if (p->token.kind == TOK_END || (p->token.newlines > 0 && p->nest == 0))
        scn_fail(p, p->end, 1, NULL, "expected %s", what);
    else
        scn_fail_token(p, &p->token, NULL, "expected %s, not %.*s", what, scn_shown(p->token.text),
                       p->token.text.data);
}

int scn_shown(ss_span s)
{
    return s.size < 48 ? (int)s.size : 48;
}

/* ---- tokens ---- */

void scn_advance(struct scn_parser *p)
{
    ss_err err;

    if (p->err != SS_OK)
        return;
    p->end = p->token.at;
    p->end.column += (uint32_t)p->token.text.size;
    err = scn_lexer_next(&p->lexer, &p->token);
    if (err != SS_OK)
        pin(p, err);
}

void scn_advance_on(struct scn_parser *p)
{
    scn_advance(p);
    if (p->err == SS_OK && p->token.kind != TOK_END)
        p->token.newlines = 0;
}

bool scn_ended(const struct scn_parser *p)
{
    return p->token.kind == TOK_END || (p->token.newlines > 0 && p->nest == 0);
}

bool scn_is(const struct scn_parser *p, enum scn_token_kind kind)
{
    return p->token.kind == kind && !scn_ended(p);
}

bool scn_is_word(const struct scn_parser *p, const char *word)
{
    return scn_is(p, TOK_WORD) && ss_span_is(p->token.text, word);
}

bool scn_take(struct scn_parser *p, enum scn_token_kind kind)
{
    if (!scn_is(p, kind))
        return false;
    if (kind == TOK_COMMA || kind == TOK_SEMICOLON)
        scn_advance_on(p);
    else
        scn_advance(p);
    return true;
}

bool scn_take_word(struct scn_parser *p, const char *word)
{
    if (!scn_is_word(p, word))
        return false;
    scn_advance(p);
    return true;
}

void scn_want(struct scn_parser *p, enum scn_token_kind kind, const char *what)
{
    if (!scn_take(p, kind))
        scn_expected(p, what);
}

void scn_want_word(struct scn_parser *p, const char *word)
{
    const char *const words[] = {word, NULL};

    (void)scn_want_one_of(p, words, word);
}

size_t scn_want_one_of(struct scn_parser *p, const char *const *words, const char *what)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (scn_take_word(p, words[i]))
            return i;
    }
    if (scn_is(p, TOK_WORD))
        scn_fail_token(p, &p->token, ss_suggest(p->token.text, words), "expected %s, not %.*s",
                       what, scn_shown(p->token.text), p->token.text.data);
    else
        scn_expected(p, what);
    return 0;
}

ss_span scn_want_string(struct scn_parser *p, const char *what)
{
    ss_span bytes = ss_span_make(NULL, 0);

    if (!scn_is(p, TOK_STRING)) {
        scn_expected(p, what);
        return bytes;
    }
    if (scn_token_bytes(&p->file->arena, &p->token, &bytes) != SS_OK)
        scn_out_of_memory(p);
    scn_advance(p);
    return bytes;
}

ss_span scn_want_name(struct scn_parser *p, const char *what)
{
    ss_span name = p->token.text;

    scn_want(p, TOK_WORD, what);
    return name;
}

/* ---- memory ---- */

void *scn_new(struct scn_parser *p, size_t size)
{
    void *block = ss_arena_alloc(&p->file->arena, size);

    if (block == NULL)
        scn_out_of_memory(p);
    return block;
}

void *scn_push(struct scn_parser *p, struct scn_vec *vec, size_t size)
{
    size_t cap = vec->cap > 0 ? vec->cap * 2 : 4;
    void *items;

    if (vec->count == vec->cap) {
        items = scn_new(p, cap * size);
        if (items == NULL)
            return NULL;
        if (vec->count > 0)
            memcpy(items, vec->items, vec->count * size);
        vec->items = items;
        vec->cap = cap;
    }
    return (char *)vec->items + vec->count++ * size;
}

const char *scn_upper(struct scn_parser *p, const char *name)
{
    char *text = ss_arena_text(&p->file->arena, ss_span_of(name));

    if (text == NULL) {
        scn_out_of_memory(p);
        return name;
    }
    for (char *c = text; *c != '\0'; c++) {
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    }
    return text;
}

/* Statements of a fragment stand where the scenario uses it: positions are in one file only. */
struct scn_pos scn_here(const struct scn_parser *p, struct scn_pos at)
{
    return p->in_use > 0 ? p->use_at : at;
}

bool scn_deeper(struct scn_parser *p)
{
    if (p->depth == SCN_DEPTH_MAX) {
        scn_fail_token(p, &p->token, NULL, "nested more than %d deep", SCN_DEPTH_MAX);
        return false;
    }
    p->depth++;
    return p->err == SS_OK;
}

/* ---- entry ---- */

static ss_err start(struct scn_parser *p, ss_span path, ss_span text)
{
    struct scn_file *file = p->file;
    ss_span copy;

    ss_arena_init(&file->arena, p->env, TREE_MAX);
    SS_TRY(scn_lexer_init(&p->lexer, text, &p->tokens, p->diagnostic));
    SS_TRY(ss_arena_copy(&file->arena, path, &file->path));
    /* Names and paths of the tree are parts of this copy. */
    SS_TRY(ss_arena_copy(&file->arena, text, &copy));
    p->lexer.text = copy;
    p->token.at = (struct scn_pos){1, 1};
    scn_advance(p);
    return p->err;
}

ss_err scn_parse(const struct ss_env *env, ss_span path, ss_span text, struct scn_loader *loader,
                 struct scn_file **out_file, struct scn_diagnostic *out_diagnostic)
{
    struct scn_parser parser;
    struct scn_diagnostic diagnostic;
    struct scn_file *file = ss_alloc(env, sizeof *file);
    ss_err err;

    if (file == NULL)
        return SS_E_no_memory;
    memset(&parser, 0, sizeof parser);
    memset(&diagnostic, 0, sizeof diagnostic);
    parser.env = env;
    parser.loader = loader;
    parser.file = file;
    parser.diagnostic = &diagnostic;
    parser.tokens = SCN_TOKENS_MAX;
    parser.seat = SCN_IN_ANY;
    err = start(&parser, path, text);
    if (err == SS_OK) {
        scn_parse_file(&parser);
        err = parser.err;
    }
    if (err != SS_OK) {
        if (err == SS_E_bad_value)
            *out_diagnostic = diagnostic;
        scn_free(&file);
        return err;
    }
    *out_file = file;
    return SS_OK;
}

void scn_free(struct scn_file **file)
{
    const struct ss_env *env;

    if (*file == NULL)
        return;
    env = (*file)->arena.env;
    ss_arena_fini(&(*file)->arena);
    ss_free(env, *file, sizeof **file);
    *file = NULL;
}
