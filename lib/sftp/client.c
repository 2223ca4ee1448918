/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - answers of a server: to whom they belong, and whether they fit.
 *
 * Owns: the beginning of a session, tickets in flight, the check of every reply.
 * Not here: making requests (client_call.c), whole files (transfer.c).
 * Called by: whoever speaks SFTP to a server.
 * Follows: draft-ietf-secsh-filexfer-02 sections 4, 6 and 7.
 *
 * A server that breaks a rule of framing or answers what was not asked cannot be trusted with the
 * next request: the fault is pinned and the session is over. A refusal is an event like others.
 *
 * A ticket is a request id. Its slot is the id modulo the slots, and an id whose slot is busy is
 * passed over, so an answer finds its request at once whatever order answers come in. */
#include "client.h"

enum { ARENA_MOST = 8 << 20, OUTPUT_MOST = 4 << 20, OUTSTANDING = 256, OUTSTANDING_MOST = 65536 };

/* ---- faults ---- */

static ss_err fail(struct ss_sftp_client *client, ss_err err, const char *message,
                   const char *field, const char *rule)
{
    struct ss_fault *fault = &client->fault;

    if (fault->err != SS_OK)
        return fault->err;
    fault->err = err;
    fault->inbound = 1;
    fault->message = message;
    fault->field = field;
    fault->rule = rule;
    return err;
}

/* ---- tickets ---- */

ss_err ss_client_may_ask(const struct ss_sftp_client *client)
{
    if (client->fault.err != SS_OK)
        return client->fault.err;
    if (client->ended)
        return SS_E_closed;
    if (!client->ready)
        return SS_E_usage;
    return client->outstanding < client->room ? SS_OK : SS_E_would_block;
}

static struct ss_sftp_pending *slot_of(const struct ss_sftp_client *client, uint32_t ticket)
{
    return &client->pending[ticket & (client->room - 1)];
}

uint32_t ss_client_ticket(struct ss_sftp_client *client)
{
    while (slot_of(client, client->next_ticket)->busy)
        client->next_ticket++;
    return client->next_ticket;
}

void ss_client_asked(struct ss_sftp_client *client, uint32_t ticket, enum ss_msgid request,
                     uint32_t length)
{
    *slot_of(client, ticket) = (struct ss_sftp_pending){true, ticket, request, length};
    client->outstanding++;
    client->next_ticket = ticket + 1;
}

bool ss_client_asking(const struct ss_sftp_client *client, uint32_t ticket)
{
    const struct ss_sftp_pending *slot = slot_of(client, ticket);

    return slot->busy && slot->ticket == ticket;
}

/* ---- VERSION ---- */

/* rule: OSSHSFTP-4.2-extension-version-checked */
unsigned ss_client_extension(ss_span name, ss_span version)
{
    static const struct {
        enum ss_msgid id;
        const char *version;
        enum ss_sftp_extension bit;
    } known[] = {
        {SS_TAIL_extended_posix_rename, "1", SS_SFTP_EXT_POSIX_RENAME},
        {SS_TAIL_extended_statvfs, "2", SS_SFTP_EXT_STATVFS},
        {SS_TAIL_extended_fstatvfs, "2", SS_SFTP_EXT_FSTATVFS},
        {SS_TAIL_extended_hardlink, "1", SS_SFTP_EXT_HARDLINK},
        {SS_TAIL_extended_fsync, "1", SS_SFTP_EXT_FSYNC},
        {SS_TAIL_extended_lsetstat, "1", SS_SFTP_EXT_LSETSTAT},
        {SS_TAIL_extended_limits, "1", SS_SFTP_EXT_LIMITS},
        {SS_TAIL_extended_expand_path, "1", SS_SFTP_EXT_EXPAND_PATH},
        {SS_TAIL_extended_copy_data, "1", SS_SFTP_EXT_COPY_DATA},
    };

    for (size_t i = 0; i < SS_COUNT(known); i++) {
        if (ss_span_is(name, ss_msgdef_of(known[i].id)->key) &&
            ss_span_is(version, known[i].version))
            return (unsigned)known[i].bit;
    }
    return 0;
}

/* rule: SFTP02-4-client-version-mismatch */
static ss_err take_version(struct ss_sftp_client *client, const struct ss_fxp_version *version,
                           struct ss_sftp_event *out)
{
    const struct ss_grp_sftp_extension *rows = version->extensions.items;

