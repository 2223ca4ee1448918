/* SPDX-License-Identifier: Apache-2.0 */
/* fingerprint.h - names of keys that people compare: digests, words, pictures.
 *
 * Owns: nothing; results go to buffers of the caller's.
 * Not here: the SHA-256 fingerprint that is everywhere, ss_key_fingerprint of key.h.
 * Follows: ssh-keygen(1), options -l, -v, -B and -E; the picture walks as OpenSSH's does.
 *
 * | call                   | appends                                                     |
 * |------------------------|-------------------------------------------------------------|
 * | ss_fingerprint         | "SHA256:" and base64, or "MD5:" and pairs of hex digits     |
 * | ss_fingerprint_art     | eleven lines of a picture                                   |
 * | ss_fingerprint_babble  | "xesef-...-xyxax": pronounceable words over SHA-1           | */
#ifndef SSHSPEC_FINGERPRINT_H
#define SSHSPEC_FINGERPRINT_H

#include "sshspec/key.h"

enum ss_fingerprint_hash { SS_FINGERPRINT_SHA256, SS_FINGERPRINT_MD5 };

/* blob: of a key; of a certified key, OpenSSH takes that of ss_key_plain. */
SS_MUST_USE ss_err ss_fingerprint(ss_span blob, enum ss_fingerprint_hash hash, struct ss_buf *out);
SS_MUST_USE ss_err ss_fingerprint_art(const struct ss_key *key, enum ss_fingerprint_hash hash,
                                      struct ss_buf *out);
SS_MUST_USE ss_err ss_fingerprint_babble(ss_span blob, struct ss_buf *out);
/* "ED25519", "ECDSA", "RSA", "ED25519-SK": the family of a key as ssh-keygen -l names it; a type
 * that it does not know is given as it is. */
const char *ss_key_family(const struct ss_key *key);

#endif
