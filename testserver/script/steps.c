/* SPDX-License-Identifier: Apache-2.0 */
/* steps.c - a tree of statements made flat.
 *
 * Owns: the order of steps, where jumps go, what a twin leaves out.
 * Not here: carrying a step out (actor/).
 * Called by: the actors, once a conversation.
 * Follows: docs/scenario-language.md "What the statements do". */
#include "testserver/script/steps.h"

enum { STEPS_FIRST = 32, STEPS_MOST = 100000 };

struct maker {
    struct scn_program *program;
    enum scn_cast cast;
    bool after_fault; /* a fault stands further up */
};

static ss_err add(struct maker *maker, struct scn_step step, uint32_t *out_index)
{
    struct scn_program *program = maker->program;

    if (program->count == STEPS_MOST)
        return SS_E_too_many;
    if (program->count == program->cap) {
        size_t cap = program->cap > 0 ? program->cap * 2 : STEPS_FIRST;
        struct scn_step *steps = ss_resize(program->env, program->steps,
                                           program->cap * sizeof *steps, cap * sizeof *steps);

        if (steps == NULL)
            return SS_E_no_memory;
        program->steps = steps;
        program->cap = cap;
    }
    if (out_index != NULL)
        *out_index = (uint32_t)program->count;
    program->steps[program->count++] = step;
    return SS_OK;
}

static ss_err add_kind(struct maker *maker, enum scn_step_kind kind, const struct scn_stmt *stmt,
                       uint32_t *out_index)
{
    return add(maker, (struct scn_step){.kind = kind, .stmt = stmt}, out_index);
}

static uint32_t here(const struct maker *maker)
{
    return (uint32_t)maker->program->count;
}

static ss_err add_never(struct maker *maker, const struct scn_stmt *stmt)
{
    struct scn_program *program = maker->program;

    if (program->never_count == program->never_cap) {
        size_t cap = program->never_cap > 0 ? program->never_cap * 2 : 4;
        const struct scn_stmt **nevers =
            ss_resize(program->env, program->nevers, program->never_cap * sizeof *nevers,
                      cap * sizeof *nevers);

        if (nevers == NULL)
            return SS_E_no_memory;
        program->nevers = nevers;
        program->never_cap = cap;
    }
    program->nevers[program->never_count++] = stmt;
    return SS_OK;
}

static ss_err make_body(struct maker *maker, const struct scn_body *body);

static ss_err make_if(struct maker *maker, const struct scn_stmt *stmt)
{
    uint32_t test, leave;

    SS_TRY(add_kind(maker, SCN_STEP_UNLESS, stmt, &test));
    SS_TRY(make_body(maker, &stmt->body));
    if (stmt->orelse.count == 0) {
        maker->program->steps[test].target = here(maker);
        return SS_OK;
    }
    SS_TRY(add_kind(maker, SCN_STEP_JUMP, NULL, &leave));
    maker->program->steps[test].target = here(maker);
    SS_TRY(make_body(maker, &stmt->orelse));
    maker->program->steps[leave].target = here(maker);
    return SS_OK;
}

static ss_err make_loop(struct maker *maker, const struct scn_stmt *stmt)
{
    uint32_t loop = maker->program->loops++;
    uint32_t next;

    SS_TRY(add(maker, (struct scn_step){.kind = SCN_STEP_LOOP, .stmt = stmt, .loop = loop}, NULL));
    SS_TRY(add(maker, (struct scn_step){.kind = SCN_STEP_NEXT, .stmt = stmt, .loop = loop}, &next));
    SS_TRY(make_body(maker, &stmt->body));
    SS_TRY(add(maker, (struct scn_step){.kind = SCN_STEP_JUMP, .target = next}, NULL));
    maker->program->steps[next].target = here(maker);
    return SS_OK;
}

static ss_err make_handler(struct maker *maker, const struct scn_stmt *stmt)
{
    uint32_t on, over;

    SS_TRY(add_kind(maker, SCN_STEP_ON, stmt, &on));
    SS_TRY(add_kind(maker, SCN_STEP_JUMP, NULL, &over));
    maker->program->steps[on].target = here(maker);
    SS_TRY(make_body(maker, &stmt->body));
    SS_TRY(add_kind(maker, SCN_STEP_RETURN, stmt, NULL));
    maker->program->steps[over].target = here(maker);
    return SS_OK;
}

