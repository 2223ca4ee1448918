/* SPDX-License-Identifier: Apache-2.0 */
/* encode.c - a typed struct to payload bytes, and the lies of the field seam.
 *
 * Owns: the walk over field rows while writing; what each field lie does.
 * Not here: writing single values (wire/writer.c), frame and flow lies (transport).
 * Called by: every layer that sends; scenarios with lies.
 * Follows: RFC 4251 section 5 and the rows.
 *
 * A lie about a field of a list's elements acts on every element. Of several lies about one
 * field OMIT wins over all, RAW over LENGTH; REPEAT repeats whatever the others made. RAW also
 * writes a field whose condition does not hold. A lie that finds nothing to act on is an error of
 * the caller, not a message without the lie. */
#include "walk.h"

enum { LIES_MAX = 64 }; /* bits of struct pen's hit */

struct pen {
    struct ss_writer writer;
    const struct ss_lie *lies;
    size_t lie_count;
    uint64_t hit; /* lies that acted */
};

static void write_fields(struct pen *pen, const struct ss_msgdef *def, void *base);

static void fail(struct pen *pen, ss_err err)
{
    if (pen->writer.err == SS_OK)
        pen->writer.err = err;
}

/* The lie of this kind about field (null: about the message), marked as used; or null. */
static const struct ss_lie *lie_about(struct pen *pen, const struct ss_fielddef *field,
                                      enum ss_lie_kind kind)
{
    for (size_t i = 0; i < pen->lie_count; i++) {
        if (pen->lies[i].kind == kind && pen->lies[i].field == field) {
            pen->hit |= (uint64_t)1 << i;
            return &pen->lies[i];
        }
    }
    return NULL;
}

static void write_items(struct pen *pen, const struct ss_msgdef *group, const struct ss_list *list)
{
    for (size_t i = 0; i < list->count && pen->writer.err == SS_OK; i++)
        write_fields(pen, group, ss_walk_item(list, group, i));
}

static void write_tail(struct pen *pen, const struct ss_tail *tail)
{
    if (tail->def == NULL) {
        ss_writer_bytes(&pen->writer, tail->raw);
        return;
    }
    if (tail->value == NULL && tail->def->field_count > 0) {
        fail(pen, SS_E_bad_argument);
        return;
    }
    write_fields(pen, tail->def, tail->value);
}

static void write_span(struct pen *pen, const struct ss_fielddef *field, ss_span value)
{
    switch (field->type) {
    case SS_TYPE_mpint:
        ss_writer_mpint(&pen->writer, value);
        break;
    case SS_TYPE_fixed:
        if (value.size != field->fixed)
            fail(pen, SS_E_bad_argument);
        ss_writer_bytes(&pen->writer, value);
        break;
    case SS_TYPE_rest:
        ss_writer_bytes(&pen->writer, value);
        break;
    default:
        ss_writer_string(&pen->writer, value);
        break;
    }
}

static void write_value(struct pen *pen, const struct ss_msgdef *def,
                        const struct ss_fielddef *field, void *base)
{
    void *at = ss_walk_at(base, field->offset);

    switch (field->type) {
    case SS_TYPE_byte:
        ss_writer_byte(&pen->writer, *(uint8_t *)at);
        break;
    case SS_TYPE_boolean:
        ss_writer_boolean(&pen->writer, *(bool *)at);
        break;
    case SS_TYPE_uint32:
        ss_writer_u32(&pen->writer, *(uint32_t *)at);
        break;
    case SS_TYPE_uint64:
        ss_writer_u64(&pen->writer, *(uint64_t *)at);
        break;
    case SS_TYPE_group:
        write_fields(pen, field->group, at);
        break;
    case SS_TYPE_list:
        if (((struct ss_list *)at)->count > UINT32_MAX)
            fail(pen, SS_E_bad_argument);
        ss_writer_u32(&pen->writer, (uint32_t)((struct ss_list *)at)->count);
        write_items(pen, field->group, (struct ss_list *)at);
        break;
    case SS_TYPE_many:
        write_items(pen, field->group, (struct ss_list *)at);
        break;
    case SS_TYPE_tail:
        write_tail(pen, (struct ss_tail *)at);
        break;
    default:
        write_span(pen, field, ss_walk_value(def, field, base));
        break;
    }
}

/* Overwrites the length or count that was written at mark with what the lie says. */
static void lie_length(struct pen *pen, const struct ss_fielddef *field, size_t mark,
                       const struct ss_lie *lie)
{
    if (!ss_walk_has_length(field->type) || lie->n < 0 || lie->n > (int64_t)UINT32_MAX) {
        fail(pen, SS_E_bad_argument);
        return;
    }
    if (pen->writer.err == SS_OK)
        ss_store_u32(ss_buf_at(pen->writer.buf) + mark, (uint32_t)lie->n);
}

