/* SPDX-License-Identifier: Apache-2.0 */
/* copy.c - new messages, and deep copies of messages.
 *
 * Owns: nothing; everything goes into the arena given.
 * Not here: filling a struct with values (layers, vary.c).
 * Called by: whoever keeps a message past its event, and whoever builds one. */
#include "walk.h"

struct twin {
    struct ss_arena *arena;
    ss_span from; /* the payload as it was */
    ss_span to;   /* its copy */
};

static ss_err copy_fields(struct twin *twin, const struct ss_msgdef *def, const void *from,
                          void *to);

/* A span into the payload moves along with it; any other is copied on its own. */
static ss_err copy_span(struct twin *twin, ss_span from, ss_span *out)
{
    uintptr_t start = (uintptr_t)twin->from.data;
    uintptr_t at = (uintptr_t)from.data;

    if (from.data == NULL) {
        *out = from;
        return SS_OK;
    }
    if (twin->to.data != NULL && at >= start && at - start <= twin->from.size) {
        *out = ss_span_make(twin->to.data + (at - start), from.size);
        return SS_OK;
    }
    return ss_arena_copy(twin->arena, from, out);
}

static ss_err copy_list(struct twin *twin, const struct ss_msgdef *group,
                        const struct ss_list *from, struct ss_list *to)
{
    if (from->count == 0)
        return SS_OK;
    if (from->count > SIZE_MAX / group->size)
        return SS_E_bad_argument;
    to->items = ss_arena_alloc(twin->arena, from->count * group->size);
    if (to->items == NULL)
        return SS_E_no_memory;
    to->count = from->count;
    for (size_t i = 0; i < from->count; i++)
        SS_TRY(copy_fields(twin, group, ss_walk_item(from, group, i), ss_walk_item(to, group, i)));
    return SS_OK;
}

static ss_err copy_tail(struct twin *twin, const struct ss_tail *from, struct ss_tail *to)
{
    to->def = from->def;
    SS_TRY(copy_span(twin, from->raw, &to->raw));
    if (from->def == NULL || from->value == NULL)
        return SS_OK;
    to->value = ss_arena_alloc(twin->arena, from->def->size);
    if (to->value == NULL)
        return SS_E_no_memory;
    return copy_fields(twin, from->def, from->value, to->value);
}

/* to is zeroed. Fields whose condition does not hold are copied too: they may yet be used. */
static ss_err copy_field(struct twin *twin, const struct ss_fielddef *field, const void *from,
                         void *to)
{
    switch (field->type) {
    case SS_TYPE_byte:
        *(uint8_t *)to = *(const uint8_t *)from;
        return SS_OK;
    case SS_TYPE_boolean:
        *(bool *)to = *(const bool *)from;
        return SS_OK;
    case SS_TYPE_uint32:
        *(uint32_t *)to = *(const uint32_t *)from;
        return SS_OK;
    case SS_TYPE_uint64:
        *(uint64_t *)to = *(const uint64_t *)from;
        return SS_OK;
    case SS_TYPE_group:
        return copy_fields(twin, field->group, from, to);
    case SS_TYPE_list:
    case SS_TYPE_many:
        return copy_list(twin, field->group, (const struct ss_list *)from, (struct ss_list *)to);
    case SS_TYPE_tail:
        return copy_tail(twin, (const struct ss_tail *)from, (struct ss_tail *)to);
    default:
        return copy_span(twin, *(const ss_span *)from, (ss_span *)to);
    }
}

static ss_err copy_fields(struct twin *twin, const struct ss_msgdef *def, const void *from,
                          void *to)
{
    for (size_t i = 0; i < def->field_count; i++) {
        const struct ss_fielddef *field = &def->fields[i];

        SS_TRY(copy_field(twin, field, ss_walk_see(from, field->offset),
                          ss_walk_at(to, field->offset)));
    }
    return SS_OK;
}

ss_err ss_msg_new(struct ss_arena *arena, const struct ss_msgdef *def, const struct ss_msgdef *tail,
                  struct ss_msg *out_msg)
{
    const struct ss_fielddef *last = def != NULL ? ss_walk_tail_of(def) : NULL;
    void *body, *value;

    if (def == NULL || (tail != NULL && (last == NULL || tail->parent != def->id)))
        return SS_E_bad_argument;
    body = ss_arena_alloc(arena, def->size);
    if (body == NULL)
        return SS_E_no_memory;
    if (tail != NULL) {
        value = ss_arena_alloc(arena, tail->size);
        if (value == NULL)
            return SS_E_no_memory;
        ss_walk_tail(last, body)->def = tail;
        ss_walk_tail(last, body)->value = value;
        *(ss_span *)ss_walk_at(body, last->key_offset) = ss_span_of(tail->key);
    }
    out_msg->def = def;
    out_msg->body = body;
    out_msg->payload = ss_span_make(NULL, 0);
    return SS_OK;
}

ss_err ss_msg_copy(struct ss_arena *arena, const struct ss_msg *msg, struct ss_msg *out_msg)
{
    struct twin twin = {.arena = arena, .from = msg->payload};
    void *body = NULL;

    if (msg->payload.size > 0)
        SS_TRY(ss_arena_copy(arena, msg->payload, &twin.to));
    if (msg->def != NULL && msg->body != NULL) {
        body = ss_arena_alloc(arena, msg->def->size);
        if (body == NULL)
            return SS_E_no_memory;
        SS_TRY(copy_fields(&twin, msg->def, msg->body, body));
    }
    out_msg->def = msg->def;
    out_msg->body = body;
    out_msg->payload = twin.to;
    return SS_OK;
}
