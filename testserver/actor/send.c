/* SPDX-License-Identifier: Apache-2.0 */
/* send.c - what a script sends by hand, and how it leaves.
 *
 * Owns: the honest defaults of a reply; the order: defaults, fields, lies.
 * Not here: values into fields (script/build.c), encoding and sealing (the engine).
 * Called by: play.c; phase.c for KEXINIT.
 * Follows: docs/scenario-language.md "send", "reply". */
#include "testserver/actor/seat.h"

#include "testserver/script/build.h"

/* ---- names of what is sent ---- */
static void upper_name(const struct ss_msgdef *def, char *out, size_t size)
{
    size_t i;

    for (i = 0; def->name[i] != 0 && i + 1 < size; i++)
        out[i] = (char)(def->name[i] >= 'a' && def->name[i] <= 'z' ? def->name[i] - 'a' + 'A'
                                                                   : def->name[i]);
    out[i] = 0;
}

/* True when it cannot be sent now: waits for room, or the connection is gone. */
static bool held_up(struct seat *seat, const struct scn_stmt *stmt, const char *what,
                    enum seat_progress *out_progress)
{
    if (!seat_lost(seat) && ss_engine_output(seat->engine).size < SEAT_OUTPUT_HIGH)
        return false;
    *out_progress = seat_await(seat, stmt, what);
    return true;
}

/* ---- replies ---- */
static uint32_t *number_field(const struct ss_msg *msg, const char *name)
{
    struct ss_field field;

    if (msg->def == NULL || msg->body == NULL ||
        !ss_field_find(msg->def, msg->body, ss_span_of(name), &field) ||
        field.def->type != SS_TYPE_uint32)
        return NULL;
    return (uint32_t *)(void *)((char *)field.base + field.def->offset);
}

/* The id, or the channel, of the message that the handler has. */
static void fill_reply(struct seat *seat, struct ss_msg *msg)
{
    const struct seat_call *call = seat_call(seat);
    const struct ss_msg *asked = &call->handled.message;
    struct ss_channel_info info;
    uint32_t *to, *from;

    if (call->handler == NULL || asked->def == NULL)
        return;
    to = number_field(msg, "id");
    from = number_field(asked, "id");
    if (msg->def->proto == SS_PROTO_SFTP && to != NULL && from != NULL) {
        *to = *from;
        return;
    }
    to = number_field(msg, "recipient_channel");
    if (to == NULL)
        return;
    from = number_field(asked, "recipient_channel");
    if (asked->def->id == SS_MSG_channel_open)
        *to = ((const struct ss_msg_channel_open *)asked->body)->sender_channel;
    else if (from != NULL && ss_engine_channel(seat->engine, *from, &info))
        *to = info.theirs;
}

/* ---- messages ---- */
static ss_err prepare(struct seat *seat, const struct scn_stmt *stmt, const struct ss_msgdef *def,
                      const struct ss_msgdef *tail, struct ss_msg *msg)
{
    SS_TRY(ss_msg_new(&seat->flow.eval.scratch, def, tail, msg));
    if (def->proto == SS_PROTO_SFTP)
        SS_TRY(seat_stream_compose(seat, msg));
    else
        SS_TRY(ss_engine_compose(seat->engine, msg));
    if (stmt->kind == SCN_REPLY)
        fill_reply(seat, msg);
    return scn_build_fields(&seat->flow.eval, &stmt->fields, msg);
}

static ss_err post(struct seat *seat, const struct ss_msg *msg, const struct ss_lie *lies,
                   size_t count)
{
    if (msg->def->proto == SS_PROTO_SFTP)
        return seat_stream_send(seat, msg, lies, count);
    return ss_engine_send(seat->engine, msg, lies, count);
}

void seat_send_message(struct seat *seat, const struct scn_stmt *stmt, const struct ss_msgdef *def,
                       const struct ss_msgdef *tail)
{
    struct ss_lie *lies = NULL;
    struct ss_msg msg;
    char name[48];
    ss_err err = prepare(seat, stmt, def, tail, &msg);

    if (err == SS_OK)
        err = scn_build_lies(&seat->flow.eval, stmt->lies, stmt->lie_count, &msg, &lies);
    if (err != SS_OK) {
        act_mistake(seat->scene, &seat->flow.eval, stmt->at, err);
        return;
    }
    upper_name(def, name, sizeof name);
    seat_fault_what(seat, name);
    if (def->id == SS_MSG_userauth_request)
        seat->auth_asked = false; /* until its answer has come */
    seat->odd = seat->odd || stmt->lie_count > 0 || seat->flow.current_fault >= 0;
    err = post(seat, &msg, lies, stmt->lie_count);
    if (err == SS_E_not_found)
        act_decide(seat->scene, VERDICT_ERROR, stmt->at, "%s: SFTP is not open", name);
    else if (err != SS_OK)
        act_blame(seat->scene, stmt->at, name, err);
}

