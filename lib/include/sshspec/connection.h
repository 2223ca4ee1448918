/* SPDX-License-Identifier: Apache-2.0 */
/* connection.h - the connection layer: channels, windows, requests, global requests, both roles.
 *
 * Owns: the channel table, replies outstanding both ways, flow control.
 * Not here: what runs in a session (the owner answers), SFTP.
 * Called by: engine.
 * Follows: RFC 4254, RFC 4335, OpenSSH PROTOCOL section 2.
 *
 * Requests may be answered in any order by their number; the replies go out in the order of the
 * requests. Commands that cannot be sent yet are kept, in order, up to SS_CONNECTION_QUEUE of
 * them or SS_CONNECTION_QUEUE_BYTES; then SS_E_would_block. What ends something (EOF, CLOSE,
 * replies, answers to opens) is never turned away.
 *
 * Errors of commands: SS_E_not_found (no such channel, any more or yet), SS_E_closed (a CLOSE is
 * on its way), SS_E_usage (not in this state), SS_E_bad_argument, SS_E_would_block,
 * SS_E_ceiling (config.channels are open), SS_E_no_memory. None of them ends the connection. */
#ifndef SSHSPEC_CONNECTION_H
#define SSHSPEC_CONNECTION_H

#include "sshspec/layer.h"

enum {
    SS_CONNECTION_QUEUE = 64,
    SS_CONNECTION_QUEUE_BYTES = 262144,
    SS_CONNECTION_UNANSWERED = 128 /* requests of the peer without a reply, a channel */
};

struct ss_connection; /* opaque */
SS_MUST_USE ss_err ss_connection_new(struct ss_link *link, struct ss_connection **out_layer);
void ss_connection_free(struct ss_connection **layer);
extern const struct ss_layer_ops ss_connection_ops;

/* False when the number is not in use. */
bool ss_connection_channel(const struct ss_connection *layer, uint32_t channel,
                           struct ss_channel_info *out_info);
/* Bytes that one SS_CMD_CHANNEL_DATA would take now: window, packet size and the room in the queue
 * considered. */
size_t ss_connection_writable(const struct ss_connection *layer, uint32_t channel);

#endif
