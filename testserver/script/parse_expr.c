/* SPDX-License-Identifier: Apache-2.0 */
/* parse_expr.c - operators and how tightly they bind.
 *
 * Owns: or; and; not; == != < <= > >= in (which do not chain); + -; *, in this order.
 * Not here: what operators stand between (parse_operand.c), types (check_type.c).
 * Called by: the parse files.
 * Follows: docs/scenario-language.md, "Grammar". A line goes on behind an operator. */
#include "testserver/script/parser.h"

struct level_op {
    enum scn_token_kind token;
    const char *word; /* of TOK_WORD */
    enum scn_op op;
};

static const struct level_op or_ops[] = {{TOK_WORD, "or", SCN_OR}, {TOK_END, NULL, SCN_OR}};
static const struct level_op and_ops[] = {{TOK_WORD, "and", SCN_AND}, {TOK_END, NULL, SCN_OR}};
static const struct level_op compare_ops[] = {
    {TOK_IS_EQ, NULL, SCN_EQ}, {TOK_IS_NE, NULL, SCN_NE}, {TOK_IS_LT, NULL, SCN_LT},
    {TOK_IS_LE, NULL, SCN_LE}, {TOK_IS_GT, NULL, SCN_GT}, {TOK_IS_GE, NULL, SCN_GE},
    {TOK_WORD, "in", SCN_IN},  {TOK_END, NULL, SCN_OR},
};
static const struct level_op add_ops[] = {
    {TOK_PLUS, NULL, SCN_ADD}, {TOK_DASH, NULL, SCN_SUB}, {TOK_END, NULL, SCN_OR}};
static const struct level_op mul_ops[] = {{TOK_STAR, NULL, SCN_MUL}, {TOK_END, NULL, SCN_OR}};

static bool is_op(const struct scn_parser *p, const struct level_op *ops, enum scn_op *out)
{
    for (; ops->token != TOK_END; ops++) {
        if (ops->word != NULL ? scn_is_word(p, ops->word) : scn_is(p, ops->token)) {
            *out = ops->op;
            return true;
        }
    }
    return false;
}

static struct scn_node *combine(struct scn_parser *p, enum scn_op op, struct scn_node *left,
                                struct scn_node *right)
{
    struct scn_node *node = scn_new_node(p, SCN_BINARY, left->start);

    node->expr.op = op;
    node->expr.left = &left->expr;
    node->expr.right = &right->expr;
    scn_end_node(p, node);
    if (p->err == SS_OK)
        scn_check_binary(p, node);
    return node;
}

typedef struct scn_node *operand_fn(struct scn_parser *p);

static struct scn_node *parse_level(struct scn_parser *p, const struct level_op *ops,
                                    operand_fn *operand)
{
    struct scn_node *left = operand(p);
    enum scn_op op;

    while (p->err == SS_OK && is_op(p, ops, &op)) {
        scn_advance_on(p);
        left = combine(p, op, left, operand(p));
    }
    return left;
}

static struct scn_node *parse_product(struct scn_parser *p)
{
    return parse_level(p, mul_ops, scn_parse_unary);
}

static struct scn_node *parse_sum(struct scn_parser *p)
{
    return parse_level(p, add_ops, parse_product);
}

static struct scn_node *parse_comparison(struct scn_parser *p)
{
    const struct ss_nametable *numbers = p->numbers;
    struct scn_node *left = parse_sum(p);
    enum scn_op op, again;

    if (p->err != SS_OK || !is_op(p, compare_ops, &op))
        return left;
    scn_advance_on(p);
    if (left->numbers != NULL)
        p->numbers = left->numbers;
    left = combine(p, op, left, parse_sum(p));
    p->numbers = numbers;
    if (p->err == SS_OK && is_op(p, compare_ops, &again))
        scn_fail_token(p, &p->token, NULL, "comparisons do not chain: write `a < b and b < c`");
    return left;
}

static struct scn_node *parse_not(struct scn_parser *p)
{
    struct scn_node *node, *inner;

    if (!scn_is_word(p, "not"))
        return parse_comparison(p);
    node = scn_new_node(p, SCN_NOT, p->token.at);
    if (!scn_deeper(p))
        return node;
    scn_advance(p);
    inner = parse_not(p);
    scn_want_type(p, inner, SCN_BOOL, "what follows not");
    p->depth--;
    node->expr.left = &inner->expr;
    node->expr.type = SCN_BOOL;
    scn_end_node(p, node);
    return node;
}

static struct scn_node *parse_and(struct scn_parser *p)
{
    return parse_level(p, and_ops, parse_not);
}

struct scn_node *scn_parse_expr(struct scn_parser *p)
{
    struct scn_node *node;

    if (!scn_deeper(p))
        return scn_new_node(p, SCN_LIT_BYTES, p->token.at);
    node = parse_level(p, or_ops, parse_and);
    p->depth--;
    return node;
}

struct scn_node *scn_parse_typed(struct scn_parser *p, enum scn_type type, const char *what)
{
    struct scn_node *node = scn_parse_expr(p);

    if (p->err == SS_OK)
        scn_want_type(p, node, type, what);
    return node;
}
