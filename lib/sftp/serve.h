/* SPDX-License-Identifier: Apache-2.0 */
/* serve.h - one request being answered, as the parts of the server see it.
 *
 * Owns: the shape of a request in work.
 * Not here: the public face (sshspec/sftp.h).
 * Called by: server.c and extend.c. */
#ifndef SSHSPEC_SFTP_SERVE_H
#define SSHSPEC_SFTP_SERVE_H

#include "handles.h"

struct ss_call {
    struct ss_sftp_server *server;
    const void *body; /* of the request, or of its tail */
    uint32_t id;
    struct ss_buf *out;
    bool replied; /* the reply is in out; otherwise the status that is returned becomes one */
    ss_err err;   /* no reply could be made */
};

/* Does a request; the status is sent unless it replied by itself. */
typedef enum ss_fx ss_call_fn(struct ss_call *call);

/* Appends a reply; its id is that of the call. */
enum ss_fx ss_call_reply(struct ss_call *call, enum ss_msgid id, void *body);
enum ss_fx ss_call_reply_attrs(struct ss_call *call, const struct ss_attrs *attrs);
/* NAME with one entry that has a name and nothing else. */
enum ss_fx ss_call_reply_path(struct ss_call *call, const struct ss_buf *path);
/* EXTENDED_REPLY with these bytes. */
enum ss_fx ss_call_reply_bytes(struct ss_call *call, const struct ss_buf *bytes);
/* The open file of this name; null after it set what is to be answered. */
struct ss_sftp_handle *ss_call_file(struct ss_call *call, ss_span name, enum ss_fx *out_status);
/* A path as the file system may see it; a status other than OK when it may not. */
enum ss_fx ss_call_path(ss_span path);
/* Attributes that a client sent. */
enum ss_fx ss_call_attrs(const struct ss_grp_attrs_v3 *wire, struct ss_attrs *out_attrs);

/* call_file.c */
ss_call_fn ss_on_open;
ss_call_fn ss_on_close;
ss_call_fn ss_on_read;
ss_call_fn ss_on_write;
ss_call_fn ss_on_opendir;
ss_call_fn ss_on_readdir;
ss_call_fn ss_on_fstat;
ss_call_fn ss_on_fsetstat;
/* call_name.c */
ss_call_fn ss_on_stat;
ss_call_fn ss_on_lstat;
ss_call_fn ss_on_setstat;
ss_call_fn ss_on_remove;
ss_call_fn ss_on_mkdir;
ss_call_fn ss_on_rmdir;
ss_call_fn ss_on_rename;
ss_call_fn ss_on_symlink;
ss_call_fn ss_on_realpath;
ss_call_fn ss_on_readlink;
typedef enum ss_fx ss_path_fn(struct ss_fs *fs, ss_span path, struct ss_buf *out);
/* Asks for a path and replies with it. */
enum ss_fx ss_call_answer_path(struct ss_call *call, ss_span path, ss_path_fn *ask);

/* extend.c */
enum ss_fx ss_extend(struct ss_call *call, const struct ss_fxp_extended *request);
/* Those the file system can do; fills at most SS_EXTENSIONS_MOST rows and gives their count. */
enum { SS_EXTENSIONS_MOST = 12 };
size_t ss_extensions(const struct ss_sftp_server *server, struct ss_grp_sftp_extension *out);

#endif
