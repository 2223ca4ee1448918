/* SPDX-License-Identifier: Apache-2.0 */
/* server.c - a request comes, the file system is asked, a reply goes.
 *
 * Owns: the table of requests; what is checked of every one; the beginning of a session; replies.
 * Not here: the requests themselves (call_file.c, call_name.c, extend.c), handles (handles.c).
 * Called by: whoever serves SFTP over a channel or a pipe.
 * Follows: draft-ietf-secsh-filexfer-02 sections 4, 6 and 7.
 *
 * Requests are answered in the order they come, each before the next is looked at; that is all
 * that section 6.1 asks for. A status goes with its standard text and nothing else, so no path of
 * the host can be in one. */
#include "serve.h"

#include "path.h"

enum { NUMBER_AND_ID = 5, ARENA_MOST = 8 << 20 };

#define KNOWN_ATTRS                                                                                \
    (SS_ATTR_SIZE | SS_ATTR_UIDGID | SS_ATTR_PERMISSIONS | SS_ATTR_ACMODTIME | SS_ATTR_EXTENDED)

/* ---- replies ---- */

ss_err ss_sftp_status_put(struct ss_buf *out, uint32_t id, enum ss_fx code)
{
    struct ss_fxp_status body = {.id = id, .code = (uint32_t)code};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_FXP_status), .body = &body};

    body.message = ss_span_of(ss_fx_text((uint32_t)code));
    body.language = ss_span_of("en");
    return ss_sftp_frame_put(out, &msg, NULL, 0);
}

/* rule: SFTP02-6-request-id-echoed; the id is the first field of every reply. */
enum ss_fx ss_call_reply(struct ss_call *call, enum ss_msgid id, void *body)
{
    struct ss_msg msg = {.def = ss_msgdef_of(id), .body = body};

    memcpy(body, &call->id, sizeof call->id);
    call->err = ss_sftp_frame_put(call->out, &msg, NULL, 0);
    call->replied = true;
    return SS_FX_OK;
}

enum ss_fx ss_call_reply_path(struct ss_call *call, const struct ss_buf *path)
{
    struct ss_grp_name_entry entry = {.filename = ss_buf_span(path), .longname = ss_buf_span(path)};
    struct ss_fxp_name body = {.names = {&entry, 1}};

    return ss_call_reply(call, SS_FXP_name, &body);
}

enum ss_fx ss_call_reply_bytes(struct ss_call *call, const struct ss_buf *bytes)
{
    struct ss_fxp_extended_reply body = {.data = ss_buf_span(bytes)};

    return ss_call_reply(call, SS_FXP_extended_reply, &body);
}

enum ss_fx ss_call_reply_attrs(struct ss_call *call, const struct ss_attrs *attrs)
{
    struct ss_fxp_attrs body;

    memset(&body, 0, sizeof body);
    ss_sftp_attrs_to_wire(attrs, &body.attrs);
    return ss_call_reply(call, SS_FXP_attrs, &body);
}

/* ---- what is checked first ---- */

enum ss_fx ss_call_path(ss_span path)
{
    return ss_path_usable(path) ? SS_FX_OK : SS_FX_NO_SUCH_FILE;
}

/* rule: SFTP02-5-attrs-unknown-bits; what an unknown bit stands for cannot be skipped. */
enum ss_fx ss_call_attrs(const struct ss_grp_attrs_v3 *wire, struct ss_attrs *out_attrs)
{
    if ((wire->flags & ~KNOWN_ATTRS) != 0)
        return SS_FX_BAD_MESSAGE;
    ss_sftp_attrs_from_wire(wire, out_attrs);
    return SS_FX_OK;
}

/* rule: SFTP02-6-handle-validity, SFTP02-6.7-readdir-file-handle */
struct ss_sftp_handle *ss_call_file(struct ss_call *call, ss_span name, enum ss_fx *out_status)
{
    struct ss_sftp_handle *slot = ss_handles_find(call->server, name, SS_HANDLE_FILE);

    if (slot == NULL)
        *out_status = SS_FX_FAILURE;
    return slot;
}

/* ---- the table ---- */

static enum ss_fx on_extended(struct ss_call *call)
{
    return ss_extend(call, call->body);
}

#define NEEDS(op) offsetof(struct ss_fs_ops, op)
#define NEEDS_NOTHING SIZE_MAX

static const struct verb {
    enum ss_msgid id;
    ss_call_fn *run;
    size_t op;   /* the file system's call that it cannot do without */
    bool writes; /* refused when read only; OPEN looks at its flags, EXTENDED has a table */
} verbs[] = {
    {SS_FXP_open, ss_on_open, NEEDS(open), false},
    {SS_FXP_close, ss_on_close, NEEDS(close), false},
    {SS_FXP_read, ss_on_read, NEEDS(pread), false},
    {SS_FXP_write, ss_on_write, NEEDS(pwrite), true},
    {SS_FXP_lstat, ss_on_lstat, NEEDS(lstat), false},
    {SS_FXP_fstat, ss_on_fstat, NEEDS(fstat), false},
    {SS_FXP_setstat, ss_on_setstat, NEEDS(setstat), true},
    {SS_FXP_fsetstat, ss_on_fsetstat, NEEDS(fsetstat), true},
    {SS_FXP_opendir, ss_on_opendir, NEEDS(opendir), false},
    {SS_FXP_readdir, ss_on_readdir, NEEDS(readdir), false},
    {SS_FXP_remove, ss_on_remove, NEEDS(remove), true},
    {SS_FXP_mkdir, ss_on_mkdir, NEEDS(mkdir), true},
    {SS_FXP_rmdir, ss_on_rmdir, NEEDS(rmdir), true},
    {SS_FXP_realpath, ss_on_realpath, NEEDS(realpath), false},
    {SS_FXP_stat, ss_on_stat, NEEDS(stat), false},
    {SS_FXP_rename, ss_on_rename, NEEDS(rename), true},
    {SS_FXP_readlink, ss_on_readlink, NEEDS(readlink), false},
    {SS_FXP_symlink, ss_on_symlink, NEEDS(symlink), true},
    {SS_FXP_extended, on_extended, NEEDS_NOTHING, false},
};

