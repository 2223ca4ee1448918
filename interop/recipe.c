/* SPDX-License-Identifier: Apache-2.0 */
/* recipe.c - reading a peer's recipe, with the place of each mistake.
 *
 * Owns: the table of keys, their forms, what must be there together.
 * Not here: finding recipes and trying what they name (peer.c).
 * Called by: peer.c, `sshspec lint`.
 * Follows: recipe.h. */
#include "interop/recipe.h"

#include <stdio.h>

#include "sshspec/text.h"

#define ARENA_CEILING ((size_t)4 * 1024 * 1024)
#define START_WITHIN 10000

enum form { FORM_TEXT, FORM_NAME, FORM_LIST, FORM_ROLES, FORM_FILE, FORM_DURATION };

struct key {
    const char *name;
    enum form form;
    bool required;
    size_t offset; /* in struct recipe */
};

static const struct key keys[] = {
    {"name", FORM_NAME, true, offsetof(struct recipe, name)},
    {"title", FORM_TEXT, true, offsetof(struct recipe, title)},
    {"roles", FORM_ROLES, true, 0},
    {"packages", FORM_LIST, true, offsetof(struct recipe, packages)},
    {"server_programs", FORM_LIST, false, offsetof(struct recipe, server_programs)},
    {"client_programs", FORM_LIST, false, offsetof(struct recipe, client_programs)},
    {"detect", FORM_LIST, true, offsetof(struct recipe, detect)},
    {"version_after", FORM_TEXT, false, offsetof(struct recipe, version_after)},
    {"server_command", FORM_FILE, false, offsetof(struct recipe, server_command)},
    {"client_command", FORM_FILE, false, offsetof(struct recipe, client_command)},
    {"prepare_command", FORM_FILE, false, offsetof(struct recipe, prepare_command)},
    {"server_features", FORM_LIST, false, offsetof(struct recipe, server_features)},
    {"client_features", FORM_LIST, false, offsetof(struct recipe, client_features)},
    {"since", FORM_TEXT, false, offsetof(struct recipe, since)},
    {"start_within", FORM_DURATION, false, offsetof(struct recipe, start_within)},
    {"crash_text", FORM_LIST, false, offsetof(struct recipe, crash_text)},
};

struct parse {
    struct recipe *recipe;
    struct recipe_error *error;
    uint32_t line;
    bool seen[SS_COUNT(keys)];
};

