/* SPDX-License-Identifier: Apache-2.0 */
/* parse_send.c - messages that we send, with the fields that are set and the lies they carry.
 *
 * Owns: { field = value }, the words of lies.
 * Not here: which values fit (check_message.c), other actions (parse_action.c).
 * Called by: parse_statement.c; fields also by parse_action.c and parse_relay.c.
 * Follows: docs/scenario-language.md, "Grammar"; enum ss_lie_kind of msg.h. */
#include "sshspec/text.h"
#include "testserver/script/parser.h"

/* ---- fields ---- */

ss_span scn_parse_path(struct scn_parser *p, struct scn_token *out_first)
{
    const uint8_t *start = p->token.text.data, *end;

    *out_first = p->token;
    do {
        bool apart = p->token.blank && p->token.text.data != start;

        end = p->token.text.data + p->token.text.size;
        (void)scn_want_name(p, "the name of a field");
        if (apart || (scn_is(p, TOK_DOT) && p->token.blank)) {
            scn_fail_token(p, &p->token, NULL, "no blanks inside the name of a field");
            break;
        }
    } while (p->err == SS_OK && scn_take(p, TOK_DOT));
    return ss_span_make(start, (size_t)(end - start));
}

static struct scn_field_set *push_field(struct scn_parser *p, struct scn_vec *sets,
                                        const struct scn_token *name, ss_span path)
{
    const struct scn_field_set *old = sets->items;
    struct scn_field_set *set;

    for (size_t i = 0; i < sets->count; i++) {
        if (ss_span_eq(old[i].path, path))
            scn_fail(p, name->at, path.size, NULL, "%.*s is set twice", scn_shown(path), path.data);
    }
    if (sets->count == SCN_LIST_MAX)
        scn_fail(p, name->at, path.size, NULL, "more than %d fields are set", SCN_LIST_MAX);
    if (p->err != SS_OK)
        return NULL;
    set = scn_push(p, sets, sizeof *set);
    if (set != NULL) {
        set->at = scn_here(p, name->at);
        set->path = path;
    }
    return set;
}

/* The field to be set, in the message or in the tail that was named. */
static const struct ss_fielddef *settable(const struct scn_message *message, ss_span path)
{
    struct ss_field field;

    if (ss_field_find(message->def, NULL, path, &field))
        return field.def;
    if (message->tail != NULL && ss_field_find(message->tail, NULL, path, &field))
        return field.def;
    return NULL;
}

/* A field of a tail that was not named: say which one has it. */
static void not_settable(struct scn_parser *p, const struct scn_message *message, ss_span path,
                         struct scn_pos at)
{
    const struct ss_fielddef *field;

    if (message->tail == NULL && scn_field_of(message->def, NULL, path, &field))
        scn_fail(p, at, path.size, NULL, "name the kind of %s that %.*s belongs to",
                 scn_upper(p, message->def->name), scn_shown(path), path.data);
    else
        scn_unknown_field(p, message->def, message->tail, path, at);
}

static void parse_field(struct scn_parser *p, const struct scn_message *message,
                        struct scn_vec *sets)
{
    const struct ss_nametable *numbers = p->numbers;
    const struct ss_fielddef *field = NULL;
    struct scn_token name;
    ss_span path = scn_parse_path(p, &name);
    struct scn_field_set *set;
    struct scn_node *value;

    if (p->err == SS_OK)
        field = settable(message, path);
    if (p->err == SS_OK && field == NULL)
        not_settable(p, message, path, name.at);
    scn_want(p, TOK_IS, "'='");
    if (p->err != SS_OK || field == NULL)
        return;
    p->numbers = field->names;
    value = scn_parse_expr(p);
    p->numbers = numbers;
    scn_check_field_value(p, field, value);
    set = push_field(p, sets, &name, path);
    if (set != NULL)
        set->value = &value->expr;
}

