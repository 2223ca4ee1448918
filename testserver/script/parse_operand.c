/* SPDX-License-Identifier: Apache-2.0 */
/* parse_operand.c - what operators stand between: literals, names, calls, members, indexes.
 *
 * Owns: what a bare word means: a fact, a field of the message at hand, a variable, a number that
 *   the field to its left has a name for.
 * Not here: operators (parse_expr.c).
 * Called by: parse_expr.c.
 * Follows: docs/scenario-language.md, "Grammar" and "Values".
 *
 * The ( of a call and the [ of an index follow without a blank, so that a list or a parenthesis
 * can follow a word of a statement. */
#include "testserver/script/parser.h"

struct scn_node *scn_node_of(const struct scn_expr *expr)
{
    return (struct scn_node *)(void *)((char *)(uintptr_t)expr - offsetof(struct scn_node, expr));
}

struct scn_node *scn_new_node(struct scn_parser *p, enum scn_expr_kind kind, struct scn_pos start)
{
    struct scn_node *node = scn_new(p, sizeof *node);

    if (node == NULL) {
        memset(&p->spare, 0, sizeof p->spare);
        node = &p->spare;
    }
    node->expr.kind = kind;
    node->expr.at = scn_here(p, start);
    node->expr.slot = UINT32_MAX;
    node->start = start;
    node->length = 1;
    return node;
}

static uint32_t deeper_of(uint32_t depth, const struct scn_expr *below)
{
    uint32_t other = below != NULL ? scn_node_of(below)->depth : 0;

    return other > depth ? other : depth;
}

/* Operators in a row hang on one another without any bracket: their number is limited here, that of
 * brackets while they are read. */
static void measure(struct scn_parser *p, struct scn_node *node)
{
    uint32_t depth = deeper_of(deeper_of(0, node->expr.left), node->expr.right);

    for (size_t i = 0; i < node->expr.count; i++)
        depth = deeper_of(depth, node->expr.items[i]);
    node->depth = depth + 1;
    if (node->depth > SCN_EXPR_DEPTH_MAX && p->err == SS_OK)
        scn_fail(p, node->start, node->length, NULL, "an expression more than %d deep",
                 SCN_EXPR_DEPTH_MAX);
}

void scn_end_node(struct scn_parser *p, struct scn_node *node)
{
    if (p->end.line == node->start.line && p->end.column > node->start.column)
        node->length = p->end.column - node->start.column;
    measure(p, node);
}

/* ---- literals ---- */

static void parse_bytes(struct scn_parser *p, struct scn_node *node)
{
    node->expr.kind = SCN_LIT_BYTES;
    node->expr.type = SCN_BYTES;
    if (scn_token_bytes(&p->file->arena, &p->token, &node->expr.bytes) != SS_OK)
        scn_out_of_memory(p);
    scn_advance(p);
}

static void parse_number(struct scn_parser *p, struct scn_node *node)
{
    node->expr.kind = SCN_LIT_NUMBER;
    node->expr.type = SCN_NUMBER;
    node->expr.number = p->token.number;
    scn_advance(p);
}

/* The element type of a list is that of all its items, or not known. */
static void add_item(struct scn_parser *p, struct scn_node *list, struct scn_vec *items,
                     const struct scn_node *item)
{
    const struct scn_expr **entry;

    if (items->count == SCN_LIST_MAX)
        scn_fail(p, item->start, item->length, NULL, "a list has at most %d items", SCN_LIST_MAX);
    if (items->count == 0)
        list->element = item->expr.type;
    else if (list->element != item->expr.type)
        list->element = SCN_ANY;
    entry = scn_push(p, items, sizeof *entry);
    if (entry != NULL)
        *entry = &item->expr;
}

/* Expressions up to closing, which is taken. */
static void parse_items(struct scn_parser *p, struct scn_node *node, enum scn_token_kind closing,
                        const char *what)
{
    struct scn_vec items = {NULL, 0, 0};

    p->nest++;
    scn_advance(p);
    while (p->err == SS_OK && !scn_is(p, closing)) {
        add_item(p, node, &items, scn_parse_expr(p));
        if (!scn_take(p, TOK_COMMA))
            break;
        if (scn_is(p, closing))
            scn_expected(p, "a value");
    }
    scn_want(p, closing, what);
    p->nest--;
    node->expr.items = items.items;
    node->expr.count = items.count;
}

