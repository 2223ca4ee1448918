/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue.h - all scenarios of a folder, read and checked.
 *
 * Concept: the root folder holds <area>/<name>.scn, fragments/<name>.scn and requirements.tsv. The
 *   id of a scenario is its path below the root without ".scn", and is permanent. One file that
 *   cannot be used stops everything: a scenario is never skipped in silence.
 *
 * | call                 | does                                                          |
 * |----------------------|---------------------------------------------------------------|
 * | catalogue_load       | reads and checks every scenario below the root, and the ledger |
 * | catalogue_find       | a scenario by id; catalogue_suggest for a misspelt one        |
 * | catalogue_file       | a scenario anywhere, by its path                              |
 * | catalogue_cases      | number of cases of a scenario                                 |
 *
 * Owns: texts and trees, until catalogue_fini. Selections (select.h) borrow them.
 * Errors: SS_E_bad_value: a scenario or the ledger is wrong; SS_E_io, SS_E_not_found: a
 *   file or the root cannot be read. why says all of it, for a person. */
#ifndef SSHSPEC_SCRIPT_CATALOGUE_H
#define SSHSPEC_SCRIPT_CATALOGUE_H

#include "testserver/script/ledger.h"

struct catalogue_entry {
    char *id;   /* "kex/newkeys-early" */
    char *path; /* as it can be opened */
    struct ss_buf text;
    struct scn_file *file;
    bool stray; /* from elsewhere: the id is the path */
};
struct catalogue {
    const struct ss_env *env;
    char *root;
    struct catalogue_entry **entries; /* by id */
    size_t count, cap;
    bool loaded;
    struct ledger ledger;
    struct catalogue_entry **strays; /* chosen by file:, outside the root */
    size_t stray_count, stray_cap;
};

/* The root is not read yet. */
SS_MUST_USE ss_err catalogue_init(struct catalogue *catalogue, const struct ss_env *env,
                                  const char *root);
void catalogue_fini(struct catalogue *catalogue);
/* Everything below the root. All mistakes are told, 20 files at most. */
SS_MUST_USE ss_err catalogue_load(struct catalogue *catalogue, struct ss_buf *why);
/* Only the ledger. */
SS_MUST_USE ss_err catalogue_load_ledger(struct catalogue *catalogue, struct ss_buf *why);
/* The folder to use when none is named: "scenarios" where there is one, else the one that came with
 * the program, else the installed one. */
const char *catalogue_root(void);

const struct catalogue_entry *catalogue_find(const struct catalogue *catalogue, ss_span id);
/* The closest id, or null. A name without its area is close to the only id that ends with it. */
const char *catalogue_suggest(const struct catalogue *catalogue, ss_span id);
/* A scenario of the catalogue by the path of its file, or one from elsewhere, which is read now. */
SS_MUST_USE ss_err catalogue_file(struct catalogue *catalogue, const char *path,
                                  const struct catalogue_entry **out, struct ss_buf *why);
/* 1 without `each`. */
uint32_t catalogue_cases(const struct scn_file *file);
/* The part of an id before '/'; empty for a stray. */
ss_span catalogue_area(const struct catalogue_entry *entry);
/* Reads a text of at most 1 MiB. */
SS_MUST_USE ss_err catalogue_read(const char *path, struct ss_buf *out, struct ss_buf *why);
/* Fragments of the root. */
struct catalogue_loader {
    struct scn_loader loader;
    const char *root;
};
void catalogue_loader_init(struct catalogue_loader *loader, const char *root);

#endif
