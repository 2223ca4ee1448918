/* SPDX-License-Identifier: Apache-2.0 */
/* accept.c - listen on loopback and run one command a connection, leaving nothing behind.
 *
 * Owns: the listening socket, the table of running sessions, the end of all descendants.
 * Not here: users and mounts (ns-user), the peers' own options (peers/NAME/server).
 * Called by: the program's `accept` verb, which peers/openssh/server and peers/dropbear/server run.
 * Follows: prctl(2), signalfd(2), proc(5); the calling convention is that of inetd "nowait".
 *
 * A session's commands leave its process group (sshd and dropbear call setsid for them), so the
 * group alone does not reach them. As subreaper this process becomes the parent of every orphan
 * below it: at the end it signals its children, and then the children those leave, until wait
 * says that there are none. */
#include "interop/accept.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SESSIONS_MAX 64
#define BACKLOG 128
#define GRACE_MS 100 /* between the first SIGTERM and SIGKILL */
#define GIVE_UP_MS 3000
#define ROUND_MS 10

enum { EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };

struct acceptor {
    char **command;
    pid_t self;
    int listener;
    int signals; /* signalfd */
    size_t n_sessions;
    pid_t sessions[SESSIONS_MAX];
};

static const int ending[] = {SIGTERM, SIGINT, SIGHUP};

static int complain(const char *what)
{
    (void)fprintf(stderr, "sshspec accept: %s: %s\n", what, strerror(errno));
    return EXIT_ENVIRONMENT;
}

/* Descriptors 0, 1 and 2 must exist, or the sockets made later would take their places. */
static bool fill_standard_descriptors(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

/* ---- the end of a whole tree ---- */

/* The parent of `pid`, or -1 when the process went away meanwhile. */
static pid_t parent_of(const char *pid)
{
    char path[64];
    char text[512];
    const char *after_name;
    long parent;
    ssize_t got;
    int fd;

    (void)snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got <= 0)
        return -1;
    text[got] = '\0';
    after_name = strrchr(text, ')'); /* the name may hold blanks and parentheses */
    if (after_name == NULL || strlen(after_name) < 5)
        return -1;
    parent = strtol(after_name + 4, NULL, 10); /* ") S 123": the state is one letter */
    return (pid_t)parent;
}

static void signal_children(pid_t self, int sig)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;

    if (proc == NULL)
        return;
    while ((entry = readdir(proc)) != NULL) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        if (parent_of(entry->d_name) == self)
            kill((pid_t)strtol(entry->d_name, NULL, 10), sig);
    }
    closedir(proc);
}

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* False when pid is no session: an orphan of one. */
static bool forget_session(struct acceptor *a, pid_t pid)
{
    for (size_t i = 0; i < a->n_sessions; i++) {
        if (a->sessions[i] != pid)
            continue;
        a->sessions[i] = a->sessions[--a->n_sessions];
        return true;
    }
    return false;
}

/* Signals by which a program dies of its own mistakes; SIGTERM, SIGKILL and so on may be ours. */
static bool is_crash(int sig)
{
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};

    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
        if (sig == crashes[i])
            return true;
    }
    return false;
}

/* Reaps all that have ended, orphans of sessions included; true when no child is left. */
static bool reap(struct acceptor *a)
{
    pid_t pid;
    int status;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (forget_session(a, pid) && WIFSIGNALED(status) && is_crash(WTERMSIG(status)))
            dprintf(STDERR_FILENO, "sshspec accept: a session died of signal %d (%s)\n",
                    WTERMSIG(status), strsignal(WTERMSIG(status)));
    }
    return pid < 0 && errno == ECHILD;
}

static bool end_tree(struct acceptor *a)
{
    const struct timespec round = {0, (long)ROUND_MS * 1000000};
    const long start = now_ms();
    sigset_t child;

    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    (void)reap(a); /* a crash is told as one before our own signals go out */
    if (a->n_sessions > 0 && getpgrp() == a->self)
        kill(0, SIGTERM); /* blocked here, so it ends all others of the group */
    while (!reap(a)) {
        long spent = now_ms() - start;

        if (spent > GIVE_UP_MS)
            return false;
        signal_children(a->self, spent < GRACE_MS ? SIGTERM : SIGKILL);
        sigtimedwait(&child, NULL, &round); /* an orphan may arrive without one: hence the limit */
    }
    return true;
}

/* ---- sessions ---- */

