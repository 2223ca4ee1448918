/* SPDX-License-Identifier: Apache-2.0 */
/* scope.c - names and the slots they stand for.
 *
 * Owns: which names are bound where, and what is known about their values.
 * Not here: fields of messages and facts, which are no variables (check_name.c).
 * Called by: the parse files.
 * Follows: docs/scenario-language.md, "Values": a name is bound before it is used, once a block. */
#include "sshspec/text.h"
#include "testserver/script/parser.h"

enum { CANDIDATES_MAX = 64 };

unsigned scn_scope_open(struct scn_parser *p)
{
    return p->scope++;
}

void scn_scope_close(struct scn_parser *p, unsigned mark)
{
    p->scope = mark;
    while (p->names != NULL && p->names->scope > mark)
        p->names = p->names->up;
}

const struct scn_variable *scn_scope_find(const struct scn_parser *p, ss_span name)
{
    const struct scn_variable *v = p->names;

    while (v != NULL && !ss_span_eq(v->name, name))
        v = v->up;
    return v;
}

uint32_t scn_fresh_slot(struct scn_parser *p, ss_span name)
{
    ss_span *entry = scn_push(p, &p->slot_names, sizeof *entry);

    if (p->file->slots == SCN_SLOTS_MAX)
        scn_fail_token(p, &p->token, NULL, "more than %d names", SCN_SLOTS_MAX);
    if (entry != NULL)
        *entry = name;
    return p->file->slots++;
}

struct scn_variable *scn_bind_name(struct scn_parser *p, ss_span name, struct scn_pos at,
                                   enum scn_type type, uint32_t slot)
{
    const struct scn_variable *old = scn_scope_find(p, name);
    struct scn_variable *v;

    if (scn_reserved(name))
        scn_fail(p, at, name.size, NULL, "%.*s is a word of the language and cannot be a name",
                 scn_shown(name), name.data);
    if (old != NULL && old->scope == p->scope)
        scn_fail(p, at, name.size, NULL, "%.*s is bound already, in line %u", scn_shown(name),
                 name.data, (unsigned)old->at.line);
    if (p->err != SS_OK)
        return NULL;
    v = scn_new(p, sizeof *v);
    if (v == NULL)
        return NULL;
    v->name = name;
    v->at = at;
    v->scope = p->scope;
    v->reaction = p->judging;
    v->slot = slot == UINT32_MAX ? scn_fresh_slot(p, name) : slot;
    v->node.expr.type = type;
    v->up = p->names;
    p->names = v;
    return v;
}

struct scn_variable *scn_bind(struct scn_parser *p, enum scn_type type)
{
    struct scn_pos at = p->token.at;
    ss_span name = scn_want_name(p, "a name");

    if (p->err != SS_OK)
        return NULL;
    return scn_bind_name(p, name, at, type, UINT32_MAX);
}

/* Names that could have been meant: variables, functions, and fields where they are names. */
static const char *closest(struct scn_parser *p, ss_span word)
{
    const char *candidates[CANDIDATES_MAX];
    const char *found = NULL;
    size_t count = 0;
    enum scn_function function;

    for (const struct scn_variable *v = p->names; v != NULL && count < CANDIDATES_MAX - 1;
         v = v->up) {
        const char *name = ss_arena_text(&p->file->arena, v->name);

        if (name != NULL)
            candidates[count++] = name;
    }
    candidates[count] = NULL;
    found = ss_suggest(word, candidates);
    if (found == NULL && p->condition != NULL && p->condition->node.def != NULL) {
        found = ss_field_suggest(p->condition->node.def, word);
        if (found == NULL && p->condition->node.tail != NULL)
            found = ss_field_suggest(p->condition->node.tail, word);
    }
    if (found == NULL)
        (void)scn_function_find(word, &function, &found);
    return found;
}

void scn_unknown_name(struct scn_parser *p, const struct scn_token *token)
{
    const char *suggestion = closest(p, token->text), *unused;
    enum scn_function function;

    if (scn_function_find(token->text, &function, &unused))
        scn_fail_token(p, token, NULL, "%s is a function: its ( touches it",
                       scn_function_name(function));
    else if (p->condition != NULL && p->condition->node.def != NULL)
        scn_fail_token(p, token, suggestion, "%.*s is neither bound nor a field of %s",
                       scn_shown(token->text), token->text.data,
                       scn_upper(p, p->condition->node.def->name));
    else
        scn_fail_token(p, token, suggestion, "%.*s is not bound", scn_shown(token->text),
                       token->text.data);
}

const struct scn_variable *scn_use_variable(struct scn_parser *p)
{
    struct scn_token token = p->token;
    const struct scn_variable *v;

    if (!scn_is(p, TOK_WORD)) {
        scn_expected(p, "a name");
        return NULL;
    }
    v = scn_scope_find(p, token.text);
    if (v == NULL) {
        scn_unknown_name(p, &token);
        return NULL;
    }
    if (v->reaction && !p->judging && p->in_fault == 0) {
        scn_fail_token(p, &token, NULL,
                       "%.*s is bound only where the fault is: the twin would not know it",
                       scn_shown(token.text), token.text.data);
        return NULL;
    }
    scn_advance(p);
    return p->err == SS_OK ? v : NULL;
}

uint32_t scn_use_channel(struct scn_parser *p)
{
    struct scn_token token = p->token;
    const struct scn_variable *v = scn_use_variable(p);

    if (v == NULL)
        return UINT32_MAX;
    if (!scn_fits(&v->node, SCN_CHANNEL)) {
        scn_fail_token(p, &token, NULL, "%.*s is %s, not a channel", scn_shown(token.text),
                       token.text.data, scn_type_said(v->node.expr.type));
        return UINT32_MAX;
    }
    return v->slot;
}
