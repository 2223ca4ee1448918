/* SPDX-License-Identifier: Apache-2.0 */
/* relay_rule.c - what a relay does to the units that pass: inject, drop, duplicate, flip, cut,
 * alter, replace.
 *
 * Owns: which unit a rule means, and when it has fired.
 * Not here: where units end (relay_lane.c).
 * Called by: relay.c for statements; relay_lane.c for units.
 * Follows: docs/scenario-language.md "relay_stmt". */
#include <stdio.h>

#include "sshspec/transport.h"
#include "testserver/actor/relay.h"
#include "testserver/script/build.h"

static const struct scn_pos nowhere = {0, 0};

/* ---- rules ---- */
static ss_err evaluate(struct relay *relay, const struct scn_stmt *stmt, struct relay_rule *rule)
{
    ss_span bytes;

    if (stmt->kind == SCN_FLIP || stmt->kind == SCN_CUT)
        return scn_eval_number(&relay->flow.eval, stmt->value, &rule->number);
    if (stmt->kind != SCN_REPLACE_LINE)
        return SS_OK;
    SS_TRY(scn_eval_bytes(&relay->flow.eval, stmt->value, &bytes));
    return ss_arena_copy(&relay->arena, bytes, &rule->bytes);
}

void relay_rule_add(struct relay *relay, const struct scn_stmt *stmt)
{
    struct relay_rule rule = {.stmt = stmt, .fault = relay->flow.current_fault};
    ss_err err = evaluate(relay, stmt, &rule);

    if (err == SS_OK && relay->rule_count == relay->rule_cap) {
        size_t cap = relay->rule_cap > 0 ? relay->rule_cap * 2 : 8;
        struct relay_rule *rules = ss_resize(relay->scene->env, relay->rules,
                                             relay->rule_cap * sizeof *rules, cap * sizeof *rules);

        if (rules == NULL) {
            err = SS_E_no_memory;
        } else {
            relay->rules = rules;
            relay->rule_cap = cap;
        }
    }
    if (err != SS_OK) {
        act_mistake(relay->scene, &relay->flow.eval, stmt->at, err);
        return;
    }
    relay->rules[relay->rule_count++] = rule;
}

/* ---- which unit ---- */
static bool is_message(const struct scn_message *wanted, const struct relay_unit *unit)
{
    return wanted->def != NULL && unit->msg.def == wanted->def;
}

/* The n-th packet, counted from the start or behind a message. */
static bool counts(struct relay_rule *rule, const struct scn_place *place,
                   const struct relay_unit *unit)
{
    if (place->after.def != NULL && !rule->after_seen) {
        rule->after_seen = is_message(&place->after, unit);
        return false;
    }
    return ++rule->count == place->index;
}

static bool meant(struct relay_rule *rule, const struct relay_lane *lane,
                  const struct relay_unit *unit)
{
    const struct scn_stmt *stmt = rule->stmt;

    if (rule->fired || stmt->side != lane->side)
        return false;
    switch (stmt->kind) {
    case SCN_REPLACE_LINE:
        return unit->line && unit->bytes.size >= 4 && memcmp(unit->bytes.data, "SSH-", 4) == 0;
    case SCN_ALTER:
        return !unit->line && is_message(&stmt->message, unit);
    case SCN_INJECT:
        if (unit->line)
            return false;
        return stmt->place.after.def == NULL || is_message(&stmt->place.after, unit);
    default:
        if (unit->line)
            return false;
        if (stmt->place.message.def != NULL)
            return is_message(&stmt->place.message, unit);
        return counts(rule, &stmt->place, unit);
    }
}

/* ---- what was done ---- */
static const char *verb(enum scn_kind kind)
{
    switch (kind) {
    case SCN_INJECT:
        return "inject";
    case SCN_DROP:
        return "drop";
    case SCN_DUPLICATE:
        return "duplicate";
    case SCN_FLIP:
        return "flip";
    case SCN_CUT:
        return "cut";
    case SCN_ALTER:
        return "alter";
    default:
        return "replace";
    }
}

static void fire(struct relay *relay, struct relay_lane *lane, struct relay_rule *rule,
                 const struct relay_unit *unit)
{
    struct act_fault *fault = rule->fault >= 0 ? &relay->flow.faults[rule->fault] : NULL;
    const char *message = unit->msg.def != NULL ? unit->msg.def->name : unit->line ? "line" : "";
    char text[120];

    rule->fired = true;
    rule->mark = lane->sent + ss_buf_size(&lane->out);
    (void)snprintf(text, sizeof text, "%s%s%s", verb(rule->stmt->kind), message[0] != 0 ? " " : "",
                   rule->stmt->kind == SCN_INJECT ? rule->stmt->message.def->name : message);
    act_ladder_note(&relay->scene->ladder, SS_TRACE_NOTE,
                    lane->side == SCN_TO_SERVER ? "cli" : "srv", relay->now, ss_span_of(text));
    if (fault == NULL || fault->fired)
        return;
    fault->fired = true;
    fault->epoch = lane->epoch;
    fault->sequence = unit->index;
    (void)snprintf(fault->what, sizeof fault->what, "%.60s", text);
}

/* ---- packets of our own ---- */
static ss_err put_packet(struct relay *relay, struct relay_lane *lane, ss_span payload,
                         struct ss_buf *to)
{
    size_t mark;

    (void)lane;
    SS_TRY(ss_packet_begin(relay->clear, to, &mark));
    SS_TRY(ss_buf_put(to, payload));
    return ss_packet_end(relay->clear, to, mark, NULL, 0);
}

