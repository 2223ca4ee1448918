/* SPDX-License-Identifier: Apache-2.0 */
/* publickey.c - the public key method, both roles.
 *
 * Owns: what is signed, which signature algorithm is used, what is verified before the owner is
 *   asked.
 * Not here: whether a key belongs to a user (the owner), signatures themselves (key.h).
 * Called by: client.c, server.c.
 * Follows: RFC 4252 section 7; RFC 8332 sections 3.2 and 3.3; RFC 8308 section 3.1; OpenSSH
 * PROTOCOL 3.1 (publickey-hostbound-v00@openssh.com). */
#include "auth/state.h"

#include "sshspec/text.h"

enum {
    REQUEST = 50,
    DATA_MOST = 1024 * 1024 /* what is signed: no longer than the longest packet */
};

static const char hostbound[] = "publickey-hostbound-v00@openssh.com";

bool ss_auth_publickey_read(const struct ss_msg_userauth_request *request,
                            struct ss_auth_pubkey *out)
{
    const struct ss_tail_userauth_request_publickey_hostbound *bound = request->body.value;
    const struct ss_tail_userauth_request_publickey *plain = request->body.value;

    memset(out, 0, sizeof *out);
    if (request->body.def == NULL)
        return false;
    if (request->body.def->id == SS_TAIL_userauth_request_publickey) {
        out->has_signature = plain->has_signature;
        out->algorithm = plain->algorithm;
        out->blob = plain->blob;
        out->signature = plain->signature;
        return true;
    }
    if (request->body.def->id != SS_TAIL_userauth_request_publickey_hostbound)
        return false;
    out->hostbound = true;
    out->has_signature = bound->has_signature;
    out->algorithm = bound->algorithm;
    out->blob = bound->blob;
    out->host_key = bound->server_host_key;
    out->signature = bound->signature;
    return true;
}

static void write_back(struct ss_msg_userauth_request *request, const struct ss_auth_pubkey *key)
{
    struct ss_tail_userauth_request_publickey_hostbound *bound = request->body.value;
    struct ss_tail_userauth_request_publickey *plain = request->body.value;

    if (!key->hostbound) {
        plain->has_signature = key->has_signature;
        plain->algorithm = key->algorithm;
        plain->blob = key->blob;
        plain->signature = key->signature;
        return;
    }
    bound->has_signature = key->has_signature;
    bound->algorithm = key->algorithm;
    bound->blob = key->blob;
    bound->server_host_key = key->host_key;
    bound->signature = key->signature;
}

/* string session identifier, then the request up to the signature.
 * rule: RFC4252-7-signature-covers-session-id, OSSH-3.1-hostbound-format */
static ss_err signed_data(const struct ss_auth *auth, ss_span user,
                          const struct ss_auth_pubkey *key, struct ss_buf *out)
{
    struct ss_writer writer;

    ss_writer_init(&writer, out);
    ss_writer_string(&writer, auth->link->session_id);
    ss_writer_byte(&writer, REQUEST);
    ss_writer_string(&writer, user);
    ss_writer_cstring(&writer, "ssh-connection");
    ss_writer_cstring(&writer, key->hostbound ? hostbound : "publickey");
    ss_writer_boolean(&writer, true);
    ss_writer_string(&writer, key->algorithm);
    ss_writer_string(&writer, key->blob);
    if (key->hostbound)
        ss_writer_string(&writer, key->host_key);
    return ss_writer_done(&writer);
}

/* ---- client ---- */

/* server-sig-algs has names of signatures; those of certified keys are those of plain ones. */
static bool takes(ss_span list, const struct ss_sign_alg *alg)
{
    return ss_namelist_has(list, ss_span_of(alg->name)) ||
           (alg->plain != NULL && ss_namelist_has(list, ss_span_of(alg->plain->name)));
}

/* server-sig-algs chooses among several algorithms of one key type (RFC 8332 section 3.3). Where a
 * type has one only there is nothing to choose, and servers are about that leave such types out
 * of the list; without the list nothing is assumed. rule: RFC8308-3.1-no-assumption-without */
const struct ss_sign_alg *ss_auth_publickey_alg(const struct ss_auth *auth,
                                                const struct ss_key *key)
{
    const struct ss_registry *registry = auth->link->config->registry;
    const struct ss_sign_alg *best = ss_key_default_alg(key, registry);
    ss_span taken = auth->link->server_sig_algs;
    const struct ss_sign_alg *const *at;
    size_t several = 0;

    if (best == NULL || taken.data == NULL || takes(taken, best))
        return best;
    for (at = registry->sign; *at != NULL; at++) {
        if (!ss_key_fits(key, *at))
            continue;
        if (takes(taken, *at))
            return *at;
        several++;
    }
    return several > 1 ? NULL : best;
}

static ss_err sign(struct ss_auth *auth, ss_span user, struct ss_auth_pubkey *key)
{
    const struct ss_env *env = auth->link->env;
    struct ss_buf data, blob;
    ss_err err;

    ss_buf_init(&data, env, DATA_MOST);
    ss_buf_init(&blob, env, DATA_MOST);
    err = signed_data(auth, user, key, &data);
    if (err == SS_OK)
        err = ss_key_sign(auth->client.key, env, auth->client.alg, ss_buf_span(&data), &blob);
    if (err == SS_OK)
        err = ss_arena_copy(auth->link->arena, ss_buf_span(&blob), &key->signature);
    ss_buf_fini(&data);
    ss_buf_fini(&blob);
    return err;
}

enum ss_msgid ss_auth_publickey_tail(const struct ss_auth *auth)
{
    const struct ss_link *link = auth->link;

