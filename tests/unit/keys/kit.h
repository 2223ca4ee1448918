/* SPDX-License-Identifier: Apache-2.0 */
/* kit.h - what the tests of lib/keys share: keys, and ssh-keygen in a folder of its own.
 *
 * Owns: one temporary folder a test process, removed at its end by kit_folder_remove. */
#ifndef TESTS_KEYS_KIT_H
#define TESTS_KEYS_KIT_H

#include "sshspec/key.h"
#include "sshspec/text.h"
#include "sshspec/wire.h"
#include "tests/support/support.h"

/* RFC 8032 section 7.1, TEST 1 to 3. */
struct kit_vector {
    const char *seed, *pub, *message, *signature;
};
extern const struct kit_vector kit_ed25519[3];

/* Every type of key there is. */
struct kit_type {
    enum ss_key_kind kind;
    const char *name, *certified; /* certified null: there are no such certificates */
    const char *keygen;           /* "-t ecdsa -b 384"; null: the distribution's makes none */
    bool known;                   /* ssh-keygen of the distribution reads it */
    unsigned bits;
};
#define KIT_TYPES 10
extern const struct kit_type kit_types[KIT_TYPES];

/* A new key; RSA and DSA have 1024 bits to be quick. Counted memory. */
struct ss_key *kit_key(enum ss_key_kind kind, const char *comment);
/* Its public half as a key of its own. */
struct ss_key *kit_public(const struct ss_key *key);

/* Memory of test_counted() ends at the n-th allocation from now; 0: there is enough again. A
 * buffer that may not double tries again with less, so one failure alone need not be seen. */
void kit_scarce(size_t n);

/* Skips the test when there is no /usr/bin/ssh-keygen. */
void kit_need_keygen(void);
/* Runs a shell command in the temporary folder; true when it ends with 0. Its standard output,
 * cut at 64 KiB, is in *out_text until the next call; out_text may be null. */
bool kit_shell(const char *command, ss_span *out_text);
void kit_write_file(const char *name, ss_span bytes);
/* Static; good until the next call with the same slot (0 or 1). */
ss_span kit_read_file(const char *name, unsigned slot);
void kit_folder_remove(void);

#endif
