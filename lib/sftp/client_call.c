/* SPDX-License-Identifier: Apache-2.0 */
/* client_call.c - requests of a client, a call for each.
 *
 * Owns: how a call becomes a message with a ticket.
 * Not here: what comes back (client.c).
 * Called by: whoever speaks SFTP to a server.
 * Follows: draft-ietf-secsh-filexfer-02 section 6; OpenSSH PROTOCOL section 4. */
#include "client.h"

#include "frame.h"

static uint32_t length_of(const struct ss_msg *msg)
{
    return msg->def->id == SS_FXP_read ? ((const struct ss_fxp_read *)msg->body)->length : 0;
}

static enum ss_msgid request_of(const struct ss_msg *msg)
{
    const struct ss_fxp_extended *extended = msg->body;

    if (msg->def->id == SS_FXP_extended && extended->body.def != NULL)
        return extended->body.def->id;
    return msg->def->id;
}

/* Does a request of this kind begin with an id? */
static bool has_id(const struct ss_msgdef *def)
{
    return def != NULL && def->proto == SS_PROTO_SFTP && def->sender == SS_CLIENT &&
           def->id != SS_FXP_init;
}

ss_err ss_sftp_client_send(struct ss_sftp_client *c, const struct ss_msg *msg,
                           const struct ss_lie *lies, size_t lie_count, uint32_t *out_ticket)
{
    uint32_t ticket;
    ss_err err;

    if (!has_id(msg->def))
        return SS_E_bad_argument;
    SS_TRY(ss_client_may_ask(c));
    ticket = ss_client_ticket(c);
    memcpy(msg->body, &ticket, sizeof ticket);
    err = ss_sftp_frame_put(&c->out, msg, lies, lie_count);
    if (err == SS_E_ceiling && ss_buf_size(&c->out) > 0)
        return SS_E_would_block;
    if (err != SS_OK)
        return err;
    ss_client_asked(c, ticket, request_of(msg), length_of(msg));
    *out_ticket = ticket;
    return SS_OK;
}

static ss_err ask(struct ss_sftp_client *c, enum ss_msgid id, void *body, uint32_t *out_ticket)
{
    struct ss_msg msg = {.def = ss_msgdef_of(id), .body = body};

    return ss_sftp_client_send(c, &msg, NULL, 0, out_ticket);
}

static ss_err extend(struct ss_sftp_client *c, enum ss_sftp_extension bit, enum ss_msgid tail,
                     void *value, uint32_t *out_ticket)
{
    struct ss_fxp_extended body = {.body = {.def = ss_msgdef_of(tail), .value = value}};

    SS_TRY(ss_client_may_ask(c));
    if ((c->extensions & (unsigned)bit) == 0)
        return SS_E_unsupported;
    return ask(c, SS_FXP_extended, &body, out_ticket);
}

static void put_attrs(const struct ss_attrs *attrs, struct ss_grp_attrs_v3 *out)
{
    static const struct ss_attrs none;

    ss_sftp_attrs_to_wire(attrs != NULL ? attrs : &none, out);
}

/* rule: SFTP02-6.3-open-flags-requires-creat */
ss_err ss_sftp_client_open(struct ss_sftp_client *c, ss_span path, uint32_t pflags,
                           const struct ss_attrs *attrs, uint32_t *out_ticket)
{
    struct ss_fxp_open body = {.filename = path, .pflags = pflags};

    put_attrs(attrs, &body.attrs);
    return ask(c, SS_FXP_open, &body, out_ticket);
}

ss_err ss_sftp_client_close(struct ss_sftp_client *c, ss_span handle, uint32_t *out_ticket)
{
    struct ss_fxp_close body = {.handle = handle};

    return ask(c, SS_FXP_close, &body, out_ticket);
}

ss_err ss_sftp_client_read(struct ss_sftp_client *c, ss_span handle, uint64_t offset,
                           uint32_t length, uint32_t *out_ticket)
{
    struct ss_fxp_read body = {.handle = handle, .offset = offset, .length = length};

    return ask(c, SS_FXP_read, &body, out_ticket);
}

ss_err ss_sftp_client_write(struct ss_sftp_client *c, ss_span handle, uint64_t offset, ss_span data,
                            uint32_t *out_ticket)
{
    struct ss_fxp_write body = {.handle = handle, .offset = offset, .data = data};

    return ask(c, SS_FXP_write, &body, out_ticket);
}

