/* SPDX-License-Identifier: Apache-2.0 */
/* functions.c - what length(x), repeat(b, n) and the others give.
 *
 * Owns: one function a row of functions.def.
 * Not here: evaluation of their arguments (eval.c), which has counted them too.
 * Called by: eval.c.
 * Follows: docs/scenario-language.md "Values"; RFC 4251 section 5 for the wire forms, RFC 4252
 *   section 7 for what a publickey signature covers. */
#include "testserver/script/eval.h"
#include "sshspec/text.h"

struct call {
    struct scn_eval *eval;
    const struct scn_expr *expr;
    const struct scn_value *items;
};

static struct scn_pos place(const struct call *call, size_t i)
{
    return i < call->expr->count ? call->expr->items[i]->at : call->expr->at;
}

static ss_err bytes_at(const struct call *call, size_t i, ss_span *out)
{
    return scn_eval_as_bytes(call->eval, place(call, i), &call->items[i], out);
}

static ss_err number_at(const struct call *call, size_t i, uint64_t *out)
{
    if (call->items[i].type != SCN_NUMBER)
        return scn_eval_mistake(call->eval, place(call, i), "a number is wanted, this is %s",
                                scn_type_text(call->items[i].type));
    *out = call->items[i].number;
    return SS_OK;
}

static ss_err key_at(const struct call *call, size_t i, const struct ss_key **out)
{
    if (call->items[i].type != SCN_KEY)
        return scn_eval_mistake(call->eval, place(call, i), "a key is wanted, this is %s",
                                scn_type_text(call->items[i].type));
    *out = call->items[i].key;
    return SS_OK;
}

/* Moves what was written into the scratch arena and ends the buffer. */
static ss_err give(const struct call *call, struct ss_buf *buf, ss_err err, struct scn_value *out)
{
    ss_span copy;

    if (err == SS_OK)
        err = ss_arena_copy(&call->eval->scratch, ss_buf_span(buf), &copy);
    if (err == SS_OK)
        *out = scn_value_bytes(copy);
    ss_buf_fini(buf);
    return err;
}

static ss_err fn_length(const struct call *call, struct scn_value *out)
{
    ss_span bytes = {0};

    if (call->items[0].type == SCN_LIST) {
        *out = scn_value_number(call->items[0].count);
        return SS_OK;
    }
    SS_TRY(bytes_at(call, 0, &bytes));
    *out = scn_value_number(bytes.size);
    return SS_OK;
}

static ss_err fn_repeat(const struct call *call, struct scn_value *out)
{
    ss_span bytes = {0};
    uint64_t n = 0;
    uint8_t *all;

    SS_TRY(bytes_at(call, 0, &bytes));
    SS_TRY(number_at(call, 1, &n));
    if (bytes.size > 0 && n > SCN_EVAL_BYTES_MAX / bytes.size)
        return scn_eval_mistake(call->eval, call->expr->at, "more than 16 MiB of bytes");
    if (bytes.size == 0)
        n = 0;
    all = ss_arena_alloc(&call->eval->scratch, bytes.size * (size_t)n);
    if (all == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < n; i++)
        memcpy(all + i * bytes.size, bytes.data, bytes.size);
    *out = scn_value_bytes(ss_span_make(all, bytes.size * (size_t)n));
    return SS_OK;
}

static ss_err fn_slice(const struct call *call, struct scn_value *out)
{
    ss_span bytes = {0};
    uint64_t from = 0, n = 0;

    SS_TRY(bytes_at(call, 0, &bytes));
    SS_TRY(number_at(call, 1, &from));
    SS_TRY(number_at(call, 2, &n));
    if (from > bytes.size || n > bytes.size - from)
        return scn_eval_mistake(call->eval, call->expr->at, "the slice ends behind the %zu bytes",
                                bytes.size);
    *out = scn_value_bytes(ss_span_part(bytes, (size_t)from, (size_t)n));
    return SS_OK;
}