    if (version->version > SS_SFTP_VERSION)
        return fail(client, SS_E_bad_value, "version", "version",
                    "SFTP02-4-client-version-mismatch");
    if (version->version < SS_SFTP_VERSION)
        return fail(client, SS_E_unsupported, "version", "version", NULL);
    for (size_t i = 0; i < version->extensions.count; i++)
        client->extensions |= ss_client_extension(rows[i].name, rows[i].data);
    client->version = version->version;
    client->ready = true;
    out->kind = SS_SFTP_READY;
    return SS_OK;
}

/* ---- what fits a request ---- */

enum {
    MAY_STATUS = 1, /* any STATUS; without it, OK is no answer */
    MAY_HANDLE = 2,
    MAY_DATA = 4,
    MAY_NAMES = 8,
    MAY_ATTRS = 16,
    MAY_REPLY = 32
};

/* Requests that are not here are answered by STATUS alone. */
static unsigned may(enum ss_msgid request)
{
    switch (request) {
    case SS_FXP_open:
    case SS_FXP_opendir:
        return MAY_HANDLE;
    case SS_FXP_read:
        return MAY_DATA;
    case SS_FXP_readdir:
    case SS_FXP_realpath:
    case SS_FXP_readlink:
    case SS_TAIL_extended_expand_path:
    case SS_TAIL_extended_home_directory:
        return MAY_NAMES;
    case SS_FXP_stat:
    case SS_FXP_lstat:
    case SS_FXP_fstat:
        return MAY_ATTRS;
    case SS_TAIL_extended_limits:
    case SS_TAIL_extended_statvfs:
    case SS_TAIL_extended_fstatvfs:
    case SS_TAIL_extended_users_groups_by_id:
        return MAY_REPLY;
    case SS_FXP_extended: /* nobody knows what it is; whatever comes may be right */
        return MAY_STATUS | MAY_HANDLE | MAY_DATA | MAY_NAMES | MAY_ATTRS | MAY_REPLY;
    default:
        return MAY_STATUS;
    }
}

static ss_err wrong_kind(struct ss_sftp_client *client, const struct ss_msg *msg)
{
    return fail(client, SS_E_unexpected_message, msg->def->name, NULL,
                "SFTP02-7-client-unexpected-response");
}

/* OK answers a request to do something; to a question it is no answer. */
static ss_err take_status(struct ss_sftp_client *client, const struct ss_sftp_pending *asked,
                          const struct ss_msg *msg, struct ss_sftp_event *out)
{
    const struct ss_fxp_status *body = msg->body;

    if (body->code == SS_FX_OK && (may(asked->request) & MAY_STATUS) == 0)
        return wrong_kind(client, msg);
    out->kind = SS_SFTP_STATUS;
    out->code = body->code;
    out->text = body->message;
    return SS_OK;
}

static ss_err take_handle(struct ss_sftp_client *client, const struct ss_msg *msg,
                          struct ss_sftp_event *out)
{
    const struct ss_fxp_handle *body = msg->body;

    if (body->handle.size > SS_SFTP_HANDLE_MOST)
        return fail(client, SS_E_bad_value, "handle", "handle", "SFTP02-6-handle-long-received");
    out->kind = SS_SFTP_HANDLE;
    out->bytes = body->handle;
    return SS_OK;
}

/* No bytes at all, with no end of file, would be asked for again without end. */
static ss_err take_data(struct ss_sftp_client *client, const struct ss_sftp_pending *asked,
                        const struct ss_msg *msg, struct ss_sftp_event *out)
{
    const struct ss_fxp_data *body = msg->body;
    bool known = asked->request == SS_FXP_read;

    if (known && body->data.size > asked->length)
        return fail(client, SS_E_bad_value, "data", "data", "SFTP02-7-client-data-overrun");
    if (known && body->data.size == 0 && asked->length > 0)
        return fail(client, SS_E_bad_value, "data", "data", "SFTP02-6.4-read-at-eof");
    out->kind = SS_SFTP_DATA;
    out->bytes = body->data;
    return SS_OK;
}

/* One name for a path; one or more for a listing: none would be asked for again without end. */
static ss_err take_names(struct ss_sftp_client *client, const struct ss_sftp_pending *asked,
                         const struct ss_msg *msg, struct ss_sftp_event *out)
{
    const struct ss_fxp_name *body = msg->body;
    const struct ss_grp_name_entry *rows = body->names.items;
    bool listing = asked->request == SS_FXP_readdir;
    struct ss_sftp_name *names;

    if (asked->request != SS_FXP_extended && !listing && body->names.count != 1)
        return fail(client, SS_E_bad_value, "name", "names",
                    asked->request == SS_FXP_readlink ? "SFTP02-6.10-readlink-name"
                                                      : "SFTP02-6.11-realpath-name");
    if (listing && body->names.count == 0)
        return fail(client, SS_E_bad_value, "name", "names", "SFTP02-6.7-readdir-eof");
    names = ss_arena_alloc(&client->arena, body->names.count * sizeof *names);
    if (names == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < body->names.count; i++) {
        names[i].filename = rows[i].filename;
        names[i].longname = rows[i].longname;
        ss_sftp_attrs_from_wire(&rows[i].attrs, &names[i].attrs);
        names[i].safe = ss_sftp_name_safe(rows[i].filename);
    }
    out->kind = SS_SFTP_NAMES;
    out->names = names;
    out->name_count = body->names.count;
    return SS_OK;
}

