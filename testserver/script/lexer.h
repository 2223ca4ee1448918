/* SPDX-License-Identifier: Apache-2.0 */
/* lexer.h - the words of a scenario text, one after the other.
 *
 * Owns: nothing; tokens point into the text.
 * Not here: what the words mean (the parse files).
 * Called by: the parser and the formatter.
 * Follows: docs/scenario-language.md, "Grammar".
 *
 * Limits: a text of 1 MiB, brackets 64 deep; the caller gives a number of tokens that may be
 * taken. Text is UTF-8 without NUL, without a byte order mark; lines end with LF or CR LF. */
#ifndef SSHSPEC_SCRIPT_LEXER_H
#define SSHSPEC_SCRIPT_LEXER_H

#include "testserver/script/script.h"

enum { SCN_TEXT_MAX = 1 << 20, SCN_TOKENS_MAX = 200000, SCN_DEPTH_MAX = 64 };

enum scn_token_kind {
    TOK_END,
    TOK_WORD,     /* lower case, with digits and _ */
    TOK_NAME,     /* upper case: a message */
    TOK_ID,       /* after proves and tags */
    TOK_STRING,   /* with its quotes */
    TOK_HEX,      /* hex"00 ff" */
    TOK_NUMBER,   /* number holds it */
    TOK_DURATION, /* number holds milliseconds */
    TOK_AT,       /* @name */
    TOK_COMMENT,  /* only when asked for */
    TOK_OPEN_BRACE,
    TOK_CLOSE_BRACE,
    TOK_OPEN_PAREN,
    TOK_CLOSE_PAREN,
    TOK_OPEN_LIST,
    TOK_CLOSE_LIST,
    TOK_COMMA,
    TOK_SEMICOLON,
    TOK_DOT,
    TOK_IS, /* = */
    TOK_IS_EQ,
    TOK_IS_NE,
    TOK_IS_LT,
    TOK_IS_LE,
    TOK_IS_GT,
    TOK_IS_GE,
    TOK_PLUS,
    TOK_DASH,
    TOK_STAR
};

struct scn_token {
    enum scn_token_kind kind;
    struct scn_pos at;
    ss_span text;      /* as it stands */
    uint64_t number;   /* TOK_NUMBER, TOK_DURATION */
    uint32_t newlines; /* line ends before it; the first token and TOK_END count one */
    bool blank;        /* something stands between it and the token before */
};

struct scn_lexer {
    ss_span text;
    size_t at, line_start;
    uint32_t line;
    unsigned depth;           /* open brackets */
    bool comments;            /* give them as tokens */
    bool ids;                 /* behind proves or tags */
    enum scn_token_kind last; /* kind of the token before; TOK_END at the start */
    size_t *tokens;           /* how many may still be taken */
    struct scn_diagnostic *diagnostic;
};

/* tokens and diagnostic must live as long as the lexer. SS_E_bad_value: the text as a whole
 * cannot be used; diagnostic is filled. */
SS_MUST_USE ss_err scn_lexer_init(struct scn_lexer *lexer, ss_span text, size_t *tokens,
                                  struct scn_diagnostic *diagnostic);
/* SS_E_bad_value: diagnostic is filled. Behind the end TOK_END comes again and again. */
SS_MUST_USE ss_err scn_lexer_next(struct scn_lexer *lexer, struct scn_token *out_token);
/* The bytes that a TOK_STRING or TOK_HEX token stands for. */
SS_MUST_USE ss_err scn_token_bytes(struct ss_arena *arena, const struct scn_token *token,
                                   ss_span *out);
/* Fills the diagnostic and returns SS_E_bad_value. suggestion may be null. */
ss_err scn_diagnose(struct scn_diagnostic *diagnostic, struct scn_pos at, size_t length,
                    const char *suggestion, const char *format, ...) SS_PRINTF(5, 6);

#endif
