/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_explain.c - `sshspec explain REQUIREMENT`: what it says, how it is tested, and which
 * scenarios prove it.
 *
 * Owns: the layout.
 * Not here: the ledger (script/ledger.c).
 * Called by: main.c.
 * Follows: INTERFACE "The verbs". */
#include "sshspec/net.h"
#include "testserver/shelf.h"
#include "testserver/verbs.h"

enum { OUTPUT_MAX = 4 << 20, WIDTH = 96, LABEL = 12 };

/* A label, then text in lines of WIDTH that start under each other. */
static ss_err put_text(struct ss_buf *out, const char *label, ss_span text)
{
    SS_TRY(ss_buf_printf(out, "  %-*s", LABEL, label));
    while (text.size > WIDTH - LABEL) {
        size_t n = WIDTH - LABEL;

        while (n > 0 && text.data[n] != ' ')
            n--;
        if (n == 0)
            n = WIDTH - LABEL;
        SS_TRY(ss_buf_put(out, ss_span_part(text, 0, n)));
        SS_TRY(ss_buf_printf(out, "\n  %*s", LABEL, ""));
        text = ss_span_part(text, n + (text.data[n] == ' '), text.size);
    }
    SS_TRY(ss_buf_put(out, text));
    return ss_buf_puts(out, "\n");
}

static bool proves(const struct scn_file *file, ss_span id)
{
    for (size_t i = 0; i < file->proves_count; i++) {
        if (ss_span_eq(file->proves[i], id))
            return true;
    }
    return false;
}

static ss_err put_scenarios(struct ss_buf *out, const struct catalogue *catalogue, ss_span id)
{
    bool found = false;

    for (size_t i = 0; i < catalogue->count; i++) {
        const struct catalogue_entry *entry = catalogue->entries[i];

        if (!proves(entry->file, id))
            continue;
        SS_TRY(put_text(out, found ? "" : "proved by", ss_span_of(entry->id)));
        found = true;
    }
    return found ? SS_OK : put_text(out, "proved by", ss_span_of("no scenario yet"));
}

static ss_err put_row(struct ss_buf *out, const struct catalogue *catalogue,
                      const struct ledger_row *row)
{
    SS_TRY(ss_buf_put(out, row->id));
    SS_TRY(ss_buf_puts(out, "\n"));
    SS_TRY(put_text(out, "source", row->source));
    SS_TRY(put_text(out, "section", row->section));
    SS_TRY(put_text(out, "level", row->level));
    SS_TRY(put_text(out, "subject", row->subject));
    SS_TRY(put_text(out, "area", row->area));
    SS_TRY(put_text(out, "requires", row->requirement));
    SS_TRY(put_text(out, "test", row->test));
    SS_TRY(put_text(out, "observable", row->observable));
    return put_scenarios(out, catalogue, row->id);
}

static ss_err put_word(struct ss_buf *out, struct shelf *shelf, const char *word)
{
    const struct ledger *ledger = &shelf->catalogue.ledger;
    const struct ledger_row *row = ledger_find(ledger, ss_span_of(word));
    ss_span near;

    if (row != NULL)
        return put_row(out, &shelf->catalogue, row);
    near = ledger_suggest(ledger, ss_span_of(word));
    SS_TRY(ss_buf_printf(&shelf->why, "there is no requirement %s", word));
    if (near.size > 0)
        SS_TRY(ss_buf_printf(&shelf->why, "; did you mean %.*s?", (int)near.size,
                             (const char *)near.data));
    SS_TRY(ss_buf_puts(&shelf->why, "\n"));
    return SS_E_bad_value;
}

static int explain(struct shelf *shelf, const char *const *words, size_t count, void *ctx)
{
    struct ss_buf out;
    int status;
    ss_err err;

    (void)ctx;
    ss_buf_init(&out, ss_system_env(), OUTPUT_MAX);
    err = catalogue_load(&shelf->catalogue, &shelf->why);
    for (size_t i = 0; i < count && err == SS_OK; i++) {
        if (i > 0)
            err = ss_buf_puts(&out, "\n");
        if (err == SS_OK)
            err = put_word(&out, shelf, words[i]);
    }
    status = shelf_status(shelf, err);
    if (status == EXIT_AS_EXPECTED)
        status = shelf_print(&out);
    ss_buf_fini(&out);
    return status;
}

int cmd_explain(int argc, char **argv)
{
    static const struct shelf_verb verb = {
        .usage = "[OPTION...] REQUIREMENT...",
        .about = "Tells what a requirement says, how it is tested, and which scenarios prove it.",
        .example = "  sshspec explain RFC4253-7.3-newkeys-early\n",
        .which = "which requirement?",
        .run = explain};

    return shelf_main(&verb, argc, argv);
}
