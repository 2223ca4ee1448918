/* SPDX-License-Identifier: Apache-2.0 */
/* print.c - a message on one line, for people.
 *
 * Owns: the text form: field=value, names of numbers, quoting, cutting, hiding of secrets.
 * Not here: the columns around it (trace/).
 * Called by: the tracer, failed expectations, reports.
 *
 * | type               | looks like                                                |
 * |--------------------|-----------------------------------------------------------|
 * | numbers            | 2 or 2(connect_failed)                                    |
 * | boolean            | true, false                                               |
 * | ascii, namelist    | ssh-userauth; "" when empty; escaped in quotes when odd   |
 * | utf8               | "in quotes, escaped"                                      |
 * | string, rest       | "in quotes" when printable, else 0x and hex               |
 * | mpint, fixed       | 0x and hex                                                |
 * | secret             | <12 bytes>                                                |
 * | group, list        | {a=1 b=2}, [{a=1} {a=2}]                                  |
 *
 * A tail's fields follow the message's as if they were its own. */
#include "sshspec/text.h"
#include "walk.h"

enum {
    SHOWN_BYTES = 64,  /* of one string */
    SHOWN_LIST = 1024, /* of one name-list: a KEXINIT should be readable as a whole */
    SHOWN_ITEMS = 32   /* of one list */
};

struct out {
    struct ss_buf *buf;
    unsigned flags;
};

static ss_err print_fields(struct out *out, const struct ss_msgdef *def, void *base,
                           const char *lead);

static bool printable(ss_span s)
{
    for (size_t i = 0; i < s.size; i++) {
        if (s.data[i] < 0x20 || s.data[i] > 0x7e)
            return false;
    }
    return true;
}

/* Can it stand without quotes: visible, and nothing that would confuse a reader of the line? */
static bool plain(ss_span s)
{
    if (s.size == 0 || s.size > SHOWN_LIST)
        return false;
    for (size_t i = 0; i < s.size; i++) {
        if (s.data[i] <= 0x20 || s.data[i] > 0x7e || strchr("\"\\={}[]<>", s.data[i]) != NULL)
            return false;
    }
    return true;
}

static ss_err print_cut(struct out *out, ss_span whole, size_t shown)
{
    if (whole.size <= shown)
        return SS_OK;
    return ss_buf_printf(out->buf, "...(%zu bytes)", whole.size);
}

static ss_err print_quoted(struct out *out, ss_span s, size_t most)
{
    SS_TRY(ss_buf_puts(out->buf, "\""));
    SS_TRY(ss_escape(out->buf, ss_span_part(s, 0, most)));
    SS_TRY(ss_buf_puts(out->buf, "\""));
    return print_cut(out, s, most);
}

static ss_err print_hex(struct out *out, ss_span s)
{
    SS_TRY(ss_buf_puts(out->buf, "0x"));
    SS_TRY(ss_hex_encode(out->buf, ss_span_part(s, 0, SHOWN_BYTES)));
    return print_cut(out, s, SHOWN_BYTES);
}

static ss_err print_bytes(struct out *out, ss_span s)
{
    if (printable(ss_span_part(s, 0, SHOWN_BYTES)))
        return print_quoted(out, s, SHOWN_BYTES);
    return print_hex(out, s);
}

static ss_err print_span(struct out *out, enum ss_type type, ss_span s)
{
    switch (type) {
    case SS_TYPE_ascii:
        if (s.size <= SHOWN_BYTES && plain(s))
            return ss_buf_put(out->buf, s);
        return print_quoted(out, s, SHOWN_BYTES);
    case SS_TYPE_namelist:
        if (plain(s))
            return ss_buf_put(out->buf, s);
        return print_quoted(out, s, SHOWN_LIST);
    case SS_TYPE_utf8:
        return print_quoted(out, s, SHOWN_BYTES);
    case SS_TYPE_mpint:
    case SS_TYPE_fixed:
        return print_hex(out, s);
    case SS_TYPE_secret:
        if ((out->flags & SS_PRINT_SECRETS) == 0)
            return ss_buf_printf(out->buf, "<%zu bytes>", s.size);
        return print_bytes(out, s);
    default:
        return print_bytes(out, s);
    }
}

