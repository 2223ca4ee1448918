/* SPDX-License-Identifier: Apache-2.0 */
/* value.c - values of scenarios: made, copied, compared, printed, and read out of messages.
 *
 * Owns: nothing.
 * Not here: setting fields of messages (build.c), expressions (eval.c).
 * Called by: eval.c, functions.c, build.c, actors.
 * Follows: docs/scenario-language.md "Values"; a message's fields are those of its row. */
#include "testserver/script/value.h"

#include "sshspec/text.h"

enum { SHOWN_BYTES = 48, SHOWN_ITEMS = 8 };

struct scn_value scn_value_bool(bool v)
{
    return (struct scn_value){.type = SCN_BOOL, .number = v};
}

struct scn_value scn_value_number(uint64_t v)
{
    return (struct scn_value){.type = SCN_NUMBER, .number = v};
}

struct scn_value scn_value_bytes(ss_span v)
{
    return (struct scn_value){.type = SCN_BYTES, .bytes = v};
}

struct scn_value scn_value_text(const char *text)
{
    return scn_value_bytes(ss_span_of(text));
}

struct scn_value scn_value_key(const struct ss_key *key)
{
    return (struct scn_value){.type = SCN_KEY, .key = key};
}

struct scn_value scn_value_channel(uint32_t ours)
{
    return (struct scn_value){.type = SCN_CHANNEL, .number = ours};
}

static size_t count_names(ss_span list)
{
    ss_span name;
    size_t n = 0;

    while (ss_namelist_next(&list, &name))
        n++;
    return n;
}

ss_err scn_value_names(struct ss_arena *arena, ss_span namelist, struct scn_value *out)
{
    size_t count = count_names(namelist);
    struct scn_value *items = ss_arena_alloc(arena, count * sizeof *items);
    ss_span name;

    if (items == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < count && ss_namelist_next(&namelist, &name); i++)
        items[i] = scn_value_bytes(name);
    *out = (struct scn_value){.type = SCN_LIST, .items = items, .count = count};
    return SS_OK;
}

static ss_err copy_message(struct ss_arena *arena, const struct scn_value *value,
                           struct scn_value *out)
{
    struct ss_msg copy;

    SS_TRY(ss_msg_copy(arena, &value->message, &copy));
    *out = *value;
    out->message = copy;
    return SS_OK;
}

ss_err scn_value_copy(struct ss_arena *arena, const struct scn_value *value, struct scn_value *out)
{
    struct scn_value *items;
    ss_span bytes;

    switch (value->type) {
    case SCN_BYTES:
        SS_TRY(ss_arena_copy(arena, value->bytes, &bytes));
        *out = scn_value_bytes(bytes);
        return SS_OK;
    case SCN_LIST:
        items = ss_arena_alloc(arena, value->count * sizeof *items);
        if (items == NULL)
            return SS_E_no_memory;
        for (size_t i = 0; i < value->count; i++)
            SS_TRY(scn_value_copy(arena, &value->items[i], &items[i]));
        *out = (struct scn_value){.type = SCN_LIST, .items = items, .count = value->count};
        return SS_OK;
    case SCN_MESSAGE:
        return copy_message(arena, value, out);
    default:
        *out = *value;
        return SS_OK;
    }
}

static struct scn_value group_value(const struct ss_msgdef *def, void *body)
{
    struct scn_value value = {.type = SCN_MESSAGE, .sequence = UINT32_MAX, .channel = UINT32_MAX};

    value.message = (struct ss_msg){.def = def, .body = body, .payload = ss_span_make(NULL, 0)};
    return value;
}

static ss_err list_value(struct ss_arena *arena, const struct ss_field *field,
                         struct scn_value *out)
{
    const struct ss_list *list =
        (const struct ss_list *)(const void *)((char *)field->base + field->def->offset);
    struct scn_value *items = ss_arena_alloc(arena, list->count * sizeof *items);

    if (items == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < list->count; i++)
        items[i] =
            group_value(field->def->group, (char *)list->items + i * field->def->group->size);
    *out = (struct scn_value){.type = SCN_LIST, .items = items, .count = list->count};
    return SS_OK;
}

