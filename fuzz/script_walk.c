/* SPDX-License-Identifier: Apache-2.0 */
/* script_walk.c - a checked scenario is what it says to be: bounded, and whole.
 *
 * Owns: the walk; it recurses as everybody does who walks such a tree.
 * Not here: how a tree came to be (testserver/script).
 * Called by: fuzz_script.c.
 * Follows: docs/scenario-language.md, "Limits". */
#include "fuzz/script_walk.h"

#include "fuzz/oracle.h"
#include "testserver/script/parser.h"

struct walk {
    const struct scn_file *file;
    uint32_t faults;
    unsigned depth;
};

/* Brackets of statements and of expressions may be in one another. */
enum { DEEPEST = SCN_EXPR_DEPTH_MAX + 4 * SCN_DEPTH_MAX };

static void deeper(struct walk *walk)
{
    MUST(++walk->depth <= DEEPEST);
}

static void place(struct scn_pos at)
{
    MUST(at.line >= 1 && at.column >= 1);
}

static void slot(const struct walk *walk, uint32_t slot)
{
    MUST(slot == UINT32_MAX || slot < walk->file->slots);
}

static void span(ss_span s)
{
    MUST(s.size == 0 || s.data != NULL);
    (void)fuzz_fold(FUZZ_FOLD_START, s); /* all of it is there */
}

/* ---- expressions ---- */

static void expr(struct walk *walk, const struct scn_expr *e)
{
    if (e == NULL)
        return;
    deeper(walk);
    MUST(e->kind <= SCN_BINARY);
    place(e->at);
    span(e->bytes);
    if (e->kind == SCN_VARIABLE)
        MUST(e->slot < walk->file->slots);
    if (e->kind == SCN_CALL)
        MUST(e->function < SCN_FN_COUNT);
    MUST((e->left != NULL) >= (e->right != NULL));
    MUST(e->count <= SCN_LIST_MAX);
    expr(walk, e->left);
    expr(walk, e->right);
    for (size_t i = 0; i < e->count; i++)
        expr(walk, e->items[i]);
    walk->depth--;
}

/* ---- parts of statements ---- */

static void message(const struct scn_message *m)
{
    if (m->tail != NULL)
        MUST(m->def != NULL && m->tail->parent == m->def->id);
}

static void alternative(struct walk *walk, const struct scn_alternative *a)
{
    place(a->at);
    message(&a->message);
    MUST(a->closed || a->message.def != NULL);
    slot(walk, a->slot);
    for (size_t i = 0; i < a->condition_count; i++)
        expr(walk, a->conditions[i]);
    for (size_t i = 0; i < a->class_count; i++)
        MUST(a->classes[i].grade <= SCN_FAILS);
}

static void lies(struct walk *walk, const struct scn_stmt *s)
{
    for (size_t i = 0; i < s->lie_count; i++) {
        place(s->lies[i].at);
        span(s->lies[i].path);
        expr(walk, s->lies[i].n);
        expr(walk, s->lies[i].bytes);
    }
}

static void fields(struct walk *walk, const struct scn_fields *f)
{
    for (size_t i = 0; i < f->count; i++) {
        place(f->items[i].at);
        span(f->items[i].path);
        expr(walk, f->items[i].value);
    }
}

/* ---- statements ---- */

static void body(struct walk *walk, const struct scn_body *b);

static void statement(struct walk *walk, const struct scn_stmt *s)
{
    deeper(walk);
    MUST(s->kind <= SCN_REPLACE_LINE);
    place(s->at);
    if (s->fault)
        MUST(s->fault_index == walk->faults++);
    message(&s->message);
    slot(walk, s->slot);
    fields(walk, &s->fields);
    lies(walk, s);
    expr(walk, s->value);
    expr(walk, s->value2);
    span(s->text);
    span(s->text2);
    for (size_t i = 0; i < s->alternative_count; i++)
        alternative(walk, &s->alternatives[i]);
    for (size_t i = 0; i < s->message_count; i++)
        message(&s->messages[i]);
    message(&s->place.after);
    message(&s->place.message);
    body(walk, &s->body);
    if (s->instead != NULL)
        statement(walk, s->instead);
    body(walk, &s->orelse);
    walk->depth--;
}

static void body(struct walk *walk, const struct scn_body *b)
{
    for (size_t i = 0; i < b->count; i++)
        statement(walk, b->items[i]);
}

static void action(struct walk *walk, const struct scn_action *a)
{
    span(a->text);
    span(a->local);
    span(a->knowing);
    span(a->input);
    expr(walk, a->kex);
    expr(walk, a->hostkey);
    expr(walk, a->cipher);
    expr(walk, a->mac);
    /* A file is named in the client's folder, nowhere else. */
    MUST(a->local.size == 0 || memchr(a->local.data, '/', a->local.size) == NULL);
    MUST(!ss_span_is(a->local, "..") && !ss_span_is(a->local, "."));
}

static void clause(struct walk *walk, const struct scn_clause *c)
{
    place(c->at);
    span(c->file);
    MUST(c->file.size == 0 || memchr(c->file.data, '/', c->file.size) == NULL);
    MUST(!ss_span_is(c->file, "..") && !ss_span_is(c->file, "."));
    expr(walk, c->value);
    for (size_t i = 0; i < c->outcome_count; i++)
        MUST(c->outcomes[i].kind <= SCN_EXIT_ANY);
}

void fuzz_script_walk(const struct scn_file *file)
{
    struct walk walk = {file, 0, 0};

    MUST(file->slots <= SCN_SLOTS_MAX);
    MUST(file->is_fragment || (file->title.size > 0 && file->title_at.line >= 1));
    for (size_t i = 0; i < file->proves_count; i++)
        span(file->proves[i]);
    for (size_t i = 0; i < file->tag_count; i++)
        span(file->tags[i]);
    for (uint32_t i = 0; i < file->slots; i++)
        span(file->slot_names[i]);
    slot(&walk, file->each_slot);
    expr(&walk, file->each);
    action(&walk, &file->action);
    body(&walk, &file->client.body);
    body(&walk, &file->server.body);
    body(&walk, &file->relay.body);
    body(&walk, &file->fragment);
    for (size_t i = 0; i < file->peer_count; i++)
        clause(&walk, &file->peer[i]);
    MUST(walk.faults == file->faults && walk.depth == 0);
}
