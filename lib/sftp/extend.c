/* SPDX-License-Identifier: Apache-2.0 */
/* extend.c - EXTENDED requests: what is announced, and what each does.
 *
 * Owns: the table of extensions.
 * Not here: requests of the draft (call_file.c, call_name.c).
 * Called by: server.c.
 * Follows: OpenSSH PROTOCOL 4.3 to 4.10; draft-ietf-secsh-filexfer-extensions-00 section 7.
 *
 * What the file system cannot do is neither announced nor answered with anything but
 * OP_UNSUPPORTED, like a name that nobody knows. */
#include "serve.h"

#include "path.h"

enum { REPLY_MOST = 256, COPY_PIECE = 32 << 10, AROUND_DATA = 1024 };

static enum ss_fx on_posix_rename(struct ss_call *call)
{
    const struct ss_tail_extended_posix_rename *request = call->body;
    struct ss_fs *fs = call->server->fs;
    enum ss_fx status = ss_call_path(request->oldpath);

    if (status == SS_FX_OK)
        status = ss_call_path(request->newpath);
    return status == SS_FX_OK ? fs->ops->posix_rename(fs, request->oldpath, request->newpath)
                              : status;
}

static enum ss_fx on_hardlink(struct ss_call *call)
{
    const struct ss_tail_extended_hardlink *request = call->body;
    struct ss_fs *fs = call->server->fs;
    enum ss_fx status = ss_call_path(request->oldpath);

    if (status == SS_FX_OK)
        status = ss_call_path(request->newpath);
    return status == SS_FX_OK ? fs->ops->hardlink(fs, request->oldpath, request->newpath) : status;
}

static enum ss_fx on_fsync(struct ss_call *call)
{
    const struct ss_tail_extended_fsync *request = call->body;
    struct ss_fs *fs = call->server->fs;
    struct ss_sftp_handle *slot;
    enum ss_fx status;

    slot = ss_call_file(call, request->handle, &status);
    return slot != NULL ? fs->ops->fsync(fs, slot->object) : status;
}

/* Of links no size can be set, and OpenSSH calls such a request malformed. */
static enum ss_fx on_lsetstat(struct ss_call *call)
{
    const struct ss_tail_extended_lsetstat *request = call->body;
    struct ss_fs *fs = call->server->fs;
    enum ss_fx status = ss_call_path(request->path);
    struct ss_attrs attrs;

    if (status == SS_FX_OK)
        status = ss_call_attrs(&request->attrs, &attrs);
    if (status == SS_FX_OK && (attrs.flags & SS_ATTR_SIZE) != 0)
        status = SS_FX_BAD_MESSAGE;
    return status == SS_FX_OK ? fs->ops->lsetstat(fs, request->path, &attrs) : status;
}

static enum ss_fx reply_numbers(struct ss_call *call, const uint64_t *numbers, size_t count)
{
    struct ss_writer writer;
    struct ss_buf bytes;

    ss_buf_init(&bytes, call->server->env, REPLY_MOST);
    ss_writer_init(&writer, &bytes);
    for (size_t i = 0; i < count; i++)
        ss_writer_u64(&writer, numbers[i]);
    call->err = ss_writer_done(&writer);
    if (call->err == SS_OK)
        (void)ss_call_reply_bytes(call, &bytes);
    ss_buf_fini(&bytes);
    return SS_FX_OK;
}

/* rule: OSSHSFTP-4.4-statvfs-layout */
static enum ss_fx reply_space(struct ss_call *call, const struct ss_fs_space *s)
{
    const uint64_t numbers[] = {
        s->block_size, s->fragment_size,   s->blocks, s->blocks_free, s->blocks_available, s->files,
        s->files_free, s->files_available, s->fsid,   s->flags,       s->name_most};

    return reply_numbers(call, numbers, SS_COUNT(numbers));
}

static enum ss_fx on_statvfs(struct ss_call *call)
{
    const struct ss_tail_extended_statvfs *request = call->body;
    struct ss_fs *fs = call->server->fs;
    enum ss_fx status = ss_call_path(request->path);
    struct ss_fs_space space;

