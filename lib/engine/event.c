/* SPDX-License-Identifier: Apache-2.0 */
/* event.c - what there is to tell, in order, until it is pulled.
 *
 * Owns: a ring that grows, with an end.
 * Not here: what events mean (layer.h); the fault, which needs no room (poll.c).
 * Called by: the layers through their link, ident.c, poll.c. */
#include "core.h"

/* One packet makes at most a few events, but for the extensions of an EXT_INFO. */
enum { EVENTS_FIRST = 8, EVENTS_MOST = 1024 };

static ss_err grow(struct ss_engine *engine)
{
    struct ss_core_queue *queue = &engine->events;
    size_t cap = queue->cap > 0 ? queue->cap * 2 : EVENTS_FIRST;
    struct ss_event *items;

    if (cap > EVENTS_MOST)
        return SS_E_too_many;
    items = ss_alloc(engine->env, cap * sizeof *items);
    if (items == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < queue->count; i++)
        items[i] = queue->items[(queue->first + i) % queue->cap];
    ss_free(engine->env, queue->items, queue->cap * sizeof *items);
    queue->items = items;
    queue->first = 0;
    queue->cap = cap;
    return SS_OK;
}

ss_err ss_event_push(struct ss_engine *engine, const struct ss_event *event)
{
    struct ss_core_queue *queue = &engine->events;

    /* The fault is the last thing that is told. */
    if (engine->faulty)
        return engine->fault.err;
    if (queue->count == queue->cap)
        SS_TRY(grow(engine));
    queue->items[(queue->first + queue->count) % queue->cap] = *event;
    queue->count++;
    return SS_OK;
}

ss_err ss_event_link(struct ss_link *link, const struct ss_event *event)
{
    return ss_event_push(ss_core_of(link), event);
}

bool ss_event_pop(struct ss_engine *engine, struct ss_event *out_event)
{
    struct ss_core_queue *queue = &engine->events;

    if (queue->count == 0)
        return false;
    *out_event = queue->items[queue->first];
    queue->first = (queue->first + 1) % queue->cap;
    queue->count--;
    return true;
}

void ss_event_fini(struct ss_engine *engine)
{
    struct ss_core_queue *queue = &engine->events;

    ss_free(engine->env, queue->items, queue->cap * sizeof *queue->items);
    memset(queue, 0, sizeof *queue);
}
