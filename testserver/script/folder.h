/* SPDX-License-Identifier: Apache-2.0 */
/* folder.h - the files below the root of a catalogue, in order.
 *
 * Owns: which names are scenario files.
 * Not here: what is in them.
 * Called by: catalogue.c, cmd_lint.c, cmd_fmt.c. */
#ifndef SSHSPEC_SCRIPT_FOLDER_H
#define SSHSPEC_SCRIPT_FOLDER_H

#include "sshspec/buf.h"

struct folder_file {
    const char *area; /* the folder's name: "kex", "fragments" */
    const char *name; /* with ".scn" */
    const char *path;
    bool fragment;
    bool plain; /* the name may be part of an id */
};
/* Calls visit for each file <area>/<name>.scn below root, areas and names in order; what visit
 * returns ends the walk when it is not SS_OK. Hidden files are left out. SS_E_io: a folder cannot
 * be read, why says which. */
typedef ss_err folder_visit(void *ctx, const struct folder_file *file);
SS_MUST_USE ss_err folder_walk(const char *root, folder_visit *visit, void *ctx,
                               struct ss_buf *why);
/* Does the name end with ".scn"? */
bool folder_is_scenario(const char *name);

#endif