static void parse_list(struct scn_parser *p, struct scn_node *node)
{
    node->expr.kind = SCN_LIT_LIST;
    node->expr.type = SCN_LIST;
    parse_items(p, node, TOK_CLOSE_LIST, "',' or ']'");
}

static struct scn_node *parse_paren(struct scn_parser *p)
{
    struct scn_node *node;

    p->nest++;
    scn_advance(p);
    node = scn_parse_expr(p);
    scn_want(p, TOK_CLOSE_PAREN, "')'");
    p->nest--;
    return node;
}

/* ---- names ---- */

/* word has been taken; its ( is the present token. */
static void parse_call(struct scn_parser *p, struct scn_node *node, const struct scn_token *word)
{
    const char *suggestion = NULL;

    node->expr.kind = SCN_CALL;
    if (!scn_function_find(word->text, &node->expr.function, &suggestion)) {
        scn_fail_token(p, word, suggestion, "there is no function %.*s", scn_shown(word->text),
                       word->text.data);
        return;
    }
    parse_items(p, node, TOK_CLOSE_PAREN, "',' or ')'");
    node->element = SCN_ANY;
    scn_end_node(p, node);
    if (p->err == SS_OK)
        scn_check_call(p, node);
}

/* peer.kexinit.kex_algorithms: the whole dotted path. It lies in one piece in the text. */
static void parse_fact(struct scn_parser *p, struct scn_node *node, const struct scn_token *root)
{
    const uint8_t *end = root->text.data + root->text.size;

    node->expr.kind = SCN_FACT;
    while (scn_is(p, TOK_DOT) && p->err == SS_OK) {
        bool apart = p->token.blank;

        scn_advance(p);
        apart = apart || p->token.blank;
        end = p->token.text.data + p->token.text.size;
        if (apart && p->err == SS_OK)
            scn_fail_token(p, &p->token, NULL, "no blanks inside the name of a fact");
        (void)scn_want_name(p, "a name");
    }
    scn_end_node(p, node);
    node->expr.bytes = ss_span_make(root->text.data, (size_t)(end - root->text.data));
    if (p->err == SS_OK)
        scn_check_fact(p, node);
}

static bool number_by_name(const struct scn_parser *p, ss_span name, uint64_t *out)
{
    uint32_t number;

    if (p->numbers == NULL || !ss_nametable_number(p->numbers, name, &number))
        return false;
    *out = number;
    return true;
}

/* Is the word a field of the message whose conditions are read? */
static bool is_field(const struct scn_parser *p, ss_span name)
{
    const struct ss_fielddef *field;

    if (p->condition == NULL || p->condition->node.def == NULL)
        return false;
    return ss_span_is(name, "sequence") || ss_span_is(name, "payload") ||
           scn_field_of(p->condition->node.def, p->condition->node.tail, name, &field);
}

static void parse_field_name(struct scn_parser *p, struct scn_node *node)
{
    struct scn_node *message = scn_new_node(p, SCN_VARIABLE, p->token.at);

    *message = p->condition->node;
    message->expr.kind = SCN_VARIABLE;
    message->expr.slot = p->condition->slot;
    message->expr.at = node->expr.at;
    message->start = node->start;
    node->expr.kind = SCN_MEMBER;
    node->expr.left = &message->expr;
    node->expr.bytes = p->token.text;
    if (scn_scope_find(p, p->token.text) != NULL)
        scn_fail_token(p, &p->token, NULL,
                       "%.*s is both a field of %s and a variable: rename the variable",
                       scn_shown(p->token.text), p->token.text.data,
                       scn_upper(p, p->condition->node.def->name));
    scn_advance(p);
    if (p->err == SS_OK)
        scn_check_member(p, node);
}

static void parse_variable(struct scn_parser *p, struct scn_node *node)
{
    const struct scn_variable *v = scn_use_variable(p);
    struct scn_node named = *node;

    if (v == NULL)
        return;
    *node = v->node;
    node->expr.kind = SCN_VARIABLE;
    node->expr.slot = v->slot;
    node->expr.at = named.expr.at;
    node->start = named.start;
    node->length = (uint32_t)v->name.size;
}

