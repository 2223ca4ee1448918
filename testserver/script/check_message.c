/* SPDX-License-Identifier: Apache-2.0 */
/* check_message.c - messages, their fields and options by name, and what may be put into them.
 *
 * Owns: which types and which numbers a field or an option takes.
 * Not here: the rows (lib/msg), options.def, encoding (build.c of the interpreter).
 * Called by: the parse files.
 * Follows: docs/scenario-language.md: names are the RFC's, from the message tables. */
#include <stdio.h>

#include "sshspec/text.h"
#include "testserver/script/parser.h"

/* ---- messages ---- */

static const struct ss_msgdef *find_message(ss_span name)
{
    const struct ss_msgdef *def = ss_msgdef_find(SS_PROTO_SSH, name);

    return def != NULL ? def : ss_msgdef_find(SS_PROTO_SFTP, name);
}

static const char *suggest_message(ss_span name)
{
    const char *ssh = ss_msgdef_suggest(SS_PROTO_SSH, name);
    const char *sftp = ss_msgdef_suggest(SS_PROTO_SFTP, name);
    uint8_t folded[64];

    if (ssh == NULL || sftp == NULL || name.size > sizeof folded)
        return ssh != NULL ? ssh : sftp;
    for (size_t i = 0; i < name.size; i++)
        folded[i] = name.data[i] >= 'A' && name.data[i] <= 'Z' ? (uint8_t)(name.data[i] - 'A' + 'a')
                                                               : name.data[i];
    name = ss_span_make(folded, name.size);
    return ss_edit_distance(name, ss_span_of(ssh)) <= ss_edit_distance(name, ss_span_of(sftp))
               ? ssh
               : sftp;
}

static bool has_tail(const struct ss_msgdef *def)
{
    return def->field_count > 0 && def->fields[def->field_count - 1].type == SS_TYPE_tail;
}

/* Words that go on with the statement and name no tail. */
static bool goes_on(const struct scn_parser *p)
{
    static const char *const words[] = {"as", "within", "with", "or",    "else",
                                        "to", "before", "at",   "after", NULL};

    for (size_t i = 0; words[i] != NULL; i++) {
        if (scn_is_word(p, words[i]))
            return true;
    }
    return false;
}

static const struct ss_msgdef *find_tail(const struct ss_msgdef *def, ss_span name)
{
    for (int id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *tail = ss_msgdef_of((enum ss_msgid)id);

        if (tail->proto == SS_PROTO_TAIL && tail->parent == def->id && ss_span_is(name, tail->name))
            return tail;
    }
    return NULL;
}

static void unknown_tail(struct scn_parser *p, const struct ss_msgdef *def)
{
    const char *names[128];
    size_t count = 0;

    for (int id = 1; id < SS_MSGID_COUNT && count < SS_COUNT(names) - 1; id++) {
        const struct ss_msgdef *tail = ss_msgdef_of((enum ss_msgid)id);

        if (tail->proto == SS_PROTO_TAIL && tail->parent == def->id)
            names[count++] = tail->name;
    }
    names[count] = NULL;
    scn_fail_token(p, &p->token, ss_suggest(p->token.text, names), "there is no %s %.*s",
                   scn_upper(p, def->name), scn_shown(p->token.text), p->token.text.data);
}

bool scn_parse_message(struct scn_parser *p, struct scn_message *out)
{
    const char *suggestion;

    memset(out, 0, sizeof *out);
    out->at = scn_here(p, p->token.at);
    if (!scn_is(p, TOK_NAME)) {
        if (scn_is(p, TOK_WORD) && find_message(p->token.text) != NULL)
            scn_fail_token(p, &p->token, scn_upper(p, find_message(p->token.text)->name),
                           "message names are upper case");
        scn_expected(p, "the name of a message");
        return false;
    }
    out->def = find_message(p->token.text);
    if (out->def == NULL) {
        suggestion = suggest_message(p->token.text);
        scn_fail_token(p, &p->token, suggestion != NULL ? scn_upper(p, suggestion) : NULL,
                       "unknown message %.*s", scn_shown(p->token.text), p->token.text.data);
        return false;
    }
    scn_advance(p);
    if (!has_tail(out->def) || !scn_is(p, TOK_WORD) || goes_on(p))
        return p->err == SS_OK;
    out->tail = find_tail(out->def, p->token.text);
    if (out->tail == NULL)
        unknown_tail(p, out->def);
    scn_advance(p);
    return p->err == SS_OK;
}

/* The peer of a seat must be one that sends such messages at all. */
void scn_check_sender(struct scn_parser *p, const struct scn_message *message,
                      const struct scn_token *name)
{
    bool from_server = p->seat == SCN_IN_CLIENT;

    if (p->seat == SCN_IN_ANY || p->seat == SCN_IN_RELAY || p->err != SS_OK)
        return;
    if ((message->def->sender & (from_server ? SS_SERVER : SS_CLIENT)) == 0)
        scn_fail_token(p, name, NULL, "a %s never sends %.*s", from_server ? "server" : "client",
                       scn_shown(name->text), name->text.data);
}

