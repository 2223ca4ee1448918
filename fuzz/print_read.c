/* SPDX-License-Identifier: Apache-2.0 */
/* print_read.c - one printed line against the message it was made from.
 *
 * Owns: a reader of the text form that shares no code with the printer.
 * Not here: the form itself (lib/msg/print.c describes it).
 * Called by: fuzz_message.c.
 *
 * What the printer cuts is compared as far as it is shown, and with the size that it tells. */
#include "fuzz/print_read.h"

#include "fuzz/oracle.h"

enum { SHOWN_BYTES = 64, SHOWN_LIST = 1024, SHOWN_ITEMS = 32 };

struct line {
    const uint8_t *at, *end;
    unsigned flags;
};

static void read_fields(struct line *line, const struct ss_msgdef *def, const void *base,
                        const char *lead);

/* ---- words ---- */

static bool next_is(const struct line *line, const char *text)
{
    size_t size = strlen(text);

    return (size_t)(line->end - line->at) >= size && memcmp(line->at, text, size) == 0;
}

static void want(struct line *line, const char *text)
{
    MUST(next_is(line, text));
    line->at += strlen(text);
}

static uint64_t number(struct line *line)
{
    uint64_t n = 0;

    MUST(line->at < line->end && *line->at >= '0' && *line->at <= '9');
    while (line->at < line->end && *line->at >= '0' && *line->at <= '9')
        n = n * 10 + (uint64_t)(*line->at++ - '0');
    return n;
}

static uint8_t hex_digit(struct line *line)
{
    static const char digits[] = "0123456789abcdef";
    const char *found;

    MUST(line->at < line->end);
    found = memchr(digits, *line->at++, 16);
    MUST(found != NULL);
    return (uint8_t)(found - digits);
}

static uint8_t hex_byte(struct line *line)
{
    uint8_t high = hex_digit(line);

    return (uint8_t)(high << 4 | hex_digit(line));
}

/* One byte of a quoted text. */
static uint8_t quoted_byte(struct line *line)
{
    uint8_t c;

    MUST(line->end - line->at >= 2);
    c = *line->at++;
    MUST(c >= 0x20 && c < 0x7f && c != '"');
    if (c != '\\')
        return c;
    c = *line->at++;
    if (c == 'x')
        return hex_byte(line);
    MUST(c == 'n' || c == '\\' || c == '"');
    return c == 'n' ? '\n' : c;
}

/* ---- values ---- */

static void cut(struct line *line, size_t size, size_t shown)
{
    if (size <= shown)
        return;
    want(line, "...(");
    MUST(number(line) == size);
    want(line, " bytes)");
}

static void quoted(struct line *line, ss_span value, size_t shown)
{
    want(line, "\"");
    for (size_t i = 0; i < value.size && i < shown; i++)
        MUST(quoted_byte(line) == value.data[i]);
    want(line, "\"");
    cut(line, value.size, shown);
}

static void hex(struct line *line, ss_span value)
{
    want(line, "0x");
    for (size_t i = 0; i < value.size && i < SHOWN_BYTES; i++)
        MUST(hex_byte(line) == value.data[i]);
    cut(line, value.size, SHOWN_BYTES);
}

/* A word ends where the value does: no value holds a blank or a bracket without quotes. */
static void word(struct line *line, ss_span value)
{
    MUST((size_t)(line->end - line->at) >= value.size && value.size > 0);
    for (size_t i = 0; i < value.size; i++)
        MUST(*line->at++ == value.data[i] && value.data[i] > 0x20 && value.data[i] < 0x7f);
    MUST(line->at == line->end || *line->at == ' ' || *line->at == '}');
}