    if (status == SS_FX_OK)
        status = fs->ops->statvfs(fs, request->path, &space);
    return status == SS_FX_OK ? reply_space(call, &space) : status;
}

static enum ss_fx on_fstatvfs(struct ss_call *call)
{
    const struct ss_tail_extended_fstatvfs *request = call->body;
    struct ss_fs *fs = call->server->fs;
    struct ss_sftp_handle *slot;
    struct ss_fs_space space;
    enum ss_fx status;

    slot = ss_call_file(call, request->handle, &status);
    if (slot == NULL)
        return status;
    status = fs->ops->fstatvfs(fs, slot->object, &space);
    return status == SS_FX_OK ? reply_space(call, &space) : status;
}

/* rule: OSSHSFTP-4.8-limits-values */
static enum ss_fx on_limits(struct ss_call *call)
{
    const struct ss_sftp_server_options *options = &call->server->options;
    uint64_t packet = options->packet_most;
    const uint64_t numbers[] = {packet, options->read_most,
                                packet > AROUND_DATA ? packet - AROUND_DATA : 0,
                                options->handles_most};

    return reply_numbers(call, numbers, SS_COUNT(numbers));
}

/* There is one home here, the root; other users have none that could be told.
 * rule: OSSHSFTP-4.9-expand-path */
static enum ss_fx on_expand_path(struct ss_call *call)
{
    const struct ss_tail_extended_expand_path *request = call->body;
    ss_span path = request->path;

    if (path.size > 0 && path.data[0] == '~') {
        path = ss_span_part(path, 1, SIZE_MAX);
        if (path.size > 0 && path.data[0] != '/')
            return SS_FX_FAILURE;
    }
    return ss_call_answer_path(call, path, call->server->fs->ops->realpath);
}

/* ---- copy-data ---- */

struct copy {
    struct ss_fs *fs;
    void *from, *to;
    uint64_t read_at, write_at, left;
};

static enum ss_fx copy_piece(struct copy *copy, uint8_t *piece, size_t size)
{
    size_t got = 0;
    enum ss_fx status;

    if (copy->left < size)
        size = (size_t)copy->left;
    status = copy->fs->ops->pread(copy->fs, copy->from, copy->read_at, piece, size, &got);
    if (status == SS_FX_OK)
        status =
            copy->fs->ops->pwrite(copy->fs, copy->to, copy->write_at, ss_span_make(piece, got));
    copy->read_at += got;
    copy->write_at += got;
    copy->left -= got;
    return status;
}

/* How much there is to copy. More than one request may copy is refused before the first byte. */
static enum ss_fx measure(struct ss_call *call, uint64_t length, struct copy *copy)
{
    struct ss_attrs attrs;
    enum ss_fx status = copy->fs->ops->fstat(copy->fs, copy->from, &attrs);
    uint64_t there;

    if (status != SS_FX_OK)
        return status;
    there = attrs.size > copy->read_at ? attrs.size - copy->read_at : 0;
    copy->left = length == 0 || length > there ? there : length;
    return copy->left <= call->server->options.copy_most ? SS_FX_OK : SS_FX_FAILURE;
}

static enum ss_fx copy_all(struct ss_call *call, struct copy *copy)
{
    uint8_t *piece = ss_arena_alloc(&call->server->scratch, COPY_PIECE);
    enum ss_fx status = SS_FX_OK;

    if (piece == NULL) {
        call->err = SS_E_no_memory;
        return SS_FX_FAILURE;
    }
    while (copy->left > 0 && status == SS_FX_OK)
        status = copy_piece(copy, piece, COPY_PIECE);
    return status == SS_FX_EOF ? SS_FX_OK : status;
}

/* A file copied into itself through two handles would grow as it is read, so the file and not the
 * handle is compared. rule: SFTPEXT-7-copy-data */
