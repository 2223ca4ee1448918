/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h - the owner of a client engine: checks the host key, logs in, does one thing, leaves.
 *
 * Owns: which credential is next, the session, what came back.
 * Not here: sockets and files (client.h).
 * Called by: lib/client's blocking calls may; the test program's peer `self` does.
 *
 * Give it every event of the engine, then pump, until ss_plan_status is not SS_PLAN_RUNNING. */
#ifndef SSHSPEC_PLAN_H
#define SSHSPEC_PLAN_H

#include "sshspec/engine.h"
#include "sshspec/sftp.h"

enum ss_plan_task {
    SS_PLAN_LOGIN,
    SS_PLAN_EXEC,
    SS_PLAN_SFTP_GET,
    SS_PLAN_SFTP_PUT,
    SS_PLAN_SFTP_LS
};

struct ss_plan_config { /* all borrowed for the plan's life */
    ss_span user;
    const struct ss_key *const *keys;  /* tried in order, null-terminated; may be null */
    ss_span password;                  /* tried after the keys; empty: none */
    const struct ss_key *const *known; /* host keys accepted, null-terminated; null: any */
    const struct ss_key *authority;    /* accepted beside them: what it certified; null: nobody */
    ss_span host;                      /* whom a certificate has to be for, without a port */
    uint64_t now;                      /* when: seconds since 1970, as a plan has no calendar */
    enum ss_plan_task task;
    ss_span text;  /* command or remote path */
    ss_span input; /* standard input of exec, content to put */
};

enum ss_plan_status { /* how it ended; numbers are exit statuses the peer scripts use too */
                      SS_PLAN_RUNNING = -1,
                      SS_PLAN_OK = 0,
                      SS_PLAN_HOST_KEY = 101,
                      SS_PLAN_AUTH = 102,
                      SS_PLAN_LOST = 103,
                      SS_PLAN_NO_COMMON = 104,
                      SS_PLAN_SFTP = 105
};

struct ss_plan; /* opaque */
SS_MUST_USE ss_err ss_plan_new(const struct ss_env *env, struct ss_engine *engine,
                               const struct ss_plan_config *config, struct ss_plan **out_plan);
void ss_plan_free(struct ss_plan **plan);
SS_MUST_USE ss_err ss_plan_event(struct ss_plan *plan, const struct ss_event *event);
SS_MUST_USE ss_err ss_plan_pump(struct ss_plan *plan);
/* The connection is gone. */
void ss_plan_lost(struct ss_plan *plan);
/* SS_PLAN_RUNNING, or how it ended: for exec the command's exit status when one came, 128 + n for
 * a signal. */
int ss_plan_status(const struct ss_plan *plan);
ss_span ss_plan_output(const struct ss_plan *plan); /* standard output, content got, or a listing */
ss_span ss_plan_errors(const struct ss_plan *plan); /* standard error */

#endif
