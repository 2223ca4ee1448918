/* SPDX-License-Identifier: Apache-2.0 */
/* lint.h - what is wrong with a scenario beyond what the parser refuses.
 *
 * Concept: findings are lines "path:line:column: text". An error fails the lint, a warning does
 *   not.
 *
 * Owns: the titles seen so far.
 * Not here: walking folders (cmd_lint.c). */
#ifndef SSHSPEC_SCRIPT_LINT_H
#define SSHSPEC_SCRIPT_LINT_H

#include "testserver/script/ledger.h"

struct lint_title {
    char *title, *path;
    struct scn_pos at;
};
struct lint {
    const struct ss_env *env;
    const struct ledger *ledger;
    struct scn_loader *loader;
    struct ss_buf *out; /* findings */
    struct lint_title *titles;
    size_t count, cap;
    size_t errors, warnings, files;
};

void lint_init(struct lint *lint, const struct ss_env *env, const struct ledger *ledger,
               struct scn_loader *loader, struct ss_buf *out);
void lint_fini(struct lint *lint);
/* Looks at one text: does it parse; is it in its form; do its requirements exist, and are they
 * about the side under test; is its title its own; is every fault judged. */
SS_MUST_USE ss_err lint_text(struct lint *lint, const char *path, ss_span text);

#endif
