/* SPDX-License-Identifier: Apache-2.0 */
/* diff.h - what changed between two runs.
 *
 *   call           appends
 *   report_diff    a line for each result that is new, gone, or has another verdict */
#ifndef SSHSPEC_REPORTS_DIFF_H
#define SSHSPEC_REPORTS_DIFF_H

#include "reports/report.h"

struct report_changes {
    size_t worse, better, other, added, gone, same;
};
/* Both must be sorted. worse: was as expected and is not; better: the other way round. */
SS_MUST_USE ss_err report_diff(const struct report *before, const struct report *after,
                               struct ss_buf *out, struct report_changes *out_changes);

#endif
