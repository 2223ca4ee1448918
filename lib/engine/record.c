/* SPDX-License-Identifier: Apache-2.0 */
/* record.c - trace records, made only when the sink wants them.
 *
 * Owns: the text of each kind of record.
 * Not here: the columns of a line (trace/trace.c), sinks.
 * Called by: the rest of the engine; the layers through their link.
 * Follows: STYLE "Trace and log".
 *
 * A record that cannot be made for want of memory is left out: tracing changes no outcome. */
#include "core.h"

#include "sshspec/canon.h"
#include "sshspec/text.h"

static bool wants(const struct ss_engine *engine, enum ss_trace_kind kind)
{
    return ss_trace_wants(engine->config->trace, kind);
}

static struct ss_trace_record record_of(const struct ss_engine *engine, enum ss_trace_kind kind)
{
    struct ss_trace_record record = {.kind = kind, .at = engine->link.now, .sequence = UINT32_MAX};

    record.side = engine->config->role == SS_CLIENT ? "cli" : "srv";
    record.epoch = engine->packets_in.epoch;
    return record;
}

/* Both numbers of a packet. */
static void number(struct ss_trace_record *record, enum ss_direction direction, uint32_t sequence,
                   uint32_t epoch)
{
    record->directed = true;
    record->direction = direction;
    record->sequence = sequence;
    record->epoch = epoch;
}

static void emit(struct ss_engine *engine, struct ss_trace_record *record, ss_err made)
{
    struct ss_trace *trace = engine->config->trace;

    record->text = ss_buf_span(&engine->line);
    if (made == SS_OK)
        trace->record(trace, record);
    ss_buf_clear(&engine->line);
}

void ss_record_bytes(struct ss_engine *engine, enum ss_direction direction, ss_span wire)
{
    struct ss_trace_record record;

    if (wire.size == 0 || !wants(engine, SS_TRACE_BYTES))
        return;
    record = record_of(engine, SS_TRACE_BYTES);
    record.directed = true;
    record.direction = direction;
    record.wire = wire;
    emit(engine, &record, ss_buf_printf(&engine->line, "size=%zu", wire.size));
}

void ss_record_piece(struct ss_engine *engine, enum ss_direction direction, const char *what,
                     size_t n)
{
    struct ss_trace_record record;

    if (n == 0 || !wants(engine, SS_TRACE_FRAME))
        return;
    record = record_of(engine, SS_TRACE_FRAME);
    record.directed = true;
    record.direction = direction;
    record.size = n;
    emit(engine, &record, ss_buf_printf(&engine->line, "%s size=%zu", what, n));
}

/* The size of a payload as it is on the wire, where that is another. */
static ss_err print_packed(struct ss_buf *line, bool compressed, size_t packed)
{
    return compressed ? ss_buf_printf(line, " compressed=%zu", packed) : SS_OK;
}

static ss_err print_frame_in(struct ss_buf *line, const struct ss_packet *packet)
{
    SS_TRY(ss_buf_printf(line, "length=%lu padding=%u payload=%zu", (unsigned long)packet->length,
                         packet->padding, packet->payload.size));
    return print_packed(line, packet->compressed, packet->packed);
}

static ss_err print_frame_out(struct ss_buf *line, const struct ss_packet_out *out, size_t size)
{
    SS_TRY(ss_buf_printf(line, "size=%zu", size));
    if (out->payload > 0)
        SS_TRY(ss_buf_printf(line, " payload=%zu", out->payload));
    return print_packed(line, out->payload > 0, out->packed);
}

void ss_record_frame_in(struct ss_engine *engine, const struct ss_packet *packet)
{
    struct ss_trace_record record;

    if (!wants(engine, SS_TRACE_FRAME))
        return;
    record = record_of(engine, SS_TRACE_FRAME);
    number(&record, SS_IN, packet->sequence, packet->epoch);
    record.size = engine->taken.used;
    emit(engine, &record, print_frame_in(&engine->line, packet));
}

void ss_record_frame_out(struct ss_engine *engine, uint32_t sequence, uint32_t epoch, size_t sealed,
                         size_t put)
{
    struct ss_trace_record record;

    if (!wants(engine, SS_TRACE_FRAME))
        return;
    record = record_of(engine, SS_TRACE_FRAME);
    number(&record, SS_OUT, sequence, epoch);
    record.size = put;
    emit(engine, &record, print_frame_out(&engine->line, &engine->packets_out, sealed));
}

