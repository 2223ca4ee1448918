/* SPDX-License-Identifier: Apache-2.0 */
/* store.c - runs and results in SQLite.
 *
 * Owns: the schema and its version, groups of commits.
 * Not here: reading whole runs (store_load.c), formats (the sinks).
 * Called by: the runner, the verbs `report` and `diff`.
 * Follows: SQLite "Write-Ahead Logging", "Result Codes".
 *
 * A result is one row that holds the bytes of result_write, and next to them what a person asks
 * for in SQL. The write-ahead log with synchronous=FULL makes a commit durable; a torn tail is cut
 * off by SQLite at the next open. */
#include "reports/store_impl.h"

#include <stdio.h>

#define SCHEMA_VERSION 1
#define APPLICATION_ID 0x73736873 /* "sshs" */
#define BUSY_MS 5000
#define GROUP_MS 250
#define GROUP_SIZE 64

static const char schema[] =
    "CREATE TABLE run (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, started TEXT NOT NULL,"
    " version TEXT NOT NULL, seed INTEGER NOT NULL, ms INTEGER, exit INTEGER) STRICT;"
    "CREATE TABLE result (run INTEGER NOT NULL REFERENCES run, place INTEGER NOT NULL,"
    " scenario TEXT NOT NULL, parameter TEXT NOT NULL, peer TEXT NOT NULL, role TEXT NOT NULL,"
    " verdict TEXT NOT NULL, expected INTEGER NOT NULL, ms INTEGER NOT NULL, why TEXT NOT NULL,"
    " record BLOB NOT NULL, PRIMARY KEY (run, place)) STRICT, WITHOUT ROWID;";

/* Keeps the first failure; what comes after it is its consequence. */
static ss_err broke(struct store *store, const char *doing)
{
    if (store->broken[0] == '\0')
        (void)snprintf(store->broken, sizeof store->broken, "%s: %s", doing,
                       sqlite3_errmsg(store->db));
    return SS_E_io;
}

static ss_err run_sql(struct store *store, const char *sql, const char *doing)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? SS_OK
                                                                       : broke(store, doing);
}

