/* SPDX-License-Identifier: Apache-2.0 */
/* expr_text.c - an expression as text, for the sentence that says why something failed.
 *
 * Owns: the words of operators and functions.
 * Not here: the canonical form of files (the formatter works on tokens).
 * Called by: actors.
 * Follows: docs/scenario-language.md grammar. */
#include "testserver/script/eval.h"

static const char *const operators[] = {
    [SCN_OR] = "or", [SCN_AND] = "and", [SCN_EQ] = "==", [SCN_NE] = "!=",
    [SCN_LT] = "<",  [SCN_LE] = "<=",   [SCN_GT] = ">",  [SCN_GE] = ">=",
    [SCN_IN] = "in", [SCN_ADD] = "+",   [SCN_SUB] = "-", [SCN_MUL] = "*",
};

static const char *const functions[] = {
#define SCN_FUNCTION(name, least, most, type) #name,
#include "testserver/script/functions.def"
};

static ss_err write_items(struct ss_buf *out, const struct scn_eval *eval,
                          const struct scn_expr *expr, const char *open, const char *close)
{
    SS_TRY(ss_buf_puts(out, open));
    for (size_t i = 0; i < expr->count; i++) {
        SS_TRY(ss_buf_puts(out, i > 0 ? ", " : ""));
        SS_TRY(scn_expr_write(out, eval, expr->items[i]));
    }
    return ss_buf_puts(out, close);
}

static ss_err write_variable(struct ss_buf *out, const struct scn_eval *eval,
                             const struct scn_expr *expr)
{
    if (eval->names == NULL || expr->slot >= eval->count || eval->names[expr->slot].size == 0)
        return ss_buf_puts(out, "it");
    return ss_buf_put(out, eval->names[expr->slot]);
}

/* The message that a condition is about, when nothing binds it: the checker calls it that. */
static bool is_at_hand(const struct scn_eval *eval, const struct scn_expr *expr)
{
    return expr->kind == SCN_VARIABLE && eval->names != NULL && expr->slot < eval->count &&
           ss_span_is(eval->names[expr->slot], "the message");
}

/* Its fields stand alone, as they were written. */
static ss_err write_member(struct ss_buf *out, const struct scn_eval *eval,
                           const struct scn_expr *expr)
{
    bool alone = is_at_hand(eval, expr->left);

    if (!alone) {
        SS_TRY(scn_expr_write(out, eval, expr->left));
        SS_TRY(ss_buf_puts(out, "."));
    }
    return ss_buf_put(out, expr->bytes);
}

static ss_err write_binary(struct ss_buf *out, const struct scn_eval *eval,
                           const struct scn_expr *expr)
{
    SS_TRY(scn_expr_write(out, eval, expr->left));
    SS_TRY(ss_buf_printf(out, " %s ", operators[expr->op]));
    return scn_expr_write(out, eval, expr->right);
}

static ss_err write_literal(struct ss_buf *out, const struct scn_expr *expr)
{
    struct scn_value value = scn_value_number(expr->number);

    if (expr->kind == SCN_LIT_BOOL)
        value = scn_value_bool(expr->number != 0);
    if (expr->kind == SCN_LIT_BYTES)
        value = scn_value_bytes(expr->bytes);
    return scn_value_print(out, &value);
}

ss_err scn_expr_write(struct ss_buf *out, const struct scn_eval *eval, const struct scn_expr *expr)
{
    switch (expr->kind) {
    case SCN_LIT_BOOL:
    case SCN_LIT_NUMBER:
    case SCN_LIT_BYTES:
        return write_literal(out, expr);
    case SCN_LIT_LIST:
        return write_items(out, eval, expr, "[", "]");
    case SCN_AT_NAME:
        SS_TRY(ss_buf_puts(out, "@"));
        return ss_buf_put(out, expr->bytes);
    case SCN_VARIABLE:
        return write_variable(out, eval, expr);
    case SCN_FACT:
        return ss_buf_put(out, expr->bytes);
    case SCN_MEMBER:
        return write_member(out, eval, expr);
    case SCN_INDEX:
        SS_TRY(scn_expr_write(out, eval, expr->left));
        SS_TRY(ss_buf_puts(out, "["));
        SS_TRY(scn_expr_write(out, eval, expr->right));
        return ss_buf_puts(out, "]");
    case SCN_CALL:
        SS_TRY(ss_buf_puts(out, functions[expr->function]));
        return write_items(out, eval, expr, "(", ")");
    case SCN_NOT:
    case SCN_MINUS:
        SS_TRY(ss_buf_puts(out, expr->kind == SCN_NOT ? "not " : "-"));
        return scn_expr_write(out, eval, expr->left);
    case SCN_BINARY:
        return write_binary(out, eval, expr);
    }
    return SS_E_internal;
}
