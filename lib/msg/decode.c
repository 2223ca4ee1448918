/* SPDX-License-Identifier: Apache-2.0 */
/* decode.c - payload bytes to a typed struct, by one walk over the field rows.
 *
 * Owns: the walk, the bounds on lists, where an error is said to be.
 * Not here: reading single values (wire/reader.c), what was odd but tolerated (canon.c).
 * Called by: transport and sftp for every packet; the agent.
 * Follows: RFC 4251 section 5 and the rows. Strings are borrowed from the payload: a message
 *   without tail or list costs one arena allocation. */
#include "walk.h"

struct walk {
    struct ss_reader reader;
    struct ss_arena *arena;
    const struct ss_msgdef *failed_def; /* the innermost struct in which the error is */
    const char *failed_field;
};

static void read_fields(struct walk *walk, const struct ss_msgdef *def, void *base);

static void *take_memory(struct walk *walk, size_t size)
{
    void *p = ss_arena_alloc(walk->arena, size);

    if (p == NULL)
        ss_reader_fail(&walk->reader, SS_E_no_memory);
    return p;
}

/* The count is the peer's word: memory is taken only for what the bytes left can hold. */
static void read_list(struct walk *walk, const struct ss_msgdef *group, struct ss_list *list)
{
    uint32_t count = ss_reader_u32(&walk->reader);
    size_t least = ss_walk_least(group);

    if (walk->reader.err != SS_OK || count == 0)
        return;
    if (least > 0 && count > ss_reader_left(&walk->reader) / least) {
        ss_reader_fail(&walk->reader, SS_E_truncated);
        return;
    }
    if (count > SS_ELEMENTS_MAX) {
        ss_reader_fail(&walk->reader, SS_E_too_many);
        return;
    }
    list->items = take_memory(walk, count * group->size);
    while (list->count < count && walk->reader.err == SS_OK) {
        read_fields(walk, group, ss_walk_item(list, group, list->count));
        list->count++;
    }
}

/* No count is on the wire; the array doubles, so memory stays within a constant of the bytes. */
static void read_many(struct walk *walk, const struct ss_msgdef *group, struct ss_list *list)
{
    size_t room = 0;

    while (walk->reader.err == SS_OK && ss_reader_left(&walk->reader) > 0) {
        if (list->count == SS_ELEMENTS_MAX) {
            ss_reader_fail(&walk->reader, SS_E_too_many);
            return;
        }
        if (list->count == room) {
            void *grown;

            room = room == 0 ? 4 : room * 2;
            grown = take_memory(walk, room * group->size);
            if (grown == NULL)
                return;
            if (list->count > 0)
                memcpy(grown, list->items, list->count * group->size);
            list->items = grown;
        }
        read_fields(walk, group, ss_walk_item(list, group, list->count));
        list->count++;
    }
}

static void read_tail(struct walk *walk, const struct ss_msgdef *parent,
                      const struct ss_fielddef *field, void *base)
{
    struct ss_tail *tail = ss_walk_tail(field, base);
    const ss_span *key = (const ss_span *)ss_walk_see(base, field->key_offset);

    tail->raw = ss_span_make(walk->reader.at, ss_reader_left(&walk->reader));
    tail->def = ss_msgdef_tail(parent->id, *key);
    if (tail->def == NULL) { /* nobody knows the layout, so every content is in order */
        ss_reader_rest(&walk->reader);
        return;
    }
    tail->value = take_memory(walk, tail->def->size);
    if (tail->value != NULL)
        read_fields(walk, tail->def, tail->value);
}

static ss_span read_span(struct ss_reader *reader, const struct ss_fielddef *field)
{
    switch (field->type) {
    case SS_TYPE_mpint:
        return ss_reader_mpint(reader);
    case SS_TYPE_fixed:
        return ss_reader_bytes(reader, field->fixed);
    case SS_TYPE_rest:
        return ss_reader_rest(reader);
    default:
        return ss_reader_string(reader);
    }
}

static void read_field(struct walk *walk, const struct ss_msgdef *def,
                       const struct ss_fielddef *field, void *base)
{
    void *at = ss_walk_at(base, field->offset);

    switch (field->type) {
    case SS_TYPE_byte:
        *(uint8_t *)at = ss_reader_byte(&walk->reader);
        break;
    case SS_TYPE_boolean:
        *(bool *)at = ss_reader_boolean(&walk->reader);
        break;
    case SS_TYPE_uint32:
        *(uint32_t *)at = ss_reader_u32(&walk->reader);
        break;
    case SS_TYPE_uint64:
        *(uint64_t *)at = ss_reader_u64(&walk->reader);
        break;
    case SS_TYPE_group:
        read_fields(walk, field->group, at);
        break;
    case SS_TYPE_list:
        read_list(walk, field->group, (struct ss_list *)at);
        break;
    case SS_TYPE_many:
        read_many(walk, field->group, (struct ss_list *)at);
        break;
    case SS_TYPE_tail:
        read_tail(walk, def, field, base);
        break;
    default:
        *(ss_span *)at = read_span(&walk->reader, field);
        break;
    }
}

static void read_fields(struct walk *walk, const struct ss_msgdef *def, void *base)
{
    for (size_t i = 0; i < def->field_count; i++) {
        const struct ss_fielddef *field = &def->fields[i];

        if (field->cond != SS_COND_ALWAYS && !ss_field_present(field, base))
            continue;
        read_field(walk, def, field, base);
        if (walk->reader.err == SS_OK)
            continue;
        if (walk->failed_def == NULL) {
            walk->failed_def = def;
            walk->failed_field = field->name;
        }
        return;
    }
}

static ss_err tell(const struct walk *walk, ss_err err, struct ss_decode_error *out_error)
{
    if (out_error != NULL) {
        out_error->def = walk->failed_def;
        out_error->field = walk->failed_field;
        out_error->offset = walk->reader.err_at;
    }
    return err;
}

static ss_err take_unknown(ss_span payload, struct ss_msg *out_msg,
                           struct ss_decode_error *out_error)
{
    if (out_error != NULL)
        memset(out_error, 0, sizeof *out_error);
    if (payload.size == 0)
        return SS_E_truncated;
    out_msg->def = NULL;
    out_msg->body = NULL;
    out_msg->payload = payload;
    return SS_E_unknown_message;
}

ss_err ss_msg_decode(struct ss_arena *arena, const struct ss_msgdef *def, ss_span payload,
                     struct ss_msg *out_msg, struct ss_decode_error *out_error)
{
    struct walk walk = {.arena = arena};
    void *body;
    ss_err err;

    if (def == NULL)
        return take_unknown(payload, out_msg, out_error);
    ss_reader_init(&walk.reader, payload);
    if (ss_walk_has_number(def)) {
        uint8_t number = ss_reader_byte(&walk.reader);

        if (walk.reader.err == SS_OK && number != def->number)
            ss_reader_fail(&walk.reader, SS_E_bad_argument);
    }
    body = walk.reader.err == SS_OK ? take_memory(&walk, def->size) : NULL;
    if (body != NULL)
        read_fields(&walk, def, body);
    err = ss_reader_done(&walk.reader);
    if (err != SS_OK) {
        if (walk.failed_def == NULL)
            walk.failed_def = def;
        if (walk.reader.err == SS_OK) /* trailing bytes: the first of them */
            walk.reader.err_at = ss_reader_offset(&walk.reader);
        return tell(&walk, err, out_error);
    }
    out_msg->def = def;
    out_msg->body = body;
    out_msg->payload = payload;
    return SS_OK;
}
