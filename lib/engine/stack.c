/* SPDX-License-Identifier: Apache-2.0 */
/* stack.c - three layers on one another: whose message, whose command, who may act.
 *
 * Owns: the ranges of message numbers, the phase a connection is in, the order of acting.
 * Not here: what a layer does.
 * Called by: poll.c, command.c, output.c.
 * Follows: RFC 4250 section 4.1.2 for the ranges; RFC 4253 section 7.1: between our KEXINIT and
 *   our NEWKEYS only the transport may send. */
#include "core.h"

enum { TRANSPORT, AUTH, CONNECTION };

struct ss_core_layer *ss_stack_owner(struct ss_engine *engine, uint8_t number)
{
    if ((number >= 1 && number <= 49) || number == 192 || number == 193)
        return &engine->layers[TRANSPORT];
    if (number >= 50 && number <= 79)
        return &engine->layers[AUTH];
    if (number >= 80 && number <= 127)
        return &engine->layers[CONNECTION];
    return NULL;
}

void ss_stack_where(const struct ss_engine *engine, struct ss_where *out_where)
{
    struct ss_where where;

    memset(&where, 0, sizeof where);
    ss_transport_where(engine->transport, &where);
    where.receiver = engine->config->role;
    where.auth = ss_auth_context(engine->auth);
    if (where.phase == SS_PHASE_SERVICE && engine->link.authenticated)
        where.phase = SS_PHASE_CONNECTION;
    else if (where.phase == SS_PHASE_SERVICE && engine->auth_started)
        where.phase = SS_PHASE_AUTH;
    *out_where = where;
}

const struct ss_msgdef *ss_stack_def(const struct ss_engine *engine, uint8_t number)
{
    struct ss_where where;

    ss_stack_where(engine, &where);
    return ss_msgdef_by_number(SS_PROTO_SSH, number, where.kex, where.auth);
}

static const char *phase_step(unsigned phase)
{
    switch (phase) {
    case SS_PHASE_START:
        return "phase start";
    case SS_PHASE_KEX:
        return "phase kex";
    case SS_PHASE_SERVICE:
        return "phase service";
    case SS_PHASE_AUTH:
        return "phase auth";
    default:
        return "phase connection";
    }
}

static void record_phase(struct ss_engine *engine)
{
    struct ss_where where;

    if (!ss_trace_wants(engine->config->trace, SS_TRACE_STEP))
        return;
    ss_stack_where(engine, &where);
    if (where.phase == engine->phase)
        return;
    engine->phase = where.phase;
    ss_record_text(engine, SS_TRACE_STEP, phase_step(where.phase));
}

/* From the packet behind SUCCESS on: that one has been sealed, or opened. */
static void compress(struct ss_engine *engine)
{
    ss_err err = ss_transport_authenticated(engine->transport);

    if (err != SS_OK)
        (void)ss_fault_pin(engine, &(struct ss_core_failure){.err = err});
}

void ss_stack_notice(struct ss_engine *engine)
{
    if (!engine->auth_started &&
        ss_span_is(ss_transport_service(engine->transport), "ssh-userauth")) {
        engine->auth_started = true;
        ss_auth_start(engine->auth);
    }
    if (!engine->opened && engine->link.authenticated) {
        engine->opened = true;
        engine->packets_in.limit = (uint32_t)engine->config->packet_limit;
        compress(engine);
    }
    record_phase(engine);
}

static bool on_autopilot(const struct ss_engine *engine, const struct ss_core_layer *layer)
{
    return (engine->autopilot & (unsigned)layer->ops->id) != 0;
}

/* May this layer send now? */
static bool may_send(const struct ss_engine *engine, const struct ss_core_layer *layer)
{
    if (ss_core_closed(engine) || !on_autopilot(engine, layer))
        return false;
    return layer == &engine->layers[TRANSPORT] || ss_transport_open(engine->transport);
}

static void act(struct ss_engine *engine, struct ss_core_layer *layer)
{
    ss_err err;

    if (!may_send(engine, layer))
        return;
    engine->link.may_send = true;
    err = layer->ops->act(layer->self);
    engine->link.may_send = false;
    if (err != SS_OK && ss_err_class_of(err) != SS_CLASS_AGAIN)
        (void)ss_fault_pin(engine, &(struct ss_core_failure){.err = err});
    ss_stack_notice(engine);
}

/* What one layer sends can make something due in another: again, until a round sends nothing. */
void ss_stack_act(struct ss_engine *engine)
{
    uint64_t before;

    do {
        before = engine->sends;
        for (size_t i = 0; i < SS_CORE_LAYERS; i++)
            act(engine, &engine->layers[i]);
    } while (engine->sends != before && !ss_core_closed(engine));
}

ss_err ss_stack_command(struct ss_engine *engine, const struct ss_command *command,
                        uint32_t *out_channel)
{
    ss_err err = SS_E_unsupported;

    for (size_t i = 0; i < SS_CORE_LAYERS && err == SS_E_unsupported; i++) {
        struct ss_core_layer *layer = &engine->layers[i];

        engine->link.may_send = may_send(engine, layer);
        err = layer->ops->command(layer->self, command, out_channel);
        engine->link.may_send = false;
    }
    ss_stack_notice(engine);
    return err;
}

ss_time ss_stack_deadline(const struct ss_engine *engine)
{
    ss_time first = SS_NEVER;

    for (size_t i = 0; i < SS_CORE_LAYERS; i++) {
        const struct ss_core_layer *layer = &engine->layers[i];
        ss_time at = layer->ops->deadline != NULL ? layer->ops->deadline(layer->self) : SS_NEVER;

        if (at < first)
            first = at;
    }
    return first;
}

void ss_stack_tick(struct ss_engine *engine, ss_time now)
{
    for (size_t i = 0; i < SS_CORE_LAYERS && !ss_core_closed(engine); i++) {
        const struct ss_core_layer *layer = &engine->layers[i];
        ss_err err = layer->ops->tick != NULL ? layer->ops->tick(layer->self, now) : SS_OK;

        if (err != SS_OK)
            (void)ss_fault_pin(engine, &(struct ss_core_failure){.err = err});
    }
}
