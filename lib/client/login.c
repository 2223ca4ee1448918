/* SPDX-License-Identifier: Apache-2.0 */
/* login.c - is it the right host, and which credential is next.
 *
 * Owns: the judgement of a host key, the order none, keys, password.
 * Not here: known_hosts (keys/known_hosts.c), the methods (auth).
 * Called by: client.c on the engine's questions.
 * Follows: RFC 4251 section 4.1 for host keys, RFC 4252 section 5. */
#include "client/client_impl.h"

/* ---- the host key ---- */

/* Of the policy's list, those of keys that are known for the host, or those that are not. */
static ss_err add_algorithms(struct ss_client *client, ss_span list, ss_span types, bool listed)
{
    ss_span name;

    while (ss_namelist_next(&list, &name)) {
        const struct ss_sign_alg *alg = ss_registry_sign(client->config.registry, name);

        if (alg == NULL || ss_namelist_has(types, ss_span_of(alg->key_type)) != listed)
            continue;
        if (ss_buf_size(&client->algorithms) > 0)
            SS_TRY(ss_buf_puts(&client->algorithms, ","));
        SS_TRY(ss_buf_puts(&client->algorithms, alg->name));
    }
    return SS_OK;
}

/* Else a host that is known by its RSA key would show another, and seem changed. */
ss_err client_prefer_known(struct ss_client *client)
{
    struct ss_buf types, list;
    ss_err err;

    if (client->options.known == NULL || client->config.server_host_key_algorithms != NULL)
        return SS_OK;
    ss_buf_init(&types, client->env, 65536);
    ss_buf_init(&list, client->env, 65536);
    err = ss_hostkeys_types(client->options.known, ss_buf_span(&client->name), &types);
    if (err == SS_OK && ss_buf_size(&types) > 0) {
        err = ss_config_names(&client->config, SS_NAMES_HOST_KEY, NULL, &list);
        if (err == SS_OK)
            err = add_algorithms(client, ss_buf_span(&list), ss_buf_span(&types), true);
        if (err == SS_OK)
            err = add_algorithms(client, ss_buf_span(&list), ss_buf_span(&types), false);
        if (err == SS_OK)
            err = ss_buf_put(&client->algorithms, ss_span_make("", 1));
        if (err == SS_OK)
            client->config.server_host_key_algorithms =
                (const char *)ss_buf_at(&client->algorithms);
    }
    ss_buf_fini(&list);
    ss_buf_fini(&types);
    return err;
}

static ss_err reject(struct ss_client *client, const struct ss_client_host *host)
{
    int size = (int)host->name.size;
    const char *name = (const char *)host->name.data;
    const char *type = ss_key_type(host->key);

    switch (host->known.verdict) {
    case SS_HOSTKEY_CHANGED:
        return client_lose(client, SS_E_host_key_rejected, 0,
                           "%.*s: not the host key that is known (known_hosts line %zu): %s %s.\n"
                           "Either the host has a new key, or somebody else answers in its place.\n"
                           "If it has a new key, remove the old line.",
                           size, name, host->known.line, type, host->fingerprint);
    case SS_HOSTKEY_REVOKED:
        return client_lose(client, SS_E_host_key_rejected, 0,
                           "%.*s: its host key was revoked (known_hosts line %zu): %s %s", size,
                           name, host->known.line, type, host->fingerprint);
    default:
        return client_lose(client, SS_E_host_key_rejected, 0,
                           "%.*s: unknown host key %s %s; compare it with what the host's owner "
                           "says, then add it to known_hosts",
                           size, name, type, host->fingerprint);
    }
}

static bool acceptable(struct ss_client *client, const struct ss_client_host *host)
{
    struct ss_client_policy *policy = client->options.policy;

    if (host->known.verdict == SS_HOSTKEY_MATCH)
        return true;
    /* No policy may overrule a revocation. */
    if (host->known.verdict == SS_HOSTKEY_REVOKED || policy == NULL || policy->accept == NULL)
        return false;
    return policy->accept(policy, host);
}

static ss_err judge(struct ss_client *client, struct ss_client_host *host)
{
    struct ss_command answer = {.kind = SS_CMD_HOST_KEY};

    if (client->options.known != NULL)
        SS_TRY(ss_hostkeys_check(client->options.known, host->name, host->key, &host->known));
    answer.flag = acceptable(client, host);
    if (!answer.flag) {
        /* Our own words stand, not the fault's that the refusal pins. */
        ss_err err = ss_engine_do(client->engine, &answer, NULL);

        return err != SS_OK && err != SS_E_host_key_rejected ? err : reject(client, host);
    }
    return client_do(client, &answer);
}

