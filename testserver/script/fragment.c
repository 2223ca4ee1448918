/* SPDX-License-Identifier: Apache-2.0 */
/* fragment.c - statements kept in a file of their own and written into where they are used.
 *
 * Owns: arguments, the switch to another text and back, cycles.
 * Not here: where fragments lie (the loader).
 * Called by: parse_statement.c for use, parse_file.c for a fragment by itself.
 * Follows: docs/scenario-language.md, "Grammar".
 *
 * A fragment sees its arguments and nothing else. Each use is parsed anew and gets fresh slots, so
 * that types are checked with the arguments of that use. What is wrong inside is told at the use,
 * with the place inside. */
#include <stdio.h>

#include "testserver/script/parser.h"

enum { ARGUMENTS_MAX = 16 };

struct arguments {
    struct scn_node *values[ARGUMENTS_MAX];
    size_t count;
};
struct parameters {
    struct scn_token names[ARGUMENTS_MAX];
    size_t count;
};

/* What is put aside while a fragment is read. */
struct place {
    struct scn_lexer lexer;
    struct scn_token token;
    struct scn_pos end;
    unsigned nest, scope;
    struct scn_variable *names;
    const struct scn_frame *frames;
};

/* "fragment" NAME "(" names ")" */
static void parse_head(struct scn_parser *p, struct scn_token *name, struct parameters *out)
{
    scn_want_word(p, "fragment");
    *name = p->token;
    (void)scn_want_name(p, "the fragment's name");
    scn_want(p, TOK_OPEN_PAREN, "'('");
    p->nest++;
    out->count = 0;
    while (p->err == SS_OK && (out->count > 0 || !scn_is(p, TOK_CLOSE_PAREN))) {
        if (out->count == ARGUMENTS_MAX)
            scn_fail_token(p, &p->token, NULL, "a fragment takes at most %d arguments",
                           ARGUMENTS_MAX);
        else
            out->names[out->count++] = p->token;
        (void)scn_want_name(p, "the name of an argument");
        if (!scn_take(p, TOK_COMMA))
            break;
    }
    scn_want(p, TOK_CLOSE_PAREN, "',' or ')'");
    p->nest--;
}

static void want_end(struct scn_parser *p)
{
    if (p->err == SS_OK && p->token.kind != TOK_END)
        scn_fail_token(p, &p->token, NULL, "nothing may follow a fragment");
}

/* A fragment by itself: of its arguments nothing is known, and it may stand in any seat. */
void scn_parse_fragment_file(struct scn_parser *p)
{
    struct parameters parameters;
    struct scn_token name;
    struct scn_frame frame = {.up = NULL};

    p->file->is_fragment = true;
    p->file->title_at = p->token.at;
    parse_head(p, &name, &parameters);
    for (size_t i = 0; i < parameters.count && p->err == SS_OK; i++)
        (void)scn_bind_name(p, parameters.names[i].text, parameters.names[i].at, SCN_ANY,
                            UINT32_MAX);
    frame.name = p->file->title = name.text;
    p->frames = &frame;
    scn_parse_block(p, &p->file->fragment);
    p->frames = NULL;
    want_end(p);
}

/* ---- use ---- */

static void parse_arguments(struct scn_parser *p, struct arguments *out)
{
    scn_want(p, TOK_OPEN_PAREN, "'('");
    p->nest++;
    out->count = 0;
    while (p->err == SS_OK && (out->count > 0 || !scn_is(p, TOK_CLOSE_PAREN))) {
        if (out->count == ARGUMENTS_MAX) {
            scn_fail_token(p, &p->token, NULL, "a fragment takes at most %d arguments",
                           ARGUMENTS_MAX);
            break;
        }
        out->values[out->count++] = scn_parse_expr(p);
        if (!scn_take(p, TOK_COMMA))
            break;
    }
    scn_want(p, TOK_CLOSE_PAREN, "',' or ')'");
    p->nest--;
}

/* "a uses b uses a" */
static void refuse_cycle(struct scn_parser *p, const struct scn_token *name)
{
    const struct scn_frame *first = NULL;
    char path[120] = "";
    size_t size = 0;

    for (const struct scn_frame *f = p->frames; f != NULL; f = f->up) {
        if (ss_span_eq(f->name, name->text))
            first = f;
    }
    if (first == NULL)
        return;
    for (const struct scn_frame *f = p->frames; size < sizeof path; f = f->up) {
        int n = snprintf(path + size, sizeof path - size, ", which %.*s uses", scn_shown(f->name),
                         f->name.data);

        size += n > 0 ? (size_t)n : 0;
        if (f == first)
            break;
    }
    scn_fail_token(p, name, NULL, "a fragment in a circle: %.*s%s", scn_shown(name->text),
                   name->text.data, path);
}

