/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.h - the requirements that scenarios prove: scenarios/requirements.tsv.
 *
 * Owns: the rows, in one block of memory.
 * Not here: which scenario proves what (catalogue.h).
 * Called by: list, show, explain, lint; the runner for levels. */
#ifndef SSHSPEC_SCRIPT_LEDGER_H
#define SSHSPEC_SCRIPT_LEDGER_H

#include "testserver/script/script.h"

struct ledger_row {
    ss_span id, source, section;
    ss_span level;   /* MUST, MUST-NOT, SHOULD, SHOULD-NOT, MAY, EXT */
    ss_span subject; /* server, client, both; sender and receiver are both roles */
    ss_span area, requirement, test, observable;
};
struct ledger {
    const struct ss_env *env;
    struct ss_buf text;
    struct ledger_row *rows; /* in the order of the file */
    size_t count, cap;
};

/* Takes the text of the file over as it is read from path. SS_E_bad_value: why says which line. */
SS_MUST_USE ss_err ledger_load(struct ledger *ledger, const struct ss_env *env, const char *path,
                               struct ss_buf *why);
void ledger_fini(struct ledger *ledger); /* one that was never loaded must be zero */
/* Null: no such id. */
const struct ledger_row *ledger_find(const struct ledger *ledger, ss_span id);
/* The closest id, or an empty span. A part of an id is close to the only id that has it. */
ss_span ledger_suggest(const struct ledger *ledger, ss_span id);
/* Does a scenario against this side look at the subject of row? */
bool ledger_fits(const struct ledger_row *row, enum scn_against against);
/* The strongest level that file cites: "MUST", "SHOULD" or "MAY"; MUST-NOT is as strong as MUST.
 * EXT counts as MAY: whoever does not offer the extension breaks nothing, and one that is offered
 * and done wrong is judged by what the scenario says, not by its level. Ids that are unknown count
 * as MUST, so that nothing is made light of by a slip. */
const char *ledger_level(const struct ledger *ledger, const struct scn_file *file);

#endif
