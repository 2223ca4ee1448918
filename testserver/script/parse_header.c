/* SPDX-License-Identifier: Apache-2.0 */
/* parse_header.c - the lines above the seats: proves, against, level, tags, each, action, budget.
 *
 * Owns: each header once; what an action may ask of a client.
 * Not here: the title (parse_file.c), whether headers fit the seats (check_file.c).
 * Called by: parse_file.c.
 * Follows: docs/scenario-language.md, "Grammar". */
#include "sshspec/text.h"
#include "testserver/script/parser.h"

enum { BUDGET_MAX = 3600 * 1000, IDS_MAX = 256 };

static void parse_ids(struct scn_parser *p, struct scn_vec *ids, struct scn_vec *places,
                      const char *what)
{
    const ss_span *old;
    ss_span *id;
    struct scn_pos *at;

    do {
        if (!scn_is(p, TOK_ID)) {
            scn_expected(p, what);
            return;
        }
        old = ids->items;
        for (size_t i = 0; i < ids->count; i++) {
            if (ss_span_eq(old[i], p->token.text))
                scn_fail_token(p, &p->token, NULL, "%.*s is named twice", scn_shown(old[i]),
                               old[i].data);
        }
        if (ids->count == IDS_MAX)
            scn_fail_token(p, &p->token, NULL, "more than %d names", IDS_MAX);
        id = scn_push(p, ids, sizeof *id);
        at = scn_push(p, places, sizeof *at);
        if (p->err != SS_OK || id == NULL || at == NULL)
            return;
        *id = p->token.text;
        *at = p->token.at;
        scn_advance(p);
    } while (scn_take(p, TOK_COMMA));
}

/* SOURCE-section-what: "RFC4253-7.3-newkeys-early". */
static bool is_requirement(ss_span id)
{
    size_t dashes = 0;

    if (id.size == 0 || id.data[0] < 'A' || id.data[0] > 'Z')
        return false;
    for (size_t i = 0; i < id.size; i++) {
        bool dash = id.data[i] == '-';

        if (id.data[i] == '_' || (dash && (i + 1 == id.size || id.data[i + 1] == '-')))
            return false;
        if (dashes == 0 && !dash && id.data[i] >= 'a' && id.data[i] <= 'z')
            return false;
        dashes += dash;
    }
    return dashes >= 2;
}

static void parse_proves(struct scn_parser *p)
{
    struct scn_vec ids = {NULL, 0, 0}, places = {NULL, 0, 0};
    const ss_span *all;
    const struct scn_pos *at;

    parse_ids(p, &ids, &places, "the id of a requirement");
    all = ids.items;
    at = places.items;
    for (size_t i = 0; i < ids.count; i++) {
        if (!is_requirement(all[i]))
            scn_fail(p, at[i], all[i].size, NULL,
                     "%.*s is no id of a requirement: RFC4253-7.3-newkeys-early is one",
                     scn_shown(all[i]), all[i].data);
    }
    p->file->proves = all;
    p->file->proves_at = at;
    p->file->proves_count = ids.count;
}

static void parse_tags(struct scn_parser *p)
{
    struct scn_vec tags = {NULL, 0, 0}, places = {NULL, 0, 0};

    parse_ids(p, &tags, &places, "a tag");
    p->file->tags = tags.items;
    p->file->tag_count = tags.count;
}

static void parse_against(struct scn_parser *p)
{
    static const char *const words[] = {"server", "client", "both", NULL};
    static const enum scn_against values[] = {SCN_AGAINST_SERVER, SCN_AGAINST_CLIENT,
                                              SCN_AGAINST_BOTH};

    p->file->against = values[scn_want_one_of(p, words, "server, client or both")];
}

static void parse_level(struct scn_parser *p)
{
    scn_want_word(p, "info");
    p->file->info = true;
}

/* ---- each ---- */

/* Cases are counted and named before anything runs, so nothing in them may come from a peer... */
static void want_constant(struct scn_parser *p, const struct scn_expr *expr)
{
    const struct scn_node *node = scn_node_of(expr);

    if (expr->kind == SCN_FACT)
        scn_fail(p, node->start, node->length, NULL,
                 "the cases of each are known before anything runs, facts are not");
    for (size_t i = 0; i < expr->count && p->err == SS_OK; i++)
        want_constant(p, expr->items[i]);
    if (expr->left != NULL)
        want_constant(p, expr->left);
    if (expr->right != NULL)
        want_constant(p, expr->right);
}