/* What is said about one field. All of it counts as used, also where one lie wins over another. */
struct about {
    const struct ss_lie *raw, *omit, *length, *repeat;
};

static void write_once(struct pen *pen, const struct ss_msgdef *def,
                       const struct ss_fielddef *field, void *base, const struct about *about)
{
    size_t mark = ss_buf_size(pen->writer.buf);

    if (about->raw != NULL) {
        ss_writer_bytes(&pen->writer, about->raw->bytes);
        return;
    }
    write_value(pen, def, field, base);
    if (about->length != NULL)
        lie_length(pen, field, mark, about->length);
}

static void write_lied(struct pen *pen, const struct ss_msgdef *def,
                       const struct ss_fielddef *field, void *base)
{
    struct about about = {.raw = lie_about(pen, field, SS_LIE_RAW)};
    int64_t times = 1;

    if (about.raw == NULL && !ss_field_present(field, base))
        return;
    about.omit = lie_about(pen, field, SS_LIE_OMIT);
    about.length = lie_about(pen, field, SS_LIE_LENGTH);
    about.repeat = lie_about(pen, field, SS_LIE_REPEAT);
    if (about.repeat != NULL && (about.repeat->n < 0 || about.repeat->n == INT64_MAX))
        fail(pen, SS_E_bad_argument);
    else if (about.repeat != NULL)
        times += about.repeat->n;
    if (about.omit != NULL)
        return;
    while (times-- > 0 && pen->writer.err == SS_OK) {
        size_t before = ss_buf_size(pen->writer.buf);

        write_once(pen, def, field, base, &about);
        if (ss_buf_size(pen->writer.buf) == before)
            break; /* nothing, repeated, is nothing: do not count to n */
    }
}

static void write_fields(struct pen *pen, const struct ss_msgdef *def, void *base)
{
    for (size_t i = 0; i < def->field_count && pen->writer.err == SS_OK; i++) {
        const struct ss_fielddef *field = &def->fields[i];

        if (pen->lie_count > 0)
            write_lied(pen, def, field, base);
        else if (field->cond == SS_COND_ALWAYS || ss_field_present(field, base))
            write_value(pen, def, field, base);
    }
}

static void write_number(struct pen *pen, const struct ss_msgdef *def)
{
    const struct ss_lie *lie;

    if (!ss_walk_has_number(def))
        return;
    lie = lie_about(pen, NULL, SS_LIE_NUMBER);
    if (lie != NULL && (lie->n < 0 || lie->n > 255))
        fail(pen, SS_E_bad_argument);
    ss_writer_byte(&pen->writer, lie != NULL ? (uint8_t)lie->n : def->number);
}

static void write_message(struct pen *pen, const struct ss_msg *msg)
{
    const struct ss_lie *raw = lie_about(pen, NULL, SS_LIE_RAW);

    if (raw != NULL) {
        ss_writer_bytes(&pen->writer, raw->bytes);
        return;
    }
    if (msg->def == NULL) {
        ss_writer_bytes(&pen->writer, msg->payload);
        return;
    }
    if (msg->body == NULL && msg->def->field_count > 0) {
        fail(pen, SS_E_bad_argument);
        return;
    }
    write_number(pen, msg->def);
    write_fields(pen, msg->def, msg->body);
}

static void cut(struct pen *pen, size_t start)
{
    const struct ss_lie *lie = lie_about(pen, NULL, SS_LIE_TRUNCATE);
    size_t size = ss_buf_size(pen->writer.buf) - start;

    if (lie == NULL)
        return;
    if (lie->n < 0)
        fail(pen, SS_E_bad_argument);
    else if ((uint64_t)lie->n < size)
        ss_buf_truncate(pen->writer.buf, start + (size_t)lie->n);
}

/* Did each lie of our seam act? */
static bool all_hit(const struct pen *pen)
{
    for (size_t i = 0; i < pen->lie_count; i++) {
        if (ss_lie_seam(pen->lies[i].kind) == SS_SEAM_FIELD && (pen->hit >> i & 1) == 0)
            return false;
    }
    return true;
}

ss_err ss_msg_encode(struct ss_buf *out, const struct ss_msg *msg, const struct ss_lie *lies,
                     size_t lie_count)
{
    struct pen pen = {.lies = lies, .lie_count = lie_count};
    size_t start = ss_buf_size(out);
    const struct ss_lie *append;
    ss_err err;

    if (lie_count > LIES_MAX)
        return SS_E_bad_argument;
    ss_writer_init(&pen.writer, out);
    write_message(&pen, msg);
    append = lie_about(&pen, NULL, SS_LIE_APPEND);
    if (append != NULL)
        ss_writer_bytes(&pen.writer, append->bytes);
    cut(&pen, start);
    if (!all_hit(&pen))
        fail(&pen, SS_E_bad_argument);
    err = ss_writer_done(&pen.writer);
    if (err != SS_OK)
        ss_buf_truncate(out, start);
    return err;
}
