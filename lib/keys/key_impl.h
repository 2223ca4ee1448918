/* SPDX-License-Identifier: Apache-2.0 */
/* key_impl.h - what the files of lib/keys know of a key.
 *
 * Owns: the layout of struct ss_key, its types, the words of a key line, the fields of a key.
 * Not here: anything for callers (key.h, cert.h). */
#ifndef KEYS_KEY_IMPL_H
#define KEYS_KEY_IMPL_H

#include "sshspec/cert.h"
#include "sshspec/text.h"
#include "sshspec/wire.h"

/* Most bytes of a public blob. An RSA key of 16384 bits has 2 KiB and its names; a certificate
 * has two of those, a signature, and up to 256 principals. */
#define SS_KEY_BLOB_MAX 65536
/* Most bytes of the private fields of a key, a certificate included. */
#define SS_KEY_FIELDS_MAX 131072
/* Most bytes of the application and of the key handle of a security key. */
#define SS_SK_TEXT_MAX 4096

/* The part of a security key that is not its public value (OpenSSH PROTOCOL.u2f). */
struct ss_sk {
    struct ss_buf application;
    struct ss_buf handle, reserved; /* private: what the key needs to find its secret */
    bool has_handle;
    uint8_t flags;    /* what the key asks for, SS_SK_... */
    uint32_t counter; /* signatures made by the software authenticator */
};

struct ss_key {
    const struct ss_env *env;
    enum ss_key_kind kind;
    struct ss_pkey *pkey; /* of a certified key: that of plain, borrowed */
    char *comment;        /* zero-terminated */
    struct ss_buf blob;   /* public, canonical; of a certified key: the certificate */
    size_t references;
    struct ss_sk sk; /* of plain security keys */
    /* certified keys */
    struct ss_key *plain, *ca;
    struct ss_cert cert; /* spans point into blob */
};

/* ---- key.c: types ---- */

struct ss_key_type {
    enum ss_key_kind kind, bare;  /* bare: the kind of its pkey */
    const char *name, *certified; /* certified null: there are no such certificates */
    const char *curve;            /* null: none is named */
    size_t half;                  /* bytes of each number of a signature; 0: it is one string */
};
/* Null for a kind or a name we do not speak. out_certified may be null: then plain names only. */
const struct ss_key_type *ss_key_type_of(enum ss_key_kind kind);
const struct ss_key_type *ss_key_type_find(ss_span name, bool *out_certified);
/* The plain type name of a kind; null for one we do not speak. */
const char *ss_key_type_name(enum ss_key_kind kind);
/* The kind of a plain type name. */
enum ss_key_kind ss_key_type_kind(ss_span type);

bool ss_key_kind_is_sk(enum ss_key_kind kind);

/* ---- key.c: the value ---- */

/* take: pkey, also when it fails. The comment is copied. */
SS_MUST_USE ss_err ss_key_wrap(const struct ss_env *env, struct ss_pkey *take, ss_span comment,
                               struct ss_key **out_key);
/* A key with nothing in it but its kind and its comment. */
SS_MUST_USE ss_err ss_key_empty(const struct ss_env *env, enum ss_key_kind kind, ss_span comment,
                                struct ss_key **out_key);
/* The public blob of a plain key whose other parts are there. */
SS_MUST_USE ss_err ss_key_write_blob(struct ss_key *key);
SS_MUST_USE ss_err ss_key_set_comment(struct ss_key *key, ss_span comment);
/* What makes a key unusable has many names below; callers are told one of them. */
ss_err ss_key_err(ss_err err, ss_err form);

/* ---- key_line.c ---- */

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

void ss_key_parse_init(struct ss_key_parse *parse, ss_span data);
void ss_key_name_field(struct ss_key_parse *parse, const char *field);
ss_span ss_key_want_string(struct ss_key_parse *parse, const char *field);
ss_span ss_key_want_mpint(struct ss_key_parse *parse, const char *field);
uint32_t ss_key_want_u32(struct ss_key_parse *parse, const char *field);
uint64_t ss_key_want_u64(struct ss_key_parse *parse, const char *field);
/* Refuses the field that began at `at` of the reader; gives the error that is pinned. */
ss_err ss_key_refuse(struct ss_key_parse *parse, size_t at, ss_err err);
/* Where the reader is, or where it failed, counted from base. */
size_t ss_key_place(const struct ss_key_parse *parse);
/* The pinned error, or that bytes are left behind the last field. */
SS_MUST_USE ss_err ss_key_parse_done(struct ss_key_parse *parse);

/* A key's fields, of a public blob or of a private section. Everything borrows from what was
 * read. */
struct ss_key_fields {
    enum ss_key_kind kind;
    struct ss_pkey_parts parts; /* of the bare key */
    ss_span application;        /* security keys */
    ss_span handle, reserved;   /* private ones of them */
    uint8_t flags;
    bool has_handle;
    ss_span certificate; /* the whole blob, of a certified key in a private section */
};

/* The fields behind the type's name (and behind the nonce of a certificate), into a zeroed out
 * whose kind is set. */
SS_MUST_USE ss_err ss_key_read_public_fields(struct ss_key_parse *parse, struct ss_key_fields *out);
/* Writes them; key is plain. */
void ss_key_write_public_fields(const struct ss_key *key, struct ss_writer *writer);
/* Reads the type's name and the private fields behind it, up to the comment; SS_E_unsupported for
 * a type we do not speak. */
SS_MUST_USE ss_err ss_key_read_private_fields(struct ss_key_parse *parse,
                                              struct ss_key_fields *out);
/* The key that the fields make, certified when they have a certificate. The comment is copied. */
SS_MUST_USE ss_err ss_key_from_fields(const struct ss_env *env, const struct ss_key_fields *fields,
                                      ss_span comment, struct ss_key **out_key);
/* Writes what ss_key_read_private_fields reads. The writer's buffer should be marked secret. */
void ss_key_write_private_fields(const struct ss_key *key, struct ss_writer *writer);

/* ---- sk.c ---- */

/* Makes a security key of its fields; a handle that is the secret itself makes one that signs. */
SS_MUST_USE ss_err ss_sk_from_fields(const struct ss_env *env, const struct ss_key_fields *fields,
                                     ss_span comment, struct ss_key **out_key);
void ss_sk_fini(struct ss_sk *sk);
/* The body of a signature: what stands behind the algorithm's name. */
SS_MUST_USE ss_err ss_sk_sign(const struct ss_key *key, const struct ss_env *env,
                              const struct ss_sign_alg *alg, ss_span data,
                              struct ss_writer *writer);
/* reader is behind the algorithm's name. */
SS_MUST_USE ss_err ss_sk_verify(const struct ss_key *key, const struct ss_env *env,
                                const struct ss_sign_alg *alg, ss_span data,
                                struct ss_reader *reader, struct ss_sk_detail *out_detail);

/* ---- sign.c ---- */

/* The string of a signature, and back into raw form of size bytes: r and s as mpints where half is
 * not 0. */
void ss_signature_write(struct ss_writer *writer, size_t half, ss_span raw);
bool ss_signature_read(size_t half, size_t size, ss_span inner, uint8_t *out);

/* ---- cert.c ---- */

/* A certified key of a certificate's blob; SS_E_bad_certificate, with its place in parse. plain:
 * the key that it has to certify, which may be private; null: a public one is made. */
SS_MUST_USE ss_err ss_cert_read(const struct ss_env *env, const struct ss_key_type *type,
                                ss_span blob, const struct ss_key *plain, ss_span comment,
                                struct ss_key_parse *parse, struct ss_key **out_key);

#endif
