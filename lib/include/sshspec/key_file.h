/* SPDX-License-Identifier: Apache-2.0 */
/* key_file.h - keys in files: every format that SSH programs read or write.
 *
 * Owns: struct ss_key_file, the keys that one file held.
 * Not here: files on disk and modes (net), key lines of authorized_keys with options, certificates.
 * Follows: OpenSSH PROTOCOL.key; RFC 8017, 5915, 5958, 8018, 7914, 8410 (PKCS#1, SEC 1, PKCS#8);
 *   RFC 1421 section 4.6 (Proc-Type, DEK-Info); RFC 4716; PuTTY manual, appendix C.
 *
 * | call                     | does                                                          |
 * |--------------------------|---------------------------------------------------------------|
 * | ss_key_read_any          | the first key of a file of any format                         |
 * | ss_key_file_read         | all keys of it, its format and how it is encrypted            |
 * | ss_key_file_read_public  | their public halves, without a passphrase where a format      |
 * |                          | keeps them in the clear: openssh, PPK and all public formats  |
 * | ss_key_write_openssh, _pem, _pkcs8, _ppk | private keys, with or without a passphrase    |
 * | ss_key_write_rfc4716, _spki              | public keys; ss_key_write_line is in key.h    |
 *
 * Nothing ever asks for a passphrase: a span with null data is none, and an encrypted file is then
 * SS_E_key_encrypted. An empty passphrase is one, though OpenSSH and PuTTY know none such.
 *
 * A wrong passphrase (SS_E_wrong_passphrase) and a damaged file (SS_E_bad_key_file) are told apart
 * as far as each format lets them:
 *   openssh with a CBC or CTR cipher: by the check integers. Damage to the first block looks like
 *     a wrong passphrase, damage behind it is damage.
 *   openssh with GCM or chacha20-poly1305, PPK: one tag over all. Any damage to what it covers
 *     looks like a wrong passphrase.
 *   PEM with DEK-Info, encrypted PKCS#8: nothing but padding and ASN.1. Anything that comes out as
 *     no key counts as a wrong passphrase, and a wrong one passes only by the chance that a key
 *     comes out.
 *
 * Errors: SS_E_bad_key_file with field and offset; SS_E_key_encrypted; SS_E_wrong_passphrase;
 * SS_E_unsupported (format, cipher, kind of key); SS_E_too_many (derivation over the limits, or too
 * many keys). Reading takes at most SS_KEY_FILE_MEMORY bytes from env, whatever the file says; what
 * scrypt and Argon2 take is bounded by the limits and comes from their libraries.
 *
 * Example: KEY [PASSPHRASE-FILE]. Shows which format a file has and writes its key as PKCS#8.
 *
 *     #include <stdio.h>
 *
 *     #include "sshspec/key_file.h"
 *     #include "sshspec/net.h"
 *
 *     static int show(ss_span text, ss_span passphrase)
 *     {
 *         struct ss_key_error where = {0, 0, "memory"};
 *         struct ss_key_file file;
 *         struct ss_buf out;
 *         ss_err err = ss_key_file_read(ss_system_env(), text, passphrase, NULL, &file, &where);
 *
 *         if (err != SS_OK) {
 *             fprintf(stderr, "%s: %s at %zu\n", ss_err_text(err), where.field, where.offset);
 *             return 1;
 *         }
 *         ss_buf_init(&out, ss_system_env(), SS_KEY_FILE_MAX);
 *         err = ss_key_write_pkcs8(file.keys[0], NULL, &out);
 *         printf("%s, %zu keys, %s\n", ss_key_format_name(file.format), file.count,
 *                ss_key_type(file.keys[0]));
 *         if (err == SS_OK)
 *             printf("%.*s", (int)ss_buf_size(&out), (const char *)ss_buf_at(&out));
 *         ss_buf_fini(&out);
 *         ss_key_file_fini(&file);
 *         return err == SS_OK ? 0 : 1;
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         struct ss_buf text, passphrase;
 *         ss_span none = {NULL, 0};
 *         int status = 1;
 *
 *         ss_buf_init(&text, ss_system_env(), SS_KEY_FILE_MAX);
 *         ss_buf_init(&passphrase, ss_system_env(), 1024);
 *         text.secret = passphrase.secret = true;
 *         if (argc > 1 && ss_file_read(argv[1], SS_KEY_FILE_MAX, &text, NULL) == SS_OK &&
 *             (argc < 3 || ss_file_read(argv[2], 1024, &passphrase, NULL) == SS_OK))
 *             status = show(ss_buf_span(&text), argc > 2 ? ss_buf_span(&passphrase) : none);
 *         ss_buf_fini(&passphrase);
 *         ss_buf_fini(&text);
 *         return status;
 *     } */
#ifndef SSHSPEC_KEY_FILE_H
#define SSHSPEC_KEY_FILE_H

#include "sshspec/key.h"

#define SS_KEY_FILE_MAX (1 << 20)    /* bytes of a file that is looked at */
#define SS_KEY_FILE_MEMORY (1 << 20) /* most bytes of env while a file is read */
#define SS_KEY_FILE_KEYS 16          /* most keys of a file */