ss_err client_host_key(struct ss_client *client, const struct ss_event *event)
{
    struct ss_client_host host = {0};
    struct ss_buf print;
    ss_err err;

    if (client->phase < SS_CLIENT_HOST_KEY)
        client->phase = SS_CLIENT_HOST_KEY;
    ss_buf_init(&print, client->env, 256);
    host.name = ss_buf_span(&client->name);
    host.key = event->key;
    host.algorithm = event->text;
    err = ss_key_fingerprint(ss_key_blob(event->key), &print);
    if (err == SS_OK)
        err = ss_buf_put(&print, ss_span_make("", 1));
    if (err == SS_OK) {
        host.fingerprint = (const char *)ss_buf_at(&print);
        err = judge(client, &host);
    }
    ss_buf_fini(&print);
    if (err != SS_OK)
        return client_lose(client, err, 0, "%s: the host key could not be checked: %s",
                           client->options.host, ss_err_text(err));
    return SS_OK;
}

/* ---- credentials ---- */

/* Before the first answer the list is empty, and any method is worth a try. */
static bool offered(ss_span methods, const char *method)
{
    return methods.size == 0 || ss_namelist_has(methods, ss_span_of(method));
}

static size_t key_count(const struct ss_client *client)
{
    size_t n = 0;

    while (client->options.keys != NULL && client->options.keys[n] != NULL)
        n++;
    return n;
}

/* False when nothing is left to try. */
static bool next_try(struct ss_client *client, ss_span methods, struct ss_command *out)
{
    out->text = client->options.user;
    if (client->options.none && !client->tried_none) {
        client->tried_none = true;
        out->kind = SS_CMD_AUTH_NONE;
        return true;
    }
    if (client->next_key < key_count(client) && offered(methods, "publickey")) {
        out->kind = SS_CMD_AUTH_KEY;
        out->key = client->options.keys[client->next_key++];
        return true;
    }
    if (client->options.password.data != NULL && !client->tried_password &&
        offered(methods, "password")) {
        client->tried_password = true;
        out->kind = SS_CMD_AUTH_PASSWORD;
        out->data = client->options.password;
        return true;
    }
    /* The list of methods is an answer too, when there is nothing to try at all. */
    if (!client->tried_none && methods.size == 0) {
        client->tried_none = true;
        out->kind = SS_CMD_AUTH_NONE;
        return true;
    }
    return false;
}

static ss_err give_up(struct ss_client *client, ss_span methods)
{
    char list[200] = "";
    struct ss_buf text;

    ss_buf_init(&text, client->env, sizeof list - 1);
    if (ss_escape(&text, ss_span_part(methods, 0, 48)) == SS_OK && ss_buf_size(&text) > 0)
        memcpy(list, ss_buf_at(&text), ss_buf_size(&text));
    list[ss_buf_size(&text)] = 0;
    ss_buf_fini(&text);
    return client_lose(
        client, SS_E_auth_exhausted, SS_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE,
        "%.*s at %s: not logged in: keys tried %zu of %zu, password %s; the server takes %s.\n"
        "Check the user's name, and give a key or a password that the server has for it.",
        (int)client->options.user.size, (const char *)client->options.user.data,
        client->options.host, client->next_key, key_count(client),
        client->options.password.data == NULL ? "not given"
        : client->tried_password              ? "refused"
                                              : "not taken",
        list[0] != 0 ? list : "nothing");
}

ss_err client_auth_next(struct ss_client *client, const struct ss_event *event)
{
    struct ss_command command = {0};
    ss_err err;

    client->phase = SS_CLIENT_LOGIN;
    if (event->type == SS_EVENT_AUTH_CHANGE)
        return client_lose(client, SS_E_auth_exhausted, 0,
                           "%.*s at %s: the password is right but must be changed first",
                           (int)client->options.user.size, (const char *)client->options.user.data,
                           client->options.host);
    while (next_try(client, event->text, &command)) {
        err = ss_engine_do(client->engine, &command, NULL);
        /* A key whose algorithms the server does not take is no failure: the next one. */
        if (err == SS_E_unsupported && command.kind == SS_CMD_AUTH_KEY)
            continue;
        if (err != SS_OK && ss_engine_fault(client->engine) != NULL)
            return client_lose_engine(client);
        return err == SS_OK ? SS_OK
                            : client_lose(client, err, 0, "%s: login cannot go on: %s",
                                          client->options.host, ss_err_text(err));
    }
    return give_up(client, event->text);
}
