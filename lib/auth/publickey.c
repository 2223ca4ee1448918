/* SPDX-License-Identifier: Apache-2.0 */
/* publickey.c - the public key method, both roles.
 *
 * Owns: what is signed, which signature algorithm is used, what is verified before the owner is
 *   asked.
 * Not here: whether a key belongs to a user (the owner), signatures themselves (key.h).
 * Called by: client.c, server.c.
 * Follows: RFC 4252 section 7; RFC 8332 sections 3.2 and 3.3; RFC 8308 section 3.1. */
#include "state.h"

#include "sshspec/text.h"

enum { SIGNED_MOST = 1 << 17 };

/* ---- client ---- */

/* The first algorithm of the registry that fits the key and that the server takes. Without
 * server-sig-algs nothing is assumed. rule: RFC8308-3.1-no-assumption-without */
static const struct ss_sign_alg *choose(const struct ss_auth *auth, const struct ss_key *key)
{
    const struct ss_registry *registry = auth->link->config->registry;
    ss_span taken = auth->link->server_sig_algs;

    if (taken.data == NULL)
        return ss_key_default_alg(key, registry);
    for (const struct ss_sign_alg *const *at = registry->sign; *at != NULL; at++) {
        if (strcmp((*at)->key_type, ss_key_type(key)) == 0 &&
            ss_namelist_has(taken, ss_span_of((*at)->name)))
            return *at;
    }
    return NULL;
}

/* string session identifier, then the request up to and including the key blob.
 * rule: RFC4252-7-signature-covers-session-id */
static ss_err signed_data(const struct ss_auth *auth, ss_span user,
                          const struct ss_tail_userauth_request_publickey *body, struct ss_buf *out)
{
    struct ss_writer writer;

    ss_writer_init(&writer, out);
    ss_writer_string(&writer, auth->link->session_id);
    ss_writer_byte(&writer, 50);
    ss_writer_string(&writer, user);
    ss_writer_cstring(&writer, "ssh-connection");
    ss_writer_cstring(&writer, "publickey");
    ss_writer_boolean(&writer, true);
    ss_writer_string(&writer, body->algorithm);
    ss_writer_string(&writer, body->blob);
    return ss_writer_done(&writer);
}

static ss_err sign(struct ss_auth *auth, const struct ss_sign_alg *alg,
                   struct ss_tail_userauth_request_publickey *body)
{
    const struct ss_env *env = auth->link->env;
    struct ss_buf data, blob;
    ss_err err;

    ss_buf_init(&data, env, SIGNED_MOST);
    ss_buf_init(&blob, env, SIGNED_MOST);
    err = signed_data(auth, ss_buf_span(&auth->client.user), body, &data);
    if (err == SS_OK)
        err = ss_key_sign(auth->client.key, env, alg, ss_buf_span(&data), &blob);
    if (err == SS_OK)
        err = ss_arena_copy(auth->link->arena, ss_buf_span(&blob), &body->signature);
    ss_buf_fini(&data);
    ss_buf_fini(&blob);
    return err;
}

ss_err ss_auth_publickey_fill(struct ss_auth *auth, bool with_signature,
                              struct ss_tail_userauth_request_publickey *body)
{
    const struct ss_sign_alg *alg = choose(auth, auth->client.key);

    if (alg == NULL)
        return SS_E_unsupported;
    body->has_signature = with_signature;
    body->algorithm = ss_span_of(alg->name);
    body->blob = ss_key_blob(auth->client.key);
    return with_signature ? sign(auth, alg, body) : SS_OK;
}

/* rule: RFC4252-7-client-unmatched-pk-ok */
ss_err ss_auth_publickey_take(struct ss_auth *auth, const struct ss_msg_userauth_pk_ok *msg)
{
    struct ss_event event = {.type = SS_EVENT_AUTH_PK_OK};

    if (!auth->client.outstanding)
        return ss_auth_fail(auth, SS_E_unasked_reply, NULL, NULL);
    if (!ss_span_eq(msg->algorithm, ss_buf_span(&auth->client.sent_algorithm)))
        return ss_auth_fail(auth, SS_E_bad_value, "algorithm", "RFC4252-7-client-unmatched-pk-ok");
    if (!ss_span_eq(msg->blob, ss_buf_span(&auth->client.sent_blob)))
        return ss_auth_fail(auth, SS_E_bad_value, "blob", "RFC4252-7-client-unmatched-pk-ok");
    auth->client.outstanding = false;
    return auth->link->event(auth->link, &event);
}

/* ---- server ---- */

static bool allowed(const struct ss_auth *auth, ss_span algorithm)
{
    const char *list = auth->link->config->user_algorithms;

    return list == NULL || ss_namelist_has(ss_span_of(list), algorithm);
}

/* The signature stands at the end of the payload, behind its length. */
static ss_err verify(struct ss_auth *auth, const struct ss_sign_alg *alg,
                     const struct ss_tail_userauth_request_publickey *body)
{
    ss_span payload = ss_buf_span(&auth->server.payload);
    struct ss_writer writer;
    struct ss_buf data;
    ss_err err;

    ss_buf_init(&data, auth->link->env, SIGNED_MOST);
    ss_writer_init(&writer, &data);
    ss_writer_string(&writer, auth->link->session_id);
    ss_writer_bytes(&writer, ss_span_part(payload, 0, payload.size - body->signature.size - 4));
    err = ss_writer_done(&writer);
    if (err == SS_OK)
        err = ss_key_verify(auth->server.key, auth->link->env, alg, ss_buf_span(&data),
                            body->signature);
    ss_buf_fini(&data);
    return err;
}

ss_err ss_auth_publickey_try(struct ss_auth *auth,
                             const struct ss_tail_userauth_request_publickey *body, bool *out_asks)
{
    struct ss_auth_try *attempt = &auth->server.attempt;
    const struct ss_sign_alg *alg = ss_registry_sign(auth->link->config->registry, body->algorithm);
    ss_err err;

    *out_asks = false;
    attempt->algorithm = body->algorithm;
    attempt->blob = body->blob;
    attempt->query = !body->has_signature;
    if (alg == NULL || !allowed(auth, body->algorithm))
        return SS_OK; /* rule: RFC4252-7-unsupported-alg-rejected */
    err = ss_key_from_blob(auth->link->env, body->blob, &auth->server.key);
    if (err == SS_E_no_memory)
        return err;
    if (err != SS_OK || strcmp(ss_key_type(auth->server.key), alg->key_type) != 0)
        return SS_OK;
    attempt->key = auth->server.key;
    if (attempt->query) {
        *out_asks = true;
        return SS_OK;
    }
    err = verify(auth, alg, body);
    if (err == SS_E_no_memory)
        return err;
    attempt->signed_ok = err == SS_OK;
    *out_asks = attempt->signed_ok; /* rule: RFC4252-7-key-and-signature-checked */
    return SS_OK;
}
