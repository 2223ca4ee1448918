/* SPDX-License-Identifier: Apache-2.0 */
/* control.c - DISCONNECT, IGNORE, DEBUG, UNIMPLEMENTED, PING and PONG.
 *
 * Owns: pings and pongs that wait for the end of a key exchange.
 * Not here: answering unknown messages with UNIMPLEMENTED (engine).
 * Called by: transport.c.
 * Follows: RFC 4253 section 11; OpenSSH PROTOCOL 1.8 (ping). */
#include "state.h"

enum { PING = 192, PONG = 193 };

/* ---- what is held ---- */
bool ss_control_held_due(const struct ss_transport *layer)
{
    return layer->open && ss_buf_size(&layer->held) > 0;
}

/* False when nothing is held. */
static bool look(const struct ss_transport *layer, uint8_t *out_number, ss_span *out_data)
{
    struct ss_reader reader;

    if (ss_buf_size(&layer->held) == 0)
        return false;
    ss_reader_init(&reader, ss_buf_span(&layer->held));
    *out_number = ss_reader_byte(&reader);
    *out_data = ss_reader_string(&reader);
    return true;
}

enum ss_msgid ss_control_held_id(const struct ss_transport *layer)
{
    uint8_t number = 0;
    ss_span data;

    (void)look(layer, &number, &data);
    return number == PING ? SS_MSG_ping : SS_MSG_pong;
}

static ss_err hold(struct ss_transport *layer, uint8_t number, ss_span data)
{
    size_t before = ss_buf_size(&layer->held);
    struct ss_writer writer;
    ss_err err;

    ss_writer_init(&writer, &layer->held);
    ss_writer_byte(&writer, number);
    ss_writer_string(&writer, data);
    err = ss_writer_done(&writer);
    if (err != SS_OK)
        ss_buf_truncate(&layer->held, before);
    return err;
}

/* One of ours went out: if it is the one that is held longest, it is not due any more. */
void ss_control_sent(struct ss_transport *layer, ss_span payload)
{
    uint8_t number;
    ss_span data;

    if (look(layer, &number, &data) && payload.size > 0 && payload.data[0] == number)
        ss_buf_consume(&layer->held, 1 + 4 + data.size);
}

/* ---- received ---- */
/* rule: RFC4253-11.1-disconnect-processed. The error says that the connection is over; nothing is
 * sent for it. */
static ss_err disconnected(struct ss_transport *layer, const struct ss_msg_disconnect *body)
{
    struct ss_event event = {
        .type = SS_EVENT_DISCONNECTED, .number = body->reason, .text = body->description};

    SS_TRY(layer->link->event(layer->link, &event));
    return SS_E_peer_disconnected;
}

/* rule: RFC4253-11.4-unimplemented-received. Some servers know no rekey before authentication: to
 * wait for their KEXINIT would be to wait for ever. */
static ss_err unimplemented(struct ss_transport *layer, const struct ss_msg_unimplemented *body)
{
    const struct ss_exchange *ex = &layer->ex;
    struct ss_event event = {.type = SS_EVENT_UNIMPLEMENTED,
                             .number = body->packet_sequence_number};

    if (ex->ours.there && !ex->theirs.there && ex->ours.sequence == body->packet_sequence_number)
        ss_transport_doom(layer, SS_E_refused, NULL, "RFC4253-9-rekey-answered",
                          "the peer answered KEXINIT with UNIMPLEMENTED");
    return layer->link->event(layer->link, &event);
}

/* Answered only where it was announced; nobody else may know the number. */
static ss_err pinged(struct ss_transport *layer, const struct ss_msg_ping *body)
{
    ss_err err;

    if (!layer->link->config->ping) {
        ss_transport_note(layer, "PING was not announced and is not answered");
        return SS_OK;
    }
    err = hold(layer, PONG, body->data);
    if (err == SS_E_ceiling)
        return ss_transport_fail(layer, SS_E_too_many, "data", NULL,
                                 "more PING than can be answered");
    return err;
}

static ss_err ponged(struct ss_transport *layer, const struct ss_msg_pong *body)
{
    struct ss_event event = {.type = SS_EVENT_PONG, .data = body->data};

    return layer->link->event(layer->link, &event);
}

ss_err ss_control_received(struct ss_transport *layer, const struct ss_msg *msg)
{
    switch (msg->def->id) {
    case SS_MSG_disconnect:
        return disconnected(layer, msg->body);
    case SS_MSG_unimplemented:
        return unimplemented(layer, msg->body);
    case SS_MSG_ping:
        return pinged(layer, msg->body);
    case SS_MSG_pong:
        return ponged(layer, msg->body);
    default: /* rule: RFC4253-11.2-ignore-understood, RFC4253-11.3-debug-understood */
        return SS_OK;
    }
}

/* ---- composed ---- */
static ss_err compose_held(struct ss_transport *layer, uint8_t wanted, ss_span *out_data)
{
    uint8_t number;
    ss_span data;

    if (!look(layer, &number, &data) || number != wanted)
        return SS_OK;
    return ss_arena_copy(layer->link->arena, data, out_data);
}

ss_err ss_control_compose(struct ss_transport *layer, struct ss_msg *msg)
{
    switch (msg->def->id) {
    case SS_MSG_disconnect:
        ((struct ss_msg_disconnect *)msg->body)->reason = SS_DISCONNECT_BY_APPLICATION;
        return SS_OK;
    case SS_MSG_unimplemented: /* rule: RFC4253-11.4-unimplemented-seq */
        ((struct ss_msg_unimplemented *)msg->body)->packet_sequence_number =
            layer->link->inbound_sequence;
        return SS_OK;
    case SS_MSG_ping:
        return compose_held(layer, PING, &((struct ss_msg_ping *)msg->body)->data);
    case SS_MSG_pong:
        return compose_held(layer, PONG, &((struct ss_msg_pong *)msg->body)->data);
    default: /* IGNORE and DEBUG: empty ones are honest */
        return SS_OK;
    }
}

/* ---- commands ---- */
/* The one message that goes out at once: it may be sent at any time, and nothing comes after. */
static ss_err disconnect(struct ss_transport *layer, const struct ss_command *command)
{
    struct ss_msg_disconnect *body;
    struct ss_msg msg;

    SS_TRY(ss_msg_new(layer->link->arena, ss_msgdef_of(SS_MSG_disconnect), NULL, &msg));
    body = msg.body;
    body->reason = command->number != 0 ? command->number : SS_DISCONNECT_BY_APPLICATION;
    body->description = command->text;
    return layer->link->send(layer->link, &msg);
}

static ss_err ping(struct ss_transport *layer, const struct ss_command *command)
{
    ss_err err;

    if (!layer->link->peer_ping)
        return SS_E_usage;
    err = hold(layer, PING, command->data);
    return err == SS_E_ceiling ? SS_E_would_block : err;
}

ss_err ss_control_command(struct ss_transport *layer, const struct ss_command *command)
{
    if (command->kind == SS_CMD_PING)
        return ping(layer, command);
    return disconnect(layer, command);
}