ss_err ss_sftp_client_stat(struct ss_sftp_client *c, ss_span path, uint32_t *out_ticket)
{
    struct ss_fxp_stat body = {.path = path};

    return ask(c, SS_FXP_stat, &body, out_ticket);
}

ss_err ss_sftp_client_lstat(struct ss_sftp_client *c, ss_span path, uint32_t *out_ticket)
{
    struct ss_fxp_lstat body = {.path = path};

    return ask(c, SS_FXP_lstat, &body, out_ticket);
}

ss_err ss_sftp_client_fstat(struct ss_sftp_client *c, ss_span handle, uint32_t *out_ticket)
{
    struct ss_fxp_fstat body = {.handle = handle};

    return ask(c, SS_FXP_fstat, &body, out_ticket);
}

ss_err ss_sftp_client_setstat(struct ss_sftp_client *c, ss_span path, const struct ss_attrs *attrs,
                              uint32_t *out_ticket)
{
    struct ss_fxp_setstat body = {.path = path};

    put_attrs(attrs, &body.attrs);
    return ask(c, SS_FXP_setstat, &body, out_ticket);
}

ss_err ss_sftp_client_fsetstat(struct ss_sftp_client *c, ss_span handle,
                               const struct ss_attrs *attrs, uint32_t *out_ticket)
{
    struct ss_fxp_fsetstat body = {.handle = handle};

    put_attrs(attrs, &body.attrs);
    return ask(c, SS_FXP_fsetstat, &body, out_ticket);
}

ss_err ss_sftp_client_opendir(struct ss_sftp_client *c, ss_span path, uint32_t *out_ticket)
{
    struct ss_fxp_opendir body = {.path = path};

    return ask(c, SS_FXP_opendir, &body, out_ticket);
}

ss_err ss_sftp_client_readdir(struct ss_sftp_client *c, ss_span handle, uint32_t *out_ticket)
{
    struct ss_fxp_readdir body = {.handle = handle};

    return ask(c, SS_FXP_readdir, &body, out_ticket);
}

ss_err ss_sftp_client_mkdir(struct ss_sftp_client *c, ss_span path, const struct ss_attrs *attrs,
                            uint32_t *out_ticket)
{
    struct ss_fxp_mkdir body = {.path = path};

    put_attrs(attrs, &body.attrs);
    return ask(c, SS_FXP_mkdir, &body, out_ticket);
}

ss_err ss_sftp_client_rmdir(struct ss_sftp_client *c, ss_span path, uint32_t *out_ticket)
{
    struct ss_fxp_rmdir body = {.path = path};

    return ask(c, SS_FXP_rmdir, &body, out_ticket);
}

ss_err ss_sftp_client_remove(struct ss_sftp_client *c, ss_span path, uint32_t *out_ticket)
{
    struct ss_fxp_remove body = {.filename = path};

    return ask(c, SS_FXP_remove, &body, out_ticket);
}

ss_err ss_sftp_client_rename(struct ss_sftp_client *c, ss_span old_path, ss_span new_path,
                             uint32_t *out_ticket)
{
    struct ss_fxp_rename body = {.oldpath = old_path, .newpath = new_path};

    return ask(c, SS_FXP_rename, &body, out_ticket);
}

ss_err ss_sftp_client_realpath(struct ss_sftp_client *c, ss_span path, uint32_t *out_ticket)
{
    struct ss_fxp_realpath body = {.path = path};

    return ask(c, SS_FXP_realpath, &body, out_ticket);
}

ss_err ss_sftp_client_readlink(struct ss_sftp_client *c, ss_span path, uint32_t *out_ticket)
{
    struct ss_fxp_readlink body = {.path = path};

    return ask(c, SS_FXP_readlink, &body, out_ticket);
}

/* rule: OSSHSFTP-4.1-symlink-reversed */
ss_err ss_sftp_client_symlink(struct ss_sftp_client *c, ss_span target, ss_span link_path,
                              uint32_t *out_ticket)
{
    struct ss_fxp_symlink body = {.targetpath = target, .linkpath = link_path};

    return ask(c, SS_FXP_symlink, &body, out_ticket);
}

/* ---- extensions ---- */

