/* SPDX-License-Identifier: Apache-2.0 */
/* proof.c - a server proves that it holds the host keys that it announces.
 *
 * Owns: what is signed, the answer to a request for proofs, the check of one proof.
 * Not here: the messages (connection, their owners), what known_hosts makes of it (known_hosts.c).
 * Called by: lib/server on hostkeys-prove-00@openssh.com, lib/client on its answer.
 * Follows: draft-ietf-sshm-hostkey-update section 2; OpenSSH PROTOCOL section 2.5. */
#include "keys/key_impl.h"

enum { KEYS_MOST = 64, DATA_MOST = 65536 };

/* rule: HOSTKEYS-2.2-prove-signed-data */
static ss_err proof_data(ss_span session_id, ss_span blob, struct ss_buf *out)
{
    struct ss_writer writer;

    ss_writer_init(&writer, out);
    ss_writer_cstring(&writer, SS_HOSTKEYS_PROVE);
    ss_writer_string(&writer, session_id);
    ss_writer_string(&writer, blob);
    return ss_writer_done(&writer);
}

static size_t find(const struct ss_key *const *keys, ss_span blob)
{
    size_t i;

    for (i = 0; keys[i] != NULL; i++) {
        if (ss_span_eq(ss_key_blob(keys[i]), blob))
            break;
    }
    return i;
}

static ss_err prove_one(const struct ss_env *env, const struct ss_key *key,
                        const struct ss_sign_alg *alg, ss_span session_id, struct ss_buf *out)
{
    struct ss_buf data, signature;
    struct ss_writer writer;
    ss_err err;

    ss_buf_init(&data, env, DATA_MOST);
    ss_buf_init(&signature, env, DATA_MOST);
    err = proof_data(session_id, ss_key_blob(key), &data);
    if (err == SS_OK)
        err = ss_key_sign(key, env, alg, ss_buf_span(&data), &signature);
    ss_writer_init(&writer, out);
    ss_writer_string(&writer, ss_buf_span(&signature));
    if (err == SS_OK)
        err = ss_writer_done(&writer);
    ss_buf_fini(&signature);
    ss_buf_fini(&data);
    return err;
}

/* The algorithm of the exchange where it fits the key, so that a client that refuses SHA-1 gets
 * what it can check. */
static const struct ss_sign_alg *alg_of(const struct ss_key *key,
                                        const struct ss_registry *registry,
                                        const struct ss_sign_alg *agreed)
{
    if (agreed != NULL && ss_key_fits(key, agreed))
        return agreed;
    return ss_key_default_alg(key, registry);
}

/* Each key signs once a request, so that a request cannot be made to cost more than the keys are.
 */
ss_err ss_hostkeys_prove(const struct ss_env *env, const struct ss_registry *registry,
                         const struct ss_sign_alg *agreed, const struct ss_key *const *keys,
                         ss_span session_id, const ss_span *blobs, size_t count, struct ss_buf *out)
{
    size_t before = ss_buf_size(out), i, at;
    bool done[KEYS_MOST] = {false};
    ss_err err = count > 0 && keys != NULL ? SS_OK : SS_E_not_found;

    for (i = 0; err == SS_OK && i < count; i++) {
        at = find(keys, blobs[i]);
        if (at >= KEYS_MOST || keys[at] == NULL || done[at])
            err = SS_E_not_found;
        else if (alg_of(keys[at], registry, agreed) == NULL)
            err = SS_E_unsupported;
        else
            err = prove_one(env, keys[at], alg_of(keys[at], registry, agreed), session_id, out);
        if (err == SS_OK)
            done[at] = true;
    }
    if (err != SS_OK)
        ss_buf_truncate(out, before);
    return err;
}

ss_err ss_hostkeys_proven(const struct ss_env *env, const struct ss_registry *registry,
                          const struct ss_key *key, ss_span session_id, ss_span signature)
{
    const struct ss_sign_alg *alg;
    struct ss_reader reader;
    struct ss_buf data;
    ss_err err;

    ss_reader_init(&reader, signature);
    alg = ss_registry_sign(registry, ss_reader_string(&reader));
    if (reader.err != SS_OK || alg == NULL || !ss_key_fits(key, alg))
        return SS_E_bad_signature;
    ss_buf_init(&data, env, DATA_MOST);
    err = proof_data(session_id, ss_key_blob(key), &data);
    if (err == SS_OK)
        err = ss_key_verify(key, env, alg, ss_buf_span(&data), signature);
    ss_buf_fini(&data);
    return err;
}
