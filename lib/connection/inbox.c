/* SPDX-License-Identifier: Apache-2.0 */
/* inbox.c - requests of the peer that wait for a reply, in the order they came.
 *
 * Owns: a ring of at most SS_CONNECTION_UNANSWERED entries, and the bytes of replies that were
 *   given before their turn.
 * Not here: what is asked, and the messages that answer (request.c, global.c).
 * Called by: request.c (one ring a channel), global.c (one ring).
 * Follows: RFC 4254 section 4 ("replies are sent in the order of the requests") and 5.4.
 *
 * Requests that want no reply only move the count of places on, so that an owner who answers
 * everything and one who answers what is asked are both right. */
#include "connection/state.h"

enum { FIRST_ENTRIES = 4 };

static struct ss_inbox_entry *at(const struct ss_inbox *inbox, size_t i)
{
    return &inbox->entries[(inbox->head + i) % inbox->cap];
}

static ss_err grow(struct ss_inbox *inbox, const struct ss_env *env)
{
    size_t cap = inbox->cap == 0 ? FIRST_ENTRIES : inbox->cap * 2;
    struct ss_inbox_entry *entries = ss_alloc(env, cap * sizeof *entries);
    size_t i;

    if (entries == NULL)
        return SS_E_no_memory;
    for (i = 0; i < inbox->count; i++)
        entries[i] = *at(inbox, i);
    ss_free(env, inbox->entries, inbox->cap * sizeof *entries);
    inbox->entries = entries;
    inbox->cap = cap;
    inbox->head = 0;
    return SS_OK;
}

ss_err ss_inbox_add(struct ss_inbox *inbox, const struct ss_env *env, bool want_reply)
{
    struct ss_inbox_entry *entry;

    if (want_reply) {
        if (inbox->count == SS_CONNECTION_UNANSWERED)
            return SS_E_too_many;
        if (inbox->count == inbox->cap)
            SS_TRY(grow(inbox, env));
    }
    inbox->last++;
    if (inbox->last == 0)
        inbox->last = 1; /* 0 is no place */
    if (!want_reply)
        return SS_OK;
    inbox->count++;
    entry = at(inbox, inbox->count - 1);
    memset(entry, 0, sizeof *entry);
    entry->place = inbox->last;
    return SS_OK;
}

static struct ss_inbox_entry *find(struct ss_inbox *inbox, uint32_t place)
{
    size_t i;

    for (i = 0; i < inbox->count; i++) {
        struct ss_inbox_entry *entry = at(inbox, i);

        if (place == 0 ? entry->state == SS_INBOX_WAITING : entry->place == place)
            return entry;
    }
    return NULL;
}

ss_err ss_inbox_answer(struct ss_inbox *inbox, const struct ss_env *env, uint32_t place,
                       bool success, ss_span data, struct ss_inbox_entry **out_entry)
{
    struct ss_inbox_entry *entry = find(inbox, place);

    if (entry == NULL) {
        if (place > inbox->last)
            return SS_E_bad_argument;
        *out_entry = NULL; /* it wanted no reply, or was settled by hand */
        return SS_OK;
    }
    if (entry->state != SS_INBOX_WAITING)
        return SS_E_usage;
    if (data.size > 0) {
        entry->data = ss_alloc(env, data.size);
        if (entry->data == NULL)
            return SS_E_no_memory;
        memcpy(entry->data, data.data, data.size);
        entry->size = data.size;
    }
    entry->state = SS_INBOX_ANSWERED;
    entry->success = success;
    *out_entry = entry;
    return SS_OK;
}

struct ss_inbox_entry *ss_inbox_ready(struct ss_inbox *inbox)
{
    size_t i;

    for (i = 0; i < inbox->count; i++) {
        struct ss_inbox_entry *entry = at(inbox, i);

        if (entry->state == SS_INBOX_ANSWERED)
            return entry;
        if (entry->state == SS_INBOX_WAITING)
            return NULL;
    }
    return NULL;
}

struct ss_inbox_entry *ss_inbox_oldest(struct ss_inbox *inbox)
{
    return inbox->count > 0 ? at(inbox, 0) : NULL;
}

void ss_inbox_settle(struct ss_inbox *inbox, const struct ss_env *env)
{
    struct ss_inbox_entry *entry = ss_inbox_oldest(inbox);

    if (entry == NULL)
        return;
    ss_free(env, entry->data, entry->size);
    inbox->head = (inbox->head + 1) % inbox->cap;
    inbox->count--;
}

void ss_inbox_fini(struct ss_inbox *inbox, const struct ss_env *env)
{
    while (inbox->count > 0)
        ss_inbox_settle(inbox, env);
    ss_free(env, inbox->entries, inbox->cap * sizeof *inbox->entries);
    memset(inbox, 0, sizeof *inbox);
}
