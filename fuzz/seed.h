/* SPDX-License-Identifier: Apache-2.0 */
/* seed.h - what the writers of seeds share.
 *
 * Owns: struct seeds: one harness's folder and its counts.
 * Called by: seed_*.c.
 *
 * Every writer looks at what it wrote: a seed that is to be accepted is, a seed that is to be
 * refused is refused for the reason meant. Otherwise the program ends with the place. */
#ifndef FUZZ_SEED_H
#define FUZZ_SEED_H

#include "fuzz/oracle.h"
#include "sshspec/msg.h"

struct seeds {
    const char *folder; /* of the harness; exists */
    size_t count;
    uint64_t bytes;
    struct fuzz_memory *memory;
    struct ss_buf buf; /* of the seed that is being made */
};

/* Writes folder/NNN, and empties the buffer. */
void seed_put(struct seeds *seeds);

void seed_wire(struct seeds *seeds);
void seed_ident(struct seeds *seeds);
void seed_packet(struct seeds *seeds);
void seed_kexinit(struct seeds *seeds);
void seed_message(struct seeds *seeds);
void seed_session(struct seeds *seeds);
void seed_session_real(struct seeds *seeds);
void seed_script(struct seeds *seeds);

/* seed_fill.c: the row with values of a seed; with tail, a parent of that tail. All in arena. */
struct ss_msg seed_fill(struct ss_arena *arena, const struct ss_msgdef *def,
                        const struct ss_msgdef *tail, uint64_t seed);
/* Encodes behind what buf holds. */
void seed_encode(struct ss_buf *buf, const struct ss_msg *msg);
bool seed_has(const struct ss_msg *msg, const char *name);
/* Sets a field by name, which the message must have. */
void seed_set_u32(const struct ss_msg *msg, const char *name, uint32_t value);
void seed_set_boolean(const struct ss_msg *msg, const char *name, bool value);
void seed_set_span(const struct ss_msg *msg, const char *name, ss_span value);

#endif
