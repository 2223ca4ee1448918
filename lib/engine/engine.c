/* SPDX-License-Identifier: Apache-2.0 */
/* engine.c - an engine is made, asked what it knows, and given back.
 *
 * Owns: the engine's memory, in every state.
 * Not here: what it does (poll.c, command.c).
 * Called by: the owner of an engine. */
#include "core.h"

enum {
    IDENT_MOST = 65536,   /* ours may be too long on purpose */
    INPUT_SLACK = 262144, /* what an owner may feed before it polls, at least */
    OUTPUT_SLACK = 65536, /* for a DISCONNECT over the limit */
    LINE_MOST = 65536,
    GROWTH = 8 /* a struct of a list may be so many times as large as its bytes */
};

static void init_buffers(struct ss_engine *engine)
{
    const struct ss_env *env = engine->env;
    size_t packet = (size_t)engine->config->packet_limit;
    size_t output = (size_t)engine->config->output_limit + OUTPUT_SLACK;

    ss_arena_init(&engine->arena, env, packet * GROWTH);
    ss_buf_init(&engine->ident.ours, env, IDENT_MOST);
    ss_buf_init(&engine->ident.theirs, env, IDENT_MOST);
    ss_buf_init(&engine->in, env, packet * 2 + INPUT_SLACK);
    ss_buf_init(&engine->late, env, packet * 2 + INPUT_SLACK);
    ss_buf_init(&engine->out, env, output);
    ss_buf_init(&engine->kept, env, output);
    ss_buf_init(&engine->clear, env, output);
    engine->clear.secret = true;
    ss_buf_init(&engine->line, env, LINE_MOST);
    ss_packet_in_init(&engine->packets_in, env);
    ss_packet_out_init(&engine->packets_out, env);
    engine->packets_in.limit = (uint32_t)engine->config->packet_limit_preauth;
}

static ss_err init_layers(struct ss_engine *engine)
{
    struct ss_link *link = &engine->link;
    struct ss_core_layer *layers = engine->layers;

    link->env = engine->env;
    link->config = engine->config;
    link->arena = &engine->arena;
    link->send = ss_output_send;
    link->event = ss_event_link;
    link->fail = ss_fault_link;
    link->note = ss_record_link;
    link->secret = ss_record_secret;
    SS_TRY(ss_transport_new(link, &engine->packets_in, &engine->packets_out, &engine->transport));
    link->negotiated = ss_transport_negotiated(engine->transport);
    SS_TRY(ss_auth_new(link, &engine->auth));
    SS_TRY(ss_connection_new(link, &engine->connection));
    layers[0] = (struct ss_core_layer){&ss_transport_ops, engine->transport};
    layers[1] = (struct ss_core_layer){&ss_auth_ops, engine->auth};
    layers[2] = (struct ss_core_layer){&ss_connection_ops, engine->connection};
    return SS_OK;
}

static ss_err start(struct ss_engine *engine, ss_time now)
{
    const struct ss_config *config = engine->config;

    SS_TRY(init_layers(engine));
    engine->link.now = now;
    engine->login_by = config->login_time > 0 ? now + config->login_time : SS_NEVER;
    if (config->pace == SS_STEP)
        return SS_OK;
    /* rule: RFC4253-4.2-server-does-not-wait, RFC4253-4.2-client-does-not-wait */
    return ss_engine_autopilot(engine, SS_LAYER_TRANSPORT | SS_LAYER_AUTH | SS_LAYER_CONNECTION);
}

ss_err ss_engine_new(const struct ss_config *config, const struct ss_env *env, ss_time now,
                     struct ss_engine **out_engine)
{
    struct ss_engine *engine;
    ss_err err;

    if ((config->role != SS_CLIENT && config->role != SS_SERVER) || config->ident == NULL ||
        config->registry == NULL)
        return SS_E_bad_argument;
    engine = ss_alloc(env, sizeof *engine);
    if (engine == NULL)
        return SS_E_no_memory;
    engine->env = env;
    engine->config = config;
    init_buffers(engine);
    err = start(engine, now);
    if (err != SS_OK) {
        ss_engine_free(&engine);
        return err;
    }
    *out_engine = engine;
    return SS_OK;
}

/* What lay in these was decrypted. */
static void wipe(struct ss_buf *buf)
{
    buf->secret = true;
    ss_buf_fini(buf);
}

void ss_engine_free(struct ss_engine **engine)
{
    struct ss_engine *gone = *engine;

    if (gone == NULL)
        return;
    ss_connection_free(&gone->connection);
    ss_auth_free(&gone->auth);
    ss_transport_free(&gone->transport);
    ss_packet_in_fini(&gone->packets_in);
    ss_packet_out_fini(&gone->packets_out);
    wipe(&gone->in);
    wipe(&gone->late);
    wipe(&gone->clear);
    wipe(&gone->out);
    ss_buf_fini(&gone->kept);
    ss_buf_fini(&gone->line);
    ss_buf_fini(&gone->ident.ours);
    ss_buf_fini(&gone->ident.theirs);
    ss_event_fini(gone);
    ss_arena_fini(&gone->arena);
    ss_free(gone->env, gone, sizeof *gone);
    *engine = NULL;
}

struct ss_engine *ss_core_of(struct ss_link *link)
{
    return SS_CONTAINER_OF(link, struct ss_engine, link);
}

bool ss_core_closed(const struct ss_engine *engine)
{
    return engine->ended || engine->faulty;
}

bool ss_engine_finished(const struct ss_engine *engine)
{
    return ss_core_closed(engine);
}

const struct ss_fault *ss_engine_fault(const struct ss_engine *engine)
{
    return engine->faulty ? &engine->fault : NULL;
}

const struct ss_negotiated *ss_engine_negotiated(const struct ss_engine *engine)
{
    return engine->link.negotiated;
}

ss_span ss_engine_session_id(const struct ss_engine *engine)
{
    return engine->link.session_id;
}

ss_span ss_engine_peer_ident(const struct ss_engine *engine)
{
    return ss_buf_span(&engine->ident.theirs);
}

ss_span ss_engine_peer_kexinit(const struct ss_engine *engine)
{
    return ss_transport_peer_kexinit(engine->transport);
}

ss_span ss_engine_host_key(const struct ss_engine *engine)
{
    return ss_transport_host_key(engine->transport);
}

ss_span ss_engine_server_sig_algs(const struct ss_engine *engine)
{
    return engine->link.server_sig_algs;
}

bool ss_engine_peer_ping(const struct ss_engine *engine)
{
    return engine->link.peer_ping;
}

bool ss_engine_authenticated(const struct ss_engine *engine)
{
    return engine->link.authenticated;
}

unsigned ss_engine_phase(const struct ss_engine *engine)
{
    struct ss_where where;

    ss_stack_where(engine, &where);
    return where.phase;
}

const struct ss_config *ss_engine_config(const struct ss_engine *engine)
{
    return engine->config;
}

uint32_t ss_engine_sequence(const struct ss_engine *engine, enum ss_direction direction)
{
    return direction == SS_IN ? engine->packets_in.sequence : engine->packets_out.sequence;
}

uint64_t ss_engine_epoch_bytes(const struct ss_engine *engine, enum ss_direction direction)
{
    return direction == SS_IN ? engine->packets_in.bytes : engine->packets_out.bytes;
}

bool ss_engine_channel(const struct ss_engine *engine, uint32_t channel,
                       struct ss_channel_info *out_info)
{
    return ss_connection_channel(engine->connection, channel, out_info);
}
