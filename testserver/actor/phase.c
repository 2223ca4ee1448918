/* SPDX-License-Identifier: Apache-2.0 */
/* phase.c - from the first byte to a service: version, kexinit, kex, rekey, service.
 *
 * Owns: which layers are on autopilot when; options of the connection.
 * Not here: login (login.c).
 * Called by: play.c.
 * Follows: RFC 4253 sections 4.2, 7, 9, 10. */
#include "testserver/actor/seat.h"

#include <stdio.h>

/* ---- options ---- */
static ss_err set_host_key(struct seat *seat, const struct scn_field_set *field)
{
    struct scn_value value;

    SS_TRY(scn_eval(&seat->flow.eval, field->value, &value));
    if (value.type != SCN_KEY)
        return scn_eval_mistake(&seat->flow.eval, field->at, "host_key takes a key, this is %s",
                                scn_type_text(value.type));
    seat->host_keys[0] = value.key;
    seat->host_keys[1] = NULL;
    return SS_OK;
}

/* Text of options is borrowed by the config: it lives as long as the seat. */
static ss_err set_option(struct seat *seat, const struct scn_field_set *field)
{
    struct scn_value value;
    char number[24];
    ss_span bytes;
    const char *text;
    ss_err err;

    SS_TRY(scn_eval(&seat->flow.eval, field->value, &value));
    if (value.type == SCN_NUMBER) {
        (void)snprintf(number, sizeof number, "%llu", (unsigned long long)value.number);
        bytes = ss_span_of(number);
    } else if (value.type == SCN_BOOL) {
        bytes = ss_span_of(value.number != 0 ? "yes" : "no");
    } else {
        SS_TRY(scn_eval_as_bytes(&seat->flow.eval, field->at, &value, &bytes));
    }
    text = ss_arena_text(&seat->keep, bytes);
    if (text == NULL)
        return SS_E_no_memory;
    err = ss_config_set(&seat->config, field->path, text);
    if (err == SS_OK || err == SS_E_no_memory)
        return err;
    return scn_eval_mistake(&seat->flow.eval, field->at, "%.*s cannot be %.60s",
                            (int)field->path.size, (const char *)field->path.data, text);
}

/* The identification line may be any bytes: it is no option here, but said as it is. */
static bool is_ident(const struct scn_field_set *field)
{
    return ss_span_is(field->path, "ident");
}

void seat_options(struct seat *seat, const struct scn_stmt *stmt)
{
    for (size_t i = 0; i < stmt->fields.count; i++) {
        const struct scn_field_set *field = &stmt->fields.items[i];
        ss_err err = SS_OK;

        if (ss_span_is(field->path, "host_key"))
            err = set_host_key(seat, field);
        else if (stmt->kind != SCN_VERSION || !is_ident(field))
            err = set_option(seat, field);
        if (err != SS_OK) {
            act_mistake(seat->scene, &seat->flow.eval, stmt->at, err);
            return;
        }
    }
}

/* ---- what is missing ---- */
enum seat_progress seat_ensure_version(struct seat *seat, struct scn_pos at)
{
    struct ss_command say = {.kind = SS_CMD_VERSION};

    if (!seat->version_sent) {
        seat->version_sent = true;
        seat_fault_what(seat, "version");
        seat_do(seat, at, &say, NULL);
    }
    return seat->version_came ? SEAT_DONE : SEAT_WAIT;
}

enum seat_progress seat_ensure_kex(struct seat *seat, struct scn_pos at)
{
    (void)at;
    seat_autopilot(seat, SS_LAYER_TRANSPORT, 0);
    return seat->epoch > 0 && !seat->in_kex ? SEAT_DONE : SEAT_WAIT;
}

enum seat_progress seat_ensure_service(struct seat *seat, struct scn_pos at)
{
    struct ss_command ask = {.kind = SS_CMD_SERVICE, .text = ss_span_of("ssh-userauth")};

    if (seat->service_ready)
        return SEAT_DONE;
    if (seat_ensure_kex(seat, at) == SEAT_WAIT)
        return SEAT_WAIT;
    if (!seat_server(seat) && !seat->service_asked) {
        seat->service_asked = true;
        seat_do(seat, at, &ask, NULL);
    }
    return seat->service_ready ? SEAT_DONE : SEAT_WAIT;
}

