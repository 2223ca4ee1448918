/* SPDX-License-Identifier: Apache-2.0 */
/* key_formats.h - the reader of each key format, and what they share.
 *
 * Owns: the job of reading one file.
 * Not here: which format a file has (key_file.c). */
#ifndef KEYS_KEY_FORMATS_H
#define KEYS_KEY_FORMATS_H

#include "keys/key_text.h"

enum ss_key_want { SS_KEY_WANT_ALL, SS_KEY_WANT_PUBLIC };

struct ss_key_job {
    const struct ss_env *env;
    ss_span passphrase;
    const struct ss_key_limits *limits;
    enum ss_key_want want;
    struct ss_key_text text;
    struct ss_buf base64, data; /* scratch, secret */
    struct ss_key_error error;
    struct ss_key_file file; /* what was found so far; the job owns its keys until the end */
};

/* take: key, also when it fails. */
SS_MUST_USE ss_err ss_key_job_add(struct ss_key_job *job, struct ss_key *take);
/* Notes how the file is encrypted. */
void ss_key_job_sealed(struct ss_key_job *job, ss_span cipher, const char *kdf);
/* A public key from its blob, with a comment; a mistake is at that place of the data. */
SS_MUST_USE ss_err ss_key_job_add_blob(struct ss_key_job *job, ss_span blob, ss_span comment,
                                       size_t at, const char *field);
/* Mistakes of a parse become the job's error. */
ss_err ss_key_job_settle(struct ss_key_job *job, const struct ss_key_parse *parse, ss_err err);

/* Each is called behind the line that told the format; line: that line. */
SS_MUST_USE ss_err ss_key_openssh_read(struct ss_key_job *job, ss_span label);
SS_MUST_USE ss_err ss_key_pem_read(struct ss_key_job *job, const struct ss_key_line *line,
                                   ss_span label);
SS_MUST_USE ss_err ss_key_ppk_read(struct ss_key_job *job, const struct ss_key_line *line);
SS_MUST_USE ss_err ss_key_rfc4716_read(struct ss_key_job *job);
bool ss_key_pem_label(ss_span label); /* is it one that ss_key_pem_read reads? */

#define SS_KEY_OPENSSH_LABEL "OPENSSH PRIVATE KEY"
#define SS_KEY_OPENSSH_MAGIC "openssh-key-v1"
#define SS_KEY_PPK_MARK "PuTTY-User-Key-File-"
#define SS_KEY_RFC4716_BEGIN "---- BEGIN SSH2 PUBLIC KEY ----"
#define SS_KEY_RFC4716_END "---- END SSH2 PUBLIC KEY ----"

#endif