static ss_err field_value(struct ss_arena *arena, const struct ss_field *field,
                          struct scn_value *out)
{
    void *at = (char *)field->base + field->def->offset;

    switch (field->def->type) {
    case SS_TYPE_byte:
        *out = scn_value_number(*(uint8_t *)at);
        return SS_OK;
    case SS_TYPE_boolean:
        *out = scn_value_bool(*(bool *)at);
        return SS_OK;
    case SS_TYPE_uint32:
        *out = scn_value_number(*(uint32_t *)at);
        return SS_OK;
    case SS_TYPE_uint64:
        *out = scn_value_number(*(uint64_t *)at);
        return SS_OK;
    case SS_TYPE_namelist:
        return scn_value_names(arena, *(ss_span *)at, out);
    case SS_TYPE_group:
        *out = group_value(field->def->group, at);
        return SS_OK;
    case SS_TYPE_list:
    case SS_TYPE_many:
        return list_value(arena, field, out);
    case SS_TYPE_tail:
        *out = scn_value_bytes(((struct ss_tail *)at)->raw);
        return SS_OK;
    default:
        *out = scn_value_bytes(*(ss_span *)at);
        return SS_OK;
    }
}

ss_err scn_value_field(struct ss_arena *arena, const struct ss_msg *msg, ss_span path,
                       struct scn_value *out)
{
    struct ss_field field;

    if (msg->def == NULL || !ss_field_find(msg->def, msg->body, path, &field) ||
        field.base == NULL || !ss_field_present(field.def, field.base))
        return SS_E_not_found;
    return field_value(arena, &field, out);
}

bool scn_value_is_bytes(const struct scn_value *value)
{
    if (value->type == SCN_BYTES || value->type == SCN_KEY)
        return true;
    if (value->type != SCN_LIST)
        return false;
    for (size_t i = 0; i < value->count; i++) {
        if (value->items[i].type != SCN_BYTES)
            return false;
    }
    return true;
}

ss_err scn_value_put(struct ss_buf *out, const struct scn_value *value)
{
    if (value->type == SCN_BYTES)
        return ss_buf_put(out, value->bytes);
    if (value->type == SCN_KEY)
        return ss_buf_put(out, ss_key_blob(value->key));
    if (!scn_value_is_bytes(value))
        return SS_E_bad_argument;
    for (size_t i = 0; i < value->count; i++) {
        if (i > 0)
            SS_TRY(ss_buf_puts(out, ","));
        SS_TRY(ss_buf_put(out, value->items[i].bytes));
    }
    return SS_OK;
}

static bool list_is_names(const struct scn_value *list, ss_span bytes)
{
    size_t at = 0;

    if (!scn_value_is_bytes(list))
        return false;
    for (size_t i = 0; i < list->count; i++) {
        ss_span name = list->items[i].bytes;

        if (i > 0 && !ss_span_is(ss_span_part(bytes, at++, 1), ","))
            return false;
        if (!ss_span_eq(ss_span_part(bytes, at, name.size), name))
            return false;
        at += name.size;
    }
    return at == bytes.size;
}

static ss_err same_lists(struct ss_arena *arena, const struct scn_value *a,
                         const struct scn_value *b, bool *out_equal)
{
    bool equal = a->count == b->count;

    for (size_t i = 0; i < a->count && equal; i++)
        SS_TRY(scn_value_equal(arena, &a->items[i], &b->items[i], &equal));
    *out_equal = equal;
    return SS_OK;
}

static ss_err same_messages(struct ss_arena *arena, const struct ss_msg *a, const struct ss_msg *b,
                            bool *out_equal)
{
    struct ss_buf one, two;
    ss_err err;

    if (a->def != b->def || a->def == NULL) {
        *out_equal = a->def == b->def && ss_span_eq(a->payload, b->payload);
        return SS_OK;
    }
    ss_buf_init(&one, arena->env, SIZE_MAX);
    ss_buf_init(&two, arena->env, SIZE_MAX);
    err = ss_msg_encode(&one, a, NULL, 0);
    if (err == SS_OK)
        err = ss_msg_encode(&two, b, NULL, 0);
    if (err == SS_OK)
        *out_equal = ss_span_eq(ss_buf_span(&one), ss_buf_span(&two));
    ss_buf_fini(&one);
    ss_buf_fini(&two);
    return err;
}

