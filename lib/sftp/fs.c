/* SPDX-License-Identifier: Apache-2.0 */
/* fs.c - whole files at once, and words for status codes.
 *
 * Owns: the texts of SSH_FX_* codes.
 * Not here: any file system.
 * Called by: the server (texts), scenarios and tests (whole files).
 * Follows: draft-ietf-secsh-filexfer-02 section 7. */
#include "sshspec/fs.h"

enum { PIECE = 32768 };

const char *ss_fx_text(uint32_t code)
{
    static const char *const texts[] = {
        [SS_FX_OK] = "Success",
        [SS_FX_EOF] = "End of file",
        [SS_FX_NO_SUCH_FILE] = "No such file",
        [SS_FX_PERMISSION_DENIED] = "Permission denied",
        [SS_FX_FAILURE] = "Failure",
        [SS_FX_BAD_MESSAGE] = "Bad message",
        [SS_FX_NO_CONNECTION] = "No connection",
        [SS_FX_CONNECTION_LOST] = "Connection lost",
        [SS_FX_OP_UNSUPPORTED] = "Operation unsupported",
    };

    return code < SS_COUNT(texts) ? texts[code] : "Unknown status";
}

enum ss_fx ss_fs_put_file(struct ss_fs *fs, ss_span path, ss_span bytes, uint32_t permissions)
{
    struct ss_attrs attrs = {.flags = permissions != 0 ? SS_ATTR_PERMISSIONS : 0,
                             .permissions = permissions};
    enum ss_fx status, closed;
    void *file;

    status = fs->ops->open(fs, path, SS_FXF_WRITE | SS_FXF_CREAT | SS_FXF_TRUNC, &attrs, &file);
    if (status != SS_FX_OK)
        return status;
    status = fs->ops->pwrite(fs, file, 0, bytes);
    closed = fs->ops->close(fs, file);
    return status != SS_FX_OK ? status : closed;
}

static enum ss_fx read_all(struct ss_fs *fs, void *file, struct ss_buf *out)
{
    uint64_t offset = 0;

    for (;;) {
        size_t before = ss_buf_size(out), got = 0;
        enum ss_fx status;
        uint8_t *to;

        if (ss_buf_extend(out, PIECE, &to) != SS_OK)
            return SS_FX_FAILURE;
        status = fs->ops->pread(fs, file, offset, to, PIECE, &got);
        ss_buf_truncate(out, before + (status == SS_FX_OK ? got : 0));
        if (status == SS_FX_EOF)
            return SS_FX_OK;
        if (status != SS_FX_OK)
            return status;
        offset += got;
    }
}

enum ss_fx ss_fs_get_file(struct ss_fs *fs, ss_span path, struct ss_buf *out)
{
    static const struct ss_attrs none;
    size_t before = ss_buf_size(out);
    enum ss_fx status, closed;
    void *file;

    status = fs->ops->open(fs, path, SS_FXF_READ, &none, &file);
    if (status != SS_FX_OK)
        return status;
    status = read_all(fs, file, out);
    closed = fs->ops->close(fs, file);
    if (status == SS_FX_OK)
        status = closed;
    if (status != SS_FX_OK)
        ss_buf_truncate(out, before);
    return status;
}
