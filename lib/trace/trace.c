/* SPDX-License-Identifier: Apache-2.0 */
/* trace.c - the text form of a trace record: one line, fixed columns.
 *
 * Owns: the columns. A record's text does not repeat its kind: the word in front of it ("step",
 *   "note", "fault", "frame", "bytes", "secret") is written here; a message's text begins with its
 * name. Not here: files and terminals; the words of a message (msg/print.c). Called by: sinks of
 * tests, of the runner and of the tools. Follows: STYLE "Trace and log". */
#include "sshspec/trace.h"

/* Null for a message, whose name comes first in its text. */
static const char *kind_word(enum ss_trace_kind kind)
{
    switch (kind) {
    case SS_TRACE_BYTES:
        return "bytes ";
    case SS_TRACE_FRAME:
        return "frame ";
    case SS_TRACE_STEP:
        return "step ";
    case SS_TRACE_NOTE:
        return "note ";
    case SS_TRACE_FAULT:
        return "fault ";
    case SS_TRACE_SECRET:
        return "secret ";
    case SS_TRACE_MESSAGE:
        break;
    }
    return NULL;
}

static char mark(const struct ss_trace_record *record)
{
    if (record->kind == SS_TRACE_FAULT)
        return '!';
    if (!record->directed)
        return '.';
    return record->direction == SS_OUT ? '>' : '<';
}

static ss_err columns(struct ss_buf *out, const struct ss_trace_record *record, ss_time start)
{
    /* A record from before the start has no honest offset; it sorts first. */
    ss_time past = record->at > start ? record->at - start : 0;
    const char *side = record->side != NULL ? record->side : "-";

    SS_TRY(ss_buf_printf(out, "+%llu.%03llu %-3s %c ", (unsigned long long)(past / 1000),
                         (unsigned long long)(past % 1000), side, mark(record)));
    if (record->sequence == UINT32_MAX)
        return ss_buf_puts(out, "-  ");
    return ss_buf_printf(out, "%-2lu ", (unsigned long)record->sequence);
}

/* Texts come escaped from the layers that know the fields. What is not printable ASCII even so
 * becomes \xHH, because a record must stay one line and must not drive a terminal. */
static ss_err printable(struct ss_buf *out, ss_span text)
{
    size_t n = 0;

    while (text.size > 0) {
        for (n = 0; n < text.size && text.data[n] >= 0x20 && text.data[n] < 0x7f; n++)
            ;
        SS_TRY(ss_buf_put(out, ss_span_part(text, 0, n)));
        text = ss_span_part(text, n, SIZE_MAX);
        if (text.size == 0)
            break;
        SS_TRY(ss_buf_printf(out, "\\x%02x", text.data[0]));
        text = ss_span_part(text, 1, SIZE_MAX);
    }
    return SS_OK;
}

static ss_err line(struct ss_buf *out, const struct ss_trace_record *record, ss_time start)
{
    SS_TRY(columns(out, record, start));
    SS_TRY(ss_buf_puts(out, kind_word(record->kind)));
    SS_TRY(printable(out, record->text));
    return ss_buf_puts(out, "\n");
}

ss_err ss_trace_format(struct ss_buf *out, const struct ss_trace_record *record, ss_time start)
{
    size_t before = ss_buf_size(out);
    ss_err err = line(out, record, start);

    if (err != SS_OK)
        ss_buf_truncate(out, before);
    return err;
}
