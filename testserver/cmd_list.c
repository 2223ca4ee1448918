/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_list.c - `sshspec list`: the catalogue, or what selectors choose of it; the deviations that
 * our own endpoint knows.
 *
 * Owns: the tables and the JSON lines.
 * Not here: choosing (script/select.c), what a deviation does (actor/breaks.def).
 * Called by: main.c.
 * Follows: INTERFACE "JSON lines". */
#include <string.h>

#include "sshspec/net.h"
#include "sshspec/text.h"
#include "testserver/actor/breaks.h"
#include "testserver/script/select.h"
#include "testserver/shelf.h"
#include "testserver/verbs.h"

enum { OUTPUT_MAX = 64 << 20, ID_COLUMN_MAX = 40 };

static const char *against_name(enum scn_against against)
{
    static const char *const names[] = {[SCN_AGAINST_SERVER] = "server",
                                        [SCN_AGAINST_CLIENT] = "client",
                                        [SCN_AGAINST_BOTH] = "both"};

    return names[against];
}

/* A selection may name single cases; each counts as one then. */
static uint32_t cases(const struct selected *item)
{
    return item->only.size > 0 ? 1 : catalogue_cases(item->entry->file);
}

static ss_err json_names(struct ss_buf *out, const ss_span *names, size_t count)
{
    SS_TRY(ss_buf_puts(out, "["));
    for (size_t i = 0; i < count; i++) {
        SS_TRY(ss_buf_puts(out, i > 0 ? "," : ""));
        SS_TRY(ss_json_string(out, names[i]));
    }
    return ss_buf_puts(out, "]");
}

static ss_err put_json(struct ss_buf *out, const struct selected *item)
{
    const struct scn_file *file = item->entry->file;

    SS_TRY(ss_buf_puts(out, "{\"id\":"));
    SS_TRY(ss_json_string(out, ss_span_of(item->entry->id)));
    SS_TRY(ss_buf_puts(out, ",\"title\":"));
    SS_TRY(ss_json_string(out, file->title));
    SS_TRY(
        ss_buf_printf(out, ",\"against\":\"%s\",\"requirements\":", against_name(file->against)));
    SS_TRY(json_names(out, file->proves, file->proves_count));
    SS_TRY(ss_buf_puts(out, ",\"tags\":"));
    SS_TRY(json_names(out, file->tags, file->tag_count));
    return ss_buf_printf(out, ",\"cases\":%u}\n", (unsigned)cases(item));
}

/* Titles may hold what a terminal must not get. */
static ss_err put_row(struct ss_buf *out, const struct selected *item, int width)
{
    const struct scn_file *file = item->entry->file;

    SS_TRY(ss_buf_printf(out, "%-*s  %-6s  %5u  ", width, item->entry->id,
                         against_name(file->against), (unsigned)cases(item)));
    if (ss_utf8_valid(file->title) && memchr(file->title.data, 27, file->title.size) == NULL)
        SS_TRY(ss_buf_put(out, file->title));
    else
        SS_TRY(ss_escape(out, file->title));
    return ss_buf_puts(out, file->info ? " (info)\n" : "\n");
}

static ss_err put_table(struct ss_buf *out, const struct selection *selection)
{
    unsigned all = 0;
    int width = 8;

    for (size_t i = 0; i < selection->count; i++) {
        int size = (int)strlen(selection->items[i].entry->id);

        if (size > width && size <= ID_COLUMN_MAX)
            width = size;
    }
    SS_TRY(ss_buf_printf(out, "%-*s  %-6s  %5s  %s\n", width, "SCENARIO", "AGAINST", "CASES",
                         "TITLE"));
    for (size_t i = 0; i < selection->count; i++) {
        SS_TRY(put_row(out, &selection->items[i], width));
        all += cases(&selection->items[i]);
    }
    return ss_buf_printf(out, "%zu scenario%s, %u case%s\n", selection->count,
                         selection->count == 1 ? "" : "s", all, all == 1 ? "" : "s");
}

