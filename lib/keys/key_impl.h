/* SPDX-License-Identifier: Apache-2.0 */
/* key_impl.h - what the files of lib/keys know of a key.
 *
 * Owns: the layout of struct ss_key, the words of a key line, the private fields of a key.
 * Not here: anything for callers (key.h). */
#ifndef KEYS_KEY_IMPL_H
#define KEYS_KEY_IMPL_H

#include "sshspec/key.h"
#include "sshspec/text.h"
#include "sshspec/wire.h"

/* Most bytes of a public blob: an RSA key of 16384 bits has 2 KiB and its names. */
#define SS_KEY_BLOB_MAX 16384
/* Most bytes of the private fields of a key. */
#define SS_KEY_FIELDS_MAX 65536
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

/* ---- key_fields.c ---- */

/* A reader that knows the name of the field it is at. */
struct ss_key_parse {
    struct ss_reader reader;
    const uint8_t *base; /* of the whole decoded data, so that offsets count from there */
    const char *field;   /* being read, or the one that failed; static text */
};

void ss_key_name_field(struct ss_key_parse *parse, const char *field);
ss_span ss_key_want_string(struct ss_key_parse *parse, const char *field);
ss_span ss_key_want_mpint(struct ss_key_parse *parse, const char *field);
uint32_t ss_key_want_u32(struct ss_key_parse *parse, const char *field);
/* Refuses the field that began at `at` of the reader; gives the error that is pinned. */
ss_err ss_key_refuse(struct ss_key_parse *parse, size_t at, ss_err err);
/* Where the reader is, or where it failed, counted from base. */
size_t ss_key_place(const struct ss_key_parse *parse);

/* A key type's name and its private fields, up to the comment. Everything borrows from what was
 * read. */
struct ss_key_fields {
    enum ss_key_kind kind;
    struct ss_pkey_parts parts;
};

/* Reads the type's name and the fields behind it; SS_E_unsupported for a type we do not speak. */
SS_MUST_USE ss_err ss_key_read_private_fields(struct ss_key_parse *parse,
                                              struct ss_key_fields *out);
/* The key that the fields make. The comment is copied. */
SS_MUST_USE ss_err ss_key_from_fields(const struct ss_env *env, const struct ss_key_fields *fields,
                                      ss_span comment, struct ss_key **out_key);
/* Writes what ss_key_read_private_fields reads. The writer's buffer should be marked secret. */
void ss_key_write_private_fields(const struct ss_key *key, struct ss_writer *writer);

#endif