static enum ss_fx on_copy_data(struct ss_call *call)
{
    const struct ss_tail_extended_copy_data *request = call->body;
    struct ss_fs *fs = call->server->fs;
    struct ss_sftp_handle *from, *to;
    struct copy copy = {.fs = fs};
    enum ss_fx status;

    from = ss_call_file(call, request->read_handle, &status);
    if (from == NULL)
        return status;
    to = ss_call_file(call, request->write_handle, &status);
    if (to == NULL)
        return status;
    if ((from->pflags & SS_FXF_READ) == 0 || (to->pflags & SS_FXF_WRITE) == 0)
        return SS_FX_PERMISSION_DENIED;
    if (fs->ops->same(fs, from->object, to->object))
        return SS_FX_FAILURE;
    copy.from = from->object;
    copy.to = to->object;
    copy.read_at = request->read_offset;
    copy.write_at = request->write_offset;
    status = measure(call, request->length, &copy);
    return status == SS_FX_OK ? copy_all(call, &copy) : status;
}

/* ---- the table ---- */

#define CAN(name)                                                                                  \
    static bool can_##name(const struct ss_fs_ops *ops)                                            \
    {                                                                                              \
        return ops->name != NULL;                                                                  \
    }
CAN(posix_rename)
CAN(statvfs)
CAN(fstatvfs)
CAN(hardlink)
CAN(fsync)
CAN(lsetstat)
CAN(realpath)

static bool can_copy(const struct ss_fs_ops *ops)
{
    return ops->same != NULL && ops->fstat != NULL && ops->pread != NULL && ops->pwrite != NULL;
}

static const struct extension {
    enum ss_msgid id;
    const char *version;
    ss_call_fn *run;
    bool (*can)(const struct ss_fs_ops *ops); /* null: always */
    bool writes;
} extensions[] = {
    {SS_TAIL_extended_posix_rename, "1", on_posix_rename, can_posix_rename, true},
    {SS_TAIL_extended_statvfs, "2", on_statvfs, can_statvfs, false},
    {SS_TAIL_extended_fstatvfs, "2", on_fstatvfs, can_fstatvfs, false},
    {SS_TAIL_extended_hardlink, "1", on_hardlink, can_hardlink, true},
    {SS_TAIL_extended_fsync, "1", on_fsync, can_fsync, true},
    {SS_TAIL_extended_lsetstat, "1", on_lsetstat, can_lsetstat, true},
    {SS_TAIL_extended_limits, "1", on_limits, NULL, false},
    {SS_TAIL_extended_expand_path, "1", on_expand_path, can_realpath, false},
    {SS_TAIL_extended_copy_data, "1", on_copy_data, can_copy, true},
};

static bool usable(const struct ss_sftp_server *server, const struct extension *row)
{
    if (server->options.no_extensions)
        return false;
    return row->can == NULL || row->can(server->fs->ops);
}

/* rule: SFTP02-4-extensions-pairs */
size_t ss_extensions(const struct ss_sftp_server *server, struct ss_grp_sftp_extension *out)
{
    size_t count = 0;

    for (size_t i = 0; i < SS_COUNT(extensions) && count < SS_EXTENSIONS_MOST; i++) {
        if (!usable(server, &extensions[i]))
            continue;
        out[count].name = ss_span_of(ss_msgdef_of(extensions[i].id)->key);
        out[count++].data = ss_span_of(extensions[i].version);
    }
    return count;
}

/* rule: SFTP02-8-extended-unknown */
enum ss_fx ss_extend(struct ss_call *call, const struct ss_fxp_extended *request)
{
    for (size_t i = 0; request->body.def != NULL && i < SS_COUNT(extensions); i++) {
        const struct extension *row = &extensions[i];

        if (row->id != request->body.def->id || !usable(call->server, row))
            continue;
        if (row->writes && call->server->options.read_only)
            return SS_FX_PERMISSION_DENIED;
        call->body = request->body.value;
        return row->run(call);
    }
    return SS_FX_OP_UNSUPPORTED;
}