/* The text, in the arena; empty when pinned. */
static ss_span load(struct scn_parser *p, const struct scn_token *name)
{
    ss_span text = {NULL, 0};
    struct ss_buf buf;
    ss_err err = SS_E_not_found;

    ss_buf_init(&buf, p->env, SCN_TEXT_MAX + 1);
    if (p->loader != NULL)
        err = p->loader->load(p->loader, name->text, &buf);
    if (err == SS_OK)
        err = ss_arena_copy(&p->file->arena, ss_buf_span(&buf), &text);
    ss_buf_fini(&buf);
    if (err == SS_E_no_memory)
        scn_out_of_memory(p);
    else if (err == SS_E_not_found)
        scn_fail_token(p, name, NULL, "there is no fragment %.*s", scn_shown(name->text),
                       name->text.data);
    else if (err != SS_OK)
        scn_fail_token(p, name, NULL, "fragment %.*s cannot be read: %s", scn_shown(name->text),
                       name->text.data, ss_err_text(err));
    return text;
}

/* A plain variable is handed on as it is; of another value a copy is bound. */
static void bind_argument(struct scn_parser *p, const struct scn_token *parameter,
                          const struct scn_node *value, struct scn_vec *body)
{
    bool same = value->expr.kind == SCN_VARIABLE;
    struct scn_variable *v = scn_bind_name(p, parameter->text, parameter->at, value->expr.type,
                                           same ? value->expr.slot : UINT32_MAX);
    const struct scn_stmt **entry;
    struct scn_stmt *stmt;

    if (v == NULL)
        return;
    v->node = *value;
    if (same)
        return;
    stmt = scn_new(p, sizeof *stmt);
    entry = scn_push(p, body, sizeof *entry);
    if (stmt == NULL || entry == NULL)
        return;
    stmt->kind = SCN_LET;
    stmt->at = p->use_at;
    stmt->slot = v->slot;
    stmt->value = &value->expr;
    *entry = stmt;
}

static void parse_inside(struct scn_parser *p, const struct scn_token *use,
                         const struct arguments *arguments, struct scn_vec *body)
{
    struct parameters parameters;
    const struct scn_stmt **entry;
    struct scn_body statements = {NULL, 0};
    struct scn_token name;
    unsigned mark;

    scn_advance_on(p);
    p->end = (struct scn_pos){1, 1};
    parse_head(p, &name, &parameters);
    if (p->err == SS_OK && !ss_span_eq(name.text, use->text))
        scn_fail_token(p, &name, NULL, "the fragment has another name than its file");
    if (p->err == SS_OK && parameters.count != arguments->count)
        scn_fail_token(p, &name, NULL, "%.*s takes %zu argument%s, not %zu", scn_shown(name.text),
                       name.text.data, parameters.count, parameters.count == 1 ? "" : "s",
                       arguments->count);
    mark = scn_scope_open(p);
    for (size_t i = 0; i < parameters.count && p->err == SS_OK; i++)
        bind_argument(p, &parameters.names[i], arguments->values[i], body);
    scn_parse_block(p, &statements);
    scn_scope_close(p, mark);
    want_end(p);
    for (size_t i = 0; i < statements.count; i++) {
        entry = scn_push(p, body, sizeof *entry);
        if (entry != NULL)
            *entry = statements.items[i];
    }
}

/* Tells what is wrong inside at the place of the use. */
static void tell_outside(struct scn_parser *p, const struct scn_token *use)
{
    struct scn_diagnostic inside = *p->diagnostic;

    scn_diagnose(p->diagnostic, use->at, use->text.size, inside.suggestion,
                 "in fragment %.*s (%u:%u): %.140s", scn_shown(use->text), use->text.data,
                 (unsigned)inside.at.line, (unsigned)inside.at.column, inside.text);
}

static void read_fragment(struct scn_parser *p, const struct scn_token *use, ss_span text,
                          const struct arguments *arguments, struct scn_vec *body)
{
    struct scn_frame frame = {use->text, p->frames};
    struct place place = {p->lexer, p->token, p->end, p->nest, p->scope, p->names, p->frames};

    if (p->in_use++ == 0)
        p->use_at = use->at;
    p->names = NULL;
    p->nest = 0;
    p->frames = &frame;
    if (scn_lexer_init(&p->lexer, text, &p->tokens, p->diagnostic) != SS_OK)
        p->err = SS_E_bad_value;
    else
        parse_inside(p, use, arguments, body);
    p->in_use--;
    p->frames = place.frames;
    if (p->err == SS_E_bad_value)
        tell_outside(p, use);
    if (p->err != SS_OK)
        return;
    p->lexer = place.lexer;
    p->token = place.token;
    p->end = place.end;
    p->nest = place.nest;
    p->scope = place.scope;
    p->names = place.names;
}

void scn_parse_use(struct scn_parser *p, struct scn_stmt *stmt)
{
    struct scn_token name = p->token;
    struct scn_vec body = {NULL, 0, 0};
    struct arguments arguments = {0};
    ss_span text;

    stmt->kind = SCN_BLOCK;
    (void)scn_want_name(p, "the name of a fragment");
    parse_arguments(p, &arguments);
    if (p->err != SS_OK || !scn_deeper(p))
        return;
    refuse_cycle(p, &name);
    text = p->err == SS_OK ? load(p, &name) : ss_span_make(NULL, 0);
    if (p->err == SS_OK)
        read_fragment(p, &name, text, &arguments, &body);
    p->depth--;
    stmt->body.items = body.items;
    stmt->body.count = body.count;
}
