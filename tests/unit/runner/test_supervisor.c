/* SPDX-License-Identifier: Apache-2.0 */
/* test_supervisor.c - workers that hang, crash, lie and leave things behind; each costs one result.
 *
 * The workers are shell scripts. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interop/system.h"
#include "tests/support/support.h"
#include "testserver/runner/last_words.h"
#include "testserver/runner/supervisor.h"
#include "testserver/runner/worker.h"

#define TASKS_MAX 64

static char folder[64];

static void finish(void)
{
    if (folder[0] != '\0')
        system_remove_tree(folder);
    test_counted_check();
}
TestSuite(supervisor, .fini = finish);

struct crew {
    struct supervisor_owner owner;
    const char *const *scripts;
    uint64_t within;
    const char *argv[5];
    char folders[TASKS_MAX][128];
    struct result results[TASKS_MAX];
    size_t ended, most;
    size_t stop_after; /* 0: never */
};

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

static bool describe(struct supervisor_owner *self, size_t number, struct supervisor_task *out,
                     struct result *result)
{
    struct crew *crew = SS_CONTAINER_OF(self, struct crew, owner);

    if (crew->scripts[number][0] == '\0') {
        cr_assert(ss_buf_puts(&result->why, "not today") == SS_OK);
        return false;
    }
    snprintf(crew->folders[number], sizeof crew->folders[number], "%s/%zu", folder, number);
    cr_assert(system_make_folder(crew->folders[number], 0700) == SS_OK);
    crew->argv[0] = "/bin/sh";
    crew->argv[1] = "-c";
    crew->argv[2] = crew->scripts[number];
    crew->argv[3] = crew->folders[number];
    *out = (struct supervisor_task){crew->argv, crew->folders[number], crew->within};
    return true;
}

static void ended(struct supervisor_owner *self, size_t number, struct result *result)
{
    struct crew *crew = SS_CONTAINER_OF(self, struct crew, owner);
    struct result kept = crew->results[number];

    crew->results[number] = *result;
    *result = kept;
    crew->ended++;
}

static bool tick(struct supervisor_owner *self, size_t running)
{
    struct crew *crew = SS_CONTAINER_OF(self, struct crew, owner);

    crew->most = running > crew->most ? running : crew->most;
    return crew->stop_after > 0 && crew->ended >= crew->stop_after;
}

static enum supervisor_end work(struct crew *crew, size_t tasks, size_t at_once)
{
    enum supervisor_end end = SUPERVISOR_DONE;
    struct result good;
    struct ss_buf frame;
    char path[128];
    size_t i;

