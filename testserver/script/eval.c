/* SPDX-License-Identifier: Apache-2.0 */
/* eval.c - expressions, from the tree to a value.
 *
 * Owns: operators, members, indices, variables and their memory; the mistake.
 * Not here: functions (functions.c), what facts and channels are (the host).
 * Called by: the actors for each statement; cases.c for headers.
 * Follows: docs/scenario-language.md "Values". */
#include "testserver/script/eval.h"

#include <stdarg.h>
#include <stdio.h>

#include "testserver/script/lists.h"

#define SCRATCH_MAX ((size_t)64 * 1024 * 1024)

ss_err scn_eval_mistake(struct scn_eval *eval, struct scn_pos at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(eval->text, sizeof eval->text, format, args);
    va_end(args);
    eval->at = at;
    eval->absent = false;
    return SS_E_bad_value;
}

ss_err scn_eval_init(struct scn_eval *eval, const struct ss_env *env, const struct ss_env *random,
                     const struct scn_file *file, struct scn_host *host)
{
    memset(eval, 0, sizeof *eval);
    eval->env = env;
    eval->random = random;
    eval->host = host;
    eval->names = file->slot_names;
    ss_arena_init(&eval->scratch, env, SCRATCH_MAX);
    if (file->slots == 0)
        return SS_OK;
    eval->variables = ss_alloc(env, file->slots * sizeof *eval->variables);
    if (eval->variables == NULL)
        return SS_E_no_memory;
    eval->count = file->slots;
    for (size_t i = 0; i < eval->count; i++)
        ss_arena_init(&eval->variables[i].arena, env, SCRATCH_MAX);
    return SS_OK;
}

void scn_eval_free(struct scn_eval *eval)
{
    if (eval->env == NULL)
        return;
    for (size_t i = 0; i < eval->count; i++)
        ss_arena_fini(&eval->variables[i].arena);
    ss_free(eval->env, eval->variables, eval->count * sizeof *eval->variables);
    ss_arena_fini(&eval->scratch);
    memset(eval, 0, sizeof *eval);
}

void scn_eval_reset(struct scn_eval *eval)
{
    ss_arena_reset(&eval->scratch);
}

/* The value may point into the variable's own arena (x = first(x)): copy, then swap. */
ss_err scn_eval_bind(struct scn_eval *eval, uint32_t slot, const struct scn_value *value)
{
    struct ss_arena arena;
    struct scn_value copy;
    ss_err err;

    if (slot >= eval->count)
        return SS_E_internal;
    ss_arena_init(&arena, eval->env, SCRATCH_MAX);
    err = scn_value_copy(&arena, value, &copy);
    if (err != SS_OK) {
        ss_arena_fini(&arena);
        return err;
    }
    ss_arena_fini(&eval->variables[slot].arena);
    eval->variables[slot].arena = arena;
    eval->variables[slot].value = copy;
    return SS_OK;
}

static const char *operator_text(enum scn_op op)
{
    static const char *const texts[] = {
        [SCN_OR] = "or", [SCN_AND] = "and", [SCN_EQ] = "==", [SCN_NE] = "!=",
        [SCN_LT] = "<",  [SCN_LE] = "<=",   [SCN_GT] = ">",  [SCN_GE] = ">=",
        [SCN_IN] = "in", [SCN_ADD] = "+",   [SCN_SUB] = "-", [SCN_MUL] = "*",
    };

    return texts[op];
}

static ss_err variable(struct scn_eval *eval, const struct scn_expr *expr, struct scn_value *out)
{
    ss_span name = eval->names != NULL && expr->slot < eval->count ? eval->names[expr->slot]
                                                                   : ss_span_of("a variable");

    if (expr->slot >= eval->count)
        return SS_E_internal;
    if (eval->variables[expr->slot].value.type == SCN_ANY)
        return scn_eval_mistake(eval, expr->at, "%.*s has no value yet", (int)name.size,
                                (const char *)name.data);
    *out = eval->variables[expr->slot].value;
    return SS_OK;
}

/* ---- names behind @ ---- */
static ss_err list_of(struct scn_eval *eval, ss_span name, struct scn_value *out)
{
    size_t count = scn_list_count(name), i;
    struct scn_value *items = ss_arena_alloc(&eval->scratch, count * sizeof *items);

    if (items == NULL)
        return SS_E_no_memory;
    for (i = 0; i < count; i++)
        items[i] = scn_value_text(scn_list_at(name, i));
    *out = (struct scn_value){.type = SCN_LIST, .items = items, .count = count};
    return SS_OK;
}

