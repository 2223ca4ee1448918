/* SPDX-License-Identifier: Apache-2.0 */
/* test_store.c - what was acknowledged is there, whatever happened to the writer. */
#include <criterion/criterion.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reports/store.h"
#include "tests/support/support.h"
#include "tests/unit/reports/kit.h"

TestSuite(store, .fini = kit_fini);

static struct ss_buf why;

static struct store *open_store(const char *path, enum store_mode mode)
{
    struct store *store = NULL;

    ss_buf_init(&why, kit_env(), 4096);
    cr_assert(store_open(kit_env(), path, mode, &store, &why) == SS_OK, "%.*s",
              (int)ss_buf_size(&why), (const char *)ss_buf_at(&why));
    return store;
}

static void begin(struct store *store, const char *id)
{
    struct report_run run = {.seed = 5, .exit_status = -1};

    strcpy(run.id, id);
    strcpy(run.started, "2025-01-02T03:04:05Z");
    strcpy(run.version, "0.1.0");
    cr_assert(store_begin(store, &run) == SS_OK);
}

static ss_err put(struct store *store, uint64_t place, const char *parameter)
{
    struct result result;
    ss_err err;

    kit_result(&result, "kex/a", parameter, "one", PEER_SERVER, VERDICT_FAIL);
    err = store_put(store, place, &result);
    result_fini(&result);
    return err;
}

Test(store, a_run_comes_back_as_it_was_put)
{
    const char *path = kit_path("a.db");
    struct store *store = open_store(path, STORE_WRITE);
    struct report_run end = {.ms = 77, .exit_status = 1};
    struct report report;

    begin(store, "20250102T030405-aaaaaa");
    cr_expect(put(store, 1, "second") == SS_OK && put(store, 0, "first") == SS_OK);
    cr_expect(store_end(store, &end) == SS_OK);
    store_close(&store);
    store = open_store(path, STORE_READ);
    cr_assert(store_load(store, "last", &report, &why) == SS_OK);
    cr_expect(report.count == 2 && report.run.seed == 5 && report.run.ms == 77);
    cr_expect(report.run.exit_status == 1);
    cr_expect(ss_span_is(ss_buf_span(&report.items[0].parameter), "first"));
    cr_expect(ss_span_is(ss_buf_span(&report.items[0].facts), "kex.algorithm=x25519\n"));
    cr_expect(report.items[0].verdict == VERDICT_FAIL && !report.items[0].expected);
    report_fini(&report);
    store_close(&store);
}

Test(store, runs_are_named_by_how_they_begin_and_from_the_last)
{
    struct store *store = open_store(kit_path("a.db"), STORE_WRITE);
    struct report report;

    begin(store, "20250102T030405-aaaaaa");
    begin(store, "20250103T030405-bbbbbb");
    cr_assert(store_load(store, "last-1", &report, &why) == SS_OK);
    cr_expect_str_eq(report.run.id, "20250102T030405-aaaaaa");
    cr_expect(report.run.exit_status == -1, "it did not end");
    report_fini(&report);
    cr_assert(store_load(store, "20250103", &report, &why) == SS_OK);
    cr_expect_str_eq(report.run.id, "20250103T030405-bbbbbb");
    report_fini(&report);
    cr_expect(store_load(store, "2025", &report, &why) == SS_E_not_found, "more than one");
    cr_expect(store_load(store, "last-2", &report, &why) == SS_E_not_found);
    cr_expect(store_load(store, "last-x", &report, &why) == SS_E_not_found);
    cr_expect(store_load(store, "", &report, &why) == SS_E_not_found);
    ss_buf_clear(&why);
    cr_expect(store_list(store, &why) == SS_OK && ss_buf_size(&why) > 80);
    store_close(&store);
    ss_buf_fini(&why);
}

/* The child tells how many it has acknowledged, and is killed in the middle of its work: after so
 * many words of it, while it goes on. */
static size_t write_until_killed(const char *path, unsigned words)
{
    int ends[2];
    size_t told = 0, i;
    pid_t pid;

    cr_assert(pipe(ends) == 0);
    pid = fork();
    if (pid == 0) {
        struct store *store = open_store(path, STORE_WRITE);

        begin(store, "20250102T030405-aaaaaa");
        for (i = 0;; i++) {
            if (put(store, i, "x") != SS_OK || (i % 7 == 0 && store_flush(store) != SS_OK))
                _exit(1);
            if (i % 7 == 0 && write(ends[1], &i, sizeof i) != (ssize_t)sizeof i)
                _exit(1);
        }
    }
    close(ends[1]);
    for (i = 0; i < words; i++)
        cr_assert(read(ends[0], &told, sizeof told) == (ssize_t)sizeof told);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    while (read(ends[0], &i, sizeof i) == (ssize_t)sizeof i)
        told = i;
    close(ends[0]);
    return told + 1;
}

