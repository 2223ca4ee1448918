/* SPDX-License-Identifier: Apache-2.0 */
/* connection.c - the layer: which message, which command goes where, and what act() sends.
 *
 * Owns: the two tables of handlers, the order in which due things go out.
 * Not here: the handlers (open.c, close.c, window.c, request.c, global.c).
 * Called by: engine, through ss_connection_ops.
 * Follows: RFC 4254.
 *
 * Out goes first what commands asked for, in their order; then, channel by channel, what the layer
 * owes on its own account: credit, and the CLOSE that answers a CLOSE. */
#include "connection/state.h"

enum { FIRST_NUMBER = 80 };

struct row {
    ss_conn_take *take;
    ss_conn_sent *sent;
    bool open; /* the recipient channel is an open one */
};

static const struct row rows[] = {
    [80 - FIRST_NUMBER] = {ss_global_take, ss_global_sent, false},
    [81 - FIRST_NUMBER] = {ss_global_take_success, ss_global_sent_reply, false},
    [82 - FIRST_NUMBER] = {ss_global_take_failure, ss_global_sent_reply, false},
    [90 - FIRST_NUMBER] = {ss_open_take, ss_open_sent, false},
    [91 - FIRST_NUMBER] = {ss_open_take_confirmation, ss_open_sent_confirmation, false},
    [92 - FIRST_NUMBER] = {ss_open_take_failure, ss_open_sent_failure, false},
    [93 - FIRST_NUMBER] = {ss_window_take_adjust, ss_window_sent_adjust, true},
    [94 - FIRST_NUMBER] = {ss_window_take_data, ss_window_sent_data, true},
    [95 - FIRST_NUMBER] = {ss_window_take_extended, ss_window_sent_extended, true},
    [96 - FIRST_NUMBER] = {ss_close_take_eof, ss_close_sent_eof, true},
    [97 - FIRST_NUMBER] = {ss_close_take, ss_close_sent, true},
    [98 - FIRST_NUMBER] = {ss_request_take, ss_request_sent, true},
    [99 - FIRST_NUMBER] = {ss_request_take_success, ss_request_sent_reply, true},
    [100 - FIRST_NUMBER] = {ss_request_take_failure, ss_request_sent_reply, true},
};

static ss_conn_command *const commands[SS_CMD_COUNT] = {
    [SS_CMD_CHANNEL_OPEN] = ss_open_command,
    [SS_CMD_CHANNEL_ACCEPT] = ss_open_accept,
    [SS_CMD_CHANNEL_REFUSE] = ss_open_refuse,
    [SS_CMD_CHANNEL_REQUEST] = ss_request_command,
    [SS_CMD_CHANNEL_REPLY] = ss_request_reply,
    [SS_CMD_CHANNEL_DATA] = ss_window_command_data,
    [SS_CMD_CHANNEL_CREDIT] = ss_window_command_credit,
    [SS_CMD_CHANNEL_EOF] = ss_close_command_eof,
    [SS_CMD_CHANNEL_CLOSE] = ss_close_command,
    [SS_CMD_GLOBAL_REQUEST] = ss_global_command,
    [SS_CMD_GLOBAL_REPLY] = ss_global_reply,
};

/* The bodies of rows with an open channel all begin with its number. */
static uint32_t recipient_of(const void *body)
{
    _Static_assert(offsetof(struct ss_msg_channel_window_adjust, recipient_channel) == 0, "93");
    _Static_assert(offsetof(struct ss_msg_channel_data, recipient_channel) == 0, "94");
    _Static_assert(offsetof(struct ss_msg_channel_extended_data, recipient_channel) == 0, "95");
    _Static_assert(offsetof(struct ss_msg_channel_eof, recipient_channel) == 0, "96");
    _Static_assert(offsetof(struct ss_msg_channel_close, recipient_channel) == 0, "97");
    _Static_assert(offsetof(struct ss_msg_channel_request, recipient_channel) == 0, "98");
    _Static_assert(offsetof(struct ss_msg_channel_success, recipient_channel) == 0, "99");
    _Static_assert(offsetof(struct ss_msg_channel_failure, recipient_channel) == 0, "100");
    uint32_t recipient;

    memcpy(&recipient, body, sizeof recipient);
    return recipient;
}

static const struct row *row_of(uint8_t number)
{
    size_t i = (size_t)number - FIRST_NUMBER;

    if (number < FIRST_NUMBER || i >= SS_COUNT(rows) || rows[i].take == NULL)
        return NULL;
    return &rows[i];
}

