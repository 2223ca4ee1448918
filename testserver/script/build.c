/* SPDX-License-Identifier: Apache-2.0 */
/* build.c - values into the fields of a message, by type.
 *
 * Owns: which value fits which type of field.
 * Not here: lies (lies.c), encoding (lib/msg).
 * Called by: actors.
 * Follows: docs/scenario-language.md "Values"; the rows of lib/msg for types. */
#include "testserver/script/build.h"

struct site { /* where a value goes, for texts */
    struct scn_eval *eval;
    struct scn_pos at;
    ss_span path;
};

static ss_err unfit(const struct site *site, const struct scn_value *value, const char *wanted)
{
    return scn_eval_mistake(site->eval, site->at, "%.*s takes %s, this is %s", (int)site->path.size,
                            (const char *)site->path.data, wanted, scn_type_text(value->type));
}

static ss_err number_below(const struct site *site, const struct scn_value *value, uint64_t most,
                           uint64_t *out)
{
    if (value->type != SCN_NUMBER)
        return unfit(site, value, "a number");
    /* -1 wraps to the most that fits. */
    if (value->number > most && value->number < UINT64_MAX - most / 2)
        return scn_eval_mistake(site->eval, site->at, "%.*s: %llu does not fit",
                                (int)site->path.size, (const char *)site->path.data,
                                (unsigned long long)value->number);
    *out = value->number & most;
    return SS_OK;
}

static ss_err set_value(const struct site *site, const struct ss_fielddef *def, void *at,
                        const struct scn_value *value);

/* The fields of a group from a list of as many values, or from one when it has one field. */
static ss_err set_group(const struct site *site, const struct ss_msgdef *group, void *body,
                        const struct scn_value *value)
{
    if (value->type == SCN_MESSAGE && value->message.def == group) {
        struct ss_msg copy;

        SS_TRY(ss_msg_copy(&site->eval->scratch, &value->message, &copy));
        memcpy(body, copy.body, group->size);
        return SS_OK;
    }
    if (value->type != SCN_LIST) {
        if (group->field_count != 1)
            return unfit(site, value, "a list with the fields of the group");
        return set_value(site, &group->fields[0], (char *)body + group->fields[0].offset, value);
    }
    if (value->count > group->field_count)
        return scn_eval_mistake(site->eval, site->at, "%.*s: %zu values for %zu fields",
                                (int)site->path.size, (const char *)site->path.data, value->count,
                                group->field_count);
    for (size_t i = 0; i < value->count; i++)
        SS_TRY(set_value(site, &group->fields[i], (char *)body + group->fields[i].offset,
                         &value->items[i]));
    return SS_OK;
}

static ss_err set_list(const struct site *site, const struct ss_fielddef *def, struct ss_list *list,
                       const struct scn_value *value)
{
    char *items;

    if (value->type != SCN_LIST)
        return unfit(site, value, "a list");
    items = ss_arena_alloc(&site->eval->scratch, value->count * def->group->size);
    if (items == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < value->count; i++)
        SS_TRY(set_group(site, def->group, items + i * def->group->size, &value->items[i]));
    list->items = items;
    list->count = value->count;
    return SS_OK;
}

static ss_err set_mpint(const struct site *site, ss_span *at, const struct scn_value *value)
{
    uint8_t *bytes;

    if (value->type != SCN_NUMBER)
        return scn_eval_as_bytes(site->eval, site->at, value, at);
    bytes = ss_arena_alloc(&site->eval->scratch, 8);
    if (bytes == NULL)
        return SS_E_no_memory;
    ss_store_u32(bytes, (uint32_t)(value->number >> 32));
    ss_store_u32(bytes + 4, (uint32_t)value->number);
    *at = ss_span_make(bytes, 8);
    return SS_OK;
}

static ss_err set_fixed(const struct site *site, const struct ss_fielddef *def, ss_span *at,
                        const struct scn_value *value)
{
    ss_span bytes;

    SS_TRY(scn_eval_as_bytes(site->eval, site->at, value, &bytes));
    if (bytes.size != def->fixed)
        return scn_eval_mistake(site->eval, site->at, "%.*s has %zu bytes, not %zu",
                                (int)site->path.size, (const char *)site->path.data, def->fixed,
                                bytes.size);
    *at = bytes;
    return SS_OK;
}