/* ---- statements ---- */
static void say_version(struct seat *seat, const struct scn_stmt *stmt)
{
    struct ss_command say = {.kind = SS_CMD_VERSION};
    ss_err err = SS_OK;

    if (seat->version_sent) {
        act_decide(seat->scene, VERDICT_ERROR, stmt->at, "our identification line was sent before");
        return;
    }
    seat_options(seat, stmt);
    for (size_t i = 0; i < stmt->fields.count && err == SS_OK; i++) {
        if (is_ident(&stmt->fields.items[i]))
            err = scn_eval_bytes(&seat->flow.eval, stmt->fields.items[i].value, &say.text);
        if (is_ident(&stmt->fields.items[i]) && say.text.data == NULL)
            say.text = ss_span_of("");
        seat->odd = seat->odd || is_ident(&stmt->fields.items[i]);
    }
    if (err != SS_OK) {
        act_mistake(seat->scene, &seat->flow.eval, stmt->at, err);
        return;
    }
    seat->version_sent = true;
    seat_fault_what(seat, "version");
    seat_do(seat, stmt->at, &say, NULL);
}

enum seat_progress seat_version(struct seat *seat, const struct scn_stmt *stmt)
{
    if (seat_call(seat)->fresh)
        say_version(seat, stmt);
    return seat->version_came ? SEAT_DONE
                              : seat_await(seat, stmt, "the exchange of identification lines");
}

enum seat_progress seat_kexinit(struct seat *seat, const struct scn_stmt *stmt)
{
    if (seat_ensure_version(seat, stmt->at) == SEAT_WAIT)
        return seat_await(seat, stmt, "the exchange of identification lines");
    if (seat_lost(seat)) {
        (void)seat_await(seat, stmt, "kexinit");
        return SEAT_DONE;
    }
    seat_autopilot(seat, 0, SS_LAYER_TRANSPORT);
    seat_send_message(seat, stmt, ss_msgdef_of(SS_MSG_kexinit), NULL);
    return SEAT_DONE;
}

enum seat_progress seat_kex(struct seat *seat, const struct scn_stmt *stmt)
{
    if (seat_call(seat)->fresh)
        seat_options(seat, stmt);
    if (seat_decided(seat) || seat_ensure_kex(seat, stmt->at) == SEAT_DONE)
        return SEAT_DONE;
    return seat_await(seat, stmt, "the key exchange");
}

enum seat_progress seat_rekey(struct seat *seat, const struct scn_stmt *stmt)
{
    struct ss_command start = {.kind = SS_CMD_KEXINIT};
    struct seat_call *call = seat_call(seat);

    if (call->fresh) {
        seat_options(seat, stmt);
        call->item = 0;
    }
    if (seat_decided(seat))
        return SEAT_DONE;
    if (call->item == 0) { /* not started */
        if (seat_ensure_kex(seat, stmt->at) == SEAT_WAIT)
            return seat_await(seat, stmt, "the key exchange");
        call->item = seat->epoch;
        seat_fault_what(seat, "rekey");
        seat_do(seat, stmt->at, &start, NULL);
    }
    if (seat->epoch > call->item && !seat->in_kex)
        return SEAT_DONE;
    return seat_await(seat, stmt, "the new key exchange");
}

enum seat_progress seat_service(struct seat *seat, const struct scn_stmt *stmt)
{
    struct ss_command ask = {.kind = SS_CMD_SERVICE, .text = stmt->text};
    struct seat_call *call = seat_call(seat);

    if (seat_ensure_kex(seat, stmt->at) == SEAT_WAIT)
        return seat_await(seat, stmt, "the key exchange");
    if (call->item == 0 && !seat_server(seat)) {
        call->item = 1;
        seat->service_ready = false;
        seat->service_asked = true;
        seat_fault_what(seat, "SERVICE_REQUEST");
        seat_do(seat, stmt->at, &ask, NULL);
    }
    return seat->service_ready ? SEAT_DONE : seat_await(seat, stmt, "the service request");
}