/* ---- extended replies ---- */

static void take_limits(struct ss_sftp_client *client, struct ss_reader *reader,
                        struct ss_sftp_event *out)
{
    out->kind = SS_SFTP_LIMITS;
    out->limits.packet = ss_reader_u64(reader);
    out->limits.read = ss_reader_u64(reader);
    out->limits.write = ss_reader_u64(reader);
    out->limits.handles = ss_reader_u64(reader);
    if (reader->err == SS_OK)
        client->limits = out->limits;
}

static void take_space(struct ss_reader *reader, struct ss_sftp_event *out)
{
    struct ss_fs_space *space = &out->space;
    uint64_t *const numbers[] = {
        &space->block_size,  &space->fragment_size,    &space->blocks,
        &space->blocks_free, &space->blocks_available, &space->files,
        &space->files_free,  &space->files_available,  &space->fsid,
        &space->flags,       &space->name_most,
    };

    out->kind = SS_SFTP_SPACE;
    for (size_t i = 0; i < SS_COUNT(numbers); i++)
        *numbers[i] = ss_reader_u64(reader);
}

static ss_err take_extended(struct ss_sftp_client *client, const struct ss_sftp_pending *asked,
                            const struct ss_msg *msg, struct ss_sftp_event *out)
{
    const struct ss_fxp_extended_reply *body = msg->body;
    struct ss_reader reader;

    ss_reader_init(&reader, body->data);
    if (asked->request == SS_TAIL_extended_limits)
        take_limits(client, &reader, out);
    else if (asked->request == SS_TAIL_extended_statvfs ||
             asked->request == SS_TAIL_extended_fstatvfs)
        take_space(&reader, out);
    else {
        out->kind = SS_SFTP_REPLY;
        out->bytes = body->data;
    }
    if (reader.err != SS_OK)
        return fail(client, reader.err, "extended_reply", "data", "OSSHSFTP-4.4-statvfs-layout");
    return SS_OK;
}

/* ---- replies ---- */

static unsigned kind_bit(const struct ss_msgdef *def)
{
    switch (def->id) {
    case SS_FXP_status:
        return MAY_STATUS;
    case SS_FXP_handle:
        return MAY_HANDLE;
    case SS_FXP_data:
        return MAY_DATA;
    case SS_FXP_name:
        return MAY_NAMES;
    case SS_FXP_attrs:
        return MAY_ATTRS;
    case SS_FXP_extended_reply:
        return MAY_REPLY;
    default:
        return 0;
    }
}

static ss_err take_kind(struct ss_sftp_client *client, const struct ss_sftp_pending *asked,
                        const struct ss_msg *msg, struct ss_sftp_event *out)
{
    switch (msg->def->id) {
    case SS_FXP_status:
        return take_status(client, asked, msg, out);
    case SS_FXP_handle:
        return take_handle(client, msg, out);
    case SS_FXP_data:
        return take_data(client, asked, msg, out);
    case SS_FXP_name:
        return take_names(client, asked, msg, out);
    case SS_FXP_attrs:
        out->kind = SS_SFTP_ATTRS;
        ss_sftp_attrs_from_wire(&((const struct ss_fxp_attrs *)msg->body)->attrs, &out->attrs);
        return SS_OK;
    default:
        return take_extended(client, asked, msg, out);
    }
}

/* rule: SFTP02-6-client-unknown-id, SFTP02-7-client-unexpected-response */
static ss_err take_reply(struct ss_sftp_client *client, const struct ss_msg *msg,
                         struct ss_sftp_event *out)
{
    unsigned bit = kind_bit(msg->def);
    struct ss_sftp_pending *slot;
    uint32_t id;