static int list(struct shelf *shelf, const char *const *words, size_t count, bool json)
{
    struct selection selection;
    struct ss_buf out;
    int status;
    ss_err err;

    err = catalogue_select(&shelf->catalogue, words, count, NULL, &selection, &shelf->why);
    if (err != SS_OK)
        return shelf_status(shelf, err);
    ss_buf_init(&out, ss_system_env(), OUTPUT_MAX);
    if (!json)
        err = put_table(&out, &selection);
    for (size_t i = 0; i < selection.count && json && err == SS_OK; i++)
        err = put_json(&out, &selection.items[i]);
    status = shelf_status(shelf, err);
    if (status == EXIT_AS_EXPECTED)
        status = shelf_print(&out);
    ss_buf_fini(&out);
    selection_fini(&selection);
    return status;
}

/* ---- deviations of our own endpoint ---- */

static bool is_chosen(const struct act_break *row, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ss_glob(ss_span_of(words[i]), ss_span_of(row->name), false))
            return true;
    }
    return count == 0;
}

static ss_err put_break_json(struct ss_buf *out, const struct act_break *row)
{
    ss_span rest = ss_span_of(row->rules);
    bool first = true;

    SS_TRY(ss_buf_printf(out, "{\"name\":\"%s\",\"role\":\"%s\",\"requirements\":[", row->name,
                         row->role == SS_SERVER ? "server" : "client"));
    while (rest.size > 0) {
        const uint8_t *comma = memchr(rest.data, ',', rest.size);
        size_t n = comma != NULL ? (size_t)(comma - rest.data) : rest.size;

        SS_TRY(ss_buf_puts(out, first ? "" : ","));
        SS_TRY(ss_json_string(out, ss_span_part(rest, 0, n)));
        rest = ss_span_part(rest, n + 2, rest.size); /* ", " */
        first = false;
    }
    SS_TRY(ss_buf_puts(out, "],\"text\":"));
    SS_TRY(ss_json_string(out, ss_span_of(row->text)));
    return ss_buf_puts(out, "}\n");
}

static ss_err put_break(struct ss_buf *out, const struct act_break *row, bool json)
{
    if (json)
        return put_break_json(out, row);
    return ss_buf_printf(out, "%-31s  %s  %s\n%39s  breaks %s\n", row->name,
                         row->role == SS_SERVER ? "server" : "client", row->text, "", row->rules);
}

static int list_breaks(struct shelf *shelf, const char *const *words, size_t count, bool json)
{
    struct ss_buf out;
    size_t found = 0;
    int status;
    ss_err err = SS_OK;

    ss_buf_init(&out, ss_system_env(), OUTPUT_MAX);
    for (const struct act_break *row = act_breaks; row->name != NULL && err == SS_OK; row++) {
        if (!is_chosen(row, words, count))
            continue;
        found++;
        err = put_break(&out, row, json);
    }
    if (err == SS_OK && found == 0)
        err = SS_E_not_found;
    if (err == SS_E_not_found &&
        ss_buf_puts(&shelf->why, "no deviation has such a name\n") != SS_OK)
        err = SS_E_no_memory;
    status = shelf_status(shelf, err);
    if (status == EXIT_AS_EXPECTED)
        status = shelf_print(&out);
    ss_buf_fini(&out);
    return status;
}

/* ---- the verb ---- */

struct wish {
    bool json, breaks;
};

static int run(struct shelf *shelf, const char *const *words, size_t count, void *ctx)
{
    const struct wish *wish = ctx;

    return wish->breaks ? list_breaks(shelf, words, count, wish->json)
                        : list(shelf, words, count, wish->json);
}

int cmd_list(int argc, char **argv)
{
    struct wish wish = {false, false};
    const struct option options[] = {
        {"json", OPTION_FLAG, &wish.json, NULL, "one object a line"},
        {"breaks", OPTION_FLAG, &wish.breaks, NULL,
         "instead: the deviations of `run --peer self --break NAME`,\nor those whose names match"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    const struct shelf_verb verb = {
        .usage = "[OPTION...] [SELECTOR...]",
        .about = "Lists scenarios. Selectors: an id, a glob, area:AREA, tag:TAG, proves:ID, "
                 "file:PATH.\nWithout one: all. Exit status 4: nothing was selected.",
        .example =
            "  sshspec list area:kex 'proves:RFC4253-7*'\n  sshspec list --breaks 'sftp-*'\n",
        .options = options,
        .run = run,
        .ctx = &wish};

    return shelf_main(&verb, argc, argv);
}
