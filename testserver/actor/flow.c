/* SPDX-License-Identifier: Apache-2.0 */
/* flow.c - variables, branches and loops of a script, and the record of its faults.
 *
 * Owns: which faults are missing when all is over.
 * Not here: what a fault does.
 * Called by: play.c, relay.c.
 * Follows: SCENARIOS rule 5: a verdict counts only when the fault is proven delivered. */
#include "testserver/actor/flow.h"

#include <stdio.h>

/* ---- life ---- */
static ss_err init_loops(struct act_flow *flow)
{
    const struct ss_env *env = flow->scene->env;

    if (flow->program.loops == 0)
        return SS_OK;
    flow->loops = ss_alloc(env, flow->program.loops * sizeof *flow->loops);
    if (flow->loops == NULL)
        return SS_E_no_memory;
    for (uint32_t i = 0; i < flow->program.loops; i++)
        ss_arena_init(&flow->loops[i].arena, env, ACT_VALUE_MOST);
    return SS_OK;
}

static ss_err init_faults(struct act_flow *flow)
{
    size_t count = flow->program.fault_count;

    if (count == 0)
        return SS_OK;
    flow->faults = ss_alloc(flow->scene->env, count * sizeof *flow->faults);
    if (flow->faults == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < count; i++)
        flow->faults[i].listed = flow->program.faults[i];
    return SS_OK;
}

ss_err act_flow_init(struct act_flow *flow, struct act_scene *scene, const struct scn_body *body,
                     struct scn_host *host)
{
    memset(flow, 0, sizeof *flow);
    flow->scene = scene;
    flow->current_fault = -1;
    SS_TRY(scn_program_make(scene->env, scene->job->file, body, scene->cast, &flow->program));
    SS_TRY(act_eval_init(scene, &flow->eval, host));
    SS_TRY(init_loops(flow));
    return init_faults(flow);
}

void act_flow_fini(struct act_flow *flow)
{
    if (flow->scene == NULL)
        return;
    for (uint32_t i = 0; flow->loops != NULL && i < flow->program.loops; i++)
        ss_arena_fini(&flow->loops[i].arena);
    if (flow->loops != NULL)
        ss_free(flow->scene->env, flow->loops, flow->program.loops * sizeof *flow->loops);
    if (flow->faults != NULL)
        ss_free(flow->scene->env, flow->faults, flow->program.fault_count * sizeof *flow->faults);
    scn_eval_free(&flow->eval);
    scn_program_fini(&flow->program);
    memset(flow, 0, sizeof *flow);
}

/* ---- branches not taken ---- */
static void excuse_one(void *ctx, const struct scn_stmt *stmt)
{
    struct act_flow *flow = ctx;

    if (stmt->fault && stmt->fault_index < flow->program.fault_count)
        flow->faults[stmt->fault_index].excused = true;
}

/* What a branch that is not taken does not do is not missing. */
static void excuse(struct act_flow *flow, const struct scn_body *body)
{
    if (flow->program.fault_count > 0)
        scn_body_walk(body, excuse_one, flow);
}

uint32_t act_flow_branch(struct act_flow *flow, uint32_t pc)
{
    const struct scn_step *step = &flow->program.steps[pc];
    bool truth = false;
    ss_err err = scn_eval_bool(&flow->eval, step->stmt->value, &truth);

    if (err != SS_OK) {
        act_mistake(flow->scene, &flow->eval, step->stmt->at, err);
        return pc;
    }
    excuse(flow, truth ? &step->stmt->orelse : &step->stmt->body);
    return truth ? pc + 1 : step->target;
}

/* ---- loops ---- */
static ss_err begin_for(struct act_flow *flow, const struct scn_stmt *stmt, struct act_loop *loop)
{
    struct scn_value list;

    SS_TRY(scn_eval(&flow->eval, stmt->value, &list));
    if (list.type != SCN_LIST)
        return scn_eval_mistake(&flow->eval, stmt->value->at, "a list is wanted, this is %s",
                                scn_type_text(list.type));
    SS_TRY(scn_value_copy(&loop->arena, &list, &loop->list));
    loop->left = loop->list.count;
    return SS_OK;
}

void act_flow_loop(struct act_flow *flow, const struct scn_step *step)
{
    const struct scn_stmt *stmt = step->stmt;
    struct act_loop *loop = &flow->loops[step->loop];
    ss_err err;

    ss_arena_reset(&loop->arena);
    loop->next = 0;
    loop->left = 0;
    if (stmt->kind == SCN_REPEAT)
        err = scn_eval_number(&flow->eval, stmt->value, &loop->left);
    else
        err = begin_for(flow, stmt, loop);
    if (err != SS_OK)
        act_mistake(flow->scene, &flow->eval, stmt->at, err);
    else if (loop->left == 0)
        excuse(flow, &stmt->body);
}

bool act_flow_next(struct act_flow *flow, const struct scn_step *step)
{
    struct act_loop *loop = &flow->loops[step->loop];
    ss_err err = SS_OK;

    if (loop->left == 0)
        return false;
    loop->left--;
    if (step->stmt->kind == SCN_FOR)
        err = scn_eval_bind(&flow->eval, step->stmt->slot, &loop->list.items[loop->next++]);
    if (err != SS_OK)
        act_mistake(flow->scene, &flow->eval, step->stmt->at, err);
    return err == SS_OK;
}