Test(store, what_was_flushed_survives_kill_nine_at_any_moment)
{
    unsigned round;

    for (round = 0; round < 12; round++) {
        char name[16];
        const char *path;
        struct report report;
        struct store *store;
        size_t told;

        snprintf(name, sizeof name, "%u.db", round);
        path = kit_path(name);
        told = write_until_killed(path, 1 + round * 3);
        store = open_store(path, STORE_WRITE);
        cr_assert(store_load(store, "last", &report, &why) == SS_OK);
        cr_expect(report.count >= told, "round %u: %zu of %zu", round, report.count, told);
        cr_expect(ss_buf_size(&why) == 0, "no half result");
        report_fini(&report);
        store_close(&store);
        ss_buf_fini(&why);
    }
}

/* A limit on the size of files is a full disk that needs no privileges. */
Test(store, a_full_disk_is_told_once_and_keeps_what_was_there)
{
    const char *path = kit_path("full.db");
    struct store *store = open_store(path, STORE_WRITE);
    struct rlimit limit;
    struct report report;
    size_t acknowledged = 0, i;

    begin(store, "20250102T030405-aaaaaa");
    for (i = 0; i < 20; i++)
        cr_assert(put(store, i, "early") == SS_OK);
    cr_assert(store_flush(store) == SS_OK);
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit.rlim_cur = 256 * 1024;
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    for (i = 20; i < 5000 && store_broken(store) == NULL; i++) {
        if (put(store, i, "late") == SS_OK && store_flush(store) == SS_OK)
            acknowledged = i;
    }
    cr_assert(store_broken(store) != NULL, "no error in %zu results", i);
    cr_expect(put(store, i, "after") == SS_E_io && store_flush(store) == SS_E_io);
    store_close(&store);
    limit.rlim_cur = limit.rlim_max;
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    store = open_store(path, STORE_WRITE);
    cr_assert(store_load(store, "last", &report, &why) == SS_OK);
    cr_expect(report.count >= acknowledged, "%zu of %zu", report.count, acknowledged);
    report_fini(&report);
    store_close(&store);
}

static void alter(const char *path, const char *sql)
{
    sqlite3 *db = NULL;

    cr_assert(sqlite3_open(path, &db) == SQLITE_OK);
    cr_assert(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void refuse(const char *path, const char *words)
{
    struct store *store = NULL;

    ss_buf_clear(&why);
    cr_expect(store_open(kit_env(), path, STORE_WRITE, &store, &why) != SS_OK);
    cr_assert(ss_buf_put(&why, ss_span_make("", 1)) == SS_OK);
    cr_expect(strstr((const char *)ss_buf_at(&why), words) != NULL, "%s",
              (const char *)ss_buf_at(&why));
}

Test(store, a_newer_schema_and_a_strange_file_are_refused_and_left_alone)
{
    const char *path = kit_path("new.db");
    struct store *store = open_store(path, STORE_WRITE);

    store_close(&store);
    alter(path, "PRAGMA user_version=99");
    refuse(path, "newer sshspec (schema 99");
    alter(path, "PRAGMA user_version=1; PRAGMA application_id=3");
    refuse(path, "no store of sshspec");
    path = kit_path("text.db");
    {
        FILE *file = fopen(path, "w");

        cr_assert(file != NULL);
        fputs("this is a text and has always been one, long enough to be looked at\n", file);
        fclose(file);
    }
    refuse(path, "not a database");
    refuse("/nonexistent/sub/folder.db", "unable to open");
    ss_buf_fini(&why);
}

Test(store, a_damaged_result_is_named_and_the_others_are_read)
{
    const char *path = kit_path("bad.db");
    struct store *store = open_store(path, STORE_WRITE);
    struct report report;
    size_t i;

    begin(store, "20250102T030405-aaaaaa");
    for (i = 0; i < 5; i++)
        cr_assert(put(store, i, "x") == SS_OK);
    store_close(&store);
    alter(path, "UPDATE result SET record = x'0102' WHERE place = 3");
    store = open_store(path, STORE_READ);
    cr_assert(store_load(store, "last", &report, &why) == SS_OK);
    cr_expect(report.count == 4);
    cr_expect(ss_span_is(ss_buf_span(&why), "result 3 of the run is damaged and left out\n"));
    report_fini(&report);
    store_close(&store);
    ss_buf_fini(&why);
}

Test(store, a_reader_of_a_store_that_is_not_there_makes_none)
{
    const char *path = kit_path("none.db");
    struct store *store = NULL;

    ss_buf_init(&why, kit_env(), 4096);
    cr_expect(store_open(kit_env(), path, STORE_READ, &store, &why) == SS_E_io);
    cr_expect(access(path, F_OK) != 0);
    ss_buf_fini(&why);
}
