/* SPDX-License-Identifier: Apache-2.0 */
/* kit.h - what the tests of connection/ share: a layer on a fake link, and channels made quickly.
 *
 * Owns: nothing but what kit_new made.
 * Not here: the fake link (tests/support/fake_link.h). */
#ifndef CONNECTION_KIT_H
#define CONNECTION_KIT_H

#include "connection/state.h"
#include "tests/support/fake_link.h"

/* Windows of kit_open: what the peer grants, and the peer's packet size. */
enum { KIT_WINDOW = 1000, KIT_MAX = 100 };

struct fake *kit_new(enum ss_role role);
void kit_free(struct fake *fake);
struct ss_connection *kit_layer(struct fake *fake);
struct ss_channel_info kit_info(struct fake *fake, uint32_t channel);
/* Opens a session as its owner; the peer confirms with number theirs. The event is taken. */
uint32_t kit_open(struct fake *fake, uint32_t theirs);
/* The peer opens a session with number theirs; the owner accepts. */
uint32_t kit_accept(struct fake *fake, uint32_t theirs);
ss_err kit_peer_open(struct fake *fake, const char *type, uint32_t theirs);
ss_err kit_data(struct fake *fake, uint32_t channel, const char *text);
ss_err kit_bulk(struct fake *fake, uint32_t channel, size_t n);
ss_err kit_adjust(struct fake *fake, uint32_t channel, uint32_t n);
/* A message that says nothing but its recipient: EOF, CLOSE, SUCCESS, FAILURE. */
ss_err kit_plain(struct fake *fake, enum ss_msgid id, uint32_t channel);
ss_err kit_request(struct fake *fake, uint32_t channel, const char *type, bool want_reply);
ss_err kit_global(struct fake *fake, const char *name, bool want_reply);
/* Commands. */
ss_err kit_send(struct fake *fake, uint32_t channel, size_t n);
ss_err kit_ask(struct fake *fake, uint32_t channel, const char *type, bool want_reply);
ss_err kit_ask_global(struct fake *fake, const char *name, bool want_reply);
struct ss_command kit_command(enum ss_command_kind kind, uint32_t channel);
/* n bytes of a pattern. */
ss_span kit_bytes(size_t n);

#endif
