/* SPDX-License-Identifier: Apache-2.0 */
/* parse_judge.c - judgements: expect, never, fence, check, should, needs.
 *
 * Owns: alternatives, classes of closing, deadlines.
 * Not here: which judgements belong to a fault (parse_statement.c).
 * Called by: parse_statement.c; the statement's word has been taken.
 * Follows: docs/scenario-language.md, "Grammar" and "What the statements do".
 *
 * All alternatives of one expect share a slot: only one of them comes true. */
#include "sshspec/text.h"
#include "testserver/script/parser.h"

enum { WITHIN_DEFAULT = 5000, CLASSES_MAX = 64 };

/* ---- deadlines ---- */

static void parse_within(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->number = WITHIN_DEFAULT;
    if (!scn_take_word(p, "within"))
        return;
    if (!scn_is(p, TOK_DURATION)) {
        scn_expected(p, "a duration such as 500ms or 2s");
        return;
    }
    stmt->number = p->token.number;
    if (stmt->number == 0)
        scn_fail_token(p, &p->token, NULL, "a deadline is at least 1ms");
    if (p->within < UINT64_MAX - stmt->number)
        p->within += stmt->number;
    scn_advance(p);
}

/* ---- how a connection may end ---- */

static const char *const class_words[] = {"any",        "disconnect", "fin",  "rst",
                                          "half_close", "silence",    "open", NULL};

static void unknown_class(struct scn_parser *p)
{
    const struct ss_fielddef *reason = &ss_msgdef_of(SS_MSG_disconnect)->fields[0];
    const char *words[CLASSES_MAX];
    size_t count = 0;

    for (; class_words[count] != NULL; count++)
        words[count] = class_words[count];
    for (size_t i = 0; i < reason->names->count && count < CLASSES_MAX - 1; i++)
        words[count++] = reason->names->rows[i].name;
    words[count] = NULL;
    scn_fail_token(p, &p->token, ss_suggest(p->token.text, words),
                   "%.*s is neither a way of closing nor a disconnect reason",
                   scn_shown(p->token.text), p->token.text.data);
}

static void parse_class(struct scn_parser *p, struct scn_class *class)
{
    static const struct {
        const char *word;
        enum scn_close_class how;
    } rows[] = {{"fin", SCN_CLOSED_FIN},
                {"rst", SCN_CLOSED_RST},
                {"half_close", SCN_CLOSED_HALF},
                {"silence", SCN_CLOSED_SILENCE},
                {"open", SCN_CLOSED_OPEN}};

    class->how = SCN_CLOSED_DISCONNECT;
    if (scn_take_word(p, "any")) {
        class->any = true;
        return;
    }
    if (scn_take_word(p, "disconnect")) {
        if (!scn_take_word(p, "any"))
            class->reason = scn_want_reason(p);
        return;
    }
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        if (scn_take_word(p, rows[i].word)) {
            class->how = rows[i].how;
            return;
        }
    }
    if (scn_is(p, TOK_WORD) && !scn_is_reason(p->token.text))
        unknown_class(p);
    else
        class->reason = scn_want_reason(p);
}

static bool same_class(const struct scn_class *a, const struct scn_class *b)
{
    if (a->any || b->any)
        return a->any && b->any;
    return a->how == b->how && a->reason == b->reason;
}

static void push_class(struct scn_parser *p, struct scn_vec *classes, enum scn_grade grade)
{
    struct scn_token token = p->token;
    struct scn_class class = {.grade = grade};
    const struct scn_class *old = classes->items;
    struct scn_class *entry;

    parse_class(p, &class);
    for (size_t i = 0; i < classes->count && p->err == SS_OK; i++) {
        if (same_class(&old[i], &class))
            scn_fail_token(p, &token, NULL, "this way of closing is listed already");
    }
    if (p->err != SS_OK)
        return;
    entry = scn_push(p, classes, sizeof *entry);
    if (entry != NULL)
        *entry = class;
}

