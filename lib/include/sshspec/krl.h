/* SPDX-License-Identifier: Apache-2.0 */
/* krl.h - key revocation lists: which keys and certificates are good no more.
 *
 * Owns: struct ss_krl, one list, checked from end to end when it was read.
 * Not here: revoked keys of known_hosts (key.h), files on disk (net), making lists.
 * Follows: OpenSSH PROTOCOL.krl; what it leaves open is as in OpenSSH: certificates with serial 0
 *   are never revoked by serial, and a certificate falls with its authority.
 *
 * | call           | does                                                              |
 * |----------------|-------------------------------------------------------------------|
 * | ss_krl_read    | takes a list in                                                   |
 * | ss_krl_check, ss_krl_check_key | is this key or certificate revoked, by what?      |
 * | ss_krl_next    | walks the entries                                                 |
 * | ss_krl_verify  | is the list signed by this key?                                   |
 *
 * Errors of reading: SS_E_bad_key_file with field and offset; SS_E_unsupported for another version,
 * an unknown section or a critical extension that we do not know: such a list revokes more than we
 * understand, so nothing may be called good by it. */
#ifndef SSHSPEC_KRL_H
#define SSHSPEC_KRL_H

#include "sshspec/key.h"

#define SS_KRL_MAX (16 << 20) /* bytes of a list; env gives as many, and little more */

struct ss_krl; /* opaque; immutable once read */

struct ss_krl_head {
    uint64_t version;   /* goes up with each change */
    uint64_t generated; /* seconds since 1970 */
    uint64_t flags;
    ss_span comment;
    size_t signatures;
};

/* out_error may be null. */
SS_MUST_USE ss_err ss_krl_read(const struct ss_env *env, ss_span bytes, struct ss_krl **out,
                               struct ss_key_error *out_error);
void ss_krl_free(struct ss_krl **krl);
/* Spans live as long as krl. */
void ss_krl_head(const struct ss_krl *krl, struct ss_krl_head *out);

/* What may be revoked. */
struct ss_krl_subject {
    ss_span key; /* blob of the key; of a certificate, the plain key inside it */
    ss_span ca;  /* blob of the authority's key; empty: no certificate */
    uint64_t serial;
    ss_span key_id;
};

enum ss_krl_kind {
    SS_KRL_NOTHING, /* not revoked; no entry has this kind */
    SS_KRL_KEY,     /* the key itself is listed */
    SS_KRL_SHA1,    /* a digest of the key is */
    SS_KRL_SHA256,
    SS_KRL_SERIAL, /* certificates from low to high */
    SS_KRL_KEY_ID
};
struct ss_krl_entry {
    enum ss_krl_kind kind;
    ss_span ca;         /* SERIAL, KEY_ID: of this authority; empty: of any */
    uint64_t low, high; /* SERIAL */
    ss_span bytes;      /* the blob, digest or key id */
};
/* The first entry that revokes the subject, or kind SS_KRL_NOTHING. A certificate is revoked too
 * when its authority's key is; *out_authority tells (may be null). */
SS_MUST_USE ss_err ss_krl_check(const struct ss_krl *krl, const struct ss_krl_subject *subject,
                                struct ss_krl_entry *out_entry, bool *out_authority);

/* The same for a key, with what its certificate says when it has one. */
SS_MUST_USE ss_err ss_krl_check_key(const struct ss_krl *krl, const struct ss_key *key,
                                    struct ss_krl_entry *out_entry, bool *out_authority);

struct ss_krl_walk {
    size_t section, part, at; /* offsets in the list */
    uint64_t bit;             /* inside a bitmap */
};
/* Zero the walk first. False at the end. Entries come in file order; what a bitmap lists comes as
 * runs. */
bool ss_krl_next(const struct ss_krl *krl, struct ss_krl_walk *walk, struct ss_krl_entry *out);

/* SS_E_not_found: no signature is by that key. SS_E_bad_signature: one is, and does not hold. */
SS_MUST_USE ss_err ss_krl_verify(const struct ss_krl *krl, const struct ss_registry *registry,
                                 const struct ss_key *signer);

#endif
