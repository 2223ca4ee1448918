/* SPDX-License-Identifier: Apache-2.0 */
/* call_file.c - the requests that open files and directories, and those that go through a handle.
 *
 * Owns: what is checked of flags and handles; how much one READ and one READDIR give.
 * Not here: requests by path (call_name.c), the slots of handles (handles.c).
 * Called by: server.c, through its table.
 * Follows: draft-ietf-secsh-filexfer-02 sections 6.3, 6.4, 6.7 to 6.9. */
#include "serve.h"

#include "frame.h"

enum {
    NAMES_BYTES_MOST = 32 << 10, /* of one NAME, give or take a name */
    LONGNAME_MOST = 512
};

static enum ss_fx reply_handle(struct ss_call *call, struct ss_sftp_handle *slot)
{
    struct ss_fxp_handle body = {.id = 0};
    uint8_t name[SS_HANDLE_SIZE];

    ss_handles_name(call->server, slot, name);
    body.handle = ss_span_make(name, sizeof name);
    (void)ss_call_reply(call, SS_FXP_handle, &body);
    if (call->err != SS_OK)
        (void)ss_handles_close(call->server, slot);
    return SS_FX_OK;
}

static uint32_t sane_pflags(uint32_t pflags)
{
    if ((pflags & SS_FXF_CREAT) == 0)
        pflags &= ~(uint32_t)SS_FXF_EXCL;
    return pflags;
}

/* Is the file system to be changed by it? rule: sftp-openssh-readonly-create */
static bool open_writes(uint32_t pflags)
{
    return (pflags & (SS_FXF_WRITE | SS_FXF_APPEND | SS_FXF_CREAT | SS_FXF_TRUNC)) != 0;
}

enum ss_fx ss_on_open(struct ss_call *call)
{
    const struct ss_fxp_open *request = call->body;
    struct ss_fs *fs = call->server->fs;
    uint32_t pflags = sane_pflags(request->pflags);
    struct ss_sftp_handle *slot;
    struct ss_attrs attrs;
    enum ss_fx status;
    void *file;

    if (call->server->options.read_only && open_writes(pflags))
        return SS_FX_PERMISSION_DENIED;
    status = ss_call_path(request->filename);
    if (status == SS_FX_OK)
        status = ss_call_attrs(&request->attrs, &attrs);
    if (status != SS_FX_OK)
        return status;
    if ((pflags & (SS_FXF_READ | SS_FXF_WRITE)) == 0)
        return SS_FX_FAILURE;
    if ((pflags & SS_FXF_TRUNC) != 0 && (pflags & SS_FXF_WRITE) == 0)
        return SS_FX_FAILURE;
    slot = ss_handles_spare(call->server);
    if (slot == NULL)
        return SS_FX_FAILURE;
    status = fs->ops->open(fs, request->filename, pflags, &attrs, &file);
    if (status != SS_FX_OK)
        return status;
    ss_handles_take(call->server, slot, SS_HANDLE_FILE, pflags, file);
    return reply_handle(call, slot);
}

enum ss_fx ss_on_close(struct ss_call *call)
{
    const struct ss_fxp_close *request = call->body;
    struct ss_sftp_handle *slot = ss_handles_any(call->server, request->handle);

    return slot != NULL ? ss_handles_close(call->server, slot) : SS_FX_FAILURE;
}

/* A length of 0 asks for nothing and gets it, but for the end of the file. */
static enum ss_fx end_or_nothing(struct ss_fs *fs, void *file, uint64_t offset)
{
    struct ss_attrs attrs;
    enum ss_fx status;

    if (fs->ops->fstat == NULL)
        return SS_FX_OK;
    status = fs->ops->fstat(fs, file, &attrs);
    if (status == SS_FX_OK && offset >= attrs.size)
        return SS_FX_EOF;
    return status;
}

/* The file system reads into the frame itself.
 * rule: SFTP02-6.4-read-large, SFTP02-6.4-read-at-eof, SFTP13-8.2.1-no-more-than-asked */
enum ss_fx ss_on_read(struct ss_call *call)
{
    const struct ss_fxp_read *request = call->body;
    struct ss_fs *fs = call->server->fs;
    uint32_t most = call->server->options.read_most;
    uint32_t length = request->length < most ? request->length : most;
    struct ss_sftp_handle *slot;
    struct ss_sftp_slab slab;
    enum ss_fx status;
    uint8_t *bytes;
    size_t got = 0;

    slot = ss_call_file(call, request->handle, &status);
    if (slot == NULL)
        return status;
    if ((slot->pflags & SS_FXF_READ) == 0)
        return SS_FX_PERMISSION_DENIED;
    call->err = ss_sftp_slab_data(call->out, call->id, length, &slab, &bytes);
    if (call->err != SS_OK)
        return SS_FX_FAILURE;
    status = length > 0 ? fs->ops->pread(fs, slot->object, request->offset, bytes, length, &got)
                        : end_or_nothing(fs, slot->object, request->offset);
    if (status != SS_FX_OK) {
        ss_sftp_slab_drop(&slab);
        return status;
    }
    ss_sftp_slab_close(&slab, got);
    call->replied = true;
    return SS_FX_OK;
}

