/* SPDX-License-Identifier: Apache-2.0 */
/* closure.c - the classes of a closing against the list of a scenario.
 *
 * Owns: verdict texts about closings.
 * Not here: what happened on the stream.
 * Called by: closing.c, relay.c.
 * Follows: SCENARIOS rule 7. */
#include "testserver/actor/closure.h"

#include <stdio.h>

enum { LIST_MOST = 600 };

static const char *const how_texts[] = {
    [SCN_CLOSED_DISCONNECT] = "disconnect",
    [SCN_CLOSED_FIN] = "fin",
    [SCN_CLOSED_RST] = "rst",
    [SCN_CLOSED_HALF] = "half_close",
    [SCN_CLOSED_SILENCE] = "silence",
    [SCN_CLOSED_OPEN] = "open",
};

void act_closure_text(const struct act_closure *closure, char *out, size_t size)
{
    const char *name = ss_disconnect_name(closure->reason);

    if (closure->how != SCN_CLOSED_DISCONNECT)
        (void)snprintf(out, size, "%s", how_texts[closure->how]);
    else if (name != NULL)
        (void)snprintf(out, size, "disconnect(%s)", name);
    else
        (void)snprintf(out, size, "disconnect(%u)", (unsigned)closure->reason);
}

static bool is_close(enum scn_close_class how)
{
    return how != SCN_CLOSED_SILENCE && how != SCN_CLOSED_OPEN;
}

static bool fits(const struct scn_class *class, const struct act_closure *closure)
{
    if (class->any)
        return is_close(closure->how);
    if (class->how != closure->how)
        return false;
    return class->how != SCN_CLOSED_DISCONNECT || class->reason == 0 ||
           class->reason == closure->reason;
}

/* The more a class says, the sooner it counts: a reason before any reason, that before any. */
static unsigned weight(const struct scn_class *class)
{
    if (class->any)
        return 1;
    return class->how == SCN_CLOSED_DISCONNECT && class->reason == 0 ? 2 : 3;
}

static enum scn_grade grade_of(const struct scn_alternative *closed,
                               const struct act_closure *closure)
{
    enum scn_grade grade = SCN_FAILS;
    unsigned best = 0;

    if (closed->class_count == 0)
        grade = is_close(closure->how) ? SCN_PASSES : SCN_FAILS;
    for (size_t i = 0; i < closed->class_count; i++) {
        const struct scn_class *class = &closed->classes[i];

        if (fits(class, closure) && weight(class) > best) {
            best = weight(class);
            grade = class->grade;
        }
    }
    return closed->weak && grade == SCN_PASSES ? SCN_WEAK : grade;
}

static ss_err put_class(const struct scn_class *class, struct ss_buf *out)
{
    const char *reason = ss_disconnect_name(class->reason);

    if (class->any)
        return ss_buf_puts(out, "any");
    if (class->how != SCN_CLOSED_DISCONNECT)
        return ss_buf_puts(out, how_texts[class->how]);
    return ss_buf_printf(out, "disconnect(%s)", reason != NULL ? reason : "any");
}

static ss_err put_classes(const struct scn_alternative *closed, enum scn_grade grade,
                          struct ss_buf *out)
{
    bool first = true;

    for (size_t i = 0; i < closed->class_count; i++) {
        if (closed->classes[i].grade != grade)
            continue;
        SS_TRY(ss_buf_puts(out, first ? "" : ", "));
        SS_TRY(put_class(&closed->classes[i], out));
        first = false;
    }
    if (!first)
        return SS_OK;
    return ss_buf_puts(out, closed->class_count == 0 && grade == SCN_PASSES ? "any" : "nothing");
}

void act_closure_judge(struct act_scene *scene, const struct scn_stmt *stmt,
                       const struct scn_alternative *closed, const struct act_closure *closure)
{
    struct act_outcome *outcome = &scene->outcome;
    struct ss_buf passes, weak;
    char text[64];
    ss_err err;

    act_closure_text(closure, text, sizeof text);
    outcome->closed = is_close(closure->how);
    ss_buf_clear(&outcome->closure);
    err = ss_buf_puts(&outcome->closure, text);
    ss_buf_init(&passes, scene->env, LIST_MOST);
    ss_buf_init(&weak, scene->env, LIST_MOST);
    if (err == SS_OK)
        err = put_classes(closed, SCN_PASSES, &passes);
    if (err == SS_OK)
        err = put_classes(closed, SCN_WEAK, &weak);
    if (err != SS_OK && err != SS_E_ceiling) /* a list that long is cut */
        act_blame(scene, stmt->at, "text", err);
    switch (grade_of(closed, closure)) {
    case SCN_PASSES:
        break;
    case SCN_WEAK:
        act_weaken(scene, stmt->at, "closed with %s, due is %.*s", text, (int)ss_buf_size(&passes),
                   (const char *)ss_buf_at(&passes));
        break;
    case SCN_FAILS:
        act_decide(scene, VERDICT_FAIL, stmt->at, "expected closed (%.*s pass, %.*s weak), came %s",
                   (int)ss_buf_size(&passes), (const char *)ss_buf_at(&passes),
                   (int)ss_buf_size(&weak), (const char *)ss_buf_at(&weak), text);
        break;
    }
    ss_buf_fini(&passes);
    ss_buf_fini(&weak);
}