static void parse_word(struct scn_parser *p, struct scn_node *node)
{
    struct scn_token word = p->token;

    node->length = (uint32_t)word.text.size;
    if (ss_span_is(word.text, "true") || ss_span_is(word.text, "false")) {
        node->expr.kind = SCN_LIT_BOOL;
        node->expr.type = SCN_BOOL;
        node->expr.number = ss_span_is(word.text, "true");
        scn_advance(p);
    } else if (scn_is_fact_root(word.text)) {
        scn_advance(p);
        parse_fact(p, node, &word);
    } else if (is_field(p, word.text)) {
        parse_field_name(p, node);
    } else if (scn_scope_find(p, word.text) == NULL &&
               number_by_name(p, word.text, &node->expr.number)) {
        node->expr.kind = SCN_LIT_NUMBER;
        node->expr.type = SCN_NUMBER;
        scn_advance(p);
    } else {
        parse_variable(p, node);
    }
}

/* A word with ( right behind it is a call, whatever else the word may be. */
static bool is_call(const struct scn_parser *p)
{
    size_t at = p->lexer.at;

    return at < p->lexer.text.size && p->lexer.text.data[at] == '(';
}

static struct scn_node *parse_primary(struct scn_parser *p)
{
    struct scn_node *node;
    struct scn_token token = p->token;

    if (scn_is(p, TOK_OPEN_PAREN))
        return parse_paren(p);
    node = scn_new_node(p, SCN_LIT_BYTES, p->token.at);
    if (scn_ended(p)) {
        scn_expected(p, "a value");
    } else if (token.kind == TOK_STRING || token.kind == TOK_HEX) {
        parse_bytes(p, node);
    } else if (token.kind == TOK_NUMBER || token.kind == TOK_DURATION) {
        parse_number(p, node);
    } else if (token.kind == TOK_OPEN_LIST) {
        parse_list(p, node);
    } else if (token.kind == TOK_AT) {
        node->expr.kind = SCN_AT_NAME;
        scn_check_at_name(p, node, &token);
        scn_advance(p);
    } else if (token.kind == TOK_WORD && is_call(p)) {
        scn_advance(p);
        parse_call(p, node, &token);
    } else if (token.kind == TOK_WORD) {
        parse_word(p, node);
    } else {
        scn_expected(p, "a value");
    }
    scn_end_node(p, node);
    return node;
}

/* ---- what may follow an operand ---- */

static struct scn_node *parse_member(struct scn_parser *p, struct scn_node *left)
{
    struct scn_node *node;

    scn_advance(p);
    node = scn_new_node(p, SCN_MEMBER, p->token.at);
    node->expr.left = &left->expr;
    node->expr.bytes = scn_want_name(p, "the name of a field");
    if (p->err == SS_OK)
        scn_check_member(p, node);
    node->start = left->start;
    return node;
}

static struct scn_node *parse_index(struct scn_parser *p, struct scn_node *left)
{
    struct scn_node *node = scn_new_node(p, SCN_INDEX, left->start), *index;

    p->nest++;
    scn_advance(p);
    index = scn_parse_typed(p, SCN_NUMBER, "an index");
    scn_want(p, TOK_CLOSE_LIST, "']'");
    p->nest--;
    node->expr.left = &left->expr;
    node->expr.right = &index->expr;
    if (left->expr.type == SCN_BYTES) {
        node->expr.type = SCN_NUMBER;
    } else if (left->expr.type == SCN_LIST) {
        node->expr.type = left->element;
        node->def = left->group;
    } else if (left->expr.type != SCN_ANY) {
        scn_fail(p, left->start, left->length, NULL, "%s has no elements",
                 scn_type_said(left->expr.type));
    }
    return node;
}

static struct scn_node *parse_postfix(struct scn_parser *p)
{
    struct scn_node *node = parse_primary(p);

    for (;;) {
        if (p->err == SS_OK && scn_is(p, TOK_DOT))
            node = parse_member(p, node);
        else if (p->err == SS_OK && scn_is(p, TOK_OPEN_LIST) && !p->token.blank)
            node = parse_index(p, node);
        else
            return node;
        scn_end_node(p, node);
    }
}

struct scn_node *scn_parse_unary(struct scn_parser *p)
{
    struct scn_node *node, *inner;

    if (!scn_is(p, TOK_DASH))
        return parse_postfix(p);
    node = scn_new_node(p, SCN_MINUS, p->token.at);
    if (!scn_deeper(p))
        return node;
    scn_advance(p);
    inner = scn_parse_unary(p);
    scn_want_type(p, inner, SCN_NUMBER, "what follows a minus");
    p->depth--;
    node->expr.left = &inner->expr;
    node->expr.type = SCN_NUMBER;
    scn_end_node(p, node);
    return node;
}
