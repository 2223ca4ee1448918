/* SPDX-License-Identifier: Apache-2.0 */
/* verified.c - with which peers an algorithm was seen to work.
 *
 * Owns: the walk over the lines of interop/algorithms.tsv.
 * Not here: where the file is (cmd_algorithms.c), who writes it (ci/record-algorithms).
 * Called by: cmd_algorithms.c. */
#include "testserver/verified.h"

static ss_span take_until(ss_span *rest, char end)
{
    ss_span part = *rest;
    size_t i = 0;

    while (i < rest->size && rest->data[i] != (uint8_t)end)
        i++;
    part.size = i;
    *rest = ss_span_part(*rest, i < rest->size ? i + 1 : i, SIZE_MAX);
    return part;
}

static bool is_kind(ss_span word)
{
    static const char *const kinds[] = {"kex", "hostkey", "cipher", "mac", "compression"};
    size_t i;

    for (i = 0; i < SS_COUNT(kinds); i++) {
        if (ss_span_is(word, kinds[i]))
            return true;
    }
    return false;
}

static bool read_row(ss_span line, struct verified_row *out)
{
    ss_span *const fields[] = {&out->kind, &out->name, &out->peer, &out->role, &out->version};
    size_t i;

    for (i = 0; i < SS_COUNT(fields); i++) {
        *fields[i] = take_until(&line, '\t');
        if (fields[i]->size == 0)
            return false;
    }
    return line.size == 0 && is_kind(out->kind) &&
           (ss_span_is(out->role, "server") || ss_span_is(out->role, "client"));
}

enum verified_line verified_next(ss_span *rest, size_t *line, struct verified_row *out)
{
    while (rest->size > 0) {
        ss_span text = take_until(rest, '\n');

        (*line)++;
        if (text.size == 0 || text.data[0] == '#')
            continue;
        return read_row(text, out) ? VERIFIED_ROW : VERIFIED_BAD;
    }
    return VERIFIED_END;
}

/* Roles in which a peer has the algorithm, as bits. */
enum { AS_SERVER = 1, AS_CLIENT = 2 };

static bool is_about(const struct verified_row *row, const char *kind, const char *name)
{
    return ss_span_is(row->kind, kind) && ss_span_is(row->name, name);
}

static unsigned roles_of(ss_span text, const char *kind, const char *name, ss_span peer)
{
    struct verified_row row;
    unsigned roles = 0;
    size_t line = 0;

    while (verified_next(&text, &line, &row) == VERIFIED_ROW) {
        if (is_about(&row, kind, name) && ss_span_eq(row.peer, peer))
            roles |= ss_span_is(row.role, "server") ? AS_SERVER : AS_CLIENT;
    }
    return roles;
}

/* Was the peer named by a row of the algorithm that stands before this line? */
static bool was_named(ss_span text, const char *kind, const char *name, ss_span peer, size_t before)
{
    struct verified_row row;
    size_t line = 0;

    while (verified_next(&text, &line, &row) == VERIFIED_ROW && line < before) {
        if (is_about(&row, kind, name) && ss_span_eq(row.peer, peer))
            return true;
    }
    return false;
}

ss_err verified_peers(ss_span text, const char *kind, const char *name, struct ss_buf *out)
{
    static const char *const said[] = {"", " (server)", " (client)", ""};
    const char *separator = "";
    struct verified_row row;
    ss_span rest = text;
    size_t line = 0;

    while (verified_next(&rest, &line, &row) == VERIFIED_ROW) {
        if (!is_about(&row, kind, name) || was_named(text, kind, name, row.peer, line))
            continue;
        SS_TRY(ss_buf_puts(out, separator));
        SS_TRY(ss_buf_put(out, row.peer));
        SS_TRY(ss_buf_puts(out, said[roles_of(text, kind, name, row.peer)]));
        separator = ", ";
    }
    return SS_OK;
}

static bool version_was_named(ss_span text, const struct verified_row *wanted, size_t before)
{
    struct verified_row row;
    size_t line = 0;

    while (verified_next(&text, &line, &row) == VERIFIED_ROW && line < before) {
        if (ss_span_eq(row.peer, wanted->peer) && ss_span_eq(row.version, wanted->version))
            return true;
    }
    return false;
}

ss_err verified_versions(ss_span text, struct ss_buf *out)
{
    const char *separator = "";
    struct verified_row row;
    ss_span rest = text;
    size_t line = 0;

    while (verified_next(&rest, &line, &row) == VERIFIED_ROW) {
        if (version_was_named(text, &row, line))
            continue;
        SS_TRY(ss_buf_printf(out, "%s%.*s %.*s", separator, (int)row.peer.size,
                             (const char *)row.peer.data, (int)row.version.size,
                             (const char *)row.version.data));
        separator = ", ";
    }
    return SS_OK;
}