/* ---- fields ---- */

static const struct ss_fielddef *own_field(const struct ss_msgdef *def, ss_span path)
{
    struct ss_field field;

    return ss_field_find(def, NULL, path, &field) ? field.def : NULL;
}

static enum scn_type type_of(const struct ss_fielddef *field)
{
    switch (field->type) {
    case SS_TYPE_byte:
    case SS_TYPE_uint32:
    case SS_TYPE_uint64:
        return SCN_NUMBER;
    case SS_TYPE_boolean:
        return SCN_BOOL;
    case SS_TYPE_namelist:
    case SS_TYPE_list:
    case SS_TYPE_many:
        return SCN_LIST;
    case SS_TYPE_group:
        return SCN_MESSAGE;
    default:
        return SCN_BYTES;
    }
}

/* A row that stands for a field of which tails disagree: nothing is known but its name. */
static const struct ss_fielddef disputed = {.name = "", .type = SS_TYPE_COUNT};

static const struct ss_fielddef *field_of_tails(const struct ss_msgdef *def, ss_span path)
{
    const struct ss_fielddef *found = NULL, *field;

    for (int id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *tail = ss_msgdef_of((enum ss_msgid)id);

        if (tail->proto != SS_PROTO_TAIL || tail->parent != def->id)
            continue;
        field = own_field(tail, path);
        if (field != NULL && found != NULL && type_of(found) != type_of(field))
            return &disputed;
        found = field != NULL ? field : found;
    }
    return found;
}

bool scn_field_of(const struct ss_msgdef *def, const struct ss_msgdef *tail, ss_span path,
                  const struct ss_fielddef **out)
{
    const struct ss_fielddef *found = own_field(def, path);

    if (found == NULL)
        found = tail != NULL ? own_field(tail, path) : field_of_tails(def, path);
    if (found == NULL)
        return false;
    *out = found;
    return true;
}

void scn_describe_field(struct scn_node *node, const struct ss_fielddef *field)
{
    if (field->type == SS_TYPE_COUNT)
        return;
    node->expr.type = type_of(field);
    node->numbers = field->names;
    if (field->type == SS_TYPE_group) {
        node->def = field->group;
    } else if (field->type == SS_TYPE_namelist) {
        node->element = SCN_BYTES;
    } else if (node->expr.type == SCN_LIST) {
        node->element = SCN_MESSAGE;
        node->group = field->group;
    }
}

/* "CHANNEL_REQUEST exec" */
static const char *shown_message(struct scn_parser *p, const struct ss_msgdef *def,
                                 const struct ss_msgdef *tail)
{
    const char *name = def->proto == SS_PROTO_GROUP ? def->name : scn_upper(p, def->name);
    size_t size = strlen(name) + (tail != NULL ? strlen(tail->name) : 0) + 2;
    char *text;

    if (tail == NULL)
        return name;
    text = scn_new(p, size);
    if (text == NULL)
        return name;
    (void)snprintf(text, size, "%s %s", name, tail->name);
    return text;
}

void scn_unknown_field(struct scn_parser *p, const struct ss_msgdef *def,
                       const struct ss_msgdef *tail, ss_span path, struct scn_pos at)
{
    const char *suggestion = ss_field_suggest(def, path);

    if (suggestion == NULL && tail != NULL)
        suggestion = ss_field_suggest(tail, path);
    scn_fail(p, at, path.size, suggestion, "%s has no field %.*s", shown_message(p, def, tail),
             scn_shown(path), path.data);
}

static bool fits_number(const struct ss_fielddef *field, uint64_t number)
{
    if (field->type == SS_TYPE_byte)
        return number <= UINT8_MAX;
    return field->type != SS_TYPE_uint32 || number <= UINT32_MAX;
}

/* What stands there in digits is looked at; what is computed is for the encoder. Numbers wrap, so
 * a minus is welcome: -1 is the largest number. */
static void check_literal(struct scn_parser *p, const struct ss_fielddef *field,
                          const struct scn_node *value)
{
    uint64_t number;

    if (scn_literal_number(value, &number) && !fits_number(field, number))
        scn_fail(p, value->start, value->length, NULL, "%llu does not fit %s, which has %d bits",
                 (unsigned long long)number, field->name, field->type == SS_TYPE_byte ? 8 : 32);
    if (field->type == SS_TYPE_fixed && value->expr.kind == SCN_LIT_BYTES &&
        value->expr.bytes.size != field->fixed)
        scn_fail(p, value->start, value->length, NULL, "%s has %zu bytes, not %zu", field->name,
                 field->fixed, value->expr.bytes.size);
}

