/* SPDX-License-Identifier: Apache-2.0 */
/* store_load.c - runs read back from the store.
 *
 * Owns: how a run is named on a command line.
 * Not here: writing (store.c).
 * Called by: the verbs `report`, `diff`, and the selector last-failed.
 * Follows: store.h. */
#include "reports/store_impl.h"

#include <stdio.h>
#include <stdlib.h>

static void copy_text(char *out, size_t size, sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    (void)snprintf(out, size, "%s", text != NULL ? (const char *)text : "");
}

/* N of "last-N", 0 for "last", -1 for anything else. */
static long from_last(const char *name)
{
    char *end;
    long n;

    if (strcmp(name, "last") == 0)
        return 0;
    if (strncmp(name, "last-", 5) != 0 || name[5] < '0' || name[5] > '9')
        return -1;
    n = strtol(name + 5, &end, 10);
    return *end == '\0' ? n : -1;
}

static sqlite3_stmt *ask_run(struct store *store, const char *name)
{
    static const char columns[] = "SELECT number, id, started, version, seed, ms, exit FROM run ";
    long back = from_last(name);
    sqlite3_stmt *statement = NULL;
    char sql[200];

    (void)snprintf(sql, sizeof sql, "%s%s", columns,
                   back >= 0 ? "ORDER BY number DESC LIMIT 1 OFFSET ?1"
                             : "WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2");
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return NULL;
    if (back >= 0)
        sqlite3_bind_int64(statement, 1, back);
    else
        sqlite3_bind_text(statement, 1, name, -1, SQLITE_TRANSIENT);
    return statement;
}

static ss_err find_run(struct store *store, const char *name, struct report *out,
                       struct ss_buf *out_why)
{
    sqlite3_stmt *statement = ask_run(store, name);
    struct report_run *run = &out->run;
    ss_err err = SS_OK;
    int code = statement != NULL ? sqlite3_step(statement) : SQLITE_ERROR;

    if (code == SQLITE_ROW) {
        store->run = sqlite3_column_int64(statement, 0);
        copy_text(run->id, sizeof run->id, statement, 1);
        copy_text(run->started, sizeof run->started, statement, 2);
        copy_text(run->version, sizeof run->version, statement, 3);
        run->seed = (uint64_t)sqlite3_column_int64(statement, 4);
        run->ms = (uint64_t)sqlite3_column_int64(statement, 5);
        run->exit_status = sqlite3_column_type(statement, 6) == SQLITE_NULL
                               ? -1
                               : sqlite3_column_int(statement, 6);
        if (strcmp(run->id, name) != 0 && sqlite3_step(statement) == SQLITE_ROW) {
            (void)!ss_buf_printf(out_why, "more than one run begins with \"%s\"", name);
            err = SS_E_not_found;
        }
    } else if (code == SQLITE_DONE) {
        (void)!ss_buf_printf(out_why, "no run \"%s\" in the store", name);
        err = SS_E_not_found;
    } else {
        (void)!ss_buf_printf(out_why, "reading the store: %s", sqlite3_errmsg(store->db));
        err = SS_E_io;
    }
    sqlite3_finalize(statement);
    return err;
}

static ss_err read_row(struct report *out, sqlite3_stmt *statement)
{
    struct result item;
    ss_err err;

    result_init(&item, out->env);
    err = result_read(&item, ss_span_make(sqlite3_column_blob(statement, 1),
                                          (size_t)sqlite3_column_bytes(statement, 1)));
    if (err == SS_OK)
        err = report_add(out, &item);
    result_fini(&item);
    return err;
}

static ss_err read_results(struct store *store, struct report *out, struct ss_buf *out_why)
{
    static const char sql[] = "SELECT place, record FROM result WHERE run = ? ORDER BY place";
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    ss_err err = SS_OK;

    if (code == SQLITE_OK)
        sqlite3_bind_int64(statement, 1, store->run);
    while (code == SQLITE_OK && err == SS_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        err = read_row(out, statement);
        if (err != SS_OK && err != SS_E_no_memory)
            err = ss_buf_printf(out_why, "result %lld of the run is damaged and left out\n",
                                (long long)sqlite3_column_int64(statement, 0));
        code = SQLITE_OK;
    }
    if (err == SS_OK && code != SQLITE_DONE) {
        (void)!ss_buf_printf(out_why, "reading the store: %s", sqlite3_errmsg(store->db));
        err = SS_E_io;
    }
    sqlite3_finalize(statement);
    return err;
}

ss_err store_load(struct store *store, const char *name, struct report *out, struct ss_buf *out_why)
{
    struct report report;
    ss_err err;

    report_init(&report, store->env);
    err = find_run(store, name, &report, out_why);
    if (err == SS_OK)
        err = read_results(store, &report, out_why);
    if (err != SS_OK) {
        report_fini(&report);
        return err;
    }
    report_sort(&report);
    *out = report;
    return SS_OK;
}

ss_err store_list(struct store *store, struct ss_buf *out)
{
    static const char sql[] =
        "SELECT id, version, exit, (SELECT count(*) FROM result WHERE run = number),"
        " (SELECT count(*) FROM result WHERE run = number AND NOT expected)"
        " FROM run ORDER BY number DESC";
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    ss_err err = SS_OK;

    while (code == SQLITE_OK && err == SS_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        bool ended = sqlite3_column_type(statement, 2) != SQLITE_NULL;

        err = ss_buf_printf(out, "%s  sshspec %s  %d results, %d not as expected%s\n",
                            (const char *)sqlite3_column_text(statement, 0),
                            (const char *)sqlite3_column_text(statement, 1),
                            sqlite3_column_int(statement, 3), sqlite3_column_int(statement, 4),
                            ended ? "" : ", did not end");
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return err == SS_OK && code != SQLITE_DONE ? SS_E_io : err;
}
