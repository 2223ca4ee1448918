/* SPDX-License-Identifier: Apache-2.0 */
/* store.h - runs and results in one SQLite file.
 *
 * Concept: a result that was acknowledged by store_flush survives the end of the program and of
 *   the machine. Results are committed in groups; a group is written when it is old or large
 *   enough, so a kill loses at most the last fraction of a second. The first failed write is told
 *   by store_broken and every later call does nothing: a run goes on without its store, and its
 *   exit status says so.
 *
 *   call            does
 *   store_open      opens or makes a file; a newer schema than ours is refused
 *   store_begin     a new run
 *   store_put       one result of it
 *   store_flush     commits what was put
 *   store_end       time and exit status of the run; commits
 *   store_load      a run as a report, by id, a unique part of its start, "last", or "last-N"
 *   store_list      every run, newest first
 *
 * Owns: the database handle.
 * Errors: SS_E_not_found no such run; SS_E_unsupported a newer schema; SS_E_io else. out_why gets
 *   a sentence. */
#ifndef SSHSPEC_REPORTS_STORE_H
#define SSHSPEC_REPORTS_STORE_H

#include "reports/report.h"
#include "sshspec/net.h"

struct store; /* opaque */

enum store_mode { STORE_READ, STORE_WRITE };
SS_MUST_USE ss_err store_open(const struct ss_env *env, const char *path, enum store_mode mode,
                              struct store **out, struct ss_buf *out_why);
void store_close(struct store **store); /* commits */
SS_MUST_USE ss_err store_begin(struct store *store, const struct report_run *run);
/* index: the job's place in the run, which orders results whatever order they end in. */
SS_MUST_USE ss_err store_put(struct store *store, uint64_t index, const struct result *result);
/* Commits when the open group is old or large enough; call it now and then. */
SS_MUST_USE ss_err store_tick(struct store *store, ss_time now);
SS_MUST_USE ss_err store_flush(struct store *store);
SS_MUST_USE ss_err store_end(struct store *store, const struct report_run *run);
/* Null while all is well; else the first failure, as a sentence. */
const char *store_broken(const struct store *store);

/* A damaged result is left out and named in out_why, which is empty otherwise. */
SS_MUST_USE ss_err store_load(struct store *store, const char *name, struct report *out,
                              struct ss_buf *out_why);
SS_MUST_USE ss_err store_list(struct store *store, struct ss_buf *out);

#endif