static void span(struct line *line, enum ss_type type, ss_span value)
{
    bool bytes = type == SS_TYPE_string || type == SS_TYPE_rest || type == SS_TYPE_secret;

    if (type == SS_TYPE_secret && (line->flags & SS_PRINT_SECRETS) == 0) {
        want(line, "<");
        MUST(number(line) == value.size);
        want(line, " bytes>");
    } else if (type == SS_TYPE_mpint || type == SS_TYPE_fixed || (bytes && next_is(line, "0x"))) {
        hex(line, value);
    } else if (next_is(line, "\"")) {
        quoted(line, value, type == SS_TYPE_namelist ? SHOWN_LIST : SHOWN_BYTES);
    } else {
        MUST(type == SS_TYPE_ascii || type == SS_TYPE_namelist);
        word(line, value);
    }
}

static void named(struct line *line, const struct ss_fielddef *field, uint32_t value)
{
    ss_span name;
    uint32_t meant = 0;

    MUST(number(line) == value);
    if (!next_is(line, "("))
        return;
    want(line, "(");
    name = ss_span_make(line->at, 0);
    while (line->at < line->end && *line->at != ')')
        line->at++;
    name.size = (size_t)(line->at - name.data);
    MUST(field->names != NULL && ss_nametable_number(field->names, name, &meant));
    MUST(meant == value);
    want(line, ")");
}

static void list(struct line *line, const struct ss_msgdef *group, const struct ss_list *items)
{
    want(line, "[");
    for (size_t i = 0; i < items->count && i < SHOWN_ITEMS; i++) {
        want(line, i == 0 ? "{" : " {");
        read_fields(line, group, (const char *)items->items + i * group->size, "");
        want(line, "}");
    }
    if (items->count > SHOWN_ITEMS) {
        want(line, " ...(");
        MUST(number(line) == items->count);
        want(line, " items)");
    }
    want(line, "]");
}

static void value(struct line *line, const struct ss_fielddef *field, const void *at)
{
    switch (field->type) {
    case SS_TYPE_byte:
        named(line, field, *(const uint8_t *)at);
        break;
    case SS_TYPE_boolean:
        want(line, *(const bool *)at ? "true" : "false");
        break;
    case SS_TYPE_uint32:
        named(line, field, *(const uint32_t *)at);
        break;
    case SS_TYPE_uint64:
        MUST(number(line) == *(const uint64_t *)at);
        break;
    case SS_TYPE_group:
        want(line, "{");
        read_fields(line, field->group, at, "");
        want(line, "}");
        break;
    case SS_TYPE_list:
    case SS_TYPE_many:
        list(line, field->group, at);
        break;
    default:
        span(line, field->type, *(const ss_span *)at);
        break;
    }
}

static bool present(const struct ss_fielddef *field, const void *base)
{
    const char *at = (const char *)base + field->cond_offset;

    if (field->cond == SS_COND_IF)
        return *(const bool *)(const void *)at;
    if (field->cond == SS_COND_BIT)
        return (*(const uint32_t *)(const void *)at & field->cond_mask) != 0;
    return true;
}

static void read_tail(struct line *line, const struct ss_fielddef *field, const void *at,
                      const char *lead)
{
    const struct ss_tail *tail = at;

    if (tail->def != NULL) {
        read_fields(line, tail->def, tail->value, lead);
        return;
    }
    if (tail->raw.size == 0)
        return;
    want(line, lead);
    want(line, field->name);
    want(line, "=");
    span(line, SS_TYPE_secret, tail->raw);
}

static void read_fields(struct line *line, const struct ss_msgdef *def, const void *base,
                        const char *lead)
{
    for (size_t i = 0; i < def->field_count; i++) {
        const struct ss_fielddef *field = &def->fields[i];
        const void *at = (const char *)base + field->offset;

        if (!present(field, base))
            continue;
        if (field->type == SS_TYPE_tail) {
            read_tail(line, field, at, lead);
            continue;
        }
        want(line, lead);
        want(line, field->name);
        want(line, "=");
        value(line, field, at);
        lead = " ";
    }
}

void fuzz_print_read(const struct ss_msg *msg, ss_span text, unsigned flags)
{
    struct line line = {text.data, text.data + text.size, flags};

    want(&line, msg->def->name);
    read_fields(&line, msg->def, msg->body, " ");
    MUST(line.at == line.end);
}
