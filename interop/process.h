/* SPDX-License-Identifier: Apache-2.0 */
/* process.h - one process of somebody else's, started so that it cannot outlive us.
 *
 * Concept: a process gets a session and so a process group of its own (no terminal, its children
 *   can be signalled with it), the environment and descriptors it is given and no others, no core
 *   files, a limit on the size of files, and death when its parent dies. The parent should call
 *   process_adopt once: orphans below it then come back to it, and process_end_all ends them.
 *
 *   call               does
 *   process_start      starts it; SS_E_not_found when the program is not there
 *   process_ended      true once it ended; fd becomes readable at that moment
 *   process_crashed    true when it died of its own mistakes
 *   process_wait       waits for that, up to a deadline
 *   process_stop       asks it and its group to end, then makes them
 *   process_adopt      makes the caller the parent of orphans below it
 *   process_end_all    ends every child of the caller, whatever became of it
 *   process_die_with   ends the caller when its parent ends
 *   process_end_all_with   the same, and before that every process below the caller
 *
 * Owns: the pid until it is reaped, and a descriptor of it. */
#ifndef SSHSPEC_INTEROP_PROCESS_H
#define SSHSPEC_INTEROP_PROCESS_H

#include "interop/system.h"

struct process_spec {
    const char *const *argv; /* argv[0] is looked up in the PATH of envp */
    const char *const *envp;
    const char *folder;                                  /* present folder of it; null: ours */
    int standard_input, standard_output, standard_error; /* -1: /dev/null */
    uint64_t file_limit;                                 /* bytes a file may grow to; 0: no limit */
};

struct process {
    pid_t pid; /* 0: none */
    int fd;    /* pidfd, readable when it has ended; -1: none */
    bool ended;
    int status; /* once ended: exit status, or -signal */
};
#define PROCESS_NONE ((struct process){0, -1, false, 0})

SS_MUST_USE ss_err process_start(const struct process_spec *spec, struct process *out);
bool process_ended(struct process *process);
/* It ended by a signal that tells of a mistake of its own (SIGSEGV, SIGABRT, ...). */
bool process_crashed(const struct process *process);
bool process_wait(struct process *process, ss_time ms);
/* SIGTERM, and SIGKILL when that has not helped after ms; closes fd, so PROCESS_NONE's fd. */
void process_stop(struct process *process, ss_time ms);
SS_MUST_USE ss_err process_adopt(void);
/* How many had to be ended. Children among spare (zero-terminated, may be null) are left alone. */
size_t process_end_all(const pid_t *spare);
/* parent: the pid that must be our parent still. False: it is gone, or the system refuses. */
bool process_die_with(pid_t parent);
/* For one that has adopted. SIGTERM does it, from whomever it comes. */
bool process_end_all_with(pid_t parent);

#endif
