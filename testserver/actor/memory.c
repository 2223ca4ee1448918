/* SPDX-License-Identifier: Apache-2.0 */
/* memory.c - ends joined in memory, under a clock that only moves when nobody else does.
 *
 * Owns: the order of moves; so the same ends do the same each time.
 * Not here: the ends.
 * Called by: self.c, relay.c.
 * Follows: SCENARIOS rule 10. */
#include "testserver/actor/join.h"

enum { ROUNDS_MOST = 4000000, PIECE = 65536 /* what one read would take */ };

/* One piece from one end to the other. True when something moved. */
static bool carry(struct act_end *from, struct act_end *to, bool deaf, bool *told, ss_time now)
{
    ss_span bytes = ss_span_part(from->ops->output(from), 0, PIECE);

    if (bytes.size == 0)
        return false;
    if (!deaf)
        to->ops->feed(to, bytes, now);
    from->ops->sent(from, bytes.size);
    from->ops->delivered(from, 0);
    if (deaf && !*told) { /* what a system says to bytes for a closed socket */
        *told = true;
        from->ops->gone(from, ACT_RST, now);
    }
    return true;
}

/* True when it left just now. */
static bool part(struct act_end *from, struct act_end *to, bool *left, bool *shut, ss_time now)
{
    enum act_leave leave = from->ops->leave(from);

    if (*left || leave == ACT_STAY || from->ops->output(from).size > 0)
        return false;
    *left = true;
    *shut = leave != ACT_LEAVE_HALF;
    to->ops->gone(to, leave == ACT_LEAVE_RST ? ACT_RST : ACT_FIN, now);
    return true;
}

static bool move(struct act_pair *pair, ss_time now)
{
    bool moved = carry(pair->a, pair->b, pair->b_shut, &pair->told_a, now);

    moved = carry(pair->b, pair->a, pair->a_shut, &pair->told_b, now) || moved;
    moved = part(pair->a, pair->b, &pair->a_left, &pair->a_shut, now) || moved;
    return part(pair->b, pair->a, &pair->b_left, &pair->b_shut, now) || moved;
}

static ss_time earliest(const struct act_pair *pairs, size_t count)
{
    ss_time at = SS_NEVER;

    for (size_t i = 0; i < count; i++) {
        ss_time a = pairs[i].a->ops->deadline(pairs[i].a);
        ss_time b = pairs[i].b_shut ? SS_NEVER : pairs[i].b->ops->deadline(pairs[i].b);

        at = a < at ? a : at;
        at = b < at ? b : at;
    }
    return at;
}

static bool one_round(struct act_pair *pairs, size_t count, ss_time now)
{
    bool moved = false;

    for (size_t i = 0; i < count; i++) {
        pairs[i].a->ops->advance(pairs[i].a, now);
        pairs[i].b->ops->advance(pairs[i].b, now);
        moved = move(&pairs[i], now) || moved;
    }
    return moved;
}

ss_time act_join_memory(struct act_pair *pairs, size_t count, ss_time now, ss_time until)
{
    for (size_t rounds = 0; rounds < ROUNDS_MOST; rounds++) {
        ss_time next;

        if (one_round(pairs, count, now))
            continue;
        if (pairs[0].a->ops->done(pairs[0].a))
            return now;
        next = earliest(pairs, count);
        if (next == SS_NEVER || now >= until)
            return now;
        if (next <= now) /* a deadline that was looked at already */
            next = now + 1;
        now = next < until ? next : until;
    }
    return now;
}
