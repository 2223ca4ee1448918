/* SPDX-License-Identifier: Apache-2.0 */
/* kit.h - what the tests of msg/ share: counted memory, bytes written by hand, guarded copies.
 *
 * Owns: one arena and one buffer a kit; kit_fini fails the test when memory is left.
 * Not here: anything under test. */
#ifndef MSG_KIT_H
#define MSG_KIT_H

#include "sshspec/msg.h"

struct kit {
    struct ss_seeded seeded;
    struct ss_counted counted;
    struct ss_arena arena;
    struct ss_buf buf;
    struct ss_buf other;
};

void kit_init(struct kit *kit);
void kit_fini(struct kit *kit);

/* Bytes from hex digits and 'text'; blanks between them mean nothing. Lives in the arena. */
ss_span kit_bytes(struct kit *kit, const char *spelled);
/* A copy that ends where memory ends: reading one byte past it is a fault. The same place is used
 * each time. */
ss_span kit_guard(ss_span bytes);
/* "ssh", "sftp", "agent" rows by name, tails as "channel_request.exec". */
const struct ss_msgdef *kit_def(const char *name);
/* Decodes bytes written by hand; fails the test when they do not decode. */
struct ss_msg kit_decode(struct kit *kit, const char *name, const char *spelled);
/* The buffer's bytes as hex, for messages of failed tests; in the arena. */
const char *kit_hex(struct kit *kit, ss_span bytes);

#endif