static ss_err encode(struct relay *relay, const struct ss_msg *msg, ss_span *out)
{
    struct ss_buf payload;
    ss_err err;

    ss_buf_init(&payload, relay->scene->env, (size_t)1024 * 1024);
    err = ss_msg_encode(&payload, msg, NULL, 0);
    if (err == SS_OK)
        err = ss_arena_copy(&relay->flow.eval.scratch, ss_buf_span(&payload), out);
    ss_buf_fini(&payload);
    return err;
}

static ss_err inject(struct relay *relay, struct relay_lane *lane, const struct scn_stmt *stmt)
{
    struct ss_msg msg;
    ss_span payload;

    SS_TRY(ss_msg_new(&relay->flow.eval.scratch, stmt->message.def, stmt->message.tail, &msg));
    SS_TRY(scn_build_fields(&relay->flow.eval, &stmt->fields, &msg));
    SS_TRY(encode(relay, &msg, &payload));
    return put_packet(relay, lane, payload, &lane->out);
}

static ss_err alter(struct relay *relay, struct relay_lane *lane, const struct scn_stmt *stmt,
                    const struct relay_unit *unit)
{
    struct ss_msg msg;
    ss_span payload;

    SS_TRY(ss_msg_copy(&relay->flow.eval.scratch, &unit->msg, &msg));
    SS_TRY(scn_build_fields(&relay->flow.eval, &stmt->fields, &msg));
    SS_TRY(encode(relay, &msg, &payload));
    ss_buf_clear(&lane->work);
    return put_packet(relay, lane, payload, &lane->work);
}

/* ---- a unit on its way ---- */
struct fate {
    bool drop;
    size_t copies;
};

static ss_err act_on(struct relay *relay, struct relay_lane *lane, struct relay_rule *rule,
                     const struct relay_unit *unit, struct fate *fate)
{
    const struct scn_stmt *stmt = rule->stmt;

    switch (stmt->kind) {
    case SCN_DROP:
        fate->drop = true;
        return SS_OK;
    case SCN_DUPLICATE:
        fate->copies++;
        return SS_OK;
    case SCN_FLIP:
        if (rule->number >= ss_buf_size(&lane->work))
            return scn_eval_mistake(&relay->flow.eval, stmt->at, "the packet has only %zu bytes",
                                    ss_buf_size(&lane->work));
        ss_buf_at(&lane->work)[rule->number] ^= 1;
        return SS_OK;
    case SCN_CUT:
        if (rule->number < ss_buf_size(&lane->work))
            ss_buf_truncate(&lane->work, (size_t)rule->number);
        lane->cut = true;
        return SS_OK;
    case SCN_ALTER:
        return alter(relay, lane, stmt, unit);
    case SCN_REPLACE_LINE:
        ss_buf_clear(&lane->work);
        SS_TRY(ss_buf_put(&lane->work, rule->bytes));
        return ss_buf_puts(&lane->work, "\r\n");
    default:
        return SS_E_internal;
    }
}

/* before: rules that put something in front of the unit; else those behind it. */
static ss_err inject_all(struct relay *relay, struct relay_lane *lane,
                         const struct relay_unit *unit, bool before)
{
    for (size_t i = 0; i < relay->rule_count; i++) {
        struct relay_rule *rule = &relay->rules[i];
        bool first = rule->stmt->before || rule->stmt->place.after.def == NULL;

        if (rule->stmt->kind != SCN_INJECT || first != before || !meant(rule, lane, unit))
            continue;
        SS_TRY(inject(relay, lane, rule->stmt));
        fire(relay, lane, rule, unit);
    }
    return SS_OK;
}

static ss_err apply(struct relay *relay, struct relay_lane *lane, const struct relay_unit *unit)
{
    struct fate fate = {false, 1};

    SS_TRY(inject_all(relay, lane, unit, true));
    ss_buf_clear(&lane->work);
    SS_TRY(ss_buf_put(&lane->work, unit->bytes));
    for (size_t i = 0; i < relay->rule_count; i++) {
        struct relay_rule *rule = &relay->rules[i];

        if (rule->stmt->kind == SCN_INJECT || !meant(rule, lane, unit))
            continue;
        SS_TRY(act_on(relay, lane, rule, unit, &fate));
        fire(relay, lane, rule, unit);
    }
    for (size_t i = 0; i < fate.copies && !fate.drop; i++)
        SS_TRY(ss_buf_put(&lane->out, ss_buf_span(&lane->work)));
    return inject_all(relay, lane, unit, false);
}

void relay_rule_apply(struct relay *relay, struct relay_lane *lane, const struct relay_unit *unit)
{
    ss_err err;

    if (lane->cut)
        return;
    err = apply(relay, lane, unit);
    if (err != SS_OK)
        act_mistake(relay->scene, &relay->flow.eval, nowhere, err);
    scn_eval_reset(&relay->flow.eval);
}

void relay_rule_prove(struct relay *relay)
{
    for (size_t i = 0; i < relay->flow.program.fault_count; i++) {
        struct act_fault *fault = &relay->flow.faults[i];
        bool all = true, gone = true;

        for (size_t j = 0; j < relay->rule_count; j++) {
            const struct relay_rule *rule = &relay->rules[j];

            if (rule->fault != (int)i)
                continue;
            all = all && rule->fired;
            gone = gone && relay->lanes[rule->stmt->side].sent >= rule->mark;
        }
        fault->carried_out = fault->fired && all;
        fault->delivered = fault->carried_out && gone;
    }
}
