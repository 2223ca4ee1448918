/* SPDX-License-Identifier: Apache-2.0 */
/* rotate.c - host keys that a server announces: proof is asked for, and the owner told.
 *
 * Owns: the announced keys, from the announcement to the proof.
 * Not here: what is signed (keys/proof.c), what known_hosts makes of it (the owner).
 * Called by: client.c on global requests and their replies.
 * Follows: draft-ietf-sshm-hostkey-update section 2; OpenSSH PROTOCOL section 2.5. */
#include "client/client_impl.h"

#include "sshspec/wire.h"

static void forget(struct ss_client *client)
{
    size_t i;

    for (i = 0; i < client->announced_count; i++)
        ss_key_free(&client->announced[i]);
    client->announced_count = 0;
}

void client_rotate_fini(struct ss_client *client)
{
    forget(client);
}

/* A type that we do not speak is passed over; so is a key that the server names twice. */
static void keep(struct ss_client *client, ss_span blob)
{
    struct ss_key *key;
    size_t i;

    if (client->announced_count == SS_COUNT(client->announced) ||
        ss_key_from_blob(client->env, blob, &key) != SS_OK)
        return;
    for (i = 0; i < client->announced_count; i++) {
        if (ss_key_equal(client->announced[i], key)) {
            ss_key_free(&key);
            return;
        }
    }
    client->announced[client->announced_count++] = key;
}

static ss_err ask(struct ss_client *client)
{
    struct ss_tail_global_request_hostkeys_prove *tail;
    struct ss_command command = {.kind = SS_CMD_GLOBAL_REQUEST};
    struct ss_msg_global_request *body;
    struct ss_grp_blob *items;
    struct ss_msg msg;
    size_t i;

    ss_arena_reset(&client->arena);
    SS_TRY(ss_msg_new(&client->arena, ss_msgdef_of(SS_MSG_global_request),
                      ss_msgdef_of(SS_TAIL_global_request_hostkeys_prove), &msg));
    items = ss_arena_alloc(&client->arena, client->announced_count * sizeof *items);
    if (items == NULL)
        return SS_E_no_memory;
    for (i = 0; i < client->announced_count; i++)
        items[i].key = ss_key_blob(client->announced[i]);
    body = msg.body;
    body->want_reply = true;
    tail = body->body.value;
    tail->keys = (struct ss_list){items, client->announced_count};
    command.message = &msg;
    client->proof_asked = true;
    return client_do(client, &command);
}

/* Once a connection; without an owner who wants to know nothing is asked. */
ss_err client_rotate_announced(struct ss_client *client,
                               const struct ss_tail_global_request_hostkeys *tail)
{
    const struct ss_grp_blob *items = tail->keys.items;
    size_t i;

    if (client->options.policy == NULL || client->options.policy->host_keys == NULL ||
        client->proof_asked)
        return SS_OK;
    forget(client);
    for (i = 0; i < tail->keys.count; i++)
        keep(client, items[i].key);
    return client->announced_count > 0 ? ask(client) : SS_OK;
}

/* All of them or none: a server that cannot prove one key is not believed about the others. */
ss_err client_rotate_proven(struct ss_client *client, const struct ss_event *event)
{
    struct ss_reader reader;
    bool proven = event->flag;
    size_t i;

    if (client->announced_count == 0)
        return SS_OK;
    ss_reader_init(&reader, event->data);
    for (i = 0; proven && i < client->announced_count; i++)
        proven = ss_hostkeys_proven(client->env, client->config.registry, client->announced[i],
                                    ss_engine_session_id(client->engine),
                                    ss_reader_string(&reader)) == SS_OK;
    if (proven && ss_reader_done(&reader) == SS_OK)
        client->options.policy->host_keys(client->options.policy, ss_buf_span(&client->name),
                                          (const struct ss_key *const *)client->announced,
                                          client->announced_count);
    forget(client);
    return SS_OK;
}
