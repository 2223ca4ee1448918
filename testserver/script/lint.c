/* SPDX-License-Identifier: Apache-2.0 */
/* lint.c - scenarios that parse and still are not right.
 *
 * Owns: the rules that need the ledger, other scenarios, or the whole of a conversation.
 * Not here: what the parser refuses.
 * Called by: cmd_lint.c.
 * Follows: SCENARIOS rules 3, 5, 7 and 9. */
#include "testserver/script/lint.h"

#include "testserver/script/lexer.h"

enum { FORMATTED_MAX = 64 << 20 };

void lint_init(struct lint *lint, const struct ss_env *env, const struct ledger *ledger,
               struct scn_loader *loader, struct ss_buf *out)
{
    memset(lint, 0, sizeof *lint);
    lint->env = env;
    lint->ledger = ledger;
    lint->loader = loader;
    lint->out = out;
}

void lint_fini(struct lint *lint)
{
    for (size_t i = 0; i < lint->count; i++) {
        ss_strfree(lint->env, lint->titles[i].title);
        ss_strfree(lint->env, lint->titles[i].path);
    }
    ss_free(lint->env, lint->titles, lint->cap * sizeof *lint->titles);
    lint->titles = NULL;
    lint->count = lint->cap = 0;
}

static ss_err find(struct lint *lint, const char *path, struct scn_pos at, const char *what)
{
    lint->errors++;
    return ss_buf_printf(lint->out, "%s:%u:%u: %s\n", path, (unsigned)at.line, (unsigned)at.column,
                         what);
}

static ss_err warn(struct lint *lint, const char *path, struct scn_pos at, const char *what)
{
    lint->warnings++;
    return ss_buf_printf(lint->out, "%s:%u:%u: warning: %s\n", path, (unsigned)at.line,
                         (unsigned)at.column, what);
}

/* ---- form ---- */

/* Where two texts part. */
static struct scn_pos first_difference(ss_span a, ss_span b)
{
    struct scn_pos at = {1, 1};

    for (size_t i = 0; i < a.size && i < b.size && a.data[i] == b.data[i]; i++) {
        at.column++;
        if (a.data[i] == '\n')
            at = (struct scn_pos){at.line + 1, 1};
    }
    return at;
}

static ss_err check_form(struct lint *lint, const char *path, ss_span text)
{
    struct scn_diagnostic diagnostic;
    struct ss_buf form;
    ss_err err;

    ss_buf_init(&form, lint->env, FORMATTED_MAX);
    err = scn_format(lint->env, text, &form, &diagnostic);
    if (err == SS_OK && !ss_span_eq(text, ss_buf_span(&form)))
        err = find(lint, path, first_difference(text, ss_buf_span(&form)),
                   "not in its form: `sshspec fmt` puts it right");
    ss_buf_fini(&form);
    return err;
}

/* ---- requirements ---- */

static ss_err unknown(struct lint *lint, const char *path, struct scn_pos at, ss_span id)
{
    ss_span near = ledger_suggest(lint->ledger, id);

    lint->errors++;
    SS_TRY(ss_buf_printf(lint->out, "%s:%u:%u: there is no requirement %.*s", path,
                         (unsigned)at.line, (unsigned)at.column, (int)id.size,
                         (const char *)id.data));
    if (near.size > 0)
        SS_TRY(ss_buf_printf(lint->out, "; did you mean %.*s?", (int)near.size,
                             (const char *)near.data));
    return ss_buf_puts(lint->out, "\n");
}

/* Each one has to be about the side under test, or the level of a verdict would be that of a rule
 * which nobody looked at. */
static ss_err check_requirements(struct lint *lint, const char *path, const struct scn_file *file)
{
    if (file->proves_count == 0)
        return find(lint, path, file->title_at, "it proves nothing: name a requirement");
    for (size_t i = 0; i < file->proves_count; i++) {
        const struct ledger_row *row = ledger_find(lint->ledger, file->proves[i]);

        if (row == NULL)
            SS_TRY(unknown(lint, path, file->proves_at[i], file->proves[i]));
        else if (!ledger_fits(row, file->against))
            SS_TRY(find(lint, path, file->proves_at[i],
                        "this requirement is not about the side under test"));
    }
    return SS_OK;
}

/* ---- titles ---- */

static ss_err add_title(struct lint *lint, const char *path, const struct scn_file *file)
{
    struct lint_title *title;

    if (lint->count == lint->cap) {
        size_t cap = lint->cap > 0 ? lint->cap * 2 : 256;
        struct lint_title *titles =
            ss_resize(lint->env, lint->titles, lint->cap * sizeof *titles, cap * sizeof *titles);

        if (titles == NULL)
            return SS_E_no_memory;
        lint->titles = titles;
        lint->cap = cap;
    }
    title = &lint->titles[lint->count++];
    title->title = ss_strdup(lint->env, file->title);
    title->path = ss_strdup(lint->env, ss_span_of(path));
    title->at = file->title_at;
    return title->title != NULL && title->path != NULL ? SS_OK : SS_E_no_memory;
}

