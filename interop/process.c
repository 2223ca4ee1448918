/* SPDX-License-Identifier: Apache-2.0 */
/* process.c - starting and ending one process.
 *
 * Owns: what a child inherits, which is nothing but what the spec names.
 * Not here: what the program says (peer.c), the event loop (runner/supervisor.c).
 * Called by: peer.c; runner/worker.c and supervisor.c for adopting and ending.
 * Follows: prctl(2), pidfd_open(2), close_range(2), execvpe(3).
 *
 * A kill is sent to the group first and then to the process, which also reaches one that has left
 * the group. Those that leave both become our children (subreaper) and end with process_end_all.
 * A signal on the parent's death reaches one process, is not inherited, and is lost when a program
 * changes its user: so whoever has started others ends them himself when his parent dies. */
#include "interop/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILL_ROUNDS 300 /* of 10 ms: a process that survives SIGKILL sits in the kernel */

/* ---- the child's side ---- */

static void limit(int what, rlim_t most)
{
    struct rlimit now;

    if (getrlimit((__rlimit_resource_t)what, &now) != 0)
        return;
    if (now.rlim_max == RLIM_INFINITY || most < now.rlim_max)
        now.rlim_max = most;
    now.rlim_cur = now.rlim_max;
    setrlimit((__rlimit_resource_t)what, &now);
}

static bool place(int fd, int target)
{
    int null;

    if (fd >= 0)
        return dup2(fd, target) == target;
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    return null >= 0 && dup2(null, target) == target;
}

static bool prepare_child(const struct process_spec *spec, pid_t parent)
{
    sigset_t none;
    int sig;

    if (setsid() < 0 || !process_die_with(parent))
        return false;
    for (sig = 1; sig < NSIG; sig++)
        (void)signal(sig, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    umask(022);
    limit(RLIMIT_CORE, 0);
    if (spec->file_limit > 0)
        limit(RLIMIT_FSIZE, spec->file_limit);
    if (spec->folder != NULL && chdir(spec->folder) != 0)
        return false;
    return place(spec->standard_input, 0) && place(spec->standard_output, 1) &&
           place(spec->standard_error, 2);
}

/* Says errno through report, which closes by itself when exec succeeds. */
static _Noreturn void become(const struct process_spec *spec, pid_t parent, int report)
{
    int why;

    if (prepare_child(spec, parent)) {
        /* Not closed at once: report must live until exec. */
        syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
        execvpe(spec->argv[0], (char *const *)(uintptr_t)spec->argv,
                (char *const *)(uintptr_t)spec->envp);
    }
    why = errno != 0 ? errno : EIO;
    (void)!write(report, &why, sizeof why);
    _exit(127);
}

/* ---- the parent's side ---- */

static int open_pidfd(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0U); /* close-on-exec by birth */
}

static ss_err read_report(int fd, pid_t pid)
{
    int why = 0;
    ssize_t got;

    do {
        got = read(fd, &why, sizeof why);
    } while (got < 0 && errno == EINTR);
    close(fd);
    if (got != (ssize_t)sizeof why)
        return SS_OK;
    waitpid(pid, NULL, 0);
    errno = why;
    return why == ENOENT || why == ENOTDIR ? SS_E_not_found : SS_E_io;
}

ss_err process_start(const struct process_spec *spec, struct process *out)
{
    struct process process = PROCESS_NONE;
    const pid_t parent = getpid();
    int report[2];
    ss_err err;

    /* Above 2, or `place` would overwrite it. */
    if (pipe2(report, O_CLOEXEC) != 0)
        return SS_E_io;
    process.pid = fork();
    if (process.pid == 0)
        become(spec, parent, report[1]);
    close(report[1]);
    if (process.pid < 0) {
        close(report[0]);
        return SS_E_io;
    }
    err = read_report(report[0], process.pid);
    if (err != SS_OK)
        return err;
    process.fd = open_pidfd(process.pid);
    if (process.fd < 0) {
        process_stop(&process, 0);
        return SS_E_io;
    }
    *out = process;
    return SS_OK;
}

