/* SPDX-License-Identifier: Apache-2.0 */
/* output.c - messages to sealed packets in the output buffer, and the lies of the flow seam.
 *
 * Owns: the outbound stream until its owner takes it, packets that are held back, pieces that must
 *   not be written together.
 * Not here: sealing (transport/packet_out.c), encoding (msg/encode.c).
 * Called by: the layers through their link; command.c for what is sent by hand; fault.c.
 *
 * A payload is encoded where it is sealed. A copy is set aside before sealing only when a layer has
 * to see what was really sent; the connection layer's own messages, data above all, need none. */
#include "core.h"

enum {
    HEAD = 5, /* packet length and padding length */
    /* Most bytes kept for a peer that is not authenticated. The block for them may be twice as
     * large and a message larger, and with all else a connection then stays below 320 KiB. */
    BEFORE_LOGIN = 65536,
    CONNECTION_FIRST = 80,
    CONNECTION_LAST = 127
};

static size_t limit(const struct ss_engine *engine)
{
    size_t most = (size_t)engine->config->output_limit;

    return engine->link.authenticated || most < BEFORE_LOGIN ? most : BEFORE_LOGIN;
}

/* The mark is at half the limit: replies find room when data has reached the mark. */
size_t ss_output_room(const struct ss_engine *engine)
{
    size_t mark = limit(engine) / 2;
    size_t size = ss_buf_size(&engine->out);

    return size < mark ? mark - size : 0;
}

/* ---- flow lies ---- */

static const struct ss_lie *lie_of(const struct ss_lie *lies, size_t count, enum ss_lie_kind kind)
{
    for (size_t i = 0; i < count; i++) {
        if (lies[i].kind == kind)
            return &lies[i];
    }
    return NULL;
}

/* Asked before anything is sealed: a packet that was sealed cannot be taken back. */
static ss_err check_flow(const struct ss_engine *engine, const struct ss_lie *lies, size_t count)
{
    const struct ss_lie *split = lie_of(lies, count, SS_LIE_SPLIT);
    const struct ss_lie *twice = lie_of(lies, count, SS_LIE_DUPLICATE);

    if (split != NULL && split->n < 1)
        return SS_E_bad_argument;
    if (split != NULL && engine->split_count == SS_CORE_SPLITS)
        return SS_E_would_block;
    if (twice != NULL && (twice->n < 0 || twice->n > UINT16_MAX))
        return SS_E_bad_argument;
    return SS_OK;
}

static ss_err duplicate(struct ss_engine *engine, size_t mark, int64_t times)
{
    size_t size = ss_buf_size(&engine->out) - mark;
    uint8_t *to;

    for (; times > 0; times--) {
        SS_TRY(ss_buf_extend(&engine->out, size, &to));
        memcpy(to, ss_buf_at(&engine->out) + mark, size);
    }
    return SS_OK;
}

/* What is done to the sealed bytes from mark on. */
static ss_err lie_flow(struct ss_engine *engine, size_t mark, const struct ss_lie *lies,
                       size_t count)
{
    const struct ss_lie *twice = lie_of(lies, count, SS_LIE_DUPLICATE);
    const struct ss_lie *split = lie_of(lies, count, SS_LIE_SPLIT);
    struct ss_core_split *piece = &engine->splits[engine->split_count];
    ss_err err = SS_OK;

    if (twice != NULL)
        err = duplicate(engine, mark, twice->n);
    if (err == SS_OK && lie_of(lies, count, SS_LIE_HOLD) != NULL)
        err = ss_buf_put(&engine->kept, ss_span_part(ss_buf_span(&engine->out), mark, SIZE_MAX));
    if (err != SS_OK || lie_of(lies, count, SS_LIE_HOLD) != NULL ||
        lie_of(lies, count, SS_LIE_DROP) != NULL) {
        ss_buf_truncate(&engine->out, mark);
        return err;
    }
    if (split != NULL) {
        piece->from = engine->gone + mark;
        piece->to = engine->gone + ss_buf_size(&engine->out);
        piece->n = (uint64_t)split->n;
        engine->split_count++;
    }
    return SS_OK;
}

ss_err ss_engine_release(struct ss_engine *engine)
{
    SS_TRY(ss_buf_put(&engine->out, ss_buf_span(&engine->kept)));
    ss_record_piece(engine, SS_OUT, "released", ss_buf_size(&engine->kept));
    ss_buf_clear(&engine->kept);
    return SS_OK;
}

/* ---- sending ---- */

/* The message that a payload is: msg itself where it still is that, else what it reads as. False
 * when it reads as nothing; nobody is told of it then. */
static bool reads_as(struct ss_engine *engine, const struct ss_msg *msg, ss_span payload,
                     struct ss_msg *out_msg)
{
    const struct ss_msgdef *def;
    struct ss_decode_error error;

    if (msg->def != NULL && (payload.size == 0 || payload.data[0] == msg->def->number)) {
        *out_msg = *msg;
        out_msg->payload = payload;
        return true;
    }
    if (payload.size == 0)
        return false;
    def = ss_stack_def(engine, payload.data[0]);
    return def != NULL && ss_msg_decode(&engine->arena, def, payload, out_msg, &error) == SS_OK;
}

static ss_err tell(struct ss_engine *engine, const struct ss_msg *msg, ss_span payload)
{
    struct ss_core_layer *owner;
    struct ss_msg sent;

    if (!reads_as(engine, msg, payload, &sent))
        return SS_OK;
    owner = ss_stack_owner(engine, sent.def->number);
    if (owner == NULL)
        return SS_OK;
    SS_TRY(owner->ops->on_sent(owner->self, &sent, payload));
    ss_stack_notice(engine);
    return SS_OK;
}

