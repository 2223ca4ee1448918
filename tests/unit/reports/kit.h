/* SPDX-License-Identifier: Apache-2.0 */
/* kit.h - results to report, and a folder of the test's own. */
#ifndef TESTS_UNIT_REPORTS_KIT_H
#define TESTS_UNIT_REPORTS_KIT_H

#include "reports/report.h"

const struct ss_env *kit_env(void);
void kit_result(struct result *out, const char *scenario, const char *parameter, const char *peer,
                enum peer_role role, enum verdict verdict);
/* Seven results of two peers, three scenarios and two roles; sorted. */
void kit_report(struct report *out);
/* Every text of it is made to break out of whatever it stands in. */
void kit_hostile(struct report *out);
/* Zero-terminated, of what a sink gives; lives until kit_fini. */
const char *kit_render(const struct report *report, report_sink sink);
/* A fresh folder, removed by kit_fini, and a path in it; the path is good until the next call. */
const char *kit_path(const char *name);
void kit_fini(void);

#endif
