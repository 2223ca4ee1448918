/* SPDX-License-Identifier: Apache-2.0 */
/* channel.c - the table of channels, by our number; and the list of those with something due.
 *
 * Owns: the channels, which numbers are free.
 * Not here: what a channel goes through (open.c, window.c, request.c, close.c).
 * Called by: all of lib/connection.
 * Follows: RFC 4254 section 5 (each side has its own numbers).
 *
 * Our numbers are the lowest that are free: a bit a number, and a mark below which none is. A
 * number past the slots can only come from a CHANNEL_OPEN that was sent by hand; such channels are
 * kept in a short list. */
#include "connection/state.h"

enum { WORD = 64, FIRST_SLOTS = WORD, MOST_SLOTS = 65536, MOST_FAR = 64 };

void ss_table_init(struct ss_table *table, const struct ss_env *env)
{
    memset(table, 0, sizeof *table);
    table->env = env;
}

static void free_channel(struct ss_table *table, struct ss_channel *channel)
{
    ss_inbox_fini(&channel->inbox, table->env);
    ss_free(table->env, channel, sizeof *channel);
}

void ss_table_fini(struct ss_table *table)
{
    size_t i;

    for (i = 0; i < table->cap; i++) {
        if (table->slots[i] != NULL)
            free_channel(table, table->slots[i]);
    }
    while (table->far != NULL) {
        struct ss_channel *channel = table->far;

        table->far = channel->next_far;
        free_channel(table, channel);
    }
    ss_free(table->env, table->slots, table->cap * sizeof(struct ss_channel *));
    ss_free(table->env, table->used, table->cap / WORD * sizeof(uint64_t));
    ss_table_init(table, table->env);
}

static ss_err grow(struct ss_table *table, size_t need)
{
    size_t cap = table->cap == 0 ? FIRST_SLOTS : table->cap;
    struct ss_channel **slots;
    uint64_t *used;

    while (cap < need)
        cap *= 2;
    slots = ss_alloc(table->env, cap * sizeof(struct ss_channel *));
    used = ss_alloc(table->env, cap / WORD * sizeof(uint64_t));
    if (slots == NULL || used == NULL) {
        ss_free(table->env, slots, cap * sizeof(struct ss_channel *));
        ss_free(table->env, used, cap / WORD * sizeof(uint64_t));
        return SS_E_no_memory;
    }
    if (table->cap > 0) {
        memcpy(slots, table->slots, table->cap * sizeof(struct ss_channel *));
        memcpy(used, table->used, table->cap / WORD * sizeof(uint64_t));
    }
    ss_free(table->env, table->slots, table->cap * sizeof(struct ss_channel *));
    ss_free(table->env, table->used, table->cap / WORD * sizeof(uint64_t));
    table->slots = slots;
    table->used = used;
    table->cap = cap;
    return SS_OK;
}

static uint32_t lowest_free(struct ss_table *table)
{
    size_t words = table->cap / WORD;
    size_t word = table->first_word;
    unsigned bit = 0;

    while (word < words && table->used[word] == UINT64_MAX)
        word++;
    table->first_word = word;
    if (word == words)
        return (uint32_t)table->cap;
    while ((table->used[word] >> bit & 1) != 0)
        bit++;
    return (uint32_t)(word * WORD + bit);
}

/* Makes the number findable. */
static ss_err place(struct ss_table *table, struct ss_channel *channel, uint32_t number)
{
    if (ss_table_find(table, number) != NULL)
        return SS_E_exists;
    if (number < MOST_SLOTS) {
        if (number >= table->cap)
            SS_TRY(grow(table, (size_t)number + 1));
        table->slots[number] = channel;
        table->used[number / WORD] |= (uint64_t)1 << number % WORD;
    } else {
        if (table->far_count == MOST_FAR)
            return SS_E_ceiling;
        table->far_count++;
        channel->next_far = table->far;
        table->far = channel;
    }
    channel->ours = number;
    return SS_OK;
}