enum seat_progress seat_send(struct seat *seat, const struct scn_stmt *stmt)
{
    enum seat_progress progress;
    char what[64] = "send ";

    upper_name(stmt->message.def, what + 5, sizeof what - 5);
    if (held_up(seat, stmt, what, &progress))
        return progress;
    seat_send_message(seat, stmt, stmt->message.def, stmt->message.tail);
    return SEAT_DONE;
}

enum seat_progress seat_send_raw(struct seat *seat, const struct scn_stmt *stmt)
{
    enum seat_progress progress;
    ss_span bytes;
    ss_err err;

    if (held_up(seat, stmt, "send raw", &progress))
        return progress;
    err = scn_eval_bytes(&seat->flow.eval, stmt->value, &bytes);
    seat_fault_what(seat, "raw");
    seat->odd = true;
    if (err == SS_OK)
        err = ss_engine_send_raw(seat->engine, bytes);
    if (err != SS_OK)
        act_mistake(seat->scene, &seat->flow.eval, stmt->at, err);
    return SEAT_DONE;
}

enum seat_progress seat_send_payload(struct seat *seat, const struct scn_stmt *stmt)
{
    static const struct ss_msg unknown = {NULL, NULL, {NULL, 0}};
    enum seat_progress progress;
    struct ss_lie *lies = NULL;
    ss_span bytes;
    ss_err err;

    if (held_up(seat, stmt, "send payload", &progress))
        return progress;
    err = scn_eval_bytes(&seat->flow.eval, stmt->value, &bytes);
    if (err == SS_OK)
        err = scn_build_lies(&seat->flow.eval, stmt->lies, stmt->lie_count, &unknown, &lies);
    seat_fault_what(seat, "payload");
    seat->odd = true;
    if (err == SS_OK)
        err = ss_engine_send_payload(seat->engine, bytes, lies, stmt->lie_count);
    if (err != SS_OK)
        act_mistake(seat->scene, &seat->flow.eval, stmt->at, err);
    return SEAT_DONE;
}

/* ---- leaving ---- */
enum seat_progress seat_disconnect(struct seat *seat, const struct scn_stmt *stmt)
{
    struct ss_command bye = {.kind = SS_CMD_DISCONNECT, .number = (uint32_t)stmt->number};

    seat_fault_what(seat, "DISCONNECT");
    if (!seat_lost(seat))
        seat_do(seat, stmt->at, &bye, NULL);
    return SEAT_DONE;
}

enum seat_progress seat_close(struct seat *seat, const struct scn_stmt *stmt)
{
    static const enum act_leave leaves[] = {
        [SCN_CLOSE_FIN] = ACT_LEAVE_FIN,
        [SCN_CLOSE_RST] = ACT_LEAVE_RST,
        [SCN_CLOSE_HALF] = ACT_LEAVE_HALF,
    };

    seat_fault_what(seat, "close");
    seat->leave = leaves[stmt->close_how];
    seat->left = seat->leave != ACT_LEAVE_HALF;
    seat->last_byte = seat->bytes_out + ss_engine_output(seat->engine).size;
    return SEAT_DONE;
}

enum seat_progress seat_release(struct seat *seat, const struct scn_stmt *stmt)
{
    ss_err err;

    seat_fault_what(seat, "release");
    err = ss_engine_release(seat->engine);
    if (err != SS_OK)
        act_blame(seat->scene, stmt->at, "release", err);
    return SEAT_DONE;
}

enum seat_progress seat_set_sequence(struct seat *seat, const struct scn_stmt *stmt)
{
    uint64_t next;
    ss_err err = scn_eval_number(&seat->flow.eval, stmt->value, &next);

    seat_fault_what(seat, "sequence");
    if (err == SS_OK && next > UINT32_MAX)
        err = scn_eval_mistake(&seat->flow.eval, stmt->value->at, "a sequence number has 32 bits");
    if (err != SS_OK)
        act_mistake(seat->scene, &seat->flow.eval, stmt->at, err);
    else
        ss_engine_set_sequence(seat->engine, (enum ss_direction)stmt->number, (uint32_t)next);
    return SEAT_DONE;
}
