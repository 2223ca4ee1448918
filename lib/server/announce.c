/* SPDX-License-Identifier: Apache-2.0 */
/* announce.c - a server tells its host keys after login, and proves that it holds them.
 *
 * Owns: the announcement, the answer to a request for proofs.
 * Not here: what is signed (keys/proof.c), what a client makes of it (client/rotate.c).
 * Called by: serving.c.
 * Follows: draft-ietf-sshm-hostkey-update section 2; OpenSSH PROTOCOL section 2.5. */
#include "session.h"

#include "sshspec/key.h"

enum { PROOFS_MOST = 65536 };

static size_t count_of(const struct ss_key *const *keys)
{
    size_t n = 0;

    while (keys != NULL && keys[n] != NULL)
        n++;
    return n;
}

/* rule: HOSTKEYS-2.1-hostkeys-unique: a key that was configured twice is told once. */
static size_t fill(const struct ss_key *const *keys, size_t count, struct ss_grp_blob *items)
{
    size_t filled = 0, i, j;

    for (i = 0; i < count; i++) {
        ss_span blob = ss_key_blob(keys[i]);

        for (j = 0; j < filled && !ss_span_eq(items[j].key, blob); j++)
            continue;
        if (j == filled)
            items[filled++].key = blob;
    }
    return filled;
}

/* rule: HOSTKEYS-2.1-hostkeys-once: at login, never again. */
ss_err serving_announce(struct ss_serving *serving)
{
    const struct ss_config *config = ss_engine_config(serving->engine);
    size_t count = count_of(config->host_keys);
    struct ss_tail_global_request_hostkeys *tail;
    struct ss_msg_global_request *body;
    struct ss_grp_blob *items;
    struct ss_command command = {0};
    struct ss_msg msg;

    if (!config->hostkeys || count == 0)
        return SS_OK;
    ss_arena_reset(&serving->scratch);
    items = ss_arena_alloc(&serving->scratch, count * sizeof *items);
    if (items == NULL)
        return SS_E_no_memory;
    SS_TRY(ss_msg_new(&serving->scratch, ss_msgdef_of(SS_MSG_global_request),
                      ss_msgdef_of(SS_TAIL_global_request_hostkeys), &msg));
    body = msg.body;
    tail = body->body.value;
    tail->keys = (struct ss_list){items, fill(config->host_keys, count, items)};
    command.kind = SS_CMD_GLOBAL_REQUEST;
    command.message = &msg;
    return ss_engine_do(serving->engine, &command, NULL);
}

static ss_err proofs(struct ss_serving *serving, const struct ss_list *asked, struct ss_buf *out)
{
    const struct ss_config *config = ss_engine_config(serving->engine);
    const struct ss_grp_blob *items = asked->items;
    ss_span *blobs;
    size_t i;

    if (asked->count == 0 || asked->count > count_of(config->host_keys))
        return SS_E_not_found;
    ss_arena_reset(&serving->scratch);
    blobs = ss_arena_alloc(&serving->scratch, asked->count * sizeof *blobs);
    if (blobs == NULL)
        return SS_E_no_memory;
    for (i = 0; i < asked->count; i++)
        blobs[i] = items[i].key;
    return ss_hostkeys_prove(serving->env, config->registry,
                             ss_engine_negotiated(serving->engine)->host_key, config->host_keys,
                             ss_engine_session_id(serving->engine), blobs, asked->count, out);
}

/* rule: HOSTKEYS-2.2-prove-reply */
ss_err serving_prove(struct ss_serving *serving, const struct ss_event *event,
                     const struct ss_tail_global_request_hostkeys_prove *asked)
{
    struct ss_command answer = {0};
    struct ss_buf signatures;
    ss_err err;

    answer.kind = SS_CMD_GLOBAL_REPLY;
    answer.number = event->number;
    ss_buf_init(&signatures, serving->env, PROOFS_MOST);
    err = ss_engine_config(serving->engine)->hostkeys ? proofs(serving, &asked->keys, &signatures)
                                                      : SS_E_not_found;
    answer.flag = err == SS_OK;
    answer.data = ss_buf_span(&signatures);
    if (err == SS_OK || err == SS_E_not_found || err == SS_E_unsupported)
        err = ss_engine_do(serving->engine, &answer, NULL);
    ss_buf_fini(&signatures);
    return err;
}
