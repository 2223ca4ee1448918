/* SPDX-License-Identifier: Apache-2.0 */
/* sshsig.h - signatures of files by SSH keys, as `ssh-keygen -Y` makes them.
 *
 * Owns: struct ss_sshsig, a signature taken apart.
 * Not here: who is allowed to sign what (allowed_signers), signatures of the protocol (key.h).
 * Follows: OpenSSH PROTOCOL.sshsig.
 *
 * | call             | does                                                             |
 * |------------------|------------------------------------------------------------------|
 * | ss_sshsig_sign   | signs a message for a namespace; gives armoured text             |
 * | ss_sshsig_read   | takes armoured text apart; nothing is verified yet               |
 * | ss_sshsig_verify | does it sign this message for this namespace?                    |
 * | ss_sshsig_write  | the text again                                                   |
 *
 * A valid signature says that the holder of sig->key made it. Whether that key may speak is the
 * caller's to decide: compare it with one that is known.
 *
 * Errors of reading: SS_E_bad_key_file with field and offset (the text is no signature),
 * SS_E_unsupported (version, hash, kind of key). Of verifying: SS_E_bad_signature, also for another
 * namespace, for RSA with SHA-1, and for an algorithm that is not in the registry. */
#ifndef SSHSPEC_SSHSIG_H
#define SSHSPEC_SSHSIG_H

#include "sshspec/key.h"

#define SS_SSHSIG_FILE_MAX (1 << 20) /* bytes of text that are looked at */
#define SS_SSHSIG_NAMESPACE_MAX 1024

struct ss_sshsig {
    struct ss_buf blob;             /* the whole signature; the spans point into it */
    struct ss_key *key;             /* who claims to have signed; public */
    ss_span name_space;             /* "file", "git", "name@domain" */
    ss_span reserved;               /* signed too; empty today */
    const struct ss_hash_alg *hash; /* SHA-256 or SHA-512 of the message is what is signed */
    ss_span signature;              /* SSH signature blob */
};

/* Appends armoured text. hash: &ss_hash_sha256, &ss_hash_sha512, or null for the second. The
 * namespace is not empty (SS_E_bad_argument). RSA signs with rsa-sha2-512, others with the first
 * algorithm of the registry that fits. */
SS_MUST_USE ss_err ss_sshsig_sign(const struct ss_key *key, const struct ss_env *env,
                                  const struct ss_registry *registry, ss_span name_space,
                                  const struct ss_hash_alg *hash, ss_span message,
                                  struct ss_buf *out_text);
/* out is finished by ss_sshsig_fini after success. out_error may be null. */
SS_MUST_USE ss_err ss_sshsig_read(const struct ss_env *env, ss_span text, struct ss_sshsig *out,
                                  struct ss_key_error *out_error);
SS_MUST_USE ss_err ss_sshsig_verify(const struct ss_sshsig *sig, const struct ss_registry *registry,
                                    ss_span name_space, ss_span message);
SS_MUST_USE ss_err ss_sshsig_write(const struct ss_sshsig *sig, struct ss_buf *out_text);
void ss_sshsig_fini(struct ss_sshsig *sig);

#endif
