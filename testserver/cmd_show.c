/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_show.c - `sshspec show ID`: a scenario as it is written, and in words what it proves.
 *
 * Owns: the layout.
 * Not here: the ledger (script/ledger.c).
 * Called by: main.c.
 * Follows: INTERFACE "The verbs". */
#include "sshspec/net.h"
#include "testserver/script/select.h"
#include "testserver/shelf.h"
#include "testserver/verbs.h"

enum { OUTPUT_MAX = 4 << 20 };

static ss_err put_requirement(struct ss_buf *out, const struct ledger *ledger, ss_span id)
{
    const struct ledger_row *row = ledger_find(ledger, id);

    SS_TRY(ss_buf_printf(out, "\n%.*s", (int)id.size, (const char *)id.data));
    if (row == NULL)
        return ss_buf_puts(out, "\n    is not in the ledger\n");
    SS_TRY(ss_buf_printf(out, " (%.*s, %.*s)\n    ", (int)row->level.size,
                         (const char *)row->level.data, (int)row->subject.size,
                         (const char *)row->subject.data));
    SS_TRY(ss_buf_put(out, row->requirement));
    return ss_buf_puts(out, "\n");
}

static ss_err put_entry(struct ss_buf *out, const struct catalogue *catalogue,
                        const struct catalogue_entry *entry)
{
    const struct scn_file *file = entry->file;

    SS_TRY(ss_buf_printf(out, "# %s\n", entry->path));
    SS_TRY(ss_buf_put(out, ss_buf_span(&entry->text)));
    SS_TRY(ss_buf_puts(out, file->proves_count > 0 ? "\nProves:\n" : "\nProves nothing.\n"));
    for (size_t i = 0; i < file->proves_count; i++)
        SS_TRY(put_requirement(out, &catalogue->ledger, file->proves[i]));
    if (file->each == NULL)
        return SS_OK;
    return ss_buf_printf(out, "\n%u cases, one for each %.*s.\n", (unsigned)catalogue_cases(file),
                         (int)file->each_name.size, (const char *)file->each_name.data);
}

static int show(struct shelf *shelf, const char *const *words, size_t count, void *ctx)
{
    struct selection selection;
    struct ss_buf out;
    int status;
    ss_err err;

    (void)ctx;
    err = catalogue_load_ledger(&shelf->catalogue, &shelf->why);
    if (err == SS_OK)
        err = catalogue_select(&shelf->catalogue, words, count, NULL, &selection, &shelf->why);
    if (err != SS_OK)
        return shelf_status(shelf, err);
    ss_buf_init(&out, ss_system_env(), OUTPUT_MAX);
    for (size_t i = 0; i < selection.count && err == SS_OK; i++) {
        if (i > 0)
            err = ss_buf_puts(&out, "\n");
        if (err == SS_OK)
            err = put_entry(&out, &shelf->catalogue, selection.items[i].entry);
    }
    status = shelf_status(shelf, err);
    if (status == EXIT_AS_EXPECTED)
        status = shelf_print(&out);
    ss_buf_fini(&out);
    selection_fini(&selection);
    return status;
}

int cmd_show(int argc, char **argv)
{
    static const struct shelf_verb verb = {
        .usage = "[OPTION...] ID...",
        .about = "Shows a scenario as it is written, and in words the requirements it proves.",
        .example = "  sshspec show kex/newkeys-early\n",
        .which = "which scenario?",
        .run = show};

    return shelf_main(&verb, argc, argv);
}