static ss_err at_name(struct scn_eval *eval, const struct scn_expr *expr, struct scn_value *out)
{
    ss_err err = SS_E_not_found;

    if (scn_list_at(expr->bytes, 0) != NULL)
        return list_of(eval, expr->bytes, out);
    if (eval->host != NULL)
        err = eval->host->at_name(eval->host, expr->bytes, out);
    if (err == SS_E_not_found)
        return scn_eval_mistake(eval, expr->at, "@%.*s is not known here", (int)expr->bytes.size,
                                (const char *)expr->bytes.data);
    return err;
}

static ss_err fact(struct scn_eval *eval, const struct scn_expr *expr, struct scn_value *out)
{
    ss_err err = SS_E_not_found;

    if (eval->host != NULL)
        err = eval->host->fact(eval->host, &eval->scratch, expr->bytes, out);
    if (err == SS_E_not_found)
        return scn_eval_mistake(eval, expr->at, "%.*s is not known yet", (int)expr->bytes.size,
                                (const char *)expr->bytes.data);
    return err;
}

static ss_err member(struct scn_eval *eval, const struct scn_expr *expr, struct scn_value *out)
{
    struct scn_value left = {0};
    ss_err err = SS_E_not_found;

    SS_TRY(scn_eval(eval, expr->left, &left));
    if (left.type == SCN_CHANNEL && eval->host != NULL)
        err = eval->host->channel(eval->host, &eval->scratch, (uint32_t)left.number, expr->bytes,
                                  out);
    else if (left.type == SCN_MESSAGE && ss_span_is(expr->bytes, "sequence"))
        *out = scn_value_number(left.sequence), err = SS_OK;
    else if (left.type == SCN_MESSAGE && ss_span_is(expr->bytes, "payload"))
        *out = scn_value_bytes(left.message.payload), err = SS_OK;
    else if (left.type == SCN_MESSAGE)
        err = scn_value_field(&eval->scratch, &left.message, expr->bytes, out);
    if (err != SS_E_not_found)
        return err;
    err = scn_eval_mistake(eval, expr->at, "%s%s has no .%.*s",
                           left.type == SCN_MESSAGE && left.message.def != NULL ? "this " : "",
                           left.type == SCN_MESSAGE && left.message.def != NULL
                               ? left.message.def->name
                               : scn_type_text(left.type),
                           (int)expr->bytes.size, (const char *)expr->bytes.data);
    eval->absent = left.type == SCN_MESSAGE;
    return err;
}

static ss_err indexed(struct scn_eval *eval, const struct scn_expr *expr, struct scn_value *out)
{
    struct scn_value left = {0};
    uint64_t index = 0;

    SS_TRY(scn_eval(eval, expr->left, &left));
    SS_TRY(scn_eval_number(eval, expr->right, &index));
    if (left.type == SCN_LIST && index < left.count) {
        *out = left.items[index];
        return SS_OK;
    }
    if (left.type == SCN_BYTES && index < left.bytes.size) {
        *out = scn_value_number(left.bytes.data[index]);
        return SS_OK;
    }
    if (left.type != SCN_LIST && left.type != SCN_BYTES)
        return scn_eval_mistake(eval, expr->at, "%s has no elements", scn_type_text(left.type));
    return scn_eval_mistake(eval, expr->at, "index %llu is out of range: there are %zu",
                            (unsigned long long)index,
                            left.type == SCN_LIST ? left.count : left.bytes.size);
}

static ss_err list(struct scn_eval *eval, const struct scn_expr *expr, struct scn_value *out)
{
    struct scn_value *items = ss_arena_alloc(&eval->scratch, expr->count * sizeof *items);

    if (items == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < expr->count; i++)
        SS_TRY(scn_eval(eval, expr->items[i], &items[i]));
    *out = (struct scn_value){.type = SCN_LIST, .items = items, .count = expr->count};
    return SS_OK;
}

static ss_err call(struct scn_eval *eval, const struct scn_expr *expr, struct scn_value *out)
{
    struct scn_value items = {0};

    SS_TRY(list(eval, expr, &items));
    return scn_function_call(eval, expr, items.items, out);
}