/* ---- services to the handlers ---- */

ss_err ss_conn_fail(struct ss_connection *conn, ss_err err, const char *field, const char *rule)
{
    return conn->link->fail(conn->link, err, field, rule, NULL);
}

ss_err ss_conn_send(struct ss_connection *conn, struct ss_channel *channel, enum ss_msgid id,
                    void *body)
{
    struct ss_msg msg = {ss_msgdef_of(id), body, {NULL, 0}};
    ss_err err;

    conn->own = true;
    conn->own_channel = channel;
    err = conn->link->send(conn->link, &msg);
    conn->own = false;
    conn->own_channel = NULL;
    return err;
}

ss_err ss_conn_event(struct ss_connection *conn, enum ss_event_type type, uint32_t channel)
{
    struct ss_event event = {.type = type, .channel = channel};

    return conn->link->event(conn->link, &event);
}

ss_err ss_conn_usable(const struct ss_connection *conn, uint32_t number,
                      struct ss_channel **out_channel)
{
    struct ss_channel *channel = ss_table_find(&conn->table, number);

    if (channel == NULL)
        return SS_E_not_found;
    if (channel->state != SS_CHANNEL_OPEN && channel->state != SS_CHANNEL_ACCEPTED)
        return SS_E_usage;
    if (channel->close_in || channel->close_out || channel->close_queued)
        return SS_E_closed;
    *out_channel = channel;
    return SS_OK;
}

/* ---- in ---- */

/* rule: RFC4254-5.3-message-for-closed-channel; a number that was not confirmed yet cannot be
 * known to an honest peer either. */
static ss_err open_channel(struct ss_connection *conn, uint32_t number,
                           struct ss_channel **out_channel)
{
    struct ss_channel *channel = ss_table_find(&conn->table, number);

    if (channel == NULL || channel->state != SS_CHANNEL_OPEN)
        return ss_conn_fail(conn, SS_E_unknown_channel, "recipient_channel",
                            "RFC4254-5.3-message-for-closed-channel");
    if (channel->close_in)
        return ss_conn_fail(conn, SS_E_after_close, NULL, "RFC4254-5.3-no-messages-after-close");
    conn->latest = number;
    *out_channel = channel;
    return SS_OK;
}

static ss_err on_message(void *layer, const struct ss_msg *msg)
{
    struct ss_connection *conn = layer;
    const struct row *row = msg->def != NULL ? row_of(msg->def->number) : NULL;
    struct ss_channel *channel = NULL;

    ss_err err;

    if (row == NULL)
        return ss_conn_fail(conn, SS_E_unexpected_message, NULL, NULL);
    if (row->open)
        SS_TRY(open_channel(conn, recipient_of(msg->body), &channel));
    err = row->take(conn, channel, msg);
    /* The rest has been told: what lacks memory half way has to end the connection too. */
    if (ss_err_class_of(err) == SS_CLASS_RESOURCE)
        return ss_conn_fail(conn, err, NULL, NULL);
    return err;
}

/* ---- out ---- */

/* What was sent by hand, as the peer would read it. Bytes behind the last field are passed over as
 * a lenient peer does; what cannot be read changes nothing. */
static ss_err read_sent(struct ss_connection *conn, const struct ss_msgdef *def, ss_span payload,
                        struct ss_msg *out_msg)
{
    struct ss_decode_error at;
    ss_err err = ss_msg_decode(conn->link->arena, def, payload, out_msg, &at);

    if (err == SS_E_trailing)
        err = ss_msg_decode(conn->link->arena, def, ss_span_part(payload, 0, at.offset), out_msg,
                            NULL);
    return err;
}

static ss_err sent_by_hand(struct ss_connection *conn, ss_span payload)
{
    const struct row *row = payload.size > 0 ? row_of(payload.data[0]) : NULL;
    struct ss_channel *channel = NULL;
    struct ss_msg msg;
    ss_err err;

    if (row == NULL)
        return SS_OK;
    err = read_sent(
        conn, ss_msgdef_by_number(SS_PROTO_SSH, payload.data[0], SS_CONTEXT_ANY, SS_CONTEXT_ANY),
        payload, &msg);
    if (err == SS_E_no_memory)
        return err;
    if (err != SS_OK)
        return SS_OK;
    if (row->open)
        channel = ss_table_theirs(&conn->table, recipient_of(msg.body),
                                  1U << SS_CHANNEL_OPEN | 1U << SS_CHANNEL_ACCEPTED);
    return row->sent(conn, channel, msg.body);
}

