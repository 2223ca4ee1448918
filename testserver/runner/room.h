/* SPDX-License-Identifier: Apache-2.0 */
/* room.h - the private folder of a run.
 *
 * Concept: everything that a run makes lies in one folder, mode 0700, below TMPDIR. It is locked
 *   as long as the run lives; a folder of ours that nobody holds locked is left over from a run
 *   that was killed, and is removed by the next one.
 *
 *   call            does
 *   room_open       removes left-overs, makes the folder
 *   room_folder     makes a folder in it, for one task
 *   room_close      removes all of it */
#ifndef SSHSPEC_RUNNER_ROOM_H
#define SSHSPEC_RUNNER_ROOM_H

#include "interop/system.h"

struct room {
    char path[SYSTEM_PATH_MAX];
    int lock; /* -1: not open */
};
#define ROOM_NONE ((struct room){"", -1})

SS_MUST_USE ss_err room_open(struct room *out, struct ss_buf *out_why);
SS_MUST_USE ss_err room_folder(const struct room *room, const char *name,
                               char out[SYSTEM_PATH_MAX]);
void room_close(struct room *room);

#endif
