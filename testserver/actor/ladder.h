/* SPDX-License-Identifier: Apache-2.0 */
/* ladder.h - the trace sink of a conversation: the last records as lines, all of them passed on.
 *
 * Owns: the lines.
 * Not here: making records (the engines).
 * Called by: the conversations; who watches what goes out sets `watch`. */
#ifndef SSHSPEC_ACTOR_LADDER_H
#define SSHSPEC_ACTOR_LADDER_H

#include "sshspec/trace.h"

enum { ACT_LADDER_LINES = 20 };

struct act_ladder {
    struct ss_trace trace; /* for the config of an engine */
    const struct ss_env *env;
    struct ss_buf lines[ACT_LADDER_LINES]; /* a ring */
    size_t next, count;
    ss_time start;
    void (*record)(void *ctx, const struct ss_trace_record *record); /* may be null */
    void *ctx;
};
void act_ladder_init(struct act_ladder *ladder, const struct ss_env *env, ss_time start);
void act_ladder_fini(struct act_ladder *ladder);
/* A record of our own: a line of text about what is no packet. */
void act_ladder_note(struct act_ladder *ladder, enum ss_trace_kind kind, const char *side,
                     ss_time now, ss_span text);
void act_ladder_put(struct act_ladder *ladder, const struct ss_trace_record *record);
SS_MUST_USE ss_err act_ladder_write(const struct act_ladder *ladder, struct ss_buf *out);

#endif
