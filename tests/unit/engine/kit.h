/* SPDX-License-Identifier: Apache-2.0 */
/* kit.h - a server that runs by itself and a client that is moved by hand.
 *
 * Owns: the small steps that many tests of the engine begin with.
 * Called by: tests/unit/engine. */
#ifndef TESTS_ENGINE_KIT_H
#define TESTS_ENGINE_KIT_H

#include "tests/support/duo.h"

/* The client is under SS_STEP; nothing was sent by it. Change configs before. */
void hand_start(struct duo *duo);
/* Both identification lines went over. */
void hand_greet(struct duo *duo);
/* The client's transport ran on autopilot until keys are in use; then it is by hand again. */
void hand_keys(struct duo *duo);
/* The client sends this payload and everything runs to its end. */
void hand_send(struct duo *duo, ss_span payload);
/* The server's fault; fails the test when there is none. */
const struct ss_fault *hand_fault(const struct duo *duo);
/* Did the log of the side tell a line that begins so? */
bool log_has(const struct duo_side *side, const char *text);
/* Accepts host keys, nothing else. */
void quiet_event(struct duo *duo, struct duo_side *side, const struct ss_event *event);
/* A handler that remembers the last message shown, copied. */
struct shown {
    unsigned count;
    uint8_t number;
    uint8_t payload[1024];
    size_t size;
    char name[64]; /* "" when it has no definition */
};
extern struct shown shown;
void show_event(struct duo *duo, struct duo_side *side, const struct ss_event *event);

#endif