static ss_err check_title(struct lint *lint, const char *path, const struct scn_file *file)
{
    for (size_t i = 0; i < lint->count; i++) {
        const struct lint_title *old = &lint->titles[i];

        if (strcmp(old->path, path) == 0 || !ss_span_is(file->title, old->title))
            continue;
        lint->errors++;
        return ss_buf_printf(lint->out, "%s:%u:%u: the title is that of %s:%u\n", path,
                             (unsigned)file->title_at.line, (unsigned)file->title_at.column,
                             old->path, (unsigned)old->at.line);
    }
    return add_title(lint, path, file);
}

/* ---- faults ---- */

/* Statements are walked backwards: is there a judgement behind the point where we are? */
struct search {
    struct lint *lint;
    const char *path;
    bool judged;
};

static ss_err search_body(struct search *search, const struct scn_body *body);

static bool is_judgement(enum scn_kind kind)
{
    return kind == SCN_EXPECT || kind == SCN_FENCE || kind == SCN_CHECK || kind == SCN_SHOULD ||
           kind == SCN_NEVER;
}

/* A body that may run again: what stands in it comes after what stands in it. */
static bool is_loop(enum scn_kind kind)
{
    return kind == SCN_REPEAT || kind == SCN_FOR;
}

static bool holds_judgement(const struct scn_body *body)
{
    for (size_t i = 0; i < body->count; i++) {
        const struct scn_stmt *stmt = body->items[i];

        if (is_judgement(stmt->kind) || holds_judgement(&stmt->body) ||
            holds_judgement(&stmt->orelse))
            return true;
    }
    return false;
}

static ss_err search_statement(struct search *search, const struct scn_stmt *stmt)
{
    bool behind = search->judged, after_body;

    if (stmt->fault && !behind && !holds_judgement(&stmt->body))
        SS_TRY(warn(search->lint, search->path, stmt->at, "nothing judges what this fault does"));
    if (stmt->fault || is_judgement(stmt->kind)) {
        search->judged = behind || is_judgement(stmt->kind) || holds_judgement(&stmt->body);
        return SS_OK;
    }
    if (is_loop(stmt->kind) && holds_judgement(&stmt->body))
        search->judged = true;
    SS_TRY(search_body(search, &stmt->body));
    after_body = search->judged;
    search->judged = behind;
    SS_TRY(search_body(search, &stmt->orelse));
    search->judged = search->judged || after_body;
    return SS_OK;
}

static ss_err search_body(struct search *search, const struct scn_body *body)
{
    for (size_t i = body->count; i > 0; i--)
        SS_TRY(search_statement(search, body->items[i - 1]));
    return SS_OK;
}

/* Handlers run whenever they run, so a judgement of the seat that is nowhere behind a handler's
 * fault may still come after it: only a seat without any is told. What the peer must show at the
 * end judges everything. */
static ss_err check_seat(struct lint *lint, const char *path, const struct scn_file *file,
                         const struct scn_seat *seat)
{
    struct search search = {lint, path, file->peer_count > 0};

    return seat->present ? search_body(&search, &seat->body) : SS_OK;
}

static ss_err check_faults(struct lint *lint, const char *path, const struct scn_file *file)
{
    SS_TRY(check_seat(lint, path, file, &file->client));
    SS_TRY(check_seat(lint, path, file, &file->server));
    return check_seat(lint, path, file, &file->relay);
}

/* ---- one file ---- */

static ss_err check_file(struct lint *lint, const char *path, const struct scn_file *file)
{
    if (file->is_fragment)
        return SS_OK;
    SS_TRY(check_title(lint, path, file));
    SS_TRY(check_requirements(lint, path, file));
    return check_faults(lint, path, file);
}

ss_err lint_text(struct lint *lint, const char *path, ss_span text)
{
    struct scn_diagnostic diagnostic;
    struct scn_file *file = NULL;
    ss_err err;

    lint->files++;
    err = scn_parse(lint->env, ss_span_of(path), text, lint->loader, &file, &diagnostic);
    if (err == SS_E_bad_value) {
        lint->errors++;
        return scn_explain(lint->out, ss_span_of(path), text, &diagnostic);
    }
    if (err == SS_OK)
        err = check_form(lint, path, text);
    if (err == SS_OK)
        err = check_file(lint, path, file);
    scn_free(&file);
    return err;
}