void ss_record_message(struct ss_engine *engine, enum ss_direction direction,
                       const struct ss_msg *msg, ss_span payload)
{
    struct ss_msg shown = *msg;
    struct ss_trace_record record;

    if (!wants(engine, SS_TRACE_MESSAGE))
        return;
    record = record_of(engine, SS_TRACE_MESSAGE);
    if (direction == SS_IN)
        number(&record, SS_IN, engine->link.inbound_sequence, engine->taken.packet.epoch);
    else
        number(&record, SS_OUT, engine->packets_out.sequence, engine->packets_out.epoch);
    record.payload = payload;
    shown.payload = payload;
    emit(engine, &record, ss_msg_print(&engine->line, &shown, 0));
}

void ss_record_oddities(struct ss_engine *engine, const struct ss_msg *msg)
{
    struct ss_trace_record record;
    struct ss_buf notes;
    ss_span rest;

    if (!wants(engine, SS_TRACE_NOTE))
        return;
    ss_buf_init(&notes, engine->env, engine->line.ceiling);
    record = record_of(engine, SS_TRACE_NOTE);
    number(&record, SS_IN, engine->link.inbound_sequence, engine->taken.packet.epoch);
    if (ss_msg_canon(msg, &notes) != SS_OK)
        ss_buf_clear(&notes);
    rest = ss_buf_span(&notes);
    while (rest.size > 0) {
        const uint8_t *end = memchr(rest.data, '\n', rest.size);
        size_t n = end != NULL ? (size_t)(end - rest.data) : rest.size;

        emit(engine, &record,
             ss_buf_printf(&engine->line, "%s %.*s", msg->def->name, (int)n,
                           (const char *)rest.data));
        rest = ss_span_part(rest, n + 1, SIZE_MAX);
    }
    ss_buf_fini(&notes);
}

static ss_err print_fault(struct ss_buf *line, const struct ss_fault *fault)
{
    SS_TRY(ss_buf_puts(line, ss_err_name(fault->err)));
    if (fault->message != NULL)
        SS_TRY(ss_buf_printf(line, " message=%s", fault->message));
    if (fault->field != NULL)
        SS_TRY(ss_buf_printf(line, " field=%s", fault->field));
    if (fault->rule != NULL)
        SS_TRY(ss_buf_printf(line, " rule=%s", fault->rule));
    SS_TRY(ss_buf_printf(line, " offset=%zu", fault->offset));
    if (fault->detail[0] != 0)
        SS_TRY(ss_buf_printf(line, " detail=\"%s\"", fault->detail));
    return SS_OK;
}

void ss_record_fault(struct ss_engine *engine)
{
    const struct ss_fault *fault = &engine->fault;
    struct ss_trace_record record;

    if (!wants(engine, SS_TRACE_FAULT))
        return;
    record = record_of(engine, SS_TRACE_FAULT);
    number(&record, fault->inbound ? SS_IN : SS_OUT, fault->sequence, record.epoch);
    emit(engine, &record, print_fault(&engine->line, fault));
}

void ss_record_text(struct ss_engine *engine, enum ss_trace_kind kind, const char *text)
{
    struct ss_trace_record record;

    if (!wants(engine, kind))
        return;
    record = record_of(engine, kind);
    emit(engine, &record, ss_buf_puts(&engine->line, text));
}

void ss_record_link(struct ss_link *link, enum ss_trace_kind kind, const char *text)
{
    ss_record_text(ss_core_of(link), kind, text);
}

void ss_record_secret(struct ss_link *link, const struct ss_trace_secret *secret)
{
    struct ss_engine *engine = ss_core_of(link);
    struct ss_trace_record record;
    ss_err err;

    if (!wants(engine, SS_TRACE_SECRET))
        return;
    record = record_of(engine, SS_TRACE_SECRET);
    record.secret = secret;
    err = ss_buf_puts(&engine->line, "key exchange cookie=");
    if (err == SS_OK)
        err = ss_hex_encode(&engine->line, secret->cookie);
    emit(engine, &record, err);
}