static ss_err fail(struct parse *p, size_t column, const char *format, const char *word)
{
    p->error->line = p->line;
    p->error->column = (uint32_t)column + 1;
    /* The formats are the literals below; each takes one text. */
    (void)snprintf(p->error->text, sizeof p->error->text, "%s%s", format, word);
    return SS_E_bad_value;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* ---- forms ---- */

static bool is_name(ss_span s)
{
    size_t i;

    for (i = 0; i < s.size; i++) {
        uint8_t c = s.data[i];

        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_')
            return false;
    }
    return s.size > 0 && s.data[0] != '-';
}

static bool read_duration(ss_span s, uint32_t *out_ms)
{
    uint32_t n = 0;
    size_t i = 0;

    while (i < s.size && i < 6 && s.data[i] >= '0' && s.data[i] <= '9')
        n = n * 10 + (uint32_t)(s.data[i++] - '0');
    s = i > 0 ? ss_span_part(s, i, s.size) : ss_span_make(NULL, 0);
    if (!ss_span_is(s, "ms") && !ss_span_is(s, "s"))
        return false;
    *out_ms = ss_span_is(s, "s") ? n * 1000 : n;
    return *out_ms > 0;
}

/* Quotes around a text keep blanks at its ends. */
static ss_err put_text(struct parse *p, const struct key *key, ss_span value)
{
    char *text;

    if (value.size >= 2 && value.data[0] == '"' && value.data[value.size - 1] == '"')
        value = ss_span_part(value, 1, value.size - 2);
    text = ss_arena_text(&p->recipe->arena, value);

    if (text == NULL)
        return SS_E_no_memory;
    memcpy((char *)p->recipe + key->offset, &text, sizeof text);
    return SS_OK;
}

static ss_err put_list(struct parse *p, const struct key *key, ss_span value, size_t column,
                       const char *const **out_words)
{
    const char *const *words;
    size_t bad = 0;
    ss_err err = words_split(&p->recipe->arena, value, &words, &bad);

    if (err == SS_E_bad_value)
        return fail(p, column + bad, "a quote is not closed in ", key->name);
    if (err != SS_OK)
        return err;
    if (words[0] == NULL)
        return fail(p, column, "no words in ", key->name);
    *out_words = words;
    if (key->form == FORM_LIST)
        memcpy((char *)p->recipe + key->offset, &words, sizeof words);
    return SS_OK;
}

static ss_err put_roles(struct parse *p, const struct key *key, ss_span value, size_t column)
{
    const char *const *words;

    SS_TRY(put_list(p, key, value, column, &words));
    for (; *words != NULL; words++) {
        if (strcmp(*words, "server") == 0)
            p->recipe->server = true;
        else if (strcmp(*words, "client") == 0)
            p->recipe->client = true;
        else
            return fail(p, column, "a role is server or client, not ", *words);
    }
    return SS_OK;
}

static ss_err put_value(struct parse *p, const struct key *key, ss_span value, size_t column)
{
    const char *const *words;

    switch (key->form) {
    case FORM_NAME:
    case FORM_FILE:
        if (!is_name(value))
            return fail(p, column, "only a-z, 0-9, - and _ are allowed in ", key->name);
        return put_text(p, key, value);
    case FORM_LIST:
        return put_list(p, key, value, column, &words);
    case FORM_ROLES:
        return put_roles(p, key, value, column);
    case FORM_DURATION:
        if (!read_duration(value, &p->recipe->start_within))
            return fail(p, column, "a duration is a number and ms or s: ", key->name);
        return SS_OK;
    case FORM_TEXT:
        break;
    }
    return put_text(p, key, value);
}

/* ---- lines ---- */

static ss_err unknown_key(struct parse *p, ss_span name, size_t column)
{
    const char *names[SS_COUNT(keys) + 1] = {NULL};
    const char *close;
    char text[120];
    size_t i;

    for (i = 0; i < SS_COUNT(keys); i++)
        names[i] = keys[i].name;
    close = ss_suggest(name, names);
    (void)snprintf(text, sizeof text, "%.*s%s%s", name.size < 40 ? (int)name.size : 40,
                   (const char *)name.data, close != NULL ? "; did you mean " : "",
                   close != NULL ? close : "");
    return fail(p, column, "unknown key ", text);
}

/* Without blanks at both ends; out_start: where it begins in the line. */
static ss_span trim(ss_span line, size_t from, size_t to, size_t *out_start)
{
    while (from < to && is_blank(line.data[from]))
        from++;
    while (to > from && is_blank(line.data[to - 1]))
        to--;
    *out_start = from;
    return ss_span_part(line, from, to - from);
}

static ss_err parse_pair(struct parse *p, ss_span name, size_t name_at, ss_span value,
                         size_t value_at)
{
    size_t i;

    for (i = 0; i < SS_COUNT(keys) && !ss_span_is(name, keys[i].name); i++)
        ;
    if (i == SS_COUNT(keys))
        return unknown_key(p, name, name_at);
    if (p->seen[i])
        return fail(p, name_at, "given twice: ", keys[i].name);
    if (value.size == 0)
        return fail(p, value_at, "no value for ", keys[i].name);
    p->seen[i] = true;
    return put_value(p, &keys[i], value, value_at);
}

static ss_err parse_line(struct parse *p, ss_span line)
{
    const uint8_t *equals = line.size > 0 ? memchr(line.data, '=', line.size) : NULL;
    size_t at = equals != NULL ? (size_t)(equals - line.data) : line.size;
    size_t name_at, value_at;
    ss_span name = trim(line, 0, at, &name_at);
    ss_span value = trim(line, at + (equals != NULL), line.size, &value_at);

    if ((name.size == 0 && equals == NULL) || (name.size > 0 && name.data[0] == '#'))
        return SS_OK;
    if (equals == NULL)
        return fail(p, name_at, "a line is `key = value`", "");
    return parse_pair(p, name, name_at, value, value_at);
}

/* What must be there together. */
static ss_err check_whole(struct parse *p)
{
    const struct recipe *recipe = p->recipe;
    size_t i;

    p->line = 0;
    for (i = 0; i < SS_COUNT(keys); i++) {
        if (keys[i].required && !p->seen[i])
            return fail(p, 0, "missing: ", keys[i].name);
    }
    if (recipe->server && recipe->server_command == NULL)
        return fail(p, 0, "the role server needs ", "server_command");
    if (recipe->client && recipe->client_command == NULL)
        return fail(p, 0, "the role client needs ", "client_command");
    return SS_OK;
}

static ss_err parse_all(struct parse *p, ss_span text)
{
    if (text.size > 0 && memchr(text.data, 0, text.size) != NULL)
        return fail(p, 0, "a zero byte in the file", "");
    while (text.size > 0) {
        const uint8_t *newline = memchr(text.data, '\n', text.size);
        size_t n = newline != NULL ? (size_t)(newline - text.data) : text.size;

        p->line++;
        SS_TRY(parse_line(p, ss_span_part(text, 0, n)));
        text = ss_span_part(text, n + 1, text.size);
    }
    return check_whole(p);
}

ss_err recipe_parse(const struct ss_env *env, ss_span text, struct recipe *out,
                    struct recipe_error *out_error)
{
    struct recipe recipe = {.start_within = START_WITHIN};
    struct parse p = {.recipe = &recipe, .error = out_error};
    ss_err err;

    ss_arena_init(&recipe.arena, env, ARENA_CEILING);
    err = parse_all(&p, text);
    if (err != SS_OK) {
        ss_arena_fini(&recipe.arena);
        return err;
    }
    *out = recipe;
    return SS_OK;
}

void recipe_fini(struct recipe *recipe)
{
    if (recipe->arena.env != NULL)
        ss_arena_fini(&recipe->arena);
    memset(recipe, 0, sizeof *recipe);
}

/* ---- versions ---- */

static bool is_digit(ss_span s)
{
    return s.size > 0 && s.data[0] >= '0' && s.data[0] <= '9';
}

/* Cuts a run of digits off; its value, capped. */
static uint64_t take_number(ss_span *s)
{
    uint64_t n = 0;

    while (is_digit(*s)) {
        if (n < UINT64_C(1000000000000000))
            n = n * 10 + (uint64_t)(s->data[0] - '0');
        *s = ss_span_part(*s, 1, s->size);
    }
    return n;
}

int recipe_compare_versions(ss_span a, ss_span b)
{
    while (a.size > 0 && b.size > 0) {
        if (is_digit(a) && is_digit(b)) {
            uint64_t x = take_number(&a), y = take_number(&b);

            if (x != y)
                return x < y ? -1 : 1;
            continue;
        }
        if (a.data[0] != b.data[0])
            return a.data[0] < b.data[0] ? -1 : 1;
        a = ss_span_part(a, 1, a.size);
        b = ss_span_part(b, 1, b.size);
    }
    return a.size > 0 ? 1 : (b.size > 0 ? -1 : 0);
}
