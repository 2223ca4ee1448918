/* SPDX-License-Identifier: Apache-2.0 */
/* responder.h - what "runs" when a client asks for a command: a scripted answer, never a program.
 *
 * Owns: the state of one command.
 * Not here: channels and windows (serving.c).
 * Called by: serving.c. */
#ifndef SSHSPEC_SERVER_RESPONDER_H
#define SSHSPEC_SERVER_RESPONDER_H

#include "sshspec/buf.h"

enum responder_kind {
    RESPONDER_FIXED,  /* its output was known from the start */
    RESPONDER_CAT,    /* gives back what it is given */
    RESPONDER_COUNT,  /* wc -c */
    RESPONDER_ZEROES, /* head -c N /dev/zero */
    RESPONDER_SHELL   /* reads a line, becomes what the line says, then reads the next */
};

struct responder {
    enum responder_kind kind;
    struct ss_buf out;  /* standard output that waits */
    struct ss_buf err;  /* standard error that waits */
    struct ss_buf line; /* RESPONDER_SHELL: a line that is not complete */
    uint64_t left;      /* RESPONDER_ZEROES: bytes still to give */
    uint64_t counted;   /* RESPONDER_COUNT */
    bool input_over;
    bool ended;      /* nothing more will be put out than what waits */
    uint32_t status; /* exit status once ended */
    char signal[16]; /* name without SIG when it ended by a signal, else empty */
    char touch[256]; /* a file name that is to be made, else empty */
};

/* A command line; words are split at blanks, '...' and "..." keep them together. Unknown commands
 * answer like a shell would. SS_E_no_memory only. */
SS_MUST_USE ss_err responder_init(struct responder *r, const struct ss_env *env, ss_span command);
/* A shell. */
SS_MUST_USE ss_err responder_init_shell(struct responder *r, const struct ss_env *env);
void responder_fini(struct responder *r);
/* Takes all of data. SS_E_ceiling when more waits than a window's worth. */
SS_MUST_USE ss_err responder_input(struct responder *r, ss_span data);
SS_MUST_USE ss_err responder_input_over(struct responder *r);
/* At most room bytes that may go out now; empty when there are none. out_type: 0, or 1 for standard
 * error. What is taken is told by responder_taken before the next call. */
ss_span responder_output(const struct responder *r, size_t room, uint32_t *out_type);
void responder_taken(struct responder *r, uint32_t type, size_t n);
/* True when it has ended and all output was taken. */
bool responder_over(const struct responder *r);

#endif