static ss_err fn_flip(const struct call *call, struct scn_value *out)
{
    ss_span bytes = {0}, copy;
    uint64_t index = 0;
    uint8_t *at;

    SS_TRY(bytes_at(call, 0, &bytes));
    SS_TRY(number_at(call, 1, &index));
    if (index >= bytes.size)
        return scn_eval_mistake(call->eval, call->expr->at, "there is no byte %llu of %zu",
                                (unsigned long long)index, bytes.size);
    at = ss_arena_alloc(&call->eval->scratch, bytes.size);
    if (at == NULL)
        return SS_E_no_memory;
    memcpy(at, bytes.data, bytes.size);
    at[index] ^= 1;
    copy = ss_span_make(at, bytes.size);
    *out = scn_value_bytes(copy);
    return SS_OK;
}

static ss_err fn_join(const struct call *call, struct scn_value *out)
{
    const struct scn_value *list = &call->items[0];
    struct ss_buf buf;
    ss_span separator;
    ss_err err = SS_OK;

    SS_TRY(bytes_at(call, 1, &separator));
    if (list->type != SCN_LIST || !scn_value_is_bytes(list))
        return scn_eval_mistake(call->eval, place(call, 0), "a list of bytes is wanted, this is %s",
                                scn_type_text(list->type));
    ss_buf_init(&buf, call->eval->env, SCN_EVAL_BYTES_MAX);
    for (size_t i = 0; i < list->count && err == SS_OK; i++) {
        if (i > 0)
            err = ss_buf_put(&buf, separator);
        if (err == SS_OK)
            err = ss_buf_put(&buf, list->items[i].bytes);
    }
    return give(call, &buf, err, out);
}

/* Where separator begins in bytes from offset on; the end when it does not. */
static size_t find(ss_span bytes, size_t offset, ss_span separator)
{
    for (size_t i = offset; i + separator.size <= bytes.size; i++) {
        if (ss_span_eq(ss_span_part(bytes, i, separator.size), separator))
            return i;
    }
    return bytes.size;
}

static ss_err fn_split(const struct call *call, struct scn_value *out)
{
    ss_span bytes, separator;
    struct scn_value *items;
    size_t count = 1, at = 0;

    SS_TRY(bytes_at(call, 0, &bytes));
    SS_TRY(bytes_at(call, 1, &separator));
    if (separator.size == 0)
        return scn_eval_mistake(call->eval, place(call, 1), "the separator is empty");
    for (size_t i = find(bytes, 0, separator); i < bytes.size;
         i = find(bytes, i + separator.size, separator))
        count++;
    items = ss_arena_alloc(&call->eval->scratch, count * sizeof *items);
    if (items == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < count; i++) {
        size_t end = find(bytes, at, separator);

        items[i] = scn_value_bytes(ss_span_part(bytes, at, end - at));
        at = end + separator.size;
    }
    *out = (struct scn_value){.type = SCN_LIST, .items = items, .count = count};
    return SS_OK;
}

static ss_err element(const struct call *call, bool last, struct scn_value *out)
{
    const struct scn_value *list = &call->items[0];

    if (list->type != SCN_LIST)
        return scn_eval_mistake(call->eval, place(call, 0), "a list is wanted, this is %s",
                                scn_type_text(list->type));
    if (list->count == 0)
        return scn_eval_mistake(call->eval, place(call, 0), "the list is empty");
    *out = list->items[last ? list->count - 1 : 0];
    return SS_OK;
}

static ss_err fn_first(const struct call *call, struct scn_value *out)
{
    return element(call, false, out);
}

static ss_err fn_last(const struct call *call, struct scn_value *out)
{
    return element(call, true, out);
}

static ss_err fn_contains(const struct call *call, struct scn_value *out)
{
    const struct scn_value *list = &call->items[0];
    ss_span bytes = {0}, part = {0};
    bool found = false;

    if (list->type == SCN_LIST) {
        for (size_t i = 0; i < list->count && !found; i++) {
            if (scn_value_equal(&call->eval->scratch, &list->items[i], &call->items[1], &found) !=
                SS_OK)
                found = false;
        }
        *out = scn_value_bool(found);
        return SS_OK;
    }
    SS_TRY(bytes_at(call, 0, &bytes));
    SS_TRY(bytes_at(call, 1, &part));
    *out = scn_value_bool(part.size == 0 || find(bytes, 0, part) < bytes.size);
    return SS_OK;
}

