/* SPDX-License-Identifier: Apache-2.0 */
/* compose.c - what an honest endpoint would write into a connection message now.
 *
 * Owns: the defaults of fields that the layer knows: channel numbers, windows, packet sizes,
 *   whether a request wants a reply.
 * Not here: sending (the engine), and any change of state: this only looks.
 * Called by: connection.c as the layer's compose; so, in the end, by scripts.
 * Follows: RFC 4254.
 *
 * "The channel" is the one that last had a message; for answers to opens, the oldest that waits;
 * for replies to requests, the channel if a reply is outstanding on it. */
#include "connection/state.h"

static const struct ss_channel *current(const struct ss_connection *conn)
{
    const struct ss_channel *channel = ss_table_find(&conn->table, conn->latest);

    if (channel != NULL && channel->state == SS_CHANNEL_OPEN)
        return channel;
    return ss_table_any(&conn->table, 1U << SS_CHANNEL_OPEN | 1U << SS_CHANNEL_ACCEPTED);
}

static const struct ss_channel *asked(const struct ss_connection *conn)
{
    return ss_table_any(&conn->table, 1U << SS_CHANNEL_ASKED | 1U << SS_CHANNEL_ACCEPTED);
}

/* RFC 4254: "no response is sent" is said of some requests, and of the rest a reply is of use. */
static bool wants_reply(ss_span type)
{
    static const char *const silent[] = {"window-change",
                                         "xon-xoff",
                                         "signal",
                                         "exit-status",
                                         "exit-signal",
                                         "eow@openssh.com",
                                         "hostkeys-00@openssh.com",
                                         "no-more-sessions@openssh.com"};
    size_t i;

    for (i = 0; i < SS_COUNT(silent); i++) {
        if (ss_span_is(type, silent[i]))
            return false;
    }
    return true;
}

static uint32_t lowest_number(const struct ss_connection *conn)
{
    uint32_t number = 0;

    while (ss_table_find(&conn->table, number) != NULL)
        number++;
    return number;
}

static void compose_open(const struct ss_connection *conn, struct ss_msg_channel_open *body)
{
    if (body->channel_type.size == 0)
        body->channel_type = ss_span_of("session");
    body->sender_channel = lowest_number(conn);
    body->initial_window_size = ss_open_window(conn, 0);
    body->maximum_packet_size = ss_open_max_packet(conn);
}

static void compose_confirmation(const struct ss_connection *conn,
                                 struct ss_msg_channel_open_confirmation *body)
{
    const struct ss_channel *channel = asked(conn);

    if (channel != NULL) {
        body->recipient_channel = channel->theirs;
        body->sender_channel = channel->ours;
    }
    body->initial_window_size = ss_open_window(conn, 0);
    body->maximum_packet_size = ss_open_max_packet(conn);
}

static void compose_failure(const struct ss_connection *conn,
                            struct ss_msg_channel_open_failure *body)
{
    const struct ss_channel *channel = asked(conn);

    if (channel != NULL)
        body->recipient_channel = channel->theirs;
    body->reason = 1; /* administratively prohibited */
    body->description = ss_span_of("refused");
}

static void compose_adjust(const struct ss_connection *conn,
                           struct ss_msg_channel_window_adjust *body)
{
    const struct ss_channel *channel = current(conn);

    if (channel == NULL)
        return;
    body->recipient_channel = channel->theirs;
    body->bytes_to_add = ss_window_credit(channel);
}

static void compose_extended(const struct ss_connection *conn,
                             struct ss_msg_channel_extended_data *body)
{
    const struct ss_channel *channel = current(conn);

    if (channel != NULL)
        body->recipient_channel = channel->theirs;
    body->data_type_code = 1;
}

static void compose_request(const struct ss_connection *conn, struct ss_msg_channel_request *body)
{
    const struct ss_channel *channel = current(conn);

    if (channel != NULL)
        body->recipient_channel = channel->theirs;
    body->want_reply = wants_reply(body->request_type);
}

/* The first field is the recipient and the layer knows no other. */
static void compose_recipient(const struct ss_connection *conn, void *body)
{
    const struct ss_channel *channel = current(conn);

    if (channel != NULL)
        memcpy(body, &channel->theirs, sizeof channel->theirs);
}

ss_err ss_conn_compose(void *layer, struct ss_msg *msg)
{
    struct ss_connection *conn = layer;
    struct ss_msg_global_request *global = msg->body;

    if (msg->def == NULL || msg->body == NULL)
        return SS_E_unsupported;
    switch (msg->def->id) {
    case SS_MSG_global_request:
        global->want_reply = wants_reply(global->request_name);
        return SS_OK;
    case SS_MSG_request_success:
    case SS_MSG_request_failure:
        return SS_OK; /* nothing the layer would know */
    case SS_MSG_channel_open:
        compose_open(conn, msg->body);
        return SS_OK;
    case SS_MSG_channel_open_confirmation:
        compose_confirmation(conn, msg->body);
        return SS_OK;
    case SS_MSG_channel_open_failure:
        compose_failure(conn, msg->body);
        return SS_OK;
    case SS_MSG_channel_window_adjust:
        compose_adjust(conn, msg->body);
        return SS_OK;
    case SS_MSG_channel_extended_data:
        compose_extended(conn, msg->body);
        return SS_OK;
    case SS_MSG_channel_request:
        compose_request(conn, msg->body);
        return SS_OK;
    case SS_MSG_channel_data:
    case SS_MSG_channel_eof:
    case SS_MSG_channel_close:
    case SS_MSG_channel_success:
    case SS_MSG_channel_failure:
        compose_recipient(conn, msg->body);
        return SS_OK;
    default:
        return SS_E_unsupported;
    }
}
