/* SPDX-License-Identifier: Apache-2.0 */
/* find.c - definitions by id, number, name and key.
 *
 * Owns: the index by number, the folding of names.
 * Not here: the rows (table.c), fields (field.c).
 * Called by: everything that reads or writes messages, and scenarios.
 * Follows: RFC 4250 section 4.1 for numbers; RFC 4251 section 7 for ranges by context. */
#include "sshspec/msg.h"
#include "sshspec/text.h"

enum { NAME_MAX_SIZE = 96, CANDIDATES_MAX = 128 };

/* Numbers 30-49 and 60-79 mean different things by context, so context is the first index. */
static const uint16_t ssh_index[SS_CONTEXT_AUTH_KBDINT + 1][256] = {
#define MSG(name, number, context, ...) [SS_CONTEXT_##context][number] = SS_MSG_##name,
#include "msg/all.def"
};

static const uint16_t sftp_index[256] = {
#define FXP(name, number, ...) [number] = SS_FXP_##name,
#include "msg/all.def"
};

static const uint16_t agent_index[256] = {
#define AGENT(name, number, ...) [number] = SS_AGENT_##name,
#include "msg/all.def"
};

static uint8_t fold(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return (uint8_t)(c - 'A' + 'a');
    return c == '-' ? (uint8_t)'_' : c;
}

static bool same_name(ss_span a, const char *text)
{
    ss_span b = ss_span_of(text);

    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        if (fold(a.data[i]) != fold(b.data[i]))
            return false;
    }
    return true;
}

/* Cuts "channel_request.exec" or "channel_request exec" in two; false without a separator. */
static bool split(ss_span name, ss_span *out_parent, ss_span *out_tail)
{
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] == '.' || name.data[i] == ' ') {
            *out_parent = ss_span_part(name, 0, i);
            *out_tail = ss_span_part(name, i + 1, name.size);
            return true;
        }
    }
    return false;
}

static const struct ss_msgdef *find_plain(enum ss_proto proto, ss_span name)
{
    for (size_t id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *def = &ss_msgdefs[id];

        if (def->proto == proto && def->proto != SS_PROTO_TAIL && same_name(name, def->name))
            return def;
    }
    return NULL;
}

static const struct ss_msgdef *find_tail(enum ss_msgid parent, ss_span name)
{
    for (size_t id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *def = &ss_msgdefs[id];

        if (def->key == NULL || def->parent != parent)
            continue;
        if (same_name(name, def->key) || same_name(name, def->name))
            return def;
    }
    return NULL;
}

const struct ss_msgdef *ss_msgdef_of(enum ss_msgid id)
{
    if (id <= SS_MSGID_NONE || id >= SS_MSGID_COUNT)
        return NULL;
    return &ss_msgdefs[id];
}

static enum ss_msgid ssh_number(uint8_t number, enum ss_context kex, enum ss_context auth)
{
    enum ss_context context = SS_CONTEXT_ANY;

    if (number >= 30 && number <= 49)
        context = kex;
    else if (number >= 60 && number <= 79)
        context = auth;
    if (context > SS_CONTEXT_AUTH_KBDINT)
        return SS_MSGID_NONE;
    return (enum ss_msgid)ssh_index[context][number];
}

const struct ss_msgdef *ss_msgdef_by_number(enum ss_proto proto, uint8_t number,
                                            enum ss_context kex, enum ss_context auth)
{
    switch (proto) {
    case SS_PROTO_SSH:
        return ss_msgdef_of(ssh_number(number, kex, auth));
    case SS_PROTO_SFTP:
        return ss_msgdef_of((enum ss_msgid)sftp_index[number]);
    case SS_PROTO_AGENT:
        return ss_msgdef_of((enum ss_msgid)agent_index[number]);
    case SS_PROTO_TAIL:
    case SS_PROTO_GROUP:
        break;
    }
    return NULL;
}

const struct ss_msgdef *ss_msgdef_find(enum ss_proto proto, ss_span name)
{
    ss_span parent, tail;
    const struct ss_msgdef *def;

    if (!split(name, &parent, &tail))
        return find_plain(proto, name);
    def = find_plain(proto, parent);
    return def != NULL ? find_tail(def->id, tail) : NULL;
}

const char *ss_msgdef_suggest(enum ss_proto proto, ss_span name)
{
    const char *candidates[CANDIDATES_MAX];
    const struct ss_msgdef *parent = NULL;
    uint8_t folded[NAME_MAX_SIZE];
    size_t count = 0;
    ss_span head, tail;

    if (split(name, &head, &tail)) {
        parent = find_plain(proto, head);
        name = parent != NULL ? tail : head;
    }
    if (name.size > sizeof folded)
        return NULL;
    for (size_t id = 1; id < SS_MSGID_COUNT && count < CANDIDATES_MAX - 1; id++) {
        const struct ss_msgdef *def = &ss_msgdefs[id];

        if (parent != NULL && def->key != NULL && def->parent == parent->id)
            candidates[count++] = def->key;
        else if (parent == NULL && def->proto == proto)
            candidates[count++] = def->name;
    }
    candidates[count] = NULL;
    /* Keys are written with '-' and message names with '_'; fold towards what is compared. */
    for (size_t i = 0; i < name.size; i++) {
        folded[i] = fold(name.data[i]);
        if (parent != NULL && folded[i] == '_')
            folded[i] = '-';
    }
    return ss_suggest(ss_span_make(folded, name.size), candidates);
}

const struct ss_msgdef *ss_msgdef_tail(enum ss_msgid parent, ss_span key)
{
    if (parent == SS_MSGID_NONE)
        return NULL;
    for (size_t id = 1; id < SS_MSGID_COUNT; id++) {
        if (ss_msgdefs[id].parent == parent && ss_span_is(key, ss_msgdefs[id].key))
            return &ss_msgdefs[id];
    }
    return NULL;
}

const char *ss_nametable_name(const struct ss_nametable *table, uint32_t number)
{
    for (size_t i = 0; table != NULL && i < table->count; i++) {
        if (table->rows[i].number == number)
            return table->rows[i].name;
    }
    return NULL;
}

bool ss_nametable_number(const struct ss_nametable *table, ss_span name, uint32_t *out)
{
    for (size_t i = 0; table != NULL && i < table->count; i++) {
        if (same_name(name, table->rows[i].name)) {
            *out = table->rows[i].number;
            return true;
        }
    }
    return false;
}
