/* SPDX-License-Identifier: Apache-2.0 */
/* kit.h - scenarios from text to a result, for the tests of actor/.
 *
 * Owns: keys, made once a process from a seed; the result of the last play.
 * Not here: peers on sockets (peers.h).
 * Called by: tests of actor/. All memory is counted; TestSuite(..., .fini = kit_check). */
#ifndef TESTS_ACTOR_KIT_H
#define TESTS_ACTOR_KIT_H

#include "testserver/actor/actor.h"
#include "tests/support/support.h"

struct kit_options { /* all zero: against our own peer, in memory */
    enum peer_role role;
    const char *breaks, *levels;
    uint64_t seed;
    uint32_t case_index;
    bool trace;
    struct act_world *world; /* null: in memory */
};

const struct act_keys *kit_keys(void);
/* Parses; a text that does not is a failed test. Free with scn_free. */
struct scn_file *kit_parse(const char *text);
/* Plays a case; the result is good until the next play, or kit_check. */
const struct result *kit_play(const char *text, const struct kit_options *options);
/* The same against our own peer: "against server, client { body }" and "against client, server
 * { body }" with the action exec "true"; end may be null and stands behind the seat. */
const struct result *kit_client(const char *body, const char *end);
const struct result *kit_server(const char *body, const char *end);
const struct result *kit_relay(const char *body, const char *end);
/* Does the text hold this? */
bool kit_has(const struct ss_buf *text, const char *part);
const char *kit_text(const struct ss_buf *text);
/* Fails the test unless the verdict is this and why holds the part (null: any). */
void kit_expect(const struct result *result, enum verdict verdict, const char *why);
void kit_check(void);

#endif
