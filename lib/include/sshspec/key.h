/* SPDX-License-Identifier: Apache-2.0 */
/* key.h - keys as SSH knows them: blobs, signatures, files, fingerprints, known hosts.
 *
 * Owns: struct ss_key (immutable, reference-counted), its text and file forms; struct ss_hostkeys.
 * Not here: mathematics (crypto.h), files on disk (net; everything here takes and gives bytes).
 * Follows: RFC 4253 section 6.6, RFC 5656 section 3, RFC 8332, RFC 8709; OpenSSH PROTOCOL.key;
 *   sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT".
 *
 * | call                   | does                                                    |
 * |------------------------|---------------------------------------------------------|
 * | ss_key_from_blob       | public key from its wire form                           |
 * | ss_key_generate        | a new private key                                       |
 * | ss_key_read_private    | first key of an openssh-key-v1 file                     |
 * | ss_key_write_private   | the same, unencrypted                                   |
 * | ss_key_read_line       | "ssh-ed25519 AAAA... comment"                           |
 * | ss_key_sign / _verify  | SSH signature blobs                                     |
 * | ss_hostkeys_*          | known_hosts, plain and hashed, kept line by line        |
 *
 * Errors: SS_E_bad_key, SS_E_bad_key_file, SS_E_key_encrypted, SS_E_unsupported (a type we do not
 * speak), SS_E_bad_signature. Where a file is refused, ss_key_read_private says the byte offset
 * and what was wrong in struct ss_key_error. */
#ifndef SSHSPEC_KEY_H
#define SSHSPEC_KEY_H

#include "sshspec/crypto.h"

struct ss_key; /* opaque */

struct ss_key_error {
    size_t offset;     /* byte in the decoded key data, or in the text for armour errors */
    size_t line;       /* text line, from 1; 0 when it does not apply */
    const char *field; /* what was being read, static text */
};

/* All out_key: the caller holds one reference. */
SS_MUST_USE ss_err ss_key_from_blob(const struct ss_env *env, ss_span blob,
                                    struct ss_key **out_key);
SS_MUST_USE ss_err ss_key_generate(const struct ss_env *env, enum ss_key_kind kind, unsigned bits,
                                   ss_span comment, struct ss_key **out_key);
SS_MUST_USE ss_err ss_key_read_private(const struct ss_env *env, ss_span file,
                                       struct ss_key **out_key, struct ss_key_error *out_error);
SS_MUST_USE ss_err ss_key_write_private(const struct ss_key *key, struct ss_buf *out);
/* One line of a .pub or authorized_keys file without options; comment kept. */
SS_MUST_USE ss_err ss_key_read_line(const struct ss_env *env, ss_span line,
                                    struct ss_key **out_key);
/* "type base64 comment\n" */
SS_MUST_USE ss_err ss_key_write_line(const struct ss_key *key, struct ss_buf *out);
struct ss_key *ss_key_ref(const struct ss_key *key);
void ss_key_free(struct ss_key **key); /* drops one reference */

ss_span ss_key_blob(const struct ss_key *key);     /* public blob, lives as long as the key */
const char *ss_key_type(const struct ss_key *key); /* "ssh-ed25519"; static text */
enum ss_key_kind ss_key_kind(const struct ss_key *key);
unsigned ss_key_bits(const struct ss_key *key);
const char *ss_key_comment(const struct ss_key *key);
bool ss_key_is_private(const struct ss_key *key);
bool ss_key_equal(const struct ss_key *a, const struct ss_key *b); /* public parts */
/* Appends "SHA256:..." without padding. */
SS_MUST_USE ss_err ss_key_fingerprint(ss_span blob, struct ss_buf *out);

/* Appends the signature blob: string algorithm, string signature. */
SS_MUST_USE ss_err ss_key_sign(const struct ss_key *key, const struct ss_env *env,
                               const struct ss_sign_alg *alg, ss_span data,
                               struct ss_buf *out_blob);
