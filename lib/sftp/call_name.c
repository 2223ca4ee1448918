/* SPDX-License-Identifier: Apache-2.0 */
/* call_name.c - the requests that take paths.
 *
 * Owns: what is checked of paths and attributes before the file system is asked.
 * Not here: what a path leads to (the file system), open files (call_file.c).
 * Called by: server.c, through its table.
 * Follows: draft-ietf-secsh-filexfer-02 sections 6.5, 6.6, 6.8 to 6.11. */
#include "serve.h"

#include "path.h"

enum ss_fx ss_on_stat(struct ss_call *call)
{
    const struct ss_fxp_stat *request = call->body;
    struct ss_fs *fs = call->server->fs;
    enum ss_fx status = ss_call_path(request->path);
    struct ss_attrs attrs;

    if (status == SS_FX_OK)
        status = fs->ops->stat(fs, request->path, &attrs);
    return status == SS_FX_OK ? ss_call_reply_attrs(call, &attrs) : status;
}

enum ss_fx ss_on_lstat(struct ss_call *call)
{
    const struct ss_fxp_lstat *request = call->body;
    struct ss_fs *fs = call->server->fs;
    enum ss_fx status = ss_call_path(request->path);
    struct ss_attrs attrs;

    if (status == SS_FX_OK)
        status = fs->ops->lstat(fs, request->path, &attrs);
    return status == SS_FX_OK ? ss_call_reply_attrs(call, &attrs) : status;
}

enum ss_fx ss_on_setstat(struct ss_call *call)
{
    const struct ss_fxp_setstat *request = call->body;
    struct ss_fs *fs = call->server->fs;
    enum ss_fx status = ss_call_path(request->path);
    struct ss_attrs attrs;

    if (status == SS_FX_OK)
        status = ss_call_attrs(&request->attrs, &attrs);
    return status == SS_FX_OK ? fs->ops->setstat(fs, request->path, &attrs) : status;
}

/* ---- names ---- */

enum ss_fx ss_on_remove(struct ss_call *call)
{
    const struct ss_fxp_remove *request = call->body;
    struct ss_fs *fs = call->server->fs;
    enum ss_fx status = ss_call_path(request->filename);

    return status == SS_FX_OK ? fs->ops->remove(fs, request->filename) : status;
}

enum ss_fx ss_on_mkdir(struct ss_call *call)
{
    const struct ss_fxp_mkdir *request = call->body;
    struct ss_fs *fs = call->server->fs;
    enum ss_fx status = ss_call_path(request->path);
    struct ss_attrs attrs;

    if (status == SS_FX_OK)
        status = ss_call_attrs(&request->attrs, &attrs);
    return status == SS_FX_OK ? fs->ops->mkdir(fs, request->path, &attrs) : status;
}

enum ss_fx ss_on_rmdir(struct ss_call *call)
{
    const struct ss_fxp_rmdir *request = call->body;
    struct ss_fs *fs = call->server->fs;
    enum ss_fx status = ss_call_path(request->path);

    return status == SS_FX_OK ? fs->ops->rmdir(fs, request->path) : status;
}

enum ss_fx ss_on_rename(struct ss_call *call)
{
    const struct ss_fxp_rename *request = call->body;
    struct ss_fs *fs = call->server->fs;
    enum ss_fx status = ss_call_path(request->oldpath);

    if (status == SS_FX_OK)
        status = ss_call_path(request->newpath);
    return status == SS_FX_OK ? fs->ops->rename(fs, request->oldpath, request->newpath) : status;
}

/* rule: OSSHSFTP-4.1-symlink-reversed; the row of the message names the deployed order. */
enum ss_fx ss_on_symlink(struct ss_call *call)
{
    const struct ss_fxp_symlink *request = call->body;
    struct ss_fs *fs = call->server->fs;
    enum ss_fx status = ss_call_path(request->targetpath);

    if (status == SS_FX_OK)
        status = ss_call_path(request->linkpath);
    return status == SS_FX_OK ? fs->ops->symlink(fs, request->targetpath, request->linkpath)
                              : status;
}

enum ss_fx ss_call_answer_path(struct ss_call *call, ss_span path, ss_path_fn *ask)
{
    enum ss_fx status = ss_call_path(path);
    struct ss_buf answer;

    ss_buf_init(&answer, call->server->env, (size_t)2 * SS_PATH_MOST);
    if (status == SS_FX_OK)
        status = ask(call->server->fs, path, &answer);
    if (status == SS_FX_OK)
        status = ss_call_reply_path(call, &answer);
    ss_buf_fini(&answer);
    return status;
}

enum ss_fx ss_on_realpath(struct ss_call *call)
{
    return ss_call_answer_path(call, ((const struct ss_fxp_realpath *)call->body)->path,
                               call->server->fs->ops->realpath);
}

enum ss_fx ss_on_readlink(struct ss_call *call)
{
    return ss_call_answer_path(call, ((const struct ss_fxp_readlink *)call->body)->path,
                               call->server->fs->ops->readlink);
}