static void parse_classes(struct scn_parser *p, struct scn_alternative *alternative)
{
    static const char *const grades[] = {"pass", "weak", "fail", NULL};
    static const enum scn_grade values[] = {SCN_PASSES, SCN_WEAK, SCN_FAILS};
    struct scn_vec classes = {NULL, 0, 0};

    p->nest++;
    scn_advance(p);
    do {
        enum scn_grade grade = values[scn_want_one_of(p, grades, "pass, weak or fail")];

        do {
            if (p->err == SS_OK)
                push_class(p, &classes, grade);
        } while (p->err == SS_OK && scn_take(p, TOK_COMMA));
    } while (p->err == SS_OK && !scn_is(p, TOK_CLOSE_BRACE));
    scn_want(p, TOK_CLOSE_BRACE, "'}'");
    p->nest--;
    alternative->classes = classes.items;
    alternative->class_count = classes.count;
}

static void parse_closed(struct scn_parser *p, struct scn_alternative *alternative,
                         const struct scn_token *word)
{
    alternative->closed = true;
    if (scn_is(p, TOK_OPEN_BRACE))
        parse_classes(p, alternative);
    else if (p->judging)
        scn_fail_token(p, word, NULL,
                       "closure policy missing: say which ways of closing pass, as in "
                       "closed { pass disconnect any  weak fin, rst }");
}

/* ---- alternatives ---- */

static void parse_conditions(struct scn_parser *p, struct scn_alternative *alternative)
{
    const struct scn_variable *outer = p->condition;
    struct scn_variable message = {.slot = alternative->slot};
    struct scn_vec conditions = {NULL, 0, 0};
    const struct scn_expr **entry;

    message.node.expr.type = SCN_MESSAGE;
    message.node.def = alternative->message.def;
    message.node.tail = alternative->message.tail;
    p->condition = &message;
    p->nest++;
    scn_advance(p);
    do {
        const struct scn_node *node = scn_parse_typed(p, SCN_BOOL, "a condition");

        entry = scn_push(p, &conditions, sizeof *entry);
        if (entry != NULL)
            *entry = &node->expr;
    } while (p->err == SS_OK && scn_take(p, TOK_COMMA));
    scn_want(p, TOK_CLOSE_BRACE, "',' or '}'");
    p->nest--;
    p->condition = outer;
    alternative->conditions = conditions.items;
    alternative->condition_count = conditions.count;
}

struct bound { /* the name that the alternatives of one expect bind */
    ss_span name;
    struct scn_pos at;
    struct scn_message message; /* def null: none binds yet */
    size_t messages;            /* alternatives that are messages */
    size_t binding;             /* and bind it */
};

/* False: there is no name here. */
static bool parse_as(struct scn_parser *p, const struct scn_message *message, struct bound *bound)
{
    struct scn_pos at;
    ss_span name;

    if (!scn_take_word(p, "as"))
        return false;
    at = p->token.at;
    name = scn_want_name(p, "a name");
    if (p->err != SS_OK)
        return true;
    if (bound->binding++ == 0) {
        bound->name = name;
        bound->at = at;
        bound->message = *message;
        return true;
    }
    if (!ss_span_eq(bound->name, name))
        scn_fail(p, at, name.size, NULL, "alternatives bind one name: %.*s", scn_shown(bound->name),
                 bound->name.data);
    else if (bound->message.def != message->def)
        scn_fail(p, at, name.size, NULL, "%.*s cannot be two different messages", scn_shown(name),
                 name.data);
    else if (bound->message.tail != message->tail)
        bound->message.tail = NULL;
    return true;
}

static void parse_alternative(struct scn_parser *p, struct scn_alternative *alternative,
                              struct bound *bound)
{
    struct scn_token token = p->token;
    bool named;

    alternative->at = scn_here(p, p->token.at);
    alternative->weak = scn_take_word(p, "weak");
    if (alternative->weak)
        token = p->token;
    if (scn_take_word(p, "closed")) {
        parse_closed(p, alternative, &token);
        return;
    }
    if (scn_is(p, TOK_WORD)) {
        static const char *const words[] = {"closed", "weak", NULL};

        scn_fail_token(p, &p->token, ss_suggest(p->token.text, words),
                       "expected a message or closed, not %.*s", scn_shown(p->token.text),
                       p->token.text.data);
    }
    if (!scn_parse_message(p, &alternative->message))
        return;
    scn_check_sender(p, &alternative->message, &token);
    named = parse_as(p, &alternative->message, bound);
    if (scn_is(p, TOK_OPEN_BRACE))
        parse_conditions(p, alternative);
    if (!named)
        (void)parse_as(p, &alternative->message, bound);
    bound->messages++;
}