static void parse_option(struct scn_parser *p, struct scn_vec *sets)
{
    struct scn_token name = p->token;
    struct scn_field_set *set;
    struct scn_node *value;

    (void)scn_want_name(p, "the name of an option");
    scn_want(p, TOK_IS, "'='");
    if (p->err != SS_OK)
        return;
    value = scn_parse_expr(p);
    if (p->err == SS_OK)
        scn_check_option(p, &name, value);
    set = push_field(p, sets, &name, name.text);
    if (set != NULL)
        set->value = &value->expr;
}

/* message null: options. */
static void parse_sets(struct scn_parser *p, const struct scn_message *message,
                       struct scn_fields *out)
{
    struct scn_vec sets = {NULL, 0, 0};

    out->items = NULL;
    out->count = 0;
    if (!scn_is(p, TOK_OPEN_BRACE))
        return;
    p->nest++;
    scn_advance(p);
    while (p->err == SS_OK && (sets.count > 0 || !scn_is(p, TOK_CLOSE_BRACE))) {
        if (message != NULL)
            parse_field(p, message, &sets);
        else
            parse_option(p, &sets);
        if (!scn_take(p, TOK_COMMA))
            break;
    }
    scn_want(p, TOK_CLOSE_BRACE, "',' or '}'");
    p->nest--;
    out->items = sets.items;
    out->count = sets.count;
}

void scn_parse_fields(struct scn_parser *p, const struct scn_message *message,
                      struct scn_fields *out)
{
    parse_sets(p, message, out);
}

void scn_parse_options(struct scn_parser *p, struct scn_fields *out)
{
    parse_sets(p, NULL, out);
}

/* ---- lies ---- */

enum shape { /* what follows the word of a lie */
             BARE,
             NUMBER,
             BYTES,
             FLIP,        /* "flip" [number] */
             MAYBE,       /* [number] */
             PATH,        /* path */
             PATH_BYTES,  /* path = bytes */
             PATH_NUMBER, /* path = number */
             PATH_BY      /* path by number */
};

static const struct {
    const char *word;
    enum ss_lie_kind kind;
    enum shape shape;
} lie_words[] = {
    {"raw", SS_LIE_RAW, PATH_BYTES},
    {"length", SS_LIE_LENGTH, PATH_NUMBER},
    {"omit", SS_LIE_OMIT, PATH},
    {"repeat", SS_LIE_REPEAT, PATH_BY},
    {"truncate", SS_LIE_TRUNCATE, NUMBER},
    {"append", SS_LIE_APPEND, BYTES},
    {"number", SS_LIE_NUMBER, NUMBER},
    {"packet_length", SS_LIE_PACKET_LENGTH, NUMBER},
    {"padding_length", SS_LIE_PAD_LENGTH, NUMBER},
    {"padding", SS_LIE_PADDING, NUMBER},
    {"padding_bytes", SS_LIE_PAD_BYTES, BYTES},
    {"mac", SS_LIE_MAC_FLIP, FLIP},
    {"cipher", SS_LIE_CIPHER_FLIP, FLIP},
    {"sequence", SS_LIE_SEQUENCE, NUMBER},
    {"clear", SS_LIE_NO_ENCRYPT, BARE},
    {"uncompressed", SS_LIE_NO_COMPRESS, BARE},
    {"cut", SS_LIE_CUT, NUMBER},
    {"drop", SS_LIE_DROP, BARE},
    {"duplicate", SS_LIE_DUPLICATE, MAYBE},
    {"split", SS_LIE_SPLIT, NUMBER},
    {"hold", SS_LIE_HOLD, BARE},
};

static size_t want_lie(struct scn_parser *p)
{
    const char *words[SS_COUNT(lie_words) + 1];

    for (size_t i = 0; i < SS_COUNT(lie_words); i++)
        words[i] = lie_words[i].word;
    words[SS_COUNT(lie_words)] = NULL;
    return scn_want_one_of(p, words, "a lie");
}

