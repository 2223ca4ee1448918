/* SPDX-License-Identifier: Apache-2.0 */
/* test_process.c - processes that cannot outlive us, whatever they try. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interop/process.h"
#include "tests/unit/interop/kit.h"

TestSuite(process, .fini = kit_fini);

static const char *const environment[] = {"PATH=/usr/bin:/bin", "ONLY=this", NULL};

static struct process_spec shell(const char *const *argv)
{
    return (struct process_spec){argv, environment, NULL, -1, -1, -1, 0};
}

static struct process run(const char *script)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    struct process_spec spec = shell(argv);
    struct process process = PROCESS_NONE;

    cr_assert(process_start(&spec, &process) == SS_OK, "%s", script);
    return process;
}

Test(process, its_end_is_told_as_status_or_signal)
{
    static const struct {
        const char *script;
        int status;
    } rows[] = {{"exit 0", 0}, {"exit 77", 77}, {"kill -9 $$", -9}, {"kill -SEGV $$", -SIGSEGV}};
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct process process = run(rows[i].script);
        struct pollfd ready = {.fd = process.fd, .events = POLLIN};

        cr_expect(poll(&ready, 1, 5000) == 1, "%s", rows[i].script);
        cr_expect(process_ended(&process) && process.status == rows[i].status, "%s: %d",
                  rows[i].script, process.status);
        cr_expect(process_crashed(&process) == (rows[i].status == -SIGSEGV));
        process_stop(&process, 0);
        cr_expect(process.fd == -1);
    }
}

Test(process, a_program_that_is_not_there_is_known_at_once)
{
    const char *const argv[] = {"no-such-program-at-all", NULL};
    struct process_spec spec = shell(argv);
    struct process process = PROCESS_NONE;

    cr_expect(process_start(&spec, &process) == SS_E_not_found && process.pid == 0);
    spec.argv = (const char *const[]){"/etc/passwd", NULL};
    cr_expect(process_start(&spec, &process) == SS_E_io && errno == EACCES);
    spec.argv = (const char *const[]){"sh", NULL};
    spec.folder = "/nonexistent";
    cr_expect(process_start(&spec, &process) != SS_OK);
}

/* What it sees: the environment it was given, three descriptors, no terminal, no core
 * files, and signals that end it. */
