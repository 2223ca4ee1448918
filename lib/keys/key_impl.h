/* SPDX-License-Identifier: Apache-2.0 */
/* key_impl.h - what the files of lib/keys know of a key.
 *
 * Owns: the layout of struct ss_key, the words of a key line.
 * Not here: anything for callers (key.h). */
#ifndef KEYS_KEY_IMPL_H
#define KEYS_KEY_IMPL_H

#include "sshspec/key.h"
#include "sshspec/text.h"
#include "sshspec/wire.h"

/* Most bytes of a public blob: an RSA key of 16384 bits has 2 KiB and its names. */
#define SS_KEY_BLOB_MAX 16384
#define SS_ECDSA_CURVE "nistp256"

struct ss_key {
    const struct ss_env *env;
    struct ss_pkey *pkey;
    char *comment;      /* zero-terminated */
    struct ss_buf blob; /* public, canonical */
    size_t references;
};

/* The type of a key blob; null for one we do not speak. */
const char *ss_key_type_name(enum ss_key_kind kind);
enum ss_key_kind ss_key_type_kind(ss_span type);

/* take: pkey, also when it fails. The comment is copied. */
SS_MUST_USE ss_err ss_key_wrap(const struct ss_env *env, struct ss_pkey *take, ss_span comment,
                               struct ss_key **out_key);
/* What makes a key unusable has many names below; callers are told one of them. */
ss_err ss_key_err(ss_err err, ss_err form);

/* "type base64 comment": words apart, base64 not yet looked at. False when a word is missing. */
struct ss_key_words {
    ss_span type, base64, comment;
};
bool ss_key_words(ss_span line, struct ss_key_words *out);
/* The next word, up to a blank or tab; *rest starts behind it. */
ss_span ss_key_word(ss_span *rest);

#endif