static void lie_number(struct scn_parser *p, struct scn_lie *lie)
{
    lie->n = &scn_parse_typed(p, SCN_NUMBER, "the number of a lie")->expr;
}

static void lie_bytes(struct scn_parser *p, struct scn_lie *lie)
{
    lie->bytes = &scn_parse_typed(p, SCN_BYTES, "what a lie writes")->expr;
}

static void lie_path(struct scn_parser *p, const struct scn_message *message, struct scn_lie *lie)
{
    struct scn_token name = p->token;

    if (message == NULL)
        scn_fail_token(p, &name, NULL, "a raw payload has no fields");
    lie->path = scn_parse_path(p, &name);
    if (p->err == SS_OK && settable(message, lie->path) == NULL)
        not_settable(p, message, lie->path, name.at);
}

/* The word has been taken; the number of MAYBE and FLIP may be left out, which is 0 for a flip and
 * 1 for a duplicate. */
static void lie_maybe(struct scn_parser *p, struct scn_lie *lie)
{
    if (!scn_ended(p) && !scn_is(p, TOK_COMMA) && !scn_is_word(p, "else") &&
        !scn_is(p, TOK_CLOSE_BRACE))
        lie_number(p, lie);
}

static void parse_lie(struct scn_parser *p, const struct scn_message *message, struct scn_lie *lie)
{
    enum shape shape;
    size_t i;

    lie->at = scn_here(p, p->token.at);
    i = want_lie(p);
    lie->kind = lie_words[i].kind;
    shape = lie_words[i].shape;
    if (shape >= PATH)
        lie_path(p, message, lie);
    if (shape == FLIP)
        scn_want_word(p, "flip");
    if (shape == PATH_BYTES || shape == PATH_NUMBER)
        scn_want(p, TOK_IS, "'='");
    if (shape == PATH_BY)
        scn_want_word(p, "by");
    if (p->err != SS_OK || shape == PATH || shape == BARE)
        return;
    if (shape == BYTES || shape == PATH_BYTES)
        lie_bytes(p, lie);
    else if (shape == FLIP || shape == MAYBE)
        lie_maybe(p, lie);
    else
        lie_number(p, lie);
}

/* message null: of a payload. */
static void parse_lies(struct scn_parser *p, const struct scn_message *message,
                       struct scn_stmt *stmt)
{
    struct scn_vec lies = {NULL, 0, 0};
    struct scn_lie *lie;

    if (!scn_take_word(p, "with"))
        return;
    do {
        lie = scn_push(p, &lies, sizeof *lie);
        if (lie != NULL)
            parse_lie(p, message, lie);
    } while (p->err == SS_OK && scn_take(p, TOK_COMMA));
    stmt->lies = lies.items;
    stmt->lie_count = lies.count;
}

/* ---- statements ---- */

static void parse_message_sent(struct scn_parser *p, struct scn_stmt *stmt)
{
    if (!scn_parse_message(p, &stmt->message))
        return;
    scn_parse_fields(p, &stmt->message, &stmt->fields);
    parse_lies(p, &stmt->message, stmt);
}

void scn_parse_send(struct scn_parser *p, struct scn_stmt *stmt)
{
    if (scn_take_word(p, "raw")) {
        stmt->kind = SCN_SEND_RAW;
        stmt->value = &scn_parse_typed(p, SCN_BYTES, "what is sent")->expr;
    } else if (scn_take_word(p, "payload")) {
        stmt->kind = SCN_SEND_PAYLOAD;
        stmt->value = &scn_parse_typed(p, SCN_BYTES, "a payload")->expr;
        parse_lies(p, NULL, stmt);
    } else {
        stmt->kind = SCN_SEND;
        parse_message_sent(p, stmt);
    }
}

void scn_parse_reply(struct scn_parser *p, struct scn_stmt *stmt)
{
    stmt->kind = SCN_REPLY;
    parse_message_sent(p, stmt);
}