static ss_err fn_starts(const struct call *call, struct scn_value *out)
{
    ss_span bytes = {0}, prefix = {0};

    SS_TRY(bytes_at(call, 0, &bytes));
    SS_TRY(bytes_at(call, 1, &prefix));
    *out = scn_value_bool(ss_span_eq(ss_span_part(bytes, 0, prefix.size), prefix));
    return SS_OK;
}

static ss_err fn_random(const struct call *call, struct scn_value *out)
{
    uint64_t n = 0;
    uint8_t *bytes;

    SS_TRY(number_at(call, 0, &n));
    if (n > SCN_EVAL_BYTES_MAX)
        return scn_eval_mistake(call->eval, call->expr->at, "more than 16 MiB of bytes");
    bytes = ss_arena_alloc(&call->eval->scratch, (size_t)n);
    if (bytes == NULL)
        return SS_E_no_memory;
    SS_TRY(ss_random(call->eval->random, bytes, (size_t)n));
    *out = scn_value_bytes(ss_span_make(bytes, (size_t)n));
    return SS_OK;
}

static ss_err written(const struct call *call, struct scn_value *out, uint64_t most,
                      void (*write)(struct ss_writer *, uint64_t))
{
    struct ss_buf buf;
    struct ss_writer writer;
    uint64_t n = 0;

    SS_TRY(number_at(call, 0, &n));
    if (n > most && n < UINT64_MAX - most) /* small negative numbers wrap */
        return scn_eval_mistake(call->eval, place(call, 0), "%llu does not fit",
                                (unsigned long long)n);
    ss_buf_init(&buf, call->eval->env, SCN_EVAL_BYTES_MAX);
    ss_writer_init(&writer, &buf);
    write(&writer, n);
    return give(call, &buf, ss_writer_done(&writer), out);
}

static void write_byte(struct ss_writer *writer, uint64_t n)
{
    ss_writer_byte(writer, (uint8_t)n);
}

static void write_u32(struct ss_writer *writer, uint64_t n)
{
    ss_writer_u32(writer, (uint32_t)n);
}

static ss_err fn_byte(const struct call *call, struct scn_value *out)
{
    return written(call, out, UINT8_MAX, write_byte);
}

static ss_err fn_u32(const struct call *call, struct scn_value *out)
{
    return written(call, out, UINT32_MAX, write_u32);
}

static ss_err fn_u64(const struct call *call, struct scn_value *out)
{
    return written(call, out, UINT64_MAX, ss_writer_u64);
}

static ss_err fn_string(const struct call *call, struct scn_value *out)
{
    struct ss_buf buf;
    struct ss_writer writer;
    ss_span bytes = {0};

    SS_TRY(bytes_at(call, 0, &bytes));
    ss_buf_init(&buf, call->eval->env, SCN_EVAL_BYTES_MAX + 4);
    ss_writer_init(&writer, &buf);
    ss_writer_string(&writer, bytes);
    return give(call, &buf, ss_writer_done(&writer), out);
}

static ss_err fn_mpint(const struct call *call, struct scn_value *out)
{
    struct ss_buf buf;
    struct ss_writer writer;
    ss_span bytes = {0};

    SS_TRY(bytes_at(call, 0, &bytes));
    ss_buf_init(&buf, call->eval->env, SCN_EVAL_BYTES_MAX + 8);
    ss_writer_init(&writer, &buf);
    ss_writer_mpint(&writer, bytes);
    return give(call, &buf, ss_writer_done(&writer), out);
}

static ss_err fn_text(const struct call *call, struct scn_value *out)
{
    struct ss_buf buf;
    uint64_t n = 0;

    SS_TRY(number_at(call, 0, &n));
    ss_buf_init(&buf, call->eval->env, 32);
    return give(call, &buf, ss_buf_printf(&buf, "%llu", (unsigned long long)n), out);
}

