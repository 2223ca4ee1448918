/* SPDX-License-Identifier: Apache-2.0 */
/* command.c - what an owner may ask of an engine: commands, sending by hand, time.
 *
 * Owns: which calls are the engine's own and which are a layer's.
 * Not here: what commands do (the layers).
 * Called by: the owner of an engine. */
#include "core.h"

static const unsigned all_layers = SS_LAYER_TRANSPORT | SS_LAYER_AUTH | SS_LAYER_CONNECTION;

/* Commands use the arena too. When no event and no packet borrows from it, it is emptied, so that
 * an owner that only ever writes does not fill it. */
static void tidy(struct ss_engine *engine)
{
    if (!engine->lent && !engine->waiting && engine->events.count == 0 && engine->taken.used == 0)
        ss_arena_reset(&engine->arena);
}

static ss_err version(struct ss_engine *engine, ss_span text)
{
    if (text.data == NULL)
        text = ss_span_of(engine->config->ident);
    return ss_ident_send(engine, text);
}

/* Data may go out whole or not at all; what does not fit the window is the layer's to say. */
static bool too_much(const struct ss_engine *engine, const struct ss_command *command)
{
    return command->kind == SS_CMD_CHANNEL_DATA && command->data.size > 0 &&
           command->data.size > ss_output_room(engine);
}

ss_err ss_engine_do(struct ss_engine *engine, const struct ss_command *command,
                    uint32_t *out_channel)
{
    ss_err err;

    if (ss_core_closed(engine))
        return SS_E_closed;
    if (command->kind == SS_CMD_VERSION)
        return version(engine, command->text);
    if (too_much(engine, command))
        return SS_E_would_block;
    err = ss_stack_command(engine, command, out_channel);
    ss_stack_act(engine);
    tidy(engine);
    return err;
}

size_t ss_engine_writable(const struct ss_engine *engine, uint32_t channel)
{
    size_t room = ss_output_room(engine);
    size_t takes;

    if (ss_core_closed(engine) || !ss_transport_open(engine->transport))
        return 0;
    takes = ss_connection_writable(engine->connection, channel);
    return takes < room ? takes : room;
}

/* ---- by hand ---- */

ss_err ss_engine_autopilot(struct ss_engine *engine, unsigned layers)
{
    if ((layers & ~all_layers) != 0)
        return SS_E_bad_argument;
    engine->autopilot = layers;
    if ((layers & SS_LAYER_TRANSPORT) != 0 && !engine->ident.sent && !ss_core_closed(engine))
        SS_TRY(version(engine, ss_span_make(NULL, 0)));
    ss_stack_act(engine);
    return SS_OK;
}

unsigned ss_engine_autopilot_get(const struct ss_engine *engine)
{
    return engine->autopilot;
}

ss_err ss_engine_compose(struct ss_engine *engine, struct ss_msg *msg)
{
    struct ss_core_layer *owner;
    ss_err err;

    if (msg->def == NULL || msg->body == NULL)
        return SS_E_bad_argument;
    owner = ss_stack_owner(engine, msg->def->number);
    if (owner == NULL)
        return SS_OK;
    err = owner->ops->compose(owner->self, msg);
    return err == SS_E_unsupported ? SS_OK : err;
}

ss_err ss_engine_send(struct ss_engine *engine, const struct ss_msg *msg, const struct ss_lie *lies,
                      size_t lie_count)
{
    SS_TRY(ss_output_message(engine, SS_BY_HAND, msg, lies, lie_count));
    ss_stack_act(engine);
    return SS_OK;
}

ss_err ss_engine_send_payload(struct ss_engine *engine, ss_span payload, const struct ss_lie *lies,
                              size_t lie_count)
{
    SS_TRY(ss_output_payload(engine, payload, lies, lie_count));
    ss_stack_act(engine);
    return SS_OK;
}

ss_err ss_engine_send_raw(struct ss_engine *engine, ss_span bytes)
{
    SS_TRY(ss_buf_put(&engine->out, bytes));
    ss_record_piece(engine, SS_OUT, "raw", bytes.size);
    return SS_OK;
}

void ss_engine_set_sequence(struct ss_engine *engine, enum ss_direction direction, uint32_t next)
{
    if (direction == SS_IN)
        engine->packets_in.sequence = next;
    else
        engine->packets_out.sequence = next;
}

/* ---- time ---- */

static bool logging_in(const struct ss_engine *engine)
{
    return !engine->link.authenticated;
}

ss_time ss_engine_deadline(const struct ss_engine *engine)
{
    ss_time at;

    if (ss_core_closed(engine))
        return SS_NEVER;
    at = ss_stack_deadline(engine);
    return logging_in(engine) && engine->login_by < at ? engine->login_by : at;
}

ss_err ss_engine_tick(struct ss_engine *engine, ss_time now)
{
    struct ss_core_failure late = {.err = SS_E_timeout, .detail = "not authenticated in time"};

    engine->link.now = now;
    if (ss_core_closed(engine))
        return SS_OK;
    if (logging_in(engine) && now >= engine->login_by) {
        (void)ss_fault_pin(engine, &late);
        return SS_OK;
    }
    ss_stack_tick(engine, now);
    ss_stack_act(engine);
    return SS_OK;
}
