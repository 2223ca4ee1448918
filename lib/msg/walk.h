/* SPDX-License-Identifier: Apache-2.0 */
/* walk.h - reaching a field's value through its row.
 *
 * Owns: the casts from a struct and an offset to a typed member; which types are alike.
 * Not here: what is done with the values (decode, encode, copy, print, vary, canon).
 * Called by: files of msg/ only.
 * Follows: expand.h, which makes the members and the rows from one tuple. */
#ifndef SSHSPEC_MSG_WALK_H
#define SSHSPEC_MSG_WALK_H

#include "sshspec/msg.h"

enum { SS_ELEMENTS_MAX = 65536 }; /* most elements of one list; a limit of ours, not of an RFC */

static inline void *ss_walk_at(void *base, size_t offset)
{
    return (char *)base + offset;
}

static inline const void *ss_walk_see(const void *base, size_t offset)
{
    return (const char *)base + offset;
}

static inline ss_span *ss_walk_span(const struct ss_fielddef *field, void *base)
{
    return (ss_span *)ss_walk_at(base, field->offset);
}

static inline struct ss_list *ss_walk_list(const struct ss_fielddef *field, void *base)
{
    return (struct ss_list *)ss_walk_at(base, field->offset);
}

static inline struct ss_tail *ss_walk_tail(const struct ss_fielddef *field, void *base)
{
    return (struct ss_tail *)ss_walk_at(base, field->offset);
}

/* Element i of a list of group. */
static inline void *ss_walk_item(const struct ss_list *list, const struct ss_msgdef *group,
                                 size_t i)
{
    return ss_walk_at(list->items, i * group->size);
}

/* Is the member a span? */
static inline bool ss_walk_is_span(enum ss_type type)
{
    return type >= SS_TYPE_string && type <= SS_TYPE_rest;
}

/* Does a uint32 precede the bytes: a length, or a count of elements? */
static inline bool ss_walk_has_length(enum ss_type type)
{
    return (type >= SS_TYPE_string && type <= SS_TYPE_namelist) || type == SS_TYPE_list;
}

/* Does a message number come first? Tails and groups are parts and have none. */
static inline bool ss_walk_has_number(const struct ss_msgdef *def)
{
    return def->proto != SS_PROTO_TAIL && def->proto != SS_PROTO_GROUP;
}

/* The tail of a definition, which is always its last field, or null. */
static inline const struct ss_fielddef *ss_walk_tail_of(const struct ss_msgdef *def)
{
    if (def->field_count == 0 || def->fields[def->field_count - 1].type != SS_TYPE_tail)
        return NULL;
    return &def->fields[def->field_count - 1];
}

/* Bytes the fields of def take at the least. */
size_t ss_walk_least(const struct ss_msgdef *def);

/* The value of a span field as it goes on the wire: an unset key field of a tail takes the key
 * of the tail's row. */
ss_span ss_walk_value(const struct ss_msgdef *def, const struct ss_fielddef *field,
                      const void *base);

#endif
