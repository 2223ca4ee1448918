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
 * and what was wrong in struct ss_key_error.
 *
 * Example: PRIVATE-KEY KNOWN-HOSTS HOST. Shows a key's fingerprint, and where it is known as the
 * host's.
 *
 *     #include <stdio.h>
 *
 *     #include "sshspec/key.h"
 *     #include "sshspec/net.h"
 *
 *     static ss_err read_key(const char *path, struct ss_key **out_key)
 *     {
 *         struct ss_key_error where;
 *         struct ss_buf file;
 *         ss_err err;
 *
 *         ss_buf_init(&file, ss_system_env(), 65536);
 *         file.secret = true;
 *         err = ss_file_read(path, 65536, &file, NULL);
 *         if (err == SS_OK)
 *             err = ss_key_read_private(ss_system_env(), ss_buf_span(&file), out_key, &where);
 *         ss_buf_fini(&file);
 *         return err;
 *     }
 *
 *     static ss_err is_known(const char *path, const char *host, const struct ss_key *key)
 *     {
 *         struct ss_hostkey_answer answer = {SS_HOSTKEY_UNKNOWN, 0};
 *         struct ss_hostkeys *known = NULL;
 *         struct ss_buf file;
 *         ss_err err = ss_hostkeys_new(ss_system_env(), &known);
 *
 *         ss_buf_init(&file, ss_system_env(), 1 << 20);
 *         if (err == SS_OK)
 *             err = ss_file_read(path, 1 << 20, &file, NULL);
 *         if (err == SS_OK)
 *             err = ss_hostkeys_read(known, ss_buf_span(&file), NULL);
 *         if (err == SS_OK)
 *             err = ss_hostkeys_check(known, ss_span_of(host), key, &answer);
 *         if (err == SS_OK && answer.verdict == SS_HOSTKEY_MATCH)
 *             printf("line %zu of %s\n", answer.line, path);
 *         ss_hostkeys_free(&known);
 *         ss_buf_fini(&file);
 *         return err;
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         struct ss_key *key = NULL;
 *         struct ss_buf text;
 *         ss_err err = argc == 4 ? read_key(argv[1], &key) : SS_E_usage;
 *
 *         ss_buf_init(&text, ss_system_env(), 256);
 *         if (err == SS_OK)
 *             err = ss_key_fingerprint(ss_key_blob(key), &text);
 *         if (err == SS_OK) {
 *             printf("%u %.*s %s\n", ss_key_bits(key), (int)ss_buf_size(&text), ss_buf_at(&text),
 *                    ss_key_comment(key));
 *             err = is_known(argv[2], argv[3], key);
 *         }
 *         ss_key_free(&key);
 *         ss_buf_fini(&text);
 *         if (err != SS_OK)
 *             fprintf(stderr, "%s\n", ss_err_text(err));
 *         return err == SS_OK ? 0 : 1;
 *     } */
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
/* Appends the name a host and port have in the file. */
SS_MUST_USE ss_err ss_hostkeys_name(ss_span host, uint16_t port, struct ss_buf *out);

#endif
