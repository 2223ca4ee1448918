/* SPDX-License-Identifier: Apache-2.0 */
/* handles.c - what a server has open, and the names its client knows it by.
 *
 * Owns: the slots; a name is a slot's index and its generation, eight bytes, so that a closed
 *   handle, a guessed one and one of another session name nothing.
 * Not here: what is done with an open file (server.c, extend.c).
 * Called by: server.c, extend.c.
 * Follows: SFTP02-6-handle-validity, SFTP02-6-handle-max-256, SFTP02-6.3-close-status. */
#include "handles.h"

/* Generations begin at random, each slot's elsewhere. */
ss_err ss_handles_init(struct ss_sftp_server *server)
{
    uint32_t count = server->options.handles_most;
    struct ss_sftp_handle *slots = ss_alloc(server->env, count * sizeof *slots);
    uint8_t seed[4];
    ss_err err;

    if (slots == NULL)
        return SS_E_no_memory;
    err = ss_random(server->env, seed, sizeof seed);
    if (err != SS_OK) {
        ss_free(server->env, slots, count * sizeof *slots);
        return err;
    }
    for (uint32_t i = 0; i < count; i++)
        slots[i].generation = ss_load_u32(seed) + i * UINT32_C(0x9e3779b1);
    server->handles = slots;
    server->open_handles = 0;
    return SS_OK;
}

void ss_handles_fini(struct ss_sftp_server *server)
{
    uint32_t count = server->options.handles_most;

    if (server->handles == NULL)
        return;
    for (uint32_t i = 0; i < count; i++) {
        if (server->handles[i].kind != SS_HANDLE_FREE)
            (void)ss_handles_close(server, &server->handles[i]);
    }
    ss_free(server->env, server->handles, count * sizeof *server->handles);
    server->handles = NULL;
}

struct ss_sftp_handle *ss_handles_spare(struct ss_sftp_server *server)
{
    for (uint32_t i = 0; i < server->options.handles_most; i++) {
        if (server->handles[i].kind == SS_HANDLE_FREE)
            return &server->handles[i];
    }
    return NULL;
}

void ss_handles_take(struct ss_sftp_server *server, struct ss_sftp_handle *slot,
                     enum ss_handle_kind kind, uint32_t pflags, void *object)
{
    slot->kind = kind;
    slot->pflags = pflags;
    slot->object = object;
    server->open_handles++;
}

void ss_handles_name(const struct ss_sftp_server *server, const struct ss_sftp_handle *slot,
                     uint8_t out[SS_HANDLE_SIZE])
{
    ss_store_u32(out, (uint32_t)(slot - server->handles));
    ss_store_u32(out + 4, slot->generation);
}

struct ss_sftp_handle *ss_handles_any(const struct ss_sftp_server *server, ss_span name)
{
    struct ss_sftp_handle *slot;
    uint32_t index;

    if (name.size != SS_HANDLE_SIZE)
        return NULL;
    index = ss_load_u32(name.data);
    if (index >= server->options.handles_most)
        return NULL;
    slot = &server->handles[index];
    if (slot->kind == SS_HANDLE_FREE || slot->generation != ss_load_u32(name.data + 4))
        return NULL;
    return slot;
}

struct ss_sftp_handle *ss_handles_find(const struct ss_sftp_server *server, ss_span name,
                                       enum ss_handle_kind kind)
{
    struct ss_sftp_handle *slot = ss_handles_any(server, name);

    return slot != NULL && slot->kind == kind ? slot : NULL;
}

enum ss_fx ss_handles_close(struct ss_sftp_server *server, struct ss_sftp_handle *slot)
{
    const struct ss_fs_ops *ops = server->fs->ops;
    enum ss_fx status = slot->kind == SS_HANDLE_DIR ? ops->closedir(server->fs, slot->object)
                                                    : ops->close(server->fs, slot->object);

    slot->kind = SS_HANDLE_FREE;
    slot->object = NULL;
    slot->generation++;
    server->open_handles--;
    return status;
}