Test(process, it_inherits_nothing_but_what_it_is_given)
{
    const char *const argv[] = {
        "sh", "-c",
        "env | sort; ls /proc/self/fd | wc -l; (: </dev/tty) 2>/dev/null && "
        "echo terminal; trap; ulimit -c; sh -c 'kill -PIPE $$'; echo $?",
        NULL};
    struct process_spec spec = shell(argv);
    struct process process = PROCESS_NONE;
    int leak = open("/dev/null", O_RDONLY), out;
    struct ss_buf text;

    signal(SIGPIPE, SIG_IGN);
    setenv("SECRET", "not for it", 1);
    out = open(kit_path("out"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert(leak >= 0 && out >= 0);
    spec.standard_output = out;
    cr_assert(process_start(&spec, &process) == SS_OK);
    cr_assert(process_wait(&process, 10000));
    process_stop(&process, 0);
    ss_buf_init(&text, kit_env(), 4096);
    cr_assert(system_read_file(kit_path("out"), &text) == SS_OK);
    cr_expect(strstr(kit_text(&text), "ONLY=this\nPATH=/usr/bin:/bin\n") != NULL, "%s",
              kit_text(&text));
    cr_expect(strstr(kit_text(&text), "SECRET") == NULL);
    cr_expect(strstr(kit_text(&text), "\n4\n0\n141\n") != NULL, "%s", kit_text(&text));
    ss_buf_fini(&text);
    close(leak);
    close(out);
}

/* Deaf to SIGTERM, stopped, with children in its group and one that has left it. */
Test(process, stopping_ends_it_and_adopting_ends_what_it_leaves)
{
    static const char *const scripts[] = {
        "trap '' TERM; while :; do sleep 100; done", "kill -STOP $$; sleep 100",
        "sleep 100 & sleep 100",
        "setsid sh -c 'trap \"\" TERM HUP; sleep 100 & sleep 100' & exit 0",
        "setsid sh -c 'setsid sleep 100 & exit' & sleep 100"};
    size_t i;

    cr_assert(process_adopt() == SS_OK);
    for (i = 0; i < SS_COUNT(scripts); i++) {
        struct process process = run(scripts[i]);
        ss_time before = ss_clock();

        poll(NULL, 0, 50);
        process_stop(&process, 100);
        (void)process_end_all(NULL);
        cr_expect(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "%s", scripts[i]);
        cr_expect(ss_clock() - before < 3000, "%s", scripts[i]);
    }
}

Test(process, those_that_are_spared_go_on)
{
    struct process kept = run("sleep 100");
    const pid_t spare[] = {kept.pid, 0};

    cr_assert(process_adopt() == SS_OK);
    (void)run("sleep 100");
    cr_expect(process_end_all(spare) == 1);
    cr_expect(!process_ended(&kept));
    process_stop(&kept, 1000);
}

Test(process, a_deadline_is_kept)
{
    struct process process = run("sleep 100");
    ss_time before = ss_clock();

    cr_expect(!process_wait(&process, 100));
    cr_expect(ss_clock() - before >= 100 && ss_clock() - before < 2000);
    process_stop(&process, 1000);
    cr_expect(process.ended);
}

/* Our own death, tried out by a child of ours that is killed. */
Test(process, it_dies_when_its_parent_is_killed)
{
    int ends[2];
    struct pollfd ready;
    pid_t pid, grandchild = 0;
    char byte;

    cr_assert(pipe(ends) == 0);
    pid = fork();
    if (pid == 0) {
        const char *const argv[] = {"sleep", "100", NULL};
        struct process_spec spec = shell(argv);
        struct process process = PROCESS_NONE;

        spec.standard_output = ends[1];
        if (process_start(&spec, &process) != SS_OK ||
            write(ends[1], &process.pid, sizeof process.pid) != (ssize_t)sizeof process.pid)
            _exit(1);
        pause();
    }
    close(ends[1]);
    cr_assert(read(ends[0], &grandchild, sizeof grandchild) == (ssize_t)sizeof grandchild);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    /* The pipe ends when the last of them has. */
    ready = (struct pollfd){.fd = ends[0], .events = POLLIN};
    cr_expect(poll(&ready, 1, 3000) == 1 && read(ends[0], &byte, 1) == 0);
    close(ends[0]);
    cr_expect(!process_die_with(getpid()), "we are not our own parent");
}

/* What left the group and the session, and orphans, are not reached by a signal on the parent's
 * death: whoever started them has to end them. */
Test(process, those_below_end_before_one_that_loses_its_parent)
{
    const char *const argv[] = {"sh", "-c",
                                "setsid sh -c 'trap \"\" TERM HUP; sleep 100 & exec sleep 100' &"
                                "setsid sh -c 'setsid sleep 100 & exit' & sleep 100",
                                NULL};
    struct process process = PROCESS_NONE;
    struct process_spec spec = shell(argv);
    struct pollfd ready;
    int ends[2];
    char byte;
    pid_t pid;

    cr_assert(pipe(ends) == 0);
    pid = fork(); /* the one that is killed, and below it the one that started the others */
    if (pid == 0) {
        const pid_t parent = getpid();

        if (fork() > 0)
            pause();
        spec.standard_output = ends[1];
        if (process_adopt() != SS_OK || !process_end_all_with(parent) ||
            process_start(&spec, &process) != SS_OK)
            _exit(1);
        poll(NULL, 0, 200); /* all of them are there */
        (void)!write(ends[1], "x", 1);
        for (;;)
            pause();
    }
    close(ends[1]);
    cr_assert(read(ends[0], &byte, 1) == 1);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    ready = (struct pollfd){.fd = ends[0], .events = POLLIN};
    cr_expect(poll(&ready, 1, 5000) == 1 && read(ends[0], &byte, 1) == 0);
    close(ends[0]);
    cr_expect(!process_end_all_with(getpid()), "we are not our own parent");
}

Test(process, files_grow_no_further_than_their_limit)
{
    const char *const argv[] = {"sh", "-c", "head -c 100000 /dev/zero", NULL};
    struct process_spec spec = shell(argv);
    struct process process = PROCESS_NONE;
    struct ss_buf text;
    int out = open(kit_path("out"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    spec.standard_output = out;
    spec.file_limit = 4096;
    cr_assert(process_start(&spec, &process) == SS_OK);
    cr_expect(process_wait(&process, 5000) && process.status != 0);
    process_stop(&process, 0);
    ss_buf_init(&text, kit_env(), 1 << 20);
    cr_expect(system_read_file(kit_path("out"), &text) == SS_OK && ss_buf_size(&text) <= 4096);
    ss_buf_fini(&text);
    close(out);
}