static void displace(struct ss_table *table, struct ss_channel *channel)
{
    uint32_t number = channel->ours;
    struct ss_channel **link = &table->far;

    if (number < MOST_SLOTS) {
        table->slots[number] = NULL;
        table->used[number / WORD] &= ~((uint64_t)1 << number % WORD);
        if (number / WORD < table->first_word)
            table->first_word = number / WORD;
        return;
    }
    while (*link != channel)
        link = &(*link)->next_far;
    *link = channel->next_far;
    channel->next_far = NULL;
    table->far_count--;
}

ss_err ss_table_add_at(struct ss_table *table, uint32_t number, struct ss_channel **out_channel)
{
    struct ss_channel *channel = ss_alloc(table->env, sizeof *channel);
    ss_err err;

    if (channel == NULL)
        return SS_E_no_memory;
    err = place(table, channel, number);
    if (err != SS_OK) {
        ss_free(table->env, channel, sizeof *channel);
        return err;
    }
    channel->serial = ++table->serial;
    table->count++;
    *out_channel = channel;
    return SS_OK;
}

ss_err ss_table_add(struct ss_table *table, struct ss_channel **out_channel)
{
    uint32_t number = lowest_free(table);

    return number < MOST_SLOTS ? ss_table_add_at(table, number, out_channel) : SS_E_ceiling;
}

ss_err ss_table_move(struct ss_table *table, struct ss_channel *channel, uint32_t number)
{
    struct ss_channel before = *channel;
    ss_err err;

    if (number == channel->ours)
        return SS_OK;
    displace(table, channel);
    err = place(table, channel, number);
    if (err != SS_OK)
        (void)place(table, channel, before.ours); /* its place is still there */
    return err;
}

struct ss_channel *ss_table_find(const struct ss_table *table, uint32_t number)
{
    struct ss_channel *channel = table->far;

    if (number < table->cap)
        return table->slots[number];
    while (channel != NULL && channel->ours != number)
        channel = channel->next_far;
    return channel;
}

static struct ss_channel *older(struct ss_channel *a, struct ss_channel *b)
{
    if (a == NULL)
        return b;
    return b != NULL && b->serial < a->serial ? b : a;
}

/* theirs null: any. */
static struct ss_channel *search(const struct ss_table *table, const uint32_t *theirs,
                                 unsigned states)
{
    struct ss_channel *found = NULL, *channel;
    size_t i;

    for (i = 0; i < table->cap; i++) {
        channel = table->slots[i];
        if (channel != NULL && (states >> channel->state & 1) != 0 &&
            (theirs == NULL || channel->theirs == *theirs))
            found = older(found, channel);
    }
    for (channel = table->far; channel != NULL; channel = channel->next_far) {
        if ((states >> channel->state & 1) != 0 && (theirs == NULL || channel->theirs == *theirs))
            found = older(found, channel);
    }
    return found;
}

struct ss_channel *ss_table_theirs(const struct ss_table *table, uint32_t theirs, unsigned states)
{
    return search(table, &theirs, states);
}

struct ss_channel *ss_table_any(const struct ss_table *table, unsigned states)
{
    return search(table, NULL, states);
}

void ss_table_remove(struct ss_table *table, struct ss_channel *channel)
{
    ss_table_settled(table, channel);
    displace(table, channel);
    table->count--;
    free_channel(table, channel);
}

void ss_table_due(struct ss_table *table, struct ss_channel *channel)
{
    if (channel->listed)
        return;
    channel->listed = true;
    channel->prev_due = table->due_last;
    channel->next_due = NULL;
    if (table->due_last != NULL)
        table->due_last->next_due = channel;
    else
        table->due_first = channel;
    table->due_last = channel;
}

void ss_table_settled(struct ss_table *table, struct ss_channel *channel)
{
    if (!channel->listed)
        return;
    channel->listed = false;
    if (channel->prev_due != NULL)
        channel->prev_due->next_due = channel->next_due;
    else
        table->due_first = channel->next_due;
    if (channel->next_due != NULL)
        channel->next_due->prev_due = channel->prev_due;
    else
        table->due_last = channel->prev_due;
}