    if (bit == 0)
        return wrong_kind(client, msg);
    memcpy(&id, msg->body, sizeof id);
    slot = slot_of(client, id);
    if (!slot->busy || slot->ticket != id)
        return fail(client, SS_E_unknown_id, msg->def->name, "id", "SFTP02-6-client-unknown-id");
    if (bit != MAY_STATUS && (may(slot->request) & bit) == 0)
        return wrong_kind(client, msg);
    out->ticket = id;
    out->request = slot->request;
    SS_TRY(take_kind(client, slot, msg, out));
    slot->busy = false;
    client->outstanding--;
    return SS_OK;
}

static ss_err take_payload(struct ss_sftp_client *client, ss_span payload,
                           struct ss_sftp_event *out)
{
    struct ss_decode_error where = {0};
    struct ss_msg msg;
    ss_err err;

    ss_arena_reset(&client->arena);
    err = ss_sftp_decode(&client->arena, payload, &msg, &out->odd, &where);
    if (err != SS_OK)
        return fail(client, err, where.def != NULL ? where.def->name : NULL, where.field, NULL);
    if (client->ready)
        return take_reply(client, &msg, out);
    if (msg.def->id != SS_FXP_version)
        return wrong_kind(client, &msg);
    return take_version(client, msg.body, out);
}

/* Behind the last whole frame of a pipe that has ended. */
static ss_err at_the_end(struct ss_sftp_client *client)
{
    if (!client->ended)
        return SS_E_more_input;
    if (ss_sftp_frames_end(&client->in) == SS_E_truncated)
        return fail(client, SS_E_truncated, NULL, NULL, NULL);
    return fail(client, SS_E_closed, NULL, NULL, NULL);
}

ss_err ss_sftp_client_poll(struct ss_sftp_client *client, struct ss_sftp_event *out_event)
{
    struct ss_sftp_event event = {.kind = SS_SFTP_STATUS};
    ss_span payload;
    ss_err err;

    if (client->fault.err != SS_OK)
        return client->fault.err;
    err = ss_sftp_frames_next(&client->in, &payload);
    if (err == SS_E_more_input)
        return at_the_end(client);
    if (err == SS_OK)
        err = take_payload(client, payload, &event);
    if (err != SS_OK)
        return fail(client, err, NULL, NULL, NULL);
    *out_event = event;
    return SS_OK;
}

ss_err ss_sftp_client_feed(struct ss_sftp_client *client, ss_span bytes)
{
    if (client->fault.err != SS_OK)
        return client->fault.err;
    if (client->ended)
        return SS_E_usage;
    return ss_sftp_frames_feed(&client->in, bytes);
}

void ss_sftp_client_end(struct ss_sftp_client *client)
{
    client->ended = true;
}

ss_span ss_sftp_client_output(const struct ss_sftp_client *client)
{
    return ss_buf_span(&client->out);
}

void ss_sftp_client_sent(struct ss_sftp_client *client, size_t n)
{
    ss_buf_consume(&client->out, n);
}

const struct ss_fault *ss_sftp_client_fault(const struct ss_sftp_client *client)
{
    return &client->fault;
}

/* ---- beginning and end ---- */

static uint32_t power_of_two(uint32_t n)
{
    uint32_t room = 1;

    if (n == 0)
        n = OUTSTANDING;
    while (room < n && room < OUTSTANDING_MOST)
        room *= 2;
    return room;
}

ss_err ss_sftp_client_init(struct ss_sftp_client *client, const struct ss_env *env,
                           const struct ss_sftp_client_options *options)
{
    static const struct ss_sftp_client_options defaults;

    if (options == NULL)
        options = &defaults;
    memset(client, 0, sizeof *client);
    client->env = env;
    client->room = power_of_two(options->outstanding_most);
    client->next_ticket = options->first_ticket;
    ss_sftp_frames_init(&client->in, env, options->frame_most);
    ss_buf_init(&client->out, env, options->output_most != 0 ? options->output_most : OUTPUT_MOST);
    ss_arena_init(&client->arena, env, ARENA_MOST);
    client->pending = ss_alloc(env, client->room * sizeof *client->pending);
    return client->pending != NULL ? SS_OK : SS_E_no_memory;
}

void ss_sftp_client_fini(struct ss_sftp_client *client)
{
    ss_sftp_frames_fini(&client->in);
    ss_buf_fini(&client->out);
    ss_arena_fini(&client->arena);
    ss_free(client->env, client->pending, client->room * sizeof *client->pending);
    client->pending = NULL;
}

ss_err ss_sftp_client_start(struct ss_sftp_client *client)
{
    struct ss_fxp_init body = {.version = SS_SFTP_VERSION};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_FXP_init), .body = &body};

    if (client->asked)
        return SS_E_usage;
    SS_TRY(ss_sftp_frame_put(&client->out, &msg, NULL, 0));
    client->asked = true;
    return SS_OK;
}
