/* SPDX-License-Identifier: Apache-2.0 */
/* check_type.c - do the types of an expression fit together.
 *
 * Owns: the types that operators and functions take; what may stand in for what.
 * Not here: types of facts, members and fields (check_name.c, check_message.c).
 * Called by: parse_expr.c and whoever wants a value of one type.
 * Follows: docs/scenario-language.md, "Values"; functions.def.
 *
 * A list of names and a key may stand where bytes are wanted: the name-list, the key's blob. */
#include "sshspec/text.h"
#include "testserver/script/parser.h"

enum { ARGUMENTS_MAX = 4 };

/* Types of the arguments of each function; SCN_ANY: checked by hand or not at all. */
static const struct {
    const char *name;
    uint8_t least, most;
    enum scn_type result;
    enum scn_type arguments[ARGUMENTS_MAX];
} functions[SCN_FN_COUNT] = {
#define SCN_FUNCTION(word, fewest, many, type)                                                     \
    [SCN_FN_##word] = {.name = #word,                                                              \
                       .least = (fewest),                                                          \
                       .most = (many),                                                             \
                       .result = (type),                                                           \
                       .arguments = SCN_ARGUMENTS_##word},
#define SCN_ARGUMENTS_length                                                                       \
    {                                                                                              \
        SCN_BYTES                                                                                  \
    }
#define SCN_ARGUMENTS_repeat                                                                       \
    {                                                                                              \
        SCN_BYTES, SCN_NUMBER                                                                      \
    }
#define SCN_ARGUMENTS_slice                                                                        \
    {                                                                                              \
        SCN_BYTES, SCN_NUMBER, SCN_NUMBER                                                          \
    }
#define SCN_ARGUMENTS_flip                                                                         \
    {                                                                                              \
        SCN_BYTES, SCN_NUMBER                                                                      \
    }
#define SCN_ARGUMENTS_join                                                                         \
    {                                                                                              \
        SCN_LIST, SCN_BYTES                                                                        \
    }
#define SCN_ARGUMENTS_split                                                                        \
    {                                                                                              \
        SCN_BYTES, SCN_BYTES                                                                       \
    }
#define SCN_ARGUMENTS_first                                                                        \
    {                                                                                              \
        SCN_LIST                                                                                   \
    }
#define SCN_ARGUMENTS_last                                                                         \
    {                                                                                              \
        SCN_LIST                                                                                   \
    }
#define SCN_ARGUMENTS_contains                                                                     \
    {                                                                                              \
        SCN_BYTES, SCN_ANY                                                                         \
    }
#define SCN_ARGUMENTS_starts                                                                       \
    {                                                                                              \
        SCN_BYTES, SCN_BYTES                                                                       \
    }
#define SCN_ARGUMENTS_random                                                                       \
    {                                                                                              \
        SCN_NUMBER                                                                                 \
    }
#define SCN_ARGUMENTS_byte                                                                         \
    {                                                                                              \
        SCN_NUMBER                                                                                 \
    }
#define SCN_ARGUMENTS_u32                                                                          \
    {                                                                                              \
        SCN_NUMBER                                                                                 \
    }
#define SCN_ARGUMENTS_u64                                                                          \
    {                                                                                              \
        SCN_NUMBER                                                                                 \
    }
#define SCN_ARGUMENTS_string                                                                       \
    {                                                                                              \
        SCN_BYTES                                                                                  \
    }
#define SCN_ARGUMENTS_mpint                                                                        \
    {                                                                                              \
        SCN_BYTES                                                                                  \
    }
#define SCN_ARGUMENTS_text                                                                         \
    {                                                                                              \
        SCN_NUMBER                                                                                 \
    }
#define SCN_ARGUMENTS_blob                                                                         \
    {                                                                                              \
        SCN_KEY                                                                                    \
    }
#define SCN_ARGUMENTS_sign                                                                         \
    {                                                                                              \
        SCN_KEY, SCN_BYTES, SCN_BYTES                                                              \
    }
#define SCN_ARGUMENTS_userauth_signature                                                           \
    {                                                                                              \
        SCN_KEY, SCN_BYTES, SCN_BYTES, SCN_BYTES                                                   \
    }
#include "testserver/script/functions.def"
};

const char *scn_function_name(enum scn_function function)
{
    return functions[function].name;
}

bool scn_function_find(ss_span name, enum scn_function *out, const char **out_suggestion)
{
    const char *names[SCN_FN_COUNT + 1];

    for (size_t i = 0; i < SCN_FN_COUNT; i++) {
        names[i] = functions[i].name;
        if (ss_span_is(name, names[i])) {
            *out = (enum scn_function)i;
            return true;
        }
    }
    names[SCN_FN_COUNT] = NULL;
    *out_suggestion = ss_suggest(name, names);
    return false;
}

const char *scn_type_said(enum scn_type type)
{
    static const char *const texts[] = {
        [SCN_ANY] = "anything",      [SCN_BOOL] = "true or false", [SCN_NUMBER] = "a number",
        [SCN_BYTES] = "bytes",       [SCN_LIST] = "a list",        [SCN_KEY] = "a key",
        [SCN_MESSAGE] = "a message", [SCN_CHANNEL] = "a channel",
    };

    return texts[type];
}

bool scn_fits(const struct scn_node *node, enum scn_type type)
{
    enum scn_type has = node->expr.type;

    if (has == type || has == SCN_ANY || type == SCN_ANY)
        return true;
    if (type != SCN_BYTES)
        return false;
    return has == SCN_KEY ||
           (has == SCN_LIST && (node->element == SCN_BYTES || node->element == SCN_ANY));
}

void scn_want_type(struct scn_parser *p, const struct scn_node *node, enum scn_type type,
                   const char *what)
{
    if (!scn_fits(node, type))
        scn_fail(p, node->start, node->length, NULL, "%s is %s, not %s", what, scn_type_said(type),
                 scn_type_said(node->expr.type));
}

bool scn_literal_number(const struct scn_node *node, uint64_t *out)
{
    if (node->expr.kind != SCN_LIT_NUMBER)
        return false;
    *out = node->expr.number;
    return true;
}

/* ---- operators ---- */

static const char *op_text(enum scn_op op)
{
    static const char *const texts[] = {
        [SCN_OR] = "or", [SCN_AND] = "and", [SCN_EQ] = "==", [SCN_NE] = "!=",
        [SCN_LT] = "<",  [SCN_LE] = "<=",   [SCN_GT] = ">",  [SCN_GE] = ">=",
        [SCN_IN] = "in", [SCN_ADD] = "+",   [SCN_SUB] = "-", [SCN_MUL] = "*",
    };

    return texts[op];
}

static void want_both(struct scn_parser *p, const struct scn_node *node, enum scn_type type)
{
    const struct scn_node *sides[2] = {scn_node_of(node->expr.left), scn_node_of(node->expr.right)};

    for (size_t i = 0; i < 2; i++) {
        if (sides[i]->expr.type != type && sides[i]->expr.type != SCN_ANY)
            scn_fail(p, sides[i]->start, sides[i]->length, NULL, "%s takes %s, not %s",
                     op_text(node->expr.op), scn_type_said(type),
                     scn_type_said(sides[i]->expr.type));
    }
}

/* Values of two types are never equal: to compare them is a mistake. A list equals bytes when it
 * is their name-list. */
static bool comparable(enum scn_type a, enum scn_type b)
{
    if (a == SCN_CHANNEL || b == SCN_CHANNEL)
        return false;
    if (a == b || a == SCN_ANY || b == SCN_ANY)
        return true;
    return (a == SCN_LIST && b == SCN_BYTES) || (a == SCN_BYTES && b == SCN_LIST);
}

static void want_comparable(struct scn_parser *p, const struct scn_node *node, enum scn_type a,
                            enum scn_type b)
{
    if (!comparable(a, b))
        scn_fail(p, node->start, node->length, NULL, "%s cannot be compared with %s",
                 scn_type_said(a), scn_type_said(b));
}

static void check_add(struct scn_parser *p, struct scn_node *node)
{
    const struct scn_node *left = scn_node_of(node->expr.left);
    const struct scn_node *right = scn_node_of(node->expr.right);
    enum scn_type a = left->expr.type, b = right->expr.type, type = a == SCN_ANY ? b : a;

    if (type == SCN_BOOL || type > SCN_LIST)
        scn_fail(p, left->start, left->length, NULL, "+ takes numbers, bytes or lists, not %s",
                 scn_type_said(type));
    if (a != b && a != SCN_ANY && b != SCN_ANY)
        scn_fail(p, right->start, right->length, NULL, "%s and %s cannot be added",
                 scn_type_said(a), scn_type_said(b));
    node->expr.type = type;
    if (type == SCN_LIST) {
        node->element = left->element == right->element ? left->element : SCN_ANY;
        node->group = left->group == right->group ? left->group : NULL;
    }
}

void scn_check_binary(struct scn_parser *p, struct scn_node *node)
{
    const struct scn_node *right = scn_node_of(node->expr.right);
    enum scn_type left_type = node->expr.left->type;

    switch (node->expr.op) {
    case SCN_OR:
    case SCN_AND:
        want_both(p, node, SCN_BOOL);
        node->expr.type = SCN_BOOL;
        return;
    case SCN_EQ:
    case SCN_NE:
        want_comparable(p, right, left_type, right->expr.type);
        node->expr.type = SCN_BOOL;
        return;
    case SCN_IN:
        if (right->expr.type != SCN_LIST && right->expr.type != SCN_ANY)
            scn_fail(p, right->start, right->length, NULL, "in takes a list, not %s",
                     scn_type_said(right->expr.type));
        want_comparable(p, right, left_type, right->element);
        node->expr.type = SCN_BOOL;
        return;
    case SCN_ADD:
        check_add(p, node);
        return;
    case SCN_SUB:
    case SCN_MUL:
        want_both(p, node, SCN_NUMBER);
        node->expr.type = SCN_NUMBER;
        return;
    default:
        want_both(p, node, SCN_NUMBER);
        node->expr.type = SCN_BOOL;
        return;
    }
}

/* ---- functions ---- */

static void check_argument(struct scn_parser *p, const struct scn_node *call, size_t i)
{
    const struct scn_node *argument = scn_node_of(call->expr.items[i]);
    enum scn_function f = call->expr.function;
    enum scn_type want = functions[f].arguments[i];
    bool list = argument->expr.type == SCN_LIST && i == 0;

    if (list && (f == SCN_FN_length || f == SCN_FN_contains))
        return;
    if (!scn_fits(argument, want))
        scn_fail(p, argument->start, argument->length, NULL, "argument %zu of %s is %s, not %s",
                 i + 1, functions[f].name, scn_type_said(want), scn_type_said(argument->expr.type));
}

void scn_check_call(struct scn_parser *p, struct scn_node *node)
{
    enum scn_function f = node->expr.function;
    unsigned least = functions[f].least, most = functions[f].most;
    const struct scn_node *first;

    node->expr.type = functions[f].result;
    if (node->expr.count < least || node->expr.count > most) {
        scn_fail(p, node->start, node->length, NULL, "%s takes %u%s argument%s, not %zu",
                 functions[f].name, least, least != most ? " or more" : "",
                 least == 1 && most == 1 ? "" : "s", node->expr.count);
        return;
    }
    for (size_t i = 0; i < node->expr.count; i++)
        check_argument(p, node, i);
    first = scn_node_of(node->expr.items[0]);
    if (f == SCN_FN_contains && node->expr.count == 2)
        want_comparable(p, scn_node_of(node->expr.items[1]),
                        first->expr.type == SCN_LIST ? first->element : first->expr.type,
                        node->expr.items[1]->type);
    if (f == SCN_FN_first || f == SCN_FN_last) {
        node->expr.type = first->element;
        node->def = first->group;
    }
    if (f == SCN_FN_split)
        node->element = SCN_BYTES;
}