/* rule: SFTP02-6.4-write-readonly-handle */
enum ss_fx ss_on_write(struct ss_call *call)
{
    const struct ss_fxp_write *request = call->body;
    struct ss_fs *fs = call->server->fs;
    struct ss_sftp_handle *slot;
    enum ss_fx status;

    slot = ss_call_file(call, request->handle, &status);
    if (slot == NULL)
        return status;
    if ((slot->pflags & SS_FXF_WRITE) == 0)
        return SS_FX_PERMISSION_DENIED;
    return fs->ops->pwrite(fs, slot->object, request->offset, request->data);
}

enum ss_fx ss_on_opendir(struct ss_call *call)
{
    const struct ss_fxp_opendir *request = call->body;
    struct ss_fs *fs = call->server->fs;
    struct ss_sftp_handle *slot = ss_handles_spare(call->server);
    enum ss_fx status = ss_call_path(request->path);
    void *dir;

    if (status != SS_FX_OK)
        return status;
    if (slot == NULL)
        return SS_FX_FAILURE;
    status = fs->ops->opendir(fs, request->path, &dir);
    if (status != SS_FX_OK)
        return status;
    ss_handles_take(call->server, slot, SS_HANDLE_DIR, 0, dir);
    return reply_handle(call, slot);
}

/* Copies one entry to where the reply is made; its size counts towards the batch. */
static ss_err keep_entry(struct ss_call *call, const struct ss_fs_entry *entry, struct ss_buf *line,
                         struct ss_grp_name_entry *out, size_t *bytes)
{
    struct ss_arena *arena = &call->server->scratch;

    ss_buf_clear(line);
    SS_TRY(ss_sftp_longname(line, entry, call->server->now));
    SS_TRY(ss_arena_copy(arena, ss_buf_span(line), &out->longname));
    SS_TRY(ss_arena_copy(arena, entry->name, &out->filename));
    ss_sftp_attrs_to_wire(&entry->attrs, &out->attrs);
    *bytes += out->filename.size + out->longname.size + 40;
    return SS_OK;
}

/* rule: SFTP02-6.7-readdir-eof. The batch ends early enough for the longest name. */
static enum ss_fx gather(struct ss_call *call, struct ss_sftp_handle *slot, struct ss_buf *line,
                         struct ss_fxp_name *body)
{
    struct ss_fs *fs = call->server->fs;
    struct ss_grp_name_entry *items = body->names.items;
    enum ss_fx status = SS_FX_OK;
    size_t bytes = 0;

    while (body->names.count < call->server->options.names_most && bytes < NAMES_BYTES_MOST) {
        struct ss_fs_entry entry;

        status = fs->ops->readdir(fs, slot->object, &entry);
        if (status != SS_FX_OK)
            break;
        call->err = keep_entry(call, &entry, line, &items[body->names.count], &bytes);
        if (call->err != SS_OK)
            return SS_FX_FAILURE;
        body->names.count++;
    }
    return body->names.count > 0 ? SS_FX_OK : status;
}

enum ss_fx ss_on_readdir(struct ss_call *call)
{
    const struct ss_fxp_readdir *request = call->body;
    struct ss_sftp_server *server = call->server;
    struct ss_fxp_name body = {.id = 0};
    struct ss_sftp_handle *slot;
    struct ss_buf line;
    enum ss_fx status;

    slot = ss_handles_find(server, request->handle, SS_HANDLE_DIR);
    if (slot == NULL)
        return SS_FX_FAILURE;
    body.names.items = ss_arena_alloc(&server->scratch, server->options.names_most *
                                                            sizeof(struct ss_grp_name_entry));
    if (body.names.items == NULL) {
        call->err = SS_E_no_memory;
        return SS_FX_FAILURE;
    }
    ss_buf_init(&line, server->env, LONGNAME_MOST);
    status = gather(call, slot, &line, &body);
    ss_buf_fini(&line);
    return status == SS_FX_OK ? ss_call_reply(call, SS_FXP_name, &body) : status;
}

enum ss_fx ss_on_fstat(struct ss_call *call)
{
    const struct ss_fxp_fstat *request = call->body;
    struct ss_fs *fs = call->server->fs;
    struct ss_sftp_handle *slot;
    struct ss_attrs attrs;
    enum ss_fx status;

    slot = ss_call_file(call, request->handle, &status);
    if (slot == NULL)
        return status;
    status = fs->ops->fstat(fs, slot->object, &attrs);
    return status == SS_FX_OK ? ss_call_reply_attrs(call, &attrs) : status;
}

enum ss_fx ss_on_fsetstat(struct ss_call *call)
{
    const struct ss_fxp_fsetstat *request = call->body;
    struct ss_fs *fs = call->server->fs;
    struct ss_sftp_handle *slot;
    struct ss_attrs attrs;
    enum ss_fx status;

    slot = ss_call_file(call, request->handle, &status);
    if (slot == NULL)
        return status;
    status = ss_call_attrs(&request->attrs, &attrs);
    return status == SS_FX_OK ? fs->ops->fsetstat(fs, slot->object, &attrs) : status;
}
