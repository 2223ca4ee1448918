/* SPDX-License-Identifier: Apache-2.0 */
/* field.c - fields by dotted path, conditions, and what a field amounts to.
 *
 * Owns: path resolution; the meaning of IF and BIT.
 * Not here: reading and writing bytes (decode.c, encode.c).
 * Called by: the codec, scenarios (through ss_field_find), layers that lie.
 * Follows: the rows of *.def. */
#include "sshspec/text.h"
#include "walk.h"

enum { CANDIDATES_MAX = 128 };

bool ss_field_present(const struct ss_fielddef *def, const void *base)
{
    switch (def->cond) {
    case SS_COND_ALWAYS:
        return true;
    case SS_COND_IF:
        return *(const bool *)ss_walk_see(base, def->cond_offset);
    case SS_COND_BIT:
        return (*(const uint32_t *)ss_walk_see(base, def->cond_offset) & def->cond_mask) != 0;
    }
    return false;
}

size_t ss_walk_least(const struct ss_msgdef *def)
{
    size_t sum = 0;

    for (size_t i = 0; i < def->field_count; i++) {
        const struct ss_fielddef *field = &def->fields[i];

        if (field->cond != SS_COND_ALWAYS)
            continue;
        if (field->type == SS_TYPE_byte || field->type == SS_TYPE_boolean)
            sum += 1;
        else if (field->type == SS_TYPE_uint32 || ss_walk_has_length(field->type))
            sum += 4;
        else if (field->type == SS_TYPE_uint64)
            sum += 8;
        else if (field->type == SS_TYPE_fixed)
            sum += field->fixed;
        else if (field->type == SS_TYPE_group)
            sum += ss_walk_least(field->group);
    }
    return sum;
}

ss_span ss_walk_value(const struct ss_msgdef *def, const struct ss_fielddef *field,
                      const void *base)
{
    ss_span value = *(const ss_span *)ss_walk_see(base, field->offset);
    const struct ss_fielddef *last = ss_walk_tail_of(def);
    const struct ss_tail *tail;

    if (value.data != NULL || last == NULL || last->key_offset != field->offset)
        return value;
    tail = (const struct ss_tail *)ss_walk_see(base, last->offset);
    return tail->def != NULL ? ss_span_of(tail->def->key) : value;
}

/* Takes the first component off a path: up to '.' or '['; a ']' behind an index goes too. */
static ss_span first_part(ss_span *path)
{
    ss_span part;
    size_t n = 0;

    while (n < path->size && path->data[n] != '.' && path->data[n] != '[' && path->data[n] != ']')
        n++;
    part = ss_span_part(*path, 0, n);
    if (n < path->size && path->data[n] == ']')
        n++;
    if (n < path->size && (path->data[n] == '.' || path->data[n] == '['))
        n++;
    *path = ss_span_part(*path, n, path->size);
    return part;
}

static bool same_field(ss_span part, const char *name)
{
    ss_span other = ss_span_of(name);

    if (part.size != other.size)
        return false;
    for (size_t i = 0; i < part.size; i++) {
        uint8_t c = part.data[i] == '-' ? (uint8_t)'_' : part.data[i];

        if (c != other.data[i])
            return false;
    }
    return true;
}

static bool read_index(ss_span part, size_t *out)
{
    size_t n = 0;

    if (part.size == 0 || part.size > 6)
        return false;
    for (size_t i = 0; i < part.size; i++) {
        if (part.data[i] < '0' || part.data[i] > '9')
            return false;
        n = n * 10 + (size_t)(part.data[i] - '0');
    }
    *out = n;
    return true;
}

static const struct ss_fielddef *own_field(const struct ss_msgdef *def, ss_span name)
{
    for (size_t i = 0; i < def->field_count; i++) {
        if (same_field(name, def->fields[i].name))
            return &def->fields[i];
    }
    return NULL;
}

/* From a field into what it holds: the struct of a group, an element of a list, a tail's value.
 * Without a struct (base null) the definition is still followed, but for tails. */
static bool step_into(const struct ss_fielddef *field, void *base, ss_span *path,
                      const struct ss_msgdef **out_def, void **out_base)
{
    const struct ss_tail *tail;
    const struct ss_list *list;
    size_t index;

    switch (field->type) {
    case SS_TYPE_group:
        *out_def = field->group;
        *out_base = base != NULL ? ss_walk_at(base, field->offset) : NULL;
        return true;
    case SS_TYPE_list:
    case SS_TYPE_many:
        if (!read_index(first_part(path), &index) || path->size == 0)
            return false;
        list = base != NULL ? ss_walk_list(field, base) : NULL;
        if (list != NULL && index >= list->count)
            return false;
        *out_def = field->group;
        *out_base = list != NULL ? ss_walk_item(list, field->group, index) : NULL;
        return true;
    case SS_TYPE_tail:
        tail = base != NULL ? ss_walk_tail(field, base) : NULL;
        if (tail == NULL || tail->def == NULL || tail->value == NULL)
            return false;
        *out_def = tail->def;
        *out_base = tail->value;
        return true;
    default:
        return false;
    }
}

bool ss_field_find(const struct ss_msgdef *def, void *body, ss_span path, struct ss_field *out)
{
    if (path.size == 0 || strchr(".[]", path.data[path.size - 1]) != NULL)
        return false; /* a path ends with a name */
    while (def != NULL && path.size > 0) {
        ss_span rest = path;
        ss_span name = first_part(&rest);
        const struct ss_fielddef *field = own_field(def, name);

        if (field == NULL) { /* behind the tail, then, with the same name still to be found */
            field = ss_walk_tail_of(def);
            if (field == NULL || !step_into(field, body, &path, &def, &body))
                return false;
            continue;
        }
        if (rest.size == 0) {
            out->def = field;
            out->base = body;
            return true;
        }
        path = rest;
        if (!step_into(field, body, &path, &def, &body))
            return false;
    }
    return false;
}

static void add_names(const struct ss_msgdef *def, const char **candidates, size_t *count)
{
    for (size_t i = 0; i < def->field_count && *count < CANDIDATES_MAX - 1; i++)
        candidates[(*count)++] = def->fields[i].name;
}

const char *ss_field_suggest(const struct ss_msgdef *def, ss_span name)
{
    const char *candidates[CANDIDATES_MAX];
    size_t count = 0;

    if (def == NULL)
        return NULL;
    add_names(def, candidates, &count);
    for (size_t id = 1; id < SS_MSGID_COUNT && ss_walk_tail_of(def) != NULL; id++) {
        if (ss_msgdefs[id].parent == def->id)
            add_names(&ss_msgdefs[id], candidates, &count);
    }
    candidates[count] = NULL;
    return ss_suggest(name, candidates);
}