/* What is bound must be bound whatever came, or the next use would find nothing. */
static void bind(struct scn_parser *p, uint32_t slot, const struct bound *bound)
{
    struct scn_variable *v;

    if (bound->binding == 0 || p->err != SS_OK)
        return;
    if (bound->binding != bound->messages) {
        scn_fail(p, bound->at, bound->name.size, NULL,
                 "%.*s is not bound when another message comes: bind it in each alternative",
                 scn_shown(bound->name), bound->name.data);
        return;
    }
    v = scn_bind_name(p, bound->name, bound->at, SCN_MESSAGE, slot);
    if (v == NULL)
        return;
    ((ss_span *)p->slot_names.items)[slot] = bound->name;
    v->node.def = bound->message.def;
    v->node.tail = bound->message.tail;
}

void scn_parse_expect(struct scn_parser *p, struct scn_stmt *stmt)
{
    struct scn_vec alternatives = {NULL, 0, 0};
    struct bound bound = {.binding = 0};
    uint32_t slot = scn_fresh_slot(p, ss_span_of("the message"));
    struct scn_alternative *alternative;

    stmt->kind = SCN_EXPECT;
    for (;;) {
        alternative = scn_push(p, &alternatives, sizeof *alternative);
        if (alternative == NULL)
            return;
        alternative->slot = slot;
        parse_alternative(p, alternative, &bound);
        if (p->err != SS_OK || !scn_is_word(p, "or"))
            break;
        scn_advance_on(p);
    }
    stmt->alternatives = alternatives.items;
    stmt->alternative_count = alternatives.count;
    bind(p, slot, &bound);
    parse_within(p, stmt);
}

/* ---- the others ---- */

void scn_parse_never(struct scn_parser *p, struct scn_stmt *stmt)
{
    struct scn_vec messages = {NULL, 0, 0};
    struct scn_message *message;

    stmt->kind = SCN_NEVER;
    do {
        message = scn_push(p, &messages, sizeof *message);
        if (message == NULL || !scn_parse_message(p, message))
            return;
    } while (scn_take(p, TOK_COMMA));
    stmt->messages = messages.items;
    stmt->message_count = messages.count;
}

void scn_parse_fence(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_FENCE;
    parse_within(p, stmt);
}

/* check and should; the kind is set already. */
void scn_parse_check(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->value = &scn_parse_typed(p, SCN_BOOL, "what is checked")->expr;
    scn_want(p, TOK_COMMA, "',' and what it means, in quotes");
    stmt->text = scn_want_string(p, "what it means, in quotes");
}

static void parse_offer(struct scn_parser *p, struct scn_stmt *stmt)
{
    static const char *const kinds[] = {"kex", "hostkey", "cipher", "mac", "compression", NULL};
    static const enum scn_need needs[] = {SCN_NEED_KEX, SCN_NEED_HOSTKEY, SCN_NEED_CIPHER,
                                          SCN_NEED_MAC, SCN_NEED_COMPRESSION};

    stmt->need = needs[scn_want_one_of(p, kinds, "kex, hostkey, cipher, mac or compression")];
    if (p->err == SS_OK)
        stmt->value = &scn_parse_typed(p, SCN_BYTES, "the name of an algorithm")->expr;
}

void scn_parse_needs(struct scn_parser *p, struct scn_stmt *stmt)
{
    static const char *const words[] = {"peer", "feature", NULL};
    static const char *const can[] = {"offers", "ping", "strict", "ext_info", "sftp", NULL};
    static const enum scn_need needs[] = {SCN_NEED_KEX, SCN_NEED_PING, SCN_NEED_STRICT,
                                          SCN_NEED_EXT_INFO, SCN_NEED_SFTP};
    size_t i;

    stmt->kind = SCN_NEEDS;
    if (scn_want_one_of(p, words, "peer or feature") == 1) {
        stmt->need = SCN_NEED_FEATURE;
        stmt->text = scn_want_name(p, "the name of a feature");
        return;
    }
    i = scn_want_one_of(p, can, "offers, ping, strict, ext_info or sftp");
    if (i == 0)
        parse_offer(p, stmt);
    else
        stmt->need = needs[i];
}
