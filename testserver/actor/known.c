/* SPDX-License-Identifier: Apache-2.0 */
/* known.c - what a seat knows of its connection: for expressions, and as facts of the result.
 *
 * Owns: what is remembered of messages that went by.
 * Not here: channels (channel.c).
 * Called by: the evaluator through scn_host; pump.c and the trace for what goes by.
 * Follows: docs/scenario-language.md "Values"; SCENARIOS rule 8. */
#include "testserver/actor/seat.h"

#include <stdio.h>

/* ---- what goes by ---- */
static void keep(struct seat *seat, struct ss_buf *buf, ss_span bytes)
{
    ss_buf_clear(buf);
    if (ss_buf_put(buf, bytes) == SS_E_no_memory)
        act_blame(seat->scene, (struct scn_pos){0, 0}, "facts", SS_E_no_memory);
}

/* rule: RFC4253-6.6: a signature begins with the name of its algorithm. */
static void keep_signature(struct seat *seat, ss_span signature)
{
    struct ss_reader reader;
    ss_span name;

    ss_reader_init(&reader, signature);
    name = ss_reader_string(&reader);
    if (reader.err == SS_OK)
        keep(seat, &seat->signature_algorithm, name);
}

void seat_notice_in(struct seat *seat, const struct ss_msg *msg)
{
    if (msg->def == NULL || msg->body == NULL)
        return;
    switch (msg->def->id) {
    case SS_MSG_kexinit:
        seat->in_kex = true;
        keep(seat, &seat->kexinit, msg->payload);
        break;
    case SS_MSG_kexdh_reply:
        keep_signature(seat, ((const struct ss_msg_kexdh_reply *)msg->body)->signature);
        break;
    case SS_MSG_kex_ecdh_reply:
        keep_signature(seat, ((const struct ss_msg_kex_ecdh_reply *)msg->body)->signature);
        break;
    case SS_MSG_userauth_request:
        seat->auth_said = false;
        break;
    case SS_MSG_userauth_failure:
        keep(seat, &seat->auth_methods,
             ((const struct ss_msg_userauth_failure *)msg->body)->methods);
        break;
    case SS_MSG_request_success:
    case SS_MSG_request_failure:
        seat->globals_answered++;
        break;
    default:
        break;
    }
}

static void notice_request(struct seat *seat, ss_span payload)
{
    struct ss_reader reader;
    ss_span name;
    bool want;

    ss_reader_init(&reader, payload);
    if (ss_reader_byte(&reader) == 98)
        (void)ss_reader_u32(&reader);
    name = ss_reader_string(&reader);
    want = ss_reader_boolean(&reader);
    if (reader.err != SS_OK)
        return;
    if (payload.data[0] == 98)
        seat->exit_sent = seat->exit_sent || ss_span_is(name, "exit-status");
    else if (want)
        seat->globals_asked++;
}

/* The record is of what was encoded: by its number, for a lie may have changed it. */
void seat_notice_out(struct seat *seat, const struct ss_trace_record *record)
{
    seat->sent = true;
    seat->sent_sequence = record->sequence;
    if (record->payload.size == 0)
        return;
    switch (record->payload.data[0]) {
    case 20:
        seat->in_kex = true;
        break;
    case 51:
    case 52:
    case 60:
        seat->auth_waiting = false;
        seat->auth_said = true;
        break;
    case 80:
    case 98:
        notice_request(seat, record->payload);
        break;
    default:
        break;
    }
}

/* ---- for expressions ---- */
ss_err seat_peer_list(struct seat *seat, struct ss_arena *arena, ss_span name,
                      struct scn_value *out)
{
    ss_span payload = ss_buf_span(&seat->kexinit);
    struct ss_decode_error error;
    struct ss_msg msg;

    if (payload.size == 0)
        payload = ss_engine_peer_kexinit(seat->engine);
    if (payload.size == 0)
        return SS_E_not_found;
    SS_TRY(ss_msg_decode(arena, ss_msgdef_of(SS_MSG_kexinit), payload, &msg, &error));
    return scn_value_field(arena, &msg, name, out);
}

static ss_err text_fact(const char *name, struct scn_value *out)
{
    *out = scn_value_text(name != NULL ? name : "");
    return SS_OK;
}

static ss_err kex_fact(struct seat *seat, ss_span name, struct scn_value *out)
{
    const struct ss_negotiated *n = ss_engine_negotiated(seat->engine);

    if (ss_span_is(name, "epoch"))
        *out = scn_value_number(seat->epoch);
    else if (n->kex == NULL)
        return SS_E_not_found;
    else if (ss_span_is(name, "algorithm"))
        return text_fact(n->kex->name, out);
    else if (ss_span_is(name, "hostkey"))
        return text_fact(n->host_key != NULL ? n->host_key->name : NULL, out);
    else if (ss_span_is(name, "cipher_c2s"))
        return text_fact(n->cipher_c2s != NULL ? n->cipher_c2s->name : NULL, out);
    else if (ss_span_is(name, "cipher_s2c"))
        return text_fact(n->cipher_s2c != NULL ? n->cipher_s2c->name : NULL, out);
    else if (ss_span_is(name, "mac_c2s"))
        return text_fact(n->mac_c2s != NULL ? n->mac_c2s->name : NULL, out);
    else if (ss_span_is(name, "mac_s2c"))
        return text_fact(n->mac_s2c != NULL ? n->mac_s2c->name : NULL, out);
    else if (ss_span_is(name, "strict"))
        *out = scn_value_bool(n->strict);
    else
        return SS_E_not_found;
    return SS_OK;
}

