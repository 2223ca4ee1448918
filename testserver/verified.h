/* SPDX-License-Identifier: Apache-2.0 */
/* verified.h - with which peers an algorithm was seen to work, read from interop/algorithms.tsv.
 *
 * Concept: the file is what ci/record-algorithms wrote of a run: a line for each algorithm, peer
 *   and role of the peer, five fields with a tab between them; '#' starts a comment line.
 *
 *   kind   kex, hostkey, cipher, mac, compression
 *   name   of the algorithm
 *   peer   of interop/peers
 *   role   server, client: what the peer was
 *   version  of the peer
 *
 * Owns: nothing; rows borrow from the text.
 * Not here: the algorithms (sshspec/crypto.h).
 * Called by: cmd_algorithms.c. */
#ifndef TESTSERVER_VERIFIED_H
#define TESTSERVER_VERIFIED_H

#include "sshspec/buf.h"

struct verified_row {
    ss_span kind, name, peer, role, version;
};

enum verified_line { VERIFIED_END, VERIFIED_ROW, VERIFIED_BAD };
/* The next row; *rest and *line (the number of the line, from 0 before the first) move on. */
enum verified_line verified_next(ss_span *rest, size_t *line, struct verified_row *out);
/* Appends "dropbear, openssh (client)": each peer once, with its role unless it was both. Nothing
 * when there is none. text must be free of bad lines. */
SS_MUST_USE ss_err verified_peers(ss_span text, const char *kind, const char *name,
                                  struct ss_buf *out);
/* Appends "dropbear 2022.83, openssh 9.2p1": every peer of the text with its versions, once. */
SS_MUST_USE ss_err verified_versions(ss_span text, struct ss_buf *out);

#endif