/* A group in a list is a list of its fields in order, or the value alone when it has one. */
static void check_group(struct scn_parser *p, const struct ss_msgdef *group,
                        const struct scn_node *value)
{
    if (value->expr.kind != SCN_LIT_LIST) {
        if (group->field_count == 1)
            scn_check_field_value(p, &group->fields[0], value);
        return;
    }
    if (value->expr.count > group->field_count) {
        scn_fail(p, value->start, value->length, NULL, "%zu values for the %zu fields of %s",
                 value->expr.count, group->field_count, group->name);
        return;
    }
    for (size_t i = 0; i < value->expr.count && p->err == SS_OK; i++)
        scn_check_field_value(p, &group->fields[i], scn_node_of(value->expr.items[i]));
}

void scn_check_field_value(struct scn_parser *p, const struct ss_fielddef *field,
                           const struct scn_node *value)
{
    if (p->err != SS_OK || field->type == SS_TYPE_COUNT)
        return;
    if (field->type == SS_TYPE_namelist) {
        if (!scn_fits(value, SCN_BYTES))
            scn_fail(p, value->start, value->length, NULL, "%s is a list of names", field->name);
        return;
    }
    if (field->type == SS_TYPE_mpint && value->expr.type == SCN_NUMBER)
        return;
    if (field->type == SS_TYPE_group && value->expr.kind == SCN_LIT_LIST) {
        check_group(p, field->group, value);
        return;
    }
    if (field->type == SS_TYPE_group && value->expr.type != SCN_MESSAGE) {
        scn_fail(p, value->start, value->length, NULL, "set the fields of %s one by one: %s.%s",
                 field->name, field->name, field->group->fields[0].name);
        return;
    }
    scn_want_type(p, value, type_of(field), field->name);
    check_literal(p, field, value);
    if (type_of(field) != SCN_LIST || value->expr.kind != SCN_LIT_LIST)
        return;
    for (size_t i = 0; i < value->expr.count && p->err == SS_OK; i++)
        check_group(p, field->group, scn_node_of(value->expr.items[i]));
}

/* ---- options of a connection ---- */

static const struct ss_option *find_option(ss_span name)
{
    const struct ss_option *option = ss_options;

    while (option->name != NULL && !ss_span_is(name, option->name))
        option++;
    return option->name != NULL ? option : NULL;
}

static void unknown_option(struct scn_parser *p, const struct scn_token *name)
{
    const char *names[64];
    size_t count = 0;

    names[count++] = "host_key";
    for (const struct ss_option *o = ss_options; o->name && count < SS_COUNT(names) - 1; o++)
        names[count++] = o->name;
    names[count] = NULL;
    scn_fail_token(p, name, ss_suggest(name->text, names), "there is no option %.*s",
                   scn_shown(name->text), name->text.data);
}

void scn_check_option(struct scn_parser *p, const struct scn_token *name,
                      const struct scn_node *value)
{
    static const enum scn_type types[] = {[SS_OPTION_TEXT] = SCN_BYTES,
                                          [SS_OPTION_POLICY] = SCN_BYTES,
                                          [SS_OPTION_NUMBER] = SCN_NUMBER,
                                          [SS_OPTION_TIME] = SCN_NUMBER,
                                          [SS_OPTION_FLAG] = SCN_BOOL};
    const struct ss_option *option = find_option(name->text);
    uint64_t number;

    if (ss_span_is(name->text, "host_key")) {
        if ((p->seat & SCN_IN_SERVER) == 0)
            scn_fail_token(p, name, NULL, "only the server seat has a host key");
        scn_want_type(p, value, SCN_KEY, "host_key");
        return;
    }
    if (option == NULL) {
        unknown_option(p, name);
        return;
    }
    scn_want_type(p, value, types[option->kind], option->name);
    if (types[option->kind] == SCN_NUMBER && scn_literal_number(value, &number) &&
        (number < option->low || number > option->high))
        scn_fail(p, value->start, value->length, NULL, "%s is between %llu and %llu", option->name,
                 (unsigned long long)option->low, (unsigned long long)option->high);
}

/* ---- disconnect reasons ---- */

static const struct ss_nametable *reasons(void)
{
    const struct ss_fielddef *field =
        own_field(ss_msgdef_of(SS_MSG_disconnect), ss_span_of("reason"));

    return field->names;
}

bool scn_is_reason(ss_span name)
{
    uint32_t number;

    return ss_nametable_number(reasons(), name, &number);
}

uint32_t scn_want_reason(struct scn_parser *p)
{
    const struct ss_nametable *table = reasons();
    const char *names[32];
    uint32_t number = 0;
    size_t count = 0;

    if (!scn_is(p, TOK_WORD)) {
        scn_expected(p, "a disconnect reason");
        return 0;
    }
    for (; count < table->count && count < SS_COUNT(names) - 1; count++)
        names[count] = table->rows[count].name;
    names[count] = NULL;
    if (!ss_nametable_number(table, p->token.text, &number))
        scn_fail_token(p, &p->token, ss_suggest(p->token.text, names),
                       "there is no disconnect reason %.*s", scn_shown(p->token.text),
                       p->token.text.data);
    scn_advance(p);
    return number;
}
