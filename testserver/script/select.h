/* SPDX-License-Identifier: Apache-2.0 */
/* select.h - choosing among scenarios.
 *
 * Concept: a selector is an id, "id[case]", a glob over ids, area:X, tag:X, proves:ID (X and ID may
 *   be globs), file:PATH (a scenario file anywhere), or last-failed. None selects all. What any of
 *   them chooses is chosen once, in the order of ids; files from elsewhere come last.
 *
 * Owns: the list; scenarios belong to the catalogue, names of cases to the selectors.
 * Called by: the verbs that take selectors.
 * Follows: INTERFACE "Selectors". */
#ifndef SSHSPEC_SCRIPT_SELECT_H
#define SSHSPEC_SCRIPT_SELECT_H

#include "testserver/script/catalogue.h"

struct selected {
    const struct catalogue_entry *entry;
    ss_span only; /* the name of one case, from "id[name]"; empty: all cases */
};
struct selection {
    const struct ss_env *env;
    struct selected *items;
    size_t count, cap;
};
/* Which ids did not end as expected last time? Calls add for each. */
struct last_failed {
    ss_err (*each)(struct last_failed *self, ss_err (*add)(void *ctx, ss_span id), void *ctx);
};
/* Loads the catalogue unless only files are named. last_failed null: there is no store.
 * SS_E_bad_value: a scenario is wrong, or a plain id does not exist (exit status 2).
 * SS_E_not_found: a selector chooses nothing (exit status 4). SS_E_io: something cannot be read
 * (exit status 3). why says it for a person, with a suggestion; out is empty then. */
SS_MUST_USE ss_err catalogue_select(struct catalogue *catalogue, const char *const *selectors,
                                    size_t count, struct last_failed *last_failed,
                                    struct selection *out, struct ss_buf *why);
void selection_fini(struct selection *selection);
/* The exit status that a failure of catalogue_select or catalogue_load ends a verb with. */
int selection_status(ss_err err);

#endif