/* The blob's algorithm name must be alg's (SS_E_bad_signature otherwise); a short RSA signature is
 * padded on the left to the modulus. */
SS_MUST_USE ss_err ss_key_verify(const struct ss_key *key, const struct ss_env *env,
                                 const struct ss_sign_alg *alg, ss_span data, ss_span blob);
/* The algorithm of this registry that fits the key best; null when none does. */
const struct ss_sign_alg *ss_key_default_alg(const struct ss_key *key,
                                             const struct ss_registry *registry);

/* ---- known_hosts ---- */
struct ss_hostkeys; /* opaque: every line of the file, in order, byte for byte */

enum ss_hostkey_verdict {
    SS_HOSTKEY_UNKNOWN, /* no key for this host */
    SS_HOSTKEY_MATCH,
    SS_HOSTKEY_CHANGED, /* keys for this host are known, this is not one of them */
    SS_HOSTKEY_REVOKED
};
struct ss_hostkey_answer {
    enum ss_hostkey_verdict verdict;
    size_t line; /* line that decided, from 1; 0 none */
};

SS_MUST_USE ss_err ss_hostkeys_new(const struct ss_env *env, struct ss_hostkeys **out);
void ss_hostkeys_free(struct ss_hostkeys **hosts);
/* Appends all lines of a file. Lines that cannot be used are kept and counted, not refused;
 * out_bad_line (may be null) gets the first of them, 0 for none. */
SS_MUST_USE ss_err ss_hostkeys_read(struct ss_hostkeys *hosts, ss_span file, size_t *out_bad_line);
SS_MUST_USE ss_err ss_hostkeys_write(const struct ss_hostkeys *hosts, struct ss_buf *out);
/* host: "example.org" for port 22, "[example.org]:2222" otherwise (see ss_hostkeys_name). */
SS_MUST_USE ss_err ss_hostkeys_check(const struct ss_hostkeys *hosts, ss_span host,
                                     const struct ss_key *key, struct ss_hostkey_answer *out);
/* Appends a line; hashed with salt of 20 random bytes when hashed. */
SS_MUST_USE ss_err ss_hostkeys_add(struct ss_hostkeys *hosts, ss_span host,
                                   const struct ss_key *key, bool hashed);
/* Removes plain and hashed entries of host; patterns are left alone. */
SS_MUST_USE ss_err ss_hostkeys_remove(struct ss_hostkeys *hosts, ss_span host, size_t *out_removed);
/* Appends the comma list of key types known for host, in file order. */
SS_MUST_USE ss_err ss_hostkeys_types(const struct ss_hostkeys *hosts, ss_span host,
                                     struct ss_buf *out_types);
/* ---- host keys that a server announces (hostkeys-00@openssh.com) ---- */
#define SS_HOSTKEYS_PROVE "hostkeys-prove-00@openssh.com"
/* Appends a string with a signature for each blob, in their order. agreed: the algorithm of the
 * key exchange, used where it fits; may be null. SS_E_not_found: a blob is none of keys, or comes
 * twice, or there are none; nothing is appended then. */
SS_MUST_USE ss_err ss_hostkeys_prove(const struct ss_env *env, const struct ss_registry *registry,
                                     const struct ss_sign_alg *agreed,
                                     const struct ss_key *const *keys, ss_span session_id,
                                     const ss_span *blobs, size_t count, struct ss_buf *out);
/* Did the holder of key sign for this session? SS_E_bad_signature when not. */
SS_MUST_USE ss_err ss_hostkeys_proven(const struct ss_env *env, const struct ss_registry *registry,
                                      const struct ss_key *key, ss_span session_id,
                                      ss_span signature);

/* Appends the name a host and port have in the file. */
SS_MUST_USE ss_err ss_hostkeys_name(ss_span host, uint16_t port, struct ss_buf *out);

#endif
