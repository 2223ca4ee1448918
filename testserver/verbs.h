/* SPDX-License-Identifier: Apache-2.0 */
/* verbs.h - the functions behind the verbs, and the exit statuses they share.
 *
 * Owns: nothing; verbs.def lists the verbs.
 * Not here: options (options.h). */
#ifndef TESTSERVER_VERBS_H
#define TESTSERVER_VERBS_H

enum exit_status {
    EXIT_AS_EXPECTED = 0,
    EXIT_NOT_AS_EXPECTED = 1, /* some verdict was not what was expected */
    EXIT_USAGE = 2,           /* the command line or a scenario is wrong */
    EXIT_ENVIRONMENT = 3,     /* the machine or the harness failed */
    EXIT_NOTHING = 4,         /* nothing was selected */
    EXIT_SKIPPED = 77         /* everything was skipped */
};

#define VERB(name, function, help) int function(int argc, char **argv);
#include "testserver/verbs.def"
#undef VERB

#endif
