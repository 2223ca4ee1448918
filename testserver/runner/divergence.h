/* SPDX-License-Identifier: Apache-2.0 */
/* divergence.h - what is known to be otherwise at a peer, and what that makes of a result.
 *
 * Concept: interop/divergences/PEER has a line for each known difference:
 *
 *   SCENARIO[CASE] ROLE VERDICT SINCE..UNTIL EXPIRY "REASON" REFERENCE
 *   kex/strict-late[*] server FAIL 2020.79..2022.83 2026-06-30 "checks at NEWKEYS only" URL
 *
 *   SCENARIO[CASE] may hold * and ?; SINCE and UNTIL are versions, both included, and may be
 *   left out; EXPIRY is the last day on which the line counts. `#` starts a comment line.
 *
 *   call                  does
 *   divergences_load      reads a peer's file; none is an empty list
 *   divergences_apply     turns a recorded verdict into XFAIL, and its absence into XPASS
 *   divergence_propose    appends a line for a result, for a person to complete
 *   verdict_is_expected   does this verdict fail a run
 *
 * Owns: the lines. */
#ifndef SSHSPEC_RUNNER_DIVERGENCE_H
#define SSHSPEC_RUNNER_DIVERGENCE_H

#include "interop/words.h"
#include "testserver/runner/result.h"

struct divergence {
    const char *name, *since, *until, *expiry, *reason, *reference;
    enum peer_role role;
    enum verdict verdict;
    uint32_t line;
};
struct divergences {
    struct ss_arena arena;
    char path[1024];
    struct divergence *items;
    size_t count, room;
};

/* SS_E_bad_value: out_why has path:line:column and what is wrong. */
SS_MUST_USE ss_err divergences_load(const struct ss_env *env, const char *path,
                                    struct divergences *out, struct ss_buf *out_why);
void divergences_fini(struct divergences *list);
/* today: "2025-06-30". */
SS_MUST_USE ss_err divergences_apply(const struct divergences *list, const char *today,
                                     struct result *result);
SS_MUST_USE ss_err divergence_propose(const struct result *result, const char *expiry,
                                      struct ss_buf *out);

enum strictness { STRICTNESS_USUAL, STRICTNESS_STRICT };
bool verdict_is_expected(enum verdict verdict, enum strictness strictness);

#endif
