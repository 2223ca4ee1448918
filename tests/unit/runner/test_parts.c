/* SPDX-License-Identifier: Apache-2.0 */
/* test_parts.c - the small parts of a run: its private folder, last words, progress, visits. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/support.h"
#include "testserver/runner/last_words.h"
#include "testserver/runner/progress.h"
#include "testserver/runner/room.h"
#include "testserver/runner/visit.h"

static char folder[64];

static void begin(void)
{
    strcpy(folder, "/tmp/sshspec-parts-XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    setenv("TMPDIR", folder, 1);
}

static void finish(void)
{
    system_remove_tree(folder);
    test_counted_check();
}
TestSuite(parts, .init = begin, .fini = finish);

static const char *in_folder(const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

Test(parts, a_room_is_private_and_goes_with_its_run)
{
    struct room room = ROOM_NONE;
    char path[SYSTEM_PATH_MAX];
    struct ss_buf why;

    ss_buf_init(&why, &test_counted()->env, 4096);
    cr_assert(room_open(&room, &why) == SS_OK);
    cr_expect(strncmp(room.path, folder, strlen(folder)) == 0);
    cr_expect(room_folder(&room, "a", path) == SS_OK && access(path, X_OK) == 0);
    cr_expect(room_folder(&room, "a", path) == SS_E_exists);
    strcpy(path, room.path);
    room_close(&room);
    cr_expect(access(path, F_OK) != 0);
    room_close(&room);
    setenv("TMPDIR", "/nonexistent", 1);
    cr_expect(room_open(&room, &why) == SS_E_io && ss_buf_size(&why) > 0);
    ss_buf_fini(&why);
}

/* Left-overs go by their lock, not by a guess at their name. */
Test(parts, a_killed_run_leaves_a_room_that_the_next_one_removes)
{
    struct room mine = ROOM_NONE, next = ROOM_NONE;
    char dead[SYSTEM_PATH_MAX] = "";
    struct ss_buf why;
    int ends[2];
    pid_t pid;

    ss_buf_init(&why, &test_counted()->env, 4096);
    cr_assert(room_open(&mine, &why) == SS_OK);
    cr_assert(pipe(ends) == 0);
    pid = fork();
    if (pid == 0) {
        struct room room = ROOM_NONE;

        if (room_open(&room, &why) != SS_OK || write(ends[1], room.path, sizeof room.path) < 0)
            _exit(1);
        pause();
    }
    cr_assert(read(ends[0], dead, sizeof dead) > 0);
    cr_expect(access(dead, F_OK) == 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    cr_assert(mkdir(in_folder("sshspec-run-other"), 0700) == 0, "no lock: it may just be starting");
    cr_assert(room_open(&next, &why) == SS_OK);
    cr_expect(access(dead, F_OK) != 0, "the dead one's is gone");
    cr_expect(access(mine.path, F_OK) == 0, "a living one's is not");
    cr_expect(access(in_folder("sshspec-run-other"), F_OK) == 0);
    room_close(&next);
    room_close(&mine);
    ss_buf_fini(&why);
}

Test(parts, last_words_survive_the_process_and_begin_with_a_whole_line)
{
    struct last_words *words = NULL;
    struct ss_buf text;
    size_t i;
    pid_t pid = fork();

    if (pid == 0) {
        if (last_words_make(in_folder("w"), &words) != SS_OK)
            _exit(1);
        for (i = 0; i < 3000; i++) {
            char line[32];

            snprintf(line, sizeof line, "line %zu\n", i);
            last_words_put(words, ss_span_of(line));
        }
        kill(getpid(), SIGKILL);
    }
    waitpid(pid, NULL, 0);
    ss_buf_init(&text, &test_counted()->env, 1 << 20);
    cr_assert(last_words_read(in_folder("w"), &text) == SS_OK);
    cr_expect(ss_buf_size(&text) > 16000 && ss_buf_size(&text) <= 16384);
    cr_expect(memcmp(ss_buf_at(&text), "line ", 5) == 0);
    cr_expect(memcmp(ss_buf_at(&text) + ss_buf_size(&text) - 10, "line 2999\n", 10) == 0);
    ss_buf_clear(&text);
    cr_assert(system_write_file(in_folder("short"), ss_span_of("x"), 0600) == SS_OK);
    cr_expect(last_words_read(in_folder("short"), &text) == SS_OK && ss_buf_size(&text) == 0);
    cr_expect(last_words_read(in_folder("none"), &text) == SS_E_not_found);
    cr_expect(last_words_make(in_folder("no/such"), &words) == SS_E_io);
    last_words_put(NULL, ss_span_of("nothing happens"));
    ss_buf_fini(&text);
}

Test(parts, progress_estimates_and_is_silent_on_a_pipe)
{
    struct progress progress;
    struct result result;
    char left[40];
    size_t i;

    result_init(&result, &test_counted()->env);
    progress_begin(&progress, 100, 1000);
    cr_expect(!progress.on, "standard error of a test is no terminal");
    progress_estimate(&progress, 5000, left);
    cr_expect_str_eq(left, "");
    for (i = 0; i < 25; i++)
        progress_count(&progress, &result);
    progress_estimate(&progress, 11000, left);
    cr_expect_str_eq(left, "about 31 s left");
    progress_estimate(&progress, 1001000, left);
    cr_expect_str_eq(left, "about 50 min left");
    cr_expect(progress.unexpected == 25);
    progress_show(&progress, 2, 12000);
    cr_expect(!progress.shown);
    progress_hide(&progress);
    setenv("NO_COLOR", "1", 1);
    cr_expect(!progress_wants_color(1));
    result_fini(&result);
}

static void carry_between(int *a, int *b, pid_t *pid)
{
    int left[2], right[2];

    cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, left) == 0);
    cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, right) == 0);
    *pid = fork();
    if (*pid == 0) {
        close(left[0]);
        close(right[0]);
        visit_carry(left[1], right[1]);
        _exit(0);
    }
    close(left[1]);
    close(right[1]);
    *a = left[0];
    *b = right[0];
}

Test(parts, a_carried_connection_ends_one_way_and_then_the_other)
{
    char bytes[16] = "";
    int a, b, status;
    pid_t pid;

    carry_between(&a, &b, &pid);
    cr_assert(write(a, "hello", 5) == 5);
    cr_expect(read(b, bytes, sizeof bytes) == 5 && memcmp(bytes, "hello", 5) == 0);
    shutdown(a, SHUT_WR);
    cr_expect(read(b, bytes, sizeof bytes) == 0, "the end of one direction");
    cr_assert(write(b, "back", 4) == 4);
    cr_expect(read(a, bytes, sizeof bytes) == 4, "the other still goes");
    close(b);
    cr_expect(read(a, bytes, sizeof bytes) == 0);
    cr_expect(waitpid(pid, &status, 0) == pid && status == 0);
    close(a);
}
