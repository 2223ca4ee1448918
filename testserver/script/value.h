/* SPDX-License-Identifier: Apache-2.0 */
/* value.h - what an expression of a scenario amounts to while it runs.
 *
 * Owns: nothing; a value points into the arena it was made in, into the checked tree, or at a key
 *   of the run.
 * Not here: how expressions are evaluated (eval.h).
 * Called by: eval.c, functions.c, build.c, and the actors.
 * Follows: docs/scenario-language.md "Values".
 *
 * Numbers have 64 bits and wrap: -1 and 2^64-1 are one number. Comparison is unsigned. */
#ifndef SSHSPEC_SCRIPT_VALUE_H
#define SSHSPEC_SCRIPT_VALUE_H

#include "sshspec/key.h"
#include "testserver/script/script.h"

struct scn_value {
    enum scn_type type; /* SCN_ANY: nothing bound yet */
    uint64_t number;    /* boolean, number; of a channel: our number of it */
    ss_span bytes;
    const struct scn_value *items;
    size_t count;
    const struct ss_key *key;
    struct ss_msg message; /* also a group inside a message: def is the group's */
    uint32_t sequence;     /* of the packet a message came in */
    uint32_t channel;      /* our number of the channel an SFTP message came on; UINT32_MAX */
};

struct scn_value scn_value_bool(bool v);
struct scn_value scn_value_number(uint64_t v);
struct scn_value scn_value_bytes(ss_span v);
struct scn_value scn_value_text(const char *text);
struct scn_value scn_value_key(const struct ss_key *key);
struct scn_value scn_value_channel(uint32_t ours);
/* A list of the names in a name-list; the names are borrowed. */
SS_MUST_USE ss_err scn_value_names(struct ss_arena *arena, ss_span namelist, struct scn_value *out);
/* A deep copy: nothing in out points into the arena that value was made in. */
SS_MUST_USE ss_err scn_value_copy(struct ss_arena *arena, const struct scn_value *value,
                                  struct scn_value *out);
/* A field of a message as a value: numbers, bytes, a list of names, groups as messages.
 * SS_E_not_found: the message has no such field, or its condition does not hold. */
SS_MUST_USE ss_err scn_value_field(struct ss_arena *arena, const struct ss_msg *msg, ss_span path,
                                   struct scn_value *out);
/* Appends the bytes of a value: bytes, a list joined by commas, a key's blob. False for others. */
SS_MUST_USE ss_err scn_value_put(struct ss_buf *out, const struct scn_value *value);
/* May it stand where bytes are wanted? */
bool scn_value_is_bytes(const struct scn_value *value);
/* Values of one type with the same content; a list equals bytes when it is their name-list. */
SS_MUST_USE ss_err scn_value_equal(struct ss_arena *arena, const struct scn_value *a,
                                   const struct scn_value *b, bool *out_equal);
/* Appends it for a person to read: 17, "text", [a, b], ssh-ed25519 key. Long bytes are cut. */
SS_MUST_USE ss_err scn_value_print(struct ss_buf *out, const struct scn_value *value);
/* "a number", for texts about types. */
const char *scn_type_text(enum scn_type type);

#endif
