/* SPDX-License-Identifier: Apache-2.0 */
/* result.h - what came of one case of one scenario against one peer in one role.
 *
 * Owns: the texts of a result, in a buffer each; verdicts and their names.
 * Not here: storing (reports/), running (worker.c, actor/).
 * Called by: actor fills it, the worker sends it to the supervisor, sinks and the store read it.
 * Follows: SCENARIOS "Verdicts". */
#ifndef SSHSPEC_RESULT_H
#define SSHSPEC_RESULT_H

#include "sshspec/buf.h"

enum verdict {
    VERDICT_PASS,
    VERDICT_WEAK,         /* allowed, but not the required manner */
    VERDICT_FAIL,         /* a requirement was broken */
    VERDICT_XFAIL,        /* a recorded divergence happened */
    VERDICT_XPASS,        /* a recorded divergence did not happen */
    VERDICT_UNSUPPORTED,  /* the peer cannot */
    VERDICT_INCONCLUSIVE, /* twin failed, fault not proven, feature not exercised, fence missing */
    VERDICT_CRASH,        /* the peer died */
    VERDICT_FLAKY,        /* repeats disagree */
    VERDICT_ERROR,        /* ours: the harness or the environment failed */
    VERDICT_INFO,         /* level info: what the peer does was recorded */
    VERDICT_COUNT
};
const char *verdict_name(enum verdict verdict); /* "PASS" */
bool verdict_from_name(ss_span name, enum verdict *out);

enum peer_role { PEER_SERVER, PEER_CLIENT, PEER_BOTH };
const char *peer_role_name(enum peer_role role); /* "server" */

struct result {
    enum verdict verdict;
    bool expected; /* set by the runner: nothing that fails the run */
    enum peer_role role;
    uint32_t ms;             /* all conversations together */
    struct ss_buf scenario;  /* id: "kex/newkeys-early" */
    struct ss_buf parameter; /* of the case; empty: none */
    struct ss_buf peer, peer_version;
    struct ss_buf requirements; /* ids joined by commas */
    struct ss_buf why;          /* one sentence: what was required, allowed, came; empty on PASS */
    struct ss_buf closure;      /* "disconnect(protocol_error)", "fin", ...; empty: none judged */
    struct ss_buf twin;         /* verdict name of the twin; empty: no twin */
    struct ss_buf fence;        /* "ping", "unimplemented", "global_request", "realpath"; empty */
    struct ss_buf facts;        /* lines "name=value\n", sorted by name */
    struct ss_buf ladder;       /* the last messages, trace lines; kept when not PASS */
    struct ss_buf rerun;        /* command line that runs it again */
    struct ss_buf title;        /* of the scenario; set by the runner */
};
void result_init(struct result *result, const struct ss_env *env);
void result_fini(struct result *result);
/* The whole record as bytes and back, for the pipe between worker and supervisor. */
SS_MUST_USE ss_err result_write(const struct result *result, struct ss_buf *out);
SS_MUST_USE ss_err result_read(struct result *result, ss_span bytes);
/* Adds or replaces a fact; name has no '=' and neither has a newline. */
SS_MUST_USE ss_err result_fact(struct result *result, const char *name, ss_span value);

#endif