/* ... and their number shows: lists in brackets, @lists, and sums of these. */
static void want_countable(struct scn_parser *p, const struct scn_expr *expr)
{
    const struct scn_node *node = scn_node_of(expr);

    if (expr->kind == SCN_BINARY && p->err == SS_OK) {
        want_countable(p, expr->left);
        want_countable(p, expr->right);
    } else if (expr->kind != SCN_LIT_LIST && expr->kind != SCN_AT_NAME) {
        scn_fail(p, node->start, node->length, NULL,
                 "each takes lists in brackets, @lists and sums of these");
    }
}

static bool same_literal(const struct scn_expr *a, const struct scn_expr *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == SCN_LIT_NUMBER || a->kind == SCN_LIT_BOOL)
        return a->number == b->number;
    return (a->kind == SCN_LIT_BYTES || a->kind == SCN_AT_NAME) && ss_span_eq(a->bytes, b->bytes);
}

/* Two cases of one value would have one name. */
static void want_distinct(struct scn_parser *p, const struct scn_expr *expr)
{
    for (size_t i = 0; expr->kind == SCN_LIT_LIST && i < expr->count; i++) {
        for (size_t k = 0; k < i; k++) {
            const struct scn_node *node = scn_node_of(expr->items[i]);

            if (same_literal(expr->items[i], expr->items[k]))
                scn_fail(p, node->start, node->length, NULL, "this case is listed already");
        }
    }
}

static void parse_each(struct scn_parser *p)
{
    struct scn_pos at = p->token.at;
    ss_span name = scn_want_name(p, "a name");
    struct scn_variable *v;
    struct scn_node *list;

    scn_want_word(p, "in");
    if (p->err != SS_OK)
        return;
    list = scn_parse_typed(p, SCN_LIST, "what follows each NAME in");
    if (p->err == SS_OK)
        want_constant(p, &list->expr);
    if (p->err == SS_OK)
        want_countable(p, &list->expr);
    if (p->err == SS_OK)
        want_distinct(p, &list->expr);
    if (list->expr.kind == SCN_LIT_LIST && list->expr.count == 0)
        scn_fail(p, list->start, list->length, NULL, "each needs at least one case");
    v = scn_bind_name(p, name, at, list->element, UINT32_MAX);
    if (v == NULL)
        return;
    p->file->each = &list->expr;
    p->file->each_slot = v->slot;
    p->file->each_name = name;
}

/* ---- action ---- */

static const char *const algorithms[] = {"kex", "hostkey", "cipher", "mac", NULL};

static void parse_algorithms(struct scn_parser *p, struct scn_action *action)
{
    const struct scn_expr **fields[] = {&action->kex, &action->hostkey, &action->cipher,
                                        &action->mac};

    do {
        struct scn_token word = p->token;
        size_t i = scn_want_one_of(p, algorithms, "kex, hostkey, cipher or mac");

        if (p->err == SS_OK && *fields[i] != NULL)
            scn_fail_token(p, &word, NULL, "%s is given twice", algorithms[i]);
        if (p->err != SS_OK)
            return;
        *fields[i] = &scn_parse_typed(p, SCN_BYTES, algorithms[i])->expr;
    } while (scn_take(p, TOK_COMMA));
}

static void parse_knowing(struct scn_parser *p, struct scn_action *action)
{
    struct scn_node *node;

    if (scn_is_word(p, "nothing")) {
        action->knowing = p->token.text;
        scn_advance(p);
        return;
    }
    if (!scn_is(p, TOK_AT)) {
        scn_expected(p, "a key such as @ed25519_a, or nothing");
        return;
    }
    node = scn_new_node(p, SCN_AT_NAME, p->token.at);
    node->length = (uint32_t)p->token.text.size;
    scn_check_at_name(p, node, &p->token);
    if (p->err == SS_OK)
        scn_want_type(p, node, SCN_KEY, "what a client knows");
    action->knowing = node->expr.bytes;
    scn_advance(p);
}

