/* SPDX-License-Identifier: Apache-2.0 */
/* client.h - what the client's two files share.
 *
 * Owns: the record of a request in flight.
 * Not here: the public face (sshspec/sftp.h).
 * Called by: client.c (answers) and client_call.c (requests). */
#ifndef SSHSPEC_SFTP_CLIENT_H
#define SSHSPEC_SFTP_CLIENT_H

#include "sshspec/sftp.h"

struct ss_sftp_pending {
    bool busy;
    uint32_t ticket;
    enum ss_msgid request; /* the tail's id for an extension */
    uint32_t length;       /* READ: bytes asked for */
};

/* May a request be queued now? */
SS_MUST_USE ss_err ss_client_may_ask(const struct ss_sftp_client *client);
/* The ticket that the next request gets; ss_client_may_ask said yes. */
uint32_t ss_client_ticket(struct ss_sftp_client *client);
/* A request with the ticket is in the output. */
void ss_client_asked(struct ss_sftp_client *client, uint32_t ticket, enum ss_msgid request,
                     uint32_t length);
bool ss_client_asking(const struct ss_sftp_client *client, uint32_t ticket);
/* The row of an extension's name and version, as a bit; 0 when it is not known. */
unsigned ss_client_extension(ss_span name, ss_span version);

#endif
