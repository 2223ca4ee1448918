/* SPDX-License-Identifier: Apache-2.0 */
/* parse_control.c - let, if, repeat, for, on, pass.
 *
 * Owns: what is known of a variable that stands for elements; deadlines of loops and branches.
 * Not here: fragments (fragment.c).
 * Called by: parse_statement.c; the statement's word has been taken.
 * Follows: docs/scenario-language.md, "Grammar". No loop without a bound. */
#include "testserver/script/parser.h"

void scn_parse_let(struct scn_parser *p, struct scn_stmt *stmt)
{
    struct scn_pos at = p->token.at;
    struct scn_variable *v;
    struct scn_node *value;
    ss_span name;

    stmt->kind = SCN_LET;
    name = scn_want_name(p, "a name");
    scn_want(p, TOK_IS, "'='");
    if (p->err != SS_OK)
        return;
    value = scn_parse_expr(p);
    stmt->value = &value->expr;
    v = scn_bind_name(p, name, at, value->expr.type, UINT32_MAX);
    if (v == NULL)
        return;
    v->node = *value;
    stmt->slot = v->slot;
}

static void parse_else_if(struct scn_parser *p, struct scn_body *out)
{
    struct scn_stmt *stmt = scn_new(p, sizeof *stmt);
    const struct scn_stmt **items = scn_new(p, sizeof(const struct scn_stmt *));

    if (stmt == NULL || items == NULL || !scn_deeper(p))
        return;
    stmt->at = scn_here(p, p->token.at);
    stmt->slot = UINT32_MAX;
    scn_advance(p);
    scn_parse_if(p, stmt);
    p->depth--;
    items[0] = stmt;
    out->items = items;
    out->count = 1;
}

/* Deadlines of the branch that takes longer count. A fault in either branch is a fault before what
 * follows. */
void scn_parse_if(struct scn_parser *p, struct scn_stmt *stmt)
{
    uint64_t within = p->within, longest;
    bool after_fault = p->after_fault, after_body;

    stmt->kind = SCN_IF;
    stmt->value = &scn_parse_typed(p, SCN_BOOL, "a condition")->expr;
    scn_parse_block(p, &stmt->body);
    longest = p->within;
    after_body = p->after_fault;
    p->within = within;
    p->after_fault = after_fault;
    if (scn_take_word(p, "else")) {
        if (scn_is_word(p, "if"))
            parse_else_if(p, &stmt->orelse);
        else
            scn_parse_block(p, &stmt->orelse);
    }
    p->within = p->within > longest ? p->within : longest;
    p->after_fault = p->after_fault || after_body;
}

/* Deadlines of the body count once a round. Without a number in digits one round counts. */
static void parse_rounds(struct scn_parser *p, struct scn_stmt *stmt, uint64_t rounds)
{
    uint64_t before = p->within, once;

    p->within = 0;
    scn_parse_block(p, &stmt->body);
    once = p->within;
    if (once > 0 && rounds > (UINT64_MAX - before) / once)
        p->within = UINT64_MAX;
    else
        p->within = before + once * rounds;
}

void scn_parse_repeat(struct scn_parser *p, struct scn_stmt *stmt)
{
    struct scn_node *value;
    uint64_t rounds = 1;

    stmt->kind = SCN_REPEAT;
    value = scn_parse_typed(p, SCN_NUMBER, "how often");
    (void)scn_literal_number(value, &rounds);
    stmt->value = &value->expr;
    parse_rounds(p, stmt, rounds);
}

void scn_parse_for(struct scn_parser *p, struct scn_stmt *stmt)
{
    struct scn_pos at = p->token.at;
    struct scn_variable *v;
    struct scn_node *list;
    unsigned mark;
    ss_span name;

    stmt->kind = SCN_FOR;
    name = scn_want_name(p, "a name");
    scn_want_word(p, "in");
    if (p->err != SS_OK)
        return;
    list = scn_parse_typed(p, SCN_LIST, "what one goes through");
    stmt->value = &list->expr;
    mark = scn_scope_open(p);
    v = scn_bind_name(p, name, at, list->element, UINT32_MAX);
    if (v != NULL) {
        v->node.def = list->group;
        v->node.numbers = list->numbers;
        stmt->slot = v->slot;
        parse_rounds(p, stmt, list->expr.kind == SCN_LIT_LIST ? list->expr.count : 1);
    }
    scn_scope_close(p, mark);
}

/* The body is a conversation of its own: what it does comes whenever the message does. */
static void parse_handler(struct scn_parser *p, struct scn_stmt *stmt)
{
    bool after_fault = p->after_fault;
    uint64_t within = p->within;

    p->after_fault = false;
    p->in_on++;
    scn_parse_block(p, &stmt->body);
    p->in_on--;
    p->within = within;
    p->after_fault = after_fault;
}

void scn_parse_on(struct scn_parser *p, struct scn_stmt *stmt)
{
    struct scn_token token = p->token;
    struct scn_variable *v = NULL;
    unsigned mark;

    stmt->kind = SCN_ON;
    if (p->in_on > 0)
        scn_fail(p, token.at, token.text.size, NULL, "no handler inside a handler");
    if (!scn_parse_message(p, &stmt->message))
        return;
    scn_check_sender(p, &stmt->message, &token);
    mark = scn_scope_open(p);
    if (scn_take_word(p, "as"))
        v = scn_bind(p, SCN_MESSAGE);
    if (v != NULL) {
        v->node.def = stmt->message.def;
        v->node.tail = stmt->message.tail;
    }
    stmt->slot = v != NULL ? v->slot : scn_fresh_slot(p, ss_span_of("the message"));
    parse_handler(p, stmt);
    scn_scope_close(p, mark);
}

void scn_parse_pass(struct scn_parser *p, struct scn_stmt *stmt)
{
    (void)p;
    stmt->kind = SCN_PASS;
}