static void note_end(struct process *process, int status)
{
    process->ended = true;
    process->status = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

bool process_ended(struct process *process)
{
    pid_t got;
    int status;

    if (process->pid == 0 || process->ended)
        return process->ended;
    do {
        got = waitpid(process->pid, &status, WNOHANG);
    } while (got < 0 && errno == EINTR);
    if (got == process->pid)
        note_end(process, status);
    else if (got < 0)
        note_end(process, 0); /* reaped elsewhere: its status is lost */
    return process->ended;
}

bool process_crashed(const struct process *process)
{
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
    size_t i;

    for (i = 0; process->ended && i < SS_COUNT(crashes); i++) {
        if (process->status == -crashes[i])
            return true;
    }
    return false;
}

bool process_wait(struct process *process, ss_time ms)
{
    const ss_time end = ss_clock() + ms;

    while (!process_ended(process) && process->pid != 0) {
        struct pollfd ready = {.fd = process->fd, .events = POLLIN};
        ss_time now = ss_clock();

        if (now >= end)
            return false;
        poll(&ready, 1, (int)(end - now < 1000 ? end - now : 1000));
    }
    return true;
}

static void kill_both(const struct process *process, int sig)
{
    kill(-process->pid, sig);
    kill(process->pid, sig);
}

void process_stop(struct process *process, ss_time ms)
{
    if (process->pid != 0 && !process_ended(process)) {
        kill_both(process, SIGTERM);
        kill_both(process, SIGCONT); /* a stopped one could not act on it */
        if (process->fd < 0 || !process_wait(process, ms)) {
            kill_both(process, SIGKILL);
            if (process->fd >= 0)
                (void)process_wait(process, (ss_time)KILL_ROUNDS * 10);
            else
                (void)waitpid(process->pid, NULL, 0);
        }
    }
    if (process->pid != 0)
        kill(-process->pid, SIGKILL); /* what it left in its group; the number is not reused yet */
    if (process->fd >= 0)
        close(process->fd);
    process->fd = -1;
}

/* ---- families ---- */

bool process_die_with(pid_t parent)
{
    /* The parent may have ended before the first line counted. */
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

ss_err process_adopt(void)
{
    return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 ? SS_OK : SS_E_io;
}

/* From here to process_end_all only what a signal handler may call: no memory, no streams. */

/* A number and nothing behind it but a blank; -1: it is none. */
static pid_t read_pid(const char *text)
{
    pid_t pid = 0;
    size_t i;

    for (i = 0; i < 9 && text[i] >= '0' && text[i] <= '9'; i++)
        pid = pid * 10 + (text[i] - '0');
    return i > 0 && (text[i] == '\0' || text[i] == ' ') ? pid : -1;
}

static int open_stat(const char *pid)
{
    static const char tail[] = "/stat";
    char path[64] = "/proc/";
    size_t at = strlen(path), i;

    if (strlen(pid) > 20)
        return -1;
    for (i = 0; pid[i] != 0; i++)
        path[at++] = pid[i];
    memcpy(path + at, tail, sizeof tail);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static pid_t parent_of(const char *pid)
{
    const char *after_name;
    char text[512];
    ssize_t got;
    int fd = open_stat(pid);

    if (fd < 0)
        return -1;
    got = read(fd, text, sizeof text - 1);
    close(fd);
    text[got > 0 ? got : 0] = '\0';
    after_name = strrchr(text, ')'); /* the name may hold blanks and parentheses */
    if (after_name == NULL || strlen(after_name) < 5)
        return -1;
    return read_pid(after_name + 4); /* ") S 123" */
}

static bool is_spared(const pid_t *spare, pid_t pid)
{
    for (; spare != NULL && *spare != 0; spare++) {
        if (*spare == pid)
            return true;
    }
    return false;
}

static size_t end_child(const char *name, pid_t self, const pid_t *spare)
{
    pid_t pid = read_pid(name);

    if (pid <= 0 || parent_of(name) != self || is_spared(spare, pid))
        return 0;
    kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, WNOHANG);
    return 1;
}

struct entry { /* of a directory, as the system says it: getdents64(2) */
    uint64_t inode;
    int64_t next;
    uint16_t size;
    uint8_t type;
    char name[256];
};

/* Signals and reaps the present children; how many there were. */
static size_t end_children(const pid_t *spare)
{
    _Alignas(8) char room[8192];
    const pid_t self = getpid();
    size_t found = 0;
    long got, at;
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (proc < 0)
        return 0;
    while ((got = syscall(SYS_getdents64, proc, room, sizeof room)) > 0) {
        for (at = 0; at < got; at += ((const struct entry *)(const void *)(room + at))->size)
            found +=
                end_child(((const struct entry *)(const void *)(room + at))->name, self, spare);
    }
    close(proc);
    return found;
}

size_t process_end_all(const pid_t *spare)
{
    size_t ended = 0, round;

    /* The children of a child that ends become ours: until a round finds none. */
    for (round = 0; round < KILL_ROUNDS; round++) {
        size_t found = end_children(spare);

        if (found == 0)
            break;
        if (round == 0)
            ended = found;
        if (round > 0)
            poll(NULL, 0, 10);
    }
    return ended;
}

static void on_end_of_parent(int sig)
{
    (void)process_end_all(NULL);
    _exit(128 + sig);
}

bool process_end_all_with(pid_t parent)
{
    struct sigaction action = {.sa_handler = on_end_of_parent};

    sigfillset(&action.sa_mask);
    return sigaction(SIGTERM, &action, NULL) == 0 && prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 &&
           getppid() == parent;
}