static ss_err make_plain(struct maker *maker, const struct scn_stmt *stmt)
{
    switch (stmt->kind) {
    case SCN_BLOCK:
        return make_body(maker, &stmt->body);
    case SCN_IF:
        return make_if(maker, stmt);
    case SCN_REPEAT:
    case SCN_FOR:
        return make_loop(maker, stmt);
    case SCN_ON:
        return make_handler(maker, stmt);
    case SCN_NEVER: /* what a fault must not lead to may well come in its twin */
        return maker->cast == SCN_TWIN ? SS_OK : add_never(maker, stmt);
    default:
        return add_kind(maker, SCN_STEP_DO, stmt, NULL);
    }
}

static ss_err make_fault(struct maker *maker, const struct scn_stmt *stmt)
{
    maker->after_fault = true;
    if (maker->cast == SCN_TWIN)
        return stmt->instead != NULL ? make_plain(maker, stmt->instead) : SS_OK;
    if (stmt->fault_index < maker->program->fault_count)
        maker->program->faults[stmt->fault_index] = true;
    SS_TRY(add_kind(maker, SCN_STEP_FAULT, stmt, NULL));
    SS_TRY(make_plain(maker, stmt));
    return add_kind(maker, SCN_STEP_UNFAULT, stmt, NULL);
}

/* Do the alternatives say how the connection may end: all of them, or one of them? */
static bool wants_close(const struct scn_stmt *stmt, bool only)
{
    bool some = false, all = true;

    if (stmt->kind != SCN_EXPECT)
        return false;
    for (size_t i = 0; i < stmt->alternative_count; i++) {
        some = some || stmt->alternatives[i].closed;
        all = all && stmt->alternatives[i].closed;
    }
    return only ? some && all : some;
}

static ss_err make_stmt(struct maker *maker, const struct scn_stmt *stmt)
{
    if (stmt->fault)
        return make_fault(maker, stmt);
    if (maker->cast == SCN_MAIN)
        return make_plain(maker, stmt);
    if (stmt->reaction)
        return wants_close(stmt, false) ? add_kind(maker, SCN_STEP_PROVE, stmt, NULL) : SS_OK;
    if (maker->after_fault && wants_close(stmt, true))
        return add_kind(maker, SCN_STEP_PROVE, stmt, NULL);
    return make_plain(maker, stmt);
}

static ss_err make_body(struct maker *maker, const struct scn_body *body)
{
    for (size_t i = 0; i < body->count; i++)
        SS_TRY(make_stmt(maker, body->items[i]));
    return SS_OK;
}

ss_err scn_program_make(const struct ss_env *env, const struct scn_file *file,
                        const struct scn_body *body, enum scn_cast cast, struct scn_program *out)
{
    struct maker maker = {out, cast, false};
    ss_err err;

    memset(out, 0, sizeof *out);
    out->env = env;
    if (file->faults > 0) {
        out->faults = ss_alloc(env, file->faults * sizeof *out->faults);
        if (out->faults == NULL)
            return SS_E_no_memory;
        out->fault_count = file->faults;
    }
    err = make_body(&maker, body);
    if (err == SS_OK)
        err = add_kind(&maker, SCN_STEP_END, NULL, NULL);
    if (err != SS_OK)
        scn_program_fini(out);
    return err;
}

void scn_program_fini(struct scn_program *program)
{
    if (program->env == NULL)
        return;
    ss_free(program->env, program->steps, program->cap * sizeof *program->steps);
    ss_free(program->env, program->nevers, program->never_cap * sizeof *program->nevers);
    ss_free(program->env, program->faults, program->fault_count * sizeof *program->faults);
    memset(program, 0, sizeof *program);
}

void scn_body_walk(const struct scn_body *body, void (*fn)(void *ctx, const struct scn_stmt *stmt),
                   void *ctx)
{
    for (size_t i = 0; i < body->count; i++) {
        fn(ctx, body->items[i]);
        scn_body_walk(&body->items[i]->body, fn, ctx);
        scn_body_walk(&body->items[i]->orelse, fn, ctx);
    }
}

static void look_for_fault(void *ctx, const struct scn_stmt *stmt)
{
    bool *found = ctx;

    *found = *found || stmt->fault;
}

bool scn_body_has_fault(const struct scn_body *body)
{
    bool found = false;

    scn_body_walk(body, look_for_fault, &found);
    return found;
}
