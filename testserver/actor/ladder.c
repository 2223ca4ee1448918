/* SPDX-License-Identifier: Apache-2.0 */
/* ladder.c - the last records of a conversation as lines.
 *
 * Owns: a ring of lines.
 * Not here: the form of a line (trace.h).
 * Called by: the engines through their trace; the actors for what no engine sees. */
#include "testserver/actor/ladder.h"

enum { LINE_MOST = 4096 };

/* A line that cannot be kept for want of memory is left out: tracing changes no outcome. */
void act_ladder_put(struct act_ladder *ladder, const struct ss_trace_record *record)
{
    struct ss_buf *line = &ladder->lines[ladder->next];

    if (ladder->record != NULL)
        ladder->record(ladder->ctx, record);
    if (record->kind == SS_TRACE_BYTES || record->kind == SS_TRACE_FRAME)
        return;
    ss_buf_clear(line);
    if (ss_trace_format(line, record, ladder->start) != SS_OK) {
        ss_buf_clear(line);
        return;
    }
    ladder->next = (ladder->next + 1) % ACT_LADDER_LINES;
    if (ladder->count < ACT_LADDER_LINES)
        ladder->count++;
}

static void record(struct ss_trace *self, const struct ss_trace_record *record)
{
    act_ladder_put(SS_CONTAINER_OF(self, struct act_ladder, trace), record);
}

void act_ladder_init(struct act_ladder *ladder, const struct ss_env *env, ss_time start)
{
    memset(ladder, 0, sizeof *ladder);
    ladder->env = env;
    ladder->start = start;
    ladder->trace.record = record;
    ladder->trace.kinds = UINT32_MAX;
    for (size_t i = 0; i < ACT_LADDER_LINES; i++)
        ss_buf_init(&ladder->lines[i], env, LINE_MOST);
}

void act_ladder_fini(struct act_ladder *ladder)
{
    for (size_t i = 0; i < ACT_LADDER_LINES && ladder->env != NULL; i++)
        ss_buf_fini(&ladder->lines[i]);
    memset(ladder, 0, sizeof *ladder);
}

void act_ladder_note(struct act_ladder *ladder, enum ss_trace_kind kind, const char *side,
                     ss_time now, ss_span text)
{
    struct ss_trace_record record = {.kind = kind, .at = now, .side = side, .text = text};

    record.sequence = UINT32_MAX;
    act_ladder_put(ladder, &record);
}

ss_err act_ladder_write(const struct act_ladder *ladder, struct ss_buf *out)
{
    size_t first = (ladder->next + ACT_LADDER_LINES - ladder->count) % ACT_LADDER_LINES;

    for (size_t i = 0; i < ladder->count; i++)
        SS_TRY(ss_buf_put(out, ss_buf_span(&ladder->lines[(first + i) % ACT_LADDER_LINES])));
    return SS_OK;
}
