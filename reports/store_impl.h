/* SPDX-License-Identifier: Apache-2.0 */
/* store_impl.h - the database handle, as the files behind store.h see it. */
#ifndef SSHSPEC_REPORTS_STORE_IMPL_H
#define SSHSPEC_REPORTS_STORE_IMPL_H

#include <sqlite3.h>

#include "reports/store.h"

struct store {
    const struct ss_env *env;
    sqlite3 *db;
    sqlite3_stmt *begin, *put, *end;
    sqlite3_int64 run; /* number of the run that is written */
    size_t grouped;    /* rows that are not committed yet */
    ss_time since;     /* when the open group began */
    char broken[300];
};

#endif