static void parse_option(struct scn_parser *p, struct scn_action *action, unsigned *seen)
{
    static const char *const words[] = {"knowing", "by", "input", "with", NULL};
    static const char *const methods[] = {"key", "password", NULL};
    struct scn_token word = p->token;
    size_t i = scn_want_one_of(p, words, "knowing, by, input, with or the end of the line");

    if (p->err == SS_OK && (*seen & 1U << i) != 0)
        scn_fail_token(p, &word, NULL, "%s is given twice", words[i]);
    *seen |= 1U << i;
    if (p->err != SS_OK)
        return;
    if (i == 0)
        parse_knowing(p, action);
    else if (i == 1)
        action->by_password = scn_want_one_of(p, methods, "key or password") == 1;
    else if (i == 2)
        action->input = scn_want_string(p, "the input in quotes");
    else
        parse_algorithms(p, action);
}

static void parse_transfer(struct scn_parser *p, struct scn_action *action)
{
    static const char *const words[] = {"get", "put", "ls", NULL};
    static const enum scn_action_kind kinds[] = {SCN_SFTP_GET, SCN_SFTP_PUT, SCN_SFTP_LS};
    struct scn_token name;

    action->kind = kinds[scn_want_one_of(p, words, "get, put or ls")];
    action->text = scn_want_string(p, "a path in quotes");
    if (action->kind == SCN_SFTP_LS)
        return;
    scn_want_word(p, "as");
    name = p->token;
    action->local = scn_want_string(p, "a file name in quotes");
    scn_check_file_name(p, &name, action->local);
}

static void parse_action(struct scn_parser *p)
{
    static const char *const words[] = {"exec", "sftp", NULL};
    struct scn_action *action = &p->file->action;
    unsigned seen = 0;

    action->at = p->token.at;
    if (scn_want_one_of(p, words, "exec or sftp") == 0) {
        action->kind = SCN_EXEC;
        action->text = scn_want_string(p, "a command in quotes");
    } else {
        parse_transfer(p, action);
    }
    while (p->err == SS_OK && !scn_ended(p))
        parse_option(p, action, &seen);
}

static void parse_budget(struct scn_parser *p)
{
    if (!scn_is(p, TOK_DURATION)) {
        scn_expected(p, "a duration such as 60s");
        return;
    }
    if (p->token.number == 0 || p->token.number > BUDGET_MAX)
        scn_fail_token(p, &p->token, NULL, "a budget is between 1ms and 3600s");
    p->file->budget = p->token.number;
    scn_advance(p);
}

/* ---- all of them ---- */

static const struct {
    const char *word;
    void (*parse)(struct scn_parser *p);
} headers[] = {
    {"proves", parse_proves}, {"against", parse_against}, {"level", parse_level},
    {"tags", parse_tags},     {"each", parse_each},       {"action", parse_action},
    {"budget", parse_budget},
};

/* The index of a header that starts here, or SS_COUNT(headers). */
static size_t which(const struct scn_parser *p)
{
    size_t i;

    for (i = 0; i < SS_COUNT(headers) && !scn_is_word(p, headers[i].word); i++)
        ;
    return i;
}

bool scn_at_header(const struct scn_parser *p)
{
    return which(p) < SS_COUNT(headers);
}

void scn_parse_headers(struct scn_parser *p, struct scn_token *out_against,
                       struct scn_token *out_budget)
{
    unsigned seen = 0;

    for (;;) {
        struct scn_token word = p->token;
        size_t i;

        if (p->token.kind == TOK_END)
            return;
        p->token.newlines = 0;
        i = which(p);
        if (i == SS_COUNT(headers))
            return;
        if ((seen & 1U << i) != 0)
            scn_fail_token(p, &word, NULL, "%s is given twice", headers[i].word);
        seen |= 1U << i;
        if (ss_span_is(word.text, "against"))
            *out_against = word;
        else if (ss_span_is(word.text, "budget"))
            *out_budget = word;
        scn_advance(p);
        headers[i].parse(p);
        if (p->err == SS_OK && !scn_ended(p))
            scn_expected(p, "the end of the line");
    }
}