enum ss_key_format {
    SS_KEY_FORMAT_NONE,
    SS_KEY_FORMAT_OPENSSH, /* openssh-key-v1 */
    SS_KEY_FORMAT_PEM,     /* RSA, EC, DSA PRIVATE KEY */
    SS_KEY_FORMAT_PKCS8,   /* PRIVATE KEY, ENCRYPTED PRIVATE KEY */
    SS_KEY_FORMAT_PPK2,
    SS_KEY_FORMAT_PPK3,
    SS_KEY_FORMAT_LINE, /* "type base64 comment" */
    SS_KEY_FORMAT_RFC4716,
    SS_KEY_FORMAT_SPKI, /* PUBLIC KEY */
    SS_KEY_FORMAT_PKCS1 /* RSA PUBLIC KEY; read only */
};
/* "openssh", "pem", "pkcs8", "ppk2", "ppk3", "line", "rfc4716", "spki", "pkcs1"; "none". */
const char *ss_key_format_name(enum ss_key_format format);
/* SS_KEY_FORMAT_NONE when no format has that name. */
enum ss_key_format ss_key_format_of(ss_span name);

/* What a file may ask of us. */
struct ss_key_limits {
    uint32_t bcrypt_rounds;
    uint32_t pbkdf2_rounds;
    uint32_t memory;      /* KiB that Argon2 may take; scrypt too, but never over 32 MiB */
    uint64_t argon2_work; /* KiB times passes */
};
#define SS_BCRYPT_ROUNDS_MAX 2048
#define SS_PBKDF2_ROUNDS_MAX 10000000
#define SS_KDF_MEMORY_MAX (256 * 1024)
#define SS_ARGON2_WORK_MAX (UINT64_C(16) * 1024 * 1024)
extern const struct ss_key_limits ss_key_limits_standard; /* the four above */

struct ss_key_file {
    enum ss_key_format format;
    bool encrypted;
    char cipher[40]; /* as the file names it, or SSH's name for it; empty for none */
    char kdf[24];    /* "bcrypt", "md5", "pbes2", "Argon2id", "sha1"; empty for none */
    struct ss_key *keys[SS_KEY_FILE_KEYS];
    size_t count;
};

/* limits: null for the standard ones. out_error may be null. file may hold spans of nothing: free
 * it by ss_key_file_fini after success. */
SS_MUST_USE ss_err ss_key_file_read(const struct ss_env *env, ss_span file, ss_span passphrase,
                                    const struct ss_key_limits *limits, struct ss_key_file *out,
                                    struct ss_key_error *out_error);
SS_MUST_USE ss_err ss_key_file_read_public(const struct ss_env *env, ss_span file,
                                           struct ss_key_file *out, struct ss_key_error *out_error);
void ss_key_file_fini(struct ss_key_file *file);
/* Standard limits; other keys of the file are dropped. */
SS_MUST_USE ss_err ss_key_read_any(const struct ss_env *env, ss_span file, ss_span passphrase,
                                   struct ss_key **out_key, struct ss_key_error *out_error);

/* How a private key is protected; zeroed: not at all. */
struct ss_key_protection {
    ss_span passphrase; /* null data: none */
    const char *cipher; /* openssh only; null: aes256-ctr */
    uint32_t rounds;    /* bcrypt and PBKDF2; 0: 24, or 200000 for PKCS#8 */
    const char *argon2; /* PPK 3: "Argon2id", "Argon2i", "Argon2d"; null: the first */
    uint32_t memory;    /* PPK 3, KiB; 0: 8192 */
    uint32_t passes;    /* PPK 3; 0: 13 */
    uint32_t lanes;     /* PPK 3; 0: 1 */
};

/* All append, and nothing when they fail. protection may be null. SS_E_usage: a key without its
 * private half. SS_E_bad_argument: an empty passphrase where the format knows none, or a cipher,
 * rounds or Argon2 parameter that the reader above would refuse. SS_E_unsupported: the format has
 * no place for this kind of key. Only openssh, lines and RFC 4716 have a
 * place for certificates; of a certified key, the others take the key inside. */
SS_MUST_USE ss_err ss_key_write_openssh(const struct ss_key *const *keys, size_t count,
                                        const struct ss_key_protection *protection,
                                        struct ss_buf *out);
/* With a passphrase: AES-128-CBC under MD5, once over. Read by everything, and weak: a guess costs
 * an attacker next to nothing. The comment is lost. */
SS_MUST_USE ss_err ss_key_write_pem(const struct ss_key *key,
                                    const struct ss_key_protection *protection, struct ss_buf *out);
/* With a passphrase: AES-256-CBC under PBKDF2 with HMAC-SHA-256. The comment is lost. */
SS_MUST_USE ss_err ss_key_write_pkcs8(const struct ss_key *key,
                                      const struct ss_key_protection *protection,
                                      struct ss_buf *out);
/* format: SS_KEY_FORMAT_PPK2 or _PPK3. */
SS_MUST_USE ss_err ss_key_write_ppk(const struct ss_key *key, enum ss_key_format format,
                                    const struct ss_key_protection *protection, struct ss_buf *out);
/* The comment becomes the Comment header. */
SS_MUST_USE ss_err ss_key_write_rfc4716(const struct ss_key *key, struct ss_buf *out);
SS_MUST_USE ss_err ss_key_write_spki(const struct ss_key *key, struct ss_buf *out);

#endif
