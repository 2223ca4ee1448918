/* SPDX-License-Identifier: Apache-2.0 */
/* input.c - bytes from the peer, kept until they are polled.
 *
 * Owns: where fed bytes go, so that what events borrow stays where it is.
 * Not here: what the bytes are (ident.c, poll.c).
 * Called by: the owner of an engine; poll.c lets go of what it took.
 *
 * A packet stays at the head of the stream while its events are out. Appending could move it, so
 * what comes meanwhile goes to a second buffer, and joins the stream, or replaces it, when the
 * packet is let go. An owner that polls until nothing is left never gets there. */
#include "core.h"

static struct ss_buf *target(struct ss_engine *engine)
{
    return engine->taken.used > 0 ? &engine->late : &engine->in;
}

/* Both buffers count towards the ceiling, or the second could not join the first. */
static bool fits(const struct ss_engine *engine, size_t n)
{
    size_t held = ss_buf_size(&engine->in) + ss_buf_size(&engine->late);

    return n <= engine->in.ceiling - held;
}

/* What cannot be taken in for want of memory would be waited for without end. */
static ss_err lacking(struct ss_engine *engine, ss_err err)
{
    return err != SS_E_no_memory
               ? err
               : ss_fault_pin(engine, &(struct ss_core_failure){.err = err, .field = "input"});
}

static void came(struct ss_engine *engine, ss_span bytes, ss_time now)
{
    engine->link.now = now;
    ss_record_bytes(engine, SS_IN, bytes);
}

ss_err ss_engine_feed(struct ss_engine *engine, ss_span in, ss_time now)
{
    ss_err err;

    if (ss_core_closed(engine)) { /* nothing more is taken in */
        engine->link.now = now;
        return SS_OK;
    }
    if (!fits(engine, in.size))
        return SS_E_ceiling;
    err = ss_buf_put(target(engine), in);
    if (err != SS_OK)
        return lacking(engine, err);
    came(engine, in, now);
    return SS_OK;
}

ss_err ss_engine_room(struct ss_engine *engine, size_t n, uint8_t **out_bytes, size_t *out_size)
{
    struct ss_buf *to = target(engine);
    ss_err err;

    if (!fits(engine, n))
        return SS_E_ceiling;
    err = ss_buf_reserve(to, n);
    if (err != SS_OK)
        return lacking(engine, err);
    *out_bytes = to->data + to->tail;
    *out_size = n;
    return SS_OK;
}

void ss_engine_fed(struct ss_engine *engine, size_t n, ss_time now)
{
    struct ss_buf *to = target(engine);
    ss_span bytes;

    if (n > to->cap - to->tail)
        n = to->cap - to->tail;
    bytes = ss_span_make(to->data + to->tail, n);
    if (!ss_core_closed(engine))
        to->tail += n;
    came(engine, bytes, now);
}

void ss_engine_feed_eof(struct ss_engine *engine, ss_time now)
{
    engine->link.now = now;
    engine->eof = true;
}

static void join(struct ss_engine *engine)
{
    struct ss_buf emptied;

    if (ss_buf_size(&engine->late) == 0)
        return;
    if (ss_buf_size(&engine->in) == 0) {
        emptied = engine->in;
        engine->in = engine->late;
        engine->late = emptied;
        return;
    }
    if (ss_buf_put(&engine->in, ss_buf_span(&engine->late)) != SS_OK)
        (void)ss_fault_pin(engine, &(struct ss_core_failure){.err = SS_E_no_memory});
    ss_buf_clear(&engine->late);
}

void ss_input_release(struct ss_engine *engine)
{
    const ss_span *payload = &engine->taken.packet.payload;

    engine->lent = false;
    ss_arena_reset(&engine->arena);
    if (engine->taken.used == 0)
        return;
    /* Passwords come in these. */
    if (payload->size > 0 && payload->data[0] >= 50 && payload->data[0] < 80)
        ss_wipe(ss_buf_at(&engine->in), engine->taken.used);
    ss_buf_consume(&engine->in, engine->taken.used);
    memset(&engine->taken, 0, sizeof engine->taken);
    join(engine);
}