static _Noreturn void become_session(const struct acceptor *a, int socket)
{
    sigset_t none;

    /* sshd loses this again when it borrows the user's id; the subreaper covers that case. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != a->self)
        _exit(EXIT_ENVIRONMENT);
    (void)signal(SIGPIPE, SIG_DFL);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++)
        (void)signal(ending[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(socket, STDIN_FILENO) < 0 || dup2(socket, STDOUT_FILENO) < 0)
        _exit(EXIT_ENVIRONMENT);
    execvp(a->command[0], a->command);
    complain(a->command[0]);
    _exit(127);
}

static void start_session(struct acceptor *a)
{
    const int on = 1;
    int socket = accept4(a->listener, NULL, NULL, SOCK_CLOEXEC);
    pid_t pid;

    if (socket < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            poll(NULL, 0, ROUND_MS); /* the connection stays queued: do not spin on it */
        return;
    }
    /* A listener of the peer's own would set this; on a pipe of inetd nobody does. */
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    pid = fork();
    if (pid == 0)
        become_session(a, socket);
    if (pid > 0)
        a->sessions[a->n_sessions++] = pid;
    else
        complain("fork");
    close(socket);
}

/* ---- listening ---- */

static int open_listener(uint16_t *out_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) != 0) {
        close(fd);
        return -1;
    }
    *out_port = ntohs(at.sin_port);
    return fd;
}

static int open_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGPIPE); /* so that a reader of PORT that went away is an error, not death */
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++)
        sigaddset(&set, ending[i]);
    (void)signal(SIGCHLD, SIG_DFL); /* inherited as ignored, it would hide the children's ends */
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    sigdelset(&set, SIGPIPE);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Serve until a signal asks for the end. */
static void serve(struct acceptor *a)
{
    struct signalfd_siginfo info;

    for (;;) {
        struct pollfd ready[2] = {{.fd = a->signals, .events = POLLIN},
                                  {.fd = a->listener, .events = POLLIN}};

        if (a->n_sessions == SESSIONS_MAX)
            ready[1].fd = -1; /* further connections wait in the backlog */
        if (poll(ready, 2, -1) < 0)
            continue;
        while (read(a->signals, &info, sizeof info) == (ssize_t)sizeof info) {
            if (info.ssi_signo != SIGCHLD)
                return;
        }
        (void)reap(a);
        if ((ready[1].revents & POLLIN) != 0)
            start_session(a);
    }
}

/* Everything that must hold before the first connection. */
static int prepare(struct acceptor *a, uint16_t *out_port)
{
    const pid_t parent = getppid();

    if (!fill_standard_descriptors())
        return complain("/dev/null");
    a->self = getpid();
    if (getpgrp() != a->self)
        setpgid(0, 0); /* else the group may hold strangers, who must not get our signals */
    a->signals = open_signals();
    if (a->signals < 0)
        return complain("signalfd");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
        return complain("prctl");
    if (getppid() != parent)
        return EXIT_ENVIRONMENT; /* it ended before the line above counted */
    if (strchr(a->command[0], '/') != NULL && access(a->command[0], X_OK) != 0)
        return complain(a->command[0]);
    a->listener = open_listener(out_port);
    if (a->listener < 0)
        return complain("127.0.0.1");
    return 0;
}

int interop_accept_main(int argc, char **argv)
{
    static const char usage[] =
        "usage: sshspec accept [--] CMD ARG...\n"
        "Listens on 127.0.0.1, says PORT N, runs CMD once a connection with the connection as its\n"
        "standard input and output. SIGTERM ends it and everything that it started.\n"
        "example: sshspec accept -- /usr/sbin/sshd -i -e -f /tmp/sshd_config\n";
    struct acceptor a = {.listener = -1, .signals = -1};
    uint16_t port = 0;
    int first = 1;
    int status;

    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        (void)fputs(usage, stdout);
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "--") == 0)
        first = 2;
    if (argc <= first || (first == 1 && argv[1][0] == '-')) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    a.command = argv + first;
    status = prepare(&a, &port);
    if (status != 0)
        return status;
    if (dprintf(STDOUT_FILENO, "PORT %u\n", (unsigned)port) < 0)
        return complain("standard output");
    serve(&a);
    close(a.listener);
    if (!end_tree(&a)) {
        (void)fputs("sshspec accept: a process survived SIGKILL\n", stderr);
        return EXIT_ENVIRONMENT;
    }
    return 0;
}
