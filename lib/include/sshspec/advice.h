/* SPDX-License-Identifier: Apache-2.0 */
/* advice.h - what the standards say about having an algorithm.
 *
 * Owns: the words of RFC 9142 and of the RFCs before it, name by name.
 * Not here: what is offered (policy.h), what is implemented (crypto.h).
 * Called by: tools that list algorithms.
 * Follows: RFC 9142 section 4; RFC 4253 section 6, 4344, 6668, 8332, 8709, 8758.
 *
 * ss_advice_of gives the level and where it is said, ss_advice_word the word for people.
 *
 * The word is the standard's, not ours: "MUST" with a note says that the standard is old. A name
 * without a row has no word, which speaks neither for nor against it. */
#ifndef SSHSPEC_ADVICE_H
#define SSHSPEC_ADVICE_H

#include "sshspec/policy.h"

enum ss_advice_level {                 /* in the order of what one would rather have */
                       SS_ADVICE_NONE, /* no standard has a word for it */
                       SS_ADVICE_MUST_NOT,
                       SS_ADVICE_SHOULD_NOT,
                       SS_ADVICE_MAY,
                       SS_ADVICE_SHOULD,
                       SS_ADVICE_MUST
};

struct ss_advice {
    enum ss_advice_level level;
    const char *source; /* "RFC 9142 section 4"; empty with SS_ADVICE_NONE */
    const char *note;   /* what another standard has against it; empty: nothing */
};

struct ss_advice ss_advice_of(enum ss_names kind, ss_span name);
/* "MUST NOT"; "-" for SS_ADVICE_NONE. */
const char *ss_advice_word(enum ss_advice_level level);

#endif