static ss_err set_boolean(const struct site *site, bool *at, const struct scn_value *value)
{
    if (value->type != SCN_BOOL && (value->type != SCN_NUMBER || value->number > 1))
        return unfit(site, value, "a boolean");
    *at = value->number != 0;
    return SS_OK;
}

static ss_err set_tail(const struct site *site, struct ss_tail *tail, const struct scn_value *value)
{
    ss_span raw;

    SS_TRY(scn_eval_as_bytes(site->eval, site->at, value, &raw));
    *tail = (struct ss_tail){.def = NULL, .value = NULL, .raw = raw};
    return SS_OK;
}

static ss_err set_value(const struct site *site, const struct ss_fielddef *def, void *at,
                        const struct scn_value *value)
{
    uint64_t number = 0;
    ss_err err;

    switch (def->type) {
    case SS_TYPE_byte:
        err = number_below(site, value, UINT8_MAX, &number);
        if (err == SS_OK)
            *(uint8_t *)at = (uint8_t)number;
        return err;
    case SS_TYPE_uint32:
        err = number_below(site, value, UINT32_MAX, &number);
        if (err == SS_OK)
            *(uint32_t *)at = (uint32_t)number;
        return err;
    case SS_TYPE_uint64:
        err = number_below(site, value, UINT64_MAX, &number);
        if (err == SS_OK)
            *(uint64_t *)at = number;
        return err;
    case SS_TYPE_boolean:
        return set_boolean(site, at, value);
    case SS_TYPE_mpint:
        return set_mpint(site, at, value);
    case SS_TYPE_fixed:
        return set_fixed(site, def, at, value);
    case SS_TYPE_group:
        return set_group(site, def->group, at, value);
    case SS_TYPE_list:
    case SS_TYPE_many:
        return set_list(site, def, at, value);
    case SS_TYPE_tail:
        return set_tail(site, at, value);
    default:
        return scn_eval_as_bytes(site->eval, site->at, value, at);
    }
}

/* A field that is on the wire only when a flag says so: the author who sets it wants it there. */
static void announce(const struct ss_field *field)
{
    char *flag = (char *)field->base + field->def->cond_offset;

    if (field->def->cond == SS_COND_IF)
        *(bool *)(void *)flag = true;
    else if (field->def->cond == SS_COND_BIT)
        *(uint32_t *)(void *)flag |= field->def->cond_mask;
}

/* A tail whose key was set by hand gets the row of that key, once one of its fields is named. */
static ss_err lay_out_tail(struct scn_eval *eval, struct ss_msg *msg)
{
    const struct ss_msgdef *def = msg->def;
    const struct ss_fielddef *last =
        def->field_count > 0 ? &def->fields[def->field_count - 1] : NULL;
    const struct ss_msgdef *row;
    struct ss_tail *tail;

    if (last == NULL || last->type != SS_TYPE_tail)
        return SS_E_not_found;
    tail = (struct ss_tail *)(void *)((char *)msg->body + last->offset);
    row = ss_msgdef_tail(def->id, *(ss_span *)(void *)((char *)msg->body + last->key_offset));
    if (tail->def != NULL || row == NULL)
        return SS_E_not_found;
    tail->value = ss_arena_alloc(&eval->scratch, row->size);
    if (tail->value == NULL)
        return SS_E_no_memory;
    tail->def = row;
    return SS_OK;
}

ss_err scn_build_field(struct scn_eval *eval, struct scn_pos at, struct ss_msg *msg, ss_span path,
                       const struct scn_value *value)
{
    struct site site = {eval, at, path};
    struct ss_field field;
    ss_err err = SS_OK;

    if (!ss_field_find(msg->def, msg->body, path, &field)) {
        err = lay_out_tail(eval, msg);
        if (err == SS_E_no_memory)
            return err;
        if (err != SS_OK || !ss_field_find(msg->def, msg->body, path, &field))
            return scn_eval_mistake(eval, at, "%s has no field %.*s here", msg->def->name,
                                    (int)path.size, (const char *)path.data);
    }
    SS_TRY(set_value(&site, field.def, (char *)field.base + field.def->offset, value));
    announce(&field);
    return SS_OK;
}

ss_err scn_build_fields(struct scn_eval *eval, const struct scn_fields *fields, struct ss_msg *msg)
{
    for (size_t i = 0; i < fields->count; i++) {
        struct scn_value value;

        SS_TRY(scn_eval(eval, fields->items[i].value, &value));
        SS_TRY(scn_build_field(eval, fields->items[i].at, msg, fields->items[i].path, &value));
    }
    return SS_OK;
}