/* Must the layer see the bytes that were sent? The messages that the connection layer sends itself
 * are the many and the large, and it knows what it said. */
static bool keeps_payload(enum ss_core_sender sender, const struct ss_msg *msg)
{
    return sender == SS_BY_HAND || msg->def == NULL || msg->def->number < CONNECTION_FIRST ||
           msg->def->number > CONNECTION_LAST;
}

/* Seals what was appended since mark. */
static ss_err finish(struct ss_engine *engine, enum ss_core_sender sender, size_t mark,
                     const struct ss_msg *msg, const struct ss_lie *lies, size_t count)
{
    struct ss_packet_out *packets = &engine->packets_out;
    ss_span payload = ss_span_part(ss_buf_span(&engine->out), mark + HEAD, SIZE_MAX);
    uint32_t sequence = packets->sequence, epoch = packets->epoch;
    size_t sealed, empty = ss_buf_size(&engine->clear);
    ss_err err = SS_OK;

    if (keeps_payload(sender, msg))
        err = ss_buf_put(&engine->clear, payload);
    if (err != SS_OK) {
        ss_buf_truncate(&engine->out, mark);
        return err;
    }
    ss_record_message(engine, SS_OUT, msg, payload);
    err = ss_packet_end(packets, &engine->out, mark, lies, count);
    if (err == SS_OK) {
        engine->sends++;
        sealed = ss_buf_size(&engine->out) - mark;
        err = count > 0 ? lie_flow(engine, mark, lies, count) : SS_OK;
        ss_record_frame_out(engine, sequence, epoch, sealed, ss_buf_size(&engine->out) - mark);
    }
    if (err == SS_OK)
        err = tell(engine, msg, ss_span_part(ss_buf_span(&engine->clear), empty, SIZE_MAX));
    ss_buf_truncate(&engine->clear, empty);
    return err;
}

ss_err ss_output_message(struct ss_engine *engine, enum ss_core_sender sender,
                         const struct ss_msg *msg, const struct ss_lie *lies, size_t lie_count)
{
    size_t mark;
    ss_err err;

    SS_TRY(check_flow(engine, lies, lie_count));
    SS_TRY(ss_packet_begin(&engine->packets_out, &engine->out, &mark));
    err = ss_msg_encode(&engine->out, msg, lies, lie_count);
    if (err != SS_OK) {
        ss_buf_truncate(&engine->out, mark);
        return err;
    }
    return finish(engine, sender, mark, msg, lies, lie_count);
}

ss_err ss_output_payload(struct ss_engine *engine, ss_span payload, const struct ss_lie *lies,
                         size_t lie_count)
{
    struct ss_msg msg = {.payload = payload};
    size_t mark;
    ss_err err;

    SS_TRY(check_flow(engine, lies, lie_count));
    SS_TRY(ss_packet_begin(&engine->packets_out, &engine->out, &mark));
    err = ss_buf_put(&engine->out, payload);
    if (err != SS_OK) {
        ss_buf_truncate(&engine->out, mark);
        return err;
    }
    return finish(engine, SS_BY_HAND, mark, &msg, lies, lie_count);
}

ss_err ss_output_send(struct ss_link *link, const struct ss_msg *msg)
{
    struct ss_engine *engine = ss_core_of(link);
    struct ss_core_failure failure = {.err = SS_E_ceiling, .field = "output"};

    if (ss_core_closed(engine))
        return SS_E_closed;
    if (ss_buf_size(&engine->out) >= limit(engine)) {
        failure.detail = "the peer does not read what it asked for";
        return ss_fault_pin(engine, &failure);
    }
    failure.err = ss_output_message(engine, SS_BY_LAYER, msg, NULL, 0);
    /* A message that cannot be said is a mistake of who asked for it; it leaves no trace. */
    if (failure.err == SS_OK || ss_err_class_of(failure.err) == SS_CLASS_USAGE) {
        if (failure.err == SS_OK && msg->def != NULL && msg->def->id == SS_MSG_disconnect)
            engine->ended = true;
        return failure.err;
    }
    failure.field = NULL;
    return ss_fault_pin(engine, &failure);
}

/* ---- the stream ---- */

/* Up to the next place where a write must end. */
static size_t piece(const struct ss_engine *engine, size_t size)
{
    uint64_t at = engine->gone, end = engine->gone + size;

    for (size_t i = 0; i < engine->split_count; i++) {
        const struct ss_core_split *split = &engine->splits[i];
        uint64_t next;

        if (at >= split->to)
            continue;
        if (at < split->from)
            next = split->from;
        else
            next = split->from + ((at - split->from) / split->n + 1) * split->n;
        if (next > split->to)
            next = split->to;
        if (next < end)
            end = next;
    }
    return (size_t)(end - at);
}

ss_span ss_engine_output(const struct ss_engine *engine)
{
    ss_span out = ss_buf_span(&engine->out);

    return engine->split_count == 0 ? out : ss_span_part(out, 0, piece(engine, out.size));
}

void ss_engine_sent(struct ss_engine *engine, size_t n)
{
    size_t kept = 0;

    if (n > ss_buf_size(&engine->out))
        n = ss_buf_size(&engine->out);
    ss_record_bytes(engine, SS_OUT, ss_span_part(ss_buf_span(&engine->out), 0, n));
    ss_buf_consume(&engine->out, n);
    engine->gone += n;
    for (size_t i = 0; i < engine->split_count; i++) {
        if (engine->splits[i].to > engine->gone)
            engine->splits[kept++] = engine->splits[i];
    }
    engine->split_count = kept;
}