    strcpy(folder, "/tmp/sshspec-supervisor-XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    result_init(&good, env());
    good.verdict = VERDICT_PASS;
    cr_assert(ss_buf_puts(&good.why, "as it should") == SS_OK);
    ss_buf_init(&frame, env(), 1 << 20);
    cr_assert(worker_frame_put(&good, &frame) == SS_OK);
    snprintf(path, sizeof path, "%s/frame", folder);
    cr_assert(system_write_file(path, ss_buf_span(&frame), 0600) == SS_OK);
    ss_buf_fini(&frame);
    result_fini(&good);
    crew->owner = (struct supervisor_owner){describe, ended, tick};
    if (crew->within == 0)
        crew->within = 10000;
    for (i = 0; i < tasks; i++)
        result_init(&crew->results[i], env());
    cr_assert(supervisor_run(env(), &crew->owner, tasks, at_once, &end) == SS_OK);
    cr_expect(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "something survived");
    return end;
}

static const char *why(struct crew *crew, size_t number)
{
    struct ss_buf *text = &crew->results[number].why;

    cr_assert(ss_buf_put(text, ss_span_make("", 1)) == SS_OK);
    return (const char *)ss_buf_at(text);
}

static void release(struct crew *crew, size_t tasks)
{
    size_t i;

    for (i = 0; i < tasks; i++)
        result_fini(&crew->results[i]);
}

#define TELL "cat \"$0/../frame\" >&3"

Test(supervisor, every_way_to_end_is_a_result_of_its_own)
{
    static const char *const scripts[] = {TELL,
                                          "exit 5",
                                          "kill -SEGV $$",
                                          "printf '\\0\\0\\0\\5hello' >&3",
                                          "exec 3>&-; sleep 100",
                                          "trap '' TERM; sleep 100",
                                          "",
                                          TELL "; kill -KILL $$",
                                          "yes >&3",
                                          "echo our own trouble >&2; exit 1",
                                          TELL "; setsid sleep 100 3>&- & exit 0",
                                          TELL "; sleep 100 & exit 0"};
    static const char *const words[] = {"as it should",
                                        "ended with status 5 and told no result",
                                        "died of signal 11",
                                        "ended with status 0 and told no result",
                                        "did not end within 700 ms and was killed",
                                        "did not end within 700 ms and was killed",
                                        "not today",
                                        "as it should",
                                        "killed",
                                        "ended with status 1",
                                        "as it should",
                                        "as it should"};
    static struct crew crew = {.scripts = scripts, .within = 700};
    ss_time before = ss_clock();
    size_t i;

    cr_expect(work(&crew, SS_COUNT(scripts), 4) == SUPERVISOR_DONE);
    cr_expect(crew.ended == SS_COUNT(scripts));
    for (i = 0; i < SS_COUNT(scripts); i++) {
        bool good = strcmp(words[i], "as it should") == 0;

        cr_expect(strstr(why(&crew, i), words[i]) != NULL, "%zu: %s", i, why(&crew, i));
        cr_expect(crew.results[i].verdict == (good ? VERDICT_PASS : VERDICT_ERROR), "%zu", i);
    }
    cr_expect(ss_clock() - before < 8000, "each wait has a deadline");
    cr_expect(memmem(crew.results[9].ladder.data, crew.results[9].ladder.tail, "our own trouble",
                     15) != NULL);
    release(&crew, SS_COUNT(scripts));
}

Test(supervisor, no_more_run_at_once_than_were_allowed)
{
    static const char *scripts[30];
    static struct crew crew = {.scripts = scripts};
    size_t i;

    for (i = 0; i < SS_COUNT(scripts); i++)
        scripts[i] = TELL;
    cr_expect(work(&crew, SS_COUNT(scripts), 3) == SUPERVISOR_DONE);
    cr_expect(crew.ended == 30 && crew.most <= 3);
    release(&crew, SS_COUNT(scripts));
}

Test(supervisor, the_owner_can_stop_it)
{
    static const char *const scripts[] = {TELL, TELL, TELL, TELL, TELL, TELL};
    static struct crew crew = {.scripts = scripts, .stop_after = 2};

    cr_expect(work(&crew, SS_COUNT(scripts), 1) == SUPERVISOR_STOPPED);
    cr_expect(crew.ended == 2);
    release(&crew, SS_COUNT(scripts));
}

/* The first worker interrupts its parent, which lets it end; none other is started. */
Test(supervisor, one_interrupt_lets_what_runs_end)
{
    static const char *const scripts[] = {("kill -INT $PPID; sleep 0.2; " TELL), TELL, TELL};
    static struct crew crew = {.scripts = scripts};

    cr_expect(work(&crew, SS_COUNT(scripts), 1) == SUPERVISOR_INTERRUPTED);
    cr_expect(crew.ended == 1 && crew.results[0].verdict == VERDICT_PASS);
    release(&crew, SS_COUNT(scripts));
}

Test(supervisor, two_interrupts_end_it_at_once)
{
    static const char *const scripts[] = {"kill -INT $PPID; sleep 0.2; kill -INT $PPID; sleep 100",
                                          TELL, TELL};
    static struct crew crew = {.scripts = scripts, .within = 60000};
    ss_time before = ss_clock();

    cr_expect(work(&crew, SS_COUNT(scripts), 1) == SUPERVISOR_ABORTED);
    cr_expect(crew.ended == 1 && crew.results[0].verdict == VERDICT_ERROR);
    cr_expect(ss_clock() - before < 5000);
    release(&crew, SS_COUNT(scripts));
}

Test(supervisor, the_last_words_of_a_killed_worker_are_kept)
{
    static char script[300];
    static const char *const scripts[] = {script};
    static struct crew crew = {.scripts = scripts};
    struct last_words *words = NULL;
    char path[] = "/tmp/sshspec-words-XXXXXX";
    int fd = mkstemp(path);

    cr_assert(fd >= 0);
    close(fd);
    cr_assert(last_words_make(path, &words) == SS_OK);
    last_words_put(words, ss_span_of("+0.001 cli > 0 kexinit\n"));
    last_words_close(&words);
    snprintf(script, sizeof script, "cp %s \"$0/last_words\"; kill -KILL $$", path);
    cr_expect(work(&crew, 1, 1) == SUPERVISOR_DONE);
    cr_expect(ss_span_is(ss_buf_span(&crew.results[0].ladder), "+0.001 cli > 0 kexinit\n"));
    unlink(path);
    release(&crew, 1);
}
