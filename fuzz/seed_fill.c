/* SPDX-License-Identifier: Apache-2.0 */
/* seed_fill.c - messages from the rows, for the writers of seeds.
 *
 * Owns: nothing.
 * Not here: which messages (seed_message.c, seed_session.c).
 * Called by: those. */
#include "fuzz/seed.h"
#include "sshspec/vary.h"

enum { TRIES_MOST = 4000 };

static const struct ss_tail *tail_of(const struct ss_msg *msg)
{
    const struct ss_fielddef *last = &msg->def->fields[msg->def->field_count - 1];

    MUST(last->type == SS_TYPE_tail);
    return (const void *)((const char *)msg->body + last->offset);
}

/* Tails are chosen by the numbers of the seed: the next ones, until it is the one that is meant. */
struct ss_msg seed_fill(struct ss_arena *arena, const struct ss_msgdef *def,
                        const struct ss_msgdef *tail, uint64_t seed)
{
    struct ss_vary vary;
    struct ss_msg msg;

    for (size_t i = 0; i < TRIES_MOST; i++) {
        ss_vary_init(&vary, seed * TRIES_MOST + i);
        MUST(ss_msg_fill(arena, def, &vary, &msg) == SS_OK);
        if (tail == NULL || tail_of(&msg)->def == tail)
            return msg;
    }
    MUST(false);
    return msg;
}

void seed_encode(struct ss_buf *buf, const struct ss_msg *msg)
{
    MUST(ss_msg_encode(buf, msg, NULL, 0) == SS_OK);
}

bool seed_has(const struct ss_msg *msg, const char *name)
{
    struct ss_field field;

    return ss_field_find(msg->def, msg->body, ss_span_of(name), &field);
}

static void *at(const struct ss_msg *msg, const char *name, enum ss_type *out_type)
{
    struct ss_field field;

    if (!ss_field_find(msg->def, msg->body, ss_span_of(name), &field))
        return NULL;
    *out_type = field.def->type;
    return (char *)field.base + field.def->offset;
}

void seed_set_u32(const struct ss_msg *msg, const char *name, uint32_t value)
{
    enum ss_type type = SS_TYPE_uint32;
    uint32_t *to = at(msg, name, &type);

    MUST(to != NULL && type == SS_TYPE_uint32);
    *to = value;
}

void seed_set_boolean(const struct ss_msg *msg, const char *name, bool value)
{
    enum ss_type type = SS_TYPE_boolean;
    bool *to = at(msg, name, &type);

    MUST(to != NULL && type == SS_TYPE_boolean);
    *to = value;
}

void seed_set_span(const struct ss_msg *msg, const char *name, ss_span value)
{
    enum ss_type type = SS_TYPE_string;
    ss_span *to = at(msg, name, &type);

    MUST(to != NULL && type >= SS_TYPE_string && type <= SS_TYPE_rest);
    *to = value;
}