    return link->config->hostbound && link->peer_hostbound && link->initial_host_key.size > 0
               ? SS_TAIL_userauth_request_publickey_hostbound
               : SS_TAIL_userauth_request_publickey;
}

ss_err ss_auth_publickey_fill(struct ss_auth *auth, bool with_signature,
                              struct ss_msg_userauth_request *request)
{
    struct ss_auth_pubkey key;

    (void)ss_auth_publickey_read(request, &key);
    key.has_signature = with_signature;
    key.algorithm = ss_span_of(auth->client.alg->name);
    key.blob = ss_key_blob(auth->client.key);
    key.host_key = auth->link->initial_host_key;
    if (with_signature)
        SS_TRY(sign(auth, request->user, &key));
    write_back(request, &key);
    return SS_OK;
}

/* With several requests under way, which only a script has, nobody knows which one is meant.
 * rule: RFC4252-7-client-unmatched-pk-ok */
ss_err ss_auth_publickey_take(struct ss_auth *auth, const struct ss_msg_userauth_pk_ok *msg)
{
    struct ss_event event = {.type = SS_EVENT_AUTH_PK_OK};
    const struct ss_auth_client *client = &auth->client;
    bool alone = client->outstanding == 1;

    if (client->outstanding == 0 || (alone && !client->sent_query))
        return ss_auth_fail(auth, SS_E_unasked_reply, NULL, "RFC4252-7-client-unmatched-pk-ok");
    if (alone && !ss_span_eq(msg->algorithm, ss_buf_span(&client->sent_algorithm)))
        return ss_auth_fail(auth, SS_E_bad_value, "algorithm", "RFC4252-7-client-unmatched-pk-ok");
    if (alone && !ss_span_eq(msg->blob, ss_buf_span(&client->sent_blob)))
        return ss_auth_fail(auth, SS_E_bad_value, "blob", "RFC4252-7-client-unmatched-pk-ok");
    (void)ss_auth_client_settle(auth);
    return auth->link->event(auth->link, &event);
}

/* ---- server ---- */

static ss_err allowed(const struct ss_auth *auth, ss_span algorithm, bool *out_is)
{
    const struct ss_config *config = auth->link->config;
    struct ss_buf list;
    ss_err err;

    ss_buf_init(&list, auth->link->env, DATA_MOST);
    err = ss_config_names(config, SS_NAMES_HOST_KEY, config->user_algorithms, &list);
    *out_is = err == SS_OK && ss_namelist_has(ss_buf_span(&list), algorithm);
    ss_buf_fini(&list);
    return err;
}

/* Not the key's fault but ours: it must not be taken for a refusal. */
static bool ours(ss_err err)
{
    return ss_err_class_of(err) == SS_CLASS_RESOURCE;
}

/* What was signed for another server is of no use here. rule: OSSH-3.1-hostbound-key-checked */
static bool binds(const struct ss_auth *auth, const struct ss_auth_pubkey *body)
{
    return auth->link->config->hostbound &&
           ss_span_eq(body->host_key, auth->link->initial_host_key);
}

static ss_err verify(struct ss_auth *auth, const struct ss_sign_alg *alg,
                     const struct ss_auth_pubkey *body)
{
    struct ss_sk_detail detail = {false, 0, 0};
    struct ss_buf data;
    ss_err err;

    ss_buf_init(&data, auth->link->env, DATA_MOST);
    err = signed_data(auth, auth->server.attempt.user, body, &data);
    if (err == SS_OK)
        err = ss_key_verify_detail(auth->server.key, auth->link->env, alg, ss_buf_span(&data),
                                   body->signature, &detail);
    ss_buf_fini(&data);
    if (err != SS_OK)
        return err;
    auth->server.attempt.sk_flags = detail.flags;
    return detail.there && (detail.flags & SS_SK_PRESENCE) == 0 ? SS_E_bad_signature : SS_OK;
}

/* The list is asked before the key is parsed. What cannot be used is refused, it is no protocol
 * error. The signature must carry the request's algorithm: ss_key_verify sees to that.
 * rule: RFC4252-7-unsupported-alg-rejected, RFC4252-7-query-answered, RFC8332-3.2-server-mismatch
 */
ss_err ss_auth_publickey_try(struct ss_auth *auth, const struct ss_auth_pubkey *body,
                             bool *out_asks)
{
    const struct ss_sign_alg *alg = ss_registry_sign(auth->link->config->registry, body->algorithm);
    struct ss_auth_try *attempt = &auth->server.attempt;
    bool may = false;
    ss_err err;

    *out_asks = false;
    attempt->algorithm = body->algorithm;
    attempt->blob = body->blob;
    attempt->query = !body->has_signature;
    attempt->method = ss_span_of("publickey");
    attempt->hostbound = body->hostbound;
    if (body->hostbound && !binds(auth, body))
        return SS_OK;
    SS_TRY(allowed(auth, body->algorithm, &may));
    if (alg == NULL || !may)
        return SS_OK;
    err = ss_key_from_blob(auth->link->env, body->blob, &auth->server.key);
    if (ours(err))
        return err;
    if (err != SS_OK || !ss_key_fits(auth->server.key, alg))
        return SS_OK;
    attempt->key = auth->server.key;
    if (!attempt->query) { /* rule: RFC4252-7-key-and-signature-checked */
        err = verify(auth, alg, body);
        if (ours(err))
            return err;
        attempt->signed_ok = err == SS_OK;
    }
    *out_asks = attempt->query || attempt->signed_ok;
    return SS_OK;
}