/* ---- let, check, should ---- */
void act_flow_let(struct act_flow *flow, const struct scn_stmt *stmt)
{
    struct scn_value value;
    ss_err err = scn_eval(&flow->eval, stmt->value, &value);

    if (err == SS_OK)
        err = scn_eval_bind(&flow->eval, stmt->slot, &value);
    if (err != SS_OK)
        act_mistake(flow->scene, &flow->eval, stmt->at, err);
}

static void put_value(const struct scn_value *value, const struct ss_env *env, char *out,
                      size_t size)
{
    struct ss_buf text;

    ss_buf_init(&text, env, 16384);
    if (scn_value_print(&text, value) == SS_OK)
        (void)snprintf(out, size, "%.*s", (int)ss_buf_size(&text), (const char *)ss_buf_at(&text));
    else
        (void)snprintf(out, size, "something long");
    ss_buf_fini(&text);
}

static bool compares(const struct scn_expr *expr)
{
    return expr->kind == SCN_BINARY && expr->op >= SCN_EQ && expr->op <= SCN_IN;
}

static ss_err compare_sides(struct act_flow *flow, const struct scn_expr *expr, ss_span left_text,
                            char *out, size_t size)
{
    static const char *const words[] = {
        [SCN_EQ] = "",       [SCN_NE] = "other than ", [SCN_LT] = "below ",  [SCN_LE] = "at most ",
        [SCN_GT] = "above ", [SCN_GE] = "at least ",   [SCN_IN] = "one of ",
    };
    const struct ss_env *env = flow->scene->env;
    struct scn_value left, right;
    char a[120], b[120];

    SS_TRY(scn_eval(&flow->eval, expr->left, &left));
    SS_TRY(scn_eval(&flow->eval, expr->right, &right));
    put_value(&left, env, a, sizeof a);
    put_value(&right, env, b, sizeof b);
    (void)snprintf(out, size, "%.*s is %s, wanted %s%s", (int)left_text.size,
                   (const char *)left_text.data, a, words[expr->op], b);
    return SS_OK;
}

ss_err act_flow_mismatch(struct act_flow *flow, const struct scn_expr *expr, char *out, size_t size)
{
    struct ss_buf text;
    ss_err err;

    ss_buf_init(&text, flow->scene->env, 8192);
    err = scn_expr_write(&text, &flow->eval, compares(expr) ? expr->left : expr);
    if (err == SS_E_ceiling)
        err = SS_OK; /* what fits will do */
    if (err == SS_OK && compares(expr))
        err = compare_sides(flow, expr, ss_buf_span(&text), out, size);
    else if (err == SS_OK)
        (void)snprintf(out, size, "%.*s does not hold", (int)ss_buf_size(&text),
                       (const char *)ss_buf_at(&text));
    ss_buf_fini(&text);
    return err;
}

ss_err act_flow_holds(struct act_flow *flow, const struct scn_expr *expr, bool *out_truth,
                      char *out, size_t size)
{
    ss_err err = scn_eval_bool(&flow->eval, expr, out_truth);

    if (err == SS_E_bad_value && flow->eval.absent) {
        *out_truth = false;
        (void)snprintf(out, size, "%s", flow->eval.text);
        return SS_OK;
    }
    if (err == SS_OK && !*out_truth)
        err = act_flow_mismatch(flow, expr, out, size);
    return err;
}

void act_flow_check(struct act_flow *flow, const struct scn_stmt *stmt)
{
    char detail[400] = "";
    bool truth = false;
    ss_err err = act_flow_holds(flow, stmt->value, &truth, detail, sizeof detail);

    if (err != SS_OK)
        act_mistake(flow->scene, &flow->eval, stmt->at, err);
    else if (!truth && stmt->kind == SCN_CHECK)
        act_decide(flow->scene, VERDICT_FAIL, stmt->at, "not so: %.*s: %s", (int)stmt->text.size,
                   (const char *)stmt->text.data, detail);
    else if (!truth)
        act_weaken(flow->scene, stmt->at, "not so: %.*s: %s", (int)stmt->text.size,
                   (const char *)stmt->text.data, detail);
}

/* ---- faults ---- */
static void state_fault(struct act_flow *flow, size_t i)
{
    const struct act_fault *fault = &flow->faults[i];
    char name[32], text[128];

    if (!fault->fired)
        return;
    (void)snprintf(name, sizeof name, "fault.%zu", i + 1);
    (void)snprintf(text, sizeof text, "%s@%u/%u", fault->what, (unsigned)fault->epoch,
                   (unsigned)fault->sequence);
    act_fact(flow->scene, name, ss_span_of(text));
}

static bool failed(const struct act_scene *scene)
{
    return scene->outcome.decided && scene->outcome.verdict == VERDICT_FAIL;
}

void act_flow_judge_faults(struct act_flow *flow)
{
    bool any_listed = false, any_done = false;

    for (size_t i = 0; i < flow->program.fault_count; i++) {
        any_listed = any_listed || flow->faults[i].listed;
        any_done = any_done || flow->faults[i].carried_out;
        state_fault(flow, i);
    }
    if (any_listed && !any_done) {
        act_doubt(flow->scene, "no fault was carried out");
        return;
    }
    for (size_t i = 0; i < flow->program.fault_count; i++) {
        const struct act_fault *fault = &flow->faults[i];

        if (!fault->listed || fault->delivered || (fault->excused && !fault->fired))
            continue;
        /* What failed on an earlier fault never got to this one. */
        if (any_done && !fault->fired && failed(flow->scene))
            continue;
        act_doubt(flow->scene, "fault %zu %s", i + 1,
                  fault->carried_out ? "is not known to have reached the peer"
                                     : "was not carried out");
        return;
    }
}
