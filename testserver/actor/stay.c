/* SPDX-License-Identifier: Apache-2.0 */
/* stay.c - an end that goes silent where it ought to leave.
 *
 * Owns: what is held back.
 * Not here: noticing a mistake (the engine).
 * Called by: self.c.
 * Follows: stay.h. */
#include "testserver/actor/stay.h"

static struct act_stay *stay_of(struct act_end *end)
{
    return SS_CONTAINER_OF(end, struct act_stay, end);
}

static bool silent(const struct act_stay *stay)
{
    return ss_engine_fault(stay->engine) != NULL;
}

static void end_feed(struct act_end *end, ss_span bytes, ss_time now)
{
    struct act_end *inner = stay_of(end)->inner;

    inner->ops->feed(inner, bytes, now);
}

static void end_gone(struct act_end *end, enum act_gone how, ss_time now)
{
    struct act_end *inner = stay_of(end)->inner;

    inner->ops->gone(inner, how, now);
}

static void end_advance(struct act_end *end, ss_time now)
{
    struct act_end *inner = stay_of(end)->inner;

    inner->ops->advance(inner, now);
}

static ss_span end_output(struct act_end *end)
{
    struct act_stay *stay = stay_of(end);

    return silent(stay) ? ss_span_make(NULL, 0) : stay->inner->ops->output(stay->inner);
}

static void end_sent(struct act_end *end, size_t n)
{
    struct act_end *inner = stay_of(end)->inner;

    inner->ops->sent(inner, n);
}

static void end_delivered(struct act_end *end, uint32_t unread)
{
    struct act_end *inner = stay_of(end)->inner;

    inner->ops->delivered(inner, unread);
}

static enum act_leave end_leave(struct act_end *end)
{
    struct act_stay *stay = stay_of(end);

    return silent(stay) ? ACT_STAY : stay->inner->ops->leave(stay->inner);
}

static ss_time end_deadline(struct act_end *end)
{
    struct act_stay *stay = stay_of(end);

    return silent(stay) ? SS_NEVER : stay->inner->ops->deadline(stay->inner);
}

static bool end_done(struct act_end *end)
{
    struct act_stay *stay = stay_of(end);

    return !silent(stay) && stay->inner->ops->done(stay->inner);
}

struct act_end *act_stay_init(struct act_stay *stay, struct act_end *inner,
                              const struct ss_engine *engine)
{
    static const struct act_end_ops ops = {end_feed,   end_gone,     end_advance,
                                           end_output, end_sent,     end_delivered,
                                           end_leave,  end_deadline, end_done};

    *stay = (struct act_stay){{&ops}, inner, engine};
    return &stay->end;
}
