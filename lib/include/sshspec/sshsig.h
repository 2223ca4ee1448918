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
 * namespace, for RSA with SHA-1, and for an algorithm that is not in the registry.
 *
 * Example: SIGNATURE MESSAGE. Verifies what `ssh-keygen -Y sign -n file` has signed.
 *
 *     #include <stdio.h>
 *
 *     #include "sshspec/net.h"
 *     #include "sshspec/sshsig.h"
 *
 *     static int verify(ss_span text, ss_span message)
 *     {
 *         struct ss_key_error where = {0, 0, "memory"};
 *         struct ss_sshsig sig;
 *         struct ss_buf name;
 *         ss_err err = ss_sshsig_read(ss_system_env(), text, &sig, &where);
 *
 *         if (err != SS_OK) {
 *             fprintf(stderr, "%s: %s at %zu\n", ss_err_text(err), where.field, where.offset);
 *             return 1;
 *         }
 *         ss_buf_init(&name, ss_system_env(), 128);
 *         err = ss_sshsig_verify(&sig, ss_registry_standard(), ss_span_of("file"), message);
 *         if (ss_key_fingerprint(ss_key_blob(sig.key), &name) == SS_OK)
 *             printf("%.*s: %s\n", (int)ss_buf_size(&name), (const char *)ss_buf_at(&name),
 *                    err == SS_OK ? "signed" : ss_err_text(err));
 *         ss_buf_fini(&name);
 *         ss_sshsig_fini(&sig);
 *         return err == SS_OK ? 0 : 1;
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         struct ss_buf text, message;
 *         int status = 1;
 *
 *         ss_buf_init(&text, ss_system_env(), SS_SSHSIG_FILE_MAX);
 *         ss_buf_init(&message, ss_system_env(), 1 << 30);
 *         if (argc > 2 && ss_file_read(argv[1], SS_SSHSIG_FILE_MAX, &text, NULL) == SS_OK &&
 *             ss_file_read(argv[2], 1 << 30, &message, NULL) == SS_OK)
 *             status = verify(ss_buf_span(&text), ss_buf_span(&message));
 *         ss_buf_fini(&message);
 *         ss_buf_fini(&text);
 *         return status;
 *     } */
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