static ss_err bytes_fact(ss_span bytes, struct scn_value *out)
{
    if (bytes.size == 0)
        return SS_E_not_found;
    *out = scn_value_bytes(bytes);
    return SS_OK;
}

/* What stands behind prefix in path; false when path begins otherwise. */
static bool below(ss_span path, const char *prefix, ss_span *out)
{
    size_t n = strlen(prefix);

    if (path.size <= n || !ss_span_eq(ss_span_part(path, 0, n), ss_span_of(prefix)))
        return false;
    *out = ss_span_part(path, n, SIZE_MAX);
    return true;
}

static ss_err auth_methods(struct seat *seat, struct ss_arena *arena, struct scn_value *out)
{
    if (seat->auth_methods.data == NULL)
        return SS_E_not_found;
    return scn_value_names(arena, ss_buf_span(&seat->auth_methods), out);
}

static ss_err sig_algs(struct seat *seat, struct ss_arena *arena, struct scn_value *out)
{
    if (ss_engine_server_sig_algs(seat->engine).data == NULL)
        return scn_value_names(arena, ss_span_of(""), out); /* no EXT_INFO named any */
    return scn_value_names(arena, ss_engine_server_sig_algs(seat->engine), out);
}

ss_err seat_known(struct scn_host *host, struct ss_arena *arena, ss_span path,
                  struct scn_value *out)
{
    struct seat *seat = SS_CONTAINER_OF(host, struct seat, host);
    ss_span name;

    if (ss_span_is(path, "peer.ident"))
        return bytes_fact(ss_engine_peer_ident(seat->engine), out);
    if (ss_span_is(path, "peer.sig_algs"))
        return sig_algs(seat, arena, out);
    if (below(path, "peer.kexinit.", &name))
        return seat_peer_list(seat, arena, name, out);
    if (ss_span_is(path, "kex.signature.algorithm"))
        return bytes_fact(ss_buf_span(&seat->signature_algorithm), out);
    if (ss_span_is(path, "kex.session_id"))
        return bytes_fact(ss_engine_session_id(seat->engine), out);
    if (ss_span_is(path, "kex.blob"))
        return bytes_fact(ss_engine_host_key(seat->engine), out);
    if (below(path, "kex.", &name))
        return kex_fact(seat, name, out);
    if (ss_span_is(path, "auth.methods"))
        return auth_methods(seat, arena, out);
    if (ss_span_is(path, "sent.sequence") && seat->sent) {
        *out = scn_value_number(seat->sent_sequence);
        return SS_OK;
    }
    if (ss_span_is(path, "auth.user"))
        return bytes_fact(seat->scene->job->world->keys->user, out);
    return SS_E_not_found;
}

ss_err seat_at_name(struct scn_host *host, ss_span name, struct scn_value *out)
{
    struct seat *seat = SS_CONTAINER_OF(host, struct seat, host);

    return act_key(seat->scene->job->world->keys, name, out);
}

/* ---- for the result ---- */
void seat_facts(struct seat *seat)
{
    static const char *const names[] = {"kex.algorithm",  "kex.hostkey", "kex.cipher_c2s",
                                        "kex.cipher_s2c", "kex.mac_c2s", "kex.mac_s2c"};
    struct act_scene *scene = seat->scene;
    struct scn_value value;

    if (ss_engine_peer_ident(seat->engine).size > 0)
        act_fact(scene, "peer.ident", ss_engine_peer_ident(seat->engine));
    for (size_t i = 0; i < SS_COUNT(names); i++) {
        if (seat_known(&seat->host, &seat->flow.eval.scratch, ss_span_of(names[i]), &value) ==
                SS_OK &&
            value.bytes.size > 0)
            act_fact(scene, names[i], value.bytes);
    }
    if (ss_engine_negotiated(seat->engine)->kex != NULL)
        act_fact(scene, "kex.strict",
                 ss_span_of(ss_engine_negotiated(seat->engine)->strict ? "true" : "false"));
    act_fact_number(scene, "kex.epochs", seat->epoch);
    if (ss_buf_size(&seat->auth_methods) > 0)
        act_fact(scene, "auth.methods", ss_buf_span(&seat->auth_methods));
    if (ss_buf_size(&seat->auth_method) > 0)
        act_fact(scene, "auth.method", ss_buf_span(&seat->auth_method));
    act_fact_number(scene, "channels", seat->channel_count);
    if (seat->stream.version > 0)
        act_fact_number(scene, "sftp.version", seat->stream.version);
    if (seat->stream.extensions[0] != 0)
        act_fact(scene, "sftp.extensions", ss_span_of(seat->stream.extensions));
    if (ss_buf_size(&scene->outcome.fence) > 0)
        act_fact(scene, "fence", ss_buf_span(&scene->outcome.fence));
    if (ss_buf_size(&scene->outcome.closure) > 0)
        act_fact(scene, "closure", ss_buf_span(&scene->outcome.closure));
}
