/* SPDX-License-Identifier: Apache-2.0 */
/* offer.h - what a peer offers in its KEXINIT, told with what the standards say about each name.
 *
 * Concept: an offer is read from a fresh connection, as a client of a server or as a server of a
 *   client; nothing but our identification line is sent. Names that are no algorithms (ext-info-c,
 *   kex-strict-c-v00@openssh.com) are told apart.
 *
 *   call            does
 *   offer_take      reads one from a connection, which it ends
 *   offer_write     appends it as a table, or as JSON lines
 *   offers_show     all of it for `sshspec peers --algorithms WHO`
 *
 * Owns: the text of the lists. */
#ifndef TESTSERVER_OFFER_H
#define TESTSERVER_OFFER_H

#include "interop/peer.h"
#include "sshspec/policy.h"

enum { OFFER_LISTS = 8 }; /* name-lists of KEXINIT that hold algorithms */

struct offer {
    enum ss_role role; /* of the peer */
    struct ss_buf ident;
    struct ss_buf lists[OFFER_LISTS]; /* in the order of KEXINIT */
};

void offer_init(struct offer *offer, const struct ss_env *env, enum ss_role role);
void offer_fini(struct offer *offer);
/* SS_E_timeout at the deadline, SS_E_closed when the peer ended the connection, or what it did
 * wrong. */
SS_MUST_USE ss_err offer_take(struct offer *offer, int take_fd, ss_time deadline);
/* who: "openssh"; version: "9.2p1", or empty. */
SS_MUST_USE ss_err offer_write(const struct offer *offer, const char *who, const char *version,
                               bool json, struct ss_buf *out);

/* who: the name of a peer, whose server and client are asked, or HOST:PORT. Prints to standard
 * output; the exit status. */
int offers_show(const struct peer_set *set, const char *who, bool json);

#endif
