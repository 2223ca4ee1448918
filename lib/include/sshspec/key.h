/* SPDX-License-Identifier: Apache-2.0 */
/* key.h - keys as SSH knows them: blobs, signatures, files, fingerprints, known hosts.
 *
 * Owns: struct ss_key (immutable, reference-counted), its text and file forms; struct ss_hostkeys.
 * Not here: mathematics (crypto.h), what a certificate says (cert.h), files on disk (net;
 *   everything here takes and gives bytes).
 * Follows: RFC 4253 section 6.6, RFC 5656 section 3, RFC 8332, RFC 8709; OpenSSH PROTOCOL.key,
 *   PROTOCOL.certkeys, PROTOCOL.u2f; sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT".
 *
 * | call                   | does                                                    |
 * |------------------------|---------------------------------------------------------|
 * | ss_key_from_blob       | public key from its wire form, certified or not         |
 * | ss_key_generate        | a new private key                                       |
 * | ss_key_read_private    | first key of an openssh-key-v1 file                     |
 * | ss_key_write_private   | the same, unencrypted                                   |
 * | ss_key_read_line       | "ssh-ed25519 AAAA... comment"                           |
 * | ss_key_sign / _verify  | SSH signature blobs                                     |
 * | ss_key_fits            | whether an algorithm is one of this key                 |
 * | ss_hostkeys_*          | known_hosts, plain and hashed, kept line by line        |
 *
 * A certified key is a key whose blob is a certificate; the key inside is ss_key_plain. A security
 * key (sk-...) signs more than the data, and its secret is elsewhere: only a software
 * authenticator, which keeps the secret as its key handle, can sign here.
 *
 * Errors: SS_E_bad_key, SS_E_bad_certificate, SS_E_bad_key_file, SS_E_key_encrypted,
 * SS_E_unsupported (a type we do not speak), SS_E_bad_signature. Where a blob or a file is refused,
 * struct ss_key_error has the byte offset and what was wrong.
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
/* The same, and says what was wrong; out_error may be null. */
SS_MUST_USE ss_err ss_key_read_blob(const struct ss_env *env, ss_span blob, struct ss_key **out_key,
                                    struct ss_key_error *out_error);
/* A security key is a software authenticator for the application "ssh:". */
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
/* The key inside a certificate, which is the key itself when there is none. It lives as long as
 * the key. */
const struct ss_key *ss_key_plain(const struct ss_key *key);
enum ss_key_kind ss_key_kind(const struct ss_key *key);
unsigned ss_key_bits(const struct ss_key *key);
const char *ss_key_comment(const struct ss_key *key);
bool ss_key_is_private(const struct ss_key *key);
bool ss_key_equal(const struct ss_key *a, const struct ss_key *b); /* public parts */
/* Appends "SHA256:..." without padding. */
SS_MUST_USE ss_err ss_key_fingerprint(ss_span blob, struct ss_buf *out);

/* Appends the signature blob: string algorithm, string signature. The algorithm of a certified key
 * signs under the name of its plain one. */
SS_MUST_USE ss_err ss_key_sign(const struct ss_key *key, const struct ss_env *env,
                               const struct ss_sign_alg *alg, ss_span data,
                               struct ss_buf *out_blob);
/* The blob's algorithm name must be alg's, or its plain one's (SS_E_bad_signature otherwise); a
 * short RSA signature is padded on the left to the modulus. A security key's must say that
 * somebody was present. */
SS_MUST_USE ss_err ss_key_verify(const struct ss_key *key, const struct ss_env *env,
                                 const struct ss_sign_alg *alg, ss_span data, ss_span blob);
/* What a security key says with a signature. Zero for other keys. */
enum { SS_SK_PRESENCE = 0x01, SS_SK_VERIFICATION = 0x04, SS_SK_RESIDENT = 0x20 };
struct ss_sk_detail {
    bool there;    /* the signature was made by a security key */
    uint8_t flags; /* SS_SK_PRESENCE: somebody touched it; SS_SK_VERIFICATION: it knows whom */
    uint32_t counter;
};
/* As ss_key_verify, but whether anybody was present is the caller's to judge. */
SS_MUST_USE ss_err ss_key_verify_detail(const struct ss_key *key, const struct ss_env *env,
                                        const struct ss_sign_alg *alg, ss_span data, ss_span blob,
                                        struct ss_sk_detail *out_detail);
/* Whether this algorithm is one that a key of this type, certified or not, is offered under. */
bool ss_key_fits(const struct ss_key *key, const struct ss_sign_alg *alg);
/* The algorithm of this registry that fits the key best; null when none does. */
const struct ss_sign_alg *ss_key_default_alg(const struct ss_key *key,
                                             const struct ss_registry *registry);

/* ---- security keys ---- */

/* A software authenticator; flags as it asks of itself and puts into its signatures. */
SS_MUST_USE ss_err ss_key_generate_sk(const struct ss_env *env, enum ss_key_kind kind,
                                      ss_span application, uint8_t flags, ss_span comment,
                                      struct ss_key **out_key);
ss_span ss_key_application(const struct ss_key *key); /* empty for other keys */

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