static ss_err on_sent(void *layer, const struct ss_msg *msg, ss_span payload)
{
    struct ss_connection *conn = layer;
    const struct row *row;

    if (!conn->own)
        return sent_by_hand(conn, payload);
    row = row_of(msg->def->number);
    return row != NULL ? row->sent(conn, conn->own_channel, msg->body) : SS_OK;
}

/* Everything one channel owes. CLOSE comes last and takes the channel away. */
static ss_err settle(struct ss_connection *conn, struct ss_channel *channel)
{
    if (channel->adjust_due) {
        SS_TRY(ss_window_adjust(conn, channel));
        channel->adjust_due = false;
    }
    if (channel->close_due) {
        struct ss_msg_channel_close body = {.recipient_channel = channel->theirs};

        return ss_conn_send(conn, channel, SS_MSG_channel_close, &body);
    }
    if (channel->starved) {
        channel->starved = false;
        SS_TRY(ss_conn_event(conn, SS_EVENT_CHANNEL_WRITABLE, channel->ours));
    }
    ss_table_settled(&conn->table, channel);
    return SS_OK;
}

static ss_err act(void *layer)
{
    struct ss_connection *conn = layer;

    SS_TRY(ss_outbox_drain(conn));
    while (conn->table.due_first != NULL)
        SS_TRY(settle(conn, conn->table.due_first));
    return SS_OK;
}

static ss_err command(void *layer, const struct ss_command *what, uint32_t *out_channel)
{
    ss_conn_command *handler = (unsigned)what->kind < SS_CMD_COUNT ? commands[what->kind] : NULL;

    return handler != NULL ? handler(layer, what, out_channel) : SS_E_unsupported;
}

static ss_time deadline(const void *layer)
{
    (void)layer;
    return SS_NEVER;
}

static ss_err tick(void *layer, ss_time now)
{
    (void)layer;
    (void)now;
    return SS_OK;
}

const struct ss_layer_ops ss_connection_ops = {
    .name = "connection",
    .id = SS_LAYER_CONNECTION,
    .on_message = on_message,
    .on_sent = on_sent,
    .act = act,
    .command = command,
    .compose = ss_conn_compose,
    .deadline = deadline,
    .tick = tick,
};

/* ---- life and questions ---- */

ss_err ss_connection_new(struct ss_link *link, struct ss_connection **out_layer)
{
    struct ss_connection *conn = ss_alloc(link->env, sizeof *conn);

    if (conn == NULL)
        return SS_E_no_memory;
    conn->link = link;
    ss_table_init(&conn->table, link->env);
    ss_outbox_init(&conn->outbox, link->env);
    *out_layer = conn;
    return SS_OK;
}

void ss_connection_free(struct ss_connection **layer)
{
    struct ss_connection *conn = *layer;

    if (conn == NULL)
        return;
    ss_table_fini(&conn->table);
    ss_outbox_fini(&conn->outbox);
    ss_inbox_fini(&conn->inbox, conn->link->env);
    ss_free(conn->link->env, conn, sizeof *conn);
    *layer = NULL;
}

static uint32_t clamp(int64_t window)
{
    if (window <= 0)
        return 0;
    return window < (int64_t)UINT32_MAX ? (uint32_t)window : UINT32_MAX;
}

bool ss_connection_channel(const struct ss_connection *layer, uint32_t channel,
                           struct ss_channel_info *out_info)
{
    const struct ss_channel *found = ss_table_find(&layer->table, channel);

    if (found == NULL)
        return false;
    out_info->ours = found->ours;
    out_info->theirs = found->theirs;
    out_info->window_in = clamp(found->window_in);
    out_info->window_out = clamp(found->window_out);
    out_info->max_out = found->max_out;
    out_info->asked = found->asked;
    out_info->replied = found->replied;
    out_info->open = found->state == SS_CHANNEL_OPEN;
    out_info->eof_in = found->eof_in;
    out_info->eof_out = found->eof_out;
    out_info->close_in = found->close_in;
    out_info->close_out = found->close_out;
    return true;
}

size_t ss_connection_writable(const struct ss_connection *layer, uint32_t channel)
{
    struct ss_channel *found;
    size_t most, room;

    if (ss_conn_usable(layer, channel, &found) != SS_OK || found->eof_queued || found->eof_out)
        return 0;
    most = ss_window_writable(found);
    if (layer->link->may_send && layer->outbox.count == 0)
        return most;
    room = ss_outbox_room(&layer->outbox);
    return most < room ? most : room;
}