static int64_t ask_number(struct store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = -1;

    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

/* ---- opening ---- */

static ss_err make_schema(struct store *store)
{
    char sql[120];

    SS_TRY(run_sql(store, "BEGIN IMMEDIATE", "making the store"));
    /* Somebody else may have been quicker. */
    if (ask_number(store, "PRAGMA user_version") == SCHEMA_VERSION)
        return run_sql(store, "COMMIT", "making the store");
    SS_TRY(run_sql(store, schema, "making the store"));
    (void)snprintf(sql, sizeof sql, "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT",
                   APPLICATION_ID, SCHEMA_VERSION);
    return run_sql(store, sql, "making the store");
}

static ss_err check_schema(struct store *store, enum store_mode mode)
{
    int64_t version = ask_number(store, "PRAGMA user_version");
    int64_t tables = ask_number(store, "SELECT count(*) FROM sqlite_master");
    int64_t application = ask_number(store, "PRAGMA application_id");

    if (version < 0 || tables < 0)
        return broke(store, "reading the store");
    if (version == 0 && tables == 0 && mode == STORE_WRITE)
        return make_schema(store);
    if (application != APPLICATION_ID) {
        (void)snprintf(store->broken, sizeof store->broken, "this file is no store of sshspec");
        return SS_E_unsupported;
    }
    if (version > SCHEMA_VERSION) {
        (void)snprintf(
            store->broken, sizeof store->broken,
            "the store was written by a newer sshspec (schema %lld, this program knows %d)",
            (long long)version, SCHEMA_VERSION);
        return SS_E_unsupported;
    }
    return SS_OK;
}

static ss_err prepare(struct store *store)
{
    static const char begin[] = "INSERT INTO run (id, started, version, seed) VALUES (?, ?, ?, ?)";
    static const char put[] = "INSERT OR REPLACE INTO result VALUES (?,?,?,?,?,?,?,?,?,?,?)";
    static const char end[] = "UPDATE run SET ms = ?, exit = ? WHERE number = ?";

    if (sqlite3_prepare_v2(store->db, begin, -1, &store->begin, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(store->db, put, -1, &store->put, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(store->db, end, -1, &store->end, NULL) != SQLITE_OK)
        return broke(store, "opening the store");
    return SS_OK;
}

static ss_err open_file(struct store *store, const char *path, enum store_mode mode)
{
    int flags =
        mode == STORE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;

    if (sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK)
        return broke(store, "opening the store");
    sqlite3_busy_timeout(store->db, BUSY_MS);
    if (mode == STORE_WRITE)
        SS_TRY(run_sql(store,
                       "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                       "PRAGMA foreign_keys=ON",
                       "opening the store"));
    SS_TRY(check_schema(store, mode));
    return mode == STORE_WRITE ? prepare(store) : SS_OK;
}

ss_err store_open(const struct ss_env *env, const char *path, enum store_mode mode,
                  struct store **out, struct ss_buf *out_why)
{
    struct store *store = ss_alloc(env, sizeof *store);
    ss_err err;

    if (store == NULL)
        return SS_E_no_memory;
    store->env = env;
    err = open_file(store, path, mode);
    if (err == SS_OK) {
        *out = store;
        return SS_OK;
    }
    (void)!ss_buf_printf(out_why, "%s: %s", path, store->broken);
    store->broken[0] = '!'; /* nothing is left to commit */
    store_close(&store);
    return err;
}

void store_close(struct store **store)
{
    struct store *s = *store;

    if (s == NULL)
        return;
    (void)!store_flush(s);
    sqlite3_finalize(s->begin);
    sqlite3_finalize(s->put);
    sqlite3_finalize(s->end);
    sqlite3_close(s->db);
    ss_free(s->env, s, sizeof *s);
    *store = NULL;
}

const char *store_broken(const struct store *store)
{
    return store->broken[0] != '\0' ? store->broken : NULL;
}

/* ---- writing ---- */

static ss_err open_group(struct store *store)
{
    if (store->grouped > 0)
        return SS_OK;
    SS_TRY(run_sql(store, "BEGIN IMMEDIATE", "writing the store"));
    store->since = ss_clock();
    return SS_OK;
}

static ss_err step(struct store *store, sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    ss_err err = code == SQLITE_DONE ? SS_OK : broke(store, "writing the store");

    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (err == SS_OK)
        store->grouped++;
    return err;
}

static void bind_text(sqlite3_stmt *statement, int at, ss_span text)
{
    sqlite3_bind_text(statement, at, text.size > 0 ? (const char *)text.data : "", (int)text.size,
                      SQLITE_TRANSIENT);
}

ss_err store_begin(struct store *store, const struct report_run *run)
{
    if (store_broken(store) != NULL)
        return SS_E_io;
    SS_TRY(open_group(store));
    bind_text(store->begin, 1, ss_span_of(run->id));
    bind_text(store->begin, 2, ss_span_of(run->started));
    bind_text(store->begin, 3, ss_span_of(run->version));
    sqlite3_bind_int64(store->begin, 4, (sqlite3_int64)run->seed);
    SS_TRY(step(store, store->begin));
    store->run = sqlite3_last_insert_rowid(store->db);
    return store_flush(store);
}

static ss_err put_row(struct store *store, uint64_t index, const struct result *result,
                      ss_span record)
{
    sqlite3_stmt *put = store->put;

    sqlite3_bind_int64(put, 1, store->run);
    sqlite3_bind_int64(put, 2, (sqlite3_int64)index);
    bind_text(put, 3, ss_buf_span(&result->scenario));
    bind_text(put, 4, ss_buf_span(&result->parameter));
    bind_text(put, 5, ss_buf_span(&result->peer));
    bind_text(put, 6, ss_span_of(peer_role_name(result->role)));
    bind_text(put, 7, ss_span_of(verdict_name(result->verdict)));
    sqlite3_bind_int(put, 8, result->expected);
    sqlite3_bind_int64(put, 9, result->ms);
    bind_text(put, 10, ss_buf_span(&result->why));
    sqlite3_bind_blob(put, 11, record.data, (int)record.size, SQLITE_TRANSIENT);
    return step(store, put);
}

ss_err store_put(struct store *store, uint64_t index, const struct result *result)
{
    struct ss_buf record;
    ss_err err;

    if (store_broken(store) != NULL)
        return SS_E_io;
    SS_TRY(open_group(store));
    ss_buf_init(&record, store->env, (size_t)16 * 1024 * 1024);
    err = result_write(result, &record);
    if (err == SS_OK)
        err = put_row(store, index, result, ss_buf_span(&record));
    ss_buf_fini(&record);
    return err == SS_OK ? store_tick(store, ss_clock()) : err;
}

ss_err store_tick(struct store *store, ss_time now)
{
    if (store->grouped < GROUP_SIZE && now - store->since < GROUP_MS)
        return SS_OK;
    return store_flush(store);
}

ss_err store_flush(struct store *store)
{
    if (store_broken(store) != NULL)
        return SS_E_io;
    if (store->grouped == 0)
        return SS_OK;
    store->grouped = 0;
    return run_sql(store, "COMMIT", "writing the store");
}

ss_err store_end(struct store *store, const struct report_run *run)
{
    if (store_broken(store) != NULL)
        return SS_E_io;
    SS_TRY(open_group(store));
    sqlite3_bind_int64(store->end, 1, (sqlite3_int64)run->ms);
    sqlite3_bind_int(store->end, 2, run->exit_status);
    sqlite3_bind_int64(store->end, 3, store->run);
    SS_TRY(step(store, store->end));
    return store_flush(store);
}