static ss_err print_number(struct out *out, const struct ss_fielddef *field, uint32_t number)
{
    const char *name = ss_nametable_name(field->names, number);

    if (name != NULL)
        return ss_buf_printf(out->buf, "%u(%s)", (unsigned)number, name);
    return ss_buf_printf(out->buf, "%u", (unsigned)number);
}

static ss_err print_list(struct out *out, const struct ss_msgdef *group, const struct ss_list *list)
{
    size_t shown = list->count < SHOWN_ITEMS ? list->count : SHOWN_ITEMS;

    SS_TRY(ss_buf_puts(out->buf, "["));
    for (size_t i = 0; i < shown; i++) {
        SS_TRY(ss_buf_puts(out->buf, i == 0 ? "{" : " {"));
        SS_TRY(print_fields(out, group, ss_walk_item(list, group, i), ""));
        SS_TRY(ss_buf_puts(out->buf, "}"));
    }
    if (shown < list->count)
        SS_TRY(ss_buf_printf(out->buf, " ...(%zu items)", list->count));
    return ss_buf_puts(out->buf, "]");
}

static ss_err print_value(struct out *out, const struct ss_msgdef *def,
                          const struct ss_fielddef *field, void *base)
{
    void *at = ss_walk_at(base, field->offset);

    switch (field->type) {
    case SS_TYPE_byte:
        return print_number(out, field, *(uint8_t *)at);
    case SS_TYPE_boolean:
        return ss_buf_puts(out->buf, *(bool *)at ? "true" : "false");
    case SS_TYPE_uint32:
        return print_number(out, field, *(uint32_t *)at);
    case SS_TYPE_uint64:
        return ss_buf_printf(out->buf, "%llu", (unsigned long long)*(uint64_t *)at);
    case SS_TYPE_group:
        SS_TRY(ss_buf_puts(out->buf, "{"));
        SS_TRY(print_fields(out, field->group, at, ""));
        return ss_buf_puts(out->buf, "}");
    case SS_TYPE_list:
    case SS_TYPE_many:
        return print_list(out, field->group, (struct ss_list *)at);
    default:
        return print_span(out, field->type, ss_walk_value(def, field, base));
    }
}

/* Bytes of a tail that nobody knows may hold anything, a password of a new method included. */
static ss_err print_tail(struct out *out, const struct ss_fielddef *field, void *base,
                         const char *lead)
{
    const struct ss_tail *tail = ss_walk_tail(field, base);

    if (tail->def != NULL)
        return tail->value != NULL ? print_fields(out, tail->def, tail->value, lead) : SS_OK;
    if (tail->raw.size == 0)
        return SS_OK;
    SS_TRY(ss_buf_printf(out->buf, "%s%s=", lead, field->name));
    return print_span(out, SS_TYPE_secret, tail->raw);
}

/* lead goes before the first field; later ones are parted by a blank. */
static ss_err print_fields(struct out *out, const struct ss_msgdef *def, void *base,
                           const char *lead)
{
    for (size_t i = 0; i < def->field_count; i++) {
        const struct ss_fielddef *field = &def->fields[i];

        if (!ss_field_present(field, base))
            continue;
        if (field->type == SS_TYPE_tail) {
            SS_TRY(print_tail(out, field, base, lead));
            continue;
        }
        SS_TRY(ss_buf_printf(out->buf, "%s%s=", lead, field->name));
        SS_TRY(print_value(out, def, field, base));
        lead = " ";
    }
    return SS_OK;
}

ss_err ss_msg_print(struct ss_buf *out, const struct ss_msg *msg, unsigned flags)
{
    struct out to = {out, flags};
    size_t start = ss_buf_size(out);
    ss_err err;

    if (msg->def == NULL && msg->payload.size == 0)
        return ss_buf_puts(out, "empty");
    if (msg->def == NULL)
        return ss_buf_printf(out, "unknown number=%u <%zu bytes>", (unsigned)msg->payload.data[0],
                             msg->payload.size - 1);
    err = ss_buf_puts(out, msg->def->name);
    if (err == SS_OK && msg->body != NULL)
        err = print_fields(&to, msg->def, msg->body, " ");
    if (err != SS_OK)
        ss_buf_truncate(out, start);
    return err;
}