ss_err ss_sftp_client_posix_rename(struct ss_sftp_client *c, ss_span old_path, ss_span new_path,
                                   uint32_t *out_ticket)
{
    struct ss_tail_extended_posix_rename body = {.oldpath = old_path, .newpath = new_path};

    return extend(c, SS_SFTP_EXT_POSIX_RENAME, SS_TAIL_extended_posix_rename, &body, out_ticket);
}

ss_err ss_sftp_client_hardlink(struct ss_sftp_client *c, ss_span old_path, ss_span new_path,
                               uint32_t *out_ticket)
{
    struct ss_tail_extended_hardlink body = {.oldpath = old_path, .newpath = new_path};

    return extend(c, SS_SFTP_EXT_HARDLINK, SS_TAIL_extended_hardlink, &body, out_ticket);
}

ss_err ss_sftp_client_fsync(struct ss_sftp_client *c, ss_span handle, uint32_t *out_ticket)
{
    struct ss_tail_extended_fsync body = {.handle = handle};

    return extend(c, SS_SFTP_EXT_FSYNC, SS_TAIL_extended_fsync, &body, out_ticket);
}

ss_err ss_sftp_client_lsetstat(struct ss_sftp_client *c, ss_span path, const struct ss_attrs *attrs,
                               uint32_t *out_ticket)
{
    struct ss_tail_extended_lsetstat body = {.path = path};

    put_attrs(attrs, &body.attrs);
    return extend(c, SS_SFTP_EXT_LSETSTAT, SS_TAIL_extended_lsetstat, &body, out_ticket);
}

ss_err ss_sftp_client_statvfs(struct ss_sftp_client *c, ss_span path, uint32_t *out_ticket)
{
    struct ss_tail_extended_statvfs body = {.path = path};

    return extend(c, SS_SFTP_EXT_STATVFS, SS_TAIL_extended_statvfs, &body, out_ticket);
}

ss_err ss_sftp_client_fstatvfs(struct ss_sftp_client *c, ss_span handle, uint32_t *out_ticket)
{
    struct ss_tail_extended_fstatvfs body = {.handle = handle};

    return extend(c, SS_SFTP_EXT_FSTATVFS, SS_TAIL_extended_fstatvfs, &body, out_ticket);
}

ss_err ss_sftp_client_limits(struct ss_sftp_client *c, uint32_t *out_ticket)
{
    return extend(c, SS_SFTP_EXT_LIMITS, SS_TAIL_extended_limits, NULL, out_ticket);
}

ss_err ss_sftp_client_expand_path(struct ss_sftp_client *c, ss_span path, uint32_t *out_ticket)
{
    struct ss_tail_extended_expand_path body = {.path = path};

    return extend(c, SS_SFTP_EXT_EXPAND_PATH, SS_TAIL_extended_expand_path, &body, out_ticket);
}

ss_err ss_sftp_client_copy_data(struct ss_sftp_client *c, ss_span from, uint64_t from_offset,
                                uint64_t length, ss_span to, uint64_t to_offset,
                                uint32_t *out_ticket)
{
    struct ss_tail_extended_copy_data body = {.read_handle = from,
                                              .read_offset = from_offset,
                                              .length = length,
                                              .write_handle = to,
                                              .write_offset = to_offset};

    return extend(c, SS_SFTP_EXT_COPY_DATA, SS_TAIL_extended_copy_data, &body, out_ticket);
}

/* ---- WRITE in place ---- */

ss_err ss_sftp_client_write_open(struct ss_sftp_client *c, ss_span handle, uint64_t offset,
                                 size_t n, struct ss_sftp_slab *slab, uint8_t **out_bytes)
{
    ss_err err;

    SS_TRY(ss_client_may_ask(c));
    err = ss_sftp_slab_write(&c->out, ss_client_ticket(c), handle, offset, n, slab, out_bytes);
    return err == SS_E_ceiling && ss_buf_size(&c->out) > 0 ? SS_E_would_block : err;
}

ss_err ss_sftp_client_write_commit(struct ss_sftp_client *c, const struct ss_sftp_slab *slab,
                                   size_t n, uint32_t *out_ticket)
{
    uint32_t ticket = ss_client_ticket(c);

    if (n > slab->room)
        return SS_E_bad_argument;
    if (n == 0) {
        ss_sftp_slab_drop(slab);
        return SS_OK;
    }
    ss_sftp_slab_close(slab, n);
    ss_client_asked(c, ticket, SS_FXP_write, 0);
    *out_ticket = ticket;
    return SS_OK;
}
