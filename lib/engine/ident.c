/* SPDX-License-Identifier: Apache-2.0 */
/* ident.c - identification lines: ours goes out once, the peer's comes in once.
 *
 * Owns: both lines, the count of lines before the peer's.
 * Not here: the grammar of a line (transport/version.c).
 * Called by: poll.c until the peer's line has come; command.c and engine.c to send ours.
 * Follows: RFC 4253 section 4.2. */
#include "core.h"

/* Keys can be exchanged when both lines are known: they are hashed. */
static void start(struct ss_engine *engine)
{
    struct ss_core_ident *ident = &engine->ident;
    ss_err err;

    if (!ident->sent || !ident->came || ident->started)
        return;
    ident->started = true;
    err = ss_transport_start(engine->transport, ss_buf_span(&ident->ours),
                             ss_buf_span(&ident->theirs));
    if (err != SS_OK)
        (void)ss_fault_pin(engine, &(struct ss_core_failure){.err = err});
    ss_stack_act(engine);
}

/* rule: RFC4253-4.2-terminated-crlf */
ss_err ss_ident_send(struct ss_engine *engine, ss_span text)
{
    struct ss_core_ident *ident = &engine->ident;
    size_t before = ss_buf_size(&engine->out);
    ss_err err;

    if (ident->sent)
        return SS_E_usage;
    SS_TRY(ss_buf_put(&ident->ours, text));
    err = ss_buf_put(&engine->out, text);
    if (err == SS_OK)
        err = ss_buf_puts(&engine->out, "\r\n");
    if (err != SS_OK) {
        ss_buf_clear(&ident->ours);
        ss_buf_truncate(&engine->out, before);
        return err;
    }
    ident->sent = true;
    ss_record_piece(engine, SS_OUT, "identification", ss_buf_size(&engine->out) - before);
    start(engine);
    return SS_OK;
}

static void refuse(struct ss_engine *engine, ss_err err)
{
    struct ss_core_failure failure = {.err = err};

    if (err == SS_E_line_too_long)
        failure.rule = "RFC4253-4.2-over-255-received";
    else if (ss_span_is(ss_span_part(ss_buf_span(&engine->in), 0, 4), "SSH-"))
        failure.rule = "RFC4253-4.2-bad-protoversion-received";
    else
        failure.rule = "RFC4253-4.2-server-rejects-prelines";
    (void)ss_fault_pin(engine, &failure);
}

static ss_err preline(struct ss_engine *engine, ss_span line)
{
    struct ss_event event = {.type = SS_EVENT_PRELINE, .text = line};

    if (++engine->ident.prelines > engine->config->prelines)
        return SS_E_too_many;
    return ss_event_push(engine, &event);
}

static ss_err version(struct ss_engine *engine, ss_span line)
{
    struct ss_core_ident *ident = &engine->ident;
    struct ss_event event = {.type = SS_EVENT_VERSION};

    SS_TRY(ss_buf_put(&ident->theirs, line));
    event.text = ss_buf_span(&ident->theirs);
    SS_TRY(ss_event_push(engine, &event));
    ident->came = true;
    return SS_OK;
}

bool ss_ident_take(struct ss_engine *engine)
{
    enum ss_version_line kind;
    ss_span line;
    size_t used;
    ss_err err = ss_version_take(ss_buf_span(&engine->in), engine->config->role,
                                 &engine->ident.scanned, &kind, &line, &used);

    if (err == SS_E_more_input)
        return false;
    if (err != SS_OK) {
        refuse(engine, err);
        return true;
    }
    engine->taken.used = used;
    ss_record_piece(engine, SS_IN, kind == SS_VERSION_IDENT ? "identification" : "preline", used);
    err = kind == SS_VERSION_IDENT ? version(engine, line) : preline(engine, line);
    if (err != SS_OK)
        (void)ss_fault_pin(engine, &(struct ss_core_failure){
                                       .err = err, .rule = "RFC4253-4.2-client-accepts-prelines"});
    start(engine);
    return true;
}