ss_err scn_value_equal(struct ss_arena *arena, const struct scn_value *a, const struct scn_value *b,
                       bool *out_equal)
{
    if (a->type == SCN_LIST && b->type == SCN_BYTES) {
        *out_equal = list_is_names(a, b->bytes);
        return SS_OK;
    }
    if (a->type == SCN_BYTES && b->type == SCN_LIST)
        return scn_value_equal(arena, b, a, out_equal);
    if (a->type != b->type)
        return SS_E_bad_argument;
    switch (a->type) {
    case SCN_BYTES:
        *out_equal = ss_span_eq(a->bytes, b->bytes);
        return SS_OK;
    case SCN_LIST:
        return same_lists(arena, a, b, out_equal);
    case SCN_KEY:
        *out_equal = ss_key_equal(a->key, b->key);
        return SS_OK;
    case SCN_MESSAGE:
        return same_messages(arena, &a->message, &b->message, out_equal);
    default:
        *out_equal = a->number == b->number;
        return SS_OK;
    }
}

static bool printable(ss_span s)
{
    for (size_t i = 0; i < s.size; i++) {
        if (s.data[i] < 0x20 || s.data[i] > 0x7e)
            return false;
    }
    return true;
}

static ss_err print_bytes(struct ss_buf *out, ss_span s)
{
    ss_span shown = ss_span_part(s, 0, SHOWN_BYTES);

    if (printable(shown)) {
        SS_TRY(ss_buf_puts(out, "\""));
        SS_TRY(ss_escape(out, shown));
        SS_TRY(ss_buf_puts(out, "\""));
    } else {
        SS_TRY(ss_buf_puts(out, "hex\""));
        SS_TRY(ss_hex_encode(out, shown));
        SS_TRY(ss_buf_puts(out, "\""));
    }
    return shown.size < s.size ? ss_buf_printf(out, "... (%zu bytes)", s.size) : SS_OK;
}

static ss_err print_list(struct ss_buf *out, const struct scn_value *list)
{
    SS_TRY(ss_buf_puts(out, "["));
    for (size_t i = 0; i < list->count && i < SHOWN_ITEMS; i++) {
        SS_TRY(ss_buf_puts(out, i > 0 ? ", " : ""));
        SS_TRY(scn_value_print(out, &list->items[i]));
    }
    if (list->count > SHOWN_ITEMS)
        SS_TRY(ss_buf_printf(out, ", ... (%zu)", list->count));
    return ss_buf_puts(out, "]");
}

ss_err scn_value_print(struct ss_buf *out, const struct scn_value *value)
{
    switch (value->type) {
    case SCN_BOOL:
        return ss_buf_puts(out, value->number != 0 ? "true" : "false");
    case SCN_NUMBER:
        if (value->number > UINT64_MAX - 1024) /* most likely meant to be negative */
            return ss_buf_printf(out, "-%u", (unsigned)(UINT64_MAX - value->number + 1));
        return ss_buf_printf(out, "%llu", (unsigned long long)value->number);
    case SCN_BYTES:
        return print_bytes(out, value->bytes);
    case SCN_LIST:
        return print_list(out, value);
    case SCN_KEY:
        return ss_buf_printf(out, "%s key", ss_key_type(value->key));
    case SCN_MESSAGE:
        return ss_msg_print(out, &value->message, 0);
    case SCN_CHANNEL:
        return ss_buf_printf(out, "channel %u", (unsigned)value->number);
    case SCN_ANY:
        break;
    }
    return ss_buf_puts(out, "nothing");
}

const char *scn_type_text(enum scn_type type)
{
    static const char *const texts[] = {
        [SCN_ANY] = "nothing",       [SCN_BOOL] = "a boolean",    [SCN_NUMBER] = "a number",
        [SCN_BYTES] = "bytes",       [SCN_LIST] = "a list",       [SCN_KEY] = "a key",
        [SCN_MESSAGE] = "a message", [SCN_CHANNEL] = "a channel",
    };

    return texts[type];
}
