/* SPDX-License-Identifier: Apache-2.0 */
/* canon.c - oddities that decode tolerates.
 *
 * Owns: the second walk, over payload and struct side by side.
 * Not here: errors (decode.c).
 * Called by: the engine, scenarios, reports.
 * Follows: RFC 4251 sections 5 and 6; the SFTP draft section 5 for attribute flags. */
#include "sshspec/canon.h"
#include <limits.h>
#include "sshspec/text.h"
#include "walk.h"

enum { DEPTH_MAX = 8, NAME_LIMIT = 64 /* RFC 4251 section 6 */ };

struct step { /* one component of the path to a field */
    const char *name;
    size_t index; /* of a list's element; SIZE_MAX when the field is no list */
};

struct look {
    struct ss_reader reader;
    struct ss_buf *notes;
    struct step path[DEPTH_MAX];
    size_t depth;
    ss_err err;
};

static void look_fields(struct look *look, const struct ss_msgdef *def, void *base);

static void keep(struct look *look, ss_err err)
{
    if (look->err == SS_OK)
        look->err = err;
}

static void note(struct look *look, const char *text, unsigned long number)
{
    for (size_t i = 0; i < look->depth; i++) {
        const struct step *step = &look->path[i];

        if (step->index == SIZE_MAX)
            keep(look, ss_buf_printf(look->notes, "%s%s", i == 0 ? "" : ".", step->name));
        else
            keep(look, ss_buf_printf(look->notes, "%s%s[%zu]", i == 0 ? "" : ".", step->name,
                                     step->index));
    }
    keep(look, ss_buf_puts(look->notes, ": "));
    keep(look, ss_buf_puts(look->notes, text));
    if (number != ULONG_MAX)
        keep(look, ss_buf_printf(look->notes, " %lu", number));
    keep(look, ss_buf_puts(look->notes, "\n"));
}

static bool visible_ascii(ss_span s)
{
    for (size_t i = 0; i < s.size; i++) {
        if (s.data[i] <= 0x20 || s.data[i] >= 0x7f)
            return false;
    }
    return true;
}

static void look_namelist(struct look *look, ss_span list)
{
    bool empty = false, illegal = false, overlong = false;
    ss_span rest = list, name;

    while (ss_namelist_next(&rest, &name)) {
        empty = empty || name.size == 0;
        illegal = illegal || !visible_ascii(name);
        overlong = overlong || name.size > NAME_LIMIT;
    }
    if (list.size > 0 && list.data[list.size - 1] == ',')
        empty = true;
    if (empty)
        note(look, "empty name in name-list", ULONG_MAX);
    if (illegal)
        note(look, "name with bytes other than visible US-ASCII", ULONG_MAX);
    if (overlong)
        note(look, "name longer than 64 bytes", ULONG_MAX);
}

static void look_boolean(struct look *look)
{
    uint8_t v = ss_reader_byte(&look->reader);

    if (look->reader.err == SS_OK && v > 1)
        note(look, "boolean byte is", v);
}

/* Bits that decide about no field of the struct, where some bits do. */
static void look_flags(struct look *look, const struct ss_msgdef *def,
                       const struct ss_fielddef *field)
{
    uint32_t value = ss_reader_u32(&look->reader);
    uint32_t known = 0;

    for (size_t i = 0; i < def->field_count; i++) {
        if (def->fields[i].cond == SS_COND_BIT && def->fields[i].cond_offset == field->offset)
            known |= def->fields[i].cond_mask;
    }
    if (known != 0 && (value & ~known) != 0)
        note(look, "unknown flag bits", value & ~known);
}

static void look_text(struct look *look, const struct ss_fielddef *field)
{
    ss_span s = ss_reader_string(&look->reader);

    if (field->type == SS_TYPE_namelist)
        look_namelist(look, s);
    else if (field->type == SS_TYPE_ascii && !visible_ascii(s))
        note(look, "bytes other than visible US-ASCII", ULONG_MAX);
    else if (field->type == SS_TYPE_utf8 && !ss_utf8_valid(s))
        note(look, "text is not UTF-8", ULONG_MAX);
}

static void look_items(struct look *look, const struct ss_msgdef *group, const struct ss_list *list)
{
    struct step *step = &look->path[look->depth - 1];

    for (size_t i = 0; i < list->count && look->err == SS_OK; i++) {
        step->index = i;
        look_fields(look, group, ss_walk_item(list, group, i));
    }
    step->index = SIZE_MAX;
}

static void look_tail(struct look *look, const struct ss_tail *tail)
{
    if (tail->def == NULL || tail->value == NULL) {
        ss_reader_rest(&look->reader);
        return;
    }
    look->depth--; /* a tail's fields count as the message's own */
    look_fields(look, tail->def, tail->value);
    look->depth++;
}

static void look_field(struct look *look, const struct ss_msgdef *def,
                       const struct ss_fielddef *field, void *base)
{
    void *at = ss_walk_at(base, field->offset);

    switch (field->type) {
    case SS_TYPE_byte:
        ss_reader_byte(&look->reader);
        break;
    case SS_TYPE_boolean:
        look_boolean(look);
        break;
    case SS_TYPE_uint32:
        look_flags(look, def, field);
        break;
    case SS_TYPE_uint64:
        ss_reader_u64(&look->reader);
        break;
    case SS_TYPE_fixed:
        ss_reader_bytes(&look->reader, field->fixed);
        break;
    case SS_TYPE_rest:
        ss_reader_rest(&look->reader);
        break;
    case SS_TYPE_group:
        look_fields(look, field->group, at);
        break;
    case SS_TYPE_list:
        ss_reader_u32(&look->reader);
        look_items(look, field->group, (struct ss_list *)at);
        break;
    case SS_TYPE_many:
        look_items(look, field->group, (struct ss_list *)at);
        break;
    case SS_TYPE_tail:
        look_tail(look, (struct ss_tail *)at);
        break;
    default:
        look_text(look, field);
        break;
    }
}

static void look_fields(struct look *look, const struct ss_msgdef *def, void *base)
{
    if (look->depth == DEPTH_MAX) { /* the rows nest three deep */
        keep(look, SS_E_internal);
        return;
    }
    for (size_t i = 0; i < def->field_count && look->err == SS_OK; i++) {
        const struct ss_fielddef *field = &def->fields[i];

        if (!ss_field_present(field, base))
            continue;
        look->path[look->depth].name = field->name;
        look->path[look->depth].index = SIZE_MAX;
        look->depth++;
        look_field(look, def, field, base);
        look->depth--;
    }
}

ss_err ss_msg_canon(const struct ss_msg *msg, struct ss_buf *out_notes)
{
    struct look look = {.notes = out_notes};
    size_t start = ss_buf_size(out_notes);

    if (msg->def == NULL)
        return SS_OK;
    if (msg->body == NULL || (msg->payload.size == 0 && ss_walk_has_number(msg->def)))
        return SS_E_bad_argument;
    ss_reader_init(&look.reader, msg->payload);
    if (ss_walk_has_number(msg->def))
        ss_reader_byte(&look.reader);
    look_fields(&look, msg->def, msg->body);
    if (look.reader.err != SS_OK) /* the struct was changed after it was decoded */
        keep(&look, SS_E_bad_argument);
    if (look.err != SS_OK)
        ss_buf_truncate(out_notes, start);
    return look.err;
}