/* ---- operators ---- */
static ss_err joined_lists(struct scn_eval *eval, const struct scn_value *a,
                           const struct scn_value *b, struct scn_value *out)
{
    size_t count = a->count + b->count;
    struct scn_value *items = ss_arena_alloc(&eval->scratch, count * sizeof *items);

    if (items == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < count; i++)
        items[i] = i < a->count ? a->items[i] : b->items[i - a->count];
    *out = (struct scn_value){.type = SCN_LIST, .items = items, .count = count};
    return SS_OK;
}

static ss_err joined_bytes(struct scn_eval *eval, const struct scn_expr *expr, ss_span a, ss_span b,
                           struct scn_value *out)
{
    uint8_t *bytes;

    if (a.size + b.size > SCN_EVAL_BYTES_MAX)
        return scn_eval_mistake(eval, expr->at, "more than 16 MiB of bytes");
    bytes = ss_arena_alloc(&eval->scratch, a.size + b.size);
    if (bytes == NULL)
        return SS_E_no_memory;
    if (a.size > 0)
        memcpy(bytes, a.data, a.size);
    if (b.size > 0)
        memcpy(bytes + a.size, b.data, b.size);
    *out = scn_value_bytes(ss_span_make(bytes, a.size + b.size));
    return SS_OK;
}

static ss_err unfit(struct scn_eval *eval, const struct scn_expr *expr, const struct scn_value *a,
                    const struct scn_value *b)
{
    return scn_eval_mistake(eval, expr->at, "%s does not go with %s and %s",
                            operator_text(expr->op), scn_type_text(a->type),
                            scn_type_text(b->type));
}

static ss_err added(struct scn_eval *eval, const struct scn_expr *expr, const struct scn_value *a,
                    const struct scn_value *b, struct scn_value *out)
{
    ss_span left = {0}, right = {0};

    if (a->type == SCN_NUMBER && b->type == SCN_NUMBER) {
        *out = scn_value_number(a->number + b->number);
        return SS_OK;
    }
    if (a->type == SCN_LIST && b->type == SCN_LIST)
        return joined_lists(eval, a, b, out);
    if (!scn_value_is_bytes(a) || !scn_value_is_bytes(b))
        return unfit(eval, expr, a, b);
    SS_TRY(scn_eval_as_bytes(eval, expr->at, a, &left));
    SS_TRY(scn_eval_as_bytes(eval, expr->at, b, &right));
    return joined_bytes(eval, expr, left, right, out);
}

static ss_err is_in(struct scn_eval *eval, const struct scn_expr *expr, const struct scn_value *a,
                    const struct scn_value *b, struct scn_value *out)
{
    bool found = false;

    if (b->type != SCN_LIST)
        return unfit(eval, expr, a, b);
    for (size_t i = 0; i < b->count && !found; i++) {
        if (scn_value_equal(&eval->scratch, a, &b->items[i], &found) != SS_OK)
            found = false; /* another type is another value */
    }
    *out = scn_value_bool(found);
    return SS_OK;
}

static ss_err compared(struct scn_eval *eval, const struct scn_expr *expr,
                       const struct scn_value *a, const struct scn_value *b, struct scn_value *out)
{
    bool result = false;
    ss_err err;

    if (expr->op == SCN_EQ || expr->op == SCN_NE) {
        err = scn_value_equal(&eval->scratch, a, b, &result);
        if (err == SS_E_bad_argument)
            return unfit(eval, expr, a, b);
        *out = scn_value_bool(expr->op == SCN_EQ ? result : !result);
        return err;
    }
    if (a->type != SCN_NUMBER || b->type != SCN_NUMBER)
        return unfit(eval, expr, a, b);
    if (expr->op == SCN_LT)
        result = a->number < b->number;
    else if (expr->op == SCN_LE)
        result = a->number <= b->number;
    else if (expr->op == SCN_GT)
        result = a->number > b->number;
    else
        result = a->number >= b->number;
    *out = scn_value_bool(result);
    return SS_OK;
}

static ss_err logic(struct scn_eval *eval, const struct scn_expr *expr, struct scn_value *out)
{
    bool left = false, right = false;

    SS_TRY(scn_eval_bool(eval, expr->left, &left));
    if (left == (expr->op == SCN_OR)) { /* the right side is not looked at */
        *out = scn_value_bool(left);
        return SS_OK;
    }
    SS_TRY(scn_eval_bool(eval, expr->right, &right));
    *out = scn_value_bool(right);
    return SS_OK;
}