static const struct verb *verb_of(const struct ss_msgdef *def)
{
    for (size_t i = 0; i < SS_COUNT(verbs); i++) {
        if (verbs[i].id == def->id)
            return &verbs[i];
    }
    return NULL;
}

static bool can(const struct ss_fs_ops *ops, size_t op)
{
    enum ss_fx (*call)(void);

    if (op == NEEDS_NOTHING)
        return true;
    memcpy(&call, (const char *)ops + op, sizeof call);
    return call != NULL;
}

static enum ss_fx run(struct ss_call *call, const struct ss_msg *request)
{
    const struct verb *verb = verb_of(request->def);

    if (verb == NULL || !can(call->server->fs->ops, verb->op))
        return SS_FX_OP_UNSUPPORTED;
    if (verb->writes && call->server->options.read_only)
        return SS_FX_PERMISSION_DENIED;
    return verb->run(call);
}

/* ---- the session ---- */

/* rule: SFTP02-4-version-lowest, SFTP02-4-init-repeated, SFTP02-4-extensions-unknown-ignored */
static ss_err answer_init(struct ss_sftp_server *server, const struct ss_fxp_init *request,
                          struct ss_buf *out)
{
    struct ss_grp_sftp_extension rows[SS_EXTENSIONS_MOST];
    struct ss_fxp_version body = {.version = SS_SFTP_VERSION};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_FXP_version), .body = &body};

    if (server->started)
        return SS_E_unexpected_message;
    if (request->version < SS_SFTP_VERSION)
        body.version = request->version;
    body.extensions = (struct ss_list){rows, ss_extensions(server, rows)};
    SS_TRY(ss_sftp_frame_put(out, &msg, NULL, 0));
    server->started = true;
    server->version = body.version;
    return SS_OK;
}

/* rule: SFTP02-7-one-response-each; without an id there is nobody to answer. */
static ss_err answer_unreadable(ss_span payload, enum ss_fx code, struct ss_buf *out)
{
    if (payload.size < NUMBER_AND_ID)
        return SS_E_truncated;
    return ss_sftp_status_put(out, ss_load_u32(payload.data + 1), code);
}

ss_err ss_sftp_server_answer(struct ss_sftp_server *server, const struct ss_msg *request,
                             struct ss_buf *out)
{
    struct ss_call call = {.server = server, .body = request->body, .out = out};
    size_t start = ss_buf_size(out);
    enum ss_fx status;

    if (request->def == NULL)
        return answer_unreadable(request->payload, SS_FX_OP_UNSUPPORTED, out);
    if (request->def->id == SS_FXP_init)
        return answer_init(server, request->body, out);
    if (request->def->id == SS_FXP_version)
        return SS_E_wrong_sender;
    memcpy(&call.id, request->body, sizeof call.id);
    ss_arena_reset(&server->scratch);
    /* rule: SFTP02-4-init-first */
    status = server->started ? run(&call, request) : SS_FX_BAD_MESSAGE;
    if (call.err == SS_OK && !call.replied)
        call.err = ss_sftp_status_put(out, call.id, status);
    if (call.err != SS_OK)
        ss_buf_truncate(out, start);
    return call.err;
}

ss_err ss_sftp_server_take(struct ss_sftp_server *server, ss_span payload, struct ss_buf *out)
{
    struct ss_msg request;
    ss_err err;

    ss_arena_reset(&server->decoded);
    err = ss_sftp_decode(&server->decoded, payload, &request, NULL, NULL);
    if (err == SS_OK || err == SS_E_unknown_message) {
        if (err == SS_E_unknown_message)
            request = (struct ss_msg){.payload = payload};
        return ss_sftp_server_answer(server, &request, out);
    }
    if (ss_err_class_of(err) == SS_CLASS_RESOURCE || payload.size == 0 ||
        payload.data[0] == ss_msgdef_of(SS_FXP_init)->number)
        return err;
    return answer_unreadable(payload, SS_FX_BAD_MESSAGE, out);
}

static void set_defaults(struct ss_sftp_server_options *options)
{
    if (options->read_most == 0)
        options->read_most = 255 << 10;
    if (options->packet_most == 0)
        options->packet_most = SS_SFTP_FRAME_MOST;
    if (options->handles_most == 0)
        options->handles_most = 256;
    if (options->names_most == 0)
        options->names_most = 100;
    if (options->copy_most == 0)
        options->copy_most = UINT64_C(1) << 30;
}

ss_err ss_sftp_server_init(struct ss_sftp_server *server, const struct ss_env *env,
                           struct ss_fs *fs, const struct ss_sftp_server_options *options)
{
    memset(server, 0, sizeof *server);
    server->env = env;
    server->fs = fs;
    if (options != NULL)
        server->options = *options;
    set_defaults(&server->options);
    ss_arena_init(&server->decoded, env, ARENA_MOST);
    ss_arena_init(&server->scratch, env, ARENA_MOST);
    return ss_handles_init(server);
}

void ss_sftp_server_fini(struct ss_sftp_server *server)
{
    ss_handles_fini(server);
    ss_arena_fini(&server->decoded);
    ss_arena_fini(&server->scratch);
}

void ss_sftp_server_now(struct ss_sftp_server *server, uint32_t seconds)
{
    server->now = seconds;
}
