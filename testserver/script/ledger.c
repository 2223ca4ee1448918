/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.c - requirements.tsv, read and searched.
 *
 * Owns: the form of the file: a header row, nine columns, ids that are unique.
 * Not here: the catalogue of scenarios.
 * Called by: catalogue.c, verbs, the runner.
 * Follows: the header row of the file itself. */
#include "testserver/script/ledger.h"

#include "sshspec/net.h"
#include "sshspec/text.h"

enum { LEDGER_MAX = 8 << 20, COLUMNS = 9 };

/* Cuts the next piece off rest, up to mark or the end. */
static ss_span cut(ss_span *rest, uint8_t mark)
{
    size_t n = 0;
    ss_span piece;

    while (n < rest->size && rest->data[n] != mark)
        n++;
    piece = ss_span_part(*rest, 0, n);
    *rest = ss_span_part(*rest, n + 1, rest->size);
    return piece;
}

static bool read_row(ss_span line, struct ledger_row *row)
{
    ss_span *columns[COLUMNS] = {&row->id,          &row->source,  &row->section,
                                 &row->level,       &row->subject, &row->area,
                                 &row->requirement, &row->test,    &row->observable};
    size_t tabs = 0;

    for (size_t i = 0; i < line.size; i++)
        tabs += line.data[i] == '\t';
    for (size_t i = 0; i < COLUMNS; i++)
        *columns[i] = cut(&line, '\t');
    return tabs == COLUMNS - 1 && row->id.size > 0 && row->subject.size > 0;
}

static ss_err push(struct ledger *ledger, const struct ledger_row *row)
{
    if (ledger->count == ledger->cap) {
        size_t cap = ledger->cap > 0 ? ledger->cap * 2 : 256;
        struct ledger_row *rows =
            ss_resize(ledger->env, ledger->rows, ledger->cap * sizeof *rows, cap * sizeof *rows);

        if (rows == NULL)
            return SS_E_no_memory;
        ledger->rows = rows;
        ledger->cap = cap;
    }
    ledger->rows[ledger->count++] = *row;
    return SS_OK;
}

static ss_err read_rows(struct ledger *ledger, const char *path, struct ss_buf *why)
{
    ss_span rest = ss_buf_span(&ledger->text);
    struct ledger_row row;
    unsigned line = 1;

    if (!ss_span_eq(ss_span_part(rest, 0, 10), ss_span_of("id\tsource\t"))) {
        SS_TRY(ss_buf_printf(why, "%s:1: the header row is missing\n", path));
        return SS_E_bad_value;
    }
    (void)cut(&rest, '\n');
    while (rest.size > 0) {
        ss_span text = cut(&rest, '\n');

        line++;
        if (text.size == 0)
            continue;
        if (!read_row(text, &row) || ledger_find(ledger, row.id) != NULL) {
            SS_TRY(ss_buf_printf(why, "%s:%u: not nine columns with an id of their own\n", path,
                                 line));
            return SS_E_bad_value;
        }
        SS_TRY(push(ledger, &row));
    }
    return SS_OK;
}

ss_err ledger_load(struct ledger *ledger, const struct ss_env *env, const char *path,
                   struct ss_buf *why)
{
    ss_err err;

    memset(ledger, 0, sizeof *ledger);
    ledger->env = env;
    ss_buf_init(&ledger->text, env, LEDGER_MAX);
    err = ss_file_read(path, LEDGER_MAX, &ledger->text, why);
    if (err == SS_OK)
        err = read_rows(ledger, path, why);
    if (err != SS_OK)
        ledger_fini(ledger);
    return err;
}

void ledger_fini(struct ledger *ledger)
{
    if (ledger->env == NULL)
        return;
    ss_free(ledger->env, ledger->rows, ledger->cap * sizeof *ledger->rows);
    ss_buf_fini(&ledger->text);
    memset(ledger, 0, sizeof *ledger);
}

const struct ledger_row *ledger_find(const struct ledger *ledger, ss_span id)
{
    for (size_t i = 0; i < ledger->count; i++) {
        if (ss_span_eq(ledger->rows[i].id, id))
            return &ledger->rows[i];
    }
    return NULL;
}

static bool holds(ss_span text, ss_span part)
{
    for (size_t i = 0; part.size > 0 && i + part.size <= text.size; i++) {
        if (ss_span_eq(ss_span_part(text, i, part.size), part))
            return true;
    }
    return false;
}

ss_span ledger_suggest(const struct ledger *ledger, ss_span id)
{
    size_t best = id.size / 3 + 2, parts = 0;
    ss_span found = {NULL, 0}, part = {NULL, 0};

    for (size_t i = 0; i < ledger->count; i++) {
        ss_span other = ledger->rows[i].id;
        size_t distance = ss_edit_distance(id, other);

        if (distance < best) {
            best = distance;
            found = other;
        }
        if (id.size >= 3 && holds(other, id)) {
            parts++;
            part = other;
        }
    }
    return found.size == 0 && parts == 1 ? part : found;
}

bool ledger_fits(const struct ledger_row *row, enum scn_against against)
{
    if (ss_span_is(row->subject, "server"))
        return against != SCN_AGAINST_CLIENT;
    if (ss_span_is(row->subject, "client"))
        return against != SCN_AGAINST_SERVER;
    return true;
}

const char *ledger_level(const struct ledger *ledger, const struct scn_file *file)
{
    const char *level = "MAY";

    for (size_t i = 0; i < file->proves_count; i++) {
        const struct ledger_row *row = ledger_find(ledger, file->proves[i]);

        if (row == NULL || ss_span_eq(ss_span_part(row->level, 0, 4), ss_span_of("MUST")))
            return "MUST";
        if (ss_span_eq(ss_span_part(row->level, 0, 6), ss_span_of("SHOULD")))
            level = "SHOULD";
    }
    return level;
}