static ss_err binary(struct scn_eval *eval, const struct scn_expr *expr, struct scn_value *out)
{
    struct scn_value a = {0}, b = {0};

    if (expr->op == SCN_OR || expr->op == SCN_AND)
        return logic(eval, expr, out);
    SS_TRY(scn_eval(eval, expr->left, &a));
    SS_TRY(scn_eval(eval, expr->right, &b));
    switch (expr->op) {
    case SCN_ADD:
        return added(eval, expr, &a, &b, out);
    case SCN_IN:
        return is_in(eval, expr, &a, &b, out);
    case SCN_SUB:
    case SCN_MUL:
        if (a.type != SCN_NUMBER || b.type != SCN_NUMBER)
            return unfit(eval, expr, &a, &b);
        *out = scn_value_number(expr->op == SCN_SUB ? a.number - b.number : a.number * b.number);
        return SS_OK;
    default:
        return compared(eval, expr, &a, &b, out);
    }
}

static ss_err unary(struct scn_eval *eval, const struct scn_expr *expr, struct scn_value *out)
{
    uint64_t number = 0;
    bool truth = false;

    if (expr->kind == SCN_NOT) {
        SS_TRY(scn_eval_bool(eval, expr->left, &truth));
        *out = scn_value_bool(!truth);
        return SS_OK;
    }
    SS_TRY(scn_eval_number(eval, expr->left, &number));
    *out = scn_value_number(0 - number);
    return SS_OK;
}

ss_err scn_eval(struct scn_eval *eval, const struct scn_expr *expr, struct scn_value *out)
{
    switch (expr->kind) {
    case SCN_LIT_BOOL:
        *out = scn_value_bool(expr->number != 0);
        return SS_OK;
    case SCN_LIT_NUMBER:
        *out = scn_value_number(expr->number);
        return SS_OK;
    case SCN_LIT_BYTES:
        *out = scn_value_bytes(expr->bytes);
        return SS_OK;
    case SCN_LIT_LIST:
        return list(eval, expr, out);
    case SCN_AT_NAME:
        return at_name(eval, expr, out);
    case SCN_VARIABLE:
        return variable(eval, expr, out);
    case SCN_FACT:
        return fact(eval, expr, out);
    case SCN_MEMBER:
        return member(eval, expr, out);
    case SCN_INDEX:
        return indexed(eval, expr, out);
    case SCN_CALL:
        return call(eval, expr, out);
    case SCN_NOT:
    case SCN_MINUS:
        return unary(eval, expr, out);
    case SCN_BINARY:
        return binary(eval, expr, out);
    }
    return SS_E_internal;
}

ss_err scn_eval_bool(struct scn_eval *eval, const struct scn_expr *expr, bool *out)
{
    struct scn_value value = {0};

    SS_TRY(scn_eval(eval, expr, &value));
    if (value.type != SCN_BOOL)
        return scn_eval_mistake(eval, expr->at, "a boolean is wanted, this is %s",
                                scn_type_text(value.type));
    *out = value.number != 0;
    return SS_OK;
}

ss_err scn_eval_number(struct scn_eval *eval, const struct scn_expr *expr, uint64_t *out)
{
    struct scn_value value = {0};

    SS_TRY(scn_eval(eval, expr, &value));
    if (value.type != SCN_NUMBER)
        return scn_eval_mistake(eval, expr->at, "a number is wanted, this is %s",
                                scn_type_text(value.type));
    *out = value.number;
    return SS_OK;
}

ss_err scn_eval_as_bytes(struct scn_eval *eval, struct scn_pos at, const struct scn_value *value,
                         ss_span *out)
{
    struct ss_buf joined;
    ss_err err;

    if (value->type == SCN_BYTES) {
        *out = value->bytes;
        return SS_OK;
    }
    if (!scn_value_is_bytes(value))
        return scn_eval_mistake(eval, at, "bytes are wanted, this is %s",
                                scn_type_text(value->type));
    ss_buf_init(&joined, eval->env, SCN_EVAL_BYTES_MAX);
    err = scn_value_put(&joined, value);
    if (err == SS_OK)
        err = ss_arena_copy(&eval->scratch, ss_buf_span(&joined), out);
    ss_buf_fini(&joined);
    return err;
}

ss_err scn_eval_bytes(struct scn_eval *eval, const struct scn_expr *expr, ss_span *out)
{
    struct scn_value value = {0};

    SS_TRY(scn_eval(eval, expr, &value));
    return scn_eval_as_bytes(eval, expr->at, &value, out);
}