static ss_err fn_blob(const struct call *call, struct scn_value *out)
{
    const struct ss_key *key = NULL;

    SS_TRY(key_at(call, 0, &key));
    *out = scn_value_bytes(ss_key_blob(key));
    return SS_OK;
}

static ss_err signature(const struct call *call, const struct ss_key *key, ss_span algorithm,
                        ss_span data, struct scn_value *out)
{
    const struct ss_sign_alg *alg = ss_registry_sign(ss_registry_standard(), algorithm);
    struct ss_buf buf;
    ss_err err;

    if (alg == NULL || alg->kind != ss_key_kind(key))
        return scn_eval_mistake(call->eval, place(call, 1), "%.*s does not sign with a %s key",
                                (int)algorithm.size, (const char *)algorithm.data,
                                ss_key_type(key));
    ss_buf_init(&buf, call->eval->env, 8192);
    err = ss_key_sign(key, call->eval->random, alg, data, &buf);
    return give(call, &buf, err, out);
}

static ss_err fn_sign(const struct call *call, struct scn_value *out)
{
    const struct ss_key *key = NULL;
    ss_span algorithm = {0}, data = {0};

    SS_TRY(key_at(call, 0, &key));
    SS_TRY(bytes_at(call, 1, &algorithm));
    SS_TRY(bytes_at(call, 2, &data));
    return signature(call, key, algorithm, data, out);
}

static ss_err session_id(const struct call *call, ss_span *out)
{
    struct scn_host *host = call->eval->host;
    struct scn_value value = {0};
    ss_err err = SS_E_not_found;

    if (call->expr->count > 3)
        return bytes_at(call, 3, out);
    if (host != NULL)
        err = host->fact(host, &call->eval->scratch, ss_span_of("kex.session_id"), &value);
    if (err == SS_E_not_found)
        return scn_eval_mistake(call->eval, call->expr->at, "there is no session id yet");
    *out = value.bytes;
    return err;
}

/* rule: RFC4252-7-signature-covers-session-id: session id, then the request as it is sent, up to
 * the key. */
static ss_err fn_userauth_signature(const struct call *call, struct scn_value *out)
{
    const struct ss_key *key = NULL;
    ss_span algorithm = {0}, user = {0}, session = {0};
    struct ss_buf data;
    struct ss_writer writer;
    ss_err err;

    SS_TRY(key_at(call, 0, &key));
    SS_TRY(bytes_at(call, 1, &algorithm));
    SS_TRY(bytes_at(call, 2, &user));
    SS_TRY(session_id(call, &session));
    ss_buf_init(&data, call->eval->env, SCN_EVAL_BYTES_MAX);
    ss_writer_init(&writer, &data);
    ss_writer_string(&writer, session);
    ss_writer_byte(&writer, ss_msgdef_of(SS_MSG_userauth_request)->number);
    ss_writer_string(&writer, user);
    ss_writer_cstring(&writer, "ssh-connection");
    ss_writer_cstring(&writer, "publickey");
    ss_writer_boolean(&writer, true);
    ss_writer_string(&writer, algorithm);
    ss_writer_string(&writer, ss_key_blob(key));
    err = ss_writer_done(&writer);
    if (err == SS_OK)
        err = signature(call, key, algorithm, ss_buf_span(&data), out);
    ss_buf_fini(&data);
    return err;
}

static ss_err (*const functions[SCN_FN_COUNT])(const struct call *, struct scn_value *) = {
#define SCN_FUNCTION(name, least, most, type) fn_##name,
#include "testserver/script/functions.def"
};

ss_err scn_function_call(struct scn_eval *eval, const struct scn_expr *expr,
                         const struct scn_value *items, struct scn_value *out)
{
    struct call call = {eval, expr, items};

    if (expr->function >= SCN_FN_COUNT)
        return SS_E_internal;
    return functions[expr->function](&call, out);
}
